/* Ruby. `require_relative` names a file beside, `require` one on the load path: what the gems of
 * the tree say in their gemspecs, and lib directories from the file upwards. What neither names is
 * loaded by its constant (Rails and Zeitwerk do so by the names of files), so the constants a file
 * uses lead to the files that declare them. */
#include <ctype.h>
#include <string.h>

#include "graph_manifests.h"
#include "path_expression.h"

#define CONSTANTS_MAX 16384u /* different names of one file that are looked up */
#define NESTING_MAX 16u

static const char *const ends[] = {".rb", "", NULL};
static const char *const roots[] = {"lib", "test", "spec", "ext", "app"};

static const char *const standard[] = {
    "English",  "abbrev",     "base64",    "benchmark", "bigdecimal", "bundler",     "cgi",
    "coverage", "csv",        "date",      "delegate",  "digest",     "drb",         "erb",
    "etc",      "fcntl",      "fiddle",    "fileutils", "find",       "forwardable", "getoptlong",
    "io",       "ipaddr",     "irb",       "json",      "logger",     "matrix",      "minitest",
    "monitor",  "mutex_m",    "net",       "nkf",       "objspace",   "observer",    "open-uri",
    "open3",    "openssl",    "optparse",  "ostruct",   "pathname",   "pp",          "prettyprint",
    "prime",    "pstore",     "psych",     "pty",       "racc",       "rbconfig",    "rdoc",
    "readline", "reline",     "resolv",    "rinda",     "ripper",     "rubygems",    "securerandom",
    "set",      "shellwords", "singleton", "socket",    "stringio",   "strscan",     "syslog",
    "tempfile", "time",       "timeout",   "tmpdir",    "tsort",      "un",          "uri",
    "weakref",  "webrick",    "yaml",      "zlib",
};

/* ---- files ---- */

static bool answer_exact(graph_resolver *r, const graph_path *dir, const char *path, size_t len)
{
    graph_upward s = {.ends = ends, .path = path, .len = len};
    uint32_t file = graph_ask_in(r, dir, "", &s);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, 99);
    return file != GRAPH_NONE;
}

static bool answer_gem(graph_resolver *r, const char *path, size_t len)
{
    const graph_part *part = graph_part_of(r, FAMILY_RUBY);
    uint32_t best = GRAPH_NONE;
    size_t near = 0;
    for (size_t i = 0; part && i < part->roots.len; i++) {
        graph_upward s = {.ends = ends, .path = path, .len = len};
        graph_path dir;
        graph_path_set(&dir, part->roots.items[i].data, part->roots.items[i].len);
        uint32_t file = graph_ask_in(r, &dir, "", &s);
        size_t common = 0; /* of two gems that have it, the one the file is in */
        while (common < dir.len && common < r->path_len && dir.text[common] == r->path[common])
            common++;
        if (file != GRAPH_NONE && (best == GRAPH_NONE || common > near)) {
            best = file;
            near = common;
        }
    }
    if (best != GRAPH_NONE)
        graph_answer_file(r, best, GAZ_GRAPH_PACKAGE, 97);
    return best != GRAPH_NONE;
}

static bool is_root(const graph_path *dir)
{
    const char *slash = memrchr(dir->text, '/', dir->len);
    const char *name = slash ? slash + 1 : dir->text;
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
        if (strcmp(name, roots[i]) == 0)
            return true;
    return dir->len == 0;
}

/* Directories that are on the load path by custom, the nearest first: test/ around the file, lib/
 * beside it. Its own directory is none of them: lib/a/json.rb is not what `require "json"` names.
 */
static bool answer_load_path(graph_resolver *r, const char *path, size_t len)
{
    graph_upward s = {.ends = ends, .path = path, .len = len};
    graph_path dir;
    uint32_t file = GRAPH_NONE;
    graph_path_set(&dir, r->path, r->dir_len);
    do {
        if (is_root(&dir))
            file = graph_ask_in(r, &dir, "", &s);
        for (size_t i = 0; file == GRAPH_NONE && i < sizeof roots / sizeof *roots; i++)
            file = graph_ask_in(r, &dir, roots[i], &s);
    } while (file == GRAPH_NONE && graph_path_up(&dir));
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_MODULE, 93);
    return file != GRAPH_NONE;
}

