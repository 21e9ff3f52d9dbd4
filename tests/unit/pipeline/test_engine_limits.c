/* What a search does at its limits of time and memory, and that its answer does not depend on
 * threads. Also run under ThreadSanitizer. */
#include "run_support.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "gaz/base/clock.h"

static void write_files(const bench *b, unsigned count, const char *word)
{
    for (unsigned i = 0; i < count; i++) {
        char path[64], text[8192];
        snprintf(path, sizeof path, "src/d%u/f%u.c", i % 40, i);
        int n = snprintf(text, sizeof text, "%s %u\n", word, i);
        bench_write(b, path, text, (size_t)n);
    }
}

static void explain_survives_running_out_of_time_while_planning(void **state)
{
    bench *b = *state;
    found f;
    for (unsigned i = 0; i < 3; i++) {
        char text[32];
        int n = snprintf(text, sizeof text, "needle %u\n", i);
        bench_write(b, "a.c", text, (size_t)n);
        char name[16];
        snprintf(name, sizeof name, "b%u.c", i);
        bench_write(b, name, text, (size_t)n);
        bench_commit(b);
        bench_index(b, NULL);
    }
    bench_engine(b, NULL);
    bench_search(
        b, &(gaz_search_request){.query = "needle", .limit = 10, .explain = true, .deadline_us = 1},
        &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_false(f.result.complete);
    assert_string_equal(f.result.reason, "timeout");
    assert_non_null(strstr(f.result.explain.data, "needle"));
    found_release(&f);
}

/* What is found beyond the limit depends on how far the other threads were. */
static void counts_of_a_cut_answer_do_not_depend_on_threads(void **state)
{
    bench *b = *state;
    char word[8001]; /* so that a batch takes long enough for the other threads */
    memset(word, 'n', sizeof word - 1);
    memcpy(word + sizeof word - 8, "needle", sizeof "needle");
    write_files(b, 1200, word);
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, "threads=8", NULL);
    uint64_t files = 0;
    for (unsigned i = 0; i < 200; i++) {
        found f;
        bench_search(b, &(gaz_search_request){.query = "needle", .limit = 10}, &f);
        assert_int_equal(f.status, GAZ_OK);
        assert_int_equal(f.files, 10);
        assert_string_equal(f.result.reason, "limit");
        if (i && files != f.result.stats.files)
            fail_msg("%llu files were found, and %llu before",
                     (unsigned long long)f.result.stats.files, (unsigned long long)files);
        files = f.result.stats.files;
        found_release(&f);
    }
}

/* 20,000 lines with 100 lines of context on both sides are more than the memory of the query. */
static void lines_beyond_the_memory_are_left_out_and_said_so(void **state)
{
    bench *b = *state;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 20000; i++)
        gaz_strbuf_puts(&text, "needle\n");
    bench_write(b, "big.txt", text.data, text.len);
    bench_write(b, "small.txt", "needle\n", 7);
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, "query.memory=4MiB", NULL);
    found f;
    bench_search(b,
                 &(gaz_search_request){
                     .query = "needle", .limit = 10, .context_before = 100, .context_after = 100},
                 &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_int_equal(f.files, 2);
    assert_true(f.lines > 50 && f.lines < 1000);
    assert_int_equal(f.result.stats.lines, 20001);
    assert_false(f.result.complete);
    assert_string_equal(f.result.reason, "memory");
    assert_non_null(strstr(f.result.notes.data, "big.txt: only the first "));
    found_release(&f);
    bench_search(b, &(gaz_search_request){.query = "needle", .limit = 10}, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_true(f.result.complete);
    assert_int_equal(f.lines, 20001);
    found_release(&f);
    gaz_strbuf_release(&text);
}

/* The first file is decided at once; the second takes longer than there is time, in the same batch.
 */
static void what_was_found_before_the_time_ran_out_is_shown(void **state)
{
    bench *b = *state;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 200000; i++)
        gaz_strbuf_puts(&text, "a1 aaaaaaaaaaaa!\n");
    bench_write(b, "a.txt", "aaa1\n", 5);
    bench_write(b, "z.txt", text.data, text.len);
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, NULL);
    found f;
    bench_search(b,
                 &(gaz_search_request){.query = "/(?:(a+)\\1?)+[0-9]$/",
                                       .limit = 10,
                                       .deadline_us = gaz_now_us() + 700000},
                 &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_false(f.result.complete);
    assert_string_equal(f.result.reason, "timeout");
    assert_string_equal(f.paths.data, "a.txt\n");
    found_release(&f);
    gaz_strbuf_release(&text);
}

static gaz_status refuse(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    ++*(unsigned *)ctx;
    (void)hit;
    return gaz_error_set(err, GAZ_E_LIMIT, "the answer is too long");
}

