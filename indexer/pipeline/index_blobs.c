/* Reading new blobs into segments. Each thread has its own repository handle and its own segment
 * writer, and takes blobs in small runs from a shared list, in the order of the tree, which is
 * about the order of a pack. A writer that has its share of memory is finished and another begun.
 * Text is durable before anything refers to it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/threads.h"
#include "index_run.h"

#define TAKE 16                        /* blobs a thread takes at once */
#define SMALL_RUN 128                  /* up to so many blobs one thread writes one segment */
#define HUGE_BLOB ((uint64_t)32 << 20) /* blobs beyond it are read one at a time */
#define ZSTD_LEVEL 3
#define REPORT_US 100000

typedef struct shared {
    const blob_job *job;
    segment_list *out;
    atomic_size_t next;
    size_t from; /* of the parallel part */
    atomic_uint_fast64_t bytes, files;
    atomic_bool stop;
    atomic_uint segment_number;
    pthread_mutex_t lock; /* over what follows, and `out` */
    pthread_mutex_t huge;
    gaz_status failed;
    gaz_error failure;
    unsigned threads;
    gaz_oid *quarantined;
    size_t quarantined_count;
} shared;

typedef struct reader {
    shared *s;
    unsigned slot;
    gaz_repo *repo;
    gaz_segment_writer *writer;
    char path[600];
    gaz_strbuf blob;
} reader;

static void fail(shared *s, gaz_status st, const gaz_error *why)
{
    pthread_mutex_lock(&s->lock);
    if (s->failed == GAZ_OK) {
        s->failed = st;
        s->failure = *why;
    }
    atomic_store(&s->stop, true);
    pthread_mutex_unlock(&s->lock);
}

static gaz_status finish_segment(reader *r, gaz_error *err)
{
    if (!r->writer || !gaz_segment_writer_docs(r->writer))
        return GAZ_OK;
    gaz_segment_row row = {.docs = gaz_segment_writer_docs(r->writer),
                           .text_bytes = gaz_segment_writer_text(r->writer)};
    gaz_status st = gaz_segment_writer_finish(r->writer, row.name, &row.file_bytes, err);
    gaz_segment_writer_close(r->writer);
    r->writer = NULL;
    if (st == GAZ_OK)
        st = gaz_store_adopt(r->s->job->store, r->s->job->run, r->path, GAZ_FILE_SEGMENT, row.name,
                             err);
    if (st != GAZ_OK)
        return st;
    pthread_mutex_lock(&r->s->lock);
    bool ok = gaz_vec_push(&r->s->out->items, row);
    pthread_mutex_unlock(&r->s->lock);
    return ok ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "no memory to index");
}

static gaz_status open_writer(reader *r, gaz_error *err)
{
    if (r->writer)
        return GAZ_OK;
    snprintf(r->path, sizeof r->path, "%s/%u.seg", gaz_run_dir(r->s->job->run),
             atomic_fetch_add(&r->s->segment_number, 1));
    return gaz_segment_writer_open(r->path, ZSTD_LEVEL, &r->writer, err);
}

static bool is_quarantined(const shared *s, const gaz_oid *oid)
{
    for (size_t i = 0; i < s->quarantined_count; i++)
        if (gaz_oid_compare(&s->quarantined[i], oid) == 0)
            return true;
    return false;
}

static gaz_status add_blob(reader *r, blob_work *work, gaz_error *err)
{
    gaz_error why = {0};
    uint64_t max = (uint64_t)r->s->job->settings->blob_max, size = 0;
    gaz_status st = gaz_repo_blob_size(r->repo, &work->oid, &size, &why);
    bool huge = st == GAZ_OK && size > HUGE_BLOB;
    if (huge)
        pthread_mutex_lock(&r->s->huge);
    if (st == GAZ_OK && size > max)
        st = GAZ_E_LIMIT;
    else if (st == GAZ_OK)
        st = gaz_repo_blob(r->repo, &work->oid, max, true, &r->blob, &why);
    if (st == GAZ_OK)
        st = gaz_segment_writer_add(r->writer, &work->oid, r->blob.data, r->blob.len, &work->skip,
                                    err);
    else if (st == GAZ_E_LIMIT)
        st = gaz_segment_writer_skip(r->writer, &work->oid, work->skip = GAZ_SKIP_TOO_LARGE, size,
                                     err);
    else if (st == GAZ_E_NOMEM && err)
        *err = why;
    else
        work->failed = GAZ_SKIP_UNREADABLE;
    if (work->failed)
        st = GAZ_OK;
    atomic_fetch_add(&r->s->bytes, size > max ? 0 : size);
    if (huge) {
        gaz_strbuf_release(&r->blob);
        pthread_mutex_unlock(&r->s->huge);
    }
    return st;
}

static gaz_status read_blob(reader *r, blob_work *work, gaz_error *err)
{
    inflight *flight = r->s->job->request->inflight;
    const gaz_settings *settings = r->s->job->settings;
    if (is_quarantined(r->s, &work->oid)) {
        work->failed = GAZ_SKIP_CRASHED;
        return GAZ_OK;
    }
    gaz_status st = open_writer(r, err);
    if (st != GAZ_OK)
        return st;
    if (flight) {
        flight->slots[r->slot].oid = work->oid;
        atomic_signal_fence(memory_order_seq_cst);
        flight->slots[r->slot].busy = 1;
    }
    st = add_blob(r, work, err);
    if (flight)
        flight->slots[r->slot].busy = 0;
    atomic_fetch_add(&r->s->files, 1);
    size_t share = (size_t)settings->index_memory / r->s->threads;
    if (st == GAZ_OK &&
        (gaz_segment_writer_full(r->writer) || gaz_segment_writer_memory(r->writer) > share))
        st = finish_segment(r, err);
    return st;
}

