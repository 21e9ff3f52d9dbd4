/* Two small hash tables whose memory is kept from text to text: positions to numbers, and names. */
#ifndef GAZ_SYMBOLS_LOOKUP_H
#define GAZ_SYMBOLS_LOOKUP_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"

#define LOOKUP_NONE UINT32_MAX

typedef struct position_slot {
    uint32_t key, value; /**< key LOOKUP_NONE: free */
} position_slot;

/** Numbers below LOOKUP_NONE to numbers. */
typedef struct position_map {
    position_slot *slots;
    uint32_t len, cap;
} position_map;

void gaz_position_map_release(position_map *map);
/** Empties it. */
void gaz_position_map_reset(position_map *map);
/** The value's place; a new one holds LOOKUP_NONE. NULL when out of memory. */
uint32_t *gaz_position_map_put(position_map *map, uint32_t key);
/** The value, or LOOKUP_NONE. */
uint32_t gaz_position_map_get(const position_map *map, uint32_t key);

/** What one text says of a name. Members are LOOKUP_NONE or false at first. */
typedef struct name_info {
    const char *data;
    uint32_t len, hash;
    uint32_t binding;  /**< innermost local binding */
    uint32_t variable; /**< a variable of the file with this name and a type */
    uint32_t alias;    /**< a type of the file with this name that stands for another */
    uint32_t field;    /**< first of the fields with this name and a type */
    bool imported, exported;
} name_info;

typedef struct name_table {
    name_info *items;
    uint32_t *slots; /**< index into items, or LOOKUP_NONE */
    uint32_t len, cap, slot_count;
} name_table;

void gaz_name_table_release(name_table *table);
void gaz_name_table_reset(name_table *table);
/** The entry of a name, added when absent; valid until the next put. NULL when out of memory.
 * @param data  kept by the caller */
name_info *gaz_name_table_put(name_table *table, const char *data, uint32_t len);
/** NULL when absent. */
name_info *gaz_name_table_get(const name_table *table, const char *data, uint32_t len);

#endif
