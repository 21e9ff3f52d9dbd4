/* What the files of the store share. Private to it. */
#ifndef GAZ_STORE_PRIVATE_H
#define GAZ_STORE_PRIVATE_H

#include <stdatomic.h>
#include "gaz/base/fs.h"
#include "gaz/store/manifest.h"
#include "gaz/store/store.h"
#include "store_db.h"

#define GAZ_MANIFEST_KIND "MANI"
#define GAZ_MANIFEST_VERSION 1
#define GAZ_LOCK_WAIT_MS 30000 /**< for the short locks of this module */

typedef struct gaz_manifest_cache gaz_manifest_cache;

struct gaz_store {
    char *home;
    gaz_lock *home_lock; /**< shared: the catalogue is not moved aside while it is held */
    bool damaged;        /**< opened by gaz_store_open_damaged() and the catalogue could not be: no
                            connections */
    gaz_db reader;       /**< snapshots, lists, checks */
    gaz_db poller;       /**< the generation's number and jobs: never waits for a snapshot */
    gaz_db writer;
    gaz_manifest_cache *manifests;
};

/** The digests of DESIGN's row groups: see schemas/migrations/0001-catalogue.sql. */
typedef enum gaz_digest_kind {
    GAZ_DIGEST_HOME = 0,
    GAZ_DIGEST_REPO = 1,
    GAZ_DIGEST_REFS = 2,
    GAZ_DIGEST_POOL = 3,
    GAZ_DIGEST_COMMITS = 4,
    GAZ_DIGEST_POOL_SYMBOLS = 5,
    GAZ_DIGEST_SYMBOL_STATES = 6,
    GAZ_DIGEST_SCIP = 7
} gaz_digest_kind;

/* In the home while a catalogue is being made anew: an empty file. */
#define GAZ_REMAKE_MARK "catalogue.remake"

/**
 * Opens the connections.
 * @param create  the catalogue may be made
 * @param remake  also when records say that there was one
 */
GAZ_CHECKED gaz_status gaz_store_connect(gaz_store *store, bool create, bool remake,
                                         gaz_error *err);
void gaz_store_disconnect(gaz_store *store);
/** GAZ_E_CORRUPT when the catalogue could not be opened. */
GAZ_CHECKED gaz_status gaz_store_usable(const gaz_store *store, gaz_error *err);
/** home/dir/name, replacing `out`. */
GAZ_CHECKED gaz_status gaz_store_join(const gaz_store *store, const char *dir, const char *name,
                                      gaz_strbuf *out, gaz_error *err);
/** Whether `name` is 64 lower-case hexadecimal digits. */
bool gaz_store_is_name(const char *name);
/** Writes `size - 1` (an even number) random hexadecimal digits. */
GAZ_CHECKED gaz_status gaz_store_random(char *out, size_t size, gaz_error *err);
/** Shared by those who adopt or make run directories, exclusive for the sweeper. */
GAZ_CHECKED gaz_status gaz_store_files_lock(const gaz_store *store, bool exclusive, gaz_lock **out,
                                            gaz_error *err);

/** Runs `body` in one transaction on the writer, under its lock. */
typedef GAZ_CHECKED gaz_status (*gaz_store_body)(gaz_store *store, gaz_db *db, void *ctx,
                                                 gaz_error *err);
GAZ_CHECKED gaz_status gaz_store_write(gaz_store *store, gaz_store_body body, void *ctx,
                                       gaz_error *err);
/** The same in a read transaction of the reader. */
GAZ_CHECKED gaz_status gaz_store_read(gaz_store *store, gaz_store_body body, void *ctx,
                                      gaz_error *err);

/** Inside a write transaction: the next generation's number. */
GAZ_CHECKED gaz_status gaz_store_next_generation(gaz_db *db, uint64_t *out, gaz_error *err);
GAZ_CHECKED gaz_status gaz_store_read_generation(gaz_db *db, uint64_t *out, gaz_error *err);
/** Compares a sum of digests with the stored one. @param what  for the message: "repository x" */
GAZ_CHECKED gaz_status gaz_store_check_digest(gaz_db *db, gaz_digest_kind kind, int64_t id,
                                              uint64_t sum, const char *what, gaz_error *err);

