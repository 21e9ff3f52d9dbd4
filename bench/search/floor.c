/* What an exhaustive search cannot do without: one pass of the scanner over the candidates' text,
 * on all cores, counting the lines that match. No index, no tables, no order, no answer. The corpus
 * lies in memory as a whole, unpacked; of it the very chunks are read that the index leaves for
 * each query. Beside that the same with the candidates copied side by side, which no server could
 * do before it knows the query: what reading from here and there costs.
 *
 * usage: gaz-floor HOME REPETITIONS
 * Lines of standard input: query of gaz, tab, regular expression of Hyperscan, tab, i or -. For
 * each a line comes back: candidate chunks, their bytes, lines that match, median milliseconds, the
 * same side by side. */
#include <hs/hs.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "gaz/base/clock.h"
#include "gaz/base/threads.h"
#include "plan.h"

#define QUERY_BYTES ((size_t)1 << 30)
#define TAKE 32 /* chunks a thread takes at once */

typedef struct piece {
    const char *text;
    size_t len;
} piece;

typedef struct pieces {
    GAZ_VEC(piece) items;
    size_t bytes;
} pieces;

typedef struct job {
    const pieces *of;
    hs_database_t *machine;
    hs_scratch_t *scratch[64];
    atomic_size_t next;
    atomic_uint_fast64_t lines;
} job;

typedef struct counter {
    const char *text;
    size_t len, line_end;
    uint64_t lines;
} counter;

static _Noreturn void die(const char *what, const gaz_error *err)
{
    fprintf(stderr, "gaz-floor: %s: %s\n", what, err && err->message[0] ? err->message : "failed");
    exit(1);
}

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    counter *c = ctx;
    (void)id, (void)from, (void)flags;
    if (to <= c->line_end)
        return 0;
    const char *end = memchr(c->text + to, '\n', c->len - (size_t)to);
    c->line_end = end ? (size_t)(end - c->text) : c->len;
    c->lines++;
    return 0;
}

static void scan_share(void *ctx, unsigned worker)
{
    job *j = ctx;
    uint64_t lines = 0;
    for (;;) {
        size_t from = atomic_fetch_add(&j->next, TAKE), to = from + TAKE;
        if (from >= j->of->items.len)
            break;
        for (size_t i = from; i < to && i < j->of->items.len; i++) {
            counter c = {.text = j->of->items.items[i].text, .len = j->of->items.items[i].len};
            if (hs_scan(j->machine, c.text, (unsigned)c.len, 0, j->scratch[worker], on_match, &c) !=
                HS_SUCCESS)
                die("scan", NULL);
            lines += c.lines;
        }
    }
    atomic_fetch_add(&j->lines, lines);
}

/* ---- the corpus ---- */

#define HUGE_PAGE ((size_t)2 << 20)

/* All text of a segment, chunk after chunk as they lie in it, in huge pages like the block cache's.
 */
typedef struct corpus {
    gaz_segment *segment;
    char *text;
    size_t *from; /* by chunk, and the end */
} corpus;

static void load(corpus *c, gaz_segment *seg, gaz_block_cache *cache)
{
    gaz_error err = {0};
    uint32_t chunks = gaz_segment_chunks(seg);
    size_t size = (size_t)gaz_segment_text_bytes(seg) + HUGE_PAGE, at = 0;
    size = size / HUGE_PAGE * HUGE_PAGE;
    *c = (corpus){.segment = seg,
                  .text = aligned_alloc(HUGE_PAGE, size),
                  .from = calloc((size_t)chunks + 1, sizeof *c->from)};
    if (!c->text || !c->from)
        die("memory", NULL);
    (void)madvise(c->text, size, MADV_HUGEPAGE);
    for (uint32_t i = 0; i < chunks; i++) {
        gaz_chunk chunk;
        gaz_block *block = NULL;
        if (gaz_segment_chunk(seg, i, &chunk, &err) != GAZ_OK ||
            gaz_segment_block(seg, cache, chunk.block, &block, NULL, &err) != GAZ_OK)
            die("chunk", &err);
        if (chunk.len > size - at)
            die("a segment holds more text than it says", NULL);
        memcpy(c->text + at, gaz_block_data(block) + chunk.offset, chunk.len);
        gaz_block_release(block);
        c->from[i] = at;
        at += chunk.len;
    }
    c->from[chunks] = at;
}

