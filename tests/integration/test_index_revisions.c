/* Revisions that nobody indexed are brought in when they are asked for, at the cost of their new
 * blobs; and what may become of repositories between index runs: forks, removal, no commit at all,
 * branches that go, blobs that are missing and come back. */
#include "gaz_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "gaz/repo/git.h"
#include "run_tool.h"

static gaz_error err;

typedef struct bench {
    char *dir, tree[600];
    fixture f;
} bench;

static void setup(bench *b)
{
    *b = (bench){.dir = make_temp_dir()};
    snprintf(b->tree, sizeof b->tree, "%s/tree", b->dir);
    free(run_git(b->dir, "init", "-q", "-b", "main", b->tree, NULL));
    fixture_open(&b->f, b->dir, "home");
}

static void teardown(bench *b)
{
    fixture_check(&b->f);
    fixture_close(&b->f);
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
}

static void write_file(const bench *b, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", b->tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

/* @return the new commit; free() it */
static char *commit(const bench *b)
{
    free(run_git(b->tree, "add", "-A", NULL));
    free(run_git(b->tree, "commit", "-q", "--allow-empty", "-m", "c", NULL));
    return run_git(b->tree, "rev-parse", "HEAD", NULL);
}

/* Commits 0–5: file.txt says "number N", shared.txt never changes. */
static void write_history(bench *b, char *ids[6])
{
    write_file(b, "shared.txt", "shared\n");
    for (int i = 0; i < 6; i++) {
        char text[40];
        snprintf(text, sizeof text, "number %d\n", i);
        write_file(b, "file.txt", text);
        ids[i] = commit(b);
    }
    free(run_git(b->tree, "tag", "light", ids[1], NULL));
    free(run_git(b->tree, "tag", "-a", "-m", "t", "v1", ids[2], NULL));
}

static void free_ids(char *ids[6])
{
    for (int i = 0; i < 6; i++)
        free(ids[i]);
}

/* One matching line at most is expected: its text, or "" — and the answer must be complete. */
static void finds(fixture *f, const char *query, const char *expected)
{
    answer_text a;
    fixture_search(f->engine, query, 10, NULL, &a);
    if (a.status != GAZ_OK)
        fail_msg("%s: %s", query, a.error.message);
    if (!a.result.complete)
        fail_msg("%s: not complete: %s", query, a.result.reason);
    const char *line = strstr(a.text.data, "\n  1 ");
    line = line ? strrchr(line, ' ') : NULL;
    char last[40] = "";
    if (line)
        snprintf(last, sizeof last, "%.*s", (int)strcspn(line + 1, "\n"), line + 1);
    if (strcmp(last, expected) != 0)
        fail_msg("%s: found '%s', not '%s'\n%s", query, last, expected, a.text.data);
    answer_text_release(&a);
}

static uint64_t documents(fixture *f)
{
    size_t segments;
    uint64_t docs;
    fixture_count(f, &segments, &docs);
    return docs;
}

static uint64_t generation(fixture *f)
{
    uint64_t g = 0;
    assert_ok(gaz_store_generation(f->store, &g, &err));
    return g;
}

/* ---- on demand ---- */

static void any_revision_is_brought_in_at_the_cost_of_its_new_blobs(void **state)
{
    (void)state;
    bench b;
    char *ids[6], query[200];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    assert_int_equal(documents(&b.f), 2);
    finds(&b.f, "number", "5");
    snprintf(query, sizeof query, "number rev:%s", ids[0]);
    finds(&b.f, query, "0");
    assert_int_equal(documents(&b.f), 3); /* shared.txt was there */
    finds(&b.f, "number rev:light", "1");
    finds(&b.f, "number rev:v1", "2");
    finds(&b.f, "number rev:main~2", "3");
    snprintf(query, sizeof query, "number rev:%.9s", ids[4]);
    finds(&b.f, query, "4");
    finds(&b.f, "number rev:main", "5");
    finds(&b.f, "number rev:HEAD", "5");
    finds(&b.f, "shared rev:v1", "shared");
    assert_int_equal(documents(&b.f), 7);
    /* What is there is not brought in again. */
    uint64_t before = generation(&b.f);
    snprintf(query, sizeof query, "number rev:%.7s", ids[0]);
    finds(&b.f, query, "0");
    finds(&b.f, "number rev:v1", "2");
    finds(&b.f, "number rev:light", "1");
    assert_int_equal(generation(&b.f), before);
    free_ids(ids);
    teardown(&b);
}

static void unknown_revision_is_an_error_that_names_it(void **state)
{
    (void)state;
    static const struct {
        const char *query, *says;
        gaz_status status;
    } cases[] = {
        {"x rev:nowhere", "nowhere", GAZ_E_NOT_FOUND},
        {"x rev:main~77", "main~77", GAZ_E_NOT_FOUND},
        {"x rev:0123456789012345678901234567890123456789", "0123456789", GAZ_E_NOT_FOUND},
        {"x rev:\":/text\"", ":/text", GAZ_E_INVALID},
        {"x rev:\"main:file.txt\"", "main:file.txt", GAZ_E_INVALID},
        {"x rev:\"main@{1}\"", "main@{1}", GAZ_E_INVALID},
    };
    bench b;
    char *ids[6];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    uint64_t before = generation(&b.f);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        answer_text a;
        fixture_search(b.f.engine, cases[i].query, 10, NULL, &a);
        if (a.status != cases[i].status || !strstr(a.error.message, cases[i].says))
            fail_msg("%s: %s: %s", cases[i].query, gaz_status_name(a.status), a.error.message);
        assert_int_equal(a.error.column, strstr(cases[i].query, "rev:") - cases[i].query + 5 +
                                             (cases[i].query[6] == '"'));
        answer_text_release(&a);
    }
    assert_int_equal(generation(&b.f), before);
    free_ids(ids);
    teardown(&b);
}

