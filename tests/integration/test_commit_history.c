/* A commit index that grew run by run says what one made at once says: adversarial histories are
 * replayed, with merges, forced updates, branches that come and go and objects of every kind, and
 * the dump is compared with that of a clean rebuild.
 *
 * GAZ_TEST_SEED gives the seed; GAZ_TEST_SCALE=full replays ten times as much. */
#include "gaz_test.h"

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "gaz/repo/git.h"
#include "gaz/store/commits.h"
#include "hostile_history.h"
#include "proof.h"

#define HISTORIES 10
#define STEPS 150

static gaz_error err;
static const char *const all_branches[] = {"*", NULL};

static char *dump(fixture *f, size_t *files)
{
    gaz_repo_row row;
    gaz_commits *index = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_repo_get(f->store, "r", &row, &err));
    assert_ok(gaz_commits_open(f->store, row.id, &index, &err));
    assert_ok(gaz_commits_dump(index, &out, &err));
    if (files)
        (void)gaz_commits_files(index, files);
    gaz_commits_unref(index);
    gaz_repo_row_release(&row);
    return gaz_strbuf_detach(&out, NULL);
}

static void assert_as_rebuilt(fixture *f, const char *dir, const char *repo, const char *when)
{
    fixture fresh;
    fixture_open(&fresh, dir, "rebuilt");
    fixture_add(&fresh, repo, "r", all_branches);
    (void)fixture_index(&fresh, "r");
    char *grown = dump(f, NULL), *rebuilt = dump(&fresh, NULL);
    if (strcmp(grown, rebuilt) != 0) {
        size_t at = 0;
        while (grown[at] && grown[at] == rebuilt[at])
            at++;
        at = at > 200 ? at - 200 : 0;
        fail_msg("%s: the index that grew says\n%.600s\nthe rebuilt one\n%.600s", when, grown + at,
                 rebuilt + at);
    }
    free(grown);
    free(rebuilt);
    char *home = strdup(fresh.home);
    fixture_close(&fresh);
    assert_ok(gaz_remove_all(home, &err));
    free(home);
}

/* The worker reads the home's own settings. */
static void limit_commits(const char *home, const char *limit)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/gaz.yaml", home);
    gaz_strbuf_printf(&text, "history:\n  commits: %s\n", limit);
    assert_ok(gaz_mkdir_all(home, 0700, &err));
    assert_ok(gaz_file_write(path.data, text.data, text.len, 0600, &err));
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
}

/* @return how often both were compared */
static unsigned replay(uint64_t seed, const char *limit, size_t *most_files)
{
    char *dir = make_temp_dir(), repo[600], home[600], rebuilt[600], when[120];
    snprintf(repo, sizeof repo, "%s/history.git", dir);
    snprintf(home, sizeof home, "%s/home", dir);
    snprintf(rebuilt, sizeof rebuilt, "%s/rebuilt", dir);
    hostile_history *history = hostile_history_new(repo, seed);
    uint64_t random = seed ^ 99;
    fixture f;
    unsigned runs = 0, until_run = 1, compares = 0;
    limit_commits(home, limit);
    fixture_open(&f, dir, "home");
    fixture_add(&f, repo, "r", all_branches);
    for (unsigned i = 1; i <= STEPS; i++) {
        hostile_step step;
        size_t files = 0;
        hostile_history_step(history, &step);
        if (--until_run && i < STEPS)
            continue;
        until_run = 1 + proof_random(&random, 6);
        (void)fixture_index(&f, "r");
        free(dump(&f, &files));
        *most_files = files > *most_files ? files : *most_files;
        if (++runs % 8 && i < STEPS)
            continue;
        snprintf(when, sizeof when, "seed %llu, step %u (%s)", (unsigned long long)seed,
                 step.number, step.what);
        limit_commits(rebuilt, limit);
        assert_as_rebuilt(&f, dir, repo, when);
        compares++;
    }
    fixture_check(&f);
    fixture_close(&f);
    hostile_history_free(history);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
    return compares;
}

static void a_commit_index_that_grew_equals_a_rebuilt_one(void **state)
{
    (void)state;
    static const char *const limits[] = {"50000", "20"};
    uint64_t first = proof_say_seed() * HISTORIES;
    unsigned histories = proof_rounds(HISTORIES), compares = 0;
    size_t most_files = 0;
    for (uint64_t seed = first; seed < first + histories; seed++)
        for (size_t i = 0; i < 2; i++)
            compares += replay(seed, limits[i], &most_files);
    assert_true(most_files > 1);
    proof_report("commit indexes of adversarial histories that equal a rebuild", compares);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_index_that_grew_equals_a_rebuilt_one),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
