/* Commit indexes as runs make them, held against git's own answers and against indexes made at
 * once; cut short, interrupted, damaged and bounded. */
#include "run_support.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "history_run.h"

static gaz_error err;
static const index_request app = {.repo = "app"};

static int setup(void **state)
{
    gaz_error_clear(&err);
    return bench_setup(state);
}

/* Commands in the work tree, with commits a minute apart. */
static void sh(const bench *b, const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "cd '%s' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent "
        "GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Carl "
        "GIT_COMMITTER_EMAIL=carl@example.org; T=$(cat ../clock 2>/dev/null || echo 1700000000); "
        "tick() { T=$((T+60)); echo $T >../clock; export GIT_AUTHOR_DATE=\"$T +0130\" "
        "GIT_COMMITTER_DATE=\"$T -0700\"; }; "
        "commit() { tick; git add -A; git commit -q --allow-empty \"$@\"; }; set -e; %s",
        b->work, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

static char *ask(const bench *b, const char *command)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
    char buffer[4096];
    gaz_strbuf_printf(&text, "cd '%s' && %s", b->work, command);
    FILE *p = popen(text.data, "r");
    assert_non_null(p);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, p)) > 0;)
        gaz_strbuf_add(&out, buffer, n);
    assert_int_equal(0, pclose(p));
    gaz_strbuf_release(&text);
    return gaz_strbuf_detach(&out, NULL);
}

static int64_t repo_id(const bench *b)
{
    gaz_repo_row row;
    assert_ok(gaz_store_repo_get(b->store, "app", &row, &err));
    int64_t id = row.id;
    gaz_repo_row_release(&row);
    return id;
}

static gaz_commits *open_index(const bench *b)
{
    gaz_commits *index = NULL;
    assert_ok(gaz_commits_open(b->store, repo_id(b), &index, &err));
    return index;
}

static char *dump(const bench *b)
{
    gaz_commits *index = open_index(b);
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_commits_dump(index, &out, &err));
    gaz_commits_unref(index);
    return gaz_strbuf_detach(&out, NULL);
}

static void drop(const bench *b)
{
    assert_ok(gaz_commits_publish(b->store, repo_id(b), NULL, 0, NULL, &err));
}

/* The index is what one made at once would be. */
static void assert_as_rebuilt(const bench *b)
{
    history_result result;
    char *grown = dump(b);
    drop(b);
    assert_ok(history_update(b->store, &b->settings, &app, &result, &err));
    char *rebuilt = dump(b);
    assert_string_equal(rebuilt, grown);
    free(grown);
    free(rebuilt);
}

/* ---- the log ---- */

static char *log_as_ids(gaz_commits *index, const gaz_commits_filter *filter, size_t limit)
{
    gaz_arena arena;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_commits_page page = {.limit = limit};
    gaz_arena_init(&arena, (size_t)64 << 20);
    do {
        assert_ok(gaz_commits_log(index, filter, &page, &arena, &err));
        for (size_t i = 0; i < page.count; i++) {
            char hex[GAZ_OID_HEX];
            gaz_oid_format(gaz_commits_id(index, page.hits[i].rank), hex);
            gaz_strbuf_printf(&out, "%s\n", hex);
        }
        page.from = page.next;
    } while (page.next != UINT32_MAX);
    gaz_arena_release(&arena);
    return gaz_strbuf_detach(&out, NULL);
}

static void assert_log(const bench *b, gaz_commits *index, const gaz_commits_filter *filter,
                       const char *git)
{
    static const size_t pages[] = {1000, 2, 1};
    char *expected = ask(b, git);
    for (size_t i = 0; i < 3; i++) {
        char *actual = log_as_ids(index, filter, pages[i]);
        if (strcmp(expected, actual) != 0)
            fail_msg("%s\nexpected\n%s\ngot\n%s", git, expected, actual);
        free(actual);
    }
    free(expected);
}

static const char story[] =
    "mkdir -p src/net docs; seq 1 40 >src/net/tcp.c; seq 50 90 >src/main.c; echo hello >docs/a.md; "
    "commit -m 'initial import of the sources'; "
    "sed -i 5s/.*/five/ src/net/tcp.c; commit -m 'tcp: fix the retransmission timer'; "
    "GIT_AUTHOR_NAME='Bob Müller' GIT_AUTHOR_EMAIL=bob@example.org; echo more >>docs/a.md; "
    "commit -m 'docs: say more\n\nAgent-Task: 7'; GIT_AUTHOR_NAME=Ann; "
    "GIT_AUTHOR_EMAIL=ann@example.org; git checkout -qb side; sed -i 9s/.*/nine/ src/net/tcp.c; "
    "sed -i 3s/.*/x/ src/main.c; commit -m 'tcp and main: a change on the side'; "
    "git checkout -q main; git mv src/net/tcp.c src/net/transport.c; "
    "sed -i 20s/.*/twenty/ src/net/transport.c; commit -m 'rename the transport'; "
    "sed -i 30s/.*/t/ src/net/transport.c; sed -i 8s/.*/y/ src/main.c; commit -m 'both files'; "
    "tick; git merge -q --no-ff -m 'merge the side' side; rm docs/a.md; commit -m 'drop a page'; "
    "sed -i 31s/.*/u/ src/net/transport.c; sed -i 9s/.*/z/ src/main.c; echo n >new; commit -m "
    "'a new file and a timer'";

