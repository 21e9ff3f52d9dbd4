/* Search by two probes: 16 or 32 places at once are asked for the literal's two rarest bytes, and
 * the few that have both are compared in full. glibc's memmem is slow on short needles with rare
 * bytes, and knows no case.
 *
 * A set of bytes is found by two table look-ups per 16 bytes, one by the low and one by the high
 * half of each byte (after G. Langdale's "truffle"). AVX2 versions are chosen at run time; SSE2 is
 * every amd64's; elsewhere plain C. */
#include "needle.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#define HAVE_SIMD 1
#else
#define HAVE_SIMD 0
#endif

#define SHORT 8 /* bytes: compared more quickly than memcmp is called */

/* Bytes of source code, most common first; what is not here is rare. */
static const char common[] = " et_rinasodcl\tpfu\nmh,;()g0b*-v=1y.xk>2w\"S/"
                             "ERTI{}A&CDN#P3LO:8F4UM[]6B+5qz7<'9G_HVKXj!|\\%W?YJ";

static unsigned rarity(unsigned char byte, unsigned char cases)
{
    const char *hit = byte ? memchr(common, byte, sizeof common - 1) : NULL;
    const char *upper = cases ? memchr(common, byte ^ cases, sizeof common - 1) : NULL;
    unsigned a = hit ? (unsigned)(hit - common) : 200, b = upper ? (unsigned)(upper - common) : 200;
    return a < b ? a : b;
}

void gaz_needle_prepare(gaz_needle *n)
{
    unsigned best[2] = {0, 0};
    n->probe[0] = n->probe[1] = 0;
    n->folds = false;
    bool have = false;
    for (size_t i = 0; i < n->len; i++) {
        unsigned r = rarity(n->bytes[i], n->cases[i]);
        n->folds = n->folds || n->cases[i];
        if (!have || r > best[0]) {
            n->probe[1] = have ? n->probe[0] : i;
            best[1] = best[0];
            n->probe[0] = i;
            best[0] = r;
            have = true;
        } else if (n->probe[1] == n->probe[0] || r > best[1]) {
            n->probe[1] = i;
            best[1] = r;
        }
    }
}

static bool equal_bytes(const gaz_needle *n, const unsigned char *at)
{
    if (!n->folds && n->len > SHORT)
        return memcmp(at, n->bytes, n->len) == 0;
    for (size_t i = 0; i < n->len; i++)
        if ((at[i] | n->cases[i]) != n->bytes[i])
            return false;
    return true;
}

