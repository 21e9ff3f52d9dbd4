/* Manifests in memory and on disk. Loading reads the chain of deltas down to a full manifest (or to one that is in the
 * cache), folds the deltas into one list of changes and merges that once. A merged manifest copies entries in runs and
 * shares the bytes of paths with those it was made from, so one over another costs a copy of the entries. */
#include "manifest_codec.h"
#include "store_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PIECES_MAX (GAZ_MANIFEST_DEPTH_MAX + 2) /* pieces of path bytes that one manifest keeps alive */

struct gaz_manifest {
    _Atomic unsigned refs;
    char name[GAZ_SEALED_NAME], base[GAZ_SEALED_NAME];
    uint32_t depth;
    uint64_t file_bytes;
    gaz_manifest_entry *entries;
    size_t count;
    uint64_t path_bytes; /* of all entries */
    gaz_manifest_paths *paths[PIECES_MAX];
    size_t paths_count;
};

gaz_manifest *gaz_manifest_ref(gaz_manifest *m)
{
    atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
    return m;
}

void gaz_manifest_unref(gaz_manifest *m)
{
    if (!m || atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < m->paths_count; i++)
        gaz_manifest_paths_unref(m->paths[i]);
    free(m->entries);
    free(m);
}

size_t gaz_manifest_count(const gaz_manifest *m)
{
    return m->count;
}

const gaz_manifest_entry *gaz_manifest_at(const gaz_manifest *m, size_t index)
{
    return &m->entries[index];
}

const char *gaz_manifest_name(const gaz_manifest *m)
{
    return m->name;
}

uint64_t gaz_manifest_memory(const gaz_manifest *m)
{
    return sizeof *m + m->count * sizeof *m->entries + m->path_bytes;
}

/* The first entry at or after `from` whose path is not below `key`'s. */
static size_t lower_bound(const gaz_manifest *m, size_t from, const gaz_manifest_entry *key)
{
    size_t low = from, high = m->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (gaz_manifest_compare(&m->entries[mid], key) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

const gaz_manifest_entry *gaz_manifest_find(const gaz_manifest *m, const char *path, size_t len)
{
    if (len > GAZ_MANIFEST_PATH_MAX)
        return NULL;
    gaz_manifest_entry key = {.path = path, .path_len = (uint32_t)len};
    size_t at = lower_bound(m, 0, &key);
    return at < m->count && gaz_manifest_compare(&m->entries[at], &key) == 0 ? &m->entries[at] : NULL;
}

/* ---- merging ---- */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a manifest");
}

static bool removed(const gaz_manifest_entry *e)
{
    return e->skip == GAZ_MANIFEST_REMOVED;
}

static gaz_status new_manifest(size_t capacity, gaz_manifest **out, gaz_error *err)
{
    gaz_manifest *m = calloc(1, sizeof *m);
    if (m)
        atomic_init(&m->refs, 1);
    if (!m || (capacity && !(m->entries = malloc(capacity * sizeof *m->entries)))) {
        free(m);
        return no_memory(err);
    }
    *out = m;
    return GAZ_OK;
}

static void share_paths(gaz_manifest *m, gaz_manifest_paths *paths)
{
    if (!paths)
        return;
    atomic_fetch_add_explicit(&paths->refs, 1, memory_order_relaxed);
    m->paths[m->paths_count++] = paths;
}

/* Copies all paths into one piece, when too many manifests would have to be kept for theirs. */
static gaz_status own_paths(gaz_manifest *m, gaz_error *err)
{
    gaz_manifest_paths *own = gaz_manifest_paths_new((size_t)m->path_bytes);
    if (!own)
        return no_memory(err);
    char *to = own->bytes;
    for (size_t i = 0; i < m->count; i++) {
        gaz_manifest_entry *e = &m->entries[i];
        e->path = memcpy(to, e->path, e->path_len);
        to += e->path_len;
    }
    m->paths[m->paths_count++] = own;
    return GAZ_OK;
}

/* Keeps alive what the entries of a manifest, merged from a base and layers, point into. */
static gaz_status keep_paths(gaz_manifest *m, const gaz_manifest *base, const gaz_manifest_layer *layers, size_t count,
                             gaz_error *err)
{
    if (base->paths_count + count > PIECES_MAX)
        return own_paths(m, err);
    for (size_t i = 0; i < base->paths_count; i++)
        share_paths(m, base->paths[i]);
    for (size_t i = 0; i < count; i++)
        share_paths(m, layers[i].paths);
    return GAZ_OK;
}

static void copy_run(gaz_manifest *to, const gaz_manifest *from, size_t start, size_t end)
{
    if (end > start)
        memcpy(to->entries + to->count, from->entries + start, (end - start) * sizeof *to->entries);
    to->count += end - start;
}

/* @param strict  removing a path that is not there is the caller's mistake */
static gaz_status merge(const gaz_manifest *base, const gaz_manifest_entry *changes, size_t count, bool strict,
                        gaz_manifest **out, gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_status st = new_manifest(base->count + count, &m, err);
    if (st != GAZ_OK)
        return st;
    m->path_bytes = base->path_bytes;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        const gaz_manifest_entry *c = &changes[i];
        size_t next = lower_bound(base, at, c);
        copy_run(m, base, at, next);
        bool there = next < base->count && gaz_manifest_compare(&base->entries[next], c) == 0;
        if (there)
            m->path_bytes -= c->path_len;
        if (!removed(c)) {
            m->entries[m->count++] = *c;
            m->path_bytes += c->path_len;
        } else if (!there && strict) {
            gaz_manifest_unref(m);
            return gaz_error_set(err, GAZ_E_INVALID, "cannot remove %.*s from manifest %.12s: it is not in it",
                                 (int)c->path_len, c->path, base->name);
        }
        at = next + there;
    }
    copy_run(m, base, at, base->count);
    *out = m;
    return GAZ_OK;
}

