/* What a line says of a word in it, as far as text alone can tell: for ranking, until symbols know.
 * Private to the query module. */
#ifndef GAZ_QUERY_SIGNIFICANCE_H
#define GAZ_QUERY_SIGNIFICANCE_H

#include <stddef.h>

typedef enum significance {
    SIGNIFICANCE_PART,      /* the bytes are part of a longer word */
    SIGNIFICANCE_WORD,      /* a word of its own */
    SIGNIFICANCE_DEFINITION /* the line seems to define it */
} significance;

/* @param at, n  where the word lies in the line: at + n <= len */
significance significance_of(const char *line, size_t len, size_t at, size_t n);

#endif
