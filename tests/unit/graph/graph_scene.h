/* Trees of made-up files: their facts are written down line by line, so that the rules of imports
 * are tested without a parser.
 *
 *   === a/b.c              a file; lines follow
 *   @import KIND PATH      Q "…", A <…>, M module, F path:name, P package, S source, R re-export;
 *                          leading dots of PATH are levels; a last word of flags: * all, s static,
 *                          c computed, d dynamic, i in the definition before. A path with blanks
 *                          stands in backquotes
 *   @define KIND NAME      package, namespace, module, type, function, method, test, constant;
 * deeper ones are put into the last namespace or module with "in"
 *   @use NAME              a reference; `A::B` is two, `.f` is a member; "in" behind it: in the
 * last namespace or module anything else          the file's text
 *   === edges              what is expected, see scene_edges() */
#ifndef GRAPH_SCENE_H
#define GRAPH_SCENE_H

#include "gaz_test.h"

#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/graph/graph.h"

typedef struct scene_file {
    char *path, *body; /* body: the lines */
} scene_file;

typedef struct scene {
    GAZ_VEC(scene_file) files;
    char *dir;
    char *expected;
} scene;

/* What a graph is made from, for one state of the scene. */
typedef struct scene_state {
    gaz_graph_file *files;
    char **texts;
    uint32_t count;
    gaz_symbol_segment *segment;
    gaz_symbol_view *view;
    gaz_graph_source source;
} scene_state;

static inline int scene_by_path(const void *left, const void *right)
{
    return strcmp(((const scene_file *)left)->path, ((const scene_file *)right)->path);
}

static inline uint32_t scene_language(const char *path)
{
    static const struct {
        const char *end;
        uint32_t language;
    } rows[] = {{".c", 41},     {".h", 41},         {".cc", 43},     {".hpp", 43},   {".py", 303},
                {".pyi", 303},  {".js", 183},       {".mjs", 183},   {".jsx", 183},  {".ts", 378},
                {".mts", 378},  {".tsx", 94901924}, {".vue", 391},   {".go", 132},   {".rs", 327},
                {".java", 181}, {".kt", 189},       {".scala", 341}, {".cs", 42},    {".rb", 326},
                {".php", 272},  {".bats", 346},     {".bash", 346},  {".rake", 326}, {".sh", 346},
                {".lua", 213},  {".swift", 362}};
    const char *dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof rows / sizeof *rows; i++)
        if (strcmp(rows[i].end, dot) == 0)
            return rows[i].language;
    return 0;
}

static inline void scene_put(scene *s, const char *path, const char *body)
{
    for (size_t i = 0; i < s->files.len; i++)
        if (strcmp(s->files.items[i].path, path) == 0) {
            free(s->files.items[i].body);
            s->files.items[i].body = strdup(body);
            return;
        }
    scene_file f = {strdup(path), strdup(body)};
    assert_true(gaz_vec_push(&s->files, f));
    qsort(s->files.items, s->files.len, sizeof f, scene_by_path);
}

static inline void scene_remove(scene *s, const char *path)
{
    for (size_t i = 0; i < s->files.len; i++)
        if (strcmp(s->files.items[i].path, path) == 0) {
            free(s->files.items[i].path);
            free(s->files.items[i].body);
            memmove(&s->files.items[i], &s->files.items[i + 1],
                    (s->files.len - i - 1) * sizeof *s->files.items);
            s->files.len--;
            return;
        }
    fail_msg("no file %s", path);
}

static inline void scene_init(scene *s)
{
    *s = (scene){.dir = make_temp_dir()};
}

static inline void scene_release(scene *s)
{
    gaz_error err = {0};
    for (size_t i = 0; i < s->files.len; i++) {
        free(s->files.items[i].path);
        free(s->files.items[i].body);
    }
    gaz_vec_free(&s->files);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
    free(s->expected);
}

