/* The HTTP client: one libcurl easy handle per client, so that connections are reused; requests
 * stream, nothing is kept. What a hostile or stuck server can do is bounded by time, idleness and
 * size; redirects are answers, so a request never goes where the caller did not send it. */
#include "gaz/net/http_client.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "gaz/base/clock.h"

#define CONNECT_MS 10000
#define IDLE_MS 60000
#define RESPONSE_MAX ((uint64_t)64 << 20)
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS 5000

struct gaz_http_client {
    CURL *easy;
};

/** One attempt. */
typedef struct transfer {
    CURL *easy;
    const gaz_http_request *request;
    const gaz_http_sink *sink;
    uint64_t taken, max;
    bool delivered; /* something reached the sink */
    bool
        retryable; /* an answer of 502, 503 or 504 that is to be tried again: its body is dropped */
    gaz_status failed;
    gaz_error *err;
} transfer;

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void start_curl(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

gaz_status gaz_http_client_new(gaz_http_client **out, gaz_error *err)
{
    pthread_once(&once, start_curl);
    gaz_http_client *client = calloc(1, sizeof *client);
    if (client)
        client->easy = curl_easy_init();
    if (!client || !client->easy) {
        free(client);
        return gaz_error_set(err, GAZ_E_NOMEM, "making an HTTP client: out of memory");
    }
    *out = client;
    return GAZ_OK;
}

void gaz_http_client_free(gaz_http_client *client)
{
    if (!client)
        return;
    curl_easy_cleanup(client->easy);
    free(client);
}

/* ---- one attempt ---- */

static bool safe_method(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
}

static bool busy_status(long status)
{
    return status == 502 || status == 503 || status == 504;
}

static gaz_status give_head(transfer *t)
{
    long status = 0;
    char *type = NULL;
    if (t->delivered)
        return GAZ_OK;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(t->easy, CURLINFO_CONTENT_TYPE, &type);
    t->delivered = true;
    return t->sink->head ? t->sink->head(t->sink->ctx, (int)status, type ? type : "", t->err)
                         : GAZ_OK;
}

static size_t on_data(char *data, size_t size, size_t count, void *ctx)
{
    transfer *t = ctx;
    size_t len = size * count;
    long status = 0;
    curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
    if (t->retryable && busy_status(status))
        return len;
    t->failed = give_head(t);
    t->taken += len;
    if (t->failed == GAZ_OK && t->taken > t->max)
        t->failed = gaz_error_set(t->err, GAZ_E_LIMIT, "reading %s: the answer is over %llu bytes",
                                  t->request->url, (unsigned long long)t->max);
    if (t->failed == GAZ_OK)
        t->failed = t->sink->data(t->sink->ctx, data, len, t->err);
    return t->failed == GAZ_OK ? len : 0;
}

static int on_progress(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    transfer *t = ctx;
    (void)a, (void)b, (void)c, (void)d;
    if (!t->request->cancelled || !t->request->cancelled(t->request->cancelled_ctx))
        return 0;
    t->failed = gaz_error_set(t->err, GAZ_E_CANCELLED, "reading %s: cancelled", t->request->url);
    return 1;
}

static gaz_status make_headers(const gaz_http_request *request, struct curl_slist **out,
                               gaz_error *err)
{
    /* Curl's own "Expect: 100-continue" costs a second with servers that do not know it. */
    struct curl_slist *list = curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; list && i < request->header_count; i++) {
        if (strpbrk(request->headers[i], "\r\n")) {
            curl_slist_free_all(list);
            return gaz_error_set(err, GAZ_E_INVALID,
                                 "sending a request: a header holds a line end");
        }
        struct curl_slist *longer = curl_slist_append(list, request->headers[i]);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
    }
    *out = list;
    return list ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "sending a request: out of memory");
}

static long whole_seconds(int64_t ms)
{
    return ms > 0 ? (long)((ms + 999) / 1000) : 0;
}

static void set_limits(CURL *easy, const gaz_http_request *r, int64_t deadline_us)
{
    int64_t idle = r->idle_ms ? r->idle_ms : IDLE_MS,
            connect = r->connect_ms > 0 ? r->connect_ms : CONNECT_MS;
    int64_t left = deadline_us == GAZ_NEVER ? 0 : (deadline_us - gaz_now_us()) / 1000;
    if (deadline_us != GAZ_NEVER && left < 1)
        left = 1;
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)connect);
    curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)left);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, idle > 0 ? 1L : 0L);
    curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, whole_seconds(idle));
}

static void set_request(CURL *easy, const gaz_http_request *r, struct curl_slist *headers)
{
    curl_easy_setopt(easy, CURLOPT_URL, r->url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "gazetteer/" GAZ_VERSION);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
    if (r->direct)
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (r->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, r->body);
    }
    if (strcmp(r->method, "HEAD") == 0)
        curl_easy_setopt(easy, CURLOPT_NOBODY, 1L);
    else
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, r->method);
}

