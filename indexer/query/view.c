/* Views: a manifest's paths resolved to documents, with language and static rank. A view is made
 * from the one before it where paths and blobs are the same. */
#include <stdlib.h>
#include <string.h>

#include "world.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the index's tables");
}

void view_unref(view *v)
{
    if (!v || atomic_fetch_sub(&v->refs, 1) != 1)
        return;
    gaz_manifest_unref(v->manifest);
    free(v->entries);
    free(v->order);
    free(v);
}

static tier tier_of(const char *path, uint32_t len, bool generated)
{
    if (generated)
        return TIER_GENERATED;
    switch (gaz_path_class(path, len)) {
    case GAZ_PATH_VENDORED:
        return TIER_VENDORED;
    case GAZ_PATH_TEST:
        return TIER_TEST;
    case GAZ_PATH_EXAMPLE:
        return TIER_EXAMPLE;
    case GAZ_PATH_DOCS:
        return TIER_DOCS;
    default:
        return TIER_SOURCE;
    }
}

static uint8_t depth_of(const char *path, uint32_t len)
{
    unsigned depth = 0;
    for (uint32_t i = 0; i < len && depth < 255; i++)
        depth += path[i] == '/';
    return (uint8_t)depth;
}

/* Finds the document of a blob in the pool, the newest segment first. A segment that turns out to
 * be damaged is passed over: what only it holds counts as missing, and answers say so. */
static gaz_status locate(const world_pool *pool, const gaz_oid *oid, view_entry *e,
                         gaz_lang_hint *hint, gaz_error *err)
{
    e->segment = NO_SEGMENT;
    for (size_t i = pool->count; i-- > 0;) {
        uint32_t doc;
        gaz_doc d;
        if (!pool->segments[i])
            continue;
        gaz_error why = {0};
        gaz_status st = gaz_segment_find(pool->segments[i], oid, &doc, &why);
        if (st == GAZ_OK)
            st = gaz_segment_doc(pool->segments[i], doc, &d, &why);
        if (st == GAZ_E_NOT_FOUND || st == GAZ_E_CORRUPT)
            continue;
        if (st != GAZ_OK) {
            if (err && err->status == GAZ_OK)
                *err = why;
            return st;
        }
        e->segment = (uint32_t)i;
        e->doc = doc;
        e->skip = (uint8_t)d.skip;
        e->lines = d.lines;
        e->text_len = d.text_len;
        *hint = d.hint;
        return GAZ_OK;
    }
    e->skip = GAZ_SKIP_UNREADABLE;
    return GAZ_OK;
}

static gaz_status fill_entry(const world_pool *pool, const gaz_manifest_entry *m, view_entry *e,
                             gaz_error *err)
{
    gaz_lang_hint hint = {0};
    *e = (view_entry){
        .path = m->path, .path_len = m->path_len, .segment = NO_SEGMENT, .skip = m->skip};
    if (m->skip == GAZ_SKIP_NONE) {
        gaz_status st = locate(pool, &m->oid, e, &hint, err);
        if (st != GAZ_OK)
            return st;
    }
    e->depth = depth_of(m->path, m->path_len);
    if (e->segment == NO_SEGMENT)
        return GAZ_OK;
    e->language = gaz_language_detect(m->path, m->path_len, &hint);
    e->generated = gaz_language_generated(m->path, m->path_len, &hint);
    e->test = gaz_path_class(m->path, m->path_len) == GAZ_PATH_TEST;
    e->tier = (uint8_t)tier_of(m->path, m->path_len, e->generated);
    return GAZ_OK;
}

