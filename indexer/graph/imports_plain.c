/* Ruby, shell, Lua and Swift: names of files below roots, and modules that are directories. */
#include <string.h>

#include "graph_manifests.h"

static bool has_end(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* Directories from the file's own upwards, each with `below`, and a path with one of `ends`. */
typedef struct upward_search {
    const char *const *below, *const *ends; /* ended by NULL */
    const char *path;
    size_t len;
} upward_search;

static uint32_t ask_in(graph_resolver *r, const graph_path *dir, const char *below,
                       const upward_search *s)
{
    for (const char *const *end = s->ends; *end; end++) {
        graph_path p = *dir;
        if (!graph_path_join(&p, below, strlen(below)) || !graph_path_join(&p, s->path, s->len) ||
            !graph_path_add(&p, *end, strlen(*end)))
            continue;
        uint32_t file = graph_ask_file(r, p.text, p.len);
        if (file != GRAPH_NONE)
            return file;
    }
    return GRAPH_NONE;
}

static uint32_t ask_upwards(graph_resolver *r, const upward_search *s)
{
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    do {
        for (const char *const *below = s->below; *below; below++) {
            uint32_t file = ask_in(r, &dir, *below, s);
            if (file != GRAPH_NONE)
                return file;
        }
    } while (graph_path_up(&dir));
    return GRAPH_NONE;
}

static bool answer_suffix(graph_resolver *r, const char *path, size_t len, const char *end)
{
    graph_path p;
    graph_path_set(&p, "", 0);
    if (!graph_path_join(&p, path, len) || !graph_path_add(&p, end, strlen(end)))
        return false;
    graph_ask_suffix(r, p.text, p.len);
    return graph_answer_nearest(r, GAZ_GRAPH_SUFFIX, memchr(path, '/', len) ? 80 : 70);
}

/* ---- Ruby: require_relative from the file; require from lib directories and the like ---- */

static const char *const ruby_standard[] = {
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

void graph_import_ruby(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const ends[] = {".rb", "", NULL};
    static const char *const roots[] = {"lib", "", "app", "test", "spec", NULL};
    const char *path = im->path.data;
    size_t len = im->path.len;
    upward_search s = {.below = roots, .ends = ends, .path = path, .len = len};
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    bool relative = im->level || im->kind == IMPORT_SOURCE || (len && *path == '.');
    if (relative) {
        uint32_t file = ask_in(r, &dir, "", &s);
        if (file != GRAPH_NONE) {
            graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, 99);
            return;
        }
        if (im->level || *path == '.')
            return;
    }
    const char *slash = memchr(path, '/', len);
    bool standard = graph_is_listed(ruby_standard, sizeof ruby_standard / sizeof *ruby_standard,
                                    path, slash ? (size_t)(slash - path) : len);
    uint32_t file = ask_upwards(r, &s);
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_MODULE, 93);
        return;
    }
    if (standard)
        graph_answer_none(r, GAZ_GRAPH_STANDARD);
    else if (!slash || !answer_suffix(r, path, len, ".rb"))
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
}

/* ---- shell: what `source` and `.` name; a leading variable stands for some directory ---- */

void graph_import_shell(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const ends[] = {"", NULL};
    static const char *const roots[] = {"", NULL};
    const char *path = im->path.data;
    size_t len = im->path.len;
    bool variable = len && (*path == '$' || *path == '~');
    if (variable) { /* "$DIR/lib.sh", "${DIR}/lib.sh", "$(dirname "$0")/lib.sh" */
        const char *close = memrchr(path, path[1] == '(' ? ')' : '}', len);
        const char *from = close && len > 1 && (path[1] == '{' || path[1] == '(') ? close : path;
        const char *slash = memchr(from, '/', len - (size_t)(from - path));
        if (!slash || memchr(slash, '$', len - (size_t)(slash - path))) {
            graph_answer_none(r, GAZ_GRAPH_COMPUTED);
            return;
        }
        len -= (size_t)(slash + 1 - path);
        path = slash + 1;
    } else if (memchr(path, '$', len) || memchr(path, '`', len)) {
        graph_answer_none(r, GAZ_GRAPH_COMPUTED);
        return;
    } else if (len && *path == '/') {
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
        return;
    }
    upward_search s = {.below = roots, .ends = ends, .path = path, .len = len};
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    uint32_t file = ask_in(r, &dir, "", &s);
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, variable ? 85 : 97);
        return;
    }
    file = ask_upwards(r, &s);
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_NEAREST, 80);
        return;
    }
    if (!answer_suffix(r, path, len, ""))
        graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
}

