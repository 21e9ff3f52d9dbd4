/* The N-th allocation fails, or it and all after it, in opening a home, an index run, a merge, a
 * sweep, a search, a file read and a check: a clean error or success, never a crash, a leak
 * (LeakSanitizer looks at the end) or a wrong answer, and the home passes the check. Each of them
 * makes thousands of allocations when it opens the catalogue: these fail in a test of their own,
 * and the others begin to count behind them. */
#include "fault_support.h"

#include "fault_alloc.h"
#include "index_run.h"

static fault_world *world;
static char *prepared; /* state 1 indexed over state 0 */

static int setup(void **state)
{
    gaz_error err = {0};
    gaz_run_result result;
    fault_alloc_sqlite();
    int failed = fault_world_setup(state);
    world = *state;
    prepared = fault_home_new(world, "prepared");
    for (unsigned k = 0; k < 2; k++) {
        fault_set_state(world, k);
        assert_ok(fault_index(prepared, &result, &err));
    }
    return failed;
}

static int teardown(void **state)
{
    free(prepared);
    return fault_world_teardown(state);
}

/* ---- writing ---- */

/* Works on an open store; allocations are counted from there on. */
typedef gaz_status (*work)(gaz_store *store, const gaz_settings *settings, gaz_error *err);

static gaz_status index_work(gaz_store *store, const gaz_settings *settings, gaz_error *err)
{
    gaz_run_result result = {0};
    /* The parser of symbols ends its process when there is no memory: gaz-worker lives with that.
     */
    index_request request = {.repo = FAULT_REPO, .text_only = true};
    return index_run(store, settings, &request, &result, err);
}

static gaz_status merge_work(gaz_store *store, const gaz_settings *settings, gaz_error *err)
{
    gaz_snapshot *snapshot = NULL;
    gaz_status st = gaz_store_snapshot(store, &snapshot, err);
    for (size_t p = 0; st == GAZ_OK && p < snapshot->pool_count; p++)
        st = merge_pool(store, settings, snapshot->pools[p].id, true, NULL, err);
    gaz_snapshot_free(snapshot);
    return st;
}

static gaz_status sweep_work(gaz_store *store, const gaz_settings *settings, gaz_error *err)
{
    gaz_sweep swept;
    (void)settings;
    return gaz_store_sweep(store, 0, &swept, err);
}

/* @param total  nullable: the allocations that were made */
static gaz_status run_work(const char *home, work body, uint64_t at, bool forever, uint64_t *total,
                           gaz_error *err)
{
    gaz_settings settings = {0};
    gaz_store *store = NULL;
    if (gaz_settings_load(home, &settings, err) != GAZ_OK ||
        gaz_store_open(home, false, &store, err) != GAZ_OK)
        fail_msg("cannot open %s: %s", home, err->message);
    fault_alloc_begin(at, forever);
    gaz_status st = body(store, &settings, err);
    uint64_t made = fault_alloc_end();
    if (total)
        *total = made;
    gaz_store_close(store);
    gaz_settings_release(&settings);
    return st;
}

static void every_allocation(const char *what, work body, unsigned target)
{
    char home[600], when[120];
    gaz_error err = {0};
    gaz_run_result result;
    unsigned tried = 0;
    fault_set_state(world, target);
    fault_join(home, sizeof home, world->dir, "without-memory");
    for (int forever = 0; forever < 2; forever++) {
        uint64_t total;
        fault_copy_tree(prepared, home);
        assert_ok(run_work(home, body, 0, false, &total, &err));
        fault_remove(home);
        fault_sequence s = fault_sequence_begin(total);
        for (; fault_sequence_more(&s); fault_sequence_next(&s)) {
            snprintf(when, sizeof when, "%s, allocation %llu of %llu%s", what,
                     (unsigned long long)s.at, (unsigned long long)total, forever ? " and on" : "");
            fault_copy_tree(prepared, home);
            gaz_status st = run_work(home, body, s.at, forever, NULL, &err);
            fault_alloc_expect(st, &err, what, s.at, forever);
            gaz_error_clear(&err);
            int found = fault_which_state(world, home, 1, (int)target, when);
            if (st == GAZ_OK && found != (int)target)
                fail_msg("%s: it said all was well", when);
            if (s.tried % 4 == 0) {
                fault_assert_sound(home, when);
                assert_ok(fault_index(home, &result, &err));
                fault_assert_state(world, home, target, when);
            }
            fault_remove(home);
        }
        tried += s.tried;
    }
    proof_report(what, tried);
}

