/* Opening a commit index: the catalogue says which files, the newest file which of their commits
 * and in which order. The arrays of a file are used where they lie; the rest is asked of its
 * database. What is decoded is checked against the files once, here, so that a rank is always good
 * later. */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

#define PEOPLE_ARENA ((size_t)1 << 30)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to open a commit index");
}

static gaz_status damaged(const char *name, const char *what, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "the file %.12s of a commit index is damaged: %s", name,
                  what);
    gaz_error_hint(err, "run `gaz repair`, and then index the repository again");
    return GAZ_E_CORRUPT;
}

gaz_status gaz_commit_fail(const commit_file *f, gaz_status st, const gaz_error *why,
                           gaz_error *err)
{
    if (st == GAZ_OK || st == GAZ_DONE)
        return GAZ_OK;
    if (st == GAZ_E_NOMEM)
        return gaz_error_set(err, st, "no memory to read a commit index");
    if (st == GAZ_E_LIMIT || st == GAZ_E_INVALID || st == GAZ_E_CANCELLED)
        return gaz_error_set(err, st, "%s", why->message);
    return damaged(f->name, "its database cannot be read", err);
}

/* ---- one file ---- */

static gaz_status open_database(commit_file *f, const char *path, gaz_error *err)
{
    int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    gaz_strbuf_init(&f->db.scratch, 4096);
    gaz_status st = gaz_commit_vfs(err);
    if (st != GAZ_OK)
        return st;
    int rc = sqlite3_open_v2(path, &f->db.handle, flags, COMMIT_VFS);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(f->db.handle,
                          "PRAGMA temp_store=MEMORY; PRAGMA cell_size_check=ON; "
                          "PRAGMA trusted_schema=OFF; PRAGMA cache_size=-4096",
                          NULL, NULL, NULL);
    if ((rc & 0xff) == SQLITE_NOMEM)
        return no_memory(err);
    return rc == SQLITE_OK ? GAZ_OK : damaged(f->name, sqlite3_errstr(rc), err);
}

static gaz_status section(commit_file *f, unsigned number, size_t item, const void **out,
                          uint32_t *count, gaz_error *err)
{
    static const uint64_t nothing = 0;
    uint64_t len = gaz_sealed_len(f->sealed, number);
    const uint8_t *data = (const uint8_t *)&nothing;
    if (len % item || len / item > UINT32_MAX)
        return damaged(f->name, "an array has an odd length", err);
    gaz_status st = len ? gaz_sealed_get(f->sealed, number, 0, len, &data, err) : GAZ_OK;
    if (st == GAZ_OK) {
        *out = data;
        *count = (uint32_t)(len / item);
    }
    return st;
}

static gaz_status check_records(const commit_file *f, gaz_error *err)
{
    for (uint32_t i = 0; i < f->count; i++) {
        commit_fixed r = commit_fixed_decode(f->records + (size_t)i * COMMIT_RECORD_SIZE);
        if (r.author >= f->people || r.committer >= f->people || r.parents_at > f->parent_count ||
            r.parent_count > f->parent_count - r.parents_at)
            return damaged(f->name, "a commit refers to what is not there", err);
    }
    return GAZ_OK;
}

static gaz_status open_arrays(commit_file *f, gaz_error *err)
{
    const void *records = NULL, *oids = NULL, *parents = NULL;
    uint32_t oid_count = 0;
    gaz_status st = section(f, COMMIT_RECORDS, COMMIT_RECORD_SIZE, &records, &f->count, err);
    if (st == GAZ_OK)
        st = section(f, COMMIT_OIDS, GAZ_OID_SIZE, &oids, &oid_count, err);
    if (st == GAZ_OK)
        st = section(f, COMMIT_PARENTS, GAZ_OID_SIZE, &parents, &f->parent_count, err);
    if (st != GAZ_OK)
        return st;
    f->records = records;
    f->oids = oids;
    f->parents = parents;
    if (oid_count != f->count)
        return damaged(f->name, "it has more commits than ids", err);
    gaz_error why = {0};
    int64_t paths = 0, people = 0;
    st = gaz_db_number(&f->db, &paths, &why, "SELECT ifnull(max(id) + 1, 0) FROM paths", "");
    if (st == GAZ_OK)
        st = gaz_db_number(&f->db, &people, &why, "SELECT ifnull(max(id) + 1, 0) FROM people", "");
    st = gaz_commit_fail(f, st, &why, err);
    f->paths = (uint32_t)paths;
    f->people = (uint32_t)people;
    return st == GAZ_OK ? check_records(f, err) : st;
}

