/* The process that reads repositories for questions that are asked now: opens the one a request
 * names, keeps it open for the next, answers until its owner hangs up. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/map.h"
#include "gaz/base/vec.h"
#include "gaz/pipeline/repo_pool.h"
#include "repo_wire.h"

#define TASK_TRAILER "Agent-Task"
#define SUMMARY_MAX 1000
#define BLOB_MAX ((uint64_t)8 << 20) /* of versions that are compared */
#define ANSWER_ARENA ((size_t)512 << 20)

typedef struct server {
    int fd;
    gaz_repo *repo; /* the last one */
    char *git_dir;
    gaz_strbuf text, payload;
    gaz_arena arena; /* of one answer */
} server;

void wire_put_text(gaz_strbuf *out, const char *text, size_t len)
{
    wire_put_number(out, text ? len + 1 : 0);
    if (text) {
        gaz_strbuf_add(out, text, len);
        gaz_strbuf_putc(out, '\0');
    }
}

static void put_string(gaz_strbuf *out, const char *text)
{
    wire_put_text(out, text, text ? strlen(text) : 0);
}

/* ---- commits ---- */

typedef struct commit_table {
    gaz_map numbers; /* id → number + 1 */
    GAZ_VEC(gaz_oid) ids;
} commit_table;

static gaz_status number_of(commit_table *t, const gaz_oid *id, uint64_t *out, gaz_error *err)
{
    bool added = false;
    uint64_t *slot = gaz_map_put(&t->numbers, id->id, GAZ_OID_SIZE, &added);
    if (!slot || (added && !gaz_vec_push(&t->ids, *id)))
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for commits");
    if (added)
        *slot = t->ids.len - 1;
    *out = *slot;
    return GAZ_OK;
}

static gaz_status put_commit(server *s, const gaz_oid *id, gaz_error *err)
{
    gaz_commit_info info;
    const char *task = NULL;
    size_t task_len = 0;
    gaz_status st = gaz_history_commit(s->repo, id, &s->arena, &info, err);
    if (st != GAZ_OK)
        return st;
    const char *end = memchr(info.message, '\n', info.message_len);
    size_t summary = end ? (size_t)(end - info.message) : info.message_len;
    bool agent = gaz_trailer_find(info.message, info.message_len, TASK_TRAILER, &task, &task_len);
    wire_put(&s->payload, id, sizeof *id);
    put_string(&s->payload, info.author.name);
    put_string(&s->payload, info.author.email);
    wire_put_text(&s->payload, info.message, summary < SUMMARY_MAX ? summary : SUMMARY_MAX);
    wire_put_text(&s->payload, agent ? task : NULL, task_len);
    wire_put_number(&s->payload, (uint64_t)info.author.when);
    wire_put_number(&s->payload, (uint64_t)info.committer.when);
    wire_put_number(&s->payload, info.parent_count > 1);
    return GAZ_OK;
}

static gaz_status put_commits(server *s, commit_table *t, gaz_status st, gaz_error *err)
{
    wire_put_number(&s->payload, t->ids.len);
    for (size_t i = 0; st == GAZ_OK && i < t->ids.len; i++)
        st = put_commit(s, &t->ids.items[i], err);
    gaz_map_release(&t->numbers);
    gaz_vec_free(&t->ids);
    return st;
}

/* ---- blame, trace ---- */

static void put_lines(gaz_strbuf *out, uint64_t commit, const gaz_blame_range *r)
{
    wire_put_number(out, commit);
    wire_put_number(out, r->first);
    wire_put_number(out, r->first + r->count - 1);
    wire_put_number(out, r->origin_line);
    wire_put_number(out, (r->boundary ? 1u : 0) | (r->unfinished ? 2u : 0));
    put_string(out, r->path);
}

static gaz_status blame(server *s, const repo_request *r, const char *path, gaz_error *err)
{
    gaz_blame_request request = {.commit = r->commit,
                                 .path = path,
                                 .first = r->first,
                                 .last = r->last,
                                 .deadline_us = gaz_now_us() + r->time_us,
                                 .renames = true};
    gaz_blame *found = NULL;
    commit_table commits = {.ids = {0}};
    gaz_status st = gaz_blame_run(s->repo, &request, &found, err);
    if (st != GAZ_OK)
        return st;
    gaz_map_init(&commits.numbers);
    wire_put(&s->payload, &found->blob, sizeof found->blob);
    wire_put_number(&s->payload, found->lines);
    wire_put_number(&s->payload, found->commits);
    wire_put_number(&s->payload, found->complete);
    wire_put_number(&s->payload, 0);
    wire_put_number(&s->payload, found->count);
    for (size_t i = 0; st == GAZ_OK && i < found->count; i++) {
        uint64_t number = 0;
        st = number_of(&commits, &found->ranges[i].commit, &number, err);
        put_lines(&s->payload, number, &found->ranges[i]);
    }
    gaz_blame_free(found);
    return put_commits(s, &commits, st, err);
}

