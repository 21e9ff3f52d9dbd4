/* Whole queries: atoms joined by and, or, not, with filters over paths and languages, give what the
 * atoms' own answers by ripgrep say together; counts are those of the lines there are; pages join
 * to the whole answer; the same question gives the same bytes, with one thread or four, before and
 * after merges, and from an index built anew.
 *
 * GAZ_TEST_SEED gives the seed, GAZ_TEST_SCALE=full ten times as many queries. */
#include "gaz_test.h"

#include "gaz/base/fs.h"
#include "oracle_query.h"
#include "proof.h"
#include "run_tool.h"

#define QUERIES 1200
#define ATOMS_MAX 4

static gaz_error err;

typedef struct bench {
    char *dir, repo[600], laid[600];
    fixture f;
    corpus c;
    dice d;
} bench;

static void setup(bench *b, uint64_t seed)
{
    corpus_size size = {.small = 70, .huge_line = 1u << 16, .huge_file = 300u << 10};
    *b = (bench){.dir = make_temp_dir()};
    b->d = dice_of(proof_say_seed() * 100 + seed);
    snprintf(b->repo, sizeof b->repo, "%s/corpus.git", b->dir);
    snprintf(b->laid, sizeof b->laid, "%s/laid", b->dir);
    free(run_git(b->dir, "init", "-q", "--bare", "-b", "main", b->repo, NULL));
    corpus_init(&b->c, &b->d, &size);
    fixture_open(&b->f, b->dir, "home");
    corpus_commit(&b->c, b->repo, "main", 0);
    fixture_add(&b->f, b->repo, "corpus", NULL);
    (void)fixture_index(&b->f, "corpus");
    for (unsigned i = 1; i < 4; i++) {
        corpus_change(&b->c, &b->d);
        corpus_commit(&b->c, b->repo, "main", i);
        (void)fixture_index(&b->f, "corpus");
    }
    corpus_lay_out(&b->c, b->laid);
}

static void teardown(bench *b)
{
    corpus_release(&b->c);
    fixture_close(&b->f);
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
}

/* ---- what queries mean ---- */

typedef enum kind { ATOM, FILE_IS, FILE_NOT, LANG_IS, LANG_NOT, AND, OR, NOT } kind;
typedef struct term {
    kind kind;
    int left, right; /* terms; of ATOM: index of the atom */
    const char *value;
} term;
typedef struct made_query {
    oracle_atom atoms[ATOMS_MAX];
    oracle_lines lines[ATOMS_MAX];
    bool shown[ATOMS_MAX]; /* not under a negation */
    size_t atom_count;
    term terms[64];
    int count;
    gaz_case fold;
    gaz_strbuf text;
} made_query;

static int add_term(made_query *q, term t)
{
    assert_true(q->count < 64);
    q->terms[q->count] = t;
    return q->count++;
}

/* Atoms without errors, of one case, and comparable on all files. */
static int new_atom(bench *b, made_query *q)
{
    if (q->atom_count == ATOMS_MAX) /* the same again */
        return add_term(q, (term){.kind = ATOM, .left = (int)roll(&b->d, ATOMS_MAX)});
    oracle_atom *a = &q->atoms[q->atom_count];
    for (;;) {
        oracle_make(&b->d, &b->c, a);
        a->fold = q->fold;
        if (a->perl || strlen(a->source) > 100)
            continue;
        q->lines[q->atom_count].list.len = 0;
        if (oracle_ask_rg(b->laid, &b->c, a, &q->lines[q->atom_count]) <= 1)
            break; /* neither refused nor out of time */
    }
    return add_term(q, (term){.kind = ATOM, .left = (int)q->atom_count++});
}

static int new_filter(bench *b, made_query *q)
{
    static const char *const paths[] = {"^src/",    "\\.c$", "huge",   "f[0-9]+",
                                        "(?i)CASE", "/",     "^[a-m]", "\\.(py|js)$",
                                        "e",        "^$",    "sp ace", "\xC3\xA9t\xC3\xA9/"};
    static const char *const languages[] = {"c", "python", "javascript", "markdown", "C++"};
    bool lang = roll(&b->d, 3) == 0;
    kind k = lang ? (roll(&b->d, 3) ? LANG_IS : LANG_NOT) : roll(&b->d, 3) ? FILE_IS : FILE_NOT;
    return add_term(q,
                    (term){.kind = k, .value = lang ? PICK(&b->d, languages) : PICK(&b->d, paths)});
}

