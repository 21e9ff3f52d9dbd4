/* Rows of repositories: adding, finding, listing and removing them. A row is checked against its
 * digest whenever it is read; a name that an index does not find is looked for in the checked list
 * before anybody is told it is not there. */
#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/near.h"

#define SOURCE_MAX 4096
#define PATTERN_MAX 1024
#define PATTERNS_MAX 1000
#define MESSAGE_MAX 2000

bool gaz_repo_row_has_tree(const gaz_repo_row *row)
{
    return !row->cloned && row->source && row->git_dir && strcmp(row->source, row->git_dir) != 0;
}

void gaz_repo_row_release(gaz_repo_row *row)
{
    if (!row)
        return;
    free(row->name);
    free(row->source);
    free(row->git_dir);
    for (size_t i = 0; i < row->pattern_count; i++)
        free(row->patterns[i]);
    free(row->patterns);
    free(row->last_error);
    free(row->note);
    *row = (gaz_repo_row){0};
}

/* ---- validity ---- */

static bool name_char(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           strchr("._/-", c);
}

static gaz_status valid_name(const char *name, gaz_error *err)
{
    size_t len = name ? strlen(name) : 0;
    const char *why = NULL;
    if (len == 0)
        why = "it is empty";
    else if (len > GAZ_REPO_NAME_MAX)
        why = "it is longer than 200 bytes";
    else if (name[0] == '-' || name[0] == '.')
        why = "it begins with '-' or '.'";
    else if (strstr(name, ".."))
        why = "it contains '..'";
    else if (name[0] == '/' || name[len - 1] == '/' || strstr(name, "//"))
        why = "it has an empty component";
    for (size_t i = 0; !why && i < len; i++)
        if (!name_char(name[i]))
            why = "it may hold letters, digits, '.', '_', '-' and '/' only";
    if (!why)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_INVALID, "'%.80s' cannot be a repository's name: %s", name ? name : "",
                  why);
    gaz_error_hint(err, "choose another one with --name");
    return GAZ_E_INVALID;
}

static bool plain_text(const char *text, size_t max)
{
    size_t len = strlen(text);
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            return false;
    return len > 0 && len <= max;
}

gaz_status gaz_store_repo_valid(const gaz_repo_row *row, gaz_error *err)
{
    gaz_status st = valid_name(row->name, err);
    if (st != GAZ_OK)
        return st;
    if (!row->source || !plain_text(row->source, SOURCE_MAX))
        return gaz_error_set(err, GAZ_E_INVALID,
                             "the source of %s must be 1 to %d bytes without control characters",
                             row->name, SOURCE_MAX);
    if (!row->cloned && (!row->git_dir || !plain_text(row->git_dir, SOURCE_MAX)))
        return gaz_error_set(
            err, GAZ_E_INVALID,
            "the git directory of %s must be 1 to %d bytes without control characters", row->name,
            SOURCE_MAX);
    if (row->pattern_count > PATTERNS_MAX)
        return gaz_error_set(err, GAZ_E_INVALID,
                             "%s has %zu branch patterns; at most %d are possible", row->name,
                             row->pattern_count, PATTERNS_MAX);
    for (size_t i = 0; i < row->pattern_count; i++)
        if (!plain_text(row->patterns[i], PATTERN_MAX))
            return gaz_error_set(
                err, GAZ_E_INVALID,
                "branch pattern %zu of %s must be 1 to %d bytes without control characters", i + 1,
                row->name, PATTERN_MAX);
    return GAZ_OK;
}

/* ---- reading ---- */

static gaz_status split_patterns(const char *text, gaz_repo_row *row, gaz_error *err)
{
    size_t count = 0;
    for (const char *p = text; *p; p++)
        count += *p == '\n';
    if (count == 0)
        return GAZ_OK;
    row->patterns = calloc(count, sizeof *row->patterns);
    while (row->patterns && row->pattern_count < count) {
        const char *end = strchr(text, '\n');
        char *copy = strndup(text, (size_t)(end - text));
        if (!copy)
            break;
        row->patterns[row->pattern_count++] = copy;
        text = end + 1;
    }
    return row->pattern_count == count
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_NOMEM, "no memory for branch patterns");
}

static gaz_status clone_dir(const gaz_store *store, const char *uid, char **out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/repos/%s.git", store->home, uid);
    gaz_status st = gaz_strbuf_check(&path, err);
    char *text = st == GAZ_OK ? gaz_strbuf_detach(&path, NULL) : NULL;
    gaz_strbuf_release(&path);
    if (st == GAZ_OK && !text)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for a path");
    if (st == GAZ_OK) {
        free(*out);
        *out = text;
    }
    return st;
}

