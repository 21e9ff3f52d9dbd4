/* The engine: one current world, replaced whole when a newer generation is published; requests hold
 * the one they began with. Older worlds stay for a while for the cursors that name them. */
#include "engine_private.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/near.h"
#include "scope.h"

#define LOOKS_MAX 3         /* for one question: see bring_in() */
#define HEADS "refs/heads/" /* before a branch's name, also one that looks like an object id */
#define PREFIX_MIN 7 /* digits of an abbreviated id that is looked for among indexed commits */

gaz_status gaz_engine_new(gaz_store *store, const gaz_settings *settings, gaz_engine **out,
                          gaz_error *err)
{
    gaz_engine *e = calloc(1, sizeof *e);
    if (!e)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the search engine");
    e->store = store;
    e->settings = settings;
    pthread_mutex_init(&e->lock, NULL);
    pthread_mutex_init(&e->refresh, NULL);
    gaz_status st = gaz_block_cache_new((size_t)settings->cache_bytes, &e->cache, err);
    if (st == GAZ_OK)
        st = pattern_cache_new(PATTERN_CACHE_BYTES, &e->patterns, err);
    if (st == GAZ_OK)
        st = gaz_pool_new((unsigned)settings->threads, 1024, &e->pool, err);
    if (st == GAZ_OK)
        st = revisions_new(&e->revisions, err);
    if (st == GAZ_OK)
        st = commit_cache_new(&e->commits, err);
    if (st != GAZ_OK) {
        gaz_engine_free(e);
        return st;
    }
    *out = e;
    return GAZ_OK;
}

void gaz_engine_free(gaz_engine *e)
{
    if (!e)
        return;
    gaz_pool_free(e->pool);
    world_unref(e->current);
    for (unsigned i = 0; i < WORLDS_KEPT; i++)
        world_unref(e->older[i]);
    gaz_block_cache_free(e->cache);
    pattern_cache_free(e->patterns);
    revisions_free(e->revisions);
    commit_cache_free(e->commits);
    pthread_mutex_destroy(&e->lock);
    pthread_mutex_destroy(&e->refresh);
    free(e);
}

void gaz_engine_set_revision_fetch(gaz_engine *e, gaz_revision_fetch fetch, void *ctx)
{
    e->fetch = fetch;
    e->fetch_ctx = ctx;
}

void gaz_engine_set_tree_matcher(gaz_engine *e, gaz_tree_matcher match, void *ctx)
{
    e->match_tree = match;
    e->match_tree_ctx = ctx;
}

world *engine_world(gaz_engine *e)
{
    pthread_mutex_lock(&e->lock);
    world *w = e->current ? world_ref(e->current) : NULL;
    pthread_mutex_unlock(&e->lock);
    return w;
}

world *engine_world_at(gaz_engine *e, uint64_t generation)
{
    world *found = NULL;
    pthread_mutex_lock(&e->lock);
    if (e->current && e->current->snapshot->generation == generation)
        found = world_ref(e->current);
    for (unsigned i = 0; i < WORLDS_KEPT && !found; i++)
        if (e->older[i] && e->older[i]->snapshot->generation == generation)
            found = world_ref(e->older[i]);
    if (found)
        found->last_used_us = gaz_now_us();
    pthread_mutex_unlock(&e->lock);
    return found;
}

/* Under the lock. A place for one more: an expired world's, else the least recently used one's. */
static unsigned place_for_old(gaz_engine *e)
{
    unsigned best = 0;
    int64_t expired = gaz_now_us() - e->settings->cursor_ttl_ms * 1000;
    for (unsigned i = 0; i < WORLDS_KEPT; i++)
        if (e->older[i] && e->older[i]->last_used_us < expired) {
            world_unref(e->older[i]);
            e->older[i] = NULL;
        }
    for (unsigned i = 0; i < WORLDS_KEPT; i++) {
        if (!e->older[i])
            return i;
        if (e->older[i]->last_used_us < e->older[best]->last_used_us)
            best = i;
    }
    return best;
}

