/* Reading SCIP: what an index says comes out as places of the files; what does not fit the commit,
 * or is no index, is refused with the reason. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/graph/scip.h"
#include "scip_writer.h"

static const char *const paths[] = {"a.ts", "lib/b.ts", "wide.py"};
static const char *const texts[] = {
    "import { f } from './lib/b';\nf();\n", /* f: 1:0 */
    "export function f() {}\nexport class C {}\n",
    "x = '\xf0\x9f\x98\x80'; y = 1\nprint(y)\n",
};

static uint32_t find_path(void *ctx, const char *path, size_t len)
{
    (void)ctx;
    for (uint32_t i = 0; i < 3; i++)
        if (strlen(paths[i]) == len && memcmp(paths[i], path, len) == 0)
            return i;
    return UINT32_MAX;
}

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    (void)ctx;
    (void)max;
    (void)err;
    gaz_strbuf_puts(out, texts[file]);
    return GAZ_OK;
}

static const gaz_scip_tree tree = {.file_count = 3, .find = find_path, .text = read_text};

static void add_document(gaz_strbuf *index, const char *path, gaz_strbuf *rest)
{
    gaz_strbuf document = GAZ_STRBUF_INIT;
    wire_text(&document, 1, path);
    gaz_strbuf_add(&document, rest->data, rest->len);
    gaz_strbuf_release(rest);
    wire_part(index, 2, &document);
}

/* a.ts uses f of lib/b.ts, which defines it. */
static gaz_strbuf make_index(void)
{
    gaz_strbuf index = GAZ_STRBUF_INIT, a = GAZ_STRBUF_INIT, b = GAZ_STRBUF_INIT;
    scip_metadata_add(&index, "scip-typescript");
    scip_occurrence_add(&a, 0, 9, 10, "npm p 1 `b.ts`/f().", 0);
    scip_occurrence_add(&a, 1, 0, 1, "npm p 1 `b.ts`/f().", 0);
    scip_occurrence_add(&a, 0, 0, 6, "npm other 1 `x.ts`/keyword.", 0);
    add_document(&index, "a.ts", &a);
    scip_occurrence_add(&b, 0, 16, 17, "npm p 1 `b.ts`/f().", 1);
    scip_occurrence_add(&b, 1, 13, 14, "npm p 1 `b.ts`/C#", 1);
    scip_heir_add(&b, "npm p 1 `b.ts`/C#", "npm p 1 `b.ts`/f().");
    add_document(&index, "lib/b.ts", &b);
    return index;
}

static void an_index_becomes_edges_between_places(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_strbuf index = make_index();
    assert_ok(gaz_scip_read(index.data, index.len, &tree, &edges, &err));
    gaz_scip_meaning m;
    gaz_scip_edges_at(edges, 0, 29, &m);
    assert_true(m.known && !m.definition && !m.local);
    assert_int_equal(1, m.count);
    assert_int_equal(1, m.targets[0].file);
    assert_int_equal(16, m.targets[0].start);
    assert_int_equal(17, m.targets[0].end);
    uint32_t count = 0, symbol = gaz_scip_edges_symbol(edges, 1, 16);
    assert_int_equal(m.symbol, symbol);
    const gaz_scip_place *uses = gaz_scip_edges_uses(edges, symbol, &count);
    assert_int_equal(2, count);
    assert_int_equal(9, uses[0].start);
    assert_int_equal(29, uses[1].start);
    const uint32_t *heirs = gaz_scip_edges_heirs(edges, symbol, &count);
    assert_int_equal(1, count);
    assert_int_equal(gaz_scip_edges_symbol(edges, 1, 23 + 13), heirs[0]);
    gaz_scip_edges_at(edges, 0, 0, &m);
    assert_true(m.known);
    assert_int_equal(0, m.count);
    gaz_scip_edges_at(edges, 0, 3, &m);
    assert_false(m.known);
    assert_true(gaz_scip_edges_cover(edges, 0));
    assert_false(gaz_scip_edges_cover(edges, 2));
    const gaz_scip_summary *s = gaz_scip_edges_summary(edges);
    assert_string_equal("scip-typescript", s->tool);
    assert_int_equal(2, s->documents);
    assert_int_equal(2, s->definitions);
    assert_int_equal(1, s->foreign);
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
}

