/* file and tree. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "handlers.h"

gaz_status op_file(gaz_call *call, gaz_error *err)
{
    uint32_t first, last;
    int64_t started = gaz_now_us();
    gaz_file_view v = {.text = GAZ_STRBUF_INIT};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_status st = call_lines(call, &first, &last, err);
    if (st == GAZ_OK)
        st = gaz_engine_file(call->services->engine, call_text(call, "repo"),
                             call_text(call, "rev"), call_text(call, "path"), first, last, &v, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "repo", v.repo);
    put_bytes(&w, "path", "path_bytes", v.path, v.path_len);
    gaz_json_key(&w, "branch");
    gaz_json_string(&w, v.branch, strlen(v.branch));
    put_oid(&w, "commit", &v.commit);
    put_oid(&w, "blob", &v.blob);
    gaz_json_put_cstring(&w, "generation", v.generation);
    gaz_json_put_bool(&w, "complete", v.skip == NULL);
    gaz_json_put_cstring(&w, "reason", v.skip);
    gaz_json_put_cstring(&w, "lang", v.lang);
    gaz_json_put_cstring(&w, "encoding", v.encoding);
    gaz_json_put_int(&w, "size", (int64_t)v.size);
    gaz_json_put_int(&w, "lines_total", v.lines_total);
    gaz_json_put_int(&w, "first_line", v.first_line);
    put_bytes(&w, "text", "bytes", v.text.data, v.text.len);
    gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
    gaz_json_object_end(&w);
    st = call_finish(call, &out, err);
    gaz_strbuf_release(&out);
    gaz_file_view_release(&v);
    return st;
}

typedef struct tree_answer {
    gaz_json_writer *w;
    const char *path;
} tree_answer;

static gaz_status put_entry(void *ctx, const gaz_tree_head *head, const gaz_tree_entry *entry,
                            gaz_error *err)
{
    tree_answer *a = ctx;
    gaz_json_writer *w = a->w;
    (void)err;
    if (!entry) {
        gaz_json_put_cstring(w, "repo", head->repo);
        gaz_json_key(w, "branch");
        gaz_json_string(w, head->branch, strlen(head->branch));
        put_oid(w, "commit", &head->commit);
        gaz_json_put_cstring(w, "generation", head->generation);
        gaz_json_key(w, "path");
        gaz_json_string(w, a->path, strlen(a->path));
        gaz_json_key(w, "entries");
        gaz_json_array_begin(w);
        return GAZ_OK;
    }
    gaz_json_object_begin(w);
    put_bytes(w, "name", "name_bytes", entry->name, entry->name_len);
    gaz_json_put_cstring(w, "type", entry->directory ? "dir" : "file");
    if (entry->directory) {
        gaz_json_put_int(w, "files", entry->files);
    } else {
        gaz_json_put_cstring(w, "lang", entry->lang);
        gaz_json_put_cstring(w, "skipped", entry->skip);
        put_oid(w, "blob", &entry->blob);
    }
    gaz_json_object_end(w);
    return GAZ_OK;
}

gaz_status op_tree(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    const char *path = call_text(call, "path");
    tree_answer a = {&w, path ? path : ""};
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_status st = gaz_engine_tree(call->services->engine, call_text(call, "repo"),
                                    call_text(call, "rev"), a.path, put_entry, &a, err);
    if (st == GAZ_OK) {
        gaz_json_array_end(&w);
        gaz_json_put_bool(&w, "complete", true);
        gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
        gaz_json_object_end(&w);
        st = call_finish(call, &out, err);
    }
    gaz_strbuf_release(&out);
    return st;
}
