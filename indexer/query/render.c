/* Rendering. The pieces of the document that may hold matching lines are gone through in order
 * until there are enough of them: lines are found again with their places, ranges by the exact
 * matcher. Texts point into blocks where that is cheap; see piece.c. How many lines there are in
 * all is known from checking. */
#include "render.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"

#define RANGES_PER_LINE 1024 /* of one atom: more are not marked */

/* The matching lines of one piece, of all atoms. */
typedef struct line_list {
    GAZ_VEC(gaz_line) lines; /* numbers in the document */
    size_t first;            /* of the current atom */
    size_t max;              /* of an atom: the first so many of all are among them */
    uint32_t base, from, to; /* number of the piece's first line; those wanted */
    bool failed;
} line_list;

void renderer_init(renderer *r, match_worker *worker)
{
    *r = (renderer){.worker = worker};
    pieces_init(&r->pieces, worker);
}

void renderer_release(renderer *r)
{
    pieces_release(&r->pieces);
    gaz_vec_free(&r->hits);
    gaz_vec_free(&r->spots);
    gaz_vec_free(&r->symbols);
    gaz_vec_free(&r->around);
    gaz_vec_free(&r->places);
    gaz_vec_free(&r->context);
    free(r->ranges);
    r->ranges = NULL;
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to show a file's lines");
}

gaz_status render_spend(const renderer *r, size_t *sum, size_t bytes)
{
    if (bytes > r->worker->memory_max || *sum > r->worker->memory_max - bytes)
        return GAZ_E_LIMIT;
    *sum += bytes;
    return GAZ_OK;
}

/* ---- which atoms, which pieces ---- */

/* Whether an atom's lines are shown and the index does not rule it out for a chunk. */
static bool possible(const renderer *r, unsigned atom, uint32_t chunk)
{
    const plan *p = r->worker->plan;
    const plan_atom *a = &p->atoms[atom];
    if (!a->content || a->tree || !a->positive)
        return false;
    const scope_file *f = &p->scope->files[r->match->file];
    const uint64_t *set = p->segments[f->segment].atom_chunks[atom];
    if (a->multiline) /* such sets hold whole documents */
        chunk = r->pieces.doc.first_chunk;
    else if (r->pieces.whole)
        return true;
    return !set || set_has(set, chunk);
}

static bool possible_in(const renderer *r, unsigned atom, uint32_t number)
{
    return possible(r, atom, r->pieces.doc.first_chunk + number);
}

/* The names that stand in a piece: [*from, *to) of r->symbols. */
static void symbols_in(const renderer *r, uint32_t number, size_t *from, size_t *to)
{
    gaz_chunk c = {0}, next = {.first_line = UINT32_MAX};
    *from = *to = 0;
    if (!r->symbols.len)
        return;
    uint32_t chunk = r->pieces.doc.first_chunk + number;
    bool known = r->pieces.whole ||
                 (gaz_segment_chunk(r->pieces.segment, chunk, &c, NULL) == GAZ_OK &&
                  (number + 1 >= r->pieces.count ||
                   gaz_segment_chunk(r->pieces.segment, chunk + 1, &next, NULL) == GAZ_OK));
    while (known && *from < r->symbols.len && r->symbols.items[*from].line < c.first_line)
        ++*from;
    for (*to = *from; *to < r->symbols.len && r->symbols.items[*to].line < next.first_line;)
        ++*to;
}

static bool any_possible(const renderer *r, uint32_t number)
{
    size_t from, to;
    symbols_in(r, number, &from, &to);
    if (from < to)
        return true;
    for (unsigned i = 0; i < r->worker->plan->atom_count; i++)
        if (possible_in(r, i, number))
            return true;
    return false;
}

static bool needs_whole(const renderer *r)
{
    const plan *p = r->worker->plan;
    for (unsigned i = 0; r->pieces.doc.chunk_count > 1 && i < p->atom_count; i++)
        if (p->atoms[i].multiline && possible(r, i, r->pieces.doc.first_chunk))
            return true;
    return false;
}

