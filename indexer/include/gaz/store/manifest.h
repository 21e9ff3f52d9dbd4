/* Manifests: which path holds which blob at one commit. Write-once sealed files; full, or a delta
 * on another one. */
#ifndef GAZ_STORE_MANIFEST_H
#define GAZ_STORE_MANIFEST_H

#include "gaz/base/skip.h"
#include "gaz/store/store.h"

#define GAZ_MANIFEST_DEPTH_MAX 16  /**< deltas in a chain; a full one is written beyond it */
#define GAZ_MANIFEST_CHAIN_MAX 20  /**< of those, and of work trees over them */
#define GAZ_MANIFEST_PATH_MAX 4096 /**< bytes of a path */
#define GAZ_MANIFEST_ENTRIES_MAX 16777216u /**< files of one commit */

typedef struct gaz_manifest_entry {
    const char *path;  /**< not NUL-terminated */
    uint32_t path_len; /**< 1–GAZ_MANIFEST_PATH_MAX, no zero byte */
    uint8_t skip;      /**< gaz_skip: what the path tells; NONE for a file whose blob decides */
    gaz_oid oid;       /**< zero for some unreadable entries */
} gaz_manifest_entry;

/** A manifest in memory, its chain resolved: entries in byte order of paths, each path once.
 * Immutable, shared by reference. */
typedef struct gaz_manifest gaz_manifest;
/** Loads a manifest, or gives the loaded one again: the store keeps the latest few. GAZ_E_CORRUPT,
 * GAZ_E_NOT_FOUND. */
GAZ_CHECKED gaz_status gaz_manifest_load(gaz_store *store, const char *name, gaz_manifest **out,
                                         gaz_error *err);
gaz_manifest *gaz_manifest_ref(gaz_manifest *m);
void gaz_manifest_unref(gaz_manifest *m);
size_t gaz_manifest_count(const gaz_manifest *m);
const gaz_manifest_entry *gaz_manifest_at(const gaz_manifest *m, size_t index);
/** The entry of a path, or NULL. */
const gaz_manifest_entry *gaz_manifest_find(const gaz_manifest *m, const char *path, size_t len);
const char *gaz_manifest_name(const gaz_manifest *m);

typedef struct gaz_manifest_change {
    gaz_manifest_entry entry;
    bool removed; /**< the path is gone; oid and skip do not matter */
} gaz_manifest_change;

/**
 * Writes a manifest into the run's directory and adopts it.
 * @param base     nullable: the manifest the changes apply to; the result is a delta when that is
 * smaller and the chain short, else full
 * @param changes  in byte order of paths, each path once; with base NULL, all entries. Removing a
 * path that is not in the base is GAZ_E_INVALID. Without any change the result is the base itself
 * and no file is written
 * @param row      gets name, base, depth, file_bytes: to be published (again, if need be) with the
 * ref
 * @param out      nullable: the resulting manifest, loaded
 */
GAZ_CHECKED gaz_status gaz_manifest_write(gaz_store *store, gaz_run *run, gaz_manifest *base,
                                          const gaz_manifest_change *changes, size_t count,
                                          gaz_manifest_row *row, gaz_manifest **out,
                                          gaz_error *err);
/** The same for a work tree, whose manifest may be a delta on the deepest of a commit: chains of up
 * to GAZ_MANIFEST_CHAIN_MAX. */
GAZ_CHECKED gaz_status gaz_manifest_write_tree(gaz_store *store, gaz_run *run, gaz_manifest *base,
                                               const gaz_manifest_change *changes, size_t count,
                                               gaz_manifest_row *row, gaz_manifest **out,
                                               gaz_error *err);
/** Deltas below it; 0 for a full one. */
uint32_t gaz_manifest_depth(const gaz_manifest *m);

#endif
