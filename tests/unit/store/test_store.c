/* The catalogue: homes, repositories, publications, snapshots. */
#include "store_support.h"

#include <fcntl.h>
#include <sqlite3.h>

#include "store_private.h"

static unsigned mode_of(const char *dir, const char *name)
{
    char path[512];
    struct stat info;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    assert_int_equal(stat(path, &info), 0);
    return info.st_mode & 0777;
}

static void home_is_private(void **state)
{
    home *h = *state;
    assert_int_equal(mode_of(h->dir, ""), 0700);
    assert_int_equal(mode_of(h->dir, "segments"), 0700);
    assert_int_equal(mode_of(h->dir, "catalogue.db"), 0600);
    assert_int_equal(mode_of(h->dir, "catalogue.db-wal"), 0600);
}

static void home_with_open_doors_is_closed(void **state)
{
    home *h = *state;
    gaz_store_close(h->store);
    h->store = NULL;
    assert_int_equal(chmod(h->dir, 0755), 0);
    home_open(h);
    assert_int_equal(mode_of(h->dir, ""), 0700);
}

static void open_without_create_finds_nothing_and_makes_nothing(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_store *store = NULL;
    char *dir = make_temp_dir();
    assert_status(GAZ_E_NOT_FOUND, gaz_store_open(dir, false, &store, &err));
    assert_non_null(strstr(err.hint, "gaz add"));
    assert_int_equal(rmdir(dir), 0); /* still empty */
    free(dir);
}

static void tamper(const home *h, const char *sql)
{
    char path[512];
    sqlite3 *db = NULL;
    snprintf(path, sizeof path, "%s/catalogue.db", h->dir);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
}

static void database_of_a_newer_program_is_refused(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_store_close(h->store);
    h->store = NULL;
    tamper(h, "INSERT INTO migrations SELECT version + 1, 'future', 0, 0, schema FROM migrations "
              "ORDER BY version DESC LIMIT 1");
    assert_status(GAZ_E_UNSUPPORTED, gaz_store_open(h->dir, true, &h->store, &err));
    assert_non_null(strstr(err.message, "newer program"));
    tamper(h, "DELETE FROM migrations WHERE name = 'future'");
    gaz_error_clear(&err);
    assert_ok(gaz_store_open(h->dir, true, &h->store, &err));
}

/* Neither a number that leaves others out nor another schema than the recorded one is a newer
 * program's. */
static void damaged_number_is_not_taken_for_a_newer_program(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_store_close(h->store);
    h->store = NULL;
    tamper(h, "INSERT INTO migrations SELECT 99, 'future', 0, 0, schema FROM migrations "
              "ORDER BY version DESC LIMIT 1");
    assert_status(GAZ_E_CORRUPT, gaz_store_open(h->dir, true, &h->store, &err));
    tamper(h, "DELETE FROM migrations WHERE version = 99");
    tamper(h, "INSERT INTO migrations SELECT max(version) + 1, 'future', 0, 0, 0 FROM migrations");
    gaz_error_clear(&err);
    assert_status(GAZ_E_CORRUPT, gaz_store_open(h->dir, true, &h->store, &err));
    tamper(h, "DELETE FROM migrations WHERE name = 'future'");
    gaz_error_clear(&err);
    assert_ok(gaz_store_open(h->dir, true, &h->store, &err));
}

static void changed_schema_is_refused(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_store_close(h->store);
    h->store = NULL;
    tamper(h, "DROP VIEW pool_rows");
    assert_status(GAZ_E_CORRUPT, gaz_store_open(h->dir, true, &h->store, &err));
    assert_non_null(strstr(err.hint, "gaz repair"));
}

static void database_of_another_program_is_refused(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    char path[512];
    gaz_store_close(h->store);
    h->store = NULL;
    snprintf(path, sizeof path, "%s/catalogue.db", h->dir);
    assert_int_equal(unlink(path), 0);
    tamper(h, "CREATE TABLE other (x)");
    assert_status(GAZ_E_CORRUPT, gaz_store_open(h->dir, true, &h->store, &err));
}

