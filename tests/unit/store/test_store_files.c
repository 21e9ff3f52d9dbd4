/* Runs, adopting and sweeping: nothing that is needed is removed, and all that is not. */
#include "store_support.h"

#include <dirent.h>
#include <signal.h>
#include <sys/wait.h>

static size_t entries_of(const char *dir, const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    DIR *d = opendir(path);
    assert_non_null(d);
    size_t n = 0;
    for (struct dirent *e; (e = readdir(d));)
        n += e->d_name[0] != '.';
    closedir(d);
    return n;
}

static void sweep(home *h, int64_t grace_ms, uint64_t files)
{
    gaz_error err = {0};
    gaz_sweep done = {0};
    assert_ok(gaz_store_sweep(h->store, grace_ms, &done, &err));
    assert_int_equal(done.files, files);
}

static void run_directory_is_private_and_removed_on_close(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = NULL;
    struct stat info;
    assert_ok(gaz_run_open(h->store, &run, &err));
    assert_int_equal(stat(gaz_run_dir(run), &info), 0);
    assert_int_equal(info.st_mode & 0777, 0700);
    assert_int_equal(entries_of(h->dir, "tmp"), 1);
    gaz_run_close(run);
    assert_int_equal(entries_of(h->dir, "tmp"), 0);
}

static void adopted_file_is_at_its_path(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_segment_row row = make_segment(h->store, run, 7), again = make_segment(h->store, run, 7);
    assert_string_equal(row.name, again.name);
    gaz_strbuf path = GAZ_STRBUF_INIT, expected = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_path(h->store, GAZ_FILE_SEGMENT, row.name, &path, &err));
    gaz_strbuf_printf(&expected, "%s/segments/%.2s/%s.seg", gaz_store_home(h->store), row.name,
                      row.name);
    assert_string_equal(path.data, expected.data);
    assert_int_equal(access(path.data, R_OK), 0);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&expected);
    gaz_run_close(run);
}

static void adopting_checks_names(void **state)
{
    home *h = *state;
    gaz_run *run = NULL;
    gaz_error err = {0};
    assert_ok(gaz_run_open(h->store, &run, &err));
    const char *bad[] = {"", "../../../../etc/passwd",
                         "ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789",
                         "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0"};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < 4; i++) {
        assert_status(GAZ_E_INVALID,
                      gaz_store_adopt(h->store, run, "/nowhere", GAZ_FILE_SEGMENT, bad[i], &err));
        gaz_error_clear(&err);
        assert_status(GAZ_E_INVALID,
                      gaz_store_path(h->store, GAZ_FILE_SEGMENT, bad[i], &path, &err));
        gaz_error_clear(&err);
    }
    char name[GAZ_SEALED_NAME];
    memset(name, 'a', sizeof name);
    name[64] = '\0';
    assert_status(GAZ_E_NOT_FOUND,
                  gaz_store_adopt(h->store, run, "/nowhere/x", GAZ_FILE_SEGMENT, name, &err));
    gaz_strbuf_release(&path);
    gaz_run_close(run);
}

static void sweeper_spares_what_an_open_run_adopted(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_segment_row segment = make_segment(h->store, run, 1);
    gaz_manifest_row manifest = make_manifest(h->store, run, 3, 1, NULL);
    sweep(h, 0, 0);
    assert_true(file_exists(h->store, GAZ_FILE_SEGMENT, segment.name));
    assert_true(file_exists(h->store, GAZ_FILE_MANIFEST, manifest.name));
    gaz_run_close(run); /* unpublished: garbage now */
    sweep(h, 3600000, 2);
    assert_false(file_exists(h->store, GAZ_FILE_SEGMENT, segment.name));
    assert_false(file_exists(h->store, GAZ_FILE_MANIFEST, manifest.name));
}

