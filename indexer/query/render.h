/* From a match to what is shown: lines, ranges, context. Private to the query module. */
#ifndef GAZ_QUERY_RENDER_H
#define GAZ_QUERY_RENDER_H

#include "match.h"

typedef struct renderer {
    match_worker *worker;
    uint32_t before, after;  /* context lines */
    uint32_t lines_per_file; /* 0: all */
    bool without_lines;
    bool refused;      /* the visitor failed: the answer cannot go on */
    gaz_arena arena;   /* of the current file */
    gaz_range *ranges; /* scratch for one line */
} renderer;

void renderer_init(renderer *r, match_worker *worker);
void renderer_release(renderer *r);
/* Shows one match. The document is read again: only the files on the page are. */
GAZ_CHECKED gaz_status render_match(renderer *r, const match *m, gaz_hit_visit visit, void *ctx,
                                    gaz_error *err);

#endif
