/* A job that runs keeps others of its repository waiting, so an end that is not recorded would stop
 * that repository for as long as this process lives. A disk that is full, the usual reason, is
 * often why the job failed, too, and has room again later. The repository's error is written before
 * the job's end, so that it cannot overwrite what a later run says. */
#include "job_ends.h"

#include <stdlib.h>
#include <string.h>

struct job_end {
    int64_t id;
    bool branches; /* a run of the repository's branches, whose failure its row tells */
    gaz_status status;
    uint64_t generation;
    gaz_error error;
    char repo[];
};

void job_ends_init(job_ends *ends, gaz_store *store, const gaz_log *log)
{
    *ends = (job_ends){.store = store, .log = log};
    pthread_mutex_init(&ends->lock, NULL);
}

void job_ends_release(job_ends *ends)
{
    for (size_t i = 0; i < ends->owed.len; i++)
        free(ends->owed.items[i]);
    gaz_vec_free(&ends->owed);
    pthread_mutex_destroy(&ends->lock);
}

/* A repository that was removed meanwhile has no error to keep. */
static gaz_status record_failure(gaz_store *store, const job_end *end, gaz_error *err)
{
    gaz_repo_row row;
    gaz_error why = {0};
    gaz_status st = gaz_store_repo_get(store, end->repo, &row, &why);
    if (st == GAZ_OK) {
        st = gaz_store_repo_failed(store, row.id, end->error.message, &why);
        gaz_repo_row_release(&row);
    }
    if (st == GAZ_E_NOT_FOUND)
        return GAZ_OK;
    if (st != GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    return st;
}

static gaz_status record(gaz_store *store, const job_end *end, gaz_error *err)
{
    bool ok = end->status == GAZ_OK;
    gaz_status st = ok || !end->branches ? GAZ_OK : record_failure(store, end, err);
    if (st == GAZ_OK)
        st = gaz_store_job_finish(store, end->id, ok ? GAZ_JOB_DONE : GAZ_JOB_FAILED,
                                  ok ? NULL : end->error.message, end->generation, err);
    return st;
}

/* Whether it may be otherwise the next time. */
static bool may_pass(gaz_status st)
{
    return st == GAZ_E_IO || st == GAZ_E_BUSY || st == GAZ_E_NOMEM;
}

static void owe(job_ends *ends, job_end *end)
{
    pthread_mutex_lock(&ends->lock);
    if (!gaz_vec_push(&ends->owed, end))
        free(end);
    pthread_mutex_unlock(&ends->lock);
}

void job_ends_record(job_ends *ends, const gaz_job_row *job, gaz_status status,
                     const gaz_error *why, const gaz_run_result *result)
{
    gaz_error err = {0};
    size_t len = strlen(job->subject) + 1;
    job_end *end = calloc(1, sizeof *end + len);
    if (!end) {
        gaz_log_write(ends->log, GAZ_LOG_ERROR, "index", "no memory to record the end of job %lld",
                      (long long)job->id);
        return;
    }
    end->id = job->id;
    end->branches = !job->argument;
    end->status = status;
    end->generation = result->generation;
    end->error = *why;
    memcpy(end->repo, job->subject, len);
    gaz_status st = record(ends->store, end, &err);
    if (st == GAZ_OK) {
        free(end);
        return;
    }
    gaz_log_write(ends->log, GAZ_LOG_ERROR, "index", "cannot record the end of job %lld%s: %s",
                  (long long)job->id, may_pass(st) ? ", it is tried again" : "", err.message);
    if (may_pass(st))
        owe(ends, end);
    else
        free(end);
}

void job_ends_settle(job_ends *ends)
{
    for (size_t left = SIZE_MAX; left;) {
        job_end *end = NULL;
        pthread_mutex_lock(&ends->lock);
        left = left < ends->owed.len ? left : ends->owed.len;
        if (left) {
            end = ends->owed.items[0];
            memmove(ends->owed.items, ends->owed.items + 1,
                    --ends->owed.len * sizeof *ends->owed.items);
        }
        pthread_mutex_unlock(&ends->lock);
        if (!end)
            return;
        left--;
        if (may_pass(record(ends->store, end, NULL)))
            owe(ends, end);
        else
            free(end);
    }
}
