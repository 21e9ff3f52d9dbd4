/* package.json and tsconfig.json (jsconfig.json). A tsconfig's `extends` is followed through the
 * tree, at most EXTENDS_MAX files and each once, so that loops end; `references` give a config
 * without paths of its own those of the projects it refers to. */
#include <string.h>

#include "graph_manifests.h"

#define EXTENDS_MAX 32u
#define ALIASES_MAX 4096u

static graph_text keep_json(graph_manifest *m, const gaz_json *v)
{
    size_t len = 0;
    const char *text = gaz_json_text(v, &len);
    return text ? graph_text_keep(m->part, text, len) : (graph_text){0};
}

static bool add_entry(graph_manifest *m, const gaz_json *v)
{
    size_t len = 0;
    const char *text = gaz_json_text(v, &len);
    graph_text path;
    if (!text || !graph_manifest_path(m, text, len, &path))
        return true;
    return gaz_vec_push(&m->part->entries, path);
}

static bool add_entries(graph_manifest *m, const gaz_json *root)
{
    const gaz_json *bin = gaz_json_get(root, "bin"), *value;
    const char *key;
    void *iter = NULL;
    bool ok = add_entry(m, gaz_json_get(root, "main")) && add_entry(m, bin) &&
              add_entry(m, gaz_json_get(root, "module"));
    if (bin && gaz_json_type_of(bin) == GAZ_JSON_OBJECT)
        while (ok && gaz_json_member(bin, &iter, &key, &value))
            ok = add_entry(m, value);
    return ok;
}

gaz_status graph_read_package_json(graph_manifest *m, gaz_error *err)
{
    static const char *const entries[] = {"source", "types", "module", "main", "browser"};
    const gaz_json *root = NULL;
    gaz_status st = graph_manifest_json(m, m->text, m->len, &root, err);
    if (st != GAZ_OK || !root)
        return st;
    graph_script_package p = {.dir = m->dir,
                              .name = keep_json(m, gaz_json_get(root, "name")),
                              .exports = gaz_json_get(root, "exports"),
                              .imports = gaz_json_get(root, "imports")};
    for (size_t i = 0; i < sizeof entries / sizeof *entries; i++)
        p.entry[i] = keep_json(m, gaz_json_get(root, entries[i]));
    if (!add_entries(m, root) || !gaz_vec_push(&m->part->packages, p))
        return graph_manifest_nomem(m, err);
    return GAZ_OK;
}

/* ---- tsconfig ---- */

typedef struct tsconfig_walk {
    graph_manifest *m;
    graph_tsconfig config;
    uint32_t seen[EXTENDS_MAX];
    uint32_t count;
    bool has_paths, problem;
} tsconfig_walk;

static bool dir_join(graph_text dir, const char *text, size_t len, graph_path *out)
{
    graph_path_set(out, dir.data, dir.len);
    return graph_path_join(out, text, len);
}

static bool keep_alias(tsconfig_walk *w, graph_text base, const char *pattern,
                       const gaz_json *targets, graph_alias *alias)
{
    size_t count = gaz_json_size(targets);
    graph_part *part = w->m->part;
    *alias = (graph_alias){.pattern = graph_text_keep(part, pattern, strlen(pattern)),
                           .targets = gaz_arena_array(&part->arena, count + 1, sizeof(graph_text))};
    if (!alias->pattern.data || !alias->targets)
        return false;
    for (size_t i = 0; i < count && i < 64; i++) {
        size_t len = 0;
        const char *text = gaz_json_text(gaz_json_at(targets, i), &len);
        graph_path path;
        if (!text || !dir_join(base, text, len, &path))
            continue;
        graph_text kept = graph_text_keep(part, path.text, path.len);
        if (!kept.data)
            return false;
        alias->targets[alias->target_count++] = kept;
    }
    return true;
}

static bool keep_aliases(tsconfig_walk *w, graph_text base, const gaz_json *paths)
{
    size_t size = gaz_json_size(paths);
    graph_tsconfig *c = &w->config;
    c->aliases = gaz_arena_array(&w->m->part->arena, size + 1, sizeof *c->aliases);
    if (!c->aliases)
        return false;
    const char *pattern;
    const gaz_json *targets;
    void *iter = NULL;
    while (c->alias_count < size && c->alias_count < ALIASES_MAX &&
           gaz_json_member(paths, &iter, &pattern, &targets))
        if (!keep_alias(w, base, pattern, targets, &c->aliases[c->alias_count++]))
            return false;
    w->has_paths = true;
    return true;
}

/* What a nearer file has said is kept: an extended one fills in what is not there. */
static bool take_options(tsconfig_walk *w, graph_text dir, const gaz_json *root)
{
    const gaz_json *options = gaz_json_get(root, "compilerOptions");
    const gaz_json *base = gaz_json_get(options, "baseUrl"),
                   *paths = gaz_json_get(options, "paths");
    size_t len = 0;
    const char *text = gaz_json_text(base, &len);
    graph_path path;
    if (text && !w->config.has_base && dir_join(dir, text, len, &path)) {
        w->config.base = graph_text_keep(w->m->part, path.text, path.len);
        w->config.has_base = true;
        if (!w->config.base.data)
            return false;
    }
    if (!paths || gaz_json_type_of(paths) != GAZ_JSON_OBJECT || w->has_paths)
        return true;
    return keep_aliases(w, w->config.has_base ? w->config.base : dir, paths);
}

