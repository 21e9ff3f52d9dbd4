/* The files of a work tree that have to be read. Each is read once: its bytes are hashed as git
 * would, and what the pool does not hold yet goes straight into a segment, so that what is indexed
 * is exactly what was hashed, however the file changes meanwhile. No filter is applied and no
 * object is written. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "overlay.h"

#define ZSTD_LEVEL 3

static gaz_status finish_segment(overlay_look *l, gaz_error *err)
{
    if (!l->writer)
        return GAZ_OK;
    gaz_segment_row row = {.docs = gaz_segment_writer_docs(l->writer),
                           .text_bytes = gaz_segment_writer_text(l->writer)};
    gaz_status st = gaz_segment_writer_finish(l->writer, row.name, &row.file_bytes, err);
    gaz_segment_writer_close(l->writer);
    l->writer = NULL;
    if (st == GAZ_OK)
        st = gaz_store_adopt(l->o->store, l->r.run, l->segment, GAZ_FILE_SEGMENT, row.name, err);
    if (st == GAZ_OK && !gaz_vec_push(&l->r.written.items, row))
        st = run_no_memory(err);
    return st;
}

static gaz_status open_segment(overlay_look *l, gaz_error *err)
{
    if (l->writer)
        return GAZ_OK;
    snprintf(l->segment, sizeof l->segment, "%s/tree-%u.seg", gaz_run_dir(l->r.run),
             l->segments_made++);
    return gaz_segment_writer_open(l->segment, ZSTD_LEVEL, &l->writer, err);
}

static bool is_quarantined(const overlay_look *l, const gaz_oid *oid)
{
    for (size_t i = 0; i < l->quarantined_count; i++)
        if (gaz_oid_compare(&l->quarantined[i], oid) == 0)
            return true;
    return false;
}

/* Whether the published state has the path with this blob: then its document is in the pool. */
static bool is_published(const overlay_look *l, const gaz_worktree_entry *e, const gaz_oid *oid)
{
    gaz_manifest *const lists[] = {l->before, l->base};
    for (size_t i = 0; i < 2; i++) {
        const gaz_manifest_entry *m =
            lists[i] ? gaz_manifest_find(lists[i], e->path, e->path_len) : NULL;
        if (m && m->skip == GAZ_SKIP_NONE && gaz_oid_compare(&m->oid, oid) == 0)
            return true;
    }
    return false;
}

/* The thread's blob is noted in memory that outlives the process: what crashes it is known. */
static gaz_status add_document(overlay_look *l, const gaz_oid *oid, const gaz_strbuf *text,
                               gaz_error *err)
{
    inflight *flight = l->o->request->inflight;
    gaz_skip skip;
    bool added = false;
    if (!gaz_map_put(&l->r.seen, oid->id, GAZ_OID_SIZE, &added))
        return run_no_memory(err);
    if (!added)
        return GAZ_OK;
    gaz_status st = open_segment(l, err);
    if (flight) {
        flight->slots[0].oid = *oid;
        atomic_signal_fence(memory_order_seq_cst);
        flight->slots[0].busy = 1;
    }
    if (st == GAZ_OK)
        st = gaz_segment_writer_add(l->writer, oid, text->data, text->len, &skip, err);
    if (flight)
        flight->slots[0].busy = 0;
    l->out->run.files++;
    l->out->run.bytes += text->len;
    if (st == GAZ_OK &&
        (gaz_segment_writer_full(l->writer) ||
         gaz_segment_writer_memory(l->writer) > (size_t)l->o->settings->index_memory / 2))
        st = finish_segment(l, err);
    return st;
}

/* What git says, or an earlier reading, has a document already or is in git's objects, from where
 * it is read as in any run. */
static gaz_status want_object(overlay_look *l, const gaz_worktree_entry *e, const gaz_oid *oid,
                              gaz_error *err)
{
    bool added = false;
    blob_work work = {.oid = *oid};
    if (is_published(l, e, oid) || pool_holds(l->r.segments, l->r.segment_count, oid))
        return GAZ_OK;
    uint64_t *place = gaz_map_put(&l->r.seen, oid->id, GAZ_OID_SIZE, &added);
    if (!place)
        return run_no_memory(err);
    if (!added)
        return GAZ_OK;
    *place = l->r.blobs.items.len;
    return gaz_vec_push(&l->r.blobs.items, work) ? GAZ_OK : run_no_memory(err);
}

/* ---- one file ---- */

