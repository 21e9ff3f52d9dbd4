/* The block cache: what it hands out is what the segment holds, while threads fight over too little
 * memory, and its bound holds. Also run under ThreadSanitizer. */
#include "gaz_test.h"
#include "proof.h"

#include <pthread.h>
#include <stdatomic.h>

#include "gaz/base/fs.h"
#include "gaz/text/segment.h"

static gaz_error err;

#define DOCUMENTS 400u

/* A text that says which document it is of, on every line. Every 50th is one long line. */
static void text_of(unsigned i, gaz_strbuf *out)
{
    gaz_strbuf_reset(out);
    if (i % 50 == 49)
        while (out->len < 300000 + i * 1000)
            gaz_strbuf_printf(out, "<%u>", i);
    for (unsigned line = 0; line < 20 + i * 37 % 900; line++)
        gaz_strbuf_printf(out, "document %u, line %u\n", i, line);
}

static gaz_segment *build(const char *dir)
{
    char name[GAZ_SEALED_NAME], path[600];
    uint64_t size = 0;
    gaz_segment_writer *w = NULL;
    gaz_segment *seg = NULL;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_skip skip;
    snprintf(path, sizeof path, "%s/segment", dir);
    assert_ok(gaz_segment_writer_open(path, 3, &w, &err));
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        gaz_oid oid = {{(uint8_t)i, (uint8_t)(i >> 8)}};
        text_of(i, &text);
        assert_ok(gaz_segment_writer_add(w, &oid, text.data, text.len, &skip, &err));
    }
    assert_ok(gaz_segment_writer_finish(w, name, &size, &err));
    gaz_segment_writer_close(w);
    assert_ok(gaz_segment_open(path, &seg, &err));
    gaz_strbuf_release(&text);
    return seg;
}

typedef struct setting {
    gaz_segment *seg;
    gaz_block_cache *cache;
    uint64_t seed;
    unsigned rounds;
    atomic_uint started, wrong;
} setting;

/* Whether a chunk lies in its document's text where its number says. */
static bool chunk_is_right(const gaz_chunk *c, const char *text, gaz_strbuf *expected)
{
    text_of(c->doc, expected);
    const char *at = expected->data;
    for (uint32_t line = 0; line < c->first_line; line++)
        at = strchr(at, '\n') + 1;
    return at + c->len <= expected->data + expected->len && memcmp(at, text, c->len) == 0;
}

/* Holds some blocks while it asks for others, and looks at them at their release. */
static void *ask(void *ctx)
{
    enum { HELD = 3 };
    setting *s = ctx;
    uint64_t random = s->seed + atomic_fetch_add(&s->started, 1);
    gaz_block *held[HELD] = {NULL};
    gaz_chunk chunks[HELD];
    gaz_strbuf expected = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < s->rounds; i++) {
        unsigned slot = i % HELD;
        if (held[slot] &&
            !chunk_is_right(&chunks[slot], gaz_block_data(held[slot]) + chunks[slot].offset,
                            &expected))
            atomic_fetch_add(&s->wrong, 1);
        gaz_block_release(held[slot]);
        held[slot] = NULL;
        uint32_t all = gaz_segment_chunks(s->seg);
        uint32_t number =
            proof_random(&random, i % 3 ? all / 8 : all); /* some are asked for often */
        if (gaz_segment_chunk(s->seg, number, &chunks[slot], NULL) != GAZ_OK)
            atomic_fetch_add(&s->wrong, 1);
        gaz_segment_prefetch_block(s->seg, s->cache, chunks[slot].block);
        gaz_segment_prefetch_block_head(s->seg, s->cache, chunks[slot].block);
        if (gaz_segment_block(s->seg, s->cache, chunks[slot].block, &held[slot], NULL, NULL) !=
            GAZ_OK)
            atomic_fetch_add(&s->wrong, 1);
    }
    for (unsigned slot = 0; slot < HELD; slot++)
        gaz_block_release(held[slot]);
    gaz_strbuf_release(&expected);
    return NULL;
}

/* What was asked for once is there, in a cache that holds all of it. */
static void expect_no_more_misses(setting *s)
{
    gaz_block_cache_stats before, after;
    gaz_block_cache_stats_get(s->cache, &before);
    atomic_store(&s->started, 0);
    ask(s);
    gaz_block_cache_stats_get(s->cache, &after);
    assert_int_equal(s->wrong, 0);
    assert_int_equal(after.misses, before.misses);
    assert_int_equal(after.hits, before.hits + s->rounds);
}

static void threads_get_what_the_segment_holds_and_the_bound_holds(void **state)
{
    (void)state;
    static const size_t sizes[] = {0,       4096,     100000,           200000,
                                   1000000, 20000000, (size_t)40 << 20, (size_t)300 << 20};
    char *dir = make_temp_dir();
    gaz_segment *seg = build(dir);
    uint64_t seed = proof_say_seed();
    unsigned rounds = proof_rounds(4000);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        setting s = {.seg = seg, .seed = seed * 100 + i * 3, .rounds = rounds};
        pthread_t threads[3];
        gaz_block_cache_stats stats;
        assert_ok(gaz_block_cache_new(sizes[i], &s.cache, &err));
        for (size_t t = 0; t < 3; t++)
            assert_int_equal(pthread_create(&threads[t], NULL, ask, &s), 0);
        for (size_t t = 0; t < 3; t++)
            pthread_join(threads[t], NULL);
        gaz_block_cache_stats_get(s.cache, &stats);
        assert_int_equal(s.wrong, 0);
        assert_true(stats.used <= stats.max && stats.max <= sizes[i]);
        assert_int_equal(stats.hits + stats.misses, 3 * rounds);
        assert_true(sizes[i] > (size_t)1000000 || sizes[i] < 100000 || stats.evictions);
        assert_true(sizes[i] < (size_t)300 << 20 || !stats.evictions);
        if (sizes[i] >= (size_t)300 << 20)
            expect_no_more_misses(&s);
        gaz_block_cache_free(s.cache);
    }
    proof_report("blocks taken by each of three threads from a cache of each of eight sizes",
                 rounds);
    gaz_segment_unref(seg);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* What is asked for again and again stays while others come and go. */
static void what_is_used_stays(void **state)
{
    (void)state;
    char *dir = make_temp_dir();
    gaz_segment *seg = build(dir);
    gaz_block_cache *cache = NULL;
    gaz_block *b = NULL;
    bool hit = false;
    gaz_chunk last, c;
    unsigned hits = 0, asked = 0;
    assert_ok(gaz_block_cache_new((size_t)1 << 20, &cache, &err));
    assert_ok(gaz_segment_chunk(seg, gaz_segment_chunks(seg) - 1, &last, &err));
    assert_ok(gaz_segment_chunk(seg, 0, &c, &err));
    for (uint32_t round = 0; round < 2; round++)
        for (uint32_t other = c.block + 1; other <= last.block; other++) {
            assert_ok(gaz_segment_block(seg, cache, c.block, &b, &hit, &err));
            gaz_block_release(b);
            hits += hit;
            asked++;
            assert_ok(gaz_segment_block(seg, cache, other, &b, NULL, &err));
            gaz_block_release(b);
        }
    assert_int_equal(hits, asked - 1);
    gaz_block_cache_free(cache);
    gaz_segment_unref(seg);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_get_what_the_segment_holds_and_the_bound_holds),
        cmocka_unit_test(what_is_used_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