/* Changes of two layers as one list; where both know a path, the newer one counts. Takes nothing; `out` is malloc'd. */
static gaz_status fold(const gaz_manifest_entry *older, size_t older_count, const gaz_manifest_entry *newer,
                       size_t newer_count, gaz_manifest_entry **out, size_t *out_count, gaz_error *err)
{
    gaz_manifest_entry *both = malloc((older_count + newer_count + 1) * sizeof *both);
    if (!both)
        return no_memory(err);
    size_t a = 0, b = 0, n = 0;
    while (a < older_count || b < newer_count) {
        int order = a == older_count ? 1 : b == newer_count ? -1 : gaz_manifest_compare(&older[a], &newer[b]);
        both[n++] = order < 0 ? older[a] : newer[b];
        a += order <= 0;
        b += order >= 0;
    }
    *out = both;
    *out_count = n;
    return GAZ_OK;
}

/* ---- loading ---- */

typedef struct chain {
    gaz_manifest_layer layers[GAZ_MANIFEST_DEPTH_MAX + 1]; /* newest first */
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
    gaz_status intact = gaz_sealed_intact(file, err); /* a file cut short explains what decoding met */
    if (intact == GAZ_OK && st == GAZ_OK) {
        *out = layer;
        return GAZ_OK;
    }
    gaz_manifest_layer_release(&layer);
    if (intact == GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    return intact == GAZ_OK ? st : intact;
}

static gaz_status read_layer(gaz_store *store, const char *name, gaz_manifest_layer *out, uint64_t *file_bytes, gaz_error *err)
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
    gaz_status st = new_manifest(0, &m, err);
    if (st != GAZ_OK)
        return st;
    m->entries = layer->entries;
    m->count = layer->count;
    m->path_bytes = layer->total_path_bytes;
    layer->entries = NULL;
    share_paths(m, layer->paths);
    *out = m;
    return GAZ_OK;
}

static gaz_status read_chain(gaz_store *store, const char *name, chain *c, uint64_t *file_bytes, gaz_error *err)
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
            return gaz_error_set(err, GAZ_E_CORRUPT, "manifest %.12s is over one of the wrong depth", name);
        }
        c->count++;
        if (!layer->base[0])
            return full_manifest(layer, &c->base, err);
        memcpy(at, layer->base, sizeof at);
        c->base = gaz_manifest_cache_get(store->manifests, at);
        if (c->base && c->base->depth + 1 != layer->depth)
            return gaz_error_set(err, GAZ_E_CORRUPT, "manifest %.12s is over one of the wrong depth", name);
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
        st = merge(c->base, list, count, false, &m, err);
    free(changes);
    if (st == GAZ_OK)
        st = keep_paths(m, c->base, c->layers, deltas, err);
    if (st != GAZ_OK) {
        gaz_manifest_unref(m);
        return st;
    }
    *out = m;
    return GAZ_OK;
}