static size_t revisions(fixture *f)
{
    gaz_snapshot *s = NULL;
    size_t n = 0;
    assert_ok(gaz_store_snapshot(f->store, &s, &err));
    for (size_t i = 0; i < s->repos[0].ref_count; i++)
        n += s->repos[0].refs[i].kind == GAZ_REF_REVISION;
    gaz_snapshot_free(s);
    return n;
}

static void least_recently_used_revisions_are_dropped(void **state)
{
    (void)state;
    bench b;
    char *ids[6], path[700], query[200];
    setup(&b);
    write_history(&b, ids);
    snprintf(path, sizeof path, "%s/gaz.yaml", b.f.home);
    assert_ok(gaz_file_write(path, "index:\n  revisions: 2\n", 22, 0600, &err));
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    for (int i = 0; i < 5; i++) {
        snprintf(query, sizeof query, "number rev:%s", ids[i]);
        char expected[2] = {(char)('0' + i), 0};
        finds(&b.f, query, expected);
        assert_int_equal(revisions(&b.f), i < 2 ? i + 1 : 2);
    }
    fixture_merge_all(&b.f);
    fixture_check(&b.f);
    assert_int_equal(documents(&b.f), 4); /* file.txt of 3, 4 and 5, and shared.txt */
    snprintf(query, sizeof query, "number rev:%s", ids[0]);
    finds(&b.f, query, "0"); /* comes back */
    free_ids(ids);
    teardown(&b);
}

typedef struct counted {
    fixture *f;
    unsigned looks;
} counted;

static gaz_status counting_look(void *ctx, const char *repo, const char *rev, int64_t deadline_us,
                                gaz_oid *commit, uint64_t *generation_of, gaz_error *why)
{
    counted *c = ctx;
    gaz_run_result result = {0};
    int64_t job = 0;
    c->looks++;
    gaz_status st = gaz_runner_submit(c->f->runner, repo, rev, &job, why);
    if (st == GAZ_OK)
        st = gaz_runner_wait(c->f->runner, job, deadline_us, NULL, NULL, &result, why);
    *commit = result.commit;
    *generation_of = result.generation;
    return st;
}

