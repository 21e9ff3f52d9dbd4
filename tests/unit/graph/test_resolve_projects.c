/* Each file tests/unit/graph/projects/<name>.txt is a small project and what its references mean:
 *
 *   == path            a file of the project follows
 *   == expected        what is printed for it follows
 *
 * One line per reference that is not local: where it is, what it does, what it names, and by which
 * rule; "?" and a number for ambiguous ones, "-" for unknown ones. GAZ_PROJECT=name runs one;
 * GAZ_PROJECTS_WRITE=1 writes what was found: read what changed before keeping it. */
#include "gaz_test.h"

#include "gaz/base/fs.h"
#include "gaz/symbols/symbols.h"
#include "symbol_world.h"

typedef struct project {
    char name[100], path[300];
} project;

static GAZ_VEC(project) projects;

/* ---- printing ---- */

static void add_target(gaz_strbuf *out, symbol_world *w, gaz_resolve_target t, gaz_arena *arena)
{
    gaz_symbol_definition d;
    gaz_error err = {0};
    if (t.index == GAZ_SYMBOL_NONE) {
        gaz_strbuf_printf(out, "%s", w->files.items[t.file].path);
        return;
    }
    assert_ok(gaz_symbol_view_definition(w->view, t.file, t.index, arena, &d, &err));
    gaz_strbuf_printf(out, "%s:%u %s", w->files.items[t.file].path, d.name_line,
                      gaz_symbol_kind_name(d.kind));
}

static void add_resolution(gaz_strbuf *out, symbol_world *w, const gaz_resolution *res,
                           gaz_arena *arena)
{
    if (res->method == GAZ_RESOLVE_AMBIGUOUS) {
        gaz_strbuf_printf(out, "? %llu", (unsigned long long)res->total);
        return;
    }
    if (!gaz_resolve_is_edge(res->method)) {
        gaz_strbuf_putc(out, '-');
        return;
    }
    for (uint32_t i = 0; i < res->count; i++) {
        gaz_strbuf_puts(out, i ? ", " : "");
        add_target(out, w, res->targets[i], arena);
    }
    if (res->via.file != GAZ_SYMBOL_NONE) {
        gaz_strbuf_puts(out, " via ");
        add_target(out, w, res->via, arena);
    }
    gaz_strbuf_printf(out, " (%s)", gaz_resolve_method_name(res->method));
}

static void add_file(gaz_strbuf *out, symbol_world *w, gaz_resolver *r, uint32_t file)
{
    gaz_symbol_facts facts;
    gaz_error err = {0};
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)64 << 20);
    gaz_status st =
        gaz_symbol_view_facts(w->view, file, GAZ_SYMBOL_REFERENCES, &arena, &facts, &err);
    for (uint32_t i = 0; st == GAZ_OK && i < facts.reference_count; i++) {
        const gaz_symbol_reference *ref = &facts.references[i];
        gaz_resolution res;
        assert_ok(gaz_resolve(r, file, ref, &res, &err));
        if (res.method == GAZ_RESOLVE_LOCAL)
            continue;
        gaz_strbuf_printf(out, "%s:%u %s ", w->files.items[file].path, ref->line,
                          gaz_reference_role_name(ref->role));
        if (ref->qualifier.len && ref->qualifier.start != GAZ_SYMBOL_NOWHERE)
            gaz_strbuf_printf(out, "%.*s.", (int)ref->qualifier.len,
                              w->files.items[file].text + ref->qualifier.start);
        gaz_strbuf_printf(out, "%.*s -> ", (int)ref->name.len, ref->name.data);
        add_resolution(out, w, &res, &arena);
        gaz_strbuf_putc(out, '\n');
    }
    gaz_arena_release(&arena);
}

