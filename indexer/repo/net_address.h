/* Which addresses of the network are private, and names turned into addresses. */
#ifndef GAZ_REPO_NET_ADDRESS_H
#define GAZ_REPO_NET_ADDRESS_H

#include <stdbool.h>
#include <sys/socket.h>
#include "gaz/base/strbuf.h"

/** Whether an address is reached by everybody: not loopback, link-local, private, multicast,
 * reserved, or one of these inside an IPv6 form. */
bool gaz_address_is_public(const struct sockaddr *address);
/**
 * Looks a host up and refuses it when any of its addresses is not public.
 *
 * @param host       a name, or an IPv4 or IPv6 address without brackets
 * @param addresses  nullable; gets the addresses as text, separated by ',', IPv6 in brackets
 * @return GAZ_E_DENIED for a private address, GAZ_E_REMOTE when there is no such host,
 * GAZ_E_INVALID for a number that is no plain address
 */
GAZ_CHECKED gaz_status gaz_address_check(const char *host, gaz_strbuf *addresses, gaz_error *err);

#endif
