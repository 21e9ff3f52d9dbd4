/* The engine's state. Private to the query module. */
#ifndef GAZ_QUERY_ENGINE_PRIVATE_H
#define GAZ_QUERY_ENGINE_PRIVATE_H

#include "gaz/base/threads.h"
#include "commit_cache.h"
#include "revisions.h"
#include "pattern_cache.h"
#include "world.h"

#define WORLDS_KEPT 64                      /* older generations that cursors may still name */
#define SEGMENT_RETRY_US ((int64_t)1000000) /* between tries to open segments again */

struct gaz_engine {
    gaz_store *store;
    const gaz_settings *settings;
    gaz_block_cache *cache;
    gaz_pool *pool;
    pattern_cache *patterns;
    gaz_revision_fetch fetch;
    void *fetch_ctx;
    gaz_tree_matcher match_tree;
    void *match_tree_ctx;
    revisions *revisions;
    commit_cache *commits;
    pthread_mutex_t lock;    /* over the worlds, and what follows them */
    pthread_mutex_t refresh; /* one refresh at a time */
    world *current;
    world *older[WORLDS_KEPT];
    int64_t retried_us; /* when segments that could not be opened were last tried again; 0: never */
    atomic_uint_fast64_t searches;
};

/* The newest world taken up so far; give it back with world_unref(). NULL before the first refresh.
 */
world *engine_world(gaz_engine *e);
/* The newest world there is, taking up a newer generation first: what every request begins with. */
GAZ_CHECKED gaz_status engine_enter(gaz_engine *e, world **out, gaz_error *err);
/* A world by generation, current or older. NULL: gone. */
world *engine_world_at(gaz_engine *e, uint64_t generation);
/* Keeps a world for cursors that name it. */
void engine_keep(gaz_engine *e, world *w);
/* The ref of a repository that `rev` names (NULL: HEAD's), bringing it in when it is not indexed
 * and the engine can. On success *w may have been replaced by a newer world. `ref` NULL with
 * GAZ_OK: the repository has nothing indexed yet. */
GAZ_CHECKED gaz_status engine_find_ref(gaz_engine *e, world **w, const char *repo, const char *rev,
                                       bool fetch, int64_t deadline_us,
                                       const gaz_snapshot_repo **out_repo, const gaz_ref_row **ref,
                                       gaz_error *err);
/* The repository a request names; NULL: the only one there is. GAZ_E_NOT_FOUND with near misses,
 * GAZ_E_INVALID. */
GAZ_CHECKED gaz_status engine_find_repo(const world *w, const char *name,
                                        const gaz_snapshot_repo **out, gaz_error *err);
/* GAZ_E_NOT_FOUND with near misses. */
GAZ_CHECKED gaz_status engine_no_repo(const world *w, const char *name, gaz_error *err);

#endif
