/* The JSON writer and parser. */
#include "gaz_test.h"

#include <math.h>

#include "gaz/json/json.h"

static void writes_nested_values_with_commas_where_they_belong(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    gaz_json_key(&w, "a");
    gaz_json_array_begin(&w);
    gaz_json_int(&w, -1);
    gaz_json_bool(&w, true);
    gaz_json_null(&w);
    gaz_json_object_begin(&w);
    gaz_json_object_end(&w);
    gaz_json_array_end(&w);
    gaz_json_put_cstring(&w, "b", NULL);
    gaz_json_put_string(&w, "c", "x\0y", 3);
    gaz_json_put_int(&w, "d", INT64_MIN);
    gaz_json_put_bool(&w, "e", false);
    gaz_json_key(&w, "f");
    gaz_json_raw(&w, "[1,2]", 5);
    gaz_json_object_end(&w);
    assert_string_equal(out.data, "{\"a\":[-1,true,null,{}],\"b\":null,\"c\":\"x\\u0000y\","
                                  "\"d\":-9223372036854775808,\"e\":false,\"f\":[1,2]}");
    gaz_strbuf_release(&out);
}

static void escapes_quotes_and_control_bytes(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    assert_true(gaz_json_string(&w, "\"\\\b\f\n\r\t\x01\x1f\x7f/\xc3\xa9", 13));
    assert_string_equal(out.data, "\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f/\xc3\xa9\"");
    gaz_strbuf_release(&out);
}

static void says_that_bytes_were_invalid_and_replaces_them(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    assert_false(gaz_json_string(&w, "a\xff\"\xe2\x82z", 6));
    assert_string_equal(out.data, "\"a\xef\xbf\xbd\\\"\xef\xbf\xbdz\"");
    gaz_strbuf_release(&out);
}

static void base64_is_padded(void **state)
{
    (void)state;
    static const char *const expected[] = {"\"\"", "\"Zg==\"", "\"Zm8=\"", "\"Zm9v\"",
                                           "\"Zm9vYg==\""};
    for (size_t len = 0; len < 5; len++) {
        gaz_strbuf out = GAZ_STRBUF_INIT;
        gaz_json_writer w;
        gaz_json_writer_init(&w, &out);
        gaz_json_base64(&w, "foob", len);
        assert_string_equal(out.data, expected[len]);
        gaz_strbuf_release(&out);
    }
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    gaz_json_base64(&w, "\xfb\xff\xfe", 3);
    assert_string_equal(out.data, "\"+//+\"");
    gaz_strbuf_release(&out);
}

static void doubles_read_back_as_they_were(void **state)
{
    (void)state;
    static const double values[] = {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -2.5, 100, 1e21};
    gaz_error err = {0};
    for (size_t i = 0; i < sizeof values / sizeof values[0]; i++) {
        gaz_strbuf out = GAZ_STRBUF_INIT;
        gaz_json_writer w;
        gaz_json_writer_init(&w, &out);
        gaz_json_double(&w, values[i]);
        gaz_json *root = NULL;
        assert_ok(gaz_json_parse(out.data, out.len, &root, &err));
        assert_true(gaz_json_number(root, -7) == values[i]);
        gaz_json_free(root);
        gaz_strbuf_release(&out);
    }
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    gaz_json_array_begin(&w);
    gaz_json_double(&w, 0.1);
    gaz_json_double(&w, NAN);
    gaz_json_double(&w, HUGE_VAL);
    gaz_json_array_end(&w);
    assert_string_equal(out.data, "[0.1,null,null]");
    gaz_strbuf_release(&out);
}

static void writing_deeper_than_the_limit_fails_the_buffer(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    for (int i = 0; i < GAZ_JSON_DEPTH; i++)
        gaz_json_array_begin(&w);
    assert_ok(gaz_strbuf_check(&out, &err));
    for (int i = 0; i < 5; i++)
        gaz_json_array_begin(&w);
    gaz_json_int(&w, 1);
    for (int i = 0; i < GAZ_JSON_DEPTH + 5; i++)
        gaz_json_array_end(&w);
    assert_status(GAZ_E_LIMIT, gaz_strbuf_check(&out, &err));
    gaz_strbuf_release(&out);
}

