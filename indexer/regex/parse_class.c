/* Bracketed classes: unions, nested classes, `[:alpha:]`, and the set operations && -- ~~, which
 * bind equally and from the left. Case folds before negation, and before each set operation, as
 * regex-syntax does. */
#include "parser.h"

#include <string.h>

static uint32_t top(const gaz_parser *p)
{
    return p->flags.unicode ? GAZ_SCALAR_MAX : 0xFF;
}

static void fold_set(const gaz_parser *p, gaz_charset *set)
{
    if (!p->flags.fold)
        return;
    if (p->flags.unicode)
        gaz_charset_fold(set);
    else
        gaz_charset_fold_ascii(set);
}

bool gaz_parser_add_perl(gaz_parser *p, char name, gaz_charset *out)
{
    static const gaz_span32 word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    static const gaz_span32 digit[] = {{'0', '9'}}, space[] = {{'\t', '\r'}, {' ', ' '}};
    char lower = (char)(name | 0x20);
    size_t n = lower == 'w' ? 4 : lower == 'd' ? 1 : 2;
    const gaz_span32 *spans = lower == 'w' ? word : lower == 'd' ? digit : space;
    if (p->flags.unicode)
        spans = gaz_property_perl(lower, &n);
    gaz_charset set = {0};
    gaz_charset_union(&set, spans, n);
    if (name != lower)
        gaz_charset_negate(&set, top(p));
    gaz_charset_union(out, set.items, set.len);
    out->failed = out->failed || set.failed;
    gaz_charset_free(&set);
    return true;
}

bool gaz_parser_add_property(gaz_parser *p, const gaz_primitive *prim, gaz_charset *out)
{
    const gaz_span32 *spans = NULL;
    size_t n = 0;
    if (!p->flags.unicode)
        return gaz_parser_fail(p, prim->lit.from, GAZ_E_INVALID,
                               "\\p{...} needs Unicode, which (?-u) turned off");
    gaz_property_result r =
        gaz_property_find(prim->name, prim->name_len, prim->value, prim->value_len, &spans, &n);
    if (r == GAZ_PROPERTY_NO_NAME)
        return gaz_parser_fail(p, prim->lit.from, GAZ_E_INVALID,
                               "there is no Unicode property \"%.*s\"", (int)prim->name_len,
                               prim->name);
    if (r == GAZ_PROPERTY_NO_VALUE)
        return gaz_parser_fail(p, prim->lit.from, GAZ_E_INVALID,
                               "the Unicode property \"%.*s\" has no value \"%.*s\"",
                               (int)prim->name_len, prim->name, (int)prim->value_len, prim->value);
    gaz_charset set = {0};
    gaz_charset_union(&set, spans, n);
    fold_set(p, &set);
    if (prim->negated)
        gaz_charset_negate(&set, GAZ_SCALAR_MAX);
    gaz_charset_union(out, set.items, set.len);
    out->failed = out->failed || set.failed;
    gaz_charset_free(&set);
    return true;
}

static const struct {
    const char *name;
    gaz_span32 spans[4];
    size_t count;
} ascii_classes[] = {
    {"alnum", {{'0', '9'}, {'A', 'Z'}, {'a', 'z'}}, 3},
    {"alpha", {{'A', 'Z'}, {'a', 'z'}}, 2},
    {"ascii", {{0, 0x7F}}, 1},
    {"blank", {{'\t', '\t'}, {' ', ' '}}, 2},
    {"cntrl", {{0, 0x1F}, {0x7F, 0x7F}}, 2},
    {"digit", {{'0', '9'}}, 1},
    {"graph", {{'!', '~'}}, 1},
    {"lower", {{'a', 'z'}}, 1},
    {"print", {{' ', '~'}}, 1},
    {"punct", {{'!', '/'}, {':', '@'}, {'[', '`'}, {'{', '~'}}, 4},
    {"space", {{'\t', '\r'}, {' ', ' '}}, 2},
    {"upper", {{'A', 'Z'}}, 1},
    {"word", {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}}, 4},
    {"xdigit", {{'0', '9'}, {'A', 'F'}, {'a', 'f'}}, 3},
};

/* At a '[' inside a class: `[:name:]` or `[:^name:]`; false, and the cursor unmoved, when it is
 * something else. */
