/* Points in time as people write them. */
#ifndef GAZ_BASE_DATE_H
#define GAZ_BASE_DATE_H

#include <stdint.h>
#include "gaz/base/status.h"

/**
 * Reads a point in time: "2026-11-21", "2026-11-21T08:15:02Z" (seconds and zone may be left out, a
 * blank may stand for the T; zones are Z, +01:00 or -0800; without one it is UTC), "@1700000000",
 * "now", "today", "yesterday", and "3 days ago" or "2.weeks.ago" (seconds to years; a month is 30
 * days, a year 365).
 * @param now      seconds since the epoch that "ago" counts from
 * @param seconds  since the epoch, within the years 1 to 9999
 * @return GAZ_E_INVALID
 */
GAZ_CHECKED gaz_status gaz_date_parse(const char *text, int64_t now, int64_t *seconds,
                                      gaz_error *err);

#endif
