/* A step of the commit index: walk history from the branches' tips over what is known and what is
 * not, read what is not, write it to a new file with what is worth putting together, publish. What
 * was pushed on top of the index is not walked beyond; otherwise the walk costs a few milliseconds
 * per ten thousand commits.
 *
 * Files of an index shrink geometrically from the oldest to the newest: a new one takes along those
 * before it that are less than MERGE_FACTOR times its size, so a commit is written anew a few times
 * in its life and an index has a handful of files. Time for reading is bounded: a step that did not
 * get through publishes the newest part, says that it is unfinished, and the next one goes on.
 * What is beyond the part stays in its file and is not read again. In the new file what was read
 * comes first, since only then it is known what is worth putting together with it. */
#include "history_run.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/map.h"

#define REPORT_US 100000
#define EXTRACTOR 2 /* of history_read.c and what it calls: raise it when records change */
#define MERGE_FACTOR 4
#define FILES_MAX 12
#define AHEAD_MAX 20000 /* new commits that may come on top of an index without walking over it */
#define LOCK_WAIT_MS 1800000
#define ASK_US 200000   /* between looks at the queue */
#define JOBS_LOOKED 100 /* of it */
#define LONG_STEP_MS 16000
#define PUBLISH_EVERY 20000       /* commits read in one step */
#define UNREAD UINT32_MAX         /* the file of a commit that is to be read */
#define WRITTEN (UINT32_MAX - 1u) /* … and of one that is in the file being written */

typedef struct wanted {
    gaz_oid id;
    uint32_t missing;
    gaz_commit_place place; /* its file may be UNREAD or WRITTEN */
} wanted;

typedef struct step {
    gaz_store *store;
    const gaz_settings *settings;
    const index_request *request;
    gaz_repo_row row;
    gaz_repo *repo;
    gaz_commits *old; /* nullable */
    const gaz_commits_file *old_files;
    size_t old_count;
    GAZ_VEC(gaz_oid) tips;
    gaz_map known; /* id → place: file << 32 | local */
    GAZ_VEC(wanted) order;
    size_t unread;
    size_t cut; /* of `order`: what is beyond it has to wait */
    gaz_history_end end;
    size_t kept; /* old files that stay as they are */
    gaz_run *run;
    history_source source;
    bool have_source;
    history_writer writer;
    GAZ_VEC(gaz_commit_place) out; /* the new index */
    int64_t deadline, asked_us, reported_us;
    gaz_oid *poison; /* commits that crash their reader */
    size_t poison_count;
    bool unfinished;
    history_result *result;
} step;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to index history");
}

/* ---- what is to be in it ---- */

static int by_id(const void *a, const void *b)
{
    return gaz_oid_compare(a, b);
}

/* The tips of the branches in the last generation: what is indexed of their text. */
static gaz_status find_tips(step *s, gaz_error *err)
{
    gaz_snapshot *snapshot = NULL;
    gaz_status st = gaz_store_snapshot(s->store, &snapshot, err);
    for (size_t r = 0; st == GAZ_OK && r < snapshot->repo_count; r++) {
        const gaz_snapshot_repo *repo = &snapshot->repos[r];
        for (size_t i = 0; repo->row.id == s->row.id && i < repo->ref_count; i++)
            if (repo->refs[i].kind == GAZ_REF_BRANCH &&
                !gaz_vec_push(&s->tips, repo->refs[i].commit))
                st = no_memory(err);
    }
    gaz_snapshot_free(snapshot);
    if (s->tips.len)
        qsort(s->tips.items, s->tips.len, sizeof *s->tips.items, by_id);
    size_t kept = 0;
    for (size_t i = 0; i < s->tips.len; i++)
        if (!kept || gaz_oid_compare(&s->tips.items[kept - 1], &s->tips.items[i]) != 0)
            s->tips.items[kept++] = s->tips.items[i];
    s->tips.len = kept;
    return st;
}

