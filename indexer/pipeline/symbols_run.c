/* The second half of an index run: symbols. Text is published by then and nothing of it waits.
 *
 * Which documents lack symbols is found from the difference between a ref's manifest and one whose
 * symbols are known to be all there: the ref's own before, or another's; only without any is a
 * manifest gone through whole. So a commit costs what it changes. The state of each ref (its
 * manifest, how many of its files have symbols) is published with the segments, and a run that was
 * killed, or yielded to another, is taken up by the next from there. */
#include "symbols_run.h"

#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"

#define LOCK_WAIT_MS 1800000
#define TRIES 5
#define ROUNDS_MAX 100 /* of refs that move all the time */
#define PUBLISH_TRIES 100
#define HELD_WORK 2000 /* documents below which all is published at once */
#define NOT_NEW UINT32_MAX
#define WAITING_US 1000000 /* between looks whether another run waits */
#define JOBS_LOOKED 200

/* A file that a ref has and the manifest it is compared with has not, or the other way round. */
typedef struct change {
    uint32_t work; /* NOT_NEW: its facts are there, and ended so: */
    uint8_t outcome;
    int8_t sign;
} change;

typedef struct target {
    const gaz_ref_row *ref;
    gaz_manifest *manifest;
    gaz_symbol_state base; /* its counts are those of the manifest it is compared with, unless: */
    size_t over;           /* 1 + another target of this run */
    GAZ_VEC(change) changes;
} target;

typedef struct symbols_run {
    gaz_store *store;
    const gaz_settings *settings;
    const index_request *request;
    gaz_snapshot *snapshot;
    const gaz_snapshot_repo *repo;
    gaz_segment **texts;
    size_t text_count;
    gaz_symbol_segment **segments;
    size_t segment_count;
    uint64_t version;
    GAZ_VEC(target) targets;
    GAZ_VEC(symbols_work) work;
    gaz_map work_at; /* key → place in `work` + 1 */
    gaz_run *run;
    GAZ_VEC(gaz_symbol_row) held;
    symbols_result *out;
    int64_t waiting_us; /* when it was last looked whether another run waits */
    bool yielded;
} symbols_run;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for symbols");
}

/* ---- what is missing ---- */

/* Bytes that are equal for equal keys. */
static void key_bytes(const gaz_symbol_key *key, uint8_t out[GAZ_OID_SIZE + 4])
{
    memcpy(out, key->oid.id, GAZ_OID_SIZE);
    memcpy(out + GAZ_OID_SIZE, &key->language, 4);
}

static gaz_status want(symbols_run *r, const gaz_symbol_key *key, const symbols_place *place,
                       uint32_t *work, gaz_error *err)
{
    uint8_t bytes[GAZ_OID_SIZE + 4];
    bool added = false;
    key_bytes(key, bytes);
    uint64_t *at = gaz_map_put(&r->work_at, bytes, sizeof bytes, &added);
    if (!at)
        return no_memory(err);
    if (added) {
        gaz_doc doc;
        gaz_status st = gaz_segment_doc(r->texts[place->segment], place->doc, &doc, err);
        symbols_work w = {
            .key = *key, .segment = place->segment, .doc = place->doc, .size = doc.text_len};
        if (st != GAZ_OK)
            return st;
        *at = r->work.len + 1;
        if (!gaz_vec_push(&r->work, w))
            return no_memory(err);
    }
    *work = (uint32_t)*at - 1;
    return GAZ_OK;
}

/* GAZ_E_NOT_FOUND when what is known of an entry that went is gone from the pool. */
static gaz_status note_entry(symbols_run *r, target *t, const gaz_manifest_entry *entry,
                             int8_t sign, gaz_error *err)
{
    symbols_place place;
    gaz_status st = symbols_classify(r->texts, r->text_count, entry, &place, err);
    if (st == GAZ_E_NOT_FOUND && sign > 0)
        return GAZ_OK; /* its text is missing: `gaz check` tells */
    if (st != GAZ_OK || !place.language)
        return st;
    const gaz_symbol_key key = {entry->oid, place.language};
    change c = {.work = NOT_NEW, .sign = sign};
    gaz_symbol_document d = {0};
    size_t segment;
    uint32_t doc;
    st = symbols_find(r->segments, r->segment_count, &key, &segment, &doc, err);
    if (st == GAZ_OK)
        st = gaz_symbol_segment_document(r->segments[segment], doc, &d, err);
    c.outcome = d.outcome;
    bool fresh = st == GAZ_OK && d.fingerprint == gaz_symbols_fingerprint(place.language);
    if (sign > 0 && !fresh && (st == GAZ_OK || st == GAZ_E_NOT_FOUND))
        st = want(r, &key, &place, &c.work, err);
    if (st == GAZ_OK && !gaz_vec_push(&t->changes, c))
        st = no_memory(err);
    return st;
}

