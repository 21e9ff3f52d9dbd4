/* Views: which document of which segment holds the facts of each file of a ref, and back from
 * documents to files. What no file of the ref has is not answered: a document without files is
 * dead there. */
#include "symbol_view.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the symbols of a ref");
}

static gaz_status locate(gaz_symbol_view *v, const gaz_symbol_file *file, view_place *out,
                         gaz_error *err)
{
    const gaz_symbol_key key = {file->oid, file->language};
    *out = (view_place){GAZ_SYMBOL_NONE, 0};
    for (size_t i = v->segment_count; i-- > 0;) {
        uint32_t doc;
        gaz_status st = v->segments[i].seg
                            ? gaz_symbol_segment_find(v->segments[i].seg, &key, &doc, err)
                            : GAZ_E_NOT_FOUND;
        if (st == GAZ_OK) {
            *out = (view_place){(uint32_t)i, doc};
            return GAZ_OK;
        }
        if (st != GAZ_E_NOT_FOUND)
            return st;
    }
    return GAZ_OK;
}

static gaz_status locate_all(gaz_symbol_view *v, const gaz_symbol_file *files, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < v->file_count; i++) {
        v->places[i] = (view_place){GAZ_SYMBOL_NONE, 0};
        if (!files[i].language)
            continue;
        st = locate(v, &files[i], &v->places[i], err);
        v->wanted++;
        v->found += v->places[i].segment != GAZ_SYMBOL_NONE;
    }
    return st;
}

/* A counting sort of the files by their documents. */
static gaz_status turn_round(gaz_symbol_view *v, gaz_error *err)
{
    uint32_t *count = calloc(v->segment_count + 1, sizeof *count);
    if (!count)
        return no_memory(err);
    for (uint32_t i = 0; i < v->file_count; i++)
        if (v->places[i].segment != GAZ_SYMBOL_NONE)
            count[v->places[i].segment]++;
    gaz_status st = GAZ_OK;
    for (size_t s = 0; st == GAZ_OK && s < v->segment_count; s++) {
        view_segment *vs = &v->segments[s];
        vs->first = calloc((vs->seg ? vs->seg->docs : 0) + (size_t)2, sizeof *vs->first);
        vs->files = malloc(((size_t)count[s] + 1) * sizeof *vs->files);
        if (!vs->first || !vs->files)
            st = no_memory(err);
    }
    free(count);
    for (uint32_t i = 0; st == GAZ_OK && i < v->file_count; i++)
        if (v->places[i].segment != GAZ_SYMBOL_NONE)
            v->segments[v->places[i].segment].first[v->places[i].doc + 2]++;
    for (size_t s = 0; st == GAZ_OK && s < v->segment_count; s++)
        for (uint32_t d = 0; v->segments[s].seg && d < v->segments[s].seg->docs; d++)
            v->segments[s].first[d + 1] += d ? v->segments[s].first[d] : 0;
    return st;
}

static void place_files(gaz_symbol_view *v)
{
    for (uint32_t i = 0; i < v->file_count; i++) {
        if (v->places[i].segment == GAZ_SYMBOL_NONE)
            continue;
        view_segment *vs = &v->segments[v->places[i].segment];
        vs->files[vs->first[v->places[i].doc + 1]++] = i;
    }
}

