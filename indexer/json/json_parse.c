/* Parsed JSON: the only file that knows jansson. A gaz_json is a jansson value that nobody changes;
 * children are borrowed from their root, so reading touches no reference counts and is safe from
 * several threads. jansson's own limit of nesting is 2,048 levels, ours is smaller: it is checked
 * before the parser recurses. */
#include "gaz/json/json.h"

#include <jansson.h>

static json_t *peek(const gaz_json *v)
{
    return (json_t *)(uintptr_t)v;
}

static const gaz_json *wrap(const json_t *v)
{
    return (const gaz_json *)v;
}

/* Where a byte stands, for people: 1-based. */
static void locate(const char *text, size_t at, size_t *line, size_t *column)
{
    *line = *column = 1;
    for (size_t i = 0; i < at; i++) {
        (*column)++;
        if (text[i] == '\n') {
            (*line)++;
            *column = 1;
        }
    }
}

static gaz_status check_depth(const char *text, size_t len, gaz_error *err)
{
    size_t depth = 0, line, column;
    bool quoted = false;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (quoted && c == '\\')
            i++;
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && (c == '{' || c == '['))
            depth++;
        else if (!quoted && (c == '}' || c == ']') && depth)
            depth--;
        if (depth <= GAZ_JSON_DEPTH)
            continue;
        locate(text, i, &line, &column);
        return gaz_error_set(err, GAZ_E_INVALID,
                             "JSON, line %zu, column %zu: nested over %d levels", line, column,
                             GAZ_JSON_DEPTH);
    }
    return GAZ_OK;
}

gaz_status gaz_json_parse(const char *text, size_t len, gaz_json **out, gaz_error *err)
{
    gaz_status st = check_depth(text, len, err);
    if (st != GAZ_OK)
        return st;
    json_error_t why = {0};
    json_t *root =
        json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);
    if (root) {
        *out = (gaz_json *)root;
        return GAZ_OK;
    }
    if (json_error_code(&why) == json_error_out_of_memory)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for %zu bytes of JSON", len);
    return gaz_error_set(err, GAZ_E_INVALID, "JSON, line %d, column %d: %s",
                         why.line < 1 ? 1 : why.line, why.column < 1 ? 1 : why.column, why.text);
}

void gaz_json_free(gaz_json *root)
{
    json_decref((json_t *)root);
}

gaz_json_type gaz_json_type_of(const gaz_json *v)
{
    switch (json_typeof(peek(v))) {
    case JSON_OBJECT:
        return GAZ_JSON_OBJECT;
    case JSON_ARRAY:
        return GAZ_JSON_ARRAY;
    case JSON_STRING:
        return GAZ_JSON_STRING;
    case JSON_INTEGER:
        return GAZ_JSON_INT;
    case JSON_REAL:
        return GAZ_JSON_DOUBLE;
    case JSON_TRUE:
    case JSON_FALSE:
        return GAZ_JSON_BOOL;
    default:
        return GAZ_JSON_NULL;
    }
}

const gaz_json *gaz_json_get(const gaz_json *v, const char *key)
{
    return wrap(json_object_get(peek(v), key));
}

size_t gaz_json_size(const gaz_json *v)
{
    return json_is_array(peek(v)) ? json_array_size(peek(v)) : json_object_size(peek(v));
}

const gaz_json *gaz_json_at(const gaz_json *v, size_t index)
{
    return wrap(json_array_get(peek(v), index));
}

bool gaz_json_member(const gaz_json *v, void **iter, const char **key, const gaz_json **value)
{
    *iter = *iter ? json_object_iter_next(peek(v), *iter) : json_object_iter(peek(v));
    if (!*iter)
        return false;
    *key = json_object_iter_key(*iter);
    *value = wrap(json_object_iter_value(*iter));
    return true;
}

const char *gaz_json_text(const gaz_json *v, size_t *len)
{
    const char *text = json_string_value(peek(v));
    if (text && len)
        *len = json_string_length(peek(v));
    return text;
}

int64_t gaz_json_integer(const gaz_json *v, int64_t otherwise)
{
    return json_is_integer(peek(v)) ? (int64_t)json_integer_value(peek(v)) : otherwise;
}

double gaz_json_number(const gaz_json *v, double otherwise)
{
    return json_is_number(peek(v)) ? json_number_value(peek(v)) : otherwise;
}

bool gaz_json_truth(const gaz_json *v, bool otherwise)
{
    return json_is_boolean(peek(v)) ? json_is_true(peek(v)) : otherwise;
}
