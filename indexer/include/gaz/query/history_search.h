/* Searching the history of repositories: queries with type:commit and type:diff, over the commit
 * indexes of all repositories they range over, newest commits first. */
#ifndef GAZ_QUERY_HISTORY_SEARCH_H
#define GAZ_QUERY_HISTORY_SEARCH_H

#include "gaz/query/commit_search.h"

/** A commit that matches. Valid during the visit. */
typedef struct gaz_commit_hit {
    const char *repo;
    const gaz_commit_record *record; /**< without changes */
    const gaz_commit_match *matches; /**< none when nothing but commits was asked for */
    size_t match_count;
    uint32_t lines; /**< that match in all */
    bool cut;       /**< some lines of the commit are not recorded */
} gaz_commit_hit;

typedef struct gaz_history_visitor {
    GAZ_CHECKED gaz_status (*commit)(void *ctx, const gaz_commit_hit *hit, gaz_error *err);
    /** Behind the last commit: each repository that was searched, and its index, which says where
     * it ends. @param index  NULL: its history is not indexed */
    GAZ_CHECKED gaz_status (*history)(void *ctx, const char *repo, gaz_commits *index,
                                      gaz_error *err);
    void *ctx;
} gaz_history_visitor;

/** Whether a query asks for commits: then gaz_engine_search_history() answers it, and
 * gaz_engine_search() refuses. False for what does not parse. */
bool gaz_query_wants_history(const char *query, size_t len);

/**
 * Searches history. Of the request query, repo, rev, limit (commits), lines_per_file (lines of a
 * commit; 0: 1,000), cursor, deadline and cancelled count. In the result `files` are commits,
 * `documents` those of the indexes; "not_indexed" says that a repository's history is not.
 * @return as gaz_engine_search()
 */
GAZ_CHECKED gaz_status gaz_engine_search_history(gaz_engine *engine,
                                                 const gaz_search_request *request,
                                                 const gaz_history_visitor *visitor,
                                                 gaz_search_result *result, gaz_error *err);

#endif
