/* The byte-level form of a pattern, read: what it can match, and its spelling in the syntax that
 * Hyperscan and PCRE2 share. Bytes are spelt as \xHH, sets as classes, groups without capturing:
 * nothing in it depends on modes. */
#include "bytes.h"

typedef gaz_byte_node bnode;

bool gaz_bytes_nullable(const gaz_byte_node *n)
{
    switch (n->kind) {
    case GAZ_BYTE_EMPTY:
        return true;
    case GAZ_BYTE_CONCAT:
        for (size_t i = 0; i < n->count; i++)
            if (!gaz_bytes_nullable(n->kids[i]))
                return false;
        return true;
    case GAZ_BYTE_ALTERNATE:
        for (size_t i = 0; i < n->count; i++)
            if (gaz_bytes_nullable(n->kids[i]))
                return true;
        return false;
    case GAZ_BYTE_REPEAT:
        return n->min == 0 || gaz_bytes_nullable(n->kids[0]);
    default:
        return false;
    }
}

bool gaz_bytes_may_be_empty(const gaz_byte_node *n)
{
    switch (n->kind) {
    case GAZ_BYTE_EMPTY:
    case GAZ_BYTE_ASSERT:
        return true;
    case GAZ_BYTE_CONCAT:
        for (size_t i = 0; i < n->count; i++)
            if (!gaz_bytes_may_be_empty(n->kids[i]))
                return false;
        return true;
    case GAZ_BYTE_ALTERNATE:
        for (size_t i = 0; i < n->count; i++)
            if (gaz_bytes_may_be_empty(n->kids[i]))
                return true;
        return false;
    case GAZ_BYTE_REPEAT:
        return n->min == 0 || gaz_bytes_may_be_empty(n->kids[0]);
    default:
        return false;
    }
}

/* Hyperscan takes at most 16,000 characters, so letters and digits stand for themselves. */
static void print_byte(unsigned c, gaz_strbuf *out)
{
    bool plain =
        (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_';
    if (plain)
        gaz_strbuf_putc(out, (char)c);
    else
        gaz_strbuf_printf(out, "\\x%02x", c);
}

static void print_set(const bnode *n, gaz_strbuf *out)
{
    unsigned members = 0, last = 0;
    for (unsigned c = 0; c < 256; c++)
        if (gaz_bytes_holds(n, c)) {
            members++;
            last = c;
        }
    if (members == 1) {
        print_byte(last, out);
        return;
    }
    gaz_strbuf_putc(out, '[');
    for (unsigned c = 0; c < 256; c++) {
        if (!gaz_bytes_holds(n, c))
            continue;
        unsigned lo = c;
        while (c < 255 && gaz_bytes_holds(n, c + 1))
            c++;
        print_byte(lo, out);
        if (c > lo) {
            gaz_strbuf_puts(out, c > lo + 1 ? "-" : "");
            print_byte(c, out);
        }
    }
    gaz_strbuf_putc(out, ']');
}

static void print_group(const bnode *n, gaz_strbuf *out)
{
    gaz_strbuf_puts(out, "(?:");
    gaz_bytes_print(n, out);
    gaz_strbuf_putc(out, ')');
}

static void print_repeat(const bnode *n, gaz_strbuf *out)
{
    if (n->kids[0]->kind == GAZ_BYTE_SET)
        print_set(n->kids[0], out);
    else
        print_group(n->kids[0], out);
    if (n->max == GAZ_REPEAT_INFINITE && n->min <= 1)
        gaz_strbuf_putc(out, n->min ? '+' : '*');
    else if (n->min == 0 && n->max == 1)
        gaz_strbuf_putc(out, '?');
    else if (n->max == GAZ_REPEAT_INFINITE)
        gaz_strbuf_printf(out, "{%u,}", n->min);
    else
        gaz_strbuf_printf(out, "{%u,%u}", n->min, n->max);
}

void gaz_bytes_print(const gaz_byte_node *n, gaz_strbuf *out)
{
    switch (n->kind) {
    case GAZ_BYTE_EMPTY:
        return;
    case GAZ_BYTE_FAIL:
        gaz_strbuf_puts(out, "(?!)");
        return;
    case GAZ_BYTE_SET:
        print_set(n, out);
        return;
    case GAZ_BYTE_ASSERT:
        gaz_strbuf_puts(out, n->assertion);
        return;
    case GAZ_BYTE_REPEAT:
        print_repeat(n, out);
        return;
    case GAZ_BYTE_CONCAT:
        for (size_t i = 0; i < n->count; i++)
            if (n->kids[i]->kind == GAZ_BYTE_ALTERNATE)
                print_group(n->kids[i], out);
            else
                gaz_bytes_print(n->kids[i], out);
        return;
    case GAZ_BYTE_ALTERNATE:
        for (size_t i = 0; i < n->count; i++) {
            if (i)
                gaz_strbuf_putc(out, '|');
            gaz_bytes_print(n->kids[i], out);
        }
        return;
    }
}