static void what_a_revision_means_is_looked_up_once(void **state)
{
    (void)state;
    bench b;
    char *ids[6], by_prefix[80], by_id[80];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    counted c = {.f = &b.f};
    gaz_engine_set_revision_fetch(b.f.engine, counting_look, &c);
    snprintf(by_prefix, sizeof by_prefix, "number rev:%.5s", ids[4]);
    snprintf(by_id, sizeof by_id, "number rev:\"%s~1^{}\"", ids[5]);
    const struct {
        const char *query, *finds;
    } cases[] = {
        {"number rev:main~2", "3"}, {"number rev:\"v1^{}\"", "2"}, {by_prefix, "4"}, {by_id, "4"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        bool once = false;
        for (int tries = 0; tries < 20 && !once; tries++) { /* a slow machine forgets meanwhile */
            unsigned before = c.looks;
            finds(&b.f, cases[i].query, cases[i].finds);
            finds(&b.f, cases[i].query, cases[i].finds);
            once = c.looks - before <= 1;
        }
        if (!once)
            fail_msg("%s is looked up each time", cases[i].query);
    }
    unsigned before = c.looks;
    finds(&b.f, by_id, "4"); /* nothing can change what it means */
    assert_int_equal(c.looks, before);
    /* A reference moves, and something is published: what was remembered is forgotten. */
    finds(&b.f, "number rev:light", "1");
    free(run_git(b.tree, "tag", "-f", "light", ids[4], NULL));
    write_file(&b, "file.txt", "number 6\n");
    free(commit(&b));
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number rev:light", "4");
    finds(&b.f, "number rev:main~2", "4");
    free_ids(ids);
    teardown(&b);
}

/* Another process may have done the run: then its job does not tell the commit. */
static gaz_status forgetful_look(void *ctx, const char *repo, const char *rev, int64_t deadline_us,
                                 gaz_oid *commit, uint64_t *generation_of, gaz_error *why)
{
    counted *c = ctx;
    gaz_status st = counting_look(ctx, repo, rev, deadline_us, commit, generation_of, why);
    if (c->looks == 1)
        *commit = (gaz_oid){{0}};
    return st;
}

static void a_run_that_does_not_tell_what_it_found_is_repeated(void **state)
{
    (void)state;
    bench b;
    char *ids[6];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    counted c = {.f = &b.f};
    gaz_engine_set_revision_fetch(b.f.engine, forgetful_look, &c);
    finds(&b.f, "number rev:v1", "2");
    assert_int_equal(c.looks, 2);
    free_ids(ids);
    teardown(&b);
}

/* git takes 40 hexadecimal digits for an object's id, whatever branches are called. */
static void branch_named_like_a_commit_and_that_commit_do_not_meet(void **state)
{
    (void)state;
    static const char *const all[] = {"*", NULL};
    bench b;
    char *ids[6], path[700], branch[80], by_id[80], by_branch[80], by_name[120];
    setup(&b);
    write_history(&b, ids);
    snprintf(path, sizeof path, "%s/gaz.yaml", b.f.home);
    assert_ok(gaz_file_write(path, "index:\n  revisions: 1\n", 22, 0600, &err));
    snprintf(branch, sizeof branch, "refs/heads/%s", ids[0]);
    snprintf(by_id, sizeof by_id, "number rev:%s", ids[0]);
    snprintf(by_branch, sizeof by_branch, "number branch:^%s$", ids[0]);
    free(run_git(b.tree, "update-ref", branch, ids[3], NULL));
    fixture_add(&b.f, b.tree, "r", all);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, by_branch, "3");
    finds(&b.f, by_id, "0");
    finds(&b.f, by_branch, "3");
    snprintf(by_name, sizeof by_name, "number rev:%s", branch);
    uint64_t before = generation(&b.f);
    finds(&b.f, by_name, "3");
    assert_int_equal(generation(&b.f), before);
    /* The branch goes, and what was brought in stays. */
    free(run_git(b.tree, "update-ref", "-d", branch, NULL));
    (void)fixture_index(&b.f, "r");
    finds(&b.f, by_branch, "");
    assert_int_equal(revisions(&b.f), 1);
    finds(&b.f, by_id, "0");
    /* What was brought in goes, and the branch stays. */
    free(run_git(b.tree, "update-ref", branch, ids[3], NULL));
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number rev:v1", "2");
    assert_int_equal(revisions(&b.f), 1);
    finds(&b.f, by_branch, "3");
    free_ids(ids);
    teardown(&b);
}

