/* The one HTTP client: time-outs, size limits, streaming, retries where they are safe. libcurl
 * behind it.
 *
 * It speaks http and https only, checks certificates, follows no redirects and reads no cookies or
 * netrc. */
#ifndef GAZ_NET_HTTP_CLIENT_H
#define GAZ_NET_HTTP_CLIENT_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/strbuf.h"

#define GAZ_HTTP_RETRIES_MAX 8

/** Keeps connections for reuse. One thread at a time. */
typedef struct gaz_http_client gaz_http_client;

typedef struct gaz_http_request {
    const char *method;         /**< "GET", "POST", "DELETE", … */
    const char *url;            /**< absolute; "http://" or "https://" */
    const char *const *headers; /**< "Name: value", without line ends */
    size_t header_count;
    const void *body; /**< NULL: none */
    size_t body_len;
    int64_t connect_ms; /**< for connecting; 0: 10 s */
    int64_t idle_ms;  /**< without a byte either way, rounded up to seconds; 0: 60 s; negative: for
                         ever */
    int64_t total_ms; /**< for everything, retries included; 0 or negative: no limit */
    uint64_t response_max; /**< bytes of body taken; GAZ_E_LIMIT beyond; 0: 64 MiB */
    bool direct;      /**< never through a proxy, whatever the environment says: for loopback */
    unsigned retries; /**< at most GAZ_HTTP_RETRIES_MAX; see gaz_http_send() */
    bool (*cancelled)(void *ctx); /**< nullable, polled about once a second and between pieces */
    void *cancelled_ctx;
} gaz_http_request;

/** Takes the answer piece by piece. A failure ends the transfer and is returned by gaz_http_send().
 */
typedef struct gaz_http_sink {
    /** Nullable. Once, before the body. @param content_type  "" when there is none */
    gaz_status (*head)(void *ctx, int status, const char *content_type, gaz_error *err);
    gaz_status (*data)(void *ctx, const void *data, size_t len, gaz_error *err);
    void *ctx;
} gaz_http_sink;

/** The first call in a process must not run beside other threads that use libcurl. */
GAZ_CHECKED gaz_status gaz_http_client_new(gaz_http_client **out, gaz_error *err);
void gaz_http_client_free(gaz_http_client *client);

/**
 * Sends a request and streams the answer into `sink`, whatever its status: an answer of 404 is
 * GAZ_OK here.
 *
 * Tried again, after 100 ms, 200 ms, … at most 5 s, when nothing has reached the sink and either no
 * connection could be made, or the method is GET or HEAD and the connection broke or the answer was
 * 502, 503 or 504 (the last one is given).
 * @param status  nullable; the answer's status
 * @return GAZ_E_REMOTE when there was no (whole) answer, GAZ_E_TIMEOUT, GAZ_E_LIMIT,
 * GAZ_E_CANCELLED, GAZ_E_INVALID for a bad URL, or the sink's failure
 */
GAZ_CHECKED gaz_status gaz_http_send(gaz_http_client *client, const gaz_http_request *request,
                                     const gaz_http_sink *sink, int *status, gaz_error *err);

/** Appends `text` percent-encoded (RFC 3986: all but unreserved characters), for a path segment or
 * a query value. */
void gaz_url_encode(gaz_strbuf *out, const char *text, size_t len);

#endif
