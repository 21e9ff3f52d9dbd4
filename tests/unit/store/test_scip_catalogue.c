/* SCIP indexes in the catalogue: published, replaced, evicted and removed as a whole; swept when
 * nobody has them; named by check and dropped by repair when they are damaged. */
#include "store_support.h"

#include <fcntl.h>

#include "gaz/base/clock.h"

static gaz_error err;

/* A file with some bytes, in place and not published. */
static gaz_scip_row make_row(gaz_store *store, unsigned seed, unsigned commit, const char *below,
                             const char *tool)
{
    gaz_scip_row row = {.commit = oid_of(commit),
                        .below = strdup(below),
                        .version = "1",
                        .documents = seed,
                        .occurrences = seed * 10u,
                        .definitions = seed * 2u};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_sealed_writer *w = NULL;
    gaz_run *run = NULL;
    snprintf(row.tool, sizeof row.tool, "%s", tool);
    assert_ok(gaz_run_open(store, &run, &err));
    gaz_strbuf_printf(&path, "%s/scip", gaz_run_dir(run));
    assert_ok(gaz_sealed_writer_open(path.data, "SCIP", 1, &w, &err));
    assert_ok(gaz_sealed_begin(w, 0, &err));
    assert_ok(gaz_sealed_append(w, &seed, sizeof seed, &err));
    assert_ok(gaz_sealed_finish(w, row.name, &row.file_bytes, &err));
    gaz_sealed_writer_close(w);
    assert_ok(gaz_store_adopt(store, run, path.data, GAZ_FILE_SEGMENT, row.name, &err));
    gaz_run_close(run);
    gaz_strbuf_release(&path);
    return row;
}

static uint32_t publish(gaz_store *store, int64_t repo, unsigned seed, unsigned commit,
                        const char *below, uint32_t keep)
{
    uint32_t gone = 0;
    gaz_scip_row row = make_row(store, seed, commit, below, "tool");
    assert_ok(gaz_scip_publish(store, repo, &row, keep, &gone, &err));
    gaz_scip_row_release(&row);
    return gone;
}

/* "documents below …" of the one repository, the last imported first. */
static void expect(home *h, const char *wanted)
{
    gaz_snapshot *s = NULL;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    assert_ok(gaz_store_snapshot(h->store, &s, &err));
    for (size_t i = 0; i < s->repos[0].scip_count; i++)
        gaz_strbuf_printf(&text, "%u%s%s ", s->repos[0].scip[i].documents,
                          s->repos[0].scip[i].below[0] ? "@" : "", s->repos[0].scip[i].below);
    assert_string_equal(text.data, wanted);
    gaz_strbuf_release(&text);
    gaz_snapshot_free(s);
}

static size_t files_left(home *h)
{
    gaz_sweep swept;
    uint64_t bytes = 0;
    gaz_strbuf dir = GAZ_STRBUF_INIT;
    size_t count = 0;
    assert_ok(gaz_store_sweep(h->store, 0, &swept, &err));
    gaz_strbuf_printf(&dir, "%s/segments", h->dir);
    assert_ok(gaz_dir_size(dir.data, &bytes, &err));
    gaz_scip_row row = make_row(h->store, 999999, 1, "", "t"); /* what one file takes */
    count = (size_t)(bytes / row.file_bytes);
    gaz_scip_row_release(&row);
    assert_ok(gaz_store_sweep(h->store, 0, &swept, &err));
    gaz_strbuf_release(&dir);
    return count;
}

static void the_same_commit_directory_and_tool_is_replaced(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "r");
    uint64_t before = 0, after = 0;
    publish(h->store, repo, 1, 1, "", 10);
    publish(h->store, repo, 2, 1, "web", 10);
    publish(h->store, repo, 3, 2, "", 10);
    expect(h, "3 2@web 1 ");
    assert_ok(gaz_store_generation(h->store, &before, &err));
    publish(h->store, repo, 4, 1, "", 10);
    assert_ok(gaz_store_generation(h->store, &after, &err));
    assert_int_equal(before + 1, after);
    expect(h, "4 3 2@web ");
    publish(h->store, repo, 4, 1, "", 10); /* the same again: it keeps its file */
    expect(h, "4 3 2@web ");
    assert_int_equal(3, files_left(h));
    home_reopen(h);
    expect(h, "4 3 2@web ");
}

static void the_last_imported_stay(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "r");
    for (unsigned i = 1; i <= 5; i++)
        assert_int_equal(i > 3, publish(h->store, repo, i, i, "", 3));
    expect(h, "5 4 3 ");
    assert_int_equal(3, files_left(h));
    assert_int_equal(2, publish(h->store, repo, 3, 3, "", 1) - 0);
    expect(h, "3 ");
    gaz_scip_row row = make_row(h->store, 9, 9, "", "tool");
    assert_status(GAZ_E_INVALID, gaz_scip_publish(h->store, repo, &row, 0, NULL, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID,
                  gaz_scip_publish(h->store, repo, &row, GAZ_SCIP_KEPT_MAX + 1, NULL, &err));
    gaz_error_clear(&err);
    gaz_scip_row_release(&row);
}

static void what_is_published_is_in_place(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "r");
    gaz_scip_row row = make_row(h->store, 7, 1, "", "tool");
    row.file_bytes++;
    assert_status(GAZ_E_CORRUPT, gaz_scip_publish(h->store, repo, &row, 9, NULL, &err));
    gaz_error_clear(&err);
    row.file_bytes--;
    row.name[0] = row.name[0] == 'a' ? 'b' : 'a';
    assert_status(GAZ_E_NOT_FOUND, gaz_scip_publish(h->store, repo, &row, 9, NULL, &err));
    gaz_error_clear(&err);
    gaz_scip_row_release(&row);
    row = make_row(h->store, 7, 1, "", "tool");
    assert_status(GAZ_E_NOT_FOUND, gaz_scip_publish(h->store, repo + 1, &row, 9, NULL, &err));
    gaz_error_clear(&err);
    gaz_scip_row_release(&row);
    expect(h, "");
    assert_int_equal(0, files_left(h));
}

