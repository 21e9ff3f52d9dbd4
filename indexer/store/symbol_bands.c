/* Names of one segment, for searches that bring a pattern of their own. The trigrams of defined
 * names are kept per band of 64 neighbours in the dictionary: a literal leaves the bands that have
 * all of its trigrams, and the caller looks at each name in them. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "symbol_segment.h"

#define LITERAL_MAX 250   /* bytes of a literal that are looked at */
#define LISTS_MAX 6       /* of a literal, the shortest: more of them rule little out */
#define CHECK_EVERY 1024u /* names, between looks at the clock */
#define BAND_NAMES (SYMBOL_BLOCK_NAMES * SYMBOL_BAND_BLOCKS)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to find names of symbols");
}

/* ---- bands ---- */

gaz_status symbol_segment_gram(gaz_symbol_segment *seg, uint32_t gram, const uint8_t **at,
                               const uint8_t **end, gaz_error *err)
{
    uint64_t len = gaz_sealed_len(seg->file, SYMBOL_GRAMS), count = len / SYMBOL_GRAM_BYTES;
    uint64_t lo = 0, hi = count, whole = gaz_sealed_len(seg->file, SYMBOL_GRAM_POSTINGS);
    const uint8_t *entry = NULL;
    *at = *end = NULL;
    while (lo < hi) {
        uint64_t mid = lo + (hi - lo) / 2;
        gaz_status st = gaz_sealed_get(seg->file, SYMBOL_GRAMS, mid * SYMBOL_GRAM_BYTES,
                                       SYMBOL_GRAM_BYTES, &entry, err);
        if (st != GAZ_OK)
            return st;
        uint32_t here = gaz_le32(entry);
        if (here == gram) {
            uint64_t from = gaz_le32(entry + 8), to = whole;
            if (mid + 1 < count) {
                st = gaz_sealed_get(seg->file, SYMBOL_GRAMS, (mid + 1) * SYMBOL_GRAM_BYTES,
                                    SYMBOL_GRAM_BYTES, &entry, err);
                to = st == GAZ_OK ? gaz_le32(entry + 8) : from;
            }
            if (st == GAZ_OK && from > to)
                return symbol_segment_damaged("its trigrams do not decode", err);
            if (st == GAZ_OK)
                st = gaz_sealed_get(seg->file, SYMBOL_GRAM_POSTINGS, from, to - from, at, err);
            *end = *at + (st == GAZ_OK ? to - from : 0);
            return st;
        }
        if (here < gram)
            lo = mid + 1;
        else
            hi = mid;
    }
    return GAZ_OK;
}

static uint32_t bands_of(const gaz_symbol_segment *seg)
{
    return seg->names / BAND_NAMES + (seg->names % BAND_NAMES != 0);
}

size_t gaz_symbol_segment_bands(const gaz_symbol_segment *seg)
{
    return ((size_t)bands_of(seg) + 63) / 64;
}

static void fill(const gaz_symbol_segment *seg, uint64_t *set)
{
    uint32_t bands = bands_of(seg);
    size_t words = gaz_symbol_segment_bands(seg);
    memset(set, 0xFF, words * sizeof *set);
    if (bands & 63)
        set[words - 1] = (UINT64_C(1) << (bands & 63)) - 1;
}

typedef struct gram_list {
    const uint8_t *at, *end;
} gram_list;

static int by_length(const void *a, const void *b)
{
    const gram_list *x = a, *y = b;
    ptrdiff_t n = x->end - x->at, m = y->end - y->at;
    return n < m ? -1 : n > m;
}

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

/* The lists of a literal's trigrams. Bytes beyond ASCII fold in ways that bands do not know. @param
 * none  set when a trigram is in no name */
static gaz_status find_lists(gaz_symbol_segment *seg, const char *text, size_t len,
                             gram_list *lists, size_t *count, bool *none, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *count = 0;
    for (size_t i = 0; st == GAZ_OK && !*none && i + 3 <= len; i++) {
        uint32_t a = (uint8_t)fold(text[i]), b = (uint8_t)fold(text[i + 1]),
                 c = (uint8_t)fold(text[i + 2]);
        if ((a | b | c) & 0x80)
            continue;
        gram_list *l = &lists[*count];
        st = symbol_segment_gram(seg, a << 16 | b << 8 | c, &l->at, &l->end, err);
        *none = st == GAZ_OK && l->at == l->end;
        ++*count;
    }
    return st;
}

static gaz_status read_list(const gaz_symbol_segment *seg, const gram_list *l, uint64_t *set,
                            gaz_error *err)
{
    uint64_t band = 0;
    memset(set, 0, gaz_symbol_segment_bands(seg) * sizeof *set);
    for (const uint8_t *at = l->at; at < l->end;) {
        uint64_t step = 0;
        at = gaz_varint_decode(at, l->end, &step);
        if (!at || step >= bands_of(seg) - band)
            return symbol_segment_damaged("its trigrams do not decode", err);
        band += step;
        set[band / 64] |= UINT64_C(1) << (band % 64);
    }
    return GAZ_OK;
}

gaz_status gaz_symbol_segment_literal(gaz_symbol_segment *seg, const char *text, size_t len,
                                      uint64_t *set, gaz_error *err)
{
    gram_list lists[LITERAL_MAX];
    size_t count = 0, words = gaz_symbol_segment_bands(seg);
    bool none = false;
    gaz_status st =
        find_lists(seg, text, len < LITERAL_MAX ? len : LITERAL_MAX, lists, &count, &none, err);
    if (st != GAZ_OK)
        return st;
    if (none) {
        memset(set, 0, words * sizeof *set);
        return GAZ_OK;
    }
    if (!count) {
        fill(seg, set);
        return GAZ_OK;
    }
    qsort(lists, count, sizeof *lists, by_length);
    st = read_list(seg, &lists[0], set, err);
    uint64_t *other = count > 1 ? malloc((words + 1) * sizeof *other) : NULL;
    if (st == GAZ_OK && count > 1 && !other)
        st = no_memory(err);
    for (size_t i = 1; st == GAZ_OK && other && i < count && i < LISTS_MAX; i++) {
        st = read_list(seg, &lists[i], other, err);
        for (size_t k = 0; st == GAZ_OK && k < words; k++)
            set[k] &= other[k];
    }
    free(other);
    return st;
}

