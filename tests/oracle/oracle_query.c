/* Patterns come from three places: the corpus itself (so that they match), the random patterns of
 * the regex tests (so that every construct meets every other), and forms that people type. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/base/utf8.h"
#include "oracle_query.h"
#include "run_tool.h"

#define ORACLE_SPANS_MAX "20000"
#define ORACLE_SPANS_MAX_BYTES 20000

/* ---- making ---- */

static void append(oracle_atom *a, const char *text)
{
    size_t n = strlen(a->source), m = strlen(text);
    if (n + m < sizeof a->source)
        memcpy(a->source + n, text, m + 1);
}

/* The bytes of a file from `at`, as UTF-8, up to a line end, a NUL or the room there is; at least
 * `want` of them where there are as many. */
static void decode(const corpus_file *f, size_t at, size_t want, char *out, size_t room)
{
    bool utf16 = strncmp(f->encoding, "utf-16", 6) == 0, big = strcmp(f->encoding, "utf-16be") == 0;
    size_t n = 0;
    if (utf16)
        at &= ~(size_t)1;
    while (n < want && n + 4 < room && at + (utf16 ? 1 : 0) < f->len) {
        uint32_t c = (unsigned char)f->bytes[at++];
        if (utf16) {
            uint32_t other = (unsigned char)f->bytes[at++];
            c = big ? c << 8 | other : other << 8 | c;
        } else if (f->kind != CORPUS_LATIN1) {
            out[n++] = (char)c;
            while (c >= 0x80 && at < f->len && n < room - 1 &&
                   ((unsigned char)f->bytes[at] & 0xC0) == 0x80)
                out[n++] = f->bytes[at++];
        }
        if (c == 0 || c == '\n' || c == '\r' || (c >= 0xD800 && c < 0xE000) || c == 0xFEFF) {
            n -= n && !utf16 && f->kind != CORPUS_LATIN1;
            break;
        }
        if (utf16 || f->kind == CORPUS_LATIN1)
            n += gaz_utf8_put(out + n, c);
    }
    out[n] = '\0';
}

/* A piece of a text of the corpus: 1–`max` bytes of one line and the rest of its last character. */
static bool piece(dice *d, const corpus *c, char *out, size_t max)
{
    for (int tries = 0; tries < 50; tries++) {
        const corpus_file *f = &c->files[roll(d, (uint32_t)c->count)];
        if (f->kind == CORPUS_SKIPPED || f->len < 2)
            continue;
        size_t at = roll(d, (uint32_t)f->len);
        while (f->kind == CORPUS_PLAIN && at < f->len &&
               ((unsigned char)f->bytes[at] & 0xC0) == 0x80)
            at++;
        decode(f, at, 1 + roll(d, (uint32_t)max), out, max + 5);
        if (*out && gaz_utf8_valid(out, strlen(out)))
            return true;
    }
    strcpy(out, "foo");
    return false;
}

/* Partners of letters that only Unicode knows, or that look like partners and are none. */
static const char *a_twin(dice *d, const char *letter, size_t len)
{
    static const char *const twins[][2] = {
        {"k", "\xE2\x84\xAA"},
        {"s", "\xC5\xBF"},
        {"i", "\xC4\xB0"},
        {"i", "\xC4\xB1"},
        {"\xC3\x9F", "ss"},
        {"\xC3\x9F", "\xE1\xBA\x9E"},
        {"\xCF\x83", "\xCF\x82"},
        {"\xCF\x82", "\xCE\xA3"},
        {"\xCE\xA3", "\xCF\x82"},
        {"\xC3\xA9", "\xC3\x89"},
        {"\xC3\x85", "\xE2\x84\xAB"},
        {"\xC3\xA5", "\xE2\x84\xAB"},
        {"\xC2\xB5", "\xCE\xBC"},
        {"\xC7\x84", "\xC7\x85"},
        {"\xD0\xB6", "\xD0\x96"},
    };
    size_t from = roll(d, sizeof twins / sizeof twins[0]);
    char low[5] = "";
    memcpy(low, letter, len);
    if (len == 1 && *letter >= 'A' && *letter <= 'Z')
        low[0] = (char)(*letter | 32);
    for (size_t i = 0; i < sizeof twins / sizeof twins[0]; i++) {
        const char *const *pair = twins[(from + i) % (sizeof twins / sizeof twins[0])];
        if (strcmp(pair[0], low) == 0)
            return pair[1];
    }
    return NULL;
}

