/* Impact: dependents of the changed files by distance, and the tests that belong to these by name
 * though they import nothing, at a distance of one. */
#include <string.h>

#include "gaz/base/vec.h"
#include "graph_tests.h"
#include "graph_walk.h"

static gaz_status nomem(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot find what a change affects: out of memory");
}

typedef struct impact {
    const gaz_graph *g;
    graph_walk walk;
    gaz_arena *arena;
    uint32_t *reasons; /* per file, of tests of changed files */
    uint32_t *tested;  /* per file: what it tests */
} impact;

static gaz_status add_tests(impact *m, uint32_t file, gaz_error *err)
{
    if (graph_is_test(m->g, file))
        return GAZ_OK;
    gaz_arena scratch;
    gaz_arena_init(&scratch, (size_t)1 << 28);
    gaz_graph_link *links = NULL;
    uint32_t count = 0;
    gaz_status st = gaz_graph_tests_find(m->g, file, &scratch, &links, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        uint32_t test = links[i].file;
        if (test == file || links[i].reasons == GAZ_GRAPH_LINK_IMPORT)
            continue; /* the walk finds what imports it */
        if (!m->reasons[test])
            m->tested[test] = file;
        m->reasons[test] |= links[i].reasons;
        if (!graph_walk_add(&m->walk, test, 1, file))
            st = nomem(err);
    }
    gaz_arena_release(&scratch);
    return st;
}

static uint32_t import_between(const gaz_graph *g, uint32_t from, uint32_t to)
{
    uint32_t imports = gaz_graph_import_count(g, from);
    for (uint32_t i = 0; i < imports; i++) {
        gaz_graph_import im;
        gaz_graph_import_at(g, from, i, &im);
        if (im.state != GAZ_GRAPH_RESOLVED)
            continue;
        uint32_t low = 0, high = im.targets;
        while (low < high) { /* targets ascend */
            uint32_t mid = (low + high) / 2;
            if (gaz_graph_target(g, &im, mid) < to)
                low = mid + 1;
            else
                high = mid;
        }
        if (low < im.targets && gaz_graph_target(g, &im, low) == to)
            return i;
    }
    return GAZ_GRAPH_NO_IMPORT;
}

static int by_order(const void *left, const void *right)
{
    const gaz_graph_affected *a = left, *b = right;
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    if (!a->reasons != !b->reasons)
        return a->reasons ? -1 : 1;
    return a->file < b->file ? -1 : a->file > b->file;
}

static gaz_status keep_files(impact *m, uint32_t limit, gaz_graph_impact *out, gaz_error *err)
{
    size_t total = m->walk.order.len;
    gaz_graph_affected *all = gaz_arena_array(m->arena, total + 1, sizeof *all);
    if (!all)
        return nomem(err);
    for (size_t i = 0; i < total; i++) {
        uint32_t file = m->walk.order.items[i];
        bool linked = m->reasons[file] && m->walk.distance[file];
        all[i] = (gaz_graph_affected){.file = file,
                                      .distance = m->walk.distance[file],
                                      .via = m->walk.via[file],
                                      .import = GAZ_GRAPH_NO_IMPORT,
                                      .reasons = linked ? m->reasons[file] : 0,
                                      .test = graph_is_test(m->g, file)};
    }
    if (total > 1)
        qsort(all, total, sizeof *all, by_order);
    out->total = total;
    out->file_count = (uint32_t)(limit && total > limit ? limit : total);
    out->complete &= out->file_count == total;
    out->files = all;
    for (uint32_t i = 0; i < out->file_count; i++)
        if (all[i].via != GRAPH_NONE)
            all[i].import = import_between(m->g, all[i].file, all[i].via);
    return GAZ_OK;
}

/* ---- definitions of changed lines ---- */

static bool meets(const gaz_symbol_definition *d, const gaz_graph_change *change)
{
    return d->start_line <= change->end_line && d->end_line >= change->start_line;
}

typedef GAZ_VEC(gaz_graph_changed_definition) definition_vec;

