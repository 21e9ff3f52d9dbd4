/* Index runs beside merges, removals and changes of the rules. */
#include "run_support.h"

#include <pthread.h>
#include <sqlite3.h>
#include <unistd.h>

#include "gaz/base/fs.h"

typedef struct meddler {
    bench *b;
    gaz_phase at;
    bool done;
} meddler;

/* A merge of everything at a moment of the run. */
static void merge_at_phase(void *ctx, const gaz_progress *p)
{
    meddler *m = ctx;
    gaz_error err = {0};
    if (m->done || p->phase != m->at)
        return;
    m->done = true;
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(m->b->store, &s, &err));
    assert_int_equal(s->pool_count, 1);
    assert_ok(merge_pool(m->b->store, &m->b->settings, s->pools[0].id, true, NULL, &err));
    gaz_snapshot_free(s);
}

/* The document of a deleted file is still in its segment; the file comes back while a merge drops
 * it. */
static void a_merge_during_a_run_loses_no_document(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    static const gaz_phase moments[] = {GAZ_PHASE_WALK, GAZ_PHASE_PUBLISH};
    for (unsigned i = 0; i < 2; i++) {
        bench_write(b, "back.c", "it comes back\n", 14);
        bench_write(b, "stays.c", "it stays\n", 9);
        bench_commit(b);
        bench_index(b, NULL);
        free(run_git(b->work, "rm", "-q", "back.c", NULL));
        bench_write(b, "other.c", i ? "1\n" : "2\n", 2);
        bench_commit(b);
        bench_index(b, NULL);
        free(run_git(b->work, "revert", "--no-edit", "HEAD", NULL));
        meddler m = {b, moments[i], false};
        index_request request = {.repo = "app", .report = merge_at_phase, .report_ctx = &m};
        gaz_run_result result;
        assert_ok(index_run(b->store, &b->settings, &request, &result, &err));
        assert_true(m.done);
        assert_true(result.changed);
        assert_int_equal(bench_check(b), 0);
        bench_engine(b, NULL);
        found f;
        bench_search(b, &(gaz_search_request){.query = "comes", .limit = 10}, &f);
        assert_int_equal(f.status, GAZ_OK);
        assert_string_equal(f.paths.data, "back.c\n");
        assert_true(f.result.complete);
        found_release(&f);
    }
}

