/* Content negotiation (RFC 9110 §12.5): which media type and which encoding to answer in. */
#ifndef GAZ_HTTP_NEGOTIATE_H
#define GAZ_HTTP_NEGOTIATE_H

#include <stdbool.h>
#include "gaz/ops/op.h"

typedef enum gaz_coding { GAZ_CODING_IDENTITY, GAZ_CODING_GZIP, GAZ_CODING_ZSTD } gaz_coding;

/**
 * The best of an operation's media for an Accept header.
 * @param accept   NULL: anything
 * @param offered  bits 1 << gaz_media
 * @return false when none is acceptable
 */
bool gaz_negotiate_media(const char *accept, unsigned offered, gaz_media *out);
/** The best encoding for an Accept-Encoding header; NULL: none. */
gaz_coding gaz_negotiate_coding(const char *accept_encoding);
/** Whether a browser asks: text/html is named and wanted at least as much as JSON. */
bool gaz_negotiate_html(const char *accept);
/** "application/json", … Static. */
const char *gaz_media_type(gaz_media media);
const char *gaz_coding_name(gaz_coding e);
/** Whether a Content-Type header says JSON (parameters are ignored; charset must be utf-8 when
 * given). */
bool gaz_is_json_type(const char *content_type);

#endif
