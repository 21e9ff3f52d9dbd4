/* UTF-8: validation, stepping, replacement, and Unicode simple case folding (UCD 15,
 * CaseFolding.txt status C and S). */
#ifndef GAZ_BASE_UTF8_H
#define GAZ_BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/strbuf.h"

#define GAZ_UTF8_BAD UINT32_MAX /**< gaz_utf8_next() met a byte that starts no valid sequence */
#define GAZ_UTF8_REPLACEMENT "\xEF\xBF\xBD"

/**
 * Reads the code point at `at` (at < end).
 * @param at  moved past it; past one byte when it is bad
 * @return the scalar value, or GAZ_UTF8_BAD
 */
uint32_t gaz_utf8_next(const char **at, const char *end);
/** Writes a scalar value. @return bytes written, 1–4 */
size_t gaz_utf8_put(char out[4], uint32_t scalar);
/** Whether all of `text` is valid UTF-8 (no surrogates, no overlong forms). */
bool gaz_utf8_valid(const char *text, size_t len);
/** Whether all bytes are below 0x80. */
bool gaz_ascii_valid(const char *text, size_t len);
/** Appends `text` with every maximal invalid part replaced by U+FFFD (as the WHATWG decoder does).
 */
void gaz_utf8_replace(gaz_strbuf *out, const char *text, size_t len);
/** Simple case folding: one scalar to one scalar. U+212A → 'k', U+017F → 's', 'A' → 'a'. */
uint32_t gaz_fold(uint32_t scalar);
/** Appends `text` with every scalar folded; bad bytes pass unchanged. */
void gaz_fold_text(gaz_strbuf *out, const char *text, size_t len);
/**
 * All scalars that fold to the same scalar as `scalar`, itself included.
 * @param out  room for 4
 * @return how many, 1–4
 */
size_t gaz_fold_class(uint32_t scalar, uint32_t out[4]);

#endif
