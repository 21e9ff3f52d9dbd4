/* An index run: bring a clone up to date, decide which refs to index, compare their trees with what
 * is indexed, read the new blobs, write manifests, publish everything in one transaction. Its cost
 * is that of what changed. */
#include "index_run.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/map.h"

#define LOCK_WAIT_MS 1800000
#define SHARED_POOL_BYTES ((uint64_t)256 << 20) /* repositories with less new text share a pool */
#define ARENA_MAX ((size_t)8 << 30)
#define PUBLISH_TRIES 100
#define RUN_TRIES 5

typedef struct target {
    char *name;
    gaz_ref_kind kind;
    gaz_oid commit;
    bool head;
    const gaz_ref_row *before; /* the same ref in the last generation */
    gaz_manifest *base;
    tree_changes changes;
    bool same; /* nothing to do but perhaps the head flag */
    gaz_manifest_row manifest;
    gaz_manifest *loaded;
    uint32_t files;
} target;

typedef struct run_state {
    gaz_store *store;
    const gaz_settings *settings;
    const index_request *request;
    gaz_repo_row row;
    bool have_row;
    gaz_repo *repo;
    gaz_snapshot *snapshot;
    const gaz_snapshot_repo *was;
    GAZ_VEC(target) targets;
    gaz_arena arena;
    gaz_run *run;
    gaz_progress progress;
    int64_t started_us;
    bool rules_changed;
    char rules[17];
    blob_list blobs;
    gaz_map seen;
    int64_t pool;
    gaz_segment **segments;
    size_t segment_count;
    segment_list written;
    gaz_oid resolved;
    const char *fetch_line;
    gaz_strbuf note; /* of a run of branches */
} run_state;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for an index run");
}

static void set_phase(run_state *r, gaz_phase phase)
{
    r->progress.phase = phase;
    r->progress.elapsed_us = gaz_now_us() - r->started_us;
    if (r->request->report)
        r->request->report(r->request->report_ctx, &r->progress);
}

/* ---- pools ---- */

gaz_status pool_open_segments(gaz_store *store, const gaz_snapshot *snapshot, int64_t pool,
                              gaz_segment ***out, size_t *count, gaz_error *err)
{
    for (size_t p = 0; p < snapshot->pool_count; p++) {
        const gaz_snapshot_pool *rows = &snapshot->pools[p];
        if (rows->id != pool)
            continue;
        gaz_segment **segments = calloc(rows->segment_count + 1, sizeof(gaz_segment *));
        gaz_status st = segments ? GAZ_OK : no_memory(err);
        gaz_strbuf path = GAZ_STRBUF_INIT;
        for (size_t i = 0; st == GAZ_OK && i < rows->segment_count; i++) {
            st = gaz_store_path(store, GAZ_FILE_SEGMENT, rows->segments[i].name, &path, err);
            if (st == GAZ_OK)
                st = gaz_segment_open(path.data, &segments[i], err);
        }
        gaz_strbuf_release(&path);
        if (st != GAZ_OK) {
            pool_close_segments(segments, rows->segment_count);
            return st;
        }
        *out = segments;
        *count = rows->segment_count;
        return GAZ_OK;
    }
    *out = NULL;
    *count = 0;
    return GAZ_OK;
}

void pool_close_segments(gaz_segment **segments, size_t count)
{
    for (size_t i = 0; segments && i < count; i++)
        gaz_segment_unref(segments[i]);
    free(segments);
}

bool pool_holds(gaz_segment *const *segments, size_t count, const gaz_oid *oid)
{
    uint32_t doc;
    for (size_t i = count; i-- > 0;)
        if (gaz_segment_find(segments[i], oid, &doc, NULL) == GAZ_OK)
            return true;
    return false;
}

/* ---- fetching ---- */

static bool fetch_progress(void *ctx, const char *line)
{
    run_state *r = ctx;
    (void)line;
    set_phase(r, GAZ_PHASE_FETCH);
    return true;
}

