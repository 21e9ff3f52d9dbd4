/* Checking a home: SQLite's own integrity and foreign keys, every stored digest, and every file the
 * catalogue refers to: there, of the stated size, hashing to its name, and (manifests) decoding to
 * the stated number of files. Findings are reported and do not stop the check. */
#include "store_check.h"
#include "scip_catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/varint.h"

/* ---- the database ---- */

/* How SQLite's integrity check says that it had no memory for a page. */
#define NO_MEMORY_FOR_PAGE "error code=7"

static gaz_status report_rows(gaz_db *db, const char *sql, const char *what, gaz_findings *f,
                              gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err, sql, "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        const char *text = (const char *)sqlite3_column_text(stmt, 0);
        if (text && strstr(text, NO_MEMORY_FOR_PAGE)) {
            gaz_db_reset(stmt);
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory to check the catalogue");
        }
        if (text && strcmp(text, "ok") != 0)
            gaz_finding(f, what, "catalogue.db", text);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* Damage may stop SQLite anywhere: that is a finding too. Only failures that are no damage end the
 * check. */
static gaz_status absorb(gaz_status st, const gaz_error *why, const char *what, const char *name,
                         gaz_findings *f, gaz_error *err)
{
    if (st == GAZ_OK)
        return GAZ_OK;
    if (st == GAZ_E_NOMEM || st == GAZ_E_CANCELLED || st == GAZ_E_BUSY || st == GAZ_E_IO) {
        if (err && err->status == GAZ_OK)
            *err = *why;
        return st;
    }
    gaz_finding(f, what, name, why->message);
    return GAZ_OK;
}

static gaz_status check_database(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    gaz_findings *f = ctx;
    gaz_error why = {0};
    gaz_status st = report_rows(db, "PRAGMA integrity_check(100)", "catalogue", f, &why);
    st = absorb(st, &why, "catalogue", "catalogue.db", f, err);
    if (st != GAZ_OK)
        return st;
    gaz_error_clear(&why);
    st = report_rows(db,
                     "SELECT 'a row of ' || \"table\" || ' refers to a row of ' || parent || ' "
                     "that is not there' FROM pragma_foreign_key_check",
                     "catalogue", f, &why);
    st = absorb(st, &why, "catalogue", "catalogue.db", f, err);
    if (st != GAZ_OK)
        return st;
    gaz_error_clear(&why);
    st = report_rows(
        db, "SELECT 'job ' || id || ' does not match its checksum' FROM job_rows WHERE NOT sound",
        "job", f, &why);
    return absorb(st, &why, "catalogue", "catalogue.db", f, err);
}

gaz_status gaz_check_catalogue(gaz_store *store, gaz_findings *f, gaz_snapshot **snapshot,
                               gaz_error *err)
{
    *snapshot = NULL;
    if (store->damaged) {
        gaz_finding(f, "catalogue", "catalogue.db", "it cannot be opened");
        return GAZ_OK;
    }
    gaz_error why = {0};
    gaz_status st = gaz_store_read(store, check_database, f, &why);
    st = absorb(st, &why, "catalogue", "catalogue.db", f, err);
    if (st != GAZ_OK)
        return st;
    gaz_error_clear(&why);
    st = gaz_store_snapshot(store, snapshot, &why);
    return absorb(st, &why, "catalogue", "catalogue.db", f, err);
}

/* ---- files ---- */

/* The version is the text module's business; the container is ours to check. */
static gaz_status kind_and_version(const char *path, char kind[4], uint32_t *version,
                                   gaz_error *err)
{
    uint8_t head[16] = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gaz_error_errno(err, "cannot open %s", path);
    ssize_t n = read(fd, head, sizeof head);
    close(fd);
    if (n != (ssize_t)sizeof head)
        return gaz_error_set(err, GAZ_E_CORRUPT, "%s is too short", path);
    memcpy(kind, head + 8, 4);
    *version = gaz_le32(head + 12);
    return GAZ_OK;
}

gaz_status gaz_check_segment(gaz_store *store, const gaz_segment_row *row, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_sealed *file = NULL;
    char kind[4];
    uint32_t version = 0;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, row->name, &path, err);
    if (st == GAZ_OK)
        st = kind_and_version(path.data, kind, &version, err);
    if (st == GAZ_OK && memcmp(kind, GAZ_MANIFEST_KIND, 4) == 0)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "%s is another kind of file", path.data);
    if (st == GAZ_OK)
        st = gaz_sealed_open(path.data, kind, version, &file, err);
    if (st == GAZ_OK && gaz_sealed_size(file) != row->file_bytes)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "%s has %llu bytes and should have %llu", path.data,
                           (unsigned long long)gaz_sealed_size(file),
                           (unsigned long long)row->file_bytes);
    if (st == GAZ_OK)
        st = gaz_sealed_verify(file, row->name, err);
    gaz_sealed_close(file);
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_check_symbols(gaz_store *store, const gaz_symbol_row *row, gaz_error *err)
{
    gaz_segment_row file = {.file_bytes = row->file_bytes};
    memcpy(file.name, row->name, sizeof file.name);
    return gaz_check_segment(store, &file, err);
}

