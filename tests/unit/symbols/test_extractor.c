/* What callers of gaz_extract() rely on besides the facts themselves. */
#include "gaz_test.h"

#include "facts_text.h"
#include "gaz/base/clock.h"

enum { C = 41, PYTHON = 303, GO = 132 };

static const char c_text[] = "#include <a.h>\n"
                             "struct s { int a; };\n"
                             "static int f(struct s *p)\n"
                             "{\n"
                             "    int local = g(p->a);\n"
                             "    return local;\n"
                             "}\n";

static gaz_extractor *new_extractor(void)
{
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    assert_ok(gaz_extractor_new(NULL, &x, &err));
    return x;
}

static void an_outline_has_the_definitions_of_all_facts(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_facts all, outline;
    gaz_facts_init(&all);
    gaz_facts_init(&outline);
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &all, &err));
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_DEFINITIONS, &outline, &err));
    assert_int_equal(outline.definition_count, 3);
    assert_int_equal(all.definition_count, 3);
    assert_int_equal(outline.reference_count, 0);
    assert_int_equal(outline.import_count, 0);
    assert_int_equal(all.import_count, 1);
    for (uint32_t i = 0; i < 3; i++) {
        assert_ptr_equal(outline.definitions[i].name.data, all.definitions[i].name.data);
        assert_int_equal(outline.definitions[i].container, all.definitions[i].container);
    }
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_IMPORTS, &outline, &err));
    assert_int_equal(outline.import_count, 1);
    assert_int_equal(outline.reference_count, 0);
    gaz_facts_release(&all);
    gaz_facts_release(&outline);
    gaz_extractor_free(x);
}

static void same_text_gives_same_facts(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_strbuf first = GAZ_STRBUF_INIT, again = GAZ_STRBUF_INIT;
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &facts, &err));
    facts_text(&first, &facts);
    assert_ok(gaz_extract(x, PYTHON, "def f(a): return b(a)", 21, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.definition_count, 1);
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &facts, &err));
    facts_text(&again, &facts);
    assert_true(first.len > 100);
    assert_string_equal(first.data, again.data);
    gaz_strbuf_release(&first);
    gaz_strbuf_release(&again);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void slices_are_never_null(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &facts, &err));
    for (uint32_t i = 0; i < facts.definition_count; i++) {
        assert_non_null(facts.definitions[i].container_name.data);
        assert_non_null(facts.definitions[i].doc.data);
        assert_non_null(facts.definitions[i].type.data);
    }
    for (uint32_t i = 0; i < facts.reference_count; i++) {
        assert_non_null(facts.references[i].qualifier.data);
        assert_non_null(facts.references[i].receiver_type.data);
    }
    assert_non_null(facts.imports[0].alias.data);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void a_language_without_grammar_has_no_facts(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_facts facts;
    gaz_facts_init(&facts);
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &facts, &err));
    assert_ok(gaz_extract(x, 7, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.outcome, GAZ_EXTRACT_NO_GRAMMAR);
    assert_int_equal(facts.definition_count + facts.reference_count + facts.import_count, 0);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void long_signatures_are_cut_between_characters(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_facts facts;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_facts_init(&facts);
    gaz_strbuf_puts(&sb, "int f(");
    for (int i = 0; i < 300; i++)
        gaz_strbuf_printf(&sb, "int \xc3\xa9%d,\n", i);
    gaz_strbuf_puts(&sb, "int last) { return 1; }");
    assert_ok(gaz_extract(x, C, sb.data, sb.len, GAZ_FACTS_DEFINITIONS, &facts, &err));
    assert_int_equal(facts.definition_count, 1);
    gaz_slice signature = facts.definitions[0].signature;
    assert_true(signature.len <= GAZ_SIGNATURE_MAX && signature.len > GAZ_SIGNATURE_MAX - 20);
    assert_memory_equal(signature.data,
                        "int f(int \xc3\xa9"
                        "0, int \xc3\xa9"
                        "1,",
                        20);
    assert_memory_equal(signature.data + signature.len - 3, "…", 3);
    assert_true((signature.data[signature.len - 4] & 0x80) == 0 ||
                (unsigned char)signature.data[signature.len - 5] == 0xc3);
    gaz_strbuf_release(&sb);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void a_name_of_any_length_is_bounded(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_facts facts;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_facts_init(&facts);
    gaz_strbuf_puts(&sb, "int a;\nint ");
    for (int i = 0; i < 5000; i++)
        gaz_strbuf_putc(&sb, 'x');
    gaz_strbuf_puts(&sb, ";\nint b;\n");
    assert_ok(gaz_extract(x, C, sb.data, sb.len, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.definition_count, 2);
    gaz_strbuf_release(&sb);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

static void a_later_deadline_lets_the_work_be_done(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = new_extractor();
    gaz_facts facts;
    gaz_facts_init(&facts);
    gaz_extractor_limit(x, &(gaz_extract_limits){.deadline = gaz_deadline(60000)});
    assert_ok(gaz_extract(x, C, c_text, sizeof c_text - 1, GAZ_FACTS_ALL, &facts, &err));
    assert_int_equal(facts.outcome, GAZ_EXTRACT_COMPLETE);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_outline_has_the_definitions_of_all_facts),
        cmocka_unit_test(same_text_gives_same_facts),
        cmocka_unit_test(slices_are_never_null),
        cmocka_unit_test(a_language_without_grammar_has_no_facts),
        cmocka_unit_test(long_signatures_are_cut_between_characters),
        cmocka_unit_test(a_name_of_any_length_is_bounded),
        cmocka_unit_test(a_later_deadline_lets_the_work_be_done),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
