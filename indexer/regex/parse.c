/* The regex parser: recursive descent over groups, one loop per concatenation.
 *
 * Flags change as they are met and are restored at the end of their group, so one pass both parses
 * and translates: case folding turns a literal into a set, `.` into a set, and in line mode CR and
 * LF leave every class. */
#include <assert.h>
#include <string.h>

#include "gaz/base/utf8.h"
#include "parser.h"

typedef GAZ_VEC(gaz_node *) node_vec;

static bool parse_alternatives(gaz_parser *p, gaz_node **out);

static bool no_memory(gaz_parser *p)
{
    if (p->arena->used + 65536 > p->arena->max)
        return gaz_parser_fail(p, p->at, GAZ_E_LIMIT, "it is too large; make it simpler");
    return gaz_parser_fail(p, p->at, GAZ_E_NOMEM, "out of memory");
}

static bool add(gaz_parser *p, node_vec *list, gaz_node *n)
{
    if (!n || !gaz_vec_push(list, n))
        return no_memory(p);
    if (++p->nodes > GAZ_SYNTAX_NODES_MAX)
        return gaz_parser_fail(p, p->at, GAZ_E_LIMIT, "it has more than %d parts",
                               GAZ_SYNTAX_NODES_MAX);
    if (n->depth > GAZ_SYNTAX_NEST_MAX)
        return gaz_parser_fail(p, p->at, GAZ_E_LIMIT, "it is nested more than %d deep",
                               GAZ_SYNTAX_NEST_MAX);
    return true;
}

static gaz_node *finish(gaz_parser *p, gaz_node_kind kind, const node_vec *list)
{
    gaz_node **kids = gaz_arena_array(p->arena, list->len ? list->len : 1, sizeof *kids);
    if (!kids)
        return NULL;
    if (list->len)
        memcpy(kids, list->items, list->len * sizeof *kids);
    return gaz_node_list(p->arena, kind, kids, list->len);
}

static bool not_allowed(gaz_parser *p, const char *at, const char *what)
{
    return gaz_parser_fail(
        p, at, GAZ_E_INVALID,
        "%s cannot be matched within a line; write \\n or (?s) to search across lines", what);
}

/* Adds a class, less what line mode takes away. Takes the set. */
static bool add_set(gaz_parser *p, node_vec *list, gaz_charset *set, const char *at)
{
    static gaz_span32 ends[] = {{'\n', '\n'}, {'\r', '\r'}};
    bool ok = true;
    if (!set->failed && set->len == 0)
        ok = gaz_parser_fail(p, at, GAZ_E_INVALID, "this class holds nothing");
    if (ok && !p->options.multiline) {
        gaz_charset_subtract(set, &(gaz_charset){.items = ends, .len = 2, .cap = 2});
        if (!set->failed && set->len == 0)
            ok = not_allowed(p, at, "a line's end");
    }
    if (ok) {
        bool wide = !p->flags.unicode && set->len && set->items[set->len - 1].hi > 0x7F;
        ok = add(p, list, wide ? gaz_node_bytes(p->arena, set) : gaz_node_set(p->arena, set));
    }
    gaz_charset_free(set);
    return ok;
}

static bool add_literal(gaz_parser *p, node_vec *list, const gaz_written *lit)
{
    uint32_t c = lit->scalar, same[4];
    gaz_parser_note(p, c);
    if (!p->options.multiline && (c == '\n' || c == '\r'))
        return not_allowed(p, lit->from, c == '\n' ? "\"\\n\"" : "\"\\r\"");
    if (!p->flags.unicode && c > 0x7F) {
        if (!lit->byte || c > 0xFF)
            return gaz_parser_fail(
                p, lit->from, GAZ_E_INVALID,
                "a character beyond ASCII needs Unicode, which (?-u) turned off");
        gaz_span32 byte = {c, c};
        return add(p, list,
                   gaz_node_bytes(p->arena, &(gaz_charset){.items = &byte, .len = 1, .cap = 1}));
    }
    gaz_charset set = {0};
    gaz_charset_add(&set, c, c);
    if (p->flags.fold && !p->flags.unicode)
        gaz_charset_fold_ascii(&set);
    for (size_t i = 0, n = p->flags.fold && p->flags.unicode ? gaz_fold_class(c, same) : 0; i < n;
         i++)
        gaz_charset_add(&set, same[i], same[i]);
    gaz_charset_normalise(&set);
    return add_set(p, list, &set, lit->from);
}

static bool add_dot(gaz_parser *p, node_vec *list)
{
    gaz_charset set = {0};
    const char *at = p->at++;
    if (!p->flags.dot_all)
        gaz_charset_add(&set, '\n', '\n');
    gaz_charset_negate(&set, p->flags.unicode ? GAZ_SCALAR_MAX : 0xFF);
    return add_set(p, list, &set, at);
}