static inline void scene_load(scene *s, const char *text)
{
    while (*text) {
        assert_int_equal(0, strncmp(text, "=== ", 4));
        const char *line = strchr(text, '\n');
        char *path = strndup(text + 4, (size_t)(line - text) - 4);
        const char *next = strstr(line, "\n=== ");
        const char *end = next ? next + 1 : line + strlen(line);
        char *body = strndup(line + 1, (size_t)(end - line) - 1);
        if (strcmp(path, "edges") == 0) {
            s->expected = strdup(body);
        } else {
            scene_put(s, path, body);
        }
        free(path);
        free(body);
        text = end;
    }
}

/* ---- facts ---- */

typedef struct scene_facts {
    GAZ_VEC(gaz_symbol_import) imports;
    GAZ_VEC(gaz_symbol_definition) definitions;
    GAZ_VEC(gaz_symbol_reference) references;
    uint32_t container;
} scene_facts;

static inline gaz_symbol_name scene_name(const char *text, size_t len)
{
    return (gaz_symbol_name){text, (uint32_t)len};
}

static inline void scene_import(scene_facts *f, const char *line, size_t len, uint32_t number)
{
    static const char kinds[] = " MFQARPS"; /* the numbers of gaz_import_kind */
    gaz_symbol_import im = {.kind = (uint8_t)(strchr(kinds, line[0]) - kinds),
                            .line = number,
                            .enclosing = GAZ_SYMBOL_NONE};
    const char *path = line + 2, *end = line + len;
    const char *close = *path == '`' ? memchr(path + 1, '`', len - 3) : NULL;
    const char *space = close ? close + 1 : memchr(path, ' ', len - 2);
    for (const char *c = space ? space + 1 : end; c < end; c++) {
        im.flags |= *c == '*' ? 1 : *c == 'd' ? 2 : *c == 's' ? 8 : *c == 'c' ? 16 : 0;
        im.enclosing = *c == 'i' ? (uint32_t)f->definitions.len - 1 : im.enclosing;
    }
    path += close != NULL;
    end = close ? close : space ? space : end;
    const char *colon = im.kind == 2 ? memrchr(path, ':', (size_t)(end - path)) : NULL;
    if (colon)
        im.name = scene_name(colon + 1, (size_t)(end - colon - 1));
    end = colon ? colon : end;
    bool levels = (im.kind == 1 || im.kind == 2) && memchr(path, '/', (size_t)(end - path)) == NULL;
    for (; levels && path < end && *path == '.'; path++)
        im.level++;
    im.path = scene_name(path, (size_t)(end - path));
    assert_true(gaz_vec_push(&f->imports, im));
}

static inline void scene_define(scene_facts *f, const char *line, size_t len, uint32_t number)
{
    static const struct {
        const char *word;
        uint8_t kind, flags;
    } kinds[] = {{"package", 14, 0}, {"namespace", 12, 0}, {"module", 13, 0}, {"type", 4, 0},
                 {"function", 1, 0}, {"method", 2, 8},     {"test", 1, 4},    {"constant", 17, 0}};
    bool inside = len > 3 && strncmp(line, "in ", 3) == 0;
    line += inside ? 3 : 0;
    len -= inside ? 3 : 0;
    const char *space = memchr(line, ' ', len);
    gaz_symbol_definition d = {.container = inside ? f->container : GAZ_SYMBOL_NONE,
                               .name = scene_name(space + 1, len - (size_t)(space + 1 - line)),
                               .start_line = number,
                               .end_line = number,
                               .name_line = number};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strncmp(kinds[i].word, line, (size_t)(space - line)) == 0) {
            d.kind = kinds[i].kind;
            d.flags = kinds[i].flags;
        }
    if (d.kind == 13) /* one with a body */
        d.end = d.body_end = 1;
    if (d.kind == 12 || d.kind == 13)
        f->container = (uint32_t)f->definitions.len;
    assert_true(gaz_vec_push(&f->definitions, d));
}

