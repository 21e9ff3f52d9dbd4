/* The workers of the HTTP server: threads that take requests from a bounded queue. Unlike gaz_pool,
 * which is made for shares of large work, it is made for many small tasks: the thread that slept
 * last is woken first and one at a time, so that under load a few warm threads do the work and the
 * rest sleep. */
#ifndef GAZ_HTTP_WORKERS_H
#define GAZ_HTTP_WORKERS_H

#include "gaz/base/status.h"
#include "gaz/base/threads.h"

typedef struct gaz_workers gaz_workers;

/** @param threads 1–1024  @param queue tasks that may wait */
GAZ_CHECKED gaz_status gaz_workers_new(unsigned threads, unsigned queue, gaz_workers **out,
                                       gaz_error *err);
/** Waits for running tasks, runs those still queued, joins the threads. NULL is accepted. */
void gaz_workers_free(gaz_workers *w);
/** Queues a task; GAZ_E_BUSY when the queue is full. Any thread. */
GAZ_CHECKED gaz_status gaz_workers_submit(gaz_workers *w, gaz_task task, void *ctx, gaz_error *err);

#endif