static gaz_status bring_up_to_date(run_state *r, gaz_error *err)
{
    gaz_transport transport = {.allow_private = r->settings->allow_private_urls,
                               .allow_local = true,
                               .timeout_ms = r->settings->clone_timeout_ms,
                               .progress = fetch_progress,
                               .ctx = r};
    struct stat info;
    if (!r->row.cloned)
        return GAZ_OK;
    set_phase(r, GAZ_PHASE_FETCH);
    if (stat(r->row.git_dir, &info) != 0)
        return gaz_git_clone(r->row.source, r->row.git_dir, &transport, err);
    return r->request->rev ? GAZ_OK : gaz_git_fetch(r->row.git_dir, &transport, err);
}

/* ---- targets ---- */

static const gaz_ref_row *find_ref(const gaz_snapshot_repo *was, gaz_ref_kind kind,
                                   const char *name)
{
    size_t lo = 0, hi = was ? was->ref_count : 0; /* in byte order of (kind, name) */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const gaz_ref_row *ref = &was->refs[mid];
        int c = ref->kind != kind ? (ref->kind < kind ? -1 : 1) : strcmp(ref->name, name);
        if (c == 0)
            return ref;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

static gaz_status add_target(run_state *r, const char *name, gaz_ref_kind kind,
                             const gaz_oid *commit, bool head, gaz_error *err)
{
    target t = {.name = strdup(name), .kind = kind, .commit = *commit, .head = head};
    t.before = find_ref(r->was, kind, name);
    if (!t.name || !gaz_vec_push(&r->targets, t)) {
        free(t.name);
        return no_memory(err);
    }
    return GAZ_OK;
}

static gaz_status visit_branch(void *ctx, const char *name, const gaz_oid *commit, bool head,
                               gaz_error *err)
{
    return add_target(ctx, name, GAZ_REF_BRANCH, commit, head, err);
}

static gaz_status find_branches(run_state *r, gaz_error *err)
{
    branch_request request = {.repo = r->repo,
                              .row = &r->row,
                              .had_refs = r->was != NULL,
                              .visit = visit_branch,
                              .ctx = r};
    r->note.max = GAZ_REPO_NOTE_MAX;
    return choose_branches(&request, &r->note, err);
}

static gaz_status find_revision(run_state *r, gaz_error *err)
{
    char hex[GAZ_OID_HEX];
    gaz_status st = gaz_repo_resolve(r->repo, r->request->rev, &r->resolved, err);
    if (st == GAZ_E_NOT_FOUND && r->row.cloned) { /* perhaps it is new */
        gaz_transport transport = {.allow_private = r->settings->allow_private_urls,
                                   .allow_local = true,
                                   .timeout_ms = r->settings->clone_timeout_ms,
                                   .progress = fetch_progress,
                                   .ctx = r};
        gaz_error why = {0};
        if (gaz_git_fetch(r->row.git_dir, &transport, &why) == GAZ_OK) {
            gaz_error_clear(err);
            st = gaz_repo_resolve(r->repo, r->request->rev, &r->resolved, err);
        }
    }
    if (st != GAZ_OK)
        return st;
    gaz_oid_format(&r->resolved, hex);
    for (size_t i = 0; r->was && i < r->was->ref_count; i++)
        if (gaz_oid_compare(&r->was->refs[i].commit, &r->resolved) == 0 && !r->rules_changed)
            return GAZ_OK; /* a branch or an earlier request has it */
    return add_target(r, hex, GAZ_REF_REVISION, &r->resolved, false, err);
}

/* ---- exclusion rules ---- */

static gaz_status rules_path(run_state *r, gaz_strbuf *path, gaz_error *err)
{
    gaz_strbuf_reset(path);
    gaz_strbuf_printf(path, "%s/repos/%s.rules", gaz_store_home(r->store), r->row.uid);
    return gaz_strbuf_check(path, err);
}

/* The operator's patterns may change between runs: then differences between commits do not say all.
 * A digest of those the manifests were made with lies beside the repositories; when it is lost,
 * trees are compared whole, which is always right. */
static gaz_status check_rules(run_state *r, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT, stored = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < r->settings->exclude_count; i++)
        gaz_strbuf_printf(&text, "%s\n", r->settings->exclude[i]);
    gaz_status st = gaz_strbuf_check(&text, err);
    uint64_t digest = st == GAZ_OK ? gaz_checksum(text.data, text.len) : 0;
    gaz_hex_format(&digest, sizeof digest, r->rules);
    if (st == GAZ_OK)
        st = rules_path(r, &path, err);
    gaz_error ignored = {0};
    r->rules_changed = st == GAZ_OK && (gaz_file_read(path.data, 64, &stored, &ignored) != GAZ_OK ||
                                        strcmp(stored.data, r->rules) != 0);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&stored);
    return st;
}

