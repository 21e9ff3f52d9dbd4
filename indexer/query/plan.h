/* A query made ready: patterns compiled, and for each segment the chunks and documents the index
 * cannot rule out. Private to the query module. */
#ifndef GAZ_QUERY_PLAN_H
#define GAZ_QUERY_PLAN_H

#include "gaz/query/parse.h"
#include "pattern_cache.h"
#include "scope.h"

/* A definition that a query is about. */
typedef struct symbol_mark {
    uint32_t doc;               /* of the text */
    uint32_t language;          /* of the files it holds for */
    uint32_t segment, document; /* of the pool's facts */
    uint32_t index;             /* of the definition in it */
    uint8_t points;             /* what a hit on it is worth, in halves of a point */
    bool sure;                  /* that the query finds it; else its line must be a hit */
} symbol_mark;
typedef GAZ_VEC(symbol_mark) symbol_mark_list; /* by doc, language, index */

typedef struct plan_atom {
    const gaz_atom *atom;
    bool content;          /* matches text, not a property of the file */
    bool symbol;           /* matches names of definitions */
    bool tree;             /* matches syntax: content, but by another process */
    uint32_t language;     /* tree: of the pattern */
    bool positive;         /* under an even number of negations: its matches are shown */
    gaz_pattern *pattern;  /* content atoms, and those over paths and names */
    const gaz_gram *grams; /* content and symbols */
    bool multiline;
} plan_atom;

/* The candidates of one segment: sets of chunks per content atom (NULL: all), and of documents for
 * the whole query. */
typedef struct plan_segment {
    uint64_t **atom_chunks; /* by atom index */
    uint64_t *documents;
    uint64_t candidates;
    symbol_mark_list *marks;   /* by atom index; NULL: no atom is over symbols or syntax */
    symbol_mark_list definers; /* of words looked for */
} plan_segment;

typedef struct plan {
    const gaz_query *query;
    gaz_arena *arena; /* borrowed */
    pattern_cache *patterns;
    plan_atom *atoms;
    unsigned atom_count;
    unsigned content_atoms, symbol_atoms;
    unsigned positive_lines,
        positive_symbols; /* atoms whose lines are shown; of them, over symbols */
    const scope *scope;
    plan_segment *segments;
    gaz_tree_matcher match_tree; /* with its context */
    void *match_tree_ctx;
    uint8_t *points; /* per file of the scope, for definitions in it: sure ones, and << 4 all; NULL:
                        no file has any */
    bool symbols_cut;       /* there were more than there is memory for */
    GAZ_VEC(char *) damage; /* what could not be read, for the notes */
} plan;

/* Moves the column of an error in a pattern to where the query has it. */
void plan_point_at(const gaz_atom *atom, gaz_error *err);
/* Compiles the atoms. Errors carry the column in the query. */
GAZ_CHECKED gaz_status plan_compile(plan *p, const gaz_query *query, gaz_arena *arena,
                                    pattern_cache *patterns, gaz_error *err);
/* Asks the index of every segment of the scope. A damaged segment keeps all its documents as
 * candidates. */
GAZ_CHECKED gaz_status plan_candidates(plan *p, const scope *s, world *w, size_t memory_max,
                                       int64_t deadline_us, gaz_error *err);
/* {"tree":…,"atoms":[…]} for explain: appended. */
void plan_explain(const plan *p, gaz_strbuf *out);
/* What a text must hold for a tree-sitter pattern to match, read off the pattern's words; in the
 * plan's arena. (tree_words.c) */
GAZ_CHECKED gaz_status plan_tree_grams(plan *p, const gaz_atom *atom, const gaz_gram **out,
                                       gaz_error *err);
void plan_release(plan *p);
/* Records a failure to be told in the answer's notes. */
GAZ_CHECKED gaz_status plan_note(plan *p, const char *message, gaz_error *err);

static inline bool set_has(const uint64_t *set, uint32_t i)
{
    return set[i >> 6] >> (i & 63) & 1;
}

#endif
