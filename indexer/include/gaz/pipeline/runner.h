/* Index runs: gaz-worker processes are started, watched and restarted around blobs that crash them.
 */
#ifndef GAZ_PIPELINE_RUNNER_H
#define GAZ_PIPELINE_RUNNER_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/log.h"
#include "gaz/store/settings.h"
#include "gaz/store/store.h"

typedef enum gaz_phase {
    GAZ_PHASE_QUEUED,
    GAZ_PHASE_FETCH,
    GAZ_PHASE_WALK,
    GAZ_PHASE_TEXT,
    GAZ_PHASE_PUBLISH,
    GAZ_PHASE_SYMBOLS, /**< text is published */
    GAZ_PHASE_HISTORY, /**< files are commits: read, and to be read in all */
    GAZ_PHASE_MERGE,
    GAZ_PHASE_ENDED
} gaz_phase;
/** "queued", "fetch", "walk", "text", "publish", "symbols", "history", "merge", "ended". Static. */
const char *gaz_phase_name(gaz_phase phase);

typedef struct gaz_progress {
    gaz_phase phase;
    uint64_t files_done, files_total; /**< documents new to the pool */
    uint64_t bytes_done, bytes_total;
    double bytes_per_second;
    double seconds_left; /**< negative: unknown */
    int64_t elapsed_us;
} gaz_progress;

typedef struct gaz_run_result {
    uint64_t generation; /**< published; that of the catalogue when nothing had changed */
    bool changed;
    gaz_oid commit;          /**< a revision run: what it resolved to */
    uint64_t files, bytes;   /**< documents added */
    uint64_t skipped;        /**< files newly recorded with a reason */
    uint64_t symbols;        /**< documents read for their symbols */
    uint64_t symbols_failed; /**< of them, not read whole */
    int64_t elapsed_us;
} gaz_run_result;

/** Called from the waiting thread, about ten times a second. @return false to cancel the run */
typedef bool (*gaz_progress_visit)(void *ctx, const gaz_progress *progress);

typedef enum gaz_watch_event {
    GAZ_WATCH_READY,     /**< the tree is watched, and what was there is published */
    GAZ_WATCH_PUBLISHED, /**< a change */
    GAZ_WATCH_NOTE       /**< something to be told: a limit, a failure that is tried again */
} gaz_watch_event;
/** What a watcher of a work tree has to say. */
typedef struct gaz_watch_line {
    gaz_watch_event event;
    gaz_run_result run; /**< READY, PUBLISHED */
    uint64_t added, changed, removed;
    uint64_t directories; /**< watched */
    const char *text;     /**< PUBLISHED: one of the paths, or NULL; NOTE: the message */
} gaz_watch_line;

/** Threading: any thread. */
typedef struct gaz_runner gaz_runner;

/** @param worker  path of gaz-worker; NULL: beside this program */
GAZ_CHECKED gaz_status gaz_runner_new(gaz_store *store, const gaz_settings *settings,
                                      const gaz_log *log, const char *worker, gaz_runner **out,
                                      gaz_error *err);
/** Cancels running index runs and ends their processes. */
void gaz_runner_free(gaz_runner *runner);

/** Queues an index run of a repository (rev NULL: its branches, after a fetch when it is a clone)
 * and gives its job's id; an equal one that waits is shared. */
GAZ_CHECKED gaz_status gaz_runner_submit(gaz_runner *runner, const char *repo, const char *rev,
                                         int64_t *job, gaz_error *err);
/** The same without symbols, which are left for another run. */
GAZ_CHECKED gaz_status gaz_runner_submit_text(gaz_runner *runner, const char *repo, const char *rev,
                                              int64_t *job, gaz_error *err);
/** Just the symbols that refs of a repository lack; its remote is not asked. */
GAZ_CHECKED gaz_status gaz_runner_submit_symbols(gaz_runner *runner, const char *repo, int64_t *job,
                                                 gaz_error *err);
/** Whether gaz_runner_start() was called: jobs are taken without anybody waiting for them. */
bool gaz_runner_serves(const gaz_runner *runner);
/** Waits for a job of this runner. GAZ_E_TIMEOUT leaves it running. The job's own failure is
 * returned with its message. */
