/* A server with a small table of test operations, and a client that sends exact bytes. */
#ifndef TEST_SERVER_H
#define TEST_SERVER_H

#include "gaz_test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/strbuf.h"
#include "http.h"

#define PATIENCE_MS 20000 /* of every wait; a test that needs it has failed */

/* ---- operations ---- */

typedef struct test_world {
    atomic_int running;   /* handlers that wait for the gate or emit for ever */
    atomic_int cancelled; /* of those, how many saw that the caller had gone */
    atomic_int gate;      /* 0: "wait" handlers wait */
    atomic_llong emitted; /* bytes emitted by the flood */
} test_world;
static test_world world;

static inline void nap_ms(long ms)
{
    struct timespec t = {ms / 1000, ms % 1000 * 1000000};
    nanosleep(&t, NULL);
}

static gaz_status op_echo(gaz_call *call, gaz_error *err)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_json_writer w;
    gaz_json_writer_init(&w, &out);
    gaz_json_object_begin(&w);
    for (size_t i = 0; i < call->op->param_count; i++) {
        const gaz_param *p = &call->op->params[i];
        const gaz_value *v = &call->values[i];
        if (!v->given)
            continue;
        gaz_json_key(&w, p->name);
        if (p->type == GAZ_PARAM_STRING) {
            gaz_json_string(&w, v->text, v->len);
        } else if (p->type == GAZ_PARAM_LIST) {
            gaz_json_array_begin(&w);
            for (size_t j = 0; j < v->count; j++)
                gaz_json_cstring(&w, v->items[j]);
            gaz_json_array_end(&w);
        } else {
            gaz_json_int(&w, v->number);
        }
    }
    gaz_json_put_bool(&w, "remote", call->services->remote);
    gaz_json_object_end(&w);
    gaz_status st = call->emit(call->ctx, out.data, out.len, err);
    gaz_strbuf_release(&out);
    return st;
}

/* `n` bytes of text, or lines of "{"i":…}", or events. */
static gaz_status op_big(gaz_call *call, gaz_error *err)
{
    int64_t n = gaz_call_value(call, "n")->number;
    char line[64];
    gaz_status st = GAZ_OK;
    if (call->media == GAZ_MEDIA_JSON) {
        for (int64_t i = 0; i < n && st == GAZ_OK; i += 50)
            st = call->emit(call->ctx, "0123456789012345678901234567890123456789012345678\n",
                            n - i < 50 ? (size_t)(n - i) : 50, err);
        return st;
    }
    for (int64_t i = 0; i < n && st == GAZ_OK; i++) {
        int len = call->media == GAZ_MEDIA_EVENTS
                      ? snprintf(line, sizeof line, "data: {\"i\":%lld}\n\n", (long long)i)
                      : snprintf(line, sizeof line, "{\"i\":%lld}\n", (long long)i);
        st = call->emit(call->ctx, line, (size_t)len, err);
    }
    return st;
}

static gaz_status op_wait(gaz_call *call, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    atomic_fetch_add(&world.running, 1);
    if (call->media != GAZ_MEDIA_JSON)
        st = call->emit(call->ctx, "{\"begun\":1}\n", 12, err);
    while (st == GAZ_OK && !atomic_load(&world.gate)) {
        nap_ms(2);
        if (!call->cancelled(call->ctx))
            continue;
        atomic_fetch_add(&world.cancelled, 1);
        st = gaz_error_set(err, GAZ_E_CANCELLED, "given up");
    }
    if (st == GAZ_OK)
        st = call->emit(call->ctx, "{\"done\":1}\n", 11, err);
    atomic_fetch_sub(&world.running, 1);
    return st;
}

/* Emits until it fails. */
static gaz_status op_flood(gaz_call *call, gaz_error *err)
{
    static const char block[8192] = "{}\n";
    gaz_status st = GAZ_OK;
    atomic_fetch_add(&world.running, 1);
    while (st == GAZ_OK) {
        st = call->emit(call->ctx, block, sizeof block, err);
        atomic_fetch_add(&world.emitted, sizeof block);
    }
    atomic_fetch_add(&world.cancelled, st == GAZ_E_CANCELLED);
    atomic_fetch_sub(&world.running, 1);
    return st;
}

