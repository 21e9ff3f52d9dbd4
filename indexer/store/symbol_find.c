/* Finding definitions in the files of a ref. Names are found in the dictionaries (byte order: exact
 * names and beginnings), by trigrams over bands of 64 neighbouring names (fuzzy: bands that share
 * enough trigrams are read and each name in them compared), or by their words. Of what matches the
 * best are kept in a heap, so that a common beginning costs its length and no memory. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "symbol_view.h"

#define NAMES_LOOKED_MAX 2000000u /* of one query over all segments */
#define NAME_ROWS_MAX 200000u     /* names with the words of a query, of one segment */
#define TEXT_ROWS_MAX 1000u       /* signatures and comments: decoded one by one */
#define BANDS_MAX 6000u           /* read for one fuzzy query and segment */
#define GUESSES_MAX 1000u         /* of them, bands that may as well hold nothing */
#define EDITS_LEN 64              /* longer names are not compared by edits */
#define CHECK_EVERY 512u

typedef struct candidate {
    uint32_t rank, file, index;
    uint32_t segment, name; /* rank of the name in the segment's dictionary */
    uint8_t distance, late, kind, flags;
} candidate;

typedef struct search {
    gaz_symbol_view *view;
    const gaz_symbol_query *query;
    GAZ_VEC(candidate) heap; /* the worst first */
    uint64_t total;
    uint32_t looked;
    bool complete;
    char folded[GAZ_SYMBOL_NAME_MAX];
    size_t segment; /* being searched */
    const view_segment *vs;
} search;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to find symbols");
}

/* ---- the best ---- */

static bool worse(const candidate *a, const candidate *b)
{
    if (a->distance != b->distance)
        return a->distance > b->distance;
    if (a->late != b->late)
        return a->late > b->late;
    return a->rank != b->rank ? a->rank > b->rank : a->index > b->index;
}

static void swap(candidate *a, candidate *b)
{
    candidate t = *a;
    *a = *b;
    *b = t;
}

static void sift_down(candidate *heap, size_t count, size_t at)
{
    for (;;) {
        size_t child = at * 2 + 1;
        if (child >= count)
            return;
        if (child + 1 < count && worse(&heap[child + 1], &heap[child]))
            child++;
        if (!worse(&heap[child], &heap[at]))
            return;
        swap(&heap[at], &heap[child]);
        at = child;
    }
}

static gaz_status keep(search *s, const candidate *c, gaz_error *err)
{
    s->total++;
    if (s->heap.len < s->query->limit) {
        if (!gaz_vec_push(&s->heap, *c))
            return no_memory(err);
        for (size_t at = s->heap.len - 1;
             at && worse(&s->heap.items[at], &s->heap.items[(at - 1) / 2]); at = (at - 1) / 2)
            swap(&s->heap.items[at], &s->heap.items[(at - 1) / 2]);
    } else if (s->heap.len && worse(&s->heap.items[0], c)) {
        s->heap.items[0] = *c;
        sift_down(s->heap.items, s->heap.len, 0);
    }
    return GAZ_OK;
}

static bool kind_wanted(const gaz_symbol_query *q, uint8_t kind, uint8_t flags)
{
    return (!q->kinds || (kind < 64 && q->kinds >> kind & 1)) && !(flags & q->without);
}

/* A definition that matches: once for each file that has its document. */
static gaz_status offer(search *s, const symbol_place *p, uint32_t name, uint8_t distance,
                        gaz_error *err)
{
    const gaz_symbol_query *q = s->query;
    gaz_status st = GAZ_OK;
    if (!kind_wanted(q, p->kind, p->flags))
        return GAZ_OK;
    for (uint32_t i = s->vs->first[p->doc]; st == GAZ_OK && i < s->vs->first[p->doc + 1]; i++) {
        uint32_t file = s->vs->files[i];
        if (q->accepts && !q->accepts(q->ctx, file))
            continue;
        candidate c = {.rank = view_rank(s->view, file),
                       .file = file,
                       .index = p->index,
                       .segment = (uint32_t)s->segment,
                       .name = name,
                       .distance = distance,
                       .late = (p->flags & q->last) != 0,
                       .kind = p->kind,
                       .flags = p->flags};
        st = keep(s, &c, err);
    }
    return st;
}

