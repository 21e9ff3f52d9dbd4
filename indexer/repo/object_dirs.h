/* The directories objects are kept in: the repository's own and its alternates. */
#ifndef GAZ_REPO_OBJECT_DIRS_H
#define GAZ_REPO_OBJECT_DIRS_H

#include <git2.h>
#include <time.h>
#include "gaz/base/hash.h"
#include "gaz/base/strbuf.h"

#define GAZ_ALTERNATES_MAX 64  /**< directories */
#define GAZ_ALTERNATES_DEPTH 5 /**< alternates of alternates, as git */

typedef struct gaz_object_dirs {
    char *paths[GAZ_ALTERNATES_MAX + 1];            /**< absolute; the first is the repository's */
    struct timespec packed[GAZ_ALTERNATES_MAX + 1]; /**< when each directory of packs had changed
                                                       last when it was read */
    size_t count;
} gaz_object_dirs;

/** Lists a repository's directories; those that are not there are left out. Give back with
 * gaz_object_dirs_release(), also after a failure. */
GAZ_CHECKED gaz_status gaz_object_dirs_find(const char *objects, gaz_object_dirs *out,
                                            gaz_error *err);
void gaz_object_dirs_release(gaz_object_dirs *dirs);
/** Opens the packs of all directories, once their indexes have been checked. Loose objects are read
 * by loose_object.h. */
GAZ_CHECKED gaz_status gaz_object_dirs_open_packs(gaz_object_dirs *dirs, git_odb **out,
                                                  gaz_error *err);
/** Whether packs have come or gone since. */
bool gaz_object_dirs_changed(const gaz_object_dirs *dirs);

#endif
