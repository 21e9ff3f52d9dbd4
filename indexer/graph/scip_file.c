/* The file a SCIP index is kept as. Not the index itself: what counts is which places mean the
 * same, so it holds places in bytes and numbers for symbols, a few bytes for an occurrence, and
 * reading it needs neither texts nor protobuf. All numbers are varints; sections:
 *
 *   0  documents, symbols, occurrences, definitions, foreign, heirs
 *   1  per document, in byte order of paths: length of the path, the path, 20 bytes of the blob it
 *      was made of, occurrences
 *   2  per occurrence, by document, start and end: start less the one before, length, 2 × symbol
 *      plus 1 for a definition
 *   3  per symbol 16 bytes that its name hashes to (little-endian; zero: a symbol of one document)
 *   4  per heir, by base: base less the one before, heir
 *   5  per symbol a bit, the lowest of a byte first: it is of a package the index defines, which
 *      itself it does not */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/varint.h"
#include "scip_private.h"

enum {
    SECTION_HEAD,
    SECTION_DOCUMENTS,
    SECTION_OCCURRENCES,
    SECTION_SYMBOLS,
    SECTION_HEIRS,
    SECTION_UNPLACED
};

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the file of a SCIP index");
}

/* ---- writing ---- */

typedef struct writing {
    const gaz_scip_edges *edges;
    const gaz_scip_tree *tree;
    gaz_sealed_writer *file;
} writing;

static gaz_status put(writing *w, uint64_t value, gaz_error *err)
{
    uint8_t bytes[GAZ_VARINT_MAX];
    return gaz_sealed_append(w->file, bytes, gaz_varint_encode(bytes, value), err);
}

static gaz_status put_head(writing *w, gaz_error *err)
{
    const gaz_scip_edges *e = w->edges;
    uint64_t documents = 0;
    for (uint32_t i = 0; i < e->file_count; i++)
        documents += e->covered[i] != 0;
    const uint64_t head[] = {documents,          e->symbol_count,
                             e->entries.len,     e->summary.definitions,
                             e->summary.foreign, e->heir_first[e->symbol_count]};
    gaz_status st = gaz_sealed_begin(w->file, SECTION_HEAD, err);
    for (size_t i = 0; st == GAZ_OK && i < sizeof head / sizeof *head; i++)
        st = put(w, head[i], err);
    return st;
}

static gaz_status put_documents(writing *w, gaz_error *err)
{
    const gaz_scip_edges *e = w->edges;
    gaz_status st = gaz_sealed_begin(w->file, SECTION_DOCUMENTS, err);
    size_t at = 0;
    for (uint32_t file = 0; st == GAZ_OK && file < e->file_count; file++) {
        size_t first = at;
        gaz_scip_file f;
        if (!e->covered[file])
            continue;
        while (at < e->entries.len && e->entries.items[at].file == file)
            at++;
        w->tree->about(w->tree->ctx, file, &f);
        st = put(w, f.path_len, err);
        if (st == GAZ_OK)
            st = gaz_sealed_append(w->file, f.path, f.path_len, err);
        if (st == GAZ_OK)
            st = gaz_sealed_append(w->file, f.blob.id, GAZ_OID_SIZE, err);
        if (st == GAZ_OK)
            st = put(w, at - first, err);
    }
    return st;
}

static gaz_status put_occurrences(writing *w, gaz_error *err)
{
    const gaz_scip_edges *e = w->edges;
    gaz_status st = gaz_sealed_begin(w->file, SECTION_OCCURRENCES, err);
    for (size_t i = 0; st == GAZ_OK && i < e->entries.len; i++) {
        const scip_entry *x = &e->entries.items[i];
        uint32_t before = i && x[-1].file == x->file ? x[-1].start : 0;
        uint8_t bytes[3 * GAZ_VARINT_MAX];
        size_t n = gaz_varint_encode(bytes, x->start - before);
        n += gaz_varint_encode(bytes + n, x->end - x->start);
        n += gaz_varint_encode(bytes + n, (uint64_t)x->symbol * 2 + x->definition);
        st = gaz_sealed_append(w->file, bytes, n, err);
    }
    return st;
}

static gaz_status put_symbols(writing *w, gaz_error *err)
{
    const gaz_scip_edges *e = w->edges;
    gaz_status st = gaz_sealed_begin(w->file, SECTION_SYMBOLS, err);
    for (uint32_t s = 0; st == GAZ_OK && s < e->symbol_count; s++) {
        uint8_t bytes[16];
        gaz_put_le64(bytes, e->keys.items[s].low);
        gaz_put_le64(bytes + 8, e->keys.items[s].high);
        st = gaz_sealed_append(w->file, bytes, sizeof bytes, err);
    }
    return st;
}

