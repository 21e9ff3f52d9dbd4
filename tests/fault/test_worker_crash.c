/* Index runs in gaz-worker, supervised: a blob that crashes its reader is put aside and everything
 * else is indexed; one that hangs it is left when the caller cancels; the supervisor survives, also
 * when its workers are killed under it, and a killed supervisor takes its worker with it. The
 * worker is gaz-worker itself with a blob reader that misbehaves on request (faulty_worker.c). */
#include "fault_support.h"

#include <errno.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "hostile_repo.h"

static fault_world *world;
static char worker[700];

static int setup(void **state)
{
    const char *build = getenv("GAZ_BUILD_DIR");
    int failed = fault_world_setup(state);
    world = *state;
    fault_join(worker, sizeof worker, build ? build : ".", "faulty-worker");
    assert_int_equal(0, access(worker, X_OK));
    return failed;
}

/* The id of a path's blob, as the dump tells it. */
static void blob_of(const char *dump, const char *path, char hex[GAZ_OID_HEX])
{
    char ending[100];
    snprintf(ending, sizeof ending, " %s\n", path);
    const char *at = strstr(dump, ending);
    if (!at)
        fail_msg("the dump has no '%s'", path);
    while (at > dump && at[-1] != '\n')
        at--;
    memcpy(hex, at, GAZ_OID_HEX - 1);
    hex[GAZ_OID_HEX - 1] = '\0';
}

typedef struct supervised {
    gaz_settings settings;
    gaz_store *store;
    gaz_runner *runner;
} supervised;

static void open_runner(const char *home, supervised *s)
{
    gaz_error err = {0};
    *s = (supervised){0};
    assert_ok(gaz_settings_load(home, &s->settings, &err));
    s->settings.retire_grace_ms = 0;
    assert_ok(gaz_store_open(home, false, &s->store, &err));
    assert_ok(gaz_runner_new(s->store, &s->settings, NULL, worker, &s->runner, &err));
}

static void close_runner(supervised *s)
{
    gaz_runner_free(s->runner);
    gaz_store_close(s->store);
    gaz_settings_release(&s->settings);
}

static gaz_status run_index_of(supervised *s, const char *repo, gaz_progress_visit visit, void *ctx,
                               gaz_error *err)
{
    int64_t job = 0;
    gaz_run_result result;
    gaz_status st = gaz_runner_submit(s->runner, repo, NULL, &job, err);
    return st == GAZ_OK
               ? gaz_runner_wait(s->runner, job, gaz_deadline(60000), visit, ctx, &result, err)
               : st;
}

static gaz_status run_index(supervised *s, gaz_progress_visit visit, void *ctx, gaz_error *err)
{
    return run_index_of(s, FAULT_REPO, visit, ctx, err);
}

static gaz_status list_skipped(void *ctx, const gaz_skipped *item, gaz_error *err)
{
    (void)err;
    gaz_strbuf_printf(ctx, "%.*s %s\n", (int)item->path_len, item->path, item->reason);
    return GAZ_OK;
}

static char *skipped(const char *home)
{
    fault_engine e;
    gaz_error err = {0};
    gaz_strbuf list = GAZ_STRBUF_INIT;
    assert_ok(fault_engine_open(home, &e, &err));
    assert_ok(gaz_engine_skipped(e.engine, FAULT_REPO, list_skipped, &list, &err));
    fault_engine_close(&e);
    char *text = gaz_strbuf_detach(&list, NULL);
    return text ? text : strdup("");
}

static unsigned count_hits(const char *home, const char *query)
{
    fault_engine e;
    gaz_error err = {0};
    gaz_search_result result;
    gaz_strbuf hits = GAZ_STRBUF_INIT;
    gaz_search_result_init(&result);
    assert_ok(fault_engine_open(home, &e, &err));
    assert_ok(fault_search(e.engine, query, &hits, &result, &err));
    unsigned files = (unsigned)result.stats.files;
    fault_engine_close(&e);
    gaz_search_result_release(&result);
    gaz_strbuf_release(&hits);
    return files;
}

static void blobs_that_crash_their_reader_are_put_aside_and_the_rest_is_indexed(void **state)
{
    (void)state;
    char left[GAZ_OID_HEX], source[GAZ_OID_HEX], both[2 * GAZ_OID_HEX + 1];
    gaz_error err = {0};
    supervised s;
    fault_set_state(world, 2);
    blob_of(world->dumps[2], "left.txt", left);
    blob_of(world->dumps[2], "src/f1.c", source);
    snprintf(both, sizeof both, "%s,%s", left, source);
    char *home = fault_home_new(world, "crashing");
    setenv("GAZ_FAULT_CRASH", both, 1);
    open_runner(home, &s);
    assert_ok(run_index(&s, NULL, NULL, &err));
    close_runner(&s);
    char *list = skipped(home);
    assert_non_null(strstr(list, "left.txt crashed\n"));
    assert_non_null(strstr(list, "src/f1.c crashed\n"));
    assert_null(strstr(list, "right.txt"));
    assert_int_equal(1, count_hits(home, "pair")); /* right.txt, not left.txt */
    assert_int_equal(1, count_hits(home, "constant"));
    assert_int_equal(4, count_hits(home, "changed"));
    free(list);
    fault_assert_sound(home, "after crashes");
    fault_assert_swept(home, "after crashes");
    /* Blobs put aside stay aside: the next run starts no crash, and others go on being indexed. */
    fault_set_state(world, 3);
    open_runner(home, &s);
    assert_ok(run_index(&s, NULL, NULL, &err));
    close_runner(&s);
    unsetenv("GAZ_FAULT_CRASH");
    assert_int_equal(2, count_hits(home, "pair"));
    fault_assert_sound(home, "after the run that followed");
    free(home);
}

