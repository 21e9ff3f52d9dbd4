/* Extraction from beginning to end: parse under limits, match, assemble. */
#include <stdlib.h>
#include <string.h>
#include "assemble.h"
#include "collect.h"
#include "extractor_private.h"
#include "gaz/base/clock.h"

/* Matches a cursor keeps open at once; beyond, the oldest are given up, so that no text makes
 * matching slow. */
enum { OPEN_MATCHES = 4096 };

void gaz_facts_init(gaz_facts *facts)
{
    *facts = (gaz_facts){0};
    gaz_arena_init(&facts->arena, (size_t)4 << 30);
}

void gaz_facts_release(gaz_facts *facts)
{
    gaz_arena_release(&facts->arena);
}

static void empty_facts(gaz_facts *facts)
{
    gaz_arena arena = facts->arena;
    gaz_arena_reset(&arena);
    *facts = (gaz_facts){.arena = arena};
}

gaz_status gaz_extractor_new(const gaz_extract_limits *limits, gaz_extractor **out, gaz_error *err)
{
    gaz_parse_allocator_install();
    gaz_extractor *x = calloc(1, sizeof *x);
    if (!x)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot make an extractor: out of memory");
    gaz_raw_facts_init(&x->assembly.raw);
    x->parser = ts_parser_new();
    x->cursor = ts_query_cursor_new();
    ts_query_cursor_set_match_limit(x->cursor, OPEN_MATCHES);
    gaz_extractor_limit(x, limits);
    *out = x;
    return GAZ_OK;
}

void gaz_extractor_free(gaz_extractor *x)
{
    if (!x)
        return;
    assembly *a = &x->assembly;
    gaz_raw_facts_release(&a->raw);
    gaz_hidden_text_release(&x->hidden);
    gaz_position_map_release(&a->claims);
    gaz_name_table_release(&a->names);
    gaz_vec_free(&a->bindings);
    gaz_vec_free(&a->stack);
    gaz_vec_free(&a->order);
    gaz_vec_free(&a->spare);
    gaz_vec_free(&a->next_field);
    ts_query_cursor_delete(x->cursor);
    ts_parser_delete(x->parser);
    free(x);
}

void gaz_extractor_limit(gaz_extractor *x, const gaz_extract_limits *limits)
{
    x->limits = gaz_extract_limits_or_default(limits);
}

gaz_status gaz_extractor_cancelled(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_CANCELLED, "reading the symbols of a text: the time is up");
}

static gaz_status assemble(gaz_extractor *x, unsigned wanted, gaz_facts *facts, gaz_error *err)
{
    assembly *a = &x->assembly;
    a->facts = facts;
    gaz_status st = gaz_assemble_definitions(a, err);
    if (st == GAZ_OK && wanted & GAZ_FACTS_REFERENCES)
        st = gaz_assemble_references(a, err);
    if (st == GAZ_OK && wanted & GAZ_FACTS_IMPORTS)
        st = gaz_assemble_imports(a, err);
    return st;
}

/* Attribute macros are used where they stand, though the parser has not seen them. */
static gaz_status collect_hidden(gaz_extractor *x, style_id style, gaz_error *err)
{
    raw_facts *raw = &x->assembly.raw;
    uint32_t line = 1, at = 0;
    bool ok = true;
    if (style != STYLE_C && style != STYLE_CPP)
        return GAZ_OK;
    for (size_t i = 0; ok && i < x->hidden.ranges.len; i++) {
        raw_range range = x->hidden.ranges.items[i];
        for (; at < range.start; at++)
            line += raw->text[at] == '\n';
        ok = gaz_collect_tokens(raw, range, line, UINT16_MAX);
    }
    return ok ? GAZ_OK
              : gaz_error_set(err, GAZ_E_NOMEM, "reading the symbols of a text: out of memory");
}

gaz_status gaz_extract(gaz_extractor *x, uint32_t language, const char *text, size_t len,
                       unsigned wanted, gaz_facts *facts, gaz_error *err)
{
    empty_facts(facts);
    const language_row *row = gaz_language_row(language);
    if (!row) {
        facts->outcome = GAZ_EXTRACT_NO_GRAMMAR;
        return GAZ_OK;
    }
    const query_program *program = NULL;
    query_part part =
        wanted & (GAZ_FACTS_REFERENCES | GAZ_FACTS_IMPORTS) ? QUERY_FACTS : QUERY_OUTLINE;
    gaz_status st = gaz_language_program(row, part, &program, err);
    if (st != GAZ_OK)
        return st;
    parse_guard guard;
    gaz_parse_guard_begin(&guard, &x->limits);
    TSTree *tree = gaz_parse_guarded(x->parser, row, text, len, &guard, &x->hidden);
    if (tree) {
        TSNode root = ts_tree_root_node(tree);
        facts->has_errors = ts_node_has_error(root);
        gaz_raw_facts_reset(&x->assembly.raw, text, (uint32_t)len);
        x->assembly.style = gaz_language_style(row->style);
        x->assembly.raw.cpp = row->style == STYLE_CPP;
        st = gaz_collect(&x->assembly.raw, program, x->cursor, root, &guard, err);
        ts_tree_delete(tree);
        if (st == GAZ_OK && part == QUERY_FACTS)
            st = collect_hidden(x, row->style, err);
        if (st == GAZ_OK && !guard.cancelled)
            st = assemble(x, wanted, facts, err);
    }
    if (st == GAZ_OK && guard.cancelled)
        st = gaz_extractor_cancelled(err);
    if (st != GAZ_OK)
        empty_facts(facts);
    if (st == GAZ_OK && facts->outcome == GAZ_EXTRACT_COMPLETE)
        facts->outcome = guard.outcome;
    return st;
}
