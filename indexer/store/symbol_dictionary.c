/* The dictionary of a symbol segment: its names in byte order, 16 to a block, each as the bytes it
 * shares with the one before and the rest; behind each the length of its list, so that a block's
 * one pointer into the lists serves them all. */
#include <string.h>

#include "symbol_segment.h"

static gaz_status broken(gaz_error *err)
{
    return symbol_segment_damaged("its dictionary does not decode", err);
}

/* Where a block begins in the names and in the lists. */
static gaz_status block_at(gaz_symbol_segment *seg, uint32_t block, uint32_t *names,
                           uint64_t *lists, gaz_error *err)
{
    const uint8_t *entry;
    gaz_status st =
        gaz_sealed_get(seg->file, SYMBOL_NAME_BLOCKS, (uint64_t)block * SYMBOL_NAME_BLOCK_BYTES,
                       SYMBOL_NAME_BLOCK_BYTES, &entry, err);
    if (st == GAZ_OK) {
        *names = gaz_le32(entry);
        *lists = gaz_le64(entry + 8);
    }
    return st;
}

static gaz_status block_bytes(gaz_symbol_segment *seg, uint32_t block, const uint8_t **at,
                              const uint8_t **end, uint64_t *lists, gaz_error *err)
{
    uint32_t from = 0, to = 0;
    uint64_t ignored, whole = gaz_sealed_len(seg->file, SYMBOL_NAMES);
    gaz_status st = block_at(seg, block, &from, lists, err);
    if (st == GAZ_OK && block + 1 < seg->blocks)
        st = block_at(seg, block + 1, &to, &ignored, err);
    else
        to = (uint32_t)whole;
    if (st == GAZ_OK && (from > to || to > whole))
        return broken(err);
    const uint8_t *data;
    if (st == GAZ_OK)
        st = gaz_sealed_get(seg->file, SYMBOL_NAMES, from, to - from, &data, err);
    if (st == GAZ_OK) {
        *at = data;
        *end = data + (to - from);
    }
    return st;
}

static const uint8_t *take(const uint8_t *at, const uint8_t *end, uint64_t *v)
{
    if (at && at < end && *at < 0x80) {
        *v = *at;
        return at + 1;
    }
    return at ? gaz_varint_decode(at, end, v) : NULL;
}

/* The entry at w->at becomes the one it stands at. */
static gaz_status read_entry(symbol_walk *w, gaz_error *err)
{
    uint64_t shared = 0, rest = 0, list = 0;
    const uint8_t *at = take(w->at, w->end, &shared);
    at = take(at, w->end, &rest);
    if (!at || shared > w->len || rest > GAZ_SYMBOL_NAME_MAX - shared ||
        rest > (uint64_t)(w->end - at))
        return broken(err);
    memcpy(w->name + shared, at, rest);
    w->len = (uint32_t)(shared + rest);
    at = take(at + rest, w->end, &list);
    if (!at || list > UINT32_MAX)
        return broken(err);
    w->list += w->list_len;
    w->list_len = (uint32_t)list;
    w->at = at;
    return GAZ_OK;
}

static gaz_status enter_block(symbol_walk *w, uint32_t block, gaz_error *err)
{
    gaz_status st = block_bytes(w->seg, block, &w->at, &w->end, &w->list, err);
    w->rank = block * SYMBOL_BLOCK_NAMES;
    w->list_len = 0;
    w->len = 0;
    return st == GAZ_OK ? read_entry(w, err) : st;
}

gaz_status symbol_walk_next(symbol_walk *w, gaz_error *err)
{
    if (w->rank + 1 >= w->seg->names)
        return GAZ_DONE;
    if ((w->rank + 1) % SYMBOL_BLOCK_NAMES == 0)
        return enter_block(w, (w->rank + 1) / SYMBOL_BLOCK_NAMES, err);
    w->rank++;
    return read_entry(w, err);
}

gaz_status symbol_walk_to(symbol_walk *w, gaz_symbol_segment *seg, uint32_t rank, gaz_error *err)
{
    w->seg = seg;
    if (rank >= seg->names)
        return GAZ_DONE;
    gaz_status st = enter_block(w, rank / SYMBOL_BLOCK_NAMES, err);
    while (st == GAZ_OK && w->rank < rank)
        st = symbol_walk_next(w, err);
    return st;
}

static int compare(const char *a, size_t a_len, const char *b, size_t b_len)
{
    int c = memcmp(a, b, a_len < b_len ? a_len : b_len);
    return c ? c : (a_len > b_len) - (a_len < b_len);
}

