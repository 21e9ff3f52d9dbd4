/* A hash map from byte strings to 64-bit values: open addressing, linear probing, keyed by XXH3
 * with a seed. */
#ifndef GAZ_BASE_MAP_H
#define GAZ_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/arena.h"

typedef struct gaz_map_slot {
    const char *key; /**< NULL: the slot is free */
    uint32_t len;
    uint32_t hash;
    uint64_t value;
} gaz_map_slot;

/** Not shared between threads while it changes. Keys are copied into the map's own arena. */
typedef struct gaz_map {
    gaz_map_slot *slots;
    size_t len, cap;
    uint64_t seed;
    gaz_arena keys;
} gaz_map;

void gaz_map_init(gaz_map *map);
void gaz_map_release(gaz_map *map);
/** The value's place for `key`, or NULL when it is absent. Valid until the next put. */
uint64_t *gaz_map_get(const gaz_map *map, const void *key, size_t len);
/**
 * The value's place for `key`, added with value 0 when absent.
 * @param added  nullable; set to whether the key is new
 * @return NULL when out of memory
 */
uint64_t *gaz_map_put(gaz_map *map, const void *key, size_t len, bool *added);
/** Steps over all entries in no order: start with *at = 0; false at the end. */
bool gaz_map_next(const gaz_map *map, size_t *at, const gaz_map_slot **slot);

#endif
