/* The pages over a made-up engine: what they show, what they link to, and that nothing escapes
 * escaping. */
#include "page_asking.h"

/* ---- a world ---- */

static const gaz_range ranges[] = {{4, 7}, {9, 12}};
static const gaz_hit_line before[] = {{.number = 9, .text = "before", .len = 6}};
static const gaz_hit_line after[] = {{.number = 11, .text = "after", .len = 5}};
static const gaz_hit_line lines[] = {
    {.number = 10,
     .text = "\tif foo()foo<b>",
     .len = 15,
     .ranges = ranges,
     .range_count = 2,
     .before = before,
     .before_count = 1,
     .after = after,
     .after_count = 1},
    {.number = 11, .text = "after", .len = 5, .before = lines, .before_count = 1},
    {.number = 20, .text = EVIL BIDI "\xff", .len = sizeof(EVIL BIDI)},
};
static const gaz_file_hit two_hits[] = {
    {.repo = "a/b",
     .path = "src/x y.c",
     .path_len = 9,
     .lang = "C",
     .branch = "main",
     .lines = lines,
     .line_count = 3,
     .lines_total = 5},
    {.repo = EVIL,
     .path = EVIL "\n\xff#?%",
     .path_len = sizeof(EVIL) + 4,
     .lang = EVIL,
     .branch = EVIL,
     .lines = lines,
     .line_count = 1,
     .lines_total = 1},
};

static void use_hits(void)
{
    fake.hits = two_hits;
    fake.hit_count = 2;
    fake.result.stats = (gaz_search_stats){.files = 1234, .lines = 5678, .documents = 78490};
}

/* ---- search ---- */

static void results_are_grouped_by_file_with_lines_links_and_marks(void **state)
{
    (void)state;
    page p;
    use_hits();
    ask(&p, "/search?q=foo%28%29&repo=a/b&rev=v1");
    assert_int_equal(p.status, GAZ_OK);
    assert_string_equal(fake.queries[0], "foo()");
    assert_string_equal(fake.requests[0].repo, "a/b");
    assert_string_equal(fake.requests[0].rev, "v1");
    has(&p, "<title>foo() · Gazetteer</title>");
    has(&p, "1,234 files, 5,678 lines · ");
    has(&p, "78,490 documents in scope");
    has(&p, "<a href=\"/file/a/b/-/src/x%20y.c?rev=v1&amp;q=foo%28%29\"><span "
            "class=\"repo\">a/b</span> <span class=\"path\">src/x y.c</span></a>");
    has(&p, "<a href=\"/file/a/b/-/src/x%20y.c?rev=v1&amp;q=foo%28%29#L10\">10</a></td><td "
            "class=\"t\">\tif <mark>foo</mark>()<mark>foo</mark>&lt;b&gt;</td>");
    has(&p, "#L9\">9</a></td><td class=\"t\">before");
    has(&p, "2 more lines match</a>");
    has(&p, "<span class=\"chip\">C</span>");
    has(&p, "name=\"repo\" size=\"16\" placeholder=\"all repositories\" value=\"a/b\"");
    done(&p);
}

static void context_that_overlaps_is_shown_once_and_gaps_are_marked(void **state)
{
    (void)state;
    page p;
    use_hits();
    fake.hit_count = 1;
    ask(&p, "/search?q=x%22");
    const char *eleven = strstr(p.html.data, "#L11\">11</a>");
    assert_non_null(eleven);
    assert_null(strstr(eleven + 1, "#L11\">11</a>"));
    assert_non_null(strstr(eleven, "<tr class=\"gap\">"));
    const char *ten = strstr(p.html.data, "#L10\">10</a>");
    assert_null(strstr(ten + 1, "#L10\">10</a>"));
    done(&p);
}

static void what_comes_from_repositories_is_escaped_and_made_visible(void **state)
{
    (void)state;
    page p;
    use_hits();
    ask(&p, "/search?q=%22%3E%3Cscript%3Ealert%281%29%3C/script%3E");
    has(&p, "value=\"&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\"");
    has(&p, EVIL_SHOWN "<span class=\"hidden\" title=\"U+202E\">U+202E</span>\xef\xbf\xbd</td>");
    has(&p, "<span class=\"repo\">" EVIL_SHOWN "</span>");
    has(&p, EVIL_SHOWN "<span class=\"hidden\" title=\"U+000A\">^J</span>\xef\xbf\xbd#?%</span>");
    has(&p, "%0A%FF%23%3F%25?q=");
    has(&p, "<span class=\"chip\">" EVIL_SHOWN "</span>");
    done(&p);
}

