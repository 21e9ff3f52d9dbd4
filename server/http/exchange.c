/* One request and its answer. libmicrohttpd's threads judge it (gaz_exchange_begin), a worker
 * produces the answer (gaz_exchange_run), libmicrohttpd sends it. The connection is suspended while
 * the worker has it. Three may hold an exchange: libmicrohttpd until it is completed, the worker
 * until it returns, and a streamed response. */
#include "exchange.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "gaz/base/fs.h"
#include "loop.h"
#include "uri.h"

gaz_exchange *gaz_exchange_new(gaz_http *http, gaz_connection *conn, struct MHD_Connection *mhd,
                               const char *target)
{
    gaz_exchange *ex = calloc(1, sizeof *ex);
    if (!ex)
        return NULL;
    gaz_arena_init(&ex->arena, ARENA_MAX);
    gaz_strbuf_init(&ex->body, http->options.body_max);
    gaz_strbuf_init(&ex->out, GAZ_STRBUF_MAX);
    ex->target = gaz_arena_strdup(&ex->arena, target);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&ex->lock, NULL);
    pthread_cond_init(&ex->room, &attr);
    pthread_condattr_destroy(&attr);
    atomic_init(&ex->refs, 1);
    atomic_init(&ex->gone, false);
    ex->http = http;
    ex->conn = conn;
    ex->mhd = mhd;
    ex->started_us = gaz_now_us();
    snprintf(ex->id, sizeof ex->id, "%08x%08x", http->seed, atomic_fetch_add(&http->counter, 1));
    if (!ex->target) {
        gaz_exchange_unref(ex);
        return NULL;
    }
    return ex;
}

void gaz_exchange_ref(gaz_exchange *ex)
{
    atomic_fetch_add(&ex->refs, 1);
}

void gaz_exchange_unref(gaz_exchange *ex)
{
    if (!ex || atomic_fetch_sub(&ex->refs, 1) != 1)
        return;
    if (ex->response)
        MHD_destroy_response(ex->response);
    gaz_encoder_free(ex->encoder);
    free(ex->pipe);
    gaz_strbuf_release(&ex->out);
    gaz_strbuf_release(&ex->body);
    gaz_upload_close(ex->upload);
    gaz_arena_release(&ex->arena);
    pthread_cond_destroy(&ex->room);
    pthread_mutex_destroy(&ex->lock);
    free(ex);
}

/* ---- judging the request ---- */

static bool is_token(const char *text)
{
    static const char other[] = "!#$%&'*+-.^_`|~";
    if (!*text)
        return false;
    for (; *text; text++) {
        bool alnum =
            (*text >= '0' && *text <= '9') || ((*text | 0x20) >= 'a' && (*text | 0x20) <= 'z');
        if (!alnum && !strchr(other, *text))
            return false;
    }
    return true;
}

/* A header that may come several times means the list of all its values. */
static const char *joined(gaz_exchange *ex, const char *before, const char *value)
{
    if (!before)
        return value;
    size_t a = strlen(before), b = strlen(value);
    char *both = gaz_arena_alloc(&ex->arena, a + b + 2);
    if (!both)
        return before;
    memcpy(both, before, a);
    both[a] = ',';
    memcpy(both + a + 1, value, b);
    return both;
}

static enum MHD_Result take_header(void *ctx, enum MHD_ValueKind kind, const char *name,
                                   const char *value)
{
    gaz_exchange *ex = ctx;
    (void)kind;
    const struct {
        const char *name;
        const char **slot;
        bool list;
    } known[] = {
        {"Host", &ex->headers.host, false},
        {"Origin", &ex->headers.origin, false},
        {"Content-Type", &ex->headers.content_type, false},
        {"Content-Length", &ex->headers.content_length, false},
        {"Transfer-Encoding", &ex->headers.transfer_encoding, false},
        {"Sec-Fetch-Site", &ex->headers.fetch_site, false},
        {"Sec-Fetch-Mode", &ex->headers.fetch_mode, false},
        {"Accept", &ex->headers.accept, true},
        {"Accept-Encoding", &ex->headers.accept_encoding, true},
        {"If-None-Match", &ex->headers.if_none_match, true},
    };
    ex->headers.count++;
    /* A line that goes on with the next one was moved, away from its value. */
    if (!is_token(name) || (value && (uintptr_t)value < (uintptr_t)name))
        ex->headers.malformed = true;
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcasecmp(name, known[i].name) != 0)
            continue;
        ex->headers.repeated |= *known[i].slot && !known[i].list;
        *known[i].slot = joined(ex, *known[i].slot, value ? value : "");
    }
    return MHD_YES;
}

