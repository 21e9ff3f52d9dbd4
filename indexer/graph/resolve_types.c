/* Types and their members: the types a name means, the class around a place, what a class has by
 * itself and by what it inherits. Inheritance is walked level by level, each type once and to a
 * bounded depth, so that cycles end. */
#include "resolve_private.h"

#define TYPES_MAX 256u /* looked at for one member */

/* ---- the types of a name ---- */

typedef struct type_list {
    candidate *items;
    uint32_t count;
} type_list;

/* What another name for a type stands for. The alias stays too: it may hold the members. */
static gaz_status follow_alias(gaz_resolver *r, candidate *c, candidate_list *out, gaz_error *err)
{
    const char *text;
    uint32_t len, count = 0;
    const candidate *types = NULL;
    gaz_status st = c->index == GAZ_SYMBOL_NONE ? GAZ_OK : resolve_detail(r, c, err);
    if (st != GAZ_OK || c->kind != KIND_TYPE)
        return st;
    st = resolve_text(r, c->file, &c->def->type, &text, &len, err);
    gaz_symbol_name bare = st == GAZ_OK ? resolve_bare_type(text, len) : (gaz_symbol_name){"", 0};
    if (bare.len && !(same_name(bare, c->def->name) && bare.len == len))
        st = resolve_type(r, c->file, c->def->container, bare, &types, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        st = resolve_add(out, &types[i], err);
    return st;
}

static gaz_status plain_type(gaz_resolver *r, uint32_t file, uint32_t enclosing,
                             gaz_symbol_name name, candidate_list *out, gaz_error *err)
{
    const plain_name plain = {
        file, enclosing, name,
        KINDS_TYPE | kinds_with_members(resolve_language_of(r, file)) | KIND_BIT(KIND_EXTENSION) |
            (resolve_language_of(r, file)->family == FAMILY_RUBY ? KIND_BIT(KIND_MODULE) : 0),
        UINT8_MAX};
    gaz_resolution res = {.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
    gaz_status st = resolve_plain(r, &plain, &res, err);
    for (uint32_t i = 0; st == GAZ_OK && gaz_resolve_is_edge(res.method) && i < res.count; i++) {
        candidate c;
        st = resolve_candidate(r, res.targets[i].file, res.targets[i].index, &c, err);
        if (c.index == GAZ_SYMBOL_NONE)
            c.kind = KIND_MODULE;
        if (st == GAZ_OK)
            st = resolve_add(out, &c, err);
    }
    return st;
}

static gaz_status find_types(gaz_resolver *r, uint32_t file, uint32_t enclosing,
                             gaz_symbol_name path, candidate_list *out, gaz_error *err)
{
    gaz_symbol_name rest = path, first;
    candidate_list all = {0};
    gaz_status st = GAZ_OK;
    if (!resolve_next_name(&rest, &first))
        return GAZ_OK;
    if (!rest.len) {
        st = plain_type(r, file, enclosing, first, out, err);
    } else {
        st = resolve_path(r, file, enclosing, path, &all, err);
        for (size_t i = 0; st == GAZ_OK && i < all.len; i++)
            if (kind_in(KINDS_TYPE, all.items[i].kind))
                st = resolve_add(out, &all.items[i], err);
    }
    gaz_vec_free(&all);
    for (size_t i = 0, n = out->len; st == GAZ_OK && i < n; i++) {
        candidate c = out->items[i];
        st = follow_alias(r, &c, out, err);
    }
    return st;
}

gaz_status resolve_type(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                        const candidate **out, uint32_t *count, gaz_error *err)
{
    char key[8 + GAZ_SYMBOL_NAME_MAX];
    *count = 0;
    if (!path.len || path.len > GAZ_SYMBOL_NAME_MAX || r->nested >= RESOLVE_NESTED_MAX)
        return GAZ_OK;
    memcpy(key, &file, 4);
    memcpy(key + 4, &enclosing, 4);
    memcpy(key + 8, path.data, path.len);
    uint64_t *slot = gaz_map_get(&r->types, key, 8 + (size_t)path.len);
    type_list *kept = slot ? (type_list *)(uintptr_t)*slot : NULL;
    gaz_status st = GAZ_OK;
    if (!kept) {
        candidate_list found = {0};
        /* Known from now on as nothing, which is what a cycle of aliases comes to. */
        kept = resolve_alloc(r, 1, sizeof *kept);
        slot = kept ? gaz_map_put(&r->types, key, 8 + (size_t)path.len, NULL) : NULL;
        if (!slot)
            return resolve_no_memory(err);
        *slot = (uintptr_t)kept;
        r->nested++;
        st = find_types(r, file, enclosing, path, &found, err);
        r->nested--;
        kept->items = st == GAZ_OK ? resolve_alloc(r, found.len, sizeof *kept->items) : NULL;
        if (kept->items && found.len)
            memcpy(kept->items, found.items, found.len * sizeof *found.items);
        if (st == GAZ_OK && !kept->items)
            st = resolve_no_memory(err);
        kept->count = st == GAZ_OK ? (uint32_t)found.len : 0;
        gaz_vec_free(&found);
    }
    if (st == GAZ_OK) {
        *out = kept->items;
        *count = kept->count;
    }
    return st;
}

gaz_status resolve_class_around(gaz_resolver *r, uint32_t file, uint32_t index, candidate *out,
                                bool *found, gaz_error *err)
{
    *found = false;
    for (unsigned i = 0; index != GAZ_SYMBOL_NONE && i < UINT8_MAX; i++) {
        gaz_status st = resolve_candidate(r, file, index, out, err);
        if (st != GAZ_OK)
            return st;
        bool extends = out->kind == KIND_EXTENSION;
        if (out->def->container_name.len || extends) {
            const candidate *types;
            uint32_t count;
            gaz_symbol_name name = extends ? out->def->name : out->def->container_name;
            st = resolve_type(r, file, out->def->container, name, &types, &count, err);
            if (st == GAZ_OK && count && types[0].index != index)
                *out = types[0]; /* of Lua maybe a file, the module that is returned */
            *found = count > 0 || extends;
            return st;
        }
        bool mixin =
            out->kind == KIND_MODULE && resolve_language_of(r, file)->family == FAMILY_RUBY;
        if ((kind_in(KINDS_CLASS, out->kind) || mixin) && !(out->flags & DEF_IS_ANONYMOUS)) {
            *found = true;
            return GAZ_OK;
        }
        index = out->def->container;
    }
    return GAZ_OK;
}

/* ---- members ---- */

/* Whether members of a type may stand outside of it. */
static bool is_split(const resolve_language *l)
{
    return l->family == FAMILY_GO || l->family == FAMILY_RUST || l->family == FAMILY_SWIFT ||
           l->family == FAMILY_RUBY || l->family == FAMILY_CSHARP ||
           (l->family == FAMILY_C && !(l->traits & TRAIT_TAGS)) || l->family == FAMILY_LUA;
}

/* Whether a member said to be of a type of this name is of this very type. */
static gaz_status belongs(gaz_resolver *r, const candidate *type, candidate *member, bool *out,
                          gaz_error *err)
{
    uint8_t family = resolve_language_of(r, type->file)->family;
    const candidate *types;
    uint32_t count;
    gaz_status st = GAZ_OK;
    *out = member->file == type->file;
    if (*out)
        return GAZ_OK;
    switch (family) {
    case FAMILY_GO:
    case FAMILY_CSHARP:
    case FAMILY_SWIFT:
        return resolve_same_package(r, type->file, member->file, out, err);
    case FAMILY_C:
        return resolve_sees(r, member->file, type->file, out, err);
    case FAMILY_RUBY:
        return resolve_is_of(r, type, member, out, err);
    default:
        st = resolve_type(r, member->file, GAZ_SYMBOL_NONE, type->def->name, &types, &count, err);
        for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
            *out |= types[i].file == type->file && types[i].index == type->index;
        return st;
    }
}

static gaz_status outside_members(gaz_resolver *r, const member_query *q, const name_set *set,
                                  candidate_list *out, gaz_error *err)
{
    const resolve_language *l = resolve_language_of(r, q->type.file);
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0, looked = 0; st == GAZ_OK && i < set->count && looked < RESOLVE_OWNERS_MAX;
         i++) {
        candidate *c = &set->items[i];
        gaz_symbol_name owner;
        uint32_t index;
        bool ours = false;
        if (!kind_in(q->kinds, c->kind) || c->flags & DEF_IS_LOCAL ||
            resolve_language_of(r, c->file)->family != l->family)
            continue;
        looked++;
        st = resolve_tick(r, err);
        if (st == GAZ_OK)
            st = resolve_owner(r, c, &owner, &index, err);
        if (st == GAZ_OK && same_name(owner, q->type.def->name) &&
            !(index == q->type.index && c->file == q->type.file))
            st = belongs(r, &q->type, c, &ours, err);
        if (st == GAZ_OK && ours)
            st = resolve_add(out, c, err);
    }
    return st;
}

gaz_status resolve_own_members(gaz_resolver *r, const member_query *q, candidate_list *out,
                               gaz_error *err)
{
    name_set *set;
    candidate *items = NULL;
    uint32_t count = 0;
    gaz_status st = resolve_names(r, q->name, &set, err);
    if (st == GAZ_OK)
        st = resolve_names_in(r, set, q->type.file, &items, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        gaz_symbol_name owner;
        uint32_t index;
        if (!kind_in(q->kinds, items[i].kind))
            continue;
        st = resolve_owner(r, &items[i], &owner, &index, err);
        if (st == GAZ_OK && index == q->type.index)
            st = resolve_add(out, &items[i], err);
    }
    if (st == GAZ_OK && is_split(resolve_language_of(r, q->type.file)))
        st = outside_members(r, q, set, out, err);
    return st;
}

/* ---- inheritance ---- */

static gaz_status base_of(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                          candidate_list *out, gaz_error *err)
{
    gaz_resolution res;
    gaz_status st = gaz_resolve(r, file, ref, &res, err);
    if (st != GAZ_OK || !gaz_resolve_is_edge(res.method))
        return st;
    for (uint32_t i = 0; st == GAZ_OK && i < res.count; i++) {
        candidate c;
        bool lua = resolve_language_of(r, file)->family == FAMILY_LUA;
        if (res.targets[i].index == GAZ_SYMBOL_NONE && !lua)
            continue;
        st = resolve_candidate(r, res.targets[i].file, res.targets[i].index, &c, err);
        if (c.index == GAZ_SYMBOL_NONE)
            c.kind = KIND_MODULE;
        if (st == GAZ_OK && kind_in(KINDS_TYPE | KIND_BIT(KIND_MODULE) |
                                        kinds_with_members(resolve_language_of(r, file)),
                                    c.kind))
            st = resolve_add(out, &c, err);
        if (st == GAZ_OK)
            st = follow_alias(r, &c, out, err);
    }
    return st;
}

/* A reference that inherits says it for the definition around it: the type itself, or an extension
 * of it in the same file. */
static gaz_status says_for(gaz_resolver *r, const candidate *type, uint32_t heir, bool *out,
                           gaz_error *err)
{
    const gaz_symbol_definition *d;
    *out = heir == type->index;
    if (*out || heir == GAZ_SYMBOL_NONE)
        return GAZ_OK;
    gaz_status st = resolve_definition(r, type->file, heir, &d, err);
    if (st == GAZ_OK)
        *out = d->kind == KIND_EXTENSION && same_name(d->name, type->def->name);
    return st;
}

gaz_status resolve_bases(gaz_resolver *r, const candidate *type, candidate_list *out,
                         gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, type->file, 0, &e, err);
    if (st == GAZ_OK && !e->absent)
        st = resolve_inherits(r, e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->inherit_count; i++) {
        const gaz_symbol_reference *ref = &e->facts.references[e->inherits[i]];
        bool ours = false;
        st = says_for(r, type, ref->enclosing, &ours, err);
        if (st == GAZ_OK && ours)
            st = base_of(r, type->file, ref, out, err);
    }
    return st;
}