/* ---- several repositories ---- */

static void fork_adds_no_documents_but_its_own(void **state)
{
    (void)state;
    bench b;
    char fork[600], *ids[6];
    setup(&b);
    write_history(&b, ids);
    snprintf(fork, sizeof fork, "%s/fork", b.dir);
    free(run_git(b.dir, "clone", "-q", b.tree, fork, NULL));
    fixture_add(&b.f, b.tree, "origin", NULL);
    (void)fixture_index(&b.f, "origin");
    assert_int_equal(documents(&b.f), 2);
    fixture_add(&b.f, fork, "fork", NULL);
    (void)fixture_index(&b.f, "fork");
    assert_int_equal(documents(&b.f), 2);
    finds(&b.f, "shared repo=fork", "shared");
    answer_text a;
    fixture_search(b.f.engine, "shared", 10, NULL, &a);
    assert_int_equal(a.files, 2); /* one for each repository */
    answer_text_release(&a);
    /* The origin goes; what the fork needs stays, also through a merge. */
    assert_ok(gaz_repo_unregister(b.f.store, "origin", &err));
    fixture_merge_all(&b.f);
    fixture_check(&b.f);
    finds(&b.f, "number", "5");
    finds(&b.f, "shared repo=fork", "shared");
    assert_int_equal(documents(&b.f), 2);
    free_ids(ids);
    teardown(&b);
}

static void removed_repository_is_gone_and_may_come_back(void **state)
{
    (void)state;
    bench b;
    char *ids[6];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    assert_ok(gaz_repo_unregister(b.f.store, "r", &err));
    assert_ok(gaz_engine_refresh(b.f.engine, &err));
    finds(&b.f, "number", "");
    answer_text a;
    fixture_search(b.f.engine, "number repo=r", 10, NULL, &a);
    assert_int_equal(a.files, 0);
    answer_text_release(&a);
    fixture_check(&b.f);
    fixture_merge_all(&b.f); /* the pool is shared: others could need it */
    gaz_sweep swept;
    assert_ok(gaz_store_sweep(b.f.store, 0, &swept, &err));
    fixture_check(&b.f);
    uint64_t left = 1;
    char segments[700];
    snprintf(segments, sizeof segments, "%s/segments", b.f.home);
    assert_ok(gaz_dir_size(segments, &left, &err));
    assert_int_equal(left, 0);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number", "5");
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_unregister(b.f.store, "other", &err));
    free_ids(ids);
    teardown(&b);
}

/* ---- states of a repository ---- */

static void repository_without_commits_is_searched_and_filled_later(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    fixture_add(&b.f, b.tree, "r", NULL);
    assert_ok(gaz_engine_refresh(b.f.engine, &err));
    answer_text a;
    fixture_search(b.f.engine, "x", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_OK);
    assert_false(a.result.complete); /* nobody has looked yet */
    assert_string_equal(a.result.reason, "not_indexed");
    answer_text_release(&a);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "x", ""); /* now it is known that there is nothing */
    write_file(&b, "f", "x\n");
    free(commit(&b));
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "x", "x");
    teardown(&b);
}

static void branches_that_go_leave_the_index(void **state)
{
    (void)state;
    static const char *const all[] = {"*", NULL};
    bench b;
    char *ids[6];
    setup(&b);
    write_history(&b, ids);
    free(run_git(b.tree, "branch", "topic", ids[1], NULL));
    fixture_add(&b.f, b.tree, "r", all);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number branch:^topic$", "1");
    free(run_git(b.tree, "branch", "-D", "topic", NULL));
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number branch:^topic$", "");
    finds(&b.f, "number", "5");
    fixture_merge_all(&b.f);
    fixture_check(&b.f);
    /* The default branch itself: HEAD names what is not there. */
    free(run_git(b.tree, "update-ref", "-d", "refs/heads/main", NULL));
    (void)fixture_index(&b.f, "r");
    answer_text a;
    fixture_search(b.f.engine, "number", 10, NULL, &a);
    assert_int_equal(a.files, 0);
    assert_string_equal(a.result.reason, "not_indexed");
    answer_text_release(&a);
    free(run_git(b.tree, "update-ref", "refs/heads/main", ids[3], NULL));
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number", "3");
    free_ids(ids);
    teardown(&b);
}

