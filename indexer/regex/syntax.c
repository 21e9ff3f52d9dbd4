/* Nodes of the regex syntax tree, the tree of a literal, and the look-ahead that chooses the
 * dialect. */
#include "syntax.h"

#include <string.h>

#include "gaz/base/utf8.h"

gaz_node *gaz_node_new(gaz_arena *arena, gaz_node_kind kind)
{
    gaz_node *n = gaz_arena_alloc(arena, sizeof *n);
    if (n) {
        n->kind = kind;
        n->depth = 1;
    }
    return n;
}

gaz_node *gaz_node_scalar(gaz_arena *arena, uint32_t scalar)
{
    gaz_node *n = gaz_node_new(arena, GAZ_NODE_SCALAR);
    if (n)
        n->scalar = scalar;
    return n;
}

static gaz_node *set_node(gaz_arena *arena, gaz_node_kind kind, const gaz_charset *set)
{
    gaz_node *n = set->failed ? NULL : gaz_node_new(arena, kind);
    gaz_span32 *copy = n ? gaz_arena_array(arena, set->len ? set->len : 1, sizeof *copy) : NULL;
    if (!copy)
        return NULL;
    if (set->len)
        memcpy(copy, set->items, set->len * sizeof *copy);
    n->spans = copy;
    n->span_count = set->len;
    return n;
}

gaz_node *gaz_node_set(gaz_arena *arena, const gaz_charset *set)
{
    if (!set->failed && set->len == 1 && set->items[0].lo == set->items[0].hi)
        return gaz_node_scalar(arena, set->items[0].lo);
    return set_node(arena, GAZ_NODE_SET, set);
}

gaz_node *gaz_node_bytes(gaz_arena *arena, const gaz_charset *set)
{
    return set_node(arena, GAZ_NODE_BYTES, set);
}

gaz_node *gaz_node_list(gaz_arena *arena, gaz_node_kind kind, gaz_node **kids, size_t count)
{
    if (count == 0)
        return gaz_node_new(arena, GAZ_NODE_EMPTY);
    if (count == 1)
        return kids[0];
    gaz_node *n = gaz_node_new(arena, kind);
    if (!n)
        return NULL;
    n->kids = kids;
    n->count = count;
    for (size_t i = 0; i < count; i++)
        n->depth = n->depth > kids[i]->depth + 1 ? n->depth : (uint16_t)(kids[i]->depth + 1);
    return n;
}

gaz_node *gaz_node_repeat(gaz_arena *arena, gaz_node *kid, uint32_t min, uint32_t max, bool lazy)
{
    gaz_node *n = gaz_node_new(arena, GAZ_NODE_REPEAT);
    gaz_node **kids = n ? gaz_arena_array(arena, 1, sizeof *kids) : NULL;
    if (!kids)
        return NULL;
    kids[0] = kid;
    n->kids = kids;
    n->count = 1;
    n->min = min;
    n->max = max;
    n->lazy = lazy;
    n->depth = (uint16_t)(kid->depth + 1);
    return n;
}

bool gaz_node_nullable(const gaz_node *n)
{
    switch (n->kind) {
    case GAZ_NODE_EMPTY:
        return true;
    case GAZ_NODE_CONCAT:
        for (size_t i = 0; i < n->count; i++)
            if (!gaz_node_nullable(n->kids[i]))
                return false;
        return true;
    case GAZ_NODE_ALTERNATE:
        for (size_t i = 0; i < n->count; i++)
            if (gaz_node_nullable(n->kids[i]))
                return true;
        return false;
    case GAZ_NODE_REPEAT:
        return n->min == 0 || gaz_node_nullable(n->kids[0]);
    default:
        return false;
    }
}

bool gaz_scalar_upper(uint32_t scalar)
{
    if (scalar < 0x80)
        return scalar >= 'A' && scalar <= 'Z';
    const gaz_span32 *upper;
    size_t n;
    return gaz_property_find("Uppercase", 9, NULL, 0, &upper, &n) == GAZ_PROPERTY_FOUND &&
           gaz_spans_hold(upper, n, scalar);
}

static gaz_node *folded_scalar(gaz_arena *arena, uint32_t c, bool fold)
{
    uint32_t same[4];
    size_t n = fold ? gaz_fold_class(c, same) : 1;
    if (n == 1)
        return gaz_node_scalar(arena, c);
    gaz_charset set = {0};
    for (size_t i = 0; i < n; i++)
        gaz_charset_add(&set, same[i], same[i]);
    gaz_charset_normalise(&set);
    gaz_node *node = gaz_node_set(arena, &set);
    gaz_charset_free(&set);
    return node;
}

gaz_status gaz_syntax_literal(const char *text, size_t len, bool fold, gaz_arena *arena,
                              gaz_node **out, gaz_syntax_facts *facts, gaz_error *err)
{
    gaz_node **kids = gaz_arena_array(arena, len ? len : 1, sizeof *kids);
    size_t n = 0;
    const char *p = text, *end = text + len;
    *facts = (gaz_syntax_facts){.any_literal = len > 0};
    while (kids && p < end) {
        const char *at = p;
        uint32_t c = gaz_utf8_next(&p, end);
        if (c == GAZ_UTF8_BAD) {
            gaz_span32 byte = {(unsigned char)*at, (unsigned char)*at};
            kids[n] = gaz_node_bytes(arena, &(gaz_charset){.items = &byte, .len = 1, .cap = 1});
        } else {
            facts->any_uppercase = facts->any_uppercase || gaz_scalar_upper(c);
            facts->newline_literal = facts->newline_literal || c == '\n';
            kids[n] = folded_scalar(arena, c, fold);
        }
        if (!kids[n++])
            kids = NULL;
    }
    *out = kids ? gaz_node_list(arena, GAZ_NODE_CONCAT, kids, n) : NULL;
    return *out ? GAZ_OK
                : gaz_error_set(err, GAZ_E_NOMEM, "out of memory parsing a literal of %zu bytes",
                                len);
}

/* Steps over a bracketed class so that what looks like a group in it is not taken for one. */
static size_t skip_class(const char *s, size_t len, size_t i)
{
    i++;
    if (i < len && s[i] == '^')
        i++;
    if (i < len && s[i] == ']')
        i++;
    for (; i < len && s[i] != ']'; i++) {
        if (s[i] == '\\') {
            i++;
        } else if (s[i] == '[' && i + 1 < len && s[i + 1] == ':') {
            const char *close = memmem(s + i, len - i, ":]", 2);
            i = close ? (size_t)(close - s) + 1 : i;
        }
    }
    return i;
}

static bool escape_refers(const char *s, size_t len, size_t i)
{
    if (s[i] >= '1' && s[i] <= '9')
        return true;
    return (s[i] == 'k' || s[i] == 'g') && i + 1 < len && strchr("<{'-123456789", s[i + 1]) &&
           s[i + 1];
}

static bool group_looks(const char *s, size_t len)
{
    static const char *const openings[] = {"(?=", "(?!", "(?<=", "(?<!", "(?P="};
    for (size_t i = 0; i < sizeof openings / sizeof openings[0]; i++)
        if (len >= strlen(openings[i]) && memcmp(s, openings[i], strlen(openings[i])) == 0)
            return true;
    return false;
}

bool gaz_syntax_wants_perl(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\\') {
            if (++i < len && escape_refers(s, len, i))
                return true;
        } else if (s[i] == '[') {
            i = skip_class(s, len, i);
        } else if (s[i] == '(' && group_looks(s + i, len - i)) {
            return true;
        }
    }
    return false;
}
