/* Merging segments in the background. Segments fall into tiers by size; when a tier holds more than
 * FAN_IN they become one, and a segment more than half of whose text is dead is written anew alone.
 * What no ref of any repository in the pool refers to is dropped on the way. Merging reads a
 * generation and publishes another; whoever reads the old files keeps them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/fs.h"
#include "gaz/base/map.h"
#include "index_run.h"

#define FAN_IN 8
#define TIER_FACTOR 8
#define SMALLEST ((uint64_t)1 << 20)
#define LEVEL 3
#define PUBLISH_TRIES 20

typedef struct merge {
    gaz_store *store;
    const gaz_settings *settings;
    int64_t pool;
    gaz_snapshot *snapshot;
    const gaz_snapshot_pool *rows;
    gaz_segment **segments;
    size_t count;
    gaz_map live;         /* object id → 1 */
    uint64_t *live_bytes; /* per segment */
    uint32_t *live_docs;
    bool *chosen;
    gaz_run *run;
    gaz_block_cache *cache;
    segment_list written;
} merge;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to merge segments");
}

static gaz_status add_live(merge *m, const char *manifest, gaz_error *err)
{
    gaz_manifest *loaded = NULL;
    gaz_status st = gaz_manifest_load(m->store, manifest, &loaded, err);
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(loaded); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(loaded, i);
        if (e->skip == GAZ_SKIP_NONE && !gaz_map_put(&m->live, e->oid.id, GAZ_OID_SIZE, NULL))
            st = no_memory(err);
    }
    gaz_manifest_unref(loaded);
    return st;
}

static gaz_status find_live(merge *m, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t r = 0; r < m->snapshot->repo_count; r++) {
        const gaz_snapshot_repo *repo = &m->snapshot->repos[r];
        for (size_t i = 0; st == GAZ_OK && repo->row.pool == m->pool && i < repo->ref_count; i++)
            st = add_live(m, repo->refs[i].manifest, err);
    }
    return st;
}

/* A blob in two segments counts for the newest: it is the one that readers use. The map's value is
 * that segment's number + 1. */
static gaz_status weigh(merge *m, gaz_error *err)
{
    for (size_t s = m->count; s-- > 0;) {
        for (uint32_t d = 0; d < gaz_segment_docs(m->segments[s]); d++) {
            gaz_doc doc;
            gaz_status st = gaz_segment_doc(m->segments[s], d, &doc, err);
            if (st != GAZ_OK)
                return st;
            uint64_t *owner = gaz_map_get(&m->live, doc.oid.id, GAZ_OID_SIZE);
            if (!owner || *owner)
                continue;
            *owner = s + 1;
            m->live_docs[s]++;
            m->live_bytes[s] += doc.text_len;
        }
    }
    return GAZ_OK;
}

static unsigned tier_of(uint64_t bytes)
{
    unsigned tier = 0;
    for (uint64_t limit = SMALLEST; bytes > limit && tier < 20; limit *= TIER_FACTOR)
        tier++;
    return tier;
}

static size_t choose(merge *m, bool all)
{
    size_t chosen = 0, in_tier[32] = {0};
    for (size_t i = 0; i < m->count; i++)
        in_tier[tier_of(m->live_bytes[i])]++;
    for (size_t i = 0; i < m->count; i++) {
        bool dead =
            m->live_docs[i] == 0 || m->live_bytes[i] * 2 < gaz_segment_text_bytes(m->segments[i]);
        m->chosen[i] = (all && m->count > 1) || dead || in_tier[tier_of(m->live_bytes[i])] > FAN_IN;
        chosen += m->chosen[i];
    }
    return chosen;
}

static gaz_status finish(merge *m, gaz_segment_writer *w, const char *path, gaz_error *err)
{
    gaz_segment_row row = {.docs = gaz_segment_writer_docs(w),
                           .text_bytes = gaz_segment_writer_text(w)};
    if (!row.docs)
        return GAZ_OK;
    gaz_status st = gaz_segment_writer_finish(w, row.name, &row.file_bytes, err);
    if (st == GAZ_OK)
        st = gaz_store_adopt(m->store, m->run, path, GAZ_FILE_SEGMENT, row.name, err);
    if (st == GAZ_OK && !gaz_vec_push(&m->written.items, row))
        st = no_memory(err);
    return st;
}

