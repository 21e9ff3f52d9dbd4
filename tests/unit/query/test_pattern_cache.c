/* Compiled patterns that are kept: the same one is handed out again, others are not taken for it,
 * and memory is bounded whatever is asked for. Also run under ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>

#include "pattern_cache.h"

static gaz_error err;

static gaz_pattern *get(pattern_cache *c, const char *source, const gaz_pattern_options *o)
{
    gaz_pattern *p = NULL;
    assert_ok(pattern_cache_get(c, source, strlen(source), o, &p, &err));
    return p;
}

static void patterns_are_told_apart_by_all_that_decides_them(void **state)
{
    (void)state;
    static const gaz_pattern_options options[] = {
        {.fold = GAZ_CASE_SENSITIVE},
        {.fold = GAZ_CASE_INSENSITIVE},
        {.fold = GAZ_CASE_AUTO},
        {.literal = true},
        {.path = true},
    };
    enum { N = sizeof options / sizeof *options };
    gaz_pattern *p[N];
    pattern_cache *c;
    assert_ok(pattern_cache_new(PATTERN_CACHE_BYTES, &c, &err));
    for (size_t i = 0; i < N; i++)
        p[i] = get(c, "a.b", &options[i]);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < i; k++)
            assert_ptr_not_equal(p[i], p[k]);
    for (size_t i = 0; i < N; i++) { /* again, while it is held */
        gaz_pattern *again = get(c, "a.b", &options[i]);
        assert_ptr_equal(again, p[i]);
        pattern_cache_release(c, again);
        pattern_cache_release(c, p[i]);
        again = get(c, "a.b", &options[i]); /* and when nobody holds it */
        assert_ptr_equal(again, p[i]);
        pattern_cache_release(c, again);
    }
    pattern_cache_release(c, NULL);
    pattern_cache_free(c);
}

static void the_one_used_least_recently_goes_and_held_ones_stay(void **state)
{
    (void)state;
    gaz_pattern_options o = {0};
    pattern_cache *c;
    char source[32];
    assert_ok(pattern_cache_new(PATTERN_CACHE_BYTES, &c, &err));
    gaz_pattern *held = get(c, "held", &o), *kept = get(c, "kept", &o);
    pattern_cache_release(c, kept);
    size_t before = pattern_cache_bytes(c);
    for (int i = 0; i < 4 * PATTERN_CACHE_ENTRIES; i++) {
        snprintf(source, sizeof source, "word%d", i);
        pattern_cache_release(c, get(c, source, &o));
        gaz_pattern *again = get(c, "kept", &o); /* used all the time */
        assert_ptr_equal(again, kept);
        pattern_cache_release(c, again);
    }
    assert_ptr_equal(get(c, "held", &o), held);
    pattern_cache_release(c, held);
    pattern_cache_release(c, held);
    assert_true(pattern_cache_bytes(c) > before);
    /* As many as fit are held: the next one is handed out all the same, and is gone after it. */
    gaz_pattern *all[PATTERN_CACHE_ENTRIES + 1];
    for (int i = 0; i <= PATTERN_CACHE_ENTRIES; i++) {
        snprintf(source, sizeof source, "more%d", i);
        all[i] = get(c, source, &o);
    }
    size_t full = pattern_cache_bytes(c);
    pattern_cache_release(c, all[PATTERN_CACHE_ENTRIES]);
    assert_int_equal(pattern_cache_bytes(c), full);
    for (int i = 0; i < PATTERN_CACHE_ENTRIES; i++)
        pattern_cache_release(c, all[i]);
    pattern_cache_free(c);
}

/* What PCRE2 compiles counts like everything else: a few dozen bytes of query become many
 * thousands. */
static void large_patterns_stay_within_the_bound(void **state)
{
    (void)state;
    gaz_pattern_options o = {0};
    pattern_cache *c;
    const size_t bytes_max = (size_t)512 << 10;
    size_t sum = 0;
    char source[128];
    assert_ok(pattern_cache_new(bytes_max, &c, &err));
    for (int i = 0; i < 24; i++) {
        gaz_pattern *p = NULL;
        snprintf(source, sizeof source, "(?<!x)(?:[a-f][g-m]?%d){150}(?=y)", i);
        assert_ok(pattern_cache_get(c, source, strlen(source), &o, &p, &err));
        assert_true(gaz_pattern_bytes(p) > 20000);
        sum += gaz_pattern_bytes(p);
        pattern_cache_release(c, p);
        assert_true(pattern_cache_bytes(c) <= bytes_max);
        assert_true(pattern_cache_bytes(c) > 20000); /* it does keep some */
    }
    assert_true(sum > bytes_max); /* else this would prove nothing */
    pattern_cache_free(c);
}

static void *ask(void *ctx)
{
    pattern_cache *c = ctx;
    gaz_pattern_options o = {0};
    char source[32];
    for (unsigned i = 0; i < 600; i++) {
        gaz_pattern *p = NULL;
        snprintf(source, sizeof source, "common%u", i % 300);
        if (pattern_cache_get(c, source, strlen(source), &o, &p, NULL) != GAZ_OK)
            return c;
        bool kept = strcmp(gaz_pattern_engine(p), "literal") == 0;
        pattern_cache_release(c, p);
        if (!kept)
            return c;
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    (void)state;
    pthread_t threads[4];
    pattern_cache *c;
    assert_ok(pattern_cache_new(PATTERN_CACHE_BYTES, &c, &err));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, c), 0);
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    pattern_cache_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patterns_are_told_apart_by_all_that_decides_them),
        cmocka_unit_test(the_one_used_least_recently_goes_and_held_ones_stay),
        cmocka_unit_test(large_patterns_stay_within_the_bound),
        cmocka_unit_test(threads_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