static gaz_status read_one(const char *path, uint32_t line, uint32_t from, uint32_t to,
                           unsigned encoding, gaz_scip_edges **edges, gaz_error *err)
{
    gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
    scip_metadata_add(&index, "tool");
    scip_occurrence_add(&d, line, from, to, "s p 1 y.", 1);
    if (encoding)
        wire_number(&d, 6, encoding);
    add_document(&index, path, &d);
    gaz_status st = gaz_scip_read(index.data, index.len, &tree, edges, err);
    gaz_strbuf_release(&index);
    return st;
}

static void columns_are_counted_as_the_document_says(void **state)
{
    (void)state;
    /* y stands behind a character of 4 bytes, 2 UTF-16 units, 1 code point. */
    static const unsigned columns[][2] = {{0, 10}, {1, 12}, {2, 10}, {3, 9}};
    for (size_t i = 0; i < 4; i++) {
        gaz_error err = {0};
        gaz_scip_edges *edges = NULL;
        assert_ok(
            read_one("wide.py", 0, columns[i][1], columns[i][1] + 1, columns[i][0], &edges, &err));
        assert_int_not_equal(UINT32_MAX, gaz_scip_edges_symbol(edges, 2, 12));
        gaz_scip_edges_unref(edges);
    }
}

static void what_does_not_match_the_commit_is_refused_with_the_reason(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        uint32_t line, from, to;
        const char *reason;
    } cases[] = {
        {"gone.ts", 0, 0, 1, "gone.ts is not in it"},
        {"../a.ts", 0, 0, 1, "../a.ts is not in it"},
        {"a.ts", 9, 0, 1, "a.ts has a range beyond its text"},
        {"a.ts", 1, 0, 90, "a.ts has a range beyond its text"},
        {"a.ts", 1, 3, 1, "a.ts has a range that ends before it begins"},
        {"a.ts", UINT32_MAX, 0, 1, "a.ts has a range beyond its text"},
        {"wide.py", 0, 6, 7, "wide.py has a range beyond its text"}, /* inside of a character */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gaz_error err = {0};
        gaz_scip_edges *edges = NULL;
        assert_status(GAZ_E_INVALID, read_one(cases[i].path, cases[i].line, cases[i].from,
                                              cases[i].to, 0, &edges, &err));
        assert_non_null(strstr(err.message, cases[i].reason));
        assert_non_null(strstr(err.message, "does not match the commit"));
        assert_null(edges);
    }
}

static void a_document_that_comes_twice_is_refused(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_strbuf index = make_index(), d = GAZ_STRBUF_INIT;
    add_document(&index, "a.ts", &d);
    assert_status(GAZ_E_INVALID, gaz_scip_read(index.data, index.len, &tree, &edges, &err));
    assert_non_null(strstr(err.message, "a.ts has two documents"));
    gaz_strbuf_release(&index);
}

static void bytes_that_are_no_index_are_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"", "hello, this is text", "\x0a\x05",
                                      "\x12\xff\xff\xff\xff\x0f", "\x08\x01"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gaz_error err = {0};
        gaz_scip_edges *edges = NULL;
        assert_status(GAZ_E_INVALID, gaz_scip_read(bad[i], strlen(bad[i]), &tree, &edges, &err));
        assert_non_null(strstr(err.message, "no SCIP index"));
    }
}

static void an_index_cut_short_anywhere_is_refused_or_smaller(void **state)
{
    (void)state;
    gaz_strbuf index = make_index();
    for (size_t len = 0; len < index.len; len++) {
        gaz_error err = {0};
        gaz_scip_edges *edges = NULL;
        char *cut = malloc(len + 1); /* so that reading beyond it is seen */
        memcpy(cut, index.data, len);
        gaz_status st = gaz_scip_read(cut, len, &tree, &edges, &err);
        assert_true(st == GAZ_E_INVALID || (st == GAZ_OK && edges));
        if (st == GAZ_OK)
            assert_true(gaz_scip_edges_summary(edges)->documents < 2);
        gaz_scip_edges_unref(edges);
        free(cut);
    }
    gaz_strbuf_release(&index);
}

