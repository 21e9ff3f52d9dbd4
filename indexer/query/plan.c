/* Planning. Each content atom has a tree of literals its matches must hold (gaz_pattern_grams); per
 * segment the tree is evaluated over the n-gram postings to a set of chunks. The query's own tree
 * is then evaluated over documents, where negations and properties of files rule nothing out: what
 * is left is checked against the text. */
#include "plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/json/json.h"
#include "symbol_marks.h"

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to plan a query");
}

gaz_status plan_note(plan *p, const char *message, gaz_error *err)
{
    for (size_t i = 0; i < p->damage.len; i++)
        if (strcmp(p->damage.items[i], message) == 0)
            return GAZ_OK;
    if (p->damage.len >= 100)
        return GAZ_OK;
    char *copy = strdup(message);
    if (!copy || !gaz_vec_push(&p->damage, copy)) {
        free(copy);
        return no_memory(err);
    }
    return GAZ_OK;
}

/* ---- compiling ---- */

static void mark_positive(plan *p, const gaz_node *node, bool positive)
{
    if (node->kind == GAZ_NODE_ATOM) {
        plan_atom *a = &p->atoms[node->atom->index];
        a->positive = a->positive || positive;
    }
    for (size_t i = 0; i < node->count; i++)
        mark_positive(p, node->kids[i], node->kind == GAZ_NODE_NOT ? !positive : positive);
}

static bool is_content(const gaz_query *q, const gaz_atom *atom)
{
    return atom->field == GAZ_FIELD_CONTENT || atom->field == GAZ_FIELD_TS ||
           (atom->field == GAZ_FIELD_TEXT && q->type == GAZ_TYPE_MATCH);
}

static bool is_symbol(const gaz_query *q, const gaz_atom *atom)
{
    return atom->field == GAZ_FIELD_SYM ||
           (atom->field == GAZ_FIELD_TEXT && q->type == GAZ_TYPE_SYMBOL);
}

static bool has_pattern(const gaz_atom *atom)
{
    switch (atom->field) {
    case GAZ_FIELD_LANG:
    case GAZ_FIELD_GENERATED:
    case GAZ_FIELD_TEST:
    case GAZ_FIELD_TS:
        return false;
    case GAZ_FIELD_REPO:
        return !atom->exact;
    default:
        return true;
    }
}

/* A compiler counts columns within the pattern; people see the query. */
void plan_point_at(const gaz_atom *atom, gaz_error *err)
{
    static const char prefix[] = "regular expression, column ";
    char rest[sizeof err->message];
    if (!err)
        return;
    size_t at = err->column ? err->column - 1 : 0;
    if (!atom->columns)
        err->column = atom->column;
    else
        err->column = atom->columns[at < atom->len ? at : atom->len];
    const char *colon =
        strncmp(err->message, prefix, sizeof prefix - 1) == 0 ? strstr(err->message, ": ") : NULL;
    if (!colon)
        return;
    snprintf(rest, sizeof rest, "%s", colon + 2);
    snprintf(err->message, sizeof err->message, "query, column %zu: %.360s", err->column, rest);
}

/* What names must hold: the pattern of names itself asks nothing of an index. */
static gaz_status name_grams(plan *p, plan_atom *a, gaz_error *err)
{
    static const gaz_gram any = {.kind = GAZ_GRAM_ANY};
    gaz_pattern_options options = {.literal = a->atom->literal, .fold = p->query->fold};
    gaz_pattern *pattern = NULL;
    gaz_error why = {0};
    gaz_status st =
        pattern_cache_get(p->patterns, a->atom->text, a->atom->len, &options, &pattern, &why);
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    a->grams = &any;
    if (st == GAZ_OK)
        st = gaz_pattern_grams(pattern, p->arena, &a->grams, err);
    else
        st = GAZ_OK;
    pattern_cache_release(p->patterns, pattern);
    return st;
}

/* Node names are a grammar's own, so a pattern says nothing without its language. */
static gaz_status compile_tree(plan *p, plan_atom *a, gaz_error *err)
{
    const gaz_node *root = p->query->root;
    for (size_t i = 0; !a->language && root->kind == GAZ_NODE_AND && i < root->count; i++)
        if (root->kids[i]->kind == GAZ_NODE_ATOM && root->kids[i]->atom->field == GAZ_FIELD_LANG)
            a->language = root->kids[i]->atom->language;
    if (!a->language) {
        if (err && err->status == GAZ_OK)
            err->column = a->atom->column;
        gaz_error_set(err, GAZ_E_INVALID,
                      "query, column %zu: ts: needs the language its pattern is written for",
                      a->atom->column);
        gaz_error_hint(err, "add lang:c, or the one you mean: node names are those of its "
                            "tree-sitter grammar");
        return GAZ_E_INVALID;
    }
    a->multiline = true;
    return plan_tree_grams(p, a->atom, &a->grams, err);
}

