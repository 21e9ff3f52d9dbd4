/* Running PCRE2: compilation with the limits we state, and a search that keeps its deadline.
 *
 * PCRE2 counts backtracking per starting point, so one call over a long subject could run for its
 * length times the limit. A call therefore tries a bounded number of starting points
 * (PCRE2_USE_OFFSET_LIMIT), the clock is read between calls, and the bound follows how long the
 * last call took. */
#include "exact.h"

#include <limits.h>
#include <string.h>

#include "gaz/base/clock.h"

#define MATCH_LIMIT 2000000u      /* backtracking steps per starting point: some ten milliseconds */
#define INTERPRETED_LIMIT 500000u /* the interpreter is slower, and needs memory for each step */
#define HEAP_LIMIT_KIB (32u << 10)
#define JIT_STACK_MIN ((size_t)32 << 10)
#define JIT_STACK_MAX ((size_t)4 << 20)
#define STARTS_FIRST ((size_t)4 << 10)
#define STARTS_MIN ((size_t)16)
#define CALL_WORK                                                                                  \
    ((size_t)1 << 30) /* starting points times length of the subject: what one `.*` each may cost  \
                       */
#define CALL_US 10000 /* a call that took longer halves the number of starting points */
#define PARENS_MAX 2000

static gaz_status compile(const char *source, size_t len, uint32_t flags, uint32_t newline,
                          const gaz_exact_options *options, gaz_exact *out, gaz_error *err)
{
    int code = 0;
    PCRE2_SIZE at = 0;
    pcre2_compile_context *cc = pcre2_compile_context_create(NULL);
    if (!cc)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory compiling a regular expression");
    pcre2_set_newline(cc, newline);
    pcre2_set_parens_nest_limit(cc, PARENS_MAX);
    flags |= PCRE2_MULTILINE | PCRE2_USE_OFFSET_LIMIT | PCRE2_NEVER_BACKSLASH_C;
    if (flags & PCRE2_UTF)
        flags |= PCRE2_MATCH_INVALID_UTF;
    out->utf = (flags & PCRE2_UTF) != 0;
    out->code = pcre2_compile((PCRE2_SPTR)source, len, flags, &code, &at, cc);
    pcre2_compile_context_free(cc);
    if (!out->code) {
        char what[160] = "";
        pcre2_get_error_message(code, (PCRE2_UCHAR *)what, sizeof what);
        bool first = err && err->status == GAZ_OK;
        bool size =
            code == PCRE2_ERROR_PATTERN_TOO_LARGE || code == PCRE2_ERROR_PATTERN_TOO_COMPLICATED ||
            code == PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP || code == PCRE2_ERROR_QUANTIFIER_TOO_BIG;
        gaz_status st = code == PCRE2_ERROR_HEAP_FAILED ? GAZ_E_NOMEM
                        : size                          ? GAZ_E_LIMIT
                                                        : GAZ_E_INVALID;
        (void)gaz_error_set(err, st, "regular expression, column %zu: %s", at + 1, what);
        if (first)
            err->column = at + 1;
        return st;
    }
    /* Without JIT (refused memory, odd constructs) the interpreter does the same, slower. */
    (void)pcre2_jit_compile(out->code, PCRE2_JIT_COMPLETE);
    if (options->memory_max && gaz_exact_size(out) > options->memory_max) {
        gaz_exact_release(out);
        return gaz_error_set(
            err, GAZ_E_LIMIT,
            "the regular expression compiles to more than %zu bytes; make it simpler",
            options->memory_max);
    }
    return GAZ_OK;
}

size_t gaz_exact_size(const gaz_exact *x)
{
    size_t code = 0, jit = 0;
    if (!x->code)
        return 0;
    (void)pcre2_pattern_info(x->code, PCRE2_INFO_SIZE, &code);
    (void)pcre2_pattern_info(x->code, PCRE2_INFO_JITSIZE, &jit);
    return code + jit;
}

gaz_status gaz_exact_compile(const gaz_node *root, const gaz_exact_options *options, gaz_exact *out,
                             gaz_error *err)
{
    gaz_strbuf sb;
    gaz_strbuf_init(&sb, (size_t)4 << 20);
    gaz_strbuf_puts(&sb, GAZ_EXACT_PREFIX);
    bool utf = gaz_exact_print(root, options, &sb);
    gaz_status st = sb.failed == GAZ_E_LIMIT
                        ? gaz_error_set(err, GAZ_E_LIMIT,
                                        "the regular expression is too large; make it simpler")
                        : gaz_strbuf_check(&sb, err);
    gaz_error own = {0};
    if (st == GAZ_OK)
        st = compile(sb.data, sb.len, PCRE2_ALT_CIRCUMFLEX | (utf ? PCRE2_UTF : 0),
                     PCRE2_NEWLINE_LF, options, out, &own);
    gaz_strbuf_release(&sb);
    /* A column in the translation would mean nothing to the reader. */
    if (st == GAZ_E_LIMIT)
        return gaz_error_set(err, st,
                             "the regular expression is too large; use smaller counts or classes");
    return st == GAZ_OK || own.status == GAZ_OK
               ? st
               : gaz_error_set(err, st == GAZ_E_INVALID ? GAZ_E_INTERNAL : st, "%s", own.message);
}