/* What curl's code means for the caller. */
static gaz_status explain(const transfer *t, CURLcode code, const char *detail)
{
    const char *url = t->request->url;
    const char *why = detail[0] ? detail : curl_easy_strerror(code);
    switch (code) {
    case CURLE_OK:
        return GAZ_OK;
    case CURLE_OPERATION_TIMEDOUT:
        return gaz_error_set(t->err, GAZ_E_TIMEOUT, "reading %s: %s", url, why);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return gaz_error_set(t->err, GAZ_E_INVALID, "'%s' is no http or https URL: %s", url, why);
    case CURLE_OUT_OF_MEMORY:
        return gaz_error_set(t->err, GAZ_E_NOMEM, "reading %s: out of memory", url);
    default:
        return gaz_error_set(t->err, GAZ_E_REMOTE, "reading %s: %s", url, why);
    }
}

static bool worth_retrying(const transfer *t, CURLcode code, long status)
{
    if (t->delivered || t->failed != GAZ_OK)
        return false;
    if (code == CURLE_COULDNT_CONNECT || code == CURLE_COULDNT_RESOLVE_HOST)
        return true;
    bool broke = code == CURLE_GOT_NOTHING || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR;
    return safe_method(t->request->method) && (broke || (code == CURLE_OK && busy_status(status)));
}

/* @param again  in: whether a further attempt may follow; out: whether it should */
static gaz_status attempt(gaz_http_client *client, transfer *t, int64_t deadline_us, bool *again,
                          int *status)
{
    char detail[CURL_ERROR_SIZE] = "";
    struct curl_slist *headers = NULL;
    CURL *easy = client->easy;
    gaz_status st = make_headers(t->request, &headers, t->err);
    if (st != GAZ_OK)
        return st;
    t->retryable = *again && safe_method(t->request->method);
    curl_easy_reset(easy);
    set_request(easy, t->request, headers);
    set_limits(easy, t->request, deadline_us);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_data);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(easy, CURLOPT_XFERINFODATA, t);
    curl_easy_setopt(easy, CURLOPT_NOPROGRESS, t->request->cancelled ? 0L : 1L);
    CURLcode code = curl_easy_perform(easy);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, NULL);
    curl_slist_free_all(headers);
    long answered = 0;
    curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &answered);
    *again = *again && worth_retrying(t, code, answered);
    if (*again)
        return GAZ_OK;
    if (t->failed != GAZ_OK)
        return t->failed;
    st = explain(t, code, detail);
    if (st == GAZ_OK)
        st = give_head(t);
    *status = (int)answered;
    return st;
}

/* ---- requests ---- */

static void pause_ms(int64_t ms)
{
    struct timespec wait = {.tv_sec = (time_t)(ms / 1000), .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&wait, NULL);
}

gaz_status gaz_http_send(gaz_http_client *client, const gaz_http_request *request,
                         const gaz_http_sink *sink, int *status, gaz_error *err)
{
    if (strncasecmp(request->url, "http://", 7) != 0 &&
        strncasecmp(request->url, "https://", 8) != 0)
        return gaz_error_set(err, GAZ_E_INVALID, "'%s' is no http or https URL", request->url);
    int64_t deadline = request->total_ms > 0 ? gaz_deadline(request->total_ms) : GAZ_NEVER,
            wait = BACKOFF_FIRST_MS;
    unsigned left =
        request->retries < GAZ_HTTP_RETRIES_MAX ? request->retries : GAZ_HTTP_RETRIES_MAX;
    int answered = 0;
    for (;; left--) {
        transfer t = {.easy = client->easy,
                      .request = request,
                      .sink = sink,
                      .err = err,
                      .max = request->response_max ? request->response_max : RESPONSE_MAX};
        bool again = left > 0 && (deadline == GAZ_NEVER || gaz_now_us() + wait * 1000 < deadline);
        gaz_status st = attempt(client, &t, deadline, &again, &answered);
        if (!again) {
            if (status && st == GAZ_OK)
                *status = answered;
            return st;
        }
        if (on_progress(&t, 0, 0, 0, 0))
            return t.failed;
        pause_ms(wait);
        wait = wait * 2 > BACKOFF_MAX_MS ? BACKOFF_MAX_MS : wait * 2;
    }
}

void gaz_url_encode(gaz_strbuf *out, const char *text, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '-' || c == '.' || c == '_' || c == '~';
        if (plain) {
            gaz_strbuf_putc(out, (char)c);
        } else {
            gaz_strbuf_putc(out, '%');
            gaz_strbuf_putc(out, digits[c >> 4]);
            gaz_strbuf_putc(out, digits[c & 15]);
        }
    }
}
