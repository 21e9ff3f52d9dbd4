/* The inner loop of exhaustive search: visiting the lines of a text that match.
 *
 * A machine proposes places; the line around a place is looked at once, confirmed by PCRE2 where
 * the machine is not exact for it, and everything else the machine says about that line is dropped.
 * Texts are scanned in windows of whole lines, so that the deadline is kept. Newlines are counted
 * only up to lines that are visited. */
#include <limits.h>
#include <string.h>

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "pattern_internal.h"

#define WINDOW ((size_t)1 << 20)
#define WINDOW_UNORDERED ((size_t)256 << 10)
#define WINDOW_PROGRAM ((size_t)64 << 10)
/* Reports about a line already dealt with before the scanner is stopped and started again behind
 * it: a report costs some 5 ns, a start some 200. */
#define STALE_MAX 24

typedef struct line_scan {
    gaz_matcher *m;
    const gaz_machine *machine;
    const gaz_scan *scan;
    gaz_line_visit visit;
    void *ctx;
    gaz_error *err;
    size_t next;    /* start of the first line not dealt with */
    size_t counted; /* newlines before this are in `number` */
    uint32_t number;
    size_t after; /* start of the line behind the one visited last */
    size_t confirmed;
    size_t match; /* of a literal, in the line being considered */
    bool numbers; /* the visitor wants them */
    bool stop;
    gaz_status status;
    /* For the scanner's callback. */
    size_t base;  /* offset of what is being scanned */
    size_t limit; /* the last place that belongs to it */
    unsigned stale;
    bool restart;
} line_scan;

static void fail(line_scan *s, gaz_status st)
{
    s->status = st;
    s->stop = true;
}

static bool expired(line_scan *s)
{
    if (!gaz_expired(s->scan->deadline_us))
        return false;
    fail(s, gaz_error_set(s->err, GAZ_E_TIMEOUT, "the time for this search is over"));
    return true;
}

static size_t line_end(const gaz_scan *scan, size_t at)
{
    const char *hit = at < scan->len ? memchr(scan->text + at, '\n', scan->len - at) : NULL;
    return hit ? (size_t)(hit - scan->text) : scan->len;
}

static bool confirm(line_scan *s, size_t start, size_t end)
{
    if (s->machine->exact[GAZ_CLASS_ANY])
        return true;
    gaz_text_class kind = gaz_matcher_class(s->scan->flags, s->scan->text + start, end - start);
    if (s->machine->exact[kind])
        return true;
    if ((++s->confirmed & 15) == 0 && expired(s))
        return false;
    size_t from, to;
    gaz_subject subject = gaz_matcher_subject(s->m->pattern, s->scan, start, end);
    subject.valid = kind != GAZ_CLASS_ANY;
    gaz_status st = gaz_matcher_find(s->m, &subject, kind, 0, &from, &to, s->err);
    if (st != GAZ_OK && st != GAZ_DONE)
        fail(s, st);
    /* What starts behind the line's "\n" is no match in this line. */
    return st == GAZ_OK && (s->m->pattern->perl || from <= end - start);
}

static void visit(line_scan *s, size_t start, size_t end)
{
    if (s->numbers) {
        s->number +=
            start == s->after && start > 0
                ? 1u
                : (uint32_t)gaz_lines_count(s->scan->text + s->counted, start - s->counted);
        s->counted = start;
        s->after = end + 1;
    }
    gaz_line line = {.start = start, .end = end, .match = s->match, .number = s->number};
    if (!s->visit(s->ctx, &line))
        s->stop = true;
}

/* Deals with the line that holds position `at`, which is not before s->next. */
static void consider(line_scan *s, size_t at)
{
    const char *text = s->scan->text;
    const char *before = at > s->next ? memrchr(text + s->next, '\n', at - s->next) : NULL;
    size_t start = before ? (size_t)(before - text) + 1 : s->next;
    if (start >= s->scan->len) {
        s->next = s->scan->len + 1;
        return;
    }
    size_t end = line_end(s->scan, at);
    s->next = end + 1;
    if (confirm(s, start, end) && !s->stop)
        visit(s, start, end);
}

/* The end of the window of whole lines that starts at `at`: the offset of its last "\n", or the
 * text's end. */
static size_t window_end(const gaz_scan *scan, size_t at, size_t size)
{
    return scan->len - at <= size ? line_end(scan, scan->len > at ? scan->len - 1 : at)
                                  : line_end(scan, at + size);
}

