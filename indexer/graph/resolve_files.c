/* What the file graph says, as resolving needs it: what a file includes, who includes it, which
 * files a name of its imports leads to. */
#include "resolve_private.h"

#include <stdio.h>
#include <stdlib.h>

/* Bits of the files reached, kept for the request. */
static gaz_status closure(gaz_resolver *r, uint32_t file, gaz_graph_direction direction,
                          const uint8_t **bits, gaz_error *err)
{
    const uint32_t key[2] = {file, (uint32_t)direction};
    uint64_t *slot = gaz_map_get(&r->closures, key, sizeof key);
    if (slot) {
        *bits = (const uint8_t *)(uintptr_t)*slot;
        return GAZ_OK;
    }
    uint8_t *made = NULL;
    gaz_status st = GAZ_OK;
    if (r->source.graph && file < r->file_count) {
        gaz_arena scratch;
        gaz_graph_reach reach = {0};
        gaz_graph_reach_query query = {
            .direction = direction, .files = &file, .file_count = 1, .limit = 0};
        gaz_arena_init(&scratch, r->arena.max);
        st = gaz_graph_reach_find(r->source.graph, &query, &scratch, &reach, err);
        if (st == GAZ_OK && reach.step_count > 1) {
            made = resolve_alloc(r, r->file_count / 8 + (size_t)1, 1);
            st = made ? GAZ_OK : resolve_no_memory(err);
        }
        for (uint32_t i = 0; made && i < reach.step_count; i++)
            made[reach.steps[i].file / 8] |= (uint8_t)(1u << reach.steps[i].file % 8);
        gaz_arena_release(&scratch);
    }
    slot = st == GAZ_OK ? gaz_map_put(&r->closures, key, sizeof key, NULL) : NULL;
    if (!slot)
        return st != GAZ_OK ? st : resolve_no_memory(err);
    *slot = (uintptr_t)made;
    *bits = made;
    return GAZ_OK;
}

gaz_status resolve_sees(gaz_resolver *r, uint32_t file, uint32_t other, bool *sees, gaz_error *err)
{
    const uint32_t key[2] = {file, GAZ_GRAPH_DEPENDENCIES};
    const uint8_t *bits = NULL;
    bool backwards = r->many_files && !gaz_map_get(&r->closures, key, sizeof key);
    *sees = file == other;
    if (*sees)
        return GAZ_OK;
    gaz_status st = backwards ? closure(r, other, GAZ_GRAPH_DEPENDENTS, &bits, err)
                              : closure(r, file, GAZ_GRAPH_DEPENDENCIES, &bits, err);
    if (st == GAZ_OK)
        *sees = has_bit(bits, backwards ? file : other);
    return st;
}

gaz_status resolve_package(gaz_resolver *r, uint32_t file, const resolve_files **out,
                           gaz_error *err)
{
    const uint32_t key[2] = {file, UINT32_MAX};
    uint64_t *slot = gaz_map_get(&r->closures, key, sizeof key);
    if (slot) {
        *out = (const resolve_files *)(uintptr_t)*slot;
        return GAZ_OK;
    }
    resolve_files *made = resolve_alloc(r, 1, sizeof *made);
    gaz_status st = made ? GAZ_OK : resolve_no_memory(err);
    if (st == GAZ_OK && r->source.graph && file < r->file_count)
        st = gaz_graph_package(r->source.graph, file, &r->arena, &made->files, &made->count, err);
    slot = st == GAZ_OK ? gaz_map_put(&r->closures, key, sizeof key, NULL) : NULL;
    if (!slot)
        return st != GAZ_OK ? st : resolve_no_memory(err);
    *slot = (uintptr_t)made;
    *out = made;
    return GAZ_OK;
}

gaz_status resolve_same_package(gaz_resolver *r, uint32_t a, uint32_t b, bool *same, gaz_error *err)
{
    const resolve_files *package = NULL;
    *same = a == b;
    gaz_status st = *same ? GAZ_OK : resolve_package(r, a, &package, err);
    if (st != GAZ_OK || !package)
        return st;
    uint32_t low = 0;
    for (uint32_t high = package->count; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (package->files[middle] < b)
            low = middle + 1;
        else
            high = middle;
    }
    *same = low < package->count && package->files[low] == b;
    return GAZ_OK;
}

