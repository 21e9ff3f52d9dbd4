/* What references mean: from a use of a name to the definitions it names, and back.
 *
 * Nothing is stored. Answers are worked out when asked from immutable facts (gaz/store/
 * symbol_facts.h), the imports of the ref's files (gaz/graph/graph.h) and the names its files hold,
 * so a new definition re-links its callers by being there. Rules and their order:
 * docs/internals/resolve.md.
 *
 * An edge says by which rule it was found. A name that several definitions could mean, or a member
 * of something whose type nobody says, is ambiguous: its candidates can be listed, and it is no
 * edge. */
#ifndef GAZ_GRAPH_RESOLVE_H
#define GAZ_GRAPH_RESOLVE_H

#include "gaz/graph/graph.h"
#include "gaz/graph/scip.h"
#include "gaz/store/symbol_facts.h"

#define GAZ_RESOLVE_CANDIDATES_MAX 1000u /**< of an ambiguous name, in one answer */
#define GAZ_RESOLVE_LIMIT_MAX 100000u    /**< items of one list */
#define GAZ_RESOLVE_DEPTH_MAX 64u        /**< base classes above each other, links of re-exports */

/** Which rule bound a reference. Surest first, but for the last three. */
typedef enum gaz_resolve_method {
    GAZ_RESOLVE_NONE = 0,     /**< nothing of this ref has the name, or it is known to be foreign */
    GAZ_RESOLVE_SCIP = 1,     /**< a compiler's own answer */
    GAZ_RESOLVE_RECEIVER = 2, /**< a member of a type that is known */
    GAZ_RESOLVE_IMPORT = 3,   /**< what the file imports or includes */
    GAZ_RESOLVE_FILE = 4,     /**< defined in the same file, where it can be seen */
    GAZ_RESOLVE_PACKAGE = 5,  /**< defined in the same package, module or namespace */
    GAZ_RESOLVE_UNIQUE = 6,   /**< the one definition that could be meant */
    GAZ_RESOLVE_AMBIGUOUS = 7, /**< no edge: several could be meant */
    GAZ_RESOLVE_LOCAL = 8      /**< a parameter or local variable: it has no definition */
} gaz_resolve_method;

#define GAZ_RESOLVE_METHOD_COUNT 9u
/** "none", "scip", "receiver", "import", "file", "package", "unique", "ambiguous", "local". Static;
 * NULL for numbers that mean nothing. */
const char *gaz_resolve_method_name(unsigned method);
/** Whether it makes an edge. */
bool gaz_resolve_is_edge(unsigned method);

/** A definition of the ref. */
typedef struct gaz_resolve_target {
    uint32_t file;  /**< of the view */
    uint32_t index; /**< of its definitions; GAZ_SYMBOL_NONE: the file itself, a module */
} gaz_resolve_target;

/** What a reference means. */
typedef struct gaz_resolution {
    uint8_t method;     /**< gaz_resolve_method */
    uint8_t confidence; /**< percent; 0 without targets */
    /** Of an edge: the definition, then its variants (overloads that fit as well, the branches of
     * #ifdef). Of an ambiguous name: candidates by file and place. In the resolver's arena. */
    const gaz_resolve_target *targets;
    uint32_t count;
    uint64_t total;         /**< candidates there are; more than `count` when they are too many */
    gaz_resolve_target via; /**< the declaration that was seen; file GAZ_SYMBOL_NONE: none */
} gaz_resolution;

/** Where answers come from. All of one ref of one generation, numbering files alike. */
typedef struct gaz_resolve_source {
    gaz_symbol_view *view;
    gaz_graph *graph;           /**< nullable: no imports are known */
    const gaz_scip_edges *scip; /**< nullable */
    /**
     * Appends a file's text, for facts that are places in it. Nullable: what needs text stays
     * unresolved. Files that cannot be read: GAZ_E_NOT_FOUND.
     */
    gaz_status (*text)(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err);
    void *ctx;
    int64_t deadline_us; /**< monotonic; GAZ_NEVER. 0 is taken as GAZ_NEVER */
    size_t memory;       /**< bytes; 0: 256 MiB */
} gaz_resolve_source;

