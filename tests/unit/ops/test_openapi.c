/* The OpenAPI document of a small table. */
#include "gaz_test.h"

#include "gaz/ops/op.h"

static const gaz_param find_params[] = {
    {.name = "q",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = 8192,
     .help = "The query"},
    {.name = "limit", .type = GAZ_PARAM_INT, .min = 0, .max = 100000, .fallback = "50"},
    {.name = "order", .type = GAZ_PARAM_STRING, .choices = "rank|path"},
    {.name = "all", .type = GAZ_PARAM_BOOL, .fallback = "0"},
    {.name = "tags", .type = GAZ_PARAM_LIST, .max = 9},
};
static const gaz_param add_params[] = {
    {.name = "source", .type = GAZ_PARAM_STRING, .required = true},
    {.name = "wait", .type = GAZ_PARAM_BOOL}};
static const gaz_param name_params[] = {
    {.name = "name", .type = GAZ_PARAM_STRING, .required = true}};
static int64_t largest(const gaz_settings *settings)
{
    return settings->scip_upload_max;
}
static const char *const bytes_types[] = {"application/x-bytes", "application/octet-stream", NULL};
static const gaz_op_body bytes = {.types = bytes_types,
                                  .metavar = "FILE",
                                  .help = "as it is",
                                  .setting = "scip.upload_max",
                                  .max = largest,
                                  .max_ever = 1 << 20};
static const gaz_op ops[] = {
    {.name = "find",
     .summary = "Finds things",
     .method = "GET",
     .path = "/v1/things",
     .params = find_params,
     .param_count = 5,
     .media = 1u << GAZ_MEDIA_JSON | 1u << GAZ_MEDIA_NDJSON,
     .result = "things"},
    {.name = "things.add",
     .summary = "Adds one",
     .method = "POST",
     .path = "/v1/things",
     .params = add_params,
     .param_count = 2,
     .media = 1u << GAZ_MEDIA_JSON,
     .result = "thing",
     .scope = GAZ_SCOPE_ADMIN},
    {.name = "things.remove",
     .summary = "Removes one",
     .method = "DELETE",
     .path = "/v1/things/{name}",
     .params = name_params,
     .param_count = 1,
     .media = 1u << GAZ_MEDIA_JSON,
     .result = "nowhere"},
    {.name = "bytes.send",
     .summary = "Takes bytes",
     .method = "POST",
     .path = "/v1/bytes",
     .params = add_params,
     .param_count = 2,
     .media = 1u << GAZ_MEDIA_JSON,
     .body = &bytes},
};

static const char *schema(const char *name)
{
    if (strcmp(name, "things") == 0)
        return "{\"$schema\":\"x\",\"$id\":\"y\",\"type\":\"array\",\"items\":{\"$ref\":\"thing."
               "json\"},"
               "\"$defs\":{\"n\":{\"type\":\"integer\",\"minimum\":0.5}},\"not\":{\"$ref\":\"#/"
               "$defs/n\"}}";
    if (strcmp(name, "thing") == 0)
        return "{\"type\":[\"object\",\"null\"],\"additionalProperties\":false,"
               "\"properties\":{\"a\":{\"$ref\":\"shared.json#/$defs/x\"}}}";
    if (strcmp(name, "shared") == 0)
        return "{\"$defs\":{\"x\":{\"const\":1}}}";
    return NULL;
}

static const char *lost(const char *name)
{
    return strcmp(name, "things") == 0 ? schema(name) : NULL;
}

/* Walks "a/b/c" down the document; items of arrays by number. */
static const gaz_json *at(const gaz_json *v, const char *path)
{
    char step[100];
    while (v && *path) {
        size_t n = strcspn(path, "|");
        snprintf(step, sizeof step, "%.*s", (int)n, path);
        v = gaz_json_type_of(v) == GAZ_JSON_ARRAY ? gaz_json_at(v, (size_t)atoi(step))
                                                  : gaz_json_get(v, step);
        path += n;
        path += *path == '|';
    }
    return v;
}

static void text_is(const gaz_json *root, const char *path, const char *expected)
{
    const char *text = gaz_json_text(at(root, path), NULL);
    if (!text || strcmp(text, expected) != 0)
        fail_msg("%s is %s, not %s", path, text ? text : "(absent)", expected);
}

