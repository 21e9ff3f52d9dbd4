/* Definitions nobody refers to. A name that no file uses costs one look into the postings; else its
 * uses are resolved until one from outside the definition is found. */
#include "resolve_private.h"

#include <stdlib.h>

#define USES_LOOKED_MAX 4000u /* uses of a name that are resolved before it is left in doubt */

#define KINDS_LOOKED                                                                               \
    (KIND_BIT(KIND_FUNCTION) | KIND_BIT(KIND_METHOD) | KINDS_TYPE | KIND_BIT(KIND_MACRO) |         \
     KIND_BIT(KIND_VARIABLE) | KIND_BIT(KIND_CONSTANT))

typedef struct unused_look {
    const gaz_symbol_definition *def;
    uint32_t file, looked_in; /* the definition's, the use's */
    uint64_t ambiguous;
    uint32_t looked;
    bool used, cut;
} unused_look;

static gaz_status see_use(void *ctx, const gaz_symbol_reference *ref, const gaz_resolution *res,
                          bool sure, gaz_error *err)
{
    unused_look *l = ctx;
    (void)res;
    (void)err;
    bool own = l->looked_in == l->file && ref->start >= l->def->start && ref->start < l->def->end;
    if (own)
        return GAZ_OK;
    l->used |= sure;
    l->ambiguous += !sure;
    l->cut = ++l->looked >= USES_LOOKED_MAX;
    return l->used || l->cut ? GAZ_DONE : GAZ_OK;
}

