/* Which manifests there are, which of them changed, and reading those into parts.
 *
 * A part is read again when the path or blob of a manifest of its family differs, or of a file that
 * a manifest led to (extends). Files of the family are resolved again only when what was
 * understood differs: a new version number in package.json touches nothing. */
#include <string.h>

#include "graph_manifests.h"

#define MANIFESTS_MAX 50000u /* of one name */

static gaz_status finish_script(graph_part *part, const graph_tree *tree, gaz_error *err)
{
    return graph_finish_script(part, tree, err);
}

static gaz_status finish_rust(graph_part *part, const graph_tree *tree, gaz_error *err)
{
    (void)tree;
    return graph_finish_cargo(part, err);
}

static const struct manifest_row {
    graph_family family;
    const char *name;
    graph_manifest_reader *read;
    size_t max;
} rows[] = {
    {FAMILY_C, "compile_commands.json", graph_read_compile_commands, GAZ_GRAPH_DATABASE_MAX},
    {FAMILY_SCRIPT, "package.json", graph_read_package_json, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_SCRIPT, "tsconfig.json", graph_read_tsconfig, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_SCRIPT, "jsconfig.json", graph_read_tsconfig, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_GO, "go.mod", graph_read_go_mod, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_GO, "go.work", graph_read_go_work, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_RUST, "Cargo.toml", graph_read_cargo, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_PHP, "composer.json", graph_read_composer, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_RUBY, "*.gemspec", graph_read_gemspec, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_PYTHON, "pyproject.toml", graph_read_pyproject, GAZ_GRAPH_MANIFEST_MAX},
    {FAMILY_PYTHON, "setup.cfg", graph_read_setup_cfg, GAZ_GRAPH_MANIFEST_MAX},
};

static void part_unref(graph_part *p)
{
    if (!p || atomic_fetch_sub(&p->refs, 1) != 1)
        return;
    for (size_t i = 0; i < p->documents.len; i++)
        gaz_json_free(p->documents.items[i]);
    gaz_vec_free(&p->documents);
    gaz_vec_free(&p->problems);
    gaz_vec_free(&p->extras);
    gaz_vec_free(&p->units);
    gaz_vec_free(&p->unit_dirs);
    gaz_vec_free(&p->tsconfigs);
    gaz_vec_free(&p->packages);
    gaz_vec_free(&p->modules);
    gaz_vec_free(&p->crates);
    gaz_vec_free(&p->psrs);
    gaz_vec_free(&p->roots);
    gaz_vec_free(&p->entries);
    gaz_arena_release(&p->arena);
    free(p);
}

graph_manifests *graph_manifests_ref(graph_manifests *m)
{
    if (m)
        atomic_fetch_add(&m->refs, 1);
    return m;
}

void graph_manifests_unref(graph_manifests *m)
{
    if (!m || atomic_fetch_sub(&m->refs, 1) != 1)
        return;
    for (int f = 0; f < FAMILY_COUNT; f++)
        part_unref(m->part[f]);
    free(m);
}

size_t graph_manifests_memory(const graph_manifests *m)
{
    size_t bytes = 0;
    for (int f = 0; m && f < FAMILY_COUNT; f++)
        bytes += m->part[f] ? sizeof *m->part[f] + m->part[f]->arena.used : 0;
    return bytes;
}

/* ---- what readers use ---- */

bool graph_text_is(graph_text a, const char *text, size_t len)
{
    return a.len == len && memcmp(a.data, text, len) == 0;
}

graph_text graph_text_keep(graph_part *part, const char *text, size_t len)
{
    char *copy = len > UINT32_MAX / 2 ? NULL : gaz_arena_strndup(&part->arena, text, len);
    return (graph_text){copy, copy ? (uint32_t)len : 0};
}

bool graph_manifest_path(graph_manifest *m, const char *text, size_t len, graph_text *out)
{
    graph_path p;
    graph_path_set(&p, m->dir.data, m->dir.len);
    if (!graph_path_join(&p, text, len))
        return false;
    *out = graph_text_keep(m->part, p.text, p.len);
    return out->data != NULL;
}

