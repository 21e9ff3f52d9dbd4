/* The catalogue's part of a commit index: which files a repository's index is made of, changed by
 * one transaction that is a new generation; and what checking and repairing do with them. */
#include "store_check.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/store/commits.h"

typedef struct publish_request {
    int64_t repo;
    const gaz_commits_file *files;
    size_t count;
    uint64_t generation;
} publish_request;

static gaz_status check_file(const gaz_store *store, const char *name, uint64_t bytes,
                             gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    struct stat info;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, name, &path, err);
    if (st == GAZ_OK && stat(path.data, &info) != 0)
        st = gaz_error_errno(err, "cannot publish %s", path.data);
    else if (st == GAZ_OK && (uint64_t)info.st_size != bytes)
        st = gaz_error_set(err, GAZ_E_CORRUPT, "cannot publish %s: it has another size", path.data);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status check_files(const gaz_store *store, const publish_request *r, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (r->count > GAZ_COMMITS_FILES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a commit index has at most %d files",
                             GAZ_COMMITS_FILES_MAX);
    for (size_t i = 0; st == GAZ_OK && i < r->count; i++) {
        st = check_file(store, r->files[i].name, r->files[i].bytes, err);
        for (size_t k = 0; st == GAZ_OK && k < r->files[i].diffs.len; k++)
            st = check_file(store, r->files[i].diffs.items[k].name,
                            r->files[i].diffs.items[k].file_bytes, err);
    }
    return st;
}

/* Files that lose their last row; those that stay are put back by add_row(). */
static gaz_status drop_rows(gaz_db *db, int64_t repo, gaz_error *err)
{
    gaz_status st =
        gaz_db_do(db, err,
                  "INSERT INTO retired (kind, name, retired_us) SELECT DISTINCT 0, name, ?2 FROM "
                  "commit_files AS f WHERE repo = ?1 "
                  "AND NOT EXISTS (SELECT 1 FROM commit_files WHERE name = f.name AND repo <> ?1) "
                  "ON CONFLICT DO UPDATE SET retired_us = excluded.retired_us",
                  "ii", repo, gaz_wall_us());
    return st == GAZ_OK ? gaz_db_do(db, err, "DELETE FROM commit_files WHERE repo = ?", "i", repo)
                        : st;
}

static gaz_status add_row(gaz_db *db, int64_t repo, size_t seq, size_t part,
                          const gaz_segment_row *row, gaz_error *err)
{
    gaz_status st =
        gaz_db_do(db, err,
                  "INSERT INTO commit_files (repo, seq, part, name, items, text_bytes, file_bytes) "
                  "VALUES (?, ?, ?, ?, ?, ?, ?)",
                  "iiitiii", repo, (int64_t)seq, (int64_t)part, row->name, (int64_t)row->docs,
                  (int64_t)row->text_bytes, (int64_t)row->file_bytes);
    return st == GAZ_OK ? gaz_db_do(db, err, "DELETE FROM retired WHERE kind = 0 AND name = ?", "t",
                                    row->name)
                        : st;
}

static gaz_status publish_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    publish_request *r = ctx;
    int64_t there = 0;
    gaz_status st =
        gaz_db_number(db, &there, err, "SELECT count(*) FROM repos WHERE id = ?", "i", r->repo);
    if (st == GAZ_OK && !there)
        return gaz_error_set(err, GAZ_E_NOT_FOUND,
                             "cannot publish: the repository was removed meanwhile");
    if (st == GAZ_OK)
        st = gaz_store_next_generation(db, &r->generation, err);
    if (st == GAZ_OK)
        st = drop_rows(db, r->repo, err);
    for (size_t i = 0; st == GAZ_OK && i < r->count; i++) {
        const gaz_commits_file *f = &r->files[i];
        gaz_segment_row row = {.docs = f->commits, .file_bytes = f->bytes};
        memcpy(row.name, f->name, sizeof row.name);
        st = add_row(db, r->repo, i, 0, &row, err);
        for (size_t k = 0; st == GAZ_OK && k < f->diffs.len; k++)
            st = add_row(db, r->repo, i, k + 1, &f->diffs.items[k], err);
    }
    return st;
}

gaz_status gaz_commits_publish(gaz_store *store, int64_t repo, const gaz_commits_file *files,
                               size_t count, uint64_t *generation, gaz_error *err)
{
    publish_request r = {.repo = repo, .files = files, .count = count};
    gaz_status st = check_files(store, &r, err);
    if (st == GAZ_OK)
        st = gaz_store_write(store, publish_body, &r, err);
    if (st == GAZ_OK && generation)
        *generation = r.generation;
    return st;
}

/* ---- checking and repairing ---- */

typedef struct listed_file {
    int64_t repo;
    char *repo_name;
    gaz_segment_row row;
    bool bad;
} listed_file;

