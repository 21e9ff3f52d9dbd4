/* SCIP indexes in the catalogue. Triggers retire a file with its last row (migration 0006), so that
 * replacing, removing and evicting are plain deletions. */
#include "scip_catalogue.h"
#include "symbol_catalogue.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a list of SCIP indexes");
}

void gaz_scip_row_release(gaz_scip_row *row)
{
    free(row->below);
    row->below = NULL;
}

/* ---- reading ---- */

static gaz_status read_tool(sqlite3_stmt *stmt, int column, char out[GAZ_SCIP_TOOL_MAX],
                            gaz_error *err)
{
    char *text = NULL;
    gaz_status st = gaz_db_text(stmt, column, false, &text, err);
    if (st == GAZ_OK && strlen(text) >= GAZ_SCIP_TOOL_MAX)
        st = gaz_db_damaged(err, "the name of a tool is too long");
    if (st == GAZ_OK)
        memcpy(out, text, strlen(text) + 1);
    free(text);
    return st;
}

static gaz_status read_row(sqlite3_stmt *stmt, gaz_scip_row *out, gaz_error *err)
{
    gaz_scip_row row = {.documents = (uint32_t)sqlite3_column_int64(stmt, 5),
                        .occurrences = (uint64_t)sqlite3_column_int64(stmt, 6),
                        .definitions = (uint64_t)sqlite3_column_int64(stmt, 7),
                        .file_bytes = (uint64_t)sqlite3_column_int64(stmt, 8),
                        .imported_us = sqlite3_column_int64(stmt, 9)};
    gaz_status st = gaz_db_blob(stmt, 0, row.commit.id, sizeof row.commit.id, err);
    if (st == GAZ_OK)
        st = read_tool(stmt, 2, row.tool, err);
    if (st == GAZ_OK)
        st = read_tool(stmt, 3, row.version, err);
    if (st == GAZ_OK)
        st = gaz_db_fixed(stmt, 4, row.name, sizeof row.name, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 1, false, &row.below, err);
    if (st == GAZ_OK)
        *out = row;
    return st;
}

gaz_status gaz_store_read_scip(gaz_db *db, gaz_snapshot_repo *repo, gaz_error *err)
{
    GAZ_VEC(gaz_scip_row) rows = {0};
    sqlite3_stmt *stmt = NULL;
    uint64_t sum = 0;
    gaz_status st = gaz_db_start(
        db, &stmt, err,
        "SELECT commit_id, below, tool, version, name, documents, occurrences, definitions, "
        "file_bytes, imported_us, digest FROM scip_index_rows WHERE repo = ? "
        "ORDER BY imported_us DESC, name, commit_id, below, tool",
        "i", repo->row.id);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_scip_row row = {0};
        sum += (uint64_t)sqlite3_column_int64(stmt, 10);
        st = read_row(stmt, &row, err);
        if (st == GAZ_OK && !gaz_vec_push(&rows, row)) {
            gaz_scip_row_release(&row);
            st = no_memory(err);
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    repo->scip = rows.items;
    repo->scip_count = rows.len;
    char what[GAZ_REPO_NAME_MAX + 48];
    snprintf(what, sizeof what, "the SCIP indexes of %.200s", repo->row.name);
    return st == GAZ_DONE
               ? gaz_store_check_digest(db, GAZ_DIGEST_SCIP, repo->row.id, sum, what, err)
               : st;
}

void gaz_store_free_scip(gaz_snapshot_repo *repo)
{
    for (size_t i = 0; i < repo->scip_count; i++)
        gaz_scip_row_release(&repo->scip[i]);
    free(repo->scip);
}

/* ---- publishing ---- */

typedef struct publish_request {
    int64_t repo;
    const gaz_scip_row *row;
    uint32_t keep;
    int64_t gone;
} publish_request;

static gaz_status check_file(const gaz_store *store, const gaz_scip_row *row, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    struct stat info;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, row->name, &path, err);
    if (st == GAZ_OK && stat(path.data, &info) != 0)
        st = gaz_error_errno(err, "cannot publish %s", path.data);
    else if (st == GAZ_OK && (uint64_t)info.st_size != row->file_bytes)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "cannot publish %s: it has another size", path.data);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status put_row(gaz_db *db, const publish_request *r, gaz_error *err)
{
    const gaz_scip_row *row = r->row;
    gaz_status st = gaz_db_do(
        db, err,
        "DELETE FROM scip_indexes WHERE repo = ? AND commit_id = ? AND below = ? AND tool = ?",
        "ibtt", r->repo, row->commit.id, sizeof row->commit.id, row->below, row->tool);
    return st == GAZ_OK
               ? gaz_db_do(db, err,
                           "INSERT INTO scip_indexes (repo, commit_id, below, tool, version, name, "
                           "documents, occurrences, definitions, file_bytes, imported_us) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                           "ibttttiiiii", r->repo, row->commit.id, sizeof row->commit.id,
                           row->below, row->tool, row->version, row->name, (int64_t)row->documents,
                           (int64_t)row->occurrences, (int64_t)row->definitions,
                           (int64_t)row->file_bytes, row->imported_us)
               : st;
}

