/* The JSON writer: one value after the other into a strbuf, in one pass and without a tree (RFC
 * 8259). Runs of characters that need no escape are copied whole. What cannot be written (nesting
 * over GAZ_JSON_DEPTH) is remembered in the strbuf, as a failed append is, so that callers check
 * once at the end. */
#include "gaz/json/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/utf8.h"

void gaz_json_writer_init(gaz_json_writer *w, gaz_strbuf *out)
{
    *w = (gaz_json_writer){.out = out};
}

/* Whatever comes next is a value: a comma goes before it unless it is the first one or follows its
 * key. */
static void before_value(gaz_json_writer *w)
{
    if (w->after_key) {
        w->after_key = false;
        return;
    }
    bool *comma = &w->comma[w->depth < GAZ_JSON_DEPTH ? w->depth : GAZ_JSON_DEPTH];
    if (*comma)
        gaz_strbuf_putc(w->out, ',');
    *comma = w->depth > 0;
}

static void begin(gaz_json_writer *w, char open)
{
    before_value(w);
    gaz_strbuf_putc(w->out, open);
    w->depth++;
    if (w->depth > GAZ_JSON_DEPTH) {
        if (w->out->failed == GAZ_OK)
            w->out->failed = GAZ_E_LIMIT;
        return;
    }
    w->comma[w->depth] = false;
}

static void end(gaz_json_writer *w, char close)
{
    if (w->depth)
        w->depth--;
    gaz_strbuf_putc(w->out, close);
}

void gaz_json_object_begin(gaz_json_writer *w)
{
    begin(w, '{');
}

void gaz_json_object_end(gaz_json_writer *w)
{
    end(w, '}');
}

void gaz_json_array_begin(gaz_json_writer *w)
{
    begin(w, '[');
}

void gaz_json_array_end(gaz_json_writer *w)
{
    end(w, ']');
}

static bool needs_escape(unsigned char c)
{
    return c < 0x20 || c == '"' || c == '\\';
}

static void put_escape(gaz_strbuf *out, unsigned char c)
{
    static const char letters[] = {['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
                                   ['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'};
    if (c < sizeof letters && letters[c]) {
        char pair[2] = {'\\', letters[c]};
        gaz_strbuf_add(out, pair, 2);
    } else {
        gaz_strbuf_printf(out, "\\u%04x", c);
    }
}

/* Whether one of eight bytes may need an escape: it always says so where one does. */
static bool any_escape(const char *text)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), tops = ones << 7;
    uint64_t word;
    memcpy(&word, text, sizeof word);
    uint64_t quote = word ^ ones * '"', backslash = word ^ ones * '\\';
    uint64_t below = (word - ones * 0x20) & ~word; /* a byte less than 0x20 borrows */
    return ((below | ((quote - ones) & ~quote) | ((backslash - ones) & ~backslash)) & tops) != 0;
}

static void put_text(gaz_strbuf *out, const char *text, size_t len)
{
    size_t from = 0;
    gaz_strbuf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        while (len - i > 8 && !any_escape(text + i))
            i += 8;
        if (!needs_escape((unsigned char)text[i]))
            continue;
        gaz_strbuf_add(out, text + from, i - from);
        put_escape(out, (unsigned char)text[i]);
        from = i + 1;
    }
    gaz_strbuf_add(out, text + from, len - from);
    gaz_strbuf_putc(out, '"');
}

bool gaz_json_string(gaz_json_writer *w, const char *text, size_t len)
{
    before_value(w);
    if (gaz_utf8_valid(text, len)) {
        put_text(w->out, text, len);
        return true;
    }
    gaz_strbuf clean;
    gaz_strbuf_init(&clean, GAZ_STRBUF_MAX);
    gaz_utf8_replace(&clean, text, len);
    put_text(w->out, clean.data, clean.len);
    if (clean.failed != GAZ_OK && w->out->failed == GAZ_OK)
        w->out->failed = clean.failed;
    gaz_strbuf_release(&clean);
    return false;
}

void gaz_json_cstring(gaz_json_writer *w, const char *text)
{
    if (text)
        gaz_json_string(w, text, strlen(text));
    else
        gaz_json_null(w);
}

void gaz_json_key(gaz_json_writer *w, const char *key)
{
    before_value(w);
    put_text(w->out, key, strlen(key)); /* the program's own words: valid UTF-8 */
    gaz_strbuf_putc(w->out, ':');
    w->after_key = true;
}

void gaz_json_int(gaz_json_writer *w, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    before_value(w);
    do {
        digits[--at] = (char)('0' + left % 10);
        left /= 10;
    } while (left);
    if (value < 0)
        digits[--at] = '-';
    gaz_strbuf_add(w->out, digits + at, sizeof digits - at);
}

/* The shortest of three precisions that reads back as the same number; JSON has no infinity and no
 * NaN. */
void gaz_json_double(gaz_json_writer *w, double value)
{
    if (!isfinite(value)) {
        gaz_json_null(w);
        return;
    }
    char text[40];
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    char *point = strchr(text, ',');
    if (point)
        *point = '.'; /* a locale's */
    gaz_json_raw(w, text, strlen(text));
}

void gaz_json_bool(gaz_json_writer *w, bool value)
{
    gaz_json_raw(w, value ? "true" : "false", value ? 4 : 5);
}

void gaz_json_null(gaz_json_writer *w)
{
    gaz_json_raw(w, "null", 4);
}

void gaz_json_raw(gaz_json_writer *w, const char *json, size_t len)
{
    before_value(w);
    gaz_strbuf_add(w->out, json, len);
}

void gaz_json_base64(gaz_json_writer *w, const void *data, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *in = data;
    before_value(w);
    gaz_strbuf_putc(w->out, '"');
    for (size_t i = 0; i < len; i += 3) {
        size_t have = len - i < 3 ? len - i : 3;
        uint32_t group = (uint32_t)in[i] << 16;
        if (have > 1)
            group |= (uint32_t)in[i + 1] << 8;
        if (have > 2)
            group |= in[i + 2];
        char out[4] = {digits[group >> 18], digits[group >> 12 & 63], '=', '='};
        if (have > 1)
            out[2] = digits[group >> 6 & 63];
        if (have > 2)
            out[3] = digits[group & 63];
        gaz_strbuf_add(w->out, out, 4);
    }
    gaz_strbuf_putc(w->out, '"');
}

void gaz_json_put_string(gaz_json_writer *w, const char *key, const char *text, size_t len)
{
    gaz_json_key(w, key);
    gaz_json_string(w, text, len);
}

void gaz_json_put_cstring(gaz_json_writer *w, const char *key, const char *text)
{
    gaz_json_key(w, key);
    gaz_json_cstring(w, text);
}

void gaz_json_put_int(gaz_json_writer *w, const char *key, int64_t value)
{
    gaz_json_key(w, key);
    gaz_json_int(w, value);
}

void gaz_json_put_bool(gaz_json_writer *w, const char *key, bool value)
{
    gaz_json_key(w, key);
    gaz_json_bool(w, value);
}