/* @param c  all zeros */
static gaz_status load_chain(gaz_store *store, const char *name, chain *c, gaz_manifest **out, gaz_error *err)
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
        gaz_error_set(err, GAZ_E_CORRUPT, "manifest %.12s resolves to another number of files than it states", name);
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
        return no_memory(err);
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

gaz_status gaz_manifest_verify(gaz_store *store, const char *name, uint64_t *file_bytes, size_t *entries, gaz_error *err)
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

/* ---- writing ---- */

static gaz_status check_changes(const gaz_manifest_change *changes, size_t count, bool over_base, gaz_error *err)
{
    if (count > GAZ_MANIFEST_ENTRIES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a manifest of %zu files is over the limit of %u", count, GAZ_MANIFEST_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++) {
        const gaz_manifest_entry *e = &changes[i].entry;
        if (e->path_len < 1 || e->path_len > GAZ_MANIFEST_PATH_MAX || memchr(e->path, 0, e->path_len))
            return gaz_error_set(err, GAZ_E_INVALID, "entry %zu of a manifest has a path of %u bytes, or a zero byte in it", i,
                                 e->path_len);
        if (e->skip > GAZ_SKIP_CRASHED || (changes[i].removed && !over_base))
            return gaz_error_set(err, GAZ_E_INVALID, "entry %zu of a manifest has mark %u, or removes from nothing", i, e->skip);
        if (i && gaz_manifest_compare(&changes[i - 1].entry, e) >= 0)
            return gaz_error_set(err, GAZ_E_INVALID, "entry %zu of a manifest is out of order: %.*s", i, (int)e->path_len, e->path);
    }
    return GAZ_OK;
}

/* A layer of the changes with its own copy of their paths. */
static gaz_status make_layer(const gaz_manifest_change *changes, size_t count, gaz_manifest_layer *out, gaz_error *err)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        bytes += changes[i].entry.path_len;
    if (bytes > GAZ_MANIFEST_PATHS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the paths of a manifest have over %llu bytes",
                             (unsigned long long)GAZ_MANIFEST_PATHS_MAX);
    gaz_manifest_layer layer = {.count = (uint32_t)count};
    layer.entries = malloc((count + 1) * sizeof *layer.entries);
    layer.paths = gaz_manifest_paths_new((size_t)bytes);
    if (!layer.entries || !layer.paths) {
        gaz_manifest_layer_release(&layer);
        return no_memory(err);
    }
    char *to = layer.paths->bytes;
    for (size_t i = 0; i < count; i++) {
        gaz_manifest_entry *e = &layer.entries[i];
        *e = changes[i].entry;
        e->path = memcpy(to, changes[i].entry.path, e->path_len);
        to += e->path_len;
        if (changes[i].removed) {
            e->skip = GAZ_MANIFEST_REMOVED;
            e->oid = (gaz_oid){{0}};
        }
    }
    *out = layer;
    return GAZ_OK;
}

static size_t encoded_bytes(const gaz_strbuf sections[GAZ_MANIFEST_SECTIONS])
{
    size_t bytes = 0;
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++)
        bytes += sections[s].len;
    return bytes;
}

static void release_sections(gaz_strbuf sections[GAZ_MANIFEST_SECTIONS])
{
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++)
        gaz_strbuf_release(&sections[s]);
}

/* A delta while the chain is short and it is smaller; ids alone make a full one at least 20 bytes per entry, so most of
 * the time that one need not be encoded to know. `sections` gets the chosen form; m its base and depth. */
static gaz_status choose_form(gaz_manifest *base, gaz_manifest_layer *changes, gaz_manifest *m,
                              gaz_strbuf sections[GAZ_MANIFEST_SECTIONS], gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (base && base->depth < GAZ_MANIFEST_DEPTH_MAX) {
        memcpy(changes->base, base->name, sizeof changes->base);
        changes->depth = base->depth + 1;
        changes->total = (uint32_t)m->count;
        changes->total_path_bytes = m->path_bytes;
        st = gaz_manifest_encode(changes, sections, err);
        memcpy(m->base, base->name, sizeof m->base);
        m->depth = base->depth + 1;
        if (st != GAZ_OK || encoded_bytes(sections) <= m->count * GAZ_OID_SIZE)
            return st;
    }
    gaz_manifest_layer full = {.entries = m->entries, .count = (uint32_t)m->count, .total = (uint32_t)m->count,
                               .total_path_bytes = m->path_bytes};
    gaz_strbuf whole[GAZ_MANIFEST_SECTIONS];
    st = gaz_manifest_encode(&full, whole, err);
    if (st == GAZ_OK && (!m->depth || encoded_bytes(whole) < encoded_bytes(sections))) {
        release_sections(sections);
        memcpy(sections, whole, sizeof whole);
        m->base[0] = '\0';
        m->depth = 0;
        return GAZ_OK;
    }
    release_sections(whole);
    return st;
}

