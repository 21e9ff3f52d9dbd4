/* Writing one file of the commit index. Commits go into an SQLite database in the run's directory
 * as they come; paths and who changed them are kept as numbers in memory until the end, because
 * paths are numbered in byte order, so that a directory is a range. Then the database is copied
 * into a sealed file beside the arrays that are read in place. Without a journal and without syncs:
 * a file that is not finished is never seen. */
#include "commit_format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COPY_BYTES ((size_t)1 << 20)
#define ARRAYS_MAX ((size_t)4 << 30)

/* A change by numbers of paths in order of arrival. */
typedef struct change {
    uint32_t path, from;
    uint8_t kind;
} change;

struct gaz_commits_writer {
    char *path; /* of the database */
    sqlite3 *db;
    sqlite3_stmt *add_commit, *add_person, *add_message, *add_path, *add_changes;
    gaz_map people, paths; /* → number + 1 */
    GAZ_VEC(change) changes;
    GAZ_VEC(uint32_t) counts; /* changes per commit */
    gaz_strbuf records, oids, parents;
    uint32_t count;
};

static const char schema[] =
    "PRAGMA page_size=8192; PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;"
    "PRAGMA locking_mode=EXCLUSIVE; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384;"
    "BEGIN;"
    "CREATE TABLE commits (id INTEGER PRIMARY KEY, oid BLOB NOT NULL, author_time INTEGER NOT "
    "NULL, "
    "author_offset INTEGER NOT NULL, commit_offset INTEGER NOT NULL, message TEXT NOT NULL);"
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL);"
    "CREATE TABLE paths (id INTEGER PRIMARY KEY, path BLOB NOT NULL, posts BLOB NOT NULL);"
    "CREATE TABLE changes (id INTEGER PRIMARY KEY, packed BLOB NOT NULL);"
    "CREATE VIRTUAL TABLE messages USING fts5(message, content='', columnsize=0, "
    "tokenize='unicode61 remove_diacritics 2');";

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to write a commit index");
}

static gaz_status fail(const gaz_commits_writer *w, gaz_error *err)
{
    int rc = w->db ? sqlite3_extended_errcode(w->db) : SQLITE_NOMEM;
    if ((rc & 0xff) == SQLITE_NOMEM)
        return no_memory(err);
    if ((rc & 0xff) == SQLITE_FULL) {
        errno = ENOSPC;
        return gaz_error_errno(err, "cannot write a commit index");
    }
    if ((rc & 0xff) == SQLITE_IOERR || (rc & 0xff) == SQLITE_CANTOPEN) {
        errno = sqlite3_system_errno(w->db) ? sqlite3_system_errno(w->db) : EIO;
        return gaz_error_errno(err, "cannot write a commit index");
    }
    return gaz_error_set(err, GAZ_E_INTERNAL, "cannot write a commit index: %s",
                         sqlite3_errmsg(w->db));
}

/* ---- opening ---- */

static gaz_status prepare(gaz_commits_writer *w, const char *sql, sqlite3_stmt **out,
                          gaz_error *err)
{
    return sqlite3_prepare_v3(w->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) == SQLITE_OK
               ? GAZ_OK
               : fail(w, err);
}

static gaz_status open_database(gaz_commits_writer *w, gaz_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    if (sqlite3_open_v2(w->path, &w->db, flags, NULL) != SQLITE_OK ||
        sqlite3_exec(w->db, schema, NULL, NULL, NULL) != SQLITE_OK)
        return fail(w, err);
    gaz_status st =
        prepare(w, "INSERT INTO commits VALUES (?, ?, ?, ?, ?, ?)", &w->add_commit, err);
    if (st == GAZ_OK)
        st = prepare(w, "INSERT INTO people VALUES (?, ?, ?)", &w->add_person, err);
    if (st == GAZ_OK)
        st =
            prepare(w, "INSERT INTO messages (rowid, message) VALUES (?, ?)", &w->add_message, err);
    if (st == GAZ_OK)
        st = prepare(w, "INSERT INTO paths VALUES (?, ?, ?)", &w->add_path, err);
    if (st == GAZ_OK)
        st = prepare(w, "INSERT INTO changes VALUES (?, ?)", &w->add_changes, err);
    return st;
}

