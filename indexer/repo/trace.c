/* Lines through history, as `git log -L` follows them. Where a comparison with the parent's version
 * leaves them as they are they are followed there, at their place in it; where it changes any, the
 * commit is told, and what is followed on are the lines that stood there before. A merge that took
 * them as they are from one parent hands all to it. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "line_versions.h"

typedef struct trace_state {
    const gaz_trace_request *request;
    gaz_trace *out;
    version_walk walk;
    GAZ_VEC(gaz_trace_hit) hits;
    size_t seen;
} trace_state;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to follow lines of a file");
}

/* ---- spans ---- */

static int by_here(const void *a, const void *b)
{
    const span *x = a, *y = b;
    return x->here < y->here ? -1 : x->here > y->here;
}

/* Sorted, and those that touch each other are one: two children may hand over the same lines. */
static void join_spans(span_list *list)
{
    size_t kept = 0;
    if (list->len)
        qsort(list->items, list->len, sizeof *list->items, by_here);
    for (size_t i = 0; i < list->len; i++) {
        span *last = kept ? &list->items[kept - 1] : NULL, s = list->items[i];
        if (!last || s.here > last->here + last->count)
            list->items[kept++] = s;
        else if (s.here + s.count > last->here + last->count)
            last->count = s.here + s.count - last->here;
    }
    list->len = kept;
}

/* ---- comparing ---- */

typedef GAZ_VEC(git_diff_hunk) hunk_list;

static bool note_hunk(void *ctx, const git_diff_hunk *hunk)
{
    hunk_list *list = ctx;
    git_diff_hunk h = {.old_start = hunk->old_start,
                       .old_lines = hunk->old_lines,
                       .new_start = hunk->new_start,
                       .new_lines = hunk->new_lines};
    return gaz_vec_push(list, h);
}

static bool put(span_list *list, int64_t here, int64_t count)
{
    span s = {.here = (uint32_t)here, .count = (uint32_t)count};
    return count <= 0 || gaz_vec_push(list, s);
}

/* What one span was in the parent. Lines that are removed between two of its own touch it. */
static bool map_span(const span *s, const hunk_list *hunks, span_list *out, bool *touched)
{
    int64_t at = s->here, end = at + s->count, shift = 0;
    bool ok = true;
    for (size_t i = 0; i < hunks->len; i++) {
        const git_diff_hunk *h = &hunks->items[i];
        int64_t start = h->new_start + (h->new_lines == 0), stop = start + h->new_lines;
        bool meets = h->new_lines ? start < end && stop > s->here : start > s->here && start < end;
        if (start >= end && !meets)
            break;
        if (meets) {
            ok &= put(out, at - shift, start - at);
            ok &= put(out, h->old_start + (h->old_lines == 0), h->old_lines);
            *touched = true;
        }
        at = meets && stop > at ? stop : at;
        shift += h->new_lines - h->old_lines;
    }
    return ok && put(out, at - shift, end - at);
}

