/* The query language: text → canonical text of the tree, and every kind of error with its column.
 */
#include "gaz_test.h"

#include "gaz/query/parse.h"
#include "gaz/store/store.h"
#include "gaz/text/language.h"

typedef struct fixture {
    gaz_arena arena;
    gaz_strbuf canonical;
} fixture;

static int setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    gaz_arena_init(&f->arena, (size_t)16 << 20);
    f->canonical = GAZ_STRBUF_INIT;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    fixture *f = *state;
    gaz_arena_release(&f->arena);
    gaz_strbuf_release(&f->canonical);
    free(f);
    return 0;
}

static bool same_atom(const gaz_atom *a, const gaz_atom *b)
{
    bool text = a->field == GAZ_FIELD_LANG || a->field == GAZ_FIELD_GENERATED ||
                a->field == GAZ_FIELD_TEST ||
                (a->len == b->len && memcmp(a->text, b->text, a->len) == 0);
    return text && a->field == b->field && a->literal == b->literal && a->exact == b->exact &&
           a->flag == b->flag && a->language == b->language && a->index == b->index;
}

static bool same_tree(const gaz_node *a, const gaz_node *b)
{
    if (a->kind != b->kind || a->count != b->count ||
        (a->kind == GAZ_NODE_ATOM && !same_atom(a->atom, b->atom)))
        return false;
    for (size_t i = 0; i < a->count; i++)
        if (!same_tree(a->kids[i], b->kids[i]))
            return false;
    return true;
}

static bool same_settings(const gaz_query *a, const gaz_query *b)
{
    return a->fold == b->fold && a->type == b->type && a->select == b->select &&
           a->count_all == b->count_all && a->count == b->count && a->timeout_ms == b->timeout_ms &&
           a->atom_count == b->atom_count && !a->rev == !b->rev &&
           (!a->rev || strcmp(a->rev, b->rev) == 0);
}

static const gaz_query *parse_bytes(fixture *f, const char *text, size_t len)
{
    gaz_error err = {0};
    const gaz_query *q = NULL;
    if (gaz_query_parse(text, len, &f->arena, &q, &err) != GAZ_OK)
        fail_msg("%s: %s", text, err.message);
    return q;
}

static const gaz_query *parse(fixture *f, const char *text)
{
    return parse_bytes(f, text, strlen(text));
}

static void expect_canonical(fixture *f, const char *text, const char *expected)
{
    const gaz_query *q = parse(f, text);
    gaz_strbuf_reset(&f->canonical);
    gaz_query_format(q, &f->canonical);
    if (strcmp(f->canonical.data, expected) != 0)
        fail_msg("%s\n  gives    %s\n  expected %s", text, f->canonical.data, expected);
    const gaz_query *again = parse(f, f->canonical.data);
    if (!same_tree(q->root, again->root) || !same_settings(q, again))
        fail_msg("%s: the canonical text parses to another tree: %s", text, f->canonical.data);
}

typedef struct form {
    const char *text, *canonical;
} form;

static void expect_all(void **state, const form *forms, size_t count)
{
    for (size_t i = 0; i < count; i++)
        expect_canonical(*state, forms[i].text, forms[i].canonical);
}
#define EXPECT_ALL(forms) expect_all(state, forms, sizeof(forms) / sizeof(forms)[0])

static void words_are_literals_joined_by_and(void **state)
{
    static const form forms[] = {
        {"", ""},
        {" \t\r\n ", ""},
        {"foo", "\"foo\""},
        {"foo bar", "\"foo\" \"bar\""},
        {"foo and bar AND baz", "\"foo\" \"bar\" \"baz\""},
        {"a.*b", "\"a.*b\""},
        {"a\\b", "\"a\\\\b\""},
        {"android oracle nothing", "\"android\" \"oracle\" \"nothing\""},
        {"Or And Not", "\"Or\" \"And\" \"Not\""},
        {"h\xc3\xa9llo \xe6\xbc\xa2", "\"h\xc3\xa9llo\" \"\xe6\xbc\xa2\""},
        {"\xff\xfe", "\"\xff\xfe\""},
    };
    EXPECT_ALL(forms);
}

