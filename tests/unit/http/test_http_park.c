/* Idle connections are parked: their memory is given up and their socket kept. Nothing may be lost
 * on the way there and back.
 * Also run under ThreadSanitizer. */
#include "test_server.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include "exchange.h"

#define PARK_MS 1100

static test_server server;

static int begin(void **state)
{
    (void)state;
    server_init(&server);
    server.options.park_ms = PARK_MS;
    server.options.idle_ms = 60000;
    return 0;
}

static int end(void **state)
{
    (void)state;
    if (server.http)
        server_stop(&server);
    return 0;
}

/* ---- clients ---- */

static void send_get(int fd, const char *q, const char *extra)
{
    char text[256];
    snprintf(text, sizeof text, "GET /v1/echo?q=%s HTTP/1.1\r\nHost: %s\r\n%s\r\n", q, server.host,
             extra);
    send_text(fd, text);
}

static void expect_echo(int fd, gaz_strbuf *rest, const char *q)
{
    char want[64];
    reply r;
    snprintf(want, sizeof want, "\"q\":\"%s\"", q);
    read_reply(fd, false, rest, &r);
    if (r.status != 200)
        fail_msg("the answer to %s is %d, not 200: %.200s", q, r.status, r.body.data);
    assert_body(&r, want);
    reply_release(&r);
}

static void ask_echo(int fd, const char *q)
{
    send_get(fd, q, "");
    expect_echo(fd, NULL, q);
}

static void expect_end(int fd)
{
    gaz_strbuf in = GAZ_STRBUF_INIT;
    assert_int_equal(read_some(fd, &in), 0);
    gaz_strbuf_release(&in);
    close(fd);
}

/* ---- what the server holds ---- */

static void count_connections(unsigned *all, unsigned *unparked)
{
    *all = *unparked = 0;
    pthread_mutex_lock(&server.http->connections_lock);
    for (gaz_connection *c = server.http->connections; c; c = c->next) {
        ++*all;
        *unparked += c->mhd != NULL;
    }
    pthread_mutex_unlock(&server.http->connections_lock);
}

static void await_parked(unsigned count)
{
    unsigned all, unparked;
    for (int ms = 0;; ms += 10) {
        count_connections(&all, &unparked);
        if (all == count && !unparked)
            return;
        if (ms > PATIENCE_MS)
            fail_msg("%u connections, %u of them not parked; %u parked are wanted", all, unparked,
                     count);
        nap_ms(10);
    }
}

/* ---- tests ---- */

static void a_parked_connection_answers_again(void **state)
{
    (void)state;
    char q[24];
    server_start(&server);
    int fd = dial(&server);
    await_parked(1); /* nothing was said yet */
    for (int i = 0; i < 4; i++) {
        snprintf(q, sizeof q, "round%d", i);
        ask_echo(fd, q);
        ask_echo(fd, q);
        await_parked(1);
    }
    send_get(fd, "last", "Connection: close\r\n");
    expect_echo(fd, NULL, "last");
    expect_end(fd);
    await_parked(0);
}

static void requests_in_a_row_are_all_answered_across_parking(void **state)
{
    (void)state;
    gaz_strbuf rest = GAZ_STRBUF_INIT;
    server_start(&server);
    int fd = dial(&server);
    for (int i = 0; i < 3; i++) {
        char text[512];
        snprintf(text, sizeof text,
                 "GET /v1/echo?q=a HTTP/1.1\r\nHost: %s\r\n\r\n"
                 "POST /v1/echo HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
                 "Content-Length: 9\r\n\r\n{\"q\":\"b\"}"
                 "HEAD /healthz HTTP/1.1\r\nHost: %s\r\n\r\n"
                 "GET /v1/echo?q=c HTTP/1.1\nHost: %s\n\n",
                 server.host, server.host, server.host, server.host);
        send_text(fd, text);
        expect_echo(fd, &rest, "a");
        expect_echo(fd, &rest, "b");
        reply r;
        read_reply(fd, true, &rest, &r);
        assert_int_equal(r.status, 200);
        reply_release(&r);
        expect_echo(fd, &rest, "c");
        assert_int_equal(rest.len, 0);
        await_parked(1);
    }
    gaz_strbuf_release(&rest);
    close(fd);
}

/* The half that was read with the request before is in libmicrohttpd's hands: so the connection
 * stays there. The other pieces come long after it would have been parked. */
