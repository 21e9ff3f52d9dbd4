/* Clients that are slow or many, overload, and the end of the server.
 * Also run under ThreadSanitizer. */
#include "test_server.h"

static test_server server;

static int begin(void **state)
{
    (void)state;
    server_init(&server);
    server.options.head_ms = 300;
    server.options.body_ms = 300;
    server.options.idle_ms = 60000;
    server.options.workers = 2;
    server.options.queue = 3;
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (server.http)
        server_stop(&server);
    return 0;
}

/* Waits until the server has closed the connection, feeding it a byte now and then. */
static void loses(int fd, const char *drip)
{
    gaz_strbuf in = GAZ_STRBUF_INIT;
    int64_t deadline = gaz_deadline(PATIENCE_MS);
    for (size_t i = 0;; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        if (poll(&p, 1, 50) == 1 && read_some(fd, &in) <= 0)
            break;
        if (gaz_expired(deadline))
            fail_msg("the connection was not closed");
        if (drip)
            (void)!send(fd, &drip[i % strlen(drip)], 1, MSG_NOSIGNAL);
    }
    gaz_strbuf_release(&in);
    close(fd);
}

static void a_head_that_never_ends_is_cut_off(void **state)
{
    (void)state;
    server_start(&server);
    char text[128];
    int fd = dial(&server);
    snprintf(text, sizeof text, "GET /v1/echo HTTP/1.1\r\nHost: %s\r\n", server.host);
    send_text(fd, text);
    loses(fd, "X-A: b\r\n");
    fd = dial(&server);
    loses(fd, "GET /v1/aaaaaaaaaaaaaaaa"); /* not even a line */
    fd = dial(&server);
    send_text(fd, "GET");
    loses(fd, NULL);
}

static void a_second_request_that_never_ends_is_cut_off_too(void **state)
{
    (void)state;
    server_start(&server);
    char text[128];
    reply r;
    int fd = dial(&server);
    snprintf(text, sizeof text, "GET /v1/echo HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(fd, text);
    read_reply(fd, false, NULL, &r);
    reply_release(&r);
    nap_ms(500);
    loses(fd, "GET /v1/aaaaaaaaaaaaaaaa");
}

static void a_body_that_never_ends_is_cut_off(void **state)
{
    (void)state;
    server_start(&server);
    char text[256];
    int fd = dial(&server);
    snprintf(text, sizeof text,
             "POST /v1/echo HTTP/1.1\r\nHost: %s\r\nContent-Type: "
             "application/json\r\nContent-Length: 100000\r\n\r\n",
             server.host);
    send_text(fd, text);
    loses(fd, "{");
}

static void a_connection_may_be_idle_for_longer_than_a_head_may_take(void **state)
{
    (void)state;
    server_start(&server);
    char text[128];
    reply r;
    int fd = dial(&server);
    snprintf(text, sizeof text, "GET /v1/echo HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    for (int i = 0; i < 2; i++) {
        nap_ms(1200);
        send_text(fd, text);
        read_reply(fd, false, NULL, &r);
        assert_int_equal(r.status, 200);
        reply_release(&r);
    }
    close(fd);
}

static void an_idle_connection_is_closed_in_the_end(void **state)
{
    (void)state;
    server.options.idle_ms = 1000;
    server_start(&server);
    loses(dial(&server), NULL);
}

/* Of eight at once two run, three wait, and three are turned away, whichever they are. */
static void too_many_requests_at_once_are_turned_away(void **state)
{
    (void)state;
    server_start(&server);
    char text[128];
    struct pollfd fds[8];
    unsigned away = 0;
    reply r;
    snprintf(text, sizeof text, "GET /v1/wait HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    for (int i = 0; i < 8; i++) {
        fds[i] = (struct pollfd){.fd = dial(&server), .events = POLLIN};
        send_text(fds[i].fd, text);
        if (i < 2)
            await(&world.running, i + 1);
    }
    while (away < 3) {
        assert_true(poll(fds, 8, PATIENCE_MS) > 0);
        for (int i = 0; i < 8; i++) {
            if (!fds[i].revents)
                continue;
            read_reply(fds[i].fd, false, NULL, &r);
            assert_int_equal(r.status, 503);
            assert_body(&r, "\"overloaded\"");
            assert_string_equal(header_of(&r, "Retry-After"), "1");
            reply_release(&r);
            close(fds[i].fd);
            fds[i].fd = -1;
            away++;
        }
    }
    assert_int_equal(away, 3);
    expect(&server, "GET", "/healthz", NULL, NULL, 200, NULL); /* needs no worker */
    expect(&server, "POST", "/v1/echo", "Content-Type: application/json\r\n", "{}", 200,
           NULL); /* has others */
    atomic_store(&world.gate, 1);
    for (int i = 0; i < 8; i++) {
        if (fds[i].fd < 0)
            continue;
        read_reply(fds[i].fd, false, NULL, &r);
        assert_int_equal(r.status, 200);
        reply_release(&r);
        close(fds[i].fd);
    }
}

static void connections_over_the_limit_wait_until_others_leave(void **state)
{
    (void)state;
    server.options.connections = 8;
    server_start(&server);
    int fds[8];
    char text[128];
    snprintf(text, sizeof text, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    reply r;
    unsigned answered = 0;
    for (int i = 0; i < 8; i++) {
        fds[i] = dial(&server);
        send_text(fds[i], text);
        read_reply(fds[i], false, NULL, &r);
        answered += r.status == 200;
        reply_release(&r);
    }
    assert_int_equal(answered, 8);
    int late = dial(&server);
    send_text(late, text);
    struct pollfd p = {.fd = late, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 300), 0);
    for (int i = 0; i < 8; i++)
        close(fds[i]);
    read_reply(late, false, NULL, &r);
    assert_int_equal(r.status, 200);
    reply_release(&r);
    close(late);
}

static void where_many_connections_are_wanted_heads_and_answers_are_as_large(void **state)
{
    (void)state;
    server.options.connections = 10000;
    server.options.workers = 4;
    server.options.queue = 64;
    server_start(&server);
    gaz_strbuf target = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&target, "/v1/echo?q=");
    while (target.len < 4000)
        gaz_strbuf_puts(&target, "aaaaaaaaaa");
    expect(&server, "GET", target.data, NULL, NULL, 200, "aaaaaaaaaa");
    while (target.len < 16000)
        gaz_strbuf_puts(&target, "aaaaaaaaaa");
    expect(&server, "GET", target.data, NULL, NULL, 200, "aaaaaaaaaa");
    gaz_strbuf_release(&target);
    reply r;
    get(&server, "/v1/big?n=3000000", &r);
    assert_int_equal(r.status, 200);
    assert_int_equal(r.body.len, 3000000);
    reply_release(&r);
    ask(&server, "GET", "/v1/big?n=20000",
        "Accept: application/x-ndjson\r\nAccept-Encoding: zstd\r\n", NULL, &r);
    assert_int_equal(r.status, 200);
    assert_false(r.broken);
    reply_release(&r);
}

