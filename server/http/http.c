/* Starting, serving, stopping. libmicrohttpd runs on the threads of the event loops (loop.c); its
 * callbacks never wait: they judge a request, then suspend its connection and hand it to a pool of
 * workers. Reads have a pool of their own, because writes and event streams may take minutes. */
#include "http.h"

#include <stdio.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "loop.h"

#define SPARE_FILES 512 /* descriptors for everything but connections */
#define EVENT_WORKERS_MIN 8
#define UPLOAD_RATE (64u << 10) /* bytes that buy an upload a second */

void gaz_http_options_init(gaz_http_options *o, const gaz_services *services)
{
    const gaz_settings *s = services->settings;
    *o = (gaz_http_options){
        .services = services,
        .log = services->log,
        .listen = s && s->listen ? s->listen : "127.0.0.1:7007",
        .allowed_hosts = s ? (const char *const *)s->allowed_hosts : NULL,
        .allowed_host_count = s ? s->allowed_host_count : 0,
        .workers = s && s->http_workers > 0 ? (unsigned)s->http_workers : 16,
        .connections = s && s->http_connections > 0 ? (unsigned)s->http_connections : 4096,
        .body_max = s && s->http_body_max > 0 ? (size_t)s->http_body_max : 1u << 20,
        .idle_ms = s && s->http_idle_ms > 0 ? s->http_idle_ms : 75000,
        .park_ms = 2000,
        .head_ms = 10000,
        .body_ms = 30000,
        .send_ms = 30000,
        .stall_ms = 30000,
    };
    o->queue = o->workers * 16;
    o->per_address = o->connections / 4 > 16 ? o->connections / 4 : 16;
}

/* ---- libmicrohttpd's callbacks ---- */

static gaz_connection *connection_of(struct MHD_Connection *mhd)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info ? info->socket_context : NULL;
}

static void *on_target(void *ctx, const char *target, struct MHD_Connection *mhd)
{
    gaz_http *http = ctx;
    gaz_connection *conn = connection_of(mhd);
    if (!conn)
        return NULL;
    gaz_loop_request_begun(conn);
    gaz_exchange *ex = gaz_exchange_new(http, conn, mhd, target ? target : "");
    if (ex && strlen(ex->target) > POOL_SIZE - ANSWER_HEAD_MAX)
        gaz_answer_cramped(ex); /* before libmicrohttpd finds no room for the headers */
    return ex;
}

static void on_completed(void *ctx, struct MHD_Connection *mhd, void **state,
                         enum MHD_RequestTerminationCode how)
{
    (void)ctx;
    gaz_connection *conn = connection_of(mhd);
    gaz_exchange *ex = *state;
    uint64_t bytes = ex && how == MHD_REQUEST_TERMINATED_COMPLETED_OK ? gaz_exchange_bytes(ex) : 0;
    *state = NULL;
    if (ex)
        gaz_exchange_complete(ex);
    if (conn)
        gaz_loop_request_ended(conn, bytes);
}

/* Targets are decoded by ourselves, strictly. */
static size_t on_unescape(void *ctx, struct MHD_Connection *mhd, char *text)
{
    (void)ctx;
    (void)mhd;
    return strlen(text);
}

static void on_log(void *ctx, const char *format, va_list args) GAZ_PRINTF(2, 0);
static void on_log(void *ctx, const char *format, va_list args)
{
    const gaz_http *http = ctx;
    char text[300];
    vsnprintf(text, sizeof text, format, args);
    text[strcspn(text, "\n")] = '\0';
    gaz_log_write(http->options.log, GAZ_LOG_DEBUG, "http", "%s", text);
}

static enum MHD_Result send_answer(gaz_exchange *ex)
{
    if (!ex->response)
        return MHD_NO;
    ex->step = GAZ_STEP_SENT;
    if (!ex->streaming)
        atomic_store(&ex->conn->deadline,
                     gaz_deadline(ex->http->options.send_ms + (int64_t)(ex->sent / 16)));
    struct MHD_Response *r = ex->response;
    ex->response = NULL;
    enum MHD_Result result = MHD_queue_response(ex->mhd, (unsigned)ex->status, r);
    MHD_destroy_response(r);
    return result;
}

/* Under the lock of the active ones: suspends the connection and queues the work. */
static gaz_status dispatch(gaz_exchange *ex, gaz_error *err)
{
    gaz_http *http = ex->http;
    bool quick = ex->kind != GAZ_TARGET_OP ||
                 (strcmp(ex->op->method, "GET") == 0 && ex->media != GAZ_MEDIA_EVENTS);
    if (http->closed)
        return gaz_error_set(err, GAZ_E_BUSY, "the server is stopping");
    ex->step = GAZ_STEP_WORK;
    ex->suspended = true;
    MHD_suspend_connection(ex->mhd);
    gaz_exchange_ref(ex);
    ex->active = true;
    ex->next = http->active;
    if (ex->next)
        ex->next->prev = ex;
    http->active = ex;
    http->active_count++;
    gaz_status st =
        gaz_workers_submit(quick ? http->readers : http->writers, gaz_exchange_run, ex, err);
    if (st == GAZ_OK)
        return GAZ_OK;
    gaz_exchange_unref(ex);
    ex->suspended = false;
    gaz_loop_resume(ex->conn);
    return st;
}

