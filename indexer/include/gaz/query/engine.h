/* The search engine: a snapshot of the catalogue in memory, segments mapped, a cache of
 * decompressed blocks. */
#ifndef GAZ_QUERY_ENGINE_H
#define GAZ_QUERY_ENGINE_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/strbuf.h"
#include "gaz/regex/pattern.h"
#include "gaz/store/settings.h"
#include "gaz/store/store.h"
#include "gaz/symbols/tree_pattern.h"

#define GAZ_LIMIT_DEFAULT 50
#define GAZ_LIMIT_MAX 100000
#define GAZ_CONTEXT_MAX 100

/** Threading: any thread. */
typedef struct gaz_engine gaz_engine;

/** @param store, settings  borrowed, outlive the engine */
GAZ_CHECKED gaz_status gaz_engine_new(gaz_store *store, const gaz_settings *settings,
                                      gaz_engine **out, gaz_error *err);
void gaz_engine_free(gaz_engine *engine);
/** Takes up the newest generation, if there is a newer one. Every operation below does so first; a
 * server calls it to be warm. */
GAZ_CHECKED gaz_status gaz_engine_refresh(gaz_engine *engine, gaz_error *err);

/** Looks up what a revision means and brings it in (an index run); installed by the program that
 * can. Called by one thread at a time for each revision, and not for what is remembered
 * (docs/internals/index-runs.md).
 * @param commit  gets what it resolved to, or zeros when that is not known
 * @param generation  gets the one it is in: what the run published or, when nothing had changed,
 * found */
typedef GAZ_CHECKED gaz_status (*gaz_revision_fetch)(void *ctx, const char *repo, const char *rev,
                                                     int64_t deadline_us, gaz_oid *commit,
                                                     uint64_t *generation, gaz_error *err);
void gaz_engine_set_revision_fetch(gaz_engine *engine, gaz_revision_fetch fetch, void *ctx);

/** Runs a tree-sitter pattern over a text, away from this process; installed by the program that
 * can (gaz_parse_match()). Any thread.
 * @return GAZ_E_INVALID with err->column, GAZ_E_UNSUPPORTED for a pattern that does not compile;
 * GAZ_E_LIMIT, GAZ_E_REMOTE for a text that cannot be parsed; GAZ_E_TIMEOUT */
typedef GAZ_CHECKED gaz_status (*gaz_tree_matcher)(void *ctx, uint32_t language,
                                                   const char *pattern, size_t pattern_len,
                                                   const char *text, size_t len,
                                                   int64_t deadline_us, gaz_tree_matches *out,
                                                   gaz_error *err);
/** Without one `ts:` is not available. */
void gaz_engine_set_tree_matcher(gaz_engine *engine, gaz_tree_matcher match, void *ctx);

/** The definition a hit lies in, the innermost one. */
typedef struct gaz_hit_symbol {
    const char *kind; /**< static: "function", … */
    const char *name; /**< not NUL-terminated */
    size_t name_len;
    const char *container; /**< "A.B"; "" outside all; not NUL-terminated */
    size_t container_len;
    uint32_t number;               /**< among gaz_file_hit.symbols */
    uint32_t line;                 /**< of its name */
    uint32_t start_line, end_line; /**< of all of it */
} gaz_hit_symbol;

typedef struct gaz_hit_line {
    uint32_t number;  /**< 1-based */
    const char *text; /**< without its line end ("\n" or "\r\n") */
    size_t len;
    const gaz_range *ranges; /**< bytes in text */
    size_t range_count;
    const struct gaz_hit_line *before, *after; /**< context lines, without ranges */
    size_t before_count, after_count;
    const gaz_hit_symbol *symbol; /**< NULL: in none, or symbols are not known; of context NULL */
    size_t cut_before, cut_after; /**< bytes of the line on both sides of `text`; not 0 only when it
                                     is longer than what is shown of a line: 1 MiB, and a quarter
                                     of query.memory */
} gaz_hit_line;

typedef struct gaz_file_hit {
    const char *repo;
    const char *path;
    size_t path_len;
    const char *lang;   /**< NULL: unknown */
    const char *branch; /**< the ref it was found on */
    gaz_oid commit, blob;
    double score;
    const gaz_hit_line *lines;
    size_t line_count;                    /**< lines given */
    const gaz_hit_symbol *const *symbols; /**< those that lines lie in, each once */
    size_t symbol_count;
    uint32_t lines_total; /**< matching lines of the file */
} gaz_file_hit;

/** Called in rank order; what it points to dies after the call. A failure stops the search and is
 * returned. */
typedef GAZ_CHECKED gaz_status (*gaz_hit_visit)(void *ctx, const gaz_file_hit *hit, gaz_error *err);

typedef struct gaz_search_request {
    const char *query; /**< at most GAZ_QUERY_MAX bytes */
    size_t query_len;
    const char *repo;                       /**< exact name, or NULL: every repository */
    const char *rev;                        /**< or NULL: the default branch */
    uint32_t limit;                         /**< files rendered, 1–GAZ_LIMIT_MAX; 0: count only */
    uint32_t lines_per_file;                /**< 0: all */
    uint32_t context_before, context_after; /**< at most GAZ_CONTEXT_MAX */
    uint32_t first_line, last_line; /**< only lines in this range are given, from 1; 0, 0: all */
    const char *cursor;             /**< or NULL */
    bool explain;
    int64_t deadline_us;          /**< GAZ_NEVER: the settings' own */
    bool (*cancelled)(void *ctx); /**< nullable, polled from any thread */
    void *cancelled_ctx;
} gaz_search_request;