gaz_status gaz_commit_file_open(gaz_store *store, const char *name, commit_file *out,
                                gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    commit_file f = {.count = 0};
    memcpy(f.name, name, sizeof f.name - 1);
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, name, &path, err);
    if (st == GAZ_OK)
        st = gaz_sealed_open(path.data, GAZ_COMMITS_KIND, GAZ_COMMITS_VERSION, &f.sealed, err);
    if (st == GAZ_OK)
        st = open_database(&f, path.data, err);
    if (st == GAZ_OK)
        st = open_arrays(&f, err);
    if (st == GAZ_OK)
        st = gaz_commit_words_prepare(&f, err);
    gaz_strbuf_release(&path);
    if (st == GAZ_OK)
        *out = f;
    else
        gaz_commit_file_close(&f);
    return st;
}

void gaz_commit_file_close(commit_file *f)
{
    gaz_db_close(&f->db);
    gaz_sealed_close(f->sealed);
    free(f->ranks);
    free(f->person);
    memset(f, 0, sizeof *f);
}

/* ---- the catalogue ---- */

typedef struct rows_request {
    int64_t repo;
    GAZ_VEC(gaz_commits_file) files;
    uint64_t generation;
    uint64_t sum;
} rows_request;

static gaz_status take_row(rows_request *r, int64_t part, const gaz_segment_row *row,
                           gaz_error *err)
{
    if (part == 0) {
        gaz_commits_file file = {.bytes = row->file_bytes, .commits = row->docs};
        memcpy(file.name, row->name, sizeof file.name);
        return gaz_vec_push(&r->files, file) ? GAZ_OK : no_memory(err);
    }
    if (!r->files.len)
        return gaz_db_damaged(err, "a commit index has diffs without commits");
    gaz_commits_file *last = &r->files.items[r->files.len - 1];
    return gaz_vec_push(&last->diffs, *row) ? GAZ_OK : no_memory(err);
}

static gaz_status rows_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    rows_request *r = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_store_read_generation(db, &r->generation, err);
    if (st == GAZ_OK)
        st = gaz_db_start(db, &stmt, err,
                          "SELECT part, name, items, text_bytes, file_bytes, digest FROM "
                          "commit_file_rows WHERE repo = ? ORDER BY seq, part",
                          "i", r->repo);
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_segment_row row = {.docs = (uint32_t)sqlite3_column_int64(stmt, 2),
                               .text_bytes = (uint64_t)sqlite3_column_int64(stmt, 3),
                               .file_bytes = (uint64_t)sqlite3_column_int64(stmt, 4)};
        r->sum += (uint64_t)sqlite3_column_int64(stmt, 5);
        st = gaz_db_fixed(stmt, 1, row.name, sizeof row.name, err);
        if (st == GAZ_OK)
            st = take_row(r, sqlite3_column_int64(stmt, 0), &row, err);
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    if (st != GAZ_DONE)
        return st;
    if (!r->files.len)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "the history of this repository is not indexed");
    return gaz_store_check_digest(db, GAZ_DIGEST_COMMITS, r->repo, r->sum,
                                  "the commit index of a repository", err);
}

/* ---- putting it together ---- */

static gaz_status check_order(gaz_commits *x, gaz_error *err)
{
    const gaz_commits_state *s = &x->state.state;
    for (size_t i = 0; i < x->file_count; i++) {
        commit_file *f = &x->files[i];
        f->ranks = malloc(((size_t)f->count + 1) * sizeof *f->ranks);
        if (!f->ranks)
            return no_memory(err);
        memset(f->ranks, 0xff, ((size_t)f->count + 1) * sizeof *f->ranks);
    }
    for (size_t rank = 0; rank < s->count; rank++) {
        gaz_commit_place p = s->order[rank];
        if (p.file >= x->file_count || p.local >= x->files[p.file].count ||
            x->files[p.file].ranks[p.local] != COMMIT_NONE)
            return damaged(x->rows[x->file_count - 1].name, "it names commits that are not there",
                           err);
        x->files[p.file].ranks[p.local] = (uint32_t)rank;
        x->message_bytes += commit_fixed_at(x, (uint32_t)rank).message_len;
    }
    return GAZ_OK;
}

