/* The end of an index run: manifests, and all that it made in one transaction. */
#include <stdlib.h>
#include <string.h>

#include "run_state.h"

#define PUBLISH_TRIES 100

/* Blobs that could not be read are recorded with their paths. */
static void mark_failures(run_state *r, target *t)
{
    for (size_t i = 0; i < t->changes.items.len; i++) {
        gaz_manifest_entry *e = &t->changes.items.items[i].entry;
        const uint64_t *at = t->changes.items.items[i].removed || e->skip
                                 ? NULL
                                 : gaz_map_get(&r->seen, e->oid.id, GAZ_OID_SIZE);
        if (!at || *at >= r->blobs.items.len ||
            gaz_oid_compare(&r->blobs.items.items[*at].oid, &e->oid) != 0)
            continue;
        e->skip = (uint8_t)r->blobs.items.items[*at].failed;
        t->changes.skipped += e->skip != GAZ_SKIP_NONE;
    }
}

/* What could not be read again is no change. */
static void drop_unchanged(target *t)
{
    size_t kept = 0;
    for (size_t i = 0; i < t->changes.items.len; i++) {
        const gaz_manifest_change *c = &t->changes.items.items[i];
        const gaz_manifest_entry *was =
            t->base && !c->removed ? gaz_manifest_find(t->base, c->entry.path, c->entry.path_len)
                                   : NULL;
        bool same =
            was && was->skip == c->entry.skip && gaz_oid_compare(&was->oid, &c->entry.oid) == 0;
        if (same)
            t->changes.skipped -= c->entry.skip != GAZ_SKIP_NONE;
        else
            t->changes.items.items[kept++] = *c;
    }
    t->changes.items.len = kept;
}

gaz_status run_write_manifest(run_state *r, target *t, gaz_error *err)
{
    mark_failures(r, t);
    drop_unchanged(t);
    t->same = !t->changes.items.len && t->before && t->base &&
              strcmp(gaz_manifest_name(t->base), t->before->manifest) == 0;
    if (t->same)
        return GAZ_OK;
    return gaz_manifest_write(r->store, r->run, t->base, t->changes.items.items,
                              t->changes.items.len, &t->manifest, &t->loaded, err);
}

/* Branches that are gone, revisions beyond those kept; and when the rules changed all revisions,
 * which keep out what the old rules said: the next request for one brings it in again. */
static gaz_status gather_removed(run_state *r, gaz_ref_key **keys, size_t *count, char ***stale,
                                 size_t *stale_count, gaz_error *err)
{
    bool adds = r->request->rev && r->targets.len && !r->targets.items[0].before;
    size_t keep = (size_t)r->settings->revisions_kept;
    gaz_status st = gaz_store_revision_stale(r->store, r->row.id, keep - (adds && keep), stale,
                                             stale_count, err);
    size_t max = (r->was ? r->was->ref_count : 0) + (st == GAZ_OK ? *stale_count : 0);
    gaz_ref_key *list = calloc(max + 1, sizeof *list);
    bool *kept = calloc(max + 1, sizeof *kept);
    if (st == GAZ_OK && (!list || !kept))
        st = run_no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++)
        if (r->was && r->targets.items[i].before)
            kept[r->targets.items[i].before - r->was->refs] = true;
    for (size_t i = 0; st == GAZ_OK && !r->request->rev && r->was && i < r->was->ref_count; i++) {
        const gaz_ref_row *ref = &r->was->refs[i];
        if (!kept[i] && (ref->kind == GAZ_REF_BRANCH || r->rules_changed))
            list[(*count)++] = (gaz_ref_key){ref->kind, ref->name};
    }
    free(kept);
    for (size_t i = 0; st == GAZ_OK && i < *stale_count; i++)
        list[(*count)++] = (gaz_ref_key){GAZ_REF_REVISION, (*stale)[i]};
    *keys = list;
    return st;
}

static const char *note_of(const run_state *r)
{
    return r->note.len ? r->note.data : NULL;
}

static gaz_status fill_publication(run_state *r, gaz_publication *pub, gaz_ref_row *refs,
                                   gaz_manifest_row *manifests)
{
    *pub = (gaz_publication){
        .repo = r->row.id, .pool = r->pool, .sets_note = !r->request->rev, .note = note_of(r)};
    pub->segments_added = r->written.items.items;
    pub->segments_added_count = r->written.items.len;
    for (size_t i = 0; i < r->targets.len; i++) {
        const target *t = &r->targets.items[i];
        gaz_ref_row ref = {.name = t->name, .kind = t->kind, .commit = t->commit, .head = t->head};
        if (t->same) {
            memcpy(ref.manifest, t->before->manifest, sizeof ref.manifest);
            ref.files = t->before->files;
        } else {
            memcpy(ref.manifest, t->manifest.name, sizeof ref.manifest);
            ref.files = t->files;
            manifests[pub->manifests_count++] = t->manifest;
        }
        refs[pub->refs_set_count++] = ref;
    }
    pub->refs_set = refs;
    pub->manifests = manifests;
    return GAZ_OK;
}

