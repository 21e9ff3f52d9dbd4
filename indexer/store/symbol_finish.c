/* Writing symbol segments, the second half: names are sorted and get their ranks, the spilled
 * documents are read twice, once for the lists of the documents under each name, once to be written
 * with the ranks of their names. Everything is laid out in memory in key order and written front to
 * back. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "symbol_writer.h"

typedef struct use {
    uint32_t doc, count;
} use;

typedef struct defined {
    uint32_t doc, index;
    uint8_t kind, flags;
} defined;

typedef struct finishing {
    gaz_symbol_writer *w;
    gaz_sealed_writer *file;
    gaz_mapping *spill;
    size_t names;
    uint32_t *order, *rank;        /* rank → number, number → rank */
    uint32_t *use_at, *defined_at; /* per rank: where its list ends once filled; one more */
    use *uses;
    defined *defineds;
    uint16_t *pairs; /* kinds and flags that have a code */
    unsigned pair_count;
    uint8_t *code_of; /* of a pair: code + 1, 0: none */
    gaz_strbuf out, blocks, postings;
    GAZ_VEC(uint64_t) grams; /* gram << 32 | band */
} finishing;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to finish a symbol segment");
}

static void put(gaz_strbuf *out, uint64_t v)
{
    uint8_t bytes[GAZ_VARINT_MAX];
    gaz_strbuf_add(out, bytes, gaz_varint_encode(bytes, v));
}

static gaz_status section(finishing *f, unsigned number, const void *data, size_t len,
                          gaz_error *err)
{
    gaz_status st = gaz_sealed_begin(f->file, number, err);
    return st == GAZ_OK ? gaz_sealed_append(f->file, data, len, err) : st;
}

/* ---- what was spilled ---- */

typedef struct spilled {
    uint32_t names, definitions;
    const uint8_t *name, *definition, *rest;
    uint32_t rest_len;
} spilled;

static spilled spilled_of(const finishing *f, size_t doc)
{
    const uint8_t *at = gaz_mapping_data(f->spill) + f->w->docs.items[doc].at;
    spilled s = {.names = gaz_le32(at), .definitions = gaz_le32(at + 4), .name = at + SPILL_HEAD};
    s.rest_len = gaz_le32(at + 8);
    s.definition = s.name + (size_t)s.names * SPILL_NAME;
    s.rest = s.definition + (size_t)s.definitions * SPILL_DEFINITION;
    return s;
}

static gaz_status map_spill(finishing *f, gaz_error *err)
{
    gaz_symbol_writer *w = f->w;
    gaz_status st = gaz_strbuf_check(&w->buffer, err);
    if (st == GAZ_OK)
        st = gaz_write_all(w->spill, w->buffer.data, w->buffer.len, err);
    gaz_strbuf_release(&w->buffer);
    return st == GAZ_OK ? gaz_mapping_open(w->spill_path, &f->spill, err) : st;
}

/* ---- ranks and lists ---- */

static gaz_status rank_names(finishing *f, gaz_error *err)
{
    f->names = f->w->names.ends.len;
    f->order = malloc((f->names + 1) * sizeof *f->order);
    f->rank = malloc((f->names + 1) * sizeof *f->rank);
    f->use_at = calloc(f->names + 2, sizeof *f->use_at);
    f->defined_at = calloc(f->names + 2, sizeof *f->defined_at);
    f->uses = malloc(((size_t)f->w->uses + 1) * sizeof *f->uses);
    f->defineds = malloc(((size_t)f->w->definitions + 1) * sizeof *f->defineds);
    f->pairs = malloc(SYMBOL_PAIRS_MAX * sizeof *f->pairs);
    f->code_of = calloc(65536, 1);
    if (!f->order || !f->rank || !f->use_at || !f->defined_at || !f->uses || !f->defineds ||
        !f->pairs || !f->code_of || f->w->uses >= UINT32_MAX)
        return no_memory(err);
    gaz_status st = symbol_intern_sort(&f->w->names, f->order, err);
    for (uint32_t r = 0; st == GAZ_OK && r < f->names; r++)
        f->rank[f->order[r]] = r;
    return st;
}

