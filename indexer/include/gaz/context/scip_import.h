/* Importing a SCIP index: read against the commit it is said to be of, kept as a file of ours, and
 * published. */
#ifndef GAZ_CONTEXT_SCIP_IMPORT_H
#define GAZ_CONTEXT_SCIP_IMPORT_H

#include "gaz/context/code.h"

typedef struct gaz_scip_import {
    const char *repo;   /**< as gaz_ref_files_open() */
    const char *commit; /**< the same: a commit, or a branch or tag that is at it; NULL: the default
                           branch */
    const char *below;  /**< paths of the index are relative to this directory; NULL: the root */
    const void *data;   /**< a serialised scip.Index; borrowed */
    size_t len;
    int64_t deadline_us; /**< monotonic */
} gaz_scip_import;

typedef struct gaz_scip_imported {
    char repo[GAZ_REPO_NAME_MAX + 1];
    gaz_scip_row row;      /**< release it */
    uint64_t foreign;      /**< occurrences of what is not in the index */
    uint32_t without_text; /**< documents that were passed over: their files are not searched */
    uint32_t gone;         /**< older indexes that were dropped for it */
} gaz_scip_imported;

/**
 * Imports an index; when it returns, it is published and durable. Threading: any thread.
 * @return GAZ_E_INVALID when it is no index or does not match the commit, with the reason;
 * GAZ_E_NOT_FOUND when there is no such repository, commit or directory, with near misses;
 * GAZ_E_LIMIT beyond the settings scip.upload_max and scip.memory
 */
GAZ_CHECKED gaz_status gaz_scip_import_run(gaz_code_cache *cache, const gaz_scip_import *import,
                                           gaz_scip_imported *out, gaz_error *err);

/** Checks and copies a directory of a tree: without '/' at its ends, "" for the root; no component
 * may be empty, "." or "..". GAZ_E_INVALID. */
GAZ_CHECKED gaz_status gaz_scip_below(const char *text, gaz_strbuf *out, gaz_error *err);

#endif