static void a_failed_allocation_in_an_index_run_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of index runs", index_work, 4);
}

static void a_failed_allocation_in_a_merge_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of merges", merge_work, 1);
}

static void a_failed_allocation_in_a_sweep_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of sweeps", sweep_work, 1);
}

/* ---- reading ---- */

static const char *const queries[] = {"constant", "/word7[0-9]+, state [0-9]$/", "-pair file:txt",
                                      "branch:topic twins", "li count:all"};
#define QUERIES (sizeof queries / sizeof queries[0])

typedef struct answer {
    gaz_strbuf hits;
    gaz_status status;
    gaz_error error;
    bool complete;
    uint64_t allocations;
} answer;

/* Room for the hits is made before anything fails, so that only the engine's own allocations count.
 */
static void ask(gaz_engine *engine, const char *query, uint64_t at, bool forever, answer *out)
{
    gaz_search_result result;
    *out = (answer){.hits = GAZ_STRBUF_INIT};
    gaz_search_result_init(&result);
    assert_non_null(gaz_strbuf_reserve(&out->hits, (size_t)1 << 18));
    fault_alloc_begin(at, forever);
    out->status = fault_search(engine, query, &out->hits, &result, &out->error);
    out->allocations = fault_alloc_end();
    out->complete = result.complete;
    if (out->status == GAZ_OK && !result.complete && !result.reason)
        fail_msg("'%s' is incomplete without a reason", query);
    gaz_search_result_release(&result);
}

