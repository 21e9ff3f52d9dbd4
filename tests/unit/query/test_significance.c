/* Which lines define a word, and which only use it. */
#include "gaz_test.h"

#include "significance.h"

static significance of(const char *line, const char *word)
{
    const char *at = strstr(line, word);
    assert_non_null(at);
    return significance_of(line, strlen(line), (size_t)(at - line), strlen(word));
}

static void definitions_of_many_languages_are_seen(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "struct foo {",
        "struct foo",
        "union foo {",
        "enum foo : u8 {",
        "static int foo(struct bar *b)",
        "void *foo(void)\r",
        "int foo(int a, {",
        "#define foo(x) (x)",
        "#  define\tfoo 1",
        "    def foo(self):",
        "class foo:",
        "class foo(Base):",
        "export default class foo extends Bar {",
        "  async function foo() {",
        "export const foo = (a) => a;",
        "const foo: Type = 1;",
        "pub(crate) fn foo<T>(a: T) -> T {",
        "pub trait foo {",
        "impl foo {",
        "func foo(a int) error {",
        "type foo struct {",
        "type foo = string;",
        "interface foo {",
        "sub foo {",
        "module foo",
        "namespace foo {",
        "package foo;",
        "val foo = 3",
        "var foo = 3",
        "macro foo(x)",
        "fun foo(): Int = 3",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (of(lines[i], "foo") != SIGNIFICANCE_DEFINITION)
            fail_msg("no definition: %s", lines[i]);
}

static void uses_declarations_and_comments_are_not(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "\tstruct foo *p = foo_get();",
        "struct foo;",
        "struct foo bar = {",
        "static foo bar;",
        "int foo(int a);",
        "\tfoo(a, b);",
        "\treturn foo(a);",
        "if (foo)",
        " * struct foo {",
        "// class foo {",
        "/* def foo(): */",
        "# def foo():",
        "#include <foo>",
        "-- function foo()",
        "; defn foo (",
        "the type of foo is",
        "a const foo is one that",
        "typedef foo bar;",
        "foo",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (of(lines[i], "foo") != SIGNIFICANCE_WORD)
            fail_msg("%d: %s", of(lines[i], "foo"), lines[i]);
}

static void parts_of_words_are_told(void **state)
{
    (void)state;
    assert_int_equal(of("int foobar(void)", "foo"), SIGNIFICANCE_PART);
    assert_int_equal(of("int a_foo(void)", "foo"), SIGNIFICANCE_PART);
    assert_int_equal(of("int f\xc3\xa9"
                        "foo(void)",
                        "foo"),
                     SIGNIFICANCE_PART);
    assert_int_equal(of("a->foo", "->"), SIGNIFICANCE_WORD); /* no word: nothing to be part of */
    assert_int_equal(significance_of("", 0, 0, 0), SIGNIFICANCE_WORD);
    assert_int_equal(significance_of("#", 1, 0, 1), SIGNIFICANCE_WORD);
    assert_int_equal(significance_of("/", 1, 0, 1), SIGNIFICANCE_WORD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(definitions_of_many_languages_are_seen),
        cmocka_unit_test(uses_declarations_and_comments_are_not),
        cmocka_unit_test(parts_of_words_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
