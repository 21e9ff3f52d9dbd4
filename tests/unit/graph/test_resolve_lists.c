/* The other direction: uses, callers, callees, heirs, what stands at a place, what nobody uses; in
 * pages, in order, within limits; and with a compiler's answers beside ours. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "scip_writer.h"
#include "symbol_world.h"

static const char list_h[] = "struct item { int size; };\n"
                             "int put(struct item *i);\n"
                             "static inline int twice(int n) { return n * 2; }\n";
static const char list_c[] = "#include \"list.h\"\n"
                             "static int unused_helper(void) { return 1; }\n"
                             "static int recursive(int n) { return recursive(n - 1); }\n"
                             "int put(struct item *i) { return twice(i->size); }\n"
                             "int exported(void) { return 0; }\n";
static const char user_c[] = "#include \"list.h\"\n"
                             "int a(struct item *i) { return put(i) + put(i); }\n"
                             "int b(struct item *i) { return twice(put(i)); }\n"
                             "int (*table)(struct item *) = put;\n";
static const char shapes_py[] = "class Shape:\n"
                                "    def area(self):\n"
                                "        raise NotImplementedError\n"
                                "class Square(Shape):\n"
                                "    def area(self):\n"
                                "        return 1\n"
                                "class Tiny(Square):\n"
                                "    pass\n"
                                "class Other:\n"
                                "    def area(self):\n"
                                "        return 2\n"
                                "def measure(thing):\n"
                                "    return thing.area()\n";
static const char user_py[] = "from shapes import Square as Box, measure as m\n"
                              "def run():\n"
                              "    m(Box())\n"
                              "    return Box().area()\n";
static const char store_go[] = "package p\n"
                               "type Writer interface {\n\tPut(k string)\n\tFlush()\n}\n"
                               "type File struct{}\n"
                               "func (f *File) Put(k string) {}\n"
                               "func (f *File) Flush()       {}\n"
                               "type Half struct{}\n"
                               "func (h Half) Put(k string) {}\n";

typedef struct scene {
    symbol_world w;
    char *dir;
    gaz_resolver *r;
    gaz_arena arena;
} scene;

static void open_scene(scene *s, const char *const (*files)[2], size_t count)
{
    gaz_error err = {0};
    *s = (scene){.dir = make_temp_dir()};
    gaz_arena_init(&s->arena, (size_t)64 << 20);
    for (size_t i = 0; i < count; i++)
        assert_ok(symbol_world_add(&s->w, files[i][0], files[i][1], strlen(files[i][1]), &err));
    assert_ok(symbol_world_build(&s->w, s->dir, &err));
    gaz_resolve_source source = symbol_world_source(&s->w);
    assert_ok(gaz_resolver_new(&source, &s->r, &err));
}

static void close_scene(scene *s)
{
    gaz_error err = {0};
    gaz_resolver_free(s->r);
    gaz_arena_release(&s->arena);
    symbol_world_release(&s->w);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static int setup(void **state)
{
    static const char *const files[][2] = {{"list.h", list_h},      {"list.c", list_c},
                                           {"user.c", user_c},      {"shapes.py", shapes_py},
                                           {"user.py", user_py},    {"p/store.go", store_go},
                                           {"go.mod", "module m\n"}};
    scene *s = calloc(1, sizeof *s);
    open_scene(s, files, sizeof files / sizeof *files);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    close_scene(*state);
    free(*state);
    return 0;
}

/* The definition of a name at a line of a file. */
static gaz_resolve_target target_of(scene *s, const char *path, uint32_t line, const char *name)
{
    gaz_error err = {0};
    gaz_symbol_facts facts;
    uint32_t file = symbol_world_find(&s->w, path);
    assert_ok(
        gaz_symbol_view_facts(s->w.view, file, GAZ_SYMBOL_DEFINITIONS, &s->arena, &facts, &err));
    for (uint32_t i = 0; i < facts.definition_count; i++)
        if (facts.definitions[i].name_line == line &&
            facts.definitions[i].name.len == strlen(name) &&
            memcmp(facts.definitions[i].name.data, name, strlen(name)) == 0)
            return (gaz_resolve_target){file, i};
    fail_msg("%s:%u does not define %s", path, line, name);
    return (gaz_resolve_target){0, 0};
}

