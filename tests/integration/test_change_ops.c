/* impact and tests of what was changed: of named files, of a range of revisions, of a diff that is
 * still to be applied or was. */
#include "gaz_test.h"

#include <sys/stat.h>

#include "gaz/base/fs.h"
#include "op_ask.h"
#include "run_tool.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
    asker a;
} scene;

static void save(const scene *s, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    for (char *slash = strchr(full + strlen(s->tree) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(full, 0755);
        *slash = '/';
    }
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static void commit(const scene *s)
{
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
}

#define LIB                                                                                        \
    "def one():\n    return 1\n\n\ndef two():\n    x = 2\n    return x\n\n\ndef three():\n    "    \
    "return 3\n"

static void setup(scene *s)
{
    gaz_error_clear(&err);
    *s = (scene){.dir = make_temp_dir()};
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    save(s, "pkg/__init__.py", "");
    save(s, "pkg/lib.py", LIB);
    save(s, "pkg/user.py", "from pkg import lib\n\n\ndef use():\n    return lib.two()\n");
    save(s, "pkg/alone.py", "ALONE = 1\n");
    save(s, "tests/test_lib.py",
         "from pkg import lib\n\n\ndef test_one():\n    assert lib.one()\n");
    save(s, "CODEOWNERS", "pkg/  @pkg-team\ntests/ @testers\n");
    commit(s);
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
    (void)fixture_index(&s->f, "r");
    asker_open(&s->a, &s->f);
}

static void teardown(scene *s)
{
    asker_close(&s->a);
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
}

static int64_t number(const gaz_json *answer, const char *path)
{
    return gaz_json_integer(op_at(answer, path), -1);
}

static void give(scene *s, const char *diff)
{
    s->a.body = diff;
    s->a.body_len = diff ? strlen(diff) : 0;
}

/* Whether a list of objects has one whose member is this. */
static bool lists(const gaz_json *answer, const char *list, const char *key, const char *text)
{
    const gaz_json *items = op_at(answer, list);
    for (size_t i = 0; i < gaz_json_size(items); i++)
        if (strcmp(op_text(gaz_json_at(items, i), key), text) == 0)
            return true;
    return false;
}

static void impact_names_owners_and_people(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    const gaz_json *got = op_ask(&s.a, "impact", "change", "pkg/lib.py:6", NULL);
    assert_string_equal(op_text(got, "symbols|0|name"), "two");
    assert_int_equal(gaz_json_size(op_at(got, "symbols")), 1);
    assert_true(lists(got, "files", "path", "pkg/user.py"));
    assert_true(lists(got, "files", "path", "tests/test_lib.py"));
    assert_string_equal(op_text(got, "owners|0|owner"), "@pkg-team");
    assert_int_equal(number(got, "owners|0|files"), 2);
    assert_int_equal(number(got, "owners|0|line"), 1);
    assert_string_equal(op_text(got, "owners|1|owner"), "@testers");
    assert_int_equal(number(got, "unowned"), 0);
    assert_int_equal(number(got, "people|0|commits"), 1);
    assert_int_equal(number(got, "changes|0|lines|0|0"), 6);
    got = op_ask(&s.a, "impact", "change", "pkg/lib.py:5", "change", "pkg/lib.py:2", "change",
                 "pkg/lib.py:7", NULL);
    assert_int_equal(gaz_json_size(op_at(got, "symbols")), 2); /* each once */
    got = op_ask(&s.a, "impact", "change", "pkg/lib.py", "limit", "1", NULL);
    assert_string_equal(op_text(got, "reason"), "limit");
    teardown(&s);
}

static void a_range_is_asked_about_at_its_end(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    free(run_git(s.tree, "checkout", "-q", "-b", "topic", NULL));
    save(&s, "pkg/lib.py", "import os\n" LIB);
    commit(&s);
    save(&s, "pkg/lib.py",
         "import os\ndef one():\n    return 1\n\n\ndef two():\n    x = 22\n    return x\n\n\ndef "
         "three():\n    return 3\n");
    free(run_git(s.tree, "rm", "-q", "pkg/alone.py", NULL));
    save(&s, "pkg/fresh.py", "FRESH = 1\n");
    commit(&s);
    const gaz_json *got = op_ask(&s.a, "impact", "range", "topic~1..topic", NULL);
    char *topic = run_git(s.tree, "rev-parse", "topic", NULL);
    assert_string_equal(op_text(got, "commit"), topic);
    free(topic);
    assert_int_equal(gaz_json_size(op_at(got, "changes")), 3);
    assert_string_equal(op_text(got, "changes|0|path"), "pkg/alone.py");
    assert_string_equal(op_text(got, "changes|0|change"), "deleted");
    assert_false(gaz_json_truth(op_at(got, "changes|0|in_ref"), true));
    assert_string_equal(op_text(got, "changes|1|change"), "added");
    assert_int_equal(number(got, "changes|2|lines|0|0"), 7);
    assert_int_equal(number(got, "changes|2|lines|0|1"), 7);
    assert_true(lists(got, "symbols", "name", "two"));
    assert_false(lists(got, "symbols", "name", "one"));
    got = op_ask(&s.a, "tests", "range", "main...topic", NULL);
    assert_string_equal(op_text(got, "links|0|path"), "tests/test_lib.py");
    assert_string_equal(op_text(got, "links|0|of|0"), "pkg/lib.py");
    teardown(&s);
}

static void wrong_ranges_and_paths_are_told(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "impact", "range", "mian..main", NULL));
    assert_string_equal(s.a.error.hint, "did you mean 'main'?");
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "impact", "range", "main..mian", NULL));
    assert_string_equal(s.a.error.hint, "did you mean 'main'?");
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "impact", "range", "main", NULL));
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "impact", "range", "a..b..c", NULL));
    assert_status(GAZ_E_INVALID,
                  op_refused(&s.a, "impact", "range", "main..", "rev", "main", NULL));
    assert_status(GAZ_E_INVALID,
                  op_refused(&s.a, "impact", "range", "main..", "change", "pkg/lib.py", NULL));
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "impact", NULL));
    assert_status(GAZ_E_UNSUPPORTED, op_refused(&s.a, "tests", "range", "main..worktree", NULL));
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "impact", "change", "pkg/libb.py", NULL));
    assert_non_null(strstr(s.a.error.hint, "pkg/lib.py"));
    const gaz_json *got = op_ask(&s.a, "impact", "range", "main..main", NULL);
    assert_int_equal(number(got, "total"), 0);
    teardown(&s);
}

