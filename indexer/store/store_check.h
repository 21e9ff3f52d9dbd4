/* What checking and repairing share. Private to the store. */
#ifndef GAZ_STORE_CHECK_H
#define GAZ_STORE_CHECK_H

#include "gaz/base/map.h"
#include "store_private.h"

typedef struct gaz_findings {
    gaz_check_report report; /**< nullable */
    void *ctx;
    uint64_t count;   /**< findings */
    uint64_t checked; /**< files looked at */
} gaz_findings;
void gaz_finding(gaz_findings *f, const char *what, const char *name, const char *message);

typedef struct gaz_listed_manifest {
    int64_t repo;
    gaz_manifest_row row; /**< without its base */
} gaz_listed_manifest;
typedef GAZ_VEC(gaz_listed_manifest) gaz_manifest_list;

/** Checks the database and its digests. @param snapshot NULL when it cannot be trusted; the
 * caller's to free */
GAZ_CHECKED gaz_status gaz_check_catalogue(gaz_store *store, gaz_findings *f,
                                           gaz_snapshot **snapshot, gaz_error *err);
GAZ_CHECKED gaz_status gaz_check_segment(gaz_store *store, const gaz_segment_row *row,
                                         gaz_error *err);
GAZ_CHECKED gaz_status gaz_check_symbols(gaz_store *store, const gaz_symbol_row *row,
                                         gaz_error *err);
/** @param entries  files of the resolved manifest */
GAZ_CHECKED gaz_status gaz_check_manifest(gaz_store *store, const gaz_manifest_row *row,
                                          size_t *entries, gaz_error *err);
/** A gaz_store_body: all manifests into a gaz_manifest_list. */
GAZ_CHECKED gaz_status gaz_check_read_manifests(gaz_store *store, gaz_db *db, void *ctx,
                                                gaz_error *err);
/** Whether a failure says that a file is damaged or missing, rather than that it could not be
 * looked at. */
bool gaz_check_is_damage(gaz_status st);

/* commit_publish.c */
/** Checks the files of all commit indexes, and each as a whole. */
GAZ_CHECKED gaz_status gaz_check_commits(gaz_store *store, gaz_findings *f, gaz_error *err);
/** The same, and drops the index of each repository that has a damaged one: an index run makes it
 * anew. @param again  names of those repositories are added */
GAZ_CHECKED gaz_status gaz_repair_commits(gaz_store *store, gaz_findings *f, gaz_map *again,
                                          gaz_error *err);

#endif
