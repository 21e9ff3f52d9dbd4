/* The file graph of a ref at one generation: which file asks for which, found by the rules of each
 * language, and what follows from it. How: docs/internals/graph.md.
 *
 * A graph is immutable and in memory. It is made from the files of the ref, their facts and the
 * text of a few manifests (go.mod, package.json, …); from the graph before it only what a change
 * can affect is resolved again, and the result is the same. Threading: any number of readers.
 *
 * Files are numbered as the source numbers them: 0-based, in byte order of their paths. */
#ifndef GAZ_GRAPH_GRAPH_H
#define GAZ_GRAPH_GRAPH_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/arena.h"
#include "gaz/base/hash.h"
#include "gaz/base/strbuf.h"
#include "gaz/store/symbol_facts.h"

#define GAZ_GRAPH_NO_FILE UINT32_MAX
#define GAZ_GRAPH_NO_IMPORT UINT32_MAX
#define GAZ_GRAPH_PATH_MAX 4096u           /**< bytes; files of longer paths have no edges */
#define GAZ_GRAPH_FILES_MAX (1u << 26)     /**< files of one ref */
#define GAZ_GRAPH_IMPORTS_MAX (1u << 17)   /**< imports of one file that are resolved */
#define GAZ_GRAPH_CANDIDATES_MAX 64u       /**< kept of an ambiguous import */
#define GAZ_GRAPH_MANIFEST_MAX (4u << 20)  /**< bytes of a manifest that is read */
#define GAZ_GRAPH_DATABASE_MAX (64u << 20) /**< bytes of compile_commands.json */

/* What a file is. The first three are given by the source and overridden by .gitattributes. */
#define GAZ_GRAPH_GENERATED 0x01u /**< written by a program */
#define GAZ_GRAPH_VENDORED 0x02u  /**< somebody else's code kept in the tree */
#define GAZ_GRAPH_DOCS 0x04u      /**< documentation */
#define GAZ_GRAPH_TEST 0x08u      /**< a test, or help for tests */

/** A file of the ref. */
typedef struct gaz_graph_file {
    const char
        *path; /**< relative to the root, '/' between parts, any bytes; need not end in NUL */
    uint32_t path_len;
    uint32_t language; /**< linguist id, 0 for none */
    gaz_oid oid;
    uint8_t flags; /**< GAZ_GRAPH_… as path and content tell */
} gaz_graph_file;

/** What a graph is made from. Used during the call only. */
typedef struct gaz_graph_source {
    const gaz_graph_file *files; /**< in byte order of paths, each once */
    uint32_t file_count;
    gaz_symbol_view *symbols; /**< made with the same numbers of files */
    /** Appends a file's text; may stop at `max` bytes. Files that cannot be read: GAZ_E_NOT_FOUND.
     */
    gaz_status (*text)(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err);
    void *ctx;
} gaz_graph_source;

typedef struct gaz_graph gaz_graph;

/** What making a graph took. */
typedef struct gaz_graph_stats {
    uint32_t files, with_facts;
    uint32_t cut_files; /**< with more than GAZ_GRAPH_IMPORTS_MAX imports: the rest is left out */
    uint32_t resolved_files; /**< whose imports were resolved in this call; the rest was kept */
    uint64_t imports, resolved, ambiguous, unresolved;
    uint64_t edges;        /**< pairs of file and imported file or package */
    uint64_t memory_bytes; /**< the graph holds, parts shared with other graphs included */
} gaz_graph_stats;

/**
 * Makes the graph of a ref.
 * @param before  the graph of another generation of it, or NULL; not changed, may be released
 * @return GAZ_E_INVALID when files are out of order, GAZ_E_LIMIT beyond GAZ_GRAPH_FILES_MAX,
 * GAZ_E_NOMEM, GAZ_E_CORRUPT from the facts, what source->text gives but GAZ_E_NOT_FOUND
 */
GAZ_CHECKED gaz_status gaz_graph_new(const gaz_graph_source *source, const gaz_graph *before,
                                     gaz_graph **out, gaz_error *err);
gaz_graph *gaz_graph_ref(gaz_graph *graph);
void gaz_graph_unref(gaz_graph *graph);
gaz_graph_stats gaz_graph_statistics(const gaz_graph *graph);
/** Appends all edges and manifest problems, by path: the same for equal trees however made. */
void gaz_graph_dump(const gaz_graph *graph, gaz_strbuf *out);

