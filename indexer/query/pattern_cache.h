/* Compiled patterns, kept for the next query that has them: a scanner of a regular expression takes
 * a millisecond to build, more than most searches take to run. Private to the query module. */
#ifndef GAZ_QUERY_PATTERN_CACHE_H
#define GAZ_QUERY_PATTERN_CACHE_H

#include "gaz/regex/pattern.h"

/* Threading: any thread. */
typedef struct pattern_cache pattern_cache;

GAZ_CHECKED gaz_status pattern_cache_new(pattern_cache **out, gaz_error *err);
void pattern_cache_free(pattern_cache *c);
/* As gaz_pattern_compile(). Give the pattern back with pattern_cache_release(). */
GAZ_CHECKED gaz_status pattern_cache_get(pattern_cache *c, const char *source, size_t len,
                                         const gaz_pattern_options *options, gaz_pattern **out,
                                         gaz_error *err);
/* NULL is allowed. */
void pattern_cache_release(pattern_cache *c, gaz_pattern *p);

#endif