/* A script may put its own directory on the load path. */
static bool answer_beside(graph_resolver *r, const char *path, size_t len)
{
    graph_upward s = {.ends = ends, .path = path, .len = len};
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    uint32_t file = graph_ask_in(r, &dir, "", &s);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_NEAREST, 80);
    return file != GRAPH_NONE;
}

static void import_computed(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const below[] = {"", "lib", NULL};
    path_value v;
    graph_path dir;
    graph_answer_none(r, GAZ_GRAPH_COMPUTED);
    if (!graph_path_evaluate(PATH_SYNTAX_RUBY, im->path.data, im->path.len, r->path, r->path_len,
                             &v))
        return;
    const char *path = v.path.text + (v.path.text[0] == '/');
    size_t len = v.path.len - (v.path.text[0] == '/');
    if (v.base == PATH_OF_TREE) {
        graph_path_set(&dir, "", 0);
        if (!answer_exact(r, &dir, path, len))
            graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
        return;
    }
    graph_upward s = {.below = below, .ends = ends, .path = path, .len = len};
    bool said = v.base == PATH_UNKNOWN && memchr(path, '/', len);
    uint32_t file = said ? graph_ask_upwards(r, &s) : GRAPH_NONE;
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_NEAREST, 80);
}

void graph_import_ruby(graph_resolver *r, const gaz_symbol_import *im)
{
    const char *path = im->path.data;
    size_t len = im->path.len;
    graph_path dir;
    if (im->flags & IMPORT_COMPUTED) {
        import_computed(r, im);
        return;
    }
    graph_path_set(&dir, r->path, r->dir_len);
    bool beside = im->kind == IMPORT_SOURCE && !(im->flags & IMPORT_DYNAMIC);
    bool dotted = im->level || (len && *path == '.');
    if ((beside || dotted) && answer_exact(r, &dir, path, len))
        return;
    if (beside || im->level)
        return;
    if (len && *path == '/') {
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
        return;
    }
    if ((!dotted && answer_gem(r, path, len)) || answer_load_path(r, path, len))
        return;
    const char *slash = memchr(path, '/', len);
    if (graph_is_listed(standard, sizeof standard / sizeof *standard, path,
                        slash ? (size_t)(slash - path) : len))
        graph_answer_none(r, GAZ_GRAPH_STANDARD);
    else if (!answer_beside(r, path, len) && (!slash || !graph_answer_suffix(r, path, len, ".rb")))
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
}

/* ---- constants ---- */

static bool is_constant(gaz_symbol_name name)
{
    return name.len && isupper((unsigned char)name.data[0]);
}

/* `A::B` of references that stand side by side; sets `next` to the first behind it. */
static bool constant_at(const gaz_symbol_facts *f, uint32_t at, graph_path *out, uint32_t *next)
{
    const gaz_symbol_reference *ref = &f->references[at];
    *next = at + 1;
    if (!is_constant(ref->name) || ref->flags & (REFERENCE_LOCAL | REFERENCE_MEMBER))
        return false;
    graph_path_set(out, ref->name.data, ref->name.len);
    for (uint32_t end = ref->start + ref->name.len; *next < f->reference_count; ++*next) {
        const gaz_symbol_reference *more = &f->references[*next];
        if (!is_constant(more->name) || more->start != end + 2)
            break;
        if (!graph_path_add(out, ".", 1) || !graph_path_add(out, more->name.data, more->name.len))
            return false;
        end = more->start + more->name.len;
    }
    return true;
}

/* Whether a path is where a constant is looked for by its name: A::FooBar in a/foo_bar.rb. */
static bool named_after(const char *path, uint32_t len, const char *constant)
{
    char name[GAZ_GRAPH_PATH_MAX];
    uint32_t n = 0;
    for (const char *c = constant; *c; c++) {
        bool upper = isupper((unsigned char)*c);
        bool begins = c > constant && c[-1] != '.' &&
                      (!isupper((unsigned char)c[-1]) || islower((unsigned char)c[1]));
        if (n + 3 > sizeof name)
            return false;
        if (upper && begins)
            name[n++] = '_';
        name[n++] = *c == '.' ? '/' : (char)tolower((unsigned char)*c);
    }
    if (len < n + 3 || memcmp(path + len - 3, ".rb", 3) != 0)
        return false;
    const char *from = path + len - 3 - n;
    return memcmp(from, name, n) == 0 && (from == path || from[-1] == '/');
}

