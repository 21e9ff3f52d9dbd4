/* What the handlers share: values, and the pieces of JSON that several answers hold. */
#include "history_answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/store/tree_state.h"

const char *call_text(const gaz_call *call, const char *name)
{
    return gaz_call_value(call, name)->text;
}

int64_t call_number(const gaz_call *call, const char *name)
{
    return gaz_call_value(call, name)->number;
}

gaz_status call_finish(gaz_call *call, gaz_strbuf *out, gaz_error *err)
{
    gaz_strbuf_putc(out, '\n');
    gaz_status st = gaz_strbuf_check(out, err);
    return st == GAZ_OK ? call->emit(call->ctx, out->data, out->len, err) : st;
}

void put_bytes(gaz_json_writer *w, const char *key, const char *bytes_key, const char *text,
               size_t len)
{
    gaz_json_key(w, key);
    if (gaz_json_string(w, text, len))
        return;
    gaz_json_key(w, bytes_key);
    gaz_json_base64(w, text, len);
}

void put_oid(gaz_json_writer *w, const char *key, const gaz_oid *oid)
{
    char hex[GAZ_OID_HEX];
    gaz_oid_format(oid, hex);
    gaz_json_put_cstring(w, key, hex);
}

void put_time(gaz_json_writer *w, const char *key, int64_t wall_us)
{
    char text[32];
    if (wall_us)
        gaz_time_format(wall_us, text);
    gaz_json_put_cstring(w, key, wall_us ? text : NULL);
}

/* null: nothing is published of it, or there is none. */
static gaz_status put_worktree(const gaz_services *s, gaz_json_writer *w, const gaz_repo_row *row,
                               gaz_error *err)
{
    gaz_tree_state tree;
    gaz_error why = {0};
    gaz_status st = gaz_store_tree_state(s->store, row, &tree, &why);
    if (st == GAZ_E_NOMEM) {
        if (err)
            *err = why;
        return st;
    }
    gaz_json_key(w, "worktree");
    if (st != GAZ_OK) {
        gaz_json_null(w);
        return GAZ_OK;
    }
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "files", tree.files);
    if (gaz_oid_is_zero(&tree.commit))
        gaz_json_put_cstring(w, "commit", NULL);
    else
        put_oid(w, "commit", &tree.commit);
    put_time(w, "changed", tree.changed_us);
    gaz_json_put_bool(w, "live", tree.live);
    gaz_json_object_end(w);
    return GAZ_OK;
}

/* null: nobody looks at it. */
static void put_poll(const gaz_services *s, gaz_json_writer *w, const char *repo)
{
    gaz_poll_info poll;
    gaz_json_key(w, "poll");
    if (!gaz_runner_poll(s->runner, repo, &poll)) {
        gaz_json_null(w);
        return;
    }
    gaz_json_object_begin(w);
    put_time(w, "last", poll.last_us);
    put_time(w, "next", poll.next_us);
    gaz_json_put_int(w, "failures", poll.failures);
    gaz_json_put_cstring(w, "error", poll.error[0] ? poll.error : NULL);
    gaz_json_object_end(w);
}

/* How far the symbols of the default branch are; null before they were looked at. */
static void put_symbols(gaz_json_writer *w, const gaz_snapshot_repo *repo)
{
    const gaz_ref_row *head = NULL;
    for (size_t i = 0; i < repo->ref_count; i++)
        head = repo->refs[i].head ? &repo->refs[i] : head;
    gaz_json_key(w, "symbols");
    if (!head || !head->symbols.manifest[0]) {
        gaz_json_null(w);
        return;
    }
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "documents", head->symbols.documents);
    gaz_json_put_int(w, "done", head->symbols.done);
    gaz_json_put_int(w, "failed", head->symbols.failed);
    gaz_json_put_bool(w, "current",
                      strcmp(head->symbols.manifest, head->manifest) == 0 &&
                          head->symbols.done == head->symbols.documents);
    gaz_json_object_end(w);
}

/* What compilers said that was imported. */
static void put_scip(gaz_json_writer *w, const gaz_snapshot_repo *repo)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < repo->scip_count; i++)
        bytes += repo->scip[i].file_bytes;
    gaz_json_key(w, "scip");
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "indexes", (int64_t)repo->scip_count);
    gaz_json_put_int(w, "bytes", (int64_t)bytes);
    put_time(w, "imported", repo->scip_count ? repo->scip[0].imported_us : 0);
    gaz_json_object_end(w);
}

/* What cannot be opened now is told by who asks about it, and by `check`. */
static void put_history(const gaz_services *s, gaz_json_writer *w, const char *name)
{
    gaz_commit_texts *texts = NULL;
    gaz_status st = gaz_engine_commits(s->engine, name, &texts, NULL);
    put_history_end(w, st == GAZ_OK ? gaz_commit_texts_index(texts) : NULL);
    gaz_commit_texts_close(texts);
}

