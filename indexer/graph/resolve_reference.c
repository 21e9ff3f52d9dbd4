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
    settling s = {file, GAZ_RESOLVE_IMPORT, UINT8_MAX, NULL, false};
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

/* Whether a definition, or what it is in, is one of the targets: a constructor is its class too. */
static gaz_status is_among(gaz_resolver *r, const gaz_resolve_target *t, const gaz_resolution *res,
                           bool *out, gaz_error *err)
{
    gaz_resolve_target at = *t;
    gaz_status st = GAZ_OK;
    for (*out = false; st == GAZ_OK && !*out;) {
        const gaz_symbol_definition *d;
        for (uint32_t i = 0; i < res->count; i++)
            *out |= res->targets[i].file == at.file && res->targets[i].index == at.index;
        if (at.index == GAZ_SYMBOL_NONE)
            break;
        st = resolve_definition(r, at.file, at.index, &d, err);
        if (st == GAZ_OK)
            at.index = d->container;
        if (at.index == GAZ_SYMBOL_NONE)
            break;
    }
    return st;
}

static gaz_status has_name(gaz_resolver *r, const gaz_resolution *res, gaz_symbol_name name,
                           bool *out, gaz_error *err)
{
    const gaz_symbol_definition *d;
    gaz_status st = GAZ_OK;
    *out = !res->count || res->targets[0].index == GAZ_SYMBOL_NONE;
    if (!*out)
        st = resolve_definition(r, res->targets[0].file, res->targets[0].index, &d, err);
    if (st == GAZ_OK && !*out)
        *out = same_name(d->name, name);
    return st;
}

/* An indexer that names another definition than the text does is believed unless our rules know one
 * of that name, which is neither it nor around it: they follow aliases as well as it does. */
static gaz_status confirm(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                          gaz_resolution *res, gaz_error *err)
{
    gaz_resolution ours = {.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
    bool named = false, among = false;
    gaz_status st =
        res->method == GAZ_RESOLVE_SCIP ? has_name(r, res, ref->name, &named, err) : GAZ_OK;
    if (st != GAZ_OK || named || res->method != GAZ_RESOLVE_SCIP || r->nested >= RESOLVE_NESTED_MAX)
        return st;
    r->nested++;
    st = by_rules(r, file, ref, &ours, err);
    r->nested--;
    if (st != GAZ_OK || !gaz_resolve_is_edge(ours.method) || ours.method == GAZ_RESOLVE_UNIQUE)
        return st;
    st = has_name(r, &ours, ref->name, &named, err);
    if (st == GAZ_OK && named)
        st = is_among(r, &res->targets[0], &ours, &among, err);
    if (st == GAZ_OK && named && !among)
        *res = ours;
    return st;
}

gaz_status gaz_resolve(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                       gaz_resolution *out, gaz_error *err)
{
    gaz_resolution res = {.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
    compiled_word word = COMPILED_SILENT;
    gaz_status st = resolve_tick(r, err);
    if (st == GAZ_OK && r->source.scip)
        st = resolve_scip(r, file, ref->start, &res, &word, err);
    if (st == GAZ_OK && word == COMPILED_KNOWN)
        st = confirm(r, file, ref, &res, err);
    if (st == GAZ_OK && word != COMPILED_KNOWN && r->nested < RESOLVE_NESTED_MAX) {
        r->nested++;
        st = by_rules(r, file, ref, &res, err);
        r->nested--;
        if (st == GAZ_OK)
            resolve_doubt(r, file, word, &res);
    }
    if (st == GAZ_OK)
        *out = res;
    return st;
}
