/* repos.add, repos.list, repos.remove, status, check, repair. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "handlers.h"

#define HISTORIES_MAX 16 /* commit indexes that status opens at once: as many as are kept */

gaz_status op_repos_add(gaz_call *call, gaz_error *err)
{
    const gaz_value *branches = gaz_call_value(call, "branches");
    gaz_add add = {.source = call_text(call, "source"),
                   .name = call_text(call, "name"),
                   .patterns = branches->items,
                   .pattern_count = branches->count,
                   .remote = call->services->remote};
    gaz_repo_row row;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_status st =
        gaz_repo_register(call->services->store, call->services->settings, &add, &row, err);
    if (st != GAZ_OK)
        return st;
    gaz_snapshot_repo repo = {.row = row};
    gaz_json_writer_init(&w, &out);
    st = put_repo(call->services, &w, &repo, false, err);
    if (st == GAZ_OK) {
        call->status = 201;
        st = call_finish(call, &out, err);
    }
    gaz_strbuf_release(&out);
    gaz_repo_row_release(&row);
    return st;
}

/* @param history  wanted, too: of a few repositories, since each index is opened */
static gaz_status put_repos(gaz_call *call, gaz_json_writer *w, const gaz_snapshot *snapshot,
                            const char *only, bool history, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_json_key(w, "repos");
    gaz_json_array_begin(w);
    for (size_t i = 0; st == GAZ_OK && i < snapshot->repo_count; i++)
        if (!only || strcmp(only, snapshot->repos[i].row.name) == 0)
            st = put_repo(call->services, w, &snapshot->repos[i], history, err);
    gaz_json_array_end(w);
    return st;
}

gaz_status op_repos_list(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    gaz_snapshot *snapshot = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_status st = gaz_engine_refresh(call->services->engine, err);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(call->services->store, &snapshot, err);
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    if (st == GAZ_OK)
        st = put_repos(call, &w, snapshot, NULL, false, err);
    if (st == GAZ_OK) {
        gaz_json_put_int(&w, "generation", (int64_t)snapshot->generation);
        gaz_json_put_bool(&w, "complete", true);
        gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
        gaz_json_object_end(&w);
        st = call_finish(call, &out, err);
    }
    gaz_snapshot_free(snapshot);
    gaz_strbuf_release(&out);
    return st;
}

gaz_status op_repos_remove(gaz_call *call, gaz_error *err)
{
    const char *name = call_text(call, "name");
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_status st = gaz_repo_unregister(call->services->store, name, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "removed", name);
    gaz_json_object_end(&w);
    st = call_finish(call, &out, err);
    gaz_strbuf_release(&out);
    return st;
}

/* ---- status ---- */

static gaz_status put_skipped(void *ctx, const gaz_skipped *item, gaz_error *err)
{
    gaz_json_writer *w = ctx;
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "repo", item->repo);
    put_bytes(w, "path", "path_bytes", item->path, item->path_len);
    gaz_json_put_cstring(w, "reason", item->reason);
    gaz_json_object_end(w);
    return gaz_strbuf_check(w->out, err);
}

static gaz_status put_jobs(gaz_call *call, gaz_json_writer *w, gaz_error *err)
{
    gaz_job_row *rows = NULL;
    size_t count = 0;
    gaz_status st = gaz_store_job_list(call->services->store, 20, &rows, &count, err);
    gaz_json_key(w, "jobs");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < count; i++) {
        gaz_progress progress;
        bool known =
            gaz_runner_progress(call->services->runner, rows[i].id, &progress, NULL) == GAZ_OK;
        put_job(w, &rows[i], known && rows[i].state == GAZ_JOB_RUNNING ? &progress : NULL);
        gaz_job_row_release(&rows[i]);
    }
    gaz_json_array_end(w);
    free(rows);
    return st;
}

static void put_engine(gaz_call *call, gaz_json_writer *w)
{
    gaz_engine_stats s;
    gaz_engine_stats_get(call->services->engine, &s);
    gaz_json_key(w, "index");
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "segments", (int64_t)s.segments);
    gaz_json_put_int(w, "documents", (int64_t)s.documents);
    gaz_json_put_int(w, "text_bytes", (int64_t)s.text_bytes);
    gaz_json_put_int(w, "index_bytes", (int64_t)s.index_bytes);
    gaz_json_object_end(w);
    gaz_json_key(w, "cache");
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "used", (int64_t)s.cache_used);
    gaz_json_put_int(w, "max", (int64_t)s.cache_max);
    gaz_json_put_int(w, "hits", (int64_t)s.cache_hits);
    gaz_json_put_int(w, "misses", (int64_t)s.cache_misses);
    gaz_json_object_end(w);
    gaz_json_put_int(w, "searches", (int64_t)s.searches);
}

