/* Definitions among the lines of a file: where names that an atom over symbols matches stand, and
 * whether a line that matches is the one that defines a word of the query. */
#include <stdlib.h>

#include "match.h"
#include "symbol_marks.h"

#define ARENA_MAX ((size_t)256 << 20)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the symbols of a file");
}

void match_symbols_init(match_worker *w)
{
    gaz_arena_init(&w->symbols, ARENA_MAX);
}

void match_symbols_release(match_worker *w)
{
    gaz_vec_free(&w->definer_lines);
    gaz_arena_release(&w->symbols);
}

typedef GAZ_CHECKED gaz_status (*mark_visit)(match_worker *w, void *ctx, const symbol_mark *mark,
                                             const gaz_symbol_definition *place, gaz_error *err);

/* The marks of a file that are gone through. */
typedef struct mark_range {
    const symbol_mark *items;
    size_t count;
    bool named; /* where names end is wanted, too */
} mark_range;

/* Visits where the definitions of a file's marks are. */
static gaz_status each_place(match_worker *w, const scope_file *f, const mark_range *marks,
                             mark_visit visit, void *ctx, gaz_error *err)
{
    const world_pool *pool = w->plan->scope->segments[f->segment].pool;
    gaz_symbol_outline *outline = NULL;
    gaz_status st = GAZ_OK;
    gaz_arena_reset(&w->symbols);
    for (size_t i = 0; st == GAZ_OK && i < marks->count; i++) {
        const symbol_mark *m = &marks->items[i];
        gaz_symbol_definition place;
        if (!outline)
            st = gaz_symbol_outline_open(pool->symbols[m->segment], m->document, &w->symbols,
                                         &outline, err);
        if (st == GAZ_OK)
            st = marks->named ? gaz_symbol_outline_definition(outline, m->index, &place, err)
                              : gaz_symbol_outline_place(outline, m->index, &place, err);
        if (st == GAZ_OK)
            st = visit(w, ctx, m, &place, err);
    }
    return st;
}

/* ---- atoms over symbols ---- */

static gaz_status add_spot(match_worker *w, void *ctx, const symbol_mark *mark,
                           const gaz_symbol_definition *place, gaz_error *err)
{
    symbol_spots *spots = ctx;
    symbol_spot spot = {place->name_line ? place->name_line - 1 : 0, place->name_start,
                        place->name_end};
    (void)w, (void)mark;
    return gaz_vec_push(spots, spot) ? GAZ_OK : no_memory(err);
}

int match_spot_order(const void *a, const void *b)
{
    const symbol_spot *x = a, *y = b;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->start < y->start ? -1 : x->start > y->start;
}

static gaz_status find_spots(match_worker *w, const plan_atom *a, const scope_file *f, bool named,
                             symbol_spots *out, gaz_error *err)
{
    size_t from = out->len;
    mark_range marks = {.named = named};
    marks.items =
        marks_of(w->plan, &w->plan->segments[f->segment].marks[a->atom->index], f, &marks.count);
    gaz_status st = each_place(w, f, &marks, add_spot, out, err);
    if (st == GAZ_OK && out->len > from)
        qsort(out->items + from, out->len - from, sizeof *out->items, match_spot_order);
    return st;
}

gaz_status match_symbol_spots(match_worker *w, const plan_atom *a, const scope_file *f,
                              symbol_spots *out, gaz_error *err)
{
    return find_spots(w, a, f, true, out, err);
}

gaz_status match_symbol_lines(match_worker *w, const plan_atom *a, const scope_file *f,
                              gaz_error *err)
{
    symbol_spots spots = {0};
    gaz_status st = find_spots(w, a, f, false, &spots, err);
    for (size_t i = 0; st == GAZ_OK && i < spots.len; i++)
        if ((!i || spots.items[i].line != spots.items[i - 1].line) &&
            !gaz_vec_push(&w->lines[a->atom->index], spots.items[i].line))
            st = no_memory(err);
    gaz_vec_free(&spots);
    return st;
}

bool match_symbol_test(const match_worker *w, const plan_atom *a, const scope_file *f)
{
    size_t count = 0;
    marks_of(w->plan, &w->plan->segments[f->segment].marks[a->atom->index], f, &count);
    return count > 0;
}

/* ---- words ---- */

static gaz_status add_definer(match_worker *w, void *ctx, const symbol_mark *mark,
                              const gaz_symbol_definition *place, gaz_error *err)
{
    definer_line line = {place->name_line ? place->name_line - 1 : 0, mark->points};
    (void)ctx;
    return mark->sure || gaz_vec_push(&w->definer_lines, line) ? GAZ_OK : no_memory(err);
}

gaz_status match_definers(match_worker *w, uint32_t file, gaz_error *err)
{
    const plan *p = w->plan;
    w->definer_lines.len = 0;
    w->definer_points = 0;
    if (!p->points || p->points[file] >> 4 <= (p->points[file] & 15u))
        return GAZ_OK;
    const scope_file *f = &p->scope->files[file];
    mark_range marks = {.named = false};
    marks.items = marks_of(p, &p->segments[f->segment].definers, f, &marks.count);
    return each_place(w, f, &marks, add_definer, NULL, err);
}

void match_definer_line(match_worker *w, uint32_t line)
{
    for (size_t i = 0; i < w->definer_lines.len; i++)
        if (w->definer_lines.items[i].line == line &&
            w->definer_lines.items[i].points > w->definer_points)
            w->definer_points = w->definer_lines.items[i].points;
}
