/* Text segments against the plain truth: what was added is found, read back byte for byte, and
 * every chunk that holds a literal is among its candidates. */
#include "gaz_test.h"

#include "gaz/base/fs.h"
#include "gaz/base/utf8.h"
#include "gaz/text/segment.h"
#include "gram_meaning.h"

static gaz_error err;

typedef struct corpus {
    gaz_strbuf *texts;
    size_t count;
} corpus;

static uint64_t random_state;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random_state >> 33) % n);
}

static gaz_oid oid_of(size_t i)
{
    gaz_oid oid = {{0}};
    uint64_t h = (i + 1) * UINT64_C(0x9E3779B97F4A7C15);
    memcpy(oid.id, &h, sizeof h);
    oid.id[19] = (uint8_t)i;
    return oid;
}

static void make_corpus(corpus *c, size_t count)
{
    static const char *const words[] = {"alpha",
                                        "Beta_2",
                                        "\xE2\x84\xAA"
                                        "elvin",
                                        "zq",
                                        "int main(",
                                        "x",
                                        "\tif (a->b)",
                                        "M\xC3\xBCller",
                                        "bad \xff\xfe",
                                        "return",
                                        "STRASSE",
                                        "\xC5\xBFharp",
                                        "q",
                                        "0x1F"};
    c->texts = calloc(count, sizeof *c->texts);
    c->count = count;
    for (size_t i = 0; i < count; i++) {
        c->texts[i] = GAZ_STRBUF_INIT;
        size_t target = i % 17 == 16 ? 400000 : random_below(3000);
        while (c->texts[i].len < target) {
            gaz_strbuf_puts(&c->texts[i], words[random_below(sizeof words / sizeof *words)]);
            gaz_strbuf_puts(&c->texts[i], random_below(5) ? " " : random_below(4) ? "\n" : "\r\n");
        }
    }
}

static void free_corpus(corpus *c)
{
    for (size_t i = 0; i < c->count; i++)
        gaz_strbuf_release(&c->texts[i]);
    free(c->texts);
}

static gaz_segment *build(const char *dir, const corpus *c, char name[GAZ_SEALED_NAME])
{
    char path[600];
    snprintf(path, sizeof path, "%s/segment", dir);
    gaz_segment_writer *w = NULL;
    assert_ok(gaz_segment_writer_open(path, 3, &w, &err));
    for (size_t i = 0; i < c->count; i++) {
        gaz_oid oid = oid_of(i);
        gaz_skip skip = GAZ_SKIP_BINARY;
        assert_ok(gaz_segment_writer_add(w, &oid, c->texts[i].data, c->texts[i].len, &skip, &err));
        assert_int_equal(skip, GAZ_SKIP_NONE);
    }
    uint64_t size = 0;
    assert_ok(gaz_segment_writer_finish(w, name, &size, &err));
    gaz_segment_writer_close(w);
    gaz_segment *seg = NULL;
    assert_ok(gaz_segment_open(path, &seg, &err));
    assert_int_equal(gaz_segment_file_bytes(seg), size);
    return seg;
}

static void fail_on_report(void *ctx, const char *message)
{
    (void)ctx;
    fail_msg("check: %s", message);
}

/* The folded text of a chunk, straight from the corpus through the segment's own chunk table. */
static void chunk_text(gaz_segment *seg, gaz_block_cache *cache, uint32_t chunk, gaz_strbuf *out)
{
    gaz_chunk c;
    gaz_block *block = NULL;
    assert_ok(gaz_segment_chunk(seg, chunk, &c, &err));
    assert_ok(gaz_segment_block(seg, cache, c.block, &block, NULL, &err));
    gaz_strbuf_reset(out);
    gaz_fold_text(out, gaz_block_data(block) + c.offset, c.len);
    gaz_block_release(block);
}