static void count_lists(finishing *f)
{
    for (size_t d = 0; d < f->w->docs.len; d++) {
        spilled s = spilled_of(f, d);
        for (uint32_t i = 0; i < s.names; i++)
            f->use_at[f->rank[gaz_le32(s.name + (size_t)i * SPILL_NAME)] + 2] +=
                gaz_le32(s.name + (size_t)i * SPILL_NAME + 4) != 0;
        for (uint32_t i = 0; i < s.definitions; i++) {
            uint32_t local = gaz_le32(s.definition + (size_t)i * SPILL_DEFINITION);
            f->defined_at[f->rank[gaz_le32(s.name + (size_t)local * SPILL_NAME)] + 2]++;
        }
    }
    for (size_t r = 2; r < f->names + 2; r++) {
        f->use_at[r] += f->use_at[r - 1];
        f->defined_at[r] += f->defined_at[r - 1];
    }
}

static void learn_pair(finishing *f, uint8_t kind, uint8_t flags)
{
    unsigned pair = (unsigned)kind << 8 | flags;
    if (f->code_of[pair] || f->pair_count >= SYMBOL_PAIRS_MAX - 1)
        return;
    f->pairs[f->pair_count++] = (uint16_t)pair;
    f->code_of[pair] = (uint8_t)f->pair_count;
}

/* Documents come in order, so each list is in order. Afterwards list r is [at[r], at[r + 1]). */
static void fill_lists(finishing *f)
{
    for (uint32_t d = 0; d < f->w->docs.len; d++) {
        spilled s = spilled_of(f, d);
        for (uint32_t i = 0; i < s.names; i++) {
            uint32_t rank = f->rank[gaz_le32(s.name + (size_t)i * SPILL_NAME)];
            uint32_t count = gaz_le32(s.name + (size_t)i * SPILL_NAME + 4);
            if (count)
                f->uses[f->use_at[rank + 1]++] = (use){d, count};
        }
        for (uint32_t i = 0; i < s.definitions; i++) {
            const uint8_t *at = s.definition + (size_t)i * SPILL_DEFINITION;
            uint32_t rank = f->rank[gaz_le32(s.name + (size_t)gaz_le32(at) * SPILL_NAME)];
            f->defineds[f->defined_at[rank + 1]++] = (defined){d, i, at[4], at[5]};
            learn_pair(f, at[4], at[5]);
        }
    }
}

/* ---- names, their lists and grams ---- */

static void put_definitions(finishing *f, uint32_t rank)
{
    uint32_t doc = 0, index = 0, from = f->defined_at[rank], to = f->defined_at[rank + 1];
    put(&f->postings, to - from);
    for (uint32_t i = from; i < to; i++) {
        const defined *d = &f->defineds[i];
        unsigned code = f->code_of[(unsigned)d->kind << 8 | d->flags];
        put(&f->postings, d->doc - doc);
        put(&f->postings, i > from && d->doc == doc ? d->index - index : d->index);
        gaz_strbuf_putc(&f->postings, (char)(code ? code - 1 : SYMBOL_PAIRS_MAX));
        if (!code) {
            gaz_strbuf_putc(&f->postings, (char)d->kind);
            gaz_strbuf_putc(&f->postings, (char)d->flags);
        }
        doc = d->doc;
        index = d->index;
    }
}

static void put_uses(finishing *f, uint32_t rank)
{
    uint32_t doc = 0, from = f->use_at[rank], to = f->use_at[rank + 1];
    put(&f->postings, to - from);
    for (uint32_t i = from; i < to; i++) {
        put(&f->postings, f->uses[i].doc - doc);
        put(&f->postings, f->uses[i].count);
        doc = f->uses[i].doc;
    }
}

