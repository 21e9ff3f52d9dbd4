/* Help and completion, read off the commands. */
#ifndef GAZ_CLI_HELP_H
#define GAZ_CLI_HELP_H

#include "cli_args.h"

/** Appends the help of the program. */
void gaz_cli_help_program(const gaz_cli_commands *commands, gaz_strbuf *out);
/** Appends the help of one command. */
void gaz_cli_help_command(const gaz_cli_command *command, gaz_strbuf *out);
/** Appends a completion script. GAZ_E_INVALID for a shell it does not know. */
GAZ_CHECKED gaz_status gaz_cli_completion(const gaz_cli_commands *commands, const char *shell,
                                          gaz_strbuf *out, gaz_error *err);

#endif