/* An index that cannot be used is made anew. */
static gaz_status open_old(step *s, gaz_error *err)
{
    gaz_error why = {0};
    gaz_status st = gaz_commits_open(s->store, s->row.id, &s->old, &why);
    if (st == GAZ_E_NOMEM || st == GAZ_E_BUSY)
        return gaz_error_set(err, st, "%s", why.message);
    if (st == GAZ_OK && gaz_commits_state_of(s->old)->extractor == EXTRACTOR)
        s->old_files = gaz_commits_files(s->old, &s->old_count);
    return GAZ_OK;
}

static bool same_tips(const step *s, const gaz_commits_state *state)
{
    return state->tip_count == s->tips.len &&
           (!s->tips.len ||
            memcmp(state->tips, s->tips.items, s->tips.len * sizeof *s->tips.items) == 0);
}

/* Nothing is new. Where commits are missing somebody may have brought them: only a walk can tell.
 */
static bool is_current(const step *s)
{
    if (!s->old_files)
        return false;
    const gaz_commits_state *state = gaz_commits_state_of(s->old);
    return same_tips(s, state) && state->limit == (uint64_t)s->settings->history_commits &&
           !state->end.unfinished && !state->end.missing;
}

static gaz_status learn_known(step *s, gaz_error *err)
{
    for (uint32_t file = 0; file < s->old_count; file++) {
        for (uint32_t local = 0; local < s->old_files[file].commits; local++) {
            int64_t when;
            const gaz_oid *parents;
            uint32_t count;
            unsigned flags;
            const gaz_oid *id = gaz_commits_links(s->old, (gaz_commit_place){file, local}, &when,
                                                  &parents, &count, &flags);
            uint64_t *slot = gaz_map_put(&s->known, id->id, GAZ_OID_SIZE, NULL);
            if (!slot)
                return no_memory(err);
            *slot = (uint64_t)file << 32 | local; /* of two the newer one */
        }
    }
    return GAZ_OK;
}

static bool is_known(void *ctx, const gaz_oid *id, gaz_history_node *out)
{
    const step *s = ctx;
    unsigned flags;
    const uint64_t *at = gaz_map_get(&s->known, id->id, GAZ_OID_SIZE);
    if (!at)
        return false;
    gaz_commit_place place = {(uint32_t)(*at >> 32), (uint32_t)*at};
    (void)gaz_commits_links(s->old, place, &out->when, &out->parents, &out->parent_count, &flags);
    out->parents_cut = flags & GAZ_COMMIT_PARENTS_CUT;
    return true;
}

/* A commit whose parents have come, or gone, since it was read is read again. */
static gaz_status visit(void *ctx, const gaz_oid *id, const gaz_history_node *node,
                        uint32_t missing, gaz_error *err)
{
    step *s = ctx;
    wanted w = {.id = *id, .missing = missing, .place = {UNREAD, 0}};
    const uint64_t *at = gaz_map_get(&s->known, id->id, GAZ_OID_SIZE);
    (void)node;
    if (at) {
        gaz_history_node links;
        gaz_commit_place place = {(uint32_t)(*at >> 32), (uint32_t)*at};
        unsigned flags;
        (void)gaz_commits_links(s->old, place, &links.when, &links.parents, &links.parent_count,
                                &flags);
        if (((flags & GAZ_COMMIT_PARENT_MISSING) != 0) == (missing > 0))
            w.place = place;
    }
    s->unread += w.place.file == UNREAD;
    return gaz_vec_push(&s->order, w) ? GAZ_OK : no_memory(err);
}

static gaz_status walk(step *s, gaz_error *err)
{
    gaz_history_walk request = {.tips = s->tips.items,
                                .tip_count = s->tips.len,
                                .max = (size_t)s->settings->history_commits,
                                .known = is_known,
                                .visit = visit,
                                .ctx = s};
    gaz_status st = learn_known(s, err);
    s->end = (gaz_history_end){0};
    return st == GAZ_OK ? gaz_history_walk_run(s->repo, &request, &s->end, err) : st;
}

/* ---- the short way ---- */

/* Commits that came on top of what is indexed. */
typedef struct ahead {
    step *s;
    int64_t newest;    /* time of the index's first commit */
    size_t tips_met;   /* tips of the index that were reached */
    gaz_oid no_parent; /* what leaves point to: nothing */
    bool given_up;
} ahead;