static gaz_status trace(server *s, const repo_request *r, const char *path, gaz_error *err)
{
    gaz_trace_request request = {.commit = r->commit,
                                 .path = path,
                                 .first = r->first,
                                 .last = r->last,
                                 .skip = (size_t)r->skip,
                                 .limit = (size_t)r->limit,
                                 .deadline_us = gaz_now_us() + r->time_us};
    gaz_trace *found = NULL;
    commit_table commits = {.ids = {0}};
    gaz_status st = gaz_trace_run(s->repo, &request, &found, err);
    if (st != GAZ_OK)
        return st;
    gaz_map_init(&commits.numbers);
    wire_put(&s->payload, &found->blob, sizeof found->blob);
    wire_put_number(&s->payload, 0);
    wire_put_number(&s->payload, found->commits);
    wire_put_number(&s->payload, found->complete);
    wire_put_number(&s->payload, found->more);
    wire_put_number(&s->payload, found->count);
    for (size_t i = 0; st == GAZ_OK && i < found->count; i++) {
        const gaz_trace_hit *hit = &found->hits[i];
        gaz_blame_range range = {
            .first = hit->first, .count = hit->last - hit->first + 1, .path = hit->path};
        uint64_t number = 0;
        st = number_of(&commits, &hit->commit, &number, err);
        put_lines(&s->payload, number, &range);
    }
    gaz_trace_free(found);
    return put_commits(s, &commits, st, err);
}

/* ---- range ---- */

typedef struct span_list {
    GAZ_VEC(gaz_told_span) items;
    int64_t added, removed; /* lines so far */
    int64_t gap;            /* behind which line of the newer side some were removed; -1: none */
} span_list;

static gaz_status note_changed(span_list *l, int64_t at, gaz_error *err)
{
    uint32_t here = at > 0 ? (uint32_t)at : 1;
    gaz_told_span *last = l->items.len ? &l->items.items[l->items.len - 1] : NULL;
    if (last && here >= last->first && here <= last->last + 1) {
        last->last = here > last->last ? here : last->last;
        return GAZ_OK;
    }
    return gaz_vec_push(&l->items, ((gaz_told_span){here, here}))
               ? GAZ_OK
               : gaz_error_set(err, GAZ_E_NOMEM, "no memory for changed lines");
}

/* Lines that were only removed are told by the one before them. */
static gaz_status note_gap(span_list *l, gaz_error *err)
{
    gaz_status st = l->gap >= 0 ? note_changed(l, l->gap, err) : GAZ_OK;
    l->gap = -1;
    return st;
}

static gaz_status note_line(void *ctx, const gaz_history_line *line, gaz_error *err)
{
    span_list *l = ctx;
    gaz_status st = GAZ_OK;
    if (line->sign == '-') {
        int64_t gap = (int64_t)line->line + l->added - l->removed - 1;
        if (gap != l->gap)
            st = note_gap(l, err);
        l->gap = gap;
        l->removed++;
        return st;
    }
    if (l->gap >= 0 && l->gap + 1 == (int64_t)line->line)
        l->gap = -1; /* replaced */
    st = note_gap(l, err);
    l->added++;
    return st == GAZ_OK ? note_changed(l, line->line, err) : st;
}

static gaz_status put_change(server *s, const gaz_history_change *c, bool lines, size_t *left,
                             gaz_error *err)
{
    span_list list = {.gap = -1};
    gaz_lines_end end = GAZ_LINES_WHOLE;
    gaz_status st = GAZ_OK;
    if (lines && (c->kind == GAZ_HISTORY_MODIFY || c->kind == GAZ_HISTORY_RENAME))
        st = gaz_history_lines(s->repo, c, BLOB_MAX, note_line, &list, &end, err);
    if (st == GAZ_OK)
        st = note_gap(&list, err);
    bool fits = end == GAZ_LINES_WHOLE && list.items.len <= *left;
    size_t count = fits ? list.items.len : 0;
    *left -= count;
    wire_put_number(&s->payload, c->kind);
    wire_put_text(&s->payload, c->path, c->path_len);
    wire_put_text(&s->payload, c->from, c->from_len);
    wire_put_number(&s->payload, count);
    for (size_t i = 0; i < count; i++) {
        wire_put_number(&s->payload, list.items.items[i].first);
        wire_put_number(&s->payload, list.items.items[i].last);
    }
    gaz_vec_free(&list.items);
    return st;
}

