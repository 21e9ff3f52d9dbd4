/* The literals that a pattern asks of the index, the byte-level translation, and the searches
 * written by hand. */
#include <ctype.h>

#include "gaz_test.h"

#include "bytes.h"
#include "gaz/regex/pattern.h"
#include "needle.h"
#include "pattern_random.h"

static gaz_error err;

static void print_gram(const gaz_gram *g, gaz_strbuf *out)
{
    if (g->kind == GAZ_GRAM_ANY) {
        gaz_strbuf_puts(out, "*");
        return;
    }
    if (g->kind == GAZ_GRAM_LITERAL) {
        for (size_t i = 0; i < g->len; i++)
            gaz_strbuf_putc(out, g->text[i] == GAZ_GRAM_EDGE ? '^' : g->text[i]);
        return;
    }
    gaz_strbuf_putc(out, '(');
    for (size_t i = 0; i < g->count; i++) {
        gaz_strbuf_puts(out, !i ? "" : g->kind == GAZ_GRAM_AND ? " & " : " | ");
        print_gram(g->kids[i], out);
    }
    gaz_strbuf_putc(out, ')');
}

static size_t nodes_of(const gaz_gram *g)
{
    size_t n = 1;
    for (size_t i = 0; i < g->count; i++)
        n += nodes_of(g->kids[i]);
    return n;
}

static void with_grams(const char *source, const gaz_pattern_options *o,
                       void (*use)(const gaz_gram *, void *), void *ctx)
{
    gaz_pattern *p = NULL;
    gaz_arena arena;
    const gaz_gram *g = NULL;
    gaz_error_clear(&err);
    gaz_arena_init(&arena, 1 << 24);
    assert_ok(gaz_pattern_compile(source, strlen(source), o, &p, &err));
    assert_ok(gaz_pattern_grams(p, &arena, &g, &err));
    use(g, ctx);
    gaz_arena_release(&arena);
    gaz_pattern_free(p);
}

static void expect_printed(const gaz_gram *g, void *ctx)
{
    gaz_strbuf out;
    gaz_strbuf_init(&out, 1 << 20);
    print_gram(g, &out);
    assert_string_equal(out.data, (const char *)ctx);
    gaz_strbuf_release(&out);
}

static void grams_are(const char *source, const char *expected)
{
    with_grams(source, NULL, expect_printed, (void *)(uintptr_t)expected);
}

static void grams_keep_long_literals_whole(void **state)
{
    (void)state;
    grams_are("kmem_cache_alloc", "kmem_cache_alloc");
    grams_are("spin_lock_irq(save|restore)", "(spin_lock_irqsave | spin_lock_irqrestore)");
    grams_are("mutex_lock\\(.*->lock\\)", "(mutex_lock( & ->lock))");
    grams_are("cpu_to_le(16|32|64)\\(", "(cpu_to_le16( | cpu_to_le32( | cpu_to_le64()");
    grams_are("err_[a-z]+_[a-z]+:", "(err_ & :)");
    grams_are("colou?r", "(color | colour)");
    grams_are("^static .*_probe\\(", "(^static  & _probe()");
    grams_are("\\bpte\\b", "^pte^");
    grams_are("\\bif\\b|^else$", "(^if^ | ^else^)");
    grams_are("^$|x", "*");
    grams_are("\\B-x\\b", "-x^");
    grams_are("a{3}b", "aaab");
    grams_are("foo+bar", "(foo & obar)");
    grams_are("(foo|bar).*(baz|qux)", "((foo | bar) & (baz | qux))");
}

static void grams_are_folded(void **state)
{
    (void)state;
    grams_are("EXPORT", "export");
    grams_are("(?i)kmem", "kmem");
    grams_are("\xE2\x84\xAA", "k");
    grams_are("(?i)M\xC3\x9CLLER", "m\xC3\xBCller");
    grams_are("[kK\xE2\x84\xAA]x", "kx");
}

static void grams_know_when_nothing_is_sure(void **state)
{
    (void)state;
    grams_are("[a-z]+", "*");
    grams_are("x*", "*");
    grams_are("(foo|)", "*");
    grams_are("foo|[a-z]+", "*");
    grams_are("(foo)?", "*");
    grams_are("", "*");
    grams_are("(?-u:\\xC3)", "*");
    grams_are("(?=foo)", "*");
    grams_are("x{0}y", "y");
}

static void grams_never_hold_a_newline(void **state)
{
    (void)state;
    grams_are("foo\\nbar", "(foo & bar)");
    grams_are("foo[\\n]bar", "(foo & bar)");
    with_grams("a\nb", &(gaz_pattern_options){.literal = true}, expect_printed,
               (void *)(uintptr_t) "(a & b)");
}

