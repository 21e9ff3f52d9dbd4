/* What handlers work with, put together for one process. */
#ifndef GAZ_CLI_SERVICES_H
#define GAZ_CLI_SERVICES_H

#include "cli_args.h"
#include "gaz/ops/op.h"

typedef struct gaz_cli_process {
    gaz_settings settings;
    gaz_store *store;
    gaz_engine *engine;
    gaz_runner *runner;
    gaz_parse_pool *parsers;
    gaz_repo_pool *repos;
    gaz_code_cache *code;
    gaz_log log;
    gaz_services services;
} gaz_cli_process;

/** The data directory of a command line: --home, else gaz_home_path(). free() it. */
GAZ_CHECKED gaz_status gaz_cli_home(const gaz_cli_options *options, char **out, gaz_error *err);
/**
 * Opens the data directory and everything that works on it.
 * @param create  make it (mode 0700) when there is none
 * @param quiet   log errors only, unless the settings say otherwise
 */
GAZ_CHECKED gaz_status gaz_cli_process_open(const char *home, const gaz_cli_options *options,
                                            bool create, bool quiet, gaz_cli_process **out,
                                            gaz_error *err);
void gaz_cli_process_close(gaz_cli_process *process);

#endif
