/* The commit index of a repository: the newest commits its branches reach, what each changed, their
 * messages for searching, and which text segments hold their diffs. Write-once files; each
 * publication adds a small one, older ones are put together now and then
 * (docs/internals/history.md).
 *
 * A commit is named by its rank: 0 is the newest in the order of `git log`, which decides all
 * orders here. Ranks hold for one opened index. */
#ifndef GAZ_STORE_COMMITS_H
#define GAZ_STORE_COMMITS_H

#include "gaz/base/arena.h"
#include "gaz/base/vec.h"
#include "gaz/store/store.h"

#define GAZ_COMMITS_KIND "CMIT"
#define GAZ_COMMITS_VERSION 1
#define GAZ_COMMITS_MAX 10000000u          /**< commits of one index */
#define GAZ_COMMITS_FILES_MAX 64           /**< files of one index */
#define GAZ_COMMITS_CHANGES_MAX (1u << 24) /**< changes of one file, and paths */
#define GAZ_COMMIT_PATH_MAX 4096

/** What is to be known of a commit besides what it says. */
enum {
    GAZ_COMMIT_MERGE = 1,        /**< more than one parent */
    GAZ_COMMIT_CHANGES_CUT = 2,  /**< it changes more than is recorded */
    GAZ_COMMIT_CHANGES_NONE = 4, /**< what it changes could not be told: its parent is missing */
    GAZ_COMMIT_UNREADABLE = 8,   /**< some directories of it could not be read */
    GAZ_COMMIT_MESSAGE_CUT = 16,
    GAZ_COMMIT_DIFF_CUT = 32,       /**< the searchable diff lacks lines */
    GAZ_COMMIT_PARENT_MISSING = 64, /**< a parent is not in the repository */
    GAZ_COMMIT_PARENTS_CUT = 128
};

typedef enum gaz_commit_change_kind {
    GAZ_COMMIT_ADDED = 0,
    GAZ_COMMIT_DELETED = 1,
    GAZ_COMMIT_MODIFIED = 2,
    GAZ_COMMIT_RENAMED = 3,     /**< to this path */
    GAZ_COMMIT_RENAMED_AWAY = 4 /**< from this path; only where a path is asked about */
} gaz_commit_change_kind;

typedef struct gaz_commit_change {
    gaz_commit_change_kind kind;
    const char *path; /**< not NUL-terminated on writing; NUL-terminated on reading */
    size_t path_len;
    const char *from; /**< RENAMED: the path before; else NULL */
    size_t from_len;
} gaz_commit_change;

typedef struct gaz_commit_person {
    const char *name, *email;
    int64_t when;   /**< seconds since the epoch */
    int32_t offset; /**< minutes east of UTC */
} gaz_commit_person;

/** A commit as it is written and read. On reading everything lives in the caller's arena. */
typedef struct gaz_commit_record {
    gaz_oid id;
    const gaz_oid *parents;
    uint32_t parent_count;
    unsigned flags; /**< GAZ_COMMIT_* */
    gaz_commit_person author, committer;
    const char *message; /**< NUL-terminated on reading */
    size_t message_len;
    uint32_t change_count;
    const gaz_commit_change *changes; /**< byte order of paths; on reading only when asked for */
} gaz_commit_record;

/* ---- writing ---- */

/** A place in the files of an index. */
typedef struct gaz_commit_place {
    uint32_t file, local;
} gaz_commit_place;

/** Where history ends, as far as the index knows. */
typedef struct gaz_commits_end {
    bool goes_on;        /**< there are older commits that are not indexed: beyond the limit, or not
                            yet */
    bool unfinished;     /**< … which are still to come: a later run goes on */
    uint64_t missing;    /**< commits that could not be read: a shallow clone, damage */
    gaz_oid missing_one; /**< one of them; zero: none */
} gaz_commits_end;

/** The whole of an index at one publication: which commits, in which order, out of which files. */
typedef struct gaz_commits_state {
    const gaz_oid *tips; /**< of the branches, in byte order, each once */
    size_t tip_count;
    uint64_t limit;     /**< commits wanted at most */
    uint32_t extractor; /**< version of what made the records: others are made anew */
    gaz_commits_end end;
    const gaz_commit_place *order; /**< newest first; file: index in the list of files, the one
                                      being written last */
    size_t count;
} gaz_commits_state;

/** One file of an index, as the catalogue has it. */
typedef struct gaz_commits_file {
    char name[GAZ_SEALED_NAME];
    uint64_t bytes;
    uint32_t commits;               /**< in it, wanted or not */
    GAZ_VEC(gaz_segment_row) diffs; /**< text segments: one document per commit, in their order */
} gaz_commits_file;
void gaz_commits_files_free(gaz_commits_file *files, size_t count);