static gaz_status changed(gaz_db *db, int64_t repo, gaz_error *err)
{
    uint64_t generation = 0;
    gaz_status st = gaz_store_next_generation(db, &generation, err);
    return st == GAZ_OK ? gaz_store_touch_repo(db, repo, generation, err) : st;
}

static gaz_status publish_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    publish_request *r = ctx;
    int64_t there = 0;
    gaz_status st =
        gaz_db_number(db, &there, err, "SELECT count(*) FROM repos WHERE id = ?", "i", r->repo);
    if (st == GAZ_OK && !there)
        return gaz_error_set(err, GAZ_E_NOT_FOUND,
                             "cannot publish: the repository was removed meanwhile");
    if (st == GAZ_OK)
        st = put_row(db, r, err);
    if (st == GAZ_OK)
        st = gaz_db_do(db, err,
                       "DELETE FROM scip_indexes WHERE repo = ?1 AND (commit_id, below, tool) IN "
                       "(SELECT commit_id, below, tool FROM scip_indexes WHERE repo = ?1 "
                       "ORDER BY name = ?3 DESC, imported_us DESC, name LIMIT -1 OFFSET ?2)",
                       "iit", r->repo, (int64_t)r->keep, r->row->name);
    r->gone = gaz_db_changes(db);
    return st == GAZ_OK ? changed(db, r->repo, err) : st;
}

gaz_status gaz_scip_publish(gaz_store *store, int64_t repo, gaz_scip_row *row, uint32_t keep,
                            uint32_t *gone, gaz_error *err)
{
    publish_request r = {.repo = repo, .row = row, .keep = keep};
    if (keep < 1 || keep > GAZ_SCIP_KEPT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "%u SCIP indexes cannot be kept (1 to %u)", keep,
                             GAZ_SCIP_KEPT_MAX);
    row->imported_us = gaz_wall_us();
    gaz_status st = check_file(store, row, err);
    if (st == GAZ_OK)
        st = gaz_store_write(store, publish_body, &r, err);
    if (st == GAZ_OK && gone)
        *gone = (uint32_t)r.gone;
    return st;
}

/* ---- removing ---- */

typedef struct remove_request {
    int64_t repo;
    const gaz_scip_filter *filter;
    int64_t removed;
} remove_request;

static gaz_status remove_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    remove_request *r = ctx;
    const gaz_scip_filter *f = r->filter;
    gaz_status st =
        gaz_db_do(db, err,
                  "DELETE FROM scip_indexes WHERE repo = ?1 AND (?2 = 0 OR commit_id = ?3) "
                  "AND below = ifnull(?4, below) AND tool = ifnull(?5, tool)",
                  "iibtt", r->repo, (int64_t)(f->commit != NULL),
                  f->commit ? f->commit->id : (const void *)"",
                  f->commit ? sizeof f->commit->id : (size_t)0, f->below, f->tool);
    r->removed = gaz_db_changes(db);
    return st == GAZ_OK && r->removed ? changed(db, r->repo, err) : st;
}