static uint8_t fold(char c)
{
    return (uint8_t)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static gaz_status add_grams(finishing *f, const char *name, uint32_t len, uint32_t band,
                            gaz_error *err)
{
    if (len >= 3 && !gaz_vec_reserve(&f->grams, len))
        return no_memory(err);
    for (uint32_t i = 0; i + 3 <= len; i++) {
        uint64_t gram =
            (uint64_t)fold(name[i]) << 16 | (uint64_t)fold(name[i + 1]) << 8 | fold(name[i + 2]);
        f->grams.items[f->grams.len++] = gram << 32 | band;
    }
    return GAZ_OK;
}

static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* One band's grams are sorted and each kept once, so that memory is for the distinct ones. */
static void close_band(finishing *f, size_t from)
{
    size_t kept = from;
    if (f->grams.len > from)
        qsort(f->grams.items + from, f->grams.len - from, sizeof(uint64_t), by_value);
    for (size_t i = from; i < f->grams.len; i++)
        if (i == from || f->grams.items[i] != f->grams.items[i - 1])
            f->grams.items[kept++] = f->grams.items[i];
    f->grams.len = kept;
}

/* What is defined is found by its trigrams and its words. */
static gaz_status index_name(finishing *f, uint32_t rank, const char *name, uint32_t len,
                             gaz_error *err)
{
    if (f->defined_at[rank] == f->defined_at[rank + 1])
        return GAZ_OK;
    gaz_strbuf_reset(&f->w->words_of);
    symbol_split_words(name, len, &f->w->words_of);
    gaz_status st = symbol_word_writer_name(f->w->words, rank, &f->w->words_of, err);
    return st == GAZ_OK
               ? add_grams(f, name, len, rank / (SYMBOL_BLOCK_NAMES * SYMBOL_BAND_BLOCKS), err)
               : st;
}

static uint32_t shared_bytes(const char *a, uint32_t a_len, const char *b, uint32_t b_len)
{
    uint32_t n = 0;
    while (n < a_len && n < b_len && a[n] == b[n])
        n++;
    return n;
}

static void begin_block(finishing *f)
{
    uint8_t head[SYMBOL_NAME_BLOCK_BYTES] = {0};
    gaz_put_le32(head, (uint32_t)f->out.len);
    gaz_put_le64(head + 8, f->postings.len);
    gaz_strbuf_add(&f->blocks, head, sizeof head);
}

static gaz_status write_names(finishing *f, gaz_error *err)
{
    const char *before = "";
    uint32_t before_len = 0;
    size_t band_from = 0;
    gaz_status st = GAZ_OK;
    for (uint32_t r = 0; st == GAZ_OK && r < f->names; r++) {
        uint32_t len;
        const char *name = symbol_intern_get(&f->w->names, f->order[r], &len);
        if (r % SYMBOL_BLOCK_NAMES == 0)
            begin_block(f);
        if (r && r % (SYMBOL_BLOCK_NAMES * SYMBOL_BAND_BLOCKS) == 0) {
            close_band(f, band_from);
            band_from = f->grams.len;
        }
        uint32_t shared = r % SYMBOL_BLOCK_NAMES ? shared_bytes(before, before_len, name, len) : 0;
        size_t list = f->postings.len;
        put_definitions(f, r);
        put_uses(f, r);
        put(&f->out, shared);
        put(&f->out, len - shared);
        gaz_strbuf_add(&f->out, name + shared, len - shared);
        put(&f->out, f->postings.len - list);
        st = index_name(f, r, name, len, err);
        before = name;
        before_len = len;
    }
    close_band(f, band_from);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->out, err);
    if (st == GAZ_OK)
        st = section(f, SYMBOL_NAMES, f->out.data, f->out.len, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->blocks, err);
    if (st == GAZ_OK)
        st = section(f, SYMBOL_NAME_BLOCKS, f->blocks.data, f->blocks.len, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->postings, err);
    return st == GAZ_OK ? section(f, SYMBOL_POSTINGS, f->postings.data, f->postings.len, err) : st;
}

/* Bands ascend already: two stable passes over the gram's halves. */
static gaz_status sort_grams(finishing *f, gaz_error *err)
{
    size_t n = f->grams.len;
    uint64_t *other = malloc((n + 1) * sizeof *other);
    if (!other)
        return no_memory(err);
    for (unsigned pass = 0; pass < 2; pass++) {
        size_t at[4097] = {0};
        unsigned shift = 32 + pass * 12;
        for (size_t i = 0; i < n; i++)
            at[(f->grams.items[i] >> shift & 0xFFF) + 1]++;
        for (size_t b = 0; b < 4096; b++)
            at[b + 1] += at[b];
        for (size_t i = 0; i < n; i++)
            other[at[f->grams.items[i] >> shift & 0xFFF]++] = f->grams.items[i];
        if (n)
            memcpy(f->grams.items, other, n * sizeof *other);
    }
    free(other);
    return GAZ_OK;
}