gaz_status gaz_commits_writer_open(const char *dir, gaz_commits_writer **out, gaz_error *err)
{
    gaz_commits_writer *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(err);
    gaz_strbuf path = GAZ_STRBUF_INIT;
    char id[17];
    gaz_map_init(&w->people);
    gaz_map_init(&w->paths);
    gaz_strbuf_init(&w->records, ARRAYS_MAX);
    gaz_strbuf_init(&w->oids, ARRAYS_MAX);
    gaz_strbuf_init(&w->parents, ARRAYS_MAX);
    gaz_status st = gaz_store_random(id, sizeof id, err);
    gaz_strbuf_printf(&path, "%s/commits-%s.db", dir, id);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&path, err);
    if (st == GAZ_OK && !(w->path = strdup(path.data)))
        st = no_memory(err);
    gaz_strbuf_release(&path);
    if (st == GAZ_OK)
        st = open_database(w, err);
    if (st != GAZ_OK) {
        gaz_commits_writer_close(w);
        return st;
    }
    *out = w;
    return GAZ_OK;
}

static void close_database(gaz_commits_writer *w)
{
    sqlite3_finalize(w->add_commit);
    sqlite3_finalize(w->add_person);
    sqlite3_finalize(w->add_message);
    sqlite3_finalize(w->add_path);
    sqlite3_finalize(w->add_changes);
    w->add_commit = w->add_person = w->add_message = w->add_path = w->add_changes = NULL;
    sqlite3_close(w->db);
    w->db = NULL;
}

void gaz_commits_writer_close(gaz_commits_writer *w)
{
    if (!w)
        return;
    close_database(w);
    if (w->path)
        unlink(w->path);
    free(w->path);
    gaz_map_release(&w->people);
    gaz_map_release(&w->paths);
    gaz_vec_free(&w->changes);
    gaz_vec_free(&w->counts);
    gaz_strbuf_release(&w->records);
    gaz_strbuf_release(&w->oids);
    gaz_strbuf_release(&w->parents);
    free(w);
}

uint32_t gaz_commits_writer_count(const gaz_commits_writer *w)
{
    return w->count;
}

uint64_t gaz_commits_writer_changes(const gaz_commits_writer *w)
{
    return w->changes.len;
}

/* ---- adding ---- */

static gaz_status run(gaz_commits_writer *w, sqlite3_stmt *stmt, gaz_error *err)
{
    gaz_status st = sqlite3_step(stmt) == SQLITE_DONE ? GAZ_OK : fail(w, err);
    sqlite3_reset(stmt);
    return st;
}

static gaz_status number_person(gaz_commits_writer *w, const gaz_commit_person *p, uint32_t *out,
                                gaz_error *err)
{
    gaz_strbuf key = GAZ_STRBUF_INIT;
    bool added = false;
    gaz_strbuf_add(&key, p->name, strlen(p->name) + 1);
    gaz_strbuf_puts(&key, p->email);
    gaz_status st = gaz_strbuf_check(&key, err);
    uint64_t *number = st == GAZ_OK ? gaz_map_put(&w->people, key.data, key.len, &added) : NULL;
    gaz_strbuf_release(&key);
    if (!number)
        return no_memory(err);
    if (added) {
        *number = w->people.len - 1;
        sqlite3_bind_int64(w->add_person, 1, (sqlite3_int64)*number);
        sqlite3_bind_text(w->add_person, 2, p->name, -1, SQLITE_STATIC);
        sqlite3_bind_text(w->add_person, 3, p->email, -1, SQLITE_STATIC);
        st = run(w, w->add_person, err);
    }
    if (st == GAZ_OK)
        *out = (uint32_t)*number;
    return st;
}

static gaz_status number_path(gaz_commits_writer *w, const char *path, size_t len, uint32_t *out,
                              gaz_error *err)
{
    bool added = false;
    if (!len || len > GAZ_COMMIT_PATH_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a changed path has %zu bytes, the limit is %d", len,
                             GAZ_COMMIT_PATH_MAX);
    uint64_t *number = gaz_map_put(&w->paths, path, len, &added);
    if (!number)
        return no_memory(err);
    if (added)
        *number = w->paths.len - 1;
    *out = (uint32_t)*number;
    return GAZ_OK;
}

static gaz_status add_changes(gaz_commits_writer *w, const gaz_commit_record *r, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < r->change_count; i++) {
        const gaz_commit_change *c = &r->changes[i];
        change own = {.from = COMMIT_NONE, .kind = (uint8_t)c->kind};
        st = number_path(w, c->path, c->path_len, &own.path, err);
        if (st == GAZ_OK && c->kind == GAZ_COMMIT_RENAMED)
            st = number_path(w, c->from, c->from_len, &own.from, err);
        if (st == GAZ_OK && !gaz_vec_push(&w->changes, own))
            st = no_memory(err);
    }
    if (st == GAZ_OK && !gaz_vec_push(&w->counts, r->change_count))
        st = no_memory(err);
    return st;
}