static void repository_comes_back_as_it_was_added(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    const char *patterns[] = {"main", "release/*"};
    gaz_repo_row row = {.name = strdup("team/app"),
                        .source = strdup("https://example.org/app.git"),
                        .cloned = true};
    row.patterns = malloc(sizeof patterns);
    for (size_t i = 0; i < 2; i++)
        row.patterns[i] = strdup(patterns[i]);
    row.pattern_count = 2;
    assert_ok(gaz_store_repo_add(h->store, &row, &err));
    assert_int_equal(strlen(row.uid), 32);
    home_reopen(h);
    gaz_repo_row got = {0};
    assert_ok(gaz_store_repo_get(h->store, "team/app", &got, &err));
    assert_string_equal(got.uid, row.uid);
    assert_string_equal(got.source, "https://example.org/app.git");
    assert_true(got.cloned);
    assert_non_null(strstr(got.git_dir, row.uid));
    assert_string_equal(got.git_dir, row.git_dir);
    assert_int_equal(got.pattern_count, 2);
    assert_string_equal(got.patterns[1], "release/*");
    assert_int_equal(got.pool, 0);
    assert_int_equal(got.indexed_us, 0);
    assert_true(got.added_us > 0);
    assert_null(got.last_error);
    gaz_repo_row_release(&got);
    gaz_repo_row_release(&row);
}

static void repository_names_are_checked(void **state)
{
    home *h = *state;
    char long_name[GAZ_REPO_NAME_MAX + 2];
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    const char *bad[] = {"",   "-x",  ".hidden", "a..b",     "a//b",   "/a",
                         "a/", "a b", "a\nb",    "\xc3\xa4", long_name};
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        gaz_error err = {0};
        gaz_repo_row row = {
            .name = strdup(bad[i]), .source = strdup("/s"), .git_dir = strdup("/s")};
        assert_status(GAZ_E_INVALID, gaz_store_repo_add(h->store, &row, &err));
        gaz_repo_row_release(&row);
    }
    long_name[GAZ_REPO_NAME_MAX] = '\0';
    add_repo(h->store, long_name);
    add_repo(h->store, "A-z_0.9/x");
}

static void patterns_have_limits(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    char *pattern = strdup("a\nb");
    gaz_repo_row row = {.name = strdup("r"),
                        .source = strdup("/s"),
                        .git_dir = strdup("/s"),
                        .patterns = malloc(sizeof(char *)),
                        .pattern_count = 1};
    row.patterns[0] = pattern;
    assert_status(GAZ_E_INVALID, gaz_store_repo_add(h->store, &row, &err));
    gaz_error_clear(&err);
    free(row.patterns[0]);
    row.patterns[0] = calloc(1, 2000);
    memset(row.patterns[0], 'x', 1999);
    assert_status(GAZ_E_INVALID, gaz_store_repo_add(h->store, &row, &err));
    gaz_repo_row_release(&row);
}

static void taken_name_is_told(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    add_repo(h->store, "app");
    gaz_repo_row row = {.name = strdup("app"), .source = strdup("/s"), .git_dir = strdup("/s")};
    assert_status(GAZ_E_EXISTS, gaz_store_repo_add(h->store, &row, &err));
    gaz_repo_row_release(&row);
}

static void unknown_repository_has_near_misses(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_repo_row row;
    assert_status(GAZ_E_NOT_FOUND, gaz_store_repo_get(h->store, "linux", &row, &err));
    assert_non_null(strstr(err.hint, "gaz add"));
    add_repo(h->store, "linux");
    gaz_error_clear(&err);
    assert_status(GAZ_E_NOT_FOUND, gaz_store_repo_get(h->store, "linus", &row, &err));
    assert_non_null(strstr(err.hint, "linux"));
}

