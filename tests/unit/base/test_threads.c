/* The pool: every task runs once, a full queue is busy, loops give every share to somebody and
 * never wait for the queue. Also run under ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "gaz/base/threads.h"

static void count_task(void *ctx)
{
    atomic_fetch_add((atomic_uint *)ctx, 1);
}

static void sizes_out_of_range_are_refused(void **state)
{
    (void)state;
    gaz_pool *pool = NULL;
    static const struct {
        unsigned threads, queue;
    } bad[] = {{0, 1}, {1025, 1}, {1, 0}, {1, (1u << 20) + 1}};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gaz_error err = {0};
        assert_status(GAZ_E_INVALID, gaz_pool_new(bad[i].threads, bad[i].queue, &pool, &err));
        assert_null(pool);
    }
    assert_true(gaz_cores() >= 1);
    gaz_pool_free(NULL);
}

static void every_submitted_task_runs_once_before_the_pool_is_gone(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_pool *pool = NULL;
    atomic_uint ran = 0;
    assert_ok(gaz_pool_new(3, 1000, &pool, &err));
    assert_int_equal(gaz_pool_threads(pool), 3);
    for (unsigned i = 0; i < 1000; i++)
        assert_ok(gaz_pool_submit(pool, count_task, &ran, &err));
    gaz_pool_free(pool);
    assert_int_equal(atomic_load(&ran), 1000);
}

/* A gate that holds a task until the test opens it. */
typedef struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool entered, open;
    atomic_uint ran;
} gate;

static void gate_task(void *ctx)
{
    gate *g = ctx;
    pthread_mutex_lock(&g->lock);
    g->entered = true;
    pthread_cond_broadcast(&g->changed);
    while (!g->open)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
    atomic_fetch_add(&g->ran, 1);
}

static void gate_wait_entered(gate *g)
{
    pthread_mutex_lock(&g->lock);
    while (!g->entered)
        pthread_cond_wait(&g->changed, &g->lock);
    pthread_mutex_unlock(&g->lock);
}

static void gate_open(gate *g)
{
    pthread_mutex_lock(&g->lock);
    g->open = true;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
}

#define GATE_INIT                                                                                  \
    {                                                                                              \
        .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER                     \
    }

static void a_full_queue_is_busy_and_accepts_again_later(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_pool *pool = NULL;
    gate g = GATE_INIT;
    atomic_uint ran = 0;
    assert_ok(gaz_pool_new(1, 2, &pool, &err));
    assert_ok(gaz_pool_submit(pool, gate_task, &g, &err));
    gate_wait_entered(&g);
    assert_ok(gaz_pool_submit(pool, count_task, &ran, &err));
    assert_ok(gaz_pool_submit(pool, count_task, &ran, &err));
    assert_status(GAZ_E_BUSY, gaz_pool_submit(pool, count_task, &ran, &err));
    assert_non_null(strstr(err.message, "2 places"));
    assert_int_equal(atomic_load(&ran), 0);
    gate_open(&g);
    gaz_pool_free(pool);
    assert_int_equal(atomic_load(&ran), 2);
    assert_int_equal(atomic_load(&g.ran), 1);
}

typedef struct shares {
    atomic_uint times[64];
} shares;

static void mark_share(void *ctx, unsigned worker)
{
    atomic_fetch_add(&((shares *)ctx)->times[worker], 1);
}

static void a_loop_gives_every_share_to_somebody_once(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_pool *pool = NULL;
    assert_ok(gaz_pool_new(4, 8, &pool, &err));
    for (unsigned workers = 0; workers <= 64; workers++) {
        shares s = {0};
        gaz_pool_run(pool, workers, mark_share, &s);
        for (unsigned i = 0; i < 64; i++)
            assert_int_equal(atomic_load(&s.times[i]), i < workers);
    }
    gaz_pool_free(pool);
}

static void a_loop_on_a_busy_pool_is_run_by_its_caller(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_pool *pool = NULL;
    gate g = GATE_INIT;
    shares s = {0};
    assert_ok(gaz_pool_new(1, 1, &pool, &err));
    assert_ok(gaz_pool_submit(pool, gate_task, &g, &err));
    gate_wait_entered(&g);
    gaz_pool_run(pool, 16, mark_share,
                 &s); /* the only thread waits at the gate; this returns all the same */
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(atomic_load(&s.times[i]), 1);
    gate_open(&g);
    gaz_pool_free(pool);
    for (unsigned i = 0; i < 16; i++)
        assert_int_equal(atomic_load(&s.times[i]), 1);
}

typedef struct many {
    gaz_pool *pool;
    atomic_uint total;
} many;

static void add_one(void *ctx, unsigned worker)
{
    (void)worker;
    atomic_fetch_add((atomic_uint *)ctx, 1);
}

static void *run_loops(void *ctx)
{
    many *m = ctx;
    for (unsigned i = 0; i < 200; i++)
        gaz_pool_run(m->pool, 5, add_one, &m->total);
    return NULL;
}

static void loops_of_several_threads_do_not_mix(void **state)
{
    (void)state;
    gaz_error err = {0};
    many m = {0};
    pthread_t threads[4];
    assert_ok(gaz_pool_new(2, 4, &m.pool, &err));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, run_loops, &m), 0);
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    gaz_pool_free(m.pool);
    assert_int_equal(atomic_load(&m.total), 4 * 200 * 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_out_of_range_are_refused),
        cmocka_unit_test(every_submitted_task_runs_once_before_the_pool_is_gone),
        cmocka_unit_test(a_full_queue_is_busy_and_accepts_again_later),
        cmocka_unit_test(a_loop_gives_every_share_to_somebody_once),
        cmocka_unit_test(a_loop_on_a_busy_pool_is_run_by_its_caller),
        cmocka_unit_test(loops_of_several_threads_do_not_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
