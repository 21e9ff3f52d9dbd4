/* Building scopes. One ref: its view's own order. Several: a merge by (tier, depth, path,
 * repository), in which a path that holds the same blob on several refs of one repository is kept
 * once, for the first of them. */
#include "scope.h"

#include <stdlib.h>
#include <string.h>

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the tables of a search");
}

void scope_unref(scope *s)
{
    if (!s || atomic_fetch_sub(&s->refs_held, 1) != 1)
        return;
    for (size_t i = 0; i < s->segment_count; i++) {
        free(s->segments[i].first);
        free(s->segments[i].files_of);
    }
    scope_names_free(atomic_load(&s->names));
    free(s->segments);
    free(s->files);
    free(s->refs);
    free(s);
}

static void make_token(scope *s)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < s->ref_count; i++) {
        gaz_strbuf_puts(&text, s->refs[i].repo->row.uid);
        gaz_strbuf_puts(&text, s->refs[i].ref->name);
        gaz_strbuf_add(&text, s->refs[i].ref->commit.id, GAZ_OID_SIZE);
        gaz_strbuf_puts(&text, s->refs[i].ref->manifest);
    }
    uint64_t a = gaz_checksum(text.data, text.len);
    gaz_strbuf_putc(&text, 'g');
    uint64_t b = gaz_checksum(text.data, text.len);
    uint8_t bytes[16];
    memcpy(bytes, &a, 8);
    memcpy(bytes + 8, &b, 8);
    gaz_hex_format(bytes, 16, s->token);
    gaz_strbuf_release(&text);
}

static int compare_files(const void *a, const void *b, void *ctx)
{
    const scope *s = ctx;
    const scope_file *x = a, *y = b;
    const view_entry *p = scope_entry(s, x), *q = scope_entry(s, y);
    if (p->tier != q->tier)
        return p->tier < q->tier ? -1 : 1;
    if (p->depth != q->depth)
        return p->depth < q->depth ? -1 : 1;
    uint32_t n = p->path_len < q->path_len ? p->path_len : q->path_len;
    int c = memcmp(p->path, q->path, n);
    if (c == 0)
        c = (p->path_len > q->path_len) - (p->path_len < q->path_len);
    return c ? c : (x->ref > y->ref) - (x->ref < y->ref);
}

static bool same_file(const scope *s, const scope_file *x, const scope_file *y)
{
    const view_entry *p = scope_entry(s, x), *q = scope_entry(s, y);
    return s->refs[x->ref].repo == s->refs[y->ref].repo && x->segment == y->segment &&
           p->doc == q->doc && p->path_len == q->path_len &&
           memcmp(p->path, q->path, p->path_len) == 0;
}

/* Files equal to an earlier one lie within the run of equal paths. */
static void drop_repeats(scope *s)
{
    size_t kept = 0, run = 0;
    for (size_t i = 0; i < s->file_count; i++) {
        const view_entry *e = scope_entry(s, &s->files[i]);
        if (kept) {
            const view_entry *last = scope_entry(s, &s->files[kept - 1]);
            if (last->path_len != e->path_len || memcmp(last->path, e->path, e->path_len) != 0)
                run = kept;
        }
        bool repeat = false;
        for (size_t k = run; k < kept && !repeat; k++)
            repeat = same_file(s, &s->files[k], &s->files[i]);
        if (!repeat)
            s->files[kept++] = s->files[i];
    }
    s->file_count = kept;
}

/* The scope's number of a pool's segment, added when it is new. UINT32_MAX: no memory. */
static uint32_t segment_number(scope *s, const world_pool *pool, uint32_t number)
{
    gaz_segment *seg = pool->segments[number];
    for (size_t i = 0; i < s->segment_count; i++)
        if (s->segments[i].segment == seg)
            return (uint32_t)i;
    scope_segment *grown = realloc(s->segments, (s->segment_count + 1) * sizeof *grown);
    if (!grown)
        return UINT32_MAX;
    s->segments = grown;
    s->segments[s->segment_count] = (scope_segment){
        .segment = seg, .pool = pool, .number = number, .docs = gaz_segment_docs(seg)};
    return (uint32_t)s->segment_count++;
}

static gaz_status add_ref_files(scope *s, world *w, uint32_t ref, gaz_error *err)
{
    const view *v = s->refs[ref].view;
    const world_pool *pool = world_pool_of(w, v->pool);
    uint32_t *numbers = malloc((pool->count + 1) * sizeof *numbers);
    if (!numbers)
        return no_memory(err);
    memset(numbers, 0xFF, (pool->count + 1) * sizeof *numbers);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < v->count; i++) {
        uint32_t entry = v->order[i];
        const view_entry *e = &v->entries[entry];
        if (e->segment == NO_SEGMENT || e->skip != GAZ_SKIP_NONE)
            continue;
        if (numbers[e->segment] == UINT32_MAX)
            numbers[e->segment] = segment_number(s, pool, e->segment);
        if (numbers[e->segment] == UINT32_MAX)
            st = no_memory(err);
        s->files[s->file_count++] = (scope_file){ref, entry, numbers[e->segment]};
    }
    free(numbers);
    if (v->missing) {
        bool passes = pool->unavailable && !pool->damaged;
        s->unavailable = passes && (s->unavailable || !s->missing);
    }
    s->missing += v->missing;
    return st;
}

