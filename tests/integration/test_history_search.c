/* Queries for commits, over the histories of several repositories. */
#include "gaz_test.h"

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/query/history_search.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir;
    fixture f;
} scene;

/* Commits at given days of January 2024, as they are told: "day author|file|text|message". */
typedef struct step {
    int day;
    const char *author, *email, *file, *text, *message;
} step;

static const step red[] = {
    {2, "Ann Lee", "ann@red.org", "a.c", "int one;\n", "Add one"},
    {4, "Bob Ray", "bob@red.org", "a.c", "int two;\n", "Replace one by two\n\nFixes: nothing"},
    {9, "Ann Lee", "ann@red.org", "b.py", "two = 2\none = 1\n", "Python, too"},
};
static const step blue[] = {
    {3, "Cy Doe", "cy@blue.org", "x.c", "int blue_one;\n", "Blue begins"},
    {9, "Cy Doe", "cy@blue.org", "x.c", "int blue_two;\n", "Blue has two"},
};

static void add_step(gaz_strbuf *out, const step *s, bool first)
{
    gaz_strbuf_printf(out,
                      "commit refs/heads/main\nauthor %s <%s> %lld +0000\ncommitter C <c@c> %lld "
                      "+0000\ndata %zu\n%s\n",
                      s->author, s->email, 1704067200LL + (s->day - 1) * 86400LL,
                      1704067200LL + (s->day - 1) * 86400LL, strlen(s->message), s->message);
    if (!first)
        gaz_strbuf_puts(out, "from refs/heads/main^0\n");
    gaz_strbuf_printf(out, "M 100644 inline %s\ndata %zu\n%s\n", s->file, strlen(s->text), s->text);
}

static void make_repo(const scene *s, const char *name, const step *steps, size_t count)
{
    char repo[700], input[700];
    gaz_strbuf stream = GAZ_STRBUF_INIT;
    snprintf(repo, sizeof repo, "%s/%s.git", s->dir, name);
    snprintf(input, sizeof input, "%s/import", s->dir);
    free(run_git(s->dir, "init", "-q", "--bare", "-b", "main", repo, NULL));
    for (size_t i = 0; i < count; i++) {
        gaz_strbuf_reset(&stream);
        add_step(&stream, &steps[i], i == 0);
        assert_ok(gaz_file_write(input, stream.data, stream.len, 0600, &err));
        const char *const import[] = {"git", "-C", repo, "fast-import", "--quiet", NULL};
        assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL), 0);
    }
    gaz_strbuf_release(&stream);
}

static void setup(scene *s)
{
    char source[700];
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    make_repo(s, "red", red, 3);
    make_repo(s, "blue", blue, 2);
    fixture_open(&s->f, s->dir, "home");
    static const char *const names[] = {"red", "blue"};
    for (size_t i = 0; i < 2; i++) {
        snprintf(source, sizeof source, "%s/%s.git", s->dir, names[i]);
        fixture_add(&s->f, source, names[i], NULL);
        (void)fixture_index(&s->f, names[i]);
    }
}

