/* UTF-8 stepping by the table of well-formed sequences (Unicode 15, table 3-7), and simple case
 * folding from the UCD's CaseFolding.txt, compiled into a sorted table by gen_casefold at build
 * time. */
#include "gaz/base/utf8.h"

#include <string.h>

#include "casefold_table.h"

/* Length of the longest well-formed prefix at `p`, and whether it is a whole sequence. */
static size_t sequence(const unsigned char *p, size_t avail, bool *whole)
{
    *whole = true;
    if (p[0] < 0x80)
        return 1;
    *whole = false;
    if (p[0] < 0xC2 || p[0] > 0xF4)
        return 1;
    size_t need = p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : 4;
    unsigned char lo = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
    unsigned char hi = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
    for (size_t i = 1; i < need; i++, lo = 0x80, hi = 0xBF)
        if (i >= avail || p[i] < lo || p[i] > hi)
            return i;
    *whole = true;
    return need;
}

uint32_t gaz_utf8_next(const char **at, const char *end)
{
    const unsigned char *p = (const unsigned char *)*at;
    bool whole;
    size_t n = sequence(p, (size_t)(end - *at), &whole);
    if (!whole) {
        *at += 1;
        return GAZ_UTF8_BAD;
    }
    *at += n;
    switch (n) {
    case 1:
        return p[0];
    case 2:
        return (p[0] & 0x1Fu) << 6 | (p[1] & 0x3Fu);
    case 3:
        return (p[0] & 0x0Fu) << 12 | (p[1] & 0x3Fu) << 6 | (p[2] & 0x3Fu);
    default:
        return (p[0] & 0x07u) << 18 | (p[1] & 0x3Fu) << 12 | (p[2] & 0x3Fu) << 6 | (p[3] & 0x3Fu);
    }
}

size_t gaz_utf8_put(char out[4], uint32_t c)
{
    unsigned char *o = (unsigned char *)out;
    if (c < 0x80) {
        o[0] = (unsigned char)c;
        return 1;
    }
    if (c < 0x800) {
        o[0] = (unsigned char)(0xC0 | c >> 6);
        o[1] = (unsigned char)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        o[0] = (unsigned char)(0xE0 | c >> 12);
        o[1] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
        o[2] = (unsigned char)(0x80 | (c & 0x3F));
        return 3;
    }
    o[0] = (unsigned char)(0xF0 | c >> 18);
    o[1] = (unsigned char)(0x80 | (c >> 12 & 0x3F));
    o[2] = (unsigned char)(0x80 | (c >> 6 & 0x3F));
    o[3] = (unsigned char)(0x80 | (c & 0x3F));
    return 4;
}

/* Steps over ASCII eight bytes at a time. */
static const char *skip_ascii(const char *p, const char *end)
{
    while (end - p >= 8) {
        uint64_t word;
        memcpy(&word, p, 8);
        if (word & UINT64_C(0x8080808080808080))
            break;
        p += 8;
    }
    while (p < end && !((unsigned char)*p & 0x80))
        p++;
    return p;
}

bool gaz_ascii_valid(const char *text, size_t len)
{
    return skip_ascii(text, text + len) == text + len;
}

bool gaz_utf8_valid(const char *text, size_t len)
{
    const char *p = text, *end = text + len;
    while ((p = skip_ascii(p, end)) < end) {
        bool whole;
        p += sequence((const unsigned char *)p, (size_t)(end - p), &whole);
        if (!whole)
            return false;
    }
    return true;
}

void gaz_utf8_replace(gaz_strbuf *out, const char *text, size_t len)
{
    const char *p = text, *end = text + len, *start = text;
    while ((p = skip_ascii(p, end)) < end) {
        bool whole;
        size_t n = sequence((const unsigned char *)p, (size_t)(end - p), &whole);
        if (!whole) {
            gaz_strbuf_add(out, start, (size_t)(p - start));
            gaz_strbuf_add(out, GAZ_UTF8_REPLACEMENT, 3);
            start = p + n;
        }
        p += n;
    }
    gaz_strbuf_add(out, start, (size_t)(end - start));
}

uint32_t gaz_fold(uint32_t c)
{
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    size_t lo = 0, hi = GAZ_CASEFOLD_COUNT;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (casefold_table[mid].from < c)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < GAZ_CASEFOLD_COUNT && casefold_table[lo].from == c ? casefold_table[lo].to : c;
}

void gaz_fold_text(gaz_strbuf *out, const char *text, size_t len)
{
    char *to = gaz_strbuf_reserve(out, len * 3 / 2 + 4);
    if (!to)
        return;
    const char *p = text, *end = text + len;
    char *o = to;
    while (p < end) {
        unsigned char b = (unsigned char)*p;
        if (b < 0x80) {
            *o++ = (char)(b >= 'A' && b <= 'Z' ? b + 32 : b);
            p++;
            continue;
        }
        const char *from = p;
        uint32_t c = gaz_utf8_next(&p, end);
        if (c == GAZ_UTF8_BAD)
            *o++ = *from;
        else
            o += gaz_utf8_put(o, gaz_fold(c));
    }
    gaz_strbuf_commit(out, (size_t)(o - to));
}

size_t gaz_fold_class(uint32_t scalar, uint32_t out[4])
{
    uint32_t folded = gaz_fold(scalar);
    size_t n = 0;
    out[n++] = folded;
    size_t lo = 0, hi = GAZ_CASEFOLD_COUNT;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (casefold_table[casefold_by_target[mid]].to < folded)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < GAZ_CASEFOLD_COUNT && casefold_table[casefold_by_target[lo]].to == folded && n < 4;
         lo++)
        out[n++] = casefold_table[casefold_by_target[lo]].from;
    return n;
}
