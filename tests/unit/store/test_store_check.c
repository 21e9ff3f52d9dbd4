/* Checking and repairing: what is damaged is found and named, what can be rebuilt is, and nothing
 * else is lost. */
#include "store_support.h"

#include <fcntl.h>
#include <sqlite3.h>

typedef struct log {
    gaz_strbuf text;
    size_t count;
} log;

static void note(void *ctx, const char *what, const char *name, const char *message)
{
    log *l = ctx;
    gaz_strbuf_printf(&l->text, "%s %s: %s\n", what, name, message);
    l->count++;
}

static size_t findings(home *h, log *l)
{
    gaz_error err = {0};
    gaz_strbuf_release(&l->text);
    *l = (log){.text = GAZ_STRBUF_INIT};
    assert_ok(gaz_store_check(h->store, note, l, NULL, &err));
    return l->count;
}

static void repair(home *h, log *l, const char *again)
{
    gaz_error err = {0};
    gaz_strbuf names = GAZ_STRBUF_INIT;
    gaz_strbuf_release(&l->text);
    *l = (log){.text = GAZ_STRBUF_INIT};
    assert_ok(gaz_store_repair(h->store, note, l, &names, &err));
    assert_string_equal(names.data, again);
    gaz_strbuf_release(&names);
    log after = {.text = GAZ_STRBUF_INIT};
    assert_int_equal(findings(h, &after), 0);
    gaz_strbuf_release(&after.text);
}

/* Two repositories in one pool, one in its own. */
static void fill(home *h)
{
    gaz_error err = {0};
    int64_t shared = 0, own = 0;
    assert_ok(gaz_store_pool_shared(h->store, &shared, &err));
    assert_ok(gaz_store_pool_add(h->store, false, &own, &err));
    publish_simple(h->store, add_repo(h->store, "alpha"), shared, 1);
    publish_simple(h->store, add_repo(h->store, "beta"), shared, 2);
    publish_simple(h->store, add_repo(h->store, "gamma"), own, 3);
}

static gaz_snapshot *snapshot(home *h)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    return s;
}

static void damage_file(home *h, gaz_file_kind kind, const char *name, bool cut)
{
    gaz_error err = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_path(h->store, kind, name, &path, &err));
    if (cut) {
        assert_int_equal(truncate(path.data, 100), 0);
    } else {
        int fd = open(path.data, O_RDWR);
        char c;
        assert_int_equal(pread(fd, &c, 1, 40), 1);
        c = (char)(c ^ 1);
        assert_int_equal(pwrite(fd, &c, 1, 40), 1);
        close(fd);
    }
    gaz_strbuf_release(&path);
}

static void sound_home_has_no_findings(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    log l = {.text = GAZ_STRBUF_INIT};
    uint64_t checked = 0;
    assert_int_equal(findings(h, &l), 0);
    fill(h);
    assert_ok(gaz_store_check(h->store, note, &l, &checked, &err));
    assert_string_equal(l.text.data, "");
    assert_int_equal(checked, 6);
    repair(h, &l, "");
}

static void damaged_segment_takes_the_refs_of_its_pool(void **state)
{
    home *h = *state;
    log l = {.text = GAZ_STRBUF_INIT};
    fill(h);
    gaz_snapshot *s = snapshot(h);
    const gaz_segment_row *victim = &s->pools[0].segments[0];
    uint64_t before = s->generation;
    damage_file(h, GAZ_FILE_SEGMENT, victim->name, false);
    assert_int_equal(findings(h, &l), 1);
    assert_non_null(strstr(l.text.data, victim->name));
    repair(h, &l, "alpha\nbeta\n");
    assert_false(file_exists(h->store, GAZ_FILE_SEGMENT, victim->name));
    gaz_snapshot *now = snapshot(h);
    assert_true(now->generation > before);
    assert_int_equal(now->repo_count, 3);
    assert_int_equal(now->repos[0].ref_count, 0);
    assert_int_equal(now->repos[1].ref_count, 0);
    assert_int_equal(now->repos[2].ref_count, 1);
    assert_int_equal(now->pools[0].segment_count, 1);
    assert_int_equal(now->pools[1].segment_count, 1);
    gaz_snapshot_free(s);
    gaz_snapshot_free(now);
    gaz_strbuf_release(&l.text);
}

