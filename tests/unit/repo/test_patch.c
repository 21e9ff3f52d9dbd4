/* Unified diffs: what they change, and what is said of those that are none. */
#include "gaz_test.h"

#include "gaz/base/strbuf.h"
#include "gaz/repo/patch.h"

static gaz_error err;
static gaz_arena arena;

static int setup(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    gaz_arena_init(&arena, (size_t)64 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_arena_release(&arena);
    return 0;
}

static gaz_patch parse(const char *text)
{
    gaz_patch patch;
    assert_ok(gaz_patch_parse(text, strlen(text), &arena, &patch, &err));
    return patch;
}

static void what_git_prints_is_understood(void **state)
{
    (void)state;
    gaz_patch p = parse("From 123 Mon Sep 17\nSubject: x\n---\n a.c | 2 +-\n\n"
                        "diff --git a/a.c b/a.c\nindex 1..2 100644\n--- a/a.c\n+++ b/a.c\n"
                        "@@ -1,3 +1,3 @@ int f\n one\n--- two\n+++ three\n four\n"
                        "@@ -10 +10,2 @@\n-x\n+y\n+z\n\\ No newline at end of file\n"
                        "diff --git a/old name.c b/new name.c\nsimilarity index 100%\n"
                        "rename from old name.c\nrename to new name.c\n"
                        "diff --git a/gone.c b/gone.c\ndeleted file mode 100644\nindex 1..0\n"
                        "--- a/gone.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n"
                        "diff --git a/empty b/empty\nnew file mode 100644\nindex 0..1\n"
                        "diff --git a/pic.png b/pic.png\nBinary files a/pic.png and b/pic.png "
                        "differ\n"
                        "diff --git \"a/t\\303\\244b\\t.c\" \"b/t\\303\\244b\\t.c\"\n"
                        "--- \"a/t\\303\\244b\\t.c\"\n+++ \"b/t\\303\\244b\\t.c\"\n@@ -0,0 +1 @@\n"
                        "+x\n");
    assert_int_equal(p.count, 6);
    assert_string_equal(p.files[0].before, "a.c");
    assert_int_equal(p.files[0].hunk_count, 2);
    assert_int_equal(p.files[0].hunks[0].old_lines, 3);
    assert_int_equal(p.files[0].hunks[1].old_lines, 1);
    assert_int_equal(p.files[0].hunks[1].new_lines, 2);
    assert_memory_equal(p.files[0].hunks[1].lines, "-x\n+y\n+z\n", 9);
    assert_string_equal(p.files[1].before, "old name.c");
    assert_string_equal(p.files[1].after, "new name.c");
    assert_int_equal(p.files[1].hunk_count, 0);
    assert_string_equal(p.files[2].before, "gone.c");
    assert_null(p.files[2].after);
    assert_null(p.files[3].before);
    assert_string_equal(p.files[3].after, "empty");
    assert_true(p.files[4].binary);
    assert_string_equal(p.files[5].after, "t\303\244b\t.c");
}

static void what_diff_prints_is_understood(void **state)
{
    (void)state;
    gaz_patch p = parse("--- src/x.c\t2024-01-01 00:00:00\n+++ src/x.c\t2024-01-02 00:00:00\n"
                        "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
                        "--- i/y.c\r\n+++ w/y.c\r\n@@ -3 +3 @@\r\n-b\r\n+c\r\n");
    assert_int_equal(p.count, 2);
    assert_string_equal(p.files[0].after, "src/x.c");
    assert_string_equal(p.files[1].before, "y.c");
    assert_int_equal(p.files[1].hunks[0].old_start, 3);
}

static void what_is_no_diff_is_refused_with_its_line(void **state)
{
    (void)state;
    static const struct {
        const char *text, *says;
    } bad[] = {
        {"", "empty"},
        {"hello\nworld\n", "no diff"},
        {"@@ -1 +1 @@\n-a\n+b\n", "line 1 of the diff: lines of no file"},
        {"--- a/x\n+++ b/x\n@@ -1,2 +1 @@\n-a\n", "line 4 of the diff: it ends before"},
        {"--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n-b\n", "line 5 of the diff: more lines"},
        {"--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n a\n*b\n", "line 5 of the diff: fewer lines"},
        {"--- a/x\n+++ b/x\n@@ -1,a +1 @@\n", "line 3 of the diff: it is no"},
        {"--- a/x\n+++ b/x\n@@ -99999999999 +1 @@\n", "line 3"},
        {"--- /dev/null\n+++ /dev/null\n", "neither was nor is"},
        {"--- \"a/x\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n", "names no path"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        gaz_patch p;
        gaz_error_clear(&err);
        assert_status(GAZ_E_INVALID,
                      gaz_patch_parse(bad[i].text, strlen(bad[i].text), &arena, &p, &err));
        if (!strstr(err.message, bad[i].says))
            fail_msg("'%s' says '%s'", bad[i].text, err.message);
    }
}

static void a_diff_has_limits(void **state)
{
    (void)state;
    static const char one[] = "--- a/x\n+++ b/x\n";
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_patch p;
    for (int i = 0; i <= GAZ_PATCH_FILES_MAX; i++)
        gaz_strbuf_add(&text, one, sizeof one - 1);
    assert_status(GAZ_E_LIMIT, gaz_patch_parse(text.data, text.len, &arena, &p, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_LIMIT,
                  gaz_patch_parse(text.data, GAZ_PATCH_BYTES_MAX + 1, &arena, &p, &err));
    gaz_strbuf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_git_prints_is_understood, setup, teardown),
        cmocka_unit_test_setup_teardown(what_diff_prints_is_understood, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_no_diff_is_refused_with_its_line, setup, teardown),
        cmocka_unit_test_setup_teardown(a_diff_has_limits, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