/* What is indexed already is where the walk ends. */
static bool is_indexed(void *ctx, const gaz_oid *id, gaz_history_node *out)
{
    ahead *a = ctx;
    char hex[GAZ_OID_HEX];
    uint32_t rank;
    gaz_oid_format(id, hex);
    if (gaz_commits_find(a->s->old, hex, &rank, NULL) != GAZ_OK)
        return false;
    *out = (gaz_history_node){.when = gaz_commits_time(a->s->old, rank), .parents = &a->no_parent};
    return true;
}

static gaz_status visit_ahead(void *ctx, const gaz_oid *id, const gaz_history_node *node,
                              uint32_t missing, gaz_error *err)
{
    ahead *a = ctx;
    const gaz_commits_state *state = gaz_commits_state_of(a->s->old);
    wanted w = {.id = *id, .place = {UNREAD, 0}};
    if (node->parents == &a->no_parent) {
        bool tip = bsearch(id, state->tips, state->tip_count, sizeof *id, by_id) != NULL;
        a->tips_met += tip;
        a->given_up |= !tip;
        return GAZ_OK;
    }
    a->given_up |= missing > 0 || node->when <= a->newest;
    a->s->unread++;
    return gaz_vec_push(&a->s->order, w) ? GAZ_OK : no_memory(err);
}

/*
 * When all that is new is younger than the tips of the index, and those and no other commits of it
 * are where a walk over what is new ends, then the whole is walked as what is new and then what
 * was, in its order: no need to do it again. @param done  false when it has to be walked
 */
static gaz_status walk_ahead(step *s, bool *done, gaz_error *err)
{
    *done = false;
    const gaz_commits_state *state = s->old_files ? gaz_commits_state_of(s->old) : NULL;
    size_t limit = (size_t)s->settings->history_commits;
    if (!state || !state->count || state->limit != limit || state->end.unfinished ||
        state->end.missing)
        return GAZ_OK;
    ahead a = {.s = s, .newest = gaz_commits_time(s->old, 0)};
    gaz_history_walk request = {.tips = s->tips.items,
                                .tip_count = s->tips.len,
                                .max = AHEAD_MAX,
                                .known = is_indexed,
                                .visit = visit_ahead,
                                .ctx = &a};
    gaz_status st = gaz_history_walk_run(s->repo, &request, &s->end, err);
    if (st != GAZ_OK)
        return st;
    *done = !a.given_up && !s->end.missing && !s->end.goes_on && a.tips_met == state->tip_count;
    if (!*done) {
        s->order.len = s->unread = 0;
        return GAZ_OK;
    }
    s->order.len = s->order.len < limit ? s->order.len : limit;
    for (size_t i = 0; i < state->count && s->order.len < limit; i++) {
        wanted w = {.id = *gaz_commits_id(s->old, (uint32_t)i), .place = state->order[i]};
        if (!gaz_vec_push(&s->order, w))
            return no_memory(err);
    }
    s->end.goes_on = state->end.goes_on || s->order.len < s->unread + state->count;
    s->unread = s->unread < s->order.len ? s->unread : s->order.len;
    return GAZ_OK;
}

/* Whether the walk found the index as it is. */
static bool is_same(const step *s)
{
    if (!s->old_files || s->unread || gaz_commits_count(s->old) != s->order.len)
        return false;
    const gaz_commits_state *state = gaz_commits_state_of(s->old);
    for (size_t i = 0; i < s->order.len; i++)
        if (state->order[i].file != s->order.items[i].place.file ||
            state->order[i].local != s->order.items[i].place.local)
            return false;
    return same_tips(s, state) && state->limit == (uint64_t)s->settings->history_commits &&
           !state->end.unfinished && state->end.missing == s->end.missing &&
           state->end.goes_on == s->end.goes_on;
}

/* ---- which files to put together ---- */

