/* The command line through a running server. The same row that makes the endpoint makes the
 * request: path parameters go into the path, the rest into the query string or, for POST, into a
 * JSON body. */
#include "cli_remote.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli_answer.h"
#include "gaz/base/fs.h"
#include "gaz/json/json.h"

#define SERVER_FILE_MAX 4096
#define ERROR_BODY_MAX 65536
#define HEALTH_MS 2000
#define IDLE_MS 180000 /* longer than any query may run */

static const char *const accepts[] = {[GAZ_MEDIA_JSON] = "Accept: application/json",
                                      [GAZ_MEDIA_NDJSON] = "Accept: application/x-ndjson",
                                      [GAZ_MEDIA_EVENTS] = "Accept: text/event-stream"};

/* ---- finding it ---- */

gaz_status gaz_cli_server_url(const char *address, char out[128], gaz_error *err)
{
    const char *colon = strrchr(address, ':');
    size_t host = colon ? (size_t)(colon - address) : 0, port = colon ? strlen(colon + 1) : 0;
    bool bracketed = host > 2 && address[0] == '[' && address[host - 1] == ']';
    size_t plain = strspn(
        address, bracketed ? "[]0123456789abcdefABCDEF:.%"
                           : "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-");
    if (!host || host > 80 || plain < host || !port || port > 5 ||
        strspn(colon + 1, "0123456789") != port)
        return gaz_error_set(err, GAZ_E_INVALID, "'%.100s' is no address of the form ADDR:PORT",
                             address);
    if (host == 7 && memcmp(address, "0.0.0.0", 7) == 0)
        snprintf(out, 128, "http://127.0.0.1%s", colon);
    else if (host == 4 && memcmp(address, "[::]", 4) == 0)
        snprintf(out, 128, "http://[::1]%s", colon);
    else
        snprintf(out, 128, "http://%s", address);
    return GAZ_OK;
}