static inline void scene_use(scene_facts *f, const char *line, size_t len, uint32_t number,
                             uint32_t at)
{
    bool inside = len > 3 && strncmp(line + len - 3, " in", 3) == 0;
    len -= inside ? 3 : 0;
    for (const char *name = line, *end = line + len; name <= end;) {
        const char *joint = memmem(name, (size_t)(end - name), "::", 2);
        bool member = name > line || *name == '.';
        name += *name == '.';
        size_t n = (size_t)((joint ? joint : end) - name);
        gaz_symbol_reference ref = {.role = 2,
                                    .flags = member ? 2 : 0,
                                    .arity = 255,
                                    .start = at + (uint32_t)(name - line),
                                    .line = number,
                                    .enclosing = inside ? f->container : GAZ_SYMBOL_NONE,
                                    .name = scene_name(name, n)};
        assert_true(gaz_vec_push(&f->references, ref));
        name += n + 2;
        if (!joint)
            break;
    }
}

static inline bool scene_begins(const char *line, size_t len, const char *word)
{
    return len >= strlen(word) && memcmp(line, word, strlen(word)) == 0;
}

/* Without functions that look for the end of the text: it may be long, and checked for each line.
 */
static inline void scene_read(scene_facts *f, const char *body)
{
    uint32_t number = 0;
    const char *stop = body + strlen(body);
    for (const char *line = body; line < stop;) {
        const char *end = memchr(line, '\n', (size_t)(stop - line));
        end = end ? end : stop;
        size_t len = (size_t)(end - line);
        number++;
        if (scene_begins(line, len, "@import "))
            scene_import(f, line + 8, len - 8, number);
        else if (scene_begins(line, len, "@define "))
            scene_define(f, line + 8, len - 8, number);
        else if (scene_begins(line, len, "@use "))
            scene_use(f, line + 5, len - 5, number, (uint32_t)(line + 5 - body));
        line = end < stop ? end + 1 : end;
    }
}

/* ---- states ---- */

static inline gaz_oid scene_oid(const char *body)
{
    gaz_oid oid = {{1}};
    uint64_t sum = gaz_checksum(body, strlen(body));
    memcpy(oid.id + 4, &sum, sizeof sum);
    return oid;
}

static inline gaz_status scene_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out,
                                    gaz_error *err)
{
    (void)err;
    const scene_state *st = ctx;
    if (strncmp(st->texts[file], "@unreadable", 11) == 0)
        return GAZ_E_NOT_FOUND;
    size_t len = strlen(st->texts[file]);
    gaz_strbuf_add(out, st->texts[file], len < max ? len : max);
    return GAZ_OK;
}

static inline void scene_write(scene *s, const scene_state *st)
{
    gaz_error err = {0};
    char path[600];
    gaz_symbol_writer *w = NULL;
    gaz_symbol_row row;
    uint32_t added = 0;
    snprintf(path, sizeof path, "%s/facts", s->dir);
    assert_ok(gaz_symbol_writer_open(path, &w, &err));
    for (uint32_t i = 0; i < st->count; i++) {
        bool known = st->files[i].language == 0;
        for (uint32_t n = 0; n < i && !known; n++)
            known = gaz_oid_compare(&st->files[n].oid, &st->files[i].oid) == 0 &&
                    st->files[n].language == st->files[i].language;
        if (known)
            continue;
        scene_facts f = {.container = GAZ_SYMBOL_NONE};
        scene_read(&f, st->texts[i]);
        gaz_symbol_facts facts = {.key = {st->files[i].oid, st->files[i].language},
                                  .fingerprint = 7,
                                  .definitions = f.definitions.items,
                                  .references = f.references.items,
                                  .imports = f.imports.items,
                                  .definition_count = (uint32_t)f.definitions.len,
                                  .reference_count = (uint32_t)f.references.len,
                                  .import_count = (uint32_t)f.imports.len};
        assert_ok(gaz_symbol_writer_add(w, &facts, 1, st->texts[i], strlen(st->texts[i]), &err));
        gaz_vec_free(&f.imports);
        gaz_vec_free(&f.definitions);
        gaz_vec_free(&f.references);
        added++;
    }
    gaz_symbol_segment *segment = NULL;
    if (added) {
        assert_ok(gaz_symbol_writer_finish(w, &row, &err));
        assert_ok(gaz_symbol_segment_open(path, &segment, &err));
        unlink(path);
    }
    gaz_symbol_writer_close(w);
    ((scene_state *)(uintptr_t)st)->segment = segment;
}

