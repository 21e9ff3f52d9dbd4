/* What people and pipes see of answers: exact output for given JSON. */
#include "gaz_test.h"

#include "cli_render.h"

typedef struct fixture {
    char *out_text, *notes_text;
    size_t out_len, notes_len;
    gaz_cli_output out, notes;
    gaz_cli_options options;
    gaz_cli_progress progress;
    gaz_cli_view view;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    f->out = (gaz_cli_output){.file = open_memstream(&f->out_text, &f->out_len), .width = 80};
    f->notes = (gaz_cli_output){.file = open_memstream(&f->notes_text, &f->notes_len), .width = 80};
    gaz_cli_progress_init(&f->progress, &f->notes, "");
    f->view = (gaz_cli_view){
        .out = &f->out, .notes = &f->notes, .options = &f->options, .progress = &f->progress};
    *state = f;
    return f->out.file && f->notes.file ? 0 : -1;
}

static int teardown(void **state)
{
    fixture *f = *state;
    fclose(f->out.file);
    fclose(f->notes.file);
    free(f->out_text);
    free(f->notes_text);
    free(f);
    return 0;
}

/* Shows one value; event "" unless it is an event's. */
static gaz_status show(fixture *f, const char *op, const char *event, const char *json)
{
    gaz_error err = {0};
    gaz_json *value = NULL;
    assert_ok(gaz_json_parse(json, strlen(json), &value, &err));
    gaz_status st = gaz_cli_renderer_of(op)->take(&f->view, event, value, &err);
    gaz_json_free(value);
    fflush(f->out.file);
    fflush(f->notes.file);
    f->out_text[f->out_len] = '\0'; /* a rewound stream keeps what was longer */
    f->notes_text[f->notes_len] = '\0';
    return st;
}

static void expect(fixture *f, const char *op, const char *json, const char *out)
{
    rewind(f->out.file);
    assert_int_equal(show(f, op, "", json), GAZ_OK);
    assert_string_equal(f->out_text, out);
}

#define TWO_LINES                                                                                  \
    "{\"repo\":\"r\",\"path\":\"a/b.c\",\"lines\":[{\"line\":3,\"text\":\"foo "                    \
    "bar\",\"ranges\":[[0,3]]},"                                                                   \
    "{\"line\":7,\"text\":\"xfoo\",\"ranges\":[[1,4]]}]}"

static void matches_look_like_greps(void **state)
{
    expect(*state, "search", TWO_LINES, "a/b.c:3:foo bar\na/b.c:7:xfoo\n");
}

static void definitions_around_matches_are_shown_when_asked_for(void **state)
{
    static const char hits[] =
        "{\"repo\":\"r\",\"path\":\"b.c\",\"symbols\":["
        "{\"name\":\"f\",\"kind\":\"method\",\"container\":\"A.B\",\"line\":1},"
        "{\"name\":\"foo\",\"kind\":\"variable\",\"container\":null,\"line\":12}],\"lines\":["
        "{\"line\":3,\"text\":\"foo\",\"ranges\":[[0,3]],\"symbol\":0},"
        "{\"line\":4,\"text\":\"foo\",\"ranges\":[[0,3]],\"symbol\":0},"
        "{\"line\":12,\"text\":\"int foo\",\"ranges\":[[4,7]],\"symbol\":1},"
        "{\"line\":20,\"text\":\"foo\",\"ranges\":[[0,3]]}]}";
    fixture *f = *state;
    expect(f, "search", hits, "b.c:3:foo\nb.c:4:foo\nb.c:12:int foo\nb.c:20:foo\n");
    f->options.symbols = true;
    expect(f, "search", hits,
           "b.c=1=method A.B.f\nb.c:3:foo\nb.c:4:foo\nb.c:12:int foo\nb.c:20:foo\n");
}

static void several_repositories_are_named(void **state)
{
    fixture *f = *state;
    f->view.name_repos = true;
    expect(f, "search", TWO_LINES, "r:a/b.c:3:foo bar\nr:a/b.c:7:xfoo\n");
}

static void paths_alone_and_counts_alone(void **state)
{
    fixture *f = *state;
    f->options.files = true;
    expect(f, "search", TWO_LINES, "a/b.c\n");
    f->options.files = false;
    f->options.count = true;
    expect(f, "search", TWO_LINES, "a/b.c:2\n");
}

