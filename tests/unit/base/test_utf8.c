/* UTF-8 against a decoder written from the definition, and simple case folding. */
#include "gaz_test.h"

#include "gaz/base/utf8.h"

/* The definition: decode the bits, then refuse what has a shorter form, surrogates, and what is
 * over U+10FFFF. */
static size_t naive(const unsigned char *p, size_t avail, uint32_t *scalar)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t need = p[0] < 0x80             ? 1
                  : (p[0] & 0xE0) == 0xC0 ? 2
                  : (p[0] & 0xF0) == 0xE0 ? 3
                  : (p[0] & 0xF8) == 0xF0 ? 4
                                          : 0;
    if (need == 0 || need > avail)
        return 0;
    uint32_t c = need == 1 ? p[0] : p[0] & (0x7Fu >> need);
    for (size_t i = 1; i < need; i++) {
        if ((p[i] & 0xC0) != 0x80)
            return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    if (c < least[need] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
        return 0;
    *scalar = c;
    return need;
}

static bool naive_valid(const unsigned char *p, size_t len)
{
    for (size_t i = 0, n; i < len; i += n) {
        uint32_t scalar;
        n = naive(p + i, len - i, &scalar);
        if (n == 0)
            return false;
    }
    return true;
}

static void check(const unsigned char *bytes, size_t len)
{
    assert_int_equal(gaz_utf8_valid((const char *)bytes, len), naive_valid(bytes, len));
    const char *at = (const char *)bytes;
    uint32_t scalar = 0, got = gaz_utf8_next(&at, (const char *)bytes + len);
    size_t n = naive(bytes, len, &scalar);
    assert_int_equal(at - (const char *)bytes, n ? n : 1);
    assert_int_equal(got, n ? scalar : GAZ_UTF8_BAD);
}

static void every_sequence_of_two_bytes_agrees_with_the_definition(void **state)
{
    (void)state;
    for (unsigned a = 0; a < 256; a++)
        for (unsigned b = 0; b < 256; b++) {
            unsigned char bytes[2] = {(unsigned char)a, (unsigned char)b};
            check(bytes, 1);
            check(bytes, 2);
        }
}

static void sequences_of_boundary_bytes_agree_with_the_definition(void **state)
{
    (void)state;
    static const unsigned char edges[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF,
                                          0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xEC, 0xED, 0xEE,
                                          0xEF, 0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xF8, 0xFE, 0xFF};
    size_t n = sizeof edges;
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++)
            for (size_t c = 0; c < n; c++)
                for (size_t d = 0; d < n; d++) {
                    unsigned char bytes[4] = {edges[a], edges[b], edges[c], edges[d]};
                    check(bytes, 3);
                    check(bytes, 4);
                }
}

static void every_scalar_is_written_and_read_back(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10FFFF; c++) {
        if (c == 0xD800)
            c = 0xE000;
        char bytes[4];
        size_t n = gaz_utf8_put(bytes, c);
        const char *at = bytes;
        if (gaz_utf8_next(&at, bytes + n) != c || at != bytes + n)
            fail_msg("U+%04X does not come back", c);
    }
}

/* A bad byte at each place of a long text, so that the eight-bytes-at-a-time path and its ends are
 * met. */
static void one_bad_byte_anywhere_is_found(void **state)
{
    (void)state;
    for (size_t len = 0; len < 40; len++) {
        char *text = malloc(len ? len : 1);
        assert_non_null(text);
        memset(text, 'a', len);
        assert_true(gaz_ascii_valid(text, len));
        assert_true(gaz_utf8_valid(text, len));
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)0xFF;
            assert_false(gaz_ascii_valid(text, len));
            assert_false(gaz_utf8_valid(text, len));
            text[i] = 'a';
        }
        if (len >= 2) {
            memcpy(text + len - 2, "\xC3\xA9", 2);
            assert_false(gaz_ascii_valid(text, len));
            assert_true(gaz_utf8_valid(text, len));
            assert_false(gaz_utf8_valid(text, len - 1));
        }
        free(text);
    }
}

static void check_replaced(const char *in, size_t len, const char *expected)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_utf8_replace(&out, in, len);
    if (strcmp(out.data, expected) != 0)
        fail_msg("replacing gave \"%s\", expected \"%s\"", out.data, expected);
    assert_true(gaz_utf8_valid(out.data, out.len));
    gaz_strbuf_release(&out);
}

/* The examples of the WHATWG encoding standard and of Unicode 15, section 3.9, table 3-8. */
static void each_maximal_bad_part_becomes_one_replacement(void **state)
{
    (void)state;
#define R GAZ_UTF8_REPLACEMENT
    check_replaced("abc", 3, "abc");
    check_replaced("", 0, "");
    check_replaced("\xC3\xA9", 2, "\xC3\xA9");
    check_replaced("a\xFF"
                   "b",
                   3, "a" R "b");
    check_replaced("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41", 9, R R R R R R R R "A");
    check_replaced("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41", 9, R R R R R R R R "A");
    check_replaced("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42", 9, R R R R R "A" R R "B");
    check_replaced("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41", 9, R R R R "A");
    check_replaced("\xE2\x82", 2, R);
    check_replaced("\xF0\x9F\x98", 3, R);
#undef R
}

