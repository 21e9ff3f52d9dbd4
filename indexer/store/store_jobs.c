/* Rows of the durable queue, and the list of blobs that crashed their reader. Every job row carries
 * the checksum of its columns and is written whole, from a row that was read and checked in the
 * same transaction. */
#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"

#define JOB_TEXT_MAX 4096
#define JOBS_OPEN_MAX 200000
#define JOBS_KEPT 1000 /* ended ones */

typedef struct stored_job {
    gaz_job_row row;
    char *owner;
} stored_job;

void gaz_job_row_release(gaz_job_row *row)
{
    if (!row)
        return;
    free(row->kind);
    free(row->subject);
    free(row->argument);
    free(row->error);
    *row = (gaz_job_row){0};
}

static void release_stored(stored_job *job)
{
    gaz_job_row_release(&job->row);
    free(job->owner);
    job->owner = NULL;
}

#define JOB_COLUMNS                                                                                \
    "id, kind, subject, argument, state, owner, error, attempts, created_us, started_us, "         \
    "finished_us, generation, sound"

static gaz_status read_job(sqlite3_stmt *stmt, stored_job *out, gaz_error *err)
{
    stored_job job = {.row = {.id = sqlite3_column_int64(stmt, 0),
                              .state = (gaz_job_state)sqlite3_column_int(stmt, 4),
                              .attempts = (uint32_t)sqlite3_column_int64(stmt, 7),
                              .created_us = sqlite3_column_int64(stmt, 8),
                              .started_us = sqlite3_column_int64(stmt, 9),
                              .finished_us = sqlite3_column_int64(stmt, 10),
                              .generation = (uint64_t)sqlite3_column_int64(stmt, 11)}};
    if (!sqlite3_column_int(stmt, 12))
        return gaz_db_damaged(err, "job %lld does not match its checksum", (long long)job.row.id);
    gaz_status st = gaz_db_text(stmt, 1, false, &job.row.kind, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 2, false, &job.row.subject, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 3, true, &job.row.argument, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 5, true, &job.owner, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 6, true, &job.row.error, err);
    if (st != GAZ_OK) {
        release_stored(&job);
        return st;
    }
    *out = job;
    return GAZ_OK;
}

/* The first row of a query over job_rows, or GAZ_DONE. */
static gaz_status first_job(gaz_db *db, sqlite3_stmt *stmt, stored_job *out, gaz_error *err)
{
    gaz_status st = gaz_db_step(db, stmt, err);
    if (st != GAZ_OK)
        return st;
    st = read_job(stmt, out, err);
    gaz_db_reset(stmt);
    return st;
}

static gaz_status load_job(gaz_db *db, int64_t id, stored_job *out, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(db, &stmt, err, "SELECT " JOB_COLUMNS " FROM job_rows WHERE id = ?", "i", id);
    if (st == GAZ_OK)
        st = first_job(db, stmt, out, err);
    if (st == GAZ_DONE) {
        gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no job %lld", (long long)id);
        gaz_error_hint(err, "ended jobs are forgotten after the next %d", JOBS_KEPT);
        st = GAZ_E_NOT_FOUND;
    }
    return st;
}

static gaz_status save_job(gaz_db *db, const stored_job *job, gaz_error *err)
{
    const gaz_job_row *r = &job->row;
    return gaz_db_do(
        db, err,
        "UPDATE jobs SET state = ?5, owner = ?6, error = ?7, attempts = ?8, started_us = ?10, "
        "finished_us = ?11, generation = ?12, "
        "checksum = gaz_row(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) WHERE id = ?1",
        "itttittiiiii", r->id, r->kind, r->subject, r->argument, (int64_t)r->state, job->owner,
        r->error, (int64_t)r->attempts, r->created_us, r->started_us, r->finished_us,
        (int64_t)r->generation);
}

/* ---- adding ---- */

typedef struct add_request {
    const char *kind, *subject, *argument;
    int64_t id;
} add_request;

static gaz_status forget_old(gaz_db *db, gaz_error *err)
{
    return gaz_db_do(db, err,
                     "DELETE FROM jobs WHERE state >= 3 AND id <= "
                     "(SELECT id FROM jobs WHERE state >= 3 ORDER BY id DESC LIMIT 1 OFFSET ?)",
                     "i", (int64_t)JOBS_KEPT);
}

