/* Reading a graph: files, imports, packages. */
#include <string.h>

#include "graph_block.h"
#include "graph_manifests.h"
#include "graph_provides.h"
#include "graph_roots.h"

gaz_graph *gaz_graph_ref(gaz_graph *graph)
{
    if (graph)
        atomic_fetch_add(&graph->refs, 1);
    return graph;
}

void gaz_graph_unref(gaz_graph *g)
{
    if (!g || atomic_fetch_sub(&g->refs, 1) != 1)
        return;
    for (uint32_t i = 0; g->block && g->tree && i < g->tree->files; i++)
        graph_block_unref(g->block[i]);
    free(g->block);
    free(g->meta);
    free(g->node_of);
    free(g->file_of);
    free(g->group);
    free(g->member);
    free(g->group_slots);
    free(g->links.out_at);
    free(g->links.in_at);
    free(g->links.out);
    free(g->links.in);
    free(g->rank);
    free(g->entry);
    graph_manifests_unref(g->manifests);
    graph_roots_unref(g->roots);
    graph_provides_unref(g->provides);
    graph_tree_unref(g->tree);
    pthread_mutex_destroy(&g->lock);
    free(g);
}

void graph_count(gaz_graph *g)
{
    gaz_graph_stats *s = &g->stats;
    uint32_t files = g->tree->files;
    s->files = files;
    s->edges = g->links.edges;
    size_t bytes = sizeof *g + graph_tree_memory(g->tree) + graph_roots_memory(g->roots) +
                   graph_provides_memory(g->provides) + graph_manifests_memory(g->manifests);
    bytes += (size_t)files * (sizeof *g->meta + sizeof *g->block + sizeof *g->node_of + 1 +
                              sizeof *g->rank + 2 * sizeof *g->links.out_at);
    bytes += (size_t)g->nodes * sizeof *g->file_of + (size_t)g->groups * sizeof *g->group +
             (size_t)g->members * sizeof *g->member;
    bytes += (size_t)g->links.out_at[(size_t)files + g->groups] * 2 * sizeof *g->links.out;
    for (uint32_t i = 0; i < files; i++) {
        const graph_block *b = g->block[i];
        if (!b)
            continue;
        bytes += b->bytes;
        s->cut_files += b->cut;
        s->imports += b->records;
        s->resolved += b->resolved;
        s->ambiguous += b->ambiguous;
    }
    s->unresolved = s->imports - s->resolved - s->ambiguous;
    s->memory_bytes = bytes;
}

gaz_graph_stats gaz_graph_statistics(const gaz_graph *graph)
{
    return graph->stats;
}

uint32_t gaz_graph_file_count(const gaz_graph *graph)
{
    return graph->tree->files;
}

const char *gaz_graph_path(const gaz_graph *graph, uint32_t file, uint32_t *len)
{
    uint32_t n = 0;
    const char *path = graph_tree_path(graph->tree, file, &n);
    if (len)
        *len = n;
    return path;
}

uint32_t gaz_graph_language(const gaz_graph *graph, uint32_t file)
{
    return graph->meta[file].language;
}

uint8_t gaz_graph_flags(const gaz_graph *graph, uint32_t file)
{
    return graph->meta[file].final;
}

uint32_t gaz_graph_find(const gaz_graph *graph, const char *path, size_t len)
{
    return graph_tree_file(graph->tree, path, len);
}

bool gaz_graph_below(const gaz_graph *graph, const char *path, size_t len, uint32_t *first,
                     uint32_t *count)
{
    while (len > 0 && path[len - 1] == '/')
        len--;
    if (len == 1 && path[0] == '.')
        len = 0;
    uint32_t dir = graph_tree_dir(graph->tree, path, len);
    uint32_t file = len ? graph_tree_file(graph->tree, path, len) : GRAPH_NONE;
    if (file != GRAPH_NONE) {
        *first = file;
        *count = 1;
        return true;
    }
    if (dir == GRAPH_NONE)
        return false;
    *first = graph->tree->dir[dir].first;
    *count = graph->tree->dir[dir].count;
    return true;
}

const char *gaz_graph_problem(const gaz_graph *graph, size_t index)
{
    for (int f = 0; graph->manifests && f < FAMILY_COUNT; f++) {
        const graph_part *part = graph->manifests->part[f];
        size_t count = part ? part->problems.len : 0;
        if (index < count)
            return part->problems.items[index].data;
        index -= count;
    }
    return NULL;
}

uint32_t gaz_graph_import_count(const gaz_graph *graph, uint32_t file)
{
    const graph_block *b = graph->block[file];
    return b ? b->records : 0;
}

