/* What operations answer on a small repository that never changes, compared with
 * tests/golden/expected/. Answers are laid out one member a line, and what differs from run to run
 * (times, generations, sizes of compressed files) is written as "…". */
#include "gaz_test.h"

#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/ops/op.h"
#include "run_tool.h"

static gaz_error err;

typedef struct golden {
    const char *name, *op;
    gaz_media media;
    const char *params[12]; /* names and values by turns */
} golden;

static const golden cases[] = {
    {"search_word", "search", GAZ_MEDIA_JSON, {"q", "alloc"}},
    {"search_regex_context",
     "search",
     GAZ_MEDIA_JSON,
     {"q", "/return \\w+;$/ lang:c", "context", "1"}},
    {"search_bytes", "search", GAZ_MEDIA_JSON, {"q", "bytes"}},
    {"search_case", "search", GAZ_MEDIA_JSON, {"q", "case:no kelvin"}},
    {"search_multiline", "search", GAZ_MEDIA_JSON, {"q", "/\\{\\n\\s+return/"}},
    {"search_limit", "search", GAZ_MEDIA_JSON, {"q", "alloc", "limit", "1"}},
    {"search_lines_per_file", "search", GAZ_MEDIA_JSON, {"q", "alloc", "lines_per_file", "1"}},
    {"search_count", "search", GAZ_MEDIA_JSON, {"q", "alloc count:all", "limit", "1"}},
    {"search_files", "search", GAZ_MEDIA_JSON, {"q", "type:file \\.c$ patterntype:regexp"}},
    {"search_nothing", "search", GAZ_MEDIA_JSON, {"q", "nothing-like-this"}},
    {"search_lines", "search", GAZ_MEDIA_NDJSON, {"q", "alloc"}},
    {"search_explain",
     "search",
     GAZ_MEDIA_JSON,
     {"q", "/all?oc\\(/ -file:test lang:c", "explain", "1"}},
    {"search_latin1", "search", GAZ_MEDIA_JSON, {"q", "caf\xC3\xA9"}},
    {"search_rev", "search", GAZ_MEDIA_JSON, {"q", "first", "rev", "main~1"}},
    {"error_regex", "search", GAZ_MEDIA_JSON, {"q", "foo /a(b/"}},
    {"error_field", "search", GAZ_MEDIA_JSON, {"q", "fiel:x foo"}},
    {"search_symbol", "search", GAZ_MEDIA_JSON, {"q", "sym:main or sym:/^o/"}},
    {"search_type_symbol", "search", GAZ_MEDIA_JSON, {"q", "type:symbol alloc", "explain", "1"}},
    {"search_commit", "search", GAZ_MEDIA_JSON, {"q", "type:commit c"}},
    {"search_diff", "search", GAZ_MEDIA_NDJSON, {"q", "type:diff alloc file:c$", "limit", "1"}},
    {"error_type", "search", GAZ_MEDIA_JSON, {"q", "type:comit c"}},
    {"error_commit", "search", GAZ_MEDIA_JSON, {"q", "type:commit lang:c x"}},
    {"error_unavailable", "search", GAZ_MEDIA_JSON, {"q", "archived:yes"}},
    {"error_repo", "search", GAZ_MEDIA_JSON, {"q", "foo", "repo", "dem"}},
    {"error_rev", "search", GAZ_MEDIA_JSON, {"q", "foo", "rev", "mian"}},
    {"error_limit", "search", GAZ_MEDIA_JSON, {"q", "foo", "limit", "100001"}},
    {"error_cursor", "search", GAZ_MEDIA_JSON, {"q", "foo", "cursor", "nonsense"}},
    {"file_whole", "file", GAZ_MEDIA_JSON, {"path", "src/alloc.c"}},
    {"file_lines", "file", GAZ_MEDIA_JSON, {"path", "src/alloc.c", "lines", "3-4"}},
    {"file_utf16", "file", GAZ_MEDIA_JSON, {"path", "docs/wide.txt"}},
    {"file_latin1", "file", GAZ_MEDIA_JSON, {"path", "docs/latin.txt"}},
    {"file_bytes", "file", GAZ_MEDIA_JSON, {"path", "bad.txt"}},
    {"file_binary", "file", GAZ_MEDIA_JSON, {"path", "logo.bin"}},
    {"highlight_lines", "highlight", GAZ_MEDIA_JSON, {"path", "src/alloc.c", "lines", "1-6"}},
    {"highlight_binary", "highlight", GAZ_MEDIA_JSON, {"path", "logo.bin"}},
    {"symbols_exact", "symbols", GAZ_MEDIA_JSON, {"name", "alloc", "match", "exact"}},
    {"symbols_fuzzy", "symbols", GAZ_MEDIA_JSON, {"name", "alc", "limit", "3"}},
    {"symbols_none", "symbols", GAZ_MEDIA_JSON, {"name", "no_such_thing"}},
    {"error_kind", "symbols", GAZ_MEDIA_JSON, {"name", "alloc", "kind", "funktion"}},
    {"outline", "outline", GAZ_MEDIA_JSON, {"path", "src/alloc.c"}},
    {"outline_binary", "outline", GAZ_MEDIA_JSON, {"path", "logo.bin"}},
    {"definition_name", "definition", GAZ_MEDIA_JSON, {"name", "alloc"}},
    {"definition_at", "definition", GAZ_MEDIA_JSON, {"at", "src/alloc.c:3:7"}},
    {"error_definition", "definition", GAZ_MEDIA_JSON, {"name", "aloc"}},
    {"error_definition_both", "definition", GAZ_MEDIA_JSON, {NULL}},
    {"error_place", "definition", GAZ_MEDIA_JSON, {"at", "src/main.c"}},
    {"references", "references", GAZ_MEDIA_JSON, {"name", "alloc"}},
    {"error_role", "references", GAZ_MEDIA_JSON, {"name", "alloc", "role", "cal"}},
    {"callers", "callers", GAZ_MEDIA_JSON, {"name", "alloc"}},
    {"callees", "callees", GAZ_MEDIA_JSON, {"name", "alloc", "ambiguous", "1"}},
    {"implementations", "implementations", GAZ_MEDIA_JSON, {"name", "alloc"}},
    {"deps", "deps", GAZ_MEDIA_JSON, {"path", "src/alloc.c"}},
    {"deps_dependents", "deps", GAZ_MEDIA_JSON, {"path", "src/alloc.h", "direction", "dependents"}},
    {"deps_path", "deps.path", GAZ_MEDIA_JSON, {"from", "src/alloc.c", "to", "src/alloc.h"}},
    {"deps_cycles", "deps.cycles", GAZ_MEDIA_JSON, {NULL}},
    {"impact", "impact", GAZ_MEDIA_JSON, {"change", "src/alloc.h"}},
    {"error_impact", "impact", GAZ_MEDIA_JSON, {"change", "src/alloc.h:9-2"}},
    {"tests", "tests", GAZ_MEDIA_JSON, {"path", "src/alloc.c"}},
    {"deps_entries", "deps.entries", GAZ_MEDIA_JSON, {"tests", "1"}},
    {"error_entries", "deps.entries", GAZ_MEDIA_JSON, {"reason", "mian"}},
    {"unreferenced", "symbols.unreferenced", GAZ_MEDIA_JSON, {"doubtful", "1", "limit", "2"}},
    {"history", "history", GAZ_MEDIA_JSON, {NULL}},
    {"history_file", "history", GAZ_MEDIA_JSON, {"path", "README.md", "limit", "1"}},
    {"history_directory", "history", GAZ_MEDIA_JSON, {"path", "src/", "messages", "1"}},
    {"error_history", "history", GAZ_MEDIA_JSON, {"path", "src/aloc.c"}},
    {"error_history_time", "history", GAZ_MEDIA_JSON, {"after", "sometimes"}},
    {"error_history_cursor", "history", GAZ_MEDIA_JSON, {"cursor", "h12"}},
    {"blame", "blame", GAZ_MEDIA_JSON, {"path", "README.md", "lines", "1-3"}},
    {"error_blame", "blame", GAZ_MEDIA_JSON, {"path", "README.md", "lines", "9"}},
    {"history_symbol", "history", GAZ_MEDIA_JSON, {"symbol", "one"}},
    {"error_history_symbol", "history", GAZ_MEDIA_JSON, {"symbol", "main", "at", "tool.py:1"}},
    {"owners", "owners", GAZ_MEDIA_JSON, {"path", "src/alloc.c"}},
    {"recent", "recent", GAZ_MEDIA_JSON, {"path", "src"}},
    {"cochange", "cochange", GAZ_MEDIA_JSON, {"path", "README.md", "limit", "2"}},
    {"error_cochange", "cochange", GAZ_MEDIA_JSON, {"path", "src"}},
    {"error_file", "file", GAZ_MEDIA_JSON, {"path", "src/aloc.c"}},
    {"tree_root", "tree", GAZ_MEDIA_JSON, {NULL}},
    {"tree_directory", "tree", GAZ_MEDIA_JSON, {"path", "src"}},
    {"error_tree", "tree", GAZ_MEDIA_JSON, {"path", "nowhere"}},
    {"repos", "repos.list", GAZ_MEDIA_JSON, {NULL}},
    {"status", "status", GAZ_MEDIA_JSON, {NULL}},
    {"status_skipped", "status", GAZ_MEDIA_JSON, {"skipped", "1"}},
    {"check", "check", GAZ_MEDIA_JSON, {NULL}},
};

