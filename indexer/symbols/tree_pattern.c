/* Patterns of the search field ts:. Each top-level pattern gets one more capture, on its outermost
 * node, so that a match has a span whatever the person captured. The compiled query is shared by
 * threads; cursors are the extractors'. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "gaz/base/strbuf.h"
#include "gaz/symbols/tree_pattern.h"
#include "extractor_private.h"

/* The name of our capture; a person's pattern may not use it. */
static const char whole_name[] = "gaz.whole";
enum { WORDS_MAX = 16 };

struct gaz_tree_pattern {
    const language_row *row;
    query_program *program;
    uint32_t whole; /* id of our capture */
    gaz_slice words[WORDS_MAX];
    size_t word_count;
};

/* Past blanks and comments. */
static size_t skip_blanks(const char *text, size_t at, size_t len)
{
    while (at < len) {
        if (text[at] == ';')
            while (at < len && text[at] != '\n')
                at++;
        else if (isspace((unsigned char)text[at]))
            at++;
        else
            break;
    }
    return at;
}

static size_t skip_string(const char *text, size_t at, size_t len)
{
    for (at++; at < len && text[at] != '"'; at++)
        at += text[at] == '\\';
    return at < len ? at + 1 : len;
}

/* Past one node: brackets with what is in them, a string or a word. */
static size_t skip_node(const char *text, size_t at, size_t len)
{
    size_t depth = 0;
    do {
        at = skip_blanks(text, at, len);
        if (at >= len)
            break;
        if (text[at] == '"') {
            at = skip_string(text, at, len);
        } else if (strchr("([", text[at])) {
            depth++;
            at++;
        } else if (strchr(")]", text[at])) {
            depth -= depth > 0;
            at++;
        } else {
            do
                at++;
            while (at < len && !isspace((unsigned char)text[at]) && !strchr("()[]\";@", text[at]));
        }
    } while (depth > 0);
    return at;
}

/* A predicate that stands alone would be ignored. @return len when there is none */
static size_t find_stray_predicate(const char *text, size_t len)
{
    for (size_t at = skip_blanks(text, 0, len); at < len; at = skip_blanks(text, at, len)) {
        size_t inside = text[at] == '(' ? skip_blanks(text, at + 1, len) : len;
        if (inside < len && text[inside] == '#')
            return at;
        at = skip_node(text, at, len);
    }
    return len;
}

/* Writes the pattern with our capture after each outermost node. */
static void add_whole(gaz_strbuf *out, const char *text, size_t len)
{
    for (size_t at = skip_blanks(text, 0, len); at < len; at = skip_blanks(text, at, len)) {
        size_t end = skip_node(text, at, len);
        gaz_strbuf_add(out, text + at, end - at);
        gaz_strbuf_printf(out, " @%s", whole_name);
        at = end;
        while (at < len && (text[at] == '*' || text[at] == '+' || text[at] == '?'))
            at++;
        for (size_t next = skip_blanks(text, at, len); next < len && text[next] == '@';
             next = skip_blanks(text, at, len)) {
            at = skip_node(text, next + 1, len);
            gaz_strbuf_putc(out, ' ');
            gaz_strbuf_add(out, text + next, at - next);
        }
        gaz_strbuf_putc(out, '\n');
    }
}

static gaz_status compile_whole(gaz_tree_pattern *p, const char *text, size_t len, gaz_error *err)
{
    gaz_strbuf rewritten = GAZ_STRBUF_INIT;
    const TSLanguage *grammar = p->row->grammar();
    query_program *as_written = NULL;
    /* First as it was written, so that a fault is told where the person sees it. */
    gaz_status st =
        gaz_query_program_compile(grammar, text, len, VOCABULARY_ANY, false, &as_written, err);
    gaz_query_program_free(as_written);
    size_t stray = st == GAZ_OK ? find_stray_predicate(text, len) : len;
    if (stray < len) {
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "a predicate stands inside the brackets of its pattern: "
                           "((identifier) @a (#eq? @a \"b\"))");
        if (err)
            err->column = stray + 1;
    }
    if (st != GAZ_OK)
        return st;
    add_whole(&rewritten, text, len);
    st = gaz_strbuf_check(&rewritten, err);
    if (st == GAZ_OK)
        st = gaz_query_program_compile(grammar, rewritten.data, rewritten.len, VOCABULARY_ANY, true,
                                       &p->program, err);
    gaz_strbuf_release(&rewritten);
    if (st != GAZ_OK) {
        if (err)
            err->column = 0;
        return st;
    }
    uint32_t uses = 0;
    for (uint32_t i = 0; i < p->program->capture_count; i++) {
        uint32_t n;
        const char *name = ts_query_capture_name_for_id(p->program->query, i, &n);
        if (strcmp(name, whole_name) == 0) {
            p->whole = i;
            uses++;
        }
    }
    if (uses == 0)
        return gaz_error_set(err, GAZ_E_INVALID, "the tree-sitter pattern is empty");
    return GAZ_OK;
}

