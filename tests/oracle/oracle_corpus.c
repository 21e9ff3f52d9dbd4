/* Designed files, whose reading is known, and random ones. What a file is taken for is stated here
 * by the rules of the specification, not asked of the program under test; the test compares both.
 */
#include "gaz_test.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/utf8.h"
#include "oracle_corpus.h"
#include "run_tool.h"

static corpus_file *add(corpus *c, const char *path, corpus_kind kind, const char *encoding,
                        const gaz_strbuf *text)
{
    assert_true(c->count < CORPUS_FILES_MAX);
    size_t at = 0;
    while (at < c->count && strcmp(c->files[at].path, path) < 0)
        at++;
    memmove(&c->files[at + 1], &c->files[at], (c->count - at) * sizeof c->files[0]);
    c->count++;
    corpus_file *f = &c->files[at];
    *f = (corpus_file){.kind = kind, .encoding = encoding, .mode = "100644", .len = text->len};
    assert_true(strlen(path) < sizeof f->path);
    strcpy(f->path, path);
    f->bytes = malloc(text->len + 1);
    assert_non_null(f->bytes);
    memcpy(f->bytes, text->data, text->len);
    return f;
}

static void drop(corpus *c, size_t at)
{
    free(c->files[at].bytes);
    c->count--;
    memmove(&c->files[at], &c->files[at + 1], (c->count - at) * sizeof c->files[0]);
}

static bool lone_return(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] == '\r' && (i + 1 == len || text[i + 1] != '\n'))
            return true;
    return false;
}

/* Whether "o$" matches in "foo\r\r\n" depends in ripgrep on whether it found a literal to look for
 * first: no such line ends. */
static void simplify_ends(gaz_strbuf *text)
{
    size_t kept = 0;
    for (size_t i = 0; i < text->len; i++)
        if (!(i + 2 < text->len && memcmp(text->data + i, "\r\r\n", 3) == 0))
            text->data[kept++] = text->data[i];
    gaz_strbuf_truncate(text, kept);
}

/* A text file: what it is follows from its bytes. */
static corpus_file *add_text(corpus *c, const char *path, gaz_strbuf *text)
{
    simplify_ends(text);
    bool valid = gaz_utf8_valid(text->data, text->len);
    const char *encoding = gaz_ascii_valid(text->data, text->len) ? "ascii" : "utf-8";
    corpus_file *f = add(c, path, CORPUS_PLAIN, encoding, text);
    f->perl = valid && !lone_return(text->data, text->len);
    return f;
}

static void add_bytes(corpus *c, const char *path, const char *bytes, size_t len)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_add(&text, bytes, len);
    add_text(c, path, &text);
    gaz_strbuf_release(&text);
}

static void add_skipped(corpus *c, const char *path, const char *why, const char *mode,
                        const char *bytes, size_t len)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_add(&text, bytes, len);
    corpus_file *f = add(c, path, CORPUS_SKIPPED, "binary", &text);
    f->skip = why;
    f->mode = mode;
    gaz_strbuf_release(&text);
}

/* ---- code ---- */

static const char *const names[] = {"kmem_cache_alloc",
                                    "open_file",
                                    "Mutex",
                                    "mutex_lock",
                                    "buffer",
                                    "Buffer",
                                    "len",
                                    "i",
                                    "x1",
                                    "HTTPServer",
                                    "parseQuery",
                                    "parse_query",
                                    "KEY",
                                    "skb",
                                    "resK",
                                    "Strasse",
                                    "TO"
                                    "DO",
                                    "FIX"
                                    "ME",
                                    "a",
                                    "k",
                                    "s"};
static const char *const wide_names[] = {"caf\xC3\xA9",
                                         "Stra\xC3\x9F"
                                         "e",
                                         "\xE2\x84\xAA"
                                         "elvin",
                                         "\xC5\xBF"
                                         "et",
                                         "\xCE\xA3\xCE\xB1\xCF\x82",
                                         "na\xC3\xAFve",
                                         "\xE4\xB8\xAD\xE6\x96\x87",
                                         "\xD0\x96\xD1\x83\xD0\xBA",
                                         "\xF0\x9F\x98\x80",
                                         "I\xCC\x87"};

static const char *a_name(dice *d, bool wide)
{
    return wide && roll(d, 4) == 0 ? PICK(d, wide_names) : PICK(d, names);
}

