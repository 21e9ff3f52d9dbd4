/* Patterns of the search field ts:. */
#include "gaz_test.h"

#include "gaz/symbols/tree_pattern.h"

enum { C = 41, GO = 132 };

static const char source[] = "void f(void)\n"
                             "{\n"
                             "    memcpy(a, b, 1);\n"
                             "    strcpy(a, b);\n"
                             "    memcpy(c, memcpy(d, e, 2), 3);\n"
                             "}\n";

static gaz_tree_pattern *compile(const char *text)
{
    gaz_error err = {0};
    gaz_tree_pattern *pattern = NULL;
    assert_ok(gaz_tree_pattern_compile(C, text, strlen(text), &pattern, &err));
    return pattern;
}

static void run(const char *text, uint32_t max, gaz_tree_matches *out)
{
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    gaz_tree_pattern *pattern = compile(text);
    assert_ok(gaz_extractor_new(NULL, &x, &err));
    assert_ok(gaz_tree_pattern_run(x, pattern, source, sizeof source - 1, max, out, &err));
    gaz_extractor_free(x);
    gaz_tree_pattern_free(pattern);
}

static void pattern_matches_are_spans_in_order(void **state)
{
    (void)state;
    gaz_tree_matches m;
    gaz_tree_matches_init(&m);
    run("(call_expression function: (identifier) @f (#eq? @f \"memcpy\"))", 0, &m);
    assert_int_equal(m.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(m.count, 3);
    assert_int_equal(m.items[0].span.start_line, 3);
    assert_int_equal(m.items[1].span.start_line, 5);
    assert_memory_equal(source + m.items[1].span.start, "memcpy(c, memcpy(d, e, 2), 3)",
                        m.items[1].span.end - m.items[1].span.start);
    assert_memory_equal(source + m.items[2].span.start, "memcpy(d, e, 2)",
                        m.items[2].span.end - m.items[2].span.start);
    gaz_tree_matches_release(&m);
}

static void pattern_without_captures_has_spans_too(void **state)
{
    (void)state;
    gaz_tree_matches m;
    gaz_tree_matches_init(&m);
    run("; a comment\n(call_expression) (function_definition)", 0, &m);
    assert_int_equal(m.count, 5);
    assert_int_equal(m.items[0].span.start, 0);
    assert_int_equal(m.items[0].capture_count, 0);
    gaz_tree_matches_release(&m);
}

static void captures_of_a_match_are_named(void **state)
{
    (void)state;
    gaz_tree_matches m;
    gaz_tree_matches_init(&m);
    run("((call_expression function: (identifier) @callee arguments: (_) @given) @all "
        "(#match? @callee \"^str\"))",
        0, &m);
    assert_int_equal(m.count, 1);
    assert_int_equal(m.items[0].capture_count, 3);
    const gaz_tree_capture *captures = m.captures + m.items[0].first_capture;
    bool found = false;
    for (uint32_t i = 0; i < 3; i++)
        found |=
            captures[i].name.len == 6 && memcmp(source + captures[i].span.start, "strcpy", 6) == 0;
    assert_true(found);
    gaz_tree_matches_release(&m);
}

static void more_matches_than_asked_are_told(void **state)
{
    (void)state;
    gaz_tree_matches m;
    gaz_tree_matches_init(&m);
    run("(call_expression)", 2, &m);
    assert_int_equal(m.count, 2);
    assert_int_equal(m.outcome, GAZ_EXTRACT_TOO_MANY);
    gaz_tree_matches_release(&m);
}

static void faults_are_told_with_their_column(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t column;
        const char *says;
    } cases[] = {
        {"(nonsense)", 2, "no such node: nonsense"},
        {"(call_expression callee: (identifier))", 18, "no such field: callee"},
        {"(call_expression", 17, ""},
        {"(call_expression (call_expression (preproc_def)))", 0, "never nests"},
        {"(identifier) @a (#eq? @a \"x\")", 17, "inside the brackets"},
        {"(identifier) @a (#eq? @b \"x\")", 0, ""},
        {"((identifier) @a (#match? @a \"(\"))", 1, "regular expression"},
        {"((identifier) @a (#nonsense? @a))", 1, "no predicate #nonsense?"},
        {"", 0, "empty"},
        {" ; only a comment", 0, "empty"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gaz_error err = {0};
        gaz_tree_pattern *pattern = NULL;
        gaz_status st =
            gaz_tree_pattern_compile(C, cases[i].text, strlen(cases[i].text), &pattern, &err);
        if (st != GAZ_E_INVALID || !strstr(err.message, cases[i].says) ||
            (cases[i].column && err.column != cases[i].column))
            fail_msg("%s: %s at %zu: %s", cases[i].text, gaz_status_name(st), err.column,
                     err.message);
        assert_null(pattern);
    }
}

static void pattern_wants_a_language_with_a_grammar(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_tree_pattern *pattern = NULL;
    assert_status(GAZ_E_UNSUPPORTED, gaz_tree_pattern_compile(7, "(a)", 3, &pattern, &err));
}

static void pattern_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_tree_pattern *pattern = NULL;
    char *text = calloc(1, GAZ_TREE_PATTERN_MAX + 2);
    memset(text, ' ', GAZ_TREE_PATTERN_MAX + 1);
    assert_status(GAZ_E_LIMIT,
                  gaz_tree_pattern_compile(C, text, GAZ_TREE_PATTERN_MAX + 1, &pattern, &err));
    free(text);
}

