/* Blame: which commit brought each line. Lines are handed from a commit to its parents, newest
 * commit first: what a comparison with the parent's version leaves unchanged came from there or
 * from before it, what is left came with the commit. A parent with the very same file takes all. A
 * file that is not in the first parent may have had another name there.
 *
 * The cost is that of the file's history and has no bound of its own, so there are two from
 * outside, a deadline and a number of commits: what is left then is told as unfinished. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "line_versions.h"

typedef struct blame_state {
    const gaz_blame_request *request;
    gaz_blame *out;
    version_walk walk;
    GAZ_VEC(gaz_blame_range) done;
} blame_state;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to blame a file");
}

/* ---- comparing ---- */

typedef struct split {
    const span_list *from;
    span_list *kept, *passed; /* changed here; unchanged, at their place in the parent */
    size_t at;                /* the span that is being cut */
    uint32_t used;            /* lines of it that are cut off */
    int64_t shift;            /* a line of the parent is this one minus it */
    bool failed;
} split;

static bool put(span_list *list, span s)
{
    return !s.count || gaz_vec_push(list, s);
}

/* Lines before `limit` go to the parent, when `unchanged`, or stay. */
static void take_until(split *s, uint64_t limit, bool unchanged)
{
    while (s->at < s->from->len) {
        const span *whole = &s->from->items[s->at];
        uint64_t here = (uint64_t)whole->here + s->used;
        uint32_t left = whole->count - s->used;
        uint64_t room = here < limit ? limit - here : 0;
        uint32_t n = room < left ? (uint32_t)room : left;
        span part = {whole->final + s->used,
                     (uint32_t)(unchanged ? (int64_t)here - s->shift : (int64_t)here), n};
        s->failed |= !put(unchanged ? s->passed : s->kept, part);
        s->used += n;
        if (n < left)
            return;
        s->at++;
        s->used = 0;
    }
}

static bool on_hunk(void *ctx, const git_diff_hunk *hunk)
{
    split *s = ctx;
    uint64_t start = (uint64_t)hunk->new_start + (hunk->new_lines == 0);
    take_until(s, start, true);
    take_until(s, start + (uint64_t)hunk->new_lines, false);
    s->shift += hunk->new_lines - hunk->old_lines;
    return !s->failed;
}

static int by_here(const void *a, const void *b)
{
    const span *x = a, *y = b;
    return x->here < y->here ? -1 : x->here > y->here;
}

/* Hands what is unchanged since the parent's version to it; the rest stays. A version that cannot
 * be read takes nothing. */
