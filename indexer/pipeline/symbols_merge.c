/* Merging symbol segments in the background, by the rules of text segments (merge.c): tiers by
 * size, more than eight of a tier become one, one that is mostly dead is written anew. A document
 * is dead when no ref has its blob, or a later segment holds it too. Facts are decoded and written
 * again, with the text they point into for the words of signatures and comments: nothing is parsed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/fs.h"
#include "symbols_run.h"

#define FAN_IN 8
#define TIER_FACTOR 8
#define SMALLEST ((uint64_t)256 << 10)
#define ARENA_MAX ((size_t)2 << 30)
#define TEXT_MAX ((size_t)64 << 20)

typedef struct merging {
    gaz_store *store;
    const gaz_settings *settings;
    int64_t pool;
    gaz_snapshot *snapshot;
    const gaz_snapshot_pool *rows;
    gaz_segment **texts;
    size_t text_count;
    gaz_symbol_segment **segments;
    size_t count;
    gaz_map live;   /* object ids that refs have */
    gaz_map owners; /* keys → 1 + the segment that readers use */
    uint32_t *live_docs;
    bool *chosen;
    gaz_run *run;
    gaz_block_cache *cache;
    gaz_arena arena;
    gaz_strbuf text;
    GAZ_VEC(gaz_symbol_row) written;
} merging;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to merge symbol segments");
}

/* ---- what lives ---- */

static gaz_status add_live(merging *m, const char *manifest, gaz_error *err)
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

static gaz_status find_live(merging *m, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t r = 0; r < m->snapshot->repo_count; r++) {
        const gaz_snapshot_repo *repo = &m->snapshot->repos[r];
        for (size_t i = 0; st == GAZ_OK && repo->row.pool == m->pool && i < repo->ref_count; i++)
            st = add_live(m, repo->refs[i].manifest, err);
    }
    return st;
}

static uint64_t *owner_of(merging *m, const gaz_symbol_key *key, bool add)
{
    uint8_t bytes[GAZ_OID_SIZE + 4];
    memcpy(bytes, key->oid.id, GAZ_OID_SIZE);
    memcpy(bytes + GAZ_OID_SIZE, &key->language, 4);
    return add ? gaz_map_put(&m->owners, bytes, sizeof bytes, NULL)
               : gaz_map_get(&m->owners, bytes, sizeof bytes);
}