static enum MHD_Result start_work(gaz_exchange *ex)
{
    gaz_error err = {0};
    atomic_store(&ex->conn->deadline, GAZ_NEVER);
    pthread_mutex_lock(&ex->http->active_lock);
    gaz_status st = dispatch(ex, &err);
    pthread_mutex_unlock(&ex->http->active_lock);
    if (st == GAZ_OK)
        return MHD_YES;
    bool resumed = ex->step == GAZ_STEP_WORK;
    gaz_answer_refusal(ex, 503, "overloaded", "try again in a moment", "%s", err.message);
    gaz_answer_build(ex);
    ex->step = GAZ_STEP_ANSWER;
    return resumed ? MHD_YES : send_answer(ex);
}

/* An upload has a second more for each 64 KiB that have come. */
static void take_body(gaz_exchange *ex, const char *data, size_t len)
{
    gaz_exchange_body(ex, data, len);
    if (ex->upload)
        atomic_store(&ex->conn->deadline,
                     ex->body_until + (int64_t)(ex->body_seen / UPLOAD_RATE) * 1000000);
}

/* The body is complete. */
static enum MHD_Result finish_request(gaz_exchange *ex)
{
    if (ex->status) {
        gaz_answer_build(ex);
        return send_answer(ex);
    }
    if (ex->kind == GAZ_TARGET_OP || ex->kind == GAZ_TARGET_PAGE || ex->kind == GAZ_TARGET_READY)
        return start_work(ex);
    gaz_answer_static(ex);
    return send_answer(ex);
}

/* Called first when the headers are there, then for each piece of the body, then at its end; and
 * again when the connection was resumed. An answer given at the first call closes the connection,
 * so only refusals of requests whose body is not wanted are given there. */
static enum MHD_Result on_request(void *ctx, struct MHD_Connection *mhd, const char *url,
                                  const char *method, const char *version, const char *data,
                                  size_t *len, void **state)
{
    gaz_exchange *ex = *state;
    (void)ctx;
    (void)mhd;
    (void)url;
    if (!ex)
        return MHD_NO;
    switch (ex->step) {
    case GAZ_STEP_HEAD:
        gaz_exchange_begin(ex, method, version);
        if (!gaz_exchange_has_room(ex)) {
            gaz_answer_cramped(ex);
            return MHD_NO;
        }
        ex->step = GAZ_STEP_BODY;
        ex->body_until = gaz_deadline(ex->http->options.body_ms);
        atomic_store(&ex->conn->deadline, ex->body_until);
        return ex->status && ex->has_body ? finish_request(ex) : MHD_YES;
    case GAZ_STEP_BODY:
        if (!*len)
            return finish_request(ex);
        take_body(ex, data, *len);
        *len = 0;
        /* A refused body is read to its end, so that the answer is seen; but not for ever. */
        return ex->body_seen / 4 > gaz_exchange_body_max(ex) ? MHD_NO : MHD_YES;
    case GAZ_STEP_ANSWER:
        return send_answer(ex);
    case GAZ_STEP_WORK:
        return MHD_YES;
    case GAZ_STEP_SENT:
        break;
    }
    return MHD_NO;
}

/* ---- starting ---- */

/* As many descriptors as connections are wanted, as far as the limit can be raised; fewer
 * connections otherwise. */
static void fit_descriptors(gaz_http *http)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    rlim_t want = (rlim_t)http->options.connections + SPARE_FILES;
    if (limit.rlim_cur < want) {
        limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
        if (setrlimit(RLIMIT_NOFILE, &limit) != 0 && getrlimit(RLIMIT_NOFILE, &limit) != 0)
            return;
    }
    if (limit.rlim_cur >= want)
        return;
    http->options.connections = limit.rlim_cur > SPARE_FILES * 2
                                    ? (unsigned)limit.rlim_cur - SPARE_FILES
                                    : (unsigned)limit.rlim_cur / 2;
    gaz_log_write(http->options.log, GAZ_LOG_WARN, "http",
                  "the limit of open files allows %u connections at once",
                  http->options.connections);
}

static gaz_status start_pools(gaz_http *http, gaz_error *err)
{
    const gaz_http_options *o = &http->options;
    unsigned slow = o->workers > EVENT_WORKERS_MIN ? o->workers : EVENT_WORKERS_MIN;
    gaz_status st = gaz_workers_new(o->workers, o->queue, &http->readers, err);
    return st == GAZ_OK ? gaz_workers_new(slow, o->queue, &http->writers, err) : st;
}

