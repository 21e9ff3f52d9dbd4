/* Opening a generation. Segments are mapped once and handed from world to world; a view is made
 * from the one before it where paths and blobs are the same, so that a new generation costs what
 * changed, not what there is. */
#include "world.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "scope.h"

#define VIEW_USED_US ((int64_t)60 * 1000000)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the index's tables");
}

/* ---- segments ---- */

static gaz_segment *find_open(world *w, int64_t id, const char *name)
{
    const world_pool *pool = w ? world_pool_of(w, id) : NULL;
    for (size_t i = 0; pool && i < pool->count; i++)
        if (pool->segments[i] &&
            strcmp(w->snapshot->pools[pool - w->pools].segments[i].name, name) == 0)
            return pool->segments[i];
    return NULL;
}

static gaz_status note_damage(world *w, const char *name, const char *message, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&text, "segment %.12s: %s", name, message);
    char *copy = gaz_strbuf_detach(&text, NULL);
    if (!copy || !gaz_vec_push(&w->damaged, copy)) {
        free(copy);
        return no_memory(err);
    }
    return GAZ_OK;
}

/* A segment that cannot be opened is left out and said so in every answer, unless it is gone
 * because a newer generation has replaced it: then GAZ_E_NOT_FOUND, and the caller takes a newer
 * snapshot. Whether it is damaged, or the system has no descriptors or memory for it now, is kept
 * apart: the one is for `gaz repair`, the other passes. */
static gaz_status open_segment(world *w, gaz_store *store, world *old, world_pool *pool,
                               const char *name, gaz_segment **out, gaz_error *err)
{
    gaz_segment *seg = find_open(old, pool->id, name);
    if (seg) {
        *out = gaz_segment_ref(seg);
        return GAZ_OK;
    }
    gaz_error why = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, name, &path, &why);
    if (st == GAZ_OK)
        st = gaz_segment_open(path.data, out, &why);
    gaz_strbuf_release(&path);
    if (st == GAZ_OK)
        return st;
    uint64_t newest = 0;
    if (st == GAZ_E_NOT_FOUND && gaz_store_generation(store, &newest, NULL) == GAZ_OK &&
        newest != w->snapshot->generation)
        return GAZ_E_NOT_FOUND;
    bool damaged = st == GAZ_E_CORRUPT || st == GAZ_E_NOT_FOUND;
    pool->damaged |= damaged;
    pool->unavailable |= !damaged;
    w->unavailable |= !damaged;
    return note_damage(w, name, why.message, err);
}

static gaz_status open_pools(world *w, gaz_store *store, world *old, gaz_error *err)
{
    const gaz_snapshot *s = w->snapshot;
    w->pools = calloc(s->pool_count + 1, sizeof *w->pools);
    if (!w->pools)
        return no_memory(err);
    for (size_t p = 0; p < s->pool_count; p++) {
        world_pool *pool = &w->pools[p];
        pool->id = s->pools[p].id;
        pool->segments = calloc(s->pools[p].segment_count + 1, sizeof(gaz_segment *));
        if (!pool->segments)
            return no_memory(err);
        pool->count = s->pools[p].segment_count;
        for (size_t i = 0; i < pool->count; i++) {
            gaz_status st = open_segment(w, store, old, pool, s->pools[p].segments[i].name,
                                         &pool->segments[i], err);
            if (st != GAZ_OK)
                return st;
        }
    }
    return GAZ_OK;
}

/* ---- views ---- */

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

