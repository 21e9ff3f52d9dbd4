/* The sweeper removes what nothing needs: directories of dead runs, files that no row refers to,
 * records and clones of repositories that are gone. It trusts only a catalogue that matches its
 * digests.
 *
 * Order matters. With locks/files.lock held exclusively nothing is adopted, so it reads (1) the
 * names that live runs have adopted, then (2) the names the catalogue refers to: a run that
 * publishes and closes between the two is seen in (2). What is in neither is garbage, but for
 * retired files in their time of grace, which readers in other processes may still be about to
 * open. */
#include "store_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/map.h"

#define ADOPTED_MAX ((size_t)256 << 20)

typedef struct sweep_state {
    gaz_store *store;
    gaz_map keep; /* "0<name>" segments, "1<name>" manifests, "r<uid>" repositories */
    int64_t grace_us;
    gaz_sweep done;
    gaz_file_kind kind; /* of the directory being swept */
    const char *dir;    /* the one being visited */
} sweep_state;

static gaz_status keep(sweep_state *s, char prefix, const char *name, gaz_error *err)
{
    char key[GAZ_SEALED_NAME + 1];
    int len = snprintf(key, sizeof key, "%c%s", prefix, name);
    if (!gaz_map_put(&s->keep, key, (size_t)len, NULL))
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to sweep");
    return GAZ_OK;
}

static bool kept(const sweep_state *s, char prefix, const char *name)
{
    char key[GAZ_SEALED_NAME + 1];
    int len = snprintf(key, sizeof key, "%c%s", prefix, name);
    return gaz_map_get(&s->keep, key, (size_t)len) != NULL;
}

static gaz_status remove_file(sweep_state *s, const char *path, gaz_error *err)
{
    struct stat info;
    if (lstat(path, &info) != 0)
        return errno == ENOENT ? GAZ_OK : gaz_error_errno(err, "cannot look at %s", path);
    if (unlink(path) != 0)
        return errno == ENOENT ? GAZ_OK : gaz_error_errno(err, "cannot remove %s", path);
    s->done.files++;
    s->done.bytes += (uint64_t)info.st_size;
    return GAZ_OK;
}

/* ---- runs ---- */

static gaz_status keep_adopted(sweep_state *s, const char *path, gaz_error *err)
{
    gaz_strbuf text;
    gaz_strbuf_init(&text, ADOPTED_MAX + 65536);
    gaz_error ignored = {0};
    gaz_status st = gaz_file_read(path, ADOPTED_MAX, &text, &ignored);
    if (st == GAZ_E_NOT_FOUND) /* it closed just now */
        st = GAZ_OK;
    else if (st != GAZ_OK)
        st = gaz_error_set(err, st, "%s", ignored.message);
    for (char *line = text.data, *end; st == GAZ_OK && (end = strchr(line, '\n')); line = end + 1) {
        *end = '\0';
        if ((line[0] == '0' || line[0] == '1') && line[1] == ' ' && gaz_store_is_name(line + 2))
            st = keep(s, line[0], line + 2, err);
    }
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status remove_run(sweep_state *s, const char *dir, gaz_error *err)
{
    uint64_t bytes = 0;
    gaz_error ignored = {0};
    if (gaz_dir_size(dir, &bytes, &ignored) == GAZ_OK)
        s->done.bytes += bytes;
    s->done.files++;
    return gaz_remove_all(dir, err);
}

static gaz_status visit_run(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    sweep_state *s = ctx;
    gaz_strbuf dir = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_join(s->store, "tmp", name, &dir, err);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, dir.data, "lock", err);
    gaz_lock *lock = NULL;
    if (st == GAZ_OK && is_dir) {
        gaz_error why = {0};
        st = gaz_lock_open(path.data, true, 0, &lock, &why);
        if (st == GAZ_E_BUSY) {
            st = gaz_path_join(&path, dir.data, "adopted", err);
            if (st == GAZ_OK)
                st = keep_adopted(s, path.data, err);
        } else if (st == GAZ_OK) {
            st = remove_run(s, dir.data, err);
        } else if (st == GAZ_E_NOT_FOUND) { /* it closed just now */
            st = GAZ_OK;
        } else if (err && err->status == GAZ_OK) {
            *err = why;
        }
    } else if (st == GAZ_OK) {
        st = remove_file(s, dir.data, err);
    }
    gaz_lock_close(lock);
    gaz_strbuf_release(&dir);
    gaz_strbuf_release(&path);
    return st;
}

