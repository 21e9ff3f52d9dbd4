/* The HTTP client against a scripted server on loopback: one answer per connection, then the
 * connection is closed. */
#include "gaz_test.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gaz/net/http_client.h"

#define ANSWERS_MAX 8

typedef struct server {
    int fd;
    unsigned port;
    pthread_t thread;
    const char *answers[ANSWERS_MAX]; /* "" closes without an answer; NULL ends */
    char requests[ANSWERS_MAX][2048];
    int served;
} server;

/* Reads until the header and as much body as Content-Length says has come. */
static void read_request(int fd, char *out, size_t room)
{
    size_t len = 0;
    for (;;) {
        ssize_t n = recv(fd, out + len, room - 1 - len, 0);
        if (n <= 0)
            break;
        len += (size_t)n;
        out[len] = '\0';
        const char *end = strstr(out, "\r\n\r\n"), *length = strstr(out, "Content-Length: ");
        if (end && len >= (size_t)(end + 4 - out) + (length ? strtoul(length + 16, NULL, 10) : 0))
            break;
    }
}

static void *serve(void *ctx)
{
    server *s = ctx;
    for (int i = 0; i < ANSWERS_MAX && s->answers[i]; i++) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            break;
        read_request(fd, s->requests[i], sizeof s->requests[i]);
        size_t len = strlen(s->answers[i]);
        if (len && send(fd, s->answers[i], len, MSG_NOSIGNAL) < 0)
            perror("send");
        s->served++;
        close(fd);
    }
    return NULL;
}

