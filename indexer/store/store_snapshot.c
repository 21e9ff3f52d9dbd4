/* Snapshots: the whole catalogue read in one transaction, every row summed and compared with the
 * stored digests, so that what is handed out is exactly what was published, or GAZ_E_CORRUPT. */
#include "scip_catalogue.h"
#include "store_private.h"
#include "symbol_catalogue.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "gaz/base/clock.h"

#define TOUCH_US                                                                                   \
    ((int64_t)60 *                                                                                 \
     1000000) /* uses of a revision are noted once a minute: each note is a synced write */

static void free_refs(gaz_snapshot_repo *repo)
{
    for (size_t i = 0; i < repo->ref_count; i++)
        free(repo->refs[i].name);
    free(repo->refs);
}

void gaz_snapshot_free(gaz_snapshot *snapshot)
{
    if (!snapshot)
        return;
    for (size_t i = 0; i < snapshot->pool_count; i++) {
        free(snapshot->pools[i].segments);
        free(snapshot->pools[i].symbols);
    }
    for (size_t i = 0; i < snapshot->repo_count; i++) {
        free_refs(&snapshot->repos[i]);
        gaz_store_free_scip(&snapshot->repos[i]);
        gaz_repo_row_release(&snapshot->repos[i].row);
    }
    free(snapshot->pools);
    free(snapshot->repos);
    free(snapshot);
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a snapshot of the catalogue");
}

/* ---- pools ---- */