void engine_keep(gaz_engine *e, world *w)
{
    pthread_mutex_lock(&e->lock);
    bool known = false;
    for (unsigned i = 0; i < WORLDS_KEPT; i++)
        known |= e->older[i] == w;
    w->last_used_us = gaz_now_us();
    if (!known) {
        unsigned at = place_for_old(e);
        world_unref(e->older[at]);
        e->older[at] = world_ref(w);
    }
    pthread_mutex_unlock(&e->lock);
}

/* Whether it is time to try again to open what the system refused. */
static bool retry_due(gaz_engine *e, bool begin)
{
    int64_t now = gaz_now_us();
    pthread_mutex_lock(&e->lock);
    bool due = e->current && e->current->unavailable &&
               (!e->retried_us || now - e->retried_us >= SEGMENT_RETRY_US);
    if (due && begin)
        e->retried_us = now;
    pthread_mutex_unlock(&e->lock);
    return due;
}

gaz_status gaz_engine_refresh(gaz_engine *e, gaz_error *err)
{
    uint64_t newest = 0;
    gaz_status st = gaz_store_generation(e->store, &newest, err);
    if (st != GAZ_OK)
        return st;
    pthread_mutex_lock(&e->lock);
    bool fresh = e->current && e->current->snapshot->generation == newest;
    pthread_mutex_unlock(&e->lock);
    if (fresh && !retry_due(e, false))
        return GAZ_OK;
    pthread_mutex_lock(&e->refresh);
    world *old = engine_world(e), *w = NULL;
    if (!old || old->snapshot->generation < newest) {
        st = world_open(e->store, old, &w, err);
    } else if (retry_due(e, true)) {
        gaz_status again = world_open(e->store, old, &w, NULL);
        (void)again; /* answers go on as they were */
    }
    if (st == GAZ_OK && w) {
        pthread_mutex_lock(&e->lock);
        world *was = e->current;
        e->current = w;
        pthread_mutex_unlock(&e->lock);
        world_unref(was);
    }
    world_unref(old);
    pthread_mutex_unlock(&e->refresh);
    return st;
}

gaz_status engine_enter(gaz_engine *e, world **out, gaz_error *err)
{
    gaz_status st = gaz_engine_refresh(e, err);
    world *w = st == GAZ_OK ? engine_world(e) : NULL;
    if (st == GAZ_OK && !w)
        return gaz_error_set(err, GAZ_E_INTERNAL, "the search engine has no generation open");
    if (w)
        *out = w;
    return st;
}

/* ---- finding refs ---- */

gaz_status engine_no_repo(const world *w, const char *name, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no repository '%.200s'", name);
    gaz_near near;
    gaz_near_init(&near, name, strlen(name));
    for (size_t i = 0; i < w->snapshot->repo_count; i++)
        gaz_near_offer(&near, w->snapshot->repos[i].row.name);
    gaz_near_hint(&near, err, "", "");
    gaz_error_hint(err, "`gaz repos list` names those there are");
    return GAZ_E_NOT_FOUND;
}

gaz_status engine_find_repo(const world *w, const char *name, const gaz_snapshot_repo **out,
                            gaz_error *err)
{
    if (!name && w->snapshot->repo_count != 1) {
        gaz_error_set(err, GAZ_E_INVALID, "which repository? There are %zu",
                      w->snapshot->repo_count);
        gaz_error_hint(err, "name it with `repo`");
        return GAZ_E_INVALID;
    }
    const gaz_snapshot_repo *repo = name ? world_repo(w, name) : &w->snapshot->repos[0];
    if (!repo)
        return engine_no_repo(w, name, err);
    *out = repo;
    return GAZ_OK;
}

gaz_status gaz_engine_commits(gaz_engine *e, const char *name, gaz_commit_texts **out,
                              gaz_error *err)
{
    world *w = NULL;
    const gaz_snapshot_repo *repo = NULL;
    gaz_status st = engine_enter(e, &w, err);
    if (st == GAZ_OK)
        st = engine_find_repo(w, name, &repo, err);
    if (st == GAZ_OK)
        st = commit_cache_get(e->commits, e->store, w->snapshot, &repo->row, out, err);
    world_unref(w);
    return st;
}

