/* Files larger than the memory of a query: what is shown of them is the same as when they fit,
 * their lines can be read, and what cannot be done is said. */
#include "run_support.h"

#include "gaz/base/clock.h"

/* Everything that is shown, except scores. */
static gaz_status dump_hit(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    gaz_strbuf *out = ctx;
    (void)err;
    gaz_strbuf_printf(out, "%.*s total=%u\n", (int)hit->path_len, hit->path, hit->lines_total);
    for (size_t i = 0; i < hit->line_count; i++) {
        const gaz_hit_line *line = &hit->lines[i];
        for (size_t k = 0; k < line->before_count; k++) {
            gaz_strbuf_printf(out, "  -%u ", line->before[k].number);
            gaz_strbuf_add(out, line->before[k].text, line->before[k].len);
            gaz_strbuf_putc(out, '\n');
        }
        gaz_strbuf_printf(out, "  :%u", line->number);
        for (size_t k = 0; k < line->range_count; k++)
            gaz_strbuf_printf(out, " %zu-%zu", line->ranges[k].start, line->ranges[k].end);
        gaz_strbuf_printf(out, " cut %zu %zu ", line->cut_before, line->cut_after);
        gaz_strbuf_add(out, line->text, line->len);
        gaz_strbuf_putc(out, '\n');
        for (size_t k = 0; k < line->after_count; k++) {
            gaz_strbuf_printf(out, "  +%u ", line->after[k].number);
            gaz_strbuf_add(out, line->after[k].text, line->after[k].len);
            gaz_strbuf_putc(out, '\n');
        }
    }
    return GAZ_OK;
}

typedef struct dump {
    gaz_strbuf text;
    gaz_search_result result;
} dump;

static void dump_release(dump *d)
{
    gaz_strbuf_release(&d->text);
    gaz_search_result_release(&d->result);
}

static dump ask(const bench *b, gaz_search_request r)
{
    gaz_error err = {0};
    dump d = {.text = GAZ_STRBUF_INIT};
    r.query_len = strlen(r.query);
    r.limit = 10;
    r.deadline_us = GAZ_NEVER;
    gaz_search_result_init(&d.result);
    assert_ok(gaz_engine_search(b->engine, &r, dump_hit, &d.text, &d.result, &err));
    assert_ok(gaz_strbuf_check(&d.text, &err));
    return d;
}

static void expect(bool yes, const char *what, const gaz_search_request *r, const dump *a,
                   const dump *b)
{
    if (yes)
        return;
    size_t at = 0;
    while (at < a->text.len && at < b->text.len && a->text.data[at] == b->text.data[at])
        at++;
    size_t from = at > 200 ? at - 200 : 0;
    fail_msg(
        "%s: %s (context %u, lines_per_file %u, lines %u-%u) at byte %zu:\n%.400s\n---\n%.400s",
        r->query, what, r->context_before, r->lines_per_file, r->first_line, r->last_line, at,
        a->text.data + from, b->text.data + from);
}

static bool same(const dump *a, const dump *b)
{
    return a->text.len == b->text.len && memcmp(a->text.data, b->text.data, a->text.len) == 0;
}

/* ---- the text: 3 MiB, several chunks, whatever their borders may meet ---- */

static void put_line(gaz_strbuf *text, unsigned i)
{
    static const char *const ends[] = {"\n", "\n", "\n", "\r\n"};
    uint32_t h = i * UINT32_C(2654435761);
    if (i % 211 == 0)
        gaz_strbuf_printf(text, "line %u has a Needle, needle and \xC3\xA9 b\xFFtes", i);
    else if (i % 97 == 0)
        gaz_strbuf_printf(text, "%u other %u", i, h);
    else
        for (uint32_t n = h >> 26; n > 0; n--)
            gaz_strbuf_printf(text, "%x ", h ^ n);
    gaz_strbuf_puts(text, ends[i % 4]);
}

