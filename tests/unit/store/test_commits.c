/* The commit index at its edges: states cut short and flipped, records beyond their limits, files
 * that are not there. What it answers is tested where it is made (tests/unit/pipeline). */
#include "store_support.h"

#include "commit_format.h"
#include "proof.h"

static gaz_error err;

static gaz_commits_state some_state(gaz_oid tips[2], gaz_commit_place order[6])
{
    tips[0] = oid_of(1);
    tips[1] = oid_of(2);
    for (uint32_t i = 0; i < 6; i++)
        order[i] = (gaz_commit_place){i < 4 ? 1 : 0, i < 4 ? i : i + 10};
    return (gaz_commits_state){.tips = tips,
                               .tip_count = 2,
                               .limit = 50000,
                               .extractor = 7,
                               .end = {.goes_on = true, .missing = 3, .missing_one = oid_of(9)},
                               .order = order,
                               .count = 6};
}

static void encode(gaz_strbuf *out)
{
    gaz_oid tips[2];
    gaz_commit_place order[6];
    gaz_commits_state s = some_state(tips, order);
    gaz_commits_file older = {.commits = 40};
    memset(older.name, 'a', sizeof older.name - 1);
    assert_ok(gaz_commit_state_encode(&s, &older, 1, out, &err));
}

static void a_state_is_read_as_it_was_written(void **state)
{
    (void)state;
    gaz_strbuf bytes = GAZ_STRBUF_INIT;
    commit_state s;
    encode(&bytes);
    assert_ok(gaz_commit_state_decode((const uint8_t *)bytes.data, bytes.len, &s, &err));
    assert_int_equal(6, s.state.count);
    assert_int_equal(15, s.state.order[5].local);
    assert_int_equal(0, s.state.order[5].file);
    assert_int_equal(7, s.state.extractor);
    assert_int_equal(3, s.state.end.missing);
    assert_true(s.state.end.goes_on);
    assert_false(s.state.end.unfinished);
    assert_int_equal(40, s.counts[0]);
    gaz_commit_state_release(&s);
    gaz_strbuf_release(&bytes);
}

static void a_state_cut_short_or_flipped_is_refused_or_bounded(void **state)
{
    (void)state;
    gaz_strbuf bytes = GAZ_STRBUF_INIT;
    commit_state s;
    uint64_t random = proof_say_seed();
    encode(&bytes);
    for (size_t len = 0; len < bytes.len; len++) {
        uint8_t *copy = malloc(len + 1); /* so that reading beyond it is noticed */
        memcpy(copy, bytes.data, len);
        gaz_error why = {0};
        assert_int_equal(GAZ_E_CORRUPT, gaz_commit_state_decode(copy, len, &s, &why));
        free(copy);
    }
    for (int i = 0; i < 3000; i++) {
        gaz_error why = {0};
        size_t at = proof_random(&random, (uint32_t)bytes.len);
        char was = bytes.data[at];
        bytes.data[at] = (char)(was ^ (1 << proof_random(&random, 8)));
        gaz_status st = gaz_commit_state_decode((const uint8_t *)bytes.data, bytes.len, &s, &why);
        assert_true(st == GAZ_OK || st == GAZ_E_CORRUPT);
        if (st == GAZ_OK) {
            assert_true(s.state.count <= GAZ_COMMITS_MAX);
            gaz_commit_state_release(&s);
        }
        bytes.data[at] = was;
    }
    gaz_strbuf_release(&bytes);
}

static gaz_commit_record record_of(unsigned n)
{
    return (gaz_commit_record){.id = oid_of(n),
                               .author = {"A", "a@b", 5, 0},
                               .committer = {"A", "a@b", 5, 0},
                               .message = "m",
                               .message_len = 1};
}

