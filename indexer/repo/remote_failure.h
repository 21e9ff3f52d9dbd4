/* What went wrong between here and a remote, in words a person can act on. */
#ifndef GAZ_REPO_REMOTE_FAILURE_H
#define GAZ_REPO_REMOTE_FAILURE_H

#include "clone_source.h"

/**
 * Records why git failed: what is wrong, git's own line that says so, and what to do.
 *
 * @param doing   "cloning", "fetching"
 * @param errors  what git, ssh and the server printed; what the server's own programs say
 * ("remote: …") decides nothing
 * @return GAZ_E_IO for a full disk, GAZ_E_TIMEOUT for a silent server, else GAZ_E_REMOTE
 */
gaz_status gaz_remote_failure(const char *doing, const gaz_source *source, const char *errors,
                              int code, gaz_error *err);

#endif