gaz_status gaz_store_repo_read(gaz_store *store, gaz_db *db, sqlite3_stmt *stmt, gaz_repo_row *out,
                               uint64_t *generation, gaz_error *err)
{
    gaz_repo_row row = {.id = sqlite3_column_int64(stmt, 0),
                        .cloned = sqlite3_column_int(stmt, 5) != 0,
                        .pool = sqlite3_column_int64(stmt, 7),
                        .added_us = sqlite3_column_int64(stmt, 9),
                        .indexed_us = sqlite3_column_int64(stmt, 10)};
    uint64_t changed = (uint64_t)sqlite3_column_int64(stmt, 8),
             digest = (uint64_t)sqlite3_column_int64(stmt, 13);
    gaz_status st = gaz_db_fixed(stmt, 1, row.uid, sizeof row.uid, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 2, false, &row.name, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 3, false, &row.source, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 4, false, &row.git_dir, err);
    if (st == GAZ_OK && row.cloned)
        st = clone_dir(store, row.uid, &row.git_dir, err);
    const unsigned char *patterns = sqlite3_column_text(stmt, 6);
    if (st == GAZ_OK)
        st = split_patterns(patterns ? (const char *)patterns : "", &row, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 11, true, &row.last_error, err);
    if (st == GAZ_OK)
        st = gaz_db_text(stmt, 12, true, &row.note, err);
    if (st == GAZ_OK) {
        char what[GAZ_REPO_NAME_MAX + 32];
        snprintf(what, sizeof what, "the repository %.200s", row.name);
        st = gaz_store_check_digest(db, GAZ_DIGEST_REPO, row.id, digest, what, err);
    }
    if (st != GAZ_OK) {
        gaz_repo_row_release(&row);
        return st;
    }
    *out = row;
    if (generation)
        *generation = changed;
    return GAZ_OK;
}

gaz_status gaz_store_home_sum(gaz_db *db, uint64_t *sum, gaz_error *err)
{
    static const char *const parts[] = {"SELECT gaz_row('has repo', id) FROM repos NOT INDEXED",
                                        "SELECT gaz_row('has pool', id) FROM pools NOT INDEXED",
                                        "SELECT digest FROM quarantine_rows"};
    uint64_t total = 0;
    gaz_status st = GAZ_DONE;
    for (size_t i = 0; st == GAZ_DONE && i < sizeof parts / sizeof parts[0]; i++) {
        sqlite3_stmt *stmt = NULL;
        st = gaz_db_start(db, &stmt, err, parts[i], "");
        while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK)
            total += (uint64_t)sqlite3_column_int64(stmt, 0);
    }
    if (st != GAZ_DONE)
        return st;
    *sum = total;
    return GAZ_OK;
}

typedef struct repo_list {
    GAZ_VEC(gaz_repo_row) rows;
} repo_list;

static void free_list(repo_list *list)
{
    for (size_t i = 0; i < list->rows.len; i++)
        gaz_repo_row_release(&list->rows.items[i]);
    gaz_vec_free(&list->rows);
}

/* The home's digest counts the repositories of the table, so a list that an index led astray has
 * another length. */
