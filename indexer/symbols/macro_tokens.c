/* Bodies of C macros are one opaque node of the syntax tree. Their identifiers are told from the
 * text: an identifier before '(' is a call, one after '.' or '->' a member, any other is read. */
#include <ctype.h>
#include <string.h>
#include "collect.h"

static const char keywords[] =
    " alignas alignof asm auto bool break case catch char class const constexpr continue default "
    "defined delete do double else enum explicit extern false float for friend goto if inline int "
    "long mutable namespace new nullptr operator private protected public register return short "
    "signed sizeof static struct switch template this throw true try typedef typeof __typeof__ "
    "typename union unsigned using virtual void volatile while __attribute__ __asm__ "
    "__VA_ARGS__ __extension__ __inline__ ";

static bool is_keyword(const char *word, size_t len)
{
    for (const char *at = keywords; (at = strchr(at, word[0])) != NULL; at++)
        if (at[-1] == ' ' && strncmp(at, word, len) == 0 && at[len] == ' ')
            return true;
    return false;
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
        if (is_keyword(text + name.start, range_len(name)))
            continue;
        raw_reference r = token_reference(text, body, name);
        r.line = line;
        r.pattern = pattern;
        if (!gaz_vec_push(&raw->references, r))
            return false;
    }
    return true;
}
