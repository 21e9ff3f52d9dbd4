/* What the catalogue says of a repository's work tree. */
#ifndef GAZ_STORE_TREE_STATE_H
#define GAZ_STORE_TREE_STATE_H

#include "gaz/store/store.h"

/** What is published of a work tree. */
typedef struct gaz_tree_state {
    uint32_t files;     /**< those that are not searched included */
    gaz_oid commit;     /**< HEAD's, which it lies over; zero: there is none */
    int64_t changed_us; /**< wall clock: since when it is as it is; 0: not known */
    bool live;          /**< as gaz_store_is_live() */
} gaz_tree_state;

/** One indexed look-up. Threading: any thread. @return GAZ_DONE when nothing is published of it, or
 * it has no work tree */
GAZ_CHECKED gaz_status gaz_store_tree_state(gaz_store *store, const gaz_repo_row *row,
                                            gaz_tree_state *out, gaz_error *err);

#endif
