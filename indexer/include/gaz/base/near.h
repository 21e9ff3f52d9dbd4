/* Near misses: which known names a mistyped one may have meant, for the hint of an error. */
#ifndef GAZ_BASE_NEAR_H
#define GAZ_BASE_NEAR_H

#include <stddef.h>
#include "gaz/base/status.h"

#define GAZ_NEAR_MAX 3 /**< names kept */
#define GAZ_NEAR_WORD_MAX                                                                          \
    64 /**< bytes looked at of a word or name; longer ones have no near misses */

/** The best candidates so far. Names are borrowed. Plain data: not shared between threads, nothing
 * to release. */
typedef struct gaz_near {
    const char *word;
    size_t len;
    const char *names[GAZ_NEAR_MAX]; /**< nearest first; equally near in the order offered */
    unsigned distances[GAZ_NEAR_MAX];
    size_t count;
} gaz_near;

/** @param word  what was given; borrowed */
void gaz_near_init(gaz_near *near, const char *word, size_t len);
/**
 * Offers a known name. It is kept when it is within a third of the word's length (at least 1, at
 * most 3) in Damerau-Levenshtein distance over ASCII-folded bytes, or when one is the beginning of
 * the other and both have at least 3 bytes.
 */
void gaz_near_offer(gaz_near *near, const char *name);
/** Adds the hint "did you mean PREFIXname, PREFIXname or PREFIXname?" to a recorded failure, when
 * there are candidates. @param suffix likewise behind each */
void gaz_near_hint(const gaz_near *near, gaz_error *err, const char *prefix, const char *suffix);

#endif
