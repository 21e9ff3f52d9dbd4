/* Which tests belong to which sources: by names as each language's test runners want them, by where
 * they stand, and by what tests import. Weights: a name beside or mirrored 90, a name elsewhere
 * that fits nothing else 60, an import 40, both together 97; a source that holds tests 100. */
#include <string.h>

#include "graph_tests.h"

#define LINKS_MAX 100000u

/* Marks that make a test's name out of a source's, longest first. */
static const char *const before[] = {"test_", "test-", "Test", NULL};
static const char *const after[] = {"_unittest", "_kunit", "_tests", "-tests", "_test",
                                    "-test",     "_spec",  "-spec",  "Tests",  "Suite",
                                    "Spec",      "Test",   NULL};

/* The source's name in a test's, without extensions; false when it does not look like a test. */
static bool subject_of(const char *base, size_t len, const char **subject, size_t *subject_len)
{
    size_t stem = graph_stem(base, len);
    bool marked = stem < len &&
                  (strncmp(base + stem, ".test.", 6) == 0 ||
                   strncmp(base + stem, ".spec.", 6) == 0 || strncmp(base + stem, ".cy.", 4) == 0);
    *subject = base;
    *subject_len = stem;
    if (marked)
        return stem > 0;
    for (const char *const *m = after; *m; m++) {
        size_t n = strlen(*m);
        if (stem > n && memcmp(base + stem - n, *m, n) == 0) {
            *subject_len = stem - n;
            return true;
        }
    }
    for (const char *const *m = before; *m; m++) {
        size_t n = strlen(*m);
        if (stem > n && memcmp(base, *m, n) == 0) {
            *subject = base + n;
            *subject_len = stem - n;
            return true;
        }
    }
    return false;
}

static bool is_test_dir(const char *part, size_t len)
{
    static const char *const names[] = {
        "__tests__", "androidTest", "integration", "kunit",    "main",      "java", "kotlin",
        "scala",     "selftest",    "selftests",   "spec",     "specs",     "src",  "t",
        "test",      "tests",       "unit",        "unittest", "unittests", "lib"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == len && memcmp(part, names[i], len) == 0)
            return true;
    return false;
}

/* The directory without the parts that tell tests from sources: equal ones mirror each other. */
static void plain_dir(const char *path, size_t len, graph_path *out)
{
    graph_path_set(out, "", 0);
    for (size_t at = 0; at < len;) {
        const char *slash = memchr(path + at, '/', len - at);
        size_t end = slash ? (size_t)(slash - path) : len;
        if (!is_test_dir(path + at, end - at) && !graph_path_join(out, path + at, end - at))
            return;
        at = end + 1;
    }
}

/* The shorter one ends the longer one: tests/net/tcp and src/core/net/tcp. */
static bool mirrors(const graph_path *a, const graph_path *b)
{
    const graph_path *s = a->len < b->len ? a : b, *l = s == a ? b : a;
    return s->len == l->len ||
           (s->len > 0 && memcmp(l->text + l->len - s->len, s->text, s->len) == 0 &&
            l->text[l->len - s->len - 1] == '/');
}

bool graph_is_test(const gaz_graph *g, uint32_t file)
{
    uint32_t len = 0;
    const char *path = graph_tree_path(g->tree, file, &len), *subject;
    uint32_t base = g->tree->base_at[file];
    size_t n = 0;
    if (g->meta[file].final & GAZ_GRAPH_TEST)
        return true;
    return graph_family_of(g->meta[file].language) != FAMILY_NONE &&
           subject_of(path + base, len - base, &subject, &n) &&
           strncmp(path + base, "Test", 4) != 0;
}

static bool same_kind(const gaz_graph *g, uint32_t a, uint32_t b)
{
    return graph_family_of(g->meta[a].language) != FAMILY_NONE &&
           graph_family_of(g->meta[a].language) == graph_family_of(g->meta[b].language);
}

typedef GAZ_VEC(gaz_graph_link) link_vec;