/* Other cases of the same letters. */
static void twist_case(dice *d, char *text, size_t room)
{
    char out[512] = "";
    for (const char *p = text; *p && strlen(out) + 8 < sizeof out;) {
        size_t len = 1;
        while (((unsigned char)p[len] & 0xC0) == 0x80)
            len++;
        const char *twin = len <= 4 && roll(d, 3) == 0 ? a_twin(d, p, len) : NULL;
        char one[2] = {*p, 0};
        if (len == 1 && (*p | 32) >= 'a' && (*p | 32) <= 'z' && roll(d, 2))
            one[0] = (char)(*p ^ 32);
        if (twin)
            strcat(out, twin);
        else if (len == 1)
            strcat(out, one);
        else
            strncat(out, p, len);
        p += len;
    }
    if (strlen(out) < room)
        strcpy(text, out);
}

static void make_literal(dice *d, const corpus *c, oracle_atom *a)
{
    static const size_t lengths[] = {1, 2, 2, 3, 4, 6, 10, 20, 60};
    static const char *const chosen[] = {"\xE2\x84\xAA",
                                         "\xC5\xBF",
                                         "\xC3\x9F",
                                         "\xE1\xBA\x9E",
                                         "\xCF\x82",
                                         "ss",
                                         "\xC4\xB0",
                                         "i\xCC\x87",
                                         "\xC2\xB5",
                                         "\xC7\x85",
                                         "\xE2\x84\xAB",
                                         "\xF0\x90\x90\x80",
                                         "k",
                                         "K",
                                         "kmem",
                                         "needle",
                                         "needle9999",
                                         "needleinthemiddle",
                                         "\\",
                                         "\"",
                                         "/",
                                         "\t",
                                         "  ",
                                         "caf\xC3\xA9",
                                         "na\xC3\xAFve",
                                         "\xC3\xA9",
                                         ".",
                                         "*",
                                         "(",
                                         "\xEF\xBB\xBF",
                                         "\xEF\xBF\xBD",
                                         "zz",
                                         "\xF0\x9F\x98\x80",
                                         "notthere",
                                         "\x01"};
    a->literal = true;
    a->plain_spans = true;
    if (roll(d, 5) == 0)
        append(a, PICK(d, chosen));
    else
        (void)piece(d, c, a->source, lengths[roll(d, 9)]);
    a->origin = strlen(a->source) <= 2 ? ORACLE_SHORT : ORACLE_LITERAL;
    if (roll(d, 3) == 0) {
        twist_case(d, a->source, sizeof a->source);
        a->origin = ORACLE_TWISTED;
    }
}

/* Escaped so that it stands for itself in a regular expression. */
static void append_quoted(oracle_atom *a, const char *text)
{
    for (; *text; text++) {
        char one[3] = {'\\', *text, 0};
        append(a, strchr("\\.+*?()|[]{}^$#&-~", *text) ? one : one + 1);
    }
}

static void word_of(dice *d, const corpus *c, oracle_atom *a, size_t max)
{
    char text[80];
    (void)piece(d, c, text, max);
    append_quoted(a, text);
}

/* Forms that people type, filled with pieces of the corpus. W: a word; other characters stand for
 * themselves. Without -U there is no \A or \z: what ripgrep takes for the text's ends depends then
 * on whether it found a literal to look for first. */
