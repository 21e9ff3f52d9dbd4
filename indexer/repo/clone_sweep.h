/* What interrupted transfers leave in a clone. */
#ifndef GAZ_REPO_CLONE_SWEEP_H
#define GAZ_REPO_CLONE_SWEEP_H

#include "gaz/base/status.h"

/** Removes what git was writing in a clone of ours when it was killed: temporary packs and objects,
 * lock files, marks of packs that were to be kept. Only while no git works in it. A clone that is
 * not there is fine. */
GAZ_CHECKED gaz_status gaz_clone_sweep(const char *git_dir, gaz_error *err);

#endif
