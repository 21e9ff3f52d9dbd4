/* gitignore patterns: what `.gazignore` files in a tree and the operator's patterns keep out. man 5 gitignore */
#ifndef GAZ_REPO_IGNORE_H
#define GAZ_REPO_IGNORE_H

#include <stdbool.h>
#include "gaz/base/status.h"

#define GAZ_IGNORE_NAME ".gazignore"
#define GAZ_IGNORE_FILE_MAX ((size_t)1 << 20) /**< bytes of one ignore file that count */
#define GAZ_IGNORE_PATTERNS_MAX 100000

/** A set of patterns. Not shared between threads while patterns are added; then any number of readers. */
typedef struct gaz_ignore gaz_ignore;
GAZ_CHECKED gaz_status gaz_ignore_new(gaz_ignore **out, gaz_error *err);
void gaz_ignore_free(gaz_ignore *set);
/**
 * Adds the lines of an ignore file. Later and deeper patterns win, as in git.
 * @param dir  of the file, "" for the root, without a trailing '/'
 */
GAZ_CHECKED gaz_status gaz_ignore_add(gaz_ignore *set, const char *dir, const char *text, size_t len, gaz_error *err);
/** Whether a file at `path` is kept out, by itself or through a parent directory. */
bool gaz_ignore_match(const gaz_ignore *set, const char *path, size_t len);
/** Whether the set has no pattern. */
bool gaz_ignore_empty(const gaz_ignore *set);

#endif
