/* Server-sent events, read as they come.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html */
#ifndef GAZ_NET_SSE_H
#define GAZ_NET_SSE_H

#include <stdbool.h>
#include "gaz/base/strbuf.h"

#define GAZ_SSE_EVENT_MAX ((size_t)64 << 20) /**< bytes of one event */

/** @param event  "message" when the stream names none @param data  its data lines, joined by '\n';
 * NUL-terminated */
typedef gaz_status (*gaz_sse_visit)(void *ctx, const char *event, const char *data, size_t len,
                                    gaz_error *err);

/** A reader. One thread at a time. */
typedef struct gaz_sse {
    gaz_strbuf line, event, data;
    bool any_data, after_cr, started;
    gaz_sse_visit visit;
    void *ctx;
} gaz_sse;

void gaz_sse_init(gaz_sse *sse, gaz_sse_visit visit, void *ctx);
void gaz_sse_release(gaz_sse *sse);
/** Takes the next bytes of the stream and visits every event they complete. GAZ_E_LIMIT for an
 * event over GAZ_SSE_EVENT_MAX; the visitor's failure is returned. */
GAZ_CHECKED gaz_status gaz_sse_feed(gaz_sse *sse, const char *bytes, size_t len, gaz_error *err);

#endif
