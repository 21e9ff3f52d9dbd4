/* A search, from the query's text to the hits. Candidates are checked by all threads in the order
 * that paths give them (rank.c), in batches; a search that wants only the first files stops after
 * whole windows of WINDOW matches, so that the answer never depends on which thread was quicker,
 * how documents lie in segments, or how many files are asked for. Within a window hits are ordered
 * by score; `count:all` has one window. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"
#include "gaz/base/clock.h"
#include "gaz/json/json.h"
#include "rank.h"
#include "render.h"

#define WINDOW 64   /* matches ranked together when not all are wanted */
#define BATCH 32    /* candidates a thread takes at once, */
#define BATCH_FEW 8 /* and when not all are wanted */
#define ARENA_MAX ((size_t)64 << 20)
#define NOTES_MAX 100

typedef struct batch {
    match *matches;
    unsigned count;
    bool done;
} batch;

typedef struct search {
    gaz_engine *engine;
    const gaz_search_request *request;
    gaz_search_result *result;
    gaz_arena arena;
    const gaz_query *query;
    plan plan;
    world *world;
    scope *scope;
    const int8_t *const *ref_verdicts;
    int64_t deadline;
    uint64_t offset; /* files on earlier pages */
    uint32_t limit;
    uint64_t wanted; /* matches after which checking may stop; UINT64_MAX: all */
    /* checking */
    uint32_t *candidates;
    size_t candidate_count;
    names names;
    unsigned batch_size;
    batch *batches;
    size_t batch_count;
    atomic_size_t next, stop_at;
    pthread_mutex_t lock;
    size_t prefix; /* batches done from the first on */
    uint64_t prefix_matches;
    gaz_status failed;
    gaz_error failure;
    const char *reason;
    bool not_indexed;
    /* what came out */
    match *matches;
    size_t match_count;
} search;

void gaz_search_result_init(gaz_search_result *r)
{
    *r = (gaz_search_result){.complete = true,
                             .cursor = GAZ_STRBUF_INIT,
                             .explain = GAZ_STRBUF_INIT,
                             .notes = GAZ_STRBUF_INIT};
}

void gaz_search_result_release(gaz_search_result *r)
{
    gaz_strbuf_release(&r->cursor);
    gaz_strbuf_release(&r->explain);
    gaz_strbuf_release(&r->notes);
}

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to search");
}

/* ---- the scope ---- */

static bool has_field(const gaz_query *q, gaz_field field)
{
    for (unsigned i = 0; i < q->atom_count; i++)
        if (q->atoms[i]->field == field)
            return true;
    return false;
}

typedef GAZ_VEC(scope_ref) ref_list;

static gaz_status add_ref(search *s, ref_list *list, const gaz_snapshot_repo *repo,
                          const gaz_ref_row *ref, gaz_error *err)
{
    scope_ref r = {.repo = repo, .ref = ref};
    (void)s;
    return gaz_vec_push(list, r) ? GAZ_OK : no_memory(err);
}

/* The one repository a query is about, if it says so: --repo, repo=NAME at the top, or there is
 * just one. */
static const char *single_repo(const search *s)
{
    if (s->request->repo)
        return s->request->repo;
    const gaz_node *root = s->query->root;
    size_t n = root->kind == GAZ_NODE_AND ? root->count : 1;
    for (size_t i = 0; i < n; i++) {
        const gaz_node *node = root->kind == GAZ_NODE_AND ? root->kids[i] : root;
        if (node->kind == GAZ_NODE_ATOM && node->atom->field == GAZ_FIELD_REPO && node->atom->exact)
            return node->atom->text;
    }
    return s->world->snapshot->repo_count == 1 ? s->world->snapshot->repos[0].row.name : NULL;
}

