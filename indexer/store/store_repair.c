/* Repairing a home. Damaged files are dropped from the catalogue in one transaction, with every ref
 * that would be answered from them, so that the next index run makes them anew. A catalogue that is
 * itself damaged is moved aside and made anew from the records beside it; it goes on counting
 * generations from where the old one can have been at most. */
#include "scip_catalogue.h"
#include "store_check.h"
#include "symbol_catalogue.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/map.h"

typedef struct repair {
    gaz_store *store;
    gaz_findings findings;
    gaz_snapshot *snapshot;
    gaz_manifest_list manifests;
    gaz_map pools;         /* "<id>": pools with a damaged segment */
    gaz_map segments;      /* "<pool> <name>": damaged */
    gaz_map symbols;       /* "<pool> <name>": damaged */
    gaz_map manifests_bad; /* "<repo> <name>": damaged, or over a damaged one */
    gaz_map again;         /* names of repositories */
} repair;

static gaz_status put(gaz_map *map, int64_t id, const char *name, gaz_error *err)
{
    char key[GAZ_SEALED_NAME + 32];
    int len = snprintf(key, sizeof key, "%lld %s", (long long)id, name);
    if (!gaz_map_put(map, key, (size_t)len, NULL))
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to repair");
    return GAZ_OK;
}

static bool has(const gaz_map *map, int64_t id, const char *name)
{
    char key[GAZ_SEALED_NAME + 32];
    int len = snprintf(key, sizeof key, "%lld %s", (long long)id, name);
    return gaz_map_get(map, key, (size_t)len) != NULL;
}

/* ---- damaged files ---- */

static gaz_status find_segments(repair *r, gaz_error *err)
{
    const gaz_snapshot *s = r->snapshot;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < s->pool_count; i++) {
        for (size_t j = 0; st == GAZ_OK && j < s->pools[i].segment_count; j++) {
            const gaz_segment_row *row = &s->pools[i].segments[j];
            gaz_error why = {0};
            st = gaz_check_segment(r->store, row, &why);
            if (gaz_check_is_damage(st)) {
                gaz_finding(&r->findings, "segment", row->name, why.message);
                st = put(&r->segments, s->pools[i].id, row->name, err);
                if (st == GAZ_OK)
                    st = put(&r->pools, s->pools[i].id, "", err);
            } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
                *err = why;
            }
        }
    }
    return st;
}

static gaz_status find_symbols(repair *r, gaz_error *err)
{
    const gaz_snapshot *s = r->snapshot;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < s->pool_count; i++) {
        for (size_t j = 0; st == GAZ_OK && j < s->pools[i].symbol_count; j++) {
            const gaz_symbol_row *row = &s->pools[i].symbols[j];
            gaz_error why = {0};
            st = gaz_check_symbols(r->store, row, &why);
            if (gaz_check_is_damage(st)) {
                gaz_finding(&r->findings, "symbol segment", row->name, why.message);
                st = put(&r->symbols, s->pools[i].id, row->name, err);
            } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
                *err = why;
            }
        }
    }
    return st;
}

static gaz_status find_manifests(repair *r, gaz_error *err)
{
    gaz_status st = gaz_store_read(r->store, gaz_check_read_manifests, &r->manifests, err);
    gaz_manifest_cache_clear(r->store->manifests);
    for (size_t i = 0; st == GAZ_OK && i < r->manifests.len; i++) {
        const gaz_listed_manifest *m = &r->manifests.items[i];
        gaz_error why = {0};
        size_t entries = 0;
        st = gaz_check_manifest(r->store, &m->row, &entries,
                                &why); /* loads the whole chain: a bad base shows here */
        if (gaz_check_is_damage(st)) {
            gaz_finding(&r->findings, "manifest", m->row.name, why.message);
            st = put(&r->manifests_bad, m->repo, m->row.name, err);
        } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
            *err = why;
        }
    }
    return st;
}