static gaz_status put_heirs(writing *w, gaz_error *err)
{
    const gaz_scip_edges *e = w->edges;
    uint32_t last = 0;
    gaz_status st = gaz_sealed_begin(w->file, SECTION_HEIRS, err);
    for (uint32_t base = 0; st == GAZ_OK && base < e->symbol_count; base++)
        for (uint32_t i = e->heir_first[base]; st == GAZ_OK && i < e->heir_first[base + 1]; i++) {
            st = put(w, base - last, err);
            if (st == GAZ_OK)
                st = put(w, e->heirs[i], err);
            last = base;
        }
    return st;
}

static gaz_status put_unplaced(writing *w, gaz_error *err)
{
    const gaz_scip_edges *e = w->edges;
    gaz_status st = gaz_sealed_begin(w->file, SECTION_UNPLACED, err);
    for (uint32_t s = 0; st == GAZ_OK && s < e->symbol_count; s += 8) {
        uint8_t bits = 0;
        for (uint32_t k = 0; k < 8 && s + k < e->symbol_count; k++)
            bits |= (uint8_t)((e->flags.items[s + k] & SCIP_UNPLACED ? 1u : 0u) << k);
        st = gaz_sealed_append(w->file, &bits, 1, err);
    }
    return st;
}

gaz_status gaz_scip_write(const gaz_scip_edges *edges, const gaz_scip_tree *tree, const char *path,
                          char name[GAZ_SEALED_NAME], uint64_t *size, gaz_error *err)
{
    static gaz_status (*const parts[])(writing * w, gaz_error * err) = {
        put_head, put_documents, put_occurrences, put_symbols, put_heirs, put_unplaced};
    writing w = {.edges = edges, .tree = tree};
    gaz_status st = gaz_sealed_writer_open(path, GAZ_SCIP_KIND, GAZ_SCIP_VERSION, &w.file, err);
    for (size_t i = 0; st == GAZ_OK && i < sizeof parts / sizeof *parts; i++)
        st = parts[i](&w, err);
    if (st == GAZ_OK)
        st = gaz_sealed_finish(w.file, name, size, err);
    gaz_sealed_writer_close(w.file);
    return st;
}

/* ---- loading ---- */

typedef struct reader {
    const uint8_t *at, *end;
    bool bad;
} reader;

static uint64_t get(reader *r, uint64_t max)
{
    uint64_t value = 0;
    const uint8_t *next = r->bad ? NULL : gaz_varint_decode(r->at, r->end, &value);
    r->bad |= !next || value > max;
    if (r->bad)
        return 0;
    r->at = next;
    return value;
}

static const uint8_t *get_bytes(reader *r, size_t len)
{
    if (r->bad || (size_t)(r->end - r->at) < len) {
        r->bad = true;
        return NULL;
    }
    r->at += len;
    return r->at - len;
}

typedef struct scip_head {
    uint32_t documents, symbols;
    uint64_t occurrences, definitions, foreign, heirs;
} scip_head;

typedef struct loading {
    const gaz_scip_tree *tree;
    gaz_scip_edges *edges;
    gaz_map names; /* keys of symbols → numbers; used when there are several files */
    bool several;
    size_t memory;
    GAZ_VEC(uint32_t) pairs;
    /* of the file at hand */
    gaz_sealed *file;
    const char *path;
    scip_head head;
    unsigned index;    /* from 1 */
    uint32_t *numbers; /* of its symbols → symbol */
} loading;

static gaz_status damaged(const loading *l, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "%s is no whole SCIP index", l->path);
    gaz_error_hint(err, "run `gaz repair`, then import the index again");
    return GAZ_E_CORRUPT;
}

static gaz_status section(const loading *l, unsigned number, reader *out, gaz_error *err)
{
    static const uint8_t nothing[1] = {0};
    const uint8_t *data = nothing;
    uint64_t len = gaz_sealed_len(l->file, number);
    gaz_status st = len ? gaz_sealed_get(l->file, number, 0, len, &data, err) : GAZ_OK;
    *out = (reader){.at = data, .end = data + len};
    return st;
}

