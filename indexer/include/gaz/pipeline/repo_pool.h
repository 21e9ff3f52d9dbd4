/* What only a repository itself can tell: who brought each line of a file, which commits changed
 * some lines, what differs between two revisions. Repositories are other people's data and may be
 * hostile, so they are opened by processes of their own (gaz-worker): one that crashes or hangs
 * costs the question, and is started again. */
#ifndef GAZ_PIPELINE_REPO_POOL_H
#define GAZ_PIPELINE_REPO_POOL_H

#include "gaz/base/arena.h"
#include "gaz/repo/history.h"

/** Threading: any thread. */
typedef struct gaz_repo_pool gaz_repo_pool;
/** @param program  path of gaz-worker; NULL: beside this program @param max  processes, 1 to 64 */
GAZ_CHECKED gaz_status gaz_repo_pool_new(const char *program, unsigned max, gaz_repo_pool **out,
                                         gaz_error *err);
/** Ends its processes. No question may be under way. */
void gaz_repo_pool_free(gaz_repo_pool *pool);

typedef struct gaz_repo_question {
    const char *git_dir;
    gaz_oid commit;
    const char *path;
    uint32_t first, last; /**< lines, 1-based; 0, 0: all */
    size_t skip, limit;   /**< of a trace: hits */
    int64_t deadline_us;  /**< what is found until then is told */
} gaz_repo_question;

/** A commit as it is told beside lines. Texts are valid UTF-8. */
typedef struct gaz_told_commit {
    gaz_oid id;
    const char *author, *email, *summary;
    const char *task; /**< its Agent-Task trailer, or NULL */
    int64_t authored, committed;
    bool merge;
} gaz_told_commit;

typedef struct gaz_told_lines {
    uint32_t commit;      /**< index of gaz_told.commits */
    uint32_t first, last; /**< BLAME: of the file asked about; TRACE: of the file in that commit */
    uint32_t origin;      /**< BLAME: the line that `first` was in that commit */
    const char *path;     /**< in that commit */
    bool boundary;        /**< its parent cannot be read: it may be older */
    bool unfinished;      /**< time or commits ran out: it came with this commit or before */
} gaz_told_lines;

/** Lives in the arena of the question. */
typedef struct gaz_told {
    gaz_told_commit *commits;
    gaz_told_lines *lines;
    uint32_t commit_count, line_count;
    uint32_t file_lines; /**< of the file; BLAME */
    gaz_oid blob;        /**< the file that was asked about */
    uint64_t looked;     /**< commits looked at */
    bool complete, more; /**< `more`: the limit was met */
} gaz_told;

/** As gaz_blame_run(), following renames. GAZ_E_REMOTE when the process died of it; GAZ_E_TIMEOUT,
 * GAZ_E_IO, GAZ_E_NOMEM. */
GAZ_CHECKED gaz_status gaz_repo_ask_blame(gaz_repo_pool *pool, const gaz_repo_question *question,
                                          gaz_arena *arena, gaz_told *out, gaz_error *err);
/** As gaz_trace_run(). */
GAZ_CHECKED gaz_status gaz_repo_ask_trace(gaz_repo_pool *pool, const gaz_repo_question *question,
                                          gaz_arena *arena, gaz_told *out, gaz_error *err);

#define GAZ_REPO_RANGE_FILES 10000  /**< changed files that are told */
#define GAZ_REPO_RANGE_LINES 100000 /**< ranges of lines that are told */

typedef struct gaz_told_span {
    uint32_t first, last; /**< changed lines of the newer side; where lines were only removed, the
                             line before them */
} gaz_told_span;
typedef struct gaz_told_change {
    gaz_history_kind kind;
    const char *path;
    const char *from; /**< RENAME: its path before; else NULL */
    gaz_told_span *spans;
    uint32_t span_count; /**< 0: all of it, or it cannot be told */
} gaz_told_change;
typedef struct gaz_told_range {
    gaz_oid before; /**< what the older revision means; with `merge_base` what both came from */
    gaz_told_change *changes;
    uint32_t count;
    bool complete;
} gaz_told_range;
/**
 * What differs between two revisions.
 * @param question  `commit` is the newer one
 * @param before    the older one, as gaz_repo_resolve() takes it
 * @param merge_base  compare with the newest commit that both have
 * @return what gaz_repo_resolve() gives; GAZ_E_NOT_FOUND when nothing is common
 */
GAZ_CHECKED gaz_status gaz_repo_ask_range(gaz_repo_pool *pool, const gaz_repo_question *question,
                                          const char *before, bool merge_base, gaz_arena *arena,
                                          gaz_told_range *out, gaz_error *err);

#endif
