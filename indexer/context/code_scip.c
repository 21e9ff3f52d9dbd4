/* Which SCIP indexes count for a ref, and the edges that are kept. An index of another commit
 * counts too: it knows the blob of each of its documents, and those that are the same here mean the
 * same, as long as what they refer to is the same as well (docs/decisions: precise data). */
#include "code_private.h"

#include <stdlib.h>
#include <string.h>

/* ---- the tree ---- */

static uint32_t find_path(void *ctx, const char *path, size_t len)
{
    return gaz_ref_files_lookup(ctx, path, len);
}

static void about_file(void *ctx, uint32_t file, gaz_scip_file *out)
{
    gaz_ref_file f;
    gaz_ref_files_at(ctx, file, &f);
    *out = (gaz_scip_file){.path = f.path, .path_len = f.path_len, .blob = f.blob};
}

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    gaz_ref_file f;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_ref_files_at(ctx, file, &f);
    if (f.skip || f.text_len > max)
        return GAZ_E_NOT_FOUND;
    gaz_status st = gaz_ref_files_text(ctx, file, 0, 0, &text, err);
    if (st == GAZ_OK) {
        gaz_strbuf_add(out, text.data, text.len);
        st = gaz_strbuf_check(out, err);
    }
    gaz_strbuf_release(&text);
    return st;
}

gaz_scip_tree code_scip_tree(gaz_ref_files *files)
{
    return (gaz_scip_tree){.file_count = gaz_ref_files_count(files),
                           .find = find_path,
                           .about = about_file,
                           .text = read_text,
                           .ctx = files};
}

/* ---- which indexes ---- */

static bool same_place(const gaz_scip_row *a, const gaz_scip_row *b)
{
    return strcmp(a->below, b->below) == 0 && strcmp(a->tool, b->tool) == 0;
}

static bool is_of(const gaz_scip_row *row, const gaz_oid *commit)
{
    return gaz_oid_compare(&row->commit, commit) == 0;
}

/* Those of the commit first, then the last imported of each directory and tool it has none of. */
static size_t choose(const gaz_scip_row *rows, size_t count, const gaz_oid *commit,
                     const gaz_scip_row **out)
{
    size_t n = 0;
    for (int exact = 1; exact >= 0; exact--)
        for (size_t i = 0; i < count && n < GAZ_SCIP_LOADED_MAX; i++) {
            bool taken = is_of(&rows[i], commit) != (exact == 1);
            for (size_t k = 0; k < n && !taken; k++)
                taken = same_place(out[k], &rows[i]);
            if (!taken)
                out[n++] = &rows[i];
        }
    return n;
}

static gaz_status load_rows(gaz_code *code, const gaz_scip_row *const *rows, size_t count,
                            gaz_error *err)
{
    const char *paths[GAZ_SCIP_LOADED_MAX];
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_arena arena;
    gaz_scip_tree tree = code_scip_tree(code->files);
    size_t loaded = 0;
    gaz_status st = GAZ_OK;
    gaz_arena_init(&arena, (size_t)1 << 20);
    for (size_t i = 0; st == GAZ_OK && i < count; i++) {
        st = gaz_store_path(code->cache->store, GAZ_FILE_SEGMENT, rows[i]->name, &path, err);
        paths[i] = st == GAZ_OK ? gaz_arena_strdup(&arena, path.data) : NULL;
        if (st == GAZ_OK && !paths[i])
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to load SCIP indexes");
    }
    tree.deadline_us = code->deadline_us;
    tree.memory = (size_t)code->cache->settings->scip_memory;
    if (st == GAZ_OK)
        st = gaz_scip_load(paths, count, &tree, &code->scip, &loaded, err);
    if (st == GAZ_E_NOT_FOUND) {
        gaz_error_clear(err);
        st = gaz_error_set(err, GAZ_E_CORRUPT, "the file of a SCIP index of %s is gone",
                           gaz_ref_files_head(code->files)->repo);
        gaz_error_hint(err, "run `gaz repair`, then import the index again");
    }
    gaz_strbuf_release(&path);
    gaz_arena_release(&arena);
    return st;
}

/* ---- edges that are kept ---- */

static gaz_scip_edges *find_kept(gaz_code_cache *cache, const char *generation)
{
    gaz_scip_edges *found = NULL;
    pthread_mutex_lock(&cache->lock);
    for (size_t i = 0; i < SCIP_KEPT && !found; i++)
        if (cache->scip[i].edges && strcmp(cache->scip[i].generation, generation) == 0) {
            cache->scip[i].used = ++cache->clock;
            found = gaz_scip_edges_ref(cache->scip[i].edges);
        }
    pthread_mutex_unlock(&cache->lock);
    return found;
}

static void drop(kept_scip *k)
{
    gaz_scip_edges_unref(k->edges);
    *k = (kept_scip){.edges = NULL};
}

/* Makes room: the least recently used go until there is a place and the memory for the new ones. */
static kept_scip *make_room(gaz_code_cache *cache, size_t bytes)
{
    for (;;) {
        kept_scip *oldest = NULL, *place = NULL;
        size_t used = bytes;
        for (size_t i = 0; i < SCIP_KEPT; i++) {
            kept_scip *k = &cache->scip[i];
            if (!k->edges) {
                place = k;
                continue;
            }
            used += gaz_scip_edges_memory(k->edges);
            if (!oldest || k->used < oldest->used)
                oldest = k;
        }
        if (!oldest || (place && used <= (size_t)cache->settings->scip_memory))
            return place;
        drop(oldest);
    }
}

static void keep(gaz_code_cache *cache, const char *generation, gaz_scip_edges *edges)
{
    pthread_mutex_lock(&cache->lock);
    kept_scip *k = make_room(cache, gaz_scip_edges_memory(edges));
    *k = (kept_scip){.edges = gaz_scip_edges_ref(edges), .used = ++cache->clock};
    memcpy(k->generation, generation, sizeof k->generation);
    pthread_mutex_unlock(&cache->lock);
}

void code_scip_drop(gaz_code_cache *cache)
{
    for (size_t i = 0; i < SCIP_KEPT; i++)
        drop(&cache->scip[i]);
}

static gaz_status find_or_load(gaz_code *code, const gaz_scip_row *const *rows, size_t count,
                               gaz_error *err)
{
    const char *generation = gaz_ref_files_head(code->files)->generation;
    code->scip = find_kept(code->cache, generation);
    if (code->scip)
        return GAZ_OK;
    gaz_status st = code_lock(code, &code->cache->loading, "SCIP indexes", err);
    if (st != GAZ_OK)
        return st;
    code->scip = find_kept(code->cache, generation); /* meanwhile loaded? */
    if (!code->scip)
        st = load_rows(code, rows, count, err);
    if (st == GAZ_OK)
        keep(code->cache, generation, code->scip);
    pthread_mutex_unlock(&code->cache->loading);
    return st;
}

gaz_status gaz_code_scip(gaz_code *code, gaz_scip_edges **out, gaz_error *err)
{
    const gaz_scip_row *chosen[GAZ_SCIP_LOADED_MAX];
    size_t count = 0;
    const gaz_scip_row *rows = gaz_ref_files_scip(code->files, &count);
    gaz_status st = GAZ_OK;
    if (!code->scip && count) {
        count = choose(rows, count, &gaz_ref_files_head(code->files)->commit, chosen);
        st = find_or_load(code, chosen, count, err);
    }
    if (st == GAZ_OK)
        *out = code->scip;
    return st;
}
