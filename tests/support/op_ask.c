/* The part of JSON Schema that schemas/results/ uses: type, properties, required,
 * additionalProperties, items, enum, minimum. */
#include "op_ask.h"

#include "gaz_test.h"

#include "gaz/base/clock.h"

void asker_open(asker *a, fixture *f)
{
    gaz_error err = {0};
    *a = (asker){.services = {.store = f->store,
                              .engine = f->engine,
                              .runner = f->runner,
                              .settings = &f->settings,
                              .log = &f->log,
                              .started_us = gaz_wall_us()}};
    assert_ok(gaz_code_cache_new(f->engine, f->store, &f->settings, 4, &a->services.code, &err));
    assert_ok(gaz_repo_pool_new(NULL, 1, &a->services.repos, &err));
}

void asker_close(asker *a)
{
    gaz_json_free(a->answer);
    gaz_code_cache_free(a->services.code);
    gaz_repo_pool_free(a->services.repos);
}

/* ---- schemas ---- */

static bool is_type(const gaz_json *v, const char *type)
{
    static const char *const names[] = {
        [GAZ_JSON_NULL] = "null",    [GAZ_JSON_BOOL] = "boolean",  [GAZ_JSON_STRING] = "string",
        [GAZ_JSON_ARRAY] = "array",  [GAZ_JSON_OBJECT] = "object", [GAZ_JSON_INT] = "integer",
        [GAZ_JSON_DOUBLE] = "number"};
    gaz_json_type is = gaz_json_type_of(v);
    return strcmp(names[is], type) == 0 || (is == GAZ_JSON_INT && strcmp(type, "number") == 0);
}

static bool any_type(const gaz_json *v, const gaz_json *types)
{
    if (gaz_json_type_of(types) == GAZ_JSON_STRING)
        return is_type(v, gaz_json_text(types, NULL));
    for (size_t i = 0; i < gaz_json_size(types); i++)
        if (is_type(v, gaz_json_text(gaz_json_at(types, i), NULL)))
            return true;
    return false;
}

static void check(const gaz_json *v, const gaz_json *schema, const char *where);

static void check_object(const gaz_json *v, const gaz_json *schema, const char *where)
{
    const gaz_json *properties = gaz_json_get(schema, "properties"),
                   *required = gaz_json_get(schema, "required"), *member;
    const char *key;
    char path[400];
    for (size_t i = 0; i < gaz_json_size(required); i++)
        if (!gaz_json_get(v, gaz_json_text(gaz_json_at(required, i), NULL)))
            fail_msg("%s lacks %s", where, gaz_json_text(gaz_json_at(required, i), NULL));
    for (void *at = NULL; gaz_json_member(v, &at, &key, &member);) {
        snprintf(path, sizeof path, "%.300s.%.60s", where, key);
        if (!gaz_json_get(properties, key))
            fail_msg("%s is in no schema", path);
        check(member, gaz_json_get(properties, key), path);
    }
}

static void check(const gaz_json *v, const gaz_json *schema, const char *where)
{
    const gaz_json *types = gaz_json_get(schema, "type"), *allowed = gaz_json_get(schema, "enum");
    const char *text = gaz_json_text(v, NULL);
    bool found = !allowed;
    if (types && !any_type(v, types))
        fail_msg("%s has a type that its schema does not allow", where);
    for (size_t i = 0; allowed && i < gaz_json_size(allowed) && text; i++)
        found |= strcmp(gaz_json_text(gaz_json_at(allowed, i), NULL), text) == 0;
    if (!found)
        fail_msg("%s is '%s', which its schema does not allow", where, text ? text : "");
    if (gaz_json_number(v, 0) < gaz_json_number(gaz_json_get(schema, "minimum"), -1e300))
        fail_msg("%s is less than its schema allows", where);
    if (gaz_json_type_of(v) == GAZ_JSON_OBJECT && gaz_json_get(schema, "properties"))
        check_object(v, schema, where);
    if (gaz_json_type_of(v) == GAZ_JSON_ARRAY && gaz_json_get(schema, "items"))
        for (size_t i = 0; i < gaz_json_size(v); i++)
            check(gaz_json_at(v, i), gaz_json_get(schema, "items"), where);
}

