/* What symbols are made of and where they are: versions, segments, languages of paths. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/varint.h"
#include "symbols_run.h"

uint64_t symbols_version(void)
{
    uint64_t version = GAZ_SYMBOLS_VERSION;
    for (size_t i = 0; i < gaz_symbols_language_count(); i++) {
        uint8_t bytes[20];
        uint32_t language = gaz_symbols_language_at(i);
        gaz_put_le64(bytes, version);
        gaz_put_le32(bytes + 8, language);
        gaz_put_le64(bytes + 12, gaz_symbols_fingerprint(language));
        version = gaz_checksum(bytes, sizeof bytes);
    }
    return version;
}

bool symbols_complete(const gaz_ref_row *ref)
{
    return strcmp(ref->symbols.manifest, ref->manifest) == 0 &&
           ref->symbols.version == symbols_version() && ref->symbols.done == ref->symbols.documents;
}

gaz_status symbols_open_segments(gaz_store *store, const gaz_snapshot *snapshot, int64_t pool,
                                 gaz_symbol_segment ***out, size_t *count, gaz_error *err)
{
    const gaz_snapshot_pool *rows = NULL;
    for (size_t p = 0; p < snapshot->pool_count; p++)
        rows = snapshot->pools[p].id == pool ? &snapshot->pools[p] : rows;
    size_t n = rows ? rows->symbol_count : 0;
    gaz_symbol_segment **segments = calloc(n + 1, sizeof(gaz_symbol_segment *));
    gaz_status st =
        segments ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory for symbol segments");
    gaz_strbuf path = GAZ_STRBUF_INIT;
    for (size_t i = 0; st == GAZ_OK && i < n; i++) {
        st = gaz_store_path(store, GAZ_FILE_SEGMENT, rows->symbols[i].name, &path, err);
        if (st == GAZ_OK)
            st = gaz_symbol_segment_open(path.data, &segments[i], err);
    }
    gaz_strbuf_release(&path);
    if (st != GAZ_OK) {
        symbols_close_segments(segments, n);
        return st;
    }
    *out = segments;
    *count = n;
    return GAZ_OK;
}

void symbols_close_segments(gaz_symbol_segment **segments, size_t count)
{
    for (size_t i = 0; segments && i < count; i++)
        gaz_symbol_segment_unref(segments[i]);
    free(segments);
}

gaz_status symbols_find(gaz_symbol_segment *const *segments, size_t count,
                        const gaz_symbol_key *key, size_t *segment, uint32_t *doc, gaz_error *err)
{
    gaz_status st = GAZ_E_NOT_FOUND;
    for (size_t i = count; st == GAZ_E_NOT_FOUND && i-- > 0;) {
        st = gaz_symbol_segment_find(segments[i], key, doc, err);
        *segment = i;
    }
    return st;
}

gaz_status symbols_classify(gaz_segment *const *segments, size_t count,
                            const gaz_manifest_entry *entry, symbols_place *out, gaz_error *err)
{
    *out = (symbols_place){0};
    gaz_status st = GAZ_E_NOT_FOUND;
    if (entry->skip != GAZ_SKIP_NONE)
        return GAZ_OK;
    for (size_t i = count; st == GAZ_E_NOT_FOUND && i-- > 0;) {
        st = gaz_segment_find(segments[i], &entry->oid, &out->doc, err);
        out->segment = (uint32_t)i;
    }
    gaz_doc doc;
    if (st == GAZ_OK)
        st = gaz_segment_doc(segments[out->segment], out->doc, &doc, err);
    if (st != GAZ_OK || doc.skip != GAZ_SKIP_NONE)
        return st;
    uint32_t language = gaz_language_detect(entry->path, entry->path_len, &doc.hint);
    if (gaz_symbols_supports(language) != GAZ_SYMBOLS_NONE)
        out->language = language;
    return GAZ_OK;
}
