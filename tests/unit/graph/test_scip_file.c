/* The file an index is kept as: loaded for the tree it was made of it says what was read; loaded
 * for another, only what is the same there; and several are one. Files that are damaged are
 * refused. */
#include "gaz_test.h"

#include "gaz/base/fs.h"
#include "gaz/base/varint.h"
#include "gaz/graph/scip.h"
#include "scip_writer.h"

#define FILES 3
#define SECTIONS 6 /* of a file */

typedef struct tree_file {
    const char *path, *text;
    uint8_t version; /* of its blob */
} tree_file;

typedef struct scene {
    char *dir;
    tree_file files[FILES];
    gaz_scip_tree tree;
} scene;

static uint32_t find_path(void *ctx, const char *path, size_t len)
{
    const scene *s = ctx;
    for (uint32_t i = 0; i < FILES; i++)
        if (s->files[i].path && strlen(s->files[i].path) == len &&
            memcmp(s->files[i].path, path, len) == 0)
            return i;
    return UINT32_MAX;
}

static void about_file(void *ctx, uint32_t file, gaz_scip_file *out)
{
    const tree_file *f = &((const scene *)ctx)->files[file];
    *out = (gaz_scip_file){.path = f->path, .path_len = (uint32_t)strlen(f->path)};
    out->blob.id[0] = (uint8_t)(file + 1);
    out->blob.id[19] = f->version;
}

static gaz_status read_text(void *ctx, uint32_t file, size_t max, gaz_strbuf *out, gaz_error *err)
{
    const scene *s = ctx;
    (void)max, (void)err;
    if (!s->files[file].text)
        return GAZ_E_NOT_FOUND;
    gaz_strbuf_puts(out, s->files[file].text);
    return GAZ_OK;
}

static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    s->dir = make_temp_dir();
    s->files[0] = (tree_file){"a.ts", "import { f } from './lib/b';\nf(); g();\n", 1};
    s->files[1] = (tree_file){"lib/b.ts", "export function f() {}\nexport class C {}\n", 1};
    s->files[2] = (tree_file){"z.ts", "function g() {}\nf();\n", 1};
    s->tree = (gaz_scip_tree){
        .file_count = FILES, .find = find_path, .about = about_file, .text = read_text, .ctx = s};
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
    free(s);
    return 0;
}

#define F "s npm p 1 `b.ts`/f()."
#define C "s npm p 1 `b.ts`/C#"
#define G "s npm p 1 `z.ts`/g()."

static void end_document(gaz_strbuf *index, const char *path, gaz_strbuf *rest)
{
    gaz_strbuf document = GAZ_STRBUF_INIT;
    wire_text(&document, 1, path);
    gaz_strbuf_add(&document, rest->data, rest->len);
    gaz_strbuf_release(rest);
    wire_part(index, 2, &document);
}

/* a.ts uses f of lib/b.ts and g of z.ts. */
static gaz_strbuf make_index(bool with_z)
{
    gaz_strbuf index = GAZ_STRBUF_INIT, a = GAZ_STRBUF_INIT, b = GAZ_STRBUF_INIT,
               z = GAZ_STRBUF_INIT;
    scip_metadata_add(&index, "scip-typescript");
    scip_occurrence_add(&a, 0, 9, 10, F, 0);
    scip_occurrence_add(&a, 1, 0, 1, F, 0);
    scip_occurrence_add(&a, 1, 5, 6, G, 0);
    end_document(&index, "a.ts", &a);
    scip_occurrence_add(&b, 0, 16, 17, F, 1);
    scip_occurrence_add(&b, 1, 13, 14, C, 1);
    scip_occurrence_add(&b, 0, 20, 21, "local 1", 1);
    scip_heir_add(&b, C, F);
    end_document(&index, "lib/b.ts", &b);
    scip_occurrence_add(&z, 0, 9, 10, G, 1);
    if (with_z)
        end_document(&index, "z.ts", &z);
    gaz_strbuf_release(&z);
    return index;
}

static void path_in(const scene *s, const char *name, char out[600])
{
    snprintf(out, 600, "%s/%s", s->dir, name);
}

