/* The program's log: one line per event, as text or as JSON. Only mains and request boundaries
 * write it. */
#ifndef GAZ_BASE_LOG_H
#define GAZ_BASE_LOG_H

#include <stdbool.h>
#include "gaz/base/status.h"

typedef enum gaz_log_level {
    GAZ_LOG_DEBUG,
    GAZ_LOG_INFO,
    GAZ_LOG_WARN,
    GAZ_LOG_ERROR
} gaz_log_level;

/** Where lines go. Passed in, never global. Lines are written whole; any thread may log. */
typedef struct gaz_log {
    int fd;              /**< borrowed */
    gaz_log_level level; /**< lines below it are dropped */
    bool json;           /**< JSON lines instead of text */
} gaz_log;

/** Writes one line: time, level, area ("http", "index", …), message. Control bytes are escaped.
 * NULL log: nothing. */
void gaz_log_write(const gaz_log *log, gaz_log_level level, const char *area, const char *format,
                   ...) GAZ_PRINTF(4, 5);
/** Reads "debug", "info", "warn" or "error". */
GAZ_CHECKED gaz_status gaz_log_level_parse(const char *text, gaz_log_level *level, gaz_error *err);

#endif
