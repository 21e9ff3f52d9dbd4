/* Searching the texts of commits. The n-grams of the segments say which documents may hold a line
 * that matches; the filter, which commits are wanted; what is left is looked at from the newest
 * commit on until there are enough. A document's lines begin with a sign, which no pattern may see:
 * the lines that count are put together without it and the pattern is held against that. */
#include "gaz/query/commit_search.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"

#define LINES_MAX 1000
#define RANGES_MAX 64 /* of one line */
#define ARENA_MAX ((size_t)16 << 20)
#define TEXT_MAX ((size_t)16 << 20)

struct gaz_commit_texts {
    atomic_uint refs;
    gaz_commits *index;
    gaz_segment **segments; /* of all files, in order */
    uint32_t *file;         /* per segment: the file it belongs to */
    uint32_t *first;        /* per segment: the commit of its first document */
    size_t count;
};

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to search commits");
}

/* ---- opening ---- */

static gaz_status open_segments(gaz_store *store, gaz_commit_texts *t, gaz_error *err)
{
    size_t files;
    const gaz_commits_file *rows = gaz_commits_files(t->index, &files);
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < files; i++) {
        uint64_t docs = 0;
        for (size_t k = 0; st == GAZ_OK && k < rows[i].diffs.len; k++) {
            st = gaz_store_path(store, GAZ_FILE_SEGMENT, rows[i].diffs.items[k].name, &path, err);
            if (st == GAZ_OK)
                st = gaz_segment_open(path.data, &t->segments[t->count], err);
            if (st != GAZ_OK)
                break;
            t->file[t->count] = i;
            t->first[t->count] = (uint32_t)docs;
            docs += gaz_segment_docs(t->segments[t->count++]);
        }
        if (st == GAZ_OK && docs != rows[i].commits)
            st = gaz_error_set(err, GAZ_E_CORRUPT, "the diffs of a commit index are not its own");
    }
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_commit_texts_open(gaz_store *store, gaz_commits *index, gaz_commit_texts **out,
                                 gaz_error *err)
{
    size_t files, segments = 0;
    const gaz_commits_file *rows = gaz_commits_files(index, &files);
    gaz_commit_texts *t = calloc(1, sizeof *t);
    if (!t)
        return no_memory(err);
    for (size_t i = 0; i < files; i++)
        segments += rows[i].diffs.len;
    atomic_init(&t->refs, 1);
    t->index = gaz_commits_ref(index);
    t->segments = calloc(segments + 1, sizeof(gaz_segment *));
    t->file = calloc(segments + 1, sizeof *t->file);
    t->first = calloc(segments + 1, sizeof *t->first);
    gaz_status st =
        t->segments && t->file && t->first ? open_segments(store, t, err) : no_memory(err);
    if (st != GAZ_OK) {
        gaz_commit_texts_close(t);
        return st;
    }
    *out = t;
    return GAZ_OK;
}

gaz_commit_texts *gaz_commit_texts_ref(gaz_commit_texts *t)
{
    atomic_fetch_add(&t->refs, 1);
    return t;
}

void gaz_commit_texts_close(gaz_commit_texts *t)
{
    if (!t || atomic_fetch_sub(&t->refs, 1) != 1)
        return;
    for (size_t i = 0; i < t->count; i++)
        gaz_segment_unref(t->segments[i]);
    free(t->segments);
    free(t->file);
    free(t->first);
    gaz_commits_unref(t->index);
    free(t);
}

gaz_commits *gaz_commit_texts_index(const gaz_commit_texts *t)
{
    return t->index;
}

/* ---- candidates ---- */

static bool has_bit(const uint64_t *bits, uint32_t at)
{
    return bits[at / 64] >> (at % 64) & 1;
}

