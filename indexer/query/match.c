/* Deciding one file: the cheap atoms first (repository, path, language), with the others open; only
 * when they leave it open is text read, atom by atom, and only the chunks that are candidates for
 * the atom. */
#include "match.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "significance.h"

enum { OPEN = 0, NO = 1, YES = 2 };

#define LINES_LOOKED_AT 64 /* of a file, for ranking */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to check candidates");
}

gaz_status match_worker_init(match_worker *w, const plan *p, gaz_block_cache *cache,
                             const int8_t *const *refs, int64_t deadline, size_t memory_max,
                             gaz_error *err)
{
    *w = (match_worker){.plan = p,
                        .cache = cache,
                        .refs = refs,
                        .deadline = deadline,
                        .memory_max = memory_max,
                        .limit = "memory"};
    gaz_strbuf_init(&w->text, memory_max);
    match_symbols_init(w);
    w->matchers = calloc(p->atom_count + 1, sizeof(gaz_matcher *));
    w->verdicts = calloc((size_t)p->atom_count + 1, MATCH_BATCH);
    w->lines = calloc(p->atom_count + 1, sizeof *w->lines);
    gaz_status st = w->matchers && w->verdicts && w->lines ? GAZ_OK : no_memory(err);
    for (unsigned i = 0; st == GAZ_OK && i < p->atom_count; i++)
        if (p->atoms[i].pattern)
            st = gaz_matcher_new(p->atoms[i].pattern, &w->matchers[i], err);
    if (st != GAZ_OK)
        match_worker_release(w);
    return st;
}

void match_worker_release(match_worker *w)
{
    for (unsigned i = 0; w->plan && i < w->plan->atom_count; i++) {
        if (w->matchers)
            gaz_matcher_free(w->matchers[i]);
        if (w->lines)
            gaz_vec_free(&w->lines[i]);
    }
    ahead_clear(&w->ahead);
    free(w->matchers);
    free(w->verdicts);
    free(w->lines);
    gaz_strbuf_release(&w->text);
    match_symbols_release(w);
    *w = (match_worker){0};
}

/* ---- atoms over repositories and branches ---- */

static gaz_status name_verdict(gaz_matcher *m, const char *name, int8_t *out, gaz_error *err)
{
    gaz_scan scan = {.text = name, .len = strlen(name), .deadline_us = GAZ_NEVER};
    if (gaz_utf8_valid(scan.text, scan.len))
        scan.flags = GAZ_TEXT_VALID;
    bool found = false;
    gaz_status st = gaz_matcher_test(m, &scan, &found, err);
    *out = found ? YES : NO;
    return st;
}

static bool over_refs(const plan *p, const gaz_atom *atom)
{
    return atom->field == GAZ_FIELD_REPO || atom->field == GAZ_FIELD_BRANCH ||
           (atom->field == GAZ_FIELD_TEXT && p->query->type == GAZ_TYPE_REPO);
}

bool match_chooses_refs(const plan *p)
{
    for (unsigned i = 0; i < p->atom_count; i++)
        if (over_refs(p, p->atoms[i].atom))
            return true;
    return false;
}

static gaz_status ref_verdicts(const plan *p, const plan_atom *a, const scope_ref *refs,
                               size_t count, int8_t *out, gaz_error *err)
{
    gaz_matcher *m = NULL;
    gaz_status st = a->pattern ? gaz_matcher_new(a->pattern, &m, err) : GAZ_OK;
    (void)p;
    for (size_t i = 0; st == GAZ_OK && i < count; i++) {
        const char *name =
            a->atom->field == GAZ_FIELD_BRANCH ? refs[i].ref->name : refs[i].repo->row.name;
        if (a->atom->exact)
            out[i] = strcmp(name, a->atom->text) == 0 ? YES : NO;
        else
            st = name_verdict(m, name, &out[i], err);
    }
    gaz_matcher_free(m);
    return st;
}

