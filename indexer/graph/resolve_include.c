/* Names of C and its heirs. What a file sees are its own definitions and those of the files it
 * includes; a declaration it sees stands for a definition elsewhere. Linkage: `static` is seen in
 * its file (and where that is included), everything else may be linked; of several definitions the
 * one that includes the same declaration is meant. */
#include "resolve_private.h"

typedef struct visible {
    candidate_list definitions, declarations;
    candidate_list linkable; /* definitions that are not seen, and not static */
    candidate_list unseen;   /* declarations that are not seen */
} visible;

static void release(visible *v)
{
    gaz_vec_free(&v->definitions);
    gaz_vec_free(&v->declarations);
    gaz_vec_free(&v->linkable);
    gaz_vec_free(&v->unseen);
}

static gaz_status sort_out(gaz_resolver *r, const plain_name *name, candidate *c, visible *v,
                           gaz_error *err)
{
    bool open = false, sees = false, declared = c->flags & DEF_IS_DECLARATION;
    if (!kind_in(name->kinds, c->kind) || resolve_language_of(r, c->file)->family != FAMILY_C)
        return GAZ_OK;
    gaz_status st = resolve_sees(r, name->file, c->file, &sees, err);
    if (st == GAZ_OK)
        st = resolve_is_open(r, c, &open, err);
    if (st != GAZ_OK || !open)
        return st;
    if (sees)
        return resolve_add(declared ? &v->declarations : &v->definitions, c, err);
    if (c->def->visibility == VIS_FILE)
        return GAZ_OK;
    return resolve_add(declared ? &v->unseen : &v->linkable, c, err);
}

static gaz_status look_round(gaz_resolver *r, const plain_name *name, const name_set *set,
                             visible *v, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < set->count; i++) {
        st = resolve_tick(r, err);
        if (st == GAZ_OK)
            st = sort_out(r, name, &set->items[i], v, err);
    }
    return st;
}

/* Whether the definition's file sees one of the declarations. */
static gaz_status shares(gaz_resolver *r, const candidate *c, const candidate *declarations,
                         size_t count, bool *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *out = false;
    for (size_t i = 0; st == GAZ_OK && i < count && !*out; i++)
        st = resolve_sees(r, c->file, declarations[i].file, out, err);
    return st;
}

static bool same_sort(const candidate *a, const candidate *b)
{
    bool type = kind_in(KINDS_TYPE, a->kind);
    return type == kind_in(KINDS_TYPE, b->kind) &&
           kind_in(KINDS_FUNCTION, a->kind) == kind_in(KINDS_FUNCTION, b->kind);
}

gaz_status resolve_link(gaz_resolver *r, const name_set *set, const candidate *declarations,
                        size_t count, candidate_list *out, gaz_error *err)
{
    candidate_list all = {0};
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && count && i < set->count; i++) {
        candidate *c = &set->items[i];
        bool open = false, sharing = false;
        if (c->flags & DEF_IS_DECLARATION || !same_sort(c, &declarations[0]) ||
            c->kind == KIND_MACRO || c->kind == KIND_FIELD ||
            resolve_language_of(r, c->file)->family != FAMILY_C)
            continue;
        st = resolve_is_open(r, c, &open, err);
        if (st != GAZ_OK || !open || c->def->visibility == VIS_FILE)
            continue;
        st = shares(r, c, declarations, count, &sharing, err);
        if (st == GAZ_OK)
            st = resolve_add(sharing ? out : &all, c, err);
    }
    for (size_t i = 0; st == GAZ_OK && !out->len && i < all.len; i++)
        if (!gaz_vec_push(out, all.items[i]))
            st = resolve_no_memory(err);
    /* Taken from `all` only when that leaves nothing to choose; else they are candidates. */
    gaz_vec_free(&all);
    return st;
}

/* Of things in several C++ namespaces, those in one the use is in. */
static gaz_status prefer_namespace(gaz_resolver *r, const plain_name *name, candidate_list *list,
                                   gaz_error *err)
{
    size_t n = 0;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && list->len > 1 && i < list->len; i++) {
        gaz_symbol_name owner;
        uint32_t index, at = name->enclosing;
        bool near = false;
        st = resolve_owner(r, &list->items[i], &owner, &index, err);
        for (unsigned k = 0; st == GAZ_OK && at != GAZ_SYMBOL_NONE && k < UINT8_MAX; k++) {
            const gaz_symbol_definition *d;
            st = resolve_definition(r, name->file, at, &d, err);
            near |= st == GAZ_OK && owner.len && same_name(d->name, owner);
            at = st == GAZ_OK ? d->container : GAZ_SYMBOL_NONE;
        }
        if (st == GAZ_OK && near) {
            candidate kept = list->items[n];
            list->items[n++] = list->items[i];
            list->items[i] = kept;
        }
    }
    if (n)
        list->len = n;
    return st;
}

