/* Reading git repositories (libgit2 for objects, the hardened `git` program for transport). Nothing
 * a repository holds is ever executed: no hooks, filters, credential helpers or configuration of
 * its own. */
#ifndef GAZ_REPO_GIT_H
#define GAZ_REPO_GIT_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/strbuf.h"

#define GAZ_PATH_BYTES_MAX                                                                         \
    4096 /**< bytes of a path inside a repository; longer ones are reported as unreadable */
#define GAZ_TREE_DEPTH_MAX                                                                         \
    1024 /**< directories inside each other; deeper ones are reported as unreadable */

/** An open repository. Not shared between threads: open one per thread. */
typedef struct gaz_repo gaz_repo;

/** To be called before any other function here, and gaz_git_shutdown() as often, after the last.
 * Costs nothing: libgit2 is started by the first repository that is opened. Threading: any thread.
 */
GAZ_CHECKED gaz_status gaz_git_init(gaz_error *err);
void gaz_git_shutdown(void);

/**
 * Opens a repository. Who owns it does not matter, its configuration is not followed; alternates
 * are (docs/internals/git.md).
 *
 * @param path  a bare repository or a work tree; parents are not searched
 * @return GAZ_E_NOT_FOUND, GAZ_E_INVALID when it is not a repository, GAZ_E_UNSUPPORTED for SHA-256
 * ids, reftables and unknown formats
 */
GAZ_CHECKED gaz_status gaz_repo_open(const char *path, gaz_repo **out, gaz_error *err);
void gaz_repo_close(gaz_repo *repo);
/** The git directory, absolute; lives as long as the repo. */
const char *gaz_repo_git_dir(const gaz_repo *repo);

typedef GAZ_CHECKED gaz_status (*gaz_ref_visit)(void *ctx, const char *name, const gaz_oid *commit,
                                                gaz_error *err);
/**
 * Visits branches in byte order of names. Names come short ("main"); remote-tracking branches of a
 * clone (refs/remotes/origin/) count as branches, unless a local branch has the name. A tip that
 * cannot be read is visited with the id the reference holds (zero when it holds none), so that
 * walking it tells the reason. HEAD, when detached, is visited as "HEAD".
 * @param patterns  shell patterns of branch names; '*' matches '/' too; none: just what HEAD points
 * to; "*": all; "HEAD" may be one of them
 */
GAZ_CHECKED gaz_status gaz_repo_branches(gaz_repo *repo, const char *const *patterns, size_t count,
                                         gaz_ref_visit visit, void *ctx, gaz_error *err);
/** The branch HEAD points to ("main"), appended to `out`; "HEAD" when detached. GAZ_E_NOT_FOUND
 * when that branch has no commit. */
GAZ_CHECKED gaz_status gaz_repo_head(gaz_repo *repo, gaz_strbuf *out, gaz_oid *commit,
                                     gaz_error *err);
/** The full name of the reference HEAD names ("refs/heads/main"), appended to `out`, whether it
 * exists or not; "HEAD" when detached. @param exists  set on success */
GAZ_CHECKED gaz_status gaz_repo_head_target(gaz_repo *repo, gaz_strbuf *out, bool *exists,
                                            gaz_error *err);
/**
 * A revision as git understands it (branch, tag, abbreviated or full id, `git describe` output,
 * "main~2^2"), peeled to its commit. Forms that search, read paths or logs (":/text", "main:file",
 * "main@{1}") are refused: their cost has no bound.
 * @return GAZ_E_NOT_FOUND with the nearest name as a hint, GAZ_E_INVALID for what is ambiguous, no
 * commit or no revision
 */
GAZ_CHECKED gaz_status gaz_repo_resolve(gaz_repo *repo, const char *rev, gaz_oid *commit,
                                        gaz_error *err);
/** Seconds since the epoch of the committer. */
GAZ_CHECKED gaz_status gaz_repo_commit_time(gaz_repo *repo, const gaz_oid *commit, int64_t *seconds,
                                            gaz_error *err);

typedef enum gaz_entry_kind {
    GAZ_ENTRY_FILE,
    GAZ_ENTRY_SYMLINK,
    GAZ_ENTRY_SUBMODULE,
    GAZ_ENTRY_UNREADABLE
} gaz_entry_kind;

typedef struct gaz_entry {
    const char *path; /**< bytes as in git, '/'-separated, no leading '/', at most
                         GAZ_PATH_BYTES_MAX, NUL-terminated and without other NULs; may hold control
                         bytes. Of an unreadable directory: with a final '/' */
    size_t path_len;
    gaz_entry_kind kind;
    gaz_oid oid;     /**< of the blob (symlink: its target text; submodule: the commit; unreadable
                        directory: the tree, or zero) */
    const char *why; /**< UNREADABLE: a static reason such as "directory cannot be read", "nested
                        too deep", "path has a component .."; else NULL */
} gaz_entry;
typedef GAZ_CHECKED gaz_status (*gaz_entry_visit)(void *ctx, const gaz_entry *entry,
                                                  gaz_error *err);

/**
 * Visits every file of a commit's tree in byte order of paths, each path once. What cannot be used
 * (a subtree that cannot be read, components ".", ".." and ".git", names with '/', empty, double or
 * over-long, odd modes) is an UNREADABLE entry, not a failure.
 * @return GAZ_E_LIMIT when the tree has more than 10,000,000 entries; GAZ_E_NOT_FOUND or
 * GAZ_E_CORRUPT for the commit and its root
 */
GAZ_CHECKED gaz_status gaz_repo_walk(gaz_repo *repo, const gaz_oid *commit, gaz_entry_visit visit,
                                     void *ctx, gaz_error *err);