gaz_status resolve_import_files(gaz_resolver *r, uint32_t file, uint32_t import, file_list *out,
                                bool *certain, gaz_error *err)
{
    gaz_graph_import m;
    gaz_graph_import_at(r->source.graph, file, import, &m);
    if (certain)
        *certain = m.state == GAZ_GRAPH_RESOLVED;
    for (uint32_t i = 0; i < m.targets; i++)
        if (!gaz_vec_push(out, gaz_graph_target(r->source.graph, &m, i)))
            return resolve_no_memory(err);
    return GAZ_OK;
}

/* The part of a path from `end` back to the '/' before; moves `end` before that. */
static gaz_symbol_name cut_part(const char *path, uint32_t *end)
{
    uint32_t stop = *end, at = stop;
    while (at > 0 && path[at - 1] != '/')
        at--;
    *end = at > 0 ? at - 1 : 0;
    return (gaz_symbol_name){path + at, stop - at};
}

bool resolve_is_module(gaz_resolver *r, uint32_t file, gaz_symbol_name name)
{
    uint32_t end = 0;
    if (!r->source.graph || file >= r->file_count || !name.len)
        return false;
    const char *path = gaz_graph_path(r->source.graph, file, &end);
    gaz_symbol_name base = cut_part(path, &end);
    const char *dot = memchr(base.data, '.', base.len);
    gaz_symbol_name stem = {base.data, dot ? (uint32_t)(dot - base.data) : base.len};
    if (name_is(stem, "__init__") || name_is(stem, "mod") || name_is(stem, "index"))
        stem = cut_part(path, &end);
    return same_name(stem, name);
}

/* The file of `<directory>/<name>`, if there is one. */
static uint32_t file_in(const gaz_resolver *r, const char *directory, uint32_t len,
                        const char *name)
{
    char path[GAZ_GRAPH_PATH_MAX];
    int n = snprintf(path, sizeof path, "%.*s%s%s", (int)len, directory, len ? "/" : "", name);
    return n > 0 && (size_t)n < sizeof path ? gaz_graph_find(r->source.graph, path, (size_t)n)
                                            : GAZ_GRAPH_NO_FILE;
}

/* `a/b.rs` is b in the module of a: `a.rs`, `a/mod.rs` or the root of the crate. */
static uint32_t rust_parent(const gaz_resolver *r, uint32_t file)
{
    static const char *const roots[] = {"mod.rs", "lib.rs", "main.rs"};
    char name[256];
    uint32_t end = 0;
    const char *path = gaz_graph_path(r->source.graph, file, &end);
    gaz_symbol_name base = cut_part(path, &end);
    if (name_is(base, "mod.rs"))
        cut_part(path, &end);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        uint32_t found = file_in(r, path, end, roots[i]);
        if (found != GAZ_GRAPH_NO_FILE && found != file)
            return found;
    }
    gaz_symbol_name directory = cut_part(path, &end);
    snprintf(name, sizeof name, "%.*s.rs", (int)directory.len, directory.data);
    return file_in(r, path, end, name);
}

uint32_t resolve_rust_module(const gaz_resolver *r, uint32_t file, gaz_symbol_name word)
{
    uint32_t end = 0, found;
    if (!r->source.graph || file >= r->file_count)
        return GAZ_GRAPH_NO_FILE;
    if (name_is(word, "self"))
        return file;
    if (name_is(word, "super"))
        return rust_parent(r, file);
    if (!name_is(word, "crate"))
        return GAZ_GRAPH_NO_FILE;
    const char *path = gaz_graph_path(r->source.graph, file, &end);
    do {
        cut_part(path, &end);
        found = file_in(r, path, end, "lib.rs");
        if (found == GAZ_GRAPH_NO_FILE)
            found = file_in(r, path, end, "main.rs");
    } while (found == GAZ_GRAPH_NO_FILE && end);
    return found;
}

/* ---- the names imports bind ---- */

static gaz_status add_binding(file_entry *e, const binding *b, gaz_error *err)
{
    uint64_t *slot =
        b->local.len ? gaz_map_put(&e->by_local, b->local.data, b->local.len, NULL) : NULL;
    if (!slot)
        return b->local.len ? resolve_no_memory(err) : GAZ_OK;
    binding *kept = &e->bindings[e->binding_count];
    *kept = *b;
    kept->next = (uint32_t)*slot;
    *slot = ++e->binding_count;
    return GAZ_OK;
}

/* Go's package is called after the last part of its path that is no version. */
static gaz_symbol_name go_package(gaz_symbol_name path)
{
    gaz_symbol_name last = resolve_last_name(path);
    bool version = last.len > 1 && last.data[0] == 'v';
    for (uint32_t i = 1; version && i < last.len; i++)
        version = last.data[i] >= '0' && last.data[i] <= '9';
    if (version && path.len > last.len + 1)
        last = resolve_last_name((gaz_symbol_name){path.data, path.len - last.len - 1});
    return last;
}

