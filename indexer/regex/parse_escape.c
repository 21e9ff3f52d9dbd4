/* The cursor over a pattern's source, and its escapes: `\x`, `\u`, `\p{…}`, `\d` and the rest, as
 * regex-syntax 0.6.27 reads them. */
#include "parser.h"

#include <stdio.h>
#include <string.h>

#include "gaz/base/utf8.h"

bool gaz_parser_fail(gaz_parser *p, const char *at, gaz_status status, const char *format, ...)
{
    char what[300];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    bool first = p->err && p->err->status == GAZ_OK;
    size_t column = (size_t)(at - p->text) + 1;
    (void)gaz_error_set(p->err, status, "regular expression, column %zu: %s", column, what);
    if (first)
        p->err->column = column;
    return false;
}

bool gaz_parser_done(const gaz_parser *p)
{
    return p->at >= p->end;
}

uint32_t gaz_parser_peek(const gaz_parser *p)
{
    const char *at = p->at;
    return at < p->end ? gaz_utf8_next(&at, p->end) : 0;
}

void gaz_parser_bump(gaz_parser *p)
{
    if (p->at < p->end)
        gaz_utf8_next(&p->at, p->end);
}

bool gaz_parser_space(uint32_t scalar)
{
    size_t n;
    const gaz_span32 *spaces = gaz_property_perl('s', &n);
    return gaz_spans_hold(spaces, n, scalar);
}

void gaz_parser_bump_space(gaz_parser *p)
{
    while (p->flags.spaces && p->at < p->end) {
        if (gaz_parser_space(gaz_parser_peek(p))) {
            gaz_parser_bump(p);
        } else if (*p->at == '#') {
            const char *line = memchr(p->at, '\n', (size_t)(p->end - p->at));
            p->at = line ? line + 1 : p->end;
        } else {
            return;
        }
    }
}

bool gaz_parser_step(gaz_parser *p)
{
    gaz_parser_bump(p);
    gaz_parser_bump_space(p);
    return p->at < p->end;
}

void gaz_parser_note(gaz_parser *p, uint32_t scalar)
{
    p->facts->any_literal = true;
    p->facts->any_uppercase = p->facts->any_uppercase || gaz_scalar_upper(scalar);
    p->facts->newline_literal = p->facts->newline_literal || scalar == '\n';
}

static int hex_value(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? (int)(c - 'a') + 10 : -1;
}

static bool cut_short(gaz_parser *p)
{
    return gaz_parser_fail(p, p->end, GAZ_E_INVALID,
                           "the escape is cut short; finish it, or write \\\\ for a backslash");
}

/* Reads one hex digit into *value; saturates far above any scalar. */
static bool add_digit(gaz_parser *p, uint32_t *value)
{
    int digit = hex_value(gaz_parser_peek(p));
    if (digit < 0)
        return gaz_parser_fail(p, p->at, GAZ_E_INVALID, "a hexadecimal digit is wanted here");
    *value = *value > GAZ_SCALAR_MAX ? *value : *value << 4 | (uint32_t)digit;
    return true;
}

/* At x, u or U, after the backslash. */
static bool read_hex(gaz_parser *p, gaz_written *out)
{
    uint32_t kind = gaz_parser_peek(p), value = 0;
    if (!gaz_parser_step(p))
        return cut_short(p);
    const char *start = p->at;
    size_t digits = 0;
    if (gaz_parser_peek(p) == '{') {
        while (gaz_parser_step(p) && gaz_parser_peek(p) != '}')
            if (digits++, !add_digit(p, &value))
                return false;
        if (gaz_parser_done(p))
            return cut_short(p);
        gaz_parser_step(p);
        if (digits == 0)
            return gaz_parser_fail(p, start, GAZ_E_INVALID,
                                   "a hexadecimal number is wanted between { and }");
    } else {
        size_t want = kind == 'x' ? 2 : kind == 'u' ? 4 : 8;
        for (; digits < want; digits++) {
            if (digits > 0 && !gaz_parser_step(p))
                return cut_short(p);
            if (!add_digit(p, &value))
                return false;
        }
        gaz_parser_step(p);
        out->byte = kind == 'x';
    }
    if (value > GAZ_SCALAR_MAX || (value >= 0xD800 && value <= 0xDFFF))
        return gaz_parser_fail(p, start, GAZ_E_INVALID, "U+%04X is no Unicode scalar value", value);
    out->scalar = value;
    return true;
}

