/* Also run under ThreadSanitizer.
 *
 * Threads that search and read while another publishes generations, merges and sweeps: every answer
 * is that of one generation (files that change together are never seen apart), pages of one cursor
 * too, and readers go on whatever writers do. All bounds are counts, none are times. */
#include "fault_support.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "gaz/base/clock.h"

#define READERS 3

typedef struct scene {
    const fault_world *world;
    const char *home;
    fault_engine e;
    atomic_bool writing;
    atomic_uint reads, generations_seen;
    unsigned rounds;
    pthread_mutex_t lock;
    char failure[600]; /* the first one; assertions are for the main thread */
} scene;

static void complain(scene *s, const char *format, ...) GAZ_PRINTF(2, 3);

static void complain(scene *s, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    pthread_mutex_lock(&s->lock);
    if (!*s->failure)
        vsnprintf(s->failure, sizeof s->failure, format, args);
    pthread_mutex_unlock(&s->lock);
    va_end(args);
}

static bool failed(scene *s)
{
    pthread_mutex_lock(&s->lock);
    bool yes = *s->failure != '\0';
    pthread_mutex_unlock(&s->lock);
    return yes;
}

static int state_of(const fault_world *w, const gaz_oid *commit)
{
    for (int k = 0; k < FAULT_STATES; k++)
        if (gaz_oid_compare(&w->commits[k], commit) == 0)
            return k;
    return -1;
}

/* ---- readers ---- */

typedef struct seen {
    scene *s;
    int state; /* of the first hit; -1 before it */
    unsigned files;
    char generation[33];
} seen;

/* Each hit's text must be that of its commit, and all commits the same. */
static gaz_status check_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    seen *v = ctx;
    char expected[64];
    int state = state_of(v->s->world, &hit->commit);
    (void)err;
    if (v->state < 0)
        v->state = state;
    snprintf(expected, sizeof expected, "pair version %d of the twins", state);
    if (state < 0 || state != v->state || hit->line_count != 1)
        complain(v->s, "a hit in '%s' is of another commit than the one before", hit->path);
    else if (hit->lines[0].len < strlen(expected) ||
             memcmp(hit->lines[0].text + hit->lines[0].len - strlen(expected), expected,
                    strlen(expected)) != 0)
        complain(v->s, "'%s' holds another version than its commit: %s", hit->path, expected);
    v->files++;
    return GAZ_OK;
}

static void note(scene *s, seen *v, const char *generation)
{
    if (strcmp(generation, v->generation) != 0)
        atomic_fetch_add(&s->generations_seen, 1);
    snprintf(v->generation, sizeof v->generation, "%s", generation);
    atomic_fetch_add(&s->reads, 1);
}

static void search_pair(scene *s, seen *v)
{
    gaz_error err = {0};
    gaz_search_result result;
    static const char query[] = "\"pair version\"";
    gaz_search_request request = {
        .query = query, .query_len = sizeof query - 1, .limit = 50, .deadline_us = GAZ_NEVER};
    v->state = -1;
    v->files = 0;
    gaz_search_result_init(&result);
    gaz_status st = gaz_engine_search(s->e.engine, &request, check_hit, v, &result, &err);
    if (st != GAZ_OK)
        complain(s, "a search ended with %s: %s", gaz_status_name(st), err.message);
    else if (!result.complete || v->files != 2)
        complain(s, "a search is not complete: %s",
                 result.reason ? result.reason : "too few files");
    note(s, v, result.generation);
    gaz_search_result_release(&result);
}

/* Two pages of one file each: the second is of the first one's generation, however many were
 * published between them. */