/* ---- the repository ---- */

typedef struct file {
    const char *path, *mode, *bytes;
    size_t len;
} file;
#define TEXT(path, literal)                                                                        \
    {                                                                                              \
        path, "100644", literal, sizeof literal - 1                                                \
    }

static const file first[] = {
    TEXT("README.md", "# Demo\n\nThe first version has no alloc.\n"),
};
static const file second[] = {
    TEXT("README.md", "# Demo\n\nHow to alloc and free.\n"),
    TEXT("src/alloc.c", "#include \"alloc.h\"\n\nvoid *alloc(int n)\n{\n    return "
                        "malloc(n);\n}\n\nint one(void) {\n    return n;\n}\n"),
    TEXT("src/alloc.h", "void *alloc(int n);\r\nvoid release(void *p);\r\n"),
    TEXT("test/test_alloc.c", "int main(void)\n{\n    void *p = alloc(4);\n    return p;\n}"),
    TEXT("tool.py", "def kelvin(t):\n    return t  # \xE2\x84\xAA"
                    "elvin\n"),
    TEXT("docs/wide.txt", "\xFF\xFEw\0i\0d\0e\0\n\0\x3D\xD8\x00\xDE\n\0"),
    TEXT("docs/latin.txt", "caf\xE9 na\xEFve\n"),
    TEXT("bad.txt", "good\nbad \xFF bytes\n"),
    TEXT("logo.bin", "\x89PNG\0\0\0alloc"),
    TEXT("vendor/lib.c", "int alloc_vendor;\n"),
    TEXT("secret/key.pem", "alloc: kept out\n"),
    TEXT(".gazignore", "secret/\n"),
    TEXT("empty", ""),
    TEXT("big.psd",
         "version https://git-lfs.github.com/spec/v1\noid "
         "sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"),
    {"link", "120000", "README.md", 9},
};