static void code_line(dice *d, gaz_strbuf *out, bool wide)
{
    static const char *const forms[] = {"    if (%s->%s != NULL)",
                                        "static int %s(struct %s *p)",
                                        "return %s(%s, -1);",
                                        "// %s: %s",
                                        "#include <%s/%s.h>",
                                        "%s = \"%s\\n\";",
                                        "\t%s.%s();",
                                        "}",
                                        "",
                                        "%s/%s",
                                        "  %s + %s * 2 // NOTE(k): fix"};
    const char *form = PICK(d, forms);
    for (const char *p = form; *p; p++) {
        if (p[0] == '%' && p[1] == 's') {
            gaz_strbuf_puts(out, a_name(d, wide));
            p++;
        } else {
            gaz_strbuf_putc(out, *p);
        }
    }
    if (roll(d, 30) == 0)
        gaz_strbuf_printf(out, " needle%u", roll(d, 500));
}

static void code(dice *d, gaz_strbuf *out, size_t bytes, bool wide, const char *end)
{
    while (out->len < bytes) {
        code_line(d, out, wide);
        gaz_strbuf_puts(out, end);
    }
}

/* ---- encodings ---- */

static void put_unit(gaz_strbuf *out, unsigned unit, bool big)
{
    gaz_strbuf_putc(out, (char)(big ? unit >> 8 : unit & 0xFF));
    gaz_strbuf_putc(out, (char)(big ? unit & 0xFF : unit >> 8));
}

static void to_utf16(const gaz_strbuf *text, bool big, gaz_strbuf *out)
{
    const char *p = text->data, *end = p + text->len;
    put_unit(out, 0xFEFF, big);
    while (p < end) {
        uint32_t c = gaz_utf8_next(&p, end);
        if (c == GAZ_UTF8_BAD)
            put_unit(out, 0xD800, big); /* an unpaired surrogate for each bad byte */
        else if (c < 0x10000)
            put_unit(out, c, big);
        else {
            put_unit(out, 0xD800 + ((c - 0x10000) >> 10), big);
            put_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FF), big);
        }
    }
}

/* A file of a text, which is released. */
static void add_wide(corpus *c, const char *path, gaz_strbuf *text, bool big, bool odd)
{
    gaz_strbuf wide = GAZ_STRBUF_INIT;
    simplify_ends(text);
    to_utf16(text, big, &wide);
    if (odd)
        gaz_strbuf_putc(&wide, 'x');
    corpus_file *f = add(c, path, CORPUS_PLAIN, big ? "utf-16be" : "utf-16le", &wide);
    f->perl = !lone_return(text->data, text->len);
    gaz_strbuf_release(text);
    gaz_strbuf_release(&wide);
}

static void add_utf16(corpus *c, dice *d, const char *path, bool big, int kind, int ends, bool odd)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    make_text(d, &text, kind, ends, 30);
    add_wide(c, path, &text, big, odd);
}

static void add_utf16_code(corpus *c, dice *d, const char *path, bool big, const char *end)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    code(d, &text, 140000, true, end);
    add_wide(c, path, &text, big, false);
}

static void add_latin1(corpus *c, dice *d, const char *path, const char *end, unsigned lines)
{
    static const char *const words[] = {"caf\xE9",
                                        "na\xEFve",
                                        "Stra\xDF"
                                        "e",
                                        "\xC5ngstr\xF6m",
                                        "foo",
                                        "bar",
                                        "k",
                                        "gar\xE7on",
                                        "d\xE9j\xE0",
                                        "42",
                                        "\xC9T\xC9"};
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&text, "na\xEFve caf\xE9%s", end);
    for (unsigned i = 0; i < lines; i++) {
        for (unsigned n = roll(d, 6); n; n--)
            gaz_strbuf_printf(&text, "%s ", PICK(d, words));
        gaz_strbuf_puts(&text, i < lines - 1 ? end : "");
    }
    corpus_file *f = add(c, path, CORPUS_LATIN1, "latin1", &text);
    f->perl = !lone_return(text.data, text.len);
    gaz_strbuf_release(&text);
}

/* ---- the designed files ---- */

