/* The module's public face: lines, spans, errors, limits, for each kind of pattern. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "gaz/regex/pattern.h"

static gaz_error err;

typedef struct found {
    char text[512]; /* "1 3 4" */
    unsigned lines, stop_after;
} found;

static bool note(void *ctx, const gaz_line *line)
{
    found *f = ctx;
    size_t n = strlen(f->text);
    if (n < sizeof f->text - 16)
        snprintf(f->text + n, sizeof f->text - n, "%s%u", n ? " " : "", line->number + 1);
    return ++f->lines != f->stop_after;
}

static gaz_scan scan_of(const char *text, size_t len)
{
    gaz_scan s = {.text = text, .len = len, .flags = 0, .deadline_us = GAZ_NEVER};
    s.flags = (gaz_ascii_valid(text, len) ? GAZ_TEXT_ASCII : 0u) |
              (gaz_utf8_valid(text, len) ? GAZ_TEXT_VALID : 0u);
    return s;
}

static gaz_pattern *compile(const char *source, bool literal, gaz_case fold)
{
    gaz_pattern *p = NULL;
    gaz_pattern_options o = {.literal = literal, .fold = fold};
    gaz_error_clear(&err);
    assert_ok(gaz_pattern_compile(source, strlen(source), &o, &p, &err));
    return p;
}

static void lines_are_n(const char *source, bool literal, gaz_case fold, const char *text,
                        size_t len, const char *expected)
{
    gaz_pattern *p = compile(source, literal, fold);
    gaz_matcher *m = NULL;
    found f = {0};
    bool any = !*expected;
    gaz_scan s = scan_of(text, len);
    assert_ok(gaz_matcher_new(p, &m, &err));
    assert_ok(gaz_matcher_lines(m, &s, note, &f, &err));
    assert_string_equal(f.text, expected);
    assert_ok(gaz_matcher_test(m, &s, &any, &err));
    assert_int_equal(any, *expected != '\0');
    gaz_matcher_free(m);
    gaz_pattern_free(p);
}

static void lines_are(const char *source, const char *text, const char *expected)
{
    lines_are_n(source, false, GAZ_CASE_SENSITIVE, text, strlen(text), expected);
}

/* Spans of the line that starts at `from`, as "[a,b) [c,d)". */
static void spans_are(const char *source, const char *text, size_t from, size_t to,
                      const char *expected)
{
    gaz_pattern *p = compile(source, false, GAZ_CASE_SENSITIVE);
    gaz_matcher *m = NULL;
    gaz_scan s = scan_of(text, strlen(text));
    gaz_range out[16];
    size_t n = 0, at = 0;
    char got[256] = "";
    assert_ok(gaz_matcher_new(p, &m, &err));
    assert_ok(gaz_matcher_spans(m, &s, from, to, out, 16, &n, &err));
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%s[%zu,%zu)", i ? " " : "", out[i].start,
                               out[i].end);
    assert_string_equal(got, expected);
    gaz_matcher_free(m);
    gaz_pattern_free(p);
}

static void literal_means_its_bytes(void **state)
{
    (void)state;
    lines_are_n("a.b", true, GAZ_CASE_SENSITIVE, "a.b\naxb\n", 8, "1");
    lines_are_n("\xff\xfe", true, GAZ_CASE_SENSITIVE, "x\n\xff\xfe\n", 5, "2");
    lines_are_n("b", true, GAZ_CASE_SENSITIVE, "a\0b\nb", 5, "1 2");
    lines_are_n("\r", true, GAZ_CASE_SENSITIVE, "a\r\nb\nc\rd", 8, "1 3");
}

static void literal_with_a_newline_touches_all_its_lines(void **state)
{
    (void)state;
    lines_are_n("b\nc", true, GAZ_CASE_SENSITIVE, "a\nb\nc\nd", 7, "2 3");
    lines_are_n("b\n", true, GAZ_CASE_SENSITIVE, "a\nb\nc\nd", 7, "2");
}