/* ---- Lua: dots are slashes; a.lua or a/init.lua on the path ---- */

void graph_import_lua(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const ends[] = {".lua", "/init.lua", "", NULL};
    static const char *const roots[] = {"", "lua", "src", "lib", NULL};
    static const char *const standard[] = {"bit",    "bit32", "coroutine", "debug", "ffi",
                                           "io",     "jit",   "math",      "os",    "package",
                                           "string", "table", "utf8"};
    graph_path name;
    graph_path_set(&name, im->path.data, im->path.len);
    bool file_name = has_end(name.text, name.len, ".lua");
    for (uint32_t i = 0; i < name.len && !file_name; i++)
        if (name.text[i] == '.')
            name.text[i] = '/';
    upward_search s = {.below = roots, .ends = ends, .path = name.text, .len = name.len};
    uint32_t file = name.len ? ask_upwards(r, &s) : GRAPH_NONE;
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_MODULE, 93);
        return;
    }
    if (graph_is_listed(standard, sizeof standard / sizeof *standard, name.text, name.len))
        graph_answer_none(r, GAZ_GRAPH_STANDARD);
    else if (!memchr(name.text, '/', name.len) ||
             !answer_suffix(r, name.text, name.len, file_name ? "" : ".lua"))
        graph_answer_none(r, GAZ_GRAPH_EXTERNAL);
}

/* ---- Swift: a module is the directory of a target: Sources/Name ---- */

void graph_import_swift(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const standard[] = {
        "AVFoundation",
        "AppKit",
        "Combine",
        "CoreData",
        "CoreFoundation",
        "CoreGraphics",
        "CoreImage",
        "CoreLocation",
        "CoreText",
        "CryptoKit",
        "Darwin",
        "Dispatch",
        "Foundation",
        "FoundationNetworking",
        "Glibc",
        "MapKit",
        "Metal",
        "MetalKit",
        "ObjectiveC",
        "Observation",
        "OSLog",
        "QuartzCore",
        "Security",
        "StoreKit",
        "Swift",
        "SwiftUI",
        "Testing",
        "UIKit",
        "UniformTypeIdentifiers",
        "WebKit",
        "XCTest",
        "os",
    };
    static const char *const places[] = {"Sources", "Source", "Tests"};
    const char *dot = memchr(im->path.data, '.', im->path.len);
    size_t len = dot ? (size_t)(dot - im->path.data) : im->path.len;
    graph_path dir;
    graph_path_set(&dir, r->path, r->dir_len);
    do {
        for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
            graph_path p = dir;
            if (graph_path_join(&p, places[i], strlen(places[i])) &&
                graph_path_join(&p, im->path.data, len) && graph_ask_dir(r, p.text, p.len)) {
                graph_answer_group(r, "swift:", p.text, p.len, GAZ_GRAPH_MODULE, 93);
                return;
            }
        }
    } while (graph_path_up(&dir));
    bool known = false;
    for (size_t i = 0; i < sizeof standard / sizeof *standard; i++)
        known |= strlen(standard[i]) == len && memcmp(standard[i], im->path.data, len) == 0;
    graph_answer_none(r, known ? GAZ_GRAPH_STANDARD : GAZ_GRAPH_EXTERNAL);
}
