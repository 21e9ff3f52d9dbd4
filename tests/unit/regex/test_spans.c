/* Ranges of multi-line patterns: kept from line to line of one text, and never those of another
 * text. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/regex/pattern.h"

static gaz_error err;

typedef struct asked {
    gaz_matcher *m;
    const gaz_scan *scan;
    size_t lines, ranges, bytes;
} asked;

static bool ask_spans(void *ctx, const gaz_line *line)
{
    asked *a = ctx;
    gaz_range out[16];
    size_t n = 0;
    assert_ok(gaz_matcher_spans(a->m, a->scan, line->start, line->end, out, 16, &n, &err));
    for (size_t i = 0; i < n; i++)
        a->bytes += out[i].end - out[i].start;
    a->lines++;
    a->ranges += n;
    return true;
}

static asked ask(gaz_matcher *m, const char *text, size_t len)
{
    gaz_scan scan = {.text = text,
                     .len = len,
                     .flags = GAZ_TEXT_ASCII | GAZ_TEXT_VALID,
                     .deadline_us = GAZ_NEVER};
    asked a = {.m = m, .scan = &scan};
    assert_ok(gaz_matcher_lines(m, &scan, ask_spans, &a, &err));
    return a;
}

static void make(const char *source, gaz_pattern **p, gaz_matcher **m)
{
    gaz_pattern_options options = {.fold = GAZ_CASE_SENSITIVE};
    assert_ok(gaz_pattern_compile(source, strlen(source), &options, p, &err));
    assert_ok(gaz_matcher_new(*p, m, &err));
}

/* Were each line's ranges found by a look at the whole text, this would read a hundred gigabytes.
 */
static void ranges_of_every_line_cost_no_look_at_the_whole_text(void **state)
{
    (void)state;
    enum { LINES = 300000 };
    gaz_pattern *p;
    gaz_matcher *m;
    char *text = malloc(LINES * 3);
    assert_non_null(text);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + i * 3, "ab\n", 3);
    make("b\\n", &p, &m);
    asked a = ask(m, text, LINES * 3);
    assert_int_equal(a.lines, LINES);
    assert_int_equal(a.ranges, LINES);
    assert_int_equal(a.bytes, LINES);
    gaz_matcher_free(m);
    gaz_pattern_free(p);
    free(text);
}

static void text_changed_in_place_gives_its_own_ranges(void **state)
{
    (void)state;
    gaz_pattern *p;
    gaz_matcher *m;
    char text[] = "xab\nxxx\nxxb\n";
    make("a?b\\n", &p, &m);
    asked first = ask(m, text, 12);
    assert_int_equal(first.lines, 2);
    assert_int_equal(first.bytes, 3);
    memcpy(text, "xxb\nxxx\nxxx\n", 12);
    asked second = ask(m, text, 12);
    assert_int_equal(second.lines, 1);
    assert_int_equal(second.bytes, 1);
    /* A text without any match leaves none of the last one's behind. */
    memcpy(text, "xxxxxxxxxxx\n", 12);
    gaz_scan scan = {.text = text,
                     .len = 12,
                     .flags = GAZ_TEXT_ASCII | GAZ_TEXT_VALID,
                     .deadline_us = GAZ_NEVER};
    gaz_range out[4];
    size_t n = 9;
    assert_int_equal(ask(m, text, 12).lines, 0);
    assert_ok(gaz_matcher_spans(m, &scan, 0, 11, out, 4, &n, &err));
    assert_int_equal(n, 0);
    gaz_matcher_free(m);
    gaz_pattern_free(p);
}

/* More matches than are noted at once, asked for while lines are visited, then again, then
 * backwards. */
static void ranges_of_very_many_matches_are_all_found(void **state)
{
    (void)state;
    enum { LINES = 200000 };
    gaz_pattern *p;
    gaz_matcher *m;
    char *text = malloc(LINES * 4);
    assert_non_null(text);
    for (size_t i = 0; i < LINES; i++)
        memcpy(text + i * 4, i % 2 ? "bxb\n" : "abx\n", 4);
    make("(?s)b|\\n", &p, &m);
    asked a = ask(m, text, LINES * 4);
    assert_int_equal(a.lines, LINES);
    assert_int_equal(a.ranges, LINES / 2 * 3);
    gaz_scan scan = {.text = text,
                     .len = LINES * 4,
                     .flags = GAZ_TEXT_ASCII | GAZ_TEXT_VALID,
                     .deadline_us = GAZ_NEVER};
    for (size_t k = 0; k < 40; k++) { /* forwards in leaps, then from the end */
        size_t line = k < 20 ? k * (LINES / 20) : LINES - 1 - (k - 20) * (LINES / 20), n = 0;
        gaz_range out[16];
        assert_ok(gaz_matcher_spans(m, &scan, line * 4, line * 4 + 3, out, 16, &n, &err));
        assert_int_equal(n, line % 2 ? 2 : 1);
        assert_int_equal(out[0].start, line * 4 + (line % 2 ? 0 : 1));
        assert_int_equal(out[0].end, out[0].start + 1);
    }
    gaz_matcher_free(m);
    gaz_pattern_free(p);
    free(text);
}

/* Were the line's ends looked for with each match, this would read a hundred gigabytes. */
static void long_line_with_very_many_matches_is_visited_once(void **state)
{
    (void)state;
    enum { BYTES = 600000 };
    gaz_pattern *p;
    gaz_matcher *m;
    char *text = malloc(BYTES);
    assert_non_null(text);
    memset(text, 'b', BYTES);
    text[BYTES - 2] = '\n';
    make("(?s)b", &p, &m);
    asked a = ask(m, text, BYTES);
    assert_int_equal(a.lines, 2);
    assert_int_equal(a.ranges, 17); /* as many as there was room for, and the last line's */
    gaz_matcher_free(m);
    gaz_pattern_free(p);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_of_every_line_cost_no_look_at_the_whole_text),
        cmocka_unit_test(ranges_of_very_many_matches_are_all_found),
        cmocka_unit_test(long_line_with_very_many_matches_is_visited_once),
        cmocka_unit_test(text_changed_in_place_gives_its_own_ranges),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
