/* Cargo.toml: the crate's name in code, its targets, and the dependencies that are paths, those of
 * the workspace included (doc.rust-lang.org/cargo/reference/manifest.html). */
#include <string.h>

#include "graph_manifests.h"

/* A dependency as it is read, before workspaces are looked up. */
typedef struct cargo_use {
    char name[200]; /* as in the table */
    char package[200];
    graph_path path;
    bool has_path, workspace;
} cargo_use;

typedef struct cargo_reading {
    graph_manifest *m;
    char name[200], lib_name[200];
    graph_path lib;
    bool has_lib, has_package;
    GAZ_VEC(graph_text) bins;
    GAZ_VEC(cargo_use) uses;
    bool failed;
} cargo_reading;

static void copy_name(char *to, size_t size, const char *text, size_t len)
{
    if (len >= size)
        len = size - 1;
    for (size_t i = 0; i < len; i++)
        to[i] = text[i] == '-' ? '_' : text[i];
    to[len] = '\0';
}

static cargo_use *use_of(cargo_reading *r, const char *name, size_t len)
{
    char wanted[200];
    copy_name(wanted, sizeof wanted, name, len);
    for (size_t i = r->uses.len; i-- > 0 && r->uses.len - i < 8;)
        if (strcmp(r->uses.items[i].name, wanted) == 0)
            return &r->uses.items[i];
    cargo_use use = {0};
    memcpy(use.name, wanted, sizeof wanted);
    if (r->uses.len >= 4096 || !gaz_vec_push(&r->uses, use)) {
        r->failed = true;
        return NULL;
    }
    return &r->uses.items[r->uses.len - 1];
}

/* dependencies.NAME[.path|.package|.workspace], also below target.'cfg(…)' and workspace. */
static void take_dependency(cargo_reading *r, const char *rest, const char *value, size_t len)
{
    const char *dot = strrchr(rest, '.');
    if (!dot)
        return;
    const char *field = dot + 1;
    bool path = strcmp(field, "path") == 0, package = strcmp(field, "package") == 0;
    bool workspace = strcmp(field, "workspace") == 0;
    cargo_use *use = path || package || workspace ? use_of(r, rest, (size_t)(dot - rest)) : NULL;
    if (!use)
        return;
    if (path) {
        graph_path_set(&use->path, r->m->dir.data, r->m->dir.len);
        use->has_path = graph_path_join(&use->path, value, len);
    } else if (package) {
        copy_name(use->package, sizeof use->package, value, len);
    } else {
        use->workspace = true;
    }
}

static const char *dependency_rest(const char *key)
{
    static const char *const tables[] = {"dependencies.", "dev-dependencies.",
                                         "build-dependencies."};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        const char *at = strstr(key, tables[i]);
        if (at && (at == key || at[-1] == '.'))
            return at + strlen(tables[i]);
    }
    return NULL;
}

static bool take_value(void *ctx, const char *key, const char *value, size_t len)
{
    cargo_reading *r = ctx;
    const char *rest = dependency_rest(key);
    if (rest) {
        take_dependency(r, rest, value, len);
    } else if (strcmp(key, "package.name") == 0) {
        r->has_package = true;
        copy_name(r->name, sizeof r->name, value, len);
    } else if (strcmp(key, "lib.name") == 0) {
        copy_name(r->lib_name, sizeof r->lib_name, value, len);
    } else if (strcmp(key, "lib.path") == 0) {
        graph_path_set(&r->lib, r->m->dir.data, r->m->dir.len);
        r->has_lib = graph_path_join(&r->lib, value, len);
    } else if (strncmp(key, "bin.", 4) == 0 || strncmp(key, "test.", 5) == 0 ||
               strncmp(key, "example.", 8) == 0 || strncmp(key, "bench.", 6) == 0) {
        const char *field = strrchr(key, '.');
        graph_text path;
        if (strcmp(field, ".path") == 0 && graph_manifest_path(r->m, value, len, &path) &&
            (!gaz_vec_push(&r->bins, path) ||
             (key[0] == 'b' && key[1] == 'i' && !gaz_vec_push(&r->m->part->entries, path))))
            r->failed = true;
    }
    return !r->failed;
}

