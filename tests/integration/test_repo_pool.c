/* Processes that read repositories: what they answer, and what is said when they cannot. */
#include "gaz_test.h"

#include <pthread.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/pipeline/repo_pool.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600], git_dir[700];
    gaz_repo_pool *pool;
    gaz_arena arena;
    gaz_oid head;
} scene;

static void save(const scene *s, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static void commit(scene *s)
{
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
    char *hex = run_git(s->tree, "rev-parse", "HEAD", NULL);
    assert_ok(gaz_oid_parse(hex, &s->head, &err));
    free(hex);
}

static void setup(scene *s, const char *program)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    snprintf(s->git_dir, sizeof s->git_dir, "%s/.git", s->tree);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    save(s, "a.txt", "1\n2\n3\n4\n5\n6\n7\n8\n9\n");
    save(s, "gone.txt", "x\n");
    save(s, "old.txt", "a\nb\nc\nd\ne\nf\n");
    commit(s);
    gaz_arena_init(&s->arena, (size_t)64 << 20);
    assert_ok(gaz_repo_pool_new(program, 2, &s->pool, &err));
}

static void teardown(scene *s)
{
    gaz_repo_pool_free(s->pool);
    gaz_arena_release(&s->arena);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static gaz_repo_question question(const scene *s, const char *path)
{
    return (gaz_repo_question){.git_dir = s->git_dir,
                               .commit = s->head,
                               .path = path,
                               .first = 1,
                               .last = 9,
                               .limit = 100,
                               .deadline_us = gaz_deadline(20000)};
}

static const gaz_told_change *change(const gaz_told_range *r, const char *path)
{
    for (uint32_t i = 0; i < r->count; i++)
        if (strcmp(r->changes[i].path, path) == 0)
            return &r->changes[i];
    fail_msg("%s is not told", path);
    return NULL;
}

static void a_range_tells_files_and_their_changed_lines(void **state)
{
    (void)state;
    scene s;
    gaz_told_range range;
    setup(&s, NULL);
    free(run_git(s.tree, "branch", "side", NULL));
    save(&s, "a.txt", "1\ntwo\n3\n5\n6\n7\nmore\n8\n9\n"); /* 2 changed, 4 removed, one added */
    free(run_git(s.tree, "rm", "-q", "gone.txt", NULL));
    free(run_git(s.tree, "mv", "old.txt", "new.txt", NULL));
    save(&s, "new.txt", "a\nb\nc\nd\ne\nF\n");
    save(&s, "fresh.txt", "f\n");
    commit(&s);
    gaz_repo_question q = question(&s, NULL);
    assert_ok(gaz_repo_ask_range(s.pool, &q, "main~1", false, &s.arena, &range, &err));
    assert_true(range.complete);
    assert_int_equal(range.count, 4);
    const gaz_told_change *a = change(&range, "a.txt");
    assert_int_equal(a->span_count, 2);
    assert_int_equal(a->spans[0].first, 2);
    assert_int_equal(a->spans[0].last, 3); /* behind 3 a line was removed */
    assert_int_equal(a->spans[1].first, 7);
    assert_int_equal(a->spans[1].last, 7);
    assert_int_equal(change(&range, "gone.txt")->kind, GAZ_HISTORY_DELETE);
    assert_int_equal(change(&range, "fresh.txt")->span_count, 0);
    assert_string_equal(change(&range, "new.txt")->from, "old.txt");
    assert_int_equal(change(&range, "new.txt")->spans[0].first, 6);

    free(run_git(s.tree, "checkout", "-q", "side", NULL));
    save(&s, "side.txt", "s\n");
    commit(&s);
    q = question(&s, NULL); /* of side: only what it changed since it left main */
    assert_ok(gaz_repo_ask_range(s.pool, &q, "main", true, &s.arena, &range, &err));
    assert_int_equal(range.count, 1);
    assert_string_equal(range.changes[0].path, "side.txt");
    free(run_git(s.tree, "checkout", "-q", "--orphan", "alone", NULL));
    commit(&s);
    q = question(&s, NULL);
    assert_status(GAZ_E_NOT_FOUND,
                  gaz_repo_ask_range(s.pool, &q, "main", true, &s.arena, &range, &err));
    assert_non_null(strstr(err.message, "in common"));
    teardown(&s);
}

static void what_is_not_there_is_told_as_the_repository_does(void **state)
{
    (void)state;
    scene s;
    gaz_told told;
    gaz_told_range range;
    setup(&s, NULL);
    gaz_repo_question q = question(&s, NULL);
    assert_status(GAZ_E_NOT_FOUND,
                  gaz_repo_ask_range(s.pool, &q, "mian", false, &s.arena, &range, &err));
    assert_string_equal(err.hint, "did you mean 'main'?");
    gaz_error_clear(&err);
    q = question(&s, "b.txt");
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_ask_blame(s.pool, &q, &s.arena, &told, &err));
    gaz_error_clear(&err);
    q.git_dir = "/nowhere";
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_ask_trace(s.pool, &q, &s.arena, &told, &err));
    gaz_error_clear(&err);
    q = question(&s, "a.txt");
    q.deadline_us = gaz_now_us() - 1;
    assert_status(GAZ_E_TIMEOUT, gaz_repo_ask_blame(s.pool, &q, &s.arena, &told, &err));
    gaz_error_clear(&err);
    q = question(&s, "a.txt");
    assert_ok(gaz_repo_ask_blame(s.pool, &q, &s.arena, &told, &err));
    assert_int_equal(told.line_count, 1);
    teardown(&s);
}