static void every_reason_for_an_incomplete_answer_is_said(void **state)
{
    (void)state;
    static const char *const reasons[][2] = {
        {"limit", "the next page has more"}, {"timeout", "ran out of time"},
        {"memory", "memory limit"},          {"pattern", "backtracks too much"},
        {"cancelled", "given up"},           {"damaged", "gaz check"},
        {"not_indexed", "not indexed yet"},  {"other", "not complete"}};
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        page p;
        reset(NULL);
        use_hits();
        fake.result.complete = false;
        fake.result.reason = reasons[i][0];
        ask(&p, "/search?q=x:");
        has(&p, "At least 1,234 files");
        has(&p, reasons[i][1]);
        done(&p);
    }
}

static void what_the_system_refused_is_not_called_damage(void **state)
{
    (void)state;
    page p;
    reset(NULL);
    use_hits();
    fake.result.complete = false;
    fake.result.reason = "unavailable";
    ask(&p, "/search?q=x:");
    has(&p, "refused to open a part of the index");
    lacks(&p, "gaz check");
    done(&p);
}

static void the_next_page_is_a_link_with_the_cursor(void **state)
{
    (void)state;
    page p;
    use_hits();
    fake.result.cursor.data = (char *)(uintptr_t) "a+/=";
    ask(&p, "/search?q=a%26b&repo=r&context=3");
    has(&p, "<a href=\"/search?q=a%26b&amp;repo=r&amp;context=3&amp;cursor=a%2B%2F%3D\" "
            "rel=\"next\">Next page</a>");
    lacks(&p, "First page");
    assert_int_equal(fake.requests[0].context_before, 3);
    done(&p);
    fake.query_count = 0;
    ask(&p, "/search?q=ab&cursor=zz");
    assert_string_equal(fake.requests[0].cursor, "zz");
    assert_int_equal(fake.query_count, 1); /* no second search on later pages */
    has(&p, "rel=\"start\">First page</a>");
    done(&p);
}

static void plain_words_are_looked_for_in_paths_too(void **state)
{
    (void)state;
    page p;
    use_hits();
    static const gaz_file_hit path_hit = {.repo = "r", .path = "lib/main.c", .path_len = 10};
    fake.path_hits = &path_hit;
    fake.path_hit_count = 1;
    ask(&p, "/search?q=main.c+lib");
    assert_int_equal(fake.query_count, 2);
    assert_string_equal(fake.queries[1], "type:file main.c lib");
    assert_int_equal(fake.requests[1].limit, 5);
    has(&p, "<h2>Files whose path matches</h2>");
    has(&p, "<li><a href=\"/file/r/-/lib/main.c\">");
    done(&p);
    static const char *const not_plain[] = {"a%3Ab",   "%22a%22", "/re/", "-a", "a+or+b",
                                            "%28a%29", "not+a",   "a*",   "+"};
    for (size_t i = 0; i < sizeof not_plain / sizeof not_plain[0]; i++) {
        char target[64];
        fake.query_count = 0;
        snprintf(target, sizeof target, "/search?q=%s", not_plain[i]);
        ask(&p, target);
        if (fake.query_count != 1)
            fail_msg("%s was taken for plain words", not_plain[i]);
        done(&p);
    }
}

static void a_query_that_is_wrong_is_shown_with_a_caret(void **state)
{
    (void)state;
    page p;
    fake.search_status = GAZ_E_INVALID;
    fake.search_error = (gaz_error){.status = GAZ_E_INVALID,
                                    .column = 7,
                                    .message = "no <such> field",
                                    .hint = "did you mean 'lang'?"};
    ask(&p, "/search?q=%E4%B8%AD+%3C+langg:c");
    assert_int_equal(p.status, GAZ_OK);
    assert_int_equal(p.call.status, 400);
    check_html(p.html.data);
    has(&p, "no &lt;such&gt; field");
    has(&p, "<pre class=\"caret\">\xe4\xb8\xad &lt; langg:c\n\xe3\x80\x80   <b>^</b></pre>");
    has(&p, "did you mean &#39;lang&#39;?");
    has(&p, "value=\"\xe4\xb8\xad &lt; langg:c\"");
    done(&p);
}

