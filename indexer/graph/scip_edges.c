/* Edges of a SCIP index: occurrences by place, and for each symbol its definitions, uses and heirs
 * as parts of three arrays. */
#include <stdlib.h>
#include <string.h>

#include "scip_private.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the edges of a SCIP index");
}

static int by_place(const void *left, const void *right)
{
    const scip_entry *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    if (a->definition != b->definition)
        return a->definition ? 1 : -1;
    return a->symbol < b->symbol ? -1 : a->symbol > b->symbol;
}

gaz_status scip_edges_new(uint32_t file_count, gaz_scip_edges **out, gaz_error *err)
{
    gaz_scip_edges *e = calloc(1, sizeof *e);
    if (e)
        e->covered = calloc((size_t)file_count + 1, 1);
    if (!e || !e->covered) {
        free(e);
        return no_memory(err);
    }
    atomic_init(&e->refs, 1);
    e->file_count = file_count;
    *out = e;
    return GAZ_OK;
}

size_t scip_edges_size(uint64_t entries, uint64_t symbols, uint64_t pairs, uint64_t files)
{
    return (size_t)(sizeof(gaz_scip_edges) + files +
                    entries * (sizeof(scip_entry) + sizeof(gaz_scip_place)) +
                    symbols * (3 * sizeof(uint32_t) + sizeof(scip_key) + 1) +
                    pairs * 3 * sizeof(uint32_t));
}

size_t gaz_scip_edges_memory(const gaz_scip_edges *e)
{
    return scip_edges_size(e->entries.len, e->symbol_count, e->heir_first[e->symbol_count],
                           e->file_count);
}

/* A counting sort by symbol; the order of places stays. */
static gaz_status list_by_symbol(const gaz_scip_edges *e, bool definitions, scip_list *out,
                                 gaz_error *err)
{
    size_t count = 0;
    out->first = calloc(e->symbol_count + (size_t)2, sizeof *out->first);
    for (size_t i = 0; out->first && i < e->entries.len; i++)
        if (e->entries.items[i].definition == definitions) {
            out->first[e->entries.items[i].symbol + 2]++;
            count++;
        }
    out->places = malloc((count + 1) * sizeof *out->places);
    if (!out->first || !out->places)
        return no_memory(err);
    for (uint32_t s = 0; s < e->symbol_count; s++)
        out->first[s + 2] += out->first[s + 1];
    for (size_t i = 0; i < e->entries.len; i++) {
        const scip_entry *x = &e->entries.items[i];
        if (x->definition == definitions)
            out->places[out->first[x->symbol + 1]++] = (gaz_scip_place){x->file, x->start, x->end};
    }
    return GAZ_OK;
}

static int by_pair(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right; /* heir, base */
    if (a[1] != b[1])
        return a[1] < b[1] ? -1 : 1;
    return a[0] < b[0] ? -1 : a[0] > b[0];
}

static gaz_status list_heirs(gaz_scip_edges *e, const uint32_t *pairs, size_t count, gaz_error *err)
{
    uint32_t(*sorted)[2] = malloc((count + 1) * sizeof *sorted);
    e->heir_first = calloc(e->symbol_count + (size_t)2, sizeof *e->heir_first);
    e->heirs = malloc((count + 1) * sizeof *e->heirs);
    if (!sorted || !e->heir_first || !e->heirs) {
        free(sorted);
        return no_memory(err);
    }
    if (count) {
        memcpy(sorted, pairs, count * sizeof *sorted);
        qsort(sorted, count, sizeof *sorted, by_pair);
    }
    uint32_t n = 0;
    for (size_t i = 0; i < count; i++)
        if (!i || by_pair(sorted[i - 1], sorted[i]) != 0) {
            e->heirs[n++] = sorted[i][0];
            e->heir_first[sorted[i][1] + 1] = n;
        }
    for (uint32_t s = 0; s < e->symbol_count; s++)
        if (!e->heir_first[s + 1])
            e->heir_first[s + 1] = e->heir_first[s];
    free(sorted);
    return GAZ_OK;
}

/* Files of ours have them in order. */
static void sort_entries(gaz_scip_edges *e)
{
    size_t i = 1;
    while (i < e->entries.len && by_place(&e->entries.items[i - 1], &e->entries.items[i]) <= 0)
        i++;
    if (i < e->entries.len)
        qsort(e->entries.items, e->entries.len, sizeof *e->entries.items, by_place);
}

static void drop_repeated(gaz_scip_edges *e)
{
    size_t n = 0;
    for (size_t i = 0; i < e->entries.len; i++)
        if (!n || by_place(&e->entries.items[n - 1], &e->entries.items[i]) != 0)
            e->entries.items[n++] = e->entries.items[i];
    e->entries.len = n;
}

