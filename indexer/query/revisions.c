/* A table of answers, the least recently used one replaced first, and a list of the looks that are
 * under way. A question is answered by a look that began at most REVISION_TTL_US before it was
 * asked, so that however long a run takes, those who came while it was young share it. */
#include "revisions.h"

#include <ctype.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "gaz/base/clock.h"

#define UID_BYTES 33

typedef struct answer {
    char uid[UID_BYTES];
    char *rev; /* NULL: a free place */
    gaz_oid commit;
    uint64_t generation;
    int64_t looked_us;
    uint64_t used; /* order of use */
} answer;

/* One thread looks; it and those who wait hold a reference each. */
typedef struct look {
    struct look *next;
    const char *uid, *rev; /* of the thread that looks; until it has ended */
    int64_t began_us;
    unsigned refs;
    bool ended;
    gaz_status status;
    gaz_error error;
    gaz_oid commit;
} look;

struct revisions {
    pthread_mutex_t lock;
    pthread_cond_t ended;
    look *looks;
    uint64_t clock;
    answer answers[REVISIONS_KEPT];
};

gaz_status revisions_new(revisions **out, gaz_error *err)
{
    revisions *r = calloc(1, sizeof *r);
    pthread_condattr_t monotonic;
    if (!r || pthread_condattr_init(&monotonic) != 0) {
        free(r);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the search engine");
    }
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&r->ended, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&r->lock, NULL);
    *out = r;
    return GAZ_OK;
}

void revisions_free(revisions *r)
{
    if (!r)
        return;
    for (size_t i = 0; i < REVISIONS_KEPT; i++)
        free(r->answers[i].rev);
    pthread_cond_destroy(&r->ended);
    pthread_mutex_destroy(&r->lock);
    free(r);
}

/* ---- answers ---- */

/* Whether no reference decides what it means: "<40 digits>", and ancestors of that. */
static bool is_fixed(const char *rev)
{
    size_t n = 0;
    while (n < GAZ_OID_HEX - 1 && isxdigit((unsigned char)rev[n]))
        n++;
    return n == GAZ_OID_HEX - 1 && (rev[n] == '\0' || rev[n] == '~' || rev[n] == '^');
}

/* Under the lock. */
static answer *find_answer(revisions *r, const char *uid, const char *rev)
{
    for (size_t i = 0; i < REVISIONS_KEPT; i++) {
        answer *a = &r->answers[i];
        if (a->rev && strcmp(a->rev, rev) == 0 && strcmp(a->uid, uid) == 0)
            return a;
    }
    return NULL;
}

static bool is_recent(const revision_question *q, int64_t looked_us)
{
    return is_fixed(q->rev) || looked_us + (q->now ? 0 : REVISION_TTL_US) >= q->asked_us;
}

/* Under the lock. */
static bool find_locked(revisions *r, const revision_question *q, gaz_oid *commit)
{
    answer *a = find_answer(r, q->uid, q->rev);
    if (!a || !is_recent(q, a->looked_us) || (q->generation > a->generation && !is_fixed(q->rev)))
        return false;
    a->used = ++r->clock;
    *commit = a->commit;
    return true;
}

/* Under the lock. What cannot be remembered is looked up again. */
static void keep_locked(revisions *r, const revision_question *q, const gaz_oid *commit,
                        uint64_t generation, int64_t looked_us)
{
    answer *place = find_answer(r, q->uid, q->rev);
    if (strlen(q->rev) > REVISION_MAX || strlen(q->uid) >= UID_BYTES)
        return;
    if (!place) {
        char *rev = strdup(q->rev);
        if (!rev)
            return;
        place = &r->answers[0];
        for (size_t i = 1; i < REVISIONS_KEPT && place->rev; i++)
            if (!r->answers[i].rev || r->answers[i].used < place->used)
                place = &r->answers[i];
        free(place->rev);
        place->rev = rev;
        strcpy(place->uid, q->uid);
    }
    place->commit = *commit;
    place->generation = generation;
    place->looked_us = looked_us;
    place->used = ++r->clock;
}

bool revisions_find(revisions *r, const revision_question *q, gaz_oid *commit)
{
    pthread_mutex_lock(&r->lock);
    bool found = find_locked(r, q, commit);
    pthread_mutex_unlock(&r->lock);
    return found;
}

