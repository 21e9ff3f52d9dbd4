/* Directories as the walk and the diff see them: sorted, with everything that cannot be used turned
 * into one kind of entry, so that both report the same whatever way they came. */
#ifndef GAZ_REPO_GIT_TREE_H
#define GAZ_REPO_GIT_TREE_H

#include "repo.h"

#define GAZ_TREE_ENTRIES_MAX 10000000 /**< entries, directories included, of one walk or diff */
#define GAZ_NAME_BYTES_MAX 1024       /**< bytes of one name; no file system has longer ones */

typedef enum gaz_node_kind {
    GAZ_NODE_FILE,
    GAZ_NODE_SYMLINK,
    GAZ_NODE_SUBMODULE,
    GAZ_NODE_DIR,
    GAZ_NODE_UNREADABLE
} gaz_node_kind;

typedef struct gaz_node {
    const char *name; /**< not terminated, no '/' in it */
    uint32_t len;
    gaz_node_kind kind;
    gaz_oid oid;
    const char *why; /**< UNREADABLE: static */
} gaz_node;

#define GAZ_DIR_NEEDS 2 /**< a directory's path leaves room for '/' and a name */

/** One directory. Shared by reference counting within one thread. */
typedef struct gaz_tree {
    gaz_node *items; /**< by gaz_node_compare(), each name once */
    size_t len, cap;
    gaz_oid oid;
    gaz_object object;      /**< names point into it */
    struct gaz_arena *made; /**< or here, when the name had to be changed */
    size_t longest; /**< bytes the longest name needs, with what a directory needs below itself */
    unsigned refs;
} gaz_tree;

/** Byte order of the paths below: a directory counts as its name and '/'. */
int gaz_node_compare(const gaz_node *a, const gaz_node *b);
/** Reads a directory. GAZ_E_NOT_FOUND, GAZ_E_CORRUPT and GAZ_E_LIMIT mean that it cannot be read.
 * Give it back with gaz_tree_unref(). */
GAZ_CHECKED gaz_status gaz_tree_read(gaz_repo *repo, const gaz_oid *oid, gaz_tree **out,
                                     gaz_error *err);
void gaz_tree_unref(gaz_tree *tree);

/** Remembers small directories: a tree bomb reads the same few a million times. */
typedef struct gaz_tree_cache gaz_tree_cache;
GAZ_CHECKED gaz_status gaz_tree_cache_new(gaz_tree_cache **out, gaz_error *err);
void gaz_tree_cache_free(gaz_tree_cache *cache);

/** A path that grows and shrinks with the descent. */
typedef struct gaz_descent {
    char path[GAZ_PATH_BYTES_MAX + 1];
    size_t len; /**< of the directory: "" or "a/b/" */
    unsigned depth;
    size_t seen; /**< entries so far, against GAZ_TREE_ENTRIES_MAX */
} gaz_descent;

/** Counts an entry. GAZ_E_LIMIT beyond the most a walk may see. */
GAZ_CHECKED gaz_status gaz_descent_count(gaz_descent *at, gaz_error *err);
/** Whether the path of a node would be over GAZ_PATH_BYTES_MAX: such nodes are passed over. */
bool gaz_descent_too_long(const gaz_descent *at, const gaz_node *node);
/** Forms the path of a node that is not too long into `at->path`, and the entry that tells of it.
 */
void gaz_descent_entry(gaz_descent *at, const gaz_node *node, gaz_entry *out);

/** What there is to say of a directory itself, and what is in it. Either, both or none may be NULL.
 */
typedef struct gaz_dir {
    gaz_tree *tree; /**< give back */
    const char
        *why; /**< it cannot be read or not in full: an UNREADABLE entry whose path ends in '/' */
    gaz_oid oid; /**< of that entry: the tree's id, or zero when the directory is read but for long
                    paths */
} gaz_dir;
/** Looks into a directory below `at`. Fails only for reasons that are not the directory's own. */
GAZ_CHECKED gaz_status gaz_descent_read(gaz_repo *repo, const gaz_descent *at, const gaz_node *node,
                                        gaz_dir *out, gaz_error *err);
/** Forms the entry of a directory with a `why`. */
void gaz_descent_dir_entry(gaz_descent *at, const gaz_node *node, const gaz_dir *dir,
                           gaz_entry *out);
/** Enters a directory; leaves it by setting `len` and `depth` back. */
void gaz_descent_enter(gaz_descent *at, const gaz_node *node);

#endif
