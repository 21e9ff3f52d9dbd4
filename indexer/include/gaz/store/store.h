/* The catalogue: repositories, refs, generations and the files they are made of. SQLite (WAL)
 * behind typed functions.
 *
 * Layout of a home directory (mode 0700): catalogue.db, segments/ab/<name>.seg,
 * manifests/ab/<name>.man, repos/<uid>.git (clones), tmp/<run>/ (files being written), locks/,
 * gaz.yaml. Files are write-once and named by content; a generation is published by one transaction
 * after its files are durable. */
#ifndef GAZ_STORE_STORE_H
#define GAZ_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/sealed.h"
#include "gaz/base/strbuf.h"
#include "gaz/store/scip_index.h"
#include "gaz/store/symbol_facts.h"

#define GAZ_REPO_NAME_MAX                                                                          \
    200 /**< bytes; [A-Za-z0-9._/-], no leading '-' or '.', no "..", no empty component */
#define GAZ_REF_NAME_MAX 1024
#define GAZ_REPO_NOTE_MAX 2000
#define GAZ_REPOS_MAX 100000

/** A home directory opened. Threading: any thread; calls are serialised inside. Other processes may
 * have it open too; a child made by fork() must open its own. */
typedef struct gaz_store gaz_store;

/** Opens (and makes, mode 0700, when `create`) a home and migrates its catalogue. GAZ_E_NOT_FOUND
 * when absent; GAZ_E_UNSUPPORTED when written by a newer program; GAZ_E_CORRUPT. */
GAZ_CHECKED gaz_status gaz_store_open(const char *home, bool create, gaz_store **out,
                                      gaz_error *err);
/** For gaz_store_check() and gaz_store_repair(): a catalogue that cannot be opened is no failure;
 * everything else answers GAZ_E_CORRUPT then. GAZ_E_NOT_FOUND when there is no such directory. */
GAZ_CHECKED gaz_status gaz_store_open_damaged(const char *home, gaz_store **out, gaz_error *err);
void gaz_store_close(gaz_store *store);
const char *gaz_store_home(const gaz_store *store);

/* ---- repositories ---- */

typedef struct gaz_repo_row {
    int64_t id;
    char uid[33]; /**< globally unique, hexadecimal */
    char *name;
    char *source;    /**< as the user gave it: absolute path or URL */
    char *git_dir;   /**< where its objects are */
    bool cloned;     /**< git_dir is ours: repos/<uid>.git, set by gaz_store_repo_add() */
    char **patterns; /**< branch patterns; none: HEAD */
    size_t pattern_count;
    int64_t pool;                 /**< 0 until the first index run */
    int64_t added_us, indexed_us; /**< wall clock; indexed_us 0: never */
    char *last_error;             /**< of the last index run; NULL when it succeeded */
    char *note; /**< what the last run of its branches has to say although it succeeded, such as why
                   nothing is indexed; NULL: nothing */
} gaz_repo_row;
/** Whether it is a directory with files checked out, as far as its row tells: no clone of ours, no
 * bare repository. */
bool gaz_repo_row_has_tree(const gaz_repo_row *row);
/** Frees what a row owns (not the row). */
void gaz_repo_row_release(gaz_repo_row *row);

/** Adds a repository, which is a new generation; name, source, git_dir (malloc'd or NULL; replaced
 * for a clone), cloned and patterns are read from `row`, id, uid and added_us are set. GAZ_E_EXISTS
 * (name taken), GAZ_E_INVALID (name or pattern), GAZ_E_LIMIT. */
GAZ_CHECKED gaz_status gaz_store_repo_add(gaz_store *store, gaz_repo_row *row, gaz_error *err);
/** GAZ_E_NOT_FOUND with near misses in the hint. */
GAZ_CHECKED gaz_status gaz_store_repo_get(gaz_store *store, const char *name, gaz_repo_row *out,
                                          gaz_error *err);
/** All rows in byte order of names; free(*rows) after releasing each. */
GAZ_CHECKED gaz_status gaz_store_repo_list(gaz_store *store, gaz_repo_row **rows, size_t *count,
                                           gaz_error *err);
/** Removes a repository, its refs and manifests, in one transaction that is a new generation.
 * Documents die; a later merge drops them. */
GAZ_CHECKED gaz_status gaz_store_repo_remove(gaz_store *store, const char *name, gaz_error *err);
/** Notes how an index run that published nothing ended. No new generation. @param message NULL: it
 * succeeded, there was nothing to change (indexed_us is set, last_error cleared) */
GAZ_CHECKED gaz_status gaz_store_repo_failed(gaz_store *store, int64_t repo, const char *message,
                                             gaz_error *err);