static void add_commit(gaz_strbuf *out, const file *files, size_t count, bool follows)
{
    gaz_strbuf_printf(out,
                      "commit refs/heads/main\ncommitter T <t@example.org> 17000000%s +0000\ndata "
                      "2\nc\n%sdeleteall\n",
                      follows ? "60" : "00", follows ? "from refs/heads/main^0\n" : "");
    for (size_t i = 0; i < count; i++) {
        gaz_strbuf_printf(out, "M %s inline %s\ndata %zu\n", files[i].mode, files[i].path,
                          files[i].len);
        gaz_strbuf_add(out, files[i].bytes, files[i].len);
        gaz_strbuf_putc(out, '\n');
    }
}

static void make_repo(const char *dir, char repo[600])
{
    char input[600];
    gaz_strbuf stream = GAZ_STRBUF_INIT;
    snprintf(repo, 600, "%s/demo.git", dir);
    snprintf(input, sizeof input, "%s/import", dir);
    free(run_git(dir, "init", "-q", "--bare", "-b", "main", repo, NULL));
    add_commit(&stream, first, sizeof first / sizeof first[0], false);
    const char *const import[] = {"git", "-C", repo, "fast-import", "--quiet", NULL};
    assert_ok(gaz_file_write(input, stream.data, stream.len, 0600, &err));
    assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL), 0);
    gaz_strbuf_reset(&stream);
    add_commit(&stream, second, sizeof second / sizeof second[0], true);
    assert_ok(gaz_file_write(input, stream.data, stream.len, 0600, &err));
    assert_int_equal(run_tool(&(tool){.argv = import, .input = input, .loud = true}, NULL), 0);
    gaz_strbuf_release(&stream);
}