static gaz_node_kind assertion_kind(const gaz_parser *p, gaz_node_kind kind)
{
    if (kind == GAZ_NODE_LINE_START && !p->flags.lines)
        return GAZ_NODE_TEXT_START;
    if (kind == GAZ_NODE_LINE_END && !p->flags.lines)
        return GAZ_NODE_TEXT_END;
    if (!p->flags.unicode && kind == GAZ_NODE_WORD)
        return GAZ_NODE_WORD_ASCII;
    if (!p->flags.unicode && kind == GAZ_NODE_NOT_WORD)
        return GAZ_NODE_NOT_WORD_ASCII;
    return kind;
}

static bool add_escape(gaz_parser *p, node_vec *list)
{
    gaz_primitive prim;
    gaz_charset set = {0};
    if (!gaz_parser_escape(p, &prim))
        return false;
    if (prim.kind == GAZ_PRIM_SCALAR)
        return add_literal(p, list, &prim.lit);
    if (prim.kind == GAZ_PRIM_ASSERT)
        return add(p, list, gaz_node_new(p->arena, assertion_kind(p, prim.assertion)));
    if (prim.kind == GAZ_PRIM_PERL ? gaz_parser_add_perl(p, prim.perl, &set)
                                   : gaz_parser_add_property(p, &prim, &set))
        return add_set(p, list, &set, prim.lit.from);
    gaz_charset_free(&set);
    return false;
}

static bool add_class(gaz_parser *p, node_vec *list)
{
    gaz_charset set = {0};
    const char *at = p->at;
    if (gaz_parser_class(p, &set))
        return add_set(p, list, &set, at);
    gaz_charset_free(&set);
    return false;
}

static bool add_assertion(gaz_parser *p, node_vec *list, gaz_node_kind kind)
{
    p->at++;
    return add(p, list, gaz_node_new(p->arena, assertion_kind(p, kind)));
}

/* Replaces the last node by its repetition. The cursor is after the operator, before a '?'. */
static bool repeat_last(gaz_parser *p, node_vec *list, uint32_t min, uint32_t max)
{
    bool lazy = !gaz_parser_done(p) && *p->at == '?';
    p->at += lazy;
    assert(list->items && list->len > 0); /* the caller saw something that may be repeated */
    gaz_node *kid = list->items[--list->len];
    return add(p, list, gaz_node_repeat(p->arena, kid, min, max, lazy != p->flags.swap_greed));
}

static bool nothing_to_repeat(gaz_parser *p)
{
    return gaz_parser_fail(p, p->at, GAZ_E_INVALID,
                           "there is nothing to repeat before this; write \\%c for the character",
                           *p->at);
}

static bool read_decimal(gaz_parser *p, uint32_t *out)
{
    while (!gaz_parser_done(p) && gaz_parser_space(gaz_parser_peek(p)))
        gaz_parser_bump(p);
    const char *start = p->at;
    uint64_t n = 0;
    size_t digits = 0;
    for (; !gaz_parser_done(p) && *p->at >= '0' && *p->at <= '9'; digits++) {
        n = n > UINT32_MAX ? n : n * 10 + (uint64_t)(*p->at - '0');
        gaz_parser_step(p);
    }
    while (!gaz_parser_done(p) && gaz_parser_space(gaz_parser_peek(p)))
        gaz_parser_step(p);
    if (digits == 0)
        return gaz_parser_fail(p, start, GAZ_E_INVALID,
                               "a number is wanted in {n,m}; write \\{ for the character");
    if (n > GAZ_SYNTAX_REPEAT_MAX)
        return gaz_parser_fail(p, start, GAZ_E_LIMIT, "a repetition counts to at most %u",
                               GAZ_SYNTAX_REPEAT_MAX);
    *out = (uint32_t)n;
    return true;
}

static bool repeat_counted(gaz_parser *p, node_vec *list)
{
    const char *open = p->at;
    uint32_t min = 0, max = 0;
    if (!gaz_parser_step(p))
        goto unclosed;
    if (!read_decimal(p, &min))
        return false;
    max = min;
    if (gaz_parser_done(p))
        goto unclosed;
    if (*p->at == ',') {
        max = GAZ_REPEAT_INFINITE;
        if (!gaz_parser_step(p))
            goto unclosed;
        if (*p->at != '}' && !read_decimal(p, &max))
            return false;
    }
    if (gaz_parser_done(p) || *p->at != '}')
        goto unclosed;
    gaz_parser_step(p);
    if (min > max)
        return gaz_parser_fail(p, open, GAZ_E_INVALID, "{%u,%u} is backwards; swap its numbers",
                               min, max);
    return repeat_last(p, list, min, max);
unclosed:
    return gaz_parser_fail(p, open, GAZ_E_INVALID,
                           "this { is never closed; add }, or write \\{ for the character");
}