static void list_is_in_byte_order(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    const char *names[] = {"b", "a", "Z", "a/b", "a-b"}, *sorted[] = {"Z", "a", "a-b", "a/b", "b"};
    for (size_t i = 0; i < 5; i++)
        add_repo(h->store, names[i]);
    gaz_repo_row *rows = NULL;
    size_t count = 0;
    assert_ok(gaz_store_repo_list(h->store, &rows, &count, &err));
    assert_int_equal(count, 5);
    for (size_t i = 0; i < count; i++) {
        assert_string_equal(rows[i].name, sorted[i]);
        gaz_repo_row_release(&rows[i]);
    }
    free(rows);
}

static void failure_is_kept_until_a_run_succeeds(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t id = add_repo(h->store, "app");
    assert_ok(gaz_store_repo_failed(h->store, id, "no such branch", &err));
    gaz_repo_row row;
    assert_ok(gaz_store_repo_get(h->store, "app", &row, &err));
    assert_string_equal(row.last_error, "no such branch");
    gaz_repo_row_release(&row);
    assert_ok(gaz_store_repo_failed(h->store, id, NULL, &err));
    assert_ok(gaz_store_repo_get(h->store, "app", &row, &err));
    assert_null(row.last_error);
    assert_true(row.indexed_us > 0);
    gaz_repo_row_release(&row);
    assert_status(GAZ_E_NOT_FOUND, gaz_store_repo_failed(h->store, id + 1, "x", &err));
}

static void note_stays_until_a_run_of_branches_says_otherwise(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app");
    static char long_note[GAZ_REPO_NOTE_MAX + 2];
    memset(long_note, 'x', sizeof long_note - 1);
    const struct {
        bool sets;
        const char *note, *then;
    } steps[] = {{true, "nothing is indexed", "nothing is indexed"},
                 {false, NULL, "nothing is indexed"},
                 {false, "ignored", "nothing is indexed"},
                 {true, NULL, NULL}};
    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        gaz_publication pub = {.repo = repo, .sets_note = steps[i].sets, .note = steps[i].note};
        gaz_repo_row row;
        gaz_snapshot *s = NULL;
        assert_ok(gaz_store_publish(h->store, &pub, NULL, &err));
        assert_ok(gaz_store_snapshot(h->store, &s, &err)); /* its digest is right */
        gaz_snapshot_free(s);
        assert_ok(gaz_store_repo_get(h->store, "app", &row, &err));
        if (steps[i].then)
            assert_string_equal(row.note, steps[i].then);
        else
            assert_null(row.note);
        gaz_repo_row_release(&row);
    }
    gaz_publication pub = {.repo = repo, .sets_note = true, .note = long_note};
    assert_status(GAZ_E_LIMIT, gaz_store_publish(h->store, &pub, NULL, &err));
    gaz_error_clear(&err);
    long_note[GAZ_REPO_NOTE_MAX] = '\0';
    assert_ok(gaz_store_publish(h->store, &pub, NULL, &err));
}

static void publication_is_seen_whole(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    uint64_t before = 0, after = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    assert_ok(gaz_store_generation(h->store, &before, &err));
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_segment_row segments[2] = {make_segment(h->store, run, 1), make_segment(h->store, run, 2)};
    gaz_manifest_row manifests[2] = {make_manifest(h->store, run, 3, 1, NULL),
                                     make_manifest(h->store, run, 4, 9, NULL)};
    gaz_ref_row refs[3] = {
        branch("zeta", 1, manifests[0].name, 3), branch("main", 2, manifests[1].name, 4),
        branch("0123456789012345678901234567890123456789", 3, manifests[0].name, 3)};
    refs[1].head = true;
    refs[2].kind = GAZ_REF_REVISION;
    gaz_publication pub = {.repo = repo,
                           .pool = pool,
                           .segments_added = segments,
                           .segments_added_count = 2,
                           .manifests = manifests,
                           .manifests_count = 2,
                           .refs_set = refs,
                           .refs_set_count = 3};
    assert_ok(gaz_store_publish(h->store, &pub, &after, &err));
    gaz_run_close(run);
    assert_int_equal(after, before + 1);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    assert_int_equal(s->generation, after);
    assert_int_equal(s->pool_count, 1);
    assert_int_equal(s->pools[0].segment_count, 2);
    assert_string_equal(s->pools[0].segments[0].name, segments[0].name);
    assert_int_equal(s->pools[0].segments[1].docs, segments[1].docs);
    assert_int_equal(s->repo_count, 1);
    assert_int_equal(s->repos[0].generation, after);
    assert_int_equal(s->repos[0].row.pool, pool);
    assert_int_equal(s->repos[0].ref_count, 3);
    assert_string_equal(s->repos[0].refs[0].name, "main");
    assert_true(s->repos[0].refs[0].head);
    assert_string_equal(s->repos[0].refs[1].name, "zeta");
    assert_int_equal(s->repos[0].refs[2].kind, GAZ_REF_REVISION);
    assert_int_equal(gaz_oid_compare(&s->repos[0].refs[0].commit, &refs[1].commit), 0);
    gaz_snapshot_free(s);
}

