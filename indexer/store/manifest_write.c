/* Writing manifests: as a delta while that is smaller and its chain short, else full. Both are
 * specified in docs/internals/manifest.md. */
#include "manifest_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static gaz_status check_changes(const gaz_manifest_change *changes, size_t count, bool over_base,
                                gaz_error *err)
{
    if (count > GAZ_MANIFEST_ENTRIES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a manifest of %zu files is over the limit of %u",
                             count, GAZ_MANIFEST_ENTRIES_MAX);
    for (size_t i = 0; i < count; i++) {
        const gaz_manifest_entry *e = &changes[i].entry;
        if (e->path_len < 1 || e->path_len > GAZ_MANIFEST_PATH_MAX ||
            memchr(e->path, 0, e->path_len))
            return gaz_error_set(
                err, GAZ_E_INVALID,
                "entry %zu of a manifest has a path of %u bytes, or a zero byte in it", i,
                e->path_len);
        if (e->skip > GAZ_SKIP_CRASHED || (changes[i].removed && !over_base))
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "entry %zu of a manifest has mark %u, or removes from nothing", i,
                                 e->skip);
        if (i && gaz_manifest_compare(&changes[i - 1].entry, e) >= 0)
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "entry %zu of a manifest is out of order: %.*s", i,
                                 (int)e->path_len, e->path);
    }
    return GAZ_OK;
}

/* A layer of the changes with its own copy of their paths. */
static gaz_status make_layer(const gaz_manifest_change *changes, size_t count,
                             gaz_manifest_layer *out, gaz_error *err)
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
        return gaz_manifest_no_memory(err);
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

/* A delta while the chain is short and it is smaller; ids alone make a full one at least 20 bytes
 * per entry, so most of the time that one need not be encoded to know. `sections` gets the chosen
 * form; m its base and depth. */
static gaz_status choose_form(gaz_manifest *base, uint32_t depth_max, gaz_manifest_layer *changes,
                              gaz_manifest *m, gaz_strbuf sections[GAZ_MANIFEST_SECTIONS],
                              gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (base && base->depth < depth_max) {
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
    gaz_manifest_layer full = {.entries = m->entries,
                               .count = (uint32_t)m->count,
                               .total = (uint32_t)m->count,
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

static gaz_status write_sealed(const char *path, const gaz_strbuf sections[GAZ_MANIFEST_SECTIONS],
                               gaz_manifest *m, gaz_error *err)
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

static gaz_status write_file(gaz_store *store, gaz_run *run,
                             const gaz_strbuf sections[GAZ_MANIFEST_SECTIONS], gaz_manifest *m,
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

static gaz_status make_manifest(gaz_manifest *base, gaz_manifest_layer *changes, gaz_manifest **out,
                                gaz_error *err)
{
    static const gaz_manifest nothing;
    gaz_manifest *m = NULL;
    gaz_status st =
        gaz_manifest_merge(base ? base : &nothing, changes->entries, changes->count, true, &m, err);
    if (st == GAZ_OK)
        st = gaz_manifest_keep(m, base ? base : &nothing, changes, 1, err);
    if (st == GAZ_OK &&
        (m->count > GAZ_MANIFEST_ENTRIES_MAX || m->path_bytes > GAZ_MANIFEST_PATHS_MAX))
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

typedef struct write_request {
    gaz_store *store;
    gaz_run *run;
    gaz_manifest *base;
    const gaz_manifest_change *changes;
    size_t count;
    uint32_t depth_max;
} write_request;

static gaz_status write_manifest(const write_request *q, gaz_manifest_row *row, gaz_manifest **out,
                                 gaz_error *err)
{
    gaz_manifest *base = q->base;
    const gaz_manifest_change *changes = q->changes;
    size_t count = q->count;
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
        st = choose_form(base, q->depth_max, &layer, m, sections, err);
    if (st == GAZ_OK)
        st = write_file(q->store, q->run, sections, m, err);
    if (st == GAZ_OK) {
        fill_row(m, row);
        gaz_manifest_cache_put(q->store->manifests, m);
        if (out)
            *out = gaz_manifest_ref(m);
    }
    gaz_manifest_unref(m);
    gaz_manifest_layer_release(&layer);
    release_sections(sections);
    return st;
}

gaz_status gaz_manifest_write(gaz_store *store, gaz_run *run, gaz_manifest *base,
                              const gaz_manifest_change *changes, size_t count,
                              gaz_manifest_row *row, gaz_manifest **out, gaz_error *err)
{
    write_request q = {store, run, base, changes, count, GAZ_MANIFEST_DEPTH_MAX};
    return write_manifest(&q, row, out, err);
}

gaz_status gaz_manifest_write_tree(gaz_store *store, gaz_run *run, gaz_manifest *base,
                                   const gaz_manifest_change *changes, size_t count,
                                   gaz_manifest_row *row, gaz_manifest **out, gaz_error *err)
{
    write_request q = {store, run, base, changes, count, GAZ_MANIFEST_CHAIN_MAX};
    return write_manifest(&q, row, out, err);
}

uint32_t gaz_manifest_depth(const gaz_manifest *m)
{
    return m->depth;
}
