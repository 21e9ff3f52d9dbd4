/* The operations of the indexer, one row each. Faces are read off this table: nothing about an
 * operation is said elsewhere. */
#include "gaz/graph/resolve.h"
#include "gaz/repo/patch.h"
#include "gaz/store/scip_index.h"
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
    {.name = "text_only",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "leave symbols for another run"},
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

#define PARAM_NAME                                                                                 \
    {                                                                                              \
        .name = "name", .type = GAZ_PARAM_STRING, .min = 1, .max = GAZ_SYMBOL_NAME_MAX,            \
        .positional = true, .help = "a definition's name"                                          \
    }
#define PARAM_AT                                                                                   \
    {                                                                                              \
        .name = "at", .type = GAZ_PARAM_STRING, .min = 1, .max = 4200,                             \
        .metavar = "PATH:LINE:COLUMN", .help = "the name that stands there, counted from 1"        \
    }
#define PARAM_BELOW                                                                                \
    {                                                                                              \
        .name = "path", .type = GAZ_PARAM_STRING, .min = 1, .max = 4096,                           \
        .help = "only definitions of this file or below this directory"                            \
    }
#define PARAM_LIMIT(most)                                                                          \
    {                                                                                              \
        .name = "limit", .type = GAZ_PARAM_INT, .min = 1, .max = 10000, .fallback = most,          \
        .help = "how many to list"                                                                 \
    }
#define PARAM_CURSOR                                                                               \
    {                                                                                              \
        .name = "cursor", .type = GAZ_PARAM_STRING, .min = 1, .max = 200,                          \
        .help = "the next page, as the last one named it"                                          \
    }
#define PARAM_DOCS                                                                                 \
    {                                                                                              \
        .name = "docs", .type = GAZ_PARAM_BOOL, .fallback = "false",                               \
        .help = "show comments that document"                                                      \
    }
#define PARAM_AMBIGUOUS                                                                            \
    {                                                                                              \
        .name = "ambiguous", .type = GAZ_PARAM_BOOL, .fallback = "false",                          \
        .help = "list what may mean something else, too"                                           \
    }
#define PARAM_FILE                                                                                 \
    {                                                                                              \
        .name = "path", .type = GAZ_PARAM_STRING, .required = true, .min = 1, .max = 4096,         \
        .positional = true, .help = "the file's path in the repository"                            \
    }

#define PARAM_ANYWHERE(text)                                                                       \
    {                                                                                              \
        .name = "path", .type = GAZ_PARAM_STRING, .min = 0, .max = 4096, .fallback = "",           \
        .positional = true, .help = text                                                           \
    }

static const gaz_param symbols_params[] = {
    {.name = "name",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = GAZ_SYMBOL_NAME_MAX,
     .positional = true,
     .help = "what to find"},
    PARAM_REPO,
    PARAM_REV,
    {.name = "match",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 10,
     .choices = "exact|prefix|fuzzy|words",
     .fallback = "fuzzy",
     .help = "how names are compared; words looks into signatures and comments, too"},
    {.name = "kind",
     .type = GAZ_PARAM_LIST,
     .min = 0,
     .max = 32,
     .metavar = "KIND",
     .help = "only these kinds: function, struct, …"},
    {.name = "path",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 4096,
     .metavar = "REGEX",
     .help = "only files whose path matches"},
    {.name = "declarations",
     .type = GAZ_PARAM_BOOL,
     .fallback = "true",
     .help = "prototypes and forward declarations, too; behind the others"},
    PARAM_DOCS,
    PARAM_LIMIT("50"),
    PARAM_CURSOR,
};

static const gaz_param outline_params[] = {PARAM_FILE, PARAM_REPO, PARAM_REV, PARAM_DOCS,
                                           PARAM_LIMIT("2000")};
static const gaz_param definition_params[] = {PARAM_NAME, PARAM_AT, PARAM_BELOW, PARAM_REPO,
                                              PARAM_REV};
