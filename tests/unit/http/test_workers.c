/* The workers: all tasks run, never more than the queue takes, and freeing waits.
 * Also run under ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "workers.h"

static atomic_int ran, gate, waiting;

static void count(void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&ran, 1);
}

static void nap(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

static void wait_for_gate(void *ctx)
{
    (void)ctx;
    atomic_fetch_add(&waiting, 1);
    while (!atomic_load(&gate))
        nap();
    atomic_fetch_add(&ran, 1);
}

static void *submit_many(void *arg)
{
    for (int i = 0; i < 2000; i++)
        while (gaz_workers_submit(arg, count, NULL, NULL) == GAZ_E_BUSY)
            nap();
    return NULL;
}

static void every_task_runs_once(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_workers *w = NULL;
    pthread_t threads[4];
    atomic_store(&ran, 0);
    assert_ok(gaz_workers_new(7, 16, &w, &err));
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, submit_many, w), 0);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    gaz_workers_free(w);
    assert_int_equal(atomic_load(&ran), 8000);
}

static void blocked_workers_do_not_keep_others_from_running(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_workers *w = NULL;
    atomic_store(&ran, 0);
    atomic_store(&gate, 0);
    atomic_store(&waiting, 0);
    assert_ok(gaz_workers_new(3, 16, &w, &err));
    assert_ok(gaz_workers_submit(w, wait_for_gate, NULL, &err));
    assert_ok(gaz_workers_submit(w, wait_for_gate, NULL, &err));
    for (int i = 0; i < 10; i++)
        assert_ok(gaz_workers_submit(w, count, NULL, &err));
    while (atomic_load(&ran) != 10 || atomic_load(&waiting) != 2)
        nap();
    atomic_store(&gate, 1);
    gaz_workers_free(w);
    assert_int_equal(atomic_load(&ran), 12);
}

static void a_full_queue_is_busy_and_queued_tasks_run_before_the_end(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_workers *w = NULL;
    atomic_store(&ran, 0);
    atomic_store(&gate, 0);
    atomic_store(&waiting, 0);
    assert_ok(gaz_workers_new(1, 2, &w, &err));
    assert_ok(gaz_workers_submit(w, wait_for_gate, NULL, &err));
    while (!atomic_load(&waiting))
        nap();
    assert_ok(gaz_workers_submit(w, count, NULL, &err));
    assert_ok(gaz_workers_submit(w, count, NULL, &err));
    assert_status(GAZ_E_BUSY, gaz_workers_submit(w, count, NULL, &err));
    atomic_store(&gate, 1);
    gaz_workers_free(w);
    assert_int_equal(atomic_load(&ran), 3);
}

static void sizes_out_of_range_are_refused(void **state)
{
    (void)state;
    gaz_workers *w = NULL;
    static const unsigned sizes[][2] = {{0, 1}, {1, 0}, {1025, 1}, {1, (1u << 20) + 1}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        gaz_error err = {0};
        assert_status(GAZ_E_INVALID, gaz_workers_new(sizes[i][0], sizes[i][1], &w, &err));
    }
    gaz_workers_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_task_runs_once),
        cmocka_unit_test(blocked_workers_do_not_keep_others_from_running),
        cmocka_unit_test(a_full_queue_is_busy_and_queued_tasks_run_before_the_end),
        cmocka_unit_test(sizes_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
