/* What the files that read history share. Private to the module. */
#ifndef GAZ_REPO_HISTORY_PRIVATE_H
#define GAZ_REPO_HISTORY_PRIVATE_H

#include "gaz/base/vec.h"
#include "gaz/repo/history.h"
#include "git_tree.h"

/** A change while it is being paired; paths live in the arena of the caller. */
typedef GAZ_VEC(gaz_history_change) gaz_change_list;

/** Pairs deleted files with added ones: the two become one RENAME, in the place of the ADD. Keeps
 * the order of what stays. */
GAZ_CHECKED gaz_status gaz_history_pair(gaz_repo *repo, gaz_change_list *list, gaz_error *err);

/** The file at a path of a tree. GAZ_E_NOT_FOUND when there is none, or it cannot be told. */
GAZ_CHECKED gaz_status gaz_history_find(gaz_repo *repo, const gaz_oid *tree, const char *path,
                                        gaz_node_kind *kind, gaz_oid *blob, gaz_error *err);

#endif
