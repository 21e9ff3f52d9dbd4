/* One look at a work tree, under the repository's lock: which files there are, what has changed
 * since the last look and against HEAD, the texts the pool lacks, a manifest, and all of it in one
 * transaction. The manifest is a delta over HEAD's while what differs from HEAD is little; else
 * over the one before. What is looked at is either all of the tree or the paths a watcher names. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "overlay.h"

#define LOCK_WAIT_MS 1800000
#define ARENA_MAX ((size_t)4 << 30)
#define TRIES 5
#define CLOSE_TO_HEAD 1024 /* changes that are written anew each time */

/* ---- opening ---- */

static gaz_status cache_path(const gaz_store *store, const char *uid, gaz_strbuf *out,
                             gaz_error *err)
{
    gaz_strbuf_reset(out);
    gaz_strbuf_printf(out, "%s/repos/%s.tree", gaz_store_home(store), uid);
    return gaz_strbuf_check(out, err);
}

static gaz_status no_tree(const gaz_repo_row *row, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_UNSUPPORTED, "repository %s has no work tree: it is %s", row->name,
                  row->cloned ? "a clone" : "bare");
    gaz_error_hint(err, "a work tree is the directory that holds .git, on this machine: "
                        "gaz add PATH");
    return GAZ_E_UNSUPPORTED;
}

static gaz_status open_tree(overlay *o, const gaz_repo_row *row, gaz_error *err)
{
    gaz_repo *repo = NULL;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_repo_open(row->git_dir, &repo, err);
    if (st == GAZ_OK)
        st = gaz_worktree_open(repo, row->source, &o->wt, err);
    if (st == GAZ_OK)
        st = cache_path(o->store, row->uid, &path, err);
    if (st == GAZ_OK)
        st = overlay_cache_load(&o->cache, path.data, err);
    gaz_strbuf_release(&path);
    gaz_repo_close(repo);
    return st;
}

gaz_status overlay_open(gaz_store *store, const gaz_settings *settings,
                        const index_request *request, overlay *out, gaz_error *err)
{
    gaz_repo_row row;
    *out = (overlay){.store = store, .settings = settings, .request = request};
    overlay_cache_init(&out->cache);
    gaz_status st = gaz_store_repo_get(store, request->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    memcpy(out->uid, row.uid, sizeof out->uid);
    st = gaz_repo_row_has_tree(&row) ? open_tree(out, &row, err) : no_tree(&row, err);
    gaz_repo_row_release(&row);
    if (st != GAZ_OK)
        overlay_close(out);
    return st;
}

void overlay_close(overlay *o)
{
    gaz_worktree_close(o->wt);
    overlay_forget_rules(o);
    overlay_cache_release(&o->cache);
    o->wt = NULL;
}

gaz_status overlay_save(overlay *o, gaz_error *err)
{
    gaz_run *run = NULL;
    gaz_strbuf path = GAZ_STRBUF_INIT, made = GAZ_STRBUF_INIT;
    if (!o->cache.changed)
        return GAZ_OK;
    gaz_status st = gaz_run_open(o->store, &run, err);
    if (st == GAZ_OK)
        st = cache_path(o->store, o->uid, &path, err);
    if (st == GAZ_OK)
        st = gaz_path_join(&made, gaz_run_dir(run), "tree", err);
    if (st == GAZ_OK)
        st = overlay_cache_save(&o->cache, made.data, path.data, err);
    gaz_run_close(run);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&made);
    return st;
}

/* ---- what there is to compare with ---- */

static void find_refs(overlay_look *l, const gaz_ref_row **head)
{
    const gaz_snapshot_repo *was = l->r.was;
    *head = NULL;
    for (size_t i = 0; was && i < was->ref_count; i++) {
        const gaz_ref_row *ref = &was->refs[i];
        if (ref->kind == GAZ_REF_TREE)
            l->ref = ref;
        else if (!*head || ref->head ||
                 (!(*head)->head && gaz_oid_compare(&ref->commit, &l->head) == 0))
            *head = ref;
    }
}

