/* The files of a ref and their facts. Private to the store. */
#ifndef GAZ_STORE_SYMBOL_VIEW_H
#define GAZ_STORE_SYMBOL_VIEW_H

#include "symbol_segment.h"

typedef struct view_segment {
    gaz_symbol_segment *seg; /* NULL: none */
    uint32_t *first;         /* docs + 1: where a document's files begin in `files` */
    uint32_t *files;         /* ascending */
} view_segment;

typedef struct view_place {
    uint32_t segment, doc; /* GAZ_SYMBOL_NONE: it has no facts */
} view_place;

struct gaz_symbol_view {
    atomic_uint refs;
    view_segment *segments;
    size_t segment_count;
    view_place *places; /* per file */
    uint32_t *rank;     /* per file; NULL: its number */
    uint32_t file_count, wanted, found;
};

static inline uint32_t view_rank(const gaz_symbol_view *v, uint32_t file)
{
    return v->rank ? v->rank[file] : file;
}

#endif