static bool add_link(link_vec *links, uint32_t file, uint32_t reasons)
{
    for (size_t i = 0; i < links->len && links->len < 256; i++)
        if (links->items[i].file == file) {
            links->items[i].reasons |= reasons;
            return true;
        }
    gaz_graph_link link = {.file = file, .reasons = reasons};
    return links->len >= LINKS_MAX || gaz_vec_push(links, link);
}

static uint32_t reason_of(const gaz_graph *g, uint32_t test, uint32_t source)
{
    uint32_t a = 0, b = 0;
    const char *left = graph_tree_path(g->tree, test, &a);
    const char *right = graph_tree_path(g->tree, source, &b);
    if (g->tree->dir_of[test] == g->tree->dir_of[source])
        return GAZ_GRAPH_LINK_NAME;
    graph_path p, q;
    plain_dir(left, g->tree->base_at[test] ? g->tree->base_at[test] - 1 : 0, &p);
    plain_dir(right, g->tree->base_at[source] ? g->tree->base_at[source] - 1 : 0, &q);
    return mirrors(&p, &q) ? GAZ_GRAPH_LINK_MIRROR : GAZ_GRAPH_LINK_NAME_FAR;
}

/* ---- names: the base names a counterpart may have, and all files that have one ---- */

static const char *const endings[] = {
    ".c",   ".cc",  ".cpp", ".cxx", ".h",     ".hpp", ".py",  ".js",     ".jsx", ".ts",
    ".tsx", ".mjs", ".cjs", ".mts", ".cts",   ".go",  ".rs",  ".java",   ".kt",  ".scala",
    ".cs",  ".rb",  ".php", ".sh",  ".swift", ".lua", ".vue", ".svelte", NULL};

typedef struct name_search {
    const gaz_graph *g;
    uint32_t file;
    bool wants_tests;
    link_vec *links;
    link_vec far;
    bool failed;
} name_search;

static void try_name(name_search *s, const char *base, size_t len)
{
    const gaz_graph *g = s->g;
    uint32_t f = graph_tree_base(g->tree, base, len);
    for (unsigned n = 0; f != GRAPH_NONE && n < 4096; f = g->tree->same[f], n++) {
        if (f == s->file || !same_kind(g, f, s->file) || graph_is_test(g, f) != s->wants_tests)
            continue;
        uint32_t reason = s->wants_tests ? reason_of(g, f, s->file) : reason_of(g, s->file, f);
        link_vec *to = reason == GAZ_GRAPH_LINK_NAME_FAR ? &s->far : s->links;
        if (!add_link(to, f, reason))
            s->failed = true;
    }
}

static void try_endings(name_search *s, const char *name, size_t len)
{
    for (const char *const *end = endings; *end; end++) {
        graph_path base;
        graph_path_set(&base, name, len);
        if (graph_path_add(&base, *end, strlen(*end)))
            try_name(s, base.text, base.len);
    }
}

static void try_joined(name_search *s, const char *a, const char *name, size_t len, const char *b)
{
    graph_path joined;
    graph_path_set(&joined, "", 0);
    if (graph_path_add(&joined, a, strlen(a)) && graph_path_add(&joined, name, len) &&
        graph_path_add(&joined, b, strlen(b)))
        try_endings(s, joined.text, joined.len);
}

/* A name elsewhere links only when it is the only one, and none stands nearer. */
static void take_far(name_search *s)
{
    if (s->links->len == 0 && s->far.len == 1 &&
        !add_link(s->links, s->far.items[0].file, GAZ_GRAPH_LINK_NAME_FAR))
        s->failed = true;
    gaz_vec_free(&s->far);
}

static bool links_by_name(const gaz_graph *g, uint32_t file, bool wants_tests, link_vec *links)
{
    name_search s = {.g = g, .file = file, .wants_tests = wants_tests, .links = links};
    uint32_t len = 0;
    const char *path = graph_tree_path(g->tree, file, &len);
    const char *base = path + g->tree->base_at[file], *subject;
    size_t n = len - g->tree->base_at[file], subject_len = 0;
    if (!wants_tests) {
        if (subject_of(base, n, &subject, &subject_len))
            try_endings(&s, subject, subject_len);
        else
            try_endings(&s, base, graph_stem(base, n)); /* tests/foo.rs */
    } else {
        size_t stem = graph_stem(base, n);
        for (const char *const *m = before; *m; m++)
            try_joined(&s, *m, base, stem, "");
        for (const char *const *m = after; *m; m++)
            try_joined(&s, "", base, stem, *m);
        try_joined(&s, "", base, stem, ".test");
        try_joined(&s, "", base, stem, ".spec");
        try_joined(&s, "", base, stem, "");
    }
    take_far(&s);
    return !s.failed;
}

