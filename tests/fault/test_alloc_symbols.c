/* The N-th allocation fails, or it and all after it, in a run of symbols, a run of history, a merge
 * of symbol segments, and in questions about code: a clean error or the right answer, never a crash
 * or a leak, and the next try succeeds. tree-sitter itself ends its process when it gets no memory
 * (gaz-worker lives with that), so its own allocations are left alone. */
#include "fault_support.h"

#include "fault_alloc.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/context/code.h"
#include "history_run.h"
#include "index_run.h"
#include "run_tool.h"
#include "symbols_run.h"

#define TRIES 60 /* of each work, below full scale */

static gaz_error err;
static char *dir;
static char prepared[600], complete[600]; /* with text alone; with symbols of two runs, too */

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_ts_set_allocator(void *(*m)(size_t), void *(*c)(size_t, size_t),
                             void *(*r)(void *, size_t), void (*f)(void *));
void __wrap_ts_set_allocator(void *(*m)(size_t), void *(*c)(size_t, size_t),
                             void *(*r)(void *, size_t), void (*f)(void *));
void __wrap_ts_set_allocator(void *(*m)(size_t), void *(*c)(size_t, size_t),
                             void *(*r)(void *, size_t), void (*f)(void *))
{
    (void)m, (void)c, (void)r, (void)f;
    __real_ts_set_allocator(__real_malloc, __real_calloc, __real_realloc, free);
}

/* Works on an open store; allocations are counted from there on. */
typedef gaz_status (*work)(gaz_store *store, const gaz_settings *settings, gaz_error *why);

static gaz_status run_work(const char *home, work body, uint64_t at, bool forever, uint64_t *total,
                           gaz_error *why)
{
    gaz_settings settings = {0};
    gaz_store *store = NULL;
    if (gaz_settings_load(home, &settings, why) != GAZ_OK ||
        gaz_store_open(home, false, &store, why) != GAZ_OK)
        fail_msg("cannot open %s: %s", home, why->message);
    fault_alloc_begin(at, forever);
    gaz_status st = body(store, &settings, why);
    uint64_t made = fault_alloc_end();
    if (total)
        *total = made;
    gaz_store_close(store);
    gaz_settings_release(&settings);
    return st;
}

/* ---- works ---- */

static gaz_status text_work(gaz_store *store, const gaz_settings *settings, gaz_error *why)
{
    gaz_run_result result;
    index_request request = {.repo = "r", .text_only = true};
    return index_run(store, settings, &request, &result, why);
}

static gaz_status facts_work(gaz_store *store, const gaz_settings *settings, gaz_error *why)
{
    gaz_run_result result;
    index_request request = {.repo = "r"};
    return index_symbols(store, settings, &request, &result, why);
}

static gaz_status history_work(gaz_store *store, const gaz_settings *settings, gaz_error *why)
{
    history_result result;
    index_request request = {.repo = "r"};
    return history_update(store, settings, &request, &result, why);
}

static gaz_status merge_work(gaz_store *store, const gaz_settings *settings, gaz_error *why)
{
    gaz_snapshot *snapshot = NULL;
    gaz_status st = gaz_store_snapshot(store, &snapshot, why);
    for (size_t p = 0; st == GAZ_OK && p < snapshot->pool_count; p++)
        st = symbols_merge(store, settings, snapshot->pools[p].id, true, why);
    gaz_snapshot_free(snapshot);
    return st;
}

/* Who uses first(), and what includes a.h. */
static gaz_status ask(gaz_code *code, gaz_error *why)
{
    gaz_graph *graph = NULL;
    gaz_resolver *resolver = NULL;
    gaz_graph_reach reach = {0};
    gaz_uses uses = {0};
    gaz_arena arena;
    uint32_t file = 0, header = 0;
    bool whole = !gaz_ref_files_trouble(gaz_code_files(code)); /* an answer says if not */
    gaz_arena_init(&arena, 1 << 20);
    gaz_status st = gaz_ref_files_find(gaz_code_files(code), "a.c", &file, why);
    if (st == GAZ_OK)
        st = gaz_ref_files_find(gaz_code_files(code), "a.h", &header, why);
    if (st == GAZ_OK)
        st = gaz_code_graph(code, &graph, why);
    const gaz_graph_reach_query from = {
        .direction = GAZ_GRAPH_DEPENDENTS, .files = &header, .file_count = 1, .depth = 2};
    if (st == GAZ_OK)
        st = gaz_graph_reach_find(graph, &from, &arena, &reach, why);
    if (st == GAZ_OK && whole && reach.step_count != 3)
        fail_msg("%u files are reached from a.h", reach.step_count);
    if (st == GAZ_OK)
        st = gaz_code_resolver(code, &resolver, why);
    const gaz_uses_query query = {.limit = 10};
    if (st == GAZ_OK)
        st = gaz_resolve_uses(resolver, (gaz_resolve_target){file, 0}, &query, &uses, why);
    if (st == GAZ_OK && whole && uses.count != 2)
        fail_msg("%u uses of first()", uses.count);
    gaz_arena_release(&arena);
    return st;
}

