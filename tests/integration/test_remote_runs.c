/* Index runs and a server over remotes: killed in the middle of a transfer, stopped, and left alone
 * to notice what is pushed. Bounds are counts, or far beyond what is needed. */
#include "gaz_test.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "proof.h"
#include "remote_scene.h"
#include "run_tool.h"
#include "serve_fixture.h"

#define PATIENCE_MS 60000
#define BULK (3u << 20)
#define HOLD_AFTER 400000 /* bytes: in the middle of the pack */

static gaz_error err;
static remote_scene scene;

static int open_scene(void **state)
{
    (void)state;
    char path[700];
    scene_open(&scene);
    static const char *const names[][2] = {{"GAZ_REPOS_SSH_KEY", "client_key"},
                                           {"GAZ_REPOS_KNOWN_HOSTS", "known_hosts"},
                                           {"GAZ_REPOS_CA_FILE", "ca.pem"}};
    for (size_t i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s/%s", scene.dir, names[i][1]);
        setenv(names[i][0], path, 1);
    }
    setenv("GAZ_REPOS_CREDENTIAL_HELPER", scene.helper, 1);
    setenv("GAZ_REPOS_ALLOW_PRIVATE_URLS", "true", 1);
    setenv("GAZ_POLL_INTERVAL_MAX", "1h", 1);
    return 0;
}

static int close_scene(void **state)
{
    (void)state;
    scene_close(&scene);
    return 0;
}

static int reset(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    unsetenv("GAZ_POLL_INTERVAL");
    scene_reset(&scene, BULK);
    free(scene_sh(&scene, "rm -rf home"));
    return 0;
}

/* ---- killed in the middle ---- */

static const char *worker_path(void)
{
    static char path[700];
    const char *build = getenv("GAZ_BUILD_DIR");
    snprintf(path, sizeof path, "%s/gaz-worker", build ? build : ".");
    return path;
}

static pid_t start_worker(const fixture *f, const char *command)
{
    fflush(NULL);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid)
        return pid;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)!freopen("/dev/null", "w", stdout);
    execl(worker_path(), worker_path(), f->home, command, "app", (char *)NULL);
    _exit(127);
}

/* Waits until a transfer hangs in the middle of its pack. */
static void await_hold(void)
{
    for (int64_t deadline = gaz_deadline(PATIENCE_MS);
         access(servers_file(&scene.servers, "held"), F_OK) != 0; usleep(2000))
        if (gaz_now_us() > deadline)
            fail_msg("nothing is being fetched");
    usleep(50000); /* for git to write down what has come; without it the kill is just earlier */
}

/* The index is what a fresh clone's is. */
static void assert_as_fresh(fixture *f)
{
    fixture_add(f, servers_url(&scene.servers, DOOR_HTTP, "app.git"), "fresh", NULL);
    (void)fixture_index(f, "fresh");
    char *app = fixture_dump(f, "app"), *fresh = fixture_dump(f, "fresh");
    assert_non_null(strstr(app, "bulk/"));
    if (strcmp(app, fresh) != 0)
        fail_msg("the index differs from that of a fresh clone");
    free(app);
    free(fresh);
    assert_ok(gaz_repo_unregister(f->store, "fresh", &err));
    fixture_check(f);
}

/* @param whom  of the programs at work, by a word of its command line; NULL: gaz-worker */
static void kill_in_the_middle(fixture *f, const char *whom)
{
    servers_fault(&scene.servers, "hold", HOLD_AFTER);
    int ended = 0;
    pid_t worker = start_worker(f, "index");
    await_hold();
    pid_t victim = whom ? scene_find_process(whom, f->home) : worker;
    assert_true(victim > 0);
    assert_int_equal(0, kill(victim, SIGKILL));
    assert_int_equal(worker, waitpid(worker, &ended, 0));
    assert_int_not_equal(0, ended);
    scene_assert_alone(&scene, "home");
    servers_fault(&scene.servers, NULL, 0);
    (void)fixture_index(f, "app");
    scene_assert_clean(&scene, "home/repos");
    scene_assert_clean(&scene, "home/tmp");
}