static void words_that_every_match_holds_are_told(void **state)
{
    (void)state;
    const gaz_slice *words;
    gaz_tree_pattern *p =
        compile("(call_expression function: (identifier) @f (#eq? @f \"memcpy\"))");
    assert_int_equal(gaz_tree_pattern_words(p, &words), 1);
    assert_int_equal(words[0].len, 6);
    assert_memory_equal(words[0].data, "memcpy", 6);
    gaz_tree_pattern_free(p);
    p = compile("(call_expression function: (identifier) @f (#not-eq? @f \"memcpy\"))");
    assert_int_equal(gaz_tree_pattern_words(p, &words), 0);
    gaz_tree_pattern_free(p);
    p = compile("(return_statement (identifier)? @f (#eq? @f \"x\"))");
    assert_int_equal(gaz_tree_pattern_words(p, &words), 0);
    gaz_tree_pattern_free(p);
    p = compile("((identifier) @f (#eq? @f \"a\")) ((identifier) @g (#eq? @g \"b\"))");
    assert_int_equal(gaz_tree_pattern_words(p, &words), 0);
    gaz_tree_pattern_free(p);
}

static void pattern_runs_stay_within_their_time(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    gaz_tree_matches m;
    gaz_extract_limits limits = {.time_us = 1};
    gaz_tree_matches_init(&m);
    gaz_tree_pattern *p = compile("(identifier)");
    char *text = malloc(1 << 20);
    for (size_t i = 0; i < 1 << 20; i++)
        text[i] = "int a;\n\n"[i % 8];
    assert_ok(gaz_extractor_new(&limits, &x, &err));
    assert_ok(gaz_tree_pattern_run(x, p, text, 1 << 20, 0, &m, &err));
    assert_int_equal(m.outcome, GAZ_EXTRACT_TIMED_OUT);
    free(text);
    gaz_tree_pattern_free(p);
    gaz_extractor_free(x);
    gaz_tree_matches_release(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pattern_matches_are_spans_in_order),
        cmocka_unit_test(pattern_without_captures_has_spans_too),
        cmocka_unit_test(captures_of_a_match_are_named),
        cmocka_unit_test(more_matches_than_asked_are_told),
        cmocka_unit_test(faults_are_told_with_their_column),
        cmocka_unit_test(pattern_wants_a_language_with_a_grammar),
        cmocka_unit_test(pattern_beyond_the_limit_is_refused),
        cmocka_unit_test(words_that_every_match_holds_are_told),
        cmocka_unit_test(pattern_runs_stay_within_their_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
