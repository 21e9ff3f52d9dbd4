/* JavaScript and TypeScript: import, export … from, require() and import().
 *
 *   ./a ../a       the file, with the extensions of both languages (.js may be written for .ts),
 *                  index files, the main of a package.json
 *   #a             imports of the nearest package.json
 *   paths, baseUrl of the nearest tsconfig.json or jsconfig.json that has any
 *   a, @scope/a    a package of the tree by its name: exports, then entries, with dist or lib read
 *                  as src where only the source is in the tree; else node_modules
 */
#include <string.h>

#include "graph_manifests.h"

static const char *const builtin[] = {
    "assert",       "async_hooks",
    "buffer",       "child_process",
    "cluster",      "console",
    "constants",    "crypto",
    "dgram",        "diagnostics_channel",
    "dns",          "domain",
    "events",       "fs",
    "http",         "http2",
    "https",        "inspector",
    "module",       "net",
    "os",           "path",
    "perf_hooks",   "process",
    "punycode",     "querystring",
    "readline",     "repl",
    "stream",       "string_decoder",
    "sys",          "test",
    "timers",       "tls",
    "trace_events", "tty",
    "url",          "util",
    "v8",           "vm",
    "wasi",         "worker_threads",
    "zlib",
};
static const char *const extensions[] = {".ts",  ".tsx", ".d.ts", ".js",  ".jsx",    ".mts",
                                         ".mjs", ".cts", ".cjs",  ".vue", ".svelte", ".json"};

static uint32_t ask_with(graph_resolver *r, const graph_path *p, size_t len, const char *end)
{
    graph_path full = *p;
    full.len = (uint32_t)len;
    return graph_path_add(&full, end, strlen(end)) ? graph_ask_file(r, full.text, full.len)
                                                   : GRAPH_NONE;
}

/* What a compiler writes with these endings may stand in the tree with those. */
static uint32_t ask_source_of(graph_resolver *r, const graph_path *p)
{
    static const struct {
        const char *end, *source[3];
    } rows[] = {{".js", {".ts", ".tsx", ".d.ts"}},
                {".jsx", {".tsx", NULL, NULL}},
                {".mjs", {".mts", NULL, NULL}},
                {".cjs", {".cts", NULL, NULL}}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t n = strlen(rows[i].end);
        if (p->len <= n || memcmp(p->text + p->len - n, rows[i].end, n) != 0)
            continue;
        for (int s = 0; s < 3 && rows[i].source[s]; s++) {
            uint32_t file = ask_with(r, p, p->len - n, rows[i].source[s]);
            if (file != GRAPH_NONE)
                return file;
        }
    }
    return GRAPH_NONE;
}

static uint32_t ask_as_file(graph_resolver *r, const graph_path *p)
{
    uint32_t file = graph_ask_file(r, p->text, p->len);
    if (file == GRAPH_NONE)
        file = ask_source_of(r, p);
    bool plain = r->language == LANG_JAVASCRIPT;
    for (size_t i = 0; file == GRAPH_NONE && p->len && i < sizeof extensions / sizeof *extensions;
         i++) /* a JavaScript file means its own kind first */
        file = ask_with(r, p, p->len, plain && i < 6 ? extensions[(i + 3) % 6] : extensions[i]);
    return file;
}

