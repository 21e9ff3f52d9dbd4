/* Reading documents for symbols. Each thread has its own extractor and its own segment writer and
 * takes documents from a shared list: large ones first, so that none is begun last, then the others
 * in the order of their text, whose blocks are unpacked once. A writer that has its share of memory
 * is finished, published and another begun: what is there can be asked for, and a run that is
 * killed goes on from it. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/threads.h"
#include "symbols_run.h"

#define TAKE 8       /* documents a thread takes at once */
#define SMALL_RUN 24 /* up to so many documents one thread writes one segment */
#define TEXT_BYTES_MAX (64u << 20)
#define FACTS_BYTES_MAX ((size_t)1 << 30)
#define CACHE_BYTES ((size_t)8 << 20)
#define REPORT_US 100000
#define YIELD_US 50000
#define BATCH_US ((int64_t)120 * 1000000) /* a writer is finished after so long, however small */

typedef struct shared {
    const symbols_job *job;
    atomic_size_t next, done;
    atomic_uint_fast64_t bytes;
    atomic_bool stop;
    atomic_uint number;   /* of the next segment's file */
    pthread_mutex_t lock; /* over what follows, and job->finished */
    gaz_status failed;
    gaz_error failure;
    int64_t reported_us;
    gaz_block_cache *cache;
    gaz_oid *poison;
    size_t poison_count;
    unsigned threads;
    uint64_t total_bytes;
} shared;