static void logs_are_gits_own(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_commits_filter f = {.merges = true};
    assert_log(b, index, &f, "git log --format=%H");
    f = (gaz_commits_filter){0};
    assert_log(b, index, &f, "git log --no-merges --format=%H");
    f = (gaz_commits_filter){.path = "src/main.c", .path_len = 10};
    assert_log(b, index, &f, "git log --no-merges --full-history --format=%H -- src/main.c");
    f = (gaz_commits_filter){.path = "src/net", .path_len = 7, .below = true};
    assert_log(b, index, &f, "git log --no-merges --full-history --format=%H -- src/net");
    f = (gaz_commits_filter){.path = "", .below = true};
    assert_log(b, index, &f, "git log --no-merges --format=%H");
    f = (gaz_commits_filter){.path = "src/net/transport.c", .path_len = 19};
    assert_log(b, index, &f, "git log --no-merges --format=%H --no-renames -- src/net/transport.c");
    f.path = "src/net/t";
    f.path_len = 9;
    assert_log(b, index, &f, "true");
    f = (gaz_commits_filter){.author = "müller"};
    assert_log(b, index, &f, "git log --author=bob --format=%H");
    f = (gaz_commits_filter){.author = "ANN@"};
    assert_log(b, index, &f, "git log --no-merges --author=ann@ --format=%H");
    f = (gaz_commits_filter){.after = 1700000120, .before = 1700000300};
    assert_log(b, index, &f,
               "git log --no-merges --since=1700000120 --until=1700000299 --format=%H");
    f = (gaz_commits_filter){.message = "TIMER"};
    assert_log(b, index, &f, "git log -i --grep=timer --format=%H");
    f = (gaz_commits_filter){.message = "\"retransmission timer\" fix"};
    assert_log(b, index, &f, "git log -i --grep=retransmission --format=%H");
    f = (gaz_commits_filter){.message = "retrans* -- ()"};
    assert_log(b, index, &f, "git log -i --grep=retransmission --format=%H");
    f = (gaz_commits_filter){.message = "timer \"fix retransmission\""};
    assert_log(b, index, &f, "true");
    gaz_oid side;
    char *hex = ask(b, "printf %s $(git rev-parse side)");
    assert_ok(gaz_oid_parse(hex, &side, &err));
    f = (gaz_commits_filter){.reach = &side, .merges = true};
    assert_log(b, index, &f, "git log --format=%H side");
    memset(side.id, 1, sizeof side.id);
    gaz_commits_page page = {.limit = 10};
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_log(index, &f, &page, &arena, &err));
    gaz_error_clear(&err);
    f = (gaz_commits_filter){.message = "a \"b"};
    assert_status(GAZ_E_INVALID, gaz_commits_log(index, &f, &page, &arena, &err));
    assert_int_equal(3, err.column);
    gaz_arena_release(&arena);
    free(hex);
    gaz_commits_unref(index);
}

static void a_log_follows_a_file_through_its_renames(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_commits_filter f = {.path = "src/net/transport.c", .path_len = 19, .follow = true};
    assert_log(b, index, &f,
               "git log --no-merges --full-history --format=%H -- src/net/transport.c "
               "src/net/tcp.c");
    gaz_arena arena;
    gaz_commits_page page = {.limit = 100};
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_ok(gaz_commits_log(index, &f, &page, &arena, &err));
    assert_string_equal("src/net/transport.c", page.hits[0].path);
    assert_string_equal("src/net/tcp.c", page.hits[page.count - 1].path);
    assert_int_equal(GAZ_COMMIT_ADDED, page.hits[page.count - 1].kind);
    assert_true(page.counted);
    assert_int_equal(page.count, page.total);
    gaz_arena_release(&arena);
    gaz_commits_unref(index);
}

/* A directory of more paths than are put together one by one is gone through by commits. */
static void a_wide_directory_has_the_same_log(void **state)
{
    bench *b = *state;
    sh(b,
       "mkdir wide narrow; for i in $(seq 1 2100); do echo $i >wide/f$i; done; echo 1 >narrow/a; "
       "commit -m wide; echo 2 >narrow/a; commit -m narrow; echo 2 >wide/f7; commit -m one; "
       "rm wide/f8; commit -m two; git mv wide/f9 narrow/f9; commit -m three");
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_commits_filter f = {.path = "wide", .path_len = 4, .below = true};
    assert_log(b, index, &f, "git log --format=%H -- wide");
    f = (gaz_commits_filter){.path = "narrow", .path_len = 6, .below = true};
    assert_log(b, index, &f, "git log --format=%H -- narrow");
    gaz_commits_unref(index);
}

