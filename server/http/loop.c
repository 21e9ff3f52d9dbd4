/* The event loops. Each is a thread with a libmicrohttpd daemon of its own, which has neither
 * threads nor a listening socket, and with one epoll set: the listening socket, a wake-up, the
 * daemon's own epoll set, and the sockets of parked connections.
 *
 * libmicrohttpd keeps the memory of a connection, 36 KiB, for as long as it knows the connection.
 * So it knows only those that have something to say: a connection is parked, its record and its
 * socket being all there is of it, from its acceptance to its first byte, and again when it has
 * been idle for `park_ms`. Parking ends the connection as far as libmicrohttpd is concerned, while
 * a second descriptor keeps the socket. Nothing is lost on the way:
 *
 *   - It is done only when libmicrohttpd has read nothing that does not belong to a request that
 *     has ended: what the socket has received, less what waits unread, is what those requests took.
 *   - It is done by a time-out that has already expired when it is set, at once, on the thread that
 *     does the reading. libmicrohttpd looks at time-outs before it reads; bytes that come in
 *     between stay in the socket. (Time-outs count in seconds, hence PARK_LEAST_US.)
 *   - MHD_USE_TURBO keeps libmicrohttpd from shutting the socket down, which the second descriptor
 *     would feel. It closes its own at the same turn, so that an end that is meant is one. */
#include "loop.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define PARK_LEAST_US 1100000 /* a second, and the coarse clock of libmicrohttpd */
#define ACCEPTS_MAX 8         /* at a turn, so that the loops share them */
#define EVENTS_MAX 64
#define RETRY_US 100000 /* after an accept that failed for want of descriptors or memory */
#define WAIT_MAX_MS 60000

struct gaz_loop {
    gaz_http *http;
    struct MHD_Daemon *daemon;
    pthread_t thread;
    bool running;
    int epoll_fd, wake_fd;
    int64_t idle_us, park_us;
    gaz_connection *arriving; /* being handed to libmicrohttpd */
    gaz_connection_list parked;
    gaz_connection_list idle;    /* libmicrohttpd's, between requests; by look_at */
    gaz_connection_list leaving; /* libmicrohttpd is about to drop them */
    atomic_bool stop;
    atomic_bool called; /* a wake-up is on its way */
    atomic_bool paused; /* does not accept */
    int64_t retry_at;   /* 0, or when to accept again */
};

static void append(gaz_connection_list *list, gaz_connection *conn)
{
    conn->list = list;
    conn->before = list->last;
    conn->after = NULL;
    if (list->last)
        list->last->after = conn;
    else
        list->first = conn;
    list->last = conn;
}

static void take_out(gaz_connection *conn)
{
    gaz_connection_list *list = conn->list;
    if (!list)
        return;
    if (conn->before)
        conn->before->after = conn->after;
    else
        list->first = conn->after;
    if (conn->after)
        conn->after->before = conn->before;
    else
        list->last = conn->before;
    conn->list = NULL;
}

/* `mhd` NULL: parked. */
static void set_holder(gaz_connection *conn, int fd, struct MHD_Connection *mhd)
{
    gaz_http *http = conn->loop->http;
    pthread_mutex_lock(&http->connections_lock);
    conn->fd = fd;
    conn->mhd = mhd;
    pthread_mutex_unlock(&http->connections_lock);
}

/* ---- how many ---- */

static void wake(gaz_loop *loop)
{
    uint64_t one = 1;
    if (!atomic_exchange(&loop->called, true))
        (void)!write(loop->wake_fd, &one, sizeof one);
}

void gaz_loops_wake(gaz_http *http)
{
    for (unsigned i = 0; i < http->loop_count; i++)
        wake(&http->loops[i]);
}

static bool reserve(gaz_http *http)
{
    unsigned held = atomic_load(&http->held);
    while (held < http->options.connections)
        if (atomic_compare_exchange_weak(&http->held, &held, held + 1))
            return true;
    return false;
}

static void unreserve(gaz_http *http)
{
    atomic_fetch_sub(&http->held, 1);
    for (unsigned i = 0; i < http->loop_count; i++)
        if (atomic_load(&http->loops[i].paused))
            wake(&http->loops[i]);
}

static void resume_accepting(gaz_loop *loop)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLEXCLUSIVE,
                                .data.ptr = &loop->http->listen_fd};
    if (!atomic_load(&loop->paused) || atomic_load(&loop->http->stopping) || loop->retry_at)
        return;
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, loop->http->listen_fd, &event) == 0)
        atomic_store(&loop->paused, false);
}