static gaz_strbuf big_text(void)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    unsigned i = 0;
    size_t border = 0; /* where the current chunk began */
    while (text.len < 3 << 20) {
        put_line(&text, i++);
        /* Matches, and empty lines, on both sides of a border. */
        if (text.len - border > GAZ_CHUNK_BYTES - 40 && text.len - border < GAZ_CHUNK_BYTES)
            gaz_strbuf_puts(&text,
                            "a needle at a border of chunks, and it is long enough\nneedle\n\n");
        if (text.len - border >= GAZ_CHUNK_BYTES)
            border = text.len;
        if (i == 9000) { /* a chunk of its own */
            for (unsigned k = 0; k < 200000; k++)
                gaz_strbuf_putc(&text, "abcdefg "[k % 8]);
            gaz_strbuf_puts(&text, "needle\nneedle after the long line\n");
        }
    }
    gaz_strbuf_puts(&text, "the last needle");
    return text;
}

static void write_big(bench *b)
{
    gaz_strbuf text = big_text();
    bench_write(b, "big.txt", text.data, text.len);
    bench_write(b, "small.txt", "one\nneedle\nOther\n", 17);
    bench_commit(b);
    bench_index(b, NULL);
    gaz_strbuf_release(&text);
}

static void big_files_are_shown_as_if_they_fitted(void **state)
{
    bench *b = *state;
    static const struct {
        const char *query, *across; /* the same lines by a pattern that needs the whole text */
    } queries[] = {{"needle", "/(?s)needle/"},
                   {"Needle", "/(?s)Needle/"},
                   {"needle or other", "/(?s)needle|other/"},
                   {"/^[0-9]+ other|the last/", "/(?s)^[0-9]+ other|the last/"},
                   {"/b.tes$/ or \"needle\" or zzz", "/(?s)b.tes$|needle/"},
                   {"\"Needle, needle\" -nowhere", "/(?s)needle, needle/"}};
    static const uint32_t shapes[][5] = {
        {0, 0, 0, 0, 0},     {2, 3, 0, 0, 0}, {1, 0, 7, 0, 0},       {0, 2, 40, 0, 0},
        {100, 100, 3, 0, 0}, {0, 0, 1, 0, 0}, {3, 3, 0, 9000, 9300}, {0, 0, 2, 20000, 0}};
    enum { SHAPES = sizeof shapes / sizeof *shapes };
    static dump whole[sizeof queries / sizeof *queries][SHAPES];
    write_big(b);
    for (unsigned round = 0; round < 3; round++) {
        bench_engine(b, round == 1 ? "query.memory=1MiB" : "query.memory=256MiB", NULL);
        for (size_t q = 0; q < sizeof queries / sizeof *queries; q++)
            for (size_t s = 0; s < SHAPES; s++) {
                gaz_search_request r = {.query = round ? queries[q].query : queries[q].across,
                                        .context_before = shapes[s][0],
                                        .context_after = shapes[s][1],
                                        .lines_per_file = shapes[s][2],
                                        .first_line = shapes[s][3],
                                        .last_line = shapes[s][4]};
                dump d = ask(b, r);
                assert_true(d.result.complete);
                assert_non_null(strstr(d.text.data, "big.txt"));
                if (round == 0) {
                    whole[q][s] = d;
                    continue;
                }
                expect(same(&whole[q][s], &d), "differs from the whole text", &r, &whole[q][s], &d);
                dump_release(&d);
            }
    }
    for (size_t q = 0; q < sizeof queries / sizeof *queries; q++)
        for (size_t s = 0; s < SHAPES; s++)
            dump_release(&whole[q][s]);
}

