/* Who inherits from a type, level by level, and who overrides or implements a member. Go says
 * nowhere that a type implements an interface: there, types that have all its methods do. */
#include "resolve_private.h"

#include <stdlib.h>

#define METHODS_MAX 256u /* of one interface of Go */

typedef struct heir_listing {
    gaz_resolver *r;
    GAZ_VEC(gaz_heir) items;
    uint64_t ambiguous;
    uint32_t limit;
    bool complete;
    gaz_resolve_target target; /* the types above are not their own heirs */
    /* of the level that is being looked for */
    uint32_t file, depth;
} heir_listing;

static gaz_status add_heir(heir_listing *l, uint32_t file, uint32_t index, uint8_t method,
                           uint8_t confidence, gaz_error *err)
{
    if (file == l->target.file && index == l->target.index)
        return GAZ_OK;
    for (size_t i = 0; i < l->items.len; i++)
        if (l->items.items[i].target.file == file && l->items.items[i].target.index == index)
            return GAZ_OK;
    if (l->items.len >= l->limit) {
        l->complete = false;
        return GAZ_DONE;
    }
    gaz_heir heir = {{file, index}, l->depth, method, confidence};
    return gaz_vec_push(&l->items, heir) ? GAZ_OK : resolve_no_memory(err);
}

/* The type an extension extends is the heir. */
static gaz_status see_inherit(void *ctx, const gaz_symbol_reference *ref, const gaz_resolution *res,
                              bool sure, gaz_error *err)
{
    heir_listing *l = ctx;
    candidate heir;
    if (!sure || ref->enclosing == GAZ_SYMBOL_NONE) {
        l->ambiguous += !sure;
        return GAZ_OK;
    }
    gaz_status st = resolve_candidate(l->r, l->file, ref->enclosing, &heir, err);
    if (st == GAZ_OK && heir.kind == KIND_EXTENSION) {
        const candidate *types;
        uint32_t count = 0;
        st = resolve_type(l->r, l->file, heir.def->container, heir.def->name, &types, &count, err);
        if (st == GAZ_OK && count)
            heir = types[0];
    }
    return st == GAZ_OK ? add_heir(l, heir.file, heir.index, res->method, res->confidence, err)
                        : st;
}

static gaz_status direct_heirs(heir_listing *l, gaz_resolve_target target, gaz_error *err)
{
    use_search s;
    gaz_status st = use_search_begin(l->r, target, 1u << ROLE_INHERIT, &s, err);
    if (st != GAZ_OK)
        return st;
    s.see = see_inherit;
    s.ctx = l;
    for (uint32_t i = 0; st == GAZ_OK && i < s.file_count; i++) {
        l->file = s.files[i].file;
        st = use_search_file(l->r, &s, l->file, 0, err);
    }
    use_search_end(&s);
    return st;
}

/* ---- a SCIP index knows heirs too ---- */

static gaz_status compiled_heirs(heir_listing *l, const gaz_symbol_definition *d, gaz_error *err)
{
    uint32_t count = 0;
    gaz_status st = GAZ_OK;
    if (!l->r->source.scip)
        return GAZ_OK;
    uint32_t symbol = gaz_scip_edges_symbol(l->r->source.scip, l->target.file, d->name_start);
    const uint32_t *heirs = gaz_scip_edges_heirs(l->r->source.scip, symbol, &count);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        uint32_t places = 0;
        const gaz_scip_place *p = gaz_scip_edges_definitions(l->r->source.scip, heirs[i], &places);
        for (uint32_t k = 0; st == GAZ_OK && k < places; k++) {
            gaz_resolution res = {0};
            compiled_word word;
            st = resolve_scip(l->r, p[k].file, p[k].start, &res, &word, err);
            if (st == GAZ_OK && word == COMPILED_KNOWN && res.count)
                st = add_heir(l, res.targets[0].file, res.targets[0].index, GAZ_RESOLVE_SCIP,
                              res.confidence, err);
        }
    }
    return st;
}