static bool is_test(const char *path, size_t len)
{
    static const char *const names[] = {"test/", "spec/", "features/"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *found = memmem(path, len, names[i], strlen(names[i]));
        if (found && (found == path || found[-1] == '/'))
            return true;
    }
    return false;
}

/* Tests open classes of others; what they declare is meant by tests only. */
static void drop_tests(graph_resolver *r)
{
    size_t n = 0;
    for (size_t i = 0; i < r->found.len && !is_test(r->path, r->path_len); i++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(r->tree, r->found.items[i], &len);
        if (!is_test(path, len))
            r->found.items[n++] = r->found.items[i];
    }
    if (!is_test(r->path, r->path_len))
        r->found.len = n;
}

/* The one file that declares a constant, or of several the one that is called after it. */
static bool add_declaring(graph_resolver *r, const char *constant)
{
    drop_tests(r);
    uint32_t file = r->found.len == 1 ? r->found.items[0] : GRAPH_NONE, named = 0;
    for (size_t i = 0; r->found.len > 1 && i < r->found.len; i++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(r->tree, r->found.items[i], &len);
        if (r->found.items[i] == r->file)
            return true; /* it is opened here */
        if (named_after(path, len, constant) && named++ == 0)
            file = r->found.items[i];
    }
    if (file != GRAPH_NONE && file != r->file && named < 2)
        graph_answer_add(r, file);
    return r->found.len > 0;
}

/* From the modules around outwards, as Ruby looks; of `A::B` B may be no more than a value in A. */
static void look_up(graph_resolver *r, const char *around, graph_path *constant)
{
    for (; constant->len; constant->len = (uint32_t)(strrchr(constant->text, '.') - constant->text),
                          constant->text[constant->len] = '\0') {
        size_t len = strlen(around);
        for (unsigned i = 0; i <= NESTING_MAX; i++) {
            graph_path full;
            graph_path_set(&full, around, len);
            if ((!len || graph_path_add(&full, ".", 1)) &&
                graph_path_add(&full, constant->text, constant->len)) {
                graph_ask_provided(r, FAMILY_RUBY, full.text, full.len);
                if (add_declaring(r, full.text))
                    return;
            }
            if (!len)
                break;
            const char *dot = memrchr(around, '.', len);
            len = dot ? (size_t)(dot - around) : 0;
        }
        if (!strchr(constant->text, '.'))
            return;
    }
}

void graph_import_constants(graph_resolver *r)
{
    const gaz_symbol_facts *f = &r->facts;
    graph_path constant, around;
    gaz_map seen;
    gaz_strbuf key = GAZ_STRBUF_INIT;
    gaz_map_init(&seen);
    graph_answer_none(r, GAZ_GRAPH_NO_REASON);
    for (uint32_t i = 0, next, count = 0; i < f->reference_count && !r->failed; i = next) {
        bool added = false;
        if (!constant_at(f, i, &constant, &next) || count == CONSTANTS_MAX)
            continue;
        if (!graph_ruby_nesting(f, f->references[i].enclosing, &around))
            continue;
        gaz_strbuf_reset(&key);
        gaz_strbuf_add(&key, around.text, around.len + 1);
        gaz_strbuf_add(&key, constant.text, constant.len);
        if (gaz_strbuf_check(&key, NULL) != GAZ_OK ||
            !gaz_map_put(&seen, key.data, key.len, &added))
            r->failed = true;
        if (added && !r->failed) {
            count++;
            look_up(r, around.text, &constant);
        }
    }
    gaz_map_release(&seen);
    gaz_strbuf_release(&key);
    if (r->answer.files.len == 0)
        return;
    r->answer.state = GAZ_GRAPH_RESOLVED;
    r->answer.method = GAZ_GRAPH_DECLARED;
    r->answer.confidence = 85;
    graph_record_add(r, NULL, GAZ_GRAPH_NO_IMPORT, r->node_of);
}

/* ---- what a file declares ---- */

