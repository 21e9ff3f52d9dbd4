/* A ref opened for questions about its code: symbols that are not there yet are brought in once,
 * and a graph that another thread makes is waited for no longer than the deadline. Also run under
 * ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>
#include <stdatomic.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/context/code.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
    gaz_code_cache *cache;
    unsigned fetches;
    uint32_t missing;
    bool idle; /* a fetch brings nothing */
} scene;

static void commit_file(const scene *s, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
}

static bool fetch(void *ctx, const char *repo, uint32_t missing, int64_t deadline_us)
{
    scene *s = ctx;
    int64_t job = 0;
    gaz_run_result result;
    s->fetches++;
    s->missing = missing;
    assert_true(deadline_us > gaz_now_us());
    if (s->idle)
        return true;
    assert_ok(gaz_runner_submit_symbols(s->f.runner, repo, &job, &err));
    assert_ok(gaz_runner_wait(s->f.runner, job, deadline_us, NULL, NULL, &result, &err));
    assert_int_equal(result.symbols, missing);
    return true;
}

/* What is asked for by its name comes without symbols, as in the program. */
static gaz_status fetch_text(void *ctx, const char *repo, const char *rev, int64_t deadline_us,
                             gaz_oid *commit, uint64_t *generation, gaz_error *e)
{
    scene *s = ctx;
    int64_t job = 0;
    gaz_run_result result;
    gaz_status st = gaz_runner_submit_text(s->f.runner, repo, rev, &job, e);
    if (st == GAZ_OK)
        st = gaz_runner_wait(s->f.runner, job, deadline_us, NULL, NULL, &result, e);
    if (st == GAZ_OK) {
        *commit = result.commit;
        *generation = result.generation;
    }
    return st;
}

static void setup(scene *s)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    commit_file(s, "a.c", "int first(void)\n{\n    return 1;\n}\n");
    commit_file(s, "b.c", "int second(void)\n{\n    return 2;\n}\n");
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
    assert_ok(gaz_code_cache_new(s->f.engine, s->f.store, &s->f.settings, 2, &s->cache, &err));
    gaz_code_cache_set_symbols_fetch(s->cache, fetch, s);
    gaz_engine_set_revision_fetch(s->f.engine, fetch_text, s);
}

static void teardown(scene *s)
{
    gaz_code_cache_free(s->cache);
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static void index_text(scene *s)
{
    int64_t job = 0;
    gaz_run_result result;
    assert_ok(gaz_runner_submit_text(s->f.runner, "r", NULL, &job, &err));
    assert_ok(gaz_runner_wait(s->f.runner, job, gaz_deadline(60000), NULL, NULL, &result, &err));
    assert_int_equal(result.symbols, 0);
}

static bool open_is_complete(scene *s, const char *rev)
{
    gaz_code *code = NULL;
    assert_ok(gaz_code_open(s->cache, "r", rev, gaz_deadline(60000), &code, &err));
    bool complete = gaz_code_symbols_complete(code);
    gaz_code_close(code);
    return complete;
}

static void a_revision_gets_its_symbols_when_it_is_asked_about(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    (void)fixture_index(&s.f, "r");
    assert_true(open_is_complete(&s, NULL));
    assert_int_equal(s.fetches, 0);
    commit_file(&s, "c.c", "int third(void)\n{\n    return 3;\n}\n");
    free(run_git(s.tree, "tag", "later", NULL));
    assert_true(open_is_complete(&s, "later")); /* the search for it brought in text alone */
    assert_int_equal(s.fetches, 1);
    assert_int_equal(s.missing, 1); /* of what it shares with main nothing is read again */
    assert_true(open_is_complete(&s, "later"));
    assert_int_equal(s.fetches, 1);
    teardown(&s);
}

static void what_text_alone_left_out_is_brought_in(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    index_text(&s);
    assert_true(open_is_complete(&s, NULL));
    assert_int_equal(s.fetches, 1);
    assert_int_equal(s.missing, 2);
    teardown(&s);
}

static void what_cannot_be_brought_in_is_asked_for_once(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    s.idle = true;
    index_text(&s);
    for (int i = 0; i < 3; i++)
        assert_false(open_is_complete(&s, NULL));
    assert_int_equal(s.fetches, 1);
    commit_file(&s, "c.c", "int third;\n");
    index_text(&s);
    assert_false(open_is_complete(&s, NULL));
    assert_int_equal(s.fetches, 2); /* a new generation may have them */
    teardown(&s);
}

typedef struct asker {
    scene *s;
    atomic_uint answers;
} asker;

/* What a file reaches, and who uses what it defines. */
static bool questions_are_answered(gaz_code *code, gaz_error *why)
{
    gaz_graph *graph = NULL;
    gaz_resolver *resolver = NULL;
    gaz_graph_reach reach = {0};
    gaz_uses uses = {0};
    gaz_arena arena;
    uint32_t file = 0;
    gaz_arena_init(&arena, 1 << 20);
    gaz_status st = gaz_ref_files_find(gaz_code_files(code), "a.c", &file, why);
    if (st == GAZ_OK)
        st = gaz_code_graph(code, &graph, why);
    const gaz_graph_reach_query from = {
        .direction = GAZ_GRAPH_DEPENDENTS, .files = &file, .file_count = 1, .depth = 2};
    if (st == GAZ_OK)
        st = gaz_graph_reach_find(graph, &from, &arena, &reach, why);
    if (st == GAZ_OK)
        st = gaz_code_resolver(code, &resolver, why);
    const gaz_uses_query query = {.limit = 10};
    if (st == GAZ_OK)
        st = gaz_resolve_uses(resolver, (gaz_resolve_target){file, 0}, &query, &uses, why);
    bool right = st == GAZ_OK && uses.count == 1 && uses.items[0].line == 4;
    gaz_arena_release(&arena);
    return right;
}

static void *ask(void *ctx)
{
    asker *a = ctx;
    for (int i = 0; i < 8; i++) {
        gaz_code *code = NULL;
        gaz_error why = {0};
        if (gaz_code_open(a->s->cache, "r", NULL, gaz_deadline(60000), &code, &why) == GAZ_OK)
            atomic_fetch_add(&a->answers, questions_are_answered(code, &why));
        gaz_code_close(code);
    }
    return NULL;
}

static void threads_share_graphs_while_commits_come(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    commit_file(&s, "use.c", "int first(void);\nint use(void)\n{\n    return first();\n}\n");
    (void)fixture_index(&s.f, "r");
    asker a = {.s = &s};
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, ask, &a), 0);
    commit_file(&s, "b.c", "int second(void)\n{\n    return 22;\n}\n");
    (void)fixture_index(&s.f, "r");
    for (size_t i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(a.answers, 32);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_revision_gets_its_symbols_when_it_is_asked_about),
        cmocka_unit_test(what_text_alone_left_out_is_brought_in),
        cmocka_unit_test(what_cannot_be_brought_in_is_asked_for_once),
        cmocka_unit_test(threads_share_graphs_while_commits_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
