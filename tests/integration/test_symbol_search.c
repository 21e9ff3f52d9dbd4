/* Searching for names of definitions, and definitions above uses, over an index made by the worker.
 */
#include "gaz_test.h"

#include <sys/stat.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
} scene;

static void write_file(const scene *s, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    for (char *slash = strchr(full + strlen(s->tree) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0755);
        *slash = '/';
    }
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static const char pool_c[] = "#include \"pool.h\"\n"
                             "\n"
                             "struct pool { int size, pool_used; };\n"
                             "\n"
                             "static int helper(int used)\n"
                             "{\n"
                             "    return used; /* pool_init is for others */\n"
                             "}\n"
                             "\n"
                             "int pool_init(struct pool *p)\n"
                             "{\n"
                             "    return helper(p->size);\n"
                             "}\n"
                             "\r\n"
                             "int pool_done(void) { return 0; }\r\n";

/* Definitions all over a file of several chunks. */
static char *long_file(unsigned functions)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < functions; i++)
        gaz_strbuf_printf(&out, "int fn_%04u(int a)\n{\n    return a + %u; /* fn_ */\n}\n", i, i);
    return gaz_strbuf_detach(&out, NULL);
}

static void setup(scene *s)
{
    char *text = long_file(1500);
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    write_file(s, "a_pool_init.txt", "pool_init pool_init\n");
    write_file(s, "src/pool.c", pool_c);
    write_file(s, "src/pool_copy.txt", pool_c);
    write_file(s, "src/pool.h", "struct pool;\nint pool_init(struct pool *p);\n");
    write_file(s, "src/use.c", "int go(void)\n{\n    return pool_init(0) + pool_init(1);\n}\n");
    write_file(s, "src/wide.py",
               "def größe():\n    return pool_init\n\nclass Pool:\n"
               "    def init(self):\n        pass\n");
    write_file(s, "src/long.c", text);
    free(text);
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
}

static void teardown(scene *s)
{
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

/* "path:line[start-end]…" of each hit, a line each. */
static gaz_status take_hit(void *ctx, const gaz_file_hit *hit, gaz_error *unused)
{
    gaz_strbuf *out = ctx;
    (void)unused;
    if (!hit->line_count)
        gaz_strbuf_printf(out, "%.*s\n", (int)hit->path_len, hit->path);
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_line *line = &hit->lines[i];
        gaz_strbuf_printf(out, "%.*s:%u", (int)hit->path_len, hit->path, line->number);
        for (size_t k = 0; k < line->range_count; k++)
            gaz_strbuf_printf(out, " %.*s", (int)(line->ranges[k].end - line->ranges[k].start),
                              line->text + line->ranges[k].start);
        gaz_strbuf_putc(out, '\n');
    }
    return GAZ_OK;
}

typedef struct asked {
    gaz_strbuf text;
    gaz_search_result result;
} asked;

static asked ask_engine(gaz_engine *engine, const char *query, uint32_t limit)
{
    asked a = {.text = GAZ_STRBUF_INIT};
    gaz_search_request request = {
        .query = query, .query_len = strlen(query), .limit = limit, .deadline_us = GAZ_NEVER};
    gaz_search_result_init(&a.result);
    gaz_error_clear(&err);
    if (gaz_engine_search(engine, &request, take_hit, &a.text, &a.result, &err) != GAZ_OK)
        fail_msg("%s: %s", query, err.message);
    return a;
}

static void release(asked *a)
{
    gaz_strbuf_release(&a->text);
    gaz_search_result_release(&a->result);
}

static void expect(const scene *s, const char *query, const char *expected)
{
    asked a = ask_engine(s->f.engine, query, 50);
    if (strcmp(a.text.data ? a.text.data : "", expected) != 0)
        fail_msg("%s\n  gives\n%s  expected\n%s", query, a.text.data, expected);
    if (!a.result.complete)
        fail_msg("%s is not complete: %s", query, a.result.reason);
    size_t lines = 0;
    for (const char *p = expected; *p; p++)
        lines += *p == '\n';
    if (strstr(expected, ":") && a.result.stats.lines != lines)
        fail_msg("%s counts %llu lines, not %zu", query, (unsigned long long)a.result.stats.lines,
                 lines);
    release(&a);
}

