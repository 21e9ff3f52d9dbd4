/* Parts of a text that the parser is not shown: lines of conditional compilation, macros that stand
 * where a grammar has no place for them. */
#ifndef GAZ_SYMBOLS_HIDDEN_TEXT_H
#define GAZ_SYMBOLS_HIDDEN_TEXT_H

#include "gaz/base/vec.h"
#include "language_style.h"
#include "raw_facts.h"

/** Ascending; one may be empty. Zeroed at first. */
typedef struct hidden_text {
    GAZ_VEC(raw_range) ranges;
} hidden_text;

/** Finds what to hide in a text of a language. @return false when out of memory */
bool gaz_hidden_text_find(hidden_text *hidden, style_id style, const char *text, uint32_t len);
void gaz_hidden_text_release(hidden_text *hidden);

/**
 * The text from a position on, with blanks for what is hidden.
 * @param bytes_read  how much of it the answer holds; 0 at the end
 * @return a part of the text, or static blanks
 */
const char *gaz_hidden_text_read(const hidden_text *hidden, const char *text, uint32_t len,
                                 uint32_t at, uint32_t *bytes_read);

/* ---- for gaz_hidden_text_find() ---- */

/** Attribute macros in the heads of C declarations: hidden_attributes.c. */
bool gaz_hidden_attributes_find(hidden_text *hidden, const char *text, uint32_t len);

#endif
