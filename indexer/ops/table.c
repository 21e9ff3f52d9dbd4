/* The operations of the indexer, one row each. Faces are read off this table: nothing about an
 * operation is said elsewhere. */
#include "handlers.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))
#define JSON (1u << GAZ_MEDIA_JSON)
#define NDJSON (1u << GAZ_MEDIA_NDJSON)
#define EVENTS (1u << GAZ_MEDIA_EVENTS)

#define PARAM_REPO                                                                                 \
    {                                                                                              \
        .name = "repo", .type = GAZ_PARAM_STRING, .min = 1, .max = GAZ_REPO_NAME_MAX,              \
        .help = "the repository's exact name", .letter = 'r'                                       \
    }
#define PARAM_REV                                                                                  \
    {                                                                                              \
        .name = "rev", .type = GAZ_PARAM_STRING, .min = 1, .max = GAZ_REF_NAME_MAX,                \
        .help = "a branch, tag or commit; one that is not indexed is brought in (default: the "    \
                "default branch)"                                                                  \
    }

#define PARAM_LINES                                                                                \
    {                                                                                              \
        .name = "lines", .type = GAZ_PARAM_STRING, .min = 1, .max = 32, .metavar = "FIRST-LAST",   \
        .help = "just these lines, counted from 1"                                                 \
    }

static const gaz_param add_params[] = {
    {.name = "source",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = 4096,
     .positional = true,
     .metavar = "PATH|URL",
     .help = "a git repository on this machine, or a URL to clone"},
    {.name = "name",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_REPO_NAME_MAX,
     .help = "what to call it (default: from the source)"},
    {.name = "branches",
     .type = GAZ_PARAM_LIST,
     .min = 0,
     .max = 64,
     .metavar = "PATTERN",
     .help = "branches to index, as shell patterns; * is all (default: what HEAD points to)"},
};

static const gaz_param remove_params[] = {
    {.name = "name",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = GAZ_REPO_NAME_MAX,
     .positional = true,
     .help = "the repository's exact name"},
};

static const gaz_param index_params[] = {
    {.name = "repo",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_REPO_NAME_MAX,
     .positional = true,
     .metavar = "NAME",
     .help = "the repository's exact name (default: every repository)"},
    {.name = "rev",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_REF_NAME_MAX,
     .help = "bring in just this revision"},
    {.name = "wait",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "answer when it is published"},
};

static const gaz_param job_params[] = {
    {.name = "id",
     .type = GAZ_PARAM_INT,
     .required = true,
     .min = 1,
     .max = INT64_MAX,
     .positional = true,
     .help = "the job's number"},
};

static const gaz_param status_params[] = {
    {.name = "repo",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_REPO_NAME_MAX,
     .positional = true,
     .metavar = "NAME",
     .help = "just this repository"},
    {.name = "skipped",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "list the files that are not searched, and why"},
};

static const gaz_param search_params[] = {
    {.name = "q",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 0,
     .max = 8192,
     .positional = true,
     .metavar = "QUERY",
     .help = "what to find; see docs/query-language.md"},
    PARAM_REPO,
    PARAM_REV,
    {.name = "limit",
     .type = GAZ_PARAM_INT,
     .min = 0,
     .max = GAZ_LIMIT_MAX,
     .fallback = "50",
     .help = "files to show; 0 just counts"},
    {.name = "context",
     .type = GAZ_PARAM_INT,
     .min = 0,
     .max = GAZ_CONTEXT_MAX,
     .fallback = "0",
     .help = "lines to show around each match"},
    {.name = "lines_per_file",
     .type = GAZ_PARAM_INT,
     .min = 0,
     .max = 1000000,
     .fallback = "0",
     .help = "matching lines to show of a file; 0 shows all"},
    {.name = "cursor",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 200,
     .help = "the next page, as the last one named it"},
    {.name = "explain",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "also tell how the query was understood and planned"},
};

static const gaz_param file_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = 4096,
     .positional = true,
     .help = "the file's path in the repository"},
    PARAM_REPO,
    PARAM_REV,
    PARAM_LINES,
};

static const gaz_param tree_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_STRING,
     .min = 0,
     .max = 4096,
     .fallback = "",
     .positional = true,
     .help = "a directory (default: the root)"},
    PARAM_REPO,
    PARAM_REV,
};

static const gaz_op rows[] = {
    {.name = "repos.add",
     .command = "add",
     .summary = "Add a repository",
     .method = "POST",
     .path = "/v1/repos",
     .params = add_params,
     .param_count = COUNT(add_params),
     .scope = GAZ_SCOPE_ADMIN,
     .media = JSON,
     .handler = op_repos_add,
     .result = "repo"},
    {.name = "repos.list",
     .summary = "List the repositories",
     .method = "GET",
     .path = "/v1/repos",
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_repos_list,
     .result = "repos"},
    {.name = "repos.remove",
     .command = "remove",
     .summary = "Remove a repository from the index",
     .method = "DELETE",
     .path = "/v1/repos/{name}",
     .params = remove_params,
     .param_count = COUNT(remove_params),
     .scope = GAZ_SCOPE_ADMIN,
     .media = JSON,
     .handler = op_repos_remove,
     .result = "removed"},
    {.name = "index",
     .summary = "Bring the index of repositories up to date",
     .method = "POST",
     .path = "/v1/index",
     .params = index_params,
     .param_count = COUNT(index_params),
     .scope = GAZ_SCOPE_INDEX,
     .media = JSON | EVENTS,
     .handler = op_index,
     .result = "index"},
    {.name = "jobs.get",
     .summary = "Tell how far an index run is",
     .method = "GET",
     .path = "/v1/jobs/{id}",
     .params = job_params,
     .param_count = COUNT(job_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON | EVENTS,
     .handler = op_job,
     .result = "job"},
    {.name = "status",
     .summary = "Tell what is indexed, running and skipped",
     .method = "GET",
     .path = "/v1/status",
     .params = status_params,
     .param_count = COUNT(status_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_status,
     .result = "status"},
    {.name = "search",
     .summary = "Search code",
     .method = "GET",
     .path = "/v1/search",
     .params = search_params,
     .param_count = COUNT(search_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON | NDJSON,
     .handler = op_search,
     .result = "search"},
    {.name = "file",
     .summary = "Read a file",
     .method = "GET",
     .path = "/v1/file",
     .params = file_params,
     .param_count = COUNT(file_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_file,
     .result = "file"},
    {.name = "tree",
     .summary = "List a directory",
     .method = "GET",
     .path = "/v1/tree",
     .params = tree_params,
     .param_count = COUNT(tree_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_tree,
     .result = "tree"},
    {.name = "highlight",
     .summary = "Colour a file's code",
     .method = "GET",
     .path = "/v1/highlight",
     .params = file_params,
     .param_count = COUNT(file_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_highlight,
     .result = "highlight"},
    {.name = "check",
     .summary = "Verify every checksum, reference and count of the index",
     .method = "GET",
     .path = "/v1/check",
     .scope = GAZ_SCOPE_ADMIN,
     .media = JSON,
     .handler = op_check,
     .result = "check"},
    {.name = "repair",
     .summary = "Drop what is damaged and index it again",
     .method = "POST",
     .path = "/v1/repair",
     .scope = GAZ_SCOPE_ADMIN,
     .media = JSON,
     .handler = op_repair,
     .result = "repair"},
};

const gaz_op *gaz_ops(size_t *count)
{
    *count = COUNT(rows);
    return rows;
}
