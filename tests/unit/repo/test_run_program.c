/* Running a program: which lines are kept, and that it dies with whoever started it. */
#include "gaz_test.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "run_program.h"

#define PATIENCE_MS 20000

static gaz_error err;
static const char *const envp[] = {"PATH=/usr/bin:/bin", NULL};

static bool count_line(gaz_strbuf *all, const char *line)
{
    gaz_strbuf_printf(all, "%s|", line);
    return true;
}

static gaz_status watch(void *ctx, const char *line, gaz_error *why)
{
    (void)why;
    return count_line(ctx, line) ? GAZ_OK : GAZ_E_INTERNAL;
}

static void lines_that_end_as_those_of_ssh_are_kept_and_progress_is_not(void **state)
{
    (void)state;
    const char *const argv[] = {
        "sh", "-c", "printf 'refused\\r\\n 10%%\\r 20%%\\rdone\\r\\n\\r\\n\\nend' >&2", NULL};
    gaz_strbuf errors = GAZ_STRBUF_INIT, seen = GAZ_STRBUF_INIT;
    int code = -1;
    const gaz_program program = {.argv = argv,
                                 .envp = envp,
                                 .deadline_us = gaz_deadline(PATIENCE_MS),
                                 .watch = watch,
                                 .ctx = &seen,
                                 .errors = &errors};
    assert_ok(gaz_program_run(&program, &code, &err));
    assert_int_equal(0, code);
    assert_string_equal("refused\ndone\nend\n", errors.data);
    assert_non_null(strstr(seen.data, "| 10%|"));
    gaz_strbuf_release(&errors);
    gaz_strbuf_release(&seen);
}

static bool is_gone(pid_t pid)
{
    char path[64];
    gaz_strbuf stat = GAZ_STRBUF_INIT;
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    bool gone = gaz_file_read(path, 4096, &stat, NULL) != GAZ_OK || strstr(stat.data, ") Z ");
    gaz_strbuf_release(&stat);
    return gone;
}

static void a_program_and_its_helpers_die_with_a_caller_that_is_killed(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), script[2400], path[600];
    int pids[2] = {0, 0};
    snprintf(path, sizeof path, "%s/pids", dir);
    snprintf(
        script, sizeof script,
        "trap '' TERM; sh -c \"trap '' TERM; while :; do sleep 1; done\" & echo $$ $! >'%s.tmp'; "
        "mv '%s.tmp' '%s'; while :; do sleep 1; done",
        path, path, path);
    const char *const argv[] = {"sh", "-c", script, NULL};
    fflush(NULL);
    pid_t caller = fork();
    assert_true(caller >= 0);
    if (caller == 0) {
        int code;
        const gaz_program program = {.argv = argv, .envp = envp, .deadline_us = GAZ_NEVER};
        _exit(gaz_program_run(&program, &code, NULL) == GAZ_OK ? 1 : 0);
    }
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (int64_t deadline = gaz_deadline(PATIENCE_MS); !text.len; usleep(5000)) {
        assert_true(gaz_now_us() < deadline);
        (void)!gaz_file_read(path, 100, &text, NULL);
    }
    assert_int_equal(2, sscanf(text.data, "%d %d", &pids[0], &pids[1]));
    assert_false(is_gone(pids[0]) || is_gone(pids[1]));
    int ended;
    kill(caller, SIGKILL);
    assert_int_equal(caller, waitpid(caller, &ended, 0));
    for (int64_t deadline = gaz_deadline(PATIENCE_MS); !is_gone(pids[0]) || !is_gone(pids[1]);
         usleep(5000))
        assert_true(gaz_now_us() < deadline);
    gaz_strbuf_release(&text);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* Cancels when it has been asked for the fifth time: more than a second into the program. */
static gaz_status cancel_later(void *ctx, const char *line, gaz_error *why)
{
    unsigned *asked = ctx;
    (void)line;
    return ++*asked < 5 ? GAZ_OK : gaz_error_set(why, GAZ_E_CANCELLED, "cancelled");
}

static void a_program_that_closes_its_outputs_and_lives_on_is_watched_all_the_same(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "exec >&- 2>&-; exec sleep 600", NULL};
    unsigned asked = 0;
    int code = -1;
    gaz_program program = {.argv = argv,
                           .envp = envp,
                           .deadline_us = gaz_deadline(PATIENCE_MS),
                           .watch = cancel_later,
                           .ctx = &asked};
    gaz_error_clear(&err);
    assert_int_equal(GAZ_E_CANCELLED, gaz_program_run(&program, &code, &err));
    assert_int_equal(5, asked);
    program.watch = NULL;
    program.deadline_us = gaz_deadline(300);
    gaz_error_clear(&err);
    assert_int_equal(GAZ_E_TIMEOUT, gaz_program_run(&program, &code, &err));
    assert_int_equal(-1, code);
    gaz_error_clear(&err);
}

static void output_beyond_the_limit_ends_the_program(void **state)
{
    (void)state;
    char script[200];
    const char *const argv[] = {"sh", "-c", script, NULL};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    int code = -1;
    const gaz_program program = {
        .argv = argv, .envp = envp, .deadline_us = gaz_deadline(PATIENCE_MS), .output = &out};
    snprintf(script, sizeof script, "head -c %zu /dev/zero", GAZ_PROGRAM_OUTPUT_MAX);
    gaz_error_clear(&err);
    assert_ok(gaz_program_run(&program, &code, &err));
    assert_int_equal(0, code);
    assert_int_equal(GAZ_PROGRAM_OUTPUT_MAX, out.len);
    gaz_strbuf_reset(&out);
    snprintf(script, sizeof script, "head -c %zu /dev/zero; exec sleep 600",
             GAZ_PROGRAM_OUTPUT_MAX + 1);
    assert_int_equal(GAZ_E_LIMIT, gaz_program_run(&program, &code, &err));
    assert_non_null(strstr(err.message, "'sh' printed more than 16777216 bytes"));
    assert_true(out.len <= GAZ_PROGRAM_OUTPUT_MAX);
    gaz_strbuf_release(&out);
    gaz_error_clear(&err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_that_end_as_those_of_ssh_are_kept_and_progress_is_not),
        cmocka_unit_test(a_program_and_its_helpers_die_with_a_caller_that_is_killed),
        cmocka_unit_test(a_program_that_closes_its_outputs_and_lives_on_is_watched_all_the_same),
        cmocka_unit_test(output_beyond_the_limit_ends_the_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