gaz_status gaz_scip_remove(gaz_store *store, int64_t repo, const gaz_scip_filter *filter,
                           uint32_t *removed, gaz_error *err)
{
    remove_request r = {.repo = repo, .filter = filter};
    gaz_status st = gaz_store_write(store, remove_body, &r, err);
    if (st == GAZ_OK)
        *removed = (uint32_t)r.removed;
    return st;
}

/* ---- checking and repairing ---- */

static gaz_status check_row(gaz_store *store, const gaz_scip_row *row, gaz_error *err)
{
    gaz_segment_row file = {.file_bytes = row->file_bytes};
    memcpy(file.name, row->name, sizeof file.name);
    return gaz_check_segment(store, &file, err);
}

/* @param bad  nullable: gets the names of damaged files */
static gaz_status look_over(gaz_store *store, const gaz_snapshot *snapshot, gaz_findings *f,
                            gaz_map *bad, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < snapshot->repo_count; i++)
        for (size_t k = 0; st == GAZ_OK && k < snapshot->repos[i].scip_count; k++) {
            const gaz_scip_row *row = &snapshot->repos[i].scip[k];
            gaz_error why = {0};
            st = check_row(store, row, &why);
            f->checked++;
            if (gaz_check_is_damage(st)) {
                gaz_finding(f, "SCIP index", row->name, why.message);
                st = bad && !gaz_map_put(bad, row->name, strlen(row->name), NULL) ? no_memory(err)
                                                                                  : GAZ_OK;
            } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
                *err = why;
            }
        }
    return st;
}

gaz_status gaz_check_scip(gaz_store *store, const gaz_snapshot *snapshot, gaz_findings *f,
                          gaz_error *err)
{
    return look_over(store, snapshot, f, NULL, err);
}

static gaz_status drop_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    const gaz_map *bad = ctx;
    const gaz_map_slot *slot = NULL;
    uint64_t generation = 0;
    gaz_status st = gaz_store_next_generation(db, &generation, err);
    for (size_t at = 0; st == GAZ_OK && gaz_map_next(bad, &at, &slot);) {
        st = gaz_db_do(db, err,
                       "UPDATE repos SET generation = ?2 WHERE id IN (SELECT repo FROM "
                       "scip_indexes WHERE name = ?1)",
                       "ti", slot->key, (int64_t)generation);
        if (st == GAZ_OK)
            st = gaz_db_do(db, err, "DELETE FROM scip_indexes WHERE name = ?", "t", slot->key);
    }
    return st;
}

static gaz_status drop(gaz_store *store, gaz_map *bad, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    const gaz_map_slot *slot = NULL;
    gaz_status st = gaz_store_write(store, drop_body, bad, err);
    /* the same one imported again has the same name, and must not be taken for being there */
    for (size_t at = 0; st == GAZ_OK && gaz_map_next(bad, &at, &slot);) {
        st = gaz_store_path(store, GAZ_FILE_SEGMENT, slot->key, &path, err);
        if (st == GAZ_OK && unlink(path.data) != 0 && errno != ENOENT)
            st = gaz_error_errno(err, "cannot remove %s", path.data);
    }
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_repair_scip(gaz_store *store, gaz_findings *f, gaz_error *err)
{
    gaz_snapshot *snapshot = NULL;
    gaz_map bad;
    gaz_map_init(&bad);
    gaz_status st = gaz_store_snapshot(store, &snapshot, err);
    if (st == GAZ_OK)
        st = look_over(store, snapshot, f, &bad, err);
    if (st == GAZ_OK && bad.len)
        st = drop(store, &bad, err);
    gaz_snapshot_free(snapshot);
    gaz_map_release(&bad);
    return st;
}
