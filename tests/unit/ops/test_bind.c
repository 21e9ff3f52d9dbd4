/* Parameters against the rows of operations. */
#include "gaz_test.h"

#include "gaz/base/arena.h"
#include "gaz/ops/op.h"

static const gaz_param params[] = {
    {.name = "q",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .max = 10,
     .help = "what to look for"},
    {.name = "limit", .type = GAZ_PARAM_INT, .min = 0, .max = 100, .fallback = "50"},
    {.name = "wait", .type = GAZ_PARAM_BOOL},
    {.name = "branches", .type = GAZ_PARAM_LIST, .max = 5},
    {.name = "order", .type = GAZ_PARAM_STRING, .choices = "rank|path", .fallback = "rank"},
    {.name = "any", .type = GAZ_PARAM_INT},
};
static const gaz_op op = {
    .name = "find", .method = "GET", .path = "/v1/find", .params = params, .param_count = 6};
enum { Q, LIMIT, WAIT, BRANCHES, ORDER, ANY };

typedef struct fixture {
    gaz_arena arena;
    gaz_value values[6];
    gaz_error err;
} fixture;

static void begin(fixture *f)
{
    *f = (fixture){0};
    gaz_arena_init(&f->arena, 1 << 20);
}

static gaz_status bind(fixture *f, const gaz_raw_param *raw, size_t count)
{
    begin(f);
    return gaz_op_bind(&op, raw, count, &f->arena, f->values, &f->err);
}

static gaz_status bind_text(fixture *f, const char *json, const gaz_raw_param *raw, size_t count)
{
    gaz_json *object = NULL;
    begin(f);
    gaz_error err = {0};
    assert_ok(gaz_json_parse(json, strlen(json), &object, &err));
    gaz_status st =
        count ? gaz_op_bind_request(&op, object, raw, count, &f->arena, f->values, &f->err)
              : gaz_op_bind_json(&op, object, &f->arena, f->values, &f->err);
    gaz_json_free(object);
    return st;
}

static void refuses(const gaz_raw_param *raw, size_t count, const char *part)
{
    fixture f;
    assert_int_equal(bind(&f, raw, count), GAZ_E_INVALID);
    if (!strstr(f.err.message, part))
        fail_msg("'%s' does not say '%s'", f.err.message, part);
    gaz_arena_release(&f.arena);
}

static void refuses_json(const char *json, const char *part)
{
    fixture f;
    assert_int_equal(bind_text(&f, json, NULL, 0), GAZ_E_INVALID);
    if (!strstr(f.err.message, part))
        fail_msg("'%s' does not say '%s'", f.err.message, part);
    gaz_arena_release(&f.arena);
}

#define RAW(name, text)                                                                            \
    {                                                                                              \
        name, text, sizeof(text) - 1                                                               \
    }

static void texts_become_typed_values_and_the_rest_gets_defaults(void **state)
{
    (void)state;
    fixture f;
    static const gaz_raw_param raw[] = {
        RAW("q", "x y"),       RAW("wait", "1"),         RAW("branches", "main"),
        RAW("branches", "v*"), RAW("branches", "rel/*"), RAW("any", "-9223372036854775808")};
    assert_int_equal(bind(&f, raw, 6), GAZ_OK);
    assert_string_equal(f.values[Q].text, "x y");
    assert_int_equal(f.values[Q].len, 3);
    assert_true(f.values[Q].given);
    assert_int_equal(f.values[LIMIT].number, 50);
    assert_false(f.values[LIMIT].given);
    assert_int_equal(f.values[WAIT].number, 1);
    assert_int_equal(f.values[BRANCHES].count, 3);
    assert_string_equal(f.values[BRANCHES].items[0], "main");
    assert_string_equal(f.values[BRANCHES].items[2], "rel/*");
    assert_string_equal(f.values[ORDER].text, "rank");
    assert_true(f.values[ANY].number == INT64_MIN);
    gaz_arena_release(&f.arena);
}

static void an_empty_flag_is_true_and_an_absent_string_has_no_text(void **state)
{
    (void)state;
    fixture f;
    static const gaz_param just[] = {{.name = "s", .type = GAZ_PARAM_STRING},
                                     {.name = "b", .type = GAZ_PARAM_BOOL}};
    static const gaz_op small = {.name = "small", .params = just, .param_count = 2};
    static const gaz_raw_param raw[] = {RAW("b", "")};
    begin(&f);
    assert_int_equal(gaz_op_bind(&small, raw, 1, &f.arena, f.values, &f.err), GAZ_OK);
    assert_null(f.values[0].text);
    assert_int_equal(f.values[1].number, 1);
    gaz_call call = {.op = &small, .values = f.values};
    assert_ptr_equal(gaz_call_value(&call, "b"), &f.values[1]);
    gaz_arena_release(&f.arena);
}