static gaz_status write_grams(finishing *f, gaz_error *err)
{
    gaz_status st = sort_grams(f, err);
    gaz_strbuf_reset(&f->out);
    gaz_strbuf_reset(&f->postings);
    for (size_t i = 0; st == GAZ_OK && i < f->grams.len;) {
        uint32_t gram = (uint32_t)(f->grams.items[i] >> 32), band = 0, count = 0;
        uint8_t entry[SYMBOL_GRAM_BYTES];
        gaz_put_le32(entry, gram);
        gaz_put_le32(entry + 8, (uint32_t)f->postings.len);
        for (; i < f->grams.len && f->grams.items[i] >> 32 == gram; i++, count++) {
            put(&f->postings, (uint32_t)f->grams.items[i] - band);
            band = (uint32_t)f->grams.items[i];
        }
        gaz_put_le32(entry + 4, count);
        gaz_strbuf_add(&f->out, entry, sizeof entry);
    }
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->out, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->postings, err);
    if (st == GAZ_OK)
        st = section(f, SYMBOL_GRAMS, f->out.data, f->out.len, err);
    return st == GAZ_OK ? section(f, SYMBOL_GRAM_POSTINGS, f->postings.data, f->postings.len, err)
                        : st;
}

/* ---- documents ---- */

static void put_record(finishing *f, size_t doc, gaz_strbuf *names)
{
    spilled s = spilled_of(f, doc);
    uint32_t before = 0;
    gaz_strbuf_reset(names);
    put(names, s.names);
    for (uint32_t i = 0; i < s.names; i++) {
        uint32_t rank = f->rank[gaz_le32(s.name + (size_t)i * SPILL_NAME)];
        put(names, rank - before);
        before = rank;
    }
    gaz_strbuf_reset(&f->out);
    put(&f->out, names->len);
    gaz_strbuf_add(&f->out, names->data, names->len);
    gaz_strbuf_add(&f->out, s.rest, s.rest_len);
}

static void put_document(const spilled_doc *d, uint64_t at, uint64_t len, gaz_strbuf *docs)
{
    uint8_t row[SYMBOL_DOC_BYTES] = {0};
    memcpy(row, d->document.key.oid.id, GAZ_OID_SIZE);
    gaz_put_le32(row + 20, d->document.key.language);
    gaz_put_le64(row + 24, d->document.fingerprint);
    gaz_put_le64(row + 32, at);
    gaz_put_le32(row + 40, (uint32_t)len);
    gaz_put_le32(row + 44, d->document.definitions);
    gaz_put_le32(row + 48, d->document.references);
    gaz_put_le32(row + 52, d->document.imports);
    gaz_put_le32(row + 56, d->first_definition);
    row[60] = d->document.outcome;
    row[61] = d->document.has_errors ? SYMBOL_FLAG_ERRORS : 0;
    gaz_strbuf_add(docs, row, sizeof row);
}

static int by_key(const void *a, const void *b, void *docs)
{
    const gaz_symbol_key *x = &((const spilled_doc *)docs)[*(const uint32_t *)a].document.key;
    const gaz_symbol_key *y = &((const spilled_doc *)docs)[*(const uint32_t *)b].document.key;
    int c = gaz_oid_compare(&x->oid, &y->oid);
    return c ? c : (x->language > y->language) - (x->language < y->language);
}

static gaz_status write_order(finishing *f, gaz_error *err)
{
    size_t count = f->w->docs.len;
    uint32_t *order = malloc((count + 1) * sizeof *order);
    if (!order)
        return no_memory(err);
    for (uint32_t i = 0; i < count; i++)
        order[i] = i;
    qsort_r(order, count, sizeof *order, by_key, f->w->docs.items);
    gaz_strbuf_reset(&f->out);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < count; i++) {
        uint8_t bytes[4];
        if (i && by_key(&order[i - 1], &order[i], f->w->docs.items) == 0)
            st = gaz_error_set(err, GAZ_E_INVALID, "a document is twice in a symbol segment");
        gaz_put_le32(bytes, order[i]);
        gaz_strbuf_add(&f->out, bytes, sizeof bytes);
    }
    free(order);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->out, err);
    return st == GAZ_OK ? section(f, SYMBOL_ORDER, f->out.data, f->out.len, err) : st;
}

static gaz_status write_documents(finishing *f, gaz_error *err)
{
    gaz_strbuf names = GAZ_STRBUF_INIT, docs = GAZ_STRBUF_INIT;
    docs.max = SIZE_MAX / 2;
    gaz_status st = gaz_sealed_begin(f->file, SYMBOL_RECORDS, err);
    for (size_t d = 0; st == GAZ_OK && d < f->w->docs.len; d++) {
        uint64_t at = gaz_sealed_position(f->file);
        put_record(f, d, &names);
        st = gaz_strbuf_check(&names, err);
        if (st == GAZ_OK)
            st = gaz_strbuf_check(&f->out, err);
        if (st == GAZ_OK)
            st = gaz_sealed_append(f->file, f->out.data, f->out.len, err);
        put_document(&f->w->docs.items[d], at, f->out.len, &docs);
    }
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&docs, err);
    if (st == GAZ_OK)
        st = section(f, SYMBOL_DOCS, docs.data, docs.len, err);
    gaz_strbuf_release(&names);
    gaz_strbuf_release(&docs);
    return st;
}

