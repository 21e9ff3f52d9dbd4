/* Terminal safety, widths, numbers, errors with a caret, progress bars. */
#include "gaz_test.h"

#include "cli_output.h"
#include "cli_progress.h"

static void expect_escaped(const char *text, size_t len, const char *safe)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_cli_escape(&out, text, len);
    assert_string_equal(out.data, safe);
    gaz_strbuf_release(&out);
}

static void what_steers_a_terminal_is_made_visible(void **state)
{
    (void)state;
    expect_escaped("a\tb", 3, "a\tb");
    expect_escaped("\x1b]0;x\x07", 6, "\\x1b]0;x\\x07");
    expect_escaped("\0\r\n\x7f", 4, "\\x00\\x0d\\x0a\\x7f");
    expect_escaped("\xc2\x9b"
                   "1m",
                   4, "<U+009B>1m");
    expect_escaped("\xe2\x80\xae\xe2\x81\xa6", 6, "<U+202E><U+2066>");
    expect_escaped("\xff\xc3\xa9\xc3", 4, "\xef\xbf\xbd\xc3\xa9\xef\xbf\xbd");
}

static void columns_know_wide_and_combining_characters(void **state)
{
    (void)state;
    assert_int_equal(gaz_cli_columns("abc", 3), 3);
    assert_int_equal(gaz_cli_columns("\xc3\xa9", 2), 1);
    assert_int_equal(gaz_cli_columns("e\xcc\x81", 3), 1);
    assert_int_equal(gaz_cli_columns("\xe6\xbc\xa2\xe5\xad\x97", 6), 4);
}

static void numbers_are_for_people(void **state)
{
    (void)state;
    char text[32];
    static const struct {
        double bytes;
        const char *text;
    } sizes[] = {{0, "0 B"},         {999, "999 B"},
                 {1000, "1.0 kB"},   {945000000, "945.0 MB"},
                 {999960, "1.0 MB"}, {2.5e15, "2500.0 TB"}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        gaz_cli_bytes(sizes[i].bytes, text);
        assert_string_equal(text, sizes[i].text);
    }
    gaz_cli_number(0, text);
    assert_string_equal(text, "0");
    gaz_cli_number(999, text);
    assert_string_equal(text, "999");
    gaz_cli_number(1234567, text);
    assert_string_equal(text, "1,234,567");
    gaz_cli_number(UINT64_MAX, text);
    assert_string_equal(text, "18,446,744,073,709,551,615");
    static const struct {
        double seconds;
        const char *text;
    } times[] = {
        {0.0204, "20 ms"}, {-1, "0 ms"}, {12.4, "12 s"}, {185, "3 min 5 s"}, {7800, "2 h 10 min"}};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        gaz_cli_duration(times[i].seconds, text);
        assert_string_equal(text, times[i].text);
    }
}

static void expect_error(const gaz_error *err, const char *query, unsigned width,
                         const char *expected)
{
    char *text = NULL;
    size_t len = 0;
    gaz_cli_output out = {.file = open_memstream(&text, &len), .width = width};
    assert_non_null(out.file);
    gaz_cli_print_error(&out, err, query);
    fclose(out.file);
    assert_string_equal(text, expected);
    free(text);
}

static void errors_point_at_the_column(void **state)
{
    (void)state;
    gaz_error err = {
        .status = GAZ_E_INVALID, .column = 4, .message = "no such field", .hint = "quote it"};
    expect_error(&err, "fo bogus:x", 80,
                 "gaz: no such field\n  fo bogus:x\n     ^\nhint: quote it\n");
    err.hint[0] = '\0';
    expect_error(&err, "\xc3\xa9 x", 80, "gaz: no such field\n  \xc3\xa9 x\n    ^\n");
    err.column = 99;
    expect_error(&err, "ab", 80, "gaz: no such field\n  ab\n    ^\n");
    err.column = 2;
    expect_error(&err, "\nb", 80, "gaz: no such field\n  \\x0ab\n      ^\n");
    expect_error(&err, NULL, 80, "gaz: no such field\n");
    err.column = 0;
    expect_error(&err, "ab", 80, "gaz: no such field\n");
}

static void long_queries_are_cut_around_the_column(void **state)
{
    (void)state;
    char query[201];
    memset(query, 'a', 200);
    query[200] = '\0';
    query[149] = 'X';
    gaz_error err = {.status = GAZ_E_INVALID, .column = 150, .message = "m"};
    expect_error(
        &err, query, 52,
        "gaz: m\n  …aaaaaaaaaaaaaaaaaaaaXaaaaaaaaaaaaaaaaaaa…\n                       ^\n");
}

