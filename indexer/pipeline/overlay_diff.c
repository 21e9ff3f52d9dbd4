/* Lists of entries in byte order of their paths: their difference, and a part of one. */
#include <stdlib.h>
#include <string.h>

#include "overlay.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to compare a work tree");
}

char *overlay_path_copy(const char *path, size_t len)
{
    char *copy = malloc(len + 1);
    if (copy) {
        memcpy(copy, path, len);
        copy[len] = 0;
    }
    return copy;
}

int overlay_compare(const gaz_manifest_entry *a, const gaz_manifest_entry *b)
{
    uint32_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
    int c = a->path == b->path ? 0 : memcmp(a->path, b->path, n);
    return c ? c : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

gaz_status overlay_diff(const gaz_manifest_entry *was, size_t was_count,
                        const gaz_manifest_entry *now, size_t now_count, tree_changes *out,
                        gaz_error *err)
{
    size_t i = 0, k = 0;
    bool ok = true;
    while (ok && (i < was_count || k < now_count)) {
        int c = i == was_count ? 1 : k == now_count ? -1 : overlay_compare(&was[i], &now[k]);
        gaz_manifest_change change = {.removed = c < 0, .entry = c < 0 ? was[i] : now[k]};
        bool same =
            c == 0 && was[i].skip == now[k].skip && gaz_oid_compare(&was[i].oid, &now[k].oid) == 0;
        ok = same || gaz_vec_push(&out->items, change);
        i += c <= 0;
        k += c >= 0;
    }
    return ok ? GAZ_OK : no_memory(err);
}

static size_t lower_bound(gaz_manifest *m, const char *path, size_t len)
{
    gaz_manifest_entry key = {.path = path, .path_len = (uint32_t)len};
    size_t lo = 0, hi = gaz_manifest_count(m);
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (overlay_compare(gaz_manifest_at(m, mid), &key) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

static bool add_below(gaz_manifest *m, const char *path, entry_list *out)
{
    char dir[GAZ_MANIFEST_PATH_MAX + 2];
    size_t len = strlen(path);
    const gaz_manifest_entry *exact = gaz_manifest_find(m, path, len);
    bool ok = !exact || gaz_vec_push(&out->items, *exact);
    if (len > GAZ_MANIFEST_PATH_MAX)
        return ok;
    memcpy(dir, path, len);
    dir[len] = '/';
    for (size_t i = lower_bound(m, dir, len + 1); ok && i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        if (e->path_len <= len || memcmp(e->path, dir, len + 1) != 0)
            break;
        ok = gaz_vec_push(&out->items, *e);
    }
    return ok;
}

static int by_path(const void *a, const void *b)
{
    return overlay_compare(a, b);
}

gaz_status overlay_entries_of(gaz_manifest *m, const overlay_scope *scope, entry_list *out,
                              gaz_error *err)
{
    size_t n = gaz_manifest_count(m);
    if (!scope || !scope->paths) {
        if (!gaz_vec_reserve(&out->items, n + 1))
            return no_memory(err);
        for (size_t i = 0; i < n; i++)
            out->items.items[out->items.len++] = *gaz_manifest_at(m, i);
        return GAZ_OK;
    }
    for (size_t i = 0; i < scope->count; i++)
        if (!add_below(m, scope->paths[i], out))
            return no_memory(err);
    if (out->items.len)
        qsort(out->items.items, out->items.len, sizeof *out->items.items, by_path);
    return GAZ_OK;
}

gaz_status overlay_apply(const entry_list *list, const tree_changes *changes, entry_list *out,
                         gaz_error *err)
{
    size_t i = 0, k = 0;
    if (!gaz_vec_reserve(&out->items, list->items.len + changes->items.len + 1))
        return no_memory(err);
    while (i < list->items.len || k < changes->items.len) {
        const gaz_manifest_entry *was = i < list->items.len ? &list->items.items[i] : NULL;
        const gaz_manifest_change *c = k < changes->items.len ? &changes->items.items[k] : NULL;
        if (!was && !c)
            break;
        int order = !was ? 1 : !c ? -1 : overlay_compare(was, &c->entry);
        if (order < 0)
            out->items.items[out->items.len++] = *was;
        else if (!c->removed)
            out->items.items[out->items.len++] = c->entry;
        i += order <= 0;
        k += order >= 0;
    }
    return GAZ_OK;
}