/** Builds one file. Not shared between threads. */
typedef struct gaz_commits_writer gaz_commits_writer;
/** @param dir  a run's directory, for temporary files */
GAZ_CHECKED gaz_status gaz_commits_writer_open(const char *dir, gaz_commits_writer **out,
                                               gaz_error *err);
void gaz_commits_writer_close(gaz_commits_writer *w);
/** Adds a commit; newest first. Its number in the file is the count before. GAZ_E_LIMIT beyond
 * GAZ_COMMITS_MAX or GAZ_COMMITS_CHANGES_MAX. */
GAZ_CHECKED gaz_status gaz_commits_writer_add(gaz_commits_writer *w,
                                              const gaz_commit_record *record, gaz_error *err);
uint32_t gaz_commits_writer_count(const gaz_commits_writer *w);
uint64_t gaz_commits_writer_changes(const gaz_commits_writer *w);
/**
 * Writes the file, with the state of the index it is the newest file of, and adopts it.
 * @param older  the other files, oldest first
 * @param out    name, bytes and commits are set
 */
GAZ_CHECKED gaz_status gaz_commits_writer_finish(gaz_commits_writer *w, gaz_store *store,
                                                 gaz_run *run, const gaz_commits_file *older,
                                                 size_t older_count, const gaz_commits_state *state,
                                                 gaz_commits_file *out, gaz_error *err);

/**
 * Publishes a new generation in which the repository's commit index is these files, oldest first;
 * none: it has none. Runs that write it exclude each other by gaz_store_repo_lock().
 * @return GAZ_E_NOT_FOUND when the repository was removed, or a file is not in place
 */
GAZ_CHECKED gaz_status gaz_commits_publish(gaz_store *store, int64_t repo,
                                           const gaz_commits_file *files, size_t count,
                                           uint64_t *generation, gaz_error *err);

/* ---- reading ---- */

/** An opened commit index: it keeps its files, whatever is published later. Threading: any thread;
 * calls are serialised inside. */
typedef struct gaz_commits gaz_commits;
/** The index a repository has now. GAZ_E_NOT_FOUND when it has none, GAZ_E_UNSUPPORTED when another
 * version wrote it, GAZ_E_CORRUPT. */
GAZ_CHECKED gaz_status gaz_commits_open(gaz_store *store, int64_t repo, gaz_commits **out,
                                        gaz_error *err);
/** The same for who has one open: `before` (nullable, of the same repository) with one reference
 * more when it still has the same files. */
GAZ_CHECKED gaz_status gaz_commits_reopen(gaz_store *store, int64_t repo, gaz_commits *before,
                                          gaz_commits **out, gaz_error *err);
gaz_commits *gaz_commits_ref(gaz_commits *index);
void gaz_commits_unref(gaz_commits *index);
/** The generation that was current when it was opened. */
uint64_t gaz_commits_generation(const gaz_commits *index);
/** Commits in it. */
size_t gaz_commits_count(const gaz_commits *index);
/** Its state, without `order`; lives as long as the index. */
const gaz_commits_state *gaz_commits_state_of(const gaz_commits *index);
const gaz_commits_file *gaz_commits_files(const gaz_commits *index, size_t *count);
gaz_commit_place gaz_commits_place(const gaz_commits *index, uint32_t rank);
/** The commits of a file that the index holds, by their number in it. @return rank, or UINT32_MAX
 */
uint32_t gaz_commits_rank_at(const gaz_commits *index, uint32_t file, uint32_t local);
int64_t gaz_commits_time(const gaz_commits *index, uint32_t rank); /**< of the committer */
unsigned gaz_commits_flags(const gaz_commits *index, uint32_t rank);
const gaz_oid *gaz_commits_id(const gaz_commits *index, uint32_t rank);
/** Links of any commit in the files, in the index or not: for walks that need not read it. */
const gaz_oid *gaz_commits_links(const gaz_commits *index, gaz_commit_place place, int64_t *when,
                                 const gaz_oid **parents, uint32_t *parent_count, unsigned *flags);
/** The rank of a commit, by its id or at least 4 digits of it. GAZ_E_NOT_FOUND, GAZ_E_INVALID when
 * several begin so. */
GAZ_CHECKED gaz_status gaz_commits_find(gaz_commits *index, const char *hex, uint32_t *rank,
                                        gaz_error *err);