static int new_term(bench *b, made_query *q, unsigned depth)
{
    uint32_t r = roll(&b->d, 10);
    if (depth == 0 || r < 3)
        return r == 0 ? new_filter(b, q) : new_atom(b, q);
    if (r < 5) {
        int inner = new_term(b, q, depth - 1);
        return add_term(q, (term){.kind = NOT, .left = inner});
    }
    int left = new_term(b, q, depth - 1), right = new_term(b, q, depth - 1);
    return add_term(q, (term){.kind = r < 8 ? AND : OR, .left = left, .right = right});
}

static void put_term(made_query *q, int at, bool negated)
{
    const term *t = &q->terms[at];
    switch (t->kind) {
    case ATOM:
        q->shown[t->left] |= !negated;
        oracle_format(&q->atoms[t->left], &q->text);
        return;
    case FILE_IS:
    case FILE_NOT:
        gaz_strbuf_puts(&q->text, t->kind == FILE_IS ? "file:/" : "-file:/");
        for (const char *p = t->value; *p; p++)
            gaz_strbuf_printf(&q->text, *p == '/' ? "\\%c" : "%c", *p);
        gaz_strbuf_putc(&q->text, '/');
        return;
    case LANG_IS:
    case LANG_NOT:
        gaz_strbuf_printf(&q->text, t->kind == LANG_IS ? "lang:%s" : "-lang:%s", t->value);
        return;
    case NOT:
        gaz_strbuf_puts(&q->text, "not (");
        put_term(q, t->left, !negated);
        gaz_strbuf_putc(&q->text, ')');
        return;
    case AND:
    case OR:
        gaz_strbuf_putc(&q->text, '(');
        put_term(q, t->left, negated);
        gaz_strbuf_puts(&q->text, t->kind == AND ? " " : " or ");
        put_term(q, t->right, negated);
        gaz_strbuf_putc(&q->text, ')');
        return;
    }
}

/* Asks ripgrep whether a path matches. */
static bool path_matches(const bench *b, const char *pattern, const char *path, gaz_case fold)
{
    char input[700];
    snprintf(input, sizeof input, "%s/path", b->dir);
    assert_ok(gaz_file_write(input, path, strlen(path), 0600, &err));
    const char *const argv[] = {"rg",
                                "--no-config",
                                "-q",
                                "-a",
                                fold == GAZ_CASE_AUTO          ? "-S"
                                : fold == GAZ_CASE_INSENSITIVE ? "-i"
                                                               : "-s",
                                "-e",
                                pattern,
                                input,
                                NULL};
    return run_tool(&(tool){.argv = argv}, NULL) == 0;
}

static bool language_is(const char *name, const char *path)
{
    static const char *const by_extension[][2] = {
        {".c", "c"}, {".h", "c"}, {".py", "python"}, {".js", "javascript"}, {".md", "markdown"}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < 5; i++)
        if (strcmp(dot, by_extension[i][0]) == 0)
            return strcmp(name, by_extension[i][1]) == 0;
    return false;
}

static bool has_line(const oracle_lines *l, uint32_t file)
{
    for (size_t i = 0; i < l->list.len; i++)
        if (l->list.items[i].file == file)
            return true;
    return false;
}

/* Filters over paths are asked once for all files and kept: one process for each would take
 * minutes. */
static bool cached_path_matches(bench *b, made_query *q, const term *t, uint32_t file)
{
    static struct {
        const char *pattern;
        gaz_case fold;
        int8_t verdicts[CORPUS_FILES_MAX];
    } cache[64];
    static size_t used;
    size_t at = 0;
    while (at < used && (cache[at].pattern != t->value || cache[at].fold != q->fold))
        at++;
    if (at == used) {
        assert_true(used < 64);
        cache[used].pattern = t->value;
        cache[used++].fold = q->fold;
        for (size_t i = 0; i < b->c.count; i++)
            cache[at].verdicts[i] = path_matches(b, t->value, b->c.files[i].path, q->fold);
    }
    return cache[at].verdicts[file];
}

static bool holds(bench *b, made_query *q, int at, uint32_t file)
{
    const term *t = &q->terms[at];
    const char *path = b->c.files[file].path;
    switch (t->kind) {
    case ATOM:
        return has_line(&q->lines[t->left], file);
    case FILE_IS:
    case FILE_NOT:
        return cached_path_matches(b, q, t, file) == (t->kind == FILE_IS);
    case LANG_IS:
    case LANG_NOT:
        return language_is(t->value, path) == (t->kind == LANG_IS);
    case NOT:
        return !holds(b, q, t->left, file);
    case AND:
        return holds(b, q, t->left, file) && holds(b, q, t->right, file);
    case OR:
        return holds(b, q, t->left, file) || holds(b, q, t->right, file);
    }
    return false;
}

