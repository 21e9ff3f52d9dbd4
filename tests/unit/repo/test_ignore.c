/* Ignore patterns: the rules one by one, and 20,000 generated questions answered as `git
 * check-ignore` answers them. */
#include "gaz_test.h"
#include "proof.h"

#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/repo/ignore.h"

static gaz_error err;

static bool out(const char *patterns, const char *path)
{
    gaz_ignore *set = NULL;
    gaz_error_clear(&err);
    assert_ok(gaz_ignore_new(&set, &err));
    assert_ok(gaz_ignore_add(set, "", patterns, strlen(patterns), &err));
    bool yes = gaz_ignore_match(set, path, strlen(path));
    gaz_ignore_free(set);
    return yes;
}

typedef struct row {
    const char *patterns, *path;
    bool out;
} row;

static void each_rule_of_the_manual_holds(void **state)
{
    (void)state;
    static const row rows[] = {
        {"", "a", false},
        {"# a\n\n", "a", false},
        {"\\#a", "#a", true},
        {"a", "a", true},
        {"a", "b/a", true},
        {"a", "a/b", true},
        {"a", "ab", false},
        {"/a", "a", true},
        {"/a", "b/a", false},
        {"b/a", "b/a", true},
        {"b/a", "c/b/a", false},
        {"a/", "a", false},
        {"a/", "a/b", true},
        {"a/", "c/a/b", true},
        {"*.o", "x.o", true},
        {"*.o", "d/x.o", true},
        {"*.o", "x.oo", false},
        {"d/*.o", "d/x.o", true},
        {"d/*.o", "d/e/x.o", false},
        {"?.c", "a.c", true},
        {"?.c", "ab.c", false},
        {"[a-c].c", "b.c", true},
        {"[!a-c].c", "b.c", false},
        {"[^a-c].c", "d.c", true},
        {"[]x].c", "].c", true},
        {"[a.c", "[a.c", false},
        {"[[:digit:]]x", "7x", true},
        {"[[:nothing:]]x", "7x", false},
        {"**/foo", "foo", true},
        {"**/foo", "a/b/foo", true},
        {"**/foo/bar", "a/foo/bar", true},
        {"abc/**", "abc/x/y", true},
        {"abc/**", "abc", false},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "ab", false},
        {"a/x**y", "a/x1/2y", false},
        {"*.txt\n!keep.txt", "keep.txt", false},
        {"!keep.txt\n*.txt", "keep.txt", true},
        {"d/\n!d/keep", "d/keep", true}, /* what a directory holds does not come back */
        {"d/*\n!d/keep", "d/keep", false},
        {"/*\n!/d\n/d/*\n!/d/e", "d/e", false},
        {"\\!a", "!a", true},
        {"a \n", "a", true},
        {"a\\ \n", "a ", true},
        {"a\\ \n", "a", false},
        {"a\t\n", "a", false},
        {"a\r\n", "a", true},
        {"\xEF\xBB\xBF"
         "a\n",
         "a", true},
        {"a\\", "a\\", false},
        {"/", "a", false},
        {"*", "a/b", true},
        {"\\*", "*", true},
        {"\\*", "x", false},
        {"foo\\/bar", "foo/bar", true},
        {"a[/]b", "a/b", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        if (out(rows[i].patterns, rows[i].path) != rows[i].out)
            fail_msg("pattern '%s', path '%s': expected %d", rows[i].patterns, rows[i].path,
                     rows[i].out);
}

static void deeper_files_win_and_apply_below_themselves_only(void **state)
{
    (void)state;
    gaz_ignore *set = NULL;
    gaz_error_clear(&err);
    assert_ok(gaz_ignore_new(&set, &err));
    assert_true(gaz_ignore_empty(set));
    assert_ok(gaz_ignore_add(set, "src/lib", "!x.o\n/only\n", 12, &err)); /* in any order */
    assert_ok(gaz_ignore_add(set, "", "*.o\n", 4, &err));
    assert_ok(gaz_ignore_add(set, "src", "y.c\n", 4, &err));
    assert_false(gaz_ignore_empty(set));
    assert_true(gaz_ignore_match(set, "x.o", 3));
    assert_true(gaz_ignore_match(set, "src/x.o", 7));
    assert_false(gaz_ignore_match(set, "src/lib/x.o", 11));
    assert_false(gaz_ignore_match(set, "src/lib/z/x.o", 13));
    assert_true(gaz_ignore_match(set, "src/lib/only", 12));
    assert_false(gaz_ignore_match(set, "src/lib/z/only", 14));
    assert_true(gaz_ignore_match(set, "src/lib/y.c", 11));
    assert_false(gaz_ignore_match(set, "y.c", 3));
    assert_false(gaz_ignore_match(set, "srclib/y.c", 10));
    gaz_ignore_free(set);
}

static void patterns_that_make_others_backtrack_take_no_time(void **state)
{
    (void)state;
    char pattern[GAZ_IGNORE_PATTERNS_MAX / 100], path[4000];
    size_t n = 0;
    while (n + 4 < sizeof pattern)
        n += (size_t)snprintf(pattern + n, sizeof pattern - n, "*a");
    pattern[n++] = 'b';
    pattern[n] = '\0';
    memset(path, 'a', sizeof path - 1);
    path[sizeof path - 1] = '\0';
    assert_false(
        out(pattern, path)); /* exponential elsewhere; the test's time limit is the assertion */
    n = 0;
    while (n + 6 < sizeof pattern)
        n += (size_t)snprintf(pattern + n, sizeof pattern - n, "**/a*");
    pattern[n - 1] = 'z';
    for (size_t i = 0; i + 1 < sizeof path; i++)
        path[i] = i % 2 ? '/' : 'a';
    path[sizeof path - 2] = 'b';
    assert_false(out(pattern, path));
}

static void limits_are_told_and_what_came_before_them_counts(void **state)
{
    (void)state;
    gaz_ignore *set = NULL;
    size_t len = GAZ_IGNORE_FILE_MAX + 100;
    char *text = malloc(len);
    assert_non_null(text);
    gaz_error_clear(&err);
    assert_ok(gaz_ignore_new(&set, &err));
    memset(text, 'p', 5000);
    memcpy(text, "first\n", 6);
    assert_status(GAZ_E_LIMIT, gaz_ignore_add(set, "", text, 5000, &err));
    assert_non_null(strstr(err.message, "line 2"));
    assert_true(gaz_ignore_match(set, "first", 5));
    gaz_ignore_free(set);

    /* Beyond the size of a file that counts: the last line there is cut off and does not. */
    gaz_error_clear(&err);
    assert_ok(gaz_ignore_new(&set, &err));
    for (size_t i = 0; i < len; i++)
        text[i] = i % 1000 == 999 ? '\n' : '#';
    memcpy(text, "early\n", 6);
    memcpy(text + GAZ_IGNORE_FILE_MAX - 5, "\nabcdef\n", 8);
    assert_ok(gaz_ignore_add(set, "", text, len, &err));
    assert_true(gaz_ignore_match(set, "early", 5));
    assert_false(gaz_ignore_match(set, "abcdef", 6));
    assert_false(gaz_ignore_match(set, "abcd", 4));
    gaz_ignore_free(set);

    gaz_error_clear(&err);
    assert_ok(gaz_ignore_new(&set, &err));
    for (size_t i = 0; i < 400000; i++)
        text[i] = i % 2 ? '\n' : 'x';
    assert_status(GAZ_E_LIMIT, gaz_ignore_add(set, "", text, 400000, &err));
    gaz_ignore_free(set);
    free(text);
}

/* ---- the oracle ---- */

static uint64_t random_state;

static size_t below(size_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (size_t)(random_state >> 33) % n;
}

static void random_pattern(gaz_strbuf *text)
{
    static const char *const parts[] = {
        "a",    "b",    "ab",     "c.o", ".o",    "*",    "*",           "**", "?", "[ab]", "[!a]",
        "/",    "/",    "\\*",    "\\a", "[a-c]", "[^b]", "[[:alpha:]]", "[a", "d", "\\ ",  " ",
        "[]a]", "[a-]", "[\\]a]", "**/", "/**",   "x",    "-",           "!",  "#", "\\"};
    if (below(5) == 0)
        gaz_strbuf_puts(text, "!");
    if (below(5) == 0)
        gaz_strbuf_puts(text, "/");
    if (below(6) == 0)
        gaz_strbuf_puts(text, "**/");
    for (size_t n = 1 + below(5); n; n--)
        gaz_strbuf_puts(text, parts[below(sizeof parts / sizeof parts[0])]);
    if (below(4) == 0)
        gaz_strbuf_puts(text, "/");
    if (below(12) == 0)
        gaz_strbuf_puts(text, "  ");
    if (below(12) == 0)
        gaz_strbuf_puts(text, "\r");
    gaz_strbuf_putc(text, '\n');
}

/* Not the directories that are there on disk, of which git knows what they are. */
static void random_path(char path[64])
{
    static const char *const names[] = {"a", "b", "ab", "c.o", "aa", "d", "a.o", "abc",
                                        "*", "x", "-",  "ba",  "#",  "]", "[a",  "a b"};
    do {
        path[0] = '\0';
        for (size_t n = 1 + below(4); n; n--) {
            strcat(path, names[below(sizeof names / sizeof names[0])]);
            if (n > 1)
                strcat(path, "/");
        }
    } while (strcmp(path, "a") == 0 || strcmp(path, "a/b") == 0);
}

static void run(const char *command)
{
    if (system(command) != 0)
        fail_msg("failed: %s", command);
}

/* One round: ignore files at three depths, paths, and git's verdict on each. */
static void compare_with_git(const char *dir, gaz_ignore *set, gaz_strbuf files[3])
{
    static const char *const dirs[] = {"", "a", "a/b"};
    enum { PATHS = 200 };
    static char paths[PATHS][64];
    gaz_strbuf input = GAZ_STRBUF_INIT, answers = GAZ_STRBUF_INIT;
    char name[600], command[2000];
    for (int i = 0; i < 3; i++) {
        files[i] = GAZ_STRBUF_INIT;
        for (size_t n = i ? below(3) : 1 + below(8); n; n--)
            random_pattern(&files[i]);
        snprintf(name, sizeof name, "%s/%s%s.gitignore", dir, dirs[i], dirs[i][0] ? "/" : "");
        assert_ok(gaz_file_write(name, files[i].data, files[i].len, 0644, &err));
        assert_ok(gaz_ignore_add(set, dirs[i], files[i].data, files[i].len, &err));
    }
    for (size_t i = 0; i < PATHS; i++) {
        random_path(paths[i]);
        gaz_strbuf_printf(&input, "%s%c", paths[i], 0);
    }
    snprintf(name, sizeof name, "%s.in", dir);
    assert_ok(gaz_file_write(name, input.data, input.len, 0644, &err));
    snprintf(command, sizeof command,
             "git -C %s check-ignore --no-index -z --stdin <%s.in >%s.out; test $? -lt 2", dir, dir,
             dir);
    run(command);
    snprintf(name, sizeof name, "%s.out", dir);
    assert_ok(gaz_file_read(name, (size_t)1 << 20, &answers, &err));
    /* The paths that are out, in the order asked. */
    const char *next = answers.data, *end = answers.data + answers.len;
    for (size_t i = 0; i < PATHS; i++) {
        bool git_says = next < end && strcmp(next, paths[i]) == 0;
        if (git_says)
            next += strlen(next) + 1;
        if (gaz_ignore_match(set, paths[i], strlen(paths[i])) != git_says)
            fail_msg("path '%s': git says %d\n--- root\n%s--- a\n%s--- a/b\n%s", paths[i], git_says,
                     files[0].data, files[1].data, files[2].data);
    }
    assert_ptr_equal(next, end);
    gaz_strbuf_release(&input);
    gaz_strbuf_release(&answers);
}

static void git_check_ignore_agrees(void **state)
{
    (void)state;
    random_state = proof_say_seed();
    unsigned rounds = proof_rounds(1000);
    char *base = make_temp_dir(), dir[560], command[2000];
    snprintf(dir, sizeof dir, "%s/w", base);
    snprintf(command, sizeof command, "mkdir %s && git init -q %s && mkdir -p %s/a/b", dir, dir,
             dir);
    run(command);
    gaz_error_clear(&err);
    for (unsigned round = 0; round < rounds; round++) {
        gaz_ignore *set = NULL;
        gaz_strbuf files[3];
        assert_ok(gaz_ignore_new(&set, &err));
        compare_with_git(dir, set, files);
        gaz_ignore_free(set);
        for (int i = 0; i < 3; i++)
            gaz_strbuf_release(&files[i]);
    }
    assert_ok(gaz_remove_all(base, &err));
    free(base);
    proof_report("sets of ignore files that mean what git check-ignore says", rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_rule_of_the_manual_holds),
        cmocka_unit_test(deeper_files_win_and_apply_below_themselves_only),
        cmocka_unit_test(patterns_that_make_others_backtrack_take_no_time),
        cmocka_unit_test(limits_are_told_and_what_came_before_them_counts),
        cmocka_unit_test(git_check_ignore_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
