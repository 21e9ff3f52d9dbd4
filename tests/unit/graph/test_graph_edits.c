/* Random edits replayed: after each the graph made from the one before equals the one made anew. */
#include "graph_scene.h"

static uint64_t seed;

static uint32_t pick(uint32_t below)
{
    seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)(seed >> 33) % below;
}

static const char *const dirs[] = {"",       "a/",         "a/b/",   "lib/",
                                   "src/a/", "include/x/", "tests/", "b/"};
static const char *const stems[] = {"one", "two", "__init__", "index", "mod", "three", "lib"};
static const char *const ends[] = {".c", ".h", ".py", ".ts", ".js", ".go", ".rs", ".java", ".cs"};

static char *random_path(void)
{
    static char path[200];
    static const char *const manifests[] = {
        "go.mod",         "package.json",          "tsconfig.json", "Cargo.toml",
        "pyproject.toml", "compile_commands.json", ".gitattributes"};
    if (pick(12) == 0)
        snprintf(path, sizeof path, "%s%s", dirs[pick(4)], manifests[pick(7)]);
    else
        snprintf(path, sizeof path, "%s%s%s", dirs[pick(8)], stems[pick(7)], ends[pick(9)]);
    return path;
}

static void random_import(gaz_strbuf *out, const char *end)
{
    const char *a = stems[pick(7)], *b = stems[pick(7)], *dir = dirs[1 + pick(7)];
    if (end[1] == 'c' && end[2] == 's')
        gaz_strbuf_printf(out, "@import M N%u\n", pick(3));
    else if (end[1] == 'c' || end[1] == 'h')
        gaz_strbuf_printf(out, "@import %c %s%s.h\n", pick(2) ? 'Q' : 'A', pick(2) ? dir : "", a);
    else if (end[1] == 'p')
        gaz_strbuf_printf(out, "@import F %s%s%s%s:%s\n", pick(2) ? "." : "", pick(2) ? "a." : "",
                          pick(2) ? "b." : "", a, b);
    else if (end[1] == 't' || (end[1] == 'j' && end[2] == 's'))
        gaz_strbuf_printf(out, "@import M %s%s\n", pick(3) ? "./" : pick(2) ? "@/" : "../", a);
    else if (end[1] == 'g')
        gaz_strbuf_printf(out, "@import P m/%s\n", pick(2) ? "a" : "a/b");
    else if (end[1] == 'r')
        gaz_strbuf_printf(out, "@import %s%s\n", pick(2) ? "S " : "M crate::", a);
    else
        gaz_strbuf_printf(out, "@import %s %s\n", pick(2) ? "M p.C1" : "P p", pick(2) ? "*" : "");
}

static char *random_body(const char *path)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    const char *base = strrchr(path, '/'), *end = strrchr(path, '.');
    base = base ? base + 1 : path;
    if (strcmp(base, "go.mod") == 0)
        gaz_strbuf_printf(&out, "module %s\n", pick(3) ? "m" : "n");
    else if (strcmp(base, "package.json") == 0)
        gaz_strbuf_printf(&out, "{\"name\": \"%s\", \"version\": \"%u\"}\n", stems[pick(3)],
                          pick(9));
    else if (strcmp(base, "tsconfig.json") == 0)
        gaz_strbuf_printf(&out, "{\"compilerOptions\": {\"paths\": {\"@/*\": [\"%s*\"]}}}\n",
                          dirs[pick(8)]);
    else if (strcmp(base, "Cargo.toml") == 0)
        gaz_strbuf_printf(&out, "[package]\nname = \"%s\"\n", stems[pick(7)]);
    else if (strcmp(base, "pyproject.toml") == 0)
        gaz_strbuf_printf(&out, "[tool.setuptools.packages.find]\nwhere = [\"%s\"]\n",
                          dirs[pick(8)]);
    else if (strcmp(base, "compile_commands.json") == 0)
        gaz_strbuf_printf(
            &out, "[{\"directory\": \"/r\", \"file\": \"%s%s.c\", \"command\": \"-I%s\"}]\n",
            dirs[pick(8)], stems[pick(7)], dirs[1 + pick(7)]);
    else if (strcmp(base, ".gitattributes") == 0)
        gaz_strbuf_printf(&out, "*%s linguist-generated\n", ends[pick(9)]);
    else {
        if (strcmp(end, ".java") == 0)
            gaz_strbuf_printf(&out, "@define package p\n@define type C%u\n@use C%u\n", pick(3),
                              pick(3));
        if (strcmp(end, ".cs") == 0)
            gaz_strbuf_printf(&out, "@define namespace N%u\n@define in type C%u\n@use C%u\n",
                              pick(3), pick(3), pick(3));
        for (uint32_t i = pick(5); i > 0; i--)
            random_import(&out, end);
    }
    size_t len;
    return gaz_strbuf_detach(&out, &len);
}

