/* Failures as data: a status, one line for a person, a hint. See gaz/base/status.h. */
#include "gaz/base/status.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const names[] = {
    [0] = "ok",
    [-GAZ_E_INVALID] = "invalid",
    [-GAZ_E_NOT_FOUND] = "not_found",
    [-GAZ_E_EXISTS] = "exists",
    [-GAZ_E_NOMEM] = "out_of_memory",
    [-GAZ_E_IO] = "io",
    [-GAZ_E_CORRUPT] = "corrupt",
    [-GAZ_E_LIMIT] = "limit",
    [-GAZ_E_TIMEOUT] = "timeout",
    [-GAZ_E_CANCELLED] = "cancelled",
    [-GAZ_E_BUSY] = "busy",
    [-GAZ_E_UNSUPPORTED] = "not_available",
    [-GAZ_E_DENIED] = "denied",
    [-GAZ_E_REMOTE] = "remote",
    [-GAZ_E_INTERNAL] = "internal",
};

const char *gaz_status_name(gaz_status status)
{
    size_t n = sizeof names / sizeof names[0];
    if (status > 0)
        return "done";
    return (size_t)-status < n ? names[-status] : "internal";
}

gaz_status(gaz_error_set)(gaz_error *err, gaz_status status, const char *format, ...)
{
    if (!err || err->status != GAZ_OK)
        return status;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    for (char *p = err->message; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    err->status = status;
    return status;
}

gaz_status(gaz_error_errno)(gaz_error *err, const char *format, ...)
{
    int number = errno;
    gaz_status status = number == ENOMEM   ? GAZ_E_NOMEM
                        : number == ENOENT ? GAZ_E_NOT_FOUND
                                           : GAZ_E_IO;
    if (!err || err->status != GAZ_OK)
        return status;
    char what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    gaz_error_set(err, status, "%s: %s", what, strerror(number));
    if (number == ENOSPC || number == EDQUOT)
        gaz_error_hint(err,
                       "free some disk space and run it again; nothing that was published is lost");
    return status;
}

void gaz_error_hint(gaz_error *err, const char *format, ...)
{
    if (!err || err->status == GAZ_OK || err->hint[0])
        return;
    va_list args;
    va_start(args, format);
    vsnprintf(err->hint, sizeof err->hint, format, args);
    va_end(args);
}

void gaz_error_clear(gaz_error *err)
{
    if (err)
        *err = (gaz_error){.status = GAZ_OK};
}