typedef struct reader {
    shared *s;
    unsigned slot;
    gaz_extractor *extractor;
    gaz_symbol_writer *writer;
    int64_t began_us; /* the writer */
    char path[600];
    gaz_strbuf text;
    gaz_facts facts;
    gaz_arena arena;
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

/* ---- segments ---- */

static gaz_status open_writer(reader *r, gaz_error *err)
{
    if (r->writer)
        return GAZ_OK;
    snprintf(r->path, sizeof r->path, "%s/symbols-%u.seg", gaz_run_dir(r->s->job->run),
             atomic_fetch_add(&r->s->number, 1));
    r->began_us = gaz_now_us();
    return gaz_symbol_writer_open(r->path, &r->writer, err);
}

static gaz_status finish_writer(reader *r, gaz_error *err)
{
    gaz_symbol_row row;
    const symbols_job *job = r->s->job;
    if (!r->writer || !gaz_symbol_writer_docs(r->writer))
        return GAZ_OK;
    gaz_status st = gaz_symbol_writer_finish(r->writer, &row, err);
    gaz_symbol_writer_close(r->writer);
    r->writer = NULL;
    if (st == GAZ_OK)
        st = gaz_store_adopt(job->store, job->run, r->path, GAZ_FILE_SEGMENT, row.name, err);
    if (st != GAZ_OK)
        return st;
    pthread_mutex_lock(&r->s->lock);
    st = job->finished(job->ctx, &row, err);
    pthread_mutex_unlock(&r->s->lock);
    return st;
}

/* ---- one document ---- */

static bool is_poison(const shared *s, const gaz_oid *oid)
{
    for (size_t i = 0; i < s->poison_count; i++)
        if (gaz_oid_compare(&s->poison[i], oid) == 0)
            return true;
    return false;
}

static void note_reading(reader *r, const symbols_work *w, bool reading)
{
    inflight *flight = r->s->job->request->inflight;
    if (!flight)
        return;
    if (reading) {
        flight->slots[r->slot].oid = w->key.oid;
        atomic_signal_fence(memory_order_seq_cst);
    }
    flight->slots[r->slot].busy = reading ? INFLIGHT_SYMBOLS : 0;
}

/* Facts that break the store's rules are a fault of the extractor and cost their document only. */
static gaz_status add_facts(reader *r, symbols_work *w, gaz_symbol_facts *facts, gaz_error *err)
{
    gaz_error why = {0};
    gaz_status st = gaz_symbol_writer_add(r->writer, facts, GAZ_REFERENCE_LOCAL, r->text.data,
                                          r->text.len, &why);
    if (st == GAZ_E_INVALID) {
        *facts = (gaz_symbol_facts){.key = facts->key,
                                    .fingerprint = facts->fingerprint,
                                    .outcome = GAZ_SYMBOL_OUTCOME_BROKEN};
        gaz_error_clear(&why);
        st = gaz_symbol_writer_add(r->writer, facts, 0, NULL, 0, &why);
    }
    if (st != GAZ_OK && err)
        *err = why;
    if (st == GAZ_OK)
        atomic_store(&w->result, (uint16_t)(SYMBOLS_READ | facts->outcome));
    return st;
}

static gaz_status extract(reader *r, symbols_work *w, gaz_symbol_facts *facts, gaz_error *err)
{
    gaz_arena_reset(&r->arena);
    gaz_strbuf_reset(&r->text);
    gaz_status st = gaz_segment_text(r->s->job->segments[w->segment], r->s->cache, w->doc,
                                     TEXT_BYTES_MAX, &r->text, err);
    if (st == GAZ_E_LIMIT) {
        gaz_error_clear(err);
        facts->outcome = GAZ_EXTRACT_TOO_LARGE;
        gaz_strbuf_reset(&r->text);
        return GAZ_OK;
    }
    if (st == GAZ_OK)
        st = gaz_extract(r->extractor, w->key.language, r->text.data, r->text.len, GAZ_FACTS_ALL,
                         &r->facts, err);
    return st == GAZ_OK
               ? symbols_convert(&r->facts, r->text.data, r->text.len, &r->arena, facts, err)
               : st;
}

static gaz_status read_document(reader *r, symbols_work *w, gaz_error *err)
{
    gaz_symbol_facts facts = {.key = w->key,
                              .fingerprint = gaz_symbols_fingerprint(w->key.language)};
    gaz_status st = open_writer(r, err);
    if (st == GAZ_OK && is_poison(r->s, &w->key.oid)) {
        facts.outcome = GAZ_SYMBOL_OUTCOME_CRASHED;
        gaz_strbuf_reset(&r->text);
    } else if (st == GAZ_OK) {
        note_reading(r, w, true);
        st = extract(r, w, &facts, err);
        note_reading(r, w, false);
    }
    if (st == GAZ_OK)
        st = add_facts(r, w, &facts, err);
    if (st != GAZ_OK)
        return st;
    atomic_fetch_add(&r->s->done, 1);
    atomic_fetch_add(&r->s->bytes, w->size);
    size_t share = (size_t)r->s->job->settings->index_memory / r->s->threads;
    bool full =
        gaz_symbol_writer_memory(r->writer) > share || gaz_now_us() - r->began_us > BATCH_US;
    return full ? finish_writer(r, err) : GAZ_OK;
}

/* ---- threads ---- */

static void report(shared *s, bool force)
{
    const symbols_job *job = s->job;
    int64_t now = gaz_now_us();
    if (!job->request->report || (!force && now - s->reported_us < REPORT_US))
        return;
    s->reported_us = now;
    double seconds = (double)(now - job->started_us) / 1e6;
    uint64_t bytes = atomic_load(&s->bytes);
    gaz_progress p = {.phase = GAZ_PHASE_SYMBOLS,
                      .files_done = atomic_load(&s->done),
                      .files_total = job->count,
                      .bytes_done = bytes,
                      .bytes_total = s->total_bytes,
                      .bytes_per_second = seconds > 0 ? (double)bytes / seconds : 0,
                      .seconds_left = -1,
                      .elapsed_us = now - job->started_us};
    if (bytes && s->total_bytes >= bytes)
        p.seconds_left = seconds * (double)(s->total_bytes - bytes) / (double)bytes;
    job->request->report(job->request->report_ctx, &p);
}

static gaz_status open_reader(reader *r, shared *s, unsigned slot, gaz_error *err)
{
    gaz_extract_limits limits = {.memory = (uint64_t)s->job->settings->index_memory / 2};
    *r = (reader){.s = s, .slot = slot};
    gaz_strbuf_init(&r->text, TEXT_BYTES_MAX + 1);
    gaz_facts_init(&r->facts);
    gaz_arena_init(&r->arena, FACTS_BYTES_MAX);
    return gaz_extractor_new(&limits, &r->extractor, err);
}

static void close_reader(reader *r)
{
    gaz_symbol_writer_close(r->writer);
    gaz_extractor_free(r->extractor);
    gaz_facts_release(&r->facts);
    gaz_arena_release(&r->arena);
    gaz_strbuf_release(&r->text);
}

static bool told_to_yield(const shared *s)
{
    const index_request *request = s->job->request;
    return request->yield && request->yield(request->yield_ctx);
}

static void read_share(void *ctx, unsigned worker)
{
    shared *s = ctx;
    reader r;
    gaz_error why = {0};
    int64_t asked = gaz_now_us();
    gaz_status st = open_reader(&r, s, worker < INFLIGHT_SLOTS ? worker : INFLIGHT_SLOTS - 1, &why);
    while (st == GAZ_OK && !atomic_load(&s->stop)) {
        size_t at = atomic_fetch_add(&s->next, TAKE), end = at + TAKE;
        if (at >= s->job->count)
            break;
        end = end < s->job->count ? end : s->job->count;
        for (; st == GAZ_OK && at < end && !atomic_load(&s->stop); at++)
            st = read_document(&r, &s->job->work[at], &why);
        if (worker)
            continue;
        report(s, false);
        if (gaz_now_us() - asked > YIELD_US) {
            asked = gaz_now_us();
            if (told_to_yield(s))
                atomic_store(&s->stop, true);
        }
    }
    if (st == GAZ_OK && s->failed == GAZ_OK)
        st = finish_writer(&r, &why);
    if (st != GAZ_OK)
        fail(s, st, &why);
    close_reader(&r);
}

/* ---- order ---- */

#define LARGE (256u << 10)

static int by_place(const void *a, const void *b)
{
    const symbols_work *x = a, *y = b;
    bool x_large = x->size > LARGE, y_large = y->size > LARGE;
    if (x_large != y_large)
        return x_large ? -1 : 1;
    if (x_large && x->size != y->size)
        return x->size > y->size ? -1 : 1;
    if (x->segment != y->segment)
        return x->segment < y->segment ? -1 : 1;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    return (x->key.language > y->key.language) - (x->key.language < y->key.language);
}

static bool is_suspect(const index_request *request, const gaz_oid *oid)
{
    for (size_t i = 0; i < request->suspect_count; i++)
        if (gaz_oid_compare(&request->suspects[i], oid) == 0)
            return true;
    return false;
}

/* Suspects go first, so that each is alone when it ends the process again. */
void symbols_order(const symbols_job *job)
{
    size_t front = 0;
    if (job->count)
        for (size_t i = 0; job->request->suspect_count && i < job->count; i++)
            if (is_suspect(job->request, &job->work[i].key.oid)) {
                symbols_work w = job->work[i];
                job->work[i] = job->work[front];
                job->work[front++] = w;
            }
}

static gaz_status read_suspects(shared *s, size_t *count, gaz_error *err)
{
    size_t front = 0;
    const symbols_job *job = s->job;
    while (job->request->suspect_count && front < job->count &&
           is_suspect(job->request, &job->work[front].key.oid))
        front++;
    *count = front;
    if (!front)
        return GAZ_OK;
    reader r;
    gaz_status st = open_reader(&r, s, 0, err);
    for (size_t i = 0; st == GAZ_OK && i < front; i++)
        st = read_document(&r, &job->work[i], err);
    if (st == GAZ_OK)
        st = finish_writer(&r, err);
    close_reader(&r);
    return st;
}

static gaz_status run_threads(shared *s, gaz_error *err)
{
    gaz_pool *pool = NULL;
    if (s->threads == 1) {
        read_share(s, 0);
    } else {
        gaz_status st = gaz_pool_new(s->threads, s->threads, &pool, err);
        if (st != GAZ_OK)
            return st;
        gaz_pool_run(pool, s->threads, read_share, s);
        gaz_pool_free(pool);
    }
    if (s->failed != GAZ_OK && err)
        *err = s->failure;
    return s->failed;
}

gaz_status symbols_extract(const symbols_job *job, gaz_error *err)
{
    shared s = {.job = job, .reported_us = job->started_us};
    size_t suspects = 0;
    if (!job->count)
        return GAZ_OK;
    s.threads = job->count <= SMALL_RUN ? 1 : (unsigned)job->settings->threads;
    qsort(job->work, job->count, sizeof *job->work, by_place);
    for (size_t i = 0; i < job->count; i++)
        s.total_bytes += job->work[i].size;
    pthread_mutex_init(&s.lock, NULL);
    gaz_status st = gaz_block_cache_new(CACHE_BYTES, &s.cache, err);
    if (st == GAZ_OK)
        st = gaz_store_symbol_quarantine_list(job->store, &s.poison, &s.poison_count, err);
    if (st == GAZ_OK)
        st = read_suspects(&s, &suspects, err);
    atomic_store(&s.next, suspects);
    if (st == GAZ_OK)
        st = run_threads(&s, err);
    report(&s, true);
    free(s.poison);
    gaz_block_cache_free(s.cache);
    pthread_mutex_destroy(&s.lock);
    return st;
}