static gaz_status look(gaz_resolver *r, gaz_resolve_target target, unused_look *l, gaz_error *err)
{
    use_search s;
    uint32_t budget = 0;
    gaz_status st = use_search_begin(r, target, ~(1u << ROLE_IMPORT), &s, err);
    if (st != GAZ_OK)
        return st;
    s.see = see_use;
    s.ctx = l;
    for (uint32_t i = 0; st == GAZ_OK && i < s.file_count; i++) {
        l->looked_in = s.files[i].file;
        budget += s.files[i].count;
        st = use_search_file(r, &s, l->looked_in, 0, err);
        if (st == GAZ_OK && budget > USES_LOOKED_MAX && i + 1 < s.file_count) {
            l->cut = true;
            st = GAZ_DONE;
        }
    }
    /* Uses that were not looked at may be of it. */
    l->ambiguous += l->cut && !l->used && s.by_name > l->ambiguous ? s.by_name - l->ambiguous : 0;
    use_search_end(&s);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* ---- doubts ---- */

static bool is_entry(gaz_resolver *r, uint32_t file, const gaz_symbol_definition *d)
{
    static const char *const names[] = {"main",    "init",   "wmain",   "WinMain",
                                        "DllMain", "_start", "default", "LLVMFuzzerTestOneInput"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (d->container == GAZ_SYMBOL_NONE && name_is(d->name, names[i]))
            return true;
    return r->source.graph && file < r->file_count && d->container == GAZ_SYMBOL_NONE &&
           gaz_graph_entry(r->source.graph, file) & GAZ_GRAPH_ENTRY_MANIFEST;
}

static bool is_dunder(gaz_symbol_name name)
{
    return name.len > 4 && memcmp(name.data, "__", 2) == 0 &&
           memcmp(name.data + name.len - 2, "__", 2) == 0;
}

/* Whether a type above has a member of that name, or is not known. */
static gaz_status overrides(gaz_resolver *r, candidate *c, bool *out, gaz_error *err)
{
    candidate owner;
    candidate_list above = {0};
    bool found = false;
    file_entry *e = NULL;
    *out = c->flags & DEF_IS_OVERRIDE;
    if (*out || !kind_in(KINDS_FUNCTION, c->kind))
        return GAZ_OK;
    gaz_status st = resolve_class_around(
        r, c->file, c->def->container_name.len ? c->index : c->def->container, &owner, &found, err);
    if (st != GAZ_OK || !found)
        return st;
    member_query q = {owner, c->def->name, KINDS_FUNCTION | KINDS_VALUE, true};
    st = resolve_members(r, &q, &above, err);
    *out = above.len > 0;
    gaz_vec_free(&above);
    if (st == GAZ_OK)
        st = resolve_file(r, owner.file, 0, &e, err);
    for (uint32_t i = 0; st == GAZ_OK && !*out && i < e->inherit_count; i++) {
        const gaz_symbol_reference *ref = &e->facts.references[e->inherits[i]];
        gaz_resolution res;
        if (ref->enclosing != owner.index)
            continue;
        st = gaz_resolve(r, owner.file, ref, &res, err);
        *out |= st == GAZ_OK && !gaz_resolve_is_edge(res.method) && !name_is(ref->name, "object");
    }
    return st;
}

static gaz_status is_decorated(gaz_resolver *r, const candidate *c, bool *out, gaz_error *err)
{
    const char *text;
    uint32_t len;
    const gaz_symbol_text first = {.start = c->def->start, .len = 1};
    gaz_status st = resolve_text(r, c->file, &first, &text, &len, err);
    *out = st == GAZ_OK && len && *text == '@';
    return st;
}

static gaz_status doubts_of(gaz_resolver *r, candidate *c, gaz_unused *out, gaz_error *err)
{
    const resolve_language *l = resolve_language_of(r, c->file);
    bool over = false, decorated = false;
    bool test = r->source.graph && c->file < r->file_count &&
                gaz_graph_flags(r->source.graph, c->file) & GAZ_GRAPH_TEST;
    if (c->def->visibility == VIS_PUBLIC || c->def->visibility == VIS_PROTECTED)
        out->doubts |= GAZ_UNUSED_EXPORTED;
    if (is_entry(r, c->file, c->def))
        out->doubts |= GAZ_UNUSED_ENTRY;
    if (c->flags & DEF_IS_TEST || test)
        out->doubts |= GAZ_UNUSED_TEST;
    if (out->ambiguous)
        out->doubts |= GAZ_UNUSED_AMBIGUOUS;
    gaz_status st = overrides(r, c, &over, err);
    if (st == GAZ_OK)
        st = is_decorated(r, c, &decorated, err);
    if (over)
        out->doubts |= GAZ_UNUSED_OVERRIDE;
    if (decorated || is_dunder(c->def->name) ||
        (l->traits & TRAIT_DYNAMIC && c->kind == KIND_METHOD))
        out->doubts |= GAZ_UNUSED_DYNAMIC;
    return st;
}

/* ---- the list ---- */

static bool is_looked_at(const gaz_symbol_definition *d)
{
    return kind_in(KINDS_LOOKED, d->kind) && d->name.len &&
           !(d->flags & (DEF_IS_DECLARATION | DEF_IS_LOCAL | DEF_IS_ANONYMOUS | DEF_IS_ABSTRACT));
}

typedef struct unused_listing {
    gaz_resolver *r;
    bool certain;
    uint32_t limit;
    gaz_unused_list out;
    GAZ_VEC(gaz_unused) items;
} unused_listing;

static gaz_status look_at(unused_listing *l, uint32_t file, uint32_t index, uint32_t step,
                          gaz_error *err)
{
    candidate c;
    gaz_unused unused = {.target = {file, index}};
    gaz_status st = resolve_candidate(l->r, file, index, &c, err);
    if (st != GAZ_OK || !is_looked_at(c.def))
        return st;
    unused_look look_for = {.def = c.def, .file = file};
    st = look(l->r, unused.target, &look_for, err);
    l->out.looked += st == GAZ_OK;
    if (st != GAZ_OK || look_for.used)
        return st;
    unused.kind = c.kind;
    unused.ambiguous = look_for.ambiguous;
    st = doubts_of(l->r, &c, &unused, err);
    if (st != GAZ_OK || (l->certain && unused.doubts))
        return st;
    if (l->items.len >= l->limit) {
        l->out.complete = false;
        l->out.next = (gaz_resolve_cursor){step, index};
        return GAZ_DONE;
    }
    return gaz_vec_push(&l->items, unused) ? GAZ_OK : resolve_no_memory(err);
}

gaz_status gaz_resolve_unused(gaz_resolver *r, const uint32_t *files, uint32_t count, bool certain,
                              uint32_t limit, gaz_resolve_cursor after, gaz_unused_list *out,
                              gaz_error *err)
{
    unused_listing l = {.r = r, .certain = certain, .limit = limit, .out.complete = true};
    gaz_status st = GAZ_OK;
    if (!limit || limit > GAZ_RESOLVE_LIMIT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the limit of a list is 1 to %u, not %u",
                             GAZ_RESOLVE_LIMIT_MAX, limit);
    for (uint32_t i = after.step; st == GAZ_OK && i < count; i++) {
        file_entry *e;
        st = resolve_file(r, files[i], GAZ_SYMBOL_DEFINITIONS, &e, err);
        uint32_t from = i == after.step ? after.at : 0;
        for (uint32_t k = from; st == GAZ_OK && k < e->facts.definition_count; k++)
            st = look_at(&l, files[i], k, i, err);
    }
    st = st == GAZ_DONE ? GAZ_OK : st;
    l.out.items = st == GAZ_OK ? resolve_alloc(r, l.items.len, sizeof *l.out.items) : NULL;
    if (st == GAZ_OK && !l.out.items)
        st = resolve_no_memory(err);
    if (st == GAZ_OK) {
        l.out.count = (uint32_t)l.items.len;
        if (l.items.len)
            memcpy(l.out.items, l.items.items, l.items.len * sizeof *l.out.items);
        *out = l.out;
    }
    gaz_vec_free(&l.items);
    return st;
}
