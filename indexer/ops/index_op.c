/* index and jobs.get: a job at once, its outcome when it is published, or its progress as
 * server-sent events. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/vec.h"
#include "handlers.h"

typedef struct waiting {
    gaz_call *call;
    gaz_status failed;
    gaz_error error;
    int64_t last_us;
} waiting;

typedef GAZ_VEC(int64_t) job_list;

static gaz_status submit_one(gaz_call *call, const char *repo, const char *rev, int64_t *id,
                             gaz_error *err)
{
    gaz_runner *runner = call->services->runner;
    return call_number(call, "text_only") ? gaz_runner_submit_text(runner, repo, rev, id, err)
                                          : gaz_runner_submit(runner, repo, rev, id, err);
}

static gaz_status submit_all(gaz_call *call, job_list *jobs, gaz_error *err)
{
    const gaz_services *s = call->services;
    const char *only = call_text(call, "repo"), *rev = call_text(call, "rev");
    gaz_repo_row *rows = NULL, row;
    size_t count = 0;
    int64_t id;
    gaz_status st = GAZ_OK;
    if (only) {
        st = gaz_store_repo_get(s->store, only, &row, err);
        if (st != GAZ_OK)
            return st;
        gaz_repo_row_release(&row);
        st = submit_one(call, only, rev, &id, err);
        return st != GAZ_OK || gaz_vec_push(jobs, id)
                   ? st
                   : gaz_error_set(err, GAZ_E_NOMEM, "no memory for a list of jobs");
    }
    if (rev)
        return gaz_error_set(err, GAZ_E_INVALID, "rev needs repo: which repository's revision?");
    st = gaz_store_repo_list(s->store, &rows, &count, err);
    for (size_t i = 0; i < count; i++) {
        if (st == GAZ_OK)
            st = submit_one(call, rows[i].name, NULL, &id, err);
        if (st == GAZ_OK && !gaz_vec_push(jobs, id))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for a list of jobs");
        gaz_repo_row_release(&rows[i]);
    }
    free(rows);
    return st;
}

/* Progress as events; between them the caller is watched. */
static bool on_progress(void *ctx, const gaz_progress *p)
{
    waiting *w = ctx;
    if (w->call->cancelled && w->call->cancelled(w->call->ctx)) {
        w->failed = GAZ_E_CANCELLED;
        return false;
    }
    if (w->call->media != GAZ_MEDIA_EVENTS || gaz_now_us() - w->last_us < 90000)
        return true;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer json;
    gaz_json_writer_init(&json, &out);
    put_progress(&json, p);
    w->last_us = gaz_now_us();
    w->failed = emit_event(w->call, "progress", out.data, out.len, &w->error);
    gaz_strbuf_release(&out);
    return w->failed == GAZ_OK;
}

/* A caller over HTTP that goes away leaves the job running; one in this process that stops, stops
 * it. */
static gaz_status wait_for(gaz_call *call, int64_t id, gaz_run_result *result, gaz_error *err)
{
    waiting w = {.call = call};
    gaz_status st =
        gaz_runner_wait(call->services->runner, id, GAZ_NEVER, on_progress, &w, result, err);
    if (w.failed != GAZ_OK && w.error.status != GAZ_OK && err)
        *err = w.error;
    return st;
}

/* What a run of the branches has to say beside its figures. */
static void put_note(const gaz_call *call, gaz_json_writer *w, const char *name)
{
    gaz_repo_row row;
    gaz_status st = gaz_store_repo_get(call->services->store, name, &row, NULL);
    gaz_json_put_cstring(w, "note", st == GAZ_OK ? row.note : NULL);
    if (st == GAZ_OK)
        gaz_repo_row_release(&row);
}

static gaz_status put_outcome(gaz_call *call, gaz_json_writer *w, int64_t id,
                              const gaz_run_result *result, bool waited, const gaz_error *failure,
                              gaz_error *err)
{
    gaz_job_row row;
    gaz_status st = gaz_store_job_get(call->services->store, id, &row, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "id", id);
    gaz_json_put_cstring(w, "repo", row.subject);
    gaz_json_put_cstring(w, "rev", row.argument);
    bool failed = failure->status != GAZ_OK;
    gaz_json_put_cstring(w, "state",
                         failed                         ? "failed"
                         : waited                       ? "done"
                         : row.state == GAZ_JOB_RUNNING ? "running"
                                                        : "queued");
    gaz_json_put_cstring(w, "error", failed ? failure->message : NULL);
    if (waited && !failed) {
        gaz_json_put_bool(w, "changed", result->changed);
        gaz_json_put_int(w, "generation", (int64_t)result->generation);
        gaz_json_key(w, "commit");
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&result->commit, hex);
        gaz_json_cstring(w, gaz_oid_is_zero(&result->commit) ? NULL : hex);
        gaz_json_put_int(w, "files", (int64_t)result->files);
        gaz_json_put_int(w, "text_bytes", (int64_t)result->bytes);
        gaz_json_put_int(w, "skipped", (int64_t)result->skipped);
        gaz_json_put_int(w, "symbols", (int64_t)result->symbols);
        gaz_json_put_int(w, "symbols_failed", (int64_t)result->symbols_failed);
        gaz_json_put_int(w, "elapsed_ms", result->elapsed_us / 1000);
        if (!row.argument)
            put_note(call, w, row.subject);
    }
    gaz_json_object_end(w);
    gaz_job_row_release(&row);
    return GAZ_OK;
}

