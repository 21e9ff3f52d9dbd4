/* Searches in what commits say and change, held against `git log -G` and `--grep`. */
#include "run_support.h"

#include "gaz/base/clock.h"
#include "gaz/query/commit_search.h"
#include "proof.h"

static gaz_error err;

static int setup(void **state)
{
    gaz_error_clear(&err);
    return bench_setup(state);
}

static void sh(const bench *b, const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "cd '%s' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent "
        "GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org GIT_COMMITTER_NAME=Carl "
        "GIT_COMMITTER_EMAIL=carl@example.org; T=$(cat ../clock 2>/dev/null || echo 1700000000); "
        "tick() { T=$((T+60)); echo $T >../clock; export GIT_AUTHOR_DATE=\"$T +0130\" "
        "GIT_COMMITTER_DATE=\"$T -0700\"; }; "
        "commit() { tick; git add -A; git commit -q --allow-empty \"$@\"; }; set -e; %s",
        b->work, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

static char *ask(const bench *b, const char *command)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
    char buffer[4096];
    gaz_strbuf_printf(&text, "cd '%s' && %s", b->work, command);
    FILE *p = popen(text.data, "r");
    assert_non_null(p);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, p)) > 0;)
        gaz_strbuf_add(&out, buffer, n);
    assert_int_equal(0, pclose(p));
    gaz_strbuf_release(&text);
    return gaz_strbuf_detach(&out, NULL);
}

static gaz_commit_texts *open_texts(const bench *b)
{
    gaz_repo_row row;
    gaz_commits *index = NULL;
    gaz_commit_texts *texts = NULL;
    assert_ok(gaz_store_repo_get(b->store, "app", &row, &err));
    assert_ok(gaz_commits_open(b->store, row.id, &index, &err));
    assert_ok(gaz_commit_texts_open(b->store, index, &texts, &err));
    gaz_commits_unref(index);
    gaz_repo_row_release(&row);
    return texts;
}

typedef struct told {
    gaz_commits *index;
    gaz_strbuf ids, lines;
    size_t stop_after, count;
} told;

static bool note(void *ctx, const gaz_commit_found *f)
{
    told *t = ctx;
    char hex[GAZ_OID_HEX];
    gaz_oid_format(gaz_commits_id(t->index, f->rank), hex);
    gaz_strbuf_printf(&t->ids, "%s\n", hex);
    for (size_t i = 0; i < f->match_count; i++) {
        const gaz_commit_match *m = &f->matches[i];
        gaz_strbuf_printf(&t->lines, "%c %u %.*s [%.*s]", m->sign, m->line, (int)m->path_len,
                          m->path, (int)m->len, m->text);
        for (size_t k = 0; k < m->range_count; k++)
            gaz_strbuf_printf(&t->lines, " %zu-%zu", m->ranges[k].start, m->ranges[k].end);
        gaz_strbuf_putc(&t->lines, '\n');
    }
    return ++t->count != t->stop_after;
}

static gaz_pattern *compile(const char *text, bool literal, bool path)
{
    gaz_pattern *p = NULL;
    gaz_pattern_options options = {.literal = literal, .fold = GAZ_CASE_SENSITIVE, .path = path};
    assert_ok(gaz_pattern_compile(text, strlen(text), &options, &p, &err));
    return p;
}

static gaz_commit_result search(gaz_commit_texts *texts, const char *regex, const char *signs,
                                gaz_commit_query *query, told *out)
{
    gaz_block_cache *cache = NULL;
    gaz_commit_result result;
    gaz_pattern *p = compile(regex, false, false);
    *out = (told){.index = gaz_commit_texts_index(texts),
                  .ids = GAZ_STRBUF_INIT,
                  .lines = GAZ_STRBUF_INIT,
                  .stop_after = out->stop_after};
    query->pattern = p;
    query->messages = strchr(signs, ' ');
    query->added = strchr(signs, '+');
    query->removed = strchr(signs, '-');
    query->limit = query->limit ? query->limit : 1000;
    query->lines = query->lines ? query->lines : 100;
    query->deadline_us = query->deadline_us ? query->deadline_us : GAZ_NEVER;
    assert_ok(gaz_block_cache_new((size_t)1 << 20, &cache, &err));
    assert_ok(gaz_commit_search(texts, cache, query, note, out, &result, &err));
    gaz_block_cache_free(cache);
    gaz_pattern_free(p);
    return result;
}

