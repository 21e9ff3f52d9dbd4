/* Publishing: one transaction turns files that are already durable into the next generation. It
 * removes and adds segments, adds manifests, moves refs, and drops the manifests that nothing
 * refers to any more. Files that lost their last row are remembered as retired; the sweeper unlinks
 * them after a time of grace. */
#include "store_private.h"
#include "symbol_catalogue.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "gaz/base/clock.h"

#define PUBLISH_MAX 10000000u /* items of one list of a publication */

gaz_status gaz_store_retire(gaz_db *db, gaz_file_kind kind, const char *name, gaz_error *err)
{
    if (kind == GAZ_FILE_SEGMENT)
        return gaz_db_do(db, err,
                         "INSERT INTO retired (kind, name, retired_us) SELECT 0, ?1, ?2 "
                         "WHERE NOT EXISTS (SELECT 1 FROM segments WHERE name = ?1) "
                         "ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us",
                         "ti", name, gaz_wall_us());
    return gaz_db_do(db, err,
                     "INSERT INTO retired (kind, name, retired_us) SELECT 1, ?1, ?2 "
                     "WHERE NOT EXISTS (SELECT 1 FROM manifests WHERE name = ?1) "
                     "ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us",
                     "ti", name, gaz_wall_us());
}

static gaz_status unretire(gaz_db *db, gaz_file_kind kind, const char *name, gaz_error *err)
{
    return gaz_db_do(db, err, "DELETE FROM retired WHERE kind = ? AND name = ?", "it",
                     (int64_t)kind, name);
}

gaz_status gaz_store_drop_manifests(gaz_db *db, int64_t repo, const char *name, gaz_error *err)
{
    char at[GAZ_SEALED_NAME];
    memcpy(at, name, sizeof at);
    for (;;) {
        sqlite3_stmt *stmt = NULL;
        gaz_status st =
            gaz_db_start(db, &stmt, err,
                         "SELECT base FROM manifests AS m WHERE repo = ?1 AND name = ?2 "
                         "AND NOT EXISTS (SELECT 1 FROM refs WHERE repo = ?1 AND manifest = ?2) "
                         "AND NOT EXISTS (SELECT 1 FROM manifests WHERE repo = ?1 AND base = ?2)",
                         "it", repo, at);
        if (st == GAZ_OK)
            st = gaz_db_step(db, stmt, err);
        if (st != GAZ_OK)
            return st == GAZ_DONE ? GAZ_OK : st;
        char base[GAZ_SEALED_NAME] = "";
        if (sqlite3_column_type(stmt, 0) != SQLITE_NULL)
            st = gaz_db_fixed(stmt, 0, base, sizeof base, err);
        gaz_db_reset(stmt);
        if (st == GAZ_OK)
            st = gaz_db_do(db, err, "DELETE FROM manifests WHERE repo = ? AND name = ?", "it", repo,
                           at);
        if (st == GAZ_OK)
            st = gaz_store_retire(db, GAZ_FILE_MANIFEST, at, err);
        if (st != GAZ_OK || !base[0])
            return st;
        memcpy(at, base, sizeof at);
    }
}

gaz_status gaz_store_drop_pool(gaz_db *db, int64_t pool, gaz_error *err)
{
    int64_t used = 0;
    gaz_status st = gaz_db_number(db, &used, err,
                                  "SELECT (SELECT count(*) FROM repos WHERE pool = ?1) + "
                                  "(SELECT count(*) FROM pools WHERE id = ?1 AND shared = 1)",
                                  "i", pool);
    if (st != GAZ_OK || used)
        return st;
    st = gaz_db_do(db, err,
                   "INSERT INTO retired (kind, name, retired_us) SELECT 0, name, ?2 FROM segments "
                   "AS s WHERE pool = ?1 "
                   "AND NOT EXISTS (SELECT 1 FROM segments WHERE name = s.name AND pool <> ?1) "
                   "ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us",
                   "ii", pool, gaz_wall_us());
    if (st == GAZ_OK)
        st = gaz_db_do(db, err, "DELETE FROM segments WHERE pool = ?", "i", pool);
    if (st == GAZ_OK)
        st = gaz_db_do(db, err, "DELETE FROM pools WHERE id = ?", "i", pool);
    return st;
}

/* ---- what the caller hands in ---- */

