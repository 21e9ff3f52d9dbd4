/* A disk that fills up at any call of an index run, a merge or a sweep, once or for good: a clean
 * error that says what to do, the old generation intact, and the next run succeeds. The same on a
 * real, small file system. */
#include "fault_support.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct job {
    const char *home;
    bool merge;
} job;

static gaz_status do_work(void *ctx, gaz_error *err)
{
    const job *j = ctx;
    gaz_run_result result;
    return j->merge ? fault_merge(j->home, err) : fault_index(j->home, &result, err);
}

static void check_error(const fault_outcome *o, const char *when)
{
    if (o->status == GAZ_OK)
        return; /* what failed did not matter to the result, which is looked at below */
    /* SQLite tells nobody why it could not make the file of a log */
    bool unnamed = strstr(o->error.message, "unable to open database file") &&
                   strstr(o->error.hint, "disk must have room");
    if (o->status != GAZ_E_IO || (!unnamed && !strstr(o->error.message, "No space left on device")))
        fail_msg("%s: %s instead of a full disk: %s", when, gaz_status_name(o->status),
                 o->error.message);
    if (!*o->error.hint)
        fail_msg("%s: no hint goes with: %s", when, o->error.message);
    if (strchr(o->error.message, '\n'))
        fail_msg("%s: more than one line: %s", when, o->error.message);
}

/* One run of `from` → `to` (or a merge) with a plan. @return whether the plan struck */
static bool strike(const fault_world *w, const char *prepared, const char *home, fault_plan plan,
                   bool merge, unsigned from, unsigned to)
{
    char when[120];
    fault_outcome outcome;
    gaz_error err = {0};
    gaz_run_result result;
    job j = {home, merge};
    snprintf(when, sizeof when, "%s, disk full %s at call %llu", merge ? "merge" : "index run",
             plan.action == FAULT_FULL ? "for good" : "once", (unsigned long long)plan.at);
    fault_copy_tree(prepared, home);
    fault_child(plan, do_work, &j, &outcome);
    check_error(&outcome, when);
    int found = fault_which_state(w, home, (int)from, (int)to, when);
    if (outcome.status == GAZ_OK && found != (int)to)
        fail_msg("%s: said it succeeded, but published nothing", when);
    fault_assert_sound(home, when);
    if (fault_index(home, &result, &err) != GAZ_OK)
        fail_msg("%s: the next run failed: %s", when, err.message);
    fault_assert_state(w, home, to, when);
    fault_assert_swept(home, when);
    fault_remove(home);
    return outcome.calls >= plan.at;
}

static void every_call(const fault_world *w, bool merge)
{
    unsigned from = 1, to = merge ? 1 : 4, step = proof_full() ? 1 : 10, tried = 0;
    uint64_t rng = fault_seed();
    gaz_error err = {0};
    gaz_run_result result;
    char *prepared = fault_home_new(w, merge ? "to-merge" : "to-index"), home[600];
    fault_join(home, sizeof home, w->dir, merge ? "full-merge" : "full-index");
    for (unsigned k = 0; k <= from; k++) {
        fault_set_state(w, k);
        assert_ok(fault_index(prepared, &result, &err));
    }
    fault_set_state(w, to);
    for (int kind = 0; kind < 2; kind++) {
        fault_plan plan = {kind ? FAULT_FULL : FAULT_FULL_ONCE, 1 + proof_random(&rng, step)};
        for (; strike(w, prepared, home, plan, merge, from, to); plan.at += step)
            tried++;
        assert_true(plan.at > 10);
    }
    fault_remove(prepared);
    free(prepared);
    proof_report(merge ? "a full disk at every call of a merge"
                       : "a full disk at every call of an index run",
                 tried);
}

static void a_full_disk_at_any_call_of_an_index_run_is_a_clean_error(void **state)
{
    every_call(*state, false);
}

static void a_full_disk_at_any_call_of_a_merge_is_a_clean_error(void **state)
{
    every_call(*state, true);
}