static const gaz_cli_progress_data half = {.phase = "text",
                                           .files_done = 35000,
                                           .files_total = 78490,
                                           .bytes_done = 472500000,
                                           .bytes_total = 945000000,
                                           .bytes_per_second = 31.25e6,
                                           .seconds_left = 15};

static void bars_use_the_width_there_is(void **state)
{
    (void)state;
    static const struct {
        unsigned width;
        const char *bar;
    } bars[] = {
        {120, "linux: text [###############...............]   50%  35,000/78,490 files  472.5 MB "
              "of 945.0 MB  31.2 MB/s  15 s left"},
        {90, "linux: text   50%  35,000/78,490 files  472.5 MB of 945.0 MB  31.2 MB/s  15 s left"},
        {60, "linux: text   50%  35,000/78,490 files  31.2 MB/s  15 s left"},
        {40, "linux: text [###...]   50%  15 s left"},
        {20, "linux: text   50%"},
        {5, ""},
    };
    for (size_t i = 0; i < sizeof bars / sizeof bars[0]; i++) {
        gaz_strbuf out = GAZ_STRBUF_INIT;
        gaz_cli_progress_bar(&half, "linux", bars[i].width, &out);
        if (gaz_cli_columns(out.data, out.len) > bars[i].width)
            fail_msg("%u columns: %s", bars[i].width, out.data);
        if (i != 3)
            assert_string_equal(out.data, bars[i].bar);
        gaz_strbuf_release(&out);
    }
}

static void lines_for_pipes_hold_everything_known(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_cli_progress_line(&half, "linux", &out);
    assert_string_equal(
        out.data, "linux: text, 35,000/78,490 files, 472.5 MB of 945.0 MB, 31.2 MB/s, 15 s left");
    gaz_strbuf_reset(&out);
    gaz_cli_progress_line(&(gaz_cli_progress_data){.phase = "fetch", .seconds_left = -1}, "", &out);
    assert_string_equal(out.data, "fetch");
    gaz_strbuf_release(&out);
}

static void pipes_get_a_line_at_most_every_two_seconds(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    gaz_cli_output out = {.file = open_memstream(&text, &len), .width = 80};
    gaz_cli_progress progress;
    gaz_error err = {0};
    gaz_json *event = NULL;
    static const char *const events[] = {"{\"phase\":\"walk\"}", "{\"phase\":\"walk\"}",
                                         "{\"phase\":\"text\"}", "{\"phase\":\"text\"}"};
    gaz_cli_progress_init(&progress, &out, "r");
    for (size_t i = 0; i < 4; i++) {
        assert_ok(gaz_json_parse(events[i], strlen(events[i]), &event, &err));
        gaz_cli_progress_show(&progress, event);
        gaz_json_free(event);
    }
    gaz_cli_progress_end(&progress);
    fclose(out.file);
    assert_string_equal(text, "r: walk\nr: text\n");
    free(text);
}

static void foreign_labels_cannot_steer_the_bar(void **state)
{
    (void)state;
    char *text = NULL;
    size_t len = 0;
    gaz_cli_output out = {.file = open_memstream(&text, &len), .width = 80, .terminal = true};
    gaz_cli_progress progress;
    gaz_error err = {0};
    gaz_json *event = NULL;
    static const char json[] = "{\"phase\":\"\\u001bc\"}";
    assert_ok(gaz_json_parse(json, sizeof json - 1, &event, &err));
    gaz_cli_progress_init(&progress, &out, "");
    gaz_cli_progress_show(&progress, event);
    gaz_cli_progress_end(&progress);
    gaz_json_free(event);
    fclose(out.file);
    assert_string_equal(text, "\r\\x1bc\033[K\r\033[K");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_steers_a_terminal_is_made_visible),
        cmocka_unit_test(columns_know_wide_and_combining_characters),
        cmocka_unit_test(numbers_are_for_people),
        cmocka_unit_test(errors_point_at_the_column),
        cmocka_unit_test(long_queries_are_cut_around_the_column),
        cmocka_unit_test(bars_use_the_width_there_is),
        cmocka_unit_test(lines_for_pipes_hold_everything_known),
        cmocka_unit_test(pipes_get_a_line_at_most_every_two_seconds),
        cmocka_unit_test(foreign_labels_cannot_steer_the_bar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