static bool word_at(const unsigned char *text, size_t len, size_t at)
{
    unsigned c = at < len ? text[at] : 0; /* before place 0 lies no word, too */
    return c == '_' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static bool edges_hold(const gaz_needle *n, const unsigned char *text, size_t len, size_t at)
{
    size_t end = at + n->len;
    switch (n->before) {
    case GAZ_EDGE_NONE:
        break;
    case GAZ_EDGE_TEXT:
        if (at > 0)
            return false;
        break;
    case GAZ_EDGE_LINE:
        if (at > 0 && text[at - 1] != '\n')
            return false;
        break;
    case GAZ_EDGE_WORD:
        if (word_at(text, len, at - 1) == word_at(text, len, at))
            return false;
    }
    switch (n->after) {
    case GAZ_EDGE_NONE:
        break;
    case GAZ_EDGE_TEXT:
        return end == len;
    case GAZ_EDGE_LINE:
        end += end < len && text[end] == '\r';
        return end == len || text[end] == '\n';
    case GAZ_EDGE_WORD:
        return word_at(text, len, end - 1) != word_at(text, len, end);
    }
    return true;
}

/* A text of `len` bytes that is searched up to `to`. */
typedef struct hay {
    const unsigned char *text;
    size_t len, to;
} hay;

static bool equal_at(const gaz_needle *n, const hay *h, size_t at)
{
    return equal_bytes(n, h->text + at) && edges_hold(n, h->text, h->len, at);
}

static size_t find_plain(const gaz_needle *n, const hay *h, size_t from)
{
    const unsigned char *text = h->text;
    size_t len = h->to, p = n->probe[0];
    unsigned char byte = n->bytes[p], cases = n->cases[p];
    for (size_t i = from; i + n->len <= len; i++) {
        if (!cases) {
            const unsigned char *hit = memchr(text + i + p, byte, len - n->len - i + 1);
            if (!hit)
                return GAZ_NOWHERE;
            i = (size_t)(hit - text) - p;
        }
        if (equal_at(n, h, i))
            return i;
    }
    return GAZ_NOWHERE;
}

/* What is bound to the text's ends is looked for only there. @return false when it is nowhere */
static bool first_place(const gaz_needle *n, size_t len, size_t *to, size_t *from)
{
    if (*to < n->len || *from > *to - n->len)
        return false;
    if (n->before == GAZ_EDGE_TEXT) {
        *to = n->len;
        return *from == 0;
    }
    if (n->after == GAZ_EDGE_TEXT && *to == len)
        *from = len - n->len;
    return true;
}

void gaz_byteset_prepare(gaz_byteset *set, const uint64_t bits[4])
{
    memset(set, 0, sizeof *set);
    memcpy(set->bits, bits, sizeof set->bits);
    for (unsigned c = 0; c < 256; c++)
        if (bits[c >> 6] >> (c & 63) & 1) {
            unsigned char *table = c < 0x80 ? set->low : set->high;
            table[c & 15] = (unsigned char)(table[c & 15] | 1u << (c >> 4 & 7));
        }
}

static size_t byteset_plain(const gaz_byteset *set, const unsigned char *text, size_t len,
                            size_t from)
{
    for (size_t i = from; i < len; i++)
        if (set->bits[text[i] >> 6] >> (text[i] & 63) & 1)
            return i;
    return GAZ_NOWHERE;
}

static size_t count_plain(const char *text, size_t len)
{
    size_t n = 0;
    for (size_t i = 0; i < len; i++)
        n += text[i] == '\n';
    return n;
}

#if HAVE_SIMD

/* Asks the places whose bit is set in `mask`, from `base` on. Kept out of the loops, which would
 * otherwise lose their registers to it. */
__attribute__((noinline)) static size_t confirm(const gaz_needle *n, const hay *h, size_t base,
                                                uint64_t mask)
{
    for (; mask; mask &= mask - 1) {
        size_t at = base + (size_t)__builtin_ctzll(mask);
        if (equal_at(n, h, at))
            return at;
    }
    return GAZ_NOWHERE;
}

static size_t find_sse2(const gaz_needle *n, const hay *h, size_t from)
{
    const unsigned char *text = h->text;
    size_t len = h->to, p = n->probe[0], q = n->probe[1], i = from;
    __m128i a = _mm_set1_epi8((char)n->bytes[p]), b = _mm_set1_epi8((char)n->bytes[q]);
    __m128i ca = _mm_set1_epi8((char)n->cases[p]), cb = _mm_set1_epi8((char)n->cases[q]);
    for (; i + n->len + 15 <= len; i += 16) {
        __m128i x = _mm_loadu_si128((const __m128i *)(const void *)(text + i + p));
        __m128i y = _mm_loadu_si128((const __m128i *)(const void *)(text + i + q));
        x = _mm_cmpeq_epi8(_mm_or_si128(x, ca), a);
        y = _mm_cmpeq_epi8(_mm_or_si128(y, cb), b);
        unsigned mask = (unsigned)_mm_movemask_epi8(_mm_and_si128(x, y));
        size_t hit = mask ? confirm(n, h, i, mask) : GAZ_NOWHERE;
        if (hit != GAZ_NOWHERE)
            return hit;
    }
    return find_plain(n, h, i);
}

/* A bit for each place of 32 where both probes are. */
__attribute__((target("avx2"), always_inline)) static inline __m256i
probe_avx2(const unsigned char *x, const unsigned char *y, const __m256i want[2],
           const __m256i cases[2])
{
    __m256i first = _mm256_loadu_si256((const __m256i *)(const void *)x);
    __m256i second = _mm256_loadu_si256((const __m256i *)(const void *)y);
    return _mm256_and_si256(_mm256_cmpeq_epi8(_mm256_or_si256(first, cases[0]), want[0]),
                            _mm256_cmpeq_epi8(_mm256_or_si256(second, cases[1]), want[1]));
}

__attribute__((target("avx2"))) static size_t find_avx2(const gaz_needle *n, const hay *h,
                                                        size_t from)
{
    const unsigned char *text = h->text;
    size_t len = h->to, p = n->probe[0], q = n->probe[1], i = from;
    const __m256i want[2] = {_mm256_set1_epi8((char)n->bytes[p]),
                             _mm256_set1_epi8((char)n->bytes[q])};
    const __m256i cases[2] = {_mm256_set1_epi8((char)n->cases[p]),
                              _mm256_set1_epi8((char)n->cases[q])};
    for (; i + n->len + 63 <= len; i += 64) {
        __m256i low = probe_avx2(text + i + p, text + i + q, want, cases);
        __m256i high = probe_avx2(text + i + p + 32, text + i + q + 32, want, cases);
        if (!_mm256_movemask_epi8(_mm256_or_si256(low, high)))
            continue;
        uint64_t mask = (uint32_t)_mm256_movemask_epi8(low) |
                        (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
        size_t hit = confirm(n, h, i, mask);
        if (hit != GAZ_NOWHERE)
            return hit;
    }
    return find_sse2(n, h, i);
}

__attribute__((target("avx2"))) static size_t
byteset_avx2(const gaz_byteset *set, const unsigned char *text, size_t len, size_t from)
{
    static const unsigned char rows[16] = {1, 2, 4, 8, 16, 32, 64, 128,
                                           1, 2, 4, 8, 16, 32, 64, 128};
    __m256i low =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)set->low));
    __m256i high =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)set->high));
    __m256i row = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(const void *)rows));
    __m256i top = _mm256_set1_epi8((char)0x80), nibble = _mm256_set1_epi8(0x0F);
    size_t i = from;
    for (; i + 32 <= len; i += 32) {
        __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
        /* A shuffle gives 0 where the index has its top bit set, so each table answers for its own
         * half. */
        __m256i columns = _mm256_or_si256(_mm256_shuffle_epi8(low, v),
                                          _mm256_shuffle_epi8(high, _mm256_xor_si256(v, top)));
        __m256i bit = _mm256_shuffle_epi8(row, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
        __m256i none = _mm256_cmpeq_epi8(_mm256_and_si256(columns, bit), _mm256_setzero_si256());
        unsigned mask = ~(unsigned)_mm256_movemask_epi8(none);
        if (mask)
            return i + (size_t)__builtin_ctz(mask);
    }
    return byteset_plain(set, text, len, i);
}

