/* Why a file's text is not searched. Nothing is skipped silently: every reason can be listed. */
#ifndef GAZ_BASE_SKIP_H
#define GAZ_BASE_SKIP_H

/** Stored in manifests (what a path tells) and in segments (what a blob tells): numbers never
 * change. */
typedef enum gaz_skip {
    GAZ_SKIP_NONE = 0,
    GAZ_SKIP_BINARY = 1,   /**< a NUL in its first 8,000 bytes and no byte-order mark */
    GAZ_SKIP_EXCLUDED = 2, /**< .gazignore or an operator's pattern */
    GAZ_SKIP_SYMLINK = 3,
    GAZ_SKIP_SUBMODULE = 4,
    GAZ_SKIP_LFS = 5,        /**< a git-lfs pointer, not the content */
    GAZ_SKIP_UNREADABLE = 6, /**< missing, corrupt or impossible in the repository */
    GAZ_SKIP_TOO_LARGE =
        7,               /**< over the setting index.blob_max (a safety limit, 2 GiB by default) */
    GAZ_SKIP_CRASHED = 8 /**< reading it crashed a worker; see `gaz status --skipped` */
} gaz_skip;

/** "binary", "excluded", …; "" for NONE. Static. */
const char *gaz_skip_name(gaz_skip skip);

#endif
