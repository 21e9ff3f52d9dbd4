/* Builds a segment. Text streams into the file block by block as it comes; grams and tables stay in
 * memory until the end. A block takes whole chunks until it holds BLOCK_TARGET bytes: small, since
 * a cold search decompresses one for each candidate (docs/decisions/0011-small-blocks.md). */
#include "gaz/text/segment.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "gaz/base/varint.h"
#include "gaz/base/vec.h"
#include "gram_index.h"
#include "layout.h"
#include "postings.h"

#define BLOCK_TARGET 16384
#define PACKED_AT_ONCE                                                                             \
    ((size_t)16 << 20) /* a longer block (it is one chunk: one line) is packed                     \
                          piece by piece from where it lies */
#define FULL_MEMORY ((size_t)320 << 20)
#define FULL_POSTINGS ((size_t)1 << 30)

typedef struct block_entry {
    uint64_t offset;
    uint32_t compressed, raw;
} block_entry;

struct gaz_segment_writer {
    gaz_sealed_writer *file;
    ZSTD_CCtx *zstd;
    gram_index grams;
    GAZ_VEC(gaz_doc) docs;
    GAZ_VEC(gaz_chunk) chunks;
    GAZ_VEC(block_entry) blocks;
    gaz_strbuf block;   /* raw bytes of the block being filled */
    gaz_strbuf packed;  /* scratch for compressed bytes */
    gaz_strbuf decoded; /* scratch for converted text */
    uint64_t text_bytes;
};

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to write a text segment");
}

gaz_status gaz_segment_writer_open(const char *path, int level, gaz_segment_writer **out,
                                   gaz_error *err)
{
    gaz_segment_writer *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(err);
    w->block = w->packed = w->decoded = GAZ_STRBUF_INIT;
    w->block.max = w->packed.max = w->decoded.max = (size_t)1 << 33;
    w->zstd = ZSTD_createCCtx();
    gaz_status st = w->zstd ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK &&
        ZSTD_isError(ZSTD_CCtx_setParameter(w->zstd, ZSTD_c_compressionLevel, level)))
        st = gaz_error_set(err, GAZ_E_INVALID, "zstd refuses level %d", level);
    if (st == GAZ_OK)
        st = gram_index_init(&w->grams, err);
    if (st == GAZ_OK)
        st = gaz_sealed_writer_open(path, GAZ_SEGMENT_KIND, GAZ_SEGMENT_VERSION, &w->file, err);
    if (st == GAZ_OK)
        st = gaz_sealed_begin(w->file, SECTION_BLOCKS, err);
    if (st != GAZ_OK) {
        gaz_segment_writer_close(w);
        return st;
    }
    *out = w;
    return GAZ_OK;
}

void gaz_segment_writer_close(gaz_segment_writer *w)
{
    if (!w)
        return;
    gaz_sealed_writer_close(w->file);
    ZSTD_freeCCtx(w->zstd);
    gram_index_release(&w->grams);
    gaz_vec_free(&w->docs);
    gaz_vec_free(&w->chunks);
    gaz_vec_free(&w->blocks);
    gaz_strbuf_release(&w->block);
    gaz_strbuf_release(&w->packed);
    gaz_strbuf_release(&w->decoded);
    free(w);
}

static gaz_status flush_block(gaz_segment_writer *w, gaz_error *err)
{
    if (!w->block.len)
        return GAZ_OK;
    gaz_strbuf_reset(&w->packed);
    size_t bound = ZSTD_compressBound(w->block.len);
    char *to = gaz_strbuf_reserve(&w->packed, bound);
    if (!to)
        return gaz_strbuf_check(&w->packed, err);
    size_t n = ZSTD_compress2(w->zstd, to, bound, w->block.data, w->block.len);
    if (ZSTD_isError(n))
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot compress a block: %s", ZSTD_getErrorName(n));
    block_entry entry = {gaz_sealed_position(w->file), (uint32_t)n, (uint32_t)w->block.len};
    if (!gaz_vec_push(&w->blocks, entry))
        return no_memory(err);
    gaz_strbuf_reset(&w->block);
    if (w->block.cap > (size_t)16 << 20)
        gaz_strbuf_release(&w->block);
    gaz_status st = gaz_sealed_append(w->file, to, n, err);
    if (w->packed.cap > (size_t)16 << 20)
        gaz_strbuf_release(&w->packed);
    return st;
}