static void missing_and_short_segments_are_found(void **state)
{
    home *h = *state;
    log l = {.text = GAZ_STRBUF_INIT};
    fill(h);
    gaz_snapshot *s = snapshot(h);
    gaz_error err = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(
        gaz_store_path(h->store, GAZ_FILE_SEGMENT, s->pools[0].segments[1].name, &path, &err));
    assert_int_equal(unlink(path.data), 0);
    gaz_strbuf_release(&path);
    damage_file(h, GAZ_FILE_SEGMENT, s->pools[1].segments[0].name, true);
    assert_int_equal(findings(h, &l), 2);
    repair(h, &l, "alpha\nbeta\ngamma\n");
    gaz_snapshot_free(s);
    gaz_strbuf_release(&l.text);
}

static void damaged_manifest_takes_its_refs_and_the_deltas_over_it(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    log l = {.text = GAZ_STRBUF_INIT};
    fill(h);
    gaz_run *run = NULL;
    gaz_manifest *base = NULL;
    gaz_snapshot *s = snapshot(h);
    assert_ok(gaz_run_open(h->store, &run, &err));
    gaz_manifest_row rows[3] = {make_manifest(h->store, run, 50, 70, &base)};
    rows[1] = make_delta(h->store, run, base, 3, 1, NULL);
    rows[2] = make_manifest(h->store, run, 6, 80, NULL);
    gaz_ref_row refs[3] = {branch("whole", 1, rows[0].name, 50),
                           branch("delta", 2, rows[1].name, 50),
                           branch("other", 3, rows[2].name, 6)};
    gaz_publication pub = {.repo = s->repos[2].row.id,
                           .manifests = rows,
                           .manifests_count = 3,
                           .refs_set = refs,
                           .refs_set_count = 3};
    assert_ok(gaz_store_publish(h->store, &pub, NULL, &err));
    gaz_manifest_unref(base);
    gaz_run_close(run);
    gaz_snapshot_free(s);
    damage_file(h, GAZ_FILE_MANIFEST, rows[0].name, false);
    assert_int_equal(findings(h, &l), 2); /* itself and the delta over it */
    repair(h, &l, "gamma\n");
    s = snapshot(h);
    assert_int_equal(s->repos[2].ref_count, 2);
    assert_string_equal(s->repos[2].refs[0].name, "main");
    assert_string_equal(s->repos[2].refs[1].name, "other");
    assert_int_equal(s->repos[0].ref_count, 1);
    assert_false(file_exists(h->store, GAZ_FILE_MANIFEST, rows[0].name));
    gaz_snapshot_free(s);
    gaz_strbuf_release(&l.text);
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

static void row_changed_behind_the_digests_is_found(void **state)
{
    home *h = *state;
    static const char *const changes[] = {
        "UPDATE digests SET sum = sum + 1 WHERE kind = 0",
        "UPDATE digests SET sum = sum + 1 WHERE kind = 2",
        "DELETE FROM digests WHERE kind = 3",
        "UPDATE generation SET number = number + 1",
    };
    log l = {.text = GAZ_STRBUF_INIT};
    fill(h);
    for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
        gaz_error err = {0};
        gaz_snapshot *s = NULL;
        uint64_t before = 0, after = 0;
        int64_t pool = 0;
        gaz_repo_row row;
        assert_ok(gaz_store_pool_shared(h->store, &pool, &err));
        assert_ok(gaz_store_repo_get(h->store, "alpha", &row, &err));
        publish_simple(h->store, row.id, pool, 1);
        gaz_repo_row_release(&row);
        assert_ok(gaz_store_generation(h->store, &before, &err));
        tamper(h, changes[i]);
        assert_status(GAZ_E_CORRUPT, gaz_store_snapshot(h->store, &s, &err));
        assert_true(findings(h, &l) > 0);
        repair(h, &l, "alpha\nbeta\ngamma\n"); /* made anew from the records */
        gaz_error_clear(&err);
        assert_ok(gaz_store_generation(h->store, &after, &err));
        assert_true(after > before);
        s = snapshot(h);
        assert_int_equal(s->repo_count, 3);
        assert_int_equal(s->repos[0].ref_count, 0);
        assert_string_equal(s->repos[0].row.source, "/srv/code");
        assert_string_equal(s->repos[0].row.git_dir, "/srv/code/.git");
        gaz_snapshot_free(s);
    }
    gaz_strbuf_release(&l.text);
}

