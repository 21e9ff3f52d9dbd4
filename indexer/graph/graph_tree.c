/* The index of a ref's paths: one pass over the files in their order. Files of one directory and
 * all below it follow each other, so that directories are found with a stack: the directory of the
 * file before, whose part that both paths share stays open. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/vec.h"
#include "graph_tree.h"

#define DEPTH_MAX 2048u /* of directories: half the bytes of the longest path */

static void tree_free(graph_tree *t)
{
    free(t->text);
    free(t->path_at);
    free(t->base_at);
    free(t->dir_of);
    free(t->sibling);
    free(t->same);
    free(t->by_path);
    free(t->by_base);
    free(t->by_dir);
    free(t->dir);
    free(t);
}

graph_tree *graph_tree_ref(graph_tree *tree)
{
    atomic_fetch_add(&tree->refs, 1);
    return tree;
}

void graph_tree_unref(graph_tree *tree)
{
    if (tree && atomic_fetch_sub(&tree->refs, 1) == 1)
        tree_free(tree);
}

static uint32_t table_size(uint32_t count)
{
    uint32_t size = 16;
    while (size < count + count / 2)
        size *= 2;
    return size;
}

static uint32_t *new_slots(uint32_t size)
{
    uint32_t *slots = malloc((size_t)size * sizeof *slots);
    if (slots)
        memset(slots, 0xFF, (size_t)size * sizeof *slots);
    return slots;
}

uint32_t graph_tree_file(const graph_tree *t, const char *path, size_t len)
{
    for (uint32_t at = (uint32_t)gaz_checksum(path, len) & t->mask;; at = (at + 1) & t->mask) {
        uint32_t file = t->by_path[at], n = 0;
        if (file == GRAPH_NONE)
            return GRAPH_NONE;
        const char *other = graph_tree_path(t, file, &n);
        if (n == len && memcmp(other, path, len) == 0)
            return file;
    }
}

uint32_t graph_tree_dir(const graph_tree *t, const char *path, size_t len)
{
    if (len == 0)
        return t->files ? 0 : GRAPH_NONE;
    for (uint32_t at = (uint32_t)gaz_checksum(path, len) & t->dir_mask;;
         at = (at + 1) & t->dir_mask) {
        uint32_t dir = t->by_dir[at], n = 0;
        if (dir == GRAPH_NONE)
            return GRAPH_NONE;
        const char *other = graph_tree_dir_path(t, dir, &n);
        if (n == len && memcmp(other, path, len) == 0)
            return dir;
    }
}

static uint32_t *base_slot(const graph_tree *t, const char *name, size_t len)
{
    for (uint32_t at = (uint32_t)gaz_checksum(name, len) & t->mask;; at = (at + 1) & t->mask) {
        uint32_t file = t->by_base[at], n = 0;
        if (file == GRAPH_NONE)
            return &t->by_base[at];
        const char *path = graph_tree_path(t, file, &n);
        uint32_t base = t->base_at[file];
        if (n - base == len && memcmp(path + base, name, len) == 0)
            return &t->by_base[at];
    }
}

uint32_t graph_tree_base(const graph_tree *t, const char *name, size_t len)
{
    return *base_slot(t, name, len);
}

static gaz_status check_files(const gaz_graph_file *files, uint32_t count, uint64_t *bytes,
                              gaz_error *err)
{
    if (count > GAZ_GRAPH_FILES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "cannot make a graph of %u files: at most %u", count,
                             GAZ_GRAPH_FILES_MAX);
    for (uint32_t i = 0; i < count; i++) {
        *bytes += files[i].path_len + 1u;
        if (files[i].path_len == 0 || memchr(files[i].path, '\0', files[i].path_len))
            return gaz_error_set(err, GAZ_E_INVALID, "cannot make a graph: file %u has no path", i);
        if (i == 0)
            continue;
        const gaz_graph_file *a = &files[i - 1], *b = &files[i];
        size_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
        int order = memcmp(a->path, b->path, n);
        if (order > 0 || (order == 0 && a->path_len >= b->path_len))
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "cannot make a graph: file %u is not behind the one before", i);
    }
    return GAZ_OK;
}

static bool tree_alloc(graph_tree *t, uint32_t count, uint64_t bytes)
{
    size_t n = (size_t)count + 1;
    uint32_t size = table_size(count);
    t->mask = size - 1;
    t->text = malloc(bytes + 1);
    t->path_at = malloc(n * sizeof *t->path_at);
    t->base_at = malloc(n * sizeof *t->base_at);
    t->dir_of = malloc(n * sizeof *t->dir_of);
    t->sibling = malloc(n * sizeof *t->sibling);
    t->same = malloc(n * sizeof *t->same);
    t->by_path = new_slots(size);
    t->by_base = new_slots(size);
    return t->text && t->path_at && t->base_at && t->dir_of && t->sibling && t->same &&
           t->by_path && t->by_base;
}

static void copy_paths(graph_tree *t, const gaz_graph_file *files, uint32_t count)
{
    uint64_t at = 0;
    for (uint32_t i = 0; i < count; i++) {
        t->path_at[i] = at;
        memcpy(t->text + at, files[i].path, files[i].path_len);
        at += files[i].path_len;
        t->text[at++] = '\0';
        const char *slash = memrchr(files[i].path, '/', files[i].path_len);
        t->base_at[i] = slash ? (uint32_t)(slash - files[i].path) + 1 : 0;
    }
    t->path_at[count] = at;
}

