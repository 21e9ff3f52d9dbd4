/* The listening socket: where to listen is text from the settings; what came of it is written back
 * as text. */
#include "exchange.h"

#include <stdio.h>
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 4096

/* "host:port", "[v6]:port", ":port" (loopback), "host" is refused. */
static bool split(const char *listen, char host[256], char port[8])
{
    const char *colon = strrchr(listen, ':');
    if (!colon || !colon[1] || strlen(colon + 1) >= 8 ||
        strspn(colon + 1, "0123456789") != strlen(colon + 1))
        return false;
    size_t len = (size_t)(colon - listen);
    if (len >= 2 && listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    } else if (memchr(listen, ':', len)) {
        return false;
    }
    if (len >= 256)
        return false;
    memcpy(host, listen, len);
    host[len] = '\0';
    if (!len)
        strcpy(host, "127.0.0.1");
    strcpy(port, colon + 1);
    return strtol(port, NULL, 10) < 65536;
}

static gaz_status bind_socket(const struct addrinfo *info, const char *listen_text, int *out,
                              gaz_error *err)
{
    int one = 1;
    int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return gaz_error_errno(err, "cannot make a socket for %s", listen_text);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (info->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one);
    if (bind(fd, info->ai_addr, info->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
        int number = errno;
        gaz_status st = gaz_error_errno(err, "cannot listen on %s", listen_text);
        gaz_error_hint(
            err,
            number == EADDRINUSE
                ? "another program listens there: stop it, or choose another port with --listen"
            : number == EACCES ? "ports below 1024 need privileges: choose another with --listen"
                               : "choose an address of this machine with --listen");
        close(fd);
        return st;
    }
    *out = fd;
    return GAZ_OK;
}

static gaz_status describe(gaz_http *http, int fd, gaz_error *err)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    char host[INET6_ADDRSTRLEN] = "";
    if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
        return gaz_error_errno(err, "cannot tell where the server listens");
    bool v6 = ss.ss_family == AF_INET6;
    struct sockaddr_in a4 = {0};
    struct sockaddr_in6 a6 = {0};
    memcpy(&a4, &ss, sizeof a4);
    memcpy(&a6, &ss, sizeof a6);
    inet_ntop(ss.ss_family, v6 ? (const void *)&a6.sin6_addr : (const void *)&a4.sin_addr, host,
              sizeof host);
    http->port = ntohs(v6 ? a6.sin6_port : a4.sin_port);
    http->loopback =
        v6 ? IN6_IS_ADDR_LOOPBACK(&a6.sin6_addr) : ntohl(a4.sin_addr.s_addr) >> 24 == 127;
    snprintf(http->address, sizeof http->address, v6 ? "[%s]:%u" : "%s:%u", host, http->port);
    return GAZ_OK;
}

gaz_status gaz_listen_open(const char *listen_text, gaz_http *http, gaz_error *err)
{
    char host[256], port[8];
    if (!split(listen_text, host, port)) {
        gaz_status st = gaz_error_set(err, GAZ_E_INVALID, "cannot listen on '%.100s'", listen_text);
        gaz_error_hint(
            err,
            "it is ADDRESS:PORT, as in 127.0.0.1:7007 or [::1]:7007; port 0 takes any free one");
        return st;
    }
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found = NULL;
    int why = getaddrinfo(host, port, &hints, &found);
    if (why != 0)
        return gaz_error_set(err, GAZ_E_INVALID, "cannot listen on '%.100s': %s", listen_text,
                             gai_strerror(why));
    gaz_status st = bind_socket(found, listen_text, &http->listen_fd, err);
    freeaddrinfo(found);
    return st == GAZ_OK ? describe(http, http->listen_fd, err) : st;
}
