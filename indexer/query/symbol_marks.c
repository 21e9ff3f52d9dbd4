/* Marks. Names are found in the dictionaries of a pool's symbol segments: by the bands that an
 * atom's literals leave, or exactly for a word. What is found names a document of facts; the blob
 * it is about names the document of its text, and that the files of the scope. Facts of a blob that
 * a later segment has anew are dead. */
#include "symbol_marks.h"

#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "gaz/symbols/symbols.h"
#include "gaz/text/language.h"

#define WORDS_MAX 8            /* of a query, looked up for ranking */
#define WORD_MIN 2             /* bytes: shorter names are defined everywhere */
#define WORD_MARKS_MAX 50000u  /* a name that is defined more often ranks nothing */
#define WORD_LOOKS_MAX 500000u /* definitions looked at of one word and segment */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to look for symbols");
}

/* ---- what a definition is worth ---- */

static uint8_t points_of(uint8_t kind, uint8_t flags)
{
    if (flags & (GAZ_DEFINITION_LOCAL | GAZ_DEFINITION_ANONYMOUS))
        return 0;
    if (flags & GAZ_DEFINITION_DECLARATION)
        return 4;
    switch (kind) {
    case GAZ_SYMBOL_FIELD:
    case GAZ_SYMBOL_PROPERTY:
    case GAZ_SYMBOL_ENUM_MEMBER:
    case GAZ_SYMBOL_SECTION:
    case GAZ_SYMBOL_KEY:
    case GAZ_SYMBOL_ELEMENT:
    case GAZ_SYMBOL_COLUMN:
        return 5;
    case GAZ_SYMBOL_VARIABLE:
    case GAZ_SYMBOL_CONSTANT:
        return 6;
    default:
        return MARK_POINTS_MAX;
    }
}

/* ---- looking in one segment ---- */

typedef struct finding {
    gaz_symbol_named named;
    uint8_t points;
} finding;

typedef struct search_names {
    gaz_matcher *matcher;
    const char *text; /* a literal, or NULL */
    size_t len;
    bool folds, sure;
    uint8_t percent; /* of points that a hit on the name at hand is worth, in eighths */
    GAZ_VEC(finding) found;
    size_t max;
    bool full, no_memory;
    gaz_status failed;
    gaz_error *err;
} search_names;

static char fold(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
}

static bool same_start(const search_names *n, const char *name)
{
    if (!n->folds)
        return memcmp(name, n->text, n->len) == 0;
    for (size_t i = 0; i < n->len; i++)
        if (fold(name[i]) != fold(n->text[i]))
            return false;
    return true;
}

/* A whole name is worth more than a part of one. */
static bool wants_name(void *ctx, const char *name, size_t len)
{
    search_names *n = ctx;
    bool starts = n->text && len >= n->len && same_start(n, name);
    n->percent = starts ? (len == n->len ? 8 : 5) : 4;
    gaz_scan scan = {.text = name, .len = len, .deadline_us = GAZ_NEVER};
    bool found = false;
    if (gaz_ascii_valid(name, len))
        scan.flags = GAZ_TEXT_ASCII | GAZ_TEXT_VALID;
    else if (gaz_utf8_valid(name, len))
        scan.flags = GAZ_TEXT_VALID;
    if (n->failed == GAZ_OK)
        n->failed = gaz_matcher_test(n->matcher, &scan, &found, n->err);
    return found;
}

static bool take_name(void *ctx, const gaz_symbol_named *named)
{
    search_names *n = ctx;
    finding f = {*named, (uint8_t)(points_of(named->kind, named->flags) * n->percent / 8)};
    n->full = n->found.len >= n->max;
    n->no_memory = !n->full && !gaz_vec_push(&n->found, f);
    return !n->full && !n->no_memory && n->failed == GAZ_OK;
}

/* ---- from documents of facts to files ---- */

typedef struct pool_names {
    const world_pool *pool;
    uint32_t *numbers; /* of the pool's text segments in the scope, or UINT32_MAX */
} pool_names;

/* The scope's segment that holds the text of a document of facts; false when no file has it, or its
 * facts are elsewhere. */
