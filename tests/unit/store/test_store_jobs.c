/* Rows of jobs: their order, their number, their checksums. The queue over them is tested in
 * tests/unit/jobs. */
#include "store_support.h"

#include <sqlite3.h>

#include "store_private.h"

static void newest_jobs_are_listed_first_and_old_ones_forgotten(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    assert_int_equal(
        sqlite3_exec(h->store->writer.handle, "PRAGMA synchronous=OFF", NULL, NULL, NULL),
        SQLITE_OK);
    for (int i = 0; i < 1100; i++) {
        char subject[16];
        int64_t id = 0;
        snprintf(subject, sizeof subject, "s%d", i % 7);
        assert_ok(gaz_store_job_add(h->store, "index", subject, NULL, &id, &err));
        assert_ok(gaz_store_job_finish(h->store, id, GAZ_JOB_DONE, NULL, 0, &err));
    }
    gaz_job_row *rows = NULL;
    size_t count = 0;
    assert_ok(gaz_store_job_list(h->store, 3, &rows, &count, &err));
    assert_int_equal(count, 3);
    assert_int_equal(rows[0].id, 1100);
    assert_int_equal(rows[2].id, 1098);
    for (size_t i = 0; i < count; i++)
        gaz_job_row_release(&rows[i]);
    free(rows);
    assert_ok(gaz_store_job_list(h->store, SIZE_MAX, &rows, &count, &err));
    assert_in_range(count, 1000, 1001);
    for (size_t i = 0; i < count; i++)
        gaz_job_row_release(&rows[i]);
    free(rows);
}

static void ids_are_never_used_twice(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t first = 0, second = 0;
    assert_ok(gaz_store_job_add(h->store, "index", "a", NULL, &first, &err));
    assert_int_equal(sqlite3_exec(h->store->writer.handle, "DELETE FROM jobs", NULL, NULL, NULL),
                     SQLITE_OK);
    home_reopen(h);
    assert_ok(gaz_store_job_add(h->store, "index", "b", NULL, &second, &err));
    assert_true(second > first);
}

static void changed_job_is_never_handed_out(void **state)
{
    home *h = *state;
    static const char *const changes[] = {
        "subject = 'other'",       "kind = 'x'", "argument = 'y'", "attempts = 2", "created_us = 1",
        "checksum = checksum + 1", "error = 'e'"};
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        gaz_error err = {0};
        gaz_job_row job = {0}, *rows = NULL;
        size_t count = 0;
        int64_t id = 0;
        char sql[100];
        assert_ok(gaz_store_job_add(h->store, "index", "a", NULL, &id, &err));
        snprintf(sql, sizeof sql, "UPDATE jobs SET %s", changes[i]);
        assert_int_equal(sqlite3_exec(h->store->writer.handle, sql, NULL, NULL, NULL), SQLITE_OK);
        assert_status(GAZ_E_CORRUPT, gaz_store_job_claim(h->store, "1-1-1", &job, &err));
        gaz_error_clear(&err);
        assert_status(GAZ_E_CORRUPT, gaz_store_job_list(h->store, 10, &rows, &count, &err));
        gaz_error_clear(&err);
        assert_status(GAZ_E_CORRUPT,
                      gaz_store_job_finish(h->store, id, GAZ_JOB_DONE, NULL, 0, &err));
        assert_int_equal(
            sqlite3_exec(h->store->writer.handle, "DELETE FROM jobs", NULL, NULL, NULL), SQLITE_OK);
    }
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(newest_jobs_are_listed_first_and_old_ones_forgotten),
        HOME_TEST(ids_are_never_used_twice),
        HOME_TEST(changed_job_is_never_handed_out),
    };
    return cmocka_run_group_tests_name("store jobs", tests, NULL, NULL);
}
