/* The tree in PCRE2's syntax. Everything is spelt out (\x{..}, explicit classes, non-capturing
 * groups), so that none of PCRE2's own ideas about \w, case or "." take part.
 *
 * Three dialects: for ASCII subjects classes lose the rest; otherwise UTF mode, except for patterns
 * that name bytes
 * ((?-u:\xFF)), where scalars are spelt as their UTF-8 bytes. */
#include <string.h>

#include "bytes.h"
#include "exact.h"

#define DEFINED_MAX 64
#define DEFINED_SPANS                                                                              \
    8 /* sets with more ranges are written once and called, when spelt as bytes                    \
       */

typedef struct printer {
    gaz_strbuf *out;
    bool ascii, utf, multiline, path;
    /* As bytes: the sets to be defined at the end, and whether those of word characters are among
     * them. */
    const gaz_node *defined[DEFINED_MAX];
    size_t defined_count;
    bool words;
    bool scalars; /* as bytes, but the pattern names none: it matches between scalars only */
} printer;

/* \w, as Unicode defines it and the Rust crate means it. */
static const char word_class[] = "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}";

static void print_node(printer *p, const gaz_node *n);

static void print_scalar(printer *p, uint32_t c)
{
    bool plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                 c == '_' || c == ' ';
    if (plain)
        gaz_strbuf_putc(p->out, (char)c);
    else
        gaz_strbuf_printf(p->out, "\\x{%X}", c);
}

static void print_ranges(printer *p, const gaz_node *n, uint32_t top)
{
    gaz_strbuf_putc(p->out, '[');
    for (size_t i = 0; i < n->span_count && n->spans[i].lo <= top; i++) {
        uint32_t hi = n->spans[i].hi < top ? n->spans[i].hi : top;
        gaz_strbuf_printf(p->out, "\\x{%X}", n->spans[i].lo);
        if (hi > n->spans[i].lo)
            gaz_strbuf_printf(p->out, "-\\x{%X}", hi);
    }
    gaz_strbuf_putc(p->out, ']');
}

/* Sets that PCRE2 has a name for: a pattern with many of them stays within its limit on compiled
 * size. PCRE2 10.42 and our tables are both Unicode 14. */
static const struct {
    const char *property, *spelling;
} named[] = {{"Letter", "\\p{L}"},
             {"Uppercase_Letter", "\\p{Lu}"},
             {"Lowercase_Letter", "\\p{Ll}"},
             {"Number", "\\p{N}"},
             {"Decimal_Number", "\\p{Nd}"},
             {"Punctuation", "\\p{P}"},
             {"Symbol", "\\p{S}"},
             {"Mark", "\\p{M}"},
             {"Alphabetic", "\\p{Alphabetic}"},
             {"Uppercase", "\\p{Uppercase}"},
             {"Lowercase", "\\p{Lowercase}"}};

static bool same_spans(const gaz_span32 *a, size_t a_len, const gaz_charset *b)
{
    return a_len == b->len && memcmp(a, b->items, a_len * sizeof *a) == 0;
}

static const char *name_of(const gaz_charset *set)
{
    size_t len;
    const gaz_span32 *spans = gaz_property_perl('w', &len);
    if (same_spans(spans, len, set))
        return word_class;
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++)
        if (gaz_property_find(named[i].property, strlen(named[i].property), NULL, 0, &spans,
                              &len) == GAZ_PROPERTY_FOUND &&
            same_spans(spans, len, set))
            return named[i].spelling;
    return NULL;
}

/* Prints the set by name, or as all but a named one (and the line ends); false when it has none. */
static bool print_named(printer *p, const gaz_node *n)
{
    static gaz_span32 ends[] = {{'\n', '\n'}, {'\r', '\r'}};
    if (n->span_count < 16)
        return false;
    gaz_charset set = {0};
    gaz_charset_union(&set, n->spans, n->span_count);
    const char *name = set.failed ? NULL : name_of(&set);
    if (name) {
        gaz_strbuf_printf(p->out, "[%s]", name);
        gaz_charset_free(&set);
        return true;
    }
    gaz_charset_negate(&set, GAZ_SCALAR_MAX);
    name = set.failed ? NULL : name_of(&set);
    const char *more = "";
    if (!name) {
        more = "\\r\\n";
        gaz_charset_subtract(&set, &(gaz_charset){.items = ends, .len = 2, .cap = 2});
        name = set.failed ? NULL : name_of(&set);
    }
    if (name)
        gaz_strbuf_printf(p->out, "[^%s%s]", name, more);
    gaz_charset_free(&set);
    return name != NULL;
}

/* As bytes: exact, whatever the size. */
static void print_bytes(printer *p, const gaz_node *n)
{
    gaz_arena arena;
    gaz_arena_init(&arena, (size_t)4 << 20);
    gaz_byte_pattern bytes;
    gaz_byte_options options = {.widen = false, .multiline = true};
    if (gaz_bytes_translate(n, &options, &arena, &bytes, NULL) == GAZ_OK)
        gaz_bytes_print(bytes.root, p->out);
    else if (p->out->failed == GAZ_OK)
        p->out->failed = GAZ_E_LIMIT;
    gaz_arena_release(&arena);
}

