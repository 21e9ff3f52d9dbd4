/* `gaz check` above the catalogue, and the logical dump that tests compare: both look at what refs,
 * segments and texts say together. */
#include <stdlib.h>
#include <string.h>

#include "index_run.h"
#include "symbols_run.h"

typedef struct checking {
    gaz_store *store;
    gaz_check_report report;
    void *ctx;
    const char *current;
    uint64_t *checked;
} checking;

static void report_segment(void *ctx, const char *message)
{
    const checking *c = ctx;
    c->report(c->ctx, "segment", c->current, message);
}

/* What says nothing of the files: checking cannot go on. */
static bool is_trouble(gaz_status st)
{
    return st == GAZ_E_NOMEM || st == GAZ_E_BUSY || st == GAZ_E_LIMIT;
}

static gaz_status give_up(const gaz_error *why, gaz_error *err)
{
    if (err && err->status == GAZ_OK)
        *err = *why;
    return why->status;
}

static gaz_status check_segments(checking *c, const gaz_snapshot_pool *pool, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    for (size_t i = 0; st == GAZ_OK && i < pool->segment_count; i++) {
        const gaz_segment_row *row = &pool->segments[i];
        gaz_segment *seg = NULL;
        gaz_error why = {0};
        c->current = row->name;
        st = gaz_store_path(c->store, GAZ_FILE_SEGMENT, row->name, &path, err);
        gaz_status opened = st == GAZ_OK ? gaz_segment_open(path.data, &seg, &why) : st;
        if (st == GAZ_OK && is_trouble(opened)) {
            st = give_up(&why, err);
        } else if (opened != GAZ_OK && st == GAZ_OK) {
            report_segment(c, why.message);
            continue;
        }
        if (st == GAZ_OK)
            st = gaz_segment_check(seg, row->name, report_segment, c, err);
        if (st == GAZ_OK &&
            (gaz_segment_docs(seg) != row->docs || gaz_segment_text_bytes(seg) != row->text_bytes ||
             gaz_segment_file_bytes(seg) != row->file_bytes))
            report_segment(c, "the catalogue's counts of it are wrong");
        gaz_segment_unref(seg);
        ++*c->checked;
    }
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status check_ref(checking *c, const gaz_snapshot_repo *repo, const gaz_ref_row *ref,
                            gaz_segment *const *segments, size_t count, gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_error why = {0};
    gaz_status st = gaz_manifest_load(c->store, ref->manifest, &m, &why);
    if (is_trouble(st))
        return give_up(&why, err);
    if (st != GAZ_OK) {
        c->report(c->ctx, "manifest", ref->manifest, why.message);
        return GAZ_OK;
    }
    uint64_t missing = 0;
    for (size_t i = 0; i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        missing += e->skip == GAZ_SKIP_NONE && !pool_holds(segments, count, &e->oid);
    }
    if (missing) {
        gaz_strbuf text = GAZ_STRBUF_INIT;
        gaz_strbuf_printf(&text, "%llu files of %s have no document in their pool",
                          (unsigned long long)missing, ref->name);
        c->report(c->ctx, "ref", repo->row.name, text.data);
        gaz_strbuf_release(&text);
    }
    if (gaz_manifest_count(m) != ref->files)
        c->report(c->ctx, "ref", repo->row.name, "the catalogue's count of files is wrong");
    gaz_manifest_unref(m);
    return GAZ_OK;
}

/* Segments that open; the others were reported. */
static gaz_status open_readable(checking *c, const gaz_snapshot_pool *pool, gaz_segment ***out,
                                size_t *count, gaz_error *err)
{
    gaz_segment **segments = calloc(pool->segment_count + 1, sizeof(gaz_segment *));
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = segments ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to check");
    size_t n = 0;
    for (size_t i = 0; st == GAZ_OK && i < pool->segment_count; i++) {
        st = gaz_store_path(c->store, GAZ_FILE_SEGMENT, pool->segments[i].name, &path, err);
        gaz_error why = {0};
        gaz_status opened = st == GAZ_OK ? gaz_segment_open(path.data, &segments[n], &why) : st;
        if (st == GAZ_OK && is_trouble(opened))
            st = give_up(&why, err);
        n += opened == GAZ_OK;
    }
    gaz_strbuf_release(&path);
    *out = segments;
    *count = n;
    return st;
}

gaz_status gaz_check_all(gaz_store *store, gaz_check_report report, void *ctx, uint64_t *checked,
                         gaz_error *err)
{
    uint64_t count = 0;
    checking c = {.store = store, .report = report, .ctx = ctx, .checked = &count};
    gaz_snapshot *snapshot = NULL;
    gaz_error why = {0};
    gaz_status st = gaz_store_check(store, report, ctx, &count, err);
    if (st != GAZ_OK)
        return st;
    st = gaz_store_snapshot(store, &snapshot, &why);
    if (is_trouble(st))
        return give_up(&why, err);
    if (st != GAZ_OK) {
        report(ctx, "catalogue", "catalogue.db", why.message);
        if (checked)
            *checked = count;
        return GAZ_OK;
    }
    for (size_t p = 0; st == GAZ_OK && p < snapshot->pool_count; p++) {
        gaz_segment **segments = NULL;
        size_t n = 0;
        st = check_segments(&c, &snapshot->pools[p], err);
        if (st == GAZ_OK)
            st = open_readable(&c, &snapshot->pools[p], &segments, &n, err);
        for (size_t r = 0; st == GAZ_OK && r < snapshot->repo_count; r++)
            for (size_t i = 0;
                 st == GAZ_OK && snapshot->repos[r].row.pool == snapshot->pools[p].id &&
                 i < snapshot->repos[r].ref_count;
                 i++)
                st = check_ref(&c, &snapshot->repos[r], &snapshot->repos[r].refs[i], segments, n,
                               err);
        pool_close_segments(segments, n);
        if (st == GAZ_OK)
            st = symbols_check_pool(store, snapshot, &snapshot->pools[p], report, ctx, &count, err);
    }
    gaz_snapshot_free(snapshot);
    if (checked)
        *checked = count;
    return st;
}

/* ---- the logical dump ---- */

typedef struct dumping {
    gaz_segment **segments;
    size_t count;
    uint64_t **grams; /* per segment and document */
    gaz_block_cache *cache;
    gaz_strbuf *out;
} dumping;

static gaz_status dump_document(dumping *d, const gaz_oid *oid, gaz_error *err)
{
    for (size_t s = d->count; s-- > 0;) {
        uint32_t number;
        gaz_doc doc;
        gaz_status st = gaz_segment_find(d->segments[s], oid, &number, err);
        if (st == GAZ_E_NOT_FOUND)
            continue;
        gaz_strbuf text = GAZ_STRBUF_INIT;
        text.max = SIZE_MAX / 2;
        if (st == GAZ_OK)
            st = gaz_segment_doc(d->segments[s], number, &doc, err);
        if (st == GAZ_OK)
            st = gaz_segment_text(d->segments[s], d->cache, number, SIZE_MAX, &text, err);
        if (st == GAZ_OK)
            gaz_strbuf_printf(d->out, " %s %s %u %u %u %016llx %016llx", gaz_skip_name(doc.skip),
                              gaz_encoding_name(doc.encoding), doc.flags, doc.lines, doc.blob_size,
                              (unsigned long long)gaz_checksum(text.data, text.len),
                              (unsigned long long)d->grams[s][number]);
        gaz_strbuf_release(&text);
        return st;
    }
    gaz_strbuf_puts(d->out, " missing");
    return GAZ_OK;
}

static gaz_status dump_ref(dumping *d, gaz_store *store, const gaz_ref_row *ref, gaz_error *err)
{
    char hex[GAZ_OID_HEX];
    gaz_manifest *m = NULL;
    gaz_status st = gaz_manifest_load(store, ref->manifest, &m, err);
    gaz_oid_format(&ref->commit, hex);
    gaz_strbuf_printf(d->out, "ref %d %s %s%s\n", ref->kind, ref->name, hex,
                      ref->head ? " head" : "");
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        gaz_oid_format(&e->oid, hex);
        gaz_strbuf_printf(d->out, "%s %s", hex, gaz_skip_name((gaz_skip)e->skip));
        if (e->skip == GAZ_SKIP_NONE)
            st = dump_document(d, &e->oid, err);
        gaz_strbuf_putc(d->out, ' ');
        gaz_strbuf_add(d->out, e->path, e->path_len);
        gaz_strbuf_putc(d->out, '\n');
    }
    gaz_manifest_unref(m);
    return st;
}