/* A byte 0xFF in the literal is an edge. */
static void check_literal(gaz_segment *seg, gaz_block_cache *cache, const char *literal, size_t len)
{
    gaz_strbuf folded = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_fold_text(&folded, literal, len);
    bool edges = memchr(folded.data, (unsigned char)GAZ_GRAM_EDGE, folded.len) != NULL;
    uint64_t *set = calloc(gaz_segment_set_words(seg) + 1, 8);
    uint32_t bound = 0, given = 0;
    assert_ok(gaz_segment_literal(seg, folded.data, folded.len, set, &err));
    assert_ok(gaz_segment_literal_count(seg, folded.data, folded.len, &bound, &err));
    for (uint32_t i = 0; i < gaz_segment_chunks(seg); i++) {
        bool candidate = set[i >> 6] >> (i & 63) & 1;
        chunk_text(seg, cache, i, &text);
        given += candidate;
        if (gram_literal_in(text.data, text.len, folded.data, folded.len) && !candidate)
            fail_msg("chunk %u holds '%s' and is no candidate", i, folded.data);
        if (candidate && folded.len == 3 && !edges)
            assert_non_null(memmem(text.data, text.len, folded.data, folded.len));
    }
    assert_true(given <= bound);
    free(set);
    gaz_strbuf_release(&folded);
    gaz_strbuf_release(&text);
}

/* The literal as it is, and where a word begins or ends at its sides. */
static void check_with_edges(gaz_segment *seg, gaz_block_cache *cache, const char *literal,
                             size_t len)
{
    char marked[64];
    assert_true(len < sizeof marked - 2);
    marked[0] = marked[len + 1] = GAZ_GRAM_EDGE;
    memcpy(marked + 1, literal, len);
    check_literal(seg, cache, literal, len);
    check_literal(seg, cache, marked, len + 1);
    check_literal(seg, cache, marked + 1, len + 1);
    check_literal(seg, cache, marked, len + 2);
}

