/* The query language: text → tree. See docs/API.md for the language as users know it. */
#ifndef GAZ_QUERY_PARSE_H
#define GAZ_QUERY_PARSE_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/arena.h"
#include "gaz/base/strbuf.h"
#include "gaz/regex/pattern.h"

#define GAZ_QUERY_MAX 8192 /**< bytes of a query */
#define GAZ_QUERY_ATOMS_MAX 128
#define GAZ_QUERY_DEPTH_MAX 32

typedef enum gaz_node_kind {
    GAZ_NODE_ALL /**< everything */,
    GAZ_NODE_AND,
    GAZ_NODE_OR,
    GAZ_NODE_NOT,
    GAZ_NODE_ATOM
} gaz_node_kind;

typedef enum gaz_field {
    GAZ_FIELD_TEXT, /**< bare, "quoted", /regex/: the content (type:file: the path; type:repo: the
                       name; type:symbol: names of definitions) */
    GAZ_FIELD_CONTENT,   /**< content: always the content */
    GAZ_FIELD_FILE,      /**< file: path: f: a regex over the path */
    GAZ_FIELD_REPO,      /**< repo: r: a regex over the name; `exact` for repo= */
    GAZ_FIELD_LANG,      /**< lang: l: a language by name or alias; `language` holds its id */
    GAZ_FIELD_BRANCH,    /**< branch: b: a regex over branch names */
    GAZ_FIELD_GENERATED, /**< generated:yes|no */
    GAZ_FIELD_TEST,      /**< test:yes|no */
    GAZ_FIELD_SYM,       /**< sym: the names of definitions */
    GAZ_FIELD_AUTHOR,    /**< author: "Name <address>" of who wrote a commit */
    GAZ_FIELD_MESSAGE,   /**< message: what a commit says */
    GAZ_FIELD_BEFORE,    /**< before: and after: a commit's time, for gaz_date_parse() */
    GAZ_FIELD_AFTER,
    GAZ_FIELD_TS /**< ts: a tree-sitter pattern */
} gaz_field;

typedef struct gaz_atom {
    gaz_field field;
    const char *text; /**< the pattern or value, escapes undone; NUL-terminated, may hold NULs */
    size_t len;
    size_t column;           /**< 1-based byte column of the value in the query, for errors */
    const uint16_t *columns; /**< of each byte of `text` in the query, 1-based, so that an error
                                inside a pattern points right; len+1 of them */
    bool literal;            /**< compile as a literal */
    bool exact;              /**< repo=NAME: the whole name */
    bool flag;               /**< GENERATED, TEST: yes */
    uint32_t language;       /**< LANG */
    unsigned index;          /**< 0-based number of the atom, in order of the text */
} gaz_atom;

typedef struct gaz_node {
    gaz_node_kind kind;
    const gaz_atom *atom;         /**< ATOM */
    const struct gaz_node **kids; /**< AND, OR: at least 2; NOT: 1 */
    size_t count;
} gaz_node;

/** In the order of what they show, the most first. */
typedef enum gaz_result_type {
    GAZ_TYPE_MATCH,
    GAZ_TYPE_SYMBOL, /**< bare atoms match names of definitions */
    GAZ_TYPE_FILE,
    GAZ_TYPE_REPO,
    GAZ_TYPE_COMMIT, /**< what commits say; the tree is an AND of atoms, some of them negated */
    GAZ_TYPE_DIFF    /**< what they change; as COMMIT */
} gaz_result_type;

/** A parsed query. Everything lives in the arena given to gaz_query_parse(). */
typedef struct gaz_query {
    const char *text;
    size_t len;
    const gaz_node *root; /**< never NULL */
    gaz_case fold;        /**< case: (default AUTO) */
    gaz_result_type type; /**< type: (default MATCH) */
    gaz_result_type
        select; /**< select:file → files without their lines; select:repo; default: as `type` */
    const char *rev; /**< rev: or NULL */
    size_t rev_column;
    bool count_all;     /**< count:all */
    int64_t count;      /**< count:N, 1–100000; 0: not given */
    int64_t timeout_ms; /**< timeout:2s, 500ms; 0: not given */
    unsigned atom_count;
    const gaz_atom **atoms; /**< by index */
} gaz_query;

/**
 * Parses a query. Atoms are joined by AND, `or` binds weaker, `-` or `not` negates, ( ) groups; an
 * empty query is everything. Regexes are not compiled here. Fields that are not available yet
 * answer GAZ_E_UNSUPPORTED; anything wrong GAZ_E_INVALID; both with err->column.
 */
GAZ_CHECKED gaz_status gaz_query_parse(const char *text, size_t len, gaz_arena *arena,
                                       const gaz_query **out, gaz_error *err);
/** The tree as canonical text, for explain and for cursors: appended to `out`. Parsing it again
 * gives the same tree. */
void gaz_query_format(const gaz_query *query, gaz_strbuf *out);

#endif
