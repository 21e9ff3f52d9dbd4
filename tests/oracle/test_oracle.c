/* Exactness: generated queries over a generated corpus give the lines that ripgrep gives, whatever
 * the history of the index: after many commits, each indexed by itself, after merges, after more
 * commits on top of what was merged, and on old commits, some of which nobody indexed before.
 *
 * GAZ_TEST_SEED gives the seed, GAZ_TEST_SCALE=full the ten thousand queries; GAZ_ORACLE_KEEP=1
 * leaves the corpus behind when there is a difference. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "oracle_query.h"
#include "proof.h"
#include "run_tool.h"

#define FIRST_COMMITS 18 /* at least, indexed one after the other before anything is asked */
#define LATER_COMMITS 6  /* indexed after the merge */
#define COMMITS_MAX 40
#define SEGMENTS 5 /* at least, when it is asked */
#define QUERIES 10000
#define WRONG_MAX 20 /* differences printed before giving up */

static gaz_error err;

/* How many queries found something in files of each trait, and of each origin. */
typedef struct reach {
    size_t traits[TRAITS], origins[ORACLE_ORIGINS], asked[ORACLE_ORIGINS];
} reach;

typedef struct bench {
    char *dir, repo[600], laid[600];
    fixture f;
    corpus versions[COMMITS_MAX];
    char *commits[COMMITS_MAX];
    unsigned count; /* of commits */
    size_t wrong;
    unsigned asked;
    reach reach;
} bench;

typedef struct tally {
    size_t asked, found, lines, invalid, limited, spans, wrong;
    int64_t rg_us, our_us;
} tally;

static void complain(const bench *b, const corpus *c, const oracle_atom *a, const char *query,
                     const oracle_line *at, bool rg_has_it)
{
    const corpus_file *f = &c->files[at->file];
    fprintf(stderr,
            "query: %s\nrg:%s%s%s %s -e '%s'\n%s:%u is found only by %s\nencoding %s, in %s\n",
            query, a->multiline ? " -U" : "", a->perl ? " -P" : "", a->literal ? " -F" : "",
            oracle_case(a->fold), a->source, f->path, at->line, rg_has_it ? "ripgrep" : "us",
            f->encoding, b->laid);
}

static bool same_spans(const bench *b, const oracle_atom *a, const gaz_strbuf *ours)
{
    gaz_strbuf rg = GAZ_STRBUF_INIT;
    (void)oracle_ask_rg_spans(b->laid, a, &rg);
    /* Files come in another order; every record is a line, so that sorting them makes both
     * comparable. */
    const gaz_strbuf *sides[2] = {&rg, ours};
    uint64_t sums[2] = {0, 0};
    size_t counts[2] = {0, 0};
    for (int s = 0; s < 2; s++) {
        const char *p = sides[s]->data, *end = p + sides[s]->len;
        while (p < end) {
            const char *nl = memchr(p, '\n', (size_t)(end - p));
            const char *stop = nl ? nl : end;
            if (s == 0 && stop > p && stop[-1] == '\r') /* of the line end, which ripgrep copies */
                stop--;
            sums[s] +=
                gaz_checksum(p, (size_t)(stop - p)); /* order does not matter, repetitions do */
            counts[s]++;
            p = (nl ? nl : end) + 1;
        }
    }
    gaz_strbuf_release(&rg);
    if (sums[0] == sums[1] && counts[0] == counts[1])
        return true;
    fprintf(stderr, "matches of '%s' (%s%s) differ: ripgrep -o gives %zu, we %zu\n", a->source,
            oracle_case(a->fold), a->literal ? ", literal" : "", counts[0], counts[1]);
    return false;
}

/* Whether ripgrep -o and our ranges can be compared: its printer has its own ways with line ends
 * and long lines. */
static bool spans_comparable(const oracle_atom *a, const oracle_lines *found)
{
    return a->plain_spans && !a->perl && !a->multiline && found->list.len < 3000;
}

