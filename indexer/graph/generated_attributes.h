/* What .gitattributes say of files being generated, vendored or documentation. */
#ifndef GAZ_GENERATED_ATTRIBUTES_H
#define GAZ_GENERATED_ATTRIBUTES_H

#include "graph_private.h"

/** Sets meta[].final where a .gitattributes says otherwise than meta[].flags. */
GAZ_CHECKED gaz_status graph_attributes_apply(const gaz_graph_source *source,
                                              const graph_tree *tree, graph_meta *meta,
                                              gaz_error *err);

#endif