/* A full object id, as git has it: 40 hexadecimal digits are never looked for among names. */
static bool is_object_id(const char *rev, gaz_oid *out)
{
    return strlen(rev) == GAZ_OID_HEX - 1 && gaz_oid_parse(rev, out, NULL) == GAZ_OK;
}

static const gaz_ref_row *ref_at(const gaz_snapshot_repo *repo, const gaz_oid *commit)
{
    for (size_t i = 0; repo && i < repo->ref_count; i++)
        if (repo->refs[i].kind != GAZ_REF_TREE &&
            gaz_oid_compare(&repo->refs[i].commit, commit) == 0)
            return &repo->refs[i];
    return NULL;
}

/* The one indexed commit whose id begins so; NULL when there is none, or more than one. */
static const gaz_ref_row *ref_at_prefix(const gaz_snapshot_repo *repo, const char *rev)
{
    const gaz_ref_row *found = NULL;
    size_t len = strlen(rev);
    for (size_t i = 0; len >= PREFIX_MIN && len < GAZ_OID_HEX && i < repo->ref_count; i++) {
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&repo->refs[i].commit, hex);
        if (repo->refs[i].kind == GAZ_REF_TREE || strncasecmp(rev, hex, len) != 0)
            continue;
        if (found && gaz_oid_compare(&found->commit, &repo->refs[i].commit) != 0)
            return NULL;
        found = found ? found : &repo->refs[i];
    }
    return found;
}

/* What can be said without the repository itself. */
static const gaz_ref_row *match_ref(const gaz_snapshot_repo *repo, const char *rev)
{
    const gaz_ref_row *head = NULL, *first = NULL;
    gaz_oid id;
    if (rev && is_object_id(rev, &id))
        return ref_at(repo, &id);
    bool full = rev && strncmp(rev, HEADS, strlen(HEADS)) == 0;
    const char *name = full ? rev + strlen(HEADS) : rev;
    for (size_t i = 0; i < repo->ref_count; i++) {
        const gaz_ref_row *ref = &repo->refs[i];
        if (ref->kind != GAZ_REF_BRANCH)
            continue;
        head = ref->head ? ref : head;
        first = first ? first : ref;
        if (name && strcmp(ref->name, name) == 0)
            return ref;
    }
    if (!rev || strcmp(rev, "HEAD") == 0)
        return head ? head : rev ? NULL : first;
    return ref_at_prefix(repo, rev);
}

/* Revisions that are asked for stay; the least recently used ones are dropped first. */
static void note_use(gaz_engine *e, const gaz_snapshot_repo *repo, const gaz_ref_row *ref)
{
    gaz_error ignored = {0};
    if (!ref || ref->kind != GAZ_REF_REVISION)
        return;
    gaz_status touched = gaz_store_revision_touch(e->store, repo->row.id, &ref->commit, &ignored);
    (void)touched;
}

/* Takes up what an index run published. The repository may be gone then. */
static gaz_status enter_newer(gaz_engine *e, world **w, const char *name,
                              const gaz_snapshot_repo **repo, gaz_error *err)
{
    world *newer = NULL;
    gaz_status st = engine_enter(e, &newer, err);
    if (st != GAZ_OK)
        return st;
    world_unref(*w);
    *w = newer;
    *repo = world_repo(newer, name);
    if (*repo)
        return GAZ_OK;
    gaz_status gone = engine_no_repo(newer, name, err);
    (void)gone;
    return GAZ_E_NOT_FOUND;
}

/* A remembered commit may have left the index, a run's may have been dropped at once to make room,
 * and a run that another process did does not say what it found: then it is looked up anew. */