static gaz_status note_branch(void *ctx, const char *name, bool head, gaz_error *unused)
{
    (void)unused;
    gaz_strbuf_printf(ctx, "%s%s ", name, head ? "*" : "");
    return GAZ_OK;
}

static void branches_are_listed_without_revisions(void **state)
{
    (void)state;
    static const char *const all[] = {"*", NULL};
    bench b;
    char *ids[6];
    gaz_strbuf list = GAZ_STRBUF_INIT;
    setup(&b);
    write_history(&b, ids);
    free(run_git(b.tree, "branch", "a/topic", ids[1], NULL));
    free(run_git(b.tree, "branch", "z", ids[1], NULL));
    fixture_add(&b.f, b.tree, "r", all);
    fixture_add(&b.f, b.tree, "other", NULL);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number rev:v1 repo=r", "2");
    assert_ok(gaz_engine_branches(b.f.engine, "r", note_branch, &list, &err));
    assert_string_equal(list.data, "a/topic main* z ");
    assert_status(GAZ_E_NOT_FOUND, gaz_engine_branches(b.f.engine, "R", note_branch, &list, &err));
    assert_non_null(strstr(err.message, "'R'"));
    gaz_strbuf_release(&list);
    free_ids(ids);
    teardown(&b);
}

/* What the repository's row says: "" for nothing. */
static void note_is(fixture *f, const char *expected)
{
    gaz_repo_row row;
    assert_ok(gaz_store_repo_get(f->store, "r", &row, &err));
    assert_string_equal(row.note ? row.note : "", expected);
    assert_null(row.last_error);
    gaz_repo_row_release(&row);
}

#define GONE "HEAD names refs/heads/gone, which does not exist"
#define CHOOSE "choose branches with --branches"

static void head_that_names_no_branch_is_said_and_revisions_stay(void **state)
{
    (void)state;
    bench b;
    char *ids[6], query[80];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number rev:v1", "2");
    note_is(&b.f, "");
    free(run_git(b.tree, "symbolic-ref", "HEAD", "refs/heads/gone", NULL));
    assert_true(fixture_index(&b.f, "r").changed);
    note_is(&b.f, GONE ": nothing is indexed; " CHOOSE " or set HEAD");
    answer_text a;
    fixture_search(b.f.engine, "number", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_OK);
    assert_false(a.result.complete);
    assert_string_equal(a.result.reason, "not_indexed");
    answer_text_release(&a);
    uint64_t before = generation(&b.f);
    finds(&b.f, "number rev:v1", "2");
    assert_int_equal(generation(&b.f), before);
    snprintf(query, sizeof query, "number rev:%s", ids[5]);
    finds(&b.f, query, "5");
    note_is(&b.f, GONE ": nothing is indexed; " CHOOSE " or set HEAD");
    assert_false(fixture_index(&b.f, "r").changed);
    /* The branches go, too. */
    free(run_git(b.tree, "update-ref", "-d", "refs/heads/main", NULL));
    (void)fixture_index(&b.f, "r");
    note_is(&b.f, GONE ", and there are no other branches: nothing is indexed");
    free(run_git(b.tree, "update-ref", "refs/heads/gone", ids[3], NULL));
    (void)fixture_index(&b.f, "r");
    note_is(&b.f, "");
    finds(&b.f, "number", "3");
    free_ids(ids);
    teardown(&b);
}