static void grams_of_literals_leave_bad_bytes_out(void **state)
{
    (void)state;
    with_grams("ab\xC3", &(gaz_pattern_options){.literal = true}, expect_printed,
               (void *)(uintptr_t) "ab");
    with_grams("\x89"
               "ab",
               &(gaz_pattern_options){.literal = true}, expect_printed, (void *)(uintptr_t) "ab");
}

static void expect_bounded(const gaz_gram *g, void *ctx)
{
    assert_in_range(nodes_of(g), *(size_t *)ctx, 256);
}

static void grams_are_bounded(void **state)
{
    (void)state;
    gaz_strbuf s;
    gaz_strbuf_init(&s, 4096);
    for (int i = 0; i < 400; i++)
        gaz_strbuf_printf(&s, "%s%cw%03d", i ? "|" : "", 'a' + i % 26, i);
    size_t least = 20; /* shortened, not thrown away */
    with_grams(s.data, NULL, expect_bounded, &least);
    gaz_strbuf_reset(&s);
    for (int i = 0; i < 150; i++)
        gaz_strbuf_printf(&s, ".*(ab%03d|cd%03d)", i, i);
    least = 1;
    with_grams(s.data, NULL, expect_bounded, &least);
    gaz_strbuf_reset(&s);
    for (int i = 0; i < 90; i++)
        gaz_strbuf_puts(&s, "([0-9]|[a-e][xyz])");
    with_grams(s.data, NULL, expect_bounded, &least);
    gaz_strbuf_release(&s);
}

static void bytes_are(const char *source, bool ascii, bool trim, const char *expected)
{
    gaz_arena arena;
    gaz_strbuf out;
    gaz_node *root;
    gaz_syntax_facts facts;
    gaz_byte_pattern bytes;
    gaz_syntax_options options = {.lines = true};
    gaz_byte_options bytes_options = {.ascii = ascii, .widen = true};
    gaz_error_clear(&err);
    gaz_arena_init(&arena, 1 << 24);
    gaz_strbuf_init(&out, 1 << 16);
    assert_ok(gaz_syntax_parse(source, strlen(source), &options, &arena, &root, &facts, &err));
    assert_ok(gaz_bytes_translate(root, &bytes_options, &arena, &bytes, &err));
    if (trim)
        assert_ok(gaz_bytes_trim(&bytes, &arena, &err));
    gaz_bytes_print(bytes.root, &out);
    if (strcmp(out.data, expected) != 0)
        fail_msg("%s gives %s, not %s", source, out.data, expected);
    gaz_strbuf_release(&out);
    gaz_arena_release(&arena);
}

static void scalars_become_bytes(void **state)
{
    (void)state;
    bytes_are("\xC3\xA9", false, false, "\\xc3\\xa9");
    bytes_are("[\\x{7F}-\\x{81}]", false, false, "\\x7f|\\xc2[\\x80\\x81]");
    bytes_are("[\\x{7FF}-\\x{800}]", false, false, "\\xdf\\xbf|\\xe0\\xa0\\x80");
    bytes_are("[\\x{FFFF}-\\x{10000}]", false, false, "\\xef\\xbf\\xbf|\\xf0\\x90\\x80\\x80");
    bytes_are("[\\x{800}-\\x{FFFF}]", false, false,
              "\\xe0[\\xa0-\\xbf][\\x80-\\xbf]|[\\xe1-\\xec][\\x80-\\xbf][\\x80-\\xbf]|\\xed[\\x80-"
              "\\x9f][\\x80-\\xbf]|"
              "[\\xee\\xef][\\x80-\\xbf][\\x80-\\xbf]");
    bytes_are("\xC3\xA9|a", true, false, "a");
    bytes_are("a.*b", false, false, "a[\\x00-\\x09\\x0b\\x0c\\x0e-\\xff]*b");
    bytes_are("foo$", false, false, "foo\\x0d?$");
    bytes_are("(?-u:[\\x80-\\xFF])", false, false, "[\\x80-\\xff]");
}

static void edges_are_trimmed_to_what_decides(void **state)
{
    (void)state;
    bytes_are(".*foo.*", true, true, "foo");
    bytes_are("[a-z]+", true, true, "[a-z]");
    bytes_are("(a*b|c?d)+e{2,5}", true, true, "[bd]e{2,2}");
    bytes_are("x*", true, true, "");
    bytes_are("\\s*$", true, true, "$");
    bytes_are("^a*b", true, true, "^a*b");
    bytes_are("a.*b.*", true, true, "a[\\x00-\\x09\\x0b\\x0c\\x0e-\\x7f]*b");
}

static bool is_word(const char *text, size_t len, size_t at)
{
    return at < len && (isalnum((unsigned char)text[at]) || text[at] == '_');
}

