/* A small operation table for tests of the command line. */
#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli_args.h"
#include "gaz/ops/op.h"

static const gaz_param search_params[] = {
    {.name = "q",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .max = 8192,
     .help = "the query",
     .positional = true,
     .metavar = "QUERY"},
    {.name = "repo", .type = GAZ_PARAM_STRING, .help = "only this repository"},
    {.name = "limit",
     .type = GAZ_PARAM_INT,
     .min = 1,
     .max = 100000,
     .fallback = "50",
     .help = "files shown"},
    {.name = "context", .type = GAZ_PARAM_INT, .max = 100, .help = "lines around matches"},
    {.name = "lines_per_file", .type = GAZ_PARAM_INT, .max = 1000000, .help = "lines of a file"},
    {.name = "explain", .type = GAZ_PARAM_BOOL, .help = "say how"},
};
static const gaz_param add_params[] = {
    {.name = "source",
     .type = GAZ_PARAM_STRING,
     .required = true,
     .positional = true,
     .metavar = "PATH|URL",
     .help = "what to add"},
    {.name = "name", .type = GAZ_PARAM_STRING, .help = "what to call it"},
    {.name = "branches", .type = GAZ_PARAM_LIST, .metavar = "PATTERN", .help = "branches to index"},
    {.name = "wait", .type = GAZ_PARAM_BOOL, .help = "wait"},
};
static const gaz_param index_params[] = {
    {.name = "repo",
     .type = GAZ_PARAM_STRING,
     .positional = true,
     .metavar = "NAME",
     .help = "which"},
    {.name = "wait", .type = GAZ_PARAM_BOOL, .help = "wait"},
};
static const gaz_param job_params[] = {
    {.name = "id", .type = GAZ_PARAM_INT, .required = true, .positional = true, .help = "which"},
    {.name = "state",
     .type = GAZ_PARAM_STRING,
     .letter = 's',
     .choices = "queued|done",
     .help = "only these"},
};
static const gaz_op table[] = {
    {"search", NULL, "Search file contents", "GET", "/v1/search", search_params, 6, GAZ_SCOPE_READ,
     3, NULL, "search", NULL},
    {"repos.add", "add", "Add a repository", "POST", "/v1/repos", add_params, 4, GAZ_SCOPE_ADMIN, 5,
     NULL, "repo", NULL},
    {"index", NULL, "Index repositories", "POST", "/v1/index", index_params, 2, GAZ_SCOPE_INDEX, 5,
     NULL, "index", NULL},
    {"jobs.get", NULL, "Show a job", "GET", "/v1/jobs/{id}", job_params, 2, GAZ_SCOPE_READ, 1, NULL,
     "job", NULL},
    {"health", "", "Not on the command line", "GET", "/healthz", NULL, 0, GAZ_SCOPE_READ, 1, NULL,
     "health", NULL},
};
#define TABLE_COUNT (sizeof table / sizeof table[0])

#endif
