/* Commits of several repositories in one order: by committer's time, where the time of a commit is
 * at most that of those before it in its repository's log, then by the repository's name. So each
 * repository gives its commits in the order it has them, and the last one shown says where each of
 * them goes on, whatever has been pushed meanwhile. Matches are found some at a time: of one
 * repository as many as are shown, of several a few each. */
#include "gaz/query/history_search.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine_private.h"
#include "gaz/base/clock.h"
#include "gaz/base/date.h"
#include "gaz/base/utf8.h"
#include "gaz/query/parse.h"
#include "plan.h"

#define ARENA_MAX ((size_t)64 << 20)
#define FEW 8 /* commits found at once in each of several repositories */
#define LINES_MAX 1000

/* A commit that was found, its lines copied. */
typedef struct found_commit {
    uint32_t rank, lines;
    bool cut;
    const gaz_commit_match *matches;
    size_t match_count;
} found_commit;

/* A repository's commits, as they are found. */
typedef struct commit_stream {
    const gaz_snapshot_repo *repo;
    gaz_commit_texts *texts; /* NULL: its history is not indexed */
    gaz_commits *index;
    gaz_oid tip;
    bool by_tip;
    GAZ_VEC(found_commit) found;
    size_t at;
    uint32_t next; /* where to go on finding; UINT32_MAX: there is no more */
    uint32_t seen; /* the commits before it have `floor` as their least time */
    int64_t floor;
} commit_stream;

/* An atom's pattern, over lines or names. */
typedef struct history_pattern {
    const gaz_atom *atom;
    gaz_pattern *pattern;
    gaz_matcher *matcher; /* over names */
    bool negated;
} history_pattern;

typedef struct history_search {
    gaz_engine *engine;
    const gaz_search_request *request;
    const gaz_history_visitor *visitor;
    gaz_search_result *result;
    gaz_arena arena;
    const gaz_query *query;
    world *world;
    history_pattern *patterns; /* by atom index */
    gaz_commit_pattern *lines; /* that a commit must have */
    size_t line_count;
    const gaz_pattern *path;
    int64_t after, before;
    commit_stream *streams;
    size_t stream_count;
    int64_t deadline;
    uint32_t limit;
    bool timed_out, not_indexed, cancelled;
    commit_stream *filling;
    gaz_status failed;
    gaz_error *err;
} history_search;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to search history");
}

bool gaz_query_wants_history(const char *query, size_t len)
{
    const gaz_query *q = NULL;
    gaz_arena arena;
    gaz_arena_init(&arena, ARENA_MAX);
    bool wants =
        gaz_query_parse(query, len, &arena, &q, NULL) == GAZ_OK && q->type >= GAZ_TYPE_COMMIT;
    gaz_arena_release(&arena);
    return wants;
}

/* ---- what is asked ---- */

static bool over_lines(gaz_field field)
{
    return field == GAZ_FIELD_TEXT || field == GAZ_FIELD_CONTENT || field == GAZ_FIELD_MESSAGE;
}

static gaz_status compile(history_search *s, const gaz_atom *atom, bool negated, gaz_error *err)
{
    history_pattern *p = &s->patterns[atom->index];
    gaz_pattern_options options = {
        .literal = atom->literal, .fold = s->query->fold, .path = !over_lines(atom->field)};
    *p = (history_pattern){.atom = atom, .negated = negated};
    if (atom->exact)
        return GAZ_OK;
    gaz_status st =
        pattern_cache_get(s->engine->patterns, atom->text, atom->len, &options, &p->pattern, err);
    if (st == GAZ_E_INVALID || st == GAZ_E_LIMIT || st == GAZ_E_UNSUPPORTED)
        plan_point_at(atom, err);
    if (st == GAZ_OK && !over_lines(atom->field) && atom->field != GAZ_FIELD_FILE)
        st = gaz_matcher_new(p->pattern, &p->matcher, err);
    return st;
}

/* Relative times count from the day's begin or from now, as git has them. */
static gaz_status read_time(history_search *s, const gaz_atom *atom, gaz_error *err)
{
    int64_t seconds = 0;
    gaz_status st = gaz_date_parse(atom->text, gaz_wall_us() / 1000000, &seconds, err);
    if (st != GAZ_OK)
        return st;
    if (atom->field == GAZ_FIELD_AFTER && seconds > s->after)
        s->after = seconds;
    if (atom->field == GAZ_FIELD_BEFORE && seconds < s->before)
        s->before = seconds;
    return GAZ_OK;
}