gaz_status match_refs(const plan *p, const scope_ref *refs, size_t count, const int8_t *const **out,
                      gaz_error *err)
{
    const int8_t **all = gaz_arena_array(p->arena, p->atom_count + 1, sizeof *all);
    if (!all)
        return no_memory(err);
    for (unsigned i = 0; i < p->atom_count; i++) {
        if (!over_refs(p, p->atoms[i].atom))
            continue;
        int8_t *verdicts = gaz_arena_array(p->arena, count + 1, 1);
        gaz_status st =
            verdicts ? ref_verdicts(p, &p->atoms[i], refs, count, verdicts, err) : no_memory(err);
        if (st != GAZ_OK)
            return st;
        all[i] = verdicts;
    }
    *out = all;
    return GAZ_OK;
}

/* ---- the tree, three-valued ---- */

typedef struct decide {
    const uint8_t *verdicts;   /* by atom, or NULL */
    const int8_t *const *refs; /* used when verdicts is NULL */
    size_t ref;
} decide;

static int atom_verdict(const decide *d, unsigned index)
{
    if (d->verdicts)
        return d->verdicts[index];
    return d->refs && d->refs[index] ? d->refs[index][d->ref] : OPEN;
}

static int verdict_of(const decide *d, const gaz_node *node)
{
    if (node->kind == GAZ_NODE_ALL)
        return YES;
    if (node->kind == GAZ_NODE_ATOM)
        return atom_verdict(d, node->atom->index);
    if (node->kind == GAZ_NODE_NOT) {
        int v = verdict_of(d, node->kids[0]);
        return v == OPEN ? OPEN : v == YES ? NO : YES;
    }
    int decisive = node->kind == GAZ_NODE_AND ? NO : YES;
    bool open = false;
    for (size_t i = 0; i < node->count; i++) {
        int v = verdict_of(d, node->kids[i]);
        if (v == decisive)
            return decisive;
        open |= v == OPEN;
    }
    return open ? OPEN : decisive == NO ? YES : NO;
}

bool match_ref_possible(const plan *p, const gaz_node *node, const int8_t *const *refs, size_t ref)
{
    (void)p;
    decide d = {NULL, refs, ref};
    return verdict_of(&d, node) != NO;
}

/* ---- text ---- */

static void look_at_word(match_worker *w, const char *line, size_t len, size_t at, size_t n)
{
    significance what = significance_of(line, len, at, n);
    w->whole_words += what >= SIGNIFICANCE_WORD;
    w->definitions += what == SIGNIFICANCE_DEFINITION;
}

typedef struct visit_context {
    match_worker *worker;
    const plan_atom *atom;
    const char *text;
    uint32_t first_line;
    uint32_t seen;
    bool keep, failed;
} visit_context;

static bool visit_line(void *ctx, const gaz_line *line)
{
    visit_context *v = ctx;
    v->seen++;
    if (v->keep &&
        !gaz_vec_push(&v->worker->lines[v->atom->atom->index], v->first_line + line->number)) {
        v->failed = true;
        return false;
    }
    if (v->worker->definer_lines.len)
        match_definer_line(v->worker, v->first_line + line->number);
    if (v->atom->atom->literal && v->worker->line_count + v->seen <= LINES_LOOKED_AT) {
        const char *start = v->text + line->start;
        size_t len = line->end - line->start;
        const char *hit = line->match != SIZE_MAX
                              ? v->text + line->match
                              : memmem(start, len, v->atom->atom->text, v->atom->atom->len);
        if (hit)
            look_at_word(v->worker, start, len, (size_t)(hit - start), v->atom->atom->len);
    }
    return true;
}

gaz_status match_pattern_status(match_worker *w, gaz_status st)
{
    if (st == GAZ_E_LIMIT)
        w->limit = "pattern";
    return st;
}

/* Scans one piece of a document for an atom: all its lines when they are shown, else just whether
 * there is one. */
static gaz_status scan_piece(match_worker *w, const plan_atom *a, const char *text, size_t len,
                             unsigned flags, uint32_t first_line, bool *found, gaz_error *err)
{
    gaz_scan scan = {.text = text, .len = len, .flags = flags & 7u, .deadline_us = w->deadline};
    gaz_matcher *m = w->matchers[a->atom->index];
    w->bytes_scanned += len;
    if (!a->positive)
        return match_pattern_status(w, gaz_matcher_test(m, &scan, found, err));
    visit_context v = {.worker = w,
                       .atom = a,
                       .text = text,
                       .first_line = first_line,
                       .keep = w->plan->positive_lines > 1};
    scan.unnumbered = !v.keep && !w->definer_lines.len;
    gaz_status st = gaz_matcher_lines(m, &scan, visit_line, &v, err);
    if (v.failed)
        return no_memory(err);
    *found = v.seen > 0;
    w->line_count += v.seen;
    return match_pattern_status(w, st);
}

