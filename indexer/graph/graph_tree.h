/* The paths of a ref, indexed: files by path and by base name, directories with their files.
 * Immutable once made and shared by the graphs of generations whose paths are the same. */
#ifndef GAZ_GRAPH_TREE_H
#define GAZ_GRAPH_TREE_H

#include <stdatomic.h>

#include "gaz/graph/graph.h"

#define GRAPH_NONE UINT32_MAX

/** A directory. Its files and those of the directories below it are numbered in one run. */
typedef struct graph_dir {
    uint32_t len;    /**< bytes of its path, which begins that of its first file */
    uint32_t first;  /**< file */
    uint32_t count;  /**< files below it, at any depth */
    uint32_t parent; /**< GRAPH_NONE for the root */
    uint32_t child;  /**< first file that stands in it; GRAPH_NONE for none */
} graph_dir;

typedef struct graph_tree {
    atomic_uint refs;
    uint32_t files, dirs;
    char *text;        /**< paths, each ended by NUL */
    uint64_t *path_at; /**< files + 1 */
    uint32_t *base_at; /**< where a path's base name begins */
    uint32_t *dir_of;  /**< per file */
    uint32_t *sibling; /**< next file of the same directory, or GRAPH_NONE */
    uint32_t *same;    /**< next file of the same base name, ascending, or GRAPH_NONE */
    uint32_t *by_path; /**< open addressing: file, or GRAPH_NONE */
    uint32_t *by_base; /**< open addressing: first file of a base name */
    uint32_t *by_dir;  /**< open addressing: directory */
    graph_dir *dir;    /**< 0 is the root */
    uint32_t mask, dir_mask;
} graph_tree;

GAZ_CHECKED gaz_status graph_tree_new(const gaz_graph_file *files, uint32_t count, graph_tree **out,
                                      gaz_error *err);
graph_tree *graph_tree_ref(graph_tree *tree);
void graph_tree_unref(graph_tree *tree);
/** Whether it holds exactly these paths. */
bool graph_tree_is(const graph_tree *tree, const gaz_graph_file *files, uint32_t count);
size_t graph_tree_memory(const graph_tree *tree);

uint32_t graph_tree_file(const graph_tree *tree, const char *path, size_t len);
/** "" is the root, which is there when there are files. */
uint32_t graph_tree_dir(const graph_tree *tree, const char *path, size_t len);
/** First file of a base name; go on with tree->same. */
uint32_t graph_tree_base(const graph_tree *tree, const char *name, size_t len);

static inline const char *graph_tree_path(const graph_tree *tree, uint32_t file, uint32_t *len)
{
    *len = (uint32_t)(tree->path_at[file + 1] - tree->path_at[file] - 1);
    return tree->text + tree->path_at[file];
}

static inline const char *graph_tree_dir_path(const graph_tree *tree, uint32_t dir, uint32_t *len)
{
    *len = tree->dir[dir].len;
    return tree->text + tree->path_at[tree->dir[dir].first];
}

#endif
