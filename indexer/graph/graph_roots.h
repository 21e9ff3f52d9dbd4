/* Include directories learned from a tree: see graph_roots.c. */
#ifndef GAZ_GRAPH_ROOTS_H
#define GAZ_GRAPH_ROOTS_H

#include "graph_private.h"

/** Adds what a block includes with <…>, or takes it away, in a set of its own. */
typedef struct graph_root_change {
    const graph_block *block;
    int by; /* 1 or -1 */
} graph_root_change;

/**
 * Learns again after a change.
 * @param before   nullable; not changed
 * @param stems    graph_key_stem() of the paths that came or went, sorted
 * @param out      a new reference; the one before when nothing changed
 * @param differs  set to whether other directories are roots now
 */
GAZ_CHECKED gaz_status graph_roots_learn(graph_roots *before, const graph_tree *tree,
                                         const graph_root_change *changes, size_t change_count,
                                         const uint32_t *stems, size_t stem_count,
                                         graph_roots **out, bool *differs, gaz_error *err);
graph_roots *graph_roots_ref(graph_roots *roots);
void graph_roots_unref(graph_roots *roots);
size_t graph_roots_memory(const graph_roots *roots);
/** Whether a directory is one: learned, or named as they are by custom. */
bool graph_roots_holds(const graph_roots *roots, const char *dir, size_t len);
/** Whether a directory is a root by its name alone. */
bool graph_roots_by_custom(const char *dir, size_t len);
/** Bytes of the directory whose files a root serves: what stands before "include". */
size_t graph_roots_owner(const char *dir, size_t len);
/** Names of the C and C++ standard headers and of the common POSIX and Linux ones. */
bool graph_header_is_standard(const char *name, size_t len);

#endif
