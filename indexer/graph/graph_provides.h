/* What the files of a generation declare for others: packages, namespaces and their types. */
#ifndef GAZ_GRAPH_PROVIDES_H
#define GAZ_GRAPH_PROVIDES_H

#include "graph_private.h"

/** Indexes what blocks provide; shared while no block that provides anything changes. */
GAZ_CHECKED gaz_status graph_provides_new(graph_block *const *blocks, const graph_meta *meta,
                                          uint32_t files, graph_provides **out, gaz_error *err);
graph_provides *graph_provides_ref(graph_provides *p);
void graph_provides_unref(graph_provides *p);
size_t graph_provides_memory(const graph_provides *p);
/** Entries of a name, by file; GRAPH_NONE at the end. */
uint32_t graph_provides_first(const graph_provides *p, graph_family family, const char *name,
                              size_t len);
uint32_t graph_provides_next(const graph_provides *p, uint32_t at);
uint32_t graph_provides_file(const graph_provides *p, uint32_t at);

#endif