gaz_status gaz_symbol_view_new(gaz_symbol_segment *const *segments, size_t count,
                               const gaz_symbol_file *files, uint32_t file_count,
                               const uint32_t *rank, gaz_symbol_view **out, gaz_error *err)
{
    gaz_symbol_view *v = calloc(1, sizeof *v);
    if (!v)
        return no_memory(err);
    atomic_init(&v->refs, 1);
    v->file_count = file_count;
    v->segments = calloc(count + 1, sizeof *v->segments);
    v->places = calloc((size_t)file_count + 1, sizeof *v->places);
    v->rank = rank ? malloc(((size_t)file_count + 1) * sizeof *rank) : NULL;
    gaz_status st = v->segments && v->places && (!rank || v->rank) ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK && rank)
        memcpy(v->rank, rank, (size_t)file_count * sizeof *rank);
    for (size_t i = 0; st == GAZ_OK && i < count; i++)
        v->segments[i].seg = segments[i] ? gaz_symbol_segment_ref(segments[i]) : NULL;
    v->segment_count = st == GAZ_OK ? count : 0;
    if (st == GAZ_OK)
        st = locate_all(v, files, err);
    if (st == GAZ_OK)
        st = turn_round(v, err);
    if (st != GAZ_OK) {
        gaz_symbol_view_unref(v);
        return st;
    }
    place_files(v);
    *out = v;
    return GAZ_OK;
}

gaz_symbol_view *gaz_symbol_view_ref(gaz_symbol_view *view)
{
    atomic_fetch_add(&view->refs, 1);
    return view;
}

void gaz_symbol_view_unref(gaz_symbol_view *v)
{
    if (!v || atomic_fetch_sub(&v->refs, 1) != 1)
        return;
    for (size_t s = 0; s < v->segment_count; s++) {
        gaz_symbol_segment_unref(v->segments[s].seg);
        free(v->segments[s].first);
        free(v->segments[s].files);
    }
    free(v->segments);
    free(v->places);
    free(v->rank);
    free(v);
}

void gaz_symbol_view_counts(const gaz_symbol_view *view, uint32_t *wanted, uint32_t *found)
{
    *wanted = view->wanted;
    *found = view->found;
}

/* ---- one file ---- */

static gaz_status place_of(const gaz_symbol_view *v, uint32_t file, gaz_symbol_segment **seg,
                           uint32_t *doc)
{
    if (file >= v->file_count || v->places[file].segment == GAZ_SYMBOL_NONE)
        return GAZ_E_NOT_FOUND;
    *seg = v->segments[v->places[file].segment].seg;
    *doc = v->places[file].doc;
    return GAZ_OK;
}

gaz_status gaz_symbol_view_document(gaz_symbol_view *view, uint32_t file, gaz_symbol_document *out,
                                    gaz_error *err)
{
    gaz_symbol_segment *seg = NULL;
    uint32_t doc = 0;
    gaz_status st = place_of(view, file, &seg, &doc);
    return st == GAZ_OK ? gaz_symbol_segment_document(seg, doc, out, err) : st;
}

gaz_status gaz_symbol_view_facts(gaz_symbol_view *view, uint32_t file, unsigned wanted,
                                 gaz_arena *arena, gaz_symbol_facts *out, gaz_error *err)
{
    gaz_symbol_segment *seg = NULL;
    uint32_t doc = 0;
    gaz_status st = place_of(view, file, &seg, &doc);
    return st == GAZ_OK ? gaz_symbol_segment_facts(seg, doc, wanted, arena, out, err) : st;
}

gaz_status gaz_symbol_view_definition(gaz_symbol_view *view, uint32_t file, uint32_t index,
                                      gaz_arena *arena, gaz_symbol_definition *out, gaz_error *err)
{
    gaz_symbol_segment *seg = NULL;
    uint32_t doc = 0;
    symbol_reading r;
    gaz_status st = place_of(view, file, &seg, &doc);
    if (st == GAZ_OK)
        st = symbol_reading_open(&r, seg, doc, arena, false, err);
    return st == GAZ_OK ? symbol_reading_definition(&r, index, out, err) : st;
}

/* ---- uses of a name ---- */

static int by_rank(const void *a, const void *b, void *view)
{
    uint32_t x = view_rank(view, ((const gaz_symbol_use *)a)->file),
             y = view_rank(view, ((const gaz_symbol_use *)b)->file);
    return (x > y) - (x < y);
}

typedef GAZ_VEC(gaz_symbol_use) use_list;

