/* Manifests in memory: sorted arrays of entries. One that is merged from a base and changes copies
 * entries in runs and shares the bytes of paths with those it was made from, so one over another
 * costs a copy of the entries. */
#include "manifest_private.h"

#include <stdlib.h>
#include <string.h>

gaz_manifest *gaz_manifest_ref(gaz_manifest *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void gaz_manifest_unref(gaz_manifest *m)
{
    if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < m->paths_count; i++)
        gaz_manifest_paths_unref(m->paths[i]);
    free(m->entries);
    free(m);
}

size_t gaz_manifest_count(const gaz_manifest *m)
{
    return m->count;
}

const gaz_manifest_entry *gaz_manifest_at(const gaz_manifest *m, size_t index)
{
    return &m->entries[index];
}

const char *gaz_manifest_name(const gaz_manifest *m)
{
    return m->name;
}

uint64_t gaz_manifest_memory(const gaz_manifest *m)
{
    return sizeof *m + m->count * sizeof *m->entries + m->path_bytes;
}

/* The first entry at or after `from` whose path is not below `key`'s. */
static size_t lower_bound(const gaz_manifest *m, size_t from, const gaz_manifest_entry *key)
{
    size_t low = from, high = m->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (gaz_manifest_compare(&m->entries[mid], key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const gaz_manifest_entry *gaz_manifest_find(const gaz_manifest *m, const char *path, size_t len)
{
    if (len > GAZ_MANIFEST_PATH_MAX)
        return NULL;
    gaz_manifest_entry key = {.path = path, .path_len = (uint32_t)len};
    size_t at = lower_bound(m, 0, &key);
    return at < m->count && gaz_manifest_compare(&m->entries[at], &key) == 0 ? &m->entries[at]
                                                                             : NULL;
}

/* ---- merging ---- */

gaz_status gaz_manifest_no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a manifest");
}

static bool removed(const gaz_manifest_entry *e)
{
    return e->skip == GAZ_MANIFEST_REMOVED;
}

gaz_status gaz_manifest_new(size_t capacity, gaz_manifest **out, gaz_error *err)
{
    gaz_manifest *m = calloc(1, sizeof *m);
    if (m)
        atomic_init(&m->refs, 1);
    if (!m || (capacity && !(m->entries = malloc(capacity * sizeof *m->entries)))) {
        free(m);
        return gaz_manifest_no_memory(err);
    }
    *out = m;
    return GAZ_OK;
}

void gaz_manifest_share(gaz_manifest *m, gaz_manifest_paths *paths)
{
    if (!paths)
        return;
    atomic_fetch_add_explicit(&paths->refs, 1, memory_order_relaxed);
    m->paths[m->paths_count++] = paths;
}

/* Copies all paths into one piece, when too many manifests would have to be kept for theirs. */
static gaz_status own_paths(gaz_manifest *m, gaz_error *err)
{
    gaz_manifest_paths *own = gaz_manifest_paths_new((size_t)m->path_bytes);
    if (!own)
        return gaz_manifest_no_memory(err);
    char *to = own->bytes;
    for (size_t i = 0; i < m->count; i++) {
        gaz_manifest_entry *e = &m->entries[i];
        e->path = memcpy(to, e->path, e->path_len);
        to += e->path_len;
    }
    m->paths[m->paths_count++] = own;
    return GAZ_OK;
}

gaz_status gaz_manifest_keep(gaz_manifest *m, const gaz_manifest *base,
                             const gaz_manifest_layer *layers, size_t count, gaz_error *err)
{
    if (base->paths_count + count > GAZ_MANIFEST_PIECES)
        return own_paths(m, err);
    for (size_t i = 0; i < base->paths_count; i++)
        gaz_manifest_share(m, base->paths[i]);
    for (size_t i = 0; i < count; i++)
        gaz_manifest_share(m, layers[i].paths);
    return GAZ_OK;
}

static void copy_run(gaz_manifest *to, const gaz_manifest *from, size_t start, size_t end)
{
    if (end > start)
        memcpy(to->entries + to->count, from->entries + start, (end - start) * sizeof *to->entries);
    to->count += end - start;
}

gaz_status gaz_manifest_merge(const gaz_manifest *base, const gaz_manifest_entry *changes,
                              size_t count, bool strict, gaz_manifest **out, gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_status st = gaz_manifest_new(base->count + count, &m, err);
    if (st != GAZ_OK)
        return st;
    m->path_bytes = base->path_bytes;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const gaz_manifest_entry *c = &changes[i];
        size_t next = lower_bound(base, at, c);
        copy_run(m, base, at, next);
        bool there = next < base->count && gaz_manifest_compare(&base->entries[next], c) == 0;
        if (there)
            m->path_bytes -= c->path_len;
        if (!removed(c)) {
            m->entries[m->count++] = *c;
            m->path_bytes += c->path_len;
        } else if (!there && strict) {
            gaz_manifest_unref(m);
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "cannot remove %.*s from manifest %.12s: it is not in it",
                                 (int)c->path_len, c->path, base->name);
        }
        at = next + there;
    }
    copy_run(m, base, at, base->count);
    *out = m;
    return GAZ_OK;
}