static void write_index(scene *s, gaz_strbuf *index, const char *file, char name[GAZ_SEALED_NAME])
{
    gaz_error err = {0};
    gaz_scip_edges *edges = NULL;
    char path[600];
    uint64_t size = 0;
    path_in(s, file, path);
    assert_ok(gaz_scip_read(index->data, index->len, &s->tree, &edges, &err));
    assert_ok(gaz_scip_write(edges, &s->tree, path, name, &size, &err));
    assert_true(size > 100);
    gaz_scip_edges_unref(edges);
    gaz_strbuf_release(index);
}

static gaz_status load(scene *s, const char *first, const char *second, size_t *loaded,
                       gaz_scip_edges **edges, gaz_error *err)
{
    char paths[2][600];
    const char *files[] = {paths[0], paths[1]};
    path_in(s, first, paths[0]);
    path_in(s, second ? second : "", paths[1]);
    return gaz_scip_load(files, second ? 2 : 1, &s->tree, edges, loaded, err);
}

static uint32_t bound_to(const gaz_scip_edges *edges, uint32_t file, uint32_t at, uint32_t *start)
{
    gaz_scip_meaning m;
    gaz_scip_edges_at(edges, file, at, &m);
    *start = m.count ? m.targets[0].start : UINT32_MAX;
    return m.known && m.count ? m.targets[0].file : UINT32_MAX;
}

static void what_was_read_is_what_is_loaded(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    char name[GAZ_SEALED_NAME], again[GAZ_SEALED_NAME];
    size_t loaded = 0;
    uint32_t start, count;
    gaz_scip_edges *edges = NULL;
    gaz_scip_meaning m;
    gaz_strbuf index = make_index(true), same = make_index(true);
    write_index(s, &index, "one", name);
    write_index(s, &same, "two", again);
    assert_string_equal(name, again); /* the same bytes for the same index */
    assert_ok(load(s, "one", NULL, &loaded, &edges, &err));
    assert_int_equal(1, loaded);
    assert_int_equal(1, bound_to(edges, 0, 29, &start));
    assert_int_equal(16, start);
    assert_int_equal(2, bound_to(edges, 0, 34, &start));
    assert_int_equal(9, start);
    uint32_t f = gaz_scip_edges_symbol(edges, 1, 16), c = gaz_scip_edges_symbol(edges, 1, 36);
    const gaz_scip_place *uses = gaz_scip_edges_uses(edges, f, &count);
    assert_int_equal(2, count);
    assert_int_equal(9, uses[0].start);
    const uint32_t *heirs = gaz_scip_edges_heirs(edges, f, &count);
    assert_int_equal(1, count);
    assert_int_equal(c, heirs[0]);
    gaz_scip_edges_at(edges, 1, 20, &m);
    assert_true(m.known && m.local && m.definition);
    assert_true(gaz_scip_edges_intact(edges, 1));
    assert_int_equal(3, gaz_scip_edges_summary(edges)->documents);
    for (uint32_t i = 0; i < FILES; i++)
        assert_int_equal(1, gaz_scip_edges_cover(edges, i));
    assert_true(gaz_scip_edges_memory(edges) > 100);
    gaz_scip_edges_unref(gaz_scip_edges_ref(edges));
    gaz_scip_edges_unref(edges);
}

static void of_another_tree_only_what_is_the_same_there_counts(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    char name[GAZ_SEALED_NAME];
    size_t loaded = 0;
    uint32_t start;
    gaz_scip_edges *edges = NULL;
    gaz_scip_meaning m;
    gaz_strbuf index = make_index(true);
    write_index(s, &index, "one", name);
    s->files[1].version = 2; /* lib/b.ts has changed */
    s->files[1].text = NULL; /* texts are not needed any more */
    s->files[0].text = NULL;
    assert_ok(load(s, "one", NULL, &loaded, &edges, &err));
    gaz_scip_edges_at(edges, 0, 29, &m);
    assert_true(m.lost && !m.known); /* f was somewhere in it */
    assert_int_equal(0, m.count);
    assert_int_equal(2, bound_to(edges, 0, 34, &start)); /* g is where it was */
    gaz_scip_edges_at(edges, 1, 16, &m);
    assert_false(m.known);
    assert_int_equal(0, gaz_scip_edges_cover(edges, 1));
    assert_int_equal(1, gaz_scip_edges_cover(edges, 0));
    assert_false(gaz_scip_edges_intact(edges, 1));
    gaz_scip_edges_unref(edges);
    s->files[1].version = 1;
    s->files[0].path = NULL; /* deleted */
    assert_ok(load(s, "one", NULL, &loaded, &edges, &err));
    assert_int_equal(0, gaz_scip_edges_cover(edges, 0));
    assert_int_not_equal(UINT32_MAX, gaz_scip_edges_symbol(edges, 1, 16));
    assert_false(gaz_scip_edges_intact(edges, 1));
    gaz_scip_edges_unref(edges);
}