static void a_diff_is_held_against_the_side_that_the_ref_has(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    give(&s, "diff --git a/pkg/lib.py b/pkg/lib.py\n--- a/pkg/lib.py\n+++ b/pkg/lib.py\n"
             "@@ -5,3 +5,4 @@\n def two():\n-    x = 2\n+    x = 3\n+    x = 4\n     return x\n");
    const gaz_json *got = op_ask(&s.a, "impact.diff", NULL);
    assert_string_equal(op_text(got, "changes|0|side"), "before");
    assert_int_equal(number(got, "changes|0|lines|0|0"), 6);
    assert_int_equal(number(got, "changes|0|lines|0|1"), 6);
    assert_string_equal(op_text(got, "symbols|0|name"), "two");
    got = op_ask(&s.a, "tests.diff", NULL);
    assert_string_equal(op_text(got, "links|0|path"), "tests/test_lib.py");

    give(&s, "--- a/pkg/lib.py\n+++ b/pkg/lib.py\n@@ -10 +10,2 @@\n def three():\n+    return 3\n");
    got = op_ask(&s.a, "impact.diff", NULL); /* it was applied: both sides fit the one line */
    assert_string_equal(op_text(got, "changes|0|side"), "before");
    assert_string_equal(op_text(got, "symbols|0|name"), "three");

    give(&s, "--- a/pkg/lib.py\n+++ b/pkg/lib.py\n@@ -1,2 +1,2 @@\n def one():\n-    return 0\n"
             "+    return 1\n");
    got = op_ask(&s.a, "impact.diff", NULL);
    assert_string_equal(op_text(got, "changes|0|side"), "after");
    assert_int_equal(number(got, "changes|0|lines|0|0"), 2);
    assert_string_equal(op_text(got, "symbols|0|name"), "one");

    give(&s, "--- a/pkg/lib.py\n+++ b/pkg/lib.py\n@@ -1,2 +1,2 @@\n def uno():\n-    return 0\n"
             "+    return 9\n");
    got = op_ask(&s.a, "impact.diff", NULL); /* neither: all of the file */
    assert_null(gaz_json_text(op_at(got, "changes|0|side"), NULL));
    assert_int_equal(gaz_json_size(op_at(got, "changes|0|lines")), 0);
    assert_true(number(got, "total") > 1);

    give(&s, "--- a/pkg/lib.py\n+++ b/pkg/lib.py\n@@ -6,2 +5,0 @@\n-    x = 2\n-    return x\n"
             "--- /dev/null\n+++ b/tests/test_new.py\n@@ -0,0 +1 @@\n+x = 1\n"
             "--- a/tests/test_lib.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-from pkg import lib\n");
    got = op_ask(&s.a, "tests.diff", NULL);
    assert_int_equal(number(got, "changes|0|lines|0|1"), 7);
    assert_false(gaz_json_truth(op_at(got, "changes|1|in_ref"), true));
    assert_string_equal(op_text(got, "links|0|path"), "tests/test_lib.py");
    assert_int_equal(number(got, "links|0|weight"), 100);
    teardown(&s);
}

static void wrong_diffs_are_told(void **state)
{
    (void)state;
    scene s;
    setup(&s);
    give(&s, "--- a/pkg/lib.py\n+++ b/pkg/lib.py\n@@ -1,9 +1 @@\n def one():\n");
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "impact.diff", NULL));
    assert_non_null(strstr(s.a.error.message, "line 4 of the diff"));
    give(&s, "--- a/pkg/lob.py\n+++ b/pkg/lob.py\n@@ -1 +1 @@\n-a\n+b\n");
    assert_status(GAZ_E_NOT_FOUND, op_refused(&s.a, "impact.diff", NULL));
    assert_non_null(strstr(s.a.error.hint, "pkg/lib.py"));
    give(&s, "no diff at all");
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "tests.diff", NULL));
    give(&s, NULL);
    assert_status(GAZ_E_INVALID, op_refused(&s.a, "tests.diff", NULL));
    teardown(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(impact_names_owners_and_people),
        cmocka_unit_test(a_range_is_asked_about_at_its_end),
        cmocka_unit_test(wrong_ranges_and_paths_are_told),
        cmocka_unit_test(a_diff_is_held_against_the_side_that_the_ref_has),
        cmocka_unit_test(wrong_diffs_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