static void told_release(told *t)
{
    gaz_strbuf_release(&t->ids);
    gaz_strbuf_release(&t->lines);
}

static const char story[] =
    "printf 'int main(void)\\n{\\n    return foo(1);\\n}\\n' >a.c; printf 'foo\\nbar\\n' >b.txt; "
    "commit -m 'begin: foo and bar'; sed -i 's/foo(1)/food(2)/' a.c; commit -m 'serve food\n\nIt "
    "is "
    "about foo.'; echo baz >>b.txt; printf 'a\\0foo' >bin; commit -m 'a binary'; "
    "git checkout -qb side; echo 'foo on the side' >c; commit -m side; git checkout -q main; "
    "rm b.txt; commit -m 'drop foo'; tick; git merge -q --no-ff -m 'merge foo' side; "
    "printf 'caf\\351 foo\\n' >latin; commit -m last";

static void diffs_are_searched_as_git_log_does(void **state)
{
    bench *b = *state;
    static const char *const patterns[] = {"foo",        "^foo$", "food\\(",   "ba[rz]",
                                           "return .*1", "^}",    "nothing9x", "o"};
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commit_texts *texts = open_texts(b);
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++) {
        char command[200];
        gaz_commit_query q = {0};
        told t = {0};
        gaz_commit_result r = search(texts, patterns[i], "+-", &q, &t);
        snprintf(command, sizeof command, "git log --no-merges --format=%%H -G'%s'", patterns[i]);
        char *expected = ask(b, command);
        assert_string_equal(expected, t.ids.data);
        assert_int_equal(UINT32_MAX, r.next);
        assert_int_equal(t.count, r.commits);
        assert_true(r.candidates >= r.commits);
        free(expected);
        told_release(&t);
    }
    gaz_commit_texts_close(texts);
}

static void matches_are_told_with_their_places(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commit_texts *texts = open_texts(b);
    gaz_commit_query q = {.limit = 1};
    told t = {0};
    gaz_commit_result r = search(texts, "foo\\w", "+-", &q, &t);
    assert_string_equal("+ 3 a.c [    return food(2);] 11-15\n", t.lines.data);
    told_release(&t);
    r = search(texts, "\\bfoo\\b", " ", &q, &t);
    assert_string_equal("  1  [drop foo] 5-8\n", t.lines.data);
    assert_true(r.next != UINT32_MAX);
    told_release(&t);
    q = (gaz_commit_query){.from = r.next};
    r = search(texts, "\\bfoo\\b", " ", &q, &t);
    assert_string_equal("  3  [It is about foo.] 12-15\n  1  [begin: foo and bar] 7-10\n",
                        t.lines.data);
    told_release(&t);
    q = (gaz_commit_query){0};
    r = search(texts, "foo", "-", &q, &t);
    assert_string_equal("- 1 b.txt [foo] 0-3\n- 3 a.c [    return foo(1);] 11-14\n", t.lines.data);
    told_release(&t);
    r = search(texts, "caf\xc3\xa9", "+", &q, &t);
    assert_string_equal("+ 1 latin [caf\xc3\xa9 foo] 0-5\n", t.lines.data);
    told_release(&t);
    gaz_commit_texts_close(texts);
}

static void searches_are_narrowed_by_paths_and_filters(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commit_texts *texts = open_texts(b);
    gaz_pattern *path = compile("\\.txt$", false, true);
    gaz_commit_query q = {.path = path};
    told t = {0};
    (void)search(texts, "foo", "+-", &q, &t);
    assert_string_equal("- 1 b.txt [foo] 0-3\n+ 1 b.txt [foo] 0-3\n", t.lines.data);
    told_release(&t);
    gaz_commits_filter f = {.path = "a.c", .path_len = 3};
    q = (gaz_commit_query){.filter = &f};
    (void)search(texts, "foo", "+-", &q, &t);
    char *expected = ask(b, "git log --no-merges --format=%H -Gfoo -- a.c");
    assert_string_equal(expected, t.ids.data);
    told_release(&t);
    free(expected);
    f = (gaz_commits_filter){.merges = true};
    (void)search(texts, "foo", " ", &q, &t);
    expected = ask(b, "git log --format=%H --grep=foo");
    assert_string_equal(expected, t.ids.data);
    told_release(&t);
    free(expected);
    gaz_pattern_free(path);
    gaz_commit_texts_close(texts);
}

