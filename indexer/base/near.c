/* Near misses by optimal string alignment (Damerau-Levenshtein without overlapping swaps), three
 * rolling rows over at most 64 bytes: a few microseconds per name, which only failing requests pay.
 */
#include "gaz/base/near.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static unsigned char fold(char c)
{
    unsigned char u = (unsigned char)c;
    return u >= 'A' && u <= 'Z' ? (unsigned char)(u + 32) : u;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    unsigned rows[3][GAZ_NEAR_WORD_MAX + 1];
    for (size_t j = 0; j <= b_len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *now = rows[i % 3], *last = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];
        now[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            bool same = fold(a[i - 1]) == fold(b[j - 1]);
            now[j] = least(last[j - 1] + (same ? 0 : 1), least(last[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && fold(a[i - 1]) == fold(b[j - 2]) &&
                fold(a[i - 2]) == fold(b[j - 1]))
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return rows[a_len % 3][b_len];
}

static bool begins(const char *text, const char *start, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (fold(text[i]) != fold(start[i]))
            return false;
    return true;
}

void gaz_near_init(gaz_near *near, const char *word, size_t len)
{
    *near = (gaz_near){.word = word, .len = len};
}

void gaz_near_offer(gaz_near *near, const char *name)
{
    size_t len = strlen(name);
    if (!len || !near->len || len > GAZ_NEAR_WORD_MAX || near->len > GAZ_NEAR_WORD_MAX)
        return;
    unsigned allowed = (unsigned)(near->len / 3);
    allowed = allowed < 1 ? 1 : allowed > 3 ? 3 : allowed;
    unsigned d = distance(near->word, near->len, name, len);
    size_t shorter = len < near->len ? len : near->len;
    if (d >= near->len && d >= len)
        return;
    if (d > allowed) {
        if (shorter < 3 || !begins(name, near->word, shorter))
            return;
        d = allowed + 1;
    }
    size_t at = near->count;
    while (at > 0 && near->distances[at - 1] > d)
        at--;
    if (at == GAZ_NEAR_MAX)
        return;
    if (near->count < GAZ_NEAR_MAX)
        near->count++;
    for (size_t i = near->count - 1; i > at; i--) {
        near->names[i] = near->names[i - 1];
        near->distances[i] = near->distances[i - 1];
    }
    near->names[at] = name;
    near->distances[at] = d;
}

void gaz_near_hint(const gaz_near *near, gaz_error *err, const char *prefix, const char *suffix)
{
    char text[200];
    size_t used = 0;
    for (size_t i = 0; i < near->count && used < sizeof text; i++) {
        const char *join = i == 0 ? "" : i + 1 == near->count ? " or " : ", ";
        int n = snprintf(text + used, sizeof text - used, "%s%s%s%s", join, prefix, near->names[i],
                         suffix);
        used += n > 0 ? (size_t)n : 0;
    }
    if (used)
        gaz_error_hint(err, "did you mean %s?", text);
}
