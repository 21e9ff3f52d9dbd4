/* Running one program to its end: no shell, an environment of our own, bounded output, a deadline,
 * no survivors. */
#ifndef GAZ_REPO_RUN_PROGRAM_H
#define GAZ_REPO_RUN_PROGRAM_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/strbuf.h"

#define GAZ_PROGRAM_OUTPUT_MAX ((size_t)16 << 20) /**< bytes kept of the standard output */
#define GAZ_PROGRAM_ERRORS_MAX 16384 /**< bytes kept of the standard error, the last ones */

typedef struct gaz_program {
    const char *const *argv; /**< ends with NULL; argv[0] is looked for in PATH */
    const char *const *envp; /**< ends with NULL; nothing else is inherited */
    int64_t deadline_us;     /**< gaz_now_us() clock; GAZ_NEVER: none */
    /** Called with each line of the standard error (also those ended by a carriage return), and at
     * least every quarter of a second with the last one again. @return GAZ_OK, or the status that
     * ends the program. May be NULL */
    gaz_status (*watch)(void *ctx, const char *line, gaz_error *err);
    void *ctx;
    gaz_strbuf *output; /**< appended to; nullable */
    gaz_strbuf *errors; /**< the last lines of the standard error; nullable */
} gaz_program;

/**
 * Runs a program in a process group of its own and waits for it. Whatever is left of the group is
 * killed, also when the caller dies meanwhile, by whatever signal.
 *
 * @param exit_code  its exit code, or 128 + signal
 * @return GAZ_E_NOT_FOUND when the program is not installed, GAZ_E_TIMEOUT, what `watch` gave,
 * GAZ_E_LIMIT for too much output
 */
GAZ_CHECKED gaz_status gaz_program_run(const gaz_program *program, int *exit_code, gaz_error *err);

#endif