static gaz_status pack_long(gaz_segment_writer *w, const char *text, size_t len, gaz_error *err)
{
    block_entry entry = {gaz_sealed_position(w->file), 0, (uint32_t)len};
    size_t room = ZSTD_CStreamOutSize(), left = ZSTD_CCtx_setPledgedSrcSize(w->zstd, len);
    gaz_strbuf_reset(&w->packed);
    char *to = gaz_strbuf_reserve(&w->packed, room);
    if (!to)
        return gaz_strbuf_check(&w->packed, err);
    ZSTD_inBuffer in = {text, len, 0};
    gaz_status st = GAZ_OK;
    for (bool more = !ZSTD_isError(left); st == GAZ_OK && more;) {
        ZSTD_outBuffer piece = {to, room, 0};
        left = ZSTD_compressStream2(w->zstd, &piece, &in, ZSTD_e_end);
        more = left && !ZSTD_isError(left);
        if (!ZSTD_isError(left))
            st = gaz_sealed_append(w->file, to, piece.pos, err);
    }
    if (st == GAZ_OK && ZSTD_isError(left))
        st =
            gaz_error_set(err, GAZ_E_NOMEM, "cannot compress a block: %s", ZSTD_getErrorName(left));
    if (st != GAZ_OK)
        return st;
    entry.compressed = (uint32_t)(gaz_sealed_position(w->file) - entry.offset);
    return gaz_vec_push(&w->blocks, entry) ? GAZ_OK : no_memory(err);
}

