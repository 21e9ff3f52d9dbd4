/* What may be cloned from. A source reaches git as one argument and, for ssh, parts of it reach a
 * command line, so it is taken apart by narrow rules here, and anything odd is refused with the
 * reason instead of being repaired. */
#include "clone_source.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "net_address.h"

typedef struct scheme_row {
    const char *name;
    gaz_scheme scheme;
    unsigned port;
    bool user; /* a user name, without a password, is part of the address */
} scheme_row;

static const scheme_row schemes[] = {
    {"https", GAZ_SCHEME_HTTPS, 443, false}, {"http", GAZ_SCHEME_HTTP, 80, false},
    {"ssh", GAZ_SCHEME_SSH, 22, true},       {"git+ssh", GAZ_SCHEME_SSH, 22, true},
    {"ssh+git", GAZ_SCHEME_SSH, 22, true},   {"file", GAZ_SCHEME_FILE, 0, false},
};

static const char allowed[] = "give an https, http or ssh URL, or host:path";

static size_t scheme_length(const char *source)
{
    size_t n = strspn(source, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
    return n && strncmp(source + n, "://", 3) == 0 ? n : 0;
}

/* As git sees it: a colon before any slash. "[::1]:path" begins with a bracket. */
static const char *scp_colon(const char *source)
{
    const char *start = source;
    if (*start == '[') {
        start = strchr(start, ']');
        if (!start)
            return NULL;
    }
    const char *colon = strchr(start, ':'), *slash = strchr(source, '/');
    return colon && colon > source && (!slash || colon < slash) ? colon : NULL;
}

bool gaz_source_is_url(const char *source)
{
    return scheme_length(source) > 0 || scp_colon(source) != NULL;
}

static gaz_status refuse(gaz_error *err, gaz_status st, const char *what, const char *hint)
{
    gaz_error_set(err, st, "the source cannot be used: %s", what);
    gaz_error_hint(err, "%s", hint);
    return st;
}

static bool plain(const char *text, size_t len, const char *extra)
{
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)text[i]) && !strchr(extra, text[i]))
            return false;
    return len > 0;
}

/* Everything before '@'. Only ssh has a user in its address; a password is nowhere welcome. */
static gaz_status check_user(const char *user, size_t len, bool may, gaz_error *err)
{
    if (!may || memchr(user, ':', len))
        return refuse(err, GAZ_E_INVALID, "it holds a user name or password",
                      "leave out what stands before '@'; keep credentials out of addresses");
    if (!plain(user, len, "._-") || user[0] == '-')
        return refuse(err, GAZ_E_INVALID, "its user name has characters that are not allowed",
                      allowed);
    return GAZ_OK;
}

static gaz_status take_host(const char *host, size_t len, gaz_source *out, gaz_error *err)
{
    bool six = len > 2 && host[0] == '[' && host[len - 1] == ']';
    if (six) {
        host++;
        len -= 2;
    }
    if (!len)
        return refuse(err, GAZ_E_INVALID, "it names no host", allowed);
    if (len > GAZ_HOST_MAX || host[0] == '-' || !plain(host, len, six ? ":." : "._-"))
        return refuse(err, GAZ_E_INVALID,
                      "its host name has characters that are not allowed, or too many", allowed);
    for (size_t i = 0; i < len; i++)
        out->host[i] = (char)tolower((unsigned char)host[i]);
    out->host[len] = '\0';
    return GAZ_OK;
}

static gaz_status take_port(const char *text, size_t len, gaz_source *out, gaz_error *err)
{
    unsigned port = 0;
    for (size_t i = 0; i < len; i++) {
        if (!isdigit((unsigned char)text[i]) || port > 65535)
            return refuse(err, GAZ_E_INVALID, "its port is not a number", allowed);
        port = port * 10 + (unsigned)(text[i] - '0');
    }
    if (len && (port == 0 || port > 65535))
        return refuse(err, GAZ_E_INVALID, "its port is not between 1 and 65535", allowed);
    if (len)
        out->port = port;
    return GAZ_OK;
}