static gaz_status read_state(gaz_commits *x, gaz_error *err)
{
    const commit_file *newest = &x->files[x->file_count - 1];
    const uint8_t *data = NULL;
    uint64_t len = gaz_sealed_len(newest->sealed, COMMIT_STATE);
    gaz_status st = gaz_sealed_get(newest->sealed, COMMIT_STATE, 0, len, &data, err);
    if (st == GAZ_OK)
        st = gaz_commit_state_decode(data, (size_t)len, &x->state, err);
    if (st == GAZ_OK && x->state.file_count != x->file_count - 1)
        return damaged(newest->name, "it belongs to another number of files", err);
    for (size_t i = 0; st == GAZ_OK && i + 1 < x->file_count; i++)
        if (strcmp(x->state.names[i], x->files[i].name) != 0 ||
            x->state.counts[i] != x->files[i].count)
            return damaged(newest->name, "it belongs to other files", err);
    return st;
}

static bool same_files(const gaz_commits *x, const gaz_commits_file *rows, size_t count)
{
    bool same = x->file_count == count;
    for (size_t i = 0; same && i < count; i++)
        same = strcmp(x->rows[i].name, rows[i].name) == 0;
    return same;
}

gaz_status gaz_commits_open(gaz_store *store, int64_t repo, gaz_commits **out, gaz_error *err)
{
    return gaz_commits_reopen(store, repo, NULL, out, err);
}

gaz_status gaz_commits_reopen(gaz_store *store, int64_t repo, gaz_commits *before,
                              gaz_commits **out, gaz_error *err)
{
    rows_request r = {.repo = repo};
    gaz_status st = gaz_store_read(store, rows_body, &r, err);
    if (st == GAZ_OK && before && same_files(before, r.files.items, r.files.len)) {
        gaz_commits_files_free(r.files.items, r.files.len);
        *out = gaz_commits_ref(before);
        return GAZ_OK;
    }
    gaz_commits *x = calloc(1, sizeof *x);
    if (st == GAZ_OK && !x)
        st = no_memory(err);
    if (st != GAZ_OK) {
        gaz_commits_files_free(r.files.items, r.files.len);
        free(x);
        return st;
    }
    atomic_init(&x->refs, 1);
    gaz_arena_init(&x->people_arena, PEOPLE_ARENA);
    gaz_map_init(&x->by_id);
    x->lock_made = pthread_mutex_init(&x->lock, NULL) == 0;
    if (!x->lock_made)
        st = no_memory(err);
    x->rows = r.files.items;
    x->file_count = r.files.len;
    x->generation = r.generation;
    x->files = calloc(x->file_count + 1, sizeof *x->files);
    if (st == GAZ_OK && !x->files)
        st = no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++) {
        st = gaz_commit_file_open(store, x->rows[i].name, &x->files[i], err);
        if (st == GAZ_OK && x->files[i].count != x->rows[i].commits)
            st = damaged(x->rows[i].name, "it has another number of commits", err);
    }
    if (st == GAZ_OK)
        st = read_state(x, err);
    if (st == GAZ_OK)
        st = check_order(x, err);
    if (st != GAZ_OK) {
        gaz_commits_unref(x);
        return st;
    }
    *out = x;
    return GAZ_OK;
}

gaz_commits *gaz_commits_ref(gaz_commits *x)
{
    atomic_fetch_add(&x->refs, 1);
    return x;
}

void gaz_commits_unref(gaz_commits *x)
{
    if (!x || atomic_fetch_sub(&x->refs, 1) != 1)
        return;
    for (size_t i = 0; x->files && i < x->file_count; i++)
        gaz_commit_file_close(&x->files[i]);
    free(x->files);
    gaz_commits_files_free(x->rows, x->file_count);
    gaz_commit_state_release(&x->state);
    free(x->person_names);
    free(x->person_emails);
    gaz_arena_release(&x->people_arena);
    gaz_map_release(&x->by_id);
    if (x->lock_made)
        pthread_mutex_destroy(&x->lock);
    free(x);
}

/* ---- what needs no database ---- */

uint64_t gaz_commits_generation(const gaz_commits *x)
{
    return x->generation;
}