/* ---- generations ---- */

typedef struct gaz_segment_row {
    char name[GAZ_SEALED_NAME];
    uint32_t docs;
    uint64_t text_bytes, file_bytes;
} gaz_segment_row;

typedef enum gaz_ref_kind {
    GAZ_REF_BRANCH = 1,
    GAZ_REF_REVISION = 2, /**< brought in on demand; named by its full commit id */
    GAZ_REF_TREE = 3      /**< the work tree, uncommitted changes and all, over the commit of HEAD;
                             named GAZ_TREE_REF */
} gaz_ref_kind;

#define GAZ_TREE_REF "worktree"

/** How far the symbols of a ref are. */
typedef struct gaz_symbol_state {
    char manifest[GAZ_SEALED_NAME]; /**< the ref's when it was looked at; "" when it never was */
    uint64_t version;               /**< of all extractors together */
    uint32_t documents;             /**< that have symbols, or will */
    uint32_t done;                  /**< of them */
    uint32_t failed;                /**< of those done: not read whole */
} gaz_symbol_state;

typedef struct gaz_ref_row {
    char *name;
    gaz_ref_kind kind;
    gaz_oid commit;
    char manifest[GAZ_SEALED_NAME];
    uint32_t files;           /**< entries of the manifest */
    bool head;                /**< what the repository's HEAD points to */
    gaz_symbol_state symbols; /**< read only; set by publishing a gaz_symbol_state_row */
} gaz_ref_row;

typedef struct gaz_manifest_row {
    char name[GAZ_SEALED_NAME];
    char base[GAZ_SEALED_NAME]; /**< "" for a full manifest */
    uint32_t depth;             /**< deltas below it; 0 for a full one */
    uint64_t file_bytes;
} gaz_manifest_row;

typedef struct gaz_ref_key {
    gaz_ref_kind kind;
    const char *name;
} gaz_ref_key;

typedef struct gaz_symbol_state_row {
    gaz_ref_key ref;
    gaz_symbol_state state; /**< dropped when the ref has another manifest by then */
} gaz_symbol_state_row;

/** What one index run or merge changes. Files named here are in place already: gaz_store_adopt().
 */
typedef struct gaz_publication {
    int64_t repo; /**< 0: a merge, of `pool` only */
    int64_t pool; /**< the pool the repository is in from now on */
    const gaz_segment_row *segments_added;
    size_t segments_added_count;
    const char (*segments_removed)[GAZ_SEALED_NAME];
    size_t segments_removed_count;
    const gaz_manifest_row *manifests;
    size_t manifests_count;
    const gaz_ref_row *refs_set; /**< added or moved */
    size_t refs_set_count;
    const gaz_ref_key *refs_removed; /**< a branch may be named like the id of a commit */
    size_t refs_removed_count;
    const gaz_symbol_row *symbols_added;
    size_t symbols_added_count;
    const char (*symbols_removed)[GAZ_SEALED_NAME];
    size_t symbols_removed_count;
    const gaz_symbol_state_row *symbol_states;
    size_t symbol_states_count;
    bool sets_note;         /**< whether `note` replaces that of the repository */
    const char *note;       /**< nullable; at most GAZ_REPO_NOTE_MAX bytes */
    uint64_t if_generation; /**< publish only on top of it, else GAZ_E_BUSY; 0: of any */
} gaz_publication;

/**
 * Publishes a new generation in one transaction. Index runs of one repository exclude each other by
 * gaz_store_repo_lock(). Manifests nothing refers to any more are dropped; a pool its last
 * repository leaves is, too. A manifest that is known already may be named again; the base of a
 * delta must be known or named.
 * @param generation  nullable
 * @return GAZ_E_NOT_FOUND when the repository was removed meanwhile (or a named file is not in
 * place), GAZ_E_BUSY when one of segments_removed, or the pool, is gone, or the generation is not
 * if_generation: another run was quicker, start again from a new snapshot; GAZ_E_INVALID when a ref
 * or delta refers to a manifest that is neither known nor named
 */
GAZ_CHECKED gaz_status gaz_store_publish(gaz_store *store, const gaz_publication *pub,
                                         uint64_t *generation, gaz_error *err);

/** A new pool. */
GAZ_CHECKED gaz_status gaz_store_pool_add(gaz_store *store, bool shared, int64_t *pool,
                                          gaz_error *err);
/** The pool that small repositories share, made when absent. */
GAZ_CHECKED gaz_status gaz_store_pool_shared(gaz_store *store, int64_t *pool, gaz_error *err);

/* ---- snapshots ---- */