/* ---- lines ---- */

static bool take_line(void *ctx, const gaz_line *line)
{
    line_list *list = ctx;
    gaz_line l = *line;
    l.number += list->base;
    if (l.number < list->from)
        return true;
    if (l.number > list->to)
        return false;
    list->failed = !gaz_vec_push(&list->lines, l);
    return !list->failed && list->lines.len - list->first < list->max;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const gaz_line *)a)->number, y = ((const gaz_line *)b)->number;
    return x < y ? -1 : x > y;
}

/* Brings the lines of several atoms in order, each line once, and drops those beyond `max`. */
static void merge_lines(line_list *list)
{
    size_t kept = 0;
    if (list->lines.len)
        qsort(list->lines.items, list->lines.len, sizeof *list->lines.items, by_number);
    for (size_t i = 0; i < list->lines.len && kept < list->max; i++)
        if (kept == 0 || list->lines.items[kept - 1].number != list->lines.items[i].number)
            list->lines.items[kept++] = list->lines.items[i];
    list->lines.len = kept;
}

static gaz_scan scan_of(const renderer *r, const piece *p)
{
    return (gaz_scan){.text = p->text,
                      .len = p->len,
                      .flags = r->pieces.doc.flags & 7u,
                      .deadline_us = r->worker->deadline};
}

/* The lines of names: numbers are counted from the piece's first line on. */
static unsigned find_symbol_lines(renderer *r, const piece *p, line_list *list)
{
    size_t from, to, start = 0;
    uint32_t number = p->first_line;
    symbols_in(r, p->number, &from, &to);
    list->first = list->lines.len;
    for (size_t i = from; i < to; i++) {
        while (number < r->symbols.items[i].line && start < p->len) {
            const char *nl = memchr(p->text + start, '\n', p->len - start);
            start = nl ? (size_t)(nl - p->text) + 1 : p->len;
            number++;
        }
        if (start >= p->len)
            break;
        const char *nl = memchr(p->text + start, '\n', p->len - start);
        gaz_line line = {.start = start,
                         .end = nl ? (size_t)(nl - p->text) : p->len,
                         .match = SIZE_MAX,
                         .number = number - p->first_line};
        bool again = i > from && r->symbols.items[i - 1].line == number;
        if (!again && !take_line(list, &line))
            break;
    }
    return from < to;
}

static gaz_status find_lines(renderer *r, const piece *p, line_list *list, gaz_error *err)
{
    gaz_scan scan = scan_of(r, p);
    unsigned atoms = 0;
    list->lines.len = 0;
    list->base = p->first_line;
    for (unsigned i = 0; i < r->worker->plan->atom_count; i++) {
        if (!possible_in(r, i, p->number))
            continue;
        if (list->lines.len > list->max)
            merge_lines(list);
        list->first = list->lines.len;
        gaz_status st = gaz_matcher_lines(r->worker->matchers[i], &scan, take_line, list, err);
        if (list->failed)
            return no_memory(err);
        if (st != GAZ_OK)
            return match_pattern_status(r->worker, st);
        atoms++;
    }
    if (list->lines.len > list->max)
        merge_lines(list);
    atoms += find_symbol_lines(r, p, list);
    if (list->failed)
        return no_memory(err);
    if (atoms > 1)
        merge_lines(list);
    return GAZ_OK;
}

/* ---- ranges ---- */

static int by_start(const void *a, const void *b)
{
    const gaz_range *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end > y->end ? -1 : x->end < y->end;
}

/* The places of names in a line, in the piece. */
static size_t symbol_ranges(const renderer *r, const piece *p, const gaz_line *line, gaz_range *out)
{
    size_t n = 0, lo = 0, hi = r->symbols.len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        if (r->symbols.items[mid].line < line->number)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < r->symbols.len && n < RANGES_PER_LINE; lo++) {
        const symbol_spot *s = &r->symbols.items[lo];
        if (s->line != line->number)
            break;
        uint64_t from = p->offset + line->start, to = p->offset + line->end;
        if (s->start >= from && s->start < s->end && s->end <= to)
            out[n++] = (gaz_range){(size_t)(s->start - p->offset), (size_t)(s->end - p->offset)};
    }
    return n;
}

