/* A work tree as it lies there: which files git would list in it, what is known of their content,
 * and their bytes. The tree is hostile and changes under the reader: no symbolic link is followed,
 * nothing but regular files is opened, nothing is run (no filters, no hooks), nothing is written.
 */
#ifndef GAZ_REPO_WORKTREE_H
#define GAZ_REPO_WORKTREE_H

#include "gaz/repo/git.h"

/** One thread at a time. */
typedef struct gaz_worktree gaz_worktree;

/**
 * Opens the work tree in `root` and reads git's index of it. An index that cannot be used (missing,
 * damaged, split) is no failure: gaz_worktree_note() says so, and the caller names the tracked
 * files with gaz_worktree_track().
 * @param repo  borrowed for the call
 * @return GAZ_E_NOT_FOUND when the directory is gone
 */
GAZ_CHECKED gaz_status gaz_worktree_open(const gaz_repo *repo, const char *root, gaz_worktree **out,
                                         gaz_error *err);
void gaz_worktree_close(gaz_worktree *wt);
/** Why git's index is not used, or NULL. */
const char *gaz_worktree_note(const gaz_worktree *wt);
/** Names a tracked file; in byte order of paths. Only where the index cannot be used. */
GAZ_CHECKED gaz_status gaz_worktree_track(gaz_worktree *wt, const char *path, size_t len,
                                          gaz_error *err);
/** Whether the directory that was opened is still the one at its path; true while nobody can say.
 */
bool gaz_worktree_is_there(const gaz_worktree *wt);

/** What tells that a file is as it was. */
typedef struct gaz_file_stamp {
    int64_t mtime_ns, ctime_ns;
    uint64_t size, inode;
} gaz_file_stamp;

typedef enum gaz_content {
    GAZ_CONTENT_KNOWN, /**< `oid` is its blob: git's index says that it is as it was then */
    GAZ_CONTENT_READ,  /**< has to be read */
    GAZ_CONTENT_HEAD   /**< SPARSE directory: what HEAD has below it, which is not checked out */
} gaz_content;

typedef struct gaz_worktree_entry {
    const char *path; /**< as in gaz_entry; a sparse or unreadable directory ends in '/' */
    size_t path_len;
    gaz_entry_kind kind;
    gaz_content content;
    gaz_oid oid; /**< KNOWN; of a submodule the commit the index has, or zero */
    gaz_file_stamp stamp;
} gaz_worktree_entry;
typedef GAZ_CHECKED gaz_status (*gaz_worktree_visit)(void *ctx, const gaz_worktree_entry *entry,
                                                     gaz_error *err);
/** Called for a directory before it is read. */
typedef GAZ_CHECKED gaz_status (*gaz_worktree_enter)(void *ctx, const char *path, gaz_error *err);

typedef struct gaz_worktree_scan {
    const char *path; /**< a file or directory; "": all of it */
    gaz_worktree_visit visit;
    gaz_worktree_enter enter; /**< nullable */
    void *ctx;
} gaz_worktree_scan;
/**
 * Visits the files at and below a path that git would list: tracked ones, and untracked ones that
 * neither a `.gitignore` nor `info/exclude` keeps out. Files that a sparse checkout leaves out are
 * visited as KNOWN. Mostly, but not always, in byte order of paths. A scan of the whole tree reads
 * the ignore files anew; one of a part reads those it meets.
 * @return GAZ_E_LIMIT beyond 10,000,000 entries; GAZ_E_NOT_FOUND when the work tree is gone
 */
GAZ_CHECKED gaz_status gaz_worktree_walk(gaz_worktree *wt, const gaz_worktree_scan *scan,
                                         gaz_error *err);
/** Whether the path is that of an ignore file, or one that was read lies below it: when that
 * changes, so may all. */
bool gaz_worktree_has_rules(const gaz_worktree *wt, const char *path);

/** Whether a file that is or was there could belong to the tree, as far as is known: tracked, or
 * not kept out by the ignore files read so far. @param directory  whether it is one: then, whether
 * it would be entered */
bool gaz_worktree_lists(const gaz_worktree *wt, const char *path, bool directory);
/** Opens a directory below the root, as a place only (O_PATH): close() it. GAZ_E_NOT_FOUND,
 * GAZ_E_DENIED, GAZ_E_BUSY when too many files are open. */
GAZ_CHECKED gaz_status gaz_worktree_open_dir(const gaz_worktree *wt, const char *path, int *fd,
                                             gaz_error *err);
/** Where references, objects and `info/exclude` are: the git directory, but for linked work trees.
 * Lives as long as the repo. */
const char *gaz_repo_common_dir(const gaz_repo *repo);

typedef GAZ_CHECKED gaz_status (*gaz_path_visit)(void *ctx, const char *path, gaz_error *err);
/** Reads git's index again and visits the paths that are tracked now and were not, or the other way
 * round. @param visit  nullable @param usable  set to whether both could be used: if not, only a
 * scan of all tells */
GAZ_CHECKED gaz_status gaz_worktree_reload(gaz_worktree *wt, gaz_path_visit visit, void *ctx,
                                           bool *usable, gaz_error *err);

/**
 * Reads a regular file. What changes while it is read is read again, three times at most: then the
 * last reading counts, which a later event or comparison of stamps corrects.
 * @param out    its content is replaced
 * @param stamp  from before it was read
 * @return GAZ_E_NOT_FOUND when it is gone or no regular file any more, GAZ_E_LIMIT over `max`,
 * GAZ_E_IO, GAZ_E_DENIED when it may not be read, GAZ_E_BUSY when too many files are open,
 * GAZ_E_NOMEM
 */
GAZ_CHECKED gaz_status gaz_worktree_read(gaz_worktree *wt, const char *path, uint64_t max,
                                         gaz_strbuf *out, gaz_file_stamp *stamp, gaz_error *err);
/** The target of a symbolic link, which is not followed. GAZ_E_NOT_FOUND when it is none any more;
 * GAZ_E_BUSY when too many files are open. */
GAZ_CHECKED gaz_status gaz_worktree_read_link(gaz_worktree *wt, const char *path, gaz_strbuf *out,
                                              gaz_error *err);
/** The id git gives a blob of these bytes. GAZ_E_NOMEM. */
GAZ_CHECKED gaz_status gaz_blob_id(const void *data, size_t len, gaz_oid *out, gaz_error *err);

#endif