/* A manifest that cannot be read is not built upon; `gaz check` tells of it. */
static gaz_status load(overlay_look *l, const gaz_ref_row *ref, gaz_manifest **out, gaz_error *err)
{
    gaz_error why = {0};
    gaz_status st = ref ? gaz_manifest_load(l->o->store, ref->manifest, out, &why) : GAZ_OK;
    if (st != GAZ_OK)
        *out = NULL;
    return st == GAZ_E_NOMEM ? run_no_memory(err) : GAZ_OK;
}

static gaz_status open_state(overlay_look *l, gaz_error *err)
{
    const gaz_ref_row *head = NULL;
    run_state *r = &l->r;
    gaz_strbuf name = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    gaz_status st = gaz_repo_open(r->row.git_dir, &r->repo, err);
    if (st == GAZ_OK) {
        st = gaz_repo_head(r->repo, &name, &l->head, &why);
        if (st == GAZ_E_NOT_FOUND) {
            l->head = (gaz_oid){{0}};
            st = GAZ_OK;
        } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
            *err = why;
        }
    }
    gaz_strbuf_release(&name);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(r->store, &r->snapshot, err);
    for (size_t i = 0; st == GAZ_OK && i < r->snapshot->repo_count; i++)
        if (r->snapshot->repos[i].row.id == r->row.id)
            r->was = &r->snapshot->repos[i];
    if (st != GAZ_OK)
        return st;
    r->pool = r->was ? r->was->row.pool : r->row.pool;
    find_refs(l, &head);
    st = load(l, head, &l->base, err);
    if (st == GAZ_OK)
        st = load(l, l->ref, &l->before, err);
    if (st == GAZ_OK)
        st = pool_open_segments(r->store, r->snapshot, r->pool, &r->segments, &r->segment_count,
                                err);
    if (st == GAZ_OK)
        st = gaz_store_quarantine_list(r->store, &l->quarantined, &l->quarantined_count, err);
    return st;
}

/* ---- looking ---- */

static gaz_status visit(void *ctx, const gaz_worktree_entry *entry, gaz_error *err)
{
    overlay_look *l = ctx;
    gaz_worktree_entry e = *entry;
    e.path = gaz_arena_strndup(&l->r.arena, entry->path, entry->path_len);
    return e.path && gaz_vec_push(&l->found, e) ? GAZ_OK : run_no_memory(err);
}

static gaz_status enter(void *ctx, const char *path, gaz_error *err)
{
    overlay_look *l = ctx;
    return l->scope->enter ? l->scope->enter(l->scope->ctx, path, err) : GAZ_OK;
}

static gaz_status track_base(overlay_look *l, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (!gaz_worktree_note(l->o->wt) || !l->base)
        return GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(l->base); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(l->base, i);
        st = gaz_worktree_track(l->o->wt, e->path, e->path_len, err);
    }
    return st;
}

static gaz_status scan_all(overlay_look *l, gaz_error *err)
{
    gaz_worktree_scan scan = {.path = "", .visit = visit, .enter = enter, .ctx = l};
    bool usable, fresh = !l->o->used;
    l->found.len = 0;
    l->whole = true;
    l->o->used = true; /* and named paths are added to it: also by a look that fails */
    gaz_status st = fresh ? GAZ_OK : gaz_worktree_reload(l->o->wt, NULL, NULL, &usable, err);
    if (st == GAZ_OK)
        st = track_base(l, err);
    if (st == GAZ_OK)
        st = gaz_worktree_walk(l->o->wt, &scan, err);
    return st == GAZ_OK ? overlay_read_rules(l, err) : st;
}

/* Paths alone, unless they may have changed what belongs to the tree or is kept out of searches. */
static gaz_status scan_paths(overlay_look *l, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < l->scope->count && !l->whole; i++)
        l->whole = overlay_has_rules(l->o, l->scope->paths[i]) ||
                   gaz_worktree_has_rules(l->o->wt, l->scope->paths[i]);
    for (size_t i = 0; st == GAZ_OK && i < l->scope->count && !l->whole; i++) {
        gaz_worktree_scan scan = {
            .path = l->scope->paths[i], .visit = visit, .enter = enter, .ctx = l};
        st = gaz_worktree_walk(l->o->wt, &scan, err);
    }
    for (size_t i = 0; i < l->found.len && !l->whole; i++)
        l->whole = overlay_is_rule_file(l->found.items[i].path, l->found.items[i].path_len);
    return st;
}