static const gaz_param references_params[] = {
    PARAM_NAME,
    PARAM_AT,
    PARAM_BELOW,
    PARAM_REPO,
    PARAM_REV,
    {.name = "role",
     .type = GAZ_PARAM_LIST,
     .min = 0,
     .max = 8,
     .metavar = "ROLE",
     .help = "only these: call, type, read, write, import, inherit, macro"},
    PARAM_AMBIGUOUS,
    PARAM_LIMIT("50"),
    PARAM_CURSOR,
};
static const gaz_param callers_params[] = {PARAM_NAME,        PARAM_AT,    PARAM_BELOW,
                                           PARAM_REPO,        PARAM_REV,   PARAM_AMBIGUOUS,
                                           PARAM_LIMIT("50"), PARAM_CURSOR};
static const gaz_param implementations_params[] = {
    PARAM_NAME,
    PARAM_AT,
    PARAM_BELOW,
    PARAM_REPO,
    PARAM_REV,
    {.name = "depth",
     .type = GAZ_PARAM_INT,
     .min = 1,
     .max = GAZ_RESOLVE_DEPTH_MAX,
     .fallback = "8",
     .help = "heirs of heirs"},
    PARAM_LIMIT("50"),
};

static const gaz_param deps_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = 4096,
     .positional = true,
     .help = "a file, or all below a directory"},
    PARAM_REPO,
    PARAM_REV,
    {.name = "direction",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 20,
     .choices = "dependencies|dependents",
     .fallback = "dependencies",
     .help = "what it needs, or who needs it"},
    {.name = "depth",
     .type = GAZ_PARAM_INT,
     .min = 0,
     .max = 1000,
     .fallback = "1",
     .help = "steps; 0 goes to the end"},
    PARAM_LIMIT("1000"),
};
static const gaz_param deps_path_params[] = {
    {.name = "from",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = 4096,
     .positional = true,
     .help = "the file that imports"},
    {.name = "to",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 1,
     .max = 4096,
     .positional = true,
     .help = "the file that it comes to"},
    PARAM_REPO,
    PARAM_REV,
};
static const gaz_param deps_cycles_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_STRING,
     .min = 0,
     .max = 4096,
     .fallback = "",
     .positional = true,
     .help = "a directory that holds all of a cycle (default: the root)"},
    PARAM_REPO,
    PARAM_REV,
    PARAM_LIMIT("50"),
};
#define PARAM_DEPTH                                                                                \
    {                                                                                              \
        .name = "depth", .type = GAZ_PARAM_INT, .min = 0, .max = 1000, .fallback = "3",            \
        .help = "steps; 0 goes to the end"                                                         \
    }
#define PARAM_RANGE                                                                                \
    {                                                                                              \
        .name = "range", .type = GAZ_PARAM_STRING, .min = 3, .max = 2 * GAZ_REF_NAME_MAX + 3,      \
        .metavar = "A..B",                                                                         \
        .help = "what differs between two revisions; A...B: what B changed since it left A"        \
    }
static const gaz_param impact_params[] = {
    {.name = "change",
     .type = GAZ_PARAM_LIST,
     .min = 0,
     .max = 1000,
     .positional = true,
     .metavar = "PATH[:LINES]",
     .help = "changed files, or lines of them: path, path:12, path:12-40"},
    PARAM_RANGE,
    PARAM_REPO,
    PARAM_REV,
    PARAM_DEPTH,
    PARAM_LIMIT("1000"),
};
static const gaz_param impact_diff_params[] = {PARAM_REPO, PARAM_REV, PARAM_DEPTH,
                                               PARAM_LIMIT("1000")};
static const gaz_param tests_params[] = {{.name = "path",
                                          .type = GAZ_PARAM_STRING,
                                          .min = 1,
                                          .max = 4096,
                                          .positional = true,
                                          .help = "the file's path in the repository"},
                                         PARAM_RANGE,
                                         PARAM_REPO,
                                         PARAM_REV,
                                         PARAM_LIMIT("1000")};
static const gaz_param tests_diff_params[] = {PARAM_REPO, PARAM_REV, PARAM_LIMIT("1000")};

static int64_t diff_max(const gaz_settings *settings)
{
    int64_t most = (int64_t)GAZ_PATCH_BYTES_MAX;
    return settings->http_body_max < most ? settings->http_body_max : most;
}
static const char *const diff_types[] = {"text/x-diff", "text/x-patch", NULL};
static const gaz_op_body diff_body = {.types = diff_types,
                                      .metavar = "FILE",
                                      .help = "a unified diff, as git diff prints it",
                                      .setting = "server.body_max",
                                      .max = diff_max,
                                      .max_ever = GAZ_PATCH_BYTES_MAX};

