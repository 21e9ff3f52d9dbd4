/* Looking after what index runs leave: merging segments, sweeping files that nobody needs. Private
 * to the pipeline. */
#ifndef GAZ_PIPELINE_UPKEEP_H
#define GAZ_PIPELINE_UPKEEP_H

#include "gaz/base/log.h"
#include "gaz/base/vec.h"
#include "gaz/store/settings.h"
#include "gaz/store/store.h"

/* What a pool was like when it was last looked over for merging. */
typedef struct looked_over {
    int64_t pool;
    uint64_t state;
} looked_over;

/* Zero but for the first block, which is its user's. One thread's at a time. */
typedef struct upkeep {
    gaz_store *store;
    const gaz_settings *settings;
    const gaz_log *log;
    const char *worker; /* path of gaz-worker */
    bool (*stopping)(void *ctx);
    void *ctx;
    GAZ_VEC(looked_over) pools; /* by id */
} upkeep;

/* Has a worker merge each pool that has changed since it was last looked over. */
void upkeep_merge(upkeep *u);
void upkeep_sweep(const upkeep *u);

#endif