static bool opens(uint8_t kind)
{
    return kind == KIND_CLASS || kind == KIND_STRUCT || kind == KIND_MODULE;
}

static bool add_part(graph_path *p, gaz_symbol_name name)
{
    if (p->len && !graph_path_add(p, ".", 1))
        return false;
    for (uint32_t i = 0; i < name.len; i++) {
        bool colons = name.data[i] == ':' && i + 1 < name.len && name.data[i + 1] == ':';
        if (!graph_path_add(p, colons ? "." : name.data + i, 1))
            return false;
        i += colons;
    }
    return true;
}

bool graph_ruby_nesting(const gaz_symbol_facts *f, uint32_t index, graph_path *out)
{
    uint32_t chain[NESTING_MAX], depth = 0;
    for (; index != GAZ_SYMBOL_NONE; index = f->definitions[index].container) {
        const gaz_symbol_definition *d = &f->definitions[index];
        if (!opens(d->kind) || d->flags & DEFINITION_ANONYMOUS)
            continue;
        if (depth == NESTING_MAX)
            return false;
        chain[depth++] = index;
    }
    graph_path_set(out, "", 0);
    while (depth-- > 0) {
        const gaz_symbol_definition *d = &f->definitions[chain[depth]];
        if ((d->container_name.len && !add_part(out, d->container_name)) || !add_part(out, d->name))
            return false;
    }
    return true;
}

void graph_collect_constants(graph_resolver *r)
{
    const gaz_symbol_facts *f = &r->facts;
    graph_path name;
    for (uint32_t i = 0; i < f->definition_count; i++) {
        const gaz_symbol_definition *d = &f->definitions[i];
        bool type = opens(d->kind) && !(d->flags & DEFINITION_ANONYMOUS);
        if (d->flags & DEFINITION_LOCAL || !(type || d->kind == KIND_CONSTANT) ||
            !graph_ruby_nesting(f, type ? i : d->container, &name) ||
            (!type && !add_part(&name, d->name)))
            continue;
        uint32_t at = (uint32_t)r->text.len;
        gaz_strbuf_add(&r->text, name.text, name.len + 1);
        if (!gaz_vec_push(&r->provided, at))
            r->failed = true;
    }
}

/* ---- gemspecs: https://guides.rubygems.org/specification-reference/#require_paths ---- */

static bool add_root(graph_manifest *m, const char *text, size_t len)
{
    graph_text dir;
    if (!graph_manifest_path(m, text, len, &dir))
        return true;
    for (size_t i = 0; i < m->part->roots.len; i++)
        if (graph_text_is(m->part->roots.items[i], dir.data, dir.len))
            return true;
    return gaz_vec_push(&m->part->roots, dir);
}

/* `= ["lib", "ext"]`, `= "lib"`, `= %w[lib ext]`: the words between quotes or brackets. */
static bool take_require_paths(graph_manifest *m, const char *text, size_t len)
{
    const char *line = memchr(text, '\n', len), *close = memchr(text, ']', len);
    size_t end = close && (!line || close < line || memchr(text, '[', (size_t)(line - text)))
                     ? (size_t)(close - text)
                 : line ? (size_t)(line - text)
                        : len;
    for (size_t at = 0; at < end;) {
        size_t from = at;
        while (at < end && (isalnum((unsigned char)text[at]) || strchr("_-./", text[at])))
            at++;
        bool percent = at - from == 1 && from > 0 && text[from - 1] == '%'; /* of %w */
        if (at > from && !percent && !add_root(m, text + from, at - from))
            return false;
        at += at == from;
    }
    return true;
}

gaz_status graph_read_gemspec(graph_manifest *m, gaz_error *err)
{
    static const char key[] = ".require_path";
    const char *at = m->text, *end = m->text + m->len;
    bool ok = true, said = false;
    while (ok && at && (at = memmem(at, (size_t)(end - at), key, sizeof key - 1)) != NULL) {
        at += sizeof key - 1;
        at += at < end && *at == 's';
        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (at == end || *at != '=')
            continue;
        said = true;
        ok = take_require_paths(m, at + 1, (size_t)(end - at) - 1);
    }
    if (ok && !said)
        ok = add_root(m, "lib", 3);
    return ok ? GAZ_OK : graph_manifest_nomem(m, err);
}
