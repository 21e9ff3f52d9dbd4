/* Rust: `mod a;` is a file beside or below the file that says so; `use` walks the tree of modules
 * from the crate, the module itself, the one above it, or a crate that Cargo.toml names by a path,
 * as far as modules have files of their own: what is left is an item in the last of them. */
#include <string.h>

#include "graph_manifests.h"

static const graph_crate *crate_of(const graph_resolver *r)
{
    const graph_part *part = graph_part_of(r, FAMILY_RUST);
    const graph_crate *best = NULL;
    for (size_t i = 0; part && i < part->crates.len; i++) {
        const graph_crate *c = &part->crates.items[i];
        if (c->name.len && graph_is_below(r->path, r->path_len, c->dir.data, c->dir.len) &&
            (!best || c->dir.len > best->dir.len))
            best = c;
    }
    return best;
}

static bool ends_in(const char *text, size_t len, const char *end)
{
    size_t n = strlen(end);
    return len >= n && memcmp(text + len - n, end, n) == 0 &&
           (len == n || text[len - n - 1] == '/');
}

static bool is_target(const graph_crate *crate, const char *path, size_t len)
{
    for (uint32_t i = 0; crate && i < crate->bin_count; i++)
        if (graph_text_is(crate->bins[i], path, len))
            return true;
    return crate && graph_text_is(crate->lib, path, len);
}

/* Files that begin a crate: targets of Cargo.toml and those it finds by their places. */
static bool is_root(const graph_crate *crate, const char *path, size_t len)
{
    static const char *const places[] = {"src/bin", "tests", "examples", "benches"};
    if (ends_in(path, len, "lib.rs") || ends_in(path, len, "main.rs") ||
        ends_in(path, len, "build.rs") || is_target(crate, path, len))
        return true;
    const char *slash = memrchr(path, '/', len);
    size_t dir = slash ? (size_t)(slash - path) : 0;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        size_t n = strlen(places[i]), base = crate ? crate->dir.len + (crate->dir.len > 0) : 0;
        if (dir == base + n && memcmp(path + base, places[i], n) == 0)
            return true;
    }
    return false;
}

/* The directory where a file's submodules stand. */
static bool module_dir(const graph_crate *crate, const char *path, size_t len, graph_path *out)
{
    const char *slash = memrchr(path, '/', len);
    size_t dir = slash ? (size_t)(slash - path) : 0;
    graph_path_set(out, path, dir);
    if (ends_in(path, len, "mod.rs") || is_root(crate, path, len))
        return true;
    size_t base = slash ? dir + 1 : 0;
    return len > base + 3 && graph_path_join(out, path + base, len - base - 3);
}

static uint32_t ask_module(graph_resolver *r, const graph_path *dir, const char *name, size_t len,
                           graph_path *below)
{
    graph_path p = *dir;
    if (len > 2 && memcmp(name, "r#", 2) == 0) {
        name += 2;
        len -= 2;
    }
    if (!graph_path_join(&p, name, len))
        return GRAPH_NONE;
    *below = p;
    graph_path file = p;
    uint32_t found =
        graph_path_add(&file, ".rs", 3) ? graph_ask_file(r, file.text, file.len) : GRAPH_NONE;
    if (found == GRAPH_NONE && graph_path_add(&p, "/mod.rs", 7))
        found = graph_ask_file(r, p.text, p.len);
    return found;
}

/* Walks parts below a module; `file` is the module they begin in. */
static uint32_t walk(graph_resolver *r, uint32_t file, graph_path dir, const graph_parts *parts,
                     uint32_t from)
{
    for (uint32_t i = from; i < parts->count; i++) {
        graph_path below;
        uint32_t next = ask_module(r, &dir, parts->part[i].text, parts->part[i].len, &below);
        if (next == GRAPH_NONE)
            break;
        file = next;
        dir = below;
    }
    return file;
}

/* The file that a crate begins with, as seen from the file: its own binary's, else the library's.
 */