static gaz_status parse_url(const char *source, size_t scheme_len, gaz_source *out, gaz_error *err)
{
    const scheme_row *row = NULL;
    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0] && !row; i++)
        if (strlen(schemes[i].name) == scheme_len &&
            strncmp(schemes[i].name, source, scheme_len) == 0)
            row = &schemes[i];
    if (!row)
        return refuse(err, GAZ_E_INVALID, "its scheme is not supported", allowed);
    const char *authority = source + scheme_len + 3, *end = authority + strcspn(authority, "/?#");
    out->scheme = row->scheme;
    out->port = row->port;
    if (row->scheme == GAZ_SCHEME_FILE) {
        if (authority != end || *end != '/')
            return refuse(err, GAZ_E_INVALID, "a file URL needs three slashes",
                          "write file:///path");
        return GAZ_OK;
    }
    if (memchr(end, '@', strcspn(end, "/")) || memchr(authority, '\\', (size_t)(end - authority)))
        return refuse(err, GAZ_E_INVALID, "it is not clear which part is the host", allowed);
    const char *at = memrchr(authority, '@', (size_t)(end - authority));
    gaz_status st = at ? check_user(authority, (size_t)(at - authority), row->user, err) : GAZ_OK;
    const char *host = at ? at + 1 : authority;
    const char *bracket = *host == '[' ? memchr(host, ']', (size_t)(end - host)) : NULL;
    const char *colon =
        memchr(bracket ? bracket : host, ':', (size_t)(end - (bracket ? bracket : host)));
    const char *host_end = colon ? colon : end;
    if (st == GAZ_OK)
        st = take_host(host, (size_t)(host_end - host), out, err);
    if (st == GAZ_OK && colon)
        st = take_port(colon + 1, (size_t)(end - colon - 1), out, err);
    if (st == GAZ_OK && (*end != '/' || !end[1]))
        st = refuse(err, GAZ_E_INVALID, "it names a host but no repository", allowed);
    if (st == GAZ_OK && row->scheme == GAZ_SCHEME_SSH && end[1] == '-')
        st = refuse(err, GAZ_E_INVALID, "its path begins with '-'", allowed);
    return st;
}

static gaz_status parse_scp(const char *source, const char *colon, gaz_source *out, gaz_error *err)
{
    if (colon[1] == ':')
        return refuse(err, GAZ_E_INVALID, "it asks for a transport helper", allowed);
    const char *at = memrchr(source, '@', (size_t)(colon - source));
    gaz_status st = at ? check_user(source, (size_t)(at - source), true, err) : GAZ_OK;
    const char *host = at ? at + 1 : source;
    out->scheme = GAZ_SCHEME_SSH;
    out->port = 22;
    if (st == GAZ_OK)
        st = take_host(host, (size_t)(colon - host), out, err);
    if (st == GAZ_OK && (!colon[1] || colon[1] == '-'))
        st = refuse(err, GAZ_E_INVALID,
                    colon[1] ? "its path begins with '-'" : "it names a host but no repository",
                    allowed);
    return st;
}

gaz_status gaz_source_parse(const char *source, gaz_source *out, gaz_error *err)
{
    gaz_source parsed = {.scheme = GAZ_SCHEME_PATH};
    size_t len = strlen(source), scheme_len = scheme_length(source);
    const char *colon = scp_colon(source);
    if (!len || source[0] == '-')
        return refuse(err, GAZ_E_INVALID, len ? "it begins with '-'" : "it is empty",
                      "give a path or a URL");
    if (len > GAZ_SOURCE_MAX)
        return refuse(err, GAZ_E_LIMIT, "it is longer than 2,048 bytes", "give a path or a URL");
    bool url = scheme_len || colon;
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)source[i] < (url ? 0x21 : 0x20) || source[i] == 0x7f)
            return refuse(err, GAZ_E_INVALID, "it has blanks or control characters",
                          "write a blank in a URL as %20");
    gaz_status st = scheme_len ? parse_url(source, scheme_len, &parsed, err)
                    : colon    ? parse_scp(source, colon, &parsed, err)
                               : GAZ_OK;
    if (st == GAZ_OK)
        *out = parsed;
    return st;
}

gaz_status gaz_source_admit(const char *source, const gaz_transport *transport, gaz_source *out,
                            gaz_strbuf *addresses, gaz_error *err)
{
    gaz_source parsed;
    gaz_status st = gaz_source_parse(source, &parsed, err);
    if (st != GAZ_OK)
        return st;
    bool local = parsed.scheme == GAZ_SCHEME_PATH || parsed.scheme == GAZ_SCHEME_FILE;
    if (local && !transport->allow_local)
        return refuse(err, GAZ_E_DENIED, "paths on this machine are not allowed here", allowed);
    if (!local && !transport->allow_private)
        st = gaz_address_check(parsed.host, addresses, err);
    if (st == GAZ_OK && out)
        *out = parsed;
    return st;
}

gaz_status gaz_source_check(const char *source, const gaz_transport *transport, gaz_error *err)
{
    return gaz_source_admit(source, transport, NULL, NULL, err);
}
