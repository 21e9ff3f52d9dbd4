/* The OpenAPI 3.1 document of a table of operations. Result schemas are files of their own (JSON
 * Schema 2020-12); here they become components: "$schema" and "$id" are dropped and references are
 * rewritten, "#/…" to the component itself and "other.json" to another component, which is then
 * taken in as well. */
#include "gaz/ops/op.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result_schemas.h"

#define SCHEMAS_MAX 64 /* components in one document */

typedef struct document {
    gaz_json_writer w;
    const gaz_op *ops;
    size_t count;
    const char *(*schema_text)(const char *name);
    char *names[SCHEMAS_MAX]; /* of components; owned */
    size_t name_count;
    gaz_error *err;
} document;

const char *gaz_result_schema(const char *name)
{
    for (size_t i = 0; i < gaz_result_schemas_count; i++)
        if (strcmp(gaz_result_schemas[i].name, name) == 0)
            return gaz_result_schemas[i].text;
    return NULL;
}

static gaz_status want_schema(document *d, const char *name, size_t len)
{
    for (size_t i = 0; i < d->name_count; i++)
        if (strlen(d->names[i]) == len && memcmp(d->names[i], name, len) == 0)
            return GAZ_OK;
    if (d->name_count == SCHEMAS_MAX)
        return gaz_error_set(d->err, GAZ_E_LIMIT, "the operations have over %d result schemas",
                             SCHEMAS_MAX);
    char *copy = strndup(name, len);
    if (!copy)
        return gaz_error_set(d->err, GAZ_E_NOMEM, "no memory for the OpenAPI document");
    d->names[d->name_count++] = copy;
    return GAZ_OK;
}

static void put_ref(gaz_json_writer *w, const char *kind, const char *name)
{
    char target[200];
    snprintf(target, sizeof target, "#/components/%s/%s", kind, name);
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "$ref", target);
    gaz_json_object_end(w);
}

/* ---- parameters ---- */

static void put_choices(gaz_json_writer *w, const char *choices)
{
    gaz_json_key(w, "enum");
    gaz_json_array_begin(w);
    while (*choices) {
        size_t n = strcspn(choices, "|");
        gaz_json_string(w, choices, n);
        choices += n;
        choices += *choices == '|';
    }
    gaz_json_array_end(w);
}

static void put_bounds(gaz_json_writer *w, const gaz_param *p, const char *least, const char *most)
{
    if (p->min != 0 || (p->type == GAZ_PARAM_INT && p->max != 0))
        gaz_json_put_int(w, least, p->min);
    if (p->max != 0)
        gaz_json_put_int(w, most, p->max);
}

static void put_default(gaz_json_writer *w, const gaz_param *p)
{
    if (!p->fallback)
        return;
    gaz_json_key(w, "default");
    if (p->type == GAZ_PARAM_INT) {
        gaz_json_int(w, strtoll(p->fallback, NULL, 10));
    } else if (p->type == GAZ_PARAM_BOOL) {
        gaz_json_bool(w, strcmp(p->fallback, "1") == 0 || strcmp(p->fallback, "true") == 0);
    } else if (p->type == GAZ_PARAM_LIST) {
        gaz_json_array_begin(w);
        gaz_json_cstring(w, p->fallback);
        gaz_json_array_end(w);
    } else {
        gaz_json_cstring(w, p->fallback);
    }
}

static void put_param_schema(gaz_json_writer *w, const gaz_param *p)
{
    gaz_json_object_begin(w);
    switch (p->type) {
    case GAZ_PARAM_STRING:
        gaz_json_put_cstring(w, "type", "string");
        put_bounds(w, p, "minLength", "maxLength");
        if (p->choices)
            put_choices(w, p->choices);
        break;
    case GAZ_PARAM_INT:
        gaz_json_put_cstring(w, "type", "integer");
        gaz_json_put_cstring(w, "format", "int64");
        put_bounds(w, p, "minimum", "maximum");
        break;
    case GAZ_PARAM_BOOL:
        gaz_json_put_cstring(w, "type", "boolean");
        break;
    case GAZ_PARAM_LIST:
        gaz_json_put_cstring(w, "type", "array");
        gaz_json_key(w, "items");
        gaz_json_object_begin(w);
        gaz_json_put_cstring(w, "type", "string");
        gaz_json_object_end(w);
        put_bounds(w, p, "minItems", "maxItems");
        break;
    }
    put_default(w, p);
    gaz_json_object_end(w);
}

/* Whether the path of the operation holds "{name}". */
static bool in_path(const gaz_op *op, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = op->path; (at = strchr(at, '{')); at++)
        if (strncmp(at + 1, name, len) == 0 && at[1 + len] == '}')
            return true;
    return false;
}

