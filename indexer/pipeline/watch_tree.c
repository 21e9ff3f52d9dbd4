/* Following a work tree. Events are gathered until it has been quiet for a few milliseconds, or for
 * a few dozen at most; then one look publishes what they name. A look takes its time, and the next
 * one waits as long again, so that a file written all the time takes half of a core at most. When
 * inotify loses events, or ignore files change, all of the tree is compared, which is always right.
 * Where a limit leaves directories unwatched, it is compared again and again, and requests look for
 * themselves: the tree is called live only while nothing can escape. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "overlay.h"
#include "symbols_run.h"
#include "watch_dirs.h"

#define QUIET_MS 4
#define GATHER_MS 40           /* at most, from the first event on */
#define REST_MAX_US 2000000    /* between looks */
#define TICK_MS 1000           /* between looks at the catalogue */
#define COMPARE_MIN_US 2000000 /* between comparisons where not all is watched */
#define COMPARE_FACTOR 20      /* of what one takes */
#define SAVE_US 30000000       /* between savings of what was read */
#define HEAD_AGAIN_US 1000000  /* before branches that failed are tried again, then twice that */
#define HEAD_AGAIN_MAX_US 60000000
#define FAILURES_MAX 5 /* in a row */

static volatile sig_atomic_t told_to_stop;

typedef struct watcher {
    gaz_store *store;
    const index_request *request;
    overlay o;
    gaz_settings settings; /* read again, once `reread` */
    bool reread;
    watch_dirs dirs;
    watch_changes changes;
    gaz_lock *live;
    gaz_oid head;
    uint64_t generation;
    int64_t rest_until, compare_at, save_at, tick_at;
    int64_t head_at, head_wait_us; /* when branches that failed are tried again; 0: they did not */
    unsigned failures;
    bool ready;
    bool symbols_due; /* something was published since symbols were last brought up to date */
    char noted[sizeof(gaz_error)]; /* the last note, so that it is said once */
} watcher;

static void on_term(int number)
{
    (void)number;
    told_to_stop = 1;
}

static void say(const watcher *w, const watch_report *report)
{
    if (w->request->watched)
        w->request->watched(report);
}

static void note(watcher *w, const char *text)
{
    if (strncmp(w->noted, text, sizeof w->noted - 1) == 0)
        return;
    snprintf(w->noted, sizeof w->noted, "%s", text);
    watch_report report = {.event = GAZ_WATCH_NOTE, .text = text};
    say(w, &report);
}

/* ---- what is watched ---- */

static gaz_status enter(void *ctx, const char *path, gaz_error *err)
{
    watcher *w = ctx;
    return watch_dirs_add(&w->dirs, w->o.wt, path, err);
}

static gaz_status watch_parent(watcher *w, const char *dir, const char *name, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&path, dir, name, err);
    char *slash = st == GAZ_OK ? strrchr(path.data, '/') : NULL;
    if (slash) {
        *slash = '\0';
        st = watch_dirs_add_git(&w->dirs, path.data, err);
    }
    gaz_strbuf_release(&path);
    return st;
}

/* HEAD and the index, packed references, the reference HEAD names, and info/exclude. */
static gaz_status watch_git(watcher *w, const gaz_repo *repo, const char *ref, gaz_error *err)
{
    const char *common = gaz_repo_common_dir(repo);
    gaz_status st = watch_dirs_add_git(&w->dirs, gaz_repo_git_dir(repo), err);
    if (st == GAZ_OK)
        st = watch_dirs_add_git(&w->dirs, common, err);
    if (st == GAZ_OK)
        st = watch_parent(w, common, "info/exclude", err);
    return st == GAZ_OK ? watch_parent(w, common, ref, err) : st;
}

/* Where HEAD is; its reference is watched before it is read. A repository that cannot be read now
 * is as it was: the run tells. */
