/* The supervisor of a watcher. What the worker says is handed on; a worker that dies is started
 * again, at once or, when it goes on dying, later and later. Segments of single saves are merged
 * from time to time, in a process of its own as always. */
#include "watch_process.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gaz/base/clock.h"
#include "gaz/base/vec.h"

#define GRACE_MS 5000
#define MERGE_AFTER 8 /* publications */
#define RETRY_MS 1000
#define RETRY_MAX_MS 30000
#define SOUND_US ((int64_t)60 * 1000000) /* a worker that lived so long was well */

typedef struct follower {
    const watch_services *services;
    const gaz_watch *watch;
    unsigned published;
} follower;

static bool goes_on(const follower *f)
{
    return f->watch->go_on(f->watch->ctx) && !f->services->stopping(f->services->ctx);
}

static bool alive(void *ctx, const gaz_progress *progress)
{
    (void)progress;
    return goes_on(ctx);
}

static void take_line(void *ctx, const gaz_json *root)
{
    follower *f = ctx;
    const gaz_json *w = gaz_json_get(root, "watch");
    if (!w)
        return;
    const char *commit = gaz_json_text(gaz_json_get(w, "commit"), NULL);
    gaz_watch_line line = {
        .event = (gaz_watch_event)gaz_json_integer(gaz_json_get(w, "event"), GAZ_WATCH_NOTE),
        .added = (uint64_t)gaz_json_integer(gaz_json_get(w, "added"), 0),
        .changed = (uint64_t)gaz_json_integer(gaz_json_get(w, "changed"), 0),
        .removed = (uint64_t)gaz_json_integer(gaz_json_get(w, "removed"), 0),
        .directories = (uint64_t)gaz_json_integer(gaz_json_get(w, "directories"), 0),
        .text = gaz_json_text(gaz_json_get(w, "text"), NULL)};
    line.run.generation = (uint64_t)gaz_json_integer(gaz_json_get(w, "generation"), 0);
    line.run.files = (uint64_t)gaz_json_integer(gaz_json_get(w, "files"), 0);
    line.run.bytes = (uint64_t)gaz_json_integer(gaz_json_get(w, "bytes"), 0);
    line.run.elapsed_us = gaz_json_integer(gaz_json_get(w, "elapsed_us"), 0);
    line.run.changed = line.event == GAZ_WATCH_PUBLISHED;
    if (commit && gaz_oid_parse(commit, &line.run.commit, NULL) != GAZ_OK)
        memset(&line.run.commit, 0, sizeof line.run.commit);
    f->watch->said(f->watch->ctx, &line);
    if (line.event == GAZ_WATCH_PUBLISHED && ++f->published % MERGE_AFTER == 0)
        f->services->maintain(f->services->ctx);
}

/* What trying again does not change. */
static bool is_final(gaz_status st)
{
    return st == GAZ_E_BUSY || st == GAZ_E_UNSUPPORTED || st == GAZ_E_NOT_FOUND ||
           st == GAZ_E_INVALID || st == GAZ_E_CORRUPT;
}

static void nap(const follower *f, int64_t ms)
{
    const struct timespec step = {.tv_nsec = 50000000};
    for (int64_t until = gaz_deadline(ms); goes_on(f) && !gaz_expired(until);)
        nanosleep(&step, NULL);
}

gaz_status watch_follow(const watch_services *services, const gaz_watch *watch, gaz_error *err)
{
    follower f = {.services = services, .watch = watch};
    worker_call call = {.worker = services->worker,
                        .home = gaz_store_home(services->store),
                        .command = "watch",
                        .subject = watch->repo,
                        .store = services->store,
                        .log = services->log,
                        .alive = alive,
                        .line = take_line,
                        .ctx = &f,
                        .grace_ms = GRACE_MS};
    int64_t wait_ms = RETRY_MS;
    while (goes_on(&f)) {
        gaz_run_result result;
        gaz_error why = {0};
        int64_t began = gaz_now_us();
        gaz_status st = worker_run(&call, &result, &why);
        if (!goes_on(&f))
            break;
        if (is_final(st)) {
            if (err && err->status == GAZ_OK)
                *err = why;
            return st;
        }
        gaz_watch_line line = {.event = GAZ_WATCH_NOTE,
                               .text = st == GAZ_OK ? "the watcher ended by itself" : why.message};
        watch->said(watch->ctx, &line);
        wait_ms = gaz_now_us() - began > SOUND_US ? RETRY_MS : wait_ms;
        nap(&f, wait_ms);
        wait_ms = wait_ms * 2 < RETRY_MAX_MS ? wait_ms * 2 : RETRY_MAX_MS;
    }
    return GAZ_OK;
}

/* ---- a server's ---- */

#define KEEPER_TICK_MS 2000
#define WATCHERS_MAX 64
#define AGAIN_US ((int64_t)30 * 1000000) /* after one that ended */

/* One repository's watcher. */
typedef struct kept {
    struct watch_keeper *keeper;
    char uid[33];
    char *name;
    pthread_t thread;
    atomic_bool ended, dropped;
    bool running;
    int64_t again_at;
} kept;

struct watch_keeper {
    watch_services services;
    pthread_t thread;
    GAZ_VEC(kept *) watchers;
    bool told_of_limit;
};

static bool keeper_goes_on(void *ctx)
{
    kept *one = ctx;
    return !atomic_load(&one->dropped);
}