static gaz_status read_atom(history_search *s, const gaz_node *node, gaz_error *err)
{
    bool negated = node->kind == GAZ_NODE_NOT, diff = s->query->type == GAZ_TYPE_DIFF;
    const gaz_atom *atom = negated ? node->kids[0]->atom : node->atom;
    if (atom->field == GAZ_FIELD_BEFORE || atom->field == GAZ_FIELD_AFTER)
        return read_time(s, atom, err);
    gaz_status st = compile(s, atom, negated, err);
    if (st == GAZ_OK && atom->field == GAZ_FIELD_FILE)
        s->path = s->patterns[atom->index].pattern;
    if (st == GAZ_OK && over_lines(atom->field)) {
        bool message = !diff || atom->field == GAZ_FIELD_MESSAGE;
        s->lines[s->line_count++] =
            (gaz_commit_pattern){.pattern = s->patterns[atom->index].pattern,
                                 .messages = message,
                                 .added = !message,
                                 .removed = !message};
    }
    return st;
}

/* type:diff file:… alone: every line of those files. */
static gaz_status any_line(history_search *s, gaz_error *err)
{
    history_pattern *p = &s->patterns[s->query->atom_count];
    const gaz_pattern_options options = {.fold = GAZ_CASE_SENSITIVE};
    gaz_status st = pattern_cache_get(s->engine->patterns, "^", 1, &options, &p->pattern, err);
    if (st == GAZ_OK)
        s->lines[s->line_count++] =
            (gaz_commit_pattern){.pattern = p->pattern, .added = true, .removed = true};
    return st;
}

/* Lines of diffs are what is shown of type:diff: they come before those of messages. */
static void order_lines(history_search *s)
{
    for (size_t i = 1; i < s->line_count; i++)
        if (s->lines[0].messages && !s->lines[i].messages) {
            gaz_commit_pattern first = s->lines[0];
            s->lines[0] = s->lines[i];
            s->lines[i] = first;
        }
}

static gaz_status read_query(history_search *s, gaz_error *err)
{
    gaz_status st =
        gaz_query_parse(s->request->query, s->request->query_len, &s->arena, &s->query, err);
    if (st != GAZ_OK)
        return st;
    const gaz_node *root = s->query->root;
    s->after = INT64_MIN;
    s->before = INT64_MAX;
    s->patterns = gaz_arena_array(&s->arena, s->query->atom_count + 2, sizeof *s->patterns);
    s->lines = gaz_arena_array(&s->arena, s->query->atom_count + 2, sizeof *s->lines);
    if (!s->patterns || !s->lines)
        return no_memory(err);
    if (root->kind == GAZ_NODE_ATOM || root->kind == GAZ_NODE_NOT)
        st = read_atom(s, root, err);
    for (size_t i = 0; st == GAZ_OK && root->kind == GAZ_NODE_AND && i < root->count; i++)
        st = read_atom(s, root->kids[i], err);
    order_lines(s);
    if (st == GAZ_OK && s->path && (!s->line_count || s->lines[0].messages))
        st = any_line(s, err);
    order_lines(s);
    const gaz_settings *settings = s->engine->settings;
    int64_t timeout = s->query->timeout_ms ? s->query->timeout_ms : settings->query_timeout_ms;
    s->deadline = gaz_deadline(
        timeout < settings->query_timeout_max_ms ? timeout : settings->query_timeout_max_ms);
    if (s->request->deadline_us < s->deadline)
        s->deadline = s->request->deadline_us;
    s->limit = s->query->count ? (uint32_t)s->query->count : s->request->limit;
    s->limit = s->query->count_all ? GAZ_LIMIT_MAX : s->limit;
    return st;
}

/* ---- which repositories ---- */

static gaz_status test_name(const history_pattern *p, const char *name, bool *yes, gaz_error *err)
{
    gaz_scan scan = {.text = name, .len = strlen(name), .deadline_us = GAZ_NEVER};
    if (gaz_utf8_valid(scan.text, scan.len))
        scan.flags = GAZ_TEXT_VALID;
    if (p->atom->exact)
        *yes = strcmp(p->atom->text, name) == 0;
    gaz_status st = p->atom->exact ? GAZ_OK : gaz_matcher_test(p->matcher, &scan, yes, err);
    *yes = *yes != p->negated;
    return st;
}

