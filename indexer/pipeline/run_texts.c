/* The blobs of an index run: which its pool lacks, and which pool that is. */
#include <stdlib.h>

#include "run_state.h"

#define SHARED_POOL_BYTES ((uint64_t)256 << 20) /* repositories with less new text share a pool */

static gaz_status want_blob(run_state *r, const gaz_oid *oid, gaz_error *err)
{
    bool added = false;
    uint64_t *place = gaz_map_put(&r->seen, oid->id, GAZ_OID_SIZE, &added);
    blob_work work = {.oid = *oid};
    if (!place)
        return run_no_memory(err);
    if (!added)
        return GAZ_OK;
    *place = r->blobs.items.len;
    return gaz_vec_push(&r->blobs.items, work) ? GAZ_OK : run_no_memory(err);
}

gaz_status run_want_blobs(run_state *r, const target *t, gaz_error *err)
{
    for (size_t i = 0; i < t->changes.items.len; i++) {
        const gaz_manifest_change *c = &t->changes.items.items[i];
        gaz_status st = c->removed || c->entry.skip != GAZ_SKIP_NONE
                            ? GAZ_OK
                            : want_blob(r, &c->entry.oid, err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

/* Everything a repository needs that its pool lacks. With a damaged base some blobs of unchanged
 * paths may be missing too. */
static gaz_status drop_known(run_state *r)
{
    size_t kept = 0;
    for (size_t i = 0; i < r->blobs.items.len; i++) {
        blob_work w = r->blobs.items.items[i];
        if (pool_holds(r->segments, r->segment_count, &w.oid))
            continue;
        *gaz_map_get(&r->seen, w.oid.id, GAZ_OID_SIZE) = kept;
        r->blobs.items.items[kept++] = w;
    }
    r->blobs.items.len = kept;
    return GAZ_OK;
}

static gaz_status sum_sizes(run_state *r, uint64_t stop_at, uint64_t *bytes)
{
    uint64_t total = 0;
    for (size_t i = 0; i < r->blobs.items.len && total < stop_at; i++) {
        uint64_t size = 0;
        if (gaz_repo_blob_size(r->repo, &r->blobs.items.items[i].oid, &size, NULL) == GAZ_OK)
            total += size;
    }
    *bytes = total;
    return GAZ_OK;
}

/* At its first run a repository joins the pool that holds at least half of its blobs (a fork), else
 * the shared one when it is small, else it gets its own. */
static gaz_status choose_pool(run_state *r, gaz_error *err)
{
    r->pool = r->row.pool;
    size_t best = 0;
    for (size_t p = 0; !r->row.pool && p < r->snapshot->pool_count; p++) {
        gaz_segment **segments = NULL;
        size_t count = 0, held = 0;
        gaz_error ignored = {0};
        if (pool_open_segments(r->store, r->snapshot, r->snapshot->pools[p].id, &segments, &count,
                               &ignored) != GAZ_OK)
            continue;
        for (size_t i = 0; i < r->blobs.items.len; i++)
            held += pool_holds(segments, count, &r->blobs.items.items[i].oid);
        pool_close_segments(segments, count);
        if (held > best && held * 2 >= r->blobs.items.len) {
            best = held;
            r->pool = r->snapshot->pools[p].id;
        }
    }
    if (r->pool)
        return pool_open_segments(r->store, r->snapshot, r->pool, &r->segments, &r->segment_count,
                                  err);
    uint64_t bytes = 0;
    gaz_status st = sum_sizes(r, SHARED_POOL_BYTES, &bytes);
    if (st == GAZ_OK)
        st = bytes < SHARED_POOL_BYTES ? gaz_store_pool_shared(r->store, &r->pool, err)
                                       : gaz_store_pool_add(r->store, false, &r->pool, err);
    return st == GAZ_OK ? pool_open_segments(r->store, r->snapshot, r->pool, &r->segments,
                                             &r->segment_count, err)
                        : st;
}

/* What a ref was published with is in its pool, whole: merges keep what refs need, all segments of
 * the pool were opened just now, and `gaz repair` drops refs that lack documents. So a difference
 * of commits needs only its own blobs. Where trees are compared whole, at the cost of the whole,
 * blobs of unchanged paths are looked up too. */
static gaz_status want_missing(run_state *r, const target *t, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (!t->base || (!t->changes.whole && r->row.pool))
        return GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(t->base); i++) {
        const gaz_manifest_entry *m = gaz_manifest_at(t->base, i);
        if (m->skip == GAZ_SKIP_NONE && !pool_holds(r->segments, r->segment_count, &m->oid))
            st = want_blob(r, &m->oid, err);
    }
    return st;
}

/* suspects_first() reorders blobs, so places are looked up anew. */
static gaz_status remember_places(run_state *r, gaz_error *err)
{
    for (size_t i = 0; i < r->blobs.items.len; i++) {
        uint64_t *place = gaz_map_put(&r->seen, r->blobs.items.items[i].oid.id, GAZ_OID_SIZE, NULL);
        if (!place)
            return run_no_memory(err);
        *place = i;
    }
    return GAZ_OK;
}

gaz_status run_index_texts(run_state *r, gaz_error *err)
{
    blob_job job = {.store = r->store,
                    .settings = r->settings,
                    .git_dir = r->row.git_dir,
                    .run = r->run,
                    .blobs = &r->blobs,
                    .request = r->request,
                    .progress = &r->progress,
                    .started_us = r->started_us};
    gaz_status st = choose_pool(r, err);
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++)
        st = want_missing(r, &r->targets.items[i], err);
    if (st == GAZ_OK)
        st = drop_known(r);
    if (st == GAZ_OK)
        st = index_blobs(&job, &r->written, err);
    if (st == GAZ_OK)
        st = remember_places(r, err);
    return st;
}