size_t gaz_commits_count(const gaz_commits *x)
{
    return x->state.state.count;
}

const gaz_commits_state *gaz_commits_state_of(const gaz_commits *x)
{
    return &x->state.state;
}

const gaz_commits_file *gaz_commits_files(const gaz_commits *x, size_t *count)
{
    *count = x->file_count;
    return x->rows;
}

gaz_commit_place gaz_commits_place(const gaz_commits *x, uint32_t rank)
{
    return x->state.state.order[rank];
}

uint32_t gaz_commits_rank_at(const gaz_commits *x, uint32_t file, uint32_t local)
{
    return file < x->file_count && local < x->files[file].count ? x->files[file].ranks[local]
                                                                : COMMIT_NONE;
}

int64_t gaz_commits_time(const gaz_commits *x, uint32_t rank)
{
    return commit_fixed_at(x, rank).when;
}

unsigned gaz_commits_flags(const gaz_commits *x, uint32_t rank)
{
    return commit_fixed_at(x, rank).flags;
}

const gaz_oid *gaz_commits_id(const gaz_commits *x, uint32_t rank)
{
    gaz_commit_place p = x->state.state.order[rank];
    return &x->files[p.file].oids[p.local];
}

const gaz_oid *gaz_commits_links(const gaz_commits *x, gaz_commit_place p, int64_t *when,
                                 const gaz_oid **parents, uint32_t *parent_count, unsigned *flags)
{
    const commit_file *f = &x->files[p.file];
    commit_fixed r = commit_fixed_decode(f->records + (size_t)p.local * COMMIT_RECORD_SIZE);
    *when = r.when;
    *parents = f->parents + r.parents_at;
    *parent_count = r.parent_count;
    *flags = r.flags;
    return &f->oids[p.local];
}

/* ---- people ---- */

static gaz_status load_file_people(gaz_commits *x, commit_file *f, gaz_map *numbers, gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_strbuf key = GAZ_STRBUF_INIT;
    f->person = calloc((size_t)f->people + 1, sizeof *f->person);
    if (!f->person)
        return no_memory(err);
    gaz_status st =
        gaz_db_start(&f->db, &stmt, &why, "SELECT id, name, email FROM people ORDER BY id", "");
    while (st == GAZ_OK && (st = gaz_db_step(&f->db, stmt, &why)) == GAZ_OK) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        const char *name = (const char *)sqlite3_column_text(stmt, 1);
        const char *email = (const char *)sqlite3_column_text(stmt, 2);
        bool added = false;
        gaz_strbuf_reset(&key);
        gaz_strbuf_puts(&key, name ? name : "");
        gaz_strbuf_putc(&key, '\0');
        gaz_strbuf_puts(&key, email ? email : "");
        uint64_t *number = gaz_strbuf_check(&key, NULL) == GAZ_OK
                               ? gaz_map_put(numbers, key.data, key.len, &added)
                               : NULL;
        if (number && added)
            *number = numbers->len - 1;
        if (!number)
            st = GAZ_E_NOMEM;
        else if (id >= 0 && id < f->people)
            f->person[id] = (uint32_t)*number;
        if (number && added) {
            x->person_names[*number] = gaz_arena_strdup(&x->people_arena, name ? name : "");
            x->person_emails[*number] = gaz_arena_strdup(&x->people_arena, email ? email : "");
            if (!x->person_names[*number] || !x->person_emails[*number])
                st = GAZ_E_NOMEM;
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    gaz_strbuf_release(&key);
    return gaz_commit_fail(f, st, &why, err);
}

gaz_status gaz_commits_load_people(gaz_commits *x, gaz_error *err)
{
    size_t most = 0;
    gaz_status st = GAZ_OK;
    gaz_map numbers;
    if (x->people_loaded)
        return GAZ_OK;
    for (size_t i = 0; i < x->file_count; i++)
        most += x->files[i].people;
    free(x->person_names);
    free(x->person_emails);
    x->person_names = calloc(most + 1, sizeof *x->person_names);
    x->person_emails = calloc(most + 1, sizeof *x->person_emails);
    if (!x->person_names || !x->person_emails)
        return no_memory(err);
    gaz_map_init(&numbers);
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++) {
        free(x->files[i].person);
        x->files[i].person = NULL;
        st = load_file_people(x, &x->files[i], &numbers, err);
    }
    x->person_count = (uint32_t)numbers.len;
    x->people_loaded = st == GAZ_OK;
    gaz_map_release(&numbers);
    return st;
}

