/* Full disks, failed allocations, killed processes: an error that says so, and the generation
 * before it intact. */
#include "store_support.h"

#include <errno.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "proof.h"
#include "store_private.h"

static gaz_strbuf picture(gaz_store *store)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_snapshot(store, &s, &err));
    print_snapshot(s, &text);
    gaz_snapshot_free(s);
    return text;
}

static size_t count_findings;
static void count_finding(void *ctx, const char *what, const char *name, const char *message)
{
    (void)ctx;
    print_message("%s %s: %s\n", what, name, message);
    count_findings++;
}

static void assert_sound(gaz_store *store)
{
    gaz_error err = {0};
    count_findings = 0;
    assert_ok(gaz_store_check(store, count_finding, NULL, NULL, &err));
    assert_int_equal(count_findings, 0);
}

/* What a run does from beginning to end; any failure is returned. */
static gaz_status publish_once(gaz_store *store, int64_t repo, int64_t pool, unsigned seed,
                               gaz_error *err)
{
    gaz_run *run = NULL;
    gaz_manifest_row m = {0};
    char path[64];
    snprintf(path, sizeof path, "file-%u", seed);
    gaz_manifest_change change = {
        .entry = {.path = path, .path_len = (uint32_t)strlen(path), .oid = oid_of(seed)}};
    gaz_status st = gaz_run_open(store, &run, err);
    if (st == GAZ_OK)
        st = gaz_manifest_write(store, run, NULL, &change, 1, &m, NULL, err);
    gaz_ref_row ref = branch("main", seed, m.name, 1);
    gaz_publication pub = {.repo = repo,
                           .pool = pool,
                           .manifests = &m,
                           .manifests_count = 1,
                           .refs_set = &ref,
                           .refs_set_count = 1};
    if (st == GAZ_OK)
        st = gaz_store_publish(store, &pub, NULL, err);
    gaz_run_close(run);
    return st;
}

/* A limit on the size of files stands in for a full disk: both make write(2) fail in the middle. */
static void full_disk_ends_in_a_clean_error(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    gaz_strbuf before = picture(h->store);
    gaz_store_close(h->store);
    h->store = NULL;
    for (rlim_t limit = 0; limit < 60000; limit += limit < 8192 ? 1024 : 8192) {
        pid_t pid = fork();
        if (pid == 0) {
            struct rlimit r = {limit, limit};
            gaz_error why = {0};
            gaz_store *store = NULL;
            signal(SIGXFSZ, SIG_IGN);
            setrlimit(RLIMIT_FSIZE, &r);
            gaz_status st = gaz_store_open(h->dir, false, &store, &why);
            for (unsigned i = 0; st == GAZ_OK && i < 40; i++)
                st = publish_once(store, repo, pool, i, &why);
            bool clean = st == GAZ_OK || (st == GAZ_E_IO && why.message[0]);
            if (!clean)
                fprintf(stderr, "limit %lld: %s: %s\n", (long long)limit, gaz_status_name(st),
                        why.message);
            _exit(!clean ? 1 : st == GAZ_OK ? 2 : 0);
        }
        int result = 0;
        waitpid(pid, &result, 0);
        assert_true(WIFEXITED(result));
        assert_int_not_equal(WEXITSTATUS(result), 1);
        home_open(h);
        assert_sound(h->store);
        gaz_store_close(h->store);
        h->store = NULL;
    }
    home_open(h);
    gaz_strbuf after = picture(h->store);
    assert_int_not_equal(strcmp(before.data, after.data),
                         0); /* the larger limits let something through */
    gaz_strbuf_release(&before);
    gaz_strbuf_release(&after);
}

