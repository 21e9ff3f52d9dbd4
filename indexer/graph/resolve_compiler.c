/* What a SCIP index says of a place, as definitions of our facts. Our rules
 * serve where it is silent. */
#include "resolve_private.h"

#define SCIP_CHANGED_LESS 5 /* percent: files of the index have changed since, though not these */

/* The definition whose name begins at a byte; the file itself when there is none. */
static gaz_status definition_at(gaz_resolver *r, const gaz_scip_place *place,
                                gaz_resolve_target *out, gaz_error *err)
{
    file_entry *e;
    *out = (gaz_resolve_target){place->file, GAZ_SYMBOL_NONE};
    gaz_status st = resolve_file(r, place->file, GAZ_SYMBOL_DEFINITIONS, &e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->facts.definition_count; i++)
        if (e->facts.definitions[i].name_start == place->start && place->end > place->start) {
            out->index = i;
            return GAZ_OK;
        }
    return st;
}

/* A parameter or local variable is no definition of ours. */
static gaz_status list_targets(gaz_resolver *r, const gaz_scip_meaning *m, gaz_resolution *out,
                               gaz_error *err)
{
    uint32_t count = m->count < GAZ_RESOLVE_CANDIDATES_MAX ? m->count : GAZ_RESOLVE_CANDIDATES_MAX;
    gaz_resolve_target *targets = resolve_alloc(r, count, sizeof *targets);
    gaz_status st = targets ? GAZ_OK : resolve_no_memory(err);
    out->count = 0;
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        gaz_resolve_target t;
        st = definition_at(r, &m->targets[i], &t, err);
        if (st == GAZ_OK &&
            (t.index != GAZ_SYMBOL_NONE || m->targets[i].end == m->targets[i].start))
            targets[out->count++] = t;
    }
    out->targets = targets;
    out->total = out->count;
    return st;
}

gaz_status resolve_scip(gaz_resolver *r, uint32_t file, uint32_t at, gaz_resolution *out,
                        compiled_word *word, gaz_error *err)
{
    const gaz_scip_edges *scip = r->source.scip;
    gaz_scip_meaning m;
    gaz_scip_edges_at(scip, file, at, &m);
    *word = m.lost               ? COMPILED_LOST
            : !m.known           ? COMPILED_SILENT
            : m.count || m.local ? COMPILED_KNOWN
                                 : COMPILED_FOREIGN;
    if (*word != COMPILED_KNOWN)
        return GAZ_OK;
    gaz_status st = m.count ? list_targets(r, &m, out, err) : GAZ_OK;
    if (st != GAZ_OK)
        return st;
    out->method = out->count ? GAZ_RESOLVE_SCIP : m.local ? GAZ_RESOLVE_LOCAL : GAZ_RESOLVE_NONE;
    out->confidence = resolve_confidence(out->method, out);
    if (out->count && !gaz_scip_edges_intact(scip, gaz_scip_edges_cover(scip, file)))
        out->confidence = (uint8_t)(out->confidence - SCIP_CHANGED_LESS);
    return GAZ_OK;
}

void resolve_doubt(const gaz_resolver *r, uint32_t file, compiled_word word, gaz_resolution *res)
{
    const gaz_scip_edges *scip = r->source.scip;
    unsigned index = scip ? gaz_scip_edges_cover(scip, file) : 0;
    if (index && word == COMPILED_SILENT && res->method == GAZ_RESOLVE_UNIQUE) {
        res->method = GAZ_RESOLVE_AMBIGUOUS; /* our guess; a compiler had the name before it */
        res->confidence = resolve_confidence(res->method, res);
    }
    if (!index || word != COMPILED_FOREIGN)
        return;
    for (uint32_t i = 0; i < res->count; i++)
        if (gaz_scip_edges_cover(scip, res->targets[i].file) == index) {
            *res = (gaz_resolution){.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
            return;
        }
}
