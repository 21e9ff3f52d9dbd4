/* What stands at a place of a file: the name of a definition, or a reference. */
#include "resolve_private.h"

/* The last reference that begins at or before a byte, if it reaches beyond it. */
static const gaz_symbol_reference *reference_over(const file_entry *e, uint32_t at)
{
    uint32_t low = 0, high = e->facts.reference_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (e->facts.references[middle].start <= at)
            low = middle + 1;
        else
            high = middle;
    }
    const gaz_symbol_reference *ref = low ? &e->facts.references[low - 1] : NULL;
    return ref && at - ref->start < ref->name.len ? ref : NULL;
}

/* What the declaration at a place declares; a definition means itself. */
static gaz_status own_meaning(gaz_resolver *r, uint32_t file, uint32_t index, gaz_resolution *out,
                              gaz_error *err)
{
    candidate_list linked = {0};
    name_set *set;
    candidate c;
    gaz_status st = resolve_candidate(r, file, index, &c, err);
    if (st == GAZ_OK)
        st = resolve_names(r, c.def->name, &set, err);
    if (st == GAZ_OK && c.flags & DEF_IS_DECLARATION &&
        resolve_language_of(r, file)->family == FAMILY_C)
        st = resolve_link(r, set, &c, 1, &linked, err);
    if (st == GAZ_OK && linked.len)
        out->via = (gaz_resolve_target){file, index};
    else if (st == GAZ_OK)
        st = resolve_add(&linked, &c, err);
    const settling s = {file, out->via.file == file ? GAZ_RESOLVE_IMPORT : GAZ_RESOLVE_FILE,
                        UINT8_MAX, set, false};
    if (st == GAZ_OK)
        st = resolve_settle(r, &s, &linked, out, err);
    gaz_vec_free(&linked);
    return st;
}

gaz_status gaz_resolve_at(gaz_resolver *r, uint32_t file, uint32_t at, gaz_resolve_place *out,
                          gaz_error *err)
{
    file_entry *e;
    gaz_resolve_place place = {.definition = GAZ_SYMBOL_NONE,
                               .resolution.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
    gaz_status st = resolve_file(r, file, GAZ_SYMBOL_DEFINITIONS | GAZ_SYMBOL_REFERENCES, &e, err);
    if (st != GAZ_OK)
        return st;
    r->many_files = false;
    const gaz_symbol_reference *ref = reference_over(e, at);
    for (uint32_t i = 0; !ref && !place.is_definition && i < e->facts.definition_count; i++)
        if (at >= e->facts.definitions[i].name_start && at < e->facts.definitions[i].name_end) {
            place.is_definition = true;
            place.definition = i;
        }
    if (ref) {
        place.reference = *ref;
        st = gaz_resolve(r, file, ref, &place.resolution, err);
    } else if (place.is_definition) {
        st = own_meaning(r, file, place.definition, &place.resolution, err);
    } else {
        return GAZ_E_NOT_FOUND;
    }
    if (st == GAZ_OK)
        *out = place;
    return st;
}

gaz_status gaz_resolve_at_column(gaz_resolver *r, uint32_t file, uint32_t line, uint32_t column,
                                 gaz_resolve_place *out, gaz_error *err)
{
    file_entry *e;
    const char *first;
    uint32_t len;
    const gaz_symbol_text all = {.start = 0, .len = 1};
    if (!line || !column)
        return gaz_error_set(err, GAZ_E_INVALID, "lines and columns are counted from 1");
    gaz_status st = resolve_text(r, file, &all, &first, &len, err); /* loads it */
    if (st == GAZ_OK)
        st = resolve_file(r, file, 0, &e, err);
    if (st != GAZ_OK)
        return st;
    const char *at = e->text, *end = at ? at + e->text_len : NULL;
    for (uint32_t i = 1; at && i < line; i++) {
        at = memchr(at, '\n', (size_t)(end - at));
        at = at ? at + 1 : NULL;
    }
    if (!at || column - 1 > (size_t)(end - at))
        return GAZ_E_NOT_FOUND;
    return gaz_resolve_at(r, file, (uint32_t)(at - e->text) + column - 1, out, err);
}