static uint32_t crate_root(graph_resolver *r, const graph_crate *crate, graph_path *dir)
{
    if (is_root(crate, r->path, r->path_len)) {
        graph_path_set(dir, r->path, r->dir_len);
        return r->file;
    }
    static const char *const names[] = {"/lib.rs", "/main.rs"};
    graph_path_set(dir, r->path, r->dir_len);
    do {
        for (size_t i = 0; i < 2; i++) {
            graph_path p = *dir;
            if (!graph_path_add(&p, names[i] + (p.len == 0), strlen(names[i]) - (p.len == 0)))
                continue;
            uint32_t file = graph_ask_file(r, p.text, p.len);
            if (file != GRAPH_NONE)
                return file;
        }
        if (crate && crate->dir.len == dir->len)
            break;
    } while (graph_path_up(dir));
    if (!crate || !crate->lib.len)
        return GRAPH_NONE;
    const char *slash = memrchr(crate->lib.data, '/', crate->lib.len);
    graph_path_set(dir, crate->lib.data, slash ? (size_t)(slash - crate->lib.data) : 0);
    return graph_ask_file(r, crate->lib.data, crate->lib.len);
}

static bool part_is(const graph_parts *parts, uint32_t i, const char *text)
{
    return i < parts->count &&
           graph_text_is((graph_text){parts->part[i].text, parts->part[i].len}, text, strlen(text));
}

static uint32_t crate_lib(graph_resolver *r, const graph_crate *crate, graph_path *dir)
{
    const char *slash = memrchr(crate->lib.data, '/', crate->lib.len);
    graph_path_set(dir, crate->lib.data, slash ? (size_t)(slash - crate->lib.data) : 0);
    return graph_ask_file(r, crate->lib.data, crate->lib.len);
}

/* A crate by the name it has here: a dependency with a path, or the library of the file's own
 * crate as its binaries and tests see it. */
static bool try_crate(graph_resolver *r, const graph_crate *crate, const graph_parts *parts)
{
    const graph_part *part = graph_part_of(r, FAMILY_RUST);
    if (!crate || parts->count == 0)
        return false;
    const char *name = parts->part[0].text;
    size_t len = parts->part[0].len;
    const graph_crate *to = graph_text_is(crate->name, name, len) ? crate : NULL;
    graph_text dir = {0};
    for (uint32_t i = 0; !to && !dir.data && i < crate->use_count; i++)
        if (graph_text_is(crate->uses[i].name, name, len))
            dir = crate->uses[i].dir;
    for (size_t i = 0; !to && dir.data && i < part->crates.len; i++)
        if (graph_text_is(part->crates.items[i].dir, dir.data, dir.len))
            to = &part->crates.items[i];
    if (!to)
        return false;
    graph_path below;
    uint32_t file = crate_lib(r, to, &below);
    if (file == GRAPH_NONE)
        return false;
    graph_answer_file(r, walk(r, file, below, parts, 1), GAZ_GRAPH_PACKAGE, 95);
    return true;
}

/* Modules written out around an import, the outermost first; their names are part of the way. */
static uint32_t inline_modules(const graph_resolver *r, uint32_t at, uint32_t out[16])
{
    uint32_t count = 0, chain[16];
    for (; at < r->facts.definition_count && count < 16; at = r->facts.definitions[at].container)
        if (r->facts.definitions[at].kind == KIND_MODULE &&
            r->facts.definitions[at].body_end > r->facts.definitions[at].body_start)
            chain[count++] = at; /* `mod a;` itself has no body */
    for (uint32_t i = 0; i < count; i++)
        out[i] = chain[count - 1 - i];
    return count;
}

static bool enter_modules(const graph_resolver *r, const uint32_t *modules, uint32_t count,
                          graph_path *dir)
{
    for (uint32_t i = 0; i < count; i++) {
        gaz_symbol_name name = r->facts.definitions[modules[i]].name;
        if (!graph_path_join(dir, name.data, name.len))
            return false;
    }
    return true;
}

/* `mod a;`, with the path of #[path] or of an include!() as it is written. */
static void import_mod(graph_resolver *r, const graph_crate *crate, const gaz_symbol_import *im)
{
    graph_path dir, below;
    uint32_t modules[16], depth = inline_modules(r, im->enclosing, modules);
    if (memchr(im->path.data, '.', im->path.len)) {
        graph_path_set(&dir, r->path, r->dir_len);
        uint32_t file = graph_path_join(&dir, im->path.data, im->path.len)
                            ? graph_ask_file(r, dir.text, dir.len)
                            : GRAPH_NONE;
        if (file != GRAPH_NONE)
            graph_answer_file(r, file, GAZ_GRAPH_ALIAS, 98);
        return;
    }
    if (!module_dir(crate, r->path, r->path_len, &dir) || !enter_modules(r, modules, depth, &dir))
        return;
    uint32_t file = ask_module(r, &dir, im->path.data, im->path.len, &below);
    if (file != GRAPH_NONE)
        graph_answer_file(r, file, GAZ_GRAPH_MODULE, 99);
}

