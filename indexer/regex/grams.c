/* Which literals must a matching text hold, and where do words begin and end in them? After Russ
 * Cox, "Regular Expression Matching with a Trigram Index" (2012): each part of the pattern has
 * either the exact set of strings it matches, or sets of possible prefixes and suffixes and a
 * requirement on what lies between. Concatenation crosses sets, alternation unites them, and a set
 * that grew too large is turned into a requirement. Unlike there, literals stay whole (the index
 * knows its own gram sizes) and are case-folded scalar by scalar, as the index folds texts; \b, ^
 * and $ leave an edge in them, which the index has for short words.
 *
 * NULL stands for "no requirement" throughout; running out of memory or nodes only ever weakens the
 * answer. */
#include "grams.h"

#include <string.h>

#include "gaz/base/utf8.h"

#define CLASS_MAX 10    /* folded members up to which a class is spelt out: a digit */
#define CLASS_LOOK 64   /* scalars up to which a class is looked at */
#define CROSS_MAX 16    /* strings in a product */
#define UNION_MAX 160   /* strings in a union: a long list of words */
#define STRING_MAX 256  /* bytes of a string in a set */
#define REPEAT_COPIES 8 /* copies of x{n} that are spelt out */
#define SCRATCH_MAX ((size_t)8 << 20)

typedef struct str {
    const char *text;
    size_t len;
} str;

typedef struct strset {
    str *items;
    size_t len;
    bool bad; /* out of memory */
} strset;

typedef struct info {
    bool exact;
    strset set;            /* exact: all it matches */
    strset prefix, suffix; /* not exact; holding "" when nothing is known */
    const gaz_gram *required;
} info;

typedef struct builder {
    gaz_arena scratch;
    size_t nodes;
} builder;

static strset one(builder *b, const char *text, size_t len)
{
    str *s = gaz_arena_array(&b->scratch, 1, sizeof *s);
    char *copy = s ? gaz_arena_strndup(&b->scratch, text, len) : NULL;
    if (!copy)
        return (strset){.bad = true};
    *s = (str){copy, len};
    return (strset){.items = s, .len = 1};
}

/* Nothing but edges says nothing: they are everywhere. */
static bool is_blank(str s)
{
    size_t i = 0;
    while (i < s.len && s.text[i] == GAZ_GRAM_EDGE)
        i++;
    return i == s.len;
}

static bool holds_empty(const strset *s)
{
    if (s->bad || s->len == 0)
        return true;
    for (size_t i = 0; i < s->len; i++)
        if (is_blank(s->items[i]))
            return true;
    return false;
}

static bool holds(const strset *s, str x)
{
    for (size_t i = 0; i < s->len; i++)
        if (s->items[i].len == x.len && memcmp(s->items[i].text, x.text, x.len) == 0)
            return true;
    return false;
}

static strset unite(builder *b, const strset *x, const strset *y)
{
    strset out = {.bad = x->bad || y->bad};
    out.items = gaz_arena_array(&b->scratch, x->len + y->len + 1, sizeof *out.items);
    if (!out.items || out.bad)
        return (strset){.bad = true};
    for (size_t i = 0; i < x->len; i++)
        out.items[out.len++] = x->items[i];
    for (size_t i = 0; i < y->len; i++)
        if (!holds(&out, y->items[i]))
            out.items[out.len++] = y->items[i];
    return out;
}

static size_t longest(const strset *s)
{
    size_t n = 0;
    for (size_t i = 0; i < s->len; i++)
        n = s->items[i].len > n ? s->items[i].len : n;
    return n;
}

static bool can_cross(const strset *x, const strset *y)
{
    bool single = x->len == 1 || y->len == 1;
    return !x->bad && !y->bad && x->len * y->len <= (single ? UNION_MAX : CROSS_MAX) &&
           longest(x) + longest(y) <= STRING_MAX;
}

static strset cross(builder *b, const strset *x, const strset *y)
{
    strset out = {.items = gaz_arena_array(&b->scratch, x->len * y->len + 1, sizeof *out.items)};
    for (size_t i = 0; out.items && i < x->len; i++)
        for (size_t j = 0; j < y->len; j++) {
            char *t = gaz_arena_alloc(&b->scratch, x->items[i].len + y->items[j].len + 1);
            if (!t)
                return (strset){.bad = true};
            memcpy(t, x->items[i].text, x->items[i].len);
            memcpy(t + x->items[i].len, y->items[j].text, y->items[j].len);
            str s = {t, x->items[i].len + y->items[j].len};
            if (!holds(&out, s))
                out.items[out.len++] = s;
        }
    out.bad = !out.items;
    return out;
}