static void log_line(void *ctx, const gaz_watch_line *line)
{
    const kept *one = ctx;
    const gaz_log *log = one->keeper->services.log;
    if (line->event == GAZ_WATCH_NOTE)
        gaz_log_write(log, GAZ_LOG_WARN, "watch", "%s: %s", one->name, line->text);
    else
        gaz_log_write(log, line->event == GAZ_WATCH_READY ? GAZ_LOG_INFO : GAZ_LOG_DEBUG, "watch",
                      "%s: generation %llu, %llu added, %llu changed, %llu removed, %lld ms",
                      one->name, (unsigned long long)line->run.generation,
                      (unsigned long long)line->added, (unsigned long long)line->changed,
                      (unsigned long long)line->removed, (long long)(line->run.elapsed_us / 1000));
}

static void *watch_one(void *arg)
{
    kept *one = arg;
    gaz_watch watch = {.repo = one->name, .said = log_line, .go_on = keeper_goes_on, .ctx = one};
    gaz_error why = {0};
    gaz_status st = watch_follow(&one->keeper->services, &watch, &why);
    if (st != GAZ_OK && st != GAZ_E_BUSY)
        gaz_log_write(one->keeper->services.log, GAZ_LOG_WARN, "watch", "%s: %s", one->name,
                      why.message);
    atomic_store(&one->ended, true);
    return NULL;
}

static kept *find_kept(const watch_keeper *k, const char *uid)
{
    for (size_t i = 0; i < k->watchers.len; i++)
        if (strcmp(k->watchers.items[i]->uid, uid) == 0)
            return k->watchers.items[i];
    return NULL;
}

static kept *add_kept(watch_keeper *k, const gaz_repo_row *row)
{
    if (k->watchers.len >= WATCHERS_MAX) {
        if (!k->told_of_limit)
            gaz_log_write(k->services.log, GAZ_LOG_WARN, "watch",
                          "more than %d work trees: the others are looked at when they are asked "
                          "for",
                          WATCHERS_MAX);
        k->told_of_limit = true;
        return NULL;
    }
    kept *one = calloc(1, sizeof *one);
    if (one)
        one->name = strdup(row->name);
    if (!one || !one->name || !gaz_vec_push(&k->watchers, one)) {
        free(one ? one->name : NULL);
        free(one);
        return NULL;
    }
    one->keeper = k;
    memcpy(one->uid, row->uid, sizeof one->uid);
    return one;
}

static void start(kept *one)
{
    atomic_store(&one->ended, false);
    one->running = pthread_create(&one->thread, NULL, watch_one, one) == 0;
    one->again_at = gaz_now_us() + AGAIN_US;
}

static void reap(kept *one)
{
    if (one->running && atomic_load(&one->ended)) {
        pthread_join(one->thread, NULL);
        one->running = false;
        one->again_at = gaz_now_us() + AGAIN_US;
    }
}

/* Starts what is missing; what was removed ends by itself and is forgotten. */
static void keep_all(watch_keeper *k)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0, kept_count = 0;
    if (gaz_store_repo_list(k->services.store, &rows, &count, NULL) != GAZ_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        kept *one = gaz_repo_row_has_tree(&rows[i]) ? find_kept(k, rows[i].uid) : NULL;
        bool fresh = !one && gaz_repo_row_has_tree(&rows[i]);
        if (fresh)
            one = add_kept(k, &rows[i]);
        if (one)
            reap(one);
        if (one && !one->running && (fresh || gaz_now_us() >= one->again_at))
            start(one);
    }
    for (size_t i = 0; i < k->watchers.len; i++) {
        kept *one = k->watchers.items[i];
        bool there = false;
        for (size_t r = 0; r < count && !there; r++)
            there = strcmp(rows[r].uid, one->uid) == 0;
        atomic_store(&one->dropped, !there);
        reap(one);
        if (there || one->running) {
            k->watchers.items[kept_count++] = one;
        } else {
            free(one->name);
            free(one);
        }
    }
    k->watchers.len = kept_count;
    for (size_t i = 0; i < count; i++)
        gaz_repo_row_release(&rows[i]);
    free(rows);
}

static void *keep_watching(void *arg)
{
    watch_keeper *k = arg;
    const struct timespec step = {.tv_nsec = 50000000};
    while (!k->services.stopping(k->services.ctx)) {
        keep_all(k);
        for (int64_t until = gaz_deadline(KEEPER_TICK_MS);
             !k->services.stopping(k->services.ctx) && !gaz_expired(until);)
            nanosleep(&step, NULL);
    }
    for (size_t i = 0; i < k->watchers.len; i++) {
        kept *one = k->watchers.items[i];
        if (one->running)
            pthread_join(one->thread, NULL);
        free(one->name);
        free(one);
    }
    gaz_vec_free(&k->watchers);
    return NULL;
}

gaz_status watch_keeper_start(const watch_services *services, watch_keeper **out, gaz_error *err)
{
    watch_keeper *k = calloc(1, sizeof *k);
    if (!k)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to watch work trees");
    k->services = *services;
    if (pthread_create(&k->thread, NULL, keep_watching, k) != 0) {
        free(k);
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot start the thread that watches work trees");
    }
    *out = k;
    return GAZ_OK;
}

void watch_keeper_free(watch_keeper *k)
{
    if (!k)
        return;
    pthread_join(k->thread, NULL);
    free(k);
}