/* GAZ_DONE when no live process wrote the file. */
static gaz_status read_server_file(const char *home, char url[128], gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_json *root = NULL;
    gaz_error ignored = {0};
    gaz_status st = gaz_path_join(&path, home, "server.json", err);
    if (st != GAZ_OK)
        goto done;
    st = GAZ_DONE;
    if (gaz_file_read(path.data, SERVER_FILE_MAX, &text, &ignored) != GAZ_OK ||
        gaz_json_parse(text.data, text.len, &root, &ignored) != GAZ_OK)
        goto done;
    const char *address = gaz_json_text(gaz_json_get(root, "address"), NULL);
    int64_t pid = gaz_json_integer(gaz_json_get(root, "pid"), 0);
    bool alive = pid > 0 && pid <= INT32_MAX && (kill((pid_t)pid, 0) == 0 || errno == EPERM);
    if (address && alive && gaz_cli_server_url(address, url, &ignored) == GAZ_OK)
        st = GAZ_OK;
done:
    gaz_json_free(root);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status drop(void *ctx, const void *data, size_t len, gaz_error *err)
{
    (void)ctx, (void)data, (void)len, (void)err;
    return GAZ_OK;
}

static bool answers(const gaz_cli_server *server)
{
    char url[160];
    int status = 0;
    gaz_error ignored = {0};
    snprintf(url, sizeof url, "%s/healthz", server->url);
    gaz_http_request request = {.method = "GET",
                                .url = url,
                                .connect_ms = HEALTH_MS,
                                .total_ms = HEALTH_MS,
                                .direct = true};
    gaz_http_sink sink = {.data = drop};
    return gaz_http_send(server->client, &request, &sink, &status, &ignored) == GAZ_OK &&
           status == 200;
}

gaz_status gaz_cli_server_find(const char *home, gaz_cli_server *out, const char **note,
                               gaz_error *err)
{
    gaz_cli_server server = {0};
    gaz_status st = read_server_file(home, server.url, err);
    if (st == GAZ_OK)
        st = gaz_http_client_new(&server.client, err);
    if (st != GAZ_OK)
        return st;
    if (!answers(&server)) {
        gaz_cli_server_close(&server);
        if (note)
            *note = "the server on this data directory does not answer; reading the directory "
                    "without it";
        return GAZ_DONE;
    }
    *out = server;
    return GAZ_OK;
}

void gaz_cli_server_close(gaz_cli_server *server)
{
    gaz_http_client_free(server->client);
    server->client = NULL;
}

/* ---- requests ---- */

static void put_number(gaz_strbuf *out, const gaz_param *p, const gaz_value *v)
{
    if (p->type == GAZ_PARAM_BOOL)
        gaz_strbuf_puts(out, v->number ? "true" : "false");
    else
        gaz_strbuf_printf(out, "%" PRId64, v->number);
}

static void put_query(gaz_strbuf *target, char *separator, const gaz_param *p, const gaz_value *v)
{
    size_t count = p->type == GAZ_PARAM_LIST ? v->count : 1;
    for (size_t i = 0; i < count; i++) {
        gaz_strbuf_printf(target, "%c%s=", *separator, p->name);
        *separator = '&';
        if (p->type == GAZ_PARAM_LIST)
            gaz_url_encode(target, v->items[i], strlen(v->items[i]));
        else if (p->type == GAZ_PARAM_STRING)
            gaz_url_encode(target, v->text, v->len);
        else
            put_number(target, p, v);
    }
}

static gaz_status put_text(gaz_json_writer *w, const gaz_param *p, const char *text, size_t len,
                           gaz_error *err)
{
    if (gaz_json_string(w, text, len))
        return GAZ_OK;
    gaz_status st =
        gaz_error_set(err, GAZ_E_INVALID,
                      "'%s' is no valid UTF-8, which the running server cannot be told", p->name);
    gaz_error_hint(err, "--local works without the server");
    return st;
}

static gaz_status put_member(gaz_json_writer *w, const gaz_param *p, const gaz_value *v,
                             gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_json_key(w, p->name);
    switch (p->type) {
    case GAZ_PARAM_STRING:
        return put_text(w, p, v->text, v->len, err);
    case GAZ_PARAM_INT:
        gaz_json_int(w, v->number);
        return GAZ_OK;
    case GAZ_PARAM_BOOL:
        gaz_json_bool(w, v->number != 0);
        return GAZ_OK;
    case GAZ_PARAM_LIST:
        gaz_json_array_begin(w);
        for (size_t i = 0; i < v->count && st == GAZ_OK; i++)
            st = put_text(w, p, v->items[i], strlen(v->items[i]), err);
        gaz_json_array_end(w);
        break;
    }
    return st;
}

/* Copies op->path and fills in its {names}. @param used  set for the parameters taken */
static gaz_status put_path(const gaz_call *call, gaz_strbuf *target, bool *used, gaz_error *err)
{
    const char *at = call->op->path;
    while (*at) {
        size_t plain = strcspn(at, "{");
        gaz_strbuf_add(target, at, plain);
        at += plain;
        if (!*at)
            break;
        size_t len = strcspn(++at, "}");
        for (size_t i = 0; i < call->op->param_count; i++) {
            const gaz_param *p = &call->op->params[i];
            if (strlen(p->name) != len || memcmp(p->name, at, len) != 0)
                continue;
            used[i] = true;
            if (p->type != GAZ_PARAM_STRING)
                put_number(target, p, &call->values[i]);
            else if (call->values[i].len)
                gaz_url_encode(target, call->values[i].text, call->values[i].len);
            else
                return gaz_error_set(err, GAZ_E_INVALID, "'%s' is empty", p->name);
        }
        at += len + (at[len] ? 1 : 0);
    }
    return GAZ_OK;
}

gaz_status gaz_cli_request_make(const gaz_call *call, gaz_strbuf *target, gaz_strbuf *body,
                                gaz_error *err)
{
    bool post = !call->op->body &&
                (strcmp(call->op->method, "POST") == 0 || strcmp(call->op->method, "PUT") == 0);
    bool *used = calloc(call->op->param_count + 1, sizeof *used);
    char separator = '?';
    gaz_json_writer w;
    if (!used)
        return gaz_error_set(err, GAZ_E_NOMEM, "asking the server: out of memory");
    gaz_status st = put_path(call, target, used, err);
    gaz_json_writer_init(&w, body);
    if (post)
        gaz_json_object_begin(&w);
    for (size_t i = 0; i < call->op->param_count && st == GAZ_OK; i++) {
        if (used[i] || !call->values[i].given)
            continue;
        if (post)
            st = put_member(&w, &call->op->params[i], &call->values[i], err);
        else
            put_query(target, &separator, &call->op->params[i], &call->values[i]);
    }
    if (post)
        gaz_json_object_end(&w);
    free(used);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(target, err);
    return st == GAZ_OK ? gaz_strbuf_check(body, err) : st;
}

/* ---- answers ---- */

typedef struct receiver {
    const gaz_call *call;
    gaz_media *media;
    int status;
    gaz_strbuf error; /* the body of an error */
} receiver;

static gaz_status take_head(void *ctx, int status, const char *type, gaz_error *err)
{
    receiver *r = ctx;
    (void)err;
    r->status = status;
    *r->media = GAZ_MEDIA_JSON;
    if (strncasecmp(type, "application/x-ndjson", 20) == 0)
        *r->media = GAZ_MEDIA_NDJSON;
    else if (strncasecmp(type, "text/event-stream", 17) == 0)
        *r->media = GAZ_MEDIA_EVENTS;
    return GAZ_OK;
}

static gaz_status take_data(void *ctx, const void *data, size_t len, gaz_error *err)
{
    receiver *r = ctx;
    if (r->status < 400)
        return r->call->emit(r->call->ctx, data, len, err);
    gaz_strbuf_add(&r->error, data, len);
    return GAZ_OK;
}

static gaz_status explain(receiver *r, const char *url, gaz_error *err)
{
    gaz_json *root = NULL;
    gaz_error ignored = {0};
    gaz_status st;
    if (gaz_json_parse(r->error.data, r->error.len, &root, &ignored) == GAZ_OK &&
        gaz_json_get(root, "error"))
        st = gaz_cli_error_take(root, err);
    else
        st = gaz_error_set(err, GAZ_E_REMOTE, "%s answered %d", url, r->status);
    gaz_json_free(root);
    return st;
}

gaz_status gaz_cli_server_call(gaz_cli_server *server, const gaz_call *call, gaz_media *media,
                               gaz_error *err)
{
    gaz_strbuf url = GAZ_STRBUF_INIT, body = GAZ_STRBUF_INIT;
    receiver r = {.call = call, .media = media};
    const gaz_op_body *bytes = call->op->body;
    char type[100];
    const char *headers[] = {accepts[call->media], type};
    snprintf(type, sizeof type, "Content-Type: %s", bytes ? bytes->types[0] : "application/json");
    gaz_strbuf_init(&r.error, ERROR_BODY_MAX);
    gaz_strbuf_puts(&url, server->url);
    gaz_status st = gaz_cli_request_make(call, &url, &body, err);
    if (st == GAZ_OK) {
        gaz_http_request request = {
            .method = call->op->method,
            .url = url.data,
            .headers = headers,
            .header_count = bytes || body.len ? 2 : 1,
            .body = bytes      ? call->body
                    : body.len ? body.data
                               : NULL,
            .body_len = bytes ? call->body_len : body.len,
            .connect_ms = HEALTH_MS,
            .response_max = GAZ_CLI_ANSWER_MAX,
            .idle_ms = call->media == GAZ_MEDIA_EVENTS || bytes || body.len ? -1 : IDLE_MS,
            .direct = true,
            .retries = 2,
            .cancelled = call->cancelled,
            .cancelled_ctx = call->ctx};
        gaz_http_sink sink = {take_head, take_data, &r};
        st = gaz_http_send(server->client, &request, &sink, NULL, err);
    }
    if (st == GAZ_OK && r.status >= 400)
        st = explain(&r, url.data, err);
    gaz_strbuf_release(&url);
    gaz_strbuf_release(&body);
    gaz_strbuf_release(&r.error);
    return st;
}