static const graph_script_package *package_at(const graph_resolver *r, const char *dir, size_t len)
{
    const graph_part *part = graph_part_of(r, FAMILY_SCRIPT);
    size_t low = 0, high = part ? part->packages.len : 0;
    while (low < high) {
        size_t mid = (low + high) / 2;
        graph_text at = part->packages.items[mid].dir;
        int order = memcmp(at.data, dir, at.len < len ? at.len : len);
        if (order == 0)
            order = at.len < len ? -1 : at.len > len;
        if (order == 0)
            return &part->packages.items[mid];
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

static uint32_t ask_index(graph_resolver *r, const graph_path *dir)
{
    graph_path p = *dir;
    return graph_path_join(&p, "index", 5) ? ask_as_file(r, &p) : GRAPH_NONE;
}

/* A path a package gives for what is built: as it is, or where its source would be. */
static uint32_t ask_built(graph_resolver *r, const graph_script_package *package, const char *text,
                          size_t len)
{
    static const char *const built[] = {"dist/esm/", "dist/cjs/", "dist/types/", "dist/",
                                        "lib/",      "build/",    "out/",        "es/",
                                        "esm/",      "cjs/",      "types/"};
    graph_path p;
    graph_path_set(&p, package->dir.data, package->dir.len);
    if (!graph_path_join(&p, text, len))
        return GRAPH_NONE;
    uint32_t file = ask_as_file(r, &p);
    if (file == GRAPH_NONE)
        file = ask_index(r, &p);
    while (len > 1 && text[0] == '.' && text[1] == '/') {
        text += 2;
        len -= 2;
    }
    for (size_t i = 0; file == GRAPH_NONE && i < sizeof built / sizeof *built; i++) {
        size_t n = strlen(built[i]);
        if (len <= n || memcmp(text, built[i], n) != 0)
            continue;
        size_t rest = len - n;
        if (rest > 5 && memcmp(text + len - 5, ".d.ts", 5) == 0)
            rest -= 5;
        graph_path_set(&p, package->dir.data, package->dir.len);
        if (graph_path_join(&p, "src", 3) && graph_path_join(&p, text + n, rest))
            file = ask_as_file(r, &p);
    }
    return file;
}

static uint32_t ask_entries(graph_resolver *r, const graph_script_package *package)
{
    graph_path p;
    for (size_t i = 0; i < sizeof package->entry / sizeof *package->entry; i++) {
        graph_text entry = package->entry[i];
        uint32_t file = entry.len ? ask_built(r, package, entry.data, entry.len) : GRAPH_NONE;
        if (file != GRAPH_NONE)
            return file;
    }
    graph_path_set(&p, package->dir.data, package->dir.len);
    uint32_t file = ask_index(r, &p);
    if (file == GRAPH_NONE && graph_path_join(&p, "src", 3))
        file = ask_index(r, &p);
    return file;
}

static uint32_t ask_dir_or_file(graph_resolver *r, const graph_path *p)
{
    uint32_t file = ask_as_file(r, p);
    const graph_script_package *package =
        file == GRAPH_NONE ? package_at(r, p->text, p->len) : NULL;
    if (package)
        file = ask_entries(r, package);
    return file == GRAPH_NONE ? ask_index(r, p) : file;
}

/* ---- patterns with one '*' ---- */

static bool matches(const char *pattern, size_t pattern_len, const char *text, size_t len,
                    const char **star, size_t *star_len)
{
    const char *at = memchr(pattern, '*', pattern_len);
    *star_len = 0;
    *star = text;
    if (!at)
        return pattern_len == len && memcmp(pattern, text, len) == 0;
    size_t before = (size_t)(at - pattern), after = pattern_len - before - 1;
    if (len < before + after || memcmp(text, pattern, before) != 0 ||
        memcmp(text + len - after, at + 1, after) != 0)
        return false;
    *star = text + before;
    *star_len = len - before - after;
    return true;
}

static bool put_star(graph_path *p, const char *target, size_t len, const char *star,
                     size_t star_len)
{
    const char *at = memchr(target, '*', len);
    p->len = 0;
    p->text[0] = '\0';
    if (!at)
        return graph_path_add(p, target, len);
    size_t before = (size_t)(at - target);
    return graph_path_add(p, target, before) && graph_path_add(p, star, star_len) &&
           graph_path_add(p, at + 1, len - before - 1);
}

/* ---- exports and imports of package.json ---- */

static uint32_t ask_condition(graph_resolver *r, const graph_script_package *package,
                              const gaz_json *v, const char *star, size_t star_len, unsigned depth)
{
    static const char *const conditions[] = {"source", "development", "types",
                                             "import", "module",      "require",
                                             "node",   "browser",     "default"};
    size_t len = 0;
    const char *text = gaz_json_text(v, &len);
    graph_path p;
    if (text)
        return put_star(&p, text, len, star, star_len) ? ask_built(r, package, p.text, p.len)
                                                       : GRAPH_NONE;
    if (!v || depth > 8)
        return GRAPH_NONE;
    uint32_t file = GRAPH_NONE;
    if (gaz_json_type_of(v) == GAZ_JSON_ARRAY)
        for (size_t i = 0; file == GRAPH_NONE && i < gaz_json_size(v) && i < 16; i++)
            file = ask_condition(r, package, gaz_json_at(v, i), star, star_len, depth + 1);
    else if (gaz_json_type_of(v) == GAZ_JSON_OBJECT)
        for (size_t i = 0; file == GRAPH_NONE && i < sizeof conditions / sizeof *conditions; i++)
            file = ask_condition(r, package, gaz_json_get(v, conditions[i]), star, star_len,
                                 depth + 1);
    return file;
}

/* The exact key, else the pattern with the longest part before its '*'. */
static uint32_t ask_map(graph_resolver *r, const graph_script_package *package, const gaz_json *map,
                        const char *key, size_t len)
{
    const gaz_json *best = NULL, *value;
    const char *name, *star = "", *best_star = "";
    size_t star_len = 0, best_len = 0, best_before = 0;
    void *iter = NULL;
    while (map && gaz_json_type_of(map) == GAZ_JSON_OBJECT &&
           gaz_json_member(map, &iter, &name, &value)) {
        size_t n = strlen(name);
        if (!matches(name, n, key, len, &star, &star_len))
            continue;
        size_t before = strcspn(name, "*") + (strchr(name, '*') ? 0 : n + 1);
        if (best && before <= best_before)
            continue;
        best = value;
        best_before = before;
        best_star = star;
        best_len = star_len;
    }
    return best ? ask_condition(r, package, best, best_star, best_len, 0) : GRAPH_NONE;
}

static uint32_t ask_exports(graph_resolver *r, const graph_script_package *package,
                            const char *rest, size_t len)
{
    const gaz_json *exports = package->exports;
    if (!exports)
        return GRAPH_NONE;
    bool subpaths = false;
    const char *name;
    const gaz_json *value;
    void *iter = NULL;
    if (gaz_json_type_of(exports) == GAZ_JSON_OBJECT &&
        gaz_json_member(exports, &iter, &name, &value))
        subpaths = name[0] == '.';
    if (!subpaths)
        return len ? GRAPH_NONE : ask_condition(r, package, exports, "", 0, 0);
    graph_path key;
    graph_path_set(&key, ".", 1);
    if (len && (!graph_path_add(&key, "/", 1) || !graph_path_add(&key, rest, len)))
        return GRAPH_NONE;
    return ask_map(r, package, exports, key.text, key.len);
}

static uint32_t ask_package(graph_resolver *r, const graph_script_package *package,
                            const char *rest, size_t len)
{
    uint32_t file = ask_exports(r, package, rest, len);
    if (file != GRAPH_NONE)
        return file;
    if (len == 0)
        return ask_entries(r, package);
    graph_path p;
    graph_path_set(&p, package->dir.data, package->dir.len);
    if (!graph_path_join(&p, rest, len))
        return GRAPH_NONE;
    file = ask_dir_or_file(r, &p);
    return file == GRAPH_NONE ? ask_built(r, package, rest, len) : file;
}

/* ---- the kinds of specifiers ---- */

static const graph_script_package *nearest_package(const graph_resolver *r)
{
    for (size_t dir = r->dir_len;;) {
        const graph_script_package *p = package_at(r, r->path, dir);
        if (p || dir == 0)
            return p;
        const char *slash = memrchr(r->path, '/', dir);
        dir = slash ? (size_t)(slash - r->path) : 0;
    }
}

static const graph_tsconfig *tsconfig_at(const graph_part *part, const char *dir, size_t len)
{
    size_t low = 0, high = part->tsconfigs.len;
    while (low < high) {
        size_t mid = (low + high) / 2;
        graph_text at = part->tsconfigs.items[mid].dir;
        int order = memcmp(at.data, dir, at.len < len ? at.len : len);
        if (order == 0)
            order = at.len < len ? -1 : at.len > len;
        if (order < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < part->tsconfigs.len && graph_text_is(part->tsconfigs.items[low].dir, dir, len)
               ? &part->tsconfigs.items[low]
               : NULL;
}

static bool try_alias(graph_resolver *r, const graph_tsconfig *config, const char *text, size_t len)
{
    const graph_alias *best = NULL;
    const char *star = "", *best_star = "";
    size_t star_len = 0, best_len = 0, best_before = 0;
    for (uint32_t i = 0; i < config->alias_count; i++) {
        const graph_alias *alias = &config->aliases[i];
        if (!matches(alias->pattern.data, alias->pattern.len, text, len, &star, &star_len))
            continue;
        const char *at = memchr(alias->pattern.data, '*', alias->pattern.len);
        size_t before = at ? (size_t)(at - alias->pattern.data) : alias->pattern.len + 1u;
        if (best && before <= best_before)
            continue;
        best = alias;
        best_before = before;
        best_star = star;
        best_len = star_len;
    }
    for (uint32_t i = 0; best && i < best->target_count; i++) {
        graph_path put, p;
        graph_path_set(&p, "", 0);
        if (!put_star(&put, best->targets[i].data, best->targets[i].len, best_star, best_len) ||
            !graph_path_join(&p, put.text, put.len))
            continue;
        uint32_t file = ask_dir_or_file(r, &p);
        if (file != GRAPH_NONE) {
            graph_answer_file(r, file, GAZ_GRAPH_ALIAS, 97);
            return true;
        }
    }
    return false;
}

static bool try_tsconfig(graph_resolver *r, const char *text, size_t len)
{
    const graph_part *part = graph_part_of(r, FAMILY_SCRIPT);
    const graph_tsconfig *config = NULL;
    for (size_t dir = r->dir_len; part;) {
        config = tsconfig_at(part, r->path, dir);
        if ((config && (config->alias_count || config->has_base)) || dir == 0)
            break;
        const char *slash = memrchr(r->path, '/', dir);
        dir = slash ? (size_t)(slash - r->path) : 0;
    }
    if (!config)
        return false;
    if (try_alias(r, config, text, len))
        return true;
    graph_path p;
    graph_path_set(&p, config->base.data ? config->base.data : "", config->base.len);
    if (!config->has_base || !graph_path_join(&p, text, len))
        return false;
    uint32_t file = ask_dir_or_file(r, &p);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_ALIAS, 95);
    return file != GRAPH_NONE;
}

static size_t name_length(const char *text, size_t len)
{
    const char *slash = memchr(text, '/', len);
    if (slash && *text == '@')
        slash = memchr(slash + 1, '/', len - (size_t)(slash + 1 - text));
    return slash ? (size_t)(slash - text) : len;
}

static bool try_installed(graph_resolver *r, const char *text, size_t len)
{
    size_t name = name_length(text, len);
    for (size_t dir = r->dir_len;;) {
        graph_path p;
        graph_path_set(&p, r->path, dir);
        if (graph_path_join(&p, "node_modules", 12) && graph_path_join(&p, text, name)) {
            const graph_script_package *package = package_at(r, p.text, p.len);
            uint32_t file = package ? ask_package(r, package, text + name + (name < len),
                                                  len - name - (name < len))
                                    : GRAPH_NONE;
            if (file != GRAPH_NONE) {
                graph_answer_file(r, file, GAZ_GRAPH_PACKAGE, 95);
                return true;
            }
        }
        if (dir == 0)
            return false;
        const char *slash = memrchr(r->path, '/', dir);
        dir = slash ? (size_t)(slash - r->path) : 0;
    }
}

/* A package of this tree by its name; of several of one name the nearest. */
static bool try_workspace(graph_resolver *r, const char *text, size_t len)
{
    const graph_part *part = graph_part_of(r, FAMILY_SCRIPT);
    size_t name = name_length(text, len);
    graph_files files = {0};
    bool named = false;
    for (size_t i = 0; part && i < part->packages.len; i++) {
        const graph_script_package *package = &part->packages.items[i];
        if (!package->name.data || !graph_text_is(package->name, text, name) ||
            strstr(package->dir.data, "node_modules"))
            continue;
        named = true;
        uint32_t file =
            ask_package(r, package, text + name + (name < len), len - name - (name < len));
        if (file != GRAPH_NONE && !gaz_vec_push(&files, file))
            r->failed = true;
    }
    r->found.len = 0;
    for (size_t i = 0; i < files.len; i++)
        if (!gaz_vec_push(&r->found, files.items[i]))
            r->failed = true;
    gaz_vec_free(&files);
    if (named && r->found.len == 0)
        graph_answer_none(r, GAZ_GRAPH_NOT_FOUND);
    return graph_answer_nearest(r, GAZ_GRAPH_PACKAGE, 92) || named;
}

static void import_bare(graph_resolver *r, const char *text, size_t len)
{
    const graph_script_package *package = *text == '#' ? nearest_package(r) : NULL;
    uint32_t file = package ? ask_map(r, package, package->imports, text, len) : GRAPH_NONE;
    if (file != GRAPH_NONE) {
        graph_answer_file(r, file, GAZ_GRAPH_ALIAS, 97);
        return;
    }
    bool node = len > 5 && memcmp(text, "node:", 5) == 0;
    if (node || (try_tsconfig(r, text, len) || try_workspace(r, text, len) ||
                 try_installed(r, text, len))) {
        if (node)
            graph_answer_none(r, GAZ_GRAPH_STANDARD);
        return;
    }
    size_t first = name_length(text, len);
    bool known = graph_is_listed(builtin, sizeof builtin / sizeof *builtin, text, first);
    bool own = *text == '/' || *text == '#' || *text == '~' ||
               (len > 1 && text[0] == '@' && text[1] == '/');
    graph_answer_none(r, known ? GAZ_GRAPH_STANDARD
                         : own ? GAZ_GRAPH_NOT_FOUND
                               : GAZ_GRAPH_EXTERNAL);
}

void graph_import_script(graph_resolver *r, const gaz_symbol_import *im)
{
    const char *text = im->path.data;
    size_t len = im->path.len;
    const char *query = memchr(text, '?', len); /* "./a.svg?raw" */
    if (query)
        len = (size_t)(query - text);
    if (len == 0)
        return;
    if (*text != '.' || (len > 1 && text[1] != '/' && text[1] != '.')) {
        import_bare(r, text, len);
        return;
    }
    graph_path p;
    graph_path_set(&p, r->path, r->dir_len);
    if (!graph_path_join(&p, text, len))
        return;
    uint32_t file = text[len - 1] == '/' ? ask_index(r, &p) : ask_dir_or_file(r, &p);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_EXACT_PATH, 98);
}