static void add_ends(corpus *c)
{
#define ADD(path, literal) add_bytes(c, path, literal, sizeof literal - 1)
    ADD("ends/empty", "");
    ADD("ends/newline", "\n");
    ADD("ends/crlf", "\r\n");
    ADD("ends/return", "\r");
    ADD("ends/two", "\n\n");
    ADD("ends/none", "foo");
    ADD("ends/none2", "foo\nbar");
    ADD("ends/space", " \n\t\n  x \n");
    ADD("ends/mixed", "foo\r\nbar\nfoo\rbar\r\nfoo\rx\r\nbar\r\n\r\nk\n\r\n");
    ADD("ends/returns", "foo\rbar\rfoo k\r");
    ADD("ends/crlf-none", "a\r\nb\r\nfoo\r");
    ADD("ends/sep", "foo\xE2\x80\xA8"
                    "bar\xC2\x85"
                    "foo\x0B"
                    "bar\x0C"
                    "foo\n");
    ADD("case/kelvin", "KMEM kmem \xE2\x84\xAA"
                       "mem\n\xE2\x84\xAA\nk\nK\n");
    ADD("case/longs", "s S \xC5\xBF\n\xC5\xBF\nset \xC5\xBF"
                      "et SET\n");
    ADD("case/sharp", "stra\xC3\x9F"
                      "e STRASSE STRA\xE1\xBA\x9E"
                      "E\n\xC3\x9F\n\xE1\xBA\x9E\nss\n");
    ADD("case/sigma", "\xCF\x83\xCF\x82\xCE\xA3\n\xCF\x82\n\xCE\xA3\n");
    ADD("case/dots", "i I \xC4\xB0 \xC4\xB1 i\xCC\x87\n\xC4\xB0\n\xC4\xB1\n");
    ADD("case/title", "\xC7\x84 \xC7\x85 \xC7\x86\n\xC7\x85\n");
    ADD("case/micro", "\xC2\xB5 \xCE\xBC \xCE\x9C\n\xC2\xB5\n\xCE\xBC\n");
    ADD("case/angstrom", "\xC3\xA5 \xC3\x85 \xE2\x84\xAB\n\xE2\x84\xAB\n");
    ADD("case/deseret", "\xF0\x90\x90\x80 \xF0\x90\x90\xA8\n");
    ADD("bad/bytes", "foo\xFF"
                     "bar\n\xC3\nfoo\xE2\x84\nk\xA9\x80\n\xF0\x9F\x98\nfoo\xED\xA0\x80"
                     "bar\n\xC0\x80\n\x80 foo\n");
    ADD("bad/latin-with-controls", "caf\xE9 \x85\nfoo \x93"
                                   "bar\x94\n");
    ADD("bom/utf8", "\xEF\xBB\xBF"
                    "foo\nbar\r\n\xE2\x84\xAA\n");
    ADD("bom/utf8-bad", "\xEF\xBB\xBF"
                        "foo\xFF"
                        "bar\n\xC3\nk\n");
    ADD("bom/utf8-nul", "\xEF\xBB\xBF"
                        "foo\0bar\nk\0\n");
    ADD("bom/only", "\xEF\xBB\xBF");
    ADD("bom/inside", "foo\n\xEF\xBB\xBF"
                      "bar\n");
    ADD("short/a", "a");
    ADD("short/ab", "ab");
    ADD("short/k", "\xE2\x84\xAA");
#undef ADD
    for (size_t i = 0; i < c->count; i++)
        if (strncmp(c->files[i].path, "bom/", 4) == 0 &&
            strcmp(c->files[i].path, "bom/inside") != 0)
            c->files[i].encoding = "utf-8";
}

static void add_nuls(corpus *c, dice *d)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    code(d, &text, 7000, false, "\n");
    gaz_strbuf_truncate(&text, 7000);
    for (unsigned i = 0; i < 999; i++)
        gaz_strbuf_putc(&text, i % 40 == 39 ? '\n' : 'z');
    size_t at = text.len;
    gaz_strbuf_add(&text, "\0foo\nbar\n", 9);
    assert_int_equal(at, 7999);
    add_skipped(c, "nul/at-7999", "binary", "100644", text.data, text.len);
    gaz_strbuf_truncate(&text, at);
    gaz_strbuf_add(&text, "z\0foo\nbar\0\n\0\nk\0s\n", 17);
    add_text(c, "nul/at-8000", &text);
    make_text(d, &text, TEXT_UTF8, 2, 60);
    add_text(c, "nul/late", &text);
    gaz_strbuf_release(&text);
    add_skipped(c, "nul/early", "binary", "100644", "foo\0bar\nfoo\n", 12);
    add_skipped(c, "nul/elf", "binary", "100755",
                "\x7F"
                "ELF\0\0\0foo bar kmem",
                19);
}

