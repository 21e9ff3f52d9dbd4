/* Migrations: applied once, in order, each whole or not at all, also by several programs at once.
 */
#include "store_support.h"

#include <fcntl.h>
#include <pthread.h>

#include "store_db.h"

static const char first[] = "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT) STRICT; "
                            "INSERT INTO things VALUES (1, 'one')";
static const char second[] =
    "ALTER TABLE things ADD COLUMN size INTEGER; UPDATE things SET size = 3";
static const char failing[] = "UPDATE things SET size = 4; CREATE TABLE things (id INTEGER)";
static const char third[] = "UPDATE things SET size = size * 2";

typedef struct database {
    char *dir, path[300];
    gaz_db db;
} database;

static void open_database(database *d)
{
    gaz_error err = {0};
    assert_ok(gaz_db_open(&d->db, d->path, true, &err));
}

static int setup(void **state)
{
    database *d = calloc(1, sizeof *d);
    d->dir = make_temp_dir();
    snprintf(d->path, sizeof d->path, "%s/test.db", d->dir);
    close(open(d->path, O_RDWR | O_CREAT, 0600));
    open_database(d);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    gaz_error err = {0};
    database *d = *state;
    gaz_db_close(&d->db);
    assert_ok(gaz_remove_all(d->dir, &err));
    free(d->dir);
    free(d);
    return 0;
}

static int64_t number(database *d, const char *sql)
{
    gaz_error err = {0};
    int64_t n = -1;
    assert_ok(gaz_db_number(&d->db, &n, &err, sql, ""));
    return n;
}

static void migrations_are_applied_once_and_in_order(void **state)
{
    database *d = *state;
    gaz_error err = {0};
    const gaz_migration list[] = {
        {1, "0001-a", first}, {2, "0002-b", second}, {3, "0003-c", third}};
    assert_ok(gaz_db_migrate(&d->db, list, 1, &err));
    assert_int_equal(number(d, "SELECT count(*) FROM things"), 1);
    gaz_db_close(&d->db);
    open_database(d);
    assert_ok(gaz_db_migrate(&d->db, list, 3, &err));
    assert_ok(gaz_db_migrate(&d->db, list, 3, &err));
    assert_int_equal(number(d, "SELECT size FROM things WHERE id = 1"), 6);
    assert_int_equal(number(d, "SELECT count(*) FROM migrations"), 3);
}

static void failing_migration_leaves_nothing_behind(void **state)
{
    database *d = *state;
    gaz_error err = {0};
    const gaz_migration list[] = {
        {1, "0001-a", first}, {2, "0002-b", second}, {3, "0003-bad", failing}};
    const gaz_migration mended[] = {
        {1, "0001-a", first}, {2, "0002-b", second}, {3, "0003-c", third}};
    assert_status(GAZ_E_CORRUPT, gaz_db_migrate(&d->db, list, 3, &err));
    assert_int_equal(number(d, "SELECT size FROM things WHERE id = 1"), 3);
    assert_int_equal(number(d, "SELECT max(version) FROM migrations"), 2);
    gaz_error_clear(&err);
    assert_ok(gaz_db_migrate(&d->db, mended, 3, &err));
    assert_int_equal(number(d, "SELECT size FROM things WHERE id = 1"), 6);
}

static void older_program_refuses_a_newer_database(void **state)
{
    database *d = *state;
    gaz_error err = {0};
    const gaz_migration list[] = {{1, "0001-a", first}, {2, "0002-b", second}};
    assert_ok(gaz_db_migrate(&d->db, list, 2, &err));
    assert_status(GAZ_E_UNSUPPORTED, gaz_db_migrate(&d->db, list, 1, &err));
    assert_non_null(strstr(err.hint, "update gaz"));
}

static void migration_with_another_text_is_refused(void **state)
{
    database *d = *state;
    gaz_error err = {0};
    const gaz_migration list[] = {{1, "0001-a", first}}, other[] = {{1, "0001-a", second}};
    assert_ok(gaz_db_migrate(&d->db, list, 1, &err));
    assert_status(GAZ_E_CORRUPT, gaz_db_migrate(&d->db, other, 1, &err));
    assert_non_null(strstr(err.message, "another text"));
}

