/* The bytes of one manifest file, apart from the sealed container: docs/internals/manifest.md.
 * Private to the store. */
#ifndef GAZ_STORE_MANIFEST_CODEC_H
#define GAZ_STORE_MANIFEST_CODEC_H

#include <stdatomic.h>
#include "gaz/base/strbuf.h"
#include "gaz/store/manifest.h"

#define GAZ_MANIFEST_SECTIONS 5
#define GAZ_MANIFEST_HEAD 72
#define GAZ_MANIFEST_BLOCK 64                      /**< entries between restarts of front coding */
#define GAZ_MANIFEST_PATHS_MAX ((uint64_t)2 << 30) /**< bytes of all paths of a manifest */
#define GAZ_MANIFEST_REMOVED 0x80u /**< mark of a removed path; other marks are a gaz_skip */

enum {
    GAZ_MANIFEST_SECTION_HEAD,
    GAZ_MANIFEST_SECTION_PATHS,
    GAZ_MANIFEST_SECTION_BLOCKS,
    GAZ_MANIFEST_SECTION_OIDS,
    GAZ_MANIFEST_SECTION_MARKS
};

/** Bytes that entries' paths point into, shared by the manifests made over each other. */
typedef struct gaz_manifest_paths {
    _Atomic unsigned refs;
    char bytes[];
} gaz_manifest_paths;
/** NULL when out of memory. */
gaz_manifest_paths *gaz_manifest_paths_new(size_t bytes);
void gaz_manifest_paths_unref(gaz_manifest_paths *paths);

/** One file: a full manifest or the changes of a delta. Entries of removed paths have skip
 * GAZ_MANIFEST_REMOVED. */
typedef struct gaz_manifest_layer {
    gaz_manifest_entry *entries; /**< owned */
    uint32_t count;
    gaz_manifest_paths *paths;  /**< owned reference; NULL when there are no entries */
    char base[GAZ_SEALED_NAME]; /**< "" for a full manifest */
    uint32_t depth;
    uint32_t total;            /**< entries of the resolved manifest */
    uint64_t total_path_bytes; /**< bytes of its paths */
} gaz_manifest_layer;
void gaz_manifest_layer_release(gaz_manifest_layer *layer);

typedef struct gaz_manifest_sections {
    const uint8_t *data[GAZ_MANIFEST_SECTIONS];
    uint64_t len[GAZ_MANIFEST_SECTIONS];
} gaz_manifest_sections;

/** Decodes and checks everything; allocates no more than the sections' sizes justify.
 * GAZ_E_CORRUPT. */
GAZ_CHECKED gaz_status gaz_manifest_decode(const gaz_manifest_sections *in, gaz_manifest_layer *out,
                                           gaz_error *err);
/** Encodes a layer, whose entries are valid and in order, into one buffer per section (initialised
 * here; release them also after a failure). */
GAZ_CHECKED gaz_status gaz_manifest_encode(const gaz_manifest_layer *layer,
                                           gaz_strbuf out[GAZ_MANIFEST_SECTIONS], gaz_error *err);

/** Byte order, a prefix first. */
int gaz_manifest_compare(const gaz_manifest_entry *a, const gaz_manifest_entry *b);

#endif