/* @param size  commits that were written anew */
static gaz_status choose_files(step *s, uint64_t size, gaz_error *err)
{
    size_t *live = calloc(s->old_count + 1, sizeof *live);
    if (!live)
        return no_memory(err);
    for (size_t i = 0; i < s->order.len; i++)
        if (s->order.items[i].place.file < s->old_count)
            live[s->order.items[i].place.file]++;
    s->kept = s->old_count;
    for (size_t i = s->old_count; i-- > 0;) {
        bool dead = live[i] * 2 < s->old_files[i].commits;
        if (i == s->kept - 1 && (live[i] < MERGE_FACTOR * size || i >= FILES_MAX)) {
            s->kept = i;
            size += live[i];
        } else if (dead) { /* and what was written since then goes along */
            for (; s->kept > i; s->kept--)
                size += live[s->kept - 1];
        }
    }
    s->result->merged = s->old_count - s->kept;
    free(live);
    return GAZ_OK;
}

/* ---- writing ---- */

static void place_written(const step *s, wanted *w)
{
    w->place = (gaz_commit_place){WRITTEN, gaz_commits_writer_count(s->writer.commits)};
}

static bool is_poison(const step *s, const gaz_oid *id)
{
    for (size_t i = 0; i < s->poison_count; i++)
        if (gaz_oid_compare(&s->poison[i], id) == 0)
            return true;
    return false;
}

/* Reads the next commits that have to be read, `from` on, into a batch. */
static gaz_status read_batch(const step *s, history_reader *reader, size_t from,
                             history_item *items, gaz_error *err)
{
    size_t count = 0;
    for (size_t i = from; i < s->order.len && count < HISTORY_BATCH; i++) {
        const wanted *w = &s->order.items[i];
        if (w->place.file != UNREAD)
            continue;
        items[count].id = w->id;
        items[count].crashes = is_poison(s, &w->id);
        items[count++].missing = w->missing;
    }
    return history_reader_read(reader, items, count, err);
}

/* Another run of the repository waits for the end of this one: it brings text, and goes on here. */
static bool is_awaited(step *s)
{
    gaz_job_row *jobs = NULL;
    size_t count = 0;
    if (s->request->yield)
        return s->result->yielded = s->request->yield(s->request->yield_ctx);
    if (s->result->yielded || gaz_now_us() - s->asked_us < ASK_US)
        return s->result->yielded;
    s->asked_us = gaz_now_us();
    if (gaz_store_job_list(s->store, JOBS_LOOKED, &jobs, &count, NULL) != GAZ_OK)
        return false;
    for (size_t i = 0; i < count; i++) {
        s->result->yielded |=
            jobs[i].state == GAZ_JOB_QUEUED && strcmp(jobs[i].subject, s->row.name) == 0;
        gaz_job_row_release(&jobs[i]);
    }
    free(jobs);
    return s->result->yielded;
}

static bool has_enough(step *s)
{
    return s->result->read &&
           (gaz_expired(s->deadline) || is_awaited(s) || s->result->read >= PUBLISH_EVERY ||
            gaz_commits_writer_changes(s->writer.commits) > GAZ_COMMITS_CHANGES_MAX / 2);
}

static void report(step *s)
{
    int64_t now = gaz_now_us();
    if (!s->request->report || now - s->reported_us < REPORT_US)
        return;
    s->reported_us = now;
    gaz_progress p = {.phase = GAZ_PHASE_HISTORY,
                      .files_done = s->order.len - s->unread + s->result->read,
                      .files_total = s->order.len,
                      .seconds_left = -1};
    s->request->report(s->request->report_ctx, &p);
}

/* What is new, as far as time allows. */
static gaz_status write_unread(step *s, history_reader *reader, history_item *items, gaz_error *err)
{
    size_t used = HISTORY_BATCH;
    gaz_status st = GAZ_OK;
    s->cut = s->order.len;
    for (size_t i = 0; st == GAZ_OK && i < s->order.len; i++) {
        wanted *w = &s->order.items[i];
        if (w->place.file != UNREAD)
            continue;
        if (used == HISTORY_BATCH) {
            if (has_enough(s)) {
                s->cut = i;
                return GAZ_OK;
            }
            report(s);
            st = read_batch(s, reader, i, items, err);
            used = 0;
        }
        if (st != GAZ_OK)
            break;
        place_written(s, w);
        st = history_writer_add(&s->writer, &items[used].record, &items[used].text, err);
        used++;
        s->result->read++;
    }
    return st;
}