static gaz_status walk_grams(gaz_segment *seg, const gaz_gram *g, uint64_t *set, gaz_error *err)
{
    size_t words = gaz_segment_set_words(seg);
    if (g->kind == GAZ_GRAM_LITERAL)
        return gaz_segment_literal(seg, g->text, g->len, set, err);
    if (g->kind == GAZ_GRAM_ANY || !g->count) {
        memset(set, 0xff, words * sizeof *set);
        return GAZ_OK;
    }
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

typedef struct search_state {
    gaz_commit_texts *texts;
    gaz_block_cache *cache;
    const gaz_commit_query *query;
    gaz_commit_result *out;
    uint64_t *wanted;     /* by rank: let through by the filter */
    uint64_t *candidates; /* by rank */
    gaz_arena arena;
    const gaz_gram *grams;
    gaz_matcher *matcher, *path_matcher;
    gaz_matcher **also; /* of query->also */
    const gaz_gram **also_grams;
    gaz_strbuf document, lines;
    GAZ_VEC(gaz_commit_line) places; /* of each line in `lines` */
    GAZ_VEC(gaz_commit_match) matches;
    GAZ_VEC(gaz_range) ranges;
    uint32_t found;
} search_state;

/* The documents that may have a line a pattern matches. */
static gaz_status find_documents(gaz_segment *seg, const gaz_gram *grams, uint64_t *documents,
                                 gaz_error *err)
{
    size_t words = (size_t)gaz_segment_docs(seg) / 64 + 1;
    uint64_t *chunks = calloc(gaz_segment_set_words(seg) + 1, sizeof *chunks);
    gaz_status st = chunks ? GAZ_OK : no_memory(err);
    memset(documents, grams->kind == GAZ_GRAM_ANY ? 0xff : 0, words * sizeof *documents);
    if (st == GAZ_OK && grams->kind != GAZ_GRAM_ANY)
        st = walk_grams(seg, grams, chunks, err);
    if (st == GAZ_OK && grams->kind != GAZ_GRAM_ANY)
        st = gaz_segment_chunk_documents(seg, chunks, documents, err);
    free(chunks);
    return st;
}

static gaz_status add_candidates(search_state *s, size_t number, gaz_error *err)
{
    gaz_segment *seg = s->texts->segments[number];
    uint32_t docs = gaz_segment_docs(seg);
    size_t words = (size_t)docs / 64 + 1;
    uint64_t *documents = calloc(words + 1, sizeof *documents);
    uint64_t *others = calloc(words + 1, sizeof *others);
    gaz_status st =
        others && documents ? find_documents(seg, s->grams, documents, err) : no_memory(err);
    for (size_t i = 0; st == GAZ_OK && i < s->query->also_count; i++) {
        st = find_documents(seg, s->also_grams[i], others, err);
        for (size_t k = 0; st == GAZ_OK && k < words; k++)
            documents[k] &= others[k];
    }
    for (uint32_t d = 0; st == GAZ_OK && d < docs; d++) {
        if (!has_bit(documents, d))
            continue;
        uint32_t rank = gaz_commits_rank_at(s->texts->index, s->texts->file[number],
                                            s->texts->first[number] + d);
        if (rank == UINT32_MAX || rank < s->query->from || !has_bit(s->wanted, rank))
            continue;
        s->candidates[rank / 64] |= UINT64_C(1) << (rank % 64);
        s->out->candidates++;
    }
    free(others);
    free(documents);
    return st;
}

/* ---- one commit ---- */

static gaz_status find_document(const gaz_commit_texts *t, gaz_commit_place place,
                                gaz_segment **out, uint32_t *doc, gaz_error *err)
{
    for (size_t i = t->count; i-- > 0;) {
        if (t->file[i] == place.file && t->first[i] <= place.local) {
            *out = t->segments[i];
            *doc = place.local - t->first[i];
            return GAZ_OK;
        }
    }
    return gaz_error_set(err, GAZ_E_CORRUPT, "the text of a commit is missing");
}

static gaz_status wants_path(search_state *s, const gaz_commit_line *line, const char **last,
                             bool *verdict, gaz_error *err)
{
    if (!s->path_matcher || line->sign == ' ' || *last == line->path) {
        *verdict = !s->path_matcher || line->sign == ' ' || *verdict;
        return GAZ_OK;
    }
    gaz_scan scan = {.text = line->path,
                     .len = line->path_len,
                     .flags = GAZ_TEXT_VALID,
                     .deadline_us = s->query->deadline_us};
    *last = line->path;
    return gaz_matcher_test(s->path_matcher, &scan, verdict, err);
}

/* The lines that count, without their signs, one after the other. */
static gaz_status collect_lines(search_state *s, const gaz_commit_pattern *q, gaz_error *err)
{
    gaz_commit_text text;
    gaz_commit_line line;
    const char *last = NULL;
    bool path_wanted = true;
    gaz_strbuf_reset(&s->lines);
    s->places.len = 0;
    gaz_commit_text_open(&text, s->document.data, s->document.len);
    while (gaz_commit_text_next(&text, &line)) {
        bool counts = line.sign == ' ' ? q->messages : line.sign == '+' ? q->added : q->removed;
        bool verdict = path_wanted;
        if (!counts)
            continue;
        gaz_status st = wants_path(s, &line, &last, &verdict, err);
        if (st != GAZ_OK)
            return st;
        if (line.sign != ' ')
            path_wanted = verdict;
        if (!verdict)
            continue;
        if (!gaz_vec_push(&s->places, line))
            return no_memory(err);
        gaz_strbuf_add(&s->lines, line.text, line.len);
        gaz_strbuf_putc(&s->lines, '\n');
    }
    return gaz_strbuf_check(&s->lines, err);
}

static bool take_line(void *ctx, const gaz_line *line)
{
    search_state *s = ctx;
    s->found++;
    if (s->matches.len >= s->query->lines || line->number >= s->places.len)
        return true;
    const gaz_commit_line *place = &s->places.items[line->number];
    gaz_commit_match match = {.sign = place->sign,
                              .line = place->line,
                              .path = place->path,
                              .path_len = place->path_len,
                              .text = s->lines.data + line->start,
                              .len = line->end - line->start};
    return gaz_vec_push(&s->matches, match);
}

static gaz_scan scan_of(const search_state *s)
{
    bool ascii = gaz_ascii_valid(s->lines.data, s->lines.len);
    return (gaz_scan){.text = s->lines.data,
                      .len = s->lines.len,
                      .flags = GAZ_TEXT_VALID | (ascii ? GAZ_TEXT_ASCII : 0u) |
                               (memchr(s->lines.data, '\r', s->lines.len) ? GAZ_TEXT_CR : 0u),
                      .deadline_us = s->query->deadline_us};
}

/* Where in the lines the matches are. Ranges are kept together, and told once they no longer move.
 */
static gaz_status find_ranges(search_state *s, const gaz_scan *scan, gaz_error *err)
{
    gaz_range found[RANGES_MAX];
    gaz_status st = GAZ_OK;
    s->ranges.len = 0;
    for (size_t i = 0; st == GAZ_OK && i < s->matches.len; i++) {
        gaz_commit_match *m = &s->matches.items[i];
        size_t start = (size_t)(m->text - s->lines.data), count = 0;
        st = gaz_matcher_spans(s->matcher, scan, start, start + m->len, found, RANGES_MAX, &count,
                               err);
        m->range_count = st == GAZ_OK ? count : 0;
        for (size_t k = 0; st == GAZ_OK && k < count; k++) {
            gaz_range range = {found[k].start - start, found[k].end - start};
            if (!gaz_vec_push(&s->ranges, range))
                st = no_memory(err);
        }
    }
    size_t at = 0;
    for (size_t i = 0; st == GAZ_OK && i < s->matches.len; i++) {
        s->matches.items[i].ranges = s->ranges.items ? s->ranges.items + at : NULL;
        at += s->matches.items[i].range_count;
    }
    return st;
}

/* Whether a line matches another pattern of the query. */
static gaz_status has_line(search_state *s, size_t i, bool *yes, gaz_error *err)
{
    gaz_status st = collect_lines(s, &s->query->also[i], err);
    gaz_scan scan = scan_of(s);
    *yes = false;
    return st == GAZ_OK && s->lines.len ? gaz_matcher_test(s->also[i], &scan, yes, err) : st;
}

static gaz_status check_commit(search_state *s, uint32_t rank, gaz_error *err)
{
    gaz_segment *seg = NULL;
    uint32_t doc = 0;
    gaz_strbuf_reset(&s->document);
    s->matches.len = 0;
    s->found = 0;
    gaz_status st =
        find_document(s->texts, gaz_commits_place(s->texts->index, rank), &seg, &doc, err);
    if (st == GAZ_OK)
        st = gaz_segment_text(seg, s->cache, doc, TEXT_MAX, &s->document, err);
    if (st == GAZ_OK)
        st = gaz_segment_intact(seg, err);
    bool all = true;
    for (size_t i = 0; st == GAZ_OK && all && i < s->query->also_count; i++)
        st = has_line(s, i, &all, err);
    const gaz_commit_pattern first = {s->query->pattern, s->query->messages, s->query->added,
                                      s->query->removed};
    if (st == GAZ_OK && all)
        st = collect_lines(s, &first, err);
    s->out->checked++;
    s->out->bytes += s->document.len;
    if (st != GAZ_OK || !all || !s->lines.len)
        return st;
    gaz_scan scan = scan_of(s);
    st = gaz_matcher_lines(s->matcher, &scan, take_line, s, err);
    return st == GAZ_OK ? find_ranges(s, &scan, err) : st;
}

/* ---- the search ---- */

static gaz_status prepare(search_state *s, gaz_error *err)
{
    const gaz_commit_query *q = s->query;
    static const gaz_commits_filter all = {.path = NULL};
    size_t words = gaz_commits_count(s->texts->index) / 64 + 2;
    s->wanted = calloc(words, sizeof *s->wanted);
    s->candidates = calloc(words, sizeof *s->candidates);
    s->also = gaz_arena_array(&s->arena, q->also_count + 1, sizeof(gaz_matcher *));
    s->also_grams = gaz_arena_array(&s->arena, q->also_count + 1, sizeof(const gaz_gram *));
    gaz_status st =
        s->wanted && s->candidates && s->also && s->also_grams ? GAZ_OK : no_memory(err);
    if (st == GAZ_OK)
        st = gaz_pattern_grams(q->pattern, &s->arena, &s->grams, err);
    if (st == GAZ_OK)
        st = gaz_matcher_new(q->pattern, &s->matcher, err);
    for (size_t i = 0; st == GAZ_OK && i < q->also_count; i++) {
        st = gaz_pattern_grams(q->also[i].pattern, &s->arena, &s->also_grams[i], err);
        if (st == GAZ_OK)
            st = gaz_matcher_new(q->also[i].pattern, &s->also[i], err);
    }
    if (st == GAZ_OK && q->path)
        st = gaz_matcher_new(q->path, &s->path_matcher, err);
    if (st == GAZ_OK)
        st = gaz_commits_select(s->texts->index, q->filter ? q->filter : &all, s->wanted, err);
    for (size_t i = 0; st == GAZ_OK && i < s->texts->count; i++)
        st = add_candidates(s, i, err);
    return st;
}

static gaz_status run(search_state *s, gaz_commit_found_visit visit, void *ctx, gaz_error *err)
{
    gaz_commit_result *out = s->out;
    uint32_t count = (uint32_t)gaz_commits_count(s->texts->index);
    for (uint32_t rank = s->query->from; rank < count; rank++) {
        if (!has_bit(s->candidates, rank))
            continue;
        out->timed_out = gaz_expired(s->query->deadline_us);
        if (out->timed_out || out->commits >= s->query->limit) {
            out->next = rank;
            return GAZ_OK;
        }
        gaz_error why = {0};
        gaz_status st = check_commit(s, rank, &why);
        if (st == GAZ_E_TIMEOUT) {
            out->timed_out = true;
            out->next = rank;
            return GAZ_OK;
        }
        if (st != GAZ_OK)
            return gaz_error_set(err, st, "%s", why.message);
        if (!s->found)
            continue;
        gaz_commit_found found = {.rank = rank,
                                  .lines = s->found,
                                  .matches = s->matches.items,
                                  .match_count = s->matches.len,
                                  .cut = gaz_commits_flags(s->texts->index, rank) &
                                         GAZ_COMMIT_DIFF_CUT};
        out->commits++;
        if (!visit(ctx, &found)) {
            out->next = rank + 1;
            return GAZ_OK;
        }
    }
    return GAZ_OK;
}

gaz_status gaz_commit_search(gaz_commit_texts *texts, gaz_block_cache *cache,
                             const gaz_commit_query *query, gaz_commit_found_visit visit, void *ctx,
                             gaz_commit_result *out, gaz_error *err)
{
    gaz_commit_query q = *query;
    search_state s = {.texts = texts, .cache = cache, .query = &q, .out = out};
    *out = (gaz_commit_result){.next = UINT32_MAX};
    bool lines = gaz_pattern_multiline(query->pattern);
    for (size_t i = 0; i < query->also_count; i++)
        lines |= gaz_pattern_multiline(query->also[i].pattern);
    if (lines)
        return gaz_error_set(err, GAZ_E_UNSUPPORTED,
                             "a pattern that spans lines cannot be searched for in commits");
    if (query->also_count > GAZ_COMMIT_ALSO_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "at most %d patterns are searched for in commits",
                             GAZ_COMMIT_ALSO_MAX + 1);
    if (!query->messages && !query->added && !query->removed)
        return gaz_error_set(err, GAZ_E_INVALID, "no lines of commits are asked for");
    q.lines = query->lines < LINES_MAX ? query->lines : LINES_MAX;
    gaz_arena_init(&s.arena, ARENA_MAX);
    gaz_strbuf_init(&s.document, TEXT_MAX + ((size_t)1 << 20));
    gaz_strbuf_init(&s.lines, TEXT_MAX + ((size_t)1 << 20));
    gaz_status st = prepare(&s, err);
    if (st == GAZ_OK)
        st = run(&s, visit, ctx, err);
    for (size_t i = 0; s.also && i < query->also_count; i++)
        gaz_matcher_free(s.also[i]);
    gaz_matcher_free(s.matcher);
    gaz_matcher_free(s.path_matcher);
    gaz_strbuf_release(&s.document);
    gaz_strbuf_release(&s.lines);
    gaz_vec_free(&s.places);
    gaz_vec_free(&s.matches);
    gaz_vec_free(&s.ranges);
    gaz_arena_release(&s.arena);
    free(s.wanted);
    free(s.candidates);
    return st;
}
