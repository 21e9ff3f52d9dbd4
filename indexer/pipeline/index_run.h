/* One index run, in this process: what gaz-worker does. Private to the pipeline. */
#ifndef GAZ_PIPELINE_INDEX_RUN_H
#define GAZ_PIPELINE_INDEX_RUN_H

#include "gaz/base/arena.h"
#include "gaz/base/vec.h"
#include "gaz/pipeline/runner.h"
#include "gaz/repo/git.h"
#include "gaz/store/manifest.h"
#include "gaz/text/segment.h"

#define INFLIGHT_SLOTS 64
#define INFLIGHT_SYMBOLS 2 /* `busy` of a slot whose blob is read for its symbols */

/* Which blob each thread is reading, in memory shared with the supervisor: what is set after a
 * crash is suspect. */
typedef struct inflight {
    struct {
        uint8_t busy;
        gaz_oid oid;
    } slots[INFLIGHT_SLOTS];
} inflight;

typedef void (*run_report)(void *ctx, const gaz_progress *progress);

/* What a watcher has to say. */
typedef struct watch_report {
    gaz_watch_event event;
    const gaz_run_result *run; /* PUBLISHED, READY */
    uint64_t added, changed, removed;
    uint64_t directories; /* watched */
    const char *text;     /* PUBLISHED: a path, nullable; NOTE: the message */
} watch_report;

typedef struct index_request {
    const char *repo;
    const char *rev;         /* NULL: its branches */
    const gaz_oid *suspects; /* read first, one at a time, on one thread */
    size_t suspect_count;
    inflight *inflight; /* nullable */
    run_report report;  /* nullable; called from the run's own thread */
    void *report_ctx;
    void (*watched)(const watch_report *report); /* of a watcher */
    bool text_only;                              /* symbols are left for another run */
    bool (*yield)(void *ctx); /* nullable: whether symbols should be left for another run now */
    void *yield_ctx;
} index_request;

GAZ_CHECKED gaz_status index_run(gaz_store *store, const gaz_settings *settings,
                                 const index_request *request, gaz_run_result *out, gaz_error *err);

/* Only the symbols that refs lack; what they hold is not looked at again. */
GAZ_CHECKED gaz_status index_symbols(gaz_store *store, const gaz_settings *settings,
                                     const index_request *request, gaz_run_result *out,
                                     gaz_error *err);

/* ---- its parts ---- */

/* A blob to be read, and what became of it. */
typedef struct blob_work {
    gaz_oid oid;
    gaz_skip failed; /* UNREADABLE, CRASHED: recorded with the path, tried again by a later run (but
                        for CRASHED) */
    gaz_skip skip;   /* BINARY and the like: recorded with the document */
} blob_work;

typedef struct blob_list {
    GAZ_VEC(blob_work) items;
} blob_list;

typedef struct segment_list {
    GAZ_VEC(gaz_segment_row) items;
} segment_list;

typedef struct blob_job {
    gaz_store *store;
    const gaz_settings *settings;
    const char *git_dir;
    gaz_run *run;
    blob_list *blobs;
    const index_request *request;
    gaz_progress *progress;
    int64_t started_us;
} blob_job;

/* Reads the blobs with all threads and writes them to new segments, adopted but not published. */
GAZ_CHECKED gaz_status index_blobs(const blob_job *job, segment_list *out, gaz_error *err);

/* What a ref's tree adds to or changes in a base manifest (NULL: everything is new). Entries live
 * in the arena. */
typedef struct tree_changes {
    GAZ_VEC(gaz_manifest_change) items;
    uint64_t skipped;
    bool whole; /* trees were compared entry by entry, not commits */
} tree_changes;

typedef struct tree_request {
    gaz_repo *repo;
    const gaz_settings *settings;
    gaz_oid commit;
    gaz_manifest *base;         /* nullable */
    const gaz_oid *base_commit; /* NULL: compare the whole tree with the base */
    gaz_arena *arena;
} tree_request;

typedef GAZ_CHECKED gaz_status (*branch_visit)(void *ctx, const char *name, const gaz_oid *commit,
                                               bool head, gaz_error *err);
typedef struct branch_request {
    gaz_repo *repo;
    const gaz_repo_row *row;
    bool had_refs; /* something of it was indexed before */
    branch_visit visit;
    void *ctx;
} branch_request;

/* Visits the branches that a repository's patterns choose. @param note  gets what its row is to say
 * when that leaves out what was meant */
GAZ_CHECKED gaz_status choose_branches(const branch_request *request, gaz_strbuf *note,
                                       gaz_error *err);

/* Whether a manifest has entries that could not be read and are worth another look. @param
 * directories  whether there are directories among them, which only a walk of the whole tree finds
 * again */
bool manifest_has_retries(gaz_manifest *m, bool *directories);
GAZ_CHECKED gaz_status collect_changes(const tree_request *request, tree_changes *out,
                                       gaz_error *err);

/* Merges small or mostly dead segments of a pool. @param merged nullable, segments replaced */
GAZ_CHECKED gaz_status merge_pool(gaz_store *store, const gaz_settings *settings, int64_t pool,
                                  bool all, size_t *merged, gaz_error *err);

/* The segments of a pool, all or none; and whether they hold a document. */
GAZ_CHECKED gaz_status pool_open_segments(gaz_store *store, const gaz_snapshot *snapshot,
                                          int64_t pool, gaz_segment ***out, size_t *count,
                                          gaz_error *err);
void pool_close_segments(gaz_segment **segments, size_t count);
bool pool_holds(gaz_segment *const *segments, size_t count, const gaz_oid *oid);

#endif
