/* Time: monotonic microseconds, deadlines, and wall-clock time for people. */
#ifndef GAZ_BASE_CLOCK_H
#define GAZ_BASE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define GAZ_NEVER INT64_MAX

/** Microseconds on a clock that never jumps. */
int64_t gaz_now_us(void);
/** Microseconds since 1970-01-01T00:00:00Z. */
int64_t gaz_wall_us(void);
/** The monotonic instant `ms` from now; GAZ_NEVER when ms is negative. */
int64_t gaz_deadline(int64_t ms);
bool gaz_expired(int64_t deadline_us);
/** Writes "2026-11-21T08:15:02Z". */
void gaz_time_format(int64_t wall_us, char out[32]);

#endif