static void describe(symbol_world *w, gaz_strbuf *out)
{
    gaz_error err = {0};
    gaz_resolver *r = NULL;
    gaz_resolve_source source = symbol_world_source(w);
    assert_ok(gaz_resolver_new(&source, &r, &err));
    for (uint32_t i = 0; i < w->files.len; i++)
        add_file(out, w, r, i);
    gaz_resolver_free(r);
}

/* ---- reading a project ---- */

static void parse(symbol_world *w, const gaz_strbuf *text, const char **expected, size_t *head)
{
    const char *at = text->data, *end = at + text->len;
    gaz_error err = {0};
    *expected = "";
    *head = text->len;
    while (at && at < end) {
        const char *line = strchr(at, '\n');
        assert_true(line && strncmp(at, "== ", 3) == 0);
        char path[200];
        snprintf(path, sizeof path, "%.*s", (int)(line - at - 3), at + 3);
        const char *body = line + 1, *next = strstr(line, "\n== ");
        if (strcmp(path, "expected") == 0) {
            *expected = body;
            *head = (size_t)(at - text->data);
            return;
        }
        size_t len = next ? (size_t)(next + 1 - body) : (size_t)(end - body);
        assert_ok(symbol_world_add(w, path, body, len, &err));
        at = next ? next + 1 : NULL;
    }
}

static void references_of_a_project_mean_what_is_expected(void **state)
{
    const project *p = *state;
    gaz_error err = {0};
    symbol_world w = {0};
    gaz_strbuf text = GAZ_STRBUF_INIT, found = GAZ_STRBUF_INIT;
    const char *expected;
    size_t head;
    char *dir = make_temp_dir();
    assert_ok(gaz_file_read(p->path, 1 << 20, &text, &err));
    parse(&w, &text, &expected, &head);
    assert_ok(symbol_world_build(&w, dir, &err));
    describe(&w, &found);
    assert_ok(gaz_strbuf_check(&found, &err));
    if (getenv("GAZ_PROJECTS_WRITE")) {
        gaz_strbuf out = GAZ_STRBUF_INIT;
        gaz_strbuf_add(&out, text.data, head);
        gaz_strbuf_printf(&out, "== expected\n%s", found.data);
        assert_ok(gaz_file_write(p->path, out.data, out.len, 0644, &err));
        gaz_strbuf_release(&out);
    } else if (strcmp(found.data, expected) != 0) {
        print_message("%s: found\n%s\n", p->name, found.data);
        fail_msg("%s: references do not mean what is expected", p->name);
    }
    symbol_world_release(&w);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&found);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static gaz_status see_project(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const char *only = getenv("GAZ_PROJECT"), *dot = strrchr(name, '.');
    (void)ctx;
    (void)err;
    if (is_dir || !dot || strcmp(dot, ".txt") != 0)
        return GAZ_OK;
    project p;
    snprintf(p.name, sizeof p.name, "%.*s", (int)(dot - name), name);
    snprintf(p.path, sizeof p.path, "tests/unit/graph/projects/%s", name);
    if (!only || strcmp(only, p.name) == 0)
        assert_true(gaz_vec_push(&projects, p));
    return GAZ_OK;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const project *)a)->name, ((const project *)b)->name);
}

int main(void)
{
    gaz_error err = {0};
    if (gaz_dir_each("tests/unit/graph/projects", see_project, NULL, &err) != GAZ_OK ||
        !projects.len) {
        print_error("no projects: %s\n", err.message);
        return 1;
    }
    qsort(projects.items, projects.len, sizeof *projects.items, by_name);
    struct CMUnitTest *tests = calloc(projects.len, sizeof *tests);
    for (size_t i = 0; tests && i < projects.len; i++)
        tests[i] = (struct CMUnitTest){.name = projects.items[i].name,
                                       .test_func = references_of_a_project_mean_what_is_expected,
                                       .initial_state = &projects.items[i]};
    int failed =
        tests ? _cmocka_run_group_tests("resolve_projects", tests, projects.len, NULL, NULL) : 1;
    free(tests);
    gaz_vec_free(&projects);
    return failed;
}