static void wrong_texts_are_refused_with_the_parameter_named(void **state)
{
    (void)state;
    refuses((const gaz_raw_param[]){RAW("limit", "1")}, 1, "find needs 'q'");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("q", "y")}, 2, "'q' is given twice");
    refuses((const gaz_raw_param[]){RAW("q", "x\0y")}, 1, "'q' holds a NUL");
    refuses((const gaz_raw_param[]){RAW("q", "12345678901")}, 1, "'q' has 11 bytes, at most 10");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("limit", "101")}, 2,
            "'limit' is 0 to 100, not 101");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("limit", "-1")}, 2, "not -1");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("limit", "1x")}, 2,
            "whole number, not '1x'");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("limit", " 1")}, 2, "whole number");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("limit", "")}, 2, "whole number");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("any", "9223372036854775808")}, 2,
            "too large");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("wait", "2")}, 2, "true or false, not '2'");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("order", "ran")}, 2,
            "one of rank|path, not 'ran'");
    refuses((const gaz_raw_param[]){RAW("q", "x"), RAW("branches", "a\0b")}, 2, "NUL");
}

static void a_list_over_its_maximum_is_refused(void **state)
{
    (void)state;
    gaz_raw_param raw[7] = {RAW("q", "x")};
    for (int i = 1; i < 7; i++)
        raw[i] = (gaz_raw_param)RAW("branches", "b");
    fixture f;
    assert_int_equal(bind(&f, raw, 6), GAZ_OK);
    assert_int_equal(f.values[BRANCHES].count, 5);
    gaz_arena_release(&f.arena);
    refuses(raw, 7, "'branches' has over 5 items");
}

static void an_unknown_name_gets_the_near_miss_as_its_hint(void **state)
{
    (void)state;
    fixture f;
    static const gaz_raw_param near[] = {RAW("limti", "1")}, far[] = {RAW("zzzzzz", "1")};
    assert_int_equal(bind(&f, near, 1), GAZ_E_INVALID);
    assert_string_equal(f.err.message, "find has no parameter 'limti'");
    assert_string_equal(f.err.hint, "did you mean limit?");
    gaz_arena_release(&f.arena);
    assert_int_equal(bind(&f, far, 1), GAZ_E_INVALID);
    assert_string_equal(f.err.hint, "it has q, limit, wait, branches, order, any");
    gaz_arena_release(&f.arena);
}

static void json_members_must_have_the_type_of_their_parameter(void **state)
{
    (void)state;
    fixture f;
    assert_int_equal(
        bind_text(&f,
                  "{\"q\":\"a\",\"limit\":7,\"wait\":true,\"branches\":[\"x\",\"y\"],\"any\":null}",
                  NULL, 0),
        GAZ_OK);
    assert_int_equal(f.values[LIMIT].number, 7);
    assert_int_equal(f.values[WAIT].number, 1);
    assert_int_equal(f.values[BRANCHES].count, 2);
    assert_false(f.values[ANY].given);
    gaz_arena_release(&f.arena);
    refuses_json("{\"q\":1}", "'q' is a string");
    refuses_json("{\"q\":\"a\",\"limit\":\"7\"}", "'limit' is a whole number");
    refuses_json("{\"q\":\"a\",\"limit\":7.5}", "'limit' is a whole number");
    refuses_json("{\"q\":\"a\",\"limit\":101}", "not 101");
    refuses_json("{\"q\":\"a\",\"wait\":1}", "'wait' is true or false");
    refuses_json("{\"q\":\"a\",\"branches\":\"x\"}", "'branches' is an array of strings");
    refuses_json("{\"q\":\"a\",\"branches\":[1]}", "'branches' is an array of strings");
    refuses_json("{\"q\":\"a\",\"branches\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\"]}", "over 5");
    refuses_json("{\"q\":\"a\\u0000b\"}", "NUL");
    refuses_json("{\"q\":null}", "needs 'q'");
    refuses_json("{\"limits\":1}", "no parameter 'limits'");
    refuses_json("[]", "JSON object");
}