static const gaz_param deps_entries_params[] = {
    PARAM_ANYWHERE("only below this directory (default: the root)"),
    PARAM_REPO,
    PARAM_REV,
    {.name = "reason",
     .type = GAZ_PARAM_LIST,
     .min = 0,
     .max = 4,
     .metavar = "REASON",
     .help = "only these: main, manifest, custom, root"},
    {.name = "tests", .type = GAZ_PARAM_BOOL, .fallback = "false", .help = "tests, too"},
    PARAM_LIMIT("200"),
    PARAM_CURSOR,
};
static const gaz_param unreferenced_params[] = {
    PARAM_ANYWHERE("only definitions of this file or below this directory (default: the root)"),
    PARAM_REPO,
    PARAM_REV,
    {.name = "kind",
     .type = GAZ_PARAM_LIST,
     .min = 0,
     .max = 32,
     .metavar = "KIND",
     .help = "only these kinds: function, struct, …"},
    {.name = "doubtful",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "also what something may use all the same: exported names, entry points, tests, …"},
    PARAM_LIMIT("100"),
    PARAM_CURSOR,
};

#define PARAM_AUTHOR                                                                               \
    {                                                                                              \
        .name = "author", .type = GAZ_PARAM_STRING, .min = 1, .max = 200,                          \
        .help = "only commits whose author's name or address holds this"                           \
    }
#define PARAM_AFTER(text)                                                                          \
    {                                                                                              \
        .name = "after", .type = GAZ_PARAM_STRING, .min = 1, .max = 64, .metavar = "TIME",         \
        .help = text                                                                               \
    }
#define PARAM_BEFORE                                                                               \
    {                                                                                              \
        .name = "before", .type = GAZ_PARAM_STRING, .min = 1, .max = 64, .metavar = "TIME",        \
        .help = "only commits before it"                                                           \
    }
#define AFTER_HELP "only commits since then: 2026-11-21, yesterday, '2 weeks ago'"

static const gaz_param history_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 4096,
     .positional = true,
     .help = "a file or a directory, now or in the past (default: everything)"},
    PARAM_REPO,
    PARAM_REV,
    {.name = "symbol",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_SYMBOL_NAME_MAX,
     .metavar = "NAME",
     .help = "commits that changed the lines of this definition"},
    {.name = "at",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 4200,
     .metavar = "PATH:LINE",
     .help = "commits that changed the lines of the definition there"},
    PARAM_LINES,
    PARAM_AUTHOR,
    PARAM_AFTER(AFTER_HELP),
    PARAM_BEFORE,
    {.name = "message",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = 500,
     .metavar = "WORDS",
     .help = "only commits whose message has these words; \"some together\", begin*"},
    {.name = "follow",
     .type = GAZ_PARAM_BOOL,
     .fallback = "true",
     .help = "go on with a file's earlier names"},
    {.name = "merges",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "merges, too: what they change against their first parent"},
    {.name = "messages",
     .type = GAZ_PARAM_BOOL,
     .fallback = "false",
     .help = "whole messages, not just their first lines"},
    PARAM_LIMIT("50"),
    PARAM_CURSOR,
};
static const gaz_param blame_params[] = {
    PARAM_FILE,
    PARAM_REPO,
    PARAM_REV,
    PARAM_LINES,
    {.name = "text", .type = GAZ_PARAM_BOOL, .fallback = "true", .help = "the lines themselves"},
    PARAM_LIMIT("10000"),
};
static const gaz_param owners_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_LIST,
     .required = true,
     .min = 1,
     .max = 100,
     .positional = true,
     .metavar = "PATH",
     .help = "files or directories; . is the root"},
    PARAM_REPO,
    PARAM_REV,
    PARAM_AFTER("count commits since then (default: of a year; when there are none, all)"),
    PARAM_LIMIT("10"),
};
static const gaz_param recent_params[] = {
    PARAM_ANYWHERE("only below this directory (default: the root)"),
    PARAM_REPO,
    PARAM_REV,
    PARAM_AUTHOR,
    PARAM_AFTER(AFTER_HELP),
    PARAM_BEFORE,
    PARAM_LIMIT("50"),
};
static const gaz_param cochange_params[] = {
    {.name = "path",
     .type = GAZ_PARAM_LIST,
     .required = true,
     .min = 1,
     .max = 100,
     .positional = true,
     .metavar = "PATH",
     .help = "files"},
    PARAM_REPO,
    PARAM_REV,
    PARAM_LIMIT("20"),
};

