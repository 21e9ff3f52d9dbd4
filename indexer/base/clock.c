/* CLOCK_MONOTONIC for durations, CLOCK_REALTIME for people. */
#include "gaz/base/clock.h"

#include <stdio.h>
#include <time.h>

static int64_t read_us(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t gaz_now_us(void)
{
    return read_us(CLOCK_MONOTONIC);
}

int64_t gaz_wall_us(void)
{
    return read_us(CLOCK_REALTIME);
}

int64_t gaz_deadline(int64_t ms)
{
    int64_t now = gaz_now_us();
    return ms < 0 || ms > (GAZ_NEVER - now) / 1000 ? GAZ_NEVER : now + ms * 1000;
}

bool gaz_expired(int64_t deadline_us)
{
    return deadline_us != GAZ_NEVER && gaz_now_us() >= deadline_us;
}

void gaz_time_format(int64_t wall_us, char out[32])
{
    time_t seconds = (time_t)(wall_us / 1000000);
    struct tm tm;
    gmtime_r(&seconds, &tm);
    strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}