/* ---- Go ---- */

static gaz_status interface_methods(gaz_resolver *r, const candidate *type, candidate_list *out,
                                    gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, type->file, GAZ_SYMBOL_DEFINITIONS, &e, err);
    for (uint32_t i = type->index + 1; st == GAZ_OK && i < e->facts.definition_count; i++) {
        const gaz_symbol_definition *d = &e->facts.definitions[i];
        if (d->start >= type->def->end)
            break;
        candidate c = {type->file, i, d->kind, d->flags, d};
        if (d->container == type->index && kind_in(KINDS_FUNCTION, d->kind) &&
            out->len < METHODS_MAX)
            st = resolve_add(out, &c, err);
    }
    return st;
}

/* Whether a type of this name, in the package of `file`, has the method. */
static gaz_status has_method(gaz_resolver *r, uint32_t file, gaz_symbol_name type,
                             gaz_symbol_name method, bool *out, gaz_error *err)
{
    name_set *set;
    gaz_status st = resolve_names(r, method, &set, err);
    *out = false;
    for (uint32_t i = 0; st == GAZ_OK && !*out && i < set->count; i++) {
        candidate *c = &set->items[i];
        bool same = false;
        st = resolve_tick(r, err);
        if (st == GAZ_OK)
            st = resolve_detail(r, c, err);
        if (st == GAZ_OK && same_name(resolve_last_name(c->def->container_name), type))
            st = resolve_same_package(r, file, c->file, &same, err);
        *out |= same;
    }
    return st;
}

static gaz_status has_all(gaz_resolver *r, const candidate *method, const candidate_list *methods,
                          bool *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *out = true;
    for (size_t i = 0; st == GAZ_OK && *out && i < methods->len; i++)
        st = has_method(r, method->file, resolve_last_name(method->def->container_name),
                        methods->items[i].def->name, out, err);
    return st;
}

/* Begins with the method that the fewest types have. */
static gaz_status go_heirs(heir_listing *l, const candidate *type, gaz_error *err)
{
    candidate_list methods = {0};
    name_set *rarest = NULL;
    gaz_status st = interface_methods(l->r, type, &methods, err);
    for (size_t i = 0; st == GAZ_OK && i < methods.len; i++) {
        name_set *set;
        st = resolve_names(l->r, methods.items[i].def->name, &set, err);
        if (st == GAZ_OK && (!rarest || set->count < rarest->count))
            rarest = set;
    }
    for (uint32_t i = 0; st == GAZ_OK && rarest && i < rarest->count && i < RESOLVE_OWNERS_MAX;
         i++) {
        candidate *c = &rarest->items[i];
        const candidate *types;
        uint32_t count = 0;
        bool all = false;
        if (c->kind != KIND_METHOD || resolve_language_of(l->r, c->file)->family != FAMILY_GO)
            continue;
        st = resolve_detail(l->r, c, err);
        if (st == GAZ_OK && c->def->container_name.len)
            st = has_all(l->r, c, &methods, &all, err);
        if (st == GAZ_OK && all)
            st = resolve_type(l->r, c->file, GAZ_SYMBOL_NONE,
                              resolve_last_name(c->def->container_name), &types, &count, err);
        if (st == GAZ_OK && count)
            st = add_heir(l, types[0].file, types[0].index, GAZ_RESOLVE_RECEIVER, 90, err);
    }
    gaz_vec_free(&methods);
    return st;
}

/* ---- levels ---- */

