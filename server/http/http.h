/* The HTTP server as a part: started, asked, stopped. gaz_serve() puts the program around it. */
#ifndef GAZ_HTTP_HTTP_H
#define GAZ_HTTP_HTTP_H

#include "gaz/ops/op.h"
#include "web.h"

/** What a server is made of. Everything pointed to is borrowed and outlives it. Times are
 * milliseconds. */
typedef struct gaz_http_options {
    const gaz_services *services; /**< copied, with `remote` set */
    const gaz_op *ops;
    size_t op_count;
    const gaz_web *web;                           /**< NULL: no pages */
    const char *(*schema_text)(const char *name); /**< for /openapi.json */
    /** Whether questions can be answered now; on a worker. NULL: always. */
    gaz_status (*ready)(const gaz_services *services, gaz_error *err);
    const gaz_log *log;
    const char *listen; /**< "127.0.0.1:7007", "[::1]:0", "localhost:80", ":7007" (loopback) */
    const char *const *allowed_hosts; /**< "name" (any port) or "name:port" */
    size_t allowed_host_count;
    unsigned workers; /**< requests worked on at once; as many again for writes and event streams */
    unsigned queue;   /**< requests that may wait for a worker */
    unsigned connections; /**< at once */
    unsigned per_address; /**< of one address that is not loopback */
    size_t body_max;
    int64_t idle_ms;  /**< a connection without a request */
    int64_t park_ms;  /**< after that long without one its memory is given up; 1,100 at least */
    int64_t head_ms;  /**< from the first byte of a request to the end of its headers */
    int64_t body_ms;  /**< from there to the end of its body */
    int64_t send_ms;  /**< an answer; and one more second for each 16 KiB */
    int64_t stall_ms; /**< a streamed answer of which the client takes nothing */
} gaz_http_options;

/** Defaults, and what the settings of options->services say. */
void gaz_http_options_init(gaz_http_options *options, const gaz_services *services);

typedef struct gaz_http gaz_http;
/** Binds, listens and answers on threads of its own. */
GAZ_CHECKED gaz_status gaz_http_start(const gaz_http_options *options, gaz_http **out,
                                      gaz_error *err);
/** "127.0.0.1:7007", "[::1]:7007": what it listens on, with the real port. */
const char *gaz_http_address(const gaz_http *http);
/** Whether the address is reachable from this machine only. */
bool gaz_http_is_loopback(const gaz_http *http);
/** Takes no new connections, lets running requests end for `grace_ms`, cancels the rest, closes and
 * frees. NULL is accepted. */
void gaz_http_stop(gaz_http *http, int64_t grace_ms);

#endif