gaz_status op_status(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    const char *only = call_text(call, "repo");
    gaz_snapshot *snapshot = NULL;
    gaz_repo_row row;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_status st = gaz_engine_refresh(call->services->engine, err);
    if (st == GAZ_OK && only) {
        st = gaz_store_repo_get(call->services->store, only, &row, err);
        if (st == GAZ_OK)
            gaz_repo_row_release(&row);
    }
    if (st == GAZ_OK)
        st = gaz_store_snapshot(call->services->store, &snapshot, err);
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "version", GAZ_VERSION);
    gaz_json_put_cstring(&w, "home", gaz_store_home(call->services->store));
    put_time(&w, "started", call->services->started_us);
    if (st == GAZ_OK) {
        gaz_json_put_int(&w, "generation", (int64_t)snapshot->generation);
        st =
            put_repos(call, &w, snapshot, only, only || snapshot->repo_count <= HISTORIES_MAX, err);
    }
    if (st == GAZ_OK)
        st = put_jobs(call, &w, err);
    if (st == GAZ_OK && call_number(call, "skipped")) {
        gaz_json_key(&w, "skipped");
        gaz_json_array_begin(&w);
        st = gaz_engine_skipped(call->services->engine, only, put_skipped, &w, err);
        gaz_json_array_end(&w);
    }
    if (st == GAZ_OK) {
        put_engine(call, &w);
        gaz_json_put_bool(&w, "complete", true);
        gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
        gaz_json_object_end(&w);
        st = call_finish(call, &out, err);
    }
    gaz_snapshot_free(snapshot);
    gaz_strbuf_release(&out);
    return st;
}

/* ---- check, repair ---- */

typedef struct findings {
    gaz_json_writer *w;
    uint64_t count;
} findings;

#define FINDINGS_MAX 1000

static void put_finding(void *ctx, const char *what, const char *name, const char *message)
{
    findings *f = ctx;
    if (f->count++ >= FINDINGS_MAX)
        return;
    gaz_json_object_begin(f->w);
    gaz_json_put_cstring(f->w, "what", what);
    gaz_json_key(f->w, "name");
    gaz_json_string(f->w, name, strlen(name));
    gaz_json_key(f->w, "message");
    gaz_json_string(f->w, message, strlen(message));
    gaz_json_object_end(f->w);
}

gaz_status op_check(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    findings f = {&w, 0};
    uint64_t checked = 0;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_key(&w, "findings");
    gaz_json_array_begin(&w);
    gaz_status st = gaz_check_all(call->services->store, put_finding, &f, &checked, err);
    if (st == GAZ_OK) {
        gaz_json_array_end(&w);
        gaz_json_put_bool(&w, "ok", f.count == 0);
        gaz_json_put_int(&w, "count", (int64_t)f.count);
        gaz_json_put_int(&w, "checked", (int64_t)checked);
        gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
        gaz_json_object_end(&w);
        st = call_finish(call, &out, err);
    }
    gaz_strbuf_release(&out);
    return st;
}

/* What repair dropped is indexed again at once, so that its end is a whole index. */
static gaz_status reindex(gaz_call *call, const gaz_strbuf *again, gaz_json_writer *w,
                          gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_json_key(w, "indexed");
    gaz_json_array_begin(w);
    for (const char *at = again->data; st == GAZ_OK && *at;) {
        char name[GAZ_REPO_NAME_MAX + 1];
        size_t n = strcspn(at, "\n");
        int64_t job;
        gaz_run_result result;
        gaz_error why = {0};
        memcpy(name, at, n < sizeof name ? n : sizeof name - 1);
        name[n < sizeof name ? n : sizeof name - 1] = '\0';
        at += n + (at[n] == '\n');
        st = gaz_runner_submit(call->services->runner, name, NULL, &job, err);
        gaz_status ran = st == GAZ_OK ? gaz_runner_wait(call->services->runner, job, GAZ_NEVER,
                                                        NULL, NULL, &result, &why)
                                      : st;
        gaz_json_object_begin(w);
        gaz_json_put_cstring(w, "repo", name);
        gaz_json_put_cstring(w, "error", ran == GAZ_OK ? NULL : why.message);
        gaz_json_object_end(w);
    }
    gaz_json_array_end(w);
    return st;
}

gaz_status op_repair(gaz_call *call, gaz_error *err)
{
    gaz_strbuf out = GAZ_STRBUF_INIT, again = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    findings f = {&w, 0};
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_key(&w, "findings");
    gaz_json_array_begin(&w);
    gaz_status st = gaz_repair_all(call->services->store, put_finding, &f, &again, err);
    gaz_json_array_end(&w);
    if (st == GAZ_OK)
        st = reindex(call, &again, &w, err);
    if (st == GAZ_OK) {
        gaz_json_put_int(&w, "count", (int64_t)f.count);
        gaz_json_object_end(&w);
        st = call_finish(call, &out, err);
    }
    gaz_strbuf_release(&out);
    gaz_strbuf_release(&again);
    return st;
}
