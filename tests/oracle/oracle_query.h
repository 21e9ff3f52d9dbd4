/* Generated atoms of queries, ripgrep's answers to them and ours, and the comparison of both. */
#ifndef GAZ_TESTS_ORACLE_QUERY_H
#define GAZ_TESTS_ORACLE_QUERY_H

#include "engine_fixture.h"
#include "gaz/base/vec.h"
#include "oracle_corpus.h"

/* Where a pattern comes from. */
typedef enum oracle_origin {
    ORACLE_LITERAL,
    ORACLE_SHORT,   /* a literal of one or two bytes */
    ORACLE_TWISTED, /* a literal in other cases, with partners that only Unicode knows */
    ORACLE_TYPED,   /* forms that people type */
    ORACLE_MULTILINE,
    ORACLE_PERL,
    ORACLE_WILD, /* random patterns */
    ORACLE_ORIGINS
} oracle_origin;

/* One pattern, as both sides take it. */
typedef struct oracle_atom {
    oracle_origin origin;
    char source[512]; /* without NULs */
    bool literal, multiline, perl;
    bool plain_spans; /* ripgrep -o tells its matches truly: no boundaries, line ends or empty
                         matches */
    gaz_case fold;
} oracle_atom;

/* A matching line: file by its place in the corpus, 1-based line. */
typedef struct oracle_line {
    uint32_t file, line;
} oracle_line;
typedef struct oracle_lines {
    GAZ_VEC(oracle_line) list; /* ascending, distinct once sorted */
} oracle_lines;

/* Makes an atom that is worth asking of this corpus. */
void oracle_make(dice *d, const corpus *c, oracle_atom *out);
/* The atom as the query language has it: "…" or /…/, without case:. Appends. */
void oracle_format(const oracle_atom *a, gaz_strbuf *out);
const char *oracle_case(gaz_case fold); /* "case:yes" … */

/* What ripgrep finds in the corpus as corpus_lay_out() laid it out below `dir`. @return its exit
 * code, 2 for an error, 124 when it took too long; -P runs over fewer files */
int oracle_ask_rg(const char *dir, const corpus *c, const oracle_atom *a, oracle_lines *out);
/* Matches of ripgrep -o in plain/: "path NUL line:match" lines, appended. */
int oracle_ask_rg_spans(const char *dir, const oracle_atom *a, gaz_strbuf *out);

typedef struct oracle_answer {
    oracle_lines lines;
    gaz_strbuf spans; /* as oracle_ask_rg_spans() gives, of plain files with `with_spans`, in the
                         order of files found */
    bool with_spans;
    const corpus *corpus;
    gaz_search_result result;
    gaz_error error;
    uint64_t files;
    bool lines_missing; /* of some file not all were shown: allowed only when time ran out */
} oracle_answer;
/* @param limit of files */
gaz_status oracle_ask_us(gaz_engine *engine, const corpus *c, const char *query, const char *rev,
                         oracle_answer *out);
void oracle_answer_release(oracle_answer *a);

void oracle_sort(oracle_lines *lines);
/* The first line that only one of two sorted lists has, or NULL. */
const oracle_line *oracle_difference(const oracle_lines *rg, const oracle_lines *ours,
                                     bool *rg_has_it);

#endif
