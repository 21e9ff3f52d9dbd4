/* `gaz check` of one segment: every checksum, every posting list, every reference between its
 * tables. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "layout.h"
#include "segment_private.h"

typedef struct checker {
    gaz_segment *seg;
    void (*report)(void *ctx, const char *message);
    void *ctx;
} checker;

static void check_docs(checker *c)
{
    gaz_oid last = {{0}};
    uint32_t next_chunk = 0;
    for (uint32_t i = 0; i < c->seg->docs; i++) {
        gaz_doc doc;
        uint32_t found = UINT32_MAX;
        if (gaz_segment_doc(c->seg, i, &doc, NULL) != GAZ_OK) {
            c->report(c->ctx, "a document's record is out of range");
            continue;
        }
        if (doc.first_chunk != next_chunk)
            c->report(c->ctx, "documents do not follow each other");
        next_chunk = doc.first_chunk + doc.chunk_count;
        if (gaz_segment_find(c->seg, &doc.oid, &found, NULL) != GAZ_OK)
            c->report(c->ctx, "a document cannot be found by its object id");
        uint32_t at = gaz_le32(c->seg->order + (size_t)i * ORDER_BYTES);
        gaz_doc ordered;
        if (gaz_segment_doc(c->seg, at, &ordered, NULL) != GAZ_OK ||
            (i && gaz_oid_compare(&last, &ordered.oid) >= 0))
            c->report(c->ctx, "the order of object ids is broken");
        else
            last = ordered.oid;
    }
    if (next_chunk != c->seg->chunks)
        c->report(c->ctx, "chunks are left over");
}

static gaz_status check_text(checker *c, gaz_block_cache *cache, gaz_error *err)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < c->seg->docs; i++) {
        gaz_doc doc;
        gaz_strbuf text = GAZ_STRBUF_INIT;
        text.max = SIZE_MAX / 2;
        if (gaz_segment_doc(c->seg, i, &doc, NULL) != GAZ_OK)
            continue;
        gaz_status st = gaz_segment_text(c->seg, cache, i, SIZE_MAX, &text, NULL);
        if (st == GAZ_OK && text.len != doc.text_len)
            c->report(c->ctx, "a document's length is wrong");
        else if (st != GAZ_OK && st != GAZ_E_NOMEM)
            c->report(c->ctx, "a document's text cannot be read");
        bytes += text.len;
        gaz_strbuf_release(&text);
        if (st == GAZ_E_NOMEM)
            return gaz_error_set(err, st, "no memory to check a document");
    }
    if (bytes != c->seg->text_bytes)
        c->report(c->ctx, "the count of text bytes is wrong");
    return GAZ_OK;
}

static gaz_status check_grams(checker *c, gaz_error *err)
{
    uint32_t *numbers = malloc(((size_t)c->seg->chunks + 1) * sizeof *numbers);
    if (!numbers)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to check a segment");
    for (uint32_t i = 0; i < c->seg->grams; i++) {
        postings list;
        if (i && segment_gram_at(c->seg, i - 1) >= segment_gram_at(c->seg, i))
            c->report(c->ctx, "grams are out of order");
        if (segment_postings(c->seg, i, &list, NULL) != GAZ_OK ||
            postings_decode(&list, numbers, NULL) != GAZ_OK)
            c->report(c->ctx, "a posting list is damaged");
    }
    free(numbers);
    return GAZ_OK;
}

/* A sum, so that the order of grams does not matter; the chunk's place within its document does. */
gaz_status gaz_segment_gram_digests(gaz_segment *seg, uint64_t *digests, gaz_error *err)
{
    uint32_t *numbers = malloc(((size_t)seg->chunks + 1) * sizeof *numbers);
    gaz_status st =
        numbers ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to sum up a segment");
    memset(digests, 0, (size_t)seg->docs * sizeof *digests);
    for (uint32_t i = 0; st == GAZ_OK && i < seg->grams; i++) {
        postings list;
        st = segment_postings(seg, i, &list, err);
        if (st == GAZ_OK)
            st = postings_decode(&list, numbers, err);
        for (uint32_t k = 0; st == GAZ_OK && k < list.count; k++) {
            gaz_chunk c;
            gaz_doc d;
            st = gaz_segment_chunk(seg, numbers[k], &c, err);
            if (st == GAZ_OK)
                st = gaz_segment_doc(seg, c.doc, &d, err);
            uint32_t key[2] = {segment_gram_at(seg, i),
                               numbers[k] - (st == GAZ_OK ? d.first_chunk : 0)};
            if (st == GAZ_OK)
                digests[c.doc] += gaz_checksum(key, sizeof key);
        }
    }
    free(numbers);
    return st;
}

gaz_status gaz_segment_check(gaz_segment *seg, const char *name,
                             void (*report)(void *ctx, const char *message), void *ctx,
                             gaz_error *err)
{
    checker c = {seg, report, ctx};
    gaz_error why = {0};
    gaz_block_cache *cache = NULL;
    gaz_status st = gaz_sealed_verify(seg->file, name, &why);
    if (st == GAZ_E_NOMEM)
        return gaz_error_set(err, st, "%s", why.message);
    if (st != GAZ_OK) {
        report(ctx, why.message);
        return GAZ_OK;
    }
    st = gaz_block_cache_new((size_t)16 << 20, &cache, err);
    if (st != GAZ_OK)
        return st;
    check_docs(&c);
    st = check_text(&c, cache, err);
    if (st == GAZ_OK)
        st = check_grams(&c, err);
    gaz_block_cache_free(cache);
    return st;
}
