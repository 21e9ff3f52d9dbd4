/* history, recent, cochange, owners and what else is asked of the past, over a repository with
 * renames, several people, merges and CODEOWNERS. */
#include "gaz_test.h"

#include <sys/stat.h>

#include "gaz/base/fs.h"
#include "gaz/store/commits.h"
#include "op_ask.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
    asker a;
} scene;

/* Runs a script in the work tree: `commit NAME DAY MESSAGE` commits all as NAME at noon of a day of
 * January 2024. */
static char *sh(const scene *s, const char *script)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "set -e; export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent\n"
        "as() { N=$1; export GIT_AUTHOR_NAME=$N GIT_AUTHOR_EMAIL=$N@example.org "
        "GIT_COMMITTER_NAME=$N GIT_COMMITTER_EMAIL=$N@example.org "
        "GIT_AUTHOR_DATE=\"2024-01-$2T12:00:00Z\" GIT_COMMITTER_DATE=\"2024-01-$2T12:00:00Z\"; }\n"
        "commit() { as $1 $2; git add -A; git commit -q --allow-empty -m \"$3\"; }\n%s",
        script);
    const char *const argv[] = {"bash", "-c", text.data, NULL};
    assert_int_equal(run_tool(&(tool){.argv = argv, .dir = s->tree, .loud = true}, &out), 0);
    gaz_strbuf_release(&text);
    while (out.len && out.data[out.len - 1] == '\n')
        out.data[--out.len] = '\0';
    return out.len ? gaz_strbuf_detach(&out, NULL) : strdup("");
}

static void setup_with(scene *s, const char *script)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    free(sh(s, script));
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
    (void)fixture_index(&s->f, "r");
    asker_open(&s->a, &s->f);
}

static void teardown(scene *s)
{
    asker_close(&s->a);
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

/* a.c is renamed to src/core.c, lib.c changes with it, gone.c goes. */
static const char story[] =
    "mkdir -p src .github; for i in 1 2 3 4 5 6 7 8; do echo \"int a$i;\"; done >a.c\n"
    "echo 'int g;' >gone.c; commit Ann 01 'begin it all'\n"
    "git rm -q gone.c; commit Ann 02 'remove gone.c'\n"
    "git mv a.c src/core.c; commit Bob 03 'move a.c below src'\n"
    "echo 'int core2;' >>src/core.c; echo 'int lib;' >src/lib.c; commit Bob 04 'a library'\n"
    "echo 'int core3;' >>src/core.c; echo 'int lib2;' >>src/lib.c\n"
    "commit Ann 05 $'teach core a third thing\\n\\nIt took long.\\n\\nAgent-Task: 42'\n"
    "printf '*  @all\\nsrc/  @core @bob\\nsrc/lib.c\\n' >.github/CODEOWNERS; commit Cid 06 owners\n"
    "git checkout -q -b side; echo 'int side;' >side.c; commit Cid 07 'on the side'\n"
    "git checkout -q main; echo 'int more;' >more.c; commit Ann 08 'more of it'\n"
    "as Ann 09; git merge -q --no-ff -m 'merge the side' side\n";

static void setup(scene *s)
{
    setup_with(s, story);
}

static const char *summaries(const gaz_json *answer, char *out, size_t size)
{
    const gaz_json *list = gaz_json_get(answer, "commits");
    size_t at = 0;
    out[0] = '\0';
    for (size_t i = 0; i < gaz_json_size(list) && at < size; i++)
        at += (size_t)snprintf(out + at, size - at, "%s%s", i ? "; " : "",
                               op_text(gaz_json_at(list, i), "summary"));
    return out;
}

static int64_t number(const gaz_json *answer, const char *path)
{
    return gaz_json_integer(op_at(answer, path), -1);
}

static void history_follows_a_file_through_its_rename(void **state)
{
    (void)state;
    scene s;
    char text[400];
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "history", "path", "src/core.c", NULL);
    assert_string_equal(summaries(got, text, sizeof text),
                        "teach core a third thing; a library; move a.c below src; begin it all");
    assert_string_equal(op_text(got, "commits|0|path"), "src/core.c");
    assert_string_equal(op_text(got, "commits|0|task"), "42");
    assert_string_equal(op_text(got, "commits|2|change"), "renamed");
    assert_string_equal(op_text(got, "commits|3|path"), "a.c");
    assert_int_equal(number(got, "total"), 4);
    assert_int_equal(number(got, "history|commits"), 9);
    assert_false(gaz_json_truth(op_at(got, "history|goes_on"), true));
    got = op_ask(&s.a, "history", "path", "src/core.c", "follow", "false", NULL);
    assert_string_equal(summaries(got, text, sizeof text),
                        "teach core a third thing; a library; move a.c below src");
    teardown(&s);
}

