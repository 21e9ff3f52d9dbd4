/* A cap on single allocations of libgit2: an object may claim any size, and its delta bases too,
 * before a byte of it has been read. */
#ifndef GAZ_REPO_ALLOC_CAP_H
#define GAZ_REPO_ALLOC_CAP_H

#include <stdbool.h>
#include <stddef.h>

/** Makes libgit2 allocate through the cap. Once, before it starts. */
void gaz_alloc_cap_install(void);
/** Refuses allocations over `bytes` on this thread until the next call; SIZE_MAX: none. */
void gaz_alloc_cap_set(size_t bytes);
/** Whether an allocation of this thread was refused since the last gaz_alloc_cap_set(). */
bool gaz_alloc_cap_hit(void);

#endif
