/* Facts are extracted, written to a segment and read back, so that what is tested has gone the way
 * of a real index. */
#include "symbol_world.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/symbols/symbols.h"

uint32_t symbol_world_language(const char *path)
{
    static const struct {
        const char *extension;
        uint32_t language;
    } rows[] = {{".c", 41},     {".h", 41},      {".cc", 43},        {".cpp", 43},  {".hpp", 43},
                {".hh", 43},    {".py", 303},    {".js", 183},       {".mjs", 183}, {".cjs", 183},
                {".jsx", 183},  {".ts", 378},    {".tsx", 94901924}, {".go", 132},  {".rs", 327},
                {".java", 181}, {".cs", 42},     {".rb", 326},       {".php", 272}, {".sh", 346},
                {".kt", 189},   {".swift", 362}, {".scala", 341},    {".lua", 213}, {".bats", 346},
                {".bash", 346}, {".rake", 326}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(dot, rows[i].extension) == 0)
            return rows[i].language;
    return 0;
}

gaz_status symbol_world_add(symbol_world *w, const char *path, const char *text, size_t len,
                            gaz_error *err)
{
    world_file f = {strdup(path), malloc(len + 1), len, symbol_world_language(path)};
    if (!f.path || !f.text || !gaz_vec_push(&w->files, f)) {
        free(f.path);
        free(f.text);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for %s", path);
    }
    memcpy(f.text, text, len);
    f.text[len] = '\0';
    return GAZ_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const world_file *)a)->path, ((const world_file *)b)->path);
}

/* ---- facts, from the form of the extractor to that of the store ---- */

static gaz_symbol_name name_of(gaz_slice s)
{
    uint32_t len = s.len < GAZ_SYMBOL_NAME_MAX ? s.len : GAZ_SYMBOL_NAME_MAX;
    return (gaz_symbol_name){s.data, len};
}

static gaz_symbol_text text_of(const world_file *f, gaz_slice s)
{
    if (!s.len)
        return (gaz_symbol_text){.start = GAZ_SYMBOL_NOWHERE};
    if (s.data >= f->text && s.data + s.len <= f->text + f->len)
        return (gaz_symbol_text){.start = (uint32_t)(s.data - f->text), .len = s.len};
    uint32_t len = s.len < GAZ_SYMBOL_TEXT_MAX ? s.len : GAZ_SYMBOL_TEXT_MAX;
    return (gaz_symbol_text){.start = GAZ_SYMBOL_NOWHERE, .len = len, .data = s.data};
}

static gaz_symbol_definition definition_of(const world_file *f, const gaz_definition *d)
{
    return (gaz_symbol_definition){.kind = d->kind,
                                   .visibility = d->visibility,
                                   .flags = d->flags,
                                   .container = d->container,
                                   .name = name_of(d->name),
                                   .container_name = name_of(d->container_name),
                                   .signature = text_of(f, d->signature),
                                   .type = text_of(f, d->type),
                                   .doc = text_of(f, d->doc),
                                   .start = d->span.start,
                                   .end = d->span.end,
                                   .start_line = d->span.start_line,
                                   .end_line = d->span.end_line,
                                   .name_start = d->name_span.start,
                                   .name_end = d->name_span.end,
                                   .name_line = d->name_span.start_line,
                                   .body_start = d->body_start,
                                   .body_end = d->body_end};
}

static gaz_symbol_reference reference_of(const world_file *f, const gaz_reference *r)
{
    return (gaz_symbol_reference){.role = r->role,
                                  .flags = r->flags,
                                  .arity = r->arity,
                                  .start = r->start,
                                  .line = r->line,
                                  .enclosing = r->enclosing,
                                  .name = name_of(r->name),
                                  .receiver_type = name_of(r->receiver_type),
                                  .qualifier = text_of(f, r->qualifier)};
}

static gaz_symbol_import import_of(const gaz_import *m)
{
    return (gaz_symbol_import){.kind = m->kind,
                               .flags = m->flags,
                               .level = m->level,
                               .start = m->start,
                               .line = m->line,
                               .enclosing = m->enclosing,
                               .path = name_of(m->path),
                               .name = name_of(m->name),
                               .alias = name_of(m->alias)};
}

static gaz_symbol_key key_of(size_t index, uint32_t language)
{
    gaz_symbol_key key = {.language = language};
    memset(&key.oid, 0, sizeof key.oid);
    uint64_t number = index + 1;
    memcpy(&key.oid, &number, sizeof number);
    return key;
}