static void note_reach(bench *b, const corpus *c, const oracle_atom *a, const oracle_lines *found)
{
    unsigned traits = 0;
    uint32_t last = UINT32_MAX;
    for (size_t i = 0; i < found->list.len; i++) {
        uint32_t file = found->list.items[i].file;
        if (file != last)
            traits |= corpus_traits_of(&c->files[file]);
        last = file;
    }
    for (unsigned t = 0; t < TRAITS; t++)
        b->reach.traits[t] += traits >> t & 1;
    b->reach.origins[a->origin] += found->list.len > 0;
    b->reach.asked[a->origin]++;
}

static void compare(bench *b, const corpus *c, const char *rev, const oracle_atom *a, bool spans,
                    tally *sum)
{
    oracle_lines rg = {0};
    oracle_answer ours = {.with_spans = spans && a->plain_spans};
    gaz_strbuf query = GAZ_STRBUF_INIT;
    const oracle_line *at;
    bool rg_has_it = false;
    /* On a line of a megabyte a look-ahead with .* takes PCRE2 minutes, in ripgrep as here. */
    gaz_strbuf_printf(&query, "%s count:all %s", oracle_case(a->fold),
                      a->perl ? "-file:\"huge/line\" " : "");
    oracle_format(a, &query);
    int64_t start = gaz_now_us();
    int code = oracle_ask_rg(b->laid, c, a, &rg);
    int64_t middle = gaz_now_us();
    gaz_status st = oracle_ask_us(b->f.engine, c, query.data, rev, &ours);
    sum->rg_us += middle - start;
    sum->our_us += gaz_now_us() - middle;
    if (getenv("GAZ_ORACLE_SLOW") && gaz_now_us() - start > 300000)
        fprintf(stderr, "slow: rg %lld ms, we %lld ms: %s\n", (long long)(middle - start) / 1000,
                (long long)(gaz_now_us() - middle) / 1000, query.data);
    sum->asked++;
    if (a->perl && st == GAZ_OK) { /* ripgrep was asked about fewer files */
        size_t kept = 0;
        for (size_t i = 0; i < ours.lines.list.len; i++)
            if (c->files[ours.lines.list.items[i].file].perl)
                ours.lines.list.items[kept++] = ours.lines.list.items[i];
        ours.lines.list.len = kept;
    }
    if (st == GAZ_E_LIMIT || (st == GAZ_OK && !ours.result.complete)) {
        sum->limited++;
        if (getenv("GAZ_ORACLE_SLOW"))
            fprintf(stderr, "over a limit (%s): %s\n",
                    st == GAZ_OK ? ours.result.reason : ours.error.message, query.data);
    } else if (code == 124 || (code == 2 && a->perl && st == GAZ_OK)) {
        sum->limited++; /* ripgrep has no limit of time, and PCRE2 gives up in it */
    } else if ((code == 2) != (st == GAZ_E_INVALID)) {
        fprintf(stderr, "query %s: ripgrep says %s, we say %s: %s\n", query.data,
                code == 2 ? "an error" : "fine", gaz_status_name(st), ours.error.message);
        sum->wrong++;
    } else if (code == 2) {
        sum->invalid++;
    } else if ((at = oracle_difference(&rg, &ours.lines, &rg_has_it)) != NULL) {
        complain(b, c, a, query.data, at, rg_has_it);
        sum->wrong++;
    } else {
        if (!a->perl &&
            (ours.result.stats.lines != rg.list.len || ours.result.stats.files != ours.files)) {
            fprintf(stderr, "query %s: counts %llu lines of %llu files, shows %zu of %llu\n",
                    query.data, (unsigned long long)ours.result.stats.lines,
                    (unsigned long long)ours.result.stats.files, rg.list.len,
                    (unsigned long long)ours.files);
            sum->wrong++;
        }
        if (spans && spans_comparable(a, &rg)) {
            sum->spans++;
            sum->wrong += !same_spans(b, a, &ours.spans);
        }
        note_reach(b, c, a, &rg);
        sum->found += rg.list.len > 0;
        sum->lines += rg.list.len;
    }
    oracle_answer_release(&ours);
    gaz_vec_free(&rg.list);
    gaz_strbuf_release(&query);
}

