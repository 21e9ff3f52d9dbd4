/* Parsing on request in processes of its own: answers are those of the parser here, and a process
 * that dies, hangs or lies costs one text. Also run under ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/pipeline/parse_pool.h"

static gaz_error err;

#define C_LANGUAGE 41
#define SECONDS(n) gaz_deadline((int64_t)(n)*1000)

static const char source[] = "#include <stdio.h>\n"
                             "static int twice(int n) { return memcpy(a, b, n), 2 * n; }\n"
                             "int main(void) { memcpy(x, y, 3); memset(x, 0, 3); return 0; }\n";
static const gaz_parse_pattern calls = {
    C_LANGUAGE, "(call_expression function: (identifier) @f (#eq? @f \"memcpy\"))", 64};

static gaz_parse_pool *pool_of(const char *program, unsigned max)
{
    char path[600];
    gaz_parse_pool *pool = NULL;
    snprintf(path, sizeof path, "%s/gaz-parse", getenv("GAZ_BUILD_DIR"));
    assert_ok(gaz_parse_pool_new(program ? program : path, max, &pool, &err));
    return pool;
}

static void colours_are_those_of_the_parser_here(void **state)
{
    (void)state;
    gaz_parse_pool *pool = pool_of(NULL, 1);
    gaz_extractor *x = NULL;
    gaz_highlights here, there;
    gaz_highlights_init(&here);
    gaz_highlights_init(&there);
    assert_ok(gaz_extractor_new(NULL, &x, &err));
    for (uint32_t from = 0; from < sizeof source; from += 30) {
        uint32_t to = from + 40 < sizeof source - 1 ? from + 40 : (uint32_t)sizeof source - 1;
        assert_ok(gaz_highlight(x, C_LANGUAGE, source, sizeof source - 1, from, to, &here, &err));
        assert_ok(gaz_parse_highlight(pool, C_LANGUAGE, source, sizeof source - 1, from, to,
                                      SECONDS(30), &there, &err));
        assert_int_equal(there.outcome, here.outcome);
        assert_int_equal(there.count, here.count);
        for (uint32_t i = 0; i < here.count; i++) {
            assert_int_equal(there.spans[i].start, here.spans[i].start);
            assert_int_equal(there.spans[i].end, here.spans[i].end);
            assert_int_equal(there.spans[i].class_id, here.spans[i].class_id);
        }
    }
    assert_true(here.count > 0);
    gaz_highlights_release(&here);
    gaz_highlights_release(&there);
    gaz_extractor_free(x);
    gaz_parse_pool_free(pool);
}

static void pattern_finds_what_it_names(void **state)
{
    (void)state;
    gaz_parse_pool *pool = pool_of(NULL, 1);
    gaz_parse_pattern pattern = calls;
    gaz_tree_matches found;
    pattern.len = strlen(pattern.pattern);
    gaz_tree_matches_init(&found);
    for (int round = 0; round < 3; round++) { /* the process keeps what it compiled */
        assert_ok(gaz_parse_match(pool, &pattern, source, sizeof source - 1, 0, SECONDS(30), &found,
                                  &err));
        assert_int_equal(found.count, 2);
        assert_int_equal(found.items[0].span.start_line, 2);
        assert_int_equal(found.items[1].span.start_line, 3);
        const gaz_tree_capture *c = &found.captures[found.items[0].first_capture];
        assert_int_equal(found.items[0].capture_count, 1);
        assert_int_equal(c->name.len, 1);
        assert_memory_equal(c->name.data, "f", 1);
        assert_memory_equal(source + c->span.start, "memcpy", 6);
    }
    assert_ok(
        gaz_parse_match(pool, &pattern, source, sizeof source - 1, 1, SECONDS(30), &found, &err));
    assert_int_equal(found.count, 1);
    assert_int_equal(found.outcome, GAZ_EXTRACT_TOO_MANY);
    gaz_tree_matches_release(&found);
    gaz_parse_pool_free(pool);
}

static void bad_pattern_is_told_with_its_column(void **state)
{
    (void)state;
    gaz_parse_pool *pool = pool_of(NULL, 1);
    gaz_parse_pattern bad = {C_LANGUAGE, "(no_such_node) @x", 17};
    gaz_tree_matches found;
    gaz_error why = {0};
    gaz_tree_matches_init(&found);
    assert_int_equal(gaz_parse_match(pool, &bad, "", 0, 0, SECONDS(30), &found, &why),
                     GAZ_E_INVALID);
    assert_int_equal(why.column, 2);
    assert_non_null(strstr(why.message, "no_such_node"));
    why = (gaz_error){0};
    bad.language = 1;
    assert_int_equal(gaz_parse_match(pool, &bad, "", 0, 0, SECONDS(30), &found, &why),
                     GAZ_E_UNSUPPORTED);
    why = (gaz_error){0};
    bad.len = GAZ_TREE_PATTERN_MAX + 1;
    assert_int_equal(gaz_parse_match(pool, &bad, "", 0, 0, SECONDS(30), &found, &why), GAZ_E_LIMIT);
    gaz_tree_matches_release(&found);
    gaz_parse_pool_free(pool);
}

