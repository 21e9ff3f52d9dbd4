/* Near misses for hints. */
#include "gaz_test.h"

#include "gaz/base/near.h"

static void offer_all(gaz_near *near, const char *word, const char *const *names)
{
    gaz_near_init(near, word, strlen(word));
    for (; *names; names++)
        gaz_near_offer(near, *names);
}

static void nearest_names_come_first(void **state)
{
    (void)state;
    static const char *const names[] = {"select", "statue", "status", "search", NULL};
    gaz_near near;
    offer_all(&near, "statsu", names);
    assert_int_equal(near.count, 2);
    assert_string_equal(near.names[0], "status");
    assert_string_equal(near.names[1], "statue");
}

static void case_and_swaps_count_little(void **state)
{
    (void)state;
    static const char *const names[] = {"Python", NULL};
    gaz_near near;
    offer_all(&near, "PYHTON", names);
    assert_int_equal(near.count, 1);
    assert_int_equal(near.distances[0], 1);
}

static void beginnings_are_near(void **state)
{
    (void)state;
    static const char *const names[] = {"lang", "la", NULL};
    gaz_near near;
    offer_all(&near, "language", names);
    assert_int_equal(near.count, 1);
    assert_string_equal(near.names[0], "lang");
}

static void strangers_are_not_offered(void **state)
{
    (void)state;
    static const char *const names[] = {"file", "", "repo", NULL};
    gaz_near near;
    offer_all(&near, "zzzz", names);
    assert_int_equal(near.count, 0);
    offer_all(&near, "", names);
    assert_int_equal(near.count, 0);
    offer_all(&near, "x", (const char *const[]){"r", NULL});
    assert_int_equal(near.count, 0);
}

static void only_the_best_three_are_kept(void **state)
{
    (void)state;
    static const char *const names[] = {"abcx", "abxx", "abcy", "abcz", "abcd", NULL};
    gaz_near near;
    gaz_error err = {0};
    offer_all(&near, "abcd", names);
    assert_int_equal(near.count, 3);
    assert_string_equal(near.names[0], "abcd");
    assert_string_equal(near.names[1], "abcx");
    assert_string_equal(near.names[2], "abcy");
    gaz_near_hint(&near, &err, "--", "=");
    assert_string_equal(err.hint, "");
    gaz_error_set(&err, GAZ_E_INVALID, "x");
    gaz_near_hint(&near, &err, "--", "=");
    assert_string_equal(err.hint, "did you mean --abcd=, --abcx= or --abcy=?");
}

static void long_words_have_no_near_misses(void **state)
{
    (void)state;
    char word[GAZ_NEAR_WORD_MAX + 2];
    memset(word, 'a', sizeof word);
    gaz_near near;
    word[GAZ_NEAR_WORD_MAX] = '\0';
    gaz_near_init(&near, word, GAZ_NEAR_WORD_MAX);
    gaz_near_offer(&near, word);
    assert_int_equal(near.count, 1);
    word[GAZ_NEAR_WORD_MAX] = 'a';
    word[GAZ_NEAR_WORD_MAX + 1] = '\0';
    gaz_near_init(&near, word, GAZ_NEAR_WORD_MAX + 1);
    gaz_near_offer(&near, word);
    assert_int_equal(near.count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nearest_names_come_first),
        cmocka_unit_test(case_and_swaps_count_little),
        cmocka_unit_test(beginnings_are_near),
        cmocka_unit_test(strangers_are_not_offered),
        cmocka_unit_test(only_the_best_three_are_kept),
        cmocka_unit_test(long_words_have_no_near_misses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