static void history_of_what_is_gone_is_told(void **state)
{
    (void)state;
    scene s;
    char text[400];
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "history", "path", "gone.c", NULL);
    assert_true(gaz_json_truth(op_at(got, "gone"), false));
    assert_string_equal(summaries(got, text, sizeof text), "remove gone.c; begin it all");
    assert_string_equal(op_text(got, "commits|0|change"), "deleted");
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "history", "path", "src/cor.c", NULL));
    assert_non_null(strstr(s.a.error.hint, "src/core.c"));
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "history", "rev", "mian", NULL));
    teardown(&s);
}

static void history_is_filtered_by_people_times_and_words(void **state)
{
    (void)state;
    scene s;
    char text[400];
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "history", "author", "BOB", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "a library; move a.c below src");
    got = op_ask(&s.a, "history", "after", "2024-01-05", "before", "2024-01-07", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "owners; teach core a third thing");
    got = op_ask(&s.a, "history", "before", "2024-01-02", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "begin it all");
    got = op_ask(&s.a, "history", "message", "core thing", "messages", "1", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "teach core a third thing");
    assert_non_null(strstr(op_text(got, "commits|0|message"), "It took long."));
    got = op_ask(&s.a, "history", "path", "src", "author", "Ann", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "teach core a third thing");
    got = op_ask(&s.a, "history", "merges", "1", "limit", "1", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "merge the side");
    got = op_ask(&s.a, "history", "rev", "main~1", "limit", "1", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "more of it");
    assert_status(GAZ_E_INVALID,
                  op_refused(&s.a, "history", "after", "2024-01-07", "before", "2024-01-05", NULL));
    teardown(&s);
}

static void pages_of_history_hold_while_commits_come(void **state)
{
    (void)state;
    scene s;
    char text[400], cursor[100];
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "history", "limit", "3", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "more of it; on the side; owners");
    assert_string_equal(op_text(got, "reason"), "limit");
    snprintf(cursor, sizeof cursor, "%s", op_text(got, "cursor"));
    free(sh(&s, "commit Dan 10 'pushed meanwhile'"));
    (void)fixture_index(&s.f, "r");
    got = op_ask(&s.a, "history", "limit", "3", "cursor", cursor, NULL);
    assert_string_equal(summaries(got, text, sizeof text),
                        "teach core a third thing; a library; move a.c below src");
    snprintf(cursor, sizeof cursor, "%s", op_text(got, "cursor"));
    got = op_ask(&s.a, "history", "limit", "3", "cursor", cursor, NULL);
    assert_string_equal(summaries(got, text, sizeof text), "remove gone.c; begin it all");
    assert_null(gaz_json_text(op_at(got, "cursor"), NULL));
    assert_true(gaz_json_truth(op_at(got, "complete"), false));
    cursor[1] = cursor[1] == '0' ? '1' : '0';
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "history", "cursor", cursor, NULL));
    assert_non_null(strstr(s.a.error.message, "expired"));
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "history", "limit", "10001", NULL));
    teardown(&s);
}

static void a_history_that_is_cut_says_where_it_ends(void **state)
{
    (void)state;
    scene s;
    char home[700];
    gaz_error_clear(&err);
    s = (scene){.dir = make_temp_dir()};
    snprintf(s.tree, sizeof s.tree, "%s/tree", s.dir);
    snprintf(home, sizeof home, "%s/home", s.dir);
    free(run_git(s.dir, "init", "-q", "-b", "main", s.tree, NULL));
    free(sh(&s, story));
    assert_ok(gaz_mkdir_all(home, 0700, &err));
    snprintf(home, sizeof home, "%s/home/gaz.yaml", s.dir);
    assert_ok(gaz_file_write(home, "history:\n  commits: 4\n", 22, 0600, &err));
    fixture_open(&s.f, s.dir, "home");
    fixture_add(&s.f, s.tree, "r", NULL);
    (void)fixture_index(&s.f, "r");
    asker_open(&s.a, &s.f);
    const gaz_json *got = op_ask(&s.a, "history", NULL);
    assert_int_equal(number(got, "history|commits"), 4);
    assert_true(gaz_json_truth(op_at(got, "history|goes_on"), false));
    assert_string_equal(op_text(got, "history|oldest_time"), "2024-01-06T12:00:00Z");
    got = op_ask(&s.a, "status", NULL);
    assert_int_equal(number(got, "repos|0|history|commits"), 4);
    assert_true(gaz_json_truth(op_at(got, "repos|0|history|goes_on"), false));
    teardown(&s);
}

