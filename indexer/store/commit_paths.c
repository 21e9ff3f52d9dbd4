/* Paths of the commit index. In each file paths are numbered in byte order, so a path is found by
 * halving and a directory is a range of numbers; a path's row holds who changed it, a commit's row
 * which paths it changed. Numbers are of one file: across files paths meet by their bytes. */
#include "commit_format.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read a commit index");
}

static gaz_status damaged(const commit_file *f, gaz_error *err)
{
    gaz_error why = {0};
    return gaz_commit_fail(f, GAZ_E_CORRUPT, &why, err);
}

/* ---- finding paths ---- */

static int compare(const void *a, size_t a_len, const void *b, size_t b_len)
{
    int order = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return order ? order : a_len < b_len ? -1 : a_len > b_len;
}

/* The statement is to be reset once the bytes are used. */
static gaz_status path_row(commit_file *f, uint32_t number, sqlite3_stmt **out, gaz_error *err)
{
    gaz_error why = {0};
    gaz_status st = gaz_db_start(&f->db, out, &why, "SELECT path FROM paths WHERE id = ?", "i",
                                 (int64_t)number);
    if (st == GAZ_OK)
        st = gaz_db_step(&f->db, *out, &why);
    if (st == GAZ_DONE || (st == GAZ_OK && !sqlite3_column_blob(*out, 0)))
        return damaged(f, err);
    return gaz_commit_fail(f, st, &why, err);
}

gaz_status gaz_commit_path_text(commit_file *f, uint32_t number, gaz_arena *arena, const char **out,
                                size_t *len, gaz_error *err)
{
    sqlite3_stmt *stmt = NULL;
    gaz_status st = path_row(f, number, &stmt, err);
    if (st != GAZ_OK)
        return st;
    *len = (size_t)sqlite3_column_bytes(stmt, 0);
    char *copy = gaz_arena_strndup(arena, sqlite3_column_blob(stmt, 0), *len);
    gaz_db_reset(stmt);
    if (!copy)
        return no_memory(err);
    *out = copy;
    return GAZ_OK;
}

gaz_status gaz_commit_path_bound(commit_file *f, const char *path, size_t len, uint32_t *out,
                                 gaz_error *err)
{
    uint32_t lo = 0, hi = f->paths;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        sqlite3_stmt *stmt = NULL;
        gaz_status st = path_row(f, mid, &stmt, err);
        if (st != GAZ_OK)
            return st;
        int order =
            compare(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), path, len);
        gaz_db_reset(stmt);
        if (order < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    *out = lo;
    return GAZ_OK;
}

static gaz_status range_below(commit_file *f, const char *path, size_t len, uint32_t *from,
                              uint32_t *to, gaz_error *err)
{
    char *key = malloc(len + 1);
    if (!key)
        return no_memory(err);
    memcpy(key, path, len);
    key[len] = '/';
    gaz_status st = gaz_commit_path_bound(f, key, len + 1, from, err);
    key[len] = '/' + 1;
    if (st == GAZ_OK)
        st = gaz_commit_path_bound(f, key, len + 1, to, err);
    free(key);
    return st;
}

gaz_status gaz_commit_path_range(commit_file *f, const char *path, size_t len, bool below,
                                 uint32_t *from, uint32_t *to, gaz_error *err)
{
    if (len > GAZ_COMMIT_PATH_MAX) {
        *from = *to = 0;
        return GAZ_OK;
    }
    if (below && !len) {
        *from = 0;
        *to = f->paths;
        return GAZ_OK;
    }
    if (below)
        return range_below(f, path, len, from, to, err);
    gaz_status st = gaz_commit_path_bound(f, path, len, from, err);
    *to = *from;
    if (st != GAZ_OK || *from == f->paths)
        return st;
    sqlite3_stmt *stmt = NULL;
    st = path_row(f, *from, &stmt, err);
    if (st != GAZ_OK)
        return st;
    *to += compare(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), path,
                   len) == 0;
    gaz_db_reset(stmt);
    return GAZ_OK;
}

/* ---- who changed them ---- */

static bool decode_posts(const commit_file *f, const uint8_t *at, size_t len, commit_posts *out,
                         bool *bad)
{
    const uint8_t *end = at + len;
    uint64_t local = 0, value;
    *bad = false;
    while (at < end) {
        at = gaz_varint_decode(at, end, &value);
        *bad = !at || value / 8 >= f->count || (local += value / 8) >= f->count ||
               value % 8 > GAZ_COMMIT_RENAMED_AWAY;
        if (*bad)
            return true;
        uint32_t rank = f->ranks[local];
        if (rank == COMMIT_NONE)
            continue;
        commit_post post = {rank, (gaz_commit_change_kind)(value % 8)};
        if (!gaz_vec_push(out, post))
            return false;
    }
    return true;
}