/** The work of one request: what it has decoded is kept until it ends. Not shared between threads.
 */
typedef struct gaz_resolver gaz_resolver;

/** @param source  copied; what it points to is kept by the caller */
GAZ_CHECKED gaz_status gaz_resolver_new(const gaz_resolve_source *source, gaz_resolver **out,
                                        gaz_error *err);
void gaz_resolver_free(gaz_resolver *r);

/* ---- from a use to its definition ---- */

/**
 * Resolves a reference of a file.
 * @param ref  as decoded from that file
 * @return GAZ_E_TIMEOUT beyond the deadline, GAZ_E_LIMIT beyond the memory
 */
GAZ_CHECKED gaz_status gaz_resolve(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                                   gaz_resolution *out, gaz_error *err);

/** What stands at a place. */
typedef struct gaz_resolve_place {
    bool is_definition;             /**< the name of a definition; `definition` is its index */
    uint32_t definition;            /**< GAZ_SYMBOL_NONE for a reference */
    gaz_symbol_reference reference; /**< valid when it is none */
    gaz_resolution resolution; /**< of a definition: itself, or what its declaration declares */
} gaz_resolve_place;
/** Resolves the name at a byte of a file. @return GAZ_E_NOT_FOUND, without a message, when no name
 * of the facts stands there */
GAZ_CHECKED gaz_status gaz_resolve_at(gaz_resolver *r, uint32_t file, uint32_t at,
                                      gaz_resolve_place *out, gaz_error *err);
/** As gaz_resolve_at(), for a line and a column, both from 1, in bytes. Needs the source's text. */
GAZ_CHECKED gaz_status gaz_resolve_at_column(gaz_resolver *r, uint32_t file, uint32_t line,
                                             uint32_t column, gaz_resolve_place *out,
                                             gaz_error *err);

/* ---- from a definition to its uses ---- */

/** A place in a list, to go on behind; zero is the beginning. Means the same for a view whenever
 * it is asked. */
typedef struct gaz_resolve_cursor {
    uint32_t step, at;
} gaz_resolve_cursor;

typedef struct gaz_uses_query {
    uint32_t roles;                    /**< a bit per gaz_reference_role; 0: all */
    bool ambiguous;                    /**< list what may mean it instead of what does */
    bool count;                        /**< look at everything, so that totals are exact */
    uint32_t limit;                    /**< 1 to GAZ_RESOLVE_LIMIT_MAX */
    gaz_resolve_cursor after;          /**< zero: from the beginning */
    const gaz_resolve_target *without; /**< uses that mean one of these, too, are left out */
    uint32_t without_count;
    bool (*accepts)(void *ctx, uint32_t file); /**< nullable: whether a file may be answered */
    void *ctx;
} gaz_uses_query;

/** A use of a definition. */
typedef struct gaz_resolve_use {
    uint32_t file, start, line;
    uint32_t enclosing; /**< index of the definition around it, or GAZ_SYMBOL_NONE */
    uint8_t role, flags, method, confidence;
    uint32_t candidates; /**< of an ambiguous one: how many it may mean */
} gaz_resolve_use;

typedef struct gaz_uses {
    gaz_resolve_use *items; /**< by rank of the file, then by place */
    uint32_t count;
    uint64_t resolved, ambiguous; /**< found as far as was looked */
    uint64_t by_name;             /**< uses of the name in all files, an upper bound */
    bool complete;                /**< everything was looked at; else `next` goes on */
    gaz_resolve_cursor next;
} gaz_uses;

/** Lists what refers to a definition. A declaration stands for what it declares, a constructor for
 * what makes objects of its class. */
GAZ_CHECKED gaz_status gaz_resolve_uses(gaz_resolver *r, gaz_resolve_target target,
                                        const gaz_uses_query *query, gaz_uses *out, gaz_error *err);

/** A definition that calls, with its first call. */
typedef struct gaz_caller {
    gaz_resolve_target target; /**< the calling definition; index GAZ_SYMBOL_NONE: top level */
    uint32_t line, start;
    uint32_t calls;
    uint8_t method, confidence; /**< of the first */
} gaz_caller;

