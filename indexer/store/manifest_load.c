/* Loading reads the chain of deltas down to a full manifest (or to one that is in the cache), folds
 * the deltas into one list of changes and merges that once. */
#include "manifest_private.h"

#include <stdlib.h>
#include <string.h>

/* Changes of two layers as one list; where both know a path, the newer one counts. Takes nothing;
 * `out` is malloc'd. */
static gaz_status fold(const gaz_manifest_entry *older, size_t older_count,
                       const gaz_manifest_entry *newer, size_t newer_count,
                       gaz_manifest_entry **out, size_t *out_count, gaz_error *err)
{
    gaz_manifest_entry *both = malloc((older_count + newer_count + 1) * sizeof *both);
    if (!both)
        return gaz_manifest_no_memory(err);
    size_t a = 0, b = 0, n = 0;
    while (a < older_count || b < newer_count) {
        int order = a == older_count   ? 1
                    : b == newer_count ? -1
                                       : gaz_manifest_compare(&older[a], &newer[b]);
        both[n++] = order < 0 ? older[a] : newer[b];
        a += order <= 0;
        b += order >= 0;
    }
    *out = both;
    *out_count = n;
    return GAZ_OK;
}

typedef struct chain {
    gaz_manifest_layer layers[GAZ_MANIFEST_CHAIN_MAX + 1]; /* newest first */
    size_t count;
    gaz_manifest *base; /* what the oldest layer is over */
} chain;

