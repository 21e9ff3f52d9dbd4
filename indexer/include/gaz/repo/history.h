/* History as git holds it: commits, walks over them, what each changed, who last touched a line,
 * and who owns a path. Everything a repository says is bounded: what is cut is told. Replacement
 * objects and grafts are not followed. */
#ifndef GAZ_REPO_HISTORY_H
#define GAZ_REPO_HISTORY_H

#include "gaz/base/arena.h"
#include "gaz/repo/git.h"

#define GAZ_HISTORY_PARENTS_MAX 1000                 /**< parents of one commit that count */
#define GAZ_HISTORY_MESSAGE_MAX ((size_t)1 << 16)    /**< bytes of one message that are kept */
#define GAZ_HISTORY_PERSON_MAX 512                   /**< bytes of a name or an address */
#define GAZ_HISTORY_TIME_MIN (-INT64_C(62135596800)) /**< 0001-01-01: earlier times become it */
#define GAZ_HISTORY_TIME_MAX INT64_C(253402300799)   /**< 9999-12-31T23:59:59Z: later ones, too */

/** Who made a commit and when. Text is valid UTF-8 without control bytes; what is not UTF-8 is
 * taken for Latin-1. */
typedef struct gaz_signature {
    const char *name, *email; /**< "" when the commit does not say */
    int64_t when;             /**< seconds since the epoch, 0 when the commit does not say */
    int32_t offset;           /**< minutes east of UTC, within ±1440 */
} gaz_signature;

typedef struct gaz_commit_info {
    gaz_oid id, tree;
    const gaz_oid *parents; /**< the first GAZ_HISTORY_PARENTS_MAX */
    uint32_t parent_count;
    bool parents_cut;
    gaz_signature author, committer;
    const char *message; /**< valid UTF-8 without NULs, at most GAZ_HISTORY_MESSAGE_MAX bytes */
    size_t message_len;
    bool message_cut;
} gaz_commit_info;

/** Reads a commit; what `out` points to lives in the arena. GAZ_E_NOT_FOUND, GAZ_E_CORRUPT,
 * GAZ_E_INVALID when it is no commit, GAZ_E_LIMIT for an object over 64 MiB. */
GAZ_CHECKED gaz_status gaz_history_commit(gaz_repo *repo, const gaz_oid *id, gaz_arena *arena,
                                          gaz_commit_info *out, gaz_error *err);

/* ---- walking ---- */

/** What a walk has to know of a commit. */
typedef struct gaz_history_node {
    int64_t when; /**< of the committer */
    const gaz_oid *parents;
    uint32_t parent_count;
    bool parents_cut;
} gaz_history_node;

/** Called for each commit, newest first. @param missing  how many of its parents cannot be read */
typedef GAZ_CHECKED gaz_status (*gaz_history_visit)(void *ctx, const gaz_oid *id,
                                                    const gaz_history_node *node, uint32_t missing,
                                                    gaz_error *err);

typedef struct gaz_history_walk {
    const gaz_oid *tips;
    size_t tip_count;
    size_t max; /**< commits visited at most */
    /** Nullable. Tells of a commit that need not be read: what it gives lives as long as the walk.
     * False when it does not know. */
    bool (*known)(void *ctx, const gaz_oid *id, gaz_history_node *out);
    gaz_history_visit visit;
    void *ctx; /**< of both */
} gaz_history_walk;

typedef struct gaz_history_end {
    size_t visited;
    size_t missing;      /**< commits, tips included, that cannot be read: shallow clones, damage */
    gaz_oid missing_one; /**< the first of them met; zero: none */
    bool goes_on;        /**< there are commits beyond `max` */
} gaz_history_end;

/**
 * Walks from the tips in git's own order: of what is reached, the newest by committer's time first,
 * ties by id. Which commits are visited depends on the graph and the tips alone, so a walk that
 * knows commits from before gives what one without gives. A commit that cannot be read is counted,
 * and what lies behind it is not seen. Cycles cannot be: commits answer to their ids.
 */
GAZ_CHECKED gaz_status gaz_history_walk_run(gaz_repo *repo, const gaz_history_walk *walk,
                                            gaz_history_end *end, gaz_error *err);

/* ---- what a commit changed ---- */

typedef enum gaz_history_kind {
    GAZ_HISTORY_ADD = 1,
    GAZ_HISTORY_DELETE,
    GAZ_HISTORY_MODIFY,
    GAZ_HISTORY_RENAME /**< an ADD and a DELETE in one */
} gaz_history_kind;