static gaz_status copy_segment(merge *m, size_t s, gaz_segment_writer *w, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t d = 0; st == GAZ_OK && d < gaz_segment_docs(m->segments[s]); d++) {
        gaz_doc doc;
        st = gaz_segment_doc(m->segments[s], d, &doc, err);
        const uint64_t *owner =
            st == GAZ_OK ? gaz_map_get(&m->live, doc.oid.id, GAZ_OID_SIZE) : NULL;
        if (owner && *owner == s + 1)
            st = gaz_segment_writer_copy(w, m->segments[s], m->cache, d, err);
    }
    return st;
}

static gaz_status write_merged(merge *m, gaz_error *err)
{
    char path[600];
    gaz_segment_writer *w = NULL;
    gaz_status st = GAZ_OK;
    unsigned number = 0;
    for (size_t s = 0; st == GAZ_OK && s < m->count; s++) {
        if (!m->chosen[s])
            continue;
        if (!w) {
            snprintf(path, sizeof path, "%s/merge-%u.seg", gaz_run_dir(m->run), number++);
            st = gaz_segment_writer_open(path, LEVEL, &w, err);
        }
        if (st == GAZ_OK)
            st = copy_segment(m, s, w, err);
        if (st == GAZ_OK &&
            (gaz_segment_writer_full(w) ||
             gaz_segment_writer_memory(w) > (size_t)m->settings->index_memory / 2)) {
            st = finish(m, w, path, err);
            gaz_segment_writer_close(w);
            w = NULL;
        }
    }
    if (st == GAZ_OK && w)
        st = finish(m, w, path, err);
    gaz_segment_writer_close(w);
    return st;
}

static bool is_chosen(const merge *m, const char *name)
{
    for (size_t i = 0; i < m->count; i++)
        if (m->chosen[i] && strcmp(m->rows->segments[i].name, name) == 0)
            return true;
    return false;
}

/* GAZ_E_BUSY when a manifest wants a document that is neither merged nor in a segment that stays.
 */
static gaz_status check_manifest(merge *m, const char *name, gaz_segment *const *stay, size_t count,
                                 gaz_error *err)
{
    gaz_manifest *loaded = NULL;
    gaz_status st = gaz_manifest_load(m->store, name, &loaded, err);
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(loaded); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(loaded, i);
        const uint64_t *owner =
            e->skip == GAZ_SKIP_NONE ? gaz_map_get(&m->live, e->oid.id, GAZ_OID_SIZE) : NULL;
        if (e->skip == GAZ_SKIP_NONE && !(owner && *owner) && !pool_holds(stay, count, &e->oid))
            st = gaz_error_set(err, GAZ_E_BUSY, "a document that was dropped is wanted again");
    }
    gaz_manifest_unref(loaded);
    return st;
}

/* What was dead when the merge began may be wanted by what was published since: then the merge is
 * given up, and tried again after a later run. */
static gaz_status look_again(merge *m, uint64_t *generation, gaz_error *err)
{
    gaz_snapshot *now = NULL;
    gaz_segment **segments = NULL;
    size_t count = 0, stay = 0;
    gaz_status st = gaz_store_snapshot(m->store, &now, err);
    if (st == GAZ_OK)
        st = pool_open_segments(m->store, now, m->pool, &segments, &count, err);
    for (size_t p = 0; st == GAZ_OK && p < now->pool_count; p++)
        for (size_t i = 0; now->pools[p].id == m->pool && i < count; i++) {
            gaz_segment *seg = segments[i];
            if (is_chosen(m, now->pools[p].segments[i].name))
                continue;
            segments[i] = segments[stay];
            segments[stay++] = seg;
        }
    for (size_t r = 0; st == GAZ_OK && r < now->repo_count; r++) {
        const gaz_snapshot_repo *repo = &now->repos[r];
        bool moved = repo->row.pool == m->pool && repo->generation > m->snapshot->generation;
        for (size_t i = 0; st == GAZ_OK && moved && i < repo->ref_count; i++)
            st = check_manifest(m, repo->refs[i].manifest, segments, stay, err);
    }
    if (st == GAZ_OK)
        *generation = now->generation;
    pool_close_segments(segments, count);
    gaz_snapshot_free(now);
    return st;
}