static gaz_status take_text(overlay_look *l, const gaz_worktree_entry *e, gaz_strbuf *text,
                            const gaz_file_stamp *stamp, int64_t read_ns, gaz_manifest_entry *out,
                            gaz_error *err)
{
    overlay_seen seen = {.stamp = *stamp};
    gaz_status st = gaz_blob_id(text->data, text->len, &seen.oid, err);
    if (st == GAZ_OK)
        st = overlay_cache_put(&l->o->cache, e->path, e->path_len, &seen, read_ns, err);
    out->oid = seen.oid;
    if (st != GAZ_OK)
        return st;
    if (is_quarantined(l, &seen.oid)) {
        out->skip = GAZ_SKIP_CRASHED;
        return GAZ_OK;
    }
    if (is_published(l, e, &seen.oid) || pool_holds(l->r.segments, l->r.segment_count, &seen.oid))
        return GAZ_OK;
    return add_document(l, &seen.oid, text, err);
}

/* Too many files are open: the file is not unreadable, and another look may read it. */
static gaz_status no_descriptor(const gaz_error *why, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_IO, "%s", why->message);
    gaz_error_hint(err, "%s", why->hint);
    return GAZ_E_IO;
}

/* @return GAZ_DONE when it has gone meanwhile */
static gaz_status read_file(overlay_look *l, const gaz_worktree_entry *e, gaz_strbuf *text,
                            gaz_manifest_entry *out, gaz_error *err)
{
    gaz_file_stamp stamp;
    gaz_error why = {0};
    int64_t read_ns = gaz_wall_us() * 1000;
    const gaz_oid *known = overlay_cache_find(&l->o->cache, e->path, e->path_len, &e->stamp);
    if (known && !is_quarantined(l, known) &&
        (is_published(l, e, known) || pool_holds(l->r.segments, l->r.segment_count, known))) {
        out->oid = *known;
        return GAZ_OK;
    }
    gaz_status st = gaz_worktree_read(l->o->wt, e->path, (uint64_t)l->o->settings->blob_max, text,
                                      &stamp, &why);
    switch (st) {
    case GAZ_OK:
        return take_text(l, e, text, &stamp, read_ns, out, err);
    case GAZ_E_NOT_FOUND:
        return GAZ_DONE;
    case GAZ_E_LIMIT:
        out->skip = GAZ_SKIP_TOO_LARGE;
        return GAZ_OK;
    case GAZ_E_NOMEM:
        return run_no_memory(err);
    case GAZ_E_BUSY:
        return no_descriptor(&why, err);
    default:
        out->skip = GAZ_SKIP_UNREADABLE;
        return GAZ_OK;
    }
}

static gaz_status read_link(overlay_look *l, const gaz_worktree_entry *e, gaz_strbuf *text,
                            gaz_manifest_entry *out, gaz_error *err)
{
    gaz_error why = {0};
    out->skip = GAZ_SKIP_SYMLINK;
    if (e->content == GAZ_CONTENT_KNOWN) {
        out->oid = e->oid;
        return GAZ_OK;
    }
    gaz_status st = gaz_worktree_read_link(l->o->wt, e->path, text, &why);
    if (st == GAZ_OK)
        return gaz_blob_id(text->data, text->len, &out->oid, err);
    if (st == GAZ_E_NOT_FOUND)
        return GAZ_DONE;
    if (st == GAZ_E_NOMEM)
        return run_no_memory(err);
    if (st == GAZ_E_BUSY)
        return no_descriptor(&why, err);
    out->skip = GAZ_SKIP_UNREADABLE;
    return GAZ_OK;
}

/* @return GAZ_DONE when it has gone meanwhile */
static gaz_status take_file(overlay_look *l, const gaz_worktree_entry *e, gaz_strbuf *text,
                            gaz_manifest_entry *out, gaz_error *err)
{
    switch (e->kind) {
    case GAZ_ENTRY_SYMLINK:
        return read_link(l, e, text, out, err);
    case GAZ_ENTRY_SUBMODULE:
        out->skip = GAZ_SKIP_SUBMODULE;
        out->oid = e->oid;
        return GAZ_OK;
    case GAZ_ENTRY_UNREADABLE:
        out->skip = GAZ_SKIP_UNREADABLE;
        return GAZ_OK;
    default:
        break;
    }
    if (e->content == GAZ_CONTENT_KNOWN)
        out->oid = e->oid;
    if (overlay_is_excluded(l->o, e->path, e->path_len)) {
        out->skip = GAZ_SKIP_EXCLUDED;
        return GAZ_OK;
    }
    return e->content == GAZ_CONTENT_KNOWN ? want_object(l, e, &e->oid, err)
                                           : read_file(l, e, text, out, err);
}

/* ---- all of them ---- */