static void indexes_are_joined_by_the_names_of_symbols(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    char name[GAZ_SEALED_NAME];
    size_t loaded = 0;
    uint32_t start;
    gaz_scip_edges *edges = NULL;
    gaz_scip_meaning m;
    gaz_strbuf without = make_index(false), z = GAZ_STRBUF_INIT, other = GAZ_STRBUF_INIT;
    write_index(s, &without, "ab", name);
    scip_metadata_add(&z, "scip-typescript");
    scip_occurrence_add(&other, 0, 9, 10, G, 1);
    scip_occurrence_add(&other, 1, 0, 1, F, 0);
    scip_occurrence_add(&other, 1, 2, 3, "local 1", 0); /* not the local 1 of lib/b.ts */
    end_document(&z, "z.ts", &other);
    write_index(s, &z, "z", name);
    assert_ok(load(s, "ab", NULL, &loaded, &edges, &err));
    assert_int_equal(UINT32_MAX, bound_to(edges, 0, 34, &start));
    gaz_scip_edges_at(edges, 0, 34, &m);
    assert_true(m.lost && !m.known); /* g is of the same package: not foreign, but nowhere */
    gaz_scip_edges_unref(edges);
    assert_ok(load(s, "ab", "z", &loaded, &edges, &err));
    assert_int_equal(2, loaded);
    assert_int_equal(2, bound_to(edges, 0, 34, &start));
    assert_int_equal(1, bound_to(edges, 2, 16, &start));
    gaz_scip_edges_at(edges, 2, 18, &m);
    assert_true(m.known && m.local);
    assert_int_equal(0, m.count);
    assert_int_equal(1, gaz_scip_edges_cover(edges, 0));
    assert_int_equal(2, gaz_scip_edges_cover(edges, 2));
    gaz_scip_edges_unref(edges);
}

static void what_does_not_fit_the_memory_is_left_out(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    char name[GAZ_SEALED_NAME];
    size_t loaded = 0;
    gaz_scip_edges *edges = NULL;
    gaz_strbuf index = make_index(true), other = make_index(false);
    write_index(s, &index, "one", name);
    write_index(s, &other, "two", name);
    assert_ok(load(s, "one", NULL, &loaded, &edges, &err));
    s->tree.memory = gaz_scip_edges_memory(edges) + 100;
    gaz_scip_edges_unref(edges);
    assert_ok(load(s, "one", "two", &loaded, &edges, &err));
    assert_int_equal(1, loaded);
    gaz_scip_edges_unref(edges);
    s->tree.memory = 100;
    assert_status(GAZ_E_LIMIT, load(s, "one", "two", &loaded, &edges, &err));
    s->tree.memory = 0;
    s->tree.deadline_us = 1;
    gaz_error_clear(&err);
    assert_status(GAZ_E_TIMEOUT, load(s, "one", NULL, &loaded, &edges, &err));
}

/* ---- hostile files ---- */

static gaz_status load_bytes(scene *s, const char *data, size_t len)
{
    gaz_error err = {0};
    char path[600];
    size_t loaded;
    gaz_scip_edges *edges = NULL;
    path_in(s, "hostile", path);
    assert_ok(gaz_file_write(path, data, len, 0600, &err));
    gaz_status st = load(s, "hostile", NULL, &loaded, &edges, &err);
    if (st == GAZ_OK)
        gaz_scip_edges_unref(edges);
    else
        assert_true(err.message[0]);
    return st;
}

