/* The frame of answers from history. What a ref reaches is asked of the index only where that is
 * not all of it: with one branch it is. A ref that is ahead of the index, because commits are
 * indexed after text, is answered with what there is, and that is said. */
#include "history_answer.h"

#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/date.h"
#include "gaz/repo/history.h"

#define ARENA_MAX ((size_t)256 << 20)
#define TASK_TRAILER "Agent-Task"

/* ---- the frame ---- */

/* Whether the ref's commit is in the index, and needs to be asked for. */
static gaz_status find_tip(history_answer *a, gaz_error *err)
{
    const gaz_ref_head *head = gaz_ref_files_head(a->files);
    const gaz_commits_state *state = gaz_commits_state_of(a->index);
    char hex[GAZ_OID_HEX];
    uint32_t rank = 0;
    gaz_error why = {0};
    a->tip = head->commit;
    a->all = state->tip_count == 1 && gaz_oid_compare(&state->tips[0], &a->tip) == 0;
    if (a->all)
        return GAZ_OK;
    gaz_oid_format(&a->tip, hex);
    gaz_status st = gaz_commits_find(a->index, hex, &rank, &why);
    if (st == GAZ_OK)
        return GAZ_OK;
    if (st != GAZ_E_NOT_FOUND)
        return gaz_error_set(err, st, "%s", why.message);
    if (strcmp(head->branch, hex) != 0) { /* a branch: its new commits are still to come */
        a->all = true;
        a->reason = "history_pending";
        return GAZ_OK;
    }
    gaz_error_set(err, GAZ_E_NOT_FOUND, "commit %.12s is not in the index of history", hex);
    gaz_error_hint(err, "it holds the newest commits of indexed branches (history.commits); "
                        "`gaz status` tells how far it goes");
    return GAZ_E_NOT_FOUND;
}

gaz_status history_begin(history_answer *a, gaz_call *call, gaz_error *err)
{
    *a = (history_answer){.call = call,
                          .started = gaz_now_us(),
                          .deadline = gaz_deadline(call->services->settings->query_timeout_ms),
                          .out = GAZ_STRBUF_INIT};
    gaz_arena_init(&a->arena, ARENA_MAX);
    gaz_json_writer_init(&a->json, &a->out);
    gaz_engine *engine = call->services->engine;
    gaz_status st =
        gaz_ref_files_open(engine, call_text(call, "repo"), call_text(call, "rev"), &a->files, err);
    if (st == GAZ_OK)
        st = gaz_engine_commits(engine, gaz_ref_files_head(a->files)->repo, &a->texts, err);
    if (st != GAZ_OK)
        return st;
    a->index = gaz_commit_texts_index(a->texts);
    st = find_tip(a, err);
    gaz_json_object_begin(&a->json);
    put_ref_head(&a->json, a->files);
    return st;
}

gaz_status history_end(history_answer *a, gaz_error *err)
{
    put_history_end(&a->json, a->index);
    gaz_json_put_bool(&a->json, "complete", a->reason == NULL);
    gaz_json_put_cstring(&a->json, "reason", a->reason);
    gaz_json_put_int(&a->json, "took_us", gaz_now_us() - a->started);
    gaz_json_object_end(&a->json);
    return call_finish(a->call, &a->out, err);
}

void history_release(history_answer *a)
{
    gaz_commit_texts_close(a->texts);
    gaz_ref_files_unref(a->files);
    gaz_strbuf_release(&a->out);
    gaz_arena_release(&a->arena);
}

/* ---- paths ---- */

static gaz_status in_past(history_answer *a, history_path *p, gaz_error *err)
{
    gaz_path_stats stats;
    gaz_commits_filter filter = {
        .path = p->text, .path_len = p->len, .below = true, .merges = true};
    gaz_commits_page page = {.limit = 1};
    p->gone = true;
    gaz_status st = gaz_commits_path(a->index, p->text, p->len, &stats, err);
    p->directory = st == GAZ_E_NOT_FOUND;
    if (st != GAZ_E_NOT_FOUND)
        return st;
    st = gaz_commits_log(a->index, &filter, &page, &a->arena, err);
    return st == GAZ_OK && !page.count ? GAZ_E_NOT_FOUND : st;
}

gaz_status history_find_path(history_answer *a, const char *path, history_path *out, gaz_error *err)
{
    size_t len = strlen(path);
    while (len && path[len - 1] == '/')
        len--;
    if (len == 1 && path[0] == '.')
        len = 0;
    *out = (history_path){.text = gaz_arena_strndup(&a->arena, path, len), .len = len};
    if (!out->text)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a path");
    uint32_t first = 0, count = 0;
    out->directory = gaz_ref_files_exact(a->files, out->text) == UINT32_MAX;
    if (gaz_ref_files_below(a->files, out->text, len, &first, &count) || !len)
        return GAZ_OK;
    gaz_status st = in_past(a, out, err);
    uint32_t unused = 0;
    return st == GAZ_E_NOT_FOUND ? gaz_ref_files_find(a->files, out->text, &unused, err) : st;
}

