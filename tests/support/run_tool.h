/* Running a program to its end: what it is given, what it printed, how it ended. For tests: what
 * goes wrong fails them. */
#ifndef GAZ_TESTS_RUN_TOOL_H
#define GAZ_TESTS_RUN_TOOL_H

#include <stddef.h>
#include "gaz/base/strbuf.h"

typedef struct tool {
    const char *const *argv; /**< ended by NULL; argv[0] is looked for in $PATH */
    const char *dir;         /**< where it runs; NULL: here */
    const char *input;       /**< a file it reads as its standard input; NULL: /dev/null */
    bool loud;               /**< its standard error is shown; otherwise it is thrown away */
} tool;

/**
 * @param out  gets its standard output, appended; NULL: thrown away
 * @return its exit code; a program that cannot be started or is killed fails the test
 */
int run_tool(const tool *t, gaz_strbuf *out);
/** Runs `git -C dir …` (up to 12 words, ended by NULL), which must succeed. What it printed without
 * the last line end; free() it. */
char *run_git(const char *dir, ...) __attribute__((sentinel));

#endif
