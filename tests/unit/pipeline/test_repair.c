/* Documents that are lost from a pool: index runs look up only what changed, `gaz repair` finds the
 * rest. */
#include "run_support.h"

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lost_documents_are_found_by_repair, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(comparing_whole_trees_reads_lost_documents_again,
                                        bench_setup, bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
