/* One SQLite connection. WAL with synchronous=FULL: a commit that returned is on the disk, and
 * readers and the writer do not wait for each other. Statements are prepared once and found again
 * by the address of their text.
 *
 * Stock SQLite pages carry no checksums, so the catalogue's rows are summed into stored digests
 * (see schemas/migrations/0001-catalogue.sql) by three functions that this file adds to SQL. */
#include "store_db.h"

#include <errno.h>
#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "gaz/base/hash.h"
#include "gaz/base/varint.h"

#define BUSY_MS 15000
#define ROW_MAX ((size_t)16 << 20) /* bytes of one row under gaz_row() */

gaz_status gaz_db_damaged(gaz_error *err, const char *format, ...)
{
    char text[300];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    gaz_error_set(err, GAZ_E_CORRUPT, "the catalogue is damaged: %s", text);
    gaz_error_hint(err,
                   "run `gaz check` to see all that is damaged, and `gaz repair` to rebuild it");
    return GAZ_E_CORRUPT;
}

gaz_status gaz_db_fail(gaz_db *db, int rc, const char *doing, gaz_error *err)
{
    int number = errno; /* SQLite keeps it itself only when preparing and opening, not for what a
                           step meets */
    if (db->handle && sqlite3_system_errno(db->handle))
        number = sqlite3_system_errno(db->handle);
    const char *text = db->handle ? sqlite3_errmsg(db->handle) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to %s the catalogue", doing);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        gaz_error_set(err, GAZ_E_BUSY, "cannot %s the catalogue: another process keeps it locked",
                      doing);
        gaz_error_hint(err, "try again in a moment");
        return GAZ_E_BUSY;
    case SQLITE_FULL:
        errno = ENOSPC;
        return gaz_error_errno(err, "cannot %s the catalogue", doing);
    case SQLITE_IOERR:
        if (rc == SQLITE_IOERR_NOMEM)
            return gaz_error_set(err, GAZ_E_NOMEM, "no memory to %s the catalogue", doing);
        if (rc == SQLITE_IOERR_CORRUPTFS || rc == SQLITE_IOERR_SHORT_READ ||
            rc == SQLITE_IOERR_DATA)
            return gaz_db_damaged(err, "%s", text);
        errno = number == ENOENT || number == 0 ? EIO : number;
        return gaz_error_errno(err, "cannot %s the catalogue (%s)", doing, text);
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_AUTH:
        if (number == ENOSPC || number == EDQUOT) {
            errno = number;
            return gaz_error_errno(err, "cannot %s the catalogue (%s)", doing, text);
        }
        gaz_error_set(err, GAZ_E_IO, "cannot %s the catalogue: %s", doing, text);
        gaz_error_hint(err, "the home directory and its files must be writable by this user, and "
                            "its disk must have room");
        return GAZ_E_IO;
    case SQLITE_CONSTRAINT:
        if (rc == SQLITE_CONSTRAINT_FOREIGNKEY)
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "cannot %s the catalogue: a row refers to one that is not there",
                                 doing);
        return gaz_db_damaged(err, "cannot %s it: %s", doing, text);
    case SQLITE_INTERRUPT:
        return gaz_error_set(err, GAZ_E_CANCELLED, "interrupted while trying to %s the catalogue",
                             doing);
    default: /* our statements are right: what remains (CORRUPT, NOTADB, ERROR, CONSTRAINT, …) is
                damage */
        return gaz_db_damaged(err, "cannot %s it: %s", doing, text);
    }
}

static const char rollback_sql[] = "ROLLBACK";

/* ---- digests ---- */

static void add_value(gaz_strbuf *sb, sqlite3_value *v)
{
    int type = sqlite3_value_type(v);
    uint8_t head[9] = {(uint8_t)type};
    const void *bytes = NULL;
    uint64_t number = 0;
    if (type == SQLITE_INTEGER) {
        number = (uint64_t)sqlite3_value_int64(v);
    } else if (type == SQLITE_TEXT || type == SQLITE_BLOB) {
        bytes = type == SQLITE_TEXT ? (const void *)sqlite3_value_text(v) : sqlite3_value_blob(v);
        number = (uint64_t)sqlite3_value_bytes(v);
    } else if (type == SQLITE_FLOAT) {
        double d = sqlite3_value_double(v);
        memcpy(&number, &d, sizeof number);
    }
    gaz_put_le64(head + 1, number);
    gaz_strbuf_add(sb, head, sizeof head);
    if (bytes && number)
        gaz_strbuf_add(sb, bytes, (size_t)number);
}

/* gaz_row(values…): the checksum of the values, each with its type and length. */
static void sql_row(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    gaz_strbuf *sb = sqlite3_user_data(ctx);
    gaz_strbuf_reset(sb);
    for (int i = 0; i < argc; i++)
        add_value(sb, argv[i]);
    gaz_status st = gaz_strbuf_check(sb, NULL);
    if (st == GAZ_E_NOMEM)
        sqlite3_result_error_nomem(ctx);
    else if (st != GAZ_OK)
        sqlite3_result_error_toobig(ctx);
    else
        sqlite3_result_int64(ctx, (int64_t)gaz_checksum(sb->data, sb->len));
}

