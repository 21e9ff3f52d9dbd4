/* Outlines of data and of documents stay small enough to read, whatever the size of the text. */
#include "gaz_test.h"

#include "gaz/base/strbuf.h"
#include "gaz/symbols/symbols.h"

enum { JSON = 174, TOML = 365, YAML = 407, MARKDOWN = 222, CSS = 50 };

typedef struct outline {
    gaz_extractor *x;
    gaz_strbuf text;
    gaz_facts facts;
} outline;

static int begin(void **state)
{
    gaz_error err = {0};
    outline *o = calloc(1, sizeof *o);
    if (!o || gaz_extractor_new(NULL, &o->x, &err) != GAZ_OK)
        return -1;
    gaz_facts_init(&o->facts);
    gaz_strbuf_init(&o->text, (size_t)64 << 20);
    *state = o;
    return 0;
}

static int end(void **state)
{
    outline *o = *state;
    gaz_facts_release(&o->facts);
    gaz_strbuf_release(&o->text);
    gaz_extractor_free(o->x);
    free(o);
    return 0;
}

static void read_outline(outline *o, uint32_t language)
{
    gaz_error err = {0};
    assert_ok(gaz_extract(o->x, language, o->text.data, o->text.len, GAZ_FACTS_DEFINITIONS,
                          &o->facts, &err));
}

/* `wide[0]` keys, each with `wide[1]` keys in it, and so on. */
static void add_keys(gaz_strbuf *text, const uint32_t *wide, int levels)
{
    gaz_strbuf_puts(text, "{\n");
    for (uint32_t i = 0; i < wide[0]; i++) {
        gaz_strbuf_printf(text, "%s\"k%u\": ", i ? ",\n" : "", i);
        if (levels > 1)
            add_keys(text, wide + 1, levels - 1);
        else
            gaz_strbuf_puts(text, "1");
    }
    gaz_strbuf_puts(text, "\n}");
}

static void ten_thousand_keys_are_cut_and_that_is_told(void **state)
{
    outline *o = *state;
    add_keys(&o->text, (uint32_t[]){10000, 2}, 2);
    read_outline(o, JSON);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_TOO_MANY);
    assert_int_equal(o->facts.definition_count, 1000);
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(o->facts.definitions[i].depth, 0);
    assert_int_equal(o->facts.definitions[999].name.len, 4); /* the first ones: k999 */
}

static void a_thousand_keys_are_shown(void **state)
{
    outline *o = *state;
    add_keys(&o->text, (uint32_t[]){1000, 1}, 2);
    read_outline(o, JSON);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(o->facts.definition_count, 1000);
}

static void levels_of_keys_are_shown_whole_or_not_at_all(void **state)
{
    outline *o = *state;
    add_keys(&o->text, (uint32_t[]){10, 20, 30}, 3);
    read_outline(o, JSON);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(o->facts.definition_count, 10 + 10 * 20);
    gaz_strbuf_reset(&o->text);
    add_keys(&o->text, (uint32_t[]){10, 200, 1}, 3);
    read_outline(o, JSON);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(o->facts.definition_count, 10);
}

static void keys_below_the_third_level_are_not_shown(void **state)
{
    outline *o = *state;
    add_keys(&o->text, (uint32_t[]){2, 2, 2, 2, 2}, 5);
    read_outline(o, JSON);
    assert_int_equal(o->facts.definition_count, 2 + 4 + 8);
    for (uint32_t i = 0; i < o->facts.definition_count; i++)
        assert_in_range(o->facts.definitions[i].depth, 0, 2);
}

static void keys_of_one_text_do_not_count_for_the_next(void **state)
{
    outline *o = *state;
    add_keys(&o->text, (uint32_t[]){10000}, 1);
    read_outline(o, JSON);
    gaz_strbuf_reset(&o->text);
    add_keys(&o->text, (uint32_t[]){3, 3}, 2);
    read_outline(o, JSON);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(o->facts.definition_count, 12);
}

static void many_tables_and_mappings_are_bounded_too(void **state)
{
    outline *o = *state;
    for (int i = 0; i < 2000; i++)
        gaz_strbuf_printf(&o->text, "[[package]]\nname = \"p%d\"\nversion = \"1\"\n\n", i);
    read_outline(o, TOML);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_TOO_MANY);
    assert_int_equal(o->facts.definition_count, 1000);
    gaz_strbuf_reset(&o->text);
    gaz_strbuf_puts(&o->text, "items:\n");
    for (int i = 0; i < 2000; i++)
        gaz_strbuf_printf(&o->text, "  - name: p%d\n    version: 1\n", i);
    read_outline(o, YAML);
    assert_int_equal(o->facts.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(o->facts.definition_count, 1);
}

static void long_headings_are_cut_between_characters(void **state)
{
    outline *o = *state;
    gaz_strbuf_puts(&o->text, "# x");
    for (int i = 0; i < 1000; i++)
        gaz_strbuf_puts(&o->text, "\xc3\xa9");
    gaz_strbuf_puts(&o->text, "\n\ntext\n");
    read_outline(o, MARKDOWN);
    assert_int_equal(o->facts.definition_count, 1);
    const gaz_slice name = o->facts.definitions[0].name;
    assert_int_equal(name.len, 399);
    assert_int_equal((unsigned char)name.data[name.len - 1], 0xa9);
    assert_true(o->facts.definitions[0].signature.len <= GAZ_SIGNATURE_MAX);
}

static void sections_reach_to_the_next_heading_of_their_level(void **state)
{
    outline *o = *state;
    gaz_strbuf_puts(&o->text, "# A\n\n### B\n\ntext\n\n## C\n\ntext\n\n\n# D\nlast");
    read_outline(o, MARKDOWN);
    const gaz_definition *d = o->facts.definitions;
    assert_int_equal(o->facts.definition_count, 4);
    static const uint32_t lines[4][3] = {{1, 9, 0}, {3, 5, 1}, {7, 9, 1}, {12, 13, 0}};
    for (int i = 0; i < 4; i++) {
        assert_int_equal(d[i].span.start_line, lines[i][0]);
        assert_int_equal(d[i].span.end_line, lines[i][1]);
        assert_int_equal(d[i].depth, lines[i][2]);
    }
    assert_int_equal(d[3].span.end, o->text.len);
    assert_int_equal(d[0].span.end, strstr(o->text.data, "\n\n\n# D") - o->text.data);
}

static void a_selector_of_colons_is_one_name(void **state)
{
    outline *o = *state;
    gaz_strbuf_puts(&o->text, "a::before { top: 0 }\n");
    read_outline(o, CSS);
    assert_int_equal(o->facts.definition_count, 1);
    assert_int_equal(o->facts.definitions[0].name.len, 9);
    assert_int_equal(o->facts.definitions[0].container_name.len, 0);
}

#define OUTLINE_TEST(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        OUTLINE_TEST(ten_thousand_keys_are_cut_and_that_is_told),
        OUTLINE_TEST(a_thousand_keys_are_shown),
        OUTLINE_TEST(levels_of_keys_are_shown_whole_or_not_at_all),
        OUTLINE_TEST(keys_below_the_third_level_are_not_shown),
        OUTLINE_TEST(keys_of_one_text_do_not_count_for_the_next),
        OUTLINE_TEST(many_tables_and_mappings_are_bounded_too),
        OUTLINE_TEST(long_headings_are_cut_between_characters),
        OUTLINE_TEST(sections_reach_to_the_next_heading_of_their_level),
        OUTLINE_TEST(a_selector_of_colons_is_one_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