static void survive_kills(git_door door)
{
    static const char *const victims[] = {NULL, "core.hooksPath=/dev/null"};
    char url[900];
    fixture f;
    snprintf(url, sizeof url, "%s", servers_url(&scene.servers, door, "app.git"));
    for (size_t i = 0; i < 2; i++) {
        fixture_open(&f, scene.dir, "home");
        fixture_add(&f, url, "app", NULL);
        kill_in_the_middle(&f, victims[i]); /* of the clone */
        for (unsigned k = 0; k < proof_rounds(10); k++) {
            char text[60], name[40];
            snprintf(name, sizeof name, "round/%u.txt", k);
            snprintf(text, sizeof text, "round %u of %zu\n", k, i);
            free(scene_sh(&scene, "cd \"$R\"; git update-ref -d refs/heads/bulk; "
                                  "head -c 2000000 /dev/urandom >../blob; "
                                  "b=$(git hash-object -w ../blob); rm ../blob; "
                                  "t=$(printf '100644 blob %s\\tblob.bin\\n' $b | git mktree); "
                                  "git update-ref refs/heads/bulk $(git commit-tree -m b $t)"));
            scene_commit(&scene, "main", name, text);
            kill_in_the_middle(&f, victims[i]); /* of a fetch */
        }
        assert_as_fresh(&f);
        fixture_close(&f);
        reset(NULL);
    }
}

static void a_transfer_over_http_killed_in_the_middle_leaves_nothing(void **state)
{
    (void)state;
    survive_kills(DOOR_HTTP_PROXY);
}

static void a_transfer_over_ssh_killed_in_the_middle_leaves_nothing(void **state)
{
    (void)state;
    survive_kills(DOOR_SSH_PROXY);
}

static void one_remote_that_fails_does_not_keep_others_from_being_indexed(void **state)
{
    (void)state;
    fixture f;
    gaz_run_result result;
    fixture_open(&f, scene.dir, "home");
    fixture_add(&f, servers_url(&scene.servers, DOOR_HTTP, "broken/app.git"), "broken", NULL);
    fixture_add(&f, servers_url(&scene.servers, DOOR_SSH, "app.git"), "app", NULL);
    assert_int_equal(GAZ_E_REMOTE, fixture_try_index(&f, "broken", NULL, &result, &err));
    assert_non_null(strstr(err.message, "the server failed"));
    assert_true(fixture_index(&f, "app").files > 0);
    assert_as_fresh(&f);
    fixture_close(&f);
}

/* ---- looks ---- */

static void an_index_run_does_not_wait_for_a_look_that_hangs(void **state)
{
    (void)state;
    static const git_door doors[] = {DOOR_HTTP_PROXY, DOOR_SSH_PROXY};
    for (size_t i = 0; i < 2; i++) {
        fixture f;
        int ended = 0;
        fixture_open(&f, scene.dir, "home");
        fixture_add(&f, servers_url(&scene.servers, doors[i], "app.git"), "app", NULL);
        (void)fixture_index(&f, "app");
        servers_fault(&scene.servers, "hold", 10);
        pid_t look = start_worker(&f, "poll");
        await_hold();
        servers_fault(&scene.servers, NULL, 0);
        scene_commit(&scene, "main", "meanwhile.txt", "while a look hangs\n");
        assert_int_equal(1, fixture_index(&f, "app").files);
        assert_int_equal(0, waitpid(look, &ended, WNOHANG)); /* it still hangs */
        assert_int_equal(0, kill(look, SIGKILL));
        assert_int_equal(look, waitpid(look, &ended, 0));
        scene_assert_alone(&scene, "home");
        assert_as_fresh(&f);
        fixture_close(&f);
        reset(NULL);
    }
}

static void a_look_has_a_time_limit_of_its_own(void **state)
{
    (void)state;
    fixture f;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    fixture_open(&f, scene.dir, "home");
    fixture_add(&f, servers_url(&scene.servers, DOOR_SSH_PROXY, "app.git"), "app", NULL);
    (void)fixture_index(&f, "app");
    servers_fault(&scene.servers, "hold", 10);
    setenv("GAZ_POLL_TIMEOUT", "1s", 1);
    const char *const argv[] = {worker_path(), f.home, "poll", "app", NULL};
    assert_int_equal(1, run_tool(&(tool){.argv = argv, .loud = true}, &out));
    unsetenv("GAZ_POLL_TIMEOUT");
    assert_non_null(strstr(out.data, "took longer than it may"));
    assert_non_null(strstr(out.data, "allow more time in poll.timeout"));
    scene_assert_alone(&scene, "home");
    servers_fault(&scene.servers, NULL, 0);
    gaz_strbuf_reset(&out);
    assert_int_equal(0, run_tool(&(tool){.argv = argv, .loud = true}, &out));
    assert_non_null(strstr(out.data, "\"changed\":false"));
    gaz_strbuf_release(&out);
    fixture_close(&f);
}

