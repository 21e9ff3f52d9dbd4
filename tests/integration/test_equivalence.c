/* An index that grew commit by commit says what one built at once says: adversarial histories and a
 * real one are replayed, with index runs every few steps and merges between them, and the logical
 * dump is compared with a clean rebuild's.
 *
 * GAZ_TEST_SEED gives the seed; GAZ_TEST_SCALE=full replays ten times as much.
 *
 * test_equivalence [REPOSITORY [COMMITS]] replays that many (default: 200) of the last first-parent
 * commits of a real repository, and nothing else; so does the whole test with
 * GAZ_EQUIVALENCE_REPO and GAZ_EQUIVALENCE_COMMITS. Without either it is this project's own
 * history, where there is one. */
#include "gaz_test.h"

#include <sys/stat.h>

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "gaz/repo/git.h"
#include "hostile_history.h"
#include "proof.h"
#include "run_tool.h"

#define HISTORIES 10
#define STEPS 220
#define HEAD_STEPS 600
#define REAL_COMMITS 200

static gaz_error err;

/* ---- comparing ---- */

/* Points at the first lines that differ. */
static void assert_same_dump(const char *ours, const char *rebuilt, const char *when)
{
    const char *a = ours, *b = rebuilt;
    if (strcmp(ours, rebuilt) == 0)
        return;
    for (;;) {
        const char *x = strchr(a, '\n'), *y = strchr(b, '\n');
        size_t n = x ? (size_t)(x - a) : strlen(a), m = y ? (size_t)(y - b) : strlen(b);
        if (n != m || memcmp(a, b, n) != 0 || !x || !y)
            fail_msg("%s: the incremental index says\n  %.*s\nthe rebuilt one\n  %.*s", when,
                     (int)n, a, (int)m, b);
        a = x + 1;
        b = y + 1;
    }
}

static void assert_equals_rebuild(fixture *f, const char *dir, const char *repo,
                                  const char *const *patterns, const char *when)
{
    fixture fresh;
    fixture_check(f);
    fixture_open(&fresh, dir, "rebuilt");
    fixture_add(&fresh, repo, "r", patterns);
    (void)fixture_index(&fresh, "r");
    fixture_check(&fresh);
    char *ours = fixture_dump(f, "r"), *rebuilt = fixture_dump(&fresh, "r");
    assert_true(strstr(rebuilt, "ref 1 ") != NULL);
    assert_null(strstr(ours, " missing ")); /* every document is there */
    assert_same_dump(ours, rebuilt, when);
    free(ours);
    free(rebuilt);
    char *home = strdup(fresh.home);
    fixture_close(&fresh);
    assert_ok(gaz_remove_all(home, &err));
    free(home);
}

/* ---- generated histories ---- */

static const char *const all_branches[] = {"*", NULL};

/* @return how often both were compared */
static unsigned replay(uint64_t seed)
{
    char *dir = make_temp_dir(), repo[600], when[120];
    snprintf(repo, sizeof repo, "%s/history.git", dir);
    hostile_history *history = hostile_history_new(repo, seed);
    uint64_t random = seed ^ 77;
    fixture f;
    unsigned runs = 0, until_run = 1, compares = 0;
    fixture_open(&f, dir, "home");
    fixture_add(&f, repo, "r", all_branches);
    for (unsigned i = 1; i <= STEPS; i++) {
        hostile_step step;
        hostile_history_step(history, &step);
        if (--until_run && i < STEPS)
            continue;
        until_run = 1 + proof_random(&random, 6);
        (void)fixture_index(&f, "r");
        runs++;
        if (proof_random(&random, 6) == 0)
            fixture_merge_all(&f);
        if (runs % 4 == 0 || i == STEPS) {
            snprintf(when, sizeof when, "seed %llu, step %u (%s)", (unsigned long long)seed,
                     step.number, step.what);
            assert_equals_rebuild(&f, dir, repo, all_branches, when);
            compares++;
        }
    }
    print_message("seed %llu: %u steps, %u index runs, %u comparisons\n", (unsigned long long)seed,
                  STEPS, runs, compares);
    fixture_close(&f);
    hostile_history_free(history);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
    return compares;
}

static void incremental_index_of_a_generated_history_equals_a_rebuilt_one(void **state)
{
    (void)state;
    uint64_t first = proof_say_seed() * HISTORIES;
    unsigned histories = proof_rounds(HISTORIES), compares = 0;
    for (uint64_t seed = first; seed < first + histories; seed++)
        compares += replay(seed);
    proof_report("steps of adversarial histories replayed", histories * STEPS);
    proof_report("incremental indexes of them that equal a rebuild", compares);
}

/* Only what HEAD points to: it moves between branches, and what it left is forgotten. */
static void index_that_follows_head_equals_a_rebuilt_one(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), repo[600], when[120];
    snprintf(repo, sizeof repo, "%s/history.git", dir);
    hostile_history *history = hostile_history_new(repo, proof_seed() * 5);
    fixture f;
    fixture_open(&f, dir, "home");
    fixture_add(&f, repo, "r", NULL);
    for (unsigned i = 1; i <= proof_rounds(HEAD_STEPS); i++) {
        hostile_step step;
        hostile_history_step(history, &step);
        if (i % 3 && strcmp(step.what, "another default branch") != 0)
            continue;
        (void)fixture_index(&f, "r");
        snprintf(when, sizeof when, "step %u (%s)", step.number, step.what);
        if (i % 15 == 0 || strcmp(step.what, "another default branch") == 0)
            assert_equals_rebuild(&f, dir, repo, NULL, when);
    }
    fixture_close(&f);
    hostile_history_free(history);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* ---- a real history ---- */