static void nothing_found_is_said_plainly(void **state)
{
    (void)state;
    page p;
    ask(&p, "/search?q=zzz");
    has(&p, "Nothing matches");
    done(&p);
    fake.query_count = 0;
    fake.result.complete = false;
    fake.result.reason = "timeout";
    ask(&p, "/search?q=zzz");
    has(&p, "Nothing was found");
    done(&p);
}

static void notes_are_listed(void **state)
{
    (void)state;
    page p;
    use_hits();
    fake.result.notes.data = (char *)(uintptr_t) "{\"repo\":\"r\",\"message\":\"segment <x> is "
                                                 "damaged\",\"n\":1},\"plain\"";
    ask(&p, "/search?q=zzz");
    has(&p, "<li>r · segment &lt;x&gt; is damaged</li>");
    has(&p, "<li>plain</li>");
    done(&p);
}

static void a_long_line_is_cut_around_its_first_match(void **state)
{
    (void)state;
    page p;
    static char text[100001];
    memset(text, 'a', sizeof text - 1);
    memcpy(text + 50000, "needle", 6);
    static const gaz_range at[] = {{50000, 50006}};
    static gaz_hit_line line = {
        .number = 1, .text = text, .len = 100000, .ranges = at, .range_count = 1};
    static gaz_file_hit hit = {
        .repo = "r", .path = "p", .path_len = 1, .lines = &line, .line_count = 1, .lines_total = 1};
    fake.hits = &hit;
    fake.hit_count = 1;
    ask(&p, "/search?q=x:");
    has(&p, "<mark>needle</mark>");
    has(&p, "title=\"49900 bytes are not shown\"");
    assert_true(p.html.len < 6000);
    done(&p);
}

/* ---- file ---- */

static void repositories_and_paths_may_hold_slashes_dashes_and_encoded_bytes(void **state)
{
    (void)state;
    page p;
    fake.text = "x";
    fake.text_len = 1;
    ask(&p, "/file/github.com/a/b/-/d/-/e%2520%3F%2523");
    assert_string_equal(fake.path, "d/-/e%20?%23");
    has(&p, "<a href=\"/tree/github.com/a/b/-/\">github.com/a/b</a>");
    has(&p, "<a href=\"/tree/github.com/a/b/-/d/-\">-</a>");
    done(&p);
    ask(&p, "/file/a/%2D/b/-/x");
    has(&p, "<a href=\"/tree/a/%2D/b/-/\">a/-/b</a>");
    done(&p);
    ask(&p, "/file/a%00b/-/x");
    assert_int_equal(p.status, GAZ_E_INVALID);
    done(&p);
    ask(&p, "/file/a/-/x%zz");
    assert_int_equal(p.status, GAZ_E_INVALID);
    done(&p);
    ask(&p, "/file//-/x");
    assert_int_equal(p.status, GAZ_E_NOT_FOUND);
    done(&p);
    ask(&p, "/file/a/b");
    assert_int_equal(p.call.status, 302);
    assert_string_equal(p.call.location, "/tree/a/b/-/");
    done(&p);
}

/* ---- tree, home, repositories ---- */

#define ID "0123456789012345678901234567890123456789"