static void add_others(corpus *c, dice *d)
{
    static const char lfs[] =
        "version https://git-lfs.github.com/spec/v1\n"
        "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n";
    add_skipped(c, "other/asset.psd", "lfs", "100644", lfs, sizeof lfs - 1);
    add_skipped(c, "other/link", "symlink", "120000", "../ends/none", 12);
    add_utf16(c, d, "wide/le", false, TEXT_UTF8, 0, false);
    add_utf16(c, d, "wide/le-crlf", false, TEXT_UTF8, 1, false);
    add_utf16(c, d, "wide/be", true, TEXT_UTF8, 1, false);
    add_utf16(c, d, "wide/be-odd", true, TEXT_ASCII, 0, true);
    add_utf16(c, d, "wide/le-unpaired", false, TEXT_BROKEN, 2, false);
    add_utf16_code(c, d, "wide/le-chunks.c", false, "\n");
    add_utf16_code(c, d, "wide/be-chunks.c", true, "\r\n");
    add_latin1(c, d, "latin/lf.txt", "\n", 25);
    add_latin1(c, d, "latin/crlf.txt", "\r\n", 25);
    add_latin1(c, d, "latin/cr.txt", "\r", 25);
    add_latin1(c, d, "latin/chunks.txt", "\r\n", 14000);
}

static void add_huge(corpus *c, dice *d, const corpus_size *size)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    code(d, &text, size->huge_file / 2, false, "\n");
    code(d, &text, size->huge_file, true, "\r\n");
    gaz_strbuf_puts(&text, "last line, needle9999");
    add_text(c, "huge/file.c", &text);
    gaz_strbuf_reset(&text);
    code(d, &text, size->huge_line / 2, false, " ");
    gaz_strbuf_puts(&text, "needleinthemiddle \xE2\x84\xAA ");
    code(d, &text, size->huge_line, false, " ");
    gaz_strbuf_puts(&text, "\nfoo\n");
    add_text(c, "huge/line.js", &text)->perl =
        false; /* a look-ahead with .* takes PCRE2 minutes there */
    gaz_strbuf_reset(&text);
    for (unsigned i = 0; text.len < 140000;
         i++) /* many short lines, and empty ones at the ends of chunks */
        gaz_strbuf_printf(&text, i % 7 ? "%u\n" : "\n", i);
    add_text(c, "huge/numbers", &text);
    gaz_strbuf_reset(&text);
    while (text.len < 140000)
        make_text(d, &text, TEXT_BROKEN, 1, 20);
    add_text(c, "huge/bad", &text);
    gaz_strbuf_release(&text);
}

static void add_random(corpus *c, dice *d, const char *prefix, unsigned number)
{
    static const char *const exts[] = {"", ".c", ".py", ".txt", ".js", ".md", ".h"};
    static const char *const dirs[] = {"",      "src/",  "src/core/", "a/b/c/d/e/f/",
                                       "docs/", "test/", "sp ace/",   "\xC3\xA9t\xC3\xA9/"};
    char path[96];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    snprintf(path, sizeof path, "%s%s%u%s", PICK(d, dirs), prefix, number, PICK(d, exts));
    switch (roll(d, 4)) {
    case 0:
        code(d, &text, roll(d, 3000), roll(d, 2), roll(d, 3) ? "\n" : "\r\n");
        break;
    case 1:
        make_text(d, &text, TEXT_ASCII, (int)roll(d, 2), 5 + roll(d, 40));
        break;
    case 2:
        make_text(d, &text, TEXT_UTF8, (int)roll(d, 2), 5 + roll(d, 40));
        break;
    default:
        make_text(d, &text, TEXT_BROKEN, (int)roll(d, 2), 5 + roll(d, 40));
        gaz_strbuf_puts(&text, "\n\xC3\xA9 \xFF\n"); /* never to be taken for Latin-1 */
    }
    if (!corpus_find(c, path, strlen(path)))
        add_text(c, path, &text);
    gaz_strbuf_release(&text);
}

void corpus_init(corpus *c, dice *d, const corpus_size *size)
{
    *c = (corpus){.count = 0};
    add_ends(c);
    add_nuls(c, d);
    add_others(c, d);
    add_huge(c, d, size);
    for (unsigned i = 0; i < size->small; i++)
        add_random(c, d, "f", i);
}