static gaz_gram *new_gram(builder *b, gaz_gram_kind kind, size_t kids)
{
    if (b->nodes >= GAZ_GRAMS_NODES_MAX - 8)
        return NULL;
    gaz_gram *g = gaz_arena_alloc(&b->scratch, sizeof *g);
    if (g && kids)
        g->kids = gaz_arena_array(&b->scratch, kids, sizeof *g->kids);
    if (!g || (kids && !g->kids))
        return NULL;
    b->nodes++;
    g->kind = kind;
    return g;
}

/* The first `len` bytes of a string, edges left out. */
static str prefix_of(builder *b, str s, size_t len)
{
    str out = {.text = NULL};
    char *text = gaz_arena_alloc(&b->scratch, len);
    for (size_t i = 0; text && i < s.len && out.len < len; i++)
        if (s.text[i] != GAZ_GRAM_EDGE)
            text[out.len++] = s.text[i];
    out.text = text;
    return out;
}

/* Cuts strings to `len` bytes and drops doubles: a weaker, smaller set. */
static strset shorten(builder *b, const strset *s, size_t len)
{
    strset out = {.items = gaz_arena_array(&b->scratch, s->len, sizeof *out.items)};
    out.bad = !out.items;
    for (size_t i = 0; !out.bad && i < s->len; i++) {
        str x = prefix_of(b, s->items[i], len);
        out.bad = !x.text;
        if (!out.bad && !holds(&out, x))
            out.items[out.len++] = x;
    }
    return out;
}

static bool found_in(str needle, str text)
{
    return memmem(text.text, text.len, needle.text, needle.len) != NULL;
}

/* "The text holds one of these." A string that holds another member says nothing more. */
static const gaz_gram *one_of(builder *b, const strset *set)
{
    if (holds_empty(set))
        return NULL;
    strset cut = *set;
    for (size_t len = 3; cut.len + b->nodes > UNION_MAX && len > 0 && !cut.bad; len--)
        cut = shorten(b, set, len);
    if (cut.bad || cut.len > UNION_MAX)
        return NULL;
    gaz_gram *any = new_gram(b, GAZ_GRAM_OR, cut.len);
    for (size_t i = 0; any && i < cut.len; i++) {
        bool implied = false;
        for (size_t j = 0; j < cut.len && !implied; j++)
            implied = j != i && found_in(cut.items[j], cut.items[i]);
        if (implied)
            continue;
        gaz_gram *g = new_gram(b, GAZ_GRAM_LITERAL, 0);
        if (!g)
            return NULL;
        g->text = cut.items[i].text;
        g->len = cut.items[i].len;
        any->kids[any->count++] = g;
    }
    return any && any->count == 1 ? any->kids[0] : any;
}

/* Whether g follows from `by`, so that an AND need not hold it. */
static bool follows(const gaz_gram *g, const gaz_gram *by)
{
    if (by->kind == GAZ_GRAM_OR) {
        for (size_t i = 0; i < by->count; i++)
            if (!follows(g, by->kids[i]))
                return false;
        return true;
    }
    if (g->kind == GAZ_GRAM_OR) {
        for (size_t i = 0; i < g->count; i++)
            if (follows(g->kids[i], by))
                return true;
        return false;
    }
    return g->kind == GAZ_GRAM_LITERAL && by->kind == GAZ_GRAM_LITERAL &&
           found_in((str){g->text, g->len}, (str){by->text, by->len});
}

static void add_kid(gaz_gram *and, const gaz_gram *g)
{
    for (size_t i = 0; i < and->count; i++)
        if (follows(g, and->kids[i]))
            return;
    size_t n = 0;
    for (size_t i = 0; i < and->count; i++)
        if (!follows(and->kids[i], g))
            and->kids[n++] = and->kids[i];
    and->kids[n++] = g;
    and->count = n;
}