static void start(server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->fd >= 0);
    assert_int_equal(bind(s->fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(s->fd, 8), 0);
    assert_int_equal(getsockname(s->fd, (struct sockaddr *)&address, &len), 0);
    s->port = ntohs(address.sin_port);
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void stop(server *s)
{
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

typedef struct taken {
    gaz_strbuf body;
    int status, heads;
    char type[64];
    gaz_status answer; /* what the sink answers to data */
} taken;

static gaz_status take_head(void *ctx, int status, const char *type, gaz_error *err)
{
    taken *t = ctx;
    (void)err;
    t->status = status;
    t->heads++;
    snprintf(t->type, sizeof t->type, "%s", type);
    return GAZ_OK;
}

static gaz_status take_data(void *ctx, const void *data, size_t len, gaz_error *err)
{
    taken *t = ctx;
    if (t->answer != GAZ_OK)
        return gaz_error_set(err, t->answer, "the sink is full");
    gaz_strbuf_add(&t->body, data, len);
    return GAZ_OK;
}

typedef struct fixture {
    server server;
    taken taken;
    gaz_http_client *client;
    gaz_http_request request;
    gaz_http_sink sink;
    char url[64];
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    gaz_error err = {0};
    if (!f || gaz_http_client_new(&f->client, &err) != GAZ_OK)
        return -1;
    f->taken.body = GAZ_STRBUF_INIT;
    f->sink = (gaz_http_sink){take_head, take_data, &f->taken};
    f->request =
        (gaz_http_request){.method = "GET", .url = f->url, .direct = true, .total_ms = 20000};
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    gaz_http_client_free(f->client);
    gaz_strbuf_release(&f->taken.body);
    free(f);
    return 0;
}

static gaz_status send_request(fixture *f, gaz_error *err)
{
    start(&f->server);
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/x?y=1", f->server.port);
    gaz_status st = gaz_http_send(f->client, &f->request, &f->sink, NULL, err);
    stop(&f->server);
    return st;
}

#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello"
#define BUSY_ANSWER "HTTP/1.1 503 Busy\r\nContent-Length: 4\r\n\r\nbusy"

static void an_answer_streams_into_the_sink(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = OK_ANSWER;
    assert_ok(send_request(f, &err));
    assert_string_equal(f->taken.body.data, "hello");
    assert_int_equal(f->taken.status, 200);
    assert_int_equal(f->taken.heads, 1);
    assert_string_equal(f->taken.type, "text/plain");
    assert_ptr_equal(strstr(f->server.requests[0], "GET /x?y=1 HTTP/1.1\r\n"),
                     f->server.requests[0]);
}

static void a_post_carries_its_body_and_headers(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    static const char *const headers[] = {"Content-Type: application/json",
                                          "Accept: text/event-stream"};
    f->server.answers[0] = "HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n";
    f->request.method = "POST";
    f->request.headers = headers;
    f->request.header_count = 2;
    f->request.body = "{\"a\":1}";
    f->request.body_len = 7;
    assert_ok(send_request(f, &err));
    const char *sent = f->server.requests[0];
    assert_ptr_equal(strstr(sent, "POST /x?y=1 "), sent);
    assert_non_null(strstr(sent, "Content-Type: application/json\r\n"));
    assert_non_null(strstr(sent, "Accept: text/event-stream\r\n"));
    assert_non_null(strstr(sent, "\r\n\r\n{\"a\":1}"));
    assert_null(strstr(sent, "Expect:"));
    assert_int_equal(f->taken.status, 202);
    assert_int_equal(f->taken.heads, 1);
}

static void headers_with_line_ends_are_refused(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    static const char *const headers[] = {"X: a\r\nHost: b"};
    f->request.headers = headers;
    f->request.header_count = 1;
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:1/");
    assert_status(GAZ_E_INVALID, gaz_http_send(f->client, &f->request, &f->sink, NULL, &err));
}

static void an_error_status_is_an_answer(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = "HTTP/1.1 404 Not Found\r\nContent-Length: 3\r\n\r\nno\n";
    assert_ok(send_request(f, &err));
    assert_int_equal(f->taken.status, 404);
    assert_string_equal(f->taken.body.data, "no\n");
}

static void redirects_are_not_followed(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] =
        "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n";
    assert_ok(send_request(f, &err));
    assert_int_equal(f->taken.status, 302);
    assert_int_equal(f->server.served, 1);
}

static void an_answer_over_the_maximum_is_refused(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = OK_ANSWER;
    f->request.response_max = 4;
    assert_status(GAZ_E_LIMIT, send_request(f, &err));
    assert_int_equal(f->taken.body.len, 0);
}

static void the_sink_can_stop_the_transfer(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = OK_ANSWER;
    f->taken.answer = GAZ_E_BUSY;
    f->request.retries = 3;
    assert_status(GAZ_E_BUSY, send_request(f, &err));
    assert_string_equal(err.message, "the sink is full");
    assert_int_equal(f->server.served, 1);
}

static void a_busy_server_is_asked_again(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = BUSY_ANSWER;
    f->server.answers[1] = "";
    f->server.answers[2] = OK_ANSWER;
    f->request.retries = 3;
    assert_ok(send_request(f, &err));
    assert_string_equal(f->taken.body.data, "hello");
    assert_int_equal(f->taken.heads, 1);
    assert_int_equal(f->server.served, 3);
}

static void the_last_busy_answer_is_given(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = BUSY_ANSWER;
    f->server.answers[1] = BUSY_ANSWER;
    f->request.retries = 1;
    assert_ok(send_request(f, &err));
    assert_int_equal(f->taken.status, 503);
    assert_string_equal(f->taken.body.data, "busy");
}

static void a_post_is_never_sent_twice(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = "";
    f->server.answers[1] = OK_ANSWER;
    f->request.method = "POST";
    f->request.body = "{}";
    f->request.body_len = 2;
    f->request.retries = 3;
    assert_status(GAZ_E_REMOTE, send_request(f, &err));
    assert_int_equal(f->server.served, 1);
}

static void a_cut_answer_is_an_error(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhello";
    f->request.retries = 2;
    assert_status(GAZ_E_REMOTE, send_request(f, &err));
    assert_int_equal(f->server.served, 1);
}

static void nobody_listening_is_an_error(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = NULL;
    start(&f->server);
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/", f->server.port);
    stop(&f->server);
    assert_status(GAZ_E_REMOTE, gaz_http_send(f->client, &f->request, &f->sink, NULL, &err));
    assert_int_equal(f->taken.heads, 0);
}

static void a_silent_server_times_out(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    start(&f->server); /* answers nothing: connections wait in the backlog */
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/", f->server.port);
    f->request.total_ms = 200;
    assert_status(GAZ_E_TIMEOUT, gaz_http_send(f->client, &f->request, &f->sink, NULL, &err));
    stop(&f->server);
}

static bool always(void *ctx)
{
    (void)ctx;
    return true;
}

static void a_request_can_be_cancelled(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    start(&f->server);
    snprintf(f->url, sizeof f->url, "http://127.0.0.1:%u/", f->server.port);
    f->request.cancelled = always;
    assert_status(GAZ_E_CANCELLED, gaz_http_send(f->client, &f->request, &f->sink, NULL, &err));
    stop(&f->server);
}

static void other_protocols_are_refused(void **state)
{
    fixture *f = *state;
    static const char *const urls[] = {"file:///etc/passwd", "ftp://127.0.0.1/",
                                       "gopher://127.0.0.1/", "", "http://"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++) {
        gaz_error err = {0};
        f->request.url = urls[i];
        assert_status(GAZ_E_INVALID, gaz_http_send(f->client, &f->request, &f->sink, NULL, &err));
    }
}

static void direct_requests_ignore_the_environments_proxy(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    f->server.answers[0] = OK_ANSWER;
    unsetenv("no_proxy");
    unsetenv("NO_PROXY");
    setenv("http_proxy", "http://127.0.0.1:1", 1);
    gaz_status st = send_request(f, &err);
    unsetenv("http_proxy");
    assert_ok(st);
    assert_string_equal(f->taken.body.data, "hello");
}

static void everything_but_unreserved_characters_is_encoded(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_url_encode(&out, "aZ09-._~ /?&=%+\xc3\xa9\0", 18);
    assert_string_equal(out.data, "aZ09-._~%20%2F%3F%26%3D%25%2B%C3%A9%00");
    gaz_strbuf_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_answer_streams_into_the_sink),
        TEST(a_post_carries_its_body_and_headers),
        TEST(headers_with_line_ends_are_refused),
        TEST(an_error_status_is_an_answer),
        TEST(redirects_are_not_followed),
        TEST(an_answer_over_the_maximum_is_refused),
        TEST(the_sink_can_stop_the_transfer),
        TEST(a_busy_server_is_asked_again),
        TEST(the_last_busy_answer_is_given),
        TEST(a_post_is_never_sent_twice),
        TEST(a_cut_answer_is_an_error),
        TEST(nobody_listening_is_an_error),
        TEST(a_silent_server_times_out),
        TEST(a_request_can_be_cancelled),
        TEST(other_protocols_are_refused),
        TEST(direct_requests_ignore_the_environments_proxy),
        cmocka_unit_test(everything_but_unreserved_characters_is_encoded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