static gaz_status weigh(merging *m, gaz_error *err)
{
    for (size_t s = m->count; s-- > 0;) {
        for (uint32_t d = 0; d < gaz_symbol_segment_docs(m->segments[s]); d++) {
            gaz_symbol_document doc;
            gaz_status st = gaz_symbol_segment_document(m->segments[s], d, &doc, err);
            if (st != GAZ_OK)
                return st;
            if (!gaz_map_get(&m->live, doc.key.oid.id, GAZ_OID_SIZE))
                continue;
            uint64_t *owner = owner_of(m, &doc.key, true);
            if (!owner)
                return no_memory(err);
            if (*owner)
                continue;
            *owner = s + 1;
            m->live_docs[s]++;
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

/* What of a segment's bytes is alive, taking its documents for alike. */
static uint64_t live_bytes(const merging *m, size_t s)
{
    uint64_t bytes = gaz_symbol_segment_file_bytes(m->segments[s]);
    return (uint64_t)((double)bytes * m->live_docs[s] / gaz_symbol_segment_docs(m->segments[s]));
}

static size_t choose(merging *m, bool all)
{
    size_t chosen = 0, in_tier[32] = {0};
    for (size_t i = 0; i < m->count; i++)
        in_tier[tier_of(live_bytes(m, i))]++;
    for (size_t i = 0; i < m->count; i++) {
        bool dead =
            m->live_docs[i] == 0 || m->live_docs[i] * 2 < gaz_symbol_segment_docs(m->segments[i]);
        m->chosen[i] = (all && m->count > 1) || dead || in_tier[tier_of(live_bytes(m, i))] > FAN_IN;
        chosen += m->chosen[i];
    }
    return chosen;
}

/* ---- writing ---- */

static gaz_status finish(merging *m, gaz_symbol_writer *w, const char *path, gaz_error *err)
{
    gaz_symbol_row row;
    if (!gaz_symbol_writer_docs(w))
        return GAZ_OK;
    gaz_status st = gaz_symbol_writer_finish(w, &row, err);
    if (st == GAZ_OK)
        st = gaz_store_adopt(m->store, m->run, path, GAZ_FILE_SEGMENT, row.name, err);
    if (st == GAZ_OK && !gaz_vec_push(&m->written, row))
        st = no_memory(err);
    return st;
}

static gaz_status read_text(merging *m, const gaz_oid *oid, gaz_error *err)
{
    gaz_status st = GAZ_E_NOT_FOUND;
    gaz_strbuf_reset(&m->text);
    for (size_t i = m->text_count; st == GAZ_E_NOT_FOUND && i-- > 0;) {
        uint32_t doc;
        st = gaz_segment_find(m->texts[i], oid, &doc, err);
        if (st == GAZ_OK)
            st = gaz_segment_text(m->texts[i], m->cache, doc, TEXT_MAX, &m->text, err);
    }
    return st;
}

/* A document whose text is not to be had any more has no use for its symbols: `gaz check` tells of
 * the text. */
static gaz_status copy_document(merging *m, size_t s, uint32_t doc, gaz_symbol_writer *w,
                                gaz_error *err)
{
    gaz_symbol_facts facts;
    gaz_arena_reset(&m->arena);
    gaz_status st =
        gaz_symbol_segment_facts(m->segments[s], doc, GAZ_SYMBOL_ALL, &m->arena, &facts, err);
    bool bare =
        st == GAZ_OK && !facts.definition_count && !facts.reference_count && !facts.import_count;
    gaz_strbuf_reset(&m->text);
    if (st == GAZ_OK && !bare)
        st = read_text(m, &facts.key.oid, err);
    if (st == GAZ_E_NOT_FOUND)
        return GAZ_OK;
    return st == GAZ_OK ? gaz_symbol_writer_add(w, &facts, GAZ_REFERENCE_LOCAL, m->text.data,
                                                m->text.len, err)
                        : st;
}

static gaz_status copy_segment(merging *m, size_t s, gaz_symbol_writer **w, char *path,
                               size_t path_size, unsigned *number, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t d = 0; st == GAZ_OK && d < gaz_symbol_segment_docs(m->segments[s]); d++) {
        gaz_symbol_document doc;
        st = gaz_symbol_segment_document(m->segments[s], d, &doc, err);
        const uint64_t *owner = st == GAZ_OK ? owner_of(m, &doc.key, false) : NULL;
        if (!owner || *owner != s + 1)
            continue;
        if (!*w) {
            snprintf(path, path_size, "%s/merge-symbols-%u.seg", gaz_run_dir(m->run), ++*number);
            st = gaz_symbol_writer_open(path, w, err);
        }
        if (st == GAZ_OK)
            st = copy_document(m, s, d, *w, err);
        if (st == GAZ_OK && gaz_symbol_writer_memory(*w) > (size_t)m->settings->index_memory / 2) {
            st = finish(m, *w, path, err);
            gaz_symbol_writer_close(*w);
            *w = NULL;
        }
    }
    return st;
}

static gaz_status write_merged(merging *m, gaz_error *err)
{
    char path[600];
    gaz_symbol_writer *w = NULL;
    unsigned number = 0;
    gaz_status st = GAZ_OK;
    for (size_t s = 0; st == GAZ_OK && s < m->count; s++)
        if (m->chosen[s])
            st = copy_segment(m, s, &w, path, sizeof path, &number, err);
    if (st == GAZ_OK && w)
        st = finish(m, w, path, err);
    gaz_symbol_writer_close(w);
    return st;
}

/* Only on top of the generation that was looked at: with another, what was dead may be wanted. The
 * merge is made again after a later run then. */
static gaz_status publish(merging *m, size_t chosen, gaz_error *err)
{
    char(*removed)[GAZ_SEALED_NAME] = calloc(chosen + 1, sizeof *removed);
    size_t n = 0;
    if (!removed)
        return no_memory(err);
    bool same = m->written.len == chosen;
    for (size_t i = 0; i < m->count; i++) {
        if (!m->chosen[i])
            continue;
        for (size_t k = 0; same && k < m->written.len; k++)
            same = strcmp(m->written.items[k].name, m->rows->symbols[i].name) == 0;
        memcpy(removed[n++], m->rows->symbols[i].name, GAZ_SEALED_NAME);
    }
    gaz_publication pub = {.pool = m->pool,
                           .symbols_added = m->written.items,
                           .symbols_added_count = m->written.len,
                           .symbols_removed = (const char(*)[GAZ_SEALED_NAME])removed,
                           .symbols_removed_count = n,
                           .if_generation = m->snapshot->generation};
    gaz_status st = same ? GAZ_OK : gaz_store_publish(m->store, &pub, NULL, err);
    free(removed);
    return st;
}

static gaz_status run(merging *m, bool all, gaz_error *err)
{
    gaz_status st = gaz_store_snapshot(m->store, &m->snapshot, err);
    for (size_t p = 0; st == GAZ_OK && p < m->snapshot->pool_count; p++)
        if (m->snapshot->pools[p].id == m->pool)
            m->rows = &m->snapshot->pools[p];
    if (st != GAZ_OK || !m->rows || !m->rows->symbol_count)
        return st;
    st = symbols_open_segments(m->store, m->snapshot, m->pool, &m->segments, &m->count, err);
    if (st == GAZ_OK)
        st = pool_open_segments(m->store, m->snapshot, m->pool, &m->texts, &m->text_count, err);
    m->live_docs = calloc(m->rows->symbol_count + 1, sizeof *m->live_docs);
    m->chosen = calloc(m->rows->symbol_count + 1, sizeof *m->chosen);
    if (st == GAZ_OK && (!m->live_docs || !m->chosen))
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
    return st == GAZ_OK ? publish(m, chosen, err) : st;
}

gaz_status symbols_merge(gaz_store *store, const gaz_settings *settings, int64_t pool, bool all,
                         gaz_error *err)
{
    merging m = {.store = store, .settings = settings, .pool = pool};
    gaz_lock *lock = NULL;
    gaz_status st = gaz_store_pool_lock(store, pool, 0, &lock, err);
    if (st == GAZ_E_BUSY) { /* somebody is at it */
        gaz_error_clear(err);
        return GAZ_OK;
    }
    gaz_map_init(&m.live);
    gaz_map_init(&m.owners);
    gaz_arena_init(&m.arena, ARENA_MAX);
    gaz_strbuf_init(&m.text, TEXT_MAX + 1);
    if (st == GAZ_OK)
        st = run(&m, all, err);
    if (st == GAZ_E_BUSY) { /* a run published meanwhile: it has another merge looked for */
        gaz_error_clear(err);
        st = GAZ_OK;
    }
    gaz_run_close(m.run);
    symbols_close_segments(m.segments, m.count);
    pool_close_segments(m.texts, m.text_count);
    gaz_block_cache_free(m.cache);
    gaz_snapshot_free(m.snapshot);
    gaz_vec_free(&m.written);
    gaz_map_release(&m.live);
    gaz_map_release(&m.owners);
    gaz_arena_release(&m.arena);
    gaz_strbuf_release(&m.text);
    free(m.live_docs);
    free(m.chosen);
    gaz_lock_close(lock);
    return st;
}
