/* The programs that keep a watcher: `gaz watch`, and a server with server.watch. Their worker is
 * killed again and again, and what is saved is published all the same; they end when they are told
 * to, and their worker with them. */
#include "gaz_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "run_tool.h"
#include "serve_fixture.h"
#include "tree_steps.h"

#define PATIENCE_MS 120000
#define KILLS 3

static gaz_error err;

typedef struct bench {
    char *dir, tree[600];
    fixture f; /* only looks at the catalogue */
    serve s;
} bench;

static void write_file(const bench *b, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", b->tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static int setup(void **state)
{
    bench *b = calloc(1, sizeof *b);
    assert_non_null(b);
    gaz_error_clear(&err);
    b->dir = make_temp_dir();
    snprintf(b->tree, sizeof b->tree, "%s/tree", b->dir);
    serve_init(&b->s, b->dir);
    fixture_open(&b->f, b->dir, "home");
    free(run_git(b->dir, "init", "-q", "-b", "main", b->tree, NULL));
    write_file(b, "a.txt", "first word\n");
    free(run_git(b->tree, "add", "-A", NULL));
    free(run_git(b->tree, "commit", "-qm", "c", NULL));
    fixture_add(&b->f, b->tree, "r", NULL);
    (void)fixture_index(&b->f, "r");
    *state = b;
    return 0;
}

static int teardown(void **state)
{
    bench *b = *state;
    fixture_check(&b->f);
    fixture_close(&b->f);
    assert_int_equal(GAZ_OK, gaz_remove_all(b->dir, NULL));
    free(b->dir);
    free(b);
    return 0;
}

/* The gaz-worker that a process has started; 0: it has none now. */
static pid_t worker_of(pid_t parent)
{
    DIR *d = opendir("/proc");
    pid_t found = 0;
    assert_non_null(d);
    for (struct dirent *e; !found && (e = readdir(d));) {
        char path[300], text[600];
        int of = 0;
        snprintf(path, sizeof path, "/proc/%.200s/stat", e->d_name);
        FILE *f = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? fopen(path, "re") : NULL;
        if (!f)
            continue;
        const char *line = fgets(text, sizeof text, f), *at = line ? strrchr(line, ')') : NULL;
        fclose(f);
        if (at && strstr(text, "(gaz-worker)") && strncmp(at, ") Z", 3) != 0 &&
            sscanf(at, ") %*c %d", &of) == 1 && of == parent)
            found = (pid_t)strtol(e->d_name, NULL, 10);
    }
    closedir(d);
    return found;
}

static pid_t await_worker(pid_t parent)
{
    pid_t found = 0;
    for (int64_t until = gaz_deadline(PATIENCE_MS); !(found = worker_of(parent)); usleep(5000))
        if (gaz_expired(until))
            fail_msg("there is no worker");
    return found;
}

/* Until what is published is what the directory holds; nobody asks for it meanwhile. */
static void settles(bench *b, const char *after)
{
    char *expected = tree_expected(b->tree), *actual = NULL;
    for (int64_t until = gaz_deadline(PATIENCE_MS);; usleep(5000)) {
        free(actual);
        actual = tree_published(b->f.store, "r");
        if ((actual && strcmp(expected, actual) == 0) || gaz_expired(until))
            break;
    }
    tree_assert_same(expected, actual, after);
    free(expected);
    free(actual);
}

/* Kills the worker of a process while files are saved. */
static void survive_kills(bench *b, pid_t parent)
{
    settles(b, "the beginning");
    for (unsigned i = 0; i < KILLS; i++) {
        char text[40];
        pid_t worker = await_worker(parent);
        snprintf(text, sizeof text, "word %u\n", i);
        write_file(b, "a.txt", text); /* perhaps it is at it when it dies */
        assert_int_equal(kill(worker, SIGKILL), 0);
        snprintf(text, sizeof text, "other %u\n", i);
        write_file(b, "b.txt", text);
        settles(b, "a kill");
        assert_int_not_equal(worker, await_worker(parent));
    }
}

static void await_end(pid_t worker)
{
    for (int64_t until = gaz_deadline(PATIENCE_MS); kill(worker, 0) == 0; usleep(5000))
        if (gaz_expired(until))
            fail_msg("the worker outlives the program");
}

static pid_t start_watch(const bench *b)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int log = open(b->s.log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(b->s.program, "gaz", "watch", "r", (char *)NULL);
    _exit(127);
}

static void gaz_watch_goes_on_when_its_worker_is_killed(void **state)
{
    bench *b = *state;
    int ended = 0;
    gaz_strbuf log = GAZ_STRBUF_INIT;
    pid_t watch = start_watch(b);
    survive_kills(b, watch);
    pid_t worker = await_worker(watch);
    assert_int_equal(kill(watch, SIGINT), 0);
    assert_int_equal(waitpid(watch, &ended, 0), watch);
    await_end(worker);
    assert_true(WIFEXITED(ended));
    assert_ok(gaz_file_read(b->s.log, 1 << 20, &log, &err));
    assert_non_null(strstr(log.data, "r: watching "));
    assert_non_null(strstr(log.data, "signal 9")); /* each death is told */
    gaz_strbuf_release(&log);
}

static void gaz_watch_that_is_killed_takes_its_worker_along(void **state)
{
    bench *b = *state;
    int ended = 0;
    pid_t watch = start_watch(b);
    settles(b, "the beginning");
    pid_t worker = await_worker(watch);
    assert_int_equal(kill(watch, SIGKILL), 0);
    assert_int_equal(waitpid(watch, &ended, 0), watch);
    await_end(worker);
    watch = start_watch(b); /* nothing keeps the next from watching */
    write_file(b, "a.txt", "and on\n");
    settles(b, "another watcher");
    assert_int_equal(kill(watch, SIGTERM), 0);
    assert_int_equal(waitpid(watch, &ended, 0), watch);
}

static void a_server_goes_on_when_a_watcher_of_its_is_killed(void **state)
{
    bench *b = *state;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    setenv("GAZ_SERVER_WATCH", "true", 1);
    serve_start(&b->s);
    survive_kills(b, b->s.pid);
    for (int64_t until = gaz_deadline(PATIENCE_MS);; usleep(20000)) { /* and status tells */
        assert_int_equal(200, serve_ask(&b->s, "/v1/status", NULL, &out));
        if (strstr(out.data, "\"worktree\":{\"files\":2,") && strstr(out.data, "\"live\":true"))
            break;
        if (gaz_expired(until))
            fail_msg("status never says that the tree is live: %s", out.data);
    }
    assert_int_equal(0, serve_run(&b->s, "status", NULL, &out));
    assert_non_null(strstr(out.data, "WORK TREE"));
    serve_stop(&b->s);
    unsetenv("GAZ_SERVER_WATCH");
    gaz_strbuf_release(&out);
}

int main(void)
{
#define IN_BENCH(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_BENCH(gaz_watch_goes_on_when_its_worker_is_killed),
        IN_BENCH(gaz_watch_that_is_killed_takes_its_worker_along),
        IN_BENCH(a_server_goes_on_when_a_watcher_of_its_is_killed),
    };
    return cmocka_run_group_tests_name("watching programs", tests, NULL, NULL);
}
