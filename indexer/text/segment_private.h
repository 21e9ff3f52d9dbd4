/* An open segment: its tables, mapped. Private to the text module. */
#ifndef GAZ_TEXT_SEGMENT_PRIVATE_H
#define GAZ_TEXT_SEGMENT_PRIVATE_H

#include <stdatomic.h>

#include "gaz/text/segment.h"
#include "postings.h"

struct gaz_segment {
    atomic_uint refs;
    gaz_sealed *file;
    uint64_t id; /* unique in this process: the cache's key */
    uint32_t docs, chunks, blocks, grams;
    uint64_t text_bytes;
    const uint8_t *doc_table, *order, *chunk_table, *block_table, *gram_table;
    uint64_t postings_len;
};

/* A document's record, unchecked except for its number. */
GAZ_CHECKED gaz_status segment_corrupt(const char *what, gaz_error *err);
/* The index of the first gram that is at least `gram`. */
uint32_t segment_gram_lower(const gaz_segment *seg, uint32_t gram);
uint32_t segment_gram_at(const gaz_segment *seg, uint32_t index);
uint32_t segment_gram_count(const gaz_segment *seg, uint32_t index);
/* The postings of the index-th gram. */
GAZ_CHECKED gaz_status segment_postings(gaz_segment *seg, uint32_t index, postings *out,
                                        gaz_error *err);
/* A block's place and lengths. */
GAZ_CHECKED gaz_status segment_block_bytes(gaz_segment *seg, uint32_t block, const uint8_t **data,
                                           uint32_t *packed, uint32_t *raw, gaz_error *err);

#endif