gaz_status match_chunk(match_worker *w, gaz_segment *seg, uint32_t number, gaz_chunk *c,
                       gaz_block **block, gaz_error *err)
{
    if (ahead_take(&w->ahead, w->cache, seg, number, c, block))
        return GAZ_OK;
    gaz_status st = gaz_segment_chunk(seg, number, c, err);
    if (st == GAZ_OK && c->len > GAZ_CHUNK_BYTES && c->len > w->memory_max)
        st = gaz_error_set(err, GAZ_E_LIMIT,
                           "it has a line of about %u bytes, over the setting query.memory (%zu)",
                           c->len, w->memory_max);
    return st == GAZ_OK ? gaz_segment_block(seg, w->cache, c->block, block, NULL, err) : st;
}

gaz_status match_whole_text(match_worker *w, gaz_segment *seg, const gaz_doc *doc, uint32_t number,
                            whole_text *out, gaz_error *err)
{
    *out = (whole_text){.data = ""};
    if (doc->chunk_count == 1) {
        gaz_chunk c;
        gaz_status st = match_chunk(w, seg, doc->first_chunk, &c, &out->block, err);
        if (st != GAZ_OK)
            return st;
        out->data = gaz_block_data(out->block) + c.offset;
        out->len = c.len;
        return GAZ_OK;
    }
    gaz_strbuf_reset(&w->text);
    if (doc->text_len > w->memory_max)
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "a pattern that spans lines needs all of its %u bytes at once, over "
                             "the setting query.memory (%zu)",
                             doc->text_len, w->memory_max);
    gaz_status st = gaz_segment_text(seg, w->cache, number, w->memory_max, &w->text, err);
    out->data = w->text.data;
    out->len = w->text.len;
    return st;
}

static gaz_status scan_chunk(match_worker *w, const plan_atom *a, gaz_segment *seg,
                             const gaz_doc *doc, uint32_t chunk, bool *found, gaz_error *err)
{
    gaz_chunk c;
    gaz_block *block = NULL;
    gaz_status st = match_chunk(w, seg, chunk, &c, &block, err);
    if (st == GAZ_OK)
        st = scan_piece(w, a, gaz_block_data(block) + c.offset, c.len, doc->flags, c.first_line,
                        found, err);
    gaz_block_release(block);
    return st;
}

static void note_chunk(match_worker *w, const plan_atom *a, uint32_t chunk)
{
    if (a->positive && chunk < w->first_chunk)
        w->first_chunk = chunk;
}

static gaz_status scan_document(match_worker *w, const plan_atom *a, const scope_file *f,
                                bool *found, gaz_error *err)
{
    gaz_doc doc;
    gaz_segment *seg = w->plan->scope->segments[f->segment].segment;
    uint32_t number = scope_entry(w->plan->scope, f)->doc;
    if (a->tree)
        return match_tree(w, a, f, found, err);
    const uint64_t *set = w->plan->segments[f->segment].atom_chunks[a->atom->index];
    gaz_status st = gaz_segment_doc(seg, number, &doc, err);
    *found = false;
    if (st != GAZ_OK || doc.chunk_count == 0)
        return st;
    if (a->multiline) {
        if (set && !set_has(set, doc.first_chunk))
            return GAZ_OK;
        whole_text text;
        st = match_whole_text(w, seg, &doc, number, &text, err);
        if (st == GAZ_OK)
            st = scan_piece(w, a, text.data, text.len, doc.flags, 0, found, err);
        if (*found)
            note_chunk(w, a, doc.first_chunk);
        gaz_block_release(text.block);
        return st;
    }
    for (uint32_t i = doc.first_chunk; st == GAZ_OK && i < doc.first_chunk + doc.chunk_count; i++) {
        bool here = false;
        if (set && !set_has(set, i))
            continue;
        st = scan_chunk(w, a, seg, &doc, i, &here, err);
        *found |= here;
        if (here)
            note_chunk(w, a, i);
        if (here && !a->positive)
            break;
    }
    return st;
}