static void memory_beyond_the_limit_is_refused(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_scip_tree small = tree;
    gaz_strbuf index = make_index();
    small.memory = 600;
    assert_status(GAZ_E_LIMIT, gaz_scip_read(index.data, index.len, &small, &edges, &err));
    small.memory = 60000;
    gaz_error_clear(&err);
    assert_ok(gaz_scip_read(index.data, index.len, &small, &edges, &err));
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
}

static void symbols_beyond_the_limit_and_time_out_are_refused(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
    char *symbol = calloc(GAZ_SCIP_SYMBOL_MAX + 2, 1);
    memset(symbol, 'x', GAZ_SCIP_SYMBOL_MAX + 1);
    scip_metadata_add(&index, "tool");
    scip_occurrence_add(&d, 0, 0, 1, symbol, 1);
    add_document(&index, "a.ts", &d);
    assert_status(GAZ_E_LIMIT, gaz_scip_read(index.data, index.len, &tree, &edges, &err));
    gaz_strbuf_release(&index);
    free(symbol);
    gaz_scip_tree late = tree;
    late.deadline_us = 1;
    index = make_index();
    gaz_error_clear(&err);
    assert_status(GAZ_E_TIMEOUT, gaz_scip_read(index.data, index.len, &late, &edges, &err));
    gaz_strbuf_release(&index);
}

static void local_symbols_belong_to_their_document(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_strbuf index = GAZ_STRBUF_INIT, a = GAZ_STRBUF_INIT, b = GAZ_STRBUF_INIT;
    scip_metadata_add(&index, "tool");
    scip_occurrence_add(&a, 0, 9, 10, "local 1", 1);
    add_document(&index, "a.ts", &a);
    scip_occurrence_add(&b, 0, 16, 17, "local 1", 0);
    add_document(&index, "lib/b.ts", &b);
    assert_ok(gaz_scip_read(index.data, index.len, &tree, &edges, &err));
    gaz_scip_meaning m;
    gaz_scip_edges_at(edges, 1, 16, &m);
    assert_true(m.known && m.local);
    assert_int_equal(0, m.count);
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
}

static void paths_may_lie_below_a_directory(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    gaz_scip_tree below = tree;
    gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
    below.below = "lib";
    scip_metadata_add(&index, "tool");
    scip_occurrence_add(&d, 0, 16, 17, "s p 1 f().", 1);
    add_document(&index, "b.ts", &d);
    assert_ok(gaz_scip_read(index.data, index.len, &below, &edges, &err));
    assert_true(gaz_scip_edges_cover(edges, 1));
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
}

/* ---- another version of a file ---- */

static gaz_status read_named(const char *const (*names)[2], size_t count, gaz_error *err)
{
    gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
    gaz_scip_edges *edges = NULL;
    scip_metadata_add(&index, "tool");
    for (size_t i = 0; i < count; i++) {
        unsigned line = 0, from = 0, to = 0;
        assert_int_equal(3, sscanf(names[i][0], "%u:%u-%u", &line, &from, &to));
        scip_occurrence_add(&d, line, from, to, names[i][1], 1);
    }
    add_document(&index, "lib/b.ts", &d);
    gaz_status st = gaz_scip_read(index.data, index.len, &tree, &edges, err);
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
    return st;
}

static void names_that_stand_elsewhere_are_another_version(void **state)
{
    (void)state;
    /* export function f() {}
     * export class C {} */
    static const char *const good[][2] = {{"0:16-17", "s p 1 f()."}, {"1:13-14", "s p 1 C#"}};
    static const char *const moved[][2] = {{"0:13-14", "s p 1 f()."}, {"1:16-17", "s p 1 C#"}};
    static const char *const one[][2] = {{"0:13-14", "s p 1 f()."}, {"1:13-14", "s p 1 C#"}};
    static const char *const made_up[][2] = {{"0:13-14", "s p 1 C#`<constructor>`()."},
                                             {"1:16-17", "s p 1 `b.ts`/"},
                                             {"0:0-6", "s p 1 b/x0:"},
                                             {"0:0-6", "local 3"},
                                             {"0:0-6", "s p 1 f().(export)"},
                                             {"1:0-6", "s p 1 f().[export]"},
                                             {"0:7-15", "s p 1 $anonymous_type_0#"}};
    static const char *const accessors[][2] = {
        {"0:16-17", "s p 1 A#f."}, {"0:16-17", "s p 1 A#getF()."}, {"0:16-17", "s p 1 A#setF()."}};
    static const char *const parts[][2] = {{"0:16-17", "s p 1 A#f(+1)."},
                                           {"1:13-14", "s p 1 A/C!"},
                                           {"0:13-14", "s p 1 A#f().(wrong)"},
                                           {"1:16-17", "s p 1 A#f().[wrong]"}};
    gaz_error err = {0};
    assert_ok(read_named(good, 2, &err));
    assert_ok(read_named(one, 2, &err)); /* one may be an oddity of its tool */
    assert_ok(read_named(made_up, 7, &err));
    assert_ok(read_named(accessors, 3, &err));
    assert_status(GAZ_E_INVALID, read_named(moved, 2, &err));
    assert_non_null(strstr(err.message, "lib/b.ts does not define 'f' in line 1"));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, read_named(parts, 4, &err));
    assert_non_null(strstr(err.message, "'wrong'"));
}