static gaz_status find_head(watcher *w, gaz_oid *out, gaz_error *err)
{
    gaz_repo_row row;
    gaz_repo *repo = NULL;
    gaz_strbuf name = GAZ_STRBUF_INIT;
    bool exists = false;
    gaz_status st = gaz_store_repo_get(w->store, w->request->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    gaz_error why = {0};
    st = gaz_repo_open(row.git_dir, &repo, &why);
    if (st == GAZ_OK)
        st = gaz_repo_head_target(repo, &name, &exists, &why);
    if (st == GAZ_OK)
        st = watch_git(w, repo, name.data, &why);
    gaz_strbuf_reset(&name);
    if (st == GAZ_OK && gaz_repo_head(repo, &name, out, &why) != GAZ_OK)
        *out = (gaz_oid){{0}};
    gaz_strbuf_release(&name);
    gaz_repo_close(repo);
    gaz_repo_row_release(&row);
    if (st != GAZ_OK)
        note(w, why.message);
    return GAZ_OK;
}

/* The tree is live while all of it is watched and published. */
static gaz_status set_live(watcher *w, bool live, gaz_error *err)
{
    if (!live) {
        gaz_lock_close(w->live);
        w->live = NULL;
        return GAZ_OK;
    }
    return w->live ? GAZ_OK : gaz_store_live_lock(w->store, w->o.uid, &w->live, err);
}

/* An index run may take long; until it has ended nothing is published. */
static void waits(void *ctx)
{
    watcher *w = ctx;
    gaz_error ignored = {0};
    gaz_status st = set_live(w, false, &ignored);
    (void)st; /* closing a lock does not fail */
}

/* ---- looks ---- */

static gaz_status add_tracked(void *ctx, const char *path, gaz_error *err)
{
    watcher *w = ctx;
    size_t len = strlen(path);
    bool sparse = len && path[len - 1] == '/'; /* a directory of a sparse index */
    char *dir = sparse ? strndup(path, len - 1) : NULL;
    if (sparse && !dir)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to watch a work tree");
    gaz_status st = watch_changes_add(&w->changes, sparse ? dir : path, err);
    free(dir);
    return st;
}

static gaz_status take_index(watcher *w, gaz_error *err)
{
    bool usable = true;
    w->changes.index = false;
    gaz_status st = gaz_worktree_reload(w->o.wt, add_tracked, w, &usable, err);
    w->changes.all |= !usable;
    return st;
}

/* A new commit: the branches first, so that what the tree is compared with is at hand. The tree is
 * published whatever becomes of them, and they are tried again until they succeed. */
static gaz_status take_head(watcher *w, gaz_error *err)
{
    gaz_oid now = w->head;
    gaz_run_result result;
    index_request branches = *w->request;
    w->changes.head = false;
    gaz_status st = find_head(w, &now, err);
    if (st != GAZ_OK)
        return st;
    if (gaz_oid_compare(&now, &w->head) == 0) {
        w->head_at = w->head_wait_us = 0;
        return GAZ_DONE;
    }
    branches.report = NULL;
    branches.text_only = true; /* symbols follow when the tree is quiet */
    gaz_error why = {0};
    if (index_run(w->store, w->o.settings, &branches, &result, &why) == GAZ_OK) {
        w->head = now;
        w->head_at = w->head_wait_us = 0;
        return GAZ_OK;
    }
    note(w, why.message);
    w->head_wait_us = w->head_wait_us ? w->head_wait_us * 2 : HEAD_AGAIN_US;
    if (w->head_wait_us > HEAD_AGAIN_MAX_US)
        w->head_wait_us = HEAD_AGAIN_MAX_US;
    w->head_at = gaz_now_us() + w->head_wait_us;
    return GAZ_OK;
}

static void tell(watcher *w, const overlay_result *r)
{
    watch_report report = {.event = w->ready ? GAZ_WATCH_PUBLISHED : GAZ_WATCH_READY,
                           .run = &r->run,
                           .added = r->added,
                           .changed = r->changed,
                           .removed = r->removed,
                           .directories = w->dirs.count,
                           .text = r->example};
    if (w->ready && !r->run.changed)
        return;
    say(w, &report);
    w->ready = true;
}

static gaz_status publish(watcher *w, bool all, gaz_error *err)
{
    overlay_scope scope = {.enter = enter, .waits = waits, .ctx = w};
    overlay_result result = {0};
    static const char *const nothing[] = {NULL};
    if (all)
        w->dirs.full = w->dirs.fd < 0; /* perhaps there is room now */
    scope.paths = all                    ? NULL
                  : w->changes.paths.len ? (const char *const *)w->changes.paths.items
                                         : nothing;
    scope.count = all ? 0 : w->changes.paths.len;
    gaz_status st = overlay_update(&w->o, &scope, &result, err);
    if (st == GAZ_OK) {
        w->generation = result.run.generation;
        w->symbols_due |= result.run.changed || !w->ready;
        tell(w, &result);
    }
    free(result.example);
    return st;
}

static void rest(watcher *w, int64_t began, bool all)
{
    int64_t took = gaz_now_us() - began;
    w->rest_until = gaz_now_us() + (took < REST_MAX_US ? took : REST_MAX_US);
    if (all)
        w->compare_at =
            gaz_now_us() +
            (took * COMPARE_FACTOR > COMPARE_MIN_US ? took * COMPARE_FACTOR : COMPARE_MIN_US);
}

/* Publishes what the changes name. What fails is tried again, as a whole. */
static gaz_status look(watcher *w, gaz_error *err)
{
    int64_t began = gaz_now_us();
    gaz_status st = GAZ_OK;
    bool moved = false;
    if (w->changes.head) { /* the branches may take long */
        st = set_live(w, false, err);
        st = st == GAZ_OK ? take_head(w, err) : st;
        moved = st == GAZ_OK;
        st = st == GAZ_DONE ? GAZ_OK : st;
    }
    if (st == GAZ_OK && w->changes.index && !w->changes.all)
        st = take_index(w, err);
    watch_changes_settle(&w->changes);
    bool all = w->changes.all;
    if (st == GAZ_OK && all)
        st = set_live(w, false, err);
    if (st == GAZ_OK && (all || moved || w->changes.paths.len))
        st = publish(w, all, err);
    watch_changes_reset(&w->changes);
    if (st == GAZ_OK)
        st = set_live(w, !w->dirs.full, err);
    if (st == GAZ_OK && w->dirs.full)
        note(w, w->dirs.limit_note);
    rest(w, began, all);
    return st;
}

/* ---- the loop ---- */

/* @return whether there is something to read; a signal ends it */
static bool wait_for(const watcher *w, int64_t ms, const sigset_t *mask)
{
    struct pollfd p = {.fd = w->dirs.fd, .events = POLLIN};
    struct timespec time = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    return ppoll(&p, 1, &time, mask) > 0;
}

/* Until it has been quiet for a while, or long enough. */
static gaz_status gather(watcher *w, const sigset_t *mask, gaz_error *err)
{
    bool seen = false;
    gaz_status st = watch_dirs_read(&w->dirs, w->o.wt, &w->changes, &seen, err);
    int64_t deadline = gaz_deadline(GATHER_MS);
    while (st == GAZ_OK && watch_changes_any(&w->changes) && !told_to_stop) {
        int64_t now = gaz_now_us();
        int64_t left = w->rest_until > now ? w->rest_until - now : 0;
        if (left < QUIET_MS * 1000 && gaz_expired(deadline))
            break;
        int64_t ms = left > QUIET_MS * 1000 ? left / 1000 : QUIET_MS;
        if (!wait_for(w, ms, mask) && gaz_now_us() >= w->rest_until)
            break;
        st = watch_dirs_read(&w->dirs, w->o.wt, &w->changes, &seen, err);
    }
    return st;
}

/* When somebody dropped the overlay, other exclusions may be the reason. Settings that cannot be
 * read leave those there are. */
static void read_settings(watcher *w)
{
    gaz_settings fresh = {0};
    gaz_error ignored = {0};
    if (gaz_settings_load(gaz_store_home(w->store), &fresh, &ignored) != GAZ_OK) {
        gaz_settings_release(&fresh);
        return;
    }
    if (w->reread)
        gaz_settings_release(&w->settings);
    w->settings = fresh;
    w->reread = true;
    w->o.settings = &w->settings;
}

/* Whether what was published is still so: the repository may be removed, its refs dropped by a
 * repair or by other rules, its work tree looked at by somebody else. */
static gaz_status check_catalogue(watcher *w, gaz_error *err)
{
    uint64_t generation = 0;
    gaz_snapshot *s = NULL;
    bool ours = false, there = false;
    gaz_status st = gaz_store_generation(w->store, &generation, err);
    if (st != GAZ_OK || generation == w->generation)
        return st;
    st = gaz_store_snapshot(w->store, &s, err);
    for (size_t i = 0; st == GAZ_OK && i < s->repo_count; i++) {
        const gaz_snapshot_repo *repo = &s->repos[i];
        if (strcmp(repo->row.uid, w->o.uid) != 0)
            continue;
        there = true;
        for (size_t k = 0; k < repo->ref_count; k++)
            ours |= repo->refs[k].kind == GAZ_REF_TREE &&
                    strcmp(repo->refs[k].manifest, w->o.manifest) == 0;
    }
    gaz_snapshot_free(s);
    if (st == GAZ_OK && !there)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "repository %s was removed", w->request->repo);
    w->generation = generation;
    w->changes.all |= !ours;
    if (st == GAZ_OK && !ours)
        read_settings(w);
    return st;
}