static gaz_status read_sections(gaz_sealed *file, gaz_manifest_layer *out, gaz_error *err)
{
    gaz_manifest_sections in;
    gaz_status st = GAZ_OK;
    for (unsigned s = 0; st == GAZ_OK && s < GAZ_MANIFEST_SECTIONS; s++) {
        in.len[s] = gaz_sealed_len(file, s);
        st = gaz_sealed_get(file, s, 0, in.len[s], &in.data[s], err);
    }
    if (st != GAZ_OK)
        return st;
    gaz_manifest_layer layer = {0};
    gaz_error why = {0};
    st = gaz_manifest_decode(&in, &layer, &why);
    gaz_status intact =
        gaz_sealed_intact(file, err); /* a file cut short explains what decoding met */
    if (intact == GAZ_OK && st == GAZ_OK) {
        *out = layer;
        return GAZ_OK;
    }
    gaz_manifest_layer_release(&layer);
    if (intact == GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    return intact == GAZ_OK ? st : intact;
}

static gaz_status read_layer(gaz_store *store, const char *name, gaz_manifest_layer *out,
                             uint64_t *file_bytes, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_sealed *file = NULL;
    gaz_status st = gaz_store_path(store, GAZ_FILE_MANIFEST, name, &path, err);
    if (st == GAZ_OK)
        st = gaz_sealed_open(path.data, GAZ_MANIFEST_KIND, GAZ_MANIFEST_VERSION, &file, err);
    if (st == GAZ_OK)
        st = read_sections(file, out, err);
    if (st == GAZ_OK && file_bytes)
        *file_bytes = gaz_sealed_size(file);
    gaz_sealed_close(file);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status full_manifest(gaz_manifest_layer *layer, gaz_manifest **out, gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_status st = gaz_manifest_new(0, &m, err);
    if (st != GAZ_OK)
        return st;
    m->entries = layer->entries;
    m->count = layer->count;
    m->path_bytes = layer->total_path_bytes;
    layer->entries = NULL;
    gaz_manifest_share(m, layer->paths);
    *out = m;
    return GAZ_OK;
}

static gaz_status read_chain(gaz_store *store, const char *name, chain *c, uint64_t *file_bytes,
                             gaz_error *err)
{
    char at[GAZ_SEALED_NAME];
    memcpy(at, name, sizeof at);
    while (!c->base) {
        gaz_manifest_layer *layer = &c->layers[c->count];
        gaz_status st = read_layer(store, at, layer, c->count ? NULL : file_bytes, err);
        if (st != GAZ_OK)
            return st;
        if (c->count && layer->depth + 1 != layer[-1].depth) {
            gaz_manifest_layer_release(layer);
            return gaz_error_set(err, GAZ_E_CORRUPT,
                                 "manifest %.12s is over one of the wrong depth", name);
        }
        c->count++;
        if (!layer->base[0])
            return full_manifest(layer, &c->base, err);
        memcpy(at, layer->base, sizeof at);
        c->base = gaz_manifest_cache_get(store->manifests, at);
        if (c->base && c->base->depth + 1 != layer->depth)
            return gaz_error_set(err, GAZ_E_CORRUPT,
                                 "manifest %.12s is over one of the wrong depth", name);
    }
    return GAZ_OK;
}

/* Folds the deltas from the oldest to the newest and merges the outcome into the base. */
static gaz_status resolve(chain *c, gaz_manifest **out, gaz_error *err)
{
    size_t deltas = c->count;
    if (deltas && !c->layers[deltas - 1].base[0])
        deltas--;
    if (!deltas) {
        *out = gaz_manifest_ref(c->base);
        return GAZ_OK;
    }
    gaz_manifest_entry *changes = NULL;
    size_t count = c->layers[deltas - 1].count;
    const gaz_manifest_entry *list = c->layers[deltas - 1].entries;
    gaz_status st = GAZ_OK;
    for (size_t i = deltas - 1; st == GAZ_OK && i-- > 0;) {
        gaz_manifest_entry *both = NULL;
        st = fold(list, count, c->layers[i].entries, c->layers[i].count, &both, &count, err);
        if (st != GAZ_OK)
            break;
        free(changes);
        list = changes = both;
    }
    gaz_manifest *m = NULL;
    if (st == GAZ_OK)
        st = gaz_manifest_merge(c->base, list, count, false, &m, err);
    free(changes);
    if (st == GAZ_OK)
        st = gaz_manifest_keep(m, c->base, c->layers, deltas, err);
    if (st != GAZ_OK) {
        gaz_manifest_unref(m);
        return st;
    }
    *out = m;
    return GAZ_OK;
}

/* @param c  all zeros */
static gaz_status load_chain(gaz_store *store, const char *name, chain *c, gaz_manifest **out,
                             gaz_error *err)
{
    uint64_t file_bytes = 0;
    gaz_manifest *m = NULL;
    gaz_status st = read_chain(store, name, c, &file_bytes, err);
    if (st == GAZ_OK)
        st = resolve(c, &m, err);
    if (st != GAZ_OK)
        return st;
    const gaz_manifest_layer *top = &c->layers[0];
    if (m->count != top->total || m->path_bytes != top->total_path_bytes) {
        gaz_manifest_unref(m);
        gaz_error_set(err, GAZ_E_CORRUPT,
                      "manifest %.12s resolves to another number of files than it states", name);
        gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
        return GAZ_E_CORRUPT;
    }
    memcpy(m->name, name, sizeof m->name);
    memcpy(m->base, top->base, sizeof m->base);
    m->depth = top->depth;
    m->file_bytes = file_bytes;
    *out = m;
    return GAZ_OK;
}

static gaz_status load_file(gaz_store *store, const char *name, gaz_manifest **out, gaz_error *err)
{
    chain *c = calloc(1, sizeof *c);
    if (!c)
        return gaz_manifest_no_memory(err);
    gaz_status st = load_chain(store, name, c, out, err);
    for (size_t i = 0; i < c->count; i++)
        gaz_manifest_layer_release(&c->layers[i]);
    gaz_manifest_unref(c->base);
    free(c);
    return st;
}

gaz_status gaz_manifest_load(gaz_store *store, const char *name, gaz_manifest **out, gaz_error *err)
{
    if (!gaz_store_is_name(name))
        return gaz_error_set(err, GAZ_E_INVALID, "'%.70s' is not the name of a manifest", name);
    gaz_manifest *m = gaz_manifest_cache_get(store->manifests, name);
    gaz_status st = m ? GAZ_OK : load_file(store, name, &m, err);
    if (st != GAZ_OK)
        return st;
    gaz_manifest_cache_put(store->manifests, m);
    *out = m;
    return GAZ_OK;
}

gaz_status gaz_manifest_verify(gaz_store *store, const char *name, uint64_t *file_bytes,
                               size_t *entries, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_sealed *file = NULL;
    gaz_manifest *m = NULL;
    gaz_status st = gaz_store_path(store, GAZ_FILE_MANIFEST, name, &path, err);
    if (st == GAZ_OK)
        st = gaz_sealed_open(path.data, GAZ_MANIFEST_KIND, GAZ_MANIFEST_VERSION, &file, err);
    if (st == GAZ_OK)
        st = gaz_sealed_verify(file, name, err);
    if (st == GAZ_OK)
        st = gaz_manifest_load(store, name, &m, err);
    if (st == GAZ_OK) {
        *file_bytes = gaz_sealed_size(file);
        *entries = m->count;
    }
    gaz_manifest_unref(m);
    gaz_sealed_close(file);
    gaz_strbuf_release(&path);
    return st;
}
