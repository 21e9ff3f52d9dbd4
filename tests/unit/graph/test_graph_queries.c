/* What is asked of a graph: reaching, ways, cycles, layers, entry points, rank, tests, impact. */
#include "graph_scene.h"

static const char tree[] = "=== app/main.c\n@import Q util.h\n@import Q ../lib/core.h\n"
                           "@define function main\n"
                           "=== app/util.c\n@import Q util.h\n"
                           "=== app/util.h\n@import Q ../lib/core.h\n"
                           "=== app/util_test.c\n@import Q util.h\n@define function main\n"
                           "=== lib/core.c\n@import Q core.h\n@define function first\n"
                           "@define function second\n"
                           "=== lib/core.h\n@import Q base.h\n"
                           "=== lib/base.h\n"
                           "=== loop/a.h\n@import Q b.h\n@import Q d.h\n"
                           "=== loop/b.h\n@import Q c.h\n"
                           "=== loop/c.h\n@import Q a.h\n"
                           "=== loop/d.h\n@import Q a.h\n"
                           "=== tests/lib/test_core.c\n@import Q none.h\n";

typedef struct fixture {
    scene s;
    gaz_graph *g;
    gaz_arena arena;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    scene_init(&f->s);
    scene_load(&f->s, tree);
    f->g = scene_graph(&f->s, NULL);
    gaz_arena_init(&f->arena, (size_t)1 << 26);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    gaz_arena_release(&f->arena);
    gaz_graph_unref(f->g);
    scene_release(&f->s);
    free(f);
    return 0;
}

static uint32_t file_of(const gaz_graph *g, const char *path)
{
    uint32_t file = gaz_graph_find(g, path, strlen(path));
    assert_int_not_equal(GAZ_GRAPH_NO_FILE, file);
    return file;
}

/* Paths with distances, as text. */
static char *reach_text(fixture *f, const char *path, gaz_graph_reach_query q, bool *complete)
{
    static char text[2000];
    gaz_error err = {0};
    gaz_graph_reach r;
    uint32_t first, count, files[64];
    assert_true(gaz_graph_below(f->g, path, strlen(path), &first, &count));
    for (uint32_t i = 0; i < count; i++)
        files[i] = first + i;
    q.files = files;
    q.file_count = count;
    q.edges = true;
    assert_ok(gaz_graph_reach_find(f->g, &q, &f->arena, &r, &err));
    text[0] = '\0';
    for (uint32_t i = 0; i < r.step_count; i++)
        sprintf(text + strlen(text), "%u %s\n", r.steps[i].distance,
                gaz_graph_path(f->g, r.steps[i].file, NULL));
    for (uint32_t i = 0; i < r.edge_count; i++)
        sprintf(text + strlen(text), "%s > %s\n", gaz_graph_path(f->g, r.edges[i].from, NULL),
                gaz_graph_path(f->g, r.edges[i].to, NULL));
    *complete = r.complete;
    return text;
}

static void dependencies_are_followed_to_a_depth(void **state)
{
    bool complete;
    gaz_graph_reach_query q = {.direction = GAZ_GRAPH_DEPENDENCIES, .depth = 1};
    assert_string_equal("0 app/main.c\n1 app/util.h\n1 lib/core.h\n"
                        "app/main.c > app/util.h\napp/main.c > lib/core.h\n",
                        reach_text(*state, "app/main.c", q, &complete));
    assert_true(complete);
    q.depth = 0;
    assert_string_equal("0 app/main.c\n1 app/util.h\n1 lib/core.h\n2 lib/base.h\n"
                        "app/main.c > app/util.h\napp/main.c > lib/core.h\n"
                        "app/util.h > lib/core.h\nlib/core.h > lib/base.h\n",
                        reach_text(*state, "app/main.c", q, &complete));
}

static void dependents_of_a_directory_are_found(void **state)
{
    bool complete;
    gaz_graph_reach_query q = {.direction = GAZ_GRAPH_DEPENDENTS, .depth = 1};
    assert_string_equal("0 lib/base.h\n0 lib/core.c\n0 lib/core.h\n1 app/main.c\n1 app/util.h\n"
                        "app/main.c > lib/core.h\napp/util.h > lib/core.h\n"
                        "lib/core.c > lib/core.h\nlib/core.h > lib/base.h\n",
                        reach_text(*state, "lib", q, &complete));
}