/* ---- asking ---- */

static gaz_status emit(void *ctx, const void *data, size_t len, gaz_error *unused)
{
    (void)unused;
    gaz_strbuf_add(ctx, data, len);
    return GAZ_OK;
}

static void ask(const gaz_services *services, const golden *g, gaz_strbuf *out)
{
    size_t count = 0, n = 0;
    const gaz_op *ops = gaz_ops(&count), *op = gaz_op_find(ops, count, g->op);
    gaz_raw_param raw[6];
    gaz_value values[32];
    gaz_arena arena;
    gaz_error why = {0};
    assert_non_null(op);
    assert_true(op->param_count <= 32);
    memset(values, 0, sizeof values);
    gaz_arena_init(&arena, 1 << 20);
    for (; n < 6 && g->params[n * 2]; n++)
        raw[n] =
            (gaz_raw_param){g->params[n * 2], g->params[n * 2 + 1], strlen(g->params[n * 2 + 1])};
    gaz_status st = gaz_op_bind(op, raw, n, &arena, values, &why);
    gaz_call call = {.services = services,
                     .op = op,
                     .values = values,
                     .media = g->media,
                     .emit = emit,
                     .ctx = out,
                     .status = 200};
    if (st == GAZ_OK)
        st = op->handler(&call, &why);
    if (st != GAZ_OK) {
        gaz_strbuf_reset(out);
        gaz_error_json(&why, out);
    }
    gaz_arena_release(&arena);
}

/* ---- laying out ---- */

static const char *const varying[] = {
    "took_us", "generation", "cursor",      "home",     "source", "started", "added",  "indexed",
    "created", "finished",   "index_bytes", "max",      "used",   "parse",   "scope",  "plan",
    "verify",  "rank",       "render",      "searches", "hits",   "misses",  "version"};

static bool varies(const char *key, size_t len)
{
    for (size_t i = 0; i < sizeof varying / sizeof *varying; i++)
        if (strlen(varying[i]) == len && memcmp(varying[i], key, len) == 0)
            return true;
    return false;
}

static void new_line(gaz_strbuf *out, unsigned depth)
{
    gaz_strbuf_putc(out, '\n');
    for (unsigned i = 0; i < depth; i++)
        gaz_strbuf_puts(out, "  ");
}

static size_t string_end(const char *p, size_t at)
{
    for (at++; p[at] && p[at] != '"'; at++)
        at += p[at] == '\\';
    return at + 1;
}