/* ---- what is counted ---- */

static gaz_status count_path(void *ctx, const gaz_path_stats *s, gaz_error *e)
{
    (void)e;
    gaz_strbuf_printf(ctx, "%s %u %u%s\n", s->path, s->commits, s->authors, s->gone ? " gone" : "");
    return GAZ_OK;
}

static void statistics_say_how_often_when_and_by_whom(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_commits_paths(index, "", 0, count_path, &out, &err));
    assert_string_equal("docs/a.md 3 2 gone\nnew 1 1\nsrc/main.c 4 1\nsrc/net/tcp.c 4 1 gone\n"
                        "src/net/transport.c 3 1\n",
                        out.data);
    gaz_strbuf_reset(&out);
    assert_ok(gaz_commits_paths(index, "src", 3, count_path, &out, &err));
    assert_string_equal("src/main.c 4 1\nsrc/net/tcp.c 4 1 gone\nsrc/net/transport.c 3 1\n",
                        out.data);
    gaz_path_stats stats;
    assert_ok(gaz_commits_path(index, "docs/a.md", 9, &stats, &err));
    assert_int_equal(3, stats.commits);
    assert_true(stats.gone);
    assert_true(stats.first < stats.last);
    assert_true(stats.last_rank < stats.first_rank);
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_path(index, "docs", 4, &stats, &err));
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 20);
    gaz_commits_author *authors = NULL;
    size_t count = 0;
    gaz_commits_filter f = {.path = "docs", .path_len = 4, .below = true};
    assert_ok(gaz_commits_authors(index, &f, 10, &arena, &authors, &count, &err));
    assert_int_equal(2, count);
    assert_string_equal("ann@example.org", authors[0].email);
    assert_int_equal(2, authors[0].commits);
    assert_string_equal("Bob Müller", authors[1].name);
    gaz_arena_release(&arena);
    gaz_strbuf_release(&out);
    gaz_commits_unref(index);
}

static void files_that_change_together_share_votes(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_arena arena;
    gaz_cochange *with = NULL;
    size_t count = 0;
    uint32_t looked = 0;
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_ok(
        gaz_commits_cochange(index, "src/main.c", 10, 10, &arena, &with, &count, &looked, &err));
    /* the import of three, the side's two, "both files" two, the last three */
    assert_int_equal(4, looked);
    assert_int_equal(4, count);
    assert_string_equal("src/net/tcp.c", with[0].path);
    assert_int_equal(2, with[0].together);
    assert_true(with[0].score > 0.374 && with[0].score < 0.376);
    assert_string_equal("src/net/transport.c", with[1].path);
    assert_string_equal("docs/a.md", with[2].path);
    assert_true(with[2].score > 0.124 && with[2].score < 0.126);
    assert_string_equal("new", with[3].path);
    assert_ok(gaz_commits_cochange(index, "nothing", 7, 10, &arena, &with, &count, &looked, &err));
    assert_int_equal(0, count);
    assert_int_equal(0, looked);
    gaz_arena_release(&arena);
    gaz_commits_unref(index);
}

static void commits_of_many_files_say_nothing_of_any(void **state)
{
    bench *b = *state;
    sh(b, "for i in $(seq 1 101); do echo $i >f$i; done; commit -m many; echo x >f1; echo x >f2; "
          "commit -m two");
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_arena arena;
    gaz_cochange *with = NULL;
    size_t count = 0;
    uint32_t looked = 0;
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_ok(gaz_commits_cochange(index, "f1", 2, 10, &arena, &with, &count, &looked, &err));
    assert_int_equal(1, looked);
    assert_int_equal(1, count);
    assert_string_equal("f2", with[0].path);
    gaz_arena_release(&arena);
    gaz_commits_unref(index);
}

static void what_changed_last_comes_first(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_arena arena;
    gaz_recent_change *list = NULL;
    size_t count = 0;
    gaz_arena_init(&arena, (size_t)1 << 20);
    gaz_commits_filter f = {0};
    assert_ok(gaz_commits_recent(index, &f, 4, &arena, &list, &count, &err));
    assert_int_equal(4, count);
    assert_string_equal("new", list[0].path);
    assert_string_equal("src/main.c", list[1].path);
    assert_string_equal("src/net/transport.c", list[2].path);
    assert_string_equal("docs/a.md", list[3].path);
    assert_int_equal(GAZ_COMMIT_DELETED, list[3].kind);
    f = (gaz_commits_filter){.path = "docs", .path_len = 4, .below = true};
    assert_ok(gaz_commits_recent(index, &f, 4, &arena, &list, &count, &err));
    assert_int_equal(1, count);
    assert_string_equal("docs/a.md", list[0].path);
    gaz_arena_release(&arena);
    gaz_commits_unref(index);
}