gaz_status gaz_commit_posts(gaz_commits *x, size_t file, uint32_t from, uint32_t to,
                            commit_posts *out, gaz_error *err)
{
    commit_file *f = &x->files[file];
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    if (from >= to)
        return GAZ_OK;
    gaz_status st =
        gaz_db_start(&f->db, &stmt, &why, "SELECT posts FROM paths WHERE id BETWEEN ? AND ?", "ii",
                     (int64_t)from, (int64_t)to - 1);
    while (st == GAZ_OK && (st = gaz_db_step(&f->db, stmt, &why)) == GAZ_OK) {
        bool bad = false;
        if (!decode_posts(f, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
                          out, &bad))
            st = GAZ_E_NOMEM;
        else if (bad)
            st = GAZ_E_CORRUPT;
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return gaz_commit_fail(f, st, &why, err);
}

static int by_rank(const void *a, const void *b)
{
    const commit_post *x = a, *y = b;
    return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Of several changes by one commit (below a directory, or a file renamed and made anew) it has
 * modified what was asked for. */
static void sort_posts(commit_posts *posts)
{
    size_t kept = 0;
    if (posts->len)
        qsort(posts->items, posts->len, sizeof *posts->items, by_rank);
    for (size_t i = 0; i < posts->len; i++) {
        commit_post *last = kept ? &posts->items[kept - 1] : NULL;
        if (last && last->rank == posts->items[i].rank) {
            if (last->kind != posts->items[i].kind)
                last->kind = GAZ_COMMIT_MODIFIED;
        } else {
            posts->items[kept++] = posts->items[i];
        }
    }
    posts->len = kept;
}

gaz_status gaz_commit_path_posts(gaz_commits *x, const char *path, size_t len, bool below,
                                 commit_posts *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    out->len = 0;
    for (size_t i = 0; st == GAZ_OK && i < x->file_count; i++) {
        uint32_t from = 0, to = 0;
        if (len) {
            st = gaz_commit_path_range(&x->files[i], path, len, false, &from, &to, err);
            if (st == GAZ_OK)
                st = gaz_commit_posts(x, i, from, to, out, err);
        }
        if (st == GAZ_OK && below) {
            st = gaz_commit_path_range(&x->files[i], path, len, true, &from, &to, err);
            if (st == GAZ_OK)
                st = gaz_commit_posts(x, i, from, to, out, err);
        }
    }
    if (st == GAZ_OK)
        sort_posts(out);
    return st;
}

/* ---- what a commit changed ---- */

static bool decode_packed(const commit_file *f, const uint8_t *at, size_t len, commit_changes *out,
                          bool *bad)
{
    const uint8_t *end = at + len;
    uint64_t path = 0, value, from;
    *bad = false;
    while (at < end) {
        at = gaz_varint_decode(at, end, &value);
        *bad = !at || value / 8 >= f->paths || (path += value / 8) >= f->paths ||
               value % 8 > GAZ_COMMIT_RENAMED;
        if (*bad)
            return true;
        commit_packed p = {(gaz_commit_change_kind)(value % 8), (uint32_t)path, COMMIT_NONE};
        if (p.kind == GAZ_COMMIT_RENAMED) {
            at = gaz_varint_decode(at, end, &from);
            *bad = !at || from >= f->paths;
            if (*bad)
                return true;
            p.from = (uint32_t)from;
        }
        if (!gaz_vec_push(out, p))
            return false;
    }
    return true;
}

gaz_status gaz_commit_packed(commit_file *f, uint32_t local, commit_changes *out, gaz_error *err)
{
    gaz_error why = {0};
    sqlite3_stmt *stmt = NULL;
    out->len = 0;
    if (!commit_fixed_decode(f->records + (size_t)local * COMMIT_RECORD_SIZE).changes)
        return GAZ_OK;
    gaz_status st = gaz_db_start(&f->db, &stmt, &why, "SELECT packed FROM changes WHERE id = ?",
                                 "i", (int64_t)local);
    if (st == GAZ_OK)
        st = gaz_db_step(&f->db, stmt, &why);
    if (st == GAZ_DONE)
        return damaged(f, err);
    if (st == GAZ_OK) {
        bool bad = false;
        if (!decode_packed(f, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
                           out, &bad))
            st = GAZ_E_NOMEM;
        else if (bad)
            st = GAZ_E_CORRUPT;
        gaz_db_reset(stmt);
    }
    return gaz_commit_fail(f, st, &why, err);
}
