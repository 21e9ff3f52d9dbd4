/* The result of every function that can fail, and the words that go with a failure. */
#ifndef GAZ_BASE_STATUS_H
#define GAZ_BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>

#define GAZ_CHECKED __attribute__((warn_unused_result))
#define GAZ_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

/** What happened. Zero is success, positive ends an iteration, negative is failure. */
typedef enum gaz_status {
    GAZ_OK = 0,
    GAZ_DONE = 1,            /**< an iterator has no more */
    GAZ_E_INVALID = -1,      /**< the caller's input is wrong; `column` may say where */
    GAZ_E_NOT_FOUND = -2,    /**< the named thing does not exist */
    GAZ_E_EXISTS = -3,       /**< the named thing exists already */
    GAZ_E_NOMEM = -4,        /**< an allocation failed or a memory limit was met */
    GAZ_E_IO = -5,           /**< the operating system refused; errno is in the message */
    GAZ_E_CORRUPT = -6,      /**< stored bytes do not match their checksum or format */
    GAZ_E_LIMIT = -7,        /**< a stated limit was exceeded */
    GAZ_E_TIMEOUT = -8,      /**< the time allowed has passed */
    GAZ_E_CANCELLED = -9,    /**< the caller has gone or asked to stop */
    GAZ_E_BUSY = -10,        /**< somebody else holds it; try again */
    GAZ_E_UNSUPPORTED = -11, /**< well-formed, but not available (yet) */
    GAZ_E_DENIED = -12,      /**< the caller may not */
    GAZ_E_REMOTE = -13,      /**< another program or server failed */
    GAZ_E_INTERNAL = -14     /**< a bug: an invariant did not hold */
} gaz_status;

/** A failure told to a person: one line, an optional hint, and a column in the input where known.
 */
typedef struct gaz_error {
    gaz_status status;
    size_t column;     /**< 1-based byte column in the caller's text; 0 when there is none */
    char message[400]; /**< what was being done, to what, and what went wrong */
    char hint[240];    /**< what to do about it; may be empty */
} gaz_error;

/**
 * Records a failure and hands its status back, so that `return gaz_error_set(...)` reads well.
 * Never masks an earlier failure: when `err` already holds one it is left alone.
 *
 * @param err     may be NULL
 * @param status  a negative status
 */
gaz_status gaz_error_set(gaz_error *err, gaz_status status, const char *format, ...)
    GAZ_PRINTF(3, 4);

/** As gaz_error_set(), for a failure of the operating system: adds strerror(errno); ENOSPC and
 * EDQUOT get a hint. */
gaz_status gaz_error_errno(gaz_error *err, const char *format, ...) GAZ_PRINTF(2, 3);

/* The static analyser sees one file at a time: it is told here that a recorded failure is a
 * failure. */
#ifdef __clang_analyzer__
#define gaz_error_set(err, status, ...) ((void)(gaz_error_set)(err, status, __VA_ARGS__), (status))
#define gaz_error_errno(err, ...) ((void)(gaz_error_errno)(err, __VA_ARGS__), GAZ_E_IO)
#endif

/** Adds a hint to a recorded failure, when there is none yet. */
void gaz_error_hint(gaz_error *err, const char *format, ...) GAZ_PRINTF(2, 3);

/** Forgets a recorded failure. NULL is accepted. */
void gaz_error_clear(gaz_error *err);

/** The stable name of a status as it appears in API answers: "not_found", "corrupt", … Static. */
const char *gaz_status_name(gaz_status status);

#endif
