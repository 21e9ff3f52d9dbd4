/* Importing a SCIP index, killed at any system call, and on a disk that fills up at any: it is
 * there whole or not at all, the home is sound, the next import succeeds, and nothing is left that
 * nobody refers to. */
#include "fault_support.h"

#include "gaz/context/scip_import.h"
#include "scip_writer.h"

typedef struct job {
    const char *home;
    const gaz_strbuf *index;
} job;

static gaz_strbuf make_index(void)
{
    gaz_strbuf index = GAZ_STRBUF_INIT, document = GAZ_STRBUF_INIT;
    scip_metadata_add(&index, "scip-test");
    wire_text(&document, 1, "left.txt");
    scip_occurrence_add(&document, 0, 5, 12, "s p 1 version.", 1); /* pair version 1 of … */
    scip_occurrence_add(&document, 0, 0, 4, "s p 1 version.", 0);
    wire_part(&index, 2, &document);
    return index;
}

static gaz_status do_import(void *ctx, gaz_error *err)
{
    const job *j = ctx;
    fault_engine e;
    gaz_code_cache *code = NULL;
    gaz_scip_imported done;
    const gaz_scip_import import = {
        .repo = FAULT_REPO, .data = j->index->data, .len = j->index->len, .deadline_us = INT64_MAX};
    gaz_status st = fault_engine_open(j->home, &e, err);
    if (st != GAZ_OK)
        return st;
    st = gaz_code_cache_new(e.engine, e.store, &e.settings, 1, &code, err);
    if (st == GAZ_OK)
        st = gaz_scip_import_run(code, &import, &done, err);
    if (st == GAZ_OK)
        gaz_scip_row_release(&done.row);
    gaz_code_cache_free(code);
    fault_engine_close(&e);
    return st;
}

/* How many indexes the home has, each with its file. */
static size_t indexes(const char *home, const char *when)
{
    fault_engine e;
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    gaz_code_cache *cache = NULL;
    gaz_code *code = NULL;
    gaz_scip_edges *edges = NULL;
    if (fault_engine_open(home, &e, &err) != GAZ_OK ||
        gaz_store_snapshot(e.store, &s, &err) != GAZ_OK ||
        gaz_code_cache_new(e.engine, e.store, &e.settings, 1, &cache, &err) != GAZ_OK ||
        gaz_code_open(cache, FAULT_REPO, NULL, INT64_MAX, &code, &err) != GAZ_OK ||
        gaz_code_scip(code, &edges, &err) != GAZ_OK)
        fail_msg("%s: %s", when, err.message);
    size_t count = s->repos[0].scip_count;
    if ((edges != NULL) != (count > 0) ||
        (edges && gaz_scip_edges_summary(edges)->occurrences != 2))
        fail_msg("%s: %zu indexes do not answer", when, count);
    gaz_code_close(code);
    gaz_code_cache_free(cache);
    gaz_snapshot_free(s);
    fault_engine_close(&e);
    return count;
}

static void check_error(const fault_outcome *o, const char *when)
{
    if (o->killed || o->status == GAZ_OK)
        return;
    bool unnamed = strstr(o->error.message, "unable to open database file") &&
                   strstr(o->error.hint, "disk must have room");
    if (o->status != GAZ_E_IO || !*o->error.hint || strchr(o->error.message, '\n') ||
        (!unnamed && !strstr(o->error.message, "No space left on device")))
        fail_msg("%s: %s instead of a full disk: %s (%s)", when, gaz_status_name(o->status),
                 o->error.message, o->error.hint);
}

/* @return whether the plan struck */
static bool strike(const char *prepared, const char *home, fault_plan plan, const gaz_strbuf *index)
{
    char when[100];
    fault_outcome outcome;
    gaz_error err = {0};
    job j = {home, index};
    snprintf(when, sizeof when, "import, action %d at call %llu", (int)plan.action,
             (unsigned long long)plan.at);
    fault_copy_tree(prepared, home);
    fault_child(plan, do_import, &j, &outcome);
    check_error(&outcome, when);
    size_t count = indexes(home, when);
    if (count > 1 || (!outcome.killed && outcome.status == GAZ_OK && count != 1))
        fail_msg("%s: %zu indexes", when, count);
    fault_assert_sound(home, when);
    if (do_import(&j, &err) != GAZ_OK)
        fail_msg("%s: the next import failed: %s", when, err.message);
    if (indexes(home, when) != 1)
        fail_msg("%s: the next import did not take its place", when);
    fault_assert_swept(home, when);
    fault_assert_sound(home, when);
    fault_remove(home);
    return outcome.killed || outcome.calls >= plan.at;
}

static void every_call(const fault_world *w, const fault_action *actions, size_t count,
                       const char *what)
{
    gaz_error err = {0};
    gaz_run_result result;
    gaz_strbuf index = make_index();
    char *prepared = fault_home_new(w, actions[0] == FAULT_KILL_BEFORE ? "kill" : "full"),
         home[600];
    unsigned step = proof_full() ? 1 : 5, tried = 0;
    uint64_t rng = fault_seed();
    fault_join(home, sizeof home, w->dir, "struck");
    fault_set_state(w, 1);
    assert_ok(fault_index(prepared, &result, &err));
    for (size_t i = 0; i < count; i++) {
        fault_plan plan = {actions[i], 1 + (step > 1 ? proof_random(&rng, step) : 0)};
        for (; strike(prepared, home, plan, &index); plan.at += step)
            tried++;
        assert_true(plan.at > 10 && plan.at < 2000);
    }
    fault_remove(prepared);
    free(prepared);
    gaz_strbuf_release(&index);
    proof_report(what, tried);
}

static void an_import_killed_at_any_call_is_whole_or_nothing(void **state)
{
    static const fault_action actions[] = {FAULT_KILL_BEFORE, FAULT_KILL_TORN};
    every_call(*state, actions, 2, "kill -9 at every call of an import of a SCIP index");
}

static void a_disk_that_fills_up_at_any_call_of_an_import_is_a_clean_error(void **state)
{
    static const fault_action actions[] = {FAULT_FULL_ONCE, FAULT_FULL};
    every_call(*state, actions, 2, "a full disk at every call of an import of a SCIP index");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_import_killed_at_any_call_is_whole_or_nothing),
        cmocka_unit_test(a_disk_that_fills_up_at_any_call_of_an_import_is_a_clean_error),
    };
    return cmocka_run_group_tests(tests, fault_world_setup, fault_world_teardown);
}