static void messages_are_ranked_by_their_words(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    gaz_arena arena;
    gaz_commits_score *best = NULL;
    size_t count = 0;
    gaz_commit_record r;
    gaz_arena_init(&arena, (size_t)1 << 20);
    gaz_commits_filter f = {0};
    assert_ok(gaz_commits_best(index, "the retransmission timer nowhere", &f, 3, &arena, &best,
                               &count, &err));
    assert_int_equal(3, count);
    assert_true(best[0].score > best[1].score);
    assert_ok(gaz_commits_get(index, best[0].rank, true, &arena, &r, &err));
    assert_string_equal("tcp: fix the retransmission timer\n", r.message);
    assert_int_equal(1, r.change_count);
    assert_string_equal("src/net/tcp.c", r.changes[0].path);
    assert_ok(gaz_commits_get(index, best[1].rank, true, &arena, &r, &err));
    assert_string_equal("a new file and a timer\n", r.message);
    assert_ok(gaz_commits_best(index, "?!", &f, 3, &arena, &best, &count, &err));
    assert_int_equal(0, count);
    gaz_arena_release(&arena);
    gaz_commits_unref(index);
}

static void commits_are_found_by_their_ids(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    uint32_t rank = 7;
    char *hex = ask(b, "printf %s $(git rev-parse main~1)");
    assert_ok(gaz_commits_find(index, hex, &rank, &err));
    assert_int_equal(1, rank);
    hex[10] = '\0';
    assert_ok(gaz_commits_find(index, hex, &rank, &err));
    assert_status(GAZ_E_INVALID, gaz_commits_find(index, "012", &rank, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, gaz_commits_find(index, "xyz0", &rank, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_NOT_FOUND,
                  gaz_commits_find(index, "0000000000000000000000000000000000000000", &rank, &err));
    free(hex);
    gaz_commits_unref(index);
}

/* ---- growing ---- */

static void an_index_that_grew_is_one_made_at_once(void **state)
{
    bench *b = *state;
    gaz_strbuf script = GAZ_STRBUF_INIT;
    history_result result;
    size_t merged = 0;
    for (int i = 0; i < 60; i++) {
        gaz_strbuf_reset(&script);
        for (int k = 0; k <= i % 3; k++)
            gaz_strbuf_printf(&script,
                              "echo %d.%d >>f%d; commit -m 'change %d.%d of the sources'; ", i, k,
                              i % 7, i, k);
        if (i % 10 == 9)
            gaz_strbuf_printf(&script, "git mv f%d g%d; commit -m 'move %d'; ", i % 7, i, i);
        sh(b, script.data);
        (void)bench_index(b, NULL);
        assert_ok(history_update(b->store, &b->settings, &app, &result, &err));
        assert_false(result.changed);
        assert_true(result.files <= 8);
        merged += result.files > 1;
        if (i % 20 == 19)
            assert_as_rebuilt(b);
    }
    assert_true(merged > 10); /* it did consist of several files */
    gaz_strbuf_release(&script);
}

static void forced_updates_and_pruned_branches_are_forgotten(void **state)
{
    bench *b = *state;
    char *patterns[] = {(char *)"*"};
    gaz_repo_row row;
    gaz_add add = {.source = b->work,
                   .name = "all",
                   .patterns = (const char *const *)patterns,
                   .pattern_count = 1};
    assert_ok(gaz_repo_register(b->store, &b->settings, &add, &row, &err));
    int64_t id = row.id;
    gaz_repo_row_release(&row);
    sh(b, story);
    sh(b, "git checkout -qb gone side; echo x >only-here; commit -m 'soon gone'; "
          "git checkout -q main; echo y >forced; commit -m 'to be replaced'");
    index_request request = {.repo = "all"};
    gaz_run_result run;
    assert_ok(index_run(b->store, &b->settings, &request, &run, &err));
    gaz_commits *index = NULL;
    gaz_path_stats stats;
    assert_ok(gaz_commits_open(b->store, id, &index, &err));
    assert_ok(gaz_commits_path(index, "only-here", 9, &stats, &err));
    assert_ok(gaz_commits_path(index, "forced", 6, &stats, &err));
    sh(b, "git branch -qD gone; git reset -q --hard HEAD~2; echo z >instead; commit -m instead");
    assert_ok(index_run(b->store, &b->settings, &request, &run, &err));
    /* whoever had it open still has what it was */
    assert_ok(gaz_commits_path(index, "only-here", 9, &stats, &err));
    gaz_commits_unref(index);
    assert_ok(gaz_commits_open(b->store, id, &index, &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_path(index, "only-here", 9, &stats, &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_path(index, "forced", 6, &stats, &err));
    assert_ok(gaz_commits_path(index, "instead", 7, &stats, &err));
    gaz_strbuf grown = GAZ_STRBUF_INIT, rebuilt = GAZ_STRBUF_INIT;
    assert_ok(gaz_commits_dump(index, &grown, &err));
    gaz_commits_unref(index);
    assert_ok(gaz_commits_publish(b->store, id, NULL, 0, NULL, &err));
    history_result result;
    assert_ok(history_update(b->store, &b->settings, &request, &result, &err));
    assert_ok(gaz_commits_open(b->store, id, &index, &err));
    assert_ok(gaz_commits_dump(index, &rebuilt, &err));
    assert_string_equal(rebuilt.data, grown.data);
    gaz_commits_unref(index);
    gaz_strbuf_release(&grown);
    gaz_strbuf_release(&rebuilt);
}

static void an_index_ends_at_its_limit_and_says_so(void **state)
{
    bench *b = *state;
    sh(b, story);
    assert_ok(gaz_settings_set(&b->settings, "history.commits", "5", &err));
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    assert_int_equal(5, gaz_commits_count(index));
    assert_true(gaz_commits_state_of(index)->end.goes_on);
    assert_false(gaz_commits_state_of(index)->end.unfinished);
    gaz_commits_filter f = {.merges = true};
    assert_log(b, index, &f, "git log -5 --format=%H");
    gaz_commits_unref(index);
    sh(b, "echo 1 >p; commit -m p; echo 2 >p; commit -m q");
    (void)bench_index(b, NULL);
    index = open_index(b);
    assert_log(b, index, &f, "git log -5 --format=%H");
    gaz_commits_unref(index);
    assert_as_rebuilt(b);
    assert_ok(gaz_settings_set(&b->settings, "history.commits", "1000", &err));
    (void)bench_index(b, NULL);
    index = open_index(b);
    assert_log(b, index, &f, "git log --format=%H");
    assert_false(gaz_commits_state_of(index)->end.goes_on);
    gaz_commits_unref(index);
    assert_ok(gaz_settings_set(&b->settings, "history.commits", "0", &err));
    (void)bench_index(b, NULL);
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_open(b->store, repo_id(b), &index, &err));
}

static void a_step_that_runs_out_of_time_goes_on_where_it_was(void **state)
{
    bench *b = *state;
    sh(b, "for i in $(seq 1 150); do echo $i >f$((i % 9)); commit -m \"change $i\"; done");
    gaz_run_result run = bench_index(b, NULL);
    assert_true(run.changed);
    char *expected = dump(b);
    drop(b);
    history_result result = {.more = true};
    size_t steps = 0, read = 0;
    for (; result.more; steps++) {
        gaz_settings one = b->settings;
        assert_ok(history_step(b->store, &one, &app, 1, &result, &err));
        read += result.read;
        gaz_commits *index = open_index(b);
        const gaz_commits_state *s = gaz_commits_state_of(index);
        assert_int_equal(read, gaz_commits_count(index)); /* the newest, and no commit twice */
        assert_int_equal(result.more, s->end.unfinished);
        assert_int_equal(result.more, s->end.goes_on);
        gaz_commits_unref(index);
    }
    assert_true(steps > 1);
    assert_int_equal(150, read);
    char *actual = dump(b);
    assert_string_equal(expected, actual);
    free(expected);
    free(actual);
}

static void a_shallow_clone_is_indexed_as_far_as_it_goes(void **state)
{
    bench *b = *state;
    sh(b, "git clone -q --depth 3 \"file://$PWD\" /dev/null 2>/dev/null || true; "
          "for i in $(seq 1 8); do echo $i >f; commit -m \"change $i\"; done; "
          "git clone -q --depth 3 \"file://$PWD\" ../shallow");
    gaz_repo_row row;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/shallow", b->dir);
    gaz_add add = {.source = path.data, .name = "shallow"};
    assert_ok(gaz_repo_register(b->store, &b->settings, &add, &row, &err));
    index_request request = {.repo = "shallow"};
    gaz_run_result run;
    assert_ok(index_run(b->store, &b->settings, &request, &run, &err));
    gaz_commits *index = NULL;
    assert_ok(gaz_commits_open(b->store, row.id, &index, &err));
    const gaz_commits_state *s = gaz_commits_state_of(index);
    assert_int_equal(3, s->count);
    assert_int_equal(1, s->end.missing);
    assert_false(s->end.goes_on);
    unsigned flags = gaz_commits_flags(index, 2);
    assert_true(flags & GAZ_COMMIT_PARENT_MISSING);
    assert_true(flags & GAZ_COMMIT_CHANGES_NONE);
    gaz_commits_unref(index);
    /* the rest comes: the index is told and made whole */
    sh(b, "cd ../shallow && git fetch -q --unshallow");
    assert_ok(index_run(b->store, &b->settings, &request, &run, &err));
    assert_ok(gaz_commits_open(b->store, row.id, &index, &err));
    s = gaz_commits_state_of(index);
    assert_int_equal(8, s->count);
    assert_int_equal(0, s->end.missing);
    for (uint32_t rank = 0; rank < 8; rank++)
        assert_int_equal(0, gaz_commits_flags(index, rank));
    gaz_commits_unref(index);
    gaz_repo_row_release(&row);
    gaz_strbuf_release(&path);
}

static bool yes(void *ctx)
{
    (void)ctx;
    return true;
}

static void a_run_that_is_awaited_publishes_what_it_has(void **state)
{
    bench *b = *state;
    sh(b, "for i in $(seq 1 100); do echo $i >f$((i % 9)); commit -m \"change $i\"; done");
    (void)bench_index(b, NULL);
    char *expected = dump(b);
    drop(b);
    index_request request = {.repo = "app", .yield = yes};
    history_result result;
    assert_ok(history_update(b->store, &b->settings, &request, &result, &err));
    assert_true(result.yielded && result.more && result.end.unfinished);
    assert_int_equal(HISTORY_BATCH, result.commits);
    int64_t job;
    assert_ok(gaz_store_job_add(b->store, "index", "app", NULL, &job, &err));
    assert_ok(history_update(b->store, &b->settings, &app, &result, &err));
    assert_int_equal(100, result.commits); /* too quick to look at the queue */
    char *actual = dump(b);
    assert_string_equal(expected, actual);
    free(expected);
    free(actual);
}

static void note_progress(void *ctx, const gaz_progress *p)
{
    *(gaz_progress *)ctx = *p;
}

static void how_many_commits_are_read_is_reported(void **state)
{
    bench *b = *state;
    sh(b, "for i in $(seq 1 40); do echo $i >f; commit -m \"change $i\"; done");
    (void)bench_index(b, NULL);
    drop(b);
    gaz_progress last = {.phase = GAZ_PHASE_QUEUED};
    index_request request = {.repo = "app", .report = note_progress, .report_ctx = &last};
    history_result result;
    assert_ok(history_update(b->store, &b->settings, &request, &result, &err));
    assert_int_equal(last.phase, GAZ_PHASE_HISTORY);
    assert_string_equal(gaz_phase_name(last.phase), "history");
    assert_int_equal(last.files_total, 40);
    assert_true(last.files_done < 40);
}

static void a_commit_that_crashed_its_reader_is_recorded_without_its_changes(void **state)
{
    bench *b = *state;
    sh(b,
       "echo 1 >f; commit -m one; echo 2 >f; commit -m 'two is odd'; echo 3 >f; commit -m three");
    gaz_oid odd;
    char *hex = ask(b, "printf %s $(git rev-parse main~1)");
    assert_ok(gaz_oid_parse(hex, &odd, &err));
    free(hex);
    assert_ok(gaz_store_quarantine_add(b->store, &odd, "crashed the reader", &err));
    inflight *flight = calloc(1, sizeof *flight);
    index_request request = {
        .repo = "app", .inflight = flight, .suspects = &odd, .suspect_count = 1};
    gaz_run_result run;
    assert_ok(index_run(b->store, &b->settings, &request, &run, &err));
    assert_int_equal(0, flight->slots[0].busy);
    assert_int_not_equal(0, gaz_oid_compare(&odd, &flight->slots[0].oid));
    gaz_commits *index = open_index(b);
    assert_int_equal(3, gaz_commits_count(index));
    assert_int_equal(GAZ_COMMIT_CHANGES_NONE | GAZ_COMMIT_UNREADABLE | GAZ_COMMIT_DIFF_CUT,
                     gaz_commits_flags(index, 1));
    gaz_commits_filter f = {.path = "f", .path_len = 1};
    assert_log(b, index, &f, "git log --format=%H | sed 2d");
    f = (gaz_commits_filter){.message = "odd"};
    assert_log(b, index, &f, "git log --format=%H --grep=odd");
    gaz_commits_unref(index);
    free(flight);
}

/* ---- accidents ---- */

static void a_killed_run_leaves_the_index_as_it_was(void **state)
{
    bench *b = *state;
    sh(b, "for i in $(seq 1 60); do echo $i >f$((i % 9)); commit -m \"change $i\"; done");
    (void)bench_index(b, NULL);
    char *before = dump(b);
    sh(b, "for i in $(seq 1 60); do echo $i >g$((i % 9)); commit -m \"more $i\"; done");
    assert_ok(gaz_settings_set(&b->settings, "history.commits", "0", &err));
    /* new text, old history */
    int64_t id = repo_id(b);
    assert_ok(gaz_settings_set(&b->settings, "history.commits", "50000", &err));
    char *home = strdup(gaz_store_home(b->store));
    int old = 0, fresh = 0;
    char *after = NULL;
    for (unsigned i = 0; i < 12; i++) {
        pid_t child = fork();
        if (child == 0) {
            gaz_store *store = NULL;
            history_result result;
            index_request request = {.repo = "app"};
            gaz_run_result run;
            if (gaz_store_open(home, false, &store, NULL) != GAZ_OK ||
                index_run(store, &b->settings, &request, &run, NULL) != GAZ_OK ||
                history_update(store, &b->settings, &app, &result, NULL) != GAZ_OK)
                _exit(1);
            _exit(0);
        }
        assert_true(child > 0);
        usleep(15000 * (i + 1));
        kill(child, SIGKILL);
        assert_int_equal(child, waitpid(child, NULL, 0));
        gaz_commits *index = NULL;
        gaz_strbuf out = GAZ_STRBUF_INIT;
        assert_ok(gaz_commits_open(b->store, id, &index, &err));
        assert_ok(gaz_commits_dump(index, &out, &err));
        gaz_commits_unref(index);
        bool same = strcmp(out.data, before) == 0;
        old += same;
        fresh += !same;
        gaz_strbuf_release(&out);
    }
    (void)bench_index(b, NULL);
    after = dump(b);
    assert_string_not_equal(before, after);
    assert_as_rebuilt(b);
    assert_int_equal(0, bench_check(b));
    print_message("%d old, %d new\n", old, fresh);
    free(before);
    free(after);
    free(home);
}

static unsigned segment_files(const bench *b)
{
    gaz_strbuf command = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&command, "find '%s/segments' -type f | wc -l", gaz_store_home(b->store));
    char *text = ask(b, command.data);
    unsigned count = (unsigned)strtoul(text, NULL, 10);
    free(text);
    gaz_strbuf_release(&command);
    return count;
}

static void sweeping_keeps_what_an_index_needs_and_nothing_more(void **state)
{
    bench *b = *state;
    gaz_sweep swept;
    for (int i = 0; i < 5; i++) {
        sh(b, "date >>f; date >>g; commit -m again; commit -m empty");
        (void)bench_index(b, NULL);
    }
    char *before = dump(b);
    assert_ok(gaz_store_sweep(b->store, 0, &swept, &err));
    assert_true(swept.files > 0); /* files that were put together */
    char *after = dump(b);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(0, bench_check(b));
    assert_ok(gaz_store_repo_remove(b->store, "app", &err));
    unsigned there = segment_files(b);
    assert_true(there >= 3); /* of the pool, commits, diffs */
    assert_ok(gaz_store_sweep(b->store, (int64_t)3600 * 1000, &swept, &err));
    assert_int_equal(there, segment_files(b)); /* somebody may be about to open them */
    assert_ok(gaz_store_sweep(b->store, 0, &swept, &err));
    assert_true(segment_files(b) < there - 1);
}

static void note_finding(void *ctx, const char *what, const char *name, const char *message)
{
    (void)name;
    (void)message;
    *(int *)ctx += strcmp(what, "commit index") == 0;
}

/* Every byte of a file is under a checksum: a flipped bit is an error, never another answer. */
static void damage_is_found_and_repaired(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commits *index = open_index(b);
    size_t count;
    const gaz_commits_file *files = gaz_commits_files(index, &count);
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_path(b->store, GAZ_FILE_SEGMENT, files[count - 1].name, &path, &err));
    uint64_t size = files[count - 1].bytes;
    gaz_commits_unref(index);
    char *before = dump(b);
    int fd = open(path.data, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(0, fchmod(fd, 0600));
    for (uint64_t at = 40; at < size; at += size / 97 + 1) {
        char byte, flipped;
        assert_int_equal(1, pread(fd, &byte, 1, (off_t)at));
        flipped = (char)(byte ^ 4);
        assert_int_equal(1, pwrite(fd, &flipped, 1, (off_t)at));
        gaz_strbuf out = GAZ_STRBUF_INIT;
        gaz_error why = {0};
        gaz_status st = gaz_commits_open(b->store, repo_id(b), &index, &why);
        if (st == GAZ_OK) {
            st = gaz_commits_dump(index, &out, &why);
            gaz_commits_unref(index);
        }
        if (st == GAZ_OK)
            assert_string_equal(before, out.data); /* a byte that the dump does not need */
        else
            assert_int_equal(GAZ_E_CORRUPT, st);
        gaz_strbuf_release(&out);
        assert_int_equal(1, pwrite(fd, &byte, 1, (off_t)at));
    }
    char byte = 'x';
    assert_int_equal(1, pwrite(fd, &byte, 1, (off_t)(size / 2)));
    close(fd);
    int findings = 0;
    assert_ok(gaz_store_check(b->store, note_finding, &findings, NULL, &err));
    assert_int_equal(1, findings);
    gaz_strbuf again = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_repair(b->store, NULL, NULL, &again, &err));
    assert_string_equal("app\n", again.data);
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_open(b->store, repo_id(b), &index, &err));
    gaz_error_clear(&err);
    (void)bench_index(b, NULL);
    char *after = dump(b);
    assert_string_equal(before, after);
    assert_int_equal(0, bench_check(b));
    free(before);
    free(after);
    gaz_strbuf_release(&again);
    gaz_strbuf_release(&path);
}