static gaz_status read_new(step *s, gaz_error *err)
{
    history_reader *reader = NULL;
    history_item *items = calloc(HISTORY_BATCH, sizeof *items);
    gaz_status st = items ? GAZ_OK : no_memory(err);
    for (size_t i = 0; items && i < HISTORY_BATCH; i++)
        history_item_init(&items[i]);
    if (st == GAZ_OK)
        st = gaz_store_quarantine_list(s->store, &s->poison, &s->poison_count, err);
    bool many = s->unread > 8 && !s->request->suspect_count;
    if (st == GAZ_OK)
        st = history_reader_new(s->row.git_dir, many ? (unsigned)s->settings->threads : 1,
                                s->request->inflight, &reader, err);
    if (st == GAZ_OK)
        st = write_unread(s, reader, items, err);
    history_reader_free(reader);
    for (size_t i = 0; items && i < HISTORY_BATCH; i++)
        history_item_release(&items[i]);
    free(items);
    return st;
}

/* What the files that go hold, also beyond the cut: it need not be read again. */
static gaz_status copy_old(step *s, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (s->kept < s->old_count) {
        st = history_source_open(s->store, s->old, &s->source, err);
        s->have_source = st == GAZ_OK;
    }
    for (size_t i = 0; st == GAZ_OK && s->have_source && i < s->order.len; i++) {
        wanted *w = &s->order.items[i];
        gaz_commit_place from = w->place;
        if (from.file >= s->old_count || from.file < s->kept)
            continue;
        place_written(s, w);
        st = history_writer_copy(&s->writer, &s->source, from, err);
    }
    return st == GAZ_OK ? history_writer_end_diffs(&s->writer, err) : st;
}

static gaz_status lay_out(step *s, gaz_error *err)
{
    for (size_t i = 0; i < s->cut; i++) {
        gaz_commit_place place = s->order.items[i].place;
        if (place.file == WRITTEN)
            place.file = (uint32_t)s->kept;
        if (!gaz_vec_push(&s->out, place))
            return no_memory(err);
    }
    s->unfinished = s->cut < s->order.len;
    return GAZ_OK;
}

/* ---- publishing ---- */

static gaz_status finish_file(step *s, gaz_error *err)
{
    gaz_commits_state state = {.tips = s->tips.items,
                               .tip_count = s->tips.len,
                               .limit = (uint64_t)s->settings->history_commits,
                               .extractor = EXTRACTOR,
                               .order = s->out.items,
                               .count = s->out.len};
    state.end = (gaz_commits_end){.goes_on = s->end.goes_on || s->unfinished,
                                  .unfinished = s->unfinished,
                                  .missing = s->end.missing,
                                  .missing_one = s->end.missing_one};
    s->result->end = state.end;
    return gaz_commits_writer_finish(s->writer.commits, s->store, s->run, s->old_files, s->kept,
                                     &state, &s->writer.file, err);
}

static gaz_status publish(step *s, gaz_error *err)
{
    gaz_commits_file *files = calloc(s->kept + 1, sizeof *files);
    if (!files)
        return no_memory(err);
    if (s->kept)
        memcpy(files, s->old_files, s->kept * sizeof *files);
    files[s->kept] = s->writer.file;
    gaz_status st =
        gaz_commits_publish(s->store, s->row.id, files, s->kept + 1, &s->result->generation, err);
    free(files);
    s->result->changed = st == GAZ_OK;
    s->result->commits = s->out.len;
    s->result->files = s->kept + 1;
    s->result->more = s->unfinished;
    return st;
}

