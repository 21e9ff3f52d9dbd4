/* compile_commands.json, composer.json, pyproject.toml and setup.cfg. */
#include <string.h>

#include "graph_manifests.h"

#define UNITS_MAX 1000000u
#define UNIT_DIRS_MAX 1024u
#define PREFIX_TRIES 64u

/* ---- compile_commands.json (clang.llvm.org/docs/JSONCompilationDatabase.html) ---- */

typedef struct database {
    graph_manifest *m;
    graph_path prefix; /* of the machine that built: what stands before paths of the tree */
    bool has_prefix;
    gaz_map dirs; /* path of a directory → its text */
    bool failed;
} database;

/* An absolute path, "." and ".." worked out, without the first '/'. */
static bool absolute(const char *dir, size_t dir_len, const char *path, size_t len, graph_path *out)
{
    graph_path_set(out, "", 0);
    if (len > 0 && path[0] == '/')
        return graph_path_join(out, path + 1, len - 1);
    return dir_len > 0 && dir[0] == '/' && graph_path_join(out, dir + 1, dir_len - 1) &&
           graph_path_join(out, path, len);
}

static const char *text_of(const gaz_json *v, const char *key, size_t *len)
{
    *len = 0;
    return gaz_json_text(gaz_json_get(v, key), len);
}

/* The first end of a unit's path that is a file of the tree tells where the tree stood. Paths that
 * were tried are kept, so that the database is read again when one of them comes or goes. */
static bool find_prefix(database *db, const graph_path *file)
{
    for (uint32_t at = 0; at < file->len;) {
        graph_text end = graph_text_keep(db->m->part, file->text + at, file->len - at);
        if (!end.data || !gaz_vec_push(&db->m->part->extras, end)) {
            db->failed = true;
            return false;
        }
        if (graph_tree_file(db->m->tree, end.data, end.len) != GRAPH_NONE) {
            graph_path_set(&db->prefix, file->text, at ? at - 1 : 0);
            return true;
        }
        const char *slash = memchr(file->text + at, '/', file->len - at);
        if (!slash)
            break;
        at = (uint32_t)(slash - file->text) + 1;
    }
    return false;
}

/* Cuts the machine's part off; false for what stands outside the tree. */
static bool to_tree(const database *db, graph_path *p)
{
    uint32_t n = db->prefix.len;
    if (!graph_is_below(p->text, p->len, db->prefix.text, n))
        return false;
    uint32_t from = n && n < p->len ? n + 1 : n;
    memmove(p->text, p->text + from, p->len - from + 1);
    p->len -= from;
    return true;
}

static graph_text shared_dir(database *db, const graph_path *dir)
{
    bool added = false;
    uint64_t *slot = gaz_map_put(&db->dirs, dir->text, dir->len, &added);
    if (slot && added) {
        graph_text kept = graph_text_keep(db->m->part, dir->text, dir->len);
        *slot = (uint64_t)(uintptr_t)kept.data;
        if (kept.data && !gaz_vec_push(&db->m->part->unit_dirs, kept))
            slot = NULL;
    }
    if (!slot || !*slot) {
        db->failed = true;
        return (graph_text){0};
    }
    return (graph_text){(const char *)(uintptr_t)*slot, dir->len};
}

typedef struct flags_reading {
    database *db;
    const char *dir;
    size_t dir_len;
    graph_text dirs[UNIT_DIRS_MAX];
    uint32_t count;
    bool wants_value; /* the flag before was -I alone */
} flags_reading;

static void take_flag(flags_reading *f, const char *arg, size_t len)
{
    static const char *const names[] = {"-isystem", "-iquote", "-idirafter",
                                        "--include-directory=", "-I"};
    bool value = f->wants_value;
    f->wants_value = false;
    for (size_t i = 0; !value && i < sizeof names / sizeof *names; i++) {
        size_t n = strlen(names[i]);
        if (len < n || memcmp(arg, names[i], n) != 0)
            continue;
        f->wants_value = len == n;
        arg += n;
        len -= n;
        value = len > 0;
        break;
    }
    graph_path path;
    if (!value || f->count == UNIT_DIRS_MAX || !absolute(f->dir, f->dir_len, arg, len, &path) ||
        !to_tree(f->db, &path))
        return;
    f->dirs[f->count] = shared_dir(f->db, &path);
    f->count += f->dirs[f->count].data != NULL;
}