static void a_search_stops_when_it_is_told_to(void **state)
{
    bench *b = *state;
    sh(b, story);
    (void)bench_index(b, NULL);
    gaz_commit_texts *texts = open_texts(b);
    gaz_commit_query q = {0};
    told t = {.stop_after = 2};
    gaz_commit_result r = search(texts, "foo", "+-", &q, &t);
    assert_int_equal(2, r.commits);
    assert_true(r.next != UINT32_MAX);
    told_release(&t);
    t.stop_after = 0;
    q = (gaz_commit_query){.deadline_us = gaz_now_us() - 1};
    r = search(texts, "foo", "+-", &q, &t);
    assert_true(r.timed_out);
    assert_int_equal(0, r.commits);
    assert_int_not_equal(UINT32_MAX, r.next);
    told_release(&t);
    gaz_pattern *p = compile("a\\nb", false, false);
    gaz_commit_result result;
    q = (gaz_commit_query){.pattern = p, .added = true, .limit = 1};
    assert_status(GAZ_E_UNSUPPORTED, gaz_commit_search(texts, NULL, &q, note, &t, &result, &err));
    gaz_pattern_free(p);
    gaz_error_clear(&err);
    p = compile("a", true, false);
    q = (gaz_commit_query){.pattern = p, .limit = 1};
    assert_status(GAZ_E_INVALID, gaz_commit_search(texts, NULL, &q, note, &t, &result, &err));
    gaz_pattern_free(p);
    gaz_commit_texts_close(texts);
}

/* Many commits over many runs, so that several files and segments answer together. */
static void random_diffs_are_searched_as_git_log_does(void **state)
{
    bench *b = *state;
    uint64_t seed = proof_say_seed();
    static const char *const words[] = {"alpha", "beta", "gamma", "delta", "a_b", "x1"};
    for (int run = 0; run < 5; run++) {
        gaz_strbuf script = GAZ_STRBUF_INIT;
        for (int i = 0; i < 12; i++) {
            gaz_strbuf_printf(&script, "echo '%s %s(%u)' >>f%u; sed -i '%ud' f%u || true; ",
                              words[proof_random(&seed, 6)], words[proof_random(&seed, 6)],
                              proof_random(&seed, 30), proof_random(&seed, 4),
                              1 + proof_random(&seed, 9), proof_random(&seed, 4));
            gaz_strbuf_printf(&script, "touch f0 f1 f2 f3; commit -m 'about %s';",
                              words[proof_random(&seed, 6)]);
        }
        gaz_strbuf head = GAZ_STRBUF_INIT;
        gaz_strbuf_printf(&head, "touch f0 f1 f2 f3; %s", script.data);
        sh(b, head.data);
        gaz_strbuf_release(&head);
        gaz_strbuf_release(&script);
        (void)bench_index(b, NULL);
    }
    gaz_commit_texts *texts = open_texts(b);
    for (int i = 0; i < 40; i++) {
        char regex[60], command[160];
        snprintf(regex, sizeof regex, i % 2 ? "%s %s" : "%s.*%s\\(", words[proof_random(&seed, 6)],
                 words[proof_random(&seed, 6)]);
        gaz_commit_query q = {0};
        told t = {0};
        (void)search(texts, regex, "+-", &q, &t);
        snprintf(command, sizeof command, "git log --no-merges --no-renames --format=%%H -G'%s'",
                 regex);
        char *expected = ask(b, command);
        assert_string_equal(expected, t.ids.data);
        free(expected);
        told_release(&t);
    }
    gaz_commit_texts_close(texts);
}

int main(void)
{
#define ON_BENCH(name) cmocka_unit_test_setup_teardown(name, setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        ON_BENCH(diffs_are_searched_as_git_log_does),
        ON_BENCH(matches_are_told_with_their_places),
        ON_BENCH(searches_are_narrowed_by_paths_and_filters),
        ON_BENCH(a_search_stops_when_it_is_told_to),
        ON_BENCH(random_diffs_are_searched_as_git_log_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
