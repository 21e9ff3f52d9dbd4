/* Looking for the uses of a definition. Files that use its name come from the postings; in each the
 * references of that name, and of the other names its imports give it, are resolved like any other
 * and compared. In files that a SCIP index covers, its places are taken instead. */
#include "resolve_private.h"

#include <ctype.h>
#include <stdlib.h>

static gaz_status add_target(gaz_resolver *r, use_search *s, uint32_t file, uint32_t index,
                             gaz_error *err)
{
    candidate c;
    gaz_status st = resolve_candidate(r, file, index, &c, err);
    return st == GAZ_OK ? resolve_add(&s->entity, &c, err) : st;
}

/* A declaration of C stands for the definitions it is linked to. */
static gaz_status add_linked(gaz_resolver *r, use_search *s, const name_set *set, gaz_error *err)
{
    candidate_list linked = {0};
    candidate declared = s->entity.items[0];
    if (!(declared.flags & DEF_IS_DECLARATION) ||
        resolve_language_of(r, declared.file)->family != FAMILY_C)
        return GAZ_OK;
    gaz_status st = resolve_link(r, set, &declared, 1, &linked, err);
    for (size_t i = 0; st == GAZ_OK && linked.len == 1 && i < linked.len; i++)
        st = resolve_add(&s->entity, &linked.items[i], err);
    gaz_vec_free(&linked);
    return st;
}

/* A constructor is called by the name of its class. */
static gaz_status by_class(gaz_resolver *r, use_search *s, gaz_error *err)
{
    candidate *c = &s->entity.items[0], owner;
    bool found = false;
    if (c->kind != KIND_CONSTRUCTOR)
        return GAZ_OK;
    gaz_status st = resolve_class_around(r, c->file, c->def->container, &owner, &found, err);
    if (st == GAZ_OK && found) {
        s->makes = true;
        s->name = owner.def->name;
        st = resolve_add(&s->entity, &owner, err);
    }
    return st;
}

/* `b=` of Ruby is called by `a.b = 1`. */
static void by_assignment(gaz_resolver *r, use_search *s)
{
    const gaz_symbol_name name = s->name;
    if (resolve_language_of(r, s->entity.items[0].file)->family == FAMILY_RUBY && name.len > 1 &&
        name.data[name.len - 1] == '=' &&
        (isalnum((unsigned char)name.data[name.len - 2]) || name.data[name.len - 2] == '_'))
        s->name.len--;
}

/* ---- the files ---- */

typedef GAZ_VEC(gaz_symbol_use) use_list;

/* Which files are listed already, a bit each; made when the first one is added. */
static gaz_status mark_listed(gaz_resolver *r, use_search *s, gaz_error *err)
{
    if (s->listed)
        return GAZ_OK;
    s->listed = resolve_alloc(r, r->file_count / 8 + 1, 1);
    if (!s->listed)
        return resolve_no_memory(err);
    memset(s->listed, 0, r->file_count / 8 + 1);
    for (uint32_t i = 0; i < s->file_count; i++)
        s->listed[s->files[i].file / 8] |= (uint8_t)(1u << s->files[i].file % 8);
    return GAZ_OK;
}

static gaz_status add_file(gaz_resolver *r, use_search *s, use_list *more, uint32_t file,
                           gaz_error *err)
{
    const gaz_symbol_use use = {file, 0};
    gaz_status st = mark_listed(r, s, err);
    if (st != GAZ_OK || s->listed[file / 8] >> file % 8 & 1)
        return st;
    s->listed[file / 8] |= (uint8_t)(1u << file % 8);
    return gaz_vec_push(more, use) ? GAZ_OK : resolve_no_memory(err);
}