static gaz_status tick(watcher *w, gaz_error *err)
{
    if (!gaz_worktree_is_there(w->o.wt))
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "the work tree of %s is gone", w->request->repo);
    gaz_status st = check_catalogue(w, err);
    w->tick_at = gaz_now_us() + TICK_MS * 1000;
    if (w->dirs.full && gaz_now_us() >= w->compare_at)
        w->changes.all = true;
    w->changes.head |= w->head_at && gaz_now_us() >= w->head_at;
    if (st == GAZ_OK && gaz_now_us() >= w->save_at) {
        gaz_error ignored = {0};
        gaz_status saved = overlay_save(&w->o, &ignored);
        (void)saved; /* what is not remembered is read again */
        w->save_at = gaz_now_us() + SAVE_US;
    }
    return st;
}

/* Whether there is something more urgent than symbols. */
static bool has_news(void *ctx)
{
    const watcher *w = ctx;
    sigset_t pending;
    struct pollfd p = {.fd = w->dirs.fd, .events = POLLIN};
    bool ends = sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
    return ends || told_to_stop || poll(&p, 1, 0) > 0;
}

/* Symbols follow once it is quiet; what is saved meanwhile comes first. */
static void follow_symbols(watcher *w)
{
    index_request request = *w->request;
    symbols_result result;
    gaz_error why = {0};
    request.yield = has_news;
    request.yield_ctx = w;
    request.report = NULL;
    w->symbols_due = false;
    if (symbols_update(w->store, w->o.settings, &request, &result, &why) != GAZ_OK)
        note(w, why.message);
    w->symbols_due = has_news(w);
}