static void a_directory_lists_its_entries(void **state)
{
    (void)state;
    page p;
    static const gaz_tree_entry entries[] = {
        {.name = "dir" BIDI, .name_len = 6, .directory = true, .files = 1},
        {.name = EVIL, .name_len = sizeof EVIL - 1, .lang = "C"},
        {.name = "x.png", .name_len = 5, .skip = "binary"},
    };
    fake.entries = entries;
    fake.entry_count = 3;
    fake.refs[0] =
        (gaz_ref_row){.name = (char *)(uintptr_t) "main", .kind = GAZ_REF_BRANCH, .head = true};
    fake.refs[1] = (gaz_ref_row){.name = (char *)(uintptr_t) "\"><b>", .kind = GAZ_REF_BRANCH};
    fake.refs[2] = (gaz_ref_row){.name = (char *)(uintptr_t) "0123", .kind = GAZ_REF_REVISION};
    fake.ref_count = 3;
    ask(&p, "/tree/a/b/-/src/");
    assert_string_equal(fake.path, "src");
    assert_string_equal(fake.rev, "(none)");
    has(&p, "<a href=\"/tree/a/b/-/src/dir%E2%80%AE\">dir<span class=\"hidden\" "
            "title=\"U+202E\">U+202E</span>/</a></td><td>1 file</td>");
    has(&p, "<a href=\"/file/a/b/-/src/%3Cscript%3E");
    has(&p, "x.png</a></td><td>binary</td>");
    has(&p, "<option value=\"\" selected>main</option>");
    has(&p, "<option value=\"&quot;&gt;&lt;b&gt;\">&quot;&gt;&lt;b&gt;</option>");
    lacks(&p, "0123");
    done(&p);
    ask(&p, "/tree/a/b");
    assert_string_equal(fake.path, "");
    done(&p);
    ask(&p, "/tree/a/b/-/");
    assert_string_equal(fake.path, "");
    done(&p);
    /* A branch named like an object's id is asked for by its full name. */
    fake.refs[1].name = (char *)(uintptr_t)ID;
    ask(&p, "/tree/a/b/-/?rev=refs/heads/" ID);
    assert_string_equal(fake.rev, "refs/heads/" ID);
    has(&p, "<option value=\"refs/heads/" ID "\" selected>" ID "</option>");
    lacks(&p, "<option selected>");
    done(&p);
    ask(&p, "/tree/a/b/-/?rev=" ID);
    has(&p, "<option value=\"refs/heads/" ID "\">" ID "</option>");
    has(&p, "<option selected>" ID "</option>");
    done(&p);
}

#define TEXT(s) ((char *)(uintptr_t)(s))

static void home_and_overview_list_repositories_without_their_passwords(void **state)
{
    (void)state;
    page p;
    static gaz_repo_row rows[3];
    rows[0] = (gaz_repo_row){.name = TEXT("a/b"),
                             .source = TEXT("https://user:secret@host.example/a@b.git"),
                             .indexed_us = 1};
    rows[1] = (gaz_repo_row){
        .name = TEXT("bad"), .source = TEXT("/srv/" EVIL), .last_error = TEXT("no <such> thing")};
    rows[2] = (gaz_repo_row){
        .name = TEXT("new"), .source = TEXT("/srv/a@b"), .note = TEXT("nothing <is> indexed")};
    fake.repos = rows;
    fake.repo_count = 3;
    ask(&p, "/repos");
    has(&p, "https://host.example/a@b.git");
    lacks(&p, "secret");
    has(&p, "/srv/a@b");
    has(&p, "78,490");
    has(&p, "945 MB");
    has(&p, "<span class=\"bad\">failed:</span> no &lt;such&gt; thing");
    has(&p, "<span class=\"bad\">note:</span> nothing &lt;is&gt; indexed");
    has(&p, "not indexed yet");
    done(&p);
    ask(&p, "/");
    has(&p, "<a href=\"/tree/a/b/-/\">a/b</a>");
    has(&p, "<code>/err(or|no)\\b/</code>");
    has(&p, "autofocus");
    done(&p);
    fake.repo_count = 0;
    ask(&p, "/search?q=");
    has(&p, "gaz add PATH-OR-URL");
    done(&p);
}

static void the_overview_tells_of_work_trees_and_of_looks_at_remotes(void **state)
{
    (void)state;
    page p;
    static gaz_repo_row row;
    int64_t now = gaz_wall_us();
    row = (gaz_repo_row){.name = TEXT("r"), .source = TEXT("/srv/r"), .indexed_us = 1};
    fake.repos = &row;
    fake.repo_count = 1;
    ask(&p, "/repos");
    lacks(&p, "work tree");
    lacks(&p, "looked at");
    done(&p);
    fake.tree = (gaz_tree_state){.files = 1234, .changed_us = now - 600000000};
    fake.poll = (gaz_poll_info){.next_us = now + 1000000000};
    ask(&p, "/repos");
    has(&p, "work tree: 1,234 files, changed <time");
    has(&p, "10 min ago</time>, not watched");
    has(&p, "looked at <time");
    has(&p, ">in 16 min</time>");
    lacks(&p, "in a row");
    done(&p);
    fake.tree = (gaz_tree_state){.files = 1, .live = true};
    fake.poll = (gaz_poll_info){.last_us = now,
                                .next_us = now + (int64_t)3 * 3600 * 1000000 + 30000000,
                                .failures = 5,
                                .error = "the server said <no>"};
    ask(&p, "/repos");
    has(&p, "work tree: 1 file, watched");
    has(&p, "just now</time>, again <time");
    has(&p, ">in 3 h</time>");
    has(&p, "failed 5 times in a row:</span> the server said &lt;no&gt;");
    done(&p);
}

