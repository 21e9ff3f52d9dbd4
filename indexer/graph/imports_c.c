/* C, C++: #include.
 *
 *   "a.h": the file's own directory; then as <a.h>
 *   <a.h>: the directories a compile_commands.json gives for the file (for one that is not in it,
 *     those of all units, when only one file is found); else the include roots of the tree that
 *     serve the file's directory, the nearest first; else the only file of the tree, or of the
 *     nearest directory that has any, whose path ends like that.
 * Several that are as good are candidates, never a guess. */
#include <string.h>

#include "graph_manifests.h"
#include "graph_roots.h"

static bool ask_below(graph_resolver *r, graph_text dir, const gaz_symbol_import *im,
                      uint32_t *file)
{
    graph_path p;
    graph_path_set(&p, dir.data, dir.len);
    if (!graph_path_join(&p, im->path.data, im->path.len))
        return false;
    *file = graph_ask_file(r, p.text, p.len);
    return *file != GRAPH_NONE;
}

static const graph_unit *unit_of(const graph_resolver *r, const graph_part *part)
{
    size_t low = 0, high = part->units.len;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (strcmp(part->units.items[mid].file.data, r->path) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < part->units.len && strcmp(part->units.items[low].file.data, r->path) == 0
               ? &part->units.items[low]
               : NULL;
}

static bool try_database(graph_resolver *r, const gaz_symbol_import *im)
{
    const graph_part *part = graph_part_of(r, FAMILY_C);
    if (!part || part->unit_dirs.len == 0)
        return false;
    const graph_unit *unit = unit_of(r, part);
    uint32_t file = GRAPH_NONE;
    for (uint32_t i = 0; unit && i < unit->dir_count; i++)
        if (ask_below(r, unit->dirs[i], im, &file)) {
            graph_answer_file(r, file, GAZ_GRAPH_INCLUDE_PATH, 100);
            return true;
        }
    if (unit)
        return false;
    r->found.len = 0;
    for (size_t i = 0; i < part->unit_dirs.len && r->found.len < 2; i++)
        if (ask_below(r, part->unit_dirs.items[i], im, &file) &&
            (r->found.len == 0 || r->found.items[0] != file) && !gaz_vec_push(&r->found, file))
            r->failed = true;
    if (r->found.len != 1)
        return false;
    graph_answer_file(r, r->found.items[0], GAZ_GRAPH_INCLUDE_PATH, 95);
    return true;
}

/* A root that serves the file. */
typedef struct served_root {
    uint32_t file;
    size_t owner, len;
    bool custom;
} served_root;

/* The longest owner first, then roots by custom, then the shortest path: include/ before
 * include/uapi. */
static int by_nearness(const served_root *a, const served_root *b)
{
    if (a->owner != b->owner)
        return a->owner > b->owner ? -1 : 1;
    if (a->custom != b->custom)
        return a->custom ? -1 : 1;
    return a->len < b->len ? -1 : a->len > b->len;
}

static uint32_t best_root(graph_resolver *r, size_t spec_len, bool *tie)
{
    served_root best = {.file = GRAPH_NONE};
    *tie = false;
    for (size_t i = 0; i < r->found.len; i++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(r->tree, r->found.items[i], &len);
        size_t root = len > spec_len ? len - spec_len - 1 : 0;
        served_root one = {r->found.items[i], graph_roots_owner(path, root), root,
                           graph_roots_by_custom(path, root)};
        if (!graph_roots_holds(r->roots, path, root) ||
            !graph_is_below(r->path, r->path_len, path, one.owner))
            continue;
        int order = best.file == GRAPH_NONE ? -1 : by_nearness(&one, &best);
        *tie = order == 0 || (*tie && order > 0);
        if (order < 0)
            best = one;
    }
    return best.file;
}

static size_t without_dots(const gaz_symbol_import *im, graph_path *p)
{
    graph_path_set(p, "", 0);
    const char *text = im->path.data;
    size_t len = im->path.len;
    while (len >= 3 && memcmp(text, "../", 3) == 0) { /* from a root that is not known */
        text += 3;
        len -= 3;
    }
    return graph_path_join(p, text, len) ? p->len : 0;
}

void graph_import_c(graph_resolver *r, const gaz_symbol_import *im)
{
    bool quoted = im->kind != IMPORT_ANGLED;
    uint32_t file = GRAPH_NONE;
    graph_path p;
    graph_text dir = {r->path, (uint32_t)r->dir_len};
    if (quoted && ask_below(r, dir, im, &file)) {
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, 100);
        return;
    }
    size_t len = without_dots(im, &p);
    bool standard = graph_header_is_standard(im->path.data, im->path.len);
    gaz_graph_reason none = standard ? GAZ_GRAPH_STANDARD
                            : quoted ? GAZ_GRAPH_NOT_FOUND
                                     : GAZ_GRAPH_EXTERNAL;
    graph_answer_none(r, none);
    if (len == 0 || try_database(r, im))
        return;
    graph_ask_suffix(r, p.text, len);
    bool tie = false;
    file = best_root(r, len, &tie);
    if (file != GRAPH_NONE && !tie) {
        graph_answer_file(r, file, GAZ_GRAPH_INCLUDE_ROOT, 95);
        return;
    }
    if (standard && !quoted)
        return;
    graph_answer_nearest(r, GAZ_GRAPH_SUFFIX, quoted || memchr(p.text, '/', len) ? 85 : 75);
}
