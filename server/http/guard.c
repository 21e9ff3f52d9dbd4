/* Who may ask, without accounts: only pages of this server and programs of this machine. A name
 * that an attacker's DNS points here (DNS rebinding) shows in Host; a page of another site shows in
 * Origin or Sec-Fetch-Site. */
#include "exchange.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

typedef struct authority {
    char host[256]; /* lower case, without brackets */
    unsigned port;  /* 80 when not given */
    bool has_port;
    bool literal;       /* an IP address */
    struct in6_addr v6; /* literal: IPv4 as ::ffff:a.b.c.d */
} authority;

static void map_v4(struct in6_addr *out, const struct in_addr *v4)
{
    *out = (struct in6_addr){0};
    out->s6_addr[10] = out->s6_addr[11] = 0xff;
    memcpy(&out->s6_addr[12], v4, 4);
}

static bool read_port(const char *text, unsigned *out)
{
    unsigned n = 0;
    if (!*text || strlen(text) > 5)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return false;
        n = n * 10 + (unsigned)(*text - '0');
    }
    *out = n;
    return n > 0 && n < 65536;
}

/* "name", "name:port", "[v6]:port". */
static bool read_authority(const char *text, authority *out)
{
    *out = (authority){.port = 80};
    bool bracket = *text == '[';
    const char *end = bracket ? strchr(text, ']') : text + strcspn(text, ":");
    text += bracket;
    if (!end || end == text || (size_t)(end - text) >= sizeof out->host)
        return false;
    for (size_t i = 0; text + i < end; i++) {
        char c = text[i];
        bool ok = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '-' ||
                  c == '.' || c == '_' || (bracket && c == ':');
        if (!ok)
            return false;
        out->host[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    end += bracket;
    if (*end == ':') {
        if (!read_port(end + 1, &out->port))
            return false;
        out->has_port = true;
    } else if (*end) {
        return false;
    }
    struct in_addr v4;
    if (bracket) {
        out->literal = inet_pton(AF_INET6, out->host, &out->v6) == 1;
        return out->literal;
    }
    if (inet_pton(AF_INET, out->host, &v4) == 1) {
        out->literal = true;
        map_v4(&out->v6, &v4);
    }
    return true;
}

static bool is_loopback(const struct in6_addr *a)
{
    return IN6_IS_ADDR_LOOPBACK(a) || (IN6_IS_ADDR_V4MAPPED(a) && a->s6_addr[12] == 127);
}

/* The address the client connected to. */
static bool local_address(int fd, struct in6_addr *out)
{
    struct sockaddr_storage ss = {0};
    socklen_t len = sizeof ss;
    if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
        return false;
    if (ss.ss_family == AF_INET6)
        *out = ((struct sockaddr_in6 *)&ss)->sin6_addr;
    else if (ss.ss_family == AF_INET)
        map_v4(out, &((struct sockaddr_in *)&ss)->sin_addr);
    return ss.ss_family == AF_INET6 || ss.ss_family == AF_INET;
}

static bool is_allowed(const gaz_http_options *o, const authority *a)
{
    for (size_t i = 0; i < o->allowed_host_count; i++) {
        authority allowed;
        if (read_authority(o->allowed_hosts[i], &allowed) && strcmp(allowed.host, a->host) == 0 &&
            (!allowed.has_port || allowed.port == a->port))
            return true;
    }
    return false;
}

static bool host_ok(const gaz_exchange *ex, const authority *a)
{
    struct in6_addr local;
    if (is_allowed(&ex->http->options, a))
        return true;
    if (a->port != ex->http->port)
        return false;
    if (!a->literal)
        return strcmp(a->host, "localhost") == 0;
    return is_loopback(&a->v6) ||
           (local_address(ex->conn->fd, &local) && memcmp(&local, &a->v6, sizeof local) == 0);
}

/* Same scheme is not asked for: a proxy in front may speak https. */
static bool origin_ok(const char *origin, const authority *host)
{
    authority a;
    bool secure = strncasecmp(origin, "https://", 8) == 0;
    if (!secure && strncasecmp(origin, "http://", 7) != 0)
        return false;
    if (!read_authority(origin + (secure ? 8 : 7), &a) || strcmp(a.host, host->host) != 0)
        return false;
    return a.has_port == host->has_port ? a.port == host->port : a.port == 80 && host->port == 80;
}

/* A page elsewhere may link here, but not send, embed or read. */
static bool fetch_ok(const gaz_exchange *ex)
{
    const char *site = ex->headers.fetch_site, *mode = ex->headers.fetch_mode;
    if (!site || strcasecmp(site, "same-origin") == 0 || strcasecmp(site, "none") == 0)
        return true;
    bool reads = ex->head || strcmp(ex->method, "GET") == 0;
    return reads && mode && strcasecmp(mode, "navigate") == 0;
}

bool gaz_guard_check(gaz_exchange *ex)
{
    authority host;
    const char *text = ex->headers.host;
    if (!text || !read_authority(text, &host)) {
        gaz_answer_refusal(ex, 400, NULL, "",
                           text ? "the Host header is malformed"
                                : "the request has no Host header");
        return false;
    }
    if (!host_ok(ex, &host)) {
        gaz_answer_refusal(ex, 421, "wrong_host",
                           "list it under server.allowed_hosts in gaz.yaml to allow it",
                           "this server does not answer for the host '%.100s'", text);
        return false;
    }
    if (ex->headers.origin && !origin_ok(ex->headers.origin, &host)) {
        gaz_answer_refusal(ex, 403, "cross_origin", "only this server's own pages may ask",
                           "the origin '%.100s' is another one", ex->headers.origin);
        return false;
    }
    if (!fetch_ok(ex)) {
        gaz_answer_refusal(ex, 403, "cross_origin", "only this server's own pages may ask",
                           "the request comes from another site");
        return false;
    }
    return true;
}
