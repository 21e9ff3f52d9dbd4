/* Clones and fetches from real git servers on loopback, over HTTP, HTTPS, ssh and files: what
 * comes, what is refused and in which words, and that nothing is left behind when the connection
 * ends in the middle. */
#include "gaz_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "remote_scene.h"
#include "run_tool.h"

static gaz_error err;
static remote_scene scene;

static int open_scene(void **state)
{
    (void)state;
    scene_open(&scene);
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
    scene_reset(&scene, 0);
    return 0;
}

/* ---- what comes ---- */

/* Everything a remote's references can do between two fetches. */
static const char *const changes[] = {
    "git branch new/one main",
    "git branch -qf topic \"$(git commit-tree -m rewritten 'topic^{tree}')\"",
    "git branch -qD topic; git tag -d v1 >/dev/null; git tag light main",
    "git branch -qD new/one; git branch new main", /* a file where a directory was */
    "git branch trunk main; git symbolic-ref HEAD refs/heads/trunk",
    "git branch -qD main", /* the old default branch */
    "git tag -f light \"$(git commit-tree -m tagged 'trunk^{tree}')\" >/dev/null",
    "git update-ref --no-deref HEAD light", /* detached */
    "git symbolic-ref HEAD refs/heads/new",
    "git pack-refs --all; git gc -q",
};

static gaz_status compare(const gaz_transport *t, bool *differ)
{
    gaz_remote *remote = NULL;
    gaz_status st = gaz_remote_ask(scene.clone, t, &remote, &err);
    if (st == GAZ_OK)
        st = gaz_remote_differs(remote, scene.clone, differ, &err);
    gaz_remote_free(remote);
    return st;
}

static void follow_all_changes(const char *url)
{
    const gaz_transport t = scene_transport(&scene);
    char script[900];
    assert_ok(gaz_git_clone(url, scene.clone, &t, &err));
    scene_assert_same(&scene);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        bool differ = false, packed = i + 1 == sizeof changes / sizeof changes[0];
        snprintf(script, sizeof script, "cd \"$R\"; %s", changes[i]);
        free(scene_sh(&scene, script));
        assert_ok(compare(&t, &differ));
        if (differ == packed)
            fail_msg("%s: %s", changes[i], differ ? "seems to differ" : "goes unnoticed");
        assert_ok(gaz_git_fetch(scene.clone, &t, &err));
        scene_assert_same(&scene);
        assert_ok(compare(&t, &differ));
        assert_false(differ);
    }
    scene_assert_clean(&scene, ".");
}

static void a_clone_follows_every_change_over_http(void **state)
{
    (void)state;
    follow_all_changes(servers_url(&scene.servers, DOOR_HTTP, "app.git"));
}

static void a_clone_follows_every_change_over_https_with_a_password(void **state)
{
    (void)state;
    follow_all_changes(servers_url(&scene.servers, DOOR_HTTPS, "auth/app.git"));
}

static void a_clone_follows_every_change_over_ssh(void **state)
{
    (void)state;
    follow_all_changes(servers_url(&scene.servers, DOOR_SSH, "app.git"));
}

static void a_clone_follows_every_change_of_a_file_url(void **state)
{
    (void)state;
    char url[800];
    snprintf(url, sizeof url, "file://%s", scene.remote);
    follow_all_changes(url);
}

static void an_empty_remote_is_cloned_and_filled_later(void **state)
{
    (void)state;
    const gaz_transport t = scene_transport(&scene);
    free(scene_sh(&scene, "mv \"$R\" full; git init -q --bare -b main \"$R\""));
    assert_ok(
        gaz_git_clone(servers_url(&scene.servers, DOOR_SSH, "app.git"), scene.clone, &t, &err));
    free(scene_sh(&scene, "rm -rf \"$R\"; mv full \"$R\""));
    assert_ok(gaz_git_fetch(scene.clone, &t, &err));
    scene_assert_same(&scene);
    free(scene_sh(&scene, "rm -rf \"$R\"; git init -q --bare -b main \"$R\""));
    assert_ok(gaz_git_fetch(scene.clone, &t, &err));
    scene_assert_same(&scene);
}

static void a_fetch_with_nothing_new_is_one_question(void **state)
{
    (void)state;
    const gaz_transport t = scene_transport(&scene);
    assert_ok(
        gaz_git_clone(servers_url(&scene.servers, DOOR_HTTP, "app.git"), scene.clone, &t, &err));
    unsigned before = servers_requests(&scene.servers, "/info/refs"),
             asked = servers_requests(&scene.servers, "POST ");
    assert_ok(gaz_git_fetch(scene.clone, &t, &err));
    assert_int_equal(before + 1, servers_requests(&scene.servers, "/info/refs"));
    assert_in_range(servers_requests(&scene.servers, "POST "), asked, asked + 1); /* ls-refs */
}

