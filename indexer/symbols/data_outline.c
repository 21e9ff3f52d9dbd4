/* What outlines of texts need that are no programs.
 *
 * Keys: a file of data may have a hundred thousand. Three levels are collected, counted by level,
 * and of those the highest that are at most KEYS_MAX keys together are kept: whole levels, so that
 * an outline never shows some keys of a level and not others. Where the first level alone is more,
 * its first keys are kept, and the outcome says that there were too many.
 *
 * Headings: where a grammar has headings but no sections, or sections of some headings only, each
 * pattern says its heading's level, and the section is stretched from there to the next heading of
 * the same or a higher level. */
#include <string.h>
#include "assemble.h"
#include "collect.h"

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

bool gaz_key_admit(raw_facts *raw, raw_definition *d)
{
    raw_keys *keys = &raw->keys;
    while (keys->open > 0 && keys->ends[keys->open - 1] <= d->span.start)
        keys->open--;
    if (keys->open > 0 && keys->last == d->span.start) { /* by another pattern */
        d->level = (uint8_t)keys->open;
        return true;
    }
    if (keys->open == KEY_LEVELS)
        return false;
    uint32_t level = keys->open;
    keys->ends[keys->open++] = d->span.end;
    keys->last = d->span.start;
    d->level = (uint8_t)(level + 1);
    return ++keys->met[level] <= KEYS_MAX;
}

bool gaz_drop_deep_keys(raw_facts *raw)
{
    uint32_t levels = 0, total = 0;
    while (levels < KEY_LEVELS && total + raw->keys.met[levels] <= KEYS_MAX)
        total += raw->keys.met[levels++];
    bool complete = levels > 0;
    levels = complete ? levels : 1;
    size_t kept = 0;
    for (size_t i = 0; levels < KEY_LEVELS && i < raw->definitions.len; i++) {
        const raw_definition *d = &raw->definitions.items[i];
        if (d->kind != GAZ_SYMBOL_KEY || d->level <= levels)
            raw->definitions.items[kept++] = *d;
    }
    if (levels < KEY_LEVELS)
        raw->definitions.len = kept;
    return complete;
}

raw_range gaz_data_name(const raw_facts *raw, const raw_definition *d, uint32_t max)
{
    raw_range name = d->name;
    uint32_t end = name.end;
    while (d->level > 0 && end > name.start && raw->text[end - 1] == '#')
        end--;
    if (end < name.end && end > name.start && is_blank(raw->text[end - 1]))
        name.end = end; /* Markdown: `## Title ##` */
    if (range_len(name) > max) {
        name.end = name.start + max;
        while (((unsigned char)raw->text[name.end] & 0xc0) == 0x80)
            name.end--;
    }
    while (name.end > name.start && is_blank(raw->text[name.end - 1]))
        name.end--;
    return name;
}

static uint32_t lines_between(const raw_facts *raw, uint32_t from, uint32_t to)
{
    uint32_t lines = 0;
    for (const char *at = raw->text + from, *end = raw->text + to;
         (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++)
        lines++;
    return lines;
}

/* Ends a section before `end`, without the blanks between. */
static void stretch(const raw_facts *raw, raw_definition *d, uint32_t end)
{
    while (end > d->span.end && is_blank(raw->text[end - 1]))
        end--;
    if (end <= d->span.end)
        return;
    d->span.end_line += lines_between(raw, d->span.end, end);
    d->span.end = end;
}

enum { LEVELS = 10, ELEMENTS_MAX = 64 };

typedef struct headings {
    raw_definition *open[LEVELS]; /* by level; NULL: none is open */
    uint32_t limits[LEVELS];      /* ends of the elements around them */
    uint32_t elements[ELEMENTS_MAX];
    uint32_t depth;
} headings;

static void close_headings(const raw_facts *raw, headings *h, unsigned level, uint32_t end)
{
    for (unsigned i = level; i < LEVELS; i++) {
        if (h->open[i])
            stretch(raw, h->open[i], end < h->limits[i] ? end : h->limits[i]);
        h->open[i] = NULL;
    }
}

bool gaz_stretch_sections(raw_facts *raw)
{
    headings h = {0};
    bool any = false;
    for (size_t i = 0; i < raw->definitions.len; i++) {
        raw_definition *d = &raw->definitions.items[i];
        while (h.depth > 0 && h.elements[h.depth - 1] <= d->span.start)
            h.depth--;
        if (d->kind == GAZ_SYMBOL_ELEMENT && h.depth < ELEMENTS_MAX)
            h.elements[h.depth++] = d->span.end;
        if (d->kind != GAZ_SYMBOL_SECTION || d->level == 0)
            continue;
        close_headings(raw, &h, d->level, d->span.start);
        uint32_t around = h.depth; /* without the heading itself, which may have an id */
        while (around > 0 && h.elements[around - 1] <= d->span.end)
            around--;
        h.open[d->level] = d;
        h.limits[d->level] = around > 0 ? h.elements[around - 1] : raw->len;
        any = true;
    }
    close_headings(raw, &h, 0, raw->len);
    return any;
}