static void half_a_head_outlasts_the_time_of_parking(void **state)
{
    (void)state;
    char text[512];
    gaz_strbuf rest = GAZ_STRBUF_INIT;
    server_start(&server);
    int fd = dial(&server);
    for (int i = 0; i < 2; i++) {
        snprintf(text, sizeof text,
                 "GET /v1/echo?q=a HTTP/1.1\r\nHost: %s\r\n\r\nGET /v1/echo?q=bc%s", server.host,
                 i ? " HTTP/1.1\r\nHo" : "");
        send_text(fd, text);
        expect_echo(fd, &rest, "a");
        nap_ms(PARK_MS * 5 / 2);
        snprintf(text, sizeof text, "%sst: %s\r\n\r\n", i ? "" : " HTTP/1.1\r\nHo", server.host);
        send_text(fd, text);
        expect_echo(fd, &rest, "bc");
    }
    await_parked(1);
    send_text(fd, "GET /v1/ec");
    nap_ms(PARK_MS * 2);
    snprintf(text, sizeof text, "ho?q=d HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(fd, text);
    expect_echo(fd, &rest, "d");
    await_parked(1);
    gaz_strbuf_release(&rest);
    close(fd);
}

static void half_a_head_that_came_with_a_request_has_its_time(void **state)
{
    (void)state;
    char text[256];
    gaz_strbuf rest = GAZ_STRBUF_INIT;
    server.options.head_ms = 300;
    server_start(&server);
    int fd = dial(&server);
    snprintf(text, sizeof text, "GET /v1/echo?q=a HTTP/1.1\r\nHost: %s\r\n\r\nGET /v1/e",
             server.host);
    send_text(fd, text);
    expect_echo(fd, &rest, "a");
    expect_end(fd);
    fd = dial(&server);
    ask_echo(fd, "a");
    await_parked(1);
    send_text(fd, "GET /v1/e");
    expect_end(fd);
    gaz_strbuf_release(&rest);
}

/* Where the end of a body cannot be told in bytes, or lines stand between requests, the connection
 * may not be parked, but it is not closed either. */
static void bytes_that_are_not_accounted_for_close_nothing(void **state)
{
    (void)state;
    char text[512];
    unsigned all, unparked;
    server_start(&server);
    int chunked = dial(&server), lines = dial(&server);
    snprintf(text, sizeof text,
             "POST /v1/echo HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\n"
             "Transfer-Encoding: chunked\r\n\r\n9;x=y\r\n{\"q\":\"a\"}\r\n0\r\nA: b\r\n\r\n",
             server.host);
    send_text(chunked, text);
    expect_echo(chunked, NULL, "a");
    send_text(lines, "\r\n\r\n");
    ask_echo(lines, "a");
    nap_ms(PARK_MS * 5 / 2);
    count_connections(&all, &unparked);
    assert_int_equal(all, 2);
    assert_int_equal(unparked, 2);
    ask_echo(chunked, "b");
    ask_echo(lines, "b");
    close(chunked);
    close(lines);
    await_parked(0);
}

static void a_head_in_lines_that_go_on_is_refused(void **state)
{
    (void)state;
    server_start(&server);
    expect(&server, "GET", "/v1/echo?q=a", "X-A: b\r\n c\r\n", NULL, 400, "malformed");
    expect(&server, "GET", "/v1/echo?q=a", "X-A: b\r\nX-B:\r\n", NULL, 200, NULL);
}

static void a_client_that_leaves_while_parked_is_noticed(void **state)
{
    (void)state;
    server_start(&server);
    int left = dial(&server), half = dial(&server), reset = dial(&server), asks = dial(&server);
    ask_echo(left, "a");
    ask_echo(half, "a");
    ask_echo(reset, "a");
    ask_echo(asks, "a");
    await_parked(4);
    close(left);
    assert_int_equal(shutdown(half, SHUT_WR), 0);
    expect_end(half);
    struct linger hard = {.l_onoff = 1};
    setsockopt(reset, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(reset);
    await_parked(1);
    char text[128];
    snprintf(text, sizeof text, "GET /healthz HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
    send_text(asks, text);
    assert_int_equal(shutdown(asks, SHUT_WR), 0);
    reply r;
    read_reply(asks, false, NULL, &r);
    assert_int_equal(r.status, 200);
    reply_release(&r);
    expect_end(asks);
    await_parked(0);
}

static void a_parked_connection_is_closed_in_the_end(void **state)
{
    (void)state;
    server.options.idle_ms = 1600;
    server.options.head_ms = 300;
    server_start(&server);
    int fd = dial(&server), silent = dial(&server);
    ask_echo(fd, "a");
    await_parked(2);
    expect_end(fd);
    expect_end(silent);
    await_parked(0);
}

static void stopping_closes_parked_connections(void **state)
{
    (void)state;
    server_start(&server);
    int silent = dial(&server), parked = dial(&server), idle;
    ask_echo(parked, "a");
    await_parked(2);
    idle = dial(&server);
    ask_echo(idle, "a");
    gaz_http_stop(server.http, 1000);
    server.http = NULL;
    expect_end(silent);
    expect_end(parked);
    expect_end(idle);
}

static void parked_connections_count(void **state)
{
    (void)state;
    int fds[4];
    server.options.connections = 4;
    server_start(&server);
    for (int i = 0; i < 4; i++) {
        fds[i] = dial(&server);
        ask_echo(fds[i], "a");
    }
    await_parked(4);
    int late = dial(&server);
    send_get(late, "b", "");
    struct pollfd p = {.fd = late, .events = POLLIN};
    assert_int_equal(poll(&p, 1, 300), 0);
    ask_echo(fds[1], "c");
    close(fds[0]);
    expect_echo(late, NULL, "b");
    close(late);
    for (int i = 1; i < 4; i++)
        close(fds[i]);
    await_parked(0);
}

/* Without a descriptor to park with, a connection stays as it is; without one to accept with, it
 * waits. */
static void want_of_descriptors_closes_nothing(void **state)
{
    (void)state;
    struct rlimit before, none;
    unsigned all, unparked;
    server_start(&server);
    int fd = dial(&server), late = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    ask_echo(fd, "a");
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none = before;
    none.rlim_cur = (rlim_t)dup(fd); /* the lowest that is free */
    close((int)none.rlim_cur);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)server.port)};
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(late, (struct sockaddr *)&a, sizeof a), 0);
    send_get(late, "b", "");
    nap_ms(PARK_MS * 3 / 2);
    count_connections(&all, &unparked);
    ask_echo(fd, "c");
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(all, 1);
    assert_int_equal(unparked, 1);
    expect_echo(late, NULL, "b");
    await_parked(2);
    close(fd);
    close(late);
}