static void check_answer(const gaz_op *op, const gaz_json *answer)
{
    gaz_error err = {0};
    gaz_json *schema = NULL;
    const char *text = gaz_result_schema(op->result);
    assert_non_null(text);
    assert_ok(gaz_json_parse(text, strlen(text), &schema, &err));
    check(answer, schema, op->name);
    gaz_json_free(schema);
}

/* ---- asking ---- */

static gaz_status emit(void *ctx, const void *data, size_t len, gaz_error *unused)
{
    (void)unused;
    gaz_strbuf_add(ctx, data, len);
    return GAZ_OK;
}

static gaz_status run(asker *a, const gaz_op *op, va_list params)
{
    gaz_raw_param raw[64];
    gaz_value values[32] = {{0}};
    gaz_arena arena;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_error parsed = {0};
    size_t n = 0;
    gaz_arena_init(&arena, (size_t)16 << 20);
    for (const char *name; n < 64 && (name = va_arg(params, const char *)); n++) {
        const char *text = va_arg(params, const char *);
        raw[n] = (gaz_raw_param){name, text, strlen(text)};
    }
    gaz_error_clear(&a->error);
    gaz_status st = gaz_op_bind(op, raw, n, &arena, values, &a->error);
    gaz_call call = {.services = &a->services,
                     .op = op,
                     .values = values,
                     .body = a->body,
                     .body_len = a->body_len,
                     .media = GAZ_MEDIA_JSON,
                     .emit = emit,
                     .ctx = &out,
                     .status = 200};
    if (st == GAZ_OK)
        st = op->handler(&call, &a->error);
    gaz_json_free(a->answer);
    a->answer = NULL;
    if (st == GAZ_OK && gaz_json_parse(out.data, out.len, &a->answer, &parsed) != GAZ_OK)
        fail_msg("%s answers no JSON: %s", op->name, parsed.message);
    gaz_strbuf_release(&out);
    gaz_arena_release(&arena);
    return st;
}

static const gaz_op *find(const char *name)
{
    size_t count = 0;
    const gaz_op *ops = gaz_ops(&count), *op = gaz_op_find(ops, count, name);
    assert_non_null(op);
    assert_true(op->param_count <= 32);
    return op;
}

const gaz_json *op_ask(asker *a, const char *name, ...)
{
    va_list params;
    const gaz_op *op = find(name);
    va_start(params, name);
    gaz_status st = run(a, op, params);
    va_end(params);
    if (st != GAZ_OK)
        fail_msg("%s: %s: %s (%s)", name, gaz_status_name(st), a->error.message, a->error.hint);
    check_answer(op, a->answer);
    return a->answer;
}

gaz_status op_refused(asker *a, const char *name, ...)
{
    va_list params;
    va_start(params, name);
    gaz_status st = run(a, find(name), params);
    va_end(params);
    if (st == GAZ_OK)
        fail_msg("%s answers what it should refuse", name);
    assert_true(a->error.message[0] != '\0');
    return st;
}

/* ---- looking at answers ---- */

const gaz_json *op_at(const gaz_json *v, const char *path)
{
    char key[100];
    while (v && *path) {
        size_t len = strcspn(path, "|");
        assert_true(len < sizeof key);
        memcpy(key, path, len);
        key[len] = '\0';
        v = gaz_json_type_of(v) == GAZ_JSON_ARRAY ? gaz_json_at(v, strtoul(key, NULL, 10))
                                                  : gaz_json_get(v, key);
        path += len + (path[len] == '|');
    }
    return v;
}

const char *op_text(const gaz_json *answer, const char *path)
{
    const char *text = gaz_json_text(op_at(answer, path), NULL);
    if (!text)
        fail_msg("there is no text at %s", path);
    return text;
}