gaz_status graph_manifest_nomem(const graph_manifest *m, gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot read %.200s: out of memory", m->path.data);
}

gaz_status graph_manifest_problem(graph_manifest *m, const char *what, gaz_error *err)
{
    gaz_strbuf line = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&line, "%s: %s", m->path.data, what);
    graph_text kept = graph_text_keep(m->part, line.data, line.len);
    gaz_strbuf_release(&line);
    return kept.data && gaz_vec_push(&m->part->problems, kept) ? GAZ_OK
                                                               : graph_manifest_nomem(m, err);
}

/* Comments and commas before a closing bracket become blanks, so that columns stay. */
static void blank_comments(char *text, size_t len)
{
    size_t comma = SIZE_MAX;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '"') {
            for (i++; i < len && text[i] != '"'; i++)
                i += text[i] == '\\';
            comma = SIZE_MAX;
        } else if (c == '/' && i + 1 < len && text[i + 1] == '/') {
            for (; i < len && text[i] != '\n'; i++)
                text[i] = ' ';
        } else if (c == '/' && i + 1 < len && text[i + 1] == '*') {
            const char *end = memmem(text + i + 2, len - i - 2, "*/", 2);
            size_t stop = end ? (size_t)(end - text) + 2 : len;
            for (; i < stop; i++)
                text[i] = text[i] == '\n' ? '\n' : ' ';
            i--;
        } else if (c == ',') {
            comma = i;
        } else if ((c == '}' || c == ']') && comma != SIZE_MAX) {
            text[comma] = ' ';
            comma = SIZE_MAX;
        } else if (!strchr(" \t\r\n", c)) {
            comma = SIZE_MAX;
        }
    }
}

gaz_status graph_manifest_json(graph_manifest *m, const char *text, size_t len,
                               const gaz_json **out, gaz_error *err)
{
    *out = NULL;
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    char *copy = malloc(len + 1);
    if (!copy)
        return graph_manifest_nomem(m, err);
    memcpy(copy, text, len);
    blank_comments(copy, len);
    gaz_json *root = NULL;
    gaz_error why = {0};
    gaz_status st = gaz_json_parse(copy, len, &root, &why);
    free(copy);
    if (st == GAZ_E_NOMEM)
        return graph_manifest_nomem(m, err);
    if (st != GAZ_OK)
        return graph_manifest_problem(m, why.message, err);
    if (!gaz_vec_push(&m->part->documents, root)) {
        gaz_json_free(root);
        return graph_manifest_nomem(m, err);
    }
    *out = root;
    return GAZ_OK;
}

