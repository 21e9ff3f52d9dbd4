/* Each folder tests/unit/symbols/units/<language>/<case>/ is a test of its own: the facts of
 * input.* are those of expected.txt, its colours those of colours.txt, where there is one. The
 * folder of a language is called as its folder of queries is.
 *
 * GAZ_UNITS=rust runs one language only. GAZ_UNITS_WRITE=1 writes expected.txt, and colours.txt
 * where there is one, anew: read what changed before keeping it. GAZ_UNITS_TREE=1 prints the syntax
 * trees of the inputs, which is what queries are written from. */
#include "gaz_test.h"

#include <dirent.h>
#include <unistd.h>
#include "colours_text.h"
#include "facts_text.h"
#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "language_table.h"
#include "tree_text.h"

typedef struct unit {
    char name[200]; /* "c/functions" */
    char folder[100];
    char input[400], expected[400], colours[400]; /* no colours: "" */
    uint32_t language;
} unit;

static GAZ_VEC(unit) units;

static uint32_t language_of_folder(const char *folder)
{
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        uint32_t id = gaz_symbols_language_at(i);
        if (strcmp(gaz_language_row(id)->folder, folder) == 0)
            return id;
    }
    return 0;
}

static void read_whole(const char *path, gaz_strbuf *out)
{
    gaz_error err = {0};
    assert_ok(gaz_file_read(path, 1 << 20, out, &err));
}

static void compare(const unit *u, const char *path, const gaz_strbuf *found, const char *what)
{
    gaz_error err = {0};
    gaz_strbuf expected = GAZ_STRBUF_INIT;
    if (getenv("GAZ_UNITS_WRITE"))
        assert_ok(gaz_file_write(path, found->data, found->len, 0644, &err));
    read_whole(path, &expected);
    if (found->len != expected.len || memcmp(found->data, expected.data, found->len) != 0) {
        print_message("%s: found\n%s\n", u->name, found->data);
        fail_msg("%s: the %s are not those of %s", u->name, what, path);
    }
    gaz_strbuf_release(&expected);
}

static void compare_facts(const unit *u, gaz_extractor *x, const gaz_strbuf *input)
{
    gaz_error err = {0};
    gaz_strbuf found = GAZ_STRBUF_INIT;
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(gaz_extract(x, u->language, input->data, input->len, GAZ_FACTS_ALL, &facts, &err));
    facts_text(&found, &facts);
    compare(u, u->expected, &found, "facts");
    gaz_facts_release(&facts);
    gaz_strbuf_release(&found);
}

static void compare_colours(const unit *u, gaz_extractor *x, const gaz_strbuf *input)
{
    gaz_error err = {0};
    gaz_strbuf found = GAZ_STRBUF_INIT;
    gaz_highlights colours;
    gaz_highlights_init(&colours);
    assert_ok(gaz_highlight(x, u->language, input->data, input->len, 0, (uint32_t)input->len,
                            &colours, &err));
    colours_text(&found, input->data, input->len, &colours);
    compare(u, u->colours, &found, "colours");
    gaz_highlights_release(&colours);
    gaz_strbuf_release(&found);
}

/* What a scanner remembers of the text before must not matter: a half of one stops anywhere. */
static void parse_half(const unit *u, gaz_extractor *x, const gaz_strbuf *input)
{
    gaz_error err = {0};
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(
        gaz_extract(x, u->language, input->data, input->len / 2, GAZ_FACTS_ALL, &facts, &err));
    gaz_facts_release(&facts);
}

static void print_tree(const unit *u, const gaz_strbuf *input)
{
    gaz_strbuf tree = GAZ_STRBUF_INIT;
    tree_text(&tree, gaz_language_row(u->language)->grammar(), input->data, input->len);
    print_message("%s\n%s\n", u->name, tree.data);
    gaz_strbuf_release(&tree);
}