typedef struct gaz_history_change {
    gaz_history_kind kind;
    gaz_entry_kind entry; /**< what is there now; of a DELETE, what was */
    const char *path;     /**< as in gaz_entry */
    size_t path_len;
    const char *from; /**< RENAME: the path before; else NULL */
    size_t from_len;
    gaz_oid before, after; /**< blobs; zero where there is none */
    uint8_t likeness;      /**< RENAME: of 100 */
} gaz_history_change;

typedef struct gaz_history_limits {
    size_t changes; /**< changes told at most */
    size_t nodes;   /**< entries of trees looked at at most */
    bool renames;   /**< pair deleted files with added ones */
} gaz_history_limits;
/** 100,000 changes, 2,000,000 entries, renames. */
#define GAZ_HISTORY_LIMITS ((gaz_history_limits){100000, 2000000, true})

typedef struct gaz_history_changes {
    gaz_history_change *items; /**< in byte order of paths */
    size_t count;
    bool cut;        /**< there are more */
    bool unreadable; /**< of some directory it cannot be told */
} gaz_history_changes;

/**
 * What differs between a commit and its first parent; all its files when it has none. A changed
 * mode alone is no change. Renames are paired by equal content, then by at least half of their
 * lines, the most alike first; above 100 added or deleted files, by equal content alone.
 * @param arena  what `out` points to lives there
 * @return GAZ_E_NOT_FOUND when the parent, or either root tree, is not there
 */
GAZ_CHECKED gaz_status gaz_history_changes_read(gaz_repo *repo, const gaz_commit_info *commit,
                                                const gaz_history_limits *limits, gaz_arena *arena,
                                                gaz_history_changes *out, gaz_error *err);

/** The same between any two commits, whatever lies between them. */
GAZ_CHECKED gaz_status gaz_history_changes_between(gaz_repo *repo, const gaz_oid *before,
                                                   const gaz_oid *after,
                                                   const gaz_history_limits *limits,
                                                   gaz_arena *arena, gaz_history_changes *out,
                                                   gaz_error *err);

/** The newest commit that two have in common, themselves included. GAZ_E_NOT_FOUND when there is
 * none. */
GAZ_CHECKED gaz_status gaz_history_merge_base(gaz_repo *repo, const gaz_oid *a, const gaz_oid *b,
                                              gaz_oid *out, gaz_error *err);

/** An added or removed line, without its line end. Bytes as in the file. */
typedef struct gaz_history_line {
    char sign;     /**< '+' or '-' */
    uint32_t line; /**< 1-based: of '+' in the new file, of '-' in the old one */
    const char *text;
    size_t len;
} gaz_history_line;
typedef GAZ_CHECKED gaz_status (*gaz_history_line_visit)(void *ctx, const gaz_history_line *line,
                                                         gaz_error *err);

typedef enum gaz_lines_end {
    GAZ_LINES_WHOLE,
    GAZ_LINES_BINARY,    /**< either side is binary: no lines */
    GAZ_LINES_TOO_LARGE, /**< either side is over the limit: no lines */
    GAZ_LINES_UNREADABLE /**< either side cannot be read: no lines */
} gaz_lines_end;
/**
 * Visits the lines that a change adds and removes, hunk by hunk, removed ones first. A visit that
 * fails ends it.
 * @param max  bytes of either blob
 */
GAZ_CHECKED gaz_status gaz_history_lines(gaz_repo *repo, const gaz_history_change *change,
                                         uint64_t max, gaz_history_line_visit visit, void *ctx,
                                         gaz_lines_end *end, gaz_error *err);

/* ---- blame ---- */

typedef struct gaz_blame_range {
    uint32_t first, count; /**< lines of the file that was asked for, 1-based */
    uint32_t origin_line;  /**< of the first one, in the commit that brought it */
    gaz_oid commit;
    const char *path; /**< there; NUL-terminated */
    bool boundary;    /**< its parent cannot be read: it may be older */
    bool unfinished;  /**< time or commits ran out: it came with this commit or before it */
} gaz_blame_range;

typedef struct gaz_blame_request {
    gaz_oid commit;
    const char *path;
    uint32_t first, last; /**< lines, 1-based; 0, 0: all */
    int64_t deadline_us;  /**< as gaz_deadline() */
    size_t commits;       /**< looked at at most; 0: 100,000 */
    uint64_t blob_max;    /**< bytes of the file; 0: 8 MiB */
    bool renames;         /**< follow the file to earlier names */
} gaz_blame_request;

/** Of a file at a commit: which commit brought each line. Owned; free with gaz_blame_free(). */
typedef struct gaz_blame {
    gaz_blame_range *ranges; /**< in order of lines, without gaps */
    size_t count;
    uint32_t lines; /**< of the file */
    gaz_oid blob;   /**< the file */
    size_t commits; /**< looked at */
    bool complete;  /**< no range is unfinished */
    gaz_arena arena;
} gaz_blame;
/** @return GAZ_E_NOT_FOUND when there is no such file, GAZ_E_UNSUPPORTED when it is no text,
 * GAZ_E_LIMIT when it is too large, GAZ_E_INVALID when it has not so many lines */