static void recent_counts_the_commits_that_were_asked_for(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "recent", "limit", "2", NULL);
    assert_string_equal(op_text(got, "files|0|path"), "more.c");
    assert_string_equal(op_text(got, "files|1|path"), "side.c");
    assert_string_equal(op_text(got, "reason"), "limit");
    got = op_ask(&s.a, "recent", "path", "src", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "files")), 2);
    assert_string_equal(op_text(got, "files|0|path"), "src/core.c");
    assert_int_equal(number(got, "files|0|commits"), 3);
    assert_string_equal(op_text(got, "files|0|last|author|name"), "Ann");
    got = op_ask(&s.a, "recent", "author", "bob", "path", "src/core.c", NULL);
    assert_int_equal(number(got, "files|0|commits"), 2);
    assert_string_equal(op_text(got, "files|0|last|summary"), "a library");
    got = op_ask(&s.a, "recent", "after", "2024-01-08", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "files")), 1);
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "recent", "path", "srk", NULL));
    teardown(&s);
}

static void cochange_tells_companions_with_their_share(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "cochange", "path", "src/core.c", NULL);
    assert_int_equal(number(got, "looked"), 3);
    assert_string_equal(op_text(got, "files|0|path"), "src/lib.c");
    assert_int_equal(number(got, "files|0|together"), 2);
    assert_true(gaz_json_number(op_at(got, "files|0|confidence"), 0) > 0.66);
    assert_string_equal(op_text(got, "files|0|last"), "2024-01-05T12:00:00Z");
    assert_int_equal(gaz_json_size(op_at(got, "files")), 1);
    got = op_ask(&s.a, "cochange", "path", "src/core.c", "path", "src/lib.c", NULL);
    assert_int_equal(number(got, "looked"), 3); /* each commit once */
    assert_int_equal(gaz_json_size(op_at(got, "files")), 0);
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "cochange", "path", "src", NULL));
    teardown(&s);
}

static void owners_tell_which_line_says_so(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    const gaz_json *got =
        op_ask(&s.a, "owners", "path", "src/core.c", "path", "src/lib.c", "path", "src", NULL);
    assert_string_equal(op_text(got, "codeowners"), ".github/CODEOWNERS");
    assert_string_equal(op_text(got, "paths|0|rules|0|owners|0"), "@core");
    assert_string_equal(op_text(got, "paths|0|rules|0|owners|1"), "@bob");
    assert_int_equal(number(got, "paths|0|rules|0|line"), 2);
    assert_int_equal(number(got, "paths|0|unowned"), 0);
    assert_int_equal(number(got, "paths|1|rules|0|line"), 3); /* that nobody owns it */
    assert_int_equal(gaz_json_size(op_at(got, "paths|1|rules|0|owners")), 0);
    assert_int_equal(number(got, "paths|1|unowned"), 1);
    assert_int_equal(number(got, "paths|2|files"), 2);
    assert_int_equal(gaz_json_size(op_at(got, "paths|2|rules")), 2);
    assert_null(gaz_json_text(op_at(got, "paths|0|since"), NULL)); /* nobody did for a year */
    assert_string_equal(op_text(got, "paths|0|people|0|name"), "Bob");
    assert_int_equal(number(got, "paths|0|people|0|commits"), 2);
    assert_int_equal(number(got, "paths|0|commits"), 3);
    got = op_ask(&s.a, "owners", "path", ".", "after", "2024-01-06", "limit", "1", NULL);
    assert_string_equal(op_text(got, "paths|0|since"), "2024-01-06T00:00:00Z");
    assert_string_equal(op_text(got, "paths|0|people|0|name"), "Cid");
    assert_string_equal(op_text(got, "reason"), "limit");
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "owners", "path", "src/core.x", NULL));
    teardown(&s);
}

static void what_is_not_indexed_yet_is_said(void **state)
{
    (void)state;
    scene s;
    gaz_repo_row row;
    uint64_t generation = 0;
    setup(&s);
    gaz_run_result result;
    free(sh(&s, "echo x >x.c; commit Eve 11 'text alone'"));
    int64_t job = 0;
    assert_ok(gaz_runner_submit_text(s.f.runner, "r", NULL, &job, &err));
    assert_ok(gaz_runner_wait(s.f.runner, job, -1, NULL, NULL, &result, &err));
    const gaz_json *got = op_ask(&s.a, "history", "limit", "1", NULL);
    const char *reason = op_text(got, "reason");
    if (strcmp(reason, "history_pending") != 0) /* or it came along */
        assert_string_equal(op_text(got, "commits|0|summary"), "text alone");
    assert_ok(gaz_store_repo_get(s.f.store, "r", &row, &err));
    assert_ok(gaz_commits_publish(s.f.store, row.id, NULL, 0, &generation, &err));
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "recent", NULL));
    assert_non_null(strstr(s.a.error.message, "history"));
    gaz_repo_row_release(&row);
    teardown(&s);
}