static void text_over_the_limit_is_refused(void **state)
{
    (void)state;
    gaz_parse_pool *pool = pool_of(NULL, 1);
    gaz_highlights colours;
    gaz_error why = {0};
    gaz_highlights_init(&colours);
    char *text = calloc(GAZ_PARSE_TEXT_MAX + 2, 1);
    assert_non_null(text);
    assert_int_equal(gaz_parse_highlight(pool, C_LANGUAGE, text, GAZ_PARSE_TEXT_MAX + 1, 0, 1,
                                         SECONDS(60), &colours, &why),
                     GAZ_E_LIMIT);
    memset(text, ' ', GAZ_PARSE_TEXT_MAX);
    assert_ok(gaz_parse_highlight(pool, C_LANGUAGE, text, GAZ_PARSE_TEXT_MAX, 0, 1, SECONDS(60),
                                  &colours, &err));
    free(text);
    gaz_highlights_release(&colours);
    gaz_parse_pool_free(pool);
}

/* A program that takes the place of gaz-parse. */
static char *write_program(const char *dir, const char *script)
{
    char path[600];
    snprintf(path, sizeof path, "%s/parse", dir);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", script);
    fclose(file);
    assert_int_equal(chmod(path, 0755), 0);
    return strdup(path);
}

static gaz_status highlight_with(const char *script, int64_t deadline_us, gaz_error *why)
{
    char *dir = make_temp_dir(), *program = write_program(dir, script);
    gaz_parse_pool *pool = pool_of(program, 1);
    gaz_highlights colours;
    gaz_highlights_init(&colours);
    *why = (gaz_error){0};
    gaz_status st = gaz_parse_highlight(pool, C_LANGUAGE, source, sizeof source - 1, 0, 10,
                                        deadline_us, &colours, why);
    assert_int_equal(colours.count, 0);
    gaz_highlights_release(&colours);
    gaz_parse_pool_free(pool);
    assert_ok(gaz_remove_all(dir, &err));
    free(program);
    free(dir);
    return st;
}

static void process_that_dies_hangs_or_lies_is_told(void **state)
{
    (void)state;
    gaz_error why;
    assert_int_equal(highlight_with("exit 0", SECONDS(30), &why), GAZ_E_REMOTE);
    assert_int_equal(highlight_with("head -c 60 <&0 >/dev/null; kill -SEGV $$", SECONDS(30), &why),
                     GAZ_E_REMOTE);
    assert_non_null(strstr(why.message, "died"));
    assert_int_equal(highlight_with("exec head -c 4096 /dev/zero >&0", SECONDS(30), &why),
                     GAZ_E_REMOTE);
    /* The right mark, then a payload that is no list of spans. */
    assert_int_equal(highlight_with("printf '\\001\\056\\245\\120' >&0; head -c 28 /dev/zero >&0; "
                                    "printf '\\010\\000\\000\\000\\000\\000\\000\\000abcdefgh' "
                                    ">&0; sleep 5",
                                    SECONDS(30), &why),
                     GAZ_E_REMOTE);
    assert_int_equal(highlight_with("exec sleep 60", gaz_deadline(200), &why), GAZ_E_TIMEOUT);
    assert_int_equal(highlight_with("exec sleep 60", gaz_now_us() - 1, &why), GAZ_E_TIMEOUT);
}

static void missing_program_is_told(void **state)
{
    (void)state;
    gaz_parse_pool *pool = pool_of("/nowhere/gaz-parse", 2);
    gaz_highlights colours;
    gaz_error why = {0};
    gaz_highlights_init(&colours);
    for (int i = 0; i < 3; i++) { /* its place in the pool is free again */
        why = (gaz_error){0};
        assert_int_equal(
            gaz_parse_highlight(pool, C_LANGUAGE, "", 0, 0, 0, SECONDS(10), &colours, &why),
            GAZ_E_IO);
        assert_non_null(strstr(why.message, "/nowhere/gaz-parse"));
    }
    gaz_highlights_release(&colours);
    gaz_parse_pool_free(pool);
}

typedef struct crowd {
    gaz_parse_pool *pool;
    atomic_uint wrong;
} crowd;

static void *ask_often(void *ctx)
{
    crowd *c = ctx;
    gaz_tree_matches found;
    gaz_parse_pattern pattern = calls;
    pattern.len = strlen(pattern.pattern);
    gaz_tree_matches_init(&found);
    for (int i = 0; i < 40; i++)
        if (gaz_parse_match(c->pool, &pattern, source, sizeof source - 1, 0, SECONDS(60), &found,
                            NULL) != GAZ_OK ||
            found.count != 2)
            atomic_fetch_add(&c->wrong, 1);
    gaz_tree_matches_release(&found);
    return NULL;
}

static void many_threads_share_few_processes(void **state)
{
    (void)state;
    crowd c = {.pool = pool_of(NULL, 2)};
    pthread_t threads[6];
    for (int i = 0; i < 6; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask_often, &c), 0);
    for (int i = 0; i < 6; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(atomic_load(&c.wrong), 0);
    gaz_parse_pool_free(c.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colours_are_those_of_the_parser_here),
        cmocka_unit_test(pattern_finds_what_it_names),
        cmocka_unit_test(bad_pattern_is_told_with_its_column),
        cmocka_unit_test(text_over_the_limit_is_refused),
        cmocka_unit_test(process_that_dies_hangs_or_lies_is_told),
        cmocka_unit_test(missing_program_is_told),
        cmocka_unit_test(many_threads_share_few_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
