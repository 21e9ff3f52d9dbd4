/* Commit indexes kept open from request to request: opened once, again only when the repository has
 * another, and not without end. */
#include "gaz_test.h"

#include <pthread.h>

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "gaz/query/commit_search.h"
#include "run_tool.h"

#define KEPT 16

static gaz_error err;

typedef struct scene {
    char *dir;
    fixture f;
} scene;

static void commit(const scene *s, const char *name)
{
    char tree[600];
    snprintf(tree, sizeof tree, "%s/%s", s->dir, name);
    free(run_git(tree, "commit", "-q", "--allow-empty", "-m", "more", NULL));
}

static void add(scene *s, const char *name)
{
    char tree[600];
    snprintf(tree, sizeof tree, "%s/%s", s->dir, name);
    free(run_git(s->dir, "init", "-q", "-b", "main", tree, NULL));
    commit(s, name);
    fixture_add(&s->f, tree, name, NULL);
    (void)fixture_index(&s->f, name);
}

static void setup(scene *s)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    fixture_open(&s->f, s->dir, "home");
    add(s, "alpha");
}

static void teardown(scene *s)
{
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static gaz_commit_texts *ask(scene *s, const char *repo)
{
    gaz_commit_texts *texts = NULL;
    assert_ok(gaz_engine_commits(s->f.engine, repo, &texts, &err));
    return texts;
}

static void an_index_stays_open_until_the_repository_has_another(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    gaz_commit_texts *first = ask(&s, NULL), *again = ask(&s, "alpha");
    assert_ptr_equal(first, again);
    gaz_commit_texts_close(again);

    add(&s, "beta"); /* a generation that brings alpha nothing */
    again = ask(&s, "alpha");
    assert_ptr_equal(first, again);
    gaz_commit_texts_close(again);

    commit(&s, "alpha");
    (void)fixture_index(&s.f, "alpha");
    again = ask(&s, "alpha");
    assert_ptr_not_equal(first, again);
    assert_int_equal(gaz_commits_count(gaz_commit_texts_index(again)), 2);
    gaz_commit_texts_close(again);

    gaz_commit_record record; /* who holds the one before, has it */
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)1 << 20);
    assert_int_equal(gaz_commits_count(gaz_commit_texts_index(first)), 1);
    assert_ok(gaz_commits_get(gaz_commit_texts_index(first), 0, true, &arena, &record, &err));
    assert_string_equal(record.message, "more\n");
    gaz_arena_release(&arena);
    gaz_commit_texts_close(first);
    teardown(&s);
}

static void at_most_sixteen_indexes_are_kept(void **state)
{
    (void)state;
    scene s;
    char name[24];
    setup(&s);
    for (int i = 0; i < KEPT; i++) {
        snprintf(name, sizeof name, "other%d", i);
        add(&s, name);
    }
    gaz_commit_texts *first = ask(&s, "alpha"), *last = NULL, *again = NULL;
    for (int i = 0; i < KEPT; i++) {
        gaz_commit_texts_close(last);
        snprintf(name, sizeof name, "other%d", i);
        last = ask(&s, name);
    }
    again = ask(&s, name);
    assert_ptr_equal(last, again);
    gaz_commit_texts_close(again);
    again = ask(&s, "alpha"); /* the least recently asked for had to go */
    assert_ptr_not_equal(first, again);
    gaz_commit_texts_close(again);
    gaz_commit_texts_close(first);
    gaz_commit_texts_close(last);
    teardown(&s);
}

static void what_is_not_there_is_told_by_its_name(void **state)
{
    (void)state;
    scene s;
    gaz_commit_texts *texts = NULL;
    setup(&s);
    assert_status(GAZ_E_NOT_FOUND, gaz_engine_commits(s.f.engine, "alpah", &texts, &err));
    assert_non_null(strstr(err.hint, "alpha"));
    gaz_error_clear(&err);
    gaz_commit_texts_close(ask(&s, "alpha"));
    add(&s, "beta");
    assert_status(GAZ_E_INVALID, gaz_engine_commits(s.f.engine, NULL, &texts, &err));
    gaz_error_clear(&err);
    assert_ok(gaz_repo_unregister(s.f.store, "alpha", &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_engine_commits(s.f.engine, "alpha", &texts, &err));
    gaz_error_clear(&err);
    add(&s, "gamma");
    gaz_repo_row row;
    uint64_t generation = 0;
    assert_ok(gaz_store_repo_get(s.f.store, "gamma", &row, &err));
    gaz_commit_texts_close(ask(&s, "gamma"));
    assert_ok(gaz_commits_publish(s.f.store, row.id, NULL, 0, &generation, &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_engine_commits(s.f.engine, "gamma", &texts, &err));
    assert_non_null(strstr(err.message, "history"));
    gaz_repo_row_release(&row);
    teardown(&s);
}

static void *ask_often(void *ctx)
{
    gaz_engine *engine = ctx;
    gaz_error why = {0};
    size_t commits = 0;
    for (int i = 0; i < 200; i++) {
        gaz_commit_texts *texts = NULL;
        if (gaz_engine_commits(engine, "alpha", &texts, &why) != GAZ_OK)
            return NULL;
        size_t count = gaz_commits_count(gaz_commit_texts_index(texts));
        commits = count >= commits ? count : SIZE_MAX; /* never back */
        gaz_commit_texts_close(texts);
    }
    return (void *)(uintptr_t)commits;
}

static void many_ask_while_commits_come(void **state)
{
    (void)state;
    scene s;
    pthread_t threads[4];
    setup(&s);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, ask_often, s.f.engine));
    for (int i = 0; i < 3; i++) {
        commit(&s, "alpha");
        (void)fixture_index(&s.f, "alpha");
    }
    for (size_t i = 0; i < 4; i++) {
        void *commits = NULL;
        assert_int_equal(0, pthread_join(threads[i], &commits));
        assert_in_range((uintptr_t)commits, 1, 4);
    }
    gaz_commit_texts *texts = ask(&s, "alpha");
    assert_int_equal(gaz_commits_count(gaz_commit_texts_index(texts)), 4);
    gaz_commit_texts_close(texts);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_index_stays_open_until_the_repository_has_another),
        cmocka_unit_test(at_most_sixteen_indexes_are_kept),
        cmocka_unit_test(what_is_not_there_is_told_by_its_name),
        cmocka_unit_test(many_ask_while_commits_come),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