static inline void scene_open(scene *s, scene_state *st)
{
    gaz_error err = {0};
    size_t n = s->files.len + 1;
    *st = (scene_state){.files = calloc(n, sizeof *st->files),
                        .texts = calloc(n, sizeof *st->texts),
                        .count = (uint32_t)s->files.len};
    gaz_symbol_file *files = calloc(n, sizeof *files);
    for (uint32_t i = 0; i < st->count; i++) {
        const scene_file *f = &s->files.items[i];
        st->texts[i] = strdup(f->body);
        st->files[i] = (gaz_graph_file){.path = f->path,
                                        .path_len = (uint32_t)strlen(f->path),
                                        .language = scene_language(f->path),
                                        .oid = scene_oid(f->body)};
        files[i] = (gaz_symbol_file){st->files[i].oid, st->files[i].language};
    }
    scene_write(s, st);
    assert_ok(gaz_symbol_view_new(&st->segment, st->segment != NULL, files, st->count, NULL,
                                  &st->view, &err));
    free(files);
    st->source = (gaz_graph_source){.files = st->files,
                                    .file_count = st->count,
                                    .symbols = st->view,
                                    .text = scene_text,
                                    .ctx = st};
}

static inline void scene_close(scene_state *st)
{
    for (uint32_t i = 0; i < st->count; i++)
        free(st->texts[i]);
    free(st->texts);
    free(st->files);
    gaz_symbol_view_unref(st->view);
    gaz_symbol_segment_unref(st->segment);
}

static inline gaz_graph *scene_graph(scene *s, const gaz_graph *before)
{
    gaz_error err = {0};
    scene_state st;
    gaz_graph *graph = NULL;
    scene_open(s, &st);
    assert_ok(gaz_graph_new(&st.source, before, &graph, &err));
    scene_close(&st);
    return graph;
}

static inline char *scene_dump(const gaz_graph *graph)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_graph_dump(graph, &out);
    size_t len = 0;
    return gaz_strbuf_detach(&out, &len);
}

/* "FILE LINE NAME > TARGETS (METHOD CONFIDENCE)", "… ? CANDIDATES", "… ! REASON", and problems. */
static inline char *scene_edges(const gaz_graph *g)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (uint32_t f = 0; f < gaz_graph_file_count(g); f++)
        for (uint32_t i = 0; i < gaz_graph_import_count(g, f); i++) {
            gaz_graph_import im;
            gaz_graph_import_at(g, f, i, &im);
            gaz_strbuf_printf(&out, "%s %s", gaz_graph_path(g, f, NULL),
                              im.name_len ? im.name : "-");
            gaz_strbuf_puts(&out, im.state == GAZ_GRAPH_RESOLVED    ? " >"
                                  : im.state == GAZ_GRAPH_AMBIGUOUS ? " ?"
                                                                    : " !");
            for (uint32_t t = 0; t < im.targets; t++)
                gaz_strbuf_printf(&out, " %s",
                                  gaz_graph_path(g, gaz_graph_target(g, &im, t), NULL));
            gaz_strbuf_printf(&out, " (%s)\n",
                              im.state == GAZ_GRAPH_RESOLVED ? gaz_graph_method_name(im.method)
                                                             : gaz_graph_reason_name(im.reason));
        }
    const char *problem;
    for (size_t i = 0; (problem = gaz_graph_problem(g, i)); i++)
        gaz_strbuf_printf(&out, "%s\n", problem);
    size_t len = 0;
    return gaz_strbuf_detach(&out, &len);
}

#endif
