/* Collecting grams. A bitmap of all 2^24 trigrams finds the distinct ones of a chunk in one pass
 * without a branch on their content; only the distinct ones (some 1,400 per file of source) touch
 * the lists.
 *
 * Grams are taken from the case-folded text (Unicode simple folding), so that one index serves both
 * kinds of query. A trigram with a line end in its first or second place is dropped: literals never
 * hold one. One in the third place is kept: together with the virtual line end after an unfinished
 * last line it makes every 2-byte literal the prefix of some trigram, so that 2-byte literals need
 * no index of their own. Single bytes have their own lists, and so have whole words of up to four
 * characters: their trigrams are part of too many longer ones (`\bpte\b` is in every "adapter"). A
 * word here is a run of ASCII letters, digits and '_'; whatever else stands beside it ends it. */
#include "gram_index.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/utf8.h"
#include "gaz/base/varint.h"

#define UNIT 16u
#define SLAB ((size_t)1 << 20)
#define FOLD_BYTES ((size_t)1 << 20) /* folded at once: a line may be as long as a file */
#define NONE UINT32_MAX
#define LINK 6u /* bytes of a block's head: next (u32), used (u16) */
#define BLOCK_FIRST 16u
#define BLOCK_LAST 1024u

gaz_status gram_index_init(gram_index *g, gaz_error *err)
{
    *g = (gram_index){.folded = GAZ_STRBUF_INIT};
    g->folded.max = SIZE_MAX / 2;
    g->slot_of = calloc(GRAM_COUNT, sizeof *g->slot_of);
    g->seen = calloc(GRAM_COUNT / 64 + 1, sizeof *g->seen);
    if (!g->slot_of || !g->seen) {
        gram_index_release(g);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for an n-gram index");
    }
    return GAZ_OK;
}

void gram_index_release(gram_index *g)
{
    for (size_t i = 0; i < g->slabs.len; i++)
        free(g->slabs.items[i]);
    gaz_vec_free(&g->slabs);
    gaz_vec_free(&g->lists);
    gaz_vec_free(&g->fresh);
    gaz_strbuf_release(&g->folded);
    free(g->slot_of);
    free(g->seen);
    g->slot_of = NULL;
    g->seen = NULL;
}

size_t gram_index_memory(const gram_index *g)
{
    /* Of the two big tables only the pages that were touched are there; source code touches about a
     * sixth. */
    return g->slabs.len * SLAB + g->lists.cap * sizeof(gram_list) + g->folded.cap + GRAM_COUNT / 8 +
           GRAM_COUNT * 4 / 6;
}

static uint8_t *pool_at(const gram_index *g, uint32_t unit)
{
    size_t off = (size_t)unit * UNIT;
    return g->slabs.items[off / SLAB] + off % SLAB;
}

static uint32_t pool_take(gram_index *g, uint32_t bytes)
{
    uint32_t units = bytes / UNIT, per_slab = (uint32_t)(SLAB / UNIT);
    uint32_t left = (uint32_t)(g->slabs.len * per_slab) - g->pool_used;
    if (left < units) {
        uint8_t *slab = g->slabs.len < 65535 ? malloc(SLAB) : NULL;
        if (!slab || !gaz_vec_push(&g->slabs, slab)) {
            free(slab);
            return NONE;
        }
        g->pool_used = (uint32_t)((g->slabs.len - 1) * per_slab);
    }
    uint32_t at = g->pool_used;
    g->pool_used += units;
    return at;
}

static bool list_grow(gram_index *g, gram_list *list)
{
    uint32_t bytes = list->tail == NONE ? BLOCK_FIRST : (uint32_t)(list->cap + LINK) * 2;
    if (bytes > BLOCK_LAST)
        bytes = BLOCK_LAST;
    uint32_t block = pool_take(g, bytes);
    if (block == NONE)
        return false;
    gaz_put_le32(pool_at(g, block), NONE);
    if (list->tail == NONE) {
        list->first = block;
    } else {
        uint8_t *old = pool_at(g, list->tail);
        gaz_put_le32(old, block);
        gaz_put_le16(old + 4, list->used);
    }
    list->tail = block;
    list->used = 0;
    list->cap = (uint16_t)(bytes - LINK);
    return true;
}

static bool list_append(gram_index *g, gram_list *list, uint32_t chunk)
{
    if (list->cap - list->used < 5 && !list_grow(g, list))
        return false;
    uint8_t *at = pool_at(g, list->tail) + LINK + list->used;
    list->used = (uint16_t)(list->used + gaz_varint_encode(at, chunk + 1 - list->last));
    list->last = chunk + 1;
    list->count++;
    return true;
}

static bool append(gram_index *g, uint32_t gram, uint32_t chunk)
{
    uint32_t slot = g->slot_of[gram];
    if (!slot) {
        gram_list fresh = {.gram = gram, .first = NONE, .tail = NONE};
        if (!gaz_vec_push(&g->lists, fresh))
            return false;
        slot = g->slot_of[gram] = (uint32_t)g->lists.len;
    }
    return list_append(g, &g->lists.items[slot - 1], chunk);
}

static inline void note(gram_index *g, uint32_t gram)
{
    uint64_t *word = &g->seen[gram >> 6], bit = UINT64_C(1) << (gram & 63);
    if (!(*word & bit)) {
        *word |= bit;
        g->fresh.items[g->fresh.len++] = gram;
    }
}