static gaz_status heirs_of_type(heir_listing *l, const candidate *type, uint32_t depth,
                                gaz_error *err)
{
    gaz_resolve_target at = {type->file, type->index};
    size_t next = 0;
    gaz_status st = GAZ_OK;
    for (l->depth = 1; st == GAZ_OK && l->depth <= depth; l->depth++) {
        size_t end = l->items.len;
        if (l->depth == 1) {
            st = compiled_heirs(l, type->def, err);
            if (st == GAZ_OK)
                st = direct_heirs(l, at, err);
            if (st == GAZ_OK && type->kind == KIND_INTERFACE &&
                resolve_language_of(l->r, type->file)->family == FAMILY_GO)
                st = go_heirs(l, type, err);
        }
        for (; st == GAZ_OK && next < end; next++)
            st = direct_heirs(l, l->items.items[next].target, err);
        if (l->items.len == end)
            break;
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* Of the heirs of its class, what each has of the member's name itself. */
static gaz_status heirs_of_member(heir_listing *l, const candidate *member, uint32_t depth,
                                  gaz_error *err)
{
    heir_listing types = {.r = l->r, .limit = GAZ_RESOLVE_LIMIT_MAX, .complete = true};
    candidate owner;
    bool found = false;
    gaz_status st = resolve_class_around(l->r, member->file,
                                         member->def->container_name.len ? member->index
                                                                         : member->def->container,
                                         &owner, &found, err);
    if (st != GAZ_OK || !found)
        return st;
    types.target = (gaz_resolve_target){owner.file, owner.index};
    st = heirs_of_type(&types, &owner, depth, err);
    for (size_t i = 0; st == GAZ_OK && i < types.items.len; i++) {
        const gaz_heir *heir = &types.items.items[i];
        candidate_list own = {0};
        member_query q = {.name = member->def->name, .kinds = KINDS_FUNCTION | KINDS_VALUE};
        st = resolve_candidate(l->r, heir->target.file, heir->target.index, &q.type, err);
        if (st == GAZ_OK)
            st = resolve_own_members(l->r, &q, &own, err);
        l->depth = heir->depth;
        for (size_t k = 0; st == GAZ_OK && k < own.len; k++)
            if (!(own.items[k].flags & DEF_IS_DECLARATION) || own.len == 1)
                st = add_heir(l, own.items[k].file, own.items[k].index, heir->method,
                              heir->confidence, err);
        gaz_vec_free(&own);
    }
    l->ambiguous += types.ambiguous;
    l->complete &= types.complete;
    gaz_vec_free(&types.items);
    return st == GAZ_DONE ? GAZ_OK : st;
}

gaz_status gaz_resolve_heirs(gaz_resolver *r, gaz_resolve_target target, uint32_t depth,
                             uint32_t limit, gaz_heirs *out, gaz_error *err)
{
    heir_listing l = {.r = r, .limit = limit, .complete = true, .target = target};
    candidate c;
    if (!limit || limit > GAZ_RESOLVE_LIMIT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the limit of a list is 1 to %u, not %u",
                             GAZ_RESOLVE_LIMIT_MAX, limit);
    if (!depth || depth > GAZ_RESOLVE_DEPTH_MAX || target.index == GAZ_SYMBOL_NONE)
        return gaz_error_set(err, GAZ_E_INVALID,
                             "heirs are listed of a definition, to a depth of 1 to %u",
                             GAZ_RESOLVE_DEPTH_MAX);
    gaz_status st = resolve_candidate(r, target.file, target.index, &c, err);
    if (st == GAZ_OK && kind_in(KINDS_TYPE | KIND_BIT(KIND_MODULE), c.kind))
        st = heirs_of_type(&l, &c, depth, err);
    else if (st == GAZ_OK)
        st = heirs_of_member(&l, &c, depth, err);
    gaz_heir *items = st == GAZ_OK ? resolve_alloc(r, l.items.len, sizeof *items) : NULL;
    if (items && l.items.len)
        memcpy(items, l.items.items, l.items.len * sizeof *items);
    if (st == GAZ_OK && !items)
        st = resolve_no_memory(err);
    if (st == GAZ_OK)
        *out = (gaz_heirs){items, (uint32_t)l.items.len, l.ambiguous, l.complete};
    gaz_vec_free(&l.items);
    return st;
}