static bool add_definitions(const gaz_symbol_facts *facts, const gaz_graph_change *change,
                            uint32_t file, definition_vec *out)
{
    uint8_t *outer = calloc((size_t)facts->definition_count + 1, 1);
    bool ok = outer != NULL;
    for (uint32_t i = facts->definition_count; ok && i-- > 0;) {
        const gaz_symbol_definition *d = &facts->definitions[i];
        if (d->container != GAZ_SYMBOL_NONE && meets(d, change))
            outer[d->container] = 1; /* contents come behind their containers */
    }
    for (uint32_t i = 0; ok && i < facts->definition_count; i++) {
        gaz_graph_changed_definition found = {file, i};
        if (meets(&facts->definitions[i], change) && !outer[i])
            ok = gaz_vec_push(out, found);
    }
    free(outer);
    return ok;
}

static gaz_status find_definitions(gaz_symbol_view *symbols, const gaz_graph_change *changes,
                                   uint32_t count, gaz_arena *arena, gaz_graph_impact *out,
                                   gaz_error *err)
{
    definition_vec found = {0};
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        gaz_arena scratch;
        gaz_arena_init(&scratch, (size_t)1 << 31);
        gaz_symbol_facts facts = {0};
        gaz_graph_change change = changes[i];
        if (change.end_line == 0)
            change.end_line = UINT32_MAX;
        st = gaz_symbol_view_facts(symbols, change.file, GAZ_SYMBOL_DEFINITIONS, &scratch, &facts,
                                   err);
        if (st == GAZ_OK && !add_definitions(&facts, &change, change.file, &found))
            st = nomem(err);
        if (st == GAZ_E_NOT_FOUND)
            st = GAZ_OK;
        gaz_arena_release(&scratch);
    }
    if (st == GAZ_OK) {
        out->definitions = gaz_arena_array(arena, found.len + 1, sizeof *out->definitions);
        out->definition_count = (uint32_t)found.len;
        if (!out->definitions)
            st = nomem(err);
        else if (found.len)
            memcpy(out->definitions, found.items, found.len * sizeof *found.items);
    }
    gaz_vec_free(&found);
    return st;
}

/* ---- all of it ---- */

static gaz_status run(impact *m, const gaz_graph_change *changes, uint32_t count, uint32_t depth,
                      bool *complete, gaz_error *err)
{
    const gaz_graph *g = m->g;
    size_t files = (size_t)g->tree->files + 1;
    m->reasons = calloc(files, sizeof *m->reasons);
    m->tested = calloc(files, sizeof *m->tested);
    if (!graph_walk_init(&m->walk, g) || !m->reasons || !m->tested)
        return nomem(err);
    m->walk.backward = true;
    for (uint32_t i = 0; i < count; i++) {
        if (changes[i].file >= g->tree->files)
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "cannot find what a change affects: there is no file %u",
                                 changes[i].file);
        if (!graph_walk_add(&m->walk, changes[i].file, 0, GRAPH_NONE))
            return nomem(err);
    }
    size_t changed = m->walk.order.len;
    for (uint32_t d = 0; m->walk.level < m->walk.order.len && (depth == 0 || d < depth); d++) {
        if (!graph_walk_level(&m->walk))
            return nomem(err);
        gaz_status st = GAZ_OK;
        for (size_t i = 0; d == 0 && st == GAZ_OK && i < changed; i++)
            st = add_tests(m, m->walk.order.items[i], err);
        if (st != GAZ_OK)
            return st;
    }
    size_t reached = m->walk.order.len;
    if (m->walk.level < reached && !graph_walk_level(&m->walk)) /* is there more? */
        return nomem(err);
    *complete = m->walk.order.len == reached;
    m->walk.order.len = reached;
    return GAZ_OK;
}

gaz_status gaz_graph_impact_find(const gaz_graph *g, gaz_symbol_view *symbols,
                                 const gaz_graph_change *changes, uint32_t change_count,
                                 uint32_t depth, uint32_t limit, gaz_arena *arena,
                                 gaz_graph_impact *out, gaz_error *err)
{
    impact m = {.g = g, .arena = arena};
    gaz_graph_impact result = {.complete = true};
    gaz_status st = run(&m, changes, change_count, depth, &result.complete, err);
    if (st == GAZ_OK)
        st = keep_files(&m, limit, &result, err);
    if (st == GAZ_OK && symbols)
        st = find_definitions(symbols, changes, change_count, arena, &result, err);
    graph_walk_release(&m.walk);
    free(m.reasons);
    free(m.tested);
    if (st == GAZ_OK)
        *out = result;
    return st;
}