/* ---- meaning: a number for what was understood ---- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t both[2] = {a, b};
    return gaz_checksum(both, sizeof both);
}

static uint64_t mix_text(uint64_t a, graph_text text)
{
    return mix(a, text.data ? gaz_checksum(text.data, text.len) + text.len : 0);
}

static uint64_t mix_texts(uint64_t a, const graph_text *texts, size_t count)
{
    for (size_t i = 0; i < count; i++)
        a = mix_text(a, texts[i]);
    return mix(a, count);
}

static uint64_t mix_json(uint64_t a, const gaz_json *v)
{
    size_t len = 0;
    const char *text = gaz_json_text(v, &len), *key;
    const gaz_json *value;
    void *iter = NULL;
    a = mix(a, v ? (uint64_t)gaz_json_type_of(v) + 1 : 0);
    if (text)
        return mix(a, gaz_checksum(text, len));
    if (v && gaz_json_type_of(v) == GAZ_JSON_OBJECT)
        while (gaz_json_member(v, &iter, &key, &value))
            a = mix_json(mix(a, gaz_checksum(key, strlen(key))), value);
    else if (v && gaz_json_type_of(v) == GAZ_JSON_ARRAY)
        for (size_t i = 0; i < gaz_json_size(v); i++)
            a = mix_json(a, gaz_json_at(v, i));
    return a;
}

static uint64_t mix_scripts(uint64_t a, const graph_part *p)
{
    for (size_t i = 0; i < p->tsconfigs.len; i++) {
        const graph_tsconfig *t = &p->tsconfigs.items[i];
        a = mix(mix_text(mix_text(a, t->dir), t->base), t->has_base);
        for (uint32_t n = 0; n < t->alias_count; n++)
            a = mix_texts(mix_text(a, t->aliases[n].pattern), t->aliases[n].targets,
                          t->aliases[n].target_count);
    }
    for (size_t i = 0; i < p->packages.len; i++) {
        const graph_script_package *s = &p->packages.items[i];
        a = mix_texts(mix_text(mix_text(a, s->dir), s->name), s->entry,
                      sizeof s->entry / sizeof *s->entry);
        a = mix_json(mix_json(a, s->exports), s->imports);
    }
    return a;
}

static uint64_t mix_modules(uint64_t a, const graph_part *p)
{
    for (size_t i = 0; i < p->modules.len; i++) {
        const graph_go_module *m = &p->modules.items[i];
        a = mix(mix_text(mix_text(a, m->dir), m->path), m->work);
        for (uint32_t n = 0; n < m->replace_count; n++)
            a = mix_text(mix_text(a, m->replaces[n].from), m->replaces[n].to);
    }
    for (size_t i = 0; i < p->crates.len; i++) {
        const graph_crate *c = &p->crates.items[i];
        a = mix_texts(mix_text(mix_text(mix_text(a, c->dir), c->name), c->lib), c->bins,
                      c->bin_count);
        for (uint32_t n = 0; n < c->use_count; n++)
            a = mix_text(mix_text(a, c->uses[n].name), c->uses[n].dir);
    }
    for (size_t i = 0; i < p->psrs.len; i++)
        a = mix(mix_text(mix_text(a, p->psrs.items[i].prefix), p->psrs.items[i].dir),
                p->psrs.items[i].psr0);
    return a;
}

static uint64_t meaning_of(const graph_part *p)
{
    uint64_t a = mix_texts(1, p->roots.items, p->roots.len);
    a = mix_texts(a, p->unit_dirs.items, p->unit_dirs.len);
    for (size_t i = 0; i < p->units.len; i++) {
        const graph_unit *u = &p->units.items[i];
        a = mix_texts(mix_text(a, u->file), u->dirs, u->dir_count);
    }
    return mix_modules(mix_scripts(a, p), p);
}

/* ---- reading ---- */

/* The first manifest of a name from a file on; "*.end" is any name that ends so. */
static uint32_t next_ending(const graph_tree *tree, const char *name, uint32_t file)
{
    size_t n = strlen(name) - 1;
    for (; file < tree->files; file++) {
        uint32_t len = 0;
        const char *path = graph_tree_path(tree, file, &len);
        if (len >= n && memcmp(path + len - n, name + 1, n) == 0)
            return file;
    }
    return GRAPH_NONE;
}

static uint32_t first_manifest(const graph_tree *tree, const char *name)
{
    return *name == '*' ? next_ending(tree, name, 0) : graph_tree_base(tree, name, strlen(name));
}

static uint32_t next_manifest(const graph_tree *tree, const char *name, uint32_t file)
{
    return *name == '*' ? next_ending(tree, name, file + 1) : tree->same[file];
}

static uint64_t inputs_of(const gaz_graph_source *source, const graph_tree *tree,
                          graph_family family, const graph_part *part)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].family != family)
            continue;
        uint32_t f = first_manifest(tree, rows[i].name);
        for (; f != GRAPH_NONE; f = next_manifest(tree, rows[i].name, f)) {
            uint32_t len = 0;
            const char *path = graph_tree_path(tree, f, &len);
            sum = mix(mix(sum, gaz_checksum(path, len)),
                      gaz_checksum(&source->files[f].oid, sizeof source->files[f].oid));
        }
    }
    for (size_t i = 0; sum && part && i < part->extras.len; i++) {
        graph_text path = part->extras.items[i];
        uint32_t f = graph_tree_file(tree, path.data, path.len);
        sum = mix(sum, f == GRAPH_NONE
                           ? 1
                           : gaz_checksum(&source->files[f].oid, sizeof source->files[f].oid));
    }
    return sum;
}