static void search_in_pages(scene *s, seen *v)
{
    gaz_error err = {0};
    gaz_search_result first, second;
    static const char query[] = "\"pair version\"";
    gaz_search_request request = {
        .query = query, .query_len = sizeof query - 1, .limit = 1, .deadline_us = GAZ_NEVER};
    v->state = -1;
    v->files = 0;
    gaz_search_result_init(&first);
    gaz_search_result_init(&second);
    gaz_status st = gaz_engine_search(s->e.engine, &request, check_hit, v, &first, &err);
    if (st == GAZ_OK && first.cursor.len) {
        usleep(2000); /* room for others; nothing depends on it */
        request.cursor = first.cursor.data;
        st = gaz_engine_search(s->e.engine, &request, check_hit, v, &second, &err);
    }
    if (st != GAZ_OK)
        complain(s, "a page ended with %s: %s", gaz_status_name(st), err.message);
    else if (v->files != 2 || strcmp(first.generation, second.generation) != 0)
        complain(s, "the pages are of generations %s and %s", first.generation, second.generation);
    note(s, v, first.generation);
    gaz_search_result_release(&first);
    gaz_search_result_release(&second);
}

static void read_file(scene *s, seen *v)
{
    gaz_error err = {0};
    gaz_file_view view = {0};
    char expected[64];
    gaz_status st = gaz_engine_file(s->e.engine, FAULT_REPO, "main", "left.txt", 0, 0, &view, &err);
    if (st != GAZ_OK) {
        complain(s, "reading a file ended with %s: %s", gaz_status_name(st), err.message);
        return;
    }
    snprintf(expected, sizeof expected, FAULT_PAIR, (unsigned)state_of(s->world, &view.commit));
    if (strcmp(view.text.data, expected) != 0)
        complain(s, "the file reads '%s', its commit '%s'", view.text.data, expected);
    note(s, v, view.generation);
    gaz_file_view_release(&view);
}

typedef struct tree_seen {
    scene *s;
    int state;
    unsigned entries;
} tree_seen;

static gaz_status check_entry(void *ctx, const gaz_tree_head *head, const gaz_tree_entry *entry,
                              gaz_error *err)
{
    tree_seen *t = ctx;
    (void)err;
    t->state = state_of(t->s->world, &head->commit);
    t->entries += entry != NULL;
    return GAZ_OK;
}

static void read_tree(scene *s, seen *v)
{
    gaz_error err = {0};
    tree_seen t = {s, -1, 0};
    gaz_status st = gaz_engine_tree(s->e.engine, FAULT_REPO, NULL, "", check_entry, &t, &err);
    (void)v;
    if (st != GAZ_OK)
        complain(s, "reading a directory ended with %s: %s", gaz_status_name(st), err.message);
    else if (t.state < 0 || t.entries != (t.state % 2 ? 8u : 7u))
        complain(s, "a directory is not that of its commit");
    atomic_fetch_add(&s->reads, 1);
}

static void *read_for_ever(void *arg)
{
    static void (*const kinds[])(scene *, seen *) = {search_pair, search_in_pages, read_file,
                                                     read_tree};
    scene *s = arg;
    seen v = {.s = s};
    for (unsigned i = 0; (i < 20 || atomic_load(&s->writing)) && !failed(s); i++)
        kinds[i % 4](s, &v);
    return NULL;
}

/* ---- the writer ---- */

static void *write_generations(void *arg)
{
    scene *s = arg;
    for (unsigned i = 1; i <= s->rounds && !failed(s); i++) {
        gaz_error err = {0};
        gaz_run_result result;
        unsigned before = atomic_load(&s->reads);
        fault_set_state(s->world, i);
        gaz_status st = fault_index(s->home, &result, &err);
        if (st == GAZ_OK && i % 3 == 0)
            st = fault_merge(s->home, &err);
        if (st == GAZ_OK && i % 2 == 0)
            st = fault_sweep(s->home, &err);
        if (st != GAZ_OK)
            complain(s, "writing ended with %s: %s", gaz_status_name(st), err.message);
        while (atomic_load(&s->reads) == before && !failed(s))
            usleep(100); /* at least one read per generation: if readers are stuck, so is this, and
                            the test times out */
    }
    atomic_store(&s->writing, false);
    return NULL;
}