static void case_folds_by_unicode(void **state)
{
    (void)state;
    const char *text = "k\nK\n\xE2\x84\xAA\nx\n";
    lines_are_n("k", true, GAZ_CASE_INSENSITIVE, text, strlen(text), "1 2 3");
    lines_are_n("\xE2\x84\xAA", true, GAZ_CASE_INSENSITIVE, text, strlen(text), "1 2 3");
    lines_are_n("s", true, GAZ_CASE_INSENSITIVE, "S\n\xC5\xBF\n", 5, "1 2");
    lines_are_n("\xC3\x89t\xC3\x89", true, GAZ_CASE_INSENSITIVE, "\xC3\xA9T\xC3\xA9", 5, "1");
    lines_are_n("kmem", true, GAZ_CASE_SENSITIVE, "KMEM\nkmem", 9, "2");
}

static void auto_case_follows_the_literals_of_the_pattern(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        bool folds;
    } cases[] = {{"foo", true},     {"Foo", false},   {"\\w", false},   {"\\pLfoo", true},
                 {"[A-Z]", false},  {"\\x41", false}, {"\\Wfoo", true}, {"(?=a)\\Sb", true},
                 {"(?=A)b", false}, {"", false}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_pattern *p = compile(cases[i].source, false, GAZ_CASE_AUTO);
        if (gaz_pattern_folds(p) != cases[i].folds)
            fail_msg("%s folds: %d", cases[i].source, gaz_pattern_folds(p));
        gaz_pattern_free(p);
    }
}

static void line_ends_are_lf_and_crlf(void **state)
{
    (void)state;
    lines_are("foo$", "foo\nfoo\r\nfoo\rx\nfoo", "1 2 4");
    lines_are("^$", "\n\r\nx\n\n", "1 2 4");
    lines_are("o.x", "o\rx\no-x\n", "2");
    lines_are("^b", "a\rb\nb\n", "2");
}

static void pattern_that_may_be_empty_matches_every_line(void **state)
{
    (void)state;
    lines_are("x*", "a\n\nb", "1 2 3");
    lines_are("", "a\n\nb\n", "1 2 3");
    lines_are("", "", "");
    lines_are("^", "\n\n", "1 2");
    lines_are("$|q", "a\nb", "1 2");
}

static void words_are_unicode_words(void **state)
{
    (void)state;
    lines_are("\\bfoo\\b",
              "foo\n\xC3\xA9"
              "foo\n-foo-\nfoo_\nfoo\xC2\xB7\n",
              "1 3 5");
    lines_are("\\w\\w\\w\\b", "\xC3\xA9\xC3\xA8\xC3\xAA\n--\n", "1");
    lines_are("(?-u:\\bfoo)",
              "\xC3\xA9"
              "foo\nxfoo\n",
              "1");
    lines_are("\\d", "1\n\xD9\xA3\nx", "1 2");
    lines_are("\\s",
              "a b\na\xC2\xA0"
              "b\nab\r\n",
              "1 2");
}

static void bad_utf8_is_matched_by_bytes_only(void **state)
{
    (void)state;
    lines_are("a.b",
              "a\xff"
              "b\naxb\na\xC3\xA9"
              "b\n",
              "2 3");
    lines_are("a[^x]b",
              "a\xff"
              "b\nayb\n",
              "2");
    lines_are("a(?-u:.)b",
              "a\xff"
              "b\naxb\n",
              "1 2");
    lines_are("(?-u:\\xff)", "a\xff\nb\n", "1");
    lines_are("\xC3\xA9", "\xE2\x82\xC3\xA9\n\xC3\n", "1");
}

static void patterns_across_lines_touch_each_line(void **state)
{
    (void)state;
    lines_are("b\\nc", "a\nb\nc\nd\n", "2 3");
    lines_are("(?s)b.*c", "a\nb\nx\nc\nd\n", "2 3 4");
    lines_are("\\n", "a\nb\nc", "1 2");
    lines_are("a\\r\\nb", "a\r\nb\n", "1 2");
    gaz_pattern *p = compile("(?s)a", false, GAZ_CASE_SENSITIVE);
    assert_true(gaz_pattern_multiline(p));
    gaz_pattern_free(p);
    p = compile("a$", false, GAZ_CASE_SENSITIVE);
    assert_false(gaz_pattern_multiline(p));
    gaz_pattern_free(p);
}

