/* Answers: refusals, static ones, and the responses libmicrohttpd sends. Every answer carries the
 * security headers; pages may load what this server serves and nothing else, and no answer may be
 * framed, sniffed or embedded. */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

static const struct {
    const char *name, *value;
} always[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"X-Frame-Options", "DENY"},
};

#define PAGE_POLICY                                                                                \
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action "        \
    "'self'; base-uri 'none'; "                                                                    \
    "frame-ancestors 'none'"
#define DATA_POLICY "default-src 'none'; frame-ancestors 'none'; sandbox"

static void add(struct MHD_Response *r, const char *name, const char *value)
{
    if (value && *value)
        MHD_add_response_header(r, name, value);
}

static void add_headers(gaz_exchange *ex, struct MHD_Response *r)
{
    bool html = ex->type && strncmp(ex->type, "text/html", 9) == 0;
    for (size_t i = 0; i < sizeof always / sizeof always[0]; i++)
        add(r, always[i].name, always[i].value);
    add(r, "Content-Security-Policy", html ? PAGE_POLICY : DATA_POLICY);
    add(r, "Content-Type", ex->type);
    add(r, "Cache-Control", ex->cache ? ex->cache : html ? "no-cache" : "no-store");
    add(r, "ETag", ex->etag);
    add(r, "Allow", ex->allow);
    add(r, "Location", ex->location);
    add(r, "X-Request-Id", ex->id);
    if (ex->kind == GAZ_TARGET_OP)
        add(r, "Vary", "Accept, Accept-Encoding");
    else if (ex->kind == GAZ_TARGET_PAGE || ex->kind == GAZ_TARGET_OPENAPI)
        add(r, "Vary", "Accept-Encoding");
    if (ex->retry_after) {
        char seconds[16];
        snprintf(seconds, sizeof seconds, "%u", ex->retry_after);
        add(r, "Retry-After", seconds);
    }
    if (atomic_load(&ex->http->stopping))
        add(r, "Connection", "close");
}

/* Encodes what is buffered; when that fails, or does not make it smaller, it goes out as it is. */
static bool encode_whole(gaz_exchange *ex)
{
    if (ex->coding == GAZ_CODING_IDENTITY || ex->out.len < GAZ_ENCODE_LEAST)
        return false;
    gaz_encoder *enc = NULL;
    gaz_strbuf small;
    gaz_strbuf_init(&small, ex->out.len + 4096 + (256u << 10));
    gaz_status st = gaz_encoder_new(ex->coding, &enc, NULL);
    if (st == GAZ_OK)
        st = gaz_encoder_add(enc, ex->out.data, ex->out.len, GAZ_COMPRESS_FINISH, &small, NULL);
    gaz_encoder_free(enc);
    if (st != GAZ_OK || small.len >= ex->out.len) {
        gaz_strbuf_release(&small);
        return false;
    }
    gaz_strbuf_release(&ex->out);
    ex->out = small;
    return true;
}

void gaz_answer_build(gaz_exchange *ex)
{
    bool encoded = encode_whole(ex);
    size_t len = 0;
    char *data = ex->out.len ? gaz_strbuf_detach(&ex->out, &len) : NULL;
    struct MHD_Response *r =
        data ? MHD_create_response_from_buffer(len, data, MHD_RESPMEM_MUST_FREE)
             : MHD_create_response_from_buffer(0, (void *)(uintptr_t) "", MHD_RESPMEM_PERSISTENT);
    if (!r) {
        free(data);
        return;
    }
    add_headers(ex, r);
    if (encoded)
        add(r, "Content-Encoding", gaz_coding_name(ex->coding));
    ex->sent = len;
    ex->response = r;
}

static void release_stream(void *ctx)
{
    gaz_exchange_unref(ctx);
}

struct MHD_Response *gaz_answer_stream(gaz_exchange *ex)
{
    struct MHD_Response *r = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 16384,
                                                               gaz_stream_read, ex, release_stream);
    if (!r)
        return NULL;
    gaz_exchange_ref(ex);
    add_headers(ex, r);
    if (ex->encoder)
        add(r, "Content-Encoding", gaz_coding_name(ex->coding));
    return r;
}

