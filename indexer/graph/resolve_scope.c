/* Scopes: what a file's names are to those who look from inside it, and to those who import it.
 * Chains of imports and re-exports are followed with a list of work instead of calls, each file and
 * name once, and to a bounded length. */
#include "resolve_private.h"

#define WORK_MAX 512u /* files and names looked at for one imported name */

gaz_status resolve_is_open(gaz_resolver *r, candidate *c, bool *open, gaz_error *err)
{
    const resolve_language *l = resolve_language_of(r, c->file);
    gaz_status st = resolve_detail(r, c, err);
    *open = false;
    if (st != GAZ_OK || c->flags & DEF_IS_LOCAL)
        return st;
    if (c->def->container_name.len && l->family != FAMILY_C)
        return GAZ_OK;
    bool tag = l->traits & TRAIT_TAGS && kind_in(KINDS_TYPE, c->kind);
    bool member = c->kind == KIND_ENUM_MEMBER && l->traits & TRAIT_ENUM_OPEN;
    uint32_t at = c->def->container;
    for (unsigned i = 0; st == GAZ_OK && at != GAZ_SYMBOL_NONE && i < UINT8_MAX; i++) {
        const gaz_symbol_definition *d;
        st = resolve_definition(r, c->file, at, &d, err);
        if (st != GAZ_OK || !(kind_in(KINDS_SPACE, d->kind) || tag ||
                              (member && (d->kind == KIND_ENUM || d->kind == KIND_TYPE ||
                                          d->flags & DEF_IS_ANONYMOUS || l->traits & TRAIT_TAGS))))
            return st;
        at = d->container;
    }
    *open = st == GAZ_OK && at == GAZ_SYMBOL_NONE;
    return st;
}

gaz_status resolve_owner(gaz_resolver *r, candidate *c, gaz_symbol_name *out, uint32_t *index,
                         gaz_error *err)
{
    gaz_status st = resolve_detail(r, c, err);
    *out = (gaz_symbol_name){"", 0};
    *index = GAZ_SYMBOL_NONE;
    if (st != GAZ_OK)
        return st;
    if (c->def->container_name.len) {
        *out = resolve_last_name(c->def->container_name);
        return GAZ_OK;
    }
    uint32_t at = c->def->container;
    for (unsigned i = 0; st == GAZ_OK && at != GAZ_SYMBOL_NONE && i < UINT8_MAX; i++) {
        const gaz_symbol_definition *d;
        st = resolve_definition(r, c->file, at, &d, err);
        if (st == GAZ_OK && !(d->flags & DEF_IS_ANONYMOUS)) {
            *out = d->name;
            *index = at;
            return GAZ_OK;
        }
        at = st == GAZ_OK ? d->container : GAZ_SYMBOL_NONE;
    }
    return st;
}

gaz_status resolve_is_inside(gaz_resolver *r, uint32_t file, uint32_t index, uint32_t around,
                             bool *inside, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *inside = false;
    for (unsigned i = 0; index != GAZ_SYMBOL_NONE && i < UINT8_MAX; i++) {
        const gaz_symbol_definition *d;
        if (index == around) {
            *inside = true;
            return GAZ_OK;
        }
        st = resolve_definition(r, file, index, &d, err);
        if (st != GAZ_OK)
            return st;
        index = d->container;
    }
    return st;
}

gaz_status resolve_open_in(gaz_resolver *r, const name_set *set, uint32_t file, uint64_t kinds,
                           candidate_list *out, gaz_error *err)
{
    candidate *items = NULL;
    uint32_t count = 0;
    gaz_status st = resolve_names_in(r, set, file, &items, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        bool open = false;
        if (!kind_in(kinds, items[i].kind))
            continue;
        st = resolve_is_open(r, &items[i], &open, err);
        if (st == GAZ_OK && open)
            st = resolve_add(out, &items[i], err);
    }
    return st;
}

/* ---- what a file hands on ---- */

typedef struct export_step {
    uint32_t file, links;
    gaz_symbol_name name;
} export_step;

typedef GAZ_VEC(export_step) export_work;

static gaz_status push_step(export_work *work, const export_step *step, gaz_error *err)
{
    if (work->len >= WORK_MAX || step->links > RESOLVE_LINKS_MAX)
        return GAZ_OK;
    for (size_t i = 0; i < work->len; i++)
        if (work->items[i].file == step->file && same_name(work->items[i].name, step->name))
            return GAZ_OK;
    return gaz_vec_push(work, *step) ? GAZ_OK : resolve_no_memory(err);
}

