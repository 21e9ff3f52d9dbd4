/* A Perl pattern, weakened: what must hold of a text before PCRE2 is asked.
 *
 * Look-around and anchors are dropped, back-references become "anything", classes grow until they
 * surely hold what PCRE2 gives them, and what can match "\n" at the end of a line becomes optional.
 * Whatever this parser does not know (recursion, conditions, verbs, \Q, …) makes it give up, which
 * asks nothing of the text. */
#include "parser.h"

#include <string.h>

#include "gaz/base/utf8.h"

typedef GAZ_VEC(gaz_node *) node_vec;

typedef struct weak_parser {
    const char *at, *end;
    gaz_arena *arena;
    bool fold, spaces, multiline;
    bool lost; /* met something unknown */
    bool no_memory;
    unsigned depth;
    size_t nodes;
} weak_parser;

static gaz_node *alternatives(weak_parser *p);

static gaz_node *give_up(weak_parser *p)
{
    p->lost = true;
    return NULL;
}

static gaz_node *kept(weak_parser *p, gaz_node *n)
{
    if (!n)
        p->no_memory = true;
    else if (n->depth > GAZ_SYNTAX_NEST_MAX || ++p->nodes > GAZ_SYNTAX_NODES_MAX)
        return give_up(p);
    return n;
}

static bool at_end(const weak_parser *p)
{
    return p->at >= p->end;
}

/* The set as a node; in line mode "\n" can only be the subject's last byte, so a set that holds it
 * may match nothing of the line. */
static gaz_node *set_node(weak_parser *p, gaz_charset *set)
{
    static gaz_span32 newline[] = {{'\n', '\n'}};
    gaz_charset_normalise(set);
    bool had = !p->multiline && gaz_spans_hold(set->items, set->len, '\n');
    if (had)
        gaz_charset_subtract(set, &(gaz_charset){.items = newline, .len = 1, .cap = 1});
    gaz_node *n =
        had && set->len == 0 ? gaz_node_new(p->arena, GAZ_NODE_EMPTY) : gaz_node_set(p->arena, set);
    if (n && had && set->len)
        n = gaz_node_repeat(p->arena, n, 0, 1, false);
    gaz_charset_free(set);
    return kept(p, n);
}

static gaz_node *any_node(weak_parser *p, bool dot)
{
    gaz_charset set = {0};
    if (dot && !p->multiline)
        gaz_charset_add(&set, '\n', '\n');
    gaz_charset_negate(&set, GAZ_SCALAR_MAX);
    return set_node(p, &set);
}

static gaz_node *anything(weak_parser *p)
{
    gaz_node *any = any_node(p, true);
    return any ? kept(p, gaz_node_repeat(p->arena, any, 0, GAZ_REPEAT_INFINITE, false)) : NULL;
}

static gaz_node *empty(weak_parser *p)
{
    return kept(p, gaz_node_new(p->arena, GAZ_NODE_EMPTY));
}

static gaz_node *literal(weak_parser *p, uint32_t c)
{
    uint32_t same[4] = {c};
    size_t n = p->fold ? gaz_fold_class(c, same) : 1;
    gaz_charset set = {0};
    for (size_t i = 0; i < n; i++)
        gaz_charset_add(&set, same[i], same[i]);
    return set_node(p, &set);
}

/* Adds what \d \w \s \h \v or their negations may match; false when it is none of them. */
static bool add_perl_set(char name, gaz_charset *set)
{
    static const gaz_span32 word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
    static const gaz_span32 digit[] = {{'0', '9'}}, space[] = {{'\t', '\r'}, {' ', ' '}};
    static const gaz_span32 blank[] = {{'\t', '\t'}, {' ', ' '}}, vertical[] = {{'\n', '\r'}};
    static const struct {
        char name;
        const gaz_span32 *spans;
        size_t count;
    } sets[] = {
        {'w', word, 4}, {'d', digit, 1}, {'s', space, 2}, {'h', blank, 2}, {'v', vertical, 1}};
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        if ((name | 0x20) != sets[i].name)
            continue;
        gaz_charset ascii = {0};
        gaz_charset_union(&ascii, sets[i].spans, sets[i].count);
        if (name < 'a')
            gaz_charset_negate(&ascii, 0x7F);
        gaz_charset_union(set, ascii.items, ascii.len);
        gaz_charset_add(set, 0x80, GAZ_SCALAR_MAX);
        gaz_charset_normalise(set);
        set->failed = set->failed || ascii.failed;
        gaz_charset_free(&ascii);
        return true;
    }
    return false;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* After "\x". */