static gaz_status add_facts(symbol_world *w, size_t index, gaz_extractor *x, gaz_facts *facts,
                            gaz_symbol_writer *writer, gaz_error *err)
{
    const world_file *f = &w->files.items[index];
    gaz_arena arena;
    gaz_status st = gaz_extract(x, f->language, f->text, f->len, GAZ_FACTS_ALL, facts, err);
    if (st != GAZ_OK)
        return st;
    gaz_arena_init(&arena, (size_t)1 << 30);
    gaz_symbol_definition *d =
        gaz_arena_array(&arena, facts->definition_count + (size_t)1, sizeof *d);
    gaz_symbol_reference *r =
        gaz_arena_array(&arena, facts->reference_count + (size_t)1, sizeof *r);
    gaz_symbol_import *m = gaz_arena_array(&arena, facts->import_count + (size_t)1, sizeof *m);
    if (!d || !r || !m) {
        gaz_arena_release(&arena);
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for the facts of %s", f->path);
    }
    for (uint32_t i = 0; i < facts->definition_count; i++)
        d[i] = definition_of(f, &facts->definitions[i]);
    for (uint32_t i = 0; i < facts->reference_count; i++)
        r[i] = reference_of(f, &facts->references[i]);
    for (uint32_t i = 0; i < facts->import_count; i++)
        m[i] = import_of(&facts->imports[i]);
    gaz_symbol_facts out = {.key = key_of(index, f->language),
                            .fingerprint = gaz_symbols_fingerprint(f->language),
                            .outcome = facts->outcome,
                            .has_errors = facts->has_errors,
                            .definitions = d,
                            .references = r,
                            .imports = m,
                            .definition_count = facts->definition_count,
                            .reference_count = facts->reference_count,
                            .import_count = facts->import_count};
    st = gaz_symbol_writer_add(writer, &out, GAZ_REFERENCE_LOCAL, f->text, f->len, err);
    gaz_arena_release(&arena);
    return st;
}

static gaz_status write_segment(symbol_world *w, const char *path, gaz_error *err)
{
    gaz_extractor *x = NULL;
    gaz_symbol_writer *writer = NULL;
    gaz_symbol_row row;
    gaz_facts facts;
    gaz_facts_init(&facts);
    gaz_status st = gaz_extractor_new(NULL, &x, err);
    if (st == GAZ_OK)
        st = gaz_symbol_writer_open(path, &writer, err);
    for (size_t i = 0; st == GAZ_OK && i < w->files.len; i++)
        if (w->files.items[i].language)
            st = add_facts(w, i, x, &facts, writer, err);
    if (st == GAZ_OK)
        st = gaz_symbol_writer_finish(writer, &row, err);
    gaz_symbol_writer_close(writer);
    gaz_facts_release(&facts);
    gaz_extractor_free(x);
    return st;
}

/* ---- view and graph ---- */

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    const symbol_world *w = ctx;
    (void)err;
    if (file >= w->files.len)
        return GAZ_E_NOT_FOUND;
    const world_file *f = &w->files.items[file];
    gaz_strbuf_add(out, f->text, f->len < max ? f->len : max);
    return GAZ_OK;
}

static gaz_status make_view(symbol_world *w, gaz_error *err)
{
    gaz_symbol_file *files = calloc(w->files.len + 1, sizeof *files);
    if (!files)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a view");
    for (size_t i = 0; i < w->files.len; i++) {
        gaz_symbol_key key = key_of(i, w->files.items[i].language);
        files[i] = (gaz_symbol_file){key.oid, key.language};
    }
    gaz_status st =
        gaz_symbol_view_new(&w->segment, 1, files, (uint32_t)w->files.len, NULL, &w->view, err);
    free(files);
    return st;
}

static gaz_status make_graph(symbol_world *w, gaz_error *err)
{
    gaz_graph_file *files = calloc(w->files.len + 1, sizeof *files);
    if (!files)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a graph");
    for (size_t i = 0; i < w->files.len; i++) {
        const world_file *f = &w->files.items[i];
        files[i] = (gaz_graph_file){.path = f->path,
                                    .path_len = (uint32_t)strlen(f->path),
                                    .language = f->language,
                                    .oid = key_of(i, f->language).oid};
    }
    gaz_graph_source source = {files, (uint32_t)w->files.len, w->view, read_text, w};
    gaz_status st = gaz_graph_new(&source, NULL, &w->graph, err);
    free(files);
    return st;
}

gaz_status symbol_world_build(symbol_world *w, const char *dir, gaz_error *err)
{
    char path[4096];
    bool cpp = false;
    for (size_t i = 0; i < w->files.len; i++)
        cpp |= w->files.items[i].language == 43;
    for (size_t i = 0; cpp && i < w->files.len; i++)
        if (w->files.items[i].language == 41 && strstr(w->files.items[i].path, ".h"))
            w->files.items[i].language = 43; /* headers of a C++ project */
    qsort(w->files.items, w->files.len, sizeof *w->files.items, by_path);
    snprintf(path, sizeof path, "%s/world.seg", dir);
    gaz_status st = write_segment(w, path, err);
    if (st == GAZ_OK)
        st = gaz_symbol_segment_open(path, &w->segment, err);
    if (st == GAZ_OK)
        st = make_view(w, err);
    return st == GAZ_OK ? make_graph(w, err) : st;
}

gaz_resolve_source symbol_world_source(symbol_world *w)
{
    return (gaz_resolve_source){.view = w->view, .graph = w->graph, .text = read_text, .ctx = w};
}

void symbol_world_release(symbol_world *w)
{
    gaz_graph_unref(w->graph);
    gaz_symbol_view_unref(w->view);
    gaz_symbol_segment_unref(w->segment);
    for (size_t i = 0; i < w->files.len; i++) {
        free(w->files.items[i].path);
        free(w->files.items[i].text);
    }
    gaz_vec_free(&w->files);
    *w = (symbol_world){0};
}

uint32_t symbol_world_find(const symbol_world *w, const char *path)
{
    for (size_t i = 0; i < w->files.len; i++)
        if (strcmp(w->files.items[i].path, path) == 0)
            return (uint32_t)i;
    return UINT32_MAX;
}