static void look_around_and_references_are_perls(void **state)
{
    (void)state;
    lines_are("foo(?=bar)", "foo\nfoobar\n", "2");
    lines_are("(?<!x)foo", "xfoo\nfoo\n", "2");
    lines_are("(\\w)\\1", "abc\nabb\n\xC3\xA9\xC3\xA9\n", "2 3");
    lines_are("(?P<c>a|b)-(?P=c)", "a-b\nb-b\n", "2");
    lines_are("(?=a)\\Qa.\\E", "a.\nab\n", "1");
}

static void end_of_text_is_known_to_the_whole_text_only(void **state)
{
    (void)state;
    lines_are("foo\\z", "foo\nfoo", "2");
    lines_are("foo\\z", "foo\nfoo\n", "");
    gaz_pattern *p = compile("a\\z", false, GAZ_CASE_SENSITIVE);
    assert_true(gaz_pattern_multiline(p));
    gaz_pattern_free(p);
}

static void spans_are_leftmost_and_do_not_overlap(void **state)
{
    (void)state;
    spans_are("aa", "aaaaa", 0, 5, "[0,2) [2,4)");
    spans_are("a|ab", "abab", 0, 4, "[0,1) [2,3)");
    spans_are("a+?", "aa", 0, 2, "[0,1) [1,2)");
    spans_are("foo$", "foo\r\n", 0, 4, "[0,3)");
    spans_are("x*", "axx", 0, 3, "[1,3)");
    spans_are("x*", "aaa", 0, 3, "[0,0)");
    spans_are("\xC3\xA9.", "\xC3\xA9\xC3\xA8z", 0, 5, "[0,4)");
    spans_are("b\\nc", "ab\ncd", 0, 2, "[1,2)");
    spans_are("b\\nc", "ab\ncd", 3, 5, "[3,4)");
    spans_are("q", "abc", 0, 3, "");
    /* PCRE2's JIT compiler loses these when it is let (its issue 336) */
    spans_are("(1|)b*1", "1", 0, 1, "[0,1)");
    spans_are("-(?:(?:[a-z0-9]|Q){2}|)x*ab", "x-xab42", 0, 7, "[1,5)");
    spans_are("(?<=a)b", "abab", 0, 4, "[1,2) [3,4)");
}

static void spans_stop_at_the_room_given(void **state)
{
    (void)state;
    gaz_pattern *p = compile("a", false, GAZ_CASE_SENSITIVE);
    gaz_matcher *m = NULL;
    gaz_scan s = scan_of("aaaa", 4);
    gaz_range out[2];
    size_t n = 0;
    assert_ok(gaz_matcher_new(p, &m, &err));
    assert_ok(gaz_matcher_spans(m, &s, 0, 4, out, 2, &n, &err));
    assert_int_equal(n, 2);
    assert_int_equal(out[1].start, 1);
    gaz_matcher_free(m);
    gaz_pattern_free(p);
}