/* ---- files ---- */

uint32_t gaz_graph_file_count(const gaz_graph *graph);
/** NUL-terminated; lives as long as the graph. */
const char *gaz_graph_path(const gaz_graph *graph, uint32_t file, uint32_t *len);
uint32_t gaz_graph_language(const gaz_graph *graph, uint32_t file);
/** GAZ_GRAPH_GENERATED …, with the overrides of .gitattributes. */
uint8_t gaz_graph_flags(const gaz_graph *graph, uint32_t file);
/** The file of a path, or GAZ_GRAPH_NO_FILE. */
uint32_t gaz_graph_find(const gaz_graph *graph, const char *path, size_t len);
/** The files below a directory ("" or "." for all), or the one file of that path: *count from
 * *first on. False when there is neither. */
bool gaz_graph_below(const gaz_graph *graph, const char *path, size_t len, uint32_t *first,
                     uint32_t *count);
/** A manifest that could not be used: "tsconfig.json: too large to be read". NULL at the end. */
const char *gaz_graph_problem(const gaz_graph *graph, size_t index);

/* ---- imports ---- */

typedef enum gaz_graph_state {
    GAZ_GRAPH_RESOLVED,  /**< targets are the files */
    GAZ_GRAPH_AMBIGUOUS, /**< targets are the candidates; no edge */
    GAZ_GRAPH_UNRESOLVED
} gaz_graph_state;

/** How an import was resolved. */
typedef enum gaz_graph_method {
    GAZ_GRAPH_NO_METHOD,
    GAZ_GRAPH_EXACT_PATH,   /**< the path as written, from the file's directory or the root */
    GAZ_GRAPH_INCLUDE_PATH, /**< an include directory the build says */
    GAZ_GRAPH_INCLUDE_ROOT, /**< an include directory learned from the tree */
    GAZ_GRAPH_MODULE,       /**< a module of a source root: Python, Lua, Ruby, Rust's module tree */
    GAZ_GRAPH_PACKAGE,  /**< a package a manifest names: go.mod, package.json, Cargo.toml, … */
    GAZ_GRAPH_DECLARED, /**< a package or type files declare: Java, Kotlin, Scala, C#, PHP */
    GAZ_GRAPH_ALIAS,    /**< paths or imports of tsconfig, package.json; #[path] */
    GAZ_GRAPH_SAME_PACKAGE, /**< a type of the file's own package, used without an import */
    GAZ_GRAPH_NEAREST,      /**< the only match below the nearest directory with any */
    GAZ_GRAPH_SUFFIX        /**< the only file of the tree whose path ends like that */
} gaz_graph_method;

/** Why an import is not resolved. */
typedef enum gaz_graph_reason {
    GAZ_GRAPH_NO_REASON,
    GAZ_GRAPH_STANDARD,  /**< the language's standard library or the system's headers */
    GAZ_GRAPH_EXTERNAL,  /**< a package that is not in the tree */
    GAZ_GRAPH_NOT_FOUND, /**< it should be in the tree and is not */
    GAZ_GRAPH_COMPUTED,  /**< the path is an expression */
    GAZ_GRAPH_SEVERAL,   /**< ambiguous: several files fit */
    GAZ_GRAPH_HIDDEN     /**< Go: internal to another tree */
} gaz_graph_reason;

/** "exact path", "include path", … Static. */
const char *gaz_graph_method_name(gaz_graph_method method);
/** "standard library", "external package", "not found", … Static. */
const char *gaz_graph_reason_name(gaz_graph_reason reason);

/** One import of a file. Lives as long as the graph. */
typedef struct gaz_graph_import {
    uint32_t fact; /**< index among the imports of the file's facts; GAZ_GRAPH_NO_IMPORT for a use
                      of the file's own package, which has no import */
    uint32_t line;
    uint8_t kind, flags; /**< gaz_import_kind, GAZ_IMPORT_… of gaz/symbols/symbols.h */
    uint8_t state;       /**< gaz_graph_state */
    uint8_t method;      /**< gaz_graph_method */
    uint8_t reason;      /**< gaz_graph_reason */
    uint8_t confidence;  /**< percent, of RESOLVED */
    const char
        *name; /**< path and name as the facts have them: "a.b:c" when both, NUL-terminated */
    uint32_t name_len;
    uint32_t targets; /**< gaz_graph_target() takes indexes below it */
    uint64_t handle;  /**< for gaz_graph_target() */
} gaz_graph_import;

