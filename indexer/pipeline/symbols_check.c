/* Symbols under `gaz check` and `gaz repair`, and the logical dump of a repository's symbols. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "symbols_run.h"

typedef struct checking {
    gaz_check_report report;
    void *ctx;
    const char *current;
} checking;

static void report_segment(void *ctx, const char *message)
{
    const checking *c = ctx;
    c->report(c->ctx, "symbol segment", c->current, message);
}

/* What says nothing of the files: checking cannot go on. */
static bool is_trouble(gaz_status st)
{
    return st == GAZ_E_NOMEM || st == GAZ_E_BUSY || st == GAZ_E_LIMIT;
}

static gaz_status check_segment(checking *c, gaz_store *store, const gaz_symbol_row *row,
                                gaz_symbol_segment **out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    c->current = row->name;
    gaz_status st = gaz_store_path(store, GAZ_FILE_SEGMENT, row->name, &path, &why);
    if (st == GAZ_OK)
        st = gaz_symbol_segment_open(path.data, out, &why);
    gaz_strbuf_release(&path);
    if (st != GAZ_OK) {
        if (!is_trouble(st)) {
            report_segment(c, why.message);
            return GAZ_OK;
        }
        if (err && err->status == GAZ_OK)
            *err = why;
        return st;
    }
    st = gaz_symbol_segment_check(*out, row->name, report_segment, c, err);
    if (st == GAZ_OK && (gaz_symbol_segment_docs(*out) != row->docs ||
                         gaz_symbol_segment_definitions(*out) != row->definitions ||
                         gaz_symbol_segment_references(*out) != row->references ||
                         gaz_symbol_segment_file_bytes(*out) != row->file_bytes))
        report_segment(c, "the catalogue's counts of it are wrong");
    return st;
}

/* Files of a ref without symbols that should have them. A manifest that cannot be read, or a text
 * that is missing, is reported by others. */
static gaz_status count_missing(gaz_store *store, const gaz_ref_row *ref, gaz_segment *const *texts,
                                size_t text_count, gaz_symbol_segment *const *segments,
                                size_t count, uint64_t *missing, gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_error why = {0};
    *missing = 0;
    gaz_status st = gaz_manifest_load(store, ref->manifest, &m, &why);
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        symbols_place place;
        size_t segment;
        uint32_t doc;
        st = symbols_classify(texts, text_count, e, &place, &why);
        if (st == GAZ_OK && place.language) {
            const gaz_symbol_key key = {e->oid, place.language};
            st = symbols_find(segments, count, &key, &segment, &doc, &why);
            *missing += st == GAZ_E_NOT_FOUND;
        }
        st = st == GAZ_E_NOT_FOUND ? GAZ_OK : st;
    }
    gaz_manifest_unref(m);
    if (is_trouble(st) && err && err->status == GAZ_OK)
        *err = why;
    return is_trouble(st) ? st : GAZ_OK;
}

typedef struct opened {
    gaz_segment **texts;
    size_t text_count;
    gaz_symbol_segment **segments;
    size_t count;
} opened;

static void close_opened(opened *o)
{
    pool_close_segments(o->texts, o->text_count);
    symbols_close_segments(o->segments, o->count);
}

static gaz_status check_refs(checking *c, gaz_store *store, const gaz_snapshot *s, int64_t pool,
                             const opened *o, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t r = 0; st == GAZ_OK && r < s->repo_count; r++) {
        const gaz_snapshot_repo *repo = &s->repos[r];
        for (size_t i = 0; st == GAZ_OK && repo->row.pool == pool && i < repo->ref_count; i++) {
            uint64_t missing = 0;
            char text[300];
            if (!symbols_complete(&repo->refs[i]))
                continue;
            st = count_missing(store, &repo->refs[i], o->texts, o->text_count, o->segments,
                               o->count, &missing, err);
            if (!missing)
                continue;
            snprintf(text, sizeof text, "%llu files of %.200s lack their symbols",
                     (unsigned long long)missing, repo->refs[i].name);
            c->report(c->ctx, "ref", repo->row.name, text);
        }
    }
    return st;
}

gaz_status symbols_check_pool(gaz_store *store, const gaz_snapshot *snapshot,
                              const gaz_snapshot_pool *pool, gaz_check_report report, void *ctx,
                              uint64_t *checked, gaz_error *err)
{
    checking c = {.report = report, .ctx = ctx};
    opened o = {0};
    gaz_error why = {0};
    o.segments = calloc(pool->symbol_count + 1, sizeof(gaz_symbol_segment *));
    gaz_status st =
        o.segments ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to check symbols");
    for (size_t i = 0; st == GAZ_OK && i < pool->symbol_count; i++, ++*checked) {
        st = check_segment(&c, store, &pool->symbols[i], &o.segments[o.count], err);
        o.count += o.segments[o.count] != NULL;
    }
    gaz_status opened_texts =
        st == GAZ_OK ? pool_open_segments(store, snapshot, pool->id, &o.texts, &o.text_count, &why)
                     : st;
    if (st == GAZ_OK && is_trouble(opened_texts)) {
        st = opened_texts;
        if (err && err->status == GAZ_OK)
            *err = why;
    } else if (opened_texts == GAZ_OK) {
        st = check_refs(&c, store, snapshot, pool->id, &o, err);
    }
    close_opened(&o);
    return st;
}