static void segment_gives_back_every_text_and_every_candidate(void **state)
{
    (void)state;
    random_state = 42;
    corpus c;
    make_corpus(&c, 120);
    char *dir = make_temp_dir(), name[GAZ_SEALED_NAME];
    gaz_segment *seg = build(dir, &c, name);
    gaz_block_cache *cache = NULL;
    assert_ok(gaz_block_cache_new(1 << 20, &cache, &err));
    assert_int_equal(gaz_segment_docs(seg), c.count);
    for (size_t i = 0; i < c.count; i++) {
        gaz_oid oid = oid_of(i);
        uint32_t doc = UINT32_MAX;
        gaz_doc d;
        gaz_strbuf text = GAZ_STRBUF_INIT;
        assert_ok(gaz_segment_find(seg, &oid, &doc, &err));
        assert_ok(gaz_segment_doc(seg, doc, &d, &err));
        assert_ok(gaz_segment_text(seg, cache, doc, SIZE_MAX, &text, &err));
        assert_int_equal(text.len, c.texts[i].len);
        assert_memory_equal(text.data, c.texts[i].data, text.len);
        size_t lines = 0;
        for (size_t k = 0; k < text.len; k++)
            lines += text.data[k] == '\n' || k + 1 == text.len;
        assert_int_equal(d.lines, lines);
        assert_true(i % 17 != 16 || d.chunk_count > 2);
        gaz_strbuf_release(&text);
    }
    gaz_oid absent = oid_of(5000);
    uint32_t doc;
    assert_int_equal(gaz_segment_find(seg, &absent, &doc, NULL), GAZ_E_NOT_FOUND);
    static const char *const literals[] = {
        "alpha", "kelvin",  "zq",  "q",    "int main(", "Z",  "m\xC3\xBCller", "\xff",  "\xff\xfe",
        "sharp", "strasse", "0x1", "a->b", "nowhere",   "\r", "x q",           "\xFE b"};
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        check_with_edges(seg, cache, literals[i], strlen(literals[i]));
    for (int i = 0; i < 200; i++) {
        const gaz_strbuf *t = &c.texts[random_below((uint32_t)c.count)];
        uint32_t len = 1 + random_below(8);
        if (t->len < 20)
            continue;
        const char *from = t->data + random_below((uint32_t)t->len - 10);
        if (!memchr(from, '\n', len))
            check_with_edges(seg, cache, from, len);
    }
    gaz_block_cache_stats stats;
    gaz_block_cache_stats_get(cache, &stats);
    assert_true(stats.used <= stats.max);
    assert_true(stats.evictions > 0);
    assert_ok(gaz_segment_check(seg, name, fail_on_report, NULL, &err));
    gaz_segment_unref(seg);
    gaz_block_cache_free(cache);
    free_corpus(&c);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void segment_copies_documents_as_they_are(void **state)
{
    (void)state;
    random_state = 7;
    corpus c;
    make_corpus(&c, 40);
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME];
    gaz_segment *seg = build(dir, &c, name), *copy = NULL;
    gaz_block_cache *cache = NULL;
    assert_ok(
        gaz_block_cache_new(0, &cache, &err)); /* nothing can be kept: everything must still work */
    snprintf(path, sizeof path, "%s/copy", dir);
    gaz_segment_writer *w = NULL;
    assert_ok(gaz_segment_writer_open(path, 3, &w, &err));
    for (uint32_t i = 0; i < 40; i += 2)
        assert_ok(gaz_segment_writer_copy(w, seg, cache, i, &err));
    assert_ok(gaz_segment_writer_finish(w, name, NULL, &err));
    gaz_segment_writer_close(w);
    assert_ok(gaz_segment_open(path, &copy, &err));
    assert_int_equal(gaz_segment_docs(copy), 20);
    for (size_t i = 0; i < 40; i++) {
        gaz_oid oid = oid_of(i);
        uint32_t doc;
        gaz_status st = gaz_segment_find(copy, &oid, &doc, NULL);
        assert_int_equal(st, i % 2 ? GAZ_E_NOT_FOUND : GAZ_OK);
        if (i % 2)
            continue;
        gaz_doc a, b;
        assert_ok(gaz_segment_doc(seg, (uint32_t)i, &a, &err));
        assert_ok(gaz_segment_doc(copy, doc, &b, &err));
        a.first_chunk = b.first_chunk = 0;
        assert_memory_equal(&a.hint, &b.hint, sizeof a.hint);
        assert_int_equal(a.lines, b.lines);
        assert_int_equal(a.flags, b.flags);
        gaz_strbuf text = GAZ_STRBUF_INIT;
        assert_ok(gaz_segment_text(copy, cache, doc, SIZE_MAX, &text, &err));
        assert_int_equal(text.len, c.texts[i].len);
        assert_memory_equal(text.data, c.texts[i].data, text.len);
        gaz_strbuf_release(&text);
    }
    gaz_segment_unref(seg);
    gaz_segment_unref(copy);
    gaz_block_cache_free(cache);
    free_corpus(&c);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* Words of up to four characters, told from those they are part of, also beside what is no ASCII,
 * at the ends of lines, and where a line is folded in two pieces. */
static bool is_candidate(gaz_segment *seg, uint32_t chunk, const char *literal, size_t len)
{
    gaz_strbuf folded = GAZ_STRBUF_INIT;
    uint64_t set[1] = {0};
    assert_int_equal(gaz_segment_set_words(seg), 1);
    gaz_fold_text(&folded, literal, len);
    assert_ok(gaz_segment_literal(seg, folded.data, folded.len, set, &err));
    gaz_strbuf_release(&folded);
    return set[0] >> chunk & 1;
}

/* Words of up to four characters, told from those they are part of, also beside what is no ASCII
 * and at the ends of lines. */
static void segment_knows_short_words_from_parts_of_longer_ones(void **state)
{
    (void)state;
    static const struct {
        const char *text, *literal;
        bool candidate;
    } cases[] = {
        {"adapter = accepted;\n", "\xFFpte\xFF", false},
        {"adapter = pte;\n", "\xFFpte\xFF", true},
        {"pte\n", "\xFFpte\xFF", true},
        {"a PTE", "\xFFpte\xFF", true},
        {"pte_t x;\n", "\xFFpte\xFF", false},
        {"_pte\n", "\xFFpte\xFF", false},
        {"\xC3\xA9pte\xC3\xA9\n", "\xFFpte\xFF", true},
        {"int domain(x)\n", " main(", false},
        {"int remain(; int main (\n", " main(", true},
        {"int main(\n", "int main(", true},
        {"main 12345\n", "\xFFmain\xFF", true},
        {"main5 main_\n", "\xFFmain\xFF", false},
        {"else if\n", "\xFFif\xFF", true},
        {"elif notif\n", "\xFFif\xFF", false},
        {"x\n", "\xFFx\xFF", true},
        {"xx x1 y\n", "\xFFx\xFF", false},
        {"o\xE2\x84\xAA\n", "\xFFok\xFF", true},
        {"abcde\n",
         "\xFF"
         "abcde\xFF",
         true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *dir = make_temp_dir(), name[GAZ_SEALED_NAME];
        gaz_strbuf text = GAZ_STRBUF_INIT;
        gaz_strbuf_puts(&text, cases[i].text);
        corpus c = {.texts = &text, .count = 1};
        gaz_segment *seg = build(dir, &c, name);
        if (is_candidate(seg, 0, cases[i].literal, strlen(cases[i].literal)) != cases[i].candidate)
            fail_msg("'%s' in '%s'", cases[i].literal, cases[i].text);
        gaz_segment_unref(seg);
        gaz_strbuf_release(&text);
        assert_ok(gaz_remove_all(dir, &err));
        free(dir);
    }
}

/* A line of 17 MiB, beyond ASCII, with case to fold at the borders of what is folded at once. */
static gaz_strbuf long_line(void)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&text, "short\nlines\nbefore\n");
    size_t start = text.len;
    for (unsigned i = 0; text.len < start + ((size_t)17 << 20); i++)
        gaz_strbuf_puts(&text, i % 3 ? "\xC3\x89t\xC3\xA9 " : "x\xE2\x84\xAA\xff");
    for (size_t at = (size_t)1 << 20; at < text.len; at += (size_t)1 << 20)
        for (size_t i = 0; i < 12; i++) /* at each border grams that are nowhere else */
            text.data[at - 6 + i] = (char)(at >> 20 == 9 ? 0x80
                                           : i % 2       ? 'a' + (int)(at >> 20)
                                                         : 'A' + (int)i);
    gaz_strbuf_puts(&text, "end\nbehind it\n");
    return text;
}