/* The lines a query must show, and how many files. */
static size_t expect(bench *b, made_query *q, int root, oracle_lines *out)
{
    size_t files = 0;
    for (uint32_t f = 0; f < b->c.count; f++) {
        if (b->c.files[f].kind == CORPUS_SKIPPED || !holds(b, q, root, f))
            continue;
        files++;
        for (size_t a = 0; a < q->atom_count; a++)
            for (size_t i = 0; q->shown[a] && i < q->lines[a].list.len; i++)
                if (q->lines[a].list.items[i].file == f)
                    assert_true(gaz_vec_push(&out->list, q->lines[a].list.items[i]));
    }
    oracle_sort(out);
    size_t kept = 0;
    for (size_t i = 0; i < out->list.len; i++)
        if (!kept ||
            memcmp(&out->list.items[kept - 1], &out->list.items[i], sizeof(oracle_line)) != 0)
            out->list.items[kept++] = out->list.items[i];
    out->list.len = kept;
    return files;
}

static void joined_atoms_mean_what_their_parts_say(void **state)
{
    (void)state;
    static const gaz_case folds[] = {GAZ_CASE_SENSITIVE, GAZ_CASE_INSENSITIVE, GAZ_CASE_AUTO};
    bench b;
    size_t found = 0, limited = 0, n = proof_rounds(QUERIES);
    setup(&b, 31);
    for (size_t i = 0; i < n; i++) {
        made_query *q = calloc(1, sizeof *q);
        assert_non_null(q);
        q->fold = folds[roll(&b.d, 3)];
        q->text = GAZ_STRBUF_INIT;
        int root = new_term(&b, q, 3);
        gaz_strbuf_printf(&q->text, "%s count:all ", oracle_case(q->fold));
        put_term(q, root, false);
        oracle_lines expected = {0};
        oracle_answer ours = {0};
        bool rg_has_it = false;
        size_t files = expect(&b, q, root, &expected);
        gaz_status st = oracle_ask_us(b.f.engine, &b.c, q->text.data, NULL, &ours);
        if (st == GAZ_E_LIMIT) {
            limited++;
        } else {
            if (st != GAZ_OK)
                fail_msg("%s: %s", q->text.data, ours.error.message);
            assert_true(ours.result.complete);
            const oracle_line *at = oracle_difference(&expected, &ours.lines, &rg_has_it);
            if (at)
                fail_msg("%s\n%s:%u is found only by %s", q->text.data, b.c.files[at->file].path,
                         at->line, rg_has_it ? "ripgrep" : "us");
            if (ours.files != files || ours.result.stats.files != files ||
                ours.result.stats.lines != expected.list.len)
                fail_msg("%s: %llu files shown, %llu counted, %zu expected; %llu lines counted, "
                         "%zu expected",
                         q->text.data, (unsigned long long)ours.files,
                         (unsigned long long)ours.result.stats.files, files,
                         (unsigned long long)ours.result.stats.lines, expected.list.len);
            found += files > 0;
        }
        oracle_answer_release(&ours);
        gaz_vec_free(&expected.list);
        for (size_t a = 0; a < ATOMS_MAX; a++)
            gaz_vec_free(&q->lines[a].list);
        gaz_strbuf_release(&q->text);
        free(q);
    }
    print_message("%zu queries, %zu found something, %zu over a limit\n", n, found, limited);
    assert_true(found * 2 > n && limited * 20 <= n);
    teardown(&b);
    proof_report("joined queries that mean what their parts say", n);
}

/* ---- pages, counts, determinism ---- */

static const char *const questions[] = {
    "foo",
    "k case:no",
    "/\\w+\\(/",
    "needle",
    "/^$/",
    "foo -bar",
    "(k or foo)",
    "file:c$",
    "TODO lang:c",
    "/needle\\d+$/",
    "type:file f",
    "zzzz-nowhere",
    "\"\t\"",
    "/a\\nb|;\\n/",
    "select:file foo",
    "type:file file:huge",
    "type:repo corpus",
    "select:repo foo",
    "-foo",
    "",
};

static answer_text ask(gaz_engine *engine, const char *query, uint32_t limit, const char *cursor)
{
    answer_text a;
    fixture_search(engine, query, limit, cursor, &a);
    if (a.status != GAZ_OK)
        fail_msg("%s: %s", query, a.error.message);
    return a;
}