static void publication_of_a_file_that_is_not_in_place_fails(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    uint64_t before = 0, after = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    assert_ok(gaz_store_generation(h->store, &before, &err));
    gaz_segment_row segment = {.docs = 1, .file_bytes = 5};
    memset(segment.name, 'a', 64);
    gaz_publication pub = {
        .repo = repo, .pool = pool, .segments_added = &segment, .segments_added_count = 1};
    assert_status(GAZ_E_NOT_FOUND, gaz_store_publish(h->store, &pub, NULL, &err));
    gaz_error_clear(&err);
    gaz_ref_row ref = branch("main", 1, segment.name, 1); /* a manifest nobody named */
    gaz_publication dangling = {.repo = repo, .pool = pool, .refs_set = &ref, .refs_set_count = 1};
    assert_status(GAZ_E_INVALID, gaz_store_publish(h->store, &dangling, NULL, &err));
    gaz_error_clear(&err);
    gaz_publication gone = {.repo = repo + 7, .pool = pool};
    assert_status(GAZ_E_NOT_FOUND, gaz_store_publish(h->store, &gone, NULL, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_store_generation(h->store, &after, &err));
    assert_int_equal(before, after);
}

static void merge_replaces_segments_once(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    publish_simple(h->store, repo, pool, 2);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    assert_int_equal(s->pools[0].segment_count, 2);
    char names[2][GAZ_SEALED_NAME];
    memcpy(names[0], s->pools[0].segments[0].name, GAZ_SEALED_NAME);
    memcpy(names[1], s->pools[0].segments[1].name, GAZ_SEALED_NAME);
    uint64_t repo_generation = s->repos[0].generation;
    gaz_snapshot_free(s);
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_segment_row merged = make_segment(h->store, run, 3);
    gaz_publication merge = {.pool = pool,
                             .segments_added = &merged,
                             .segments_added_count = 1,
                             .segments_removed = (const char(*)[GAZ_SEALED_NAME])names,
                             .segments_removed_count = 2};
    uint64_t generation = 0, again = 0;
    assert_ok(gaz_store_publish(h->store, &merge, &generation, &err));
    assert_status(GAZ_E_BUSY, gaz_store_publish(h->store, &merge, NULL, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_store_generation(h->store, &again, &err));
    assert_int_equal(generation, again);
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    assert_int_equal(s->pools[0].segment_count, 1);
    assert_string_equal(s->pools[0].segments[0].name, merged.name);
    assert_int_equal(s->repos[0].generation, repo_generation);
    gaz_snapshot_free(s);
    gaz_run_close(run);
    assert_true(file_exists(h->store, GAZ_FILE_SEGMENT, names[0])); /* retired, not swept */
}

static size_t count_rows(const home *h, const char *sql)
{
    char path[512];
    sqlite3 *db = NULL;
    sqlite3_stmt *stmt = NULL;
    snprintf(path, sizeof path, "%s/catalogue.db", h->dir);
    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    size_t n = (size_t)sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return n;
}

static void manifests_live_as_long_as_refs_or_deltas_need_them(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_manifest *full = NULL, *second = NULL;
    gaz_manifest_row rows[3];
    rows[0] = make_manifest(h->store, run, 200, 1, &full);
    rows[1] = make_delta(h->store, run, full, 7, 1000, &second);
    rows[2] = make_delta(h->store, run, second, 9, 1001, NULL);
    assert_string_equal(rows[2].base, rows[1].name);
    gaz_ref_row refs[2] = {branch("main", 3, rows[2].name, 200),
                           branch("old", 1, rows[0].name, 200)};
    gaz_publication pub = {.repo = repo,
                           .pool = pool,
                           .manifests = rows,
                           .manifests_count = 3,
                           .refs_set = refs,
                           .refs_set_count = 2};
    assert_ok(gaz_store_publish(h->store, &pub, NULL, &err));
    assert_int_equal(count_rows(h, "SELECT count(*) FROM manifests"), 3);
    gaz_ref_key main_branch = {GAZ_REF_BRANCH, "main"};
    gaz_publication drop = {
        .repo = repo, .pool = pool, .refs_removed = &main_branch, .refs_removed_count = 1};
    assert_ok(gaz_store_publish(h->store, &drop, NULL, &err));
    assert_int_equal(count_rows(h, "SELECT count(*) FROM manifests"),
                     1); /* "old" keeps the full one */
    assert_int_equal(count_rows(h, "SELECT count(*) FROM retired"), 2);
    gaz_ref_row moved = branch("old", 5, rows[1].name, 200);
    gaz_publication move = {.repo = repo,
                            .pool = pool,
                            .manifests = rows + 1,
                            .manifests_count = 1,
                            .refs_set = &moved,
                            .refs_set_count = 1};
    assert_ok(gaz_store_publish(h->store, &move, NULL, &err));
    assert_int_equal(count_rows(h, "SELECT count(*) FROM manifests"), 2);
    assert_int_equal(count_rows(h, "SELECT count(*) FROM retired"), 1);
    gaz_manifest_unref(full);
    gaz_manifest_unref(second);
    gaz_run_close(run);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    gaz_snapshot_free(s);
}

static void only_one_ref_is_head(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    publish_simple(h->store, repo, pool, 1);
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_manifest_row m = make_manifest(h->store, run, 5, 77, NULL);
    gaz_ref_row ref = branch("dev", 1, m.name, 5);
    ref.head = true;
    gaz_publication pub = {.repo = repo,
                           .pool = pool,
                           .manifests = &m,
                           .manifests_count = 1,
                           .refs_set = &ref,
                           .refs_set_count = 1};
    assert_ok(gaz_store_publish(h->store, &pub, NULL, &err));
    gaz_run_close(run);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    assert_true(s->repos[0].refs[0].head);
    assert_string_equal(s->repos[0].refs[1].name, "main");
    assert_false(s->repos[0].refs[1].head);
    gaz_snapshot_free(s);
}

static void removed_repository_takes_its_rows_along(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t own = add_repo(h->store, "own"), a = add_repo(h->store, "a"),
            b = add_repo(h->store, "b"), pool = 0, shared = 0, again = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    assert_ok(gaz_store_pool_shared(h->store, &shared, &err));
    assert_ok(gaz_store_pool_shared(h->store, &again, &err));
    assert_int_equal(shared, again);
    publish_simple(h->store, own, pool, 1);
    publish_simple(h->store, a, shared, 2);
    publish_simple(h->store, b, shared, 3);
    uint64_t before = 0, after = 0;
    assert_ok(gaz_store_generation(h->store, &before, &err));
    assert_ok(gaz_store_repo_remove(h->store, "own", &err));
    assert_ok(gaz_store_repo_remove(h->store, "a", &err));
    assert_ok(gaz_store_generation(h->store, &after, &err));
    assert_int_equal(after, before + 2);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    assert_int_equal(s->repo_count, 1);
    assert_int_equal(s->pool_count, 1);
    assert_int_equal(s->pools[0].id, shared);
    assert_int_equal(s->pools[0].segment_count, 2);
    gaz_snapshot_free(s);
    assert_int_equal(count_rows(h, "SELECT count(*) FROM manifests"), 1);
    assert_int_equal(count_rows(h, "SELECT count(*) FROM digests"), 1 + 5 + 2);
    assert_status(GAZ_E_NOT_FOUND, gaz_store_repo_remove(h->store, "own", &err));
}

static void same_files_in_two_repositories_are_two_rows_and_one_file(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t a = add_repo(h->store, "a"), b = add_repo(h->store, "b"), pool_a = 0, pool_b = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool_a, &err));
    assert_ok(gaz_store_pool_add(h->store, false, &pool_b, &err));
    publish_simple(h->store, a, pool_a, 5);
    publish_simple(h->store, b, pool_b, 5);
    assert_int_equal(count_rows(h, "SELECT count(DISTINCT name) FROM segments"), 1);
    assert_ok(gaz_store_repo_remove(h->store, "a", &err));
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    gaz_sweep swept = {0};
    assert_ok(gaz_store_sweep(h->store, 0, &swept, &err));
    assert_true(file_exists(h->store, GAZ_FILE_SEGMENT, s->pools[0].segments[0].name));
    assert_true(file_exists(h->store, GAZ_FILE_MANIFEST, s->repos[0].refs[0].manifest));
    gaz_snapshot_free(s);
}