static void is_at(scene *s, gaz_resolve_target t, const char *path, uint32_t line)
{
    gaz_error err = {0};
    gaz_symbol_definition d;
    assert_string_equal(path, s->w.files.items[t.file].path);
    assert_ok(gaz_symbol_view_definition(s->w.view, t.file, t.index, &s->arena, &d, &err));
    assert_int_equal(line, d.name_line);
}

static void uses_of_a_definition_come_by_file_and_place(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_uses uses;
    const gaz_uses_query query = {.limit = 100};
    gaz_resolve_target put = target_of(s, "list.c", 4, "put");
    assert_ok(gaz_resolve_uses(s->r, put, &query, &uses, &err));
    assert_int_equal(4, uses.count);
    assert_int_equal(4, uses.resolved);
    assert_true(uses.complete);
    for (uint32_t i = 0; i < uses.count; i++) {
        static const uint32_t lines[] = {2, 2, 3, 4};
        assert_string_equal("user.c", s->w.files.items[uses.items[i].file].path);
        assert_int_equal(lines[i], uses.items[i].line);
        assert_int_equal(GAZ_RESOLVE_IMPORT, uses.items[i].method);
    }
}

static void a_declaration_stands_for_what_it_declares(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_uses uses;
    const gaz_uses_query query = {.limit = 100, .roles = 1u << 1};
    assert_ok(gaz_resolve_uses(s->r, target_of(s, "list.h", 2, "put"), &query, &uses, &err));
    assert_int_equal(3, uses.count);
}

static void pages_of_uses_make_up_the_whole(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_uses all, page;
    gaz_uses_query query = {.limit = 100};
    gaz_resolve_target put = target_of(s, "list.c", 4, "put");
    assert_ok(gaz_resolve_uses(s->r, put, &query, &all, &err));
    query.limit = 1;
    for (uint32_t i = 0; i < all.count; i++) {
        assert_ok(gaz_resolve_uses(s->r, put, &query, &page, &err));
        assert_int_equal(1, page.count);
        assert_int_equal(all.items[i].start, page.items[0].start);
        assert_true(page.complete == (i + 1 == all.count));
        query.after = page.next;
    }
}

static void limits_out_of_bounds_are_refused(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_uses uses;
    gaz_callees callees;
    gaz_heirs heirs;
    gaz_uses_query query = {.limit = 0};
    gaz_resolve_target put = target_of(s, "list.c", 4, "put");
    assert_status(GAZ_E_INVALID, gaz_resolve_uses(s->r, put, &query, &uses, NULL));
    query.limit = GAZ_RESOLVE_LIMIT_MAX + 1;
    assert_status(GAZ_E_INVALID, gaz_resolve_uses(s->r, put, &query, &uses, NULL));
    assert_status(GAZ_E_INVALID, gaz_resolve_callees(s->r, put, false, 0, (gaz_resolve_cursor){0},
                                                     &callees, NULL));
    assert_status(GAZ_E_INVALID, gaz_resolve_heirs(s->r, put, 0, 10, &heirs, NULL));
    assert_status(GAZ_E_INVALID,
                  gaz_resolve_heirs(s->r, put, GAZ_RESOLVE_DEPTH_MAX + 1, 10, &heirs, NULL));
}

static void callers_are_counted_once_each(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_callers callers;
    gaz_uses_query query = {.limit = 100};
    gaz_resolve_target put = target_of(s, "list.c", 4, "put");
    assert_ok(gaz_resolve_callers(s->r, put, &query, &callers, &err));
    assert_int_equal(2, callers.count);
    is_at(s, callers.items[0].target, "user.c", 2);
    assert_int_equal(2, callers.items[0].calls);
    is_at(s, callers.items[1].target, "user.c", 3);
    query.limit = 1;
    assert_ok(gaz_resolve_callers(s->r, put, &query, &callers, &err));
    assert_false(callers.complete);
    query.after = callers.next;
    assert_ok(gaz_resolve_callers(s->r, put, &query, &callers, &err));
    assert_int_equal(1, callers.count);
    assert_true(callers.complete);
    is_at(s, callers.items[0].target, "user.c", 3);
}

