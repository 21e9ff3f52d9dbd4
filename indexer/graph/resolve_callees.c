/* What a body calls: its references of the roles of calls, resolved in their order, those that mean
 * the same taken together. */
#include "resolve_private.h"

typedef struct callee_listing {
    gaz_resolver *r;
    file_entry *e;
    GAZ_VEC(gaz_callee) items;
    gaz_map seen; /* target, or name of what has none → item + 1 */
} callee_listing;

static uint64_t *slot_of(callee_listing *l, const gaz_symbol_reference *ref,
                         const gaz_resolution *res)
{
    char key[GAZ_SYMBOL_NAME_MAX + 16];
    uint32_t len = ref->name.len < GAZ_SYMBOL_NAME_MAX ? ref->name.len : GAZ_SYMBOL_NAME_MAX;
    gaz_resolve_target first = {GAZ_SYMBOL_NONE, res->method};
    if (gaz_resolve_is_edge(res->method))
        first = res->targets[0];
    memcpy(key, &first, sizeof first);
    memcpy(key + sizeof first, ref->name.data, len);
    return gaz_map_put(&l->seen, key, sizeof first + len, NULL);
}

static gaz_status add_call(callee_listing *l, const gaz_symbol_reference *ref,
                           const gaz_resolution *res, uint64_t *slot, gaz_error *err)
{
    if (*slot) {
        l->items.items[*slot - 1].calls++;
        return GAZ_OK;
    }
    gaz_callee callee = {
        .name = ref->name, .start = ref->start, .line = ref->line, .calls = 1, .resolution = *res};
    if (!gaz_vec_push(&l->items, callee))
        return resolve_no_memory(err);
    *slot = l->items.len;
    return GAZ_OK;
}

static gaz_status list_calls(callee_listing *l, const gaz_symbol_definition *d, bool all,
                             uint32_t limit, uint32_t from, gaz_callees *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < l->e->facts.reference_count; i++) {
        const gaz_symbol_reference *ref = &l->e->facts.references[i];
        gaz_resolution res;
        if (ref->start < d->start || ref->start < from || !(GAZ_CALL_ROLES >> ref->role & 1))
            continue;
        if (ref->start >= d->end)
            break;
        st = gaz_resolve(l->r, l->e->file, ref, &res, err);
        if (st != GAZ_OK)
            return st;
        bool edge = gaz_resolve_is_edge(res.method);
        out->ambiguous += res.method == GAZ_RESOLVE_AMBIGUOUS;
        out->unresolved += res.method == GAZ_RESOLVE_NONE;
        if (!edge && (!all || res.method == GAZ_RESOLVE_LOCAL))
            continue;
        uint64_t *slot = slot_of(l, ref, &res);
        if (!slot)
            return resolve_no_memory(err);
        if (!*slot && l->items.len >= limit) {
            out->complete = false;
            out->next = (gaz_resolve_cursor){0, ref->start};
            return GAZ_OK;
        }
        st = add_call(l, ref, &res, slot, err);
    }
    return st;
}

gaz_status gaz_resolve_callees(gaz_resolver *r, gaz_resolve_target target, bool all, uint32_t limit,
                               gaz_resolve_cursor after, gaz_callees *out, gaz_error *err)
{
    callee_listing l = {.r = r};
    gaz_callees found = {.complete = true};
    if (!limit || limit > GAZ_RESOLVE_LIMIT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the limit of a list is 1 to %u, not %u",
                             GAZ_RESOLVE_LIMIT_MAX, limit);
    r->many_files = false;
    gaz_status st =
        resolve_file(r, target.file, GAZ_SYMBOL_DEFINITIONS | GAZ_SYMBOL_REFERENCES, &l.e, err);
    if (st == GAZ_OK && target.index >= l.e->facts.definition_count)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "file %u has no definition %u", target.file,
                           target.index);
    if (st != GAZ_OK)
        return st;
    gaz_map_init(&l.seen);
    st = list_calls(&l, &l.e->facts.definitions[target.index], all, limit, after.at, &found, err);
    found.items = st == GAZ_OK ? resolve_alloc(r, l.items.len, sizeof *found.items) : NULL;
    if (found.items && l.items.len)
        memcpy(found.items, l.items.items, l.items.len * sizeof *found.items);
    found.count = (uint32_t)l.items.len;
    if (st == GAZ_OK && !found.items)
        st = resolve_no_memory(err);
    if (st == GAZ_OK)
        *out = found;
    gaz_map_release(&l.seen);
    gaz_vec_free(&l.items);
    return st;
}
