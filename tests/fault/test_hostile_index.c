/* Every kind of hostile repository (tests/support/hostile_kinds.c) through gaz-worker: nothing of
 * it is run, nothing is written outside the home, every entry that cannot be searched is listed,
 * what is honest is found, and the home passes the check. */
#include "fault_support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/map.h"
#include "gaz/repo/git.h"
#include "hostile_repo.h"

static char *dir;
static char worker[700];

static int setup(void **state)
{
    const char *build = getenv("GAZ_BUILD_DIR");
    gaz_error err = {0};
    (void)state;
    unsetenv("GAZ_HOME");
    dir = make_temp_dir();
    fault_join(worker, sizeof worker, build ? build : ".", "gaz-worker");
    assert_int_equal(0, access(worker, X_OK));
    assert_ok(gaz_git_init(&err));
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_git_shutdown();
    fault_remove(dir);
    free(dir);
    return 0;
}

/* Names, sizes, modes and times of all files but those below `except`, as one number. */
static uint64_t fingerprint(const char *root, const char *except)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    char path[5000];
    char **files = fault_list(root);
    for (char **f = files; *f; f++) {
        struct stat info;
        if (except && strncmp(*f, except, strlen(except)) == 0)
            continue;
        fault_join(path, sizeof path, root, *f);
        assert_int_equal(0, lstat(path, &info));
        gaz_strbuf_printf(&text, "%s %o %lld %lld.%09ld\n", *f, info.st_mode,
                          (long long)info.st_size, (long long)info.st_mtim.tv_sec,
                          info.st_mtim.tv_nsec);
    }
    fault_list_free(files);
    uint64_t sum = gaz_checksum(text.data, text.len);
    gaz_strbuf_release(&text);
    return sum;
}

/* ---- what git itself says of the tree ---- */

typedef struct tree_truth {
    gaz_repo *repo;
    gaz_map unusable; /* paths that cannot have text: they must be listed */
    uint64_t files;
} tree_truth;

static gaz_status note_entry(void *ctx, const gaz_entry *entry, gaz_error *err)
{
    tree_truth *t = ctx;
    gaz_strbuf blob = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    bool unusable = entry->kind != GAZ_ENTRY_FILE;
    (void)err;
    t->files++;
    char sha[65];
    uint64_t size;
    if (!unusable)
        unusable =
            gaz_repo_blob(t->repo, &entry->oid, (uint64_t)1 << 30, true, &blob, &why) != GAZ_OK ||
            memchr(blob.data, 0, blob.len < 8000 ? blob.len : 8000) ||
            gaz_lfs_pointer(blob.data, blob.len, sha, &size);
    gaz_strbuf_release(&blob);
    if (unusable)
        assert_non_null(gaz_map_put(&t->unusable, entry->path, entry->path_len, NULL));
    return GAZ_OK;
}

typedef struct listing {
    tree_truth *truth;
    uint64_t listed;
    const char *kind;
} listing;

static gaz_status note_skipped(void *ctx, const gaz_skipped *item, gaz_error *err)
{
    listing *l = ctx;
    (void)err;
    uint64_t *known = gaz_map_get(&l->truth->unusable, item->path, item->path_len);
    if (!known)
        fail_msg("%s: '%.*s' is listed as %s, but can be read", l->kind, (int)item->path_len,
                 item->path, item->reason);
    if (!*item->reason)
        fail_msg("%s: '%.*s' is listed without a reason", l->kind, (int)item->path_len, item->path);
    ++*known;
    l->listed++;
    return GAZ_OK;
}

static void check_listing(const char *kind, const char *git_dir, const char *home)
{
    gaz_error err = {0};
    tree_truth truth = {.files = 0};
    listing l = {.truth = &truth, .kind = kind};
    gaz_oid main_commit;
    fault_engine e;
    gaz_map_init(&truth.unusable);
    assert_ok(gaz_repo_open(git_dir, &truth.repo, &err));
    assert_ok(gaz_repo_resolve(truth.repo, "main", &main_commit, &err));
    assert_ok(gaz_repo_walk(truth.repo, &main_commit, note_entry, &truth, &err));
    assert_ok(fault_engine_open(home, &e, &err));
    assert_ok(gaz_engine_skipped(e.engine, "hostile", note_skipped, &l, &err));
    const gaz_map_slot *slot = NULL;
    for (size_t at = 0; gaz_map_next(&truth.unusable, &at, &slot);)
        if (slot->value != 1)
            fail_msg("%s: '%.*s' is listed %llu times", kind, (int)slot->len, slot->key,
                     (unsigned long long)slot->value);
    uint64_t files = 0, bytes = 0, skipped = 0;
    assert_ok(gaz_engine_repo_stats(e.engine, "hostile", &files, &bytes, &skipped, &err));
    if (files + skipped != truth.files || skipped != l.listed)
        fail_msg("%s: %llu files, %llu skipped, but the tree has %llu", kind,
                 (unsigned long long)files, (unsigned long long)skipped,
                 (unsigned long long)truth.files);
    fault_engine_close(&e);
    gaz_repo_close(truth.repo);
    gaz_map_release(&truth.unusable);
}