/* ---- names ---- */

/* @return GAZ_DONE when the visitor has enough */
static gaz_status visit_list(symbol_list *list, gaz_symbol_named_visit visit, void *ctx,
                             gaz_error *err)
{
    symbol_place place;
    gaz_status st;
    while ((st = symbol_list_definition(list, &place, err)) == GAZ_OK) {
        gaz_symbol_named found = {place.doc, place.index, place.kind, place.flags};
        if (!visit(ctx, &found))
            return GAZ_DONE;
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* One spelling of a name after the other: where the dictionary has none of those that begin as the
 * one looked for, it says which comes next. */
typedef struct spelling {
    char text[GAZ_SYMBOL_NAME_MAX];
    size_t len;
} spelling;

static char raise(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 32 : c);
}

/* The first spelling beyond all that begin with the first `n` bytes of this one: the last capital
 * among them becomes small, what follows capital. @return false when there is none */
static bool next_spelling(spelling *s, size_t n)
{
    while (n > 0 && !(s->text[n - 1] >= 'A' && s->text[n - 1] <= 'Z'))
        n--;
    if (!n)
        return false;
    s->text[n - 1] = (char)(s->text[n - 1] + 32);
    for (size_t i = n; i < s->len; i++)
        s->text[i] = raise(s->text[i]);
    return true;
}

/* The first spelling that is not below what the dictionary has there. */
static bool catch_up(spelling *s, const symbol_walk *w)
{
    bool seen = symbol_walk_is(w, s->text, s->len);
    size_t same = 0;
    while (same < s->len && same < w->len && fold(s->text[same]) == fold(w->name[same]))
        same++;
    memcpy(s->text, w->name, same);
    for (size_t i = same; i < s->len; i++)
        s->text[i] = raise(s->text[i]);
    if (same == s->len) /* another spelling; or a longer name */
        return (w->len == s->len && !seen) || next_spelling(s, same);
    if (same == w->len || (uint8_t)s->text[same] > (uint8_t)w->name[same])
        return true;
    if ((uint8_t)fold(s->text[same]) > (uint8_t)w->name[same]) {
        s->text[same] = (char)fold(s->text[same]);
        return true;
    }
    return next_spelling(s, same);
}

gaz_status gaz_symbol_segment_named(gaz_symbol_segment *seg, const char *name, size_t len,
                                    bool any_case, gaz_symbol_named_visit visit, void *ctx,
                                    gaz_error *err)
{
    spelling s = {.len = len};
    symbol_walk w;
    symbol_list list;
    gaz_status st = GAZ_OK;
    if (!len || len > GAZ_SYMBOL_NAME_MAX)
        return GAZ_OK;
    for (size_t i = 0; i < len; i++)
        s.text[i] = any_case ? raise(name[i]) : name[i];
    do {
        st = symbol_walk_seek(&w, seg, s.text, len, err);
        if (st == GAZ_OK && symbol_walk_is(&w, s.text, len)) {
            st = symbol_list_open(&w, &list, err);
            if (st == GAZ_OK)
                st = visit_list(&list, visit, ctx, err);
        }
    } while (st == GAZ_OK && any_case && catch_up(&s, &w));
    if (st == GAZ_OK || st == GAZ_DONE)
        st = gaz_sealed_intact(seg->file, err);
    return st;
}

static gaz_status look_at(const symbol_walk *w, const gaz_symbol_names *names, gaz_error *err)
{
    symbol_list list;
    gaz_status st = symbol_list_open(w, &list, err);
    if (st != GAZ_OK || !list.left || !names->wants(names->ctx, w->name, w->len))
        return st;
    return visit_list(&list, names->visit, names->ctx, err);
}

static gaz_status look_at_band(gaz_symbol_segment *seg, uint32_t band,
                               const gaz_symbol_names *names, gaz_error *err)
{
    symbol_walk w;
    gaz_status st = symbol_walk_to(&w, seg, band * BAND_NAMES, err);
    for (unsigned i = 0; st == GAZ_OK && i < BAND_NAMES; i++) {
        st = look_at(&w, names, err);
        if (st == GAZ_OK && i + 1 < BAND_NAMES && (w.rank + 1 >= seg->names))
            break;
        if (st == GAZ_OK && i + 1 < BAND_NAMES)
            st = symbol_walk_next(&w, err);
    }
    return st;
}

gaz_status gaz_symbol_segment_names(gaz_symbol_segment *seg, const gaz_symbol_names *names,
                                    gaz_error *err)
{
    uint32_t bands = bands_of(seg), looked = 0;
    gaz_status st = GAZ_OK;
    for (uint32_t b = 0; st == GAZ_OK && b < bands; b++) {
        if (names->bands && !(names->bands[b / 64] >> (b % 64) & 1))
            continue;
        looked += BAND_NAMES;
        if (looked % CHECK_EVERY == 0 && gaz_expired(names->deadline_us))
            return gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out while looking for names");
        st = look_at_band(seg, b, names, err);
    }
    if (st == GAZ_OK || st == GAZ_DONE)
        st = gaz_sealed_intact(seg->file, err);
    return st;
}
