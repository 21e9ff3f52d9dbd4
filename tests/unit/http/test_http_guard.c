/* Who may ask: Host, Origin and Sec-Fetch-Site over real sockets. */
#include "test_server.h"

static test_server server;

static int setup(void **state)
{
    (void)state;
    static const char *const allowed[] = {"code.example.com", "proxy.example.com:8443"};
    server_init(&server);
    server.options.allowed_hosts = allowed;
    server.options.allowed_host_count = 2;
    server_start(&server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

/* A request with exactly these headers. "$" in them stands for the server's port. */
static void sends(const char *method, const char *headers, int status, const char *part)
{
    gaz_strbuf req = GAZ_STRBUF_INIT;
    int fd = dial(&server);
    gaz_strbuf_printf(&req, "%s /v1/echo HTTP/1.1\r\n", method);
    for (const char *p = headers; *p; p++) {
        if (*p == '$')
            gaz_strbuf_printf(&req, "%u", server.port);
        else
            gaz_strbuf_putc(&req, *p);
    }
    bool post = strcmp(method, "POST") == 0;
    gaz_strbuf_puts(&req, post ? "Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
                               : "\r\n");
    send_bytes(fd, req.data, req.len);
    reply r;
    read_reply(fd, strcmp(method, "HEAD") == 0, NULL, &r);
    if (r.status != status)
        fail_msg("%s with '%s': %d, not %d: %.200s", method, headers, r.status, status,
                 r.body.data);
    if (part)
        assert_body(&r, part);
    reply_release(&r);
    gaz_strbuf_release(&req);
    close(fd);
}

static void loopback_names_and_addresses_are_its_hosts(void **state)
{
    (void)state;
    sends("GET", "Host: 127.0.0.1:$\r\n", 200, NULL);
    sends("GET", "Host: localhost:$\r\n", 200, NULL);
    sends("GET", "Host: LocalHost:$\r\n", 200, NULL);
    sends("GET", "Host: [::1]:$\r\n", 200, NULL);
    sends("GET", "Host: 127.8.9.10:$\r\n", 200, NULL);
    sends("GET", "Host: [::ffff:127.0.0.1]:$\r\n", 200, NULL);
}

static void other_hosts_are_misdirected(void **state)
{
    (void)state;
    static const char *const hosts[] = {
        "evil.example:$",
        "evil.example",
        "localhost.evil.example:$",
        "evil.localhost:$",
        "localhost",
        "127.0.0.1",
        "127.0.0.1:1",
        "10.0.0.1:$",
        "0.0.0.0:$",
        "[::2]:$",
        "[::]:$",
        "2130706433:$",
        "0x7f.1:$",
        "127.1:$",
        "localhost.:$",
        "code.example.com.evil.example",
        "xcode.example.com",
        "proxy.example.com",
        "proxy.example.com:$",
        "127.0.0.1.:$",
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char header[128];
        snprintf(header, sizeof header, "Host: %s\r\n", hosts[i]);
        sends("GET", header, 421, "\"wrong_host\"");
        sends("POST", header, 421, "allowed_hosts");
    }
}

static void malformed_or_missing_hosts_are_bad_requests(void **state)
{
    (void)state;
    static const char *const hosts[] = {"",
                                        "a b",
                                        "localhost:",
                                        "localhost:x",
                                        "localhost:99999",
                                        "localhost:0",
                                        "[::1",
                                        "[]:$",
                                        "::1",
                                        "user@localhost:$",
                                        "localhost/:$",
                                        "localhost:$,evil",
                                        "[localhost]:$",
                                        "%6cocalhost:$"};
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char header[128];
        snprintf(header, sizeof header, "Host: %s\r\n", hosts[i]);
        sends("GET", header, 400, "Host header is malformed");
    }
    sends("GET", "X: 1\r\n", 400, "no Host header");
    sends("GET", "Host: localhost:$\r\nHost: localhost:$\r\n", 400, "comes twice");
}

static void configured_hosts_are_allowed(void **state)
{
    (void)state;
    sends("GET", "Host: code.example.com\r\n", 200, NULL);
    sends("GET", "Host: CODE.example.com:1234\r\n", 200, NULL);
    sends("GET", "Host: proxy.example.com:8443\r\n", 200, NULL);
    sends("GET", "Host: code.example.com\r\nOrigin: https://code.example.com\r\n", 200, NULL);
    sends("GET", "Host: code.example.com\r\nOrigin: https://evil.example\r\n", 403, NULL);
}

static void only_its_own_origin_may_ask(void **state)
{
    (void)state;
    sends("GET", "Host: localhost:$\r\nOrigin: http://localhost:$\r\n", 200, NULL);
    sends("POST", "Host: 127.0.0.1:$\r\nOrigin: http://127.0.0.1:$\r\n", 200, NULL);
    static const char *const origins[] = {"null",
                                          "http://evil.example",
                                          "http://localhost",
                                          "http://localhost:1",
                                          "http://127.0.0.1:$",
                                          "http://localhost:$.evil.example",
                                          "file://",
                                          "",
                                          "localhost:$",
                                          "http://localhost:$/"};
    for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
        char header[160];
        snprintf(header, sizeof header, "Host: localhost:$\r\nOrigin: %s\r\n", origins[i]);
        sends("GET", header, 403, "\"cross_origin\"");
        sends("POST", header, 403, "\"cross_origin\"");
    }
}

