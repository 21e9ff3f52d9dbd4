/* Server-sent events, whole and cut anywhere. */
#include "gaz_test.h"

#include "gaz/net/sse.h"

static gaz_status note(void *ctx, const char *event, const char *data, size_t len, gaz_error *err)
{
    (void)err;
    assert_int_equal(strlen(data), len);
    gaz_strbuf_printf(ctx, "[%s|%s]", event, data);
    return GAZ_OK;
}

/* Feeds `text` in pieces of `step` bytes. */
static void expect(const char *text, size_t step, const char *events)
{
    gaz_strbuf seen = GAZ_STRBUF_INIT;
    gaz_sse sse;
    gaz_error err = {0};
    gaz_sse_init(&sse, note, &seen);
    size_t len = strlen(text);
    for (size_t at = 0; at < len; at += step)
        assert_ok(gaz_sse_feed(&sse, text + at, len - at < step ? len - at : step, &err));
    assert_string_equal(seen.data, events);
    gaz_sse_release(&sse);
    gaz_strbuf_release(&seen);
}

static void events_are_read_however_they_are_cut(void **state)
{
    (void)state;
    const char *text = "\xEF\xBB\xBF: hello\nevent: progress\ndata: {\"a\":1}\n\ndata:x\r\ndata: "
                       "y\r\n\r\nevent:done\rdata\r\r"
                       "id: 7\nretry: 5\n\nevent: lost\n\ndata: cut";
    for (size_t step = 1; step < 20; step++)
        expect(text, step, "[progress|{\"a\":1}][message|x\ny][done|]");
    expect(text, 1000, "[progress|{\"a\":1}][message|x\ny][done|]");
}

static gaz_status refuse(void *ctx, const char *event, const char *data, size_t len, gaz_error *err)
{
    (void)ctx, (void)event, (void)data, (void)len;
    return gaz_error_set(err, GAZ_E_BUSY, "enough");
}

static void a_visitors_failure_is_returned(void **state)
{
    (void)state;
    gaz_sse sse;
    gaz_error err = {0};
    gaz_sse_init(&sse, refuse, NULL);
    assert_int_equal(gaz_sse_feed(&sse, "data: x\n\n", 9, &err), GAZ_E_BUSY);
    gaz_sse_release(&sse);
}

static void an_event_over_the_maximum_is_refused(void **state)
{
    (void)state;
    gaz_strbuf seen = GAZ_STRBUF_INIT;
    gaz_sse sse;
    gaz_error err = {0};
    gaz_sse_init(&sse, note, &seen);
    size_t piece = (size_t)1 << 20;
    char *bytes = malloc(piece);
    assert_non_null(bytes);
    memset(bytes, 'x', piece);
    gaz_status st = GAZ_OK;
    for (size_t sent = 0; sent <= GAZ_SSE_EVENT_MAX && st == GAZ_OK; sent += piece)
        st = gaz_sse_feed(&sse, bytes, piece, &err);
    assert_int_equal(st, GAZ_E_LIMIT);
    free(bytes);
    gaz_sse_release(&sse);
    gaz_strbuf_release(&seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_read_however_they_are_cut),
        cmocka_unit_test(a_visitors_failure_is_returned),
        cmocka_unit_test(an_event_over_the_maximum_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