#define PARAM_SCIP_BELOW(text)                                                                     \
    {                                                                                              \
        .name = "below", .type = GAZ_PARAM_STRING, .min = 0, .max = GAZ_SCIP_BELOW_MAX,            \
        .metavar = "DIR", .help = text                                                             \
    }

static const gaz_param scip_import_params[] = {
    PARAM_REPO,
    {.name = "commit",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_REF_NAME_MAX,
     .help = "the commit it was made of, or a branch or tag that is at it (default: the default "
             "branch)"},
    PARAM_SCIP_BELOW("the directory its paths are relative to (default: the root)"),
};
static const gaz_param scip_list_params[] = {
    {.name = "repo",
     .type = GAZ_PARAM_STRING,
     .min = 1,
     .max = GAZ_REPO_NAME_MAX,
     .letter = 'r',
     .positional = true,
     .metavar = "NAME",
     .help = "the repository's exact name (default: every repository)"},
};
static const gaz_param scip_remove_params[] = {
    {.name = "commit",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .min = 3,
     .max = GAZ_OID_HEX - 1,
     .positional = true,
     .metavar = "COMMIT|all",
     .help = "the indexes of this commit, by the first digits of its id, or of all"},
    PARAM_REPO,
    PARAM_SCIP_BELOW("only those of this directory"),
    {.name = "tool",
     .type = GAZ_PARAM_STRING,
     .min = 0,
     .max = GAZ_SCIP_TOOL_MAX - 1,
     .help = "only those this tool made"},
};

static int64_t scip_upload_max(const gaz_settings *settings)
{
    return settings->scip_upload_max;
}
static const char *const scip_types[] = {"application/x-protobuf", "application/protobuf",
                                         "application/octet-stream", NULL};