/* ---- a real file system ---- */

#define SKIPPED 77
#define SMALL_KB 4
#define LARGE_KB 1024

static bool mount_small(const char *at, unsigned kilobytes)
{
    char options[64];
    snprintf(options, sizeof options, "size=%uk,mode=0700", kilobytes);
    return mount("none", at, "tmpfs", 0, options) == 0;
}

static bool grow(const char *at, unsigned kilobytes)
{
    char options[64];
    snprintf(options, sizeof options, "size=%uk", kilobytes);
    return mount("none", at, "tmpfs", MS_REMOUNT, options) == 0;
}

/* In a mount namespace of its own, so that nothing is left mounted however it ends. */
static int on_small_disk(const fault_world *w, unsigned kilobytes)
{
    char at[600], home[600];
    gaz_error err = {0};
    gaz_run_result result;
    gaz_status st = GAZ_OK;
    fault_join(at, sizeof at, w->dir, "disk");
    (void)mkdir(at, 0700);
    if (unshare(geteuid() == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0 ||
        mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 || !mount_small(at, 2 * LARGE_KB))
        return SKIPPED;
    fault_set_state(w, 0);
    char *made = fault_home_new(w, "disk/home");
    snprintf(home, sizeof home, "%s", made);
    free(made);
    st = fault_index(home, &result, &err);
    fault_set_state(w, 5);
    unsigned used = 0;
    for (char **files = fault_list(at), **f = files; *f || (fault_list_free(files), false); f++) {
        char path[1200];
        struct stat info;
        fault_join(path, sizeof path, at, *f);
        if (stat(path, &info) == 0)
            used += (unsigned)(info.st_blocks / 2);
    }
    if (st != GAZ_OK || !grow(at, used + kilobytes))
        return SKIPPED;
    fault_outcome outcome = {.status = fault_index(home, &result, &err)};
    outcome.error = err;
    check_error(&outcome, "a small tmpfs");
    if (!grow(at, 4 * LARGE_KB))
        return SKIPPED;
    int found = fault_which_state(w, home, 0, 5, "a small tmpfs");
    assert_true(outcome.status != GAZ_OK || found == 5);
    fault_assert_sound(home, "a small tmpfs");
    gaz_error_clear(&err);
    assert_ok(fault_index(home, &result, &err));
    fault_assert_state(w, home, 5, "a small tmpfs");
    fault_assert_swept(home, "a small tmpfs");
    return outcome.status == GAZ_OK ? 1 : 0;
}

static void a_small_file_system_that_fills_up_is_a_clean_error(void **state)
{
    const fault_world *w = *state;
    unsigned full = 0, enough = 0;
    for (unsigned kb = SMALL_KB; kb <= LARGE_KB; kb *= 2) {
        fflush(NULL);
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (pid == 0) {
            int code = on_small_disk(
                w, kb); /* a failed assertion ends the child through cmocka with a message */
            _exit(code);
        }
        int ended = 0;
        assert_int_equal(pid, waitpid(pid, &ended, 0));
        assert_true(WIFEXITED(ended));
        if (WEXITSTATUS(ended) == SKIPPED) {
            print_message("SKIPPED: this user may not mount a small file system; the calls were "
                          "made to fail instead\n");
            skip();
        }
        if (WEXITSTATUS(ended) > 1)
            fail_msg("with %u KiB to spare: wait status %d", kb, ended);
        full += WEXITSTATUS(ended) == 0;
        enough += WEXITSTATUS(ended) == 1;
    }
    assert_true(full > 0);
    assert_true(enough > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_disk_at_any_call_of_an_index_run_is_a_clean_error),
        cmocka_unit_test(a_full_disk_at_any_call_of_a_merge_is_a_clean_error),
        cmocka_unit_test(a_small_file_system_that_fills_up_is_a_clean_error),
    };
    return cmocka_run_group_tests_name("full disk", tests, fault_world_setup, fault_world_teardown);
}
