/* Definitions of one document, asked for one by one. They are sorted by where they begin, a
 * container before what it holds, and every 64th can be decoded by itself: the innermost one around
 * a place is the last that begins before it, or one that holds that. */
#include "symbol_segment.h"

struct gaz_symbol_outline {
    symbol_reading reading;
    uint32_t first, count; /* the run decoded last; 0: none */
    gaz_symbol_definition run[SYMBOL_DEFS_RESTART];
};

gaz_status gaz_symbol_outline_open(gaz_symbol_segment *seg, uint32_t doc, gaz_arena *arena,
                                   gaz_symbol_outline **out, gaz_error *err)
{
    gaz_symbol_outline *o = gaz_arena_alloc(arena, sizeof *o);
    if (!o)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the symbols of a file");
    o->first = o->count = 0;
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
    if (st == GAZ_OK)
        *out = o->run[index - o->first];
    return st;
}

gaz_status gaz_symbol_outline_around(gaz_symbol_outline *o, uint32_t offset, uint32_t *index,
                                     gaz_error *err)
{
    uint32_t all = o->reading.record.document.definitions, runs = 0, at = GAZ_SYMBOL_NONE;
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

gaz_status gaz_symbol_outline_definition(gaz_symbol_outline *o, uint32_t index,
                                         gaz_symbol_definition *out, gaz_error *err)
{
    return symbol_reading_definition(&o->reading, index, out, err);
}