static void full_database_keeps_the_old_generation(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    gaz_strbuf before = picture(h->store);
    assert_int_equal(
        sqlite3_exec(h->store->writer.handle, "PRAGMA max_page_count=1", NULL, NULL, NULL),
        SQLITE_OK);
    gaz_run *run = NULL;
    gaz_manifest *base = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_manifest_row m = make_manifest(h->store, run, 4, 9, &base);
    enum { MANY = 2000 };
    gaz_ref_row *refs = calloc(MANY, sizeof *refs);
    char(*names)[32] = calloc(MANY, sizeof *names);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "branch-%u", i);
        refs[i] = branch(names[i], i, m.name, 4);
    }
    gaz_publication pub = {.repo = repo,
                           .pool = pool,
                           .manifests = &m,
                           .manifests_count = 1,
                           .refs_set = refs,
                           .refs_set_count = MANY};
    assert_status(GAZ_E_IO, gaz_store_publish(h->store, &pub, NULL, &err));
    assert_non_null(strstr(err.message, "No space left"));
    assert_non_null(strstr(err.hint, "disk space"));
    gaz_strbuf after = picture(h->store);
    assert_string_equal(before.data, after.data);
    assert_int_equal(
        sqlite3_exec(h->store->writer.handle, "PRAGMA max_page_count=1000000", NULL, NULL, NULL),
        SQLITE_OK);
    gaz_error_clear(&err);
    assert_ok(gaz_store_publish(h->store, &pub, NULL, &err)); /* with room, it goes on */
    gaz_manifest_unref(base);
    gaz_run_close(run);
    free(refs);
    free(names);
    gaz_strbuf_release(&before);
    gaz_strbuf_release(&after);
}

/* ---- SQLite's allocations fail one after the other ---- */

static sqlite3_mem_methods real_memory;
static long allocations_left = -1; /* negative: no limit */

static bool out_of_memory(void)
{
    if (allocations_left < 0)
        return false;
    if (allocations_left == 0)
        return true;
    allocations_left--;
    return false;
}

static void *failing_malloc(int size)
{
    return out_of_memory() ? NULL : real_memory.xMalloc(size);
}

static void *failing_realloc(void *old, int size)
{
    return out_of_memory() ? NULL : real_memory.xRealloc(old, size);
}

static void failed_allocation_ends_in_a_clean_error(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    gaz_store_close(h->store);
    h->store = NULL;
    long worked_at = 0, tried = 0;
    uint64_t rng = proof_say_seed();
    for (long n = 0; !worked_at; n += proof_full() ? 1 : 1 + (long)proof_random(&rng, 19)) {
        gaz_error why = {0};
        gaz_store *store = NULL;
        gaz_snapshot *s = NULL;
        allocations_left = n;
        gaz_status st = gaz_store_open(h->dir, false, &store, &why);
        if (st == GAZ_OK)
            st = publish_once(store, repo, pool, (unsigned)n, &why);
        if (st == GAZ_OK)
            st = gaz_store_snapshot(store, &s, &why);
        allocations_left = -1;
        if (st == GAZ_OK)
            worked_at = n;
        else if (st != GAZ_E_NOMEM || !why.message[0])
            fail_msg("allocation %ld: %s: %s", n, gaz_status_name(st), why.message);
        if (store) {
            gaz_strbuf now = picture(store); /* with memory again */
            gaz_strbuf_release(&now);
        }
        gaz_snapshot_free(s);
        gaz_store_close(store);
        tried++;
    }
    assert_true(worked_at > 100);
    proof_report("SQLite's failed allocations in a publication", (uint64_t)tried);
    home_open(h);
    assert_sound(h->store);
}

/* ---- kill -9 ---- */