static gaz_status wants_repo(history_search *s, const char *name, bool *yes, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    *yes = !s->request->repo || strcmp(s->request->repo, name) == 0;
    for (unsigned i = 0; st == GAZ_OK && *yes && i < s->query->atom_count; i++)
        if (s->query->atoms[i]->field == GAZ_FIELD_REPO)
            st = test_name(&s->patterns[i], name, yes, err);
    return st;
}

/* Where a repository's history begins: the revision asked for, else its HEAD's branch. Only its own
 * commits count then, unless there is nothing else in the index. */
static gaz_status find_tip(history_search *s, commit_stream *c, bool *found, gaz_error *err)
{
    const char *rev = s->query->rev ? s->query->rev : s->request->rev;
    const gaz_snapshot_repo *repo = c->repo;
    const gaz_ref_row *ref = NULL;
    gaz_error why = {0};
    gaz_status st = engine_find_ref(s->engine, &s->world, repo->row.name, rev, false, s->deadline,
                                    &repo, &ref, &why);
    *found = st == GAZ_OK && (ref || !rev);
    if (st == GAZ_OK && ref) {
        size_t branches = 0;
        for (size_t i = 0; i < repo->ref_count; i++)
            branches += repo->refs[i].kind == GAZ_REF_BRANCH;
        c->tip = ref->commit;
        c->by_tip = rev || branches > 1;
    }
    if (st == GAZ_E_NOT_FOUND && !s->request->repo)
        return GAZ_OK;
    return st == GAZ_OK ? st : gaz_error_set(err, st, "%s", why.message);
}

static gaz_status open_stream(history_search *s, const gaz_snapshot_repo *repo, gaz_error *err)
{
    commit_stream c = {.repo = repo, .floor = INT64_MAX};
    gaz_error why = {0};
    bool found = false;
    gaz_status st = find_tip(s, &c, &found, err);
    if (st != GAZ_OK || !found)
        return st;
    st = gaz_engine_commits(s->engine, repo->row.name, &c.texts, &why);
    uint32_t rank;
    if (st == GAZ_OK) {
        c.index = gaz_commit_texts_index(c.texts);
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&c.tip, hex);
        c.by_tip &= gaz_commits_find(c.index, hex, &rank, NULL) == GAZ_OK;
    } else if (st == GAZ_E_NOT_FOUND) {
        s->not_indexed = true;
        c.next = UINT32_MAX;
    } else {
        return gaz_error_set(err, st, "%s", why.message);
    }
    s->streams[s->stream_count++] = c;
    return GAZ_OK;
}

static gaz_status open_streams(history_search *s, gaz_error *err)
{
    const gaz_snapshot *all = s->world->snapshot;
    gaz_status st = GAZ_OK;
    s->streams = calloc(all->repo_count + 1, sizeof *s->streams);
    if (!s->streams)
        return no_memory(err);
    if (s->request->repo && !world_repo(s->world, s->request->repo))
        return engine_no_repo(s->world, s->request->repo, err);
    for (size_t i = 0; st == GAZ_OK && i < all->repo_count; i++) {
        bool yes = false;
        st = wants_repo(s, all->repos[i].row.name, &yes, err);
        if (st == GAZ_OK && yes)
            st = open_stream(s, &all->repos[i], err);
    }
    for (size_t i = 0; i < s->stream_count; i++)
        s->result->stats.documents +=
            s->streams[i].index ? gaz_commits_count(s->streams[i].index) : 0;
    return st;
}

/* ---- finding ---- */

static bool match_author(void *ctx, const char *name, const char *email)
{
    history_search *s = ctx;
    char text[1100];
    bool all = true;
    snprintf(text, sizeof text, "%.500s <%.500s>", name, email);
    for (unsigned i = 0; all && s->failed == GAZ_OK && i < s->query->atom_count; i++)
        if (s->query->atoms[i]->field == GAZ_FIELD_AUTHOR)
            s->failed = test_name(&s->patterns[i], text, &all, s->err);
    return all;
}

static gaz_commits_filter filter_of(history_search *s, const commit_stream *c)
{
    gaz_commits_filter filter = {.reach = c->by_tip ? &c->tip : NULL};
    for (unsigned i = 0; i < s->query->atom_count; i++)
        if (s->query->atoms[i]->field == GAZ_FIELD_AUTHOR)
            filter.author_match = match_author;
    filter.author_ctx = s;
    if (s->after != INT64_MIN || s->before != INT64_MAX) {
        filter.after = s->after;
        filter.before = s->before;
    }
    return filter;
}

