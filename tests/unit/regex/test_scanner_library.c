/* The gate: the scanner library that is linked, against PCRE2. The same bytes-level pattern, in the
 * syntax the two share, has to be found in the same lines. A library that loses matches
 * (Vectorscan 5.4.9 does) must not be built with.
 *
 * Where the scanner refuses a pattern there is nothing to compare; a floor on the number compared
 * keeps the test honest. */
#include "gaz_test.h"

#include "bytes.h"
#include "exact.h"
#include "machine.h"
#include "pattern_random.h"
#include "proof.h"

typedef struct compared {
    unsigned char *scanner, *pcre2; /* a flag per line */
    const gaz_strbuf *text;
    size_t lines;
} compared;

static gaz_error err;

static size_t line_at(const gaz_strbuf *text, size_t offset)
{
    size_t n = 0;
    for (size_t i = 0; i < offset && i < text->len; i++)
        n += text->data[i] == '\n';
    return n;
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    (void)id, (void)from, (void)flags;
    compared *c = ctx;
    /* Behind the last "\n" there is no line. */
    if (to < c->text->len || (to > 0 && c->text->data[to - 1] != '\n'))
        c->scanner[line_at(c->text, (size_t)to)] = 1;
    return 0;
}

static hs_database_t *compile_scanner(const char *pattern)
{
    hs_database_t *db = NULL;
    hs_compile_error_t *refusal = NULL;
    if (hs_compile(pattern, HS_FLAG_MULTILINE | HS_FLAG_ALLOWEMPTY, HS_MODE_BLOCK, NULL, &db,
                   &refusal) != HS_SUCCESS)
        hs_free_compile_error(refusal);
    return db;
}

static pcre2_code *compile_pcre2(const char *pattern)
{
    gaz_strbuf source;
    gaz_strbuf_init(&source, 1 << 20);
    gaz_strbuf_printf(&source, "%s(?:%s)", GAZ_EXACT_PREFIX, pattern);
    int code;
    PCRE2_SIZE at;
    pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
    assert_non_null(cc);
    pcre2_set_newline(cc, PCRE2_NEWLINE_LF);
    pcre2_code *out = pcre2_compile((PCRE2_SPTR)source.data, source.len,
                                    PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX, &code, &at, cc);
    gaz_strbuf_release(&source);
    pcre2_compile_context_free(cc);
    if (out)
        (void)pcre2_jit_compile(out, PCRE2_JIT_COMPLETE);
    return out;
}

/* Marks the lines that PCRE2 finds a match in. False when it gave up. */
static bool run_pcre2(pcre2_code *code, compared *c)
{
    pcre2_match_data *data = pcre2_match_data_create(1, NULL);
    assert_non_null(data);
    size_t at = 0;
    int rc = 0;
    while (at < c->text->len) {
        rc = pcre2_match(code, (PCRE2_SPTR)c->text->data, c->text->len, at, 0, data, NULL);
        if (rc < 0)
            break;
        size_t start = pcre2_get_ovector_pointer(data)[0];
        if (start == c->text->len && c->text->data[start - 1] == '\n')
            break;
        c->pcre2[line_at(c->text, start)] = 1;
        const char *newline = memchr(c->text->data + start, '\n', c->text->len - start);
        at = newline ? (size_t)(newline - c->text->data) + 1 : c->text->len;
    }
    pcre2_match_data_free(data);
    return rc >= 0 || rc == PCRE2_ERROR_NOMATCH;
}

/* @return whether there was something to compare */
static bool compare_one(const char *pattern, const gaz_strbuf *texts, size_t count)
{
    bool compared_any = false;
    hs_database_t *db = compile_scanner(pattern);
    pcre2_code *code = db ? compile_pcre2(pattern) : NULL;
    hs_scratch_t *scratch = NULL;
    if (db)
        assert_int_equal(hs_alloc_scratch(db, &scratch), HS_SUCCESS);
    for (size_t i = 0; code && i < count; i++) {
        compared c = {.text = &texts[i], .lines = line_at(&texts[i], texts[i].len) + 1};
        c.scanner = calloc(2, c.lines);
        assert_non_null(c.scanner);
        c.pcre2 = c.scanner + c.lines;
        int rc = hs_scan(db, texts[i].data, (unsigned)texts[i].len, 0, scratch, on_match, &c);
        assert_int_equal(rc, HS_SUCCESS);
        if (run_pcre2(code, &c)) {
            compared_any = true;
            for (size_t k = 0; k < c.lines; k++)
                if (c.scanner[k] != c.pcre2[k])
                    fail_msg("text %zu, line %zu: the scanner %s, PCRE2 %s, for %s; link "
                             "libhyperscan-dev 5.4.0",
                             i, k + 1, c.scanner[k] ? "matches" : "does not match",
                             c.pcre2[k] ? "does" : "does not", pattern);
        }
        free(c.scanner);
    }
    pcre2_code_free(code);
    hs_free_scratch(scratch);
    hs_free_database(db);
    return compared_any;
}

