/* The pages of one file: its lines, matches and colours, its raw text. */
#include "page_asking.h"
#include "pages.h"

static void a_file_has_numbered_lines_with_anchors(void **state)
{
    (void)state;
    page p;
    fake.text = "one\r\ntwo\rx\n\n\x1b[0m<four>\xff";
    fake.text_len = strlen(fake.text);
    ask(&p, "/file/a/b/-/src/dir%20x/x.c?rev=v1");
    assert_string_equal(fake.path, "src/dir x/x.c");
    assert_string_equal(fake.rev, "v1");
    has(&p,
        "<tr id=\"L1\"><td class=\"n\"><a href=\"#L1\">1</a></td><td class=\"t\">one</td></tr>");
    has(&p, ">two<span class=\"hidden\" title=\"U+000D\">^M</span>x</td>");
    has(&p, "<tr id=\"L3\">");
    has(&p, "<span class=\"hidden\" title=\"U+001B\">^[</span>[0m&lt;four&gt;\xef\xbf\xbd</td>");
    lacks(&p, "id=\"L5\"");
    has(&p, "<a href=\"/tree/a/b/-/src/dir%20x?rev=v1\">dir x</a>");
    has(&p, "<b>x.c</b>");
    has(&p, "4 lines");
    has(&p, "latin1");
    has(&p, "<a href=\"/raw/a/b/-/src/dir%20x/x.c?rev=v1\">raw</a>");
    has(&p, "<option selected>v1</option>");
    done(&p);
}

static void matches_in_a_file_are_marked_when_the_query_is_given(void **state)
{
    (void)state;
    page p;
    static const gaz_range at[] = {{0, 3}};
    static const gaz_hit_line line = {
        .number = 2, .text = "two", .len = 3, .ranges = at, .range_count = 1};
    static const gaz_file_hit hit = {.repo = "a/b",
                                     .path = "x.c",
                                     .path_len = 3,
                                     .lines = &line,
                                     .line_count = 1,
                                     .lines_total = 1};
    fake.hits = &hit;
    fake.hit_count = 1;
    fake.text = "one\ntwo\n";
    fake.text_len = 8;
    ask(&p, "/file/a/b/-/x.c?q=two+or+three");
    assert_string_equal(fake.queries[0], "(two or three) file:/^x\\.c$/");
    has(&p, "<tr id=\"L2\" class=\"hit\"><td class=\"n\"><a href=\"#L2\">2</a></td><td "
            "class=\"t\"><mark>two</mark></td>");
    has(&p, "<tr id=\"L1\"><td");
    done(&p);
    fake.query_count = 0;
    fake.search_status = GAZ_E_INVALID;
    ask(&p, "/file/a/b/-/d/x.c?q=case:yes+b");
    assert_int_equal(fake.query_count, 2);
    assert_string_equal(fake.queries[1], "case:yes b file:/^d\\/x\\.c$/");
    has(&p, "<tr id=\"L2\"><td");
    done(&p);
}

static void a_huge_file_comes_in_pages(void **state)
{
    (void)state;
    page p;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (int i = 1; i <= 12000; i++)
        gaz_strbuf_printf(&text, "line %d\n", i);
    fake.text = text.data;
    fake.text_len = text.len;
    ask(&p, "/file/r/-/x?q=a%26b");
    assert_int_equal(fake.first, 1);
    assert_int_equal(fake.last, 5000);
    has(&p, "id=\"L5000\"");
    lacks(&p, "id=\"L5001\"");
    has(&p, "Page 1 of 3");
    has(&p, "<a href=\"/file/r/-/x?q=a%26b&amp;page=2\" rel=\"next\">");
    assert_int_equal(fake.requests[0].first_line, 1); /* marked are the lines of the page */
    assert_int_equal(fake.requests[0].last_line, 5000);
    done(&p);
    ask(&p, "/file/r/-/x?page=3");
    has(&p, "<tr id=\"L10001\"><td class=\"n\"><a href=\"#L10001\">10001</a></td><td "
            "class=\"t\">line 10001</td></tr>");
    has(&p, "id=\"L12000\"");
    has(&p, "rel=\"prev\"");
    lacks(&p, "rel=\"next\"");
    done(&p);
    ask(&p, "/file/r/-/x?page=4");
    has(&p, "There are no such lines");
    done(&p);
    ask(&p, "/file/r/-/x?page=-1");
    has(&p, "Page 1 of 3");
    done(&p);
    gaz_strbuf_release(&text);
}

static void a_file_without_text_says_why(void **state)
{
    (void)state;
    page p;
    fake.skip = "binary";
    ask(&p, "/file/r/-/x.png");
    has(&p, "not indexed: binary");
    done(&p);
    ask(&p, "/raw/r/-/x.png");
    assert_int_equal(p.status, GAZ_E_NOT_FOUND);
    done(&p);
    fake.skip = NULL;
    ask(&p, "/file/r/-/none");
    assert_int_equal(p.status, GAZ_E_NOT_FOUND);
    assert_string_equal(p.err.message, "no file <none>");
    done(&p);
    fake.text = "";
    ask(&p, "/file/r/-/empty");
    has(&p, "This file is empty");
    done(&p);
}