static void errors_name_the_column(void **state)
{
    (void)state;
    static const struct {
        const char *source;
        size_t column;
        const char *part;
    } cases[] = {
        {"ab(c", 3, "never closed"},  {"ab)c", 3, "closes nothing"},
        {"a**b[", 5, "never closed"}, {"*a", 1, "nothing to repeat"},
        {"a{3,2}", 2, "backwards"},   {"x\\qy", 2, "escape"},
        {"[z-a]", 2, "backwards"},    {"\xC3\xA9(", 3, "closed"},
        {"\\p{Nope}", 1, "property"}, {"(?z)", 3, "flag"},
        {"a\\", 3, "cut short"},      {"(?=a)(b", 8, "parenthes"},
        {"ab\\r", 3, "across lines"}, {"\xff", 1, "UTF-8"},
        {"\\x{D800}", 3, "scalar"},   {"(?P<a>x)(?P<a>y)", 13, "already"},
        {"(?-u)\\pL", 6, "Unicode"},  {"[a&&b]", 1, "holds nothing"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_pattern *p = NULL;
        gaz_error_clear(&err);
        assert_status(GAZ_E_INVALID, gaz_pattern_compile(cases[i].source, strlen(cases[i].source),
                                                         NULL, &p, &err));
        assert_null(p);
        if (err.column != cases[i].column || !strstr(err.message, cases[i].part))
            fail_msg("%s: column %zu: %s", cases[i].source, err.column, err.message);
    }
}

static void expect_limit(const char *source, size_t len, const gaz_pattern_options *o)
{
    gaz_pattern *p = NULL;
    gaz_error_clear(&err);
    assert_status(GAZ_E_LIMIT, gaz_pattern_compile(source, len, o, &p, &err));
    assert_null(p);
    assert_true(strlen(err.message) > 10);
}

static void sizes_have_limits(void **state)
{
    (void)state;
    char big[GAZ_PATTERN_MAX + 2];
    memset(big, 'a', sizeof big);
    expect_limit(big, GAZ_PATTERN_MAX + 1, NULL);
    expect_limit("a{100001}", 9, NULL);
    expect_limit("(((((a{1,9}){1,9}){1,9}){1,9}){1,9}){1,9}", 41, NULL);
    memset(big, '(', 300);
    memset(big + 300, ')', 300);
    expect_limit(big, 600, NULL);
    memset(big, '[', 300);
    big[300] = 'a';
    memset(big + 301, ']', 300);
    expect_limit(big, 601, NULL);
    big[0] = 'a';
    memset(big + 1, '*', 300);
    expect_limit(big, 301, NULL);
    expect_limit("foo|ba[rz]", 10, &(gaz_pattern_options){.memory_max = 16});
}

static void pattern_at_the_limit_of_length_works(void **state)
{
    (void)state;
    char *big = malloc(GAZ_PATTERN_MAX);
    assert_non_null(big);
    memset(big, 'a', GAZ_PATTERN_MAX);
    for (int literal = 0; literal < 2; literal++) {
        gaz_pattern *p = NULL;
        gaz_matcher *m = NULL;
        bool any = false;
        gaz_scan s = scan_of(big, GAZ_PATTERN_MAX);
        gaz_pattern_options o = {.literal = literal};
        gaz_error_clear(&err);
        assert_ok(gaz_pattern_compile(big, GAZ_PATTERN_MAX, &o, &p, &err));
        assert_ok(gaz_matcher_new(p, &m, &err));
        assert_ok(gaz_matcher_test(m, &s, &any, &err));
        assert_true(any);
        s.len--;
        assert_ok(gaz_matcher_test(m, &s, &any, &err));
        assert_false(any);
        gaz_matcher_free(m);
        gaz_pattern_free(p);
    }
    free(big);
}

static void backtracking_without_end_is_a_limit(void **state)
{
    (void)state;
    static const char *const sources[] = {"(a+)+$(?!b)", "(?=(a|aa)+[cd])", "(a|a)*b\\n?",
                                          "(?=(a*)*[cd])"};
    size_t len = 4000;
    char *text = malloc(len + 2);
    assert_non_null(text);
    memset(text, 'a', len);
    memcpy(text + len, "!b", 2);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        gaz_pattern *p = compile(sources[i], false, GAZ_CASE_SENSITIVE);
        gaz_matcher *m = NULL;
        found f = {0};
        gaz_scan s = scan_of(text, len + 2);
        s.deadline_us = gaz_deadline(60000);
        assert_ok(gaz_matcher_new(p, &m, &err));
        gaz_status st = gaz_matcher_lines(m, &s, note, &f, &err);
        if (i != 2 && st != GAZ_E_LIMIT)
            fail_msg("%s: %s", sources[i], gaz_status_name(st));
        gaz_matcher_free(m);
        gaz_pattern_free(p);
    }
    free(text);
}