static const gaz_op_body scip_body = {.types = scip_types,
                                      .metavar = "FILE",
                                      .help = "the index, as scip-typescript and the like write it",
                                      .setting = "scip.upload_max",
                                      .max = scip_upload_max,
                                      .max_ever = GAZ_SCIP_BYTES_MAX};

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
    {.name = "symbols",
     .summary = "Find definitions by name",
     .method = "GET",
     .path = "/v1/symbols",
     .params = symbols_params,
     .param_count = COUNT(symbols_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_symbols,
     .result = "symbols"},
    {.name = "outline",
     .summary = "List what a file defines",
     .method = "GET",
     .path = "/v1/outline",
     .params = outline_params,
     .param_count = COUNT(outline_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_outline,
     .result = "outline"},
    {.name = "definition",
     .summary = "Tell what a name means",
     .method = "GET",
     .path = "/v1/definition",
     .params = definition_params,
     .param_count = COUNT(definition_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_definition,
     .result = "definition"},
    {.name = "references",
     .summary = "List the uses of a definition",
     .method = "GET",
     .path = "/v1/references",
     .params = references_params,
     .param_count = COUNT(references_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_references,
     .result = "references"},
    {.name = "callers",
     .summary = "List who calls a definition",
     .method = "GET",
     .path = "/v1/callers",
     .params = callers_params,
     .param_count = COUNT(callers_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_callers,
     .result = "callers"},
    {.name = "callees",
     .summary = "List what a definition calls",
     .method = "GET",
     .path = "/v1/callees",
     .params = callers_params,
     .param_count = COUNT(callers_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_callees,
     .result = "callees"},
    {.name = "implementations",
     .summary = "List heirs of a type, or what overrides a member",
     .method = "GET",
     .path = "/v1/implementations",
     .params = implementations_params,
     .param_count = COUNT(implementations_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_implementations,
     .result = "implementations"},
    {.name = "deps",
     .summary = "List what files import, or who imports them",
     .method = "GET",
     .path = "/v1/deps",
     .params = deps_params,
     .param_count = COUNT(deps_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_deps,
     .result = "deps"},
    {.name = "deps.path",
     .summary = "Find how one file comes to import another",
     .method = "GET",
     .path = "/v1/deps/path",
     .params = deps_path_params,
     .param_count = COUNT(deps_path_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_deps_path,
     .result = "deps_path"},
    {.name = "deps.cycles",
     .summary = "List files that import each other",
     .method = "GET",
     .path = "/v1/deps/cycles",
     .params = deps_cycles_params,
     .param_count = COUNT(deps_cycles_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_deps_cycles,
     .result = "deps_cycles"},
    {.name = "impact",
     .summary = "List what changes may affect",
     .method = "GET",
     .path = "/v1/impact",
     .params = impact_params,
     .param_count = COUNT(impact_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_impact,
     .result = "impact"},
    {.name = "tests",
     .summary = "List the tests of a file, or the files of a test",
     .method = "GET",
     .path = "/v1/tests",
     .params = tests_params,
     .param_count = COUNT(tests_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_tests,
     .result = "tests"},
    {.name = "deps.entries",
     .summary = "List the files that programs start in",
     .method = "GET",
     .path = "/v1/deps/entries",
     .params = deps_entries_params,
     .param_count = COUNT(deps_entries_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_deps_entries,
     .result = "deps_entries"},
    {.name = "symbols.unreferenced",
     .summary = "List definitions that nothing refers to",
     .method = "GET",
     .path = "/v1/symbols/unreferenced",
     .params = unreferenced_params,
     .param_count = COUNT(unreferenced_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_unreferenced,
     .result = "unreferenced"},
    {.name = "history",
     .summary = "List the commits of a file, a directory or a definition",
     .method = "GET",
     .path = "/v1/history",
     .params = history_params,
     .param_count = COUNT(history_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_history,
     .result = "history"},
    {.name = "blame",
     .summary = "Tell who brought each line of a file",
     .method = "GET",
     .path = "/v1/blame",
     .params = blame_params,
     .param_count = COUNT(blame_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_blame,
     .result = "blame"},
    {.name = "owners",
     .summary = "Tell who answers for files",
     .method = "GET",
     .path = "/v1/owners",
     .params = owners_params,
     .param_count = COUNT(owners_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_owners,
     .result = "owners"},
    {.name = "recent",
     .summary = "List the files that changed last",
     .method = "GET",
     .path = "/v1/recent",
     .params = recent_params,
     .param_count = COUNT(recent_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_recent,
     .result = "recent"},
    {.name = "cochange",
     .summary = "List files that change together with others",
     .method = "GET",
     .path = "/v1/cochange",
     .params = cochange_params,
     .param_count = COUNT(cochange_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_cochange,
     .result = "cochange"},
    {.name = "scip.import",
     .summary = "Import a SCIP index: a compiler's answers for a commit",
     .method = "POST",
     .path = "/v1/scip",
     .params = scip_import_params,
     .param_count = COUNT(scip_import_params),
     .body = &scip_body,
     .scope = GAZ_SCOPE_INDEX,
     .media = JSON,
     .handler = op_scip_import,
     .result = "scip_import"},
    {.name = "scip.list",
     .summary = "List the SCIP indexes that were imported",
     .method = "GET",
     .path = "/v1/scip",
     .params = scip_list_params,
     .param_count = COUNT(scip_list_params),
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_scip_list,
     .result = "scip_list"},
    {.name = "scip.remove",
     .summary = "Remove SCIP indexes",
     .method = "DELETE",
     .path = "/v1/scip",
     .params = scip_remove_params,
     .param_count = COUNT(scip_remove_params),
     .scope = GAZ_SCOPE_INDEX,
     .media = JSON,
     .handler = op_scip_remove,
     .result = "scip_remove"},
    {.name = "impact.diff",
     .summary = "List what a diff may affect",
     .method = "POST",
     .path = "/v1/impact",
     .params = impact_diff_params,
     .param_count = COUNT(impact_diff_params),
     .body = &diff_body,
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_impact,
     .result = "impact"},
    {.name = "tests.diff",
     .summary = "List the tests of what a diff changes",
     .method = "POST",
     .path = "/v1/tests",
     .params = tests_diff_params,
     .param_count = COUNT(tests_diff_params),
     .body = &diff_body,
     .scope = GAZ_SCOPE_READ,
     .media = JSON,
     .handler = op_tests,
     .result = "tests"},
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