static gaz_status offer_name(search *s, const symbol_walk *w, uint8_t distance, gaz_error *err)
{
    symbol_list list;
    symbol_place place;
    gaz_status st = symbol_list_open(w, &list, err);
    while (st == GAZ_OK && (st = symbol_list_definition(&list, &place, err)) == GAZ_OK)
        st = offer(s, &place, w->rank, distance, err);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* Whether to look at one more name. */
static bool goes_on(search *s)
{
    s->looked++;
    if (s->looked > NAMES_LOOKED_MAX ||
        (s->looked % CHECK_EVERY == 0 && gaz_expired(s->query->deadline_us)))
        s->complete = false;
    return s->complete;
}

/* ---- exact names and beginnings ---- */

static gaz_status find_beginning(search *s, const char *text, size_t len, uint8_t longer,
                                 gaz_error *err)
{
    symbol_walk w;
    gaz_status st = symbol_walk_seek(&w, s->vs->seg, text, len, err);
    while (st == GAZ_OK && w.len >= len && memcmp(w.name, text, len) == 0 && goes_on(s)) {
        st = offer_name(s, &w, w.len == len ? 0 : longer, err);
        if (st == GAZ_OK)
            st = symbol_walk_next(&w, err);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status find_exact(search *s, gaz_error *err)
{
    symbol_walk w;
    gaz_status st = symbol_walk_seek(&w, s->vs->seg, s->query->text, s->query->len, err);
    if (st == GAZ_OK && symbol_walk_is(&w, s->query->text, s->query->len))
        st = offer_name(s, &w, 0, err);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* ---- fuzzy ---- */

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

static unsigned edits_allowed(size_t len)
{
    return len < 4 ? 0 : len < 6 ? 1 : len < 12 ? 2 : 3;
}

/* Insertions, deletions, replacements and swaps of neighbours; beyond `max` it gives max + 1.
 * (Optimal string alignment.) */
static unsigned edits(const char *a, size_t a_len, const char *b, size_t b_len, unsigned max)
{
    unsigned rows[3][EDITS_LEN + 1];
    if (a_len > EDITS_LEN || b_len > EDITS_LEN || a_len > b_len + max || b_len > a_len + max)
        return max + 1;
    for (unsigned j = 0; j <= b_len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *row = rows[i % 3], *up = rows[(i + 2) % 3], *up2 = rows[(i + 1) % 3];
        unsigned best = row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            unsigned v = up[j - 1] + (a[i - 1] != b[j - 1]);
            v = up[j] + 1 < v ? up[j] + 1 : v;
            v = row[j - 1] + 1 < v ? row[j - 1] + 1 : v;
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
                up2[j - 2] + 1 < v)
                v = up2[j - 2] + 1;
            row[j] = v;
            best = v < best ? v : best;
        }
        if (best > max)
            return max + 1;
    }
    return rows[a_len % 3][b_len];
}

/* UINT8_MAX: it does not match. */
static uint8_t fuzzy_distance(const search *s, const symbol_walk *w)
{
    char name[GAZ_SYMBOL_NAME_MAX];
    size_t len = s->query->len;
    for (uint32_t i = 0; i < w->len; i++)
        name[i] = fold(w->name[i]);
    const char *at = w->len >= len ? memmem(name, w->len, s->folded, len) : NULL;
    if (at)
        return w->len == len ? 0 : at == name ? 1 : 2;
    unsigned max = edits_allowed(len), found = edits(s->folded, len, name, w->len, max);
    return found <= max ? (uint8_t)(2 + found) : UINT8_MAX;
}

static gaz_status look_at_band(search *s, uint32_t band, gaz_error *err)
{
    symbol_walk w;
    uint32_t from = band * SYMBOL_BLOCK_NAMES * SYMBOL_BAND_BLOCKS;
    gaz_status st = symbol_walk_to(&w, s->vs->seg, from, err);
    for (uint32_t i = 0; st == GAZ_OK && i < SYMBOL_BLOCK_NAMES * SYMBOL_BAND_BLOCKS && goes_on(s);
         i++) {
        uint8_t distance = fuzzy_distance(s, &w);
        if (distance != UINT8_MAX)
            st = offer_name(s, &w, distance, err);
        if (st == GAZ_OK)
            st = symbol_walk_next(&w, err);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static gaz_status count_gram(search *s, uint32_t gram, uint8_t *shares, uint32_t bands,
                             gaz_error *err)
{
    const uint8_t *at, *end;
    uint64_t band = 0;
    gaz_status st = symbol_segment_gram(s->vs->seg, gram, &at, &end, err);
    while (st == GAZ_OK && at < end) {
        uint64_t step;
        at = gaz_varint_decode(at, end, &step);
        band += at ? step : 0;
        if (!at || band >= bands)
            return symbol_segment_damaged("its trigrams do not decode", err);
        shares[band] = (uint8_t)(shares[band] + (shares[band] < UINT8_MAX));
    }
    return st;
}

/* Bands that share the most trigrams first. Each edit costs three of them, so what is within the
 * edits allowed shares at least `sure`; below that it is a guess worth a bounded look. */
static gaz_status look_at_bands(search *s, const uint8_t *shares, uint32_t bands, unsigned grams,
                                gaz_error *err)
{
    unsigned lost = 3 * edits_allowed(s->query->len), sure = grams > lost ? grams - lost : 1;
    unsigned least = sure < grams / 4 ? sure : grams / 4;
    uint32_t looked = 0;
    gaz_status st = GAZ_OK;
    for (unsigned share = grams; st == GAZ_OK && share >= (least ? least : 1); share--) {
        for (uint32_t b = 0; st == GAZ_OK && b < bands && s->complete; b++) {
            if (shares[b] != share)
                continue;
            if (looked++ >= (share < sure ? GUESSES_MAX : BANDS_MAX)) {
                s->complete &= share < sure;
                return GAZ_OK;
            }
            st = look_at_band(s, b, err);
        }
    }
    return st;
}

static gaz_status find_by_grams(search *s, gaz_error *err)
{
    const char *text = s->folded;
    size_t len = s->query->len < 250 ? s->query->len : 250;
    uint32_t names = s->vs->seg->names, per = SYMBOL_BLOCK_NAMES * SYMBOL_BAND_BLOCKS;
    uint32_t bands = names / per + (names % per != 0), known[256];
    uint8_t *shares = calloc(bands + (size_t)1, 1);
    unsigned grams = 0;
    gaz_status st = shares ? GAZ_OK : no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i + 3 <= len; i++) {
        uint32_t gram = (uint32_t)(uint8_t)text[i] << 16 | (uint32_t)(uint8_t)text[i + 1] << 8 |
                        (uint8_t)text[i + 2];
        bool twice = false;
        for (unsigned k = 0; k < grams; k++)
            twice |= known[k] == gram;
        if (twice)
            continue;
        known[grams++] = gram;
        st = count_gram(s, gram, shares, bands, err);
    }
    if (st == GAZ_OK)
        st = look_at_bands(s, shares, bands, grams, err);
    free(shares);
    return st;
}

/* One or two bytes have no trigram: names that begin with them, in any case. */
static gaz_status find_short(search *s, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (unsigned upper = 0; st == GAZ_OK && upper < 1u << s->query->len; upper++) {
        char text[2] = {s->folded[0], s->query->len > 1 ? s->folded[1] : '\0'};
        bool same = false;
        for (size_t i = 0; i < s->query->len; i++) {
            bool letter = text[i] >= 'a' && text[i] <= 'z';
            same |= (upper >> i & 1) && !letter;
            if (upper >> i & 1 && letter)
                text[i] = (char)(text[i] - 32);
        }
        if (!same)
            st = find_beginning(s, text, s->query->len, 1, err);
    }
    return st;
}

static gaz_status find_fuzzy(search *s, gaz_error *err)
{
    for (size_t i = 0; i < s->query->len; i++)
        s->folded[i] = fold(s->query->text[i]);
    return s->query->len < 3 ? find_short(s, err) : find_by_grams(s, err);
}

/* ---- words ---- */

typedef struct row_list {
    GAZ_VEC(uint32_t) rows;
    size_t max;
    bool failed, more;
} row_list;

static bool take_row(void *ctx, int64_t row)
{
    row_list *list = ctx;
    if (list->rows.len >= list->max) {
        list->more = true;
        return false;
    }
    list->failed = row < 0 || row > UINT32_MAX || !gaz_vec_push(&list->rows, (uint32_t)row);
    return !list->failed;
}

static bool is_live(const search *s, uint32_t doc)
{
    const gaz_symbol_query *q = s->query;
    for (uint32_t i = s->vs->first[doc]; i < s->vs->first[doc + 1]; i++)
        if (!q->accepts || q->accepts(q->ctx, s->vs->files[i]))
            return true;
    return false;
}

/* Whether the words of a query are among those of a name, the last as a beginning. Both as from
 * symbol_split_words(). */
static bool has_words(const char *name, const char *query)
{
    for (const char *q = query; *q;) {
        size_t len = strcspn(q, " ");
        const char *next = q + len + (q[len] == ' ');
        bool found = false;
        for (const char *n = name; *n && !found;) {
            size_t n_len = strcspn(n, " ");
            found = (n_len == len || (!*next && n_len > len)) && memcmp(n, q, len) == 0;
            n += n_len + (n[n_len] == ' ');
        }
        if (!found)
            return false;
        q = next;
    }
    return true;
}

static gaz_status offer_row(search *s, uint32_t row, const char *query, gaz_arena *scratch,
                            gaz_error *err)
{
    symbol_reading r;
    gaz_symbol_definition d;
    symbol_place place = {0};
    gaz_strbuf words = GAZ_STRBUF_INIT;
    gaz_status st = symbol_segment_definition_at(s->vs->seg, row, &place.doc, &place.index, err);
    if (st != GAZ_OK || !is_live(s, place.doc))
        return st;
    gaz_arena_reset(scratch);
    st = symbol_reading_open(&r, s->vs->seg, place.doc, scratch, false, err);
    if (st == GAZ_OK)
        st = symbol_reading_definition(&r, place.index, &d, err);
    if (st != GAZ_OK)
        return st;
    symbol_split_words(d.name.data, d.name.len, &words);
    place.kind = d.kind;
    place.flags = d.flags;
    if (!has_words(words.data, query)) /* else it was found by its name */
        st = offer(s, &place, GAZ_SYMBOL_NONE, 1, err);
    gaz_strbuf_release(&words);
    return st;
}

static gaz_status offer_texts(search *s, const row_list *list, const char *query, gaz_error *err)
{
    gaz_arena scratch;
    gaz_status st = GAZ_OK;
    gaz_arena_init(&scratch, (size_t)64 << 20);
    for (size_t i = 0; st == GAZ_OK && i < list->rows.len && goes_on(s); i++)
        st = offer_row(s, list->rows.items[i], query, &scratch, err);
    gaz_arena_release(&scratch);
    return st;
}

static gaz_status offer_names(search *s, const row_list *list, gaz_error *err)
{
    symbol_walk w;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < list->rows.len && goes_on(s); i++) {
        st = symbol_walk_to(&w, s->vs->seg, list->rows.items[i], err);
        if (st == GAZ_OK)
            st = offer_name(s, &w, 0, err);
    }
    return st == GAZ_DONE ? symbol_segment_damaged("its words name a name beyond the last", err)
                          : st;
}

static gaz_status find_words(search *s, gaz_error *err)
{
    gaz_strbuf split = GAZ_STRBUF_INIT;
    row_list names = {.max = NAME_ROWS_MAX}, texts = {.max = TEXT_ROWS_MAX};
    symbol_words *words = NULL;
    symbol_split_words(s->query->text, s->query->len, &split);
    gaz_status st = gaz_strbuf_check(&split, err);
    if (st == GAZ_OK && split.len)
        st = symbol_segment_words(s->vs->seg, &words, err);
    if (words && st == GAZ_OK)
        st = symbol_words_find(words, true, split.data, take_row, &names, err);
    if (st == GAZ_OK && names.failed)
        st = no_memory(err);
    if (st == GAZ_OK)
        st = offer_names(s, &names, err);
    bool full = s->heap.len >= s->query->limit && s->heap.len && !s->heap.items[0].distance;
    if (words && st == GAZ_OK && !full) /* else nothing that comes now is among the best */
        st = symbol_words_find(words, false, split.data, take_row, &texts, err);
    if (st == GAZ_OK && texts.failed)
        st = no_memory(err);
    if (st == GAZ_OK)
        st = offer_texts(s, &texts, split.data, err);
    s->complete &= !names.more && !texts.more;
    gaz_vec_free(&names.rows);
    gaz_vec_free(&texts.rows);
    gaz_strbuf_release(&split);
    return st;
}

/* ---- all together ---- */

static gaz_status find_in_segment(search *s, gaz_error *err)
{
    switch (s->query->match) {
    case GAZ_SYMBOL_EXACT:
        return find_exact(s, err);
    case GAZ_SYMBOL_PREFIX:
        return find_beginning(s, s->query->text, s->query->len, 1, err);
    case GAZ_SYMBOL_FUZZY:
        return find_fuzzy(s, err);
    default:
        return find_words(s, err);
    }
}

static gaz_status give_name(const search *s, const candidate *c, gaz_arena *arena,
                            gaz_symbol_hit *hit, gaz_error *err)
{
    gaz_symbol_segment *seg = s->view->segments[c->segment].seg;
    if (c->name == GAZ_SYMBOL_NONE) {
        gaz_symbol_definition d;
        gaz_status st = gaz_symbol_view_definition(s->view, c->file, c->index, arena, &d, err);
        if (st == GAZ_OK)
            hit->name = d.name;
        return st;
    }
    symbol_walk w;
    gaz_status st = symbol_walk_to(&w, seg, c->name, err);
    if (st != GAZ_OK)
        return st == GAZ_DONE ? symbol_segment_damaged("a name is gone", err) : st;
    hit->name = (gaz_symbol_name){gaz_arena_strndup(arena, w.name, w.len), w.len};
    return hit->name.data ? GAZ_OK : no_memory(err);
}

/* The heap, emptied from its worst. */
static gaz_status give_hits(search *s, gaz_arena *arena, gaz_symbol_hits *out, gaz_error *err)
{
    size_t count = s->heap.len;
    gaz_symbol_hit *hits = gaz_arena_array(arena, count + 1, sizeof *hits);
    gaz_status st = hits ? GAZ_OK : no_memory(err);
    for (size_t left = count; st == GAZ_OK && left--;) {
        const candidate c = s->heap.items[0];
        s->heap.items[0] = s->heap.items[left];
        sift_down(s->heap.items, left, 0);
        hits[left] = (gaz_symbol_hit){.file = c.file,
                                      .index = c.index,
                                      .kind = c.kind,
                                      .flags = c.flags,
                                      .distance = c.distance};
        st = give_name(s, &c, arena, &hits[left], err);
    }
    if (st == GAZ_OK)
        *out = (gaz_symbol_hits){hits, (uint32_t)count, s->total, s->complete};
    return st;
}

gaz_status gaz_symbol_view_find(gaz_symbol_view *view, const gaz_symbol_query *query,
                                gaz_arena *arena, gaz_symbol_hits *out, gaz_error *err)
{
    if (!query->len || query->len > GAZ_SYMBOL_NAME_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the name of a symbol has 1 to %u bytes",
                             GAZ_SYMBOL_NAME_MAX);
    search *s = calloc(1, sizeof *s);
    if (!s)
        return no_memory(err);
    s->view = view;
    s->query = query;
    s->complete = true;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < view->segment_count; i++) {
        s->segment = i;
        s->vs = &view->segments[i];
        if (s->vs->seg)
            st = find_in_segment(s, err);
    }
    if (st == GAZ_OK)
        st = give_hits(s, arena, out, err);
    gaz_vec_free(&s->heap);
    free(s);
    return st;
}