static void put_parameter(gaz_json_writer *w, const gaz_op *op, const gaz_param *p)
{
    bool path = in_path(op, p->name);
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "name", p->name);
    gaz_json_put_cstring(w, "in", path ? "path" : "query");
    if (p->help)
        gaz_json_put_cstring(w, "description", p->help);
    if (path || p->required)
        gaz_json_put_bool(w, "required", true);
    gaz_json_key(w, "schema");
    put_param_schema(w, p);
    gaz_json_object_end(w);
}

/* Whether the parameters are a JSON object. */
static bool has_body(const gaz_op *op)
{
    return strcmp(op->method, "POST") == 0 && !op->body;
}

static void put_bytes_body(gaz_json_writer *w, const gaz_op_body *body)
{
    gaz_json_key(w, "requestBody");
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "description", body->help);
    gaz_json_put_bool(w, "required", true);
    gaz_json_key(w, "content");
    gaz_json_object_begin(w);
    for (size_t i = 0; body->types[i]; i++) {
        gaz_json_key(w, body->types[i]);
        gaz_json_object_begin(w);
        gaz_json_key(w, "schema");
        gaz_json_object_begin(w);
        gaz_json_put_cstring(w, "type", "string");
        gaz_json_put_cstring(w, "format", "binary");
        gaz_json_object_end(w);
        gaz_json_object_end(w);
    }
    gaz_json_object_end(w);
    gaz_json_object_end(w);
}

static void put_parameters(gaz_json_writer *w, const gaz_op *op)
{
    gaz_json_key(w, "parameters");
    gaz_json_array_begin(w);
    for (size_t i = 0; i < op->param_count; i++)
        if (!has_body(op) || in_path(op, op->params[i].name))
            put_parameter(w, op, &op->params[i]);
    gaz_json_array_end(w);
}

static void put_required(gaz_json_writer *w, const gaz_op *op)
{
    bool any = false;
    for (size_t i = 0; i < op->param_count; i++) {
        if (!op->params[i].required || in_path(op, op->params[i].name))
            continue;
        if (!any) {
            gaz_json_key(w, "required");
            gaz_json_array_begin(w);
        }
        gaz_json_cstring(w, op->params[i].name);
        any = true;
    }
    if (any)
        gaz_json_array_end(w);
}

static void put_body(gaz_json_writer *w, const gaz_op *op)
{
    gaz_json_key(w, "requestBody");
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "description",
                         "A member may be given as a query parameter instead, but not as both.");
    gaz_json_key(w, "content");
    gaz_json_object_begin(w);
    gaz_json_key(w, "application/json");
    gaz_json_object_begin(w);
    gaz_json_key(w, "schema");
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "type", "object");
    gaz_json_put_bool(w, "additionalProperties", false);
    put_required(w, op);
    gaz_json_key(w, "properties");
    gaz_json_object_begin(w);
    for (size_t i = 0; i < op->param_count; i++) {
        if (in_path(op, op->params[i].name))
            continue;
        gaz_json_key(w, op->params[i].name);
        put_param_schema(w, &op->params[i]);
    }
    gaz_json_object_end(w);
    gaz_json_object_end(w);
    gaz_json_object_end(w);
    gaz_json_object_end(w);
    gaz_json_object_end(w);
}

/* ---- answers ---- */

static void put_media(document *d, const gaz_op *op)
{
    static const struct {
        const char *type, *description;
    } media[] = {
        [GAZ_MEDIA_JSON] = {"application/json", NULL},
        [GAZ_MEDIA_NDJSON] = {"application/x-ndjson",
                              "One JSON object a line; the last one tells how it ended."},
        [GAZ_MEDIA_EVENTS] = {"text/event-stream", "Server-sent events whose data is JSON."},
    };
    gaz_json_writer *w = &d->w;
    gaz_json_key(w, "content");
    gaz_json_object_begin(w);
    for (unsigned i = 0; i < sizeof media / sizeof media[0]; i++) {
        if (!(op->media & 1u << i))
            continue;
        gaz_json_key(w, media[i].type);
        gaz_json_object_begin(w);
        gaz_json_key(w, "schema");
        if (i == GAZ_MEDIA_JSON && op->result && d->schema_text(op->result)) {
            put_ref(w, "schemas", op->result);
        } else {
            gaz_json_object_begin(w);
            gaz_json_put_cstring(w, "type", i == GAZ_MEDIA_JSON ? "object" : "string");
            if (media[i].description)
                gaz_json_put_cstring(w, "description", media[i].description);
            gaz_json_object_end(w);
        }
        gaz_json_object_end(w);
    }
    gaz_json_object_end(w);
}