/* Words that every match holds: one pattern, and what #eq? asks of captures that cannot be absent.
 */
static void find_words(gaz_tree_pattern *p)
{
    if (p->program->pattern_count != 1)
        return;
    const pattern_info *info = &p->program->patterns[0];
    for (uint32_t i = 0; i < info->predicate_count && p->word_count < WORDS_MAX; i++) {
        const predicate *q = &info->predicates[i];
        TSQuantifier quantifier =
            ts_query_capture_quantifier_for_id(p->program->query, 0, q->capture);
        bool certain = quantifier == TSQuantifierOne || quantifier == TSQuantifierOneOrMore;
        if (q->op == PREDICATE_EQ && !q->negated && !q->with_capture && certain &&
            q->word_count == 1 && q->word_lens[0] > 0)
            p->words[p->word_count++] = (gaz_slice){q->words[0], q->word_lens[0]};
    }
}

gaz_status gaz_tree_pattern_compile(uint32_t language, const char *pattern, size_t len,
                                    gaz_tree_pattern **out, gaz_error *err)
{
    const language_row *row = gaz_language_row(language);
    if (!row)
        return gaz_error_set(
            err, GAZ_E_UNSUPPORTED,
            "tree-sitter patterns need a language with a grammar; this one has none");
    if (len > GAZ_TREE_PATTERN_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "the tree-sitter pattern has %zu bytes; at most %u are taken", len,
                             GAZ_TREE_PATTERN_MAX);
    gaz_parse_allocator_install();
    gaz_tree_pattern *p = calloc(1, sizeof *p);
    if (!p)
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "cannot compile a tree-sitter pattern: out of memory");
    p->row = row;
    gaz_status st = compile_whole(p, pattern, len, err);
    if (st != GAZ_OK) {
        gaz_tree_pattern_free(p);
        return st;
    }
    find_words(p);
    *out = p;
    return GAZ_OK;
}

void gaz_tree_pattern_free(gaz_tree_pattern *pattern)
{
    if (!pattern)
        return;
    gaz_query_program_free(pattern->program);
    free(pattern);
}

uint32_t gaz_tree_pattern_language(const gaz_tree_pattern *pattern)
{
    return pattern->row->id;
}

size_t gaz_tree_pattern_words(const gaz_tree_pattern *pattern, const gaz_slice **words)
{
    *words = pattern->words;
    return pattern->word_count;
}

void gaz_tree_matches_init(gaz_tree_matches *matches)
{
    *matches = (gaz_tree_matches){0};
    gaz_arena_init(&matches->arena, (size_t)1 << 30);
}

void gaz_tree_matches_release(gaz_tree_matches *matches)
{
    gaz_arena_release(&matches->arena);
}

typedef GAZ_VEC(gaz_tree_match) match_list;
typedef GAZ_VEC(gaz_tree_capture) capture_list;

static gaz_span span_of(TSNode node)
{
    return (gaz_span){ts_node_start_byte(node), ts_node_end_byte(node),
                      ts_node_start_point(node).row + 1, ts_node_end_point(node).row + 1};
}

