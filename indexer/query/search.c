/* A search, from the query's text to the hits. Candidates are checked by all threads, in batches. A
 * search that wants only the first files takes them in the order that paths give them (rank.c) and
 * stops after whole windows of WINDOW matches, so that the answer never depends on which thread was
 * quicker, how documents lie in segments, or how many files are asked for. Within a window hits are
 * ordered by score; `count:all` has one window, and takes candidates as they lie. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/json/json.h"
#include "render.h"
#include "search_state.h"
#include "symbol_marks.h"

#define WINDOW 64 /* matches ranked together when not all are wanted */
#define ARENA_MAX ((size_t)64 << 20)
#define NOTES_MAX 100

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

gaz_status search_no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to search");
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

/* ---- answering ---- */

/* select:repo, type:repo: the first file stands for its repository. */
static gaz_status keep_one_per_repo(search *s, gaz_error *err)
{
    const gaz_snapshot *all = s->world->snapshot;
    bool *known = gaz_arena_array(&s->arena, all->repo_count + 1, sizeof *known);
    size_t kept = 0;
    if (!known)
        return search_no_memory(err);
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
    /* Of all matches only those up to the end of the page are shown, but for one per repository. */
    size_t wanted = s->query->select == GAZ_TYPE_REPO ? SIZE_MAX : (size_t)(s->offset + s->limit);
    for (size_t at = 0; at < s->match_count; at += window)
        rank_matches(s->matches + at, s->match_count - at < window ? s->match_count - at : window,
                     s->wanted == UINT64_MAX ? wanted : SIZE_MAX);
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
    r.without_lines = s->query->select > GAZ_TYPE_SYMBOL;
    for (size_t i = (size_t)s->offset;
         st == GAZ_OK && i < s->match_count && i - s->offset < s->limit; i++) {
        gaz_error why = {0};
        if (search_cancelled(s)) {
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
            search_undecided(s, &w, st, &why, e->path, e->path_len))
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
    if (s->pending) {
        char text[120];
        snprintf(text, sizeof text, "the symbols of %" PRIu64 " files are not read yet",
                 s->pending);
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
    else if (s->pending)
        r->reason = "symbols_pending";
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

/* A pattern that is wrong is told also when no file would be matched. */
static gaz_status check_trees(search *s, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    s->plan.match_tree = s->engine->match_tree;
    s->plan.match_tree_ctx = s->engine->match_tree_ctx;
    for (unsigned i = 0; st == GAZ_OK && i < s->plan.atom_count; i++) {
        const plan_atom *a = &s->plan.atoms[i];
        if (!a->tree)
            continue;
        if (!s->plan.match_tree)
            return gaz_error_set(err, GAZ_E_UNSUPPORTED, "ts: is not available here");
        gaz_tree_matches none;
        gaz_error why = {0};
        gaz_tree_matches_init(&none);
        st = s->plan.match_tree(s->plan.match_tree_ctx, a->language, a->atom->text, a->atom->len,
                                "", 0, s->deadline, &none, &why);
        gaz_tree_matches_release(&none);
        if (st == GAZ_OK)
            continue;
        size_t at = why.column ? why.column - 1 : 0;
        size_t column = a->atom->columns[at < a->atom->len ? at : a->atom->len];
        if (err && err->status == GAZ_OK)
            err->column = column;
        st = st == GAZ_E_TIMEOUT ? GAZ_E_LIMIT : st;
        gaz_error_set(err, st, "query, column %zu: ts: %.300s", column, why.message);
        if (why.hint[0])
            gaz_error_hint(err, "%s", why.hint);
    }
    return st;
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
    if (st == GAZ_OK)
        st = check_trees(s, err);
    lap(clock, &stats->parse_us);
    if (st == GAZ_OK)
        st = search_choose_scope(s, err);
    lap(clock, &stats->fetch_us);
    if (st == GAZ_OK)
        st = plan_candidates(&s->plan, s->scope, s->world,
                             (size_t)s->engine->settings->query_memory, s->deadline, err);
    if (st == GAZ_OK)
        st = search_list_candidates(s, err);
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
        st = search_check(s, err);
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
    if (st == GAZ_OK && s->plan.symbol_atoms)
        st = marks_count_pending(&s->plan, s->world, &s->pending, err);
    if (s->plan.symbols_cut && !s->reason)
        s->reason = "memory";
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