static int compare_paths(const gaz_manifest_entry *a, const gaz_manifest_entry *b)
{
    uint32_t n = a->path_len < b->path_len ? a->path_len : b->path_len;
    int c = memcmp(a->path, b->path, n);
    return c ? c : (a->path_len > b->path_len) - (a->path_len < b->path_len);
}

static gaz_status note_difference(symbols_run *r, target *t, gaz_manifest *was, gaz_error *err)
{
    size_t i = 0, k = 0, was_count = was ? gaz_manifest_count(was) : 0,
           count = gaz_manifest_count(t->manifest);
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && (i < was_count || k < count)) {
        const gaz_manifest_entry *a = i < was_count ? gaz_manifest_at(was, i) : NULL;
        const gaz_manifest_entry *b = k < count ? gaz_manifest_at(t->manifest, k) : NULL;
        int c = !a ? 1 : !b ? -1 : compare_paths(a, b);
        i += c <= 0;
        k += c >= 0;
        if (c == 0 && a->skip == b->skip && gaz_oid_compare(&a->oid, &b->oid) == 0)
            continue;
        if (c <= 0)
            st = note_entry(r, t, a, -1, err);
        if (st == GAZ_OK && c >= 0)
            st = note_entry(r, t, b, 1, err);
    }
    return st;
}

static gaz_manifest *load_quietly(symbols_run *r, const char *name)
{
    gaz_manifest *m = NULL;
    gaz_error ignored = {0};
    return name[0] && gaz_manifest_load(r->store, name, &m, &ignored) == GAZ_OK ? m : NULL;
}

static bool was_complete(const symbols_run *r, const gaz_symbol_state *s)
{
    return s->manifest[0] && s->version == r->version && s->done == s->documents;
}

/* A manifest whose symbols are all there, or will be: the ref's own before, the first of this run,
 * another ref's. NULL: none. */
static gaz_manifest *base_of(symbols_run *r, target *t, size_t number)
{
    gaz_manifest *m = NULL;
    if (was_complete(r, &t->ref->symbols) && (m = load_quietly(r, t->ref->symbols.manifest))) {
        t->base = t->ref->symbols;
        return m;
    }
    if (number && r->targets.items[0].manifest) {
        t->over = 1;
        return gaz_manifest_ref(r->targets.items[0].manifest);
    }
    for (size_t i = 0; i < r->repo->ref_count && !m; i++)
        if (symbols_complete(&r->repo->refs[i]) && (m = load_quietly(r, r->repo->refs[i].manifest)))
            t->base = r->repo->refs[i].symbols;
    return m;
}

