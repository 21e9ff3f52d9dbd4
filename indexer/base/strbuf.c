/* A growable byte buffer with a maximum: doubles, never beyond `max`, and remembers a refused
 * append. */
#include "gaz/base/strbuf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void gaz_strbuf_init(gaz_strbuf *sb, size_t max)
{
    *sb = GAZ_STRBUF_INIT;
    sb->max = max;
}

void gaz_strbuf_release(gaz_strbuf *sb)
{
    if (sb->cap)
        free(sb->data);
    gaz_strbuf_init(sb, sb->max);
}

void gaz_strbuf_reset(gaz_strbuf *sb)
{
    sb->len = 0;
    sb->failed = GAZ_OK;
    if (sb->cap)
        sb->data[0] = '\0';
}

char *gaz_strbuf_reserve(gaz_strbuf *sb, size_t len)
{
    if (sb->failed != GAZ_OK)
        return NULL;
    if (len > sb->max - sb->len) {
        sb->failed = GAZ_E_LIMIT;
        return NULL;
    }
    size_t need = sb->len + len + 1;
    if (need > sb->cap) {
        size_t cap = sb->cap < 64 ? 64 : sb->cap;
        while (cap < need)
            cap += cap / 2 + 16;
        char *data = realloc(sb->cap ? sb->data : NULL, cap);
        if (!data) {
            sb->failed = GAZ_E_NOMEM;
            return NULL;
        }
        data[sb->len] = '\0';
        sb->data = data;
        sb->cap = cap;
    }
    return sb->data + sb->len;
}

void gaz_strbuf_commit(gaz_strbuf *sb, size_t len)
{
    if (!len)
        return;
    sb->len += len;
    sb->data[sb->len] = '\0';
}

void gaz_strbuf_truncate(gaz_strbuf *sb, size_t len)
{
    if (len >= sb->len)
        return;
    sb->len = len;
    sb->data[len] = '\0';
}

void gaz_strbuf_add(gaz_strbuf *sb, const void *data, size_t len)
{
    if (!len)
        return;
    char *at = gaz_strbuf_reserve(sb, len);
    if (!at)
        return;
    memcpy(at, data, len);
    gaz_strbuf_commit(sb, len);
}

void gaz_strbuf_puts(gaz_strbuf *sb, const char *text)
{
    gaz_strbuf_add(sb, text, strlen(text));
}

void gaz_strbuf_putc(gaz_strbuf *sb, char c)
{
    if (sb->failed == GAZ_OK && sb->len < sb->max && sb->len + 1 < sb->cap) {
        sb->data[sb->len++] = c;
        sb->data[sb->len] = 0;
        return;
    }
    gaz_strbuf_add(sb, &c, 1);
}

void gaz_strbuf_vprintf(gaz_strbuf *sb, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    char *at = n < 0 ? NULL : gaz_strbuf_reserve(sb, (size_t)n);
    if (at) {
        vsnprintf(at, (size_t)n + 1, format, again);
        gaz_strbuf_commit(sb, (size_t)n);
    }
    va_end(again);
}

void gaz_strbuf_printf(gaz_strbuf *sb, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    gaz_strbuf_vprintf(sb, format, args);
    va_end(args);
}

gaz_status gaz_strbuf_check(const gaz_strbuf *sb, gaz_error *err)
{
    if (sb->failed == GAZ_E_LIMIT)
        return gaz_error_set(err, GAZ_E_LIMIT, "a buffer met its limit of %zu bytes", sb->max);
    if (sb->failed != GAZ_OK)
        return gaz_error_set(err, sb->failed, "out of memory after %zu bytes", sb->len);
    return GAZ_OK;
}

char *gaz_strbuf_detach(gaz_strbuf *sb, size_t *len)
{
    if (!gaz_strbuf_reserve(sb, 0))
        return NULL;
    char *data = sb->data;
    if (len)
        *len = sb->len;
    gaz_strbuf_init(sb, sb->max);
    return data;
}
