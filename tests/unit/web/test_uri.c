/* Percent-encoding and query strings. */
#include "gaz_test.h"

#include "uri.h"

static void bytes_survive_encoding_and_decoding(void **state)
{
    (void)state;
    gaz_error err = {0};
    char all[256];
    for (int i = 0; i < 256; i++)
        all[i] = (char)i;
    gaz_arena arena;
    gaz_arena_init(&arena, 1 << 20);
    for (int plus = 0; plus < 2; plus++) {
        gaz_strbuf text = GAZ_STRBUF_INIT;
        const char *out;
        size_t len;
        gaz_uri_encode(&text, all, sizeof all, plus);
        assert_ok(gaz_uri_decode(text.data, text.len, true, &arena, &out, &len, &err));
        assert_int_equal(len, 256);
        assert_memory_equal(out, all, 256);
        assert_null(strpbrk(text.data, " +&?#\"<>'"));
        gaz_strbuf_release(&text);
    }
    gaz_arena_release(&arena);
}

static void slashes_pass_only_in_paths(void **state)
{
    (void)state;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_uri_encode(&text, "a/b c~", 6, true);
    gaz_uri_encode(&text, "a/b", 3, false);
    assert_string_equal(text.data, "a/b%20c~a%2Fb");
    gaz_strbuf_release(&text);
}

static void a_plus_is_a_space_only_in_queries(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_arena arena;
    gaz_arena_init(&arena, 1 << 20);
    const char *out;
    size_t len;
    assert_ok(gaz_uri_decode("a+b%2b", 6, false, &arena, &out, &len, &err));
    assert_string_equal(out, "a+b+");
    assert_ok(gaz_uri_decode("a+b%2B", 6, true, &arena, &out, &len, &err));
    assert_string_equal(out, "a b+");
    gaz_arena_release(&arena);
}

static void what_is_not_well_formed_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"%", "%4", "%g0", "%0g", "a%2", "%%20", "% 0"};
    gaz_arena arena;
    gaz_arena_init(&arena, 1 << 20);
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gaz_error err = {0};
        const char *out;
        size_t len;
        assert_status(GAZ_E_INVALID,
                      gaz_uri_decode(bad[i], strlen(bad[i]), true, &arena, &out, &len, &err));
    }
    gaz_arena_release(&arena);
}

static void a_query_string_is_split_in_order(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_arena arena;
    gaz_arena_init(&arena, 1 << 20);
    gaz_raw_param *p = NULL;
    size_t count = 7;
    static const char text[] = "a=1&&b=&c&a=2%263&d=x=y&";
    assert_ok(gaz_uri_query(text, sizeof text - 1, &arena, &p, &count, &err));
    static const char *const expected[][2] = {
        {"a", "1"}, {"b", ""}, {"c", ""}, {"a", "2&3"}, {"d", "x=y"}};
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(p[i].name, expected[i][0]);
        assert_string_equal(p[i].text, expected[i][1]);
        assert_int_equal(p[i].len, strlen(expected[i][1]));
    }
    assert_ok(gaz_uri_query("", 0, &arena, &p, &count, &err));
    assert_int_equal(count, 0);
    gaz_arena_release(&arena);
}

static void too_many_parameters_and_bad_names_are_refused(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, 1 << 20);
    gaz_raw_param *p = NULL;
    size_t count = 0;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (int i = 0; i < GAZ_URI_PARAMS_MAX; i++)
        gaz_strbuf_puts(&text, "a&");
    gaz_error err = {0};
    assert_ok(gaz_uri_query(text.data, text.len, &arena, &p, &count, &err));
    assert_int_equal(count, GAZ_URI_PARAMS_MAX);
    gaz_strbuf_puts(&text, "a");
    assert_status(GAZ_E_INVALID, gaz_uri_query(text.data, text.len, &arena, &p, &count, &err));
    static const char *const bad[] = {"=1", "a%00b=1", "a=%", "%=1"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        err = (gaz_error){0};
        assert_status(GAZ_E_INVALID,
                      gaz_uri_query(bad[i], strlen(bad[i]), &arena, &p, &count, &err));
    }
    gaz_strbuf_release(&text);
    gaz_arena_release(&arena);
}

static void a_full_arena_is_out_of_memory(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_arena arena;
    gaz_arena_init(&arena, 64);
    gaz_raw_param *p = NULL;
    size_t count = 0;
    assert_status(GAZ_E_NOMEM, gaz_uri_query("a=1&b=2&c=3", 11, &arena, &p, &count, &err));
    gaz_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_survive_encoding_and_decoding),
        cmocka_unit_test(slashes_pass_only_in_paths),
        cmocka_unit_test(a_plus_is_a_space_only_in_queries),
        cmocka_unit_test(what_is_not_well_formed_is_refused),
        cmocka_unit_test(a_query_string_is_split_in_order),
        cmocka_unit_test(too_many_parameters_and_bad_names_are_refused),
        cmocka_unit_test(a_full_arena_is_out_of_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