/* Whoever gives a place back after this looks at `paused`; whoever did before is seen here. */
static void pause_accepting(gaz_loop *loop)
{
    if (atomic_load(&loop->paused))
        return;
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, loop->http->listen_fd, NULL);
    atomic_store(&loop->paused, true);
    if (atomic_load(&loop->http->held) < loop->http->options.connections)
        resume_accepting(loop);
}

/* ---- parked ---- */

static void forget(gaz_connection *conn)
{
    gaz_http *http = conn->loop->http;
    take_out(conn);
    gaz_connection_free(http, conn);
    unreserve(http);
}

static void drop_parked(gaz_connection *conn)
{
    int fd = conn->fd;
    forget(conn);
    close(fd);
}

static void park(gaz_connection *conn, int64_t idle_since)
{
    struct epoll_event event = {.events = EPOLLIN | EPOLLRDHUP, .data.ptr = conn};
    gaz_loop *loop = conn->loop;
    append(&loop->parked, conn);
    atomic_store(&conn->waiting_since, 0);
    atomic_store(&conn->deadline, idle_since + loop->idle_us);
    if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, conn->fd, &event) != 0)
        drop_parked(conn);
}

/* Its first byte has come: from here on the head has its time. The address is not asked for. */
static void hand_over(gaz_connection *conn)
{
    static const struct sockaddr nobody = {.sa_family = AF_UNSPEC};
    gaz_loop *loop = conn->loop;
    int fd = conn->fd;
    take_out(conn);
    epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
    atomic_store(&conn->deadline, gaz_deadline(loop->http->options.head_ms));
    set_holder(conn, -1, NULL);
    loop->arriving = conn;
    (void)MHD_add_connection(loop->daemon, fd, &nobody, sizeof nobody);
    if (!loop->arriving)
        return;
    loop->arriving = NULL; /* refused, and the socket closed */
    forget(conn);
}

static void wake_parked(gaz_connection *conn, uint32_t events)
{
    int unread = 0;
    if (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR) &&
        (ioctl(conn->fd, FIONREAD, &unread) != 0 || unread == 0))
        drop_parked(conn);
    else
        hand_over(conn);
}

static void accept_some(gaz_loop *loop)
{
    gaz_http *http = loop->http;
    for (unsigned i = 0; i < ACCEPTS_MAX; i++) {
        struct sockaddr_storage ss = {0};
        struct sockaddr *sa = (struct sockaddr *)&ss;
        socklen_t len = sizeof ss;
        if (!reserve(http)) {
            pause_accepting(loop);
            return;
        }
        int fd = accept4(http->listen_fd, sa, &len, SOCK_NONBLOCK | SOCK_CLOEXEC);
        int number = errno;
        gaz_connection *conn = NULL;
        if (fd >= 0 && gaz_connection_allowed(http, sa))
            conn = gaz_connection_new(http, fd, sa);
        if (conn) {
            conn->loop = loop;
            park(conn, gaz_now_us());
            continue;
        }
        if (fd >= 0)
            close(fd);
        unreserve(http);
        if (fd >= 0 || number == ECONNABORTED)
            continue;
        if (number == EMFILE || number == ENFILE || number == ENOBUFS || number == ENOMEM) {
            loop->retry_at = gaz_now_us() + RETRY_US;
            pause_accepting(loop);
        }
        return;
    }
}

/* ---- in libmicrohttpd's hands ---- */

/* Whether every byte that was read belongs to a request that has ended. What waits unread is asked
 * first: bytes that come in between then make the answer false, never true. */
static bool holds_nothing(const gaz_connection *conn)
{
    int unread = 0;
    if (!conn->exact || ioctl(conn->fd, FIONREAD, &unread) != 0)
        return false;
    return gaz_connection_received(conn) - (uint64_t)unread == conn->taken;
}

static void set_timeout(gaz_connection *conn, int64_t us)
{
    MHD_set_connection_option(conn->mhd, MHD_CONNECTION_OPTION_TIMEOUT,
                              (unsigned)((us + 999999) / 1000000));
}

static void stay(gaz_connection *conn)
{
    take_out(conn);
    close(conn->spare_fd);
    conn->spare_fd = -1;
    set_timeout(conn, conn->loop->idle_us);
}

