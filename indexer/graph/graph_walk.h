/* Walking edges breadth first. */
#ifndef GAZ_GRAPH_WALK_H
#define GAZ_GRAPH_WALK_H

#include "graph_resolver.h"

typedef struct graph_walk {
    const gaz_graph *graph;
    bool backward;
    uint32_t *distance; /* UINT32_MAX: not reached */
    uint32_t *via;
    uint8_t *group_seen;
    uint8_t *kept;
    graph_files order; /* by distance, then path */
    size_t level;      /* where the last level begins */
} graph_walk;

/** False when out of memory; release it in any case. */
bool graph_walk_init(graph_walk *w, const gaz_graph *graph);
void graph_walk_release(graph_walk *w);
/** Adds a file that was not reached before. */
bool graph_walk_add(graph_walk *w, uint32_t file, uint32_t distance, uint32_t via);
/** Adds what the last level leads to. */
bool graph_walk_level(graph_walk *w);
/** The files a file leads to, ascending, each once, followed by the first import that does. */
bool graph_edges_of(const gaz_graph *graph, uint32_t file, graph_files *pairs);

#endif
