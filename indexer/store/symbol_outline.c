/* Definitions of one document, asked for one by one. They are sorted by where they begin, a
 * container before what it holds, and every 64th can be decoded by itself: the innermost one around
 * a place is the last that begins before it, or one that holds that. Who asks about one place asks
 * about several as a rule, so of most documents all spans are decoded at the first question. */
#include "symbol_segment.h"

#define SPANS_MAX 8192u /* definitions of a document whose spans are held */

/* A definition passed over, and what finds its names (as symbol_decoding.named has them). */
typedef struct definition_span {
    uint32_t start, end, container;
    uint32_t start_line, end_line, name_start, name_end, name_line;
    uint32_t name, container_name;
    uint8_t kind, visibility, flags;
} definition_span;

struct gaz_symbol_outline {
    symbol_reading reading;
    definition_span *spans; /* of all definitions; NULL: not decoded, or too many */
    uint32_t first, count;  /* the run decoded last; 0: none */
    gaz_symbol_definition run[SYMBOL_DEFS_RESTART];
};

gaz_status gaz_symbol_outline_open(gaz_symbol_segment *seg, uint32_t doc, gaz_arena *arena,
                                   gaz_symbol_outline **out, gaz_error *err)
{
    gaz_symbol_outline *o = gaz_arena_alloc(arena, sizeof *o);
    if (!o)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the symbols of a file");
    o->first = o->count = 0;
    o->spans = NULL;
    gaz_status st = symbol_reading_open(&o->reading, seg, doc, arena, true, err);
    if (st == GAZ_OK)
        *out = o;
    return st;
}

/* Decodes the places of a run, from its first definition up to `last`. */
static gaz_status load(gaz_symbol_outline *o, uint32_t last, gaz_error *err)
{
    uint32_t first = last - last % SYMBOL_DEFS_RESTART, count = last - first + 1;
    if (o->count && o->first == first && o->count >= count)
        return GAZ_OK;
    symbol_decoding d = symbol_reading_decoding(&o->reading);
    d.named = UINT32_MAX;
    o->count = 0;
    gaz_status st = symbol_decode_definitions(&d, first, count, o->run, err);
    if (st == GAZ_OK) {
        o->first = first;
        o->count = count;
    }
    return st;
}

gaz_status gaz_symbol_outline_place(gaz_symbol_outline *o, uint32_t index,
                                    gaz_symbol_definition *out, gaz_error *err)
{
    if (index >= o->reading.record.document.definitions)
        return symbol_segment_damaged("a definition beyond the last is asked for", err);
    gaz_status st = load(o, index, err);
    if (st == GAZ_OK) {
        *out = o->run[index - o->first];
        out->name = out->container_name = (gaz_symbol_name){NULL, 0};
    }
    return st;
}

static definition_span span_of(const gaz_symbol_definition *d)
{
    return (definition_span){.start = d->start,
                             .end = d->end,
                             .container = d->container,
                             .start_line = d->start_line,
                             .end_line = d->end_line,
                             .name_start = d->name_start,
                             .name_end = d->name_end,
                             .name_line = d->name_line,
                             .name = d->name.len,
                             .container_name = d->container_name.len,
                             .kind = d->kind,
                             .visibility = d->visibility,
                             .flags = d->flags};
}

static gaz_status load_spans(gaz_symbol_outline *o, uint32_t all, gaz_error *err)
{
    definition_span *spans = gaz_arena_array(o->reading.arena, (size_t)all + 1, sizeof *spans);
    gaz_status st =
        spans ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory for the symbols of a file");
    for (uint32_t first = 0; st == GAZ_OK && first < all; first += SYMBOL_DEFS_RESTART) {
        uint32_t count = all - first < SYMBOL_DEFS_RESTART ? all - first : SYMBOL_DEFS_RESTART;
        st = load(o, first + count - 1, err);
        for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
            spans[first + i] = span_of(&o->run[i]);
    }
    if (st == GAZ_OK)
        o->spans = spans;
    return st;
}

static uint32_t around_in_spans(const definition_span *spans, uint32_t all, uint32_t offset)
{
    uint32_t lo = 0, hi = all; /* the first that begins beyond it */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (spans[mid].start <= offset)
            lo = mid + 1;
        else
            hi = mid;
    }
    uint32_t at = lo ? lo - 1 : GAZ_SYMBOL_NONE;
    while (at != GAZ_SYMBOL_NONE && spans[at].end <= offset)
        at = spans[at].container;
    return at;
}