static void body_and_query_string_merge_but_never_overlap(void **state)
{
    (void)state;
    fixture f;
    static const gaz_raw_param wait[] = {RAW("wait", "1")}, list[] = {RAW("branches", "b")},
                               q[] = {RAW("q", "z")};
    assert_int_equal(bind_text(&f, "{\"q\":\"a\"}", wait, 1), GAZ_OK);
    assert_int_equal(f.values[WAIT].number, 1);
    assert_string_equal(f.values[Q].text, "a");
    gaz_arena_release(&f.arena);
    assert_int_equal(bind_text(&f, "{\"limit\":3}", q, 1), GAZ_OK);
    assert_string_equal(f.values[Q].text, "z");
    gaz_arena_release(&f.arena);
    assert_int_equal(bind_text(&f, "{\"q\":\"a\",\"branches\":[\"a\"]}", list, 1), GAZ_E_INVALID);
    assert_string_equal(f.err.message, "'branches' is given twice");
    gaz_arena_release(&f.arena);
    assert_int_equal(bind_text(&f, "{\"q\":\"a\"}", q, 1), GAZ_E_INVALID);
    gaz_arena_release(&f.arena);
}

static void a_full_arena_is_out_of_memory(void **state)
{
    (void)state;
    fixture f;
    static const gaz_raw_param raw[] = {RAW("q", "abc")};
    f = (fixture){0};
    gaz_arena_init(&f.arena, 2);
    assert_int_equal(gaz_op_bind(&op, raw, 1, &f.arena, f.values, &f.err), GAZ_E_NOMEM);
    gaz_arena_release(&f.arena);
}

static void every_status_has_an_http_status(void **state)
{
    (void)state;
    static const struct {
        gaz_status status;
        int http;
    } rows[] = {{GAZ_OK, 200},
                {GAZ_DONE, 200},
                {GAZ_E_INVALID, 400},
                {GAZ_E_NOT_FOUND, 404},
                {GAZ_E_EXISTS, 409},
                {GAZ_E_NOMEM, 503},
                {GAZ_E_IO, 500},
                {GAZ_E_CORRUPT, 500},
                {GAZ_E_LIMIT, 413},
                {GAZ_E_TIMEOUT, 504},
                {GAZ_E_CANCELLED, 503},
                {GAZ_E_BUSY, 503},
                {GAZ_E_UNSUPPORTED, 501},
                {GAZ_E_DENIED, 403},
                {GAZ_E_REMOTE, 502},
                {GAZ_E_INTERNAL, 500}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_int_equal(gaz_status_http(rows[i].status), rows[i].http);
    assert_int_equal(gaz_status_http((gaz_status)-99), 500);
}

static void an_error_is_json_with_a_column_only_where_there_is_one(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    (void)!gaz_error_set(&err, GAZ_E_INVALID, "bad \"x\"");
    err.column = 4;
    gaz_error_json(&err, &out);
    assert_string_equal(out.data, "{\"error\":{\"code\":\"invalid\",\"message\":\"bad "
                                  "\\\"x\\\"\",\"hint\":\"\",\"column\":4}}");
    gaz_strbuf_reset(&out);
    err.column = 0;
    gaz_error_hint(&err, "try y");
    gaz_error_json(&err, &out);
    assert_string_equal(
        out.data,
        "{\"error\":{\"code\":\"invalid\",\"message\":\"bad \\\"x\\\"\",\"hint\":\"try y\"}}");
    gaz_strbuf_release(&out);
}

static void rows_are_found_by_name(void **state)
{
    (void)state;
    static const gaz_op table[] = {{.name = "a"}, {.name = "a.b"}};
    assert_ptr_equal(gaz_op_find(table, 2, "a.b"), &table[1]);
    assert_null(gaz_op_find(table, 2, "a."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_become_typed_values_and_the_rest_gets_defaults),
        cmocka_unit_test(an_empty_flag_is_true_and_an_absent_string_has_no_text),
        cmocka_unit_test(wrong_texts_are_refused_with_the_parameter_named),
        cmocka_unit_test(a_list_over_its_maximum_is_refused),
        cmocka_unit_test(an_unknown_name_gets_the_near_miss_as_its_hint),
        cmocka_unit_test(json_members_must_have_the_type_of_their_parameter),
        cmocka_unit_test(body_and_query_string_merge_but_never_overlap),
        cmocka_unit_test(a_full_arena_is_out_of_memory),
        cmocka_unit_test(every_status_has_an_http_status),
        cmocka_unit_test(an_error_is_json_with_a_column_only_where_there_is_one),
        cmocka_unit_test(rows_are_found_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