static bool copy_matches(gaz_arena *arena, const gaz_commit_found *from, found_commit *to)
{
    gaz_commit_match *all = gaz_arena_array(arena, from->match_count + 1, sizeof *all);
    for (size_t i = 0; all && i < from->match_count; i++) {
        const gaz_commit_match *m = &from->matches[i];
        gaz_range *ranges = gaz_arena_array(arena, m->range_count + 1, sizeof *ranges);
        all[i] = *m;
        all[i].text = gaz_arena_strndup(arena, m->text, m->len);
        all[i].path = m->path ? gaz_arena_strndup(arena, m->path, m->path_len) : NULL;
        if (!ranges || !all[i].text || (m->path && !all[i].path))
            return false;
        if (m->range_count)
            memcpy(ranges, m->ranges, m->range_count * sizeof *ranges);
        all[i].ranges = ranges;
    }
    to->matches = all;
    to->match_count = from->match_count;
    return all != NULL;
}

static bool take_found(void *ctx, const gaz_commit_found *found)
{
    history_search *s = ctx;
    found_commit c = {.rank = found->rank, .lines = found->lines, .cut = found->cut};
    if (!copy_matches(&s->arena, found, &c) || !gaz_vec_push(&s->filling->found, c))
        s->failed = no_memory(s->err);
    return s->failed == GAZ_OK;
}

static gaz_status find_lines(history_search *s, commit_stream *c, const gaz_commits_filter *filter,
                             size_t limit, gaz_error *err)
{
    uint32_t lines = s->request->lines_per_file;
    gaz_commit_query q = {.pattern = s->lines[0].pattern,
                          .messages = s->lines[0].messages,
                          .added = s->lines[0].added,
                          .removed = s->lines[0].removed,
                          .also = s->lines + 1,
                          .also_count = s->line_count - 1,
                          .filter = filter,
                          .path = s->path,
                          .from = c->next,
                          .limit = limit,
                          .lines = lines && lines < LINES_MAX ? lines : LINES_MAX,
                          .deadline_us = s->deadline};
    gaz_commit_result out;
    s->filling = c;
    gaz_status st = gaz_commit_search(c->texts, s->engine->cache, &q, take_found, s, &out, err);
    if (st != GAZ_OK)
        return st;
    s->result->stats.candidates += out.checked;
    s->result->stats.bytes_scanned += out.bytes;
    s->timed_out |= out.timed_out;
    c->next = out.next;
    return GAZ_OK;
}

/* Nothing but who and when is asked: the log answers. */
static gaz_status find_commits(history_search *s, commit_stream *c,
                               const gaz_commits_filter *filter, size_t limit, gaz_error *err)
{
    gaz_commits_page page = {.from = c->next, .limit = limit};
    gaz_status st = gaz_commits_log(c->index, filter, &page, &s->arena, err);
    for (size_t i = 0; st == GAZ_OK && i < page.count; i++) {
        found_commit f = {.rank = page.hits[i].rank};
        if (!gaz_vec_push(&c->found, f))
            st = no_memory(err);
    }
    if (st == GAZ_OK)
        c->next = page.next;
    return st;
}

/* Finds some more of a repository, if there are more. */
static gaz_status fill(history_search *s, commit_stream *c, gaz_error *err)
{
    size_t limit = s->stream_count == 1 ? s->limit + (size_t)1 : FEW;
    gaz_status st = GAZ_OK;
    s->err = err;
    while (st == GAZ_OK && c->at == c->found.len && c->next != UINT32_MAX && !s->timed_out) {
        gaz_commits_filter filter = filter_of(s, c);
        c->at = c->found.len = 0;
        if (gaz_expired(s->deadline)) {
            s->timed_out = true;
            break;
        }
        st = s->line_count ? find_lines(s, c, &filter, limit, err)
                           : find_commits(s, c, &filter, limit, err);
        st = st == GAZ_OK ? s->failed : st;
    }
    return st;
}

/* ---- the order ---- */

static int64_t time_of(commit_stream *c, uint32_t rank)
{
    for (; c->seen <= rank; c->seen++) {
        int64_t when = gaz_commits_time(c->index, c->seen);
        c->floor = when < c->floor ? when : c->floor;
    }
    return c->floor;
}