static gaz_status read_segments(gaz_db *db, gaz_snapshot_pool *pool, uint64_t *sum, gaz_error *err)
{
    GAZ_VEC(gaz_segment_row) rows = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT name, docs, text_bytes, file_bytes, digest FROM "
                                 "segment_rows WHERE pool = ? ORDER BY seq",
                                 "i", pool->id);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_segment_row row = {.docs = (uint32_t)sqlite3_column_int64(stmt, 1),
                               .text_bytes = (uint64_t)sqlite3_column_int64(stmt, 2),
                               .file_bytes = (uint64_t)sqlite3_column_int64(stmt, 3)};
        *sum += (uint64_t)sqlite3_column_int64(stmt, 4);
        st = gaz_db_fixed(stmt, 0, row.name, sizeof row.name, err);
        if (st == GAZ_OK && !gaz_vec_push(&rows, row))
            st = no_memory(err);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    pool->segments = rows.items;
    pool->segment_count = rows.len;
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status read_pools(gaz_db *db, gaz_snapshot *out, gaz_error *err)
{
    GAZ_VEC(gaz_snapshot_pool) pools = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(db, &stmt, err, "SELECT id, digest FROM pool_rows ORDER BY id", "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_snapshot_pool pool = {.id = sqlite3_column_int64(stmt, 0)};
        uint64_t sum = (uint64_t)sqlite3_column_int64(stmt, 1);
        st = read_segments(db, &pool, &sum, err);
        char what[48];
        snprintf(what, sizeof what, "pool %lld", (long long)pool.id);
        if (st == GAZ_OK)
            st = gaz_store_check_digest(db, GAZ_DIGEST_POOL, pool.id, sum, what, err);
        if (st == GAZ_OK)
            st = gaz_store_read_symbols(db, &pool, err);
        if (st == GAZ_OK && !gaz_vec_push(&pools, pool))
            st = no_memory(err);
        if (st != GAZ_OK) {
            free(pool.segments);
            free(pool.symbols);
            gaz_db_reset(stmt);
        }
    }
    out->pools = pools.items;
    out->pool_count = pools.len;
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* ---- repositories ---- */

static gaz_status read_ref(sqlite3_stmt *stmt, gaz_ref_row *out, gaz_error *err)
{
    gaz_ref_row row = {.kind = (gaz_ref_kind)sqlite3_column_int(stmt, 0),
                       .files = (uint32_t)sqlite3_column_int64(stmt, 4),
                       .head = sqlite3_column_int(stmt, 5) != 0};
    gaz_status st = gaz_db_blob(stmt, 2, row.commit.id, sizeof row.commit.id, err);
    if (st == GAZ_OK)
        st = gaz_db_fixed(stmt, 3, row.manifest, sizeof row.manifest, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 1, false, &row.name, err);
    if (st == GAZ_OK)
        *out = row;
    return st;
}

static gaz_status read_refs(gaz_db *db, gaz_snapshot_repo *repo, uint64_t *sum, gaz_error *err)
{
    GAZ_VEC(gaz_ref_row) rows = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(
        db, &stmt, err,
        "SELECT kind, name, commit_id, manifest, files, head, digest FROM ref_rows WHERE repo = ? "
        "ORDER BY kind, name",
        "i", repo->row.id);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_ref_row row = {0};
        *sum += (uint64_t)sqlite3_column_int64(stmt, 6);
        st = read_ref(stmt, &row, err);
        if (st == GAZ_OK && !gaz_vec_push(&rows, row)) {
            free(row.name);
            st = no_memory(err);
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    repo->refs = rows.items;
    repo->ref_count = rows.len;
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status sum_manifests(gaz_db *db, int64_t repo, uint64_t *sum, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(db, &stmt, err, "SELECT digest FROM manifest_rows WHERE repo = ?", "i", repo);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK)
        *sum += (uint64_t)sqlite3_column_int64(stmt, 0);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* SQLite orders by an index whose damage would show here. */
static gaz_status check_order(const gaz_snapshot *s, gaz_error *err)
{
    for (size_t i = 1; i < s->repo_count; i++)
        if (strcmp(s->repos[i - 1].row.name, s->repos[i].row.name) >= 0)
            return gaz_db_damaged(err, "the list of repositories is out of order");
    for (size_t i = 0; i < s->repo_count; i++) {
        const gaz_snapshot_repo *repo = &s->repos[i];
        for (size_t j = 1; j < repo->ref_count; j++) {
            const gaz_ref_row *a = &repo->refs[j - 1], *b = &repo->refs[j];
            if (a->kind > b->kind || (a->kind == b->kind && strcmp(a->name, b->name) >= 0))
                return gaz_db_damaged(err, "the refs of %s are out of order", repo->row.name);
        }
    }
    return GAZ_OK;
}

static gaz_status read_repo_refs(gaz_db *db, gaz_snapshot_repo *repo, gaz_error *err)
{
    uint64_t sum = 0;
    gaz_status st = read_refs(db, repo, &sum, err);
    if (st == GAZ_OK)
        st = sum_manifests(db, repo->row.id, &sum, err);
    if (st != GAZ_OK)
        return st;
    char what[GAZ_REPO_NAME_MAX + 48];
    snprintf(what, sizeof what, "the refs and manifests of %.200s", repo->row.name);
    st = gaz_store_check_digest(db, GAZ_DIGEST_REFS, repo->row.id, sum, what, err);
    return st == GAZ_OK ? gaz_store_read_symbol_states(db, repo, err) : st;
}

static gaz_status read_repos(gaz_store *store, gaz_db *db, gaz_snapshot *out, gaz_error *err)
{
    GAZ_VEC(gaz_snapshot_repo) repos = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT " GAZ_REPO_COLUMNS " FROM repo_rows ORDER BY name", "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_snapshot_repo repo = {0};
        st = gaz_store_repo_read(store, db, stmt, &repo.row, &repo.generation, err);
        if (st == GAZ_OK)
            st = read_repo_refs(db, &repo, err);
        if (st == GAZ_OK)
            st = gaz_store_read_scip(db, &repo, err);
        if (st == GAZ_OK && !gaz_vec_push(&repos, repo))
            st = no_memory(err);
        if (st != GAZ_OK) {
            free_refs(&repo);
            gaz_store_free_scip(&repo);
            gaz_repo_row_release(&repo.row);
            gaz_db_reset(stmt);
        }
    }
    out->repos = repos.items;
    out->repo_count = repos.len;
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* The tables' own sum says which repositories and pools there are; the lists above, which came by
 * way of indexes, must be of the same length, and their ids are unique there and here. */
static gaz_status check_home(gaz_db *db, const gaz_snapshot *s, gaz_error *err)
{
    uint64_t sum = 0;
    int64_t repos = 0, pools = 0;
    gaz_status st = gaz_store_home_sum(db, &sum, err);
    if (st == GAZ_OK)
        st = gaz_store_check_digest(db, GAZ_DIGEST_HOME, 0, sum, "the home", err);
    if (st == GAZ_OK)
        st = gaz_db_number(db, &repos, err, "SELECT count(id + 0) FROM repos NOT INDEXED", "");
    if (st == GAZ_OK)
        st = gaz_db_number(db, &pools, err, "SELECT count(id + 0) FROM pools NOT INDEXED", "");
    if (st == GAZ_OK && ((size_t)repos != s->repo_count || (size_t)pools != s->pool_count))
        st = gaz_db_damaged(err, "%zu of %lld repositories and %zu of %lld pools can be listed",
                            s->repo_count, (long long)repos, s->pool_count, (long long)pools);
    return st;
}

static gaz_status snapshot_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    gaz_snapshot *out = ctx;
    gaz_status st = gaz_store_read_generation(db, &out->generation, err);
    if (st == GAZ_OK)
        st = read_pools(db, out, err);
    if (st == GAZ_OK)
        st = read_repos(store, db, out, err);
    if (st == GAZ_OK)
        st = check_order(out, err);
    return st == GAZ_OK ? check_home(db, out, err) : st;
}

gaz_status gaz_store_snapshot(gaz_store *store, gaz_snapshot **out, gaz_error *err)
{
    gaz_snapshot *snapshot = calloc(1, sizeof *snapshot);
    if (!snapshot)
        return no_memory(err);
    gaz_status st = gaz_store_read(store, snapshot_body, snapshot, err);
    if (st != GAZ_OK) {
        gaz_snapshot_free(snapshot);
        return st;
    }
    *out = snapshot;
    return GAZ_OK;
}

/* ---- uses of on-demand revisions ---- */

typedef struct touch_request {
    int64_t repo, now;
    char name[GAZ_OID_HEX];
} touch_request;

static gaz_status touch_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    touch_request *t = ctx;
    return gaz_db_do(db, err, "UPDATE revision_uses SET used_us = ?3 WHERE repo = ?1 AND name = ?2",
                     "iti", t->repo, t->name, t->now);
}

gaz_status gaz_store_revision_touch(gaz_store *store, int64_t repo, const gaz_oid *commit,
                                    gaz_error *err)
{
    touch_request t = {.repo = repo, .now = gaz_wall_us()};
    gaz_oid_format(commit, t.name);
    gaz_status st = gaz_store_usable(store, err);
    if (st != GAZ_OK)
        return st;
    int64_t used = 0;
    gaz_db_lock(&store->poller);
    st = gaz_db_number(&store->poller, &used, err,
                       "SELECT used_us FROM revision_uses WHERE repo = ? AND name = ?", "it", repo,
                       t.name);
    gaz_db_unlock(&store->poller);
    if (st == GAZ_DONE || (st == GAZ_OK && used <= t.now && t.now - used < TOUCH_US))
        return GAZ_OK;
    return st == GAZ_OK ? gaz_store_write(store, touch_body, &t, err) : st;
}

typedef struct stale_request {
    int64_t repo;
    size_t keep;
    GAZ_VEC(char *) ids;
} stale_request;

static gaz_status stale_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    stale_request *request = ctx;
    sqlite3_stmt *stmt = NULL;
    int64_t count = 0;
    gaz_status st =
        gaz_db_number(db, &count, err, "SELECT count(*) FROM refs WHERE repo = ? AND kind = 2", "i",
                      request->repo);
    int64_t keep = request->keep > INT32_MAX ? INT32_MAX : (int64_t)request->keep;
    if (st == GAZ_OK && count <= keep)
        return GAZ_OK;
    if (st == GAZ_OK)
        st = gaz_db_start(
            db, &stmt, err,
            "SELECT r.name FROM refs AS r LEFT JOIN revision_uses AS u USING (repo, name) "
            "WHERE r.repo = ? AND r.kind = 2 ORDER BY ifnull(u.used_us, 0), r.name LIMIT ?",
            "ii", request->repo, count - keep);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        char *id = NULL;
        st = gaz_db_text(stmt, 0, false, &id, err);
        if (st == GAZ_OK && !gaz_vec_push(&request->ids, id)) {
            free(id);
            st = no_memory(err);
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

gaz_status gaz_store_revision_stale(gaz_store *store, int64_t repo, size_t keep, char ***ids,
                                    size_t *count, gaz_error *err)
{
    stale_request request = {.repo = repo, .keep = keep};
    gaz_status st = gaz_store_read(store, stale_body, &request, err);
    if (st == GAZ_OK && !request.ids.items && !gaz_vec_reserve(&request.ids, 1))
        st = no_memory(err);
    if (st != GAZ_OK) {
        for (size_t i = 0; i < request.ids.len; i++)
            free(request.ids.items[i]);
        gaz_vec_free(&request.ids);
        return st;
    }
    *ids = request.ids.items;
    *count = request.ids.len;
    return GAZ_OK;
}