static void patterns_that_choose_nothing_are_said(void **state)
{
    (void)state;
    static const char *const none[] = {"rel/*", "v?", NULL};
    static const char *const both[] = {"HEAD", "ma*", NULL};
    bench b;
    char *ids[6];
    setup(&b);
    fixture_add(&b.f, b.tree, "r", none);
    (void)fixture_index(&b.f, "r");
    note_is(&b.f, ""); /* it is new */
    write_history(&b, ids);
    (void)fixture_index(&b.f, "r");
    note_is(&b.f, "no branch matches 'rel/*', 'v?': nothing is indexed; " CHOOSE);
    free(run_git(b.tree, "branch", "rel/1", ids[1], NULL));
    (void)fixture_index(&b.f, "r");
    note_is(&b.f, "");
    finds(&b.f, "number", "1");
    /* HEAD is one of several patterns. */
    assert_ok(gaz_repo_unregister(b.f.store, "r", &err));
    fixture_add(&b.f, b.tree, "r", both);
    free(run_git(b.tree, "symbolic-ref", "HEAD", "refs/heads/gone", NULL));
    (void)fixture_index(&b.f, "r");
    note_is(&b.f, GONE ": only what the other patterns choose is indexed; set HEAD");
    finds(&b.f, "number", "5");
    free_ids(ids);
    teardown(&b);
}

/* The branch is there, and what it points to is not: that is damage, not an empty repository. */
static void a_missing_commit_fails_the_run_and_leaves_the_index(void **state)
{
    (void)state;
    bench b;
    char *ids[6], object[800], away[800];
    gaz_run_result result;
    gaz_repo_row row;
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    snprintf(object, sizeof object, "%s/.git/objects/%.2s/%s", b.tree, ids[5], ids[5] + 2);
    snprintf(away, sizeof away, "%s/away", b.dir);
    assert_int_equal(rename(object, away), 0);
    assert_status(GAZ_E_NOT_FOUND, fixture_try_index(&b.f, "r", NULL, &result, &err));
    gaz_error_clear(&err);
    finds(&b.f, "number", "5");
    assert_ok(gaz_store_repo_get(b.f.store, "r", &row, &err));
    assert_non_null(row.last_error);
    gaz_repo_row_release(&row);
    assert_int_equal(rename(away, object), 0);
    assert_false(fixture_index(&b.f, "r").changed);
    note_is(&b.f, ""); /* the failure is forgotten although nothing was published */
    free_ids(ids);
    teardown(&b);
}

static void force_push_moves_the_index(void **state)
{
    (void)state;
    bench b;
    char *ids[6];
    setup(&b);
    write_history(&b, ids);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    free(run_git(b.tree, "update-ref", "refs/heads/main", ids[0], NULL));
    free(run_git(b.tree, "reflog", "expire", "--expire=now", "--all", NULL));
    free(run_git(b.tree, "tag", "-d", "v1", "light", NULL));
    free(run_git(b.tree, "gc", "-q", "--prune=now",
                 NULL)); /* the old commit is not even there to compare with */
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number", "0");
    free_ids(ids);
    teardown(&b);
}

static void sha256_repository_is_refused_clearly(void **state)
{
    (void)state;
    bench b;
    char path[600];
    gaz_repo_row row;
    setup(&b);
    snprintf(path, sizeof path, "%s/sha256", b.dir);
    free(run_git(b.dir, "init", "-q", "--object-format=sha256", path, NULL));
    gaz_add add = {.source = path};
    assert_status(GAZ_E_UNSUPPORTED, gaz_repo_register(b.f.store, &b.f.settings, &add, &row, &err));
    assert_non_null(strstr(err.message, "SHA-256"));
    assert_non_null(strstr(err.message, "sha256")); /* which repository */
    gaz_error_clear(&err);
    snprintf(path, sizeof path, "%s/nothing", b.dir);
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_register(b.f.store, &b.f.settings, &add, &row, &err));
    teardown(&b);
}

/* ---- blobs that are not there ---- */

static gaz_status note_skipped(void *ctx, const gaz_skipped *item, gaz_error *unused)
{
    (void)unused;
    gaz_strbuf_printf(ctx, "%.*s %s\n", (int)item->path_len, item->path, item->reason);
    return GAZ_OK;
}