typedef struct gaz_callers {
    gaz_caller *items; /**< by rank of the file, then by the first call */
    uint32_t count;
    uint64_t ambiguous; /**< calls that may mean it */
    bool complete;
    gaz_resolve_cursor next;
} gaz_callers;
/** Lists the definitions whose bodies call a definition. query->roles is not looked at. */
GAZ_CHECKED gaz_status gaz_resolve_callers(gaz_resolver *r, gaz_resolve_target target,
                                           const gaz_uses_query *query, gaz_callers *out,
                                           gaz_error *err);

/** A call in a definition's body. */
typedef struct gaz_callee {
    gaz_symbol_name name;
    uint32_t start, line; /**< of the first call */
    uint32_t calls;       /**< by that name that mean the same */
    gaz_resolution resolution;
} gaz_callee;

typedef struct gaz_callees {
    gaz_callee *items; /**< by place of the first call */
    uint32_t count;
    uint64_t ambiguous, unresolved; /**< calls among those looked at */
    bool complete;
    gaz_resolve_cursor next;
} gaz_callees;
/** Lists what a definition's body calls, nested definitions included. @param all  ambiguous and
 * unresolved calls too */
GAZ_CHECKED gaz_status gaz_resolve_callees(gaz_resolver *r, gaz_resolve_target target, bool all,
                                           uint32_t limit, gaz_resolve_cursor after,
                                           gaz_callees *out, gaz_error *err);

/** A definition that inherits or overrides. */
typedef struct gaz_heir {
    gaz_resolve_target target;
    uint32_t depth; /**< 1: of it itself */
    uint8_t method, confidence;
} gaz_heir;

typedef struct gaz_heirs {
    gaz_heir *items; /**< by depth, then rank of the file and place */
    uint32_t count;
    uint64_t ambiguous; /**< heirs of a type of that name which may be another */
    bool complete;
} gaz_heirs;
/**
 * Lists the heirs of a class, interface or trait, or what overrides or implements a member of one.
 * @param depth  1 to GAZ_RESOLVE_DEPTH_MAX
 */
GAZ_CHECKED gaz_status gaz_resolve_heirs(gaz_resolver *r, gaz_resolve_target target, uint32_t depth,
                                         uint32_t limit, gaz_heirs *out, gaz_error *err);

/* ---- definitions nobody refers to ---- */

/* Why an unreferenced definition may be used all the same. */
#define GAZ_UNUSED_EXPORTED 0x01u  /**< others may use it: a public name of a library */
#define GAZ_UNUSED_ENTRY 0x02u     /**< main, init and the like: what starts it is not code */
#define GAZ_UNUSED_TEST 0x04u      /**< run by a test framework */
#define GAZ_UNUSED_OVERRIDE 0x08u  /**< reached through what it overrides or implements */
#define GAZ_UNUSED_AMBIGUOUS 0x10u /**< uses of its name may mean it */
#define GAZ_UNUSED_DYNAMIC 0x20u   /**< its language or its decorators find names when they run */

typedef struct gaz_unused {
    gaz_resolve_target target;
    uint8_t kind;
    uint8_t doubts;     /**< GAZ_UNUSED_…; 0: certain as far as code tells */
    uint64_t ambiguous; /**< uses that may mean it */
} gaz_unused;

typedef struct gaz_unused_list {
    gaz_unused *items; /**< in the order of the files given, then by place */
    uint32_t count;
    uint32_t looked; /**< definitions */
    bool complete;
    gaz_resolve_cursor next;
} gaz_unused_list;

/**
 * Lists definitions of files that nothing refers to. Fields, parameters, local names and names that
 * are made up are not looked at; a use inside the definition itself does not count.
 * @param files  of the view
 * @param certain  only those without doubts
 */
GAZ_CHECKED gaz_status gaz_resolve_unused(gaz_resolver *r, const uint32_t *files, uint32_t count,
                                          bool certain, uint32_t limit, gaz_resolve_cursor after,
                                          gaz_unused_list *out, gaz_error *err);

#endif
