/* Reading segments. Tables are checked once when the segment is opened; blocks and postings when
 * they are used. Records are bounds-checked at every use all the same: the file may be cut short
 * underneath us. */
#include "segment_private.h"

#include <stdlib.h>
#include <string.h>
#include <zstd.h>

#include "gaz/base/varint.h"
#include "layout.h"

gaz_status segment_corrupt(const char *what, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_CORRUPT, "a text segment is damaged: %s", what);
    gaz_error_hint(err, "run `gaz check`, then `gaz repair`");
    return GAZ_E_CORRUPT;
}

static gaz_status table(gaz_segment *seg, unsigned section, uint64_t count, uint64_t record,
                        const uint8_t **out, gaz_error *err)
{
    if (gaz_sealed_len(seg->file, section) != count * record)
        return segment_corrupt("a table has the wrong length", err);
    return gaz_sealed_get(seg->file, section, 0, count * record, out, err);
}

static gaz_status load_tables(gaz_segment *seg, gaz_error *err)
{
    const uint8_t *meta = NULL;
    gaz_status st = table(seg, SECTION_META, 1, META_BYTES, &meta, err);
    if (st != GAZ_OK)
        return st;
    seg->docs = gaz_le32(meta);
    seg->chunks = gaz_le32(meta + 4);
    seg->blocks = gaz_le32(meta + 8);
    seg->grams = gaz_le32(meta + 12);
    seg->text_bytes = gaz_le64(meta + 16);
    if (gaz_le32(meta + 24) != GAZ_LANG_HINT_VERSION)
        return segment_corrupt(
            "its language hints are of another version; index the repository again", err);
    if (seg->docs > GAZ_SEGMENT_DOCS_MAX || seg->chunks > GAZ_SEGMENT_CHUNKS_MAX ||
        seg->blocks > seg->chunks)
        return segment_corrupt("its counts are out of range", err);
    st = table(seg, SECTION_DOCS, seg->docs, DOC_BYTES, &seg->doc_table, err);
    if (st == GAZ_OK)
        st = table(seg, SECTION_ORDER, seg->docs, ORDER_BYTES, &seg->order, err);
    if (st == GAZ_OK)
        st = table(seg, SECTION_CHUNKS, seg->chunks, CHUNK_BYTES, &seg->chunk_table, err);
    if (st == GAZ_OK)
        st =
            table(seg, SECTION_BLOCK_TABLE, seg->blocks, BLOCK_ENTRY_BYTES, &seg->block_table, err);
    if (st == GAZ_OK)
        st = table(seg, SECTION_GRAMS, seg->grams, GRAM_BYTES, &seg->gram_table, err);
    seg->postings_len = gaz_sealed_len(seg->file, SECTION_POSTINGS);
    return st;
}

gaz_status gaz_segment_open(const char *path, gaz_segment **out, gaz_error *err)
{
    static atomic_uint_fast64_t next_id =
        1; /* names open segments for the block cache; carries no other state */
    gaz_segment *seg = calloc(1, sizeof *seg);
    if (!seg)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to open %s", path);
    atomic_init(&seg->refs, 1);
    seg->id = atomic_fetch_add(&next_id, 1);
    gaz_status st = gaz_sealed_open(path, GAZ_SEGMENT_KIND, GAZ_SEGMENT_VERSION, &seg->file, err);
    if (st == GAZ_OK)
        st = load_tables(seg, err);
    if (st == GAZ_OK)
        st = gaz_sealed_intact(seg->file, err);
    if (st != GAZ_OK) {
        gaz_segment_unref(seg);
        return st;
    }
    *out = seg;
    return GAZ_OK;
}

gaz_segment *gaz_segment_ref(gaz_segment *seg)
{
    atomic_fetch_add_explicit(&seg->refs, 1, memory_order_relaxed);
    return seg;
}

void gaz_segment_unref(gaz_segment *seg)
{
    if (!seg || atomic_fetch_sub_explicit(&seg->refs, 1, memory_order_acq_rel) != 1)
        return;
    gaz_sealed_close(seg->file);
    free(seg);
}

uint32_t gaz_segment_docs(const gaz_segment *seg)
{
    return seg->docs;
}

uint32_t gaz_segment_chunks(const gaz_segment *seg)
{
    return seg->chunks;
}

uint64_t gaz_segment_text_bytes(const gaz_segment *seg)
{
    return seg->text_bytes;
}

uint64_t gaz_segment_file_bytes(const gaz_segment *seg)
{
    return gaz_sealed_size(seg->file);
}

size_t gaz_segment_set_words(const gaz_segment *seg)
{
    return (seg->chunks + 63) / 64;
}

gaz_status gaz_segment_intact(const gaz_segment *seg, gaz_error *err)
{
    return gaz_sealed_intact(seg->file, err);
}