static gaz_status add_row(gaz_commits_writer *w, const gaz_commit_record *r, gaz_error *err)
{
    sqlite3_stmt *s = w->add_commit;
    sqlite3_bind_int64(s, 1, w->count);
    sqlite3_bind_blob(s, 2, r->id.id, GAZ_OID_SIZE, SQLITE_STATIC);
    sqlite3_bind_int64(s, 3, r->author.when);
    sqlite3_bind_int(s, 4, r->author.offset);
    sqlite3_bind_int(s, 5, r->committer.offset);
    sqlite3_bind_text64(s, 6, r->message, r->message_len, SQLITE_STATIC, SQLITE_UTF8);
    gaz_status st = run(w, s, err);
    if (st != GAZ_OK)
        return st;
    sqlite3_bind_int64(w->add_message, 1, w->count);
    sqlite3_bind_text64(w->add_message, 2, r->message, r->message_len, SQLITE_STATIC, SQLITE_UTF8);
    return run(w, w->add_message, err);
}

gaz_status gaz_commits_writer_add(gaz_commits_writer *w, const gaz_commit_record *r, gaz_error *err)
{
    if (w->count >= GAZ_COMMITS_MAX || r->parent_count > UINT16_MAX ||
        w->changes.len + r->change_count > GAZ_COMMITS_CHANGES_MAX ||
        r->message_len > UINT32_MAX / 2)
        return gaz_error_set(err, GAZ_E_LIMIT, "a file of the commit index would be too large");
    commit_fixed f = {.when = r->committer.when,
                      .parents_at = (uint32_t)(w->parents.len / GAZ_OID_SIZE),
                      .flags = r->flags,
                      .parent_count = r->parent_count,
                      .message_len = (uint32_t)r->message_len,
                      .changes = r->change_count};
    gaz_status st = number_person(w, &r->author, &f.author, err);
    if (st == GAZ_OK)
        st = number_person(w, &r->committer, &f.committer, err);
    if (st == GAZ_OK)
        st = add_row(w, r, err);
    if (st == GAZ_OK)
        st = add_changes(w, r, err);
    if (st != GAZ_OK)
        return st;
    uint8_t bytes[COMMIT_RECORD_SIZE];
    commit_fixed_encode(bytes, &f);
    gaz_strbuf_add(&w->records, bytes, sizeof bytes);
    gaz_strbuf_add(&w->oids, r->id.id, GAZ_OID_SIZE);
    for (uint32_t i = 0; i < r->parent_count; i++)
        gaz_strbuf_add(&w->parents, r->parents[i].id, GAZ_OID_SIZE);
    st = gaz_strbuf_check(&w->records, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&w->oids, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&w->parents, err);
    w->count += st == GAZ_OK;
    return st;
}

/* ---- paths in byte order ---- */

typedef struct sorted_path {
    const char *text;
    uint32_t len, arrival;
} sorted_path;

static int by_bytes(const void *a, const void *b)
{
    const sorted_path *x = a, *y = b;
    size_t n = x->len < y->len ? x->len : y->len;
    int order = memcmp(x->text, y->text, n);
    return order ? order : x->len < y->len ? -1 : x->len > y->len;
}

static gaz_status sort_paths(const gaz_commits_writer *w, sorted_path **out, uint32_t **numbers,
                             gaz_error *err)
{
    size_t count = w->paths.len, n = 0;
    sorted_path *sorted = calloc(count + 1, sizeof *sorted);
    uint32_t *map = calloc(count + 1, sizeof *map);
    const gaz_map_slot *slot = NULL;
    if (!sorted || !map) {
        free(sorted);
        free(map);
        return no_memory(err);
    }
    for (size_t at = 0; gaz_map_next(&w->paths, &at, &slot);)
        sorted[n++] = (sorted_path){slot->key, slot->len, (uint32_t)slot->value};
    qsort(sorted, count, sizeof *sorted, by_bytes);
    for (size_t i = 0; i < count; i++)
        map[sorted[i].arrival] = (uint32_t)i;
    *out = sorted;
    *numbers = map;
    return GAZ_OK;
}

/* Who changed a path: a commit and a kind. */
typedef struct post {
    uint32_t commit;
    uint8_t kind;
} post;

typedef struct posts {
    uint32_t *starts; /* per path, and one more */
    post *items;      /* by path, then by commit */
} posts;