static gaz_status write_sealed(const char *path, const gaz_strbuf sections[GAZ_MANIFEST_SECTIONS], gaz_manifest *m, gaz_error *err)
{
    gaz_sealed_writer *w = NULL;
    gaz_status st = gaz_sealed_writer_open(path, GAZ_MANIFEST_KIND, GAZ_MANIFEST_VERSION, &w, err);
    for (unsigned s = 0; st == GAZ_OK && s < GAZ_MANIFEST_SECTIONS; s++) {
        if (!sections[s].len)
            continue;
        st = gaz_sealed_begin(w, s, err);
        if (st == GAZ_OK)
            st = gaz_sealed_append(w, sections[s].data, sections[s].len, err);
    }
    if (st == GAZ_OK)
        st = gaz_sealed_finish(w, m->name, &m->file_bytes, err);
    gaz_sealed_writer_close(w);
    return st;
}

static gaz_status write_file(gaz_store *store, gaz_run *run, const gaz_strbuf sections[GAZ_MANIFEST_SECTIONS], gaz_manifest *m,
                             gaz_error *err)
{
    char id[17], name[32];
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_random(id, sizeof id, err);
    snprintf(name, sizeof name, "%s.man", id);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, gaz_run_dir(run), name, err);
    if (st == GAZ_OK)
        st = write_sealed(path.data, sections, m, err);
    if (st == GAZ_OK)
        st = gaz_store_adopt(store, run, path.data, GAZ_FILE_MANIFEST, m->name, err);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status make_manifest(gaz_manifest *base, gaz_manifest_layer *changes, gaz_manifest **out, gaz_error *err)
{
    static const gaz_manifest nothing;
    gaz_manifest *m = NULL;
    gaz_status st = merge(base ? base : &nothing, changes->entries, changes->count, true, &m, err);
    if (st == GAZ_OK)
        st = keep_paths(m, base ? base : &nothing, changes, 1, err);
    if (st == GAZ_OK && (m->count > GAZ_MANIFEST_ENTRIES_MAX || m->path_bytes > GAZ_MANIFEST_PATHS_MAX))
        st = gaz_error_set(err, GAZ_E_LIMIT, "a manifest of %zu files is over the limit", m->count);
    if (st != GAZ_OK) {
        gaz_manifest_unref(m);
        return st;
    }
    *out = m;
    return GAZ_OK;
}

static void fill_row(const gaz_manifest *m, gaz_manifest_row *row)
{
    memcpy(row->name, m->name, sizeof row->name);
    memcpy(row->base, m->base, sizeof row->base);
    row->depth = m->depth;
    row->file_bytes = m->file_bytes;
}

gaz_status gaz_manifest_write(gaz_store *store, gaz_run *run, gaz_manifest *base, const gaz_manifest_change *changes,
                              size_t count, gaz_manifest_row *row, gaz_manifest **out, gaz_error *err)
{
    if (base && !count) {
        fill_row(base, row);
        if (out)
            *out = gaz_manifest_ref(base);
        return GAZ_OK;
    }
    gaz_manifest_layer layer = {0};
    gaz_manifest *m = NULL;
    gaz_strbuf sections[GAZ_MANIFEST_SECTIONS];
    for (size_t s = 0; s < GAZ_MANIFEST_SECTIONS; s++)
        gaz_strbuf_init(&sections[s], GAZ_STRBUF_MAX);
    gaz_status st = check_changes(changes, count, base != NULL, err);
    if (st == GAZ_OK)
        st = make_layer(changes, count, &layer, err);
    if (st == GAZ_OK)
        st = make_manifest(base, &layer, &m, err);
    if (st == GAZ_OK)
        st = choose_form(base, &layer, m, sections, err);
    if (st == GAZ_OK)
        st = write_file(store, run, sections, m, err);
    if (st == GAZ_OK) {
        fill_row(m, row);
        gaz_manifest_cache_put(store->manifests, m);
        if (out)
            *out = gaz_manifest_ref(m);
    }
    gaz_manifest_unref(m);
    gaz_manifest_layer_release(&layer);
    release_sections(sections);
    return st;
}
