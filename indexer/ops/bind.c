/* Parameters: texts and JSON members become typed values, checked once against the operation's row,
 * whoever asks (command line, query string, POST body). Values are filled in the order given; what
 * was not given gets its default at the end, so that "given twice" and "missing" are told apart
 * from defaults. */
#include "gaz/ops/op.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/arena.h"
#include "gaz/base/near.h"

#define SHOWN 80 /* bytes of a wrong value repeated in a message */

typedef struct binder {
    const gaz_op *op;
    gaz_arena *arena;
    gaz_value *values;
    gaz_error *err;
} binder;

const gaz_op *gaz_op_find(const gaz_op *ops, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ops[i].name, name) == 0)
            return &ops[i];
    return NULL;
}

const gaz_value *gaz_call_value(const gaz_call *call, const char *name)
{
    for (size_t i = 0; i < call->op->param_count; i++)
        if (strcmp(call->op->params[i].name, name) == 0)
            return &call->values[i];
    abort();
}

static gaz_status no_memory(binder *b)
{
    return gaz_error_set(b->err, GAZ_E_NOMEM, "no memory for the parameters of %s", b->op->name);
}

static gaz_status unknown(binder *b, const char *name)
{
    gaz_near near;
    gaz_near_init(&near, name, strlen(name));
    for (size_t i = 0; i < b->op->param_count; i++)
        gaz_near_offer(&near, b->op->params[i].name);
    gaz_status st = gaz_error_set(b->err, GAZ_E_INVALID, "%s has no parameter '%.*s'", b->op->name,
                                  SHOWN, name);
    gaz_near_hint(&near, b->err, "", "");
    char all[200] = "";
    size_t used = 0;
    for (size_t i = 0; i < b->op->param_count && used < sizeof all; i++) {
        int n =
            snprintf(all + used, sizeof all - used, "%s%s", i ? ", " : "", b->op->params[i].name);
        used += n > 0 ? (size_t)n : 0;
    }
    gaz_error_hint(b->err, used ? "it has %s" : "it has no parameters", all);
    return st;
}

static const gaz_param *find(binder *b, const char *name, gaz_value **value)
{
    for (size_t i = 0; i < b->op->param_count; i++)
        if (strcmp(b->op->params[i].name, name) == 0) {
            *value = &b->values[i];
            return &b->op->params[i];
        }
    return NULL;
}

static gaz_status check_range(binder *b, const gaz_param *p, int64_t n)
{
    if ((p->min == 0 && p->max == 0) || (n >= p->min && n <= p->max))
        return GAZ_OK;
    return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is %" PRId64 " to %" PRId64 ", not %" PRId64,
                         p->name, p->min, p->max, n);
}

static gaz_status read_int(binder *b, const gaz_param *p, const char *text, size_t len,
                           gaz_value *v)
{
    char *end = NULL;
    errno = 0;
    long long n =
        len && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9')) ? strtoll(text, &end, 10) : 0;
    if (!end || end != text + len)
        return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is a whole number, not '%.*s'", p->name,
                             SHOWN, text);
    if (errno == ERANGE)
        return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is too large a number: '%.*s'", p->name,
                             SHOWN, text);
    v->number = n;
    return check_range(b, p, n);
}

static gaz_status read_bool(binder *b, const gaz_param *p, const char *text, gaz_value *v)
{
    static const char *const words[] = {"", "1", "true", "yes", "on", "0", "false", "no", "off"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(text, words[i]) == 0) {
            v->number = i < 5;
            return GAZ_OK;
        }
    return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is true or false, not '%.*s'", p->name, SHOWN,
                         text);
}

static bool is_choice(const char *choices, const char *text, size_t len)
{
    while (*choices) {
        size_t n = strcspn(choices, "|");
        if (n == len && memcmp(choices, text, n) == 0)
            return true;
        choices += n;
        choices += *choices == '|';
    }
    return false;
}

/* Copies a text into the arena, as a string that holds no NUL. */
static gaz_status copy_text(binder *b, const gaz_param *p, const char *text, size_t len,
                            const char **out)
{
    if (memchr(text, '\0', len))
        return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' holds a NUL byte", p->name);
    *out = gaz_arena_strndup(b->arena, text, len);
    return *out ? GAZ_OK : no_memory(b);
}

