/* Edges of one generation from the blocks of its files: groups with their members, and what leads
 * where in both directions, as arrays in the order of files. */
#include <string.h>

#include "graph_block.h"
#include "graph_provides.h"

/* ---- groups ---- */

static uint32_t *group_slot(const gaz_graph *g, const char *key)
{
    uint32_t at = (uint32_t)gaz_checksum(key, strlen(key)) & g->group_mask;
    while (g->group_slots[at] != GRAPH_NONE && strcmp(g->group[g->group_slots[at]].key, key) != 0)
        at = (at + 1) & g->group_mask;
    return &g->group_slots[at];
}

uint32_t graph_group_find(const gaz_graph *g, const char *key)
{
    return g->groups ? *group_slot(g, key) : GRAPH_NONE;
}

static bool ends_with(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(text + len - n, end, n) == 0;
}

static bool is_package_file(const gaz_graph *g, uint32_t file)
{
    uint32_t len = 0;
    const char *path = graph_tree_path(g->tree, file, &len);
    return g->meta[file].language == LANG_GO && !ends_with(path, len, "_test.go");
}

static bool add_member(graph_files *out, uint32_t file)
{
    return gaz_vec_push(out, file);
}

static bool go_members(const gaz_graph *g, const char *dir, graph_files *out)
{
    uint32_t d = graph_tree_dir(g->tree, dir, strlen(dir));
    uint32_t f = d == GRAPH_NONE ? GRAPH_NONE : g->tree->dir[d].child;
    for (; f != GRAPH_NONE; f = g->tree->sibling[f])
        if (is_package_file(g, f) && !add_member(out, f))
            return false;
    return true;
}

static bool swift_members(const gaz_graph *g, const char *dir, graph_files *out)
{
    uint32_t d = graph_tree_dir(g->tree, dir, strlen(dir));
    if (d == GRAPH_NONE)
        return true;
    for (uint32_t f = g->tree->dir[d].first, end = f + g->tree->dir[d].count; f < end; f++)
        if (g->meta[f].language == LANG_SWIFT && !add_member(out, f))
            return false;
    return true;
}

static bool declared_members(const gaz_graph *g, graph_family family, const char *name,
                             graph_files *out)
{
    uint32_t at = graph_provides_first(g->provides, family, name, strlen(name));
    for (; at != GRAPH_NONE; at = graph_provides_next(g->provides, at))
        if (!add_member(out, graph_provides_file(g->provides, at)))
            return false;
    return true;
}

static bool group_members(const gaz_graph *g, const char *key, graph_files *out)
{
    if (strncmp(key, "go:", 3) == 0)
        return go_members(g, key + 3, out);
    if (strncmp(key, "swift:", 6) == 0)
        return swift_members(g, key + 6, out);
    if (strncmp(key, "jvm:", 4) == 0)
        return declared_members(g, FAMILY_JVM, key + 4, out);
    return declared_members(g, FAMILY_CSHARP, strchr(key, ':') + 1, out);
}

static gaz_status make_groups(gaz_graph *g, gaz_error *err)
{
    uint64_t uses = 0;
    for (uint32_t i = 0; i < g->tree->files; i++)
        uses += g->block[i] ? g->block[i]->groups : 0;
    if (uses == 0)
        return GAZ_OK;
    uint32_t size = 16;
    while (size < uses * 2 && size < 1u << 30)
        size *= 2;
    g->group_mask = size - 1;
    g->group_slots = malloc((size_t)size * sizeof *g->group_slots);
    GAZ_VEC(graph_group) groups = {0};
    graph_files members = {0};
    bool ok = g->group_slots != NULL;
    if (ok)
        memset(g->group_slots, 0xFF, (size_t)size * sizeof *g->group_slots);
    for (uint32_t i = 0; ok && i < g->tree->files; i++) {
        const graph_block *b = g->block[i];
        for (uint32_t n = 0; ok && b && b->groups && n < b->records; n++) {
            if (!b->record[n].group)
                continue;
            g->group = groups.items;
            uint32_t *slot = group_slot(g, b->text + b->record[n].target);
            if (*slot != GRAPH_NONE)
                continue;
            graph_group group = {.key = b->text + b->record[n].target,
                                 .first = (uint32_t)members.len};
            ok = members.len < UINT32_MAX / 2 && group_members(g, group.key, &members);
            group.count = (uint32_t)members.len - group.first;
            *slot = (uint32_t)groups.len;
            ok = ok && gaz_vec_push(&groups, group);
        }
    }
    g->group = groups.items;
    g->groups = (uint32_t)groups.len;
    g->member = members.items;
    g->members = (uint32_t)members.len;
    return ok ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "cannot join packages: out of memory");
}

/* ---- edges ---- */

typedef struct edge_source {
    const gaz_graph *before;
    const uint32_t *old_file, *new_file;
} edge_source;