static bool keep_uses(cargo_reading *r, graph_crate *crate)
{
    graph_part *part = r->m->part;
    crate->uses = gaz_arena_array(&part->arena, r->uses.len + 1, sizeof *crate->uses);
    if (!crate->uses)
        return false;
    for (size_t i = 0; i < r->uses.len; i++) {
        const cargo_use *use = &r->uses.items[i];
        if (!use->has_path && !use->workspace)
            continue;
        graph_crate_use *kept = &crate->uses[crate->use_count++];
        kept->name = graph_text_keep(part, use->name, strlen(use->name));
        kept->dir =
            use->has_path ? graph_text_keep(part, use->path.text, use->path.len) : (graph_text){0};
        if (!kept->name.data || (use->has_path && !kept->dir.data))
            return false;
    }
    return true;
}

static bool keep_crate(cargo_reading *r)
{
    graph_part *part = r->m->part;
    graph_crate crate = {.dir = r->m->dir};
    const char *name = r->lib_name[0] ? r->lib_name : r->name;
    crate.name = graph_text_keep(part, name, strlen(name));
    if (!r->has_lib) {
        graph_path_set(&r->lib, r->m->dir.data, r->m->dir.len);
        if (!graph_path_join(&r->lib, "src/lib.rs", 10))
            r->lib.len = 0;
    }
    crate.lib = graph_text_keep(part, r->lib.text, r->lib.len);
    crate.bins = gaz_arena_array(&part->arena, r->bins.len + 1, sizeof *crate.bins);
    crate.bin_count = (uint32_t)r->bins.len;
    if (!crate.name.data || !crate.lib.data || !crate.bins)
        return false;
    if (r->bins.len)
        memcpy(crate.bins, r->bins.items, r->bins.len * sizeof *crate.bins);
    return keep_uses(r, &crate) && gaz_vec_push(&part->crates, crate);
}

gaz_status graph_read_cargo(graph_manifest *m, gaz_error *err)
{
    cargo_reading *r = calloc(1, sizeof *r);
    if (!r)
        return graph_manifest_nomem(m, err);
    r->m = m;
    bool ok = graph_toml_read(m->text, m->len, take_value, r) && keep_crate(r);
    gaz_vec_free(&r->bins);
    gaz_vec_free(&r->uses);
    free(r);
    return ok ? GAZ_OK : graph_manifest_nomem(m, err);
}

static int by_dir(const void *left, const void *right)
{
    const graph_crate *a = left, *b = right;
    return strcmp(a->dir.data, b->dir.data);
}

static graph_crate *crate_at(graph_part *part, graph_text dir)
{
    for (size_t i = 0; i < part->crates.len; i++)
        if (graph_text_is(part->crates.items[i].dir, dir.data, dir.len))
            return &part->crates.items[i];
    return NULL;
}

/* `foo.workspace = true` means the path the workspace gives: that of the nearest manifest above
 * which has a dependency of the name with a path. */
static graph_text workspace_dir(graph_part *part, const graph_crate *crate, graph_text name)
{
    for (graph_text dir = crate->dir; dir.len;) {
        const char *slash = memrchr(dir.data, '/', dir.len);
        dir.len = slash ? (uint32_t)(slash - dir.data) : 0;
        const graph_crate *above = crate_at(part, dir);
        for (uint32_t i = 0; above && i < above->use_count; i++)
            if (above->uses[i].dir.data && graph_text_is(above->uses[i].name, name.data, name.len))
                return above->uses[i].dir;
    }
    for (uint32_t i = 0; i < crate->use_count; i++) /* the root's own */
        if (crate->uses[i].dir.data && graph_text_is(crate->uses[i].name, name.data, name.len))
            return crate->uses[i].dir;
    return (graph_text){0};
}

gaz_status graph_finish_cargo(graph_part *part, gaz_error *err)
{
    (void)err;
    if (part->crates.len > 1)
        qsort(part->crates.items, part->crates.len, sizeof *part->crates.items, by_dir);
    for (size_t i = 0; i < part->crates.len; i++) {
        graph_crate *c = &part->crates.items[i];
        for (uint32_t n = 0; n < c->use_count; n++)
            if (!c->uses[n].dir.data)
                c->uses[n].dir = workspace_dir(part, c, c->uses[n].name);
    }
    return GAZ_OK;
}
