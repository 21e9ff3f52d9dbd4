/* Documents that are lost from a pool: index runs look up only what changed, `gaz repair` finds the
 * rest. */
#include "run_support.h"

#include <unistd.h>

#include "overlay.h"

static void take_finding(void *ctx, const char *what, const char *name, const char *message)
{
    gaz_strbuf_printf(ctx, "%s %s: %s\n", what, name, message);
}

/* As a merge that dropped what it should have kept. */
static void lose_segments(const bench *b)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(b->store, &s, &err));
    assert_int_equal(s->pool_count, 1);
    for (size_t i = 0; i < s->pools[0].segment_count; i++) {
        char name[1][GAZ_SEALED_NAME];
        memcpy(name[0], s->pools[0].segments[i].name, GAZ_SEALED_NAME);
        gaz_publication pub = {.pool = s->pools[0].id,
                               .segments_removed = (const char(*)[GAZ_SEALED_NAME])name,
                               .segments_removed_count = 1};
        assert_ok(gaz_store_publish(b->store, &pub, NULL, &err));
    }
    gaz_snapshot_free(s);
}

static void write_files(const bench *b)
{
    for (unsigned i = 0; i < 20; i++) {
        char path[32], text[32];
        snprintf(path, sizeof path, "f%u.c", i);
        int n = snprintf(text, sizeof text, "file %u\n", i);
        bench_write(b, path, text, (size_t)n);
    }
}

static void repair(const bench *b, const char *findings, const char *again)
{
    gaz_error err = {0};
    gaz_strbuf list = GAZ_STRBUF_INIT, names = GAZ_STRBUF_INIT;
    assert_ok(gaz_repair_all(b->store, take_finding, &list, &names, &err));
    assert_string_equal(list.data, findings);
    assert_string_equal(names.data, again);
    gaz_strbuf_release(&list);
    gaz_strbuf_release(&names);
}

static void lost_documents_are_found_by_repair(void **state)
{
    bench *b = *state;
    write_files(b);
    bench_commit(b);
    assert_int_equal(bench_index(b, NULL).files, 20);
    char *first = run_git(b->work, "rev-parse", "HEAD", NULL);
    bench_write(b, "f3.c", "changed\n", 8);
    bench_commit(b);
    assert_int_equal(bench_index(b, NULL).files, 1);
    bench_index(b, first);
    repair(b, "", "");
    lose_segments(b);
    /* Looking all up would cost each run what the whole tree costs. */
    bench_write(b, "f4.c", "changed too\n", 12);
    bench_commit(b);
    assert_int_equal(bench_index(b, NULL).files, 1);
    assert_int_equal(bench_check(b), 2); /* the branch, and the revision */
    repair(b, "ref app: 2 refs lack documents; they are indexed again\n", "app\n");
    repair(b, "", "");
    assert_int_equal(bench_check(b), 0); /* nothing is answered from half an index */
    assert_int_equal(bench_index(b, NULL).files, 19);
    assert_int_equal(bench_check(b), 0);
    bench_engine(b, NULL);
    found f;
    bench_search(b, &(gaz_search_request){.query = "file or changed", .limit = 50}, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_int_equal(f.files, 20);
    assert_true(f.result.complete);
    found_release(&f);
    free(first);
}

/* New rules, or a lost record of them: trees are compared whole, and every blob is looked up. */
static void comparing_whole_trees_reads_lost_documents_again(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    write_files(b);
    bench_commit(b);
    bench_index(b, NULL);
    lose_segments(b);
    assert_int_equal(bench_index(b, NULL).files, 0);
    assert_ok(gaz_settings_set(&b->settings, "index.exclude", "f7.c", &err));
    assert_true(bench_index(b, NULL).files >= 19);
    assert_int_equal(bench_check(b), 0);
}

/* ---- the work tree ---- */

static void look(const bench *b)
{
    gaz_error err = {0};
    gaz_run_result result;
    const index_request request = {.repo = "app"};
    assert_ok(overlay_index(b->store, &b->settings, &request, &result, &err));
}

/* Files of the published overlay; -1: there is none. */
static int overlay_files(const bench *b)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    int files = -1;
    assert_ok(gaz_store_snapshot(b->store, &s, &err));
    for (size_t i = 0; i < s->repos[0].ref_count; i++)
        if (s->repos[0].refs[i].kind == GAZ_REF_TREE)
            files = (int)s->repos[0].refs[i].files;
    gaz_snapshot_free(s);
    return files;
}

static void assert_found(bench *b, const char *query, unsigned files)
{
    found f;
    bench_engine(b, NULL);
    bench_search(b, &(gaz_search_request){.query = query, .limit = 50}, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_int_equal(f.files, files);
    assert_true(f.result.complete);
    found_release(&f);
}

static void a_sound_overlay_survives_a_repair(void **state)
{
    bench *b = *state;
    write_files(b);
    bench_commit(b);
    bench_index(b, NULL);
    bench_write(b, "new.c", "fresh\n", 6);
    look(b);
    assert_int_equal(overlay_files(b), 21);
    repair(b, "", "");
    assert_int_equal(overlay_files(b), 21);
    assert_found(b, "fresh rev:worktree", 1);
    assert_int_equal(bench_check(b), 0);
}

/* What is known of the files says that they are as they were: they are read all the same, since
 * their documents are gone. */
static void an_overlay_that_lost_its_documents_is_made_again_after_a_repair(void **state)
{
    bench *b = *state;
    write_files(b);
    bench_commit(b);
    bench_index(b, NULL);
    bench_write(b, "new.c", "fresh\n", 6);
    usleep(250000); /* for the next look to remember it */
    look(b);
    lose_segments(b);
    assert_int_equal(bench_check(b), 2);
    repair(b, "ref app: 2 refs lack documents; they are indexed again\n", "app\n");
    assert_int_equal(overlay_files(b), -1);
    bench_index(b, NULL);
    look(b);
    assert_int_equal(overlay_files(b), 21);
    assert_found(b, "fresh rev:worktree", 1);
    assert_int_equal(bench_check(b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lost_documents_are_found_by_repair, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(comparing_whole_trees_reads_lost_documents_again,
                                        bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(a_sound_overlay_survives_a_repair, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(
            an_overlay_that_lost_its_documents_is_made_again_after_a_repair, bench_setup,
            bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
