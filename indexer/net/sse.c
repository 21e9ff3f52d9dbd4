/* Server-sent events: lines end in LF, CR or CRLF; an empty line completes an event; `id` and
 * `retry` are ignored, for nobody here reconnects. An event that the end of the stream cuts short
 * is dropped, as the standard wants. */
#include "gaz/net/sse.h"

#include <string.h>

void gaz_sse_init(gaz_sse *sse, gaz_sse_visit visit, void *ctx)
{
    *sse = (gaz_sse){.visit = visit, .ctx = ctx};
    gaz_strbuf_init(&sse->line, GAZ_SSE_EVENT_MAX);
    gaz_strbuf_init(&sse->event, 256);
    gaz_strbuf_init(&sse->data, GAZ_SSE_EVENT_MAX);
}

void gaz_sse_release(gaz_sse *sse)
{
    gaz_strbuf_release(&sse->line);
    gaz_strbuf_release(&sse->event);
    gaz_strbuf_release(&sse->data);
}

static gaz_status dispatch(gaz_sse *sse, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (sse->any_data)
        st = sse->visit(sse->ctx, sse->event.len ? sse->event.data : "message", sse->data.data,
                        sse->data.len, err);
    gaz_strbuf_reset(&sse->event);
    gaz_strbuf_reset(&sse->data);
    sse->any_data = false;
    return st;
}

static bool is(const char *text, size_t len, const char *name)
{
    return len == strlen(name) && memcmp(text, name, len) == 0;
}

static gaz_status take_line(gaz_sse *sse, gaz_error *err)
{
    const char *text = sse->line.data;
    size_t len = sse->line.len;
    if (!sse->started && len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0)
        text += 3, len -= 3;
    sse->started = true;
    if (len == 0)
        return dispatch(sse, err);
    const char *colon = memchr(text, ':', len);
    size_t name_len = colon ? (size_t)(colon - text) : len;
    const char *value = colon ? colon + 1 : text + len;
    if (value < text + len && *value == ' ')
        value++;
    size_t value_len = (size_t)(text + len - value);
    if (is(text, name_len, "data")) {
        if (sse->any_data)
            gaz_strbuf_putc(&sse->data, '\n');
        gaz_strbuf_add(&sse->data, value, value_len);
        sse->any_data = true;
    } else if (is(text, name_len, "event")) {
        gaz_strbuf_reset(&sse->event);
        gaz_strbuf_add(&sse->event, value, value_len);
    }
    gaz_status st = gaz_strbuf_check(&sse->data, err);
    return st == GAZ_OK ? gaz_strbuf_check(&sse->event, err) : st;
}

static gaz_status end_line(gaz_sse *sse, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&sse->line, err);
    if (st == GAZ_OK)
        st = take_line(sse, err);
    gaz_strbuf_reset(&sse->line);
    return st;
}

gaz_status gaz_sse_feed(gaz_sse *sse, const char *bytes, size_t len, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t at = 0; at < len && st == GAZ_OK;) {
        if (sse->after_cr && bytes[at] == '\n') {
            sse->after_cr = false;
            at++;
            continue;
        }
        sse->after_cr = false;
        size_t end = at;
        while (end < len && bytes[end] != '\n' && bytes[end] != '\r')
            end++;
        gaz_strbuf_add(&sse->line, bytes + at, end - at);
        st = gaz_strbuf_check(&sse->line, err);
        if (end == len || st != GAZ_OK)
            break;
        sse->after_cr = bytes[end] == '\r';
        st = end_line(sse, err);
        at = end + 1;
    }
    return st;
}