static void segment_holds_a_line_longer_than_what_is_packed_at_once(void **state)
{
    (void)state;
    corpus c = {.texts = calloc(3, sizeof(gaz_strbuf)), .count = 3};
    c.texts[0] = c.texts[2] = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&c.texts[0], "before\n");
    c.texts[1] = long_line();
    gaz_strbuf_puts(&c.texts[2], "after\n");
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME];
    gaz_segment *seg = build(dir, &c, name), *copy = NULL;
    gaz_block_cache *cache = NULL;
    assert_ok(gaz_block_cache_new(64 << 20, &cache, &err));
    assert_ok(gaz_segment_check(seg, name, fail_on_report, NULL, &err));
    gaz_doc d;
    assert_ok(gaz_segment_doc(seg, 1, &d, &err));
    assert_int_equal(d.lines, 5);
    assert_int_equal(d.chunk_count, 2);
    gaz_strbuf text = GAZ_STRBUF_INIT;
    assert_ok(gaz_segment_text(seg, cache, 1, SIZE_MAX, &text, &err));
    assert_int_equal(text.len, c.texts[1].len);
    assert_memory_equal(text.data, c.texts[1].data, text.len);
    for (size_t at = (size_t)1 << 20; at < text.len - 8; at += (size_t)1 << 20)
        for (size_t i = 0; i < 9; i++)
            assert_true(is_candidate(seg, d.first_chunk, text.data + at - 6 + i, 4));

    uint32_t chunk = UINT32_MAX;
    for (uint32_t line = 0; line < 5; line++) {
        assert_ok(gaz_segment_line_chunk(seg, &d, line, &chunk, &err));
        assert_int_equal(chunk, d.first_chunk + (line == 4));
    }
    assert_status(GAZ_E_CORRUPT, gaz_segment_line_chunk(seg, &d, 5, &chunk, NULL));
    static const size_t starts[] = {0, 1, 20, GAZ_CHUNK_BYTES, 1000003};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        gaz_strbuf_reset(&text);
        gaz_strbuf_puts(&text, "x");
        assert_ok(gaz_segment_chunk_start(seg, d.first_chunk, starts[i], &text, &err));
        assert_int_equal(text.len, 1 + starts[i]);
        assert_memory_equal(text.data + 1, c.texts[1].data, starts[i]);
    }
    gaz_strbuf_reset(&text); /* from within a block, and no more than there is */
    assert_ok(gaz_segment_chunk_start(seg, d.first_chunk + 1, 1000, &text, &err));
    assert_string_equal(text.data, "behind it\n");

    snprintf(path, sizeof path, "%s/copy", dir);
    gaz_segment_writer *w = NULL;
    assert_ok(gaz_segment_writer_open(path, 3, &w, &err));
    for (uint32_t i = 0; i < 3; i++)
        assert_ok(gaz_segment_writer_copy(w, seg, cache, i, &err));
    assert_int_equal(gaz_segment_writer_text(w), gaz_segment_text_bytes(seg));
    assert_ok(gaz_segment_writer_finish(w, name, NULL, &err));
    gaz_segment_writer_close(w);
    assert_ok(gaz_segment_open(path, &copy, &err));
    uint64_t a[3], b[3];
    assert_ok(gaz_segment_gram_digests(seg, a, &err));
    assert_ok(gaz_segment_gram_digests(copy, b, &err));
    assert_memory_equal(a, b, sizeof a);
    gaz_strbuf_reset(&text);
    assert_ok(gaz_segment_text(copy, cache, 1, SIZE_MAX, &text, &err));
    assert_int_equal(text.len, c.texts[1].len);
    assert_memory_equal(text.data, c.texts[1].data, text.len);
    gaz_strbuf_release(&text);
    gaz_segment_unref(seg);
    gaz_segment_unref(copy);
    gaz_block_cache_free(cache);
    free_corpus(&c);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