static gaz_status read_list(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    repo_list *list = ctx;
    uint64_t sum = 0;
    int64_t count = 0;
    gaz_status st = gaz_store_home_sum(db, &sum, err);
    if (st == GAZ_OK)
        st = gaz_store_check_digest(db, GAZ_DIGEST_HOME, 0, sum, "the home", err);
    if (st == GAZ_OK)
        st = gaz_db_number(db, &count, err, "SELECT count(id + 0) FROM repos NOT INDEXED", "");
    sqlite3_stmt *stmt = NULL;
    if (st == GAZ_OK)
        st = gaz_db_start(db, &stmt, err,
                          "SELECT " GAZ_REPO_COLUMNS " FROM repo_rows ORDER BY name", "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        gaz_repo_row row = {0};
        st = gaz_store_repo_read(store, db, stmt, &row, NULL, err);
        if (st == GAZ_OK && !gaz_vec_push(&list->rows, row)) {
            gaz_repo_row_release(&row);
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list repositories");
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    if (st == GAZ_DONE)
        st = GAZ_OK;
    for (size_t i = 1; st == GAZ_OK && i < list->rows.len; i++)
        if (strcmp(list->rows.items[i - 1].name, list->rows.items[i].name) >= 0)
            st = gaz_db_damaged(err, "the list of repositories is out of order");
    if (st == GAZ_OK && (int64_t)list->rows.len != count)
        st = gaz_db_damaged(err, "%zu of %lld repositories can be listed", list->rows.len,
                            (long long)count);
    return st;
}

gaz_status gaz_store_repo_list(gaz_store *store, gaz_repo_row **rows, size_t *count, gaz_error *err)
{
    repo_list list = {0};
    gaz_status st = gaz_store_read(store, read_list, &list, err);
    if (st == GAZ_OK && !gaz_vec_reserve(&list.rows, 1))
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list repositories");
    if (st != GAZ_OK) {
        free_list(&list);
        return st;
    }
    *rows = list.rows.items;
    *count = list.rows.len;
    return GAZ_OK;
}

typedef struct get_request {
    const char *name;
    gaz_repo_row row;
    bool found;
} get_request;

static gaz_status read_one(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    get_request *get = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st =
        gaz_db_start(db, &stmt, err, "SELECT " GAZ_REPO_COLUMNS " FROM repo_rows WHERE name = ?",
                     "t", get->name);
    if (st == GAZ_OK)
        st = gaz_db_step(db, stmt, err);
    if (st == GAZ_OK) {
        st = gaz_store_repo_read(store, db, stmt, &get->row, NULL, err);
        get->found = st == GAZ_OK;
        gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status not_found(gaz_store *store, const char *name, gaz_error *err)
{
    gaz_repo_row *rows = NULL;
    size_t count = 0;
    gaz_status st = gaz_store_repo_list(store, &rows, &count, err);
    if (st != GAZ_OK)
        return st;
    gaz_near near;
    gaz_near_init(&near, name, strlen(name));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].name, name) == 0)
            st = gaz_db_damaged(err, "the index of names does not know the repository %s", name);
        gaz_near_offer(&near, rows[i].name);
    }
    if (st == GAZ_OK) {
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no repository named '%.200s'", name);
        if (count == 0)
            gaz_error_hint(err, "none has been added: `gaz add PATH-OR-URL`");
        gaz_near_hint(&near, err, "", "");
        gaz_error_hint(err, "`gaz status` lists them");
    }
    for (size_t i = 0; i < count; i++)
        gaz_repo_row_release(&rows[i]);
    free(rows);
    return st;
}

gaz_status gaz_store_repo_get(gaz_store *store, const char *name, gaz_repo_row *out, gaz_error *err)
{
    get_request get = {.name = name};
    gaz_status st = gaz_store_read(store, read_one, &get, err);
    if (st != GAZ_OK) {
        gaz_repo_row_release(&get.row);
        return st;
    }
    if (!get.found)
        return not_found(store, name, err);
    *out = get.row;
    return GAZ_OK;
}

/* ---- writing ---- */

static gaz_status join_patterns(const gaz_repo_row *row, gaz_strbuf *out, gaz_error *err)
{
    for (size_t i = 0; i < row->pattern_count; i++) {
        gaz_strbuf_puts(out, row->patterns[i]);
        gaz_strbuf_putc(out, '\n');
    }
    return gaz_strbuf_check(out, err);
}

gaz_status gaz_store_repo_insert(gaz_store *store, gaz_db *db, gaz_repo_row *row, gaz_error *err)
{
    int64_t count = 0, taken = 0;
    gaz_status st = gaz_db_number(db, &count, err, "SELECT count(*) FROM repos", "");
    if (st == GAZ_OK && count >= GAZ_REPOS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a home holds at most %d repositories",
                             GAZ_REPOS_MAX);
    if (st == GAZ_OK)
        st = gaz_db_number(db, &taken, err, "SELECT count(*) FROM repos WHERE name = ?", "t",
                           row->name);
    if (st == GAZ_OK && taken) {
        gaz_error_set(err, GAZ_E_EXISTS, "a repository named %s exists already", row->name);
        gaz_error_hint(err, "choose another name with --name, or `gaz remove %.100s` first",
                       row->name);
        return GAZ_E_EXISTS;
    }
    uint64_t generation = 0;
    if (st == GAZ_OK)
        st = gaz_store_next_generation(db, &generation, err);
    gaz_strbuf patterns = GAZ_STRBUF_INIT;
    if (st == GAZ_OK)
        st = join_patterns(row, &patterns, err);
    if (st == GAZ_OK)
        st =
            gaz_db_do(db, err,
                      "INSERT INTO repos (uid, name, source, git_dir, cloned, patterns, pool, "
                      "generation, added_us, "
                      "indexed_us, last_error) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?, 0, NULL)",
                      "ttttitii", row->uid, row->name, row->source, row->cloned ? "" : row->git_dir,
                      (int64_t)row->cloned, patterns.data, (int64_t)generation, row->added_us);
    gaz_strbuf_release(&patterns);
    if (st == GAZ_OK) {
        row->id = sqlite3_last_insert_rowid(db->handle);
        st = gaz_store_record_write(store, row, err);
    }
    return st;
}

