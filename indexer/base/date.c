/* Dates are taken apart by hand: strptime() and its kin depend on the locale and on the zone of the
 * machine, and an answer must not. */
#include "gaz/base/date.h"

#include <stdbool.h>
#include <string.h>

#define DAY INT64_C(86400)
#define YEAR_1 (-INT64_C(62135596800))
#define YEAR_9999 INT64_C(253402300799)

/* Up to `most` digits; false when there are fewer than `least`. */
static bool take_number(const char **at, size_t least, size_t most, int64_t *out)
{
    size_t n = 0;
    *out = 0;
    while (n < most && (*at)[n] >= '0' && (*at)[n] <= '9')
        *out = *out * 10 + ((*at)[n++] - '0');
    *at += n;
    return n >= least;
}

static bool take_char(const char **at, char c)
{
    bool found = **at == c;
    *at += found;
    return found;
}

/* Days since the epoch of a day of the Gregorian calendar: H. Hinnant's days_from_civil. */
static int64_t days_of(int64_t year, int64_t month, int64_t day)
{
    year -= month <= 2;
    int64_t era = year / 400, of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static bool is_day(int64_t year, int64_t month, int64_t day)
{
    static const int64_t days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= days[month - 1] &&
           (month != 2 || day <= 28 || leap);
}

/* "Z", "+01:00", "-0800", or nothing. */
static bool take_zone(const char **at, int64_t *seconds)
{
    int64_t hours, minutes;
    if (take_char(at, 'Z') || take_char(at, 'z') || !**at)
        return true;
    bool west = **at == '-';
    if (!take_char(at, '+') && !take_char(at, '-'))
        return false;
    if (!take_number(at, 2, 2, &hours))
        return false;
    take_char(at, ':');
    if (!take_number(at, 2, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *seconds += (west ? 1 : -1) * (hours * 3600 + minutes * 60);
    return true;
}

static bool take_clock(const char **at, int64_t *seconds)
{
    int64_t hour, minute, second = 0, fraction;
    if (!take_number(at, 2, 2, &hour) || !take_char(at, ':') || !take_number(at, 2, 2, &minute))
        return false;
    if (take_char(at, ':')) {
        if (!take_number(at, 2, 2, &second))
            return false;
        if (take_char(at, '.') && !take_number(at, 1, 9, &fraction))
            return false;
    }
    *seconds += hour * 3600 + minute * 60 + second;
    return hour < 24 && minute < 60 && second < 61 && take_zone(at, seconds);
}

static bool read_calendar(const char *at, int64_t *seconds)
{
    int64_t year, month, day;
    if (!take_number(&at, 4, 4, &year) || !take_char(&at, '-') || !take_number(&at, 1, 2, &month) ||
        !take_char(&at, '-') || !take_number(&at, 1, 2, &day) || !is_day(year, month, day))
        return false;
    *seconds = days_of(year, month, day) * DAY;
    if (!*at)
        return true;
    if (!take_char(&at, 'T') && !take_char(&at, 't') && !take_char(&at, ' '))
        return false;
    return take_clock(&at, seconds) && !*at;
}

/* "3 days ago", "3.days.ago", "3_days_ago"; "ago" may be left out. */
static bool read_ago(const char *at, int64_t now, int64_t *seconds)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"second", 1},     {"minute", 60},      {"hour", 3600},     {"day", DAY},
                 {"week", 7 * DAY}, {"month", 30 * DAY}, {"year", 365 * DAY}};
    static const char between[] = " ._-";
    int64_t count, unit = 0;
    if (!take_number(&at, 1, 9, &count))
        return false;
    at += strspn(at, between);
    for (size_t i = 0; i < sizeof units / sizeof *units && !unit; i++) {
        size_t len = strlen(units[i].name);
        if (strncmp(at, units[i].name, len) == 0) {
            unit = units[i].seconds;
            at += len;
        }
    }
    take_char(&at, 's');
    at += strspn(at, between);
    *seconds = now - count * unit;
    return unit && (!*at || strcmp(at, "ago") == 0);
}

static bool read_any(const char *text, int64_t now, int64_t *seconds)
{
    int64_t midnight = now - ((now % DAY) + DAY) % DAY;
    if (text[0] == '@') {
        const char *at = text + 1;
        return take_number(&at, 1, 18, seconds) && !*at;
    }
    *seconds = strcmp(text, "now") == 0         ? now
               : strcmp(text, "yesterday") == 0 ? midnight - DAY
                                                : midnight;
    if (strcmp(text, "now") == 0 || strcmp(text, "today") == 0 || strcmp(text, "yesterday") == 0)
        return true;
    return read_calendar(text, seconds) || read_ago(text, now, seconds);
}

gaz_status gaz_date_parse(const char *text, int64_t now, int64_t *seconds, gaz_error *err)
{
    int64_t found = 0;
    if (read_any(text, now, &found) && found >= YEAR_1 && found <= YEAR_9999) {
        *seconds = found;
        return GAZ_OK;
    }
    gaz_error_set(err, GAZ_E_INVALID, "'%.100s' is no point in time", text);
    gaz_error_hint(err, "write it as 2026-11-21, 2026-11-21T08:15:02Z, yesterday or '2 weeks ago'");
    return GAZ_E_INVALID;
}
