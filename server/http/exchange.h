/* Inside the HTTP server: connections, and exchanges (one request and its answer). */
#ifndef GAZ_HTTP_EXCHANGE_H
#define GAZ_HTTP_EXCHANGE_H

#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "encode.h"
#include "gaz/base/arena.h"
#include "gaz/base/clock.h"
#include "workers.h"
#include "http.h"
#include "negotiate.h"
#include "upload.h"

#define HEADERS_MAX 64   /* of one request */
#define TARGET_MAX 16384 /* bytes of a request target */
/* libmicrohttpd's memory of a connection: for the head of a request, records of its headers, and
 * the head of the answer. Over 32 KiB it is mapped, and given back to the system for good. */
#define POOL_SIZE 36864
#define ANSWER_HEAD_MAX 4096
#define SEGMENTS_MAX 64         /* of an operation's path */
#define BUFFERED_MAX (1u << 20) /* bytes of an answer held back so that it can have a length */
#define PIPE_SIZE (256u << 10)  /* bytes on their way from a worker to the network */
#define ARENA_MAX ((size_t)16 << 20)
#define NEVER INT64_MAX

typedef struct gaz_loop gaz_loop;
typedef struct gaz_connection gaz_connection;

typedef struct gaz_connection_list {
    gaz_connection *first, *last;
} gaz_connection_list;

/* One TCP connection, as long as it lasts: parked, which is this record and a socket, or in
 * libmicrohttpd's hands. */
struct gaz_connection {
    gaz_connection *prev, *next;
    struct gaz_address_count *address; /* nullable */
    /* these two change under the lock of the connections */
    int fd;                     /* -1 while it is handed over */
    struct MHD_Connection *mhd; /* NULL while parked */
    char peer[INET6_ADDRSTRLEN];
    _Atomic int64_t deadline;      /* when the watch shuts it down; NEVER */
    _Atomic int64_t waiting_since; /* no complete head since; 0 while parked or worked on */
    /* the watch's own: which wait it looks at, the bytes that had come before it, since when more
     * have come */
    int64_t watched_since, partial_since;
    uint64_t bytes_before;
    /* its loop's own */
    gaz_loop *loop;
    gaz_connection_list *list; /* the one it is in; nullable */
    gaz_connection *before, *after;
    int64_t look_at; /* in the list of idle ones: whether it can be parked then */
    uint64_t taken;  /* bytes of the requests that have ended, while `exact` */
    bool exact;
    int spare_fd; /* the descriptor to park with; -1 */
};

typedef enum gaz_step {
    GAZ_STEP_HEAD,   /* the request line has come */
    GAZ_STEP_BODY,   /* headers are judged, the body is coming */
    GAZ_STEP_WORK,   /* suspended; a worker has it */
    GAZ_STEP_ANSWER, /* the answer is ready to be queued */
    GAZ_STEP_SENT    /* queued; libmicrohttpd sends it */
} gaz_step;

typedef enum gaz_target_kind {
    GAZ_TARGET_NONE,
    GAZ_TARGET_OP,
    GAZ_TARGET_PAGE,
    GAZ_TARGET_ASSET,
    GAZ_TARGET_HEALTH,
    GAZ_TARGET_READY,
    GAZ_TARGET_OPENAPI
} gaz_target_kind;

typedef struct gaz_exchange {
    struct gaz_exchange *prev,
        *next; /* among the active ones: handed to a worker and not completed */
    bool active;
    atomic_uint refs; /* libmicrohttpd's, the worker's, the streaming response's */
    gaz_http *http;
    gaz_connection *conn;
    struct MHD_Connection *mhd; /* valid until completed */
    gaz_arena arena;
    int64_t started_us;
    char id[20];
    gaz_step step;

    /* the request */
    const char *target;       /* as it came */
    const char *path, *query; /* its parts; query nullable, without '?' */
    char method[16];
    bool head; /* HEAD: as GET, without a body */
    bool old;  /* HTTP/1.0 */
    bool has_body, body_too_large;
    size_t head_size;
    struct {
        unsigned count;
        const char *host, *origin, *accept, *accept_encoding, *content_type, *content_length,
            *transfer_encoding, *fetch_site, *fetch_mode, *if_none_match;
        bool repeated; /* one of those that may come only once */
        bool malformed;
    } headers;
    gaz_strbuf body;
    gaz_upload *upload; /* the body of an operation that takes bytes */
    uint64_t body_seen;
    int64_t body_until; /* when it is to be complete; later the more of an upload has come */

    /* what is asked */
    gaz_target_kind kind;
    const gaz_op *op;
    gaz_web_asset asset;
    gaz_media media;
    gaz_coding coding;
    gaz_raw_param *params;
    size_t param_count;
    gaz_value *values;

    /* the answer */
    int status;
    const char *type;
    const char *cache; /* Cache-Control */
    const char *location, *etag;
    char allow[64];
    unsigned retry_after;
    gaz_strbuf out;                /* what is buffered of it */
    struct MHD_Response *response; /* GAZ_STEP_ANSWER */
    gaz_call *call;                /* while a handler runs */
    gaz_web_call *page;            /* while a page is made */
    bool emitted;
    uint64_t sent; /* bytes of the answer's content, for the log */

    /* between the worker and the network */
    pthread_mutex_t lock;
    pthread_cond_t room; /* the pipe has been read from, or the client is gone */
    atomic_bool gone;    /* the client hung up, or the server stops */
    bool completed;      /* libmicrohttpd is done with it: mhd is dead */
    bool suspended;      /* waits for the worker, or for bytes in the pipe */
    bool streaming, finished, aborted;
    gaz_encoder *encoder;
    int64_t flushed_us;
    char *pipe;
    size_t pipe_head, pipe_len;
} gaz_exchange;

