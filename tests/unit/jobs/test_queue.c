/* The queue: order, one at a time per subject, and what becomes of the jobs of dead processes. */
#include "gaz_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/jobs/queue.h"

typedef struct fixture {
    char *dir;
    gaz_store *store;
} fixture;

static int setup(void **state)
{
    gaz_error err = {0};
    fixture *f = calloc(1, sizeof *f);
    f->dir = make_temp_dir();
    assert_ok(gaz_store_open(f->dir, true, &f->store, &err));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    gaz_error err = {0};
    fixture *f = *state;
    gaz_store_close(f->store);
    assert_ok(gaz_remove_all(f->dir, &err));
    free(f->dir);
    free(f);
    return 0;
}

static int64_t add(fixture *f, const char *subject, const char *argument)
{
    gaz_error err = {0};
    int64_t id = 0;
    assert_ok(gaz_store_job_add(f->store, "index", subject, argument, &id, &err));
    return id;
}

static int64_t take(fixture *f)
{
    gaz_error err = {0};
    gaz_job_row job = {0};
    gaz_status st = gaz_queue_take(f->store, &job, &err);
    int64_t id = job.id;
    if (st != GAZ_OK)
        assert_status(GAZ_DONE, st);
    else
        assert_int_equal(job.state, GAZ_JOB_RUNNING);
    gaz_job_row_release(&job);
    return id;
}

static void end(fixture *f, int64_t id, gaz_job_state state, const char *error)
{
    gaz_error err = {0};
    assert_ok(gaz_store_job_finish(f->store, id, state, error, 7, &err));
}

static void oldest_job_is_taken_first(void **state)
{
    fixture *f = *state;
    assert_int_equal(take(f), 0);
    int64_t a = add(f, "a", NULL), b = add(f, "b", NULL);
    assert_true(b > a);
    assert_int_equal(take(f), a);
    assert_int_equal(take(f), b);
    assert_int_equal(take(f), 0);
}

static void equal_waiting_jobs_are_one(void **state)
{
    fixture *f = *state;
    int64_t a = add(f, "a", NULL);
    assert_int_equal(add(f, "a", NULL), a);
    int64_t rev = add(f, "a", "main~1");
    assert_int_not_equal(rev, a);
    assert_int_equal(add(f, "a", "main~1"), rev);
    assert_int_equal(take(f), a);
    assert_int_not_equal(add(f, "a", NULL),
                         a); /* that one runs already: what came after it began is not in it */
}

static void one_job_per_subject_runs_at_a_time(void **state)
{
    fixture *f = *state;
    int64_t a1 = add(f, "a", NULL), a2 = add(f, "a", "x"), b = add(f, "b", NULL);
    assert_int_equal(take(f), a1);
    assert_int_equal(take(f), b);
    assert_int_equal(take(f), 0);
    end(f, a1, GAZ_JOB_DONE, NULL);
    assert_int_equal(take(f), a2);
}

