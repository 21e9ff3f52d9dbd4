/* The n-gram index of a segment while it is being built: for each gram the chunks that hold it, as
 * delta varints in chains of growing blocks. Private to the text module. */
#ifndef GAZ_TEXT_GRAM_INDEX_H
#define GAZ_TEXT_GRAM_INDEX_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"
#include "gaz/base/strbuf.h"
#include "gaz/base/vec.h"

/* A gram is one of:
 *   three bytes, their big-endian value;
 *   one byte b, GRAM_UNIGRAM_BASE + b;
 *   a whole word of 1 to 4 letters, digits or '_', GRAM_WORD_BASE + its digits in base 38 */
#define GRAM_UNIGRAM_BASE (1u << 24)
#define GRAM_WORD_BASE (GRAM_UNIGRAM_BASE + 256)
#define GRAM_COUNT (GRAM_WORD_BASE + GRAM_DIGITS * GRAM_DIGITS * GRAM_DIGITS * GRAM_DIGITS)
#define GRAM_DIGITS 38u
#define GRAM_WORD_MAX 4u

/* The digit of a folded byte: 1 to 37 for a-z, 0-9 and '_'; 0 for what is in no word. */
static inline uint32_t gram_digit(uint8_t b)
{
    return b >= 'a' && b <= 'z'   ? b - 'a' + 1u
           : b >= '0' && b <= '9' ? b - '0' + 27u
           : b == '_'             ? 37u
                                  : 0;
}

typedef struct gram_list {
    uint32_t gram;
    uint32_t count, last; /* chunks so far, and the newest + 1 */
    uint32_t first,
        tail;           /* blocks of the chain, in units of 16 bytes of the pool; UINT32_MAX none */
    uint16_t used, cap; /* bytes of the tail block */
} gram_list;

/* Not shared between threads. */
typedef struct gram_index {
    uint32_t *slot_of; /* gram → index of its list + 1 */
    uint64_t *seen;    /* grams of the current chunk, a bit each */
    GAZ_VEC(gram_list) lists;
    GAZ_VEC(uint32_t) fresh;  /* grams of the current chunk */
    GAZ_VEC(uint8_t *) slabs; /* the pool, a mebibyte each */
    uint32_t pool_used;       /* units */
    gaz_strbuf folded;
} gram_index;

GAZ_CHECKED gaz_status gram_index_init(gram_index *g, gaz_error *err);
void gram_index_release(gram_index *g);
/* Adds a chunk's text. Chunks come in ascending order. */
GAZ_CHECKED gaz_status gram_index_add(gram_index *g, uint32_t chunk, const char *text, size_t len,
                                      bool ascii, gaz_error *err);
size_t gram_index_memory(const gram_index *g);
/* Sorts the lists by gram. Nothing can be added afterwards. */
void gram_index_sort(gram_index *g);
/* Appends a list's delta varints. */
void gram_list_bytes(const gram_index *g, const gram_list *list, gaz_strbuf *out);

#endif