static gaz_status look_at(symbols_run *r, size_t number, gaz_error *err)
{
    target *t = &r->targets.items[number];
    gaz_error why = {0};
    gaz_status st = gaz_manifest_load(r->store, t->ref->manifest, &t->manifest, err);
    gaz_manifest *was = st == GAZ_OK ? base_of(r, t, number) : NULL;
    if (st == GAZ_OK)
        st = note_difference(r, t, was, &why);
    if (st == GAZ_E_NOT_FOUND && was) { /* what went is not known any more: all of it, then */
        gaz_error_clear(&why);
        t->changes.len = 0;
        t->over = 0;
        t->base = (gaz_symbol_state){0};
        st = note_difference(r, t, NULL, &why);
    }
    if (why.status != GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    gaz_manifest_unref(was);
    if (number) { /* of thousands of refs one manifest is in memory */
        gaz_manifest_unref(t->manifest);
        t->manifest = NULL;
    }
    return st;
}

/* HEAD's ref first: others are compared with it, and what is published of it on the way tells how
 * far the repository is. */
static gaz_status choose_targets(symbols_run *r, gaz_error *err)
{
    for (int head = 1; head >= 0; head--)
        for (size_t i = 0; i < r->repo->ref_count; i++) {
            target t = {.ref = &r->repo->refs[i]};
            if (t.ref->head != (head == 1) || symbols_complete(t.ref))
                continue;
            if (!gaz_vec_push(&r->targets, t))
                return no_memory(err);
        }
    return GAZ_OK;
}

/* ---- states ---- */

static void count_target(const symbols_run *r, const target *t, gaz_symbol_state *s)
{
    for (size_t i = 0; i < t->changes.len; i++) {
        const change *c = &t->changes.items[i];
        const symbols_work *w = c->work == NOT_NEW ? NULL : &r->work.items[c->work];
        uint16_t result = w ? atomic_load(&w->result) : (uint16_t)(SYMBOLS_READ | c->outcome);
        bool done = result != 0;
        uint8_t outcome = (uint8_t)result;
        uint32_t step = (uint32_t)c->sign; /* wraps to -1 */
        s->documents = s->documents + step;
        s->done = s->done + (done ? step : 0);
        s->failed = s->failed + (done && outcome ? step : 0);
    }
}

static gaz_symbol_state_row state_of(const symbols_run *r, const target *t)
{
    gaz_symbol_state s = t->over ? state_of(r, &r->targets.items[t->over - 1]).state : t->base;
    count_target(r, t, &s);
    memcpy(s.manifest, t->ref->manifest, sizeof s.manifest);
    s.version = r->version;
    return (gaz_symbol_state_row){{t->ref->kind, t->ref->name}, s};
}

/* ---- publishing ---- */

static gaz_publication publication(const symbols_run *r)
{
    return (gaz_publication){.repo = r->repo->row.id,
                             .pool = r->repo->row.pool,
                             .symbols_added = r->held.items,
                             .symbols_added_count = r->held.len};
}

/* `work` is in the order it is read in by now, so places in changes hold no more. */
static gaz_status place_again(symbols_run *r, const symbols_work *before, gaz_error *err)
{
    size_t count = r->work.len;
    uint32_t *now = malloc((count + 1) * sizeof *now);
    if (!now)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[GAZ_OID_SIZE + 4];
        key_bytes(&r->work.items[i].key, bytes);
        *gaz_map_get(&r->work_at, bytes, sizeof bytes) = i + 1;
    }
    for (size_t i = 0; i < count; i++) {
        uint8_t bytes[GAZ_OID_SIZE + 4];
        key_bytes(&before[i].key, bytes);
        now[i] = (uint32_t)*gaz_map_get(&r->work_at, bytes, sizeof bytes) - 1;
    }
    for (size_t t = 0; t < r->targets.len; t++)
        for (size_t i = 0; i < r->targets.items[t].changes.len; i++) {
            change *c = &r->targets.items[t].changes.items[i];
            c->work = c->work == NOT_NEW ? NOT_NEW : now[c->work];
        }
    free(now);
    return GAZ_OK;
}

/* A segment of many: it is there at once. */
static gaz_status finished(void *ctx, const gaz_symbol_row *row, gaz_error *err)
{
    symbols_run *r = ctx;
    if (!gaz_vec_push(&r->held, *row))
        return no_memory(err);
    if (r->work.len < HELD_WORK)
        return GAZ_OK;
    gaz_symbol_state_row state = state_of(r, &r->targets.items[0]);
    gaz_publication pub = publication(r);
    /* What other threads have read and not written yet is not done for those who read. */
    if (state.state.done >= state.state.documents && state.state.documents)
        state.state.done = state.state.documents - 1;
    pub.symbol_states = &state;
    pub.symbol_states_count = 1;
    gaz_status st = gaz_store_publish(r->store, &pub, &r->out->generation, err);
    if (st == GAZ_OK)
        r->held.len = 0;
    return st;
}

static bool has_segment(const gaz_snapshot *s, int64_t pool, const char *name)
{
    for (size_t p = 0; p < s->pool_count; p++)
        for (size_t i = 0; s->pools[p].id == pool && i < s->pools[p].symbol_count; i++)
            if (strcmp(s->pools[p].symbols[i].name, name) == 0)
                return true;
    return false;
}