typedef struct gaz_snapshot_pool {
    int64_t id;
    gaz_segment_row *segments; /**< oldest first */
    size_t segment_count;
    gaz_symbol_row *symbols; /**< oldest first */
    size_t symbol_count;
} gaz_snapshot_pool;

typedef struct gaz_snapshot_repo {
    gaz_repo_row row;
    uint64_t generation; /**< the generation that last changed it */
    gaz_ref_row *refs;   /**< byte order of (kind, name) */
    size_t ref_count;
    gaz_scip_row *scip; /**< the last imported first */
    size_t scip_count;
} gaz_snapshot_repo;

/** The whole catalogue at one generation, read in one transaction. Immutable; the caller's to free.
 */
typedef struct gaz_snapshot {
    uint64_t generation;
    gaz_snapshot_pool *pools; /**< by id */
    size_t pool_count;
    gaz_snapshot_repo *repos; /**< byte order of names */
    size_t repo_count;
} gaz_snapshot;

GAZ_CHECKED gaz_status gaz_store_snapshot(gaz_store *store, gaz_snapshot **out, gaz_error *err);
void gaz_snapshot_free(gaz_snapshot *snapshot);
/** The newest generation's number: cheap, for polling. */
GAZ_CHECKED gaz_status gaz_store_generation(gaz_store *store, uint64_t *generation, gaz_error *err);
/** Remembers (once a minute: each is a synced write) that an on-demand revision was used, so that
 * the least recently used are dropped first. */
GAZ_CHECKED gaz_status gaz_store_revision_touch(gaz_store *store, int64_t repo,
                                                const gaz_oid *commit, gaz_error *err);
/** On-demand revisions of a repository, least recently used first, beyond the newest `keep`: free()
 * each and the array. */
GAZ_CHECKED gaz_status gaz_store_revision_stale(gaz_store *store, int64_t repo, size_t keep,
                                                char ***ids, size_t *count, gaz_error *err);

/* ---- files ---- */

typedef enum gaz_file_kind { GAZ_FILE_SEGMENT, GAZ_FILE_MANIFEST } gaz_file_kind;
/** The path of a segment or manifest, whether it exists or not: replaces `out`. */
GAZ_CHECKED gaz_status gaz_store_path(const gaz_store *store, gaz_file_kind kind, const char *name,
                                      gaz_strbuf *out, gaz_error *err);

/** A run's own temporary directory, kept from the sweeper by a lock until it is closed (then
 * removed with what is in it). */
typedef struct gaz_run gaz_run;
GAZ_CHECKED gaz_status gaz_run_open(gaz_store *store, gaz_run **out, gaz_error *err);
void gaz_run_close(gaz_run *run);
const char *gaz_run_dir(const gaz_run *run);
/** Moves a finished file from the run's directory to its final, durable place. Any thread. It stays
 * unpublished; adopting one that is there already is fine. While the run is open the sweeper leaves
 * all it adopted alone. */
GAZ_CHECKED gaz_status gaz_store_adopt(gaz_store *store, gaz_run *run, const char *temporary,
                                       gaz_file_kind kind, const char *name, gaz_error *err);

typedef struct gaz_sweep {
    uint64_t files, bytes;
} gaz_sweep;
/** Removes temporary directories of dead runs and files no generation refers to that were retired
 * over `grace_ms` ago. Never one that is published or belongs to a running run. */
GAZ_CHECKED gaz_status gaz_store_sweep(gaz_store *store, int64_t grace_ms, gaz_sweep *out,
                                       gaz_error *err);

/** One index run per repository at a time, over all processes. @param wait_ms as in gaz_lock_open()
 */
struct gaz_lock;
GAZ_CHECKED gaz_status gaz_store_repo_lock(gaz_store *store, const char *uid, int64_t wait_ms,
                                           struct gaz_lock **out, gaz_error *err);
/** One watcher of a repository's work tree at a time; GAZ_E_BUSY at once when there is another. */
GAZ_CHECKED gaz_status gaz_store_watch_lock(gaz_store *store, const char *uid,
                                            struct gaz_lock **out, gaz_error *err);
/** Held by a watcher while what is published of the work tree is kept up to date by it. */
GAZ_CHECKED gaz_status gaz_store_live_lock(gaz_store *store, const char *uid, struct gaz_lock **out,
                                           gaz_error *err);
/** Whether a watcher, of any process, keeps what is published of the work tree up to date. */
bool gaz_store_is_live(const gaz_store *store, const char *uid);
/** One merge per pool at a time. */
GAZ_CHECKED gaz_status gaz_store_pool_lock(gaz_store *store, int64_t pool, int64_t wait_ms,
                                           struct gaz_lock **out, gaz_error *err);

