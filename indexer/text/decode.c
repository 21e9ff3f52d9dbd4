/* Bytes → text. Byte-order marks first, then the NUL rule, then UTF-8, then a careful guess at
 * Latin-1. Conversions follow the WHATWG Encoding Standard, as ripgrep's do: UTF-16 with unpaired
 * surrogates replaced. */
#include "gaz/text/segment.h"

#include <string.h>

#include "gaz/base/utf8.h"

#define NUL_WINDOW 8000
#define LFS_POINTER_MAX 1024

const char *gaz_encoding_name(gaz_encoding encoding)
{
    static const char *const names[] = {"binary",   "ascii",    "utf-8",
                                        "utf-16le", "utf-16be", "latin1"};
    return (size_t)encoding < sizeof names / sizeof names[0] ? names[encoding] : "binary";
}

static bool is_lfs_pointer(const char *blob, size_t len)
{
    static const char head[] = "version https://git-lfs.github.com/spec/v1\n";
    return len < LFS_POINTER_MAX && len > sizeof head && memcmp(blob, head, sizeof head - 1) == 0 &&
           memmem(blob, len, "\noid sha256:", 12) != NULL;
}

static unsigned unit_at(const unsigned char *p, bool big)
{
    return big ? (unsigned)(p[0] << 8 | p[1]) : (unsigned)(p[1] << 8 | p[0]);
}

static void from_utf16(const char *blob, size_t len, bool big, gaz_strbuf *out)
{
    const unsigned char *p = (const unsigned char *)blob, *end = p + len;
    char utf8[4];
    while (end - p >= 2) {
        uint32_t c = unit_at(p, big);
        p += 2;
        if (c >= 0xD800 && c < 0xDC00 && end - p >= 2) {
            unsigned low = unit_at(p, big);
            if (low >= 0xDC00 && low < 0xE000) {
                c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
                p += 2;
            }
        }
        if (c >= 0xD800 && c < 0xE000)
            c = 0xFFFD;
        gaz_strbuf_add(out, utf8, gaz_utf8_put(utf8, c));
    }
    if (p < end)
        gaz_strbuf_puts(out, GAZ_UTF8_REPLACEMENT);
}

static bool ascii_letter(unsigned char c)
{
    return (unsigned char)((c | 32) - 'a') < 26;
}

static bool looks_latin1(const char *blob, size_t len)
{
    const unsigned char *b = (const unsigned char *)blob;
    size_t high = 0, wordy = 0;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = b[i];
        if (c < 0x80)
            continue;
        if (c < 0xA0 || c == 0xFF)
            return false;
        const char *at = blob + i;
        if (gaz_utf8_next(&at, blob + len) != GAZ_UTF8_BAD)
            return false;
        high++;
        bool letter = c >= 0xC0 && c != 0xD7 && c != 0xF7;
        wordy += letter &&
                 ((i > 0 && ascii_letter(b[i - 1])) || (i + 1 < len && ascii_letter(b[i + 1])));
    }
    return high > 0 && wordy * 2 >= high;
}

static void from_latin1(const char *blob, size_t len, gaz_strbuf *out)
{
    char *to = gaz_strbuf_reserve(out, len * 2);
    if (!to)
        return;
    char *o = to;
    for (size_t i = 0; i < len; i++)
        o += gaz_utf8_put(o, (unsigned char)blob[i]);
    gaz_strbuf_commit(out, (size_t)(o - to));
}

static gaz_status take_buffer(gaz_text *t, const gaz_strbuf *buffer, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(buffer, err);
    t->text = buffer->data;
    t->len = buffer->len;
    t->flags |= GAZ_DOC_VALID;
    return st;
}

gaz_status gaz_text_decode(const char *blob, size_t len, gaz_strbuf *buffer, gaz_text *out,
                           gaz_error *err)
{
    gaz_text t = {.encoding = GAZ_ENC_UTF8, .text = blob, .len = len};
    gaz_status st = GAZ_OK;
    const unsigned char *b = (const unsigned char *)blob;
    gaz_strbuf_reset(buffer);
    if (len >= 3 && memcmp(b, "\xEF\xBB\xBF", 3) == 0) {
        t.flags |= GAZ_DOC_BOM;
        t.text += 3;
        t.len -= 3;
    } else if (len >= 2 && ((b[0] == 0xFF && b[1] == 0xFE) || (b[0] == 0xFE && b[1] == 0xFF))) {
        bool big = b[0] == 0xFE;
        t.flags |= GAZ_DOC_BOM;
        t.encoding = big ? GAZ_ENC_UTF16BE : GAZ_ENC_UTF16LE;
        from_utf16(blob + 2, len - 2, big, buffer);
        st = take_buffer(&t, buffer, err);
    } else if (memchr(blob, 0, len < NUL_WINDOW ? len : NUL_WINDOW)) {
        *out = (gaz_text){.skip = GAZ_SKIP_BINARY, .encoding = GAZ_ENC_BINARY, .text = ""};
        return GAZ_OK;
    } else if (is_lfs_pointer(blob, len)) {
        *out = (gaz_text){.skip = GAZ_SKIP_LFS, .encoding = GAZ_ENC_ASCII, .text = ""};
        return GAZ_OK;
    }
    if (st != GAZ_OK)
        return st;
    if (gaz_ascii_valid(t.text, t.len)) {
        t.flags |= GAZ_DOC_ASCII | GAZ_DOC_VALID;
        if (t.encoding == GAZ_ENC_UTF8 && !(t.flags & GAZ_DOC_BOM))
            t.encoding = GAZ_ENC_ASCII;
    } else if (!(t.flags & GAZ_DOC_VALID)) {
        if (gaz_utf8_valid(t.text, t.len)) {
            t.flags |= GAZ_DOC_VALID;
        } else if (!(t.flags & GAZ_DOC_BOM) && looks_latin1(t.text, t.len)) {
            t.encoding = GAZ_ENC_LATIN1;
            from_latin1(blob, len, buffer);
            st = take_buffer(&t, buffer, err);
        }
    }
    if (t.len && memchr(t.text, '\r', t.len))
        t.flags |= GAZ_DOC_CR;
    if (st == GAZ_OK)
        *out = t;
    return st;
}
