/* Lines of conditional compilation that the parser is not shown. */
#ifndef GAZ_SYMBOLS_HIDDEN_LINES_H
#define GAZ_SYMBOLS_HIDDEN_LINES_H

#include "gaz/base/vec.h"
#include "language_style.h"
#include "raw_facts.h"

/** Ascending; one may be empty. Zeroed at first. */
typedef struct hidden_lines {
    GAZ_VEC(raw_range) ranges;
} hidden_lines;

/** Finds the lines to hide in a text of a language. @return false when out of memory */
bool gaz_hidden_lines_find(hidden_lines *hidden, style_id style, const char *text, uint32_t len);
void gaz_hidden_lines_release(hidden_lines *hidden);

/**
 * The text from a position on, with blanks for what is hidden.
 * @param bytes_read  how much of it the answer holds; 0 at the end
 * @return a part of the text, or static blanks
 */
const char *gaz_hidden_lines_read(const hidden_lines *hidden, const char *text, uint32_t len,
                                  uint32_t at, uint32_t *bytes_read);

#endif