static void folding_maps_one_scalar_to_one(void **state)
{
    (void)state;
    assert_int_equal(gaz_fold('A'), 'a');
    assert_int_equal(gaz_fold('a'), 'a');
    assert_int_equal(gaz_fold('['), '[');
    assert_int_equal(gaz_fold('@'), '@');
    assert_int_equal(gaz_fold(0x212A), 'k');
    assert_int_equal(gaz_fold(0x017F), 's');
    assert_int_equal(gaz_fold(0x00C9), 0x00E9);
    assert_int_equal(gaz_fold(0x0391), 0x03B1);
    assert_int_equal(gaz_fold(0x03C2), 0x03C3);
    assert_int_equal(gaz_fold(0x1E9E), 0x00DF);
    assert_int_equal(gaz_fold(0x0130), 0x0130);
    assert_int_equal(gaz_fold(0x10400), 0x10428);
    assert_int_equal(gaz_fold(0x10FFFF), 0x10FFFF);
    for (uint32_t c = 0; c <= 0x10FFFF; c++)
        if (gaz_fold(gaz_fold(c)) != gaz_fold(c))
            fail_msg("folding U+%04X twice differs from folding it once", c);
}

static bool in_class(uint32_t wanted, const uint32_t *class, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (class[i] == wanted)
            return true;
    return false;
}

static void the_kelvin_sign_is_in_the_class_of_k(void **state)
{
    (void)state;
    static const uint32_t asked[] = {'k', 'K', 0x212A};
    for (size_t i = 0; i < 3; i++) {
        uint32_t class[4];
        size_t n = gaz_fold_class(asked[i], class);
        assert_int_equal(n, 3);
        for (size_t j = 0; j < 3; j++)
            assert_true(in_class(asked[j], class, n));
    }
    uint32_t alone[4];
    assert_int_equal(gaz_fold_class('1', alone), 1);
    assert_int_equal(alone[0], '1');
}

static void classes_are_whole_and_shared_by_their_members(void **state)
{
    (void)state;
    size_t largest = 0;
    for (uint32_t c = 0; c <= 0x1FFFF; c++) {
        uint32_t class[4];
        size_t n = gaz_fold_class(c, class);
        largest = n > largest ? n : largest;
        if (!in_class(c, class, n) && gaz_fold(c) != c)
            fail_msg("U+%04X is not in its own class", c);
        for (size_t i = 0; i < n; i++)
            if (gaz_fold(class[i]) != gaz_fold(c))
                fail_msg("U+%04X folds otherwise than its class mate U+%04X", class[i], c);
    }
    assert_int_equal(largest, 4);
}

static void texts_are_folded_scalar_by_scalar_and_bad_bytes_pass(void **state)
{
    (void)state;
    static const struct {
        const char *in, *out;
    } cases[] = {
        {"", ""},
        {"Hello, WORLD 42", "hello, world 42"},
        {"\xE2\x84\xAA"
         "elvin",
         "kelvin"},
        {"\xC3\x89t\xC3\x89", "\xC3\xA9t\xC3\xA9"},
        {"\xC8\xBA", "\xE2\xB1\xA5"}, /* U+023A folds to U+2C65: two bytes become three */
        {"A\xFF"
         "B\xC3",
         "a\xFF"
         "b\xC3"},
        {"\xE1\xBA\x9E", "\xC3\x9F"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_strbuf out = GAZ_STRBUF_INIT;
        gaz_fold_text(&out, cases[i].in, strlen(cases[i].in));
        assert_string_equal(out.data, cases[i].out);
        gaz_strbuf_release(&out);
    }
}

/* The worst growth: every two-byte scalar becomes three bytes. */
static void folded_text_that_grows_stays_within_its_buffer(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    char *text = malloc(2 * COUNT);
    assert_non_null(text);
    for (size_t i = 0; i < COUNT; i++)
        memcpy(text + 2 * i, "\xC8\xBA", 2);
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_fold_text(&out, text, 2 * COUNT);
    assert_int_equal(out.len, 3 * COUNT);
    gaz_strbuf_release(&out);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_sequence_of_two_bytes_agrees_with_the_definition),
        cmocka_unit_test(sequences_of_boundary_bytes_agree_with_the_definition),
        cmocka_unit_test(every_scalar_is_written_and_read_back),
        cmocka_unit_test(one_bad_byte_anywhere_is_found),
        cmocka_unit_test(each_maximal_bad_part_becomes_one_replacement),
        cmocka_unit_test(folding_maps_one_scalar_to_one),
        cmocka_unit_test(the_kelvin_sign_is_in_the_class_of_k),
        cmocka_unit_test(classes_are_whole_and_shared_by_their_members),
        cmocka_unit_test(texts_are_folded_scalar_by_scalar_and_bad_bytes_pass),
        cmocka_unit_test(folded_text_that_grows_stays_within_its_buffer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