static void text_is_told_from_binary_and_converted(void **state)
{
    (void)state;
    static char late_nul[9000];
    memset(late_nul, 'a', sizeof late_nul);
    late_nul[8000] = '\0';
    static char early_nul[9000];
    memset(early_nul, 'a', sizeof early_nul);
    early_nul[7999] = '\0';
    static const char lfs[] =
        "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 12\n";
    const struct {
        const char *blob;
        size_t len;
        gaz_skip skip;
        gaz_encoding encoding;
        unsigned flags;
        const char *text;
    } cases[] = {
        {"", 0, GAZ_SKIP_NONE, GAZ_ENC_ASCII, GAZ_DOC_ASCII | GAZ_DOC_VALID, ""},
        {"plain\n", 6, GAZ_SKIP_NONE, GAZ_ENC_ASCII, GAZ_DOC_ASCII | GAZ_DOC_VALID, "plain\n"},
        {"a\r\n", 3, GAZ_SKIP_NONE, GAZ_ENC_ASCII, GAZ_DOC_ASCII | GAZ_DOC_VALID | GAZ_DOC_CR,
         "a\r\n"},
        {"\xEF\xBB\xBFx", 4, GAZ_SKIP_NONE, GAZ_ENC_UTF8,
         GAZ_DOC_ASCII | GAZ_DOC_VALID | GAZ_DOC_BOM, "x"},
        {"\xFF\xFEh\0\xE9\0", 6, GAZ_SKIP_NONE, GAZ_ENC_UTF16LE, GAZ_DOC_VALID | GAZ_DOC_BOM,
         "h\xC3\xA9"},
        {"\xFE\xFF\0h\xD8\x3D\xDE\x00", 8, GAZ_SKIP_NONE, GAZ_ENC_UTF16BE,
         GAZ_DOC_VALID | GAZ_DOC_BOM, "h\xF0\x9F\x98\x80"},
        {"\xFF\xFE\x00\xD8", 4, GAZ_SKIP_NONE, GAZ_ENC_UTF16LE, GAZ_DOC_VALID | GAZ_DOC_BOM,
         "\xEF\xBF\xBD"},
        {"M\xFCller", 6, GAZ_SKIP_NONE, GAZ_ENC_LATIN1, GAZ_DOC_VALID, "M\xC3\xBCller"},
        {"M\xC3\xBCller", 7, GAZ_SKIP_NONE, GAZ_ENC_UTF8, GAZ_DOC_VALID, "M\xC3\xBCller"},
        {"M\xFCller \xC3\xBC", 9, GAZ_SKIP_NONE, GAZ_ENC_UTF8, 0, "M\xFCller \xC3\xBC"},
        {"x\x80y", 3, GAZ_SKIP_NONE, GAZ_ENC_UTF8, 0, "x\x80y"},
        {"x\xFFy", 3, GAZ_SKIP_NONE, GAZ_ENC_UTF8, 0, "x\xFFy"},
        {late_nul, sizeof late_nul, GAZ_SKIP_NONE, GAZ_ENC_ASCII, GAZ_DOC_ASCII | GAZ_DOC_VALID,
         NULL},
        {early_nul, sizeof early_nul, GAZ_SKIP_BINARY, GAZ_ENC_BINARY, 0, ""},
        {lfs, sizeof lfs - 1, GAZ_SKIP_LFS, GAZ_ENC_ASCII, 0, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        gaz_strbuf buffer = GAZ_STRBUF_INIT;
        gaz_text t;
        assert_ok(gaz_text_decode(cases[i].blob, cases[i].len, &buffer, &t, &err));
        if (t.skip != cases[i].skip || t.encoding != cases[i].encoding || t.flags != cases[i].flags)
            fail_msg("case %zu: skip %d, encoding %d, flags %u", i, t.skip, t.encoding, t.flags);
        if (cases[i].text) {
            assert_int_equal(t.len, strlen(cases[i].text));
            assert_memory_equal(t.text, cases[i].text, t.len);
        } else {
            assert_int_equal(t.len, cases[i].len);
        }
        gaz_strbuf_release(&buffer);
    }
}

static void segment_refuses_to_be_empty(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), path[600], name[GAZ_SEALED_NAME];
    snprintf(path, sizeof path, "%s/s", dir);
    gaz_segment_writer *w = NULL;
    assert_ok(gaz_segment_writer_open(path, 3, &w, &err));
    assert_status(GAZ_E_INVALID, gaz_segment_writer_finish(w, name, NULL, &err));
    gaz_error_clear(&err);
    gaz_segment_writer_close(w);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segment_gives_back_every_text_and_every_candidate),
        cmocka_unit_test(segment_knows_short_words_from_parts_of_longer_ones),
        cmocka_unit_test(segment_copies_documents_as_they_are),
        cmocka_unit_test(segment_holds_a_line_longer_than_what_is_packed_at_once),
        cmocka_unit_test(text_is_told_from_binary_and_converted),
        cmocka_unit_test(segment_refuses_to_be_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