static void make_typed(dice *d, const corpus *c, oracle_atom *a)
{
    static const char *const forms[] = {"W.*W",
                                        "W.*?W",
                                        "^\\s*W",
                                        "W$",
                                        "\\bW\\b",
                                        "\\bW",
                                        "W\\b",
                                        "(W|W)",
                                        "W|W|W",
                                        "W[a-z_]*",
                                        "\\w+W",
                                        "W\\s*\\(",
                                        "W\\d+",
                                        "[^\\s]W",
                                        "^W",
                                        "^.*W$",
                                        "(?i)W",
                                        "(?i:W)W",
                                        "W{1,3}",
                                        "(W)+",
                                        "W?W",
                                        "(?-i:W)",
                                        "W.W",
                                        "W\\W",
                                        "\\WW",
                                        "^\\S+\\s+W",
                                        "W(W)?$",
                                        "W[[:alpha:]]W?",
                                        "needle\\d\\d\\b",
                                        "needle[0-4]+$",
                                        "^$",
                                        "^.$",
                                        "\\t",
                                        "\\bk\\b",
                                        "\\d{3,}",
                                        "[A-Z][a-z]+",
                                        "\\p{Lu}\\w*\\(",
                                        "[^\\x00-\\x7F]+",
                                        "\\S{12,}",
                                        ".{90,}",
                                        "^.{0,3}$",
                                        "\\x00",
                                        "[\\x80-\\xFF]",
                                        "\\bneedle(1|2)\\d*",
                                        "return .*;",
                                        "(if|while) *\\(",
                                        "W\\.W",
                                        "\xE2\x84\xAA|W",
                                        "[k\xC3\xA9]W",
                                        "\\p{Greek}",
                                        "\\p{Han}|\\p{Cyrillic}",
                                        "\\pN+W?",
                                        "(?x) W \\  W",
                                        "[[:punct:]]{3}",
                                        "W[^W]",
                                        "(?m)^W",
                                        "\\B\\w\\B",
                                        "W\\r?$"};
    const char *form = PICK(d, forms);
    a->origin = ORACLE_TYPED;
    a->plain_spans = !strpbrk(form, "^$?*{") && !strstr(form, "\\b") && !strstr(form, "\\B");
    for (const char *p = form; *p; p++) {
        char one[2] = {*p, 0};
        bool escape = p > form && p[-1] == '\\';
        if (*p == 'W' && !escape)
            word_of(d, c, a, 1 + roll(d, 8));
        else
            append(a, one);
    }
}

static void make_multiline(dice *d, const corpus *c, oracle_atom *a)
{
    static const char *const forms[] = {"W\\nW",      "W\\n",
                                        "\\nW",       "\\n\\n",
                                        "W$\\n^W",    "(?s)W.{0,40}W",
                                        "(?s)W.*?W",  "\\}\\n",
                                        ";\\n\\s*W",  "(?s:W.W)",
                                        "\\n\\n\\n",  "W\\r\\n",
                                        "[^\\n]W\\n", "needle\\d+\\n.*W",
                                        "\\d\\n\\d",  "(?s)needle9999.*",
                                        "\\A\\n",     "\\n\\z",
                                        "W\\s+\\nW?", "(W|\\n)\\n"};
    const char *form = PICK(d, forms);
    a->origin = ORACLE_MULTILINE;
    a->multiline = true;
    for (const char *p = form; *p; p++) {
        char one[2] = {*p, 0};
        if (*p == 'W')
            word_of(d, c, a, 1 + roll(d, 4));
        else
            append(a, one);
    }
}

static void make_perl(dice *d, const corpus *c, oracle_atom *a)
{
    static const char *const forms[] = {"W(?=W)",
                                        "W(?!W)",
                                        "(?<=W)W",
                                        "(?<!W)W",
                                        "(\\w)\\1",
                                        "(\\w+) \\1",
                                        "(?=.*W)W",
                                        "^(?!.*W)",
                                        "W(?=\\()",
                                        "(?<![a-z])W",
                                        "(?<=\\s)W(?=\\s)",
                                        "(['\"]).*?\\1",
                                        "\\b(\\w{2})\\w*\\1",
                                        "(?>W)(?=.)W",
                                        "(?i)(k)\\1",
                                        "W(?=$)",
                                        "(?<=^)W",
                                        "(?P<n>W)(?P=n)",
                                        "(?!W)\\w+\\("};
    const char *form = PICK(d, forms);
    a->origin = ORACLE_PERL;
    a->perl = true;
    for (const char *p = form; *p; p++) {
        char one[2] = {*p, 0};
        if (*p == 'W' && !(p > form && p[-1] == '\\'))
            word_of(d, c, a, 1 + roll(d, 4));
        else
            append(a, one);
    }
}

/* The regex crate of ripgrep 13 finds nothing for a $ and a ^ on an empty line, in this order; ours
 * does. */
static bool crate_differs(const char *source)
{
    const char *end = strchr(source, '$');
    return end && strchr(end, '^');
}