/* The same in a document of very many, of which only what is on the way is decoded. */
static gaz_status around_by_runs(gaz_symbol_outline *o, uint32_t all, uint32_t offset,
                                 uint32_t *index, gaz_error *err)
{
    uint32_t runs = 0, at = GAZ_SYMBOL_NONE;
    uint32_t hi = all / SYMBOL_DEFS_RESTART + (all % SYMBOL_DEFS_RESTART != 0);
    gaz_symbol_definition d;
    gaz_status st = GAZ_OK;
    *index = GAZ_SYMBOL_NONE;
    while (st == GAZ_OK && runs < hi) { /* the first run that begins beyond it */
        uint32_t mid = runs + (hi - runs) / 2;
        st = gaz_symbol_outline_place(o, mid * SYMBOL_DEFS_RESTART, &d, err);
        if (st == GAZ_OK && d.start <= offset)
            runs = mid + 1;
        else
            hi = mid;
    }
    if (st != GAZ_OK || !runs)
        return st;
    uint32_t first = (runs - 1) * SYMBOL_DEFS_RESTART;
    uint32_t last = all - first > SYMBOL_DEFS_RESTART ? first + SYMBOL_DEFS_RESTART - 1 : all - 1;
    st = load(o, last, err);
    for (uint32_t i = first; st == GAZ_OK && i <= last && o->run[i - first].start <= offset; i++)
        at = i;
    while (st == GAZ_OK && at != GAZ_SYMBOL_NONE) {
        st = gaz_symbol_outline_place(o, at, &d, err);
        if (st == GAZ_OK && d.end > offset)
            break;
        if (st == GAZ_OK)
            at = d.container;
    }
    if (st == GAZ_OK)
        *index = at;
    return st;
}

gaz_status gaz_symbol_outline_around(gaz_symbol_outline *o, uint32_t offset, uint32_t *index,
                                     gaz_error *err)
{
    uint32_t all = o->reading.record.document.definitions;
    if (all > SPANS_MAX)
        return around_by_runs(o, all, offset, index, err);
    gaz_status st = o->spans ? GAZ_OK : load_spans(o, all, err);
    if (st == GAZ_OK)
        *index = around_in_spans(o->spans, all, offset);
    return st;
}

static gaz_status from_span(gaz_symbol_outline *o, const definition_span *s,
                            gaz_symbol_definition *out, gaz_error *err)
{
    symbol_decoding d = symbol_reading_decoding(&o->reading);
    uint32_t names = o->reading.record.name_count;
    *out = (gaz_symbol_definition){.kind = s->kind,
                                   .visibility = s->visibility,
                                   .flags = s->flags,
                                   .container = s->container,
                                   .start = s->start,
                                   .end = s->end,
                                   .start_line = s->start_line,
                                   .end_line = s->end_line,
                                   .name_start = s->name_start,
                                   .name_end = s->name_end,
                                   .name_line = s->name_line};
    if (s->name >= names || s->container_name > names)
        return symbol_segment_damaged("a definition has a name beyond the last", err);
    gaz_status st = d.name_of(d.ctx, s->name, &out->name, err);
    if (st == GAZ_OK && s->container_name)
        st = d.name_of(d.ctx, s->container_name - 1, &out->container_name, err);
    if (!out->name_end)
        out->name_end = out->name_start + out->name.len;
    return st;
}

gaz_status gaz_symbol_outline_definition(gaz_symbol_outline *o, uint32_t index,
                                         gaz_symbol_definition *out, gaz_error *err)
{
    uint32_t all = o->reading.record.document.definitions;
    if (o->spans && index < all)
        return from_span(o, &o->spans[index], out, err);
    gaz_symbol_definition d;
    gaz_status st = symbol_reading_definition(&o->reading, index, &d, err);
    if (st == GAZ_OK) {
        *out = d;
        out->signature = out->type = out->doc = (gaz_symbol_text){.start = 0};
        out->body_start = out->body_end = 0;
        out->depth = 0;
    }
    return st;
}
