/* Directories in the order they need each other: edges between files counted between their
 * directories, directories that need each other put into one group (Kosaraju and Sharir), and the
 * layer of a group one above the highest it needs. */
#include <string.h>

#include "graph_walk.h"

#define DIRECTORIES_MAX 20000u

typedef struct layering {
    const gaz_graph *g;
    uint32_t first, end;
    uint32_t *dir_of; /* per file from `first` on */
    gaz_graph_layer *dirs;
    uint32_t count;
} layering;

static gaz_status nomem(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot find layers: out of memory");
}

/* The part of a file's directory that is `depth` levels below the asked one. */
static uint32_t cut(const gaz_graph *g, uint32_t file, uint32_t skip, uint32_t depth)
{
    uint32_t base = g->tree->base_at[file], at = skip, end = skip ? skip - 1 : 0;
    const char *path = g->tree->text + g->tree->path_at[file];
    for (; at < base && depth; at++)
        if (path[at] == '/') {
            end = at;
            depth--;
        }
    return end;
}

static gaz_status name_dirs(layering *l, uint32_t skip, uint32_t depth, gaz_arena *arena,
                            gaz_error *err)
{
    gaz_map names;
    gaz_map_init(&names);
    GAZ_VEC(gaz_graph_layer) dirs = {0};
    bool ok = true;
    for (uint32_t f = l->first; ok && f < l->end; f++) {
        const char *path = l->g->tree->text + l->g->tree->path_at[f];
        uint32_t len = cut(l->g, f, skip, depth);
        bool added = false;
        uint64_t *at = gaz_map_put(&names, path, len, &added);
        ok = at != NULL && dirs.len <= DIRECTORIES_MAX;
        if (ok && added) {
            gaz_graph_layer dir = {.directory = gaz_arena_strndup(arena, path, len)};
            *at = dirs.len;
            ok = dir.directory && gaz_vec_push(&dirs, dir);
        }
        if (ok) {
            l->dir_of[f - l->first] = (uint32_t)*at;
            dirs.items[*at].files++;
        }
    }
    bool many = dirs.len > DIRECTORIES_MAX;
    l->count = (uint32_t)dirs.len;
    l->dirs = ok ? gaz_arena_array(arena, dirs.len + 1, sizeof *l->dirs) : NULL;
    if (l->dirs && dirs.len)
        memcpy(l->dirs, dirs.items, dirs.len * sizeof *dirs.items);
    gaz_vec_free(&dirs);
    gaz_map_release(&names);
    if (many)
        return gaz_error_set(err, GAZ_E_LIMIT, "cannot find layers of more than %u directories",
                             DIRECTORIES_MAX);
    return l->dirs ? GAZ_OK : nomem(err);
}

typedef struct dir_need {
    uint32_t from, to, weight;
} dir_need;

static int by_need(const void *left, const void *right)
{
    const dir_need *a = left, *b = right;
    if (a->from != b->from)
        return a->from < b->from ? -1 : 1;
    return a->to < b->to ? -1 : a->to > b->to;
}

static bool count_edge(gaz_map *pairs, uint32_t from, uint32_t to)
{
    uint32_t key[2] = {from, to};
    uint64_t *weight = gaz_map_put(pairs, key, sizeof key, NULL);
    if (weight)
        ++*weight;
    return weight != NULL;
}

static bool count_file(const layering *l, gaz_map *pairs, uint32_t file, graph_files *targets)
{
    uint32_t from = l->dir_of[file - l->first];
    if (!graph_edges_of(l->g, file, targets))
        return false;
    for (size_t t = 0; t < targets->len; t += 2) {
        uint32_t to = targets->items[t];
        if (to < l->first || to >= l->end || l->dir_of[to - l->first] == from)
            continue;
        if (!count_edge(pairs, from, l->dir_of[to - l->first]))
            return false;
    }
    return true;
}

static gaz_status count_needs(layering *l, gaz_arena *arena, gaz_error *err)
{
    gaz_map pairs;
    gaz_map_init(&pairs);
    graph_files targets = {0};
    bool ok = true;
    for (uint32_t f = l->first; ok && f < l->end; f++)
        ok = count_file(l, &pairs, f, &targets);
    gaz_vec_free(&targets);
    dir_need *needs = ok ? gaz_arena_array(arena, pairs.len + 1, sizeof *needs) : NULL;
    size_t at = 0, n = 0;
    const gaz_map_slot *slot;
    while (needs && gaz_map_next(&pairs, &at, &slot)) {
        memcpy(&needs[n].from, slot->key, 4);
        memcpy(&needs[n].to, slot->key + 4, 4);
        needs[n++].weight = slot->value > UINT32_MAX ? UINT32_MAX : (uint32_t)slot->value;
    }
    gaz_map_release(&pairs);
    uint32_t *to = needs ? gaz_arena_array(arena, 2 * n + 1, sizeof *to) : NULL;
    if (!to)
        return nomem(err);
    if (n > 1)
        qsort(needs, n, sizeof *needs, by_need);
    for (size_t i = 0; i < n; i++) {
        gaz_graph_layer *dir = &l->dirs[needs[i].from];
        if (!dir->needs) {
            dir->needs = to + i;
            dir->weights = to + n + i;
        }
        to[i] = needs[i].to;
        to[n + i] = needs[i].weight;
        dir->need_count++;
    }
    return GAZ_OK;
}

/* Groups by repeated depth-first search without recursion; returns the finishing order. */
typedef struct group_finder {
    const layering *l;
    uint32_t *low, *index, *next, *stack, *path;
    uint32_t counter, stacked, depth, groups;
} group_finder;

static void enter(group_finder *f, uint32_t dir)
{
    f->index[dir] = f->low[dir] = ++f->counter;
    f->stack[f->stacked++] = dir;
    f->path[f->depth++] = dir;
}

