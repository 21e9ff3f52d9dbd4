/* The text of request targets: percent-encoding both ways, and query strings (RFC 3986; '+' is a
 * space in queries). */
#ifndef GAZ_WEB_URI_H
#define GAZ_WEB_URI_H

#include "gaz/base/arena.h"
#include "gaz/base/strbuf.h"
#include "gaz/ops/op.h"

#define GAZ_URI_PARAMS_MAX 64 /**< parameters of one query string */

/**
 * Decodes one component.
 * @param plus  '+' means a space (queries, not paths)
 * @param out   gets a NUL-terminated copy in the arena; may hold NULs when the text has %00
 * @return GAZ_E_INVALID for a '%' without two hexadecimal digits
 */
GAZ_CHECKED gaz_status gaz_uri_decode(const char *text, size_t len, bool plus, gaz_arena *arena,
                                      const char **out, size_t *out_len, gaz_error *err);
/**
 * Splits "a=1&b=%20" into decoded names and values, in order. "" has none; "a" is a parameter with
 * an empty value; empty parts are skipped.
 * @return GAZ_E_INVALID (bad encoding, a name that is empty or holds a NUL, over
 * GAZ_URI_PARAMS_MAX)
 */
GAZ_CHECKED gaz_status gaz_uri_query(const char *text, size_t len, gaz_arena *arena,
                                     gaz_raw_param **out, size_t *count, gaz_error *err);
/** Appends text with all but unreserved characters encoded. @param slash whether '/' passes as it
 * is (paths) */
void gaz_uri_encode(gaz_strbuf *out, const char *text, size_t len, bool slash);

#endif