static gaz_status check_file(const gaz_store *store, gaz_file_kind kind, const char *name,
                             uint64_t bytes, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_path(store, kind, name, &path, err);
    struct stat info;
    if (st == GAZ_OK && stat(path.data, &info) != 0)
        st = gaz_error_errno(err, "cannot publish %s", path.data);
    else if (st == GAZ_OK && (uint64_t)info.st_size != bytes)
        st = gaz_error_set(err, GAZ_E_CORRUPT,
                           "cannot publish %s: it has %lld bytes and should have %llu", path.data,
                           (long long)info.st_size, (unsigned long long)bytes);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status check_refs(const gaz_publication *pub, gaz_error *err)
{
    for (size_t i = 0; i < pub->refs_set_count; i++) {
        const gaz_ref_row *ref = &pub->refs_set[i];
        size_t len = ref->name ? strlen(ref->name) : 0;
        if (len == 0 || len > GAZ_REF_NAME_MAX || ref->kind < GAZ_REF_BRANCH ||
            ref->kind > GAZ_REF_TREE ||
            (ref->kind == GAZ_REF_TREE && strcmp(ref->name, GAZ_TREE_REF) != 0))
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "cannot publish a ref of kind %d with a name of %zu bytes",
                                 (int)ref->kind, len);
        if (!gaz_store_is_name(ref->manifest))
            return gaz_error_set(err, GAZ_E_INVALID, "cannot publish %s: it has no manifest",
                                 ref->name);
    }
    return GAZ_OK;
}

static gaz_status check_publication(const gaz_store *store, const gaz_publication *pub,
                                    gaz_error *err)
{
    if (pub->segments_added_count > PUBLISH_MAX || pub->manifests_count > PUBLISH_MAX ||
        pub->refs_set_count > PUBLISH_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a publication is larger than %u items",
                             PUBLISH_MAX);
    if (!pub->repo && (pub->manifests_count || pub->refs_set_count || pub->refs_removed_count))
        return gaz_error_set(err, GAZ_E_INVALID, "a merge cannot publish refs");
    if (pub->note && strlen(pub->note) > GAZ_REPO_NOTE_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a note on a repository is over %d bytes",
                             GAZ_REPO_NOTE_MAX);
    if (!pub->pool && (!pub->repo || pub->segments_added_count || pub->segments_removed_count))
        return gaz_error_set(err, GAZ_E_INVALID, "segments are published in a pool");
    gaz_status st = check_refs(pub, err);
    if (st == GAZ_OK)
        st = gaz_store_check_symbols(store, pub, err);
    for (size_t i = 0; st == GAZ_OK && i < pub->segments_added_count; i++)
        st = check_file(store, GAZ_FILE_SEGMENT, pub->segments_added[i].name,
                        pub->segments_added[i].file_bytes, err);
    for (size_t i = 0; st == GAZ_OK && i < pub->manifests_count; i++)
        st = check_file(store, GAZ_FILE_MANIFEST, pub->manifests[i].name,
                        pub->manifests[i].file_bytes, err);
    return st;
}

/* ---- the transaction ---- */

static gaz_status remove_segments(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < pub->segments_removed_count; i++) {
        const char *name = pub->segments_removed[i];
        st = gaz_db_do(db, err, "DELETE FROM segments WHERE pool = ? AND name = ?", "it", pub->pool,
                       name);
        if (st == GAZ_OK && gaz_db_changes(db) == 0)
            st =
                gaz_error_set(err, GAZ_E_BUSY, "segment %.12s was merged by another process", name);
        if (st == GAZ_OK)
            st = gaz_store_retire(db, GAZ_FILE_SEGMENT, name, err);
    }
    return st;
}

static gaz_status add_segments(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    int64_t seq = 0;
    gaz_status st = gaz_db_number(
        db, &seq, err, "SELECT ifnull(max(seq), 0) FROM segments WHERE pool = ?", "i", pub->pool);
    for (size_t i = 0; st == GAZ_OK && i < pub->segments_added_count; i++) {
        const gaz_segment_row *s = &pub->segments_added[i];
        st = gaz_db_do(db, err,
                       "INSERT INTO segments (pool, seq, name, docs, text_bytes, file_bytes) "
                       "VALUES (?, ?, ?, ?, ?, ?) "
                       "ON CONFLICT DO NOTHING",
                       "iitiii", pub->pool, ++seq, s->name, (int64_t)s->docs,
                       (int64_t)s->text_bytes, (int64_t)s->file_bytes);
        if (st == GAZ_OK)
            st = unretire(db, GAZ_FILE_SEGMENT, s->name, err);
    }
    return st;
}

