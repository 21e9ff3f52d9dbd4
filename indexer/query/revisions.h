/* What revisions mean: the commit that `v6.1`, `main~3` or 0123abc named when an index run last
 * looked. The engine cannot read repositories itself (objects may be hostile: gaz-worker does), so
 * each question costs a process unless its answer is remembered here. Private to the query module.
 *
 * An answer holds for ever when the expression begins with a full object id. Any other holds for
 * REVISION_TTL_US, and until something newer is published of its repository; both are counted from
 * before the run looked. Nothing cheaper than looking tells whether a reference has moved. */
#ifndef GAZ_QUERY_REVISIONS_H
#define GAZ_QUERY_REVISIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "gaz/base/hash.h"
#include "gaz/base/status.h"

#define REVISION_TTL_US ((int64_t)2 * 1000000)
#define REVISIONS_KEPT 1024 /* answers */
#define REVISION_MAX 1024   /* bytes of an expression that is remembered */

/* Threading: any thread. */
typedef struct revisions revisions;

/* Looks a revision up where it can be, and sees to it that its commit is indexed. @param generation
 * gets one in which it is, and before which nothing was published of the repository since */
typedef GAZ_CHECKED gaz_status (*revision_look)(void *ctx, const char *repo, const char *rev,
                                                int64_t deadline_us, gaz_oid *commit,
                                                uint64_t *generation, gaz_error *err);

typedef struct revision_question {
    const char *uid, *repo, *rev;
    uint64_t generation; /* that last changed the repository, as far as the caller knows */
    int64_t asked_us, deadline_us;
    bool anew; /* what is remembered was of no use */
    bool now;  /* nothing that began before it was asked will do: a work tree */
    revision_look look;
    void *ctx;
} revision_question;

GAZ_CHECKED gaz_status revisions_new(revisions **out, gaz_error *err);
void revisions_free(revisions *r);
/* Answers from what is remembered, or by looking. Questions for the same revision at the same time
 * share one look, and its failure unless it was its own deadline. */
GAZ_CHECKED gaz_status revisions_resolve(revisions *r, const revision_question *q, gaz_oid *commit,
                                         gaz_error *err);
/* What is remembered, alone. */
bool revisions_find(revisions *r, const revision_question *q, gaz_oid *commit);
void revisions_keep(revisions *r, const revision_question *q, const gaz_oid *commit,
                    uint64_t generation, int64_t looked_us);

#endif
