/* history: the commits of a ref, a file through its renames, or a directory; those of lines are
 * asked of the repository (trace_op.c). */
#include <stdio.h>
#include <string.h>

#include "history_answer.h"

/* "h" and the last commit that was told: the next page begins behind it, whatever was pushed
 * meanwhile. */
static gaz_status read_cursor(history_answer *a, uint32_t *from, gaz_error *err)
{
    const char *text = call_text(a->call, "cursor");
    gaz_error why = {0};
    gaz_oid id;
    *from = 0;
    if (!text)
        return GAZ_OK;
    if (text[0] != 'h' || strlen(text) != GAZ_OID_HEX || gaz_oid_parse(text + 1, &id, NULL))
        return gaz_error_set(err, GAZ_E_INVALID, "the cursor is not one that this operation gave");
    gaz_status st = gaz_commits_find(a->index, text + 1, from, &why);
    if (st == GAZ_OK) {
        ++*from;
        return GAZ_OK;
    }
    if (st != GAZ_E_NOT_FOUND)
        return gaz_error_set(err, st, "%s", why.message);
    gaz_error_set(err, GAZ_E_INVALID, "the cursor has expired: its commit is not indexed any more");
    gaz_error_hint(err, "ask again from the first page");
    return GAZ_E_INVALID;
}

static void put_cursor(history_answer *a, const gaz_commits_page *page)
{
    char text[GAZ_OID_HEX + 1] = "h";
    bool more = page->next != UINT32_MAX && page->count;
    if (more)
        gaz_oid_format(gaz_commits_id(a->index, page->hits[page->count - 1].rank), text + 1);
    gaz_json_put_cstring(&a->json, "cursor", more ? text : NULL);
    if (more && !a->reason)
        a->reason = "limit";
}

static gaz_status put_hits(history_answer *a, const gaz_commits_page *page, bool file,
                           gaz_error *err)
{
    bool whole = call_number(a->call, "messages") != 0;
    gaz_status st = GAZ_OK;
    gaz_json_key(&a->json, "commits");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; st == GAZ_OK && i < page->count; i++) {
        const gaz_commits_hit *hit = &page->hits[i];
        gaz_json_object_begin(&a->json);
        st = history_put_commit(a, hit->rank, whole, err);
        if (file) {
            put_bytes(&a->json, "path", "path_bytes", hit->path, strlen(hit->path));
            gaz_json_put_cstring(&a->json, "change", history_change_name(hit->kind));
        }
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    return st;
}

static gaz_status list_commits(history_answer *a, gaz_error *err)
{
    gaz_commits_filter filter;
    gaz_commits_page page = {.limit = (size_t)call_number(a->call, "limit")};
    history_path path = {.text = "", .directory = true};
    gaz_status st = history_read_filter(a, &filter, err);
    if (st == GAZ_OK)
        st = read_cursor(a, &page.from, err);
    if (st == GAZ_OK && call_text(a->call, "path"))
        st = history_find_path(a, call_text(a->call, "path"), &path, err);
    if (st != GAZ_OK)
        return st;
    filter.message = call_text(a->call, "message");
    filter.merges = call_number(a->call, "merges") != 0;
    filter.path = path.len ? path.text : NULL;
    filter.path_len = path.len;
    filter.below = path.directory;
    filter.follow = !path.directory && call_number(a->call, "follow");
    st = gaz_commits_log(a->index, &filter, &page, &a->arena, err);
    if (st != GAZ_OK)
        return st;
    put_bytes(&a->json, "path", "path_bytes", path.text, path.len);
    gaz_json_put_bool(&a->json, "gone", path.gone);
    gaz_json_put_cstring(&a->json, "symbol", NULL);
    st = put_hits(a, &page, path.len && !path.directory, err);
    gaz_json_key(&a->json, "total");
    if (page.counted && !page.from)
        gaz_json_int(&a->json, (int64_t)page.total);
    else
        gaz_json_null(&a->json);
    put_cursor(a, &page);
    return st;
}

gaz_status op_history(gaz_call *call, gaz_error *err)
{
    history_answer a;
    if (call_text(call, "symbol") || call_text(call, "at") || call_text(call, "lines"))
        return history_of_lines(call, err);
    gaz_status st = history_begin(&a, call, err);
    if (st == GAZ_OK)
        st = list_commits(&a, err);
    if (st == GAZ_OK)
        st = history_end(&a, err);
    history_release(&a);
    return st;
}
