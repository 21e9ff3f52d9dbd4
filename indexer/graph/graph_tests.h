/* Tests among files. */
#ifndef GAZ_GRAPH_TESTS_H
#define GAZ_GRAPH_TESTS_H

#include "graph_private.h"

/** Whether the source or the name of a file says that it is a test. */
bool graph_is_test(const gaz_graph *graph, uint32_t file);

#endif