/* A large set is written once, at the end, and called by name: PCRE2 takes 64 KiB in all. */
static void print_byte_set(printer *p, const gaz_node *n)
{
    size_t i = 0;
    while (i < p->defined_count &&
           !(p->defined[i]->span_count == n->span_count &&
             memcmp(p->defined[i]->spans, n->spans, n->span_count * sizeof *n->spans) == 0))
        i++;
    if (n->span_count <= DEFINED_SPANS || i == DEFINED_MAX) {
        gaz_strbuf_puts(p->out, "(?:");
        print_bytes(p, n);
        gaz_strbuf_putc(p->out, ')');
        return;
    }
    if (i == p->defined_count)
        p->defined[p->defined_count++] = n;
    gaz_strbuf_printf(p->out, "(?&s%zu)", i);
}

/* The word characters of each encoded length: a look-behind wants alternatives of one length each.
 */
static void define_words(printer *p)
{
    static const uint32_t starts[] = {0, 0x80, 0x800, 0x10000, GAZ_SCALAR_MAX + 1};
    size_t len;
    const gaz_span32 *word = gaz_property_perl('w', &len);
    for (int bytes = 1; bytes <= 4; bytes++) {
        gaz_span32 bounds = {starts[bytes - 1], starts[bytes] - 1};
        gaz_charset set = {0};
        gaz_charset_union(&set, word, len);
        gaz_charset_intersect(&set, &(gaz_charset){.items = &bounds, .len = 1, .cap = 1});
        gaz_node n = {.kind = GAZ_NODE_SET, .spans = set.items, .span_count = set.len};
        gaz_strbuf_printf(p->out, "(?<w%d>", bytes);
        print_bytes(p, &n);
        gaz_strbuf_putc(p->out, ')');
        if (set.failed)
            p->out->failed = GAZ_E_NOMEM;
        gaz_charset_free(&set);
    }
}

/* Holds inside a scalar's encoding. The Rust engine walks over scalars and bad bytes, so it never
 * stands there; only
 * \B could hold there otherwise. */
static void define_inside(printer *p)
{
    gaz_strbuf_puts(
        p->out,
        "(?<in>(?=[\\x80-\\xbf])(?:"
        "(?<=[\\xc2-\\xdf])|"
        "(?<=\\xe0)(?=[\\xa0-\\xbf][\\x80-\\xbf])|"
        "(?<=\\xed)(?=[\\x80-\\x9f][\\x80-\\xbf])|"
        "(?<=[\\xe1-\\xec\\xee\\xef])(?=[\\x80-\\xbf]{2})|"
        "(?<=\\xe0[\\xa0-\\xbf]|\\xed[\\x80-\\x9f]|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf])|"
        "(?<=\\xf0)(?=[\\x90-\\xbf][\\x80-\\xbf]{2})|"
        "(?<=\\xf4)(?=[\\x80-\\x8f][\\x80-\\xbf]{2})|"
        "(?<=[\\xf1-\\xf3])(?=[\\x80-\\xbf]{3})|"
        "(?<=\\xf0[\\x90-\\xbf]|\\xf4[\\x80-\\x8f]|[\\xf1-\\xf3][\\x80-\\xbf])(?=[\\x80-\\xbf]{2})|"
        "(?<=\\xf0[\\x90-\\xbf][\\x80-\\xbf]|\\xf4[\\x80-\\x8f][\\x80-\\xbf]|"
        "[\\xf1-\\xf3][\\x80-\\xbf]{2})))");
}

static void print_definitions(printer *p)
{
    if (p->defined_count == 0 && !p->words)
        return;
    gaz_strbuf_puts(p->out, "(?(DEFINE)");
    for (size_t i = 0; i < p->defined_count; i++) {
        gaz_strbuf_printf(p->out, "(?<s%zu>", i);
        print_bytes(p, p->defined[i]);
        gaz_strbuf_putc(p->out, ')');
    }
    if (p->words)
        define_words(p);
    if (p->words && p->scalars)
        define_inside(p);
    gaz_strbuf_putc(p->out, ')');
}

static void print_set(printer *p, const gaz_node *n)
{
    if (p->ascii && (n->span_count == 0 || n->spans[0].lo > 0x7F)) {
        gaz_strbuf_puts(p->out, "(?!)");
    } else if (p->ascii || n->spans[n->span_count - 1].hi <= 0x7F) {
        print_ranges(p, n, 0x7F);
    } else if (!p->utf) {
        print_byte_set(p, n);
    } else if (!print_named(p, n)) {
        print_ranges(p, n, GAZ_SCALAR_MAX);
    }
}

