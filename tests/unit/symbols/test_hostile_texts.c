/* Texts that are made to be slow, large or deep: each ends, says why, and leaves the extractor fit
 * for the next one. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/base/strbuf.h"
#include "gaz/symbols/highlight.h"

enum { C = 41, CPP = 43, PYTHON = 303, JAVASCRIPT = 183, MB = 1 << 20 };

static gaz_extractor *extractor(gaz_extract_limits limits)
{
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    assert_ok(gaz_extractor_new(&limits, &x, &err));
    return x;
}

/* The outcome of a text made of head, `count` times unit, and tail; then a plain text must work. */
static unsigned outcome(gaz_extractor *x, uint32_t language, const char *head, const char *unit,
                        size_t count, const char *tail)
{
    gaz_error err = {0};
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_facts facts;
    gaz_facts_init(&facts);
    gaz_strbuf_puts(&sb, head);
    for (size_t i = 0; i < count; i++)
        gaz_strbuf_puts(&sb, unit);
    gaz_strbuf_puts(&sb, tail);
    assert_ok(gaz_extract(x, language, sb.data, sb.len, GAZ_FACTS_ALL, &facts, &err));
    unsigned found = facts.outcome;
    for (uint32_t i = 0; i < facts.reference_count; i++)
        assert_true(facts.references[i].start + facts.references[i].name.len <= sb.len);
    const char *plain = "int after(void) { return 1; }";
    gaz_extractor_limit(x, NULL);
    assert_ok(gaz_extract(x, C, plain, strlen(plain), GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(facts.definition_count, 1);
    gaz_facts_release(&facts);
    gaz_strbuf_release(&sb);
    return found;
}

static void a_million_brackets_are_too_deep(void **state)
{
    (void)state;
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    assert_int_equal(outcome(x, C, "int a = ", "(\n", MB, ""), GAZ_EXTRACT_TOO_DEEP);
    assert_int_equal(outcome(x, PYTHON, "a = ", "[\n", MB, ""), GAZ_EXTRACT_TOO_DEEP);
    gaz_extractor_free(x);
}

static void depth_without_brackets_ends(void **state)
{
    (void)state;
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    assert_int_equal(outcome(x, C, "int a =", " -\n", 20000, "1;"), GAZ_EXTRACT_COMPLETE);
    assert_int_equal(outcome(x, C, "int a = 1", " + b\n", 20000, ";"), GAZ_EXTRACT_COMPLETE);
    assert_int_equal(outcome(x, C, "void f(void) {", "if (a)\n", 5000, ";}"), GAZ_EXTRACT_COMPLETE);
    assert_int_equal(outcome(x, JAVASCRIPT, "a", ".b\n", 20000, "()"), GAZ_EXTRACT_COMPLETE);
    gaz_extractor_free(x);
}

static void definitions_nested_too_deep_are_told(void **state)
{
    (void)state;
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    gaz_strbuf close = GAZ_STRBUF_INIT;
    for (int i = 0; i < 400; i++)
        gaz_strbuf_puts(&close, "};\n");
    assert_int_equal(outcome(x, CPP, "", "struct s { int a;\n", 400, close.data),
                     GAZ_EXTRACT_TOO_DEEP);
    assert_int_equal(outcome(x, CPP, "", "struct s { int a;\n", 40, close.data + 360 * 3),
                     GAZ_EXTRACT_COMPLETE);
    gaz_strbuf_release(&close);
    gaz_extractor_free(x);
}

static void minified_text_is_not_parsed(void **state)
{
    (void)state;
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    assert_int_equal(outcome(x, JAVASCRIPT, "", "a(b,c);", 5 * MB / 7, ""), GAZ_EXTRACT_MINIFIED);
    /* The same in short lines, or small, is. */
    assert_int_equal(outcome(x, JAVASCRIPT, "", "a(b,c);\n", 10000, ""), GAZ_EXTRACT_COMPLETE);
    assert_int_equal(outcome(x, JAVASCRIPT, "", "a(b,c);", 2000, ""), GAZ_EXTRACT_COMPLETE);
    gaz_extractor_free(x);
}

static void text_beyond_the_limit_is_too_large(void **state)
{
    (void)state;
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    assert_int_equal(outcome(x, C, "", "int a;\n", 50 * MB / 7, ""), GAZ_EXTRACT_TOO_LARGE);
    gaz_extractor_limit(x, &(gaz_extract_limits){.bytes = 100});
    assert_int_equal(outcome(x, C, "", "int a;\n", 20, ""), GAZ_EXTRACT_TOO_LARGE);
    gaz_extractor_limit(x, &(gaz_extract_limits){.bytes = 140});
    assert_int_equal(outcome(x, C, "", "int a;\n", 20, ""), GAZ_EXTRACT_COMPLETE);
    gaz_extractor_free(x);
}

static void limits_of_nodes_facts_memory_and_time_are_kept(void **state)
{
    (void)state;
    gaz_extractor *x = extractor((gaz_extract_limits){.nodes = 1000});
    assert_int_equal(outcome(x, C, "", "int a;\n", 1000, ""), GAZ_EXTRACT_TOO_MANY);
    gaz_extractor_limit(x, &(gaz_extract_limits){.facts = 100});
    assert_int_equal(outcome(x, C, "", "int a;\n", 1000, ""), GAZ_EXTRACT_TOO_MANY);
    gaz_extractor_limit(x, &(gaz_extract_limits){.memory = 1 << 16});
    assert_int_equal(outcome(x, C, "", "int a;\n", 20000, ""), GAZ_EXTRACT_TOO_MANY);
    gaz_extractor_limit(x, &(gaz_extract_limits){.time_us = 1});
    assert_int_equal(outcome(x, C, "", "int a;\n", 20000, ""), GAZ_EXTRACT_TIMED_OUT);
    gaz_extractor_free(x);
}

static void facts_found_before_a_limit_are_kept(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = extractor((gaz_extract_limits){.facts = 3});
    const char *text = "int a;\nint b;\nint c;\nint d;\nint e;\n";
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(gaz_extract(x, C, text, strlen(text), GAZ_FACTS_DEFINITIONS, &facts, &err));
    assert_int_equal(facts.outcome, GAZ_EXTRACT_TOO_MANY);
    assert_true(facts.definition_count >= 3 && facts.definition_count < 5);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void a_request_whose_time_is_up_is_cancelled(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = extractor((gaz_extract_limits){.deadline = gaz_now_us() - 1});
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_status(GAZ_E_CANCELLED, gaz_extract(x, C, "int a;", 6, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.definition_count, 0);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void bytes_that_are_no_text_are_read(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    static const char text[] =
        "int a;\0\xff\xfe int b\xc3; /* \xed\xa0\x80 */ int c(void) { return '\0'; }";
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(gaz_extract(x, C, text, sizeof text - 1, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_true(facts.has_errors);
    assert_true(facts.definition_count >= 2);
    assert_ok(gaz_extract(x, C, "", 0, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.definition_count, 0);
    assert_false(facts.has_errors);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

/* Tokens of many languages in no order: error recovery is what they make slow. */
static void token_soup(char *text, size_t len, uint64_t seed)
{
    static const char *const tokens[] = {
        "(",  ")",   "{",        "}",   "[",   "]",  "<", ">",  ";",  ",",  "a",       "b ",
        "if", "for", "class",    "def", "=",   "\"", "'", "//", "/*", "*/", "#",       "\n",
        "::", "->",  "template", "fn",  "let", "1",  ".", ":",  "@",  "`",  "struct ", "return "};
    size_t at = 0;
    while (at < len) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        const char *token = tokens[(seed >> 33) % (sizeof tokens / sizeof *tokens)];
        for (; *token && at < len; token++)
            text[at++] = *token;
    }
}

static void soup_of_tokens_ends_in_every_language(void **state)
{
    (void)state;
    enum { LEN = 16 * 1024 };
    gaz_error err = {0};
    gaz_extractor *x = extractor((gaz_extract_limits){.time_us = 2000000});
    static char text[LEN];
    gaz_facts facts;
    gaz_facts_init(&facts);
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        token_soup(text, LEN, i);
        int64_t before = gaz_now_us();
        assert_ok(
            gaz_extract(x, gaz_symbols_language_at(i), text, LEN, GAZ_FACTS_ALL, &facts, &err));
        if (gaz_now_us() - before > 20000000)
            fail_msg("language %u took %lld us", gaz_symbols_language_at(i),
                     (long long)(gaz_now_us() - before));
    }
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

/* Any bytes, the same each time. */
static void random_bytes(char *text, size_t len, uint64_t seed)
{
    for (size_t i = 0; i < len; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
        text[i] = (char)(seed >> 56);
    }
}

/* One character again and again, in lines that are no program's. */
static void one_character(char *text, size_t len, char c)
{
    memset(text, c, len);
    for (size_t i = 999; i < len; i += 1000)
        text[i] = '\n';
}

static void check_facts(const gaz_facts *facts, size_t len)
{
    for (uint32_t k = 0; k < facts->definition_count; k++) {
        const gaz_definition *d = &facts->definitions[k];
        assert_true(d->span.start <= d->span.end && d->span.end <= len);
        assert_true(d->span.start_line <= d->span.end_line);
        assert_true(d->body_start <= d->body_end && d->body_end <= len);
        assert_true(d->container == GAZ_NO_DEFINITION || d->container < k);
        assert_true(k == 0 || facts->definitions[k - 1].span.start <= d->span.start);
        assert_true(d->signature.len <= GAZ_SIGNATURE_MAX && d->name.len <= GAZ_SIGNATURE_MAX);
    }
}

static void check_colours(const gaz_highlights *colours, size_t len)
{
    for (uint32_t k = 0; k < colours->count; k++) {
        const gaz_highlight_span *span = &colours->spans[k];
        assert_true(span->start < span->end && span->end <= len);
        assert_true(k == 0 || colours->spans[k - 1].end <= span->start);
        assert_true(span->class_id < GAZ_HIGHLIGHT_COUNT);
    }
}

typedef struct reader {
    gaz_extractor *x;
    gaz_facts facts;
    gaz_highlights colours;
} reader;

/* Facts and colours of a text; what came of the facts. */
static unsigned read_both(reader *r, uint32_t language, const char *text, size_t len)
{
    gaz_error err = {0};
    assert_ok(gaz_extract(r->x, language, text, len, GAZ_FACTS_ALL, &r->facts, &err));
    check_facts(&r->facts, len);
    assert_ok(gaz_highlight(r->x, language, text, len, 0, (uint32_t)len, &r->colours, &err));
    check_colours(&r->colours, len);
    return r->facts.outcome;
}

static void each_language(gaz_extract_limits limits,
                          void (*read)(reader *r, uint32_t language, char *text))
{
    static char text[MB];
    reader r = {.x = extractor(limits)};
    gaz_facts_init(&r.facts);
    gaz_highlights_init(&r.colours);
    for (size_t i = 0; i < gaz_symbols_language_count(); i++)
        read(&r, gaz_symbols_language_at(i), text);
    gaz_facts_release(&r.facts);
    gaz_highlights_release(&r.colours);
    gaz_extractor_free(r.x);
}

static void read_nothing(reader *r, uint32_t language, char *text)
{
    assert_int_equal(read_both(r, language, text, 0), GAZ_EXTRACT_COMPLETE);
    assert_int_equal(r->facts.definition_count, 0);
    assert_int_equal(r->colours.count, 0);
}

static void an_empty_text_has_nothing_in_every_language(void **state)
{
    (void)state;
    each_language((gaz_extract_limits){0}, read_nothing);
}

/* Far beyond any limit of these tests: what is told apart is a limit that holds and one that does
 * not. */
static void read_in_time(reader *r, uint32_t language, const char *text, size_t len)
{
    int64_t before = gaz_now_us();
    (void)read_both(r, language, text, len);
    if (gaz_now_us() - before > 20000000)
        fail_msg("language %u took %lld us", language, (long long)(gaz_now_us() - before));
}

static void read_one_character(reader *r, uint32_t language, char *text)
{
    for (const char *c = "a \n\"#<`"; *c; c++) {
        one_character(text, MB, *c);
        read_in_time(r, language, text, MB);
    }
}

static void a_megabyte_of_one_character_ends_in_every_language(void **state)
{
    (void)state;
    each_language((gaz_extract_limits){.time_us = 50000}, read_one_character);
}

static void read_brackets(reader *r, uint32_t language, char *text)
{
    enum { MANY = 100000, ALLOWED = 4000 };
    for (const char *c = "([{"; *c; c++) {
        for (size_t i = 0; i < MANY; i++) {
            text[2 * i] = *c;
            text[2 * i + 1] = '\n';
        }
        assert_int_equal(read_both(r, language, text, 2 * MANY), GAZ_EXTRACT_TOO_DEEP);
        read_in_time(r, language, text, 2 * ALLOWED);
    }
}

static void deep_brackets_end_in_every_language(void **state)
{
    (void)state;
    each_language((gaz_extract_limits){.time_us = 50000}, read_brackets);
}

static void read_random_bytes(reader *r, uint32_t language, char *text)
{
    random_bytes(text, 16 * 1024, language);
    read_in_time(r, language, text, 16 * 1024);
}

static void random_bytes_end_in_every_language(void **state)
{
    (void)state;
    each_language((gaz_extract_limits){.time_us = 50000}, read_random_bytes);
}

static void facts_fit_into_their_text(void **state)
{
    (void)state;
    enum { LEN = 4 * 1024 };
    gaz_error err = {0};
    gaz_extractor *x = extractor((gaz_extract_limits){0});
    static char text[LEN];
    gaz_facts facts;
    gaz_facts_init(&facts);
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        token_soup(text, LEN, 77 + i);
        assert_ok(
            gaz_extract(x, gaz_symbols_language_at(i), text, LEN, GAZ_FACTS_ALL, &facts, &err));
        for (uint32_t k = 0; k < facts.definition_count; k++) {
            const gaz_definition *d = &facts.definitions[k];
            assert_true(d->span.start <= d->span.end && d->span.end <= LEN);
            assert_true(d->container == GAZ_NO_DEFINITION || d->container < k);
            assert_true(k == 0 || facts.definitions[k - 1].span.start <= d->span.start);
            assert_true(d->kind > 0 && d->kind < GAZ_SYMBOL_KIND_COUNT);
            assert_true(d->signature.len <= GAZ_SIGNATURE_MAX);
        }
        for (uint32_t k = 0; k < facts.reference_count; k++) {
            const gaz_reference *r = &facts.references[k];
            assert_true(r->start + r->name.len <= LEN);
            assert_true(k == 0 || facts.references[k - 1].start < r->start);
            assert_true(r->enclosing == GAZ_NO_DEFINITION || r->enclosing < facts.definition_count);
        }
    }
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_brackets_are_too_deep),
        cmocka_unit_test(depth_without_brackets_ends),
        cmocka_unit_test(definitions_nested_too_deep_are_told),
        cmocka_unit_test(minified_text_is_not_parsed),
        cmocka_unit_test(text_beyond_the_limit_is_too_large),
        cmocka_unit_test(limits_of_nodes_facts_memory_and_time_are_kept),
        cmocka_unit_test(facts_found_before_a_limit_are_kept),
        cmocka_unit_test(a_request_whose_time_is_up_is_cancelled),
        cmocka_unit_test(bytes_that_are_no_text_are_read),
        cmocka_unit_test(soup_of_tokens_ends_in_every_language),
        cmocka_unit_test(facts_fit_into_their_text),
        cmocka_unit_test(an_empty_text_has_nothing_in_every_language),
        cmocka_unit_test(a_megabyte_of_one_character_ends_in_every_language),
        cmocka_unit_test(deep_brackets_end_in_every_language),
        cmocka_unit_test(random_bytes_end_in_every_language),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