gaz_status graph_manifest_text(const gaz_graph_source *source, uint32_t file, size_t max,
                               gaz_strbuf *out, gaz_error *err)
{
    gaz_strbuf_init(out, max + 65536);
    if (!source->text)
        return GAZ_E_NOT_FOUND;
    gaz_status st = source->text(source->ctx, file, max + 1, out, err);
    if (st == GAZ_OK && (out->len > max || gaz_strbuf_check(out, NULL) == GAZ_E_LIMIT))
        st = GAZ_E_LIMIT;
    return st;
}

static gaz_status read_one(graph_part *part, const gaz_graph_source *source, const graph_tree *tree,
                           const struct manifest_row *row, uint32_t file, gaz_error *err)
{
    uint32_t len = 0;
    const char *path = graph_tree_path(tree, file, &len);
    uint32_t base = tree->base_at[file];
    if (len > GAZ_GRAPH_PATH_MAX)
        return GAZ_OK;
    graph_manifest m = {.part = part,
                        .tree = tree,
                        .source = source,
                        .path = graph_text_keep(part, path, len),
                        .dir = graph_text_keep(part, path, base ? base - 1 : 0)};
    if (!m.path.data || !m.dir.data)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot read %.200s: out of memory", path);
    gaz_strbuf text;
    gaz_status st = graph_manifest_text(source, file, row->max, &text, err);
    m.text = text.data;
    m.len = text.len;
    if (st == GAZ_OK)
        st = row->read(&m, err);
    else if (st == GAZ_E_LIMIT)
        st = graph_manifest_problem(&m, "too large to be read", err);
    else if (st == GAZ_E_NOT_FOUND)
        st = graph_manifest_problem(&m, "cannot be read", err);
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status read_part(const gaz_graph_source *source, const graph_tree *tree,
                            graph_family family, graph_part **out, gaz_error *err)
{
    graph_part *part = calloc(1, sizeof *part);
    if (!part)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot read manifests: out of memory");
    atomic_init(&part->refs, 1);
    gaz_arena_init(&part->arena, (size_t)2 << 30);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].family != family)
            continue;
        uint32_t f = first_manifest(tree, rows[i].name);
        for (unsigned n = 0; st == GAZ_OK && f != GRAPH_NONE && n < MANIFESTS_MAX; n++) {
            st = read_one(part, source, tree, &rows[i], f, err);
            f = next_manifest(tree, rows[i].name, f);
        }
    }
    if (st == GAZ_OK && family == FAMILY_SCRIPT)
        st = finish_script(part, tree, err);
    if (st == GAZ_OK && family == FAMILY_RUST)
        st = finish_rust(part, tree, err);
    if (st != GAZ_OK) {
        part_unref(part);
        return st;
    }
    part->meaning = meaning_of(part);
    *out = part;
    return GAZ_OK;
}

static gaz_status part_of(const gaz_graph_source *source, const graph_tree *tree,
                          graph_family family, graph_part *before, graph_part **out, gaz_error *err)
{
    uint64_t inputs = inputs_of(source, tree, family, before);
    if (inputs == 0)
        return GAZ_OK;
    if (before && before->inputs == inputs) {
        atomic_fetch_add(&before->refs, 1);
        *out = before;
        return GAZ_OK;
    }
    gaz_status st = read_part(source, tree, family, out, err);
    if (st == GAZ_OK)
        (*out)->inputs = inputs_of(source, tree, family, *out);
    return st;
}

gaz_status graph_manifests_read(const gaz_graph_source *source, const graph_tree *tree,
                                const graph_manifests *before, bool differs[FAMILY_COUNT],
                                graph_manifests **out, gaz_error *err)
{
    graph_manifests *m = calloc(1, sizeof *m);
    if (!m)
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot read manifests: out of memory");
    atomic_init(&m->refs, 1);
    for (int f = 0; f < FAMILY_COUNT; f++) {
        graph_part *old = before ? before->part[f] : NULL;
        gaz_status st = part_of(source, tree, (graph_family)f, old, &m->part[f], err);
        if (st != GAZ_OK) {
            graph_manifests_unref(m);
            return st;
        }
        const graph_part *part = m->part[f];
        differs[f] |= (!part != !old) || (part && part->meaning != old->meaning);
    }
    *out = m;
    return GAZ_OK;
}
