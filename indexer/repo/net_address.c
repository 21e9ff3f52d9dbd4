/* The gate against requests to machines inside (server-side request forgery). The list is that of
 * the special-purpose address registries of IANA (RFC 6890 and its updates); IPv6 forms that carry
 * an IPv4 address are judged by it. Numbers in octal, hexadecimal or with parts left out are
 * refused: programs differ in what they make of them. */
#include "net_address.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

typedef struct block4 {
    uint32_t network;
    unsigned bits;
} block4;

static const block4 private4[] = {
    {0x00000000, 8},  /* this network */
    {0x0a000000, 8},  /* private */
    {0x64400000, 10}, /* carrier-grade translation */
    {0x7f000000, 8},  /* loopback */
    {0xa9fe0000, 16}, /* link-local, and the metadata services of clouds */
    {0xac100000, 12}, /* private */
    {0xc0000000, 24}, /* protocol assignments */
    {0xc0000200, 24}, /* documentation */
    {0xc0586300, 24}, /* old 6to4 relays */
    {0xc0a80000, 16}, /* private */
    {0xc6120000, 15}, /* benchmarks */
    {0xc6336400, 24}, /* documentation */
    {0xcb007100, 24}, /* documentation */
    {0xe0000000, 4},  /* multicast */
    {0xf0000000, 4},  /* reserved, broadcast */
};

static bool public4(uint32_t address)
{
    for (size_t i = 0; i < sizeof private4 / sizeof private4[0]; i++)
        if ((address ^ private4[i].network) >> (32 - private4[i].bits) == 0)
            return false;
    return true;
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static bool public6(const uint8_t a[16])
{
    static const uint8_t zero[10], nat64[12] = {0x00, 0x64, 0xff, 0x9b};
    if (memcmp(a, zero, 10) == 0 &&
        ((a[10] == 0xff && a[11] == 0xff) || (a[10] == 0 && a[11] == 0)))
        return public4(
            be32(a + 12)); /* mapped and compatible; "::" and "::1" fall into 0.0.0.0/8 */
    if (memcmp(a, nat64, sizeof nat64) == 0)
        return public4(be32(a + 12));
    if (a[0] >> 5 != 1) /* outside 2000::/3: unique local, link-local, multicast, discard, … */
        return false;
    if (be32(a) == 0x20010db8 || be32(a) >> 12 == 0x3fff0) /* documentation */
        return false;
    if (a[0] == 0x20 && a[1] == 0x01 &&
        a[2] < 2) /* Teredo, ORCHID and other protocol assignments */
        return false;
    if (a[0] == 0x20 && a[1] == 0x02) /* 6to4 */
        return public4(be32(a + 2));
    return true;
}

bool gaz_address_is_public(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET) {
        struct sockaddr_in in;
        memcpy(&in, address, sizeof in);
        return public4(ntohl(in.sin_addr.s_addr));
    }
    if (address->sa_family == AF_INET6) {
        struct sockaddr_in6 in;
        memcpy(&in, address, sizeof in);
        return public6(in.sin6_addr.s6_addr);
    }
    return false;
}

/* A host whose last part is a number is an address, and must be written as one. */
static bool odd_number(const char *host)
{
    struct in_addr in;
    size_t len = strchr(host, ':') ? 0 : strlen(host); /* IPv6 has one form for all */
    while (len && host[len - 1] == '.')
        len--;
    size_t start = len;
    while (start && host[start - 1] != '.')
        start--;
    bool digits = len > start,
         hex = len > start + 1 && host[start] == '0' && (host[start + 1] | 0x20) == 'x';
    for (size_t i = start; i < len; i++)
        digits = digits && isdigit((unsigned char)host[i]);
    return (digits || hex) && inet_pton(AF_INET, host, &in) != 1;
}

static void add_address(gaz_strbuf *out, const struct sockaddr *address)
{
    char text[INET6_ADDRSTRLEN + 1] = "";
    bool six = address->sa_family == AF_INET6;
    struct sockaddr_in in4;
    struct sockaddr_in6 in6;
    if (six) {
        memcpy(&in6, address, sizeof in6);
        inet_ntop(AF_INET6, &in6.sin6_addr, text, sizeof text);
    } else {
        memcpy(&in4, address, sizeof in4);
        inet_ntop(AF_INET, &in4.sin_addr, text, sizeof text);
    }
    gaz_strbuf_printf(out, "%s%s%s%s", out->len ? "," : "", six ? "[" : "", text, six ? "]" : "");
}

gaz_status gaz_address_check(const char *host, gaz_strbuf *addresses, gaz_error *err)
{
    if (odd_number(host)) {
        gaz_error_set(err, GAZ_E_INVALID, "'%s' is not an address in the usual form", host);
        gaz_error_hint(err, "write four decimal numbers, as in 203.0.113.7, or the host's name");
        return GAZ_E_INVALID;
    }
    const struct addrinfo want = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int code = getaddrinfo(host, NULL, &want, &found);
    if (code != 0 || !found) {
        gaz_error_set(err, GAZ_E_REMOTE, "cannot find the host '%s': %s", host,
                      code ? gai_strerror(code) : "it has no address");
        gaz_error_hint(err, "check the spelling, and that this machine can look up names");
        return GAZ_E_REMOTE;
    }
    gaz_status st = GAZ_OK;
    for (struct addrinfo *a = found; a && st == GAZ_OK; a = a->ai_next) {
        if (!gaz_address_is_public(a->ai_addr)) {
            st = gaz_error_set(err, GAZ_E_DENIED,
                               "'%s' has a private address, which may not be cloned from", host);
            gaz_error_hint(err, "allow private addresses in the settings when this host is meant");
        } else if (addresses) {
            add_address(addresses, a->ai_addr);
        }
    }
    freeaddrinfo(found);
    return st == GAZ_OK && addresses ? gaz_strbuf_check(addresses, err) : st;
}