typedef struct patience {
    unsigned calls, after;
    unsigned answered;
    gaz_engine *engine; /* of the same home: whoever writes, it answers */
} patience;

static bool lose_patience(void *ctx, const gaz_progress *progress)
{
    patience *p = ctx;
    gaz_error err = {0};
    gaz_search_result result;
    gaz_strbuf hits = GAZ_STRBUF_INIT;
    (void)progress;
    gaz_search_result_init(&result);
    gaz_status st = fault_search(p->engine, "\"pair version 1\"", &hits, &result, &err);
    p->answered += st == GAZ_OK && result.complete && result.stats.files == 2;
    gaz_search_result_release(&result);
    gaz_strbuf_release(&hits);
    return ++p->calls < p->after;
}

static void a_worker_that_hangs_is_ended_when_the_caller_cancels(void **state)
{
    (void)state;
    char hex[GAZ_OID_HEX];
    gaz_error err = {0};
    supervised s;
    gaz_run_result result;
    fault_engine e;
    char *home = fault_home_new(world, "hanging");
    fault_set_state(world, 1);
    assert_ok(fault_index(home, &result, &err));
    assert_ok(fault_engine_open(home, &e, &err));
    patience p = {.after = 5, .engine = e.engine};
    fault_set_state(world, 4);
    blob_of(world->dumps[4], "right.txt", hex);
    setenv("GAZ_FAULT_HANG", hex, 1);
    open_runner(home, &s);
    assert_status(GAZ_E_CANCELLED, run_index(&s, lose_patience, &p, &err));
    close_runner(&s);
    unsetenv("GAZ_FAULT_HANG");
    fault_engine_close(&e);
    assert_int_equal(p.calls, p.answered);            /* readers do not wait for a run that hangs */
    assert_int_equal(-1, waitpid(-1, NULL, WNOHANG)); /* no child is left, not even a dead one */
    assert_int_equal(ECHILD, errno);
    fault_assert_sound(home, "after a hang");
    gaz_error_clear(&err);
    open_runner(home, &s);
    assert_ok(run_index(&s, NULL, NULL, &err)); /* nobody blames the blob */
    close_runner(&s);
    fault_assert_state(world, home, 4, "after a hang");
    fault_assert_swept(home, "after a hang");
    free(home);
}

static void a_worker_that_dies_without_reading_anything_ends_in_an_error(void **state)
{
    (void)state;
    gaz_error err = {0};
    supervised s;
    fault_set_state(world, 2);
    char *home = fault_home_new(world, "dying");
    setenv("GAZ_FAULT_START", "1", 1);
    open_runner(home, &s);
    assert_status(GAZ_E_INTERNAL, run_index(&s, NULL, NULL, &err));
    assert_non_null(strstr(err.message, "keeps dying"));
    unsetenv("GAZ_FAULT_START");
    gaz_error_clear(&err);
    assert_ok(run_index(&s, NULL, NULL, &err));
    close_runner(&s);
    fault_assert_state(world, home, 2, "after deaths");
    free(home);
}

static void a_worker_that_is_not_there_is_an_error_that_says_so(void **state)
{
    (void)state;
    gaz_error err = {0};
    supervised s;
    char *home = fault_home_new(world, "absent"), kept[700];
    memcpy(kept, worker, sizeof kept);
    snprintf(worker, sizeof worker, "%s/no-such-worker", world->dir);
    open_runner(home, &s);
    memcpy(worker, kept, sizeof worker);
    assert_status(GAZ_E_IO, run_index(&s, NULL, NULL, &err));
    assert_non_null(strstr(err.message, "no-such-worker"));
    assert_true(*err.hint != '\0');
    close_runner(&s);
    free(home);
}

/* ---- killed supervisors ---- */

static gaz_status supervise_of(const char *home, const char *repo, gaz_error *err)
{
    supervised s;
    open_runner(home, &s);
    gaz_status st = run_index_of(&s, repo, NULL, NULL, err);
    close_runner(&s);
    return st;
}

static gaz_status supervise(const char *home, gaz_error *err)
{
    return supervise_of(home, FAULT_REPO, err);
}

