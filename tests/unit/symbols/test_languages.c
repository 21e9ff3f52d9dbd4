/* Every row of languages.def: its grammar loads, its queries fit it. */
#include "gaz_test.h"

#include "gaz/symbols/highlight.h"
#include "language_table.h"

/* Analysis takes minutes with these two grammars under a sanitizer; their unit folders must do. */
static bool takes_too_long(const language_row *row)
{
    return strcmp(row->folder, "swift") == 0 || strcmp(row->folder, "scala") == 0;
}

static void queries_of_every_language_fit_its_grammar(void **state)
{
    (void)state;
    int bad = 0;
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        const language_row *row = gaz_language_row(gaz_symbols_language_at(i));
        /* Facts hold the outline. */
        for (int part = QUERY_FACTS; part < QUERY_PART_COUNT; part++) {
            gaz_error err = {0};
            query_program *program = NULL;
            if (gaz_query_program_new(row->grammar(), row->folder, (query_part)part,
                                      takes_too_long(row), &program, &err) != GAZ_OK) {
                print_error("%s: %s\n", row->name, err.message);
                bad++;
            }
            gaz_query_program_free(program);
        }
    }
    assert_int_equal(bad, 0);
}

static void every_grammar_fits_the_runtime(void **state)
{
    (void)state;
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        const language_row *row = gaz_language_row(gaz_symbols_language_at(i));
        uint32_t abi = ts_language_abi_version(row->grammar());
        if (abi < TREE_SITTER_MIN_COMPATIBLE_LANGUAGE_VERSION || abi > TREE_SITTER_LANGUAGE_VERSION)
            fail_msg("%s has ABI %u", row->name, abi);
    }
}

static void a_language_without_grammar_is_not_supported(void **state)
{
    (void)state;
    assert_int_equal(gaz_symbols_supports(41), GAZ_SYMBOLS_FULL);
    assert_int_equal(gaz_symbols_supports(174), GAZ_SYMBOLS_OUTLINE);
    assert_int_equal(gaz_symbols_supports(0), GAZ_SYMBOLS_NONE);
    assert_int_equal(gaz_symbols_supports(UINT32_MAX), GAZ_SYMBOLS_NONE);
    assert_int_equal(gaz_symbols_fingerprint(0), 0);
}

static void fingerprints_tell_languages_apart(void **state)
{
    (void)state;
    assert_true(gaz_symbols_fingerprint(41) != gaz_symbols_fingerprint(43));
    assert_true(gaz_symbols_fingerprint(41) == gaz_symbols_fingerprint(41));
}

static void names_of_kinds_are_found_again(void **state)
{
    (void)state;
    for (unsigned kind = 1; kind < GAZ_SYMBOL_KIND_COUNT; kind++) {
        const char *name = gaz_symbol_kind_name(kind);
        assert_int_equal(gaz_symbol_kind_find(name, strlen(name)), kind);
    }
    assert_int_equal(gaz_symbol_kind_find("enum-member", 11), GAZ_SYMBOL_ENUM_MEMBER);
    assert_int_equal(gaz_symbol_kind_find("nonsense", 8), 0);
    assert_null(gaz_symbol_kind_name(GAZ_SYMBOL_KIND_COUNT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(queries_of_every_language_fit_its_grammar),
        cmocka_unit_test(every_grammar_fits_the_runtime),
        cmocka_unit_test(a_language_without_grammar_is_not_supported),
        cmocka_unit_test(fingerprints_tell_languages_apart),
        cmocka_unit_test(names_of_kinds_are_found_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
