/* The segments of a pool, opened together. */
#include <stdlib.h>

#include "index_run.h"

gaz_status pool_open_segments(gaz_store *store, const gaz_snapshot *snapshot, int64_t pool,
                              gaz_segment ***out, size_t *count, gaz_error *err)
{
    for (size_t p = 0; p < snapshot->pool_count; p++) {
        const gaz_snapshot_pool *rows = &snapshot->pools[p];
        if (rows->id != pool)
            continue;
        gaz_segment **segments = calloc(rows->segment_count + 1, sizeof(gaz_segment *));
        gaz_status st =
            segments ? GAZ_OK
                     : gaz_error_set(err, GAZ_E_NOMEM, "no memory for the segments of a pool");
        gaz_strbuf path = GAZ_STRBUF_INIT;
        for (size_t i = 0; st == GAZ_OK && i < rows->segment_count; i++) {
            st = gaz_store_path(store, GAZ_FILE_SEGMENT, rows->segments[i].name, &path, err);
            if (st == GAZ_OK)
                st = gaz_segment_open(path.data, &segments[i], err);
        }
        gaz_strbuf_release(&path);
        if (st != GAZ_OK) {
            pool_close_segments(segments, rows->segment_count);
            return st;
        }
        *out = segments;
        *count = rows->segment_count;
        return GAZ_OK;
    }
    *out = NULL;
    *count = 0;
    return GAZ_OK;
}

void pool_close_segments(gaz_segment **segments, size_t count)
{
    for (size_t i = 0; segments && i < count; i++)
        gaz_segment_unref(segments[i]);
    free(segments);
}

bool pool_holds(gaz_segment *const *segments, size_t count, const gaz_oid *oid)
{
    uint32_t doc;
    for (size_t i = count; i-- > 0;)
        if (gaz_segment_find(segments[i], oid, &doc, NULL) == GAZ_OK)
            return true;
    return false;
}