static void pages_join_to_the_whole_answer(void **state)
{
    (void)state;
    bench b;
    setup(&b, 32);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        answer_text whole = ask(b.f.engine, questions[i], 10000, NULL);
        assert_true(whole.result.complete);
        assert_int_equal(whole.result.cursor.len, 0);
        for (uint32_t limit = 1; limit <= 40; limit = limit * 3 + 1) {
            gaz_strbuf joined = GAZ_STRBUF_INIT, cursor = GAZ_STRBUF_INIT;
            size_t files = 0, pages = 0;
            do {
                answer_text page =
                    ask(b.f.engine, questions[i], limit, cursor.len ? cursor.data : NULL);
                bool last = page.result.cursor.len == 0;
                assert_true(page.files <= limit && (last || page.files == limit));
                assert_int_equal(page.result.complete, last);
                if (!last)
                    assert_string_equal(page.result.reason, "limit");
                gaz_strbuf_add(&joined, page.text.data, page.text.len);
                gaz_strbuf_reset(&cursor);
                gaz_strbuf_add(&cursor, page.result.cursor.data, page.result.cursor.len);
                files += page.files;
                assert_true(++pages < 1000);
                answer_text_release(&page);
            } while (cursor.len);
            if (files != whole.files || joined.len != whole.text.len ||
                memcmp(joined.data, whole.text.data, joined.len) != 0)
                fail_msg(
                    "%s: pages of %u give %zu files, the whole answer %zu, or in another order",
                    questions[i], limit, files, whole.files);
            gaz_strbuf_release(&joined);
            gaz_strbuf_release(&cursor);
        }
        answer_text_release(&whole);
    }
    teardown(&b);
}

/* Far more files than are ranked together: pages of any size cut the same sequence, and it holds
 * every file once. */
static void pages_of_many_files_cut_one_sequence(void **state)
{
    (void)state;
    enum { FILES = 1700 };
    char *dir = make_temp_dir(), repo[600], input[600];
    fixture f;
    gaz_strbuf stream = GAZ_STRBUF_INIT;
    snprintf(repo, sizeof repo, "%s/many.git", dir);
    snprintf(input, sizeof input, "%s/import", dir);
    free(run_git(dir, "init", "-q", "--bare", "-b", "main", repo, NULL));
    gaz_strbuf_puts(
        &stream,
        "commit refs/heads/main\ncommitter T <t@example.org> 1700000000 +0000\ndata 2\nc\n");
    for (unsigned i = 0; i < FILES; i++) {
        char text[300] = "";
        for (unsigned k = 0; k <= i * 7 % 11; k++)
            snprintf(text + strlen(text), sizeof text - strlen(text),
                     k % 2 ? "a word\n" : "words %u\n", i);
        gaz_strbuf_printf(&stream, "M 100644 inline d%u/%s%u.c\ndata %zu\n%s\n", i % 13,
                          i % 5 ? "f" : "word", i, strlen(text), text);
    }
    assert_ok(gaz_file_write(input, stream.data, stream.len, 0600, &err));
    gaz_strbuf_release(&stream);
    const char *const import[] = {"git", "-C", repo, "fast-import", "--quiet", NULL};
    assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL), 0);
    fixture_open(&f, dir, "home");
    fixture_add(&f, repo, "many", NULL);
    (void)fixture_index(&f, "many");
    answer_text whole = ask(f.engine, "word", 100000, NULL);
    assert_int_equal(whole.files, FILES);
    static const uint32_t limits[] = {1, 50, 63, 64, 65, 100, 128, 1699}; /* a window is 64 */
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        gaz_strbuf joined = GAZ_STRBUF_INIT, cursor = GAZ_STRBUF_INIT;
        do {
            answer_text page = ask(f.engine, "word", limits[i], cursor.len ? cursor.data : NULL);
            gaz_strbuf_add(&joined, page.text.data, page.text.len);
            gaz_strbuf_reset(&cursor);
            gaz_strbuf_add(&cursor, page.result.cursor.data, page.result.cursor.len);
            answer_text_release(&page);
        } while (cursor.len);
        if (joined.len != whole.text.len || memcmp(joined.data, whole.text.data, joined.len) != 0)
            fail_msg("pages of %u files are another sequence", limits[i]);
        gaz_strbuf_release(&joined);
        gaz_strbuf_release(&cursor);
    }
    answer_text_release(&whole);
    fixture_close(&f);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
}