static gaz_status add_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    add_request *a = ctx;
    int64_t open = 0, last = 0, now = gaz_wall_us();
    gaz_status st = gaz_db_number(
        db, &a->id, err,
        "SELECT id FROM jobs WHERE state = 1 AND kind = ? AND subject = ? AND argument IS ?", "ttt",
        a->kind, a->subject, a->argument);
    if (st != GAZ_DONE)
        return st;
    st = gaz_db_number(db, &open, err, "SELECT count(*) FROM jobs WHERE state IN (1, 2)", "");
    if (st == GAZ_OK && open >= JOBS_OPEN_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "%d jobs are waiting; try again when some have ended", JOBS_OPEN_MAX);
    if (st == GAZ_OK)
        st = gaz_db_number(
            db, &last, err,
            "SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'jobs'), 0), "
            "ifnull((SELECT max(id) FROM jobs), 0))",
            "");
    a->id = last + 1;
    if (st == GAZ_OK)
        st = gaz_db_do(db, err,
                       "INSERT INTO jobs (id, kind, subject, argument, state, owner, error, "
                       "attempts, created_us, "
                       "started_us, finished_us, generation, checksum) VALUES (?1, ?2, ?3, ?4, 1, "
                       "NULL, NULL, 0, ?5, 0, 0, 0, "
                       "gaz_row(?1, ?2, ?3, ?4, 1, NULL, NULL, 0, ?5, 0, 0, 0))",
                       "ittti", a->id, a->kind, a->subject, a->argument, now);
    return st == GAZ_OK ? forget_old(db, err) : st;
}

gaz_status gaz_store_job_add(gaz_store *store, const char *kind, const char *subject,
                             const char *argument, int64_t *id, gaz_error *err)
{
    if (strlen(kind) > JOB_TEXT_MAX || strlen(subject) > JOB_TEXT_MAX ||
        (argument && strlen(argument) > JOB_TEXT_MAX))
        return gaz_error_set(err, GAZ_E_INVALID,
                             "a job's kind, subject and argument have at most %d bytes",
                             JOB_TEXT_MAX);
    add_request request = {kind, subject, argument, 0};
    gaz_status st = gaz_store_write(store, add_body, &request, err);
    if (st == GAZ_OK)
        *id = request.id;
    return st;
}

/* ---- claiming ---- */

typedef struct claim_request {
    const char *owner;
    stored_job job;
    bool none;
} claim_request;

static gaz_status claim_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    claim_request *c = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(
        db, &stmt, err,
        "SELECT " JOB_COLUMNS " FROM job_rows AS q WHERE state = 1 AND NOT EXISTS "
        "(SELECT 1 FROM jobs WHERE state = 2 AND subject = q.subject) ORDER BY id LIMIT 1",
        "");
    if (st == GAZ_OK)
        st = first_job(db, stmt, &c->job, err);
    c->none = st == GAZ_DONE;
    if (st != GAZ_OK)
        return st == GAZ_DONE ? GAZ_OK : st;
    free(c->job.owner);
    if (!(c->job.owner = strdup(c->owner)))
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to claim a job");
    c->job.row.state = GAZ_JOB_RUNNING;
    c->job.row.attempts++;
    c->job.row.started_us = gaz_wall_us();
    return save_job(db, &c->job, err);
}

static gaz_status any_queued(gaz_store *store, bool *any, gaz_error *err)
{
    int64_t found = 0;
    gaz_status st = gaz_store_usable(store, err);
    if (st != GAZ_OK)
        return st;
    gaz_db_lock(&store->poller);
    st = gaz_db_number(&store->poller, &found, err,
                       "SELECT EXISTS (SELECT 1 FROM jobs WHERE state = 1)", "");
    gaz_db_unlock(&store->poller);
    *any = found != 0;
    return st;
}

gaz_status gaz_store_job_claim(gaz_store *store, const char *owner, gaz_job_row *out,
                               gaz_error *err)
{
    bool any = false; /* an idle poller never takes the write lock */
    gaz_status st = any_queued(store, &any, err);
    if (st != GAZ_OK || !any)
        return st == GAZ_OK ? GAZ_DONE : st;
    claim_request request = {.owner = owner};
    st = gaz_store_write(store, claim_body, &request, err);
    if (st != GAZ_OK || request.none) {
        release_stored(&request.job);
        return st == GAZ_OK ? GAZ_DONE : st;
    }
    *out = request.job.row;
    free(request.job.owner);
    return GAZ_OK;
}

/* ---- jobs of dead owners ---- */

