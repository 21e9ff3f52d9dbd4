/* The chunks that a batch of candidates will be checked in, brought near before they are needed.
 * Private to the query module. */
#ifndef GAZ_QUERY_AHEAD_H
#define GAZ_QUERY_AHEAD_H

#include "gaz/text/segment.h"

#define AHEAD_MAX 256 /* chunks known at once; what is beyond is found when it is needed */
#define AHEAD_HELD 3  /* blocks held before their turn */

typedef struct ahead_chunk {
    gaz_segment *segment;
    uint32_t number;
    gaz_chunk chunk;
    gaz_block *block; /* NULL: not held yet, or not to be had */
} ahead_chunk;

/* Empty when all zero. Not shared between threads. */
typedef struct ahead {
    ahead_chunk chunks[AHEAD_MAX]; /* in the order in which they will be asked for */
    size_t count, next, held;      /* all; the next to be given out; the next to be held */
} ahead;

/* Adds a chunk. One that does not fit is forgotten. */
void ahead_add(ahead *a, gaz_segment *segment, uint32_t number);
/* Call once all are added. */
void ahead_start(ahead *a, gaz_block_cache *cache);
/* Gives out a chunk and its block, which is the caller's to release; others before it are let go.
 * @return false when it is not among those added, or could not be read: ask the segment */
bool ahead_take(ahead *a, gaz_block_cache *cache, const gaz_segment *segment, uint32_t number,
                gaz_chunk *chunk, gaz_block **block);
/* Lets go of all. */
void ahead_clear(ahead *a);

#endif
