/* Supervising a worker process. The blobs it was reading when it died are suspects; a second run
 * reads those first, one at a time: the one it dies of again is quarantined, and the run is
 * repeated without it. */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/clock.h"

#define CRASHES_MAX 200
#define LINE_MAX_BYTES 65536
#define TICK_MS 100
#define MAX_ARGS 12

extern char **environ;

typedef struct child {
    const worker_call *call;
    pid_t pid;
    int out;
    gaz_strbuf line;
    gaz_progress progress;
    bool have_result, have_error;
    gaz_run_result result;
    gaz_error error;
} child;

static gaz_status spawn(const worker_call *call, const char *suspects, int inflight_fd, child *c,
                        gaz_error *err)
{
    char fd_text[16];
    int pipe_fds[2];
    const char *argv[MAX_ARGS] = {call->worker, call->home, call->command, call->subject};
    size_t n = 4;
    snprintf(fd_text, sizeof fd_text, "%d", inflight_fd);
    if (call->rev) {
        argv[n++] = "--rev";
        argv[n++] = call->rev;
    }
    if (call->text_only)
        argv[n++] = "--text-only";
    if (suspects && *suspects) {
        argv[n++] = "--suspects";
        argv[n++] = suspects;
    }
    if (inflight_fd >= 0) {
        argv[n++] = "--inflight";
        argv[n++] = fd_text;
    }
    if (pipe2(pipe_fds, O_CLOEXEC) != 0)
        return gaz_error_errno(err, "cannot make a pipe for gaz-worker");
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipe_fds[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    int rc =
        posix_spawn(&c->pid, call->worker, &actions, &attributes, (char *const *)argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    close(pipe_fds[1]);
    if (rc != 0) {
        close(pipe_fds[0]);
        errno = rc;
        gaz_status st = gaz_error_errno(err, "cannot start %s", call->worker);
        gaz_error_hint(err, "gaz-worker is installed beside gaz");
        return st == GAZ_E_NOT_FOUND ? GAZ_E_IO : st;
    }
    c->out = pipe_fds[0];
    return GAZ_OK;
}

static void read_progress(child *c, const gaz_json *p)
{
    c->progress.phase = (gaz_phase)gaz_json_integer(gaz_json_get(p, "phase"), 0);
    c->progress.files_done = (uint64_t)gaz_json_integer(gaz_json_get(p, "files_done"), 0);
    c->progress.files_total = (uint64_t)gaz_json_integer(gaz_json_get(p, "files_total"), 0);
    c->progress.bytes_done = (uint64_t)gaz_json_integer(gaz_json_get(p, "bytes_done"), 0);
    c->progress.bytes_per_second = gaz_json_number(gaz_json_get(p, "bytes_per_second"), 0);
    c->progress.seconds_left = gaz_json_number(gaz_json_get(p, "seconds_left"), -1);
    c->progress.elapsed_us = gaz_json_integer(gaz_json_get(p, "elapsed_us"), 0);
}

static void read_result(child *c, const gaz_json *r)
{
    const char *commit = gaz_json_text(gaz_json_get(r, "commit"), NULL);
    c->have_result = true;
    c->result.generation = (uint64_t)gaz_json_integer(gaz_json_get(r, "generation"), 0);
    c->result.changed = gaz_json_truth(gaz_json_get(r, "changed"), false);
    c->result.files = (uint64_t)gaz_json_integer(gaz_json_get(r, "files"), 0);
    c->result.bytes = (uint64_t)gaz_json_integer(gaz_json_get(r, "bytes"), 0);
    c->result.skipped = (uint64_t)gaz_json_integer(gaz_json_get(r, "skipped"), 0);
    c->result.symbols = (uint64_t)gaz_json_integer(gaz_json_get(r, "symbols"), 0);
    c->result.symbols_failed = (uint64_t)gaz_json_integer(gaz_json_get(r, "symbols_failed"), 0);
    c->result.elapsed_us = gaz_json_integer(gaz_json_get(r, "elapsed_us"), 0);
    if (commit && gaz_oid_parse(commit, &c->result.commit, NULL) != GAZ_OK)
        memset(&c->result.commit, 0, sizeof c->result.commit);
}

static void read_error(child *c, const gaz_json *e)
{
    const char *message = gaz_json_text(gaz_json_get(e, "message"), NULL),
               *hint = gaz_json_text(gaz_json_get(e, "hint"), NULL);
    gaz_status st = (gaz_status)gaz_json_integer(gaz_json_get(e, "status"), GAZ_E_INTERNAL);
    c->have_error = true;
    gaz_error_set(&c->error, st < 0 ? st : GAZ_E_INTERNAL, "%s",
                  message ? message : "the index run failed");
    if (hint && *hint)
        gaz_error_hint(&c->error, "%s", hint);
}

/* A line that is no JSON of ours is dropped: only a broken worker writes it, and its end says the
 * rest. */
static void read_line(child *c, const char *text, size_t len)
{
    gaz_json *root = NULL;
    if (gaz_json_parse(text, len, &root, NULL) != GAZ_OK)
        return;
    const gaz_json *p = gaz_json_get(root, "progress"), *r = gaz_json_get(root, "result"),
                   *e = gaz_json_get(root, "error");
    if (p)
        read_progress(c, p);
    if (r)
        read_result(c, r);
    if (e)
        read_error(c, e);
    if (!p && !r && !e && c->call->line)
        c->call->line(c->call->ctx, root);
    gaz_json_free(root);
}

/* @return false at the end of output */
static bool read_some(child *c)
{
    char buffer[8192];
    ssize_t n = read(c->out, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR)
        return true;
    if (n <= 0)
        return false;
    for (ssize_t i = 0; i < n; i++) {
        if (buffer[i] != '\n') {
            gaz_strbuf_putc(&c->line, buffer[i]);
            continue;
        }
        if (gaz_strbuf_check(&c->line, NULL) == GAZ_OK)
            read_line(c, c->line.data, c->line.len);
        gaz_strbuf_reset(&c->line);
    }
    return true;
}

/* @return whether it was cancelled */
static bool follow(const worker_call *call, child *c)
{
    bool cancelled = false, killed = false;
    int64_t deadline = 0;
    for (bool open = true; open;) {
        struct pollfd p = {.fd = c->out, .events = POLLIN};
        int ready = poll(&p, 1, TICK_MS);
        if (ready > 0)
            open = read_some(c);
        if (!cancelled && call->alive && !call->alive(call->ctx, &c->progress)) {
            cancelled = true;
            deadline = gaz_deadline(call->grace_ms);
            kill(c->pid, SIGTERM); /* only watchers have a use for it */
        }
        if (cancelled && !killed && (!call->grace_ms || gaz_expired(deadline))) {
            killed = true;
            kill(c->pid, SIGKILL);
        }
    }
    return cancelled;
}

static void collect_suspects(const inflight *flight, gaz_strbuf *out, gaz_oid *only, size_t *count,
                             bool *symbols)
{
    gaz_strbuf_reset(out);
    *count = 0;
    for (int i = 0; flight && i < INFLIGHT_SLOTS; i++) {
        char hex[GAZ_OID_HEX];
        if (!flight->slots[i].busy)
            continue;
        *only = flight->slots[i].oid;
        *symbols = flight->slots[i].busy == INFLIGHT_SYMBOLS;
        gaz_oid_format(only, hex);
        gaz_strbuf_printf(out, "%s%s", out->len ? "," : "", hex);
        ++*count;
    }
}

static int share_memory(inflight **flight)
{
    int fd = memfd_create("gaz-inflight", 0); /* not close-on-exec: the worker maps it */
    if (fd < 0 || ftruncate(fd, sizeof(inflight)) != 0) {
        if (fd >= 0)
            close(fd);
        return -1;
    }
    *flight = mmap(NULL, sizeof(inflight), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (*flight == MAP_FAILED)
        *flight = NULL;
    return fd;
}

static gaz_status run_once(const worker_call *call, const char *suspects, int fd, child *c,
                           int *ended, bool *cancelled, gaz_error *err)
{
    *c = (child){.call = call, .out = -1};
    gaz_strbuf_init(&c->line, LINE_MAX_BYTES);
    gaz_status st = spawn(call, suspects, fd, c, err);
    if (st != GAZ_OK)
        return st;
    *cancelled = follow(call, c);
    close(c->out);
    gaz_strbuf_release(&c->line);
    while (waitpid(c->pid, ended, 0) < 0 && errno == EINTR)
        ;
    return GAZ_OK;
}

static gaz_status conclude(const child *c, int ended, gaz_run_result *out, gaz_error *err)
{
    if (c->have_error) {
        if (err && err->status == GAZ_OK)
            *err = c->error;
        return c->error.status;
    }
    if (c->have_result && WIFEXITED(ended) && WEXITSTATUS(ended) == 0) {
        *out = c->result;
        return GAZ_OK;
    }
    return gaz_error_set(err, GAZ_E_INTERNAL, "gaz-worker ended with status %d and no result",
                         WIFEXITED(ended) ? WEXITSTATUS(ended) : -1);
}

gaz_status worker_run(const worker_call *call, gaz_run_result *out, gaz_error *err)
{
    inflight *flight = NULL;
    gaz_strbuf suspects = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    int fd = share_memory(&flight);
    unsigned unexplained = 0;
    bool isolating = false;
    for (unsigned crashes = 0;; crashes++) {
        child c;
        int ended = 0;
        bool cancelled = false;
        if (flight)
            memset(flight, 0, sizeof *flight);
        st = run_once(call, suspects.data, fd, &c, &ended, &cancelled, err);
        if (st == GAZ_OK && cancelled)
            st = gaz_error_set(err, GAZ_E_CANCELLED, "the index run was cancelled");
        bool crashed = st == GAZ_OK && !c.have_result && !c.have_error &&
                       !(WIFEXITED(ended) && (WEXITSTATUS(ended) == 2 || WEXITSTATUS(ended) == 3));
        if (!crashed) {
            if (st == GAZ_OK)
                st = conclude(&c, ended, out, err);
            break;
        }
        gaz_oid only = {{0}};
        size_t count = 0;
        bool was_isolating = isolating, symbols = false;
        collect_suspects(flight, &suspects, &only, &count, &symbols);
        int sig = WIFSIGNALED(ended) ? WTERMSIG(ended) : 0;
        gaz_log_write(call->log, GAZ_LOG_WARN, "index",
                      "gaz-worker died of signal %d while indexing %s; %zu blobs suspect", sig,
                      call->subject, count);
        unexplained += count == 0;
        if (crashes >= CRASHES_MAX || unexplained > 2) {
            st = gaz_error_set(err, GAZ_E_INTERNAL,
                               "gaz-worker keeps dying of signal %d while indexing %s", sig,
                               call->subject);
            break;
        }
        if (count == 1 && was_isolating) {
            char reason[64];
            snprintf(reason, sizeof reason, "%scrashed the reader with signal %d",
                     symbols ? GAZ_QUARANTINE_SYMBOLS " " : "", sig);
            st = gaz_store_quarantine_add(call->store, &only, reason, err);
            if (st != GAZ_OK)
                break;
            gaz_strbuf_reset(&suspects);
            isolating = false;
        } else {
            isolating = count > 0;
        }
    }
    if (flight)
        munmap(flight, sizeof *flight);
    if (fd >= 0)
        close(fd);
    gaz_strbuf_release(&suspects);
    return st;
}