/* Splits the target; "http://host/path" is taken as its path, and its host as the Host. */
static void split_target(gaz_exchange *ex)
{
    size_t len = strlen(ex->target);
    if (len > TARGET_MAX) {
        gaz_answer_refusal(ex, 414, "uri_too_long", "ask for less at once",
                           "the request target has %zu bytes, at most %d are taken", len,
                           TARGET_MAX);
        return;
    }
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)ex->target[i] <= 0x20 || (unsigned char)ex->target[i] >= 0x7f ||
            ex->target[i] == '#') {
            gaz_answer_refusal(ex, 400, NULL, "percent-encode it",
                               "the request target holds the byte 0x%02x at %zu",
                               (unsigned char)ex->target[i], i + 1);
            return;
        }
    const char *path = ex->target;
    if (strncasecmp(path, "http://", 7) == 0) {
        const char *slash = strchr(path + 7, '/');
        size_t host = slash ? (size_t)(slash - path) - 7 : strlen(path + 7);
        ex->headers.host = gaz_arena_strndup(&ex->arena, path + 7, host);
        path = slash ? slash : "/";
    }
    const char *mark = strchr(path, '?');
    ex->query = mark ? mark + 1 : NULL;
    ex->path = mark ? gaz_arena_strndup(&ex->arena, path, (size_t)(mark - path)) : path;
    if (!ex->path || (ex->path[0] != '/' && strcmp(ex->path, "*") != 0))
        gaz_answer_refusal(ex, 400, NULL, "it begins with '/'", "the request target is no path");
}

/* How the body comes must be beyond doubt: whoever stands between could understand it differently.
 */
static void check_framing(gaz_exchange *ex)
{
    const char *te = ex->headers.transfer_encoding, *cl = ex->headers.content_length;
    ex->has_body = te || (cl && strtoull(cl, NULL, 10) > 0);
    if (ex->headers.count > HEADERS_MAX)
        gaz_answer_refusal(ex, 431, "headers_too_large", "",
                           "the request has %u headers, at most %d are taken", ex->headers.count,
                           HEADERS_MAX);
    else if (ex->headers.malformed)
        gaz_answer_refusal(ex, 400, NULL, "", "a header's name is malformed");
    else if (ex->headers.repeated)
        gaz_answer_refusal(ex, 400, NULL, "", "a header that may come once comes twice");
    else if (te && cl)
        gaz_answer_refusal(ex, 400, NULL, "",
                           "the request has both Transfer-Encoding and Content-Length");
    else if (te && strcasecmp(te, "chunked") != 0)
        gaz_answer_refusal(ex, 501, "not_implemented", "send it chunked, or with a Content-Length",
                           "Transfer-Encoding '%s' is not known", te);
}

/* ---- the body ---- */

static const gaz_op_body *bytes_of(const gaz_exchange *ex)
{
    return ex->op && ex->http->services.settings ? ex->op->body : NULL;
}

size_t gaz_exchange_body_max(const gaz_exchange *ex)
{
    const gaz_op_body *body = bytes_of(ex);
    return body ? (size_t)body->max(ex->http->services.settings) : ex->http->options.body_max;
}

static void refuse_body(gaz_exchange *ex, uint64_t len)
{
    const gaz_op_body *body = bytes_of(ex);
    char hint[100];
    snprintf(hint, sizeof hint, "the setting %s raises it",
             body ? body->setting : "server.body_max");
    gaz_answer_refusal(ex, 413, "too_large", hint, "the body has %llu bytes, at most %zu are taken",
                       (unsigned long long)len, gaz_exchange_body_max(ex));
}

static void check_length(gaz_exchange *ex)
{
    uint64_t len = ex->headers.content_length ? strtoull(ex->headers.content_length, NULL, 10) : 0;
    if (len > gaz_exchange_body_max(ex))
        refuse_body(ex, len);
}

void gaz_exchange_body(gaz_exchange *ex, const void *data, size_t len)
{
    gaz_error err = {0};
    gaz_status st = GAZ_OK;
    ex->body_seen += len;
    if (ex->status)
        return;
    if (ex->body_seen > gaz_exchange_body_max(ex)) {
        gaz_strbuf_release(&ex->body);
        refuse_body(ex, ex->body_seen);
        return;
    }
    if (ex->upload) {
        st = gaz_upload_add(ex->upload, data, len, &err);
    } else {
        gaz_strbuf_add(&ex->body, data, len);
        st = gaz_strbuf_check(&ex->body, &err);
    }
    if (st != GAZ_OK)
        gaz_answer_error(ex, gaz_status_http(st), NULL, &err);
}

