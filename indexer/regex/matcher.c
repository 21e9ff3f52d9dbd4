/* A matcher: a thread's scratch, the choice of program and subject, and exact spans. */
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "pattern_internal.h"

#define MATCHES_AT_ONCE ((size_t)1 << 18) /* matches of a multi-line pattern that are noted */

gaz_status gaz_matcher_new(const gaz_pattern *p, gaz_matcher **out, gaz_error *err)
{
    gaz_matcher *m = calloc(1, sizeof *m);
    gaz_status st = GAZ_OK;
    if (!m)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory preparing to match a pattern");
    m->pattern = p;
    for (int i = 0; i < 2 && st == GAZ_OK; i++)
        if (p->machines[i].db && hs_alloc_scratch(p->machines[i].db, &m->scratch) != HS_SUCCESS)
            st = gaz_error_set(err, GAZ_E_NOMEM, "out of memory preparing to scan for a pattern");
    if (st == GAZ_OK && p->programs[1].code)
        st = gaz_exact_run_init(&m->run, err);
    if (st == GAZ_OK)
        *out = m;
    else
        gaz_matcher_free(m);
    return st;
}

void gaz_matcher_free(gaz_matcher *m)
{
    if (!m)
        return;
    hs_free_scratch(m->scratch);
    gaz_exact_run_release(&m->run);
    gaz_exact_release(&m->bytes);
    gaz_vec_free(&m->ends);
    gaz_vec_free(&m->matches);
    free(m);
}

const gaz_machine *gaz_matcher_machine(const gaz_matcher *m, unsigned flags)
{
    const gaz_pattern *p = m->pattern;
    return &p->machines[(flags & GAZ_TEXT_ASCII) && !p->same ? 0 : 1];
}

gaz_text_class gaz_matcher_class(unsigned flags, const char *text, size_t len)
{
    if ((flags & GAZ_TEXT_ASCII) || gaz_ascii_valid(text, len))
        return GAZ_CLASS_ASCII;
    if ((flags & GAZ_TEXT_VALID) || gaz_utf8_valid(text, len))
        return GAZ_CLASS_VALID;
    return GAZ_CLASS_ANY;
}

/* UTF mode only nearly says what the Rust engine does around bad bytes: empty matches and
 * boundaries between them. A pattern too large to be spelt as bytes makes do with it. */
static const gaz_exact *bytes_program(gaz_matcher *m)
{
    const gaz_pattern *p = m->pattern;
    if (!m->bytes_tried && !p->perl && p->programs[1].utf) {
        gaz_exact_options o = {.bytes = true, .multiline = p->multiline, .path = p->path};
        if (gaz_exact_compile(p->root, &o, &m->bytes, NULL) != GAZ_OK)
            m->bytes = (gaz_exact){0};
    }
    m->bytes_tried = true;
    return m->bytes.code ? &m->bytes : &p->programs[1];
}

gaz_status gaz_matcher_find(gaz_matcher *m, const gaz_subject *subject, gaz_text_class kind,
                            size_t from, size_t *start, size_t *end, gaz_error *err)
{
    const gaz_pattern *p = m->pattern;
    const gaz_exact *x = &p->programs[1];
    if (kind == GAZ_CLASS_ASCII && p->programs[0].code)
        x = &p->programs[0];
    else if (kind == GAZ_CLASS_ANY)
        x = bytes_program(m);
    return gaz_exact_find(x, &m->run, subject, from, start, end, err);
}

/* ripgrep hands PCRE2 a line with its "\n", but without "\r\n"; the Rust engine never sees past a
 * line's end, except that a \z must not hold before the "\n". */
gaz_subject gaz_matcher_subject(const gaz_pattern *p, const gaz_scan *scan, size_t start,
                                size_t end)
{
    bool newline = end < scan->len && scan->text[end] == '\n' && !p->path;
    bool crlf = newline && end > start && scan->text[end - 1] == '\r';
    size_t to = end;
    if (p->perl && newline)
        to = crlf ? end - 1 : end + 1;
    else if (p->text_end && newline)
        to = end + 1;
    return (gaz_subject){
        .text = scan->text + start, .len = to - start, .deadline_us = scan->deadline_us};
}

