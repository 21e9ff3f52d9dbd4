/* `gaz repair` above the catalogue. What a ref is made of must be in its pool; index runs that
 * compare commits rely on it and look up only what changed. A ref that lacks documents is dropped
 * here, as one whose files are damaged is in the store, and the next index run makes it anew. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/fs.h"
#include "index_run.h"
#include "symbols_run.h"

#define LOCK_WAIT_MS 60000

typedef struct repairing {
    gaz_store *store;
    gaz_check_report report;
    void *ctx;
    gaz_strbuf *again;
} repairing;

/* Files of a ref that have no document. A manifest that cannot be read counts as one. */
static gaz_status count_missing(const repairing *r, const gaz_ref_row *ref,
                                gaz_segment *const *segments, size_t count, uint64_t *missing,
                                gaz_error *err)
{
    gaz_manifest *m = NULL;
    gaz_error why = {0};
    gaz_status st = gaz_manifest_load(r->store, ref->manifest, &m, &why);
    *missing = st != GAZ_OK;
    if (st != GAZ_OK && st != GAZ_E_CORRUPT && st != GAZ_E_NOT_FOUND)
        return gaz_error_set(err, st, "%s", why.message);
    for (size_t i = 0; st == GAZ_OK && i < gaz_manifest_count(m); i++) {
        const gaz_manifest_entry *e = gaz_manifest_at(m, i);
        *missing += e->skip == GAZ_SKIP_NONE && !pool_holds(segments, count, &e->oid);
    }
    gaz_manifest_unref(m);
    return GAZ_OK;
}

/* @param keys  room for all refs of the repository */
static gaz_status find_lacking(const repairing *r, const gaz_snapshot_repo *repo,
                               gaz_segment *const *segments, size_t segment_count,
                               gaz_ref_key *keys, size_t *count, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *count = 0;
    for (size_t i = 0; st == GAZ_OK && i < repo->ref_count; i++) {
        uint64_t missing = 0;
        st = count_missing(r, &repo->refs[i], segments, segment_count, &missing, err);
        if (st == GAZ_OK && missing)
            keys[(*count)++] = (gaz_ref_key){repo->refs[i].kind, repo->refs[i].name};
    }
    return st;
}

static bool has_line(const char *text, const char *line)
{
    size_t len = strlen(line);
    for (const char *at = text; at && *at; at += *at == '\n') {
        size_t n = strcspn(at, "\n");
        if (n == len && memcmp(at, line, n) == 0)
            return true;
        at += n;
    }
    return false;
}

static gaz_status drop_refs(const repairing *r, const gaz_snapshot_repo *repo,
                            const gaz_ref_key *keys, size_t count, gaz_error *err)
{
    gaz_publication pub = {.repo = repo->row.id,
                           .pool = repo->row.pool,
                           .refs_removed = keys,
                           .refs_removed_count = count};
    char message[80];
    gaz_status st = gaz_store_publish(r->store, &pub, NULL, err);
    if (st != GAZ_OK)
        return st;
    snprintf(message, sizeof message, "%zu refs lack documents; they are indexed again", count);
    if (r->report)
        r->report(r->ctx, "ref", repo->row.name, message);
    if (!has_line(r->again->data, repo->row.name))
        gaz_strbuf_printf(r->again, "%s\n", repo->row.name);
    return gaz_strbuf_check(r->again, err);
}

/* Under the repository's lock no run publishes, so what is dropped is what was looked at; a merge
 * may, and takes nothing that a ref needs. */
static gaz_status repair_repo(const repairing *r, const char *uid, gaz_error *err)
{
    gaz_lock *lock = NULL;
    gaz_snapshot *s = NULL;
    gaz_segment **segments = NULL;
    size_t segment_count = 0, count = 0;
    gaz_ref_key *keys = NULL;
    gaz_status st = gaz_store_repo_lock(r->store, uid, LOCK_WAIT_MS, &lock, err);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(r->store, &s, err);
    const gaz_snapshot_repo *repo = NULL;
    for (size_t i = 0; st == GAZ_OK && i < s->repo_count; i++)
        repo = strcmp(s->repos[i].row.uid, uid) == 0 ? &s->repos[i] : repo;
    if (repo) {
        st = pool_open_segments(r->store, s, repo->row.pool, &segments, &segment_count, err);
        keys = calloc(repo->ref_count + 1, sizeof *keys);
        if (st == GAZ_OK && !keys)
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to repair");
        if (st == GAZ_OK)
            st = find_lacking(r, repo, segments, segment_count, keys, &count, err);
        if (st == GAZ_OK && count)
            st = drop_refs(r, repo, keys, count, err);
    }
    free(keys);
    pool_close_segments(segments, segment_count);
    gaz_snapshot_free(s);
    gaz_lock_close(lock);
    return st;
}

static gaz_status repair_pool(const repairing *r, const gaz_snapshot *s, int64_t pool,
                              gaz_error *err)
{
    gaz_segment **segments = NULL;
    size_t segment_count = 0;
    gaz_status st = pool_open_segments(r->store, s, pool, &segments, &segment_count, err);
    for (size_t i = 0; st == GAZ_OK && i < s->repo_count; i++) {
        const gaz_snapshot_repo *repo = &s->repos[i];
        uint64_t missing = 0;
        for (size_t k = 0;
             repo->row.pool == pool && st == GAZ_OK && !missing && k < repo->ref_count; k++)
            st = count_missing(r, &repo->refs[k], segments, segment_count, &missing, err);
        if (st == GAZ_OK && missing)
            st = repair_repo(r, repo->row.uid, err);
    }
    pool_close_segments(segments, segment_count);
    return st;
}

static gaz_status repair_symbols(const repairing *r, const gaz_snapshot *s, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < s->repo_count; i++) {
        const gaz_snapshot_repo *repo = &s->repos[i];
        bool mended = false;
        st = symbols_repair_repo(r->store, s, repo, &mended, err);
        if (mended && st == GAZ_OK && r->report)
            r->report(r->ctx, "ref", repo->row.name, "it lacks symbols; they are made again");
        if (mended && !has_line(r->again->data, repo->row.name))
            gaz_strbuf_printf(r->again, "%s\n", repo->row.name);
    }
    return st == GAZ_OK ? gaz_strbuf_check(r->again, err) : st;
}

gaz_status gaz_repair_all(gaz_store *store, gaz_check_report report, void *ctx, gaz_strbuf *again,
                          gaz_error *err)
{
    repairing r = {.store = store, .report = report, .ctx = ctx, .again = again};
    gaz_snapshot *s = NULL;
    gaz_status st = gaz_store_repair(store, report, ctx, again, err);
    if (st == GAZ_OK)
        st = gaz_store_snapshot(store, &s, err);
    for (size_t p = 0; st == GAZ_OK && p < s->pool_count; p++)
        st = repair_pool(&r, s, s->pools[p].id, err);
    gaz_snapshot_free(s);
    s = NULL;
    if (st == GAZ_OK)
        st = gaz_store_snapshot(store, &s, err);
    if (st == GAZ_OK)
        st = repair_symbols(&r, s, err);
    gaz_snapshot_free(s);
    return st;
}