static void code_is_a_plain_word(void **state)
{
    static const form forms[] = {
        {"a->b", "\"a->b\""},
        {"->next", "\"->next\""},
        {"--verbose", "\"--verbose\""},
        {"-=", "\"-=\""},
        {"std::vector", "\"std::vector\""},
        {"c::d", "\"c::d\""},
        {"http://localhost:7007/x", "\"http://localhost:7007/x\""},
        {"x:=1", "\"x:=1\""},
        {"10:30", "\"10:30\""},
        {"margin-left:1px", "\"margin-left:1px\""},
        {"a.b:c", "\"a.b:c\""},
        {"file=x", "\"file=x\""},
        {"r=5", "\"r=5\""},
        {"foo(bar)", "\"foo(bar)\""},
        {"f(g(x),y) z", "\"f(g(x),y)\" \"z\""},
        {"printk(", "\"printk(\""},
        {"(printk( or x)", "\"printk(\" or \"x\""},
        {"(f(x))", "\"f(x)\""},
        {"(f(x) or g(y))", "\"f(x)\" or \"g(y)\""},
        {"a\\)b", "\"a\\\\)b\""},
        {"(a\\( b)", "\"a\\\\(\" \"b\""},
        {"printf(\"x", "\"printf(\\\"x\""},
        {"a/b/c.h", "\"a/b/c.h\""},
        {"#include {", "\"#include\" \"{\""},
        {"orange or-else", "\"orange\" \"or-else\""},
    };
    EXPECT_ALL(forms);
}

static void quotes_and_slashes_undo_their_own_escapes_only(void **state)
{
    static const form forms[] = {
        {"\"a b\"", "\"a b\""},     {"\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\""},
        {"\"a\\\\\"", "\"a\\\\\""}, {"\"a\\nb\"", "\"a\\\\nb\""},
        {"\"/x/\"", "\"/x/\""},     {"\"or\" \"not\" \"file:x\"", "\"or\" \"not\" \"file:x\""},
        {"/a.*b/", "/a.*b/"},       {"/a\\/b/", "/a\\/b/"},
        {"/a\\\\/", "/a\\\\/"},     {"/a\\\\\\/b/", "/a\\\\\\/b/"},
        {"/\"x y\"/", "/\"x y\"/"}, {"/a b/ c", "/a b/ \"c\""},
        {"(/(a|b)/)", "/(a|b)/"},   {"\"\x01\"", "\"\x01\""},
    };
    EXPECT_ALL(forms);
    const gaz_query *q = parse(*state, "/a\\/b\\.c/");
    assert_string_equal(q->atoms[0]->text, "a/b\\.c");
    q = parse(*state, "\"a\\nb\\\\c\\\"\"");
    assert_string_equal(q->atoms[0]->text, "a\\nb\\c\"");
}

static void operators_bind_as_documented(void **state)
{
    static const form forms[] = {
        {"a or b", "\"a\" or \"b\""},
        {"a b OR c d", "\"a\" \"b\" or \"c\" \"d\""},
        {"a (b or c) d", "\"a\" (\"b\" or \"c\") \"d\""},
        {"a (b c) d", "\"a\" \"b\" \"c\" \"d\""},
        {"(a or b) or c", "\"a\" or \"b\" or \"c\""},
        {"((((a))))", "\"a\""},
        {"-a", "-\"a\""},
        {"not a NOT b", "-\"a\" -\"b\""},
        {"-not a", "\"a\""},
        {"not not a", "\"a\""},
        {"not -(a b)", "\"a\" \"b\""},
        {"c -(-(a b))", "\"c\" \"a\" \"b\""},
        {"-(a b)", "-(\"a\" \"b\")"},
        {"-(a or b) c", "-(\"a\" or \"b\") \"c\""},
        {"not(a or b)", "-(\"a\" or \"b\")"},
        {"a or(b)", "\"a\" or \"b\""},
        {"a or (b)", "\"a\" or \"b\""},
        {"(a)(b)", "\"a\" \"b\""},
        {"-\"x y\" -/z/", "-\"x y\" -/z/"},
        {"a and -b", "\"a\" -\"b\""},
        {"a or not b and c", "\"a\" or -\"b\" \"c\""},
    };
    EXPECT_ALL(forms);
}