typedef struct requeue_request {
    bool (*alive)(void *ctx, const char *owner);
    void *ctx;
    uint32_t attempts_max;
    GAZ_VEC(int64_t) running;
    size_t requeued, failed;
} requeue_request;

static gaz_status list_running(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    requeue_request *r = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err, "SELECT id, owner FROM jobs WHERE state = 2", "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        const char *owner = (const char *)sqlite3_column_text(stmt, 1);
        if (r->alive(r->ctx, owner ? owner : ""))
            continue;
        if (!gaz_vec_push(&r->running, sqlite3_column_int64(stmt, 0))) {
            gaz_db_reset(stmt);
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list jobs");
        }
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status requeue_one(gaz_db *db, requeue_request *r, int64_t id, gaz_error *err)
{
    stored_job job = {0};
    gaz_status st = load_job(db, id, &job, err);
    if (st == GAZ_E_NOT_FOUND) {
        gaz_error_clear(err);
        return GAZ_OK;
    }
    /* looked at again: between listing and now it may have ended or found another owner */
    if (st == GAZ_OK && job.row.state == GAZ_JOB_RUNNING &&
        !r->alive(r->ctx, job.owner ? job.owner : "")) {
        bool again = job.row.attempts < r->attempts_max;
        char text[120];
        snprintf(text, sizeof text,
                 "given up after %u attempts: each time the process that ran it died",
                 job.row.attempts);
        free(job.row.error);
        job.row.error =
            again ? NULL : strdup(text); /* without memory: failed, without its reason */
        free(job.owner);
        job.owner = NULL;
        job.row.state = again ? GAZ_JOB_QUEUED : GAZ_JOB_FAILED;
        job.row.finished_us = again ? 0 : gaz_wall_us();
        r->requeued += again;
        r->failed += !again;
        st = save_job(db, &job, err);
    }
    release_stored(&job);
    return st;
}

static gaz_status requeue_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    requeue_request *r = ctx;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < r->running.len; i++)
        st = requeue_one(db, r, r->running.items[i], err);
    return st;
}

gaz_status gaz_store_job_requeue(gaz_store *store, bool (*alive)(void *ctx, const char *owner),
                                 void *ctx, uint32_t attempts_max, size_t *requeued, gaz_error *err)
{
    requeue_request request = {.alive = alive, .ctx = ctx, .attempts_max = attempts_max};
    gaz_status st = gaz_store_read(store, list_running, &request, err);
    if (st == GAZ_OK && request.running.len)
        st = gaz_store_write(store, requeue_body, &request, err);
    gaz_vec_free(&request.running);
    if (st == GAZ_OK && requeued)
        *requeued = request.requeued;
    return st;
}

/* ---- ending, looking ---- */

typedef struct finish_request {
    int64_t id;
    gaz_job_state state;
    const char *error;
    uint64_t generation;
} finish_request;

static gaz_status finish_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    const finish_request *f = ctx;
    stored_job job = {0};
    gaz_status st = load_job(db, f->id, &job, err);
    if (st == GAZ_OK && job.row.state != GAZ_JOB_RUNNING && job.row.state != GAZ_JOB_QUEUED)
        st = gaz_error_set(err, GAZ_E_INVALID, "job %lld has ended already", (long long)f->id);
    if (st == GAZ_OK) {
        free(job.row.error);
        job.row.error = f->error ? strndup(f->error, JOB_TEXT_MAX) : NULL;
        if (f->error && !job.row.error)
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to end job %lld", (long long)f->id);
        free(job.owner);
        job.owner = NULL;
        job.row.state = f->state;
        job.row.generation = f->generation;
        job.row.finished_us = gaz_wall_us();
        if (st == GAZ_OK)
            st = save_job(db, &job, err);
    }
    release_stored(&job);
    return st;
}

gaz_status gaz_store_job_finish(gaz_store *store, int64_t id, gaz_job_state state,
                                const char *error, uint64_t generation, gaz_error *err)
{
    if (state != GAZ_JOB_DONE && state != GAZ_JOB_FAILED)
        return gaz_error_set(err, GAZ_E_INVALID, "a job ends as done or as failed");
    finish_request request = {id, state, error, generation};
    return gaz_store_write(store, finish_body, &request, err);
}

