/* Importing a SCIP index. The file is written into a run's directory and adopted before the row
 * that names it is published, as index runs do it: killed before that, nothing of it is left but
 * garbage that is swept. */
#include "gaz/context/scip_import.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "code_private.h"
#include "gaz/base/fs.h"
#include "gaz/base/near.h"

typedef struct importing {
    gaz_code_cache *cache;
    const gaz_scip_import *what;
    gaz_ref_files *files;
    gaz_strbuf below;
    gaz_strbuf missing; /* the last path that was not found */
} importing;

/* ---- where it belongs ---- */

gaz_status gaz_scip_below(const char *text, gaz_strbuf *out, gaz_error *err)
{
    gaz_strbuf_reset(out);
    for (const char *at = text ? text : ""; *at;) {
        size_t n = strcspn(at, "/");
        bool last = !at[n] || !at[n + 1];
        if (n == 0 || (n == 1 && at[0] == '.' && !(last && !out->len)) ||
            (n == 2 && memcmp(at, "..", 2) == 0)) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.200s' is no directory of a tree", text);
            gaz_error_hint(err, "name it from the root of the repository: packages/core");
            return GAZ_E_INVALID;
        }
        if (!(n == 1 && at[0] == '.')) {
            gaz_strbuf_puts(out, out->len ? "/" : "");
            gaz_strbuf_add(out, at, n);
        }
        at += n + (at[n] == '/');
    }
    if (out->len > GAZ_SCIP_BELOW_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a directory's path may have %u bytes",
                             GAZ_SCIP_BELOW_MAX);
    return gaz_strbuf_check(out, err);
}

/* The length of the first `depth` components of a path; 0 when it has no file below them. */
static size_t directory_len(const gaz_ref_file *f, unsigned depth)
{
    for (uint32_t i = 0; i < f->path_len; i++)
        if (f->path[i] == '/' && --depth == 0)
            return i;
    return 0;
}

static gaz_status no_directory(const importing *im, gaz_error *err)
{
    const char *below = im->below.data;
    gaz_arena arena;
    gaz_near near;
    const char *last = "";
    unsigned depth = 1;
    for (const char *p = below; *p; p++)
        depth += *p == '/';
    gaz_arena_init(&arena, (size_t)1 << 20);
    gaz_near_init(&near, below, strlen(below));
    gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no directory '%.200s' in %s", below,
                  gaz_ref_files_head(im->files)->repo);
    for (uint32_t i = 0; i < gaz_ref_files_count(im->files); i++) {
        gaz_ref_file f;
        gaz_ref_files_at(im->files, i, &f);
        size_t len = directory_len(&f, depth);
        if (!len || (strlen(last) == len && memcmp(last, f.path, len) == 0))
            continue;
        const char *copy = gaz_arena_strndup(&arena, f.path, len);
        last = copy ? copy : last;
        if (copy)
            gaz_near_offer(&near, copy);
    }
    gaz_near_hint(&near, err, "", "");
    gaz_arena_release(&arena);
    return GAZ_E_NOT_FOUND;
}

static gaz_status find_directory(importing *im, gaz_error *err)
{
    gaz_strbuf prefix = GAZ_STRBUF_INIT;
    gaz_ref_file f = {.path_len = 0};
    gaz_status st = gaz_scip_below(im->what->below, &im->below, err);
    if (st != GAZ_OK || !im->below.len)
        return st;
    gaz_strbuf_printf(&prefix, "%s/", im->below.data);
    uint32_t first = gaz_ref_files_from(im->files, prefix.data, prefix.len);
    if (first < gaz_ref_files_count(im->files))
        gaz_ref_files_at(im->files, first, &f);
    bool there = f.path_len > prefix.len && memcmp(f.path, prefix.data, prefix.len) == 0;
    gaz_strbuf_release(&prefix);
    return there ? GAZ_OK : no_directory(im, err);
}

/* An index made in a directory of the repository has paths that lie below it. */
static void hint_directory(const importing *im, gaz_error *err)
{
    size_t len = im->missing.len;
    if (!err || !len || err->status != GAZ_E_INVALID)
        return;
    for (uint32_t i = 0; i < gaz_ref_files_count(im->files); i++) {
        gaz_ref_file f;
        gaz_ref_files_at(im->files, i, &f);
        if (f.path_len <= len + 1 || f.path[f.path_len - len - 1] != '/' ||
            memcmp(f.path + f.path_len - len, im->missing.data, len) != 0)
            continue;
        err->hint[0] = '\0';
        gaz_error_hint(err, "was it made in %.*s? Then say below=%.*s", (int)(f.path_len - len - 1),
                       f.path, (int)(f.path_len - len - 1), f.path);
        return;
    }
}

/* ---- reading, writing, publishing ---- */

static uint32_t find_path(void *ctx, const char *path, size_t len)
{
    importing *im = ctx;
    uint32_t file = gaz_ref_files_lookup(im->files, path, len);
    if (file == UINT32_MAX) {
        size_t below = im->below.len ? im->below.len + 1 : 0;
        gaz_strbuf_reset(&im->missing);
        gaz_strbuf_add(&im->missing, path + below, len - below);
    }
    return file;
}