/* A match may have taken the "\r" of the line's end with it. Across lines, ripgrep gives that back
 * only where every match ends with a $, and then searches on from before it. */
static size_t trimmed_end(const gaz_pattern *p, const char *text, size_t start, size_t end)
{
    return p->line_end && end > start && text[end - 1] == '\r' ? end - 1 : end;
}

/* --- multi-line: all matches of a text, as ripgrep walks it --- */

static void forget_before(gaz_matcher *m, size_t keep)
{
    size_t n = 0;
    while (n < m->matches.len && m->matches.items[n].end < keep)
        n++;
    if (n)
        memmove(m->matches.items, m->matches.items + n,
                (m->matches.len - n) * sizeof *m->matches.items);
    m->matches.len -= n;
    m->matches_before += n;
    m->matches_from = keep;
}

/* The next match at or behind `at`; GAZ_DONE when there is none. Each search sees the rest of the
 * text only, so ^ and \b hold where the last match ended: ripgrep's way. */
static gaz_status find_next(gaz_matcher *m, const gaz_scan *scan, gaz_text_class whole, size_t at,
                            gaz_range *out, gaz_error *err)
{
    size_t start, end;
    bool inside = ((unsigned char)scan->text[at] & 0xC0) == 0x80; /* behind an empty match */
    gaz_text_class kind = inside ? GAZ_CLASS_ANY : whole;
    gaz_subject rest = {.text = scan->text + at,
                        .len = scan->len - at,
                        .deadline_us = scan->deadline_us,
                        .valid = kind != GAZ_CLASS_ANY};
    gaz_status st = gaz_matcher_find(m, &rest, kind, 0, &start, &end, err);
    if (st != GAZ_OK)
        return st;
    if (m->pattern->ends_line)
        end = trimmed_end(m->pattern, rest.text, start, end);
    *out = (gaz_range){at + start, at + end};
    return GAZ_OK;
}

gaz_status gaz_matcher_collect_more(gaz_matcher *m, const gaz_scan *scan, size_t keep,
                                    gaz_error *err)
{
    gaz_text_class whole = gaz_matcher_class(scan->flags, scan->text, scan->len);
    forget_before(m, keep);
    m->matches_known = false; /* until it ends well */
    while (m->matches_next < scan->len && m->matches.len < MATCHES_AT_ONCE) {
        gaz_range found;
        gaz_status st = find_next(m, scan, whole, m->matches_next, &found, err);
        if (st == GAZ_DONE)
            m->matches_next = scan->len;
        if (st == GAZ_DONE)
            break;
        if (st != GAZ_OK)
            return st;
        if (!gaz_vec_push(&m->matches, found))
            return gaz_error_set(err, GAZ_E_NOMEM, "out of memory noting matches");
        if ((m->matches.len & 255) == 0 && gaz_expired(scan->deadline_us))
            return gaz_error_set(err, GAZ_E_TIMEOUT, "the time for this search is over");
        m->matches_next = found.end + (found.end == found.start);
    }
    m->matches_known = true;
    m->matches_all = m->matches_next >= scan->len;
    return GAZ_OK;
}

gaz_status gaz_matcher_collect(gaz_matcher *m, const gaz_scan *scan, gaz_error *err)
{
    m->matches.len = 0;
    m->matches_before = 0;
    m->matches_next = 0;
    m->matches_text = scan->text;
    m->matches_len = scan->len;
    return gaz_matcher_collect_more(m, scan, 0, err);
}

/* --- spans --- */

typedef struct span_list {
    gaz_range *out;
    size_t max, count;
    gaz_range empty; /* the first empty match, for when there is no other */
    bool has_empty;
} span_list;

/* False when the list is full. */
static bool add_span(span_list *l, size_t start, size_t end)
{
    if (start == end) {
        if (!l->has_empty)
            l->empty = (gaz_range){start, end};
        l->has_empty = true;
        return true;
    }
    if (l->count < l->max)
        l->out[l->count++] = (gaz_range){start, end};
    return l->count < l->max;
}

