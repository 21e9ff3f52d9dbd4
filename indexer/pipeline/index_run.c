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
#include "history_run.h"
#include "overlay.h"
#include "remote_access.h"
#include "run_state.h"
#include "symbols_run.h"

#define LOCK_WAIT_MS 1800000
#define ARENA_MAX ((size_t)8 << 30)
#define RUN_TRIES 5

void run_set_phase(run_state *r, gaz_phase phase)
{
    r->progress.phase = phase;
    r->progress.elapsed_us = gaz_now_us() - r->started_us;
    if (r->request->report)
        r->request->report(r->request->report_ctx, &r->progress);
}

/* ---- fetching ---- */

static bool fetch_progress(void *ctx, const char *line)
{
    run_state *r = ctx;
    (void)line;
    run_set_phase(r, GAZ_PHASE_FETCH);
    return true;
}

static gaz_status bring_up_to_date(run_state *r, gaz_error *err)
{
    gaz_transport transport = remote_access(r->settings, fetch_progress, r);
    struct stat info;
    if (!r->row.cloned)
        return GAZ_OK;
    run_set_phase(r, GAZ_PHASE_FETCH);
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
        return run_no_memory(err);
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
        gaz_transport transport = remote_access(r->settings, fetch_progress, r);
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
        if (r->was->refs[i].kind != GAZ_REF_TREE &&
            gaz_oid_compare(&r->was->refs[i].commit, &r->resolved) == 0 && !r->rules_changed)
            return GAZ_OK; /* a branch or an earlier request has it */
    return add_target(r, hex, GAZ_REF_REVISION, &r->resolved, false, err);
}

/* ---- comparing trees ---- */

/* What a new ref's tree is compared with: the same ref before, else the head, else any. */
static const gaz_ref_row *base_for(const run_state *r, const target *t)
{
    const gaz_ref_row *any = NULL;
    if (t->before)
        return t->before;
    for (size_t i = 0; r->was && i < r->was->ref_count; i++)
        if (r->was->refs[i].kind != GAZ_REF_TREE && (!any || r->was->refs[i].head))
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

/* ---- the run ---- */

/* Several new refs share most of their tree: the first one's manifest is written before the others
 * are compared, so that theirs are small. Blobs are read only after all are known. */
static gaz_status compare_all(run_state *r, gaz_error *err)
{
    run_set_phase(r, GAZ_PHASE_WALK);
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
            st = run_want_blobs(r, t, err);
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
    gaz_status st = run_write_manifest(r, first, err);
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
        st = run_check_rules(r, err);
    if (st == GAZ_OK)
        st = r->request->rev ? find_revision(r, err) : find_branches(r, err);
    if (st == GAZ_OK && r->request->rev)
        st = run_forget_rules(r, err); /* before anything is published */
    if (st == GAZ_OK)
        st = gaz_run_open(r->store, &r->run, err);
    if (st == GAZ_OK)
        st = compare_all(r, err);
    if (st == GAZ_OK)
        st = run_index_texts(r, err);
    if (st == GAZ_OK)
        st = undo_ahead(r, err);
    if (st == GAZ_OK)
        st = run_publish(r, out, err);
    if (st == GAZ_OK && !r->request->rev)
        st = run_keep_rules(r, err);
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

/* The work tree is a delta over branches: a repository's first run is of those. */
static gaz_status index_tree(gaz_store *store, const gaz_settings *settings,
                             const index_request *request, bool first, gaz_run_result *out,
                             gaz_error *err)
{
    index_request branches = *request;
    branches.rev = NULL;
    branches.text_only = true;
    gaz_status st = first ? index_run(store, settings, &branches, out, err) : GAZ_OK;
    return st == GAZ_OK ? overlay_index(store, settings, request, out, err) : st;
}

/* After text and symbols, which can be asked meanwhile. That history could not be indexed is no
 * failure of the run: it stands beside the repository, and the next run tries again. */
static gaz_status index_history(gaz_store *store, const gaz_settings *settings,
                                const index_request *request, gaz_error *err)
{
    history_result result;
    gaz_repo_row row;
    gaz_error why = {0};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_status st = history_update(store, settings, request, &result, &why);
    if (st == GAZ_OK || gaz_store_repo_get(store, request->repo, &row, NULL) != GAZ_OK)
        return GAZ_OK; /* or removed meanwhile */
    gaz_strbuf_printf(&text, "history is not indexed: %s", why.message);
    st = gaz_store_repo_failed(store, row.id, text.data, err);
    gaz_strbuf_release(&text);
    gaz_repo_row_release(&row);
    return st == GAZ_E_NOT_FOUND ? GAZ_OK : st;
}

static gaz_status index_text(gaz_store *store, const gaz_settings *settings,
                             const index_request *request, gaz_run_result *out, gaz_error *err)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    int64_t started = gaz_now_us();
    *out = (gaz_run_result){0};
    gaz_status st = gaz_store_repo_get(store, request->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    if (request->rev && strcmp(request->rev, GAZ_TREE_REF) == 0 && gaz_repo_row_has_tree(&row)) {
        st = index_tree(store, settings, request, !row.pool, out, err);
        gaz_repo_row_release(&row);
        return st;
    }
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

static gaz_status add_symbols(gaz_store *store, const gaz_settings *settings,
                              const index_request *request, gaz_run_result *out, gaz_error *err)
{
    symbols_result symbols = {0};
    gaz_status st = symbols_update(store, settings, request, &symbols, err);
    out->changed |= symbols.generation != 0;
    out->generation = symbols.generation ? symbols.generation : out->generation;
    out->symbols = symbols.documents;
    out->symbols_failed = symbols.failed;
    return st;
}

gaz_status index_symbols(gaz_store *store, const gaz_settings *settings,
                         const index_request *request, gaz_run_result *out, gaz_error *err)
{
    int64_t started = gaz_now_us();
    *out = (gaz_run_result){0};
    gaz_status st = add_symbols(store, settings, request, out, err);
    out->elapsed_us = gaz_now_us() - started;
    return st;
}

gaz_status index_run(gaz_store *store, const gaz_settings *settings, const index_request *request,
                     gaz_run_result *out, gaz_error *err)
{
    int64_t started = gaz_now_us();
    gaz_status st = index_text(store, settings, request, out, err);
    if (st != GAZ_OK || request->text_only)
        return st;
    st = add_symbols(store, settings, request, out, err);
    if (st == GAZ_OK && !request->rev)
        st = index_history(store, settings, request, err);
    out->elapsed_us = gaz_now_us() - started;
    return st;
}
