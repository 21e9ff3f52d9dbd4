/* Opening a generation. Segments are mapped once and handed from world to world, and so are views
 * that still hold, so that a new generation costs what changed, not what there is. */
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

/* What identifies a view: its pool and its manifest. */
typedef struct view_key {
    char bytes[sizeof(int64_t) + GAZ_SEALED_NAME];
    size_t len;
} view_key;

static view_key key_of(const char *manifest, int64_t pool)
{
    view_key key;
    size_t len = strnlen(manifest, GAZ_SEALED_NAME);
    memcpy(key.bytes, &pool, sizeof pool);
    memcpy(key.bytes + sizeof pool, manifest, len);
    key.len = sizeof pool + len;
    return key;
}

static view *find_view(const world *w, const char *manifest, int64_t pool)
{
    view_key key = key_of(manifest, pool);
    const uint64_t *at = gaz_map_get(&w->view_at, key.bytes, key.len);
    return at ? w->views.items[*at] : NULL;
}

/* Takes the view over, also when there is no memory for it. */
static gaz_status add_view(world *w, view *v, gaz_error *err)
{
    view_key key = key_of(gaz_manifest_name(v->manifest), v->pool);
    uint64_t *at =
        gaz_vec_reserve(&w->views, 1) ? gaz_map_put(&w->view_at, key.bytes, key.len, NULL) : NULL;
    if (!at) {
        view_unref(v);
        return no_memory(err);
    }
    *at = w->views.len;
    w->views.items[w->views.len++] = v;
    return GAZ_OK;
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
        if (st == GAZ_OK)
            st = add_view(w, v, err);
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
                atomic_fetch_add(&before->refs, 1);
                st = add_view(w, before, err);
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
            if (st == GAZ_OK)
                st = add_view(w, v, err);
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
    gaz_map_init(&w->view_at);
    w->last_used_us = gaz_now_us();
    gaz_status st = gaz_store_snapshot(store, &w->snapshot, err);
    if (st == GAZ_OK)
        st = open_pools(w, store, old, err);
    if (st == GAZ_OK)
        st = world_open_symbols(w, store, old, err);
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
    scope_unref(w->everything);
    world_close_symbols(w);
    for (size_t i = 0; i < w->views.len; i++)
        view_unref(w->views.items[i]);
    gaz_vec_free(&w->views);
    gaz_map_release(&w->view_at);
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