static gaz_status add_repo(search *s, ref_list *list, const char *name, const char *rev,
                           bool branches, bool must, gaz_error *err)
{
    const gaz_snapshot_repo *repo = NULL;
    const gaz_ref_row *ref = NULL;
    gaz_error why = {0};
    gaz_status st =
        engine_find_ref(s->engine, &s->world, name, rev, must, s->deadline, &repo, &ref, &why);
    if (st == GAZ_E_NOT_FOUND && !must)
        return GAZ_OK;
    if (st != GAZ_OK) {
        if (err)
            *err = why;
        return st;
    }
    if (!ref && must && (!repo->row.indexed_us || repo->row.note))
        s->not_indexed = true;
    if (!branches || rev)
        return ref ? add_ref(s, list, repo, ref, err) : GAZ_OK;
    if (ref)
        st = add_ref(s, list, repo, ref, err);
    for (size_t i = 0; st == GAZ_OK && i < repo->ref_count; i++)
        if (repo->refs[i].kind == GAZ_REF_BRANCH && &repo->refs[i] != ref)
            st = add_ref(s, list, repo, &repo->refs[i], err);
    return st;
}

/* The views of the refs. A repository's default branch is what the engine is there for; what
 * `branch:` adds to it is bounded by the time and memory of the query. */
static gaz_status make_views(search *s, ref_list *list, gaz_error *err)
{
    uint64_t room = (uint64_t)s->engine->settings->query_memory /
                    (sizeof(view_entry) + 2 * sizeof(scope_file)),
             used = 0;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < list->len; i++) {
        scope_ref *r = &list->items[i];
        bool further = i > 0 && r->repo == r[-1].repo;
        if (further && (gaz_expired(s->deadline) || used > room)) {
            s->reason = used > room ? "memory" : "timeout";
            list->len = i;
            break;
        }
        st = world_view(s->world, s->engine->store, r->repo, r->ref, &r->view, err);
        used += st == GAZ_OK && further ? r->view->count : 0;
    }
    return st;
}

/* Drops refs the query's own atoms over repositories and branches rule out, then makes the views of
 * the rest. */
static gaz_status narrow(search *s, ref_list *list, gaz_error *err)
{
    const int8_t *const *verdicts = NULL;
    gaz_status st = match_refs(&s->plan, list->items, list->len, &verdicts, err);
    size_t kept = 0;
    for (size_t i = 0; st == GAZ_OK && i < list->len; i++)
        if (match_ref_possible(&s->plan, s->query->root, verdicts, i))
            list->items[kept++] = list->items[i];
    if (st != GAZ_OK)
        return st;
    list->len = kept;
    return make_views(s, list, err);
}

static gaz_status choose_scope(search *s, gaz_error *err)
{
    ref_list list = {0};
    const char *rev = s->query->rev ? s->query->rev : s->request->rev, *only = single_repo(s);
    bool branches = has_field(s->query, GAZ_FIELD_BRANCH);
    gaz_status st = GAZ_OK;
    if (only && (s->request->repo || world_repo(s->world, only))) {
        char *name = gaz_arena_strdup(&s->arena, only);
        st = name ? add_repo(s, &list, name, rev, branches, true, err) : no_memory(err);
        if ((st == GAZ_E_NOT_FOUND || st == GAZ_E_INVALID) && err && s->query->rev)
            err->column = s->query->rev_column;
    } else {
        for (size_t i = 0; st == GAZ_OK && i < s->world->snapshot->repo_count; i++)
            st = add_repo(s, &list, s->world->snapshot->repos[i].row.name, rev, branches, false,
                          err);
        if (st == GAZ_OK && rev && !list.len && s->world->snapshot->repo_count) {
            st = gaz_error_set(err, GAZ_E_NOT_FOUND,
                               "no repository has an indexed revision '%.200s'", rev);
            gaz_error_hint(err, "name one repository (repo=NAME): a revision that is not indexed "
                                "is then brought in");
            if (err)
                err->column = s->query->rev ? s->query->rev_column : 0;
        }
    }
    if (st == GAZ_OK)
        st = narrow(s, &list, err);
    if (st == GAZ_OK)
        st = scope_get(s->world, list.items, list.len, &s->scope, err);
    if (st == GAZ_OK)
        st = match_refs(&s->plan, s->scope->refs, s->scope->ref_count, &s->ref_verdicts, err);
    gaz_vec_free(&list);
    return st;
}

