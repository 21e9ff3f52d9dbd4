/* Growable buffers: content, growth, the maximum, and what stays after a refused append. */
#include "gaz_test.h"

#include "gaz/base/strbuf.h"

static void a_new_buffer_is_the_empty_string(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    assert_string_equal(sb.data, "");
    assert_int_equal(sb.len, 0);
    assert_ok(gaz_strbuf_check(&sb, &err));
    gaz_strbuf_release(&sb);
    gaz_strbuf_release(&sb);
}

static void appends_keep_every_byte_and_end_with_nul(void **state)
{
    (void)state;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&sb, "ab");
    gaz_strbuf_add(&sb, "c\0d", 3);
    gaz_strbuf_putc(&sb, 'e');
    gaz_strbuf_printf(&sb, "%d-%s", 42, "x");
    gaz_strbuf_add(&sb, "", 0);
    assert_int_equal(sb.len, 10);
    assert_memory_equal(sb.data, "abc\0de42-x", 11);
    gaz_strbuf_release(&sb);
}

static void growth_keeps_content_across_many_sizes(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 100000; i++)
        gaz_strbuf_putc(&sb, (char)('a' + i % 26));
    assert_ok(gaz_strbuf_check(&sb, &err));
    assert_int_equal(sb.len, 100000);
    for (unsigned i = 0; i < 100000; i++)
        assert_int_equal(sb.data[i], 'a' + i % 26);
    assert_int_equal(sb.data[100000], '\0');
    gaz_strbuf_release(&sb);
}

static void the_maximum_is_reached_but_not_passed(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf sb;
    gaz_strbuf_init(&sb, 5);
    gaz_strbuf_puts(&sb, "12345");
    assert_ok(gaz_strbuf_check(&sb, &err));
    gaz_strbuf_putc(&sb, '6');
    gaz_strbuf_puts(&sb, "");
    assert_string_equal(sb.data, "12345");
    assert_status(GAZ_E_LIMIT, gaz_strbuf_check(&sb, &err));
    assert_non_null(strstr(err.message, "5 bytes"));
    gaz_strbuf_release(&sb);
}

static void a_refused_append_refuses_the_later_ones_too(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf sb;
    gaz_strbuf_init(&sb, 4);
    gaz_strbuf_puts(&sb, "ab");
    gaz_strbuf_puts(&sb, "cde");
    gaz_strbuf_puts(&sb, "f");
    gaz_strbuf_printf(&sb, "%s", "g");
    assert_null(gaz_strbuf_reserve(&sb, 0));
    assert_null(gaz_strbuf_detach(&sb, NULL));
    assert_string_equal(sb.data, "ab");
    assert_status(GAZ_E_LIMIT, gaz_strbuf_check(&sb, &err));
    gaz_strbuf_reset(&sb);
    gaz_strbuf_puts(&sb, "xyz");
    gaz_error_clear(&err);
    assert_ok(gaz_strbuf_check(&sb, &err));
    assert_string_equal(sb.data, "xyz");
    assert_int_equal(sb.max, 4);
    gaz_strbuf_release(&sb);
}

static void a_formatted_text_over_the_maximum_leaves_nothing_behind(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf sb;
    gaz_strbuf_init(&sb, 8);
    gaz_strbuf_printf(&sb, "%s", "123456789");
    assert_int_equal(sb.len, 0);
    assert_string_equal(sb.data, "");
    assert_status(GAZ_E_LIMIT, gaz_strbuf_check(&sb, &err));
    gaz_strbuf_release(&sb);
}

static void a_size_that_overflows_is_refused(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf sb;
    gaz_strbuf_init(&sb, 100);
    gaz_strbuf_puts(&sb, "x");
    assert_null(gaz_strbuf_reserve(&sb, SIZE_MAX));
    assert_status(GAZ_E_LIMIT, gaz_strbuf_check(&sb, &err));
    gaz_strbuf_release(&sb);
}

static void reserve_and_commit_write_in_place(void **state)
{
    (void)state;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&sb, "a");
    char *at = gaz_strbuf_reserve(&sb, 1000);
    assert_non_null(at);
    memcpy(at, "bcd", 3);
    gaz_strbuf_commit(&sb, 2);
    assert_string_equal(sb.data, "abc");
    gaz_strbuf_truncate(&sb, 1);
    assert_string_equal(sb.data, "a");
    gaz_strbuf_truncate(&sb, 5);
    assert_int_equal(sb.len, 1);
    gaz_strbuf_release(&sb);
}

static void detach_hands_over_a_string_that_is_freed_by_the_caller(void **state)
{
    (void)state;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    size_t len = 99;
    char *empty = gaz_strbuf_detach(&sb, &len);
    assert_string_equal(empty, "");
    assert_int_equal(len, 0);
    free(empty);
    gaz_strbuf_puts(&sb, "hello");
    char *text = gaz_strbuf_detach(&sb, &len);
    assert_string_equal(text, "hello");
    assert_int_equal(len, 5);
    assert_int_equal(sb.len, 0);
    free(text);
    gaz_strbuf_puts(&sb, "again");
    assert_string_equal(sb.data, "again");
    gaz_strbuf_release(&sb);
}

static void reset_keeps_the_capacity(void **state)
{
    (void)state;
    gaz_strbuf sb = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&sb, "a long enough text to be allocated for");
    char *data = sb.data;
    gaz_strbuf_reset(&sb);
    assert_string_equal(sb.data, "");
    gaz_strbuf_puts(&sb, "b");
    assert_ptr_equal(sb.data, data);
    gaz_strbuf_release(&sb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_buffer_is_the_empty_string),
        cmocka_unit_test(appends_keep_every_byte_and_end_with_nul),
        cmocka_unit_test(growth_keeps_content_across_many_sizes),
        cmocka_unit_test(the_maximum_is_reached_but_not_passed),
        cmocka_unit_test(a_refused_append_refuses_the_later_ones_too),
        cmocka_unit_test(a_formatted_text_over_the_maximum_leaves_nothing_behind),
        cmocka_unit_test(a_size_that_overflows_is_refused),
        cmocka_unit_test(reserve_and_commit_write_in_place),
        cmocka_unit_test(detach_hands_over_a_string_that_is_freed_by_the_caller),
        cmocka_unit_test(reset_keeps_the_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
