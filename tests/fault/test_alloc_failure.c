/* The N-th allocation fails, or it and all after it, in an index run, a merge, a search, a file
 * read and a check: a clean error or success, never a crash, a leak (LeakSanitizer looks at the
 * end) or a wrong answer, and the home passes the check. */
#include "fault_support.h"

#include "fault_alloc.h"

static fault_world *world;
static char *prepared;               /* state 1 indexed over state 0 */
static uint64_t opening_allocations; /* of opening the catalogue */

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
    fault_alloc_begin(0, false);
    gaz_store *store = NULL;
    assert_ok(gaz_store_open(prepared, false, &store, &err));
    opening_allocations = fault_alloc_end();
    gaz_store_close(store);
    return failed;
}

static int teardown(void **state)
{
    free(prepared);
    return fault_world_teardown(state);
}

/* Every N below the number of allocations at full scale, a seeded few of them otherwise: most of
 * those after the catalogue was opened, which by itself makes thousands. */
typedef struct sequence {
    uint64_t at, total, opening;
    unsigned usual;
    uint64_t rng;
    unsigned tried;
} sequence;

static uint64_t stride(sequence *s)
{
    bool opening = s->at < s->opening;
    uint64_t span = opening ? s->opening : s->total - s->opening,
             steps = opening ? s->usual / 4 + 1 : s->usual;
    uint64_t step = fault_full() || span <= steps ? 1 : span / steps;
    return 1 + fault_random(&s->rng, (uint32_t)(2 * step - 1));
}

static sequence begin(uint64_t total, uint64_t opening, unsigned usual)
{
    sequence s = {.total = total, .opening = opening, .usual = usual, .rng = fault_seed()};
    assert_true(total > 20 && total >= opening);
    s.at = stride(&s);
    return s;
}

static bool more(const sequence *s)
{
    return s->at <= s->total;
}

static void next(sequence *s)
{
    s->tried++;
    s->at += stride(s);
}

static void check_error(gaz_status st, const gaz_error *err, const char *what, uint64_t at,
                        bool forever)
{
    if (st == GAZ_OK)
        return;
    if (st != GAZ_E_NOMEM || err->status != GAZ_E_NOMEM || !*err->message ||
        strchr(err->message, '\n'))
        fail_msg("%s, allocation %llu%s: %s instead of no memory: %s", what, (unsigned long long)at,
                 forever ? " and on" : "", gaz_status_name(st), err->message);
}

/* ---- writing ---- */

typedef gaz_status (*work)(const char *home, gaz_error *err);

static gaz_status index_home(const char *home, gaz_error *err)
{
    gaz_run_result result;
    return fault_index(home, &result, err);
}

static void every_allocation(const char *what, work body, unsigned target, unsigned usual)
{
    char home[600], when[120];
    gaz_error err = {0};
    gaz_run_result result;
    fault_set_state(world, target);
    for (int forever = 0; forever < 2; forever++) {
        snprintf(home, sizeof home, "%s/%.5s-%d", world->dir, what, forever);
        fault_copy_tree(prepared, home);
        fault_alloc_begin(0, false);
        assert_ok(body(home, &err));
        uint64_t total = fault_alloc_end();
        fault_remove(home);
        sequence s = begin(total, opening_allocations, usual);
        for (; more(&s); next(&s)) {
            snprintf(when, sizeof when, "%s, allocation %llu of %llu%s", what,
                     (unsigned long long)s.at, (unsigned long long)total, forever ? " and on" : "");
            fault_copy_tree(prepared, home);
            fault_alloc_begin(s.at, forever);
            gaz_status st = body(home, &err);
            fault_alloc_end();
            check_error(st, &err, what, s.at, forever);
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
        fault_proof(what, s.tried);
    }
}

static void a_failed_allocation_in_an_index_run_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("failed allocations of an index run", index_home, 4, 60);
}

static void a_failed_allocation_in_a_merge_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("merge: failed allocations", fault_merge, 1, 30);
}

static void a_failed_allocation_in_a_sweep_is_a_clean_error(void **state)
{
    (void)state;
    every_allocation("sweep: failed allocations", fault_sweep, 1, 15);
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
    check_error(a.status, &a.error, query, at, forever);
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

static void every_allocation_of(const char *query, unsigned usual, unsigned *tried)
{
    fault_engine e;
    gaz_error err = {0};
    answer truth;
    assert_ok(fault_engine_open(prepared, &e, &err));
    ask(e.engine, query, 0, false, &truth);
    assert_true(truth.status == GAZ_OK && truth.complete && truth.hits.len > 0);
    fault_engine_close(&e);
    for (int forever = 0; forever < 2; forever++) {
        sequence s = begin(truth.allocations, 0, usual);
        for (; more(&s); next(&s))
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
        every_allocation_of(queries[q], 15, &tried);
    fault_proof("failed allocations of searches", tried);
}

static gaz_status open_and_read(const char *home, gaz_error *err)
{
    fault_engine e;
    gaz_file_view view = {0};
    gaz_status st = fault_engine_open(home, &e, err);
    if (st != GAZ_OK)
        return st;
    st = gaz_engine_file(e.engine, FAULT_REPO, "topic", "stable.txt", 1, 1, &view, err);
    if (st == GAZ_OK &&
        (!view.text.data || strcmp(view.text.data, "this line never changes: constant\n") != 0))
        fail_msg("the file reads '%s'", view.text.data ? view.text.data : "");
    gaz_file_view_release(&view);
    fault_engine_close(&e);
    return st;
}

static gaz_status check_all(const char *home, gaz_error *err)
{
    char *findings = fault_findings(home, err);
    if (!findings)
        return err->status;
    if (*findings)
        fail_msg("the check found: %s", findings);
    free(findings);
    return GAZ_OK;
}

static void reading(const char *what, work body, unsigned usual)
{
    gaz_error err = {0};
    fault_alloc_begin(0, false);
    assert_ok(body(prepared, &err));
    uint64_t total = fault_alloc_end();
    for (int forever = 0; forever < 2; forever++) {
        sequence s = begin(total, opening_allocations, usual);
        for (; more(&s); next(&s)) {
            fault_alloc_begin(s.at, forever);
            gaz_status st = body(prepared, &err);
            fault_alloc_end();
            check_error(st, &err, what, s.at, forever);
            gaz_error_clear(&err);
        }
        fault_proof(what, s.tried);
    }
}

static void a_failed_allocation_while_opening_and_reading_is_a_clean_error(void **state)
{
    (void)state;
    reading("failed allocations of opening a home and reading a file", open_and_read, 60);
}

static void a_failed_allocation_in_a_check_is_no_finding(void **state)
{
    (void)state;
    reading("failed allocations of a check", check_all, 40);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failed_allocation_in_an_index_run_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_merge_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_sweep_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_search_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_while_opening_and_reading_is_a_clean_error),
        cmocka_unit_test(a_failed_allocation_in_a_check_is_no_finding),
    };
    return cmocka_run_group_tests_name("allocation", tests, setup, teardown);
}