/* A visitor that has no room has lost part of the answer: the next file must not be given to it. */
static void a_visitor_that_fails_ends_the_search(void **state)
{
    bench *b = *state;
    write_files(b, 3, "needle");
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, NULL);
    unsigned calls = 0;
    gaz_error err = {0};
    gaz_search_result result;
    gaz_search_result_init(&result);
    gaz_search_request request = {
        .query = "needle", .query_len = 6, .limit = 10, .deadline_us = GAZ_NEVER};
    assert_status(GAZ_E_LIMIT,
                  gaz_engine_search(b->engine, &request, refuse, &calls, &result, &err));
    assert_int_equal(calls, 1);
    assert_string_equal(err.message, "the answer is too long");
    gaz_search_result_release(&result);
}

/* Branches beyond the memory of a query are left out and said so; those of other repositories do
 * not count. */
static void many_branches_are_cut_at_the_memory(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    write_files(b, 400, "needle");
    bench_commit(b);
    for (unsigned i = 0; i < 80; i++) {
        char name[16], text[16];
        snprintf(name, sizeof name, "b%02u", i);
        int n = snprintf(text, sizeof text, "branch %u\n", i);
        free(run_git(b->work, "checkout", "-q", "-b", name, NULL));
        bench_write(b, "only.txt", text, (size_t)n);
        bench_commit(b);
    }
    free(run_git(b->work, "checkout", "-q", "main", NULL));
    assert_ok(gaz_store_repo_remove(b->store, "app", &err));
    gaz_repo_row row;
    const char *const all[] = {"*"};
    gaz_add add = {.source = b->work, .name = "app", .patterns = all, .pattern_count = 1};
    assert_ok(gaz_repo_register(b->store, &b->settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    bench_index(b, NULL);
    bench_engine(b, "query.memory=1MiB", NULL);
    found f;
    bench_search(b, &(gaz_search_request){.query = "branch:^b branch", .limit = 100}, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_string_equal(f.result.reason, "memory");
    assert_true(f.files > 0 && f.files < 80);
    found_release(&f);
    bench_engine(b, "query.memory=64MiB", NULL);
    bench_search(b, &(gaz_search_request){.query = "branch:^b branch", .limit = 100}, &f);
    assert_int_equal(f.status, GAZ_OK);
    assert_true(f.result.complete);
    assert_int_equal(f.files, 80);
    found_release(&f);
}

#define HOLD_MAX 4096

typedef struct descriptors {
    int held[HOLD_MAX];
    size_t count;
} descriptors;

static void use_up(descriptors *d)
{
    d->count = 0;
    for (int fd; d->count < HOLD_MAX && (fd = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0;)
        d->held[d->count++] = fd;
    assert_true(d->count < HOLD_MAX);
    assert_int_equal(errno, EMFILE);
}

static void give_back(descriptors *d)
{
    while (d->count)
        close(d->held[--d->count]);
}

/* Nothing is damaged, and the generation stays the same. */
static void a_segment_the_system_refuses_to_open_is_tried_again(void **state)
{
    bench *b = *state;
    struct rlimit was, few;
    static descriptors d;
    found f;
    gaz_error err = {0};
    gaz_file_view view;
    gaz_search_request request = {.query = "needle", .limit = 10};
    bench_write(b, "a.c", "needle 1\n", 9);
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, NULL);
    bench_search(b, &request, &f);
    assert_true(f.result.complete);
    found_release(&f);
    bench_write(b, "b.c", "needle 2\n", 9);
    bench_commit(b);
    bench_index(b, NULL); /* leaves the manifest in the store's cache */
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    few = was;
    few.rlim_cur = HOLD_MAX / 2 < was.rlim_cur ? HOLD_MAX / 2 : was.rlim_cur;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
    use_up(&d);
    bench_search(b, &request, &f);
    gaz_status read = gaz_engine_file(b->engine, "app", NULL, "b.c", 0, 0, &view, &err);
    give_back(&d);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(f.status, GAZ_OK);
    assert_string_equal(f.paths.data, "a.c\n");
    assert_false(f.result.complete);
    assert_string_equal(f.result.reason, "unavailable");
    assert_non_null(strstr(f.result.notes.data, "Too many open files"));
    assert_null(strstr(f.result.notes.data, "gaz check"));
    found_release(&f);
    assert_status(GAZ_E_BUSY, read);
    assert_non_null(strstr(err.message, "Too many open files"));
    bool whole = false;
    for (unsigned i = 0; i < 200 && !whole; i++) { /* it is tried once a second */
        bench_search(b, &request, &f);
        assert_int_equal(f.status, GAZ_OK);
        whole = f.result.complete;
        if (whole)
            assert_int_equal(f.files, 2);
        found_release(&f);
        usleep(50000);
    }
    assert_true(whole);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(explain_survives_running_out_of_time_while_planning,
                                        bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(counts_of_a_cut_answer_do_not_depend_on_threads,
                                        bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(lines_beyond_the_memory_are_left_out_and_said_so,
                                        bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(what_was_found_before_the_time_ran_out_is_shown,
                                        bench_setup, bench_teardown),
        cmocka_unit_test_setup_teardown(a_visitor_that_fails_ends_the_search, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(many_branches_are_cut_at_the_memory, bench_setup,
                                        bench_teardown),
        cmocka_unit_test_setup_teardown(a_segment_the_system_refuses_to_open_is_tried_again,
                                        bench_setup, bench_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