static void fields_take_words_quotes_and_regexes(void **state)
{
    static const form forms[] = {
        {"file:a.b", "file:/a.b/"},
        {"f:^src/.*\\.c$ path:x", "file:/^src\\/.*\\.c$/ file:/x/"},
        {"file:a\\/b", "file:/a\\/b/"},
        {"file:\"a b\"", "file:\"a b\""},
        {"file:/x\\/y/", "file:/x\\/y/"},
        {"-file:x", "-file:/x/"},
        {"file:(a|b)\\.c$ x", "file:/(a|b)\\.c$/ \"x\""},
        {"(file:(a|b) or x)", "file:/(a|b)/ or \"x\""},
        {"repo:linux r:x", "repo:/linux/ repo:/x/"},
        {"repo=a/b.c", "repo=\"a/b.c\""},
        {"-repo=\"a\"", "-repo=\"a\""},
        {"branch:main b:/v[0-9]+/", "branch:/main/ branch:/v[0-9]+/"},
        {"content:foo bar", "content:\"foo\" \"bar\""},
        {"c:\"a b\" content:/x.y/", "content:\"a b\" content:/x.y/"},
        {"content:file:x", "content:\"file:x\""},
        {"content:a::b", "content:\"a::b\""},
        {"lang:c l:python -lang:\"C++\"", "lang:\"C\" lang:\"Python\" -lang:\"C++\""},
        {"generated:no test:yes", "generated:no test:yes"},
        {"file:content:", "file:/content:/"},
        {"sym:foo -sym:\"a b\" sym:/x\\/y/", "sym:\"foo\" -sym:\"a b\" sym:/x\\/y/"},
        {"sym:a::b", "sym:\"a::b\""},
        {"type:commit a author:/x y/ -author:b message:\"m n\" -repo:z",
         "\"a\" author:/x y/ -author:\"b\" message:\"m n\" -repo:/z/ type:commit"},
        {"type:diff file:x b before:2024-01-31 after:\"2 weeks ago\"",
         "file:/x/ \"b\" before:\"2024-01-31\" after:\"2 weeks ago\" type:diff"},
        {"type:diff", "type:diff"},
        {"ts:(a) -ts:\"(b \\\"c\\\")\"", "ts:\"(a)\" -ts:\"(b \\\"c\\\")\""},
    };
    EXPECT_ALL(forms);
    const gaz_query *q = parse(*state, "repo=x file:\"y\" file:z lang:c");
    assert_true(q->atoms[0]->exact && q->atoms[0]->literal);
    assert_true(q->atoms[1]->literal && !q->atoms[1]->exact);
    assert_false(q->atoms[2]->literal);
    assert_int_equal(q->atoms[3]->language, gaz_language_find("C", 1));
}

