/* Colours of code. */
#include "gaz_test.h"

#include "gaz/symbols/highlight.h"

enum { C = 41, PYTHON = 303 };

/* "class:text class:text …" */
static void colours(uint32_t language, const char *text, uint32_t start, uint32_t end, char *out,
                    size_t size)
{
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    gaz_highlights h;
    size_t n = 0;
    gaz_highlights_init(&h);
    assert_ok(gaz_extractor_new(NULL, &x, &err));
    assert_ok(gaz_highlight(x, language, text, strlen(text), start, end, &h, &err));
    out[0] = '\0';
    for (uint32_t i = 0; i < h.count; i++) {
        const gaz_highlight_span *s = &h.spans[i];
        assert_true(s->start < s->end);
        assert_true(i == 0 || h.spans[i - 1].end <= s->start);
        if (s->class_id != GAZ_HIGHLIGHT_PUNCTUATION && s->class_id != GAZ_HIGHLIGHT_OPERATOR)
            n += (size_t)snprintf(out + n, size - n, "%s%s:%.*s", n ? " " : "",
                                  gaz_highlight_class_name(s->class_id), (int)(s->end - s->start),
                                  text + s->start);
    }
    gaz_highlights_release(&h);
    gaz_extractor_free(x);
}

static void code_is_coloured_by_class(void **state)
{
    (void)state;
    char found[1000];
    colours(C, "/* c */ static int f(char *s) { return g(s->len, \"a\\n\", MAX, 3); }", 0, 1000,
            found, sizeof found);
    assert_string_equal(found,
                        "comment:/* c */ keyword:static type.builtin:int function:f "
                        "type.builtin:char parameter:s keyword:return function:g property:len "
                        "string:\"a escape:\\n string:\" constant:MAX number:3");
}

static void part_of_a_text_is_coloured_alone(void **state)
{
    (void)state;
    char found[1000];
    const char *text = "def one():\n    return 1\n\ndef two():\n    return 2\n";
    uint32_t second = (uint32_t)(strstr(text, "def two") - text);
    colours(PYTHON, text, second, second + 10, found, sizeof found);
    assert_string_equal(found, "keyword:def function:two");
}

static void broken_code_is_coloured_as_far_as_it_goes(void **state)
{
    (void)state;
    char found[1000];
    colours(C, "int f( { return 1;", 0, 1000, found, sizeof found);
    assert_non_null(strstr(found, "keyword:return number:1"));
}

static void nothing_is_coloured_without_grammar(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    gaz_highlights h;
    gaz_highlights_init(&h);
    assert_ok(gaz_extractor_new(NULL, &x, &err));
    assert_ok(gaz_highlight(x, 7, "int a;", 6, 0, 6, &h, &err));
    assert_int_equal(h.outcome, GAZ_EXTRACT_NO_GRAMMAR);
    assert_int_equal(h.count, 0);
    assert_ok(gaz_highlight(x, C, "", 0, 0, 0, &h, &err));
    assert_int_equal(h.outcome, GAZ_EXTRACT_COMPLETE);
    assert_int_equal(h.count, 0);
    gaz_highlights_release(&h);
    gaz_extractor_free(x);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(code_is_coloured_by_class),
        cmocka_unit_test(part_of_a_text_is_coloured_alone),
        cmocka_unit_test(broken_code_is_coloured_as_far_as_it_goes),
        cmocka_unit_test(nothing_is_coloured_without_grammar),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