static const gaz_gram *both(builder *b, const gaz_gram *x, const gaz_gram *y)
{
    if (!x || !y)
        return x ? x : y;
    size_t kids =
        (x->kind == GAZ_GRAM_AND ? x->count : 1) + (y->kind == GAZ_GRAM_AND ? y->count : 1);
    gaz_gram *and = new_gram(b, GAZ_GRAM_AND, kids);
    if (!and)
        return x;
    for (int side = 0; side < 2; side++) {
        const gaz_gram *g = side ? y : x;
        for (size_t i = 0; i < (g->kind == GAZ_GRAM_AND ? g->count : 1); i++)
            add_kid(and, g->kind == GAZ_GRAM_AND ? g->kids[i] : g);
    }
    return and->count == 1 ? and->kids[0] : and;
}

static const gaz_gram *either(builder *b, const gaz_gram *x, const gaz_gram *y)
{
    if (!x || !y)
        return NULL;
    size_t kids = (x->kind == GAZ_GRAM_OR ? x->count : 1) + (y->kind == GAZ_GRAM_OR ? y->count : 1);
    gaz_gram * or = new_gram(b, GAZ_GRAM_OR, kids);
    if (! or)
        return NULL;
    for (int side = 0; side < 2; side++) {
        const gaz_gram *g = side ? y : x;
        for (size_t i = 0; i < (g->kind == GAZ_GRAM_OR ? g->count : 1); i++)
            or->kids[or->count++] = g->kind == GAZ_GRAM_OR ? g->kids[i] : g;
    }
    return or ;
}

static info exactly(strset set)
{
    return (info){.exact = !set.bad, .set = set};
}

static info unknown(builder *b)
{
    strset nothing = one(b, "", 0);
    return (info){.prefix = nothing, .suffix = nothing};
}

/* Everything that is known, as a requirement. */
static const gaz_gram *total(builder *b, const info *x)
{
    if (x->exact)
        return one_of(b, &x->set);
    const gaz_gram *g = both(b, x->required, one_of(b, &x->prefix));
    return both(b, g, one_of(b, &x->suffix));
}

static info concat(builder *b, const info *x, const info *y)
{
    info out = {.required = both(b, x->required, y->required)};
    const strset *left = x->exact ? &x->set : &x->suffix, *right = y->exact ? &y->set : &y->prefix;
    bool crosses = can_cross(left, right);
    if (x->exact && y->exact && crosses)
        return exactly(cross(b, left, right));
    out.prefix = x->exact ? (crosses ? cross(b, left, right) : x->set) : x->prefix;
    out.suffix = y->exact ? (crosses ? cross(b, left, right) : y->set) : y->suffix;
    /* What neither the new prefix nor the new suffix carries on is required now. */
    if (crosses && !x->exact && !y->exact) {
        strset seam = cross(b, left, right);
        out.required = both(b, out.required, one_of(b, &seam));
    } else if (!crosses) {
        if (!x->exact)
            out.required = both(b, out.required, one_of(b, left));
        if (!y->exact)
            out.required = both(b, out.required, one_of(b, right));
    }
    return out;
}

static strset edge(builder *b, const info *x, const info *y, bool front)
{
    const strset *p = x->exact ? &x->set : front ? &x->prefix : &x->suffix;
    const strset *q = y->exact ? &y->set : front ? &y->prefix : &y->suffix;
    if (p->len + q->len > UNION_MAX)
        return one(b, "", 0);
    return unite(b, p, q);
}

static info alternate(builder *b, const info *x, const info *y)
{
    if (x->exact && y->exact) {
        strset all = unite(b, &x->set, &y->set);
        if (!all.bad && all.len <= 4 * UNION_MAX)
            return exactly(all);
    }
    info out = {.required = either(b, total(b, x), total(b, y))};
    out.prefix = edge(b, x, y, true);
    out.suffix = edge(b, x, y, false);
    return out;
}

static info of_node(builder *b, const gaz_node *n);

static info of_repeat(builder *b, const gaz_node *n)
{
    info x = of_node(b, n->kids[0]);
    if (n->min == 0) {
        info nothing = exactly(one(b, "", 0));
        return n->max == 1 && x.exact ? alternate(b, &nothing, &x)
               : n->max == 0          ? nothing
                                      : unknown(b);
    }
    info out = x;
    uint32_t copies = n->min < REPEAT_COPIES ? n->min : REPEAT_COPIES;
    for (uint32_t i = 1; i < copies && out.exact; i++)
        out = concat(b, &out, &x);
    if (copies == n->min && n->max == n->min && (out.exact || copies == 1))
        return out;
    /* More may follow: the first and the last copy are what is sure. */
    info open = {.required = out.required};
    open.prefix = out.exact ? out.set : out.prefix;
    open.suffix = x.exact ? x.set : x.suffix;
    return open;
}

