/* What a gram's literal asks of a folded text, said in the simplest way there is: what the index is
 * measured by. */
#ifndef GAZ_GRAM_MEANING_H
#define GAZ_GRAM_MEANING_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "gaz/regex/pattern.h"

static inline bool gram_word_byte(const char *text, size_t len, size_t at)
{
    unsigned char c = at < len ? (unsigned char)text[at] : 0;
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z' && c < 0x80);
}

static inline bool gram_literal_at(const char *text, size_t len, size_t at, const char *literal,
                                   size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (literal[i] == GAZ_GRAM_EDGE) {
            if (at > 0 && gram_word_byte(text, len, at - 1) && gram_word_byte(text, len, at))
                return false;
        } else if (at == len || text[at++] != literal[i]) {
            return false;
        }
    }
    return true;
}

/** Whether a folded text holds a gram's literal, its edges included. */
static inline bool gram_literal_in(const char *text, size_t len, const char *literal, size_t n)
{
    for (size_t at = 0; at <= len; at++)
        if (gram_literal_at(text, len, at, literal, n))
            return true;
    return false;
}

#endif
