/* The candidates of a search, checked by all threads in batches. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "search_state.h"

#define BATCH_FEW 8 /* candidates a thread takes at once when not all are wanted */

bool search_cancelled(const search *s)
{
    return s->request->cancelled && s->request->cancelled(s->request->cancelled_ctx);
}

typedef void (*file_visit)(search *s, void *ctx, uint32_t file);

/* The files of the documents that are candidates, in the order in which these lie in their
 * segments. */
static void each_candidate(search *s, file_visit visit, void *ctx)
{
    for (size_t g = 0; g < s->scope->segment_count; g++) {
        const scope_segment *seg = &s->scope->segments[g];
        const uint64_t *docs = s->plan.segments[g].documents;
        for (size_t w = 0; w * 64 < seg->docs; w++)
            for (uint64_t word = docs[w]; word; word &= word - 1) {
                uint32_t doc = (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(word));
                for (uint32_t k = seg->first[doc]; k < seg->first[doc + 1]; k++)
                    visit(s, ctx, seg->files_of[k]);
            }
    }
}

static void count_file(search *s, void *ctx, uint32_t file)
{
    (void)ctx, (void)file;
    s->candidate_count++;
}

static void add_file(search *s, void *ctx, uint32_t file)
{
    size_t *n = ctx;
    s->candidates[(*n)++] = file;
}

static void mark_file(search *s, void *ctx, uint32_t file)
{
    uint64_t *files = ctx;
    (void)s;
    files[file >> 6] |= UINT64_C(1) << (file & 63);
}

/* Ascending numbers are the order of static rank; rank_candidates() refines it. */
static gaz_status list_by_rank(search *s, gaz_error *err)
{
    size_t words = (s->scope->file_count + 63) / 64, n = 0;
    uint64_t *files = calloc(words + 1, sizeof *files);
    if (!files)
        return search_no_memory(err);
    each_candidate(s, mark_file, files);
    for (size_t w = 0; w < words; w++)
        for (uint64_t word = files[w]; word; word &= word - 1)
            s->candidates[n++] = (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(word));
    free(files);
    return rank_candidates(&s->plan, &s->names, s->candidates, s->candidate_count, err);
}

gaz_status search_list_candidates(search *s, gaz_error *err)
{
    bool all = s->wanted == UINT64_MAX;
    size_t n = 0;
    each_candidate(s, count_file, NULL);
    s->candidates = malloc((s->candidate_count + 1) * sizeof *s->candidates);
    s->batch_size = all ? MATCH_BATCH : BATCH_FEW;
    s->batch_count = (s->candidate_count + s->batch_size - 1) / s->batch_size;
    s->batches = calloc(s->batch_count + 1, sizeof *s->batches);
    if (!s->candidates || !s->batches)
        return search_no_memory(err);
    gaz_status st = names_init(&s->names, &s->plan, s->scope, err);
    if (st != GAZ_OK || !all)
        return st == GAZ_OK ? list_by_rank(s, err) : st;
    each_candidate(s, add_file, &n); /* as they lie: what is read next is next in memory too */
    return GAZ_OK;
}

static void batch_done(search *s, size_t number)
{
    pthread_mutex_lock(&s->lock);
    s->batches[number].done = true;
    while (s->prefix_matches < s->wanted && s->prefix < s->batch_count &&
           s->batches[s->prefix].done) {
        s->prefix_matches += s->batches[s->prefix].count;
        s->prefix++;
        if (s->prefix_matches >= s->wanted && s->prefix < atomic_load(&s->stop_at))
            atomic_store(&s->stop_at, s->prefix);
    }
    pthread_mutex_unlock(&s->lock);
}

bool search_undecided(search *s, const match_worker *w, gaz_status st, const gaz_error *why,
                      const char *path, uint32_t len)
{
    const char *reason = st == GAZ_E_CORRUPT ? "damaged" : st == GAZ_E_LIMIT ? w->limit : NULL;
    if (!reason)
        return false;
    char text[700];
    snprintf(text, sizeof text, "%.*s: %s", (int)(len > 200 ? 200 : len), path, why->message);
    pthread_mutex_lock(&s->lock);
    s->reason = s->reason ? s->reason : reason;
    gaz_status noted = plan_note(&s->plan, text, NULL);
    (void)noted;
    pthread_mutex_unlock(&s->lock);
    return true;
}