GAZ_CHECKED gaz_status gaz_blame_run(gaz_repo *repo, const gaz_blame_request *request,
                                     gaz_blame **out, gaz_error *err);
void gaz_blame_free(gaz_blame *blame);

/* ---- lines through history ---- */

/** A commit that changed lines which are followed, or brought them. */
typedef struct gaz_trace_hit {
    gaz_oid commit;
    const char *path;     /**< there; NUL-terminated */
    uint32_t first, last; /**< where the lines are in it, from the first to the last of them */
} gaz_trace_hit;

typedef struct gaz_trace_request {
    gaz_oid commit; /**< where the lines are */
    const char *path;
    uint32_t first, last; /**< 1-based */
    size_t skip, limit;   /**< hits */
    int64_t deadline_us;
    size_t commits;    /**< looked at at most; 0: 100,000 */
    uint64_t blob_max; /**< bytes of a version; 0: 8 MiB */
} gaz_trace_request;

/** Which commits changed lines of a file, newest first. Owned; free with gaz_trace_free(). */
typedef struct gaz_trace {
    gaz_trace_hit *hits;
    size_t count;
    gaz_oid blob;   /**< the file that was asked about */
    size_t commits; /**< looked at */
    bool complete;  /**< neither time nor commits ran out */
    bool more;      /**< there is one more than the limit */
    gaz_arena arena;
} gaz_trace;
/**
 * Follows lines through the versions of a file, its renames included, as `git log -L` does: a
 * commit that changes any of them is told, and followed from there are the lines that they
 * replaced. A merge is told only when it changes them against all of its parents.
 * @return as gaz_blame_run()
 */
GAZ_CHECKED gaz_status gaz_trace_run(gaz_repo *repo, const gaz_trace_request *request,
                                     gaz_trace **out, gaz_error *err);
void gaz_trace_free(gaz_trace *trace);

/* ---- trailers ---- */

/** "Agent-Task: 42" at the end of a message. Points into it; nothing is NUL-terminated. */
typedef struct gaz_trailer {
    const char *key, *value;
    size_t key_len, value_len; /**< a value that goes on in indented lines is told as it stands */
} gaz_trailer;
/**
 * Steps over the trailers of a message: its last paragraph, when that is not its first and each of
 * its lines is a trailer, goes on with one, or is a "(cherry picked from …)".
 * @param at  0 to begin with
 */
bool gaz_trailer_next(const char *message, size_t len, size_t *at, gaz_trailer *out);
/** The value of the last trailer of that name, in any case; false when there is none. */
bool gaz_trailer_find(const char *message, size_t len, const char *key, const char **value,
                      size_t *value_len);

/* ---- owners ---- */

#define GAZ_OWNERS_FILE_MAX ((size_t)3 << 20) /**< bytes that count, as on GitHub */
#define GAZ_OWNERS_RULES_MAX 100000

/** Where such a file may be, the first that exists counts: ".github/CODEOWNERS", "CODEOWNERS",
 * "docs/CODEOWNERS", ".gitlab/CODEOWNERS". Ends with NULL. */
extern const char *const gaz_owners_places[];

/** A parsed CODEOWNERS file. Any number of readers. */
typedef struct gaz_owners gaz_owners;
/**
 * Parses the syntax of GitHub, with GitLab's sections ("[Name][2] @default", "^[Optional]") and
 * exclusions ("!path"). Lines that cannot be understood are counted and passed over.
 * @return GAZ_E_NOMEM only
 */
GAZ_CHECKED gaz_status gaz_owners_parse(const char *text, size_t len, gaz_owners **out,
                                        gaz_error *err);
void gaz_owners_free(gaz_owners *owners);
/** Lines passed over, or beyond the limits. */
size_t gaz_owners_ignored(const gaz_owners *owners);

typedef struct gaz_owner_match {
    const char *section; /**< "" outside sections */
    bool optional;       /**< of the section */
    uint32_t line;       /**< of the rule, 1-based */
    const char *pattern;
    const char *const *owners; /**< "@team", "someone@example.org"; none: nobody owns it */
    size_t owner_count;
} gaz_owner_match;
/** The last rule of each section that matches a path, in the order of sections; false to end. */
typedef bool (*gaz_owner_visit)(void *ctx, const gaz_owner_match *match);
void gaz_owners_of(const gaz_owners *owners, const char *path, size_t len, gaz_owner_visit visit,
                   void *ctx);

#endif
