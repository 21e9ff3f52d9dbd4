/* Chunks brought near ahead of their turn: what is given out is what the segment holds, in any
 * order of asking, and nothing stays held. */
#include "gaz_test.h"

#include "ahead.h"
#include "gaz/base/fs.h"

static gaz_error err;

#define DOCUMENTS 600u

typedef struct setting {
    char *dir;
    gaz_segment *segment;
    gaz_block_cache *cache;
} setting;

/* Every 40th text is a line longer than is held ahead. */
static void write_text(unsigned i, gaz_strbuf *out)
{
    gaz_strbuf_reset(out);
    while (i % 40 == 39 && out->len < 3 * GAZ_CHUNK_BYTES)
        gaz_strbuf_printf(out, "<%u>", i);
    for (unsigned line = 0; line < 3 + i * 37 % 1500; line++)
        gaz_strbuf_printf(out, "document %u, line %u\n", i, line);
}

static int set_up(void **state)
{
    static setting s;
    char path[600], name[GAZ_SEALED_NAME];
    uint64_t size;
    gaz_skip skip;
    gaz_segment_writer *w = NULL;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    s.dir = make_temp_dir();
    snprintf(path, sizeof path, "%s/segment", s.dir);
    assert_ok(gaz_segment_writer_open(path, 3, &w, &err));
    for (unsigned i = 0; i < DOCUMENTS; i++) {
        gaz_oid oid = {{(uint8_t)i, (uint8_t)(i >> 8)}};
        write_text(i, &text);
        assert_ok(gaz_segment_writer_add(w, &oid, text.data, text.len, &skip, &err));
    }
    assert_ok(gaz_segment_writer_finish(w, name, &size, &err));
    gaz_segment_writer_close(w);
    gaz_strbuf_release(&text);
    assert_ok(gaz_segment_open(path, &s.segment, &err));
    assert_ok(gaz_block_cache_new((size_t)4 << 20, &s.cache, &err));
    *state = &s;
    return 0;
}

static int tear_down(void **state)
{
    setting *s = *state;
    gaz_segment_unref(s->segment);
    gaz_block_cache_free(s->cache);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
    return 0;
}

/* @return whether it was given out; then it is compared with what the segment says */
static bool take(ahead *a, const setting *s, uint32_t number)
{
    gaz_chunk chunk, expected;
    gaz_block *block = NULL, *other = NULL;
    bool given = ahead_take(a, s->cache, s->segment, number, &chunk, &block);
    assert_ok(gaz_segment_chunk(s->segment, number, &expected, &err));
    if (!given)
        return false;
    assert_memory_equal(&chunk, &expected, sizeof chunk);
    assert_ok(gaz_segment_block(s->segment, s->cache, chunk.block, &other, NULL, &err));
    assert_int_equal(gaz_block_len(block), gaz_block_len(other));
    assert_memory_equal(gaz_block_data(block), gaz_block_data(other), gaz_block_len(block));
    gaz_block_release(other);
    gaz_block_release(block);
    return true;
}

static bool is_long(const setting *s, uint32_t number)
{
    gaz_chunk c;
    assert_ok(gaz_segment_chunk(s->segment, number, &c, &err));
    return c.len > 2 * GAZ_CHUNK_BYTES;
}

static void chunks_come_in_their_order(void **state)
{
    setting *s = *state;
    static ahead a;
    uint32_t long_ones = 0;
    for (uint32_t i = 0; i < AHEAD_MAX; i++)
        ahead_add(&a, s->segment, i);
    ahead_start(&a, s->cache);
    for (uint32_t i = 0; i < AHEAD_MAX; i++) {
        assert_int_equal(take(&a, s, i), !is_long(s, i)); /* those are asked of the segment */
        long_ones += is_long(s, i);
    }
    assert_true(long_ones > 0);
    assert_false(take(&a, s, 0));
    ahead_clear(&a);
}

static void what_does_not_fit_or_was_passed_is_not_given_out(void **state)
{
    setting *s = *state;
    static ahead a;
    for (uint32_t i = 0; i < AHEAD_MAX + 10; i++)
        ahead_add(&a, s->segment, i);
    ahead_start(&a, s->cache);
    assert_true(take(&a, s, 100));
    assert_false(take(&a, s, 99));
    assert_false(take(&a, s, AHEAD_MAX + 1));
    assert_true(take(&a, s, 101));
    ahead_clear(&a);
    assert_false(take(&a, s, 102));
}

static void number_beyond_the_segment_ends_the_list(void **state)
{
    setting *s = *state;
    static ahead a;
    ahead_add(&a, s->segment, 1);
    ahead_add(&a, s->segment, gaz_segment_chunks(s->segment));
    ahead_add(&a, s->segment, 2);
    ahead_start(&a, s->cache);
    assert_true(take(&a, s, 1));
    assert_false(take(&a, s, 2));
    ahead_clear(&a);
}

/* Memory for few blocks: those still held could not be put out of the cache. */
static void nothing_stays_held(void **state)
{
    setting *s = *state;
    static ahead a;
    gaz_block_cache_stats stats;
    for (unsigned round = 0; round < 50; round++) {
        for (uint32_t i = 0; i < 200; i++)
            ahead_add(&a, s->segment, (i * 7 + round) % gaz_segment_chunks(s->segment));
        ahead_start(&a, s->cache);
        for (uint32_t i = 0; i < 200; i += 1 + round % 5)
            take(&a, s, (i * 7 + round) % gaz_segment_chunks(s->segment));
        ahead_clear(&a);
    }
    gaz_block_cache_stats_get(s->cache, &stats);
    assert_true(stats.evictions > 0);
    assert_true(stats.used <= stats.max);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_come_in_their_order),
        cmocka_unit_test(what_does_not_fit_or_was_passed_is_not_given_out),
        cmocka_unit_test(number_beyond_the_segment_ends_the_list),
        cmocka_unit_test(nothing_stays_held),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
