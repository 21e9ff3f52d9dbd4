/* What the store's own files ask of the catalogue of symbols. Private to the store. */
#ifndef GAZ_STORE_SYMBOL_CATALOGUE_H
#define GAZ_STORE_SYMBOL_CATALOGUE_H

#include "store_private.h"

/** The symbol segments of a pool, checked against their digest. */
GAZ_CHECKED gaz_status gaz_store_read_symbols(gaz_db *db, gaz_snapshot_pool *pool, gaz_error *err);
/** How far the symbols of a repository's refs are; the refs are read already. */
GAZ_CHECKED gaz_status gaz_store_read_symbol_states(gaz_db *db, gaz_snapshot_repo *repo,
                                                    gaz_error *err);
/** Checks what a publication says of symbols, before its transaction. */
GAZ_CHECKED gaz_status gaz_store_check_symbols(const gaz_store *store, const gaz_publication *pub,
                                               gaz_error *err);
/** Inside the transaction, after refs have moved. */
GAZ_CHECKED gaz_status gaz_store_publish_symbols(gaz_db *db, const gaz_publication *pub,
                                                 gaz_error *err);
/** Whether a publication is about symbols and nothing else: what the last run of the repository
 * said of itself stays as it is then. */
bool gaz_store_symbols_alone(const gaz_publication *pub);
/** A repository has changed with a generation. */
GAZ_CHECKED gaz_status gaz_store_touch_repo(gaz_db *db, int64_t repo, uint64_t generation,
                                            gaz_error *err);
/** Inside a write transaction: a damaged segment goes, and with it what the pool's refs say of
 * their symbols. */
GAZ_CHECKED gaz_status gaz_store_drop_symbols(gaz_db *db, int64_t pool, const char *name,
                                              gaz_error *err);

#endif