/* The stream whose commit comes next; names are in order already. */
static gaz_status choose(history_search *s, commit_stream **out, gaz_error *err)
{
    int64_t newest = INT64_MIN;
    *out = NULL;
    for (size_t i = 0; i < s->stream_count; i++) {
        commit_stream *c = &s->streams[i];
        gaz_status st = fill(s, c, err);
        if (st != GAZ_OK)
            return st;
        if (c->at == c->found.len)
            continue;
        int64_t when = time_of(c, c->found.items[c->at].rank);
        if (!*out || when > newest) {
            newest = when;
            *out = c;
        }
    }
    return GAZ_OK;
}

static uint64_t query_hash(const history_search *s)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_query_format(s->query, &text);
    gaz_strbuf_printf(&text, "\n%s\n%s", s->request->repo ? s->request->repo : "",
                      s->request->rev ? s->request->rev : "");
    uint64_t h = gaz_checksum(text.data, text.len);
    gaz_strbuf_release(&text);
    return h;
}

static void put_cursor(history_search *s, commit_stream *c, uint32_t rank)
{
    char hex[GAZ_OID_HEX];
    gaz_strbuf_reset(&s->result->cursor);
    gaz_oid_format(gaz_commits_id(c->index, rank), hex);
    gaz_strbuf_printf(&s->result->cursor, "h1.%" PRIx64 ".%" PRIx64 ".%" PRIx64 ".%s",
                      query_hash(s), (uint64_t)time_of(c, rank),
                      gaz_checksum(c->repo->row.uid, strlen(c->repo->row.uid)), hex);
}

/* Behind the commit at `when` of the stream `last`: its own goes on behind the commit, those before
 * it in the order of names behind that time, those after it at that time. */
static gaz_status go_on(history_search *s, size_t last, int64_t when, const char *hex,
                        gaz_error *err)
{
    for (size_t i = 0; i < s->stream_count; i++) {
        commit_stream *c = &s->streams[i];
        uint32_t count = c->index ? (uint32_t)gaz_commits_count(c->index) : 0, rank = 0;
        if (!c->index)
            continue;
        if (i == last) {
            if (gaz_commits_find(c->index, hex, &rank, NULL) != GAZ_OK) {
                gaz_error_set(err, GAZ_E_INVALID, "the cursor has expired: its commit is gone");
                gaz_error_hint(err, "search again from the first page");
                return GAZ_E_INVALID;
            }
            c->next = rank + 1;
        } else {
            while (rank < count && (i < last ? time_of(c, rank) >= when : time_of(c, rank) > when))
                rank++;
            c->next = rank;
        }
        if (c->next >= count)
            c->next = UINT32_MAX;
    }
    return GAZ_OK;
}

static gaz_status read_cursor(history_search *s, gaz_error *err)
{
    uint64_t hash = 0, when = 0, uid = 0;
    char hex[GAZ_OID_HEX], end = 0;
    if (!s->request->cursor)
        return GAZ_OK;
    if (sscanf(s->request->cursor, "h1.%16" SCNx64 ".%16" SCNx64 ".%16" SCNx64 ".%40[0-9a-f]%c",
               &hash, &when, &uid, hex, &end) != 4) {
        gaz_error_set(err, GAZ_E_INVALID, "the cursor is not one that a search of history gave");
        gaz_error_hint(err, "pass back `cursor` from the previous page as it was, or leave it out");
        return GAZ_E_INVALID;
    }
    if (hash != query_hash(s))
        return gaz_error_set(err, GAZ_E_INVALID,
                             "the cursor belongs to another query, repository or revision");
    for (size_t i = 0; i < s->stream_count; i++)
        if (gaz_checksum(s->streams[i].repo->row.uid, strlen(s->streams[i].repo->row.uid)) == uid)
            return go_on(s, i, (int64_t)when, hex, err);
    return gaz_error_set(err, GAZ_E_INVALID, "the cursor has expired: its repository is gone");
}

/* ---- answering ---- */

static gaz_status show(history_search *s, commit_stream *c, gaz_arena *scratch, gaz_error *err)
{
    const found_commit *f = &c->found.items[c->at];
    gaz_commit_record record;
    gaz_arena_reset(scratch);
    gaz_status st = gaz_commits_get(c->index, f->rank, false, scratch, &record, err);
    gaz_commit_hit hit = {.repo = c->repo->row.name,
                          .record = &record,
                          .matches = f->matches,
                          .match_count = f->match_count,
                          .lines = f->lines,
                          .cut = f->cut};
    s->result->stats.files++;
    s->result->stats.lines += f->lines;
    return st == GAZ_OK ? s->visitor->commit(s->visitor->ctx, &hit, err) : st;
}