static void about_file(void *ctx, uint32_t file, gaz_scip_file *out)
{
    const importing *im = ctx;
    gaz_scip_tree tree = code_scip_tree(im->files);
    tree.about(tree.ctx, file, out);
}

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    const importing *im = ctx;
    gaz_scip_tree tree = code_scip_tree(im->files);
    return tree.text(tree.ctx, file, max, out, err);
}

/* Writes the file and moves it to its place. */
static gaz_status write_file(importing *im, const gaz_scip_tree *tree, const gaz_scip_edges *edges,
                             gaz_run *run, gaz_scip_row *row, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&path, gaz_run_dir(run), "scip", err);
    if (st == GAZ_OK)
        st = gaz_scip_write(edges, tree, path.data, row->name, &row->file_bytes, err);
    if (st == GAZ_OK)
        st = gaz_store_adopt(im->cache->store, run, path.data, GAZ_FILE_SEGMENT, row->name, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status publish(importing *im, const gaz_scip_tree *tree, const gaz_scip_edges *edges,
                          gaz_scip_imported *out, gaz_error *err)
{
    const gaz_scip_summary *s = gaz_scip_edges_summary(edges);
    gaz_run *run = NULL;
    gaz_scip_row row = {.commit = gaz_ref_files_head(im->files)->commit,
                        .below = strdup(im->below.data ? im->below.data : ""),
                        .documents = s->documents,
                        .occurrences = s->occurrences,
                        .definitions = s->definitions};
    _Static_assert(sizeof row.tool == sizeof s->tool, "a tool's name fits into its row");
    memcpy(row.tool, s->tool, sizeof row.tool);
    memcpy(row.version, s->version, sizeof row.version);
    gaz_status st = row.below ? gaz_run_open(im->cache->store, &run, err)
                              : gaz_error_set(err, GAZ_E_NOMEM, "no memory to import");
    if (st == GAZ_OK)
        st = write_file(im, tree, edges, run, &row, err);
    if (st == GAZ_OK)
        st = gaz_scip_publish(im->cache->store, gaz_ref_files_repo(im->files), &row,
                              (uint32_t)im->cache->settings->scip_kept, &out->gone, err);
    gaz_run_close(run);
    if (st != GAZ_OK) {
        gaz_scip_row_release(&row);
        return st;
    }
    out->row = row;
    out->foreign = s->foreign;
    out->without_text = s->without_text;
    const char *repo = gaz_ref_files_head(im->files)->repo;
    memcpy(out->repo, repo, strnlen(repo, GAZ_REPO_NAME_MAX));
    return GAZ_OK;
}

static gaz_status read_and_publish(importing *im, gaz_scip_imported *out, gaz_error *err)
{
    gaz_scip_edges *edges = NULL;
    const gaz_scip_tree tree = {.file_count = gaz_ref_files_count(im->files),
                                .find = find_path,
                                .about = about_file,
                                .text = read_text,
                                .ctx = im,
                                .below = im->below.data,
                                .deadline_us = im->what->deadline_us,
                                .memory = (size_t)im->cache->settings->scip_memory};
    gaz_status st = gaz_scip_read(im->what->data, im->what->len, &tree, &edges, err);
    if (st == GAZ_OK && !gaz_scip_edges_summary(edges)->documents)
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "the SCIP index says nothing here: none of its files is searched");
    if (st == GAZ_OK)
        st = publish(im, &tree, edges, out, err);
    else
        hint_directory(im, err);
    gaz_scip_edges_unref(edges);
    return st;
}

gaz_status gaz_scip_import_run(gaz_code_cache *cache, const gaz_scip_import *what,
                               gaz_scip_imported *out, gaz_error *err)
{
    importing im = {
        .cache = cache, .what = what, .below = GAZ_STRBUF_INIT, .missing = GAZ_STRBUF_INIT};
    *out = (gaz_scip_imported){.gone = 0};
    if (what->len > (uint64_t)cache->settings->scip_upload_max) {
        gaz_error_set(err, GAZ_E_LIMIT,
                      "the SCIP index has %zu bytes, at most %" PRId64 " are taken", what->len,
                      cache->settings->scip_upload_max);
        gaz_error_hint(err, "the setting scip.upload_max raises it");
        return GAZ_E_LIMIT;
    }
    gaz_status st = gaz_ref_files_open(cache->engine, what->repo, what->commit, &im.files, err);
    if (st == GAZ_OK && !gaz_ref_files_head(im.files)->is_commit) {
        st = gaz_error_set(err, GAZ_E_INVALID, "a SCIP index is of a commit, not of a work tree");
        gaz_error_hint(err, "name the commit it was made of");
    }
    if (st == GAZ_OK)
        st = find_directory(&im, err);
    if (st == GAZ_OK)
        st = read_and_publish(&im, out, err);
    gaz_ref_files_unref(im.files);
    gaz_strbuf_release(&im.below);
    gaz_strbuf_release(&im.missing);
    return st;
}
