/* The operation table: everything that can be asked of Gazetteer is one constant row. HTTP
 * endpoints, the OpenAPI document, the command line and its --help (later MCP tools) are read off
 * it. A parameter is validated once, here. */
#ifndef GAZ_OPS_OP_H
#define GAZ_OPS_OP_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/log.h"
#include "gaz/base/strbuf.h"
#include "gaz/context/code.h"
#include "gaz/json/json.h"
#include "gaz/pipeline/parse_pool.h"
#include "gaz/pipeline/repo_pool.h"
#include "gaz/pipeline/runner.h"
#include "gaz/query/engine.h"
#include "gaz/store/settings.h"
#include "gaz/store/store.h"

typedef enum gaz_param_type {
    GAZ_PARAM_STRING,
    GAZ_PARAM_INT,
    GAZ_PARAM_BOOL,
    GAZ_PARAM_LIST /**< of strings */
} gaz_param_type;

typedef struct gaz_param {
    const char *name; /**< "lines_per_file": query or JSON member; the command line writes
                         --lines-per-file */
    gaz_param_type type;
    bool required;
    int64_t min, max;     /**< INT: the range; STRING: bytes; LIST: items */
    const char *fallback; /**< default as text; NULL none */
    const char *help;
    char letter;         /**< short flag, or 0 */
    bool positional;     /**< the command line takes it without a flag; a LIST takes the rest */
    const char *metavar; /**< "PATH|URL"; NULL: the name in capitals */
    const char *choices; /**< STRING: "a|b|c" or NULL */
} gaz_param;

typedef enum gaz_scope { GAZ_SCOPE_READ, GAZ_SCOPE_INDEX, GAZ_SCOPE_ADMIN } gaz_scope;
typedef enum gaz_media { GAZ_MEDIA_JSON, GAZ_MEDIA_NDJSON, GAZ_MEDIA_EVENTS } gaz_media;

/** What handlers work with. One per process; lives as long as it. */
typedef struct gaz_services {
    gaz_store *store;
    gaz_engine *engine;
    gaz_runner *runner;
    gaz_parse_pool *parsers;
    gaz_repo_pool *repos;
    gaz_code_cache *code;
    const gaz_settings *settings;
    const gaz_log *log;
    bool remote; /**< asked over HTTP: local paths only below settings->roots, private URLs only
                    when allowed */
    int64_t started_us; /**< wall clock */
} gaz_services;

typedef struct gaz_op gaz_op;

/** What the body of a request is where it is not the parameters as JSON; they come in the query
 * string then, and the command line reads the body from a file. */
typedef struct gaz_op_body {
    const char *const *types; /**< Content-Types, ended by NULL; clients send the first */
    const char *metavar, *help;
    const char *setting; /**< of its largest size, for messages */
    int64_t (*max)(const gaz_settings *settings);
    size_t max_ever; /**< that the setting can be */
} gaz_op_body;

typedef struct gaz_value {
    bool given;       /**< by the caller, not by the default */
    const char *text; /**< STRING; NULL when absent */
    size_t len;
    int64_t number;           /**< INT; BOOL 0 or 1 */
    const char *const *items; /**< LIST */
    size_t count;
} gaz_value;

/** One request. Values are in the order of the operation's parameters. */
typedef struct gaz_call {
    const gaz_services *services;
    const gaz_op *op;
    gaz_value *values;
    const void *body; /**< op->body: bytes that nobody changes while the handler runs */
    size_t body_len;
    gaz_media media; /**< what the caller wants; one of op->media */
    /** Takes a finished piece of output (borrowed for the call). Blocks while the caller reads
     * slowly; fails when it has gone. */
    gaz_status (*emit)(void *ctx, const void *data, size_t len, gaz_error *err);
    bool (*cancelled)(void *ctx); /**< whether the caller has gone; any thread */
    void *ctx;
    int status; /**< HTTP status of success: 200 unless the handler sets it before its first emit */
} gaz_call;

/** Produces the whole answer through call->emit, or fails (before the first emit, if it can) with
 * `err`. */
typedef GAZ_CHECKED gaz_status (*gaz_handler)(gaz_call *call, gaz_error *err);

struct gaz_op {
    const char *name;    /**< "repos.add": the command line's words, joined by '.' */
    const char *command; /**< what the command line calls it when that differs ("add"); NULL: as
                            `name` with spaces; "" none */
    const char *summary; /**< one line */
    const char *method;  /**< "GET", "POST", "DELETE" */
    const char *path;    /**< "/v1/repos"; parameters in braces: "/v1/jobs/{id}" */
    const gaz_param *params;
    size_t param_count;
    gaz_scope scope;
    unsigned media; /**< bits: 1 << gaz_media */
    gaz_handler handler;
    const char *result;      /**< schemas/results/<result>.json */
    const gaz_op_body *body; /**< NULL: the parameters as a JSON object, of a POST */
};

/** The operations of the indexer. */
const gaz_op *gaz_ops(size_t *count);
/** The row of a name, or NULL. */
const gaz_op *gaz_op_find(const gaz_op *ops, size_t count, const char *name);

/** A source of raw parameter texts: returns how many texts it has for a name and gives the
 * `index`-th. */
typedef struct gaz_raw_param {
    const char *name;
    const char *text;
    size_t len;
} gaz_raw_param;

/**
 * Validates raw texts against the row and fills `values` (op->param_count of them, zeroed): types,
 * ranges, required, choices, defaults; unknown names are refused with near misses in the hint.
 * Strings are checked to hold no NUL.
 * @param arena  holds what values point to
 */
GAZ_CHECKED gaz_status gaz_op_bind(const gaz_op *op, const gaz_raw_param *raw, size_t count,
                                   gaz_arena *arena, gaz_value *values, gaz_error *err);
/** The same from a JSON object (POST bodies). Types must match: numbers for INT, arrays for LIST.
 */
GAZ_CHECKED gaz_status gaz_op_bind_json(const gaz_op *op, const gaz_json *object, gaz_arena *arena,
                                        gaz_value *values, gaz_error *err);
/** Both at once, as a POST with a query string asks: a name in `object` (NULL: none) and in `raw`
 * is refused. */
GAZ_CHECKED gaz_status gaz_op_bind_request(const gaz_op *op, const gaz_json *object,
                                           const gaz_raw_param *raw, size_t count, gaz_arena *arena,
                                           gaz_value *values, gaz_error *err);
/** The value of a parameter by name; aborts on a name the row does not have (a programmer's error).
 */
const gaz_value *gaz_call_value(const gaz_call *call, const char *name);

/** HTTP status for a failure: 400, 403, 404, 409, 413, 429, 500, 501, 502, 503, 504 … */
int gaz_status_http(gaz_status status);
/** {"error":{"code","message","hint","column"?}} */
void gaz_error_json(const gaz_error *error, gaz_strbuf *out);
/** The text of schemas/results/<name>.json as it was when the program was built, or NULL. */
const char *gaz_result_schema(const char *name);
/** The OpenAPI 3.1 document of a table. @param schema_text  gives the text of
 * schemas/results/<name>.json, or NULL */
GAZ_CHECKED gaz_status gaz_openapi(const gaz_op *ops, size_t count,
                                   const char *(*schema_text)(const char *name), gaz_strbuf *out,
                                   gaz_error *err);

#endif
