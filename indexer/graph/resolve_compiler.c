/* What a SCIP index says of a place, as definitions of our facts. Our rules
 * serve where it is silent. */
#include "resolve_private.h"

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

gaz_status resolve_scip(gaz_resolver *r, uint32_t file, uint32_t at, gaz_resolution *out,
                        bool *known, gaz_error *err)
{
    gaz_scip_meaning m;
    *known = false;
    gaz_scip_edges_at(r->source.scip, file, at, &m);
    if (!m.known)
        return GAZ_OK;
    *known = true;
    if (!m.count)
        return GAZ_OK;
    uint32_t count = m.count < GAZ_RESOLVE_CANDIDATES_MAX ? m.count : GAZ_RESOLVE_CANDIDATES_MAX;
    gaz_resolve_target *targets = resolve_alloc(r, count, sizeof *targets);
    gaz_status st = targets ? GAZ_OK : resolve_no_memory(err);
    uint32_t kept = 0;
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        gaz_resolve_target t;
        st = definition_at(r, &m.targets[i], &t, err);
        /* A parameter or local variable is no definition of ours. */
        if (st == GAZ_OK && (t.index != GAZ_SYMBOL_NONE || m.targets[i].end == m.targets[i].start))
            targets[kept++] = t;
    }
    if (st != GAZ_OK)
        return st;
    out->method = kept ? GAZ_RESOLVE_SCIP : m.local ? GAZ_RESOLVE_LOCAL : GAZ_RESOLVE_NONE;
    out->targets = targets;
    out->count = kept;
    out->total = kept;
    out->confidence = resolve_confidence(out->method, out);
    return GAZ_OK;
}