gaz_status gaz_exact_compile_perl(const char *source, size_t len, const gaz_exact_options *options,
                                  gaz_exact *out, gaz_error *err)
{
    uint32_t flags = PCRE2_UTF | PCRE2_UCP | (options->fold ? PCRE2_CASELESS : 0);
    return compile(source, len, flags, PCRE2_NEWLINE_ANYCRLF, options, out, err);
}

void gaz_exact_release(gaz_exact *x)
{
    pcre2_code_free(x->code);
    x->code = NULL;
}

gaz_status gaz_exact_run_init(gaz_exact_run *run, gaz_error *err)
{
    *run = (gaz_exact_run){
        .data = pcre2_match_data_create(1, NULL),
        .context = pcre2_match_context_create(NULL),
        .stack = pcre2_jit_stack_create(JIT_STACK_MIN, JIT_STACK_MAX, NULL),
    };
    if (!run->data || !run->context) {
        gaz_exact_run_release(run);
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "out of memory preparing to match a regular expression");
    }
    if (run->stack)
        pcre2_jit_stack_assign(run->context, NULL, run->stack);
    return GAZ_OK;
}

void gaz_exact_run_release(gaz_exact_run *run)
{
    pcre2_match_data_free(run->data);
    pcre2_match_context_free(run->context);
    pcre2_jit_stack_free(run->stack);
    *run = (gaz_exact_run){0};
}

/* Moves off a continuation byte, where no match can start; in invalid text an empty one may. */
static size_t align(const gaz_subject *s, size_t at)
{
    while (s->valid && at < s->len && ((unsigned char)s->text[at] & 0xC0) == 0x80)
        at++;
    return at;
}

static int call(const gaz_exact *x, gaz_exact_run *run, const gaz_subject *s, size_t from,
                size_t limit)
{
    uint32_t flags = x->utf && s->valid ? PCRE2_NO_UTF_CHECK : 0;
    pcre2_set_offset_limit(run->context, limit);
    pcre2_set_match_limit(run->context, MATCH_LIMIT);
    pcre2_set_heap_limit(run->context, HEAP_LIMIT_KIB);
    int rc =
        pcre2_match(x->code, (PCRE2_SPTR)s->text, s->len, from, flags, run->data, run->context);
    if (rc != PCRE2_ERROR_JIT_STACKLIMIT)
        return rc;
    pcre2_set_match_limit(run->context, INTERPRETED_LIMIT);
    return pcre2_match(x->code, (PCRE2_SPTR)s->text, s->len, from, flags | PCRE2_NO_JIT, run->data,
                       run->context);
}

static gaz_status failure(int rc, gaz_error *err)
{
    if (rc == PCRE2_ERROR_NOMEMORY)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory matching a regular expression");
    if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT ||
        rc == PCRE2_ERROR_HEAPLIMIT || rc == PCRE2_ERROR_JIT_STACKLIMIT ||
        rc == PCRE2_ERROR_RECURSELOOP) {
        gaz_status st =
            gaz_error_set(err, GAZ_E_LIMIT, "the regular expression backtracks too much");
        gaz_error_hint(
            err, "avoid nested repetitions such as (a+)+, or look-around and back-references");
        return st;
    }
    char what[160] = "";
    pcre2_get_error_message(rc, (PCRE2_UCHAR *)what, sizeof what);
    return gaz_error_set(err, GAZ_E_INTERNAL, "matching a regular expression: %s", what);
}

gaz_status gaz_exact_find(const gaz_exact *x, gaz_exact_run *run, const gaz_subject *s, size_t from,
                          size_t *start, size_t *end, gaz_error *err)
{
    bool small = s->len - from <= 256;
    size_t most = CALL_WORK / (s->len + 1) > STARTS_MIN ? CALL_WORK / (s->len + 1) : STARTS_MIN;
    size_t starts = most < STARTS_FIRST ? most : STARTS_FIRST;
    for (;;) {
        from = x->utf ? align(s, from) : from;
        size_t limit = s->len - from > starts ? from + starts : s->len;
        int64_t before = small ? 0 : gaz_now_us();
        int rc = call(x, run, s, from, limit);
        if (rc >= 0) {
            const PCRE2_SIZE *v = pcre2_get_ovector_pointer(run->data);
            *start = v[0];
            *end =
                v[1] > v[0] ? v[1] : v[0]; /* \K in a look-ahead can put the start behind the end */
            return GAZ_OK;
        }
        if (rc != PCRE2_ERROR_NOMATCH)
            return failure(rc, err);
        if (limit == s->len)
            return GAZ_DONE;
        int64_t now = gaz_now_us();
        if (now >= s->deadline_us)
            return gaz_error_set(err, GAZ_E_TIMEOUT, "the time for this search is over");
        if (now - before > CALL_US && starts > STARTS_MIN)
            starts /= 2;
        else if (now - before < CALL_US / 8)
            starts = starts * 2 < most ? starts * 2 : most;
        from = limit + 1;
    }
}