static int compare_paths(const view_entry *a, const view_entry *b)
{
    uint32_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
    int c = memcmp(a->path, b->path, n);
    return c ? c : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

static int by_rank(const void *a, const void *b, void *entries)
{
    const view_entry *x = (const view_entry *)entries + *(const uint32_t *)a;
    const view_entry *y = (const view_entry *)entries + *(const uint32_t *)b;
    if (x->tier != y->tier)
        return x->tier < y->tier ? -1 : 1;
    if (x->depth != y->depth)
        return x->depth < y->depth ? -1 : 1;
    return x < y ? -1 : x > y;
}

/* A bucket sort by (tier, depth) keeps the byte order of paths within a bucket. */
static void order_by_rank(view *v)
{
    size_t *start = calloc((size_t)8 * 256 + 1, sizeof *start);
    if (!start) {
        for (size_t i = 0; i < v->count; i++)
            v->order[i] = (uint32_t)i;
        qsort_r(v->order, v->count, sizeof *v->order, by_rank, v->entries);
        return;
    }
    for (size_t i = 0; i < v->count; i++)
        start[v->entries[i].tier * 256 + v->entries[i].depth + 1]++;
    for (size_t b = 0; b < (size_t)8 * 256; b++)
        start[b + 1] += start[b];
    for (size_t i = 0; i < v->count; i++)
        v->order[start[v->entries[i].tier * 256 + v->entries[i].depth]++] = (uint32_t)i;
    free(start);
}

static void sum_up(view *v)
{
    for (size_t i = 0; i < v->count; i++) {
        const view_entry *e = &v->entries[i];
        v->text_files += e->skip == GAZ_SKIP_NONE;
        v->text_bytes += e->text_len;
        v->skipped += e->skip != GAZ_SKIP_NONE;
        v->missing +=
            e->segment == NO_SEGMENT && gaz_manifest_at(v->manifest, i)->skip == GAZ_SKIP_NONE;
    }
}

/* Where segments of the old pool are in the new one. NULL: nowhere to be had. */
static uint32_t *map_segments(const world_pool *from, const world_pool *to)
{
    uint32_t *map = malloc((from->count + 1) * sizeof *map);
    for (size_t i = 0; map && i < from->count; i++) {
        map[i] = NO_SEGMENT;
        for (size_t k = 0; k < to->count; k++)
            if (from->segments[i] && from->segments[i] == to->segments[k])
                map[i] = (uint32_t)k;
    }
    return map;
}

/* Fills the entries, taking over what `before` knows of the same path and blob. */
static gaz_status fill_view(view *v, const world_pool *pool, const view *before,
                            const uint32_t *segments, gaz_error *err)
{
    size_t old = 0;
    for (size_t i = 0; i < v->count; i++) {
        const gaz_manifest_entry *m = gaz_manifest_at(v->manifest, i);
        view_entry *e = &v->entries[i];
        *e = (view_entry){.path = m->path, .path_len = m->path_len};
        while (before && old < before->count && compare_paths(&before->entries[old], e) < 0)
            old++;
        if (before && old < before->count && compare_paths(&before->entries[old], e) == 0) {
            const view_entry *b = &before->entries[old];
            const gaz_manifest_entry *bm = gaz_manifest_at(before->manifest, old);
            if (gaz_oid_compare(&bm->oid, &m->oid) == 0 && bm->skip == m->skip &&
                b->segment != NO_SEGMENT && segments[b->segment] != NO_SEGMENT) {
                *e = *b;
                e->path = m->path;
                e->segment = segments[b->segment];
                continue;
            }
        }
        gaz_status st = fill_entry(pool, m, e, err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

gaz_status view_make(gaz_manifest *manifest, const world_pool *pool, const view *before,
                     const world_pool *before_pool, view **out, gaz_error *err)
{
    view *v = calloc(1, sizeof *v);
    uint32_t *segments = before ? map_segments(before_pool, pool) : NULL;
    gaz_status st = GAZ_OK;
    if (!v || (before && !segments)) {
        free(v);
        free(segments);
        return no_memory(err);
    }
    atomic_init(&v->refs, 1);
    v->manifest = gaz_manifest_ref(manifest);
    v->pool = pool->id;
    v->count = gaz_manifest_count(manifest);
    v->entries = calloc(v->count + 1, sizeof *v->entries);
    v->order = calloc(v->count + 1, sizeof *v->order);
    if (!v->entries || !v->order)
        st = no_memory(err);
    if (st == GAZ_OK)
        st = fill_view(v, pool, before, segments, err);
    free(segments);
    if (st != GAZ_OK) {
        view_unref(v);
        return st;
    }
    order_by_rank(v);
    sum_up(v);
    *out = v;
    return GAZ_OK;
}
