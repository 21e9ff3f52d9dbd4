/* The work tree of a repository as a ref of its own: what its files hold, committed or not, as a
 * delta over HEAD's manifest. Private to the pipeline. docs/internals/work-tree.md */
#ifndef GAZ_PIPELINE_OVERLAY_H
#define GAZ_PIPELINE_OVERLAY_H

#include "gaz/repo/ignore.h"
#include "gaz/repo/worktree.h"
#include "run_state.h"

/* A file that was read, and what it was like then. */
typedef struct overlay_seen {
    gaz_file_stamp stamp;
    gaz_oid oid;
} overlay_seen;

/* Files that git's index does not vouch for, as they were when last read: path → place in a list.
 * Kept in repos/<uid>.tree between processes; what is lost is read again. */
typedef struct overlay_cache {
    gaz_map places;
    GAZ_VEC(overlay_seen) items;
    size_t forgotten; /* of them */
    bool changed;
} overlay_cache;

void overlay_cache_init(overlay_cache *cache);
void overlay_cache_release(overlay_cache *cache);
/* Takes up what was saved; nothing when it cannot be used. GAZ_E_NOMEM. */
GAZ_CHECKED gaz_status overlay_cache_load(overlay_cache *cache, const char *path, gaz_error *err);
/* @param made  where to write it before it is moved to `path` */
GAZ_CHECKED gaz_status overlay_cache_save(overlay_cache *cache, const char *made, const char *path,
                                          gaz_error *err);
/* The blob of a file that is as it was, or NULL. */
const gaz_oid *overlay_cache_find(const overlay_cache *cache, const char *path, size_t len,
                                  const gaz_file_stamp *stamp);
/* Notes a file that was read. One that had just been written then may have been written again
 * since, within the same tick of the clock: it is forgotten. @param read_ns  wall clock, before it
 * was read */
GAZ_CHECKED gaz_status overlay_cache_put(overlay_cache *cache, const char *path, size_t len,
                                         const overlay_seen *seen, int64_t read_ns, gaz_error *err);

/* Forgets a file that is gone. */
void overlay_cache_forget(overlay_cache *cache, const char *path, size_t len);
/* Forgets all files but those of a list in byte order, which is all of the tree. */
void overlay_cache_keep(overlay_cache *cache, const gaz_manifest_entry *list, size_t count);

/* What is kept from one look at a work tree to the next. */
typedef struct overlay {
    gaz_store *store;
    const gaz_settings *settings;
    const index_request *request;
    char uid[33];
    gaz_worktree *wt;
    bool used; /* git's index, as it was read, by a look: the next at all of the tree reads it again
                */
    gaz_ignore *operator, * tree; /* exclusions: the operator's, and those of .gazignore files */
    GAZ_VEC(char *) rule_dirs;    /* where .gazignore files were found */
    overlay_cache cache;
    char manifest[GAZ_SEALED_NAME]; /* published by the last look */
} overlay;

/* What of the tree is to be looked at. */
typedef struct overlay_scope {
    const char *const *paths; /* NULL: all */
    size_t count;
    gaz_worktree_enter enter; /* nullable: told of each directory before it is read */
    void (*waits)(void *ctx); /* nullable: told when somebody else has the repository */
    void *ctx;
} overlay_scope;

typedef struct overlay_result {
    gaz_run_result run;
    uint64_t added, changed, removed; /* files, since the last look */
    bool whole;                       /* all of the tree was looked at */
    char *example;                    /* one of them; free() it */
} overlay_result;

/* @param request  its `repo`, `inflight` and `suspects` count; borrowed */
GAZ_CHECKED gaz_status overlay_open(gaz_store *store, const gaz_settings *settings,
                                    const index_request *request, overlay *out, gaz_error *err);
void overlay_close(overlay *o);
/* Looks, and publishes what is new. */
GAZ_CHECKED gaz_status overlay_update(overlay *o, const overlay_scope *scope, overlay_result *out,
                                      gaz_error *err);
/* Saves the cache when it has changed. */
GAZ_CHECKED gaz_status overlay_save(overlay *o, gaz_error *err);
/* Takes the overlay out of the index: its work tree is gone. */
GAZ_CHECKED gaz_status overlay_remove(gaz_store *store, const char *repo, gaz_error *err);
/* One look at the whole tree: an index run of "worktree". */
GAZ_CHECKED gaz_status overlay_index(gaz_store *store, const gaz_settings *settings,
                                     const index_request *request, gaz_run_result *out,
                                     gaz_error *err);
/* Follows a work tree until it is told to stop: the worker's `watch`. */
GAZ_CHECKED gaz_status watch_tree(gaz_store *store, const gaz_settings *settings,
                                  const index_request *request, gaz_error *err);

/* ---- its parts ---- */

/* One look under way. */
typedef struct overlay_look {
    run_state r;
    overlay *o;
    const overlay_scope *scope;
    overlay_result *out;
    bool whole;
    const gaz_ref_row *ref; /* the overlay, as published */
    gaz_oid head;           /* zero: no commit yet */
    gaz_manifest *base;     /* HEAD's, or another; nullable */
    gaz_manifest *before;   /* the overlay's; nullable */
    GAZ_VEC(gaz_worktree_entry) found;
    GAZ_VEC(gaz_manifest_entry) now; /* what there is within the scope, in byte order */
    tree_changes changes;            /* against `before` */
    gaz_segment_writer *writer;
    char segment[600];
    unsigned segments_made;
    gaz_oid *quarantined;
    size_t quarantined_count;
} overlay_look;

/* Reads the exclusion rules anew (overlay_rules.c). */
GAZ_CHECKED gaz_status overlay_read_rules(overlay_look *l, gaz_error *err);
bool overlay_is_excluded(const overlay *o, const char *path, size_t len);
/* Whether a change at or below the path may change what is excluded. */
bool overlay_has_rules(const overlay *o, const char *path);
bool overlay_is_rule_file(const char *path, size_t len);
void overlay_forget_rules(overlay *o);

/* From `found` to `now`: files are read, and their texts written where the pool lacks them
 * (overlay_texts.c). */
GAZ_CHECKED gaz_status overlay_read_files(overlay_look *l, gaz_error *err);

typedef struct entry_list {
    GAZ_VEC(gaz_manifest_entry) items;
} entry_list;
/* A string of a path, which ends by its length alone. free() it. */
char *overlay_path_copy(const char *path, size_t len);
int overlay_compare(const gaz_manifest_entry *a, const gaz_manifest_entry *b);
/* What leads from one list to another, both in byte order (overlay_diff.c). */
GAZ_CHECKED gaz_status overlay_diff(const gaz_manifest_entry *was, size_t was_count,
                                    const gaz_manifest_entry *now, size_t now_count,
                                    tree_changes *out, gaz_error *err);
/* The entries of a manifest at and below paths (NULL: all), in byte order. */
GAZ_CHECKED gaz_status overlay_entries_of(gaz_manifest *m, const overlay_scope *scope,
                                          entry_list *out, gaz_error *err);
/* A list with changes applied. */
GAZ_CHECKED gaz_status overlay_apply(const entry_list *list, const tree_changes *changes,
                                     entry_list *out, gaz_error *err);

#endif