/* A shell's words, quotes and backslashes taken off. */
static void take_command(flags_reading *f, const char *text, size_t len)
{
    gaz_strbuf word = GAZ_STRBUF_INIT;
    char quote = 0;
    for (size_t i = 0; i <= len; i++) {
        char c = i < len ? text[i] : ' ';
        if (c == '\\' && quote != '\'' && i + 1 < len) {
            gaz_strbuf_putc(&word, text[++i]);
        } else if (quote ? c == quote : c == '"' || c == '\'') {
            quote = quote ? 0 : c;
        } else if (!quote && (c == ' ' || c == '\t' || c == '\n')) {
            if (word.len)
                take_flag(f, word.data, word.len);
            gaz_strbuf_reset(&word);
        } else {
            gaz_strbuf_putc(&word, c);
        }
    }
    gaz_strbuf_release(&word);
}

static bool take_unit(database *db, const gaz_json *v, flags_reading *f)
{
    size_t dir_len, file_len, command_len;
    const char *dir = text_of(v, "directory", &dir_len), *file = text_of(v, "file", &file_len);
    const char *command = text_of(v, "command", &command_len);
    graph_path path;
    if (!file || !absolute(dir, dir_len, file, file_len, &path) || !to_tree(db, &path))
        return true;
    *f = (flags_reading){.db = db, .dir = dir ? dir : "", .dir_len = dir_len};
    const gaz_json *arguments = gaz_json_get(v, "arguments");
    for (size_t i = 0; i < gaz_json_size(arguments); i++) {
        size_t len = 0;
        const char *arg = gaz_json_text(gaz_json_at(arguments, i), &len);
        if (arg)
            take_flag(f, arg, len);
    }
    if (command)
        take_command(f, command, command_len);
    graph_part *part = db->m->part;
    graph_unit unit = {.file = graph_text_keep(part, path.text, path.len),
                       .dirs = gaz_arena_array(&part->arena, f->count + 1u, sizeof *unit.dirs),
                       .dir_count = f->count};
    if (!unit.file.data || !unit.dirs || db->failed)
        return false;
    memcpy(unit.dirs, f->dirs, f->count * sizeof *unit.dirs);
    return gaz_vec_push(&part->units, unit);
}

static int by_file(const void *left, const void *right)
{
    const graph_unit *a = left, *b = right;
    return strcmp(a->file.data, b->file.data);
}

gaz_status graph_read_compile_commands(graph_manifest *m, gaz_error *err)
{
    const gaz_json *root = NULL;
    gaz_status st = graph_manifest_json(m, m->text, m->len, &root, err);
    if (st != GAZ_OK || !root)
        return st;
    database db = {.m = m};
    gaz_map_init(&db.dirs);
    flags_reading *f = malloc(sizeof *f);
    bool ok = f != NULL;
    size_t count = gaz_json_size(root);
    for (size_t i = 0; ok && i < count && i < PREFIX_TRIES && !db.has_prefix; i++) {
        size_t dir_len, file_len;
        const gaz_json *v = gaz_json_at(root, i);
        const char *dir = text_of(v, "directory", &dir_len), *file = text_of(v, "file", &file_len);
        graph_path path;
        if (file && absolute(dir, dir_len, file, file_len, &path))
            db.has_prefix = find_prefix(&db, &path);
        ok = !db.failed;
    }
    for (size_t i = 0; ok && db.has_prefix && i < count && i < UNITS_MAX; i++)
        ok = take_unit(&db, gaz_json_at(root, i), f);
    if (m->part->units.len > 1)
        qsort(m->part->units.items, m->part->units.len, sizeof *m->part->units.items, by_file);
    free(f);
    gaz_map_release(&db.dirs);
    if (!ok)
        return graph_manifest_nomem(m, err);
    return db.has_prefix ? GAZ_OK : graph_manifest_problem(m, "names no file of this tree", err);
}

/* ---- composer.json (getcomposer.org/doc/04-schema.md#autoload) ---- */

static bool take_psr(graph_manifest *m, const char *prefix, const gaz_json *dir, bool psr0)
{
    size_t len = 0;
    const char *text = gaz_json_text(dir, &len);
    graph_psr psr = {.prefix = graph_text_keep(m->part, prefix, strlen(prefix)), .psr0 = psr0};
    if (!psr.prefix.data)
        return false;
    if (!text || !graph_manifest_path(m, text, len, &psr.dir))
        return true;
    return gaz_vec_push(&m->part->psrs, psr);
}