/* The whole-document path could be wrong in the same way: here the lines come from the text. */
static void lines_and_context_of_a_big_file_are_its_own(void **state)
{
    bench *b = *state;
    gaz_strbuf text = big_text(), expected = GAZ_STRBUF_INIT;
    GAZ_VEC(char *) lines = {0};
    write_big(b);
    for (char *at = text.data; at < text.data + text.len;) {
        assert_true(gaz_vec_push(&lines, at));
        char *nl = memchr(at, '\n', (size_t)(text.data + text.len - at));
        if (!nl)
            break;
        *nl = '\0';
        if (nl > at && nl[-1] == '\r')
            nl[-1] = '\0';
        at = nl + 1;
    }
    unsigned total = 0;
    for (size_t i = 0; i < lines.len; i++)
        total += strstr(lines.items[i], "needle") != NULL;
    gaz_strbuf_printf(&expected, "big.txt total=%u\n", total);
    for (size_t i = 0; i < lines.len; i++) {
        const char *hit = strstr(lines.items[i], "needle");
        if (!hit)
            continue;
        for (size_t k = i < 2 ? 0 : i - 2; k < i; k++)
            gaz_strbuf_printf(&expected, "  -%zu %s\n", k + 1, lines.items[k]);
        gaz_strbuf_printf(&expected, "  :%zu", i + 1);
        for (; hit; hit = strstr(hit + 1, "needle"))
            gaz_strbuf_printf(&expected, " %zu-%zu", (size_t)(hit - lines.items[i]),
                              (size_t)(hit - lines.items[i]) + 6);
        gaz_strbuf_printf(&expected, " cut 0 0 %s\n", lines.items[i]);
        for (size_t k = i + 1; k < lines.len && k < i + 3; k++)
            gaz_strbuf_printf(&expected, "  +%zu %s\n", k + 1, lines.items[k]);
    }
    bench_engine(b, "query.memory=1MiB", NULL);
    gaz_search_request r = {
        .query = "case:yes needle file:big", .context_before = 2, .context_after = 2};
    dump d = ask(b, r), e = {.text = expected};
    expect(same(&d, &e), "differs from the text", &r, &d, &e);
    dump_release(&d);
    gaz_strbuf_release(&expected);
    gaz_strbuf_release(&text);
    gaz_vec_free(&lines);
}

static void a_pattern_over_lines_of_a_big_file_is_said_to_be_undecided(void **state)
{
    bench *b = *state;
    write_big(b);
    bench_engine(b, "query.memory=1MiB", NULL);
    dump d = ask(b, (gaz_search_request){.query = "/(?s)needle.other/"});
    assert_false(d.result.complete);
    assert_string_equal(d.result.reason, "memory");
    assert_non_null(strstr(d.result.notes.data, "big.txt: a pattern that spans lines needs all"));
    assert_non_null(strstr(d.text.data, "small.txt total=2"));
    assert_null(strstr(d.text.data, "big.txt"));
    dump_release(&d);
    /* The index rules the file out for the pattern: nothing is left open. */
    d = ask(b, (gaz_search_request){.query = "\"the last needle\" or /nowhere\\nelse/"});
    assert_true(d.result.complete);
    assert_non_null(strstr(d.text.data, "big.txt total=1"));
    assert_non_null(strstr(d.text.data, " 0-15 cut 0 0 the last needle"));
    dump_release(&d);
}

/* ---- very long lines ---- */

#define LONG_LINE ((size_t)3 << 20)

static void write_long_line(bench *b)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&text, "first\nsecond\n");
    size_t start = text.len;
    for (size_t i = 0; i < LONG_LINE / 2; i++)
        gaz_strbuf_puts(&text, "\xC3\xA9");
    memcpy(text.data + start + 2000000, "PIN", 3);
    memcpy(text.data + start + 2000100, "PIN", 3);
    memcpy(text.data + start + 2900000, "PIN", 3);
    gaz_strbuf_puts(&text, "\r\nneedle behind\nend\n");
    bench_write(b, "long.txt", text.data, text.len);
    bench_commit(b);
    bench_index(b, NULL);
    gaz_strbuf_release(&text);
}

static gaz_status check_long(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    (void)err;
    ++*(unsigned *)ctx;
    assert_int_equal(hit->line_count, 1);
    const gaz_hit_line *line = &hit->lines[0];
    assert_int_equal(line->number, 3);
    assert_true(line->len <= 1 << 20 && line->len > (1 << 20) - 8);
    assert_int_equal(line->cut_before + line->len + line->cut_after, LONG_LINE);
    assert_true(line->cut_before > 0 && line->cut_after > 0);
    assert_int_equal(line->range_count, 2);
    assert_memory_equal(line->text + line->ranges[0].start, "PIN", 3);
    assert_int_equal(line->cut_before + line->ranges[0].start, 2000000);
    assert_int_equal(line->cut_before + line->ranges[1].end, 2000103);
    assert_int_equal((unsigned char)line->text[0], 0xC3); /* no character is cut in two */
    return GAZ_OK;
}