/* ---- texts ---- */

static void texts_give_back_lines_with_their_places(void **state)
{
    (void)state;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_commit_line line;
    gaz_commit_text t;
    assert_false(gaz_commit_text_put(&text, ' ', "subject", 7));
    assert_false(gaz_commit_text_put(&text, ' ', "", 0));
    assert_false(gaz_commit_text_put(&text, ' ', "caf\xe9\0\n", 6));
    assert_false(gaz_commit_text_put(&text, '=', "a/b", 3));
    gaz_strbuf_puts(&text, "@3 4\n");
    assert_false(gaz_commit_text_put(&text, '-', "old\r", 4));
    assert_false(gaz_commit_text_put(&text, '+', "new", 3));
    assert_false(gaz_commit_text_put(&text, '+', "newer", 5));
    gaz_strbuf_puts(&text, "!binary\n\n@99999999999999 x\n+z");
    gaz_commit_text_open(&t, text.data, text.len);
    assert_true(gaz_commit_text_next(&t, &line) && line.sign == ' ' && line.line == 1);
    assert_true(gaz_commit_text_next(&t, &line) && line.len == 0 && line.line == 2);
    assert_true(gaz_commit_text_next(&t, &line) && line.len == 7);
    assert_memory_equal("caf\xc3\xa9  ", line.text, 7);
    assert_true(gaz_commit_text_next(&t, &line) && line.sign == '-' && line.line == 3);
    assert_memory_equal("old", line.text, line.len);
    assert_memory_equal("a/b", line.path, line.path_len);
    assert_true(gaz_commit_text_next(&t, &line) && line.sign == '+' && line.line == 4);
    assert_true(gaz_commit_text_next(&t, &line) && line.sign == '+' && line.line == 5);
    assert_true(gaz_commit_text_next(&t, &line) && line.sign == '+' && line.line == 0);
    assert_false(gaz_commit_text_next(&t, &line));
    gaz_strbuf_reset(&text);
    char *longest = malloc(GAZ_COMMIT_LINE_MAX + 10);
    memset(longest, 'x', GAZ_COMMIT_LINE_MAX + 10);
    assert_true(gaz_commit_text_put(&text, '+', longest, GAZ_COMMIT_LINE_MAX + 10));
    assert_int_equal(GAZ_COMMIT_LINE_MAX + 2, text.len);
    free(longest);
    gaz_strbuf_release(&text);
}