static void unsound_job_is_forgotten_and_nothing_else(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    log l = {.text = GAZ_STRBUF_INIT};
    int64_t id = 0;
    fill(h);
    assert_ok(gaz_store_job_add(h->store, "index", "alpha", NULL, &id, &err));
    tamper(h, "UPDATE jobs SET subject = 'alphb'");
    gaz_job_row job = {0};
    assert_status(GAZ_E_CORRUPT, gaz_store_job_get(h->store, id, &job, &err));
    gaz_error_clear(&err);
    assert_int_equal(findings(h, &l), 1);
    repair(h, &l, "");
    assert_status(GAZ_E_NOT_FOUND, gaz_store_job_get(h->store, id, &job, &err));
    gaz_snapshot *s = snapshot(h);
    assert_int_equal(s->repos[0].ref_count, 1);
    gaz_snapshot_free(s);
    gaz_strbuf_release(&l.text);
}

static void overwrite_catalogue(home *h)
{
    char path[512];
    snprintf(path, sizeof path, "%s/catalogue.db", h->dir);
    int fd = open(path, O_RDWR | O_TRUNC);
    assert_int_equal(write(fd, "this is no database at all, it is a text", 40), 40);
    close(fd);
}

static void unreadable_catalogue_is_made_anew(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    log l = {.text = GAZ_STRBUF_INIT};
    gaz_repo_row clone = {.name = strdup("team/delta"),
                          .source = strdup("https://example.org/delta odd%name.git"),
                          .cloned = true};
    clone.patterns = malloc(sizeof(char *));
    clone.patterns[0] = strdup("release/*");
    clone.pattern_count = 1;
    fill(h);
    assert_ok(gaz_store_repo_add(h->store, &clone, &err));
    gaz_store_close(h->store);
    h->store = NULL;
    overwrite_catalogue(h);
    assert_status(GAZ_E_CORRUPT, gaz_store_open(h->dir, true, &h->store, &err));
    assert_non_null(strstr(err.hint, "gaz repair"));
    gaz_error_clear(&err);
    assert_ok(gaz_store_open_damaged(h->dir, &h->store, &err));
    gaz_snapshot *s = NULL;
    assert_status(GAZ_E_CORRUPT, gaz_store_snapshot(h->store, &s, &err));
    gaz_error_clear(&err);
    assert_int_equal(findings(h, &l), 1);
    gaz_strbuf names = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_repair(h->store, note, &l, &names, &err));
    assert_string_equal(names.data, ""
                                    "alpha\nbeta\ngamma\nteam/delta\n");
    gaz_strbuf_release(&names);
    gaz_repo_row row;
    assert_ok(gaz_store_repo_get(h->store, "team/delta", &row, &err));
    assert_string_equal(row.uid, clone.uid);
    assert_string_equal(row.source, clone.source);
    assert_int_equal(row.added_us, clone.added_us);
    assert_true(row.cloned);
    assert_string_equal(row.patterns[0], "release/*");
    gaz_repo_row_release(&row);
    gaz_repo_row_release(&clone);
    int64_t pool = 0;
    assert_ok(gaz_store_repo_get(h->store, "alpha", &row, &err));
    assert_ok(gaz_store_pool_shared(h->store, &pool, &err));
    publish_simple(h->store, row.id, pool, 1); /* life goes on */
    gaz_repo_row_release(&row);
    home_reopen(h);
    assert_int_equal(findings(h, &l), 0);
    gaz_strbuf_release(&l.text);
}