static gaz_status op_fail(gaz_call *call, gaz_error *err)
{
    int64_t after = gaz_call_value(call, "after")->number;
    gaz_status st = after ? call->emit(call->ctx, "{\"first\":1}\n", 12, err) : GAZ_OK;
    if (st != GAZ_OK)
        return st;
    static const char blank[2 << 20];
    if (after > 1 && call->emit(call->ctx, blank, sizeof blank, err) != GAZ_OK)
        return GAZ_E_IO;
    st = gaz_error_set(err, (gaz_status)gaz_call_value(call, "status")->number, "it did not work");
    if (err)
        err->column = 7;
    return st;
}

static gaz_status op_accepted(gaz_call *call, gaz_error *err)
{
    call->status = 202;
    return call->emit(call->ctx, "{\"job\":1}", 9, err);
}

#define JSON_ONLY (1u << GAZ_MEDIA_JSON)
#define ALL_MEDIA (1u << GAZ_MEDIA_JSON | 1u << GAZ_MEDIA_NDJSON | 1u << GAZ_MEDIA_EVENTS)

static const gaz_param echo_params[] = {
    {.name = "q", .type = GAZ_PARAM_STRING, .max = 16384},
    {.name = "limit", .type = GAZ_PARAM_INT, .min = 1, .max = 100},
    {.name = "wait", .type = GAZ_PARAM_BOOL},
    {.name = "tags", .type = GAZ_PARAM_LIST, .max = 100}};
static const gaz_param big_params[] = {
    {.name = "n", .type = GAZ_PARAM_INT, .required = true, .min = 0, .max = 1 << 30}};
static const gaz_param fail_params[] = {
    {.name = "status", .type = GAZ_PARAM_INT, .min = -14, .max = -1, .required = true},
    {.name = "after", .type = GAZ_PARAM_INT, .min = 0, .max = 2}};
static const gaz_param name_params[] = {
    {.name = "name", .type = GAZ_PARAM_STRING, .required = true},
    {.name = "wait", .type = GAZ_PARAM_BOOL}};
static const gaz_param job_params[] = {{.name = "id", .type = GAZ_PARAM_INT, .required = true}};

static const gaz_op test_ops[] = {
    {.name = "echo",
     .summary = "Echo",
     .method = "GET",
     .path = "/v1/echo",
     .params = echo_params,
     .param_count = 4,
     .media = JSON_ONLY,
     .handler = op_echo},
    {.name = "echo.post",
     .summary = "Echo",
     .method = "POST",
     .path = "/v1/echo",
     .params = echo_params,
     .param_count = 4,
     .media = JSON_ONLY,
     .handler = op_echo},
    {.name = "big",
     .summary = "Much",
     .method = "GET",
     .path = "/v1/big",
     .params = big_params,
     .param_count = 1,
     .media = ALL_MEDIA,
     .handler = op_big},
    {.name = "wait",
     .summary = "Waits",
     .method = "GET",
     .path = "/v1/wait",
     .media = ALL_MEDIA,
     .handler = op_wait},
    {.name = "flood",
     .summary = "Never ends",
     .method = "GET",
     .path = "/v1/flood",
     .media = ALL_MEDIA,
     .handler = op_flood},
    {.name = "fail",
     .summary = "Fails",
     .method = "GET",
     .path = "/v1/fail",
     .params = fail_params,
     .param_count = 2,
     .media = ALL_MEDIA,
     .handler = op_fail},
    {.name = "accepted",
     .summary = "Later",
     .method = "POST",
     .path = "/v1/accepted",
     .media = JSON_ONLY,
     .handler = op_accepted},
    {.name = "things.get",
     .summary = "One",
     .method = "GET",
     .path = "/v1/things/{name}",
     .params = name_params,
     .param_count = 2,
     .media = JSON_ONLY,
     .handler = op_echo},
    {.name = "things.remove",
     .summary = "Gone",
     .method = "DELETE",
     .path = "/v1/things/{name}",
     .params = name_params,
     .param_count = 2,
     .media = JSON_ONLY,
     .handler = op_echo},
    {.name = "jobs.get",
     .summary = "A job",
     .method = "GET",
     .path = "/v1/jobs/{id}",
     .params = job_params,
     .param_count = 1,
     .media = JSON_ONLY,
     .handler = op_echo},
    {.name = "jobs.log",
     .summary = "Its log",
     .method = "GET",
     .path = "/v1/jobs/{id}/log",
     .params = job_params,
     .param_count = 1,
     .media = JSON_ONLY,
     .handler = op_echo},
    {.name = "events",
     .summary = "Events only",
     .method = "GET",
     .path = "/v1/events",
     .params = big_params,
     .param_count = 1,
     .media = 1u << GAZ_MEDIA_EVENTS,
     .handler = op_big},
};
#define TEST_OPS (sizeof test_ops / sizeof test_ops[0])