static void deadline_ends_a_scan(void **state)
{
    (void)state;
    static const char *const sources[] = {"zq", "[^a]", "b|c\\d", "(?=b)b", "a\\z", "x*(?=b)"};
    size_t len = 3 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'a', len);
    for (size_t i = 79; i < len; i += 80)
        text[i] = '\n';
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        gaz_pattern *p = compile(sources[i], false, GAZ_CASE_SENSITIVE);
        gaz_matcher *m = NULL;
        found f = {0};
        gaz_scan s = scan_of(text, len);
        s.deadline_us = gaz_now_us() - 1;
        assert_ok(gaz_matcher_new(p, &m, &err));
        gaz_status st = gaz_matcher_lines(m, &s, note, &f, &err);
        if (strstr(sources[i], "\\z") ? st != GAZ_OK : st != GAZ_E_TIMEOUT)
            fail_msg("%s: %s", sources[i], gaz_status_name(st));
        gaz_matcher_free(m);
        gaz_pattern_free(p);
        gaz_error_clear(&err);
    }
    free(text);
}

static void visitor_stops_the_scan(void **state)
{
    (void)state;
    static const char *const sources[] = {"a", "x*", "a|b", "^a", "a\\n?", "(?=a)a", "[ab]"};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        gaz_pattern *p = compile(sources[i], false, GAZ_CASE_SENSITIVE);
        gaz_matcher *m = NULL;
        found f = {.stop_after = 2};
        gaz_scan s = scan_of("a\na\na\na\n", 8);
        assert_ok(gaz_matcher_new(p, &m, &err));
        assert_ok(gaz_matcher_lines(m, &s, note, &f, &err));
        assert_string_equal(f.text, "1 2");
        gaz_matcher_free(m);
        gaz_pattern_free(p);
    }
}

/* Many lines, most without a match, in windows and out: the numbers have to be right. */
static void numbers_are_right_in_long_texts(void **state)
{
    (void)state;
    static const char *const sources[] = {"needle",    "nee[d]l(e|x)", "^needle$",
                                          "needle\\b", "(?=needle)n",  "needle\\n"};
    size_t lines = 60000, at = 0;
    char *text = malloc(lines * 60);
    assert_non_null(text);
    for (size_t i = 0; i < lines; i++)
        at += (size_t)sprintf(text + at,
                              i % 7777 == 5 ? "needle\n"
                              : i % 3       ? "hay hay hay %zu\n"
                                            : "%zu some more of the same hay, haystack\n",
                              i);
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        gaz_pattern *p = compile(sources[i], false, GAZ_CASE_SENSITIVE);
        gaz_matcher *m = NULL;
        found f = {0};
        gaz_scan s = scan_of(text, at);
        assert_ok(gaz_matcher_new(p, &m, &err));
        assert_ok(gaz_matcher_lines(m, &s, note, &f, &err));
        assert_string_equal(f.text, "6 7783 15560 23337 31114 38891 46668 54445");
        gaz_matcher_free(m);
        gaz_pattern_free(p);
    }
    free(text);
}

static void line_with_many_matches_is_visited_once(void **state)
{
    (void)state;
    size_t len = 300000;
    char *text = malloc(len + 3);
    assert_non_null(text);
    memset(text, 'a', len);
    memcpy(text + len, "\na\n", 3);
    static const char *const sources[] = {"a", "[ab]", "aa|a", "a+b?", "\\w\\w?", "\\B|a"};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++) {
        gaz_pattern *p = compile(sources[i], false, GAZ_CASE_SENSITIVE);
        gaz_matcher *m = NULL;
        found f = {0};
        gaz_scan s = scan_of(text, len + 3);
        assert_ok(gaz_matcher_new(p, &m, &err));
        assert_ok(gaz_matcher_lines(m, &s, note, &f, &err));
        assert_string_equal(f.text, "1 2");
        gaz_matcher_free(m);
        gaz_pattern_free(p);
    }
    free(text);
}

