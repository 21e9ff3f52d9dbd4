/* Entry points: main functions by one look-up of their names, what manifests name, and names that
 * languages and frameworks start by. */
#include <string.h>

#include "gaz/base/clock.h"
#include "graph_manifests.h"

static bool is_main(const gaz_graph *g, const gaz_symbol_hit *hit)
{
    if (hit->flags & (DEFINITION_DECLARATION | DEFINITION_LOCAL | DEFINITION_TEST))
        return false;
    switch (graph_family_of(g->meta[hit->file].language)) {
    case FAMILY_C:
    case FAMILY_GO:
    case FAMILY_RUST:
    case FAMILY_SWIFT:
        return hit->kind == KIND_FUNCTION;
    case FAMILY_JVM:
        return hit->kind == KIND_FUNCTION || hit->kind == KIND_METHOD;
    case FAMILY_CSHARP:
        return hit->kind == KIND_METHOD && hit->flags & DEFINITION_STATIC;
    default:
        return false;
    }
}

/* A function called main in a Go file is one only in package main; a library has none. */
static gaz_status find_mains(gaz_graph *g, gaz_symbol_view *symbols, const char *name,
                             gaz_error *err)
{
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 30);
    gaz_symbol_hits hits = {0};
    gaz_symbol_query query = {.match = GAZ_SYMBOL_EXACT,
                              .text = name,
                              .len = strlen(name),
                              .kinds = UINT64_C(1) << KIND_FUNCTION | UINT64_C(1) << KIND_METHOD,
                              .limit = 1u << 20,
                              .deadline_us = GAZ_NEVER};
    gaz_status st = gaz_symbol_view_find(symbols, &query, &arena, &hits, err);
    for (uint32_t i = 0; st == GAZ_OK && i < hits.count; i++)
        if (hits.items[i].file < g->tree->files && is_main(g, &hits.items[i]))
            g->entry[hits.items[i].file] |= GAZ_GRAPH_ENTRY_MAIN;
    gaz_arena_release(&arena);
    return st;
}

static bool base_is(const gaz_graph *g, uint32_t file, const char *name)
{
    uint32_t len = 0;
    const char *path = graph_tree_path(g->tree, file, &len);
    uint32_t base = g->tree->base_at[file];
    return strcmp(path + base, name) == 0;
}

static bool is_custom(const gaz_graph *g, uint32_t file)
{
    static const char *const python[] = {"__main__.py", "asgi.py", "manage.py",
                                         "setup.py",    "wsgi.py", NULL};
    static const char *const rust[] = {"main.rs", "build.rs", NULL};
    static const char *const swift[] = {"main.swift", "Package.swift", NULL};
    static const char *const csharp[] = {"Program.cs", NULL};
    const char *const *names = NULL;
    switch (graph_family_of(g->meta[file].language)) {
    case FAMILY_PYTHON:
        names = python;
        break;
    case FAMILY_RUST:
        names = rust;
        break;
    case FAMILY_SWIFT:
        names = swift;
        break;
    case FAMILY_CSHARP:
        names = csharp;
        break;
    default:
        return false;
    }
    for (; *names; names++)
        if (base_is(g, file, *names))
            return true;
    return false;
}

static bool is_imported(const gaz_graph *g, uint32_t file)
{
    for (uint64_t e = g->links.in_at[file]; e < g->links.in_at[file + 1]; e++) {
        uint32_t from = g->links.in[e];
        if (!(from & GROUP_BIT))
            return true;
        size_t place = (size_t)g->tree->files + (from & ~GROUP_BIT);
        if (g->links.in_at[place] < g->links.in_at[place + 1])
            return true;
    }
    return false;
}

gaz_status graph_entries_find(gaz_graph *g, gaz_symbol_view *symbols, gaz_error *err)
{
    uint32_t files = g->tree->files;
    g->entry = calloc((size_t)files + 1, 1);
    if (!g->entry)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot find entry points: out of memory");
    gaz_status st = find_mains(g, symbols, "main", err);
    if (st == GAZ_OK)
        st = find_mains(g, symbols, "Main", err);
    for (uint32_t i = 0; st == GAZ_OK && i < files; i++) {
        if (is_custom(g, i))
            g->entry[i] |= GAZ_GRAPH_ENTRY_CUSTOM;
        if (g->links.out_at[i] < g->links.out_at[i + 1] && !is_imported(g, i) &&
            !(g->meta[i].final & GAZ_GRAPH_TEST))
            g->entry[i] |= GAZ_GRAPH_ENTRY_ROOT;
    }
    for (int family = 0; st == GAZ_OK && g->manifests && family < FAMILY_COUNT; family++) {
        const graph_part *part = g->manifests->part[family];
        for (size_t i = 0; part && i < part->entries.len; i++) {
            uint32_t file =
                graph_tree_file(g->tree, part->entries.items[i].data, part->entries.items[i].len);
            if (file != GRAPH_NONE)
                g->entry[file] |= GAZ_GRAPH_ENTRY_MANIFEST;
        }
    }
    return st;
}

uint8_t gaz_graph_entry(const gaz_graph *graph, uint32_t file)
{
    return graph->entry[file];
}
