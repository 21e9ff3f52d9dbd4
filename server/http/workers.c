/* A ring of tasks under one lock; sleeping threads form a stack, each with a condition of its own.
 * Whoever queues a task wakes one thread, unless one is on its way already; that one, when it finds
 * more, wakes the next. */
#include "workers.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

typedef struct worker {
    gaz_workers *all;
    pthread_t thread;
    pthread_cond_t wake;
    bool called;
    struct worker *below; /* in the stack of sleepers */
} worker;

typedef struct job {
    gaz_task task;
    void *ctx;
} job;

struct gaz_workers {
    pthread_mutex_t lock;
    worker *threads;
    unsigned count;
    worker *asleep;
    bool waking; /* a thread was called and has not come yet */
    bool stopping;
    job *ring;
    unsigned cap, head, len;
};

static void call_one(gaz_workers *w)
{
    worker *next = w->asleep;
    if (!next || w->waking)
        return;
    w->asleep = next->below;
    w->waking = true;
    next->called = true;
    pthread_cond_signal(&next->wake);
}

static void sleep_until_called(gaz_workers *w, worker *self)
{
    self->called = false;
    self->below = w->asleep;
    w->asleep = self;
    while (!self->called)
        pthread_cond_wait(&self->wake, &w->lock);
    w->waking = false;
}

static void *worker_main(void *arg)
{
    worker *self = arg;
    gaz_workers *w = self->all;
    pthread_mutex_lock(&w->lock);
    for (;;) {
        if (!w->len && w->stopping)
            break;
        if (!w->len) {
            sleep_until_called(w, self);
            continue;
        }
        job j = w->ring[w->head];
        w->head = (w->head + 1) % w->cap;
        if (--w->len)
            call_one(w);
        pthread_mutex_unlock(&w->lock);
        j.task(j.ctx);
        pthread_mutex_lock(&w->lock);
    }
    call_one(w); /* the next one ends, too */
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

gaz_status gaz_workers_new(unsigned threads, unsigned queue, gaz_workers **out, gaz_error *err)
{
    if (threads < 1 || threads > 1024 || queue < 1 || queue > 1u << 20)
        return gaz_error_set(err, GAZ_E_INVALID, "%u workers with %u places are out of range",
                             threads, queue);
    gaz_workers *w = calloc(1, sizeof *w);
    if (!w)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for workers");
    pthread_mutex_init(&w->lock, NULL);
    w->cap = queue;
    w->ring = calloc(queue, sizeof *w->ring);
    w->threads = calloc(threads, sizeof *w->threads);
    for (; w->ring && w->threads && w->count < threads; w->count++) {
        worker *next = &w->threads[w->count];
        next->all = w;
        pthread_cond_init(&next->wake, NULL);
        if (pthread_create(&next->thread, NULL, worker_main, next) == 0)
            continue;
        pthread_cond_destroy(&next->wake);
        break;
    }
    if (w->count < threads) {
        gaz_workers_free(w);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot start %u workers", threads);
    }
    *out = w;
    return GAZ_OK;
}

void gaz_workers_free(gaz_workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    call_one(w);
    pthread_mutex_unlock(&w->lock);
    for (unsigned i = 0; i < w->count; i++)
        pthread_join(w->threads[i].thread, NULL);
    for (unsigned i = 0; i < w->count; i++)
        pthread_cond_destroy(&w->threads[i].wake);
    pthread_mutex_destroy(&w->lock);
    free(w->threads);
    free(w->ring);
    free(w);
}

gaz_status gaz_workers_submit(gaz_workers *w, gaz_task task, void *ctx, gaz_error *err)
{
    pthread_mutex_lock(&w->lock);
    bool room = w->len < w->cap && !w->stopping;
    if (room) {
        w->ring[(w->head + w->len) % w->cap] = (job){task, ctx};
        w->len++;
        call_one(w);
    }
    pthread_mutex_unlock(&w->lock);
    if (!room)
        return gaz_error_set(err, GAZ_E_BUSY, "all workers are busy and %u requests wait", w->cap);
    return GAZ_OK;
}