/* One that cannot be parked has begun a request, or came in pieces that are not known; in the first
 * case its head has had all of its time by the deadline. */
static void leave(gaz_connection *conn, int64_t now)
{
    gaz_loop *loop = conn->loop;
    bool nothing = holds_nothing(conn);
    take_out(conn);
    if (nothing)
        conn->spare_fd = fcntl(conn->fd, F_DUPFD_CLOEXEC, 0);
    if (conn->spare_fd < 0) {
        if (conn->exact && !nothing && atomic_load(&conn->deadline) == GAZ_NEVER)
            atomic_store(&conn->deadline, gaz_deadline(loop->http->options.head_ms));
        conn->look_at = now + loop->park_us;
        append(&loop->idle, conn);
        return;
    }
    append(&loop->leaving, conn);
    set_timeout(conn, 1000000);
}

/* The first turn finds the time-outs expired, the second closes. */
static void park_idle(gaz_loop *loop)
{
    int64_t now = gaz_now_us();
    gaz_connection *conn;
    while ((conn = loop->idle.first) && conn->look_at <= now)
        leave(conn, now);
    if (!loop->leaving.first)
        return;
    MHD_run(loop->daemon);
    MHD_run(loop->daemon);
    while ((conn = loop->leaving.first)) {
        stay(conn);
        conn->look_at = now + loop->park_us;
        append(&loop->idle, conn);
    }
}

void gaz_loop_request_begun(gaz_connection *conn)
{
    gaz_loop *loop = conn->loop;
    if (conn->list == &loop->leaving)
        stay(conn);
    take_out(conn);
    atomic_store(&conn->waiting_since, 0);
    atomic_store(&conn->deadline, gaz_deadline(loop->http->options.head_ms));
}

void gaz_loop_request_ended(gaz_connection *conn, uint64_t bytes)
{
    gaz_loop *loop = conn->loop;
    int64_t now = gaz_now_us();
    conn->exact = conn->exact && bytes;
    conn->taken += bytes;
    conn->look_at = now + loop->park_us;
    atomic_store(&conn->deadline, GAZ_NEVER);
    atomic_store(&conn->waiting_since, now);
    take_out(conn);
    if (loop->park_us < loop->idle_us)
        append(&loop->idle, conn);
}

/* A daemon without threads is not woken by what it is told. */
void gaz_loop_resume(gaz_connection *conn)
{
    gaz_loop *loop = conn->loop;
    MHD_resume_connection(conn->mhd);
    wake(loop);
}

static void arrived(gaz_loop *loop, struct MHD_Connection *mhd, void **socket_context)
{
    gaz_connection *conn = loop->arriving;
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    loop->arriving = NULL;
    set_holder(conn, info->connect_fd, mhd);
    *socket_context = conn;
}

/* libmicrohttpd closes its descriptor next. */
static void left(gaz_connection *conn)
{
    int spare = conn->spare_fd;
    int64_t idle_since = atomic_load(&conn->waiting_since);
    if (conn->list != &conn->loop->leaving || !holds_nothing(conn)) {
        forget(conn);
        if (spare >= 0)
            close(spare);
        return;
    }
    take_out(conn);
    conn->spare_fd = -1;
    set_holder(conn, spare, NULL);
    park(conn, idle_since);
}

void gaz_loop_notify(void *ctx, struct MHD_Connection *mhd, void **socket_context,
                     enum MHD_ConnectionNotificationCode what)
{
    if (what == MHD_CONNECTION_NOTIFY_STARTED)
        arrived(ctx, mhd, socket_context);
    else
        left(*socket_context);
}

/* ---- the thread ---- */

static int wait_ms(const gaz_loop *loop)
{
    MHD_UNSIGNED_LONG_LONG daemon_ms = WAIT_MAX_MS;
    int64_t until = INT64_MAX;
    if (MHD_get_timeout(loop->daemon, &daemon_ms) != MHD_YES || daemon_ms > WAIT_MAX_MS)
        daemon_ms = WAIT_MAX_MS;
    if (loop->idle.first)
        until = loop->idle.first->look_at;
    if (loop->retry_at && loop->retry_at < until)
        until = loop->retry_at;
    if (until == INT64_MAX || !daemon_ms)
        return (int)daemon_ms;
    int64_t ms = (until - gaz_now_us() + 999) / 1000;
    return ms < 0 ? 0 : ms < (int64_t)daemon_ms ? (int)ms : (int)daemon_ms;
}

