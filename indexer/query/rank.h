/* Scores from what text, paths and symbols tell. Private to the query module. */
#ifndef GAZ_QUERY_RANK_H
#define GAZ_QUERY_RANK_H

#include "match.h"
#include "names.h"

/* Puts candidates in the order they are checked in: what paths and symbols tell comes first, then
 * static rank.
 * @param files  ascending */
GAZ_CHECKED gaz_status rank_candidates(const plan *p, const names *n, uint32_t *files, size_t count,
                                       gaz_error *err);
/* Sets the score of a match. Threading: any thread. */
void rank_score(const plan *p, const names *n, match *m);
/* Sorts by score: higher first, equal ones by static rank. Deterministic for equal trees.
 * @param wanted  only so many need be in order, the others follow them in any */
void rank_matches(match *matches, size_t count, size_t wanted);

#endif
