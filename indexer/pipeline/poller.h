/* Looking at the remotes of a server's repositories from time to time. Private to the pipeline. */
#ifndef GAZ_PIPELINE_POLLER_H
#define GAZ_PIPELINE_POLLER_H

#include "gaz/pipeline/runner.h"

typedef struct poller poller;

/** What a poller works with; borrowed for its life. */
typedef struct poller_services {
    gaz_store *store;
    const gaz_settings *settings;
    const gaz_log *log;
    const char *worker; /**< path of gaz-worker */
    /** Queues an index run of a repository that has something new. */
    gaz_status (*submit)(void *ctx, const char *repo, gaz_error *err);
    /** Whether the server is ending. */
    bool (*stopping)(void *ctx);
    void *ctx;
} poller_services;

/** Starts its threads; *out is NULL when polling is off. */
GAZ_CHECKED gaz_status poller_start(const poller_services *services, poller **out, gaz_error *err);
/** Ends looks that are going on; stopping() must be true by then. NULL is accepted, here and below.
 */
void poller_free(poller *p);
/** Somebody asked for an index run: what failed before counts no more. */
void poller_reset(poller *p, const char *repo);
/** An index run of a repository's branches has ended. @param why  of its failure */
void poller_note(poller *p, const char *repo, gaz_status status, const gaz_error *why);
/** False when the repository is not looked at. */
bool poller_get(poller *p, const char *repo, gaz_poll_info *out);

#endif