static void ended_job_tells_how_it_went(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_job_row job = {0};
    int64_t good = add(f, "a", NULL), bad = add(f, "b", "rev");
    take(f);
    take(f);
    end(f, good, GAZ_JOB_DONE, NULL);
    end(f, bad, GAZ_JOB_FAILED, "no such revision");
    assert_ok(gaz_store_job_get(f->store, good, &job, &err));
    assert_int_equal(job.state, GAZ_JOB_DONE);
    assert_int_equal(job.generation, 7);
    assert_int_equal(job.attempts, 1);
    assert_true(job.finished_us >= job.started_us && job.started_us >= job.created_us);
    gaz_job_row_release(&job);
    assert_ok(gaz_store_job_get(f->store, bad, &job, &err));
    assert_string_equal(job.error, "no such revision");
    assert_string_equal(job.argument, "rev");
    gaz_job_row_release(&job);
    assert_status(GAZ_E_INVALID,
                  gaz_store_job_finish(f->store, good, GAZ_JOB_FAILED, NULL, 0, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID,
                  gaz_store_job_finish(f->store, good, GAZ_JOB_RUNNING, NULL, 0, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_NOT_FOUND, gaz_store_job_get(f->store, 999, &job, &err));
}

static void texts_have_limits(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    int64_t id = 0;
    char *text = calloc(1, 5001);
    memset(text, 'x', 5000);
    assert_status(GAZ_E_INVALID, gaz_store_job_add(f->store, "index", text, NULL, &id, &err));
    gaz_error_clear(&err);
    id = add(f, "a", NULL);
    end(f, id, GAZ_JOB_FAILED, text);
    gaz_job_row job = {0};
    assert_ok(gaz_store_job_get(f->store, id, &job, &err));
    assert_true(strlen(job.error) <= 4096);
    gaz_job_row_release(&job);
    free(text);
}

/* Takes a job in a child that is then killed. */
static void take_and_die(fixture *f)
{
    pid_t pid = fork();
    if (pid == 0) {
        gaz_store *store = NULL;
        gaz_job_row job = {0};
        bool ok = gaz_store_open(f->dir, false, &store, NULL) == GAZ_OK &&
                  gaz_queue_take(store, &job, NULL) == GAZ_OK;
        if (!ok)
            _exit(1);
        kill(getpid(), SIGKILL);
        _exit(1);
    }
    int result = 0;
    waitpid(pid, &result, 0);
    assert_true(WIFSIGNALED(result));
}

static void job_of_a_dead_process_is_taken_again_but_not_for_ever(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_job_row job = {0};
    int64_t id = add(f, "a", NULL);
    for (int i = 0; i < GAZ_QUEUE_ATTEMPTS_MAX; i++) {
        take_and_die(f);
        assert_ok(gaz_store_job_get(f->store, id, &job, &err));
        assert_int_equal(job.state, GAZ_JOB_RUNNING);
        assert_int_equal(job.attempts, i + 1);
        gaz_job_row_release(&job);
    }
    assert_int_equal(take(f), 0);
    assert_ok(gaz_store_job_get(f->store, id, &job, &err));
    assert_int_equal(job.state, GAZ_JOB_FAILED);
    assert_non_null(strstr(job.error, "3 attempts"));
    gaz_job_row_release(&job);
}

static void job_of_a_living_process_is_left_alone(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    size_t requeued = 9;
    int64_t id = add(f, "a", NULL);
    assert_int_equal(take(f), id);
    assert_ok(gaz_queue_recover(f->store, &requeued, &err));
    assert_int_equal(requeued, 0);
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    add(f, "b", NULL);
    pid_t pid = fork();
    if (pid == 0) {
        gaz_store *store = NULL;
        gaz_job_row job = {0};
        if (gaz_store_open(f->dir, false, &store, NULL) != GAZ_OK ||
            gaz_queue_take(store, &job, NULL) != GAZ_OK || write(pipes[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    char c;
    assert_int_equal(read(pipes[0], &c, 1), 1);
    assert_ok(gaz_queue_recover(f->store, &requeued, &err));
    assert_int_equal(requeued, 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    assert_ok(gaz_queue_recover(f->store, &requeued, &err));
    assert_int_equal(requeued, 1);
    close(pipes[0]);
    close(pipes[1]);
}

static void owner_names_one_process_only(void **state)
{
    (void)state;
    gaz_error err = {0};
    char owner[GAZ_QUEUE_OWNER], again[GAZ_QUEUE_OWNER], other[GAZ_QUEUE_OWNER];
    assert_ok(gaz_queue_owner(owner, &err));
    assert_ok(gaz_queue_owner(again, &err));
    assert_string_equal(owner, again);
    assert_true(gaz_queue_alive(owner));
    snprintf(other, sizeof other, "%d-1-%s", (int)getpid(), strrchr(owner, '-') + 1);
    assert_false(gaz_queue_alive(other)); /* the same id, started at another time */
    const char *nobody[] = {"",   "x",          "-1-2-3", "0-0-0", "99999999999999999999-1-1",
                            "12", "4194999-1-1"};
    for (size_t i = 0; i < sizeof nobody / sizeof nobody[0]; i++)
        assert_false(gaz_queue_alive(nobody[i]));
    pid_t pid = fork();
    if (pid == 0) {
        char mine[GAZ_QUEUE_OWNER];
        _exit(gaz_queue_owner(mine, NULL) == GAZ_OK && strcmp(mine, owner) != 0 ? 0 : 1);
    }
    int result = 0;
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    snprintf(other, sizeof other, "%d-1-1", (int)pid);
    assert_false(gaz_queue_alive(other)); /* a zombie runs no job */
    waitpid(pid, &result, 0);
    assert_int_equal(result, 0);
}

#define QUEUE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        QUEUE_TEST(oldest_job_is_taken_first),
        QUEUE_TEST(equal_waiting_jobs_are_one),
        QUEUE_TEST(one_job_per_subject_runs_at_a_time),
        QUEUE_TEST(ended_job_tells_how_it_went),
        QUEUE_TEST(texts_have_limits),
        QUEUE_TEST(job_of_a_dead_process_is_taken_again_but_not_for_ever),
        QUEUE_TEST(job_of_a_living_process_is_left_alone),
        cmocka_unit_test(owner_names_one_process_only),
    };
    return cmocka_run_group_tests_name("queue", tests, NULL, NULL);
}