/* ---- imports ---- */

static bool links_by_import(const gaz_graph *g, uint32_t file, bool wants_tests, link_vec *links)
{
    const graph_links *l = &g->links;
    const uint64_t *at = wants_tests ? l->in_at : l->out_at;
    const uint32_t *to = wants_tests ? l->in : l->out;
    for (uint64_t e = at[file]; e < at[file + 1] && links->len < LINKS_MAX; e++) {
        uint32_t first = to[e];
        if (!(first & GROUP_BIT)) {
            if (graph_is_test(g, first) == wants_tests &&
                !add_link(links, first, GAZ_GRAPH_LINK_IMPORT))
                return false;
            continue;
        }
        uint64_t place = (uint64_t)g->tree->files + (first & ~GROUP_BIT);
        for (uint64_t n = at[place]; n < at[place + 1]; n++)
            if (to[n] != file && graph_is_test(g, to[n]) == wants_tests &&
                !add_link(links, to[n], GAZ_GRAPH_LINK_IMPORT))
                return false;
    }
    return true;
}

static uint32_t weight_of(uint32_t reasons)
{
    bool import = reasons & GAZ_GRAPH_LINK_IMPORT;
    if (reasons & GAZ_GRAPH_LINK_INSIDE)
        return 100;
    if (reasons & (GAZ_GRAPH_LINK_NAME | GAZ_GRAPH_LINK_MIRROR))
        return import ? 97 : 90;
    if (reasons & GAZ_GRAPH_LINK_NAME_FAR)
        return import ? 85 : 60;
    return 40;
}

static int by_weight(const void *left, const void *right)
{
    const gaz_graph_link *a = left, *b = right;
    if (a->weight != b->weight)
        return a->weight > b->weight ? -1 : 1;
    return a->file < b->file ? -1 : a->file > b->file;
}

/* Many links by import may name a file twice, once by name: they are put together here. */
static size_t put_together(gaz_graph_link *links, size_t count)
{
    size_t n = 0;
    for (size_t i = 0; i < count; i++)
        links[i].weight = 0;
    if (count > 1)
        qsort(links, count, sizeof *links, by_weight);
    for (size_t i = 0; i < count; i++) {
        if (n && links[n - 1].file == links[i].file)
            links[n - 1].reasons |= links[i].reasons;
        else
            links[n++] = links[i];
    }
    for (size_t i = 0; i < n; i++)
        links[i].weight = weight_of(links[i].reasons);
    if (n > 1)
        qsort(links, n, sizeof *links, by_weight);
    return n;
}

gaz_status gaz_graph_tests_find(const gaz_graph *g, uint32_t file, gaz_arena *arena,
                                gaz_graph_link **out, uint32_t *count, gaz_error *err)
{
    if (file >= g->tree->files)
        return gaz_error_set(err, GAZ_E_INVALID, "cannot find tests: there is no file %u", file);
    bool wants_tests = !graph_is_test(g, file);
    link_vec links = {0};
    bool ok = true;
    if (wants_tests && g->block[file] && g->block[file]->tests)
        ok = add_link(&links, file, GAZ_GRAPH_LINK_INSIDE);
    ok = ok && links_by_name(g, file, wants_tests, &links) &&
         links_by_import(g, file, wants_tests, &links);
    gaz_graph_link *kept = ok ? gaz_arena_array(arena, links.len + 1, sizeof *kept) : NULL;
    if (kept) {
        if (links.len)
            memcpy(kept, links.items, links.len * sizeof *kept);
        *count = (uint32_t)put_together(kept, links.len);
        *out = kept;
    }
    gaz_vec_free(&links);
    return kept ? GAZ_OK : gaz_error_set(err, GAZ_E_NOMEM, "cannot find tests: out of memory");
}
