/* Ranking. The parts, strongest first: a name defined here, a whole word, the base name of the file
 * (whole, then part), the path, and what the file is for: tests,
 * generated and vendored code stand below source.
 *
 * What paths tell is known before any text is read, so candidates are checked in that order; what
 * text adds is coarse on purpose: the first matches in that order then are the best of all, or
 * nearly. How often a word occurs would put small dense files anywhere in the tree on top, and only
 * reading all of them could tell. */
#include "rank.h"

#include <stdlib.h>
#include <string.h>

#include "symbol_marks.h"

static const uint8_t tier_tenths[] = {
    [TIER_SOURCE] = 10, [TIER_DOCS] = 8,      [TIER_EXAMPLE] = 6,
    [TIER_TEST] = 6,    [TIER_GENERATED] = 4, [TIER_VENDORED] = 4,
};

static unsigned tier_of(const plan *p, uint32_t file)
{
    return tier_tenths[scope_entry(p->scope, &p->scope->files[file])->tier];
}

/* What a file's path and the definitions in it are worth, in twentieths of a point. */
static unsigned prior_of(const plan *p, const names *n, uint32_t file)
{
    unsigned tenths = n->count ? tier_tenths[n->of->files[file].tier] : tier_of(p, file);
    return tenths * (2 + names_points(n, file) + (p->points ? p->points[file] >> 4 : 0));
}

enum { PRIORS = 10 * (2 + NAME_POINTS_MAX + MARK_POINTS_MAX) + 1 };

gaz_status rank_candidates(const plan *p, const names *n, uint32_t *files, size_t count,
                           gaz_error *err)
{
    size_t at[PRIORS + 1] = {0};
    if ((!n->count && !p->points) || !count)
        return GAZ_OK; /* static rank has the tier first */
    uint32_t *sorted = malloc(count * sizeof *sorted);
    uint16_t *prior = malloc(count * sizeof *prior);
    if (!sorted || !prior) {
        free(sorted);
        free(prior);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory to rank candidates");
    }
    for (size_t i = 0; i < count; i++) {
        prior[i] = (uint16_t)(PRIORS - 1 - prior_of(p, n, files[i])); /* the best is the least */
        at[prior[i] + 1]++;
    }
    for (size_t i = 1; i <= PRIORS; i++)
        at[i] += at[i - 1];
    for (size_t i = 0; i < count; i++)
        sorted[at[prior[i]]++] = files[i];
    memcpy(files, sorted, count * sizeof *files);
    free(sorted);
    free(prior);
    return GAZ_OK;
}

/* Symbols know; only of files without them text is asked. */
static unsigned definition_points(const plan *p, const match *m)
{
    unsigned points = p->points ? p->points[m->file] & 15u : 0;
    points = m->points > points ? m->points : points;
    if (points || !m->definitions)
        return points;
    return marks_text_knows(p, &p->scope->files[m->file]) ? MARK_POINTS_MAX : 0;
}

void rank_score(const plan *p, const names *n, match *m)
{
    unsigned halves = names_points(n, m->file) + 2;
    halves += definition_points(p, m);
    halves += m->whole_words ? 4 : 0;
    m->score = halves * tier_of(p, m->file) / 20.0;
}

static int by_score(const void *a, const void *b)
{
    const match *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

/* Puts the best `wanted` first, in no order: quickselect. No two matches compare equal. */
static void select_best(match *m, size_t count, size_t wanted)
{
    size_t from = 0, to = count; /* the border of the best lies in [from, to] */
    while (to - from > 1) {
        match pivot = m[from + (to - from - 1) / 2];
        size_t i = from, k = to - 1;
        for (;; i++, k--) {
            while (by_score(&m[i], &pivot) < 0)
                i++;
            while (by_score(&m[k], &pivot) > 0)
                k--;
            if (i >= k)
                break;
            match swap = m[i];
            m[i] = m[k];
            m[k] = swap;
        }
        if (wanted <= k + 1)
            to = k + 1;
        if (wanted >= k + 1)
            from = k + 1;
        if (wanted == k + 1)
            return;
    }
}

void rank_matches(match *matches, size_t count, size_t wanted)
{
    if (wanted < count / 4) {
        select_best(matches, count, wanted);
        count = wanted;
    }
    if (count)
        qsort(matches, count, sizeof *matches, by_score);
}