/** Reads a commit. @param changes  also what it changed */
GAZ_CHECKED gaz_status gaz_commits_get(gaz_commits *index, uint32_t rank, bool changes,
                                       gaz_arena *arena, gaz_commit_record *out, gaz_error *err);
/** The same by place, wanted or not: for putting files together. */
GAZ_CHECKED gaz_status gaz_commits_get_at(gaz_commits *index, gaz_commit_place place, bool changes,
                                          gaz_arena *arena, gaz_commit_record *out, gaz_error *err);

/* ---- asking ---- */

/** Which commits are wanted. Zeroed: all but merges. */
typedef struct gaz_commits_filter {
    const char *path; /**< nullable; a file, or with `below` a directory ("" or "src/net") and all
                         in it */
    size_t path_len;
    bool below;
    bool follow;        /**< a file: go on with its earlier names */
    const char *author; /**< nullable: part of "Name <address>" of the author, in any case */
    /** Nullable: as `author`, but decided by the caller, once per person. */
    bool (*author_match)(void *ctx, const char *name, const char *email);
    void *author_ctx;
    int64_t after, before; /**< committer's time, seconds: after <= t < before; both 0: any */
    const char
        *message; /**< nullable: words that all occur; "quoted ones" together, word* begins */
    const gaz_oid *reach; /**< nullable: commits this one reaches, itself included */
    bool merges;          /**< merges, too (their changes are those against the first parent) */
} gaz_commits_filter;

typedef struct gaz_commits_hit {
    uint32_t rank;
    gaz_commit_change_kind kind; /**< with a path */
    const char *path; /**< with `path`: its name at that commit (of a directory: the one asked for);
                         else NULL. Lives in the arena */
} gaz_commits_hit;

typedef struct gaz_commits_page {
    uint32_t from;         /**< first rank to look at; 0 to begin with */
    size_t limit;          /**< hits wanted, at most 100,000 */
    gaz_commits_hit *hits; /**< newest first; in the arena */
    size_t count;
    uint32_t next; /**< where to go on; UINT32_MAX: there are no more */
    size_t total;  /**< commits that match from `from` on; known when `counted` */
    bool counted;
} gaz_commits_page;

/** Lists commits, newest first: the log, of everything or of a path. GAZ_E_INVALID for a filter
 * that cannot be (its column says where in `message`); GAZ_E_NOT_FOUND when `reach` is not in the
 * index. */
GAZ_CHECKED gaz_status gaz_commits_log(gaz_commits *index, const gaz_commits_filter *filter,
                                       gaz_commits_page *page, gaz_arena *arena, gaz_error *err);
/** The ranks that a filter lets through (path and message included), as a set: bit by bit,
 * gaz_commits_count() of them. @param bits  (count + 63) / 64 words, overwritten */
GAZ_CHECKED gaz_status gaz_commits_select(gaz_commits *index, const gaz_commits_filter *filter,
                                          uint64_t *bits, gaz_error *err);

typedef struct gaz_commits_score {
    uint32_t rank;
    double score;
} gaz_commits_score;
/**
 * The commits whose messages fit words best: BM25 over the commits in the index.
 * @param words  as gaz_commits_filter.message, but any of them may be missing
 * @param out    `limit` at most, best first, equal ones newest first; in the arena
 */
GAZ_CHECKED gaz_status gaz_commits_best(gaz_commits *index, const char *words,
                                        const gaz_commits_filter *filter, size_t limit,
                                        gaz_arena *arena, gaz_commits_score **out, size_t *count,
                                        gaz_error *err);

/** What history says of a path. Merges do not count. */
typedef struct gaz_path_stats {
    const char *path; /**< NUL-terminated; valid during the call */
    size_t path_len;
    uint32_t commits; /**< that changed it */
    uint32_t authors; /**< different ones */
    uint32_t last_rank, first_rank;
    int64_t last, first; /**< committer's times of those */
    bool gone;           /**< the newest of them removed or renamed it */
} gaz_path_stats;
typedef GAZ_CHECKED gaz_status (*gaz_path_stats_visit)(void *ctx, const gaz_path_stats *stats,
                                                       gaz_error *err);
/** Of one path; GAZ_E_NOT_FOUND (without a message) when no commit in the index changed it. */
GAZ_CHECKED gaz_status gaz_commits_path(gaz_commits *index, const char *path, size_t len,
                                        gaz_path_stats *out, gaz_error *err);
/** Of all paths at and below a directory ("": all), in byte order. The visit must not ask the
 * index.
 */
