/* What an exhaustive search cannot do without: one pass of the scanner over the candidates' text,
 * which lies ready in memory, on all cores, counting the lines that match. No index, no tables, no
 * order, no answer. bench_search.py runs it over the very chunks that the index leaves for each
 * query.
 *
 * usage: gaz-floor HOME REPETITIONS
 * Lines of standard input: query of gaz, tab, regular expression of Hyperscan, tab, i or -. For
 * each a line comes back: candidate chunks, their bytes, lines that match, median milliseconds. */
#include <hs/hs.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/threads.h"
#include "plan.h"

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

/* ---- candidates ---- */

static void copy_chunk(gaz_segment *seg, gaz_block_cache *cache, uint32_t number, pieces *out)
{
    gaz_chunk c;
    gaz_block *block = NULL;
    gaz_error err = {0};
    if (gaz_segment_chunk(seg, number, &c, &err) != GAZ_OK ||
        gaz_segment_block(seg, cache, c.block, &block, NULL, &err) != GAZ_OK)
        die("chunk", &err);
    char *text = malloc(c.len + 1);
    if (!text || !gaz_vec_push(&out->items, ((piece){text, c.len})))
        die("memory", NULL);
    memcpy(text, gaz_block_data(block) + c.offset, c.len);
    out->bytes += c.len;
    gaz_block_release(block);
}

/* The chunks that the query's one atom over text leaves, of documents in the scope. */
static void gather(const plan *p, gaz_block_cache *cache, pieces *out)
{
    unsigned atom = 0;
    while (atom < p->atom_count && !(p->atoms[atom].content && p->atoms[atom].positive))
        atom++;
    for (size_t g = 0; g < p->scope->segment_count; g++) {
        gaz_segment *seg = p->scope->segments[g].segment;
        const uint64_t *chunks = p->segments[g].atom_chunks[atom];
        for (uint32_t i = 0; i < gaz_segment_chunks(seg); i++) {
            gaz_chunk c;
            if ((!chunks || set_has(chunks, i)) && gaz_segment_chunk(seg, i, &c, NULL) == GAZ_OK &&
                set_has(p->segments[g].documents, c.doc))
                copy_chunk(seg, cache, i, out);
        }
    }
}

static int by_time(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void measure(const pieces *of, const char *regex, bool fold, unsigned reps, gaz_pool *pool)
{
    hs_compile_error_t *why = NULL;
    job j = {.of = of};
    int64_t *times = calloc(reps, sizeof *times);
    unsigned flags = HS_FLAG_MULTILINE | (fold ? HS_FLAG_CASELESS : 0);
    if (!times || hs_compile(regex, flags, HS_MODE_BLOCK, NULL, &j.machine, &why) != HS_SUCCESS) {
        fprintf(stderr, "gaz-floor: %s: %s\n", regex, why ? why->message : "no memory");
        exit(1);
    }
    for (unsigned i = 0; i < gaz_pool_threads(pool); i++)
        if (hs_alloc_scratch(j.machine, &j.scratch[i]) != HS_SUCCESS)
            die("scratch", NULL);
    for (unsigned r = 0; r < reps; r++) {
        atomic_store(&j.next, 0);
        atomic_store(&j.lines, 0);
        int64_t start = gaz_now_us();
        gaz_pool_run(pool, gaz_pool_threads(pool), scan_share, &j);
        times[r] = gaz_now_us() - start;
    }
    qsort(times, reps, sizeof *times, by_time);
    double median_us = (double)times[reps >> 1];
    printf("%zu\t%zu\t%" PRIuFAST64 "\t%.3f\n", of->items.len, of->bytes, atomic_load(&j.lines),
           median_us / 1000);
    fflush(stdout);
    for (unsigned i = 0; i < gaz_pool_threads(pool); i++)
        hs_free_scratch(j.scratch[i]);
    hs_free_database(j.machine);
    free(times);
}

static void answer(world *w, gaz_store *store, gaz_pool *pool, char *line, unsigned reps)
{
    char *rest = NULL, *query = strtok_r(line, "\t\n", &rest),
         *regex = strtok_r(NULL, "\t\n", &rest), *fold = strtok_r(NULL, "\t\n", &rest);
    gaz_arena arena;
    gaz_error err = {0};
    const gaz_query *parsed = NULL;
    const gaz_snapshot_repo *repo = &w->snapshot->repos[0];
    scope_ref ref = {.repo = repo, .ref = &repo->refs[0]};
    pattern_cache *patterns = NULL;
    gaz_block_cache *cache = NULL;
    scope *s = NULL;
    plan p = {0};
    pieces found = {0};
    gaz_arena_init(&arena, (size_t)64 << 20);
    if (!query || !regex || !fold ||
        gaz_query_parse(query, strlen(query), &arena, &parsed, &err) != GAZ_OK ||
        pattern_cache_new(PATTERN_CACHE_BYTES, &patterns, &err) != GAZ_OK ||
        gaz_block_cache_new((size_t)64 << 20, &cache, &err) != GAZ_OK ||
        plan_compile(&p, parsed, &arena, patterns, &err) != GAZ_OK ||
        world_view(w, store, repo, ref.ref, &ref.view, &err) != GAZ_OK ||
        scope_get(w, &ref, 1, &s, &err) != GAZ_OK ||
        plan_candidates(&p, s, GAZ_NEVER, &err) != GAZ_OK)
        die("query", &err);
    gather(&p, cache, &found);
    measure(&found, regex, *fold == 'i', reps, pool);
    for (size_t i = 0; i < found.items.len; i++)
        free((void *)found.items.items[i].text);
    gaz_vec_free(&found.items);
    plan_release(&p);
    scope_unref(s);
    pattern_cache_free(patterns);
    gaz_block_cache_free(cache);
    gaz_arena_release(&arena);
}

int main(int argc, char **argv)
{
    gaz_error err = {0};
    gaz_store *store = NULL;
    world *w = NULL;
    gaz_pool *pool = NULL;
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
    while (getline(&line, &cap, stdin) > 0)
        answer(w, store, pool, line, reps);
    free(line);
    gaz_pool_free(pool);
    world_unref(w);
    gaz_store_close(store);
    return 0;
}
