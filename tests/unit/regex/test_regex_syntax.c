/* Character sets, properties and the trees that the parsers make. */
#include "gaz_test.h"

#include "exact.h"
#include "syntax.h"

static gaz_error err;

static gaz_charset set_of(const gaz_span32 *spans, size_t n)
{
    gaz_charset s = {0};
    gaz_charset_union(&s, spans, n);
    return s;
}

static void set_is(const gaz_charset *s, const char *expected)
{
    char got[256] = "";
    size_t at = 0;
    for (size_t i = 0; i < s->len; i++)
        at += (size_t)snprintf(got + at, sizeof got - at, "%s%X-%X", i ? " " : "", s->items[i].lo,
                               s->items[i].hi);
    assert_string_equal(got, expected);
}

static void sets_join_what_touches(void **state)
{
    (void)state;
    gaz_charset s = set_of((const gaz_span32[]){{5, 6}, {1, 2}, {3, 4}, {9, 9}, {8, 20}}, 5);
    set_is(&s, "1-6 8-14");
    gaz_charset_free(&s);
}

static void sets_complement_without_surrogates(void **state)
{
    (void)state;
    gaz_charset s = set_of((const gaz_span32[]){{0, 9}}, 1);
    gaz_charset_negate(&s, GAZ_SCALAR_MAX);
    set_is(&s, "A-D7FF E000-10FFFF");
    gaz_charset_negate(&s, GAZ_SCALAR_MAX);
    set_is(&s, "0-9");
    gaz_charset_free(&s);
    gaz_charset all = {0};
    gaz_charset_negate(&all, GAZ_SCALAR_MAX);
    set_is(&all, "0-D7FF E000-10FFFF");
    gaz_charset_negate(&all, GAZ_SCALAR_MAX);
    set_is(&all, "");
    gaz_charset_free(&all);
}

static void sets_intersect_subtract_and_differ(void **state)
{
    (void)state;
    gaz_charset a = set_of((const gaz_span32[]){{1, 10}, {20, 30}}, 2),
                b = set_of((const gaz_span32[]){{5, 25}}, 1);
    gaz_charset x = set_of(a.items, a.len), y = set_of(a.items, a.len), z = set_of(a.items, a.len);
    gaz_charset_intersect(&x, &b);
    set_is(&x, "5-A 14-19");
    gaz_charset_subtract(&y, &b);
    set_is(&y, "1-4 1A-1E");
    gaz_charset_differ(&z, &b);
    set_is(&z, "1-4 B-13 1A-1E");
    gaz_charset_free(&a);
    gaz_charset_free(&b);
    gaz_charset_free(&x);
    gaz_charset_free(&y);
    gaz_charset_free(&z);
}

static void sets_fold_over_whole_classes(void **state)
{
    (void)state;
    gaz_charset s = set_of((const gaz_span32[]){{'K', 'K'}}, 1);
    gaz_charset_fold(&s);
    set_is(&s, "4B-4B 6B-6B 212A-212A");
    gaz_charset_free(&s);
    s = set_of((const gaz_span32[]){{0x3C2, 0x3C2}}, 1);
    gaz_charset_fold(&s);
    set_is(&s, "3A3-3A3 3C2-3C3");
    gaz_charset_free(&s);
    s = set_of((const gaz_span32[]){{'K', 'K'}}, 1);
    gaz_charset_fold_ascii(&s);
    set_is(&s, "4B-4B 6B-6B");
    gaz_charset_free(&s);
}

static bool property_has(const char *name, const char *value, uint32_t scalar)
{
    const gaz_span32 *spans;
    size_t n;
    gaz_property_result r =
        gaz_property_find(name, strlen(name), value, value ? strlen(value) : 0, &spans, &n);
    if (r != GAZ_PROPERTY_FOUND)
        fail_msg("no property %s %s", name, value ? value : "");
    return gaz_spans_hold(spans, n, scalar);
}

static void properties_are_found_by_loose_names(void **state)
{
    (void)state;
    assert_true(property_has("Lu", NULL, 'A'));
    assert_true(property_has("uppercase letter", NULL, 'A'));
    assert_true(property_has("is-Greek", NULL, 0x3B1));
    assert_true(property_has("gc", "Nd", '7'));
    assert_true(property_has("General_Category", "decimalnumber", 0x663));
    assert_true(property_has("scx", "Deva", 0x1CD1));
    assert_true(property_has("age", "1.1", 'a'));
    assert_false(property_has("age", "1.1", 0x1F600));
    assert_true(property_has("age", "V14_0", 0x1F6DD));
    assert_true(property_has("any", NULL, 0x10FFFF));
    assert_true(property_has("ascii", NULL, 0x7F));
    assert_false(property_has("assigned", NULL, 0x378));
    assert_true(property_has("Cn", NULL, 0x378));
    assert_true(property_has("wb", "ALetter", 'a'));
    assert_true(property_has("Emoji", NULL, 0x1F600));
    assert_true(property_has("C", NULL, 0));
}

