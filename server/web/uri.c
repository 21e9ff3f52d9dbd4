/* Strict decoding: what is not well-formed is refused, never guessed, so that what is checked is
 * what is used. */
#include "uri.h"

#include <string.h>

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

gaz_status gaz_uri_decode(const char *text, size_t len, bool plus, gaz_arena *arena,
                          const char **out, size_t *out_len, gaz_error *err)
{
    char *copy = gaz_arena_alloc(arena, len + 1);
    if (!copy)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a request of %zu bytes", len);
    size_t n = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '%') {
            copy[n++] = plus && text[i] == '+' ? ' ' : text[i];
            continue;
        }
        int high = len - i > 2 ? hex_digit(text[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
        if (low >= 0) {
            copy[n++] = (char)(high * 16 + low);
            i += 2;
            continue;
        }
        gaz_status st = gaz_error_set(err, GAZ_E_INVALID, "bad percent-encoding at '%.*s'",
                                      (int)(len - i < 8 ? len - i : 8), text + i);
        gaz_error_hint(err, "write %%25 for a percent sign");
        return st;
    }
    copy[n] = '\0';
    *out = copy;
    *out_len = n;
    return GAZ_OK;
}

static gaz_status decode_pair(const char *text, size_t len, gaz_arena *arena, gaz_raw_param *pair,
                              gaz_error *err)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals ? (size_t)(equals - text) : len;
    size_t decoded;
    gaz_status st = gaz_uri_decode(text, name_len, true, arena, &pair->name, &decoded, err);
    if (st != GAZ_OK)
        return st;
    if (!decoded || memchr(pair->name, '\0', decoded))
        return gaz_error_set(err, GAZ_E_INVALID, "a query parameter's name is %s",
                             decoded ? "not text" : "empty");
    if (equals)
        return gaz_uri_decode(equals + 1, len - name_len - 1, true, arena, &pair->text, &pair->len,
                              err);
    pair->text = "";
    pair->len = 0;
    return GAZ_OK;
}

gaz_status gaz_uri_query(const char *text, size_t len, gaz_arena *arena, gaz_raw_param **out,
                         size_t *count, gaz_error *err)
{
    size_t room = 0, n = 0;
    for (size_t i = 0; i < len; i++)
        room += text[i] == '&';
    room = room + 1 > GAZ_URI_PARAMS_MAX ? GAZ_URI_PARAMS_MAX : room + 1;
    gaz_raw_param *all = gaz_arena_array(arena, room, sizeof *all);
    if (!all)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a query string of %zu bytes", len);
    for (size_t i = 0; i < len; i++) {
        const char *end = memchr(text + i, '&', len - i);
        size_t part = end ? (size_t)(end - text) - i : len - i;
        if (part && n == GAZ_URI_PARAMS_MAX)
            return gaz_error_set(err, GAZ_E_INVALID, "a query string has over %d parameters",
                                 GAZ_URI_PARAMS_MAX);
        gaz_status st = part ? decode_pair(text + i, part, arena, &all[n], err) : GAZ_OK;
        if (st != GAZ_OK)
            return st;
        n += part > 0;
        i += part;
    }
    *out = all;
    *count = n;
    return GAZ_OK;
}

void gaz_uri_encode(gaz_strbuf *out, const char *text, size_t len, bool slash)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                     c == '-' || c == '.' || c == '_' || c == '~' || (slash && c == '/');
        char escape[3] = {'%', digits[c >> 4], digits[c & 15]};
        if (plain)
            gaz_strbuf_putc(out, (char)c);
        else
            gaz_strbuf_add(out, escape, 3);
    }
}
