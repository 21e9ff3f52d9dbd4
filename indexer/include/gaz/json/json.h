/* JSON: a streaming writer into a strbuf, and a parsed value (jansson behind it). */
#ifndef GAZ_JSON_JSON_H
#define GAZ_JSON_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/strbuf.h"

#define GAZ_JSON_DEPTH 64 /**< nesting, both when writing and when parsing */

/** Writes one value after the other; commas and escapes are its business. Errors show in
 * gaz_strbuf_check() of `out`. */
typedef struct gaz_json_writer {
    gaz_strbuf *out; /**< borrowed */
    unsigned depth;
    bool comma[GAZ_JSON_DEPTH + 1];
    bool after_key;
} gaz_json_writer;

void gaz_json_writer_init(gaz_json_writer *w, gaz_strbuf *out);
void gaz_json_object_begin(gaz_json_writer *w);
void gaz_json_object_end(gaz_json_writer *w);
void gaz_json_array_begin(gaz_json_writer *w);
void gaz_json_array_end(gaz_json_writer *w);
void gaz_json_key(gaz_json_writer *w, const char *key);
/** Invalid UTF-8 becomes U+FFFD. @return whether every byte was valid */
bool gaz_json_string(gaz_json_writer *w, const char *text, size_t len);
void gaz_json_cstring(gaz_json_writer *w, const char *text); /**< NULL writes null */
void gaz_json_int(gaz_json_writer *w, int64_t value);
void gaz_json_double(gaz_json_writer *w, double value);
void gaz_json_bool(gaz_json_writer *w, bool value);
void gaz_json_null(gaz_json_writer *w);
/** A finished piece of JSON, as it is. */
void gaz_json_raw(gaz_json_writer *w, const char *json, size_t len);
/** A JSON string holding the base64 (RFC 4648 §4) of bytes. */
void gaz_json_base64(gaz_json_writer *w, const void *data, size_t len);

/* key and value in one */
void gaz_json_put_string(gaz_json_writer *w, const char *key, const char *text, size_t len);
void gaz_json_put_cstring(gaz_json_writer *w, const char *key, const char *text);
void gaz_json_put_int(gaz_json_writer *w, const char *key, int64_t value);
void gaz_json_put_bool(gaz_json_writer *w, const char *key, bool value);

/** A parsed, immutable value. Children are borrowed from their root. */
typedef struct gaz_json gaz_json;
typedef enum gaz_json_type {
    GAZ_JSON_NULL,
    GAZ_JSON_BOOL,
    GAZ_JSON_INT,
    GAZ_JSON_DOUBLE,
    GAZ_JSON_STRING,
    GAZ_JSON_ARRAY,
    GAZ_JSON_OBJECT
} gaz_json_type;

/** Parses one value. GAZ_E_INVALID with line and column in the message; duplicate keys, invalid
 * UTF-8 and depth over GAZ_JSON_DEPTH are refused. */
GAZ_CHECKED gaz_status gaz_json_parse(const char *text, size_t len, gaz_json **out, gaz_error *err);
void gaz_json_free(gaz_json *root);
gaz_json_type gaz_json_type_of(const gaz_json *v);
/** A member, or NULL when absent or `v` is no object. */
const gaz_json *gaz_json_get(const gaz_json *v, const char *key);
/** Members or items; 0 for the rest. */
size_t gaz_json_size(const gaz_json *v);
const gaz_json *gaz_json_at(const gaz_json *v, size_t index);
/** Steps over members in their order: *iter starts NULL; false at the end. */
bool gaz_json_member(const gaz_json *v, void **iter, const char **key, const gaz_json **value);
/** The text (NUL-terminated; *len nullable) of a string, else NULL. */
const char *gaz_json_text(const gaz_json *v, size_t *len);
int64_t gaz_json_integer(const gaz_json *v, int64_t otherwise);
double gaz_json_number(const gaz_json *v, double otherwise);
bool gaz_json_truth(const gaz_json *v, bool otherwise);

#endif