static void symbols_are_found_by_their_names(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    (void)fixture_index(&s.f, "r");
    expect(&s, "sym:pool_init", "src/pool.c:10 pool_init\nsrc/pool.h:2 pool_init\n");
    expect(&s, "sym:POOL_INIT", "");
    expect(&s, "sym:POOL_INIT case:no", "src/pool.c:10 pool_init\nsrc/pool.h:2 pool_init\n");
    expect(&s, "sym:Pool", "src/wide.py:4 Pool\n");
    expect(&s, "sym:/^pool_(init|done)$/ lang:c -file:\\.h$",
           "src/pool.c:10 pool_init\nsrc/pool.c:15 pool_done\n");
    expect(&s, "sym:pool sym:used",
           "src/pool.c:3 pool pool_used\nsrc/pool.c:10 pool_init\n"
           "src/pool.c:15 pool_done\n");
    expect(&s, "sym:GRÖSSE case:no", "");
    expect(&s, "sym:größe", "src/wide.py:1 größe\n");
    expect(&s, "sym:GRÖßE case:no", "src/wide.py:1 größe\n");
    expect(&s, "sym:go", "src/use.c:1 go\n");
    expect(&s, "sym:g\\o", "");
    expect(&s, "sym:no_such_symbol", "");
    expect(&s, "sym:used helper",
           "src/pool.c:3 pool_used\nsrc/pool.c:5 helper\n"
           "src/pool.c:12 helper\n");
    expect(&s, "pool_init -sym:pool_init -file:txt",
           "src/use.c:3 pool_init pool_init\nsrc/wide.py:2 pool_init\n");
    expect(&s, "sym:go or sym:helper", "src/pool.c:5 helper\nsrc/use.c:1 go\n");
    expect(&s, "sym:pool_init select:file", "src/pool.c\nsrc/pool.h\n");
    expect(&s, "type:file pool sym:pool_init", "src/pool.c\nsrc/pool.h\n");
    teardown(&s);
}

static void type_symbol_looks_for_bare_words_in_names(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    (void)fixture_index(&s.f, "r");
    expect(&s, "type:symbol helper", "src/pool.c:5 helper\n");
    expect(&s, "type:symbol done init", "src/pool.c:10 pool_init\nsrc/pool.c:15 pool_done\n");
    expect(&s, "type:symbol pool_init content:helper", "src/pool.c:10 pool_init\n");
    expect(&s, "type:symbol pool_init -content:helper", "src/pool.h:2 pool_init\n");
    expect(&s, "type:symbol /^init$/ select:symbol", "src/wide.py:5 init\n");
    teardown(&s);
}

static void names_in_later_chunks_have_their_places(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    (void)fixture_index(&s.f, "r");
    expect(&s, "sym:fn_0000 or sym:fn_0777 or sym:fn_1499",
           "src/long.c:1 fn_0000\nsrc/long.c:3109 fn_0777\nsrc/long.c:5997 fn_1499\n");
    asked a = ask_engine(s.f.engine, "sym:fn_ count:all", 50);
    assert_int_equal(a.result.stats.lines, 1500);
    assert_int_equal(a.result.stats.files, 1);
    release(&a);
    gaz_search_request request = {.query = "sym:fn_1",
                                  .query_len = 8,
                                  .limit = 5,
                                  .lines_per_file = 2,
                                  .first_line = 4003,
                                  .last_line = 5000,
                                  .deadline_us = GAZ_NEVER};
    a = (asked){.text = GAZ_STRBUF_INIT};
    gaz_search_result_init(&a.result);
    assert_ok(gaz_engine_search(s.f.engine, &request, take_hit, &a.text, &a.result, &err));
    assert_string_equal(a.text.data, "src/long.c:4005 fn_1001\nsrc/long.c:4009 fn_1002\n");
    release(&a);
    teardown(&s);
}