static void a_text_in_the_index_is_compared(void **state)
{
    (void)state;
    for (int same = 0; same < 2; same++) {
        gaz_error err = {0};
        gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
        gaz_scip_edges *edges = NULL;
        scip_metadata_add(&index, "tool");
        wire_text(&d, 5, same ? texts[0] : "import { f } from './lib/b';\ng();\n");
        add_document(&index, "a.ts", &d);
        gaz_status st = gaz_scip_read(index.data, index.len, &tree, &edges, &err);
        assert_int_equal(same ? GAZ_OK : GAZ_E_INVALID, st);
        assert_true(same || strstr(err.message, "a.ts has another text"));
        gaz_scip_edges_unref(edges);
        gaz_strbuf_release(&index);
    }
}

/* A line of a megabyte with an occurrence every few columns: going to each from the beginning would
 * take minutes, and a deadline within the document ends what comes in the worst order. */
static char *long_line;
static gaz_status read_long(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    (void)ctx, (void)file, (void)max, (void)err;
    gaz_strbuf_puts(out, long_line);
    return GAZ_OK;
}

static void a_long_line_is_walked_once(void **state)
{
    (void)state;
    enum { COLUMNS = 1 << 20, STEP = 8 };
    gaz_scip_tree wide = tree;
    wide.text = read_long;
    long_line = malloc(COLUMNS + 1);
    memset(long_line, 'x', COLUMNS);
    long_line[COLUMNS] = '\0';
    for (int backwards = 0; backwards < 2; backwards++) {
        gaz_error err = {0};
        gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
        gaz_scip_edges *edges = NULL;
        scip_metadata_add(&index, "scip-typescript");
        for (uint32_t at = 0; at < COLUMNS; at += STEP) {
            uint32_t from = backwards ? COLUMNS - at - STEP : at;
            scip_occurrence_add(&d, 0, from, from + 2, "s p 1 y.", 0);
        }
        add_document(&index, "a.ts", &d);
        wide.deadline_us = backwards ? gaz_now_us() + 20000 : 0;
        gaz_status st = gaz_scip_read(index.data, index.len, &wide, &edges, &err);
        assert_int_equal(backwards ? GAZ_E_TIMEOUT : GAZ_OK, st);
        gaz_scip_edges_unref(edges);
        gaz_strbuf_release(&index);
    }
    free(long_line);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_becomes_edges_between_places),
        cmocka_unit_test(columns_are_counted_as_the_document_says),
        cmocka_unit_test(what_does_not_match_the_commit_is_refused_with_the_reason),
        cmocka_unit_test(a_document_that_comes_twice_is_refused),
        cmocka_unit_test(bytes_that_are_no_index_are_refused),
        cmocka_unit_test(an_index_cut_short_anywhere_is_refused_or_smaller),
        cmocka_unit_test(memory_beyond_the_limit_is_refused),
        cmocka_unit_test(symbols_beyond_the_limit_and_time_out_are_refused),
        cmocka_unit_test(local_symbols_belong_to_their_document),
        cmocka_unit_test(paths_may_lie_below_a_directory),
        cmocka_unit_test(names_that_stand_elsewhere_are_another_version),
        cmocka_unit_test(a_text_in_the_index_is_compared),
        cmocka_unit_test(a_long_line_is_walked_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
