/* Fast search for one literal or one byte of a set, and fast counting of lines. */
#ifndef GAZ_REGEX_NEEDLE_H
#define GAZ_REGEX_NEEDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define GAZ_NEEDLE_MAX 4096
#define GAZ_NOWHERE SIZE_MAX

/** What must hold where a literal begins or ends. */
typedef enum gaz_edge {
    GAZ_EDGE_NONE,
    GAZ_EDGE_TEXT, /**< the text begins or ends there: of a path */
    GAZ_EDGE_LINE, /**< so does the line; a "\r" may stand before its end */
    GAZ_EDGE_WORD  /**< of the bytes beside it one is an ASCII word character, the other not */
} gaz_edge;

/** A literal whose ASCII letters may each match in either case. */
typedef struct gaz_needle {
    size_t len; /**< at least 1 */
    gaz_edge before, after;
    size_t probe[2];                     /**< the two positions with the rarest bytes */
    bool folds;                          /**< any case is set */
    unsigned char bytes[GAZ_NEEDLE_MAX]; /**< lower-case where `cases` is set */
    unsigned char
        cases[GAZ_NEEDLE_MAX]; /**< 0x20 where the letter's case does not matter, else 0 */
} gaz_needle;

/** Chooses the probes; call after `bytes`, `cases` and `len` are set. */
void gaz_needle_prepare(gaz_needle *n);
/** The first place at or after `from` from where it ends by `to`, or GAZ_NOWHERE.
 * @param len  of the text: what lies behind `to` may decide about edges */
size_t gaz_needle_find(const gaz_needle *n, const char *text, size_t len, size_t from, size_t to);

/** Bytes of a set, prepared for shuffling: two bits of a byte choose the row, four the column. */
typedef struct gaz_byteset {
    uint64_t bits[4];
    unsigned char low[16], high[16]; /**< column → rows set, for bytes below and from 0x80 */
} gaz_byteset;

void gaz_byteset_prepare(gaz_byteset *set, const uint64_t bits[4]);
size_t gaz_byteset_find(const gaz_byteset *set, const char *text, size_t len, size_t from);

/** How many "\n" there are. */
size_t gaz_lines_count(const char *text, size_t len);

#endif