/* ---- the server ---- */

typedef struct test_server {
    gaz_services services;
    gaz_http_options options;
    gaz_http *http;
    unsigned port;
    char host[64]; /* "127.0.0.1:PORT" */
} test_server;

static inline void server_init(test_server *s)
{
    *s = (test_server){0};
    memset(&world, 0, sizeof world);
    gaz_http_options_init(&s->options, &s->services);
    s->options.ops = test_ops;
    s->options.op_count = TEST_OPS;
    s->options.listen = "127.0.0.1:0";
    s->options.workers = 4;
    s->options.queue = 64;
}

static inline void server_start(test_server *s)
{
    gaz_error err = {0};
    assert_ok(gaz_http_start(&s->options, &s->http, &err));
    snprintf(s->host, sizeof s->host, "%s", gaz_http_address(s->http));
    s->port = (unsigned)atoi(strrchr(s->host, ':') + 1);
    assert_int_not_equal(s->port, 0);
}

static inline void server_stop(test_server *s)
{
    atomic_store(&world.gate, 1);
    gaz_http_stop(s->http, 5000);
    s->http = NULL;
}

/* ---- the client ---- */

static inline int dial(const test_server *s)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)s->port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&a, sizeof a), 0);
    return fd;
}

static inline void send_bytes(int fd, const char *data, size_t len)
{
    while (len) {
        ssize_t n = send(fd, data, len, MSG_NOSIGNAL);
        if (n < 0)
            return; /* the server may have closed; the reader will tell */
        data += n;
        len -= (size_t)n;
    }
}

static inline void send_text(int fd, const char *text)
{
    send_bytes(fd, text, strlen(text));
}

/* Reads what there is, waiting for it. @return 0 at the end, or -1 when the connection was reset */
static inline ssize_t read_some(int fd, gaz_strbuf *in)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};
    if (poll(&p, 1, PATIENCE_MS) != 1)
        fail_msg("nothing came for %d ms; so far: %.200s", PATIENCE_MS, in->data);
    char *at = gaz_strbuf_reserve(in, 65536);
    ssize_t n = recv(fd, at, 65536, 0);
    if (n > 0)
        gaz_strbuf_commit(in, (size_t)n);
    return n;
}

typedef struct reply {
    int status;
    gaz_strbuf raw;  /* head and whatever else was read */
    char *head;      /* owned, NUL-terminated, without the empty line */
    gaz_strbuf body; /* chunks joined */
    bool broken;     /* the connection ended before the body did */
} reply;

static inline void reply_release(reply *r)
{
    gaz_strbuf_release(&r->raw);
    gaz_strbuf_release(&r->body);
    free(r->head);
    *r = (reply){0};
}

/* The value of a header, or NULL. Copied into a static buffer. */
static inline const char *header_of(const reply *r, const char *name)
{
    static _Thread_local char value[4096];
    size_t n = strlen(name);
    for (const char *line = strstr(r->head, "\r\n"); line; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, name, n) != 0 || line[2 + n] != ':')
            continue;
        const char *at = line + 3 + n + strspn(line + 3 + n, " ");
        snprintf(value, sizeof value, "%.*s", (int)strcspn(at, "\r"), at);
        return value;
    }
    return NULL;
}