typedef struct gaz_search_stats {
    uint64_t files, lines; /**< matching */
    bool exact; /**< whether files and lines are all there are, not just those found before stopping
                 */
    uint64_t candidates; /**< documents the index could not rule out */
    uint64_t documents;  /**< in scope */
    uint64_t bytes_scanned;
    int64_t parse_us, plan_us, fetch_us, verify_us, rank_us, render_us;
} gaz_search_stats;

typedef struct gaz_search_result {
    bool complete;
    const char *reason;  /**< NULL when complete: "limit", "timeout", "memory", "pattern" (it
                            met its match limit), "cancelled", "damaged", "not_indexed",
                            "symbols_pending", "unavailable" (the  system refused to open a part  of
                            the index; it is tried again); static */
    char generation[33]; /**< opaque, over all repositories searched */
    gaz_search_stats stats;
    gaz_strbuf cursor;  /**< "" when there is no next page; opaque */
    gaz_strbuf explain; /**< a JSON object, when asked for */
    gaz_strbuf
        notes; /**< JSON array items: what was skipped and why, e.g. damaged files; "" when none */
} gaz_search_result;
void gaz_search_result_init(gaz_search_result *result);
void gaz_search_result_release(gaz_search_result *result);

/**
 * Searches. The result is filled in also when the visitor failed.
 * @return GAZ_E_INVALID (column), GAZ_E_UNSUPPORTED (column), GAZ_E_NOT_FOUND (repository,
 * revision), GAZ_E_LIMIT, GAZ_E_CORRUPT, GAZ_E_CANCELLED; running out of time or memory is not a
 * failure: it is said in the result
 */
GAZ_CHECKED gaz_status gaz_engine_search(gaz_engine *engine, const gaz_search_request *request,
                                         gaz_hit_visit visit, void *ctx, gaz_search_result *result,
                                         gaz_error *err);

/* ---- reading ---- */

typedef struct gaz_file_view {
    char *repo, *path, *branch; /**< owned */
    size_t path_len;
    const char *lang; /**< static or NULL */
    gaz_oid commit, blob;
    const char *skip;     /**< NULL, or why there is no text: "binary", … */
    const char *encoding; /**< "ascii", "utf-8", "utf-16le", "utf-16be", "latin1", "binary" */
    uint64_t size;        /**< bytes of the blob */
    gaz_strbuf text; /**< as searched: transcoded to UTF-8; lines [first, last] when a range was
                        asked for */
    uint32_t first_line, lines_total;
    char generation[33];
} gaz_file_view;
void gaz_file_view_release(gaz_file_view *view);
/** @param first, last 1-based lines; 0, 0: all. repo NULL: the only repository, else GAZ_E_INVALID.
 * Near misses in the hint of GAZ_E_NOT_FOUND. */
GAZ_CHECKED gaz_status gaz_engine_file(gaz_engine *engine, const char *repo, const char *rev,
                                       const char *path, uint32_t first, uint32_t last,
                                       gaz_file_view *out, gaz_error *err);

typedef struct gaz_tree_entry {
    const char *name; /**< last component */
    size_t name_len;
    bool directory;
    const char *skip; /**< NULL or why it is not searched */
    const char *lang;
    gaz_oid blob;
    uint32_t files; /**< DIRECTORY: files below it */
} gaz_tree_entry;
typedef struct gaz_tree_head {
    const char *repo, *branch;
    gaz_oid commit;
    char generation[33];
} gaz_tree_head;
typedef GAZ_CHECKED gaz_status (*gaz_tree_visit)(void *ctx, const gaz_tree_head *head,
                                                 const gaz_tree_entry *entry, gaz_error *err);
/** Visits one directory ("" the root), directories first, then byte order. `head` is given once
 * first with entry NULL. */
GAZ_CHECKED gaz_status gaz_engine_tree(gaz_engine *engine, const char *repo, const char *rev,
                                       const char *path, gaz_tree_visit visit, void *ctx,
                                       gaz_error *err);

typedef GAZ_CHECKED gaz_status (*gaz_branch_visit)(void *ctx, const char *name, bool head,
                                                   gaz_error *err);
/** Visits the indexed branches of a repository in byte order of names. Costs what the repository
 * has, not what the home has. */
GAZ_CHECKED gaz_status gaz_engine_branches(gaz_engine *engine, const char *repo,
                                           gaz_branch_visit visit, void *ctx, gaz_error *err);

/* ---- status ---- */

typedef struct gaz_skipped {
    const char *repo, *branch;
    const char *path;
    size_t path_len;
    const char *reason;
} gaz_skipped;
typedef GAZ_CHECKED gaz_status (*gaz_skipped_visit)(void *ctx, const gaz_skipped *item,
                                                    gaz_error *err);
/** Files of the default branch of a repository (NULL: all) that are not searched, byte order of
 * (repo, path). */
GAZ_CHECKED gaz_status gaz_engine_skipped(gaz_engine *engine, const char *repo,
                                          gaz_skipped_visit visit, void *ctx, gaz_error *err);

typedef struct gaz_engine_stats {
    uint64_t generation;
    uint64_t cache_used, cache_max, cache_hits, cache_misses;
    uint64_t segments, documents, text_bytes, index_bytes;
    uint64_t searches;
} gaz_engine_stats;
void gaz_engine_stats_get(gaz_engine *engine, gaz_engine_stats *out);
/** Text files, their bytes, and skipped files of a repository's default branch. */
GAZ_CHECKED gaz_status gaz_engine_repo_stats(gaz_engine *engine, const char *repo, uint64_t *files,
                                             uint64_t *text_bytes, uint64_t *skipped,
                                             gaz_error *err);

#endif