static void woken(gaz_loop *loop)
{
    uint64_t count;
    (void)!read(loop->wake_fd, &count, sizeof count);
    atomic_store(&loop->called, false);
    if (atomic_load(&loop->http->stopping))
        pause_accepting(loop);
    else if (atomic_load(&loop->http->held) < loop->http->options.connections)
        resume_accepting(loop);
}

static void *loop_main(void *arg)
{
    gaz_loop *loop = arg;
    struct epoll_event events[EVENTS_MAX];
    while (!atomic_load(&loop->stop)) {
        int n = epoll_wait(loop->epoll_fd, events, EVENTS_MAX, wait_ms(loop));
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr == &loop->http->listen_fd)
                accept_some(loop);
            else if (events[i].data.ptr == loop)
                woken(loop);
            else if (events[i].data.ptr != loop->daemon)
                wake_parked(events[i].data.ptr, events[i].events);
        }
        MHD_run(loop->daemon);
        park_idle(loop);
        if (loop->retry_at && gaz_now_us() >= loop->retry_at) {
            loop->retry_at = 0;
            resume_accepting(loop);
        }
    }
    return NULL;
}

static bool watch_fd(const gaz_loop *loop, int fd, void *what)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = what};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) == 0;
}

static bool open_loop(gaz_loop *loop)
{
    loop->daemon = gaz_http_daemon(loop->http, loop);
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    loop->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const union MHD_DaemonInfo *info =
        loop->daemon ? MHD_get_daemon_info(loop->daemon, MHD_DAEMON_INFO_EPOLL_FD) : NULL;
    if (!info || !watch_fd(loop, info->epoll_fd, loop->daemon) ||
        !watch_fd(loop, loop->wake_fd, loop))
        return false;
    resume_accepting(loop);
    return !atomic_load(&loop->paused);
}

static bool run_loop(gaz_loop *loop)
{
    loop->running = pthread_create(&loop->thread, NULL, loop_main, loop) == 0;
    return loop->running;
}

gaz_status gaz_loops_start(gaz_http *http, gaz_error *err)
{
    const gaz_http_options *o = &http->options;
    unsigned count = gaz_cores() < 2 ? 2 : gaz_cores() > 4 ? 4 : gaz_cores();
    http->loops = calloc(count, sizeof *http->loops);
    if (!http->loops)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the HTTP server");
    for (unsigned i = 0; i < count; i++) {
        gaz_loop *loop = &http->loops[i];
        loop->http = http;
        loop->epoll_fd = loop->wake_fd = -1;
        loop->idle_us = o->idle_ms * 1000;
        loop->park_us = o->park_ms * 1000 < PARK_LEAST_US ? PARK_LEAST_US : o->park_ms * 1000;
        atomic_init(&loop->paused, true);
    }
    http->loop_count = count;
    bool ok = true; /* the first that runs may wake them all */
    for (unsigned i = 0; ok && i < count; i++)
        ok = open_loop(&http->loops[i]);
    for (unsigned i = 0; ok && i < count; i++)
        ok = run_loop(&http->loops[i]);
    if (!ok)
        return gaz_error_set(err, GAZ_E_INTERNAL, "cannot start the HTTP server on %s",
                             http->address);
    return GAZ_OK;
}

/* Connections are closed when all threads have ended: who lets go of a place looks at all loops. */
void gaz_loops_stop(gaz_http *http)
{
    for (unsigned i = 0; i < http->loop_count; i++)
        atomic_store(&http->loops[i].stop, true);
    gaz_loops_wake(http);
    for (unsigned i = 0; i < http->loop_count; i++)
        if (http->loops[i].running)
            pthread_join(http->loops[i].thread, NULL);
    for (unsigned i = 0; i < http->loop_count; i++) {
        gaz_loop *loop = &http->loops[i];
        if (loop->daemon)
            MHD_stop_daemon(loop->daemon);
        while (loop->parked.first)
            drop_parked(loop->parked.first);
    }
    for (unsigned i = 0; i < http->loop_count; i++) {
        if (http->loops[i].epoll_fd >= 0)
            close(http->loops[i].epoll_fd);
        if (http->loops[i].wake_fd >= 0)
            close(http->loops[i].wake_fd);
    }
    free(http->loops);
    http->loops = NULL;
    http->loop_count = 0;
}
