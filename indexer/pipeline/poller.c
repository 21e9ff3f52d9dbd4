/* Threads that look at remotes. Each takes the repository that is due, has gaz-worker ask its
 * remote (a process of its own, as for everything that a remote's answer is read by), and writes
 * down when to look again. Nothing is kept for repositories that are well: a server that starts
 * spreads its first looks over an interval. What failed is kept in polls.json, so that a restart
 * does not ask a server that is down any sooner. */
#include "poller.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/json/json.h"
#include "poll_schedule.h"
#include "process.h"

#define THREADS_MAX 16
#define NAP_US 1000000
#define SAVE_EVERY_US 2000000
#define SAVED_MAX ((size_t)64 << 20)

typedef struct entry {
    char uid[33];
    char *name;
    int64_t next_us; /* monotonic */
    int64_t last_us; /* wall clock */
    unsigned failures;
    char error[400];
    bool looking;
} entry;

typedef GAZ_VEC(entry) entry_list;

struct poller {
    poller_services with;
    poll_rules rules;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    entry_list entries;  /* byte order of names */
    uint64_t generation; /* of the catalogue they are from */
    bool known;          /* whether they are from one at all */
    bool refreshing;
    int64_t refresh_us; /* not before */
    int64_t save_us;    /* not before */
    bool unsaved;
    uint64_t random;
    pthread_t threads[THREADS_MAX];
    unsigned thread_count;
};

/* splitmix64; under the lock. */
static uint64_t random_number(poller *p)
{
    uint64_t z = p->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

static int by_name(const void *name, const void *of)
{
    return strcmp(name, ((const entry *)of)->name);
}

/* Under the lock. */
static entry *find(const entry_list *list, const char *name)
{
    return list->len ? bsearch(name, list->items, list->len, sizeof list->items[0], by_name) : NULL;
}

static void free_entries(entry_list *list)
{
    for (size_t i = 0; i < list->len; i++)
        free(list->items[i].name);
    gaz_vec_free(list);
}

/* ---- what is kept over a restart ---- */

static gaz_status saved_path(const poller *p, gaz_strbuf *path, gaz_error *err)
{
    return gaz_path_join(path, gaz_store_home(p->with.store), "polls.json", err);
}

/* Under the lock: the text is made there, and written without it. */
static void put_failures(poller *p, gaz_strbuf *out)
{
    int64_t ahead = gaz_wall_us() - gaz_now_us();
    gaz_json_writer w;
    gaz_json_writer_init(&w, out);
    gaz_json_object_begin(&w);
    for (size_t i = 0; i < p->entries.len; i++) {
        const entry *e = &p->entries.items[i];
        if (!e->failures)
            continue;
        gaz_json_key(&w, e->uid);
        gaz_json_object_begin(&w);
        gaz_json_put_int(&w, "failures", e->failures);
        gaz_json_put_int(&w, "next_us", e->next_us + ahead);
        gaz_json_key(&w, "error");
        (void)gaz_json_string(&w, e->error, strlen(e->error)); /* what is no UTF-8 is replaced */
        gaz_json_object_end(&w);
    }
    gaz_json_object_end(&w);
    gaz_strbuf_putc(out, '\n');
}

static void save(poller *p, bool now)
{
    gaz_strbuf text, path = GAZ_STRBUF_INIT;
    gaz_strbuf_init(&text, SAVED_MAX);
    pthread_mutex_lock(&p->lock);
    bool due = p->unsaved && (now || gaz_now_us() >= p->save_us);
    if (due) {
        put_failures(p, &text);
        p->unsaved = false;
        p->save_us = gaz_now_us() + SAVE_EVERY_US;
    }
    pthread_mutex_unlock(&p->lock);
    gaz_error err = {0};
    gaz_status st = due ? saved_path(p, &path, &err) : GAZ_DONE;
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&text, &err);
    if (st == GAZ_OK)
        st = gaz_file_write(path.data, text.data, text.len, 0600, &err);
    if (st != GAZ_OK && st != GAZ_DONE)
        gaz_log_write(p->with.log, GAZ_LOG_WARN, "poll", "cannot keep polls.json: %s", err.message);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&path);
}

/* A file that is not there, or says nothing that can be read, is no failure. */
static gaz_json *load_saved(const poller *p)
{
    gaz_strbuf text, path = GAZ_STRBUF_INIT;
    gaz_json *root = NULL;
    gaz_strbuf_init(&text, SAVED_MAX);
    if (saved_path(p, &path, NULL) != GAZ_OK ||
        gaz_file_read(path.data, SAVED_MAX / 2, &text, NULL) != GAZ_OK ||
        gaz_json_parse(text.data, text.len, &root, NULL) != GAZ_OK)
        root = NULL;
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&path);
    return root;
}

