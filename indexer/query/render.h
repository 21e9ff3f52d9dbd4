/* From a match to what is shown: lines, ranges, context. Private to the query module. */
#ifndef GAZ_QUERY_RENDER_H
#define GAZ_QUERY_RENDER_H

#include "piece.h"

typedef struct renderer {
    match_worker *worker;
    uint32_t before, after;  /* context lines */
    uint32_t lines_per_file; /* 0: all */
    uint32_t from, to;       /* only lines numbered so are shown, 1-based; `to` 0: all */
    bool without_lines;
    bool refused; /* the visitor failed: the answer cannot go on */
    /* the current file */
    const match *match;
    piece_reader pieces;
    GAZ_VEC(gaz_hit_line) hits;
    GAZ_VEC(spot) spots;                    /* of the hits */
    symbol_spots symbols;                   /* names that atoms over symbols match, by line */
    GAZ_VEC(const gaz_hit_symbol *) around; /* definitions that hits lie in */
    GAZ_VEC(size_t) places;                 /* of the hits in `context` */
    GAZ_VEC(gaz_hit_line) context; /* hits and the lines around them, each once, ascending */
    size_t spent, held;            /* bytes of the answer; of the context, each line once */
    gaz_range *ranges;             /* scratch for one line */
} renderer;

void renderer_init(renderer *r, match_worker *worker);
void renderer_release(renderer *r);
/* Shows one match; only the pieces that hold lines shown are read. What time or memory did not
 * reach is left out: the file is shown with the lines before, and then it fails with GAZ_E_TIMEOUT
 * or GAZ_E_LIMIT. */
GAZ_CHECKED gaz_status render_match(renderer *r, const match *m, gaz_hit_visit visit, void *ctx,
                                    gaz_error *err);

/* render_context.c: gives the hits the lines around them. @return on failure *count is what is
 * complete */
GAZ_CHECKED gaz_status render_context(renderer *r, size_t *count, gaz_error *err);
/* render_symbols.c: gives the hits the definitions they lie in. */
GAZ_CHECKED gaz_status render_symbols(renderer *r, gaz_error *err);
/* Adds bytes to a sum; GAZ_E_LIMIT (without a message) beyond the query's memory. */
GAZ_CHECKED gaz_status render_spend(const renderer *r, size_t *sum, size_t bytes);

#endif