static gaz_status answer_jobs(gaz_call *call, const job_list *jobs, bool wait, gaz_strbuf *out,
                              gaz_error *err)
{
    int64_t started = gaz_now_us();
    gaz_json_writer w;
    gaz_status st = GAZ_OK;
    gaz_json_writer_init(&w, out);
    gaz_json_object_begin(&w);
    if (jobs->len == 1)
        gaz_json_put_int(&w, "job", jobs->items[0]);
    gaz_json_key(&w, "jobs");
    gaz_json_array_begin(&w);
    for (size_t i = 0; st == GAZ_OK && i < jobs->len; i++) {
        gaz_run_result result = {0};
        gaz_error why = {0};
        if (wait)
            st = wait_for(call, jobs->items[i], &result, &why);
        if (st != GAZ_OK && (jobs->len == 1 || st == GAZ_E_CANCELLED)) {
            if (err)
                *err = why;
            break;
        }
        st = put_outcome(call, &w, jobs->items[i], &result, wait, &why,
                         err); /* one repository's failure is not the others' */
    }
    gaz_json_array_end(&w);
    uint64_t generation = 0;
    if (st == GAZ_OK)
        st = gaz_store_generation(call->services->store, &generation, err);
    gaz_json_put_int(&w, "generation", (int64_t)generation);
    gaz_json_put_bool(&w, "complete", wait);
    gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
    gaz_json_object_end(&w);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}

static gaz_status finish_events(gaz_call *call, gaz_status st, const gaz_strbuf *out,
                                const gaz_error *why, gaz_error *err)
{
    if (st == GAZ_OK)
        return emit_event(call, "done", out->data, out->len, err);
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_error_json(why, &text);
    gaz_status sent = emit_event(call, "error", text.data, text.len, err);
    gaz_strbuf_release(&text);
    return sent;
}

gaz_status op_index(gaz_call *call, gaz_error *err)
{
    job_list jobs = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    bool events = call->media == GAZ_MEDIA_EVENTS,
         wait = events || call_number(call, "wait") || !call->services->remote;
    gaz_status st = submit_all(call, &jobs, err);
    if (st == GAZ_OK) {
        st = answer_jobs(call, &jobs, wait, &out, &why);
        if (events)
            st = finish_events(call, st, &out, &why, err);
        else if (st != GAZ_OK && err)
            *err = why;
        else if (st == GAZ_OK) {
            call->status = wait ? 200 : 202;
            st = call_finish(call, &out, err);
        }
    }
    gaz_vec_free(&jobs);
    gaz_strbuf_release(&out);
    return st;
}

static gaz_status job_document(gaz_call *call, int64_t id, gaz_strbuf *out, gaz_error *err)
{
    gaz_job_row row;
    gaz_progress progress;
    gaz_json_writer w;
    gaz_status st = gaz_store_job_get(call->services->store, id, &row, err);
    if (st != GAZ_OK)
        return st;
    bool known = row.state == GAZ_JOB_RUNNING &&
                 gaz_runner_progress(call->services->runner, id, &progress, NULL) == GAZ_OK;
    gaz_json_writer_init(&w, out);
    put_job(&w, &row, known ? &progress : NULL);
    gaz_job_row_release(&row);
    return gaz_strbuf_check(out, err);
}

gaz_status op_job(gaz_call *call, gaz_error *err)
{
    int64_t id = call_number(call, "id");
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_status st = job_document(call, id, &out, err);
    if (st == GAZ_OK && call->media == GAZ_MEDIA_EVENTS) {
        gaz_run_result result;
        gaz_error why = {0};
        st = wait_for(call, id, &result, &why);
        gaz_strbuf_reset(&out);
        if (st == GAZ_OK)
            st = job_document(call, id, &out, &why);
        st = finish_events(call, st, &out, &why, err);
    } else if (st == GAZ_OK) {
        st = call_finish(call, &out, err);
    }
    gaz_strbuf_release(&out);
    return st;
}