/* One member a line; arrays of numbers stay on theirs. */
static void lay_out(const char *p, gaz_strbuf *out)
{
    unsigned depth = 0;
    for (size_t i = 0; p[i];) {
        if (p[i] == '"') {
            size_t end = string_end(p, i);
            gaz_strbuf_add(out, p + i, end - i);
            bool key = p[end] == ':', hide = key && varies(p + i + 1, end - i - 2);
            i = end;
            if (!key)
                continue;
            gaz_strbuf_puts(out, ": ");
            i++;
            if (hide && p[i] != '{' && strncmp(p + i, "null", 4) != 0) {
                gaz_strbuf_puts(out, "…");
                i = p[i] == '"' ? string_end(p, i) : i + strcspn(p + i, ",}]");
            }
        } else if (strchr("{[", p[i])) {
            bool flat = p[i] == '[' && strcspn(p + i, "]") < strcspn(p + i, "{\"");
            bool empty = p[i + 1] == '}' || p[i + 1] == ']';
            if (flat && !empty) { /* numbers, and pairs of them */
                size_t end = i;
                unsigned open = 0;
                do {
                    open += p[end] == '[';
                    open -= p[end++] == ']';
                } while (open);
                gaz_strbuf_add(out, p + i, end - i);
                i = end;
                continue;
            }
            gaz_strbuf_putc(out, p[i++]);
            if (empty)
                gaz_strbuf_putc(out, p[i++]);
            else
                new_line(out, ++depth);
        } else if (strchr("}]", p[i])) {
            new_line(out, --depth);
            gaz_strbuf_putc(out, p[i++]);
        } else if (p[i] == ',') {
            gaz_strbuf_putc(out, p[i++]);
            new_line(out, depth);
        } else {
            gaz_strbuf_putc(out, p[i++]);
        }
    }
    if (out->len && out->data[out->len - 1] != '\n')
        gaz_strbuf_putc(out, '\n');
}

static bool compare(const golden *g, const gaz_strbuf *got)
{
    char path[4200];
    const char *source = getenv("GAZ_SOURCE_DIR");
    gaz_strbuf expected = GAZ_STRBUF_INIT;
    gaz_error why = {0};
    snprintf(path, sizeof path, "%s/tests/golden/expected/%s.json", source ? source : ".", g->name);
    if (getenv("GAZ_GOLDEN_UPDATE")) {
        FILE *f = fopen(path, "wb");
        assert_non_null(f);
        assert_int_equal(fwrite(got->data, 1, got->len, f), got->len);
        assert_int_equal(fclose(f), 0);
        return true;
    }
    if (gaz_file_read(path, 1 << 20, &expected, &why) != GAZ_OK)
        fail_msg("%s", why.message);
    size_t at = 0, line = 1;
    while (at < got->len && at < expected.len && got->data[at] == expected.data[at])
        line += got->data[at++] == '\n';
    bool same = at == got->len && at == expected.len;
    if (!same)
        fprintf(stderr, "%s differs from %s in line %zu. The whole answer:\n%s", g->name, path,
                line, got->data);
    gaz_strbuf_release(&expected);
    return same;
}

static void answers_are_those_expected(void **state)
{
    (void)state;
    char *dir = make_temp_dir(), repo[600];
    fixture f;
    size_t wrong = 0;
    make_repo(dir, repo);
    fixture_open(&f, dir, "home");
    fixture_add(&f, repo, "demo", NULL);
    (void)fixture_index(&f, "demo");
    gaz_parse_pool *parsers = NULL;
    assert_ok(gaz_parse_pool_new(NULL, 1, &parsers, &err));
    gaz_repo_pool *repos = NULL;
    assert_ok(gaz_repo_pool_new(NULL, 1, &repos, &err));
    gaz_code_cache *code = NULL;
    assert_ok(gaz_code_cache_new(f.engine, f.store, &f.settings, 2, &code, &err));
    gaz_services services = {.store = f.store,
                             .engine = f.engine,
                             .runner = f.runner,
                             .parsers = parsers,
                             .repos = repos,
                             .code = code,
                             .settings = &f.settings,
                             .log = &f.log,
                             .started_us = gaz_wall_us()};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        gaz_strbuf answer = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
        ask(&services, &cases[i], &answer);
        lay_out(answer.data, &text);
        wrong += !compare(&cases[i], &text);
        gaz_strbuf_release(&answer);
        gaz_strbuf_release(&text);
    }
    gaz_parse_pool_free(parsers);
    gaz_repo_pool_free(repos);
    gaz_code_cache_free(code);
    fixture_close(&f);
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(dir, &err));
    free(dir);
    assert_int_equal(wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_those_expected),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