typedef enum gaz_change_kind {
    GAZ_CHANGE_ADD,
    GAZ_CHANGE_DELETE,
    GAZ_CHANGE_MODIFY
} gaz_change_kind;
typedef GAZ_CHECKED gaz_status (*gaz_change_visit)(void *ctx, gaz_change_kind kind,
                                                   const gaz_entry *now, gaz_error *err);
/** Visits what differs between two commits' trees, in byte order of paths; equal subtrees are not
 * read. DELETE: `now` holds the old entry. A file that becomes a directory is a DELETE and ADDs. A
 * changed mode alone is no change unless the kind differs. Applied to the outcome of a walk over
 * `from` it gives that of a walk over `to`. */
GAZ_CHECKED gaz_status gaz_repo_diff(gaz_repo *repo, const gaz_oid *from, const gaz_oid *to,
                                     gaz_change_visit visit, void *ctx, gaz_error *err);

/** Bytes of a blob, without reading it when the object database knows. */
GAZ_CHECKED gaz_status gaz_repo_blob_size(gaz_repo *repo, const gaz_oid *oid, uint64_t *size,
                                          gaz_error *err);
/** Reads a blob and checks that it hashes to its id when `verify`. GAZ_E_NOT_FOUND, GAZ_E_CORRUPT,
 * GAZ_E_LIMIT (over `max`). Replaces the content of `out`. */
GAZ_CHECKED gaz_status gaz_repo_blob(gaz_repo *repo, const gaz_oid *oid, uint64_t max, bool verify,
                                     gaz_strbuf *out, gaz_error *err);

#define GAZ_LFS_POINTER_MAX 1024 /**< bytes; a pointer has fewer */
/**
 * Whether a blob's content is a Git LFS pointer: text that stands for content kept outside the
 * repository.
 * @param sha256  64 hexadecimal digits and a NUL  @param size  bytes of that content; both set on
 * true only
 */
bool gaz_lfs_pointer(const void *data, size_t len, char sha256[65], uint64_t *size);

/** Called with each line git prints, and at least twice a second with the last one again ("" before
 * the first). @return false to cancel */
typedef bool (*gaz_transfer_progress)(void *ctx, const char *line);
typedef struct gaz_transport {
    bool allow_private;      /**< addresses of loopback, link-local and private networks */
    bool allow_local;        /**< file:// and paths */
    int64_t timeout_ms;      /**< of the whole transfer; 0 or less: none */
    const char *timeout_key; /**< the setting it is from, for messages; NULL: repos.clone_timeout */
    uint64_t max_bytes;      /**< of the clone on disk, looked at while it grows; 0: no limit */
    const char *ssh_key;     /**< file of the one key to offer; NULL: ssh's own and the agent's */
    const char *known_hosts; /**< file; NULL: the user's and the system's */
    const char *ca_file;     /**< PEM, instead of the system's authorities; NULL: those */
    /** As git's credential.helper. Only ever asked, for https only; NULL: none. */
    const char *credential_helper;
    gaz_transfer_progress progress; /**< may be NULL */
    void *ctx;
} gaz_transport;
/** Whether a source names a remote (URL or scp-like) rather than a path. */
bool gaz_source_is_url(const char *source);
/** Refuses, with the reason, URLs whose scheme or address is not allowed. http, https, ssh,
 * git+ssh, scp-like; file when allowed. Credentials inside URLs are refused. */
GAZ_CHECKED gaz_status gaz_source_check(const char *source, const gaz_transport *transport,
                                        gaz_error *err);
/**
 * Makes a bare mirror-like clone at `dest` (which must not exist): all branches under refs/heads,
 * all tags. Nothing is left behind on failure: work is done in "<dest>.partial", which a later
 * clone also clears after a kill.
 * @return what gaz_source_check() gives; GAZ_E_EXISTS, GAZ_E_BUSY, GAZ_E_TIMEOUT, GAZ_E_CANCELLED,
 * GAZ_E_LIMIT; GAZ_E_REMOTE with git's own words
 */
GAZ_CHECKED gaz_status gaz_git_clone(const char *url, const char *dest,
                                     const gaz_transport *transport, gaz_error *err);
/** Brings a clone up to date: forced updates, branches and tags that are gone are pruned, HEAD
 * follows the remote's. The source is checked again. Nothing half-fetched is left behind on
 * failure, and what a killed fetch left is cleared. One at a time for a clone: the caller sees to
 * it. */
GAZ_CHECKED gaz_status gaz_git_fetch(const char *git_dir, const gaz_transport *transport,
                                     gaz_error *err);

/** What the remote of a clone had when it was asked. Not shared between threads. */
typedef struct gaz_remote gaz_remote;
/**
 * Asks the remote of a clone for its branches, tags and HEAD: one question, nothing is fetched or
 * written. Of the clone only its configuration is read, so that others may work in it meanwhile.
 * @return as gaz_git_clone(); GAZ_E_LIMIT when the answer has no end
 */
GAZ_CHECKED gaz_status gaz_remote_ask(const char *git_dir, const gaz_transport *transport,
                                      gaz_remote **out, gaz_error *err);
void gaz_remote_free(gaz_remote *remote);
/**
 * Whether the clone has other branches, tags or another HEAD; true, too, when there are more of
 * them than are compared.
 * @return GAZ_E_REMOTE when a clone that has something was told over http that there is nothing
 */
GAZ_CHECKED gaz_status gaz_remote_differs(const gaz_remote *remote, const char *git_dir,
                                          bool *differ, gaz_error *err);
/** Removes what a killed clone to `git_dir`, or a killed fetch in it, left behind. Only while
 * nobody works in it. */
GAZ_CHECKED gaz_status gaz_git_tidy(const char *git_dir, gaz_error *err);

#endif
