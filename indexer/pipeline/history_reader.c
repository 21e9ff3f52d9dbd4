/* Reading commits with several threads: each has a repository handle of its own and takes the next
 * commit of a small batch. Batches keep the order of the walk, in which they are written. */
#include <stdatomic.h>
#include <stdlib.h>

#include "gaz/base/threads.h"
#include "history_run.h"

struct history_reader {
    gaz_repo **repos; /* one per worker */
    unsigned workers;
    gaz_pool *pool;   /* NULL: one thread */
    inflight *flight; /* nullable */
    history_item *items;
    size_t count;
    atomic_size_t next;
};

gaz_status history_reader_new(const char *git_dir, unsigned threads, inflight *flight,
                              history_reader **out, gaz_error *err)
{
    history_reader *r = calloc(1, sizeof *r);
    if (!r)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to read history");
    r->flight = flight;
    r->workers = threads ? threads : 1;
    r->workers = r->workers > HISTORY_BATCH ? HISTORY_BATCH : r->workers;
    r->repos = calloc(r->workers, sizeof(gaz_repo *));
    gaz_status st =
        r->repos ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to read history");
    for (unsigned i = 0; st == GAZ_OK && i < r->workers; i++)
        st = gaz_repo_open(git_dir, &r->repos[i], err);
    if (st == GAZ_OK && r->workers > 1)
        st = gaz_pool_new(r->workers - 1, r->workers, &r->pool, err);
    if (st != GAZ_OK) {
        history_reader_free(r);
        return st;
    }
    *out = r;
    return GAZ_OK;
}

void history_reader_free(history_reader *r)
{
    if (!r)
        return;
    gaz_pool_free(r->pool);
    for (unsigned i = 0; r->repos && i < r->workers; i++)
        gaz_repo_close(r->repos[i]);
    free(r->repos);
    free(r);
}

/* A commit that is being read when the process dies is suspect. */
static void note_reading(history_reader *r, unsigned worker, const gaz_oid *id)
{
    if (!r->flight)
        return;
    if (id) {
        r->flight->slots[worker].oid = *id;
        atomic_signal_fence(memory_order_seq_cst);
    }
    r->flight->slots[worker].busy = id ? 1 : 0;
}

static void read_share(void *ctx, unsigned worker)
{
    history_reader *r = ctx;
    for (size_t at; (at = atomic_fetch_add(&r->next, 1)) < r->count;) {
        history_item *item = &r->items[at];
        gaz_error_clear(&item->err);
        note_reading(r, worker, item->crashes ? NULL : &item->id);
        item->status = history_read(r->repos[worker], item, &item->err);
        note_reading(r, worker, NULL);
    }
}

gaz_status history_reader_read(history_reader *r, history_item *items, size_t count, gaz_error *err)
{
    r->items = items;
    r->count = count;
    atomic_store(&r->next, 0);
    if (r->pool && count > 1)
        gaz_pool_run(r->pool, r->workers, read_share, r);
    else
        read_share(r, 0);
    for (size_t i = 0; i < count; i++)
        if (items[i].status != GAZ_OK)
            return gaz_error_set(err, items[i].status, "%s", items[i].err.message);
    return GAZ_OK;
}
