/* One reference: which of the rules its shape calls for. A compiler's own answer comes first. */
#include "resolve_private.h"

/* What a definition stands for is seen by those around it, not by itself: `class A(A)`. */
static gaz_status scope_of(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                           uint32_t *out, gaz_error *err)
{
    const gaz_symbol_definition *heir;
    *out = ref->enclosing;
    if (ref->role != ROLE_INHERIT || ref->enclosing == GAZ_SYMBOL_NONE)
        return GAZ_OK;
    gaz_status st = resolve_definition(r, file, ref->enclosing, &heir, err);
    if (st == GAZ_OK)
        *out = heir->container;
    return st;
}

/* A name in an import statement is what is taken out of the file it names. */
static gaz_status import_name(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                              gaz_resolution *out, gaz_error *err)
{
    file_entry *e;
    candidate_list found = {0};
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st == GAZ_OK && !e->absent)
        st = resolve_bind(r, e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->binding_count; i++) {
        const binding *b = &e->bindings[i];
        bool bound = false;
        if (b->fact->line > ref->line || !(same_name(b->wanted, ref->name) ||
                                           (!b->wanted.len && same_name(b->local, ref->name))))
            continue;
        st = resolve_imported(r, file, b->local, b->scope, KINDS_ANY, &found, &bound, err);
        break;
    }
    settling s = {file, GAZ_RESOLVE_IMPORT, UINT8_MAX, NULL};
    if (st == GAZ_OK)
        st = resolve_settle(r, &s, &found, out, err);
    gaz_vec_free(&found);
    return st;
}

static gaz_status by_rules(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                           gaz_resolution *out, gaz_error *err)
{
    const resolve_language *l = resolve_language_of(r, file);
    gaz_symbol_reference seen = *ref;
    if (!l->family)
        return GAZ_OK;
    if (ref->flags & REF_IS_LOCAL) {
        out->method = GAZ_RESOLVE_LOCAL;
        return GAZ_OK;
    }
    gaz_status st = scope_of(r, file, ref, &seen.enclosing, err);
    if (st != GAZ_OK)
        return st;
    if (ref->role == ROLE_IMPORT)
        return import_name(r, file, ref, out, err);
    if (ref->flags & REF_IS_MEMBER)
        return resolve_member(r, file, &seen, out, err);
    const plain_name name = {file, seen.enclosing, ref->name, resolve_kinds(l, ref), ref->arity};
    return resolve_plain(r, &name, out, err);
}

gaz_status gaz_resolve(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                       gaz_resolution *out, gaz_error *err)
{
    gaz_resolution res = {.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
    bool known = false;
    gaz_status st = resolve_tick(r, err);
    if (st == GAZ_OK && r->source.scip)
        st = resolve_scip(r, file, ref->start, &res, &known, err);
    if (st == GAZ_OK && !known && r->nested < RESOLVE_NESTED_MAX) {
        r->nested++;
        st = by_rules(r, file, ref, &res, err);
        r->nested--;
    }
    if (st == GAZ_OK)
        *out = res;
    return st;
}
