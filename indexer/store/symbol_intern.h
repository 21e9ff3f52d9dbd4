/* Names of a segment being written: each string once, numbered as they come. Private to the store.
 */
#ifndef GAZ_STORE_SYMBOL_INTERN_H
#define GAZ_STORE_SYMBOL_INTERN_H

#include <stdint.h>
#include "gaz/base/vec.h"

typedef struct symbol_slot {
    uint32_t hash, id; /* id + 1; 0: free */
} symbol_slot;

typedef struct symbol_intern {
    GAZ_VEC(char) bytes;
    GAZ_VEC(uint32_t) ends; /* of each string in `bytes`; it begins where the one before ends */
    symbol_slot *slots;
    size_t slot_count; /* a power of two, or 0 */
} symbol_intern;

void symbol_intern_release(symbol_intern *names);
/* The number of a string, at most GAZ_SYMBOL_NAME_MAX bytes. GAZ_E_LIMIT beyond 4 GiB of them. */
GAZ_CHECKED gaz_status symbol_intern_put(symbol_intern *names, const char *text, size_t len,
                                         uint32_t *id, gaz_error *err);
static inline const char *symbol_intern_get(const symbol_intern *names, uint32_t id, uint32_t *len)
{
    uint32_t from = id ? names->ends.items[id - 1] : 0;
    *len = names->ends.items[id] - from;
    return names->bytes.items + from;
}
/* Byte order, a prefix first. */
int symbol_intern_compare(const symbol_intern *names, uint32_t a, uint32_t b);
/* Numbers in byte order of their strings: `order` has room for all. */
GAZ_CHECKED gaz_status symbol_intern_sort(const symbol_intern *names, uint32_t *order,
                                          gaz_error *err);
size_t symbol_intern_memory(const symbol_intern *names);

#endif
