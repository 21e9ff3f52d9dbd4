/* One operation, asked of a running server or of the data directory, and shown. */
#ifndef GAZ_CLI_RUN_H
#define GAZ_CLI_RUN_H

#include "cli_args.h"
#include "cli_output.h"

/** Where things go and whether to stop. */
typedef struct gaz_cli_streams {
    gaz_cli_output out, notes;
    bool (*cancelled)(void *ctx); /**< whether the user asked to stop; any thread */
} gaz_cli_streams;

/** A command line about to be run. Everything is borrowed. */
typedef struct gaz_cli_context {
    const gaz_cli_commands *commands;
    const gaz_cli_args *args;
    gaz_cli_streams *streams;
    gaz_arena *arena;
} gaz_cli_context;

/**
 * Runs an operation's command, once or for each of its words, and what follows it.
 * @param exit   set to the exit code on GAZ_OK
 * @param query  set to the query of a search, for errors: borrowed from the arguments; NULL
 * otherwise
 */
GAZ_CHECKED gaz_status gaz_cli_run(const gaz_cli_context *context, int *exit, const char **query,
                                   gaz_error *err);

#endif