static void parses_every_type_and_keeps_member_order(void **state)
{
    (void)state;
    gaz_error err = {0};
    static const char text[] =
        "{\"z\":1,\"a\":[1.5,\"x\\u0000y\",true,null,{}],\"m\":-9223372036854775808}";
    gaz_json *root = NULL;
    assert_ok(gaz_json_parse(text, sizeof text - 1, &root, &err));
    assert_int_equal(gaz_json_type_of(root), GAZ_JSON_OBJECT);
    assert_int_equal(gaz_json_size(root), 3);
    void *iter = NULL;
    const char *key;
    const gaz_json *value;
    char order[4] = "";
    for (size_t i = 0; gaz_json_member(root, &iter, &key, &value); i++)
        order[i] = key[0];
    assert_string_equal(order, "zam");
    const gaz_json *a = gaz_json_get(root, "a");
    assert_int_equal(gaz_json_size(a), 5);
    static const gaz_json_type types[] = {GAZ_JSON_DOUBLE, GAZ_JSON_STRING, GAZ_JSON_BOOL,
                                          GAZ_JSON_NULL, GAZ_JSON_OBJECT};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(gaz_json_type_of(gaz_json_at(a, i)), types[i]);
    size_t len = 0;
    assert_memory_equal(gaz_json_text(gaz_json_at(a, 1), &len), "x\0y", 4);
    assert_int_equal(len, 3);
    assert_true(gaz_json_truth(gaz_json_at(a, 2), false));
    assert_true(gaz_json_integer(gaz_json_get(root, "m"), 0) == INT64_MIN);
    gaz_json_free(root);
}

static void wrong_types_and_absent_members_give_the_fallback(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_json *root = NULL;
    assert_ok(gaz_json_parse("[1]", 3, &root, &err));
    assert_null(gaz_json_get(root, "a"));
    assert_null(gaz_json_at(root, 1));
    assert_null(gaz_json_text(gaz_json_at(root, 0), NULL));
    assert_null(gaz_json_text(NULL, NULL));
    assert_int_equal(gaz_json_integer(root, 7), 7);
    assert_int_equal(gaz_json_integer(NULL, 7), 7);
    assert_true(gaz_json_truth(gaz_json_at(root, 0), true));
    assert_int_equal(gaz_json_size(gaz_json_at(root, 0)), 0);
    void *iter = NULL;
    const char *key;
    const gaz_json *value;
    assert_false(gaz_json_member(root, &iter, &key, &value));
    gaz_json_free(root);
}

static void refuses(const char *text, size_t len, const char *message_part)
{
    gaz_error err = {0};
    gaz_json *root = NULL;
    assert_status(GAZ_E_INVALID, gaz_json_parse(text, len, &root, &err));
    assert_null(root);
    if (!strstr(err.message, message_part))
        fail_msg("'%s' does not say '%s'", err.message, message_part);
}

static void refuses_what_is_not_json_and_says_where(void **state)
{
    (void)state;
    refuses("", 0, "line 1");
    refuses("{\"a\":1,\"a\":2}", 13, "duplicate");
    refuses("{\n  \"a\": tru\n}", 14, "line 2");
    refuses("\"\xff\"", 3, "unable to decode byte 0xff");
    refuses("[1]x", 4, "end of file");
    refuses("9223372036854775808", 19, "big integer");
    refuses("[1,]", 4, "line 1");
    refuses("\0", 1, "line 1");
}

static void refuses_nesting_over_the_limit(void **state)
{
    (void)state;
    gaz_error err = {0};
    char text[2 * GAZ_JSON_DEPTH + 3];
    memset(text, '[', GAZ_JSON_DEPTH);
    memset(text + GAZ_JSON_DEPTH, ']', GAZ_JSON_DEPTH);
    gaz_json *root = NULL;
    assert_ok(gaz_json_parse(text, 2 * GAZ_JSON_DEPTH, &root, &err));
    gaz_json_free(root);
    memset(text, '[', GAZ_JSON_DEPTH + 1);
    memset(text + GAZ_JSON_DEPTH + 1, ']', GAZ_JSON_DEPTH + 1);
    refuses(text, 2 * GAZ_JSON_DEPTH + 2, "column 65: nested over 64");
    /* Brackets in strings are no nesting. */
    memset(text, '[', sizeof text - 1);
    text[0] = text[sizeof text - 2] = '"';
    assert_ok(gaz_json_parse(text, sizeof text - 1, &root, &err));
    gaz_json_free(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_nested_values_with_commas_where_they_belong),
        cmocka_unit_test(escapes_quotes_and_control_bytes),
        cmocka_unit_test(says_that_bytes_were_invalid_and_replaces_them),
        cmocka_unit_test(base64_is_padded),
        cmocka_unit_test(doubles_read_back_as_they_were),
        cmocka_unit_test(writing_deeper_than_the_limit_fails_the_buffer),
        cmocka_unit_test(parses_every_type_and_keeps_member_order),
        cmocka_unit_test(wrong_types_and_absent_members_give_the_fallback),
        cmocka_unit_test(refuses_what_is_not_json_and_says_where),
        cmocka_unit_test(refuses_nesting_over_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