/* ---- cursors ---- */

static uint64_t query_hash(const search *s)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_query_format(s->query, &text);
    gaz_strbuf_printf(&text, "\n%s\n%s", s->request->repo ? s->request->repo : "",
                      s->request->rev ? s->request->rev : "");
    uint64_t h = gaz_checksum(text.data, text.len);
    gaz_strbuf_release(&text);
    return h;
}

static gaz_status read_cursor(search *s, gaz_error *err)
{
    uint64_t generation = 0, hash = 0, offset = 0;
    char end = 0;
    if (!s->request->cursor)
        return GAZ_OK;
    if (sscanf(s->request->cursor, "c1.%16" SCNx64 ".%16" SCNx64 ".%16" SCNx64 "%c", &generation,
               &hash, &offset, &end) != 3 ||
        offset > UINT32_MAX) {
        gaz_error_set(err, GAZ_E_INVALID, "the cursor is not one that a search gave");
        gaz_error_hint(err, "pass back `cursor` from the previous page as it was, or leave it out");
        return GAZ_E_INVALID;
    }
    if (hash != query_hash(s))
        return gaz_error_set(err, GAZ_E_INVALID,
                             "the cursor belongs to another query, repository or revision");
    world *w = engine_world_at(s->engine, generation);
    if (!w) {
        gaz_error_set(err, GAZ_E_INVALID, "the cursor has expired");
        gaz_error_hint(err, "search again from the first page");
        return GAZ_E_INVALID;
    }
    world_unref(s->world);
    s->world = w;
    s->offset = offset;
    return GAZ_OK;
}

/* ---- checking candidates ---- */

static bool cancelled(const search *s)
{
    return s->request->cancelled && s->request->cancelled(s->request->cancelled_ctx);
}

static gaz_status list_candidates(search *s, gaz_error *err)
{
    size_t words = (s->scope->file_count + 63) / 64;
    uint64_t *files = calloc(words + 1, sizeof *files);
    if (!files)
        return no_memory(err);
    for (size_t g = 0; g < s->scope->segment_count; g++) {
        const scope_segment *seg = &s->scope->segments[g];
        const uint64_t *docs = s->plan.segments[g].documents;
        for (size_t w = 0; w * 64 < seg->docs; w++)
            for (uint64_t word = docs[w]; word; word &= word - 1) {
                uint32_t doc = (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(word));
                uint32_t from = doc ? seg->first[doc] : 0;
                for (uint32_t k = from; k < seg->first[doc + 1]; k++)
                    files[seg->files_of[k] >> 6] |= UINT64_C(1) << (seg->files_of[k] & 63);
            }
    }
    for (size_t w = 0; w < words; w++)
        s->candidate_count += (size_t)__builtin_popcountll(files[w]);
    s->candidates = malloc((s->candidate_count + 1) * sizeof *s->candidates);
    s->batch_size = s->wanted == UINT64_MAX ? BATCH : BATCH_FEW;
    s->batch_count = (s->candidate_count + s->batch_size - 1) / s->batch_size;
    s->batches = calloc(s->batch_count + 1, sizeof *s->batches);
    size_t n = 0;
    for (size_t w = 0; s->candidates && w < words; w++)
        for (uint64_t word = files[w]; word; word &= word - 1)
            s->candidates[n++] = (uint32_t)(w * 64 + (unsigned)__builtin_ctzll(word));
    free(files);
    gaz_status st = s->candidates && s->batches ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK)
        st = names_init(&s->names, &s->plan, s->scope, err);
    if (st == GAZ_OK && s->wanted != UINT64_MAX)
        st = rank_candidates(&s->plan, &s->names, s->candidates, s->candidate_count, err);
    return st;
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

