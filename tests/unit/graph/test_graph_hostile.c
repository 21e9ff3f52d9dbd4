/* Hostile trees and manifests: bounded, told of, and never out of the tree. */
#include "graph_scene.h"

static uint32_t file_of(const gaz_graph *g, const char *path)
{
    return gaz_graph_find(g, path, strlen(path));
}

static void long_chains_and_rings_of_imports_are_followed(void **state)
{
    (void)state;
    enum { FILES = 500 };
    scene s;
    gaz_error err = {0};
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 28);
    scene_init(&s);
    char path[64], body[64];
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "f%05d.h", i);
        snprintf(body, sizeof body, "@import Q f%05d.h\n", (i + 1) % FILES);
        scene_put(&s, path, body);
    }
    gaz_graph *g = scene_graph(&s, NULL);
    gaz_graph_cycle *cycles = NULL;
    uint32_t count = 0, total = 0, *way = NULL;
    assert_ok(gaz_graph_cycles_find(g, "", 0, &arena, &cycles, &count, &total, &err));
    assert_int_equal(1, total);
    assert_int_equal(FILES, cycles[0].shortest_count);
    assert_ok(gaz_graph_path_find(g, 1, 0, &arena, &way, &count, &err));
    assert_int_equal(FILES, count);
    gaz_graph_unref(g);
    scene_release(&s);
    gaz_arena_release(&arena);
}

static void imports_beyond_the_limit_of_one_file_are_left_out_and_counted(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    gaz_strbuf body = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < GAZ_GRAPH_IMPORTS_MAX + 10; i++)
        gaz_strbuf_puts(&body, "@import Q a.h\n");
    scene_put(&s, "a.h", "");
    scene_put(&s, "b.c", body.data);
    scene_put(&s, "c.c", "@import Q a.h\n");
    gaz_strbuf_release(&body);
    gaz_graph *g = scene_graph(&s, NULL);
    gaz_graph_stats stats = gaz_graph_statistics(g);
    assert_int_equal(GAZ_GRAPH_IMPORTS_MAX + 1, stats.imports);
    assert_int_equal(1, stats.cut_files);
    assert_int_equal(2, stats.edges);
    gaz_graph_unref(g);
    scene_release(&s);
}

static void manifests_that_cannot_be_used_are_told_of(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    char *large = malloc((size_t)10 << 20);
    memset(large, ' ', (size_t)10 << 20);
    large[((size_t)10 << 20) - 1] = '\0';
    scene_put(&s, "a/tsconfig.json", large);
    free(large);
    scene_put(&s, "b/package.json", "{\"name\": ");
    scene_put(&s, "c/tsconfig.json", "@unreadable");
    scene_put(&s, "d/go.mod", "go 1.20\n");
    scene_put(&s, "e/compile_commands.json", "[]");
    gaz_graph *g = scene_graph(&s, NULL);
    gaz_strbuf all = GAZ_STRBUF_INIT;
    const char *problem;
    for (size_t i = 0; (problem = gaz_graph_problem(g, i)); i++)
        gaz_strbuf_printf(&all, "%s\n", problem);
    assert_non_null(strstr(all.data, "a/tsconfig.json: too large to be read\n"));
    assert_non_null(strstr(all.data, "b/package.json: "));
    assert_non_null(strstr(all.data, "c/tsconfig.json: cannot be read\n"));
    assert_non_null(strstr(all.data, "d/go.mod: names no module\n"));
    assert_non_null(strstr(all.data, "e/compile_commands.json: names no file of this tree\n"));
    gaz_strbuf_release(&all);
    gaz_graph_unref(g);
    scene_release(&s);
}

static void configs_that_extend_each_other_end(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    scene_put(&s, "tsconfig.json",
              "{\"extends\": \"./other.json\", \"references\": [{\"path\": \".\"}]}");
    scene_put(&s, "other.json",
              "{\"extends\": [\"./tsconfig.json\", \"./other.json\"],"
              "\"compilerOptions\": {\"baseUrl\": \"src\"}}");
    scene_put(&s, "a.ts", "@import M b\n");
    scene_put(&s, "src/b.ts", "");
    gaz_graph *g = scene_graph(&s, NULL);
    char *edges = scene_edges(g);
    assert_string_equal("a.ts b > src/b.ts (alias)\n", edges);
    free(edges);
    scene_put(&s, "other.json", "{}"); /* no tsconfig by its name: it is read again all the same */
    gaz_graph *next = scene_graph(&s, g);
    edges = scene_edges(next);
    assert_string_equal("a.ts b ! (external package)\n", edges);
    free(edges);
    gaz_graph_unref(next);
    gaz_graph_unref(g);
    scene_release(&s);
}