static void settings_are_kept_apart_from_the_tree(void **state)
{
    static const form forms[] = {
        {"case:yes", "case:yes"},
        {"case:no foo", "\"foo\" case:no"},
        {"case:auto foo", "\"foo\""},
        {"(a or b) case:yes", "(\"a\" or \"b\") case:yes"},
        {"type:file", "type:file"},
        {"foo type:file select:repo", "\"foo\" type:file select:repo"},
        {"type:repo foo", "\"foo\" type:repo"},
        {"foo select:file", "\"foo\" select:file"},
        {"foo type:symbol", "\"foo\" type:symbol"},
        {"foo type:symbol select:symbol", "\"foo\" type:symbol"},
        {"foo type:symbol select:file", "\"foo\" type:symbol select:file"},
        {"patterntype:regexp sym:x+ sym:\"y+\"", "sym:/x+/ sym:\"y+\""},
        {"foo select:match", "\"foo\""},
        {"rev:v1.2 foo", "\"foo\" rev:\"v1.2\""},
        {"rev:\"a \\\"b\" foo", "\"foo\" rev:\"a \\\"b\""},
        {"count:all foo", "\"foo\" count:all"},
        {"count:100000", "count:100000"},
        {"timeout:2s", "timeout:2000ms"},
        {"timeout:500ms x", "\"x\" timeout:500ms"},
        {"timeout:1m", "timeout:60000ms"},
        {"timeout:60m", "timeout:3600000ms"},
        {"case:yes foo case:yes", "\"foo\" case:yes"},
        {"a and case:yes and b", "\"a\" \"b\" case:yes"},
        {"timeout:1000ms timeout:1s", "timeout:1000ms"},
        {"patterntype:regexp a.*b", "/a.*b/"},
        {"a|b patterntype:regexp", "/a|b/"},
        {"patterntype:regexp \"a.b\" content:x+ c:\"y+\"", "\"a.b\" content:/x+/ content:\"y+\""},
        {"patterntype:regexp a\\/b\\.c", "/a\\/b\\.c/"},
        {"patterntype:literal a.b", "\"a.b\""},
        {"patterntype:keyword a b", "\"a\" \"b\""},
        {"patterntype:regexp (a|b c\\(d)", "/a|b/ /c\\(d/"},
    };
    EXPECT_ALL(forms);
}

static void select_is_the_type_unless_given(void **state)
{
    assert_int_equal(parse(*state, "x")->select, GAZ_TYPE_MATCH);
    assert_int_equal(parse(*state, "x type:file")->select, GAZ_TYPE_FILE);
    assert_int_equal(parse(*state, "select:repo x type:file")->select, GAZ_TYPE_REPO);
}

static void every_byte_knows_its_column(void **state)
{
    const gaz_query *q = parse(*state, "ab file:x\\/y \"a\\\"b\" -content:/(/");
    assert_int_equal(q->atom_count, 4);
    assert_int_equal(q->atoms[0]->column, 1);
    const gaz_atom *file = q->atoms[1];
    assert_int_equal(file->column, 9);
    assert_int_equal(file->columns[0], 9);
    assert_int_equal(file->columns[1], 11);
    assert_int_equal(file->columns[2], 12);
    assert_int_equal(file->columns[3], 13);
    const gaz_atom *quoted = q->atoms[2];
    assert_int_equal(quoted->column, 15);
    assert_int_equal(quoted->columns[1], 17);
    assert_int_equal(quoted->columns[2], 18);
    assert_int_equal(q->atoms[3]->columns[0], 31);
    assert_int_equal(q->atoms[3]->columns[1], 32);
    q = parse(*state, "rev:\"main\"");
    assert_int_equal(q->rev_column, 6);
}

static void atoms_are_numbered_in_the_order_of_the_text(void **state)
{
    const gaz_query *q = parse(*state, "a or (b -c) or d");
    assert_int_equal(q->atom_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(q->atoms[i]->index, i);
        assert_int_equal(q->atoms[i]->text[0], 'a' + (int)i);
    }
}

static void quoted_text_may_hold_a_nul(void **state)
{
    const gaz_query *q = parse_bytes(*state, "\"a\0b\"", 5);
    assert_int_equal(q->atoms[0]->len, 3);
    assert_memory_equal(q->atoms[0]->text, "a\0b", 4);
}

typedef struct failure {
    const char *text;
    gaz_status status;
    size_t column;
    const char *words; /* in the message */
} failure;

static void expect_failure(fixture *f, const failure *bad)
{
    gaz_error err = {0};
    const gaz_query *q = NULL;
    gaz_status st = gaz_query_parse(bad->text, strlen(bad->text), &f->arena, &q, &err);
    if (st != bad->status || err.column != bad->column || !strstr(err.message, bad->words))
        fail_msg("%s: got %s, column %zu: %s", bad->text, gaz_status_name(st), err.column,
                 err.message);
    assert_null(q);
}