static void stale_revisions_are_the_least_recently_used(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    int64_t repo = add_repo(h->store, "app"), pool = 0;
    assert_ok(gaz_store_pool_add(h->store, false, &pool, &err));
    gaz_run *run = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_manifest_row m = make_manifest(h->store, run, 5, 1, NULL);
    for (unsigned i = 0; i < 4; i++) {
        gaz_oid commit = oid_of(i);
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&commit, hex);
        gaz_ref_row ref = branch(hex, i, m.name, 5);
        ref.kind = GAZ_REF_REVISION;
        gaz_publication pub = {.repo = repo,
                               .pool = pool,
                               .manifests = &m,
                               .manifests_count = 1,
                               .refs_set = &ref,
                               .refs_set_count = 1};
        assert_ok(gaz_store_publish(h->store, &pub, NULL, &err));
        usleep(1100);
    }
    gaz_run_close(run);
    tamper(h, "UPDATE revision_uses SET used_us = used_us - 7200000000");
    gaz_oid first = oid_of(0), unknown = oid_of(99);
    assert_ok(gaz_store_revision_touch(h->store, repo, &first, &err));
    assert_ok(gaz_store_revision_touch(h->store, repo, &unknown, &err));
    char **ids = NULL;
    size_t count = 0;
    assert_ok(gaz_store_revision_stale(h->store, repo, 2, &ids, &count, &err));
    assert_int_equal(count, 2);
    for (unsigned i = 0; i < 2; i++) {
        gaz_oid expected = oid_of(i + 1), got;
        assert_ok(gaz_oid_parse(ids[i], &got, &err));
        assert_int_equal(gaz_oid_compare(&expected, &got), 0);
        free(ids[i]);
    }
    free(ids);
    assert_ok(gaz_store_revision_stale(h->store, repo, 4, &ids, &count, &err));
    assert_int_equal(count, 0);
    free(ids);
}