static void open_upload(gaz_exchange *ex)
{
    gaz_error err = {0};
    gaz_strbuf dir = GAZ_STRBUF_INIT;
    const gaz_store *store = ex->http->services.store;
    gaz_status st = store ? gaz_path_join(&dir, gaz_store_home(store), "tmp", &err) : GAZ_OK;
    if (st == GAZ_OK)
        st = gaz_upload_open(store ? dir.data : "/tmp", &ex->upload, &err);
    if (st != GAZ_OK)
        gaz_answer_error(ex, gaz_status_http(st), NULL, &err);
    gaz_strbuf_release(&dir);
}

static bool is_one_of(const char *type, const char *const *types)
{
    size_t len = type ? strcspn(type, "; \t") : 0;
    for (; len && *types; types++)
        if (strlen(*types) == len && strncasecmp(*types, type, len) == 0)
            return true;
    return false;
}

/* ---- the operation ---- */

/* For a POST the body comes later: a worker binds both then. */
static void check_op(gaz_exchange *ex)
{
    gaz_error err = {0};
    if (!gaz_negotiate_media(ex->headers.accept, ex->op->media, &ex->media)) {
        gaz_answer_refusal(ex, 406, "not_acceptable", "leave Accept out, or say application/json",
                           "%s cannot answer as '%s'", ex->op->name, ex->headers.accept);
        return;
    }
    const gaz_op_body *bytes = bytes_of(ex);
    bool post = strcmp(ex->op->method, "POST") == 0 && !bytes;
    if (bytes && !is_one_of(ex->headers.content_type, bytes->types)) {
        gaz_answer_refusal(ex, 415, "unsupported_media_type",
                           "send it as it is, with its Content-Type", "%s takes %s, not '%s'",
                           ex->op->name, bytes->types[0],
                           ex->headers.content_type ? ex->headers.content_type : "");
        return;
    }
    if (!bytes && (post || ex->has_body) && !gaz_is_json_type(ex->headers.content_type)) {
        gaz_answer_refusal(ex, 415, "unsupported_media_type",
                           "send Content-Type: application/json and a JSON object",
                           "%s takes JSON, not '%s'", ex->op->name,
                           ex->headers.content_type ? ex->headers.content_type : "");
        return;
    }
    ex->values = gaz_arena_array(&ex->arena, ex->op->param_count + 1, sizeof *ex->values);
    gaz_status st = GAZ_OK;
    if (!ex->values)
        st = gaz_error_set(&err, GAZ_E_NOMEM, "no memory for the parameters of %s", ex->op->name);
    else if (bytes || (!post && !ex->has_body))
        st = gaz_op_bind(ex->op, ex->params, ex->param_count, &ex->arena, ex->values, &err);
    if (st != GAZ_OK)
        gaz_answer_error(ex, gaz_status_http(st), NULL, &err);
    else if (bytes)
        open_upload(ex);
}

/* Query parameters behind those of the path. */
static void add_query(gaz_exchange *ex)
{
    gaz_error err = {0};
    gaz_raw_param *query = NULL, *all;
    size_t count = 0;
    gaz_status st = GAZ_OK;
    if (ex->query)
        st = gaz_uri_query(ex->query, strlen(ex->query), &ex->arena, &query, &count, &err);
    if (st == GAZ_OK && count && ex->param_count) {
        all = gaz_arena_array(&ex->arena, ex->param_count + count, sizeof *all);
        if (all) {
            memcpy(all, ex->params, ex->param_count * sizeof *all);
            memcpy(all + ex->param_count, query, count * sizeof *all);
            ex->params = all;
            ex->param_count += count;
        } else {
            st = gaz_error_set(&err, GAZ_E_NOMEM, "no memory for the parameters");
        }
    } else if (st == GAZ_OK && count) {
        ex->params = query;
        ex->param_count = count;
    }
    if (st != GAZ_OK)
        gaz_answer_error(ex, gaz_status_http(st), NULL, &err);
}