static void mistakes_are_reported_with_their_column(void **state)
{
    static const failure bad[] = {
        {"fo bogus:x", GAZ_E_INVALID, 4, "no field 'bogus:'"},
        {"-bogus:x", GAZ_E_INVALID, 2, "no field 'bogus:'"},
        {"TODO:", GAZ_E_INVALID, 1, "no field 'TODO:'"},
        {"localhost:80", GAZ_E_INVALID, 1, "no field 'localhost:'"},
        {"file:", GAZ_E_INVALID, 6, "file: needs a value"},
        {"(file:)", GAZ_E_INVALID, 7, "file: needs a value"},
        {"file: x", GAZ_E_INVALID, 6, "file: needs a value"},
        {"repo= x", GAZ_E_INVALID, 6, "repo= needs a value"},
        {"file:\"\"", GAZ_E_INVALID, 6, "nothing stands between the quotes"},
        {"a \"\"", GAZ_E_INVALID, 3, "nothing stands between the quotes"},
        {"a //", GAZ_E_INVALID, 3, "nothing stands between the slashes"},
        {"a \"b", GAZ_E_INVALID, 3, "quoted text starts here and never ends"},
        {"\"b\\\"", GAZ_E_INVALID, 1, "never ends"},
        {"a /b", GAZ_E_INVALID, 3, "regular expression starts here and never ends"},
        {"/b\\/", GAZ_E_INVALID, 1, "never ends"},
        {"/b\\", GAZ_E_INVALID, 1, "never ends"},
        {"/usr/bin", GAZ_E_INVALID, 6, "a space is missing"},
        {"\"a\"b", GAZ_E_INVALID, 4, "a space is missing"},
        {"(a)b", GAZ_E_INVALID, 4, "a space is missing"},
        {"(a", GAZ_E_INVALID, 1, "never closed"},
        {"a (b (c)", GAZ_E_INVALID, 3, "never closed"},
        {"a)", GAZ_E_INVALID, 2, "closes nothing"},
        {"f(a, b)", GAZ_E_INVALID, 7, "closes nothing"},
        {"a ()", GAZ_E_INVALID, 3, "nothing stands between the parentheses"},
        {"or a", GAZ_E_INVALID, 1, "'or' joins nothing"},
        {"a or", GAZ_E_INVALID, 3, "'or' joins nothing"},
        {"a or or b", GAZ_E_INVALID, 3, "'or' joins nothing"},
        {"(a or)", GAZ_E_INVALID, 4, "'or' joins nothing"},
        {"and a", GAZ_E_INVALID, 1, "'and' joins nothing"},
        {"a and", GAZ_E_INVALID, 3, "'and' joins nothing"},
        {"a and and b", GAZ_E_INVALID, 7, "'and' joins nothing"},
        {"a and or b", GAZ_E_INVALID, 3, "'and' joins nothing"},
        {"a not", GAZ_E_INVALID, 3, "'not' has nothing"},
        {"not or", GAZ_E_INVALID, 5, "'or' joins nothing"},
        {"(not)", GAZ_E_INVALID, 2, "'not' has nothing"},
        {"a -", GAZ_E_INVALID, 3, "'-' has nothing"},
        {"a - b", GAZ_E_INVALID, 3, "'-' has nothing"},
        {"a\x01", GAZ_E_INVALID, 2, "control byte (0x01)"},
        {"a\x7f", GAZ_E_INVALID, 2, "control byte (0x7f)"},
        {"file:a\\", GAZ_E_INVALID, 7, "lone backslash"},
        {"patterntype:regexp ab\\", GAZ_E_INVALID, 22, "lone backslash"},
        {"x lang:cobble", GAZ_E_INVALID, 8, "lang: takes the name of a language, not 'cobble'"},
        {"lang:/c/", GAZ_E_INVALID, 7, "lang: takes"},
        {"generated:maybe", GAZ_E_INVALID, 11, "generated: takes yes or no"},
        {"test:\"YES\"", GAZ_E_INVALID, 7, "test: takes yes or no"},
        {"repo=/x/", GAZ_E_INVALID, 7, "repo: takes the whole name"},
        {"case:maybe", GAZ_E_INVALID, 6, "case: takes yes, no or auto"},
        {"type:thing", GAZ_E_INVALID, 6, "type: takes match, symbol, file, repo, commit or diff"},
        {"count:0", GAZ_E_INVALID, 7, "count: takes a number from 1"},
        {"count:-1", GAZ_E_INVALID, 7, "count: takes"},
        {"count:100001", GAZ_E_INVALID, 7, "count: takes"},
        {"count:99999999999999999999", GAZ_E_INVALID, 7, "count: takes"},
        {"count:1x", GAZ_E_INVALID, 7, "count: takes"},
        {"timeout:5", GAZ_E_INVALID, 9, "timeout: takes a time"},
        {"timeout:0s", GAZ_E_INVALID, 9, "timeout: takes a time"},
        {"timeout:61m", GAZ_E_INVALID, 9, "timeout: takes a time"},
        {"timeout:s", GAZ_E_INVALID, 9, "timeout: takes a time"},
        {"rev:/x/", GAZ_E_INVALID, 6, "rev: takes"},
        {"rev:\"a\x02\"", GAZ_E_INVALID, 7, "control byte"},
        {"patterntype:structural", GAZ_E_INVALID, 13, "patterntype: takes"},
        {"type:file select:match", GAZ_E_INVALID, 18, "asks for more"},
        {"select:file type:repo", GAZ_E_INVALID, 8, "asks for more"},
        {"x type:symbol select:match", GAZ_E_INVALID, 22, "asks for more"},
        {"x select:symbol", GAZ_E_INVALID, 10, "select:symbol goes with type:symbol"},
        {"type:file select:symbol", GAZ_E_INVALID, 18, "asks for more"},
        {"sym:", GAZ_E_INVALID, 5, "sym: needs a value"},
        {"ts:/x/", GAZ_E_INVALID, 5, "ts: takes a tree-sitter pattern in quotes"},
        {"type:diff ts:x", GAZ_E_INVALID, 14, "ts: does not go with type:diff"},
        {"a author:x", GAZ_E_INVALID, 10, "author: goes with type:commit"},
        {"message:x", GAZ_E_INVALID, 9, "message: goes with type:commit"},
        {"type:file before:2024-01-01", GAZ_E_INVALID, 18, "before: goes with type:commit"},
        {"type:commit before:someday", GAZ_E_INVALID, 20, "before: takes a date"},
        {"type:commit after:/x/", GAZ_E_INVALID, 20, "after: takes a date"},
        {"type:commit after:2024-13-01", GAZ_E_INVALID, 19, "after: takes a date"},
        {"type:commit lang:c x", GAZ_E_INVALID, 18, "lang: does not go with type:commit"},
        {"type:commit file:x", GAZ_E_INVALID, 18, "file: does not go with type:commit"},
        {"type:diff file:x file:y", GAZ_E_INVALID, 23, "file: does not go with type:diff"},
        {"type:diff -file:x", GAZ_E_INVALID, 17, "file: does not go with type:diff"},
        {"type:diff sym:x", GAZ_E_INVALID, 15, "sym: does not go with type:diff"},
        {"type:commit (a or b)", GAZ_E_INVALID, 14, "'or' and groups do not go"},
        {"type:commit a -(b c)", GAZ_E_INVALID, 17, "'or' and groups do not go"},
        {"type:commit -a", GAZ_E_INVALID, 14, "only repo: and author: can be negated"},
        {"type:commit -after:today", GAZ_E_INVALID, 20, "can be negated"},
        {"type:commit select:file", GAZ_E_INVALID, 20, "asks for more"},
        {"x select:diff", GAZ_E_INVALID, 10, "select:diff goes with type:diff"},
        {"a sim:x", GAZ_E_INVALID, 3, "no field 'sim:'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_failure(*state, &bad[i]);
}

static void settings_are_refused_where_they_would_be_local(void **state)
{
    static const failure bad[] = {
        {"(case:yes a)", GAZ_E_INVALID, 2, "stand inside parentheses"},
        {"a (b count:all)", GAZ_E_INVALID, 6, "stand inside parentheses"},
        {"-case:yes", GAZ_E_INVALID, 2, "be negated"},
        {"not timeout:1s", GAZ_E_INVALID, 5, "be negated"},
        {"case:yes a or b", GAZ_E_INVALID, 1,
         "case: applies to the whole query and cannot stand beside 'or'"},
        {"a or b case:yes", GAZ_E_INVALID, 8, "stand beside 'or'"},
        {"a or rev:x", GAZ_E_INVALID, 6, "stand beside 'or'"},
        {"case:yes case:no", GAZ_E_INVALID, 10, "case: is given twice"},
        {"count:1 count:all", GAZ_E_INVALID, 9, "count: is given twice"},
        {"rev:a rev:b", GAZ_E_INVALID, 7, "rev: is given twice"},
        {"type:match type:file", GAZ_E_INVALID, 12, "type: is given twice"},
        {"patterntype:regexp a patterntype:literal", GAZ_E_INVALID, 22,
         "patterntype: is given twice"},
        {"select:match select:file", GAZ_E_INVALID, 14, "select: is given twice"},
        {"timeout:1s timeout:2s", GAZ_E_INVALID, 12, "timeout: is given twice"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_failure(*state, &bad[i]);
}

static void what_comes_later_says_so(void **state)
{
    static const failure bad[] = {
        {"archived:yes", GAZ_E_UNSUPPORTED, 1, "not available yet"},
        {"fork:no", GAZ_E_UNSUPPORTED, 1, "not available yet"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        expect_failure(*state, &bad[i]);
}

static void hints_name_near_misses(void **state)
{
    static const struct {
        const char *text, *hint;
    } cases[] = {
        {"fiel:x", "file:"},       {"language:c", "lang:"}, {"Repo:x", "repo:"},
        {"lang:pyhton", "Python"}, {"zzz:x", "\"zzz:…\""},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_error err = {0};
        const gaz_query *q = NULL;
        gaz_status st = gaz_query_parse(cases[i].text, strlen(cases[i].text), &f->arena, &q, &err);
        assert_int_equal(st, GAZ_E_INVALID);
        if (!strstr(err.hint, cases[i].hint))
            fail_msg("%s: hint is '%s'", cases[i].text, err.hint);
    }
}

/* Repeats `part` `count` times between `before` and `after`. */
static char *repeated(const char *before, const char *part, size_t count, const char *after)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&text, before);
    for (size_t i = 0; i < count; i++)
        gaz_strbuf_puts(&text, part);
    gaz_strbuf_puts(&text, after);
    char *made = gaz_strbuf_detach(&text, NULL);
    assert_non_null(made);
    return made;
}

static void expect_limit(fixture *f, char *fits, char *too_much, size_t column)
{
    gaz_error err = {0};
    const gaz_query *q = NULL;
    assert_ok(gaz_query_parse(fits, strlen(fits), &f->arena, &q, &err));
    assert_int_equal(gaz_query_parse(too_much, strlen(too_much), &f->arena, &q, &err),
                     GAZ_E_INVALID);
    assert_int_equal(err.column, column);
    free(fits);
    free(too_much);
}

static void limits_are_kept(void **state)
{
    fixture *f = *state;
    expect_limit(f, repeated("a", " ", GAZ_QUERY_MAX - 1, ""),
                 repeated("a", " ", GAZ_QUERY_MAX, ""), GAZ_QUERY_MAX + 1);
    expect_limit(f, repeated("", "a ", 128, ""), repeated("", "a ", 129, ""), 257);
    expect_limit(f, repeated("a", " or a", 127, ""), repeated("a", " or a", 128, ""), 641);
    expect_limit(f, repeated("", "-(", 16, "a))))))))))))))))"), repeated("", "(", 33, "a"), 33);
    expect_limit(f, repeated("", "not ", 32, "a"), repeated("", "not ", 33, "a"), 129);
    expect_limit(f, repeated("", "x", GAZ_PATTERN_MAX, ""),
                 repeated("", "x", GAZ_PATTERN_MAX + 1, ""), 1);
    expect_limit(f, repeated("rev:", "x", GAZ_REF_NAME_MAX, ""),
                 repeated("rev:", "x", GAZ_REF_NAME_MAX + 1, ""), 5);
    expect_limit(f, repeated("repo=", "x", GAZ_REPO_NAME_MAX, ""),
                 repeated("repo=", "x", GAZ_REPO_NAME_MAX + 1, ""), 6);
}

static void failed_allocation_is_an_error(void **state)
{
    (void)state;
    const char *text = "a (b or c) file:x /d/ patterntype:regexp";
    size_t fits = 0;
    for (size_t max = 0; fits == 0 && max < 1 << 16; max += 16) {
        gaz_arena arena;
        gaz_error err = {0};
        const gaz_query *q = NULL;
        gaz_arena_init(&arena, max);
        gaz_status st = gaz_query_parse(text, strlen(text), &arena, &q, &err);
        if (st == GAZ_OK)
            fits = max;
        else
            assert_int_equal(st, GAZ_E_NOMEM);
        gaz_arena_release(&arena);
    }
    assert_true(fits > 256);
}

/* Random queries from pieces that matter: what parses must survive its canonical text. */
static void canonical_text_gives_the_same_tree(void **state)
{
    static const char *const pieces[] = {
        "a",
        "b",
        " ",
        " ",
        " ",
        "(",
        ")",
        " or ",
        " and ",
        " not ",
        "-",
        "\"",
        "/",
        "\\",
        "file:",
        "repo=",
        "c:",
        "x.y",
        "\"q q\"",
        "/r+/",
        "lang:c",
        "test:yes",
        "patterntype:regexp",
        "case:yes",
        "::",
        "->",
        "\xc3\xa9",
        "\xff",
        "type:file",
    };
    fixture *f = *state;
    uint32_t seed = 2463534242u;
    unsigned parsed = 0;
    for (int round = 0; round < 20000; round++) {
        char text[256] = "";
        seed ^= seed << 13, seed ^= seed >> 17, seed ^= seed << 5;
        for (unsigned n = seed % 12 + 1; n > 0; n--) {
            seed ^= seed << 13, seed ^= seed >> 17, seed ^= seed << 5;
            strcat(text, pieces[seed % (sizeof pieces / sizeof pieces[0])]);
        }
        gaz_error err = {0};
        const gaz_query *q = NULL;
        if (gaz_query_parse(text, strlen(text), &f->arena, &q, &err) == GAZ_OK) {
            gaz_strbuf_reset(&f->canonical);
            gaz_query_format(q, &f->canonical);
            const gaz_query *again = parse(f, f->canonical.data);
            if (!same_tree(q->root, again->root) || !same_settings(q, again))
                fail_msg("%s: the canonical text parses to another tree: %s", text,
                         f->canonical.data);
            parsed++;
        } else {
            assert_true(err.column >= 1 && err.column <= strlen(text) + 1);
        }
        gaz_arena_reset(&f->arena);
    }
    assert_true(parsed > 2000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(words_are_literals_joined_by_and),
        TEST(code_is_a_plain_word),
        TEST(quotes_and_slashes_undo_their_own_escapes_only),
        TEST(operators_bind_as_documented),
        TEST(fields_take_words_quotes_and_regexes),
        TEST(settings_are_kept_apart_from_the_tree),
        TEST(select_is_the_type_unless_given),
        TEST(every_byte_knows_its_column),
        TEST(atoms_are_numbered_in_the_order_of_the_text),
        TEST(quoted_text_may_hold_a_nul),
        TEST(mistakes_are_reported_with_their_column),
        TEST(settings_are_refused_where_they_would_be_local),
        TEST(what_comes_later_says_so),
        TEST(hints_name_near_misses),
        TEST(limits_are_kept),
        TEST(failed_allocation_is_an_error),
        TEST(canonical_text_gives_the_same_tree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