static void report(shared *s, bool force)
{
    const blob_job *job = s->job;
    static const double micro = 1e-6;
    gaz_progress *p = job->progress;
    int64_t now = gaz_now_us();
    if (!job->request->report || (!force && now - job->started_us - p->elapsed_us < REPORT_US))
        return;
    p->phase = GAZ_PHASE_TEXT;
    p->elapsed_us = now - job->started_us;
    p->files_done = atomic_load(&s->files);
    p->files_total = job->blobs->items.len;
    p->bytes_done = atomic_load(&s->bytes);
    double seconds = (double)p->elapsed_us * micro;
    p->bytes_per_second = seconds > 0 ? (double)p->bytes_done / seconds : 0;
    p->seconds_left =
        p->files_done ? seconds * (double)(p->files_total - p->files_done) / (double)p->files_done
                      : -1;
    job->request->report(job->request->report_ctx, p);
}

static gaz_status open_reader(reader *r, shared *s, unsigned slot, gaz_error *err)
{
    *r = (reader){.s = s, .slot = slot, .blob = GAZ_STRBUF_INIT};
    r->blob.max = (size_t)1 << 33;
    return gaz_repo_open(s->job->git_dir, &r->repo, err);
}

static void close_reader(reader *r)
{
    gaz_segment_writer_close(r->writer);
    gaz_repo_close(r->repo);
    gaz_strbuf_release(&r->blob);
}

static void read_share(void *ctx, unsigned worker)
{
    shared *s = ctx;
    reader r;
    gaz_error why = {0};
    gaz_status st = open_reader(&r, s, worker < INFLIGHT_SLOTS ? worker : INFLIGHT_SLOTS - 1, &why);
    while (st == GAZ_OK && !atomic_load(&s->stop)) {
        size_t at = atomic_fetch_add(&s->next, TAKE), end = at + TAKE;
        if (at >= s->job->blobs->items.len)
            break;
        end = end < s->job->blobs->items.len ? end : s->job->blobs->items.len;
        for (; st == GAZ_OK && at < end; at++)
            st = read_blob(&r, &s->job->blobs->items.items[at], &why);
        if (worker == 0)
            report(s, false);
    }
    if (st == GAZ_OK && !atomic_load(&s->stop))
        st = finish_segment(&r, &why);
    if (st != GAZ_OK)
        fail(s, st, &why);
    close_reader(&r);
}

static bool is_suspect(const index_request *request, const gaz_oid *oid)
{
    for (size_t i = 0; i < request->suspect_count; i++)
        if (gaz_oid_compare(&request->suspects[i], oid) == 0)
            return true;
    return false;
}

/* Suspects go first, so that each is alone in flight when it crashes the process again. */
static void suspects_first(blob_list *blobs, const index_request *request, size_t *count)
{
    size_t front = 0;
    for (size_t i = 0; request->suspect_count && i < blobs->items.len; i++)
        if (is_suspect(request, &blobs->items.items[i].oid)) {
            blob_work w = blobs->items.items[i];
            blobs->items.items[i] = blobs->items.items[front];
            blobs->items.items[front++] = w;
        }
    *count = front;
}

static gaz_status read_suspects(shared *s, size_t count, gaz_error *err)
{
    reader r;
    gaz_status st = open_reader(&r, s, 0, err);
    for (size_t i = 0; st == GAZ_OK && i < count; i++)
        st = read_blob(&r, &s->job->blobs->items.items[i], err);
    if (st == GAZ_OK)
        st = finish_segment(&r, err);
    close_reader(&r);
    return st;
}

gaz_status index_blobs(const blob_job *job, segment_list *out, gaz_error *err)
{
    shared s = {.job = job, .out = out};
    size_t suspects = 0;
    if (!job->blobs->items.len)
        return GAZ_OK;
    s.threads = job->blobs->items.len <= SMALL_RUN ? 1 : (unsigned)job->settings->threads;
    pthread_mutex_init(&s.lock, NULL);
    pthread_mutex_init(&s.huge, NULL);
    suspects_first(job->blobs, job->request, &suspects);
    atomic_store(&s.next, suspects);
    gaz_status st =
        gaz_store_quarantine_list(job->store, &s.quarantined, &s.quarantined_count, err);
    if (st == GAZ_OK && suspects)
        st = read_suspects(&s, suspects, err);
    if (st == GAZ_OK && s.threads == 1) {
        read_share(&s, 0);
    } else if (st == GAZ_OK) {
        gaz_pool *pool = NULL;
        st = gaz_pool_new(s.threads, s.threads, &pool, err);
        if (st == GAZ_OK)
            gaz_pool_run(pool, s.threads, read_share, &s);
        gaz_pool_free(pool);
    }
    if (st == GAZ_OK && s.failed != GAZ_OK) {
        st = s.failed;
        if (err)
            *err = s.failure;
    }
    report(&s, true);
    free(s.quarantined);
    pthread_mutex_destroy(&s.lock);
    pthread_mutex_destroy(&s.huge);
    return st;
}
