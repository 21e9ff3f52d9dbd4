/* The seam to SQLite: one connection with its mutex, its prepared statements and the digest
 * functions. Private to the store: nothing outside this folder sees a SQLite type. */
#ifndef GAZ_STORE_DB_H
#define GAZ_STORE_DB_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sqlite3.h>
#include "gaz/base/strbuf.h"
#include "gaz/base/vec.h"
#include "store_migrate.h"

typedef struct gaz_db_cached {
    const char *sql; /**< a string constant: compared by address */
    sqlite3_stmt *stmt;
} gaz_db_cached;

/** Functions below are called with `lock` held. */
typedef struct gaz_db {
    sqlite3 *handle;
    pthread_mutex_t lock;
    GAZ_VEC(gaz_db_cached) statements;
    gaz_strbuf scratch; /**< of gaz_row() */
    bool lock_made;
} gaz_db;

/** Opens the database at `path`, which exists (it may be empty). @param writer false: the
 * connection refuses to write */
GAZ_CHECKED gaz_status gaz_db_open(gaz_db *db, const char *path, bool writer, gaz_error *err);
/** Also for one that was only half opened, or zeroed. */
void gaz_db_close(gaz_db *db);
void gaz_db_lock(gaz_db *db);
void gaz_db_unlock(gaz_db *db);

/**
 * Prepares (once) and binds a statement.
 * @param sql    a string constant
 * @param types  one letter per parameter: i int64_t, t const char * (NULL: null), b const void *
 * and size_t (SQLite borrows texts and blobs until the statement is reset)
 */
GAZ_CHECKED gaz_status gaz_db_start(gaz_db *db, sqlite3_stmt **out, gaz_error *err, const char *sql,
                                    const char *types, ...);
/** @return GAZ_OK: a row; GAZ_DONE: no more (the statement is reset then, and after a failure) */
GAZ_CHECKED gaz_status gaz_db_step(gaz_db *db, sqlite3_stmt *stmt, gaz_error *err);
void gaz_db_reset(sqlite3_stmt *stmt);
/** gaz_db_start() and steps to the end. @return GAZ_OK */
GAZ_CHECKED gaz_status gaz_db_do(gaz_db *db, gaz_error *err, const char *sql, const char *types,
                                 ...);
/** The integer of a one-row query. GAZ_DONE when there is no row. */
GAZ_CHECKED gaz_status gaz_db_number(gaz_db *db, int64_t *out, gaz_error *err, const char *sql,
                                     const char *types, ...);
/** Runs statements that are used once. */
GAZ_CHECKED gaz_status gaz_db_exec(gaz_db *db, const char *sql, gaz_error *err);
/** Rows changed by the last statement. */
int64_t gaz_db_changes(const gaz_db *db);

/** @param write  take the write lock at once, so that the transaction never fails half-way for want
 * of it */
GAZ_CHECKED gaz_status gaz_db_begin(gaz_db *db, bool write, gaz_error *err);
/** Commits when `st` is GAZ_OK, else rolls back. @return `st`, or why the commit failed (it is
 * rolled back then) */
GAZ_CHECKED gaz_status gaz_db_end(gaz_db *db, gaz_status st, gaz_error *err);

/** Turns a SQLite result into a failure. */
gaz_status gaz_db_fail(gaz_db *db, int rc, const char *doing, gaz_error *err);
/** GAZ_E_CORRUPT with the usual hint. */
gaz_status gaz_db_damaged(gaz_error *err, const char *format, ...) GAZ_PRINTF(2, 3);

/** A copy of a text column; NULL column: "" (or NULL when `nullable`). */
GAZ_CHECKED gaz_status gaz_db_text(sqlite3_stmt *stmt, int column, bool nullable, char **out,
                                   gaz_error *err);
/** Copies a text column of exactly size-1 bytes. GAZ_E_CORRUPT when it has another length. */
GAZ_CHECKED gaz_status gaz_db_fixed(sqlite3_stmt *stmt, int column, char *out, size_t size,
                                    gaz_error *err);
/** Copies a blob column of exactly `size` bytes. */
GAZ_CHECKED gaz_status gaz_db_blob(sqlite3_stmt *stmt, int column, void *out, size_t size,
                                   gaz_error *err);

/** Whether nothing has been made in it yet. */
GAZ_CHECKED gaz_status gaz_db_is_new(gaz_db *db, bool *is_new, gaz_error *err);
/** Brings the schema to the newest migration and checks that it is the one that was made. */
GAZ_CHECKED gaz_status gaz_db_migrate(gaz_db *db, const gaz_migration *list, size_t count,
                                      gaz_error *err);

#endif
