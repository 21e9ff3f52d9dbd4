/* Reaching: breadth first over the edges, in one direction. A package that is imported stands
 * between files and costs no step. Files of a level are in the order of their paths, so answers
 * are the same whatever the order of edges. */
#include <string.h>

#include "graph_block.h"
#include "graph_walk.h"

static gaz_status nomem(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot follow imports: out of memory");
}

bool graph_walk_init(graph_walk *w, const gaz_graph *g)
{
    size_t files = (size_t)g->tree->files + 1, groups = (size_t)g->groups + 1;
    *w = (graph_walk){.graph = g,
                      .distance = malloc(files * sizeof *w->distance),
                      .via = malloc(files * sizeof *w->via),
                      .group_seen = calloc(groups, 1)};
    if (w->distance)
        memset(w->distance, 0xFF, files * sizeof *w->distance);
    return w->distance && w->via && w->group_seen;
}

void graph_walk_release(graph_walk *w)
{
    free(w->distance);
    free(w->via);
    free(w->group_seen);
    gaz_vec_free(&w->order);
}

bool graph_walk_add(graph_walk *w, uint32_t file, uint32_t distance, uint32_t via)
{
    if (w->distance[file] != UINT32_MAX)
        return true;
    w->distance[file] = distance;
    w->via[file] = via;
    return gaz_vec_push(&w->order, file);
}

static bool visit_place(graph_walk *w, uint64_t place, uint32_t from, uint32_t distance)
{
    const graph_links *l = &w->graph->links;
    const uint64_t *at = w->backward ? l->in_at : l->out_at;
    const uint32_t *to = w->backward ? l->in : l->out;
    for (uint64_t e = at[place]; e < at[place + 1]; e++) {
        uint32_t target = to[e];
        if (!(target & GROUP_BIT)) {
            if (!graph_walk_add(w, target, distance, from))
                return false;
            continue;
        }
        uint32_t group = target & ~GROUP_BIT;
        if (w->group_seen[group])
            continue;
        w->group_seen[group] = 1;
        uint64_t below = (uint64_t)w->graph->tree->files + group;
        for (uint64_t n = at[below]; n < at[below + 1]; n++)
            if (!graph_walk_add(w, to[n], distance, from))
                return false;
    }
    return true;
}