/* What a file leads to: ascending, each once, without itself; groups behind the files. */
static bool targets_of(const gaz_graph *g, uint32_t file, graph_files *out)
{
    const graph_block *b = g->block[file];
    out->len = 0;
    for (uint32_t i = 0; b && i < b->records; i++) {
        const graph_record *rec = &b->record[i];
        if (rec->state != GAZ_GRAPH_RESOLVED)
            continue;
        if (rec->group) {
            uint32_t group = graph_group_find(g, b->text + rec->target);
            if (group != GRAPH_NONE && !gaz_vec_push(out, group | GROUP_BIT))
                return false;
            continue;
        }
        for (uint32_t t = 0; t < rec->targets; t++) {
            uint32_t to = g->file_of[b->node[rec->target + t]];
            if (to != GRAPH_NONE && to != file && !gaz_vec_push(out, to))
                return false;
        }
    }
    if (out->len > 1)
        out->len = graph_sort_unique(out->items, out->len);
    return true;
}

static uint64_t place_of(const gaz_graph *g, uint32_t target)
{
    return target & GROUP_BIT ? (uint64_t)g->tree->files + (target & ~GROUP_BIT) : target;
}

/* What a shared block leads to is what it led to before: paths keep their order, so numbers that
 * change ascend as they did. */
static bool take_over(const edge_source *from, uint32_t file, graph_files *out)
{
    const graph_links *l = &from->before->links;
    uint32_t old = from->old_file[file];
    uint64_t count = l->out_at[old + 1] - l->out_at[old];
    if (!gaz_vec_reserve(out, count))
        return false;
    for (uint64_t e = l->out_at[old]; e < l->out_at[old + 1]; e++)
        out->items[out->len++] = from->new_file ? from->new_file[l->out[e]] : l->out[e];
    return true;
}

static bool is_shared(const gaz_graph *g, const edge_source *from, uint32_t file)
{
    uint32_t old = from->before ? from->old_file[file] : GRAPH_NONE;
    const graph_block *b = g->block[file];
    return old != GRAPH_NONE && b && b->groups == 0 && from->before->block[old] == b;
}

static bool collect_out(gaz_graph *g, const edge_source *from, graph_files *out)
{
    graph_files targets = {0};
    bool ok = true;
    for (uint32_t i = 0; ok && i < g->tree->files; i++) {
        g->links.out_at[i] = out->len;
        if (is_shared(g, from, i)) {
            ok = take_over(from, i, out);
            continue;
        }
        ok = targets_of(g, i, &targets) && gaz_vec_reserve(out, targets.len);
        if (ok && targets.len) {
            memcpy(out->items + out->len, targets.items, targets.len * sizeof *targets.items);
            out->len += targets.len;
        }
    }
    gaz_vec_free(&targets);
    g->links.edges = out->len;
    for (uint32_t i = 0; ok && i < g->groups; i++) {
        const graph_group *group = &g->group[i];
        g->links.out_at[g->tree->files + i] = out->len;
        ok = gaz_vec_reserve(out, group->count);
        if (ok && group->count) {
            memcpy(out->items + out->len, g->member + group->first,
                   group->count * sizeof *g->member);
            out->len += group->count;
        }
    }
    g->links.out_at[(size_t)g->tree->files + g->groups] = out->len;
    return ok;
}

/* Turned round by counting: sources ascend because they are visited in order. */
static bool turn_round(gaz_graph *g)
{
    graph_links *l = &g->links;
    size_t places = (size_t)g->tree->files + g->groups;
    uint64_t edges = l->out_at[places];
    l->in = malloc((edges + 1) * sizeof *l->in);
    l->in_at = calloc(places + 2, sizeof *l->in_at);
    if (!l->in || !l->in_at)
        return false;
    for (uint64_t e = 0; e < edges; e++)
        l->in_at[place_of(g, l->out[e]) + 2]++;
    for (size_t i = 2; i < places + 2; i++)
        l->in_at[i] += l->in_at[i - 1];
    for (size_t i = 0; i < places; i++) {
        uint32_t from =
            i < g->tree->files ? (uint32_t)i : (uint32_t)(i - g->tree->files) | GROUP_BIT;
        for (uint64_t e = l->out_at[i]; e < l->out_at[i + 1]; e++)
            l->in[l->in_at[place_of(g, l->out[e]) + 1]++] = from;
    }
    return true;
}

gaz_status graph_links_make(gaz_graph *g, const gaz_graph *before, const uint32_t *old_file,
                            const uint32_t *new_file, gaz_error *err)
{
    edge_source from = {before, old_file, new_file};
    gaz_status st = make_groups(g, err);
    if (st != GAZ_OK)
        return st;
    graph_files out = {0};
    g->links.out_at = calloc((size_t)g->tree->files + g->groups + 1, sizeof *g->links.out_at);
    bool ok = g->links.out_at && gaz_vec_reserve(&out, 1) && collect_out(g, &from, &out);
    g->links.out = out.items;
    if (!ok || !turn_round(g))
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot join %u files: out of memory",
                             g->tree->files);
    return GAZ_OK;
}