/* ---- what is refused ---- */

typedef struct refusal {
    git_door door;
    const char *name;
    const char *key, *hosts, *ca, *helper; /* NULL: as the scene has it; "": none */
    gaz_status status;
    const char *message, *hint;
} refusal;

static const refusal refusals[] = {
    {.name = "nothing.git",
     .status = GAZ_E_REMOTE,
     .message = "not there",
     .hint = "check the URL"},
    {.name = "forbidden/app.git",
     .status = GAZ_E_REMOTE,
     .message = "forbids",
     .hint = "right to read"},
    {.name = "broken/app.git",
     .status = GAZ_E_REMOTE,
     .message = "the server failed",
     .hint = "log"},
    {.name = "busy/app.git",
     .status = GAZ_E_REMOTE,
     .message = "too often",
     .hint = "poll.interval"},
    {.name = "auth/app.git",
     .status = GAZ_E_REMOTE,
     .message = "there is none",
     .hint = "credentials are not sent without encryption"},
    {.door = DOOR_HTTPS,
     .name = "auth/app.git",
     .helper = "",
     .status = GAZ_E_REMOTE,
     .message = "there is none",
     .hint = "repos.credential_helper"},
    {.door = DOOR_HTTPS,
     .name = "auth/app.git",
     .helper = "wrong_passwords",
     .status = GAZ_E_REMOTE,
     .message = "refuses the user name or password",
     .hint = "token"},
    {.door = DOOR_HTTPS,
     .name = "app.git",
     .ca = "",
     .status = GAZ_E_REMOTE,
     .message = "certificate is not trusted",
     .hint = "repos.ca_file"},
    {.door = DOOR_SELF,
     .name = "app.git",
     .status = GAZ_E_REMOTE,
     .message = "certificate is not trusted",
     .hint = "repos.ca_file"},
    {.door = DOOR_HTTPS,
     .name = "app.git",
     .ca = "nothing.pem",
     .status = GAZ_E_NOT_FOUND,
     .message = "repos.ca_file",
     .hint = "can read"},
    {.door = DOOR_SSH,
     .name = "app.git",
     .hosts = "no_hosts",
     .status = GAZ_E_REMOTE,
     .message = "host key is not known",
     .hint = "ssh-keyscan"},
    {.door = DOOR_SSH,
     .name = "app.git",
     .hosts = "changed_hosts",
     .status = GAZ_E_REMOTE,
     .message = "another host key",
     .hint = "ssh-keygen -R"},
    {.door = DOOR_SSH,
     .name = "app.git",
     .key = "wrong_key",
     .status = GAZ_E_REMOTE,
     .message = "refuses our key",
     .hint = "repos.ssh_key"},
    {.door = DOOR_SSH,
     .name = "app.git",
     .key = "open_key",
     .status = GAZ_E_REMOTE,
     .message = "others can read",
     .hint = "chmod 600"},
    {.door = DOOR_SSH,
     .name = "app.git",
     .key = "no_key",
     .status = GAZ_E_NOT_FOUND,
     .message = "repos.ssh_key",
     .hint = "can read"},
    {.door = DOOR_SSH,
     .name = "app.git",
     .key = "$(touch pwned)\"",
     .status = GAZ_E_INVALID,
     .message = "repos.ssh_key",
     .hint = "absolute path"},
    {.door = DOOR_SSH,
     .name = "nothing.git",
     .status = GAZ_E_REMOTE,
     .message = "not there",
     .hint = "check the URL"},
};

static const char *instead(const char *given, const char *usual)
{
    return !given ? usual : *given ? servers_file(&scene.servers, given) : NULL;
}

static void assert_refused(const refusal *row, const char *url, const gaz_transport *t)
{
    gaz_error_clear(&err);
    gaz_status st = gaz_git_clone(url, scene.clone, t, &err);
    if (st != row->status || !strstr(err.message, row->message) || !strstr(err.hint, row->hint))
        fail_msg("%s: %s: %s [%s]", url, gaz_status_name(st), err.message, err.hint);
    if (strstr(err.message, "s3cret") || strstr(err.message, "guess"))
        fail_msg("a password shows: %s", err.message);
    assert_int_not_equal(0, access(scene.clone, F_OK));
    scene_assert_clean(&scene, ".");
}

