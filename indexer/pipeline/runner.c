/* The runner: takes jobs from the durable queue and has a worker process do each. In a server two
 * threads take jobs, so that a small repository does not wait behind a large one, and a third
 * merges and sweeps between them; a command line has no threads of its own and runs its job where
 * it waits for it. */
#include "gaz/pipeline/runner.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/vec.h"
#include "gaz/jobs/queue.h"
#include "gaz/repo/git.h"
#include "job_ends.h"
#include "job_list.h"
#include "poller.h"
#include "program_path.h"
#include "process.h"
#include "remote_access.h"
#include "upkeep.h"
#include "watch_process.h"

#define INDEX_JOB "index" /* kinds of jobs: all of it, text alone, symbols alone */
#define TEXT_JOB "text"
#define SYMBOLS_JOB "symbols"
#define TAKERS 2
#define IDLE_MS 500
#define WAIT_TICK_US 20000
#define SWEEP_EVERY_US ((int64_t)60 * 1000000)

struct gaz_runner {
    gaz_store *store;
    const gaz_settings *settings;
    const gaz_log *log;
    char *worker;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    job_list jobs;
    job_ends ends;
    pthread_t threads[TAKERS + 1];
    unsigned thread_count;
    atomic_bool stopping;
    bool git;               /* gaz_git_init() was called, for registering repositories */
    bool maintain;          /* something was published: look whether to merge */
    unsigned submitted;     /* jobs, so that none is slept through */
    poller *poller;         /* NULL: nobody polls */
    watch_keeper *watchers; /* NULL: no work trees are watched */
    upkeep upkeep;          /* only of the one thread that merges */
};

const char *gaz_phase_name(gaz_phase phase)
{
    static const char *const names[] = {"queued",  "fetch",   "walk",  "text", "publish",
                                        "symbols", "history", "merge", "ended"};
    return (size_t)phase < sizeof names / sizeof names[0] ? names[phase] : "ended";
}

static bool is_stopping(void *ctx)
{
    gaz_runner *r = ctx;
    return atomic_load(&r->stopping);
}

gaz_status gaz_runner_new(gaz_store *store, const gaz_settings *settings, const gaz_log *log,
                          const char *worker, gaz_runner **out, gaz_error *err)
{
    gaz_runner *r = calloc(1, sizeof *r);
    if (!r)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the job runner");
    r->store = store;
    r->settings = settings;
    r->log = log;
    r->worker = worker ? strdup(worker) : program_beside_us("gaz-worker");
    r->upkeep = (upkeep){.store = store,
                         .settings = settings,
                         .log = log,
                         .worker = r->worker,
                         .stopping = is_stopping,
                         .ctx = r};
    pthread_mutex_init(&r->lock, NULL);
    pthread_cond_init(&r->wake, NULL);
    job_list_init(&r->jobs);
    job_ends_init(&r->ends, store, log);
    gaz_status st = r->worker ? gaz_git_init(err)
                              : gaz_error_set(err, GAZ_E_NOMEM, "no memory for the job runner");
    r->git = st == GAZ_OK;
    if (st != GAZ_OK) {
        gaz_runner_free(r);
        return st;
    }
    *out = r;
    return GAZ_OK;
}

void gaz_runner_free(gaz_runner *r)
{
    if (!r)
        return;
    atomic_store(&r->stopping, true);
    pthread_mutex_lock(&r->lock);
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
    for (unsigned i = 0; i < r->thread_count; i++)
        pthread_join(r->threads[i], NULL);
    poller_free(r->poller);
    watch_keeper_free(r->watchers);
    job_list_release(&r->jobs);
    job_ends_release(&r->ends);
    pthread_cond_destroy(&r->wake);
    pthread_mutex_destroy(&r->lock);
    if (r->git)
        gaz_git_shutdown();
    gaz_vec_free(&r->upkeep.pools);
    free(r->worker);
    free(r);
}

/* ---- one job ---- */

typedef struct alive_context {
    gaz_runner *runner;
    int64_t job;
    gaz_progress_visit visit;
    void *ctx;
} alive_context;

static bool alive(void *ctx, const gaz_progress *progress)
{
    alive_context *a = ctx;
    job_list_progress(&a->runner->jobs, a->job, progress);
    if (a->visit && !a->visit(a->ctx, progress))
        return false;
    return !atomic_load(&a->runner->stopping);
}