/* ---- ids ---- */

gaz_status gaz_commits_load_ids(gaz_commits *x, gaz_error *err)
{
    if (x->ids_loaded)
        return GAZ_OK;
    for (size_t rank = 0; rank < x->state.state.count; rank++) {
        uint64_t *slot =
            gaz_map_put(&x->by_id, gaz_commits_id(x, (uint32_t)rank)->id, GAZ_OID_SIZE, NULL);
        if (!slot)
            return no_memory(err);
        *slot = rank + 1;
    }
    x->ids_loaded = true;
    return GAZ_OK;
}

/* The smallest id with the digits, or, with `fill` 15, the largest. */
static bool pad_id(const char *hex, char fill, gaz_oid *out)
{
    char digits[GAZ_OID_HEX];
    size_t len = strlen(hex);
    if (len > GAZ_OID_HEX - 1)
        return false;
    memset(digits, fill, sizeof digits - 1);
    digits[sizeof digits - 1] = '\0';
    memcpy(digits, hex, len);
    return gaz_oid_parse(digits, out, NULL) == GAZ_OK;
}

static gaz_status find_in(commit_file *f, const gaz_oid *from, const gaz_oid *to, uint32_t *rank,
                          unsigned *found, gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(&f->db, &stmt, &why, "SELECT id FROM commits WHERE oid BETWEEN ? AND ?", "bb",
                     (const void *)from->id, sizeof from->id, (const void *)to->id, sizeof to->id);
    while (st == GAZ_OK && (st = gaz_db_step(&f->db, stmt, &why)) == GAZ_OK) {
        int64_t id = sqlite3_column_int64(stmt, 0);
        uint32_t at = id >= 0 && id < f->count ? f->ranks[id] : COMMIT_NONE;
        if (at == COMMIT_NONE)
            continue;
        *rank = at;
        if (++*found > 1) {
            gaz_db_reset(stmt);
            return GAZ_OK;
        }
    }
    return gaz_commit_fail(f, st, &why, err);
}

gaz_status gaz_commits_find(gaz_commits *x, const char *hex, uint32_t *rank, gaz_error *err)
{
    gaz_oid from, to;
    unsigned found = 0;
    uint32_t at = 0;
    if (strlen(hex) < 4 || !pad_id(hex, '0', &from) || !pad_id(hex, 'f', &to)) {
        gaz_error_set(err, GAZ_E_INVALID, "'%.60s' is no commit id", hex);
        gaz_error_hint(err, "give 4 to 40 hexadecimal digits");
        return GAZ_E_INVALID;
    }
    gaz_status st = GAZ_OK;
    pthread_mutex_lock(&x->lock);
    for (size_t i = 0; st == GAZ_OK && found < 2 && i < x->file_count; i++)
        st = find_in(&x->files[i], &from, &to, &at, &found, err);
    pthread_mutex_unlock(&x->lock);
    if (st != GAZ_OK)
        return st;
    if (found == 0)
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "no commit in the index has the id %s", hex);
    if (found > 1) {
        gaz_error_set(err, GAZ_E_INVALID, "'%s' is the start of more than one commit id", hex);
        gaz_error_hint(err, "give more digits");
        return GAZ_E_INVALID;
    }
    *rank = at;
    return GAZ_OK;
}

/* ---- reading a commit ---- */

static gaz_status read_person(commit_file *f, uint32_t number, gaz_arena *arena,
                              gaz_commit_person *out, gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(&f->db, &stmt, &why, "SELECT name, email FROM people WHERE id = ?",
                                 "i", (int64_t)number);
    if (st == GAZ_OK)
        st = gaz_db_step(&f->db, stmt, &why);
    if (st == GAZ_DONE)
        return damaged(f->name, "a person is missing", err);
    if (st != GAZ_OK)
        return gaz_commit_fail(f, st, &why, err);
    const char *name = (const char *)sqlite3_column_text(stmt, 0);
    const char *email = (const char *)sqlite3_column_text(stmt, 1);
    out->name = gaz_arena_strdup(arena, name ? name : "");
    out->email = gaz_arena_strdup(arena, email ? email : "");
    gaz_db_reset(stmt);
    return out->name && out->email ? GAZ_OK : no_memory(err);
}