static gaz_status write_index(step *s, gaz_error *err)
{
    gaz_status st = gaz_run_open(s->store, &s->run, err);
    if (st == GAZ_OK)
        st = history_writer_open(s->store, s->run, &s->writer, err);
    if (st == GAZ_OK)
        st = read_new(s, err);
    if (st == GAZ_OK)
        st = choose_files(s, s->result->read, err);
    if (st == GAZ_OK)
        st = copy_old(s, err);
    if (st == GAZ_OK)
        st = lay_out(s, err);
    if (st == GAZ_OK)
        st = finish_file(s, err);
    return st == GAZ_OK ? publish(s, err) : st;
}

/* A repository without branches, or a limit of none, has no commit index. */
static gaz_status drop_index(step *s, gaz_error *err)
{
    if (!s->old)
        return GAZ_OK;
    s->result->changed = true;
    return gaz_commits_publish(s->store, s->row.id, NULL, 0, &s->result->generation, err);
}

static void tell_old(step *s)
{
    s->result->generation = gaz_commits_generation(s->old);
    s->result->commits = gaz_commits_count(s->old);
    s->result->files = s->old_count;
    s->result->end = gaz_commits_state_of(s->old)->end;
}

static gaz_status run_locked(step *s, gaz_error *err)
{
    gaz_status st = find_tips(s, err);
    if (st == GAZ_OK)
        st = open_old(s, err);
    if (st != GAZ_OK)
        return st;
    if (!s->tips.len || !s->settings->history_commits)
        return drop_index(s, err);
    bool current = is_current(s);
    if (!current)
        st = gaz_repo_open(s->row.git_dir, &s->repo, err);
    if (st == GAZ_OK && !current) {
        bool done = false;
        st = walk_ahead(s, &done, err);
        if (st == GAZ_OK && !done)
            st = walk(s, err);
        current = st == GAZ_OK && is_same(s);
    }
    if (st == GAZ_OK && current)
        tell_old(s);
    return st == GAZ_OK && !current ? write_index(s, err) : st;
}

static void release(step *s)
{
    if (s->writer.store)
        history_writer_release(&s->writer);
    if (s->have_source)
        history_source_release(&s->source);
    gaz_run_close(s->run);
    gaz_commits_unref(s->old);
    gaz_repo_close(s->repo);
    free(s->poison);
    gaz_vec_free(&s->tips);
    gaz_vec_free(&s->order);
    gaz_vec_free(&s->out);
    gaz_map_release(&s->known);
    gaz_repo_row_release(&s->row);
}

gaz_status history_step(gaz_store *store, const gaz_settings *settings,
                        const index_request *request, int64_t step_ms, history_result *out,
                        gaz_error *err)
{
    step s = {.store = store,
              .settings = settings,
              .request = request,
              .result = out,
              .asked_us = gaz_now_us()};
    gaz_lock *lock = NULL;
    int64_t started = gaz_now_us();
    *out = (history_result){0};
    s.deadline = step_ms > 0 ? gaz_deadline(step_ms) : GAZ_NEVER;
    gaz_map_init(&s.known);
    gaz_status st = gaz_store_repo_get(store, request->repo, &s.row, err);
    if (st == GAZ_OK)
        st = gaz_store_repo_lock(store, s.row.uid, LOCK_WAIT_MS, &lock, err);
    if (st == GAZ_OK)
        st = run_locked(&s, err);
    release(&s);
    gaz_lock_close(lock);
    out->elapsed_us = gaz_now_us() - started;
    return st;
}

gaz_status history_update(gaz_store *store, const gaz_settings *settings,
                          const index_request *request, history_result *out, gaz_error *err)
{
    history_result sum = {0}, one = {.more = true};
    gaz_status st = GAZ_OK;
    /* longer and longer: a history that takes minutes is not written anew every other second */
    for (int64_t ms = HISTORY_STEP_MS; st == GAZ_OK && one.more && !one.yielded;
         ms = ms < LONG_STEP_MS ? ms * 2 : ms) {
        st = history_step(store, settings, request, ms, &one, err);
        sum.read += one.read;
        sum.merged += one.merged;
        sum.elapsed_us += one.elapsed_us;
        sum.changed |= one.changed;
    }
    one.read = sum.read;
    one.merged = sum.merged;
    one.elapsed_us = sum.elapsed_us;
    one.changed = sum.changed;
    *out = one;
    return st;
}
