/* A language's queries, compiled: one tree-sitter query whose captures and patterns are given their
 * meaning once. The contract of captures is in docs/grammars.md.
 *
 * Programs are immutable: any number of threads may run one. */
#ifndef GAZ_SYMBOLS_QUERY_PROGRAM_H
#define GAZ_SYMBOLS_QUERY_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include <tree_sitter/api.h>
#include "gaz/base/status.h"
#include "small_regex.h"

/** What a capture does. */
typedef enum capture_job {
    JOB_NONE, /**< for predicates only */
    /* Parts of something, found by what stands beside them in the same match. */
    JOB_NAME,
    JOB_BODY,
    JOB_TYPE,
    JOB_CONTAINER,
    JOB_SPAN,
    JOB_SIGNATURE,
    JOB_RECEIVER,
    JOB_RECEIVER_TYPE,
    JOB_ARGUMENTS,
    JOB_IMPORT_PATH,
    JOB_IMPORT_NAME,
    JOB_IMPORT_ALIAS,
    JOB_IMPORT_WILDCARD,
    JOB_IMPORT_LEVEL,
    JOB_LOCAL_TYPE,
    JOB_LOCAL_VALUE,
    JOB_PART_COUNT,
    /* Facts. */
    JOB_DEFINITION = JOB_PART_COUNT,
    JOB_REFERENCE,
    JOB_IMPORT,
    JOB_LOCAL,
    JOB_SCOPE,
    JOB_COMMENT,
    JOB_ATTRIBUTE,
    JOB_DOC,
    JOB_VISIBILITY_LABEL,
    JOB_EXPORT,
    JOB_TOKENS,
    JOB_HIGHLIGHT
} capture_job;

/** Kinds of JOB_LOCAL. */
enum {
    LOCAL_HERE,
    LOCAL_HOISTED,
    LOCAL_FOREIGN,
    LOCAL_TYPE_NAME,
    LOCAL_NOTHING,
    LOCAL_VALUED /* no local name by itself: says what one is made by */
};
/** Kinds of JOB_SCOPE. */
enum { SCOPE_BLOCK, SCOPE_FUNCTION, SCOPE_CLOSED };
/** Kinds of JOB_DEFINITION beyond those of gaz_symbol_kind: told by the shape of a C declarator. */
enum { KIND_DECLARATOR = 255 };
/** Kinds of JOB_IMPORT beyond those of gaz_import_kind: a path with braces, `a::{b, c as d}`. */
enum { IMPORT_TREE = 255, IMPORT_INCLUDE = 254, IMPORT_TREE_REEXPORT = 253 };

typedef struct capture_meaning {
    uint8_t job;      /**< capture_job */
    uint8_t kind;     /**< of a definition, reference, import, local, scope or highlight */
    bool declaration; /**< @declaration.…: without a body */
} capture_meaning;

typedef enum predicate_op { PREDICATE_EQ, PREDICATE_MATCH, PREDICATE_ANY_OF } predicate_op;

typedef struct predicate {
    uint8_t op;
    bool negated;
    bool with_capture; /**< PREDICATE_EQ of two captures */
    uint16_t capture, other;
    const char **words;
    uint32_t *word_lens;
    uint32_t word_count;
    small_regex *regex;
} predicate;

#define VISIBILITY_UNSET UINT8_MAX

/** What #set! and predicates say about a pattern. */
typedef struct pattern_info {
    predicate *predicates;
    uint32_t predicate_count;
    uint8_t definition_flags;
    uint8_t visibility; /**< or VISIBILITY_UNSET */
    uint8_t level;      /**< of a heading, 1 for the highest; 0 for what has none */
    uint8_t headline;   /**< the first line is the signature */
    uint8_t reference_flags;
    uint8_t import_flags;
    uint8_t called; /**< the name is a reference only where '(' follows it */
} pattern_info;

typedef struct query_program {
    TSQuery *query;
    capture_meaning *captures;
    uint32_t capture_count;
    pattern_info *patterns;
    uint32_t pattern_count;
} query_program;

/** Which files of a language's folder a program holds, in their order of precedence. */
typedef enum query_part {
    QUERY_OUTLINE,
    QUERY_FACTS,
    QUERY_HIGHLIGHTS,
    QUERY_PART_COUNT
} query_part;

/**
 * Compiles the queries of a folder.
 * @param trusted  leaves out tree-sitter's analysis, which takes most of the time and finds
 *                 patterns that can never match: tests do it
 * @return GAZ_E_INVALID, with the file and line in the message, when they do not fit the grammar
 */
GAZ_CHECKED gaz_status gaz_query_program_new(const TSLanguage *grammar, const char *folder,
                                             query_part part, bool trusted, query_program **out,
                                             gaz_error *err);
/** What the captures of a query may be called. */
typedef enum vocabulary { VOCABULARY_ANY, VOCABULARY_FACTS, VOCABULARY_HIGHLIGHTS } vocabulary;

/** Compiles one query text; captures outside its vocabulary are refused. `trusted` as above. */
GAZ_CHECKED gaz_status gaz_query_program_compile(const TSLanguage *grammar, const char *text,
                                                 size_t len, vocabulary words, bool trusted,
                                                 query_program **out, gaz_error *err);
void gaz_query_program_free(query_program *program);
/** Whether the predicates of a match hold. */
bool gaz_predicates_hold(const query_program *program, const TSQueryMatch *match, const char *text);

#endif
