/* Interning: strings one after the other, found through an open-addressing table of hashes and
 * numbers, since a kernel's 50 million identifiers are 3 million strings and each is looked up. */
#include "symbol_intern.h"

#include <string.h>

#include "gaz/base/hash.h"

#define FIRST_SLOTS 4096

void symbol_intern_release(symbol_intern *names)
{
    gaz_vec_free(&names->bytes);
    gaz_vec_free(&names->ends);
    free(names->slots);
    *names = (symbol_intern){0};
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the names of symbols");
}

static gaz_status grow(symbol_intern *names, gaz_error *err)
{
    size_t count = names->slot_count ? names->slot_count * 2 : FIRST_SLOTS;
    symbol_slot *slots = calloc(count, sizeof *slots);
    if (!slots)
        return no_memory(err);
    for (size_t i = 0; i < names->slot_count; i++) {
        size_t at = names->slots[i].hash & (count - 1);
        if (!names->slots[i].id)
            continue;
        while (slots[at].id)
            at = (at + 1) & (count - 1);
        slots[at] = names->slots[i];
    }
    free(names->slots);
    names->slots = slots;
    names->slot_count = count;
    return GAZ_OK;
}

static gaz_status add(symbol_intern *names, const char *text, size_t len, gaz_error *err)
{
    if (names->bytes.len + len > UINT32_MAX - 1)
        return gaz_error_set(err, GAZ_E_LIMIT, "a symbol segment has over 4 GiB of names");
    if (!gaz_vec_reserve(&names->bytes, len + 1) || !gaz_vec_reserve(&names->ends, 1))
        return no_memory(err);
    if (len)
        memcpy(names->bytes.items + names->bytes.len, text, len);
    names->bytes.len += len;
    names->ends.items[names->ends.len++] = (uint32_t)names->bytes.len;
    return GAZ_OK;
}

gaz_status symbol_intern_put(symbol_intern *names, const char *text, size_t len, uint32_t *id,
                             gaz_error *err)
{
    if (names->ends.len * 2 >= names->slot_count) {
        gaz_status st = grow(names, err);
        if (st != GAZ_OK)
            return st;
    }
    uint32_t hash = (uint32_t)gaz_checksum(text, len);
    size_t at = hash & (names->slot_count - 1);
    for (; names->slots[at].id; at = (at + 1) & (names->slot_count - 1)) {
        uint32_t known = names->slots[at].id - 1, known_len;
        if (names->slots[at].hash != hash)
            continue;
        const char *bytes = symbol_intern_get(names, known, &known_len);
        if (known_len == len && memcmp(bytes, text, len) == 0) {
            *id = known;
            return GAZ_OK;
        }
    }
    gaz_status st = add(names, text, len, err);
    if (st != GAZ_OK)
        return st;
    names->slots[at] = (symbol_slot){hash, (uint32_t)names->ends.len};
    *id = (uint32_t)names->ends.len - 1;
    return GAZ_OK;
}

int symbol_intern_compare(const symbol_intern *names, uint32_t a, uint32_t b)
{
    uint32_t a_len, b_len;
    const char *x = symbol_intern_get(names, a, &a_len), *y = symbol_intern_get(names, b, &b_len);
    int c = memcmp(x, y, a_len < b_len ? a_len : b_len);
    return c ? c : (a_len > b_len) - (a_len < b_len);
}

typedef struct sort_key {
    uint64_t head; /* the first bytes, big-endian */
    uint32_t id;
} sort_key;

static int by_string(const void *a, const void *b, void *names)
{
    const sort_key *x = a, *y = b;
    if (x->head != y->head)
        return x->head < y->head ? -1 : 1;
    return symbol_intern_compare(names, x->id, y->id);
}

gaz_status symbol_intern_sort(const symbol_intern *names, uint32_t *order, gaz_error *err)
{
    size_t count = names->ends.len;
    sort_key *keys = malloc((count + 1) * sizeof *keys);
    if (!keys)
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t len;
        const char *text = symbol_intern_get(names, i, &len);
        keys[i] = (sort_key){.id = i};
        for (uint32_t k = 0; k < 8; k++)
            keys[i].head = keys[i].head << 8 | (k < len ? (uint8_t)text[k] : 0);
    }
    qsort_r(keys, count, sizeof *keys, by_string, (void *)names);
    for (size_t i = 0; i < count; i++)
        order[i] = keys[i].id;
    free(keys);
    return GAZ_OK;
}

size_t symbol_intern_memory(const symbol_intern *names)
{
    return names->bytes.cap + names->ends.cap * sizeof *names->ends.items +
           names->slot_count * sizeof *names->slots;
}