static void each_refusal_says_what_is_wrong_and_what_to_do(void **state)
{
    (void)state;
    free(scene_sh(&scene, "cp client_key open_key; chmod 644 open_key"));
    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        const refusal *row = &refusals[i];
        gaz_transport t = scene_transport(&scene);
        char helper[800];
        t.ssh_key = instead(row->key, t.ssh_key);
        t.known_hosts = instead(row->hosts, t.known_hosts);
        t.ca_file = instead(row->ca, t.ca_file);
        if (row->helper) {
            snprintf(helper, sizeof helper, "store '--file=%s/%s'", scene.dir, row->helper);
            t.credential_helper = *row->helper ? helper : NULL;
        }
        assert_refused(row, servers_url(&scene.servers, row->door, row->name), &t);
    }
    assert_int_not_equal(0, access(servers_file(&scene.servers, "pwned"), F_OK));
}

static void servers_that_are_not_there_are_told_apart(void **state)
{
    (void)state;
    const gaz_transport t = scene_transport(&scene);
    static const struct {
        const char *url, *message;
    } rows[] = {{"http://127.0.0.1:1/x.git", "nobody answers"},
                {"https://127.0.0.1:1/x.git", "nobody answers"},
                {"ssh://127.0.0.1:1/x.git", "nobody answers"},
                {"https://no-such-host.invalid/x.git", "host is not found"},
                {"ssh://no-such-host.invalid/x.git", "host is not found"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_refused(&(refusal){.status = GAZ_E_REMOTE, .message = rows[i].message, .hint = "c"},
                       rows[i].url, &t);
}

static void a_refused_password_is_not_forgotten(void **state)
{
    (void)state;
    gaz_transport t = scene_transport(&scene);
    char helper[800];
    char *before = scene_sh(&scene, "cat wrong_passwords");
    snprintf(helper, sizeof helper, "store '--file=%s/wrong_passwords'", scene.dir);
    t.credential_helper = helper;
    assert_status(GAZ_E_REMOTE,
                  gaz_git_clone(servers_url(&scene.servers, DOOR_HTTPS, "auth/app.git"),
                                scene.clone, &t, &err));
    char *after = scene_sh(&scene, "cat wrong_passwords");
    assert_string_equal(before, after);
    free(before);
    free(after);
}

static void a_remote_that_is_gone_leaves_the_clone_as_it_was(void **state)
{
    (void)state;
    const gaz_transport t = scene_transport(&scene);
    assert_ok(
        gaz_git_clone(servers_url(&scene.servers, DOOR_SSH, "app.git"), scene.clone, &t, &err));
    free(scene_sh(&scene, "mv \"$R\" away"));
    assert_status(GAZ_E_REMOTE, gaz_git_fetch(scene.clone, &t, &err));
    assert_non_null(strstr(err.message, "not there"));
    free(scene_sh(&scene, "mv away \"$R\""));
    scene_assert_same(&scene);
}

/* ---- connections that end in the middle ---- */

#define BULK (3u << 20)

/* As many bytes as a clone takes come in about this size: hexadecimal digits compress to half. */
static const unsigned long cuts[] = {0, 1, 20, 700, 4096, 30000, 200000, 1000000};

/* An answer cut in its head passes for that of an empty repository over HTTP. It may be cloned, as
 * it is filled by the first fetch; a clone with branches must not believe it. */
static void assert_nothing_cloned(gaz_status st, git_door proxy, unsigned long cut)
{
    if (st == GAZ_OK && proxy == DOOR_HTTP_PROXY) {
        char *refs = scene_sh(&scene, "git -C \"$C\" for-each-ref; rm -rf \"$C\"");
        assert_string_equal("", refs);
        free(refs);
    } else if (st != GAZ_E_REMOTE || !err.hint[0]) {
        fail_msg("cut at %lu: %s: %s", cut, gaz_status_name(st), err.message);
    }
    assert_int_not_equal(0, access(scene.clone, F_OK));
    scene_assert_clean(&scene, ".");
}

static void survive_cuts(git_door proxy)
{
    const gaz_transport t = scene_transport(&scene);
    char url[900];
    snprintf(url, sizeof url, "%s", servers_url(&scene.servers, proxy, "app.git"));
    unsigned failures = 0;
    scene_reset(&scene, BULK);
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        servers_fault(&scene.servers, "cut", cuts[i]);
        gaz_error_clear(&err);
        assert_nothing_cloned(gaz_git_clone(url, scene.clone, &t, &err), proxy, cuts[i]);
    }
    servers_fault(&scene.servers, NULL, 0);
    gaz_error_clear(&err);
    assert_ok(gaz_git_clone(url, scene.clone, &t, &err));
    scene_assert_same(&scene);
    free(scene_sh(&scene, "mv \"$C\" before.git"));
    scene_reset(&scene, BULK * 2); /* another history */
    free(scene_sh(&scene, "mv before.git \"$C\""));
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        servers_fault(&scene.servers, "cut", cuts[i]);
        failures += gaz_git_fetch(scene.clone, &t, NULL) != GAZ_OK;
        scene_assert_clean(&scene, ".");
        free(scene_sh(&scene, "git -C \"$C\" fsck --no-dangling --no-progress >&2"));
    }
    assert_int_equal(sizeof cuts / sizeof cuts[0], failures);
    servers_fault(&scene.servers, NULL, 0);
    assert_ok(gaz_git_fetch(scene.clone, &t, &err));
    scene_assert_same(&scene);
    scene_assert_alone(&scene, "clone.git");
}