static void characters_newer_than_unicode_14_are_unassigned(void **state)
{
    (void)state;
    assert_false(property_has("L", NULL, 0x31350));
    assert_true(property_has("Cn", NULL, 0x31350));
    assert_true(property_has("L", NULL, 0x30000));
}

static void unknown_properties_are_told_apart(void **state)
{
    (void)state;
    const gaz_span32 *spans;
    size_t n;
    assert_int_equal(gaz_property_find("Nope", 4, NULL, 0, &spans, &n), GAZ_PROPERTY_NO_NAME);
    assert_int_equal(gaz_property_find("sc", 2, NULL, 0, &spans, &n), GAZ_PROPERTY_NO_NAME);
    assert_int_equal(gaz_property_find("gc", 2, "Nope", 4, &spans, &n), GAZ_PROPERTY_NO_VALUE);
    assert_int_equal(gaz_property_find("x", 1, "L", 1, &spans, &n), GAZ_PROPERTY_NO_NAME);
    assert_int_equal(gaz_property_find("age", 3, "15.0", 4, &spans, &n), GAZ_PROPERTY_NO_VALUE);
}

/* Parses and prints the tree for ASCII subjects, in PCRE2's syntax. */
static void tree_is(const char *source, bool fold, const char *expected)
{
    gaz_arena arena;
    gaz_strbuf out;
    gaz_node *root;
    gaz_syntax_facts facts;
    gaz_syntax_options options = {.fold = fold, .lines = true};
    gaz_exact_options exact = {.ascii = true};
    gaz_error_clear(&err);
    gaz_arena_init(&arena, 1 << 24);
    gaz_strbuf_init(&out, 1 << 16);
    assert_ok(gaz_syntax_parse(source, strlen(source), &options, &arena, &root, &facts, &err));
    (void)gaz_exact_print(root, &exact, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s gives %s, not %s", source, out.data, expected);
    gaz_strbuf_release(&out);
    gaz_arena_release(&arena);
}

static void classes_evaluate_to_sets(void **state)
{
    (void)state;
    tree_is("[a-cb-e]", false, "[\\x{61}-\\x{65}]");
    tree_is("[a-z&&[^b-y]]", false, "[\\x{61}\\x{7A}]");
    tree_is("[a-f--c]", false, "[\\x{61}-\\x{62}\\x{64}-\\x{66}]");
    tree_is("[a-c~~b-d]", false, "[\\x{61}\\x{64}]");
    tree_is("[[:digit:]x]", false, "[\\x{30}-\\x{39}\\x{78}]");
    tree_is("[]a]", false, "[\\x{5D}\\x{61}]");
    tree_is("[-a]", false, "[\\x{2D}\\x{61}]");
    tree_is("[a-]", false, "[\\x{2D}\\x{61}]");
    tree_is("[\\]\\\\]", false, "[\\x{5C}-\\x{5D}]");
    tree_is("[a[bc]]", false, "[\\x{61}-\\x{63}]");
    tree_is("[a]", true, "[\\x{41}\\x{61}]");
    tree_is("(?-u)[^\\x00-\\x60]", false, "[\\x{61}-\\x{7F}]");
    tree_is("[\\n\\ra]", false, "a");
    tree_is("[a&&a--b~~c]", false, "[\\x{61}\\x{63}]");
}

static void flags_hold_to_the_end_of_their_group(void **state)
{
    (void)state;
    tree_is("a(?i)b|c", false, "(?:a[\\x{42}\\x{62}]|[\\x{43}\\x{63}])");
    tree_is("(a(?i)b)c", false, "a[\\x{42}\\x{62}]c");
    tree_is("(?i:a)b", false, "[\\x{41}\\x{61}]b");
    tree_is("(?-i)a", true, "a");
    tree_is("(?U)a*b*?", false, "a*?b*");
    tree_is("(?x) a b # c\n d", false, "abd");
    tree_is("(?x)[ a b ]\\ ", false, "[\\x{61}-\\x{62}] ");
    tree_is("(?-m)^a", false, "^a");
    tree_is("(?-u:\\b)\\b", false, "\\b\\b");
}

static void repetitions_nest_and_count(void **state)
{
    (void)state;
    tree_is("a{2}{3}", false, "(?:a{2,2}){3,3}");
    tree_is("a{2,}?", false, "a{2,}?");
    tree_is("a{ 1 , 2 }", false, "a{1,2}");
    tree_is("(ab)*", false, "(?:ab)*");
    tree_is("(|a)+", false, "(?:(?:(?:)|a))+");
}

static gaz_node *weak(const char *source, bool multiline, gaz_arena *arena)
{
    gaz_node *root = NULL;
    gaz_syntax_options options = {.multiline = multiline};
    gaz_error_clear(&err);
    assert_ok(gaz_syntax_parse_perl(source, strlen(source), &options, arena, &root, &err));
    return root;
}

static void weak_is(const char *source, const char *expected)
{
    gaz_arena arena;
    gaz_strbuf out;
    gaz_exact_options exact = {.ascii = true};
    gaz_arena_init(&arena, 1 << 24);
    gaz_strbuf_init(&out, 1 << 16);
    (void)gaz_exact_print(weak(source, false, &arena), &exact, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s gives %s, not %s", source, out.data, expected);
    gaz_strbuf_release(&out);
    gaz_arena_release(&arena);
}

static void perl_patterns_are_weakened(void **state)
{
    (void)state;
    weak_is("foo(?=bar)", "foo(?:)");
    weak_is("(?<!x)y", "(?:)y");
    weak_is("(a)\\1b", "a[\\x{0}-\\x{9}\\x{B}-\\x{7F}]*b");
    weak_is("a++b", "a+b");
    weak_is("(?>a|b)c", "(?:a|b)c");
    weak_is("(?i)a(?-i)b", "(?:)[\\x{41}\\x{61}](?:)b");
    weak_is("a\\s", "a[\\x{9}\\x{B}-\\x{D}\\x{20}]?");
    weak_is("x{2}", "x{2,2}");
    weak_is("x{,2}", "x\\x{7B}\\x{2C}2\\x{7D}");
    weak_is("[^a-c]$", "[\\x{0}-\\x{9}\\x{B}-\\x{60}\\x{64}-\\x{7F}]?(?:)");
    weak_is("(?#note)a", "(?:)a");
    /* what is not known asks for nothing */
    weak_is("a(?R)?b", "(?:)");
    weak_is("\\Qa\\E", "(?:)");
    weak_is("(*COMMIT)a", "(?:)");
    weak_is("(?(1)a|b)", "(?:)");
    weak_is("[[:alpha:]]a", "(?:)");
    weak_is("(unclosed", "(?:)");
}

static void dialect_follows_look_around_and_references(void **state)
{
    (void)state;
    static const char *const perl[] = {"a(?=b)",         "a(?!b)", "(?<=a)b", "(?<!a)b", "(a)\\1",
                                       "(?P<n>a)(?P=n)", "\\k<n>", "\\g{1}",  "[a](?=b)"};
    static const char *const rust[] = {"a(?:b)", "[(?=]", "\\(?=", "\\\\1",         "(?P<n>a)",
                                       "[\\1]",  "[]()]", "a\\x1", "[[:alpha:](?=]"};
    for (size_t i = 0; i < sizeof perl / sizeof perl[0]; i++)
        if (!gaz_syntax_wants_perl(perl[i], strlen(perl[i])))
            fail_msg("%s should be Perl's", perl[i]);
    for (size_t i = 0; i < sizeof rust / sizeof rust[0]; i++)
        if (gaz_syntax_wants_perl(rust[i], strlen(rust[i])))
            fail_msg("%s should not be Perl's", rust[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sets_join_what_touches),
        cmocka_unit_test(sets_complement_without_surrogates),
        cmocka_unit_test(sets_intersect_subtract_and_differ),
        cmocka_unit_test(sets_fold_over_whole_classes),
        cmocka_unit_test(properties_are_found_by_loose_names),
        cmocka_unit_test(characters_newer_than_unicode_14_are_unassigned),
        cmocka_unit_test(unknown_properties_are_told_apart),
        cmocka_unit_test(classes_evaluate_to_sets),
        cmocka_unit_test(flags_hold_to_the_end_of_their_group),
        cmocka_unit_test(repetitions_nest_and_count),
        cmocka_unit_test(perl_patterns_are_weakened),
        cmocka_unit_test(dialect_follows_look_around_and_references),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