static gaz_status get_head(loading *l, gaz_error *err)
{
    reader r;
    gaz_status st = section(l, SECTION_HEAD, &r, err);
    if (st != GAZ_OK)
        return st;
    l->head.documents = (uint32_t)get(&r, GAZ_SCIP_DOCUMENTS_MAX);
    l->head.symbols = (uint32_t)get(&r, 2ull * GAZ_SCIP_OCCURRENCES_MAX);
    l->head.occurrences = get(&r, GAZ_SCIP_OCCURRENCES_MAX);
    l->head.definitions = get(&r, l->head.occurrences);
    l->head.foreign = get(&r, l->head.occurrences);
    l->head.heirs = get(&r, UINT32_MAX);
    return r.bad || gaz_sealed_len(l->file, SECTION_SYMBOLS) != 16ull * l->head.symbols ||
                   gaz_sealed_len(l->file, SECTION_UNPLACED) != (l->head.symbols + 7ull) / 8
               ? damaged(l, err)
               : GAZ_OK;
}

/* Whether it fits beside what is loaded already. */
static bool fits(const loading *l)
{
    const gaz_scip_edges *e = l->edges;
    return scip_edges_size(e->entries.len + l->head.occurrences,
                           (uint64_t)e->symbol_count + l->head.symbols,
                           l->pairs.len / 2 + l->head.heirs, e->file_count) <= l->memory;
}

static gaz_status get_symbols(loading *l, gaz_error *err)
{
    reader r, bits;
    gaz_status st = section(l, SECTION_SYMBOLS, &r, err);
    if (st == GAZ_OK)
        st = section(l, SECTION_UNPLACED, &bits, err);
    l->numbers = calloc((size_t)l->head.symbols + 1, sizeof *l->numbers);
    if (st == GAZ_OK && !l->numbers)
        return no_memory(err);
    for (uint32_t i = 0; st == GAZ_OK && i < l->head.symbols; i++) {
        const uint8_t *key = get_bytes(&r, 16);
        bool local = gaz_le64(key) == 0 && gaz_le64(key + 8) == 0, added = true;
        uint64_t *slot = l->several && !local ? gaz_map_put(&l->names, key, 16, &added) : NULL;
        if (l->several && !local && !slot)
            return no_memory(err);
        l->numbers[i] = added ? l->edges->symbol_count : (uint32_t)*slot;
        if (slot && added)
            *slot = l->edges->symbol_count;
        if (added && !gaz_vec_push(&l->edges->flags, local ? SCIP_LOCAL : 0))
            return no_memory(err);
        l->edges->symbol_count += added;
        if (bits.at[i / 8] >> i % 8 & 1)
            l->edges->flags.items[l->numbers[i]] |= SCIP_UNPLACED;
    }
    return st;
}

/* One document: where it lies in the tree, or UINT32_MAX when it does not count there. */
static uint32_t get_document(loading *l, reader *r, uint64_t *occurrences)
{
    size_t len = (size_t)get(r, 1u << 16);
    const uint8_t *path = get_bytes(r, len), *blob = get_bytes(r, GAZ_OID_SIZE);
    gaz_scip_file f;
    *occurrences = get(r, l->head.occurrences);
    uint32_t file = r->bad ? UINT32_MAX : l->tree->find(l->tree->ctx, (const char *)path, len);
    if (file >= l->tree->file_count)
        return UINT32_MAX;
    l->tree->about(l->tree->ctx, file, &f);
    return memcmp(f.blob.id, blob, GAZ_OID_SIZE) == 0 ? file : UINT32_MAX;
}

static void get_occurrence(loading *l, reader *r, scip_entry *x, uint64_t *symbol)
{
    x->start += (uint32_t)get(r, GAZ_SCIP_TEXT_MAX);
    x->end = x->start + (uint32_t)get(r, GAZ_SCIP_TEXT_MAX);
    *symbol = get(r, 2ull * l->head.symbols + 1);
    r->bad |= *symbol / 2 >= l->head.symbols || x->end > GAZ_SCIP_TEXT_MAX;
    x->definition = *symbol & 1;
    x->symbol = r->bad ? 0 : l->numbers[*symbol / 2];
}

/* @param file  UINT32_MAX: what it defines is lost */
static gaz_status get_occurrences(loading *l, reader *r, uint32_t file, uint64_t count,
                                  gaz_error *err)
{
    scip_entry x = {.file = file};
    uint64_t symbol;
    for (uint64_t i = 0; i < count && !r->bad; i++) {
        get_occurrence(l, r, &x, &symbol);
        if (r->bad)
            break;
        if (file == UINT32_MAX)
            l->edges->flags.items[x.symbol] |= x.definition ? SCIP_LOST : 0;
        else if (!gaz_vec_push(&l->edges->entries, x))
            return no_memory(err);
    }
    return GAZ_OK;
}

