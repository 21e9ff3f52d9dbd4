/* Random patterns and texts, seeded, dense in what differs between machines: case partners (K, k,
 * U+212A), line ends, bad UTF-8, empty matches, nested repetitions. */
#ifndef GAZ_TEST_PATTERN_RANDOM_H
#define GAZ_TEST_PATTERN_RANDOM_H

#include <stdlib.h>
#include <string.h>
#include "gaz/base/strbuf.h"

typedef struct dice {
    uint64_t state;
} dice;

static inline uint32_t roll(dice *d, uint32_t sides)
{
    d->state ^= d->state << 13;
    d->state ^= d->state >> 7;
    d->state ^= d->state << 17;
    return (uint32_t)((d->state >> 11) % sides);
}

static inline dice dice_of(uint64_t seed)
{
    dice d = {seed * UINT64_C(0x9E3779B97F4A7C15) + 1};
    for (int i = 0; i < 8; i++)
        (void)roll(&d, 2);
    return d;
}

/* GAZ_TEST_SEED, or a fixed one; printed, so that a failure can be had again. */
static inline uint64_t test_seed(uint64_t fallback)
{
    const char *s = getenv("GAZ_TEST_SEED");
    uint64_t seed = s ? strtoull(s, NULL, 0) : fallback;
    printf("seed %llu (GAZ_TEST_SEED)\n", (unsigned long long)seed);
    return seed;
}

/* GAZ_TEST_SCALE: a factor, or "full" for ten; it works in percent so that a tenth can be asked
 * for. */
static inline size_t test_count(size_t normal)
{
    const char *s = getenv("GAZ_TEST_SCALE");
    if (!s)
        return normal;
    if (strcmp(s, "full") == 0)
        return normal * 10;
    double factor = strtod(s, NULL);
    double count = (double)normal * (factor > 0 ? factor : 1);
    return count < 1 ? 1 : (size_t)count;
}

/* What the pattern made needs of ripgrep. */
typedef struct made_pattern {
    bool multiline; /* has \n or (?s): -U */
    bool perl;      /* has look-around or back-references: -P */
    bool bytes;     /* has (?-u: */
    /* The regex crate 1.7 errs where ^ stands behind another assertion, or is repeated. So
     * assertions are word boundaries or line ends, and ^ stands first, unless ripgrep is not asked.
     */
    bool words, anywhere;
    unsigned groups;
} made_pattern;

static const char *const atoms[] = {"a",
                                    "b",
                                    "k",
                                    "K",
                                    "s",
                                    "S",
                                    "x",
                                    "foo",
                                    "Bar",
                                    "kS",
                                    "\xE2\x84\xAA",
                                    "\xC5\xBF",
                                    "\xC3\xA9",
                                    "\xC3\x89",
                                    "\xCE\xA3",
                                    "_",
                                    "1",
                                    "42",
                                    "-",
                                    " ",
                                    "\\.",
                                    "\\(",
                                    ";",
                                    "\\x61",
                                    "\\u{E9}",
                                    "\\t",
                                    "\\x{1F600}",
                                    "ab",
                                    "\xC3\x9F"};
static const char *const classes[] = {"[ab]",
                                      "[^a]",
                                      "[a-f0-3]",
                                      "[[:alpha:]]",
                                      "[[:^space:]]",
                                      "[\\w&&[^k]]",
                                      "[a-z--[aeiou]]",
                                      "[k~~K]",
                                      "\\d",
                                      "\\D",
                                      "\\w",
                                      "\\W",
                                      "\\s",
                                      "\\S",
                                      ".",
                                      "\\p{L}",
                                      "\\p{Lu}",
                                      "\\PL",
                                      "\\p{Greek}",
                                      "[\xC3\xA9\xC3\xA8]",
                                      "[^\\s]",
                                      "[^\\x00-\\x7F]",
                                      "[A-Z]",
                                      "[\\d_]",
                                      "[^\\w\\s]",
                                      "\\p{Nd}",
                                      "[[:punct:]]",
                                      "[\xCE\xB1-\xCF\x89]",
                                      "[k-s]"};
static const char *const boundaries[] = {"\\b", "\\B", "\\b", "(?-u:\\b)"};
static const char *const edges[] = {"$", "^"};
static const char *const repeats[] = {"*",   "+",     "?",      "*?",   "+?",  "??",
                                      "{2}", "{1,3}", "{0,2}?", "{2,}", "{0}", "{3}"};

#define PICK(d, table) ((table)[roll(d, (uint32_t)(sizeof(table) / sizeof(table)[0]))])

static inline void make_concat(dice *d, gaz_strbuf *out, made_pattern *m, unsigned depth,
                               bool rich);

static inline void make_alternatives(dice *d, gaz_strbuf *out, made_pattern *m, unsigned depth,
                                     bool rich)
{
    unsigned n = roll(d, 3) == 0 ? 2 + roll(d, 2) : 1;
    for (unsigned i = 0; i < n; i++) {
        if (i)
            gaz_strbuf_putc(out, '|');
        if (depth == 2 && !m->words && roll(d, 4) == 0)
            gaz_strbuf_putc(out, '^');
        if (n == 1 || roll(d, 12)) /* else an empty alternative */
            make_concat(d, out, m, depth, rich);
    }
}

