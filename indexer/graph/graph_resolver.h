/* What the rules of a language see: one file with its facts, the tree through questions that are
 * written down, and a place for the answer.
 *
 * Every question about the tree leaves a key in the file's block. A path that comes or goes makes
 * the same keys; files that have one of them are resolved again. Rules must therefore look at the
 * tree through these functions only, and at nothing else that a path can change. */
#ifndef GAZ_GRAPH_RESOLVER_H
#define GAZ_GRAPH_RESOLVER_H

#include "graph_private.h"

typedef GAZ_VEC(uint32_t) graph_files;

/** What became of an import. */
typedef struct graph_answer {
    uint8_t state, method, reason, confidence;
    graph_files files; /* targets or candidates, any order */
    gaz_strbuf group;  /* key of a group instead, when not empty */
} graph_answer;

typedef struct graph_resolver {
    const graph_tree *tree;
    const graph_manifests *manifests;
    const graph_roots *roots;
    const graph_provides *provides;
    gaz_arena arena; /* of the file's facts and its rules' scratch memory */
    /* the file */
    uint32_t file;
    const char *path;
    uint32_t path_len, dir_len;
    uint32_t language;
    const uint32_t *node_of;
    gaz_symbol_facts facts;
    void *scratch; /* of the language's rules, in the arena; NULL at first */
    graph_answer answer;
    /* the block under construction */
    GAZ_VEC(graph_record) records;
    graph_files nodes, keys, provided;
    gaz_strbuf text;
    graph_files found; /* of graph_ask_suffix() */
    bool failed;       /* out of memory */
} graph_resolver;

/* ---- questions ---- */

uint32_t graph_ask_file(graph_resolver *r, const char *path, size_t len);
bool graph_ask_dir(graph_resolver *r, const char *path, size_t len);
/** A directory with the right to list its files; GRAPH_NONE when there is none. */
uint32_t graph_ask_listing(graph_resolver *r, const char *path, size_t len);
/** Files whose path is `suffix` or ends in "/suffix", ascending, in r->found. */
void graph_ask_suffix(graph_resolver *r, const char *suffix, size_t len);
/** Files of a family that provide a name: r->found, ascending. A package ends in '.'. */
void graph_ask_provided(graph_resolver *r, graph_family family, const char *name, size_t len);
void graph_note_key(graph_resolver *r, uint32_t key);

uint32_t graph_key_stem(const char *stem, size_t len);
/** @param path  of a file: its directory's name and its stem */
uint32_t graph_key_path(const char *path, size_t len);
uint32_t graph_key_dir(const char *path, size_t len);
uint32_t graph_key_listing(const char *dir, size_t len);
uint32_t graph_key_provided(graph_family family, const char *name, size_t len);

/* ---- answers ---- */

void graph_answer_file(graph_resolver *r, uint32_t file, gaz_graph_method method,
                       unsigned confidence);
void graph_answer_none(graph_resolver *r, gaz_graph_reason reason);
/** Candidates: the files of r->found. */
void graph_answer_several(graph_resolver *r);
void graph_answer_add(graph_resolver *r, uint32_t file);
/** The one file of r->found, or the one nearest to the file when nothing else is as near; else the
 * candidates. False when nothing was found, and there is no answer. */
bool graph_answer_nearest(graph_resolver *r, gaz_graph_method only, unsigned confidence);
void graph_answer_group(graph_resolver *r, const char *kind, const char *name, size_t len,
                        gaz_graph_method method, unsigned confidence);

/** Whether a path is a directory or stands below one. */
static inline bool graph_is_below(const char *path, size_t len, const char *dir, size_t dir_len)
{
    return dir_len == 0 || (len >= dir_len && memcmp(path, dir, dir_len) == 0 &&
                            (len == dir_len || path[dir_len] == '/'));
}

/** Whether a word is in a list that is sorted by strcmp(). */
bool graph_is_listed(const char *const *words, size_t count, const char *word, size_t len);

/** The parts of a dotted or otherwise divided name, empty ones left out; at most 64. */
#define GRAPH_PARTS_MAX 64u
typedef struct graph_parts {
    uint32_t count;
    struct {
        const char *text;
        uint32_t len;
    } part[GRAPH_PARTS_MAX];
} graph_parts;
/** False when there are too many. */
bool graph_parts_split(graph_parts *parts, const char *text, size_t len, const char *separator);

/* ---- the rules: each answers one import ---- */

typedef void graph_rule(graph_resolver *r, const gaz_symbol_import *import);
graph_rule graph_import_c, graph_import_python, graph_import_script, graph_import_go,
    graph_import_rust, graph_import_jvm, graph_import_csharp, graph_import_ruby, graph_import_php,
    graph_import_shell, graph_import_lua, graph_import_swift;
/** Records uses of the file's own package: JVM languages, C#, PHP. */
void graph_import_own_package(graph_resolver *r);
/** Records uses of constants that are loaded by their names: Ruby. */
void graph_import_constants(graph_resolver *r);
/** The modules and classes around a definition, itself among them: "A.B". False when too many. */
bool graph_ruby_nesting(const gaz_symbol_facts *facts, uint32_t definition, graph_path *out);
/** graph_collect_provided() for Ruby: constants by their full names. */
void graph_collect_constants(graph_resolver *r);

/* ---- searching for a path from a directory upwards ---- */

typedef struct graph_upward {
    const char *const *below, *const *ends; /**< ended by NULL: `lib`, `.rb` */
    const char *path;
    size_t len;
} graph_upward;
/** A file below a directory, with one of the ends. */
uint32_t graph_ask_in(graph_resolver *r, const graph_path *dir, const char *below,
                      const graph_upward *search);
/** From the file's own directory upwards, in each of `below`. */
uint32_t graph_ask_upwards(graph_resolver *r, const graph_upward *search);
/** The only file, or the nearest, whose path ends so; false when there is none. */
bool graph_answer_suffix(graph_resolver *r, const char *path, size_t len, const char *end);
/** The families whose facts include what they declare. */
bool graph_family_provides(graph_family family);
/** Collects what the file's facts declare into r->text and r->provided. */
void graph_collect_provided(graph_resolver *r);

/** Adds a record for the answer, and empties it. */
void graph_record_add(graph_resolver *r, const gaz_symbol_import *import, uint32_t fact,
                      const uint32_t *node_of);

#endif