/* @return the status of the answer to a request with so many bytes more in its target or header */
static int status_with(const char *target, const char *header, size_t bytes)
{
    gaz_strbuf request = GAZ_STRBUF_INIT;
    reply r;
    char *filler = malloc(bytes + 1);
    assert_non_null(filler);
    memset(filler, 'a', bytes);
    filler[bytes] = '\0';
    gaz_strbuf_printf(&request, "GET /healthz%s%s HTTP/1.1\r\nHost: %s\r\n%s%s\r\n\r\n", target,
                      *target ? filler : "", server.host,
                      *header ? header : "X-B:", *header ? filler : "b");
    int fd = dial(&server);
    send_bytes(fd, request.data, request.len);
    read_reply(fd, false, NULL, &r);
    if (r.broken)
        fail_msg("no whole answer to %zu bytes in %s%s: %.200s", bytes, target, header, r.raw.data);
    int status = r.status;
    reply_release(&r);
    close(fd);
    free(filler);
    gaz_strbuf_release(&request);
    return status;
}

/* Around the sizes that leave libmicrohttpd no room to answer. */
static void heads_that_are_too_large_are_told_so(void **state)
{
    (void)state;
    server_start(&server);
    for (size_t n = 17000; n<40000; n += n> 36600 && n < 36900 ? 7 : 301) {
        int status = status_with("?", "", n);
        if (status != 414 && (status != 431 || n < 36000))
            fail_msg("%d for a target of %zu bytes", status, n);
    }
    for (size_t n = 31000; n < 32500; n += 101)
        assert_int_equal(status_with("", "X-A:", n), 200);
    for (size_t n = 32700; n<38000; n += n> 36600 && n < 36900 ? 7 : 101)
        assert_int_equal(status_with("", "X-A:", n), 431);
    for (size_t n = 15000; n < 16200; n += 57)
        assert_int_equal(status_with("", "Cookie:a=", n), 200);
    for (size_t n = 16300; n < 20000; n += 57)
        assert_int_equal(status_with("", "Cookie:a=", n), 431);
}

typedef struct stopper {
    test_server *s;
    int64_t grace_ms;
    atomic_int done;
} stopper;

static void *stop_it(void *arg)
{
    stopper *st = arg;
    gaz_http_stop(st->s->http, st->grace_ms);
    atomic_store(&st->done, 1);
    return NULL;
}