static void entry_points_and_what_nothing_refers_to_are_listed(void **state)
{
    (void)state;
    scene s;
    setup_with(&s, "mkdir src tests\n"
                   "printf 'static int unused(void)\\n{\\n    return 1;\\n}\\nint open_to_all(void)"
                   "\\n{\\n    return 2;\\n}\\nstatic int used(void)\\n{\\n    return 3;\\n}\\nint "
                   "main(void)\\n{\\n    return used();\\n}\\n' >src/main.c\n"
                   "printf 'int main(void)\\n{\\n    return 0;\\n}\\n' >tests/test_main.c\n"
                   "commit Ann 01 c");
    const gaz_json *got = op_ask(&s.a, "deps.entries", NULL);
    assert_int_equal(number(got, "total"), 1);
    assert_int_equal(number(got, "tests"), 1);
    assert_string_equal(op_text(got, "files|0|path"), "src/main.c");
    assert_string_equal(op_text(got, "files|0|reasons|0"), "main");
    got = op_ask(&s.a, "deps.entries", "tests", "1", "limit", "1", NULL);
    assert_string_equal(op_text(got, "reason"), "limit");
    char cursor[100];
    snprintf(cursor, sizeof cursor, "%s", op_text(got, "cursor"));
    got = op_ask(&s.a, "deps.entries", "tests", "1", "limit", "1", "cursor", cursor, NULL);
    assert_string_equal(op_text(got, "files|0|path"), "tests/test_main.c");
    got = op_ask(&s.a, "deps.entries", "reason", "manifest", NULL);
    assert_int_equal(number(got, "total"), 0);
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "deps.entries", "path", "scr", NULL));

    got = op_ask(&s.a, "symbols.unreferenced", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "symbols")), 1);
    assert_string_equal(op_text(got, "symbols|0|name"), "unused");
    assert_int_equal(gaz_json_size(op_at(got, "symbols|0|doubts")), 0);
    got = op_ask(&s.a, "symbols.unreferenced", "doubtful", "1", "path", "src", "limit", "2", NULL);
    assert_string_equal(op_text(got, "symbols|1|name"), "open_to_all");
    assert_string_equal(op_text(got, "symbols|1|doubts|0"), "exported");
    snprintf(cursor, sizeof cursor, "%s", op_text(got, "cursor"));
    got = op_ask(&s.a, "symbols.unreferenced", "doubtful", "1", "path", "src", "cursor", cursor,
                 NULL);
    assert_int_equal(gaz_json_size(op_at(got, "symbols")), 1);
    assert_string_equal(op_text(got, "symbols|0|name"), "main");
    got = op_ask(&s.a, "symbols.unreferenced", "kind", "struct", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "symbols")), 0);
    teardown(&s);
}

static void blame_names_commits_people_and_tasks(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "blame", "path", "src/core.c", NULL);
    assert_int_equal(number(got, "lines_total"), 10);
    assert_int_equal(gaz_json_size(op_at(got, "ranges")), 3);
    assert_int_equal(number(got, "ranges|0|last"), 8);
    assert_string_equal(op_text(got, "ranges|0|summary"), "begin it all");
    assert_string_equal(op_text(got, "ranges|0|path"), "a.c");
    assert_string_equal(op_text(got, "ranges|0|text|7"), "int a8;");
    assert_null(gaz_json_text(op_at(got, "ranges|0|task"), NULL));
    assert_string_equal(op_text(got, "ranges|1|author|name"), "Bob");
    assert_string_equal(op_text(got, "ranges|2|task"), "42");
    assert_string_equal(op_text(got, "ranges|2|authored"), "2024-01-05T12:00:00Z");
    got = op_ask(&s.a, "blame", "path", "src/core.c", "lines", "8-9", "text", "false", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "ranges")), 2);
    assert_int_equal(number(got, "ranges|0|first"), 8);
    assert_null(op_at(got, "ranges|0|text"));
    got = op_ask(&s.a, "blame", "path", "src/core.c", "limit", "2", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "ranges")), 2);
    assert_string_equal(op_text(got, "reason"), "limit");
    got = op_ask(&s.a, "blame", "path", "a.c", "rev", "main~6", NULL);
    assert_int_equal(number(got, "total"), 1);
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "blame", "path", "src/cor.c", NULL));
    assert_non_null(strstr(s.a.error.hint, "src/core.c"));
    assert_status(GAZ_E_INVALID,
                  op_refused(&s.a, "blame", "path", "src/core.c", "lines", "90", NULL));
    teardown(&s);
}