static void a_unit_is_as_expected(void **state)
{
    const unit *u = *state;
    gaz_error err = {0};
    gaz_strbuf input = GAZ_STRBUF_INIT;
    gaz_extractor *x = NULL;
    read_whole(u->input, &input);
    assert_ok(gaz_extractor_new(NULL, &x, &err));
    if (getenv("GAZ_UNITS_TREE"))
        print_tree(u, &input);
    parse_half(u, x, &input);
    compare_facts(u, x, &input);
    if (u->colours[0])
        compare_colours(u, x, &input);
    gaz_extractor_free(x);
    gaz_strbuf_release(&input);
}

static void every_language_with_queries_has_expected_facts_and_colours(void **state)
{
    (void)state;
    int missing = 0;
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        const char *folder = gaz_language_row(gaz_symbols_language_at(i))->folder;
        char path[200];
        snprintf(path, sizeof path, "grammars/queries/%s/symbols.scm", folder);
        if (access(path, R_OK) != 0)
            continue;
        size_t cases = 0, coloured = 0;
        for (size_t k = 0; k < units.len; k++) {
            bool own = strcmp(units.items[k].folder, folder) == 0;
            cases += own;
            coloured += own && units.items[k].colours[0];
        }
        if (cases > 0 && coloured > 0)
            continue;
        print_error("%s: %zu cases, %zu with a colours.txt\n", folder, cases, coloured);
        missing++;
    }
    assert_int_equal(missing, 0);
}

typedef struct folder_scan {
    const char *path, *language;
    char input[64];
    bool coloured;
} folder_scan;

static gaz_status see_file(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    (void)err;
    folder_scan *scan = ctx;
    if (!is_dir && strncmp(name, "input.", 6) == 0)
        snprintf(scan->input, sizeof scan->input, "%s", name);
    scan->coloured |= !is_dir && strcmp(name, "colours.txt") == 0;
    return GAZ_OK;
}

static gaz_status see_case(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const folder_scan *outer = ctx;
    char path[256];
    folder_scan scan = {0};
    if (!is_dir)
        return GAZ_OK;
    snprintf(path, sizeof path, "%s/%s", outer->path, name);
    scan.path = path;
    gaz_status st = gaz_dir_each(path, see_file, &scan, err);
    unit u = {.language = language_of_folder(outer->language)};
    snprintf(u.name, sizeof u.name, "%s/%s", outer->language, name);
    snprintf(u.input, sizeof u.input, "%s/%s", path,
             scan.input[0] ? scan.input : "input is missing");
    snprintf(u.folder, sizeof u.folder, "%s", outer->language);
    snprintf(u.expected, sizeof u.expected, "%s/expected.txt", path);
    if (scan.coloured)
        snprintf(u.colours, sizeof u.colours, "%s/colours.txt", path);
    assert_true(gaz_vec_push(&units, u));
    return st;
}

static gaz_status see_language(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const folder_scan *outer = ctx;
    const char *only = getenv("GAZ_UNITS");
    char path[200];
    if (!is_dir || (only && strcmp(only, name) != 0))
        return GAZ_OK;
    snprintf(path, sizeof path, "%s/%s", outer->path, name);
    folder_scan scan = {.path = path, .language = name};
    return gaz_dir_each(path, see_case, &scan, err);
}

int main(void)
{
    gaz_error err = {0};
    folder_scan top = {.path = "tests/unit/symbols/units"};
    if (gaz_dir_each(top.path, see_language, &top, &err) != GAZ_OK || units.len == 0) {
        print_error("no unit folders: %s\n", err.message);
        return 1;
    }
    struct CMUnitTest *tests = calloc(units.len + 1, sizeof *tests);
    for (size_t i = 0; tests && i < units.len; i++)
        tests[i] = (struct CMUnitTest){.name = units.items[i].name,
                                       .test_func = a_unit_is_as_expected,
                                       .initial_state = &units.items[i]};
    size_t count = units.len;
    if (tests && !getenv("GAZ_UNITS"))
        tests[count++] = (struct CMUnitTest)cmocka_unit_test(
            every_language_with_queries_has_expected_facts_and_colours);
    int failed = tests ? _cmocka_run_group_tests("symbol_units", tests, count, NULL, NULL) : 1;
    free(tests);
    gaz_vec_free(&units);
    return failed;
}
