/* What paths say for ranking, against the same rules written plainly, over made-up trees. */
#include "gaz_test.h"
#include "proof.h"

#include <ctype.h>

#include "names.h"

#define FILES 60

static gaz_error err;

/* A scope of nothing but paths. */
typedef struct tree {
    char paths[FILES][200];
    view_entry entries[FILES];
    scope_file files[FILES];
    view view;
    scope_ref ref;
    scope scope;
    gaz_arena arena;
    plan plan;
    names names;
} tree;

static void make_tree(tree *t, const char *const *paths, size_t count)
{
    memset(t, 0, sizeof *t);
    gaz_arena_init(&t->arena, 1 << 20);
    for (size_t i = 0; i < count; i++) {
        snprintf(t->paths[i], sizeof t->paths[i], "%s", paths[i]);
        t->entries[i] = (view_entry){.path = t->paths[i], .path_len = (uint32_t)strlen(paths[i])};
        t->files[i].entry = (uint32_t)i;
    }
    t->view.entries = t->entries;
    t->ref.view = &t->view;
    t->scope.refs = &t->ref;
    t->scope.ref_count = 1;
    t->scope.files = t->files;
    t->scope.file_count = count;
}

static void ask(tree *t, const char *query)
{
    pattern_cache *patterns;
    const gaz_query *parsed;
    scope_names_free(t->scope.names);
    t->scope.names = NULL;
    assert_ok(pattern_cache_new(PATTERN_CACHE_BYTES, &patterns, &err));
    assert_ok(gaz_query_parse(query, strlen(query), &t->arena, &parsed, &err));
    memset(&t->plan, 0, sizeof t->plan);
    assert_ok(plan_compile(&t->plan, parsed, &t->arena, patterns, &err));
    assert_ok(names_init(&t->names, &t->plan, &t->scope, &err));
    plan_release(&t->plan);
    pattern_cache_free(patterns);
}

static void free_tree(tree *t)
{
    scope_names_free(t->scope.names);
    gaz_arena_release(&t->arena);
}

static unsigned points(const char *path, const char *query)
{
    tree *t = malloc(sizeof *t);
    assert_non_null(t);
    make_tree(t, &path, 1);
    ask(t, query);
    unsigned n = names_points(&t->names, 0);
    free_tree(t);
    free(t);
    return n;
}

static void names_are_worth_more_than_parts_and_parts_more_than_directories(void **state)
{
    (void)state;
    assert_int_equal(points("mm/slab.c", "slab"), 6);
    assert_int_equal(points("mm/SLAB", "slab"), 6);
    assert_int_equal(points("slab", "Slab"), 6);
    assert_int_equal(points("mm/slab.c", "slab.c"), 6);
    assert_int_equal(points("mm/slab.tar.gz", "slab"), 3); /* the extension is the last one */
    assert_int_equal(points("mm/slab_common.c", "slab"), 3);
    assert_int_equal(points("mm/slab/core.c", "slab"), 1);
    assert_int_equal(points("mm/.slab", "slab"), 3); /* a name that begins with its dot has none */
    assert_int_equal(points("mm/core.c", "slab"), 0);
    assert_int_equal(points("mm/core.c", "mm/core"), 1);
    assert_int_equal(points("mm/core.c", "m/c"), 1);
    assert_int_equal(points("mm/balls.c", "slab"), 0); /* its letters, not its word */
}

static void literals_add_up_and_only_those_that_are_shown_count(void **state)
{
    (void)state;
    assert_int_equal(points("mm/slab.c", "slab mm"), 7);
    assert_int_equal(points("mm/slab.c", "slab -mm"), 6);
    assert_int_equal(points("mm/slab.c", "file:slab"), 0);
    assert_int_equal(points("mm/slab.c", "/sl[a]b/"), 0);
    assert_int_equal(points("a/a.c", "a a a a a a"), 24);
    assert_int_equal(points("a/b.c", "x y z v b"), 0); /* the fifth does not count */
}

/* ---- against the rules written plainly ---- */

static unsigned plainly(const char *path, const char *literal)
{
    char p[200], l[64];
    size_t n = 0;
    for (; path[n]; n++)
        p[n] = (char)tolower((unsigned char)path[n]);
    p[n] = 0;
    for (n = 0; literal[n]; n++)
        l[n] = (char)tolower((unsigned char)literal[n]);
    l[n] = 0;
    char *slash = strrchr(p, '/'), *base = slash ? slash + 1 : p;
    if (strchr(l, '/'))
        return strstr(p, l) != NULL;
    char stem[200];
    snprintf(stem, sizeof stem, "%s", base);
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem)
        *dot = 0;
    if (strcmp(base, l) == 0 || strcmp(stem, l) == 0)
        return 6;
    if (strstr(base, l))
        return 3;
    if (!slash)
        return 0;
    *slash = 0;
    return strstr(p, l) != NULL;
}

static void made_up_trees_agree(void **state)
{
    (void)state;
    static const char *const parts[] = {"a", "ab", "Ba", "b.c", "aab", ".a", "c.A", "abc.b.a"};
    enum { PARTS = sizeof parts / sizeof *parts };
    uint64_t random = proof_say_seed();
    unsigned rounds = proof_rounds(5000);
    tree *t = malloc(sizeof *t);
    assert_non_null(t);
    for (unsigned round = 0; round < rounds; round++) {
        char made[FILES][200];
        const char *paths[FILES];
        for (size_t i = 0; i < FILES; i++) {
            made[i][0] = 0;
            for (uint32_t k = 1 + proof_random(&random, 4); k-- > 0;) {
                strcat(made[i], parts[proof_random(&random, PARTS)]);
                strcat(made[i], k ? "/" : "");
            }
            paths[i] = made[i];
        }
        make_tree(t, paths, FILES);
        const char *one = parts[proof_random(&random, PARTS)],
                   *other = parts[proof_random(&random, PARTS)];
        char joined[64], query[200];
        snprintf(joined, sizeof joined, "%s/%s", one, other);
        snprintf(query, sizeof query, "\"%s\" \"%s\" \"%s\"", one, other, joined);
        ask(t, query);
        for (uint32_t i = 0; i < FILES; i++) {
            unsigned n =
                plainly(paths[i], one) + plainly(paths[i], other) + plainly(paths[i], joined);
            if (names_points(&t->names, i) != n)
                fail_msg("%s in %s: %u, not %u", query, paths[i], names_points(&t->names, i), n);
        }
        free_tree(t);
    }
    free(t);
    proof_report("trees of 60 paths whose names count as the rules say", rounds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_worth_more_than_parts_and_parts_more_than_directories),
        cmocka_unit_test(literals_add_up_and_only_those_that_are_shown_count),
        cmocka_unit_test(made_up_trees_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
