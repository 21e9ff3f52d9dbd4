/* Git's index of a work tree: which paths are tracked, and what their files were like when git last
 * looked. man 5 gitformat-index */
#ifndef GAZ_REPO_GIT_INDEX_H
#define GAZ_REPO_GIT_INDEX_H

#include "gaz/base/arena.h"
#include "gaz/base/vec.h"
#include "gaz/repo/worktree.h"

#define GAZ_INDEX_BYTES_MAX                                                                        \
    ((size_t)512 << 20) /**< of the file, and of all paths it stands for                           \
                         */

#define GAZ_MODE_KIND 0170000u
#define GAZ_MODE_DIRECTORY 0040000u /**< left out by a sparse checkout, as a whole */
#define GAZ_MODE_FILE 0100000u
#define GAZ_MODE_LINK 0120000u
#define GAZ_MODE_GITLINK 0160000u

typedef struct gaz_index_entry {
    const char *path; /**< NUL-terminated */
    uint32_t len;
    uint32_t mode;
    gaz_oid oid;
    uint32_t ctime_s, ctime_ns, mtime_s, mtime_ns, inode, size; /**< the lower 32 bits of each */
    uint8_t stage;                                              /**< 1–3: unmerged */
    bool stat;    /**< the figures above count: not racily clean, not to be added later */
    bool skipped; /**< not checked out (sparse) */
    bool seen;    /**< the scan at hand met it */
} gaz_index_entry;

typedef struct gaz_index {
    GAZ_VEC(gaz_index_entry) entries; /**< in byte order of (path, stage) */
    gaz_arena paths;
    char note[120]; /**< why it could not be used; "" when it could */
} gaz_index;

/** Reads a file. One that cannot be used leaves an empty index with a note. GAZ_E_NOMEM. */
GAZ_CHECKED gaz_status gaz_index_read(const char *path, gaz_index *out, gaz_error *err);
void gaz_index_release(gaz_index *index);
/** The first entry that is not before `path` in byte order. */
size_t gaz_index_find(const gaz_index *index, const char *path, size_t len);
/** The first entry of a path, or NULL. */
gaz_index_entry *gaz_index_at(const gaz_index *index, const char *path, size_t len);
/** Whether files below a directory are tracked. */
bool gaz_index_below(const gaz_index *index, const char *dir, size_t len);

#endif
