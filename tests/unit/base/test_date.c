/* Points in time as people write them, held against what `date -u -d … +%s` says of them. */
#include "gaz_test.h"

#include "gaz/base/date.h"

#define NOW INT64_C(1700000000) /* 2023-11-14T22:13:20Z */

static gaz_error err;

static int64_t parse(const char *text)
{
    int64_t seconds = 42;
    gaz_error_clear(&err);
    assert_ok(gaz_date_parse(text, NOW, &seconds, &err));
    return seconds;
}

static void days_and_clocks_are_read_as_utc_or_in_their_zone(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t seconds;
    } known[] = {
        {"1970-01-01", 0},
        {"2023-11-14T22:13:20Z", NOW},
        {"2023-11-14 22:13:20", NOW},
        {"2023-11-14T22:13:20.5Z", NOW},
        {"2023-11-14T23:13:20+01:00", NOW},
        {"2023-11-14T14:13:20-0800", NOW},
        {"2023-11-14T22:13", NOW - 20},
        {"2024-02-29", 1709164800},
        {"2000-03-01", 951868800},
        {"1969-12-31", -86400},
        {"0001-01-01", -62135596800},
        {"9999-12-31T23:59:59Z", 253402300799},
        {"@1700000000", NOW},
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (parse(known[i].text) != known[i].seconds)
            fail_msg("%s is %lld", known[i].text, (long long)parse(known[i].text));
}

static void words_count_back_from_now(void **state)
{
    (void)state;
    assert_int_equal(parse("now"), NOW);
    assert_int_equal(parse("today"), 1699920000);
    assert_int_equal(parse("yesterday"), 1699833600);
    assert_int_equal(parse("1 second ago"), NOW - 1);
    assert_int_equal(parse("90 minutes"), NOW - 5400);
    assert_int_equal(parse("3 days ago"), NOW - 3 * 86400);
    assert_int_equal(parse("2.weeks.ago"), NOW - 14 * 86400);
    assert_int_equal(parse("6_months_ago"), NOW - 180 * 86400);
    assert_int_equal(parse("2-years"), NOW - 730 * 86400);
}

static void what_is_no_time_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "soon",
                                      "2023",
                                      "2023-13-01",
                                      "2023-02-29",
                                      "1900-02-29",
                                      "2023-11-31",
                                      "2023-11-14x",
                                      "2023-11-14T25:00",
                                      "2023-11-14T10",
                                      "3 dayz ago",
                                      "days ago",
                                      "3 days before",
                                      "@",
                                      "@99999999999999999",
                                      "0000-01-01",
                                      "999999999 years ago",
                                      "2023-11-14T22:13:20+1",
                                      "2023-11-00",
                                      "-3 days"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        int64_t seconds = 42;
        gaz_error_clear(&err);
        if (gaz_date_parse(bad[i], NOW, &seconds, &err) != GAZ_E_INVALID || seconds != 42)
            fail_msg("'%s' was taken for %lld", bad[i], (long long)seconds);
        assert_non_null(strstr(err.message, "no point in time"));
        assert_non_null(strstr(err.hint, "yesterday"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(days_and_clocks_are_read_as_utc_or_in_their_zone),
        cmocka_unit_test(words_count_back_from_now),
        cmocka_unit_test(what_is_no_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