static void callees_of_a_body_are_resolved(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_callees callees;
    assert_ok(gaz_resolve_callees(s->r, target_of(s, "user.c", 3, "b"), false, 100,
                                  (gaz_resolve_cursor){0}, &callees, &err));
    assert_int_equal(2, callees.count);
    is_at(s, callees.items[0].resolution.targets[0], "list.h", 3);
    is_at(s, callees.items[1].resolution.targets[0], "list.c", 4);
    assert_ok(gaz_resolve_callees(s->r, target_of(s, "shapes.py", 12, "measure"), false, 100,
                                  (gaz_resolve_cursor){0}, &callees, &err));
    assert_int_equal(0, callees.count);
    assert_int_equal(1, callees.ambiguous);
    assert_ok(gaz_resolve_callees(s->r, target_of(s, "shapes.py", 12, "measure"), true, 100,
                                  (gaz_resolve_cursor){0}, &callees, &err));
    assert_int_equal(1, callees.count);
    assert_int_equal(3, callees.items[0].resolution.total);
}

static void uses_under_another_name_are_found(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_uses uses;
    const gaz_uses_query query = {.limit = 100, .roles = 1u << 1};
    assert_ok(gaz_resolve_uses(s->r, target_of(s, "shapes.py", 4, "Square"), &query, &uses, &err));
    assert_int_equal(2, uses.count);
    assert_int_equal(3, uses.items[0].line);
    assert_int_equal(4, uses.items[1].line);
}

static void ambiguous_uses_are_counted_and_listed_apart(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_uses uses;
    gaz_uses_query query = {.limit = 100};
    gaz_resolve_target area = target_of(s, "shapes.py", 5, "area");
    assert_ok(gaz_resolve_uses(s->r, area, &query, &uses, &err));
    assert_int_equal(1, uses.count); /* Box().area() */
    assert_int_equal(1, uses.ambiguous);
    query.ambiguous = true;
    assert_ok(gaz_resolve_uses(s->r, area, &query, &uses, &err));
    assert_int_equal(1, uses.count);
    assert_int_equal(13, uses.items[0].line);
    assert_int_equal(3, uses.items[0].candidates);
}

static void heirs_are_found_to_a_depth(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_heirs heirs;
    gaz_resolve_target shape = target_of(s, "shapes.py", 1, "Shape");
    assert_ok(gaz_resolve_heirs(s->r, shape, 1, 10, &heirs, &err));
    assert_int_equal(1, heirs.count);
    is_at(s, heirs.items[0].target, "shapes.py", 4);
    assert_ok(gaz_resolve_heirs(s->r, shape, 5, 10, &heirs, &err));
    assert_int_equal(2, heirs.count);
    assert_int_equal(2, heirs.items[1].depth);
    is_at(s, heirs.items[1].target, "shapes.py", 7);
    assert_ok(gaz_resolve_heirs(s->r, target_of(s, "shapes.py", 2, "area"), 5, 10, &heirs, &err));
    assert_int_equal(1, heirs.count);
    is_at(s, heirs.items[0].target, "shapes.py", 5);
}

static void types_of_go_implement_interfaces_by_their_methods(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_heirs heirs;
    assert_ok(
        gaz_resolve_heirs(s->r, target_of(s, "p/store.go", 2, "Writer"), 1, 10, &heirs, &err));
    assert_int_equal(1, heirs.count);
    is_at(s, heirs.items[0].target, "p/store.go", 6);
    assert_ok(gaz_resolve_heirs(s->r, target_of(s, "p/store.go", 3, "Put"), 1, 10, &heirs, &err));
    assert_int_equal(1, heirs.count);
    is_at(s, heirs.items[0].target, "p/store.go", 7);
}