static void readers_see_one_generation_at_a_time_while_a_writer_publishes(void **state)
{
    const fault_world *w = *state;
    gaz_error err = {0};
    gaz_run_result result;
    pthread_t readers[READERS], writer;
    char *home = fault_home_new(w, "busy");
    scene s = {.world = w, .home = home, .rounds = proof_rounds(300)};
    pthread_mutex_init(&s.lock, NULL);
    atomic_store(&s.writing, true);
    fault_set_state(w, 0);
    assert_ok(fault_index(home, &result, &err));
    assert_ok(fault_engine_open(home, &s.e, &err));
    for (unsigned i = 0; i < READERS; i++)
        assert_int_equal(0, pthread_create(&readers[i], NULL, read_for_ever, &s));
    assert_int_equal(0, pthread_create(&writer, NULL, write_generations, &s));
    pthread_join(writer, NULL);
    for (unsigned i = 0; i < READERS; i++)
        pthread_join(readers[i], NULL);
    if (*s.failure)
        fail_msg("%s", s.failure);
    assert_true(atomic_load(&s.reads) >= s.rounds);
    assert_true(atomic_load(&s.generations_seen) > READERS); /* they did move on */
    fault_engine_close(&s.e);
    fault_assert_state(w, home, s.rounds, "after all");
    fault_assert_sound(home, "after all");
    fault_assert_swept(home, "after all");
    pthread_mutex_destroy(&s.lock);
    print_message("# %u reads of %u generations\n", atomic_load(&s.reads), s.rounds);
    proof_report("generations published under searching threads", s.rounds);
    free(home);
}

/* A reader that stays in the middle of a visit keeps its generation whatever is merged and swept
 * away meanwhile. */
typedef struct slow_visit {
    scene *s;
    unsigned files;
    bool wrote;
} slow_visit;

static gaz_status write_in_between(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    slow_visit *v = ctx;
    gaz_run_result result;
    char expected[40];
    snprintf(expected, sizeof expected, "pair version %d of", 1);
    if (hit->line_count != 1 ||
        !memmem(hit->lines[0].text, hit->lines[0].len, expected, strlen(expected)))
        complain(v->s, "'%s' is not of the generation the search began with", hit->path);
    v->files++;
    if (v->wrote)
        return GAZ_OK;
    v->wrote = true;
    fault_set_state(v->s->world, 4);
    gaz_status st = fault_index(v->s->home, &result, err);
    if (st == GAZ_OK)
        st = fault_merge(v->s->home, err);
    return st == GAZ_OK ? fault_sweep(v->s->home, err) : st;
}

static void a_search_in_the_middle_of_its_visit_blocks_no_writer_and_keeps_its_files(void **state)
{
    const fault_world *w = *state;
    gaz_error err = {0};
    gaz_run_result run;
    gaz_search_result result;
    char *home = fault_home_new(w, "slow");
    scene s = {.world = w, .home = home};
    slow_visit v = {.s = &s};
    static const char query[] = "\"pair version\"";
    gaz_search_request request = {
        .query = query, .query_len = sizeof query - 1, .limit = 50, .deadline_us = GAZ_NEVER};
    pthread_mutex_init(&s.lock, NULL);
    fault_set_state(w, 1);
    assert_ok(fault_index(home, &run, &err));
    assert_ok(fault_engine_open(home, &s.e, &err));
    gaz_search_result_init(&result);
    assert_ok(gaz_engine_search(s.e.engine, &request, write_in_between, &v, &result, &err));
    assert_true(result.complete);
    assert_int_equal(2, v.files);
    gaz_search_result_release(&result);
    if (*s.failure)
        fail_msg("%s", s.failure);
    fault_engine_close(&s.e);
    fault_assert_state(w, home, 4, "written during a visit");
    fault_assert_sound(home, "written during a visit");
    pthread_mutex_destroy(&s.lock);
    free(home);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(readers_see_one_generation_at_a_time_while_a_writer_publishes),
        cmocka_unit_test(a_search_in_the_middle_of_its_visit_blocks_no_writer_and_keeps_its_files),
    };
    return cmocka_run_group_tests_name("engine threads", tests, fault_world_setup,
                                       fault_world_teardown);
}
