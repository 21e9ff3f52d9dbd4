/* Compiled patterns, kept for the next query that has them: a scanner of a regular expression takes
 * a millisecond to build, more than most searches take to run. Private to the query module. */
#ifndef GAZ_QUERY_PATTERN_CACHE_H
#define GAZ_QUERY_PATTERN_CACHE_H

#include "gaz/regex/pattern.h"

#define PATTERN_CACHE_ENTRIES 256
#define PATTERN_CACHE_BYTES ((size_t)32 << 20)

/* Threading: any thread. */
typedef struct pattern_cache pattern_cache;

/* bytes_max: bounds the sum of the patterns it keeps; one takes an eighth of it at most. */
GAZ_CHECKED gaz_status pattern_cache_new(size_t bytes_max, pattern_cache **out, gaz_error *err);
void pattern_cache_free(pattern_cache *c);
/* As gaz_pattern_compile(). Give the pattern back with pattern_cache_release(). */
GAZ_CHECKED gaz_status pattern_cache_get(pattern_cache *c, const char *source, size_t len,
                                         const gaz_pattern_options *options, gaz_pattern **out,
                                         gaz_error *err);
/* Bytes of the patterns it keeps: at most bytes_max. */
size_t pattern_cache_bytes(pattern_cache *c);
/* NULL is allowed. */
void pattern_cache_release(pattern_cache *c, gaz_pattern *p);

#endif