typedef struct file_list {
    GAZ_VEC(listed_file) items;
} file_list;

static void list_free(file_list *list)
{
    for (size_t i = 0; i < list->items.len; i++)
        free(list->items.items[i].repo_name);
    gaz_vec_free(&list->items);
}

static gaz_status list_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    file_list *list = ctx;
    sqlite3_stmt *stmt = NULL;
    gaz_status st = gaz_db_start(db, &stmt, err,
                                 "SELECT f.repo, r.name, f.name, f.items, f.text_bytes, "
                                 "f.file_bytes FROM commit_files AS f JOIN repos AS r ON r.id = "
                                 "f.repo ORDER BY f.repo, f.seq, f.part",
                                 "");
    while (st == GAZ_OK && (st = gaz_db_step(db, stmt, err)) == GAZ_OK) {
        listed_file f = {.repo = sqlite3_column_int64(stmt, 0),
                         .row.docs = (uint32_t)sqlite3_column_int64(stmt, 3),
                         .row.text_bytes = (uint64_t)sqlite3_column_int64(stmt, 4),
                         .row.file_bytes = (uint64_t)sqlite3_column_int64(stmt, 5)};
        st = gaz_db_fixed(stmt, 2, f.row.name, sizeof f.row.name, err);
        if (st == GAZ_OK)
            st = gaz_db_text(stmt, 1, false, &f.repo_name, err);
        if (st == GAZ_OK && !gaz_vec_push(&list->items, f)) {
            free(f.repo_name);
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list the files of commit indexes");
        }
        if (st != GAZ_OK)
            gaz_db_reset(stmt);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* Every file by itself, then every index as a whole: its digest, its state, its order. */
static gaz_status look_over(gaz_store *store, file_list *list, gaz_findings *f, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < list->items.len; i++) {
        listed_file *file = &list->items.items[i];
        gaz_error why = {0};
        bool whole = i == 0 || list->items.items[i - 1].repo != file->repo;
        gaz_commits *index = NULL;
        st = gaz_check_segment(store, &file->row, &why);
        f->checked++;
        if (st == GAZ_OK && whole) {
            st = gaz_commits_open(store, file->repo, &index, &why);
            gaz_commits_unref(index);
        }
        if (gaz_check_is_damage(st) || st == GAZ_E_UNSUPPORTED) {
            gaz_finding(f, "commit index", file->row.name, why.message);
            file->bad = true;
            st = GAZ_OK;
        } else if (st != GAZ_OK) {
            st = gaz_error_set(err, st, "%s", why.message);
        }
    }
    return st;
}

gaz_status gaz_check_commits(gaz_store *store, gaz_findings *f, gaz_error *err)
{
    file_list list = {0};
    gaz_status st = gaz_store_read(store, list_body, &list, err);
    if (st == GAZ_OK)
        st = look_over(store, &list, f, err);
    list_free(&list);
    return st;
}

static gaz_status drop_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    const file_list *list = ctx;
    uint64_t generation;
    gaz_status st = gaz_store_next_generation(db, &generation, err);
    for (size_t i = 0; st == GAZ_OK && i < list->items.len; i++) {
        int64_t repo = list->items.items[i].repo;
        if (!list->items.items[i].bad)
            continue;
        st = drop_rows(db, repo, err);
        /* a damaged row leaves a sum that fits nothing: without rows it is 0 */
        if (st == GAZ_OK)
            st = gaz_db_do(db, err, "UPDATE digests SET sum = 0 WHERE kind = 4 AND id = ?", "i",
                           repo);
    }
    return st;
}

gaz_status gaz_repair_commits(gaz_store *store, gaz_findings *f, gaz_map *again, gaz_error *err)
{
    file_list list = {0};
    bool any = false;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_read(store, list_body, &list, err);
    if (st == GAZ_OK)
        st = look_over(store, &list, f, err);
    for (size_t i = 0; st == GAZ_OK && i < list.items.len; i++) {
        const listed_file *file = &list.items.items[i];
        any |= file->bad;
        if (file->bad && !gaz_map_put(again, file->repo_name, strlen(file->repo_name), NULL))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to repair");
    }
    if (st == GAZ_OK && any)
        st = gaz_store_write(store, drop_body, &list, err);
    /* an intact one made anew has the same name, and must not be taken for being there already */
    for (size_t i = 0; st == GAZ_OK && i < list.items.len; i++) {
        const listed_file *file = &list.items.items[i];
        if (!file->bad || gaz_check_segment(store, &file->row, NULL) == GAZ_OK)
            continue;
        st = gaz_store_path(store, GAZ_FILE_SEGMENT, file->row.name, &path, err);
        if (st == GAZ_OK && unlink(path.data) != 0 && errno != ENOENT)
            st = gaz_error_errno(err, "cannot remove %s", path.data);
    }
    gaz_strbuf_release(&path);
    list_free(&list);
    return st;
}
