/* Streaming compression: what goes in comes out, piece by piece. */
#include "gaz_test.h"

#include <zstd.h>

#include "gaz/text/compress.h"

static void unpack(const gaz_strbuf *in, size_t *used, gaz_strbuf *out)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    ZSTD_inBuffer from = {in->data, in->len, 0};
    size_t made;
    do {
        ZSTD_outBuffer to = {gaz_strbuf_reserve(out, 65536), 65536, 0};
        assert_false(ZSTD_isError(ZSTD_decompressStream(d, &to, &from)));
        gaz_strbuf_commit(out, to.pos);
        made = to.pos;
    } while (made || from.pos < from.size);
    *used = from.pos;
    ZSTD_freeDCtx(d);
}

static void pieces_make_one_frame(void **state)
{
    (void)state;
    gaz_error err = {0};
    static const int levels[] = {1, 3, 19};
    for (size_t l = 0; l < 3; l++) {
        gaz_compress *c = NULL;
        gaz_strbuf text = GAZ_STRBUF_INIT, packed = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
        size_t used = 0;
        assert_ok(gaz_compress_new(levels[l], &c, &err));
        for (int i = 0; i < 300; i++) {
            size_t before = text.len;
            for (int k = 0; k < i * 7; k++)
                gaz_strbuf_printf(&text, "%d,", i * k);
            assert_ok(gaz_compress_add(c, text.data + before, text.len - before, GAZ_COMPRESS_MORE,
                                       &packed, &err));
        }
        assert_ok(gaz_compress_add(c, "", 0, GAZ_COMPRESS_FINISH, &packed, &err));
        unpack(&packed, &used, &out);
        assert_int_equal(used, packed.len);
        assert_int_equal(out.len, text.len);
        assert_memory_equal(out.data, text.data, text.len);
        assert_true(packed.len < text.len / 2);
        gaz_compress_free(c);
        gaz_strbuf_release(&text);
        gaz_strbuf_release(&packed);
        gaz_strbuf_release(&out);
    }
}

static void what_was_flushed_can_be_read(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_compress *c = NULL;
    gaz_strbuf packed = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
    size_t used = 0;
    assert_ok(gaz_compress_new(3, &c, &err));
    assert_ok(gaz_compress_add(c, "hello", 5, GAZ_COMPRESS_FLUSH, &packed, &err));
    unpack(&packed, &used, &out);
    assert_string_equal(out.data, "hello");
    gaz_compress_free(c);
    gaz_strbuf_release(&packed);
    gaz_strbuf_release(&out);
}

static void a_full_buffer_is_a_limit(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_compress *c = NULL;
    gaz_strbuf small;
    gaz_strbuf_init(&small, 16);
    assert_ok(gaz_compress_new(3, &c, &err));
    assert_status(GAZ_E_LIMIT, gaz_compress_add(c, "hello", 5, GAZ_COMPRESS_FINISH, &small, &err));
    gaz_compress_free(c);
    gaz_compress_free(NULL);
    gaz_strbuf_release(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_make_one_frame),
        cmocka_unit_test(what_was_flushed_can_be_read),
        cmocka_unit_test(a_full_buffer_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