static void files_without_lines_are_paths(void **state)
{
    fixture *f = *state;
    expect(f, "search", "{\"repo\":\"r\",\"path\":\"x.c\",\"lines\":[]}", "x.c\n");
}

static void repositories_without_files_are_names(void **state)
{
    fixture *f = *state;
    expect(f, "search", "{\"repo\":\"r\",\"path\":\"\",\"lines\":[]}", "r\n");
}

static void colours_mark_path_line_and_match(void **state)
{
    fixture *f = *state;
    f->out.color = true;
    expect(f, "search",
           "{\"repo\":\"r\",\"path\":\"x\",\"lines\":[{\"line\":1,\"text\":\"a foo "
           "b\",\"ranges\":[[2,5]]}]}",
           "\033[35mx\033[0m\033[36m:\033[0m\033[32m1\033[0m\033[36m:\033[0ma \033[1;31mfoo\033[0m "
           "b\n");
}

static void ranges_that_make_no_sense_are_ignored(void **state)
{
    fixture *f = *state;
    f->out.color = true;
    expect(
        f, "search",
        "{\"path\":\"x\",\"lines\":[{\"line\":1,\"text\":\"abc\",\"ranges\":[[2,1],[-5,9],[1,99],["
        "1,2],[0,1]]}]}",
        "\033[35mx\033[0m\033[36m:\033[0m\033[32m1\033[0m\033[36m:\033[0ma\033[1;31mb\033[0mc\n");
}

static void a_pipe_gets_the_original_bytes(void **state)
{
    fixture *f = *state;
    const char *json =
        "{\"repo\":\"r\",\"path\":\"p\xef\xbf\xbd\",\"path_bytes\":\"cP8=\",\"lines\":[{\"line\":1,"
        "\"text\":\"\xef\xbf\xbd"
        "foo\",\"bytes\":\"/2Zvbw==\",\"ranges\":[[3,6]]}]}";
    expect(f, "search", json,
           "p\xff:1:\xff"
           "foo\n");
}

static void a_terminal_gets_no_bad_bytes(void **state)
{
    fixture *f = *state;
    f->out.terminal = true;
    expect(f, "search",
           "{\"path\":\"p\xef\xbf\xbd\",\"path_bytes\":\"cP8=\",\"lines\":[{\"line\":1,\"text\":"
           "\"\\u001b[2Jx\\u202ey\\t\",\"ranges\":[]}]}",
           "p\xef\xbf\xbd:1:\\x1b[2Jx<U+202E>y\t\n");
}

static void highlights_move_with_the_original_bytes(void **state)
{
    fixture *f = *state;
    f->out.color = true;
    expect(f, "search",
           "{\"path\":\"x\",\"lines\":[{\"line\":1,\"text\":\"\xef\xbf\xbd"
           "foo\",\"bytes\":\"/2Zvbw==\",\"ranges\":[[3,6]]}]}",
           "\033[35mx\033[0m\033[36m:\033[0m\033[32m1\033[0m\033[36m:\033[0m\xff\033[1;31mfoo\033["
           "0m\n");
}

static void offsets_map_between_bytes_and_replacements(void **state)
{
    (void)state;
    /* é, a cut three-byte sequence (one U+FFFD), a stray byte (one), x */
    const char *bytes = "\xc3\xa9\xe2\x82\xffx";
    assert_int_equal(gaz_cli_bytes_offset(bytes, 6, 0), 0);
    assert_int_equal(gaz_cli_bytes_offset(bytes, 6, 2), 2);
    assert_int_equal(gaz_cli_bytes_offset(bytes, 6, 5), 4);
    assert_int_equal(gaz_cli_bytes_offset(bytes, 6, 8), 5);
    assert_int_equal(gaz_cli_bytes_offset(bytes, 6, 9), 6);
    assert_int_equal(gaz_cli_bytes_offset(bytes, 6, 99), 6);
}

