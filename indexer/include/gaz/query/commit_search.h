/* Searching what commits say and what they change: patterns over the lines of their messages, and
 * over the lines they added and removed, answered from the texts of the commit index. */
#ifndef GAZ_QUERY_COMMIT_SEARCH_H
#define GAZ_QUERY_COMMIT_SEARCH_H

#include "gaz/query/engine.h"
#include "gaz/regex/pattern.h"
#include "gaz/store/commits.h"
#include "gaz/text/segment.h"

/** A commit index and the text segments of its diffs, opened. Threading: any number of searches. */
typedef struct gaz_commit_texts gaz_commit_texts;
/** Opens the segments of an index, which it keeps a reference of. GAZ_E_CORRUPT. */
GAZ_CHECKED gaz_status gaz_commit_texts_open(gaz_store *store, gaz_commits *index,
                                             gaz_commit_texts **out, gaz_error *err);
gaz_commit_texts *gaz_commit_texts_ref(gaz_commit_texts *texts);
/** Gives a reference back; the last one closes it. */
void gaz_commit_texts_close(gaz_commit_texts *texts);
gaz_commits *gaz_commit_texts_index(const gaz_commit_texts *texts);
/**
 * The commit index of a repository as the newest generation has it, kept open from request to
 * request. Threading: any thread.
 * @param repo  exact name, or NULL: the only repository there is
 * @param out   a reference of its own
 * @return GAZ_E_NOT_FOUND when there is no such repository (with near misses) or its history is not
 *         indexed; GAZ_E_INVALID without a name where there are several; GAZ_E_CORRUPT
 */
GAZ_CHECKED gaz_status gaz_engine_commits(gaz_engine *engine, const char *repo,
                                          gaz_commit_texts **out, gaz_error *err);

#define GAZ_COMMIT_ALSO_MAX 128

/** A line that matches. Valid during the visit. */
typedef struct gaz_commit_match {
    char sign;        /**< ' ' of the message, '+' added, '-' removed */
    uint32_t line;    /**< 1-based: of the message, of the new file, of the old file */
    const char *path; /**< '+' and '-'; not NUL-terminated */
    size_t path_len;
    const char *text; /**< without its line end; not NUL-terminated; valid UTF-8 */
    size_t len;
    const gaz_range *ranges; /**< of the matches in `text` */
    size_t range_count;
} gaz_commit_match;

/** A commit that matches. */
typedef struct gaz_commit_found {
    uint32_t rank;
    uint32_t lines;                  /**< that match */
    const gaz_commit_match *matches; /**< the first gaz_commit_query.lines of them */
    size_t match_count;
    bool cut; /**< some lines of the commit are not recorded (GAZ_COMMIT_DIFF_CUT) */
} gaz_commit_found;
/** @return false to stop */
typedef bool (*gaz_commit_found_visit)(void *ctx, const gaz_commit_found *found);

/** A pattern and the lines it is held against. */
typedef struct gaz_commit_pattern {
    const gaz_pattern *pattern;
    bool messages, added, removed;
} gaz_commit_pattern;

typedef struct gaz_commit_query {
    const gaz_pattern *pattern;       /**< of lines; one that spans lines is refused */
    bool messages, added, removed;    /**< which lines count */
    const gaz_commit_pattern *also;   /**< each must have a line, too; lines are not told */
    size_t also_count;                /**< at most GAZ_COMMIT_ALSO_MAX */
    const gaz_commits_filter *filter; /**< nullable: all but merges */
    const gaz_pattern *path; /**< nullable: compiled for paths; only lines of files it matches */
    uint32_t from;           /**< first rank to look at */
    size_t limit;            /**< commits at most */
    size_t lines;            /**< matches told of each, at most 1,000 */
    int64_t deadline_us;     /**< as gaz_deadline() */
} gaz_commit_query;

typedef struct gaz_commit_result {
    size_t commits;    /**< told */
    uint32_t next;     /**< where to go on; UINT32_MAX: there are no more */
    size_t candidates; /**< commits that the index could not rule out */
    size_t checked;    /**< … whose text was looked at */
    bool timed_out;    /**< `next` says from where */
    uint64_t bytes;    /**< of text looked at */
} gaz_commit_result;

/**
 * Visits the commits whose text has a matching line, newest first.
 * @param cache  of decompressed blocks
 * @return GAZ_E_UNSUPPORTED for a pattern that spans lines, GAZ_E_INVALID when no kind of line
 * counts, what gaz_commits_select() gives, GAZ_E_CORRUPT
 */
GAZ_CHECKED gaz_status gaz_commit_search(gaz_commit_texts *texts, gaz_block_cache *cache,
                                         const gaz_commit_query *query,
                                         gaz_commit_found_visit visit, void *ctx,
                                         gaz_commit_result *out, gaz_error *err);

#endif