static void what_stands_at_a_place_is_told(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_resolve_place place;
    uint32_t user = symbol_world_find(&s->w, "user.c"), head = symbol_world_find(&s->w, "list.h");
    assert_ok(gaz_resolve_at_column(s->r, user, 2, 32, &place, &err)); /* put */
    assert_false(place.is_definition);
    is_at(s, place.resolution.targets[0], "list.c", 4);
    is_at(s, place.resolution.via, "list.h", 2);
    assert_ok(gaz_resolve_at_column(s->r, user, 2, 34, &place, &err)); /* its last letter */
    assert_status(GAZ_E_NOT_FOUND, gaz_resolve_at_column(s->r, user, 2, 1, &place, &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_resolve_at_column(s->r, user, 200, 1, &place, &err));
    assert_status(GAZ_E_INVALID, gaz_resolve_at_column(s->r, user, 0, 1, &place, NULL));
    assert_ok(gaz_resolve_at_column(s->r, head, 2, 5, &place, &err)); /* the declaration */
    assert_true(place.is_definition);
    is_at(s, place.resolution.targets[0], "list.c", 4);
}

static void definitions_nobody_uses_are_listed_with_doubts(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_unused_list unused;
    uint32_t file = symbol_world_find(&s->w, "list.c");
    assert_ok(
        gaz_resolve_unused(s->r, &file, 1, false, 100, (gaz_resolve_cursor){0}, &unused, &err));
    assert_int_equal(3, unused.count);
    is_at(s, unused.items[0].target, "list.c", 2);
    assert_int_equal(0, unused.items[0].doubts);
    is_at(s, unused.items[1].target, "list.c", 3); /* it calls itself, which is no use */
    is_at(s, unused.items[2].target, "list.c", 5);
    assert_int_equal(GAZ_UNUSED_EXPORTED, unused.items[2].doubts);
    assert_ok(gaz_resolve_unused(s->r, &file, 1, true, 1, (gaz_resolve_cursor){0}, &unused, &err));
    assert_int_equal(1, unused.count);
    assert_false(unused.complete);
    assert_ok(gaz_resolve_unused(s->r, &file, 1, true, 1, unused.next, &unused, &err));
    is_at(s, unused.items[0].target, "list.c", 3);
    assert_true(unused.complete);
}

static void a_deadline_that_has_passed_ends_the_work(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_resolver *late = NULL;
    gaz_resolve_source source = symbol_world_source(&s->w);
    source.deadline_us = 1;
    assert_ok(gaz_resolver_new(&source, &late, &err));
    gaz_symbol_facts facts;
    uint32_t file = symbol_world_find(&s->w, "user.c");
    assert_ok(
        gaz_symbol_view_facts(s->w.view, file, GAZ_SYMBOL_REFERENCES, &s->arena, &facts, &err));
    gaz_status st = GAZ_OK;
    gaz_resolution res;
    for (int i = 0; st == GAZ_OK && i < 2000; i++)
        st = gaz_resolve(late, file, &facts.references[0], &res, NULL);
    assert_status(GAZ_E_TIMEOUT, st);
    gaz_resolver_free(late);
}

static void memory_beyond_the_limit_ends_the_work(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_resolver *small = NULL;
    gaz_uses uses;
    gaz_resolve_source source = symbol_world_source(&s->w);
    const gaz_uses_query query = {.limit = 100};
    source.memory = 64;
    assert_ok(gaz_resolver_new(&source, &small, &err));
    gaz_status st = gaz_resolve_uses(small, target_of(s, "list.c", 4, "put"), &query, &uses, NULL);
    assert_true(st == GAZ_E_LIMIT || st == GAZ_E_NOMEM);
    gaz_resolver_free(small);
}

/* ---- with a compiler's answers ---- */

static uint32_t find_file(void *ctx, const char *path, size_t len)
{
    char name[200];
    snprintf(name, sizeof name, "%.*s", (int)len, path);
    return symbol_world_find(ctx, name);
}

static void answers_of_a_compiler_outrank_ours(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    gaz_strbuf index = GAZ_STRBUF_INIT, document = GAZ_STRBUF_INIT;
    gaz_scip_edges *edges = NULL;
    gaz_resolve_source source = symbol_world_source(&s->w);
    gaz_scip_tree tree = {
        (uint32_t)s->w.files.len, find_file, NULL, source.text, &s->w, NULL, 0, 0};
    scip_metadata_add(&index, "scip-python");
    wire_text(&document, 1, "shapes.py");
    scip_occurrence_add(&document, 4, 8, 12, "s p 1 Square#area().", 1);
    scip_occurrence_add(&document, 12, 17, 21, "s p 1 Square#area().", 0); /* thing.area() */
    wire_part(&index, 2, &document);
    assert_ok(gaz_scip_read(index.data, index.len, &tree, &edges, &err));
    gaz_resolver *r = NULL;
    gaz_uses uses;
    gaz_uses_query query = {.limit = 100};
    source.scip = edges;
    assert_ok(gaz_resolver_new(&source, &r, &err));
    assert_ok(gaz_resolve_uses(r, target_of(s, "shapes.py", 5, "area"), &query, &uses, &err));
    assert_int_equal(2, uses.count);
    assert_int_equal(GAZ_RESOLVE_SCIP, uses.items[0].method);
    assert_int_equal(100, uses.items[0].confidence);
    assert_int_equal(13, uses.items[0].line);
    assert_int_equal(GAZ_RESOLVE_RECEIVER, uses.items[1].method);
    assert_int_equal(0, uses.ambiguous);
    gaz_resolver_free(r);
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
}

static gaz_resolution resolve_with(scene *s, const gaz_strbuf *document, const char *path,
                                   uint32_t line, uint32_t column)
{
    gaz_error err = {0};
    gaz_strbuf index = GAZ_STRBUF_INIT;
    gaz_scip_edges *edges = NULL;
    gaz_resolve_source source = symbol_world_source(&s->w);
    gaz_scip_tree tree = {
        (uint32_t)s->w.files.len, find_file, NULL, source.text, &s->w, NULL, 0, 0};
    gaz_resolver *r = NULL;
    gaz_resolve_place place;
    scip_metadata_add(&index, "scip-python");
    for (size_t i = 0; document[i].len; i++)
        wire_bytes(&index, 2, document[i].data, document[i].len);
    assert_ok(gaz_scip_read(index.data, index.len, &tree, &edges, &err));
    source.scip = edges;
    assert_ok(gaz_resolver_new(&source, &r, &err));
    assert_ok(gaz_resolve_at_column(r, symbol_world_find(&s->w, path), line, column, &place, &err));
    place.resolution.targets = NULL; /* they go with the resolver */
    gaz_resolver_free(r);
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(&index);
    return place.resolution;
}

static void a_compiler_is_doubted_where_the_text_says_another_name(void **state)
{
    scene *s = *state;
    gaz_strbuf documents[3] = {GAZ_STRBUF_INIT, GAZ_STRBUF_INIT, {0}};
    /* m() is said to be Other: the import says measure, which it is not in */
    wire_text(&documents[0], 1, "user.py");
    scip_occurrence_add(&documents[0], 2, 4, 5, "s p 1 Other#", 0);
    scip_occurrence_add(&documents[0], 0, 19, 25, "s p 1 Other#", 0);  /* Square, in the import */
    scip_occurrence_add(&documents[0], 3, 11, 14, "s p 1 Square#", 0); /* Box is Square's alias */
    wire_text(&documents[1], 1, "shapes.py");
    scip_occurrence_add(&documents[1], 8, 6, 11, "s p 1 Other#", 1);
    scip_occurrence_add(&documents[1], 3, 6, 12, "s p 1 Square#", 1);
    assert_int_equal(GAZ_RESOLVE_SCIP, resolve_with(s, documents, "user.py", 4, 12).method);
    assert_int_equal(GAZ_RESOLVE_IMPORT, resolve_with(s, documents, "user.py", 1, 20).method);
    gaz_strbuf_release(&documents[0]);
    gaz_strbuf_release(&documents[1]);
}

static void what_a_compiler_calls_foreign_is_none_of_its_own_files(void **state)
{
    scene *s = *state;
    gaz_strbuf documents[3] = {GAZ_STRBUF_INIT, GAZ_STRBUF_INIT, {0}};
    wire_text(&documents[0], 1, "user.py");
    scip_occurrence_add(&documents[0], 3, 11, 14, "s other 2 Box#", 0);
    assert_int_equal(GAZ_RESOLVE_IMPORT, /* shapes.py is not in the index */
                     resolve_with(s, documents, "user.py", 4, 12).method);
    wire_text(&documents[1], 1, "shapes.py");
    scip_occurrence_add(&documents[1], 3, 6, 12, "s p 1 Square#", 1);
    assert_int_equal(GAZ_RESOLVE_NONE, resolve_with(s, documents, "user.py", 4, 12).method);
    gaz_strbuf_release(&documents[0]);
    wire_text(&documents[0], 1, "user.py");
    scip_occurrence_add(&documents[0], 3, 11, 14, "s m p 1 lib/Box#", 0);
    gaz_strbuf_release(&documents[1]);
    wire_text(&documents[1], 1, "shapes.py");
    scip_occurrence_add(&documents[1], 3, 6, 12, "s m p 1 src/lib/Square#", 1);
    assert_int_equal(GAZ_RESOLVE_IMPORT, /* by another name of its own package */
                     resolve_with(s, documents, "user.py", 4, 12).method);
    gaz_strbuf_release(&documents[0]);
    gaz_strbuf_release(&documents[1]);
}

/* ---- hostile facts ---- */

static void resolve_everything(scene *s)
{
    gaz_error err = {0};
    for (uint32_t f = 0; f < s->w.files.len; f++) {
        gaz_symbol_facts facts;
        gaz_status st =
            gaz_symbol_view_facts(s->w.view, f, GAZ_SYMBOL_ALL, &s->arena, &facts, &err);
        for (uint32_t i = 0; st == GAZ_OK && i < facts.reference_count; i++) {
            gaz_resolution res;
            assert_ok(gaz_resolve(s->r, f, &facts.references[i], &res, &err));
        }
        for (uint32_t i = 0; st == GAZ_OK && i < facts.definition_count; i++) {
            const gaz_uses_query query = {.limit = 1000};
            gaz_uses uses;
            gaz_heirs heirs;
            gaz_resolve_target t = {f, i};
            assert_ok(gaz_resolve_uses(s->r, t, &query, &uses, &err));
            assert_ok(gaz_resolve_heirs(s->r, t, GAZ_RESOLVE_DEPTH_MAX, 100, &heirs, &err));
        }
    }
}

static void cycles_of_every_sort_end(void **state)
{
    static const char *const files[][2] = {
        {"a.py", "from b import A, x\nfrom b import *\nclass A(A): pass\nclass P(Q): pass\n"
                 "class Q(P):\n    def f(self):\n        return self.g() + x + y\n"},
        {"b.py", "from a import A, x\nfrom a import *\nclass B(A):\n    def h(self):\n"
                 "        return self.nothing() + self.f()\n"},
        {"x.ts", "export * from './y';\nexport { q as r } from './y';\nimport d from './y';\n"
                 "export default d;\ninterface I extends J { m(): void }\nd(); r();\n"},
        {"y.ts", "export * from './x';\nexport { r as q } from './x';\nimport d from './x';\n"
                 "export default d;\nexport interface J extends J {}\nq();\n"},
        {"c.h", "#include \"d.h\"\ntypedef t1 t2;\ntypedef t2 t1;\nstruct s { t1 *p; };\n"},
        {"d.h", "#include \"c.h\"\nint f(t1 *a) { return a->p->q + undefined->z; }\n"},
    };
    scene s;
    (void)state;
    open_scene(&s, files, sizeof files / sizeof *files);
    resolve_everything(&s);
    close_scene(&s);
}

static void alternatives_of_a_build_are_ambiguous_with_the_stub_of_the_header(void **state)
{
    static const char *const files[][2] = {
        {"lock.h", "#ifdef A\nvoid lock(int *l);\n#else\n#define lock(l) (void)(l)\n#endif\n"},
        {"one.c", "#include \"lock.h\"\nvoid lock(int *l) { *l = 1; }\n"},
        {"two.c", "#include \"lock.h\"\nvoid lock(int *l) { *l = 2; }\n"},
        {"use.c", "#include \"lock.h\"\nvoid f(int *l) { lock(l); }\n"},
    };
    scene s;
    gaz_error err = {0};
    gaz_uses uses;
    const gaz_uses_query query = {.limit = 10, .ambiguous = true};
    (void)state;
    open_scene(&s, files, sizeof files / sizeof *files);
    assert_ok(gaz_resolve_uses(s.r, target_of(&s, "one.c", 2, "lock"), &query, &uses, &err));
    assert_int_equal(0, uses.resolved);
    assert_int_equal(1, uses.count);
    assert_int_equal(3, uses.items[0].candidates);
    assert_ok(gaz_resolve_uses(s.r, target_of(&s, "lock.h", 4, "lock"), &query, &uses, &err));
    assert_int_equal(1, uses.count);
    close_scene(&s);
}

static void a_name_with_very_many_definitions_stays_bounded(void **state)
{
    enum { FILES = 40, EACH = 2000 };
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_error err = {0};
    scene s = {.dir = make_temp_dir()};
    char path[40];
    (void)state;
    gaz_arena_init(&s.arena, (size_t)256 << 20);
    for (int i = 0; i < EACH; i++)
        gaz_strbuf_printf(&text, "class C%d:\n    def run(self):\n        pass\n", i);
    for (int i = 0; i < FILES; i++) {
        snprintf(path, sizeof path, "f%d.py", i);
        assert_ok(symbol_world_add(&s.w, path, text.data, text.len, &err));
    }
    gaz_strbuf_reset(&text);
    gaz_strbuf_puts(&text, "from f7 import C5\ndef go(x):\n    x.run()\n    C5().run()\n");
    assert_ok(symbol_world_add(&s.w, "z.py", text.data, text.len, &err));
    assert_ok(symbol_world_build(&s.w, s.dir, &err));
    gaz_resolve_source source = symbol_world_source(&s.w);
    assert_ok(gaz_resolver_new(&source, &s.r, &err));
    gaz_callees callees;
    assert_ok(gaz_resolve_callees(s.r, target_of(&s, "z.py", 2, "go"), true, 10,
                                  (gaz_resolve_cursor){0}, &callees, &err));
    assert_int_equal(3, callees.count);
    assert_int_equal(GAZ_RESOLVE_AMBIGUOUS, callees.items[0].resolution.method);
    assert_true(callees.items[0].resolution.count <= GAZ_RESOLVE_CANDIDATES_MAX);
    assert_int_equal(GAZ_RESOLVE_RECEIVER, callees.items[2].resolution.method);
    is_at(&s, callees.items[2].resolution.targets[0], "f7.py", 5 * 3 + 2);
    gaz_strbuf_release(&text);
    close_scene(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(uses_of_a_definition_come_by_file_and_place),
        cmocka_unit_test(a_declaration_stands_for_what_it_declares),
        cmocka_unit_test(pages_of_uses_make_up_the_whole),
        cmocka_unit_test(limits_out_of_bounds_are_refused),
        cmocka_unit_test(callers_are_counted_once_each),
        cmocka_unit_test(callees_of_a_body_are_resolved),
        cmocka_unit_test(uses_under_another_name_are_found),
        cmocka_unit_test(ambiguous_uses_are_counted_and_listed_apart),
        cmocka_unit_test(heirs_are_found_to_a_depth),
        cmocka_unit_test(types_of_go_implement_interfaces_by_their_methods),
        cmocka_unit_test(what_stands_at_a_place_is_told),
        cmocka_unit_test(definitions_nobody_uses_are_listed_with_doubts),
        cmocka_unit_test(a_deadline_that_has_passed_ends_the_work),
        cmocka_unit_test(memory_beyond_the_limit_ends_the_work),
        cmocka_unit_test(answers_of_a_compiler_outrank_ours),
        cmocka_unit_test(a_compiler_is_doubted_where_the_text_says_another_name),
        cmocka_unit_test(what_a_compiler_calls_foreign_is_none_of_its_own_files),
        cmocka_unit_test(cycles_of_every_sort_end),
        cmocka_unit_test(alternatives_of_a_build_are_ambiguous_with_the_stub_of_the_header),
        cmocka_unit_test(a_name_with_very_many_definitions_stays_bounded),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