/* ---- the catalogue ---- */

static gaz_status keep_names(sweep_state *s, gaz_db *db, char prefix, const char *sql,
                             gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err, sql, "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        char name[GAZ_SEALED_NAME];
        st = gaz_db_fixed(stmt, 0, name, sizeof name, err);
        if (st == GAZ_OK)
            st = keep(s, prefix, name, err);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status keep_retired(sweep_state *s, gaz_db *db, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(
        db, &stmt, err, "SELECT kind, name FROM retired WHERE retired_us > ? AND retired_us <= ?",
        "ii", gaz_wall_us() - s->grace_us, gaz_wall_us());
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        char name[GAZ_SEALED_NAME];
        char prefix = sqlite3_column_int(stmt, 0) == GAZ_FILE_SEGMENT ? '0' : '1';
        st = gaz_db_fixed(stmt, 1, name, sizeof name, err);
        if (st == GAZ_OK)
            st = keep(s, prefix, name, err);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status keep_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    sweep_state *s = ctx;
    gaz_status st = keep_names(s, db, '0', "SELECT name FROM segments", err);
    if (st == GAZ_OK)
        st = keep_names(s, db, '0', "SELECT name FROM symbol_segments", err);
    if (st == GAZ_OK)
        st = keep_names(s, db, '1', "SELECT name FROM manifests", err);
    if (st == GAZ_OK)
        st = keep_names(s, db, '0', "SELECT name FROM commit_files", err);
    if (st == GAZ_OK)
        st = keep_names(s, db, '0', "SELECT name FROM scip_indexes", err);
    return st == GAZ_OK && s->grace_us > 0 ? keep_retired(s, db, err) : st;
}

/* ---- files ---- */

static gaz_status visit_file(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    sweep_state *s = ctx;
    char stem[GAZ_SEALED_NAME];
    size_t len = strcspn(name, ".");
    bool ours = !is_dir && len == sizeof stem - 1;
    if (ours) {
        memcpy(stem, name, len);
        stem[len] = '\0';
    }
    if (is_dir || (ours && kept(s, s->kind == GAZ_FILE_SEGMENT ? '0' : '1', stem)))
        return GAZ_OK;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&path, s->dir, name, err);
    if (st == GAZ_OK)
        st = remove_file(s, path.data, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status visit_fan_out(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    sweep_state *s = ctx;
    if (!is_dir)
        return GAZ_OK;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_join(s->store, s->kind == GAZ_FILE_SEGMENT ? "segments" : "manifests",
                                   name, &path, err);
    if (st == GAZ_OK) {
        s->dir = path.data;
        st = gaz_dir_each(path.data, visit_file, s, err);
    }
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status sweep_kind(sweep_state *s, gaz_file_kind kind, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    s->kind = kind;
    gaz_status st = gaz_store_join(s->store, kind == GAZ_FILE_SEGMENT ? "segments" : "manifests",
                                   "", &path, err);
    if (st == GAZ_OK)
        st = gaz_dir_each(path.data, visit_fan_out, s, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status forget_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    const sweep_state *s = ctx;
    return gaz_db_do(db, err, "DELETE FROM retired WHERE retired_us <= ?1 OR retired_us > ?2", "ii",
                     gaz_wall_us() - s->grace_us, gaz_wall_us());
}

/* ---- records and clones ---- */

static gaz_status visit_repo_file(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    sweep_state *s = ctx;
    const char *rest = name + strspn(name, "0123456789abcdef");
    bool clone = is_dir && (strcmp(rest, ".git") == 0 || strcmp(rest, ".git.partial") == 0);
    bool record = !is_dir && strncmp(rest, ".repo", 5) == 0 &&
                  (!rest[5] || strncmp(rest + 5, ".tmp.", 5) == 0);
    bool notes =
        !is_dir && (strcmp(rest, ".rules") == 0 || strcmp(rest, ".tree") == 0); /* of index runs */
    if (rest - name != 32 || (!clone && !record && !notes))
        return GAZ_OK;
    char uid[33];
    memcpy(uid, name, 32);
    uid[32] = '\0';
    if (kept(s, 'r', uid) && !(record && rest[5]))
        return GAZ_OK;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_join(s->store, "repos", name, &path, err);
    if (st == GAZ_OK)
        st = clone ? remove_run(s, path.data, err) : remove_file(s, path.data, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status write_missing(sweep_state *s, const gaz_repo_row *row, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_record_path(s->store, row->uid, &path, err);
    if (st == GAZ_OK && access(path.data, F_OK) != 0)
        st = gaz_store_record_write(s->store, row, err);
    gaz_strbuf_release(&path);
    return st;
}

/* Inside a write transaction: adding a repository writes its record inside one, so the two never
 * overlap. */
static gaz_status repos_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    sweep_state *s = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err, "SELECT " GAZ_REPO_COLUMNS " FROM repo_rows", "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_repo_row row = {0};
        st = gaz_store_repo_read(store, db, stmt, &row, NULL, err);
        if (st == GAZ_OK)
            st = keep(s, 'r', row.uid, err);
        if (st == GAZ_OK)
            st = write_missing(s, &row, err);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
        gaz_repo_row_release(&row);
    }
    gaz_strbuf path = GAZ_STRBUF_INIT;
    if (st == GAZ_DONE)
        st = gaz_store_join(store, "repos", "", &path, err);
    if (st == GAZ_OK)
        st = gaz_dir_each(path.data, visit_repo_file, s, err);
    gaz_strbuf_release(&path);
    return st;
}

/* ---- all together ---- */

static gaz_status sweep_locked(sweep_state *s, gaz_error *err)
{
    gaz_strbuf tmp = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_join(s->store, "tmp", "", &tmp, err);
    if (st == GAZ_OK)
        st = gaz_dir_each(tmp.data, visit_run, s, err);
    gaz_strbuf_release(&tmp);
    gaz_snapshot *trusted = NULL;
    if (st == GAZ_OK)
        st = gaz_store_snapshot(s->store, &trusted, err);
    gaz_snapshot_free(trusted);
    if (st == GAZ_OK)
        st = gaz_store_read(s->store, keep_body, s, err);
    if (st == GAZ_OK)
        st = sweep_kind(s, GAZ_FILE_SEGMENT, err);
    if (st == GAZ_OK)
        st = sweep_kind(s, GAZ_FILE_MANIFEST, err);
    if (st == GAZ_OK)
        st = gaz_store_write(s->store, forget_body, s, err);
    return st == GAZ_OK ? gaz_store_write(s->store, repos_body, s, err) : st;
}

gaz_status gaz_store_sweep(gaz_store *store, int64_t grace_ms, gaz_sweep *out, gaz_error *err)
{
    gaz_status st = gaz_store_usable(store, err);
    if (st != GAZ_OK)
        return st;
    sweep_state s = {.store = store,
                     .grace_us = grace_ms < 0           ? 0
                                 : grace_ms > INT32_MAX ? (int64_t)INT32_MAX * 1000
                                                        : grace_ms * 1000};
    gaz_map_init(&s.keep);
    gaz_lock *files = NULL;
    st = gaz_store_files_lock(store, true, &files, err);
    if (st == GAZ_OK)
        st = sweep_locked(&s, err);
    gaz_lock_close(files);
    gaz_map_release(&s.keep);
    if (st == GAZ_OK && out)
        *out = s.done;
    return st;
}
