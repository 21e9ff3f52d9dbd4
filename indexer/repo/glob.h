/* Shell patterns as git's wildmatch has them, in linear time. */
#ifndef GAZ_REPO_GLOB_H
#define GAZ_REPO_GLOB_H

#include <stdbool.h>
#include "gaz/base/arena.h"

#define GAZ_GLOB_MAX 4096 /**< bytes of a pattern */

/** A compiled pattern; lives in the arena it was made in. Any number of threads may match with it.
 */
typedef struct gaz_glob gaz_glob;
/**
 * @param len   at most GAZ_GLOB_MAX
 * @param path  '*', '?' and classes do not match '/'; "**" between slashes or ends matches any
 * number of directories
 * @return NULL when the arena has no room or the pattern is too long
 */
gaz_glob *gaz_glob_new(gaz_arena *arena, const char *pattern, size_t len, bool path);
/** Whether the whole text matches. Takes at most pattern × text steps. */
bool gaz_glob_run(const gaz_glob *glob, const char *text, size_t len);
typedef void (*gaz_glob_hit)(void *ctx, size_t at);
/** Tells of each `at` where the text before it matches and it is at a '/' or the end, in one pass
 * over the text. */
void gaz_glob_prefixes(const gaz_glob *glob, const char *text, size_t len, gaz_glob_hit hit,
                       void *ctx);

#endif
