/* Reading symbol segments: opening, finding documents, decoding their facts. Everything is read
 * where it is mapped; nothing is kept but the words' connections to SQLite. */
#include "symbol_segment.h"

#include <string.h>

gaz_status symbol_segment_damaged(const char *what, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "a symbol segment is damaged: %s", what);
    gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
    return GAZ_E_CORRUPT;
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a symbol segment");
}

static gaz_status read_meta(gaz_symbol_segment *seg, gaz_error *err)
{
    const uint8_t *meta, *pairs;
    gaz_status st = gaz_sealed_get(seg->file, SYMBOL_META, 0, SYMBOL_META_BYTES, &meta, err);
    if (st != GAZ_OK)
        return st;
    seg->docs = gaz_le32(meta);
    seg->names = gaz_le32(meta + 4);
    seg->definitions = gaz_le32(meta + 8);
    seg->pair_count = gaz_le32(meta + 12);
    seg->references = gaz_le64(meta + 16);
    seg->imports = gaz_le64(meta + 24);
    seg->text_bytes = gaz_le64(meta + 32);
    seg->blocks = seg->names / SYMBOL_BLOCK_NAMES + (seg->names % SYMBOL_BLOCK_NAMES != 0);
    if (!seg->docs || seg->docs > GAZ_SYMBOL_DOCS_MAX || seg->pair_count > SYMBOL_PAIRS_MAX - 1 ||
        gaz_sealed_len(seg->file, SYMBOL_DOCS) != (uint64_t)seg->docs * SYMBOL_DOC_BYTES ||
        gaz_sealed_len(seg->file, SYMBOL_ORDER) != (uint64_t)seg->docs * 4 ||
        gaz_sealed_len(seg->file, SYMBOL_NAMES) > UINT32_MAX ||
        gaz_sealed_len(seg->file, SYMBOL_NAME_BLOCKS) !=
            (uint64_t)seg->blocks * SYMBOL_NAME_BLOCK_BYTES)
        return symbol_segment_damaged("its tables have wrong sizes", err);
    st = gaz_sealed_get(seg->file, SYMBOL_META, SYMBOL_META_BYTES, (uint64_t)seg->pair_count * 2,
                        &pairs, err);
    if (st == GAZ_OK)
        memcpy(seg->pairs, pairs, (size_t)seg->pair_count * 2);
    return st;
}

gaz_status gaz_symbol_segment_open(const char *path, gaz_symbol_segment **out, gaz_error *err)
{
    gaz_symbol_segment *seg = calloc(1, sizeof *seg);
    if (!seg)
        return no_memory(err);
    atomic_init(&seg->refs, 1);
    pthread_mutex_init(&seg->lock, NULL);
    gaz_status st =
        gaz_sealed_open(path, GAZ_SYMBOL_SEGMENT_KIND, GAZ_SYMBOL_SEGMENT_VERSION, &seg->file, err);
    if (st == GAZ_OK)
        st = read_meta(seg, err);
    if (st == GAZ_OK)
        st = gaz_sealed_intact(seg->file, err);
    if (st != GAZ_OK) {
        gaz_symbol_segment_unref(seg);
        return st;
    }
    *out = seg;
    return GAZ_OK;
}

gaz_symbol_segment *gaz_symbol_segment_ref(gaz_symbol_segment *seg)
{
    atomic_fetch_add(&seg->refs, 1);
    return seg;
}

void gaz_symbol_segment_unref(gaz_symbol_segment *seg)
{
    if (!seg || atomic_fetch_sub(&seg->refs, 1) != 1)
        return;
    symbol_words_close(seg->words);
    gaz_sealed_close(seg->file);
    pthread_mutex_destroy(&seg->lock);
    free(seg);
}

uint32_t gaz_symbol_segment_docs(const gaz_symbol_segment *seg)
{
    return seg->docs;
}