static bool same(const gaz_strbuf *a, const gaz_strbuf *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static void one_search(const char *query, uint64_t at, bool forever, const gaz_strbuf *truth)
{
    fault_engine e;
    gaz_error err = {0};
    answer a;
    assert_ok(fault_engine_open(prepared, &e, &err));
    ask(e.engine, query, at, forever, &a);
    fault_alloc_expect(a.status, &a.error, query, at, forever);
    if (a.status == GAZ_OK && a.complete && !same(&a.hits, truth))
        fail_msg("'%s', allocation %llu: a complete answer that is wrong:\n%.*s", query,
                 (unsigned long long)at, (int)a.hits.len, a.hits.data);
    gaz_strbuf_release(&a.hits);
    ask(e.engine, query, 0, false, &a);
    if (a.status != GAZ_OK || !a.complete || !same(&a.hits, truth))
        fail_msg("'%s', after allocation %llu failed, the next search is wrong: %s", query,
                 (unsigned long long)at, a.error.message);
    gaz_strbuf_release(&a.hits);
    fault_engine_close(&e);
}

static void every_allocation_of(const char *query, unsigned *tried)
{
    fault_engine e;
    gaz_error err = {0};
    answer truth;
    assert_ok(fault_engine_open(prepared, &e, &err));
    ask(e.engine, query, 0, false, &truth);
    assert_true(truth.status == GAZ_OK && truth.complete && truth.hits.len > 0);
    fault_engine_close(&e);
    for (int forever = 0; forever < 2; forever++) {
        fault_sequence s = fault_sequence_begin(truth.allocations);
        for (; fault_sequence_more(&s); fault_sequence_next(&s))
            one_search(query, s.at, forever, &truth.hits);
        *tried += s.tried;
    }
    gaz_strbuf_release(&truth.hits);
}

static void a_failed_allocation_in_a_search_is_a_clean_error(void **state)
{
    (void)state;
    unsigned tried = 0;
    for (size_t q = 0; q < QUERIES; q++)
        every_allocation_of(queries[q], &tried);
    proof_report("failed allocations of searches", tried);
}

/* ---- opening ---- */

static void a_failed_allocation_while_opening_is_a_clean_error(void **state)
{
    (void)state;
    unsigned tried = 0;
    gaz_error err = {0};
    gaz_settings settings = {0};
    for (int forever = 0; forever < 2; forever++) {
        gaz_store *store = NULL;
        fault_alloc_begin(0, false);
        assert_ok(gaz_settings_load(prepared, &settings, &err));
        assert_ok(gaz_store_open(prepared, false, &store, &err));
        fault_sequence s = fault_sequence_begin(fault_alloc_end());
        gaz_store_close(store);
        gaz_settings_release(&settings);
        for (; fault_sequence_more(&s); fault_sequence_next(&s)) {
            fault_alloc_begin(s.at, forever);
            gaz_status st = gaz_settings_load(prepared, &settings, &err);
            store = NULL;
            if (st == GAZ_OK)
                st = gaz_store_open(prepared, false, &store, &err);
            fault_alloc_end();
            gaz_store_close(store);
            gaz_settings_release(&settings);
            fault_alloc_expect(st, &err, "opening a home", s.at, forever);
            assert_true(st == GAZ_OK || !store);
            gaz_error_clear(&err);
        }
        tried += s.tried;
    }
    fault_assert_sound(prepared, "after opening without memory");
    proof_report("failed allocations of opening a home", tried);
}

static gaz_status read_work(gaz_store *store, const gaz_settings *settings, gaz_error *err)
{
    gaz_engine *engine = NULL;
    gaz_file_view view = {0};
    gaz_status st = gaz_engine_new(store, settings, &engine, err);
    if (st == GAZ_OK)
        st = gaz_engine_refresh(engine, err);
    if (st == GAZ_OK)
        st = gaz_engine_file(engine, FAULT_REPO, "topic", "stable.txt", 1, 1, &view, err);
    if (st == GAZ_OK &&
        (!view.text.data || strcmp(view.text.data, "this line never changes: constant\n") != 0))
        fail_msg("the file reads '%s'", view.text.data ? view.text.data : "");
    gaz_file_view_release(&view);
    gaz_engine_free(engine);
    return st;
}

static void add_finding(void *ctx, const char *what, const char *name, const char *message)
{
    snprintf(ctx, 300, "%s %s: %s", what, name, message);
}

static gaz_status check_work(gaz_store *store, const gaz_settings *settings, gaz_error *err)
{
    char found[300] = "";
    (void)settings;
    gaz_status st = gaz_check_all(store, add_finding, found, NULL, err);
    if (*found)
        fail_msg("without memory the check finds: %s", found);
    return st;
}

static void reading(const char *what, work body)
{
    gaz_error err = {0};
    unsigned tried = 0;
    for (int forever = 0; forever < 2; forever++) {
        uint64_t total;
        assert_ok(run_work(prepared, body, 0, false, &total, &err));
        fault_sequence s = fault_sequence_begin(total);
        for (; fault_sequence_more(&s); fault_sequence_next(&s)) {
            gaz_status st = run_work(prepared, body, s.at, forever, NULL, &err);
            fault_alloc_expect(st, &err, what, s.at, forever);
            gaz_error_clear(&err);
        }
        tried += s.tried;
    }
    proof_report(what, tried);
}

static void a_failed_allocation_while_reading_a_file_is_a_clean_error(void **state)
{
    (void)state;
    reading("failed allocations of reading a file", read_work);
}

static void a_failed_allocation_in_a_check_is_no_finding(void **state)
{
    (void)state;
    reading("failed allocations of checks", check_work);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_in_an_index_run_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_merge_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_sweep_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_search_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_while_opening_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_while_reading_a_file_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_check_is_no_finding),
    };
    return cmocka_run_group_tests_name("allocation", tests, setup, teardown);
}
