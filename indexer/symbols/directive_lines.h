/* Reading a text without the lines of its conditional compilation. */
#ifndef GAZ_SYMBOLS_DIRECTIVE_LINES_H
#define GAZ_SYMBOLS_DIRECTIVE_LINES_H

#include <stdbool.h>
#include <stdint.h>

/**
 * The text from a position on, with blanks for lines that are `#if`, `#elseif`, `#else` or
 * `#endif`.
 * @param bytes_read  how much of it the answer holds; 0 at the end
 * @return a part of the text, or static blanks
 */
const char *gaz_read_without_directives(const char *text, uint32_t len, uint32_t at,
                                        uint32_t *bytes_read);

#endif
