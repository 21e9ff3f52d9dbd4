/* Lua and Swift: names of files below roots, and modules that are directories. */
#include <string.h>

#include "graph_manifests.h"

static bool has_end(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(text + len - n, end, n) == 0;
}

/* ---- Lua: dots are slashes; a.lua or a/init.lua on the path. dofile() names a file ---- */

void graph_import_lua(graph_resolver *r, const gaz_symbol_import *im)
{
    static const char *const ends[] = {".lua", "/init.lua", "", NULL}, *const as_said[] = {"",
                                                                                           NULL};
    static const char *const roots[] = {"", "lua", "src", "lib", NULL};
    static const char *const standard[] = {"bit",    "bit32", "coroutine", "debug", "ffi",
                                           "io",     "jit",   "math",      "os",    "package",
                                           "string", "table", "utf8"};
    graph_path name;
    graph_path_set(&name, im->path.data, im->path.len);
    bool file_name = im->kind == IMPORT_SOURCE || has_end(name.text, name.len, ".lua");
    for (uint32_t i = 0; i < name.len && !file_name; i++)
        if (name.text[i] == '.')
            name.text[i] = '/';
    graph_upward s = {.below = roots,
                      .ends = im->kind == IMPORT_SOURCE ? as_said : ends,
                      .path = name.text,
                      .len = name.len};
    uint32_t file = name.len ? graph_ask_upwards(r, &s) : GRAPH_NONE;
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_MODULE, 93);
        return;
    }
    if (graph_is_listed(standard, sizeof standard / sizeof *standard, name.text, name.len))
        graph_answer_none(r, GAZ_GRAPH_STANDARD);
    else if (!memchr(name.text, '/', name.len) ||
             !graph_answer_suffix(r, name.text, name.len, file_name ? "" : ".lua"))
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