static size_t finish_spans(span_list *l)
{
    if (l->count == 0 && l->has_empty && l->max > 0)
        l->out[l->count++] = l->empty;
    return l->count;
}

static gaz_status multiline_spans(gaz_matcher *m, const gaz_scan *scan, size_t from, size_t to,
                                  span_list *l, gaz_error *err)
{
    /* Asked once for each line of a text: no look at the whole text may be needed to know it again.
     */
    bool known = m->matches_known && m->matches_text == scan->text && m->matches_len == scan->len &&
                 m->matches_from <= from;
    gaz_status st = known ? GAZ_OK : gaz_matcher_collect(m, scan, err);
    /* Lines come in ascending order as a rule: what was noted of earlier ones makes room. */
    while (st == GAZ_OK && !m->matches_all && m->matches_next <= to) {
        st = gaz_matcher_collect_more(m, scan, from, err);
        if (m->matches.len == MATCHES_AT_ONCE)
            break; /* all of them in this line */
    }
    if (st != GAZ_OK)
        return st;
    /* The first match that ends behind `from`: they are ascending and do not overlap. */
    size_t lo = 0, hi = m->matches.len;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2;
        if (m->matches.items[mid].end < from)
            lo = mid + 1;
        else
            hi = mid;
    }
    for (; lo < m->matches.len && m->matches.items[lo].start <= to; lo++) {
        gaz_range r = m->matches.items[lo];
        bool was_empty = r.start == r.end;
        r.start = r.start < from ? from : r.start;
        r.end = r.end > to ? to : r.end;
        if ((r.start < r.end || was_empty) && !add_span(l, r.start, r.end))
            break;
    }
    return GAZ_OK;
}

static void literal_spans(const gaz_needle *n, const gaz_scan *scan, size_t from, size_t to,
                          span_list *l)
{
    for (size_t at = from; (at = gaz_needle_find(n, scan->text, scan->len, at, to)) != GAZ_NOWHERE;
         at += n->len)
        if (!add_span(l, at, at + n->len))
            return;
}

static gaz_status program_spans(gaz_matcher *m, const gaz_scan *scan, size_t from, size_t to,
                                span_list *l, gaz_error *err)
{
    gaz_subject s = gaz_matcher_subject(m->pattern, scan, from, to);
    gaz_text_class kind = gaz_matcher_class(scan->flags, s.text, s.len);
    s.valid = kind != GAZ_CLASS_ANY;
    for (size_t at = 0; at <= s.len;) {
        size_t start, end;
        gaz_status st = gaz_matcher_find(m, &s, kind, at, &start, &end, err);
        if (st == GAZ_DONE)
            break;
        if (st != GAZ_OK)
            return st;
        at = end > start ? end : end + 1;
        end = trimmed_end(m->pattern, s.text, start, end);
        size_t last = to - from;
        if (start <= last && !add_span(l, from + start, from + (end < last ? end : last)))
            break;
    }
    return GAZ_OK;
}

/* Whether what the machine finds in a line is all that a match holds. */
static bool literal_is_match(const gaz_matcher *m, const gaz_machine *machine, const gaz_scan *scan,
                             size_t from, size_t to)
{
    if (machine->kind != GAZ_MACHINE_LITERAL)
        return false;
    if (!m->pattern->programs[1].code)
        return true;
    return machine->whole && !m->pattern->path &&
           machine->exact[gaz_matcher_class(scan->flags, scan->text + from, to - from)];
}

gaz_status gaz_matcher_spans(gaz_matcher *m, const gaz_scan *scan, size_t from, size_t to,
                             gaz_range *out, size_t max, size_t *count, gaz_error *err)
{
    const gaz_machine *machine = gaz_matcher_machine(m, scan->flags);
    span_list l = {.out = out, .max = max};
    gaz_status st = GAZ_OK;
    if (m->pattern->multiline)
        st = multiline_spans(m, scan, from, to, &l, err);
    else if (literal_is_match(m, machine, scan, from, to))
        literal_spans(machine->needle, scan, from, to, &l);
    else if (m->pattern->programs[1].code)
        st = program_spans(m, scan, from, to, &l, err);
    if (st == GAZ_OK)
        *count = finish_spans(&l);
    return st;
}
