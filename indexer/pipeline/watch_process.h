/* Keeping a watcher's process alive. Private to the pipeline. */
#ifndef GAZ_PIPELINE_WATCH_PROCESS_H
#define GAZ_PIPELINE_WATCH_PROCESS_H

#include "gaz/pipeline/runner.h"
#include "process.h"

typedef struct watch_services {
    const char *worker;
    gaz_store *store;
    const gaz_log *log;
    /* Merges and sweeps: asked for when enough has been published. */
    void (*maintain)(void *ctx);
    bool (*stopping)(void *ctx);
    void *ctx;
} watch_services;

/* gaz_runner_watch() */
GAZ_CHECKED gaz_status watch_follow(const watch_services *services, const gaz_watch *watch,
                                    gaz_error *err);

typedef struct watch_keeper watch_keeper;
/* A thread that has the work tree of every local repository watched. */
GAZ_CHECKED gaz_status watch_keeper_start(const watch_services *services, watch_keeper **out,
                                          gaz_error *err);
/* Once `stopping` says so: waits for the watchers to end. */
void watch_keeper_free(watch_keeper *k);

#endif