/* The module above: the file that says `mod` of this one. */
static uint32_t module_above(graph_resolver *r, graph_path *dir)
{
    static const char *const names[] = {"mod.rs", "lib.rs", "main.rs"};
    graph_path p;
    for (size_t i = 0; i < 3; i++) {
        p = *dir;
        if (!graph_path_join(&p, names[i], strlen(names[i])))
            continue;
        uint32_t file = graph_ask_file(r, p.text, p.len);
        if (file != GRAPH_NONE)
            return file;
    }
    p = *dir;
    return p.len && graph_path_add(&p, ".rs", 3) ? graph_ask_file(r, p.text, p.len) : GRAPH_NONE;
}

/* Whether a file says what a name is: `use Shape::*` of an enum beside it. */
static bool defines(const graph_resolver *r, const char *name, size_t len)
{
    for (uint32_t i = 0; i < r->facts.definition_count; i++) {
        gaz_symbol_name own = r->facts.definitions[i].name;
        if (own.len == len && memcmp(own.data, name, len) == 0)
            return true;
    }
    return false;
}

static void import_use(graph_resolver *r, const graph_crate *crate, const graph_parts *parts,
                       const gaz_symbol_import *im)
{
    uint32_t modules[16], depth = inline_modules(r, im->enclosing, modules);
    unsigned level = im->level;
    static const char *const standard[] = {"alloc", "core", "proc_macro", "std", "test"};
    graph_path dir, below;
    uint32_t file = GRAPH_NONE, from = 0;
    while (part_is(parts, from, "super")) {
        level++;
        from++;
    }
    if (part_is(parts, from, "crate") || part_is(parts, from, "$crate")) {
        file = crate_root(r, crate, &dir);
        from++;
    } else if (level || part_is(parts, from, "self")) {
        from += part_is(parts, from, "self");
        file = r->file;
        if (!module_dir(crate, r->path, r->path_len, &dir))
            return;
        /* inside `mod tests { … }` the first `super` is the file itself */
        uint32_t inside = level < depth ? depth - level : 0;
        if (!enter_modules(r, modules, inside, &dir))
            return;
        for (unsigned i = depth; i < level && file != GRAPH_NONE; i++)
            file = graph_path_up(&dir) ? module_above(r, &dir) : GRAPH_NONE;
    } else {
        if (!module_dir(crate, r->path, r->path_len, &dir) || parts->count == 0)
            return;
        file = ask_module(r, &dir, parts->part[0].text, parts->part[0].len, &below);
        if (file != GRAPH_NONE) { /* a module declared here */
            graph_answer_file(r, walk(r, file, below, parts, 1), GAZ_GRAPH_MODULE, 92);
            return;
        }
        if (try_crate(r, crate, parts))
            return;
        if (defines(r, parts->part[0].text, parts->part[0].len)) {
            graph_answer_file(r, r->file, GAZ_GRAPH_MODULE, 90);
            return;
        }
        graph_answer_none(r, graph_is_listed(standard, sizeof standard / sizeof *standard,
                                             parts->part[0].text, parts->part[0].len)
                                 ? GAZ_GRAPH_STANDARD
                                 : GAZ_GRAPH_EXTERNAL);
        return;
    }
    if (file == GRAPH_NONE)
        return;
    graph_answer_file(r, walk(r, file, dir, parts, from), GAZ_GRAPH_MODULE, 96);
}

void graph_import_rust(graph_resolver *r, const gaz_symbol_import *im)
{
    const graph_crate *crate = crate_of(r);
    if (im->kind == IMPORT_SOURCE) {
        import_mod(r, crate, im);
        return;
    }
    graph_path joined;
    graph_path_set(&joined, im->path.data, im->path.len);
    graph_parts parts;
    if ((im->name.len && (!graph_path_add(&joined, "::", 2) ||
                          !graph_path_add(&joined, im->name.data, im->name.len))) ||
        !graph_parts_split(&parts, joined.text, joined.len, "::"))
        return;
    import_use(r, crate, &parts, im);
}
