/* kill -9 at any system call that changes a file, while indexing, merging and sweeping: no
 * published generation is lost, the home passes the check, the next run succeeds and says what a
 * clean rebuild says, and nothing temporary is left. */
#include "fault_support.h"

typedef enum work { WORK_INDEX, WORK_MERGE, WORK_SWEEP, WORK_KINDS } work;

typedef struct job {
    const char *home;
    work work;
} job;

static gaz_status do_work(void *ctx, gaz_error *err)
{
    const job *j = ctx;
    gaz_run_result result;
    switch (j->work) {
    case WORK_INDEX:
        return fault_index(j->home, &result, err);
    case WORK_MERGE:
        return fault_merge(j->home, err);
    default:
        return fault_sweep(j->home, err);
    }
}

/* How many calls each kind of work makes, learnt from runs that were left alone; grows with what is
 * seen. */
static uint32_t usual[WORK_KINDS] = {60, 40, 30};

static void recover(const fault_world *w, const char *home, unsigned target, const char *when)
{
    gaz_error err = {0};
    gaz_run_result result;
    fault_assert_sound(home, when);
    if (fault_index(home, &result, &err) != GAZ_OK)
        fail_msg("%s: the next run failed: %s", when, err.message);
    fault_assert_state(w, home, target, when);
    fault_assert_swept(home, when);
    fault_assert_sound(home, when);
}

static void one_round(const fault_world *w, const char *home, uint64_t *rng, unsigned round,
                      int *current)
{
    static const fault_action actions[] = {FAULT_KILL_BEFORE, FAULT_KILL_AFTER, FAULT_KILL_TORN};
    unsigned target = proof_random(rng, FAULT_STATES);
    job j = {home, proof_random(rng, 4)   ? WORK_INDEX
                   : proof_random(rng, 3) ? WORK_MERGE
                                          : WORK_SWEEP};
    if (j.work == WORK_INDEX)
        fault_set_state(w, target);
    else
        target = (unsigned)*current;
    fault_plan plan = {actions[proof_random(rng, 3)], 1 + proof_random(rng, usual[j.work])};
    fault_outcome outcome;
    char when[120];
    fault_child(plan, do_work, &j, &outcome);
    snprintf(when, sizeof when, "round %u, work %d, state %d to %u, action %d at call %llu, %s",
             round, (int)j.work, *current, target, (int)plan.action, (unsigned long long)plan.at,
             outcome.killed ? "killed" : "not killed");
    if (!outcome.killed && outcome.calls + 1 < usual[j.work])
        usual[j.work] = (uint32_t)outcome.calls + 1;
    if (!outcome.killed && outcome.status != GAZ_OK)
        fail_msg("%s: %s", when, outcome.error.message);
    int found = fault_which_state(w, home, *current, (int)target, when);
    if (!outcome.killed && found != (int)target)
        fail_msg("%s: a run that ended well published nothing", when);
    recover(w, home, target, when);
    *current = (int)target;
}

static void a_killed_run_loses_no_generation_and_the_next_one_succeeds(void **state)
{
    const fault_world *w = *state;
    uint64_t rng = fault_seed();
    unsigned rounds = proof_rounds(1000);
    int current = 0;
    gaz_error err = {0};
    gaz_run_result result;
    char *home = fault_home_new(w, "killed");
    fault_set_state(w, 0);
    assert_ok(fault_index(home, &result, &err));
    for (unsigned round = 0; round < rounds; round++) {
        for (work k = 0; k < WORK_KINDS; k++)
            usual[k] += 2; /* the guess shrinks to what is true and grows back */
        one_round(w, home, &rng, round, &current);
    }
    fault_remove(home);
    free(home);
    proof_report("kill -9 at random calls of indexing, merging, sweeping", rounds);
}

/* The first run of a home is killed at each call in turn, so that none is left out by chance. */
static void the_first_run_may_be_killed_at_every_call(void **state)
{
    const fault_world *w = *state;
    uint64_t rng = fault_seed();
    fault_set_state(w, 3);
    char *fresh = fault_home_new(w, "fresh"), home[600];
    fault_join(home, sizeof home, w->dir, "first");
    bool ended = false;
    unsigned step = proof_full() ? 1 : 10, tried = 0;
    for (uint64_t at = 1 + (step > 1 ? proof_random(&rng, step) : 0); !ended; at += step, tried++) {
        fault_outcome outcome;
        char when[80];
        job j = {home, WORK_INDEX};
        fault_copy_tree(fresh, home);
        fault_child((fault_plan){FAULT_KILL_TORN, at}, do_work, &j, &outcome);
        ended = !outcome.killed;
        snprintf(when, sizeof when, "first run, killed at call %llu", (unsigned long long)at);
        (void)fault_which_state(w, home, -1, 3, when);
        recover(w, home, 3, when);
        fault_remove(home);
        assert_true(at < 5000);
    }
    assert_true(tried > 2);
    fault_remove(fresh);
    free(fresh);
    proof_report("kill -9 at every call of a first index run", tried);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_run_loses_no_generation_and_the_next_one_succeeds),
        cmocka_unit_test(the_first_run_may_be_killed_at_every_call),
    };
    return cmocka_run_group_tests_name("kill", tests, fault_world_setup, fault_world_teardown);
}
