/* One line of a blob's head, and the comparisons that marks are made of. */
#ifndef GAZ_TEXT_LANGUAGE_LINE_H
#define GAZ_TEXT_LANGUAGE_LINE_H

#include <string.h>
#include <strings.h>

#include "language_private.h"

typedef struct line {
    const char *start;    /* with its blanks */
    const char *at, *end; /* without leading blanks and without the line's end */
    bool first;
} line;

static inline bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static inline size_t rest(const line *l)
{
    return (size_t)(l->end - l->at);
}

/* The first byte is compared here, as most comparisons end with it. Literals are not empty. */
static inline bool starts(const line *l, const char *literal)
{
    if (l->at == l->end || *l->at != *literal)
        return false;
    size_t n = strlen(literal);
    return rest(l) >= n && memcmp(l->at, literal, n) == 0;
}

static inline bool starts_nocase(const line *l, const char *literal)
{
    if (l->at == l->end || (*l->at | 0x20) != (*literal | 0x20))
        return false;
    size_t n = strlen(literal);
    return rest(l) >= n && strncasecmp(l->at, literal, n) == 0;
}

/* Whether the line begins with one of the words, each ended by a NUL and the last by two, and moves
 * past it. */
static inline bool take_word_of(line *l, const char *words)
{
    for (; *words; words += strlen(words) + 1) {
        size_t n = strlen(words);
        if (starts(l, words) && (rest(l) == n || !is_word(l->at[n]))) {
            l->at += n;
            return true;
        }
    }
    return false;
}

static inline bool begins_with_word(const line *l, const char *words)
{
    line copy = *l;
    return take_word_of(&copy, words);
}

static inline bool begins_with_any(const line *l, const char *literals)
{
    /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Branch): it loses track at the inner NUL */
    for (; *literals; literals += strlen(literals) + 1)
        if (starts(l, literals))
            return true;
    return false;
}

static inline bool take_blanks(line *l)
{
    const char *from = l->at;
    while (l->at < l->end && is_blank(*l->at))
        l->at++;
    return l->at > from;
}

static inline bool take_identifier(line *l)
{
    const char *from = l->at;
    while (l->at < l->end && is_word(*l->at))
        l->at++;
    return l->at > from;
}

static inline bool has(const line *l, const char *literal)
{
    return memmem(l->at, rest(l), literal, strlen(literal)) != NULL;
}

static inline bool ends_with(const line *l, const char *literal)
{
    size_t n = strlen(literal);
    return rest(l) >= n && memcmp(l->end - n, literal, n) == 0;
}

/* Words, then blanks, then a name: "class foo". */
static inline bool word_and_name(const line *l, const char *words)
{
    line copy = *l;
    return take_word_of(&copy, words) && take_blanks(&copy) && take_identifier(&copy);
}

#define LANGUAGE_FILTER_BITS 4096

/** Which beginnings of lines the words are worth a look for. */
typedef struct language_filter {
    uint64_t bits[LANGUAGE_FILTER_BITS / 64];
} language_filter;

void gaz_language_filter_init(language_filter *f);
/** Sets the marks of a line that begins with a letter, digit or underscore. @param sql  turned true
 * by a line of SQL */
void gaz_language_mark_words(const line *l, const language_filter *f, bool *sql, gaz_lang_hint *h);
/** Sets the marks of SQL dialects. */
void gaz_language_mark_sql(const char *head, size_t len, gaz_lang_hint *h);

#endif