void gaz_answer_cramped(gaz_exchange *ex)
{
    char body[300], text[600];
    size_t target = strlen(ex->target);
    bool uri = target > TARGET_MAX;
    int len =
        snprintf(body, sizeof body,
                 "{\"error\":{\"code\":\"%s\",\"message\":\"the %s has %zu bytes, too many to "
                 "answer\",\"hint\":\"%s\"}}",
                 uri ? "uri_too_long" : "headers_too_large",
                 uri ? "request target" : "head of the request", uri ? target : ex->head_size,
                 uri ? "ask for less at once" : "send fewer headers, or smaller cookies");
    ex->status = uri ? 414 : 431;
    ex->step = GAZ_STEP_SENT;
    int all = snprintf(text, sizeof text,
                       "HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n"
                       "Connection: close\r\n\r\n%s",
                       ex->status, uri ? "URI Too Long" : "Request Header Fields Too Large", len,
                       ex->head ? "" : body);
    if (send(ex->conn->fd, text, (size_t)all, MSG_DONTWAIT | MSG_NOSIGNAL) == all)
        ex->sent = ex->head ? 0 : (uint64_t)len;
}

static bool etag_matches(const gaz_exchange *ex)
{
    const char *list = ex->headers.if_none_match;
    return list && ex->etag && (strcmp(list, "*") == 0 || strstr(list, ex->etag));
}

void gaz_answer_static(gaz_exchange *ex)
{
    ex->status = 200;
    if (ex->kind == GAZ_TARGET_HEALTH) {
        ex->type = "application/json";
        gaz_strbuf_puts(&ex->out, "{\"alive\":true}");
        gaz_answer_build(ex);
        return;
    }
    if (ex->kind == GAZ_TARGET_OPENAPI) {
        ex->type = "application/json";
        ex->cache = "no-cache";
        ex->etag = ex->http->openapi_etag;
        if (etag_matches(ex))
            ex->status = 304;
        else
            gaz_strbuf_add(&ex->out, ex->http->openapi.data, ex->http->openapi.len);
        gaz_answer_build(ex);
        return;
    }
    const gaz_web_asset *asset = &ex->asset;
    ex->type = asset->type;
    ex->cache = "public, max-age=3600";
    ex->etag = asset->etag;
    bool same = etag_matches(ex);
    ex->status = same ? 304 : 200;
    ex->response = MHD_create_response_from_buffer(
        same ? 0 : asset->len, (void *)(uintptr_t)asset->data, MHD_RESPMEM_PERSISTENT);
    ex->sent = same ? 0 : asset->len;
    if (ex->response)
        add_headers(ex, ex->response);
}

void gaz_answer_error(gaz_exchange *ex, int status, const char *code, const gaz_error *err)
{
    const gaz_web *web = ex->http->options.web;
    ex->status = status;
    ex->location = NULL;
    ex->etag = NULL;
    ex->cache = NULL;
    if (status == 503)
        ex->retry_after = 1;
    gaz_strbuf_reset(&ex->out);
    if (web && ex->kind != GAZ_TARGET_OP && gaz_negotiate_html(ex->headers.accept)) {
        ex->type = "text/html; charset=utf-8";
        web->failure(status, err, &ex->out);
        return;
    }
    ex->type = "application/json";
    if (!code) {
        gaz_error_json(err, &ex->out);
        return;
    }
    gaz_json_writer w;
    gaz_json_writer_init(&w, &ex->out);
    gaz_json_object_begin(&w);
    gaz_json_key(&w, "error");
    gaz_json_object_begin(&w);
    gaz_json_put_cstring(&w, "code", code);
    gaz_json_put_cstring(&w, "message", err->message);
    gaz_json_put_cstring(&w, "hint", err->hint);
    gaz_json_object_end(&w);
    gaz_json_object_end(&w);
}

void gaz_answer_refusal(gaz_exchange *ex, int status, const char *code, const char *hint,
                        const char *format, ...)
{
    char message[300];
    gaz_error err = {0};
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    (void)!gaz_error_set(&err, status == 404 ? GAZ_E_NOT_FOUND : GAZ_E_INVALID, "%s", message);
    gaz_error_hint(&err, "%s", hint);
    gaz_answer_error(ex, status, code, &err);
}