static gaz_status read_string(binder *b, const gaz_param *p, const char *text, size_t len,
                              gaz_value *v)
{
    gaz_status st = copy_text(b, p, text, len, &v->text);
    v->len = len;
    if (st != GAZ_OK)
        return st;
    if (p->choices && !is_choice(p->choices, text, len))
        return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is one of %s, not '%.*s'", p->name,
                             p->choices, SHOWN, v->text);
    if (p->max > 0 && len > (uint64_t)p->max)
        return gaz_error_set(b->err, GAZ_E_INVALID,
                             "'%s' has %zu bytes, at most %" PRId64 " are allowed", p->name, len,
                             p->max);
    if (p->min > 0 && len < (uint64_t)p->min)
        return gaz_error_set(b->err, GAZ_E_INVALID,
                             p->min == 1 ? "'%s' is empty" : "'%s' is too short", p->name);
    return GAZ_OK;
}

/* Items grow by doubling inside the arena; what is left behind dies with it. */
static gaz_status add_item(binder *b, const gaz_param *p, const char *text, size_t len,
                           gaz_value *v)
{
    if (p->max > 0 && v->count >= (uint64_t)p->max)
        return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' has over %" PRId64 " items", p->name,
                             p->max);
    const char **items = (const char **)(uintptr_t)v->items;
    if ((v->count & (v->count - 1)) == 0) {
        items = gaz_arena_array(b->arena, v->count ? v->count * 2 : 1, sizeof *items);
        if (!items)
            return no_memory(b);
        if (v->count)
            memcpy(items, v->items, v->count * sizeof *items);
        v->items = items;
    }
    gaz_status st = copy_text(b, p, text, len, &items[v->count]);
    if (st != GAZ_OK)
        return st;
    v->count++;
    return GAZ_OK;
}

static gaz_status read_text(binder *b, const gaz_param *p, const char *text, size_t len,
                            gaz_value *v)
{
    const char *whole;
    gaz_status st;
    switch (p->type) {
    case GAZ_PARAM_STRING:
        return read_string(b, p, text, len, v);
    case GAZ_PARAM_LIST:
        return add_item(b, p, text, len, v);
    case GAZ_PARAM_INT:
        st = copy_text(b, p, text, len, &whole);
        return st == GAZ_OK ? read_int(b, p, whole, len, v) : st;
    case GAZ_PARAM_BOOL:
        st = copy_text(b, p, text, len, &whole);
        return st == GAZ_OK ? read_bool(b, p, whole, v) : st;
    }
    return gaz_error_set(b->err, GAZ_E_INTERNAL, "'%s' has an unknown type", p->name);
}

static gaz_status twice(binder *b, const gaz_param *p)
{
    return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is given twice", p->name);
}

static gaz_status bind_raw(binder *b, const gaz_raw_param *raw, size_t count)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < count && st == GAZ_OK; i++) {
        gaz_value *v = NULL;
        const gaz_param *p = find(b, raw[i].name, &v);
        if (!p)
            return unknown(b, raw[i].name);
        if (v->given && p->type != GAZ_PARAM_LIST)
            return twice(b, p);
        st = read_text(b, p, raw[i].text, raw[i].len, v);
        v->given = true;
    }
    return st;
}

static gaz_status wrong_type(binder *b, const gaz_param *p)
{
    static const char *const names[] = {[GAZ_PARAM_STRING] = "a string",
                                        [GAZ_PARAM_INT] = "a whole number",
                                        [GAZ_PARAM_BOOL] = "true or false",
                                        [GAZ_PARAM_LIST] = "an array of strings"};
    return gaz_error_set(b->err, GAZ_E_INVALID, "'%s' is %s", p->name, names[p->type]);
}

static gaz_status read_array(binder *b, const gaz_param *p, const gaz_json *array, gaz_value *v)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < gaz_json_size(array) && st == GAZ_OK; i++) {
        size_t len = 0;
        const char *text = gaz_json_text(gaz_json_at(array, i), &len);
        st = text ? add_item(b, p, text, len, v) : wrong_type(b, p);
    }
    return st;
}

static gaz_status read_member(binder *b, const gaz_param *p, const gaz_json *member, gaz_value *v)
{
    static const gaz_json_type types[] = {[GAZ_PARAM_STRING] = GAZ_JSON_STRING,
                                          [GAZ_PARAM_INT] = GAZ_JSON_INT,
                                          [GAZ_PARAM_BOOL] = GAZ_JSON_BOOL,
                                          [GAZ_PARAM_LIST] = GAZ_JSON_ARRAY};
    if (gaz_json_type_of(member) != types[p->type])
        return wrong_type(b, p);
    size_t len = 0;
    const char *text = gaz_json_text(member, &len);
    switch (p->type) {
    case GAZ_PARAM_STRING:
        return read_string(b, p, text, len, v);
    case GAZ_PARAM_LIST:
        return read_array(b, p, member, v);
    case GAZ_PARAM_BOOL:
        v->number = gaz_json_truth(member, false);
        return GAZ_OK;
    default:
        v->number = gaz_json_integer(member, 0);
        return check_range(b, p, v->number);
    }
}