static bool read_hex(weak_parser *p, uint32_t *out)
{
    bool braces = !at_end(p) && *p->at == '{';
    uint32_t value = 0;
    size_t digits = 0;
    p->at += braces;
    for (; !at_end(p) && hex_digit(*p->at) >= 0 && digits < (braces ? 6u : 2u); digits++)
        value = value << 4 | (uint32_t)hex_digit(*p->at++);
    if (braces && (at_end(p) || *p->at++ != '}'))
        return false;
    *out = value;
    return digits > 0 && value <= GAZ_SCALAR_MAX && !(value >= 0xD800 && value <= 0xDFFF);
}

/* After the backslash: the escapes that stand for one character, in and out of classes. */
static bool read_character(weak_parser *p, uint32_t *out)
{
    static const char from[] = "tnrfea", to[] = "\t\n\r\f\x1B\a";
    char c = *p->at;
    const char *hit = c ? strchr(from, c) : NULL;
    if (hit) {
        p->at++;
        *out = (uint32_t)to[hit - from];
        return true;
    }
    if (c == 'x') {
        p->at++;
        return read_hex(p, out);
    }
    bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
    if (alnum || (unsigned char)c >= 0x80)
        return false;
    p->at++;
    *out = (unsigned char)c;
    return true;
}

static bool skip_to(weak_parser *p, char close)
{
    const char *hit = memchr(p->at, close, (size_t)(p->end - p->at));
    if (!hit)
        return false;
    p->at = hit + 1;
    return true;
}