/* @return whether it may be repeated */
static inline bool make_atom(dice *d, gaz_strbuf *out, made_pattern *m, unsigned depth, bool rich)
{
    static const char *const opens[] = {"(", "(?:", "(?i:", "(?P<n%u>", "(?-i:", "(?U:"};
    uint32_t kind = roll(d, 100);
    if (kind < 48 || (depth == 0 && kind >= 82)) {
        gaz_strbuf_puts(out, PICK(d, atoms));
    } else if (kind < 75) {
        gaz_strbuf_puts(out, PICK(d, classes));
    } else if (kind < 82) {
        gaz_strbuf_puts(out, m->words ? PICK(d, boundaries) : edges[m->anywhere ? roll(d, 2) : 0]);
        return m->anywhere;
    } else if (rich && kind < 84) {
        m->bytes = true;
        gaz_strbuf_puts(out, roll(d, 2) ? "(?-u:\\xC3)" : "(?-u:[^a-z])");
    } else {
        const char *open = PICK(d, opens);
        if (strstr(open, "%u"))
            gaz_strbuf_printf(out, "(?P<n%u>", m->groups++);
        else
            gaz_strbuf_puts(out, open);
        make_alternatives(d, out, m, depth - 1, rich);
        gaz_strbuf_putc(out, ')');
    }
    return true;
}

static inline void make_concat(dice *d, gaz_strbuf *out, made_pattern *m, unsigned depth, bool rich)
{
    unsigned n = 1 + roll(d, 4);
    for (unsigned i = 0; i < n; i++) {
        if (make_atom(d, out, m, depth, rich) && roll(d, 4) == 0)
            gaz_strbuf_puts(out, PICK(d, repeats));
    }
}

/* One in `multi` patterns spans lines, one in `perl` looks around. */
static inline made_pattern make_pattern(dice *d, gaz_strbuf *out, unsigned multi, unsigned perl)
{
    made_pattern m = {.words = roll(d, 2), .anywhere = !multi && !perl};
    m.multiline = multi && roll(d, multi) == 0;
    m.perl = perl && !m.multiline && roll(d, perl) == 0;
    if (m.multiline && roll(d, 3) == 0)
        gaz_strbuf_puts(out, "(?s)");
    else if (m.multiline) {
        make_concat(d, out, &m, 1, false);
        gaz_strbuf_puts(out, "\\n");
    }
    if (m.perl) {
        static const char *const looks[] = {"(?=a|k)", "(?<=o)",   "(?!foo)",
                                            "(?<!a)",  "(\\w)\\1", "(k|s)x?\\1"};
        gaz_strbuf_puts(out, PICK(d, looks));
    }
    make_alternatives(d, out, &m, 2, !m.multiline && !m.perl);
    return m;
}

enum { TEXT_ASCII, TEXT_UTF8, TEXT_BROKEN };

static inline void make_line(dice *d, gaz_strbuf *out, int kind)
{
    static const char *const ascii[] = {"a",   "b",  "k",  "K",  "s",  "S",   "x", "foo", "Bar",
                                        "FOO", "ks", "_",  "1",  "42", "-",   " ", " ",   ".",
                                        "(",   ";",  "\t", "ab", "aa", "bar", "kk"};
    static const char *const wide[] = {
        "\xE2\x84\xAA", "\xC5\xBF",         "\xC3\xA9",     "\xC3\x89",
        "\xCE\xA3",     "\xCF\x83",         "\xCF\x82",     "\xC3\x9F",
        "\xE1\xBA\x9E", "\xF0\x9F\x98\x80", "\xE4\xB8\xAD", "\xD9\xA3",
        "\xC2\xA0",     "\xE2\x80\xA8",     "\xC2\x85",     "\xCC\x81"};
    static const char *const broken[] = {"\xFF",     "\xC3",         "\xE2\x84", "\xA9",
                                         "\xF0\x9F", "\xED\xA0\x80", "\xC0\x80"};
    unsigned n = roll(d, 5) ? roll(d, 12) : 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t r = roll(d, 10);
        if (kind != TEXT_ASCII && r < 3)
            gaz_strbuf_puts(out, PICK(d, wide));
        else if (kind == TEXT_BROKEN && r < 5)
            gaz_strbuf_puts(out, PICK(d, broken));
        else
            gaz_strbuf_puts(out, PICK(d, ascii));
    }
}

/* `ends`: 0 "\n" only; 1 also "\r\n"; 2 also lone CRs and NULs within lines. */
static inline void make_text(dice *d, gaz_strbuf *out, int kind, int ends, unsigned lines)
{
    for (unsigned i = 0; i < lines; i++) {
        make_line(d, out, kind);
        if (ends == 2 && roll(d, 6) == 0) {
            gaz_strbuf_putc(out, roll(d, 2) ? '\r' : '\0');
            make_line(d, out, kind);
        }
        if (ends && roll(d, 2))
            gaz_strbuf_putc(out, '\r');
        if (i + 1 < lines || roll(d, 2))
            gaz_strbuf_putc(out, '\n');
    }
}

#endif
