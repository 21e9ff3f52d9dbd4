/* Versions of a file that wait to be looked at while lines are handed from commits to their
 * parents: newest first, each once, whoever hands it lines. Private to the module. */
#ifndef GAZ_REPO_LINE_VERSIONS_H
#define GAZ_REPO_LINE_VERSIONS_H

#include <git2.h>

#include "gaz/base/map.h"
#include "history_private.h"

#define LINE_PARENTS 16               /* of one commit that are asked */
#define LINE_BLOB ((uint64_t)8 << 20) /* bytes of a version, unless the request says */
#define LINE_COMMITS 100000           /* looked at, unless the request says */
#define LINE_ARENA ((size_t)1 << 30)

/* Lines that are somewhere in a version of the file, and where they are in the one asked for. */
typedef struct span {
    uint32_t final, here, count; /* 1-based */
} span;
typedef GAZ_VEC(span) span_list;

/* A version of the file: what it was called in a commit. */
typedef struct version {
    gaz_oid commit, tree, blob;
    const gaz_oid *parents;
    uint32_t parent_count;
    int64_t when;
    const char *path;
    span_list spans;
} version;

typedef struct version_walk {
    gaz_repo *repo;
    bool renames;     /* a file that is not in the first parent may have had another name */
    gaz_arena *arena; /* of paths and parents */
    gaz_arena scratch;
    GAZ_VEC(version *) heap; /* newest on top */
    gaz_map versions;        /* commit id and path → address of a version that waits */
} version_walk;

void versions_init(version_walk *w, gaz_repo *repo, bool renames, gaz_arena *arena);
void versions_release(version_walk *w);
void version_free(version *v);
/* The version of a path in a commit. @param out  NULL when the commit or the file is not there */
GAZ_CHECKED gaz_status versions_find(version_walk *w, const gaz_oid *commit, const char *path,
                                     bool *commit_missing, version **out, gaz_error *err);
/* The version in the `i`-th parent, under its earlier name if need be. */
GAZ_CHECKED gaz_status versions_find_parent(version_walk *w, const version *v, uint32_t i,
                                            bool *missing, version **out, gaz_error *err);
/* Queues a version with its spans, or adds them to the same one that waits already. Takes it; one
 * without spans is let go. */
GAZ_CHECKED gaz_status versions_give(version_walk *w, version *v, gaz_error *err);
/* The newest that waits, which is the caller's then; NULL: there is none. */
version *versions_take(version_walk *w);
/* Where a request begins: the version of a file in a commit, checked, and its text.
 * @param blob_max  0: LINE_BLOB
 * @return GAZ_E_NOT_FOUND when there is no such file, GAZ_E_UNSUPPORTED when it is no text,
 * GAZ_E_LIMIT when it is too large */
GAZ_CHECKED gaz_status versions_begin(version_walk *w, const gaz_oid *commit, const char *path,
                                      uint64_t blob_max, version **out, uint32_t *lines,
                                      gaz_error *err);
/* How the texts of a version and of its parent differ. */
typedef bool (*version_hunk)(void *ctx, const git_diff_hunk *hunk);
/* Calls it for each hunk; false: out of memory. GAZ_DONE when either cannot be read.
 * @param max  bytes of either; 0: LINE_BLOB */
GAZ_CHECKED gaz_status versions_compare(version_walk *w, const version *parent, const version *v,
                                        uint64_t max, version_hunk hunk, void *ctx, gaz_error *err);

#endif
