/* Most languages define a name after a keyword, and what follows the name tells a definition from a
 * use: `struct name {` from `struct name *p`. C's functions have no keyword: there the line begins
 * at the margin and is no prototype. Comments define nothing. */
#include "significance.h"

#include <stdbool.h>
#include <string.h>

static bool word_byte(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool blank(char c)
{
    return c == ' ' || c == '\t';
}

#define KEYWORD_MAX 10 /* bytes, with a NUL */

static bool among(const char (*words)[KEYWORD_MAX], size_t count, const char *word, size_t len)
{
    for (size_t i = 0; len < KEYWORD_MAX && i < count; i++)
        if (words[i][len] == 0 && memcmp(words[i], word, len) == 0)
            return true;
    return false;
}

#define AMONG(words, word, len) among(words, sizeof words / sizeof *words, word, len)

/* @param next  the first byte after the name that is not blank; '\n' at the line's end */
static bool keyword_defines(const char *word, size_t len, char next)
{
    static const char functions[][KEYWORD_MAX] = {"def",      "defn",  "fn",   "fun", "func",
                                                  "function", "macro", "proc", "sub"};
    static const char structures[][KEYWORD_MAX] = {"enum", "struct", "union"};
    static const char types[][KEYWORD_MAX] = {
        "class", "impl", "interface", "module", "namespace", "package", "record", "trait", "type",
    };
    static const char values[][KEYWORD_MAX] = {"const", "let", "static", "val", "var"};
    if (!next)
        return false;
    if (AMONG(functions, word, len))
        return strchr("(<[{:=\n", next) != NULL;
    if (AMONG(structures, word, len))
        return strchr("{:<(\n", next) != NULL;
    if (AMONG(types, word, len)) /* `class A extends B`, `type A struct` */
        return word_byte(next) || strchr("{:<([=;\n", next) != NULL;
    return AMONG(values, word, len) && (next == '=' || next == ':');
}

/* After indentation: a comment's mark, or `#` of anything but a macro's definition. */
static bool comment(const char *line, size_t len)
{
    size_t i = 0;
    while (i < len && blank(line[i]))
        i++;
    if (i == len)
        return true;
    if (line[i] == '#') {
        for (i++; i < len && blank(line[i]);)
            i++;
        return len - i < 6 || memcmp(line + i, "define", 6) != 0;
    }
    bool two = i + 1 < len && line[i] == line[i + 1];
    return line[i] == '*' || line[i] == ';' || line[i] == '%' || (line[i] == '-' && two) ||
           (line[i] == '/' && (two || (i + 1 < len && line[i + 1] == '*')));
}

/* A line that begins at the margin, has the name after a type and before its parameters, or before
 * the brace of its body, and is no statement or prototype: `int name(int a)`. */
static bool heads_body(const char *line, size_t len, size_t at, size_t n)
{
    while (len && (line[len - 1] == '\r' || blank(line[len - 1])))
        len--;
    if (!len || !word_byte(line[0]) || line[len - 1] == ';')
        return false;
    size_t next = at + n;
    if (at > 0 && next < len && line[next] == '(')
        return blank(line[at - 1]) || line[at - 1] == '*';
    while (next < len && line[next] == ' ')
        next++;
    return next + 1 == len && line[next] == '{';
}

significance significance_of(const char *line, size_t len, size_t at, size_t n)
{
    bool before = at > 0 && n && word_byte(line[at - 1]) && word_byte(line[at]);
    bool after = at + n < len && n && word_byte(line[at + n]) && word_byte(line[at + n - 1]);
    if (before || after)
        return SIGNIFICANCE_PART;
    if (comment(line, len))
        return SIGNIFICANCE_WORD;
    size_t end = at, next = at + n;
    while (end > 0 && (blank(line[end - 1]) || line[end - 1] == '*'))
        end--;
    size_t start = end;
    while (start > 0 && word_byte(line[start - 1]))
        start--;
    while (next < len && (blank(line[next]) || line[next] == '\r'))
        next++;
    if (end < at && end - start == 6 && memcmp(line + start, "define", 6) == 0 && start > 0)
        return SIGNIFICANCE_DEFINITION; /* comment() has seen to the `#` */
    if (end < at && keyword_defines(line + start, end - start, next < len ? line[next] : '\n'))
        return SIGNIFICANCE_DEFINITION;
    return heads_body(line, len, at, n) ? SIGNIFICANCE_DEFINITION : SIGNIFICANCE_WORD;
}
