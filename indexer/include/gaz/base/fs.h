/* Files: reading, atomic durable writing, mapping that survives truncation, locks, directory walks.
 */
#ifndef GAZ_BASE_FS_H
#define GAZ_BASE_FS_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/strbuf.h"

/** Joins with one '/': the result is appended to an emptied `out`. */
GAZ_CHECKED gaz_status gaz_path_join(gaz_strbuf *out, const char *dir, const char *name,
                                     gaz_error *err);
/** Makes a directory and its parents with `mode`; existing ones are fine. */
GAZ_CHECKED gaz_status gaz_mkdir_all(const char *path, unsigned mode, gaz_error *err);
/** Removes a file or a whole tree, without following symlinks. A missing path is fine. */
GAZ_CHECKED gaz_status gaz_remove_all(const char *path, gaz_error *err);
/** Reads a whole file of at most `max` bytes; GAZ_E_LIMIT beyond it. Appends to `out`. */
GAZ_CHECKED gaz_status gaz_file_read(const char *path, size_t max, gaz_strbuf *out, gaz_error *err);
/** Writes a file so that after a crash either the old or the new content is there: temporary,
 * fsync, rename, fsync of the directory. */
GAZ_CHECKED gaz_status gaz_file_write(const char *path, const void *data, size_t len, unsigned mode,
                                      gaz_error *err);
/** Writes all of `data` to `fd`, going on after short writes and EINTR. */
GAZ_CHECKED gaz_status gaz_write_all(int fd, const void *data, size_t len, gaz_error *err);
/** fsync of a directory, so that names in it are durable. */
GAZ_CHECKED gaz_status gaz_dir_sync(const char *path, gaz_error *err);
/** Bytes in all regular files below `path` (allocated sizes are not looked at). */
GAZ_CHECKED gaz_status gaz_dir_size(const char *path, uint64_t *bytes, gaz_error *err);

typedef GAZ_CHECKED gaz_status (*gaz_dir_visit)(void *ctx, const char *name, bool is_dir,
                                                gaz_error *err);
/** Calls `visit` for each entry of one directory but "." and "..", in byte order of names. */
GAZ_CHECKED gaz_status gaz_dir_each(const char *path, gaz_dir_visit visit, void *ctx,
                                    gaz_error *err);

/**
 * A read-only mapping of a whole file. When the file is cut short by somebody else while mapped,
 * reading the lost part gives zeros instead of SIGBUS, and gaz_mapping_damaged() turns true: check
 * it after use. Threading: any number of readers; open and close from any thread.
 */
typedef struct gaz_mapping gaz_mapping;
GAZ_CHECKED gaz_status gaz_mapping_open(const char *path, gaz_mapping **out, gaz_error *err);
void gaz_mapping_close(gaz_mapping *map);
const uint8_t *gaz_mapping_data(const gaz_mapping *map);
size_t gaz_mapping_len(const gaz_mapping *map);
bool gaz_mapping_damaged(const gaz_mapping *map);

/** An advisory lock on a file (flock), made when absent. Released by close or process death. */
typedef struct gaz_lock gaz_lock;
/** @param wait_ms  how long to wait; 0: GAZ_E_BUSY at once; negative: for ever */
GAZ_CHECKED gaz_status gaz_lock_open(const char *path, bool exclusive, int64_t wait_ms,
                                     gaz_lock **out, gaz_error *err);
void gaz_lock_close(gaz_lock *lock);

#endif
