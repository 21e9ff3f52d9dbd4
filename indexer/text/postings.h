/* The postings codec: an ascending list of chunk numbers, as delta varints or as a bitmap,
 * whichever the count says. Private to the text module. Bytes: docs/FORMAT.md. */
#ifndef GAZ_TEXT_POSTINGS_H
#define GAZ_TEXT_POSTINGS_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"
#include "gaz/base/strbuf.h"

/* A list of `count` of `universe` numbers. */
typedef struct postings {
    const uint8_t *data;
    size_t len;
    uint32_t count, universe;
} postings;

/* Whether a list is stored as a bitmap: when that is no longer than the shortest possible varints.
 */
static inline bool postings_dense(uint32_t count, uint32_t universe)
{
    return count >= (universe + 7) / 8;
}
/* Encodes a list given as delta varints (first number + 1, then differences, all at least 1).
 * Appends. */
GAZ_CHECKED gaz_status postings_encode(const uint8_t *deltas, size_t len, uint32_t count,
                                       uint32_t universe, gaz_strbuf *out, gaz_error *err);
/* Sets the bits of the list's numbers in `set`. GAZ_E_CORRUPT when a delta is zero, a number out of
 * the universe, the count wrong, or bytes are left over. */
GAZ_CHECKED gaz_status postings_unite(const postings *list, uint64_t *set, gaz_error *err);
/* Writes the numbers to `out`, which has room for list->count. Errors as postings_unite(). */
GAZ_CHECKED gaz_status postings_decode(const postings *list, uint32_t *out, gaz_error *err);
/* Keeps of the ascending numbers[0..*n) those in the list. GAZ_E_CORRUPT as far as the list was
 * read. */
GAZ_CHECKED gaz_status postings_intersect(const postings *list, uint32_t *numbers, size_t *n,
                                          gaz_error *err);

#endif