/* A definition seen beside a declaration of the same header is the stub for builds without it. */
static bool are_stubs(const visible *v)
{
    for (size_t i = 0; i < v->definitions.len; i++) {
        bool beside = false;
        for (size_t k = 0; k < v->declarations.len; k++)
            beside |= v->declarations.items[k].file == v->definitions.items[i].file;
        if (!beside ||
            !kind_in(KINDS_FUNCTION | KIND_BIT(KIND_MACRO), v->definitions.items[i].kind))
            return false;
    }
    return true;
}

static gaz_status own_file(const plain_name *name, const visible *v, candidate_list *out,
                           gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < v->definitions.len; i++)
        if (v->definitions.items[i].file == name->file)
            st = resolve_add(out, &v->definitions.items[i], err);
    return st;
}

/* Struct tags and values do not meet: a type name is first a type. */
static void prefer_types(const plain_name *name, candidate_list *list)
{
    size_t n = 0;
    if (!kind_in(name->kinds, KIND_STRUCT) || kind_in(name->kinds, KIND_VARIABLE))
        return;
    for (size_t i = 0; i < list->len; i++)
        if (list->items[i].kind != KIND_MACRO)
            list->items[n++] = list->items[i];
    if (n)
        list->len = n;
}

static gaz_status seen_ones(gaz_resolver *r, const plain_name *name, const name_set *set,
                            visible *v, gaz_resolution *out, gaz_error *err)
{
    candidate_list linked = {0};
    settling s = {name->file, GAZ_RESOLVE_IMPORT, name->arity, set, false};
    prefer_types(name, &v->definitions);
    gaz_status st = GAZ_OK;
    if (v->declarations.len && are_stubs(v))
        st = resolve_link(r, set, v->declarations.items, v->declarations.len, &linked, err);
    candidate_list *found = linked.len           ? &linked
                            : v->definitions.len ? &v->definitions
                                                 : &v->declarations;
    if (st == GAZ_OK && v->declarations.len)
        out->via =
            (gaz_resolve_target){v->declarations.items[0].file, v->declarations.items[0].index};
    if (st == GAZ_OK)
        st = prefer_namespace(r, name, found, err);
    /* Several declarations without a definition declare one thing. */
    if (st == GAZ_OK && found == &v->declarations)
        found->len = 1;
    if (st == GAZ_OK)
        st = resolve_settle(r, &s, found, out, err);
    if (st == GAZ_OK && found == &linked && v->definitions.len)
        st = resolve_append(r, &v->definitions, out, err);
    gaz_vec_free(&linked);
    return st;
}

gaz_status resolve_plain_c(gaz_resolver *r, const plain_name *name, const name_set *set,
                           gaz_resolution *out, gaz_error *err)
{
    visible v = {0};
    candidate_list own = {0};
    gaz_status st = look_round(r, name, set, &v, err);
    if (st == GAZ_OK)
        st = own_file(name, &v, &own, err);
    if (st == GAZ_OK && own.len) {
        settling s = {name->file, GAZ_RESOLVE_FILE, name->arity, set, false};
        prefer_types(name, &own);
        st = prefer_namespace(r, name, &own, err);
        if (st == GAZ_OK)
            st = resolve_settle(r, &s, &own, out, err);
    } else if (st == GAZ_OK && (v.definitions.len || v.declarations.len)) {
        st = seen_ones(r, name, set, &v, out, err);
    } else if (st == GAZ_OK) {
        candidate_list *found = v.linkable.len ? &v.linkable : &v.unseen;
        settling s = {name->file, GAZ_RESOLVE_UNIQUE, name->arity, set, false};
        prefer_types(name, found);
        if (found->len == 1 && set->complete)
            st = resolve_settle(r, &s, found, out, err);
        else
            st = resolve_ambiguous(r, found->items, (uint32_t)found->len, out, err);
    }
    gaz_vec_free(&own);
    release(&v);
    return st;
}