bool symbol_walk_is(const symbol_walk *w, const char *name, size_t len)
{
    return w->len == len && memcmp(w->name, name, len) == 0;
}

/* A block's first name stands whole at its beginning. */
static gaz_status first_of(gaz_symbol_segment *seg, uint32_t block, const char **name, size_t *len,
                           gaz_error *err)
{
    const uint8_t *at, *end;
    uint64_t lists, shared = 0, rest = 0;
    gaz_status st = block_bytes(seg, block, &at, &end, &lists, err);
    if (st != GAZ_OK)
        return st;
    at = take(at, end, &shared);
    at = take(at, end, &rest);
    if (!at || shared || rest > (uint64_t)(end - at))
        return broken(err);
    *name = (const char *)at;
    *len = (size_t)rest;
    return GAZ_OK;
}

gaz_status symbol_walk_seek(symbol_walk *w, gaz_symbol_segment *seg, const char *name, size_t len,
                            gaz_error *err)
{
    uint32_t lo = 0, hi = seg->blocks; /* the first block whose first name is beyond `name` */
    while (lo < hi) {
        uint32_t mid = lo + (hi - lo) / 2;
        const char *first = "";
        size_t first_len = 0;
        gaz_status st = first_of(seg, mid, &first, &first_len, err);
        if (st != GAZ_OK)
            return st;
        if (compare(first, first_len, name, len) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    gaz_status st = symbol_walk_to(w, seg, lo ? (lo - 1) * SYMBOL_BLOCK_NAMES : 0, err);
    while (st == GAZ_OK && compare(w->name, w->len, name, len) < 0)
        st = symbol_walk_next(w, err);
    return st;
}

/* ---- lists ---- */

static gaz_status take32(symbol_list *list, uint32_t *v, gaz_error *err)
{
    uint64_t value = 0;
    list->at = take(list->at, list->end, &value);
    if (!list->at || value > UINT32_MAX)
        return symbol_segment_damaged("the list of a name does not decode", err);
    *v = (uint32_t)value;
    return GAZ_OK;
}

gaz_status symbol_list_open(const symbol_walk *w, symbol_list *out, gaz_error *err)
{
    const uint8_t *data;
    gaz_status st = gaz_sealed_get(w->seg->file, SYMBOL_POSTINGS, w->list, w->list_len, &data, err);
    if (st != GAZ_OK)
        return st;
    *out = (symbol_list){.seg = w->seg, .at = data, .end = data + w->list_len};
    return take32(out, &out->left, err);
}

static gaz_status take_doc(symbol_list *list, uint32_t *step, gaz_error *err)
{
    gaz_status st = take32(list, step, err);
    if (st == GAZ_OK && *step >= list->seg->docs - list->doc)
        st = symbol_segment_damaged("the list of a name names a document beyond the last", err);
    if (st == GAZ_OK)
        list->doc += *step;
    return st;
}

gaz_status symbol_list_definition(symbol_list *list, symbol_place *out, gaz_error *err)
{
    uint32_t step = 0, index = 0;
    if (!list->left)
        return GAZ_DONE;
    list->left--;
    gaz_status st = take_doc(list, &step, err);
    if (st == GAZ_OK)
        st = take32(list, &index, err);
    if (st != GAZ_OK)
        return st;
    if (list->begun && !step)
        index += list->index;
    list->begun = true;
    list->index = index;
    unsigned code = list->at < list->end ? *list->at++ : SYMBOL_PAIRS_MAX;
    if (code == SYMBOL_PAIRS_MAX && list->end - list->at >= 2) {
        *out = (symbol_place){list->doc, index, list->at[0], list->at[1]};
        list->at += 2;
    } else if (code < list->seg->pair_count) {
        const uint8_t *pair = list->seg->pairs[code];
        *out = (symbol_place){list->doc, index, pair[0], pair[1]};
    } else {
        return symbol_segment_damaged("the list of a name does not decode", err);
    }
    return GAZ_OK;
}

gaz_status symbol_list_uses(symbol_list *list, gaz_error *err)
{
    symbol_place ignored;
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK)
        st = symbol_list_definition(list, &ignored, err);
    list->doc = 0;
    return st == GAZ_DONE ? take32(list, &list->left, err) : st;
}

gaz_status symbol_list_use(symbol_list *list, uint32_t *doc, uint32_t *count, gaz_error *err)
{
    uint32_t step = 0;
    if (!list->left)
        return GAZ_DONE;
    list->left--;
    gaz_status st = take_doc(list, &step, err);
    if (st == GAZ_OK)
        st = take32(list, count, err);
    *doc = list->doc;
    return st;
}