static bool edge_holds(gaz_edge edge, bool front, const char *text, size_t len, size_t at)
{
    switch (edge) {
    case GAZ_EDGE_TEXT:
        return at == (front ? 0 : len);
    case GAZ_EDGE_LINE:
        if (front)
            return at == 0 || text[at - 1] == '\n';
        at += at < len && text[at] == '\r';
        return at == len || text[at] == '\n';
    case GAZ_EDGE_WORD:
        return is_word(text, len, at) != (at > 0 && is_word(text, len, at - 1));
    default:
        return true;
    }
}

static void needle_finds_what_a_plain_loop_finds(void **state)
{
    (void)state;
    dice d = dice_of(test_seed(8));
    char text[700];
    for (size_t round = 0, n = test_count(3000); round < n; round++) {
        static gaz_needle needle;
        size_t len = roll(&d, sizeof text), alphabet = 2 + roll(&d, 9);
        for (size_t i = 0; i < len; i++)
            text[i] = "aAbB\xC3\n_\r-q"[roll(&d, (uint32_t)alphabet)];
        needle.before = (gaz_edge)roll(&d, 4);
        needle.after = (gaz_edge)roll(&d, 4);
        needle.len = 1 + roll(&d, round % 3 ? 4 : 60);
        for (size_t i = 0; i < needle.len; i++) {
            needle.cases[i] = roll(&d, 2) ? 0x20 : 0;
            needle.bytes[i] =
                (unsigned char)(needle.cases[i] ? 'a'
                                                : "aAbB\xC3\n_\r-q"[roll(&d, (uint32_t)alphabet)]);
        }
        gaz_needle_prepare(&needle);
        size_t from = len ? roll(&d, (uint32_t)len + 1) : 0, expected = GAZ_NOWHERE;
        bool ends = needle.after == GAZ_EDGE_TEXT; /* then searches are for the whole text */
        size_t to = len && !ends ? roll(&d, (uint32_t)len + 1) : len;
        for (size_t at = from; expected == GAZ_NOWHERE && at + needle.len <= to; at++) {
            size_t k = 0;
            while (k < needle.len &&
                   ((unsigned char)text[at + k] | needle.cases[k]) == needle.bytes[k])
                k++;
            if (k == needle.len && edge_holds(needle.before, true, text, len, at) &&
                edge_holds(needle.after, false, text, len, at + k))
                expected = at;
        }
        /* An exact copy of the heap size, so that the sanitizer sees a read beyond it. */
        char *copy = malloc(len ? len : 1);
        assert_non_null(copy);
        memcpy(copy, text, len);
        assert_int_equal(gaz_needle_find(&needle, copy, len, from, to), expected);
        free(copy);
    }
}

static void byteset_and_line_count_agree_with_a_plain_loop(void **state)
{
    (void)state;
    dice d = dice_of(test_seed(9));
    for (size_t round = 0, n = test_count(2000); round < n; round++) {
        size_t len = roll(&d, round % 50 ? 300 : 20000), lines = 0, expected = GAZ_NOWHERE;
        char *text = malloc(len ? len : 1);
        uint64_t bits[4] = {0};
        gaz_byteset set;
        assert_non_null(text);
        for (uint32_t k = 0, members = roll(&d, 5); k < members; k++) {
            uint32_t c = roll(&d, 256);
            bits[c >> 6] |= UINT64_C(1) << (c & 63);
        }
        gaz_byteset_prepare(&set, bits);
        size_t from = len ? roll(&d, (uint32_t)len + 1) : 0;
        for (size_t i = 0; i < len; i++) {
            text[i] = (char)(roll(&d, 3) ? roll(&d, 256) : '\n');
            unsigned char c = (unsigned char)text[i];
            lines += c == '\n';
            if (i >= from && expected == GAZ_NOWHERE && (bits[c >> 6] >> (c & 63) & 1))
                expected = i;
        }
        assert_int_equal(gaz_byteset_find(&set, text, len, from), expected);
        assert_int_equal(gaz_lines_count(text, len), lines);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grams_keep_long_literals_whole),
        cmocka_unit_test(grams_are_folded),
        cmocka_unit_test(grams_know_when_nothing_is_sure),
        cmocka_unit_test(grams_never_hold_a_newline),
        cmocka_unit_test(grams_of_literals_leave_bad_bytes_out),
        cmocka_unit_test(grams_are_bounded),
        cmocka_unit_test(scalars_become_bytes),
        cmocka_unit_test(edges_are_trimmed_to_what_decides),
        cmocka_unit_test(needle_finds_what_a_plain_loop_finds),
        cmocka_unit_test(byteset_and_line_count_agree_with_a_plain_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