/* Takes the raw target; NULL when out of memory. One reference, the caller's. */
gaz_exchange *gaz_exchange_new(gaz_http *http, gaz_connection *conn, struct MHD_Connection *mhd,
                               const char *target);
void gaz_exchange_ref(gaz_exchange *ex);
void gaz_exchange_unref(gaz_exchange *ex);

/* Judges the request line and the headers and finds what is asked; a refusal is left in the answer:
 * status is set. */
void gaz_exchange_begin(gaz_exchange *ex, const char *method, const char *version);

/* Takes a piece of the body. */
void gaz_exchange_body(gaz_exchange *ex, const void *data, size_t len);
/* Bytes that the body may have. */
size_t gaz_exchange_body_max(const gaz_exchange *ex);

/* Whether the pool of the connection still holds the head of an answer. */
bool gaz_exchange_has_room(const gaz_exchange *ex);

/* Sets an answer that tells of a failure. `code` NULL: the status's name. */
void gaz_answer_error(gaz_exchange *ex, int status, const char *code, const gaz_error *err);
void gaz_answer_refusal(gaz_exchange *ex, int status, const char *code, const char *hint,
                        const char *format, ...) GAZ_PRINTF(5, 6);
/* Makes the response of a whole answer: headers, encoding, length. It stays NULL when out of
 * memory. */
void gaz_answer_build(gaz_exchange *ex);
/* The response of a streamed answer, read from the pipe; it holds the exchange. NULL when out of
 * memory. */
struct MHD_Response *gaz_answer_stream(gaz_exchange *ex);
/* Answers that need no worker. */
void gaz_answer_static(gaz_exchange *ex);
/* Writes a refusal past libmicrohttpd, which has no room left for one; it must close now. */
void gaz_answer_cramped(gaz_exchange *ex);

/* Runs on a worker: produces the answer and wakes the connection. */
void gaz_exchange_run(void *ex);
/* The client has gone, or the server wants to end: wakes whoever waits. */
void gaz_exchange_abandon(gaz_exchange *ex);
/* libmicrohttpd is done with it. */
void gaz_exchange_complete(gaz_exchange *ex);
/* What a request that was read to its end took off its connection; 0 when that cannot be told. */
uint64_t gaz_exchange_bytes(const gaz_exchange *ex);

/* stream.c: what handlers and pages emit to. */
gaz_status gaz_stream_emit(void *ctx, const void *data, size_t len, gaz_error *err);
bool gaz_stream_cancelled(void *ctx);
/* No more output: flushes what is left; `clean` false breaks the answer off so that the client
 * notices. */
void gaz_stream_finish(gaz_exchange *ex, bool clean);
ssize_t gaz_stream_read(void *ctx, uint64_t pos, char *buf, size_t max);
/* Resumes the connection if it is suspended; under the exchange's lock. */
void gaz_exchange_wake(gaz_exchange *ex);

/* route.c: sets kind, op and path parameters, or a refusal. */
void gaz_route_find(gaz_exchange *ex);
/* guard.c: Host, Origin and Sec-Fetch; false after setting a refusal. */
bool gaz_guard_check(gaz_exchange *ex);

struct gaz_http {
    gaz_http_options options;
    gaz_services services;
    char address[80];
    uint16_t port;
    bool loopback;
    gaz_loop *loops;
    unsigned loop_count;
    atomic_uint held; /* connections, and places taken for the next ones */
    int listen_fd;
    gaz_workers *readers, *writers;
    gaz_strbuf openapi;
    char openapi_etag[20];
    uint32_t seed;
    _Atomic uint32_t counter;
    atomic_bool stopping; /* no more keep-alive */

    pthread_mutex_t active_lock;
    gaz_exchange *active;
    unsigned active_count;
    bool closed; /* no more work for the pools */

    pthread_mutex_t connections_lock;
    gaz_connection *connections;
    struct gaz_address_count *addresses[256];

    pthread_t watch;
    atomic_bool watch_stop;
    bool watching;
};

/* watch.c */
void *gaz_watch_main(void *http);
gaz_connection *gaz_connection_new(gaz_http *http, int fd, const struct sockaddr *address);
void gaz_connection_free(gaz_http *http, gaz_connection *conn);
/* Whether one more connection of this address is within the limit. */
bool gaz_connection_allowed(gaz_http *http, const struct sockaddr *address);
/* Bytes the connection's socket has received so far, read or not; 0 when the kernel does not tell.
 */
uint64_t gaz_connection_received(const gaz_connection *conn);

/* listen.c: makes the socket; sets address, port and loopback. */
GAZ_CHECKED gaz_status gaz_listen_open(const char *listen, gaz_http *http, gaz_error *err);

#endif
