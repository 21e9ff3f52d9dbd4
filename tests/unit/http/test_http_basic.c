/* Requests and answers over real sockets: routing, parameters, media, bodies, limits.
 * Also run under ThreadSanitizer. */
#include "test_server.h"

static test_server server;

static int setup(void **state)
{
    (void)state;
    server_init(&server);
    server_start(&server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

static void a_question_gets_its_answer_with_length_and_security_headers(void **state)
{
    (void)state;
    reply r;
    get(&server, "/v1/echo?q=a%20b%2Fc+d&limit=7&tags=x&tags=y", &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body.data,
                        "{\"q\":\"a b/c d\",\"limit\":7,\"tags\":[\"x\",\"y\"],\"remote\":true}");
    assert_string_equal(header_of(&r, "Content-Type"), "application/json");
    assert_string_equal(header_of(&r, "X-Content-Type-Options"), "nosniff");
    assert_string_equal(header_of(&r, "Cross-Origin-Resource-Policy"), "same-origin");
    assert_string_equal(header_of(&r, "Referrer-Policy"), "no-referrer");
    assert_string_equal(header_of(&r, "Cache-Control"), "no-store");
    assert_non_null(strstr(header_of(&r, "Content-Security-Policy"), "frame-ancestors 'none'"));
    assert_int_equal(strlen(header_of(&r, "X-Request-Id")), 16);
    assert_null(header_of(&r, "Content-Encoding"));
    reply_release(&r);
}

static void parameters_are_decoded_strictly(void **state)
{
    (void)state;
    expect(&server, "GET", "/v1/echo?q=%E2%82%AC", NULL, NULL, 200, "\xe2\x82\xac");
    expect(&server, "GET", "/v1/echo?q=%zz", NULL, NULL, 400, "bad percent-encoding at '%zz'");
    expect(&server, "GET", "/v1/echo?q=%", NULL, NULL, 400, "bad percent-encoding");
    expect(&server, "GET", "/v1/echo?q=%4", NULL, NULL, 400, "bad percent-encoding");
    expect(&server, "GET", "/v1/echo?q=a%00b", NULL, NULL, 400, "NUL");
    expect(&server, "GET", "/v1/echo?q=1&q=2", NULL, NULL, 400, "'q' is given twice");
    expect(&server, "GET", "/v1/echo?=1", NULL, NULL, 400, "name is empty");
    expect(&server, "GET", "/v1/echo?&&q=1&", NULL, NULL, 200, "\"q\":\"1\"");
    expect(&server, "GET", "/v1/echo?wait", NULL, NULL, 200, "\"wait\":1");
    expect(&server, "GET", "/v1/echo?limt=1", NULL, NULL, 400, "did you mean limit?");
    expect(&server, "GET", "/v1/echo?limit=0", NULL, NULL, 400, "'limit' is 1 to 100");
    expect(&server, "GET", "/v1/echo?q=a#b", NULL, NULL, 400, "0x23");
    expect(&server, "GET", "/v1/echo?q=\x7f", NULL, NULL, 400, "0x7f");
    expect(&server, "GET", "/v1/echo?q=a b", NULL, NULL, 400, "0x20");
}

static void too_many_parameters_headers_or_bytes_are_refused(void **state)
{
    (void)state;
    gaz_strbuf t = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&t, "/v1/echo?");
    for (int i = 0; i < 64; i++)
        gaz_strbuf_puts(&t, "tags=x&");
    expect(&server, "GET", t.data, NULL, NULL, 200, "\"x\",\"x\"");
    gaz_strbuf_puts(&t, "tags=x");
    expect(&server, "GET", t.data, NULL, NULL, 400, "over 64 parameters");

    gaz_strbuf_reset(&t);
    gaz_strbuf_puts(&t, "/v1/echo?q=");
    for (int i = 0; i < 12000; i++)
        gaz_strbuf_putc(&t, 'a');
    expect(&server, "GET", t.data, NULL, NULL, 200, "aaaa");
    for (int i = 0; i < 4400; i++)
        gaz_strbuf_putc(&t, 'a');
    expect(&server, "GET", t.data, NULL, NULL, 414, "at most 16384");

    gaz_strbuf_reset(&t);
    for (int i = 0; i < 63; i++)
        gaz_strbuf_printf(&t, "X-%d: 1\r\n", i);
    expect(&server, "GET", "/v1/echo", t.data, NULL, 200, NULL);
    gaz_strbuf_puts(&t, "X-One-More: 1\r\n");
    expect(&server, "GET", "/v1/echo", t.data, NULL, 431, "65 headers");
    gaz_strbuf_reset(&t);
    gaz_strbuf_puts(&t, "X-Long: ");
    for (int i = 0; i < 40000; i++)
        gaz_strbuf_putc(&t, 'a');
    gaz_strbuf_puts(&t, "\r\n");
    expect(&server, "GET", "/v1/echo", t.data, NULL, 431, NULL);
    gaz_strbuf_release(&t);
}

static void paths_are_matched_part_by_part_and_the_last_parameter_takes_slashes(void **state)
{
    (void)state;
    expect(&server, "GET", "/v1/things/a", NULL, NULL, 200, "\"name\":\"a\"");
    expect(&server, "GET", "/v1/things/a/b/c", NULL, NULL, 200, "\"name\":\"a/b/c\"");
    expect(&server, "GET", "/v1/things/a%2Fb%20c", NULL, NULL, 200, "\"name\":\"a/b c\"");
    expect(&server, "GET", "/v1/%74hings/a", NULL, NULL, 200, "\"name\":\"a\"");
    expect(&server, "GET", "/v1/things/", NULL, NULL, 404, "not_found");
    expect(&server, "GET", "/v1/things", NULL, NULL, 404, "openapi.json");
    expect(&server, "GET", "/v1/things/%zz", NULL, NULL, 400, "percent-encoding");
    expect(&server, "GET", "/v1/things/a?name=b", NULL, NULL, 400, "'name' is given twice");
    expect(&server, "GET", "/v1/jobs/7", NULL, NULL, 200, "\"id\":7");
    expect(&server, "GET", "/v1/jobs/7/log", NULL, NULL, 200, "\"id\":7");
    expect(&server, "GET", "/v1/jobs/x", NULL, NULL, 400, "whole number");
    expect(&server, "DELETE", "/v1/things/a/b?wait=1", NULL, NULL, 200,
           "\"name\":\"a/b\",\"wait\":1");
    expect(&server, "GET", "/v1//echo", NULL, NULL, 404, NULL);
    expect(&server, "GET", "/", NULL, NULL, 404, NULL);
    gaz_strbuf deep = GAZ_STRBUF_INIT;
    for (int i = 0; i < 65; i++)
        gaz_strbuf_puts(&deep, "/a");
    expect(&server, "GET", deep.data, NULL, NULL, 400, "over 64 parts");
    gaz_strbuf_release(&deep);
}

static void absolute_targets_mean_their_path(void **state)
{
    (void)state;
    char target[128];
    snprintf(target, sizeof target, "http://%s/v1/echo?q=1", server.host);
    expect(&server, "GET", target, NULL, NULL, 200, "\"q\":\"1\"");
    expect(&server, "GET", "http://evil.example/v1/echo?q=1", NULL, NULL, 421, "wrong_host");
    expect(&server, "GET", "v1/echo", NULL, NULL, 400, "begins with");
}

static void other_methods_are_told_what_is_allowed(void **state)
{
    (void)state;
    reply r;
    ask(&server, "PUT", "/v1/echo", NULL, "x", &r);
    assert_int_equal(r.status, 405);
    assert_string_equal(header_of(&r, "Allow"), "GET, HEAD, POST, OPTIONS");
    assert_body(&r, "method_not_allowed");
    reply_release(&r);
    ask(&server, "OPTIONS", "/v1/things/x", NULL, NULL, &r);
    assert_int_equal(r.status, 204);
    assert_string_equal(header_of(&r, "Allow"), "GET, HEAD, DELETE, OPTIONS");
    reply_release(&r);
    ask(&server, "POST", "/healthz", "Content-Type: application/json\r\n", "{}", &r);
    assert_int_equal(r.status, 405);
    reply_release(&r);
    ask(&server, "OPTIONS", "*", NULL, NULL, &r);
    assert_int_equal(r.status, 204);
    reply_release(&r);
    expect(&server, "BREW", "/v1/echo", NULL, NULL, 405, NULL);
    expect(&server, "BREW", "/v1/nowhere", NULL, NULL, 404, NULL);
}

static void head_is_get_without_a_body(void **state)
{
    (void)state;
    reply r;
    ask(&server, "HEAD", "/v1/echo?q=abc", NULL, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(header_of(&r, "Content-Length"), "25");
    assert_int_equal(r.body.len, 0);
    reply_release(&r);
    ask(&server, "HEAD", "/v1/big?n=5", "Accept: application/x-ndjson\r\n", NULL, &r);
    assert_int_equal(r.status, 200);
    reply_release(&r);
    ask(&server, "HEAD", "/v1/nowhere", NULL, NULL, &r);
    assert_int_equal(r.status, 404);
    reply_release(&r);
}

#define AS_JSON "Content-Type: application/json\r\n"

static void a_post_needs_json(void **state)
{
    (void)state;
    expect(&server, "POST", "/v1/echo", AS_JSON, "{\"q\":\"x\",\"limit\":3}", 200,
           "{\"q\":\"x\",\"limit\":3,");
    expect(&server, "POST", "/v1/echo", "Content-Type: Application/JSON; charset=UTF-8\r\n", "{}",
           200, NULL);
    expect(&server, "POST", "/v1/echo?wait=1", AS_JSON, "{\"q\":\"x\"}", 200,
           "{\"q\":\"x\",\"wait\":1,");
    expect(&server, "POST", "/v1/echo?q=1", AS_JSON, "{\"q\":\"x\"}", 400, "'q' is given twice");
    expect(&server, "POST", "/v1/echo?q=1", AS_JSON, "", 200, "\"q\":\"1\"");
    expect(&server, "POST", "/v1/accepted", AS_JSON, "{}", 202, "\"job\":1");
    expect(&server, "POST", "/v1/echo", NULL, "{}", 415, "unsupported_media_type");
    expect(&server, "POST", "/v1/echo", NULL, NULL, 415, NULL);
    expect(&server, "POST", "/v1/echo", "Content-Type: text/plain\r\n", "{}", 415,
           "not 'text/plain'");
    expect(&server, "POST", "/v1/echo", "Content-Type: application/jsonp\r\n", "{}", 415, NULL);
    expect(&server, "POST", "/v1/echo", "Content-Type: application/json; charset=latin1\r\n", "{}",
           415, NULL);
    expect(&server, "POST", "/v1/echo", AS_JSON, "[]", 400, "JSON object");
    expect(&server, "POST", "/v1/echo", AS_JSON, "{\"q\":", 400, "line 1");
    expect(&server, "POST", "/v1/echo", AS_JSON, "{\"q\":\"\xff\"}", 400, "0xff");
    expect(&server, "POST", "/v1/echo", AS_JSON, "{\"q\":7}", 400, "'q' is a string");
    expect(&server, "POST", "/v1/echo?q=%zz", AS_JSON, "{}", 400, "percent-encoding");
    expect(&server, "GET", "/v1/echo", "Content-Type: text/plain\r\n", "{}", 415, NULL);
}

static void a_body_in_chunks_is_put_together(void **state)
{
    (void)state;
    int fd = dial(&server);
    char head[256];
    snprintf(head, sizeof head,
             "POST /v1/echo HTTP/1.1\r\nHost: %s\r\n" AS_JSON "Transfer-Encoding: chunked\r\n\r\n",
             server.host);
    send_text(fd, head);
    nap_ms(20);
    send_text(fd, "3\r\n{\"q\r\n");
    nap_ms(20);
    send_text(fd, "6\r\n\":\"a\"}\r\n0\r\n\r\n");
    reply r;
    read_reply(fd, false, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_body(&r, "\"q\":\"a\"");
    reply_release(&r);
    close(fd);
}

static void a_client_that_waits_for_100_gets_it(void **state)
{
    (void)state;
    int fd = dial(&server);
    char head[256];
    snprintf(head, sizeof head,
             "POST /v1/echo HTTP/1.1\r\nHost: %s\r\n" AS_JSON
             "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n",
             server.host);
    send_text(fd, head);
    gaz_strbuf in = GAZ_STRBUF_INIT;
    while (!strstr(in.data, "\r\n\r\n"))
        assert_true(read_some(fd, &in) > 0);
    assert_memory_equal(in.data, "HTTP/1.1 100", 12);
    send_text(fd, "{}");
    reply r;
    read_reply(fd, false, NULL, &r);
    assert_int_equal(r.status, 200);
    reply_release(&r);
    gaz_strbuf_release(&in);
    close(fd);
}

static void a_body_over_the_limit_is_413(void **state)
{
    (void)state;
    reply r;
    gaz_strbuf big = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&big, "{\"q\":\"");
    while (big.len < (1u << 20) + 1)
        gaz_strbuf_puts(&big, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
    ask(&server, "POST", "/v1/echo", AS_JSON "Content-Length: 1048577\r\n", NULL, &r);
    assert_int_equal(r.status, 413);
    assert_body(&r, "at most 1048576");
    assert_string_equal(header_of(&r, "Connection"), "close");
    reply_release(&r);
    int fd = dial(&server);
    char head[256];
    snprintf(head, sizeof head,
             "POST /v1/echo HTTP/1.1\r\nHost: %s\r\n" AS_JSON
             "Transfer-Encoding: chunked\r\n\r\n%zx\r\n",
             server.host, big.len);
    send_text(fd, head);
    send_bytes(fd, big.data, big.len);
    send_text(fd, "\r\n0\r\n\r\n");
    read_reply(fd, false, NULL, &r);
    assert_int_equal(r.status, 413);
    assert_body(&r, "too_large");
    reply_release(&r);
    close(fd);
    gaz_strbuf_release(&big);
}

static void doubtful_framing_is_refused(void **state)
{
    (void)state;
    expect(&server, "POST", "/v1/echo", AS_JSON "Transfer-Encoding: chunked\r\n", "0\r\n\r\n", 400,
           "both Transfer-Encoding");
    expect(&server, "POST", "/v1/echo", AS_JSON "Content-Length: 2\r\n", "{}", 400, "comes twice");
    expect(&server, "POST", "/v1/echo", AS_JSON "Transfer-Encoding: gzip\r\n", NULL, 501,
           "not_implemented");
    expect(&server, "GET", "/v1/echo", "Bad Name: 1\r\n", NULL, 400, "malformed");
    expect(&server, "GET", "/v1/echo", "Content-Length : 5\r\n", NULL, 400, NULL);
    expect(&server, "GET", "/v1/echo", "Host: localhost\r\n", NULL, 400, "comes twice");
}

static void the_media_type_is_negotiated(void **state)
{
    (void)state;
    reply r;
    ask(&server, "GET", "/v1/big?n=3", "Accept: application/x-ndjson\r\n", NULL, &r);
    assert_int_equal(r.status, 200);
    assert_string_equal(r.body.data, "{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n");
    assert_string_equal(header_of(&r, "Content-Type"), "application/x-ndjson");
    assert_string_equal(header_of(&r, "Vary"), "Accept, Accept-Encoding");
    reply_release(&r);
    ask(&server, "GET", "/v1/big?n=2", "Accept: text/event-stream\r\n", NULL, &r);
    assert_string_equal(header_of(&r, "Content-Type"), "text/event-stream");
    assert_string_equal(r.body.data, "data: {\"i\":0}\n\ndata: {\"i\":1}\n\n");
    reply_release(&r);
    expect(&server, "GET", "/v1/echo", "Accept: text/html, */*;q=0.1\r\n", NULL, 200, NULL);
    expect(&server, "GET", "/v1/echo", "Accept: image/png\r\n", NULL, 406,
           "cannot answer as 'image/png'");
    expect(&server, "GET", "/v1/echo", "Accept: application/json;q=0\r\n", NULL, 406, NULL);
    expect(&server, "GET", "/v1/events?n=1", NULL, NULL, 200, "data: ");
    expect(&server, "GET", "/v1/events?n=1", "Accept: application/json\r\n", NULL, 406, NULL);
}

static void a_failure_is_json_with_the_status_of_its_kind(void **state)
{
    (void)state;
    expect(&server, "GET", "/v1/fail?status=-1", NULL, NULL, 400,
           "{\"error\":{\"code\":\"invalid\",\"message\":\"it did not "
           "work\",\"hint\":\"\",\"column\":7}}");
    expect(&server, "GET", "/v1/fail?status=-2", NULL, NULL, 404, "\"not_found\"");
    expect(&server, "GET", "/v1/fail?status=-12", NULL, NULL, 403, "\"denied\"");
    expect(&server, "GET", "/v1/fail?status=-14", NULL, NULL, 500, "\"internal\"");
    expect(&server, "GET", "/v1/fail?status=-8", NULL, NULL, 504, "\"timeout\"");
    expect(&server, "GET", "/v1/fail?status=-1&after=1", NULL, NULL, 400, "it did not work");
    reply r;
    get(&server, "/v1/fail?status=-10", &r);
    assert_int_equal(r.status, 503);
    assert_string_equal(header_of(&r, "Retry-After"), "1");
    reply_release(&r);
}

static void a_stream_that_fails_says_so_at_its_end(void **state)
{
    (void)state;
    reply r;
    ask(&server, "GET", "/v1/fail?status=-1&after=1", "Accept: application/x-ndjson\r\n", NULL, &r);
    assert_int_equal(r.status, 200);
    assert_false(r.broken);
    assert_string_equal(
        r.body.data,
        "{\"first\":1}\n{\"error\":{\"code\":\"invalid\",\"message\":\"it did not work\","
        "\"hint\":\"\",\"column\":7}}\n");
    reply_release(&r);
    ask(&server, "GET", "/v1/fail?status=-1&after=1", "Accept: text/event-stream\r\n", NULL, &r);
    assert_body(&r, "event: error\ndata: {\"error\":{");
    reply_release(&r);
    ask(&server, "GET", "/v1/fail?status=-2", "Accept: application/x-ndjson\r\n", NULL, &r);
    assert_int_equal(r.status, 404);
    reply_release(&r);
    /* JSON that was too large to hold back breaks off. */
    ask(&server, "GET", "/v1/fail?status=-1&after=2", NULL, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_true(r.broken);
    reply_release(&r);
}

static void health_readiness_and_the_document_are_served(void **state)
{
    (void)state;
    reply r;
    expect(&server, "GET", "/healthz", NULL, NULL, 200, "{\"alive\":true}");
    expect(&server, "GET", "/readyz", NULL, NULL, 200, "{\"ready\":true}");
    get(&server, "/openapi.json", &r);
    assert_int_equal(r.status, 200);
    assert_body(&r, "\"/v1/things/{name}\"");
    char again[128];
    snprintf(again, sizeof again, "If-None-Match: %.40s\r\n", header_of(&r, "ETag"));
    reply_release(&r);
    ask(&server, "GET", "/openapi.json", again, NULL, &r);
    assert_int_equal(r.status, 304);
    assert_int_equal(r.body.len, 0);
    reply_release(&r);
}

static void requests_may_be_pipelined_and_the_connection_stays(void **state)
{
    (void)state;
    int fd = dial(&server);
    gaz_strbuf req = GAZ_STRBUF_INIT, rest = GAZ_STRBUF_INIT;
    for (int i = 0; i < 30; i++)
        gaz_strbuf_printf(&req, "GET /v1/echo?q=%d HTTP/1.1\r\nHost: %s\r\n\r\n", i, server.host);
    send_bytes(fd, req.data, req.len);
    for (int i = 0; i < 30; i++) {
        char part[32];
        reply r;
        read_reply(fd, false, &rest, &r);
        snprintf(part, sizeof part, "{\"q\":\"%d\",", i);
        assert_int_equal(r.status, 200);
        assert_body(&r, part);
        reply_release(&r);
    }
    /* An error does not end the connection either. */
    for (int i = 0; i < 2; i++) {
        reply r;
        gaz_strbuf_reset(&req);
        gaz_strbuf_printf(&req, "GET /v1/nowhere HTTP/1.1\r\nHost: %s\r\n\r\n", server.host);
        send_bytes(fd, req.data, req.len);
        read_reply(fd, false, &rest, &r);
        assert_int_equal(r.status, 404);
        assert_null(header_of(&r, "Connection"));
        reply_release(&r);
    }
    gaz_strbuf_release(&req);
    gaz_strbuf_release(&rest);
    close(fd);
}

static void a_request_may_come_byte_by_byte(void **state)
{
    (void)state;
    int fd = dial(&server);
    char text[256];
    snprintf(text, sizeof text,
             "POST /v1/echo?wait=1 HTTP/1.1\r\nhost: %s\r\n" AS_JSON
             "Content-Length: 9\r\n\r\n{\"q\":\"z\"}",
             server.host);
    for (const char *p = text; *p; p++)
        send_bytes(fd, p, 1);
    reply r;
    read_reply(fd, false, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_body(&r, "{\"q\":\"z\",\"wait\":1,");
    reply_release(&r);
    close(fd);
}

static void http_1_0_is_answered_and_closed(void **state)
{
    (void)state;
    char text[256];
    reply r;
    int fd = dial(&server);
    snprintf(text, sizeof text,
             "GET /v1/big?n=3 HTTP/1.0\r\nHost: %s\r\nAccept: application/x-ndjson\r\n\r\n",
             server.host);
    send_text(fd, text);
    read_reply(fd, false, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_null(header_of(&r, "Transfer-Encoding"));
    assert_string_equal(r.body.data, "{\"i\":0}\n{\"i\":1}\n{\"i\":2}\n");
    reply_release(&r);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_gets_its_answer_with_length_and_security_headers),
        cmocka_unit_test(parameters_are_decoded_strictly),
        cmocka_unit_test(too_many_parameters_headers_or_bytes_are_refused),
        cmocka_unit_test(paths_are_matched_part_by_part_and_the_last_parameter_takes_slashes),
        cmocka_unit_test(absolute_targets_mean_their_path),
        cmocka_unit_test(other_methods_are_told_what_is_allowed),
        cmocka_unit_test(head_is_get_without_a_body),
        cmocka_unit_test(a_post_needs_json),
        cmocka_unit_test(a_body_in_chunks_is_put_together),
        cmocka_unit_test(a_client_that_waits_for_100_gets_it),
        cmocka_unit_test(a_body_over_the_limit_is_413),
        cmocka_unit_test(doubtful_framing_is_refused),
        cmocka_unit_test(the_media_type_is_negotiated),
        cmocka_unit_test(a_failure_is_json_with_the_status_of_its_kind),
        cmocka_unit_test(a_stream_that_fails_says_so_at_its_end),
        cmocka_unit_test(health_readiness_and_the_document_are_served),
        cmocka_unit_test(requests_may_be_pipelined_and_the_connection_stays),
        cmocka_unit_test(a_request_may_come_byte_by_byte),
        cmocka_unit_test(http_1_0_is_answered_and_closed),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