static void stop_all(search *s, gaz_status st, const gaz_error *why)
{
    pthread_mutex_lock(&s->lock);
    if (st == GAZ_E_TIMEOUT || st == GAZ_E_CANCELLED) {
        s->reason = st == GAZ_E_TIMEOUT ? "timeout" : "cancelled";
    } else if (s->failed == GAZ_OK) {
        s->failed = st;
        s->failure = *why;
    }
    atomic_store(&s->stop_at, 0);
    pthread_mutex_unlock(&s->lock);
}

/* @return whether to go on */
static bool check_batch(search *s, match_worker *w, size_t number)
{
    batch *b = &s->batches[number];
    match found[MATCH_BATCH];
    size_t from = number * s->batch_size, left = s->candidate_count - from,
           to = from + (left < s->batch_size ? left : s->batch_size);
    bool stopped = false;
    match_batch(w, s->candidates + from, to - from);
    for (size_t i = from; i < to; i++)
        names_prefetch(&s->names, s->candidates[i]);
    for (size_t i = from; i < to && !stopped; i++) {
        bool yes = false;
        gaz_error why = {0};
        gaz_status st = match_file(w, i - from, &yes, &found[b->count], &why);
        if (st != GAZ_OK) {
            const view_entry *e = scope_entry(s->scope, &s->scope->files[s->candidates[i]]);
            if (!search_undecided(s, w, st, &why, e->path, e->path_len)) {
                stop_all(s, st, &why);
                stopped = true; /* what the batch has found so far counts: when only time ran out,
                                   it is shown */
            }
            yes = false;
        }
        if (yes)
            rank_score(&s->plan, &s->names, &found[b->count++]);
    }
    if (b->count) {
        b->matches = malloc(b->count * sizeof *b->matches);
        if (!b->matches) {
            b->count = 0;
            stop_all(s, GAZ_E_NOMEM,
                     &(gaz_error){.status = GAZ_E_NOMEM, .message = "no memory to search"});
            return false;
        }
        memcpy(b->matches, found, b->count * sizeof *b->matches);
    }
    batch_done(s, number);
    return !stopped;
}

static void check_share(void *ctx, unsigned worker)
{
    search *s = ctx;
    match_worker w;
    gaz_error why = {0};
    (void)worker;
    if (atomic_load(&s->next) >= atomic_load(&s->stop_at))
        return;
    gaz_status st = match_worker_init(&w, &s->plan, s->engine->cache, s->ref_verdicts, s->deadline,
                                      (size_t)s->engine->settings->query_memory, &why);
    if (st != GAZ_OK) {
        stop_all(s, st, &why);
        return;
    }
    for (;;) {
        size_t number = atomic_fetch_add(&s->next, 1);
        if (number >= atomic_load(&s->stop_at))
            break;
        if (gaz_expired(s->deadline) || search_cancelled(s)) {
            stop_all(s, gaz_expired(s->deadline) ? GAZ_E_TIMEOUT : GAZ_E_CANCELLED, &why);
            break;
        }
        if (!check_batch(s, &w, number))
            break;
    }
    pthread_mutex_lock(&s->lock);
    s->result->stats.bytes_scanned += w.bytes_scanned;
    pthread_mutex_unlock(&s->lock);
    match_worker_release(&w);
}

gaz_status search_check(search *s, gaz_error *err)
{
    atomic_store(&s->stop_at, s->batch_count);
    unsigned workers = gaz_pool_threads(s->engine->pool);
    if (workers > s->batch_count)
        workers = (unsigned)s->batch_count;
    gaz_pool_run(s->engine->pool, workers, check_share, s);
    if (s->failed != GAZ_OK) {
        if (err)
            *err = s->failure;
        return s->failed;
    }
    /* In time: the batches up to where it was enough. Out of time: all that were finished. */
    bool cut_short =
        s->reason && (strcmp(s->reason, "timeout") == 0 || strcmp(s->reason, "cancelled") == 0);
    size_t end = cut_short ? s->batch_count : s->prefix, n = 0;
    for (size_t i = 0; i < end; i++)
        n += s->batches[i].done ? s->batches[i].count : 0;
    s->matches = malloc((n + 1) * sizeof *s->matches);
    if (!s->matches)
        return search_no_memory(err);
    for (size_t i = 0; i < end; i++)
        if (s->batches[i].done && s->batches[i].count) {
            memcpy(s->matches + s->match_count, s->batches[i].matches,
                   s->batches[i].count * sizeof *s->matches);
            s->match_count += s->batches[i].count;
        }
    return GAZ_OK;
}