/** How many imports a file has, and one of them; in the order of the facts. */
uint32_t gaz_graph_import_count(const gaz_graph *graph, uint32_t file);
void gaz_graph_import_at(const gaz_graph *graph, uint32_t file, uint32_t index,
                         gaz_graph_import *out);
/** A file an import leads to, or a candidate; in byte order of paths. */
uint32_t gaz_graph_target(const gaz_graph *graph, const gaz_graph_import *import, uint32_t index);
/** The files that belong together without importing each other (Go, Java, Kotlin, Scala, C#,
 * Swift): `file` with its package, ascending; *count 0 where a file is a unit of its own. */
GAZ_CHECKED gaz_status gaz_graph_package(const gaz_graph *graph, uint32_t file, gaz_arena *arena,
                                         uint32_t **out, uint32_t *count, gaz_error *err);

/* ---- queries: results live in the caller's arena ---- */

typedef enum gaz_graph_direction {
    GAZ_GRAPH_DEPENDENCIES, /**< what files need */
    GAZ_GRAPH_DEPENDENTS    /**< who needs them */
} gaz_graph_direction;

/** A file that was reached. */
typedef struct gaz_graph_step {
    uint32_t file;
    uint32_t distance; /**< 0: asked for */
    uint32_t via;      /**< the file it was reached from first; GAZ_GRAPH_NO_FILE at 0 */
} gaz_graph_step;

/** An edge between two reached files. */
typedef struct gaz_graph_edge {
    uint32_t from, to; /**< `from` imports `to` */
    uint32_t import;   /**< index of the first import of `from` that does */
} gaz_graph_edge;

typedef struct gaz_graph_reach_query {
    gaz_graph_direction direction;
    const uint32_t *files; /**< where to begin; ascending */
    uint32_t file_count;
    uint32_t depth; /**< 0: to the end */
    uint32_t limit; /**< files that are given; 0: all */
    bool edges;     /**< wanted too */
} gaz_graph_reach_query;

typedef struct gaz_graph_reach {
    gaz_graph_step *steps; /**< by distance, then path; those asked for first */
    uint32_t step_count;
    gaz_graph_edge *edges; /**< by from, then to; `from` or `to` was reached below the depth */
    uint32_t edge_count;
    bool complete; /**< false: there are more files than the limit */
} gaz_graph_reach;

GAZ_CHECKED gaz_status gaz_graph_reach_find(const gaz_graph *graph,
                                            const gaz_graph_reach_query *query, gaz_arena *arena,
                                            gaz_graph_reach *out, gaz_error *err);
/** A shortest way along imports, the first by path at each fork; *count 0 when there is none. */
GAZ_CHECKED gaz_status gaz_graph_path_find(const gaz_graph *graph, uint32_t from, uint32_t to,
                                           gaz_arena *arena, uint32_t **files, uint32_t *count,
                                           gaz_error *err);

/** Files that reach each other. */
typedef struct gaz_graph_cycle {
    uint32_t *files; /**< ascending */
    uint32_t file_count;
    uint32_t *shortest; /**< the files of a smallest cycle in it, in order of import */
    uint32_t shortest_count;
} gaz_graph_cycle;
/** Strongly connected files, the largest groups first, then by path. @param below  a directory
 * that holds all of a group, "" for all */
GAZ_CHECKED gaz_status gaz_graph_cycles_find(const gaz_graph *graph, const char *below,
                                             uint32_t limit, gaz_arena *arena,
                                             gaz_graph_cycle **out, uint32_t *count,
                                             uint32_t *total, gaz_error *err);

typedef enum gaz_graph_entry_reason {
    GAZ_GRAPH_ENTRY_MAIN = 1,     /**< defines a main function */
    GAZ_GRAPH_ENTRY_MANIFEST = 2, /**< a manifest names it: bin, main, scripts, [[bin]] */
    GAZ_GRAPH_ENTRY_CUSTOM = 4,   /**< by its name: __main__.py, manage.py, src/main.rs */
    GAZ_GRAPH_ENTRY_ROOT = 8      /**< nobody imports it, and it imports others */
} gaz_graph_entry_reason;
/** Bits of gaz_graph_entry_reason; 0 for a file that is no entry point. */
uint8_t gaz_graph_entry(const gaz_graph *graph, uint32_t file);