static void teardown(scene *s)
{
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

typedef struct told {
    gaz_strbuf text;
    size_t histories;
} told;

/* "repo summary" and, below it, " sign path:line text". */
static gaz_status take_commit(void *ctx, const gaz_commit_hit *hit, gaz_error *unused)
{
    told *t = ctx;
    (void)unused;
    gaz_strbuf_printf(&t->text, "%s %.*s\n", hit->repo, (int)strcspn(hit->record->message, "\n"),
                      hit->record->message);
    for (size_t i = 0; i < hit->match_count; i++) {
        const gaz_commit_match *m = &hit->matches[i];
        gaz_strbuf_printf(&t->text, " %c%.*s:%u %.*s\n", m->sign, (int)m->path_len,
                          m->path ? m->path : "", m->line, (int)m->len, m->text);
    }
    return GAZ_OK;
}

static gaz_status take_history(void *ctx, const char *repo, gaz_commits *index, gaz_error *unused)
{
    told *t = ctx;
    (void)unused, (void)repo;
    assert_non_null(index);
    assert_false(gaz_commits_state_of(index)->end.goes_on);
    t->histories++;
    return GAZ_OK;
}

static gaz_status ask(const scene *s, const char *query, uint32_t limit, const char *cursor,
                      told *t, gaz_search_result *result)
{
    const gaz_history_visitor visitor = {take_commit, take_history, t};
    gaz_search_request request = {.query = query,
                                  .query_len = strlen(query),
                                  .limit = limit,
                                  .cursor = cursor,
                                  .deadline_us = GAZ_NEVER};
    gaz_error_clear(&err);
    return gaz_engine_search_history(s->f.engine, &request, &visitor, result, &err);
}

static void expect(const scene *s, const char *query, const char *expected)
{
    told t = {.text = GAZ_STRBUF_INIT};
    gaz_search_result result;
    gaz_search_result_init(&result);
    if (ask(s, query, 50, NULL, &t, &result) != GAZ_OK)
        fail_msg("%s: %s", query, err.message);
    if (strcmp(t.text.data ? t.text.data : "", expected) != 0)
        fail_msg("%s\n  gives\n%s  expected\n%s", query, t.text.data, expected);
    assert_true(result.complete);
    gaz_search_result_release(&result);
    gaz_strbuf_release(&t.text);
}

static void commits_of_all_repositories_come_newest_first(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    expect(&s, "type:commit",
           "blue Blue has two\nred Python, too\nred Replace one by two\n"
           "blue Blue begins\nred Add one\n");
    expect(&s, "type:commit repo:^r", "red Python, too\nred Replace one by two\nred Add one\n");
    expect(&s, "type:diff repo=blue", "blue Blue has two\nblue Blue begins\n");
    expect(&s, "type:commit -repo:blue count:1 -repo:nothing two",
           "red Replace one by two\n"
           "  :1 Replace one by two\n");
    teardown(&s);
}

static void messages_authors_and_dates_choose(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    expect(&s, "type:commit two",
           "blue Blue has two\n  :1 Blue has two\n"
           "red Replace one by two\n  :1 Replace one by two\n");
    expect(&s, "type:commit \"Fixes: nothing\" /\\bone\\b/",
           "red Replace one by two\n  :3 Fixes: nothing\n");
    expect(&s, "type:commit author:ann", "red Python, too\nred Add one\n");
    expect(&s, "type:commit author:/<(bob|cy)@/ -author:blue", "red Replace one by two\n");
    expect(&s, "type:commit after:2024-01-04 before:2024-01-09", "red Replace one by two\n");
    expect(&s, "type:commit after:2024-01-09T00:00:00Z author:cy", "blue Blue has two\n");
    expect(&s, "type:commit after:\"2 weeks ago\"", "");
    expect(&s, "type:commit before:yesterday message:begins",
           "blue Blue begins\n  :1 Blue begins\n");
    teardown(&s);
}

static void diffs_are_searched_line_by_line(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    expect(&s, "type:diff one case:yes -repo:blue",
           "red Python, too\n +b.py:2 one = 1\nred Replace one by two\n -a.c:1 int one;\n"
           "red Add one\n +a.c:1 int one;\n");
    expect(&s, "type:diff one file:py$", "red Python, too\n +b.py:2 one = 1\n");
    expect(&s, "type:diff file:\"x.c\" author:cy after:2024-01-05",
           "blue Blue has two\n -x.c:1 int blue_one;\n +x.c:1 int blue_two;\n");
    expect(&s, "type:diff two message:fixes", "red Replace one by two\n +a.c:1 int two;\n");
    expect(&s, "type:diff one two author:ann", "red Python, too\n +b.py:2 one = 1\n");
    expect(&s, "type:diff message:\"has two\"", "blue Blue has two\n  :1 Blue has two\n");
    teardown(&s);
}

static void pages_follow_each_other_also_when_something_was_pushed(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    told t = {.text = GAZ_STRBUF_INIT};
    char cursor[300] = "";
    for (int page = 0; page < 5; page++) {
        gaz_search_result result;
        gaz_search_result_init(&result);
        assert_ok(ask(&s, "type:commit", 1, cursor[0] ? cursor : NULL, &t, &result));
        assert_int_equal(result.stats.files, 1);
        if (page < 4) {
            assert_string_equal(result.reason, "limit");
            snprintf(cursor, sizeof cursor, "%s", result.cursor.data);
        } else {
            assert_true(result.complete);
            assert_int_equal(result.cursor.len, 0);
        }
        gaz_search_result_release(&result);
        if (page == 1) {
            static const step more = {20, "New", "n@n", "n.c", "int n;\n", "Newer"};
            gaz_strbuf stream = GAZ_STRBUF_INIT;
            char repo[700], input[700];
            snprintf(repo, sizeof repo, "%s/blue.git", s.dir);
            snprintf(input, sizeof input, "%s/import", s.dir);
            add_step(&stream, &more, false);
            assert_ok(gaz_file_write(input, stream.data, stream.len, 0600, &err));
            const char *const import[] = {"git", "-C", repo, "fast-import", "--quiet", NULL};
            assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL),
                             0);
            gaz_strbuf_release(&stream);
            (void)fixture_index(&s.f, "blue");
        }
    }
    assert_string_equal(t.text.data, "blue Blue has two\nred Python, too\nred Replace one by two\n"
                                     "blue Blue begins\nred Add one\n");
    gaz_strbuf_release(&t.text);
    teardown(&s);
}

static void what_cannot_be_answered_is_refused(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    told t = {.text = GAZ_STRBUF_INIT};
    gaz_search_result result;
    gaz_search_result_init(&result);
    assert_status(GAZ_E_INVALID, ask(&s, "type:commit /a(b/", 50, NULL, &t, &result));
    assert_int_equal(err.column, 15);
    assert_status(GAZ_E_INVALID, ask(&s, "type:commit x", 50, "c1.1.2.3", &t, &result));
    assert_non_null(strstr(err.message, "cursor"));
    assert_status(GAZ_E_INVALID,
                  ask(&s, "type:commit x", 50, "h1.1.2.3.0123456789012345678901234567890123456789",
                      &t, &result));
    assert_non_null(strstr(err.message, "another query"));
    assert_status(GAZ_E_UNSUPPORTED, ask(&s, "type:diff /a\\nb/", 50, NULL, &t, &result));
    answer_text text;
    fixture_search(s.f.engine, "type:commit x", 50, NULL, &text);
    assert_status(GAZ_E_UNSUPPORTED, text.status);
    answer_text_release(&text);
    assert_false(gaz_query_wants_history("type:commi x", 12));
    assert_true(gaz_query_wants_history("x type:diff", 11));
    gaz_search_result_release(&result);
    gaz_strbuf_release(&t.text);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commits_of_all_repositories_come_newest_first),
        cmocka_unit_test(messages_authors_and_dates_choose),
        cmocka_unit_test(diffs_are_searched_line_by_line),
        cmocka_unit_test(pages_follow_each_other_also_when_something_was_pushed),
        cmocka_unit_test(what_cannot_be_answered_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
