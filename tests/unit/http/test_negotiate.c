/* Accept and Accept-Encoding. */
#include "gaz_test.h"

#include "negotiate.h"

#define JSON (1u << GAZ_MEDIA_JSON)
#define LINES (1u << GAZ_MEDIA_NDJSON)
#define EVENTS (1u << GAZ_MEDIA_EVENTS)

static void chooses(const char *accept, unsigned offered, int expected)
{
    gaz_media got = GAZ_MEDIA_JSON;
    bool ok = gaz_negotiate_media(accept, offered, &got);
    if (ok != (expected >= 0) || (ok && (int)got != expected))
        fail_msg("'%s' chose %d, not %d", accept ? accept : "(none)", ok ? (int)got : -1, expected);
}

static void the_heaviest_acceptable_media_type_wins(void **state)
{
    (void)state;
    chooses(NULL, JSON | LINES, GAZ_MEDIA_JSON);
    chooses("", JSON | LINES, GAZ_MEDIA_JSON);
    chooses(NULL, EVENTS, GAZ_MEDIA_EVENTS);
    chooses("*/*", JSON | LINES | EVENTS, GAZ_MEDIA_JSON);
    chooses("application/x-ndjson", JSON | LINES, GAZ_MEDIA_NDJSON);
    chooses("Application/X-NDJSON ; q=1", JSON | LINES, GAZ_MEDIA_NDJSON);
    chooses("text/event-stream, application/json;q=0.9", JSON | EVENTS, GAZ_MEDIA_EVENTS);
    chooses("text/*", JSON | EVENTS, GAZ_MEDIA_EVENTS);
    chooses("application/*;q=0.2, text/event-stream;q=0.1", JSON | EVENTS, GAZ_MEDIA_JSON);
    chooses("application/json;q=0, */*;q=0.5", JSON | LINES, GAZ_MEDIA_NDJSON);
    chooses("*/*;q=0.5, application/json;q=0", JSON, -1);
    chooses("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", JSON | LINES,
            GAZ_MEDIA_JSON);
    chooses("application/x-ndjson;q=0.001, application/json;q=0.002", JSON | LINES, GAZ_MEDIA_JSON);
    chooses("application/json;charset=utf-8;q=0.1, application/x-ndjson;q=0.2", JSON | LINES,
            GAZ_MEDIA_NDJSON);
    chooses("image/png", JSON | LINES, -1);
    chooses("application/json2", JSON, -1);
    chooses("application", JSON, -1);
    chooses(",,, ;q=1, application/json", JSON, GAZ_MEDIA_JSON);
}

static void encodings_are_weighed(void **state)
{
    (void)state;
    static const struct {
        const char *accept;
        gaz_coding expected;
    } rows[] = {
        {NULL, GAZ_CODING_IDENTITY},
        {"", GAZ_CODING_IDENTITY},
        {"gzip", GAZ_CODING_GZIP},
        {"x-gzip", GAZ_CODING_GZIP},
        {"GZIP, deflate", GAZ_CODING_GZIP},
        {"gzip, zstd", GAZ_CODING_ZSTD},
        {"gzip;q=1.0, zstd;q=0.9", GAZ_CODING_GZIP},
        {"*", GAZ_CODING_ZSTD},
        {"zstd;q=0, *;q=0.1", GAZ_CODING_GZIP},
        {"gzip;q=0, zstd;q=0, *", GAZ_CODING_IDENTITY},
        {"identity", GAZ_CODING_IDENTITY},
        {"br, deflate", GAZ_CODING_IDENTITY},
        {"gzip;q=junk", GAZ_CODING_GZIP},
        {"gzip;q=0.000", GAZ_CODING_IDENTITY},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (gaz_negotiate_coding(rows[i].accept) != rows[i].expected)
            fail_msg("'%s' chose %s", rows[i].accept,
                     gaz_coding_name(gaz_negotiate_coding(rows[i].accept)));
}

static void browsers_are_told_from_programs(void **state)
{
    (void)state;
    assert_true(gaz_negotiate_html("text/html,application/xhtml+xml,*/*;q=0.8"));
    assert_true(gaz_negotiate_html("text/html;q=0.9, application/json;q=0.9"));
    assert_false(gaz_negotiate_html("*/*"));
    assert_false(gaz_negotiate_html(NULL));
    assert_false(gaz_negotiate_html("text/html;q=0"));
    assert_false(gaz_negotiate_html("application/json, text/html;q=0.5"));
}

static void json_is_recognised_by_its_type(void **state)
{
    (void)state;
    static const char *const good[] = {
        "application/json", "APPLICATION/JSON ", "application/json; charset=utf-8",
        "application/json;charset=\"UTF-8\"", "application/json; x=y"};
    static const char *const bad[] = {"",
                                      "text/json",
                                      "application/json5",
                                      "application/json/x",
                                      "application/x-www-form-urlencoded",
                                      "application/json; charset=utf-16"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(gaz_is_json_type(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(gaz_is_json_type(bad[i]));
    assert_false(gaz_is_json_type(NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_heaviest_acceptable_media_type_wins),
        cmocka_unit_test(encodings_are_weighed),
        cmocka_unit_test(browsers_are_told_from_programs),
        cmocka_unit_test(json_is_recognised_by_its_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