static bool path_matches(const char *source, const char *path, bool literal, gaz_case fold)
{
    gaz_pattern *p = NULL;
    gaz_matcher *m = NULL;
    bool any = false;
    gaz_pattern_options o = {.path = true, .literal = literal, .fold = fold};
    gaz_scan s = {.text = path, .len = strlen(path), .flags = 0, .deadline_us = GAZ_NEVER};
    gaz_error_clear(&err);
    assert_ok(gaz_pattern_compile(source, strlen(source), &o, &p, &err));
    assert_ok(gaz_matcher_new(p, &m, &err));
    assert_ok(gaz_matcher_test(m, &s, &any, &err));
    gaz_matcher_free(m);
    gaz_pattern_free(p);
    return any;
}

static void path_has_no_lines(void **state)
{
    (void)state;
    assert_true(path_matches("\\.c$", "src/a.c", false, GAZ_CASE_SENSITIVE));
    assert_false(path_matches("\\.c$", "src/a.cc", false, GAZ_CASE_SENSITIVE));
    assert_false(path_matches("\\.c$", "a.c\nb", false, GAZ_CASE_SENSITIVE));
    assert_true(path_matches("^src/", "src/a.c", false, GAZ_CASE_SENSITIVE));
    assert_false(path_matches("^a", "b\na", false, GAZ_CASE_SENSITIVE));
    assert_true(path_matches("READ", "docs/readme", true, GAZ_CASE_INSENSITIVE));
    assert_true(path_matches("(?<!x)a", "xaa", false, GAZ_CASE_SENSITIVE));
    assert_true(path_matches("", "", false, GAZ_CASE_SENSITIVE));
    assert_true(path_matches("\\bk\\b", "a/\xE2\x84\xAA", false, GAZ_CASE_INSENSITIVE));
    assert_false(path_matches("\\bk\\b", "a/\xC3\xA9k", false, GAZ_CASE_INSENSITIVE));
    assert_true(path_matches("a.*b", "a/\xff/b", false, GAZ_CASE_SENSITIVE) == false);
}

/* Literals bound to the ends of a path go without a scanner: against the rules written plainly. */
static void literals_at_the_ends_of_paths(void **state)
{
    (void)state;
    static const char *const literals[] = {"a", "ab", "a/b", "B.c", "aba", "\xC3\xA9", "a\nb"},
                             *const paths[] = {"",         "a",     "ab",          "a/b",   "xa/b",
                                               "a/b.c",    "A/B.C", "aba",         "ababa", "abab",
                                               "\xC3\xA9", "a\nb",  "a\nba\nb",    "b\na",  "B.c",
                                               "B.cB.c",   "xB.c",  "\xff\xC3\xA9"};
    for (size_t l = 0; l < sizeof literals / sizeof *literals; l++)
        for (size_t p = 0; p < sizeof paths / sizeof *paths; p++)
            for (unsigned how = 0; how < 8; how++) {
                bool front = how & 1, back = how & 2, fold = how & 4;
                char source[64], escaped[32] = "";
                size_t n = 0;
                for (const char *c = literals[l]; *c; c++) {
                    if (*c == '.')
                        escaped[n++] = '\\';
                    escaped[n++] = *c;
                }
                snprintf(source, sizeof source, "%s%s%s", front ? "^" : "", escaped,
                         back ? "$" : "");
                size_t len = strlen(literals[l]), all = strlen(paths[p]);
                bool expected = false;
                for (size_t at = 0; at + len <= all; at++)
                    expected |= (fold ? strncasecmp(paths[p] + at, literals[l], len)
                                      : strncmp(paths[p] + at, literals[l], len)) == 0 &&
                                (!front || at == 0) && (!back || at + len == all);
                if (path_matches(source, paths[p], false,
                                 fold ? GAZ_CASE_INSENSITIVE : GAZ_CASE_SENSITIVE) != expected)
                    fail_msg("%s in %s: not %d", source, paths[p], expected);
            }
}

