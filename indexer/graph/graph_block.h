/* Making blocks. */
#ifndef GAZ_GRAPH_BLOCK_H
#define GAZ_GRAPH_BLOCK_H

#include "graph_resolver.h"

void graph_resolver_init(graph_resolver *r);
void graph_resolver_release(graph_resolver *r);
void graph_resolver_begin(graph_resolver *r, uint32_t file, uint32_t language);
GAZ_CHECKED gaz_status graph_resolver_block(graph_resolver *r, uint64_t fingerprint, bool tests,
                                            graph_block **out, gaz_error *err);
/** Sorts, and gives how many are left when each is there once. */
size_t graph_sort_unique(uint32_t *items, size_t count);

/** What all files of one graph under construction share. */
typedef struct graph_job {
    gaz_symbol_view *symbols;
    const graph_meta *meta;
    const uint32_t *node_of;
} graph_job;
/** Makes the block of a file. @param draft  only what others must know first: includes with <…>,
 * declared names */
GAZ_CHECKED gaz_status graph_resolve_file(graph_resolver *r, const graph_job *job, uint32_t file,
                                          bool draft, graph_block **out, gaz_error *err);

#endif