/* Counting sort: changes come by commits, so each path's posts come out in order. */
static gaz_status make_posts(const gaz_commits_writer *w, posts *out, gaz_error *err)
{
    size_t paths = w->paths.len, total = 0;
    out->starts = calloc(paths + 2, sizeof *out->starts);
    if (!out->starts)
        return no_memory(err);
    for (size_t i = 0; i < w->changes.len; i++) {
        const change *c = &w->changes.items[i];
        out->starts[c->path + 1]++;
        total++;
        if (c->from != COMMIT_NONE) {
            out->starts[c->from + 1]++;
            total++;
        }
    }
    for (size_t i = 0; i < paths; i++)
        out->starts[i + 1] += out->starts[i];
    out->items = calloc(total + 1, sizeof *out->items);
    uint32_t *fill = calloc(paths + 1, sizeof *fill);
    if (!out->items || !fill) {
        free(fill);
        return no_memory(err);
    }
    memcpy(fill, out->starts, paths * sizeof *fill);
    size_t at = 0;
    for (uint32_t commit = 0; commit < w->count; commit++) {
        for (size_t end = at + w->counts.items[commit]; at < end; at++) {
            const change *c = &w->changes.items[at];
            out->items[fill[c->path]++] = (post){commit, c->kind};
            if (c->from != COMMIT_NONE)
                out->items[fill[c->from]++] = (post){commit, GAZ_COMMIT_RENAMED_AWAY};
        }
    }
    free(fill);
    return GAZ_OK;
}

static void put(gaz_strbuf *out, uint64_t value)
{
    uint8_t bytes[GAZ_VARINT_MAX];
    gaz_strbuf_add(out, bytes, gaz_varint_encode(bytes, value));
}

static gaz_status write_paths(gaz_commits_writer *w, const sorted_path *sorted, const posts *all,
                              gaz_error *err)
{
    gaz_strbuf packed = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < w->paths.len; i++) {
        uint32_t last = 0;
        gaz_strbuf_reset(&packed);
        for (uint32_t k = all->starts[sorted[i].arrival]; k < all->starts[sorted[i].arrival + 1];
             k++) {
            put(&packed, (uint64_t)(all->items[k].commit - last) * 8 + all->items[k].kind);
            last = all->items[k].commit;
        }
        st = gaz_strbuf_check(&packed, err);
        sqlite3_bind_int64(w->add_path, 1, (sqlite3_int64)i);
        sqlite3_bind_blob64(w->add_path, 2, sorted[i].text, sorted[i].len, SQLITE_STATIC);
        sqlite3_bind_blob64(w->add_path, 3, packed.data, packed.len, SQLITE_STATIC);
        if (st == GAZ_OK)
            st = run(w, w->add_path, err);
    }
    gaz_strbuf_release(&packed);
    return st;
}

static int by_path(const void *a, const void *b)
{
    const change *x = a, *y = b;
    return x->path < y->path ? -1 : x->path > y->path;
}

/* @param numbers  of paths in byte order, by arrival. The changes are renumbered in place */
static gaz_status write_changes(gaz_commits_writer *w, const uint32_t *numbers, gaz_error *err)
{
    gaz_strbuf packed = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    size_t at = 0;
    for (uint32_t commit = 0; st == GAZ_OK && commit < w->count; commit++) {
        size_t count = w->counts.items[commit], last = 0;
        change *c = w->changes.items + at;
        at += count;
        if (!count)
            continue;
        for (size_t i = 0; i < count; i++) {
            c[i].path = numbers[c[i].path];
            c[i].from = c[i].from == COMMIT_NONE ? COMMIT_NONE : numbers[c[i].from];
        }
        qsort(c, count, sizeof *c, by_path);
        gaz_strbuf_reset(&packed);
        for (size_t i = 0; i < count; i++) {
            put(&packed, (uint64_t)(c[i].path - last) * 8 + c[i].kind);
            if (c[i].from != COMMIT_NONE)
                put(&packed, c[i].from);
            last = c[i].path;
        }
        st = gaz_strbuf_check(&packed, err);
        sqlite3_bind_int64(w->add_changes, 1, commit);
        sqlite3_bind_blob64(w->add_changes, 2, packed.data, packed.len, SQLITE_STATIC);
        if (st == GAZ_OK)
            st = run(w, w->add_changes, err);
    }
    gaz_strbuf_release(&packed);
    return st;
}

static gaz_status write_history(gaz_commits_writer *w, gaz_error *err)
{
    sorted_path *sorted = NULL;
    uint32_t *numbers = NULL;
    posts all = {NULL, NULL};
    gaz_status st = sort_paths(w, &sorted, &numbers, err);
    if (st == GAZ_OK)
        st = make_posts(w, &all, err);
    if (st == GAZ_OK)
        st = write_paths(w, sorted, &all, err);
    if (st == GAZ_OK)
        st = write_changes(w, numbers, err);
    free(all.starts);
    free(all.items);
    free(numbers);
    free(sorted);
    return st;
}

