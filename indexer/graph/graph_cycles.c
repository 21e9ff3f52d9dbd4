/* Strongly connected files (Tarjan 1972, without recursion: hostile chains are deep) over files and
 * the packages between them, and in each a smallest cycle by breadth-first search. */
#include <string.h>

#include "graph_walk.h"

#define SHORTEST_STARTS 64u       /* files of a group a smallest cycle is looked for from */
#define SHORTEST_EDGES (1u << 22) /* edges that may be looked at for it */

typedef struct tarjan {
    const gaz_graph *g;
    uint32_t places;
    uint32_t *index, *low, *group_of;
    uint64_t *next; /* edge to be looked at */
    graph_files stack, path;
    uint32_t counter, groups;
} tarjan;

static uint32_t place_of(const gaz_graph *g, uint32_t target)
{
    return target & GROUP_BIT ? g->tree->files + (target & ~GROUP_BIT) : target;
}

static bool open_place(tarjan *t, uint32_t place)
{
    t->index[place] = t->low[place] = t->counter++;
    t->next[place] = t->g->links.out_at[place];
    return gaz_vec_push(&t->stack, place) && gaz_vec_push(&t->path, place);
}

static void close_place(tarjan *t, uint32_t place)
{
    t->path.len--;
    if (t->path.len) {
        uint32_t above = t->path.items[t->path.len - 1];
        if (t->low[place] < t->low[above])
            t->low[above] = t->low[place];
    }
    if (t->low[place] != t->index[place])
        return;
    uint32_t member;
    do {
        member = t->stack.items[--t->stack.len];
        t->group_of[member] = t->groups;
    } while (member != place);
    t->groups++;
}

static bool run_from(tarjan *t, uint32_t start)
{
    if (!open_place(t, start))
        return false;
    while (t->path.len) {
        uint32_t place = t->path.items[t->path.len - 1];
        if (t->next[place] == t->g->links.out_at[place + 1]) {
            close_place(t, place);
            continue;
        }
        uint32_t to = place_of(t->g, t->g->links.out[t->next[place]++]);
        if (t->index[to] == UINT32_MAX) {
            if (!open_place(t, to))
                return false;
        } else if (t->group_of[to] == UINT32_MAX && t->index[to] < t->low[place]) {
            t->low[place] = t->index[to];
        }
    }
    return true;
}

static bool tarjan_run(tarjan *t, const gaz_graph *g)
{
    *t = (tarjan){.g = g, .places = g->tree->files + g->groups};
    size_t n = (size_t)t->places + 1;
    t->index = malloc(n * sizeof *t->index);
    t->low = malloc(n * sizeof *t->low);
    t->group_of = malloc(n * sizeof *t->group_of);
    t->next = malloc(n * sizeof *t->next);
    if (!t->index || !t->low || !t->group_of || !t->next)
        return false;
    memset(t->index, 0xFF, n * sizeof *t->index);
    memset(t->group_of, 0xFF, n * sizeof *t->group_of);
    for (uint32_t i = 0; i < t->places; i++)
        if (t->index[i] == UINT32_MAX && !run_from(t, i))
            return false;
    return true;
}

static void tarjan_release(tarjan *t)
{
    free(t->index);
    free(t->low);
    free(t->group_of);
    free(t->next);
    gaz_vec_free(&t->stack);
    gaz_vec_free(&t->path);
}

/* ---- the smallest cycle of a group ---- */

typedef struct cycle_search {
    const tarjan *t;
    uint32_t *distance, *via;
    graph_files queue;
    uint64_t budget;
    graph_files best; /* files */
} cycle_search;

static uint32_t weight_of(const cycle_search *s, uint32_t place)
{
    return place < s->t->g->tree->files; /* packages cost nothing, but stand between */
}

/* A shortest way back to `start` inside its group, counted in places. */
static bool search_from(cycle_search *s, uint32_t start, uint32_t limit, uint32_t *last)
{
    const gaz_graph *g = s->t->g;
    uint32_t group = s->t->group_of[start];
    s->queue.len = 0;
    s->distance[start] = 0;
    bool found = false;
    if (!gaz_vec_push(&s->queue, start))
        return false;
    for (size_t i = 0; i < s->queue.len && !found && s->budget; i++) {
        uint32_t place = s->queue.items[i];
        if (limit && s->distance[place] + 1 >= limit)
            break;
        for (uint64_t e = g->links.out_at[place]; e < g->links.out_at[place + 1] && !found; e++) {
            uint32_t to = place_of(g, g->links.out[e]);
            s->budget -= s->budget > 0;
            if (to == start) {
                *last = place;
                found = true;
            } else if (s->t->group_of[to] == group && s->distance[to] == UINT32_MAX) {
                s->distance[to] = s->distance[place] + 1;
                s->via[to] = place;
                if (!gaz_vec_push(&s->queue, to))
                    return false;
            }
        }
    }
    if (found && (s->best.len == 0 || s->distance[*last] + 1 < limit)) {
        s->best.len = 0;
        for (uint32_t at = *last;; at = s->via[at]) {
            if (!gaz_vec_push(&s->best, at))
                return false;
            if (at == start)
                break;
        }
    }
    for (size_t i = 0; i < s->queue.len; i++)
        s->distance[s->queue.items[i]] = UINT32_MAX;
    return true;
}

