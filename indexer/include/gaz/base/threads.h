/* A fixed pool of threads with a bounded queue, and data-parallel loops over it. */
#ifndef GAZ_BASE_THREADS_H
#define GAZ_BASE_THREADS_H

#include <stdint.h>
#include "gaz/base/status.h"

typedef struct gaz_pool gaz_pool;
typedef void (*gaz_task)(void *ctx);
/** One worker's share of a parallel loop. @param worker 0-based, below the count given to
 * gaz_pool_run() */
typedef void (*gaz_share)(void *ctx, unsigned worker);

/** Cores this process may use, at least 1. */
unsigned gaz_cores(void);
/** @param threads 1–1024  @param queue tasks that may wait */
GAZ_CHECKED gaz_status gaz_pool_new(unsigned threads, unsigned queue, gaz_pool **out,
                                    gaz_error *err);
/** Waits for running tasks, runs those still queued, joins the threads. */
void gaz_pool_free(gaz_pool *pool);
/** Queues a task; GAZ_E_BUSY when the queue is full. */
GAZ_CHECKED gaz_status gaz_pool_submit(gaz_pool *pool, gaz_task task, void *ctx, gaz_error *err);
unsigned gaz_pool_threads(const gaz_pool *pool);
/**
 * Runs `share` once for each worker number below `workers`, one of them on the calling thread, and
 * returns when all have ended. Shares find no thread free when the pool is busy: the caller then
 * runs them itself, so a loop never waits for a queue. Safe from any thread but the pool's own.
 */
void gaz_pool_run(gaz_pool *pool, unsigned workers, gaz_share share, void *ctx);

#endif