static bool add_ascii_class(gaz_parser *p, gaz_charset *out)
{
    const char *s = p->at + 1, *end = p->end;
    if (s >= end || *s != ':')
        return false;
    s++;
    bool negated = s < end && *s == '^';
    s += negated;
    const char *close = s < end ? memchr(s, ':', (size_t)(end - s)) : NULL;
    if (!close || close + 1 >= end || close[1] != ']')
        return false;
    for (size_t i = 0; i < sizeof ascii_classes / sizeof ascii_classes[0]; i++) {
        if (strlen(ascii_classes[i].name) != (size_t)(close - s) ||
            memcmp(ascii_classes[i].name, s, (size_t)(close - s)) != 0)
            continue;
        gaz_charset set = {0};
        gaz_charset_union(&set, ascii_classes[i].spans, ascii_classes[i].count);
        fold_set(p, &set);
        if (negated)
            gaz_charset_negate(&set, top(p));
        gaz_charset_union(out, set.items, set.len);
        out->failed = out->failed || set.failed;
        gaz_charset_free(&set);
        p->at = close + 2;
        return true;
    }
    return false;
}

static bool unclosed(gaz_parser *p, const char *open)
{
    return gaz_parser_fail(p, open, GAZ_E_INVALID,
                           "this [ is never closed; add ], or write \\[ for the character");
}

/* The literal as a member: a byte when Unicode is off. */
static bool member(gaz_parser *p, const gaz_written *lit, uint32_t *out)
{
    if (!p->flags.unicode && lit->scalar > 0x7F && !(lit->byte && lit->scalar <= 0xFF))
        return gaz_parser_fail(p, lit->from, GAZ_E_INVALID,
                               "a character beyond ASCII needs Unicode, which (?-u) turned off");
    *out = lit->scalar;
    return true;
}

static bool read_item(gaz_parser *p, gaz_primitive *out)
{
    if (*p->at == '\\')
        return gaz_parser_escape(p, out);
    *out = (gaz_primitive){.kind = GAZ_PRIM_SCALAR,
                           .lit = {.from = p->at, .scalar = gaz_parser_peek(p)}};
    gaz_parser_bump(p);
    return true;
}

static bool add_item(gaz_parser *p, const gaz_primitive *item, gaz_charset *out)
{
    uint32_t c = 0;
    switch (item->kind) {
    case GAZ_PRIM_PERL:
        return gaz_parser_add_perl(p, item->perl, out);
    case GAZ_PRIM_PROPERTY:
        return gaz_parser_add_property(p, item, out);
    case GAZ_PRIM_ASSERT:
        return gaz_parser_fail(p, item->lit.from, GAZ_E_INVALID,
                               "an assertion cannot stand in a class");
    case GAZ_PRIM_SCALAR:
        break;
    }
    gaz_parser_note(p, item->lit.scalar);
    if (!member(p, &item->lit, &c))
        return false;
    gaz_charset_add(out, c, c);
    return true;
}

/* The scalar after the one at the cursor, white space skipped in (?x); 0 at the end. */
static uint32_t peek_after(const gaz_parser *p)
{
    gaz_parser copy = *p;
    return gaz_parser_step(&copy) ? gaz_parser_peek(&copy) : 0;
}

static bool add_range(gaz_parser *p, const char *open, gaz_charset *out)
{
    gaz_primitive from, to;
    if (!read_item(p, &from))
        return false;
    gaz_parser_bump_space(p);
    if (gaz_parser_done(p))
        return unclosed(p, open);
    uint32_t after = *p->at == '-' ? peek_after(p) : ']';
    if (after == ']' || after == '-')
        return add_item(p, &from, out);
    if (!gaz_parser_step(p))
        return unclosed(p, open);
    if (!read_item(p, &to))
        return false;
    if (from.kind != GAZ_PRIM_SCALAR || to.kind != GAZ_PRIM_SCALAR)
        return gaz_parser_fail(p, from.kind != GAZ_PRIM_SCALAR ? from.lit.from : to.lit.from,
                               GAZ_E_INVALID, "a range runs from a character to a character");
    gaz_parser_note(p, from.lit.scalar);
    gaz_parser_note(p, to.lit.scalar);
    uint32_t lo = 0, hi = 0;
    if (from.lit.scalar > to.lit.scalar)
        return gaz_parser_fail(p, from.lit.from, GAZ_E_INVALID,
                               "this range is backwards; swap its ends");
    if (!member(p, &from.lit, &lo) || !member(p, &to.lit, &hi))
        return false;
    gaz_charset_add(out, lo, hi);
    return true;
}

