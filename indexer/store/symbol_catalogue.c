/* Symbol segments in the catalogue: which belong to which pool, and how far the symbols of each ref
 * are. They are published by the same transaction as everything else, summed into digests of their
 * own, and their files lie among the text segments. */
#include "symbol_catalogue.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gaz/base/clock.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a snapshot of the catalogue");
}

/* ---- reading ---- */

gaz_status gaz_store_read_symbols(gaz_db *db, gaz_snapshot_pool *pool, gaz_error *err)
{
    GAZ_VEC(gaz_symbol_row) rows = {0};
    sqlite3_stmt *stmt = NULL;
    uint64_t sum = 0;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT name, docs, definitions, uses, file_bytes, digest FROM "
                                 "symbol_segment_rows WHERE pool = ? ORDER BY seq",
                                 "i", pool->id);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_symbol_row row = {.docs = (uint32_t)sqlite3_column_int64(stmt, 1),
                              .definitions = (uint64_t)sqlite3_column_int64(stmt, 2),
                              .references = (uint64_t)sqlite3_column_int64(stmt, 3),
                              .file_bytes = (uint64_t)sqlite3_column_int64(stmt, 4)};
        sum += (uint64_t)sqlite3_column_int64(stmt, 5);
        st = gaz_db_fixed(stmt, 0, row.name, sizeof row.name, err);
        if (st == GAZ_OK && !gaz_vec_push(&rows, row))
            st = no_memory(err);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    pool->symbols = rows.items;
    pool->symbol_count = rows.len;
    char what[64];
    snprintf(what, sizeof what, "the symbols of pool %lld", (long long)pool->id);
    return st == GAZ_DONE
               ? gaz_store_check_digest(db, GAZ_DIGEST_POOL_SYMBOLS, pool->id, sum, what, err)
               : st;
}

static gaz_ref_row *ref_of(gaz_snapshot_repo *repo, int64_t kind, const char *name)
{
    size_t lo = 0, hi = repo->ref_count; /* in byte order of (kind, name) */
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        gaz_ref_row *ref = &repo->refs[mid];
        int c = ref->kind != kind ? (ref->kind < kind ? -1 : 1) : strcmp(ref->name, name);
        if (c == 0)
            return ref;
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

gaz_status gaz_store_read_symbol_states(gaz_db *db, gaz_snapshot_repo *repo, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    uint64_t sum = 0;
    gaz_status st =
        gaz_db_start(db, &stmt, err,
                     "SELECT kind, name, manifest, version, documents, done, failed, digest FROM "
                     "symbol_state_rows WHERE repo = ?",
                     "i", repo->row.id);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        gaz_ref_row *ref = ref_of(repo, sqlite3_column_int64(stmt, 0), name ? name : "");
        gaz_symbol_state state = {.version = (uint64_t)sqlite3_column_int64(stmt, 3),
                                  .documents = (uint32_t)sqlite3_column_int64(stmt, 4),
                                  .done = (uint32_t)sqlite3_column_int64(stmt, 5),
                                  .failed = (uint32_t)sqlite3_column_int64(stmt, 6)};
        sum += (uint64_t)sqlite3_column_int64(stmt, 7);
        st = gaz_db_fixed(stmt, 2, state.manifest, sizeof state.manifest, err);
        if (st == GAZ_OK && ref)
            ref->symbols = state;
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    char what[GAZ_REPO_NAME_MAX + 48];
    snprintf(what, sizeof what, "the states of symbols of %.200s", repo->row.name);
    return st == GAZ_DONE
               ? gaz_store_check_digest(db, GAZ_DIGEST_SYMBOL_STATES, repo->row.id, sum, what, err)
               : st;
}

/* ---- publishing ---- */

static gaz_status check_file(const gaz_store *store, const gaz_symbol_row *row, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    struct stat info;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, row->name, &path, err);
    if (st == GAZ_OK && stat(path.data, &info) != 0)
        st = gaz_error_errno(err, "cannot publish %s", path.data);
    else if (st == GAZ_OK && (uint64_t)info.st_size != row->file_bytes)
        st = gaz_error_set(err, GAZ_E_CORRUPT,
                           "cannot publish %s: it has %lld bytes and should have %llu", path.data,
                           (long long)info.st_size, (unsigned long long)row->file_bytes);
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_store_check_symbols(const gaz_store *store, const gaz_publication *pub,
                                   gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if ((pub->symbols_added_count || pub->symbols_removed_count) && !pub->pool)
        return gaz_error_set(err, GAZ_E_INVALID, "symbols are published in a pool");
    if (pub->symbol_states_count && !pub->repo)
        return gaz_error_set(err, GAZ_E_INVALID, "a merge says nothing of the symbols of refs");
    for (size_t i = 0; st == GAZ_OK && i < pub->symbols_added_count; i++)
        st = check_file(store, &pub->symbols_added[i], err);
    for (size_t i = 0; st == GAZ_OK && i < pub->symbol_states_count; i++)
        if (!gaz_store_is_name(pub->symbol_states[i].state.manifest))
            st = gaz_error_set(err, GAZ_E_INVALID, "a state of symbols has no manifest");
    return st;
}

static gaz_status remove_segments(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < pub->symbols_removed_count; i++) {
        const char *name = pub->symbols_removed[i];
        st = gaz_db_do(db, err, "DELETE FROM symbol_segments WHERE pool = ? AND name = ?", "it",
                       pub->pool, name);
        if (st == GAZ_OK && gaz_db_changes(db) == 0)
            st = gaz_error_set(err, GAZ_E_BUSY,
                               "symbol segment %.12s was merged by another process", name);
        if (st == GAZ_OK)
            st = gaz_db_do(db, err,
                           "INSERT INTO retired (kind, name, retired_us) SELECT 0, ?1, ?2 "
                           "WHERE NOT EXISTS (SELECT 1 FROM symbol_segments WHERE name = ?1) "
                           "ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us",
                           "ti", name, gaz_wall_us());
    }
    return st;
}

