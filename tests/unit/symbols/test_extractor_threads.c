/* Extractors of several threads. Also run under ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>
#include "gaz/symbols/symbols.h"

enum { PYTHON = 303 };

static void *extract_often(void *arg)
{
    gaz_error err = {0};
    gaz_extractor *x = NULL;
    gaz_facts facts;
    static const char text[] = "class A:\n    def f(self):\n        return self.g(1)\n";
    size_t *definitions = arg;
    gaz_facts_init(&facts);
    if (gaz_extractor_new(NULL, &x, &err) != GAZ_OK)
        return NULL;
    for (int i = 0; i < 50; i++)
        if (gaz_extract(x, PYTHON, text, sizeof text - 1, GAZ_FACTS_ALL, &facts, &err) == GAZ_OK)
            *definitions += facts.definition_count;
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
    return NULL;
}

static void extractors_of_many_threads_share_their_queries(void **state)
{
    (void)state;
    pthread_t threads[4];
    size_t found[4] = {0};
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, extract_often, &found[i]), 0);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(pthread_join(threads[i], NULL), 0);
        assert_int_equal(found[i], 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(extractors_of_many_threads_share_their_queries),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