static void quarantine_keeps_each_blob_once(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_oid *blobs = NULL;
    size_t count = 9;
    assert_ok(gaz_store_quarantine_list(h->store, &blobs, &count, &err));
    assert_int_equal(count, 0);
    free(blobs);
    for (unsigned i = 0; i < 6; i++) {
        gaz_oid blob = oid_of(i % 3);
        assert_ok(gaz_store_quarantine_add(h->store, &blob, "signal 11", &err));
    }
    assert_ok(gaz_store_quarantine_list(h->store, &blobs, &count, &err));
    assert_int_equal(count, 3);
    free(blobs);
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    gaz_snapshot_free(s);
}

static void locks_exclude_each_other(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_lock *one = NULL, *two = NULL, *other = NULL;
    const char *uid = "00112233445566778899aabbccddeeff";
    assert_ok(gaz_store_repo_lock(h->store, uid, 0, &one, &err));
    assert_status(GAZ_E_BUSY, gaz_store_repo_lock(h->store, uid, 0, &two, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_store_pool_lock(h->store, 1, 0, &other, &err));
    gaz_lock_close(one);
    assert_ok(gaz_store_repo_lock(h->store, uid, 0, &two, &err));
    gaz_lock_close(two);
    gaz_lock_close(other);
    assert_status(GAZ_E_INVALID, gaz_store_repo_lock(h->store, "../x", 0, &one, &err));
}

static void home_without_its_home_path_moves(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_repo_row row = {
        .name = strdup("c"), .source = strdup("https://example.org/c"), .cloned = true};
    assert_ok(gaz_store_repo_add(h->store, &row, &err));
    gaz_repo_row_release(&row);
    gaz_store_close(h->store);
    char *moved = malloc(strlen(h->dir) + 8);
    sprintf(moved, "%s-moved", h->dir);
    assert_int_equal(rename(h->dir, moved), 0);
    free(h->dir);
    h->dir = moved;
    home_open(h);
    assert_ok(gaz_store_repo_get(h->store, "c", &row, &err));
    assert_memory_equal(row.git_dir, moved, strlen(moved));
    gaz_repo_row_release(&row);
}

static void home_holds_so_many_repositories_and_no_more(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    char sql[600];
    gaz_repo_row row = {.name = strdup("last"), .source = strdup("/s"), .git_dir = strdup("/s")};
    snprintf(sql, sizeof sql,
             "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
             "INSERT INTO repos (uid, name, source, git_dir, cloned, patterns, generation, "
             "added_us, indexed_us) "
             "SELECT printf('%%032x', i), printf('r%%d', i), '/s', '/s', 0, '', 1, 1, 0 FROM n",
             GAZ_REPOS_MAX - 1);
    assert_int_equal(sqlite3_exec(h->store->writer.handle, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_ok(gaz_store_repo_add(h->store, &row, &err));
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    assert_int_equal(s->repo_count, GAZ_REPOS_MAX);
    gaz_snapshot_free(s);
    free(row.name);
    row.name = strdup("one-more");
    assert_status(GAZ_E_LIMIT, gaz_store_repo_add(h->store, &row, &err));
    gaz_repo_row_release(&row);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(home_is_private),
        HOME_TEST(home_with_open_doors_is_closed),
        cmocka_unit_test(open_without_create_finds_nothing_and_makes_nothing),
        HOME_TEST(database_of_a_newer_program_is_refused),
        HOME_TEST(damaged_number_is_not_taken_for_a_newer_program),
        HOME_TEST(changed_schema_is_refused),
        HOME_TEST(database_of_another_program_is_refused),
        HOME_TEST(repository_comes_back_as_it_was_added),
        HOME_TEST(repository_names_are_checked),
        HOME_TEST(patterns_have_limits),
        HOME_TEST(taken_name_is_told),
        HOME_TEST(home_holds_so_many_repositories_and_no_more),
        HOME_TEST(unknown_repository_has_near_misses),
        HOME_TEST(list_is_in_byte_order),
        HOME_TEST(failure_is_kept_until_a_run_succeeds),
        HOME_TEST(note_stays_until_a_run_of_branches_says_otherwise),
        HOME_TEST(publication_is_seen_whole),
        HOME_TEST(publication_of_a_file_that_is_not_in_place_fails),
        HOME_TEST(merge_replaces_segments_once),
        HOME_TEST(manifests_live_as_long_as_refs_or_deltas_need_them),
        HOME_TEST(only_one_ref_is_head),
        HOME_TEST(removed_repository_takes_its_rows_along),
        HOME_TEST(same_files_in_two_repositories_are_two_rows_and_one_file),
        HOME_TEST(stale_revisions_are_the_least_recently_used),
        HOME_TEST(quarantine_keeps_each_blob_once),
        HOME_TEST(locks_exclude_each_other),
        HOME_TEST(home_without_its_home_path_moves),
    };
    return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