static bool anything_new(const run_state *r, size_t removed)
{
    bool news = r->written.items.len || removed || !r->row.indexed_us || r->row.pool != r->pool;
    const char *was = r->row.note ? r->row.note : "", *note = note_of(r);
    news |= !r->request->rev && strcmp(was, note ? note : "") != 0;
    for (size_t i = 0; i < r->targets.len && !news; i++) {
        const target *t = &r->targets.items[i];
        news = !t->same || !t->before || gaz_oid_compare(&t->before->commit, &t->commit) != 0 ||
               t->before->head != t->head;
    }
    return news;
}

static bool has_segment(const gaz_snapshot_pool *pool, const char *name)
{
    for (size_t i = 0; pool && i < pool->segment_count; i++)
        if (strcmp(pool->segments[i].name, name) == 0)
            return true;
    return false;
}

static const gaz_snapshot_pool *pool_in(const gaz_snapshot *s, int64_t pool)
{
    for (size_t p = 0; p < s->pool_count; p++)
        if (s->pools[p].id == pool)
            return &s->pools[p];
    return NULL;
}

/* GAZ_E_BUSY when a segment this run relies on was merged away: documents that were dead then, and
 * are not now, went with it. */
static gaz_status look_again(const run_state *r, uint64_t *generation, gaz_error *err)
{
    gaz_snapshot *now = NULL;
    gaz_status st = gaz_store_snapshot(r->store, &now, err);
    const gaz_snapshot_pool *then = pool_in(r->snapshot, r->pool),
                            *pool = st == GAZ_OK ? pool_in(now, r->pool) : NULL;
    for (size_t i = 0; st == GAZ_OK && then && i < then->segment_count; i++)
        if (!has_segment(pool, then->segments[i].name))
            st = gaz_error_set(err, GAZ_E_BUSY, "the pool of %s was merged during its index run",
                               r->row.name);
    if (st == GAZ_OK)
        *generation = now->generation;
    gaz_snapshot_free(now);
    return st;
}

gaz_status run_publish_over(const run_state *r, gaz_publication *pub, uint64_t *generation,
                            gaz_error *err)
{
    pub->if_generation = r->snapshot->generation;
    for (int tries = 0; tries < PUBLISH_TRIES; tries++) {
        gaz_status st = gaz_store_publish(r->store, pub, generation, err);
        if (st != GAZ_E_BUSY)
            return st;
        gaz_error_clear(err);
        st = look_again(r, &pub->if_generation, err);
        if (st != GAZ_OK)
            return st;
    }
    return gaz_error_set(err, GAZ_E_BUSY, "cannot publish %s: other runs publish all the time",
                         r->row.name);
}

gaz_status run_publish(run_state *r, gaz_run_result *out, gaz_error *err)
{
    gaz_publication pub;
    char **stale = NULL;
    gaz_ref_key *removed = NULL;
    size_t stale_count = 0, removed_count = 0;
    gaz_ref_row *refs = calloc(r->targets.len + 1, sizeof *refs);
    gaz_manifest_row *manifests = calloc(r->targets.len + 1, sizeof *manifests);
    gaz_status st = refs && manifests ? GAZ_OK : run_no_memory(err);
    run_set_phase(r, GAZ_PHASE_PUBLISH);
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++) {
        target *t = &r->targets.items[i];
        if (!t->same && !t->loaded)
            st = run_write_manifest(r, t, err);
        t->files = t->loaded ? (uint32_t)gaz_manifest_count(t->loaded) : 0;
        gaz_manifest_unref(t->loaded); /* of thousands of branches only one is in memory */
        t->loaded = NULL;
    }
    if (st == GAZ_OK)
        st = gather_removed(r, &removed, &removed_count, &stale, &stale_count, err);
    if (st == GAZ_OK)
        st = fill_publication(r, &pub, refs, manifests);
    out->generation = r->snapshot->generation;
    if (st == GAZ_OK && anything_new(r, removed_count)) {
        pub.refs_removed = removed;
        pub.refs_removed_count = removed_count;
        st = run_publish_over(r, &pub, &out->generation, err);
        out->changed = st == GAZ_OK;
    } else if (st == GAZ_OK && !r->request->rev && r->row.last_error) {
        st = gaz_store_repo_failed(r->store, r->row.id, NULL, err); /* what failed has passed */
    }
    for (size_t i = 0; i < stale_count; i++)
        free(stale[i]);
    free(stale);
    free(removed);
    free(refs);
    free(manifests);
    return st;
}