/* `export default`: known by a flag, not by a name. */
static gaz_status default_export(gaz_resolver *r, uint32_t file, candidate_list *out,
                                 gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, file, GAZ_SYMBOL_DEFINITIONS, &e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->facts.definition_count; i++) {
        const gaz_symbol_definition *d = &e->facts.definitions[i];
        if (d->flags & DEF_IS_DEFAULT && d->container == GAZ_SYMBOL_NONE) {
            candidate c = {file, i, d->kind, d->flags, d};
            st = resolve_add(out, &c, err);
        }
    }
    return st;
}

/* Members that are imported by the path of their class: `import static a.B.f`, `use E::A`. */
static gaz_status closed_in(gaz_resolver *r, const name_set *set, uint32_t file, uint64_t kinds,
                            candidate_list *out, gaz_error *err)
{
    candidate *items = NULL;
    uint32_t count = 0;
    uint8_t family = resolve_language_of(r, file)->family;
    if (family != FAMILY_JVM && family != FAMILY_RUST && family != FAMILY_PHP &&
        family != FAMILY_CSHARP)
        return GAZ_OK;
    gaz_status st = resolve_names_in(r, set, file, &items, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        st = resolve_detail(r, &items[i], err);
        if (st == GAZ_OK && kind_in(kinds, items[i].kind) && !(items[i].flags & DEF_IS_LOCAL) &&
            (family != FAMILY_RUST || items[i].kind == KIND_ENUM_MEMBER))
            st = resolve_add(out, &items[i], err);
    }
    return st;
}

/* A file of Lua returns a table: what belongs to a table of the file, `function M.f`, before what
 * else is called so; of `{ f = f }` the function itself. */
static gaz_status in_tables(gaz_resolver *r, const name_set *set, uint32_t file, uint64_t kinds,
                            candidate_list *out, gaz_error *err)
{
    candidate *items = NULL;
    uint32_t count = 0;
    candidate_list found = {0};
    gaz_status st = resolve_names_in(r, set, file, &items, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        st = resolve_detail(r, &items[i], err);
        if (st == GAZ_OK && kind_in(kinds, items[i].kind) && items[i].def->container_name.len &&
            !(items[i].flags & DEF_IS_LOCAL))
            st = resolve_add(&found, &items[i], err);
    }
    for (size_t pass = 0; st == GAZ_OK && pass < 2 && !found.len; pass++)
        for (size_t i = 0; st == GAZ_OK && i < out->len; i++)
            if (pass || kind_in(KINDS_FUNCTION, out->items[i].kind))
                st = resolve_add(&found, &out->items[i], err);
    gaz_vec_free(out);
    *out = found;
    return st;
}

static gaz_status own_names(gaz_resolver *r, const export_step *step, uint64_t kinds,
                            candidate_list *out, gaz_error *err)
{
    name_set *set;
    gaz_status st = resolve_names(r, step->name, &set, err);
    if (st == GAZ_OK)
        st = resolve_open_in(r, set, step->file, kinds, out, err);
    if (st == GAZ_OK && !out->len && name_is(step->name, "default") &&
        resolve_language_of(r, step->file)->family == FAMILY_SCRIPT)
        st = default_export(r, step->file, out, err);
    if (st == GAZ_OK && resolve_language_of(r, step->file)->family == FAMILY_LUA)
        st = in_tables(r, set, step->file, kinds, out, err);
    else if (st == GAZ_OK && !out->len)
        st = closed_in(r, set, step->file, kinds, out, err);
    return st;
}

/* Adds the files an import leads to: as modules, or as work for the name that is wanted. */
static gaz_status follow(gaz_resolver *r, const export_step *step, uint32_t import,
                         gaz_symbol_name wanted, export_work *work, candidate_list *modules,
                         gaz_error *err)
{
    file_list files = {0};
    /* Files that are merely run have no names of their own. */
    uint8_t family = resolve_language_of(r, step->file)->family;
    bool named = family != FAMILY_RUBY && family != FAMILY_PHP && family != FAMILY_SHELL &&
                 family != FAMILY_LUA;
    gaz_status st = resolve_import_files(r, step->file, import, &files, NULL, err);
    for (size_t i = 0; st == GAZ_OK && i < files.len; i++) {
        export_step next = {files.items[i], step->links + 1, wanted};
        candidate module = {.file = files.items[i], .index = GAZ_SYMBOL_NONE, .kind = KIND_MODULE};
        if (!wanted.len || (named && resolve_is_module(r, files.items[i], wanted)))
            st = resolve_add(modules, &module, err);
        if (st == GAZ_OK && wanted.len)
            st = push_step(work, &next, err);
    }
    gaz_vec_free(&files);
    return st;
}