/* Ranges of all atoms in one line, relative to it, within its first `len` bytes, ascending and
 * apart: in r->ranges. */
static gaz_status find_ranges(renderer *r, const piece *p, const gaz_line *line, size_t len,
                              size_t *count, gaz_error *err)
{
    const plan *query = r->worker->plan;
    gaz_scan scan = scan_of(r, p);
    if (!r->ranges)
        r->ranges =
            malloc((size_t)RANGES_PER_LINE * (query->positive_lines + 1) * sizeof *r->ranges);
    gaz_range *all = r->ranges;
    size_t n = 0, kept = 0;
    if (!all)
        return no_memory(err);
    for (unsigned i = 0; i < query->atom_count; i++) {
        size_t found = 0;
        if (!possible_in(r, i, p->number))
            continue;
        gaz_status st = gaz_matcher_spans(r->worker->matchers[i], &scan, line->start, line->end,
                                          all + n, RANGES_PER_LINE, &found, err);
        if (st != GAZ_OK && st != GAZ_E_LIMIT)
            return st;
        if (st == GAZ_E_LIMIT)
            gaz_error_clear(err);
        n += found;
    }
    n += symbol_ranges(r, p, line, all + n);
    for (size_t i = 0; i < n; i++) {
        all[i].start -= line->start;
        all[i].end -= line->start;
        all[i].start = all[i].start < len ? all[i].start : len;
        all[i].end = all[i].end < len ? all[i].end : len;
    }
    if (n)
        qsort(all, n, sizeof *all, by_start);
    for (size_t i = 0; i < n; i++) {
        if (all[i].start == all[i].end && n > 1)
            continue;
        if (kept && all[i].start < all[kept - 1].end)
            all[kept - 1].end = all[i].end > all[kept - 1].end ? all[i].end : all[kept - 1].end;
        else
            all[kept++] = all[i];
    }
    *count = kept;
    return GAZ_OK;
}

/* The ranges as they lie in what is shown of the line. */
static gaz_status copy_ranges(renderer *r, size_t count, gaz_hit_line *out, gaz_error *err)
{
    gaz_range *copy = gaz_arena_array(&r->pieces.arena, count + 1, sizeof *copy);
    size_t n = 0;
    if (!copy)
        return no_memory(err);
    for (size_t i = 0; i < count; i++) {
        gaz_range range = r->ranges[i];
        if ((out->cut_before && range.end <= out->cut_before) ||
            (out->cut_after && range.start >= out->cut_before + out->len))
            continue;
        range.start = range.start > out->cut_before ? range.start - out->cut_before : 0;
        range.end -= out->cut_before;
        range.end = range.end < out->len ? range.end : out->len;
        copy[n++] = range;
    }
    out->ranges = copy;
    out->range_count = n;
    return GAZ_OK;
}

/* ---- hits ---- */

static gaz_status add_hit(renderer *r, const piece *p, const gaz_line *line, gaz_error *err)
{
    spot at = {p->number, line->number, line->start, line->end};
    gaz_hit_line hit = {0};
    size_t count = 0, len = line->end - line->start;
    if (len && p->text[line->end - 1] == '\r')
        len--;
    /* Reading the clock takes as long as a line. */
    gaz_status st = (r->hits.len & 15) == 15 && gaz_expired(r->worker->deadline)
                        ? gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out while showing lines")
                        : GAZ_OK;
    if (st == GAZ_OK)
        st = find_ranges(r, p, line, len, &count, err);
    size_t shown = len < pieces_line_max(&r->pieces) ? len : pieces_line_max(&r->pieces);
    if (st == GAZ_OK)
        st = render_spend(r, &r->spent, sizeof hit + shown + (count + 1) * sizeof(gaz_range));
    if (st == GAZ_OK)
        st = pieces_show(&r->pieces, &at, count ? r->ranges[0].start : 0, &hit, err);
    if (st == GAZ_OK)
        st = copy_ranges(r, count, &hit, err);
    if (st == GAZ_OK && (!gaz_vec_push(&r->spots, at) || !gaz_vec_push(&r->hits, hit)))
        st = no_memory(err);
    return st;
}

