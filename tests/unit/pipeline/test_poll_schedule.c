/* When a remote is looked at again, with made-up times and every jitter there is. */
#include "gaz_test.h"

#include "poll_schedule.h"

#define SECOND INT64_C(1000000)
#define HOUR (3600 * SECOND)
#define JITTERS 1024

static const poll_rules rules = {.interval = 900 * SECOND, .max = 6 * HOUR};

static void first_looks_are_spread_over_the_interval(void **state)
{
    (void)state;
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t r = 0; r < JITTERS; r++) {
        int64_t delay = poll_first(&rules, r);
        assert_in_range(delay, 1, rules.interval);
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    assert_true(least < 2 * SECOND);
    assert_int_equal(rules.interval, most);
}

static void looks_that_go_well_are_an_interval_apart_give_or_take_a_tenth(void **state)
{
    (void)state;
    int64_t least = INT64_MAX, most = 0;
    for (uint64_t r = 0; r < JITTERS; r++) {
        int64_t delay = poll_delay(&rules, 0, r);
        assert_in_range(delay, 809 * SECOND, 991 * SECOND);
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    assert_true(most - least > 170 * SECOND);
}

static void each_failure_doubles_the_time_up_to_the_longest(void **state)
{
    (void)state;
    static const int64_t expected[] = {1800, 3600, 7200, 14400, 21600, 21600, 21600};
    for (unsigned n = 1; n <= sizeof expected / sizeof expected[0]; n++) {
        assert_int_equal(expected[n - 1] * SECOND, poll_delay(&rules, n, 0));
        for (uint64_t r = 0; r < JITTERS; r++)
            assert_in_range(poll_delay(&rules, n, r), expected[n - 1] * SECOND / 4 * 3,
                            expected[n - 1] * SECOND);
    }
    assert_int_equal(6 * HOUR, poll_delay(&rules, UINT32_MAX, 0));
}

static void servers_that_fail_together_are_not_asked_together(void **state)
{
    (void)state;
    assert_true(poll_delay(&rules, 3, 0) - poll_delay(&rules, 3, JITTERS - 1) > 1700 * SECOND);
}

static void a_longest_below_the_interval_counts_as_the_interval(void **state)
{
    (void)state;
    const poll_rules odd = {.interval = HOUR, .max = SECOND};
    assert_int_equal(HOUR, poll_delay(&odd, 5, 0));
    assert_int_equal(HOUR, poll_resume(&odd, 100 * HOUR, 0, 0));
}

static void the_longest_settings_do_not_overflow(void **state)
{
    (void)state;
    const int64_t month = INT64_C(30) * 24 * HOUR;
    const poll_rules longest = {.interval = month, .max = month};
    for (unsigned n = 0; n < 70; n++)
        assert_in_range(poll_delay(&longest, n, UINT64_MAX), month / 4 * 3, month / 10 * 11);
    assert_in_range(poll_first(&longest, UINT64_MAX), 1, month);
    const poll_rules shortest = {.interval = 1000, .max = 1000};
    for (uint64_t r = 0; r < JITTERS; r++)
        assert_in_range(poll_delay(&shortest, 0, r), 1, 1100);
}

static void a_restart_keeps_what_was_due_and_spreads_what_is_overdue(void **state)
{
    (void)state;
    assert_int_equal(HOUR, poll_resume(&rules, 11 * HOUR, 10 * HOUR, 7));
    assert_int_equal(6 * HOUR, poll_resume(&rules, 1000 * HOUR, 10 * HOUR, 7)); /* a clock jumped */
    assert_int_equal(poll_first(&rules, 7), poll_resume(&rules, 9 * HOUR, 10 * HOUR, 7));
    assert_int_equal(poll_first(&rules, 7), poll_resume(&rules, 0, 10 * HOUR, 7));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_looks_are_spread_over_the_interval),
        cmocka_unit_test(looks_that_go_well_are_an_interval_apart_give_or_take_a_tenth),
        cmocka_unit_test(each_failure_doubles_the_time_up_to_the_longest),
        cmocka_unit_test(servers_that_fail_together_are_not_asked_together),
        cmocka_unit_test(a_longest_below_the_interval_counts_as_the_interval),
        cmocka_unit_test(the_longest_settings_do_not_overflow),
        cmocka_unit_test(a_restart_keeps_what_was_due_and_spreads_what_is_overdue),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