static gaz_status read_row(commit_file *f, uint32_t local, gaz_arena *arena, gaz_commit_record *out,
                           gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(&f->db, &stmt, &why,
                     "SELECT author_time, author_offset, commit_offset, message FROM commits "
                     "WHERE id = ?",
                     "i", (int64_t)local);
    if (st == GAZ_OK)
        st = gaz_db_step(&f->db, stmt, &why);
    if (st == GAZ_DONE)
        return damaged(f->name, "a commit is missing", err);
    if (st != GAZ_OK)
        return gaz_commit_fail(f, st, &why, err);
    out->author.when = sqlite3_column_int64(stmt, 0);
    out->author.offset = sqlite3_column_int(stmt, 1);
    out->committer.offset = sqlite3_column_int(stmt, 2);
    const char *message = (const char *)sqlite3_column_text(stmt, 3);
    out->message_len = (size_t)sqlite3_column_bytes(stmt, 3);
    out->message = gaz_arena_strndup(arena, message ? message : "", out->message_len);
    gaz_db_reset(stmt);
    return out->message ? GAZ_OK : no_memory(err);
}

static gaz_status read_changes(commit_file *f, uint32_t local, gaz_arena *arena,
                               gaz_commit_record *out, gaz_error *err)
{
    commit_changes packed = {0};
    gaz_status st = gaz_commit_packed(f, local, &packed, err);
    gaz_commit_change *changes = gaz_arena_array(arena, packed.len + 1, sizeof *changes);
    if (st == GAZ_OK && !changes)
        st = no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < packed.len; i++) {
        const commit_packed *p = &packed.items[i];
        changes[i].kind = p->kind;
        st = gaz_commit_path_text(f, p->path, arena, &changes[i].path, &changes[i].path_len, err);
        if (st == GAZ_OK && p->from != COMMIT_NONE)
            st = gaz_commit_path_text(f, p->from, arena, &changes[i].from, &changes[i].from_len,
                                      err);
    }
    out->changes = changes;
    out->change_count = (uint32_t)packed.len;
    gaz_vec_free(&packed);
    return st;
}

static gaz_status get_at(gaz_commits *x, gaz_commit_place place, bool changes, gaz_arena *arena,
                         gaz_commit_record *out, gaz_error *err)
{
    commit_file *f = &x->files[place.file];
    commit_fixed r = commit_fixed_decode(f->records + (size_t)place.local * COMMIT_RECORD_SIZE);
    gaz_commit_record record = {.id = f->oids[place.local],
                                .parent_count = r.parent_count,
                                .flags = r.flags,
                                .change_count = r.changes};
    gaz_oid *parents = gaz_arena_array(arena, r.parent_count + 1u, sizeof *parents);
    if (!parents)
        return no_memory(err);
    memcpy(parents, f->parents + r.parents_at, r.parent_count * sizeof *parents);
    record.parents = parents;
    gaz_status st = read_row(f, place.local, arena, &record, err);
    if (st == GAZ_OK)
        st = read_person(f, r.author, arena, &record.author, err);
    if (st == GAZ_OK)
        st = read_person(f, r.committer, arena, &record.committer, err);
    record.committer.when = r.when;
    if (st == GAZ_OK && changes)
        st = read_changes(f, place.local, arena, &record, err);
    if (st == GAZ_OK)
        *out = record;
    return st;
}

gaz_status gaz_commits_get_at(gaz_commits *x, gaz_commit_place place, bool changes,
                              gaz_arena *arena, gaz_commit_record *out, gaz_error *err)
{
    if (place.file >= x->file_count || place.local >= x->files[place.file].count)
        return gaz_error_set(err, GAZ_E_INVALID, "the commit index has no such place");
    pthread_mutex_lock(&x->lock);
    gaz_status st = get_at(x, place, changes, arena, out, err);
    pthread_mutex_unlock(&x->lock);
    return st;
}

gaz_status gaz_commits_get(gaz_commits *x, uint32_t rank, bool changes, gaz_arena *arena,
                           gaz_commit_record *out, gaz_error *err)
{
    if (rank >= x->state.state.count)
        return gaz_error_set(err, GAZ_E_INVALID, "the commit index has no commit %u", rank);
    return gaz_commits_get_at(x, x->state.state.order[rank], changes, arena, out, err);
}
