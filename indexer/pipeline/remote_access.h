/* How remotes are reached, as the settings say. Private to the pipeline. */
#ifndef GAZ_PIPELINE_REMOTE_ACCESS_H
#define GAZ_PIPELINE_REMOTE_ACCESS_H

#include "gaz/repo/git.h"
#include "gaz/store/settings.h"
#include "gaz/store/store.h"

/** Borrows from the settings. @param progress  nullable */
gaz_transport remote_access(const gaz_settings *settings, gaz_transfer_progress progress,
                            void *ctx);

/**
 * Whether an index run of a repository's branches would find something: another state of the
 * remote than of the clone, no clone yet, other commits than are indexed, or an error of the last
 * run. Asks the remote once and writes nothing.
 *
 * @return GAZ_E_BUSY when somebody works on the repository
 */
GAZ_CHECKED gaz_status remote_poll(gaz_store *store, const gaz_settings *settings, const char *repo,
                                   bool *changed, gaz_error *err);

/** Clears what a run that was killed while it cloned or fetched left behind, unless another run has
 * begun. */
void remote_tidy(gaz_store *store, const char *repo);

#endif