/* ---- the sealed file ---- */

static gaz_status copy_database(const gaz_commits_writer *w, gaz_sealed_writer *out, gaz_error *err)
{
    uint8_t *buffer = malloc(COPY_BYTES);
    int fd = open(w->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    gaz_status st = buffer ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK && fd < 0)
        st = gaz_error_errno(err, "cannot open %s", w->path);
    if (st == GAZ_OK)
        st = gaz_sealed_begin(out, COMMIT_DATABASE, err);
    while (st == GAZ_OK) {
        ssize_t n = read(fd, buffer, COPY_BYTES);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = gaz_error_errno(err, "cannot read %s", w->path);
        if (n <= 0)
            break;
        st = gaz_sealed_append(out, buffer, (size_t)n, err);
    }
    if (fd >= 0)
        close(fd);
    free(buffer);
    return st;
}

static gaz_status put_section(gaz_sealed_writer *out, unsigned section, const gaz_strbuf *bytes,
                              gaz_error *err)
{
    gaz_status st = gaz_sealed_begin(out, section, err);
    return st == GAZ_OK && bytes->len ? gaz_sealed_append(out, bytes->data, bytes->len, err) : st;
}

static gaz_status seal(const gaz_commits_writer *w, const char *path, const gaz_strbuf *state,
                       gaz_commits_file *out, gaz_error *err)
{
    gaz_sealed_writer *sealed = NULL;
    gaz_status st =
        gaz_sealed_writer_open(path, GAZ_COMMITS_KIND, GAZ_COMMITS_VERSION, &sealed, err);
    if (st == GAZ_OK)
        st = copy_database(w, sealed, err);
    if (st == GAZ_OK)
        st = put_section(sealed, COMMIT_STATE, state, err);
    if (st == GAZ_OK)
        st = put_section(sealed, COMMIT_RECORDS, &w->records, err);
    if (st == GAZ_OK)
        st = put_section(sealed, COMMIT_OIDS, &w->oids, err);
    if (st == GAZ_OK)
        st = put_section(sealed, COMMIT_PARENTS, &w->parents, err);
    if (st == GAZ_OK)
        st = gaz_sealed_finish(sealed, out->name, &out->bytes, err);
    gaz_sealed_writer_close(sealed);
    return st;
}

static gaz_status finish_database(gaz_commits_writer *w, gaz_error *err)
{
    gaz_status st = write_history(w, err);
    if (st == GAZ_OK && sqlite3_exec(w->db,
                                     "CREATE UNIQUE INDEX commits_oid ON commits (oid);"
                                     "INSERT INTO messages (messages) VALUES ('optimize'); COMMIT",
                                     NULL, NULL, NULL) != SQLITE_OK)
        st = fail(w, err);
    if (st == GAZ_OK)
        close_database(w);
    return st;
}

gaz_status gaz_commits_writer_finish(gaz_commits_writer *w, gaz_store *store, gaz_run *run_of,
                                     const gaz_commits_file *older, size_t older_count,
                                     const gaz_commits_state *state, gaz_commits_file *out,
                                     gaz_error *err)
{
    gaz_strbuf encoded = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    gaz_commits_file row = {.commits = w->count};
    if (older_count >= GAZ_COMMITS_FILES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a commit index has at most %d files",
                             GAZ_COMMITS_FILES_MAX);
    gaz_status st = gaz_commit_state_encode(state, older, older_count, &encoded, err);
    if (st == GAZ_OK)
        st = finish_database(w, err);
    gaz_strbuf_printf(&path, "%s.sealed", w->path);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&path, err);
    if (st == GAZ_OK)
        st = seal(w, path.data, &encoded, &row, err);
    if (st == GAZ_OK)
        st = gaz_store_adopt(store, run_of, path.data, GAZ_FILE_SEGMENT, row.name, err);
    if (st == GAZ_OK) {
        memcpy(out->name, row.name, sizeof out->name);
        out->bytes = row.bytes;
        out->commits = row.commits;
    }
    gaz_strbuf_release(&encoded);
    gaz_strbuf_release(&path);
    return st;
}

void gaz_commits_files_free(gaz_commits_file *files, size_t count)
{
    for (size_t i = 0; files && i < count; i++)
        gaz_vec_free(&files[i].diffs);
    free(files);
}