/* A revision run under new rules leaves the branches under the old ones: then no digest is true of
 * all. */
static gaz_status forget_rules(run_state *r, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = r->rules_changed ? rules_path(r, &path, err) : GAZ_DONE;
    if (st == GAZ_OK && unlink(path.data) != 0 && errno != ENOENT)
        st = gaz_error_errno(err, "cannot remove %s", path.data);
    gaz_strbuf_release(&path);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* Made in the run's directory, which the sweeper clears after a kill, and moved from there. */
static gaz_status keep_rules(run_state *r, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, dir = GAZ_STRBUF_INIT, made = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&dir, "%s/repos", gaz_store_home(r->store));
    gaz_strbuf_printf(&made, "%s/rules", gaz_run_dir(r->run));
    gaz_status st = rules_path(r, &path, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&dir, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&made, err);
    if (st == GAZ_OK)
        st = gaz_mkdir_all(dir.data, 0700, err);
    if (st == GAZ_OK)
        st = gaz_file_write(made.data, r->rules, 16, 0600, err);
    if (st == GAZ_OK && rename(made.data, path.data) != 0)
        st = gaz_error_errno(err, "cannot rename %s to %s", made.data, path.data);
    if (st == GAZ_OK)
        st = gaz_dir_sync(dir.data, err);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&dir);
    gaz_strbuf_release(&made);
    return st;
}

/* ---- comparing trees ---- */

/* What a new ref's tree is compared with: the same ref before, else the head, else any. */
static const gaz_ref_row *base_for(const run_state *r, const target *t)
{
    const gaz_ref_row *any = NULL;
    if (t->before)
        return t->before;
    for (size_t i = 0; r->was && i < r->was->ref_count; i++)
        if (!any || r->was->refs[i].head)
            any = &r->was->refs[i];
    return any;
}

static gaz_status collect_target(run_state *r, target *t, gaz_error *err)
{
    const gaz_ref_row *base = base_for(r, t);
    tree_request request = {
        .repo = r->repo, .settings = r->settings, .commit = t->commit, .arena = &r->arena};
    gaz_error why = {0};
    gaz_status st = base ? gaz_manifest_load(r->store, base->manifest, &t->base, &why) : GAZ_OK;
    if (st == GAZ_OK && base) {
        request.base = t->base;
        request.base_commit = r->rules_changed ? NULL : &base->commit;
    } else if (st != GAZ_OK) {
        t->base = NULL; /* a manifest that cannot be read is made anew */
    }
    if (!base && r->targets.len > 1 && t != r->targets.items && r->targets.items[0].loaded) {
        t->base = gaz_manifest_ref(r->targets.items[0].loaded); /* the first ref of this very run */
        request.base = t->base;
        request.base_commit = &r->targets.items[0].commit;
    }
    st = collect_changes(&request, &t->changes, err);
    t->same = st == GAZ_OK && t->before && base == t->before && t->base && !t->changes.items.len;
    return st;
}

static gaz_status want_blob(run_state *r, const gaz_oid *oid, gaz_error *err)
{
    bool added = false;
    uint64_t *place = gaz_map_put(&r->seen, oid->id, GAZ_OID_SIZE, &added);
    blob_work work = {.oid = *oid};
    if (!place)
        return no_memory(err);
    if (!added)
        return GAZ_OK;
    *place = r->blobs.items.len;
    return gaz_vec_push(&r->blobs.items, work) ? GAZ_OK : no_memory(err);
}

static gaz_status want_blobs(run_state *r, const target *t, gaz_error *err)
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

/* ---- pools ---- */

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

/* ---- manifests and publication ---- */

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

/* suspects_first() reorders blobs, so places are looked up anew. */
static gaz_status remember_places(run_state *r, gaz_error *err)
{
    for (size_t i = 0; i < r->blobs.items.len; i++) {
        uint64_t *place = gaz_map_put(&r->seen, r->blobs.items.items[i].oid.id, GAZ_OID_SIZE, NULL);
        if (!place)
            return no_memory(err);
        *place = i;
    }
    return GAZ_OK;
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

static gaz_status write_manifest(run_state *r, target *t, gaz_error *err)
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
        st = no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++)
        if (r->targets.items[i].before)
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