static void check_honest_file(const char *kind, const char *home)
{
    gaz_error err = {0};
    fault_engine e;
    gaz_strbuf hits = GAZ_STRBUF_INIT;
    gaz_search_result result;
    gaz_search_result_init(&result);
    assert_ok(fault_engine_open(home, &e, &err));
    assert_ok(fault_search(e.engine, "honest file:^ok.txt$", &hits, &result, &err));
    if (!result.complete || !hits.len || !strstr(hits.data, "hostile:ok.txt:1:honest\n"))
        fail_msg("%s: the honest file is not found", kind);
    fault_engine_close(&e);
    gaz_search_result_release(&result);
    gaz_strbuf_release(&hits);
}

/* ---- one kind ---- */

static gaz_status index_hostile(const char *home, const char *git_dir, gaz_error *err)
{
    gaz_settings settings = {0};
    gaz_store *store = NULL;
    gaz_runner *runner = NULL;
    gaz_repo_row row = {0};
    gaz_run_result result;
    int64_t job = 0;
    gaz_add add = {.source = git_dir, .name = "hostile"};
    assert_int_equal(GAZ_OK, gaz_store_open(home, true, &store, err));
    assert_int_equal(GAZ_OK, gaz_settings_load(home, &settings, err));
    gaz_status st = gaz_repo_register(store, &settings, &add, &row, err);
    bool registered = st == GAZ_OK;
    if (registered)
        gaz_repo_row_release(&row);
    if (st == GAZ_OK)
        st = gaz_runner_new(store, &settings, NULL, worker, &runner, err);
    if (st == GAZ_OK)
        st = gaz_runner_submit(runner, "hostile", NULL, &job, err);
    if (st == GAZ_OK)
        st = gaz_runner_wait(runner, job, gaz_deadline(100000), NULL, NULL, &result, err);
    gaz_runner_free(runner);
    gaz_settings_release(&settings);
    gaz_store_close(store);
    return st;
}

static void try_kind(const hostile_kind *kind)
{
    char git_dir[600], home[600], marker[600];
    gaz_error err = {0};
    fault_join(git_dir, sizeof git_dir, dir, "hostile.git");
    fault_join(home, sizeof home, dir, "home");
    fault_join(marker, sizeof marker, dir, "marker");
    hostile_repo *h = hostile_new(git_dir);
    kind->write(h, marker);
    hostile_free(h);
    uint64_t before = fingerprint(dir, "home/");
    gaz_status st = index_hostile(home, git_dir, &err);
    if (access(marker, F_OK) == 0)
        fail_msg("%s: something of the repository was run", kind->name);
    if (fingerprint(dir, "home/") != before)
        fail_msg("%s: something was written outside the home", kind->name);
    if (kind->refused ? st == GAZ_OK : st != GAZ_OK)
        fail_msg("%s: %s: %s", kind->name, gaz_status_name(st), err.message);
    if (kind->refused && (!*err.message || st == GAZ_E_INTERNAL || st == GAZ_E_CANCELLED))
        fail_msg("%s: refused with %s: %s", kind->name, gaz_status_name(st), err.message);
    fault_assert_sound(home, kind->name);
    if (!kind->refused) {
        check_honest_file(kind->name, home);
        check_listing(kind->name, git_dir, home);
    }
    fault_assert_swept(home, kind->name);
    fault_remove(home);
    fault_remove(git_dir);
}

static void hostile_repositories_are_indexed_without_harm(void **state)
{
    (void)state;
    for (size_t i = 0; i < hostile_kind_count; i++)
        try_kind(&hostile_kinds[i]);
    proof_report("kinds of hostile repositories indexed", hostile_kind_count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_repositories_are_indexed_without_harm),
    };
    return cmocka_run_group_tests_name("hostile", tests, setup, teardown);
}
