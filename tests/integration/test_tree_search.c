/* Searching for syntax: ts: patterns over an index, parsed by gaz-parse. */
#include "gaz_test.h"

#include <sys/stat.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/pipeline/parse_pool.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
    gaz_parse_pool *parsers;
} scene;

static void write_file(const scene *s, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static gaz_status match(void *ctx, uint32_t language, const char *pattern, size_t pattern_len,
                        const char *text, size_t len, int64_t deadline_us, gaz_tree_matches *out,
                        gaz_error *why)
{
    const gaz_parse_pattern p = {language, pattern, pattern_len};
    return gaz_parse_match(ctx, &p, text, len, 0, deadline_us, out, why);
}

static void setup(scene *s)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    write_file(s, "a.c",
               "int f(void)\n{\n    /* free(p) */\n    free(p);\n    return g(free(q), 1);\n}\n");
    write_file(s, "b.c",
               "int free_all(void)\n{\n    const char *s = \"free(p)\";\r\n    if (s)\r\n"
               "        return 2;\n    return 3;\n}\n");
    write_file(s, "c.py", "free(p)\ndef f():\n    return 1\n");
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
    (void)fixture_index(&s->f, "r");
    assert_ok(gaz_parse_pool_new(NULL, 2, &s->parsers, &err));
    gaz_engine_set_tree_matcher(s->f.engine, match, s->parsers);
}

static void teardown(scene *s)
{
    gaz_parse_pool_free(s->parsers);
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static gaz_status take_hit(void *ctx, const gaz_file_hit *hit, gaz_error *unused)
{
    gaz_strbuf *out = ctx;
    (void)unused;
    if (!hit->line_count)
        gaz_strbuf_printf(out, "%.*s\n", (int)hit->path_len, hit->path);
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_line *line = &hit->lines[i];
        gaz_strbuf_printf(out, "%.*s:%u", (int)hit->path_len, hit->path, line->number);
        for (size_t k = 0; k < line->range_count; k++)
            gaz_strbuf_printf(out, " [%.*s]", (int)(line->ranges[k].end - line->ranges[k].start),
                              line->text + line->ranges[k].start);
        gaz_strbuf_putc(out, '\n');
    }
    return GAZ_OK;
}

static gaz_status ask(const scene *s, const char *query, gaz_strbuf *text,
                      gaz_search_result *result)
{
    gaz_search_request request = {
        .query = query, .query_len = strlen(query), .limit = 50, .deadline_us = GAZ_NEVER};
    gaz_error_clear(&err);
    return gaz_engine_search(s->f.engine, &request, take_hit, text, result, &err);
}

static void expect(const scene *s, const char *query, const char *expected, uint64_t candidates)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_search_result result;
    gaz_search_result_init(&result);
    if (ask(s, query, &text, &result) != GAZ_OK)
        fail_msg("%s: %s", query, err.message);
    if (strcmp(text.data ? text.data : "", expected) != 0)
        fail_msg("%s\n  gives\n%s  expected\n%s", query, text.data, expected);
    assert_true(result.complete);
    if (candidates && result.stats.candidates != candidates)
        fail_msg("%s: %llu candidates", query, (unsigned long long)result.stats.candidates);
    gaz_search_result_release(&result);
    gaz_strbuf_release(&text);
}

static void syntax_is_found_where_text_would_mislead(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    expect(&s, "lang:c ts:\"(call_expression function: (identifier) @f (#eq? @f \\\"free\\\"))\"",
           "a.c:4 [free]\na.c:5 [free]\n", 3);
    expect(&s, "lang:c ts:\"(call_expression function: (identifier) @f (#eq? @f \\\"g\\\"))\"",
           "a.c:5 [g]\n", 0);
    expect(&s, "lang:c ts:\"(if_statement)\"", "b.c:4 [if (s)]\nb.c:5 [        return 2;]\n", 0);
    expect(&s, "lang:python ts:\"(return_statement (integer) @n)\"", "c.py:3 [1]\n", 0);
    expect(&s, "lang:c -ts:\"(if_statement)\"", "a.c\n", 0);
    expect(&s, "lang:c ts:\"(if_statement)\" select:file", "b.c\n", 0);
    expect(&s, "lang:c ts:\"(return_statement (number_literal) @n)\" free_all",
           "b.c:1 [free_all]\nb.c:5 [2]\nb.c:6 [3]\n", 0);
    expect(&s, "lang:c ts:\"(goto_statement)\"", "", 0);
    teardown(&s);
}

static void patterns_that_mean_nothing_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *query;
        gaz_status status;
        size_t column;
        const char *words;
    } bad[] = {
        {"ts:\"(identifier)\"", GAZ_E_INVALID, 5, "needs the language"},
        {"lang:c or ts:\"(identifier)\"", GAZ_E_INVALID, 15, "needs the language"},
        {"-lang:c ts:\"(identifier)\"", GAZ_E_INVALID, 13, "needs the language"},
        {"lang:c ts:\"(identifir)\"", GAZ_E_INVALID, 13, "no such node"},
        {"lang:c ts:\"(identifier\"", GAZ_E_INVALID, 23, "no tree-sitter pattern"},
        {"lang:text ts:\"(identifier)\"", GAZ_E_UNSUPPORTED, 15, "grammar"},
    };
    scene s;
    setup(&s);
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gaz_search_result result;
        gaz_search_result_init(&result);
        gaz_status st = ask(&s, bad[i].query, &text, &result);
        if (st != bad[i].status || err.column != bad[i].column ||
            !strstr(err.message, bad[i].words))
            fail_msg("%s: %s, column %zu: %s", bad[i].query, gaz_status_name(st), err.column,
                     err.message);
        gaz_search_result_release(&result);
    }
    gaz_engine_set_tree_matcher(s.f.engine, NULL, NULL);
    gaz_search_result result;
    gaz_search_result_init(&result);
    assert_status(GAZ_E_UNSUPPORTED, ask(&s, "lang:c ts:\"(identifier)\"", &text, &result));
    gaz_search_result_release(&result);
    gaz_strbuf_release(&text);
    teardown(&s);
}

/* A text nobody can parse. */
static gaz_status dies(void *ctx, uint32_t language, const char *pattern, size_t pattern_len,
                       const char *text, size_t len, int64_t deadline_us, gaz_tree_matches *out,
                       gaz_error *why)
{
    (void)language, (void)pattern, (void)pattern_len, (void)deadline_us, (void)out, (void)text;
    const gaz_status *with = ctx;
    return len ? gaz_error_set(why, *with, "it died of it") : GAZ_OK;
}

static void files_that_cannot_be_parsed_are_told(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    gaz_status with = GAZ_E_REMOTE;
    gaz_engine_set_tree_matcher(s.f.engine, dies, &with);
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_search_result result;
    gaz_search_result_init(&result);
    assert_ok(ask(&s, "lang:c ts:\"(identifier)\"", &text, &result));
    assert_string_equal(result.reason, "pattern");
    assert_non_null(strstr(result.notes.data, "a.c: it died of it"));
    gaz_search_result_release(&result);
    with = GAZ_E_TIMEOUT;
    gaz_search_result_init(&result);
    assert_ok(ask(&s, "lang:c ts:\"(identifier)\"", &text, &result));
    assert_string_equal(result.reason, "timeout");
    gaz_search_result_release(&result);
    gaz_strbuf_release(&text);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(syntax_is_found_where_text_would_mislead),
        cmocka_unit_test(patterns_that_mean_nothing_are_refused),
        cmocka_unit_test(files_that_cannot_be_parsed_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