void revisions_keep(revisions *r, const revision_question *q, const gaz_oid *commit,
                    uint64_t generation, int64_t looked_us)
{
    pthread_mutex_lock(&r->lock);
    keep_locked(r, q, commit, generation, looked_us);
    pthread_mutex_unlock(&r->lock);
}

/* ---- looking ---- */

/* Under the lock. */
static look *find_look(const revisions *r, const revision_question *q)
{
    look *l = r->looks;
    /* A look is in the list as long as the one who leads it refers to it.
     * NOLINTNEXTLINE(clang-analyzer-unix.Malloc) */
    while (l && (strcmp(l->rev, q->rev) != 0 || strcmp(l->uid, q->uid) != 0))
        l = l->next;
    return l;
}

/* Under the lock. */
static void unref_look(look *l)
{
    if (--l->refs == 0)
        free(l);
}

/* Under the lock, which waiting gives up for a while. @return whether it ended in time */
static bool wait_for(revisions *r, const look *l, int64_t deadline_us)
{
    struct timespec until = {.tv_sec = (time_t)(deadline_us / 1000000),
                             .tv_nsec = (long)(deadline_us % 1000000) * 1000};
    int rc = 0;
    while (!l->ended && rc != ETIMEDOUT)
        rc = deadline_us == GAZ_NEVER ? pthread_cond_wait(&r->ended, &r->lock)
                                      : pthread_cond_timedwait(&r->ended, &r->lock, &until);
    return l->ended;
}

static gaz_status take_outcome(const look *l, gaz_oid *commit, gaz_error *err)
{
    if (l->status == GAZ_OK)
        *commit = l->commit;
    else if (err && err->status == GAZ_OK)
        *err = l->error;
    return l->status;
}

/* Under the lock. @return GAZ_DONE when it was of no use: too old, or cut short by its own
 * deadline */
static gaz_status join(revisions *r, look *l, const revision_question *q, gaz_oid *commit,
                       gaz_error *err)
{
    gaz_status st = GAZ_DONE;
    bool use = is_recent(q, l->began_us);
    l->refs++;
    if (!wait_for(r, l, q->deadline_us))
        st = gaz_error_set(err, GAZ_E_TIMEOUT, "revision '%.200s' of %s is still being looked up",
                           q->rev, q->repo);
    else if (use && l->status != GAZ_E_TIMEOUT && l->status != GAZ_E_CANCELLED)
        st = take_outcome(l, commit, err);
    unref_look(l);
    return st;
}

/* Under the lock, which is given up meanwhile. */
static gaz_status lead(revisions *r, const revision_question *q, gaz_oid *commit, gaz_error *err)
{
    uint64_t generation = 0;
    look *l = calloc(1, sizeof *l);
    if (!l)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to look up a revision");
    *l = (look){.next = r->looks, .uid = q->uid, .rev = q->rev, .refs = 1};
    l->began_us = gaz_now_us();
    r->looks = l;
    pthread_mutex_unlock(&r->lock);
    gaz_status st =
        q->look(q->ctx, q->repo, q->rev, q->deadline_us, &l->commit, &generation, &l->error);
    pthread_mutex_lock(&r->lock);
    look **at = &r->looks;
    while (*at != l)
        at = &(*at)->next;
    *at = l->next;
    l->status = st;
    l->ended = true;
    if (st == GAZ_OK && !gaz_oid_is_zero(&l->commit))
        keep_locked(r, q, &l->commit, generation, l->began_us);
    pthread_cond_broadcast(&r->ended);
    st = take_outcome(l, commit, err);
    unref_look(l);
    return st;
}

gaz_status revisions_resolve(revisions *r, const revision_question *q, gaz_oid *commit,
                             gaz_error *err)
{
    gaz_status st = GAZ_DONE;
    look *l = NULL;
    pthread_mutex_lock(&r->lock);
    if (!q->anew && find_locked(r, q, commit))
        st = GAZ_OK;
    while (st == GAZ_DONE && (l = find_look(r, q)) != NULL) {
        st = join(r, l, q, commit, err);
        if (st == GAZ_DONE && !q->anew && find_locked(r, q, commit))
            st = GAZ_OK;
    }
    if (st == GAZ_DONE)
        st = lead(r, q, commit, err);
    pthread_mutex_unlock(&r->lock);
    return st;
}
