/* Bump allocation for things that die together: one arena per indexed file, request or step. */
#ifndef GAZ_BASE_ARENA_H
#define GAZ_BASE_ARENA_H

#include <stdint.h>
#include "gaz/base/status.h"

typedef struct gaz_arena_chunk gaz_arena_chunk;

/** Not shared between threads. */
typedef struct gaz_arena {
    gaz_arena_chunk *head;
    size_t used; /**< bytes handed out since the last reset */
    size_t max;  /**< bytes it may hand out */
} gaz_arena;

/** Makes an empty arena that hands out at most `max` bytes. Allocates nothing yet. */
void gaz_arena_init(gaz_arena *arena, size_t max);
void gaz_arena_release(gaz_arena *arena);
/** Forgets everything; keeps the first chunk for reuse. */
void gaz_arena_reset(gaz_arena *arena);
/** Zeroed memory aligned to 16 bytes that lives as long as the arena; NULL at the maximum or when
 * out of memory. */
void *gaz_arena_alloc(gaz_arena *arena, size_t size);
/** As gaz_arena_alloc(), for `count` items of `size` bytes; NULL when the product overflows. */
void *gaz_arena_array(gaz_arena *arena, size_t count, size_t size);
/** A NUL-terminated copy of `len` bytes; NULL when out of memory. */
char *gaz_arena_strndup(gaz_arena *arena, const char *text, size_t len);
char *gaz_arena_strdup(gaz_arena *arena, const char *text);

#endif