/* "" when the tree cannot be translated or is nothing to scan for. */
static void translate(const char *source, size_t len, dice *d, gaz_strbuf *out)
{
    gaz_arena arena;
    gaz_arena_init(&arena, 32 << 20);
    gaz_syntax_options options = {.lines = true, .fold = roll(d, 3) == 0};
    gaz_byte_options bytes_options = {
        .ascii = roll(d, 3) == 0, .widen = true, .relaxed = roll(d, 4) ? 0 : 1 + roll(d, 2)};
    gaz_syntax_facts facts;
    gaz_node *root;
    gaz_byte_pattern bytes;
    gaz_error_clear(&err);
    gaz_strbuf_reset(out);
    if (gaz_syntax_parse(source, len, &options, &arena, &root, &facts, &err) == GAZ_OK &&
        gaz_bytes_translate(root, &bytes_options, &arena, &bytes, &err) == GAZ_OK &&
        bytes.positions < 2000) {
        if (roll(d, 2))
            assert_ok(gaz_bytes_trim(&bytes, &arena, &err));
        if (bytes.root->kind != GAZ_BYTE_FAIL)
            gaz_bytes_print(bytes.root, out);
    }
    gaz_arena_release(&arena);
}

static void scanner_finds_what_pcre2_finds_in_random_patterns(void **state)
{
    (void)state;
    gaz_strbuf texts[3], source, pattern;
    for (int i = 0; i < 3; i++)
        gaz_strbuf_init(&texts[i], GAZ_STRBUF_MAX);
    gaz_strbuf_init(&source, 1 << 16);
    gaz_strbuf_init(&pattern, 1 << 20);
    dice d = dice_of(test_seed(4));
    size_t compared_count = 0, total = test_count(2000);
    for (size_t n = 0; n < total; n++) {
        for (int i = 0; n % 50 == 0 && i < 3; i++) {
            gaz_strbuf_reset(&texts[i]);
            make_text(&d, &texts[i], i, i, 40);
        }
        gaz_strbuf_reset(&source);
        (void)make_pattern(&d, &source, 0, 0);
        translate(source.data, source.len, &d, &pattern);
        if (pattern.len)
            compared_count += compare_one(pattern.data, texts, 3);
    }
    printf("%zu of %zu patterns compared\n", compared_count, total);
    assert_true(compared_count > total * 6 / 10);
    for (int i = 0; i < 3; i++)
        gaz_strbuf_release(&texts[i]);
    gaz_strbuf_release(&source);
    gaz_strbuf_release(&pattern);
    proof_report("random patterns whose lines the scanner and PCRE2 agree on", compared_count);
}

static void scanner_finds_what_a_faulty_build_is_known_to_lose(void **state)
{
    (void)state;
    static const char *const patterns[] = {
        "\\(.*?",           "curl[\\x00-\\xff]*\\|[\\x09-\\x0d\\x20]*python",
        "foo[^\\x0a]*bar$", "[A-Z]{3}_[0-9]{4}",
        "^[\\x09\\x20]*$",  "\\bif\\b.*\\)",
        "a.*?b.*?c",        "(?:ab|cd)+x?$"};
    gaz_strbuf text;
    gaz_strbuf_init(&text, 4096);
    gaz_strbuf_puts(
        &text, "f(x)\ncurl http://x | python\n\n foo bar\nABC_1234\t\n \t\nif (a) b c\nababcdx\n(");
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        assert_true(compare_one(patterns[i], &text, 1));
    gaz_strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(scanner_finds_what_a_faulty_build_is_known_to_lose),
        cmocka_unit_test(scanner_finds_what_pcre2_finds_in_random_patterns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
