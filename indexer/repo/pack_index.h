/* Whether the index of a pack can be trusted with libgit2. */
#ifndef GAZ_REPO_PACK_INDEX_H
#define GAZ_REPO_PACK_INDEX_H

#include <stdint.h>
#include "gaz/base/status.h"

/**
 * Checks that the tables of a pack's .idx file are inside the file, and lead inside themselves and
 * the pack.
 *
 * @param pack_size  bytes of the .pack file
 * @return GAZ_E_CORRUPT when they do not; GAZ_E_NOT_FOUND when the file has gone
 */
GAZ_CHECKED gaz_status gaz_pack_index_check(const char *path, uint64_t pack_size, gaz_error *err);

#endif