/* A member that is null counts as absent. */
static gaz_status bind_object(binder *b, const gaz_json *object)
{
    void *iter = NULL;
    const char *name;
    const gaz_json *member;
    if (gaz_json_type_of(object) != GAZ_JSON_OBJECT)
        return gaz_error_set(b->err, GAZ_E_INVALID, "the parameters of %s are a JSON object",
                             b->op->name);
    while (gaz_json_member(object, &iter, &name, &member)) {
        gaz_value *v = NULL;
        const gaz_param *p = find(b, name, &v);
        if (!p)
            return unknown(b, name);
        if (gaz_json_type_of(member) == GAZ_JSON_NULL)
            continue;
        gaz_status st = read_member(b, p, member, v);
        if (st != GAZ_OK)
            return st;
        v->given = true;
    }
    return GAZ_OK;
}

static gaz_status bind_rest(binder *b)
{
    for (size_t i = 0; i < b->op->param_count; i++) {
        const gaz_param *p = &b->op->params[i];
        gaz_value *v = &b->values[i];
        if (!v->given && p->required) {
            gaz_status st =
                gaz_error_set(b->err, GAZ_E_INVALID, "%s needs '%s'", b->op->name, p->name);
            gaz_error_hint(b->err, "%s", p->help ? p->help : "");
            return st;
        }
        gaz_status st = GAZ_OK;
        if (!v->given && p->fallback)
            st = read_text(b, p, p->fallback, strlen(p->fallback), v);
        if (st != GAZ_OK)
            return st;
        if (v->given && p->type == GAZ_PARAM_LIST && v->count < (uint64_t)(p->min > 0 ? p->min : 0))
            return gaz_error_set(b->err, GAZ_E_INVALID,
                                 "'%s' has %zu items, at least %" PRId64 " are needed", p->name,
                                 v->count, p->min);
    }
    return GAZ_OK;
}

gaz_status gaz_op_bind_request(const gaz_op *op, const gaz_json *object, const gaz_raw_param *raw,
                               size_t count, gaz_arena *arena, gaz_value *values, gaz_error *err)
{
    binder b = {op, arena, values, err};
    gaz_status st = object ? bind_object(&b, object) : GAZ_OK;
    /* What the body gave must not be given again beside it, lists included. */
    for (size_t i = 0; st == GAZ_OK && object && i < count; i++) {
        gaz_value *v = NULL;
        const gaz_param *p = find(&b, raw[i].name, &v);
        if (p && v->given)
            st = twice(&b, p);
    }
    if (st == GAZ_OK)
        st = bind_raw(&b, raw, count);
    return st == GAZ_OK ? bind_rest(&b) : st;
}

gaz_status gaz_op_bind(const gaz_op *op, const gaz_raw_param *raw, size_t count, gaz_arena *arena,
                       gaz_value *values, gaz_error *err)
{
    return gaz_op_bind_request(op, NULL, raw, count, arena, values, err);
}

gaz_status gaz_op_bind_json(const gaz_op *op, const gaz_json *object, gaz_arena *arena,
                            gaz_value *values, gaz_error *err)
{
    return gaz_op_bind_request(op, object, NULL, 0, arena, values, err);
}

int gaz_status_http(gaz_status status)
{
    static const int codes[] = {
        [0] = 200,
        [-GAZ_E_INVALID] = 400,
        [-GAZ_E_NOT_FOUND] = 404,
        [-GAZ_E_EXISTS] = 409,
        [-GAZ_E_NOMEM] = 503,
        [-GAZ_E_IO] = 500,
        [-GAZ_E_CORRUPT] = 500,
        [-GAZ_E_LIMIT] = 413,
        [-GAZ_E_TIMEOUT] = 504,
        [-GAZ_E_CANCELLED] = 503,
        [-GAZ_E_BUSY] = 503,
        [-GAZ_E_UNSUPPORTED] = 501,
        [-GAZ_E_DENIED] = 403,
        [-GAZ_E_REMOTE] = 502,
        [-GAZ_E_INTERNAL] = 500,
    };
    size_t at = status > 0 ? 0 : (size_t)-status;
    return at < sizeof codes / sizeof codes[0] ? codes[at] : 500;
}

void gaz_error_json(const gaz_error *error, gaz_strbuf *out)
{
    gaz_json_writer w;
    gaz_json_writer_init(&w, out);
    gaz_json_object_begin(&w);
    gaz_json_key(&w, "error");
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "code", gaz_status_name(error->status));
    gaz_json_put_cstring(&w, "message", error->message);
    gaz_json_put_cstring(&w, "hint", error->hint);
    if (error->column)
        gaz_json_put_int(&w, "column", (int64_t)error->column);
    gaz_json_object_end(&w);
    gaz_json_object_end(&w);
}