static void what_is_in_no_commit_yet_is_nobodys(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    free(sh(&s, "echo 'int draft;' >>src/core.c"));
    (void)fixture_index(&s.f, "r");
    assert_status(GAZ_E_UNSUPPORTED,
                  op_refused(&s.a, "blame", "path", "src/core.c", "rev", "worktree", NULL));
    assert_non_null(strstr(s.a.error.hint, "rev=HEAD"));
    const gaz_json *got = op_ask(&s.a, "blame", "path", "src/lib.c", "rev", "worktree", NULL);
    assert_int_equal(number(got, "total"), 2);
    teardown(&s);
}

static void history_of_a_definition_is_that_of_its_lines(void **state)
{
    (void)state;
    scene s;
    char text[400], cursor[200];
    setup_with(&s, "printf 'int one(void)\n{\n    return 1;\n}\n\nint two(void)\n{\n    return "
                   "2;\n}\n' >f.c; commit Ann 01 'begin'\n"
                   "sed -i 's/return 1/return 10/' f.c; commit Bob 02 'one is ten'\n"
                   "sed -i '1i int zero;' f.c; commit Cid 03 'zero'\n"
                   "sed -i 's/return 2/return 20/' f.c; commit Ann 04 'two is twenty'\n"
                   "git mv f.c g.c; commit Ann 05 'move'\n"
                   "sed -i 's/return 10/return 100/' g.c; commit Bob 06 'one is a hundred'");
    const gaz_json *got = op_ask(&s.a, "history", "symbol", "one", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "one is a hundred; one is ten; begin");
    assert_string_equal(op_text(got, "symbol|name"), "one");
    assert_int_equal(number(got, "commits|0|first"), 2);
    assert_int_equal(number(got, "commits|1|first"), 1);
    assert_string_equal(op_text(got, "commits|1|path"), "f.c");
    got = op_ask(&s.a, "history", "at", "g.c:7", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "two is twenty; begin");
    got = op_ask(&s.a, "history", "symbol", "one", "author", "bob", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "one is a hundred; one is ten");
    got = op_ask(&s.a, "history", "symbol", "one", "before", "2024-01-02", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "begin");
    got = op_ask(&s.a, "history", "path", "g.c", "lines", "1", NULL);
    assert_string_equal(summaries(got, text, sizeof text), "zero");
    got = op_ask(&s.a, "history", "symbol", "one", "limit", "1", NULL);
    assert_string_equal(op_text(got, "reason"), "limit");
    snprintf(cursor, sizeof cursor, "%s", op_text(got, "cursor"));
    free(sh(&s, "sed -i '1i int new;' g.c; commit Dan 07 'pushed'"));
    (void)fixture_index(&s.f, "r");
    got = op_ask(&s.a, "history", "symbol", "one", "cursor", cursor, NULL);
    assert_string_equal(summaries(got, text, sizeof text), "one is ten; begin");
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "history", "symbol", "onee", NULL));
    assert_non_null(strstr(s.a.error.hint, "one"));
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "history", "lines", "1", NULL));
    assert_status(GAZ_E_INVALID,
                  op_refused(&s.a, "history", "symbol", "one", "cursor", "tx", NULL));
    assert_status(GAZ_E_INVALID,
                  op_refused(&s.a, "history", "symbol", "one", "message", "ten", NULL));
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blame_names_commits_people_and_tasks),
        cmocka_unit_test(what_is_in_no_commit_yet_is_nobodys),
        cmocka_unit_test(history_of_a_definition_is_that_of_its_lines),
        cmocka_unit_test(history_follows_a_file_through_its_rename),
        cmocka_unit_test(history_of_what_is_gone_is_told),
        cmocka_unit_test(history_is_filtered_by_people_times_and_words),
        cmocka_unit_test(pages_of_history_hold_while_commits_come),
        cmocka_unit_test(a_history_that_is_cut_says_where_it_ends),
        cmocka_unit_test(recent_counts_the_commits_that_were_asked_for),
        cmocka_unit_test(cochange_tells_companions_with_their_share),
        cmocka_unit_test(owners_tell_which_line_says_so),
        cmocka_unit_test(what_is_not_indexed_yet_is_said),
        cmocka_unit_test(entry_points_and_what_nothing_refers_to_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