/* ---- many at the time of parking ---- */

#define CLIENTS 4
#define EACH 48
#define ROUNDS 5

/* One after the other, so that each connection is asked at another moment around its parking;
 * whole, in two pieces, byte by byte, or twice at once. */
static void ask_somehow(int fd, unsigned *seed, int number)
{
    char text[256], q[24];
    gaz_strbuf rest = GAZ_STRBUF_INIT;
    snprintf(q, sizeof q, "n%d", number);
    int len = snprintf(text, sizeof text, "GET /v1/echo?q=%s HTTP/1.1\r\nHost: %s\r\n\r\n", q,
                       server.host);
    int at = rand_r(seed) % len;
    switch (rand_r(seed) % 4) {
    case 0:
        send_text(fd, text);
        send_text(fd, text);
        expect_echo(fd, &rest, q);
        break;
    case 1:
        send_bytes(fd, text, (size_t)at);
        nap_ms(rand_r(seed) % 4);
        send_text(fd, text + at);
        break;
    case 2:
        for (int i = 0; i < len; i++)
            send_bytes(fd, text + i, 1);
        break;
    default:
        send_text(fd, text);
    }
    expect_echo(fd, &rest, q);
    assert_int_equal(rest.len, 0);
    gaz_strbuf_release(&rest);
}

static void sleep_until(int64_t when)
{
    int64_t left = when - gaz_now_us();
    if (left > 0)
        nanosleep(&(struct timespec){left / 1000000, left % 1000000 * 1000}, NULL);
}

static void *ask_around_parking(void *arg)
{
    int fds[EACH];
    int64_t asked[EACH];
    unsigned seed = *(unsigned *)arg;
    for (int i = 0; i < EACH; i++) {
        fds[i] = dial(&server);
        asked[i] = 0;
    }
    for (int round = 0; round < ROUNDS; round++)
        for (int i = 0; i < EACH; i++) {
            int64_t when = asked[i] + (PARK_MS - 15) * 1000 + rand_r(&seed) % 30000;
            if (asked[i])
                sleep_until(when);
            ask_somehow(fds[i], &seed, round * EACH + i);
            asked[i] = gaz_now_us();
        }
    for (int i = 0; i < EACH; i++)
        close(fds[i]);
    return NULL;
}

static void what_comes_while_parking_is_not_lost(void **state)
{
    (void)state;
    pthread_t threads[CLIENTS];
    unsigned seeds[CLIENTS];
    server_start(&server);
    for (unsigned i = 0; i < CLIENTS; i++) {
        seeds[i] = i + 1;
        assert_int_equal(pthread_create(&threads[i], NULL, ask_around_parking, &seeds[i]), 0);
    }
    for (int i = 0; i < CLIENTS; i++)
        pthread_join(threads[i], NULL);
    await_parked(0);
}

/* ---- ten thousand ---- */

#define MANY 10000
#define LATER 200 /* descriptors for everything else */
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define EACH_MAX 16384 /* freed memory is held back, and memory shadowed */
#else
#define EACH_MAX 8192
#endif