static void a_limit_cuts_and_says_so(void **state)
{
    bool complete;
    gaz_graph_reach_query q = {.direction = GAZ_GRAPH_DEPENDENCIES, .limit = 2};
    assert_string_equal("0 app/main.c\n1 app/util.h\napp/main.c > app/util.h\n",
                        reach_text(*state, "app/main.c", q, &complete));
    assert_false(complete);
}

static void the_shortest_way_is_shown(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    uint32_t *way = NULL, count = 0;
    assert_ok(gaz_graph_path_find(f->g, file_of(f->g, "app/main.c"), file_of(f->g, "lib/base.h"),
                                  &f->arena, &way, &count, &err));
    assert_int_equal(3, count);
    assert_string_equal("lib/core.h", gaz_graph_path(f->g, way[1], NULL));
    assert_ok(gaz_graph_path_find(f->g, file_of(f->g, "lib/base.h"), file_of(f->g, "app/main.c"),
                                  &f->arena, &way, &count, &err));
    assert_int_equal(0, count);
    assert_status(GAZ_E_INVALID, gaz_graph_path_find(f->g, 99, 0, &f->arena, &way, &count, &err));
}

static void cycles_show_the_smallest_in_them(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_graph_cycle *cycles = NULL;
    uint32_t count = 0, total = 0;
    assert_ok(gaz_graph_cycles_find(f->g, "", 0, &f->arena, &cycles, &count, &total, &err));
    assert_int_equal(1, count);
    assert_int_equal(1, total);
    assert_int_equal(4, cycles[0].file_count);
    assert_int_equal(2, cycles[0].shortest_count);
    assert_string_equal("loop/a.h", gaz_graph_path(f->g, cycles[0].shortest[0], NULL));
    assert_string_equal("loop/d.h", gaz_graph_path(f->g, cycles[0].shortest[1], NULL));
    assert_ok(gaz_graph_cycles_find(f->g, "app", 0, &f->arena, &cycles, &count, &total, &err));
    assert_int_equal(0, total);
    assert_status(GAZ_E_NOT_FOUND, gaz_graph_cycles_find(f->g, "nowhere", 0, &f->arena, &cycles,
                                                         &count, &total, &err));
}

static void layers_stand_above_what_they_need(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_graph_layer *layers = NULL;
    uint32_t count = 0;
    assert_ok(gaz_graph_layers_find(f->g, "", 1, &f->arena, &layers, &count, &err));
    assert_int_equal(4, count);
    assert_string_equal("lib", layers[0].directory);
    assert_string_equal("loop", layers[1].directory);
    assert_string_equal("tests", layers[2].directory);
    assert_string_equal("app", layers[3].directory);
    assert_int_equal(0, layers[0].layer);
    assert_int_equal(1, layers[3].layer);
    assert_int_equal(1, layers[3].need_count);
    assert_int_equal(0, layers[3].needs[0]);
    assert_int_equal(2, layers[3].weights[0]);
}

static void entry_points_are_mains_and_roots(void **state)
{
    fixture *f = *state;
    assert_int_equal(GAZ_GRAPH_ENTRY_MAIN | GAZ_GRAPH_ENTRY_ROOT,
                     gaz_graph_entry(f->g, file_of(f->g, "app/main.c")));
    assert_int_equal(GAZ_GRAPH_ENTRY_ROOT, gaz_graph_entry(f->g, file_of(f->g, "app/util.c")));
    assert_int_equal(0, gaz_graph_entry(f->g, file_of(f->g, "app/util.h")));
}

static void what_many_import_ranks_high(void **state)
{
    fixture *f = *state;
    const float *rank = gaz_graph_rank(f->g);
    assert_non_null(rank);
    float sum = 0;
    for (uint32_t i = 0; i < gaz_graph_file_count(f->g); i++)
        sum += rank[i];
    assert_float_equal((float)gaz_graph_file_count(f->g), sum, 0.01);
    assert_true(rank[file_of(f->g, "lib/core.h")] > rank[file_of(f->g, "app/util.h")]);
    assert_true(rank[file_of(f->g, "app/util.h")] > rank[file_of(f->g, "app/main.c")]);
    assert_ptr_equal(rank, gaz_graph_rank(f->g));
}