/* Object ids are uniform: the first guess by interpolation is nearly always within a few places. */
gaz_status gaz_segment_find(gaz_segment *seg, const gaz_oid *oid, uint32_t *doc, gaz_error *err)
{
    uint32_t lo = 0, hi = seg->docs;
    uint64_t key = (uint64_t)oid->id[0] << 24 | (uint64_t)oid->id[1] << 16 |
                   (uint64_t)oid->id[2] << 8 | oid->id[3];
    uint32_t guess = (uint32_t)(key * seg->docs >> 32), step = 8;
    bool guessed = false;
    while (lo < hi) {
        uint32_t mid = guessed ? lo + (hi - lo) / 2 : guess;
        guessed = true;
        uint32_t number = gaz_le32(seg->order + (size_t)mid * ORDER_BYTES);
        if (number >= seg->docs)
            return segment_corrupt("the order of documents is out of range", err);
        int c = memcmp(seg->doc_table + (size_t)number * DOC_BYTES, oid->id, GAZ_OID_SIZE);
        if (c == 0) {
            gaz_status st = gaz_sealed_intact(seg->file, err);
            if (st == GAZ_OK)
                *doc = number;
            return st;
        }
        if (c < 0)
            lo = mid + 1;
        else
            hi = mid;
        if (step && hi - lo > step * 2) { /* narrow to a window beside the guess before halving */
            guess = c < 0 ? lo + step : hi - step;
            guessed = false;
            step *= 4;
        }
    }
    gaz_status st = gaz_sealed_intact(seg->file, err); /* zeros of a cut file hold nothing */
    return st == GAZ_OK ? GAZ_E_NOT_FOUND : st;
}

gaz_status gaz_segment_doc(gaz_segment *seg, uint32_t doc, gaz_doc *out, gaz_error *err)
{
    if (doc >= seg->docs)
        return segment_corrupt("a document number is out of range", err);
    const uint8_t *b = seg->doc_table + (size_t)doc * DOC_BYTES;
    gaz_doc d = {
        .skip = (gaz_skip)b[20], .encoding = (gaz_encoding)b[21], .flags = gaz_le16(b + 22)};
    memcpy(d.oid.id, b, GAZ_OID_SIZE);
    d.first_chunk = gaz_le32(b + 24);
    d.chunk_count = gaz_le32(b + 28);
    d.lines = gaz_le32(b + 32);
    d.text_len = gaz_le32(b + 36);
    d.blob_size = gaz_le32(b + 40);
    d.hint = gaz_lang_hint_decode(b + 44);
    if (d.first_chunk > seg->chunks || d.chunk_count > seg->chunks - d.first_chunk)
        return segment_corrupt("a document's chunks are out of range", err);
    gaz_status st = gaz_sealed_intact(seg->file, err);
    if (st == GAZ_OK)
        *out = d;
    return st;
}

void gaz_segment_prefetch_doc(const gaz_segment *seg, uint32_t doc)
{
    if (doc < seg->docs)
        __builtin_prefetch(seg->doc_table + (size_t)doc * DOC_BYTES + DOC_BYTES / 2);
}

void gaz_segment_prefetch_chunk(const gaz_segment *seg, uint32_t chunk)
{
    if (chunk < seg->chunks)
        __builtin_prefetch(seg->chunk_table + (size_t)chunk * CHUNK_BYTES);
}

gaz_status gaz_segment_chunk(gaz_segment *seg, uint32_t chunk, gaz_chunk *out, gaz_error *err)
{
    if (chunk >= seg->chunks)
        return segment_corrupt("a chunk number is out of range", err);
    const uint8_t *b = seg->chunk_table + (size_t)chunk * CHUNK_BYTES;
    gaz_chunk c = {gaz_le32(b), gaz_le32(b + 4), gaz_le32(b + 8), gaz_le32(b + 12),
                   gaz_le32(b + 16)};
    if (c.doc >= seg->docs || c.block >= seg->blocks)
        return segment_corrupt("a chunk's document or block is out of range", err);
    uint32_t raw = gaz_le32(seg->block_table + (size_t)c.block * BLOCK_ENTRY_BYTES + 12);
    if (c.offset > raw || c.len > raw - c.offset)
        return segment_corrupt("a chunk lies outside its block", err);
    gaz_status st = gaz_sealed_intact(seg->file, err);
    if (st == GAZ_OK)
        *out = c;
    return st;
}

