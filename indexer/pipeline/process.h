/* Running gaz-worker and reading what it says. Private to the pipeline. */
#ifndef GAZ_PIPELINE_PROCESS_H
#define GAZ_PIPELINE_PROCESS_H

#include "gaz/json/json.h"
#include "index_run.h"

typedef struct worker_call {
    const char *worker; /* path of the program */
    const char *home;
    const char *command, *subject; /* "index" NAME, "symbols" NAME, "merge" POOL, "watch" NAME */
    const char *rev;               /* nullable */
    bool text_only;                /* "index": symbols are left for another run */
    gaz_store *store;              /* for the quarantine */
    const gaz_log *log;            /* nullable */
    /* Called for each progress line and at least ten times a second; false ends the process. */
    bool (*alive)(void *ctx, const gaz_progress *progress);
    /* Nullable: called with each line that is not about progress, result or error. */
    void (*line)(void *ctx, const gaz_json *root);
    int64_t grace_ms; /* told to end, it has so long to do so by itself; 0: it is killed */
    void *ctx;
} worker_call;

/* Runs a worker to its end, again around blobs that crash it: each crash costs one blob, which is
 * quarantined. */
GAZ_CHECKED gaz_status worker_run(const worker_call *call, gaz_run_result *out, gaz_error *err);

#endif
