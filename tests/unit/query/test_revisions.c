/* What is remembered of revisions, for how long, and that those who ask at once share one look.
 * Time is made up where it matters. Also run under ThreadSanitizer. */
#include "gaz_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "revisions.h"

#define FULL "0123456789abcdef0123456789abcdef01234567"
#define SECOND ((int64_t)1000000)

static gaz_error err;

static gaz_oid oid_of(unsigned n)
{
    gaz_oid oid = {{0}};
    memcpy(oid.id, &n, sizeof n);
    oid.id[19] = 1;
    return oid;
}

static revision_question ask(const char *rev, uint64_t generation, int64_t asked_us)
{
    return (revision_question){.uid = "u1",
                               .repo = "app",
                               .rev = rev,
                               .generation = generation,
                               .asked_us = asked_us,
                               .deadline_us = GAZ_NEVER};
}

static void keep(revisions *r, const char *rev, unsigned commit, uint64_t generation, int64_t at)
{
    revision_question q = ask(rev, generation, at);
    gaz_oid oid = oid_of(commit);
    revisions_keep(r, &q, &oid, generation, at);
}

/* The number of the commit remembered; 0: none. */
static unsigned known(revisions *r, const char *rev, uint64_t generation, int64_t asked_us)
{
    revision_question q = ask(rev, generation, asked_us);
    gaz_oid oid;
    unsigned n = 0;
    if (revisions_find(r, &q, &oid))
        memcpy(&n, oid.id, sizeof n);
    return n;
}

static void an_expression_holds_for_a_while_and_until_something_is_published(void **state)
{
    (void)state;
    revisions *r = NULL;
    assert_ok(revisions_new(&r, &err));
    keep(r, "main~3", 7, 40, 100 * SECOND);
    assert_int_equal(known(r, "main~3", 40, 100 * SECOND), 7);
    assert_int_equal(known(r, "main~3", 39, 100 * SECOND), 7); /* asked in an older world */
    assert_int_equal(known(r, "main~3", 40, 100 * SECOND + REVISION_TTL_US), 7);
    assert_int_equal(known(r, "main~3", 40, 100 * SECOND + REVISION_TTL_US + 1), 0);
    assert_int_equal(known(r, "main~3", 41, 100 * SECOND), 0);
    assert_int_equal(known(r, "main~2", 40, 100 * SECOND), 0);
    revision_question other = ask("main~3", 40, 100 * SECOND);
    gaz_oid oid;
    other.uid = "u2";
    assert_false(revisions_find(r, &other, &oid));
    keep(r, "main~3", 8, 41, 200 * SECOND); /* the newer answer stands in the place of the older */
    assert_int_equal(known(r, "main~3", 41, 200 * SECOND), 8);
    revisions_free(r);
}

static void what_begins_with_a_full_id_holds_for_ever(void **state)
{
    (void)state;
    revisions *r = NULL;
    assert_ok(revisions_new(&r, &err));
    keep(r, FULL, 1, 40, 100 * SECOND);
    keep(r, FULL "~2", 2, 40, 100 * SECOND);
    keep(r, FULL "^{}", 3, 40, 100 * SECOND);
    keep(r, FULL "8", 4, 40, 100 * SECOND); /* a name: 41 digits */
    keep(r, "v1-2-g" FULL, 5, 40, 100 * SECOND);
    assert_int_equal(known(r, FULL, 99, 9999 * SECOND), 1);
    assert_int_equal(known(r, FULL "~2", 99, 9999 * SECOND), 2);
    assert_int_equal(known(r, FULL "^{}", 99, 9999 * SECOND), 3);
    assert_int_equal(known(r, FULL "8", 40, 9999 * SECOND), 0);
    assert_int_equal(known(r, "v1-2-g" FULL, 40, 9999 * SECOND), 0);
    revisions_free(r);
}

static void the_least_recently_used_answers_make_room(void **state)
{
    (void)state;
    revisions *r = NULL;
    char rev[REVISION_MAX + 2];
    assert_ok(revisions_new(&r, &err));
    for (unsigned i = 1; i <= REVISIONS_KEPT; i++) {
        snprintf(rev, sizeof rev, "tag-%u", i);
        keep(r, rev, i, 40, SECOND);
    }
    assert_int_equal(known(r, "tag-1", 40, SECOND), 1);
    keep(r, "one more", 5000, 40, SECOND);
    assert_int_equal(known(r, "one more", 40, SECOND), 5000);
    assert_int_equal(known(r, "tag-1", 40, SECOND), 1);
    assert_int_equal(known(r, "tag-2", 40, SECOND), 0);
    assert_int_equal(known(r, "tag-3", 40, SECOND), 3);
    memset(rev, 'x', sizeof rev);
    rev[REVISION_MAX] = '\0';
    keep(r, rev, 6000, 40, SECOND);
    assert_int_equal(known(r, rev, 40, SECOND), 6000);
    rev[REVISION_MAX] = 'x';
    rev[REVISION_MAX + 1] = '\0';
    keep(r, rev, 7000, 40, SECOND);
    assert_int_equal(known(r, rev, 40, SECOND), 0);
    revisions_free(r);
}

/* ---- looking ---- */

#define ASKERS 6

typedef struct stage {
    revisions *revisions;
    atomic_uint looks, asking;
    unsigned wait_for; /* askers the look waits for, a while at most */
    gaz_status status; /* what the first look ends with */
    const char *rev;
    int64_t age_us; /* by so much later than the look began they ask */
} stage;