static gaz_status hand_over(blame_state *b, version *v, version *parent, gaz_error *err)
{
    span_list kept = {0};
    split s = {.from = &v->spans, .kept = &kept, .passed = &parent->spans};
    qsort(v->spans.items, v->spans.len, sizeof *v->spans.items, by_here);
    gaz_status st = versions_compare(&b->walk, parent, v, b->request->blob_max, on_hunk, &s, err);
    if (st == GAZ_OK)
        take_until(&s, UINT64_MAX, true);
    if (st == GAZ_OK && s.failed)
        st = no_memory(err);
    if (st == GAZ_OK) {
        gaz_vec_free(&v->spans);
        v->spans = kept;
    } else {
        gaz_vec_free(&kept);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

/* ---- one commit ---- */

static gaz_status settle(blame_state *b, const version *v, bool boundary, bool unfinished,
                         gaz_error *err)
{
    for (size_t i = 0; i < v->spans.len; i++) {
        const span *s = &v->spans.items[i];
        gaz_blame_range range = {.first = s->final,
                                 .count = s->count,
                                 .origin_line = s->here,
                                 .commit = v->commit,
                                 .path = v->path,
                                 .boundary = boundary,
                                 .unfinished = unfinished};
        if (!gaz_vec_push(&b->done, range))
            return no_memory(err);
    }
    return GAZ_OK;
}

static gaz_status look_at(blame_state *b, version *v, gaz_error *err)
{
    version *parents[LINE_PARENTS] = {NULL};
    bool boundary = false, taken = false;
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < v->parent_count && !taken; i++) {
        bool missing = false;
        st = versions_find_parent(&b->walk, v, i, &missing, &parents[i], err);
        boundary |= missing;
        if (st == GAZ_OK && parents[i] && gaz_oid_compare(&parents[i]->blob, &v->blob) == 0) {
            parents[i]->spans = v->spans;
            memset(&v->spans, 0, sizeof v->spans);
            taken = true;
        }
    }
    for (uint32_t i = 0; st == GAZ_OK && i < v->parent_count; i++)
        if (parents[i] && !taken && v->spans.len)
            st = hand_over(b, v, parents[i], err);
    for (uint32_t i = 0; i < v->parent_count; i++) {
        if (st == GAZ_OK && parents[i])
            st = versions_give(&b->walk, parents[i], err);
        else
            version_free(parents[i]);
    }
    return st == GAZ_OK ? settle(b, v, boundary, false, err) : st;
}

static gaz_status run(blame_state *b, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    size_t most = b->request->commits ? b->request->commits : LINE_COMMITS;
    b->out->complete = true;
    for (version *v; st == GAZ_OK && (v = versions_take(&b->walk));) {
        if (b->out->commits >= most || gaz_expired(b->request->deadline_us)) {
            b->out->complete = false;
            st = settle(b, v, false, true, err);
        } else {
            b->out->commits++;
            st = look_at(b, v, err);
        }
        version_free(v);
    }
    return st;
}

/* ---- beginning and end ---- */

static gaz_status begin(blame_state *b, gaz_error *err)
{
    const gaz_blame_request *r = b->request;
    version *v = NULL;
    uint32_t lines = 0;
    gaz_status st = versions_begin(&b->walk, &r->commit, r->path, r->blob_max, &v, &lines, err);
    if (st != GAZ_OK)
        return st;
    uint32_t first = r->first ? r->first : 1, last = r->last && r->last < lines ? r->last : lines;
    b->out->lines = lines;
    b->out->blob = v->blob;
    if (first > lines && r->first)
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "%.300s has %" PRIu32 " lines there, no line %" PRIu32, r->path, lines,
                           first);
    else if (lines && !gaz_vec_push(&v->spans, ((span){first, first, last - first + 1})))
        st = no_memory(err);
    if (st != GAZ_OK) {
        version_free(v);
        return st;
    }
    return versions_give(&b->walk, v, err);
}

static int by_line(const void *a, const void *b)
{
    const gaz_blame_range *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Neighbours that came together become one range. */
static void put_together(blame_state *b)
{
    size_t kept = 0;
    gaz_blame_range *r = b->done.items;
    if (b->done.len)
        qsort(r, b->done.len, sizeof *r, by_line);
    for (size_t i = 0; i < b->done.len; i++) {
        gaz_blame_range *last = kept ? &r[kept - 1] : NULL;
        if (last && gaz_oid_compare(&last->commit, &r[i].commit) == 0 &&
            last->origin_line + last->count == r[i].origin_line &&
            last->unfinished == r[i].unfinished && strcmp(last->path, r[i].path) == 0)
            last->count += r[i].count;
        else
            r[kept++] = r[i];
    }
    b->out->ranges = r;
    b->out->count = kept;
}

gaz_status gaz_blame_run(gaz_repo *repo, const gaz_blame_request *request, gaz_blame **out,
                         gaz_error *err)
{
    blame_state b = {.request = request};
    b.out = calloc(1, sizeof *b.out);
    if (!b.out)
        return no_memory(err);
    gaz_arena_init(&b.out->arena, LINE_ARENA);
    versions_init(&b.walk, repo, request->renames, &b.out->arena);
    gaz_status st = begin(&b, err);
    if (st == GAZ_OK)
        st = run(&b, err);
    versions_release(&b.walk);
    if (st == GAZ_OK) {
        put_together(&b);
        *out = b.out;
    } else {
        gaz_vec_free(&b.done);
        gaz_blame_free(b.out);
    }
    return st;
}

void gaz_blame_free(gaz_blame *blame)
{
    if (!blame)
        return;
    free(blame->ranges);
    gaz_arena_release(&blame->arena);
    free(blame);
}
