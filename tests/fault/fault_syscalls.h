/* The system calls that change files, counted and made to fail. The functions of this file's .c
 * stand in front of libc's for the whole program, its shared libraries included. Reading is never
 * touched, nor are descriptors 0 to 2. */
#ifndef GAZ_TESTS_FAULT_SYSCALLS_H
#define GAZ_TESTS_FAULT_SYSCALLS_H

#include <stdbool.h>
#include <stdint.h>

typedef enum fault_action {
    FAULT_COUNT,       /**< nothing fails: how many calls are there? */
    FAULT_KILL_BEFORE, /**< the process is killed before the call */
    FAULT_KILL_AFTER,  /**< … after it */
    FAULT_KILL_TORN,   /**< … after half of what a write was to write */
    FAULT_FULL_ONCE,   /**< one call finds the disk full; half of a write is written first */
    FAULT_FULL         /**< this call and all later ones that need room do */
} fault_action;

typedef struct fault_plan {
    fault_action action;
    uint64_t at; /**< which call, from 1 */
} fault_plan;

/** Begins counting from nothing. Threading: while no other thread changes files. */
void fault_syscalls_begin(fault_plan plan);
/** Ends the plan. @return the calls seen */
uint64_t fault_syscalls_end(void);
/** Whether a call failed, or would have killed, since fault_syscalls_begin(). */
bool fault_syscalls_struck(void);

/* ---- what a power cut leaves ----
 * With a shadow directory set, what is synced is copied there, as it is synced: the content of
 * files at their fsync, the names in directories at theirs. fault_shadow_restore() makes a tree of
 * just that. */

/** Takes all below `root` as durable. @param shadow  an absent directory on the same file system */
void fault_shadow_begin(const char *root, const char *shadow);
void fault_shadow_end(void);
/** Makes `to`, which must be absent, from what is durable. Any process. */
void fault_shadow_restore(const char *root, const char *shadow, const char *to);

#endif