/* From the smallest file on, packages left out. */
static gaz_status keep_shortest(cycle_search *s, gaz_arena *arena, gaz_graph_cycle *cycle,
                                gaz_error *err)
{
    graph_files *b = &s->best;
    uint32_t count = 0, first = 0;
    for (size_t i = b->len; i-- > 0;)
        if (weight_of(s, b->items[i]))
            b->items[b->len - 1 - count++] = b->items[i];
    uint32_t *files = gaz_arena_array(arena, count + 1, sizeof *files);
    if (!files)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot show cycles: out of memory");
    for (uint32_t i = 0; i < count; i++)
        files[i] = b->items[b->len - 1 - i];
    for (uint32_t i = 1; i < count; i++)
        if (files[i] < files[first])
            first = i;
    cycle->shortest = gaz_arena_array(arena, count + 1, sizeof *files);
    if (!cycle->shortest)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot show cycles: out of memory");
    for (uint32_t i = 0; i < count; i++)
        cycle->shortest[i] = files[(first + i) % count];
    cycle->shortest_count = count;
    return GAZ_OK;
}

static gaz_status find_shortest(cycle_search *s, gaz_arena *arena, gaz_graph_cycle *cycle,
                                gaz_error *err)
{
    s->best.len = 0;
    s->budget = SHORTEST_EDGES;
    uint32_t limit = 0, last = 0;
    for (uint32_t i = 0; i < cycle->file_count && i < SHORTEST_STARTS; i++) {
        if (!search_from(s, cycle->files[i], limit, &last))
            return gaz_error_set(err, GAZ_E_NOMEM, "cannot show cycles: out of memory");
        limit = (uint32_t)s->best.len;
        if (limit == 2)
            break;
    }
    return keep_shortest(s, arena, cycle, err);
}

/* ---- the groups ---- */

static int by_size(const void *left, const void *right)
{
    const gaz_graph_cycle *a = left, *b = right;
    if (a->file_count != b->file_count)
        return a->file_count > b->file_count ? -1 : 1;
    return a->files[0] < b->files[0] ? -1 : a->files[0] > b->files[0];
}

static gaz_status collect(const tarjan *t, uint32_t first, uint32_t end, gaz_arena *arena,
                          gaz_graph_cycle **out, uint32_t *total, gaz_error *err)
{
    uint32_t files = t->g->tree->files, n = 0;
    uint32_t *size = gaz_arena_array(arena, (size_t)t->groups + 1, sizeof *size);
    uint32_t *slot = gaz_arena_array(arena, (size_t)t->groups + 1, sizeof *slot);
    if (!size || !slot)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot find cycles: out of memory");
    for (uint32_t i = 0; i < files; i++)
        size[t->group_of[i]] += size[t->group_of[i]] != UINT32_MAX;
    for (uint32_t i = 0; i < files; i++) /* one file outside of the directory rules a group out */
        if (i < first || i >= end)
            size[t->group_of[i]] = 0;
    for (uint32_t i = 0; i < t->groups; i++)
        slot[i] = size[i] > 1 ? n++ : UINT32_MAX;
    gaz_graph_cycle *cycles = gaz_arena_array(arena, (size_t)n + 1, sizeof *cycles);
    if (!cycles)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot find cycles: out of memory");
    for (uint32_t i = first; i < end; i++) {
        uint32_t at = slot[t->group_of[i]];
        if (at == UINT32_MAX)
            continue;
        gaz_graph_cycle *c = &cycles[at];
        if (!c->files)
            c->files = gaz_arena_array(arena, size[t->group_of[i]], sizeof *c->files);
        if (!c->files)
            return gaz_error_set(err, GAZ_E_NOMEM, "cannot find cycles: out of memory");
        c->files[c->file_count++] = i;
    }
    if (n > 1)
        qsort(cycles, n, sizeof *cycles, by_size);
    *out = cycles;
    *total = n;
    return GAZ_OK;
}

static gaz_status show(const tarjan *t, gaz_graph_cycle *cycles, uint32_t count, gaz_arena *arena,
                       gaz_error *err)
{
    size_t n = (size_t)t->places + 1;
    cycle_search s = {
        .t = t, .distance = malloc(n * sizeof *s.distance), .via = malloc(n * sizeof *s.via)};
    gaz_status st = s.distance && s.via
                        ? GAZ_OK
                        : gaz_error_set(err, GAZ_E_NOMEM, "cannot show cycles: out of memory");
    if (st == GAZ_OK)
        memset(s.distance, 0xFF, n * sizeof *s.distance);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        st = find_shortest(&s, arena, &cycles[i], err);
    free(s.distance);
    free(s.via);
    gaz_vec_free(&s.queue);
    gaz_vec_free(&s.best);
    return st;
}

gaz_status gaz_graph_cycles_find(const gaz_graph *g, const char *below, uint32_t limit,
                                 gaz_arena *arena, gaz_graph_cycle **out, uint32_t *count,
                                 uint32_t *total, gaz_error *err)
{
    uint32_t first = 0, files = 0, found = 0;
    if (g->tree->files && !gaz_graph_below(g, below, strlen(below), &first, &files))
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "cannot look for cycles: there is no %.200s",
                             below);
    tarjan t;
    gaz_graph_cycle *cycles = NULL;
    gaz_status st = tarjan_run(&t, g)
                        ? collect(&t, first, first + files, arena, &cycles, &found, err)
                        : gaz_error_set(err, GAZ_E_NOMEM, "cannot find cycles: out of memory");
    uint32_t shown = limit && found > limit ? limit : found;
    if (st == GAZ_OK)
        st = show(&t, cycles, shown, arena, err);
    tarjan_release(&t);
    if (st != GAZ_OK)
        return st;
    *out = cycles;
    *count = shown;
    *total = found;
    return GAZ_OK;
}