static bool add_match(const gaz_tree_pattern *p, const TSQueryMatch *found, match_list *matches,
                      capture_list *captures)
{
    gaz_tree_match match = {.first_capture = (uint32_t)captures->len};
    bool whole = false;
    for (uint16_t i = 0; i < found->capture_count; i++) {
        gaz_span span = span_of(found->captures[i].node);
        if (found->captures[i].index == p->whole) {
            /* A quantified outermost node is captured as often as it is there. */
            if (!whole || span.start < match.span.start) {
                match.span.start = span.start;
                match.span.start_line = span.start_line;
            }
            if (!whole || span.end > match.span.end) {
                match.span.end = span.end;
                match.span.end_line = span.end_line;
            }
            whole = true;
            continue;
        }
        uint32_t n;
        const char *name =
            ts_query_capture_name_for_id(p->program->query, found->captures[i].index, &n);
        if (!gaz_vec_push(captures, ((gaz_tree_capture){{name, n}, span})))
            return false;
    }
    match.capture_count = (uint32_t)captures->len - match.first_capture;
    return !whole || gaz_vec_push(matches, match);
}

static int by_span(const void *left, const void *right)
{
    const gaz_tree_match *a = left, *b = right;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    if (a->span.end != b->span.end)
        return a->span.end > b->span.end ? -1 : 1;
    return a->first_capture < b->first_capture ? -1 : a->first_capture > b->first_capture;
}

static gaz_status out_of_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot match a tree-sitter pattern: out of memory");
}

static gaz_status keep_matches(const match_list *matches, const capture_list *captures,
                               gaz_tree_matches *out, gaz_error *err)
{
    gaz_tree_match *items = gaz_arena_array(&out->arena, matches->len + 1, sizeof *items);
    gaz_tree_capture *parts = gaz_arena_array(&out->arena, captures->len + 1, sizeof *parts);
    if (!items || !parts)
        return out_of_memory(err);
    if (matches->len > 0)
        memcpy(items, matches->items, matches->len * sizeof *items);
    if (captures->len > 0)
        memcpy(parts, captures->items, captures->len * sizeof *parts);
    qsort(items, matches->len, sizeof *items, by_span);
    out->items = items;
    out->count = (uint32_t)matches->len;
    out->captures = parts;
    out->capture_count = (uint32_t)captures->len;
    return GAZ_OK;
}

static gaz_status match_tree(gaz_extractor *x, const gaz_tree_pattern *p, TSNode root,
                             const char *text, parse_guard *guard, gaz_tree_matches *out,
                             uint32_t max, gaz_error *err)
{
    TSQueryMatch found;
    match_list matches = {0};
    capture_list captures = {0};
    gaz_status st = GAZ_OK;
    gaz_query_guarded(x->cursor, p->program->query, root, guard);
    while (ts_query_cursor_next_match(x->cursor, &found) && st == GAZ_OK) {
        if (!gaz_predicates_hold(p->program, &found, text))
            continue;
        if (matches.len >= max || captures.len >= guard->limits.facts) {
            guard->outcome = GAZ_EXTRACT_TOO_MANY;
            break;
        }
        if (!add_match(p, &found, &matches, &captures))
            st = out_of_memory(err);
    }
    if (ts_query_cursor_did_exceed_match_limit(x->cursor))
        guard->outcome = GAZ_EXTRACT_TOO_MANY;
    if (st == GAZ_OK)
        st = keep_matches(&matches, &captures, out, err);
    gaz_vec_free(&matches);
    gaz_vec_free(&captures);
    return st;
}

gaz_status gaz_tree_pattern_run(gaz_extractor *x, const gaz_tree_pattern *pattern, const char *text,
                                size_t len, uint32_t max, gaz_tree_matches *out, gaz_error *err)
{
    gaz_arena arena = out->arena;
    gaz_arena_reset(&arena);
    *out = (gaz_tree_matches){.arena = arena};
    parse_guard guard;
    gaz_parse_guard_begin(&guard, &x->limits);
    if (max == 0 || max > x->limits.facts)
        max = x->limits.facts;
    gaz_status st = GAZ_OK;
    TSTree *tree = gaz_parse_guarded(x->parser, pattern->row, text, len, &guard, NULL);
    if (tree) {
        st = match_tree(x, pattern, ts_tree_root_node(tree), text, &guard, out, max, err);
        ts_tree_delete(tree);
    }
    if (st == GAZ_OK && guard.cancelled)
        st = gaz_extractor_cancelled(err);
    if (st != GAZ_OK)
        out->count = out->capture_count = 0;
    out->outcome = guard.outcome;
    return st;
}
