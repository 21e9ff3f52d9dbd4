/* A fixed set of threads takes tasks from one bounded ring. A parallel loop hands out its shares
 * through a counter under the loop's own lock: whoever comes first, a pool thread or the caller,
 * takes the next share, so the caller never waits for a share that has not begun. */
#include "gaz/base/threads.h"

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct job {
    gaz_task task;
    void *ctx;
} job;

struct gaz_pool {
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t *threads;
    unsigned count;
    job *ring;
    unsigned cap, head, len;
    bool stopping;
};

unsigned gaz_cores(void)
{
    cpu_set_t set;
    int n = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    return n < 1 ? 1 : (unsigned)n;
}

static void *thread_main(void *arg)
{
    gaz_pool *pool = arg;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->len && !pool->stopping)
            pthread_cond_wait(&pool->wake, &pool->lock);
        if (!pool->len)
            break;
        job j = pool->ring[pool->head];
        pool->head = (pool->head + 1) % pool->cap;
        pool->len--;
        pthread_mutex_unlock(&pool->lock);
        j.task(j.ctx);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

gaz_status gaz_pool_new(unsigned threads, unsigned queue, gaz_pool **out, gaz_error *err)
{
    if (threads < 1 || threads > 1024 || queue < 1 || queue > 1u << 20)
        return gaz_error_set(err, GAZ_E_INVALID,
                             "a pool of %u threads and %u places is out of range", threads, queue);
    gaz_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a thread pool");
    pthread_mutex_init(&pool->lock, NULL);
    pthread_cond_init(&pool->wake, NULL);
    pool->cap = queue;
    pool->ring = calloc(queue, sizeof *pool->ring);
    pool->threads = calloc(threads, sizeof *pool->threads);
    bool ok = pool->ring && pool->threads;
    while (ok && pool->count < threads) {
        ok = pthread_create(&pool->threads[pool->count], NULL, thread_main, pool) == 0;
        pool->count += ok;
    }
    if (!ok) {
        gaz_pool_free(pool);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot start %u threads", threads);
    }
    *out = pool;
    return GAZ_OK;
}

void gaz_pool_free(gaz_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned i = 0; i < pool->count; i++)
        pthread_join(pool->threads[i], NULL);
    pthread_cond_destroy(&pool->wake);
    pthread_mutex_destroy(&pool->lock);
    free(pool->threads);
    free(pool->ring);
    free(pool);
}

static bool try_submit(gaz_pool *pool, gaz_task task, void *ctx)
{
    pthread_mutex_lock(&pool->lock);
    bool room = pool->len < pool->cap && !pool->stopping;
    if (room) {
        pool->ring[(pool->head + pool->len) % pool->cap] = (job){task, ctx};
        pool->len++;
        pthread_cond_signal(&pool->wake);
    }
    pthread_mutex_unlock(&pool->lock);
    return room;
}

gaz_status gaz_pool_submit(gaz_pool *pool, gaz_task task, void *ctx, gaz_error *err)
{
    if (!try_submit(pool, task, ctx))
        return gaz_error_set(err, GAZ_E_BUSY, "all %u places of the work queue are taken",
                             pool->cap);
    return GAZ_OK;
}

unsigned gaz_pool_threads(const gaz_pool *pool)
{
    return pool->count;
}

/* A loop outlives its caller's frame only for helpers that come too late to find a share: hence the
 * count of references, and the heap. */
typedef struct loop {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    gaz_share share;
    void *ctx;
    unsigned next, workers, finished, refs;
} loop;

static void loop_unref(loop *l)
{
    pthread_mutex_lock(&l->lock);
    bool last = --l->refs == 0;
    pthread_mutex_unlock(&l->lock);
    if (!last)
        return;
    pthread_cond_destroy(&l->ended);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

static void take_shares(loop *l)
{
    pthread_mutex_lock(&l->lock);
    while (l->next < l->workers) {
        unsigned worker = l->next++;
        pthread_mutex_unlock(&l->lock);
        l->share(l->ctx, worker);
        pthread_mutex_lock(&l->lock);
        if (++l->finished == l->workers)
            pthread_cond_broadcast(&l->ended);
    }
    pthread_mutex_unlock(&l->lock);
}

static void helper(void *arg)
{
    take_shares(arg);
    loop_unref(arg);
}

void gaz_pool_run(gaz_pool *pool, unsigned workers, gaz_share share, void *ctx)
{
    loop *l = workers > 1 ? calloc(1, sizeof *l) : NULL;
    if (!l) {
        for (unsigned i = 0; i < workers; i++)
            share(ctx, i);
        return;
    }
    *l = (loop){.share = share, .ctx = ctx, .workers = workers, .refs = 1};
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->ended, NULL);
    /* NOLINTBEGIN(clang-analyzer-unix.Malloc): the reference of this call keeps the loop alive */
    for (unsigned i = 1; i < workers; i++) {
        pthread_mutex_lock(&l->lock);
        l->refs++;
        pthread_mutex_unlock(&l->lock);
        if (!try_submit(pool, helper, l))
            loop_unref(l);
    }
    take_shares(l);
    pthread_mutex_lock(&l->lock);
    while (l->finished < l->workers)
        pthread_cond_wait(&l->ended, &l->lock);
    pthread_mutex_unlock(&l->lock);
    loop_unref(l);
    /* NOLINTEND(clang-analyzer-unix.Malloc) */
}