static void scan_literal(line_scan *s)
{
    const gaz_scan *scan = s->scan;
    const gaz_needle *n = s->machine->needle;
    for (size_t at = 0; at < scan->len && !s->stop;) {
        size_t to = scan->len - at > WINDOW ? at + WINDOW : scan->len;
        size_t seen = scan->len - to > n->len - 1 ? to + n->len - 1 : scan->len;
        size_t hit = gaz_needle_find(n, scan->text, scan->len, at, seen);
        if (hit != GAZ_NOWHERE) {
            s->match = hit;
            consider(s, hit);
            at = s->next;
        } else {
            at = to;
            if (at < scan->len && expired(s))
                return;
        }
    }
}

static void scan_byteset(line_scan *s)
{
    const gaz_scan *scan = s->scan;
    for (size_t at = 0; at < scan->len && !s->stop;) {
        size_t to = scan->len - at > WINDOW ? at + WINDOW : scan->len;
        size_t hit = gaz_byteset_find(&s->machine->set, scan->text, to, at);
        if (hit != GAZ_NOWHERE) {
            consider(s, hit);
            at = s->next;
        } else {
            at = to;
            if (at < scan->len && expired(s))
                return;
        }
    }
}

static void scan_always(line_scan *s)
{
    for (size_t n = 1; s->next < s->scan->len && !s->stop; n++) {
        consider(s, s->next);
        if ((n & 0xFFFF) == 0 && !s->stop && expired(s))
            return;
    }
}

/* --- Hyperscan --- */

static int on_match(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                    void *ctx)
{
    (void)id, (void)from, (void)flags;
    line_scan *s = ctx;
    size_t at = s->base + (size_t)to;
    if (at > s->limit)
        return 0;
    if (at < s->next) {
        s->restart = ++s->stale > STALE_MAX;
        return s->restart;
    }
    s->stale = 0;
    consider(s, at);
    return s->stop;
}

/* Notes ends; those in the line noted last are dropped at once. */
static int on_unordered(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                        void *ctx)
{
    (void)id, (void)from, (void)flags;
    line_scan *s = ctx;
    size_t at = s->base + (size_t)to;
    if (at > s->limit)
        return 0;
    size_t last = s->m->ends.len ? s->m->ends.items[s->m->ends.len - 1] : SIZE_MAX;
    if (last != SIZE_MAX && at >= last && at - last < 4096 &&
        !memchr(s->scan->text + last, '\n', at - last))
        return 0;
    if (!gaz_vec_push(&s->m->ends, at)) {
        fail(s, gaz_error_set(s->err, GAZ_E_NOMEM, "out of memory noting matches"));
        return 1;
    }
    return 0;
}

static int by_offset(const void *a, const void *b)
{
    size_t x = *(const size_t *)a, y = *(const size_t *)b;
    return x < y ? -1 : x > y;
}

/* Scans the lines from..to. Their last "\n" goes along, because ^ does not hold at the very end;
 * what is found behind it belongs to the next line, and is dropped. */
static void run_scanner(line_scan *s, size_t from, size_t to)
{
    bool unordered = s->machine->unordered;
    s->base = from;
    s->limit = to;
    to += to < s->scan->len;
    s->stale = 0;
    s->restart = false;
    if (to - from > UINT_MAX) {
        fail(s, gaz_error_set(s->err, GAZ_E_LIMIT, "a line of %zu bytes is too long to be scanned",
                              to - from));
        return;
    }
    s->m->ends.len = 0;
    hs_error_t rc = hs_scan(s->machine->db, s->scan->text + from, (unsigned)(to - from), 0,
                            s->m->scratch, unordered ? on_unordered : on_match, s);
    if (rc != HS_SUCCESS && rc != HS_SCAN_TERMINATED)
        fail(s, gaz_error_set(s->err, GAZ_E_INTERNAL, "the scanner failed with code %d", rc));
    if (!unordered || s->stop)
        return;
    if (s->m->ends.len > 1)
        qsort(s->m->ends.items, s->m->ends.len, sizeof s->m->ends.items[0], by_offset);
    for (size_t i = 0; i < s->m->ends.len && !s->stop; i++)
        if (s->m->ends.items[i] >= s->next)
            consider(s, s->m->ends.items[i]);
}