/* GAZ_E_BUSY when a segment this run relies on was merged away: what was dead then, and is not now,
 * went with it. */
static gaz_status look_again(const symbols_run *r, uint64_t *generation, gaz_error *err)
{
    gaz_snapshot *now = NULL;
    gaz_status st = gaz_store_snapshot(r->store, &now, err);
    for (size_t p = 0; st == GAZ_OK && p < r->snapshot->pool_count; p++) {
        const gaz_snapshot_pool *pool = &r->snapshot->pools[p];
        for (size_t i = 0; st == GAZ_OK && pool->id == r->repo->row.pool && i < pool->symbol_count;
             i++)
            if (!has_segment(now, pool->id, pool->symbols[i].name))
                st = gaz_error_set(err, GAZ_E_BUSY, "the symbols of %s were merged meanwhile",
                                   r->repo->row.name);
    }
    if (st == GAZ_OK)
        *generation = now->generation;
    gaz_snapshot_free(now);
    return st;
}

static gaz_status publish_over(const symbols_run *r, gaz_publication *pub, gaz_error *err)
{
    pub->if_generation = r->snapshot->generation;
    for (int tries = 0; tries < PUBLISH_TRIES; tries++) {
        gaz_status st = gaz_store_publish(r->store, pub, &r->out->generation, err);
        if (st != GAZ_E_BUSY)
            return st;
        gaz_error_clear(err);
        st = look_again(r, &pub->if_generation, err);
        if (st != GAZ_OK)
            return st;
    }
    return gaz_error_set(err, GAZ_E_BUSY,
                         "cannot publish the symbols of %s: others publish all "
                         "the time",
                         r->repo->row.name);
}

static gaz_status publish_rest(symbols_run *r, gaz_error *err)
{
    gaz_symbol_state_row *states = calloc(r->targets.len + 1, sizeof *states);
    gaz_publication pub = publication(r);
    if (!states)
        return no_memory(err);
    for (size_t i = 0; i < r->targets.len; i++)
        states[i] = state_of(r, &r->targets.items[i]);
    pub.symbol_states = states;
    pub.symbol_states_count = r->targets.len;
    gaz_status st = publish_over(r, &pub, err);
    free(states);
    return st;
}

/* ---- the run ---- */

/* Another run of the repository waits for this one's end: what it brings is more urgent, and it
 * goes on with the symbols itself. */
static bool is_awaited(void *ctx)
{
    symbols_run *r = ctx;
    gaz_job_row *jobs = NULL;
    size_t count = 0;
    if (r->request->yield)
        return r->yielded = r->request->yield(r->request->yield_ctx);
    if (gaz_now_us() - r->waiting_us < WAITING_US)
        return false;
    r->waiting_us = gaz_now_us();
    if (gaz_store_job_list(r->store, JOBS_LOOKED, &jobs, &count, NULL) != GAZ_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        r->yielded |=
            jobs[i].state == GAZ_JOB_QUEUED && strcmp(jobs[i].subject, r->request->repo) == 0;
        gaz_job_row_release(&jobs[i]);
    }
    free(jobs);
    if (r->yielded) { /* the one that waits may be of text alone */
        int64_t id;
        gaz_error ignored = {0};
        gaz_status queued =
            gaz_store_job_add(r->store, "index", r->request->repo, r->request->rev, &id, &ignored);
        (void)queued; /* any later run goes on as well */
    }
    return r->yielded;
}

static gaz_status read_work(symbols_run *r, gaz_error *err)
{
    size_t bytes = r->work.len * sizeof *r->work.items;
    index_request request = *r->request;
    symbols_work *before = malloc(bytes + 1);
    symbols_job job = {.store = r->store,
                       .settings = r->settings,
                       .request = &request,
                       .segments = r->texts,
                       .work = r->work.items,
                       .count = r->work.len,
                       .started_us = gaz_now_us(),
                       .finished = finished,
                       .ctx = r};
    request.yield = is_awaited;
    request.yield_ctx = r;
    if (!before)
        return no_memory(err);
    memcpy(before, r->work.items, bytes);
    symbols_order(&job);
    gaz_status st = place_again(r, before, err);
    free(before);
    if (st == GAZ_OK)
        st = gaz_run_open(r->store, &r->run, err);
    job.run = r->run;
    if (st == GAZ_OK)
        st = symbols_extract(&job, err);
    for (size_t i = 0; i < r->work.len; i++) {
        uint16_t result = atomic_load(&r->work.items[i].result);
        r->out->documents += result != 0;
        r->out->failed += (uint8_t)result != 0;
    }
    return st;
}