#define CONTEXT_FILE                                                                               \
    "{\"path\":\"x\",\"lines\":["                                                                  \
    "{\"line\":3,\"text\":\"m3\",\"ranges\":[],\"before\":[{\"text\":\"l1\"},{\"text\":\"l2\"}],"  \
    "\"after\":[{\"text\":\"l4\"},{\"text\":\"m5\"}]},"                                            \
    "{\"line\":5,\"text\":\"m5\",\"ranges\":[],\"before\":[{\"text\":\"m3\"},{\"text\":\"l4\"}],"  \
    "\"after\":[{\"text\":\"l6\"},{\"text\":\"l7\"}]},"                                            \
    "{\"line\":20,\"text\":\"m20\",\"ranges\":[],\"before\":[{\"text\":\"l18\"},{\"text\":"        \
    "\"l19\"}],\"after\":[]}]}"

static void context_is_printed_once_with_gaps_marked(void **state)
{
    fixture *f = *state;
    f->options.context = true;
    f->options.before = f->options.after = 2;
    expect(f, "search", CONTEXT_FILE,
           "x-1-l1\nx-2-l2\nx:3:m3\nx-4-l4\nx:5:m5\nx-6-l6\nx-7-l7\n--\nx-18-l18\nx-19-l19\nx:20:"
           "m20\n");
    expect(f, "search",
           "{\"path\":\"y\",\"lines\":[{\"line\":1,\"text\":\"m\",\"ranges\":[],\"before\":[],"
           "\"after\":[\"n\"]}]}",
           "--\ny:1:m\ny-2-n\n");
}

static void context_is_cut_to_what_was_asked(void **state)
{
    fixture *f = *state;
    f->options.context = true;
    f->options.before = 1;
    expect(f, "search", CONTEXT_FILE, "x-2-l2\nx:3:m3\nx-4-l4\nx:5:m5\n--\nx-19-l19\nx:20:m20\n");
}

static void context_asked_over_http_is_shown_whole(void **state)
{
    fixture *f = *state;
    expect(f, "search",
           "{\"path\":\"y\",\"lines\":[{\"line\":2,\"text\":\"m\",\"ranges\":[],\"before\":[\"l\"],"
           "\"after\":[\"n\"]}]}",
           "y-1-l\ny:2:m\ny-3-n\n");
}