/* ---- blobs that crash their reader ---- */

GAZ_CHECKED gaz_status gaz_store_quarantine_add(gaz_store *store, const gaz_oid *blob,
                                                const char *reason, gaz_error *err);
/** What a reason begins with when only reading a blob's symbols crashes. */
#define GAZ_QUARANTINE_SYMBOLS "symbols:"
/** All that crash the reader of text; free(*blobs). */
GAZ_CHECKED gaz_status gaz_store_quarantine_list(gaz_store *store, gaz_oid **blobs, size_t *count,
                                                 gaz_error *err);
/** All that crash the reader of symbols; free(*blobs). */
GAZ_CHECKED gaz_status gaz_store_symbol_quarantine_list(gaz_store *store, gaz_oid **blobs,
                                                        size_t *count, gaz_error *err);

/* ---- jobs (the queue itself is gaz/jobs/queue.h) ---- */

typedef enum gaz_job_state {
    GAZ_JOB_QUEUED = 1,
    GAZ_JOB_RUNNING,
    GAZ_JOB_DONE,
    GAZ_JOB_FAILED
} gaz_job_state;
typedef struct gaz_job_row {
    int64_t id;
    char *kind;     /**< "index" */
    char *subject;  /**< the repository's name */
    char *argument; /**< kind's own, e.g. a revision; NULL */
    gaz_job_state state;
    char *error; /**< FAILED: why */
    uint32_t attempts;
    int64_t created_us, started_us, finished_us;
    uint64_t generation; /**< DONE: what it published; 0 none */
} gaz_job_row;
void gaz_job_row_release(gaz_job_row *row);
/** Queues a job; when an equal one waits already, that one's id is given back. */
GAZ_CHECKED gaz_status gaz_store_job_add(gaz_store *store, const char *kind, const char *subject,
                                         const char *argument, int64_t *id, gaz_error *err);
/** The oldest queued job whose subject has none running becomes RUNNING, owned by `owner` until
 * finished. GAZ_DONE when none waits. Use gaz_queue_take(), which knows owners. */
GAZ_CHECKED gaz_status gaz_store_job_claim(gaz_store *store, const char *owner, gaz_job_row *out,
                                           gaz_error *err);
/** Queues the running jobs whose owner is not `alive` again, or ends them as FAILED after
 * `attempts_max` attempts. @param requeued nullable */
GAZ_CHECKED gaz_status gaz_store_job_requeue(gaz_store *store,
                                             bool (*alive)(void *ctx, const char *owner), void *ctx,
                                             uint32_t attempts_max, size_t *requeued,
                                             gaz_error *err);
/** Ends a job as DONE or FAILED. @param error nullable */
GAZ_CHECKED gaz_status gaz_store_job_finish(gaz_store *store, int64_t id, gaz_job_state state,
                                            const char *error, uint64_t generation, gaz_error *err);
GAZ_CHECKED gaz_status gaz_store_job_get(gaz_store *store, int64_t id, gaz_job_row *out,
                                         gaz_error *err);
/** The newest `limit`. */
GAZ_CHECKED gaz_status gaz_store_job_list(gaz_store *store, size_t limit, gaz_job_row **rows,
                                          size_t *count, gaz_error *err);

/* ---- integrity ---- */

/** @param what  the damaged thing @param name repository, file … @return nothing: all findings are
 * reported */
typedef void (*gaz_check_report)(void *ctx, const char *what, const char *name,
                                 const char *message);
/**
 * Checks the catalogue: SQLite's own integrity and foreign keys, the stored digest of every row
 * group, every referenced file's presence, size, checksums and name; manifests decode and their
 * chains are whole.
 * @param checked nullable, files looked at
 * @return GAZ_OK also when findings were reported; failure only when checking itself could not go
 * on
 */
GAZ_CHECKED gaz_status gaz_store_check(gaz_store *store, gaz_check_report report, void *ctx,
                                       uint64_t *checked, gaz_error *err);
/**
 * Drops from the catalogue what refers to missing or damaged files: damaged manifests with the refs
 * that need them, and damaged segments with all refs of their pool, so that an index run makes them
 * anew and nothing is answered from half an index meanwhile. A catalogue that is itself damaged is
 * moved aside and made anew from repos/<uid>.repo, which needs the home for itself (GAZ_E_BUSY
 * while another process has it open).
 * @param again  names of repositories to index again, one per line, appended
 */
GAZ_CHECKED gaz_status gaz_store_repair(gaz_store *store, gaz_check_report report, void *ctx,
                                        gaz_strbuf *again, gaz_error *err);

#endif
