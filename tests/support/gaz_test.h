/* cmocka with what it wants included first, and the few assertions every test needs. */
#ifndef GAZ_TEST_H
#define GAZ_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "gaz/base/status.h"

/* It does not return, which Debian's header does not say: analyzers go on after a failed test. */
void _fail(const char *file, int line) __attribute__((noreturn));

/* Fails with the error's own message. */
#define assert_ok(expr)                                                                            \
    do {                                                                                           \
        gaz_status st_ = (expr);                                                                   \
        if (st_ != GAZ_OK)                                                                         \
            fail_msg("%s: %s: %s", #expr, gaz_status_name(st_), err.message);                      \
    } while (0)
#define assert_status(expected, expr)                                                              \
    do {                                                                                           \
        gaz_status st_ = (expr);                                                                   \
        if (st_ != (expected))                                                                     \
            fail_msg("%s: got %s, expected %s: %s", #expr, gaz_status_name(st_),                   \
                     gaz_status_name(expected), err.message);                                      \
    } while (0)

/* A fresh directory below $TMPDIR; the caller removes it with gaz_remove_all() and frees the name.
 */
static inline char *make_temp_dir(void)
{
    const char *base = getenv("TMPDIR");
    char buffer[512];
    snprintf(buffer, sizeof buffer, "%s/gaz-test-XXXXXX", base ? base : "/tmp");
    char *made = mkdtemp(buffer);
    assert_non_null(made);
    return strdup(made);
}

#endif