/* At k or g: a back-reference, or a subroutine call, which is too much. */
static gaz_node *named_reference(weak_parser *p)
{
    bool g = *p->at++ == 'g';
    char open = at_end(p) ? '\0' : *p->at;
    if (open == '{' || (!g && (open == '<' || open == '\''))) {
        p->at++;
        return skip_to(p, open == '{' ? '}' : open == '<' ? '>' : '\'') ? anything(p) : give_up(p);
    }
    if (!g || open == '<' || open == '\'')
        return give_up(p);
    p->at += open == '-' || open == '+';
    const char *digits = p->at;
    while (!at_end(p) && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return p->at > digits ? anything(p) : give_up(p);
}

static gaz_node *property(weak_parser *p)
{
    p->at++;
    if (at_end(p))
        return give_up(p);
    if (*p->at == '{' ? !skip_to(p, '}') : (p->at++, false))
        return give_up(p);
    return any_node(p, false);
}

static gaz_node *escape(weak_parser *p)
{
    gaz_charset set = {0};
    uint32_t c;
    if (++p->at >= p->end)
        return give_up(p);
    char e = *p->at;
    if (e >= '1' && e <= '9') {
        p->at++;
        if (!at_end(p) && *p->at >= '0' && *p->at <= '9')
            return give_up(p); /* a reference to group 10 and up, or an octal number */
        return anything(p);
    }
    if (e == 'k' || e == 'g')
        return named_reference(p);
    if (e == 'p' || e == 'P')
        return property(p);
    if (e && strchr("bBAZzGK", e)) {
        p->at++;
        return empty(p);
    }
    if (e == 'N') {
        p->at++;
        return any_node(p, true);
    }
    if (add_perl_set(e, &set)) {
        p->at++;
        return set_node(p, &set);
    }
    return read_character(p, &c) ? literal(p, c) : give_up(p);
}

/* One end of a range, or a set. False when it is unknown; *set_item tells which it was. */
static bool class_item(weak_parser *p, gaz_charset *set, uint32_t *c, bool *set_item)
{
    *set_item = false;
    if (*p->at != '\\') {
        *c = gaz_utf8_next(&p->at, p->end);
        return *c != GAZ_UTF8_BAD;
    }
    if (++p->at >= p->end)
        return false;
    if (add_perl_set(*p->at, set)) {
        p->at++;
        *set_item = true;
        return true;
    }
    return read_character(p, c);
}

/* At '['. Known members make a set; a negated class is only exact when all of them are plain
 * characters. */
static gaz_node *class_node(weak_parser *p)
{
    gaz_charset set = {0};
    bool plain = true, known = true, set_item;
    p->at++;
    bool negated = !at_end(p) && *p->at == '^';
    p->at += negated;
    for (bool first = true; known && !at_end(p) && (first || *p->at != ']'); first = false) {
        uint32_t lo = 0, hi = 0;
        if (*p->at == '[' && p->end - p->at > 1 &&
            (p->at[1] == ':' || p->at[1] == '.' || p->at[1] == '=')) {
            known = false;
            break;
        }
        known = class_item(p, &set, &lo, &set_item);
        hi = lo;
        bool range = known && p->end - p->at >= 2 && *p->at == '-' && p->at[1] != ']';
        if (range && !set_item) {
            p->at++;
            known = class_item(p, &set, &hi, &set_item) && !set_item && hi >= lo;
        } else if (set_item) {
            plain = false;
            continue;
        }
        if (known)
            gaz_charset_add(&set, lo, hi);
    }
    if (!known || at_end(p)) {
        gaz_charset_free(&set);
        return give_up(p);
    }
    p->at++;
    if (p->fold)
        gaz_charset_fold(&set);
    gaz_charset_normalise(&set);
    if (negated && plain)
        gaz_charset_negate(&set, GAZ_SCALAR_MAX);
    if (!negated || plain)
        return set_node(p, &set);
    gaz_charset_free(&set);
    return any_node(p, false);
}

static gaz_node *group_end(weak_parser *p, bool fold, bool spaces, bool dropped)
{
    gaz_node *body = alternatives(p);
    if (!body)
        return NULL;
    if (at_end(p))
        return give_up(p);
    p->at++;
    p->fold = fold;
    p->spaces = spaces;
    return dropped ? empty(p) : body;
}

/* After "(?": i, s, m, x and their negation; 0 at a ')' that ends them, 1 at ':', -1 when there is
 * anything else. */
static int group_flags(weak_parser *p)
{
    for (bool on = true; !at_end(p); p->at++) {
        switch (*p->at) {
        case '-':
            on = false;
            break;
        case 'i':
            p->fold = on;
            break;
        case 'x':
            p->spaces = on;
            break;
        case 's':
        case 'm':
        case 'U':
            break;
        case ')':
            p->at++;
            return 0;
        case ':':
            p->at++;
            return 1;
        default:
            return -1;
        }
    }
    return -1;
}

static bool starts(const weak_parser *p, const char *prefix)
{
    size_t n = strlen(prefix);
    return (size_t)(p->end - p->at) >= n && memcmp(p->at, prefix, n) == 0;
}

static gaz_node *named_group(weak_parser *p, char close, bool fold, bool spaces)
{
    return skip_to(p, close) ? group_end(p, fold, spaces, false) : give_up(p);
}

static gaz_node *special_group(weak_parser *p, bool fold, bool spaces)
{
    static const char *const looks[] = {"?=", "?!", "?<=", "?<!"};
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++)
        if (starts(p, looks[i])) {
            p->at += strlen(looks[i]);
            return group_end(p, fold, spaces, true);
        }
    if (starts(p, "?>") || starts(p, "?:")) {
        p->at += 2;
        return group_end(p, fold, spaces, false);
    }
    if (starts(p, "?P<") || starts(p, "?<") || starts(p, "?'")) {
        char close = p->at[1] == '\'' ? '\'' : '>';
        p->at += 2;
        return named_group(p, close, fold, spaces);
    }
    if (starts(p, "?P="))
        return skip_to(p, ')') ? anything(p) : give_up(p);
    if (starts(p, "?#"))
        return skip_to(p, ')') ? empty(p) : give_up(p);
    p->at++;
    int flags = group_flags(p);
    return flags < 0 ? give_up(p) : flags == 0 ? empty(p) : group_end(p, fold, spaces, false);
}

static gaz_node *group(weak_parser *p)
{
    bool fold = p->fold, spaces = p->spaces;
    p->at++;
    if (++p->depth > GAZ_SYNTAX_NEST_MAX || at_end(p) || *p->at == '*')
        return give_up(p);
    gaz_node *n =
        *p->at == '?' ? special_group(p, fold, spaces) : group_end(p, fold, spaces, false);
    p->depth--;
    return n;
}