static void spans_of_bound_literals(void **state)
{
    (void)state;
    static const struct {
        const char *source, *path;
        size_t count, start;
    } cases[] = {{"^ab", "abab", 1, 0},    {"ab$", "abab", 1, 2},  {"ab", "abab", 2, 0},
                 {"^abab$", "abab", 1, 0}, {"^ab$", "abab", 0, 0}, {"b$", "abab", 1, 3}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gaz_pattern *p = NULL;
        gaz_matcher *m = NULL;
        gaz_pattern_options o = {.path = true, .fold = GAZ_CASE_SENSITIVE};
        gaz_scan s = {.text = cases[i].path,
                      .len = strlen(cases[i].path),
                      .flags = 0,
                      .deadline_us = GAZ_NEVER};
        gaz_range spans[4];
        size_t count = 99;
        assert_ok(gaz_pattern_compile(cases[i].source, strlen(cases[i].source), &o, &p, &err));
        assert_string_equal(gaz_pattern_engine(p), "literal");
        assert_ok(gaz_matcher_new(p, &m, &err));
        assert_ok(gaz_matcher_spans(m, &s, 0, s.len, spans, 4, &count, &err));
        assert_int_equal(count, cases[i].count);
        if (count)
            assert_int_equal(spans[0].start, cases[i].start);
        gaz_matcher_free(m);
        gaz_pattern_free(p);
    }
}

static void path_asks_nothing_of_the_index(void **state)
{
    (void)state;
    gaz_pattern *p = NULL;
    gaz_pattern_options o = {.path = true};
    gaz_arena arena;
    const gaz_gram *g = NULL;
    gaz_arena_init(&arena, 1 << 20);
    assert_ok(gaz_pattern_compile("readme", 6, &o, &p, &err));
    assert_ok(gaz_pattern_grams(p, &arena, &g, &err));
    assert_int_equal(g->kind, GAZ_GRAM_ANY);
    gaz_arena_release(&arena);
    gaz_pattern_free(p);
}

static void engine_is_named(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"foo", "literal"},         {"foo|ba[rz]", "hyperscan"}, {"foo(?=x)", "literal+pcre2"},
        {"a\\nb", "literal+pcre2"}, {"(?=x)", "pcre2"},          {"\\bfoo\\b", "literal+pcre2"},
        {"foo.*bar", "hyperscan"},  {"^foo$", "literal"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_pattern *p = compile(cases[i][0], false, GAZ_CASE_SENSITIVE);
        assert_string_equal(gaz_pattern_engine(p), cases[i][1]);
        gaz_pattern_free(p);
    }
}

static void free_accepts_null(void **state)
{
    (void)state;
    gaz_pattern_free(NULL);
    gaz_matcher_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal_means_its_bytes),
        cmocka_unit_test(literal_with_a_newline_touches_all_its_lines),
        cmocka_unit_test(case_folds_by_unicode),
        cmocka_unit_test(auto_case_follows_the_literals_of_the_pattern),
        cmocka_unit_test(line_ends_are_lf_and_crlf),
        cmocka_unit_test(pattern_that_may_be_empty_matches_every_line),
        cmocka_unit_test(words_are_unicode_words),
        cmocka_unit_test(bad_utf8_is_matched_by_bytes_only),
        cmocka_unit_test(patterns_across_lines_touch_each_line),
        cmocka_unit_test(look_around_and_references_are_perls),
        cmocka_unit_test(end_of_text_is_known_to_the_whole_text_only),
        cmocka_unit_test(spans_are_leftmost_and_do_not_overlap),
        cmocka_unit_test(spans_stop_at_the_room_given),
        cmocka_unit_test(errors_name_the_column),
        cmocka_unit_test(sizes_have_limits),
        cmocka_unit_test(pattern_at_the_limit_of_length_works),
        cmocka_unit_test(backtracking_without_end_is_a_limit),
        cmocka_unit_test(deadline_ends_a_scan),
        cmocka_unit_test(visitor_stops_the_scan),
        cmocka_unit_test(numbers_are_right_in_long_texts),
        cmocka_unit_test(line_with_many_matches_is_visited_once),
        cmocka_unit_test(path_has_no_lines),
        cmocka_unit_test(literals_at_the_ends_of_paths),
        cmocka_unit_test(spans_of_bound_literals),
        cmocka_unit_test(path_asks_nothing_of_the_index),
        cmocka_unit_test(engine_is_named),
        cmocka_unit_test(free_accepts_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
