/* Precise data: a SCIP index (github.com/sourcegraph/scip, scip.proto) of a commit, as compilers'
 * front ends write it, read into edges between places of the ref's files. It is input of strangers:
 * everything is bounded, and what does not fit the commit is refused with the reason.
 *
 * What was read is kept in a file of our own (docs/FORMAT.md), which says of each document which
 * blob it was made of. Loaded for another ref, documents count whose path has the same blob there;
 * of the others nothing is known. */
#ifndef GAZ_GRAPH_SCIP_H
#define GAZ_GRAPH_SCIP_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/sealed.h"
#include "gaz/base/strbuf.h"

#define GAZ_SCIP_KIND "SCIP"
#define GAZ_SCIP_VERSION 1
#define GAZ_SCIP_BYTES_MAX (1u << 30)       /**< of an index */
#define GAZ_SCIP_DOCUMENTS_MAX (1u << 20)   /**< of an index */
#define GAZ_SCIP_OCCURRENCES_MAX (1u << 26) /**< of an index */
#define GAZ_SCIP_SYMBOL_MAX 4096u           /**< bytes of a symbol */
#define GAZ_SCIP_TEXT_MAX (64u << 20)       /**< bytes of a document's text */
#define GAZ_SCIP_LOADED_MAX 64u             /**< files of indexes whose edges are one object */

/** A file of the tree. */
typedef struct gaz_scip_file {
    const char *path; /**< not NUL-terminated; lives as long as the tree */
    uint32_t path_len;
    gaz_oid blob;
} gaz_scip_file;

/** The files of the commit, numbered as the resolver's source numbers them. */
typedef struct gaz_scip_tree {
    uint32_t file_count;
    /** The file of a path, or UINT32_MAX. */
    uint32_t (*find)(void *ctx, const char *path, size_t len);
    /** What a file is; for writing and loading. */
    void (*about)(void *ctx, uint32_t file, gaz_scip_file *out);
    /** Appends a file's text; for reading. GAZ_E_NOT_FOUND: it has none, its document is passed
     * over. */
    gaz_status (*text)(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err);
    void *ctx;
    /** Paths of the index are relative to this directory of the tree; NULL or "" for its root. */
    const char *below;
    int64_t deadline_us; /**< monotonic; 0 or GAZ_NEVER for none */
    size_t memory;       /**< bytes that edges, and unpacking a document, may take; 0: 1 GiB */
} gaz_scip_tree;

/** What an index holds. */
typedef struct gaz_scip_summary {
    char tool[64], version[64]; /**< that made it, cut and made printable */
    uint32_t documents;         /**< whose occurrences are edges */
    uint32_t without_text;      /**< further documents, of files that have no text */
    uint64_t occurrences, definitions;
    uint64_t foreign; /**< occurrences of symbols no document defines */
} gaz_scip_summary;

/** Edges of one index, or of several. Immutable. Threading: any number of readers. */
typedef struct gaz_scip_edges gaz_scip_edges;

/**
 * Reads an index.
 * @param data  a serialised scip.Index; not kept
 * @return GAZ_E_INVALID when it is no SCIP index, or does not match the tree: a path that is not
 * there, a range beyond the text, a path twice. GAZ_E_LIMIT beyond the limits above or the memory,
 * GAZ_E_TIMEOUT
 */
GAZ_CHECKED gaz_status gaz_scip_read(const void *data, size_t len, const gaz_scip_tree *tree,
                                     gaz_scip_edges **out, gaz_error *err);
/**
 * Writes what was read to a sealed file.
 * @param edges  from gaz_scip_read() with the same tree
 * @param path   a temporary name; the file must not exist
 * @param name   gets the content's name @param size bytes of the file
 */
GAZ_CHECKED gaz_status gaz_scip_write(const gaz_scip_edges *edges, const gaz_scip_tree *tree,
                                      const char *path, char name[GAZ_SEALED_NAME], uint64_t *size,
                                      gaz_error *err);
/**
 * Loads files that gaz_scip_write() wrote, for any tree. Symbols of the same name are one. Where
 * two indexes speak of a place, the first counts.
 * @param files   what is loaded of; at most GAZ_SCIP_LOADED_MAX
 * @param loaded  set to how many were: the others are beyond tree->memory
 * @return GAZ_E_CORRUPT, GAZ_E_NOT_FOUND, GAZ_E_TIMEOUT; GAZ_E_LIMIT when not even the first fits
 */
GAZ_CHECKED gaz_status gaz_scip_load(const char *const *files, size_t count,
                                     const gaz_scip_tree *tree, gaz_scip_edges **out,
                                     size_t *loaded, gaz_error *err);
gaz_scip_edges *gaz_scip_edges_ref(gaz_scip_edges *edges);
void gaz_scip_edges_unref(gaz_scip_edges *edges);
/** Bytes they take. */
size_t gaz_scip_edges_memory(const gaz_scip_edges *edges);
/** Of what was read; of what was loaded, without tool and version, all together. */
const gaz_scip_summary *gaz_scip_edges_summary(const gaz_scip_edges *edges);
/** The index that has a document for the file: 1 for the first; 0: none has. */
unsigned gaz_scip_edges_cover(const gaz_scip_edges *edges, uint32_t file);
/** Whether all files of an index are as they were when it was made. @param index  from 1 */
bool gaz_scip_edges_intact(const gaz_scip_edges *edges, unsigned index);

/** A place: bytes of a file. */
typedef struct gaz_scip_place {
    uint32_t file, start, end;
} gaz_scip_place;

/** What the name at a byte of a file is. */
typedef struct gaz_scip_meaning {
    bool known; /**< the index says something of this place */
    bool lost;  /**< it does, but not where that is: in a file that has changed since, or under a
                   name  that the index itself does not define. Not known */
    bool definition;               /**< it is a definition itself */
    bool local;                    /**< a symbol of this document alone */
    const gaz_scip_place *targets; /**< its definitions, by file and place */
    uint32_t count;                /**< 0: it is foreign */
    uint32_t symbol;               /**< number of the symbol, of this index only */
} gaz_scip_meaning;
void gaz_scip_edges_at(const gaz_scip_edges *edges, uint32_t file, uint32_t at,
                       gaz_scip_meaning *out);
/** Whether any name in a file is defined in another. */
bool gaz_scip_edges_bind(const gaz_scip_edges *edges, uint32_t from, uint32_t to);
/** The symbol that is defined at a place, or UINT32_MAX. */
uint32_t gaz_scip_edges_symbol(const gaz_scip_edges *edges, uint32_t file, uint32_t at);
/** Uses of a symbol, definitions left out, by file and place. */
const gaz_scip_place *gaz_scip_edges_uses(const gaz_scip_edges *edges, uint32_t symbol,
                                          uint32_t *count);
/** Symbols that implement a symbol, as relationships of the index say, ascending. */
const uint32_t *gaz_scip_edges_heirs(const gaz_scip_edges *edges, uint32_t symbol, uint32_t *count);
/** The definitions of a symbol, by file and place. */
const gaz_scip_place *gaz_scip_edges_definitions(const gaz_scip_edges *edges, uint32_t symbol,
                                                 uint32_t *count);

#endif
