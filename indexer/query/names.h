/* What paths alone say for ranking: whether a literal of the query is the name of a file, a part of
 * it, or of its path. Private to the query module. */
#ifndef GAZ_QUERY_NAMES_H
#define GAZ_QUERY_NAMES_H

#include "plan.h"

#define NEEDLES_MAX 4      /* literals that count, the first ones of a query */
#define NAME_POINTS_MAX 24 /* of one file, all literals together */

/* A literal looked for in names. */
typedef struct needle {
    const char *text; /* ASCII letters in lower case */
    size_t len;
    uint64_t letters;        /* a set: bit c & 63 of each byte */
    bool path;               /* holds a '/', so that it may lie across names */
    _Atomic(int8_t) *in_run; /* per run of files in one directory: 1 it holds the literal, -1 not, 0
                                not looked yet */
} needle;

typedef struct names {
    const scope_names *of;
    needle *needles;
    unsigned count;
} names;

/* Makes ready to look for the plan's shown literals among the plan's scope; in the plan's arena. */
GAZ_CHECKED gaz_status names_init(names *n, const plan *p, scope *s, gaz_error *err);
/* Hints that a file's points will be asked for soon. */
void names_prefetch(const names *n, uint32_t file);
/* Threading: any thread. Points in halves, 0 to NAME_POINTS_MAX, summed over the literals: 6 the
 * base name is the literal (with or without its extension), 3 holds it, 1 the path does. ASCII case
 * is ignored. */
unsigned names_points(const names *n, uint32_t file);

#endif