/* A repository with the objects of another and a main of its own. */
static bool borrow(const char *source, const char *repo)
{
    const char *const ask[] = {
        "git", "-C", source, "rev-parse", "--path-format=absolute", "--git-path", "objects", NULL};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    char path[700];
    if (run_tool(&(tool){.argv = ask}, &out) != 0 || !out.len) {
        gaz_strbuf_release(&out);
        return false;
    }
    free(run_git("/", "init", "-q", "--bare", "-b", "main", repo, NULL));
    snprintf(path, sizeof path, "%s/objects/info/alternates", repo);
    assert_ok(gaz_file_write(path, out.data, out.len, 0600, &err));
    gaz_strbuf_release(&out);
    return true;
}

static const char *real_repo, *real_commits; /* as named by who started the test; nullable */

static void incremental_index_of_a_real_history_equals_a_rebuilt_one(void **state)
{
    (void)state;
    const char *source = real_repo, *count = real_commits;
    bool asked = source != NULL;
    if (!source)
        source = getenv("GAZ_SOURCE_DIR") ? getenv("GAZ_SOURCE_DIR") : ".";
    unsigned commits = count   ? (unsigned)strtoul(count, NULL, 10)
                       : asked ? REAL_COMMITS
                               : proof_rounds(REAL_COMMITS);
    char *dir = make_temp_dir(), repo[600], number[24], when[120];
    fixture f;
    snprintf(repo, sizeof repo, "%s/real.git", dir);
    if (!borrow(source, repo)) {
        assert_false(asked);
        print_message("%s is no repository: nothing to replay\n", source);
        assert_ok(gaz_remove_all(dir, &err));
        free(dir);
        skip();
    }
    snprintf(number, sizeof number, "-n%u", commits);
    char *list = run_git(source, "rev-list", "--first-parent", "--reverse", number, "HEAD", NULL),
         *save = NULL;
    fixture_open(&f, dir, "home");
    unsigned at = 0;
    for (char *id = strtok_r(list, "\n", &save); id; id = strtok_r(NULL, "\n", &save)) {
        free(run_git(repo, "update-ref", "refs/heads/main", id, NULL));
        if (at++ == 0)
            fixture_add(&f, repo, "r", NULL);
        (void)fixture_index(&f, "r");
        if (at % 7 == 0)
            fixture_merge_all(&f);
        if (at % (commits / 4 + 1) == 0) {
            snprintf(when, sizeof when, "commit %u, %.12s", at, id);
            assert_equals_rebuild(&f, dir, repo, NULL, when);
        }
    }
    if (at)
        assert_equals_rebuild(&f, dir, repo, NULL, "the last commit");
    print_message("# %u commits of %s\n", at, source);
    proof_report("commits of a real history replayed", at);
    free(list);
    fixture_close(&f);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* ---- settings ---- */

static void write_settings(const fixture *f, const char *text)
{
    char path[700];
    snprintf(path, sizeof path, "%s/gaz.yaml", f->home);
    assert_ok(gaz_file_write(path, text, strlen(text), 0600, &err));
}

static void changed_exclusion_patterns_are_applied_to_what_is_indexed(void **state)
{
    (void)state;
    static const char *const patterns[] = {"index:\n  exclude: ['*a*']\n",
                                           "index:\n  exclude: ['*a*', 'src/']\n",
                                           "index:\n  exclude: ['*.*']\n", ""};
    char *dir = make_temp_dir(), repo[600];
    snprintf(repo, sizeof repo, "%s/history.git", dir);
    hostile_history *history = hostile_history_new(repo, 9);
    hostile_step step;
    for (int i = 0; i < 12; i++)
        hostile_history_step(history, &step);
    fixture f, fresh;
    fixture_open(&f, dir, "home");
    fixture_add(&f, repo, "r", all_branches);
    (void)fixture_index(&f, "r");
    char *before = fixture_dump(&f, "r");
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        write_settings(&f, patterns[i]);
        (void)fixture_index(&f, "r");
        fixture_open(&fresh, dir, "rebuilt");
        write_settings(&fresh, patterns[i]);
        fixture_add(&fresh, repo, "r", all_branches);
        (void)fixture_index(&fresh, "r");
        char *ours = fixture_dump(&f, "r"), *rebuilt = fixture_dump(&fresh, "r"),
             *home = strdup(fresh.home);
        assert_same_dump(ours, rebuilt, patterns[i]);
        assert_int_equal(strcmp(ours, before) == 0, patterns[i][0] == '\0');
        fixture_check(&f);
        fixture_close(&fresh);
        assert_ok(gaz_remove_all(home, &err));
        free(ours);
        free(rebuilt);
        free(home);
    }
    free(before);
    fixture_close(&f);
    hostile_history_free(history);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest real[] = {
        cmocka_unit_test(incremental_index_of_a_real_history_equals_a_rebuilt_one),
    };
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(incremental_index_of_a_generated_history_equals_a_rebuilt_one),
        cmocka_unit_test(index_that_follows_head_equals_a_rebuilt_one),
        cmocka_unit_test(incremental_index_of_a_real_history_equals_a_rebuilt_one),
        cmocka_unit_test(changed_exclusion_patterns_are_applied_to_what_is_indexed),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    real_repo = argc > 1 ? argv[1] : getenv("GAZ_EQUIVALENCE_REPO");
    real_commits = argc > 2 ? argv[2] : getenv("GAZ_EQUIVALENCE_COMMITS");
    int failed = argc > 1 ? cmocka_run_group_tests(real, NULL, NULL)
                          : cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