static void lost_catalogue_is_not_taken_for_a_new_home(void **state)
{
    home *h = *state;
    fill(h);
    for (int create = 0; create < 2; create++) {
        gaz_error err = {0};
        gaz_strbuf names = GAZ_STRBUF_INIT;
        char path[512];
        gaz_store_close(h->store);
        h->store = NULL;
        snprintf(path, sizeof path, "%s/catalogue.db", h->dir);
        if (create)
            assert_int_equal(truncate(path, 0), 0);
        else
            assert_int_equal(unlink(path), 0);
        assert_status(GAZ_E_CORRUPT, gaz_store_open(h->dir, create, &h->store, &err));
        assert_non_null(strstr(err.hint, "gaz repair"));
        gaz_error_clear(&err);
        assert_ok(gaz_store_open_damaged(h->dir, &h->store, &err));
        assert_ok(gaz_store_repair(h->store, NULL, NULL, &names, &err));
        assert_string_equal(names.data, "alpha\nbeta\ngamma\n");
        gaz_strbuf_release(&names);
    }
}

static void remaking_waits_for_nobody(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    gaz_store *other = NULL;
    gaz_strbuf names = GAZ_STRBUF_INIT;
    fill(h);
    assert_ok(gaz_store_open(h->dir, false, &other, &err));
    tamper(h, "UPDATE digests SET sum = sum + 1 WHERE kind = 0");
    assert_status(GAZ_E_BUSY, gaz_store_repair(h->store, NULL, NULL, &names, &err));
    assert_non_null(strstr(err.hint, "gaz serve"));
    gaz_error_clear(&err);
    gaz_store_close(other);
    assert_ok(gaz_store_repair(h->store, NULL, NULL, &names, &err));
    gaz_strbuf_release(&names);
}

static void damaged_record_is_reported_and_the_rest_restored(void **state)
{
    home *h = *state;
    gaz_error err = {0};
    log l = {.text = GAZ_STRBUF_INIT};
    gaz_repo_row row;
    fill(h);
    assert_ok(gaz_store_repo_get(h->store, "beta", &row, &err));
    char path[512];
    snprintf(path, sizeof path, "%s/repos/%s.repo", h->dir, row.uid);
    gaz_repo_row_release(&row);
    int fd = open(path, O_RDWR);
    assert_int_equal(pwrite(fd, "X", 1, 50), 1);
    close(fd);
    tamper(h, "UPDATE digests SET sum = sum + 1 WHERE kind = 0");
    repair(h, &l, "alpha\ngamma\n");
    assert_non_null(strstr(l.text.data, "does not match its checksum"));
    gaz_strbuf_release(&l.text);
}

#define HOME_TEST(f) cmocka_unit_test_setup_teardown(f, home_setup, home_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        HOME_TEST(sound_home_has_no_findings),
        HOME_TEST(damaged_segment_takes_the_refs_of_its_pool),
        HOME_TEST(missing_and_short_segments_are_found),
        HOME_TEST(damaged_manifest_takes_its_refs_and_the_deltas_over_it),
        HOME_TEST(row_changed_behind_the_digests_is_found),
        HOME_TEST(unsound_job_is_forgotten_and_nothing_else),
        HOME_TEST(unreadable_catalogue_is_made_anew),
        HOME_TEST(lost_catalogue_is_not_taken_for_a_new_home),
        HOME_TEST(remaking_waits_for_nobody),
        HOME_TEST(damaged_record_is_reported_and_the_rest_restored),
    };
    return cmocka_run_group_tests_name("store check", tests, NULL, NULL);
}
