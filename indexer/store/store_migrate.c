/* Numbered migrations, each applied in one transaction and recorded with the checksum of its text.
 * The checksum of the whole schema is kept beside it: the text of views and triggers decides what
 * digests mean, so a flipped byte in it must be noticed before anything is read. */
#include "store_db.h"

#include <stdio.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/hash.h"

#define APPLICATION 0x47617a31 /* "Gaz1": PRAGMA application_id */

static gaz_status schema_checksum(gaz_db *db, int64_t *out, gaz_error *err)
{
    gaz_strbuf text;
    gaz_strbuf_init(&text, (size_t)1 << 20);
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT type, name, tbl_name, ifnull(sql, '') FROM sqlite_schema "
                                 "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name",
                                 "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        for (int i = 0; i < 4; i++) {
            const unsigned char *value = sqlite3_column_text(stmt, i);
            gaz_strbuf_puts(&text, value ? (const char *)value : "");
            gaz_strbuf_putc(&text, '\n');
        }
    }
    if (st == GAZ_DONE)
        st = gaz_strbuf_check(&text, err);
    if (st == GAZ_OK)
        *out = (int64_t)gaz_checksum(text.data, text.len);
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status current_version(gaz_db *db, int64_t *version, gaz_error *err)
{
    int64_t tables = 0, ours = 0, application = 0;
    gaz_status st = gaz_db_number(db, &tables, err, "SELECT count(*) FROM sqlite_schema", "");
    if (st != GAZ_OK)
        return st;
    *version = 0;
    if (tables == 0)
        return GAZ_OK;
    st = gaz_db_number(db, &ours, err,
                       "SELECT count(*) FROM sqlite_schema WHERE name = 'migrations'", "");
    if (st == GAZ_OK)
        st = gaz_db_number(db, &application, err, "PRAGMA application_id", "");
    if (st != GAZ_OK)
        return st;
    if (!ours || application != APPLICATION)
        return gaz_db_damaged(err, "it is a SQLite database, but not one that Gazetteer made");
    return gaz_db_number(db, version, err, "SELECT ifnull(max(version), 0) FROM migrations", "");
}

/* What holds whichever program wrote the catalogue: numbers without a gap, and the schema that the
 * last migration left. Without it a flipped bit in the numbers would pass for a newer program,
 * which nobody would think of repairing. */
static gaz_status check_schema(gaz_db *db, int64_t version, gaz_error *err)
{
    int64_t stored = 0, schema = 0, count = 0;
    gaz_status st = gaz_db_number(db, &count, err, "SELECT count(*) FROM migrations", "");
    if (st == GAZ_OK && count != version)
        return gaz_db_damaged(err, "it records %lld migrations up to number %lld", (long long)count,
                              (long long)version);
    if (st == GAZ_OK)
        st = schema_checksum(db, &schema, err);
    if (st == GAZ_OK)
        st = gaz_db_number(db, &stored, err,
                           "SELECT schema FROM migrations ORDER BY version DESC LIMIT 1", "");
    if (st == GAZ_OK && stored != schema)
        st = gaz_db_damaged(err, "its schema is not the one that was made");
    return st;
}

static gaz_status check_texts(gaz_db *db, const gaz_migration *list, int64_t version,
                              gaz_error *err)
{
    int64_t stored = 0;
    gaz_status st = GAZ_OK;
    for (int64_t v = 1; st == GAZ_OK && v <= version; v++) {
        const char *sql = list[v - 1].sql;
        st = gaz_db_number(db, &stored, err, "SELECT checksum FROM migrations WHERE version = ?",
                           "i", v);
        if (st == GAZ_DONE || (st == GAZ_OK && stored != (int64_t)gaz_checksum(sql, strlen(sql))))
            st =
                gaz_db_damaged(err, "migration %s was applied with another text", list[v - 1].name);
    }
    return st;
}

static gaz_status too_new(int64_t version, size_t known, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_UNSUPPORTED,
                  "the catalogue was written by a newer program (its schema is number %lld, this "
                  "program knows %zu)",
                  (long long)version, known);
    gaz_error_hint(err, "update gaz, or choose another home with GAZ_HOME");
    return GAZ_E_UNSUPPORTED;
}

static gaz_status make_table(gaz_db *db, gaz_error *err)
{
    gaz_status st = gaz_db_exec(
        db,
        "CREATE TABLE IF NOT EXISTS migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " applied_us INTEGER NOT NULL, checksum INTEGER NOT NULL, schema INTEGER NOT NULL) STRICT",
        err);
    char pragma[64];
    snprintf(pragma, sizeof pragma, "PRAGMA application_id=%d", APPLICATION);
    return st == GAZ_OK ? gaz_db_exec(db, pragma, err) : st;
}

static gaz_status apply_one(gaz_db *db, const gaz_migration *m, gaz_error *err)
{
    gaz_status st = gaz_db_begin(db, true, err);
    if (st != GAZ_OK)
        return st;
    int64_t now = 0, schema = 0;
    st = current_version(db, &now, err);
    if (st == GAZ_OK && now >= (int64_t)m->version) /* another process was quicker */
        return gaz_db_end(db, GAZ_OK, err);
    if (st == GAZ_OK && m->version == 1)
        st = make_table(db, err);
    if (st == GAZ_OK)
        st = gaz_db_exec(db, m->sql, err);
    if (st == GAZ_OK)
        st = schema_checksum(db, &schema, err);
    if (st == GAZ_OK)
        st = gaz_db_do(db, err,
                       "INSERT INTO migrations (version, name, applied_us, checksum, schema) "
                       "VALUES (?,?,?,?,?)",
                       "itiii", (int64_t)m->version, m->name, gaz_wall_us(),
                       (int64_t)gaz_checksum(m->sql, strlen(m->sql)), schema);
    return gaz_db_end(db, st, err);
}

gaz_status gaz_db_is_new(gaz_db *db, bool *is_new, gaz_error *err)
{
    int64_t version = 0;
    gaz_status st = current_version(db, &version, err);
    *is_new = version == 0;
    return st;
}

gaz_status gaz_db_migrate(gaz_db *db, const gaz_migration *list, size_t count, gaz_error *err)
{
    int64_t version = 0;
    gaz_status st = current_version(db, &version, err);
    for (size_t i = 0; st == GAZ_OK && i < count; i++)
        if (version < (int64_t)list[i].version)
            st = apply_one(db, &list[i], err);
    if (st == GAZ_OK)
        st = current_version(db, &version, err);
    if (st == GAZ_OK && version < 1)
        return gaz_db_damaged(err, "it has no schema");
    if (st == GAZ_OK)
        st = check_schema(db, version, err);
    if (st == GAZ_OK && version > (int64_t)count)
        return too_new(version, count, err);
    return st == GAZ_OK ? check_texts(db, list, version, err) : st;
}
