/* How much a test does, from which seed, and how it says so: ./dev test does seeded tenths of what
 * ./dev prove does in full (GAZ_TEST_SCALE=full), which collects the lines printed here in
 * docs/proof.md. docs/internals/proofs.md lists the counts. */
#ifndef GAZ_TESTS_PROOF_H
#define GAZ_TESTS_PROOF_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/** Whether GAZ_TEST_SCALE is "full". */
static inline bool proof_full(void)
{
    const char *scale = getenv("GAZ_TEST_SCALE");
    return scale && strcmp(scale, "full") == 0;
}

/** `full` of them at full scale, a tenth otherwise, at least 1. */
static inline unsigned proof_rounds(unsigned full)
{
    return proof_full() ? full : (full + 9) / 10;
}

/** GAZ_TEST_SEED, or 1. */
static inline uint64_t proof_seed(void)
{
    const char *given = getenv("GAZ_TEST_SEED");
    return given ? strtoull(given, NULL, 0) : 1;
}

/** Prints the seed, so that a failure can be had again. */
static inline uint64_t proof_say_seed(void)
{
    printf("# seed %llu (GAZ_TEST_SEED chooses another)\n", (unsigned long long)proof_seed());
    return proof_seed();
}

/** splitmix64. @return a number below `below`, which is at least 1 */
static inline uint32_t proof_random(uint64_t *state, uint32_t below)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return (uint32_t)((((z ^ z >> 31) >> 32) * below) >> 32);
}

/** The line that ./dev prove collects; said only once all of it has held. */
static inline void proof_report(const char *what, uint64_t count)
{
    printf("proof: %s; %llu; %llu; no difference\n", what, (unsigned long long)count,
           (unsigned long long)proof_seed());
}

#endif
