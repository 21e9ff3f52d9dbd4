/* Sets of Unicode scalar values as sorted ranges. All set algebra is built on two operations that
 * are easy to get right, union and complement; sets here have at most a few thousand ranges. */
#include "charset.h"

#include <string.h>

#include "casefold_table.h"
#include "gaz/base/utf8.h"

/* A set that only grows is tidied when it has this many ranges, so that `[\w\w\w…]` stays small. */
#define TIDY_AT 8192

void gaz_charset_free(gaz_charset *set)
{
    gaz_vec_free(set);
}

static void push(gaz_charset *set, uint32_t lo, uint32_t hi)
{
    if (!gaz_vec_push(set, ((gaz_span32){lo, hi})))
        set->failed = true;
}

void gaz_charset_add(gaz_charset *set, uint32_t lo, uint32_t hi)
{
    if (set->len >= TIDY_AT && (set->len & (TIDY_AT - 1)) == 0)
        gaz_charset_normalise(set);
    if (lo < 0xD800 && hi > 0xDFFF) {
        push(set, lo, 0xD7FF);
        push(set, 0xE000, hi);
    } else {
        push(set, lo, hi);
    }
}

static int by_start(const void *a, const void *b)
{
    const gaz_span32 *x = a, *y = b;
    return x->lo < y->lo ? -1 : x->lo > y->lo;
}

static bool sorted(const gaz_charset *set)
{
    for (size_t i = 1; i < set->len; i++)
        if (set->items[i].lo <= set->items[i - 1].hi + 1)
            return false;
    return true;
}

void gaz_charset_normalise(gaz_charset *set)
{
    if (set->len < 2 || sorted(set))
        return;
    qsort(set->items, set->len, sizeof set->items[0], by_start);
    size_t n = 0;
    for (size_t i = 1; i < set->len; i++) {
        if (set->items[i].lo <= set->items[n].hi + 1) {
            if (set->items[i].hi > set->items[n].hi)
                set->items[n].hi = set->items[i].hi;
        } else {
            set->items[++n] = set->items[i];
        }
    }
    set->len = n + 1;
}

void gaz_charset_union(gaz_charset *set, const gaz_span32 *items, size_t len)
{
    for (size_t i = 0; i < len; i++)
        gaz_charset_add(set, items[i].lo, items[i].hi);
    gaz_charset_normalise(set);
}

/* Complements in place and leaves the surrogates out: they are no scalar values. */
void gaz_charset_negate(gaz_charset *set, uint32_t max)
{
    gaz_charset out = {.failed = set->failed};
    uint32_t next = 0;
    for (size_t i = 0; i <= set->len; i++) {
        uint32_t lo = i < set->len ? set->items[i].lo : max + 1;
        uint32_t last = lo - 1;
        if (lo > next && next < 0xD800 && last > 0xDFFF) {
            push(&out, next, 0xD7FF);
            push(&out, 0xE000, last);
        } else if (lo > next && !(next >= 0xD800 && last <= 0xDFFF)) {
            push(&out, next >= 0xD800 && next <= 0xDFFF ? 0xE000 : next,
                 last >= 0xD800 && last <= 0xDFFF ? 0xD7FF : last);
        }
        next = i < set->len ? set->items[i].hi + 1 : next;
    }
    gaz_charset_free(set);
    *set = out;
}

void gaz_charset_intersect(gaz_charset *set, const gaz_charset *other)
{
    gaz_charset out = {.failed = set->failed || other->failed};
    for (size_t i = 0, j = 0; i < set->len && j < other->len;) {
        uint32_t lo = set->items[i].lo > other->items[j].lo ? set->items[i].lo : other->items[j].lo;
        uint32_t hi = set->items[i].hi < other->items[j].hi ? set->items[i].hi : other->items[j].hi;
        if (lo <= hi)
            push(&out, lo, hi);
        if (set->items[i].hi < other->items[j].hi)
            i++;
        else
            j++;
    }
    gaz_charset_free(set);
    *set = out;
}

void gaz_charset_subtract(gaz_charset *set, const gaz_charset *other)
{
    gaz_charset rest = {.failed = other->failed};
    gaz_charset_union(&rest, other->items, other->len);
    gaz_charset_negate(&rest, GAZ_SCALAR_MAX);
    gaz_charset_intersect(set, &rest);
    gaz_charset_free(&rest);
}

void gaz_charset_differ(gaz_charset *set, const gaz_charset *other)
{
    gaz_charset both = {0};
    gaz_charset_union(&both, set->items, set->len);
    gaz_charset_intersect(&both, other);
    gaz_charset_union(set, other->items, other->len);
    gaz_charset_subtract(set, &both);
    set->failed = set->failed || both.failed || other->failed;
    gaz_charset_free(&both);
}

bool gaz_spans_hold(const gaz_span32 *items, size_t len, uint32_t scalar)
{
    size_t lo = 0, hi = len;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (items[mid].hi < scalar)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < len && items[lo].lo <= scalar;
}

size_t gaz_spans_count(const gaz_span32 *items, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += items[i].hi - items[i].lo + 1;
    return n;
}

void gaz_charset_fold(gaz_charset *set)
{
    gaz_charset_normalise(set);
    size_t len = set->len;
    gaz_charset more = {0};
    for (size_t i = 0; i < GAZ_CASEFOLD_COUNT; i++) {
        if (!gaz_spans_hold(set->items, len, casefold_table[i].from) &&
            !gaz_spans_hold(set->items, len, casefold_table[i].to))
            continue;
        uint32_t same[4];
        size_t n = gaz_fold_class(casefold_table[i].from, same);
        for (size_t k = 0; k < n; k++)
            gaz_charset_add(&more, same[k], same[k]);
    }
    gaz_charset_union(set, more.items, more.len);
    set->failed = set->failed || more.failed;
    gaz_charset_free(&more);
}

void gaz_charset_fold_ascii(gaz_charset *set)
{
    gaz_charset_normalise(set);
    size_t len = set->len;
    gaz_charset more = {0};
    for (uint32_t c = 'a'; c <= 'z'; c++)
        if (gaz_spans_hold(set->items, len, c) || gaz_spans_hold(set->items, len, c - 32)) {
            gaz_charset_add(&more, c, c);
            gaz_charset_add(&more, c - 32, c - 32);
        }
    gaz_charset_union(set, more.items, more.len);
    set->failed = set->failed || more.failed;
    gaz_charset_free(&more);
}
