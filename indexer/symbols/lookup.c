/* Open addressing with linear probing, at most half full. */
#include <stdlib.h>
#include <string.h>
#include "gaz/base/hash.h"
#include "gaz/base/vec.h"
#include "lookup.h"

enum { FIRST_SLOTS = 256, KEEP_SLOTS = 1 << 18 };

static uint32_t mix(uint32_t key)
{
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> 32);
}

void gaz_position_map_release(position_map *map)
{
    free(map->slots);
    *map = (position_map){0};
}

void gaz_position_map_reset(position_map *map)
{
    if (map->cap > KEEP_SLOTS)
        gaz_position_map_release(map);
    else if (map->len > 0)
        memset(map->slots, 0xff, map->cap * sizeof *map->slots);
    map->len = 0;
}

static position_slot *position_slot_of(position_slot *slots, uint32_t cap, uint32_t key)
{
    uint32_t at = mix(key) & (cap - 1);
    while (slots[at].key != LOOKUP_NONE && slots[at].key != key)
        at = (at + 1) & (cap - 1);
    return &slots[at];
}

static bool grow_positions(position_map *map)
{
    uint32_t cap = map->cap ? map->cap * 2 : FIRST_SLOTS;
    position_slot *slots = malloc(cap * sizeof *slots);
    if (!slots)
        return false;
    memset(slots, 0xff, cap * sizeof *slots);
    for (uint32_t i = 0; i < map->cap; i++)
        if (map->slots[i].key != LOOKUP_NONE)
            *position_slot_of(slots, cap, map->slots[i].key) = map->slots[i];
    free(map->slots);
    map->slots = slots;
    map->cap = cap;
    return true;
}

uint32_t *gaz_position_map_put(position_map *map, uint32_t key)
{
    if (map->len * 2 >= map->cap && !grow_positions(map))
        return NULL;
    position_slot *slot = position_slot_of(map->slots, map->cap, key);
    if (slot->key == LOOKUP_NONE) {
        slot->key = key;
        slot->value = LOOKUP_NONE;
        map->len++;
    }
    return &slot->value;
}

uint32_t gaz_position_map_get(const position_map *map, uint32_t key)
{
    if (map->len == 0)
        return LOOKUP_NONE;
    return position_slot_of(map->slots, map->cap, key)->value;
}

void gaz_name_table_release(name_table *table)
{
    free(table->items);
    free(table->slots);
    *table = (name_table){0};
}

void gaz_name_table_reset(name_table *table)
{
    if (table->slot_count > KEEP_SLOTS)
        gaz_name_table_release(table);
    else if (table->len > 0)
        memset(table->slots, 0xff, table->slot_count * sizeof *table->slots);
    table->len = 0;
}

static uint32_t *name_slot(const name_table *table, const char *data, uint32_t len, uint32_t hash)
{
    uint32_t at = hash & (table->slot_count - 1);
    while (table->slots[at] != LOOKUP_NONE) {
        const name_info *item = &table->items[table->slots[at]];
        if (item->hash == hash && item->len == len && memcmp(item->data, data, len) == 0)
            break;
        at = (at + 1) & (table->slot_count - 1);
    }
    return &table->slots[at];
}

static bool grow_names(name_table *table)
{
    uint32_t count = table->slot_count ? table->slot_count * 2 : FIRST_SLOTS;
    uint32_t *slots = malloc(count * sizeof *slots);
    size_t cap = table->cap;
    if (!slots ||
        !gaz_vec_grow((void **)&table->items, &cap, count / 2 + 1, sizeof *table->items)) {
        free(slots);
        return false;
    }
    table->cap = (uint32_t)cap;
    free(table->slots);
    table->slots = slots;
    table->slot_count = count;
    memset(slots, 0xff, count * sizeof *slots);
    for (uint32_t i = 0; i < table->len; i++) {
        const name_info *item = &table->items[i];
        *name_slot(table, item->data, item->len, item->hash) = i;
    }
    return true;
}

name_info *gaz_name_table_put(name_table *table, const char *data, uint32_t len)
{
    if (table->len * 2 >= table->slot_count && !grow_names(table))
        return NULL;
    uint32_t hash = (uint32_t)gaz_checksum(data, len);
    uint32_t *slot = name_slot(table, data, len, hash);
    if (*slot == LOOKUP_NONE) {
        *slot = table->len;
        table->items[table->len++] = (name_info){.data = data,
                                                 .len = len,
                                                 .hash = hash,
                                                 .binding = LOOKUP_NONE,
                                                 .variable = LOOKUP_NONE,
                                                 .alias = LOOKUP_NONE,
                                                 .field = LOOKUP_NONE};
    }
    return &table->items[*slot];
}

name_info *gaz_name_table_get(const name_table *table, const char *data, uint32_t len)
{
    if (table->len == 0)
        return NULL;
    uint32_t *slot = name_slot(table, data, len, (uint32_t)gaz_checksum(data, len));
    return *slot == LOOKUP_NONE ? NULL : &table->items[*slot];
}
