/* Expressions as paths: what a local name is made by, written so that the resolver can walk it from
 * file to file. `store.open(name)?.rows` is `.open()?.rows` behind its first name. One pass over
 * the text; what is no chain of names and calls gives none. */
#include <ctype.h>
#include <string.h>
#include "assemble.h"

enum { NESTED_MAX = 64, ARGUMENTS_MAX = 4096 };

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* The end of a string or character that begins at `at`. */
static uint32_t string_end(const char *text, uint32_t at, uint32_t end)
{
    char quote = text[at];
    uint32_t limit =
        quote == '\'' && end - at > 4 ? at + 4 : end; /* Rust's lifetimes are no strings */
    for (uint32_t i = at + 1; i < limit; i++) {
        if (text[i] == '\\')
            i++;
        else if (text[i] == quote)
            return i + 1;
    }
    return at + 1;
}

/* Behind the bracket that closes the one at `at`; 0 when it is not found. */
static uint32_t brackets_end(const char *text, uint32_t at, uint32_t end)
{
    uint32_t depth = 0, limit = end - at > ARGUMENTS_MAX ? at + ARGUMENTS_MAX : end;
    while (at < limit) {
        char c = text[at];
        if (c == '"' || c == '\'' || c == '`') {
            at = string_end(text, at, limit);
            continue;
        }
        depth += c == '(' || c == '[' || c == '{';
        if (depth > NESTED_MAX)
            return 0;
        if ((c == ')' || c == ']' || c == '}') && --depth == 0)
            return at + 1;
        at++;
    }
    return 0;
}

/* Behind type arguments of a call: `::<Foo>`, `<Foo>`. */
static uint32_t arguments_end(const char *text, uint32_t at, uint32_t end)
{
    uint32_t depth = 0;
    for (; at < end && (in_name(text[at]) || strchr("<>,:&[] .'", text[at])); at++) {
        depth += text[at] == '<';
        depth -= text[at] == '>';
        if (!depth)
            return at + 1;
    }
    return 0;
}

static bool put(char *out, uint32_t *len, uint32_t max, const char *piece, uint32_t n)
{
    if (n > max - *len)
        return false;
    memcpy(out + *len, piece, n);
    *len += n;
    return true;
}

static bool is_word(const char *name, uint32_t len, const char *const *words)
{
    for (; *words; words++)
        if (strlen(*words) == len && memcmp(name, *words, len) == 0)
            return true;
    return false;
}

/* A name behind a joint, with the call of it. */
static bool put_member(const char *text, uint32_t *at, uint32_t end, char *out, uint32_t *len,
                       uint32_t max)
{
    /* Rust's ways to a value itself, and those that change nothing about its type. */
    static const char *const opens[] = {"unwrap",         "expect",    "unwrap_or_default",
                                        "unwrap_or_else", "unwrap_or", NULL};
    static const char *const keeps[] = {"clone",  "to_owned",   "as_ref", "as_mut",
                                        "borrow", "borrow_mut", NULL};
    uint32_t start = *at;
    while (*at < end && in_name(text[*at]))
        ++*at;
    uint32_t n = *at - start;
    bool call = *at < end && text[*at] == '(';
    if (n == 5 && memcmp(text + start, "await", 5) == 0 && !call)
        return put(out, len, max, "?", 1);
    if (call && is_word(text + start, n, opens)) {
        *at = brackets_end(text, *at, end);
        return *at && put(out, len, max, "?", 1);
    }
    if (call && is_word(text + start, n, keeps) && *at + 1 < end && text[*at + 1] == ')') {
        *at += 2;
        return true;
    }
    return n > 0 && put(out, len, max, ".", 1) && put(out, len, max, text + start, n);
}

bool gaz_value_path(const char *text, raw_range rest, char *out, uint32_t *len, uint32_t max)
{
    uint32_t at = rest.start;
    while (at < rest.end) {
        char c = text[at], next = at + 1 < rest.end ? text[at + 1] : 0;
        if (isspace((unsigned char)c) || c == '!') {
            at++;
        } else if (c == '(') {
            at = brackets_end(text, at, rest.end);
            if (!at || !put(out, len, max, "()", 2))
                return false;
        } else if (c == '?') {
            at++;
            if (!put(out, len, max, "?", 1))
                return false;
        } else if ((c == ':' && next == ':' && at + 2 < rest.end && text[at + 2] == '<') ||
                   c == '<') {
            at = arguments_end(text, at + (c == '<' ? 0 : 2), rest.end);
            if (!at || at == rest.end || (text[at] != '(' && text[at] != ':'))
                return false;
        } else if (c == '.' || (c == ':' && next == ':') || (c == '-' && next == '>')) {
            at += c == '.' ? 1 : 2;
            while (at < rest.end && isspace((unsigned char)text[at]))
                at++;
            if (!put_member(text, &at, rest.end, out, len, max) || !at)
                return false;
        } else {
            return false;
        }
    }
    return true;
}
