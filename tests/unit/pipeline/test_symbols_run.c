/* Symbols after text: index runs bring them up to date at the cost of what changed, and what they
 * say is what a rebuild would say. */
#include "run_support.h"

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/query/ref_files.h"
#include "symbols_run.h"

#define C_FILE                                                                                     \
    "int add(int a, int b)\n{\n    return a + b;\n}\nint use(void) { return add(1, 2); }\n"
#define C_OTHER "/* Doubles a number. */\nint twice(int n)\n{\n    return add(n, n);\n}\n"

static void write_text(const bench *b, const char *path, const char *text)
{
    bench_write(b, path, text, strlen(text));
}

static gaz_snapshot *snapshot(const bench *b)
{
    gaz_error err = {0};
    gaz_snapshot *s = NULL;
    assert_ok(gaz_store_snapshot(b->store, &s, &err));
    return s;
}

static gaz_symbol_state state_of(const bench *b, const char *ref)
{
    gaz_snapshot *s = snapshot(b);
    gaz_symbol_state state = {.documents = UINT32_MAX};
    for (size_t i = 0; i < s->repos[0].ref_count; i++)
        if (strcmp(s->repos[0].refs[i].name, ref) == 0) {
            state = s->repos[0].refs[i].symbols;
            if (!symbols_complete(&s->repos[0].refs[i]))
                state.version = 0;
        }
    gaz_snapshot_free(s);
    return state;
}

static void assert_state(const bench *b, const char *ref, uint32_t documents, uint32_t failed)
{
    gaz_symbol_state s = state_of(b, ref);
    assert_int_equal(documents, s.documents);
    assert_int_equal(documents, s.done);
    assert_int_equal(failed, s.failed);
    assert_true(s.version != 0);
}

static char *dump(const bench *b)
{
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_symbols_dump(b->store, "app", &out, &err));
    return gaz_strbuf_detach(&out, NULL);
}