/* ---- a server that looks by itself ---- */

static void add_repository(const serve *s, const char *url)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    const char *const argv[] = {s->program, "add", url, "--name", "app", NULL};
    assert_int_equal(0, run_tool(&(tool){.argv = argv, .loud = true}, &out));
    gaz_strbuf_release(&out);
}

static void ask(const serve *s, const char *target, gaz_strbuf *out)
{
    if (serve_ask(s, target, NULL, out) != 200)
        fail_msg("%s: %s", target, out->data);
}

/* Waits for words in an answer. */
static void await(const serve *s, const char *target, const char *words, gaz_strbuf *out)
{
    int64_t deadline = gaz_deadline(PATIENCE_MS);
    for (ask(s, target, out); !strstr(out->data, words); ask(s, target, out)) {
        if (gaz_now_us() > deadline) {
            serve_show_log(s);
            fail_msg("%s never says %s: %.2000s", target, words, out->data);
        }
        usleep(20000);
    }
}

static unsigned count_jobs(const serve *s, gaz_strbuf *out)
{
    unsigned count = 0;
    ask(s, "/v1/status", out);
    for (const char *at = out->data; (at = strstr(at, "\"kind\":\"index\"")) != NULL; at++)
        count++;
    return count;
}

static void what_is_pushed_is_found_without_being_asked_for(void **state)
{
    (void)state;
    serve s;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    setenv("GAZ_POLL_INTERVAL", "200ms", 1);
    scene_reset(&scene, 0);
    serve_init(&s, scene.dir);
    add_repository(&s, servers_url(&scene.servers, DOOR_HTTP, "app.git"));
    serve_start(&s);
    await(&s, "/v1/search?q=hello+remote", "hello.txt", &out);
    /* Looks with nothing new cost nothing: no job, no generation. */
    unsigned jobs = count_jobs(&s, &out), asked = servers_requests(&scene.servers, "/info/refs");
    int64_t generation = serve_number(out.data, "\"generation\":");
    for (int64_t deadline = gaz_deadline(PATIENCE_MS);
         servers_requests(&scene.servers, "/info/refs") < asked + 5; usleep(20000))
        assert_true(gaz_now_us() < deadline);
    assert_int_equal(jobs, count_jobs(&s, &out));
    assert_int_equal(generation, serve_number(out.data, "\"generation\":"));
    assert_non_null(strstr(out.data, "\"poll\":{\"last\":\"20"));
    for (unsigned i = 0; i < 3; i++) {
        char text[60], query[80];
        snprintf(text, sizeof text, "pushed number %u here\n", i);
        scene_commit(&scene, "main", "pushed.txt", text);
        snprintf(query, sizeof query, "/v1/search?q=%%22pushed+number+%u%%22", i);
        await(&s, query, "pushed.txt", &out);
    }
    serve_stop(&s);
    gaz_strbuf_release(&out);
}

static void a_repository_read_in_place_is_looked_at_where_that_is_wanted(void **state)
{
    (void)state;
    serve s;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    setenv("GAZ_POLL_INTERVAL", "200ms", 1);
    scene_reset(&scene, 0);
    serve_init(&s, scene.dir);
    add_repository(&s, scene.remote);
    serve_start(&s); /* poll.local is false */
    await(&s, "/v1/search?q=hello+remote", "hello.txt", &out);
    ask(&s, "/v1/repos", &out);
    assert_non_null(strstr(out.data, "\"poll\":null"));
    scene_commit(&scene, "main", "pushed.txt", "not looked for\n");
    usleep(1500000); /* seven intervals */
    ask(&s, "/v1/search?q=%22not+looked+for%22", &out);
    assert_null(strstr(out.data, "pushed.txt"));
    serve_stop(&s);
    setenv("GAZ_POLL_LOCAL", "true", 1);
    serve_start(&s);
    await(&s, "/v1/search?q=%22not+looked+for%22", "pushed.txt", &out);
    await(&s, "/v1/repos", "\"poll\":{\"last\":\"20", &out);
    scene_commit(&scene, "main", "pushed.txt", "but this is\n");
    await(&s, "/v1/search?q=%22but+this+is%22", "pushed.txt", &out);
    /* Looks with nothing new cost nothing here, too. One that met a run which had just begun may
     * have asked for another. */
    int64_t deadline = gaz_deadline(PATIENCE_MS);
    for (unsigned before = 0, jobs = 1; jobs != before;
         before = jobs, jobs = count_jobs(&s, &out)) {
        assert_true(gaz_now_us() < deadline);
        usleep(1500000);
    }
    gaz_strbuf_reset(&out);
    assert_int_equal(0, serve_run(&s, "status", NULL, &out));
    assert_non_null(strstr(out.data, "LOOKED AT"));
    serve_stop(&s);
    unsetenv("GAZ_POLL_LOCAL");
    gaz_strbuf_release(&out);
}

