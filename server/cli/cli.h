/* The program `gaz`: a command line read off the operation table. See docs/cli.md. */
#ifndef GAZ_CLI_CLI_H
#define GAZ_CLI_CLI_H

#include "gaz/ops/op.h"

/* Exit codes. */
enum {
    GAZ_EXIT_OK = 0,
    GAZ_EXIT_NONE = 1, /**< nothing found; a check found damage */
    GAZ_EXIT_ERROR = 2,
    GAZ_EXIT_INTERRUPTED = 130
};

/**
 * Runs one command line.
 * @param ops  the whole table; static
 * @return the exit code
 */
int gaz_cli_main(int argc, char **argv, const gaz_op *ops, size_t op_count);

#endif
