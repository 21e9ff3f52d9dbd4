/* Regular expressions for #match? predicates: linear time, no captures, a bounded program. */
#ifndef GAZ_SYMBOLS_SMALL_REGEX_H
#define GAZ_SYMBOLS_SMALL_REGEX_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/status.h"

/** States one expression may have. */
#define SMALL_REGEX_MAX 192u

typedef struct small_regex_state {
    uint8_t op;
    uint8_t set;  /**< of a character: which of the sets */
    uint8_t a, b; /**< next states */
} small_regex_state;

/** A compiled expression: bytes, anchors, classes, groups, alternatives, * + ? and {m,n}. */
typedef struct small_regex {
    small_regex_state states[SMALL_REGEX_MAX];
    uint32_t sets[SMALL_REGEX_MAX / 4][8]; /**< 256 bits each */
    uint32_t state_count, set_count;
    uint8_t start;
} small_regex;

/** @return false when it is no expression this knows, or too long */
GAZ_CHECKED bool gaz_small_regex_compile(small_regex *regex, const char *pattern, size_t len);
/** Whether it matches anywhere in the text. Takes len × states at most. */
bool gaz_small_regex_search(const small_regex *regex, const char *text, size_t len);

#endif
