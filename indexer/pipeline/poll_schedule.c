/* The schedule of polling. Jitter is a share of a delay, taken from a random number of the
 * caller's, so that tests can say what comes out. */
#include "poll_schedule.h"

#define SHARES 1024 /* steps of jitter */

/* `part` of SHARES, without overflow for any delay a setting can hold. */
static int64_t share(int64_t delay, int64_t part)
{
    return delay / SHARES * part + delay % SHARES * part / SHARES;
}

static int64_t longest(const poll_rules *rules)
{
    return rules->max > rules->interval ? rules->max : rules->interval;
}

int64_t poll_first(const poll_rules *rules, uint64_t random)
{
    return share(rules->interval, (int64_t)(random % SHARES) + 1);
}

int64_t poll_delay(const poll_rules *rules, unsigned failures, uint64_t random)
{
    int64_t jitter = (int64_t)(random % SHARES);
    if (!failures)
        return share(rules->interval, SHARES * 9 / 10) + share(rules->interval / 5, jitter);
    int64_t delay = rules->interval, most = longest(rules);
    for (unsigned i = 0; i < failures && delay < most; i++)
        delay = delay > most / 2 ? most : delay * 2;
    return delay - share(delay / 4, jitter);
}

int64_t poll_resume(const poll_rules *rules, int64_t due, int64_t now, uint64_t random)
{
    if (due <= now)
        return poll_first(rules, random);
    int64_t most = longest(rules);
    return due - now < most ? due - now : most;
}
