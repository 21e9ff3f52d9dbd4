/* Allocations made to fail. Programs that use this are linked with --wrap for each function
 * (CMakeLists.txt), which catches every call our own code makes, and those of libgit2 and SQLite,
 * which are given these functions. */
#ifndef GAZ_TESTS_FAULT_ALLOC_H
#define GAZ_TESTS_FAULT_ALLOC_H

#include <stdbool.h>
#include <stdint.h>

#include "gaz/base/status.h"

/** Has SQLite allocate through the counted functions. Once, before it is used. */
void fault_alloc_sqlite(void);
/** The `at`-th allocation from now on fails, and when `forever` all later ones too. 0: count only.
 */
void fault_alloc_begin(uint64_t at, bool forever);
/** @return the allocations asked for since fault_alloc_begin() */
uint64_t fault_alloc_end(void);

/** Every N up to the number of allocations at full scale, a seeded tenth of them otherwise. */
typedef struct fault_sequence {
    uint64_t at, total;
    uint64_t every, rng;
    unsigned tried;
} fault_sequence;
fault_sequence fault_sequence_begin(uint64_t total);
/** The same, but of about so many below full scale: where each try is dear. */
fault_sequence fault_sequence_sample(uint64_t total, unsigned tries);
bool fault_sequence_more(const fault_sequence *s);
void fault_sequence_next(fault_sequence *s);

/** Fails the test when what came of a failed allocation is neither success nor a clean error. */
void fault_alloc_expect(gaz_status st, const gaz_error *err, const char *what, uint64_t at,
                        bool forever);

#endif