static gaz_status get_documents(loading *l, gaz_error *err)
{
    reader r, o;
    uint64_t count = 0, left = l->head.occurrences;
    gaz_status st = section(l, SECTION_DOCUMENTS, &r, err);
    if (st == GAZ_OK)
        st = section(l, SECTION_OCCURRENCES, &o, err);
    for (uint32_t i = 0; st == GAZ_OK && i < l->head.documents && !r.bad; i++) {
        if (gaz_expired(l->tree->deadline_us))
            return gaz_error_set(err, GAZ_E_TIMEOUT, "loading a SCIP index took too long");
        uint32_t file = get_document(l, &r, &count);
        if (r.bad || count > left)
            return damaged(l, err);
        left -= count;
        if (file == UINT32_MAX)
            l->edges->broken |= 1ull << (l->index - 1);
        else if (!l->edges->covered[file])
            l->edges->covered[file] = (uint8_t)l->index;
        l->edges->summary.documents += file != UINT32_MAX;
        st = get_occurrences(l, &o, file, count, err);
    }
    return st == GAZ_OK && (r.bad || o.bad || r.at != r.end || o.at != o.end || left)
               ? damaged(l, err)
               : st;
}

static gaz_status get_heirs(loading *l, gaz_error *err)
{
    reader r;
    uint64_t base = 0;
    gaz_status st = section(l, SECTION_HEIRS, &r, err);
    for (uint64_t i = 0; st == GAZ_OK && i < l->head.heirs && !r.bad; i++) {
        base += get(&r, l->head.symbols);
        uint64_t heir = get(&r, l->head.symbols);
        r.bad |= base >= l->head.symbols || heir >= l->head.symbols;
        if (!r.bad && (!gaz_vec_push(&l->pairs, l->numbers[heir]) ||
                       !gaz_vec_push(&l->pairs, l->numbers[base])))
            return no_memory(err);
    }
    return st == GAZ_OK && (r.bad || r.at != r.end) ? damaged(l, err) : st;
}

/* @return GAZ_DONE when it does not fit */
static gaz_status load_one(loading *l, gaz_error *err)
{
    l->file = NULL;
    l->numbers = NULL;
    gaz_status st = gaz_sealed_open(l->path, GAZ_SCIP_KIND, GAZ_SCIP_VERSION, &l->file, err);
    if (st == GAZ_OK)
        st = get_head(l, err);
    if (st == GAZ_OK && !fits(l))
        st = GAZ_DONE;
    if (st == GAZ_OK)
        st = get_symbols(l, err);
    if (st == GAZ_OK)
        st = get_documents(l, err);
    if (st == GAZ_OK)
        st = get_heirs(l, err);
    if (st == GAZ_OK)
        st = gaz_sealed_intact(l->file, err);
    gaz_sealed_close(l->file);
    free(l->numbers);
    return st;
}

gaz_status gaz_scip_load(const char *const *files, size_t count, const gaz_scip_tree *tree,
                         gaz_scip_edges **out, size_t *loaded, gaz_error *err)
{
    gaz_scip_tree with = *tree;
    if (!with.deadline_us)
        with.deadline_us = GAZ_NEVER;
    loading l = {.tree = &with,
                 .several = count > 1,
                 .memory = tree->memory ? tree->memory : SCIP_MEMORY_DEFAULT};
    if (!count || count > GAZ_SCIP_LOADED_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "%zu SCIP indexes cannot be loaded (1 to %u)",
                             count, GAZ_SCIP_LOADED_MAX);
    gaz_map_init(&l.names);
    size_t n = 0;
    gaz_status st = scip_edges_new(tree->file_count, &l.edges, err);
    for (; st == GAZ_OK && n < count; n += st == GAZ_OK) {
        l.path = files[n];
        l.index = (unsigned)n + 1;
        st = load_one(&l, err);
    }
    if (st == GAZ_DONE)
        st = n ? GAZ_OK
               : gaz_error_set(err, GAZ_E_LIMIT, "a SCIP index takes more than %zu bytes of memory",
                               l.memory);
    if (st == GAZ_OK)
        st = scip_edges_finish(l.edges, l.pairs.items, l.pairs.len / 2, err);
    gaz_map_release(&l.names);
    gaz_vec_free(&l.pairs);
    if (st != GAZ_OK) {
        gaz_scip_edges_unref(l.edges);
        return st;
    }
    *out = l.edges;
    *loaded = n;
    return GAZ_OK;
}