static gaz_status locate(const plan *p, const pool_names *names, size_t segment, uint32_t document,
                         symbol_mark *mark, uint32_t *number, bool *live, gaz_error *err)
{
    const world_pool *pool = names->pool;
    gaz_symbol_document d;
    uint32_t other;
    *live = false;
    gaz_status st = gaz_symbol_segment_document(pool->symbols[segment], document, &d, err);
    for (size_t i = segment + 1; st == GAZ_OK && i < pool->symbol_count; i++) {
        gaz_status newer = pool->symbols[i]
                               ? gaz_symbol_segment_find(pool->symbols[i], &d.key, &other, err)
                               : GAZ_E_NOT_FOUND;
        if (newer != GAZ_E_NOT_FOUND)
            return newer;
    }
    for (size_t i = pool->count; st == GAZ_OK && i-- > 0;) {
        st = pool->segments[i] ? gaz_segment_find(pool->segments[i], &d.key.oid, &mark->doc, err)
                               : GAZ_E_NOT_FOUND;
        *number = names->numbers[i];
        if (st == GAZ_OK && *number != UINT32_MAX) {
            const scope_segment *g = &p->scope->segments[*number];
            *live = g->first[mark->doc] < g->first[mark->doc + 1];
        }
        if (st == GAZ_OK)
            break;
        st = st == GAZ_E_NOT_FOUND ? GAZ_OK : st;
    }
    mark->language = d.key.language;
    return st;
}