/* After '[': the '^', and the '-' and ']' that are literal because they come first. */
static bool open_class(gaz_parser *p, const char *open, bool *negated, gaz_charset *out)
{
    if (!gaz_parser_step(p))
        return unclosed(p, open);
    *negated = *p->at == '^';
    if (*negated && !gaz_parser_step(p))
        return unclosed(p, open);
    bool dash = false;
    while (*p->at == '-') {
        dash = true;
        gaz_parser_note(p, '-');
        gaz_charset_add(out, '-', '-');
        if (!gaz_parser_step(p))
            return unclosed(p, open);
    }
    if (!dash && *p->at == ']') {
        gaz_parser_note(p, ']');
        gaz_charset_add(out, ']', ']');
        if (!gaz_parser_step(p))
            return unclosed(p, open);
    }
    return true;
}

typedef struct class_state {
    gaz_charset lhs, now; /* what stands left of the pending operation, and what is being read */
    char op;              /* '&', '-', '~' or 0 */
} class_state;

/* Applies the pending operation; the result is in `now`. */
static void apply(const gaz_parser *p, class_state *s)
{
    gaz_charset_normalise(&s->now);
    if (!s->op)
        return;
    fold_set(p, &s->lhs);
    fold_set(p, &s->now);
    if (s->op == '&')
        gaz_charset_intersect(&s->lhs, &s->now);
    else if (s->op == '-')
        gaz_charset_subtract(&s->lhs, &s->now);
    else
        gaz_charset_differ(&s->lhs, &s->now);
    s->lhs.failed = s->lhs.failed || s->now.failed;
    gaz_charset_free(&s->now);
    s->now = s->lhs;
    s->lhs = (gaz_charset){0};
    s->op = 0;
}

static bool at_operation(const gaz_parser *p)
{
    return p->end - p->at >= 2 && p->at[0] == p->at[1] &&
           (*p->at == '&' || *p->at == '-' || *p->at == '~');
}

static bool read_class(gaz_parser *p, class_state *s, const char *open)
{
    for (;;) {
        gaz_parser_bump_space(p);
        if (gaz_parser_done(p))
            return unclosed(p, open);
        if (*p->at == ']')
            return true;
        if (*p->at == '[') {
            if (add_ascii_class(p, &s->now))
                continue;
            gaz_charset nested = {0};
            bool ok = gaz_parser_class(p, &nested);
            gaz_charset_union(&s->now, nested.items, nested.len);
            s->now.failed = s->now.failed || nested.failed;
            gaz_charset_free(&nested);
            if (!ok)
                return false;
        } else if (at_operation(p)) {
            char op = *p->at;
            p->at += 2;
            apply(p, s);
            s->lhs = s->now;
            s->now = (gaz_charset){0};
            s->op = op;
        } else if (!add_range(p, open, &s->now)) {
            return false;
        }
    }
}

bool gaz_parser_class(gaz_parser *p, gaz_charset *out)
{
    const char *open = p->at;
    class_state s = {.op = 0};
    bool negated = false, ok = false;
    if (++p->depth > GAZ_SYNTAX_NEST_MAX)
        gaz_parser_fail(p, open, GAZ_E_LIMIT, "classes are nested more than %d deep",
                        GAZ_SYNTAX_NEST_MAX);
    else
        ok = open_class(p, open, &negated, &s.now) && read_class(p, &s, open);
    p->depth--;
    apply(p, &s);
    if (ok) {
        p->at++;
        fold_set(p, &s.now);
        if (negated)
            gaz_charset_negate(&s.now, top(p));
    }
    gaz_charset_union(out, s.now.items, s.now.len);
    out->failed = out->failed || s.now.failed;
    gaz_charset_free(&s.now);
    gaz_charset_free(&s.lhs);
    return ok;
}
