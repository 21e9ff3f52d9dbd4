/* When to look at a remote again: arithmetic without a clock, threads or a network. Private to the
 * pipeline. */
#ifndef GAZ_PIPELINE_POLL_SCHEDULE_H
#define GAZ_PIPELINE_POLL_SCHEDULE_H

#include <stdint.h>

/** Times in microseconds. */
typedef struct poll_rules {
    int64_t interval; /**< above 0 */
    int64_t max; /**< the longest after failures; below the interval it counts as the interval */
} poll_rules;

/** Until the first look after a start: anything up to an interval, so that a thousand repositories
 * that a server finds are not all looked at in its first second. @param random  any number */
int64_t poll_first(const poll_rules *rules, uint64_t random);
/**
 * From one look to the next: the interval give or take a tenth, and after failures in a row twice,
 * four times, eight times as long, up to the longest, less up to a quarter of it: servers that
 * failed together are not asked together again.
 * @param failures  in a row; 0: the last look went well
 */
int64_t poll_delay(const poll_rules *rules, unsigned failures, uint64_t random);
/** Until a look that was due at `due` before a restart (wall clock): never later than the longest
 * delay, whatever the clocks say, and spread when it is overdue. */
int64_t poll_resume(const poll_rules *rules, int64_t due, int64_t now, uint64_t random);

#endif
