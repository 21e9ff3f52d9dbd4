/* The rules of each language: small trees in trees/, each with the edges it must have. Every tree
 * is then taken apart and put together again, and must be the same as made anew at each step. */
#include "graph_scene.h"

#include <dirent.h>

static char *tree_path(const char *name)
{
    static char path[600];
    snprintf(path, sizeof path, "%s/tests/unit/graph/trees/%s", getenv("GAZ_SOURCE_DIR"), name);
    return path;
}

static void load(scene *s, const char *name)
{
    gaz_error err = {0};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    assert_ok(gaz_file_read(tree_path(name), (size_t)1 << 20, &text, &err));
    scene_init(s);
    scene_load(s, text.data);
    gaz_strbuf_release(&text);
}

static int tree_names(char names[64][64])
{
    int count = 0;
    DIR *dir = opendir(tree_path(""));
    assert_non_null(dir);
    for (struct dirent *e; (e = readdir(dir));)
        if (strstr(e->d_name, ".tree") && count < 64)
            snprintf(names[count++], 64, "%.63s", e->d_name);
    closedir(dir);
    qsort(names, (size_t)count, 64, (int (*)(const void *, const void *))strcmp);
    return count;
}

static void every_tree_has_the_edges_it_says(void **state)
{
    (void)state;
    char names[64][64];
    int count = tree_names(names), bad = 0;
    assert_true(count >= 10);
    for (int i = 0; i < count; i++) {
        scene s;
        load(&s, names[i]);
        gaz_graph *g = scene_graph(&s, NULL);
        char *edges = scene_edges(g);
        if (strcmp(edges, s.expected) != 0) {
            bad++;
            fprintf(stderr, "%s gives\n%s", names[i], edges); /* print_message() would cut it */
        }
        free(edges);
        gaz_graph_unref(g);
        scene_release(&s);
    }
    assert_int_equal(0, bad);
}

static void compare(scene *s, gaz_graph **g, const char *name, const char *what, const char *path)
{
    gaz_graph *next = scene_graph(s, *g), *anew = scene_graph(s, NULL);
    char *a = scene_dump(next), *b = scene_dump(anew);
    if (strcmp(a, b) != 0)
        fail_msg("%s: %s %s: from before\n%s\nanew\n%s", name, what, path, a, b);
    free(a);
    free(b);
    gaz_graph_unref(anew);
    gaz_graph_unref(*g);
    *g = next;
}

static void every_tree_can_be_taken_apart_and_put_together(void **state)
{
    (void)state;
    char names[64][64];
    int count = tree_names(names);
    for (int i = 0; i < count; i++) {
        scene s;
        load(&s, names[i]);
        gaz_graph *g = scene_graph(&s, NULL);
        size_t files = s.files.len;
        for (size_t f = 0; f < files; f++) {
            scene_file file = {strdup(s.files.items[f].path), strdup(s.files.items[f].body)};
            scene_remove(&s, file.path);
            compare(&s, &g, names[i], "without", file.path);
            scene_put(&s, file.path, file.body);
            compare(&s, &g, names[i], "with", file.path);
            scene_put(&s, file.path, "");
            compare(&s, &g, names[i], "emptied", file.path);
            scene_put(&s, file.path, file.body);
            compare(&s, &g, names[i], "filled", file.path);
            free(file.path);
            free(file.body);
        }
        gaz_graph_unref(g);
        scene_release(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tree_has_the_edges_it_says),
        cmocka_unit_test(every_tree_can_be_taken_apart_and_put_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