static void killed_publisher_loses_no_generation(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    unsigned rounds = proof_rounds(300);
    uint64_t rng = proof_say_seed();
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    unsigned seed = 0;
    for (unsigned round = 0; round < rounds; round++) {
        int pipes[2];
        assert_int_equal(pipe(pipes), 0);
        gaz_store_close(h->store);
        h->store = NULL;
        pid_t pid = fork();
        if (pid == 0) {
            gaz_store *store = NULL;
            if (gaz_store_open(h->dir, false, &store, NULL) != GAZ_OK)
                _exit(1);
            for (unsigned i = seed + 1;; i++) {
                uint64_t generation = 0;
                if (publish_once(store, repo, pool, i, NULL) != GAZ_OK ||
                    gaz_store_generation(store, &generation, NULL) != GAZ_OK)
                    _exit(1);
                unsigned long long told[2] = {
                    i, generation}; /* acknowledged: from here on it must never be lost */
                if (write(pipes[1], told, sizeof told) != (ssize_t)sizeof told)
                    _exit(1);
            }
        }
        close(pipes[1]);
        unsigned long long last[2] = {0, 0}, got[2];
        if (round % 3 && read(pipes[0], last, sizeof last) != (ssize_t)sizeof last)
            fail_msg("the child ended by itself");
        usleep(proof_random(&rng, 50000));
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        while (read(pipes[0], got, sizeof got) == (ssize_t)sizeof got)
            memcpy(last, got, sizeof last);
        close(pipes[0]);
        home_open(h);
        uint64_t generation = 0;
        assert_ok(gaz_store_generation(h->store, &generation, &err));
        assert_true(generation >= last[1]);
        gaz_snapshot *s = NULL;
        assert_ok(gaz_store_snapshot(h->store, &s, &err));
        unsigned now = 0;
        if (s->repos[0].ref_count)
            memcpy(&now, s->repos[0].refs[0].commit.id, sizeof now);
        assert_true(now >= last[0] && now <= last[0] + 1 + (last[0] ? 0 : seed + 100000));
        seed = now;
        gaz_snapshot_free(s);
        assert_ok(gaz_store_sweep(h->store, 0, NULL, &err));
        assert_sound(h->store);
    }
    print_message("%u kills, %u publications\n", rounds, seed);
    assert_true(seed > 0);
    proof_report("kill -9 of a process that publishes", rounds);
}

/* ---- damage is not blessed by writing over it ---- */

static void sql_same(sqlite3_context *ctx, int argc, sqlite3_value **argv)
{
    if (argc)
        sqlite3_result_value(ctx, argv[0]);
}

/* Changes rows without their digests, as a failing disk would. */
static void tamper(const home *h, const char *sql)
{
    char path[512];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/catalogue.db", h->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    sqlite3_create_function(db, "gaz_row", -1, SQLITE_UTF8, NULL, sql_same, NULL, NULL);
    sqlite3_create_function(db, "gaz_add", 2, SQLITE_UTF8, NULL, sql_same, NULL, NULL);
    sqlite3_create_function(db, "gaz_sub", 2, SQLITE_UTF8, NULL, sql_same, NULL, NULL);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void writing_over_damage_does_not_hide_it(void **state)
{
    home *h = *state;
    static const char *const damages[] = {
        "UPDATE refs SET files = files + 1",
        "UPDATE segments SET docs = docs + 1",
        "UPDATE repos SET source = '/srv/other'",
        "UPDATE manifests SET file_bytes = file_bytes + 1",
        "DELETE FROM segments WHERE seq = 1",
        "UPDATE quarantine SET reason = 'other'",
    };
    gaz_error err = {0};
    int64_t pool = 0;
    add_repo(h->store, "app");
    gaz_oid blob = oid_of(1);
    gaz_strbuf names = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        gaz_snapshot *s = NULL;
        gaz_repo_row row;
        gaz_error_clear(&err);
        assert_ok(gaz_store_repo_get(h->store, "app", &row, &err));
        int64_t repo = row.id;
        gaz_repo_row_release(&row);
        assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
        publish_simple(h->store, repo, pool, 1);
        publish_simple(h->store, repo, pool, 2);
        assert_ok(gaz_store_quarantine_add(h->store, &blob, "signal 11", &err));
        tamper(h, damages[i]);
        assert_status(GAZ_E_CORRUPT, gaz_store_snapshot(h->store, &s, &err));
        gaz_error_clear(&err);
        assert_ok(publish_once(h->store, repo, pool, 77,
                               &err)); /* moves the ref, touches the repository */
        assert_status(GAZ_E_CORRUPT, gaz_store_snapshot(h->store, &s, &err));
        gaz_error_clear(&err);
        assert_ok(gaz_store_repair(h->store, NULL, NULL, &names, &err));
    }
    gaz_strbuf_release(&names);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    sqlite3_mem_methods failing = real_memory;
    failing.xMalloc = failing_malloc;
    failing.xRealloc = failing_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
    const struct CMUnitTest tests[] = {
        HOME_TEST(full_disk_ends_in_a_clean_error),
        HOME_TEST(full_database_keeps_the_old_generation),
        HOME_TEST(failed_allocation_ends_in_a_clean_error),
        HOME_TEST(killed_publisher_loses_no_generation),
        HOME_TEST(writing_over_damage_does_not_hide_it),
    };
    return cmocka_run_group_tests_name("store faults", tests, NULL, NULL);
}