static void tests_are_linked_by_name_place_and_import(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_graph_link *links = NULL;
    uint32_t count = 0;
    assert_ok(
        gaz_graph_tests_find(f->g, file_of(f->g, "app/util.h"), &f->arena, &links, &count, &err));
    assert_int_equal(1, count);
    assert_string_equal("app/util_test.c", gaz_graph_path(f->g, links[0].file, NULL));
    assert_int_equal(GAZ_GRAPH_LINK_NAME | GAZ_GRAPH_LINK_IMPORT, links[0].reasons);
    assert_int_equal(97, links[0].weight);
    assert_ok(
        gaz_graph_tests_find(f->g, file_of(f->g, "lib/core.c"), &f->arena, &links, &count, &err));
    assert_int_equal(1, count);
    assert_string_equal("tests/lib/test_core.c", gaz_graph_path(f->g, links[0].file, NULL));
    assert_int_equal(GAZ_GRAPH_LINK_MIRROR, links[0].reasons);
    assert_ok(gaz_graph_tests_find(f->g, file_of(f->g, "app/util_test.c"), &f->arena, &links,
                                   &count, &err));
    assert_int_equal(2, count); /* util.h, imported too, before util.c */
    assert_string_equal("app/util.h", gaz_graph_path(f->g, links[0].file, NULL));
    assert_string_equal("app/util.c", gaz_graph_path(f->g, links[1].file, NULL));
    assert_ok(
        gaz_graph_tests_find(f->g, file_of(f->g, "loop/a.h"), &f->arena, &links, &count, &err));
    assert_int_equal(0, count);
}

static void impact_gives_dependents_tests_and_definitions(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    scene_state st;
    scene_open(&f->s, &st);
    gaz_graph_change changes[2] = {{file_of(f->g, "lib/core.h"), 0, 0},
                                   {file_of(f->g, "lib/core.c"), 3, 3}};
    gaz_graph_impact impact;
    assert_ok(gaz_graph_impact_find(f->g, st.view, changes, 2, 0, 0, &f->arena, &impact, &err));
    char text[2000] = "";
    for (uint32_t i = 0; i < impact.file_count; i++)
        sprintf(text + strlen(text), "%u %s%s\n", impact.files[i].distance,
                gaz_graph_path(f->g, impact.files[i].file, NULL),
                impact.files[i].test ? " test" : "");
    assert_string_equal("0 lib/core.c\n0 lib/core.h\n1 tests/lib/test_core.c test\n"
                        "1 app/main.c\n1 app/util.h\n2 app/util.c\n2 app/util_test.c test\n",
                        text);
    assert_int_equal(0, impact.files[4].import); /* util.h's first import leads to core.h */
    assert_true(impact.complete);
    assert_int_equal(1, impact.definition_count);
    assert_int_equal(1, impact.definitions[0].definition);
    assert_ok(gaz_graph_impact_find(f->g, NULL, changes, 2, 1, 0, &f->arena, &impact, &err));
    assert_int_equal(5, impact.file_count);
    assert_false(impact.complete);
    scene_close(&st);
}

static void packages_reach_all_their_files(void **state)
{
    (void)state;
    scene s;
    gaz_error err = {0};
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 26);
    scene_init(&s);
    scene_load(&s, "=== go.mod\nmodule m\n=== main.go\n@import P m/p\n=== p/a.go\n@import P m/q\n"
                   "=== p/b.go\n=== q/c.go\n");
    gaz_graph *g = scene_graph(&s, NULL);
    uint32_t from = file_of(g, "main.go"), *way = NULL, *files = NULL, count = 0;
    gaz_graph_reach reach;
    gaz_graph_reach_query q = {.files = &from, .file_count = 1, .edges = true};
    assert_ok(gaz_graph_reach_find(g, &q, &arena, &reach, &err));
    assert_int_equal(4, reach.step_count);
    assert_int_equal(3, reach.edge_count);
    assert_ok(gaz_graph_path_find(g, from, file_of(g, "q/c.go"), &arena, &way, &count, &err));
    assert_int_equal(3, count);
    assert_ok(gaz_graph_package(g, file_of(g, "p/b.go"), &arena, &files, &count, &err));
    assert_int_equal(2, count);
    const float *rank = gaz_graph_rank(g);
    assert_float_equal(rank[file_of(g, "p/a.go")], rank[file_of(g, "p/b.go")], 1e-6);
    gaz_graph_unref(g);
    scene_release(&s);
    gaz_arena_release(&arena);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        T(dependencies_are_followed_to_a_depth),
        T(dependents_of_a_directory_are_found),
        T(a_limit_cuts_and_says_so),
        T(the_shortest_way_is_shown),
        T(cycles_show_the_smallest_in_them),
        T(layers_stand_above_what_they_need),
        T(entry_points_are_mains_and_roots),
        T(what_many_import_ranks_high),
        T(tests_are_linked_by_name_place_and_import),
        T(impact_gives_dependents_tests_and_definitions),
        cmocka_unit_test(packages_reach_all_their_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
