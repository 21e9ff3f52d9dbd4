/* Reading the texts of facts: paths of names, types as written, parameters of a signature. Every
 * loop ends with the text, and nothing calls itself. */
#include <ctype.h>
#include "resolve_private.h"

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '@' ||
           (unsigned char)c >= 0x80;
}

static bool is_joint(char c)
{
    return c == '.' || c == ':' || c == '\\' || c == '/' || c == '-' || c == '>' || c == '?';
}

gaz_symbol_name resolve_last_name(gaz_symbol_name path)
{
    uint32_t at = path.len;
    while (at > 0 && !is_joint(path.data[at - 1]))
        at--;
    return (gaz_symbol_name){path.data + at, path.len - at};
}

/* Skips `<…>` and `(…)` that belong to a name: `A<int>::f`. */
static uint32_t skip_arguments(gaz_symbol_name path, uint32_t at)
{
    uint32_t depth = 0;
    if (at >= path.len || path.data[at] != '<')
        return at;
    for (; at < path.len; at++) {
        depth += path.data[at] == '<';
        depth -= path.data[at] == '>';
        if (!depth)
            return at + 1;
    }
    return at;
}

bool resolve_next_name(gaz_symbol_name *path, gaz_symbol_name *first)
{
    uint32_t at = 0;
    while (at < path->len && (is_joint(path->data[at]) || isspace((unsigned char)path->data[at])))
        at++;
    uint32_t start = at;
    while (at < path->len && in_name(path->data[at]))
        at++;
    if (at == start)
        return false;
    *first = (gaz_symbol_name){path->data + start, at - start};
    at = skip_arguments(*path, at);
    if (at < path->len && !is_joint(path->data[at]) && !isspace((unsigned char)path->data[at]))
        return false;
    *path = (gaz_symbol_name){path->data + at, path->len - at};
    return true;
}

static const char qualifiers[] =
    " struct union enum class const volatile static typename mut dyn impl ref out in final "
    "readonly unique register inline extern restrict Readonly Optional var let val async unsafe ";

static bool is_qualifier(gaz_symbol_name word)
{
    for (const char *at = qualifiers; (at = strchr(at, word.data[0])) != NULL; at++)
        if (at[-1] == ' ' && strncmp(at, word.data, word.len) == 0 && at[word.len] == ' ')
            return true;
    return false;
}

/* What may follow a type's name without making it another: pointers, arguments, `| None`. */
static bool spoils(const char *text, uint32_t at, uint32_t len)
{
    while (at < len && isspace((unsigned char)text[at]))
        at++;
    if (at == len || text[at] == '*' || text[at] == '&' || text[at] == '<' || text[at] == '?' ||
        text[at] == '\'' || text[at] == '"' || text[at] == '>')
        return false;
    if (text[at] == '[')
        return at + 1 < len && text[at + 1] == ']';
    if (text[at] == ']')
        return false;
    if (text[at] != '|')
        return isalnum((unsigned char)text[at]) == 0;
    at++;
    while (at < len && isspace((unsigned char)text[at]))
        at++;
    uint32_t left = len - at;
    return !((left >= 4 && memcmp(text + at, "None", 4) == 0) ||
             (left >= 4 && memcmp(text + at, "null", 4) == 0) ||
             (left >= 9 && memcmp(text + at, "undefined", 9) == 0));
}

gaz_symbol_name resolve_bare_type(const char *text, uint32_t len)
{
    static const gaz_symbol_name none = {"", 0};
    uint32_t at = 0;
    while (at < len) {
        if (strchr(" \t\r\n*&?:\"'~@", text[at])) {
            at++;
            continue;
        }
        uint32_t start = at;
        while (at < len &&
               (in_name(text[at]) ||
                ((text[at] == '.' || text[at] == '\\') && at + 1 < len && in_name(text[at + 1])) ||
                (text[at] == ':' && at + 1 < len && text[at + 1] == ':')))
            at += text[at] == ':' ? 2u : 1u;
        if (at == start || isdigit((unsigned char)text[start]))
            return none;
        gaz_symbol_name word = {text + start, at - start};
        if (at == len || !is_qualifier(word))
            return spoils(text, at, len) ? none : word;
        if (text[at] == '[' || text[at] == '<')
            at++; /* Optional[Foo] */
    }
    return none;
}

/* Where the parameters begin: the first bracket after the name. */
static uint32_t parameters_of(const char *text, uint32_t len)
{
    for (uint32_t at = 0; at < len; at++)
        if (text[at] == '(')
            return at + 1;
    return len;
}

bool resolve_arity(const char *text, uint32_t len, uint32_t *least, uint32_t *most)
{
    uint32_t at = parameters_of(text, len), depth = 0, count = 0, optional = 0, start = at;
    bool some = false, open = false, has_default = false;
    for (; at < len; at++) {
        char c = text[at];
        if (c == '(' || c == '[' || c == '{' || c == '<')
            depth++;
        bool ends = !depth && c == ')';
        if (ends || (!depth && c == ',')) {
            count += some;
            optional += some && has_default;
            some = has_default = false;
            if (ends)
                break;
            continue;
        }
        if (depth && (c == ')' || c == ']' || c == '}' ||
                      (c == '>' && text[at - 1] != '-' && text[at - 1] != '=')))
            depth--;
        some |= !isspace((unsigned char)c);
        has_default |= !depth && (c == '=' || c == '?');
        open |= (c == '.' && at + 2 < len && text[at + 1] == '.' && text[at + 2] == '.') ||
                (c == '*' && !depth && at > start &&
                 (text[at - 1] == ' ' || text[at - 1] == '(' || text[at - 1] == '*') &&
                 at + 1 < len && text[at + 1] != ' ' && text[at + 1] != ',' && count > 0 &&
                 memchr(text + start, ':', at - start));
    }
    if (at >= len)
        return false;
    if (count == 1 && at - start == 4 && memcmp(text + start, "void", 4) == 0)
        count = 0;
    *least = open ? 0 : count - optional;
    *most = open ? UINT32_MAX : count;
    return true;
}