static gaz_status handed_on(gaz_resolver *r, const export_step *step, export_work *work,
                            candidate_list *modules, gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, step->file, 0, &e, err);
    if (st == GAZ_OK)
        st = resolve_bind(r, e, err);
    if (st != GAZ_OK)
        return st;
    const uint64_t *slot = gaz_map_get(&e->by_local, step->name.data, step->name.len);
    for (uint64_t at = slot ? *slot : 0; st == GAZ_OK && at; at = e->bindings[at - 1].next)
        if (e->bindings[at - 1].scope == GAZ_SYMBOL_NONE)
            st = follow(r, step, e->bindings[at - 1].import, e->bindings[at - 1].wanted, work,
                        modules, err);
    for (uint32_t i = 0; st == GAZ_OK && !slot && i < e->wildcard_count; i++)
        st = follow(r, step, e->wildcards[i], step->name, work, modules, err);
    return st;
}

gaz_status resolve_exported(gaz_resolver *r, uint32_t file, gaz_symbol_name name, uint64_t kinds,
                            candidate_list *out, gaz_error *err)
{
    export_work work = {0};
    candidate_list modules = {0};
    export_step first = {file, 0, name};
    gaz_status st = push_step(&work, &first, err);
    size_t found = out->len;
    for (size_t i = 0; st == GAZ_OK && i < work.len; i++) {
        export_step step = work.items[i];
        candidate_list own = {0};
        st = resolve_tick(r, err);
        if (st == GAZ_OK)
            st = own_names(r, &step, kinds, &own, err);
        for (size_t k = 0; st == GAZ_OK && k < own.len; k++)
            st = resolve_add(out, &own.items[k], err);
        if (st == GAZ_OK && !own.len && r->source.graph)
            st = handed_on(r, &step, &work, &modules, err);
        gaz_vec_free(&own);
    }
    for (size_t i = 0; st == GAZ_OK && out->len == found && i < modules.len; i++)
        st = resolve_add(out, &modules.items[i], err);
    gaz_vec_free(&modules);
    gaz_vec_free(&work);
    return st;
}

/* ---- what a file imports ---- */

static gaz_status bound_files(gaz_resolver *r, uint32_t file, const binding *b, uint64_t kinds,
                              candidate_list *out, gaz_error *err)
{
    file_list files = {0};
    gaz_status st = resolve_import_files(r, file, b->import, &files, NULL, err);
    size_t found = out->len;
    for (size_t i = 0; st == GAZ_OK && i < files.len && b->wanted.len; i++)
        st = resolve_exported(r, files.items[i], b->wanted, kinds, out, err);
    for (size_t i = 0; st == GAZ_OK && i < files.len && out->len == found; i++) {
        candidate module = {.file = files.items[i], .index = GAZ_SYMBOL_NONE, .kind = KIND_MODULE};
        if (!b->wanted.len)
            for (size_t k = 0; st == GAZ_OK && k < files.len; k++) {
                module.file = files.items[k];
                st = resolve_add(out, &module, err);
            }
        else if (resolve_is_module(r, files.items[i], b->wanted))
            st = resolve_add(out, &module, err);
    }
    gaz_vec_free(&files);
    return st;
}

gaz_status resolve_imported(gaz_resolver *r, uint32_t file, gaz_symbol_name local,
                            uint32_t enclosing, uint64_t kinds, candidate_list *out, bool *bound,
                            gaz_error *err)
{
    file_entry *e;
    *bound = false;
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st == GAZ_OK && !e->absent)
        st = resolve_bind(r, e, err);
    const uint64_t *slot = st == GAZ_OK ? gaz_map_get(&e->by_local, local.data, local.len) : NULL;
    for (uint64_t at = slot ? *slot : 0; st == GAZ_OK && at; at = e->bindings[at - 1].next) {
        const binding *b = &e->bindings[at - 1];
        bool seen = b->scope == GAZ_SYMBOL_NONE;
        if (!seen)
            st = resolve_is_inside(r, file, enclosing, b->scope, &seen, err);
        if (st == GAZ_OK && seen) {
            *bound = true;
            st = bound_files(r, file, b, kinds, out, err);
        }
    }
    return st;
}

gaz_status resolve_wildcards(gaz_resolver *r, uint32_t file, gaz_symbol_name name, uint64_t kinds,
                             candidate_list *out, bool *open, gaz_error *err)
{
    file_entry *e;
    file_list files = {0};
    *open = false;
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st == GAZ_OK && !e->absent)
        st = resolve_bind(r, e, err);
    for (uint32_t i = 0; st == GAZ_OK && i < e->wildcard_count; i++) {
        bool certain = false;
        files.len = 0;
        st = resolve_import_files(r, file, e->wildcards[i], &files, &certain, err);
        *open |= !certain || !files.len;
        for (size_t k = 0; st == GAZ_OK && k < files.len; k++)
            st = resolve_exported(r, files.items[k], name, kinds, out, err);
    }
    gaz_vec_free(&files);
    return st;
}