static gaz_status add_segments(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    int64_t seq = 0;
    gaz_status st = gaz_db_number(db, &seq, err,
                                  "SELECT ifnull(max(seq), 0) FROM symbol_segments WHERE pool = ?",
                                  "i", pub->pool);
    for (size_t i = 0; st == GAZ_OK && i < pub->symbols_added_count; i++) {
        const gaz_symbol_row *s = &pub->symbols_added[i];
        st = gaz_db_do(db, err,
                       "INSERT INTO symbol_segments (pool, seq, name, docs, definitions, uses, "
                       "file_bytes) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                       "iitiiii", pub->pool, ++seq, s->name, (int64_t)s->docs,
                       (int64_t)s->definitions, (int64_t)s->references, (int64_t)s->file_bytes);
        if (st == GAZ_OK)
            st =
                gaz_db_do(db, err, "DELETE FROM retired WHERE kind = 0 AND name = ?", "t", s->name);
    }
    return st;
}

/* A ref that has moved on meanwhile keeps the state it has. */
static gaz_status set_states(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < pub->symbol_states_count; i++) {
        const gaz_symbol_state_row *row = &pub->symbol_states[i];
        st = gaz_db_do(
            db, err,
            "INSERT INTO symbol_states (repo, kind, name, manifest, version, documents, done, "
            "failed) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM refs "
            "WHERE repo = ?1 AND kind = ?2 AND name = ?3 AND manifest = ?4) "
            "ON CONFLICT DO UPDATE SET manifest = excluded.manifest, version = excluded.version, "
            "documents = excluded.documents, done = excluded.done, failed = excluded.failed",
            "iittiiii", pub->repo, (int64_t)row->ref.kind, row->ref.name, row->state.manifest,
            (int64_t)row->state.version, (int64_t)row->state.documents, (int64_t)row->state.done,
            (int64_t)row->state.failed);
    }
    return st;
}

gaz_status gaz_store_publish_symbols(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    gaz_status st = remove_segments(db, pub, err);
    if (st == GAZ_OK && pub->symbols_added_count)
        st = add_segments(db, pub, err);
    return st == GAZ_OK ? set_states(db, pub, err) : st;
}

bool gaz_store_symbols_alone(const gaz_publication *pub)
{
    return (pub->symbol_states_count || pub->symbols_added_count) && !pub->segments_added_count &&
           !pub->segments_removed_count && !pub->manifests_count && !pub->refs_set_count &&
           !pub->refs_removed_count && !pub->sets_note;
}

gaz_status gaz_store_touch_repo(gaz_db *db, int64_t repo, uint64_t generation, gaz_error *err)
{
    return gaz_db_do(db, err, "UPDATE repos SET generation = ?2 WHERE id = ?1", "ii", repo,
                     (int64_t)generation);
}

/* ---- repairing ---- */

gaz_status gaz_store_drop_symbols(gaz_db *db, int64_t pool, const char *name, gaz_error *err)
{
    gaz_status st = gaz_db_do(
        db, err, "DELETE FROM symbol_states WHERE repo IN (SELECT id FROM repos WHERE pool = ?)",
        "i", pool);
    return st == GAZ_OK
               ? gaz_db_do(db, err, "DELETE FROM symbol_segments WHERE pool = ? AND name = ?", "it",
                           pool, name)
               : st;
}