int main(void)
{
#define ON_BENCH(name) cmocka_unit_test_setup_teardown(name, setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        ON_BENCH(logs_are_gits_own),
        ON_BENCH(a_log_follows_a_file_through_its_renames),
        ON_BENCH(a_wide_directory_has_the_same_log),
        ON_BENCH(statistics_say_how_often_when_and_by_whom),
        ON_BENCH(files_that_change_together_share_votes),
        ON_BENCH(commits_of_many_files_say_nothing_of_any),
        ON_BENCH(what_changed_last_comes_first),
        ON_BENCH(messages_are_ranked_by_their_words),
        ON_BENCH(commits_are_found_by_their_ids),
        ON_BENCH(an_index_that_grew_is_one_made_at_once),
        ON_BENCH(forced_updates_and_pruned_branches_are_forgotten),
        ON_BENCH(an_index_ends_at_its_limit_and_says_so),
        ON_BENCH(a_step_that_runs_out_of_time_goes_on_where_it_was),
        ON_BENCH(a_shallow_clone_is_indexed_as_far_as_it_goes),
        ON_BENCH(a_run_that_is_awaited_publishes_what_it_has),
        ON_BENCH(how_many_commits_are_read_is_reported),
        ON_BENCH(a_commit_that_crashed_its_reader_is_recorded_without_its_changes),
        ON_BENCH(a_killed_run_leaves_the_index_as_it_was),
        ON_BENCH(sweeping_keeps_what_an_index_needs_and_nothing_more),
        ON_BENCH(damage_is_found_and_repaired),
        cmocka_unit_test(texts_give_back_lines_with_their_places),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