static void resume(poller *p, entry *e, const gaz_json *saved)
{
    const gaz_json *was = saved ? gaz_json_get(saved, e->uid) : NULL;
    int64_t failures = was ? gaz_json_integer(gaz_json_get(was, "failures"), 0) : 0;
    const char *error = was ? gaz_json_text(gaz_json_get(was, "error"), NULL) : NULL;
    if (failures <= 0) {
        e->next_us = gaz_now_us() + poll_first(&p->rules, random_number(p));
        return;
    }
    e->failures = failures < 1000 ? (unsigned)failures : 1000;
    e->next_us =
        gaz_now_us() + poll_resume(&p->rules, gaz_json_integer(gaz_json_get(was, "next_us"), 0),
                                   gaz_wall_us(), random_number(p));
    if (error)
        snprintf(e->error, sizeof e->error, "%s", error);
}

/* ---- which repositories there are ---- */

/* Under the lock. What was known of a repository stays. */
static bool take_rows(poller *p, const gaz_repo_row *rows, size_t count, const gaz_json *saved)
{
    entry_list fresh = {0};
    bool ok = true;
    for (size_t i = 0; ok && i < count; i++) {
        if (!rows[i].cloned && !p->with.settings->poll_local)
            continue;
        entry e = {.name = strdup(rows[i].name)};
        const entry *was = find(&p->entries, rows[i].name);
        memcpy(e.uid, rows[i].uid, sizeof e.uid);
        if (was && strcmp(was->uid, e.uid) == 0) {
            char *name = e.name;
            e = *was;
            e.name = name;
        } else {
            resume(p, &e, saved);
        }
        ok = e.name && gaz_vec_push(&fresh, e);
        if (!ok)
            free(e.name);
    }
    if (!ok) {
        free_entries(&fresh);
        return false;
    }
    free_entries(&p->entries);
    p->entries = fresh;
    return true;
}

/* The list is read again when the catalogue has changed; one that takes long to read, less often.
 */
static void refresh(poller *p)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0;
    uint64_t generation = 0;
    int64_t started = gaz_now_us();
    pthread_mutex_lock(&p->lock);
    bool mine = !p->refreshing && started >= p->refresh_us, first = !p->known;
    uint64_t known = p->generation;
    p->refreshing |= mine;
    pthread_mutex_unlock(&p->lock);
    if (!mine)
        return;
    gaz_status st = gaz_store_generation(p->with.store, &generation, NULL);
    bool read = st == GAZ_OK && (first || generation != known);
    if (read)
        st = gaz_store_repo_list(p->with.store, &rows, &count, NULL);
    gaz_json *saved = read && first ? load_saved(p) : NULL;
    pthread_mutex_lock(&p->lock);
    if (read && st == GAZ_OK && take_rows(p, rows, count, saved)) {
        p->generation = generation;
        p->known = true;
    }
    p->refreshing = false;
    p->refresh_us = gaz_now_us() + NAP_US + (gaz_now_us() - started) * 20;
    pthread_mutex_unlock(&p->lock);
    gaz_json_free(saved);
    for (size_t i = 0; i < count; i++)
        gaz_repo_row_release(&rows[i]);
    free(rows);
}

/* ---- looking ---- */

/* Under the lock. */
static void went_well(poller *p, entry *e)
{
    p->unsaved |= e->failures > 0;
    e->failures = 0;
    e->error[0] = '\0';
    e->next_us = gaz_now_us() + poll_delay(&p->rules, 0, random_number(p));
}

/* Under the lock. */
static void went_wrong(poller *p, entry *e, const gaz_error *why)
{
    e->failures += e->failures < 1000;
    snprintf(e->error, sizeof e->error, "%s", why->message);
    int64_t delay = poll_delay(&p->rules, e->failures, random_number(p));
    e->next_us = gaz_now_us() + delay;
    p->unsaved = true;
    gaz_log_write(p->with.log, GAZ_LOG_WARN, "poll",
                  "%s: %s; failure %u in a row, tried again in %lld s", e->name, why->message,
                  e->failures, (long long)(delay / 1000000));
}

static bool alive(void *ctx, const gaz_progress *progress)
{
    const poller *p = ctx;
    (void)progress;
    return !p->with.stopping(p->with.ctx);
}

static void look(poller *p, const char *name)
{
    worker_call call = {.worker = p->with.worker,
                        .home = gaz_store_home(p->with.store),
                        .command = "poll",
                        .subject = name,
                        .store = p->with.store,
                        .log = p->with.log,
                        .alive = alive,
                        .ctx = p};
    gaz_run_result result = {0};
    gaz_error err = {0};
    gaz_status st = worker_run(&call, &result, &err);
    bool submitted = st == GAZ_OK && result.changed;
    if (submitted) {
        gaz_log_write(p->with.log, GAZ_LOG_INFO, "poll", "%s has something new", name);
        st = p->with.submit(p->with.ctx, name, &err);
    }
    pthread_mutex_lock(&p->lock);
    entry *e = find(&p->entries, name);
    if (e) {
        e->looking = false;
        e->last_us = gaz_wall_us();
        if (st == GAZ_E_BUSY || (st == GAZ_OK && submitted)) /* the run tells how it ended */
            e->next_us = gaz_now_us() + poll_delay(&p->rules, e->failures, random_number(p));
        else if (st == GAZ_OK)
            went_well(p, e);
        else if (st != GAZ_E_CANCELLED)
            went_wrong(p, e, &err);
    }
    pthread_mutex_unlock(&p->lock);
}