static gaz_status show_commits(history_search *s, gaz_error *err)
{
    gaz_arena scratch;
    gaz_status st = GAZ_OK;
    commit_stream *c = NULL;
    gaz_arena_init(&scratch, ARENA_MAX);
    for (uint32_t shown = 0; st == GAZ_OK; shown++) {
        s->cancelled = s->request->cancelled && s->request->cancelled(s->request->cancelled_ctx);
        st = choose(s, &c, err);
        if (st != GAZ_OK || !c || s->cancelled)
            break;
        if (shown == s->limit) {
            s->result->reason = "limit";
            break;
        }
        uint32_t rank = c->found.items[c->at].rank;
        st = show(s, c, &scratch, err);
        c->at++;
        put_cursor(s, c, rank);
    }
    gaz_arena_release(&scratch);
    return st;
}

static void conclude(history_search *s)
{
    gaz_search_result *r = s->result;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    bool more = r->reason != NULL;
    if (s->cancelled)
        r->reason = "cancelled";
    else if (s->timed_out)
        r->reason = "timeout";
    else if (!r->reason && s->not_indexed)
        r->reason = "not_indexed";
    if (!more || !s->limit)
        gaz_strbuf_reset(&r->cursor);
    r->complete = r->reason == NULL;
    r->stats.exact = !more && !s->timed_out && !s->cancelled;
    for (size_t i = 0; i < s->stream_count; i++) {
        const commit_stream *c = &s->streams[i];
        gaz_strbuf_puts(&text, c->repo->row.uid);
        if (c->index && gaz_commits_count(c->index))
            gaz_strbuf_add(&text, gaz_commits_id(c->index, 0)->id, GAZ_OID_SIZE);
    }
    uint8_t bytes[16] = {0};
    uint64_t a = gaz_checksum(text.data, text.len), b = a ^ text.len;
    memcpy(bytes, &a, sizeof a);
    memcpy(bytes + sizeof a, &b, sizeof b);
    gaz_hex_format(bytes, sizeof bytes, r->generation);
    gaz_strbuf_release(&text);
}

static gaz_status run(history_search *s, gaz_error *err)
{
    int64_t started = gaz_now_us();
    gaz_status st = read_query(s, err);
    s->result->stats.parse_us = gaz_now_us() - started;
    if (st == GAZ_OK)
        st = open_streams(s, err);
    if (st == GAZ_OK)
        st = read_cursor(s, err);
    started = gaz_now_us();
    if (st == GAZ_OK)
        st = show_commits(s, err);
    s->result->stats.verify_us = gaz_now_us() - started;
    if (st == GAZ_OK)
        conclude(s);
    for (size_t i = 0; st == GAZ_OK && i < s->stream_count; i++)
        st = s->visitor->history(s->visitor->ctx, s->streams[i].repo->row.name, s->streams[i].index,
                                 err);
    return st;
}

gaz_status gaz_engine_search_history(gaz_engine *e, const gaz_search_request *request,
                                     const gaz_history_visitor *visitor, gaz_search_result *result,
                                     gaz_error *err)
{
    history_search s = {.engine = e, .request = request, .visitor = visitor, .result = result};
    if (request->limit > GAZ_LIMIT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "limit is at most %d", GAZ_LIMIT_MAX);
    gaz_status st = engine_enter(e, &s.world, err);
    if (st != GAZ_OK)
        return st;
    atomic_fetch_add(&e->searches, 1);
    gaz_arena_init(&s.arena, (size_t)e->settings->query_memory);
    st = run(&s, err);
    for (size_t i = 0; i < s.stream_count; i++) {
        gaz_commit_texts_close(s.streams[i].texts);
        gaz_vec_free(&s.streams[i].found);
    }
    for (unsigned i = 0; s.patterns && s.query && i <= s.query->atom_count; i++) {
        gaz_matcher_free(s.patterns[i].matcher);
        pattern_cache_release(e->patterns, s.patterns[i].pattern);
    }
    free(s.streams);
    gaz_arena_release(&s.arena);
    world_unref(s.world);
    return st;
}