gaz_status gaz_check_manifest(gaz_store *store, const gaz_manifest_row *row, size_t *entries,
                              gaz_error *err)
{
    uint64_t bytes = 0;
    gaz_status st = gaz_manifest_verify(store, row->name, &bytes, entries, err);
    if (st == GAZ_OK && bytes != row->file_bytes)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "manifest %.12s has %llu bytes and should have %llu",
                           row->name, (unsigned long long)bytes,
                           (unsigned long long)row->file_bytes);
    return st;
}

gaz_status gaz_check_read_manifests(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    gaz_manifest_list *list = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(db, &stmt, err,
                     "SELECT repo, name, depth, file_bytes FROM manifests ORDER BY repo, name", "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_listed_manifest m = {.repo = sqlite3_column_int64(stmt, 0),
                                 .row.depth = (uint32_t)sqlite3_column_int64(stmt, 2),
                                 .row.file_bytes = (uint64_t)sqlite3_column_int64(stmt, 3)};
        st = gaz_db_fixed(stmt, 1, m.row.name, sizeof m.row.name, err);
        if (st == GAZ_OK && !gaz_vec_push(list, m))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list manifests");
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

bool gaz_check_is_damage(gaz_status st)
{
    return st == GAZ_E_CORRUPT || st == GAZ_E_NOT_FOUND || st == GAZ_E_INVALID;
}

static gaz_status check_segments(gaz_store *store, const gaz_snapshot *s, gaz_findings *f,
                                 gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < s->pool_count; i++) {
        for (size_t j = 0; st == GAZ_OK && j < s->pools[i].segment_count; j++) {
            gaz_error why = {0};
            st = gaz_check_segment(store, &s->pools[i].segments[j], &why);
            st = absorb(st, &why, "segment", s->pools[i].segments[j].name, f, err);
            f->checked++;
        }
        for (size_t j = 0; st == GAZ_OK && j < s->pools[i].symbol_count; j++) {
            gaz_error why = {0};
            st = gaz_check_symbols(store, &s->pools[i].symbols[j], &why);
            st = absorb(st, &why, "symbol segment", s->pools[i].symbols[j].name, f, err);
            f->checked++;
        }
    }
    return st;
}

static void check_refs(const gaz_snapshot *s, const gaz_listed_manifest *m, size_t entries,
                       gaz_findings *f)
{
    for (size_t i = 0; i < s->repo_count; i++) {
        const gaz_snapshot_repo *repo = &s->repos[i];
        for (size_t j = 0; repo->row.id == m->repo && j < repo->ref_count; j++) {
            if (strcmp(repo->refs[j].manifest, m->row.name) == 0 &&
                repo->refs[j].files != entries) {
                char text[200];
                snprintf(text, sizeof text, "%.80s should have %u files, its manifest has %zu",
                         repo->refs[j].name, repo->refs[j].files, entries);
                gaz_finding(f, "ref", repo->row.name, text);
            }
        }
    }
}

static gaz_status check_manifests(gaz_store *store, const gaz_snapshot *s, gaz_findings *f,
                                  gaz_error *err)
{
    gaz_manifest_list list = {0};
    gaz_status st = gaz_store_read(store, gaz_check_read_manifests, &list, err);
    gaz_manifest_cache_clear(store->manifests);
    for (size_t i = 0; st == GAZ_OK && i < list.len; i++) {
        size_t entries = 0;
        gaz_error why = {0};
        st = gaz_check_manifest(store, &list.items[i].row, &entries, &why);
        if (st == GAZ_OK)
            check_refs(s, &list.items[i], entries, f);
        st = absorb(st, &why, "manifest", list.items[i].row.name, f, err);
        f->checked++;
    }
    gaz_vec_free(&list);
    return st;
}

gaz_status gaz_store_check(gaz_store *store, gaz_check_report report, void *ctx, uint64_t *checked,
                           gaz_error *err)
{
    gaz_findings f = {.report = report, .ctx = ctx};
    gaz_snapshot *snapshot = NULL;
    gaz_status st = gaz_check_catalogue(store, &f, &snapshot, err);
    if (st == GAZ_OK && snapshot)
        st = check_segments(store, snapshot, &f, err);
    if (st == GAZ_OK && snapshot)
        st = check_manifests(store, snapshot, &f, err);
    if (st == GAZ_OK && snapshot)
        st = gaz_check_commits(store, &f, err);
    if (st == GAZ_OK && snapshot)
        st = gaz_check_scip(store, snapshot, &f, err);
    gaz_snapshot_free(snapshot);
    if (checked)
        *checked = f.checked;
    return st;
}

void gaz_finding(gaz_findings *f, const char *what, const char *name, const char *message)
{
    f->count++;
    if (f->report)
        f->report(f->ctx, what, name, message);
}
