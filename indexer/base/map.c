/* Open addressing with linear probing at a load of at most 3/4. The seed comes from the address
 * space, so that a hostile tree cannot choose colliding names. */
#include "gaz/base/map.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

void gaz_map_init(gaz_map *map)
{
    *map = (gaz_map){.seed = (uint64_t)(uintptr_t)map ^ (uint64_t)(uintptr_t)&gaz_map_init};
    gaz_arena_init(&map->keys, SIZE_MAX / 2);
}

void gaz_map_release(gaz_map *map)
{
    free(map->slots);
    gaz_arena_release(&map->keys);
    map->slots = NULL;
    map->len = map->cap = 0;
}

static uint32_t hash_of(const gaz_map *map, const void *key, size_t len)
{
    return (uint32_t)XXH3_64bits_withSeed(key, len, map->seed);
}

static gaz_map_slot *probe(const gaz_map *map, const void *key, size_t len, uint32_t hash)
{
    size_t mask = map->cap - 1;
    for (size_t i = hash & mask;; i = (i + 1) & mask) {
        gaz_map_slot *s = &map->slots[i];
        if (!s->key || (s->hash == hash && s->len == len && memcmp(s->key, key, len) == 0))
            return s;
    }
}

static bool rehash(gaz_map *map)
{
    size_t cap = map->cap ? map->cap * 2 : 16;
    gaz_map_slot *fresh = calloc(cap, sizeof *fresh), *old = map->slots;
    if (!fresh)
        return false;
    size_t old_cap = map->cap;
    map->slots = fresh;
    map->cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].key)
            *probe(map, old[i].key, old[i].len, old[i].hash) = old[i];
    free(old);
    return true;
}

uint64_t *gaz_map_get(const gaz_map *map, const void *key, size_t len)
{
    if (!map->len)
        return NULL;
    gaz_map_slot *s = probe(map, key, len, hash_of(map, key, len));
    return s->key ? &s->value : NULL;
}

uint64_t *gaz_map_put(gaz_map *map, const void *key, size_t len, bool *added)
{
    if (len > UINT32_MAX || ((map->len + 1) * 4 > map->cap * 3 && !rehash(map)))
        return NULL;
    uint32_t hash = hash_of(map, key, len);
    gaz_map_slot *s = probe(map, key, len, hash);
    if (added)
        *added = !s->key;
    if (!s->key) {
        const char *copy = gaz_arena_strndup(&map->keys, key, len);
        if (!copy)
            return NULL;
        *s = (gaz_map_slot){.key = copy, .len = (uint32_t)len, .hash = hash};
        map->len++;
    }
    return &s->value;
}

bool gaz_map_next(const gaz_map *map, size_t *at, const gaz_map_slot **slot)
{
    while (*at < map->cap) {
        const gaz_map_slot *s = &map->slots[(*at)++];
        if (s->key) {
            *slot = s;
            return true;
        }
    }
    return false;
}