static gaz_status publish_over(merge *m, gaz_publication *pub, gaz_error *err)
{
    uint64_t generation;
    pub->if_generation = m->snapshot->generation;
    for (int tries = 0; tries < PUBLISH_TRIES; tries++) {
        gaz_status st = gaz_store_publish(m->store, pub, &generation, err);
        if (st != GAZ_E_BUSY)
            return st;
        gaz_error_clear(err);
        st = look_again(m, &pub->if_generation, err);
        if (st != GAZ_OK)
            return st;
    }
    return gaz_error_set(err, GAZ_E_BUSY, "index runs publish all the time");
}

static gaz_status publish(merge *m, size_t chosen, gaz_error *err)
{
    char(*removed)[GAZ_SEALED_NAME] = calloc(chosen + 1, sizeof *removed);
    size_t n = 0;
    if (!removed)
        return no_memory(err);
    bool same = m->written.items.len == chosen;
    for (size_t i = 0; i < m->count; i++) {
        if (!m->chosen[i])
            continue;
        for (size_t k = 0; same && k < m->written.items.len; k++)
            same = strcmp(m->written.items.items[k].name, m->rows->segments[i].name) == 0;
        memcpy(removed[n++], m->rows->segments[i].name, GAZ_SEALED_NAME);
    }
    gaz_publication pub = {.pool = m->pool,
                           .segments_added = m->written.items.items,
                           .segments_added_count = m->written.items.len,
                           .segments_removed = (const char(*)[GAZ_SEALED_NAME])removed,
                           .segments_removed_count = n};
    gaz_status st = same ? GAZ_OK : publish_over(m, &pub, err);
    free(removed);
    return st;
}

static gaz_status run(merge *m, bool all, size_t *merged, gaz_error *err)
{
    gaz_status st = gaz_store_snapshot(m->store, &m->snapshot, err);
    for (size_t p = 0; st == GAZ_OK && p < m->snapshot->pool_count; p++)
        if (m->snapshot->pools[p].id == m->pool)
            m->rows = &m->snapshot->pools[p];
    if (st != GAZ_OK || !m->rows || !m->rows->segment_count)
        return st;
    st = pool_open_segments(m->store, m->snapshot, m->pool, &m->segments, &m->count, err);
    m->live_bytes = calloc(m->count + 1, sizeof *m->live_bytes);
    m->live_docs = calloc(m->count + 1, sizeof *m->live_docs);
    m->chosen = calloc(m->count + 1, sizeof *m->chosen);
    if (st == GAZ_OK && (!m->live_bytes || !m->live_docs || !m->chosen))
        st = no_memory(err);
    if (st == GAZ_OK)
        st = find_live(m, err);
    if (st == GAZ_OK)
        st = weigh(m, err);
    size_t chosen = st == GAZ_OK ? choose(m, all) : 0;
    if (!chosen)
        return st;
    st = gaz_run_open(m->store, &m->run, err);
    if (st == GAZ_OK)
        st = gaz_block_cache_new((size_t)4 << 20, &m->cache, err);
    if (st == GAZ_OK)
        st = write_merged(m, err);
    if (st == GAZ_OK)
        st = publish(m, chosen, err);
    if (st == GAZ_OK && merged)
        *merged = chosen;
    return st;
}

gaz_status merge_pool(gaz_store *store, const gaz_settings *settings, int64_t pool, bool all,
                      size_t *merged, gaz_error *err)
{
    merge m = {.store = store, .settings = settings, .pool = pool};
    gaz_lock *lock = NULL;
    if (merged)
        *merged = 0;
    gaz_status st = gaz_store_pool_lock(store, pool, 0, &lock, err);
    if (st == GAZ_E_BUSY) { /* somebody is at it */
        gaz_error_clear(err);
        return GAZ_OK;
    }
    gaz_map_init(&m.live);
    if (st == GAZ_OK)
        st = run(&m, all, merged, err);
    if (st == GAZ_E_BUSY) { /* an index run came between: it will have another merge looked for */
        gaz_error_clear(err);
        st = GAZ_OK;
    }
    gaz_run_close(m.run);
    pool_close_segments(m.segments, m.count);
    gaz_block_cache_free(m.cache);
    gaz_snapshot_free(m.snapshot);
    gaz_vec_free(&m.written.items);
    gaz_map_release(&m.live);
    free(m.live_bytes);
    free(m.live_docs);
    free(m.chosen);
    gaz_lock_close(lock);
    return st;
}