static gaz_status code_work(gaz_store *store, const gaz_settings *settings, gaz_error *why)
{
    gaz_engine *engine = NULL;
    gaz_code_cache *cache = NULL;
    gaz_code *code = NULL;
    gaz_status st = gaz_engine_new(store, settings, &engine, why);
    if (st == GAZ_OK)
        st = gaz_code_cache_new(engine, store, settings, 2, &cache, why);
    if (st == GAZ_OK)
        st = gaz_code_open(cache, "r", NULL, gaz_deadline(60000), &code, why);
    if (st == GAZ_OK)
        st = ask(code, why);
    gaz_code_close(code);
    gaz_code_cache_free(cache);
    gaz_engine_free(engine);
    return st;
}

/* ---- a repository ---- */

static void write_file(const char *tree, const char *path, const char *text)
{
    char full[900];
    snprintf(full, sizeof full, "%s/%s", tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static void commit(const char *tree, const char *message)
{
    free(run_git(tree, "add", "-A", NULL));
    free(run_git(tree, "commit", "-qm", message, NULL));
}

static int setup(void **state)
{
    char tree[600];
    gaz_settings settings = {0};
    gaz_store *store = NULL;
    gaz_repo_row row;
    (void)state;
    fault_alloc_sqlite();
    dir = make_temp_dir();
    snprintf(tree, sizeof tree, "%s/tree", dir);
    fault_join(prepared, sizeof prepared, dir, "prepared");
    fault_join(complete, sizeof complete, dir, "complete");
    free(run_git(dir, "init", "-q", "-b", "main", tree, NULL));
    write_file(tree, "a.h",
               "/* What there is. */\nint first(int n);\nstruct thing {\n    int size;\n};\n");
    write_file(tree, "a.c", "#include \"a.h\"\nint first(int n)\n{\n    return n;\n}\n");
    write_file(tree, "m.py",
               "import os\n\n\nclass Thing:\n    def size(self):\n        return os.name\n");
    commit(tree, "first");
    assert_ok(gaz_git_init(&err));
    assert_ok(gaz_settings_load(prepared, &settings, &err));
    assert_ok(gaz_store_open(prepared, true, &store, &err));
    gaz_add add = {.source = tree, .name = "r"};
    assert_ok(gaz_repo_register(store, &settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    assert_ok(text_work(store, &settings, &err));
    gaz_store_close(store);
    fault_copy_tree(prepared, complete);
    assert_ok(run_work(complete, facts_work, 0, false, NULL, &err));
    write_file(tree, "use.c",
               "#include \"a.h\"\nint use(void)\n{\n    return first(1) + first(2);\n}\n");
    commit(tree, "second");
    assert_ok(run_work(complete, text_work, 0, false, NULL, &err));
    assert_ok(run_work(complete, facts_work, 0, false, NULL, &err));
    assert_ok(run_work(complete, history_work, 0, false, NULL, &err));
    assert_ok(run_work(prepared, text_work, 0, false, NULL, &err));
    gaz_settings_release(&settings);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_git_shutdown();
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
    return 0;
}

/* ---- tests ---- */

/* @param after  what must succeed on what is left */
static void every_allocation(const char *what, const char *from, work body, work after)
{
    char home[600];
    unsigned tried = 0;
    fault_join(home, sizeof home, dir, "without-memory");
    for (int forever = 0; forever < 2; forever++) {
        uint64_t total;
        fault_copy_tree(from, home);
        assert_ok(run_work(home, body, 0, false, &total, &err));
        fault_remove(home);
        fault_sequence s = fault_sequence_sample(total, TRIES);
        for (; fault_sequence_more(&s); fault_sequence_next(&s)) {
            fault_copy_tree(from, home);
            gaz_status st = run_work(home, body, s.at, forever, NULL, &err);
            fault_alloc_expect(st, &err, what, s.at, forever);
            gaz_error_clear(&err);
            if (run_work(home, body, 0, false, NULL, &err) != GAZ_OK ||
                run_work(home, after, 0, false, NULL, &err) != GAZ_OK)
                fail_msg("%s, after allocation %llu%s failed (%s): %s", what,
                         (unsigned long long)s.at, forever ? " and on" : "", gaz_status_name(st),
                         err.message);
            if (s.tried % 4 == 0)
                fault_assert_sound(home, what);
            fault_remove(home);
        }
        tried += s.tried;
    }
    proof_report(what, tried);
}

static void a_failed_allocation_in_a_run_of_symbols_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of symbol runs", prepared, facts_work, code_work);
}

static void a_failed_allocation_in_a_run_of_history_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of history runs", prepared, history_work, history_work);
}

static void a_failed_allocation_in_a_merge_of_symbols_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of merges of symbols", complete, merge_work, code_work);
}

static void a_failed_allocation_in_a_question_about_code_is_a_clean_error(void **state)
{
    (void)state;
    unsigned tried = 0;
    for (int forever = 0; forever < 2; forever++) {
        uint64_t total;
        assert_ok(run_work(complete, code_work, 0, false, &total, &err));
        fault_sequence s = fault_sequence_begin(total);
        for (; fault_sequence_more(&s); fault_sequence_next(&s)) {
            gaz_status st = run_work(complete, code_work, s.at, forever, NULL, &err);
            if (st != GAZ_E_LIMIT) /* what the system refuses is told as the request's own bound */
                fault_alloc_expect(st, &err, "asking about code", s.at, forever);
            gaz_error_clear(&err);
        }
        tried += s.tried;
    }
    proof_report("failed allocations of questions about code", tried);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_in_a_run_of_symbols_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_run_of_history_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_merge_of_symbols_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_question_about_code_is_a_clean_error),
    };
    return cmocka_run_group_tests_name("allocation of symbols", tests, setup, teardown);
}