static void make_wild(dice *d, oracle_atom *a)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    a->origin = ORACLE_WILD;
    do {
        gaz_strbuf_reset(&out);
        made_pattern m = make_pattern(d, &out, 8, 8);
        a->multiline = m.multiline;
        a->perl = m.perl;
    } while (out.len >= sizeof a->source || crate_differs(out.data));
    memcpy(a->source, out.data, out.len + 1);
    gaz_strbuf_release(&out);
}

void oracle_make(dice *d, const corpus *c, oracle_atom *out)
{
    static const gaz_case folds[] = {GAZ_CASE_SENSITIVE, GAZ_CASE_INSENSITIVE, GAZ_CASE_AUTO};
    uint32_t kind = roll(d, 100);
    *out = (oracle_atom){.fold = folds[roll(d, 3)]};
    if (kind < 35)
        make_literal(d, c, out);
    else if (kind < 65)
        make_typed(d, c, out);
    else if (kind < 73)
        make_multiline(d, c, out);
    else if (kind < 80)
        make_perl(d, c, out);
    else
        make_wild(d, out);
    if (!out->source[0])
        append(out, "()"); /* the query language has no empty // */
}

void oracle_format(const oracle_atom *a, gaz_strbuf *out)
{
    gaz_strbuf_putc(out, a->literal ? '"' : '/');
    for (const char *p = a->source; *p; p++) {
        if (a->literal && (*p == '"' || *p == '\\'))
            gaz_strbuf_putc(out, '\\');
        if (!a->literal && *p == '\\' && p[1]) {
            gaz_strbuf_putc(out, *p++);
        } else if (!a->literal && *p == '/') {
            gaz_strbuf_putc(out, '\\');
        }
        gaz_strbuf_putc(out, *p);
    }
    gaz_strbuf_putc(out, a->literal ? '"' : '/');
}

const char *oracle_case(gaz_case fold)
{
    return fold == GAZ_CASE_AUTO          ? "case:auto"
           : fold == GAZ_CASE_INSENSITIVE ? "case:no"
                                          : "case:yes";
}

/* ---- ripgrep ---- */

static size_t common_words(const oracle_atom *a, const char *argv[32])
{
    static const char *const always[] = {
        "timeout", "20", "rg", "--no-config", "--no-ignore", "--hidden",     "--crlf",
        "-a",      "-n", "-H", "-0",          "-j1",         "--no-heading", "--color=never"};
    size_t n = sizeof always / sizeof always[0];
    memcpy(argv, always, sizeof always);
    argv[n++] = a->fold == GAZ_CASE_AUTO ? "-S" : a->fold == GAZ_CASE_INSENSITIVE ? "-i" : "-s";
    if (a->multiline)
        argv[n++] = "-U";
    if (a->perl)
        argv[n++] = "-P";
    if (a->literal)
        argv[n++] = "-F";
    return n;
}

/* "./path NUL line:…" */
static void read_lines(const corpus *c, const gaz_strbuf *printed, oracle_lines *out)
{
    const char *p = printed->data, *end = p + printed->len;
    while (p < end) {
        const char *nul = memchr(p, '\0', (size_t)(end - p));
        assert_non_null(nul);
        assert_true(nul - p > 2 && p[0] == '.' && p[1] == '/');
        const corpus_file *f = corpus_find(c, p + 2, (size_t)(nul - p) - 2);
        assert_non_null(f);
        oracle_line line = {(uint32_t)(f - c->files), (uint32_t)strtoul(nul + 1, NULL, 10)};
        assert_true(gaz_vec_push(&out->list, line));
        p = memchr(nul, '\n', (size_t)(end - nul));
        p = p ? p + 1 : end;
    }
}

static int run_rg(const char *dir, const char *folder, const corpus *c, const oracle_atom *a,
                  const char *encoding, oracle_lines *out)
{
    char path[700];
    const char *argv[32] = {NULL};
    size_t n = common_words(a, argv);
    gaz_strbuf printed = GAZ_STRBUF_INIT;
    argv[n++] = "-M64"; /* long lines are not printed */
    if (encoding) {
        argv[n++] = "-E";
        argv[n++] = encoding;
    }
    argv[n++] = "-e";
    argv[n++] = a->source;
    argv[n++] = "--";
    argv[n++] = ".";
    snprintf(path, sizeof path, "%s/%s%s", dir, folder, a->perl ? ".perl" : "");
    int code = run_tool(&(tool){.argv = argv, .dir = path}, &printed);
    read_lines(c, &printed, out);
    gaz_strbuf_release(&printed);
    return code;
}