/* What the program takes files for is what the specification says they are. */
static void check_classes(bench *b, const corpus *c)
{
    for (size_t i = 0; i < c->count; i++) {
        const corpus_file *f = &c->files[i];
        gaz_file_view v = {.text = GAZ_STRBUF_INIT};
        assert_ok(gaz_engine_file(b->f.engine, "corpus", NULL, f->path, 0, 0, &v, &err));
        if ((f->skip != NULL) != (v.skip != NULL) || (f->skip && strcmp(f->skip, v.skip) != 0))
            fail_msg("%s: skipped as %s, not as %s", f->path, v.skip ? v.skip : "(nothing)",
                     f->skip ? f->skip : "(nothing)");
        if (!f->skip && strcmp(f->encoding, v.encoding) != 0)
            fail_msg("%s: read as %s, not as %s", f->path, v.encoding, f->encoding);
        gaz_file_view_release(&v);
    }
}

static size_t segments(bench *b)
{
    size_t count;
    uint64_t documents;
    fixture_count(&b->f, &count, &documents);
    return count;
}

/* Whether a commit is only ever asked for as an old revision. */
static bool skipped(unsigned version)
{
    return version == 2 || version == 11;
}

static void commit_and_index(bench *b, dice *d)
{
    unsigned v = b->count++;
    assert_true(v < COMMITS_MAX);
    if (v) {
        corpus_copy(&b->versions[v], &b->versions[v - 1]);
        corpus_change(&b->versions[v], d);
    }
    corpus_commit(&b->versions[v], b->repo, "main", v);
    b->commits[v] = run_git(b->repo, "rev-parse", "main", NULL);
    if (v == 0)
        fixture_add(&b->f, b->repo, "corpus", NULL);
    if (!skipped(v))
        (void)fixture_index(&b->f, "corpus");
}

static void setup(bench *b, dice *d)
{
    corpus_size size = {.small = 40,
                        .huge_line = proof_full() ? 1u << 20 : 1u << 18,
                        .huge_file = proof_full() ? 4u << 20 : 640u << 10};
    *b = (bench){.dir = make_temp_dir()};
    snprintf(b->repo, sizeof b->repo, "%s/corpus.git", b->dir);
    snprintf(b->laid, sizeof b->laid, "%s/laid", b->dir);
    free(run_git(b->dir, "init", "-q", "--bare", "-b", "main", b->repo, NULL));
    corpus_init(&b->versions[0], d, &size);
    fixture_open(&b->f, b->dir, "home");
    /* Runs merge what they find too many of: right after that there would be few segments to ask.
     */
    size_t before = 0, merges = 0;
    while (b->count < FIRST_COMMITS || segments(b) < SEGMENTS) {
        commit_and_index(b, d);
        merges += segments(b) < before;
        before = segments(b);
    }
    assert_true(merges > 0);
}

static void teardown(bench *b, bool keep)
{
    for (unsigned v = 0; v < b->count; v++) {
        corpus_release(&b->versions[v]);
        free(b->commits[v]);
    }
    fixture_close(&b->f);
    gaz_error_clear(&err);
    if (keep && getenv("GAZ_ORACLE_KEEP"))
        fprintf(stderr, "left behind: %s\n", b->dir);
    else
        assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
}

