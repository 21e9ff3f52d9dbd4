/* Rendering. Lines are found again with their places, ranges by the exact matcher, and context by
 * walking to the neighbouring line ends; texts point into the block, nothing is copied. */
#include "render.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"

#define RANGES_PER_LINE 1024 /* of one atom: more are not marked */

typedef struct shown_line {
    size_t start, end; /* in the document, without "\n" */
    uint32_t number;   /* 0-based */
} shown_line;

typedef struct line_list {
    GAZ_VEC(shown_line) lines;
    size_t max; /* of them */
    bool failed;
} line_list;

void renderer_init(renderer *r, match_worker *worker)
{
    *r = (renderer){.worker = worker};
    gaz_arena_init(&r->arena, worker->memory_max);
}

void renderer_release(renderer *r)
{
    gaz_arena_release(&r->arena);
    free(r->ranges);
    r->ranges = NULL;
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to show a file's lines");
}

/* More than a query may hold: this file is left out of the answer, which says so. */
static gaz_status too_much(gaz_error *err)
{
    gaz_error_set(err, GAZ_E_LIMIT, "its matching lines are more than the memory of a query");
    gaz_error_hint(
        err, "ask for fewer lines_per_file or less context, or raise the setting query.memory");
    return GAZ_E_LIMIT;
}

static gaz_status no_room(const renderer *r, size_t bytes, gaz_error *err)
{
    return r->arena.used + bytes > r->arena.max - 64 ? too_much(err) : no_memory(err);
}

static bool take_line(void *ctx, const gaz_line *line)
{
    line_list *list = ctx;
    shown_line s = {line->start, line->end, line->number};
    list->failed = list->lines.len >= list->max || !gaz_vec_push(&list->lines, s);
    return !list->failed;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = ((const shown_line *)a)->number, y = ((const shown_line *)b)->number;
    return x < y ? -1 : x > y;
}

static gaz_scan scan_of(const renderer *r, const whole_text *text, const gaz_doc *doc)
{
    return (gaz_scan){.text = text->data,
                      .len = text->len,
                      .flags = doc->flags & 7u,
                      .deadline_us = r->worker->deadline};
}

static gaz_status find_lines(renderer *r, const whole_text *text, const gaz_doc *doc,
                             line_list *list, gaz_error *err)
{
    const plan *p = r->worker->plan;
    gaz_scan scan = scan_of(r, text, doc);
    for (unsigned i = 0; i < p->atom_count; i++) {
        if (!p->atoms[i].content || !p->atoms[i].positive)
            continue;
        gaz_status st = gaz_matcher_lines(r->worker->matchers[i], &scan, take_line, list, err);
        if (list->failed)
            return list->lines.len >= list->max ? too_much(err) : no_memory(err);
        if (st != GAZ_OK)
            return st;
    }
    if (p->positive_content > 1 && list->lines.len) {
        size_t kept = 0;
        qsort(list->lines.items, list->lines.len, sizeof *list->lines.items, by_number);
        for (size_t i = 0; i < list->lines.len; i++)
            if (kept == 0 || list->lines.items[kept - 1].number != list->lines.items[i].number)
                list->lines.items[kept++] = list->lines.items[i];
        list->lines.len = kept;
    }
    return GAZ_OK;
}

static int by_start(const void *a, const void *b)
{
    const gaz_range *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->end > y->end ? -1 : x->end < y->end;
}

/* Ranges of all atoms in one line, relative to it, clipped to the text shown, ascending and apart.
 */