static int by_number(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

bool graph_walk_level(graph_walk *w)
{
    size_t from = w->level, end = w->order.len;
    for (size_t i = from; i < end; i++) {
        uint32_t file = w->order.items[i];
        if (!visit_place(w, file, file, w->distance[file] + 1))
            return false;
    }
    w->level = end;
    if (w->order.len - end > 1)
        qsort(w->order.items + end, w->order.len - end, sizeof *w->order.items, by_number);
    return true;
}

/* The edges between files that were reached. */
static gaz_status collect_edges(const graph_walk *w, uint32_t depth, const uint32_t *files,
                                size_t count, gaz_arena *arena, gaz_graph_reach *out,
                                gaz_error *err)
{
    const gaz_graph *g = w->graph;
    GAZ_VEC(gaz_graph_edge) edges = {0};
    graph_files targets = {0};
    bool ok = true;
    uint32_t *sorted = gaz_arena_array(arena, count + 1, sizeof *sorted);
    if (!sorted)
        return nomem(err);
    memcpy(sorted, files, count * sizeof *files);
    qsort(sorted, count, sizeof *sorted, by_number);
    for (size_t i = 0; ok && i < count; i++) {
        uint32_t from = sorted[i];
        bool inner = depth == 0 || w->distance[from] < depth;
        ok = graph_edges_of(g, from, &targets);
        for (size_t t = 0; ok && t < targets.len; t += 2) {
            uint32_t to = targets.items[t];
            if (w->distance[to] == UINT32_MAX || !w->kept[to] ||
                !(inner || w->distance[to] < depth) ||
                !(w->backward ? depth == 0 || w->distance[to] < depth : inner))
                continue;
            gaz_graph_edge edge = {from, to, targets.items[t + 1]};
            ok = gaz_vec_push(&edges, edge);
        }
    }
    out->edges = ok ? gaz_arena_array(arena, edges.len + 1, sizeof *out->edges) : NULL;
    out->edge_count = (uint32_t)edges.len;
    if (out->edges && edges.len)
        memcpy(out->edges, edges.items, edges.len * sizeof *edges.items);
    gaz_vec_free(&edges);
    gaz_vec_free(&targets);
    return out->edges ? GAZ_OK : nomem(err);
}

static int by_pair(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    if (a[0] != b[0])
        return a[0] < b[0] ? -1 : 1;
    return a[1] < b[1] ? -1 : a[1] > b[1];
}

bool graph_edges_of(const gaz_graph *g, uint32_t file, graph_files *pairs)
{
    uint32_t imports = gaz_graph_import_count(g, file);
    pairs->len = 0;
    for (uint32_t i = 0; i < imports; i++) {
        gaz_graph_import im;
        gaz_graph_import_at(g, file, i, &im);
        for (uint32_t t = 0; im.state == GAZ_GRAPH_RESOLVED && t < im.targets; t++) {
            uint32_t to = gaz_graph_target(g, &im, t);
            if (to == file || to == GRAPH_NONE)
                continue;
            if (!gaz_vec_push(pairs, to) || !gaz_vec_push(pairs, i))
                return false;
        }
    }
    if (pairs->len > 2)
        qsort(pairs->items, pairs->len / 2, 2 * sizeof *pairs->items, by_pair);
    size_t n = 0;
    for (size_t i = 0; i < pairs->len; i += 2) {
        if (n && pairs->items[n - 2] == pairs->items[i])
            continue;
        pairs->items[n] = pairs->items[i];
        pairs->items[n + 1] = pairs->items[i + 1];
        n += 2;
    }
    pairs->len = n;
    return true;
}

static gaz_status check_files(const gaz_graph *g, const uint32_t *files, uint32_t count,
                              gaz_error *err)
{
    for (uint32_t i = 0; i < count; i++)
        if (files[i] >= g->tree->files)
            return gaz_error_set(err, GAZ_E_INVALID, "cannot follow imports: there is no file %u",
                                 files[i]);
    return GAZ_OK;
}

static gaz_status keep_steps(graph_walk *w, const gaz_graph_reach_query *q, gaz_arena *arena,
                             gaz_graph_reach *out, gaz_error *err)
{
    size_t count = w->order.len;
    if (q->limit && count > q->limit) {
        count = q->limit;
        out->complete = false;
    }
    out->steps = gaz_arena_array(arena, count + 1, sizeof *out->steps);
    if (!out->steps)
        return nomem(err);
    out->step_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++) {
        uint32_t file = w->order.items[i];
        out->steps[i] = (gaz_graph_step){file, w->distance[file], w->via[file]};
    }
    if (!q->edges)
        return GAZ_OK;
    w->kept = calloc((size_t)w->graph->tree->files + 1, 1);
    if (!w->kept)
        return nomem(err);
    for (size_t i = 0; i < count; i++)
        w->kept[w->order.items[i]] = 1;
    gaz_status st = collect_edges(w, q->depth, w->order.items, count, arena, out, err);
    free(w->kept);
    w->kept = NULL;
    return st;
}

gaz_status gaz_graph_reach_find(const gaz_graph *g, const gaz_graph_reach_query *q,
                                gaz_arena *arena, gaz_graph_reach *out, gaz_error *err)
{
    gaz_status st = check_files(g, q->files, q->file_count, err);
    if (st != GAZ_OK)
        return st;
    graph_walk w;
    bool ok = graph_walk_init(&w, g);
    w.backward = q->direction == GAZ_GRAPH_DEPENDENTS;
    for (uint32_t i = 0; ok && i < q->file_count; i++)
        ok = graph_walk_add(&w, q->files[i], 0, GRAPH_NONE);
    for (uint32_t d = 0; ok && w.level < w.order.len && (q->depth == 0 || d < q->depth); d++) {
        if (q->limit && w.order.len > q->limit)
            break;
        ok = graph_walk_level(&w);
    }
    gaz_graph_reach reach = {.complete = true};
    st = ok ? keep_steps(&w, q, arena, &reach, err) : nomem(err);
    graph_walk_release(&w);
    if (st == GAZ_OK)
        *out = reach;
    return st;
}

gaz_status gaz_graph_path_find(const gaz_graph *g, uint32_t from, uint32_t to, gaz_arena *arena,
                               uint32_t **files, uint32_t *count, gaz_error *err)
{
    uint32_t ends[2] = {from, to};
    gaz_status st = check_files(g, ends, 2, err);
    if (st != GAZ_OK)
        return st;
    graph_walk w;
    bool ok = graph_walk_init(&w, g) && graph_walk_add(&w, from, 0, GRAPH_NONE);
    while (ok && w.distance[to] == UINT32_MAX && w.level < w.order.len)
        ok = graph_walk_level(&w);
    uint32_t length = ok && w.distance[to] != UINT32_MAX ? w.distance[to] + 1 : 0;
    uint32_t *path = ok ? gaz_arena_array(arena, length + 1, sizeof *path) : NULL;
    if (path) {
        for (uint32_t i = length, at = to; i-- > 0; at = w.via[at])
            path[i] = at;
        *files = path;
        *count = length;
    }
    graph_walk_release(&w);
    return path ? GAZ_OK : nomem(err);
}