/* The same branch indexed by a home of its own says the same. */
static void assert_as_rebuilt(bench *b)
{
    gaz_error err = {0};
    gaz_run_result result;
    gaz_store *store = b->store, *fresh = NULL;
    char path[600], *was = dump(b);
    snprintf(path, sizeof path, "%s/rebuilt", b->dir);
    assert_ok(gaz_remove_all(path, &err));
    assert_ok(gaz_store_open(path, true, &fresh, &err));
    gaz_repo_row row;
    gaz_add add = {.source = b->work, .name = "app"};
    assert_ok(gaz_repo_register(fresh, &b->settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    index_request request = {.repo = "app"};
    assert_ok(index_run(fresh, &b->settings, &request, &result, &err));
    b->store = fresh;
    char *now = dump(b);
    b->store = store;
    assert_string_equal(was, now);
    gaz_store_close(fresh);
    free(was);
    free(now);
}

static void a_run_reads_the_symbols_of_what_has_a_grammar(void **state)
{
    bench *b = *state;
    write_text(b, "a.c", C_FILE);
    write_text(b, "dir/b.c", C_OTHER);
    write_text(b, "notes.txt", "add nothing\n");
    bench_commit(b);
    gaz_run_result r = bench_index(b, NULL);
    assert_int_equal(2, r.symbols);
    assert_int_equal(0, r.symbols_failed);
    assert_state(b, "main", 2, 0);
    char *text = dump(b);
    assert_non_null(strstr(text, "path a.c\nfacts 41 "));
    assert_non_null(strstr(text, "{twice}"));
    assert_null(strstr(text, "notes.txt"));
    free(text);
    assert_int_equal(0, bench_check(b));
}

static void a_second_run_without_news_publishes_nothing(void **state)
{
    bench *b = *state;
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    gaz_run_result first = bench_index(b, NULL), again = bench_index(b, NULL),
                   third = bench_index(b, NULL);
    assert_true(first.changed);
    assert_false(again.changed);
    assert_int_equal(again.generation, third.generation);
    assert_int_equal(0, again.symbols);
}

static void text_comes_first_and_symbols_follow(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_run_result r;
    index_request request = {.repo = "app", .text_only = true};
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    assert_ok(index_run(b->store, &b->settings, &request, &r, &err));
    assert_int_equal(0, r.symbols);
    assert_int_equal(0, state_of(b, "main").version);
    assert_int_equal(0, bench_check(b));
    r = bench_index(b, NULL);
    assert_int_equal(0, r.files);
    assert_int_equal(1, r.symbols);
    assert_true(r.changed);
    assert_state(b, "main", 1, 0);
}

static void a_commit_costs_what_it_changes(void **state)
{
    bench *b = *state;
    for (unsigned i = 0; i < 30; i++) {
        char path[32], text[200];
        snprintf(path, sizeof path, "d%u/f%u.c", i % 4, i);
        snprintf(text, sizeof text, "int f%u(void) { return %u; }\n", i, i);
        write_text(b, path, text);
    }
    bench_commit(b);
    assert_int_equal(30, bench_index(b, NULL).symbols);
    write_text(b, "d1/f1.c", C_FILE);
    write_text(b, "new.c", C_OTHER);
    free(run_git(b->work, "rm", "-q", "d2/f2.c", NULL));
    free(run_git(b->work, "mv", "d3/f3.c", "moved.c", NULL));
    bench_commit(b);
    assert_int_equal(2, bench_index(b, NULL).symbols);
    assert_state(b, "main", 30, 0);
    assert_as_rebuilt(b);
    free(run_git(b->work, "mv", "moved.c", "moved.txt", NULL));
    free(run_git(b->work, "mv", "new.c", "new.h", NULL)); /* C still, by what it holds */
    bench_commit(b);
    bench_index(b, NULL);
    assert_as_rebuilt(b);
    assert_int_equal(0, bench_check(b));
}

static void branches_share_what_they_have_in_common(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_snapshot *s = snapshot(b);
    assert_ok(gaz_store_repo_remove(b->store, "app", &err));
    gaz_snapshot_free(s);
    const char *all = "*";
    gaz_add add = {.source = b->work, .name = "app", .patterns = &all, .pattern_count = 1};
    gaz_repo_row row;
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    free(run_git(b->work, "checkout", "-q", "-b", "side", NULL));
    write_text(b, "b.c", C_OTHER);
    bench_commit(b);
    assert_ok(gaz_repo_register(b->store, &b->settings, &add, &row, &err));
    gaz_repo_row_release(&row);
    assert_int_equal(2, bench_index(b, NULL).symbols);
    assert_state(b, "main", 1, 0);
    assert_state(b, "side", 2, 0);
    free(run_git(b->work, "checkout", "-q", "-b", "third", "main", NULL));
    assert_int_equal(0, bench_index(b, NULL).symbols);
    assert_state(b, "third", 1, 0);
    free(run_git(b->work, "checkout", "-q", "main", NULL));
    free(run_git(b->work, "branch", "-q", "-D", "side", NULL));
    bench_index(b, NULL);
    s = snapshot(b);
    assert_int_equal(2, s->repos[0].ref_count); /* what was known of the third is gone with it */
    gaz_snapshot_free(s);
    assert_int_equal(0, bench_check(b));
}

static void merges_keep_what_lives(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    for (unsigned i = 0; i < 12; i++) {
        char text[100];
        snprintf(text, sizeof text, "int version%u(void) { return %u; }\n", i, i);
        write_text(b, "a.c", text);
        write_text(b, i % 2 ? "odd.c" : "even.c", text);
        bench_commit(b);
        bench_index(b, NULL);
    }
    gaz_snapshot *s = snapshot(b);
    int64_t pool = s->pools[0].id;
    assert_int_equal(12, s->pools[0].symbol_count);
    gaz_snapshot_free(s);
    char *before = dump(b);
    assert_ok(symbols_merge(b->store, &b->settings, pool, false, &err));
    s = snapshot(b);
    assert_int_equal(1, s->pools[0].symbol_count);
    assert_int_equal(2, s->pools[0].symbols[0].docs); /* two blobs live: the last and that before */
    gaz_snapshot_free(s);
    char *after = dump(b);
    assert_string_equal(before, after);
    free(before);
    free(after);
    assert_int_equal(0, bench_check(b));
    assert_ok(symbols_merge(b->store, &b->settings, pool, true, &err)); /* nothing more to do */
    bench_index(b, NULL);
    assert_as_rebuilt(b);
}

static void a_revision_brings_its_symbols(void **state)
{
    bench *b = *state;
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    char *first = run_git(b->work, "rev-parse", "HEAD", NULL);
    first[40] = '\0';
    write_text(b, "a.c", C_OTHER);
    bench_commit(b);
    bench_index(b, NULL);
    assert_int_equal(1, bench_index(b, first).symbols);
    assert_state(b, first, 1, 0);
    free(first);
}

static void the_work_tree_has_symbols(void **state)
{
    bench *b = *state;
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    bench_index(b, NULL);
    write_text(b, "b.c", C_OTHER);
    gaz_run_result r = bench_index(b, GAZ_TREE_REF);
    assert_int_equal(1, r.symbols);
    assert_state(b, GAZ_TREE_REF, 2, 0);
    assert_state(b, "main", 1, 0);
}

static bool at_once(void *ctx)
{
    ++*(unsigned *)ctx;
    return true;
}

static void a_run_that_yields_is_taken_up_by_the_next(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_run_result r;
    unsigned asked = 0;
    index_request request = {.repo = "app", .yield = at_once, .yield_ctx = &asked};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (unsigned i = 0; i < 20000; i++)
        gaz_strbuf_printf(&text, "int f%u(int a) { return a + %u; }\n", i, i);
    for (unsigned i = 0; i < 12; i++) {
        char path[32];
        gaz_strbuf_printf(&text, "int last%u;\n", i);
        snprintf(path, sizeof path, "f%u.c", i);
        bench_write(b, path, text.data, text.len);
    }
    gaz_strbuf_release(&text);
    bench_commit(b);
    assert_ok(index_run(b->store, &b->settings, &request, &r, &err));
    assert_true(asked > 0);
    assert_true(r.symbols > 0 && r.symbols < 12);
    assert_int_equal(12, state_of(b, "main").documents);
    assert_int_equal(r.symbols, state_of(b, "main").done);
    assert_int_equal(0, bench_check(b));
    assert_int_equal(12 - r.symbols, bench_index(b, NULL).symbols);
    assert_state(b, "main", 12, 0);
}

static void a_blob_that_crashes_its_reader_is_recorded(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_oid blob;
    write_text(b, "a.c", C_FILE);
    write_text(b, "b.c", C_OTHER);
    bench_commit(b);
    char *id = run_git(b->work, "rev-parse", "HEAD:b.c", NULL);
    id[40] = '\0';
    assert_ok(gaz_oid_parse(id, &blob, &err));
    assert_ok(gaz_store_quarantine_add(b->store, &blob, GAZ_QUARANTINE_SYMBOLS " crashed", &err));
    gaz_run_result r = bench_index(b, NULL);
    assert_int_equal(2, r.files);
    assert_int_equal(0, r.skipped); /* its text is searched */
    assert_int_equal(2, r.symbols);
    assert_int_equal(1, r.symbols_failed);
    assert_state(b, "main", 2, 1);
    char *text = dump(b);
    assert_non_null(strstr(text, "{add}"));
    assert_null(strstr(text, "{twice}"));
    free(text);
    free(id);
    assert_int_equal(0, bench_check(b));
}

/* ---- asking ---- */

static uint32_t find_exact(gaz_ref_files *files, const char *name, gaz_ref_file *file)
{
    gaz_error err = {0};
    gaz_arena arena;
    gaz_symbol_view *symbols = NULL;
    gaz_symbol_hits hits;
    gaz_symbol_query q = {.match = GAZ_SYMBOL_EXACT,
                          .text = name,
                          .len = strlen(name),
                          .limit = 10,
                          .deadline_us = GAZ_NEVER};
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_ok(gaz_ref_files_symbols(files, &symbols, &err));
    assert_ok(gaz_symbol_view_find(symbols, &q, &arena, &hits, &err));
    if (hits.count)
        gaz_ref_files_at(files, hits.items[0].file, file);
    gaz_arena_release(&arena);
    return hits.count;
}

static void an_engine_answers_from_the_generation_it_holds(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_ref_files *held = NULL, *now = NULL;
    gaz_ref_file file = {0};
    gaz_sweep swept;
    write_text(b, "z/a.c", C_FILE);
    write_text(b, "b.c", C_OTHER);
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, NULL);
    assert_ok(gaz_ref_files_open(b->engine, "app", NULL, &held, &err));
    assert_int_equal(1, find_exact(held, "add", &file));
    assert_memory_equal("z/a.c", file.path, file.path_len);
    assert_int_equal(1, find_exact(held, "twice", &file));
    write_text(b, "b.c", "int thrice;\n");
    bench_commit(b);
    bench_index(b, NULL);
    gaz_snapshot *s = snapshot(b);
    assert_ok(symbols_merge(b->store, &b->settings, s->pools[0].id, true, &err));
    gaz_snapshot_free(s);
    assert_ok(gaz_store_sweep(b->store, 0, &swept, &err));
    assert_true(swept.files >= 2);
    assert_ok(gaz_ref_files_open(b->engine, "app", NULL, &now, &err));
    assert_int_equal(0, find_exact(now, "twice", &file));
    assert_int_equal(1, find_exact(now, "thrice", &file));
    assert_int_equal(1, find_exact(held, "twice", &file));
    assert_int_equal(0, find_exact(held, "thrice", &file));
    gaz_ref_files_unref(held);
    gaz_ref_files_unref(now);
}

/* ---- damage ---- */

static void take_finding(void *ctx, const char *what, const char *name, const char *message)
{
    (void)name;
    (void)message;
    gaz_strbuf_printf(ctx, "%s\n", what);
}

static void flip_symbols(const bench *b)
{
    gaz_error err = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_snapshot *s = snapshot(b);
    assert_ok(gaz_store_path(b->store, GAZ_FILE_SEGMENT, s->pools[0].symbols[0].name, &path, &err));
    FILE *f = fopen(path.data, "r+");
    assert_non_null(f);
    assert_int_equal(0, fseek(f, 200, SEEK_SET));
    int c = fgetc(f);
    assert_int_equal(0, fseek(f, 200, SEEK_SET));
    fputc(c ^ 1, f);
    assert_int_equal(0, fclose(f));
    gaz_strbuf_release(&path);
    gaz_snapshot_free(s);
}

static void damaged_symbols_are_found_and_made_again(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_strbuf list = GAZ_STRBUF_INIT, names = GAZ_STRBUF_INIT;
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    bench_index(b, NULL);
    char *before = dump(b);
    flip_symbols(b);
    assert_true(bench_check(b) > 0);
    assert_ok(gaz_repair_all(b->store, take_finding, &list, &names, &err));
    assert_string_equal("symbol segment\n", list.data);
    assert_string_equal("app\n", names.data);
    assert_int_equal(0, bench_check(b));
    gaz_run_result r = bench_index(b, NULL);
    assert_int_equal(0, r.files);
    assert_int_equal(1, r.symbols);
    char *after = dump(b);
    assert_string_equal(before, after);
    free(before);
    free(after);
    gaz_strbuf_release(&list);
    gaz_strbuf_release(&names);
}

static void lost_symbols_are_found_by_repair(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    gaz_strbuf list = GAZ_STRBUF_INIT, names = GAZ_STRBUF_INIT;
    char name[1][GAZ_SEALED_NAME];
    write_text(b, "a.c", C_FILE);
    bench_commit(b);
    bench_index(b, NULL);
    gaz_snapshot *s = snapshot(b);
    memcpy(name[0], s->pools[0].symbols[0].name, GAZ_SEALED_NAME);
    gaz_publication pub = {.pool = s->pools[0].id,
                           .symbols_removed = (const char(*)[GAZ_SEALED_NAME])name,
                           .symbols_removed_count = 1};
    gaz_snapshot_free(s);
    assert_ok(gaz_store_publish(b->store, &pub, NULL, &err)); /* as a merge that lost it */
    assert_int_equal(1, bench_check(b));
    assert_ok(gaz_repair_all(b->store, take_finding, &list, &names, &err));
    assert_string_equal("ref\n", list.data);
    assert_string_equal("app\n", names.data);
    assert_int_equal(1, bench_index(b, NULL).symbols);
    assert_int_equal(0, bench_check(b));
    gaz_strbuf_release(&list);
    gaz_strbuf_release(&names);
}

#define RUN_TEST(test) cmocka_unit_test_setup_teardown(test, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        RUN_TEST(a_run_reads_the_symbols_of_what_has_a_grammar),
        RUN_TEST(a_second_run_without_news_publishes_nothing),
        RUN_TEST(text_comes_first_and_symbols_follow),
        RUN_TEST(a_commit_costs_what_it_changes),
        RUN_TEST(branches_share_what_they_have_in_common),
        RUN_TEST(merges_keep_what_lives),
        RUN_TEST(a_revision_brings_its_symbols),
        RUN_TEST(the_work_tree_has_symbols),
        RUN_TEST(a_run_that_yields_is_taken_up_by_the_next),
        RUN_TEST(a_blob_that_crashes_its_reader_is_recorded),
        RUN_TEST(an_engine_answers_from_the_generation_it_holds),
        RUN_TEST(damaged_symbols_are_found_and_made_again),
        RUN_TEST(lost_symbols_are_found_by_repair),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