/* Who imports the file of a default export may call it as he likes. */
static gaz_status add_importers(gaz_resolver *r, use_search *s, use_list *more, gaz_error *err)
{
    gaz_graph_reach reach = {0};
    const candidate *c = &s->entity.items[0];
    gaz_graph_reach_query query = {
        .direction = GAZ_GRAPH_DEPENDENTS, .files = &c->file, .file_count = 1, .depth = 2};
    if (!(c->flags & DEF_IS_DEFAULT) || !r->source.graph || c->file >= r->file_count)
        return GAZ_OK;
    gaz_status st = gaz_graph_reach_find(r->source.graph, &query, &r->arena, &reach, err);
    for (uint32_t i = 0; st == GAZ_OK && i < reach.step_count; i++)
        st = add_file(r, s, more, reach.steps[i].file, err);
    return st;
}

static gaz_status add_compiled(gaz_resolver *r, use_search *s, use_list *more, gaz_error *err)
{
    uint32_t count = 0;
    gaz_status st = GAZ_OK;
    s->symbol = UINT32_MAX;
    if (!r->source.scip)
        return GAZ_OK;
    const candidate *c = &s->entity.items[0];
    s->symbol = gaz_scip_edges_symbol(r->source.scip, c->file, c->def->name_start);
    const gaz_scip_place *uses = gaz_scip_edges_uses(r->source.scip, s->symbol, &count);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        if (!i || uses[i].file != uses[i - 1].file)
            st = add_file(r, s, more, uses[i].file, err);
    return st;
}

static gaz_status list_files(gaz_resolver *r, use_search *s, gaz_error *err)
{
    use_list more = {0};
    gaz_status st = gaz_symbol_view_uses(r->source.view, s->name.data, s->name.len, &r->arena,
                                         &s->files, &s->file_count, &s->by_name, err);
    if (st == GAZ_OK)
        st = add_importers(r, s, &more, err);
    if (st == GAZ_OK)
        st = add_compiled(r, s, &more, err);
    if (st == GAZ_OK && more.len) {
        gaz_symbol_use *all = resolve_alloc(r, s->file_count + more.len, sizeof *all);
        if (all) {
            memcpy(all, s->files, s->file_count * sizeof *all);
            memcpy(all + s->file_count, more.items, more.len * sizeof *all);
            s->files = all;
            s->file_count += (uint32_t)more.len;
        } else {
            st = resolve_no_memory(err);
        }
    }
    gaz_vec_free(&more);
    return st;
}

gaz_status use_search_begin(gaz_resolver *r, gaz_resolve_target target, uint32_t roles,
                            use_search *out, gaz_error *err)
{
    name_set *set;
    *out = (use_search){.roles = roles ? roles : UINT32_MAX};
    if (target.index == GAZ_SYMBOL_NONE)
        return gaz_error_set(err, GAZ_E_INVALID,
                             "uses are listed of a definition; a file's importers are its "
                             "dependents");
    gaz_status st = add_target(r, out, target.file, target.index, err);
    if (st != GAZ_OK)
        return st;
    out->name = out->entity.items[0].def->name;
    st = resolve_names(r, out->name, &set, err);
    by_assignment(r, out);
    if (st == GAZ_OK)
        st = add_linked(r, out, set, err);
    if (st == GAZ_OK)
        st = by_class(r, out, err);
    if (st == GAZ_OK && out->name.len)
        st = list_files(r, out, err);
    r->many_files = true;
    if (st != GAZ_OK)
        use_search_end(out);
    return st;
}

void use_search_end(use_search *search)
{
    gaz_vec_free(&search->entity);
}

/* ---- one file ---- */

static bool meant(const use_search *s, const gaz_resolution *res)
{
    for (size_t i = 0; i < s->entity.len; i++) {
        const candidate *c = &s->entity.items[i];
        if (res->via.file == c->file && res->via.index == c->index)
            return true;
        for (uint32_t k = 0; k < res->count; k++)
            if (res->targets[k].file == c->file && res->targets[k].index == c->index)
                return true;
    }
    return res->method == GAZ_RESOLVE_AMBIGUOUS && res->total > res->count;
}

static bool wanted(const use_search *s, const gaz_symbol_reference *ref)
{
    if (s->makes && ref->role != ROLE_CALL && !(ref->flags & REF_IS_NEW))
        return false;
    return s->roles >> ref->role & 1;
}

