/* The definition a hit lies in. A file's facts are opened once, each definition is told once and
 * pointed at. What cannot be read is left out: hits
 * are text first. */
#include <string.h>

#include "gaz/base/map.h"
#include "gaz/symbols/symbols.h"
#include "render.h"
#include "symbol_marks.h"

#define CONTAINERS_MAX 64u /* above a definition that are named */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to show a file's symbols");
}

/* What it belongs to, from the outermost on: "A.B". */
static gaz_status name_container(gaz_symbol_outline *outline, const gaz_symbol_definition *d,
                                 gaz_strbuf *out, gaz_error *err)
{
    gaz_symbol_name above[CONTAINERS_MAX];
    uint32_t depth = 0;
    gaz_status st = GAZ_OK;
    gaz_strbuf_reset(out);
    for (uint32_t at = d->container; at != GAZ_SYMBOL_NONE && depth < CONTAINERS_MAX;) {
        gaz_symbol_definition up;
        st = gaz_symbol_outline_definition(outline, at, &up, err);
        if (st != GAZ_OK)
            return st;
        above[depth++] = up.name;
        at = up.container;
    }
    while (depth-- > 0) {
        gaz_strbuf_add(out, above[depth].data, above[depth].len);
        if (depth || d->container_name.len)
            gaz_strbuf_putc(out, '.');
    }
    gaz_strbuf_add(out, d->container_name.data, d->container_name.len);
    return gaz_strbuf_check(out, err);
}

static gaz_status describe(renderer *r, gaz_symbol_outline *outline, uint32_t index,
                           const gaz_hit_symbol **out, gaz_error *err)
{
    gaz_symbol_definition d;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_hit_symbol *s = gaz_arena_alloc(&r->pieces.arena, sizeof *s);
    gaz_status st = s ? gaz_symbol_outline_definition(outline, index, &d, err) : no_memory(err);
    if (st == GAZ_OK)
        st = name_container(outline, &d, &text, err);
    if (st == GAZ_OK) {
        *s = (gaz_hit_symbol){.kind = gaz_symbol_kind_name(d.kind),
                              .name = d.name.data,
                              .name_len = d.name.len,
                              .line = d.name_line,
                              .start_line = d.start_line,
                              .end_line = d.end_line,
                              .container_len = text.len,
                              .number = (uint32_t)r->around.len};
        s->container = text.len ? gaz_arena_strndup(&r->pieces.arena, text.data, text.len) : "";
        st = s->container && gaz_vec_push(&r->around, s) ? GAZ_OK : no_memory(err);
    }
    gaz_strbuf_release(&text);
    if (st == GAZ_OK)
        *out = s;
    return st;
}

/* A byte of the document within a hit: of its first match. */
static gaz_status hit_offset(renderer *r, size_t i, uint64_t *out, gaz_error *err)
{
    const gaz_hit_line *hit = &r->hits.items[i];
    gaz_status st = pieces_offset(&r->pieces, r->spots.items[i].piece, out, err);
    *out += r->spots.items[i].start;
    if (hit->range_count)
        *out += hit->cut_before + hit->ranges[0].start;
    return st;
}

/* Definitions inside each other come up again. */
static gaz_status point_at(renderer *r, gaz_symbol_outline *outline, gaz_map *known, uint32_t index,
                           const gaz_hit_symbol **out, gaz_error *err)
{
    bool added = false;
    uint64_t *at = gaz_map_put(known, &index, sizeof index, &added);
    if (!at)
        return no_memory(err);
    if (!added) {
        *out = r->around.items[*at];
        return GAZ_OK;
    }
    *at = r->around.len;
    return describe(r, outline, index, out, err);
}

gaz_status render_symbols(renderer *r, gaz_error *err)
{
    const plan *p = r->worker->plan;
    gaz_symbol_segment *segment = NULL;
    gaz_symbol_outline *outline = NULL;
    uint32_t document = 0;
    gaz_map known; /* index → number among r->around */
    if (!r->hits.len ||
        marks_document(p, &p->scope->files[r->match->file], &segment, &document) != GAZ_OK)
        return GAZ_OK;
    gaz_error why = {0};
    gaz_map_init(&known);
    gaz_status st = gaz_symbol_outline_open(segment, document, &r->pieces.arena, &outline, &why);
    for (size_t i = 0; st == GAZ_OK && i < r->hits.len; i++) {
        uint64_t offset = 0;
        uint32_t index = GAZ_SYMBOL_NONE;
        st = hit_offset(r, i, &offset, &why);
        if (st == GAZ_OK && offset < UINT32_MAX)
            st = gaz_symbol_outline_around(outline, (uint32_t)offset, &index, &why);
        if (st == GAZ_OK && index != GAZ_SYMBOL_NONE)
            st = point_at(r, outline, &known, index, &r->hits.items[i].symbol, &why);
    }
    gaz_map_release(&known);
    return st == GAZ_E_NOMEM ? no_memory(err) : GAZ_OK;
}
