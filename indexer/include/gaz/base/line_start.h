/* Where lines begin in a text. */
#ifndef GAZ_BASE_LINE_START_H
#define GAZ_BASE_LINE_START_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** Where line `line` begins in a text whose first line is line 0; the text's length when it has no
 * such line. Lines end with "\n". */
static inline size_t gaz_line_start(const char *text, size_t len, uint32_t line)
{
    size_t at = 0;
    for (; line && at < len; line--) {
        const char *newline = memchr(text + at, '\n', len - at);
        at = newline ? (size_t)(newline - text) + 1 : len;
    }
    return at;
}

#endif