static gaz_status open_all(symbols_run *r, gaz_error *err)
{
    gaz_status st = gaz_store_snapshot(r->store, &r->snapshot, err);
    for (size_t i = 0; st == GAZ_OK && i < r->snapshot->repo_count; i++)
        if (strcmp(r->snapshot->repos[i].row.name, r->request->repo) == 0)
            r->repo = &r->snapshot->repos[i];
    if (st != GAZ_OK || !r->repo || !r->repo->row.pool)
        return st == GAZ_OK ? GAZ_DONE : st;
    r->version = symbols_version();
    st = choose_targets(r, err);
    if (st != GAZ_OK || !r->targets.len)
        return st == GAZ_OK ? GAZ_DONE : st;
    st = pool_open_segments(r->store, r->snapshot, r->repo->row.pool, &r->texts, &r->text_count,
                            err);
    return st == GAZ_OK ? symbols_open_segments(r->store, r->snapshot, r->repo->row.pool,
                                                &r->segments, &r->segment_count, err)
                        : st;
}

/* GAZ_DONE when there is nothing to do. */
static gaz_status run_once(symbols_run *r, gaz_error *err)
{
    gaz_status st = open_all(r, err);
    for (size_t i = 0; st == GAZ_OK && i < r->targets.len; i++)
        st = look_at(r, i, err);
    if (st == GAZ_OK && r->work.len)
        st = read_work(r, err);
    return st == GAZ_OK ? publish_rest(r, err) : st;
}

static void release(symbols_run *r)
{
    for (size_t i = 0; i < r->targets.len; i++) {
        gaz_manifest_unref(r->targets.items[i].manifest);
        gaz_vec_free(&r->targets.items[i].changes);
    }
    gaz_vec_free(&r->targets);
    gaz_vec_free(&r->work);
    gaz_vec_free(&r->held);
    gaz_map_release(&r->work_at);
    pool_close_segments(r->texts, r->text_count);
    symbols_close_segments(r->segments, r->segment_count);
    gaz_run_close(r->run);
    gaz_snapshot_free(r->snapshot);
}

static gaz_status lock_symbols(gaz_store *store, const char *uid, int64_t wait_ms, gaz_lock **out,
                               gaz_error *err)
{
    char name[64];
    gaz_strbuf dir = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    snprintf(name, sizeof name, "symbols-%s.lock", uid);
    gaz_status st = gaz_path_join(&dir, gaz_store_home(store), "locks", err);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, dir.data, name, err);
    if (st == GAZ_OK)
        st = gaz_lock_open(path.data, true, wait_ms, out, err);
    gaz_strbuf_release(&dir);
    gaz_strbuf_release(&path);
    return st;
}

/* Refs that moved while symbols were read are seen to at once. */
gaz_status symbols_update(gaz_store *store, const gaz_settings *settings,
                          const index_request *request, symbols_result *out, gaz_error *err)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    *out = (symbols_result){0};
    gaz_status st = gaz_store_repo_get(store, request->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    gaz_error why = {0};
    st = lock_symbols(store, row.uid, request->yield ? 0 : LOCK_WAIT_MS, &lock, &why);
    gaz_repo_row_release(&row);
    if (st == GAZ_E_BUSY && request->yield) /* whoever is at it looks again before it ends */
        return GAZ_OK;
    if (st != GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    bool yielded = false;
    for (int busy = 0, round = 0; st == GAZ_OK && !yielded && round < ROUNDS_MAX; round++) {
        symbols_run r = {.store = store,
                         .settings = settings,
                         .request = request,
                         .out = out,
                         .waiting_us = gaz_now_us()};
        gaz_map_init(&r.work_at);
        st = run_once(&r, err);
        yielded = r.yielded;
        release(&r);
        if (st == GAZ_E_BUSY && ++busy < TRIES) {
            gaz_error_clear(err);
            st = GAZ_OK;
        }
    }
    gaz_lock_close(lock);
    return st == GAZ_DONE ? GAZ_OK : st;
}