static gaz_status note_again(repair *r, const gaz_snapshot_repo *repo, gaz_error *err)
{
    if (!gaz_map_put(&r->again, repo->row.name, strlen(repo->row.name), NULL))
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to repair");
    return GAZ_OK;
}

static gaz_status drop_refs(repair *r, gaz_db *db, const gaz_snapshot_repo *repo, gaz_error *err)
{
    int64_t id = repo->row.id;
    bool all = has(&r->pools, repo->row.pool, ""), some = false;
    gaz_status st = GAZ_OK;
    for (size_t j = 0; st == GAZ_OK && j < repo->ref_count; j++) {
        const gaz_ref_row *ref = &repo->refs[j];
        if (!all && !has(&r->manifests_bad, id, ref->manifest))
            continue;
        some = true;
        st = gaz_db_do(db, err, "DELETE FROM refs WHERE repo = ? AND kind = ? AND name = ?", "iit",
                       id, (int64_t)ref->kind, ref->name);
    }
    for (size_t j = 0; st == GAZ_OK && some && j < repo->ref_count; j++)
        st = gaz_store_drop_manifests(db, id, repo->refs[j].manifest, err);
    return st == GAZ_OK && some ? note_again(r, repo, err) : st;
}

static gaz_status drop_segments(repair *r, gaz_db *db, gaz_error *err)
{
    const gaz_snapshot *s = r->snapshot;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < s->pool_count; i++) {
        for (size_t j = 0; st == GAZ_OK && j < s->pools[i].segment_count; j++) {
            const char *name = s->pools[i].segments[j].name;
            if (has(&r->segments, s->pools[i].id, name))
                st = gaz_db_do(db, err, "DELETE FROM segments WHERE pool = ? AND name = ?", "it",
                               s->pools[i].id, name);
        }
    }
    return st;
}

/* Text is searched as before; symbols of the pool's repositories are looked over again. */
static gaz_status drop_symbols(repair *r, gaz_db *db, gaz_error *err)
{
    const gaz_snapshot *s = r->snapshot;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < s->pool_count; i++) {
        bool some = false;
        for (size_t j = 0; st == GAZ_OK && j < s->pools[i].symbol_count; j++) {
            const char *name = s->pools[i].symbols[j].name;
            if (!has(&r->symbols, s->pools[i].id, name))
                continue;
            some = true;
            st = gaz_store_drop_symbols(db, s->pools[i].id, name, err);
        }
        for (size_t k = 0; st == GAZ_OK && some && k < s->repo_count; k++)
            if (s->repos[k].row.pool == s->pools[i].id)
                st = note_again(r, &s->repos[k], err);
    }
    return st;
}

static gaz_status drop_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    repair *r = ctx;
    uint64_t now = 0, next = 0;
    gaz_status st = gaz_store_read_generation(db, &now, err);
    if (st == GAZ_OK && now != r->snapshot->generation)
        return gaz_error_set(
            err, GAZ_E_BUSY,
            "an index run published while the home was being repaired; repair it again");
    if (st == GAZ_OK)
        st = gaz_store_next_generation(db, &next, err);
    for (size_t i = 0; st == GAZ_OK && i < r->snapshot->repo_count; i++) {
        st = drop_refs(r, db, &r->snapshot->repos[i], err);
        if (st == GAZ_OK && gaz_map_get(&r->again, r->snapshot->repos[i].row.name,
                                        strlen(r->snapshot->repos[i].row.name)))
            st = gaz_db_do(db, err, "UPDATE repos SET generation = ?2 WHERE id = ?1", "ii",
                           r->snapshot->repos[i].row.id, (int64_t)next);
    }
    if (st == GAZ_OK)
        st = drop_symbols(r, db, err);
    return st == GAZ_OK ? drop_segments(r, db, err) : st;
}

/* The files themselves: an intact one made anew has the same name, and must not be taken for one
 * that is there already. */