/* Nobody may hold the lock of an index run once its supervisor is dead: the worker dies with it.
 * Bounded in count. */
static void a_killed_supervisor_takes_its_worker_along_and_loses_nothing(void **state)
{
    (void)state;
    uint64_t rng = fault_seed();
    unsigned rounds = proof_rounds(80), killed = 0;
    int current = 0;
    gaz_error err = {0};
    gaz_run_result result;
    char *home = fault_home_new(world, "supervised"), when[80];
    fault_set_state(world, 0);
    assert_ok(fault_index(home, &result, &err));
    for (unsigned i = 0; i < rounds; i++) {
        unsigned target = proof_random(&rng, FAULT_STATES);
        fault_set_state(world, target);
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0)
            _exit(supervise(home, &err) == GAZ_OK ? 0 : 1);
        usleep(proof_random(&rng, 200000));
        kill(pid, SIGKILL);
        int ended = 0;
        assert_int_equal(pid, waitpid(pid, &ended, 0));
        killed += WIFSIGNALED(ended);
        assert_true(WIFSIGNALED(ended) || WEXITSTATUS(ended) == 0);
        snprintf(when, sizeof when, "supervisor %u killed, state %d to %u", i, current, target);
        (void)fault_which_state(world, home, current, (int)target, when);
        /* The job it left running is taken up again by the next one. */
        gaz_error_clear(&err);
        if (supervise(home, &err) != GAZ_OK)
            fail_msg("%s: the next run failed: %s", when, err.message);
        fault_assert_state(world, home, target, when);
        fault_assert_swept(home, when);
        fault_assert_sound(home, when);
        current = (int)target;
    }
    assert_true(killed > 0);
    proof_report("kill -9 of a supervisor at random times", rounds);
    free(home);
}

/* ---- two at once ---- */

/* The same repository under two names: both want the same blobs in the same pool. */
static void register_twin(const char *home)
{
    gaz_error err = {0};
    supervised s;
    gaz_repo_row row = {0};
    static const char *const all[] = {"*"};
    gaz_add add = {.source = world->git_dir, .name = "twin", .patterns = all, .pattern_count = 1};
    open_runner(home, &s);
    assert_ok(gaz_repo_register(s.store, &s.settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    close_runner(&s);
}

static void assert_twin(const char *home, unsigned state)
{
    gaz_error err = {0};
    gaz_strbuf dump = GAZ_STRBUF_INIT;
    supervised s;
    open_runner(home, &s);
    assert_ok(gaz_logical_dump(s.store, "twin", &dump, &err));
    close_runner(&s);
    assert_string_equal(world->dumps[state % FAULT_STATES], dump.data);
    gaz_strbuf_release(&dump);
}

static void two_processes(const char *name, const char *const repos[2])
{
    gaz_error err = {0};
    char *home = fault_home_new(world, name);
    register_twin(home);
    for (unsigned i = 0; i < proof_rounds(30); i++) {
        pid_t pids[2];
        fault_set_state(world, i);
        fflush(NULL);
        for (int k = 0; k < 2; k++) {
            pids[k] = fork();
            assert_true(pids[k] >= 0);
            if (pids[k] == 0) {
                gaz_status st = supervise_of(home, repos[k], &err);
                if (st != GAZ_OK)
                    fprintf(stderr, "process %d: %s: %s\n", k, gaz_status_name(st), err.message);
                _exit(st == GAZ_OK ? 0 : 1);
            }
        }
        for (int k = 0; k < 2; k++) {
            int ended = 0;
            assert_int_equal(pids[k], waitpid(pids[k], &ended, 0));
            assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
        }
        fault_assert_state(world, home, i, name);
        if (strcmp(repos[1], "twin") == 0)
            assert_twin(home, i);
        fault_assert_sound(home, name);
        fault_assert_swept(home, name);
    }
    free(home);
}

static void two_processes_indexing_the_same_repository_agree(void **state)
{
    (void)state;
    two_processes("same repository", (const char *const[]){FAULT_REPO, FAULT_REPO});
}

static void two_processes_indexing_different_repositories_of_one_pool_agree(void **state)
{
    (void)state;
    two_processes("two repositories", (const char *const[]){FAULT_REPO, "twin"});
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blobs_that_crash_their_reader_are_put_aside_and_the_rest_is_indexed),
        cmocka_unit_test(a_worker_that_hangs_is_ended_when_the_caller_cancels),
        cmocka_unit_test(a_worker_that_dies_without_reading_anything_ends_in_an_error),
        cmocka_unit_test(a_worker_that_is_not_there_is_an_error_that_says_so),
        cmocka_unit_test(a_killed_supervisor_takes_its_worker_along_and_loses_nothing),
        cmocka_unit_test(two_processes_indexing_the_same_repository_agree),
        cmocka_unit_test(two_processes_indexing_different_repositories_of_one_pool_agree),
    };
    return cmocka_run_group_tests_name("worker crash", tests, setup, fault_world_teardown);
}