static gaz_status dump_repo(dumping *d, gaz_store *store, const gaz_snapshot *snapshot,
                            const gaz_snapshot_repo *repo, gaz_error *err)
{
    gaz_status st =
        pool_open_segments(store, snapshot, repo->row.pool, &d->segments, &d->count, err);
    d->grams = calloc(d->count + 1, sizeof(uint64_t *));
    if (st == GAZ_OK && !d->grams)
        st = gaz_error_set(err, GAZ_E_NOMEM, "no memory for a dump");
    for (size_t s = 0; st == GAZ_OK && s < d->count; s++) {
        d->grams[s] = malloc(((size_t)gaz_segment_docs(d->segments[s]) + 1) * sizeof(uint64_t));
        st = d->grams[s] ? gaz_segment_gram_digests(d->segments[s], d->grams[s], err)
                         : gaz_error_set(err, GAZ_E_NOMEM, "no memory for a dump");
    }
    for (size_t i = 0; st == GAZ_OK && i < repo->ref_count; i++)
        if (repo->refs[i].kind != GAZ_REF_REVISION)
            st = dump_ref(d, store, &repo->refs[i], err);
    for (size_t s = 0; d->grams && s < d->count; s++)
        free(d->grams[s]);
    free(d->grams);
    pool_close_segments(d->segments, d->count);
    return st;
}

gaz_status gaz_logical_dump(gaz_store *store, const char *name, gaz_strbuf *out, gaz_error *err)
{
    gaz_snapshot *snapshot = NULL;
    dumping d = {.out = out};
    gaz_status st = gaz_store_snapshot(store, &snapshot, err);
    if (st == GAZ_OK)
        st = gaz_block_cache_new((size_t)32 << 20, &d.cache, err);
    bool found = false;
    for (size_t r = 0; st == GAZ_OK && r < snapshot->repo_count; r++)
        if (strcmp(snapshot->repos[r].row.name, name) == 0) {
            found = true;
            st = dump_repo(&d, store, snapshot, &snapshot->repos[r], err);
        }
    if (st == GAZ_OK && !found)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no repository '%s'", name);
    gaz_block_cache_free(d.cache);
    gaz_snapshot_free(snapshot);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}