/** A directory in the order its files depend on others. */
typedef struct gaz_graph_layer {
    const char *directory; /**< "" for the root's own files */
    uint32_t layer;        /**< 0: needs no other; else 1 + the highest it needs */
    uint32_t files;
    uint32_t *needs;   /**< indexes of directories it imports from, ascending */
    uint32_t *weights; /**< edges for each */
    uint32_t need_count;
    uint32_t group; /**< directories of the same group need each other */
} gaz_graph_layer;
/** Directories `depth` (≥ 1) levels below `below`, by layer, then path. */
GAZ_CHECKED gaz_status gaz_graph_layers_find(const gaz_graph *graph, const char *below,
                                             uint32_t depth, gaz_arena *arena,
                                             gaz_graph_layer **out, uint32_t *count,
                                             gaz_error *err);

/** How central each file is: PageRank over imports, damping 0.85, scaled so that the mean is 1.
 * Computed when first asked for. One value per file; lives as long as the graph; NULL when out of
 * memory. */
const float *gaz_graph_rank(const gaz_graph *graph);

/* ---- tests and impact ---- */

/* Why a test is linked to a source. */
#define GAZ_GRAPH_LINK_NAME 0x1u     /**< foo_test.go and foo.go beside it */
#define GAZ_GRAPH_LINK_MIRROR 0x2u   /**< tests/a/test_foo.py and src/a/foo.py */
#define GAZ_GRAPH_LINK_IMPORT 0x4u   /**< the test imports the source */
#define GAZ_GRAPH_LINK_NAME_FAR 0x8u /**< names fit, directories do not, and no other fits */
#define GAZ_GRAPH_LINK_INSIDE 0x10u  /**< the source holds tests itself */

typedef struct gaz_graph_link {
    uint32_t file;
    uint32_t weight; /**< percent */
    uint32_t reasons;
} gaz_graph_link;
/** The tests of a source, or the sources of a test, by weight, then path. */
GAZ_CHECKED gaz_status gaz_graph_tests_find(const gaz_graph *graph, uint32_t file, gaz_arena *arena,
                                            gaz_graph_link **out, uint32_t *count, gaz_error *err);

/** A changed file, and which lines of it. */
typedef struct gaz_graph_change {
    uint32_t file;
    uint32_t start_line, end_line; /**< 1-based, inclusive; 0, 0: all of it */
} gaz_graph_change;

typedef struct gaz_graph_affected {
    uint32_t file;
    uint32_t distance; /**< 0: changed */
    uint32_t via;      /**< the file that it imports, or whose test it is */
    uint32_t import;   /**< the import of `file` that leads there, or GAZ_GRAPH_NO_IMPORT */
    uint32_t reasons;  /**< GAZ_GRAPH_LINK_… where it is a test of a changed file */
    bool test;
} gaz_graph_affected;

/** A definition that changed lines meet. */
typedef struct gaz_graph_changed_definition {
    uint32_t file, definition; /**< index in the file's facts, the innermost */
} gaz_graph_changed_definition;

typedef struct gaz_graph_impact {
    gaz_graph_affected *files; /**< by distance, tests of changed files first, then path */
    uint32_t file_count;
    uint64_t total; /**< of files, without the limit */
    gaz_graph_changed_definition *definitions;
    uint32_t definition_count;
    bool complete; /**< false: limit or depth left something out */
} gaz_graph_impact;
/**
 * What changes may affect.
 * @param symbols  to find the definitions of changed lines; NULL: they are not wanted
 * @param depth    0: to the end
 * @param limit    files that are given; 0: all
 */
GAZ_CHECKED gaz_status gaz_graph_impact_find(const gaz_graph *graph, gaz_symbol_view *symbols,
                                             const gaz_graph_change *changes, uint32_t change_count,
                                             uint32_t depth, uint32_t limit, gaz_arena *arena,
                                             gaz_graph_impact *out, gaz_error *err);

#endif