static void index_files(graph_tree *t)
{
    for (uint32_t i = 0; i < t->files; i++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(t, i, &len);
        uint32_t at = (uint32_t)gaz_checksum(path, len) & t->mask;
        while (t->by_path[at] != GRAPH_NONE)
            at = (at + 1) & t->mask;
        t->by_path[at] = i;
    }
    for (uint32_t i = t->files; i-- > 0;) { /* backwards, so that chains ascend */
        uint32_t len = 0;
        const char *path = graph_tree_path(t, i, &len);
        uint32_t *slot = base_slot(t, path + t->base_at[i], len - t->base_at[i]);
        t->same[i] = *slot;
        *slot = i;
    }
}

typedef GAZ_VEC(graph_dir) dir_vec;

static bool open_dir(dir_vec *dirs, uint32_t len, uint32_t first, uint32_t parent)
{
    graph_dir d = {.len = len, .first = first, .parent = parent, .child = GRAPH_NONE};
    return gaz_vec_push(dirs, d);
}

/* Directories with a path too long to go deep into end at DEPTH_MAX: their files stand there. */
static bool find_dirs(graph_tree *t, dir_vec *dirs)
{
    uint32_t stack[DEPTH_MAX], depth = 0, before_len = 0;
    const char *before = "";
    if (t->files && !open_dir(dirs, 0, 0, GRAPH_NONE))
        return false;
    stack[0] = 0;
    for (uint32_t i = 0; i < t->files; i++) {
        uint32_t len = 0, same = 0;
        const char *path = graph_tree_path(t, i, &len);
        while (same < len && same < before_len && path[same] == before[same])
            same++;
        while (depth > 0 && (dirs->items[stack[depth]].len >= same ||
                             path[dirs->items[stack[depth]].len] != '/'))
            depth--;
        uint32_t from = depth ? dirs->items[stack[depth]].len + 1 : 0;
        for (uint32_t at = from; at < t->base_at[i] && depth + 1 < DEPTH_MAX; at++)
            if (path[at] == '/' && at > from) {
                if (!open_dir(dirs, at, i, stack[depth]))
                    return false;
                stack[++depth] = (uint32_t)dirs->len - 1;
                from = at + 1;
            }
        for (uint32_t d = 0; d <= depth; d++)
            dirs->items[stack[d]].count++;
        t->dir_of[i] = stack[depth];
        before = path;
        before_len = len;
    }
    return true;
}

static bool index_dirs(graph_tree *t)
{
    uint32_t size = table_size(t->dirs);
    t->dir_mask = size - 1;
    t->by_dir = new_slots(size);
    if (!t->by_dir)
        return false;
    for (uint32_t d = 1; d < t->dirs; d++) {
        uint32_t len = 0;
        const char *path = graph_tree_dir_path(t, d, &len);
        uint32_t at = (uint32_t)gaz_checksum(path, len) & t->dir_mask;
        while (t->by_dir[at] != GRAPH_NONE)
            at = (at + 1) & t->dir_mask;
        t->by_dir[at] = d;
    }
    for (uint32_t i = t->files; i-- > 0;) {
        graph_dir *dir = &t->dir[t->dir_of[i]];
        t->sibling[i] = dir->child;
        dir->child = i;
    }
    return true;
}

gaz_status graph_tree_new(const gaz_graph_file *files, uint32_t count, graph_tree **out,
                          gaz_error *err)
{
    uint64_t bytes = 0;
    gaz_status st = check_files(files, count, &bytes, err);
    if (st != GAZ_OK)
        return st;
    graph_tree *t = calloc(1, sizeof *t);
    dir_vec dirs = {0};
    bool ok = t && tree_alloc(t, count, bytes);
    if (ok) {
        atomic_init(&t->refs, 1);
        t->files = count;
        copy_paths(t, files, count);
        index_files(t);
        ok = find_dirs(t, &dirs);
        t->dir = dirs.items;
        t->dirs = (uint32_t)dirs.len;
    }
    if (!ok || !index_dirs(t)) {
        if (t)
            tree_free(t);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot index %u paths: out of memory", count);
    }
    *out = t;
    return GAZ_OK;
}

bool graph_tree_is(const graph_tree *t, const gaz_graph_file *files, uint32_t count)
{
    if (t->files != count)
        return false;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(t, i, &len);
        if (len != files[i].path_len || memcmp(path, files[i].path, len) != 0)
            return false;
    }
    return true;
}

size_t graph_tree_memory(const graph_tree *t)
{
    size_t n = (size_t)t->files + 1;
    return sizeof *t + (size_t)t->path_at[t->files] +
           n * (sizeof *t->path_at + 4 * sizeof(uint32_t)) +
           ((size_t)t->mask + 1) * 2 * sizeof(uint32_t) +
           ((size_t)t->dir_mask + 1) * sizeof(uint32_t) + (size_t)t->dirs * sizeof *t->dir;
}