/* At p or P, after the backslash. In (?x), white space inside the braces is dropped like anywhere
 * else. */
static bool read_property(gaz_parser *p, gaz_primitive *out)
{
    out->kind = GAZ_PRIM_PROPERTY;
    out->negated = gaz_parser_peek(p) == 'P';
    if (!gaz_parser_step(p))
        return cut_short(p);
    if (gaz_parser_peek(p) != '{') {
        if (gaz_parser_peek(p) == '\\')
            return gaz_parser_fail(p, p->at, GAZ_E_INVALID,
                                   "a property's letter or {name} is wanted after \\p");
        out->name = p->at;
        gaz_parser_bump(p);
        out->name_len = (size_t)(p->at - out->name);
        gaz_parser_bump_space(p);
        return true;
    }
    const char *close = memchr(p->at, '}', (size_t)(p->end - p->at));
    if (!close)
        return cut_short(p);
    out->name = p->at + 1;
    out->name_len = (size_t)(close - out->name);
    p->at = close + 1;
    const char *op = memmem(out->name, out->name_len, "!=", 2);
    size_t op_len = 2;
    if (!op) {
        op_len = 1;
        op = memchr(out->name, ':', out->name_len);
        op = op ? op : memchr(out->name, '=', out->name_len);
    }
    if (op) {
        /* regex-syntax 0.6.27 reads != as =; so do we, to mean what ripgrep 13 means. */
        out->value = op + op_len;
        out->value_len = (size_t)(close - out->value);
        out->name_len = (size_t)(op - out->name);
    }
    return true;
}

static bool simple_escape(gaz_parser *p, uint32_t c, gaz_primitive *out)
{
    static const char from[] = "aftnrv", to[] = "\a\f\t\n\r\v", asserts[] = "AzbB";
    static const gaz_node_kind kinds[] = {GAZ_NODE_TEXT_START, GAZ_NODE_TEXT_END, GAZ_NODE_WORD,
                                          GAZ_NODE_NOT_WORD};
    const char *hit = c < 0x80 && c ? strchr(from, (int)c) : NULL;
    if (hit) {
        out->lit.scalar = (uint32_t)to[hit - from];
        return true;
    }
    hit = c < 0x80 && c ? strchr(asserts, (int)c) : NULL;
    if (hit) {
        out->kind = GAZ_PRIM_ASSERT;
        out->assertion = kinds[hit - asserts];
        return true;
    }
    out->lit.scalar = c;
    if (c < 0x80 && c && strchr("\\.+*?()|[]{}^$#&-~", (int)c))
        return true;
    if (c == ' ' && p->flags.spaces)
        return true;
    return gaz_parser_fail(
        p, out->lit.from, GAZ_E_INVALID,
        "this escape is not known; a character that is not special needs no backslash");
}

bool gaz_parser_escape(gaz_parser *p, gaz_primitive *out)
{
    *out = (gaz_primitive){.kind = GAZ_PRIM_SCALAR, .lit = {.from = p->at}};
    gaz_parser_bump(p);
    if (gaz_parser_done(p))
        return cut_short(p);
    uint32_t c = gaz_parser_peek(p);
    if (c >= '0' && c <= '9')
        return gaz_parser_fail(p, out->lit.from, GAZ_E_INVALID,
                               "there is no group for this back-reference");
    if (c == 'x' || c == 'u' || c == 'U')
        return read_hex(p, &out->lit);
    if (c == 'p' || c == 'P')
        return read_property(p, out);
    gaz_parser_bump(p);
    if (c < 0x80 && c && strchr("dswDSW", (int)c)) {
        out->kind = GAZ_PRIM_PERL;
        out->perl = (char)c;
        return true;
    }
    return simple_escape(p, c, out);
}