/* Publishes on top of a generation in which the pool still holds all that this run found in it. */
static gaz_status publish_over(const run_state *r, gaz_publication *pub, uint64_t *generation,
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

static gaz_status publish(run_state *r, gaz_run_result *out, gaz_error *err)
{
    gaz_publication pub;
    char **stale = NULL;
    gaz_ref_key *removed = NULL;
    size_t stale_count = 0, removed_count = 0;
    gaz_ref_row *refs = calloc(r->targets.len + 1, sizeof *refs);
    gaz_manifest_row *manifests = calloc(r->targets.len + 1, sizeof *manifests);
    gaz_status st = refs && manifests ? GAZ_OK : no_memory(err);
    set_phase(r, GAZ_PHASE_PUBLISH);
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++) {
        target *t = &r->targets.items[i];
        if (!t->same && !t->loaded)
            st = write_manifest(r, t, err);
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
        st = publish_over(r, &pub, &out->generation, err);
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

/* ---- the run ---- */

/* Several new refs share most of their tree: the first one's manifest is written before the others
 * are compared, so that theirs are small. Blobs are read only after all are known. */
static gaz_status compare_all(run_state *r, gaz_error *err)
{
    set_phase(r, GAZ_PHASE_WALK);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++) {
        target *t = &r->targets.items[i];
        if (t->before && gaz_oid_compare(&t->before->commit, &t->commit) == 0 &&
            !r->rules_changed) {
            t->same =
                !t->head &&
                i > 0; /* of thousands of branches one is looked over; `gaz check` looks at all */
            if (t->same)
                continue;
            gaz_error ignored = {0};
            st = gaz_manifest_load(r->store, t->before->manifest, &t->base, &ignored);
            bool directories;
            t->same = st == GAZ_OK && !manifest_has_retries(t->base, &directories);
            if (t->same)
                continue;
            gaz_manifest_unref(t->base);
            t->base = NULL;
        }
        st = collect_target(r, t, err);
        if (st == GAZ_OK)
            st = want_blobs(r, t, err);
        if (st == GAZ_OK && i == 0 && r->targets.len > 1 && !t->same && !r->was) {
            /* blob failures are not known yet: the first ref's own manifest is written again if
             * there are any */
            st = gaz_manifest_write(r->store, r->run, t->base, t->changes.items.items,
                                    t->changes.items.len, &t->manifest, &t->loaded, err);
        }
    }
    return st;
}

static bool has_failures(const run_state *r)
{
    for (size_t i = 0; i < r->blobs.items.len; i++)
        if (r->blobs.items.items[i].failed)
            return true;
    return false;
}

/* With unreadable blobs the manifest written ahead does not hold; the others then refer to the
 * whole tree by themselves. */
static gaz_status undo_ahead(run_state *r, gaz_error *err)
{
    target *first = r->targets.len ? r->targets.items : NULL;
    if (!first || !first->loaded || !has_failures(r))
        return GAZ_OK;
    gaz_manifest_unref(first->loaded);
    first->loaded = NULL;
    gaz_status st = write_manifest(r, first, err);
    for (size_t i = 1; st == GAZ_OK && i < r->targets.len; i++) {
        target *t = &r->targets.items[i];
        gaz_manifest_unref(t->base);
        t->base = NULL;
        t->changes.items.len = 0;
        tree_request request = {
            .repo = r->repo, .settings = r->settings, .commit = t->commit, .arena = &r->arena};
        st = collect_changes(&request, &t->changes, err);
    }
    return st;
}

static gaz_status index_texts(run_state *r, gaz_error *err)
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
    return st == GAZ_OK ? undo_ahead(r, err) : st;
}