static gaz_status compile_atom(plan *p, plan_atom *a, gaz_error *err)
{
    gaz_pattern_options options = {
        .literal = a->atom->literal, .fold = p->query->fold, .path = !a->content};
    gaz_status st =
        pattern_cache_get(p->patterns, a->atom->text, a->atom->len, &options, &a->pattern, err);
    if (st == GAZ_E_INVALID || st == GAZ_E_LIMIT || st == GAZ_E_UNSUPPORTED)
        plan_point_at(a->atom, err);
    if (st == GAZ_OK && a->symbol)
        return name_grams(p, a, err);
    if (st != GAZ_OK || !a->content)
        return st;
    a->multiline = gaz_pattern_multiline(a->pattern);
    return gaz_pattern_grams(a->pattern, p->arena, &a->grams, err);
}

gaz_status plan_compile(plan *p, const gaz_query *query, gaz_arena *arena, pattern_cache *patterns,
                        gaz_error *err)
{
    if (query->type >= GAZ_TYPE_COMMIT)
        return gaz_error_set(err, GAZ_E_UNSUPPORTED, "commits are not searched for here");
    *p = (plan){
        .query = query, .arena = arena, .patterns = patterns, .atom_count = query->atom_count};
    p->atoms = gaz_arena_array(arena, query->atom_count + 1, sizeof *p->atoms);
    if (!p->atoms)
        return no_memory(err);
    for (unsigned i = 0; i < query->atom_count; i++) {
        p->atoms[i].atom = query->atoms[i];
        p->atoms[i].content = is_content(query, query->atoms[i]);
        p->atoms[i].symbol = is_symbol(query, query->atoms[i]);
        p->atoms[i].tree = query->atoms[i]->field == GAZ_FIELD_TS;
    }
    mark_positive(p, query->root, true);
    for (unsigned i = 0; i < query->atom_count; i++) {
        plan_atom *a = &p->atoms[i];
        if (a->content && query->type == GAZ_TYPE_SYMBOL)
            a->positive = false; /* only symbols are shown */
        p->content_atoms += a->content;
        p->symbol_atoms += a->symbol;
        p->positive_lines += (a->content || a->symbol) && a->positive;
        p->positive_symbols += (a->symbol || a->tree) && a->positive;
        gaz_status st = a->tree                ? compile_tree(p, a, err)
                        : has_pattern(a->atom) ? compile_atom(p, a, err)
                                               : GAZ_OK;
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

/* ---- candidates ---- */

typedef struct gram_walk {
    gaz_segment *segment;
    size_t words;
    bool by_document; /* a match may span chunks: literals are asked for per document */
    int64_t deadline;
} gram_walk;

static void fill(uint64_t *set, uint32_t count)
{
    size_t words = (count + 63) / 64;
    memset(set, 0xFF, words * 8);
    if (count & 63)
        set[words - 1] = (UINT64_C(1) << (count & 63)) - 1;
}

/* Every chunk of a document that has one in the set. */
static gaz_status widen(gaz_segment *seg, uint64_t *set, gaz_error *err)
{
    uint32_t chunks = gaz_segment_chunks(seg);
    for (uint32_t i = 0; i < chunks; i++) {
        if (!set_has(set, i))
            continue;
        gaz_chunk c;
        gaz_doc d;
        gaz_status st = gaz_segment_chunk(seg, i, &c, err);
        if (st == GAZ_OK)
            st = gaz_segment_doc(seg, c.doc, &d, err);
        if (st != GAZ_OK)
            return st;
        for (uint32_t k = d.first_chunk; k < d.first_chunk + d.chunk_count; k++)
            set[k >> 6] |= UINT64_C(1) << (k & 63);
        if (d.first_chunk + d.chunk_count > i)
            i = d.first_chunk + d.chunk_count - 1;
    }
    return GAZ_OK;
}

static gaz_status walk_grams(const gram_walk *w, const gaz_gram *g, uint64_t *set, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    if (gaz_expired(w->deadline))
        return gaz_error_set(err, GAZ_E_TIMEOUT, "time ran out while planning");
    if (g->kind == GAZ_GRAM_LITERAL) {
        st = gaz_segment_literal(w->segment, g->text, g->len, set, err);
        return st == GAZ_OK && w->by_document ? widen(w->segment, set, err) : st;
    }
    if (g->kind == GAZ_GRAM_ANY || g->count == 0) {
        fill(set, gaz_segment_chunks(w->segment));
        return GAZ_OK;
    }
    st = walk_grams(w, g->kids[0], set, err);
    uint64_t *other = st == GAZ_OK && g->count > 1 ? malloc((w->words + 1) * sizeof *other) : NULL;
    if (st == GAZ_OK && g->count > 1 && !other)
        st = no_memory(err);
    for (size_t i = 1; st == GAZ_OK && i < g->count; i++) {
        st = walk_grams(w, g->kids[i], other, err);
        for (size_t k = 0; st == GAZ_OK && k < w->words; k++)
            set[k] = g->kind == GAZ_GRAM_AND ? set[k] & other[k] : set[k] | other[k];
    }
    free(other);
    return st;
}

static gaz_status atom_candidates(const plan_atom *a, gaz_segment *seg, int64_t deadline,
                                  uint64_t **out, gaz_error *err)
{
    size_t words = gaz_segment_set_words(seg);
    if (a->grams->kind == GAZ_GRAM_ANY)
        return GAZ_OK;
    uint64_t *set = malloc((words + 1) * sizeof *set);
    if (!set)
        return no_memory(err);
    gram_walk walk = {seg, words, a->multiline, deadline};
    gaz_status st = walk_grams(&walk, a->grams, set, err);
    if (st == GAZ_OK)
        *out = set;
    else
        free(set);
    return st;
}

static gaz_status node_documents(const plan *p, const gaz_node *node, gaz_segment *seg,
                                 const plan_segment *out, uint64_t *set, gaz_error *err)
{
    uint64_t *const *atom_chunks = out->atom_chunks;
    uint32_t docs = gaz_segment_docs(seg);
    size_t words = (docs + 63) / 64;
    if (node->kind == GAZ_NODE_ATOM && p->atoms[node->atom->index].content &&
        atom_chunks[node->atom->index]) {
        memset(set, 0, words * 8);
        return gaz_segment_chunk_documents(seg, atom_chunks[node->atom->index], set, err);
    }
    if (node->kind == GAZ_NODE_ATOM && p->atoms[node->atom->index].symbol) {
        const symbol_mark_list *marks = &out->marks[node->atom->index];
        memset(set, 0, words * 8);
        for (size_t i = 0; i < marks->len; i++)
            set[marks->items[i].doc >> 6] |= UINT64_C(1) << (marks->items[i].doc & 63);
        return GAZ_OK;
    }
    if (node->kind != GAZ_NODE_AND && node->kind != GAZ_NODE_OR) {
        fill(set, docs);
        return GAZ_OK;
    }
    uint64_t *other = malloc((words + 1) * sizeof *other);
    if (!other)
        return no_memory(err);
    gaz_status st = node_documents(p, node->kids[0], seg, out, set, err);
    for (size_t i = 1; st == GAZ_OK && i < node->count; i++) {
        st = node_documents(p, node->kids[i], seg, out, other, err);
        for (size_t k = 0; st == GAZ_OK && k < words; k++)
            set[k] = node->kind == GAZ_NODE_AND ? set[k] & other[k] : set[k] | other[k];
    }
    free(other);
    return st;
}

/* Leaves what the index can tell; a damaged part of the index rules nothing out and is noted. */
static gaz_status plan_one(plan *p, plan_segment *out, const scope_segment *in, int64_t deadline,
                           gaz_error *err)
{
    gaz_segment *seg = in->segment;
    out->atom_chunks = calloc(p->atom_count + 1, sizeof(uint64_t *));
    out->documents = malloc(((size_t)in->docs / 64 + 2) * sizeof *out->documents);
    if (!out->atom_chunks || !out->documents)
        return no_memory(err);
    gaz_status st = GAZ_OK;
    gaz_error why = {0};
    for (unsigned i = 0; st == GAZ_OK && i < p->atom_count; i++)
        if (p->atoms[i].content)
            st = atom_candidates(&p->atoms[i], seg, deadline, &out->atom_chunks[i], &why);
    if (st == GAZ_OK)
        st = node_documents(p, p->query->root, seg, out, out->documents, &why);
    if (st == GAZ_OK)
        st = gaz_segment_intact(seg, &why);
    if (st == GAZ_E_CORRUPT) {
        for (unsigned i = 0; i < p->atom_count; i++) {
            free(out->atom_chunks[i]);
            out->atom_chunks[i] = NULL;
        }
        fill(out->documents, in->docs);
        return plan_note(p, why.message, err);
    }
    if (st != GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    return st;
}

gaz_status plan_candidates(plan *p, const scope *s, world *w, size_t memory_max,
                           int64_t deadline_us, gaz_error *err)
{
    p->scope = s;
    p->segments = calloc(s->segment_count + 1, sizeof *p->segments);
    if (!p->segments)
        return no_memory(err);
    gaz_status st = marks_find(p, w, memory_max, deadline_us, err);
    for (size_t i = 0; st == GAZ_OK && i < s->segment_count; i++)
        st = plan_one(p, &p->segments[i], &s->segments[i], deadline_us, err);
    return st;
}

void plan_release(plan *p)
{
    marks_release(p);
    for (unsigned i = 0; p->atoms && i < p->atom_count; i++)
        pattern_cache_release(p->patterns, p->atoms[i].pattern);
    for (size_t s = 0; p->segments && s < p->scope->segment_count; s++) {
        for (unsigned i = 0; p->segments[s].atom_chunks && i < p->atom_count; i++)
            free(p->segments[s].atom_chunks[i]);
        free(p->segments[s].atom_chunks);
        free(p->segments[s].documents);
    }
    free(p->segments);
    for (size_t i = 0; i < p->damage.len; i++)
        free(p->damage.items[i]);
    gaz_vec_free(&p->damage);
    p->atoms = NULL;
    p->segments = NULL;
}

/* ---- explain ---- */

/* Edges are shown as the pattern had them. */
static void explain_literal(const gaz_gram *g, gaz_json_writer *w)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < g->len; i++)
        if (g->text[i] == GAZ_GRAM_EDGE)
            gaz_strbuf_puts(&text, "\\b");
        else
            gaz_strbuf_putc(&text, g->text[i]);
    gaz_json_put_string(w, "text", text.data, text.len);
    gaz_strbuf_release(&text);
}

static void explain_grams(const gaz_gram *g, gaz_json_writer *w)
{
    static const char *const names[] = {"any", "literal", "and", "or"};
    gaz_json_object_begin(w);
    gaz_json_put_cstring(w, "kind", names[g->kind]);
    if (g->kind == GAZ_GRAM_LITERAL)
        explain_literal(g, w);
    if (g->count) {
        gaz_json_key(w, "of");
        gaz_json_array_begin(w);
        for (size_t i = 0; i < g->count; i++)
            explain_grams(g->kids[i], w);
        gaz_json_array_end(w);
    }
    gaz_json_object_end(w);
}

void plan_explain(const plan *p, gaz_strbuf *out)
{
    gaz_json_writer w;
    gaz_strbuf tree = GAZ_STRBUF_INIT;
    gaz_json_writer_init(&w, out);
    gaz_json_object_begin(&w);
    gaz_query_format(p->query, &tree);
    gaz_json_put_string(&w, "tree", tree.data, tree.len);
    gaz_json_key(&w, "atoms");
    gaz_json_array_begin(&w);
    for (unsigned i = 0; i < p->atom_count; i++) {
        const plan_atom *a = &p->atoms[i];
        gaz_json_object_begin(&w);
        gaz_json_put_string(&w, "text", a->atom->text, a->atom->len);
        gaz_json_put_int(&w, "column", (int64_t)a->atom->column);
        gaz_json_put_bool(&w, "content", a->content);
        if (a->pattern) {
            gaz_json_put_cstring(&w, "engine", gaz_pattern_engine(a->pattern));
            gaz_json_put_bool(&w, "ignore_case", gaz_pattern_folds(a->pattern));
        }
        if (a->symbol) {
            uint64_t marks = 0;
            gaz_json_put_bool(&w, "symbol", true);
            gaz_json_key(&w, "grams");
            explain_grams(a->grams, &w);
            for (size_t s = 0; p->segments && s < p->scope->segment_count; s++)
                marks += p->segments[s].marks ? p->segments[s].marks[i].len : 0;
            gaz_json_put_int(&w, "candidate_symbols", (int64_t)marks);
        }
        if (a->content) {
            gaz_json_put_bool(&w, "multiline", a->multiline);
            gaz_json_key(&w, "grams");
            explain_grams(a->grams, &w);
            uint64_t chunks = 0;
            for (size_t s = 0; p->segments && s < p->scope->segment_count; s++) {
                const uint64_t *set = p->segments[s].atom_chunks ? p->segments[s].atom_chunks[i]
                                                                 : NULL; /* none: time ran out */
                size_t words = gaz_segment_set_words(p->scope->segments[s].segment);
                for (size_t k = 0; set && k < words; k++)
                    chunks += (uint64_t)__builtin_popcountll(set[k]);
                chunks += set ? 0 : gaz_segment_chunks(p->scope->segments[s].segment);
            }
            gaz_json_put_int(&w, "candidate_chunks", (int64_t)chunks);
        }
        gaz_json_object_end(&w);
    }
    gaz_json_array_end(&w);
    gaz_json_object_end(&w);
    gaz_strbuf_release(&tree);
}
