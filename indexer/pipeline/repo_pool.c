/* The owner's side of processes that read repositories. What they answer is checked: an object may
 * have taken one over. */
#include "gaz/pipeline/repo_pool.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "process_pool.h"
#include "repo_wire.h"

#define GRACE_US 2000000 /* beyond the time it was told it has: one comparison, one answer */
#define TIME_MAX_US 60000000

struct gaz_repo_pool {
    process_pool *processes;
};

static const process_kind kind = {
    .program = "gaz-worker",
    .argument = "answer",
    .late = "reading the repository took too long",
    .died = "the process that read the repository died of it",
    .died_hint = "`git fsck` tells whether the repository is damaged",
};

gaz_status gaz_repo_pool_new(const char *program, unsigned max, gaz_repo_pool **out, gaz_error *err)
{
    gaz_repo_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for processes that read repositories");
    gaz_status st = process_pool_new(&kind, program, max, &pool->processes, err);
    if (st == GAZ_OK)
        *out = pool;
    else
        free(pool);
    return st;
}

void gaz_repo_pool_free(gaz_repo_pool *pool)
{
    if (!pool)
        return;
    process_pool_free(pool->processes);
    free(pool);
}

/* ---- reading payloads ---- */

void wire_take(wire_reader *r, void *out, size_t len)
{
    r->bad |= (size_t)(r->end - r->at) < len;
    if (r->bad) {
        memset(out, 0, len);
        return;
    }
    memcpy(out, r->at, len);
    r->at += len;
}

uint64_t wire_number(wire_reader *r, uint64_t max)
{
    uint64_t number;
    wire_take(r, &number, sizeof number);
    r->bad |= number > max;
    return r->bad ? 0 : number;
}

const char *wire_text(wire_reader *r)
{
    uint64_t len = wire_number(r, (uint64_t)(r->end - r->at));
    const char *text = r->at;
    if (r->bad || !len)
        return NULL;
    r->bad |= len > (uint64_t)(r->end - r->at) || text[len - 1] != '\0';
    r->at += r->bad ? 0 : len;
    return r->bad ? NULL : text;
}

/* ---- talking ---- */

typedef struct exchange {
    repo_request head;
    const char *before;
    repo_answer answer;
    char *payload; /* in the arena of the question */
    uint64_t len;
} exchange;

static bool follows(const void *head, uint64_t *len)
{
    const repo_answer *answer = head;
    *len = answer->payload;
    return answer->magic == REPO_MAGIC && answer->payload <= REPO_PAYLOAD_MAX;
}

static gaz_status told_failure(const exchange *x, gaz_error *err)
{
    gaz_status st = (gaz_status)x->answer.status;
    wire_reader r = {x->payload, x->payload + x->len, false};
    const char *message = wire_text(&r), *hint = wire_text(&r);
    if (st > 0 || st < GAZ_E_INTERNAL || r.bad || !message || !hint)
        return process_died(&kind, err);
    gaz_error_set(err, st, "%s", message);
    if (hint[0])
        gaz_error_hint(err, "%s", hint);
    if (err && !err->column)
        err->column = (size_t)x->answer.column;
    return st;
}

static gaz_status ask(gaz_repo_pool *pool, exchange *x, const gaz_repo_question *q,
                      gaz_arena *arena, gaz_error *err)
{
    int64_t left = q->deadline_us - gaz_now_us();
    const char *path = q->path ? q->path : "", *before = x->before ? x->before : "";
    size_t lens[] = {strlen(q->git_dir), strlen(path), strlen(before)};
    if (left <= 0)
        return gaz_error_set(err, GAZ_E_TIMEOUT, "no time is left to read the repository");
    for (size_t i = 0; i < 3; i++)
        if (lens[i] > REPO_TEXT_MAX)
            return gaz_error_set(err, GAZ_E_LIMIT, "a path of %zu bytes is too long", lens[i]);
    x->head.magic = REPO_MAGIC;
    x->head.commit = q->commit;
    x->head.first = q->first;
    x->head.last = q->last;
    x->head.skip = q->skip;
    x->head.limit = q->limit;
    x->head.time_us = left < TIME_MAX_US ? left : TIME_MAX_US;
    x->head.git_dir = (uint32_t)lens[0];
    x->head.path = (uint32_t)lens[1];
    x->head.before = (uint32_t)lens[2];
    const process_piece pieces[] = {
        {&x->head, sizeof x->head}, {q->git_dir, lens[0]}, {path, lens[1]}, {before, lens[2]}};
    process_talk talk = {.pieces = pieces,
                         .count = 4,
                         .head = &x->answer,
                         .head_len = sizeof x->answer,
                         .follows = follows};
    gaz_status st =
        process_pool_ask(pool->processes, &talk, gaz_now_us() + x->head.time_us + GRACE_US, err);
    if (st == GAZ_OK) {
        x->payload = gaz_arena_strndup(arena, talk.payload, (size_t)talk.payload_len);
        x->len = talk.payload_len;
        st = x->payload ? GAZ_OK
                        : gaz_error_set(err, GAZ_E_NOMEM, "no memory for what a repository told");
    }
    free(talk.payload);
    return st == GAZ_OK && x->answer.status != GAZ_OK ? told_failure(x, err) : st;
}

/* ---- lines ---- */

