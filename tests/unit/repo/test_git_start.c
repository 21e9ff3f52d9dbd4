/* libgit2 is started by the first repository that is opened, once, and not by programs that open
 * none. */
#include "gaz_test.h"

#include <git2.h>
#include <pthread.h>

#include "gaz/base/fs.h"
#include "gaz/repo/git.h"

static gaz_error err;
static char work[600];

/* How often libgit2 has been started. */
static int started(void)
{
    int n = git_libgit2_init();
    assert_true(n > 0);
    assert_int_equal(n - 1, git_libgit2_shutdown());
    return n - 1;
}

static void *open_one(void *arg)
{
    gaz_repo *repo = NULL;
    (void)arg;
    gaz_status st = gaz_repo_open(work, &repo, NULL);
    gaz_repo_close(repo);
    return st == GAZ_OK ? NULL : work;
}

static void the_first_repository_starts_libgit2(void **state)
{
    (void)state;
    gaz_repo *repo = NULL;
    pthread_t threads[4];
    assert_ok(gaz_git_init(&err));
    assert_ok(gaz_git_init(&err)); /* as by a program and something it starts */
    assert_int_equal(0, started());
    assert_int_equal(GAZ_E_NOT_FOUND, gaz_repo_open("/nonexistent", &repo, NULL));
    assert_int_equal(0, started());
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, open_one, NULL));
    for (size_t i = 0; i < 4; i++) {
        void *failed = NULL;
        assert_int_equal(0, pthread_join(threads[i], &failed));
        assert_null(failed);
    }
    assert_int_equal(1, started());
    gaz_git_shutdown();
    assert_int_equal(1, started());
    assert_ok(gaz_repo_open(work, &repo, &err));
    gaz_repo_close(repo);
    gaz_git_shutdown();
    assert_int_equal(0, started());
    assert_ok(gaz_git_init(&err)); /* and again */
    assert_ok(gaz_repo_open(work, &repo, &err));
    gaz_repo_close(repo);
    assert_int_equal(1, started());
    gaz_git_shutdown();
    assert_int_equal(0, started());
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_first_repository_starts_libgit2)};
    char *dir = make_temp_dir(), command[700];
    snprintf(work, sizeof work, "%s/w", dir);
    snprintf(command, sizeof command, "git init -q '%s'", work);
    int failed = system(command) != 0 || cmocka_run_group_tests(tests, NULL, NULL) != 0;
    failed |= gaz_remove_all(dir, NULL) != GAZ_OK;
    free(dir);
    return failed;
}
