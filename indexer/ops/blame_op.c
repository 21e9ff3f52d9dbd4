/* blame: who brought each line of a file, when, and for which task. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/line_start.h"
#include "history_answer.h"
#include "lines_answer.h"

#define ARENA_MAX ((size_t)512 << 20)
#define LINE_SHOWN 400 /* bytes of a line */

gaz_status repo_git_dir(const gaz_call *call, const gaz_ref_files *files, char **out,
                        gaz_error *err)
{
    gaz_repo_row row;
    gaz_status st =
        gaz_store_repo_get(call->services->store, gaz_ref_files_head(files)->repo, &row, err);
    if (st != GAZ_OK)
        return st;
    *out = row.git_dir ? strdup(row.git_dir) : NULL;
    gaz_repo_row_release(&row);
    return *out ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory for a path");
}

gaz_status lines_check_blob(const gaz_ref_file *file, const gaz_oid *blob, gaz_error *err)
{
    if (gaz_oid_compare(&file->blob, blob) == 0)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_UNSUPPORTED,
                  "%.*s has changes in the work tree that are in no commit yet",
                  (int)(file->path_len < 300 ? file->path_len : 300), file->path);
    gaz_error_hint(err, "ask with rev=HEAD about what is committed");
    return GAZ_E_UNSUPPORTED;
}

void put_told_commit(gaz_json_writer *w, const gaz_told_commit *c)
{
    put_oid(w, "commit", &c->id);
    put_person(w, "author", c->author, c->email);
    put_seconds(w, "authored", c->authored);
    put_seconds(w, "committed", c->committed);
    gaz_json_put_cstring(w, "summary", c->summary);
    gaz_json_put_cstring(w, "task", c->task);
    gaz_json_put_bool(w, "merge", c->merge);
}

typedef struct blame_answer {
    gaz_call *call;
    int64_t started;
    gaz_ref_files *files;
    gaz_ref_file file;
    uint32_t number, first, last; /* of the file; lines asked for */
    gaz_told told;
    gaz_strbuf text, out; /* text: of the lines asked for */
    gaz_arena arena;
} blame_answer;

/* Each line of a range. */
static void put_text(const blame_answer *a, gaz_json_writer *w, const gaz_told_lines *l)
{
    uint32_t first = a->first ? a->first : 1;
    size_t at = gaz_line_start(a->text.data, a->text.len, l->first - first);
    gaz_json_key(w, "text");
    gaz_json_array_begin(w);
    for (uint32_t line = l->first; line <= l->last && at < a->text.len; line++) {
        const char *text = a->text.data + at, *end = memchr(text, '\n', a->text.len - at);
        size_t len = end ? (size_t)(end - text) : a->text.len - at;
        at += len + 1;
        len -= len && text[len - 1] == '\r';
        if (len > LINE_SHOWN)
            for (len = LINE_SHOWN; len && ((unsigned char)text[len] & 0xC0) == 0x80;)
                len--; /* no half characters */
        gaz_json_string(w, text, len);
    }
    gaz_json_array_end(w);
}

static void put_range(const blame_answer *a, gaz_json_writer *w, const gaz_told_lines *l)
{
    gaz_json_object_begin(w);
    gaz_json_put_int(w, "first", l->first);
    gaz_json_put_int(w, "last", l->last);
    put_told_commit(w, &a->told.commits[l->commit]);
    put_bytes(w, "path", "path_bytes", l->path, strlen(l->path));
    gaz_json_put_int(w, "line", l->origin);
    gaz_json_put_bool(w, "boundary", l->boundary);
    gaz_json_put_bool(w, "unfinished", l->unfinished);
    if (call_number(a->call, "text"))
        put_text(a, w, l);
    gaz_json_object_end(w);
}

static gaz_status put_answer(blame_answer *a, gaz_error *err)
{
    gaz_json_writer w;
    uint32_t limit = (uint32_t)call_number(a->call, "limit"), shown = 0;
    gaz_json_writer_init(&w, &a->out);
    gaz_json_object_begin(&w);
    put_ref_head(&w, a->files);
    put_bytes(&w, "path", "path_bytes", a->file.path, a->file.path_len);
    put_oid(&w, "blob", &a->file.blob);
    gaz_json_put_int(&w, "lines_total", a->told.file_lines);
    gaz_json_key(&w, "ranges");
    gaz_json_array_begin(&w);
    for (; shown < a->told.line_count && shown < limit; shown++)
        put_range(a, &w, &a->told.lines[shown]);
    gaz_json_array_end(&w);
    gaz_json_put_int(&w, "total", a->told.line_count);
    gaz_json_put_int(&w, "looked", (int64_t)a->told.looked);
    const char *reason = !a->told.complete            ? "timeout"
                         : shown < a->told.line_count ? "limit"
                                                      : NULL;
    gaz_json_put_bool(&w, "complete", reason == NULL);
    gaz_json_put_cstring(&w, "reason", reason);
    gaz_json_put_int(&w, "took_us", gaz_now_us() - a->started);
    gaz_json_object_end(&w);
    return call_finish(a->call, &a->out, err);
}

static gaz_status ask_blame(blame_answer *a, gaz_error *err)
{
    gaz_call *call = a->call;
    char *git_dir = NULL;
    gaz_repo_question q = {.commit = gaz_ref_files_head(a->files)->commit,
                           .path = call_text(call, "path"),
                           .first = a->first,
                           .last = a->last,
                           .deadline_us = gaz_deadline(call->services->settings->query_timeout_ms)};
    gaz_status st = repo_git_dir(call, a->files, &git_dir, err);
    q.git_dir = git_dir;
    if (st == GAZ_OK)
        st = gaz_repo_ask_blame(call->services->repos, &q, &a->arena, &a->told, err);
    free(git_dir);
    if (st == GAZ_OK)
        st = lines_check_blob(&a->file, &a->told.blob, err);
    return st;
}

gaz_status op_blame(gaz_call *call, gaz_error *err)
{
    blame_answer a = {
        .call = call, .started = gaz_now_us(), .text = GAZ_STRBUF_INIT, .out = GAZ_STRBUF_INIT};
    gaz_arena_init(&a.arena, ARENA_MAX);
    gaz_status st = call_lines(call, &a.first, &a.last, err);
    if (st == GAZ_OK)
        st = gaz_ref_files_open(call->services->engine, call_text(call, "repo"),
                                call_text(call, "rev"), &a.files, err);
    if (st == GAZ_OK)
        st = gaz_ref_files_find(a.files, call_text(call, "path"), &a.number, err);
    if (st == GAZ_OK) {
        gaz_ref_files_at(a.files, a.number, &a.file);
        st = ask_blame(&a, err);
    }
    if (st == GAZ_OK && call_number(call, "text"))
        st = gaz_ref_files_text(a.files, a.number, a.first, a.last, &a.text, err);
    if (st == GAZ_OK)
        st = put_answer(&a, err);
    gaz_ref_files_unref(a.files);
    gaz_strbuf_release(&a.text);
    gaz_strbuf_release(&a.out);
    gaz_arena_release(&a.arena);
    return st;
}
