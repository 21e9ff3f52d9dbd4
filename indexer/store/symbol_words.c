/* The word index is FTS5 with nothing but rows under words (no positions, no sizes, no content): 42
 * million words of 5 million names take 5 s and 48 MB. Ranking is not asked of it: its statistics
 * would count dead documents.
 *
 * It is written once into a file of its own and read with sqlite3_deserialize() from the segment's
 * mapping, read-only: what opening a file as immutable=1 does, without a copy of it. */
#include "symbol_words.h"

#include <errno.h>
#include <ctype.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "symbol_format.h"

#define CONNECTIONS 4     /* kept of one database */
#define WORD_MAX_BYTES 64 /* of one word; the rest is dropped */
#define QUERY_WORDS 16

static const char schema[] =
    "PRAGMA page_size=4096; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=-8000; PRAGMA temp_store=MEMORY;"
    "BEGIN;"
    "CREATE VIRTUAL TABLE names USING fts5(words, content='', detail=none, columnsize=0, "
    "tokenize='ascii');"
    "CREATE VIRTUAL TABLE texts USING fts5(words, content='', detail=none, columnsize=0, "
    "tokenize='ascii');";

/* ---- splitting ---- */

static bool is_word_byte(unsigned char c)
{
    return isalnum(c) || c >= 0x80;
}

/* Whether a word ends before text[i]: at a capital after a small letter, and at the last capital of
 * several before a small letter ("HTTPServer"). */
static bool splits_at(const char *text, size_t len, size_t i)
{
    unsigned char c = (unsigned char)text[i], before = (unsigned char)text[i - 1];
    if (!isupper(c))
        return false;
    return islower(before) || isdigit(before) ||
           (isupper(before) && i + 1 < len && islower((unsigned char)text[i + 1]));
}

void symbol_split_words(const char *text, size_t len, gaz_strbuf *out)
{
    size_t word = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!is_word_byte(c) || (word && splits_at(text, len, i))) {
            if (word)
                gaz_strbuf_putc(out, ' ');
            word = 0;
        }
        if (is_word_byte(c) && word++ < WORD_MAX_BYTES)
            gaz_strbuf_putc(out, (char)tolower(c));
    }
    if (word)
        gaz_strbuf_putc(out, ' ');
}

/* Bytes of a blank, 0: it is none. */
static size_t blank_at(const char *text, size_t len, size_t i)
{
    if (text[i] == '\\' && i + 1 < len && text[i + 1] == '\n')
        return 2;
    if (text[i] == '\\' && i + 2 < len && text[i + 1] == '\r' && text[i + 2] == '\n')
        return 3;
    return text[i] == ' ' || (text[i] >= '\t' && text[i] <= '\r');
}

void gaz_symbol_fold(const char *text, size_t len, gaz_strbuf *out)
{
    bool any = false, blank = false;
    for (size_t i = 0; i < len;) {
        size_t n = blank_at(text, len, i);
        blank |= n != 0;
        if (!n) {
            if (blank && any)
                gaz_strbuf_putc(out, ' ');
            gaz_strbuf_putc(out, text[i]);
            any = true;
            blank = false;
        }
        i += n ? n : 1;
    }
}

/* ---- failures ---- */

static gaz_status fail(sqlite3 *db, int rc, const char *doing, gaz_error *err)
{
    const char *text = db ? sqlite3_errmsg(db) : sqlite3_errstr(rc);
    /* FTS5 may call what it had no memory to read corrupt: the connection knows. */
    if (db && (sqlite3_errcode(db) & 0xff) == SQLITE_NOMEM)
        rc = SQLITE_NOMEM;
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to %s words of symbols", doing);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR: /* our statements are right */
        gaz_error_set(err, GAZ_E_CORRUPT, "cannot %s words of symbols: %s", doing, text);
        gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
        return GAZ_E_CORRUPT;
    case SQLITE_FULL:
        errno = ENOSPC;
        return gaz_error_errno(err, "cannot %s words of symbols", doing);
    default:
        gaz_error_set(err, GAZ_E_IO, "cannot %s words of symbols: %s", doing, text);
        gaz_error_hint(err, "the disk of the home directory must have room");
        return GAZ_E_IO;
    }
}

/* ---- writing ---- */

struct symbol_word_writer {
    sqlite3 *db;
    sqlite3_stmt *names, *texts;
    char *path;
};

