/* Some grammars cannot see through conditional compilation. Swift's takes `#if` for a statement, so
 * that one between the members of a class ends the class; the items inside `cfg_unix! { … }`, as
 * Rust's crates wrap them by custom, are mere tokens. The parser is shown such lines as blanks: all
 * branches are read, and every position is as in the text. So are attribute macros of C. */
#include <string.h>
#include "hidden_text.h"

enum { BLANKS = 64, NESTING_MAX = 16 };

/* An opening line whose closing one has not been seen. */
typedef struct opener {
    size_t range;
    uint32_t indent, end;
} opener;

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool starts_with(const char *at, const char *end, const char *word)
{
    size_t len = strlen(word);
    return (size_t)(end - at) >= len && memcmp(at, word, len) == 0;
}

static bool is_swift_directive(const char *at, const char *end)
{
    return starts_with(at, end, "#if ") || starts_with(at, end, "#if(") ||
           starts_with(at, end, "#else") || starts_with(at, end, "#endif");
}

static bool ends_blank(const char *at, const char *end)
{
    while (at < end && is_blank(*at))
        at++;
    return at == end;
}

static const char *skip_word(const char *at, const char *end)
{
    while (at < end && (*at == '_' || (*at >= 'a' && *at <= 'z') || (*at >= '0' && *at <= '9')))
        at++;
    return at;
}

/* Whether a line says `name: …`, which is no item. */
static bool is_labelled(const char *at, const char *end)
{
    while (at < end && (is_blank(*at) || *at == '\n'))
        at++;
    const char *colon = skip_word(at, end);
    return colon > at && colon + 1 < end && colon[0] == ':' && colon[1] != ':';
}

/* `cfg_some_thing! {` and nothing else, before items. */
static bool opens_items(const char *at, const char *end, const char *text_end)
{
    if (!starts_with(at, end, "cfg_") || is_labelled(end, text_end))
        return false;
    at = skip_word(at, end);
    if (at == end || *at++ != '!')
        return false;
    while (at < end && *at == ' ')
        at++;
    return at < end && *at == '{' && ends_blank(at + 1, end);
}

typedef struct line_scan {
    hidden_text *hidden;
    const char *text_end;
    opener open[NESTING_MAX];
    uint32_t depth;
} line_scan;

/* One line without its line end; `from` is where it begins in the text. */
static bool see_rust_line(line_scan *s, const char *line, const char *end, uint32_t from)
{
    const char *at = line;
    while (at < end && is_blank(*at))
        at++;
    uint32_t indent = (uint32_t)(at - line);
    if (opens_items(at, end, s->text_end) && s->depth < NESTING_MAX) {
        s->open[s->depth++] =
            (opener){s->hidden->ranges.len, indent, from + (uint32_t)(end - line)};
        return gaz_vec_push(&s->hidden->ranges, ((raw_range){from, from}));
    }
    if (s->depth > 0 && s->open[s->depth - 1].indent == indent && at < end && *at == '}' &&
        ends_blank(at + 1, end)) {
        const opener *o = &s->open[--s->depth];
        s->hidden->ranges.items[o->range].end = o->end;
        return gaz_vec_push(&s->hidden->ranges, ((raw_range){from, from + (uint32_t)(end - line)}));
    }
    return true;
}

static bool see_swift_line(line_scan *s, const char *line, const char *end, uint32_t from)
{
    const char *at = line;
    while (at < end && is_blank(*at))
        at++;
    return !is_swift_directive(at, end) ||
           gaz_vec_push(&s->hidden->ranges, ((raw_range){from, from + (uint32_t)(end - line)}));
}

bool gaz_hidden_text_find(hidden_text *hidden, style_id style, const char *text, uint32_t len)
{
    line_scan scan = {.hidden = hidden, .text_end = text + len};
    hidden->ranges.len = 0;
    if (style == STYLE_C || style == STYLE_CPP)
        return gaz_hidden_attributes_find(hidden, text, len);
    if (style != STYLE_SWIFT && style != STYLE_RUST)
        return true;
    for (uint32_t at = 0; at < len;) {
        const char *stop = memchr(text + at, '\n', len - at);
        uint32_t end = stop ? (uint32_t)(stop - text) : len;
        if (!(style == STYLE_SWIFT ? see_swift_line : see_rust_line)(&scan, text + at, text + end,
                                                                     at))
            return false;
        at = end + 1;
    }
    return true;
}

void gaz_hidden_text_release(hidden_text *hidden)
{
    gaz_vec_free(&hidden->ranges);
}

/* The first range that ends after a position; the count of all when there is none. */
static size_t range_after(const hidden_text *hidden, uint32_t at)
{
    size_t low = 0, high = hidden->ranges.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (hidden->ranges.items[middle].end <= at)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const char *gaz_hidden_text_read(const hidden_text *hidden, const char *text, uint32_t len,
                                 uint32_t at, uint32_t *bytes_read)
{
    static const char blanks[BLANKS + 1] =
        "                                                                ";
    *bytes_read = at < len ? len - at : 0;
    if (at >= len)
        return "";
    size_t i = range_after(hidden, at);
    if (i == hidden->ranges.len)
        return text + at;
    raw_range next = hidden->ranges.items[i];
    if (next.start > at) {
        *bytes_read = next.start - at;
        return text + at;
    }
    *bytes_read = next.end - at < BLANKS ? next.end - at : BLANKS;
    return blanks;
}