static void raw_is_plain_text_as_it_is(void **state)
{
    (void)state;
    page p;
    fake.text = "<b>\r\n\xff";
    fake.text_len = 6;
    ask(&p, "/raw/a/b/-/x.html?rev=main");
    assert_string_equal(p.call.type, "text/plain; charset=utf-8");
    assert_memory_equal(p.html.data, "<b>\r\n\xff", 6);
    assert_string_equal(fake.rev, "main");
    done(&p);
}

static void raw_of_a_file_too_large_to_be_read_at_once_comes_in_parts(void **state)
{
    (void)state;
    page p;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 1000; i++)
        gaz_strbuf_printf(&text, "line %u\n", i);
    gaz_strbuf_puts(&text, "and a last one");
    fake.text = text.data;
    fake.text_len = text.len;
    fake.lines_at_once = 300;
    ask(&p, "/raw/a/b/-/x.txt");
    assert_int_equal(p.status, GAZ_OK);
    assert_string_equal(p.call.type, "text/plain; charset=utf-8");
    assert_string_equal(p.html.data, text.data);
    assert_int_equal(fake.reads, 1 + 2 + 4); /* whole, 65,536 and 4,096 lines, then 256 each */
    done(&p);
    gaz_strbuf_release(&text);
}

static void code_is_coloured_also_where_it_is_marked(void **state)
{
    (void)state;
    page p;
    static const gaz_highlight_span colours[] = {{0, 3, GAZ_HIGHLIGHT_TYPE_BUILTIN},
                                                 {4, 8, GAZ_HIGHLIGHT_FUNCTION},
                                                 {12, 27, GAZ_HIGHLIGHT_COMMENT}};
    static const gaz_range parts[] = {{2, 6}};
    static const gaz_hit_line found[] = {{.number = 1, .ranges = parts, .range_count = 1}};
    static const gaz_file_hit hits[] = {
        {.path = "a.c", .path_len = 3, .lines = found, .line_count = 1}};
    fake.text = "int main();\n/* <of two\nlines> */ x\n";
    fake.text_len = strlen(fake.text);
    fake.colours = colours;
    fake.colour_count = 3;
    ask(&p, "/file/r/-/a.c");
    has(&p, "<span class=\"hl-type hl-type-builtin\">int</span> <span "
            "class=\"hl-function\">main</span>();</td>");
    has(&p, "<span class=\"hl-comment\">/* &lt;of two</span></td>");
    has(&p, "<span class=\"hl-comment\">line</span>s&gt; */ x</td>");
    assert_int_equal(fake.parsed_from, 0);
    assert_int_equal(fake.parsed_to, fake.text_len);
    done(&p);
    fake.hits = hits;
    fake.hit_count = 1;
    ask(&p, "/file/r/-/a.c?q=x");
    has(&p, "<span class=\"hl-type hl-type-builtin\">in</span><mark><span class=\"hl-type "
            "hl-type-builtin\">t</span> <span class=\"hl-function\">ma</span></mark><span "
            "class=\"hl-function\">in</span>();");
    done(&p);
    fake.colours = NULL;
    ask(&p, "/file/r/-/a.c");
    has(&p, "\">int main();</td>");
    done(&p);
}

static void a_later_page_is_coloured_from_where_it_begins(void **state)
{
    (void)state;
    page p;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < GAZ_WEB_LINES_PER_PAGE + 3; i++)
        gaz_strbuf_puts(&text, "abc\n");
    uint32_t from = GAZ_WEB_LINES_PER_PAGE * 4;
    gaz_highlight_span colours[] = {{from - 2, from + 1, GAZ_HIGHLIGHT_KEYWORD},
                                    {from + 4, from + 6, GAZ_HIGHLIGHT_STRING}};
    fake.text = text.data;
    fake.text_len = text.len;
    fake.colours = colours;
    fake.colour_count = 2;
    ask(&p, "/file/r/-/a.c?page=2");
    assert_int_equal(fake.parsed_from, from);
    assert_int_equal(fake.parsed_to, text.len);
    has(&p, "<span class=\"hl-keyword\">a</span>bc</td>");
    has(&p, "<span class=\"hl-string\">ab</span>c</td>");
    done(&p);
    gaz_strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_has_numbered_lines_with_anchors, reset),
        cmocka_unit_test_setup(matches_in_a_file_are_marked_when_the_query_is_given, reset),
        cmocka_unit_test_setup(a_huge_file_comes_in_pages, reset),
        cmocka_unit_test_setup(a_file_without_text_says_why, reset),
        cmocka_unit_test_setup(raw_is_plain_text_as_it_is, reset),
        cmocka_unit_test_setup(raw_of_a_file_too_large_to_be_read_at_once_comes_in_parts, reset),
        cmocka_unit_test_setup(code_is_coloured_also_where_it_is_marked, reset),
        cmocka_unit_test_setup(a_later_page_is_coloured_from_where_it_begins, reset),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