gaz_status gaz_segment_chunk_documents(gaz_segment *seg, const uint64_t *chunks,
                                       uint64_t *documents, gaz_error *err)
{
    size_t words = gaz_segment_set_words(seg);
    for (size_t w = 0; w < words; w++)
        for (uint64_t word = chunks[w]; word; word &= word - 1) {
            size_t chunk = w * 64 + (unsigned)__builtin_ctzll(word);
            if (chunk >= seg->chunks)
                return segment_corrupt("a chunk number is out of range", err);
            uint32_t doc = gaz_le32(seg->chunk_table + chunk * CHUNK_BYTES);
            if (doc >= seg->docs)
                return segment_corrupt("a chunk's document is out of range", err);
            documents[doc >> 6] |= UINT64_C(1) << (doc & 63);
        }
    return gaz_sealed_intact(seg->file, err);
}

gaz_status gaz_segment_line_chunk(gaz_segment *seg, const gaz_doc *doc, uint32_t line,
                                  uint32_t *chunk, gaz_error *err)
{
    uint32_t lo = doc->first_chunk, hi = doc->first_chunk + doc->chunk_count;
    if (line >= doc->lines || lo == hi)
        return segment_corrupt("a line lies outside its document", err);
    while (hi - lo > 1) { /* the last chunk that begins at or before the line */
        uint32_t mid = lo + (hi - lo) / 2;
        gaz_chunk c;
        gaz_status st = gaz_segment_chunk(seg, mid, &c, err);
        if (st != GAZ_OK)
            return st;
        if (c.first_line <= line)
            lo = mid;
        else
            hi = mid;
    }
    *chunk = lo;
    return GAZ_OK;
}

static gaz_status unpack_start(const uint8_t *data, size_t packed, char *to, size_t len,
                               gaz_error *err)
{
    ZSTD_DStream *zstd = ZSTD_createDStream();
    if (!zstd)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to unpack a block");
    ZSTD_inBuffer in = {data, packed, 0};
    ZSTD_outBuffer out = {to, len, 0};
    size_t left = 1;
    while (left && !ZSTD_isError(left) && out.pos < len) {
        size_t before = in.pos + out.pos;
        left = ZSTD_decompressStream(zstd, &out, &in);
        if (in.pos + out.pos == before)
            break;
    }
    ZSTD_freeDStream(zstd);
    return out.pos == len ? GAZ_OK : segment_corrupt("a block does not decompress", err);
}

gaz_status gaz_segment_chunk_start(gaz_segment *seg, uint32_t chunk, size_t max, gaz_strbuf *out,
                                   gaz_error *err)
{
    gaz_chunk c;
    const uint8_t *data = NULL;
    uint32_t packed = 0, raw = 0;
    gaz_status st = gaz_segment_chunk(seg, chunk, &c, err);
    if (st == GAZ_OK)
        st = segment_block_bytes(seg, c.block, &data, &packed, &raw, err);
    if (st != GAZ_OK)
        return st;
    size_t len = c.len < max ? c.len : max;
    char *to = gaz_strbuf_reserve(out, c.offset + len);
    if (!to)
        return gaz_strbuf_check(out, err);
    st = unpack_start(data, packed, to, c.offset + len, err);
    if (st == GAZ_OK)
        st = gaz_sealed_intact(seg->file, err);
    if (st != GAZ_OK)
        return st;
    memmove(to, to + c.offset, len);
    gaz_strbuf_commit(out, len);
    return GAZ_OK;
}

gaz_status segment_block_bytes(gaz_segment *seg, uint32_t block, const uint8_t **data,
                               uint32_t *packed, uint32_t *raw, gaz_error *err)
{
    if (block >= seg->blocks)
        return segment_corrupt("a block number is out of range", err);
    const uint8_t *b = seg->block_table + (size_t)block * BLOCK_ENTRY_BYTES;
    *packed = gaz_le32(b + 8);
    *raw = gaz_le32(b + 12);
    return gaz_sealed_get(seg->file, SECTION_BLOCKS, gaz_le64(b), *packed, data, err);
}

gaz_status gaz_segment_text(gaz_segment *seg, gaz_block_cache *cache, uint32_t doc, size_t max,
                            gaz_strbuf *out, gaz_error *err)
{
    gaz_doc d;
    gaz_status st = gaz_segment_doc(seg, doc, &d, err);
    if (st == GAZ_OK && d.text_len > max)
        st = gaz_error_set(err, GAZ_E_LIMIT, "a document of %u bytes is over the limit of %zu",
                           d.text_len, max);
    for (uint32_t i = 0; st == GAZ_OK && i < d.chunk_count; i++) {
        gaz_chunk c;
        gaz_block *block = NULL;
        st = gaz_segment_chunk(seg, d.first_chunk + i, &c, err);
        if (st == GAZ_OK)
            st = gaz_segment_block(seg, cache, c.block, &block, NULL, err);
        if (st == GAZ_OK) {
            gaz_strbuf_add(out, gaz_block_data(block) + c.offset, c.len);
            st = gaz_strbuf_check(out, err);
        }
        gaz_block_release(block);
    }
    return st;
}