/* Takes the repository that has waited longest of those that are due. @return its name, to be
 * freed; NULL: none, *until says when to look again */
static char *take_due(poller *p, int64_t *until)
{
    entry *due = NULL;
    char *name = NULL;
    int64_t now = gaz_now_us();
    *until = now + NAP_US;
    pthread_mutex_lock(&p->lock);
    for (size_t i = 0; i < p->entries.len; i++) {
        entry *e = &p->entries.items[i];
        if (!e->looking && (!due || e->next_us < due->next_us))
            due = e;
    }
    if (due && due->next_us <= now && (name = strdup(due->name)) != NULL)
        due->looking = true;
    else if (due && due->next_us < *until)
        *until = due->next_us > now ? due->next_us : now + NAP_US;
    pthread_mutex_unlock(&p->lock);
    return name;
}

static void nap(poller *p, int64_t until)
{
    const struct timespec when = {.tv_sec = until / 1000000,
                                  .tv_nsec = (long)(until % 1000000) * 1000};
    pthread_mutex_lock(&p->lock);
    if (!p->with.stopping(p->with.ctx))
        pthread_cond_timedwait(&p->wake, &p->lock, &when);
    pthread_mutex_unlock(&p->lock);
}

static void *look_around(void *arg)
{
    poller *p = arg;
    while (!p->with.stopping(p->with.ctx)) {
        int64_t until;
        refresh(p);
        char *name = take_due(p, &until);
        if (name)
            look(p, name);
        else
            nap(p, until);
        free(name);
        save(p, false);
    }
    return NULL;
}

/* ---- its life ---- */

static void init_condition(pthread_cond_t *condition)
{
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC); /* that of gaz_now_us() */
    pthread_cond_init(condition, &attributes);
    pthread_condattr_destroy(&attributes);
}

gaz_status poller_start(const poller_services *services, poller **out, gaz_error *err)
{
    const gaz_settings *s = services->settings;
    *out = NULL;
    if (s->poll_interval_ms <= 0)
        return GAZ_OK;
    poller *p = calloc(1, sizeof *p);
    if (!p)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to look at remotes");
    p->with = *services;
    p->rules = (poll_rules){s->poll_interval_ms * 1000, s->poll_interval_max_ms * 1000};
    p->random = (uint64_t)gaz_wall_us() ^ (uint64_t)gaz_now_us() << 20;
    pthread_mutex_init(&p->lock, NULL);
    init_condition(&p->wake);
    *out = p;
    for (int64_t i = 0; i < s->poll_at_once && i < THREADS_MAX; i++) {
        if (pthread_create(&p->threads[i], NULL, look_around, p) != 0)
            return gaz_error_set(err, GAZ_E_NOMEM, "cannot start the threads that look at remotes");
        p->thread_count++;
    }
    return GAZ_OK;
}

void poller_free(poller *p)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    pthread_cond_broadcast(&p->wake);
    pthread_mutex_unlock(&p->lock);
    for (unsigned i = 0; i < p->thread_count; i++)
        pthread_join(p->threads[i], NULL);
    save(p, true);
    free_entries(&p->entries);
    pthread_cond_destroy(&p->wake);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

void poller_reset(poller *p, const char *repo)
{
    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    entry *e = find(&p->entries, repo);
    if (e)
        went_well(p, e);
    pthread_mutex_unlock(&p->lock);
}

void poller_note(poller *p, const char *repo, gaz_status status, const gaz_error *why)
{
    if (!p || status == GAZ_E_CANCELLED)
        return;
    pthread_mutex_lock(&p->lock);
    entry *e = find(&p->entries, repo);
    if (e && status == GAZ_OK)
        went_well(p, e);
    else if (e)
        went_wrong(p, e, why);
    pthread_mutex_unlock(&p->lock);
}

bool poller_get(poller *p, const char *repo, gaz_poll_info *out)
{
    bool found = false;
    if (!p)
        return false;
    int64_t ahead = gaz_wall_us() - gaz_now_us();
    pthread_mutex_lock(&p->lock);
    const entry *e = find(&p->entries, repo);
    if (e) {
        *out = (gaz_poll_info){
            .last_us = e->last_us, .next_us = e->next_us + ahead, .failures = e->failures};
        memcpy(out->error, e->error, sizeof out->error);
        found = true;
    }
    pthread_mutex_unlock(&p->lock);
    return found;
}
