/* SCIP: from bytes to documents, from documents to edges. */
#ifndef GAZ_SCIP_PRIVATE_H
#define GAZ_SCIP_PRIVATE_H

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

/** An occurrence whose place in the text is known. */
typedef struct scip_entry {
    uint32_t file, start, end, symbol;
    bool definition;
} scip_entry;

typedef struct scip_list { /* for each symbol the part [first[s], first[s + 1]) */
    uint32_t *first;
    gaz_scip_place *places;
} scip_list;

struct gaz_scip_edges {
    gaz_scip_summary summary;
    uint8_t *covered; /* bits of files */
    uint32_t file_count;
    GAZ_VEC(scip_entry) entries; /* by file, start, end */
    uint32_t symbol_count;
    uint8_t *local; /* bits of symbols */
    scip_list definitions, uses;
    uint32_t *heir_first, *heirs;
};

/** Sorts the entries and makes the lists by symbol. @param pairs  heir, base, heir, base, … */
GAZ_CHECKED gaz_status scip_edges_finish(gaz_scip_edges *edges, const uint32_t *pairs,
                                         size_t pair_count, gaz_error *err);

#endif