/* A cursor pins what it was made from: what is indexed, merged and swept meanwhile does not show.
 */
static void cursor_pins_its_generation(void **state)
{
    (void)state;
    bench b;
    setup(&b, 33);
    answer_text whole = ask(b.f.engine, "k case:no", 10000, NULL);
    answer_text first = ask(b.f.engine, "k case:no", 3, NULL);
    assert_true(first.result.cursor.len > 0);
    for (unsigned i = 10; i < 13; i++) {
        corpus_change(&b.c, &b.d);
        corpus_commit(&b.c, b.repo, "main", i);
        (void)fixture_index(&b.f, "corpus");
    }
    fixture_merge_all(&b.f);
    gaz_sweep swept;
    assert_ok(gaz_store_sweep(b.f.store, 0, &swept, &err));
    answer_text rest = ask(b.f.engine, "k case:no", 10000, first.result.cursor.data);
    gaz_strbuf_add(&first.text, rest.text.data, rest.text.len);
    assert_int_equal(first.files + rest.files, whole.files);
    assert_true(first.text.len == whole.text.len &&
                memcmp(first.text.data, whole.text.data, whole.text.len) == 0);
    answer_text_release(&rest);
    /* Of another query, or of no query at all: refused. */
    fixture_search(b.f.engine, "foo", 3, first.result.cursor.data, &rest);
    assert_int_equal(rest.status, GAZ_E_INVALID);
    answer_text_release(&rest);
    fixture_search(b.f.engine, "k case:no", 3, "c1.nonsense", &rest);
    assert_int_equal(rest.status, GAZ_E_INVALID);
    answer_text_release(&rest);
    answer_text_release(&whole);
    answer_text_release(&first);
    teardown(&b);
}

static void counts_are_exact_whatever_is_shown(void **state)
{
    (void)state;
    bench b;
    char query[200];
    setup(&b, 34);
    for (size_t i = 0; i < sizeof questions / sizeof questions[0]; i++) {
        answer_text whole = ask(b.f.engine, questions[i], 10000, NULL);
        snprintf(query, sizeof query, "%s count:all", questions[i]);
        for (uint32_t limit = 0; limit < 9; limit += 4) { /* 0: only counts */
            answer_text counted = ask(b.f.engine, query, limit, NULL);
            assert_true(counted.result.complete);
            bool repos =
                strstr(questions[i], "repo") != NULL; /* the numbers are of the files in them */
            if ((!repos && counted.result.stats.files != whole.files) ||
                (whole.lines && counted.result.stats.lines != whole.lines))
                fail_msg("%s: counts %llu lines of %llu files, there are %zu of %zu", query,
                         (unsigned long long)counted.result.stats.lines,
                         (unsigned long long)counted.result.stats.files, whole.lines, whole.files);
            assert_true(counted.files <= limit);
            answer_text_release(&counted);
        }
        snprintf(query, sizeof query, "%s count:2", questions[i]);
        answer_text two = ask(b.f.engine, query, 50, NULL);
        assert_int_equal(two.files, whole.files < 2 ? whole.files : 2);
        answer_text_release(&two);
        answer_text_release(&whole);
    }
    teardown(&b);
}

static void same_text(const answer_text *a, const answer_text *b, const char *query,
                      const char *what)
{
    if (a->text.len != b->text.len || memcmp(a->text.data, b->text.data, a->text.len) != 0)
        fail_msg("%s: another answer %s", query, what);
}

static void answers_are_the_same_bytes_every_time(void **state)
{
    (void)state;
    bench b;
    fixture fresh;
    setup(&b, 35);
    gaz_settings one, four;
    assert_ok(gaz_settings_load(b.f.home, &one, &err));
    assert_ok(gaz_settings_load(b.f.home, &four, &err));
    gaz_engine *single = fixture_engine(&b.f, &one, "1"),
               *several = fixture_engine(&b.f, &four, "4");
    fixture_open(&fresh, b.dir, "fresh");
    fixture_add(&fresh, b.repo, "corpus", NULL);
    (void)fixture_index(&fresh, "corpus");
    answer_text before[sizeof questions / sizeof questions[0]];
    size_t n = sizeof questions / sizeof questions[0];
    for (size_t i = 0; i < n; i++) {
        for (uint32_t limit = 5; limit <= 10000; limit += 9995) {
            answer_text first = ask(b.f.engine, questions[i], limit, NULL);
            gaz_engine *const engines[] = {b.f.engine, single, several, fresh.engine};
            static const char *const what[] = {"when asked again", "with one thread",
                                               "with four threads", "from an index built anew"};
            for (size_t e = 0; e < 4; e++) {
                answer_text again = ask(engines[e], questions[i], limit, NULL);
                same_text(&first, &again, questions[i], what[e]);
                answer_text_release(&again);
            }
            if (limit == 5)
                answer_text_release(&first);
            else
                before[i] = first;
        }
    }
    fixture_merge_all(&b.f);
    for (size_t i = 0; i < n; i++) {
        answer_text after = ask(b.f.engine, questions[i], 10000, NULL);
        same_text(&before[i], &after, questions[i], "after a merge");
        answer_text_release(&after);
        answer_text_release(&before[i]);
    }
    gaz_engine_free(single);
    gaz_engine_free(several);
    gaz_settings_release(&one);
    gaz_settings_release(&four);
    fixture_close(&fresh);
    teardown(&b);
}

