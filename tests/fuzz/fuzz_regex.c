/* Fuzzes patterns: parsing, translation, compilation, and a scan of a text. Links: regex.
 *
 * The input is an option byte, the pattern, a newline of its own (0xFE) and the text. Checked: what
 * the machine for ASCII texts, the machine for all and the spans say of the same text agrees, and
 * grams hold in a text that matches. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gram_meaning.h"
#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "gaz/regex/pattern.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define PATTERN_MAX 200 /* longer ones only make compilation slow */
#define TEXT_MAX 4096

static void require(bool ok)
{
    if (!ok)
        abort();
}

typedef struct sum {
    uint64_t hash;
    size_t lines, with_spans;
    gaz_matcher *m;
    const gaz_scan *scan;
    bool failed;
} sum;

static bool on_line(void *ctx, const gaz_line *line)
{
    sum *s = ctx;
    gaz_range out[4];
    size_t n = 0;
    require(line->start <= line->end && line->end <= s->scan->len);
    s->hash = s->hash * 31 + line->start * 7 + line->number;
    s->lines++;
    if (s->lines <= 8 &&
        gaz_matcher_spans(s->m, s->scan, line->start, line->end, out, 4, &n, NULL) == GAZ_OK) {
        for (size_t i = 0; i < n; i++)
            require(out[i].start >= line->start && out[i].start <= out[i].end &&
                    out[i].end <= line->end);
        s->with_spans += n > 0;
    }
    return true;
}

static bool holds(const gaz_gram *g, const gaz_strbuf *folded)
{
    if (g->kind == GAZ_GRAM_ANY)
        return true;
    if (g->kind == GAZ_GRAM_LITERAL)
        return gram_literal_in(folded->data, folded->len, g->text, g->len);
    for (size_t i = 0; i < g->count; i++)
        if (holds(g->kids[i], folded) == (g->kind == GAZ_GRAM_OR))
            return g->kind == GAZ_GRAM_OR;
    return g->kind == GAZ_GRAM_AND;
}

static void check_grams(const gaz_pattern *p, const gaz_scan *scan)
{
    gaz_strbuf folded;
    gaz_arena arena;
    const gaz_gram *g = NULL;
    gaz_strbuf_init(&folded, GAZ_STRBUF_MAX);
    gaz_arena_init(&arena, 1 << 24);
    gaz_fold_text(&folded, scan->text, scan->len);
    require(gaz_pattern_grams(p, &arena, &g, NULL) == GAZ_OK && holds(g, &folded));
    gaz_arena_release(&arena);
    gaz_strbuf_release(&folded);
}

static void scan_text(const gaz_pattern *p, const char *text, size_t len)
{
    gaz_matcher *m = NULL;
    if (gaz_matcher_new(p, &m, NULL) != GAZ_OK)
        return;
    gaz_scan scan = {.text = text, .len = len, .flags = 0, .deadline_us = gaz_deadline(2000)};
    sum known = {.m = m, .scan = &scan}, blind = known;
    gaz_status a = gaz_matcher_lines(m, &scan, on_line, &blind, NULL);
    scan.flags = (gaz_ascii_valid(text, len) ? GAZ_TEXT_ASCII : 0u) |
                 (gaz_utf8_valid(text, len) ? GAZ_TEXT_VALID : 0u);
    gaz_status b = gaz_matcher_lines(m, &scan, on_line, &known, NULL);
    if (a == GAZ_OK && b == GAZ_OK) {
        require(known.hash == blind.hash && known.lines == blind.lines);
        bool any = false;
        if (gaz_matcher_test(m, &scan, &any, NULL) == GAZ_OK)
            require(any == (known.lines > 0));
        if (known.lines > 0)
            check_grams(p, &scan);
    }
    gaz_matcher_free(m);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const char *source = (const char *)data + 1;
    const char *split = memchr(source, 0xFE, size - 1);
    size_t len = split ? (size_t)(split - source) : size - 1;
    const char *text = split ? split + 1 : "";
    size_t text_len = split ? size - 2 - len : 0;
    gaz_pattern_options o = {.literal = data[0] & 1,
                             .fold = (gaz_case)((data[0] >> 1) % 3),
                             .path = (data[0] & 0x80) != 0,
                             .memory_max = (size_t)16 << 20};
    gaz_pattern *p = NULL;
    gaz_error err = {0};
    if (gaz_pattern_compile(source, len < PATTERN_MAX ? len : PATTERN_MAX, &o, &p, &err) == GAZ_OK)
        scan_text(p, text, text_len < TEXT_MAX ? text_len : TEXT_MAX);
    else
        require(err.message[0] && err.column <= len + 1);
    gaz_pattern_free(p);
    return 0;
}