/* A chunk being gone through, piece by piece. */
typedef struct gathering {
    uint32_t key;            /* the last three bytes */
    uint32_t word, word_len; /* the word they end in: its digits, while it is short */
    bool single[256];
    uint8_t fold[256], digit[256]; /* of bytes as they are */
} gathering;

static inline void end_word(gram_index *g, gathering *c)
{
    if (c->word_len - 1 < GRAM_WORD_MAX)
        note(g, GRAM_WORD_BASE + c->word);
    c->word = c->word_len = 0;
}

/* Notes the distinct grams of a piece; true unless out of memory. */
static bool collect(gram_index *g, gathering *c, const uint8_t *text, size_t len)
{
    static const size_t stride = 4096;
    uint32_t key = c->key;
    for (size_t at = 0; at < len; at += stride) {
        size_t n = len - at < stride ? len - at : stride;
        if (!gaz_vec_reserve(&g->fresh,
                             2 * stride + 8)) /* a word ends at every other byte at most */
            return false;
        for (size_t i = 0; i < n; i++) {
            uint8_t raw = text[at + i], b = c->fold[raw], digit = c->digit[raw];
            c->single[b] = true;
            key = (key << 8 | b) & 0xFFFFFF;
            note(g, key);
            if (digit) {
                c->word =
                    c->word * GRAM_DIGITS + digit; /* wraps in long words, which do not count */
                c->word_len++;
            } else {
                end_word(g, c);
            }
        }
    }
    c->key = key;
    return true;
}

static bool collect_end(gram_index *g, gathering *c)
{
    if (!gaz_vec_reserve(&g->fresh, 260))
        return false;
    note(g, (c->key << 8 | '\n') & 0xFFFFFF);
    end_word(g, c);
    for (uint32_t b = 0; b < 256; b++)
        if (c->single[b] && b != '\n')
            g->fresh.items[g->fresh.len++] = GRAM_UNIGRAM_BASE + b;
    return true;
}

/* The bytes of a text that are folded at once: about FOLD_BYTES, to the border of a character. Four
 * continuation bytes in a row belong to no character: anywhere behind them is a border. */
static size_t fold_len(const char *text, size_t len)
{
    size_t n = FOLD_BYTES;
    if (len <= n)
        return len;
    for (unsigned i = 0; i < 3 && ((unsigned char)text[n] & 0xC0) == 0x80; i++)
        n--;
    return ((unsigned char)text[n] & 0xC0) == 0x80 ? FOLD_BYTES : n;
}

static gaz_status gather(gram_index *g, const char *text, size_t len, bool ascii, gaz_error *err)
{
    gathering c = {.key = (uint32_t)'\n' << 8 | '\n'};
    bool ok = true;
    for (unsigned b = 0; b < 256; b++) {
        c.fold[b] = (uint8_t)(ascii && b >= 'A' && b <= 'Z' ? b + 32 : b);
        c.digit[b] = (uint8_t)gram_digit(c.fold[b]);
    }
    if (ascii)
        ok = collect(g, &c, (const uint8_t *)text, len);
    for (size_t at = 0, n; ok && !ascii && at < len; at += n) {
        n = fold_len(text + at, len - at);
        gaz_strbuf_reset(&g->folded);
        gaz_fold_text(&g->folded, text + at, n);
        gaz_status st = gaz_strbuf_check(&g->folded, err);
        if (st != GAZ_OK)
            return st;
        ok = collect(g, &c, (const uint8_t *)g->folded.data, g->folded.len);
    }
    return ok && collect_end(g, &c)
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_NOMEM, "no memory for the n-grams of a text of %zu bytes",
                               len);
}

gaz_status gram_index_add(gram_index *g, uint32_t chunk, const char *text, size_t len, bool ascii,
                          gaz_error *err)
{
    g->fresh.len = 0;
    gaz_status st = gather(g, text, len, ascii, err);
    for (size_t i = 0; i < g->fresh.len; i++) {
        uint32_t gram = g->fresh.items[i];
        if (gram < GRAM_UNIGRAM_BASE || gram >= GRAM_WORD_BASE)
            g->seen[gram >> 6] = 0;
        if (gram < GRAM_UNIGRAM_BASE) {
            if (gram >> 16 == '\n' || (gram >> 8 & 0xFF) == '\n')
                continue;
        }
        if (st == GAZ_OK && !append(g, gram, chunk))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for the n-grams of a text of %zu bytes",
                               len);
    }
    return st;
}

static int by_gram(const void *a, const void *b)
{
    uint32_t x = ((const gram_list *)a)->gram, y = ((const gram_list *)b)->gram;
    return x < y ? -1 : x > y;
}

void gram_index_sort(gram_index *g)
{
    if (g->lists.len)
        qsort(g->lists.items, g->lists.len, sizeof g->lists.items[0], by_gram);
}

void gram_list_bytes(const gram_index *g, const gram_list *list, gaz_strbuf *out)
{
    for (uint32_t block = list->first; block != NONE;) {
        const uint8_t *p = pool_at(g, block);
        uint32_t next = gaz_le32(p);
        gaz_strbuf_add(out, p + LINK, block == list->tail ? list->used : gaz_le16(p + 4));
        block = next;
    }
}