static void strange_paths_are_not_found(void **state)
{
    (void)state;
    static const char *const imports[] = {
        "@import Q C:\\windows\\a.h\n",
        "@import Q C:/a.h\n",
        "@import Q \\\\host\\a.h\n",
        "@import Q //a.h\n",
        "@import Q ..\n",
        "@import Q .\n",
        "@import Q ../../../../../../a\n",
        "@import Q \xff\xfe/\xc0.h\n",
        "@import Q a/../../..//b\n",
    };
    scene s;
    scene_init(&s);
    gaz_strbuf body = GAZ_STRBUF_INIT, deep = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < sizeof imports / sizeof *imports; i++)
        gaz_strbuf_puts(&body, imports[i]);
    scene_put(&s, "x/\xff\xfe.c", body.data);
    for (int i = 0; i < 900; i++)
        gaz_strbuf_puts(&deep, "d/");
    size_t dirs = deep.len;
    gaz_strbuf_puts(&deep, "a.py");
    scene_put(&s, deep.data, "@import F .b:c\n@import F ...................b:c\n@import M a.b.c\n");
    gaz_strbuf_truncate(&deep, dirs);
    gaz_strbuf_puts(&deep, "b.py");
    scene_put(&s, deep.data, "");
    for (int i = 0; i < 2500; i++)
        gaz_strbuf_puts(&deep, "xyz/");
    gaz_strbuf_puts(&deep, "c.py");
    scene_put(&s, deep.data, "@import F .c:c\n");
    gaz_strbuf many = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&many, "@import M ");
    for (int i = 0; i < 200; i++)
        gaz_strbuf_puts(&many, "a.");
    gaz_strbuf_puts(&many, "b\n");
    scene_put(&s, "m.py", many.data);
    gaz_graph *g = scene_graph(&s, NULL);
    gaz_graph_stats stats = gaz_graph_statistics(g);
    assert_int_equal(14, stats.imports);
    assert_int_equal(1, stats.resolved); /* .b of the deep directory */
    gaz_graph_unref(g);
    gaz_strbuf_release(&body);
    gaz_strbuf_release(&deep);
    gaz_strbuf_release(&many);
    scene_release(&s);
}

static void sources_out_of_order_are_refused(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_symbol_view *view = NULL;
    gaz_graph *g = NULL;
    gaz_symbol_file none[2] = {0};
    assert_ok(gaz_symbol_view_new(NULL, 0, none, 2, NULL, &view, &err));
    gaz_graph_file files[2] = {{.path = "b", .path_len = 1}, {.path = "a", .path_len = 1}};
    gaz_graph_source source = {.files = files, .file_count = 2, .symbols = view};
    assert_status(GAZ_E_INVALID, gaz_graph_new(&source, NULL, &g, &err));
    gaz_error_clear(&err);
    files[0].path = "a"; /* twice */
    assert_status(GAZ_E_INVALID, gaz_graph_new(&source, NULL, &g, &err));
    gaz_error_clear(&err);
    files[1].path_len = 0;
    assert_status(GAZ_E_INVALID, gaz_graph_new(&source, NULL, &g, &err));
    gaz_error_clear(&err);
    source.file_count = 0;
    assert_ok(gaz_graph_new(&source, NULL, &g, &err)); /* an empty tree is a tree */
    assert_int_equal(0, gaz_graph_file_count(g));
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 20);
    gaz_graph_cycle *cycles;
    gaz_graph_layer *layers;
    uint32_t count, total;
    assert_ok(gaz_graph_cycles_find(g, "", 0, &arena, &cycles, &count, &total, &err));
    assert_ok(gaz_graph_layers_find(g, "", 1, &arena, &layers, &count, &err));
    assert_int_equal(0, total + count);
    assert_non_null(gaz_graph_rank(g));
    gaz_arena_release(&arena);
    gaz_graph_unref(g);
    gaz_symbol_view_unref(view);
}

static void attributes_override_what_paths_say(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    scene_put(&s, ".gitattributes",
              "# comment\n*.pb.c linguist-generated\nvendor/** linguist-vendored\n"
              "/docs/*.c linguist-documentation=true\n\"[a-c]?.h\" linguist-generated=true\n"
              "keep.pb.c -linguist-generated\n**/deep/*.c linguist-vendored\n");
    scene_put(&s, "sub/.gitattributes", "*.pb.c linguist-generated=false\n");
    static const struct {
        const char *path;
        uint8_t flags;
    } rows[] = {{"a.pb.c", GAZ_GRAPH_GENERATED},
                {"keep.pb.c", 0},
                {"sub/x.pb.c", 0},
                {"vendor/y/z.c", GAZ_GRAPH_VENDORED},
                {"docs/d.c", GAZ_GRAPH_DOCS},
                {"docs/e/d.c", 0},
                {"q/bz.h", GAZ_GRAPH_GENERATED},
                {"q/dz.h", 0},
                {"o/deep/p.c", GAZ_GRAPH_VENDORED},
                {"o/p.c", 0}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        scene_put(&s, rows[i].path, "");
    gaz_graph *g = scene_graph(&s, NULL);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (gaz_graph_flags(g, file_of(g, rows[i].path)) != rows[i].flags)
            fail_msg("%s", rows[i].path);
    gaz_graph_unref(g);
    scene_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(long_chains_and_rings_of_imports_are_followed),
        cmocka_unit_test(imports_beyond_the_limit_of_one_file_are_left_out_and_counted),
        cmocka_unit_test(manifests_that_cannot_be_used_are_told_of),
        cmocka_unit_test(configs_that_extend_each_other_end),
        cmocka_unit_test(strange_paths_are_not_found),
        cmocka_unit_test(sources_out_of_order_are_refused),
        cmocka_unit_test(attributes_override_what_paths_say),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