static void read_lines(wire_reader *r, gaz_told_lines *l)
{
    l->commit = (uint32_t)wire_number(r, UINT32_MAX);
    l->first = (uint32_t)wire_number(r, UINT32_MAX);
    l->last = (uint32_t)wire_number(r, UINT32_MAX);
    l->origin = (uint32_t)wire_number(r, UINT32_MAX);
    uint64_t flags = wire_number(r, 3);
    l->boundary = flags & 1;
    l->unfinished = flags & 2;
    l->path = wire_text(r);
    r->bad |= !l->path;
}

static void read_commit(wire_reader *r, gaz_told_commit *c)
{
    wire_take(r, &c->id, sizeof c->id);
    c->author = wire_text(r);
    c->email = wire_text(r);
    c->summary = wire_text(r);
    c->task = wire_text(r);
    c->authored = (int64_t)wire_number(r, UINT64_MAX);
    c->committed = (int64_t)wire_number(r, UINT64_MAX);
    c->merge = wire_number(r, 1);
    r->bad |= !c->author || !c->email || !c->summary;
}

static gaz_status read_told(wire_reader *r, gaz_arena *arena, gaz_told *out, gaz_error *err)
{
    gaz_told t = {.commits = NULL};
    wire_take(r, &t.blob, sizeof t.blob);
    t.file_lines = (uint32_t)wire_number(r, UINT32_MAX);
    t.looked = wire_number(r, UINT64_MAX);
    t.complete = wire_number(r, 1);
    t.more = wire_number(r, 1);
    t.line_count = (uint32_t)wire_number(r, (uint64_t)(r->end - r->at));
    t.lines = gaz_arena_array(arena, (size_t)t.line_count + 1, sizeof *t.lines);
    for (uint32_t i = 0; t.lines && !r->bad && i < t.line_count; i++)
        read_lines(r, &t.lines[i]);
    t.commit_count = (uint32_t)wire_number(r, (uint64_t)(r->end - r->at));
    t.commits = gaz_arena_array(arena, (size_t)t.commit_count + 1, sizeof *t.commits);
    for (uint32_t i = 0; t.commits && !r->bad && i < t.commit_count; i++)
        read_commit(r, &t.commits[i]);
    if (!t.lines || !t.commits)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for lines of a file");
    for (uint32_t i = 0; !r->bad && i < t.line_count; i++)
        r->bad |= t.lines[i].commit >= t.commit_count || t.lines[i].last < t.lines[i].first;
    if (r->bad)
        return process_died(&kind, err);
    *out = t;
    return GAZ_OK;
}

static gaz_status ask_lines(gaz_repo_pool *pool, uint32_t what, const gaz_repo_question *q,
                            gaz_arena *arena, gaz_told *out, gaz_error *err)
{
    exchange x = {.head = {.what = what}};
    gaz_status st = ask(pool, &x, q, arena, err);
    wire_reader r = {x.payload, x.payload + x.len, false};
    return st == GAZ_OK ? read_told(&r, arena, out, err) : st;
}

gaz_status gaz_repo_ask_blame(gaz_repo_pool *pool, const gaz_repo_question *q, gaz_arena *arena,
                              gaz_told *out, gaz_error *err)
{
    return ask_lines(pool, REPO_BLAME, q, arena, out, err);
}

gaz_status gaz_repo_ask_trace(gaz_repo_pool *pool, const gaz_repo_question *q, gaz_arena *arena,
                              gaz_told *out, gaz_error *err)
{
    return ask_lines(pool, REPO_TRACE, q, arena, out, err);
}

/* ---- ranges ---- */

static bool read_change(wire_reader *r, gaz_arena *arena, gaz_told_change *c)
{
    c->kind = (gaz_history_kind)wire_number(r, GAZ_HISTORY_RENAME);
    c->path = wire_text(r);
    c->from = wire_text(r);
    c->span_count = (uint32_t)wire_number(r, (uint64_t)(r->end - r->at));
    c->spans = gaz_arena_array(arena, (size_t)c->span_count + 1, sizeof *c->spans);
    for (uint32_t i = 0; c->spans && !r->bad && i < c->span_count; i++) {
        c->spans[i].first = (uint32_t)wire_number(r, UINT32_MAX);
        c->spans[i].last = (uint32_t)wire_number(r, UINT32_MAX);
    }
    r->bad |= !c->path || !c->kind;
    return c->spans != NULL;
}

gaz_status gaz_repo_ask_range(gaz_repo_pool *pool, const gaz_repo_question *q, const char *before,
                              bool merge_base, gaz_arena *arena, gaz_told_range *out,
                              gaz_error *err)
{
    exchange x = {.head = {.what = REPO_RANGE, .merge_base = merge_base}, .before = before};
    gaz_told_range t = {.count = 0};
    gaz_status st = ask(pool, &x, q, arena, err);
    if (st != GAZ_OK)
        return st;
    wire_reader r = {x.payload, x.payload + x.len, false};
    wire_take(&r, &t.before, sizeof t.before);
    t.count = (uint32_t)wire_number(&r, (uint64_t)(r.end - r.at));
    t.changes = gaz_arena_array(arena, (size_t)t.count + 1, sizeof *t.changes);
    bool enough = t.changes != NULL;
    for (uint32_t i = 0; enough && !r.bad && i < t.count; i++)
        enough = read_change(&r, arena, &t.changes[i]);
    t.complete = wire_number(&r, 1);
    if (!enough)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for what a range of commits changed");
    if (r.bad)
        return process_died(&kind, err);
    *out = t;
    return GAZ_OK;
}
