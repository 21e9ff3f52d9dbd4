/* What the files of manifests share: the structure, and merging. Private to the store. */
#ifndef GAZ_STORE_MANIFEST_PRIVATE_H
#define GAZ_STORE_MANIFEST_PRIVATE_H

#include "manifest_codec.h"
#include "store_private.h"

/** Pieces of path bytes that one manifest keeps alive; beyond it they are copied into one. */
#define GAZ_MANIFEST_PIECES (GAZ_MANIFEST_CHAIN_MAX + 2)

struct gaz_manifest {
    _Atomic unsigned refs;
    char name[GAZ_SEALED_NAME], base[GAZ_SEALED_NAME];
    uint32_t depth;
    uint64_t file_bytes;
    gaz_manifest_entry *entries;
    size_t count;
    uint64_t path_bytes; /* of all entries */
    gaz_manifest_paths *paths[GAZ_MANIFEST_PIECES];
    size_t paths_count;
};

/** A manifest without entries, with room for `capacity`. */
GAZ_CHECKED gaz_status gaz_manifest_new(size_t capacity, gaz_manifest **out, gaz_error *err);
/** Takes part in owning bytes that entries point into. @param paths nullable */
void gaz_manifest_share(gaz_manifest *m, gaz_manifest_paths *paths);
/**
 * The entries of `base` with `changes` applied, in byte order of paths. Follow with
 * gaz_manifest_keep().
 * @param strict  removing a path that is not there is GAZ_E_INVALID
 */
GAZ_CHECKED gaz_status gaz_manifest_merge(const gaz_manifest *base,
                                          const gaz_manifest_entry *changes, size_t count,
                                          bool strict, gaz_manifest **out, gaz_error *err);
/** Keeps alive what the entries of a manifest, merged from a base and layers, point into. */
GAZ_CHECKED gaz_status gaz_manifest_keep(gaz_manifest *m, const gaz_manifest *base,
                                         const gaz_manifest_layer *layers, size_t count,
                                         gaz_error *err);
gaz_status gaz_manifest_no_memory(gaz_error *err);

#endif
