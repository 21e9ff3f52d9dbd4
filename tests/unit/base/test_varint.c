/* Varints and fixed-width integers: every length, every limit, every way to end too early. */
#include "gaz_test.h"

#include "gaz/base/varint.h"

static void values_of_every_length_come_back(void **state)
{
    (void)state;
    for (unsigned bits = 0; bits <= 64; bits++) {
        uint64_t base = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits);
        for (uint64_t d = 0; d < 3; d++) {
            uint64_t value = base - d, got = 0;
            uint8_t bytes[GAZ_VARINT_MAX];
            size_t n = gaz_varint_encode(bytes, value);
            size_t expected = 1;
            for (uint64_t v = value; v >= 0x80; v >>= 7)
                expected++;
            assert_int_equal(n, expected);
            assert_ptr_equal(gaz_varint_decode(bytes, bytes + n, &got), bytes + n);
            assert_true(got == value);
        }
    }
}

static void known_bytes_are_written(void **state)
{
    (void)state;
    uint8_t bytes[GAZ_VARINT_MAX];
    assert_int_equal(gaz_varint_encode(bytes, 0), 1);
    assert_int_equal(bytes[0], 0);
    assert_int_equal(gaz_varint_encode(bytes, 300), 2);
    assert_memory_equal(bytes, "\xAC\x02", 2);
    assert_int_equal(gaz_varint_encode(bytes, UINT64_MAX), 10);
    assert_memory_equal(bytes, "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01", 10);
}

static void a_varint_cut_short_anywhere_is_refused_and_leaves_the_value(void **state)
{
    (void)state;
    uint8_t bytes[GAZ_VARINT_MAX];
    size_t n = gaz_varint_encode(bytes, UINT64_MAX);
    for (size_t len = 0; len < n; len++) {
        uint8_t *exact = malloc(len ? len : 1);
        assert_non_null(exact);
        memcpy(exact, bytes, len);
        uint64_t value = 42;
        assert_null(gaz_varint_decode(exact, exact + len, &value));
        assert_int_equal(value, 42);
        free(exact);
    }
}

static void more_than_64_bits_are_refused(void **state)
{
    (void)state;
    uint64_t value = 42;
    static const uint8_t tenth_too_big[] = "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02";
    static const uint8_t eleven[] = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00";
    static const uint8_t tenth_goes_on[] = "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x81\x00";
    assert_null(gaz_varint_decode(tenth_too_big, tenth_too_big + 10, &value));
    assert_null(gaz_varint_decode(eleven, eleven + 11, &value));
    assert_null(gaz_varint_decode(tenth_goes_on, tenth_goes_on + 11, &value));
    assert_int_equal(value, 42);
}

static void decoding_stops_at_the_first_final_byte(void **state)
{
    (void)state;
    static const uint8_t bytes[] = {0x81, 0x01, 0x7F};
    uint64_t value = 0;
    const uint8_t *at = gaz_varint_decode(bytes, bytes + 3, &value);
    assert_ptr_equal(at, bytes + 2);
    assert_int_equal(value, 129);
    at = gaz_varint_decode(at, bytes + 3, &value);
    assert_ptr_equal(at, bytes + 3);
    assert_int_equal(value, 127);
    assert_null(gaz_varint_decode(at, bytes + 3, &value));
}

static void fixed_widths_are_little_endian_at_any_alignment(void **state)
{
    (void)state;
    for (size_t off = 0; off < 8; off++) {
        uint8_t bytes[32];
        memset(bytes, 0xEE, sizeof bytes);
        gaz_put_le16(bytes + off, 0x0102);
        gaz_put_le32(bytes + off + 2, 0x03040506);
        gaz_put_le64(bytes + off + 6, UINT64_C(0x0708090A0B0C0D0E));
        assert_memory_equal(bytes + off, "\x02\x01\x06\x05\x04\x03\x0E\x0D\x0C\x0B\x0A\x09\x08\x07",
                            14);
        assert_int_equal(bytes[off + 14], 0xEE);
        assert_int_equal(gaz_le16(bytes + off), 0x0102);
        assert_int_equal(gaz_le32(bytes + off + 2), 0x03040506);
        assert_true(gaz_le64(bytes + off + 6) == UINT64_C(0x0708090A0B0C0D0E));
    }
    assert_true(gaz_le32("\xFF\xFF\xFF\xFF") == UINT32_MAX);
    assert_true(gaz_le64("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF") == UINT64_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_length_come_back),
        cmocka_unit_test(known_bytes_are_written),
        cmocka_unit_test(a_varint_cut_short_anywhere_is_refused_and_leaves_the_value),
        cmocka_unit_test(more_than_64_bits_are_refused),
        cmocka_unit_test(decoding_stops_at_the_first_final_byte),
        cmocka_unit_test(fixed_widths_are_little_endian_at_any_alignment),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
