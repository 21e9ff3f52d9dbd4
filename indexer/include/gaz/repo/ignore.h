/* gitignore patterns: what `.gazignore` files in a tree and the operator's patterns keep out. man 5
 * gitignore */
#ifndef GAZ_REPO_IGNORE_H
#define GAZ_REPO_IGNORE_H

#include <stdbool.h>
#include "gaz/base/status.h"

#define GAZ_IGNORE_NAME ".gazignore"
#define GAZ_IGNORE_FILE_MAX ((size_t)1 << 20) /**< bytes of one ignore file that count */
#define GAZ_IGNORE_PATTERNS_MAX 100000

/**
 * A set of patterns. Not shared between threads while patterns are added; then any number of
 * readers. What a tree says can bring back what a shallower file in the same set keeps out: put the
 * operator's patterns, which a repository must not undo, in a set of their own and keep a path out
 * when either set matches.
 */
typedef struct gaz_ignore gaz_ignore;
GAZ_CHECKED gaz_status gaz_ignore_new(gaz_ignore **out, gaz_error *err);
void gaz_ignore_free(gaz_ignore *set);
/**
 * Adds the lines of an ignore file. Later and deeper patterns win, as in git. Of a file over
 * GAZ_IGNORE_FILE_MAX the whole lines up to there count.
 * @param dir  of the file, "" for the root, without a trailing '/'
 * @return GAZ_E_LIMIT, naming the line, for a pattern over 4,096 bytes or more than
 * GAZ_IGNORE_PATTERNS_MAX patterns; those before it stay
 */
GAZ_CHECKED gaz_status gaz_ignore_add(gaz_ignore *set, const char *dir, const char *text,
                                      size_t len, gaz_error *err);
/** Whether a file at `path` is kept out, by itself or through a parent directory. Time is at most
 * the patterns' bytes times the path's, whatever the patterns. A path of more than 4,096 bytes,
 * which no tree has, is not kept out. */
bool gaz_ignore_match(const gaz_ignore *set, const char *path, size_t len);
/** The same for a directory, which patterns that end in '/' match. */
bool gaz_ignore_match_dir(const gaz_ignore *set, const char *path, size_t len);
/** Whether the set has no pattern. */
bool gaz_ignore_empty(const gaz_ignore *set);

#endif