static inline bool take_chunks(reply *r, size_t *at)
{
    for (;;) {
        const char *line = r->raw.data + *at, *end = strstr(line, "\r\n");
        if (!end)
            return false;
        size_t size = strtoul(line, NULL, 16), from = (size_t)(end - r->raw.data) + 2;
        if (r->raw.len < from + size + 2)
            return false;
        gaz_strbuf_add(&r->body, r->raw.data + from, size);
        *at = from + size + 2;
        if (!size)
            return true;
    }
}

/* Reads one answer; what follows it stays in `rest` (nullable), which is read first. */
static inline void read_reply(int fd, bool head_only, gaz_strbuf *rest, reply *r)
{
    *r = (reply){.raw = GAZ_STRBUF_INIT, .body = GAZ_STRBUF_INIT};
    if (rest)
        gaz_strbuf_add(&r->raw, rest->data, rest->len);
    char *end;
    while (!(end = r->raw.len ? memmem(r->raw.data, r->raw.len, "\r\n\r\n", 4) : NULL)) {
        if (read_some(fd, &r->raw) > 0)
            continue;
        r->broken = true;
        r->head = strdup(r->raw.data);
        return;
    }
    r->head = strndup(r->raw.data, (size_t)(end - r->raw.data) + 2);
    r->status = atoi(r->head + 9);
    size_t at = (size_t)(end - r->raw.data) + 4;
    const char *length = header_of(r, "Content-Length");
    size_t want = length ? strtoul(length, NULL, 10) : 0;
    bool chunked = header_of(r, "Transfer-Encoding") != NULL;
    bool none = head_only || r->status == 204 || r->status == 304 || (length && !want);
    bool until_close = !none && !length && !chunked;
    while (!none && (chunked ? !take_chunks(r, &at) : until_close || r->raw.len < at + want)) {
        if (read_some(fd, &r->raw) > 0)
            continue;
        r->broken = !until_close;
        break;
    }
    if (!none && !chunked) {
        size_t got = r->raw.len - at;
        got = until_close || got < want ? got : want;
        gaz_strbuf_add(&r->body, r->raw.data + at, got);
        at += got;
    }
    if (rest) {
        gaz_strbuf_reset(rest);
        gaz_strbuf_add(rest, r->raw.data + at, r->raw.len - at);
    }
}

/* One request on a connection of its own. @param extra  header lines, each with "\r\n" */
static inline void ask(const test_server *s, const char *method, const char *target,
                       const char *extra, const char *body, reply *r)
{
    gaz_strbuf req = GAZ_STRBUF_INIT;
    int fd = dial(s);
    gaz_strbuf_printf(&req, "%s %s HTTP/1.1\r\nHost: %s\r\n%s", method, target, s->host,
                      extra ? extra : "");
    if (body)
        gaz_strbuf_printf(&req, "Content-Length: %zu\r\n", strlen(body));
    gaz_strbuf_printf(&req, "\r\n%s", body ? body : "");
    send_bytes(fd, req.data, req.len);
    read_reply(fd, strcmp(method, "HEAD") == 0, NULL, r);
    gaz_strbuf_release(&req);
    close(fd);
}

static inline void get(const test_server *s, const char *target, reply *r)
{
    ask(s, "GET", target, NULL, NULL, r);
}

static inline void assert_body(const reply *r, const char *part)
{
    if (!strstr(r->body.data, part))
        fail_msg("the body does not hold '%s': %.300s", part, r->body.data);
}

static inline void expect(const test_server *s, const char *method, const char *target,
                          const char *extra, const char *body, int status, const char *part)
{
    reply r;
    ask(s, method, target, extra, body, &r);
    if (r.status != status)
        fail_msg("%s %.100s: %d, not %d: %.200s", method, target, r.status, status, r.body.data);
    if (part)
        assert_body(&r, part);
    reply_release(&r);
}

/* Waits until a counter has a value. */
static inline void await(atomic_int *counter, int value)
{
    for (int ms = 0; atomic_load(counter) != value; ms += 2) {
        if (ms > PATIENCE_MS)
            fail_msg("a counter is %d, not %d", atomic_load(counter), value);
        nap_ms(2);
    }
}

#endif