/* ---- the rest ---- */

static gaz_status write_meta(finishing *f, gaz_error *err)
{
    uint8_t meta[SYMBOL_META_BYTES + SYMBOL_PAIRS_MAX * 2] = {0};
    gaz_put_le32(meta, (uint32_t)f->w->docs.len);
    gaz_put_le32(meta + 4, (uint32_t)f->names);
    gaz_put_le32(meta + 8, (uint32_t)f->w->definitions);
    gaz_put_le32(meta + 12, f->pair_count);
    gaz_put_le64(meta + 16, f->w->references);
    gaz_put_le64(meta + 24, f->w->imports);
    gaz_put_le64(meta + 32, f->w->text_bytes);
    for (unsigned i = 0; i < f->pair_count; i++) {
        meta[SYMBOL_META_BYTES + i * 2] = (uint8_t)(f->pairs[i] >> 8);
        meta[SYMBOL_META_BYTES + i * 2 + 1] = (uint8_t)f->pairs[i];
    }
    return section(f, SYMBOL_META, meta, SYMBOL_META_BYTES + f->pair_count * 2, err);
}

static gaz_status write_words(finishing *f, gaz_error *err)
{
    char path[4096];
    gaz_mapping *map = NULL;
    gaz_status st = symbol_word_writer_finish(f->w->words, err);
    if (st == GAZ_OK && snprintf(path, sizeof path, "%s.words", f->w->path) >= (int)sizeof path)
        st = gaz_error_set(err, GAZ_E_LIMIT, "the path of a symbol segment is too long");
    if (st == GAZ_OK)
        st = gaz_mapping_open(path, &map, err);
    if (st == GAZ_OK)
        st = section(f, SYMBOL_DATABASE, gaz_mapping_data(map), gaz_mapping_len(map), err);
    gaz_mapping_close(map);
    return st;
}

static gaz_status write_all(finishing *f, gaz_error *err)
{
    gaz_status st = map_spill(f, err);
    if (st == GAZ_OK)
        st = rank_names(f, err);
    if (st != GAZ_OK)
        return st;
    count_lists(f);
    fill_lists(f);
    st = gaz_sealed_writer_open(f->w->path, GAZ_SYMBOL_SEGMENT_KIND, GAZ_SYMBOL_SEGMENT_VERSION,
                                &f->file, err);
    if (st == GAZ_OK)
        st = write_documents(f, err);
    if (st == GAZ_OK)
        st = write_order(f, err);
    gaz_strbuf_reset(&f->out);
    if (st == GAZ_OK)
        st = write_names(f, err);
    if (st == GAZ_OK)
        st = write_grams(f, err);
    if (st == GAZ_OK)
        st = write_words(f, err);
    return st == GAZ_OK ? write_meta(f, err) : st;
}

gaz_status gaz_symbol_writer_finish(gaz_symbol_writer *w, gaz_symbol_row *row, gaz_error *err)
{
    if (!w->docs.len)
        return gaz_error_set(err, GAZ_E_INVALID, "a symbol segment without documents");
    finishing f = {.w = w};
    gaz_strbuf_init(&f.out, UINT32_MAX);
    gaz_strbuf_init(&f.blocks, UINT32_MAX);
    gaz_strbuf_init(&f.postings, UINT32_MAX);
    gaz_symbol_row made = {
        .docs = (uint32_t)w->docs.len, .definitions = w->definitions, .references = w->references};
    gaz_status st = write_all(&f, err);
    if (st == GAZ_OK)
        st = gaz_sealed_finish(f.file, made.name, &made.file_bytes, err);
    if (st == GAZ_OK)
        *row = made;
    gaz_sealed_writer_close(f.file);
    gaz_mapping_close(f.spill);
    gaz_strbuf_release(&f.out);
    gaz_strbuf_release(&f.blocks);
    gaz_strbuf_release(&f.postings);
    gaz_vec_free(&f.grams);
    free(f.order);
    free(f.rank);
    free(f.use_at);
    free(f.defined_at);
    free(f.uses);
    free(f.defineds);
    free(f.pairs);
    free(f.code_of);
    return st;
}