static void skipped_are(fixture *f, const char *expected)
{
    gaz_strbuf list = GAZ_STRBUF_INIT;
    assert_ok(gaz_engine_skipped(f->engine, "r", note_skipped, &list, &err));
    assert_string_equal(list.data, expected);
    gaz_strbuf_release(&list);
}

static void missing_blob_is_recorded_and_read_when_it_comes_back(void **state)
{
    (void)state;
    bench b;
    char *ids[6], object[800], away[800];
    setup(&b);
    write_history(&b, ids);
    char *blob = run_git(b.tree, "rev-parse", "HEAD:file.txt", NULL);
    snprintf(object, sizeof object, "%s/.git/objects/%.2s/%s", b.tree, blob, blob + 2);
    snprintf(away, sizeof away, "%s/away", b.dir);
    assert_int_equal(rename(object, away), 0);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "number", "");
    finds(&b.f, "shared", "shared");
    skipped_are(&b.f, "file.txt unreadable\n");
    uint64_t before = generation(&b.f);
    (void)fixture_index(&b.f, "r"); /* still missing: nothing new */
    assert_int_equal(generation(&b.f), before);
    skipped_are(&b.f, "file.txt unreadable\n");
    assert_int_equal(rename(away, object), 0);
    (void)fixture_index(&b.f, "r"); /* without a new commit */
    finds(&b.f, "number", "5");
    skipped_are(&b.f, "");
    free(blob);
    free_ids(ids);
    teardown(&b);
}

static void missing_directory_is_recorded_and_read_when_it_comes_back(void **state)
{
    (void)state;
    bench b;
    char object[800], away[800];
    setup(&b);
    snprintf(object, sizeof object, "%s/sub", b.tree);
    assert_ok(gaz_mkdir_all(object, 0755, &err));
    write_file(&b, "sub/file.txt", "inside\n");
    write_file(&b, "top.txt", "outside\n");
    free(commit(&b));
    char *tree = run_git(b.tree, "rev-parse", "HEAD:sub", NULL);
    snprintf(object, sizeof object, "%s/.git/objects/%.2s/%s", b.tree, tree, tree + 2);
    snprintf(away, sizeof away, "%s/away", b.dir);
    assert_int_equal(rename(object, away), 0);
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "side", "outside");
    skipped_are(&b.f, "sub/ unreadable\n");
    assert_int_equal(rename(away, object), 0);
    (void)fixture_index(&b.f, "r");
    finds(&b.f, "inside", "inside");
    skipped_are(&b.f, "");
    free(tree);
    teardown(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_revision_is_brought_in_at_the_cost_of_its_new_blobs),
        cmocka_unit_test(unknown_revision_is_an_error_that_names_it),
        cmocka_unit_test(least_recently_used_revisions_are_dropped),
        cmocka_unit_test(what_a_revision_means_is_looked_up_once),
        cmocka_unit_test(a_run_that_does_not_tell_what_it_found_is_repeated),
        cmocka_unit_test(branch_named_like_a_commit_and_that_commit_do_not_meet),
        cmocka_unit_test(fork_adds_no_documents_but_its_own),
        cmocka_unit_test(removed_repository_is_gone_and_may_come_back),
        cmocka_unit_test(repository_without_commits_is_searched_and_filled_later),
        cmocka_unit_test(branches_that_go_leave_the_index),
        cmocka_unit_test(branches_are_listed_without_revisions),
        cmocka_unit_test(head_that_names_no_branch_is_said_and_revisions_stay),
        cmocka_unit_test(patterns_that_choose_nothing_are_said),
        cmocka_unit_test(a_missing_commit_fails_the_run_and_leaves_the_index),
        cmocka_unit_test(force_push_moves_the_index),
        cmocka_unit_test(sha256_repository_is_refused_clearly),
        cmocka_unit_test(missing_blob_is_recorded_and_read_when_it_comes_back),
        cmocka_unit_test(missing_directory_is_recorded_and_read_when_it_comes_back),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