static void a_very_long_line_is_cut_around_its_first_match(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    unsigned hits = 0;
    gaz_search_result result;
    write_long_line(b);
    bench_engine(b, "query.memory=64MiB", NULL);
    gaz_search_request r = {.query = "PIN", .query_len = 3, .limit = 10, .deadline_us = GAZ_NEVER};
    gaz_search_result_init(&result);
    assert_ok(gaz_engine_search(b->engine, &r, check_long, &hits, &result, &err));
    assert_int_equal(hits, 1);
    assert_true(result.complete);
    gaz_search_result_release(&result);
}

static void a_line_over_the_memory_is_said_to_be_unsearched(void **state)
{
    bench *b = *state;
    write_long_line(b);
    bench_engine(b, "query.memory=2MiB", NULL);
    dump d = ask(b, (gaz_search_request){.query = "PIN"});
    assert_false(d.result.complete);
    assert_string_equal(d.result.reason, "memory");
    assert_non_null(strstr(d.result.notes.data, "long.txt: it has a line of about 31"));
    assert_int_equal(d.text.len, 0);
    dump_release(&d);
}

static gaz_status check_context(void *ctx, const gaz_file_hit *hit, gaz_error *err)
{
    (void)err;
    ++*(unsigned *)ctx;
    assert_int_equal(hit->line_count, 1);
    const gaz_hit_line *line = &hit->lines[0];
    assert_int_equal(line->number, 4);
    assert_int_equal(line->before_count, 3);
    assert_int_equal(line->after_count, 1);
    assert_int_equal(line->before[0].len, 5);
    assert_memory_equal(line->before[0].text, "first", 5);
    assert_memory_equal(line->before[1].text, "second", 6);
    const gaz_hit_line *cut = &line->before[2];
    assert_int_equal(cut->number, 3);
    assert_true(cut->len > 500000 && cut->len <= 1 << 20);
    assert_int_equal(cut->cut_before, 0);
    /* how the line ends is not known without unpacking it */
    assert_in_range(cut->len + cut->cut_after, LONG_LINE, LONG_LINE + 1);
    assert_memory_equal(cut->text, "\xC3\xA9\xC3\xA9", 4);
    assert_memory_equal(line->after[0].text, "end", 3);
    return GAZ_OK;
}

/* Its beginning is enough for that, and all that is unpacked. */
static void a_line_over_the_memory_can_be_context(void **state)
{
    bench *b = *state;
    gaz_error err = {0};
    unsigned hits = 0;
    gaz_search_result result;
    write_long_line(b);
    bench_engine(b, "query.memory=2560KiB", NULL);
    gaz_search_request r = {.query = "needle",
                            .query_len = 6,
                            .limit = 10,
                            .context_before = 5,
                            .context_after = 5,
                            .deadline_us = GAZ_NEVER};
    gaz_search_result_init(&result);
    assert_ok(gaz_engine_search(b->engine, &r, check_context, &hits, &result, &err));
    assert_int_equal(hits, 1);
    assert_true(result.complete);
    gaz_search_result_release(&result);
}

/* ---- reading ---- */

static gaz_status read_file(const bench *b, const char *path, uint32_t first, uint32_t last,
                            gaz_file_view *v, gaz_error *err)
{
    *v = (gaz_file_view){.text = GAZ_STRBUF_INIT};
    *err = (gaz_error){0};
    return gaz_engine_file(b->engine, NULL, NULL, path, first, last, v, err);
}

