/* Trailers: "Key: value" lines in the last paragraph of a message (man git-interpret-trailers). A
 * paragraph of prose with a colon in it is none: every line has to be a trailer, go on with the one
 * before, or be one of the two lines git itself writes among them. */
#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "gaz/repo/history.h"

static size_t line_end(const char *text, size_t len, size_t at)
{
    const char *eol = memchr(text + at, '\n', len - at);
    return eol ? (size_t)(eol - text) : len;
}

static bool is_blank(const char *text, size_t at, size_t end)
{
    while (at < end && isspace((unsigned char)text[at]))
        at++;
    return at == end;
}

static bool is_gits_own(const char *line, size_t len)
{
    static const char *const lines[] = {"(cherry picked from commit "};
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
        if (len > strlen(lines[i]) && memcmp(line, lines[i], strlen(lines[i])) == 0)
            return true;
    return false;
}

/* The length of the key of "Key: …", 0 when the line is no trailer. */
static size_t key_length(const char *line, size_t len)
{
    size_t n = 0;
    while (n < len && (isalnum((unsigned char)line[n]) || line[n] == '-'))
        n++;
    return n && n < len && line[n] == ':' ? n : 0;
}

/* Where the last paragraph begins; `len` when it holds no trailers. `len` is without the blank
 * lines at the end. */
static size_t find_block(const char *text, size_t len)
{
    size_t start = 0, paragraphs = 0;
    bool was_blank = true, good = false;
    for (size_t at = 0, end; at < len; at = end + 1) {
        end = line_end(text, len, at);
        bool blank = is_blank(text, at, end);
        if (!blank && was_blank) {
            start = at;
            paragraphs++;
            good = true;
        }
        if (!blank) {
            bool goes_on = at > start && isspace((unsigned char)text[at]);
            good &= goes_on || key_length(text + at, end - at) || is_gits_own(text + at, end - at);
        }
        was_blank = blank;
    }
    return good && paragraphs > 1 ? start : len;
}

bool gaz_trailer_next(const char *message, size_t len, size_t *at, gaz_trailer *out)
{
    while (len && isspace((unsigned char)message[len - 1]))
        len--;
    if (*at == 0)
        *at = find_block(message, len);
    while (*at < len) {
        size_t end = line_end(message, len, *at), key = key_length(message + *at, end - *at);
        size_t start = *at;
        while (end + 1 < len && isspace((unsigned char)message[end + 1]))
            end = line_end(message, len, end + 1);
        *at = end < len ? end + 1 : len;
        if (!key)
            continue;
        size_t value = start + key + 1;
        while (value < end && isspace((unsigned char)message[value]))
            value++;
        *out = (gaz_trailer){message + start, message + value, key, end - value};
        while (out->value_len && isspace((unsigned char)out->value[out->value_len - 1]))
            out->value_len--;
        return true;
    }
    return false;
}

bool gaz_trailer_find(const char *message, size_t len, const char *key, const char **value,
                      size_t *value_len)
{
    gaz_trailer t;
    bool found = false;
    for (size_t at = 0; gaz_trailer_next(message, len, &at, &t);) {
        if (t.key_len != strlen(key) || strncasecmp(t.key, key, t.key_len) != 0)
            continue;
        *value = t.value;
        *value_len = t.value_len;
        found = true;
    }
    return found;
}