/* A group is finished after all it needs: its layer is known then. */
static void finish_group(group_finder *f, uint32_t root)
{
    gaz_graph_layer *dirs = f->l->dirs;
    uint32_t from = f->stacked, layer = 0;
    do
        from--;
    while (f->stack[from] != root);
    for (uint32_t i = from; i < f->stacked; i++)
        dirs[f->stack[i]].group = f->groups;
    for (uint32_t i = from; i < f->stacked; i++) {
        const gaz_graph_layer *dir = &dirs[f->stack[i]];
        for (uint32_t n = 0; n < dir->need_count; n++)
            if (dirs[dir->needs[n]].group != f->groups && dirs[dir->needs[n]].layer + 1 > layer)
                layer = dirs[dir->needs[n]].layer + 1;
    }
    for (uint32_t i = from; i < f->stacked; i++)
        dirs[f->stack[i]].layer = layer;
    f->stacked = from;
    f->groups++;
}

static void find_groups_from(group_finder *f, uint32_t start)
{
    gaz_graph_layer *dirs = f->l->dirs;
    enter(f, start);
    while (f->depth) {
        uint32_t dir = f->path[f->depth - 1];
        if (f->next[dir] < dirs[dir].need_count) {
            uint32_t to = dirs[dir].needs[f->next[dir]++];
            if (!f->index[to])
                enter(f, to);
            else if (dirs[to].group == UINT32_MAX && f->index[to] < f->low[dir])
                f->low[dir] = f->index[to];
            continue;
        }
        f->depth--;
        if (f->low[dir] == f->index[dir])
            finish_group(f, dir);
        else if (f->depth && f->low[dir] < f->low[f->path[f->depth - 1]])
            f->low[f->path[f->depth - 1]] = f->low[dir];
    }
}

static gaz_status find_groups(layering *l, gaz_arena *arena, gaz_error *err)
{
    size_t n = (size_t)l->count + 1;
    uint32_t *memory = gaz_arena_array(arena, 5 * n, sizeof *memory);
    if (!memory)
        return nomem(err);
    group_finder f = {.l = l,
                      .low = memory,
                      .index = memory + n,
                      .next = memory + 2 * n,
                      .stack = memory + 3 * n,
                      .path = memory + 4 * n};
    for (uint32_t i = 0; i < l->count; i++)
        l->dirs[i].group = UINT32_MAX;
    for (uint32_t i = 0; i < l->count; i++)
        if (!f.index[i])
            find_groups_from(&f, i);
    return GAZ_OK;
}

static int by_layer(const void *left, const void *right, void *ctx)
{
    const gaz_graph_layer *dirs = ctx;
    const gaz_graph_layer *a = &dirs[*(const uint32_t *)left], *b = &dirs[*(const uint32_t *)right];
    if (a->layer != b->layer)
        return a->layer < b->layer ? -1 : 1;
    return strcmp(a->directory, b->directory);
}

static gaz_status put_in_order(layering *l, gaz_arena *arena, gaz_error *err)
{
    size_t n = (size_t)l->count + 1;
    uint32_t *order = gaz_arena_array(arena, 2 * n, sizeof *order);
    gaz_graph_layer *sorted = gaz_arena_array(arena, n, sizeof *sorted);
    if (!order || !sorted)
        return nomem(err);
    uint32_t *place = order + n;
    for (uint32_t i = 0; i < l->count; i++)
        order[i] = i;
    if (l->count > 1)
        qsort_r(order, l->count, sizeof *order, by_layer, l->dirs);
    for (uint32_t i = 0; i < l->count; i++)
        place[order[i]] = i;
    for (uint32_t i = 0; i < l->count; i++) {
        gaz_graph_layer *dir = &sorted[i];
        *dir = l->dirs[order[i]];
        for (uint32_t k = 0; k < dir->need_count; k++)
            dir->needs[k] = place[dir->needs[k]];
        for (uint32_t k = 1; k < dir->need_count; k++) /* short lists: insertion sort of pairs */
            for (uint32_t j = k; j > 0 && dir->needs[j - 1] > dir->needs[j]; j--) {
                uint32_t need = dir->needs[j], weight = dir->weights[j];
                dir->needs[j] = dir->needs[j - 1];
                dir->weights[j] = dir->weights[j - 1];
                dir->needs[j - 1] = need;
                dir->weights[j - 1] = weight;
            }
    }
    l->dirs = sorted;
    return GAZ_OK;
}

gaz_status gaz_graph_layers_find(const gaz_graph *g, const char *below, uint32_t depth,
                                 gaz_arena *arena, gaz_graph_layer **out, uint32_t *count,
                                 gaz_error *err)
{
    size_t len = strlen(below);
    uint32_t files = 0;
    layering l = {.g = g};
    if (g->tree->files && !gaz_graph_below(g, below, len, &l.first, &files))
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "cannot find layers: there is no %.200s", below);
    l.end = l.first + files;
    while (len && below[len - 1] == '/')
        len--;
    uint32_t skip = len && strcmp(below, ".") != 0 ? (uint32_t)len + 1 : 0;
    l.dir_of = gaz_arena_array(arena, (size_t)files + 1, sizeof *l.dir_of);
    if (!l.dir_of)
        return nomem(err);
    gaz_status st = name_dirs(&l, skip, depth ? depth : 1, arena, err);
    if (st == GAZ_OK)
        st = count_needs(&l, arena, err);
    if (st == GAZ_OK)
        st = find_groups(&l, arena, err);
    if (st == GAZ_OK)
        st = put_in_order(&l, arena, err);
    if (st != GAZ_OK)
        return st;
    *out = l.dirs;
    *count = l.count;
    return GAZ_OK;
}