static void records_beyond_their_limits_are_refused(void **state)
{
    home *h = *state;
    gaz_run *run = NULL;
    gaz_commits_writer *w = NULL;
    assert_ok(gaz_run_open(h->store, &run, &err));
    assert_ok(gaz_commits_writer_open(gaz_run_dir(run), &w, &err));
    char *path = malloc(GAZ_COMMIT_PATH_MAX + 1);
    memset(path, 'p', GAZ_COMMIT_PATH_MAX + 1);
    gaz_commit_change change = {.path = path, .path_len = GAZ_COMMIT_PATH_MAX};
    gaz_commit_record r = record_of(1);
    r.changes = &change;
    r.change_count = 1;
    assert_ok(gaz_commits_writer_add(w, &r, &err));
    assert_int_equal(1, gaz_commits_writer_count(w));
    change.path_len++;
    r.id = oid_of(2);
    assert_status(GAZ_E_LIMIT, gaz_commits_writer_add(w, &r, &err));
    gaz_error_clear(&err);
    r.id = oid_of(3);
    r.change_count = GAZ_COMMITS_CHANGES_MAX;
    assert_status(GAZ_E_LIMIT, gaz_commits_writer_add(w, &r, &err));
    gaz_error_clear(&err);
    r.change_count = 0;
    r.parent_count = UINT16_MAX + 1u;
    assert_status(GAZ_E_LIMIT, gaz_commits_writer_add(w, &r, &err));
    gaz_error_clear(&err);
    free(path);
    gaz_commits_writer_close(w);
    gaz_run_close(run);
}

static void files_that_are_not_there_are_not_published(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "app");
    gaz_commits *index = NULL;
    gaz_commits_file file = {.bytes = 10};
    memset(file.name, 'b', sizeof file.name - 1);
    assert_status(GAZ_E_NOT_FOUND, gaz_commits_open(h->store, repo, &index, &err));
    gaz_error_clear(&err);
    uint64_t before = 0, after = 0;
    assert_ok(gaz_store_generation(h->store, &before, &err));
    gaz_error why = {0};
    assert_int_not_equal(GAZ_OK, gaz_commits_publish(h->store, repo, &file, 1, NULL, &why));
    why = (gaz_error){0};
    assert_int_equal(GAZ_E_NOT_FOUND, gaz_commits_publish(h->store, 999, NULL, 0, NULL, &why));
    assert_ok(gaz_store_generation(h->store, &after, &err));
    assert_int_equal(before, after);
}

static void an_index_of_one_commit_is_written_and_read(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "app");
    gaz_run *run = NULL;
    gaz_commits_writer *w = NULL;
    gaz_commits *index = NULL;
    gaz_commits_file file = {.commits = 0};
    gaz_oid tip = oid_of(1);
    gaz_commit_place order = {0, 0};
    gaz_commits_state s = {.tips = &tip, .tip_count = 1, .limit = 1, .order = &order, .count = 1};
    gaz_commit_record r = record_of(1);
    assert_ok(gaz_run_open(h->store, &run, &err));
    assert_ok(gaz_commits_writer_open(gaz_run_dir(run), &w, &err));
    assert_ok(gaz_commits_writer_add(w, &r, &err));
    assert_ok(gaz_commits_writer_finish(w, h->store, run, NULL, 0, &s, &file, &err));
    assert_ok(gaz_commits_publish(h->store, repo, &file, 1, NULL, &err));
    gaz_commits_writer_close(w);
    gaz_run_close(run);
    assert_ok(gaz_commits_open(h->store, repo, &index, &err));
    assert_int_equal(1, gaz_commits_count(index));
    assert_int_equal(5, gaz_commits_time(index, 0));
    assert_int_equal(UINT32_MAX, gaz_commits_rank_at(index, 0, 1));
    assert_int_equal(UINT32_MAX, gaz_commits_rank_at(index, 1, 0));
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_status(GAZ_E_INVALID, gaz_commits_get(index, 1, true, &arena, &r, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_commits_get(index, 0, true, &arena, &r, &err));
    assert_string_equal("m", r.message);
    assert_string_equal("a@b", r.author.email);
    gaz_arena_release(&arena);
    gaz_commits_unref(index);
}

int main(void)
{
#define IN_HOME(name) cmocka_unit_test_setup_teardown(name, home_setup, home_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_state_is_read_as_it_was_written),
        cmocka_unit_test(a_state_cut_short_or_flipped_is_refused_or_bounded),
        IN_HOME(records_beyond_their_limits_are_refused),
        IN_HOME(files_that_are_not_there_are_not_published),
        IN_HOME(an_index_of_one_commit_is_written_and_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
