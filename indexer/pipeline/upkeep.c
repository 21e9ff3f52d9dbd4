/* Merging and sweeping, between index runs. */
#include "upkeep.h"

#include <stdio.h>
#include <string.h>

#include "gaz/base/hash.h"
#include "process.h"

static bool goes_on(void *ctx, const gaz_progress *progress)
{
    const upkeep *u = ctx;
    (void)progress;
    return !u->stopping(u->ctx);
}

/* The segments of a pool, and the generations of those who use it: what decides whether there is
 * something to merge. */
static uint64_t state_of(const gaz_snapshot *s, const gaz_snapshot_pool *pool)
{
    static const uint64_t spread = UINT64_C(0x9E3779B97F4A7C15);
    uint64_t state = 0;
    for (size_t i = 0; i < pool->segment_count; i++)
        state =
            (state ^ gaz_checksum(pool->segments[i].name, strlen(pool->segments[i].name))) * spread;
    for (size_t i = 0; i < pool->symbol_count; i++)
        state =
            (state ^ gaz_checksum(pool->symbols[i].name, strlen(pool->symbols[i].name))) * spread;
    for (size_t i = 0; i < s->repo_count; i++)
        if (s->repos[i].row.pool == pool->id)
            state = (state ^ s->repos[i].generation) * spread;
    return state;
}

/* Whether a pool has changed since it was last looked over; a process for each of a thousand that
 * did not would cost more than any merge. Pools come in ascending order of their ids. */
static bool changed(upkeep *u, size_t *at, int64_t pool, uint64_t state)
{
    while (*at < u->pools.len && u->pools.items[*at].pool < pool)
        ++*at;
    if (*at == u->pools.len || u->pools.items[*at].pool != pool) {
        looked_over fresh = {pool, ~state};
        if (!gaz_vec_push(&u->pools, fresh))
            return true;
        memmove(u->pools.items + *at + 1, u->pools.items + *at,
                (u->pools.len - 1 - *at) * sizeof fresh);
        u->pools.items[*at] = fresh;
    }
    bool differs = u->pools.items[*at].state != state;
    u->pools.items[*at].state = state;
    return differs;
}

void upkeep_merge(upkeep *u)
{
    size_t at = 0;
    gaz_snapshot *snapshot = NULL;
    gaz_error err = {0};
    if (gaz_store_snapshot(u->store, &snapshot, &err) != GAZ_OK)
        return;
    for (size_t p = 0; p < snapshot->pool_count && !u->stopping(u->ctx); p++) {
        char pool[24];
        gaz_run_result result;

        if ((snapshot->pools[p].segment_count < 2 && snapshot->pools[p].symbol_count < 2) ||
            !changed(u, &at, snapshot->pools[p].id, state_of(snapshot, &snapshot->pools[p])))
            continue;
        snprintf(pool, sizeof pool, "%lld", (long long)snapshot->pools[p].id);
        worker_call call = {.worker = u->worker,
                            .home = gaz_store_home(u->store),
                            .command = "merge",
                            .subject = pool,
                            .store = u->store,
                            .log = u->log,
                            .alive = goes_on,
                            .ctx = u};
        gaz_error_clear(&err);
        gaz_status st = worker_run(&call, &result, &err);
        if (st != GAZ_OK && st != GAZ_E_CANCELLED)
            gaz_log_write(u->log, GAZ_LOG_WARN, "merge", "pool %s: %s", pool, err.message);
    }
    gaz_snapshot_free(snapshot);
}

void upkeep_sweep(const upkeep *u)
{
    gaz_sweep swept;
    gaz_error err = {0};
    if (gaz_store_sweep(u->store, u->settings->retire_grace_ms, &swept, &err) != GAZ_OK)
        gaz_log_write(u->log, GAZ_LOG_WARN, "store", "cannot sweep: %s", err.message);
    else if (swept.files)
        gaz_log_write(u->log, GAZ_LOG_INFO, "store", "swept %llu files, %llu bytes",
                      (unsigned long long)swept.files, (unsigned long long)swept.bytes);
}