static void the_table_becomes_paths_parameters_bodies_and_answers(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json *d = NULL;
    assert_ok(gaz_openapi(ops, 3, schema, &out, &err));
    assert_ok(gaz_json_parse(out.data, out.len, &d, &err));
    text_is(d, "openapi", "3.1.0");
    assert_int_equal(gaz_json_size(at(d, "paths")), 2);
    text_is(d, "paths|/v1/things|get|operationId", "find");
    text_is(d, "paths|/v1/things|get|parameters|0|name", "q");
    text_is(d, "paths|/v1/things|get|parameters|0|in", "query");
    text_is(d, "paths|/v1/things|get|parameters|0|description", "The query");
    assert_true(gaz_json_truth(at(d, "paths|/v1/things|get|parameters|0|required"), false));
    assert_int_equal(
        gaz_json_integer(at(d, "paths|/v1/things|get|parameters|0|schema|maxLength"), 0), 8192);
    assert_int_equal(
        gaz_json_integer(at(d, "paths|/v1/things|get|parameters|1|schema|minimum"), -1), 0);
    assert_int_equal(gaz_json_integer(at(d, "paths|/v1/things|get|parameters|1|schema|default"), 0),
                     50);
    text_is(d, "paths|/v1/things|get|parameters|2|schema|enum|1", "path");
    assert_false(gaz_json_truth(at(d, "paths|/v1/things|get|parameters|3|schema|default"), true));
    text_is(d, "paths|/v1/things|get|parameters|4|schema|items|type", "string");
    text_is(d, "paths|/v1/things|get|responses|200|content|application/json|schema|$ref",
            "#/components/schemas/things");
    assert_non_null(
        at(d, "paths|/v1/things|get|responses|200|content|application/x-ndjson|schema"));
    text_is(d, "paths|/v1/things|get|responses|404|$ref", "#/components/responses/Error");
    assert_null(at(d, "paths|/v1/things|get|requestBody"));

    const char *body = "paths|/v1/things|post|requestBody|content|application/json|schema|";
    char path[200];
    snprintf(path, sizeof path, "%srequired|0", body);
    text_is(d, path, "source");
    snprintf(path, sizeof path, "%sproperties|wait|type", body);
    text_is(d, path, "boolean");
    text_is(d, "paths|/v1/things|post|x-gazetteer-scope", "admin");
    text_is(d, "paths|/v1/things|post|responses|415|$ref", "#/components/responses/Error");
    text_is(d, "paths|/v1/things/{name}|delete|parameters|0|in", "path");
    text_is(d, "paths|/v1/things/{name}|delete|responses|2XX|content|application/json|schema|type",
            "object");
    gaz_json_free(d);
    gaz_strbuf_release(&out);
}

static void result_schemas_are_embedded_with_their_references_rewritten(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json *d = NULL;
    assert_ok(gaz_openapi(ops, 3, schema, &out, &err));
    assert_ok(gaz_json_parse(out.data, out.len, &d, &err));
    assert_int_equal(gaz_json_size(at(d, "components|schemas")), 3);
    assert_null(at(d, "components|schemas|things|$schema"));
    assert_null(at(d, "components|schemas|things|$id"));
    text_is(d, "components|schemas|things|items|$ref", "#/components/schemas/thing");
    text_is(d, "components|schemas|things|not|$ref", "#/components/schemas/things/$defs/n");
    text_is(d, "components|schemas|thing|properties|a|$ref", "#/components/schemas/shared/$defs/x");
    assert_true(gaz_json_number(at(d, "components|schemas|things|$defs|n|minimum"), 0) == 0.5);
    assert_false(gaz_json_truth(at(d, "components|schemas|thing|additionalProperties"), true));
    assert_int_equal(gaz_json_integer(at(d, "components|schemas|shared|$defs|x|const"), 0), 1);
    gaz_json_free(d);
    gaz_strbuf_release(&out);
}

static void a_body_of_bytes_leaves_the_parameters_to_the_query(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json *d = NULL;
    assert_ok(gaz_openapi(ops, 4, schema, &out, &err));
    assert_ok(gaz_json_parse(out.data, out.len, &d, &err));
    text_is(d, "paths|/v1/bytes|post|parameters|0|name", "source");
    text_is(d, "paths|/v1/bytes|post|parameters|0|in", "query");
    text_is(d, "paths|/v1/bytes|post|requestBody|description", "as it is");
    assert_non_null(at(d, "paths|/v1/bytes|post|requestBody|content"));
    const gaz_json *content = at(d, "paths|/v1/bytes|post|requestBody|content");
    const gaz_json *one = gaz_json_get(gaz_json_get(content, "application/x-bytes"), "schema");
    assert_string_equal("binary", gaz_json_text(gaz_json_get(one, "format"), NULL));
    assert_non_null(gaz_json_get(content, "application/octet-stream"));
    assert_null(gaz_json_get(content, "application/json"));
    text_is(d, "paths|/v1/bytes|post|responses|413|$ref", "#/components/responses/Error");
    gaz_json_free(d);
    gaz_strbuf_release(&out);
}

static void a_reference_to_a_schema_that_is_not_there_is_an_error(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_status(GAZ_E_NOT_FOUND, gaz_openapi(ops, 1, lost, &out, &err));
    assert_non_null(strstr(err.message, "schemas/results/thing.json"));
    gaz_strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_becomes_paths_parameters_bodies_and_answers),
        cmocka_unit_test(result_schemas_are_embedded_with_their_references_rewritten),
        cmocka_unit_test(a_body_of_bytes_leaves_the_parameters_to_the_query),
        cmocka_unit_test(a_reference_to_a_schema_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
