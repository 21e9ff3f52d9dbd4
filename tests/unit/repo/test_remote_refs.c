/* Remotes that list more than is kept: what is too much to compare is fetched without comparing,
 * and an answer without end is an error. */
#include "gaz_test.h"

#include <signal.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/repo/git.h"
#include "run_program.h"

#define MANY 70000 /* of 250 bytes and more: over GAZ_PROGRAM_OUTPUT_MAX */

static gaz_error err;
static char *dir, url[600], clone[600];
static const gaz_transport local = {.allow_local = true, .timeout_ms = 100000};

static void sh(const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "cd '%s' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent "
        "GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A "
        "GIT_COMMITTER_EMAIL=a@example.org; set -e; %s",
        dir, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

static int setup(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    dir = make_temp_dir();
    snprintf(url, sizeof url, "file://%s/w", dir);
    snprintf(clone, sizeof clone, "%s/clone.git", dir);
    sh("git init -q -b main w; cd w; git commit -q --allow-empty -m one");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(GAZ_OK, gaz_remove_all(dir, NULL));
    free(dir);
    return 0;
}

static bool differs(void)
{
    gaz_remote *remote = NULL;
    bool differ = false;
    gaz_error_clear(&err);
    assert_ok(gaz_remote_ask(clone, &local, &remote, &err));
    assert_ok(gaz_remote_differs(remote, clone, &differ, &err));
    gaz_remote_free(remote);
    return differ;
}

/* Branches with names of 240 bytes, from a number on, in the one file git keeps them in. */
static void make_branches(unsigned count)
{
    char script[600];
    snprintf(script, sizeof script,
             "cd w; h=$(git rev-parse HEAD); seq -f \"$h refs/heads/%%0240.0f\" %u "
             ">.git/packed-refs",
             count);
    sh(script);
}

static void more_references_than_are_kept_are_fetched_uncompared(void **state)
{
    (void)state;
    gaz_repo *repo = NULL;
    gaz_oid before, after;
    make_branches(100);
    assert_ok(gaz_git_clone(url, clone, &local, &err));
    assert_false(differs());
    gaz_error_clear(&err);
    make_branches(MANY);
    sh("rm -rf clone.git");
    assert_ok(gaz_git_clone(url, clone, &local, &err));
    assert_true(differs()); /* perhaps: it is not known */
    assert_ok(gaz_repo_open(clone, &repo, &err));
    assert_ok(gaz_repo_resolve(repo, "main", &before, &err));
    gaz_repo_close(repo);
    sh("cd w; git commit -q --allow-empty -m two");
    assert_ok(gaz_git_fetch(clone, &local, &err));
    assert_ok(gaz_repo_open(clone, &repo, &err));
    assert_ok(gaz_repo_resolve(repo, "main", &after, &err));
    gaz_repo_close(repo);
    assert_int_not_equal(0, gaz_oid_compare(&before, &after));
}

static void an_answer_without_end_is_an_error(void **state)
{
    (void)state;
    char path[700];
    static const char script[] =
        "#!/bin/sh\nif [ \"$1\" = version ]; then echo git version 2.39.5; exit 0; fi\n"
        "exec yes 0123456789012345678901234567890123456789\trefs/heads/more\n";
    gaz_remote *remote = NULL;
    assert_ok(gaz_git_clone(url, clone, &local, &err));
    sh("mkdir bin");
    snprintf(path, sizeof path, "%s/bin/git", dir);
    assert_ok(gaz_file_write(path, script, strlen(script), 0755, &err));
    snprintf(path, sizeof path, "%s/bin:/usr/bin:/bin", dir);
    assert_int_equal(0, setenv("PATH", path, 1));
    gaz_status st = gaz_remote_ask(clone, &local, &remote, &err);
    assert_int_equal(0, setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1));
    assert_int_equal(GAZ_E_LIMIT, st);
    assert_null(remote);
    assert_non_null(strstr(err.message, "has no end: more than 16777216 bytes"));
    assert_true(err.hint[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(more_references_than_are_kept_are_fetched_uncompared, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(an_answer_without_end_is_an_error, setup, teardown),
    };
    signal(SIGPIPE, SIG_IGN);
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