static gaz_status run_locked(run_state *r, gaz_run_result *out, gaz_error *err)
{
    gaz_status st = bring_up_to_date(r, err);
    if (st == GAZ_OK)
        st = gaz_repo_open(r->row.git_dir, &r->repo, err);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(r->store, &r->snapshot, err);
    for (size_t i = 0; st == GAZ_OK && i < r->snapshot->repo_count; i++)
        if (r->snapshot->repos[i].row.id == r->row.id)
            r->was = &r->snapshot->repos[i];
    if (st == GAZ_OK && r->was)
        r->row.pool = r->was->row.pool;
    if (r->was && !r->was->ref_count)
        r->was = NULL;
    if (st == GAZ_OK)
        st = check_rules(r, err);
    if (st == GAZ_OK)
        st = r->request->rev ? find_revision(r, err) : find_branches(r, err);
    if (st == GAZ_OK && r->request->rev)
        st = forget_rules(r, err); /* before anything is published */
    if (st == GAZ_OK)
        st = gaz_run_open(r->store, &r->run, err);
    if (st == GAZ_OK)
        st = compare_all(r, err);
    if (st == GAZ_OK)
        st = index_texts(r, err);
    if (st == GAZ_OK)
        st = publish(r, out, err);
    if (st == GAZ_OK && !r->request->rev)
        st = keep_rules(r, err);
    return st;
}

static void release(run_state *r)
{
    for (size_t i = 0; i < r->targets.len; i++) {
        target *t = &r->targets.items[i];
        free(t->name);
        gaz_vec_free(&t->changes.items);
        gaz_manifest_unref(t->base);
        gaz_manifest_unref(t->loaded);
    }
    gaz_vec_free(&r->targets);
    gaz_vec_free(&r->blobs.items);
    gaz_vec_free(&r->written.items);
    gaz_map_release(&r->seen);
    gaz_strbuf_release(&r->note);
    pool_close_segments(r->segments, r->segment_count);
    gaz_run_close(r->run);
    gaz_snapshot_free(r->snapshot);
    gaz_repo_close(r->repo);
    gaz_arena_release(&r->arena);
    if (r->have_row)
        gaz_repo_row_release(&r->row);
}

static void sum_up(const run_state *r, gaz_run_result *out)
{
    out->files = r->blobs.items.len;
    out->commit = r->resolved;
    out->elapsed_us = gaz_now_us() - r->started_us;
    for (size_t i = 0; i < r->blobs.items.len; i++)
        out->skipped += r->blobs.items.items[i].skip != GAZ_SKIP_NONE;
    for (size_t i = 0; i < r->written.items.len; i++)
        out->bytes += r->written.items.items[i].text_bytes;
    for (size_t i = 0; i < r->targets.len; i++) {
        out->skipped += r->targets.items[i].changes.skipped;
        if (!r->request->rev && r->targets.items[i].head)
            out->commit = r->targets.items[i].commit;
    }
}

/* One attempt, under the lock. The repository may have been removed, or changed, while the lock was
 * waited for. */
static gaz_status attempt(run_state *r, const char *uid, gaz_run_result *out, gaz_error *err)
{
    gaz_status st = gaz_store_repo_get(r->store, r->request->repo, &r->row, err);
    r->have_row = st == GAZ_OK;
    if (st == GAZ_OK && strcmp(r->row.uid, uid) != 0)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "repository %s was removed and added again",
                           r->request->repo);
    return st == GAZ_OK ? run_locked(r, out, err) : st;
}

gaz_status index_run(gaz_store *store, const gaz_settings *settings, const index_request *request,
                     gaz_run_result *out, gaz_error *err)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    int64_t started = gaz_now_us();
    *out = (gaz_run_result){0};
    gaz_status st = gaz_store_repo_get(store, request->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    st = gaz_store_repo_lock(store, row.uid, LOCK_WAIT_MS, &lock, err);
    bool again = st == GAZ_OK;
    for (int tries = 0; again; tries++) {
        run_state r = {.store = store,
                       .settings = settings,
                       .request = request,
                       .started_us = started,
                       .note = GAZ_STRBUF_INIT};
        gaz_arena_init(&r.arena, ARENA_MAX);
        gaz_map_init(&r.seen);
        *out = (gaz_run_result){0};
        st = attempt(&r, row.uid, out, err);
        sum_up(&r, out);
        release(&r);
        again = st == GAZ_E_BUSY && tries + 1 < RUN_TRIES;
        if (again)
            gaz_error_clear(err);
    }
    gaz_lock_close(lock);
    gaz_repo_row_release(&row);
    return st;
}
