/* Idle processes wait in a list; a question takes one, or starts one as long as there are fewer
 * than allowed, or waits. */
#include "process_pool.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "program_path.h"

extern char **environ;

typedef struct process {
    pid_t pid;
    int fd;
} process;

struct process_pool {
    const process_kind *kind;
    char *program;
    unsigned max, alive, idle_count;
    process idle[PROCESSES_MAX];
    pthread_mutex_t lock;
    pthread_cond_t returned;
};

/* ---- processes ---- */

static gaz_status start(const process_pool *pool, process *p, gaz_error *err)
{
    int fds[2];
    const char *argv[] = {pool->program, pool->kind->argument, NULL};
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0)
        return gaz_error_errno(err, "cannot make a socket for %s", pool->kind->program);
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
        gaz_error_hint(err, "%s is installed beside gaz", pool->kind->program);
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

static gaz_status take(process_pool *pool, int64_t deadline_us, process *p, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    bool fresh = false;
    struct timespec until = instant(deadline_us);
    pthread_mutex_lock(&pool->lock);
    while (!pool->idle_count && pool->alive == pool->max && st == GAZ_OK)
        if (pthread_cond_timedwait(&pool->returned, &pool->lock, &until) == ETIMEDOUT)
            st = gaz_error_set(err, GAZ_E_TIMEOUT, "%s", pool->kind->late);
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

static void give_back(process_pool *pool, process *p, bool well)
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

gaz_status process_pool_new(const process_kind *kind, const char *program, unsigned max,
                            process_pool **out, gaz_error *err)
{
    if (max < 1 || max > PROCESSES_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "%u processes of %s are out of range (1 to %u)",
                             max, kind->program, PROCESSES_MAX);
    process_pool *pool = calloc(1, sizeof *pool);
    pthread_condattr_t monotonic;
    if (pool)
        pool->program = program ? strdup(program) : program_beside_us(kind->program);
    if (!pool || !pool->program || pthread_condattr_init(&monotonic) != 0) {
        free(pool ? pool->program : NULL);
        free(pool);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for processes of %s", kind->program);
    }
    pool->kind = kind;
    pool->max = max;
    pthread_mutex_init(&pool->lock, NULL);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&pool->returned, &monotonic);
    pthread_condattr_destroy(&monotonic);
    *out = pool;
    return GAZ_OK;
}

void process_pool_free(process_pool *pool)
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

gaz_status process_died(const process_kind *kind, gaz_error *err)
{
    gaz_error_set(err, GAZ_E_REMOTE, "%s", kind->died);
    gaz_error_hint(err, "%s", kind->died_hint);
    return GAZ_E_REMOTE;
}

static gaz_status wait_for(const process_kind *kind, const process *p, short events,
                           int64_t until_us, gaz_error *err)
{
    for (;;) {
        int64_t left = until_us - gaz_now_us();
        if (left <= 0)
            return gaz_error_set(err, GAZ_E_TIMEOUT, "%s", kind->late);
        struct pollfd one = {.fd = p->fd, .events = events};
        int n = poll(&one, 1, (int)(left / 1000) + 1);
        if (n > 0)
            return GAZ_OK;
        if (n < 0 && errno != EINTR)
            return gaz_error_errno(err, "cannot wait for %s", kind->program);
    }
}

static gaz_status talk(const process_kind *kind, const process *p, void *data, size_t len,
                       bool send_it, int64_t until_us, gaz_error *err)
{
    for (size_t done = 0; done < len;) {
        gaz_status st = wait_for(kind, p, send_it ? POLLOUT : POLLIN, until_us, err);
        if (st != GAZ_OK)
            return st;
        char *at = (char *)data + done;
        ssize_t n = send_it ? send(p->fd, at, len - done, MSG_NOSIGNAL | MSG_DONTWAIT)
                            : recv(p->fd, at, len - done, MSG_DONTWAIT);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n <= 0)
            return process_died(kind, err);
        done += (size_t)n;
    }
    return GAZ_OK;
}

static gaz_status talk_all(const process_kind *kind, const process *p, process_talk *t,
                           int64_t until_us, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < t->count; i++)
        st = talk(kind, p, (void *)(uintptr_t)t->pieces[i].data, t->pieces[i].len, true, until_us,
                  err);
    if (st == GAZ_OK)
        st = talk(kind, p, t->head, t->head_len, false, until_us, err);
    if (st == GAZ_OK && !t->follows(t->head, &t->payload_len))
        st = process_died(kind, err);
    if (st != GAZ_OK)
        return st;
    t->payload = malloc((size_t)t->payload_len + 1);
    if (!t->payload)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for what %s found", kind->program);
    t->payload[t->payload_len] = '\0';
    return talk(kind, p, t->payload, (size_t)t->payload_len, false, until_us, err);
}

gaz_status process_pool_ask(process_pool *pool, process_talk *t, int64_t until_us, gaz_error *err)
{
    process p;
    gaz_status st = take(pool, until_us, &p, err);
    if (st != GAZ_OK)
        return st;
    st = talk_all(pool->kind, &p, t, until_us, err);
    give_back(pool, &p, st == GAZ_OK);
    return st;
}