static void ask_many(bench *b, dice *d, unsigned version, const char *rev, size_t count,
                     const char *what)
{
    const corpus *c = &b->versions[version];
    tally sum = {0};
    corpus_lay_out(c, b->laid);
    for (size_t i = 0; i < count && sum.wrong < WRONG_MAX; i++) {
        oracle_atom a;
        oracle_make(d, c, &a);
        compare(b, c, rev, &a, i % 3 == 0, &sum);
    }
    print_message("%s: %zu queries, %zu found something, %zu lines, %zu invalid, %zu over a limit, "
                  "%zu with matches compared; ripgrep %lld ms, we %lld ms\n",
                  what, sum.asked, sum.found, sum.lines, sum.invalid, sum.limited, sum.spans,
                  (long long)sum.rg_us / 1000, (long long)sum.our_us / 1000);
    b->wrong += sum.wrong;
    b->asked += (unsigned)sum.asked;
    assert_true(sum.wrong || sum.found * 3 >= sum.asked);
    assert_true(sum.limited * 50 <= sum.asked);
}

/* Every kind of query and of file has its part in the result. */
static void check_reach(const bench *b)
{
    static const char *const origins[ORACLE_ORIGINS] = {
        "literals", "short literals", "twisted literals", "typed", "multi-line", "perl", "wild"};
    for (unsigned o = 0; o < ORACLE_ORIGINS; o++)
        print_message("# %s: %zu, %zu found something\n", origins[o], b->reach.asked[o],
                      b->reach.origins[o]);
    for (unsigned t = 0; t < TRAITS; t++)
        print_message("# found in files with %s: %zu\n", corpus_traits[t], b->reach.traits[t]);
    for (unsigned o = 0; o < ORACLE_ORIGINS; o++)
        assert_true(b->reach.origins[o] * 50 > b->asked);
    for (unsigned t = 0; t < TRAITS; t++)
        assert_true(b->reach.traits[t] * 20 > b->asked);
}

static void the_lines_are_those_that_ripgrep_finds(void **state)
{
    (void)state;
    static const unsigned old[] = {0, 2, 5, 11, 17};
    bench *b = calloc(1, sizeof *b);
    char what[60];
    assert_non_null(b);
    dice d = dice_of(proof_say_seed() + 1);
    size_t n = proof_rounds(QUERIES);
    setup(b, &d);
    unsigned first = b->count - 1;
    fixture_check(&b->f);
    check_classes(b, &b->versions[first]);
    dice again = d;
    ask_many(b, &d, first, NULL, n * 30 / 100, "after commits");
    for (unsigned i = 0; i < 5; i++) {
        snprintf(what, sizeof what, "on old commit %u%s", old[i],
                 skipped(old[i]) ? ", never indexed" : "");
        ask_many(b, &d, old[i], b->commits[old[i]], n * 5 / 100, what);
    }
    assert_true(segments(b) >= SEGMENTS);
    fixture_merge_all(&b->f);
    fixture_check(&b->f);
    assert_int_equal(segments(b), 1);
    ask_many(b, &again, first, NULL, n * 10 / 100, "the first queries after a merge");
    ask_many(b, &d, first, NULL, n * 20 / 100, "others after the merge");
    for (unsigned i = 0; i < LATER_COMMITS; i++)
        commit_and_index(b, &d);
    check_classes(b, &b->versions[b->count - 1]);
    ask_many(b, &d, b->count - 1, NULL, n * 15 / 100, "after commits on top of the merge");
    fixture_merge_all(&b->f);
    ask_many(b, &d, first - 1, b->commits[first - 1], n * 5 / 100,
             "on an old commit, merged again");
    ask_many(b, &d, 11, b->commits[11], n * 5 / 100, "on another, merged again");
    fixture_check(&b->f);
    size_t wrong = b->wrong;
    unsigned asked = b->asked;
    assert_true(wrong || asked + asked / 50 >= n);
    if (!wrong)
        check_reach(b);
    teardown(b, wrong > 0);
    free(b);
    assert_int_equal(wrong, 0);
    proof_report("queries whose lines equal ripgrep's", asked);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_lines_are_those_that_ripgrep_finds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