static void put_responses(document *d, const gaz_op *op)
{
    static const char *const always[] = {"400", "403", "404", "406", "421",
                                         "500", "501", "503", "504"};
    static const char *const with_body[] = {"409", "413", "415"};
    gaz_json_writer *w = &d->w;
    gaz_json_key(w, "responses");
    gaz_json_object_begin(w);
    gaz_json_key(w, strcmp(op->method, "GET") == 0 ? "200" : "2XX");
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "description", op->summary);
    put_media(d, op);
    gaz_json_object_end(w);
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++) {
        gaz_json_key(w, always[i]);
        put_ref(w, "responses", "Error");
    }
    for (size_t i = 0; (has_body(op) || op->body) && i < sizeof with_body / sizeof with_body[0];
         i++) {
        gaz_json_key(w, with_body[i]);
        put_ref(w, "responses", "Error");
    }
    gaz_json_object_end(w);
}

static void put_operation(document *d, const gaz_op *op)
{
    static const char *const scopes[] = {
        [GAZ_SCOPE_READ] = "read", [GAZ_SCOPE_INDEX] = "index", [GAZ_SCOPE_ADMIN] = "admin"};
    char method[16];
    size_t n = 0;
    for (; op->method[n] && n + 1 < sizeof method; n++)
        method[n] = (char)(op->method[n] | 0x20);
    method[n] = '\0';
    gaz_json_writer *w = &d->w;
    gaz_json_key(w, method);
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "operationId", op->name);
    gaz_json_put_cstring(w, "summary", op->summary);
    gaz_json_put_cstring(w, "x-gazetteer-scope", scopes[op->scope]);
    put_parameters(w, op);
    if (has_body(op))
        put_body(w, op);
    if (op->body)
        put_bytes_body(w, op->body);
    put_responses(d, op);
    gaz_json_object_end(w);
}

/* An operation's path is written where it comes first, with all methods it has. */
static void put_paths(document *d)
{
    gaz_json_key(&d->w, "paths");
    gaz_json_object_begin(&d->w);
    for (size_t i = 0; i < d->count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i && !seen; j++)
            seen = strcmp(d->ops[j].path, d->ops[i].path) == 0;
        if (seen)
            continue;
        gaz_json_key(&d->w, d->ops[i].path);
        gaz_json_object_begin(&d->w);
        for (size_t j = i; j < d->count; j++)
            if (strcmp(d->ops[j].path, d->ops[i].path) == 0)
                put_operation(d, &d->ops[j]);
        gaz_json_object_end(&d->w);
    }
    gaz_json_object_end(&d->w);
}

/* ---- components ---- */

/* "#/…" means this schema, "name.json#/…" a neighbour. */
static gaz_status put_reference(document *d, const char *self, const char *ref)
{
    size_t file = strcspn(ref, "#");
    size_t name = file > 5 && strncmp(ref + file - 5, ".json", 5) == 0 ? file - 5 : file;
    gaz_strbuf target;
    gaz_strbuf_init(&target, 4096);
    gaz_strbuf_puts(&target, "#/components/schemas/");
    if (name)
        gaz_strbuf_add(&target, ref, name);
    else
        gaz_strbuf_puts(&target, self);
    if (ref[file] == '#')
        gaz_strbuf_puts(&target, ref + file + 1);
    gaz_status st = gaz_strbuf_check(&target, d->err);
    if (st == GAZ_OK && name)
        st = want_schema(d, ref, name);
    if (st == GAZ_OK)
        gaz_json_string(&d->w, target.data, target.len);
    gaz_strbuf_release(&target);
    return st;
}

static gaz_status put_value(document *d, const char *self, const gaz_json *v);

static gaz_status put_members(document *d, const char *self, const gaz_json *v)
{
    void *iter = NULL;
    const char *key;
    const gaz_json *member;
    gaz_status st = GAZ_OK;
    gaz_json_object_begin(&d->w);
    while (st == GAZ_OK && gaz_json_member(v, &iter, &key, &member)) {
        if (strcmp(key, "$schema") == 0 || strcmp(key, "$id") == 0)
            continue;
        gaz_json_key(&d->w, key);
        const char *ref = strcmp(key, "$ref") == 0 ? gaz_json_text(member, NULL) : NULL;
        st = ref ? put_reference(d, self, ref) : put_value(d, self, member);
    }
    gaz_json_object_end(&d->w);
    return st;
}