static bool take_autoload(graph_manifest *m, const gaz_json *autoload)
{
    for (int psr0 = 0; psr0 < 2; psr0++) {
        const gaz_json *map = gaz_json_get(autoload, psr0 ? "psr-0" : "psr-4"), *dirs;
        const char *prefix;
        void *iter = NULL;
        if (!map || gaz_json_type_of(map) != GAZ_JSON_OBJECT)
            continue;
        while (gaz_json_member(map, &iter, &prefix, &dirs)) {
            bool list = gaz_json_type_of(dirs) == GAZ_JSON_ARRAY;
            size_t count = list ? gaz_json_size(dirs) : 1;
            for (size_t i = 0; i < count; i++)
                if (!take_psr(m, prefix, list ? gaz_json_at(dirs, i) : dirs, psr0))
                    return false;
        }
    }
    return true;
}

static int by_prefix(const void *left, const void *right)
{
    const graph_psr *a = left, *b = right;
    if (a->prefix.len != b->prefix.len)
        return a->prefix.len > b->prefix.len ? -1 : 1;
    int order = memcmp(a->prefix.data, b->prefix.data, a->prefix.len);
    return order ? order : strcmp(a->dir.data, b->dir.data);
}

gaz_status graph_read_composer(graph_manifest *m, gaz_error *err)
{
    const gaz_json *root = NULL;
    gaz_status st = graph_manifest_json(m, m->text, m->len, &root, err);
    if (st != GAZ_OK || !root)
        return st;
    const gaz_json *bin = gaz_json_get(root, "bin");
    for (size_t i = 0; i < gaz_json_size(bin); i++) {
        size_t len = 0;
        const char *text = gaz_json_text(gaz_json_at(bin, i), &len);
        graph_text path;
        if (text && graph_manifest_path(m, text, len, &path) &&
            !gaz_vec_push(&m->part->entries, path))
            return graph_manifest_nomem(m, err);
    }
    if (!take_autoload(m, gaz_json_get(root, "autoload")) ||
        !take_autoload(m, gaz_json_get(root, "autoload-dev")))
        return graph_manifest_nomem(m, err);
    if (m->part->psrs.len > 1)
        qsort(m->part->psrs.items, m->part->psrs.len, sizeof *m->part->psrs.items, by_prefix);
    return GAZ_OK;
}

/* ---- Python ---- */

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

/* Where setuptools, poetry, hatch, pdm and pytest are told to look for packages. */
static bool take_pyproject(void *ctx, const char *key, const char *value, size_t len)
{
    static const char *const keys[] = {
        "tool.setuptools.packages.find.where",    "tool.setuptools.package-dir.",
        "tool.pytest.ini_options.pythonpath",     "tool.pdm.build.package-dir",
        "tool.hatch.build.targets.wheel.sources", "tool.pyright.extraPaths"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strcmp(key, keys[i]) == 0)
            return add_root(ctx, value, len);
    size_t n = strlen(key);
    if (strncmp(key, "tool.poetry.packages", 20) == 0 && n > 5 && strcmp(key + n - 5, ".from") == 0)
        return add_root(ctx, value, len);
    return true;
}

gaz_status graph_read_pyproject(graph_manifest *m, gaz_error *err)
{
    return graph_toml_read(m->text, m->len, take_pyproject, m) ? GAZ_OK
                                                               : graph_manifest_nomem(m, err);
}

static size_t trim(const char **text, size_t len)
{
    while (len && strchr(" \t\r", **text)) {
        (*text)++;
        len--;
    }
    while (len && strchr(" \t\r", (*text)[len - 1]))
        len--;
    return len;
}

/* [options] package_dir = (newline) = src, and [options.packages.find] where = src. */
gaz_status graph_read_setup_cfg(graph_manifest *m, gaz_error *err)
{
    bool in_dirs = false;
    for (size_t at = 0; at < m->len;) {
        const char *line = m->text + at, *end = memchr(line, '\n', m->len - at);
        size_t raw = end ? (size_t)(end - line) : m->len - at;
        bool indented = raw > 0 && (*line == ' ' || *line == '\t');
        at += raw + 1;
        size_t len = trim(&line, raw);
        const char *line_end = line + len, *equals = memchr(line, '=', len);
        if (!equals || (indented && !in_dirs))
            continue;
        size_t name_len = trim(&line, (size_t)(equals - line));
        const char *value = equals + 1;
        size_t value_len = trim(&value, (size_t)(line_end - value));
        bool is_where =
            !indented && graph_text_is((graph_text){line, (uint32_t)name_len}, "where", 5);
        if ((is_where || (indented && in_dirs && name_len == 0)) && value_len &&
            !add_root(m, value, value_len))
            return graph_manifest_nomem(m, err);
        if (!indented)
            in_dirs = graph_text_is((graph_text){line, (uint32_t)name_len}, "package_dir", 11);
    }
    return GAZ_OK;
}
