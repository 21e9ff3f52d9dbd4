/* The watch: one thread that sees to what libmicrohttpd does not. Suspended connections neither
 * time out nor notice a client that hangs up: they are polled. A client that sends a byte now and
 * then is never idle: the time from the first byte of a request to its last has a limit, and so has
 * the sending of an answer. */
#include "exchange.h"

#include <arpa/inet.h>
#include <linux/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#define POLL_MS 100    /* between looks at suspended connections */
#define POLLED_MAX 256 /* at once */

/* Connections of one address. */
typedef struct gaz_address_count {
    struct gaz_address_count *next;
    struct in6_addr address;
    unsigned count;
} gaz_address_count;

/* False for loopback, which is not limited. */
static bool address_of(const struct sockaddr *sa, struct in6_addr *out)
{
    *out = (struct in6_addr){0};
    if (sa->sa_family == AF_INET) {
        out->s6_addr[10] = out->s6_addr[11] = 0xff;
        memcpy(&out->s6_addr[12], &((const struct sockaddr_in *)(const void *)sa)->sin_addr, 4);
        return out->s6_addr[12] != 127;
    }
    if (sa->sa_family != AF_INET6)
        return false;
    *out = ((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr;
    return !IN6_IS_ADDR_LOOPBACK(out);
}

static gaz_address_count **bucket_of(gaz_http *http, const struct in6_addr *address)
{
    uint64_t h = gaz_checksum(address, sizeof *address);
    return &http->addresses[h % (sizeof http->addresses / sizeof http->addresses[0])];
}

static gaz_address_count *find_address(gaz_http *http, const struct in6_addr *address)
{
    gaz_address_count *a = *bucket_of(http, address);
    while (a && memcmp(&a->address, address, sizeof *address) != 0)
        a = a->next;
    return a;
}

bool gaz_connection_allowed(gaz_http *http, const struct sockaddr *sa)
{
    struct in6_addr address;
    if (!address_of(sa, &address))
        return true;
    pthread_mutex_lock(&http->connections_lock);
    gaz_address_count *a = find_address(http, &address);
    bool ok = !a || a->count < http->options.per_address;
    pthread_mutex_unlock(&http->connections_lock);
    return ok;
}

static gaz_address_count *count_address(gaz_http *http, const struct sockaddr *sa)
{
    struct in6_addr address;
    if (!address_of(sa, &address))
        return NULL;
    gaz_address_count *a = find_address(http, &address);
    if (!a) {
        gaz_address_count **bucket = bucket_of(http, &address);
        a = calloc(1, sizeof *a);
        if (!a)
            return NULL;
        a->address = address;
        a->next = *bucket;
        *bucket = a;
    }
    a->count++;
    return a;
}

static void uncount_address(gaz_http *http, gaz_address_count *a)
{
    if (!a || --a->count)
        return;
    gaz_address_count **at = bucket_of(http, &a->address);
    while (*at != a)
        at = &(*at)->next;
    *at = a->next;
    free(a);
}

gaz_connection *gaz_connection_new(gaz_http *http, int fd, const struct sockaddr *sa)
{
    gaz_connection *conn = calloc(1, sizeof *conn);
    if (!conn)
        return NULL;
    conn->fd = fd;
    conn->spare_fd = -1;
    conn->exact = true;
    atomic_init(&conn->deadline, GAZ_NEVER);
    atomic_init(&conn->waiting_since, 0);
    const void *raw =
        sa->sa_family == AF_INET6
            ? (const void *)&((const struct sockaddr_in6 *)(const void *)sa)->sin6_addr
            : (const void *)&((const struct sockaddr_in *)(const void *)sa)->sin_addr;
    if (!inet_ntop(sa->sa_family, raw, conn->peer, sizeof conn->peer))
        strcpy(conn->peer, "?");
    pthread_mutex_lock(&http->connections_lock);
    conn->address = count_address(http, sa);
    conn->next = http->connections;
    if (conn->next)
        conn->next->prev = conn;
    http->connections = conn;
    pthread_mutex_unlock(&http->connections_lock);
    return conn;
}

void gaz_connection_free(gaz_http *http, gaz_connection *conn)
{
    if (!conn)
        return;
    pthread_mutex_lock(&http->connections_lock);
    if (conn->prev)
        conn->prev->next = conn->next;
    else
        http->connections = conn->next;
    if (conn->next)
        conn->next->prev = conn->prev;
    uncount_address(http, conn->address);
    pthread_mutex_unlock(&http->connections_lock);
    free(conn);
}

uint64_t gaz_connection_received(const gaz_connection *conn)
{
    struct tcp_info info = {0};
    socklen_t len = sizeof info;
    return getsockopt(conn->fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0 ? info.tcpi_bytes_received
                                                                         : 0;
}

/* Whether part of a head has lain there for too long: bytes have come since the connection began to
 * wait. What had come by the first look belongs to the requests before. (Where that is wrong, the
 * loop finds it when it wants to park the connection, and sets the deadline.) */
static bool is_overdue(gaz_connection *conn, int64_t now, int64_t head_us)
{
    int64_t since = atomic_load(&conn->waiting_since);
    if (now >= atomic_load(&conn->deadline))
        return true;
    if (!since)
        return false;
    uint64_t bytes = gaz_connection_received(conn);
    if (conn->watched_since != since) {
        conn->bytes_before = bytes;
        conn->watched_since = since;
        conn->partial_since = 0;
    }
    if (bytes > conn->bytes_before && !conn->partial_since)
        conn->partial_since = now;
    return conn->partial_since && now - conn->partial_since >= head_us;
}

/* A connection is closed by shutting its socket down: libmicrohttpd, or the loop that parked it,
 * then notices and cleans up. The descriptor cannot be another's: before it is closed the record
 * lets go of it, and waits for the lock. */
static void check_deadlines(gaz_http *http)
{
    int64_t now = gaz_now_us(), head_us = http->options.head_ms * 1000;
    pthread_mutex_lock(&http->connections_lock);
    for (gaz_connection *c = http->connections; c; c = c->next)
        if (is_overdue(c, now, head_us))
            shutdown(c->fd, SHUT_RDWR);
    pthread_mutex_unlock(&http->connections_lock);
}

/* Polls a run of active exchanges; those whose client hung up are abandoned. @return whether more
 * are left */
static bool poll_some(gaz_http *http, size_t *skip)
{
    struct pollfd fds[POLLED_MAX];
    gaz_exchange *found[POLLED_MAX];
    size_t n = 0, seen = 0;
    pthread_mutex_lock(&http->active_lock);
    gaz_exchange *ex = http->active;
    for (; ex && n < POLLED_MAX; ex = ex->next) {
        if (seen++ < *skip || atomic_load(&ex->gone))
            continue;
        fds[n] = (struct pollfd){.fd = ex->conn->fd, .events = POLLRDHUP};
        gaz_exchange_ref(ex);
        found[n++] = ex;
    }
    bool more = ex != NULL;
    /* Still under the lock: none of them can complete, and so none of the descriptors be closed,
     * meanwhile. */
    int ready = n ? poll(fds, (nfds_t)n, 0) : 0;
    pthread_mutex_unlock(&http->active_lock);
    *skip = seen;
    for (size_t i = 0; i < n; i++) {
        if (ready > 0 && fds[i].revents & (POLLRDHUP | POLLHUP | POLLERR))
            gaz_exchange_abandon(found[i]);
        gaz_exchange_unref(found[i]);
    }
    return more;
}

void *gaz_watch_main(void *ctx)
{
    gaz_http *http = ctx;
    const struct timespec nap = {.tv_nsec = POLL_MS * 1000000L};
    int64_t round_us = http->options.head_ms * 1000 / 4, next = gaz_now_us();
    round_us = round_us > 2000000 ? 2000000 : round_us < 50000 ? 50000 : round_us;
    while (!atomic_load(&http->watch_stop)) {
        nanosleep(&nap, NULL);
        size_t skip = 0;
        while (poll_some(http, &skip))
            continue;
        if (gaz_now_us() < next)
            continue;
        check_deadlines(http);
        next = gaz_now_us() + round_us;
    }
    return NULL;
}
