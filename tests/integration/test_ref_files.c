/* A ref held open: its files in order, what is known of them, their text; and nothing of it changes
 * while newer generations are published. */
#include "gaz_test.h"

#include <sys/stat.h>

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "gaz/query/ref_files.h"
#include "gaz/text/language.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
} scene;

static void write_file(const scene *s, const char *path, const char *text, size_t len)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    for (char *slash = strchr(full + strlen(s->tree) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0755);
        *slash = '/';
    }
    assert_ok(gaz_file_write(full, text, len, 0644, &err));
}

static void commit(const scene *s)
{
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
}

static void setup(scene *s)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    write_file(s, "src/main.c", "int main(void)\n{\n    return 0;\n}\n", 33);
    write_file(s, "src/tests/test_main.py", "assert True\n", 12);
    write_file(s, "README.md", "# Words\n", 8);
    write_file(s, "picture.bin", "\0\1\2\3", 4);
    write_file(s, "vendor/lib.js", "var a;\n", 7);
    commit(s);
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
    (void)fixture_index(&s->f, "r");
}

static void teardown(scene *s)
{
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static void files_are_told_in_order_with_what_is_known_of_them(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    static const struct {
        const char *path;
        gaz_file_role role;
        const char *lang, *skip;
        uint32_t lines;
    } expected[] = {
        {"README.md", GAZ_FILE_DOCS, "Markdown", NULL, 1},
        {"picture.bin", GAZ_FILE_SOURCE, NULL, "binary", 0},
        {"src/main.c", GAZ_FILE_SOURCE, "C", NULL, 4},
        {"src/tests/test_main.py", GAZ_FILE_TEST, "Python", NULL, 1},
        {"vendor/lib.js", GAZ_FILE_VENDORED, "JavaScript", NULL, 1},
    };
    gaz_ref_files *files = NULL;
    assert_ok(gaz_ref_files_open(s.f.engine, NULL, NULL, &files, &err));
    char *head = run_git(s.tree, "rev-parse", "HEAD", NULL), hex[GAZ_OID_HEX];
    gaz_oid_format(&gaz_ref_files_head(files)->commit, hex);
    assert_string_equal(hex, head);
    assert_string_equal(gaz_ref_files_head(files)->repo, "r");
    assert_string_equal(gaz_ref_files_head(files)->branch, "main");
    assert_int_equal(strlen(gaz_ref_files_head(files)->generation), 32);
    free(head);
    assert_int_equal(gaz_ref_files_count(files), 5);
    for (uint32_t i = 0; i < 5; i++) {
        gaz_ref_file f;
        gaz_ref_files_at(files, i, &f);
        assert_int_equal(f.path_len, strlen(expected[i].path));
        assert_memory_equal(f.path, expected[i].path, f.path_len);
        assert_int_equal(f.role, expected[i].role);
        assert_int_equal(f.lines, expected[i].lines);
        const char *lang = gaz_language_name(f.language);
        assert_true(lang ? expected[i].lang && strcmp(lang, expected[i].lang) == 0
                         : !expected[i].lang);
        assert_true(f.skip ? expected[i].skip && strcmp(f.skip, expected[i].skip) == 0
                           : !expected[i].skip);
    }
    const uint32_t *order = gaz_ref_files_order(files);
    gaz_ref_file first, last;
    gaz_ref_files_at(files, order[0], &first);
    gaz_ref_files_at(files, order[4], &last);
    assert_int_equal(first.role, GAZ_FILE_SOURCE);
    assert_int_equal(last.role, GAZ_FILE_VENDORED);
    gaz_ref_files_unref(files);
    teardown(&s);
}

static void text_is_read_whole_or_by_lines(void **state)
{
    (void)state;
    scene s;
    uint32_t file = 0;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    setup(&s);
    gaz_ref_files *files = NULL;
    assert_ok(gaz_ref_files_open(s.f.engine, "r", "main", &files, &err));
    assert_ok(gaz_ref_files_find(files, "src/main.c", &file, &err));
    assert_ok(gaz_ref_files_text(files, file, 0, 0, &text, &err));
    assert_string_equal(text.data, "int main(void)\n{\n    return 0;\n}\n");
    assert_ok(gaz_ref_files_text(files, file, 2, 3, &text, &err));
    assert_string_equal(text.data, "{\n    return 0;\n");
    assert_ok(gaz_ref_files_find(files, "picture.bin", &file, &err));
    assert_ok(gaz_ref_files_text(files, file, 0, 0, &text, &err));
    assert_int_equal(text.len, 0);
    gaz_strbuf_release(&text);
    gaz_ref_files_unref(files);
    teardown(&s);
}

static void wrong_names_are_told_with_near_misses(void **state)
{
    (void)state;
    scene s;
    uint32_t file = 0;
    gaz_error why = {0};
    setup(&s);
    gaz_ref_files *files = NULL;
    assert_int_equal(gaz_ref_files_open(s.f.engine, "q", NULL, &files, &why), GAZ_E_NOT_FOUND);
    assert_null(files);
    why = (gaz_error){0};
    assert_ok(gaz_ref_files_open(s.f.engine, "r", NULL, &files, &err));
    assert_int_equal(gaz_ref_files_find(files, "src/mian.c", &file, &why), GAZ_E_NOT_FOUND);
    assert_non_null(strstr(why.hint, "src/main.c"));
    gaz_ref_files_unref(files);
    teardown(&s);
}

static void what_is_held_does_not_change(void **state)
{
    (void)state;
    scene s;
    uint32_t file = 0;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    setup(&s);
    gaz_ref_files *before = NULL, *after = NULL;
    assert_ok(gaz_ref_files_open(s.f.engine, "r", NULL, &before, &err));
    free(run_git(s.tree, "rm", "-q", "src/main.c", NULL));
    write_file(&s, "new.c", "int x;\n", 7);
    commit(&s);
    (void)fixture_index(&s.f, "r");
    fixture_merge_all(&s.f);
    assert_ok(gaz_ref_files_open(s.f.engine, "r", NULL, &after, &err));
    assert_ok(gaz_ref_files_find(before, "src/main.c", &file, &err));
    assert_ok(gaz_ref_files_text(before, file, 1, 1, &text, &err));
    assert_string_equal(text.data, "int main(void)\n");
    assert_int_equal(gaz_ref_files_find(before, "new.c", &file, NULL), GAZ_E_NOT_FOUND);
    assert_ok(gaz_ref_files_find(after, "new.c", &file, &err));
    assert_int_equal(gaz_ref_files_find(after, "src/main.c", &file, NULL), GAZ_E_NOT_FOUND);
    assert_string_not_equal(gaz_ref_files_head(before)->generation,
                            gaz_ref_files_head(after)->generation);
    assert_string_not_equal(gaz_ref_files_head(before)->manifest,
                            gaz_ref_files_head(after)->manifest);
    gaz_strbuf_release(&text);
    gaz_ref_files_unref(gaz_ref_files_ref(before));
    gaz_ref_files_unref(before);
    gaz_ref_files_unref(after);
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_are_told_in_order_with_what_is_known_of_them),
        cmocka_unit_test(text_is_read_whole_or_by_lines),
        cmocka_unit_test(wrong_names_are_told_with_near_misses),
        cmocka_unit_test(what_is_held_does_not_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