static void change(scene *s)
{
    if (s->files.len > 4 && pick(3) == 0) {
        scene_remove(s, s->files.items[pick((uint32_t)s->files.len)].path);
    } else if (s->files.len && pick(2)) {
        const char *path = s->files.items[pick((uint32_t)s->files.len)].path;
        char *body = random_body(path);
        scene_put(s, path, body);
        free(body);
    } else {
        char *path = random_path(), *body = random_body(path);
        scene_put(s, path, body);
        free(body);
    }
}

static void run(uint64_t from, unsigned steps)
{
    scene s;
    seed = from;
    scene_init(&s);
    for (int i = 0; i < 40; i++)
        change(&s);
    gaz_graph *g = scene_graph(&s, NULL);
    for (unsigned step = 0; step < steps; step++) {
        for (uint32_t n = 1 + pick(3); n > 0; n--)
            change(&s);
        gaz_graph *next = scene_graph(&s, g), *anew = scene_graph(&s, NULL);
        char *a = scene_dump(next), *b = scene_dump(anew);
        if (strcmp(a, b) != 0)
            fail_msg("seed %lu, step %u: from before\n%s\nanew\n%s", (unsigned long)from, step, a,
                     b);
        free(a);
        free(b);
        gaz_graph_unref(anew);
        gaz_graph_unref(g);
        g = next;
    }
    gaz_graph_unref(g);
    scene_release(&s);
}

static void a_graph_made_from_the_one_before_equals_one_made_anew(void **state)
{
    (void)state;
    for (uint64_t i = 1; i <= 6; i++)
        run(i * 7919, 60);
}

static void an_edit_resolves_only_what_it_can_affect(void **state)
{
    (void)state;
    scene s;
    scene_init(&s);
    char path[64], body[256];
    for (int i = 0; i < 200; i++) {
        snprintf(path, sizeof path, "d%d/f%d.c", i % 10, i);
        snprintf(body, sizeof body, "@import Q f%d.h\n@import A sys%d.h\n@import A lone%d.h\n", i,
                 i % 7, i);
        scene_put(&s, path, body);
    }
    gaz_graph *g = scene_graph(&s, NULL);
    assert_int_equal(200, gaz_graph_statistics(g).resolved_files);
    scene_put(&s, "d3/f3.c", "@import Q other.h\n");
    gaz_graph *edited = scene_graph(&s, g);
    assert_int_equal(1, gaz_graph_statistics(edited).resolved_files);
    scene_put(&s, "d4/f14.h", "");
    gaz_graph *added = scene_graph(&s, edited);
    assert_int_equal(2, gaz_graph_statistics(added).resolved_files); /* itself and f14.c */
    scene_put(&s, "package.json", "{}");
    gaz_graph *manifest = scene_graph(&s, added);
    assert_int_equal(0, gaz_graph_statistics(manifest).resolved_files);
    gaz_graph_unref(g);
    gaz_graph_unref(edited);
    gaz_graph_unref(added);
    gaz_graph_unref(manifest);
    scene_release(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_graph_made_from_the_one_before_equals_one_made_anew),
        cmocka_unit_test(an_edit_resolves_only_what_it_can_affect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