/* A file that cannot be decided is said in the notes; the answer is not complete then. */
static bool undecided(search *s, const match_worker *w, gaz_status st, const gaz_error *why,
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
    match found[BATCH];
    size_t from = number * s->batch_size, left = s->candidate_count - from,
           to = from + (left < s->batch_size ? left : s->batch_size);
    bool stopped = false;
    for (size_t i = from; i < to && !stopped; i++) {
        bool yes = false;
        gaz_error why = {0};
        gaz_status st = match_file(w, s->candidates[i], &yes, &found[b->count], &why);
        if (st != GAZ_OK) {
            const view_entry *e = scope_entry(s->scope, &s->scope->files[s->candidates[i]]);
            if (!undecided(s, w, st, &why, e->path, e->path_len)) {
                stop_all(s, st, &why);
                stopped = true; /* what the batch has found so far counts: when only time ran out,
                                   it is shown */
            }
            yes = false;
        }
        b->count += yes;
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
        if (gaz_expired(s->deadline) || cancelled(s)) {
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

static gaz_status check_candidates(search *s, gaz_error *err)
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
        return no_memory(err);
    for (size_t i = 0; i < end; i++)
        if (s->batches[i].done && s->batches[i].count) {
            memcpy(s->matches + s->match_count, s->batches[i].matches,
                   s->batches[i].count * sizeof *s->matches);
            s->match_count += s->batches[i].count;
        }
    return GAZ_OK;
}

/* ---- answering ---- */

/* select:repo, type:repo: the first file stands for its repository. */
static gaz_status keep_one_per_repo(search *s, gaz_error *err)
{
    const gaz_snapshot *all = s->world->snapshot;
    bool *known = gaz_arena_array(&s->arena, all->repo_count + 1, sizeof *known);
    size_t kept = 0;
    if (!known)
        return no_memory(err);
    for (size_t i = 0; i < s->match_count; i++) {
        size_t repo =
            (size_t)(s->scope->refs[s->scope->files[s->matches[i].file].ref].repo - all->repos);
        if (!known[repo])
            s->matches[kept++] = s->matches[i];
        known[repo] = true;
    }
    s->match_count = kept;
    return GAZ_OK;
}

static gaz_status order_matches(search *s, gaz_error *err)
{
    size_t window = s->wanted == UINT64_MAX ? s->match_count : WINDOW;
    for (size_t at = 0; at < s->match_count; at += window)
        rank_matches(&s->plan, &s->names, s->matches + at,
                     s->match_count - at < window ? s->match_count - at : window);
    return s->query->select == GAZ_TYPE_REPO ? keep_one_per_repo(s, err) : GAZ_OK;
}

static gaz_status render_page(search *s, gaz_hit_visit visit, void *ctx, gaz_error *err)
{
    match_worker w;
    renderer r;
    gaz_status st = match_worker_init(&w, &s->plan, s->engine->cache, s->ref_verdicts, GAZ_NEVER,
                                      (size_t)s->engine->settings->query_memory, err);
    if (st != GAZ_OK)
        return st;
    renderer_init(&r, &w);
    r.before = s->request->context_before;
    r.after = s->request->context_after;
    r.lines_per_file = s->request->lines_per_file;
    r.from = s->request->first_line;
    r.to = s->request->last_line;
    r.without_lines = s->query->select != GAZ_TYPE_MATCH;
    for (size_t i = (size_t)s->offset;
         st == GAZ_OK && i < s->match_count && i - s->offset < s->limit; i++) {
        gaz_error why = {0};
        if (cancelled(s)) {
            s->reason = "cancelled";
            break;
        }
        w.deadline = s->deadline == GAZ_NEVER
                         ? GAZ_NEVER
                         : s->deadline + 500000; /* what was found in time is still shown */
        st = render_match(&r, &s->matches[i], visit, ctx, &why);
        const view_entry *e = scope_entry(s->scope, &s->scope->files[s->matches[i].file]);
        if (st == GAZ_E_TIMEOUT && !r.refused) {
            s->reason = "timeout";
            st = GAZ_OK;
            break;
        }
        if ((st == GAZ_E_CORRUPT || st == GAZ_E_LIMIT) && !r.refused &&
            undecided(s, &w, st, &why, e->path, e->path_len))
            st = GAZ_OK;
        else if (st != GAZ_OK && err)
            *err = why;
    }
    renderer_release(&r);
    match_worker_release(&w);
    return st;
}

static void sum_up(search *s)
{
    gaz_search_stats *stats = &s->result->stats;
    stats->files = s->match_count;
    for (size_t i = 0; i < s->match_count; i++)
        stats->lines += s->matches[i].lines;
    stats->candidates = s->candidate_count;
    stats->documents = s->scope->file_count;
}

static gaz_status add_notes(search *s, gaz_error *err)
{
    gaz_json_writer w;
    size_t n = 0;
    gaz_strbuf list = GAZ_STRBUF_INIT;
    gaz_json_writer_init(&w, &list);
    gaz_json_array_begin(&w);
    for (size_t i = 0; i < s->plan.damage.len && n < NOTES_MAX; i++, n++)
        gaz_json_cstring(&w, s->plan.damage.items[i]);
    for (size_t i = 0; i < s->world->damaged.len && n < NOTES_MAX; i++, n++)
        gaz_json_cstring(&w, s->world->damaged.items[i]);
    if (s->scope->missing) { /* also when the segment was cut after it had been opened */
        char text[120];
        snprintf(text, sizeof text,
                 s->scope->unavailable ? "%" PRIu64 " files have no text that can be read now"
                                       : "%" PRIu64
                                         " files have no text that can be read; run `gaz check`",
                 s->scope->missing);
        gaz_json_cstring(&w, text);
        n++;
    }
    gaz_json_array_end(&w);
    if (n)
        gaz_strbuf_add(&s->result->notes, list.data + 1, list.len - 2);
    gaz_strbuf_release(&list);
    return gaz_strbuf_check(&s->result->notes, err);
}

/* Damage and missing documents make an answer incomplete, whatever else does. */
static void decide_completeness(search *s, bool stopped_early)
{
    gaz_search_result *r = s->result;
    bool more = s->match_count > s->offset + s->limit || stopped_early;
    if (s->not_indexed)
        r->reason = "not_indexed";
    else if (s->reason)
        r->reason = s->reason;
    else if (s->scope->missing || s->plan.damage.len)
        r->reason = s->scope->unavailable && !s->plan.damage.len ? "unavailable" : "damaged";
    else if (more && !s->query->count_all)
        r->reason = "limit";
    r->complete = r->reason == NULL;
    r->stats.exact = !stopped_early && (r->complete || strcmp(r->reason, "limit") == 0);
    bool broken =
        s->reason && (strcmp(s->reason, "timeout") == 0 || strcmp(s->reason, "cancelled") == 0);
    if (more && !broken && s->limit) {
        engine_keep(s->engine, s->world);
        gaz_strbuf_printf(&r->cursor, "c1.%" PRIx64 ".%" PRIx64 ".%" PRIx64,
                          s->world->snapshot->generation, query_hash(s), s->offset + s->limit);
    }
}

static void set_limits(search *s)
{
    const gaz_settings *settings = s->engine->settings;
    int64_t timeout = s->query->timeout_ms ? s->query->timeout_ms : settings->query_timeout_ms;
    if (timeout > settings->query_timeout_max_ms)
        timeout = settings->query_timeout_max_ms;
    s->deadline = gaz_deadline(timeout);
    if (s->request->deadline_us < s->deadline)
        s->deadline = s->request->deadline_us;
    s->limit = s->query->count ? (uint32_t)s->query->count : s->request->limit;
    bool all = s->query->count_all || s->limit == 0 || s->query->select == GAZ_TYPE_REPO;
    s->wanted = all ? UINT64_MAX : (s->offset + s->limit + WINDOW) / WINDOW * WINDOW;
}

static void lap(int64_t *clock, int64_t *stage)
{
    int64_t now = gaz_now_us();
    *stage += now - *clock;
    *clock = now;
}

static gaz_status prepare(search *s, int64_t *clock, gaz_error *err)
{
    gaz_search_stats *stats = &s->result->stats;
    gaz_status st =
        gaz_query_parse(s->request->query, s->request->query_len, &s->arena, &s->query, err);
    if (st == GAZ_OK)
        st = read_cursor(s, err);
    if (st != GAZ_OK)
        return st;
    set_limits(s);
    st = plan_compile(&s->plan, s->query, &s->arena, s->engine->patterns, err);
    lap(clock, &stats->parse_us);
    if (st == GAZ_OK)
        st = choose_scope(s, err);
    lap(clock, &stats->fetch_us);
    if (st == GAZ_OK)
        st = plan_candidates(&s->plan, s->scope, s->deadline, err);
    if (st == GAZ_OK)
        st = list_candidates(s, err);
    lap(clock, &stats->plan_us);
    return st;
}

static gaz_status run(search *s, gaz_hit_visit visit, void *ctx, gaz_error *err)
{
    gaz_search_stats *stats = &s->result->stats;
    int64_t clock = gaz_now_us();
    gaz_status st = prepare(s, &clock, err);
    if (st == GAZ_E_TIMEOUT && s->scope) {
        gaz_error_clear(err);
        s->reason = "timeout";
        st = GAZ_OK;
    } else if (st == GAZ_OK) {
        st = check_candidates(s, err);
        lap(&clock, &stats->verify_us);
    }
    if (st != GAZ_OK)
        return st;
    bool stopped_early = s->prefix < s->batch_count && !s->reason;
    sum_up(s);
    st = order_matches(s, err);
    lap(&clock, &stats->rank_us);
    memcpy(s->result->generation, s->scope->token, sizeof s->result->generation);
    if (st == GAZ_OK && s->limit)
        st = render_page(s, visit, ctx, err);
    lap(&clock, &stats->render_us);
    decide_completeness(s, stopped_early);
    if (st == GAZ_OK)
        st = add_notes(s, err);
    if (s->request->explain)
        plan_explain(&s->plan, &s->result->explain);
    return st;
}

gaz_status gaz_engine_search(gaz_engine *e, const gaz_search_request *request, gaz_hit_visit visit,
                             void *ctx, gaz_search_result *result, gaz_error *err)
{
    search s = {.engine = e, .request = request, .result = result};
    if (request->limit > GAZ_LIMIT_MAX || request->context_before > GAZ_CONTEXT_MAX ||
        request->context_after > GAZ_CONTEXT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "limit is at most %d, context at most %d",
                             GAZ_LIMIT_MAX, GAZ_CONTEXT_MAX);
    gaz_status st = engine_enter(e, &s.world, err);
    if (st != GAZ_OK)
        return st;
    atomic_fetch_add(&e->searches, 1);
    gaz_arena_init(&s.arena, ARENA_MAX);
    pthread_mutex_init(&s.lock, NULL);
    st = run(&s, visit, ctx, err);
    for (size_t i = 0; s.batches && i < s.batch_count; i++)
        free(s.batches[i].matches);
    free(s.batches);
    free(s.candidates);
    free(s.matches);
    plan_release(&s.plan);
    scope_unref(s.scope);
    world_unref(s.world);
    gaz_arena_release(&s.arena);
    pthread_mutex_destroy(&s.lock);
    return st;
}