static gaz_status bring_in(gaz_engine *e, world **w, const char *name, const char *rev,
                           int64_t deadline_us, const gaz_snapshot_repo **repo,
                           const gaz_ref_row **ref, gaz_error *err)
{
    revision_question q = {.repo = name,
                           .rev = rev,
                           .asked_us = gaz_now_us(),
                           .deadline_us = deadline_us,
                           .look = e->fetch,
                           .ctx = e->fetch_ctx};
    char uid[sizeof(*repo)->row.uid];
    for (int looks = 0; !*ref && looks < LOOKS_MAX; looks++) {
        gaz_oid commit = {{0}};
        memcpy(uid, (*repo)->row.uid, sizeof uid);
        q.uid = uid;
        q.generation = (*repo)->generation;
        q.anew = looks > 0;
        gaz_status st = revisions_resolve(e->revisions, &q, &commit, err);
        if (st != GAZ_OK)
            return st;
        *ref = ref_at(*repo, &commit);
        if (!*ref)
            st = enter_newer(e, w, name, repo, err);
        if (st != GAZ_OK)
            return st;
        *ref = *ref ? *ref : ref_at(*repo, &commit);
    }
    return *ref ? GAZ_OK
                : gaz_error_set(err, GAZ_E_NOT_FOUND, "revision '%.200s' of %s is not indexed", rev,
                                name);
}

/* ---- work trees ---- */

static const gaz_ref_row *tree_of(const gaz_snapshot_repo *repo)
{
    for (size_t i = repo->ref_count; i-- > 0;) /* after branches and revisions */
        if (repo->refs[i].kind == GAZ_REF_TREE)
            return &repo->refs[i];
    return NULL;
}

/* What a watcher keeps up to date is answered from; otherwise somebody looks, after it was asked.
 */
static gaz_status find_tree(gaz_engine *e, world **w, const char *name, bool fetch,
                            int64_t deadline_us, const gaz_snapshot_repo **repo,
                            const gaz_ref_row **ref, gaz_error *err)
{
    char uid[sizeof(*repo)->row.uid];
    gaz_oid head = {{0}};
    revision_question q = {.uid = uid,
                           .repo = name,
                           .rev = GAZ_TREE_REF,
                           .generation = (*repo)->generation,
                           .asked_us = gaz_now_us(),
                           .deadline_us = deadline_us,
                           .now = true,
                           .look = e->fetch,
                           .ctx = e->fetch_ctx};
    memcpy(uid, (*repo)->row.uid, sizeof uid);
    *ref = tree_of(*repo);
    gaz_status st = GAZ_OK;
    if (fetch && e->fetch) {
        bool live = *ref && gaz_store_is_live(e->store, uid);
        *ref = NULL;
        if (!live)
            st = revisions_resolve(e->revisions, &q, &head, err);
        if (st == GAZ_OK) /* also when it is live: that is said of what is published by now */
            st = enter_newer(e, w, name, repo, err);
        if (st == GAZ_OK)
            *ref = tree_of(*repo);
    }
    if (st == GAZ_OK && !*ref)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "the work tree of %s is not indexed", name);
    return st;
}

/* What else could have been meant by "worktree". */
static void explain_no_tree(const gaz_snapshot_repo *repo, gaz_error *err)
{
    gaz_error_clear(err);
    gaz_status st = gaz_error_set(
        err, GAZ_E_NOT_FOUND,
        "repository %s has no work tree, being %s, and no branch or tag named " GAZ_TREE_REF,
        repo->row.name, repo->row.cloned ? "a clone" : "bare");
    (void)st;
    gaz_error_hint(err, "a work tree is a directory that holds .git, on the server's machine: "
                        "gaz add PATH");
}