static void run_job(gaz_runner *r, const gaz_job_row *job, gaz_progress_visit visit, void *ctx)
{
    alive_context context = {r, job->id, visit, ctx};
    worker_call call = {.worker = r->worker,
                        .home = gaz_store_home(r->store),
                        .command = strcmp(job->kind, SYMBOLS_JOB) == 0 ? "symbols" : "index",
                        .subject = job->subject,
                        .rev = job->argument,
                        .text_only = strcmp(job->kind, TEXT_JOB) == 0,
                        .store = r->store,
                        .log = r->log,
                        .alive = alive,
                        .ctx = &context};
    gaz_run_result result = {0};
    gaz_error err = {0};
    job_list_begin(&r->jobs, job->id);
    gaz_status st = worker_run(&call, &result, &err);
    if (st == GAZ_E_CANCELLED || st == GAZ_E_INTERNAL) /* its process did not end by itself */
        remote_tidy(r->store, job->subject);
    if (!job->argument && strcmp(job->kind, SYMBOLS_JOB) != 0)
        poller_note(r->poller, job->subject, st, &err);
    bool left =
        st == GAZ_E_CANCELLED &&
        atomic_load(&r->stopping); /* it stays RUNNING: the next process takes it up again */
    if (!left) {
        job_ends_record(&r->ends, job, st, &err, &result);
        gaz_log_write(r->log, st == GAZ_OK ? GAZ_LOG_INFO : GAZ_LOG_WARN, "index",
                      "%s: %s, %llu documents, %lld ms", job->subject,
                      st == GAZ_OK ? "published" : err.message, (unsigned long long)result.files,
                      (long long)(result.elapsed_us / 1000));
    }
    job_list_end(&r->jobs, job->id, st, &err, &result);
    pthread_mutex_lock(&r->lock);
    r->maintain = true;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
}

/* ---- threads ---- */

/* Until there is something new since `submitted` jobs, or for so long. */
static void nap(gaz_runner *r, unsigned submitted, int64_t ms)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    pthread_mutex_lock(&r->lock);
    if (!atomic_load(&r->stopping) && r->submitted == submitted)
        pthread_cond_timedwait(&r->wake, &r->lock, &until);
    pthread_mutex_unlock(&r->lock);
}

static unsigned submitted_jobs(gaz_runner *r)
{
    pthread_mutex_lock(&r->lock);
    unsigned n = r->submitted;
    pthread_mutex_unlock(&r->lock);
    return n;
}

static void *take_jobs(void *arg)
{
    gaz_runner *r = arg;
    while (!atomic_load(&r->stopping)) {
        unsigned submitted =
            submitted_jobs(r); /* before looking, so that one that comes now is not slept through */
        gaz_job_row job;
        gaz_error err = {0};
        job_ends_settle(&r->ends);
        gaz_status st = gaz_queue_take(r->store, &job, &err);
        if (st == GAZ_OK) {
            run_job(r, &job, NULL, NULL);
            gaz_job_row_release(&job);
            continue;
        }
        if (st != GAZ_DONE)
            gaz_log_write(r->log, GAZ_LOG_ERROR, "index", "cannot take a job: %s", err.message);
        nap(r, submitted, IDLE_MS);
    }
    return NULL;
}

static void *maintain(void *arg)
{
    gaz_runner *r = arg;
    int64_t swept = 0;
    while (!atomic_load(&r->stopping)) {
        pthread_mutex_lock(&r->lock);
        bool due = r->maintain;
        r->maintain = false;
        pthread_mutex_unlock(&r->lock);
        if (due)
            upkeep_merge(&r->upkeep);
        if (due || gaz_now_us() - swept > SWEEP_EVERY_US) {
            upkeep_sweep(&r->upkeep);
            swept = gaz_now_us();
        }
        nap(r, submitted_jobs(r), IDLE_MS * 2);
    }
    return NULL;
}

static gaz_status submit(gaz_runner *r, const char *kind, const char *repo, const char *rev,
                         int64_t *job, gaz_error *err)
{
    gaz_status st = gaz_store_job_add(r->store, kind, repo, rev, job, err);
    pthread_mutex_lock(&r->lock);
    r->submitted++;
    pthread_cond_broadcast(&r->wake);
    pthread_mutex_unlock(&r->lock);
    return st;
}

static gaz_status submit_polled(void *ctx, const char *repo, gaz_error *err)
{
    int64_t job;
    return submit(ctx, INDEX_JOB, repo, NULL, &job, err);
}

/* In a server by its own thread; else here, where the watcher's lines are read. */
static void maintain_watched(void *ctx)
{
    gaz_runner *r = ctx;
    if (!r->thread_count) {
        upkeep_merge(&r->upkeep);
        upkeep_sweep(&r->upkeep);
        return;
    }
    pthread_mutex_lock(&r->lock);
    r->maintain = true;
    pthread_mutex_unlock(&r->lock);
}

static watch_services watching(gaz_runner *r)
{
    return (watch_services){.worker = r->worker,
                            .store = r->store,
                            .log = r->log,
                            .maintain = maintain_watched,
                            .stopping = is_stopping,
                            .ctx = r};
}

gaz_status gaz_runner_watch(gaz_runner *r, const gaz_watch *watch, gaz_error *err)
{
    watch_services services = watching(r);
    return watch_follow(&services, watch, err);
}

gaz_status gaz_runner_start(gaz_runner *r, gaz_error *err)
{
    const watch_services watchers = watching(r);
    const poller_services polling = {.store = r->store,
                                     .settings = r->settings,
                                     .log = r->log,
                                     .worker = r->worker,
                                     .submit = submit_polled,
                                     .stopping = is_stopping,
                                     .ctx = r};
    gaz_status st = poller_start(&polling, &r->poller, err);
    for (unsigned i = 0; st == GAZ_OK && i <= TAKERS; i++) {
        if (pthread_create(&r->threads[r->thread_count], NULL, i < TAKERS ? take_jobs : maintain,
                           r) != 0)
            return gaz_error_set(err, GAZ_E_NOMEM, "cannot start the job runner's threads");
        r->thread_count++;
    }
    if (st == GAZ_OK && r->settings->watch)
        st = watch_keeper_start(&watchers, &r->watchers, err);
    return st;
}