static gaz_status add_manifests(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < pub->manifests_count; i++) {
        const gaz_manifest_row *m = &pub->manifests[i];
        st = gaz_db_do(
            db, err,
            "INSERT INTO manifests (repo, name, base, depth, file_bytes) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT DO NOTHING",
            "ittii", pub->repo, m->name, m->base[0] ? m->base : NULL, (int64_t)m->depth,
            (int64_t)m->file_bytes);
        if (st == GAZ_OK)
            st = unretire(db, GAZ_FILE_MANIFEST, m->name, err);
    }
    return st;
}

typedef struct old_manifest {
    char name[GAZ_SEALED_NAME];
} old_manifest;
typedef GAZ_VEC(old_manifest) old_manifests;

/* Manifests that may be unreferenced after the refs have moved are collected first and dropped
 * last. */
static gaz_status collect(gaz_db *db, int64_t repo, gaz_ref_kind kind, const char *name,
                          old_manifests *old, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(
        db, &stmt, err, "SELECT manifest FROM refs WHERE repo = ? AND kind = ? AND name = ?", "iit",
        repo, (int64_t)kind, name);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        old_manifest m = {""};
        st = gaz_db_fixed(stmt, 0, m.name, sizeof m.name, err);
        if (st == GAZ_OK && !gaz_vec_push(old, m))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to publish");
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status remove_refs(gaz_db *db, const gaz_publication *pub, old_manifests *old,
                              gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < pub->refs_removed_count; i++) {
        const gaz_ref_key *key = &pub->refs_removed[i];
        st = collect(db, pub->repo, key->kind, key->name, old, err);
        if (st == GAZ_OK)
            st = gaz_db_do(db, err, "DELETE FROM refs WHERE repo = ? AND kind = ? AND name = ?",
                           "iit", pub->repo, (int64_t)key->kind, key->name);
        if (st == GAZ_OK && key->kind == GAZ_REF_REVISION)
            st = gaz_db_do(db, err, "DELETE FROM revision_uses WHERE repo = ? AND name = ?", "it",
                           pub->repo, key->name);
    }
    return st;
}

static gaz_status set_refs(gaz_db *db, const gaz_publication *pub, old_manifests *old,
                           gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < pub->refs_set_count; i++) {
        const gaz_ref_row *ref = &pub->refs_set[i];
        st = collect(db, pub->repo, ref->kind, ref->name, old, err);
        if (st == GAZ_OK && ref->head)
            st = gaz_db_do(db, err, "UPDATE refs SET head = 0 WHERE repo = ? AND head = 1", "i",
                           pub->repo);
        if (st == GAZ_OK)
            st = gaz_db_do(db, err,
                           "INSERT INTO refs (repo, kind, name, commit_id, manifest, files, head) "
                           "VALUES (?, ?, ?, ?, ?, ?, ?) "
                           "ON CONFLICT DO UPDATE SET commit_id = excluded.commit_id, manifest = "
                           "excluded.manifest, "
                           "files = excluded.files, head = excluded.head",
                           "iitbtii", pub->repo, (int64_t)ref->kind, ref->name,
                           (const void *)ref->commit.id, sizeof ref->commit.id, ref->manifest,
                           (int64_t)ref->files, (int64_t)ref->head);
        if (st == GAZ_OK && ref->kind == GAZ_REF_REVISION)
            st = gaz_db_do(db, err,
                           "INSERT INTO revision_uses (repo, name, used_us) VALUES (?, ?, ?) "
                           "ON CONFLICT DO UPDATE SET used_us = excluded.used_us",
                           "iti", pub->repo, ref->name, gaz_wall_us());
    }
    return st;
}

static gaz_status drop_old(gaz_db *db, const gaz_publication *pub, const old_manifests *old,
                           gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < old->len; i++)
        st = gaz_store_drop_manifests(db, pub->repo, old->items[i].name, err);
    for (size_t i = 0; st == GAZ_OK && i < pub->manifests_count; i++)
        st = gaz_store_drop_manifests(db, pub->repo, pub->manifests[i].name, err);
    return st;
}

static gaz_status publish_refs(gaz_db *db, const gaz_publication *pub, gaz_error *err)
{
    old_manifests old = {0};
    gaz_status st = add_manifests(db, pub, err);
    if (st == GAZ_OK)
        st = remove_refs(db, pub, &old, err);
    if (st == GAZ_OK)
        st = set_refs(db, pub, &old, err);
    if (st == GAZ_OK)
        st = drop_old(db, pub, &old, err);
    gaz_vec_free(&old);
    return st;
}