void corpus_release(corpus *c)
{
    while (c->count)
        drop(c, c->count - 1);
}

void corpus_copy(corpus *to, const corpus *from)
{
    *to = *from;
    for (size_t i = 0; i < from->count; i++) {
        to->files[i].bytes = malloc(from->files[i].len + 1);
        assert_non_null(to->files[i].bytes);
        memcpy(to->files[i].bytes, from->files[i].bytes, from->files[i].len);
    }
}

/* ---- changes ---- */

static bool ordinary(const corpus_file *f)
{
    return f->kind == CORPUS_PLAIN && strncmp(f->path, "bom/", 4) != 0 &&
           strncmp(f->path, "wide/", 5) != 0 && strncmp(f->path, "nul/", 4) != 0;
}

/* What was designed to be hard stays; it may be edited, but for the huge ones, which are edited by
 * themselves. */
static bool designed(const corpus_file *f)
{
    static const char *const folders[] = {"ends/", "case/", "bad/", "short/", "huge/"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++)
        if (strncmp(f->path, folders[i], strlen(folders[i])) == 0)
            return true;
    return false;
}

static size_t pick(const corpus *c, dice *d, bool any)
{
    for (;;) {
        size_t at = roll(d, (uint32_t)c->count);
        const corpus_file *f = &c->files[at];
        if (ordinary(f) && strncmp(f->path, "huge/", 5) != 0 && (any || !designed(f)))
            return at;
    }
}

/* A line put in somewhere: of the huge file that moves the borders of all chunks behind it. */
static void edit(corpus *c, dice *d, size_t at)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    corpus_file old = c->files[at];
    size_t cut = old.len ? roll(d, (uint32_t)old.len) : 0;
    while (cut > 0 && old.bytes[cut - 1] != '\n')
        cut--;
    gaz_strbuf_add(&text, old.bytes, cut);
    code_line(d, &text, false);
    gaz_strbuf_printf(&text, " needle%u\n", roll(d, 500));
    gaz_strbuf_add(&text, old.bytes + cut, old.len - cut);
    free(old.bytes);
    c->count--;
    memmove(&c->files[at], &c->files[at + 1], (c->count - at) * sizeof c->files[0]);
    add_text(c, old.path, &text)->mode = old.mode;
    gaz_strbuf_release(&text);
}

static void rename_file(corpus *c, dice *d, size_t at)
{
    corpus_file f = c->files[at];
    char path[96];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    snprintf(path, sizeof path, "moved/r%u.c", roll(d, 100000));
    if (corpus_find(c, path, strlen(path)))
        return;
    gaz_strbuf_add(&text, f.bytes, f.len);
    drop(c, at);
    add_text(c, path, &text);
    gaz_strbuf_release(&text);
}

void corpus_change(corpus *c, dice *d)
{
    for (unsigned n = 3 + roll(d, 6); n; n--) {
        switch (roll(d, 6)) {
        case 0:
            add_random(c, d, "n", roll(d, 100000));
            break;
        case 1:
            if (c->count > 80)
                drop(c, pick(c, d, false));
            break;
        case 2:
            rename_file(c, d, pick(c, d, false));
            break;
        case 3:
            c->files[pick(c, d, true)].mode = "100755";
            break;
        default:
            edit(c, d, pick(c, d, true));
        }
    }
    const corpus_file *huge = corpus_find(c, "huge/file.c", 11);
    if (huge && roll(d, 2))
        edit(c, d, (size_t)(huge - c->files));
}

const char *const corpus_traits[TRAITS] = {
    "CRLF",    "lone CR", "no final newline", "late NUL",    "invalid UTF-8",
    "Latin-1", "UTF-16",  "huge line",        "many chunks", "byte-order mark"};

