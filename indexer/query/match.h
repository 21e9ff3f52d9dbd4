/* Checking candidates against their text. Private to the query module. */
#ifndef GAZ_QUERY_MATCH_H
#define GAZ_QUERY_MATCH_H

#include "ahead.h"
#include "plan.h"

#define MATCH_BATCH 32

/* What is known of a file that matches. */
typedef struct match {
    uint32_t file;        /* index in the scope */
    uint32_t lines;       /* that matched */
    uint32_t first_chunk; /* of its segment: the first with a line that matched */
    uint16_t whole_words; /* literals found as whole words in the lines looked at */
    uint16_t definitions; /* of them, after a word that begins a definition */
    uint8_t points;       /* for a definition of a word on a line that matched */
    double score;
} match;

/* Where a name stands that an atom over symbols matches. */
typedef struct symbol_spot {
    uint32_t line;       /* 0-based */
    uint32_t start, end; /* bytes of the document */
} symbol_spot;
typedef GAZ_VEC(symbol_spot) symbol_spots;

/* The line of a definition that may be a hit. */
typedef struct definer_line {
    uint32_t line; /* 0-based */
    uint8_t points;
} definer_line;

/* One thread's tools. */
typedef struct match_worker {
    const plan *plan;
    gaz_block_cache *cache;
    gaz_matcher **matchers;    /* by atom */
    const int8_t *const *refs; /* by atom: verdict per ref of the scope, for atoms over repositories
                                  and branches; else NULL */
    uint8_t *verdicts;         /* by atom, of each file of the batch */
    gaz_status prepared[MATCH_BATCH]; /* whether those that need no text are there */
    uint32_t files[MATCH_BATCH];
    ahead ahead;
    GAZ_VEC(uint32_t) *
        lines;       /* by atom: numbers of matching lines, kept when several atoms are shown */
    gaz_strbuf text; /* a document put together */
    int64_t deadline;
    size_t memory_max;
    const char *limit; /* what GAZ_E_LIMIT was about: "memory" or "pattern" */
    uint64_t bytes_scanned;
    uint32_t line_count, first_chunk;
    unsigned whole_words, definitions;
    gaz_arena symbols;                   /* of the file at hand */
    GAZ_VEC(definer_line) definer_lines; /* those that nobody knows to be hits */
    uint8_t definer_points;              /* of those that are */
} match_worker;

GAZ_CHECKED gaz_status match_worker_init(match_worker *w, const plan *p, gaz_block_cache *cache,
                                         const int8_t *const *refs, int64_t deadline,
                                         size_t memory_max, gaz_error *err);
void match_worker_release(match_worker *w);
/* Prepares a batch: at most MATCH_BATCH files. Cheap atoms are decided for all of them, and the
 * text that others need is brought near. */
void match_batch(match_worker *w, const uint32_t *files, size_t count);
/**
 * Decides one file, the `index`-th of the batch. Quickest in their order.
 * @return GAZ_OK; GAZ_E_TIMEOUT; GAZ_E_LIMIT, GAZ_E_CORRUPT, GAZ_E_NOMEM when this file cannot be
 * decided
 */
GAZ_CHECKED gaz_status match_file(match_worker *w, size_t index, bool *found, match *out,
                                  gaz_error *err);

/* ---- match_symbols.c ---- */

void match_symbols_init(match_worker *w);
void match_symbols_release(match_worker *w);
/* Whether a file has definitions an atom over symbols matches. */
bool match_symbol_test(const match_worker *w, const plan_atom *a, const scope_file *f);
/* By line, then by place: for qsort(). */
int match_spot_order(const void *a, const void *b);
/* Adds where they are, by line. */
GAZ_CHECKED gaz_status match_symbol_spots(match_worker *w, const plan_atom *a, const scope_file *f,
                                          symbol_spots *out, gaz_error *err);
/* Their lines: w->lines of the atom. */
GAZ_CHECKED gaz_status match_symbol_lines(match_worker *w, const plan_atom *a, const scope_file *f,
                                          gaz_error *err);
/* Begins a file: which of its lines define a word of the query and may match. */
GAZ_CHECKED gaz_status match_definers(match_worker *w, uint32_t file, gaz_error *err);
/* A line that matches: w->definer_points. */
void match_definer_line(match_worker *w, uint32_t line);

/* ---- match_tree.c ---- */

/* Adds the parts of lines that a tree-sitter pattern captures in a file, or matches when it
 * captures nothing. */
GAZ_CHECKED gaz_status match_tree_spots(match_worker *w, const plan_atom *a, const scope_file *f,
                                        symbol_spots *out, gaz_error *err);
/* Whether there are any; their lines: w->lines of the atom. */
GAZ_CHECKED gaz_status match_tree(match_worker *w, const plan_atom *a, const scope_file *f,
                                  bool *found, gaz_error *err);

/* A chunk, unless it is a line larger than the memory of a query: GAZ_E_LIMIT. */
GAZ_CHECKED gaz_status match_chunk(match_worker *w, gaz_segment *seg, uint32_t number, gaz_chunk *c,
                                   gaz_block **block, gaz_error *err);
/* Takes down that a pattern, not the memory, met its limit. @return st */
GAZ_CHECKED gaz_status match_pattern_status(match_worker *w, gaz_status st);

/* A document's text in one piece: a block that holds it whole (to be released), or w->text. */
typedef struct whole_text {
    const char *data;
    size_t len;
    gaz_block *block;
} whole_text;
GAZ_CHECKED gaz_status match_whole_text(match_worker *w, gaz_segment *seg, const gaz_doc *doc,
                                        uint32_t number, whole_text *out, gaz_error *err);

/* Whether any atom decides about repositories or branches: then not all of them need be looked at.
 */
bool match_chooses_refs(const plan *p);
/* Whether a repository and ref can hold results at all: the query's tree with only its atoms over
 * them decided. */
bool match_ref_possible(const plan *p, const gaz_node *node, const int8_t *const *refs, size_t ref);
/* Verdicts of all atoms over repositories and branches, per ref; in the plan's arena. */
GAZ_CHECKED gaz_status match_refs(const plan *p, const scope_ref *refs, size_t count,
                                  const int8_t *const **out, gaz_error *err);

#endif