static gaz_status view_make(gaz_manifest *manifest, const world_pool *pool, const view *before,
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

/* ---- worlds ---- */

world_pool *world_pool_of(world *w, int64_t id)
{
    size_t lo = 0, hi = w->snapshot->pool_count; /* by id */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (w->snapshot->pools[mid].id == id)
            return &w->pools[mid];
        if (w->snapshot->pools[mid].id < id)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static view *find_view(const world *w, const char *manifest, int64_t pool)
{
    for (size_t i = 0; i < w->views.len; i++)
        if (w->views.items[i]->pool == pool &&
            strcmp(gaz_manifest_name(w->views.items[i]->manifest), manifest) == 0)
            return w->views.items[i];
    return NULL;
}

gaz_status world_view(world *w, gaz_store *store, const gaz_snapshot_repo *repo,
                      const gaz_ref_row *ref, view **out, gaz_error *err)
{
    world_pool *pool = world_pool_of(w, repo->row.pool);
    if (!pool)
        return gaz_error_set(err, GAZ_E_CORRUPT, "repository %s has no pool; run `gaz check`",
                             repo->row.name);
    pthread_mutex_lock(&w->lock);
    view *v = find_view(w, ref->manifest, pool->id);
    gaz_status st = GAZ_OK;
    if (!v) {
        gaz_manifest *m = NULL;
        const view *before = w->views.len ? w->views.items[0] : NULL;
        for (size_t i = 0; i < repo->ref_count && (!before || before->pool != pool->id); i++)
            before = find_view(w, repo->refs[i].manifest, pool->id);
        if (before && before->pool != pool->id)
            before = NULL;
        st = gaz_manifest_load(store, ref->manifest, &m, err);
        if (st == GAZ_OK)
            st = view_make(m, pool, before, pool, &v, err);
        if (st == GAZ_OK && !gaz_vec_push(&w->views, v)) {
            view_unref(v);
            st = no_memory(err);
        }
        gaz_manifest_unref(m);
    }
    if (st == GAZ_OK)
        v->used_us = gaz_now_us();
    pthread_mutex_unlock(&w->lock);
    if (st == GAZ_OK)
        *out = v;
    return st;
}

/* The view of the same ref in the old world, to build upon. */
static view *ancestor(const world *old, const gaz_snapshot_repo *repo, const gaz_ref_row *ref)
{
    const gaz_snapshot_repo *was = world_repo(old, repo->row.name);
    for (size_t i = 0; was && i < was->ref_count; i++)
        if (was->refs[i].kind == ref->kind && strcmp(was->refs[i].name, ref->name) == 0)
            return find_view(old, was->refs[i].manifest, was->row.pool);
    return NULL;
}

/* Whether all that the old pool had is where it was: then views over it hold as they are. Most
 * generations only add a segment. */
static bool only_grew(const world_pool *was, const world_pool *now)
{
    if (was->count > now->count)
        return false;
    for (size_t i = 0; i < was->count; i++)
        if (!was->segments[i] || was->segments[i] != now->segments[i])
            return false;
    return true;
}

/* Makes again the views that the old world had in use, over what is new: those of default branches,
 * and others that were asked for of late, so that one query over a thousand branches does not
 * burden every generation after it. */
static gaz_status take_over(world *w, gaz_store *store, world *old, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    int64_t late = gaz_now_us() - VIEW_USED_US;
    pthread_mutex_lock(&old->lock);
    for (size_t r = 0; st == GAZ_OK && r < w->snapshot->repo_count; r++) {
        const gaz_snapshot_repo *repo = &w->snapshot->repos[r];
        world_pool *pool = world_pool_of(w, repo->row.pool),
                   *was = world_pool_of(old, repo->row.pool);
        for (size_t i = 0; st == GAZ_OK && pool && was && i < repo->ref_count; i++) {
            view *before = ancestor(old, repo, &repo->refs[i]), *v = NULL;
            if (!before || (before->used_us < late && !repo->refs[i].head) ||
                before->pool != pool->id || find_view(w, repo->refs[i].manifest, pool->id))
                continue;
            gaz_manifest *m = NULL;
            bool same = strcmp(gaz_manifest_name(before->manifest), repo->refs[i].manifest) == 0;
            if (same && !before->missing && only_grew(was, pool)) {
                if (!gaz_vec_push(&w->views, before))
                    st = no_memory(err);
                else
                    atomic_fetch_add(&before->refs, 1);
                continue;
            }
            if (same)
                m = gaz_manifest_ref(before->manifest);
            else
                st = gaz_manifest_load(store, repo->refs[i].manifest, &m, err);
            if (st == GAZ_OK)
                st = view_make(m, pool, before, was, &v, err);
            gaz_manifest_unref(m);
            if (st == GAZ_OK)
                v->used_us = before->used_us;
            if (st == GAZ_OK && !gaz_vec_push(&w->views, v)) {
                view_unref(v);
                st = no_memory(err);
            }
        }
    }
    pthread_mutex_unlock(&old->lock);
    return st;
}

static gaz_status try_open(gaz_store *store, world *old, world **out, gaz_error *err)
{
    world *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(err);
    atomic_init(&w->refs, 1);
    pthread_mutex_init(&w->lock, NULL);
    w->last_used_us = gaz_now_us();
    gaz_status st = gaz_store_snapshot(store, &w->snapshot, err);
    if (st == GAZ_OK)
        st = open_pools(w, store, old, err);
    if (st == GAZ_OK && old) {
        gaz_error ignored = {
            0}; /* a view that cannot be made ahead is made, or reported, when it is asked for */
        gaz_status ahead = take_over(w, store, old, &ignored);
        (void)ahead;
    }
    if (st != GAZ_OK) {
        world_unref(w);
        return st;
    }
    *out = w;
    return GAZ_OK;
}

gaz_status world_open(gaz_store *store, world *old, world **out, gaz_error *err)
{
    gaz_status st = GAZ_E_NOT_FOUND;
    for (int tries = 0; tries < 5 && st == GAZ_E_NOT_FOUND; tries++) {
        gaz_error_clear(err);
        st = try_open(store, old, out, err);
    }
    return st;
}

world *world_ref(world *w)
{
    atomic_fetch_add(&w->refs, 1);
    return w;
}

void world_unref(world *w)
{
    if (!w || atomic_fetch_sub(&w->refs, 1) != 1)
        return;
    for (unsigned i = 0; i < SCOPE_CACHE; i++)
        scope_unref(w->scopes[i]);
    for (size_t i = 0; i < w->views.len; i++)
        view_unref(w->views.items[i]);
    gaz_vec_free(&w->views);
    for (size_t p = 0; w->pools && p < w->snapshot->pool_count; p++) {
        for (size_t i = 0; w->pools[p].segments && i < w->pools[p].count; i++)
            gaz_segment_unref(w->pools[p].segments[i]);
        free(w->pools[p].segments);
    }
    free(w->pools);
    for (size_t i = 0; i < w->damaged.len; i++)
        free(w->damaged.items[i]);
    gaz_vec_free(&w->damaged);
    gaz_snapshot_free(w->snapshot);
    pthread_mutex_destroy(&w->lock);
    free(w);
}

const gaz_snapshot_repo *world_repo(const world *w, const char *name)
{
    size_t lo = 0, hi = w->snapshot->repo_count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        int c = strcmp(w->snapshot->repos[mid].row.name, name);
        if (c == 0)
            return &w->snapshot->repos[mid];
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}
