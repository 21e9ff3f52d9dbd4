/* The hash map and the vec: many keys, colliding keys, keys with NULs, growth, and refusal of sizes
 * that overflow. */
#include "gaz_test.h"

#include <xxhash.h>

#include "gaz/base/map.h"
#include "gaz/base/vec.h"

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    size_t at = 0;
    const gaz_map_slot *slot;
    assert_null(gaz_map_get(&map, "a", 1));
    assert_null(gaz_map_get(&map, "", 0));
    assert_false(gaz_map_next(&map, &at, &slot));
    gaz_map_release(&map);
    gaz_map_release(&map);
}

static void values_are_kept_through_growth(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    char key[32];
    for (unsigned i = 0; i < 20000; i++) {
        bool added = false;
        int n = snprintf(key, sizeof key, "key %u", i);
        uint64_t *value = gaz_map_put(&map, key, (size_t)n, &added);
        assert_non_null(value);
        assert_true(added);
        assert_int_equal(*value, 0);
        *value = i;
    }
    assert_int_equal(map.len, 20000);
    for (unsigned i = 0; i < 20000; i++) {
        int n = snprintf(key, sizeof key, "key %u", i);
        assert_int_equal(*gaz_map_get(&map, key, (size_t)n), i);
    }
    assert_null(gaz_map_get(&map, "key 20000", 9));
    gaz_map_release(&map);
}

static void a_second_put_finds_the_first(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    bool added = false;
    *gaz_map_put(&map, "a", 1, NULL) = 7;
    assert_int_equal(*gaz_map_put(&map, "a", 1, &added), 7);
    assert_false(added);
    assert_int_equal(map.len, 1);
    gaz_map_release(&map);
}

static void keys_differ_by_length_and_may_hold_nuls(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    *gaz_map_put(&map, "", 0, NULL) = 1;
    *gaz_map_put(&map, "\0", 1, NULL) = 2;
    *gaz_map_put(&map, "\0\0", 2, NULL) = 3;
    *gaz_map_put(&map, "a\0b", 3, NULL) = 4;
    *gaz_map_put(&map, "a", 1, NULL) = 5;
    assert_int_equal(map.len, 5);
    assert_int_equal(*gaz_map_get(&map, "", 0), 1);
    assert_int_equal(*gaz_map_get(&map, "\0", 1), 2);
    assert_int_equal(*gaz_map_get(&map, "\0\0", 2), 3);
    assert_int_equal(*gaz_map_get(&map, "a\0b", 3), 4);
    assert_int_equal(*gaz_map_get(&map, "a", 1), 5);
    gaz_map_release(&map);
}

/* Keys whose hashes agree in the low bits share a chain of slots at every size the map takes here.
 */
static void colliding_keys_stay_apart(void **state)
{
    (void)state;
    enum { WANTED = 60 };
    gaz_map map;
    gaz_map_init(&map);
    uint64_t keys[WANTED];
    size_t found = 0;
    for (uint64_t k = 0; found < WANTED; k++)
        if ((XXH3_64bits_withSeed(&k, sizeof k, map.seed) & 255) == 255)
            keys[found++] = k;
    for (size_t i = 0; i < WANTED; i++)
        *gaz_map_put(&map, &keys[i], sizeof keys[i], NULL) = i;
    assert_true(map.cap <= 256);
    for (size_t i = 0; i < WANTED; i++)
        assert_int_equal(*gaz_map_get(&map, &keys[i], sizeof keys[i]), i);
    gaz_map_release(&map);
}

static void keys_are_copied(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    char key[] = "abc";
    *gaz_map_put(&map, key, 3, NULL) = 9;
    key[0] = 'x';
    assert_null(gaz_map_get(&map, "xbc", 3));
    assert_int_equal(*gaz_map_get(&map, "abc", 3), 9);
    gaz_map_release(&map);
}

static void stepping_visits_every_entry_once(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    bool seen[500] = {false};
    for (uint32_t i = 0; i < 500; i++)
        *gaz_map_put(&map, &i, sizeof i, NULL) = i;
    size_t at = 0, count = 0;
    for (const gaz_map_slot *slot; gaz_map_next(&map, &at, &slot); count++) {
        assert_int_equal(slot->len, sizeof(uint32_t));
        assert_false(seen[slot->value]);
        seen[slot->value] = true;
    }
    assert_int_equal(count, 500);
    gaz_map_release(&map);
}

static void an_overlong_key_is_refused(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    assert_null(gaz_map_put(&map, "a", (size_t)UINT32_MAX + 1, NULL));
    assert_int_equal(map.len, 0);
    gaz_map_release(&map);
}

static void a_key_that_finds_no_memory_is_not_there(void **state)
{
    (void)state;
    gaz_map map;
    gaz_map_init(&map);
    map.keys.max = 4;
    assert_non_null(gaz_map_put(&map, "a", 1, NULL));
    assert_null(gaz_map_put(&map, "toolong", 7, NULL));
    assert_null(gaz_map_get(&map, "toolong", 7));
    assert_int_equal(map.len, 1);
    gaz_map_release(&map);
}

static void a_vec_grows_and_keeps_its_items(void **state)
{
    (void)state;
    GAZ_VEC(unsigned) v = {0};
    for (unsigned i = 0; i < 10000; i++)
        assert_true(gaz_vec_push(&v, i * 3));
    assert_int_equal(v.len, 10000);
    assert_true(v.cap >= v.len);
    for (unsigned i = 0; i < 10000; i++)
        assert_int_equal(v.items[i], i * 3);
    gaz_vec_free(&v);
    assert_null(v.items);
    assert_int_equal(v.len, 0);
}

static void a_vec_refuses_sizes_that_overflow_and_stays_as_it_was(void **state)
{
    (void)state;
    GAZ_VEC(uint64_t) v = {0};
    assert_true(gaz_vec_push(&v, 1));
    size_t cap = v.cap;
    assert_false(gaz_vec_grow((void **)&v.items, &v.cap, SIZE_MAX / 4, sizeof *v.items));
    assert_int_equal(v.cap, cap);
    assert_int_equal(v.items[0], 1);
    gaz_vec_free(&v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(values_are_kept_through_growth),
        cmocka_unit_test(a_second_put_finds_the_first),
        cmocka_unit_test(keys_differ_by_length_and_may_hold_nuls),
        cmocka_unit_test(colliding_keys_stay_apart),
        cmocka_unit_test(keys_are_copied),
        cmocka_unit_test(stepping_visits_every_entry_once),
        cmocka_unit_test(an_overlong_key_is_refused),
        cmocka_unit_test(a_key_that_finds_no_memory_is_not_there),
        cmocka_unit_test(a_vec_grows_and_keeps_its_items),
        cmocka_unit_test(a_vec_refuses_sizes_that_overflow_and_stays_as_it_was),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