static gaz_status run(watcher *w, const sigset_t *mask, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    w->changes.all = true;
    while (!told_to_stop) {
        gaz_error_clear(err);
        st = watch_changes_any(&w->changes) ? look(w, err) : GAZ_OK;
        w->failures = st == GAZ_OK ? 0 : w->failures + 1;
        if (w->failures > FAILURES_MAX)
            return st;
        if (st != GAZ_OK) {
            gaz_error gone = {0};
            if (st == GAZ_E_NOT_FOUND && tick(w, &gone) == GAZ_E_NOT_FOUND)
                return st;
            note(w, err->message);
            watch_changes_reset(&w->changes);
            w->changes.all = w->changes.head = true;
            gaz_error ignored = {0};
            gaz_status closed = set_live(w, false, &ignored); /* what failed is not published */
            (void)closed;
            wait_for(w, TICK_MS, mask);
            continue;
        }
        if (w->symbols_due && !has_news(w))
            follow_symbols(w);
        bool some = wait_for(w, TICK_MS, mask);
        st = some ? gather(w, mask, err) : tick(w, err);
        if (st == GAZ_OK && some && (w->changes.gone || gaz_now_us() >= w->tick_at))
            st = tick(w, err); /* also while there is always something to read */
        if (st != GAZ_OK)
            return st;
        w->changes.gone = false;
    }
    return GAZ_OK;
}