static void new_exclusion_patterns_also_hold_for_revisions(void **state)
{
    bench *b = *state;
    bench_write(b, "secret.txt", "the password\n", 13);
    bench_write(b, "open.txt", "nothing\n", 8);
    bench_commit(b);
    bench_index(b, NULL);
    bench_write(b, "open.txt", "more\n", 5);
    bench_commit(b);
    bench_index(b, NULL);
    char *old = run_git(b->work, "rev-parse", "HEAD~1", NULL);
    bench_index(b, old);
    bench_engine(b, "index.exclude=secret.txt", NULL);
    found f;
    gaz_search_request request = {.query = "password", .rev = old, .limit = 10};
    bench_search(b, &request, &f);
    assert_int_equal(f.files, 1); /* nothing has been indexed since */
    found_release(&f);
    bench_index(b, NULL);
    bench_search(b, &request, &f);
    assert_int_equal(f.status, GAZ_E_NOT_FOUND); /* to be brought in again */
    found_release(&f);
    bench_index(b, old);
    bench_search(b, &request, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_int_equal(f.files, 0);
    found_release(&f);
    free(old);
}

/* A revision indexed under rules that were taken back before its repository's branches were. */
static void rules_taken_back_leave_no_revision_behind(void **state)
{
    bench *b = *state;
    bench_engine(b, "index.exclude=secret.txt", NULL);
    bench_write(b, "secret.txt", "the password\n", 13);
    bench_write(b, "open.txt", "nothing\n", 8);
    bench_commit(b);
    bench_write(b, "open.txt", "more\n", 5);
    bench_commit(b);
    bench_index(b, NULL);
    char *old = run_git(b->work, "rev-parse", "HEAD~1", NULL);
    bench_engine(b, "index.exclude=other.txt", NULL);
    bench_index(b, old);
    bench_engine(b, "index.exclude=secret.txt", NULL);
    bench_index(b, NULL);
    bench_index(b, old);
    found f;
    bench_search(b, &(gaz_search_request){.query = "password", .rev = old, .limit = 10}, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_int_equal(f.files, 0);
    found_release(&f);
    free(old);
}

/* As if everything had been brought in two hours ago. */
static void let_hours_pass(const bench *b)
{
    sqlite3 *db = NULL;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/catalogue.db", gaz_store_home(b->store));
    assert_int_equal(sqlite3_open(path.data, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db, "UPDATE revision_uses SET used_us = used_us - 7200000000", 0, 0, 0),
        SQLITE_OK);
    sqlite3_close(db);
    gaz_strbuf_release(&path);
}

static void a_revision_that_is_asked_for_by_its_id_is_in_use(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    char *ids[4];
    assert_ok(gaz_settings_set(&b->settings, "index.revisions", "2", &err));
    for (int i = 0; i < 4; i++) {
        char text[16];
        int n = snprintf(text, sizeof text, "number %d\n", i);
        bench_write(b, "a.c", text, (size_t)n);
        bench_commit(b);
        ids[i] = run_git(b->work, "rev-parse", "HEAD", NULL);
    }
    bench_index(b, NULL);
    bench_index(b, ids[0]);
    bench_index(b, ids[1]);
    let_hours_pass(b);
    bench_engine(b, NULL);
    found f;
    gaz_search_request request = {.query = "number", .rev = ids[0], .limit = 10};
    bench_search(b, &request, &f);
    assert_int_equal(f.files, 1);
    found_release(&f);
    bench_index(b, ids[2]); /* there is room for two */
    bench_search(b, &request, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_int_equal(f.files, 1);
    found_release(&f);
    request.rev = ids[1];
    bench_search(b, &request, &f);
    assert_int_equal(f.status, GAZ_E_NOT_FOUND);
    found_release(&f);
    for (int i = 0; i < 4; i++)
        free(ids[i]);
}

typedef struct late_run {
    bench *b;
    gaz_status status;
    gaz_error error;
} late_run;

static void *run_late(void *arg)
{
    late_run *l = arg;
    index_request request = {.repo = "clone"};
    gaz_run_result result;
    l->status = index_run(l->b->store, &l->b->settings, &request, &result, &l->error);
    return NULL;
}

/* It would clone again what nobody would ever remove. */
static void a_run_that_waited_while_its_repository_was_removed_leaves_no_clone(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_strbuf url = GAZ_STRBUF_INIT;
    bench_write(b, "a.c", "text\n", 5);
    bench_commit(b);
    gaz_strbuf_printf(&url, "file://%s", b->work);
    gaz_repo_row row;
    gaz_add add = {.source = url.data, .name = "clone"};
    assert_ok(gaz_repo_register(b->store, &b->settings, &add, &row, &err));
    gaz_lock *lock = NULL;
    assert_ok(gaz_store_repo_lock(b->store, row.uid, 0, &lock, &err));
    late_run late = {.b = b};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, run_late, &late), 0);
    usleep(300000); /* until it waits for the lock; earlier is no failure */
    assert_ok(gaz_store_repo_remove(b->store, "clone", &err));
    gaz_lock_close(lock);
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(late.status, GAZ_E_NOT_FOUND);
    assert_int_not_equal(access(row.git_dir, F_OK), 0);
    gaz_repo_row_release(&row);
    gaz_strbuf_release(&url);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_merge_during_a_run_loses_no_document, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(new_exclusion_patterns_also_hold_for_revisions, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(rules_taken_back_leave_no_revision_behind, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(a_revision_that_is_asked_for_by_its_id_is_in_use,
                                        bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(
            a_run_that_waited_while_its_repository_was_removed_leaves_no_clone, bench_setup,
            bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
