/* What the store's own files ask of the catalogue of SCIP indexes. Private to the store. */
#ifndef GAZ_STORE_SCIP_CATALOGUE_H
#define GAZ_STORE_SCIP_CATALOGUE_H

#include "store_check.h"

/** The SCIP indexes of a repository, the last imported first, checked against their digest. */
GAZ_CHECKED gaz_status gaz_store_read_scip(gaz_db *db, gaz_snapshot_repo *repo, gaz_error *err);
void gaz_store_free_scip(gaz_snapshot_repo *repo);
/** Checks the files of all SCIP indexes. */
GAZ_CHECKED gaz_status gaz_check_scip(gaz_store *store, const gaz_snapshot *snapshot,
                                      gaz_findings *f, gaz_error *err);
/** The same, and drops those that are damaged: nothing here can make them anew. */
GAZ_CHECKED gaz_status gaz_repair_scip(gaz_store *store, gaz_findings *f, gaz_error *err);

#endif