static void what_is_not_read_yet_is_said(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    int64_t job = 0;
    gaz_run_result run = {0};
    assert_ok(gaz_runner_submit_text(s.f.runner, "r", NULL, &job, &err));
    assert_ok(gaz_runner_wait(s.f.runner, job, GAZ_NEVER, NULL, NULL, &run, &err));
    asked a = ask_engine(s.f.engine, "sym:pool_init", 50);
    if (a.result.stats.files == 0) { /* else the run that follows was quicker */
        assert_false(a.result.complete);
        assert_string_equal(a.result.reason, "symbols_pending");
        assert_non_null(strstr(a.result.notes.data, "the symbols of 5 files are not read yet"));
    }
    release(&a);
    a = ask_engine(s.f.engine, "pool_init", 50); /* text needs none */
    assert_true(a.result.complete);
    release(&a);
    (void)fixture_index(&s.f, "r");
    a = ask_engine(s.f.engine, "sym:pool_init", 50);
    assert_true(a.result.complete);
    assert_int_equal(a.result.stats.files, 2);
    release(&a);
    teardown(&s);
}

static void expect_first(const scene *s, const char *query, const char *path)
{
    static const char *const modes[] = {"", " count:all"};
    for (size_t i = 0; i < 2; i++) {
        char text[200];
        snprintf(text, sizeof text, "select:file%s %s", modes[i], query);
        asked a = ask_engine(s->f.engine, text, 1);
        char *end = strchr(a.text.data, '\n');
        assert_non_null(end);
        *end = '\0';
        if (strcmp(a.text.data, path) != 0)
            fail_msg("%s gives %s first, not %s", text, a.text.data, path);
        release(&a);
    }
}

static void definitions_stand_above_uses(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    write_file(&s, "a.c", "int a(void) { return deeply_hidden + other_thing; }\n");
    write_file(&s, "b.c", "/* struct deeply_hidden { */\nint b = deeply_hidden;\n");
    write_file(&s, "lib/x/y/z/def.c",
               "int deeply_hidden = 1;\nstruct other_thing {\n    int a;\n};\n");
    write_file(&s, "lib/decl.h", "extern int deeply_hidden;\n");
    write_file(&s, "c.c", "int c(void)\n{\n    struct other_thing x;\n    return x.a;\n}\n");
    free(run_git(s.tree, "add", "-A", NULL));
    free(run_git(s.tree, "commit", "-qm", "c", NULL));
    (void)fixture_index(&s.f, "r");
    expect_first(&s, "deeply_hidden", "lib/x/y/z/def.c");
    expect_first(&s, "DEEPLY_HIDDEN case:no", "lib/x/y/z/def.c");
    expect_first(&s, "/\\bdeeply_hidden\\b/", "lib/x/y/z/def.c");
    expect_first(&s, "deeply_hidden (file:\\.h$ or file:^b)", "lib/decl.h");
    expect_first(&s, "\"struct other_thing\"", "lib/x/y/z/def.c");
    expect_first(&s, "\"struct other_thing x\"", "c.c");
    expect_first(&s, "sym:deeply", "lib/x/y/z/def.c");
    teardown(&s);
}

/* "line kind container.name start-end" of each hit. */
static gaz_status take_symbols(void *ctx, const gaz_file_hit *hit, gaz_error *unused)
{
    gaz_strbuf *out = ctx;
    (void)unused;
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_symbol *s = hit->lines[i].symbol;
        gaz_strbuf_printf(out, "%.*s:%u", (int)hit->path_len, hit->path, hit->lines[i].number);
        if (s)
            gaz_strbuf_printf(out, " %s %.*s/%.*s %u %u-%u", s->kind, (int)s->container_len,
                              s->container, (int)s->name_len, s->name, s->line, s->start_line,
                              s->end_line);
        gaz_strbuf_putc(out, '\n');
    }
    return GAZ_OK;
}