static gaz_status look(void *ctx, const char *repo, const char *rev, int64_t deadline_us,
                       gaz_oid *commit, uint64_t *generation, gaz_error *why)
{
    stage *s = ctx;
    (void)deadline_us;
    assert_string_equal(repo, "app");
    assert_string_equal(rev, s->rev);
    unsigned number = atomic_fetch_add(&s->looks, 1);
    for (int i = 0; i < 300 && atomic_load(&s->asking) < s->wait_for; i++)
        usleep(1000);
    usleep(100000); /* they have asked, and wait, or look themselves */
    if (number == 0 && s->status != GAZ_OK)
        return gaz_error_set(why, s->status, "no '%s'", rev);
    *commit = oid_of(number + 1);
    *generation = 40;
    return GAZ_OK;
}

typedef struct asker {
    stage *stage;
    gaz_status status;
    gaz_oid commit;
    gaz_error error;
    int64_t deadline_us;
    bool later; /* than the first */
} asker;

static void *resolve(void *arg)
{
    asker *a = arg;
    revision_question q = ask(a->stage->rev, 40, gaz_now_us() + (a->later ? a->stage->age_us : 0));
    q.look = look;
    q.ctx = a->stage;
    q.deadline_us = a->deadline_us;
    atomic_fetch_add(&a->stage->asking, 1);
    a->status = revisions_resolve(a->stage->revisions, &q, &a->commit, &a->error);
    return NULL;
}

static void ask_at_once(stage *s, asker *askers, unsigned count)
{
    pthread_t threads[ASKERS];
    assert_ok(revisions_new(&s->revisions, &err));
    s->wait_for = count;
    for (unsigned i = 0; i < count; i++) {
        askers[i].stage = s;
        askers[i].deadline_us = askers[i].deadline_us ? askers[i].deadline_us : GAZ_NEVER;
        assert_int_equal(pthread_create(&threads[i], NULL, resolve, &askers[i]), 0);
        while (i == 0 && !atomic_load(&s->looks)) /* the first looks */
            usleep(1000);
    }
    for (unsigned i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    revisions_free(s->revisions);
}

static void those_who_ask_at_once_share_one_look(void **state)
{
    (void)state;
    stage s = {.rev = "main~3"};
    asker askers[ASKERS] = {{0}};
    ask_at_once(&s, askers, ASKERS);
    assert_int_equal(atomic_load(&s.looks), 1);
    gaz_oid expected = oid_of(1);
    for (unsigned i = 0; i < ASKERS; i++) {
        assert_int_equal(askers[i].status, GAZ_OK);
        assert_int_equal(gaz_oid_compare(&askers[i].commit, &expected), 0);
    }
}

static void a_failure_is_shared(void **state)
{
    (void)state;
    stage s = {.rev = "nowhere", .status = GAZ_E_NOT_FOUND};
    asker askers[ASKERS] = {{0}};
    ask_at_once(&s, askers, ASKERS);
    assert_int_equal(atomic_load(&s.looks), 1);
    for (unsigned i = 0; i < ASKERS; i++) {
        assert_int_equal(askers[i].status, GAZ_E_NOT_FOUND);
        assert_string_equal(askers[i].error.message, "no 'nowhere'");
    }
}

static void a_deadline_is_ones_own(void **state)
{
    (void)state;
    stage s = {.rev = "main~3", .status = GAZ_E_TIMEOUT};
    asker askers[3] = {{0}};
    askers[2].deadline_us = gaz_now_us() + 20000;
    ask_at_once(&s, askers, 3);
    assert_int_equal(atomic_load(&s.looks), 2);
    assert_int_equal(askers[0].status, GAZ_E_TIMEOUT);
    assert_int_equal(askers[1].status, GAZ_OK); /* looked again */
    assert_int_equal(askers[2].status, GAZ_E_TIMEOUT);
}

/* A run may take minutes; who comes late asks what the revision means now. */
static void a_look_that_began_long_ago_is_waited_for_and_not_believed(void **state)
{
    (void)state;
    stage s = {.rev = "main~3", .age_us = REVISION_TTL_US + 60 * SECOND};
    asker askers[3] = {{0}};
    askers[1].later = askers[2].later = true;
    ask_at_once(&s, askers, 3);
    gaz_oid first = oid_of(1);
    assert_int_equal(gaz_oid_compare(&askers[0].commit, &first), 0);
    assert_int_not_equal(gaz_oid_compare(&askers[1].commit, &first), 0);
    assert_int_not_equal(gaz_oid_compare(&askers[2].commit, &first), 0);
    stage fixed = {.rev = FULL "~1", .age_us = REVISION_TTL_US + 60 * SECOND};
    asker of_fixed[3] = {{0}};
    of_fixed[1].later = of_fixed[2].later = true;
    ask_at_once(&fixed, of_fixed, 3);
    assert_int_equal(atomic_load(&fixed.looks), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_expression_holds_for_a_while_and_until_something_is_published),
        cmocka_unit_test(what_begins_with_a_full_id_holds_for_ever),
        cmocka_unit_test(the_least_recently_used_answers_make_room),
        cmocka_unit_test(those_who_ask_at_once_share_one_look),
        cmocka_unit_test(a_failure_is_shared),
        cmocka_unit_test(a_deadline_is_ones_own),
        cmocka_unit_test(a_look_that_began_long_ago_is_waited_for_and_not_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
