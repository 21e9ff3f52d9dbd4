/* The byte-level form of a pattern, for the scanner: which sequences of bytes may a match be. */
#ifndef GAZ_REGEX_BYTES_H
#define GAZ_REGEX_BYTES_H

#include "gaz/base/strbuf.h"
#include "syntax.h"

typedef enum gaz_byte_kind {
    GAZ_BYTE_EMPTY,
    GAZ_BYTE_FAIL, /**< matches nothing */
    GAZ_BYTE_SET,  /**< one byte */
    GAZ_BYTE_CONCAT,
    GAZ_BYTE_ALTERNATE,
    GAZ_BYTE_REPEAT,
    GAZ_BYTE_ASSERT
} gaz_byte_kind;

typedef struct gaz_byte_node {
    gaz_byte_kind kind;
    const char *assertion; /**< ASSERT: as Hyperscan and PCRE2 spell it */
    uint32_t min, max;     /**< REPEAT */
    uint64_t bits[4];      /**< SET */
    const struct gaz_byte_node **kids;
    size_t count;
} gaz_byte_node;

/** What kind of text a line is; each holds the ones before it. */
typedef enum gaz_text_class { GAZ_CLASS_ASCII, GAZ_CLASS_VALID, GAZ_CLASS_ANY } gaz_text_class;

typedef struct gaz_byte_options {
    bool ascii; /**< the text is ASCII: everything else falls away */
    bool multiline;
    bool path;
    unsigned relaxed; /**< 0–2: the more, the looser the counts; word boundaries go. For when a
                         scanner refused */
    bool
        widen; /**< large classes may be enlarged; false: every class is exact, whatever its size */
} gaz_byte_options;

typedef struct gaz_byte_pattern {
    const gaz_byte_node *root;
    bool exact[3];    /**< by gaz_text_class: the bytes match exactly where the pattern does */
    size_t positions; /**< bytes in the expanded form, saturating */
} gaz_byte_pattern;

/**
 * Translates a tree; over-approximates where it is not exact.
 * @return GAZ_E_NOMEM when the arena is at its end
 */
GAZ_CHECKED gaz_status gaz_bytes_translate(const gaz_node *root, const gaz_byte_options *options,
                                           gaz_arena *arena, gaz_byte_pattern *out, gaz_error *err);
/**
 * Drops from both ends what does not change whether a line holds a match: `.*foo\s*` becomes `foo`.
 * EMPTY when every line matches.
 */
GAZ_CHECKED gaz_status gaz_bytes_trim(gaz_byte_pattern *pattern, gaz_arena *arena, gaz_error *err);
/** Writes it in the syntax that Hyperscan and PCRE2 share. */
void gaz_bytes_print(const gaz_byte_node *n, gaz_strbuf *out);
/** Whether it can match the empty string wherever it stands. */
bool gaz_bytes_nullable(const gaz_byte_node *n);
/** Whether it can match the empty string at some place: assertions count as empty. */
bool gaz_bytes_may_be_empty(const gaz_byte_node *n);
bool gaz_bytes_holds(const gaz_byte_node *set, unsigned byte);

#endif