uint64_t gaz_symbol_segment_definitions(const gaz_symbol_segment *seg)
{
    return seg->definitions;
}

uint64_t gaz_symbol_segment_references(const gaz_symbol_segment *seg)
{
    return seg->references;
}

uint64_t gaz_symbol_segment_file_bytes(const gaz_symbol_segment *seg)
{
    return gaz_sealed_size(seg->file);
}

gaz_status symbol_segment_words(gaz_symbol_segment *seg, symbol_words **out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    pthread_mutex_lock(&seg->lock);
    if (!seg->words) {
        const uint8_t *data;
        uint64_t len = gaz_sealed_len(seg->file, SYMBOL_DATABASE);
        st = gaz_sealed_get(seg->file, SYMBOL_DATABASE, 0, len, &data, err);
        if (st == GAZ_OK)
            st = symbol_words_open(data, (size_t)len, &seg->words, err);
    }
    *out = seg->words;
    pthread_mutex_unlock(&seg->lock);
    return st;
}

/* ---- documents ---- */

static gaz_status doc_row(gaz_symbol_segment *seg, uint32_t doc, const uint8_t **row,
                          gaz_error *err)
{
    if (doc >= seg->docs)
        return symbol_segment_damaged("a document beyond its last is asked for", err);
    return gaz_sealed_get(seg->file, SYMBOL_DOCS, (uint64_t)doc * SYMBOL_DOC_BYTES,
                          SYMBOL_DOC_BYTES, row, err);
}

static void read_document(const uint8_t *row, gaz_symbol_document *out)
{
    *out = (gaz_symbol_document){.key.language = gaz_le32(row + 20),
                                 .fingerprint = gaz_le64(row + 24),
                                 .definitions = gaz_le32(row + 44),
                                 .references = gaz_le32(row + 48),
                                 .imports = gaz_le32(row + 52),
                                 .outcome = row[60],
                                 .has_errors = row[61] & SYMBOL_FLAG_ERRORS};
    memcpy(out->key.oid.id, row, GAZ_OID_SIZE);
}

gaz_status gaz_symbol_segment_document(gaz_symbol_segment *seg, uint32_t doc,
                                       gaz_symbol_document *out, gaz_error *err)
{
    const uint8_t *row;
    gaz_status st = doc_row(seg, doc, &row, err);
    if (st == GAZ_OK)
        read_document(row, out);
    return st;
}

