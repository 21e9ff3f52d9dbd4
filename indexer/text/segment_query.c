/* Asking the grams. A literal of three bytes and more is the intersection of its rarest trigrams:
 * the four rarest are nearly as selective as all of them (measured: 725 candidates against 595 for
 * q01 of the published queries), and each further list costs more to read than it saves in
 * scanning. Two bytes are the union of the trigrams that begin with them; one byte has a list of
 * its own. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "gram_index.h"
#include "layout.h"
#include "segment_private.h"

#define RAREST 5
#define LOOKED_AT 96 /* trigrams of a long literal whose counts are compared */

uint32_t segment_gram_at(const gaz_segment *seg, uint32_t index)
{
    return gaz_le32(seg->gram_table + (size_t)index * GRAM_BYTES);
}

uint32_t segment_gram_count(const gaz_segment *seg, uint32_t index)
{
    return gaz_le32(seg->gram_table + (size_t)index * GRAM_BYTES + 4);
}

uint32_t segment_gram_lower(const gaz_segment *seg, uint32_t gram)
{
    uint32_t lo = 0, hi = seg->grams;
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        if (segment_gram_at(seg, mid) < gram)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo;
}

gaz_status segment_postings(gaz_segment *seg, uint32_t index, postings *out, gaz_error *err)
{
    const uint8_t *entry = seg->gram_table + (size_t)index * GRAM_BYTES;
    uint64_t from = gaz_le32(entry + 8);
    uint64_t to = index + 1 < seg->grams ? gaz_le32(entry + GRAM_BYTES + 8) : seg->postings_len;
    *out = (postings){.count = gaz_le32(entry + 4), .universe = seg->chunks};
    if (to < from || out->count > seg->chunks || out->count == 0)
        return segment_corrupt("a posting list is out of range", err);
    out->len = (size_t)(to - from);
    return gaz_sealed_get(seg->file, SECTION_POSTINGS, from, to - from, &out->data, err);
}

/* The grams whose index lies in [*from, *to) are those a literal of one or two bytes stands for. */
static void short_range(const gaz_segment *seg, const uint8_t *text, size_t len, uint32_t *from,
                        uint32_t *to)
{
    uint32_t gram =
        len == 1 ? GRAM_UNIGRAM_BASE + text[0] : (uint32_t)text[0] << 16 | (uint32_t)text[1] << 8;
    *from = segment_gram_lower(seg, gram);
    *to = segment_gram_lower(seg, gram + (len == 1 ? 1 : 256));
}

static gaz_status unite_range(gaz_segment *seg, uint32_t from, uint32_t to, uint64_t *set,
                              gaz_error *err)
{
    for (uint32_t i = from; i < to; i++) {
        postings list;
        gaz_status st = segment_postings(seg, i, &list, err);
        if (st == GAZ_OK)
            st = postings_unite(&list, set, err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

typedef struct pick {
    uint32_t index, count;
} pick;

/* The rarest distinct trigrams of a literal, rarest first. @return how many, or -1 when one is in
 * no chunk at all */
static int pick_rarest(const gaz_segment *seg, const uint8_t *text, size_t len, pick picks[RAREST])
{
    int n = 0;
    size_t grams = len - 2, stride = grams > LOOKED_AT ? grams / LOOKED_AT : 1;
    for (size_t i = 0; i < grams; i += stride) {
        uint32_t gram = (uint32_t)text[i] << 16 | (uint32_t)text[i + 1] << 8 | text[i + 2];
        uint32_t index = segment_gram_lower(seg, gram);
        if (index == seg->grams || segment_gram_at(seg, index) != gram)
            return -1;
        pick p = {index, segment_gram_count(seg, index)};
        int at = n;
        bool known = false;
        for (int k = 0; k < n; k++)
            known |= picks[k].index == index;
        if (known || (n == RAREST && picks[n - 1].count <= p.count))
            continue;
        if (n < RAREST)
            n++;
        else
            at--;
        while (at > 0 && picks[at - 1].count > p.count) {
            picks[at] = picks[at - 1];
            at--;
        }
        picks[at] = p;
    }
    return n;
}

static gaz_status intersect_picks(gaz_segment *seg, const pick *picks, int n, uint64_t *set,
                                  gaz_error *err)
{
    postings list;
    gaz_status st = segment_postings(seg, picks[0].index, &list, err);
    uint32_t *numbers = st == GAZ_OK ? malloc((size_t)list.count * sizeof *numbers + 1) : NULL;
    if (st == GAZ_OK && !numbers)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for %u candidates", list.count);
    if (st == GAZ_OK)
        st = postings_decode(&list, numbers, err);
    size_t left = st == GAZ_OK ? list.count : 0;
    for (int i = 1; st == GAZ_OK && i < n && left; i++) {
        st = segment_postings(seg, picks[i].index, &list, err);
        if (st == GAZ_OK)
            st = postings_intersect(&list, numbers, &left, err);
    }
    for (size_t i = 0; st == GAZ_OK && i < left; i++)
        set[numbers[i] >> 6] |= UINT64_C(1) << (numbers[i] & 63);
    free(numbers);
    return st;
}

static gaz_status find_literal(gaz_segment *seg, const char *folded, size_t len, uint64_t *set,
                               gaz_error *err)
{
    const uint8_t *text = (const uint8_t *)folded;
    memset(set, 0, gaz_segment_set_words(seg) * sizeof *set);
    if (len < 3) {
        uint32_t from, to;
        short_range(seg, text, len, &from, &to);
        return unite_range(seg, from, to, set, err);
    }
    pick picks[RAREST];
    int n = pick_rarest(seg, text, len, picks);
    return n < 1 ? GAZ_OK : intersect_picks(seg, picks, n, set, err);
}

/* A file that was cut while it was open has zeros where counts and numbers were: they say
 * "nowhere". */
gaz_status gaz_segment_literal(gaz_segment *seg, const char *folded, size_t len, uint64_t *set,
                               gaz_error *err)
{
    gaz_status st = find_literal(seg, folded, len, set, err);
    return st == GAZ_OK ? gaz_sealed_intact(seg->file, err) : st;
}

gaz_status gaz_segment_literal_count(gaz_segment *seg, const char *folded, size_t len,
                                     uint32_t *count, gaz_error *err)
{
    const uint8_t *text = (const uint8_t *)folded;
    if (len < 3) {
        uint32_t from, to;
        uint64_t sum = 0;
        short_range(seg, text, len, &from, &to);
        for (uint32_t i = from; i < to; i++)
            sum += segment_gram_count(seg, i);
        *count = sum > seg->chunks ? seg->chunks : (uint32_t)sum;
        return gaz_sealed_intact(seg->file, err);
    }
    pick picks[RAREST];
    int n = pick_rarest(seg, text, len, picks);
    *count = n < 1 ? 0 : picks[0].count;
    return gaz_sealed_intact(seg->file, err);
}