static gaz_status unlink_damaged(repair *r, const gaz_map *map, gaz_file_kind kind, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    const gaz_map_slot *slot = NULL;
    for (size_t at = 0; st == GAZ_OK && gaz_map_next(map, &at, &slot);) {
        st = gaz_store_path(r->store, kind, strchr(slot->key, ' ') + 1, &path, err);
        if (st == GAZ_OK && unlink(path.data) != 0 && errno != ENOENT)
            st = gaz_error_errno(err, "cannot remove %s", path.data);
    }
    gaz_strbuf_release(&path);
    return st;
}

/* A manifest that is whole itself but over a damaged one is dropped and left to the sweeper. */
static gaz_status forget_intact(repair *r, gaz_map *bad, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < r->manifests.len; i++) {
        const char *name = r->manifests.items[i].row.name;
        gaz_sealed *file = NULL;
        if (!has(&r->manifests_bad, r->manifests.items[i].repo, name))
            continue;
        st = gaz_store_path(r->store, GAZ_FILE_MANIFEST, name, &path, err);
        bool whole = st == GAZ_OK &&
                     gaz_sealed_open(path.data, GAZ_MANIFEST_KIND, GAZ_MANIFEST_VERSION, &file,
                                     NULL) == GAZ_OK &&
                     gaz_sealed_verify(file, name, NULL) == GAZ_OK;
        gaz_sealed_close(file);
        if (st == GAZ_OK && !whole)
            st = put(bad, 0, name, err);
    }
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status drop_damaged(repair *r, gaz_error *err)
{
    gaz_status st = find_segments(r, err);
    if (st == GAZ_OK)
        st = find_symbols(r, err);
    if (st == GAZ_OK)
        st = find_manifests(r, err);
    if (st != GAZ_OK || (!r->segments.len && !r->symbols.len && !r->manifests_bad.len))
        return st;
    gaz_map gone;
    gaz_map_init(&gone);
    st = forget_intact(r, &gone, err);
    if (st == GAZ_OK)
        st = gaz_store_write(r->store, drop_body, r, err);
    gaz_manifest_cache_clear(r->store->manifests);
    if (st == GAZ_OK)
        st = unlink_damaged(r, &r->segments, GAZ_FILE_SEGMENT, err);
    if (st == GAZ_OK)
        st = unlink_damaged(r, &r->symbols, GAZ_FILE_SEGMENT, err);
    if (st == GAZ_OK)
        st = unlink_damaged(r, &gone, GAZ_FILE_MANIFEST, err);
    gaz_map_release(&gone);
    return st;
}

/* ---- a catalogue that is damaged itself ---- */

static gaz_status move_aside(repair *r, gaz_error *err)
{
    static const char *const endings[] = {"", "-wal", "-shm"};
    gaz_strbuf from = GAZ_STRBUF_INIT, to = GAZ_STRBUF_INIT;
    long long now = (long long)(gaz_wall_us() / 1000000);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < 3; i++) {
        gaz_strbuf_reset(&from);
        gaz_strbuf_reset(&to);
        gaz_strbuf_printf(&from, "%s/catalogue.db%s", r->store->home, endings[i]);
        gaz_strbuf_printf(&to, "%s/catalogue.damaged-%lld.db%s", r->store->home, now, endings[i]);
        st = gaz_strbuf_check(&to, err);
        if (st == GAZ_OK && rename(from.data, to.data) != 0 && errno != ENOENT)
            st = gaz_error_errno(err, "cannot move %s aside", from.data);
    }
    if (st == GAZ_OK)
        st = gaz_dir_sync(r->store->home, err);
    gaz_strbuf_release(&from);
    gaz_strbuf_release(&to);
    return st;
}

typedef struct restore {
    repair *r;
    gaz_db *db;
} restore;