/* ---- filters ---- */

gaz_commits_filter history_filter(const history_answer *a)
{
    return (gaz_commits_filter){.reach = a->all ? NULL : &a->tip};
}

gaz_status history_read_time(const gaz_call *call, const char *name, int64_t *seconds,
                             gaz_error *err)
{
    const char *text = call_text(call, name);
    gaz_error why = {0};
    *seconds = 0;
    if (!text || gaz_date_parse(text, gaz_wall_us() / 1000000, seconds, &why) == GAZ_OK)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_INVALID, "%s: %s", name, why.message);
    gaz_error_hint(err, "%s", why.hint);
    return GAZ_E_INVALID;
}

gaz_status history_read_filter(const history_answer *a, gaz_commits_filter *out, gaz_error *err)
{
    *out = history_filter(a);
    out->author = call_text(a->call, "author");
    gaz_status st = history_read_time(a->call, "after", &out->after, err);
    if (st == GAZ_OK)
        st = history_read_time(a->call, "before", &out->before, err);
    if (st != GAZ_OK)
        return st;
    bool until = call_text(a->call, "before") != NULL, since = call_text(a->call, "after") != NULL;
    if (since && !until)
        out->before = INT64_MAX;
    if (until && !since)
        out->after = INT64_MIN;
    if (since && until && out->after >= out->before)
        return gaz_error_set(err, GAZ_E_INVALID,
                             "no commit is after %.100s and before %.100s: one is not before the "
                             "other",
                             call_text(a->call, "after"), call_text(a->call, "before"));
    return GAZ_OK;
}

/* ---- JSON ---- */

void put_seconds(gaz_json_writer *w, const char *key, int64_t seconds)
{
    char text[32];
    gaz_time_format(seconds * 1000000, text);
    gaz_json_put_cstring(w, key, text);
}

void put_person(gaz_json_writer *w, const char *key, const char *name, const char *email)
{
    gaz_json_key(w, key);
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "name", name);
    gaz_json_put_cstring(w, "email", email);
    gaz_json_object_end(w);
}

void put_message(gaz_json_writer *w, const char *message, size_t len)
{
    const char *end = memchr(message, '\n', len), *task = NULL;
    size_t task_len = 0;
    gaz_json_put_string(w, "summary", message, end ? (size_t)(end - message) : len);
    if (gaz_trailer_find(message, len, TASK_TRAILER, &task, &task_len))
        gaz_json_put_string(w, "task", task, task_len);
    else
        gaz_json_put_cstring(w, "task", NULL);
}

gaz_status history_put_commit(history_answer *a, uint32_t rank, bool whole, gaz_error *err)
{
    gaz_commit_record r;
    gaz_json_writer *w = &a->json;
    gaz_status st = gaz_commits_get(a->index, rank, false, &a->arena, &r, err);
    if (st != GAZ_OK)
        return st;
    put_oid(w, "commit", &r.id);
    put_person(w, "author", r.author.name, r.author.email);
    put_seconds(w, "authored", r.author.when);
    put_seconds(w, "committed", r.committer.when);
    put_message(w, r.message, r.message_len);
    if (whole)
        gaz_json_put_string(w, "message", r.message, r.message_len);
    gaz_json_put_bool(w, "merge", (r.flags & GAZ_COMMIT_MERGE) != 0);
    return GAZ_OK;
}

gaz_status history_put_last(history_answer *a, uint32_t rank, gaz_error *err)
{
    gaz_json_key(&a->json, "last");
    gaz_json_object_begin(&a->json);
    gaz_status st = history_put_commit(a, rank, false, err);
    gaz_json_object_end(&a->json);
    return st;
}

const char *history_change_name(gaz_commit_change_kind kind)
{
    static const char *const names[] = {[GAZ_COMMIT_ADDED] = "added",
                                        [GAZ_COMMIT_DELETED] = "deleted",
                                        [GAZ_COMMIT_MODIFIED] = "modified",
                                        [GAZ_COMMIT_RENAMED] = "renamed",
                                        [GAZ_COMMIT_RENAMED_AWAY] = "renamed away"};
    return names[kind];
}

void put_history_end(gaz_json_writer *w, gaz_commits *index)
{
    gaz_json_key(w, "history");
    if (!index) {
        gaz_json_null(w);
        return;
    }
    size_t count = gaz_commits_count(index);
    const gaz_commits_end *end = &gaz_commits_state_of(index)->end;
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "commits", (int64_t)count);
    if (count) {
        put_oid(w, "oldest", gaz_commits_id(index, (uint32_t)count - 1));
        put_seconds(w, "oldest_time", gaz_commits_time(index, (uint32_t)count - 1));
    } else {
        gaz_json_put_cstring(w, "oldest", NULL);
        gaz_json_put_cstring(w, "oldest_time", NULL);
    }
    gaz_json_put_bool(w, "goes_on", end->goes_on);
    gaz_json_put_bool(w, "unfinished", end->unfinished);
    gaz_json_put_int(w, "missing", (int64_t)end->missing);
    gaz_json_object_end(w);
}