static bool *flag_named(gaz_flags *f, char c)
{
    switch (c) {
    case 'i':
        return &f->fold;
    case 'm':
        return &f->lines;
    case 's':
        return &f->dot_all;
    case 'U':
        return &f->swap_greed;
    case 'u':
        return &f->unicode;
    case 'x':
        return &f->spaces;
    default:
        return NULL;
    }
}

/* After "(?": flags up to ':' or ')', which stays at the cursor. */
static bool read_flags(gaz_parser *p, gaz_flags *out)
{
    const char *minus = NULL;
    char seen[8] = "";
    for (;; p->at++) {
        if (gaz_parser_done(p))
            return gaz_parser_fail(p, p->end, GAZ_E_INVALID,
                                   "the group's flags are cut short; finish them with : or )");
        char c = *p->at;
        if (c == ':' || c == ')')
            break;
        if (c == '-') {
            if (minus)
                return gaz_parser_fail(p, p->at, GAZ_E_INVALID,
                                       "flags are turned off by one - only");
            minus = p->at;
            continue;
        }
        bool *flag = flag_named(out, c);
        if (!flag)
            return gaz_parser_fail(p, p->at, GAZ_E_INVALID,
                                   "this flag is not known; there are i m s U u x");
        if (strchr(seen, c))
            return gaz_parser_fail(p, p->at, GAZ_E_INVALID, "the flag %c is given twice", c);
        seen[strlen(seen)] = c;
        *flag = !minus;
        p->facts->dot_all = p->facts->dot_all || (c == 's' && !minus);
    }
    if (minus && minus == p->at - 1)
        return gaz_parser_fail(p, minus, GAZ_E_INVALID, "no flag follows this -");
    return true;
}

static bool capture_char(char c, bool first)
{
    bool letter = c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    return letter || (!first && ((c >= '0' && c <= '9') || c == '.' || c == '[' || c == ']'));
}

/* Whether the group named [name, name+len) was opened earlier in the source. */
static bool name_taken(const gaz_parser *p, const char *name, size_t len)
{
    const char *s = p->text;
    while ((s = memmem(s, (size_t)(name - s), "(?P<", 4)) != NULL && s + 4 < name) {
        if ((size_t)(p->end - s) > 4 + len && memcmp(s + 4, name, len) == 0 && s[4 + len] == '>' &&
            (s == p->text || s[-1] != '\\'))
            return true;
        s += 4;
    }
    return false;
}

/* After "(?P<". */
static bool skip_name(gaz_parser *p)
{
    const char *name = p->at;
    while (p->at < p->end && capture_char(*p->at, p->at == name))
        p->at++;
    if (gaz_parser_done(p))
        return gaz_parser_fail(p, p->end, GAZ_E_INVALID,
                               "the group's name is cut short; finish it with >");
    if (*p->at != '>')
        return gaz_parser_fail(
            p, p->at, GAZ_E_INVALID,
            "a group's name holds letters, digits and _, and starts with no digit");
    if (p->at == name)
        return gaz_parser_fail(p, name, GAZ_E_INVALID, "the group's name is empty");
    if (name_taken(p, name, (size_t)(p->at - name)))
        return gaz_parser_fail(p, name, GAZ_E_INVALID, "there is a group of this name already");
    p->at++;
    return true;
}

/* Reads a group's body, sets the flags back and steps over ')'. */
static bool group_body(gaz_parser *p, node_vec *list, const char *open, gaz_flags outer)
{
    gaz_node *body = NULL;
    if (++p->depth > GAZ_SYNTAX_NEST_MAX)
        return gaz_parser_fail(p, open, GAZ_E_LIMIT, "groups are nested more than %d deep",
                               GAZ_SYNTAX_NEST_MAX);
    if (!parse_alternatives(p, &body))
        return false;
    p->depth--;
    if (gaz_parser_done(p))
        return gaz_parser_fail(p, open, GAZ_E_INVALID,
                               "this ( is never closed; add ), or write \\( for the character");
    p->at++;
    p->flags = outer;
    return add(p, list, body);
}

