/* The name of a type without what stands around it: qualifiers, pointers, arguments. It is what a
 * receiver's type is matched by, so a type that is not one name gives none. */
#include <ctype.h>
#include <string.h>
#include "assemble.h"

static const char qualifiers[] =
    " struct union enum class const volatile static typename mut dyn impl ref out in final "
    "readonly "
    "unique register inline extern restrict Readonly Optional auto var let val ";

static bool is_qualifier(const char *word, uint32_t len)
{
    for (const char *at = qualifiers; (at = strchr(at, word[0])) != NULL; at++)
        if (at[-1] == ' ' && strncmp(at, word, len) == 0 && at[len] == ' ')
            return true;
    return false;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* The end of a path of names: `std::vector`, `pkg.Type`, `A\B`. */
static uint32_t path_end(const char *text, raw_range type)
{
    uint32_t at = type.start;
    while (at < type.end) {
        if (in_name(text[at]))
            at++;
        else if ((text[at] == '.' || text[at] == '\\') && at + 1 < type.end &&
                 in_name(text[at + 1]))
            at++;
        else if (text[at] == ':' && at + 2 < type.end && text[at + 1] == ':' &&
                 in_name(text[at + 2]))
            at += 2;
        else
            break;
    }
    return at;
}

/* `Foo | None` is a Foo; `Foo | Bar` is neither; `Foo[]` is an array. */
static bool spoiled(const char *text, uint32_t at, uint32_t end)
{
    while (at < end && text[at] == ' ')
        at++;
    if (at < end && text[at] == '[')
        return at + 1 < end && text[at + 1] == ']';
    if (at == end || text[at] != '|')
        return false;
    for (at++; at < end && text[at] == ' '; at++)
        ;
    uint32_t len = end - at;
    return !((len >= 4 && strncmp(text + at, "None", 4) == 0) ||
             (len >= 4 && strncmp(text + at, "null", 4) == 0) ||
             (len >= 9 && strncmp(text + at, "undefined", 9) == 0));
}

/* `'a ` of Rust, which is no quoted name. */
static uint32_t skip_lifetime(const char *text, raw_range type)
{
    uint32_t at = type.start + 1;
    if (text[type.start] != '\'')
        return type.start;
    while (at < type.end && in_name(text[at]))
        at++;
    return at < type.end && text[at] == ' ' ? at : type.start;
}

/* Pointers of Rust that stand for what they point to. */
static bool is_pointer(const char *text, uint32_t start, raw_range type)
{
    static const char *const pointers[] = {"Rc<", "Arc<", "Box<dyn "};
    for (size_t i = 0; i < sizeof pointers / sizeof *pointers; i++) {
        size_t len = strlen(pointers[i]);
        if (type.end - start > len && memcmp(text + start, pointers[i], len) == 0)
            return true;
    }
    return false;
}

raw_range gaz_bare_type(const char *text, raw_range type)
{
    static const raw_range none = {0, 0};
    while (type.start < type.end) {
        char c = text[type.start];
        type.start = skip_lifetime(text, type);
        if (text[type.start] != c)
            continue;
        if (strchr(" \t\r\n*&?:\"'~@", c)) {
            type.start++;
            continue;
        }
        bool rooted = c == '\\' && type.start + 1 < type.end && in_name(text[type.start + 1]);
        if (!rooted && (!in_name(c) || isdigit((unsigned char)c)))
            return none;
        uint32_t end = path_end(text, type);
        if (!is_qualifier(text + type.start, end - type.start) &&
            !is_pointer(text, type.start, type))
            return spoiled(text, end, type.end) ? none : (raw_range){type.start, end};
        type.start = end;
        if (type.start < type.end && (text[type.start] == '[' || text[type.start] == '<'))
            type.start++; /* Optional[Foo] */
    }
    return none;
}