/* A sparse checkout may leave out whole directories: they are as in HEAD. */
static gaz_status take_directory(overlay_look *l, const gaz_worktree_entry *e, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_map there; /* what lies there all the same counts as it is */
    if (!l->base)
        return GAZ_OK;
    gaz_map_init(&there);
    for (size_t i = 0; st == GAZ_OK && i < l->found.len; i++) {
        const gaz_worktree_entry *f = &l->found.items[i];
        if (f->path_len > e->path_len && memcmp(f->path, e->path, e->path_len) == 0 &&
            !gaz_map_put(&there, f->path, f->path_len, NULL))
            st = run_no_memory(err);
    }
    char *path = gaz_arena_strndup(&l->r.arena, e->path, e->path_len - 1);
    const char *paths[] = {path};
    overlay_scope scope = {.paths = paths, .count = 1};
    entry_list below = {0};
    if (st == GAZ_OK)
        st = path ? overlay_entries_of(l->base, &scope, &below, err) : run_no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < below.items.len; i++)
        if (below.items.items[i].path_len > e->path_len &&
            !gaz_map_get(&there, below.items.items[i].path, below.items.items[i].path_len) &&
            !gaz_vec_push(&l->now, below.items.items[i]))
            st = run_no_memory(err);
    gaz_map_release(&there);
    gaz_vec_free(&below.items);
    return st;
}

static int by_path(const void *a, const void *b)
{
    return overlay_compare(a, b);
}

/* Paths mostly come in order. A path twice (it changed its kind while it was looked at): the first
 * counts. */
static void put_in_order(overlay_look *l)
{
    size_t kept = 0;
    bool ordered = true;
    for (size_t i = 1; i < l->now.len && ordered; i++)
        ordered = overlay_compare(&l->now.items[i - 1], &l->now.items[i]) < 0;
    if (ordered)
        return;
    qsort(l->now.items, l->now.len, sizeof *l->now.items, by_path);
    for (size_t i = 0; i < l->now.len; i++)
        if (!kept || overlay_compare(&l->now.items[kept - 1], &l->now.items[i]) != 0)
            l->now.items[kept++] = l->now.items[i];
    l->now.len = kept;
}

static gaz_status take_all(overlay_look *l, gaz_error *err)
{
    gaz_strbuf text;
    gaz_strbuf_init(&text, (size_t)1 << 33);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < l->found.len; i++) {
        const gaz_worktree_entry *e = &l->found.items[i];
        gaz_manifest_entry m = {.path = e->path, .path_len = (uint32_t)e->path_len};
        if (e->content == GAZ_CONTENT_HEAD) {
            st = take_directory(l, e, err);
            continue;
        }
        st = take_file(l, e, &text, &m, err);
        if (st == GAZ_OK && !gaz_vec_push(&l->now, m))
            st = run_no_memory(err);
        st = st == GAZ_DONE ? GAZ_OK : st;
        if (text.cap > (size_t)32 << 20)
            gaz_strbuf_release(&text);
    }
    gaz_strbuf_release(&text);
    return st;
}

/* Blobs of git's own that could not be read are recorded with their paths. */
static void mark_failures(overlay_look *l)
{
    const blob_list *blobs = &l->r.blobs;
    for (size_t i = 0; blobs->items.len && i < l->now.len; i++) {
        gaz_manifest_entry *e = &l->now.items[i];
        const uint64_t *at = e->skip ? NULL : gaz_map_get(&l->r.seen, e->oid.id, GAZ_OID_SIZE);
        if (at && *at < blobs->items.len &&
            gaz_oid_compare(&blobs->items.items[*at].oid, &e->oid) == 0)
            e->skip = (uint8_t)blobs->items.items[*at].failed;
    }
}

static gaz_status read_objects(overlay_look *l, gaz_error *err)
{
    blob_job job = {.store = l->o->store,
                    .settings = l->o->settings,
                    .git_dir = l->r.row.git_dir,
                    .run = l->r.run,
                    .blobs = &l->r.blobs,
                    .request = l->o->request,
                    .progress = &l->r.progress,
                    .started_us = l->r.started_us};
    gaz_status st = index_blobs(&job, &l->r.written, err);
    for (size_t i = 0; st == GAZ_OK && i < l->r.blobs.items.len; i++) { /* suspects went first */
        uint64_t *place =
            gaz_map_put(&l->r.seen, l->r.blobs.items.items[i].oid.id, GAZ_OID_SIZE, NULL);
        if (!place)
            return run_no_memory(err);
        *place = i;
    }
    if (st == GAZ_OK)
        mark_failures(l);
    l->out->run.files += l->r.blobs.items.len;
    return st;
}

gaz_status overlay_read_files(overlay_look *l, gaz_error *err)
{
    gaz_status st = take_all(l, err);
    if (st == GAZ_OK)
        st = finish_segment(l, err);
    if (st == GAZ_OK)
        st = read_objects(l, err);
    if (st == GAZ_OK)
        put_in_order(l);
    return st;
}