static void print_word(printer *p, bool negated)
{
    if (p->ascii) {
        gaz_strbuf_puts(p->out, negated ? "\\B" : "\\b");
        return;
    }
    static const char utf_word[] = "[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]";
    static const char byte_word[] = "(?&w1)|(?&w2)|(?&w3)|(?&w4)";
    const char *w = p->utf ? utf_word : byte_word;
    p->words = true;
    if (negated && p->scalars)
        gaz_strbuf_puts(p->out, "(?!(?&in))");
    if (negated)
        gaz_strbuf_printf(p->out, "(?:(?<=%s)(?=%s)|(?<!%s)(?!%s))", w, w, w, w);
    else
        gaz_strbuf_printf(p->out, "(?:(?<=%s)(?!%s)|(?<!%s)(?=%s))", w, w, w, w);
}

static void print_repeat(printer *p, const gaz_node *n)
{
    gaz_node_kind k = n->kids[0]->kind;
    bool atom = k == GAZ_NODE_SET || k == GAZ_NODE_SCALAR;
    gaz_strbuf_puts(p->out, atom ? "" : "(?:");
    print_node(p, n->kids[0]);
    gaz_strbuf_puts(p->out, atom ? "" : ")");
    if (n->max == GAZ_REPEAT_INFINITE && n->min <= 1)
        gaz_strbuf_putc(p->out, n->min ? '+' : '*');
    else if (n->min == 0 && n->max == 1)
        gaz_strbuf_putc(p->out, '?');
    else if (n->max == GAZ_REPEAT_INFINITE)
        gaz_strbuf_printf(p->out, "{%u,}", n->min);
    else
        gaz_strbuf_printf(p->out, "{%u,%u}", n->min, n->max);
    if (n->lazy)
        gaz_strbuf_putc(p->out, '?');
}

static void print_list(printer *p, const gaz_node *n)
{
    bool alternate = n->kind == GAZ_NODE_ALTERNATE;
    if (alternate)
        gaz_strbuf_puts(p->out, "(?:");
    for (size_t i = 0; i < n->count; i++) {
        if (alternate && i)
            gaz_strbuf_putc(p->out, '|');
        print_node(p, n->kids[i]);
    }
    if (alternate)
        gaz_strbuf_putc(p->out, ')');
}

static void print_node(printer *p, const gaz_node *n)
{
    switch (n->kind) {
    case GAZ_NODE_EMPTY:
        gaz_strbuf_puts(p->out, "(?:)");
        return;
    case GAZ_NODE_SCALAR:
        if (n->scalar <= 0x7F || p->utf)
            print_scalar(p, n->scalar);
        else /* one range only, so that its address is not kept */
            print_set(p, &(gaz_node){.kind = GAZ_NODE_SET,
                                     .spans = &(gaz_span32){n->scalar, n->scalar},
                                     .span_count = 1});
        return;
    case GAZ_NODE_SET:
        print_set(p, n);
        return;
    case GAZ_NODE_BYTES:
        if (p->ascii)
            print_set(p, n);
        else
            print_ranges(p, n, 0xFF);
        return;
    case GAZ_NODE_CONCAT:
    case GAZ_NODE_ALTERNATE:
        print_list(p, n);
        return;
    case GAZ_NODE_REPEAT:
        print_repeat(p, n);
        return;
    case GAZ_NODE_LINE_START:
        gaz_strbuf_puts(p->out, "^");
        return;
    case GAZ_NODE_LINE_END:
        gaz_strbuf_puts(p->out, "(?:\\r??$)");
        return;
    case GAZ_NODE_TEXT_START:
        gaz_strbuf_puts(p->out, p->path || p->multiline ? "\\A" : "^");
        return;
    case GAZ_NODE_TEXT_END:
        gaz_strbuf_puts(p->out, "\\z");
        return;
    case GAZ_NODE_WORD:
    case GAZ_NODE_NOT_WORD:
        print_word(p, n->kind == GAZ_NODE_NOT_WORD);
        return;
    case GAZ_NODE_WORD_ASCII:
    case GAZ_NODE_NOT_WORD_ASCII:
        gaz_strbuf_puts(p->out, n->kind == GAZ_NODE_WORD_ASCII ? "\\b" : "\\B");
        return;
    }
}

/* Bytes, and ASCII boundaries that may fall inside a character, cannot be said in UTF mode. */
static bool names_bytes(const gaz_node *n)
{
    if (n->kind == GAZ_NODE_BYTES || n->kind == GAZ_NODE_NOT_WORD_ASCII)
        return true;
    for (size_t i = 0; i < n->count; i++)
        if (names_bytes(n->kids[i]))
            return true;
    return false;
}

bool gaz_exact_print(const gaz_node *root, const gaz_exact_options *options, gaz_strbuf *out)
{
    printer p = {.out = out,
                 .ascii = options->ascii,
                 .multiline = options->multiline,
                 .path = options->path};
    bool bytes = names_bytes(root);
    p.utf = !p.ascii && !options->bytes && !bytes;
    p.scalars = options->bytes && !bytes;
    print_node(&p, root);
    if (!p.utf && !p.ascii)
        print_definitions(&p);
    return p.utf;
}