/* @param touched  whether any line differs from the parent's */
static gaz_status map_spans(trace_state *t, const version *v, version *parent, bool *touched,
                            gaz_error *err)
{
    hunk_list hunks = {0};
    bool ok = true;
    gaz_status st =
        versions_compare(&t->walk, parent, v, t->request->blob_max, note_hunk, &hunks, err);
    *touched = st == GAZ_DONE; /* it cannot be told: nothing is followed there */
    for (size_t i = 0; st == GAZ_OK && i < v->spans.len; i++)
        ok &= map_span(&v->spans.items[i], &hunks, &parent->spans, touched);
    gaz_vec_free(&hunks);
    if (st == GAZ_OK && !ok)
        return no_memory(err);
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* ---- one commit ---- */

static gaz_status tell(trace_state *t, const version *v, gaz_error *err)
{
    const span *last = &v->spans.items[v->spans.len - 1];
    gaz_trace_hit hit = {.commit = v->commit,
                         .path = v->path,
                         .first = v->spans.items[0].here,
                         .last = last->here + last->count - 1};
    if (t->seen++ < t->request->skip)
        return GAZ_OK;
    if (t->hits.len >= t->request->limit) {
        t->out->more = true;
        return GAZ_OK;
    }
    return gaz_vec_push(&t->hits, hit) ? GAZ_OK : no_memory(err);
}

/* The parent that has the lines as they are, or NULL. */
static gaz_status compare_parents(trace_state *t, version *v, version **parents, version **same,
                                  gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *same = NULL;
    for (uint32_t i = 0; st == GAZ_OK && i < v->parent_count && !*same; i++) {
        bool missing = false, touched = false;
        st = versions_find_parent(&t->walk, v, i, &missing, &parents[i], err);
        if (st != GAZ_OK || !parents[i])
            continue;
        if (gaz_oid_compare(&parents[i]->blob, &v->blob) == 0) {
            parents[i]->spans = v->spans;
            memset(&v->spans, 0, sizeof v->spans);
        } else {
            st = map_spans(t, v, parents[i], &touched, err);
        }
        *same = touched ? NULL : parents[i];
    }
    return st;
}

static gaz_status look_at(trace_state *t, version *v, gaz_error *err)
{
    version *parents[LINE_PARENTS] = {NULL}, *same = NULL;
    join_spans(&v->spans);
    gaz_status st = compare_parents(t, v, parents, &same, err);
    if (st == GAZ_OK && !same)
        st = tell(t, v, err);
    for (uint32_t i = 0; i < v->parent_count; i++) {
        if (st == GAZ_OK && parents[i] && (!same || parents[i] == same))
            st = versions_give(&t->walk, parents[i], err);
        else
            version_free(parents[i]);
    }
    return st;
}

static gaz_status run(trace_state *t, gaz_error *err)
{
    size_t most = t->request->commits ? t->request->commits : LINE_COMMITS;
    gaz_status st = GAZ_OK;
    t->out->complete = true;
    for (version *v; st == GAZ_OK && !t->out->more && (v = versions_take(&t->walk));) {
        bool over = t->out->commits >= most || gaz_expired(t->request->deadline_us);
        t->out->complete &= !over;
        t->out->commits += !over;
        st = over ? GAZ_OK : look_at(t, v, err);
        version_free(v);
    }
    return st;
}

/* ---- beginning and end ---- */

static gaz_status begin(trace_state *t, gaz_error *err)
{
    const gaz_trace_request *r = t->request;
    version *v = NULL;
    uint32_t lines = 0;
    gaz_status st = versions_begin(&t->walk, &r->commit, r->path, r->blob_max, &v, &lines, err);
    if (st != GAZ_OK)
        return st;
    uint32_t last = r->last < lines ? r->last : lines;
    t->out->blob = v->blob;
    if (!r->first || r->first > lines || last < r->first)
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "%.300s has %" PRIu32 " lines there, no line %" PRIu32, r->path, lines,
                           r->first);
    else if (!gaz_vec_push(&v->spans, ((span){0, r->first, last - r->first + 1})))
        st = no_memory(err);
    if (st != GAZ_OK) {
        version_free(v);
        return st;
    }
    return versions_give(&t->walk, v, err);
}

gaz_status gaz_trace_run(gaz_repo *repo, const gaz_trace_request *request, gaz_trace **out,
                         gaz_error *err)
{
    trace_state t = {.request = request};
    t.out = calloc(1, sizeof *t.out);
    if (!t.out)
        return no_memory(err);
    gaz_arena_init(&t.out->arena, LINE_ARENA);
    versions_init(&t.walk, repo, true, &t.out->arena);
    gaz_status st = begin(&t, err);
    if (st == GAZ_OK)
        st = run(&t, err);
    versions_release(&t.walk);
    t.out->hits = t.hits.items;
    t.out->count = t.hits.len;
    if (st == GAZ_OK)
        *out = t.out;
    else
        gaz_trace_free(t.out);
    return st;
}

void gaz_trace_free(gaz_trace *trace)
{
    if (!trace)
        return;
    free(trace->hits);
    gaz_arena_release(&trace->arena);
    free(trace);
}