static void *open_home(void *arg)
{
    gaz_store *store = NULL;
    gaz_status st = gaz_store_open(arg, true, &store, NULL);
    gaz_store_close(store);
    return (void *)(intptr_t)st;
}

static void many_may_open_a_new_home_at_once(void **state)
{
    database *d = *state;
    char dir[400];
    snprintf(dir, sizeof dir, "%s/new/home", d->dir);
    pthread_t threads[8];
    for (size_t i = 0; i < 8; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, open_home, dir), 0);
    for (size_t i = 0; i < 8; i++) {
        void *result = NULL;
        pthread_join(threads[i], &result);
        assert_int_equal((intptr_t)result, GAZ_OK);
    }
}

/* A home as the first version of the schema made it, with two repositories. */
static gaz_status reopen_old_home(database *d, const char *damage, int64_t *repos, gaz_error *why)
{
    char dir[400], path[500];
    gaz_db old;
    gaz_store *store = NULL;
    gaz_snapshot *s = NULL;
    gaz_error err = {0};
    static unsigned homes;
    snprintf(dir, sizeof dir, "%s/home-%u", d->dir, homes++);
    snprintf(path, sizeof path, "%s/catalogue.db", dir);
    assert_ok(gaz_mkdir_all(dir, 0700, &err));
    close(open(path, O_RDWR | O_CREAT, 0600));
    assert_ok(gaz_db_open(&old, path, true, &err));
    assert_ok(gaz_db_migrate(&old, gaz_migrations, 1, &err));
    assert_ok(gaz_db_exec(
        &old,
        "INSERT INTO repos (uid, name, source, git_dir, cloned, patterns, generation, added_us,"
        " indexed_us, last_error) VALUES"
        " ('0123456789abcdef0123456789abcdef', 'a', '/a', '/a/.git', 0, '', 1, 1, 0, NULL),"
        " ('1123456789abcdef0123456789abcdef', 'b', '/b', '/b/.git', 0, 'x' || char(10), 1, 1, 5,"
        " 'no such branch')",
        &err));
    assert_ok(gaz_db_exec(&old, damage, &err));
    gaz_db_close(&old);
    gaz_status st = gaz_store_open(dir, false, &store, why);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(store, &s, why);
    *repos = st == GAZ_OK ? (int64_t)s->repo_count : -1;
    if (st == GAZ_OK) {
        assert_null(s->repos[0].row.note);
        assert_string_equal(s->repos[1].row.last_error, "no such branch");
        gaz_publication pub = {.repo = s->repos[0].row.id, .sets_note = true, .note = "so it is"};
        gaz_repo_row row;
        assert_ok(gaz_store_publish(store, &pub, NULL, &err));
        assert_ok(gaz_store_repo_get(store, "a", &row, &err));
        assert_string_equal(row.note, "so it is");
        gaz_repo_row_release(&row);
    }
    gaz_snapshot_free(s);
    gaz_store_close(store);
    return st;
}

static void an_old_home_keeps_its_repositories_and_its_damage(void **state)
{
    database *d = *state;
    gaz_error err = {0};
    int64_t repos = 0;
    assert_ok(reopen_old_home(d, "SELECT 1", &repos, &err));
    assert_int_equal(repos, 2);
    assert_status(GAZ_E_CORRUPT,
                  reopen_old_home(d, "UPDATE digests SET sum = sum + 1 WHERE kind = 1 AND id = 2",
                                  &repos, &err));
    assert_non_null(strstr(err.message, "repository b"));
}

#define DATABASE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DATABASE_TEST(migrations_are_applied_once_and_in_order),
        DATABASE_TEST(failing_migration_leaves_nothing_behind),
        DATABASE_TEST(older_program_refuses_a_newer_database),
        DATABASE_TEST(migration_with_another_text_is_refused),
        DATABASE_TEST(an_old_home_keeps_its_repositories_and_its_damage),
        DATABASE_TEST(many_may_open_a_new_home_at_once),
    };
    return cmocka_run_group_tests_name("store migrate", tests, NULL, NULL);
}