static void indexes_are_removed_by_what_they_are(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "r");
    gaz_oid one = oid_of(1);
    uint32_t removed = 0;
    uint64_t before = 0, after = 0;
    publish(h->store, repo, 1, 1, "", 10);
    publish(h->store, repo, 2, 1, "web", 10);
    publish(h->store, repo, 3, 2, "web", 10);
    gaz_scip_filter filter = {.commit = &one, .below = "web"};
    assert_ok(gaz_scip_remove(h->store, repo, &filter, &removed, &err));
    assert_int_equal(1, removed);
    expect(h, "3@web 1 ");
    filter = (gaz_scip_filter){.tool = "other"};
    assert_ok(gaz_store_generation(h->store, &before, &err));
    assert_ok(gaz_scip_remove(h->store, repo, &filter, &removed, &err));
    assert_int_equal(0, removed);
    assert_ok(gaz_store_generation(h->store, &after, &err));
    assert_int_equal(before, after);
    filter = (gaz_scip_filter){.tool = "tool"};
    assert_ok(gaz_scip_remove(h->store, repo, &filter, &removed, &err));
    assert_int_equal(2, removed);
    expect(h, "");
    assert_int_equal(0, files_left(h));
}

static void a_repository_takes_its_indexes_along(void **state)
{
    home *h = *state;
    int64_t a = add_repo(h->store, "a"), b = add_repo(h->store, "b");
    gaz_sweep swept;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_scip_row row = make_row(h->store, 5, 1, "", "tool");
    assert_ok(gaz_scip_publish(h->store, a, &row, 9, NULL, &err));
    assert_ok(gaz_scip_publish(h->store, b, &row, 9, NULL, &err)); /* one file of both */
    assert_ok(gaz_store_repo_remove(h->store, "a", &err));
    assert_ok(gaz_store_sweep(h->store, 0, &swept, &err));
    assert_ok(gaz_store_path(h->store, GAZ_FILE_SEGMENT, row.name, &path, &err));
    assert_int_equal(0, access(path.data, F_OK));
    expect(h, "5 ");
    assert_ok(gaz_store_repo_remove(h->store, "b", &err));
    assert_ok(gaz_store_sweep(h->store, 60000, &swept, &err));
    assert_int_equal(0, access(path.data, F_OK)); /* readers may still be about to open it */
    assert_ok(gaz_store_sweep(h->store, 0, &swept, &err));
    assert_int_not_equal(0, access(path.data, F_OK));
    gaz_scip_row_release(&row);
    gaz_strbuf_release(&path);
}

/* ---- damage ---- */

typedef struct findings {
    unsigned count;
    char what[40], name[GAZ_SEALED_NAME];
} findings;

static void note(void *ctx, const char *what, const char *name, const char *message)
{
    findings *f = ctx;
    f->count++;
    snprintf(f->what, sizeof f->what, "%s", what);
    snprintf(f->name, sizeof f->name, "%s", name);
    assert_true(message[0]);
}

static void a_damaged_index_is_named_and_dropped(void **state)
{
    home *h = *state;
    int64_t repo = add_repo(h->store, "r");
    gaz_strbuf path = GAZ_STRBUF_INIT, again = GAZ_STRBUF_INIT;
    findings f = {0};
    uint64_t checked = 0;
    publish(h->store, repo, 1, 1, "", 10);
    gaz_scip_row row = make_row(h->store, 2, 2, "", "tool");
    assert_ok(gaz_scip_publish(h->store, repo, &row, 10, NULL, &err));
    assert_ok(gaz_store_check(h->store, note, &f, &checked, &err));
    assert_int_equal(0, f.count);
    assert_int_equal(2, checked);
    assert_ok(gaz_store_path(h->store, GAZ_FILE_SEGMENT, row.name, &path, &err));
    assert_int_equal(0, truncate(path.data, 50));
    assert_ok(gaz_store_check(h->store, note, &f, &checked, &err));
    assert_int_equal(1, f.count);
    assert_string_equal("SCIP index", f.what);
    assert_string_equal(row.name, f.name);
    assert_ok(gaz_store_repair(h->store, note, &f, &again, &err));
    assert_int_equal(2, f.count);
    assert_string_equal("", again.data);
    expect(h, "1 ");
    assert_int_not_equal(0, access(path.data, F_OK));
    assert_ok(gaz_store_check(h->store, note, &f, &checked, &err));
    assert_int_equal(2, f.count);
    publish(h->store, repo, 2, 2, "", 10); /* the same bytes again */
    expect(h, "2 1 ");
    assert_ok(gaz_store_check(h->store, note, &f, &checked, &err));
    assert_int_equal(2, f.count);
    gaz_scip_row_release(&row);
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&again);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_same_commit_directory_and_tool_is_replaced, home_setup,
                                        home_teardown),
        cmocka_unit_test_setup_teardown(the_last_imported_stay, home_setup, home_teardown),
        cmocka_unit_test_setup_teardown(what_is_published_is_in_place, home_setup, home_teardown),
        cmocka_unit_test_setup_teardown(indexes_are_removed_by_what_they_are, home_setup,
                                        home_teardown),
        cmocka_unit_test_setup_teardown(a_repository_takes_its_indexes_along, home_setup,
                                        home_teardown),
        cmocka_unit_test_setup_teardown(a_damaged_index_is_named_and_dropped, home_setup,
                                        home_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