/* At '('. A bare set of flags adds nothing; *flags_only then forbids a repetition after it. */
static bool add_group(gaz_parser *p, node_vec *list, bool *flags_only)
{
    const char *open = p->at;
    gaz_flags outer = p->flags, inner = p->flags;
    gaz_parser_step(p);
    size_t left = (size_t)(p->end - p->at);
    if (left >= 3 && memcmp(p->at, "?P<", 3) == 0) {
        p->at += 3;
        return skip_name(p) && group_body(p, list, open, outer);
    }
    if (left == 0 || *p->at != '?')
        return group_body(p, list, open, outer);
    const char *flags = ++p->at;
    if (gaz_parser_done(p))
        return gaz_parser_fail(p, open, GAZ_E_INVALID,
                               "this ( is never closed; add ), or write \\( for the character");
    if (!read_flags(p, &inner))
        return false;
    bool only = *p->at == ')';
    if (only && p->at == flags)
        return gaz_parser_fail(p, flags - 1, GAZ_E_INVALID,
                               "there is nothing to repeat before this ?");
    p->at++;
    p->flags = inner;
    *flags_only = only;
    return only || group_body(p, list, open, outer);
}

static bool add_one(gaz_parser *p, node_vec *list, bool *repeatable)
{
    bool flags_only = false, ok;
    char c = *p->at;
    if (c == '?' || c == '*' || c == '+' || c == '{') {
        if (!*repeatable)
            return nothing_to_repeat(p);
        if (c == '{')
            return repeat_counted(p, list);
        p->at++;
        return repeat_last(p, list, c == '+', c == '?' ? 1 : GAZ_REPEAT_INFINITE);
    }
    if (c == '(') {
        ok = add_group(p, list, &flags_only);
    } else if (c == '[') {
        ok = add_class(p, list);
    } else if (c == '\\') {
        ok = add_escape(p, list);
    } else if (c == '.') {
        ok = add_dot(p, list);
    } else if (c == '^' || c == '$') {
        ok = add_assertion(p, list, c == '^' ? GAZ_NODE_LINE_START : GAZ_NODE_LINE_END);
    } else {
        gaz_written lit = {.from = p->at, .scalar = gaz_parser_peek(p)};
        gaz_parser_bump(p);
        ok = add_literal(p, list, &lit);
    }
    *repeatable = !flags_only;
    return ok;
}

static bool parse_concat(gaz_parser *p, gaz_node **out)
{
    node_vec list = {0};
    bool repeatable = false, ok = true;
    for (;;) {
        gaz_parser_bump_space(p);
        if (!ok || gaz_parser_done(p) || *p->at == '|' || *p->at == ')')
            break;
        ok = add_one(p, &list, &repeatable);
    }
    *out = ok ? finish(p, GAZ_NODE_CONCAT, &list) : NULL;
    gaz_vec_free(&list);
    return ok && *out ? true : ok ? no_memory(p) : false;
}

static bool parse_alternatives(gaz_parser *p, gaz_node **out)
{
    node_vec list = {0};
    bool ok = true;
    for (;;) {
        gaz_node *n = NULL;
        ok = parse_concat(p, &n) && add(p, &list, n);
        if (!ok || gaz_parser_done(p) || *p->at != '|')
            break;
        p->at++;
    }
    *out = ok ? finish(p, GAZ_NODE_ALTERNATE, &list) : NULL;
    gaz_vec_free(&list);
    return ok && *out ? true : ok ? no_memory(p) : false;
}

static const char *first_bad_byte(const char *s, const char *end)
{
    while (s < end) {
        const char *at = s;
        if (gaz_utf8_next(&s, end) == GAZ_UTF8_BAD)
            return at;
    }
    return NULL;
}

gaz_status gaz_syntax_parse(const char *source, size_t len, const gaz_syntax_options *options,
                            gaz_arena *arena, gaz_node **out, gaz_syntax_facts *facts,
                            gaz_error *err)
{
    gaz_error own = {0};
    *facts = (gaz_syntax_facts){0};
    gaz_parser p = {.text = source,
                    .at = source,
                    .end = source + len,
                    .options = *options,
                    .arena = arena,
                    .facts = facts,
                    .err = err ? err : &own,
                    .flags = {.fold = options->fold, .lines = options->lines, .unicode = true}};
    if (err && err->status != GAZ_OK)
        p.err = &own;
    gaz_node *root = NULL;
    const char *bad = first_bad_byte(p.at, p.end);
    bool ok = bad ? gaz_parser_fail(&p, bad, GAZ_E_INVALID,
                                    "a regular expression is UTF-8; write this byte as (?-u:\\xHH)")
                  : parse_alternatives(&p, &root);
    if (ok && p.at < p.end)
        ok = gaz_parser_fail(&p, p.at, GAZ_E_INVALID,
                             "this ) closes nothing; remove it, or write \\) for the character");
    if (!ok)
        return p.err->status;
    *out = root;
    return GAZ_OK;
}
