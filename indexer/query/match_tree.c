/* Files held against a tree-sitter pattern. Grammars are other people's code, so a text is parsed
 * in another process (gaz_tree_matcher), whole. A text that cannot be parsed is undecided and told
 * in the notes; when time runs out, what was found until then is the answer. */
#include <stdlib.h>
#include <string.h>

#include "gaz/symbols/symbols.h"
#include "match.h"

#define CAPTURED_LINES_MAX 100000u /* of one file */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to match a file's syntax");
}

/* The parts of lines that a span covers: lines without their ends. */
static gaz_status add_span(symbol_spots *out, const char *text, size_t len, const gaz_span *span,
                           gaz_error *err)
{
    size_t at = span->start < len ? span->start : len, end = span->end < len ? span->end : len;
    uint32_t line = span->start_line ? span->start_line - 1 : 0;
    do {
        const char *nl = at < end ? memchr(text + at, '\n', end - at) : NULL;
        size_t stop = nl ? (size_t)(nl - text) : end;
        symbol_spot spot = {line, (uint32_t)at, (uint32_t)stop};
        if (out->len >= CAPTURED_LINES_MAX)
            return GAZ_OK;
        if (!gaz_vec_push(out, spot))
            return no_memory(err);
        at = nl ? stop + 1 : end;
        line++;
    } while (at < end);
    return GAZ_OK;
}

static gaz_status add_matches(symbol_spots *out, const char *text, size_t len,
                              const gaz_tree_matches *found, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < found->count; i++) {
        const gaz_tree_match *m = &found->items[i];
        if (!m->capture_count)
            st = add_span(out, text, len, &m->span, err);
        for (uint32_t k = 0; st == GAZ_OK && k < m->capture_count; k++)
            st = add_span(out, text, len, &found->captures[m->first_capture + k].span, err);
    }
    return st;
}

/* What the other process could not do is about this file alone. */
static gaz_status undecided(match_worker *w, gaz_status st, const gaz_error *why, gaz_error *err)
{
    if (st == GAZ_E_LIMIT || st == GAZ_E_REMOTE || st == GAZ_E_IO) {
        w->limit = "pattern";
        return gaz_error_set(err, GAZ_E_LIMIT, "%s", why->message);
    }
    return gaz_error_set(err, st, "%s", why->message);
}

gaz_status match_tree_spots(match_worker *w, const plan_atom *a, const scope_file *f,
                            symbol_spots *out, gaz_error *err)
{
    const plan *p = w->plan;
    gaz_segment *seg = p->scope->segments[f->segment].segment;
    const view_entry *e = scope_entry(p->scope, f);
    const uint64_t *set = p->segments[f->segment].atom_chunks[a->atom->index];
    gaz_doc doc;
    gaz_status st = gaz_segment_doc(seg, e->doc, &doc, err);
    if (st != GAZ_OK || e->language != a->language || !doc.chunk_count ||
        (set && !set_has(set, doc.first_chunk)))
        return st;
    whole_text text;
    gaz_tree_matches found;
    gaz_error why = {0};
    st = match_whole_text(w, seg, &doc, e->doc, &text, err);
    if (st != GAZ_OK)
        return st;
    size_t from = out->len;
    w->bytes_scanned += text.len;
    gaz_tree_matches_init(&found);
    st = p->match_tree(p->match_tree_ctx, a->language, a->atom->text, a->atom->len, text.data,
                       text.len, w->deadline, &found, &why);
    if (st == GAZ_OK && found.outcome != GAZ_EXTRACT_COMPLETE && !found.count) {
        gaz_error_set(&why, GAZ_E_LIMIT, "its syntax was not read whole: %s",
                      gaz_extract_outcome_name(found.outcome));
        st = GAZ_E_LIMIT;
    }
    st = st == GAZ_OK ? add_matches(out, text.data, text.len, &found, err)
                      : undecided(w, st, &why, err);
    if (st == GAZ_OK && out->len > from)
        qsort(out->items + from, out->len - from, sizeof *out->items, match_spot_order);
    gaz_tree_matches_release(&found);
    gaz_block_release(text.block);
    return st;
}

gaz_status match_tree(match_worker *w, const plan_atom *a, const scope_file *f, bool *found,
                      gaz_error *err)
{
    symbol_spots spots = {0};
    gaz_status st = match_tree_spots(w, a, f, &spots, err);
    *found = st == GAZ_OK && spots.len > 0;
    for (size_t i = 0; st == GAZ_OK && a->positive && i < spots.len; i++)
        if ((!i || spots.items[i].line != spots.items[i - 1].line) &&
            !gaz_vec_push(&w->lines[a->atom->index], spots.items[i].line))
            st = no_memory(err);
    gaz_vec_free(&spots);
    return st;
}