gaz_status gaz_symbol_segment_find(gaz_symbol_segment *seg, const gaz_symbol_key *key,
                                   uint32_t *doc, gaz_error *err)
{
    const uint8_t *order;
    uint32_t lo = 0, hi = seg->docs;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const uint8_t *row = NULL;
        gaz_status st = gaz_sealed_get(seg->file, SYMBOL_ORDER, (uint64_t)mid * 4, 4, &order, err);
        if (st == GAZ_OK)
            st = doc_row(seg, gaz_le32(order), &row, err);
        if (st != GAZ_OK)
            return st;
        int c = memcmp(row, key->oid.id, GAZ_OID_SIZE);
        uint32_t language = gaz_le32(row + 20);
        if (!c)
            c = (language > key->language) - (language < key->language);
        if (!c) {
            *doc = gaz_le32(order);
            return GAZ_OK;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return GAZ_E_NOT_FOUND;
}

gaz_status symbol_segment_definition_at(gaz_symbol_segment *seg, uint32_t number, uint32_t *doc,
                                        uint32_t *index, gaz_error *err)
{
    uint32_t lo = 0, hi = seg->docs; /* the first document that begins beyond it */
    const uint8_t *row = NULL;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        gaz_status st = doc_row(seg, mid, &row, err);
        if (st != GAZ_OK)
            return st;
        if (gaz_le32(row + 56) <= number)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (!lo)
        return symbol_segment_damaged("a definition is in no document", err);
    gaz_status st = doc_row(seg, lo - 1, &row, err);
    if (st != GAZ_OK)
        return st;
    *doc = lo - 1;
    *index = number - gaz_le32(row + 56);
    return *index < gaz_le32(row + 44)
               ? GAZ_OK
               : symbol_segment_damaged("a definition is in no document", err);
}

/* ---- records ---- */

static gaz_status read_name(void *ctx, uint32_t local, gaz_symbol_name *out, gaz_error *err)
{
    symbol_reading *r = ctx;
    if (r->known && r->known[local].data) {
        *out = r->known[local];
        return GAZ_OK;
    }
    const uint8_t *at = r->names_at;
    while (r->ranks_known <= local) {
        uint64_t step = 0;
        at = gaz_varint_decode(at, r->record.names_end, &step);
        if (!at || step > UINT32_MAX - r->rank)
            return symbol_segment_damaged("the names of a document do not decode", err);
        r->names_at = at;
        r->rank += (uint32_t)step;
        r->ranks[r->ranks_known++] = r->rank;
    }
    symbol_walk w;
    gaz_status st = symbol_walk_to(&w, r->seg, r->ranks[local], err);
    if (st == GAZ_DONE)
        return symbol_segment_damaged("a document has a name beyond the last", err);
    if (st != GAZ_OK)
        return st;
    *out = (gaz_symbol_name){gaz_arena_strndup(r->arena, w.name, w.len), w.len};
    if (r->known && out->data)
        r->known[local] = *out;
    return out->data ? GAZ_OK : no_memory(err);
}

gaz_status symbol_reading_open(symbol_reading *r, gaz_symbol_segment *seg, uint32_t doc,
                               gaz_arena *arena, bool remember, gaz_error *err)
{
    const uint8_t *row, *bytes;
    *r = (symbol_reading){.seg = seg, .arena = arena};
    gaz_status st = doc_row(seg, doc, &row, err);
    if (st == GAZ_OK) {
        read_document(row, &r->record.document);
        st = gaz_sealed_get(seg->file, SYMBOL_RECORDS, gaz_le64(row + 32), gaz_le32(row + 40),
                            &bytes, err);
    }
    const gaz_symbol_document *d = &r->record.document;
    if (st == GAZ_OK &&
        (d->definitions > GAZ_SYMBOL_FACTS_MAX || d->references > GAZ_SYMBOL_FACTS_MAX ||
         d->imports > GAZ_SYMBOL_FACTS_MAX || /* each takes some bytes at least */
         (uint64_t)d->definitions + d->references + d->imports > gaz_le32(row + 40)))
        st = symbol_segment_damaged("a document has too many facts", err);
    if (st == GAZ_OK)
        st = symbol_record_open(bytes, gaz_le32(row + 40), &r->record, err);
    if (st != GAZ_OK)
        return st;
    r->names_at = r->record.names;
    r->ranks = gaz_arena_array(arena, (size_t)r->record.name_count + 1, sizeof *r->ranks);
    if (remember)
        r->known = gaz_arena_array(arena, (size_t)r->record.name_count + 1, sizeof *r->known);
    return r->ranks && (!remember || r->known) ? GAZ_OK : no_memory(err);
}

symbol_decoding symbol_reading_decoding(symbol_reading *r)
{
    return (symbol_decoding){
        .record = &r->record, .name_of = read_name, .ctx = r, .arena = r->arena};
}

gaz_status symbol_reading_place(symbol_reading *r, uint32_t rank, uint32_t *place, gaz_error *err)
{
    const uint8_t *at = r->record.names;
    uint32_t here = 0;
    *place = GAZ_SYMBOL_NONE;
    for (uint32_t i = 0; i < r->record.name_count; i++) {
        uint64_t step = 0;
        at = gaz_varint_decode(at, r->record.names_end, &step);
        if (!at || step > UINT32_MAX - here)
            return symbol_segment_damaged("the names of a document do not decode", err);
        here += (uint32_t)step;
        if (here == rank)
            *place = i;
        if (here >= rank)
            break;
    }
    return GAZ_OK;
}

gaz_status symbol_reading_definition(symbol_reading *r, uint32_t index, gaz_symbol_definition *out,
                                     gaz_error *err)
{
    gaz_symbol_definition run[SYMBOL_DEFS_RESTART];
    symbol_decoding d = symbol_reading_decoding(r);
    uint32_t first = index - index % SYMBOL_DEFS_RESTART;
    if (index >= r->record.document.definitions)
        return symbol_segment_damaged("a definition beyond the last is asked for", err);
    d.named = index;
    gaz_status st = symbol_decode_definitions(&d, first, index - first + 1, run, err);
    if (st != GAZ_OK)
        return st;
    *out = run[index - first];
    uint32_t depth = 0;
    d.named = UINT32_MAX;
    for (uint32_t up = out->container; st == GAZ_OK && up != GAZ_SYMBOL_NONE && depth < UINT8_MAX;
         depth++) {
        if (up < first) {
            uint32_t count = up % SYMBOL_DEFS_RESTART + 1;
            first = up - up % SYMBOL_DEFS_RESTART;
            st = symbol_decode_definitions(&d, first, count, run, err);
        }
        up = st == GAZ_OK ? run[up - first].container : up;
    }
    out->depth = (uint8_t)depth;
    return st;
}

static void set_depths(gaz_symbol_definition *defs, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint8_t above = defs[i].container == GAZ_SYMBOL_NONE ? 0 : defs[defs[i].container].depth;
        defs[i].depth = defs[i].container == GAZ_SYMBOL_NONE ? 0
                        : above == UINT8_MAX                 ? UINT8_MAX
                                                             : (uint8_t)(above + 1);
    }
}