GAZ_CHECKED gaz_status gaz_runner_wait(gaz_runner *runner, int64_t job, int64_t deadline_us,
                                       gaz_progress_visit visit, void *ctx, gaz_run_result *out,
                                       gaz_error *err);
/** How far a job is; GAZ_E_NOT_FOUND when this runner does not know it (see the catalogue then). */
GAZ_CHECKED gaz_status gaz_runner_progress(gaz_runner *runner, int64_t job, gaz_progress *out,
                                           gaz_error *err);
/** Starts the threads that take queued jobs (the server; also what a dead process left), merge in
 * the background and look whether remotes have something new. */
GAZ_CHECKED gaz_status gaz_runner_start(gaz_runner *runner, gaz_error *err);

/** How a repository is looked at from time to time (setting poll.interval). */
typedef struct gaz_poll_info {
    int64_t last_us, next_us; /**< wall clock; last_us 0: not yet by this process */
    unsigned failures;        /**< in a row, index runs included */
    char error[400];          /**< of the last look or run; "" when it went well */
} gaz_poll_info;
/** False when this runner does not look at it: polling is off, it is read in place, or this is no
 * server. */
bool gaz_runner_poll(gaz_runner *runner, const char *repo, gaz_poll_info *out);

typedef struct gaz_watch {
    const char *repo;
    /** Called with each line, from the calling thread. */
    void (*said)(void *ctx, const gaz_watch_line *line);
    bool (*go_on)(void *ctx); /**< asked ten times a second; false: stop */
    void *ctx;
} gaz_watch;
/**
 * Follows the work tree of a repository until it is told to stop: what is saved is published as its
 * `worktree`. A worker process does it; one that dies is started again.
 * @return GAZ_OK when it was told to stop; GAZ_E_BUSY when another watcher is at it;
 * GAZ_E_UNSUPPORTED without a work tree; GAZ_E_NOT_FOUND when the repository or the tree is gone
 */
GAZ_CHECKED gaz_status gaz_runner_watch(gaz_runner *runner, const gaz_watch *watch, gaz_error *err);

/* ---- adding, checking ---- */

typedef struct gaz_add {
    const char *source; /**< path or URL */
    const char *name;   /**< NULL: from the source */
    const char *const *patterns;
    size_t pattern_count;
    bool remote; /**< asked over HTTP: see gaz_services.remote */
} gaz_add;
/** Adds a repository: opens the path, or checks the URL (it is cloned by its first index run).
 * `row` is the caller's to release. */
GAZ_CHECKED gaz_status gaz_repo_register(gaz_store *store, const gaz_settings *settings,
                                         const gaz_add *add, gaz_repo_row *row, gaz_error *err);
/** Removes a repository and, when it is a clone, its objects. */
GAZ_CHECKED gaz_status gaz_repo_unregister(gaz_store *store, const char *name, gaz_error *err);
/** gaz_store_check() and then: every live document of every ref is in its pool exactly where it
 * should be, every posting decodes, counts agree. */
GAZ_CHECKED gaz_status gaz_check_all(gaz_store *store, gaz_check_report report, void *ctx,
                                     uint64_t *checked, gaz_error *err);
/** gaz_store_repair(), and then drops refs whose documents are not all in their pool. @param again
 * as there */
GAZ_CHECKED gaz_status gaz_repair_all(gaz_store *store, gaz_check_report report, void *ctx,
                                      gaz_strbuf *again, gaz_error *err);
/** A canonical text of everything a repository's index says (refs, paths, blobs, text digests,
 * grams), independent of segments: equal for equal trees. */
GAZ_CHECKED gaz_status gaz_logical_dump(gaz_store *store, const char *repo, gaz_strbuf *out,
                                        gaz_error *err);
/** The same of a repository's symbols: for each path of its branches and work tree what was found
 * in it. */
GAZ_CHECKED gaz_status gaz_symbols_dump(gaz_store *store, const char *repo, gaz_strbuf *out,
                                        gaz_error *err);

#endif