static void sweeper_removes_runs_of_killed_processes(void **state)
{
    home *h = *state;
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        gaz_store *store = NULL;
        gaz_run *run = NULL;
        if (gaz_store_open(h->dir, false, &store, NULL) != GAZ_OK ||
            gaz_run_open(store, &run, NULL) != GAZ_OK)
            _exit(1);
        make_segment(store, run, 1);
        if (write(pipes[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    char c;
    assert_int_equal(read(pipes[0], &c, 1), 1);
    sweep(h, 0, 0); /* alive: spared */
    assert_int_equal(entries_of(h->dir, "tmp"), 1);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(pipes[0]);
    close(pipes[1]);
    sweep(h, 0, 2); /* the directory and the segment */
    assert_int_equal(entries_of(h->dir, "tmp"), 0);
}

static void retired_files_stay_for_their_time_of_grace(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    char old[1][GAZ_SEALED_NAME];
    memcpy(old[0], s->pools[0].segments[0].name, GAZ_SEALED_NAME);
    gaz_snapshot_free(s);
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_segment_row fresh = make_segment(h->store, run, 2);
    gaz_publication merge = {.pool = pool,
                             .segments_added = &fresh,
                             .segments_added_count = 1,
                             .segments_removed = (const char(*)[GAZ_SEALED_NAME])old,
                             .segments_removed_count = 1};
    assert_ok(gaz_store_publish(h->store, &merge, NULL, &err));
    gaz_run_close(run);
    sweep(h, 3600000, 0);
    assert_true(file_exists(h->store, GAZ_FILE_SEGMENT, old[0]));
    sweep(h, 0, 1);
    assert_false(file_exists(h->store, GAZ_FILE_SEGMENT, old[0]));
    assert_true(file_exists(h->store, GAZ_FILE_SEGMENT, fresh.name));
}

static void retired_file_that_is_published_again_stays(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    char name[1][GAZ_SEALED_NAME];
    memcpy(name[0], s->pools[0].segments[0].name, GAZ_SEALED_NAME);
    gaz_snapshot_free(s);
    gaz_publication drop = {.pool = pool,
                            .segments_removed = (const char(*)[GAZ_SEALED_NAME])name,
                            .segments_removed_count = 1};
    assert_ok(gaz_store_publish(h->store, &drop, NULL, &err));
    publish_simple(h->store, repo, pool, 1);
    sweep(h, 0, 0);
    assert_true(file_exists(h->store, GAZ_FILE_SEGMENT, name[0]));
}

static void put_file(const home *h, const char *name, bool dir)
{
    gaz_error err = {0};
    char path[512];
    snprintf(path, sizeof path, "%s/%s", h->dir, name);
    if (dir)
        assert_ok(gaz_mkdir_all(path, 0700, &err));
    else
        assert_ok(gaz_file_write(path, "x", 1, 0600, &err));
}

static void sweeper_removes_strays_and_leaves_strangers(void **state)
{
    home *h = *state;
    add_repo(h->store, "app");
    put_file(h, "segments/zz", true);
    put_file(h, "segments/zz/junk.seg", false);
    put_file(h, "tmp/junk", false);
    put_file(h, "tmp/dead", true);
    put_file(h, "repos/00112233445566778899aabbccddeeff.repo", false);
    put_file(h, "repos/00112233445566778899aabbccddeeff.git", true);
    put_file(h, "repos/notes.txt", false);
    put_file(h, "gaz.yaml", false);
    sweep(h, 0, 5);
    assert_int_equal(entries_of(h->dir, "tmp"), 0);
    assert_int_equal(entries_of(h->dir, "segments/zz"), 0);
    assert_int_equal(entries_of(h->dir, "repos"), 2); /* app's record, notes.txt */
    char path[512];
    snprintf(path, sizeof path, "%s/gaz.yaml", h->dir);
    assert_int_equal(access(path, F_OK), 0);
}

static void sweeper_writes_a_lost_record_again(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    add_repo(h->store, "app");
    gaz_repo_row row;
    assert_ok(gaz_store_repo_get(h->store, "app", &row, &err));
    char path[512];
    snprintf(path, sizeof path, "%s/repos/%s.repo", h->dir, row.uid);
    gaz_repo_row_release(&row);
    assert_int_equal(unlink(path), 0);
    sweep(h, 0, 0);
    assert_int_equal(access(path, F_OK), 0);
    assert_ok(gaz_store_repo_remove(h->store, "app", &err));
    assert_int_equal(access(path, F_OK), -1);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(run_directory_is_private_and_removed_on_close),
        HOME_TEST(adopted_file_is_at_its_path),
        HOME_TEST(adopting_checks_names),
        HOME_TEST(sweeper_spares_what_an_open_run_adopted),
        HOME_TEST(sweeper_removes_runs_of_killed_processes),
        HOME_TEST(retired_files_stay_for_their_time_of_grace),
        HOME_TEST(retired_file_that_is_published_again_stays),
        HOME_TEST(sweeper_removes_strays_and_leaves_strangers),
        HOME_TEST(sweeper_writes_a_lost_record_again),
    };
    return cmocka_run_group_tests_name("store files", tests, NULL, NULL);
}