static long anonymous_bytes(void)
{
    char line[128];
    long kib = -1;
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "RssAnon: %ld kB", &kib) == 1)
            break;
    if (f)
        fclose(f);
    return kib * 1024;
}

static bool raise_descriptors(unsigned want, unsigned *have)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return false;
    if (limit.rlim_cur < want)
        limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
    *have = (unsigned)limit.rlim_cur;
    return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

/* The clients are another process, with descriptors of its own. For each number of connections that
 * comes down the pipe, each connection is asked once; those that are missing are opened. */
static void be_the_clients(int in, int out)
{
    static int fds[MANY];
    unsigned order[2], held = 0, have;
    bool ok = raise_descriptors(MANY + LATER, &have) &&
              read(in, &server.port, sizeof server.port) == sizeof server.port;
    snprintf(server.host, sizeof server.host, "127.0.0.1:%u", server.port);
    while (ok && read(in, order, sizeof order) == sizeof order) {
        unsigned good = 0;
        for (; held < order[0]; held++)
            fds[held] = dial(&server);
        for (unsigned i = 0; i < held; i += order[1]) {
            for (unsigned j = i; j < held && j < i + order[1]; j++)
                send_get(fds[j], "x", "");
            for (unsigned j = i; j < held && j < i + order[1]; j++) {
                reply r;
                read_reply(fds[j], false, NULL, &r);
                good += r.status == 200 && strstr(r.body.data, "\"q\":\"x\"");
                reply_release(&r);
            }
        }
        ok = write(out, &good, sizeof good) == sizeof good;
    }
    _exit(ok ? 0 : 1);
}

static unsigned order_clients(int out, int in, unsigned connections, unsigned at_once)
{
    unsigned order[2] = {connections, at_once}, good = 0;
    assert_int_equal(write(out, order, sizeof order), sizeof order);
    assert_int_equal(read(in, &good, sizeof good), sizeof good);
    return good;
}

static void ten_thousand_idle_connections_are_held(void **state)
{
    (void)state;
    int to[2], from[2], status = 0;
    unsigned have;
    assert_int_equal(pipe(to), 0);
    assert_int_equal(pipe(from), 0);
    pid_t clients = fork();
    assert_true(clients >= 0);
    if (!clients) {
        close(to[1]);
        be_the_clients(to[0], from[1]);
    }
    close(to[0]);
    close(from[1]);
    assert_true(raise_descriptors(MANY + 1000, &have));
    unsigned many = have > MANY + 1000 ? MANY : have > 2000 ? have - 1000 : 500;
    server.options.connections = many;
    server.options.queue = many;
    server_start(&server);
    assert_int_equal(write(to[1], &server.port, sizeof server.port), sizeof server.port);
    assert_int_equal(order_clients(to[1], from[0], 100, 100), 100); /* what is made once */
    await_parked(100);
    long before = anonymous_bytes();
    assert_int_equal(order_clients(to[1], from[0], many, 100), many);
    await_parked(many);
    long each = (anonymous_bytes() - before) / (long)(many - 100);
    print_message("%u idle connections hold %ld bytes each\n", many, each);
    assert_true(before > 0);
    assert_true(each < EACH_MAX);
    assert_int_equal(order_clients(to[1], from[0], many, 1000), many);
    close(to[1]);
    assert_int_equal(waitpid(clients, &status, 0), clients);
    assert_int_equal(status, 0);
    close(from[0]);
    await_parked(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_parked_connection_answers_again, begin, end),
        cmocka_unit_test_setup_teardown(requests_in_a_row_are_all_answered_across_parking, begin,
                                        end),
        cmocka_unit_test_setup_teardown(half_a_head_outlasts_the_time_of_parking, begin, end),
        cmocka_unit_test_setup_teardown(half_a_head_that_came_with_a_request_has_its_time, begin,
                                        end),
        cmocka_unit_test_setup_teardown(bytes_that_are_not_accounted_for_close_nothing, begin, end),
        cmocka_unit_test_setup_teardown(a_head_in_lines_that_go_on_is_refused, begin, end),
        cmocka_unit_test_setup_teardown(a_client_that_leaves_while_parked_is_noticed, begin, end),
        cmocka_unit_test_setup_teardown(a_parked_connection_is_closed_in_the_end, begin, end),
        cmocka_unit_test_setup_teardown(stopping_closes_parked_connections, begin, end),
        cmocka_unit_test_setup_teardown(parked_connections_count, begin, end),
        cmocka_unit_test_setup_teardown(want_of_descriptors_closes_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_comes_while_parking_is_not_lost, begin, end),
        cmocka_unit_test_setup_teardown(ten_thousand_idle_connections_are_held, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