int oracle_ask_rg(const char *dir, const corpus *c, const oracle_atom *a, oracle_lines *out)
{
    int plain = run_rg(dir, "plain", c, a, NULL, out);
    int latin1 = plain > 1 ? plain : run_rg(dir, "latin1", c, a, "latin1", out);
    oracle_sort(out);
    return latin1 > 1 ? latin1 : plain == 0 || latin1 == 0 ? 0 : 1;
}

int oracle_ask_rg_spans(const char *dir, const oracle_atom *a, gaz_strbuf *out)
{
    char path[700];
    const char *argv[32] = {NULL};
    size_t n = common_words(a, argv);
    argv[n++] = "-o";
    argv[n++] =
        "--max-filesize=" ORACLE_SPANS_MAX; /* we mark a bounded number of matches in a line */
    argv[n++] = "-e";
    argv[n++] = a->source;
    argv[n++] = "--";
    argv[n++] = ".";
    snprintf(path, sizeof path, "%s/plain", dir);
    return run_tool(&(tool){.argv = argv, .dir = path}, out);
}

/* ---- us ---- */

static gaz_status take_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    oracle_answer *a = ctx;
    const corpus_file *f = corpus_find(a->corpus, hit->path, hit->path_len);
    (void)err;
    assert_non_null(f);
    a->files++;
    a->lines_missing |= hit->line_count != hit->lines_total;
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_line *l = &hit->lines[i];
        oracle_line line = {(uint32_t)(f - a->corpus->files), l->number};
        assert_true(gaz_vec_push(&a->lines.list, line));
        for (size_t r = 0; r < l->range_count; r++) {
            assert_true(l->ranges[r].start <= l->ranges[r].end && l->ranges[r].end <= l->len);
            assert_true(r == 0 || l->ranges[r].start >= l->ranges[r - 1].end);
            if (!a->with_spans || f->kind != CORPUS_PLAIN || f->len > ORACLE_SPANS_MAX_BYTES)
                continue;
            gaz_strbuf_printf(&a->spans, "./%s%c%u:", f->path, '\0', l->number);
            gaz_strbuf_add(&a->spans, l->text + l->ranges[r].start,
                           l->ranges[r].end - l->ranges[r].start);
            gaz_strbuf_putc(&a->spans, '\n');
        }
    }
    return GAZ_OK;
}

gaz_status oracle_ask_us(gaz_engine *engine, const corpus *c, const char *query, const char *rev,
                         oracle_answer *out)
{
    gaz_search_request request = {.query = query,
                                  .query_len = strlen(query),
                                  .rev = rev,
                                  .limit = GAZ_LIMIT_MAX,
                                  .deadline_us = GAZ_NEVER};
    out->corpus = c;
    out->spans = GAZ_STRBUF_INIT;
    gaz_search_result_init(&out->result);
    gaz_status st = gaz_engine_search(engine, &request, take_hit, out, &out->result, &out->error);
    assert_false(st == GAZ_OK && out->result.complete && out->lines_missing);
    oracle_sort(&out->lines);
    return st;
}

void oracle_answer_release(oracle_answer *a)
{
    gaz_vec_free(&a->lines.list);
    gaz_strbuf_release(&a->spans);
    gaz_search_result_release(&a->result);
}

/* ---- comparing ---- */

static int by_place(const void *a, const void *b)
{
    const oracle_line *x = a, *y = b;
    if (x->file != y->file)
        return x->file < y->file ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

void oracle_sort(oracle_lines *lines)
{
    if (lines->list.len)
        qsort(lines->list.items, lines->list.len, sizeof *lines->list.items, by_place);
}

const oracle_line *oracle_difference(const oracle_lines *rg, const oracle_lines *ours,
                                     bool *rg_has_it)
{
    size_t i = 0;
    while (i < rg->list.len && i < ours->list.len &&
           by_place(&rg->list.items[i], &ours->list.items[i]) == 0)
        i++;
    if (i == rg->list.len && i == ours->list.len)
        return NULL;
    *rg_has_it = i == ours->list.len ||
                 (i < rg->list.len && by_place(&rg->list.items[i], &ours->list.items[i]) < 0);
    return *rg_has_it ? &rg->list.items[i] : &ours->list.items[i];
}