static gaz_status update_repo(gaz_db *db, const gaz_publication *pub, int64_t old_pool,
                              uint64_t generation, gaz_error *err)
{
    int64_t pool = pub->pool ? pub->pool : old_pool;
    gaz_status st = gaz_db_do(db, err,
                              "UPDATE repos SET pool = nullif(?2, 0), generation = ?3, indexed_us "
                              "= ?4, last_error = NULL, note = iif(?5, ?6, note) "
                              "WHERE id = ?1",
                              "iiiiit", pub->repo, pool, (int64_t)generation, gaz_wall_us(),
                              (int64_t)pub->sets_note, pub->note);
    return st == GAZ_OK && old_pool && old_pool != pool ? gaz_store_drop_pool(db, old_pool, err)
                                                        : st;
}

typedef struct publish_request {
    const gaz_publication *pub;
    uint64_t generation;
} publish_request;

static gaz_status publish_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    publish_request *request = ctx;
    const gaz_publication *pub = request->pub;
    int64_t old_pool = 0, pools = 0;
    gaz_status st = GAZ_OK;
    if (pub->repo) {
        st = gaz_db_number(db, &old_pool, err, "SELECT ifnull(pool, 0) FROM repos WHERE id = ?",
                           "i", pub->repo);
        if (st == GAZ_DONE)
            return gaz_error_set(err, GAZ_E_NOT_FOUND,
                                 "cannot publish: the repository was removed meanwhile");
    }
    if (st == GAZ_OK && pub->pool)
        st = gaz_db_number(db, &pools, err, "SELECT count(*) FROM pools WHERE id = ?", "i",
                           pub->pool);
    if (st == GAZ_OK && pub->pool && !pools)
        return gaz_error_set(err, GAZ_E_BUSY, "cannot publish: the pool was removed meanwhile");
    if (st == GAZ_OK)
        st = gaz_store_next_generation(db, &request->generation, err);
    if (st == GAZ_OK && pub->if_generation && request->generation != pub->if_generation + 1)
        return gaz_error_set(err, GAZ_E_BUSY,
                             "cannot publish: generation %llu was published meanwhile",
                             (unsigned long long)request->generation - 1);
    if (st == GAZ_OK)
        st = remove_segments(db, pub, err);
    if (st == GAZ_OK)
        st = add_segments(db, pub, err);
    if (st == GAZ_OK && pub->repo)
        st = publish_refs(db, pub, err);
    if (st == GAZ_OK)
        st = gaz_store_publish_symbols(db, pub, err);
    if (st == GAZ_OK && pub->repo)
        st = gaz_store_symbols_alone(pub)
                 ? gaz_store_touch_repo(db, pub->repo, request->generation, err)
                 : update_repo(db, pub, old_pool, request->generation, err);
    return st;
}

gaz_status gaz_store_publish(gaz_store *store, const gaz_publication *pub, uint64_t *generation,
                             gaz_error *err)
{
    publish_request request = {.pub = pub};
    gaz_status st = check_publication(store, pub, err);
    if (st == GAZ_OK)
        st = gaz_store_write(store, publish_body, &request, err);
    if (st == GAZ_OK && generation)
        *generation = request.generation;
    return st;
}

/* ---- pools ---- */

typedef struct pool_request {
    bool shared;
    int64_t id;
} pool_request;

static gaz_status pool_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    pool_request *request = ctx;
    if (request->shared) {
        gaz_status st =
            gaz_db_number(db, &request->id, err, "SELECT id FROM pools WHERE shared = 1", "");
        if (st != GAZ_DONE)
            return st;
    }
    gaz_status st =
        gaz_db_do(db, err, "INSERT INTO pools (shared) VALUES (?)", "i", (int64_t)request->shared);
    if (st == GAZ_OK)
        request->id = sqlite3_last_insert_rowid(db->handle);
    return st;
}

gaz_status gaz_store_pool_add(gaz_store *store, bool shared, int64_t *pool, gaz_error *err)
{
    pool_request request = {.shared = shared};
    gaz_status st = gaz_store_write(store, pool_body, &request, err);
    if (st == GAZ_OK)
        *pool = request.id;
    return st;
}

gaz_status gaz_store_pool_shared(gaz_store *store, int64_t *pool, gaz_error *err)
{
    return gaz_store_pool_add(store, true, pool, err);
}