static gaz_status run(sqlite3 *db, const char *sql, const char *doing, gaz_error *err)
{
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? GAZ_OK : fail(db, rc, doing, err);
}

gaz_status symbol_word_writer_open(const char *path, symbol_word_writer **out, gaz_error *err)
{
    symbol_word_writer *w = calloc(1, sizeof *w);
    if (!w || !(w->path = strdup(path))) {
        free(w);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to write words of symbols");
    }
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(path, &w->db, flags, NULL);
    gaz_status st =
        rc == SQLITE_OK ? run(w->db, schema, "write", err) : fail(w->db, rc, "write", err);
    if (st == GAZ_OK)
        rc = sqlite3_prepare_v2(w->db, "INSERT INTO names (rowid, words) VALUES (?, ?)", -1,
                                &w->names, NULL);
    if (st == GAZ_OK && rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(w->db, "INSERT INTO texts (rowid, words) VALUES (?, ?)", -1,
                                &w->texts, NULL);
    if (st == GAZ_OK && rc != SQLITE_OK)
        st = fail(w->db, rc, "write", err);
    if (st != GAZ_OK) {
        symbol_word_writer_close(w);
        return st;
    }
    *out = w;
    return GAZ_OK;
}

static void close_writer(symbol_word_writer *w)
{
    sqlite3_finalize(w->names);
    sqlite3_finalize(w->texts);
    sqlite3_close(w->db);
    w->names = w->texts = NULL;
    w->db = NULL;
}

void symbol_word_writer_close(symbol_word_writer *w)
{
    if (!w)
        return;
    close_writer(w);
    unlink(w->path);
    free(w->path);
    free(w);
}

static gaz_status insert(symbol_word_writer *w, sqlite3_stmt *stmt, int64_t row,
                         const gaz_strbuf *text, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(text, err);
    if (st != GAZ_OK || !text->len)
        return st;
    int rc = sqlite3_bind_int64(stmt, 1, row);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text64(stmt, 2, text->data, text->len, SQLITE_STATIC, SQLITE_UTF8);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    gaz_status done = rc == SQLITE_DONE ? GAZ_OK : fail(w->db, rc, "write", err);
    sqlite3_reset(stmt);
    return done;
}

gaz_status symbol_word_writer_name(symbol_word_writer *w, int64_t row, const gaz_strbuf *words,
                                   gaz_error *err)
{
    return insert(w, w->names, row, words, err);
}

gaz_status symbol_word_writer_text(symbol_word_writer *w, int64_t row, const gaz_strbuf *words,
                                   gaz_error *err)
{
    return insert(w, w->texts, row, words, err);
}

gaz_status symbol_word_writer_finish(symbol_word_writer *w, gaz_error *err)
{
    gaz_status st = run(w->db,
                        "INSERT INTO names (names) VALUES ('optimize');"
                        "INSERT INTO texts (texts) VALUES ('optimize'); COMMIT",
                        "write", err);
    close_writer(w);
    return st;
}

/* ---- reading ---- */

typedef struct connection {
    sqlite3 *db;
    sqlite3_stmt *find[2]; /* texts, names */
} connection;

struct symbol_words {
    const uint8_t *data;
    size_t len;
    pthread_mutex_t lock;
    connection idle[CONNECTIONS];
    unsigned idle_count;
};

static void disconnect(connection *c)
{
    sqlite3_finalize(c->find[0]);
    sqlite3_finalize(c->find[1]);
    sqlite3_close(c->db);
    *c = (connection){0};
}

static gaz_status connect_new(const symbol_words *words, connection *c, gaz_error *err)
{
    static const char *const sql[] = {"SELECT rowid FROM texts WHERE texts MATCH ?",
                                      "SELECT rowid FROM names WHERE names MATCH ?"};
    *c = (connection){0};
    int flags =
        SQLITE_OPEN_READWRITE | SQLITE_OPEN_MEMORY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    int rc = sqlite3_open_v2(":memory:", &c->db, flags, NULL);
    if (rc == SQLITE_OK) /* read-only: SQLite never writes to what it is given here */
        rc = sqlite3_deserialize(c->db, "main", (unsigned char *)(uintptr_t)words->data,
                                 (sqlite3_int64)words->len, (sqlite3_int64)words->len,
                                 SQLITE_DESERIALIZE_READONLY);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(c->db, "PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON", NULL, NULL,
                          NULL);
    for (int i = 0; rc == SQLITE_OK && i < 2; i++)
        rc = sqlite3_prepare_v3(c->db, sql[i], -1, SQLITE_PREPARE_PERSISTENT, &c->find[i], NULL);
    if (rc == SQLITE_OK)
        return GAZ_OK;
    gaz_status st = fail(c->db, rc, "read", err);
    disconnect(c);
    return st;
}

gaz_status symbol_words_open(const uint8_t *data, size_t len, symbol_words **out, gaz_error *err)
{
    symbol_words *words = calloc(1, sizeof *words);
    if (!words)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read words of symbols");
    words->data = data;
    words->len = len;
    pthread_mutex_init(&words->lock, NULL);
    *out = words;
    return GAZ_OK;
}

void symbol_words_close(symbol_words *words)
{
    if (!words)
        return;
    for (unsigned i = 0; i < words->idle_count; i++)
        disconnect(&words->idle[i]);
    pthread_mutex_destroy(&words->lock);
    free(words);
}

static gaz_status borrow(symbol_words *words, connection *c, gaz_error *err)
{
    bool have = false;
    pthread_mutex_lock(&words->lock);
    if (words->idle_count) {
        *c = words->idle[--words->idle_count];
        have = true;
    }
    pthread_mutex_unlock(&words->lock);
    return have ? GAZ_OK : connect_new(words, c, err);
}

static void give_back(symbol_words *words, connection *c)
{
    pthread_mutex_lock(&words->lock);
    bool keep = words->idle_count < CONNECTIONS;
    if (keep)
        words->idle[words->idle_count++] = *c;
    pthread_mutex_unlock(&words->lock);
    if (!keep)
        disconnect(c);
}

/* "one" "two" "thr"*: words hold no quotes. */
static void put_query(const char *split, gaz_strbuf *out)
{
    unsigned n = 0;
    for (const char *at = split; *at && n < QUERY_WORDS; n++) {
        size_t len = strcspn(at, " ");
        const char *next = at + len + (at[len] == ' ');
        gaz_strbuf_printf(out, "%s\"%.*s\"%s", n ? " " : "", (int)len, at,
                          *next && n + 1 < QUERY_WORDS ? "" : "*");
        at = next;
    }
}

static gaz_status find(connection *c, bool names, const gaz_strbuf *query,
                       bool (*visit)(void *ctx, int64_t row), void *ctx, gaz_error *err)
{
    sqlite3_stmt *stmt = c->find[names];
    int rc = sqlite3_bind_text64(stmt, 1, query->data, query->len, SQLITE_STATIC, SQLITE_UTF8);
    bool more = true;
    while (rc == SQLITE_OK && more) {
        int step = sqlite3_step(stmt);
        if (step == SQLITE_ROW)
            more = visit(ctx, sqlite3_column_int64(stmt, 0));
        else if (step == SQLITE_DONE)
            more = false;
        else
            rc = step;
    }
    gaz_status st = rc == SQLITE_OK ? GAZ_OK : fail(c->db, rc, "read", err);
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return st;
}

gaz_status symbol_words_find(symbol_words *words, bool names, const char *split,
                             bool (*visit)(void *ctx, int64_t row), void *ctx, gaz_error *err)
{
    connection c;
    gaz_strbuf query = GAZ_STRBUF_INIT;
    put_query(split, &query);
    gaz_status st = gaz_strbuf_check(&query, err);
    if (st == GAZ_OK)
        st = borrow(words, &c, err);
    if (st == GAZ_OK) {
        st = find(&c, names, &query, visit, ctx, err);
        if (st == GAZ_OK)
            give_back(words, &c);
        else
            disconnect(&c);
    }
    gaz_strbuf_release(&query);
    return st;
}

gaz_status symbol_words_check(symbol_words *words, gaz_error *err)
{
    connection c;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = connect_new(words, &c, err);
    if (st != GAZ_OK)
        return st;
    int rc = sqlite3_prepare_v2(c.db, "PRAGMA integrity_check(1)", -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc != SQLITE_ROW)
        st = fail(c.db, rc, "check", err);
    else if (strcmp((const char *)sqlite3_column_text(stmt, 0), "ok") != 0)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "the words of symbols are damaged: %s",
                           (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    disconnect(&c);
    return st;
}
