/* Operations that take bytes: the body comes in one piece or in many, goes to the handler as it
 * came, and is refused when it is too large, of another type, or asked wrongly. */
#include "test_server.h"

static test_server server;
static gaz_settings settings;

/* {"bytes":N,"sum":S,"repo":…} */
static gaz_status op_sum(gaz_call *call, gaz_error *err)
{
    char text[200];
    uint64_t sum = 0;
    const uint8_t *at = call->body;
    for (size_t i = 0; i < call->body_len; i++)
        sum = sum * 31 + at[i];
    const gaz_value *repo = gaz_call_value(call, "repo");
    int len = snprintf(text, sizeof text, "{\"bytes\":%zu,\"sum\":%llu,\"repo\":\"%s\"}",
                       call->body_len, (unsigned long long)sum, repo->text ? repo->text : "");
    return call->emit(call->ctx, text, (size_t)len, err);
}

static int64_t largest(const gaz_settings *s)
{
    return s->scip_upload_max;
}

static const char *const types[] = {"application/x-protobuf", "application/octet-stream", NULL};
static const gaz_op_body body = {.types = types,
                                 .metavar = "FILE",
                                 .help = "bytes",
                                 .setting = "scip.upload_max",
                                 .max = largest,
                                 .max_ever = 1u << 30};
static const gaz_param params[] = {{.name = "repo", .type = GAZ_PARAM_STRING, .max = 100}};
static const gaz_op ops[] = {{.name = "sum",
                              .summary = "Sums",
                              .method = "POST",
                              .path = "/v1/sum",
                              .params = params,
                              .param_count = 1,
                              .media = JSON_ONLY,
                              .handler = op_sum,
                              .body = &body}};

#define AS_BYTES "Content-Type: application/x-protobuf\r\n"
#define LARGEST (8u << 20)

static int setup(void **state)
{
    (void)state;
    server_init(&server);
    settings.scip_upload_max = LARGEST;
    server.services.settings = &settings;
    server.options.ops = ops;
    server.options.op_count = 1;
    server_start(&server);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    server_stop(&server);
    return 0;
}

static void wanted(const char *data, size_t len, char out[100])
{
    uint64_t sum = 0;
    for (size_t i = 0; i < len; i++)
        sum = sum * 31 + (uint8_t)data[i];
    snprintf(out, 100, "{\"bytes\":%zu,\"sum\":%llu,\"repo\":\"r\"}", len, (unsigned long long)sum);
}

static char *random_bytes(size_t len)
{
    char *data = malloc(len);
    uint32_t x = 1;
    for (size_t i = 0; i < len; i++)
        data[i] = (char)((x = x * 1103515245u + 12345u) >> 16);
    return data;
}

/* As one body with its length, or in chunks. */
static void send_sum(const char *data, size_t len, size_t chunk, reply *r)
{
    char head[300];
    int fd = dial(&server);
    snprintf(head, sizeof head, "POST /v1/sum?repo=r HTTP/1.1\r\nHost: %s\r\n" AS_BYTES,
             server.host);
    send_text(fd, head);
    if (!chunk) {
        snprintf(head, sizeof head, "Content-Length: %zu\r\n\r\n", len);
        send_text(fd, head);
        send_bytes(fd, data, len);
    } else {
        send_text(fd, "Transfer-Encoding: chunked\r\n\r\n");
        for (size_t at = 0; at < len; at += chunk) {
            size_t n = len - at < chunk ? len - at : chunk;
            snprintf(head, sizeof head, "%zx\r\n", n);
            send_text(fd, head);
            send_bytes(fd, data + at, n);
            send_text(fd, "\r\n");
        }
        send_text(fd, "0\r\n\r\n");
    }
    read_reply(fd, false, NULL, r);
    close(fd);
}

static void bytes_arrive_as_they_were_sent(void **state)
{
    static const size_t sizes[] = {0, 1, 65536, LARGEST - 1, LARGEST};
    (void)state;
    char *data = random_bytes(LARGEST), expected[100];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        for (size_t chunk = 0; chunk <= 100000; chunk += 50000) {
            reply r;
            wanted(data, sizes[i], expected);
            send_sum(data, sizes[i], chunk, &r);
            assert_int_equal(200, r.status);
            assert_string_equal(expected, r.body.data);
            reply_release(&r);
        }
    free(data);
}

static void more_than_the_setting_allows_is_413(void **state)
{
    (void)state;
    char *data = random_bytes(LARGEST + 1);
    for (size_t chunk = 0; chunk <= 1u << 20; chunk += 1u << 20) {
        reply r;
        send_sum(data, LARGEST + 1, chunk, &r);
        assert_int_equal(413, r.status);
        assert_body(&r, "too_large");
        assert_body(&r, "scip.upload_max");
        reply_release(&r);
    }
    free(data);
}

static void other_types_and_wrong_parameters_are_refused(void **state)
{
    (void)state;
    expect(&server, "POST", "/v1/sum", "Content-Type: application/json\r\n", "{}", 415,
           "application/x-protobuf");
    expect(&server, "POST", "/v1/sum", NULL, "x", 415, "unsupported_media_type");
    expect(&server, "POST", "/v1/sum", "Content-Type: application/octet-streams\r\n", "x", 415,
           "unsupported_media_type");
    expect(&server, "POST", "/v1/sum?rebo=r", AS_BYTES, "x", 400, "did you mean repo?");
    expect(&server, "POST", "/v1/sum", "Content-Type: Application/Octet-Stream; a=b\r\n", "x", 200,
           "\"bytes\":1");
    expect(&server, "GET", "/v1/sum", NULL, NULL, 405, "POST");
}

static void nothing_is_left_of_a_body_that_ends_early(void **state)
{
    (void)state;
    char head[300];
    for (int i = 0; i < 20; i++) {
        int fd = dial(&server);
        snprintf(head, sizeof head,
                 "POST /v1/sum HTTP/1.1\r\nHost: %s\r\n" AS_BYTES "Content-Length: 1000\r\n\r\nabc",
                 server.host);
        send_text(fd, head);
        close(fd);
    }
    expect(&server, "POST", "/v1/sum", AS_BYTES, "abc", 200, "\"bytes\":3");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_arrive_as_they_were_sent),
        cmocka_unit_test(more_than_the_setting_allows_is_413),
        cmocka_unit_test(other_types_and_wrong_parameters_are_refused),
        cmocka_unit_test(nothing_is_left_of_a_body_that_ends_early),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