__attribute__((target("avx2"))) static size_t count_avx2(const char *text, size_t len)
{
    __m256i newline = _mm256_set1_epi8('\n'), zero = _mm256_setzero_si256(), total = zero;
    size_t i = 0;
    while (i + 32 <= len) {
        /* A byte counts to 255 before it has to be added up. */
        size_t stop = len - i > (size_t)255 * 32 ? i + (size_t)255 * 32 : len;
        __m256i sum = zero;
        for (; i + 32 <= stop; i += 32) {
            __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)(text + i));
            sum = _mm256_sub_epi8(sum, _mm256_cmpeq_epi8(v, newline));
        }
        total = _mm256_add_epi64(total, _mm256_sad_epu8(sum, zero));
    }
    uint64_t parts[4];
    _mm256_storeu_si256((__m256i *)(void *)parts, total);
    return (size_t)(parts[0] + parts[1] + parts[2] + parts[3]) + count_plain(text + i, len - i);
}

size_t gaz_needle_find(const gaz_needle *n, const char *text, size_t len, size_t from, size_t to)
{
    hay h = {(const unsigned char *)text, len, to};
    if (!first_place(n, len, &h.to, &from))
        return GAZ_NOWHERE;
    return __builtin_cpu_supports("avx2") ? find_avx2(n, &h, from) : find_sse2(n, &h, from);
}

size_t gaz_byteset_find(const gaz_byteset *set, const char *text, size_t len, size_t from)
{
    const unsigned char *t = (const unsigned char *)text;
    return __builtin_cpu_supports("avx2") ? byteset_avx2(set, t, len, from)
                                          : byteset_plain(set, t, len, from);
}

size_t gaz_lines_count(const char *text, size_t len)
{
    return __builtin_cpu_supports("avx2") ? count_avx2(text, len) : count_plain(text, len);
}

#else

size_t gaz_needle_find(const gaz_needle *n, const char *text, size_t len, size_t from, size_t to)
{
    hay h = {(const unsigned char *)text, len, to};
    return first_place(n, len, &h.to, &from) ? find_plain(n, &h, from) : GAZ_NOWHERE;
}

size_t gaz_byteset_find(const gaz_byteset *set, const char *text, size_t len, size_t from)
{
    return byteset_plain(set, (const unsigned char *)text, len, from);
}

size_t gaz_lines_count(const char *text, size_t len)
{
    return count_plain(text, len);
}

#endif