static void only_its_own_paths_and_files_are_served(void **state)
{
    (void)state;
    gaz_web_asset a;
    static const char *const others[] = {"/v1/search", "/searchx", "/repos/",
                                         "/file",      "",         "/assets/x"};
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_false(gaz_web_pages()->owns(others[i]));
    assert_true(gaz_web_pages()->asset("/assets/gazetteer.css", &a));
    assert_string_equal(a.type, "text/css; charset=utf-8");
    assert_int_equal(strlen(a.data), a.len);
    assert_int_equal(strlen(a.etag), 18);
    assert_true(gaz_web_pages()->asset("/assets/gazetteer.js", &a));
    assert_false(gaz_web_pages()->asset("/assets/../web.c", &a));
    assert_false(gaz_web_pages()->asset("/assets/", &a));
}

static void commits_are_shown_and_escaped(void **state)
{
    (void)state;
    static const char text[] = "+" EVIL;
    static const gaz_range range = {1, 4};
    static const gaz_commit_match matches[] = {
        {.sign = ' ', .line = 1, .text = EVIL, .len = sizeof EVIL - 1},
        {.sign = '-',
         .line = 7,
         .path = EVIL,
         .path_len = sizeof EVIL - 1,
         .text = text,
         .len = sizeof text - 1,
         .ranges = &range,
         .range_count = 1}};
    const gaz_commit_record record = {.author = {.name = EVIL, .email = "e"},
                                      .committer = {.when = 1700000000},
                                      .message = EVIL "\nmore",
                                      .message_len = sizeof EVIL + 4};
    const gaz_commit_hit hit = {
        .repo = "a/b", .record = &record, .matches = matches, .match_count = 2, .lines = 5};
    page p;
    fake.commits = &hit;
    fake.commit_count = 1;
    ask(&p, "/search?q=type%3Acommit+alert");
    assert_int_equal(p.status, GAZ_OK);
    has(&p, "<code>0000000000</code>");
    has(&p, EVIL_SHOWN "</span>");
    has(&p, "2023-11-14");
    has(&p, "3 more lines match");
    has(&p, "a/b: its history is not indexed");
    done(&p);
}

static void a_failure_is_a_page(void **state)
{
    (void)state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    (void)!gaz_error_set(&err, GAZ_E_NOT_FOUND, "no <repository>");
    gaz_web_pages()->failure(404, &err, &out);
    check_html(out.data);
    assert_non_null(strstr(out.data, "<h1>Not found</h1>"));
    assert_non_null(strstr(out.data, "no &lt;repository&gt;"));
    gaz_strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(results_are_grouped_by_file_with_lines_links_and_marks, reset),
        cmocka_unit_test_setup(context_that_overlaps_is_shown_once_and_gaps_are_marked, reset),
        cmocka_unit_test_setup(what_comes_from_repositories_is_escaped_and_made_visible, reset),
        cmocka_unit_test_setup(every_reason_for_an_incomplete_answer_is_said, reset),
        cmocka_unit_test_setup(what_the_system_refused_is_not_called_damage, reset),
        cmocka_unit_test_setup(the_next_page_is_a_link_with_the_cursor, reset),
        cmocka_unit_test_setup(plain_words_are_looked_for_in_paths_too, reset),
        cmocka_unit_test_setup(a_query_that_is_wrong_is_shown_with_a_caret, reset),
        cmocka_unit_test_setup(nothing_found_is_said_plainly, reset),
        cmocka_unit_test_setup(notes_are_listed, reset),
        cmocka_unit_test_setup(a_long_line_is_cut_around_its_first_match, reset),
        cmocka_unit_test_setup(repositories_and_paths_may_hold_slashes_dashes_and_encoded_bytes,
                               reset),
        cmocka_unit_test_setup(a_directory_lists_its_entries, reset),
        cmocka_unit_test_setup(the_overview_tells_of_work_trees_and_of_looks_at_remotes, reset),
        cmocka_unit_test_setup(home_and_overview_list_repositories_without_their_passwords, reset),
        cmocka_unit_test_setup(only_its_own_paths_and_files_are_served, reset),
        cmocka_unit_test_setup(commits_are_shown_and_escaped, reset),
        cmocka_unit_test_setup(a_failure_is_a_page, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