static gaz_status insert_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    return gaz_store_repo_insert(store, db, ctx, err);
}

static void forget_record(const gaz_store *store, const char *uid)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    if (gaz_store_record_path(store, uid, &path, NULL) == GAZ_OK)
        (void)!gaz_remove_all(path.data, NULL); /* the sweeper removes what stays */
    gaz_strbuf_release(&path);
}

gaz_status gaz_store_repo_add(gaz_store *store, gaz_repo_row *row, gaz_error *err)
{
    gaz_status st = gaz_store_repo_valid(row, err);
    char uid[sizeof row->uid];
    if (st == GAZ_OK)
        st = gaz_store_random(uid, sizeof uid, err);
    if (st == GAZ_OK && row->cloned)
        st = clone_dir(store, uid, &row->git_dir, err);
    if (st != GAZ_OK)
        return st;
    memcpy(row->uid, uid, sizeof uid);
    row->added_us = gaz_wall_us();
    row->indexed_us = 0;
    row->pool = 0;
    st = gaz_store_write(store, insert_body, row, err);
    if (st != GAZ_OK)
        forget_record(store, uid);
    return st;
}

typedef struct remove_request {
    const gaz_repo_row *row;
    bool gone;
} remove_request;

static gaz_status remove_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    remove_request *request = ctx;
    int64_t id = request->row->id, pool = 0;
    uint64_t generation = 0;
    gaz_status st =
        gaz_db_number(db, &pool, err, "SELECT ifnull(pool, 0) FROM repos WHERE id = ?", "i", id);
    if (st == GAZ_DONE) {
        request->gone = true;
        return GAZ_OK;
    }
    if (st == GAZ_OK)
        st = gaz_store_next_generation(db, &generation, err);
    if (st == GAZ_OK)
        st = gaz_db_do(
            db, err,
            "INSERT INTO retired (kind, name, retired_us) SELECT 1, name, ?2 FROM manifests AS m "
            "WHERE repo = ?1 AND NOT EXISTS (SELECT 1 FROM manifests WHERE name = m.name AND repo "
            "<> ?1) "
            "ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us",
            "ii", id, gaz_wall_us());
    if (st == GAZ_OK)
        st = gaz_db_do(db, err, "DELETE FROM refs WHERE repo = ?", "i", id);
    if (st == GAZ_OK)
        st = gaz_db_do(db, err, "DELETE FROM manifests WHERE repo = ?", "i", id);
    if (st == GAZ_OK)
        st = gaz_db_do(db, err, "DELETE FROM repos WHERE id = ?", "i", id);
    return st == GAZ_OK && pool ? gaz_store_drop_pool(db, pool, err) : st;
}

gaz_status gaz_store_repo_remove(gaz_store *store, const char *name, gaz_error *err)
{
    gaz_repo_row row = {0};
    gaz_status st = gaz_store_repo_get(store, name, &row, err);
    if (st != GAZ_OK)
        return st;
    remove_request request = {.row = &row};
    st = gaz_store_write(store, remove_body, &request, err);
    if (st == GAZ_OK && request.gone)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "the repository %s was removed by another process",
                           name);
    if (st == GAZ_OK)
        forget_record(store, row.uid);
    gaz_repo_row_release(&row);
    return st;
}

typedef struct failed_request {
    int64_t repo;
    const char *message;
} failed_request;

static gaz_status failed_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    const failed_request *request = ctx;
    gaz_status st;
    if (request->message)
        st = gaz_db_do(db, err, "UPDATE repos SET last_error = ?2 WHERE id = ?1", "it",
                       request->repo, request->message);
    else
        st = gaz_db_do(db, err, "UPDATE repos SET last_error = NULL, indexed_us = ?2 WHERE id = ?1",
                       "ii", request->repo, gaz_wall_us());
    if (st == GAZ_OK && gaz_db_changes(db) == 0)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "the repository was removed meanwhile");
    return st;
}

gaz_status gaz_store_repo_failed(gaz_store *store, int64_t repo, const char *message,
                                 gaz_error *err)
{
    char text[MESSAGE_MAX];
    if (message)
        snprintf(text, sizeof text, "%s", message);
    failed_request request = {repo, message ? text : NULL};
    return gaz_store_write(store, failed_body, &request, err);
}
