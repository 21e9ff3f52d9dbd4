/* SCIP: from bytes to documents, from documents to edges. */
#ifndef GAZ_SCIP_PRIVATE_H
#define GAZ_SCIP_PRIVATE_H

#include <stdatomic.h>

#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "gaz/graph/scip.h"

/** One occurrence, as the index has it. */
typedef struct scip_occurrence {
    const int32_t *range; /* [line, character, end line, end character] or without end line */
    size_t range_len;
    const char *symbol; /* UTF-8, NUL-terminated */
    uint32_t roles;
} scip_occurrence;

/** A symbol that implements another. */
typedef struct scip_heir {
    const char *symbol, *implements;
} scip_heir;

typedef struct scip_document {
    const char *path;
    const uint8_t *text; /* of the file, where the index has it; len 0: it has not */
    size_t text_len;
    int32_t encoding; /* 0 unsaid, 1 bytes, 2 UTF-16, 3 UTF-32 */
    scip_occurrence *occurrences;
    scip_heir *heirs;
    size_t occurrence_count, heir_count;
} scip_document;

typedef struct scip_tool {
    char name[64], version[64];
} scip_tool;

/**
 * Unpacks an index: `see` is called for each document, which lives as long as the call.
 * @param memory  bytes unpacking may hold at once
 */
GAZ_CHECKED gaz_status scip_unpack(const void *data, size_t len, size_t memory, scip_tool *tool,
                                   gaz_status (*see)(void *ctx, const scip_document *document,
                                                     gaz_error *err),
                                   void *ctx, gaz_error *err);

#define SCIP_DEFINITION 0x01u
#define SCIP_MEMORY_DEFAULT ((size_t)1 << 30)

/** An occurrence whose place in the text is known. */
typedef struct scip_entry {
    uint32_t file, start, end, symbol;
    bool definition;
} scip_entry;

typedef struct scip_list { /* for each symbol the part [first[s], first[s + 1]) */
    uint32_t *first;
    gaz_scip_place *places;
} scip_list;

/** What the name of a symbol hashes to, so that indexes can be joined; zero for local ones. */
typedef struct scip_key {
    uint64_t low, high;
} scip_key;

#define SCIP_LOCAL 0x1u    /* a symbol of one document */
#define SCIP_LOST 0x2u     /* it is defined in a document that does not count any more */
#define SCIP_UNPLACED 0x4u /* of a package the index defines, which itself it does not */

struct gaz_scip_edges {
    atomic_uint refs;
    gaz_scip_summary summary;
    uint8_t *covered; /* of each file: the index that has it, from 1; 0 none */
    uint32_t file_count;
    uint64_t broken;             /* bits of indexes, some of whose documents do not count */
    GAZ_VEC(scip_entry) entries; /* by file, start, end */
    uint32_t symbol_count;
    GAZ_VEC(uint8_t) flags; /* of symbols */
    GAZ_VEC(scip_key) keys; /* of symbols; only of what was read, for writing */
    scip_list definitions, uses;
    uint32_t *heir_first, *heirs;
};

GAZ_CHECKED gaz_status scip_edges_new(uint32_t file_count, gaz_scip_edges **out, gaz_error *err);
/** Bytes that edges of so many things take. */
size_t scip_edges_size(uint64_t entries, uint64_t symbols, uint64_t pairs, uint64_t files);

/** Sorts the entries and makes the lists by symbol. @param pairs  heir, base, heir, base, … */
GAZ_CHECKED gaz_status scip_edges_finish(gaz_scip_edges *edges, const uint32_t *pairs,
                                         size_t pair_count, gaz_error *err);

#endif
