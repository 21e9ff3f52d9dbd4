/* The owner's side of parsing processes. Idle ones wait in a list; a request takes one, or starts
 * one as long as there are fewer than allowed, or waits. What a process answers is checked: a text
 * may have taken it over. One that is late, dead or talks nonsense is killed. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/pipeline/parse_pool.h"
#include "parse_wire.h"
#include "program_path.h"

#define PROCESSES_MAX 64
#define GRACE_US 500000 /* beyond the time a process was told it has */
#define TIME_MAX_US 20000000

extern char **environ;

typedef struct process {
    pid_t pid;
    int fd;
} process;

struct gaz_parse_pool {
    char *program;
    unsigned max, alive, idle_count;
    process idle[PROCESSES_MAX];
    pthread_mutex_t lock;
    pthread_cond_t returned;
};

/* ---- processes ---- */

static gaz_status start(const gaz_parse_pool *pool, process *p, gaz_error *err)
{
    int fds[2];
    const char *argv[] = {pool->program, NULL};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return gaz_error_errno(err, "cannot make a socket for gaz-parse");
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, fds[1], STDIN_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int rc =
        posix_spawn(&p->pid, pool->program, &actions, &attributes, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(fds[1]);
    if (rc != 0) {
        close(fds[0]);
        errno = rc;
        (void)gaz_error_errno(err, "cannot start %s", pool->program);
        gaz_error_hint(err, "gaz-parse is installed beside gaz");
        return GAZ_E_IO;
    }
    p->fd = fds[0];
    return GAZ_OK;
}

static void end(process *p)
{
    close(p->fd);
    kill(p->pid, SIGKILL);
    while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
}

static struct timespec instant(int64_t monotonic_us)
{
    return (struct timespec){.tv_sec = (time_t)(monotonic_us / 1000000),
                             .tv_nsec = (long)(monotonic_us % 1000000) * 1000};
}

static gaz_status take(gaz_parse_pool *pool, int64_t deadline_us, process *p, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    bool fresh = false;
    struct timespec until = instant(deadline_us);
    pthread_mutex_lock(&pool->lock);
    while (!pool->idle_count && pool->alive == pool->max && st == GAZ_OK)
        if (pthread_cond_timedwait(&pool->returned, &pool->lock, &until) == ETIMEDOUT)
            st = gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out waiting for a parser");
    if (st == GAZ_OK && pool->idle_count) {
        *p = pool->idle[--pool->idle_count];
    } else if (st == GAZ_OK) {
        pool->alive++;
        fresh = true;
    }
    pthread_mutex_unlock(&pool->lock);
    if (fresh)
        st = start(pool, p, err);
    if (fresh && st != GAZ_OK) {
        pthread_mutex_lock(&pool->lock);
        pool->alive--;
        pthread_cond_signal(&pool->returned);
        pthread_mutex_unlock(&pool->lock);
    }
    return st;
}

static void give_back(gaz_parse_pool *pool, process *p, bool well)
{
    if (!well)
        end(p);
    pthread_mutex_lock(&pool->lock);
    if (well)
        pool->idle[pool->idle_count++] = *p;
    else
        pool->alive--;
    pthread_cond_signal(&pool->returned);
    pthread_mutex_unlock(&pool->lock);
}

gaz_status gaz_parse_pool_new(const char *program, unsigned max, gaz_parse_pool **out,
                              gaz_error *err)
{
    if (max < 1 || max > PROCESSES_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "%u parsing processes are out of range (1 to %u)",
                             max, PROCESSES_MAX);
    gaz_parse_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t monotonic;
    if (pool)
        pool->program = program ? strdup(program) : program_beside_us("gaz-parse");
    if (!pool || !pool->program || pthread_condattr_init(&monotonic) != 0) {
        free(pool ? pool->program : NULL);
        free(pool);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for parsing processes");
    }
    pool->max = max;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->returned, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *out = pool;
    return GAZ_OK;
}

void gaz_parse_pool_free(gaz_parse_pool *pool)
{
    if (!pool)
        return;
    while (pool->idle_count)
        end(&pool->idle[--pool->idle_count]);
    pthread_cond_destroy(&pool->returned);
    pthread_mutex_destroy(&pool->lock);
    free(pool->program);
    free(pool);
}

/* ---- talking ---- */

static gaz_status wait_for(const process *p, short events, int64_t until_us, gaz_error *err)
{
    for (;;) {
        int64_t left = until_us - gaz_now_us();
        if (left <= 0)
            return gaz_error_set(err, GAZ_E_TIMEOUT, "parsing took too long");
        struct pollfd one = {.fd = p->fd, .events = events};
        int n = poll(&one, 1, (int)(left / 1000) + 1);
        if (n > 0)
            return GAZ_OK;
        if (n < 0 && errno != EINTR)
            return gaz_error_errno(err, "cannot wait for gaz-parse");
    }
}

static gaz_status died(gaz_error *err)
{
    gaz_error_set(err, GAZ_E_REMOTE, "the parser died of this text");
    gaz_error_hint(err, "other files are not affected");
    return GAZ_E_REMOTE;
}

static gaz_status talk(const process *p, void *data, size_t len, bool send_it, int64_t until_us,
                       gaz_error *err)
{
    for (size_t done = 0; done < len;) {
        gaz_status st = wait_for(p, send_it ? POLLOUT : POLLIN, until_us, err);
        if (st != GAZ_OK)
            return st;
        char *at = (char *)data + done;
        ssize_t n = send_it ? send(p->fd, at, len - done, MSG_NOSIGNAL | MSG_DONTWAIT)
                            : recv(p->fd, at, len - done, MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return died(err);
        done += (size_t)n;
    }
    return GAZ_OK;
}

/* A request and its answer. The payload is owned by the caller. */
typedef struct exchange {
    parse_request head;
    const char *pattern, *text;
    parse_answer answer;
    char *payload;
} exchange;

static gaz_status told_failure(const exchange *x, gaz_error *err)
{
    gaz_status st = (gaz_status)x->answer.status;
    if (st > 0 || st < GAZ_E_INTERNAL)
        return died(err);
    gaz_error_set(err, st, "%.*s", (int)(x->answer.payload < 400 ? x->answer.payload : 399),
                  x->payload);
    if (err && !err->column)
        err->column = (size_t)x->answer.column;
    return st;
}

static gaz_status talk_all(const process *p, exchange *x, int64_t until_us, gaz_error *err)
{
    parse_request *r = &x->head;
    gaz_status st = talk(p, r, sizeof *r, true, until_us, err);
    if (st == GAZ_OK)
        st = talk(p, (void *)(uintptr_t)x->pattern, r->pattern_len, true, until_us, err);
    if (st == GAZ_OK)
        st = talk(p, (void *)(uintptr_t)x->text, r->text_len, true, until_us, err);
    if (st == GAZ_OK)
        st = talk(p, &x->answer, sizeof x->answer, false, until_us, err);
    if (st == GAZ_OK && (x->answer.magic != PARSE_MAGIC || x->answer.payload > PARSE_PAYLOAD_MAX))
        st = died(err);
    if (st != GAZ_OK)
        return st;
    x->payload = malloc((size_t)x->answer.payload + 1);
    if (!x->payload)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for what a parser found");
    return talk(p, x->payload, (size_t)x->answer.payload, false, until_us, err);
}

static gaz_status ask(gaz_parse_pool *pool, exchange *x, int64_t deadline_us, gaz_error *err)
{
    process p;
    int64_t left = deadline_us - gaz_now_us();
    if (left <= 0)
        return gaz_error_set(err, GAZ_E_TIMEOUT, "no time is left for parsing");
    x->head.magic = PARSE_MAGIC;
    x->head.time_us = left < TIME_MAX_US ? left : TIME_MAX_US;
    int64_t until_us = gaz_now_us() + x->head.time_us + GRACE_US;
    gaz_status st = take(pool, until_us, &p, err);
    if (st != GAZ_OK)
        return st;
    st = talk_all(&p, x, until_us, err);
    give_back(pool, &p, st == GAZ_OK);
    return st == GAZ_OK && x->answer.status != GAZ_OK ? told_failure(x, err) : st;
}

static gaz_status too_large(size_t len, gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_LIMIT,
                         "a text of %zu bytes is more than the %u that are parsed on request", len,
                         GAZ_PARSE_TEXT_MAX);
}

/* ---- colours ---- */

static gaz_status take_colours(const exchange *x, size_t len, gaz_highlights *out, gaz_error *err)
{
    uint32_t count = x->answer.count, last = 0;
    if (x->answer.payload != (uint64_t)count * sizeof(gaz_highlight_span) ||
        x->answer.outcome >= GAZ_EXTRACT_OUTCOME_COUNT)
        return died(err);
    gaz_highlight_span *spans = gaz_arena_array(&out->arena, (size_t)count + 1, sizeof *spans);
    if (!spans)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the colours of a text");
    memcpy(spans, x->payload, count * sizeof *spans);
    for (uint32_t i = 0; i < count; i++) {
        if (spans[i].start < last || spans[i].end < spans[i].start || spans[i].end > len ||
            spans[i].class_id >= GAZ_HIGHLIGHT_COUNT)
            return died(err);
        last = spans[i].end;
    }
    out->outcome = (uint8_t)x->answer.outcome;
    out->spans = spans;
    out->count = count;
    return GAZ_OK;
}

gaz_status gaz_parse_highlight(gaz_parse_pool *pool, uint32_t language, const char *text,
                               size_t len, uint32_t start_at, uint32_t end_at, int64_t deadline_us,
                               gaz_highlights *out, gaz_error *err)
{
    if (len > GAZ_PARSE_TEXT_MAX)
        return too_large(len, err);
    exchange x = {.head = {.what = PARSE_HIGHLIGHT,
                           .language = language,
                           .text_len = (uint32_t)len,
                           .start = start_at,
                           .end = end_at},
                  .pattern = "",
                  .text = text};
    gaz_arena_reset(&out->arena);
    out->count = 0;
    gaz_status st = ask(pool, &x, deadline_us, err);
    if (st == GAZ_OK)
        st = take_colours(&x, len, out, err);
    free(x.payload);
    return st;
}

/* ---- patterns ---- */

static bool span_fits(const gaz_span *s, size_t len)
{
    return s->start <= s->end && s->end <= len && s->start_line <= s->end_line;
}

static gaz_status take_captures(const exchange *x, const char *at, size_t len,
                                gaz_tree_matches *out, gaz_error *err)
{
    uint32_t count = x->answer.captures;
    const char *names = at + (size_t)count * sizeof(wire_capture);
    char *copy = gaz_arena_strndup(&out->arena, names, x->answer.names);
    gaz_tree_capture *captures = gaz_arena_array(&out->arena, (size_t)count + 1, sizeof *captures);
    if (!captures || !copy)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the matches of a pattern");
    for (uint32_t i = 0; i < count; i++) {
        wire_capture w;
        memcpy(&w, at + (size_t)i * sizeof w, sizeof w);
        if (w.name > x->answer.names || w.name_len > x->answer.names - w.name)
            return died(err);
        captures[i] = (gaz_tree_capture){.name = {copy + w.name, w.name_len},
                                         .span = {w.start, w.end, w.start_line, w.end_line}};
        if (!span_fits(&captures[i].span, len))
            return died(err);
    }
    out->captures = captures;
    out->capture_count = count;
    return GAZ_OK;
}

static gaz_status take_matches(const exchange *x, size_t len, gaz_tree_matches *out, gaz_error *err)
{
    const parse_answer *a = &x->answer;
    uint64_t expected = (uint64_t)a->count * sizeof(gaz_tree_match) +
                        (uint64_t)a->captures * sizeof(wire_capture) + a->names;
    if (a->payload != expected || a->outcome >= GAZ_EXTRACT_OUTCOME_COUNT)
        return died(err);
    gaz_tree_match *items = gaz_arena_array(&out->arena, (size_t)a->count + 1, sizeof *items);
    if (!items)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the matches of a pattern");
    memcpy(items, x->payload, a->count * sizeof *items);
    for (uint32_t i = 0; i < a->count; i++)
        if (!span_fits(&items[i].span, len) || items[i].first_capture > a->captures ||
            items[i].capture_count > a->captures - items[i].first_capture)
            return died(err);
    gaz_status st = take_captures(x, x->payload + a->count * sizeof *items, len, out, err);
    if (st != GAZ_OK)
        return st;
    out->outcome = (uint8_t)a->outcome;
    out->items = items;
    out->count = a->count;
    return GAZ_OK;
}

gaz_status gaz_parse_match(gaz_parse_pool *pool, const gaz_parse_pattern *pattern, const char *text,
                           size_t len, uint32_t max, int64_t deadline_us, gaz_tree_matches *out,
                           gaz_error *err)
{
    if (len > GAZ_PARSE_TEXT_MAX)
        return too_large(len, err);
    if (pattern->len > GAZ_TREE_PATTERN_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "a tree-sitter pattern has at most %u bytes",
                             GAZ_TREE_PATTERN_MAX);
    exchange x = {.head = {.what = PARSE_MATCH,
                           .language = pattern->language,
                           .text_len = (uint32_t)len,
                           .pattern_len = (uint32_t)pattern->len,
                           .max = max},
                  .pattern = pattern->pattern,
                  .text = text};
    gaz_arena_reset(&out->arena);
    out->count = out->capture_count = 0;
    gaz_status st = ask(pool, &x, deadline_us, err);
    if (st == GAZ_OK)
        st = take_matches(&x, len, out, err);
    free(x.payload);
    return st;
}
