/* Go: an import path is a package, and a package is a directory. It is found by the module whose
 * path begins it (go.mod, the longest; `replace` with a directory first), then in vendor
 * directories above the file. What stands below internal/ is for the tree around it only. */
#include <string.h>

#include "graph_manifests.h"

static const graph_go_module *module_of(const graph_resolver *r, const graph_part *part)
{
    const graph_go_module *best = NULL;
    for (size_t i = 0; i < part->modules.len; i++) {
        const graph_go_module *m = &part->modules.items[i];
        if (graph_is_below(r->path, r->path_len, m->dir.data, m->dir.len) &&
            (!best || m->dir.len > best->dir.len))
            best = m;
    }
    return best;
}

static bool has_go_files(graph_resolver *r, const graph_path *dir)
{
    uint32_t d = graph_ask_listing(r, dir->text, dir->len);
    uint32_t f = d == GRAPH_NONE ? GRAPH_NONE : r->tree->dir[d].child;
    for (; f != GRAPH_NONE; f = r->tree->sibling[f]) {
        uint32_t len = 0;
        const char *path = graph_tree_path(r->tree, f, &len);
        if (len > 3 && memcmp(path + len - 3, ".go", 3) == 0 &&
            (len < 8 || memcmp(path + len - 8, "_test.go", 8) != 0))
            return true;
    }
    return false;
}

/* The directory above `internal` must be above the importing file. */
static bool is_hidden(const graph_resolver *r, const graph_path *dir)
{
    const char *at = dir->text, *found = NULL;
    for (const char *next; (next = strstr(at, "internal")); at = next + 1)
        if ((next == dir->text || next[-1] == '/') && (next[8] == '/' || next[8] == '\0'))
            found = next;
    if (!found)
        return false;
    size_t above = found == dir->text ? 0 : (size_t)(found - dir->text) - 1;
    return !graph_is_below(r->path, r->dir_len, dir->text, above);
}

static bool try_dir(graph_resolver *r, graph_text dir, const char *rest, size_t len,
                    unsigned confidence)
{
    graph_path p;
    graph_path_set(&p, dir.data, dir.len);
    if (!graph_path_join(&p, rest, len) || !has_go_files(r, &p))
        return false;
    if (is_hidden(r, &p))
        graph_answer_none(r, GAZ_GRAPH_HIDDEN);
    else
        graph_answer_group(r, "go:", p.text, p.len, GAZ_GRAPH_PACKAGE, confidence);
    return true;
}

/* What is left of an import path behind a module's path. */
static bool strip(graph_text module, const char *path, size_t len, const char **rest,
                  size_t *rest_len)
{
    if (!module.len || len < module.len || memcmp(path, module.data, module.len) != 0 ||
        (len > module.len && path[module.len] != '/'))
        return false;
    size_t from = module.len + (len > module.len);
    *rest = path + from;
    *rest_len = len - from;
    return true;
}

static bool try_modules(graph_resolver *r, const graph_part *part, const char *path, size_t len,
                        bool *ours)
{
    const graph_go_module *own = module_of(r, part), *best = NULL;
    const char *rest = "";
    size_t rest_len = 0;
    for (uint32_t i = 0; own && i < own->replace_count; i++)
        if (strip(own->replaces[i].from, path, len, &rest, &rest_len) &&
            try_dir(r, own->replaces[i].to, rest, rest_len, 98))
            return true;
    for (size_t i = 0; i < part->modules.len; i++) {
        const graph_go_module *m = &part->modules.items[i];
        if (strip(m->path, path, len, &rest, &rest_len) &&
            (!best || m->path.len > best->path.len || (m->path.len == best->path.len && m == own)))
            best = m;
    }
    if (!best)
        return false;
    *ours = best == own || best->work;
    strip(best->path, path, len, &rest, &rest_len);
    return try_dir(r, best->dir, rest, rest_len, *ours ? 99 : 80);
}

static bool try_vendor(graph_resolver *r, const char *path, size_t len)
{
    for (size_t dir = r->dir_len;;) {
        graph_path p;
        graph_path_set(&p, r->path, dir);
        if (graph_path_join(&p, "vendor", 6) &&
            try_dir(r, (graph_text){p.text, p.len}, path, len, 97))
            return true;
        if (dir == 0)
            return false;
        const char *slash = memrchr(r->path, '/', dir);
        dir = slash ? (size_t)(slash - r->path) : 0;
    }
}

void graph_import_go(graph_resolver *r, const gaz_symbol_import *im)
{
    const char *path = im->path.data;
    size_t len = im->path.len;
    if (len == 1 && *path == 'C') {
        graph_answer_none(r, GAZ_GRAPH_STANDARD);
        return;
    }
    if (len && *path == '.') {
        try_dir(r, (graph_text){r->path, (uint32_t)r->dir_len}, path, len, 95);
        return;
    }
    const graph_part *part = graph_part_of(r, FAMILY_GO);
    bool ours = false;
    if ((part && try_modules(r, part, path, len, &ours)) || try_vendor(r, path, len))
        return;
    const char *slash = memchr(path, '/', len);
    bool dotted = memchr(path, '.', slash ? (size_t)(slash - path) : len) != NULL;
    graph_answer_none(r, ours     ? GAZ_GRAPH_NOT_FOUND
                         : dotted ? GAZ_GRAPH_EXTERNAL
                                  : GAZ_GRAPH_STANDARD);
}