static void scan_scanner(line_scan *s)
{
    const gaz_scan *scan = s->scan;
    size_t size = s->machine->unordered ? WINDOW_UNORDERED : WINDOW;
    /* Where a \z decides, the end of a window must be the end of the text. */
    bool whole = s->m->pattern->text_end;
    for (size_t at = 0; at < scan->len && !s->stop;) {
        size_t to = whole ? scan->len : window_end(scan, at, size);
        do {
            run_scanner(s, at, to);
            at = s->restart ? s->next : to + 1;
        } while (s->restart && !s->stop && at <= to && at < scan->len);
        s->next = s->next > to ? s->next : to + 1;
        at = s->next;
        if (!s->stop && at < scan->len && expired(s))
            return;
    }
}

/* --- no scanner: PCRE2 looks at everything --- */

static void scan_each_line(line_scan *s)
{
    for (size_t n = 1; s->next < s->scan->len && !s->stop; n++) {
        consider(s, s->next);
        if ((n & 0xFFF) == 0 && !s->stop && expired(s))
            return;
    }
}

static void scan_program(line_scan *s)
{
    const gaz_scan *scan = s->scan;
    for (size_t at = 0; at < scan->len && !s->stop;) {
        size_t to = window_end(scan, at, WINDOW_PROGRAM);
        gaz_text_class kind = gaz_matcher_class(scan->flags, scan->text + at, to - at);
        gaz_subject subject = {.text = scan->text + at,
                               .len = to - at,
                               .deadline_us = scan->deadline_us,
                               .valid = kind != GAZ_CLASS_ANY};
        for (size_t from = 0; from <= subject.len && !s->stop;) {
            size_t start, end;
            gaz_status st = gaz_matcher_find(s->m, &subject, kind, from, &start, &end, s->err);
            if (st == GAZ_DONE)
                break;
            if (st != GAZ_OK) {
                fail(s, st);
                return;
            }
            size_t line = line_end(scan, at + start);
            const char *before = memrchr(scan->text + at, '\n', start);
            visit(s, before ? (size_t)(before - scan->text) + 1 : at, line);
            from = line + 1 - at;
        }
        at = to + 1;
        if (!s->stop && at < scan->len && expired(s))
            return;
    }
}

/* --- across lines --- */

static int on_any(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                  void *ctx)
{
    (void)id, (void)from, (void)to, (void)flags;
    *(bool *)ctx = true;
    return 1;
}

gaz_status gaz_matcher_maybe(gaz_matcher *m, const gaz_scan *scan, bool *maybe, gaz_error *err)
{
    const gaz_machine *machine = gaz_matcher_machine(m, scan->flags);
    *maybe = true;
    switch (machine->kind) {
    case GAZ_MACHINE_NEVER:
        *maybe = false;
        break;
    case GAZ_MACHINE_LITERAL:
        *maybe =
            gaz_needle_find(machine->needle, scan->text, scan->len, 0, scan->len) != GAZ_NOWHERE;
        break;
    case GAZ_MACHINE_BYTESET:
        *maybe = gaz_byteset_find(&machine->set, scan->text, scan->len, 0) != GAZ_NOWHERE;
        break;
    case GAZ_MACHINE_SCANNER:
        if (scan->len > UINT_MAX)
            break;
        *maybe = false;
        hs_error_t rc =
            hs_scan(machine->db, scan->text, (unsigned)scan->len, 0, m->scratch, on_any, maybe);
        if (rc != HS_SUCCESS && rc != HS_SCAN_TERMINATED)
            return gaz_error_set(err, GAZ_E_INTERNAL, "the scanner failed with code %d", rc);
        break;
    case GAZ_MACHINE_ALWAYS:
    case GAZ_MACHINE_NONE:
        break;
    }
    return GAZ_OK;
}

/* Visits the lines that a match touches, as ripgrep locates them: a match that ends in "\n" does
 * not touch the line behind it. */
static void visit_match(line_scan *s, gaz_range match)
{
    const gaz_scan *scan = s->scan;
    /* Its lines were visited: a long line is not gone through for each of its matches. */
    if (match.end < s->next || (match.end == s->next && match.start < match.end))
        return;
    size_t from = match.start < s->next ? match.start : s->next, end = match.end;
    const char *before = memrchr(scan->text + from, '\n', match.start - from);
    size_t start = before ? (size_t)(before - scan->text) + 1 : s->next;
    if (!(match.end > start && scan->text[match.end - 1] == '\n')) {
        end = line_end(scan, match.end);
        end += end < scan->len;
    }
    while (start < end && !s->stop) {
        size_t stop = line_end(scan, start);
        s->next = stop + 1;
        visit(s, start, stop);
        start = s->next;
    }
}