static void other_sites_may_link_but_not_send_or_embed(void **state)
{
    (void)state;
    sends("GET", "Host: localhost:$\r\nSec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors\r\n",
          200, NULL);
    sends("GET", "Host: localhost:$\r\nSec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\n", 200,
          NULL);
    sends("GET", "Host: localhost:$\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
          200, NULL);
    sends("GET", "Host: localhost:$\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n",
          403, "another site");
    sends("GET", "Host: localhost:$\r\nSec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n", 403,
          NULL);
    sends("GET", "Host: localhost:$\r\nSec-Fetch-Site: cross-site\r\n", 403, NULL);
    sends("POST", "Host: localhost:$\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
          403, NULL);
    sends("POST", "Host: localhost:$\r\nSec-Fetch-Site: same-site\r\n", 403, NULL);
    sends("POST", "Host: localhost:$\r\nSec-Fetch-Site: same-origin\r\n", 200, NULL);
    sends("HEAD", "Host: localhost:$\r\nSec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n",
          200, NULL);
}

static void listening_elsewhere_takes_the_address_that_was_dialled(void **state)
{
    (void)state;
    test_server wide;
    server_init(&wide);
    wide.options.listen = "0.0.0.0:0";
    server_start(&wide);
    assert_false(gaz_http_is_loopback(wide.http));
    assert_true(gaz_http_is_loopback(server.http));
    snprintf(wide.host, sizeof wide.host, "127.0.0.1:%u", wide.port);
    expect(&wide, "GET", "/v1/echo", NULL, NULL, 200, NULL);
    snprintf(wide.host, sizeof wide.host, "192.0.2.7:%u", wide.port);
    expect(&wide, "GET", "/v1/echo", NULL, NULL, 421, NULL);
    server_stop(&wide);
}

static void addresses_to_listen_on_are_checked(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",       "127.0.0.1", "127.0.0.1:",     "127.0.0.1:x", "127.0.0.1:70000",
        "::1:80", "[::1:80",   "no such host:80"};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        test_server s;
        gaz_error err = {0};
        server_init(&s);
        s.options.listen = bad[i];
        assert_int_equal(gaz_http_start(&s.options, &s.http, &err), GAZ_E_INVALID);
        assert_non_null(strstr(err.message, "cannot listen"));
    }
    static const char *const good[] = {":0", "localhost:0", "127.0.0.1:0"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        test_server s;
        server_init(&s);
        s.options.listen = good[i];
        server_start(&s);
        assert_true(gaz_http_is_loopback(s.http));
        server_stop(&s);
    }
    test_server taken;
    gaz_error err = {0};
    server_init(&taken);
    taken.options.listen = server.host;
    assert_int_equal(gaz_http_start(&taken.options, &taken.http, &err), GAZ_E_IO);
    assert_non_null(strstr(err.hint, "another program listens there"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(loopback_names_and_addresses_are_its_hosts),
        cmocka_unit_test(other_hosts_are_misdirected),
        cmocka_unit_test(malformed_or_missing_hosts_are_bad_requests),
        cmocka_unit_test(configured_hosts_are_allowed),
        cmocka_unit_test(only_its_own_origin_may_ask),
        cmocka_unit_test(other_sites_may_link_but_not_send_or_embed),
        cmocka_unit_test(listening_elsewhere_takes_the_address_that_was_dialled),
        cmocka_unit_test(addresses_to_listen_on_are_checked),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
