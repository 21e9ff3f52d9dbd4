/* Bodies of C macros are one opaque node of the syntax tree. Their identifiers are told from the
 * text: an identifier before '(' is a call, one after '.' or '->' a member, any other is read. */
#include <ctype.h>
#include <string.h>
#include "collect.h"

/* By first letter, since every name of a broken text is looked up; the last row is that of '_'. */
static const char *const c_keywords[27] = {
    [26] = " __typeof__ __attribute__ __asm__ __VA_ARGS__ __extension__ __inline__ ",
    ['a' - 'a'] = " auto ",
    ['b' - 'a'] = " break ",
    ['c' - 'a'] = " case char const continue ",
    ['d' - 'a'] = " default defined do double ",
    ['e' - 'a'] = " else enum extern ",
    ['f' - 'a'] = " float for ",
    ['g' - 'a'] = " goto ",
    ['i' - 'a'] = " if inline int ",
    ['l' - 'a'] = " long ",
    ['r' - 'a'] = " register return ",
    ['s' - 'a'] = " short signed sizeof static struct switch ",
    ['t' - 'a'] = " typedef typeof ",
    ['u' - 'a'] = " union unsigned ",
    ['v' - 'a'] = " void volatile ",
    ['w' - 'a'] = " while ",
};

/* In C these are names like any other. */
static const char *const cpp_keywords[27] = {
    ['a' - 'a'] = " alignas alignof asm ",
    ['b' - 'a'] = " bool ",
    ['c' - 'a'] = " catch class constexpr ",
    ['d' - 'a'] = " delete ",
    ['e' - 'a'] = " explicit ",
    ['f' - 'a'] = " false friend ",
    ['m' - 'a'] = " mutable ",
    ['n' - 'a'] = " namespace new nullptr ",
    ['o' - 'a'] = " operator ",
    ['p' - 'a'] = " private protected public ",
    ['t' - 'a'] = " template this throw true try typename ",
    ['u' - 'a'] = " using ",
    ['v' - 'a'] = " virtual ",
};

static bool in_row(const char *row, const char *word, size_t len)
{
    for (const char *at = row; at && (at = strchr(at, word[0])) != NULL; at++)
        if (at[-1] == ' ' && strncmp(at, word, len) == 0 && at[len] == ' ')
            return true;
    return false;
}

bool gaz_is_c_keyword(const char *word, size_t len, bool cpp)
{
    unsigned row = word[0] == '_' ? 26 : (unsigned)(word[0] - 'a');
    return row < 27 &&
           (in_row(c_keywords[row], word, len) || (cpp && in_row(cpp_keywords[row], word, len)));
}

static bool starts_name(char c)
{
    return isalpha((unsigned char)c) || c == '_';
}

static bool goes_on(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

/* Past a string, character, number or comment; `at` when there is none. */
static uint32_t skip_literal(const char *text, uint32_t at, uint32_t end)
{
    char c = text[at];
    if (c == '"' || c == '\'') {
        for (at++; at < end && text[at] != c; at++)
            at += text[at] == '\\';
        return at < end ? at + 1 : end;
    }
    if (isdigit((unsigned char)c)) {
        while (at < end && (goes_on(text[at]) || text[at] == '.'))
            at++;
        return at;
    }
    if (c == '/' && at + 1 < end && text[at + 1] == '*') {
        for (at += 2; at + 1 < end && !(text[at] == '*' && text[at + 1] == '/'); at++)
            ;
        return at + 2 < end ? at + 2 : end;
    }
    if (c == '/' && at + 1 < end && text[at + 1] == '/') {
        const char *stop = memchr(text + at, '\n', end - at);
        return stop ? (uint32_t)(stop - text) : end;
    }
    return at;
}

static raw_reference token_reference(const char *text, raw_range body, raw_range name)
{
    raw_reference r = {.start = name.start, .end = name.end, .arity = GAZ_ARITY_UNKNOWN};
    uint32_t after = name.end, before = name.start;
    while (after < body.end && (text[after] == ' ' || text[after] == '\t'))
        after++;
    while (before > body.start && (text[before - 1] == ' ' || text[before - 1] == '\t'))
        before--;
    bool called = after < body.end && text[after] == '(';
    r.role = called ? GAZ_REFERENCE_CALL : GAZ_REFERENCE_READ;
    if (before > body.start &&
        (text[before - 1] == '.' ||
         (text[before - 1] == '>' && before > body.start + 1 && text[before - 2] == '-')))
        r.flags |= GAZ_REFERENCE_MEMBER;
    return r;
}

bool gaz_collect_tokens(raw_facts *raw, raw_range body, uint32_t line, uint16_t pattern)
{
    const char *text = raw->text;
    for (uint32_t at = body.start; at < body.end;) {
        uint32_t past = skip_literal(text, at, body.end);
        if (past == at && !starts_name(text[at]))
            past = at + 1;
        for (; at < past; at++)
            line += text[at] == '\n';
        if (at >= body.end || !starts_name(text[at]))
            continue;
        raw_range name = {at, at};
        while (name.end < body.end && goes_on(text[name.end]))
            name.end++;
        at = name.end;
        if (gaz_is_c_keyword(text + name.start, range_len(name), raw->cpp))
            continue;
        raw_reference r = token_reference(text, body, name);
        r.line = line;
        r.pattern = pattern;
        if (!gaz_vec_push(&raw->references, r))
            return false;
    }
    return true;
}