gaz_status scip_edges_finish(gaz_scip_edges *e, const uint32_t *pairs, size_t pair_count,
                             gaz_error *err)
{
    sort_entries(e);
    drop_repeated(e);
    gaz_status st = list_by_symbol(e, true, &e->definitions, err);
    if (st == GAZ_OK)
        st = list_by_symbol(e, false, &e->uses, err);
    if (st == GAZ_OK)
        st = list_heirs(e, pairs, pair_count, err);
    if (st != GAZ_OK)
        return st;
    e->summary.occurrences = e->entries.len;
    for (size_t i = 0; i < e->entries.len; i++) {
        const scip_entry *x = &e->entries.items[i];
        e->summary.definitions += x->definition;
        e->summary.foreign +=
            e->definitions.first[x->symbol] == e->definitions.first[x->symbol + 1];
    }
    return GAZ_OK;
}

gaz_scip_edges *gaz_scip_edges_ref(gaz_scip_edges *e)
{
    atomic_fetch_add(&e->refs, 1);
    return e;
}

void gaz_scip_edges_unref(gaz_scip_edges *e)
{
    if (!e || atomic_fetch_sub(&e->refs, 1) != 1)
        return;
    free(e->covered);
    free(e->definitions.first);
    free(e->definitions.places);
    free(e->uses.first);
    free(e->uses.places);
    free(e->heir_first);
    free(e->heirs);
    gaz_vec_free(&e->entries);
    gaz_vec_free(&e->flags);
    gaz_vec_free(&e->keys);
    free(e);
}

const gaz_scip_summary *gaz_scip_edges_summary(const gaz_scip_edges *edges)
{
    return &edges->summary;
}

unsigned gaz_scip_edges_cover(const gaz_scip_edges *e, uint32_t file)
{
    return file < e->file_count ? e->covered[file] : 0;
}

bool gaz_scip_edges_intact(const gaz_scip_edges *e, unsigned index)
{
    return index >= 1 && index <= GAZ_SCIP_LOADED_MAX && !(e->broken >> (index - 1) & 1);
}

/* The first entry at or behind a place. */
static size_t seek(const gaz_scip_edges *e, uint32_t file, uint32_t at)
{
    size_t low = 0, high = e->entries.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const scip_entry *x = &e->entries.items[middle];
        if (x->file < file || (x->file == file && x->start < at))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static const gaz_scip_place *part(const scip_list *list, uint32_t symbol, uint32_t *count)
{
    *count = list->first[symbol + 1] - list->first[symbol];
    return list->places + list->first[symbol];
}

void gaz_scip_edges_at(const gaz_scip_edges *e, uint32_t file, uint32_t at, gaz_scip_meaning *out)
{
    *out = (gaz_scip_meaning){.symbol = UINT32_MAX};
    size_t i = seek(e, file, at);
    if (i == e->entries.len || e->entries.items[i].file != file || e->entries.items[i].start != at)
        return;
    const scip_entry *x = &e->entries.items[i];
    while (x->end == at && i + 1 < e->entries.len && x[1].file == file && x[1].start == at) {
        x++; /* an empty range stands for the file */
        i++;
    }
    out->targets = part(&e->definitions, x->symbol, &out->count);
    out->lost = e->flags.items[x->symbol] & SCIP_LOST ||
                (!out->count && e->flags.items[x->symbol] & SCIP_UNPLACED);
    if (out->lost) {
        out->count = 0;
        return;
    }
    out->known = true;
    out->definition = x->definition;
    out->local = e->flags.items[x->symbol] & SCIP_LOCAL;
    out->symbol = x->symbol;
}

bool gaz_scip_edges_bind(const gaz_scip_edges *e, uint32_t from, uint32_t to)
{
    for (size_t i = seek(e, from, 0); i < e->entries.len && e->entries.items[i].file == from; i++) {
        uint32_t count = 0;
        const gaz_scip_place *p = part(&e->definitions, e->entries.items[i].symbol, &count);
        if (e->flags.items[e->entries.items[i].symbol] & SCIP_LOST)
            continue;
        for (uint32_t k = 0; k < count; k++)
            if (p[k].file == to)
                return true;
    }
    return false;
}

uint32_t gaz_scip_edges_symbol(const gaz_scip_edges *e, uint32_t file, uint32_t at)
{
    for (size_t i = seek(e, file, at);
         i < e->entries.len && e->entries.items[i].file == file && e->entries.items[i].start == at;
         i++)
        if (e->entries.items[i].definition)
            return e->entries.items[i].symbol;
    return UINT32_MAX;
}

const gaz_scip_place *gaz_scip_edges_uses(const gaz_scip_edges *e, uint32_t symbol, uint32_t *count)
{
    *count = 0;
    return symbol < e->symbol_count ? part(&e->uses, symbol, count) : NULL;
}

const gaz_scip_place *gaz_scip_edges_definitions(const gaz_scip_edges *e, uint32_t symbol,
                                                 uint32_t *count)
{
    *count = 0;
    return symbol < e->symbol_count ? part(&e->definitions, symbol, count) : NULL;
}

const uint32_t *gaz_scip_edges_heirs(const gaz_scip_edges *e, uint32_t symbol, uint32_t *count)
{
    *count = 0;
    if (symbol >= e->symbol_count)
        return NULL;
    *count = e->heir_first[symbol + 1] - e->heir_first[symbol];
    return e->heirs + e->heir_first[symbol];
}
