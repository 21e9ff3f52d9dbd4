/* Arenas: alignment, zeroing, the maximum, overflow, reset. */
#include "gaz_test.h"

#include "gaz/base/arena.h"

static void memory_is_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, SIZE_MAX / 2);
    unsigned char *previous = NULL;
    size_t previous_size = 0;
    for (size_t size = 1; size < 3000; size += 7) {
        unsigned char *p = gaz_arena_alloc(&arena, size);
        assert_non_null(p);
        assert_int_equal((uintptr_t)p % 16, 0);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(p[i], 0);
        memset(p, 0xAA, size);
        for (size_t i = 0; previous && i < previous_size; i++)
            assert_int_equal(previous[i], 0xAA);
        previous = p;
        previous_size = size;
    }
    gaz_arena_release(&arena);
    gaz_arena_release(&arena);
}

static void reused_memory_is_zeroed_again(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, 1 << 20);
    unsigned char *p = gaz_arena_alloc(&arena, 100);
    memset(p, 0xFF, 100);
    gaz_arena_reset(&arena);
    assert_int_equal(arena.used, 0);
    unsigned char *again = gaz_arena_alloc(&arena, 100);
    assert_ptr_equal(again, p);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(again[i], 0);
    gaz_arena_release(&arena);
}

static void the_maximum_is_reached_but_not_passed(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, 1000);
    assert_non_null(gaz_arena_alloc(&arena, 600));
    assert_null(gaz_arena_alloc(&arena, 401));
    assert_non_null(gaz_arena_alloc(&arena, 400));
    assert_null(gaz_arena_alloc(&arena, 1));
    assert_int_equal(arena.used, 1000);
    gaz_arena_reset(&arena);
    assert_non_null(gaz_arena_alloc(&arena, 1000));
    assert_null(gaz_arena_alloc(&arena, 1001));
    gaz_arena_release(&arena);
}

static void sizes_that_overflow_are_refused(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, SIZE_MAX);
    assert_null(gaz_arena_array(&arena, SIZE_MAX / 2, 3));
    assert_null(gaz_arena_alloc(&arena, SIZE_MAX));
    assert_null(gaz_arena_alloc(&arena, SIZE_MAX - 7));
    assert_non_null(gaz_arena_array(&arena, 10, 3));
    assert_null(gaz_arena_strndup(&arena, "x", SIZE_MAX));
    gaz_arena_release(&arena);
}

static void big_requests_and_small_ones_live_together(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)64 << 20);
    char *small = gaz_arena_strdup(&arena, "small");
    char *big = gaz_arena_alloc(&arena, (size_t)5 << 20);
    assert_non_null(big);
    big[((size_t)5 << 20) - 1] = 'x';
    char *after = gaz_arena_strndup(&arena, "afterwards", 5);
    assert_string_equal(small, "small");
    assert_string_equal(after, "after");
    gaz_arena_reset(&arena);
    assert_non_null(gaz_arena_alloc(&arena, 10));
    gaz_arena_release(&arena);
}

static void copies_may_hold_nuls_and_be_empty(void **state)
{
    (void)state;
    gaz_arena arena;
    gaz_arena_init(&arena, 1000);
    char *p = gaz_arena_strndup(&arena, "a\0b", 3);
    assert_memory_equal(p, "a\0b", 4);
    assert_string_equal(gaz_arena_strndup(&arena, NULL, 0), "");
    void *nothing = gaz_arena_alloc(&arena, 0);
    assert_non_null(nothing);
    gaz_arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_is_zeroed_aligned_and_apart),
        cmocka_unit_test(reused_memory_is_zeroed_again),
        cmocka_unit_test(the_maximum_is_reached_but_not_passed),
        cmocka_unit_test(sizes_that_overflow_are_refused),
        cmocka_unit_test(big_requests_and_small_ones_live_together),
        cmocka_unit_test(copies_may_hold_nuls_and_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