static int by_document(const void *a, const void *b)
{
    const gaz_symbol_named *x = &((const finding *)a)->named, *y = &((const finding *)b)->named;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

/* Where marks go: the atom's, or those of words. */
static symbol_mark_list *list_of(plan_segment *s, const plan_atom *atom)
{
    return atom ? &s->marks[atom->atom->index] : &s->definers;
}

static gaz_status add_marks(plan *p, const pool_names *names, size_t segment, search_names *n,
                            const plan_atom *atom, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    symbol_mark mark = {.segment = (uint32_t)segment, .document = UINT32_MAX, .sure = n->sure};
    uint32_t number = 0;
    bool live = false;
    if (n->found.len)
        qsort(n->found.items, n->found.len, sizeof *n->found.items, by_document);
    for (size_t i = 0; st == GAZ_OK && i < n->found.len; i++) {
        const finding *f = &n->found.items[i];
        if (f->named.doc != mark.document) {
            mark.document = f->named.doc;
            st = locate(p, names, segment, f->named.doc, &mark, &number, &live, err);
        }
        mark.index = f->named.index;
        mark.points = f->points;
        if (st == GAZ_OK && live && (atom || mark.points) &&
            !gaz_vec_push(list_of(&p->segments[number], atom), mark))
            st = no_memory(err);
    }
    return st;
}

/* ---- atoms over symbols ---- */

static gaz_status walk_grams(gaz_symbol_segment *seg, const gaz_gram *g, uint64_t *set,
                             gaz_error *err)
{
    size_t words = gaz_symbol_segment_bands(seg);
    if (g->kind == GAZ_GRAM_LITERAL)
        return gaz_symbol_segment_literal(seg, g->text, g->len, set, err);
    if (g->kind == GAZ_GRAM_ANY || !g->count)
        return gaz_symbol_segment_literal(seg, "", 0, set, err);
    uint64_t *other = malloc((words + 1) * sizeof *other);
    gaz_status st = other ? walk_grams(seg, g->kids[0], set, err) : no_memory(err);
    for (size_t i = 1; st == GAZ_OK && i < g->count; i++) {
        st = walk_grams(seg, g->kids[i], other, err);
        for (size_t k = 0; st == GAZ_OK && k < words; k++)
            set[k] = g->kind == GAZ_GRAM_AND ? set[k] & other[k] : set[k] | other[k];
    }
    free(other);
    return st;
}

static gaz_status look_in_bands(gaz_symbol_segment *seg, const gaz_gram *grams, search_names *n,
                                int64_t deadline, gaz_error *err)
{
    uint64_t *bands = malloc((gaz_symbol_segment_bands(seg) + 1) * sizeof *bands);
    gaz_status st = bands ? walk_grams(seg, grams, bands, err) : no_memory(err);
    gaz_symbol_names names = {
        .bands = bands, .wants = wants_name, .visit = take_name, .ctx = n, .deadline_us = deadline};
    n->err = err;
    if (st == GAZ_OK)
        st = gaz_symbol_segment_names(seg, &names, err);
    free(bands);
    if (st == GAZ_OK && n->no_memory)
        return no_memory(err);
    return st == GAZ_OK ? n->failed : st;
}

static gaz_status find_atom(plan *p, const plan_atom *a, const pool_names *names, size_t max,
                            int64_t deadline, gaz_error *err)
{
    search_names n = {.text = a->atom->literal ? a->atom->text : NULL,
                      .len = a->atom->len,
                      .folds = gaz_pattern_folds(a->pattern),
                      .sure = true,
                      .max = max};
    gaz_status st = gaz_matcher_new(a->pattern, &n.matcher, err);
    for (size_t i = 0; st == GAZ_OK && i < names->pool->symbol_count; i++) {
        gaz_symbol_segment *seg = names->pool->symbols[i];
        n.found.len = 0;
        if (!seg)
            continue;
        st = look_in_bands(seg, a->grams, &n, deadline, err);
        if (st == GAZ_OK)
            st = add_marks(p, names, i, &n, a, err);
        p->symbols_cut |= n.full;
    }
    gaz_matcher_free(n.matcher);
    gaz_vec_free(&n.found);
    return st;
}

/* ---- words of the query ---- */

typedef struct searched_word {
    const char *text;
    size_t len;
    bool folds, sure; /* sure: all of the atom, so that its definitions are hits */
} searched_word;

typedef struct word_list {
    searched_word items[WORDS_MAX];
    size_t count;
} word_list;

static bool word_byte(char byte)
{
    unsigned char c = (unsigned char)byte;
    return c == '_' || c >= 0x80 || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static void add_words(word_list *list, const char *text, size_t len, bool folds)
{
    for (size_t i = 0, n; i < len && list->count < WORDS_MAX; i += n ? n : 1) {
        for (n = 0; i + n < len && word_byte(text[i + n]);)
            n++;
        if (n >= WORD_MIN && (text[i] < '0' || text[i] > '9'))
            list->items[list->count++] = (searched_word){text + i, n, folds, n == len};
    }
}

/* A regular expression that is one word says what a literal does: /\bname\b/. */
static bool one_word(const char **text, size_t *len)
{
    if (*len > 2 && memcmp(*text, "\\b", 2) == 0)
        *text += 2, *len -= 2;
    if (*len > 2 && memcmp(*text + *len - 2, "\\b", 2) == 0)
        *len -= 2;
    for (size_t i = 0; i < *len; i++)
        if (!word_byte((*text)[i]))
            return false;
    return true;
}

static void list_words(const plan *p, word_list *list)
{
    for (unsigned i = 0; i < p->atom_count; i++) {
        const plan_atom *a = &p->atoms[i];
        const char *text = a->atom->text;
        size_t len = a->atom->len;
        if (a->content && !a->tree && a->positive && (a->atom->literal || one_word(&text, &len)))
            add_words(list, text, len, gaz_pattern_folds(a->pattern));
    }
}

static gaz_status find_word(plan *p, const searched_word *word, const pool_names *names,
                            gaz_error *err)
{
    search_names n = {.text = word->text,
                      .len = word->len,
                      .folds = word->folds,
                      .sure = word->sure,
                      .percent = 8,
                      .max = WORD_LOOKS_MAX};
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < names->pool->symbol_count; i++) {
        gaz_symbol_segment *seg = names->pool->symbols[i];
        n.found.len = 0;
        if (!seg)
            continue;
        st = gaz_symbol_segment_named(seg, word->text, word->len, word->folds, take_name, &n, err);
        if (st == GAZ_OK && n.no_memory)
            st = no_memory(err);
        if (st == GAZ_OK && !n.full)
            st = add_marks(p, names, i, &n, NULL, err);
    }
    gaz_vec_free(&n.found);
    return st;
}

/* ---- all of a plan ---- */

static gaz_status find_in_pool(plan *p, const pool_names *names, const word_list *words, size_t max,
                               int64_t deadline, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (unsigned i = 0; st == GAZ_OK && i < p->atom_count; i++)
        if (p->atoms[i].symbol)
            st = find_atom(p, &p->atoms[i], names, max, deadline, err);
    for (size_t i = 0; st == GAZ_OK && i < words->count; i++)
        st = find_word(p, &words->items[i], names, err);
    return st;
}

static gaz_status number_segments(const plan *p, const world_pool *pool, pool_names *out,
                                  gaz_error *err)
{
    *out = (pool_names){pool, malloc((pool->count + 1) * sizeof(uint32_t))};
    if (!out->numbers)
        return no_memory(err);
    memset(out->numbers, 0xFF, (pool->count + 1) * sizeof *out->numbers);
    for (uint32_t s = 0; s < p->scope->segment_count; s++)
        if (p->scope->segments[s].pool == pool)
            out->numbers[p->scope->segments[s].number] = s;
    return GAZ_OK;
}

static int by_place(const void *a, const void *b)
{
    const symbol_mark *x = a, *y = b;
    if (x->doc != y->doc)
        return x->doc < y->doc ? -1 : 1;
    if (x->language != y->language)
        return x->language < y->language ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

static void sort_marks(symbol_mark_list *list)
{
    if (list->len)
        qsort(list->items, list->len, sizeof *list->items, by_place);
}

/* What a file is worth for the definitions in it: p->points. */
static gaz_status spread(plan *p, const scope_segment *g, const symbol_mark_list *list,
                         gaz_error *err)
{
    if (list->len && !p->points)
        p->points = calloc(p->scope->file_count + 1, 1);
    if (list->len && !p->points)
        return no_memory(err);
    for (size_t i = 0; i < list->len; i++) {
        const symbol_mark *m = &list->items[i];
        for (uint32_t k = g->first[m->doc]; k < g->first[m->doc + 1]; k++) {
            uint32_t file = g->files_of[k];
            if (scope_entry(p->scope, &p->scope->files[file])->language != m->language)
                continue;
            unsigned sure = p->points[file] & 15u, hoped = p->points[file] >> 4;
            if (m->sure && m->points > sure)
                sure = m->points;
            if (m->points > hoped)
                hoped = m->points;
            p->points[file] = (uint8_t)(hoped << 4 | sure);
        }
    }
    return GAZ_OK;
}

static gaz_status settle(plan *p, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    uint64_t definers = 0;
    for (size_t s = 0; s < p->scope->segment_count; s++)
        definers += p->segments[s].definers.len;
    for (size_t s = 0; st == GAZ_OK && s < p->scope->segment_count; s++) {
        plan_segment *seg = &p->segments[s];
        const scope_segment *g = &p->scope->segments[s];
        if (definers > WORD_MARKS_MAX)
            seg->definers.len = 0;
        sort_marks(&seg->definers);
        st = spread(p, g, &seg->definers, err);
        for (unsigned i = 0; st == GAZ_OK && seg->marks && i < p->atom_count; i++) {
            sort_marks(&seg->marks[i]);
            if (p->atoms[i].positive)
                st = spread(p, g, &seg->marks[i], err);
        }
    }
    return st;
}

gaz_status marks_find(plan *p, world *w, size_t memory_max, int64_t deadline_us, gaz_error *err)
{
    word_list words = {.count = 0};
    bool *seen = gaz_arena_array(p->arena, w->snapshot->pool_count + 1, sizeof *seen);
    gaz_status st = seen ? GAZ_OK : no_memory(err);
    list_words(p, &words);
    if (!words.count && !p->symbol_atoms)
        return st;
    for (size_t s = 0; st == GAZ_OK && p->symbol_atoms && s < p->scope->segment_count; s++) {
        p->segments[s].marks = calloc(p->atom_count + 1, sizeof *p->segments[s].marks);
        if (!p->segments[s].marks)
            st = no_memory(err);
    }
    for (size_t i = 0; st == GAZ_OK && i < p->scope->ref_count; i++) {
        const world_pool *pool = world_pool_of(w, p->scope->refs[i].view->pool);
        pool_names names = {0};
        if (!pool || seen[pool - w->pools])
            continue;
        seen[pool - w->pools] = true;
        st = number_segments(p, pool, &names, err);
        gaz_error why = {0};
        if (st == GAZ_OK)
            st = find_in_pool(p, &names, &words, memory_max / sizeof(symbol_mark), deadline_us,
                              &why);
        free(names.numbers);
        if (st == GAZ_E_CORRUPT)
            st = plan_note(p, why.message, err);
        else if (st != GAZ_OK && err && err->status == GAZ_OK)
            *err = why;
    }
    return st == GAZ_OK ? settle(p, err) : st;
}

void marks_release(plan *p)
{
    for (size_t s = 0; p->segments && s < p->scope->segment_count; s++) {
        for (unsigned i = 0; p->segments[s].marks && i < p->atom_count; i++)
            gaz_vec_free(&p->segments[s].marks[i]);
        free(p->segments[s].marks);
        gaz_vec_free(&p->segments[s].definers);
    }
    free(p->points);
    p->points = NULL;
}

/* ---- asking ---- */

const symbol_mark *marks_of(const plan *p, const symbol_mark_list *list, const scope_file *f,
                            size_t *count)
{
    const view_entry *e = scope_entry(p->scope, f);
    size_t lo = 0, hi = list->len;
    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;
        const symbol_mark *m = &list->items[mid];
        if (m->doc < e->doc || (m->doc == e->doc && m->language < e->language))
            lo = mid + 1;
        else
            hi = mid;
    }
    size_t end = lo;
    while (end < list->len && list->items[end].doc == e->doc &&
           list->items[end].language == e->language)
        end++;
    *count = end - lo;
    return list->items ? list->items + lo : NULL;
}

/* The facts of a file, the newest first. */
static gaz_status find_facts(const world_pool *pool, const gaz_symbol_key *key, size_t *segment,
                             uint32_t *document)
{
    for (size_t i = pool->symbol_count; i-- > 0;)
        if (pool->symbols[i] &&
            gaz_symbol_segment_find(pool->symbols[i], key, document, NULL) == GAZ_OK) {
            *segment = i;
            return GAZ_OK;
        }
    return GAZ_E_NOT_FOUND;
}

gaz_status marks_document(const plan *p, const scope_file *f, gaz_symbol_segment **segment,
                          uint32_t *document)
{
    const view_entry *e = scope_entry(p->scope, f);
    const world_pool *pool = p->scope->segments[f->segment].pool;
    const gaz_symbol_key key = {
        gaz_manifest_at(p->scope->refs[f->ref].view->manifest, f->entry)->oid, e->language};
    size_t at = 0;
    if (!e->language || !pool || find_facts(pool, &key, &at, document) != GAZ_OK)
        return GAZ_E_NOT_FOUND;
    *segment = pool->symbols[at];
    return GAZ_OK;
}

bool marks_text_knows(const plan *p, const scope_file *f)
{
    const gaz_language *language = gaz_language_get(scope_entry(p->scope, f)->language);
    gaz_symbol_segment *segment = NULL;
    gaz_symbol_document d;
    uint32_t document = 0;
    if (!language || language->type != GAZ_LANG_PROGRAMMING)
        return false;
    return marks_document(p, f, &segment, &document) != GAZ_OK ||
           gaz_symbol_segment_document(segment, document, &d, NULL) != GAZ_OK || d.outcome != 0;
}

/* Whether a ref says that all of its symbols are there, and they can be read. */
static bool all_there(const scope_ref *r, const world_pool *pool)
{
    const gaz_symbol_state *s = &r->ref->symbols;
    bool opened = true;
    for (size_t i = 0; i < pool->symbol_count; i++)
        opened &= pool->symbols[i] != NULL;
    return opened && s->done == s->documents && strcmp(s->manifest, r->ref->manifest) == 0;
}

gaz_status marks_count_pending(const plan *p, world *w, uint64_t *count, gaz_error *err)
{
    const scope *s = p->scope;
    bool *complete = gaz_arena_array(p->arena, s->ref_count + 1, sizeof *complete);
    if (!complete)
        return no_memory(err);
    bool all = true;
    *count = 0;
    for (size_t i = 0; i < s->ref_count; i++) {
        const world_pool *pool = world_pool_of(w, s->refs[i].view->pool);
        complete[i] = pool && all_there(&s->refs[i], pool);
        all &= complete[i];
    }
    for (size_t i = 0; !all && i < s->file_count; i++) {
        const scope_file *f = &s->files[i];
        gaz_symbol_segment *segment = NULL;
        uint32_t document = 0;
        uint32_t language = scope_entry(s, f)->language;
        if (!complete[f->ref] && language && gaz_symbols_supports(language) != GAZ_SYMBOLS_NONE)
            *count += marks_document(p, f, &segment, &document) != GAZ_OK;
    }
    return GAZ_OK;
}
