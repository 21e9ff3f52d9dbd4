/* Highlighting: the captures of highlights.scm, flattened so that no span overlaps another. Of two
 * on one node the first pattern's holds; of two nodes inside each other, the inner one's. */
#include <stdlib.h>
#include "gaz/symbols/highlight.h"
#include "extractor_private.h"

static const char *const class_names[GAZ_HIGHLIGHT_COUNT] = {
    [GAZ_HIGHLIGHT_ATTRIBUTE] = "attribute",
    [GAZ_HIGHLIGHT_BOOLEAN] = "boolean",
    [GAZ_HIGHLIGHT_COMMENT] = "comment",
    [GAZ_HIGHLIGHT_CONSTANT] = "constant",
    [GAZ_HIGHLIGHT_CONSTRUCTOR] = "constructor",
    [GAZ_HIGHLIGHT_ESCAPE] = "escape",
    [GAZ_HIGHLIGHT_FUNCTION] = "function",
    [GAZ_HIGHLIGHT_FUNCTION_BUILTIN] = "function.builtin",
    [GAZ_HIGHLIGHT_KEYWORD] = "keyword",
    [GAZ_HIGHLIGHT_LABEL] = "label",
    [GAZ_HIGHLIGHT_MACRO] = "macro",
    [GAZ_HIGHLIGHT_MARKUP_HEADING] = "markup.heading",
    [GAZ_HIGHLIGHT_MARKUP_LINK] = "markup.link",
    [GAZ_HIGHLIGHT_MARKUP_RAW] = "markup.raw",
    [GAZ_HIGHLIGHT_MODULE] = "module",
    [GAZ_HIGHLIGHT_NUMBER] = "number",
    [GAZ_HIGHLIGHT_OPERATOR] = "operator",
    [GAZ_HIGHLIGHT_PARAMETER] = "parameter",
    [GAZ_HIGHLIGHT_PROPERTY] = "property",
    [GAZ_HIGHLIGHT_PUNCTUATION] = "punctuation",
    [GAZ_HIGHLIGHT_STRING] = "string",
    [GAZ_HIGHLIGHT_STRING_SPECIAL] = "string.special",
    [GAZ_HIGHLIGHT_TAG] = "tag",
    [GAZ_HIGHLIGHT_TYPE] = "type",
    [GAZ_HIGHLIGHT_TYPE_BUILTIN] = "type.builtin",
    [GAZ_HIGHLIGHT_VARIABLE_BUILTIN] = "variable.builtin",
};

const char *gaz_highlight_class_name(unsigned class_id)
{
    return class_id < GAZ_HIGHLIGHT_COUNT ? class_names[class_id] : NULL;
}

typedef struct colour {
    uint32_t start, end, pattern;
    uint8_t class_id;
} colour;

typedef GAZ_VEC(colour) colour_list;

void gaz_highlights_init(gaz_highlights *highlights)
{
    *highlights = (gaz_highlights){0};
    gaz_arena_init(&highlights->arena, (size_t)1 << 30);
}

void gaz_highlights_release(gaz_highlights *highlights)
{
    gaz_arena_release(&highlights->arena);
}

static int outer_first(const void *left, const void *right)
{
    const colour *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end > b->end ? -1 : 1;
    return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

static gaz_status out_of_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot highlight a text: out of memory");
}

static gaz_status collect_colours(gaz_extractor *x, const query_program *program, TSNode root,
                                  const char *text, parse_guard *guard, colour_list *found,
                                  gaz_error *err)
{
    TSQueryMatch match;
    gaz_query_guarded(x->cursor, program->query, root, guard);
    while (ts_query_cursor_next_match(x->cursor, &match)) {
        if (!gaz_predicates_hold(program, &match, text))
            continue;
        for (uint16_t i = 0; i < match.capture_count; i++) {
            const capture_meaning *meaning = &program->captures[match.captures[i].index];
            raw_range range = range_of(match.captures[i].node);
            colour one = {range.start, range.end, match.pattern_index, meaning->kind};
            if (meaning->job == JOB_HIGHLIGHT && range_len(range) > 0 && !gaz_vec_push(found, one))
                return out_of_memory(err);
        }
        if (found->len > guard->limits.facts) {
            guard->outcome = GAZ_EXTRACT_TOO_MANY;
            break;
        }
    }
    return GAZ_OK;
}

typedef struct painter {
    gaz_highlight_span *spans;
    uint32_t count, at;
    GAZ_VEC(colour) open;
} painter;

static void paint_to(painter *p, uint32_t end)
{
    if (end > p->at && p->open.len > 0)
        p->spans[p->count++] =
            (gaz_highlight_span){p->at, end, p->open.items[p->open.len - 1].class_id};
    p->at = end > p->at ? end : p->at;
}

static void close_to(painter *p, uint32_t position)
{
    while (p->open.len > 0 && p->open.items[p->open.len - 1].end <= position) {
        paint_to(p, p->open.items[p->open.len - 1].end);
        p->open.len--;
    }
}

/* Every colour begins and ends one span at most: twice as many are enough. */
static gaz_status flatten(colour_list *found, gaz_highlights *out, gaz_error *err)
{
    painter p = {.spans = gaz_arena_array(&out->arena, found->len * 2 + 1, sizeof *p.spans)};
    gaz_status st = p.spans ? GAZ_OK : out_of_memory(err);
    if (found->len > 1)
        qsort(found->items, found->len, sizeof *found->items, outer_first);
    for (size_t i = 0; i < found->len && st == GAZ_OK; i++) {
        colour next = found->items[i];
        if (i > 0 && next.start == found->items[i - 1].start && next.end == found->items[i - 1].end)
            continue;
        close_to(&p, next.start);
        paint_to(&p, next.start);
        if (p.open.len > 0 && next.end > p.open.items[p.open.len - 1].end)
            next.end = p.open.items[p.open.len - 1].end;
        if (!gaz_vec_push(&p.open, next))
            st = out_of_memory(err);
    }
    close_to(&p, UINT32_MAX);
    gaz_vec_free(&p.open);
    out->spans = p.spans;
    out->count = st == GAZ_OK ? p.count : 0;
    return st;
}

gaz_status gaz_highlight(gaz_extractor *x, uint32_t language, const char *text, size_t len,
                         uint32_t start, uint32_t end, gaz_highlights *out, gaz_error *err)
{
    gaz_arena_reset(&out->arena);
    out->spans = NULL;
    out->count = 0;
    out->outcome = GAZ_EXTRACT_NO_GRAMMAR;
    const language_row *row = gaz_language_row(language);
    const query_program *program = NULL;
    if (!row)
        return GAZ_OK;
    gaz_status st = gaz_language_program(row, QUERY_HIGHLIGHTS, &program, err);
    if (st != GAZ_OK)
        return st;
    parse_guard guard;
    gaz_parse_guard_begin(&guard, &x->limits);
    TSTree *tree = gaz_parse_guarded(x->parser, row, text, len, &guard, NULL);
    colour_list found = {0};
    if (tree) {
        ts_query_cursor_set_byte_range(x->cursor, start, end);
        st = collect_colours(x, program, ts_tree_root_node(tree), text, &guard, &found, err);
        ts_query_cursor_set_byte_range(x->cursor, 0, UINT32_MAX);
        ts_tree_delete(tree);
        if (st == GAZ_OK)
            st = flatten(&found, out, err);
    }
    gaz_vec_free(&found);
    if (st == GAZ_OK && guard.cancelled)
        st = gaz_extractor_cancelled(err);
    if (st != GAZ_OK)
        out->count = 0;
    out->outcome = guard.outcome;
    return st;
}