/* SQL's own + turns into floating point when it overflows. */
static void sql_add(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    uint64_t a = (uint64_t)sqlite3_value_int64(argv[0]), b = (uint64_t)sqlite3_value_int64(argv[1]);
    sqlite3_result_int64(ctx, (int64_t)(a + b));
}

static void sql_sub(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    (void)argc;
    uint64_t a = (uint64_t)sqlite3_value_int64(argv[0]), b = (uint64_t)sqlite3_value_int64(argv[1]);
    sqlite3_result_int64(ctx, (int64_t)(a - b));
}

static int add_functions(gaz_db *db)
{
    int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int rc = sqlite3_create_function(db->handle, "gaz_row", -1, flags, &db->scratch, sql_row, NULL,
                                     NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(db->handle, "gaz_add", 2, flags, NULL, sql_add, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_create_function(db->handle, "gaz_sub", 2, flags, NULL, sql_sub, NULL, NULL);
    return rc;
}

/* ---- the connection ---- */

/* Several processes may open a new home at once: turning WAL on needs the file alone for a moment,
 * and SQLite does not call the busy handler for it. */
static gaz_status set_wal(gaz_db *db, gaz_error *err)
{
    for (int tries = 0;; tries++) {
        int rc = sqlite3_exec(db->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (rc == SQLITE_OK)
            return GAZ_OK;
        if ((rc & 0xff) != SQLITE_BUSY || tries == BUSY_MS / 10)
            return gaz_db_fail(db, rc, "open", err);
        sqlite3_sleep(10);
    }
}

gaz_status gaz_db_open(gaz_db *db, const char *path, bool writer, gaz_error *err)
{
    memset(db, 0, sizeof *db);
    gaz_strbuf_init(&db->scratch, ROW_MAX);
    if (pthread_mutex_init(&db->lock, NULL) != 0)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a lock");
    db->lock_made = true;
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(path, &db->handle, flags, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_busy_timeout(db->handle, BUSY_MS);
    if (rc == SQLITE_OK)
        rc = sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    if (rc == SQLITE_OK)
        rc = add_functions(db);
    if (rc != SQLITE_OK)
        return gaz_db_fail(db, rc, "open", err);
    gaz_status st = set_wal(db, err);
    if (st == GAZ_OK)
        st = gaz_db_exec(
            db,
            "PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"
            "PRAGMA cell_size_check=ON; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=0;"
            "PRAGMA journal_size_limit=16777216",
            err);
    if (st == GAZ_OK && !writer)
        st = gaz_db_exec(db, "PRAGMA query_only=ON", err);
    sqlite3_stmt *ready =
        NULL; /* prepared while there is memory: it is needed when there is none */
    return st == GAZ_OK ? gaz_db_start(db, &ready, err, rollback_sql, "") : st;
}

void gaz_db_close(gaz_db *db)
{
    for (size_t i = 0; i < db->statements.len; i++)
        sqlite3_finalize(db->statements.items[i].stmt);
    gaz_vec_free(&db->statements);
    sqlite3_close(db->handle);
    db->handle = NULL;
    gaz_strbuf_release(&db->scratch);
    if (db->lock_made)
        pthread_mutex_destroy(&db->lock);
    db->lock_made = false;
}

void gaz_db_lock(gaz_db *db)
{
    pthread_mutex_lock(&db->lock);
}

void gaz_db_unlock(gaz_db *db)
{
    pthread_mutex_unlock(&db->lock);
}

/* ---- statements ---- */

static gaz_status prepare(gaz_db *db, const char *sql, sqlite3_stmt **out, gaz_error *err)
{
    for (size_t i = 0; i < db->statements.len; i++) {
        if (db->statements.items[i].sql == sql) {
            *out = db->statements.items[i].stmt;
            return GAZ_OK;
        }
    }
    sqlite3_stmt *stmt = NULL;
    int rc = sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL);
    if (rc != SQLITE_OK)
        return gaz_db_fail(db, rc, "read", err);
    gaz_db_cached entry = {sql, stmt};
    if (!gaz_vec_push(&db->statements, entry)) {
        sqlite3_finalize(stmt);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a statement");
    }
    *out = stmt;
    return GAZ_OK;
}

static int bind_one(sqlite3_stmt *stmt, int at, char type, va_list *args)
{
    if (type == 'i')
        return sqlite3_bind_int64(stmt, at, va_arg(*args, int64_t));
    if (type == 't')
        return sqlite3_bind_text(stmt, at, va_arg(*args, const char *), -1, SQLITE_STATIC);
    const void *data = va_arg(*args, const void *);
    return sqlite3_bind_blob64(stmt, at, data, va_arg(*args, size_t), SQLITE_STATIC);
}

static gaz_status start(gaz_db *db, sqlite3_stmt **out, gaz_error *err, const char *sql,
                        const char *types, va_list *args)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = prepare(db, sql, &stmt, err);
    if (st != GAZ_OK)
        return st;
    gaz_db_reset(stmt);
    for (int i = 0; types[i]; i++) {
        int rc = bind_one(stmt, i + 1, types[i], args);
        if (rc != SQLITE_OK) {
            gaz_db_reset(stmt);
            return gaz_db_fail(db, rc, "use", err);
        }
    }
    *out = stmt;
    return GAZ_OK;
}

gaz_status gaz_db_start(gaz_db *db, sqlite3_stmt **out, gaz_error *err, const char *sql,
                        const char *types, ...)
{
    va_list args;
    va_start(args, types);
    gaz_status st = start(db, out, err, sql, types, &args);
    va_end(args);
    return st;
}

void gaz_db_reset(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
}

gaz_status gaz_db_step(gaz_db *db, sqlite3_stmt *stmt, gaz_error *err)
{
    int rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        return GAZ_OK;
    gaz_status st = GAZ_DONE;
    if (rc != SQLITE_DONE)
        st = gaz_db_fail(db, rc, sqlite3_stmt_readonly(stmt) ? "read" : "write", err);
    gaz_db_reset(stmt);
    return st;
}

gaz_status gaz_db_do(gaz_db *db, gaz_error *err, const char *sql, const char *types, ...)
{
    sqlite3_stmt *stmt = NULL;
    va_list args;
    va_start(args, types);
    gaz_status st = start(db, &stmt, err, sql, types, &args);
    va_end(args);
    while (st == GAZ_OK)
        st = gaz_db_step(db, stmt, err);
    return st == GAZ_DONE ? GAZ_OK : st;
}

gaz_status gaz_db_number(gaz_db *db, int64_t *out, gaz_error *err, const char *sql,
                         const char *types, ...)
{
    sqlite3_stmt *stmt = NULL;
    va_list args;
    va_start(args, types);
    gaz_status st = start(db, &stmt, err, sql, types, &args);
    va_end(args);
    if (st == GAZ_OK)
        st = gaz_db_step(db, stmt, err);
    if (st == GAZ_OK) {
        *out = sqlite3_column_int64(stmt, 0);
        gaz_db_reset(stmt);
    }
    return st;
}

gaz_status gaz_db_exec(gaz_db *db, const char *sql, gaz_error *err)
{
    int rc = sqlite3_exec(db->handle, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? GAZ_OK : gaz_db_fail(db, rc, "use", err);
}

int64_t gaz_db_changes(const gaz_db *db)
{
    return sqlite3_changes64(db->handle);
}

static void roll_back(gaz_db *db)
{
    gaz_error ignored = {0};
    if (!sqlite3_get_autocommit(db->handle))
        (void)!gaz_db_do(db, &ignored, rollback_sql, "");
}

gaz_status gaz_db_begin(gaz_db *db, bool write, gaz_error *err)
{
    roll_back(db); /* of one that could not even be rolled back, for want of memory */
    if (write)
        return gaz_db_do(db, err, "BEGIN IMMEDIATE", "");
    return gaz_db_do(db, err, "BEGIN", "");
}

/* SQLite takes COMMIT for a statement that only reads; its failures are those of writing. */
static gaz_status commit(gaz_db *db, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err, "COMMIT", "");
    if (st != GAZ_OK)
        return st;
    int rc = sqlite3_step(stmt);
    if (rc != SQLITE_DONE)
        st = gaz_db_fail(db, rc, "write", err);
    gaz_db_reset(stmt);
    return st;
}

gaz_status gaz_db_end(gaz_db *db, gaz_status st, gaz_error *err)
{
    if (st == GAZ_OK)
        st = commit(db, err);
    if (st != GAZ_OK)
        roll_back(db);
    return st;
}

/* ---- columns ---- */

gaz_status gaz_db_text(sqlite3_stmt *stmt, int column, bool nullable, char **out, gaz_error *err)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);
    if (!text && nullable && sqlite3_column_type(stmt, column) == SQLITE_NULL) {
        *out = NULL;
        return GAZ_OK;
    }
    char *copy = strdup(text ? (const char *)text : "");
    if (!copy)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read the catalogue");
    *out = copy;
    return GAZ_OK;
}

gaz_status gaz_db_fixed(sqlite3_stmt *stmt, int column, char *out, size_t size, gaz_error *err)
{
    const unsigned char *text = sqlite3_column_text(stmt, column);
    int len = sqlite3_column_bytes(stmt, column);
    if (!text || (size_t)len != size - 1 || memchr(text, 0, size - 1))
        return gaz_db_damaged(err, "a name has %d bytes where %zu are expected", len, size - 1);
    memcpy(out, text, size - 1);
    out[size - 1] = '\0';
    return GAZ_OK;
}

gaz_status gaz_db_blob(sqlite3_stmt *stmt, int column, void *out, size_t size, gaz_error *err)
{
    const void *data = sqlite3_column_blob(stmt, column);
    int len = sqlite3_column_bytes(stmt, column);
    if (!data || (size_t)len != size)
        return gaz_db_damaged(err, "an id has %d bytes where %zu are expected", len, size);
    memcpy(out, data, size);
    return GAZ_OK;
}