static gaz_status show(gaz_resolver *r, use_search *s, uint32_t file,
                       const gaz_symbol_reference *ref, gaz_resolution *last, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (!wanted(s, ref))
        return GAZ_OK;
    st = gaz_resolve(r, file, ref, last, err);
    bool edge = gaz_resolve_is_edge(last->method);
    if (st != GAZ_OK || !(edge || last->method == GAZ_RESOLVE_AMBIGUOUS) || !meant(s, last))
        return st;
    return s->see(s->ctx, ref, last, edge, err);
}

typedef GAZ_VEC(gaz_symbol_reference) reference_list;

static gaz_status add_named(gaz_resolver *r, uint32_t file, gaz_symbol_name name,
                            reference_list *out, gaz_error *err)
{
    gaz_symbol_reference *refs = NULL;
    uint32_t count = 0;
    file_entry *e;
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st != GAZ_OK || e->absent)
        return st;
    if (e->loaded & GAZ_SYMBOL_REFERENCES) {
        for (uint32_t i = 0; st == GAZ_OK && i < e->facts.reference_count; i++)
            if (same_name(e->facts.references[i].name, name) &&
                !gaz_vec_push(out, e->facts.references[i]))
                st = resolve_no_memory(err);
        return st;
    }
    st = gaz_symbol_view_references(r->source.view, file, name.data, name.len, &r->arena, &refs,
                                    &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        if (!gaz_vec_push(out, refs[i]))
            st = resolve_no_memory(err);
    return st;
}

/* Other names the file's imports give it. */
static gaz_status add_aliased(gaz_resolver *r, use_search *s, uint32_t file, reference_list *out,
                              gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st != GAZ_OK || e->absent || e->language->family == FAMILY_C)
        return st;
    bool is_default = s->entity.items[0].flags & DEF_IS_DEFAULT;
    st = resolve_bind(r, e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->binding_count; i++) {
        const binding *b = &e->bindings[i];
        bool ours = same_name(b->wanted, s->name) || (is_default && name_is(b->wanted, "default"));
        if (ours && !same_name(b->local, s->name))
            st = add_named(r, file, b->local, out, err);
    }
    return st;
}

static uint32_t first_of(const gaz_scip_place *uses, uint32_t count, uint32_t file)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (uses[middle].file < file)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static gaz_status add_places(gaz_resolver *r, const use_search *s, uint32_t file,
                             reference_list *out, gaz_error *err)
{
    uint32_t count = 0;
    gaz_status st = GAZ_OK;
    const gaz_scip_place *uses = gaz_scip_edges_uses(r->source.scip, s->symbol, &count);
    for (uint32_t i = first_of(uses, count, file); st == GAZ_OK && i < count; i++) {
        const gaz_symbol_reference *ref = NULL;
        if (uses[i].file != file)
            break;
        st = resolve_reference_at(r, file, uses[i].start, &ref, err);
        if (st == GAZ_OK && ref && !gaz_vec_push(out, *ref))
            st = resolve_no_memory(err);
    }
    return st;
}

static int by_start(const void *left, const void *right)
{
    const gaz_symbol_reference *a = left, *b = right;
    return a->start < b->start ? -1 : a->start > b->start;
}

gaz_status use_search_file(gaz_resolver *r, use_search *s, uint32_t file, uint32_t from,
                           gaz_error *err)
{
    reference_list refs = {0};
    gaz_resolution res = {0};
    gaz_status st = add_named(r, file, s->name, &refs, err);
    size_t named = refs.len;
    if (st == GAZ_OK)
        st = add_aliased(r, s, file, &refs, err);
    if (st == GAZ_OK && s->symbol != UINT32_MAX)
        st = add_places(r, s, file, &refs, err);
    if (refs.len > named)
        qsort(refs.items, refs.len, sizeof *refs.items, by_start);
    for (size_t i = 0; st == GAZ_OK && i < refs.len; i++)
        if (refs.items[i].start >= from && !(refs.items[i].flags & REF_IS_LOCAL) &&
            (!i || refs.items[i].start != refs.items[i - 1].start))
            st = show(r, s, file, &refs.items[i], &res, err);
    gaz_vec_free(&refs);
    return st;
}
