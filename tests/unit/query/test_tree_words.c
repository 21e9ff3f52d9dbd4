/* The words read off tree-sitter patterns are among those the compiled pattern says are certain. */
#include "gaz_test.h"

#include "gaz/symbols/tree_pattern.h"
#include "gaz/text/language.h"
#include "plan.h"

typedef struct wanted {
    const char *pattern;
    const char *words; /* with blanks between them; "" none */
} wanted;

static const wanted patterns[] = {
    {"(call_expression function: (identifier) @f (#eq? @f \"memcpy\"))", "memcpy"},
    {"((identifier) @a (#eq? @a \"Foo_Bar\"))", "foo_bar"},
    {"(call_expression function: (identifier) @f arguments: (argument_list (identifier) @x)"
     " (#eq? @f \"f\") (#eq? @x \"y\"))",
     "f y"},
    {"(call_expression function: (identifier) @f ; (#eq? @f \"no\")\n (#eq? @f \"yes\"))", "yes"},
    {"(binary_expression \"+\" right: (identifier) @r (#eq? @r \"n\"))", "n"},
    {"(call_expression)", ""},
    {"((identifier) @a (#not-eq? @a \"x\"))", ""},
    {"((identifier) @a (#match? @a \"x\"))", ""},
    {"((identifier) @a (#any-of? @a \"x\" \"y\"))", ""},
    {"(argument_list (identifier)? @a (#eq? @a \"x\"))", ""},
    {"(argument_list (identifier)* @a (#eq? @a \"x\"))", ""},
    {"([(identifier) (type_identifier)] @a (#eq? @a \"x\"))", ""},
    {"((identifier) @a (#eq? @a \"x\")) (call_expression)", ""},
    {"((identifier) @a (#eq? @a \"\"))", ""},
    {"((string_literal) @a (#eq? @a \"\\\"x\\\"\"))", ""},
};

static void append(gaz_strbuf *out, const gaz_gram *g)
{
    if (g->kind == GAZ_GRAM_LITERAL) {
        if (out->len)
            gaz_strbuf_putc(out, ' ');
        gaz_strbuf_add(out, g->text, g->len);
    }
    for (size_t i = 0; i < g->count; i++)
        append(out, g->kids[i]);
}

static void words_are_those_that_every_match_holds(void **state)
{
    (void)state;
    uint32_t c = gaz_language_find("c", 1);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        gaz_error err = {0};
        gaz_arena arena;
        gaz_arena_init(&arena, 1 << 20);
        plan p = {.arena = &arena};
        const gaz_gram *grams = NULL;
        const gaz_atom atom = {.text = patterns[i].pattern, .len = strlen(patterns[i].pattern)};
        gaz_strbuf got = GAZ_STRBUF_INIT;
        assert_ok(plan_tree_grams(&p, &atom, &grams, &err));
        append(&got, grams);
        if (strcmp(got.data ? got.data : "", patterns[i].words) != 0)
            fail_msg("%s: %s", patterns[i].pattern, got.data);
        assert_true(got.len ? grams->kind == GAZ_GRAM_AND : grams->kind == GAZ_GRAM_ANY);
        gaz_tree_pattern *compiled = NULL;
        const gaz_slice *certain = NULL;
        assert_ok(gaz_tree_pattern_compile(c, atom.text, atom.len, &compiled, &err));
        size_t count = gaz_tree_pattern_words(compiled, &certain), found = 0;
        for (size_t k = 0; k < grams->count; k++)
            for (size_t w = 0; w < count; w++)
                found += certain[w].len == grams->kids[k]->len &&
                         strncasecmp(certain[w].data, grams->kids[k]->text, certain[w].len) == 0;
        if (found < grams->count)
            fail_msg("%s: not all of these are certain: %s", patterns[i].pattern, got.data);
        gaz_tree_pattern_free(compiled);
        gaz_strbuf_release(&got);
        gaz_arena_release(&arena);
    }
}

static void broken_patterns_say_nothing_wrong(void **state)
{
    (void)state;
    static const char *const broken[] = {"",       "(",      ")", "\"", "(#eq? @a \"x\"",
                                         "((#eq?", "(a \"b", ";"};
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        gaz_error err = {0};
        gaz_arena arena;
        gaz_arena_init(&arena, 1 << 20);
        plan p = {.arena = &arena};
        const gaz_gram *grams = NULL;
        const gaz_atom atom = {.text = broken[i], .len = strlen(broken[i])};
        assert_ok(plan_tree_grams(&p, &atom, &grams, &err));
        assert_non_null(grams);
        gaz_arena_release(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_those_that_every_match_holds),
        cmocka_unit_test(broken_patterns_say_nothing_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
