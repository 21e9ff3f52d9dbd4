/* The graph's insides: blocks of resolved imports per file, shared by generations, and the tables
 * of one generation around them. Other files of the module use them through these names. */
#ifndef GAZ_GRAPH_PRIVATE_H
#define GAZ_GRAPH_PRIVATE_H

#include <pthread.h>

#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "graph_tree.h"

/* Linguist ids of the languages whose rules are known. */
#define LANG_C 41u
#define LANG_CSHARP 42u
#define LANG_CPP 43u
#define LANG_CUDA 77u
#define LANG_GO 132u
#define LANG_JAVA 181u
#define LANG_JAVASCRIPT 183u
#define LANG_KOTLIN 189u
#define LANG_LUA 213u
#define LANG_OBJC 257u
#define LANG_PHP 272u
#define LANG_PYTHON 303u
#define LANG_RUBY 326u
#define LANG_RUST 327u
#define LANG_SCALA 341u
#define LANG_SHELL 346u
#define LANG_SWIFT 362u
#define LANG_TYPESCRIPT 378u
#define LANG_VUE 391u
#define LANG_TSX 94901924u
#define LANG_SVELTE 928734530u

/* The numbers of gaz/symbols/symbols.h that matter here. */
#define KIND_FUNCTION 1u
#define KIND_METHOD 2u
#define KIND_CLASS 4u
#define KIND_STRUCT 5u
#define KIND_NAMESPACE 12u
#define KIND_MODULE 13u
#define KIND_PACKAGE 14u
#define KIND_CONSTANT 17u
#define DEFINITION_DECLARATION 0x01u
#define DEFINITION_TEST 0x04u
#define DEFINITION_STATIC 0x08u
#define DEFINITION_ANONYMOUS 0x10u
#define DEFINITION_LOCAL 0x20u
#define REFERENCE_LOCAL 0x01u
#define REFERENCE_MEMBER 0x02u
#define IMPORT_ANGLED 4u
#define IMPORT_PACKAGE 6u
#define IMPORT_SOURCE 7u
#define IMPORT_WILDCARD 0x01u
#define IMPORT_DYNAMIC 0x02u
#define IMPORT_COMPUTED 0x10u

/** Languages that share rules and manifests. */
typedef enum graph_family {
    FAMILY_NONE,
    FAMILY_C,
    FAMILY_PYTHON,
    FAMILY_SCRIPT,
    FAMILY_GO,
    FAMILY_RUST,
    FAMILY_JVM,
    FAMILY_CSHARP,
    FAMILY_RUBY,
    FAMILY_PHP,
    FAMILY_SHELL,
    FAMILY_LUA,
    FAMILY_SWIFT,
    FAMILY_COUNT
} graph_family;

graph_family graph_family_of(uint32_t language);

/** One import as it was resolved. Targets of an import are nodes, numbers that a path keeps from
 * one generation to the next, or a group: files that belong together, named by a key. */
typedef struct graph_record {
    uint32_t fact, line;
    uint32_t name, name_len; /* in the block's text */
    uint32_t target;         /* first of its nodes; of a group: its key in the text */
    uint32_t targets;        /* nodes */
    uint8_t kind, flags, state, method, reason, confidence;
    bool group;
} graph_record;

/** What is known of a file of one blob: immutable, shared by graphs. */
typedef struct graph_block {
    atomic_uint refs;
    uint32_t records, nodes, keys, provides;
    uint32_t bytes;       /* of all of it */
    uint64_t fingerprint; /* of the facts; 0: there were none */
    uint32_t groups;      /* records with a group */
    uint32_t resolved, ambiguous;
    bool tests; /* holds tests */
    bool cut;   /* has more imports than are kept */
    graph_record *record;
    uint32_t *node;    /* targets and candidates */
    uint32_t *key;     /* what resolving looked at: sorted, each once */
    uint32_t *provide; /* declared names, in the text; packages end in '.' */
    char *text;
} graph_block;

graph_block *graph_block_ref(graph_block *block);
void graph_block_unref(graph_block *block);

typedef struct graph_manifests graph_manifests;
typedef struct graph_roots graph_roots;
typedef struct graph_provides graph_provides;

/** What the graph keeps of each file beside its block. */
typedef struct graph_meta {
    gaz_oid oid;
    uint32_t language;
    uint8_t flags; /* as the source gave them */
    uint8_t final; /* after .gitattributes */
} graph_meta;

/** A group of this generation. */
typedef struct graph_group {
    const char *key;       /* in the text of a block */
    uint32_t first, count; /* of members, files */
} graph_group;

/** Edges of this generation, in both directions. A target or source with GROUP_BIT is a group. */
#define GROUP_BIT 0x80000000u
typedef struct graph_links {
    uint64_t *out_at, *in_at; /* per file, then per group */
    uint32_t *out, *in;       /* ascending, each once; of a group: members out, importers in */
    uint64_t edges;
} graph_links;

struct gaz_graph {
    atomic_uint refs;
    graph_tree *tree;
    graph_meta *meta;
    graph_block **block; /* NULL: no facts */
    uint32_t *node_of;   /* per file */
    uint32_t *file_of;   /* per node; GRAPH_NONE where the path is gone */
    uint32_t nodes;
    graph_manifests *manifests;
    graph_roots *roots;
    graph_provides *provides;
    graph_group *group;
    uint32_t *member;
    uint32_t groups;
    uint32_t members;
    uint32_t *group_slots; /* open addressing by key */
    uint32_t group_mask;
    graph_links links;
    gaz_graph_stats stats;
    pthread_mutex_t lock; /* of what is computed when first asked for */
    float *rank;
    uint8_t *entry; /* per file: bits of gaz_graph_entry_reason */
};

/** Finds a group by its key; GRAPH_NONE. */
uint32_t graph_group_find(const gaz_graph *graph, const char *key);
/**
 * Makes groups and links from the blocks.
 * @param before    nullable: edges of blocks that it shares are taken over
 * @param old_file  per file its number there, or GRAPH_NONE
 * @param new_file  per file of before its number now, or GRAPH_NONE; NULL when all are the same
 */
GAZ_CHECKED gaz_status graph_links_make(gaz_graph *graph, const gaz_graph *before,
                                        const uint32_t *old_file, const uint32_t *new_file,
                                        gaz_error *err);
/** Finds the files that hold a main function or are named by a manifest or custom. */
GAZ_CHECKED gaz_status graph_entries_find(gaz_graph *graph, gaz_symbol_view *symbols,
                                          gaz_error *err);
/** Fills in the statistics. */
void graph_count(gaz_graph *graph);

/** Bytes of a path's stem: the base name up to its first dot that does not begin it. */
size_t graph_stem(const char *base, size_t len);

/** Bounded text for paths that are put together. */
typedef struct graph_path {
    uint32_t len;
    char text[GAZ_GRAPH_PATH_MAX + 1];
} graph_path;

void graph_path_set(graph_path *p, const char *text, size_t len);
/** Adds a relative path part by part: "." is left out, ".." goes up. False, and `p` is not to be
 * used, when it leaves the root, is absolute, holds a NUL or gets too long. */
GAZ_CHECKED bool graph_path_join(graph_path *p, const char *text, size_t len);
/** Adds text as it is. */
GAZ_CHECKED bool graph_path_add(graph_path *p, const char *text, size_t len);
/** Cuts to the parent directory; false at the root. */
bool graph_path_up(graph_path *p);

#endif