static void whole_answers_render_like_streams(void **state)
{
    fixture *f = *state;
    expect(f, "search",
           "{\"complete\":true,\"stats\":{\"files\":1,\"lines\":2},\"files\":[" TWO_LINES "]}",
           "a/b.c:3:foo bar\na/b.c:7:xfoo\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_OK);
    assert_string_equal(f->notes_text, "");
}

typedef struct ending {
    const char *json;
    uint64_t shown;
    int exit;
    const char *note;
} ending;

static void endings_decide_exit_code_and_note(void **state)
{
    static const ending endings[] = {
        {"{\"done\":{\"complete\":true,\"stats\":{\"files\":0}}}", 0, 1, ""},
        {"{\"done\":{\"complete\":true,\"stats\":{\"files\":2}}}", 2, 0, ""},
        {"{\"done\":{\"complete\":true,\"stats\":{\"files\":1234}}}", 50, 0,
         "gaz: 50 of 1,234 matching files shown; --limit N shows more\n"},
        {"{\"done\":{\"complete\":false,\"reason\":\"limit\",\"stats\":{\"files\":50}}}", 50, 0,
         "gaz: 50 files shown, there are more"},
        {"{\"done\":{\"complete\":false,\"reason\":\"timeout\",\"stats\":{\"files\":3}}}", 3, 0,
         "gaz: the time allowed passed"},
        {"{\"done\":{\"complete\":false,\"reason\":\"timeout\",\"stats\":{\"files\":0}}}", 0, 2,
         "gaz: the time allowed passed"},
        {"{\"done\":{\"complete\":false,\"reason\":\"surprise\",\"stats\":{\"files\":1}}}", 1, 0,
         "gaz: surprise\n"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof endings / sizeof endings[0]; i++) {
        rewind(f->notes.file);
        f->view.files = endings[i].shown;
        f->view.exit = 0;
        assert_int_equal(show(f, "search", "", endings[i].json), GAZ_OK);
        assert_int_equal(f->view.exit, endings[i].exit);
        if (endings[i].note[0] ? !strstr(f->notes_text, endings[i].note) : f->notes_len != 0)
            fail_msg("%s: %s", endings[i].json, f->notes_text);
    }
}

static void notes_name_the_files_that_were_not_searched(void **state)
{
    fixture *f = *state;
    f->notes.terminal = true;
    show(f, "search", "",
         "{\"done\":{\"complete\":false,\"reason\":\"memory\",\"stats\":{\"files\":1},"
         "\"notes\":[\"big.txt: too large\\u001b[2J\",\"other.txt: too\"]}}");
    assert_non_null(strstr(f->notes_text, "gaz: big.txt: too large"));
    assert_null(strchr(f->notes_text, '\033'));
    assert_non_null(strstr(f->notes_text, "gaz: other.txt: too\n"));
}

static void a_line_that_was_cut_is_not_taken_for_the_whole(void **state)
{
    fixture *f = *state;
    expect(f, "search",
           "{\"path\":\"a.js\",\"lines_total\":1,\"lines\":[{\"line\":7,\"text\":\"ab\","
           "\"cut_before\":5,\"cut_after\":300,\"ranges\":[],\"before\":[],\"after\":[]}]}",
           "a.js:7:ab\n");
    assert_string_equal(f->notes_text, "gaz: a.js:7: 5 bytes before and 300 behind what is shown "
                                       "of this line are left out\n");
}

static void explanations_are_notes(void **state)
{
    fixture *f = *state;
    f->view.files = 1;
    assert_int_equal(
        show(f, "search", "",
             "{\"done\":{\"complete\":true,\"stats\":{\"files\":1},\"explain\":{\"a\":[1]}}}"),
        GAZ_OK);
    assert_string_equal(f->notes_text, "{\n  \"a\": [\n    1\n  ]\n}\n");
}

static void a_file_is_its_text(void **state)
{
    fixture *f = *state;
    expect(f, "file", "{\"path\":\"x\",\"text\":\"a\\r\\nb\"}", "a\r\nb");
    f->out.terminal = true;
    expect(f, "file", "{\"path\":\"x\",\"text\":\"a\\r\\n\\u0007b\"}", "a\n\\x07b\n");
    assert_int_equal(show(f, "file", "", "{\"path\":\"x\",\"text\":\"\",\"reason\":\"binary\"}"),
                     GAZ_E_UNSUPPORTED);
}

static void a_tree_is_a_list(void **state)
{
    expect(
        *state, "tree",
        "{\"entries\":[{\"name\":\"src\",\"type\":\"dir\"},{\"name\":\"a.c\",\"type\":\"file\"}]}",
        "src/\na.c\n");
}

static void repositories_are_a_table(void **state)
{
    fixture *f = *state;
    expect(f, "repos.list",
           "{\"repos\":[{\"name\":\"linux\",\"files\":78490,\"text_bytes\":945000000,\"skipped\":3,"
           "\"indexed\":\"2026-01-02T03:04:05Z\","
           "\"branches\":[{\"name\":\"master\",\"commit\":\"0123456789abcdef\",\"head\":true}]}]}",
           "REPOSITORY   FILES      TEXT  SKIPPED  INDEXED               BRANCHES\n"
           "linux       78,490  945.0 MB        3  2026-01-02T03:04:05Z  master@0123456789\n");
    rewind(f->out.file);
    assert_int_equal(show(f, "repos.list", "", "{\"repos\":[]}"), GAZ_OK);
    assert_non_null(strstr(f->notes_text, "gaz add PATH|URL"));
}

static void skipped_files_are_lines(void **state)
{
    expect(*state, "status",
           "{\"skipped\":[{\"repo\":\"r\",\"path\":\"a.png\",\"reason\":\"binary\"}]}",
           "r:a.png: binary\n");
}

static void a_check_tells_what_is_damaged(void **state)
{
    fixture *f = *state;
    expect(f, "check", "{\"ok\":true,\"checked\":12,\"findings\":[]}",
           "12 files checked, no damage\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_OK);
    expect(f, "check",
           "{\"ok\":false,\"checked\":1,\"findings\":[{\"what\":\"segment\",\"name\":\"ab\","
           "\"message\":\"cut short\"}]}",
           "segment ab: cut short\n1 files checked, 1 findings; gaz repair rebuilds what can be "
           "rebuilt\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_NONE);
}

static void index_runs_show_progress_then_what_was_done(void **state)
{
    fixture *f = *state;
    assert_int_equal(
        show(f, "index", "progress",
             "{\"phase\":\"text\",\"files_done\":1,\"files_total\":2,\"seconds_left\":null}"),
        GAZ_OK);
    assert_string_equal(f->notes_text, "text, 1/2 files\n");
    assert_int_equal(
        show(f, "index", "done",
             "{\"jobs\":[{\"repo\":\"r\",\"files\":2,\"text_bytes\":1500,\"skipped\":1,\"elapsed_"
             "ms\":2000,"
             "\"changed\":true},{\"repo\":\"s\",\"changed\":false,\"elapsed_ms\":20}]}"),
        GAZ_OK);
    assert_string_equal(f->out_text,
                        "r: 2 new files, 1.5 kB of text, in 2 s; 1 newly skipped\ns: up to date\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_OK);
}

static void failed_index_runs_are_told_and_are_errors(void **state)
{
    fixture *f = *state;
    assert_int_equal(show(f, "index", "done",
                          "{\"jobs\":[{\"repo\":\"r\",\"error\":\"no such "
                          "branch\"},{\"repo\":\"s\",\"changed\":false}]}"),
                     GAZ_OK);
    assert_string_equal(f->notes_text, "gaz: r: no such branch\n");
    assert_string_equal(f->out_text, "s: up to date\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_ERROR);
}

static void what_a_repository_has_to_say_is_told_and_is_no_error(void **state)
{
    fixture *f = *state;
    assert_int_equal(show(f, "index", "done",
                          "{\"jobs\":[{\"repo\":\"r\",\"error\":null,\"changed\":false,\"note\":"
                          "\"nothing is indexed\"}]}"),
                     GAZ_OK);
    assert_string_equal(f->notes_text, "gaz: r: nothing is indexed\n");
    assert_string_equal(f->out_text, "r: up to date\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_OK);
    assert_int_equal(show(f, "repos.list", "",
                          "{\"repos\":[{\"name\":\"r\",\"error\":null,\"note\":\"nothing "
                          "there\"}]}"),
                     GAZ_OK);
    assert_non_null(strstr(f->notes_text, "gaz: r: nothing there\n"));
}

static void what_follows_json_prints_nothing(void **state)
{
    fixture *f = *state;
    f->view.silent = true;
    assert_int_equal(show(f, "index", "done", "{\"jobs\":[{\"repo\":\"r\",\"changed\":true}]}"),
                     GAZ_OK);
    assert_int_equal(f->out_len, 0);
}

static void added_repositories_are_named(void **state)
{
    expect(*state, "repos.add", "{\"name\":\"r\",\"source\":\"/a/r\"}", "added r from /a/r\n");
}

static void status_tells_of_repositories_and_of_running_jobs(void **state)
{
    expect(*state, "status",
           "{\"version\":\"1.2\",\"home\":\"/"
           "h\",\"generation\":7,\"repos\":[{\"name\":\"r\",\"branches\":[]}],\"jobs\":["
           "{\"id\":3,\"repo\":\"r\",\"state\":\"running\",\"progress\":{\"phase\":\"text\","
           "\"files_done\":1,\"files_total\":2}},"
           "{\"id\":2,\"repo\":\"r\",\"state\":\"done\"},{\"id\":4,\"repo\":\"s\",\"state\":"
           "\"queued\"}],"
           "\"index\":{\"text_bytes\":1000000,\"index_bytes\":350000},\"cache\":{\"used\":0}}",
           "gaz 1.2, generation 7, data in /h\nindex: 350.0 kB for 1.0 MB of text\n\n"
           "REPOSITORY  FILES  TEXT  SKIPPED  INDEXED  BRANCHES\n"
           "r               0   0 B        0  never    \n"
           "job 3, r: text, 1/2 files\njob 4, s: queued\n");
}

static void status_tells_of_work_trees_and_of_looks_at_remotes(void **state)
{
    fixture *f = *state;
    f->view.now_us = INT64_C(1767323045000000); /* 2026-01-02T03:04:05Z */
    expect(f, "status",
           "{\"version\":\"1.2\",\"home\":\"/h\",\"generation\":7,\"repos\":["
           "{\"name\":\"r\",\"branches\":[],\"poll\":null,\"worktree\":{\"files\":1234,\"commit\":"
           "\"0123456789abcdef0123\",\"changed\":\"2026-01-02T03:02:00Z\",\"live\":true}},"
           "{\"name\":\"fresh\",\"branches\":[],\"poll\":null,\"worktree\":{\"files\":0,\"commit\":"
           "null,\"changed\":null,\"live\":false}},"
           "{\"name\":\"app\",\"branches\":[],\"worktree\":null,\"poll\":{\"last\":"
           "\"2026-01-02T01:04:05Z\",\"next\":\"2026-01-02T03:04:50Z\",\"failures\":0,\"error\":"
           "null}},"
           "{\"name\":\"new\",\"branches\":[],\"worktree\":null,\"poll\":{\"last\":null,\"next\":"
           "\"2026-01-02T03:04:05Z\",\"failures\":3,\"error\":\"gone\"}}],"
           "\"jobs\":[],\"index\":{},\"cache\":{\"used\":0}}",
           "gaz 1.2, generation 7, data in /h\nindex: 0 B for 0 B of text\n\n"
           "REPOSITORY  FILES  TEXT  SKIPPED  INDEXED  BRANCHES\n"
           "r               0   0 B        0  never    \n"
           "fresh           0   0 B        0  never    \n"
           "app             0   0 B        0  never    \n"
           "new             0   0 B        0  never    \n"
           "\n"
           "WORK TREE  FILES  OVER        CHANGED        WATCHED\n"
           "r          1,234  0123456789  2 min 5 s ago  yes\n"
           "fresh          0  no commit   never          no\n"
           "\n"
           "LOOKED AT  LAST           NEXT     FAILURES\n"
           "app        2 h 0 min ago  in 45 s         0\n"
           "new        never          now             3\n");
    assert_non_null(strstr(f->notes_text, "new: failed 3 times in a row"));
}

static void repairs_tell_what_was_done(void **state)
{
    fixture *f = *state;
    expect(f, "repair", "{\"findings\":[],\"indexed\":[]}", "nothing to repair\n");
    expect(
        f, "repair",
        "{\"findings\":[{\"what\":\"segment\",\"name\":\"ab\",\"message\":\"gone\"}],"
        "\"indexed\":[{\"repo\":\"r\",\"error\":null},{\"repo\":\"s\",\"error\":\"no source\"}]}",
        "segment ab: gone\nr: indexed again\ns: could not be indexed again: no source\n");
    assert_int_equal(f->view.exit, GAZ_EXIT_ERROR);
}

static void operations_without_a_renderer_print_json(void **state)
{
    expect(*state, "jobs.get", "{\"id\":7,\"x\":[],\"y\":{},\"z\":[true,null,1.5,\"a\\\"b\"]}",
           "{\n  \"id\": 7,\n  \"x\": [],\n  \"y\": {},\n  \"z\": [\n    true,\n    null,\n    "
           "1.5,\n    \"a\\\"b\"\n  ]\n}\n");
}

static void base64_is_decoded_or_refused(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_true(gaz_cli_base64("AP9B", 4, &out));
    assert_memory_equal(out.data,
                        "\0\xff"
                        "A",
                        3);
    gaz_strbuf_reset(&out);
    assert_true(gaz_cli_base64("QQ==", 4, &out));
    assert_string_equal(out.data, "A");
    assert_false(gaz_cli_base64("Q Q=", 4, &out));
    gaz_strbuf_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

static void history_is_a_commit_a_line(void **state)
{
    fixture *f = *state;
    expect(f, "history",
           "{\"path\":\"b.c\",\"commits\":[{\"commit\":\"1234567890abcdef\",\"author\":{\"name\":"
           "\"Ann\"},\"authored\":\"2024-01-02T10:00:00Z\",\"summary\":\"more\",\"task\":\"42\","
           "\"path\":\"b.c\"},{\"commit\":\"abcdef1234567890\",\"author\":{\"name\":\"Bob\"},"
           "\"authored\":\"2024-01-01T10:00:00Z\",\"summary\":\"begin\",\"path\":\"a.c\","
           "\"first\":3,\"last\":9,\"message\":\"begin\\n\\nIt is.\\n\"}]}",
           "1234567890ab 2024-01-02 Ann  more  [task 42]\n"
           "abcdef123456 2024-01-01 Bob  begin  (a.c)  :3-9\n    begin\n    \n    It is.\n");
}

static void blame_is_a_line_a_line(void **state)
{
    fixture *f = *state;
    expect(f, "blame",
           "{\"ranges\":[{\"first\":4,\"last\":5,\"commit\":\"1234567890abcdef\",\"author\":{"
           "\"name\":\"Ann\"},\"authored\":\"2024-01-02T10:00:00Z\",\"unfinished\":true,"
           "\"text\":[\"one\",\"two\"]}]}",
           "1234567890ab 2024-01-02 Ann or before 4: one\n"
           "1234567890ab 2024-01-02 Ann or before 5: two\n");
}

static void owners_are_rules_and_people(void **state)
{
    fixture *f = *state;
    expect(
        f, "owners",
        "{\"paths\":[{\"path\":\"src\",\"files\":9,\"commits\":4,\"since\":\"2024-01-01T00:00:"
        "00Z\","
        "\"rules\":[{\"owners\":[\"@a\",\"@b\"],\"file\":\"CODEOWNERS\",\"line\":3,\"pattern\":"
        "\"src/\",\"files\":8},{\"owners\":[],\"file\":\"CODEOWNERS\",\"line\":4,\"pattern\":"
        "\"src/x\",\"files\":1}],\"people\":[{\"name\":\"Ann\",\"email\":\"a@x\",\"commits\":3,"
        "\"share\":0.75,\"last\":\"2024-02-03T00:00:00Z\"}]}]}",
        "src:\n  @a @b  CODEOWNERS:3: src/  (8 files)\n  nobody  CODEOWNERS:4: src/x  (1 files)\n"
        "   75 %  Ann <a@x>  3 of 4 commits since 2024-01-01, last 2024-02-03\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(matches_look_like_greps),
        TEST(definitions_around_matches_are_shown_when_asked_for),
        TEST(definitions_around_matches_are_shown_when_asked_for),
        TEST(several_repositories_are_named),
        TEST(paths_alone_and_counts_alone),
        TEST(files_without_lines_are_paths),
        TEST(repositories_without_files_are_names),
        TEST(colours_mark_path_line_and_match),
        TEST(ranges_that_make_no_sense_are_ignored),
        TEST(a_pipe_gets_the_original_bytes),
        TEST(a_terminal_gets_no_bad_bytes),
        TEST(highlights_move_with_the_original_bytes),
        TEST(offsets_map_between_bytes_and_replacements),
        TEST(context_is_printed_once_with_gaps_marked),
        TEST(context_is_cut_to_what_was_asked),
        TEST(context_asked_over_http_is_shown_whole),
        TEST(whole_answers_render_like_streams),
        TEST(endings_decide_exit_code_and_note),
        TEST(notes_name_the_files_that_were_not_searched),
        TEST(a_line_that_was_cut_is_not_taken_for_the_whole),
        TEST(explanations_are_notes),
        TEST(a_file_is_its_text),
        TEST(a_tree_is_a_list),
        TEST(repositories_are_a_table),
        TEST(skipped_files_are_lines),
        TEST(a_check_tells_what_is_damaged),
        TEST(index_runs_show_progress_then_what_was_done),
        TEST(failed_index_runs_are_told_and_are_errors),
        TEST(what_a_repository_has_to_say_is_told_and_is_no_error),
        TEST(what_follows_json_prints_nothing),
        TEST(added_repositories_are_named),
        TEST(status_tells_of_repositories_and_of_running_jobs),
        TEST(status_tells_of_work_trees_and_of_looks_at_remotes),
        TEST(repairs_tell_what_was_done),
        TEST(operations_without_a_renderer_print_json),
        TEST(base64_is_decoded_or_refused),
        TEST(history_is_a_commit_a_line),
        TEST(blame_is_a_line_a_line),
        TEST(owners_are_rules_and_people),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