gaz_status gaz_store_job_get(gaz_store *store, int64_t id, gaz_job_row *out, gaz_error *err)
{
    gaz_status st = gaz_store_usable(store, err);
    if (st != GAZ_OK)
        return st;
    stored_job job = {0};
    gaz_db_lock(&store->poller);
    st = load_job(&store->poller, id, &job, err);
    gaz_db_unlock(&store->poller);
    if (st != GAZ_OK)
        return st;
    free(job.owner);
    *out = job.row;
    return GAZ_OK;
}

typedef struct list_request {
    size_t limit;
    GAZ_VEC(gaz_job_row) rows;
} list_request;

static gaz_status list_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    list_request *l = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT " JOB_COLUMNS " FROM job_rows ORDER BY id DESC LIMIT ?",
                                 "i", (int64_t)(l->limit > INT32_MAX ? INT32_MAX : l->limit));
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        stored_job job = {0};
        st = read_job(stmt, &job, err);
        if (st == GAZ_OK && !gaz_vec_push(&l->rows, job.row)) {
            gaz_job_row_release(&job.row);
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list jobs");
        }
        free(job.owner);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

gaz_status gaz_store_job_list(gaz_store *store, size_t limit, gaz_job_row **rows, size_t *count,
                              gaz_error *err)
{
    list_request list = {.limit = limit};
    gaz_status st = gaz_store_read(store, list_body, &list, err);
    if (st == GAZ_OK && !gaz_vec_reserve(&list.rows, 1))
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list jobs");
    if (st != GAZ_OK) {
        for (size_t i = 0; i < list.rows.len; i++)
            gaz_job_row_release(&list.rows.items[i]);
        gaz_vec_free(&list.rows);
        return st;
    }
    *rows = list.rows.items;
    *count = list.rows.len;
    return GAZ_OK;
}

/* ---- quarantine ---- */

typedef struct quarantine_request {
    const gaz_oid *blob;
    const char *reason;
    bool symbols; /* those that crash the reader of symbols, else those that crash that of text */
    GAZ_VEC(gaz_oid) blobs;
} quarantine_request;

static gaz_status quarantine_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    const quarantine_request *q = ctx;
    return gaz_db_do(
        db, err,
        "INSERT INTO quarantine (blob, reason, added_us) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        "bti", (const void *)q->blob->id, sizeof q->blob->id, q->reason, gaz_wall_us());
}

gaz_status gaz_store_quarantine_add(gaz_store *store, const gaz_oid *blob, const char *reason,
                                    gaz_error *err)
{
    char text[JOB_TEXT_MAX];
    snprintf(text, sizeof text, "%s", reason);
    quarantine_request request = {.blob = blob, .reason = text};
    return gaz_store_write(store, quarantine_body, &request, err);
}

static gaz_status quarantined_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    quarantine_request *q = ctx;
    uint64_t sum = 0;
    gaz_status st = gaz_store_home_sum(db, &sum, err);
    if (st == GAZ_OK)
        st = gaz_store_check_digest(db, GAZ_DIGEST_HOME, 0, sum, "the home", err);
    sqlite3_stmt *stmt = NULL;
    if (st == GAZ_OK)
        st = gaz_db_start(db, &stmt, err,
                          "SELECT blob FROM quarantine WHERE (substr(reason, 1, 8) = ?) = ? "
                          "ORDER BY blob",
                          "ti", GAZ_QUARANTINE_SYMBOLS, (int64_t)q->symbols);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_oid blob = {{0}};
        st = gaz_db_blob(stmt, 0, blob.id, sizeof blob.id, err);
        if (st == GAZ_OK && !gaz_vec_push(&q->blobs, blob))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list blobs");
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status list_quarantine(gaz_store *store, bool symbols, gaz_oid **blobs, size_t *count,
                                  gaz_error *err)
{
    quarantine_request request = {.symbols = symbols};
    gaz_status st = gaz_store_read(store, quarantined_body, &request, err);
    if (st == GAZ_OK && !gaz_vec_reserve(&request.blobs, 1))
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list blobs");
    if (st != GAZ_OK) {
        gaz_vec_free(&request.blobs);
        return st;
    }
    *blobs = request.blobs.items;
    *count = request.blobs.len;
    return GAZ_OK;
}

gaz_status gaz_store_quarantine_list(gaz_store *store, gaz_oid **blobs, size_t *count,
                                     gaz_error *err)
{
    return list_quarantine(store, false, blobs, count, err);
}

gaz_status gaz_store_symbol_quarantine_list(gaz_store *store, gaz_oid **blobs, size_t *count,
                                            gaz_error *err)
{
    return list_quarantine(store, true, blobs, count, err);
}