static gaz_status range(server *s, const repo_request *r, const char *before, gaz_error *err)
{
    gaz_history_limits limits = {GAZ_REPO_RANGE_FILES, 2000000, true};
    gaz_history_changes changes;
    gaz_oid older;
    size_t left = GAZ_REPO_RANGE_LINES;
    int64_t deadline = gaz_now_us() + r->time_us;
    gaz_status st = gaz_repo_resolve(s->repo, before, &older, err);
    if (st == GAZ_OK && r->merge_base)
        st = gaz_history_merge_base(s->repo, &older, &r->commit, &older, err);
    if (st == GAZ_OK)
        st = gaz_history_changes_between(s->repo, &older, &r->commit, &limits, &s->arena, &changes,
                                         err);
    if (st != GAZ_OK)
        return st;
    wire_put(&s->payload, &older, sizeof older);
    wire_put_number(&s->payload, changes.count);
    bool late = false;
    for (size_t i = 0; st == GAZ_OK && i < changes.count; i++) {
        late = late || gaz_expired(deadline); /* then whole files */
        st = put_change(s, &changes.items[i], !late, &left, err);
    }
    wire_put_number(&s->payload, !changes.cut && !changes.unreadable);
    return st;
}

/* ---- serving ---- */

static bool read_all(int fd, void *to, size_t len)
{
    for (size_t done = 0; done < len;) {
        ssize_t n = read(fd, (char *)to + done, len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        done += (size_t)n;
    }
    return true;
}

static gaz_status open_repo(server *s, const char *git_dir, gaz_error *err)
{
    if (s->repo && strcmp(s->git_dir, git_dir) == 0)
        return GAZ_OK;
    gaz_repo_close(s->repo);
    free(s->git_dir);
    s->repo = NULL;
    s->git_dir = strdup(git_dir);
    if (!s->git_dir)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to open a repository");
    return gaz_repo_open(git_dir, &s->repo, err);
}

static gaz_status handle(server *s, const repo_request *r, gaz_error *err)
{
    char git_dir[REPO_TEXT_MAX + 1], path[REPO_TEXT_MAX + 1], before[REPO_TEXT_MAX + 1];
    const char *at = s->text.data;
    memcpy(git_dir, at, r->git_dir);
    memcpy(path, at + r->git_dir, r->path);
    memcpy(before, at + r->git_dir + r->path, r->before);
    git_dir[r->git_dir] = path[r->path] = before[r->before] = '\0';
    gaz_arena_reset(&s->arena);
    gaz_status st = open_repo(s, git_dir, err);
    if (st != GAZ_OK)
        return st;
    switch (r->what) {
    case REPO_BLAME:
        return blame(s, r, path, err);
    case REPO_TRACE:
        return trace(s, r, path, err);
    default:
        return range(s, r, before, err);
    }
}

/* @return whether to go on */
static bool answer_one(server *s)
{
    repo_request r;
    gaz_error err = {0};
    repo_answer a = {.magic = REPO_MAGIC};
    if (!read_all(s->fd, &r, sizeof r) || r.magic != REPO_MAGIC || r.git_dir > REPO_TEXT_MAX ||
        r.path > REPO_TEXT_MAX || r.before > REPO_TEXT_MAX)
        return false;
    size_t len = (size_t)r.git_dir + r.path + r.before;
    gaz_strbuf_reset(&s->text);
    char *to = gaz_strbuf_reserve(&s->text, len);
    if (!to || !read_all(s->fd, to, len))
        return false;
    gaz_strbuf_commit(&s->text, len);
    gaz_strbuf_reset(&s->payload);
    a.status = handle(s, &r, &err);
    if (a.status == GAZ_OK)
        a.status = gaz_strbuf_check(&s->payload, &err);
    if (a.status != GAZ_OK) {
        a.column = err.column;
        gaz_strbuf_reset(&s->payload);
        put_string(&s->payload, err.message);
        put_string(&s->payload, err.hint);
    }
    a.payload = s->payload.len;
    return gaz_write_all(s->fd, &a, sizeof a, NULL) == GAZ_OK &&
           gaz_write_all(s->fd, s->payload.data, s->payload.len, NULL) == GAZ_OK;
}

int repo_serve(int fd)
{
    server s = {.fd = fd, .text = GAZ_STRBUF_INIT};
    gaz_strbuf_init(&s.payload, (size_t)REPO_PAYLOAD_MAX);
    gaz_arena_init(&s.arena, ANSWER_ARENA);
    gaz_status st = gaz_git_init(NULL);
    while (st == GAZ_OK && answer_one(&s))
        continue;
    gaz_repo_close(s.repo);
    free(s.git_dir);
    gaz_git_shutdown();
    gaz_arena_release(&s.arena);
    gaz_strbuf_release(&s.text);
    gaz_strbuf_release(&s.payload);
    return st == GAZ_OK ? 0 : 1;
}