static void lines_of_a_big_file_can_be_read(void **state)
{
    bench *b = *state;
    gaz_strbuf text = big_text();
    gaz_error err;
    gaz_file_view v;
    GAZ_VEC(size_t) starts = {0};
    write_big(b);
    assert_true(gaz_vec_push(&starts, 0));
    for (size_t i = 0; i + 1 < text.len; i++)
        if (text.data[i] == '\n')
            assert_true(gaz_vec_push(&starts, i + 1));
    uint32_t total = (uint32_t)starts.len;
    assert_true(gaz_vec_push(&starts, text.len));
    bench_engine(b, "query.memory=1MiB", NULL);
    for (uint32_t i = 0; i < 400; i++) {
        uint32_t first = i < 3 ? total - i : 1 + i * UINT32_C(40503) % total;
        uint32_t n = i % 5 == 4 ? 1500 : i % 7, last = first + n;
        assert_ok(read_file(b, "big.txt", first, last, &v, &err));
        size_t from = starts.items[first - 1], to = starts.items[last < total ? last : total];
        assert_int_equal(v.first_line, first);
        assert_int_equal(v.lines_total, total);
        assert_int_equal(v.text.len, to - from);
        assert_memory_equal(v.text.data, text.data + from, to - from);
        gaz_file_view_release(&v);
    }
    assert_ok(read_file(b, "big.txt", total + 5, UINT32_MAX, &v, &err));
    assert_int_equal(v.text.len, 0);
    assert_int_equal(v.first_line, total + 1);
    gaz_file_view_release(&v);
    assert_status(GAZ_E_LIMIT, read_file(b, "big.txt", 0, 0, &v, &err));
    assert_non_null(strstr(err.message, "big.txt"));
    assert_non_null(strstr(err.hint, "lines=1-1000"));
    assert_status(GAZ_E_LIMIT, read_file(b, "big.txt", 1, UINT32_MAX, &v, &err));
    assert_non_null(strstr(err.message, "query.memory"));
    gaz_strbuf_release(&text);
    gaz_vec_free(&starts);
}

static void lines_around_one_over_the_memory_can_be_read(void **state)
{
    bench *b = *state;
    gaz_error err;
    gaz_file_view v;
    write_long_line(b);
    bench_engine(b, "query.memory=2MiB", NULL);
    assert_ok(read_file(b, "long.txt", 1, 2, &v, &err));
    assert_string_equal(v.text.data, "first\nsecond\n");
    gaz_file_view_release(&v);
    assert_ok(read_file(b, "long.txt", 2, 2, &v, &err));
    assert_string_equal(v.text.data, "second\n");
    gaz_file_view_release(&v);
    assert_ok(read_file(b, "long.txt", 4, UINT32_MAX, &v, &err));
    assert_string_equal(v.text.data, "needle behind\nend\n");
    assert_int_equal(v.first_line, 4);
    gaz_file_view_release(&v);
    assert_status(GAZ_E_LIMIT, read_file(b, "long.txt", 2, 3, &v, &err));
    assert_non_null(strstr(err.message, "a line of long.txt"));
}

/* ---- the reason ---- */

static void a_match_limit_is_not_called_memory(void **state)
{
    bench *b = *state;
    char line[4000];
    memset(line, 'a', sizeof line);
    memcpy(line, "a1 ", 3);
    memcpy(line + sizeof line - 2, "!\n", 2);
    bench_write(b, "hard.txt", line, sizeof line);
    bench_write(b, "plain.txt", "aaa1\n", 5);
    bench_commit(b);
    bench_index(b, NULL);
    bench_engine(b, NULL);
    dump d = ask(b, (gaz_search_request){.query = "/(?:(a+)\\1?)+[0-9]$/"});
    assert_false(d.result.complete);
    assert_string_equal(d.result.reason, "pattern");
    assert_non_null(strstr(d.result.notes.data, "hard.txt: the regular expression backtracks"));
    assert_non_null(strstr(d.text.data, "plain.txt"));
    dump_release(&d);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        TEST(big_files_are_shown_as_if_they_fitted),
        TEST(lines_and_context_of_a_big_file_are_its_own),
        TEST(a_pattern_over_lines_of_a_big_file_is_said_to_be_undecided),
        TEST(a_very_long_line_is_cut_around_its_first_match),
        TEST(a_line_over_the_memory_is_said_to_be_unsearched),
        TEST(a_line_over_the_memory_can_be_context),
        TEST(lines_of_a_big_file_can_be_read),
        TEST(lines_around_one_over_the_memory_can_be_read),
        TEST(a_match_limit_is_not_called_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