/* ---- one file ---- */

static gaz_status cheap_verdict(match_worker *w, const plan_atom *a, const scope_file *f,
                                const view_entry *e, uint8_t *verdict, gaz_error *err)
{
    if (w->refs[a->atom->index]) {
        *verdict = (uint8_t)w->refs[a->atom->index][f->ref];
        return GAZ_OK;
    }
    if (a->symbol) {
        *verdict = match_symbol_test(w, a, f) ? YES : NO;
        return GAZ_OK;
    }
    switch (a->atom->field) {
    case GAZ_FIELD_LANG:
        *verdict = e->language == a->atom->language ? YES : NO;
        return GAZ_OK;
    case GAZ_FIELD_GENERATED:
        *verdict = (e->generated != 0) == a->atom->flag ? YES : NO;
        return GAZ_OK;
    case GAZ_FIELD_TEST:
        *verdict = (e->test != 0) == a->atom->flag ? YES : NO;
        return GAZ_OK;
    default:
        break;
    }
    gaz_scan scan = {.text = e->path, .len = e->path_len, .deadline_us = w->deadline};
    bool found = false;
    gaz_status st = gaz_matcher_test(w->matchers[a->atom->index], &scan, &found, err);
    *verdict = found ? YES : NO;
    return match_pattern_status(w, st);
}

/* Decides the content atoms a node needs, in order, until the node is decided. */
static gaz_status decide_content(match_worker *w, const gaz_node *node, const scope_file *f,
                                 uint8_t *verdicts, gaz_error *err)
{
    decide d = {verdicts, NULL, 0};
    if (verdict_of(&d, node) != OPEN)
        return GAZ_OK;
    if (node->kind == GAZ_NODE_ATOM) {
        bool found = false;
        gaz_status st = scan_document(w, &w->plan->atoms[node->atom->index], f, &found, err);
        if (st == GAZ_OK)
            verdicts[node->atom->index] = found ? YES : NO;
        return st;
    }
    for (size_t i = 0; i < node->count; i++) {
        gaz_status st = decide_content(w, node->kids[i], f, verdicts, err);
        if (st != GAZ_OK || verdict_of(&d, node) != OPEN)
            return st;
    }
    return GAZ_OK;
}

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* Lines of several atoms count once each. */
static gaz_status count_union(match_worker *w, uint32_t *lines, gaz_error *err)
{
    GAZ_VEC(uint32_t) all = {0};
    for (unsigned i = 0; i < w->plan->atom_count; i++) {
        size_t n = w->lines[i].len;
        if (!n)
            continue;
        if (!gaz_vec_reserve(&all, n)) {
            gaz_vec_free(&all);
            return no_memory(err);
        }
        memcpy(all.items + all.len, w->lines[i].items, n * sizeof *all.items);
        all.len += n;
    }
    if (all.len)
        qsort(all.items, all.len, sizeof *all.items, by_number);
    uint32_t distinct = 0;
    for (size_t i = 0; i < all.len; i++)
        distinct += i == 0 || all.items[i] != all.items[i - 1];
    gaz_vec_free(&all);
    *lines = distinct;
    return GAZ_OK;
}