struct MHD_Daemon *gaz_http_daemon(gaz_http *http, gaz_loop *loop)
{
    unsigned idle = (unsigned)((http->options.idle_ms + 999) / 1000);
    return MHD_start_daemon(MHD_USE_EPOLL | MHD_USE_NO_LISTEN_SOCKET | MHD_USE_TURBO |
                                MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
                            0, NULL, NULL, on_request, http, MHD_OPTION_EXTERNAL_LOGGER, on_log,
                            http, MHD_OPTION_CONNECTION_LIMIT, http->options.connections + 1,
                            MHD_OPTION_CONNECTION_TIMEOUT, idle, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)POOL_SIZE, MHD_OPTION_CONNECTION_MEMORY_INCREMENT, (size_t)1024,
                            MHD_OPTION_URI_LOG_CALLBACK, on_target, http,
                            MHD_OPTION_NOTIFY_CONNECTION, gaz_loop_notify, loop,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, http,
                            MHD_OPTION_UNESCAPE_CALLBACK, on_unescape, http, MHD_OPTION_END);
}

/* Threads made here leave the signals to the main thread, but for those that a thread raises
 * itself: a fault that is blocked ends the process, and that of a mapped file which lost its end is
 * one to go on after (gaz_mapping). */
static gaz_status start_threads(gaz_http *http, gaz_error *err)
{
    static const int own[] = {SIGBUS, SIGSEGV, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
    sigset_t all, before;
    sigfillset(&all);
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        sigdelset(&all, own[i]);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    gaz_status st = start_pools(http, err);
    if (st == GAZ_OK)
        st = gaz_loops_start(http, err);
    if (st == GAZ_OK && pthread_create(&http->watch, NULL, gaz_watch_main, http) != 0)
        st = gaz_error_set(err, GAZ_E_NOMEM, "cannot start a thread of the HTTP server");
    else if (st == GAZ_OK)
        http->watching = true;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return st;
}

static gaz_status make_openapi(gaz_http *http, gaz_error *err)
{
    const gaz_http_options *o = &http->options;
    gaz_strbuf_init(&http->openapi, 16u << 20);
    gaz_status st = gaz_openapi(o->ops, o->op_count, o->schema_text, &http->openapi, err);
    snprintf(http->openapi_etag, sizeof http->openapi_etag, "\"%016llx\"",
             (unsigned long long)gaz_checksum(http->openapi.data, http->openapi.len));
    return st;
}

static const char *no_schema(const char *name)
{
    (void)name;
    return NULL;
}

gaz_status gaz_http_start(const gaz_http_options *options, gaz_http **out, gaz_error *err)
{
    gaz_http *http = calloc(1, sizeof *http);
    if (!http)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the HTTP server");
    http->options = *options;
    http->services = *options->services;
    http->services.remote = true;
    http->listen_fd = -1;
    if (!http->options.schema_text)
        http->options.schema_text = no_schema;
    if (getrandom(&http->seed, sizeof http->seed, 0) != (ssize_t)sizeof http->seed)
        http->seed = (uint32_t)gaz_now_us();
    pthread_mutex_init(&http->active_lock, NULL);
    pthread_mutex_init(&http->connections_lock, NULL);
    fit_descriptors(http);
    gaz_status st = make_openapi(http, err);
    if (st == GAZ_OK)
        st = gaz_listen_open(options->listen, http, err);
    if (st == GAZ_OK)
        st = start_threads(http, err);
    if (st != GAZ_OK) {
        gaz_http_stop(http, 0);
        return st;
    }
    *out = http;
    return GAZ_OK;
}

const char *gaz_http_address(const gaz_http *http)
{
    return http->address;
}

bool gaz_http_is_loopback(const gaz_http *http)
{
    return http->loopback;
}

/* ---- stopping ---- */

static void wait_for_active(gaz_http *http, int64_t ms)
{
    const struct timespec nap = {.tv_nsec = 5000000};
    int64_t deadline = gaz_deadline(ms);
    for (;;) {
        pthread_mutex_lock(&http->active_lock);
        unsigned left = http->active_count;
        pthread_mutex_unlock(&http->active_lock);
        if (!left || gaz_expired(deadline))
            return;
        nanosleep(&nap, NULL);
    }
}

static void cancel_active(gaz_http *http)
{
    pthread_mutex_lock(&http->active_lock);
    http->closed = true;
    for (gaz_exchange *ex = http->active; ex; ex = ex->next)
        gaz_exchange_abandon(ex);
    pthread_mutex_unlock(&http->active_lock);
}

void gaz_http_stop(gaz_http *http, int64_t grace_ms)
{
    if (!http)
        return;
    atomic_store(&http->stopping, true);
    gaz_loops_wake(http);
    wait_for_active(http, grace_ms);
    cancel_active(http);
    gaz_workers_free(http->readers);
    gaz_workers_free(http->writers);
    wait_for_active(http, 1000);
    atomic_store(&http->watch_stop, true);
    if (http->watching)
        pthread_join(http->watch, NULL);
    gaz_loops_stop(http);
    if (http->listen_fd >= 0)
        close(http->listen_fd);
    gaz_strbuf_release(&http->openapi);
    pthread_mutex_destroy(&http->active_lock);
    pthread_mutex_destroy(&http->connections_lock);
    free(http);
}