/* What the last look published is what a look at parts goes on from. */
static gaz_status scan(overlay_look *l, gaz_error *err)
{
    l->whole = !l->scope->paths ||
               !l->o->operator|| !l->before || strcmp(l->ref->manifest, l->o->manifest) != 0 ||
               gaz_worktree_note(l->o->wt);
    gaz_status st = l->whole ? GAZ_OK : scan_paths(l, err);
    return st == GAZ_OK && l->whole ? scan_all(l, err) : st;
}

static gaz_status compare(overlay_look *l, gaz_error *err)
{
    static const overlay_scope all;
    entry_list was = {0};
    gaz_status st =
        l->before ? overlay_entries_of(l->before, l->whole ? &all : l->scope, &was, err) : GAZ_OK;
    if (st == GAZ_OK)
        st = overlay_diff(was.items.items, was.items.len, l->now.items, l->now.len, &l->changes,
                          err);
    for (size_t i = 0; st == GAZ_OK && i < l->changes.items.len; i++) {
        const gaz_manifest_change *c = &l->changes.items.items[i];
        bool old = l->before && gaz_manifest_find(l->before, c->entry.path, c->entry.path_len);
        *(c->removed ? &l->out->removed : old ? &l->out->changed : &l->out->added) += 1;
        l->out->run.skipped += !c->removed && c->entry.skip != GAZ_SKIP_NONE;
    }
    gaz_vec_free(&was.items);
    return st;
}

/* ---- publishing ---- */

/* All that the tree holds, against HEAD. */
static gaz_status against_head(overlay_look *l, tree_changes *out, gaz_error *err)
{
    entry_list before = {0}, now = {0}, base = {0};
    gaz_status st = GAZ_OK;
    if (!l->whole) {
        st = overlay_entries_of(l->before, NULL, &before, err);
        if (st == GAZ_OK)
            st = overlay_apply(&before, &l->changes, &now, err);
    }
    if (st == GAZ_OK && l->base)
        st = overlay_entries_of(l->base, NULL, &base, err);
    if (st == GAZ_OK)
        st = l->whole ? overlay_diff(base.items.items, base.items.len, l->now.items, l->now.len,
                                     out, err)
                      : overlay_diff(base.items.items, base.items.len, now.items.items,
                                     now.items.len, out, err);
    gaz_vec_free(&before.items);
    gaz_vec_free(&now.items);
    gaz_vec_free(&base.items);
    return st;
}

static gaz_status write_manifest(overlay_look *l, gaz_manifest_row *row, gaz_manifest **made,
                                 gaz_error *err)
{
    tree_changes over = {0};
    const tree_changes *changes = &over;
    gaz_manifest *base = l->base;
    gaz_status st = against_head(l, &over, err);
    if (st == GAZ_OK && l->before && over.items.len > CLOSE_TO_HEAD &&
        gaz_manifest_depth(l->before) < GAZ_MANIFEST_CHAIN_MAX) {
        changes = &l->changes;
        base = l->before;
    }
    if (st == GAZ_OK)
        st = gaz_manifest_write_tree(l->o->store, l->r.run, base, changes->items.items,
                                     changes->items.len, row, made, err);
    gaz_vec_free(&over.items);
    return st;
}

static gaz_status publish(overlay_look *l, gaz_error *err)
{
    gaz_manifest_row manifest = {0};
    gaz_manifest *made = NULL;
    char name[] = GAZ_TREE_REF;
    gaz_ref_row ref = {.name = name, .kind = GAZ_REF_TREE, .commit = l->head};
    gaz_publication pub = {.repo = l->r.row.id,
                           .pool = l->r.pool,
                           .segments_added = l->r.written.items.items,
                           .segments_added_count = l->r.written.items.len,
                           .manifests = &manifest,
                           .manifests_count = 1,
                           .refs_set = &ref,
                           .refs_set_count = 1};
    gaz_status st = write_manifest(l, &manifest, &made, err);
    if (st == GAZ_OK) {
        memcpy(ref.manifest, manifest.name, sizeof ref.manifest);
        ref.files = (uint32_t)gaz_manifest_count(made);
        st = run_publish_over(&l->r, &pub, &l->out->run.generation, err);
    }
    if (st == GAZ_OK) {
        l->out->run.changed = true;
        memcpy(l->o->manifest, manifest.name, sizeof l->o->manifest);
    }
    gaz_manifest_unref(made);
    return st;
}