GAZ_CHECKED gaz_status gaz_commits_paths(gaz_commits *index, const char *dir, size_t len,
                                         gaz_path_stats_visit visit, void *ctx, gaz_error *err);

typedef struct gaz_commits_author {
    const char *name, *email;
    uint32_t commits;
    int64_t last; /**< committer's time of the newest */
} gaz_commits_author;
/** Who changed what is at or below a path, most commits first, `limit` at most; in the arena. */
GAZ_CHECKED gaz_status gaz_commits_authors(gaz_commits *index, const gaz_commits_filter *filter,
                                           size_t limit, gaz_arena *arena, gaz_commits_author **out,
                                           size_t *count, gaz_error *err);

#define GAZ_COCHANGE_FILES 100    /**< a commit that changes more files says nothing */
#define GAZ_COCHANGE_COMMITS 1000 /**< commits of a path looked at, the newest */
typedef struct gaz_cochange {
    const char *path;
    uint32_t together; /**< commits that changed both */
    int64_t last;      /**< committer's time of the newest */
    double score;      /**< 0–1: each commit shares one vote among the other files it changed; the
                          votes for this one over the commits looked at */
} gaz_cochange;
/**
 * Files that change together with a path, best first, equal ones in byte order.
 * @param looked  nullable: commits that were counted
 */
GAZ_CHECKED gaz_status gaz_commits_cochange(gaz_commits *index, const char *path, size_t len,
                                            size_t limit, gaz_arena *arena, gaz_cochange **out,
                                            size_t *count, uint32_t *looked, gaz_error *err);

#define GAZ_COCHANGE_PATHS_MAX 1000
typedef struct gaz_commit_path {
    const char *text;
    size_t len;
} gaz_commit_path;
/** The same of several files: commits that changed any of them count, each once, and what they
 * changed besides. GAZ_E_LIMIT over GAZ_COCHANGE_PATHS_MAX. */
GAZ_CHECKED gaz_status gaz_commits_cochange_all(gaz_commits *index, const gaz_commit_path *paths,
                                                size_t path_count, size_t limit, gaz_arena *arena,
                                                gaz_cochange **out, size_t *count, uint32_t *looked,
                                                gaz_error *err);

typedef struct gaz_recent_change {
    const char *path;
    uint32_t rank;
    gaz_commit_change_kind kind;
} gaz_recent_change;
/** The paths that a filter's commits changed, each with its newest change, newest first; `limit` at
 * most. In the arena. */
GAZ_CHECKED gaz_status gaz_commits_recent(gaz_commits *index, const gaz_commits_filter *filter,
                                          size_t limit, gaz_arena *arena, gaz_recent_change **out,
                                          size_t *count, gaz_error *err);

/** A canonical text of all that the index says but for diffs, independent of files: equal for equal
 * histories. */
GAZ_CHECKED gaz_status gaz_commits_dump(gaz_commits *index, gaz_strbuf *out, gaz_error *err);

/* ---- searchable text of a commit ---- */

/* The document of a commit in a text segment: lines of valid UTF-8, the first byte of each says
 * what it is. ' ' a line of the message; '=' the path of a file, its diff follows; '@' "OLD NEW",
 * numbers of the next removed and added lines; '-' and '+' removed and added lines; '!' a reason
 * why lines of the file are lacking. None of them is part of a word, so words keep their borders
 * for the index. */
#define GAZ_COMMIT_TEXT_MAX ((size_t)256 << 10) /**< bytes of diff in one document */
#define GAZ_COMMIT_LINE_MAX 4096                /**< bytes of one line; longer ones are cut */

/** A line of such a document. */
typedef struct gaz_commit_line {
    char sign;        /**< ' ', '+', '-' */
    uint32_t line;    /**< 1-based: of the message, the new file or the old one */
    const char *text; /**< without sign and line end */
    size_t len;
    const char *path; /**< of '+' and '-'; not NUL-terminated */
    size_t path_len;
} gaz_commit_line;
/** Steps over the lines; zero `at` to begin with. False at the end. */
typedef struct gaz_commit_text {
    const char *at, *end;
    const char *path;
    size_t path_len;
    uint32_t message, before, after;
} gaz_commit_text;
void gaz_commit_text_open(gaz_commit_text *t, const char *text, size_t len);
bool gaz_commit_text_next(gaz_commit_text *t, gaz_commit_line *out);
/** Appends a line as it must be: valid UTF-8 (Latin-1 where it is not), no NULs, no line ends, cut.
 * @return whether it was cut */
bool gaz_commit_text_put(gaz_strbuf *out, char sign, const char *text, size_t len);

#endif