static uint32_t count_lines(const char *text, size_t len)
{
    uint32_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

/* The chunk that starts at `text`: up to the first line end at or beyond GAZ_CHUNK_BYTES. */
static size_t chunk_len(const char *text, size_t len)
{
    if (len <= GAZ_CHUNK_BYTES)
        return len;
    const char *nl = memchr(text + GAZ_CHUNK_BYTES - 1, '\n', len - GAZ_CHUNK_BYTES + 1);
    return nl ? (size_t)(nl - text) + 1 : len;
}

static gaz_status add_chunk(gaz_segment_writer *w, gaz_doc *doc, const char *text, size_t len,
                            gaz_error *err)
{
    if (w->chunks.len >= GAZ_SEGMENT_CHUNKS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a text segment is full");
    uint32_t number = (uint32_t)w->chunks.len;
    if (w->block.len && w->block.len + len > BLOCK_TARGET + GAZ_CHUNK_BYTES) {
        gaz_status st = flush_block(w, err);
        if (st != GAZ_OK)
            return st;
    }
    gaz_chunk c = {(uint32_t)w->docs.len, (uint32_t)w->blocks.len, (uint32_t)w->block.len,
                   (uint32_t)len, doc->lines};
    if (!gaz_vec_push(&w->chunks, c))
        return no_memory(err);
    bool direct = len > PACKED_AT_ONCE; /* the block is empty then: it was flushed */
    if (!direct)
        gaz_strbuf_add(&w->block, text, len);
    gaz_status st = direct ? pack_long(w, text, len, err) : gaz_strbuf_check(&w->block, err);
    if (st == GAZ_OK)
        st = gram_index_add(&w->grams, number, text, len, doc->flags & GAZ_DOC_ASCII, err);
    if (st != GAZ_OK)
        return st;
    doc->lines += count_lines(text, len);
    doc->chunk_count++;
    w->text_bytes += len;
    return w->block.len >= BLOCK_TARGET ? flush_block(w, err) : GAZ_OK;
}

static gaz_status begin_doc(const gaz_segment_writer *w, gaz_doc *doc, gaz_error *err)
{
    if (w->docs.len >= GAZ_SEGMENT_DOCS_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a text segment is full");
    doc->first_chunk = (uint32_t)w->chunks.len;
    doc->chunk_count = doc->lines = 0;
    return GAZ_OK;
}

/* @param ended  whether its text ends with "\n", or is empty */
static gaz_status end_doc(gaz_segment_writer *w, gaz_doc *doc, bool ended, gaz_error *err)
{
    doc->lines += !ended;
    return gaz_vec_push(&w->docs, *doc) ? GAZ_OK : no_memory(err);
}

static gaz_status add_text(gaz_segment_writer *w, gaz_doc *doc, const char *text, size_t len,
                           gaz_error *err)
{
    gaz_status st = begin_doc(w, doc, err);
    if (len > GAZ_TEXT_BYTES_MAX) {
        doc->skip = GAZ_SKIP_TOO_LARGE;
        len = 0;
    }
    doc->text_len = (uint32_t)len;
    for (size_t at = 0; st == GAZ_OK && at < len;) {
        size_t n = chunk_len(text + at, len - at);
        st = add_chunk(w, doc, text + at, n, err);
        at += n;
    }
    return st == GAZ_OK ? end_doc(w, doc, !len || text[len - 1] == '\n', err) : st;
}

gaz_status gaz_segment_writer_add(gaz_segment_writer *w, const gaz_oid *oid, const char *blob,
                                  size_t len, gaz_skip *skip, gaz_error *err)
{
    gaz_text text;
    gaz_status st = gaz_text_decode(blob, len, &w->decoded, &text, err);
    if (st != GAZ_OK)
        return st;
    gaz_doc doc = {.oid = *oid, .skip = text.skip, .encoding = text.encoding, .flags = text.flags};
    doc.blob_size = len > UINT32_MAX ? UINT32_MAX : (uint32_t)len;
    if (text.skip == GAZ_SKIP_NONE)
        doc.hint = gaz_language_hint(text.text, text.len);
    st = add_text(w, &doc, text.text, text.len, err);
    if (skip && st == GAZ_OK)
        *skip = w->docs.items[w->docs.len - 1].skip;
    if (w->decoded.cap > (size_t)16 << 20)
        gaz_strbuf_release(&w->decoded);
    return st;
}

gaz_status gaz_segment_writer_skip(gaz_segment_writer *w, const gaz_oid *oid, gaz_skip skip,
                                   uint64_t blob_size, gaz_error *err)
{
    gaz_doc doc = {.oid = *oid, .skip = skip, .encoding = GAZ_ENC_BINARY};
    doc.blob_size = blob_size > UINT32_MAX ? UINT32_MAX : (uint32_t)blob_size;
    return add_text(w, &doc, "", 0, err);
}

/* Chunk by chunk: where a text is cut depends on nothing but the text. */
gaz_status gaz_segment_writer_copy(gaz_segment_writer *w, gaz_segment *from, gaz_block_cache *cache,
                                   uint32_t number, gaz_error *err)
{
    gaz_doc old, doc;
    bool ended = true;
    gaz_status st = gaz_segment_doc(from, number, &old, err);
    doc = old;
    if (st == GAZ_OK)
        st = begin_doc(w, &doc, err);
    for (uint32_t i = 0; st == GAZ_OK && i < old.chunk_count; i++) {
        gaz_chunk c;
        gaz_block *block = NULL;
        st = gaz_segment_chunk(from, old.first_chunk + i, &c, err);
        if (st == GAZ_OK)
            st = gaz_segment_block(from, cache, c.block, &block, NULL, err);
        if (st == GAZ_OK) {
            const char *text = gaz_block_data(block) + c.offset;
            ended = !c.len || text[c.len - 1] == '\n';
            st = add_chunk(w, &doc, text, c.len, err);
        }
        gaz_block_release(block);
    }
    return st == GAZ_OK ? end_doc(w, &doc, ended, err) : st;
}

size_t gaz_segment_writer_memory(const gaz_segment_writer *w)
{
    return gram_index_memory(&w->grams) + w->docs.cap * sizeof(gaz_doc) +
           w->chunks.cap * sizeof(gaz_chunk) + w->blocks.cap * sizeof(block_entry) + w->block.cap +
           w->packed.cap + w->decoded.cap;
}

uint64_t gaz_segment_writer_text(const gaz_segment_writer *w)
{
    return w->text_bytes;
}

uint32_t gaz_segment_writer_docs(const gaz_segment_writer *w)
{
    return (uint32_t)w->docs.len;
}

bool gaz_segment_writer_full(const gaz_segment_writer *w)
{
    return gaz_segment_writer_memory(w) > FULL_MEMORY ||
           w->grams.slabs.len * ((size_t)1 << 20) > FULL_POSTINGS ||
           w->docs.len >= GAZ_SEGMENT_DOCS_MAX / 2 || w->chunks.len >= GAZ_SEGMENT_CHUNKS_MAX / 2;
}

/* ---- finishing ---- */

static gaz_status append_buffer(gaz_segment_writer *w, unsigned section, gaz_strbuf *bytes,
                                gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(bytes, err);
    if (st == GAZ_OK)
        st = gaz_sealed_begin(w->file, section, err);
    if (st == GAZ_OK)
        st = gaz_sealed_append(w->file, bytes->data, bytes->len, err);
    gaz_strbuf_reset(bytes);
    return st;
}

static void add_le32(gaz_strbuf *out, uint32_t v)
{
    uint8_t b[4];
    gaz_put_le32(b, v);
    gaz_strbuf_add(out, b, 4);
}

static gaz_status write_postings(gaz_segment_writer *w, gaz_strbuf *table, gaz_error *err)
{
    gaz_strbuf deltas = GAZ_STRBUF_INIT, bytes = GAZ_STRBUF_INIT;
    gram_index_sort(&w->grams);
    gaz_status st = gaz_sealed_begin(w->file, SECTION_POSTINGS, err);
    for (size_t i = 0; st == GAZ_OK && i < w->grams.lists.len; i++) {
        const gram_list *list = &w->grams.lists.items[i];
        if (gaz_sealed_position(w->file) > UINT32_MAX) {
            st = gaz_error_set(err, GAZ_E_LIMIT, "the postings of a segment are over 4 GiB");
            break;
        }
        add_le32(table, list->gram);
        add_le32(table, list->count);
        add_le32(table, (uint32_t)gaz_sealed_position(w->file));
        gaz_strbuf_reset(&deltas);
        gaz_strbuf_reset(&bytes);
        gram_list_bytes(&w->grams, list, &deltas);
        st = gaz_strbuf_check(&deltas, err);
        if (st == GAZ_OK)
            st = postings_encode((const uint8_t *)deltas.data, deltas.len, list->count,
                                 (uint32_t)w->chunks.len, &bytes, err);
        if (st == GAZ_OK)
            st = gaz_sealed_append(w->file, bytes.data, bytes.len, err);
    }
    gaz_strbuf_release(&deltas);
    gaz_strbuf_release(&bytes);
    return st;
}

static void put_docs(const gaz_segment_writer *w, gaz_strbuf *out)
{
    for (size_t i = 0; i < w->docs.len; i++) {
        const gaz_doc *d = &w->docs.items[i];
        uint8_t b[DOC_BYTES];
        memcpy(b, d->oid.id, GAZ_OID_SIZE);
        b[20] = (uint8_t)d->skip;
        b[21] = (uint8_t)d->encoding;
        gaz_put_le16(b + 22, (uint16_t)d->flags);
        gaz_put_le32(b + 24, d->first_chunk);
        gaz_put_le32(b + 28, d->chunk_count);
        gaz_put_le32(b + 32, d->lines);
        gaz_put_le32(b + 36, d->text_len);
        gaz_put_le32(b + 40, d->blob_size);
        gaz_lang_hint_encode(&d->hint, b + 44);
        gaz_strbuf_add(out, b, sizeof b);
    }
}

static int by_oid(const void *a, const void *b, void *docs)
{
    const gaz_doc *d = docs;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    int c = gaz_oid_compare(&d[x].oid, &d[y].oid);
    return c ? c : (x > y) - (x < y);
}

static gaz_status put_order(const gaz_segment_writer *w, gaz_strbuf *out, gaz_error *err)
{
    uint32_t *order = malloc(w->docs.len * sizeof *order);
    if (!order)
        return no_memory(err);
    for (size_t i = 0; i < w->docs.len; i++)
        order[i] = (uint32_t)i;
    qsort_r(order, w->docs.len, sizeof *order, by_oid, w->docs.items);
    for (size_t i = 0; i < w->docs.len; i++)
        add_le32(out, order[i]);
    free(order);
    return GAZ_OK;
}

static void put_chunks(const gaz_segment_writer *w, gaz_strbuf *out)
{
    for (size_t i = 0; i < w->chunks.len; i++) {
        const gaz_chunk *c = &w->chunks.items[i];
        uint8_t b[CHUNK_BYTES];
        gaz_put_le32(b, c->doc);
        gaz_put_le32(b + 4, c->block);
        gaz_put_le32(b + 8, c->offset);
        gaz_put_le32(b + 12, c->len);
        gaz_put_le32(b + 16, c->first_line);
        gaz_strbuf_add(out, b, sizeof b);
    }
}

static void put_blocks(const gaz_segment_writer *w, gaz_strbuf *out)
{
    for (size_t i = 0; i < w->blocks.len; i++) {
        const block_entry *e = &w->blocks.items[i];
        uint8_t b[BLOCK_ENTRY_BYTES];
        gaz_put_le64(b, e->offset);
        gaz_put_le32(b + 8, e->compressed);
        gaz_put_le32(b + 12, e->raw);
        gaz_strbuf_add(out, b, sizeof b);
    }
}

static void put_meta(const gaz_segment_writer *w, gaz_strbuf *out)
{
    uint8_t b[META_BYTES] = {0};
    gaz_put_le32(b, (uint32_t)w->docs.len);
    gaz_put_le32(b + 4, (uint32_t)w->chunks.len);
    gaz_put_le32(b + 8, (uint32_t)w->blocks.len);
    gaz_put_le32(b + 12, (uint32_t)w->grams.lists.len);
    gaz_put_le64(b + 16, w->text_bytes);
    gaz_put_le32(b + 24, GAZ_LANG_HINT_VERSION);
    gaz_strbuf_add(out, b, sizeof b);
}

gaz_status gaz_segment_writer_finish(gaz_segment_writer *w, char name[GAZ_SEALED_NAME],
                                     uint64_t *file_bytes, gaz_error *err)
{
    if (!w->docs.len)
        return gaz_error_set(err, GAZ_E_INVALID, "a segment without documents is not written");
    gaz_strbuf bytes = GAZ_STRBUF_INIT;
    gaz_status st = flush_block(w, err);
    if (st == GAZ_OK)
        st = write_postings(w, &bytes, err);
    if (st == GAZ_OK)
        st = append_buffer(w, SECTION_GRAMS, &bytes, err);
    put_docs(w, &bytes);
    if (st == GAZ_OK)
        st = append_buffer(w, SECTION_DOCS, &bytes, err);
    if (st == GAZ_OK)
        st = put_order(w, &bytes, err);
    if (st == GAZ_OK)
        st = append_buffer(w, SECTION_ORDER, &bytes, err);
    put_chunks(w, &bytes);
    if (st == GAZ_OK)
        st = append_buffer(w, SECTION_CHUNKS, &bytes, err);
    put_blocks(w, &bytes);
    if (st == GAZ_OK)
        st = append_buffer(w, SECTION_BLOCK_TABLE, &bytes, err);
    put_meta(w, &bytes);
    if (st == GAZ_OK)
        st = append_buffer(w, SECTION_META, &bytes, err);
    gaz_strbuf_release(&bytes);
    return st == GAZ_OK ? gaz_sealed_finish(w->file, name, file_bytes, err) : st;
}