/* What is known of files that are gone is of no use any more. */
static void forget_gone(overlay_look *l)
{
    overlay_cache *cache = &l->o->cache;
    if (l->whole)
        overlay_cache_keep(cache, l->now.items, l->now.len);
    for (size_t i = 0; i < l->changes.items.len && !l->whole; i++) {
        const gaz_manifest_change *c = &l->changes.items.items[i];
        if (c->removed)
            overlay_cache_forget(cache, c->entry.path, c->entry.path_len);
    }
}

static void give_example(overlay_look *l)
{
    const gaz_manifest_change *c = l->changes.items.len ? l->changes.items.items : NULL;
    if (c)
        l->out->example = overlay_path_copy(c->entry.path, c->entry.path_len);
}

static gaz_status look(overlay_look *l, gaz_error *err)
{
    gaz_status st = open_state(l, err);
    if (st == GAZ_OK)
        st = gaz_run_open(l->o->store, &l->r.run, err);
    if (st == GAZ_OK)
        st = scan(l, err);
    if (st == GAZ_OK)
        st = overlay_read_files(l, err);
    if (st == GAZ_OK)
        st = compare(l, err);
    if (st != GAZ_OK)
        return st;
    forget_gone(l);
    l->out->run.generation = l->r.snapshot->generation;
    l->out->run.commit = l->head;
    l->out->whole = l->whole;
    bool news =
        l->changes.items.len || !l->before || gaz_oid_compare(&l->ref->commit, &l->head) != 0;
    if (!news) {
        memcpy(l->o->manifest, l->ref->manifest, sizeof l->o->manifest);
        return GAZ_OK;
    }
    st = publish(l, err);
    if (st == GAZ_OK)
        give_example(l);
    return st;
}

/* ---- all of it ---- */

static void release(overlay_look *l)
{
    gaz_segment_writer_close(l->writer);
    gaz_manifest_unref(l->base);
    gaz_manifest_unref(l->before);
    gaz_vec_free(&l->found);
    gaz_vec_free(&l->now);
    gaz_vec_free(&l->changes.items);
    free(l->quarantined);
    gaz_vec_free(&l->r.blobs.items);
    gaz_vec_free(&l->r.written.items);
    gaz_map_release(&l->r.seen);
    pool_close_segments(l->r.segments, l->r.segment_count);
    gaz_run_close(l->r.run);
    gaz_snapshot_free(l->r.snapshot);
    gaz_repo_close(l->r.repo);
    gaz_arena_release(&l->r.arena);
    if (l->r.have_row)
        gaz_repo_row_release(&l->r.row);
}

static gaz_status attempt(overlay *o, const overlay_scope *scope, overlay_result *out,
                          gaz_error *err)
{
    overlay_look l = {.o = o, .scope = scope, .out = out};
    l.r.store = o->store;
    l.r.settings = o->settings;
    l.r.request = o->request;
    l.r.started_us = gaz_now_us();
    gaz_arena_init(&l.r.arena, ARENA_MAX);
    gaz_map_init(&l.r.seen);
    *out = (overlay_result){0};
    gaz_status st = gaz_store_repo_get(o->store, o->request->repo, &l.r.row, err);
    l.r.have_row = st == GAZ_OK;
    if (st == GAZ_OK && strcmp(l.r.row.uid, o->uid) != 0)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "repository %s was removed and added again",
                           o->request->repo);
    if (st == GAZ_OK && !l.r.row.pool)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "repository %s is not indexed yet",
                           o->request->repo);
    if (st == GAZ_OK)
        st = look(&l, err);
    out->run.elapsed_us = gaz_now_us() - l.r.started_us;
    release(&l);
    return st;
}

