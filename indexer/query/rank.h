/* Scores from what text and paths alone tell. Private to the query module. */
#ifndef GAZ_QUERY_RANK_H
#define GAZ_QUERY_RANK_H

#include "match.h"

/* Sets the score of each match and sorts: higher first, equal ones by static rank. Deterministic
 * for equal trees. */
void rank_matches(const plan *p, match *matches, size_t count);

#endif