/* ---- repairing ---- */

gaz_status symbols_repair_repo(gaz_store *store, const gaz_snapshot *s,
                               const gaz_snapshot_repo *repo, bool *mended, gaz_error *err)
{
    opened o = {0};
    GAZ_VEC(gaz_symbol_state_row) states = {0};
    gaz_status st = pool_open_segments(store, s, repo->row.pool, &o.texts, &o.text_count, err);
    if (st == GAZ_OK)
        st = symbols_open_segments(store, s, repo->row.pool, &o.segments, &o.count, err);
    for (size_t i = 0; st == GAZ_OK && i < repo->ref_count; i++) {
        const gaz_ref_row *ref = &repo->refs[i];
        uint64_t missing = 0;
        if (!symbols_complete(ref))
            continue;
        st = count_missing(store, ref, o.texts, o.text_count, o.segments, o.count, &missing, err);
        gaz_symbol_state_row row = {{ref->kind, ref->name}, ref->symbols};
        row.state.version = 0; /* nobody's: the ref is looked over again */
        row.state.done = 0;
        if (st == GAZ_OK && missing && !gaz_vec_push(&states, row))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to repair symbols");
    }
    gaz_publication pub = {.repo = repo->row.id,
                           .pool = repo->row.pool,
                           .symbol_states = states.items,
                           .symbol_states_count = states.len};
    *mended = st == GAZ_OK && states.len;
    if (*mended)
        st = gaz_store_publish(store, &pub, NULL, err);
    gaz_vec_free(&states);
    close_opened(&o);
    return st;
}

/* ---- the logical dump ---- */

static gaz_status dump_entry(const opened *o, const gaz_manifest_entry *e, gaz_strbuf *out,
                             gaz_error *err)
{
    symbols_place place;
    size_t segment;
    uint32_t doc;
    gaz_status st = symbols_classify(o->texts, o->text_count, e, &place, err);
    if (st == GAZ_E_NOT_FOUND || (st == GAZ_OK && !place.language))
        return GAZ_OK;
    gaz_strbuf_puts(out, "path ");
    gaz_strbuf_add(out, e->path, e->path_len);
    gaz_strbuf_putc(out, '\n');
    const gaz_symbol_key key = {e->oid, place.language};
    if (st == GAZ_OK)
        st = symbols_find(o->segments, o->count, &key, &segment, &doc, err);
    if (st == GAZ_E_NOT_FOUND) {
        gaz_strbuf_puts(out, "missing\n");
        return GAZ_OK;
    }
    return st == GAZ_OK ? gaz_symbol_segment_dump(o->segments[segment], doc, out, err) : st;
}

static gaz_status dump_ref(gaz_store *store, const opened *o, const gaz_ref_row *ref,
                           gaz_strbuf *out, gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_status st = gaz_manifest_load(store, ref->manifest, &m, err);
    gaz_strbuf_printf(out, "ref %d %s: %u of %u, %u failed\n", ref->kind, ref->name,
                      ref->symbols.done, ref->symbols.documents, ref->symbols.failed);
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(m); i++)
        st = dump_entry(o, gaz_manifest_at(m, i), out, err);
    gaz_manifest_unref(m);
    return st;
}

gaz_status gaz_symbols_dump(gaz_store *store, const char *name, gaz_strbuf *out, gaz_error *err)
{
    gaz_snapshot *s = NULL;
    const gaz_snapshot_repo *repo = NULL;
    opened o = {0};
    gaz_status st = gaz_store_snapshot(store, &s, err);
    for (size_t i = 0; st == GAZ_OK && i < s->repo_count; i++)
        repo = strcmp(s->repos[i].row.name, name) == 0 ? &s->repos[i] : repo;
    if (st == GAZ_OK && !repo)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "there is no repository '%s'", name);
    if (st == GAZ_OK)
        st = pool_open_segments(store, s, repo->row.pool, &o.texts, &o.text_count, err);
    if (st == GAZ_OK)
        st = symbols_open_segments(store, s, repo->row.pool, &o.segments, &o.count, err);
    for (size_t i = 0; st == GAZ_OK && i < repo->ref_count; i++)
        if (repo->refs[i].kind != GAZ_REF_REVISION)
            st = dump_ref(store, &o, &repo->refs[i], out, err);
    close_opened(&o);
    gaz_snapshot_free(s);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}