static void a_process_that_dies_or_is_missing_is_told(void **state)
{
    (void)state;
    scene s;
    gaz_told told;
    setup(&s, "/bin/false");
    gaz_repo_question q = question(&s, "a.txt");
    assert_status(GAZ_E_REMOTE, gaz_repo_ask_blame(s.pool, &q, &s.arena, &told, &err));
    gaz_error_clear(&err);
    teardown(&s);
    setup(&s, "/nowhere/gaz-worker");
    q = question(&s, "a.txt");
    assert_status(GAZ_E_IO, gaz_repo_ask_blame(s.pool, &q, &s.arena, &told, &err));
    assert_non_null(strstr(err.message, "/nowhere/gaz-worker"));
    gaz_error_clear(&err);
    teardown(&s);
}

static void *ask_often(void *ctx)
{
    const scene *s = ctx;
    gaz_arena arena;
    uintptr_t well = 0;
    gaz_arena_init(&arena, (size_t)64 << 20);
    for (int i = 0; i < 20; i++) {
        gaz_told told;
        gaz_repo_question q = question(s, "a.txt");
        gaz_arena_reset(&arena);
        gaz_error why = {0};
        gaz_status st = gaz_repo_ask_trace(s->pool, &q, &arena, &told, &why);
        if (st != GAZ_OK)
            fprintf(stderr, "%s\n", why.message);
        well += st == GAZ_OK && told.line_count == 1 && strcmp(told.commits[0].summary, "c") == 0;
    }
    gaz_arena_release(&arena);
    return (void *)well;
}

static void many_threads_share_two_processes(void **state)
{
    (void)state;
    scene s;
    pthread_t threads[4];
    setup(&s, NULL);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, ask_often, &s));
    for (size_t i = 0; i < 4; i++) {
        void *well = NULL;
        assert_int_equal(0, pthread_join(threads[i], &well));
        assert_int_equal((uintptr_t)well, 20);
    }
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_range_tells_files_and_their_changed_lines),
        cmocka_unit_test(what_is_not_there_is_told_as_the_repository_does),
        cmocka_unit_test(a_process_that_dies_or_is_missing_is_told),
        cmocka_unit_test(many_threads_share_two_processes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
