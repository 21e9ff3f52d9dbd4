/* Streams and encodings: back-pressure, clients that hang up or read slowly, gzip and zstd.
 * Also run under ThreadSanitizer. */
#include "test_server.h"

#include <zlib.h>
#include <zstd.h>

static test_server server;

static int setup(void **state)
{
    (void)state;
    server_init(&server);
    server.options.stall_ms = 400;
    server_start(&server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

static int send_get(const char *target, const char *extra)
{
    char text[512];
    int fd = dial(&server);
    snprintf(text, sizeof text, "GET %s HTTP/1.1\r\nHost: %s\r\n%s\r\n", target, server.host,
             extra ? extra : "");
    send_text(fd, text);
    return fd;
}

#define NDJSON "Accept: application/x-ndjson\r\n"
#define EVENTS "Accept: text/event-stream\r\n"

static void a_stream_begins_before_its_handler_ends(void **state)
{
    (void)state;
    atomic_store(&world.gate, 0);
    int fd = send_get("/v1/wait", NDJSON);
    gaz_strbuf in = GAZ_STRBUF_INIT;
    while (!strstr(in.data, "{\"begun\":1}\n"))
        assert_true(read_some(fd, &in) > 0);
    assert_null(strstr(in.data, "done"));
    assert_int_equal(atomic_load(&world.running), 1);
    atomic_store(&world.gate, 1);
    while (!strstr(in.data, "{\"done\":1}\n\r\n0\r\n\r\n"))
        assert_true(read_some(fd, &in) > 0);
    gaz_strbuf_release(&in);
    close(fd);
    await(&world.running, 0);
}

static void an_answer_too_large_to_hold_back_is_streamed_whole(void **state)
{
    (void)state;
    reply r;
    ask(&server, "GET", "/v1/big?n=3000000", NULL, NULL, &r);
    assert_int_equal(r.status, 200);
    assert_null(header_of(&r, "Content-Length"));
    assert_string_equal(header_of(&r, "Transfer-Encoding"), "chunked");
    assert_int_equal(r.body.len, 3000000);
    for (size_t i = 0; i + 50 <= r.body.len; i += 50)
        assert_memory_equal(r.body.data + i, "0123456789012345678901234567890123456789012345678\n",
                            50);
    reply_release(&r);
    ask(&server, "GET", "/v1/big?n=1000000", NULL, NULL, &r);
    assert_string_equal(header_of(&r, "Content-Length"), "1000000");
    reply_release(&r);
}

static void a_reader_who_stops_stops_the_handler_and_then_loses_it(void **state)
{
    (void)state;
    atomic_store(&world.emitted, 0);
    int fd = send_get("/v1/flood", NDJSON);
    await(&world.running, 1);
    /* What is on its way is bounded: the pipe and the sockets' buffers. */
    long long before, now = 0;
    do {
        before = now;
        nap_ms(100);
        now = atomic_load(&world.emitted);
    } while (now != before || !now);
    assert_true(now < 64LL << 20);
    await(&world.running, 0); /* the stall limit */
    gaz_strbuf in = GAZ_STRBUF_INIT;
    while (read_some(fd, &in) > 0)
        gaz_strbuf_reset(&in);
    gaz_strbuf_release(&in);
    close(fd);
}

static void a_reader_who_dribbles_loses_the_handler_too(void **state)
{
    (void)state;
    int fd = send_get("/v1/flood", NDJSON);
    await(&world.running, 1);
    char bytes[64];
    for (int i = 0; i < 400 && atomic_load(&world.running); i++) {
        (void)!recv(fd, bytes, sizeof bytes, MSG_DONTWAIT);
        nap_ms(20);
    }
    await(&world.running, 0);
    close(fd);
}

static void a_slow_but_steady_reader_gets_everything(void **state)
{
    (void)state;
    int fd = send_get("/v1/big?n=200000", NDJSON);
    gaz_strbuf in = GAZ_STRBUF_INIT;
    for (int i = 0; !memmem(in.data, in.len, "\r\n0\r\n\r\n", 7); i++) {
        if (i % 8 == 0)
            nap_ms(10);
        assert_true(read_some(fd, &in) > 0);
    }
    assert_non_null(memmem(in.data, in.len, "{\"i\":199999}\n", 13));
    gaz_strbuf_release(&in);
    close(fd);
}

static void hanging_up_cancels_a_handler_that_has_not_answered(void **state)
{
    (void)state;
    atomic_store(&world.gate, 0);
    atomic_store(&world.cancelled, 0);
    int fd = send_get("/v1/wait", NULL);
    await(&world.running, 1);
    close(fd);
    await(&world.cancelled, 1);
    await(&world.running, 0);
}

static void hanging_up_cancels_a_silent_stream(void **state)
{
    (void)state;
    static const char *const media[] = {NDJSON, EVENTS};
    for (int i = 0; i < 2; i++) {
        atomic_store(&world.gate, 0);
        atomic_store(&world.cancelled, 0);
        int fd = send_get("/v1/wait", media[i]);
        gaz_strbuf in = GAZ_STRBUF_INIT;
        while (!strstr(in.data, "begun"))
            assert_true(read_some(fd, &in) > 0);
        close(fd);
        await(&world.cancelled, 1);
        await(&world.running, 0);
        gaz_strbuf_release(&in);
    }
}

static void hanging_up_ends_a_flood(void **state)
{
    (void)state;
    atomic_store(&world.cancelled, 0);
    int fd = send_get("/v1/flood", NDJSON);
    gaz_strbuf in = GAZ_STRBUF_INIT;
    while (in.len < 1 << 20)
        assert_true(read_some(fd, &in) > 0);
    close(fd);
    await(&world.running, 0);
    assert_int_equal(atomic_load(&world.cancelled), 1);
    gaz_strbuf_release(&in);
}

/* ---- encodings ---- */

static void unzip(const gaz_strbuf *in, gaz_strbuf *out)
{
    z_stream z = {0};
    assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
    z.next_in = (Bytef *)in->data;
    z.avail_in = (uInt)in->len;
    int result;
    do {
        z.next_out = (Bytef *)gaz_strbuf_reserve(out, 65536);
        z.avail_out = 65536;
        result = inflate(&z, Z_NO_FLUSH);
        assert_true(result == Z_OK || result == Z_STREAM_END);
        gaz_strbuf_commit(out, 65536 - z.avail_out);
    } while (result != Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    inflateEnd(&z);
}

static void unzstd(const gaz_strbuf *in, gaz_strbuf *out)
{
    ZSTD_DCtx *d = ZSTD_createDCtx();
    ZSTD_inBuffer from = {in->data, in->len, 0};
    size_t left = 1;
    while (left) {
        ZSTD_outBuffer to = {gaz_strbuf_reserve(out, 65536), 65536, 0};
        left = ZSTD_decompressStream(d, &to, &from);
        assert_false(ZSTD_isError(left));
        gaz_strbuf_commit(out, to.pos);
        assert_true(!left || to.pos || from.pos < from.size);
    }
    assert_int_equal(from.pos, in->len);
    ZSTD_freeDCtx(d);
}

/* The answer decodes to the same bytes as without an encoding. */
static void encoded(const char *target, const char *accept, const char *extra, const char *coding)
{
    reply plain, r;
    char headers[256];
    ask(&server, "GET", target, extra, NULL, &plain);
    snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\n%s", accept, extra ? extra : "");
    ask(&server, "GET", target, headers, NULL, &r);
    const char *said = header_of(&r, "Content-Encoding");
    if (!said || strcmp(said, coding) != 0)
        fail_msg("%s with '%s' is encoded as %s, not %s", target, accept, said ? said : "nothing",
                 coding);
    gaz_strbuf out = GAZ_STRBUF_INIT;
    if (strcmp(coding, "gzip") == 0)
        unzip(&r.body, &out);
    else
        unzstd(&r.body, &out);
    assert_int_equal(out.len, plain.body.len);
    assert_memory_equal(out.data, plain.body.data, out.len);
    assert_true(r.body.len < plain.body.len);
    gaz_strbuf_release(&out);
    reply_release(&plain);
    reply_release(&r);
}

static void answers_are_encoded_as_the_client_likes_best(void **state)
{
    (void)state;
    encoded("/v1/big?n=5000", "gzip", NULL, "gzip");
    encoded("/v1/big?n=5000", "gzip, deflate, br, zstd", NULL, "zstd");
    encoded("/v1/big?n=5000", "zstd;q=0.5, gzip;q=0.8", NULL, "gzip");
    encoded("/v1/big?n=5000", "*", NULL, "zstd");
    encoded("/v1/big?n=5000", "zstd;q=0, *", NULL, "gzip");
    encoded("/v1/big?n=3000000", "gzip", NULL, "gzip");
    encoded("/v1/big?n=3000000", "zstd", NULL, "zstd");
    encoded("/v1/big?n=20000", "zstd", NDJSON, "zstd");
    encoded("/v1/big?n=20000", "gzip", NDJSON, "gzip");
    encoded("/v1/big?n=20000", "gzip", EVENTS, "gzip");
    encoded("/openapi.json", "zstd", NULL, "zstd");
}

static void small_or_unwanted_encodings_are_left_out(void **state)
{
    (void)state;
    static const char *const accepts[][2] = {
        {"/v1/big?n=1000", "gzip"}, {"/v1/big?n=5000", "identity"},
        {"/v1/big?n=5000", "br"},   {"/v1/big?n=5000", "gzip;q=0"},
        {"/v1/big?n=5000", ""},     {"/v1/big?n=5000", "*;q=0"}};
    for (size_t i = 0; i < sizeof accepts / sizeof accepts[0]; i++) {
        reply r;
        char headers[128];
        snprintf(headers, sizeof headers, "Accept-Encoding: %s\r\n", accepts[i][1]);
        ask(&server, "GET", accepts[i][0], headers, NULL, &r);
        assert_null(header_of(&r, "Content-Encoding"));
        assert_string_equal(header_of(&r, "Vary"), "Accept, Accept-Encoding");
        reply_release(&r);
    }
}

static void an_encoded_event_can_be_read_before_the_next(void **state)
{
    (void)state;
    static const char *const codings[] = {"gzip", "zstd"};
    for (int i = 0; i < 2; i++) {
        char extra[128];
        atomic_store(&world.gate, 0);
        snprintf(extra, sizeof extra, EVENTS "Accept-Encoding: %s\r\n", codings[i]);
        int fd = send_get("/v1/wait", extra);
        gaz_strbuf in = GAZ_STRBUF_INIT;
        const char *body;
        /* The head, then a chunk with the first event in it. */
        while (!(body = memmem(in.data, in.len, "\r\n\r\n", 4)) ||
               (size_t)(in.data + in.len - body) < 20)
            assert_true(read_some(fd, &in) > 0);
        size_t size = strtoul(body + 4, NULL, 16);
        const char *data = strstr(body + 4, "\r\n") + 2;
        while ((size_t)(in.data + in.len - data) < size) {
            size_t at = (size_t)(data - in.data);
            assert_true(read_some(fd, &in) > 0);
            data = in.data + at;
        }
        char out[256] = "";
        if (i == 0) {
            z_stream z = {.next_in = (Bytef *)(uintptr_t)data,
                          .avail_in = (uInt)size,
                          .next_out = (Bytef *)out,
                          .avail_out = sizeof out - 1};
            assert_int_equal(inflateInit2(&z, 15 + 16), Z_OK);
            assert_int_equal(inflate(&z, Z_SYNC_FLUSH), Z_OK);
            inflateEnd(&z);
        } else {
            ZSTD_DCtx *d = ZSTD_createDCtx();
            ZSTD_inBuffer from = {data, size, 0};
            ZSTD_outBuffer to = {out, sizeof out - 1, 0};
            assert_false(ZSTD_isError(ZSTD_decompressStream(d, &to, &from)));
            ZSTD_freeDCtx(d);
        }
        assert_string_equal(out, "{\"begun\":1}\n");
        atomic_store(&world.gate, 1);
        await(&world.running, 0);
        gaz_strbuf_release(&in);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_begins_before_its_handler_ends),
        cmocka_unit_test(an_answer_too_large_to_hold_back_is_streamed_whole),
        cmocka_unit_test(a_reader_who_stops_stops_the_handler_and_then_loses_it),
        cmocka_unit_test(a_reader_who_dribbles_loses_the_handler_too),
        cmocka_unit_test(a_slow_but_steady_reader_gets_everything),
        cmocka_unit_test(hanging_up_cancels_a_handler_that_has_not_answered),
        cmocka_unit_test(hanging_up_cancels_a_silent_stream),
        cmocka_unit_test(hanging_up_ends_a_flood),
        cmocka_unit_test(answers_are_encoded_as_the_client_likes_best),
        cmocka_unit_test(small_or_unwanted_encodings_are_left_out),
        cmocka_unit_test(an_encoded_event_can_be_read_before_the_next),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