static void scan_multiline(line_scan *s)
{
    bool maybe;
    s->m->matches_known = false; /* the text may have changed in place */
    gaz_status st = gaz_matcher_maybe(s->m, s->scan, &maybe, s->err);
    if (st == GAZ_OK && maybe)
        st = gaz_matcher_collect(s->m, s->scan, s->err);
    if (st != GAZ_OK) {
        fail(s, st);
        return;
    }
    /* The visitor may ask for spans, which may move what is noted. */
    gaz_matcher *m = s->m;
    for (size_t i = 0; maybe && !s->stop; i++) {
        while (st == GAZ_OK && i >= m->matches_before + m->matches.len && !m->matches_all)
            st = gaz_matcher_collect_more(m, s->scan, s->next, s->err);
        if (st != GAZ_OK)
            fail(s, st);
        if (st != GAZ_OK || i >= m->matches_before + m->matches.len)
            return;
        if (i >= m->matches_before)
            visit_match(s, m->matches.items[i - m->matches_before]);
    }
}

/* --- paths and names: one subject, no lines --- */

static gaz_status test_path(gaz_matcher *m, const gaz_scan *scan, bool *found, gaz_error *err)
{
    const gaz_machine *machine = gaz_matcher_machine(m, scan->flags);
    bool maybe;
    gaz_status st = gaz_matcher_maybe(m, scan, &maybe, err);
    if (st != GAZ_OK)
        return st;
    *found = maybe && (machine->kind == GAZ_MACHINE_ALWAYS || machine->exact[GAZ_CLASS_ANY]);
    if (!maybe || (*found && machine->kind != GAZ_MACHINE_NONE))
        return GAZ_OK;
    size_t start, end;
    gaz_subject subject = gaz_matcher_subject(m->pattern, scan, 0, scan->len);
    gaz_text_class kind = gaz_matcher_class(scan->flags, scan->text, scan->len);
    subject.valid = kind != GAZ_CLASS_ANY;
    st = gaz_matcher_find(m, &subject, kind, 0, &start, &end, err);
    *found = st == GAZ_OK;
    return st == GAZ_DONE ? GAZ_OK : st;
}

static void scan_path(line_scan *s)
{
    bool found = false;
    gaz_status st = test_path(s->m, s->scan, &found, s->err);
    if (st != GAZ_OK)
        fail(s, st);
    else if (found)
        visit(s, 0, s->scan->len);
}

static gaz_status scan_lines(line_scan *s)
{
    const gaz_pattern *p = s->m->pattern;
    if (p->path)
        scan_path(s);
    else if (s->scan->len == 0)
        return GAZ_OK;
    else if (p->multiline)
        scan_multiline(s);
    else
        switch (s->machine->kind) {
        case GAZ_MACHINE_NEVER:
            break;
        case GAZ_MACHINE_ALWAYS:
            scan_always(s);
            break;
        case GAZ_MACHINE_LITERAL:
            scan_literal(s);
            break;
        case GAZ_MACHINE_BYTESET:
            scan_byteset(s);
            break;
        case GAZ_MACHINE_SCANNER:
            scan_scanner(s);
            break;
        case GAZ_MACHINE_NONE:
            if (p->perl || p->text_end)
                scan_each_line(s);
            else
                scan_program(s);
            break;
        }
    return s->status;
}

gaz_status gaz_matcher_lines(gaz_matcher *m, const gaz_scan *scan, gaz_line_visit visitor,
                             void *ctx, gaz_error *err)
{
    line_scan s = {.m = m,
                   .machine = gaz_matcher_machine(m, scan->flags),
                   .scan = scan,
                   .visit = visitor,
                   .ctx = ctx,
                   .err = err,
                   .match = SIZE_MAX,
                   .numbers = !scan->unnumbered};
    return scan_lines(&s);
}

static bool stop_at_first(void *ctx, const gaz_line *line)
{
    (void)line;
    *(bool *)ctx = true;
    return false;
}

gaz_status gaz_matcher_test(gaz_matcher *m, const gaz_scan *scan, bool *found, gaz_error *err)
{
    bool any = false;
    line_scan s = {.m = m,
                   .machine = gaz_matcher_machine(m, scan->flags),
                   .scan = scan,
                   .visit = stop_at_first,
                   .ctx = &any,
                   .err = err,
                   .match = SIZE_MAX};
    gaz_status st = scan_lines(&s);
    if (st == GAZ_OK)
        *found = any;
    return st;
}
