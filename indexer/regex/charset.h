/* Sets of Unicode scalar values as sorted ranges: what a character class means. */
#ifndef GAZ_REGEX_CHARSET_H
#define GAZ_REGEX_CHARSET_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/vec.h"

#define GAZ_SCALAR_MAX 0x10FFFFu

typedef struct gaz_span32 {
    uint32_t lo, hi; /**< both included */
} gaz_span32;

/**
 * Canonical after every call but gaz_charset_add(): ascending, disjoint, not adjacent, without
 * surrogates. A set that met an allocation failure stays `failed`; check once, at the end.
 */
typedef struct gaz_charset {
    gaz_span32 *items;
    size_t len, cap;
    bool failed;
} gaz_charset;

void gaz_charset_free(gaz_charset *set);
/** Adds lo..hi; call gaz_charset_normalise() before anything else reads the set. */
void gaz_charset_add(gaz_charset *set, uint32_t lo, uint32_t hi);
void gaz_charset_normalise(gaz_charset *set);
void gaz_charset_union(gaz_charset *set, const gaz_span32 *items, size_t len);
void gaz_charset_intersect(gaz_charset *set, const gaz_charset *other);
void gaz_charset_subtract(gaz_charset *set, const gaz_charset *other);
void gaz_charset_differ(gaz_charset *set, const gaz_charset *other); /**< symmetric difference */
void gaz_charset_negate(gaz_charset *set, uint32_t max);
/** Adds everything that simple case folding makes equal to a member. */
void gaz_charset_fold(gaz_charset *set);
/** The same for ASCII letters only. */
void gaz_charset_fold_ascii(gaz_charset *set);
bool gaz_spans_hold(const gaz_span32 *items, size_t len, uint32_t scalar);
/** How many scalars, saturating. */
size_t gaz_spans_count(const gaz_span32 *items, size_t len);

/** The set behind \w, \d, \s: "w", "d", "s". Static. */
const gaz_span32 *gaz_property_perl(char name, size_t *len);

typedef enum gaz_property_result {
    GAZ_PROPERTY_FOUND,
    GAZ_PROPERTY_NO_NAME,
    GAZ_PROPERTY_NO_VALUE
} gaz_property_result;
/**
 * Looks a property up as regex-syntax 0.6.27 does (UAX44-LM3).
 * @param value  NULL for \p{name}
 * @param items  set when found: static
 */
gaz_property_result gaz_property_find(const char *name, size_t name_len, const char *value,
                                      size_t value_len, const gaz_span32 **items, size_t *len);

#endif