/* store_repos.c */
/** Columns of repo_rows that gaz_store_repo_column() reads; the digest is the one after them. */
#define GAZ_REPO_COLUMNS                                                                           \
    "id, uid, name, source, git_dir, cloned, patterns, pool, generation, added_us, indexed_us, "   \
    "last_error, note, digest"
/** Fills `out` (zeroed) from the current row and checks its digest. @param generation, digest
 * nullable */
GAZ_CHECKED gaz_status gaz_store_repo_read(gaz_store *store, gaz_db *db, sqlite3_stmt *stmt,
                                           gaz_repo_row *out, uint64_t *generation, gaz_error *err);
/** The digest that one repository adds to the home's. */
GAZ_CHECKED gaz_status gaz_store_home_sum(gaz_db *db, uint64_t *sum, gaz_error *err);

/* store_publish.c, inside a write transaction */
/** Remembers when a file lost its last row, unless it still has one. */
GAZ_CHECKED gaz_status gaz_store_retire(gaz_db *db, gaz_file_kind kind, const char *name,
                                        gaz_error *err);
/** Deletes the manifests from `name` down its chain that nothing in the repository refers to. */
GAZ_CHECKED gaz_status gaz_store_drop_manifests(gaz_db *db, int64_t repo, const char *name,
                                                gaz_error *err);
/** Drops a pool that no repository is in. */
GAZ_CHECKED gaz_status gaz_store_drop_pool(gaz_db *db, int64_t pool, gaz_error *err);

/* store_record.c: repos/<uid>.repo, what `gaz repair` makes a lost catalogue from */
GAZ_CHECKED gaz_status gaz_store_record_write(const gaz_store *store, const gaz_repo_row *row,
                                              gaz_error *err);
GAZ_CHECKED gaz_status gaz_store_record_read(const char *path, gaz_repo_row *out, gaz_error *err);
/** Whether there is any record, so that there must have been a catalogue. */
GAZ_CHECKED gaz_status gaz_store_record_any(const char *home, bool *any, gaz_error *err);
GAZ_CHECKED gaz_status gaz_store_record_path(const gaz_store *store, const char *uid,
                                             gaz_strbuf *out, gaz_error *err);
/** Checks what a user chose: name, source, patterns. */
GAZ_CHECKED gaz_status gaz_store_repo_valid(const gaz_repo_row *row, gaz_error *err);
/** Inserts a row into the catalogue inside a write transaction and writes its record. uid is set
 * already. */
GAZ_CHECKED gaz_status gaz_store_repo_insert(gaz_store *store, gaz_db *db, gaz_repo_row *row,
                                             gaz_error *err);

/* manifest.c */
/** Bytes of memory a manifest holds on to; what it shares with others is counted in full. */
uint64_t gaz_manifest_memory(const gaz_manifest *m);
/** Checks every byte of a manifest's file, and loads it. What is in the cache counts as sound:
 * clear it before checking a home. */
GAZ_CHECKED gaz_status gaz_manifest_verify(gaz_store *store, const char *name, uint64_t *file_bytes,
                                           size_t *entries, gaz_error *err);

/* manifest_cache.c */
GAZ_CHECKED gaz_status gaz_manifest_cache_new(gaz_manifest_cache **out, gaz_error *err);
void gaz_manifest_cache_free(gaz_manifest_cache *cache);
/** A reference, or NULL. */
gaz_manifest *gaz_manifest_cache_get(gaz_manifest_cache *cache, const char *name);
void gaz_manifest_cache_put(gaz_manifest_cache *cache, gaz_manifest *m);
/** Forgets all: their files may have been found damaged. */
void gaz_manifest_cache_clear(gaz_manifest_cache *cache);

#endif