/* ---- repositories and branches ---- */

static void branches_and_repositories_are_kept_apart(void **state)
{
    (void)state;
    static const char *const all[] = {"*", NULL};
    bench b;
    setup(&b, 36);
    corpus_change(&b.c, &b.d);
    corpus_commit(&b.c, b.repo, "topic", 20); /* a history of its own */
    fixture_add(&b.f, b.repo, "second", all);
    (void)fixture_index(&b.f, "second");
    answer_text main_only = ask(b.f.engine, "foo repo=corpus", 10000, NULL),
                by_rev = ask(b.f.engine, "foo repo=corpus rev:main", 10000, NULL);
    same_text(&main_only, &by_rev, "foo", "with rev:main");
    answer_text second = ask(b.f.engine, "foo repo=second", 10000, NULL),
                both = ask(b.f.engine, "foo", 10000, NULL);
    assert_int_equal(second.files, main_only.files);
    assert_int_equal(both.files, main_only.files * 2);
    answer_text other = ask(b.f.engine, "foo repo=second rev:topic", 10000, NULL),
                branch = ask(b.f.engine, "foo repo=second branch:^topic$", 10000, NULL);
    assert_int_equal(other.files, branch.files);
    same_text(&other, &branch, "foo", "by branch:");
    answer_text any = ask(b.f.engine, "foo repo=second branch:.", 10000, NULL);
    assert_true(any.files >= other.files && any.files >= second.files &&
                any.files <= other.files + second.files);
    answer_text not_it = ask(b.f.engine, "foo -repo:sec", 10000, NULL);
    same_text(&main_only, &not_it, "foo", "with -repo:");
    answer_text repos = ask(b.f.engine, "foo select:repo", 10000, NULL),
                named = ask(b.f.engine, "type:repo sec", 10, NULL);
    assert_int_equal(repos.files, 2);
    assert_int_equal(named.files, 1);
    /* What one query leaves out of its scope is not left out of the next one's. */
    static const char *const narrow[] = {"type:repo sec", "foo -repo:sec", "foo branch:topic",
                                         "foo repo:corpus", "foo rev:topic"};
    for (size_t i = 0; i < sizeof narrow / sizeof *narrow; i++) {
        gaz_settings settings;
        assert_ok(gaz_settings_load(b.f.home, &settings, &err));
        gaz_engine *fresh = fixture_engine(&b.f, &settings, "2");
        answer_text first = ask(fresh, narrow[i], 10000, NULL),
                    then = ask(fresh, "foo", 10000, NULL);
        same_text(&both, &then, "foo", narrow[i]);
        answer_text_release(&first);
        answer_text_release(&then);
        gaz_engine_free(fresh);
        gaz_settings_release(&settings);
    }
    answer_text_release(&repos);
    answer_text_release(&named);
    answer_text_release(&main_only);
    answer_text_release(&by_rev);
    answer_text_release(&second);
    answer_text_release(&both);
    answer_text_release(&other);
    answer_text_release(&branch);
    answer_text_release(&any);
    answer_text_release(&not_it);
    teardown(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(joined_atoms_mean_what_their_parts_say),
        cmocka_unit_test(pages_join_to_the_whole_answer),
        cmocka_unit_test(pages_of_many_files_cut_one_sequence),
        cmocka_unit_test(cursor_pins_its_generation),
        cmocka_unit_test(counts_are_exact_whatever_is_shown),
        cmocka_unit_test(answers_are_the_same_bytes_every_time),
        cmocka_unit_test(branches_and_repositories_are_kept_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