/* Reads {n}, {n,} or {n,m}; false, and the cursor unmoved, when it is a literal brace. */
static bool braces(weak_parser *p, uint32_t *min, uint32_t *max)
{
    uint32_t n[2] = {0, GAZ_REPEAT_INFINITE};
    const char *s = p->at + 1;
    bool comma = false;
    for (int i = 0; i < 2; i++) {
        const char *start = s;
        uint32_t value = 0;
        for (; s < p->end && *s >= '0' && *s <= '9' && s - start < 6; s++)
            value = value * 10 + (uint32_t)(*s - '0');
        if (s > start)
            n[i] = value;
        else if (i == 0)
            return false;
        if (i == 0 && s < p->end && *s == ',')
            s++, comma = true;
        else
            break;
    }
    if (s >= p->end || *s != '}')
        return false;
    p->at = s + 1;
    *min = n[0];
    *max = comma ? n[1] : n[0];
    return *min <= *max;
}

static gaz_node *atom(weak_parser *p)
{
    switch (*p->at) {
    case '(':
        return group(p);
    case '[':
        return class_node(p);
    case '\\':
        return escape(p);
    case '.':
        p->at++;
        return any_node(p, false);
    case '^':
    case '$':
        p->at++;
        return empty(p);
    case '*':
    case '+':
    case '?':
        return give_up(p);
    default:
        break;
    }
    uint32_t c = gaz_utf8_next(&p->at, p->end);
    return c == GAZ_UTF8_BAD ? give_up(p) : literal(p, c);
}

static bool skip_spaces(weak_parser *p)
{
    while (p->spaces && !at_end(p)) {
        if (strchr(" \t\n\v\f\r", *p->at) && *p->at) {
            p->at++;
        } else if (*p->at == '#') {
            const char *line = memchr(p->at, '\n', (size_t)(p->end - p->at));
            p->at = line ? line + 1 : p->end;
        } else {
            break;
        }
    }
    return !at_end(p) && *p->at != '|' && *p->at != ')';
}

/* The repetitions after an atom; a '+' or '?' behind one changes preference only. */
static gaz_node *repeated(weak_parser *p, gaz_node *n)
{
    while (n && (skip_spaces(p) || !at_end(p)) && !at_end(p)) {
        uint32_t min = 0, max = GAZ_REPEAT_INFINITE;
        if (*p->at == '*' || *p->at == '+' || *p->at == '?') {
            min = *p->at == '+';
            max = *p->at == '?' ? 1 : max;
            p->at++;
        } else if (*p->at != '{' || !braces(p, &min, &max)) {
            break;
        }
        if (!at_end(p) && (*p->at == '+' || *p->at == '?'))
            p->at++;
        n = kept(p, gaz_node_repeat(p->arena, n, min, max, false));
    }
    return n;
}

static gaz_node *list_node(weak_parser *p, gaz_node_kind kind, node_vec *list, bool ok)
{
    gaz_node **kids = ok ? gaz_arena_array(p->arena, list->len + 1, sizeof *kids) : NULL;
    if (kids && list->len)
        memcpy(kids, list->items, list->len * sizeof *kids);
    size_t count = list->len;
    gaz_vec_free(list);
    return !ok ? NULL : kept(p, kids ? gaz_node_list(p->arena, kind, kids, count) : NULL);
}

static gaz_node *concatenation(weak_parser *p)
{
    node_vec list = {0};
    bool ok = true;
    while (ok && skip_spaces(p)) {
        gaz_node *n = atom(p);
        n = n ? repeated(p, n) : NULL;
        ok = n && gaz_vec_push(&list, n);
    }
    return list_node(p, GAZ_NODE_CONCAT, &list, ok);
}

static gaz_node *alternatives(weak_parser *p)
{
    node_vec list = {0};
    bool ok = true;
    for (;;) {
        gaz_node *n = concatenation(p);
        ok = n && gaz_vec_push(&list, n);
        if (!ok || at_end(p) || *p->at != '|')
            break;
        p->at++;
    }
    return list_node(p, GAZ_NODE_ALTERNATE, &list, ok);
}

gaz_status gaz_syntax_parse_perl(const char *source, size_t len, const gaz_syntax_options *options,
                                 gaz_arena *arena, gaz_node **out, gaz_error *err)
{
    weak_parser p = {.at = source,
                     .end = source + len,
                     .arena = arena,
                     .fold = options->fold,
                     .multiline = options->multiline};
    gaz_node *root = alternatives(&p);
    if (!root || p.at < p.end)
        root = gaz_node_new(arena, GAZ_NODE_EMPTY);
    if (!root || (p.no_memory && arena->used + 65536 < arena->max))
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "out of memory parsing a regular expression of %zu bytes", len);
    *out = root;
    return GAZ_OK;
}