static void failures_are_told_kept_over_a_restart_and_forgiven(void **state)
{
    (void)state;
    serve s;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    setenv("GAZ_POLL_INTERVAL", "200ms", 1);
    scene_reset(&scene, 0);
    serve_init(&s, scene.dir);
    add_repository(&s, servers_url(&scene.servers, DOOR_SSH, "app.git"));
    free(scene_sh(&scene, "mv \"$R\" away"));
    serve_start(&s);
    await(&s, "/v1/repos", "\"failures\":5,", &out);
    assert_non_null(strstr(out.data, "not there"));
    serve_stop(&s);
    setenv("GAZ_POLL_INTERVAL", "1h", 1); /* nothing is due for a long time now */
    serve_start(&s);
    await(&s, "/v1/repos", "\"failures\":", &out);
    await(&s, "/v1/repos", "\"poll\":{", &out);
    assert_true(serve_number(out.data, "\"failures\":") >= 5);
    assert_non_null(strstr(out.data, "not there"));
    assert_int_equal(0, serve_run(&s, "status", NULL, &out));
    free(scene_sh(&scene, "mv away \"$R\""));
    assert_int_equal(200, serve_ask(&s, "/v1/index?wait=1", "{\"repo\":\"app\"}", &out));
    await(&s, "/v1/repos", "\"failures\":0,\"error\":null", &out);
    serve_stop(&s);
    gaz_strbuf_release(&out);
}

static void a_server_stopped_in_the_middle_of_a_clone_leaves_nothing(void **state)
{
    (void)state;
    serve s;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    fixture f;
    fixture_open(&f, scene.dir, "home");
    fixture_add(&f, servers_url(&scene.servers, DOOR_SSH_PROXY, "app.git"), "app", NULL);
    fixture_close(&f);
    servers_fault(&scene.servers, "hold", HOLD_AFTER);
    serve_init(&s, scene.dir);
    serve_start(&s);
    assert_int_equal(202, serve_ask(&s, "/v1/index", "{\"repo\":\"app\"}", &out));
    await_hold();
    serve_stop(&s);
    scene_assert_alone(&scene, "home");
    scene_assert_clean(&scene, "home/repos");
    servers_fault(&scene.servers, NULL, 0);
    serve_start(&s); /* takes the job up again */
    await(&s, "/v1/search?q=hello+remote", "hello.txt", &out);
    serve_stop(&s);
    gaz_strbuf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_transfer_over_http_killed_in_the_middle_leaves_nothing, reset),
        cmocka_unit_test_setup(a_transfer_over_ssh_killed_in_the_middle_leaves_nothing, reset),
        cmocka_unit_test_setup(one_remote_that_fails_does_not_keep_others_from_being_indexed,
                               reset),
        cmocka_unit_test_setup(an_index_run_does_not_wait_for_a_look_that_hangs, reset),
        cmocka_unit_test_setup(a_look_has_a_time_limit_of_its_own, reset),
        cmocka_unit_test_setup(what_is_pushed_is_found_without_being_asked_for, reset),
        cmocka_unit_test_setup(a_repository_read_in_place_is_looked_at_where_that_is_wanted, reset),
        cmocka_unit_test_setup(failures_are_told_kept_over_a_restart_and_forgiven, reset),
        cmocka_unit_test_setup(a_server_stopped_in_the_middle_of_a_clone_leaves_nothing, reset),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, open_scene, close_scene);
    gaz_git_shutdown();
    return failed;
}