/* What one import binds. */
static binding binding_of(const file_entry *e, const gaz_symbol_import *m, uint32_t import)
{
    binding b = {.fact = m, .import = import, .wanted = m->name};
    gaz_symbol_name path = m->path, first = path;
    switch (e->language->family) {
    case FAMILY_PYTHON:
        if (!m->name.len)
            resolve_next_name(&path, &first); /* `import a.b` binds a */
        b.local = m->alias.len ? m->alias : m->name.len ? m->name : first;
        break;
    case FAMILY_GO:
        b.local = m->alias.len ? m->alias : go_package(path);
        break;
    case FAMILY_SCRIPT: /* `import a from "m"` has an alias and no name: the default export */
        if (m->kind == IMPORT_FROM && !m->name.len)
            b.wanted = (gaz_symbol_name){"default", 7};
        b.local = m->alias.len ? m->alias : m->name;
        break;
    case FAMILY_LUA:
        b.local = m->alias.len ? m->alias : m->name;
        break;
    case FAMILY_RUST:
    case FAMILY_JVM:
    case FAMILY_CSHARP:
    case FAMILY_PHP:
    case FAMILY_SWIFT:
        /* The last name of a path is what is wanted; whether it is a module the files tell. */
        if (!m->name.len && m->kind != IMPORT_PACKAGE)
            b.wanted = resolve_last_name(path);
        else if (e->language->family == FAMILY_PHP) /* `use A\{B\C}` */
            b.wanted = resolve_last_name(m->name);
        b.local = m->alias.len ? m->alias : b.wanted;
        break;
    default:
        break;
    }
    return b;
}

/* The variable of `const a = require("b")` is no scope. */
static gaz_status find_scope(gaz_resolver *r, uint32_t file, binding *b, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    b->scope = b->fact->enclosing;
    while (st == GAZ_OK && b->scope != GAZ_SYMBOL_NONE) {
        const gaz_symbol_definition *d;
        st = resolve_definition(r, file, b->scope, &d, err);
        if (st != GAZ_OK || !kind_in(KINDS_VALUE, d->kind))
            break;
        b->scope = d->container;
    }
    return st;
}

static bool binds_all(const file_entry *e, const gaz_symbol_import *m)
{
    uint8_t family = e->language->family;
    if (family == FAMILY_C)
        return false;
    if (m->flags & IMPORT_IS_WILDCARD)
        return !m->alias.len; /* `* as ns` is a name */
    return (family == FAMILY_CSHARP && m->kind != IMPORT_SOURCE && !m->alias.len) ||
           (family == FAMILY_JVM && m->kind == IMPORT_PACKAGE) ||
           (family == FAMILY_PHP && m->kind == IMPORT_SOURCE) ||
           ((family == FAMILY_RUBY || family == FAMILY_SHELL || family == FAMILY_LUA) &&
            !m->name.len && !m->alias.len) ||
           family == FAMILY_SWIFT;
}

gaz_status resolve_bind(gaz_resolver *r, file_entry *e, gaz_error *err)
{
    if (e->bound || !r->source.graph || e->file >= r->file_count)
        return GAZ_OK;
    gaz_status st = resolve_file(r, e->file, GAZ_SYMBOL_IMPORTS, &e, err);
    uint32_t count = st == GAZ_OK ? gaz_graph_import_count(r->source.graph, e->file) : 0;
    e->bindings = resolve_alloc(r, count, sizeof *e->bindings);
    e->wildcards = resolve_alloc(r, count, sizeof *e->wildcards);
    if (st == GAZ_OK && (!e->bindings || !e->wildcards))
        st = resolve_no_memory(err);
    /* Backwards, so that chains are in the order of the file. */
    for (uint32_t i = count; st == GAZ_OK && i-- > 0;) {
        gaz_graph_import m;
        gaz_graph_import_at(r->source.graph, e->file, i, &m);
        if (m.fact >= e->facts.import_count)
            continue;
        const gaz_symbol_import *fact = &e->facts.imports[m.fact];
        binding b = binding_of(e, fact, i);
        if (binds_all(e, fact)) {
            e->wildcards[e->wildcard_count++] = i;
            continue;
        }
        st = find_scope(r, e->file, &b, err);
        if (st == GAZ_OK)
            st = add_binding(e, &b, err);
    }
    e->bound = st == GAZ_OK;
    return st;
}