/* ---- candidates ---- */

static void take_chunk(const corpus *c, uint32_t number, pieces *out)
{
    piece p = {c->text + c->from[number], c->from[number + 1] - c->from[number]};
    if (!gaz_vec_push(&out->items, p))
        die("memory", NULL);
    out->bytes += p.len;
}

/* The chunks that the query's one atom over text leaves, of documents in the scope. */
static void gather(const plan *p, const corpus *all, pieces *out)
{
    unsigned atom = 0;
    while (atom < p->atom_count && !(p->atoms[atom].content && p->atoms[atom].positive))
        atom++;
    for (size_t g = 0; g < p->scope->segment_count; g++) {
        gaz_segment *seg = p->scope->segments[g].segment;
        const corpus *c = all;
        while (c->segment && c->segment != seg)
            c++;
        if (!c->segment)
            die("a segment is not loaded", NULL);
        const uint64_t *chunks = p->segments[g].atom_chunks[atom];
        for (uint32_t i = 0; i < gaz_segment_chunks(seg); i++) {
            gaz_chunk chunk;
            if ((!chunks || set_has(chunks, i)) &&
                gaz_segment_chunk(seg, i, &chunk, NULL) == GAZ_OK &&
                set_has(p->segments[g].documents, chunk.doc))
                take_chunk(c, i, out);
        }
    }
}

