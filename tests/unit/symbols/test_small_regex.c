/* The expressions of #match? predicates. */
#include "gaz_test.h"

#include "small_regex.h"

static bool matches(const char *pattern, const char *text)
{
    static small_regex regex;
    if (!gaz_small_regex_compile(&regex, pattern, strlen(pattern)))
        fail_msg("%s is refused", pattern);
    return gaz_small_regex_search(&regex, text, strlen(text));
}

static bool compiles(const char *pattern)
{
    static small_regex regex;
    return gaz_small_regex_compile(&regex, pattern, strlen(pattern));
}

static void small_regex_finds_what_it_says(void **state)
{
    (void)state;
    static const struct {
        const char *pattern, *text;
        bool found;
    } cases[] = {
        {"^[A-Z][A-Z0-9_]+$", "MAX_SIZE", true},
        {"^[A-Z][A-Z0-9_]+$", "MaxSize", false},
        {"^[A-Z][A-Z0-9_]+$", "M", false},
        {"^test_", "test_adds", true},
        {"^test_", "a_test_", false},
        {"_t$", "size_t", true},
        {"_t$", "size_tx", false},
        {"b", "abc", true},
        {"", "", true},
        {"^$", "", true},
        {"^$", "a", false},
        {"a|b|^c$", "xbx", true},
        {"a|b|^c$", "c", true},
        {"a|b|^c$", "cd", false},
        {"^(get|set)[A-Z]", "setName", true},
        {"^(get|set)[A-Z]", "setname", false},
        {"^(?:ab)*c", "ababc", true},
        {"^a?b", "b", true},
        {"^a{2,3}$", "aaa", true},
        {"^a{2,3}$", "aaaa", false},
        {"^a{2,}$", "aaaaaa", true},
        {"^a{2,}$", "a", false},
        {"^(ab){2}$", "abab", true},
        {"^(ab){2}$", "ab", false},
        {"^\\d+\\.\\w*$", "12.a_9", true},
        {"^\\S+$", "a b", false},
        {"^[^a-c]+$", "xyz", true},
        {"^[^a-c]+$", "xbz", false},
        {"^[]x]$", "]", true},
        {"^[\\w-]+$", "a-b", true},
        {"^import (typealias|struct|class|enum|protocol|let|var|func)\\s", "import enum x", true},
        {"^import (typealias|struct|class|enum|protocol|let|var|func)\\s", "import enumx", false},
        {"a.c", "a\nc", false},
        {"^var\\s*\\(", "var (\n", true},
        {"(a*)*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaac", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (matches(cases[i].pattern, cases[i].text) != cases[i].found)
            fail_msg("%s in %s", cases[i].pattern, cases[i].text);
}

static void small_regex_refuses_what_it_does_not_know(void **state)
{
    (void)state;
    static const char *const bad[] = {"(",  ")",   "a)",     "[a",    "*a", "+",
                                      "a{", "a{2", "a{3,2}", "a{99}", "\\"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (compiles(bad[i]))
            fail_msg("%s is taken", bad[i]);
}

static void small_regex_refuses_programs_that_are_too_long(void **state)
{
    (void)state;
    char pattern[600];
    memset(pattern, 'a', sizeof pattern);
    pattern[sizeof pattern - 1] = '\0';
    assert_false(compiles(pattern));
    assert_false(compiles("((a{16}){16}){16}"));
    memset(pattern, '(', 40);
    pattern[40] = '\0';
    assert_false(compiles(pattern));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_regex_finds_what_it_says),
        cmocka_unit_test(small_regex_refuses_what_it_does_not_know),
        cmocka_unit_test(small_regex_refuses_programs_that_are_too_long),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