static void stopping_lets_running_requests_end(void **state)
{
    (void)state;
    server_start(&server);
    char text[128];
    pthread_t thread;
    stopper st = {&server, 15000, 0};
    int fd = dial(&server);
    snprintf(text, sizeof text, "GET /v1/wait HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(fd, text);
    await(&world.running, 1);
    assert_int_equal(pthread_create(&thread, NULL, stop_it, &st), 0);
    nap_ms(150);
    assert_int_equal(atomic_load(&st.done), 0);
    atomic_store(&world.gate, 1);
    reply r;
    read_reply(fd, false, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_body(&r, "done");
    assert_string_equal(header_of(&r, "Connection"), "close");
    reply_release(&r);
    close(fd);
    pthread_join(thread, NULL);
    assert_int_equal(atomic_load(&world.cancelled), 0);
    server.http = NULL;
}

static void stopping_cancels_what_does_not_end_in_time(void **state)
{
    (void)state;
    static const char *const accepts[] = {"", "Accept: application/x-ndjson\r\n",
                                          "Accept: text/event-stream\r\n"};
    server.options.workers = 4;
    server.options.queue = 16;
    server_start(&server);
    int fds[12];
    for (int i = 0; i < 12; i++) {
        char text[256];
        fds[i] = dial(&server);
        snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n",
                 i % 4 == 3 ? "/v1/flood" : "/v1/wait", server.host, accepts[i % 3]);
        send_text(fds[i], text);
    }
    await(&world.running, 8); /* 4 readers, and the 4 event streams */
    int64_t started = gaz_now_us();
    gaz_http_stop(server.http, 100);
    server.http = NULL;
    assert_true(gaz_now_us() - started < 15000000);
    assert_int_equal(atomic_load(&world.running), 0);
    for (int i = 0; i < 12; i++)
        close(fds[i]);
}

static void a_stopping_server_is_not_ready_but_alive(void **state)
{
    (void)state;
    server_start(&server);
    char text[256];
    reply r;
    int alive = dial(&server), busy = dial(&server);
    snprintf(text, sizeof text, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(alive, text);
    read_reply(alive, false, NULL, &r);
    assert_int_equal(r.status, 200);
    reply_release(&r);
    snprintf(text, sizeof text, "GET /v1/wait HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(busy, text);
    await(&world.running, 1);
    pthread_t thread;
    stopper st = {&server, 15000, 0};
    assert_int_equal(pthread_create(&thread, NULL, stop_it, &st), 0);
    nap_ms(150);
    snprintf(text, sizeof text, "GET /readyz HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(alive, text);
    read_reply(alive, false, NULL, &r);
    assert_int_equal(r.status, 503);
    assert_body(&r, "stopping");
    reply_release(&r);
    atomic_store(&world.gate, 1);
    pthread_join(thread, NULL);
    server.http = NULL;
    close(alive);
    close(busy);
}

/* Many clients at once: some ask, some hang up, some send rubbish. */
static void *bother(void *arg)
{
    test_server *s = arg;
    unsigned seed = (unsigned)(uintptr_t)&seed;
    for (int i = 0; i < 60; i++) {
        char text[256];
        int fd = dial(s);
        switch (rand_r(&seed) % 5) {
        case 0:
            send_text(fd, "\r\n\r\nGARBAGE\r\n\r\n");
            break;
        case 1:
            snprintf(text, sizeof text,
                     "GET /v1/flood HTTP/1.1\r\nHost: %s\r\nAccept: application/x-ndjson\r\n\r\n",
                     s->host);
            send_text(fd, text);
            break;
        case 2:
            snprintf(text, sizeof text, "GET /v1/echo?q=%d HTTP/1.1\r\nHost: %s\r\n\r\nGET /v1/wa",
                     i, s->host);
            send_text(fd, text);
            break;
        default: {
            reply r;
            snprintf(text, sizeof text, "GET /v1/big?n=%d HTTP/1.1\r\nHost: %s\r\n\r\n",
                     rand_r(&seed) % 5000, s->host);
            send_text(fd, text);
            read_reply(fd, false, NULL, &r);
            if (r.status != 200 && r.status != 503)
                abort();
            reply_release(&r);
        }
        }
        close(fd);
    }
    return NULL;
}

static void many_clients_do_not_disturb_each_other(void **state)
{
    (void)state;
    server.options.workers = 4;
    server.options.queue = 64;
    server_start(&server);
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, bother, &server), 0);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    await(&world.running, 0);
    expect(&server, "GET", "/v1/echo?q=1", NULL, NULL, 200, "\"q\":\"1\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_head_that_never_ends_is_cut_off, begin, end),
        cmocka_unit_test_setup_teardown(a_second_request_that_never_ends_is_cut_off_too, begin,
                                        end),
        cmocka_unit_test_setup_teardown(a_body_that_never_ends_is_cut_off, begin, end),
        cmocka_unit_test_setup_teardown(a_connection_may_be_idle_for_longer_than_a_head_may_take,
                                        begin, end),
        cmocka_unit_test_setup_teardown(an_idle_connection_is_closed_in_the_end, begin, end),
        cmocka_unit_test_setup_teardown(too_many_requests_at_once_are_turned_away, begin, end),
        cmocka_unit_test_setup_teardown(connections_over_the_limit_wait_until_others_leave, begin,
                                        end),
        cmocka_unit_test_setup_teardown(
            where_many_connections_are_wanted_heads_and_answers_are_as_large, begin, end),
        cmocka_unit_test_setup_teardown(heads_that_are_too_large_are_told_so, begin, end),
        cmocka_unit_test_setup_teardown(stopping_lets_running_requests_end, begin, end),
        cmocka_unit_test_setup_teardown(stopping_cancels_what_does_not_end_in_time, begin, end),
        cmocka_unit_test_setup_teardown(a_stopping_server_is_not_ready_but_alive, begin, end),
        cmocka_unit_test_setup_teardown(many_clients_do_not_disturb_each_other, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
