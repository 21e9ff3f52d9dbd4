/* The directories of a work tree under inotify, and what happened in them. Private to the pipeline.
 */
#ifndef GAZ_PIPELINE_WATCH_DIRS_H
#define GAZ_PIPELINE_WATCH_DIRS_H

#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "gaz/repo/worktree.h"

#define WATCH_PATHS_MAX 4096 /* changed paths that are kept one by one; beyond them: all */

typedef enum watch_place {
    WATCH_NOWHERE,
    WATCH_TREE,
    WATCH_GIT,
    WATCH_INNER /* a `.git` below the root, which makes its directory a repository */
} watch_place;

typedef struct watched_dir {
    char *path; /* WATCH_TREE: in the tree, "" the root; WATCH_GIT: absolute; WATCH_INNER: the
                   directory in the tree */
    watch_place place;
} watched_dir;

/* What has happened since it was last asked. */
typedef struct watch_changes {
    GAZ_VEC(char *) paths; /* in the tree, each once; owned */
    gaz_map seen;
    bool all;   /* any path may have changed */
    bool head;  /* HEAD or a reference */
    bool index; /* git's index */
    bool gone;  /* the root was moved or deleted */
} watch_changes;

typedef struct watch_dirs {
    int fd; /* of inotify; -1: there is none */
    size_t count, limit;
    GAZ_VEC(watched_dir) dirs; /* by watch descriptor */
    bool full;                 /* a limit was met: not all is watched */
    char limit_note[300];
} watch_dirs;

/* Where the system allows no inotify, nothing is watched: `full`, with a note. */
void watch_dirs_open(watch_dirs *w, size_t limit);
void watch_dirs_close(watch_dirs *w);
/* Watches a directory of the tree; one that is watched already gets its new path. */
GAZ_CHECKED gaz_status watch_dirs_add(watch_dirs *w, const gaz_worktree *wt, const char *path,
                                      gaz_error *err);
/* Watches a directory of git's, if it exists. */
GAZ_CHECKED gaz_status watch_dirs_add_git(watch_dirs *w, const char *path, gaz_error *err);

void watch_changes_init(watch_changes *c);
void watch_changes_reset(watch_changes *c);
void watch_changes_release(watch_changes *c);
bool watch_changes_any(const watch_changes *c);
GAZ_CHECKED gaz_status watch_changes_add(watch_changes *c, const char *path, gaz_error *err);
/* Sorts the paths and drops those below others. */
void watch_changes_settle(watch_changes *c);
/* Takes up what has happened, without waiting. Paths that do not belong to the tree are left out.
 * @param seen  set to whether anything of interest came */
GAZ_CHECKED gaz_status watch_dirs_read(watch_dirs *w, const gaz_worktree *wt, watch_changes *out,
                                       bool *seen, gaz_error *err);

#endif