static uint32_t look_for(tsconfig_walk *w, const graph_path *path, gaz_status *st)
{
    graph_text kept = graph_text_keep(w->m->part, path->text, path->len);
    if (!kept.data || !gaz_vec_push(&w->m->part->extras, kept))
        *st = GAZ_E_NOMEM;
    return graph_tree_file(w->m->tree, path->text, path->len);
}

/* The file an `extends` or a reference means: as it is, with .json, or the tsconfig.json below. */
static uint32_t find_config(tsconfig_walk *w, graph_text dir, const char *text, size_t len,
                            gaz_status *st)
{
    static const char *const ends[] = {"", ".json", "/tsconfig.json"};
    bool relative = len > 0 && text[0] == '.';
    for (graph_text from = dir;;) {
        for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
            graph_path path;
            graph_path_set(&path, from.data, from.len);
            if ((relative || graph_path_join(&path, "node_modules", 12)) &&
                graph_path_join(&path, text, len) &&
                graph_path_add(&path, ends[i], strlen(ends[i]))) {
                uint32_t file = look_for(w, &path, st);
                if (file != GRAPH_NONE || *st != GAZ_OK)
                    return file;
            }
        }
        if (relative || from.len == 0)
            return GRAPH_NONE;
        const char *slash = memrchr(from.data, '/', from.len);
        from.len = slash ? (uint32_t)(slash - from.data) : 0;
    }
}

static gaz_status follow(tsconfig_walk *w, graph_text dir, const gaz_json *root, gaz_error *err);

static gaz_status follow_to(tsconfig_walk *w, graph_text dir, const gaz_json *where, gaz_error *err)
{
    size_t len = 0;
    const char *text = gaz_json_text(where, &len);
    gaz_status st = GAZ_OK;
    uint32_t file = text ? find_config(w, dir, text, len, &st) : GRAPH_NONE;
    if (st != GAZ_OK)
        return graph_manifest_nomem(w->m, err);
    for (uint32_t i = 0; i < w->count; i++)
        if (w->seen[i] == file)
            return GAZ_OK;
    if (file == GRAPH_NONE || w->count == EXTENDS_MAX)
        return GAZ_OK;
    w->seen[w->count++] = file;
    gaz_strbuf body;
    st = graph_manifest_text(w->m->source, file, GAZ_GRAPH_MANIFEST_MAX, &body, err);
    const gaz_json *root = NULL;
    uint32_t base = w->m->tree->base_at[file], path_len = 0;
    const char *path = graph_tree_path(w->m->tree, file, &path_len);
    graph_text below = graph_text_keep(w->m->part, path, base ? base - 1 : 0);
    if (!below.data)
        st = graph_manifest_nomem(w->m, err);
    else if (st == GAZ_OK)
        st = graph_manifest_json(w->m, body.data, body.len, &root, err);
    else if (st == GAZ_E_LIMIT)
        st = graph_manifest_problem(w->m, "extends a file too large to be read", err);
    else if (st == GAZ_E_NOT_FOUND)
        st = GAZ_OK;
    gaz_strbuf_release(&body);
    return st == GAZ_OK && root ? follow(w, below, root, err) : st;
}

/* Of several extended files the last one counts most. */
static gaz_status follow(tsconfig_walk *w, graph_text dir, const gaz_json *root, gaz_error *err)
{
    if (!take_options(w, dir, root))
        return graph_manifest_nomem(w->m, err);
    const gaz_json *extends = gaz_json_get(root, "extends");
    gaz_status st = GAZ_OK;
    if (extends && gaz_json_type_of(extends) == GAZ_JSON_ARRAY)
        for (size_t i = gaz_json_size(extends); st == GAZ_OK && i-- > 0;)
            st = follow_to(w, dir, gaz_json_at(extends, i), err);
    else if (extends)
        st = follow_to(w, dir, extends, err);
    return st;
}

gaz_status graph_read_tsconfig(graph_manifest *m, gaz_error *err)
{
    const gaz_json *root = NULL;
    gaz_status st = graph_manifest_json(m, m->text, m->len, &root, err);
    if (st != GAZ_OK || !root)
        return st;
    tsconfig_walk w = {.m = m, .config = {.dir = m->dir, .path = m->path}};
    w.seen[w.count++] = graph_tree_file(m->tree, m->path.data, m->path.len);
    st = follow(&w, m->dir, root, err);
    const gaz_json *references = gaz_json_get(root, "references");
    for (size_t i = 0; st == GAZ_OK && !w.has_paths && i < gaz_json_size(references); i++)
        st = follow_to(&w, m->dir, gaz_json_get(gaz_json_at(references, i), "path"), err);
    if (st == GAZ_OK && !gaz_vec_push(&m->part->tsconfigs, w.config))
        st = graph_manifest_nomem(m, err);
    return st;
}

static int by_dir(const void *left, const void *right)
{
    const graph_tsconfig *a = left, *b = right;
    int order = strcmp(a->dir.data, b->dir.data);
    /* tsconfig.json counts before a jsconfig.json beside it */
    return order ? order : strcmp(b->path.data, a->path.data);
}

static int package_by_dir(const void *left, const void *right)
{
    const graph_script_package *a = left, *b = right;
    return strcmp(a->dir.data, b->dir.data);
}

gaz_status graph_finish_script(graph_part *part, const graph_tree *tree, gaz_error *err)
{
    (void)tree;
    (void)err;
    if (part->tsconfigs.len > 1)
        qsort(part->tsconfigs.items, part->tsconfigs.len, sizeof *part->tsconfigs.items, by_dir);
    if (part->packages.len > 1)
        qsort(part->packages.items, part->packages.len, sizeof *part->packages.items,
              package_by_dir);
    return GAZ_OK;
}