unsigned corpus_traits_of(const corpus_file *f)
{
    static const char *const folders[][2] = {{"huge/line", "7"}, {"huge/file", "8"}, {"bom/", "9"}};
    unsigned traits = 0;
    if (f->kind == CORPUS_SKIPPED)
        return 0;
    for (size_t i = 0; i < 3; i++)
        if (strncmp(f->path, folders[i][0], strlen(folders[i][0])) == 0)
            traits |= 1u << atoi(folders[i][1]);
    if (strncmp(f->encoding, "utf-16", 6) == 0)
        return traits | TRAIT_UTF16;
    if (memmem(f->bytes, f->len, "\r\n", 2))
        traits |= TRAIT_CRLF;
    if (lone_return(f->bytes, f->len))
        traits |= TRAIT_LONE_CR;
    if (f->len && f->bytes[f->len - 1] != '\n')
        traits |= TRAIT_NO_NEWLINE;
    if (memchr(f->bytes, '\0', f->len))
        traits |= TRAIT_NUL;
    if (f->kind == CORPUS_LATIN1)
        return traits | TRAIT_LATIN1;
    return traits | (gaz_utf8_valid(f->bytes, f->len) ? 0 : TRAIT_INVALID);
}

const corpus_file *corpus_find(const corpus *c, const char *path, size_t len)
{
    size_t lo = 0, hi = c->count;
    while (lo < hi) {
        size_t mid = (lo + hi) / 2, n = strlen(c->files[mid].path);
        int r = memcmp(c->files[mid].path, path, n < len ? n : len);
        r = r ? r : (n > len) - (n < len);
        if (r == 0)
            return &c->files[mid];
        if (r < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return NULL;
}

/* ---- writing ---- */

/* C-quoted, as fast-import takes paths. */
static void put_path(gaz_strbuf *out, const char *path)
{
    gaz_strbuf_putc(out, '"');
    for (; *path; path++)
        gaz_strbuf_printf(
            out, (unsigned char)*path < 0x80 && *path != '"' && *path != '\\' ? "%c" : "\\%03o",
            (unsigned char)*path);
    gaz_strbuf_putc(out, '"');
}

void corpus_commit(const corpus *c, const char *dir, const char *branch, unsigned number)
{
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    char input[600];
    const char *const show[] = {"git", "-C", dir, "rev-parse", "-q", "--verify", branch, NULL};
    bool follows = run_tool(&(tool){.argv = show}, NULL) == 0;
    gaz_strbuf_printf(&out,
                      "commit refs/heads/%s\ncommitter T <t@example.org> %u +0000\ndata 2\nc\n",
                      branch, 1700000000 + number * 60);
    if (follows)
        gaz_strbuf_printf(&out, "from refs/heads/%s^0\n", branch);
    gaz_strbuf_puts(&out, "deleteall\n");
    for (size_t i = 0; i < c->count; i++) {
        const corpus_file *f = &c->files[i];
        gaz_strbuf_printf(&out, "M %s inline ", f->mode);
        put_path(&out, f->path);
        gaz_strbuf_printf(&out, "\ndata %zu\n", f->len);
        gaz_strbuf_add(&out, f->bytes, f->len);
        gaz_strbuf_putc(&out, '\n');
    }
    snprintf(input, sizeof input, "%s/import", dir);
    assert_ok(gaz_strbuf_check(&out, &err));
    assert_ok(gaz_file_write(input, out.data, out.len, 0600, &err));
    const char *const import[] = {"git", "-C", dir, "fast-import", "--quiet", NULL};
    assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL), 0);
    assert_int_equal(unlink(input), 0);
    gaz_strbuf_release(&out);
}

static void put_file(const char *dir, const char *folder, const corpus_file *f)
{
    gaz_error err = {0};
    char path[800];
    snprintf(path, sizeof path, "%s/%s/%s", dir, folder, f->path);
    char *slash = strrchr(path, '/');
    *slash = '\0';
    assert_ok(gaz_mkdir_all(path, 0700, &err));
    *slash = '/';
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(f->bytes, 1, f->len, out), f->len);
    assert_int_equal(fclose(out), 0);
}

void corpus_lay_out(const corpus *c, const char *dir)
{
    static const char *const folders[] = {"plain", "plain.perl", "latin1", "latin1.perl"};
    gaz_error err = {0};
    char path[700];
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/%s", dir, folders[i]);
        assert_ok(gaz_remove_all(path, &err));
        assert_ok(gaz_mkdir_all(path, 0700, &err));
    }
    for (size_t i = 0; i < c->count; i++) {
        const corpus_file *f = &c->files[i];
        if (f->kind == CORPUS_SKIPPED)
            continue;
        bool latin1 = f->kind == CORPUS_LATIN1;
        put_file(dir, folders[latin1 ? 2 : 0], f);
        if (f->perl)
            put_file(dir, folders[latin1 ? 3 : 1], f);
    }
}
