/* The power fails at any call of an index run, a merge or the registering of a repository: only
 * what was synced is left (kill -9 cannot show a forgotten fsync, the page cache outlives it). What
 * a run reported as published is there, what is there passes the check, and the next run brings the
 * rest. */
#include "fault_support.h"

#include <sys/stat.h>

typedef enum work { WORK_INDEX, WORK_MERGE, WORK_REPAIR, WORK_KINDS } work;

typedef struct job {
    const char *home;
    work work;
} job;

static void ignore_finding(void *ctx, const char *what, const char *name, const char *message)
{
    (void)ctx;
    (void)what;
    (void)name;
    (void)message;
}

static gaz_status repair(const char *home, gaz_error *err)
{
    gaz_store *store = NULL;
    gaz_strbuf again = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_open_damaged(home, &store, err);
    if (st == GAZ_OK)
        st = gaz_store_repair(store, ignore_finding, NULL, &again, err);
    gaz_store_close(store);
    gaz_strbuf_release(&again);
    return st;
}

static gaz_status do_work(void *ctx, gaz_error *err)
{
    const job *j = ctx;
    gaz_run_result result;
    gaz_status st = j->work == WORK_REPAIR ? repair(j->home, err) : GAZ_OK;
    if (st != GAZ_OK)
        return st;
    return j->work == WORK_MERGE ? fault_merge(j->home, err) : fault_index(j->home, &result, err);
}

/* @return whether the cut came before the end */
static bool cut(const fault_world *w, const char *prepared, work kind, uint64_t at, unsigned from,
                unsigned to)
{
    char home[600], shadow[600], after[600], when[100];
    fault_outcome outcome;
    gaz_error err = {0};
    gaz_run_result result;
    fault_join(home, sizeof home, w->dir, "powered");
    fault_join(shadow, sizeof shadow, w->dir, "synced");
    fault_join(after, sizeof after, w->dir, "after");
    job j = {home, kind};
    snprintf(when, sizeof when, "power cut at call %llu of work %d", (unsigned long long)at,
             (int)kind);
    fault_copy_tree(prepared, home);
    fault_shadow_begin(home, shadow);
    fault_child((fault_plan){FAULT_KILL_BEFORE, at}, do_work, &j, &outcome);
    fault_shadow_end();
    fault_shadow_restore(home, shadow, after);
    fault_remove(shadow);
    fault_remove(home);
    if (!outcome.killed && outcome.status != GAZ_OK)
        fail_msg("%s: %s", when, outcome.error.message);
    if (kind == WORK_REPAIR && outcome.killed) {
        /* the damage may still be there: repairing again is what one would do */
        if (repair(after, &err) != GAZ_OK)
            fail_msg("%s: cannot be repaired any more: %s", when, err.message);
    } else {
        int found = fault_which_state(w, after, (int)from, (int)to, when);
        if (!outcome.killed && found != (int)to)
            fail_msg("%s: what was reported as published is lost", when);
    }
    fault_assert_sound(after, when);
    if (fault_index(after, &result, &err) != GAZ_OK)
        fail_msg("%s: the next run failed: %s", when, err.message);
    fault_assert_state(w, after, to, when);
    fault_assert_swept(after, when);
    fault_assert_sound(after, when);
    fault_remove(after);
    return outcome.killed;
}

static void every_call(const fault_world *w, const char *prepared, work kind, unsigned from,
                       unsigned to, const char *what)
{
    uint64_t rng = fault_seed();
    unsigned tried = 0, step = proof_full() ? 1 : 10;
    fault_set_state(w, to);
    for (uint64_t at = 1 + proof_random(&rng, step); cut(w, prepared, kind, at, from, to);
         at += step)
        tried++;
    assert_true(tried > 3);
    proof_report(what, tried);
}

static char *prepare(const fault_world *w, const char *name)
{
    gaz_error err = {0};
    gaz_run_result result;
    char *home = fault_home_new(w, name);
    for (unsigned k = 0; k < 2; k++) {
        fault_set_state(w, k);
        assert_ok(fault_index(home, &result, &err));
    }
    return home;
}

static void a_power_cut_in_an_index_run_loses_nothing_that_was_published(void **state)
{
    char *home = prepare(*state, "to-index");
    every_call(*state, home, WORK_INDEX, 1, 4, "power cuts in index runs");
    free(home);
}

static void a_power_cut_in_a_merge_loses_nothing_that_was_published(void **state)
{
    char *home = prepare(*state, "to-merge");
    every_call(*state, home, WORK_MERGE, 1, 1, "power cuts in merges");
    free(home);
}

static void a_power_cut_in_a_repair_leaves_what_can_be_repaired(void **state)
{
    char *home = prepare(*state, "to-repair"), path[600];
    fault_join(path, sizeof path, home, "catalogue.db");
    fault_write(path, "no catalogue at all, but long enough to be looked at by SQLite\n", 63);
    every_call(*state, home, WORK_REPAIR, 1, 1, "power cuts in repairs");
    free(home);
}

/* The first home: its registering was reported, so it is there after a cut. */
static void a_registered_repository_survives_a_power_cut(void **state)
{
    const fault_world *w = *state;
    char shadow[600], after[600], home[600];
    gaz_error err = {0};
    gaz_run_result result;
    fault_set_state(w, 2);
    fault_join(home, sizeof home, w->dir, "new");
    fault_join(shadow, sizeof shadow, w->dir, "synced-new");
    fault_join(after, sizeof after, w->dir, "after-new");
    assert_int_equal(0, mkdir(home, 0700));
    fault_shadow_begin(home, shadow);
    free(fault_home_new(w, "new"));
    fault_shadow_end();
    fault_shadow_restore(home, shadow, after);
    fault_remove(shadow);
    fault_assert_sound(after, "registered");
    assert_ok(fault_index(after, &result, &err));
    fault_assert_state(w, after, 2, "registered");
    fault_remove(after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_power_cut_in_an_index_run_loses_nothing_that_was_published),
        cmocka_unit_test(a_power_cut_in_a_merge_loses_nothing_that_was_published),
        cmocka_unit_test(a_power_cut_in_a_repair_leaves_what_can_be_repaired),
        cmocka_unit_test(a_registered_repository_survives_a_power_cut),
    };
    return cmocka_run_group_tests_name("power cut", tests, fault_world_setup, fault_world_teardown);
}
