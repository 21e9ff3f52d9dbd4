/* Ranking. The parts, strongest first: a name defined here, a whole word, the base name of the file
 * (whole, then part), the path, how often it occurs against the length of the file (BM25's
 * saturation), and what the file is for: tests, generated and vendored code stand below source. */
#include "rank.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/utf8.h"

#define AVERAGE_LINES 400.0
#define SATURATION 1.2
#define LENGTH_WEIGHT 0.75

static const double tier_weight[] = {
    [TIER_SOURCE] = 1.0, [TIER_DOCS] = 0.8,      [TIER_EXAMPLE] = 0.6,
    [TIER_TEST] = 0.6,   [TIER_GENERATED] = 0.4, [TIER_VENDORED] = 0.4,
};

static bool holds(const char *text, size_t len, const char *needle, size_t n)
{
    for (size_t i = 0; n && i + n <= len; i++)
        if (strncasecmp(text + i, needle, n) == 0)
            return true;
    return false;
}

/* 3 when the base name without its extension is the literal, 1.5 when it holds it, 0.5 when the
 * path does. */
static double name_score(const view_entry *e, const gaz_atom *atom)
{
    if (!atom->literal || !atom->len)
        return 0;
    const char *slash = memrchr(e->path, '/', e->path_len);
    const char *base = slash ? slash + 1 : e->path;
    size_t len = e->path_len - (size_t)(base - e->path);
    const char *dot = memrchr(base, '.', len);
    size_t stem = dot && dot > base ? (size_t)(dot - base) : len;
    if ((stem == atom->len || len == atom->len) && strncasecmp(base, atom->text, atom->len) == 0)
        return 3;
    if (holds(base, len, atom->text, atom->len))
        return 1.5;
    return holds(e->path, e->path_len, atom->text, atom->len) ? 0.5 : 0;
}

static double score_of(const plan *p, const match *m)
{
    const view_entry *e = scope_entry(p->scope, &p->scope->files[m->file]);
    double length = 1 - LENGTH_WEIGHT + LENGTH_WEIGHT * (double)e->lines / AVERAGE_LINES;
    double score = 1 + 2 * (double)m->lines / ((double)m->lines + SATURATION * length);
    score += m->whole_words ? 2 : 0;
    score += m->definitions ? 4 : 0;
    for (unsigned i = 0; i < p->atom_count; i++) {
        const gaz_atom *a = p->atoms[i].atom;
        if (p->atoms[i].positive && (a->field == GAZ_FIELD_TEXT || a->field == GAZ_FIELD_CONTENT))
            score += name_score(e, a);
    }
    return round(score * tier_weight[e->tier] * 1000) / 1000;
}

static int by_score(const void *a, const void *b)
{
    const match *x = a, *y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

void rank_matches(const plan *p, match *matches, size_t count)
{
    for (size_t i = 0; i < count; i++)
        matches[i].score = score_of(p, &matches[i]);
    if (count)
        qsort(matches, count, sizeof *matches, by_score);
}
