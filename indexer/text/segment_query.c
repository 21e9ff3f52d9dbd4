/* Asking the grams. A literal of three bytes and more is the intersection of its rarest trigrams:
 * the four rarest are nearly as selective as all of them (measured: 725 candidates against 595 for
 * q01 of the published queries), and each further list costs more to read than it saves in
 * scanning. Two bytes are the union of the trigrams that begin with them; one byte has a list of
 * its own. Whole short words in a literal have lists of their own too. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "gram_index.h"
#include "layout.h"
#include "segment_private.h"

#define RAREST 9
#define EDGE 0xFF    /* GAZ_GRAM_EDGE of the regex module, which this one does not know */
#define LOOKED_AT 96 /* trigrams of a long literal whose counts are compared, and words */

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

typedef struct picks {
    pick items[RAREST]; /* rarest first */
    int count;
    bool nowhere; /* a gram is in no chunk at all */
} picks;

/* Adds a gram of a literal, as long as it is among the rarest. */
static void add_pick(const gaz_segment *seg, uint32_t gram, picks *p)
{
    uint32_t index = segment_gram_lower(seg, gram);
    if (index == seg->grams || segment_gram_at(seg, index) != gram) {
        p->nowhere = true;
        return;
    }
    pick new = {index, segment_gram_count(seg, index)};
    for (int k = 0; k < p->count; k++)
        if (p->items[k].index == index)
            return;
    if (p->count == RAREST && p->items[RAREST - 1].count <= new.count)
        return;
    int at = p->count < RAREST ? p->count++ : RAREST - 1;
    while (at > 0 && p->items[at - 1].count > new.count) {
        p->items[at] = p->items[at - 1];
        at--;
    }
    p->items[at] = new;
}

static void pick_trigrams(const gaz_segment *seg, const uint8_t *text, size_t len, picks *p)
{
    size_t grams = len - 2, stride = grams > LOOKED_AT ? grams / LOOKED_AT : 1;
    for (size_t i = 0; i < grams && !p->nowhere; i += stride)
        add_pick(seg, (uint32_t)text[i] << 16 | (uint32_t)text[i + 1] << 8 | text[i + 2], p);
}

/* Runs of word characters with something else, or an edge, on both sides. */
static void pick_words(const gaz_segment *seg, const uint8_t *text, size_t len, picks *p)
{
    size_t looked_at = 0;
    for (size_t i = 0, end; i < len && looked_at < LOOKED_AT && !p->nowhere; i = end + 1) {
        uint32_t word = 0;
        for (end = i; end < len && gram_digit(text[end]); end++)
            word = word * GRAM_DIGITS + gram_digit(text[end]);
        if (end == i || end - i > GRAM_WORD_MAX || i == 0 || end == len)
            continue;
        add_pick(seg, GRAM_WORD_BASE + word, p);
        looked_at++;
    }
}

static gaz_status intersect_picks(gaz_segment *seg, const picks *p, uint64_t *set, gaz_error *err)
{
    postings list;
    gaz_status st = segment_postings(seg, p->items[0].index, &list, err);
    uint32_t *numbers = st == GAZ_OK ? malloc((size_t)list.count * sizeof *numbers + 1) : NULL;
    if (st == GAZ_OK && !numbers)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for %u candidates", list.count);
    if (st == GAZ_OK)
        st = postings_decode(&list, numbers, err);
    size_t left = st == GAZ_OK ? list.count : 0;
    for (int i = 1; st == GAZ_OK && i < p->count && left; i++) {
        st = segment_postings(seg, p->items[i].index, &list, err);
        if (st == GAZ_OK)
            st = postings_intersect(&list, numbers, &left, err);
    }
    for (size_t i = 0; st == GAZ_OK && i < left; i++)
        set[numbers[i] >> 6] |= UINT64_C(1) << (numbers[i] & 63);
    free(numbers);
    return st;
}

/* A literal taken apart: its bytes without edges, and its rarest grams. */
typedef struct literal {
    uint8_t *text;
    size_t len;
    picks picks; /* empty for one or two bytes that hold no whole word */
} literal;

static gaz_status take_apart(const gaz_segment *seg, const char *folded, size_t len, literal *out,
                             gaz_error *err)
{
    *out = (literal){.text = malloc(len + 1)};
    if (!out->text)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a literal of %zu bytes", len);
    for (size_t i = 0; i < len; i++)
        if ((uint8_t)folded[i] != EDGE)
            out->text[out->len++] = (uint8_t)folded[i];
    pick_words(seg, (const uint8_t *)folded, len, &out->picks);
    if (out->len > 2)
        pick_trigrams(seg, out->text, out->len, &out->picks);
    return GAZ_OK;
}

static gaz_status find_literal(gaz_segment *seg, const char *folded, size_t len, uint64_t *set,
                               gaz_error *err)
{
    literal l;
    memset(set, 0, gaz_segment_set_words(seg) * sizeof *set);
    gaz_status st = take_apart(seg, folded, len, &l, err);
    if (st == GAZ_OK && l.picks.nowhere) {
        st = GAZ_OK;
    } else if (st == GAZ_OK && l.picks.count) {
        st = intersect_picks(seg, &l.picks, set, err);
    } else if (st == GAZ_OK && l.len) {
        uint32_t from, to;
        short_range(seg, l.text, l.len, &from, &to);
        st = unite_range(seg, from, to, set, err);
    } else if (st == GAZ_OK) { /* nothing but edges: they are everywhere */
        for (uint32_t i = 0; i < seg->chunks; i++)
            set[i >> 6] |= UINT64_C(1) << (i & 63);
    }
    free(l.text);
    return st;
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
    literal l;
    gaz_status st = take_apart(seg, folded, len, &l, err);
    if (st != GAZ_OK)
        return st;
    *count = l.picks.nowhere ? 0 : l.picks.count ? l.picks.items[0].count : seg->chunks;
    if (!l.picks.nowhere && !l.picks.count && l.len) {
        uint32_t from, to;
        uint64_t sum = 0;
        short_range(seg, l.text, l.len, &from, &to);
        for (uint32_t i = from; i < to; i++)
            sum += segment_gram_count(seg, i);
        *count = sum > seg->chunks ? seg->chunks : (uint32_t)sum;
    }
    free(l.text);
    return gaz_sealed_intact(seg->file, err);
}