/* An `or` is true after its first true branch; the other atoms' lines are shown all the same. */
static gaz_status finish_lines(match_worker *w, const scope_file *f, const uint8_t *verdicts,
                               gaz_error *err)
{
    for (unsigned i = 0; i < w->plan->atom_count; i++) {
        const plan_atom *a = &w->plan->atoms[i];
        bool found;
        bool symbols = a->symbol && a->positive && verdicts[i] == YES;
        if (!symbols && (!a->content || !a->positive || verdicts[i] != OPEN))
            continue;
        gaz_status st =
            symbols ? match_symbol_lines(w, a, f, err) : scan_document(w, a, f, &found, err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

static gaz_status cheap_verdicts(match_worker *w, const scope_file *f, uint8_t *verdicts,
                                 gaz_error *err)
{
    const plan *p = w->plan;
    const view_entry *e = scope_entry(p->scope, f);
    gaz_status st = GAZ_OK;
    for (unsigned i = 0; st == GAZ_OK && i < p->atom_count; i++) {
        verdicts[i] = OPEN;
        if (!p->atoms[i].content)
            st = cheap_verdict(w, &p->atoms[i], f, e, &verdicts[i], err);
    }
    return st;
}

/* ---- batches ---- */

static uint8_t *verdicts_of(const match_worker *w, size_t index)
{
    return w->verdicts + index * w->plan->atom_count;
}

/* The one atom whose chunks are known before any text is read, or NULL. */
static const plan_atom *only_content(const plan *p)
{
    const plan_atom *only = NULL;
    for (unsigned i = 0; p->content_atoms == 1 && i < p->atom_count; i++)
        if (p->atoms[i].content && !p->atoms[i].multiline)
            only = &p->atoms[i];
    return only;
}

static void add_chunks(match_worker *w, const plan_atom *a, const scope_file *f)
{
    gaz_doc doc;
    gaz_segment *seg = w->plan->scope->segments[f->segment].segment;
    const uint64_t *set = w->plan->segments[f->segment].atom_chunks[a->atom->index];
    if (gaz_segment_doc(seg, scope_entry(w->plan->scope, f)->doc, &doc, NULL) != GAZ_OK)
        return;
    for (uint32_t i = doc.first_chunk; i < doc.first_chunk + doc.chunk_count; i++)
        if (!set || set_has(set, i))
            ahead_add(&w->ahead, seg, i);
}

void match_batch(match_worker *w, const uint32_t *files, size_t count)
{
    const plan *p = w->plan;
    const scope *s = p->scope;
    const plan_atom *only = only_content(p);
    bool open[MATCH_BATCH];
    ahead_clear(&w->ahead);
    for (size_t i = 0; i < count; i++) {
        w->files[i] = files[i];
        __builtin_prefetch(&s->files[files[i]]);
    }
    for (size_t i = 0; i < count; i++)
        __builtin_prefetch(scope_entry(s, &s->files[files[i]]));
    for (size_t i = 0; i < count; i++) {
        const scope_file *f = &s->files[files[i]];
        decide d = {verdicts_of(w, i), NULL, 0};
        w->prepared[i] = cheap_verdicts(w, f, verdicts_of(w, i), NULL);
        open[i] = only && w->prepared[i] == GAZ_OK && verdict_of(&d, p->query->root) == OPEN;
        if (open[i])
            gaz_segment_prefetch_doc(s->segments[f->segment].segment, scope_entry(s, f)->doc);
    }
    for (size_t i = 0; i < count; i++)
        if (open[i])
            add_chunks(w, only, &s->files[files[i]]);
    ahead_start(&w->ahead, w->cache);
}

gaz_status match_file(match_worker *w, size_t index, bool *found, match *out, gaz_error *err)
{
    const plan *p = w->plan;
    const scope_file *f = &p->scope->files[w->files[index]];
    uint8_t *verdicts = verdicts_of(w, index);
    decide d = {verdicts, NULL, 0};
    *found = false;
    w->limit = "memory";
    w->first_chunk = UINT32_MAX;
    w->line_count = w->whole_words = w->definitions = 0;
    for (unsigned i = 0; i < p->atom_count; i++)
        w->lines[i].len = 0;
    gaz_status st = w->prepared[index];
    if (st != GAZ_OK) /* once more, for what went wrong */
        st = cheap_verdicts(w, f, verdicts, err);
    if (st == GAZ_OK)
        st = match_definers(w, w->files[index], err);
    if (st == GAZ_OK)
        st = decide_content(w, p->query->root, f, verdicts, err);
    if (st != GAZ_OK || verdict_of(&d, p->query->root) != YES)
        return st;
    if (p->positive_lines)
        st = finish_lines(w, f, verdicts, err);
    uint32_t lines = w->line_count;
    if (st == GAZ_OK && (p->positive_lines > 1 || p->positive_symbols))
        st = count_union(w, &lines, err);
    *found = st == GAZ_OK;
    *out = (match){.file = w->files[index],
                   .lines = lines,
                   .first_chunk = w->first_chunk,
                   .whole_words = (uint16_t)w->whole_words,
                   .definitions = (uint16_t)w->definitions,
                   .points = w->definer_points};
    return st;
}
