/* SCIP indexes in the catalogue: which were imported for which commit of a repository. What is in
 * their files is the graph's business (gaz/graph/scip.h). */
#ifndef GAZ_STORE_SCIP_INDEX_H
#define GAZ_STORE_SCIP_INDEX_H

#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/sealed.h"

#define GAZ_SCIP_TOOL_MAX 64     /**< bytes of a tool's name or version, with a NUL */
#define GAZ_SCIP_BELOW_MAX 4096u /**< bytes of a directory */
#define GAZ_SCIP_KEPT_MAX 10000u /**< indexes of one repository */

struct gaz_store;

/** An index. Of a repository there is one for each commit, directory and tool. */
typedef struct gaz_scip_row {
    gaz_oid commit;
    char *below; /**< the directory its paths are relative to; "" for the root */
    char tool[GAZ_SCIP_TOOL_MAX], version[GAZ_SCIP_TOOL_MAX]; /**< UTF-8 */
    char name[GAZ_SEALED_NAME]; /**< of the file, which lies among the segments */
    uint32_t documents;
    uint64_t occurrences, definitions, file_bytes;
    int64_t imported_us; /**< wall clock */
} gaz_scip_row;
/** Frees what a row owns (not the row). */
void gaz_scip_row_release(gaz_scip_row *row);

/**
 * Publishes an index in one transaction that is a new generation; it takes the place of the one of
 * the same commit, directory and tool. Its file is in place already: gaz_store_adopt().
 * @param row   imported_us is set
 * @param keep  at least 1: the indexes that were imported last stay, older ones go
 * @param gone  nullable, how many went for that
 * @return GAZ_E_NOT_FOUND when the repository was removed meanwhile (or the file is not in place)
 */
GAZ_CHECKED gaz_status gaz_scip_publish(struct gaz_store *store, int64_t repo, gaz_scip_row *row,
                                        uint32_t keep, uint32_t *gone, gaz_error *err);

/** Which indexes are meant. */
typedef struct gaz_scip_filter {
    const gaz_oid *commit; /**< nullable: of any */
    const char *below;     /**< nullable: any */
    const char *tool;      /**< nullable: any */
} gaz_scip_filter;
/** Removes indexes of a repository, which is a new generation when there were any. @param removed
 * how many */
GAZ_CHECKED gaz_status gaz_scip_remove(struct gaz_store *store, int64_t repo,
                                       const gaz_scip_filter *filter, uint32_t *removed,
                                       gaz_error *err);

#endif