static void http_connections_cut_at_any_byte_leave_nothing_behind(void **state)
{
    (void)state;
    survive_cuts(DOOR_HTTP_PROXY);
}

static void ssh_connections_cut_at_any_byte_leave_nothing_behind(void **state)
{
    (void)state;
    survive_cuts(DOOR_SSH_PROXY);
}

static void a_server_that_falls_silent_in_the_middle_meets_the_time_limit(void **state)
{
    (void)state;
    gaz_transport t = scene_transport(&scene);
    static const git_door doors[] = {DOOR_HTTP_PROXY, DOOR_SSH_PROXY};
    t.timeout_ms = 2500;
    scene_reset(&scene, BULK);
    for (size_t i = 0; i < 2; i++) {
        servers_fault(&scene.servers, "hold", 300000);
        gaz_error_clear(&err);
        assert_status(GAZ_E_TIMEOUT, gaz_git_clone(servers_url(&scene.servers, doors[i], "app.git"),
                                                   scene.clone, &t, &err));
        assert_non_null(strstr(err.hint, "repos.clone_timeout"));
        scene_assert_clean(&scene, ".");
        scene_assert_alone(&scene, "clone.git");
    }
}

static void rests_of_a_killed_fetch_are_cleared_by_the_next(void **state)
{
    (void)state;
    const gaz_transport t = scene_transport(&scene);
    assert_ok(
        gaz_git_clone(servers_url(&scene.servers, DOOR_HTTP, "app.git"), scene.clone, &t, &err));
    scene_commit(&scene, "main", "later.txt", "later\n");
    free(scene_sh(&scene,
                  "cd \"$C\"; touch packed-refs.lock HEAD.lock config.lock gc.pid "
                  "objects/pack/tmp_pack_x objects/pack/pack-1.keep objects/tmp_obj_x; "
                  "mkdir -p refs/heads objects/aa objects/incoming-x/ab; "
                  "touch refs/heads/main.lock objects/aa/tmp_obj_y objects/incoming-x/ab/z; "
                  "mkdir \"$C.partial\""));
    assert_ok(gaz_git_tidy(scene.clone, &err));
    scene_assert_clean(&scene, ".");
    free(scene_sh(&scene, "cd \"$C\"; touch packed-refs.lock refs/heads/main.lock HEAD.lock"));
    assert_ok(gaz_git_fetch(scene.clone, &t, &err));
    scene_assert_clean(&scene, ".");
    scene_assert_same(&scene);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_clone_follows_every_change_over_http, reset),
        cmocka_unit_test_setup(a_clone_follows_every_change_over_https_with_a_password, reset),
        cmocka_unit_test_setup(a_clone_follows_every_change_over_ssh, reset),
        cmocka_unit_test_setup(a_clone_follows_every_change_of_a_file_url, reset),
        cmocka_unit_test_setup(an_empty_remote_is_cloned_and_filled_later, reset),
        cmocka_unit_test_setup(a_fetch_with_nothing_new_is_one_question, reset),
        cmocka_unit_test_setup(each_refusal_says_what_is_wrong_and_what_to_do, reset),
        cmocka_unit_test_setup(servers_that_are_not_there_are_told_apart, reset),
        cmocka_unit_test_setup(a_refused_password_is_not_forgotten, reset),
        cmocka_unit_test_setup(a_remote_that_is_gone_leaves_the_clone_as_it_was, reset),
        cmocka_unit_test_setup(http_connections_cut_at_any_byte_leave_nothing_behind, reset),
        cmocka_unit_test_setup(ssh_connections_cut_at_any_byte_leave_nothing_behind, reset),
        cmocka_unit_test_setup(a_server_that_falls_silent_in_the_middle_meets_the_time_limit,
                               reset),
        cmocka_unit_test_setup(rests_of_a_killed_fetch_are_cleared_by_the_next, reset),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, open_scene, close_scene);
    gaz_git_shutdown();
    return failed;
}