static gaz_status put_value(document *d, const char *self, const gaz_json *v)
{
    gaz_json_writer *w = &d->w;
    gaz_status st = GAZ_OK;
    size_t len = 0;
    switch (gaz_json_type_of(v)) {
    case GAZ_JSON_OBJECT:
        return put_members(d, self, v);
    case GAZ_JSON_ARRAY:
        gaz_json_array_begin(w);
        for (size_t i = 0; i < gaz_json_size(v) && st == GAZ_OK; i++)
            st = put_value(d, self, gaz_json_at(v, i));
        gaz_json_array_end(w);
        return st;
    case GAZ_JSON_STRING: {
        const char *text = gaz_json_text(v, &len);
        gaz_json_string(w, text, len);
        return GAZ_OK;
    }
    case GAZ_JSON_INT:
        gaz_json_int(w, gaz_json_integer(v, 0));
        return GAZ_OK;
    case GAZ_JSON_DOUBLE:
        gaz_json_double(w, gaz_json_number(v, 0));
        return GAZ_OK;
    case GAZ_JSON_BOOL:
        gaz_json_bool(w, gaz_json_truth(v, false));
        return GAZ_OK;
    case GAZ_JSON_NULL:
        break;
    }
    gaz_json_null(w);
    return GAZ_OK;
}

static gaz_status put_schema(document *d, const char *name)
{
    const char *text = d->schema_text(name);
    if (!text)
        return gaz_error_set(d->err, GAZ_E_NOT_FOUND,
                             "schemas/results/%s.json is referred to, but does not exist", name);
    gaz_json *root = NULL;
    gaz_status st = gaz_json_parse(text, strlen(text), &root, d->err);
    if (st != GAZ_OK)
        return st;
    gaz_json_key(&d->w, name);
    st = put_value(d, name, root);
    gaz_json_free(root);
    return st;
}

static void put_error_component(gaz_json_writer *w)
{
    static const char response[] =
        "{\"Error\":{\"description\":\"What went wrong, and what to do about "
        "it.\",\"content\":{\"application/json\":"
        "{\"schema\":{\"type\":\"object\",\"required\":[\"error\"],\"properties\":{\"error\":{"
        "\"type\":\"object\","
        "\"required\":[\"code\",\"message\",\"hint\"],\"properties\":{"
        "\"code\":{\"type\":\"string\",\"description\":\"Stable; for programs.\"},"
        "\"message\":{\"type\":\"string\",\"description\":\"One line; for people.\"},"
        "\"hint\":{\"type\":\"string\",\"description\":\"What to do; may be empty.\"},"
        "\"column\":{\"type\":\"integer\",\"minimum\":1,\"description\":\"Where in the query, in "
        "bytes from 1.\"}"
        "}}}}}}}}";
    gaz_json_key(w, "responses");
    gaz_json_raw(w, response, sizeof response - 1);
}

static gaz_status put_components(document *d)
{
    gaz_status st = GAZ_OK;
    gaz_json_key(&d->w, "components");
    gaz_json_object_begin(&d->w);
    put_error_component(&d->w);
    gaz_json_key(&d->w, "schemas");
    gaz_json_object_begin(&d->w);
    for (size_t i = 0; i < d->count && st == GAZ_OK; i++)
        if (d->ops[i].result && d->schema_text(d->ops[i].result))
            st = want_schema(d, d->ops[i].result, strlen(d->ops[i].result));
    for (size_t i = 0; i < d->name_count && st == GAZ_OK; i++) /* grows while references are met */
        st = put_schema(d, d->names[i]);
    gaz_json_object_end(&d->w);
    gaz_json_object_end(&d->w);
    return st;
}

gaz_status gaz_openapi(const gaz_op *ops, size_t count,
                       const char *(*schema_text)(const char *name), gaz_strbuf *out,
                       gaz_error *err)
{
    document d = {.ops = ops, .count = count, .schema_text = schema_text, .err = err};
    gaz_json_writer_init(&d.w, out);
    gaz_json_writer *w = &d.w;
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "openapi", "3.1.0");
    gaz_json_key(w, "info");
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "title", "Gazetteer");
    gaz_json_put_cstring(w, "version", GAZ_VERSION);
    gaz_json_put_cstring(w, "summary", "An index of every repository a team has.");
    gaz_json_key(w, "license");
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "name", "Apache-2.0");
    gaz_json_put_cstring(w, "identifier", "Apache-2.0");
    gaz_json_object_end(w);
    gaz_json_object_end(w);
    gaz_json_key(w, "servers");
    gaz_json_raw(w, "[{\"url\":\"/\"}]", 13);
    put_paths(&d);
    gaz_status st = put_components(&d);
    gaz_json_object_end(w);
    for (size_t i = 0; i < d.name_count; i++)
        free(d.names[i]);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}