static gaz_status collect_uses(const view_segment *vs, const char *name, size_t len, use_list *out,
                               uint64_t *total, gaz_error *err)
{
    symbol_walk w;
    symbol_list list;
    gaz_status st = symbol_walk_seek(&w, vs->seg, name, len, err);
    if (st == GAZ_DONE || (st == GAZ_OK && !symbol_walk_is(&w, name, len)))
        return GAZ_OK;
    if (st == GAZ_OK)
        st = symbol_list_open(&w, &list, err);
    if (st == GAZ_OK)
        st = symbol_list_uses(&list, err);
    uint32_t doc, count;
    while (st == GAZ_OK && (st = symbol_list_use(&list, &doc, &count, err)) == GAZ_OK)
        for (uint32_t i = vs->first[doc]; st == GAZ_OK && i < vs->first[doc + 1]; i++) {
            gaz_symbol_use use = {vs->files[i], count};
            *total += count;
            if (!gaz_vec_push(out, use))
                st = no_memory(err);
        }
    return st == GAZ_DONE ? GAZ_OK : st;
}

gaz_status gaz_symbol_view_uses(gaz_symbol_view *v, const char *name, size_t len, gaz_arena *arena,
                                gaz_symbol_use **out, uint32_t *count, uint64_t *total,
                                gaz_error *err)
{
    use_list uses = {0};
    uint64_t sum = 0;
    gaz_status st = GAZ_OK;
    for (size_t s = 0; st == GAZ_OK && s < v->segment_count; s++)
        if (v->segments[s].seg)
            st = collect_uses(&v->segments[s], name, len, &uses, &sum, err);
    gaz_symbol_use *kept = NULL;
    if (st == GAZ_OK && !(kept = gaz_arena_array(arena, uses.len + 1, sizeof *kept)))
        st = no_memory(err);
    if (st == GAZ_OK) {
        if (uses.len) {
            qsort_r(uses.items, uses.len, sizeof *uses.items, by_rank, v);
            memcpy(kept, uses.items, uses.len * sizeof *kept);
        }
        *out = kept;
        *count = (uint32_t)uses.len;
        *total = sum;
    }
    gaz_vec_free(&uses);
    return st;
}

gaz_status gaz_symbol_view_references(gaz_symbol_view *view, uint32_t file, const char *name,
                                      size_t len, gaz_arena *arena, gaz_symbol_reference **out,
                                      uint32_t *count, gaz_error *err)
{
    gaz_symbol_segment *seg = NULL;
    uint32_t doc = 0, place = GAZ_SYMBOL_NONE, n = 0;
    symbol_reading r;
    symbol_walk w;
    gaz_status st = place_of(view, file, &seg, &doc);
    if (st == GAZ_OK)
        st = symbol_walk_seek(&w, seg, name, len, err);
    bool known = st == GAZ_OK && symbol_walk_is(&w, name, len);
    if (st == GAZ_DONE)
        st = GAZ_OK;
    if (st == GAZ_OK)
        st = symbol_reading_open(&r, seg, doc, arena, true, err);
    if (st == GAZ_OK && known)
        st = symbol_reading_place(&r, w.rank, &place, err);
    if (st != GAZ_OK)
        return st;
    /* How many there are is known afterwards: room for all is borrowed, and pages that are not
     * written cost nothing. */
    size_t room = place == GAZ_SYMBOL_NONE ? 1 : (size_t)r.record.document.references + 1;
    gaz_symbol_reference *all = malloc(room * sizeof *all), *kept = NULL;
    symbol_decoding d = symbol_reading_decoding(&r);
    if (!all)
        return no_memory(err);
    if (place != GAZ_SYMBOL_NONE)
        st = symbol_decode_references(&d, place, all, &n, err);
    if (st == GAZ_OK && !(kept = gaz_arena_array(arena, n + (size_t)1, sizeof *kept)))
        st = no_memory(err);
    if (st == GAZ_OK) {
        if (n)
            memcpy(kept, all, n * sizeof *kept);
        *out = kept;
        *count = n;
    }
    free(all);
    return st;
}
