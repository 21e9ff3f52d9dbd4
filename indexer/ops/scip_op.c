/* scip.import, scip.list, scip.remove: what compilers say of a commit. */
#include <string.h>
#include <strings.h>

#include "gaz/base/clock.h"
#include "gaz/base/near.h"
#include "gaz/context/scip_import.h"
#include "handlers.h"

#define IMPORT_MS ((int64_t)10 * 60 * 1000) /* far beyond what a large index takes */

static void put_row(gaz_json_writer *w, const char *repo, const gaz_scip_row *row)
{
    gaz_json_put_cstring(w, "repo", repo);
    put_oid(w, "commit", &row->commit);
    gaz_json_key(w, "below");
    gaz_json_string(w, row->below, strlen(row->below));
    gaz_json_put_cstring(w, "tool", row->tool);
    gaz_json_put_cstring(w, "version", row->version);
    gaz_json_put_int(w, "documents", row->documents);
    gaz_json_put_int(w, "occurrences", (int64_t)row->occurrences);
    gaz_json_put_int(w, "definitions", (int64_t)row->definitions);
    gaz_json_put_int(w, "bytes", (int64_t)row->file_bytes);
    put_time(w, "imported", row->imported_us);
}

gaz_status op_scip_import(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    const gaz_scip_import import = {.repo = call_text(call, "repo"),
                                    .commit = call_text(call, "commit"),
                                    .below = call_text(call, "below"),
                                    .data = call->body,
                                    .len = call->body_len,
                                    .deadline_us = gaz_deadline(IMPORT_MS)};
    gaz_scip_imported done;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_status st = gaz_scip_import_run(call->services->code, &import, &done, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    put_row(&w, done.repo, &done.row);
    gaz_json_put_int(&w, "foreign", (int64_t)done.foreign);
    gaz_json_put_int(&w, "without_text", done.without_text);
    gaz_json_put_int(&w, "dropped", done.gone);
    gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
    gaz_json_object_end(&w);
    call->status = 201;
    st = call_finish(call, &out, err);
    gaz_scip_row_release(&done.row);
    gaz_strbuf_release(&out);
    return st;
}

/* ---- list ---- */

gaz_status op_scip_list(gaz_call *call, gaz_error *err)
{
    int64_t started = gaz_now_us();
    const char *only = call_text(call, "repo");
    gaz_snapshot *snapshot = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_repo_row row;
    gaz_status st = only ? gaz_store_repo_get(call->services->store, only, &row, err) : GAZ_OK;
    if (st == GAZ_OK && only)
        gaz_repo_row_release(&row);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(call->services->store, &snapshot, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_key(&w, "indexes");
    gaz_json_array_begin(&w);
    for (size_t i = 0; i < snapshot->repo_count; i++) {
        const gaz_snapshot_repo *repo = &snapshot->repos[i];
        for (size_t k = 0; k < repo->scip_count; k++) {
            if (only && strcmp(only, repo->row.name) != 0)
                continue;
            gaz_json_object_begin(&w);
            put_row(&w, repo->row.name, &repo->scip[k]);
            gaz_json_object_end(&w);
        }
    }
    gaz_json_array_end(&w);
    gaz_json_put_int(&w, "generation", (int64_t)snapshot->generation);
    gaz_json_put_bool(&w, "complete", true);
    gaz_json_put_int(&w, "took_us", gaz_now_us() - started);
    gaz_json_object_end(&w);
    st = call_finish(call, &out, err);
    gaz_snapshot_free(snapshot);
    gaz_strbuf_release(&out);
    return st;
}

/* ---- remove ---- */

/* The repository that is named, or the only one. */
static gaz_status find_repo(const gaz_snapshot *snapshot, const char *name,
                            const gaz_snapshot_repo **out, gaz_error *err)
{
    gaz_near near;
    if (!name && snapshot->repo_count == 1) {
        *out = &snapshot->repos[0];
        return GAZ_OK;
    }
    if (!name) {
        gaz_error_set(err, GAZ_E_INVALID, "which repository? There are %zu", snapshot->repo_count);
        gaz_error_hint(err, "name it with `repo`");
        return GAZ_E_INVALID;
    }
    gaz_near_init(&near, name, strlen(name));
    for (size_t i = 0; i < snapshot->repo_count; i++) {
        if (strcmp(snapshot->repos[i].row.name, name) == 0) {
            *out = &snapshot->repos[i];
            return GAZ_OK;
        }
        gaz_near_offer(&near, snapshot->repos[i].row.name);
    }
    gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no repository '%.200s'", name);
    gaz_near_hint(&near, err, "", "");
    return GAZ_E_NOT_FOUND;
}

/* The one commit with indexes whose id begins like that. */
static gaz_status find_commit(const gaz_snapshot_repo *repo, const char *text, gaz_oid *out,
                              gaz_error *err)
{
    size_t len = strlen(text), found = 0;
    for (size_t i = 0; i < repo->scip_count; i++) {
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&repo->scip[i].commit, hex);
        if (len >= sizeof hex || strncasecmp(hex, text, len) != 0 ||
            (found && gaz_oid_compare(out, &repo->scip[i].commit) == 0))
            continue;
        *out = repo->scip[i].commit;
        found++;
    }
    if (found == 1)
        return GAZ_OK;
    gaz_status st = found ? gaz_error_set(err, GAZ_E_INVALID,
                                          "%zu commits with indexes begin with '%s'", found, text)
                          : gaz_error_set(err, GAZ_E_NOT_FOUND,
                                          "%s has no SCIP index of a commit '%.60s', of %zu it has",
                                          repo->row.name, text, repo->scip_count);
    gaz_error_hint(err, "gaz scip list %s shows them", repo->row.name);
    return st;
}

static gaz_status remove_some(gaz_call *call, const gaz_snapshot_repo *repo, uint32_t *removed,
                              gaz_error *err)
{
    const char *commit = call_text(call, "commit");
    gaz_strbuf below = GAZ_STRBUF_INIT;
    gaz_oid id;
    gaz_scip_filter filter = {.tool = call_text(call, "tool")};
    gaz_status st = GAZ_OK;
    if (strcmp(commit, "all") != 0) {
        st = find_commit(repo, commit, &id, err);
        filter.commit = &id;
    }
    if (st == GAZ_OK && call_text(call, "below")) {
        st = gaz_scip_below(call_text(call, "below"), &below, err);
        filter.below = below.data;
    }
    if (st == GAZ_OK)
        st = gaz_scip_remove(call->services->store, repo->row.id, &filter, removed, err);
    if (st == GAZ_OK && !*removed && (filter.commit || filter.below || filter.tool)) {
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "%s has no such SCIP index", repo->row.name);
        gaz_error_hint(err, "gaz scip list %s shows them", repo->row.name);
    }
    gaz_strbuf_release(&below);
    return st;
}

gaz_status op_scip_remove(gaz_call *call, gaz_error *err)
{
    gaz_snapshot *snapshot = NULL;
    const gaz_snapshot_repo *repo = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    uint32_t removed = 0;
    gaz_status st = gaz_store_snapshot(call->services->store, &snapshot, err);
    if (st == GAZ_OK)
        st = find_repo(snapshot, call_text(call, "repo"), &repo, err);
    if (st == GAZ_OK)
        st = remove_some(call, repo, &removed, err);
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "repo", repo ? repo->row.name : NULL);
    gaz_json_put_int(&w, "removed", removed);
    gaz_json_object_end(&w);
    if (st == GAZ_OK)
        st = call_finish(call, &out, err);
    gaz_snapshot_free(snapshot);
    gaz_strbuf_release(&out);
    return st;
}