static void a_damaged_file_is_refused(void **state)
{
    scene *s = *state;
    gaz_error err = {0};
    char name[GAZ_SEALED_NAME], path[600];
    gaz_strbuf index = make_index(true), bytes = GAZ_STRBUF_INIT;
    write_index(s, &index, "one", name);
    path_in(s, "one", path);
    assert_ok(gaz_file_read(path, 1 << 20, &bytes, &err));
    for (size_t i = 0; i < bytes.len; i++) {
        bytes.data[i] = (char)(bytes.data[i] ^ 0x20);
        assert_int_not_equal(GAZ_OK, load_bytes(s, bytes.data, bytes.len));
        bytes.data[i] = (char)(bytes.data[i] ^ 0x20);
        if (i % 16 == 0)
            assert_int_not_equal(GAZ_OK, load_bytes(s, bytes.data, i));
    }
    assert_int_equal(GAZ_OK, load_bytes(s, bytes.data, bytes.len));
    gaz_strbuf_release(&bytes);
    assert_status(GAZ_E_NOT_FOUND, load(s, "gone", NULL, &(size_t){0}, NULL, &err));
}

/* Whole by its checksums, and nonsense: what a program of another mind might have written. */
static gaz_status load_sections(scene *s, const gaz_strbuf sections[SECTIONS])
{
    gaz_error err = {0};
    char path[600], name[GAZ_SEALED_NAME];
    size_t loaded;
    gaz_sealed_writer *w = NULL;
    gaz_scip_edges *edges = NULL;
    path_in(s, "nonsense", path);
    remove(path);
    assert_ok(gaz_sealed_writer_open(path, GAZ_SCIP_KIND, GAZ_SCIP_VERSION, &w, &err));
    for (unsigned i = 0; i < SECTIONS; i++) {
        assert_ok(gaz_sealed_begin(w, i, &err));
        assert_ok(gaz_sealed_append(w, sections[i].data, sections[i].len, &err));
    }
    assert_ok(gaz_sealed_finish(w, name, NULL, &err));
    gaz_sealed_writer_close(w);
    gaz_status st = load(s, "nonsense", NULL, &loaded, &edges, &err);
    if (st == GAZ_OK)
        gaz_scip_edges_unref(edges);
    return st;
}

static void read_sections(scene *s, const char *file, gaz_strbuf out[SECTIONS])
{
    gaz_error err = {0};
    char path[600];
    gaz_sealed *f = NULL;
    path_in(s, file, path);
    assert_ok(gaz_sealed_open(path, GAZ_SCIP_KIND, GAZ_SCIP_VERSION, &f, &err));
    for (unsigned i = 0; i < SECTIONS; i++) {
        const uint8_t *data = NULL;
        uint64_t len = gaz_sealed_len(f, i);
        out[i] = GAZ_STRBUF_INIT;
        if (len)
            assert_ok(gaz_sealed_get(f, i, 0, len, &data, &err));
        gaz_strbuf_add(&out[i], data, len);
    }
    gaz_sealed_close(f);
}

static void nonsense_in_a_whole_file_is_refused_or_harmless(void **state)
{
    scene *s = *state;
    char name[GAZ_SEALED_NAME];
    gaz_strbuf index = make_index(true), sections[SECTIONS];
    unsigned refused = 0, tried = 0;
    write_index(s, &index, "one", name);
    read_sections(s, "one", sections);
    assert_int_equal(GAZ_OK, load_sections(s, sections));
    static const char values[] = {0, 1, 2, 0x7f, (char)0x80, (char)0xff};
    for (unsigned i = 0; i < SECTIONS; i++)
        for (size_t at = 0; at < sections[i].len; at += i == 3 ? 8 : 1)
            for (size_t v = 0; v < sizeof values; v++) {
                char before = sections[i].data[at];
                sections[i].data[at] = values[v];
                gaz_status st = load_sections(s, sections);
                assert_true(st == GAZ_OK || st == GAZ_E_CORRUPT || st == GAZ_E_LIMIT);
                refused += st != GAZ_OK;
                tried++;
                sections[i].data[at] = before;
            }
    for (unsigned i = 0; i < SECTIONS; i++) { /* a section too short, or too long */
        size_t len = sections[i].len;
        sections[i].len = len - 1;
        assert_int_equal(GAZ_E_CORRUPT, load_sections(s, sections));
        sections[i].len = len;
    }
    assert_true(refused > 100 && refused < tried);
    for (unsigned i = 0; i < SECTIONS; i++)
        gaz_strbuf_release(&sections[i]);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_was_read_is_what_is_loaded, setup, teardown),
        cmocka_unit_test_setup_teardown(of_another_tree_only_what_is_the_same_there_counts, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(indexes_are_joined_by_the_names_of_symbols, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(what_does_not_fit_the_memory_is_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(a_damaged_file_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(nonsense_in_a_whole_file_is_refused_or_harmless, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