gaz_status engine_find_ref(gaz_engine *e, world **w, const char *name, const char *rev, bool fetch,
                           int64_t deadline_us, const gaz_snapshot_repo **out_repo,
                           const gaz_ref_row **ref, gaz_error *err)
{
    const gaz_snapshot_repo *repo = world_repo(*w, name);
    gaz_status st = GAZ_OK;
    if (!repo)
        return engine_no_repo(*w, name, err);
    bool tree = rev && strcmp(rev, GAZ_TREE_REF) == 0;
    if (tree && gaz_repo_row_has_tree(&repo->row)) {
        st = find_tree(e, w, name, fetch, deadline_us, &repo, ref, err);
        *out_repo = repo;
        return st;
    }
    *ref = match_ref(repo, rev);
    if (!*ref && rev && (strcmp(rev, "HEAD") != 0 || repo->ref_count)) {
        if (fetch && e->fetch)
            st = bring_in(e, w, name, rev, deadline_us, &repo, ref, err);
        else
            st = gaz_error_set(err, GAZ_E_NOT_FOUND,
                               "repository %s has no indexed revision '%.200s'", name, rev);
    }
    if (st == GAZ_E_NOT_FOUND && tree)
        explain_no_tree(world_repo(*w, name) ? world_repo(*w, name) : repo, err);
    if (st != GAZ_OK)
        return st;
    *out_repo = repo;
    note_use(e, repo, *ref);
    return GAZ_OK;
}

/* A branch named as the work tree is has its full name for itself. */
static bool is_hidden(const gaz_snapshot_repo *repo, const gaz_ref_row *ref)
{
    return ref->kind == GAZ_REF_BRANCH && strcmp(ref->name, GAZ_TREE_REF) == 0 && tree_of(repo);
}

gaz_status gaz_engine_branches(gaz_engine *e, const char *name, gaz_branch_visit visit, void *ctx,
                               gaz_error *err)
{
    world *w = NULL;
    gaz_status st = engine_enter(e, &w, err);
    const gaz_snapshot_repo *repo = st == GAZ_OK ? world_repo(w, name) : NULL;
    if (st == GAZ_OK && !repo)
        st = engine_no_repo(w, name, err);
    for (size_t i = 0; st == GAZ_OK && repo && i < repo->ref_count; i++)
        if (repo->refs[i].kind != GAZ_REF_REVISION && !is_hidden(repo, &repo->refs[i]))
            st = visit(ctx, repo->refs[i].name, repo->refs[i].head, err);
    world_unref(w);
    return st;
}

/* ---- figures ---- */

void gaz_engine_stats_get(gaz_engine *e, gaz_engine_stats *out)
{
    gaz_block_cache_stats cache;
    gaz_block_cache_stats_get(e->cache, &cache);
    *out = (gaz_engine_stats){.cache_used = cache.used,
                              .cache_max = cache.max,
                              .cache_hits = cache.hits,
                              .cache_misses = cache.misses};
    out->searches = atomic_load(&e->searches);
    world *w = engine_world(e);
    if (!w)
        return;
    out->generation = w->snapshot->generation;
    for (size_t p = 0; p < w->snapshot->pool_count; p++)
        for (size_t i = 0; i < w->pools[p].count; i++) {
            const gaz_segment *seg = w->pools[p].segments[i];
            out->segments++;
            out->documents += seg ? gaz_segment_docs(seg) : 0;
            out->text_bytes += seg ? gaz_segment_text_bytes(seg) : 0;
            out->index_bytes += seg ? gaz_segment_file_bytes(seg) : 0;
        }
    world_unref(w);
}

gaz_status gaz_engine_repo_stats(gaz_engine *e, const char *name, uint64_t *files,
                                 uint64_t *text_bytes, uint64_t *skipped, gaz_error *err)
{
    world *w = NULL;
    const gaz_snapshot_repo *repo = NULL;
    const gaz_ref_row *ref = NULL;
    view *v = NULL;
    gaz_status st = engine_enter(e, &w, err);
    if (st == GAZ_OK)
        st = engine_find_ref(e, &w, name, NULL, false, GAZ_NEVER, &repo, &ref, err);
    if (st == GAZ_OK && ref)
        st = world_view(w, e->store, repo, ref, &v, err);
    if (st == GAZ_OK) {
        *files = v ? v->text_files : 0;
        *text_bytes = v ? v->text_bytes : 0;
        *skipped = v ? v->skipped : 0;
    }
    world_unref(w);
    return st;
}