static info of_set(builder *b, const gaz_node *n)
{
    if (gaz_spans_count(n->spans, n->span_count) > CLASS_LOOK ||
        gaz_spans_hold(n->spans, n->span_count, '\n'))
        return unknown(b);
    strset set = {.items = gaz_arena_array(&b->scratch, CLASS_MAX, sizeof *set.items)};
    if (!set.items)
        return unknown(b);
    for (size_t i = 0; i < n->span_count; i++)
        for (uint32_t c = n->spans[i].lo; c <= n->spans[i].hi; c++) {
            char utf8[4];
            strset member = one(b, utf8, gaz_utf8_put(utf8, gaz_fold(c)));
            if (member.bad)
                return unknown(b);
            if (holds(&set, member.items[0]))
                continue;
            if (set.len == CLASS_MAX)
                return unknown(b);
            set.items[set.len++] = member.items[0];
        }
    return exactly(set);
}

static info of_list(builder *b, const gaz_node *n)
{
    info out = of_node(b, n->kids[0]);
    for (size_t i = 1; i < n->count; i++) {
        info next = of_node(b, n->kids[i]);
        out = n->kind == GAZ_NODE_CONCAT ? concat(b, &out, &next) : alternate(b, &out, &next);
    }
    return out;
}

static info of_node(builder *b, const gaz_node *n)
{
    char utf8[4];
    switch (n->kind) {
    case GAZ_NODE_SCALAR:
        return n->scalar == '\n' ? unknown(b)
                                 : exactly(one(b, utf8, gaz_utf8_put(utf8, gaz_fold(n->scalar))));
    case GAZ_NODE_SET:
        return of_set(b, n);
    case GAZ_NODE_BYTES: /* folding may rewrite the sequence a byte is part of */
        return unknown(b);
    case GAZ_NODE_CONCAT:
    case GAZ_NODE_ALTERNATE:
        return of_list(b, n);
    case GAZ_NODE_REPEAT:
        return of_repeat(b, n);
    case GAZ_NODE_LINE_START:
    case GAZ_NODE_LINE_END:
    case GAZ_NODE_TEXT_START:
    case GAZ_NODE_TEXT_END:
    case GAZ_NODE_WORD:
    case GAZ_NODE_WORD_ASCII:
        return exactly(one(b, (const char[]){GAZ_GRAM_EDGE}, 1));
    default:
        return exactly(one(b, "", 0));
    }
}

static gaz_gram *copy_gram(const gaz_gram *g, gaz_arena *arena)
{
    gaz_gram *out = gaz_arena_alloc(arena, sizeof *out);
    if (!out)
        return NULL;
    out->kind = g->kind;
    out->len = g->len;
    if (g->kind == GAZ_GRAM_LITERAL) {
        out->text = gaz_arena_strndup(arena, g->text, g->len);
        return out->text ? out : NULL;
    }
    out->kids = gaz_arena_array(arena, g->count ? g->count : 1, sizeof *out->kids);
    for (; out->kids && out->count < g->count; out->count++)
        if (!(out->kids[out->count] = copy_gram(g->kids[out->count], arena)))
            return NULL;
    return out->kids ? out : NULL;
}

static size_t count_nodes(const gaz_gram *g)
{
    size_t n = 1;
    for (size_t i = 0; i < g->count; i++)
        n += count_nodes(g->kids[i]);
    return n;
}

gaz_status gaz_grams_build(const gaz_node *root, gaz_arena *arena, const gaz_gram **out,
                           gaz_error *err)
{
    static const gaz_gram any = {.kind = GAZ_GRAM_ANY};
    builder b = {.nodes = 0};
    gaz_arena_init(&b.scratch, SCRATCH_MAX);
    info x = of_node(&b, root);
    const gaz_gram *g = total(&b, &x);
    /* Parts may be shared between branches, and count once for each. */
    if (!g || count_nodes(g) > GAZ_GRAMS_NODES_MAX)
        g = &any;
    const gaz_gram *copy = copy_gram(g, arena);
    gaz_arena_release(&b.scratch);
    if (!copy)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory planning a pattern's literals");
    *out = copy;
    return GAZ_OK;
}
