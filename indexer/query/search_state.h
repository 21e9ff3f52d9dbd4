/* The state of a search, and the steps it is made of. Private to search*.c. */
#ifndef GAZ_QUERY_SEARCH_STATE_H
#define GAZ_QUERY_SEARCH_STATE_H

#include "engine_private.h"
#include "rank.h"

typedef struct batch {
    match *matches;
    unsigned count;
    bool done;
} batch;

typedef struct search {
    gaz_engine *engine;
    const gaz_search_request *request;
    gaz_search_result *result;
    gaz_arena arena;
    const gaz_query *query;
    plan plan;
    world *world;
    scope *scope;
    const int8_t *const *ref_verdicts;
    int64_t deadline;
    uint64_t offset; /* files on earlier pages */
    uint32_t limit;
    uint64_t wanted; /* matches after which checking may stop; UINT64_MAX: all */
    /* checking */
    uint32_t *candidates;
    size_t candidate_count;
    names names;
    unsigned batch_size;
    batch *batches;
    size_t batch_count;
    atomic_size_t next, stop_at;
    pthread_mutex_t lock;
    size_t prefix; /* batches done from the first on */
    uint64_t prefix_matches;
    gaz_status failed;
    gaz_error failure;
    const char *reason;
    bool not_indexed;
    uint64_t pending; /* files whose symbols an atom asks for and are not read yet */
    /* what came out */
    match *matches;
    size_t match_count;
} search;

gaz_status search_no_memory(gaz_error *err);
/* Which refs are searched: s->scope. (search_scope.c) */
GAZ_CHECKED gaz_status search_choose_scope(search *s, gaz_error *err);
/* The files of the plan's documents, in the order they are to be checked in: s->candidates. */
GAZ_CHECKED gaz_status search_list_candidates(search *s, gaz_error *err);
/* Checks them with all threads: s->matches, in the order of the candidates. (search_check.c) */
GAZ_CHECKED gaz_status search_check(search *s, gaz_error *err);
/* Whether nobody waits for the answer any more. */
bool search_cancelled(const search *s);
/* A file that cannot be decided is said in the notes; the answer is not complete then. Threading:
 * any thread. */
bool search_undecided(search *s, const match_worker *w, gaz_status st, const gaz_error *why,
                      const char *path, uint32_t len);

#endif