bool gaz_runner_poll(gaz_runner *r, const char *repo, gaz_poll_info *out)
{
    return poller_get(r->poller, repo, out);
}

/* ---- asking ---- */

gaz_status gaz_runner_submit(gaz_runner *r, const char *repo, const char *rev, int64_t *job,
                             gaz_error *err)
{
    if (!rev)
        poller_reset(r->poller, repo);
    return submit(r, INDEX_JOB, repo, rev, job, err);
}

gaz_status gaz_runner_submit_text(gaz_runner *r, const char *repo, const char *rev, int64_t *job,
                                  gaz_error *err)
{
    if (!rev)
        poller_reset(r->poller, repo);
    return submit(r, TEXT_JOB, repo, rev, job, err);
}

gaz_status gaz_runner_submit_symbols(gaz_runner *r, const char *repo, int64_t *job, gaz_error *err)
{
    return submit(r, SYMBOLS_JOB, repo, NULL, job, err);
}

bool gaz_runner_serves(const gaz_runner *r)
{
    return r->thread_count > 0;
}

/* How a job stands in the catalogue, for jobs of other processes. @return GAZ_DONE while it is not
 * ended */
static gaz_status look_up(gaz_runner *r, int64_t id, gaz_run_result *out, gaz_error *err)
{
    gaz_job_row row;
    gaz_status st = gaz_store_job_get(r->store, id, &row, err);
    if (st != GAZ_OK)
        return st;
    if (row.state == GAZ_JOB_DONE)
        out->generation = row.generation;
    else if (row.state == GAZ_JOB_FAILED)
        st = gaz_error_set(err, GAZ_E_INTERNAL, "%s",
                           row.error ? row.error : "the index run failed");
    else
        st = GAZ_DONE;
    gaz_job_row_release(&row);
    return st;
}

/* Without threads of our own the caller's does the work: the oldest job first, until it is the one
 * waited for. */
static bool run_one_here(gaz_runner *r, gaz_progress_visit visit, void *ctx)
{
    gaz_job_row job;
    if (r->thread_count)
        return false;
    job_ends_settle(&r->ends);
    if (gaz_queue_take(r->store, &job, NULL) != GAZ_OK)
        return false;
    run_job(r, &job, visit, ctx);
    gaz_job_row_release(&job);
    upkeep_merge(&r->upkeep);
    upkeep_sweep(&r->upkeep);
    return true;
}

static gaz_status take_outcome(const job_view *job, gaz_run_result *out, gaz_error *err)
{
    *out = job->result;
    if (job->status != GAZ_OK && err && err->status == GAZ_OK)
        *err = job->error;
    return job->status;
}

gaz_status gaz_runner_wait(gaz_runner *r, int64_t job, int64_t deadline_us,
                           gaz_progress_visit visit, void *ctx, gaz_run_result *out, gaz_error *err)
{
    job_view here = {.progress = {.seconds_left = -1}};
    gaz_status st = GAZ_OK;
    int64_t next_visit = 0, next_look = 0;
    *out = (gaz_run_result){0};
    for (;;) {
        bool known = job_list_get(&r->jobs, job, &here);
        if (known && here.ended)
            return take_outcome(&here, out, err);
        if (run_one_here(r, visit, ctx))
            continue;
        int64_t now = gaz_now_us();
        if (now >= next_look) {
            st = look_up(r, job, out, err);
            /* The catalogue knows of a job's end before its outcome lies here. */
            if (st != GAZ_DONE && !job_list_get(&r->jobs, job, &here))
                return st;
            if (st != GAZ_DONE)
                gaz_error_clear(err);
            next_look = now + 200000;
        }
        if (visit && now >= next_visit) {
            if (!visit(ctx, &here.progress))
                return gaz_error_set(err, GAZ_E_CANCELLED, "waiting for job %lld was cancelled",
                                     (long long)job);
            next_visit = now + 100000;
        }
        if (gaz_expired(deadline_us))
            return gaz_error_set(err, GAZ_E_TIMEOUT, "job %lld goes on", (long long)job);
        if (atomic_load(&r->stopping))
            return gaz_error_set(
                err, GAZ_E_CANCELLED,
                "the program is ending; job %lld is taken up again at its next start",
                (long long)job);
        usleep(r->thread_count ? 1000 : WAIT_TICK_US);
    }
}

gaz_status gaz_runner_progress(gaz_runner *r, int64_t job, gaz_progress *out, gaz_error *err)
{
    job_view here;
    if (!job_list_get(&r->jobs, job, &here))
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "job %lld is not run by this process",
                             (long long)job);
    *out = here.progress;
    return GAZ_OK;
}