static gaz_status restore_one(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    restore *x = ctx;
    size_t len = strlen(name);
    if (is_dir || len != 37 || strcmp(name + 32, ".repo") != 0)
        return GAZ_OK;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_repo_row row = {0};
    gaz_error why = {0};
    gaz_status st = gaz_store_join(x->r->store, "repos", name, &path, err);
    if (st == GAZ_OK) {
        st = gaz_store_record_read(path.data, &row, &why);
        if (st == GAZ_OK)
            st = gaz_store_repo_insert(x->r->store, x->db, &row, &why);
        if (st == GAZ_OK && !gaz_map_put(&x->r->again, row.name, strlen(row.name), NULL))
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to repair");
        if (gaz_check_is_damage(st) || st == GAZ_E_EXISTS) {
            gaz_finding(&x->r->findings, "repository", name, why.message);
            st = GAZ_OK;
        } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
            *err = why;
        }
    }
    gaz_repo_row_release(&row);
    gaz_strbuf_release(&path);
    return st;
}

/* Generations of a home never repeat: readers and cursors know them by number. One per microsecond
 * is more than there were. */
static gaz_status restore_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    restore x = {ctx, db};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_db_do(db, err, "UPDATE generation SET number = ?1, checksum = gaz_row(?1)",
                              "i", gaz_wall_us());
    if (st == GAZ_OK)
        st = gaz_store_join(store, "repos", "", &path, err);
    if (st == GAZ_OK)
        st = gaz_dir_each(path.data, restore_one, &x, err);
    gaz_strbuf_release(&path);
    return st;
}

/* Stands from before the old catalogue is moved until the new one holds what the records say, so
 * that nobody takes what is in between for the whole: see check_remade() in store.c. */
static gaz_status mark_remaking(const gaz_store *store, bool remaking, gaz_error *err)
{
    gaz_strbuf mark = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&mark, store->home, GAZ_REMAKE_MARK, err);
    if (st == GAZ_OK && remaking) {
        int fd = open(mark.data, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
        if (fd < 0)
            st = gaz_error_errno(err, "cannot make %s", mark.data);
        else
            close(fd);
    } else if (st == GAZ_OK && unlink(mark.data) != 0) {
        st = gaz_error_errno(err, "cannot remove %s", mark.data);
    }
    gaz_strbuf_release(&mark);
    return st == GAZ_OK ? gaz_dir_sync(store->home, err) : st;
}

static gaz_status reopen(repair *r, gaz_error *err)
{
    gaz_store *store = r->store;
    if (!store->damaged)
        gaz_store_disconnect(store);
    store->damaged = true;
    gaz_manifest_cache_clear(store->manifests);
    gaz_status st = mark_remaking(store, true, err);
    if (st == GAZ_OK)
        st = move_aside(r, err);
    if (st == GAZ_OK)
        st = gaz_store_connect(store, true, true, err);
    if (st != GAZ_OK)
        return st;
    store->damaged = false;
    st = gaz_store_write(store, restore_body, r, err);
    if (st != GAZ_OK) {
        gaz_store_disconnect(store);
        store->damaged = true;
        return st;
    }
    return mark_remaking(store, false, err);
}

/* Alone in the home: the shared lock is given up for the exclusive one and taken again. */
static gaz_status rebuild(repair *r, gaz_error *err)
{
    gaz_store *store = r->store;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_store_join(store, "locks", "home.lock", &path, err);
    if (st != GAZ_OK)
        return st;
    gaz_lock_close(store->home_lock);
    store->home_lock = NULL;
    gaz_lock *alone = NULL;
    gaz_error why = {0};
    st = gaz_lock_open(path.data, true, 0, &alone, &why);
    if (st == GAZ_E_BUSY) {
        gaz_error_set(err, st, "the catalogue must be made anew, but other programs have %s open",
                      store->home);
        gaz_error_hint(err, "stop `gaz serve` and running index runs first");
    } else if (st != GAZ_OK && err && err->status == GAZ_OK) {
        *err = why;
    }
    if (st == GAZ_OK)
        st = reopen(r, err);
    gaz_lock_close(alone);
    gaz_status locked = gaz_lock_open(path.data, false, GAZ_LOCK_WAIT_MS, &store->home_lock,
                                      st == GAZ_OK ? err : NULL);
    gaz_strbuf_release(&path);
    return st == GAZ_OK ? locked : st;
}

