/* Symbols of a world. Segments are opened with it, so that a generation that is held keeps them;
 * which of their documents the files of a view have is looked up when somebody first asks. */
#include <stdlib.h>
#include <string.h>

#include "gaz/symbols/symbols.h"
#include "world.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the index's symbols");
}

static gaz_symbol_segment *find_open(world *w, int64_t id, const char *name)
{
    const world_pool *pool = w ? world_pool_of(w, id) : NULL;
    const gaz_snapshot_pool *rows = pool ? &w->snapshot->pools[pool - w->pools] : NULL;
    for (size_t i = 0; pool && i < pool->symbol_count; i++)
        if (pool->symbols[i] && strcmp(rows->symbols[i].name, name) == 0)
            return pool->symbols[i];
    return NULL;
}

/* GAZ_E_NOT_FOUND when a newer generation has replaced it: the caller takes a newer snapshot. */
static gaz_status open_segment(const world *w, gaz_store *store, const char *name,
                               gaz_symbol_segment **out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    uint64_t newest = 0;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, name, &path, &why);
    if (st == GAZ_OK)
        st = gaz_symbol_segment_open(path.data, out, &why);
    gaz_strbuf_release(&path);
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    bool gone = st == GAZ_E_NOT_FOUND && gaz_store_generation(store, &newest, NULL) == GAZ_OK &&
                newest != w->snapshot->generation;
    return gone ? GAZ_E_NOT_FOUND : GAZ_OK;
}

gaz_status world_open_symbols(world *w, gaz_store *store, world *old, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t p = 0; st == GAZ_OK && p < w->snapshot->pool_count; p++) {
        const gaz_snapshot_pool *rows = &w->snapshot->pools[p];
        world_pool *pool = &w->pools[p];
        pool->symbols = calloc(rows->symbol_count + 1, sizeof(gaz_symbol_segment *));
        if (!pool->symbols)
            return no_memory(err);
        pool->symbol_count = rows->symbol_count;
        for (size_t i = 0; st == GAZ_OK && i < rows->symbol_count; i++) {
            gaz_symbol_segment *seg = find_open(old, rows->id, rows->symbols[i].name);
            if (seg)
                pool->symbols[i] = gaz_symbol_segment_ref(seg);
            else
                st = open_segment(w, store, rows->symbols[i].name, &pool->symbols[i], err);
        }
    }
    return st;
}

void world_close_symbols(world *w)
{
    for (size_t i = 0; i < w->symbols.len; i++)
        gaz_symbol_view_unref(w->symbols.items[i].symbols);
    gaz_vec_free(&w->symbols);
    for (size_t p = 0; w->pools && p < w->snapshot->pool_count; p++) {
        for (size_t i = 0; w->pools[p].symbols && i < w->pools[p].symbol_count; i++)
            gaz_symbol_segment_unref(w->pools[p].symbols[i]);
        free(w->pools[p].symbols);
    }
}

static gaz_status make(world *w, const view *v, gaz_symbol_view **out, gaz_error *err)
{
    const world_pool *pool = world_pool_of(w, v->pool);
    gaz_symbol_file *files = calloc(v->count + 1, sizeof *files);
    uint32_t *rank = malloc((v->count + 1) * sizeof *rank);
    gaz_status st = files && rank && pool ? GAZ_OK : no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < v->count; i++) {
        const view_entry *e = &v->entries[i];
        bool has =
            e->skip == GAZ_SKIP_NONE && gaz_symbols_supports(e->language) != GAZ_SYMBOLS_NONE;
        files[i].oid = gaz_manifest_at(v->manifest, i)->oid;
        files[i].language = has ? e->language : 0;
        rank[v->order[i]] = (uint32_t)i;
    }
    if (st == GAZ_OK)
        st = gaz_symbol_view_new(pool->symbols, pool->symbol_count, files, (uint32_t)v->count, rank,
                                 out, err);
    free(files);
    free(rank);
    return st;
}

gaz_status world_symbols(world *w, const view *v, gaz_symbol_view **out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    view_symbols made = {v, NULL};
    pthread_mutex_lock(&w->lock);
    for (size_t i = 0; i < w->symbols.len && !made.symbols; i++)
        if (w->symbols.items[i].view == v)
            made.symbols = w->symbols.items[i].symbols;
    if (!made.symbols) {
        st = make(w, v, &made.symbols, err);
        if (st == GAZ_OK && !gaz_vec_push(&w->symbols, made)) {
            gaz_symbol_view_unref(made.symbols);
            st = no_memory(err);
        }
    }
    pthread_mutex_unlock(&w->lock);
    if (st == GAZ_OK)
        *out = made.symbols;
    return st;
}