void gaz_graph_import_at(const gaz_graph *graph, uint32_t file, uint32_t index,
                         gaz_graph_import *out)
{
    const graph_block *b = graph->block[file];
    const graph_record *rec = &b->record[index];
    *out = (gaz_graph_import){.fact = rec->fact,
                              .line = rec->line,
                              .kind = rec->kind,
                              .flags = rec->flags,
                              .state = rec->state,
                              .method = rec->method,
                              .reason = rec->reason,
                              .confidence = rec->confidence,
                              .name = b->text + rec->name,
                              .name_len = rec->name_len,
                              .targets = rec->targets,
                              .handle = (uint64_t)file << 32 | index};
    if (rec->group) {
        uint32_t group = graph_group_find(graph, b->text + rec->target);
        out->targets = group == GRAPH_NONE ? 0 : graph->group[group].count;
    }
}

uint32_t gaz_graph_target(const gaz_graph *graph, const gaz_graph_import *import, uint32_t index)
{
    const graph_block *b = graph->block[import->handle >> 32];
    const graph_record *rec = &b->record[(uint32_t)import->handle];
    if (!rec->group)
        return graph->file_of[b->node[rec->target + index]];
    const graph_group *group = &graph->group[graph_group_find(graph, b->text + rec->target)];
    return graph->member[group->first + index];
}

/* ---- packages ---- */

static bool package_of(const gaz_graph *g, uint32_t file, uint32_t *out_dir, graph_family *family)
{
    *family = graph_family_of(g->meta[file].language);
    *out_dir = g->tree->dir_of[file];
    return *family == FAMILY_GO || *family == FAMILY_SWIFT;
}

static bool is_of_go_package(const gaz_graph *g, uint32_t file)
{
    return g->meta[file].language == LANG_GO;
}

/* The names of packages a file declares end in '.', a C# file may have several. */
static bool declared_package(const gaz_graph *g, uint32_t file, graph_family family,
                             graph_files *out)
{
    const graph_block *b = g->block[file];
    for (uint32_t i = 0; b && i < b->provides; i++) {
        const char *name = b->text + b->provide[i];
        size_t len = strlen(name);
        if (len == 0 || name[len - 1] != '.')
            continue;
        uint32_t at = graph_provides_first(g->provides, family, name, len);
        for (; at != GRAPH_NONE; at = graph_provides_next(g->provides, at))
            if (!gaz_vec_push(out, graph_provides_file(g->provides, at)))
                return false;
    }
    out->len = graph_sort_unique(out->items, out->len);
    return true;
}

/* Swift files belong to the directory of their target: the one below Sources or Tests. */
static uint32_t swift_target(const gaz_graph *g, uint32_t dir)
{
    for (; g->tree->dir[dir].parent != GRAPH_NONE; dir = g->tree->dir[dir].parent) {
        uint32_t len = 0;
        const char *path = graph_tree_dir_path(g->tree, g->tree->dir[dir].parent, &len);
        const char *base = memrchr(path, '/', len);
        size_t n = base ? (size_t)(path + len - base) - 1 : len;
        base = path + len - n;
        if ((n == 7 && memcmp(base, "Sources", 7) == 0) ||
            (n == 5 && memcmp(base, "Tests", 5) == 0))
            return dir;
    }
    return GRAPH_NONE;
}

gaz_status gaz_graph_package(const gaz_graph *g, uint32_t file, gaz_arena *arena, uint32_t **out,
                             uint32_t *count, gaz_error *err)
{
    graph_files found = {0};
    graph_family family = FAMILY_NONE;
    uint32_t dir = GRAPH_NONE;
    bool ok = true;
    if (package_of(g, file, &dir, &family) && family == FAMILY_GO) {
        for (uint32_t f = g->tree->dir[dir].child; ok && f != GRAPH_NONE; f = g->tree->sibling[f])
            if (is_of_go_package(g, f))
                ok = gaz_vec_push(&found, f);
    } else if (family == FAMILY_SWIFT && (dir = swift_target(g, dir)) != GRAPH_NONE) {
        const graph_dir *d = &g->tree->dir[dir];
        for (uint32_t f = d->first; ok && f < d->first + d->count; f++)
            if (g->meta[f].language == LANG_SWIFT)
                ok = gaz_vec_push(&found, f);
    } else if (family == FAMILY_JVM || family == FAMILY_CSHARP) {
        ok = declared_package(g, file, family, &found);
    }
    uint32_t *items = ok ? gaz_arena_array(arena, found.len + 1, sizeof *items) : NULL;
    if (items && found.len)
        memcpy(items, found.items, found.len * sizeof *items);
    if (items) {
        *out = items;
        *count = (uint32_t)found.len;
    }
    gaz_vec_free(&found);
    return items ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "cannot list a package: out of memory");
}

const char *gaz_graph_method_name(gaz_graph_method method)
{
    static const char *const names[] = {
        "none",          "exact path", "include path", "include root", "module", "package",
        "declared name", "alias",      "same package", "nearest",      "suffix"};
    return (unsigned)method < sizeof names / sizeof *names ? names[method] : "none";
}

const char *gaz_graph_reason_name(gaz_graph_reason reason)
{
    static const char *const names[] = {"none",      "standard library", "external package",
                                        "not found", "computed",         "ambiguous",
                                        "hidden"};
    return (unsigned)reason < sizeof names / sizeof *names ? names[reason] : "none";
}