/* What can be mended where it is: indexes are made anew from their tables, jobs that cannot be
 * trusted are forgotten. */
static gaz_status mend_body(gaz_store *store, gaz_db *db, void *ctx, gaz_error *err)
{
    (void)store;
    (void)ctx;
    gaz_status st = gaz_db_do(db, err, "REINDEX", "");
    return st == GAZ_OK
               ? gaz_db_do(db, err,
                           "DELETE FROM jobs WHERE id IN (SELECT id FROM job_rows WHERE NOT sound)",
                           "")
               : st;
}

/* @param sound  whether the catalogue can be trusted now */
static gaz_status mend(repair *r, bool *sound, gaz_error *err)
{
    gaz_findings left = {0};
    gaz_error why = {0};
    *sound = false;
    if (r->store->damaged)
        return GAZ_OK;
    gaz_status st = gaz_store_write(r->store, mend_body, NULL, &why);
    if (gaz_check_is_damage(st))
        return GAZ_OK;
    if (st != GAZ_OK) {
        if (err && err->status == GAZ_OK)
            *err = why;
        return st;
    }
    gaz_snapshot_free(r->snapshot);
    r->snapshot = NULL;
    st = gaz_check_catalogue(r->store, &left, &r->snapshot, err);
    *sound = st == GAZ_OK && r->snapshot && !left.count;
    return st;
}

/* ---- all together ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static gaz_status list_again(repair *r, gaz_strbuf *out, gaz_error *err)
{
    const char **names = malloc((r->again.len + 1) * sizeof *names);
    const gaz_map_slot *slot = NULL;
    size_t count = 0;
    if (!names)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to list repositories");
    for (size_t at = 0; gaz_map_next(&r->again, &at, &slot);)
        names[count++] = slot->key;
    qsort(names, count, sizeof *names, by_name);
    for (size_t i = 0; i < count; i++)
        gaz_strbuf_printf(out, "%s\n", names[i]);
    free(names);
    return gaz_strbuf_check(out, err);
}

gaz_status gaz_store_repair(gaz_store *store, gaz_check_report report, void *ctx, gaz_strbuf *again,
                            gaz_error *err)
{
    repair r = {.store = store, .findings = {.report = report, .ctx = ctx}};
    gaz_map_init(&r.pools);
    gaz_map_init(&r.segments);
    gaz_map_init(&r.symbols);
    gaz_map_init(&r.manifests_bad);
    gaz_map_init(&r.again);
    gaz_status st = gaz_check_catalogue(store, &r.findings, &r.snapshot, err);
    bool sound = r.snapshot && !r.findings.count;
    if (st == GAZ_OK && !sound)
        st = mend(&r, &sound, err);
    if (st == GAZ_OK)
        st = sound ? drop_damaged(&r, err) : rebuild(&r, err);
    if (st == GAZ_OK && sound)
        st = gaz_repair_commits(store, &r.findings, &r.again, err);
    if (st == GAZ_OK && sound)
        st = gaz_repair_scip(store, &r.findings, err);
    if (st == GAZ_OK)
        st = list_again(&r, again, err);
    gaz_snapshot_free(r.snapshot);
    gaz_vec_free(&r.manifests);
    gaz_map_release(&r.pools);
    gaz_map_release(&r.segments);
    gaz_map_release(&r.symbols);
    gaz_map_release(&r.manifests_bad);
    gaz_map_release(&r.again);
    return st;
}