static gaz_status first_piece(const renderer *r, uint32_t *number, gaz_error *err)
{
    const gaz_doc *doc = &r->pieces.doc;
    uint32_t chunk = doc->first_chunk;
    *number = 0;
    if (r->pieces.whole)
        return GAZ_OK;
    if (r->from > doc->lines) {
        *number = r->pieces.count;
        return GAZ_OK;
    }
    if (r->from > 1) {
        gaz_status st = gaz_segment_line_chunk(r->pieces.segment, doc, r->from - 1, &chunk, err);
        if (st != GAZ_OK)
            return st;
    }
    if (chunk < r->match->first_chunk && !r->symbols.len)
        chunk = r->match->first_chunk;
    *number = chunk - doc->first_chunk;
    return GAZ_OK;
}

static gaz_status find_hits(renderer *r, gaz_error *err)
{
    line_list list = {.from = r->from ? r->from - 1 : 0, .to = r->to ? r->to - 1 : UINT32_MAX};
    size_t wanted = r->lines_per_file && r->lines_per_file < r->match->lines ? r->lines_per_file
                                                                             : r->match->lines;
    uint32_t number = 0;
    gaz_status st = first_piece(r, &number, err);
    for (; st == GAZ_OK && number < r->pieces.count && r->hits.len < wanted; number++) {
        piece *p = NULL;
        if (!any_possible(r, number))
            continue;
        if (gaz_expired(r->worker->deadline))
            st = gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out while showing lines");
        if (st == GAZ_OK)
            st = pieces_get(&r->pieces, number, false, &p, err);
        if (st == GAZ_OK && p->first_line > list.to)
            break;
        size_t room = (r->worker->memory_max - r->spent) / sizeof(gaz_hit_line) + 1;
        list.max = wanted - r->hits.len < room ? wanted - r->hits.len : room;
        if (st == GAZ_OK)
            st = find_lines(r, p, &list, err);
        for (size_t i = 0; st == GAZ_OK && i < list.lines.len && r->hits.len < wanted; i++)
            st = add_hit(r, p, &list.lines.items[i], err);
    }
    gaz_vec_free(&list.lines);
    return st;
}

/* ---- files ---- */

static void describe(const renderer *r, const match *m, gaz_file_hit *hit)
{
    const scope *s = r->worker->plan->scope;
    const scope_file *f = &s->files[m->file];
    const scope_ref *ref = &s->refs[f->ref];
    const view_entry *e = scope_entry(s, f);
    bool repo_only = r->worker->plan->query->select == GAZ_TYPE_REPO;
    *hit = (gaz_file_hit){.repo = ref->repo->row.name,
                          .path = repo_only ? "" : e->path,
                          .path_len = repo_only ? 0 : e->path_len};
    hit->lang = repo_only ? NULL : gaz_language_name(e->language);
    hit->branch = ref->ref->name;
    hit->commit = ref->ref->commit;
    hit->blob = gaz_manifest_at(ref->view->manifest, f->entry)->oid;
    hit->score = m->score;
    hit->lines_total = m->lines;
}

static gaz_status show(renderer *r, const gaz_file_hit *hit, gaz_hit_visit visit, void *ctx,
                       gaz_error *err)
{
    gaz_status st = visit(ctx, hit, err);
    r->refused = st != GAZ_OK;
    return st;
}