gaz_status put_repo(const gaz_services *s, gaz_json_writer *w, const gaz_snapshot_repo *repo,
                    bool history, gaz_error *err)
{
    uint64_t files = 0, bytes = 0, skipped = 0;
    gaz_error why = {0};
    bool indexed = repo->row.indexed_us && repo->ref_count;
    gaz_status st =
        indexed ? gaz_engine_repo_stats(s->engine, repo->row.name, &files, &bytes, &skipped, &why)
                : GAZ_OK;
    if (st == GAZ_E_NOMEM) {
        if (err)
            *err = why;
        return st;
    }
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "name", repo->row.name);
    gaz_json_put_cstring(w, "source", repo->row.source);
    gaz_json_key(w, "patterns");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < repo->row.pattern_count; i++)
        gaz_json_cstring(w, repo->row.patterns[i]);
    gaz_json_array_end(w);
    gaz_json_key(w, "branches");
    gaz_json_array_begin(w);
    size_t revisions = 0;
    for (size_t i = 0; i < repo->ref_count; i++) {
        const gaz_ref_row *ref = &repo->refs[i];
        revisions += ref->kind == GAZ_REF_REVISION;
        if (ref->kind != GAZ_REF_BRANCH)
            continue;
        gaz_json_object_begin(w);
        gaz_json_key(w, "name");
        gaz_json_string(w, ref->name, strlen(ref->name));
        put_oid(w, "commit", &ref->commit);
        gaz_json_put_bool(w, "head", ref->head);
        gaz_json_object_end(w);
    }
    gaz_json_array_end(w);
    gaz_json_put_int(w, "revisions", (int64_t)revisions);
    gaz_json_put_int(w, "files", (int64_t)files);
    gaz_json_put_int(w, "text_bytes", (int64_t)bytes);
    gaz_json_put_int(w, "skipped", (int64_t)skipped);
    put_time(w, "added", repo->row.added_us);
    put_time(w, "indexed", repo->row.indexed_us);
    gaz_json_put_cstring(w, "error", st == GAZ_OK ? repo->row.last_error : why.message);
    gaz_json_put_cstring(w, "note", repo->row.note);
    put_symbols(w, repo);
    if (history)
        put_history(s, w, repo->row.name);
    put_scip(w, repo);
    st = put_worktree(s, w, &repo->row, err);
    put_poll(s, w, repo->row.name);
    gaz_json_object_end(w);
    return st;
}

void put_progress(gaz_json_writer *w, const gaz_progress *p)
{
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "phase", gaz_phase_name(p->phase));
    gaz_json_put_int(w, "files_done", (int64_t)p->files_done);
    gaz_json_put_int(w, "files_total", (int64_t)p->files_total);
    gaz_json_put_int(w, "bytes_done", (int64_t)p->bytes_done);
    gaz_json_put_int(w, "bytes_total", (int64_t)p->bytes_total);
    gaz_json_put_int(w, "bytes_per_second", (int64_t)p->bytes_per_second);
    gaz_json_key(w, "seconds_left");
    if (p->seconds_left < 0)
        gaz_json_null(w);
    else
        gaz_json_double(w, p->seconds_left);
    gaz_json_put_int(w, "elapsed_ms", p->elapsed_us / 1000);
    gaz_json_object_end(w);
}

void put_job(gaz_json_writer *w, const gaz_job_row *job, const gaz_progress *progress)
{
    static const char *const states[] = {"", "queued", "running", "done", "failed"};
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "id", job->id);
    gaz_json_put_cstring(w, "kind", job->kind);
    gaz_json_put_cstring(w, "repo", job->subject);
    gaz_json_put_cstring(w, "rev", job->argument);
    gaz_json_put_cstring(w, "state", states[job->state]);
    gaz_json_put_cstring(w, "error", job->error);
    put_time(w, "created", job->created_us);
    put_time(w, "started", job->started_us);
    put_time(w, "finished", job->finished_us);
    if (progress) {
        gaz_json_key(w, "progress");
        put_progress(w, progress);
    }
    gaz_json_object_end(w);
}

gaz_status emit_event(gaz_call *call, const char *event, const char *data, size_t len,
                      gaz_error *err)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&out, "event: %s\ndata: ", event);
    gaz_strbuf_add(&out, data, len); /* JSON without line ends */
    gaz_strbuf_puts(&out, "\n\n");
    gaz_status st = gaz_strbuf_check(&out, err);
    if (st == GAZ_OK)
        st = call->emit(call->ctx, out.data, out.len, err);
    gaz_strbuf_release(&out);
    return st;
}

gaz_status call_lines(const gaz_call *call, uint32_t *first, uint32_t *last, gaz_error *err)
{
    const char *text = call_text(call, "lines");
    char *end = NULL;
    *first = *last = 0;
    if (!text)
        return GAZ_OK;
    errno = 0;
    unsigned long a = text[0] >= '0' && text[0] <= '9' ? strtoul(text, &end, 10) : 0, b = a;
    if (end && *end == '-')
        b = end[1] ? (end[1] >= '0' && end[1] <= '9' ? strtoul(end + 1, &end, 10) : 0) : UINT32_MAX;
    else if (end && *end)
        a = 0;
    if (end && *end == '-' && !end[1])
        end++;
    if (errno || !a || b < a || a > UINT32_MAX || b > UINT32_MAX || !end || *end) {
        gaz_error_set(err, GAZ_E_INVALID, "lines '%s' is no range of lines", text);
        gaz_error_hint(err, "write it as 12, 12-40 or 12-, counted from 1");
        return GAZ_E_INVALID;
    }
    *first = (uint32_t)a;
    *last = (uint32_t)b;
    return GAZ_OK;
}

void put_ref_head(gaz_json_writer *w, const gaz_ref_files *files)
{
    const gaz_ref_head *head = gaz_ref_files_head(files);
    gaz_json_put_cstring(w, "repo", head->repo);
    gaz_json_key(w, "branch");
    gaz_json_string(w, head->branch, strlen(head->branch));
    put_oid(w, "commit", &head->commit);
    gaz_json_put_cstring(w, "generation", head->generation);
}