/* From documents to files, by counting. */
static gaz_status index_documents(scope *s, gaz_error *err)
{
    for (size_t i = 0; i < s->segment_count; i++) {
        scope_segment *g = &s->segments[i];
        g->first = calloc((size_t)g->docs + 2, sizeof *g->first);
        if (!g->first)
            return no_memory(err);
    }
    for (size_t i = 0; i < s->file_count; i++)
        s->segments[s->files[i].segment].first[scope_entry(s, &s->files[i])->doc + 2]++;
    for (size_t i = 0; i < s->segment_count; i++) {
        scope_segment *g = &s->segments[i];
        for (uint32_t d = 0; d < g->docs; d++) {
            g->live += g->first[d + 2] > 0;
            g->first[d + 2] += g->first[d + 1];
        }
        g->files_of = malloc(((size_t)g->first[g->docs + 1] + 1) * sizeof *g->files_of);
        if (!g->files_of)
            return no_memory(err);
    }
    for (size_t i = 0; i < s->file_count; i++) {
        scope_segment *g = &s->segments[s->files[i].segment];
        g->files_of[g->first[scope_entry(s, &s->files[i])->doc + 1]++] = (uint32_t)i;
    }
    return GAZ_OK;
}

static gaz_status scope_make(world *w, const scope_ref *refs, size_t count, scope **out,
                             gaz_error *err)
{
    scope *s = calloc(1, sizeof *s);
    size_t total = 0;
    for (size_t i = 0; i < count; i++)
        total += refs[i].view->count;
    gaz_status st = GAZ_OK;
    if (!s || total > UINT32_MAX) {
        free(s);
        return no_memory(err);
    }
    atomic_init(&s->refs_held, 1);
    atomic_init(&s->names, NULL);
    s->refs = calloc(count + 1, sizeof *s->refs);
    s->files = calloc(total + 1, sizeof *s->files);
    if (!s->refs || !s->files)
        st = no_memory(err);
    else if (count)
        memcpy(s->refs, refs, count * sizeof *refs);
    s->ref_count = count;
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        st = add_ref_files(s, w, i, err);
    if (st == GAZ_OK && count > 1) {
        qsort_r(s->files, s->file_count, sizeof *s->files, compare_files, s);
        drop_repeats(s);
    }
    if (st == GAZ_OK)
        st = index_documents(s, err);
    if (st != GAZ_OK) {
        scope_unref(s);
        return st;
    }
    make_token(s);
    *out = s;
    return GAZ_OK;
}

static bool same_refs(const scope *s, const scope_ref *refs, size_t count)
{
    bool same = s && s->ref_count == count;
    for (size_t i = 0; same && i < count; i++)
        same = s->refs[i].ref == refs[i].ref && s->refs[i].view == refs[i].view;
    return same;
}

gaz_status scope_get(world *w, const scope_ref *refs, size_t count, scope **out, gaz_error *err)
{
    scope *found = NULL;
    pthread_mutex_lock(&w->lock);
    for (unsigned i = 0; i < SCOPE_CACHE && !found; i++)
        if (same_refs(w->scopes[i], refs, count))
            found = w->scopes[i];
    if (found)
        atomic_fetch_add(&found->refs_held, 1);
    pthread_mutex_unlock(&w->lock);
    if (found) {
        *out = found;
        return GAZ_OK;
    }
    gaz_status st = scope_make(w, refs, count, &found, err);
    if (st != GAZ_OK)
        return st;
    pthread_mutex_lock(&w->lock);
    scope_unref(w->scopes[w->next_scope]);
    w->scopes[w->next_scope] = found;
    w->next_scope = (w->next_scope + 1) % SCOPE_CACHE;
    atomic_fetch_add(&found->refs_held, 1);
    pthread_mutex_unlock(&w->lock);
    *out = found;
    return GAZ_OK;
}

scope *scope_of_everything(world *w)
{
    pthread_mutex_lock(&w->lock);
    scope *s = w->everything;
    if (s)
        atomic_fetch_add(&s->refs_held, 1);
    pthread_mutex_unlock(&w->lock);
    return s;
}

void scope_keep_everything(world *w, scope *s)
{
    pthread_mutex_lock(&w->lock);
    if (!w->everything) {
        atomic_fetch_add(&s->refs_held, 1);
        w->everything = s;
    }
    pthread_mutex_unlock(&w->lock);
}