/* Appends the types above those from `first` on that are not there yet. */
static gaz_status next_level(gaz_resolver *r, candidate_list *types, size_t first, size_t end,
                             gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = first; st == GAZ_OK && i < end && types->len < TYPES_MAX; i++) {
        candidate type = types->items[i];
        candidate_list bases = {0};
        if (type.index == GAZ_SYMBOL_NONE)
            continue;
        st = resolve_detail(r, &type, err);
        if (st == GAZ_OK)
            st = resolve_bases(r, &type, &bases, err);
        for (size_t k = 0; st == GAZ_OK && k < bases.len; k++)
            st = resolve_add(types, &bases.items[k], err);
        gaz_vec_free(&bases);
    }
    return st;
}

gaz_status resolve_members(gaz_resolver *r, const member_query *query, candidate_list *out,
                           gaz_error *err)
{
    candidate_list types = {0};
    size_t begin = 0, found = out->len;
    bool lua = resolve_language_of(r, query->type.file)->family == FAMILY_LUA;
    if (r->nested >= RESOLVE_NESTED_MAX || (query->type.index == GAZ_SYMBOL_NONE && !lua))
        return GAZ_OK;
    r->nested++;
    candidate first = query->type;
    gaz_status st = resolve_add(&types, &first, err);
    if (st == GAZ_OK)
        st = resolve_openings(r, &first, &types, err);
    for (unsigned level = 0; st == GAZ_OK && level < GAZ_RESOLVE_DEPTH_MAX; level++) {
        size_t end = types.len;
        for (size_t i = begin; st == GAZ_OK && i < end && !(query->above && !level); i++) {
            member_query q = *query;
            q.type = types.items[i];
            if (q.type.index == GAZ_SYMBOL_NONE) { /* the table a file of Lua returns */
                st = resolve_exported(r, q.type.file, q.name, q.kinds, out, err);
                continue;
            }
            st = resolve_detail(r, &q.type, err);
            if (st == GAZ_OK)
                st = resolve_own_members(r, &q, out, err);
        }
        if (out->len > found || begin == end)
            break;
        if (st == GAZ_OK)
            st = next_level(r, &types, begin, end, err);
        begin = end;
    }
    r->nested--;
    gaz_vec_free(&types);
    return st;
}
