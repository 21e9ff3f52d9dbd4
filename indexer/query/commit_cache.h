/* Commit indexes kept open from request to request. Private to the query module; others ask
 * gaz_engine_commits(). */
#ifndef GAZ_QUERY_COMMIT_CACHE_H
#define GAZ_QUERY_COMMIT_CACHE_H

#include "gaz/query/commit_search.h"

/* An open index holds the descriptors of its files, their commits' ranks and up to 4 MiB of pages
 * of each. */
#define COMMIT_INDEXES_KEPT 16

/* Threading: any thread. */
typedef struct commit_cache commit_cache;
GAZ_CHECKED gaz_status commit_cache_new(commit_cache **out, gaz_error *err);
void commit_cache_free(commit_cache *cache);
/* The commit index that a repository has in the newest generation, or in one after it.
 * @param snapshot  of that generation: indexes of repositories it does not have are let go */
GAZ_CHECKED gaz_status commit_cache_get(commit_cache *cache, gaz_store *store,
                                        const gaz_snapshot *snapshot, const gaz_repo_row *repo,
                                        gaz_commit_texts **out, gaz_error *err);

#endif
