/* gaz watch: following a work tree in the foreground. */
#ifndef GAZ_CLI_WATCH_H
#define GAZ_CLI_WATCH_H

#include "cli_run.h"

/** Follows the work tree of the repository that is named, or that the working directory lies in,
 * and prints a line for each change that is published, until it is cancelled. */
GAZ_CHECKED gaz_status gaz_cli_watch(const gaz_cli_context *context, gaz_error *err);

#endif
