/* Reading an SQLite database that is a section of a sealed file: stock SQLite pages have no
 * checksums, sealed files do, page by page, and their mapping survives being cut short. So SQLite
 * gets its bytes through a VFS whose files are section 0 of a sealed file at the given path: each
 * page is checked when it is first used, and a damaged one is an error instead of a wrong answer.
 * Only reading is there: what would write, or make a temporary file, is refused. */
#include "commit_format.h"

#include <string.h>

typedef struct vfs_file {
    sqlite3_file base;
    gaz_sealed *sealed;
} vfs_file;

static int vfs_close(sqlite3_file *file)
{
    vfs_file *f = (vfs_file *)(void *)file;
    gaz_sealed_close(f->sealed);
    f->sealed = NULL;
    return SQLITE_OK;
}

static int vfs_read(sqlite3_file *file, void *out, int amount, sqlite3_int64 offset)
{
    const vfs_file *f = (const vfs_file *)(const void *)file;
    uint64_t len = gaz_sealed_len(f->sealed, COMMIT_DATABASE), at = (uint64_t)offset,
             want = (uint64_t)amount;
    uint64_t have = at < len ? len - at : 0;
    const uint8_t *data = NULL;
    if (have > want)
        have = want;
    if (have && gaz_sealed_get(f->sealed, COMMIT_DATABASE, at, have, &data, NULL) != GAZ_OK)
        return SQLITE_IOERR_DATA;
    if (have)
        memcpy(out, data, have);
    if (have && gaz_sealed_intact(f->sealed, NULL) != GAZ_OK)
        return SQLITE_IOERR_DATA;
    if (have == want)
        return SQLITE_OK;
    memset((uint8_t *)out + have, 0, want - have);
    return SQLITE_IOERR_SHORT_READ;
}

static int vfs_write(sqlite3_file *file, const void *data, int amount, sqlite3_int64 offset)
{
    (void)file;
    (void)data;
    (void)amount;
    (void)offset;
    return SQLITE_READONLY;
}

static int vfs_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    (void)file;
    (void)size;
    return SQLITE_READONLY;
}

static int vfs_sync(sqlite3_file *file, int flags)
{
    (void)file;
    (void)flags;
    return SQLITE_OK;
}

static int vfs_size(sqlite3_file *file, sqlite3_int64 *size)
{
    const vfs_file *f = (const vfs_file *)(const void *)file;
    *size = (sqlite3_int64)gaz_sealed_len(f->sealed, COMMIT_DATABASE);
    return SQLITE_OK;
}

static int vfs_lock(sqlite3_file *file, int level)
{
    (void)file;
    (void)level;
    return SQLITE_OK;
}

static int vfs_reserved(sqlite3_file *file, int *out)
{
    (void)file;
    *out = 0;
    return SQLITE_OK;
}

static int vfs_control(sqlite3_file *file, int op, void *arg)
{
    (void)file;
    (void)op;
    (void)arg;
    return SQLITE_NOTFOUND;
}

static int vfs_sector(sqlite3_file *file)
{
    (void)file;
    return 4096;
}

static int vfs_traits(sqlite3_file *file)
{
    (void)file;
    return SQLITE_IOCAP_IMMUTABLE;
}

static const sqlite3_io_methods methods = {.iVersion = 1,
                                           .xClose = vfs_close,
                                           .xRead = vfs_read,
                                           .xWrite = vfs_write,
                                           .xTruncate = vfs_truncate,
                                           .xSync = vfs_sync,
                                           .xFileSize = vfs_size,
                                           .xLock = vfs_lock,
                                           .xUnlock = vfs_lock,
                                           .xCheckReservedLock = vfs_reserved,
                                           .xFileControl = vfs_control,
                                           .xSectorSize = vfs_sector,
                                           .xDeviceCharacteristics = vfs_traits};

static int vfs_open(sqlite3_vfs *vfs, const char *path, sqlite3_file *file, int flags, int *out)
{
    vfs_file *f = (vfs_file *)(void *)file;
    gaz_error why = {0};
    (void)vfs;
    f->base.pMethods = NULL;
    if (!path || !(flags & SQLITE_OPEN_MAIN_DB))
        return SQLITE_CANTOPEN;
    gaz_status st = gaz_sealed_open(path, GAZ_COMMITS_KIND, GAZ_COMMITS_VERSION, &f->sealed, &why);
    if (st != GAZ_OK)
        return st == GAZ_E_NOMEM ? SQLITE_NOMEM : SQLITE_IOERR_DATA;
    f->base.pMethods = &methods;
    if (out)
        *out = SQLITE_OPEN_READONLY;
    return SQLITE_OK;
}

static int vfs_delete(sqlite3_vfs *vfs, const char *path, int sync)
{
    (void)vfs;
    (void)path;
    (void)sync;
    return SQLITE_READONLY;
}

/* There are no journals beside such files. */
static int vfs_access(sqlite3_vfs *vfs, const char *path, int flags, int *out)
{
    (void)vfs;
    (void)path;
    (void)flags;
    *out = 0;
    return SQLITE_OK;
}

static int vfs_full_path(sqlite3_vfs *vfs, const char *path, int size, char *out)
{
    (void)vfs;
    size_t len = strlen(path);
    if (len + 1 > (size_t)size)
        return SQLITE_CANTOPEN;
    memcpy(out, path, len + 1);
    return SQLITE_OK;
}

/* SQLite keeps registered VFSes in a list of its own, so this one cannot be constant; it is filled
 * in before any thread can see it and never changed again. */
static sqlite3_vfs sealed_vfs;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int registered = SQLITE_ERROR;

static void register_vfs(void)
{
    const sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    if (!system)
        return;
    sealed_vfs = *system; /* time, randomness, sleep */
    sealed_vfs.iVersion = 1;
    sealed_vfs.pNext = NULL;
    sealed_vfs.szOsFile = sizeof(vfs_file);
    sealed_vfs.mxPathname = 4096;
    sealed_vfs.zName = COMMIT_VFS;
    sealed_vfs.xOpen = vfs_open;
    sealed_vfs.xDelete = vfs_delete;
    sealed_vfs.xAccess = vfs_access;
    sealed_vfs.xFullPathname = vfs_full_path;
    registered = sqlite3_vfs_register(&sealed_vfs, 0);
}

gaz_status gaz_commit_vfs(gaz_error *err)
{
    pthread_once(&once, register_vfs);
    return registered == SQLITE_OK
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_INTERNAL, "SQLite takes no further kind of files");
}