gaz_status overlay_update(overlay *o, const overlay_scope *scope, overlay_result *out,
                          gaz_error *err)
{
    gaz_lock *lock = NULL;
    gaz_status st =
        scope->waits ? gaz_store_repo_lock(o->store, o->uid, 0, &lock, NULL) : GAZ_E_BUSY;
    if (st == GAZ_E_BUSY) {
        if (scope->waits)
            scope->waits(scope->ctx);
        st = gaz_store_repo_lock(o->store, o->uid, LOCK_WAIT_MS, &lock, err);
    } else if (st != GAZ_OK) {
        st = gaz_error_set(err, st, "cannot lock the repository");
    }
    bool again = st == GAZ_OK;
    for (int tries = 0; again; tries++) {
        st = attempt(o, scope, out, err);
        again = st == GAZ_E_BUSY && tries + 1 < TRIES;
        if (again)
            gaz_error_clear(err);
    }
    gaz_lock_close(lock);
    return st;
}

gaz_status overlay_remove(gaz_store *store, const char *repo, gaz_error *err)
{
    gaz_repo_row row;
    gaz_lock *lock = NULL;
    gaz_ref_key key = {GAZ_REF_TREE, GAZ_TREE_REF};
    gaz_status st = gaz_store_repo_get(store, repo, &row, err);
    if (st != GAZ_OK)
        return st;
    gaz_publication pub = {
        .repo = row.id, .pool = row.pool, .refs_removed = &key, .refs_removed_count = 1};
    st = gaz_store_repo_lock(store, row.uid, LOCK_WAIT_MS, &lock, err);
    if (st == GAZ_OK)
        st = gaz_store_publish(store, &pub, NULL, err);
    gaz_lock_close(lock);
    gaz_repo_row_release(&row);
    return st;
}

/* Whether nothing lies any more where the work tree was. Other things may be missing, too: git's
 * directory, a file of the index; they may come back, and the overlay stays as it was. */
static bool is_gone(gaz_store *store, const char *repo)
{
    gaz_repo_row row;
    struct stat info;
    if (gaz_store_repo_get(store, repo, &row, NULL) != GAZ_OK)
        return false;
    bool gone = gaz_repo_row_has_tree(&row) && stat(row.source, &info) != 0 &&
                (errno == ENOENT || errno == ENOTDIR);
    gaz_repo_row_release(&row);
    return gone;
}

static bool is_published(gaz_store *store, const char *repo)
{
    gaz_snapshot *s = NULL;
    bool is = false;
    gaz_status st = gaz_store_snapshot(store, &s, NULL);
    for (size_t i = 0; st == GAZ_OK && i < s->repo_count; i++)
        for (size_t k = 0; strcmp(s->repos[i].row.name, repo) == 0 && k < s->repos[i].ref_count;
             k++)
            is |= s->repos[i].refs[k].kind == GAZ_REF_TREE;
    gaz_snapshot_free(s);
    return is;
}

gaz_status overlay_index(gaz_store *store, const gaz_settings *settings,
                         const index_request *request, gaz_run_result *out, gaz_error *err)
{
    static const overlay_scope all;
    overlay o;
    overlay_result result = {0};
    gaz_error why = {0}, ignored = {0};
    gaz_status st = overlay_open(store, settings, request, &o, &why);
    if (st == GAZ_OK) {
        st = overlay_update(&o, &all, &result, &why);
        gaz_status saved = st == GAZ_OK ? overlay_save(&o, &ignored) : st;
        (void)saved; /* what is not remembered is read again */
        overlay_close(&o);
    }
    free(result.example);
    /* A work tree that is gone leaves nothing to be found. */
    if (st != GAZ_OK && is_gone(store, request->repo) && is_published(store, request->repo)) {
        gaz_status gone = overlay_remove(store, request->repo, &ignored);
        (void)gone;
    }
    if (st == GAZ_OK)
        *out = result.run;
    else if (err && err->status == GAZ_OK)
        *err = why;
    return st;
}