void gaz_exchange_begin(gaz_exchange *ex, const char *method, const char *version)
{
    snprintf(ex->method, sizeof ex->method, "%s", method);
    ex->head = strcmp(method, "HEAD") == 0;
    ex->old = strcmp(version, "HTTP/1.0") == 0;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(ex->mhd, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
    ex->head_size = info ? info->header_size : 0;
    MHD_get_connection_values(ex->mhd, MHD_HEADER_KIND, take_header, ex);
    ex->coding = gaz_negotiate_coding(ex->headers.accept_encoding);
    split_target(ex);
    if (!ex->status)
        check_framing(ex);
    if (!ex->status && gaz_guard_check(ex))
        gaz_route_find(ex);
    if (!ex->status)
        check_length(ex);
    if (!ex->status)
        add_query(ex);
    if (!ex->status && ex->kind == GAZ_TARGET_OP)
        check_op(ex);
}

/* libmicrohttpd puts the head there, a record of 64 bytes for each header and each cookie, and the
 * cookies once more. */
bool gaz_exchange_has_room(const gaz_exchange *ex)
{
    const char *cookies;
    size_t len = 0;
    int records = MHD_get_connection_values(ex->mhd, MHD_HEADER_KIND | MHD_COOKIE_KIND, NULL, NULL);
    MHD_lookup_connection_value_n(ex->mhd, MHD_HEADER_KIND, "Cookie", 6, &cookies, &len);
    return ex->head_size + len + (size_t)records * 64 + ANSWER_HEAD_MAX <= POOL_SIZE;
}

/* ---- the worker ---- */

void gaz_exchange_wake(gaz_exchange *ex)
{
    if (!ex->suspended || ex->completed)
        return;
    ex->suspended = false;
    gaz_loop_resume(ex->conn);
}

static gaz_status bind_body(gaz_exchange *ex, gaz_error *err)
{
    if (ex->upload || (strcmp(ex->op->method, "POST") != 0 && !ex->has_body))
        return GAZ_OK; /* bound already */
    gaz_json *object = NULL;
    gaz_status st = GAZ_OK;
    if (ex->body.len)
        st = gaz_json_parse(ex->body.data, ex->body.len, &object, err);
    if (st == GAZ_OK)
        st = gaz_op_bind_request(ex->op, object, ex->params, ex->param_count, &ex->arena,
                                 ex->values, err);
    gaz_json_free(object);
    return st;
}

static gaz_status run_op(gaz_exchange *ex, gaz_error *err)
{
    gaz_call call = {.services = &ex->http->services,
                     .op = ex->op,
                     .values = ex->values,
                     .media = ex->media,
                     .emit = gaz_stream_emit,
                     .cancelled = gaz_stream_cancelled,
                     .ctx = ex,
                     .status = 200};
    gaz_status st = bind_body(ex, err);
    if (st == GAZ_OK && ex->upload)
        st = gaz_upload_map(ex->upload, &call.body, &call.body_len, err);
    if (st != GAZ_OK)
        return st;
    ex->call = &call;
    ex->type = gaz_media_type(ex->media);
    st = ex->op->handler(&call, err);
    if (!ex->emitted)
        ex->status = call.status;
    ex->call = NULL;
    return st;
}

static gaz_status run_page(gaz_exchange *ex, gaz_error *err)
{
    gaz_web_call page = {.services = &ex->http->services,
                         .path = ex->path,
                         .params = ex->params,
                         .param_count = ex->param_count,
                         .emit = gaz_stream_emit,
                         .cancelled = gaz_stream_cancelled,
                         .ctx = ex,
                         .status = 200,
                         .type = "text/html; charset=utf-8"};
    ex->page = &page;
    gaz_status st = ex->http->options.web->page(&page, err);
    if (!ex->emitted) {
        ex->status = page.status;
        ex->type = page.type;
        ex->location = page.location[0] ? gaz_arena_strdup(&ex->arena, page.location) : NULL;
    }
    ex->page = NULL;
    return st;
}

static gaz_status run_ready(gaz_exchange *ex, gaz_error *err)
{
    gaz_http *http = ex->http;
    gaz_status st = GAZ_OK;
    if (atomic_load(&http->stopping))
        st = gaz_error_set(err, GAZ_E_BUSY, "the server is stopping");
    else if (http->options.ready)
        st = http->options.ready(&http->services, err);
    if (st != GAZ_OK) {
        gaz_answer_error(ex, 503, NULL, err);
        return GAZ_OK;
    }
    ex->status = 200;
    ex->type = "application/json";
    gaz_strbuf_puts(&ex->out, "{\"ready\":true}");
    return GAZ_OK;
}

/* The end of a streamed answer that failed on the way: the last line or event says so; JSON is
 * broken off. */
static void fail_stream(gaz_exchange *ex, const gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    bool events = ex->media == GAZ_MEDIA_EVENTS, lines = ex->media == GAZ_MEDIA_NDJSON;
    if (ex->kind == GAZ_TARGET_OP && (events || lines)) {
        gaz_strbuf_puts(&text, events ? "event: error\ndata: " : "");
        gaz_error_json(err, &text);
        gaz_strbuf_puts(&text, events ? "\n\n" : "\n");
        gaz_status st = gaz_stream_emit(ex, text.data, text.len, NULL);
        gaz_stream_finish(ex, st == GAZ_OK);
    } else {
        gaz_stream_finish(ex, false);
    }
    gaz_strbuf_release(&text);
}

void gaz_exchange_run(void *ctx)
{
    gaz_exchange *ex = ctx;
    gaz_error err = {0};
    gaz_status st;
    if (atomic_load(&ex->gone))
        st = gaz_error_set(&err, GAZ_E_CANCELLED, "the request was given up before it began");
    else if (ex->kind == GAZ_TARGET_PAGE)
        st = run_page(ex, &err);
    else if (ex->kind == GAZ_TARGET_READY)
        st = run_ready(ex, &err);
    else
        st = run_op(ex, &err);
    if (st < 0 && err.status == GAZ_OK)
        (void)!gaz_error_set(&err, st, "%s failed", ex->op ? ex->op->name : ex->path);
    if (st < 0 && !ex->streaming)
        gaz_answer_error(ex, gaz_status_http(st), NULL, &err);
    if (st < 0 && gaz_status_http(st) >= 500)
        gaz_log_write(ex->http->options.log, st == GAZ_E_CANCELLED ? GAZ_LOG_DEBUG : GAZ_LOG_WARN,
                      "http", "%s %s %s: %s", ex->id, ex->method, ex->path, err.message);
    if (!ex->streaming) {
        gaz_answer_build(ex);
        pthread_mutex_lock(&ex->lock);
        ex->step = GAZ_STEP_ANSWER;
        gaz_exchange_wake(ex);
        pthread_mutex_unlock(&ex->lock);
    } else if (st < 0) {
        fail_stream(ex, &err);
    } else {
        gaz_stream_finish(ex, true);
    }
    gaz_exchange_unref(ex);
}

void gaz_exchange_abandon(gaz_exchange *ex)
{
    atomic_store(&ex->gone, true);
    pthread_mutex_lock(&ex->lock);
    pthread_cond_broadcast(&ex->room);
    if (ex->streaming)
        gaz_exchange_wake(ex);
    pthread_mutex_unlock(&ex->lock);
}

uint64_t gaz_exchange_bytes(const gaz_exchange *ex)
{
    bool known = ex->head_size && !ex->headers.transfer_encoding && !ex->headers.malformed;
    return known ? ex->head_size + ex->body_seen : 0;
}

void gaz_exchange_complete(gaz_exchange *ex)
{
    gaz_http *http = ex->http;
    pthread_mutex_lock(&ex->lock);
    ex->completed = true;
    atomic_store(&ex->gone, true);
    pthread_cond_broadcast(&ex->room);
    uint64_t sent = ex->sent;
    struct MHD_Response *unsent = ex->response;
    ex->response = NULL;
    pthread_mutex_unlock(&ex->lock);
    if (unsent) /* a streamed one holds the exchange */
        MHD_destroy_response(unsent);
    if (ex->active) {
        pthread_mutex_lock(&http->active_lock);
        if (ex->prev)
            ex->prev->next = ex->next;
        else
            http->active = ex->next;
        if (ex->next)
            ex->next->prev = ex->prev;
        http->active_count--;
        ex->active = false;
        pthread_mutex_unlock(&http->active_lock);
    }
    if (http->options.log && http->options.log->level <= GAZ_LOG_INFO)
        gaz_log_write(http->options.log, GAZ_LOG_INFO, "http", "%s %s %s %.200s %d %llu B %.1f ms",
                      ex->id, ex->conn->peer, ex->method[0] ? ex->method : "-",
                      ex->path ? ex->path : "-", ex->step == GAZ_STEP_SENT ? ex->status : 0,
                      (unsigned long long)sent, (double)(gaz_now_us() - ex->started_us) / 1000);
    gaz_exchange_unref(ex);
}