/* ---- beginning and end ---- */

static gaz_status begin(watcher *w, gaz_error *err)
{
    gaz_run_result result;
    index_request branches = *w->request;
    gaz_repo_row row;
    gaz_status st = gaz_store_repo_get(w->store, w->request->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    bool fresh = !row.pool && gaz_repo_row_has_tree(&row);
    gaz_repo_row_release(&row);
    branches.text_only = true;
    if (fresh)
        st = index_run(w->store, w->o.settings, &branches, &result, err);
    const gaz_settings *settings = w->o.settings;
    if (st == GAZ_OK)
        st = overlay_open(w->store, settings, w->request, &w->o, err);
    if (st == GAZ_OK)
        watch_dirs_open(&w->dirs, (size_t)settings->watch_directories);
    w->changes.head = true;
    return st;
}

/* What is known of the files is kept; an overlay whose tree is gone is not. */
static void end(watcher *w)
{
    gaz_error ignored = {0};
    gaz_status st = GAZ_OK;
    gaz_lock_close(w->live);
    w->live = NULL;
    if (w->o.wt && gaz_worktree_is_there(w->o.wt))
        st = overlay_save(&w->o, &ignored);
    else if (w->o.wt)
        st = overlay_remove(w->store, w->request->repo, &ignored);
    if (st != GAZ_OK)
        note(w, ignored.message);
}

gaz_status watch_tree(gaz_store *store, const gaz_settings *settings, const index_request *request,
                      gaz_error *err)
{
    struct sigaction action = {.sa_handler = on_term};
    sigset_t term, mask;
    gaz_lock *only = NULL;
    gaz_repo_row row;
    watcher w = {
        .store = store, .request = request, .o = {.settings = settings}, .dirs = {.fd = -1}};
    watch_changes_init(&w.changes);
    overlay_cache_init(&w.o.cache);
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    sigprocmask(SIG_BLOCK, &term, &mask);
    sigdelset(&mask, SIGTERM);
    sigaction(SIGTERM, &action, NULL);
    signal(SIGINT, SIG_IGN); /* of the terminal: whoever started this tells */
    gaz_status st = gaz_store_repo_get(store, request->repo, &row, err);
    if (st == GAZ_OK) {
        st = gaz_store_watch_lock(store, row.uid, &only, NULL);
        if (st == GAZ_E_BUSY)
            st = gaz_error_set(err, GAZ_E_BUSY, "the work tree of %s is watched already",
                               request->repo);
        gaz_repo_row_release(&row);
    }
    if (st == GAZ_OK)
        st = begin(&w, err);
    if (st == GAZ_OK)
        st = run(&w, &mask, err);
    end(&w);
    watch_changes_release(&w.changes);
    watch_dirs_close(&w.dirs);
    overlay_close(&w.o);
    if (w.reread)
        gaz_settings_release(&w.settings);
    gaz_lock_close(only);
    return st;
}