gaz_status gaz_symbol_segment_facts(gaz_symbol_segment *seg, uint32_t doc, unsigned wanted,
                                    gaz_arena *arena, gaz_symbol_facts *out, gaz_error *err)
{
    symbol_reading r;
    gaz_status st = symbol_reading_open(&r, seg, doc, arena, true, err);
    if (st != GAZ_OK)
        return st;
    const gaz_symbol_document *d = &r.record.document;
    symbol_decoding x = symbol_reading_decoding(&r);
    gaz_symbol_facts f = {.key = d->key,
                          .fingerprint = d->fingerprint,
                          .outcome = d->outcome,
                          .has_errors = d->has_errors};
    if (st == GAZ_OK && wanted & GAZ_SYMBOL_DEFINITIONS) {
        gaz_symbol_definition *defs =
            gaz_arena_array(arena, (size_t)d->definitions + 1, sizeof *defs);
        st = defs ? symbol_decode_definitions(&x, 0, d->definitions, defs, err) : no_memory(err);
        if (st == GAZ_OK)
            set_depths(defs, d->definitions);
        f.definitions = defs;
        f.definition_count = d->definitions;
    }
    if (st == GAZ_OK && wanted & GAZ_SYMBOL_REFERENCES) {
        gaz_symbol_reference *refs =
            gaz_arena_array(arena, (size_t)d->references + 1, sizeof *refs);
        st = refs ? symbol_decode_references(&x, GAZ_SYMBOL_NONE, refs, &f.reference_count, err)
                  : no_memory(err);
        f.references = refs;
    }
    if (st == GAZ_OK && wanted & GAZ_SYMBOL_IMPORTS) {
        gaz_symbol_import *imports =
            gaz_arena_array(arena, (size_t)d->imports + 1, sizeof *imports);
        st = imports ? symbol_decode_imports(&x, imports, err) : no_memory(err);
        f.imports = imports;
        f.import_count = d->imports;
    }
    if (st == GAZ_OK)
        st = gaz_sealed_intact(seg->file, err);
    if (st == GAZ_OK)
        *out = f;
    return st;
}