static void hits_carry_the_definition_they_lie_in(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    write_file(&s, "src/deep.py",
               "import used\n\nclass A:\n    class B:\n        def f(self):\n"
               "            used()\n\n\nused()\n");
    free(run_git(s.tree, "add", "-A", NULL));
    free(run_git(s.tree, "commit", "-qm", "c", NULL));
    (void)fixture_index(&s.f, "r");
    gaz_search_request request = {.query = "used file:^src/(pool.c|pool_copy.txt|deep.py)",
                                  .limit = 50,
                                  .context_before = 1,
                                  .context_after = 1,
                                  .deadline_us = GAZ_NEVER};
    request.query_len = strlen(request.query);
    asked a = {.text = GAZ_STRBUF_INIT};
    gaz_search_result_init(&a.result);
    assert_ok(gaz_engine_search(s.f.engine, &request, take_symbols, &a.text, &a.result, &err));
    assert_string_equal(a.text.data, "src/deep.py:1\n"
                                     "src/deep.py:6 method A.B/f 5 5-6\n"
                                     "src/deep.py:9\n"
                                     "src/pool.c:3 field pool/pool_used 3 3-3\n"
                                     "src/pool.c:5 function /helper 5 5-8\n"
                                     "src/pool.c:7 function /helper 5 5-8\n"
                                     "src/pool_copy.txt:3\n"
                                     "src/pool_copy.txt:5\n"
                                     "src/pool_copy.txt:7\n");
    release(&a);
    request.query = "fn_ file:long.c";
    request.query_len = strlen(request.query);
    request.first_line = 5999;
    request.last_line = 6000;
    a = (asked){.text = GAZ_STRBUF_INIT};
    gaz_search_result_init(&a.result);
    assert_ok(gaz_engine_search(s.f.engine, &request, take_symbols, &a.text, &a.result, &err));
    assert_string_equal(a.text.data, "src/long.c:5999 function /fn_1499 5997 5997-6000\n");
    release(&a);
    teardown(&s);
}

static void symbols_beyond_the_memory_of_a_query_are_said(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    gaz_strbuf many = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 50000; i++)
        gaz_strbuf_printf(&many, "#define MANY_%u 1\n", i);
    write_file(&s, "src/many.h", many.data);
    gaz_strbuf_release(&many);
    free(run_git(s.tree, "add", "-A", NULL));
    free(run_git(s.tree, "commit", "-qm", "c", NULL));
    (void)fixture_index(&s.f, "r");
    gaz_settings settings = s.f.settings;
    settings.query_memory = 1 << 20;
    gaz_engine *small = NULL;
    assert_ok(gaz_engine_new(s.f.store, &settings, &small, &err));
    asked a = ask_engine(small, "sym:MANY_ count:all", 0);
    assert_false(a.result.complete);
    assert_string_equal(a.result.reason, "memory");
    release(&a);
    a = ask_engine(s.f.engine, "sym:MANY_ count:all", 0);
    if (!a.result.complete)
        fail_msg("%s %s", a.result.reason, a.result.notes.data);
    assert_int_equal(a.result.stats.lines, 50000);
    release(&a);
    gaz_engine_free(small);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_found_by_their_names),
        cmocka_unit_test(type_symbol_looks_for_bare_words_in_names),
        cmocka_unit_test(names_in_later_chunks_have_their_places),
        cmocka_unit_test(what_is_not_read_yet_is_said),
        cmocka_unit_test(definitions_stand_above_uses),
        cmocka_unit_test(hits_carry_the_definition_they_lie_in),
        cmocka_unit_test(symbols_beyond_the_memory_of_a_query_are_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
