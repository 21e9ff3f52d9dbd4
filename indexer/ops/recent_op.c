/* recent, cochange: which files changed lately, and which change together. */
#include <stdlib.h>
#include <string.h>

#include "history_answer.h"

#define FILES_MAX 10000    /* companions looked at; those that are gone are left out */
#define COMMITS_MAX 100000 /* of one path that are counted */

/* ---- recent ---- */

/* Bits of the commits that count, whatever path they changed. */
static gaz_status select_commits(history_answer *a, const gaz_commits_filter *filter,
                                 uint64_t **out, gaz_error *err)
{
    gaz_commits_filter any = *filter;
    any.path = NULL;
    any.below = false;
    *out = gaz_arena_array(&a->arena, gaz_commits_count(a->index) / 64 + 1, sizeof **out);
    return *out ? gaz_commits_select(a->index, &any, *out, err)
                : gaz_error_set(err, GAZ_E_NOMEM, "no memory to count commits");
}

static gaz_status count_commits(history_answer *a, const char *path, const uint64_t *bits,
                                int64_t *out, gaz_error *err)
{
    gaz_commits_filter filter = {.path = path, .path_len = strlen(path)};
    gaz_commits_page page = {.limit = COMMITS_MAX};
    gaz_status st = gaz_commits_log(a->index, &filter, &page, &a->arena, err);
    *out = 0;
    for (size_t i = 0; st == GAZ_OK && i < page.count; i++)
        *out += (int64_t)(bits[page.hits[i].rank / 64] >> (page.hits[i].rank % 64) & 1);
    return st;
}

static gaz_status put_recent(history_answer *a, const gaz_recent_change *c, const uint64_t *bits,
                             gaz_error *err)
{
    int64_t commits = 0;
    gaz_status st = count_commits(a, c->path, bits, &commits, err);
    gaz_json_object_begin(&a->json);
    put_bytes(&a->json, "path", "path_bytes", c->path, strlen(c->path));
    gaz_json_put_cstring(&a->json, "change", history_change_name(c->kind));
    gaz_json_put_int(&a->json, "commits", commits);
    if (st == GAZ_OK)
        st = history_put_last(a, c->rank, err);
    gaz_json_object_end(&a->json);
    return st;
}

static gaz_status list_recent(history_answer *a, gaz_error *err)
{
    const char *below = call_text(a->call, "path");
    size_t limit = (size_t)call_number(a->call, "limit"), count = 0;
    gaz_recent_change *list = NULL;
    gaz_commits_filter filter;
    history_path path = {.text = ""};
    uint64_t *bits = NULL;
    gaz_status st = history_read_filter(a, &filter, err);
    if (st == GAZ_OK && below)
        st = history_find_path(a, below, &path, err);
    if (st == GAZ_OK && path.len) {
        filter.path = path.text;
        filter.path_len = path.len;
        filter.below = path.directory;
    }
    if (st == GAZ_OK)
        st = gaz_commits_recent(a->index, &filter, limit + 1, &a->arena, &list, &count, err);
    if (st == GAZ_OK)
        st = select_commits(a, &filter, &bits, err);
    gaz_json_key(&a->json, "files");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; st == GAZ_OK && i < count && i < limit; i++)
        st = put_recent(a, &list[i], bits, err);
    gaz_json_array_end(&a->json);
    if (count > limit && !a->reason)
        a->reason = "limit";
    return st;
}

gaz_status op_recent(gaz_call *call, gaz_error *err)
{
    history_answer a;
    gaz_status st = history_begin(&a, call, err);
    if (st == GAZ_OK)
        st = list_recent(&a, err);
    if (st == GAZ_OK)
        st = history_end(&a, err);
    history_release(&a);
    return st;
}

/* ---- cochange ---- */

static gaz_status read_paths(history_answer *a, gaz_commit_path **out, size_t *count,
                             gaz_error *err)
{
    const gaz_value *given = gaz_call_value(a->call, "path");
    gaz_status st = GAZ_OK;
    *out = gaz_arena_array(&a->arena, given->count + 1, sizeof **out);
    if (!*out)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for paths");
    gaz_json_key(&a->json, "paths");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; st == GAZ_OK && i < given->count; i++) {
        history_path p;
        st = history_find_path(a, given->items[i], &p, err);
        if (st == GAZ_OK && p.directory) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is a directory", given->items[i]);
            gaz_error_hint(err, "name files: what changes together with them is asked");
            st = GAZ_E_INVALID;
        }
        if (st == GAZ_OK) {
            (*out)[i] = (gaz_commit_path){p.text, p.len};
            gaz_json_string(&a->json, p.text, p.len);
        }
    }
    gaz_json_array_end(&a->json);
    *count = given->count;
    return st;
}

static void put_companion(history_answer *a, const gaz_cochange *c, uint32_t looked)
{
    gaz_json_writer *w = &a->json;
    gaz_json_object_begin(w);
    put_bytes(w, "path", "path_bytes", c->path, strlen(c->path));
    gaz_json_put_int(w, "together", c->together);
    gaz_json_key(w, "confidence");
    gaz_json_double(w, (double)c->together / (double)looked);
    gaz_json_key(w, "score");
    gaz_json_double(w, c->score);
    put_seconds(w, "last", c->last);
    gaz_json_object_end(w);
}

static gaz_status list_companions(history_answer *a, gaz_error *err)
{
    gaz_commit_path *paths = NULL;
    gaz_cochange *list = NULL;
    size_t path_count = 0, count = 0, shown = 0, total = 0;
    size_t limit = (size_t)call_number(a->call, "limit");
    uint32_t looked = 0, gone = 0;
    gaz_status st = read_paths(a, &paths, &path_count, err);
    if (st == GAZ_OK)
        st = gaz_commits_cochange_all(a->index, paths, path_count, FILES_MAX, &a->arena, &list,
                                      &count, &looked, err);
    gaz_json_put_int(&a->json, "looked", looked);
    gaz_json_key(&a->json, "files");
    gaz_json_array_begin(&a->json);
    for (size_t i = 0; st == GAZ_OK && i < count; i++) {
        bool here = gaz_ref_files_exact(a->files, list[i].path) != UINT32_MAX;
        gone += !here;
        total += here;
        if (here && shown < limit) {
            put_companion(a, &list[i], looked);
            shown++;
        }
    }
    gaz_json_array_end(&a->json);
    gaz_json_put_int(&a->json, "total", (int64_t)total);
    gaz_json_put_int(&a->json, "gone", gone);
    if (total > shown && !a->reason)
        a->reason = "limit";
    return st;
}

gaz_status op_cochange(gaz_call *call, gaz_error *err)
{
    history_answer a;
    gaz_status st = history_begin(&a, call, err);
    if (st == GAZ_OK)
        st = list_companions(&a, err);
    if (st == GAZ_OK)
        st = history_end(&a, err);
    history_release(&a);
    return st;
}