static gaz_status mark_ranges(renderer *r, const whole_text *text, const gaz_doc *doc,
                              const shown_line *s, gaz_hit_line *out, gaz_error *err)
{
    const plan *p = r->worker->plan;
    gaz_scan scan = scan_of(r, text, doc);
    if (!r->ranges)
        r->ranges = malloc((size_t)RANGES_PER_LINE * p->positive_content * sizeof *r->ranges);
    gaz_range *all = r->ranges;
    size_t n = 0, kept = 0;
    if (!all)
        return no_memory(err);
    for (unsigned i = 0; i < p->atom_count; i++) {
        size_t found = 0;
        if (!p->atoms[i].content || !p->atoms[i].positive)
            continue;
        gaz_status st = gaz_matcher_spans(r->worker->matchers[i], &scan, s->start, s->end, all + n,
                                          RANGES_PER_LINE, &found, err);
        if (st != GAZ_OK && st != GAZ_E_LIMIT)
            return st;
        if (st == GAZ_E_LIMIT)
            gaz_error_clear(err);
        n += found;
    }
    for (size_t i = 0; i < n; i++) {
        all[i].start -= s->start;
        all[i].end -= s->start;
        all[i].start = all[i].start < out->len ? all[i].start : out->len;
        all[i].end = all[i].end < out->len ? all[i].end : out->len;
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
    gaz_range *copy = gaz_arena_array(&r->arena, kept + 1, sizeof *copy);
    if (!copy)
        return no_room(r, (kept + 1) * sizeof *copy, err);
    memcpy(copy, all, kept * sizeof *copy);
    out->ranges = copy;
    out->range_count = kept;
    return GAZ_OK;
}

static size_t without_return(const char *text, size_t start, size_t end)
{
    return end > start && text[end - 1] == '\r' ? end - 1 - start : end - start;
}

static gaz_status context_before(renderer *r, const whole_text *text, const shown_line *s,
                                 gaz_hit_line *out, gaz_error *err)
{
    gaz_hit_line *lines = gaz_arena_array(&r->arena, r->before, sizeof *lines);
    if (!lines)
        return no_room(r, r->before * sizeof *lines, err);
    size_t n = 0, start = s->start;
    while (n < r->before && start > 0) {
        size_t end = start - 1;
        const char *nl = memrchr(text->data, '\n', end);
        start = nl ? (size_t)(nl - text->data) + 1 : 0;
        n++;
        lines[r->before - n] = (gaz_hit_line){.number = s->number + 1 - (uint32_t)n,
                                              .text = text->data + start,
                                              .len = without_return(text->data, start, end)};
    }
    out->before = lines + (r->before - n);
    out->before_count = n;
    return GAZ_OK;
}

static gaz_status context_after(renderer *r, const whole_text *text, const shown_line *s,
                                gaz_hit_line *out, gaz_error *err)
{
    gaz_hit_line *lines = gaz_arena_array(&r->arena, r->after, sizeof *lines);
    if (!lines)
        return no_room(r, r->after * sizeof *lines, err);
    size_t n = 0, start = s->end + 1;
    while (n < r->after && start < text->len) {
        const char *nl = memchr(text->data + start, '\n', text->len - start);
        size_t end = nl ? (size_t)(nl - text->data) : text->len;
        lines[n] = (gaz_hit_line){.number = s->number + 2 + (uint32_t)n,
                                  .text = text->data + start,
                                  .len = without_return(text->data, start, end)};
        n++;
        start = end + 1;
    }
    out->after = lines;
    out->after_count = n;
    return GAZ_OK;
}

static gaz_status build_lines(renderer *r, const whole_text *text, const gaz_doc *doc,
                              const line_list *list, size_t count, gaz_hit_line *out,
                              gaz_error *err)
{
    size_t shown = 0;
    for (size_t i = 0; i < count; i++) {
        const shown_line *s = &list->lines.items[i];
        out[i] = (gaz_hit_line){.number = s->number + 1, .text = text->data + s->start};
        out[i].len = without_return(text->data, s->start, s->end);
        shown += out[i].len;
        if (shown > r->worker->memory_max)
            return too_much(err);
        gaz_status st = gaz_expired(r->worker->deadline)
                            ? gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out while showing lines")
                            : GAZ_OK;
        if (st == GAZ_OK)
            st = mark_ranges(r, text, doc, s, &out[i], err);
        if (st == GAZ_OK && r->before)
            st = context_before(r, text, s, &out[i], err);
        if (st == GAZ_OK && r->after)
            st = context_after(r, text, s, &out[i], err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

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

gaz_status render_match(renderer *r, const match *m, gaz_hit_visit visit, void *ctx, gaz_error *err)
{
    gaz_file_hit hit;
    gaz_arena_reset(&r->arena);
    describe(r, m, &hit);
    if (r->without_lines || !r->worker->plan->positive_content)
        return show(r, &hit, visit, ctx, err);
    const scope *s = r->worker->plan->scope;
    const scope_file *f = &s->files[m->file];
    uint32_t number = scope_entry(s, f)->doc;
    gaz_segment *seg = s->segments[f->segment].segment;
    gaz_doc doc;
    whole_text text = {.data = ""};
    line_list list = {.max = r->worker->memory_max / sizeof(shown_line)};
    gaz_status st = gaz_segment_doc(seg, number, &doc, err);
    if (st == GAZ_OK && doc.chunk_count)
        st = match_whole_text(r->worker, seg, &doc, number, &text, err);
    if (st == GAZ_OK)
        st = find_lines(r, &text, &doc, &list, err);
    size_t count = list.lines.len;
    if (r->lines_per_file && count > r->lines_per_file)
        count = r->lines_per_file;
    gaz_hit_line *lines =
        st == GAZ_OK ? gaz_arena_array(&r->arena, count + 1, sizeof *lines) : NULL;
    if (st == GAZ_OK && !lines)
        st = no_room(r, (count + 1) * sizeof *lines, err);
    if (st == GAZ_OK)
        st = build_lines(r, &text, &doc, &list, count, lines, err);
    if (st == GAZ_OK) {
        hit.lines = lines;
        hit.line_count = count;
        hit.lines_total = (uint32_t)list.lines.len;
        st = show(r, &hit, visit, ctx, err);
    }
    gaz_vec_free(&list.lines);
    gaz_block_release(text.block);
    return st;
}