/* The same pieces, copied side by side. @param text  to be freed */
static void pack(const pieces *of, pieces *out, char **text)
{
    size_t at = 0;
    *text = malloc(of->bytes + 1);
    if (!*text || !gaz_vec_reserve(&out->items, of->items.len))
        die("memory", NULL);
    for (size_t i = 0; i < of->items.len; i++) {
        piece p = of->items.items[i];
        memcpy(*text + at, p.text, p.len);
        out->items.items[out->items.len++] = (piece){*text + at, p.len};
        at += p.len;
    }
    out->bytes = of->bytes;
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* @return the median time in milliseconds */
static double measure(job *j, const pieces *of, unsigned reps, gaz_pool *pool)
{
    int64_t *times = calloc(reps, sizeof *times);
    if (!times)
        die("memory", NULL);
    j->of = of;
    for (unsigned r = 0; r < reps; r++) {
        atomic_store(&j->next, 0);
        atomic_store(&j->lines, 0);
        int64_t start = gaz_now_us();
        gaz_pool_run(pool, gaz_pool_threads(pool), scan_share, j);
        times[r] = gaz_now_us() - start;
    }
    qsort(times, reps, sizeof *times, by_time);
    double median_us = (double)times[reps >> 1];
    free(times);
    return median_us / 1000;
}

static void measure_both(const pieces *found, const char *regex, bool fold, unsigned reps,
                         gaz_pool *pool)
{
    hs_compile_error_t *why = NULL;
    job j = {0};
    pieces packed = {0};
    char *text = NULL;
    unsigned flags = HS_FLAG_MULTILINE | (fold ? HS_FLAG_CASELESS : 0);
    if (hs_compile(regex, flags, HS_MODE_BLOCK, NULL, &j.machine, &why) != HS_SUCCESS) {
        fprintf(stderr, "gaz-floor: %s: %s\n", regex, why ? why->message : "no memory");
        exit(1);
    }
    for (unsigned i = 0; i < gaz_pool_threads(pool); i++)
        if (hs_alloc_scratch(j.machine, &j.scratch[i]) != HS_SUCCESS)
            die("scratch", NULL);
    double in_place = measure(&j, found, reps, pool);
    pack(found, &packed, &text);
    double side_by_side = measure(&j, &packed, reps, pool);
    printf("%zu\t%zu\t%" PRIuFAST64 "\t%.3f\t%.3f\n", found->items.len, found->bytes,
           atomic_load(&j.lines), in_place, side_by_side);
    fflush(stdout);
    for (unsigned i = 0; i < gaz_pool_threads(pool); i++)
        hs_free_scratch(j.scratch[i]);
    hs_free_database(j.machine);
    gaz_vec_free(&packed.items);
    free(text);
}

static void answer(scope *s, world *w, const corpus *all, gaz_pool *pool, char *line, unsigned reps)
{
    char *rest = NULL, *query = strtok_r(line, "\t\n", &rest),
         *regex = strtok_r(NULL, "\t\n", &rest), *fold = strtok_r(NULL, "\t\n", &rest);
    gaz_arena arena;
    gaz_error err = {0};
    const gaz_query *parsed = NULL;
    pattern_cache *patterns = NULL;
    plan p = {0};
    pieces found = {0};
    gaz_arena_init(&arena, (size_t)64 << 20);
    if (!query || !regex || !fold ||
        gaz_query_parse(query, strlen(query), &arena, &parsed, &err) != GAZ_OK ||
        pattern_cache_new(PATTERN_CACHE_BYTES, &patterns, &err) != GAZ_OK ||
        plan_compile(&p, parsed, &arena, patterns, &err) != GAZ_OK ||
        plan_candidates(&p, s, w, QUERY_BYTES, GAZ_NEVER, &err) != GAZ_OK)
        die("query", &err);
    gather(&p, all, &found);
    measure_both(&found, regex, *fold == 'i', reps, pool);
    gaz_vec_free(&found.items);
    plan_release(&p);
    pattern_cache_free(patterns);
    gaz_arena_release(&arena);
}

static corpus *load_all(const scope *s)
{
    gaz_error err = {0};
    gaz_block_cache *cache = NULL;
    corpus *all = calloc(s->segment_count + 1, sizeof *all);
    if (!all || gaz_block_cache_new((size_t)64 << 20, &cache, &err) != GAZ_OK)
        die("corpus", &err);
    for (size_t g = 0; g < s->segment_count; g++)
        load(&all[g], s->segments[g].segment, cache);
    gaz_block_cache_free(cache);
    return all;
}

int main(int argc, char **argv)
{
    gaz_error err = {0};
    gaz_store *store = NULL;
    world *w = NULL;
    gaz_pool *pool = NULL;
    scope_ref ref = {0};
    scope *s = NULL;
    char *line = NULL;
    size_t cap = 0;
    unsigned reps = argc == 3 ? (unsigned)strtoul(argv[2], NULL, 10) : 0;
    if (!reps) {
        fputs("usage: gaz-floor HOME REPETITIONS\n", stderr);
        return 2;
    }
    if (gaz_store_open(argv[1], false, &store, &err) != GAZ_OK ||
        world_open(store, NULL, &w, &err) != GAZ_OK ||
        gaz_pool_new(gaz_cores(), 16, &pool, &err) != GAZ_OK)
        die("home", &err);
    if (!w->snapshot->repo_count || !w->snapshot->repos[0].ref_count)
        die("nothing is indexed", NULL);
    ref.repo = &w->snapshot->repos[0];
    ref.ref = &ref.repo->refs[0];
    if (world_view(w, store, ref.repo, ref.ref, &ref.view, &err) != GAZ_OK ||
        scope_get(w, &ref, 1, &s, &err) != GAZ_OK)
        die("home", &err);
    corpus *all = load_all(s);
    while (getline(&line, &cap, stdin) > 0)
        answer(s, w, all, pool, line, reps);
    for (corpus *c = all; c->segment; c++) {
        free(c->text);
        free(c->from);
    }
    free(all);
    free(line);
    scope_unref(s);
    gaz_pool_free(pool);
    world_unref(w);
    gaz_store_close(store);
    return 0;
}
