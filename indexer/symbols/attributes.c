/* Attributes that stand before a definition without being part of its node, as in Rust: the
 * definition's span begins at the first of them. Comments may stand between. */
#include <stdlib.h>
#include "assemble.h"

static int by_start(const void *left, const void *right)
{
    const raw_comment *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

static uint32_t skip_blanks_back(const raw_facts *raw, uint32_t at)
{
    while (at > 0 && (raw->text[at - 1] == ' ' || raw->text[at - 1] == '\t' ||
                      raw->text[at - 1] == '\n' || raw->text[at - 1] == '\r'))
        at--;
    return at;
}

/* The last of `count` ranges that begins before a position. */
static const raw_comment *last_before(const raw_comment *all, size_t count, uint32_t position)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all[middle].start < position)
            low = middle + 1;
        else
            high = middle;
    }
    return low > 0 ? &all[low - 1] : NULL;
}

/* Walks back over attributes and the comments between them and the definition. */
static void widen(const raw_facts *raw, raw_definition *d)
{
    raw_range doc = {0, 0};
    uint32_t at = skip_blanks_back(raw, d->span.start);
    for (;;) {
        const raw_comment *a = last_before(raw->attributes.items, raw->attributes.len, at);
        if (a && a->end == at) {
            d->span.start = a->start;
            d->span.start_line = a->start_line;
            if (doc.end > 0)
                d->doc = doc;
            doc = (raw_range){0, 0};
            at = skip_blanks_back(raw, a->start);
            continue;
        }
        const raw_comment *c = last_before(raw->comments.items, raw->comments.len, at);
        if (!c || skip_blanks_back(raw, c->end) != at)
            break;
        doc = (raw_range){c->start, doc.end ? doc.end : at};
        at = skip_blanks_back(raw, c->start);
    }
    if (doc.end > 0) /* what stands before all attributes is found as everywhere */
        d->doc = (raw_range){0, 0};
}

void gaz_attach_attributes(assembly *a)
{
    raw_facts *raw = &a->raw;
    if (raw->attributes.len == 0)
        return;
    qsort(raw->attributes.items, raw->attributes.len, sizeof *raw->attributes.items, by_start);
    if (raw->comments.len > 1)
        qsort(raw->comments.items, raw->comments.len, sizeof *raw->comments.items, by_start);
    for (size_t i = 0; i < raw->definitions.len; i++)
        widen(raw, &raw->definitions.items[i]);
}