static gaz_status find_symbols(renderer *r, const scope_file *f, gaz_error *err)
{
    const plan *p = r->worker->plan;
    gaz_status st = GAZ_OK;
    unsigned atoms = 0;
    r->symbols.len = 0;
    for (unsigned i = 0; st == GAZ_OK && i < p->atom_count; i++) {
        const plan_atom *a = &p->atoms[i];
        if ((!a->symbol && !a->tree) || !a->positive)
            continue;
        st = a->tree ? match_tree_spots(r->worker, a, f, &r->symbols, err)
                     : match_symbol_spots(r->worker, a, f, &r->symbols, err);
        atoms++;
    }
    if (atoms > 1 && r->symbols.len)
        qsort(r->symbols.items, r->symbols.len, sizeof *r->symbols.items, match_spot_order);
    return st;
}

static gaz_status open_document(renderer *r, gaz_error *err)
{
    const scope *s = r->worker->plan->scope;
    const scope_file *f = &s->files[r->match->file];
    uint32_t number = scope_entry(s, f)->doc;
    gaz_segment *seg = s->segments[f->segment].segment;
    gaz_doc doc;
    gaz_status st = gaz_segment_doc(seg, number, &doc, err);
    if (st != GAZ_OK)
        return st;
    pieces_open(&r->pieces, seg, &doc, number, false);
    if (needs_whole(r))
        pieces_open(&r->pieces, seg, &doc, number, true);
    r->hits.len = r->spots.len = r->around.len = r->spent = 0;
    r->worker->limit = "memory";
    return find_symbols(r, f, err);
}

/* @return GAZ_E_LIMIT and GAZ_E_TIMEOUT when lines are missing that the answer should have */
static gaz_status collect(renderer *r, gaz_file_hit *hit, gaz_error *err)
{
    gaz_status st = find_hits(r, err), around = GAZ_OK;
    gaz_error why = {0};
    hit->line_count = r->hits.len;
    if (st == GAZ_OK || st == GAZ_E_LIMIT || st == GAZ_E_TIMEOUT) {
        gaz_status symbols = render_symbols(r, &why);
        if (symbols != GAZ_OK) {
            if (err)
                *err = why;
            return symbols;
        }
    }
    if ((r->before || r->after) && (st == GAZ_OK || st == GAZ_E_LIMIT || st == GAZ_E_TIMEOUT))
        around = render_context(r, &hit->line_count, &why);
    if (around != GAZ_OK && (st == GAZ_OK || (around != GAZ_E_LIMIT && around != GAZ_E_TIMEOUT))) {
        st = around;
        if (err)
            *err = why;
    }
    hit->lines = r->hits.items;
    hit->symbols = r->around.items;
    hit->symbol_count = r->around.len;
    if (st != GAZ_E_LIMIT || strcmp(r->worker->limit, "memory") != 0)
        return st;
    if (!err || err->status == GAZ_OK)
        gaz_error_set(err, GAZ_E_LIMIT,
                      "only the first %zu of its %u matching lines are shown: more is over the "
                      "setting query.memory; lines_per_file and context ask for less",
                      hit->line_count, hit->lines_total);
    return st;
}

gaz_status render_match(renderer *r, const match *m, gaz_hit_visit visit, void *ctx, gaz_error *err)
{
    gaz_file_hit hit;
    r->match = m;
    describe(r, m, &hit);
    if (r->without_lines || !r->worker->plan->positive_lines)
        return show(r, &hit, visit, ctx, err);
    gaz_error why = {0};
    gaz_status st = open_document(r, &why);
    if (st == GAZ_OK)
        st = collect(r, &hit, &why);
    bool partly = st == GAZ_E_LIMIT || (st == GAZ_E_TIMEOUT && hit.line_count);
    if (st == GAZ_OK || partly) {
        gaz_status shown = show(r, &hit, visit, ctx, err);
        st = shown == GAZ_OK ? st : shown;
    }
    if (!r->refused && st != GAZ_OK && err)
        *err = why;
    pieces_close(&r->pieces);
    return st;
}
