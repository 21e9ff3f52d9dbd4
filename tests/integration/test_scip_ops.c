/* Precise data from end to end: an index is imported for a commit, and answers about code are the
 * compiler's; for other commits as far as files are the same. What does not match is refused with
 * the reason, and leaves nothing behind. */
#include "gaz_test.h"

#include <dirent.h>

#include "gaz/base/fs.h"
#include "gaz/context/scip_import.h"
#include "op_ask.h"
#include "run_tool.h"
#include "scip_writer.h"

static gaz_error err;

typedef struct scene {
    char *dir, tree[600];
    fixture f;
    asker a;
    char first[41]; /* the first commit */
} scene;

static void write_tree(const scene *s, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", s->tree, path);
    assert_ok(gaz_file_write(full, text, strlen(text), 0644, &err));
}

static void commit(scene *s, char out[41])
{
    gaz_run_result result;
    free(run_git(s->tree, "add", "-A", NULL));
    free(run_git(s->tree, "commit", "-qm", "c", NULL));
    char *id = run_git(s->tree, "rev-parse", "HEAD", NULL);
    snprintf(out, 41, "%.40s", id);
    free(id);
    assert_ok(fixture_try_index(&s->f, "r", NULL, &result, &err));
}

/* What says nothing of a member's owner is ambiguous to us; the index knows it. */
static const char shapes[] = "class Square:\n"
                             "    def area(self):\n"
                             "        return 1\n"
                             "class Other:\n"
                             "    def area(self):\n"
                             "        return 2\n";
static const char measure[] = "import shapes\n"
                              "def measure(thing):\n"
                              "    return thing.area()\n"
                              "def other(thing):\n"
                              "    return thing.area()\n";

static int setup(void **state)
{
    scene *s = calloc(1, sizeof *s);
    char sub[700];
    gaz_error_clear(&err);
    s->dir = make_temp_dir();
    snprintf(s->tree, sizeof s->tree, "%s/tree", s->dir);
    free(run_git(s->dir, "init", "-q", "-b", "main", s->tree, NULL));
    snprintf(sub, sizeof sub, "%s/web/app", s->tree);
    assert_ok(gaz_mkdir_all(sub, 0755, &err));
    write_tree(s, "shapes.py", shapes);
    write_tree(s, "measure.py", measure);
    write_tree(s, "web/app/page.py", "def page():\n    return 1\n");
    write_tree(s, "image.bin", "\x01\x02");
    fixture_open(&s->f, s->dir, "home");
    fixture_add(&s->f, s->tree, "r", NULL);
    asker_open(&s->a, &s->f);
    commit(s, s->first);
    *state = s;
    return 0;
}

static int teardown(void **state)
{
    scene *s = *state;
    asker_close(&s->a);
    fixture_check(&s->f);
    fixture_close(&s->f);
    assert_ok(gaz_remove_all(s->dir, &err));
    free(s->dir);
    free(s);
    return 0;
}

/* ---- indexes ---- */

#define SQUARE_AREA "scip-python python r 1 shapes/Square#area()."
#define OTHER_AREA "scip-python python r 1 shapes/Other#area()."

static void end_document(gaz_strbuf *index, const char *path, gaz_strbuf *rest)
{
    gaz_strbuf document = GAZ_STRBUF_INIT;
    wire_text(&document, 1, path);
    gaz_strbuf_add(&document, rest->data, rest->len);
    gaz_strbuf_release(rest);
    wire_part(index, 2, &document);
}

static gaz_strbuf begin_index(const char *indexer)
{
    gaz_strbuf index = GAZ_STRBUF_INIT;
    scip_metadata_add(&index, indexer);
    return index;
}

/* measure.py line 3 calls that of Square, line 5 that of Other. */
static gaz_strbuf make_index(void)
{
    gaz_strbuf index = begin_index("scip-python"), m = GAZ_STRBUF_INIT, s = GAZ_STRBUF_INIT;
    scip_occurrence_add(&m, 2, 17, 21, SQUARE_AREA, 8);
    scip_occurrence_add(&m, 4, 17, 21, OTHER_AREA, 8);
    end_document(&index, "measure.py", &m);
    scip_occurrence_add(&s, 1, 8, 12, SQUARE_AREA, 1);
    scip_occurrence_add(&s, 4, 8, 12, OTHER_AREA, 1);
    scip_occurrence_add(&s, 0, 6, 12, "scip-python python r 1 shapes/Square#", 1);
    end_document(&index, "shapes.py", &s);
    return index;
}

static const gaz_json *import(scene *s, gaz_strbuf *index, const char *commit_id, const char *below)
{
    s->a.body = index->data;
    s->a.body_len = index->len;
    const gaz_json *answer =
        op_ask(&s->a, "scip.import", "repo", "r", "commit", commit_id, "below", below, NULL);
    gaz_strbuf_release(index);
    s->a.body = NULL;
    return answer;
}

/* Must be refused, naming the reason. */
static void refuse(scene *s, gaz_strbuf *index, gaz_status status, const char *repo,
                   const char *commit_id, const char *below, const char *reason)
{
    s->a.body = index->data;
    s->a.body_len = index->len;
    gaz_status st =
        op_refused(&s->a, "scip.import", "repo", repo, "commit", commit_id, "below", below, NULL);
    gaz_strbuf_release(index);
    s->a.body = NULL;
    if (st != status || (!strstr(s->a.error.message, reason) && !strstr(s->a.error.hint, reason)))
        fail_msg("%s: %s (%s), not %s", gaz_status_name(st), s->a.error.message, s->a.error.hint,
                 reason);
    assert_null(strchr(s->a.error.message, '\n'));
    assert_int_equal(0, gaz_json_size(op_at(op_ask(&s->a, "scip.list", NULL), "indexes")));
}

static const char *definition(scene *s, const char *at, const char *rev)
{
    return op_text(op_ask(&s->a, "definition", "at", at, "rev", rev, NULL), "method");
}

static int64_t number(const gaz_json *answer, const char *path)
{
    return gaz_json_integer(op_at(answer, path), -1);
}

/* ---- tests ---- */

static void a_compilers_answers_outrank_ours_and_are_labelled(void **state)
{
    scene *s = *state;
    char generation[40];
    assert_string_equal("ambiguous", definition(s, "measure.py:3:18", "main"));
    snprintf(generation, sizeof generation, "%s", op_text(s->a.answer, "generation"));
    op_ask(&s->a, "deps", "path", "measure.py", NULL);
    assert_string_equal("module", op_text(s->a.answer, "edges|0|method"));
    gaz_strbuf index = make_index();
    const gaz_json *done = import(s, &index, "main", "");
    assert_string_equal(s->first, op_text(done, "commit"));
    assert_string_equal("scip-python", op_text(done, "tool"));
    assert_int_equal(2, number(done, "documents"));
    assert_int_equal(5, number(done, "occurrences"));
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
    assert_int_equal(100, number(s->a.answer, "confidence"));
    assert_int_equal(2, number(s->a.answer, "targets|0|line"));
    assert_string_not_equal(generation, op_text(s->a.answer, "generation"));
    assert_string_equal("scip", definition(s, "measure.py:5:18", "main"));
    assert_int_equal(5, number(s->a.answer, "targets|0|line"));
    const gaz_json *uses = op_ask(&s->a, "references", "at", "shapes.py:2:9", NULL);
    assert_int_equal(1, gaz_json_size(op_at(uses, "references")));
    assert_string_equal("scip", op_text(uses, "references|0|method"));
    assert_int_equal(3, number(uses, "references|0|line"));
    assert_int_equal(0, number(uses, "may_mean_it"));
    const gaz_json *callers = op_ask(&s->a, "callers", "at", "shapes.py:5:9", NULL);
    assert_string_equal("other", op_text(callers, "callers|0|name"));
    assert_string_equal("scip", op_text(callers, "callers|0|method"));
    const gaz_json *callees = op_ask(&s->a, "callees", "name", "other", NULL);
    assert_string_equal("scip", op_text(callees, "callees|0|method"));
    const gaz_json *deps = op_ask(&s->a, "deps", "path", "measure.py", NULL);
    assert_string_equal("scip", op_text(deps, "edges|0|method"));
    assert_int_equal(100, number(deps, "edges|0|confidence"));
    const gaz_json *status = op_ask(&s->a, "status", NULL);
    assert_int_equal(1, number(status, "repos|0|scip|indexes"));
    assert_true(number(status, "repos|0|scip|bytes") > 100);
}

static void heirs_that_an_index_tells_are_implementations(void **state)
{
    scene *s = *state;
    gaz_strbuf index = begin_index("scip-python"), d = GAZ_STRBUF_INIT;
    scip_occurrence_add(&d, 0, 6, 12, "scip-python python r 1 shapes/Square#", 1);
    scip_occurrence_add(&d, 3, 6, 11, "scip-python python r 1 shapes/Other#", 1);
    scip_heir_add(&d, "scip-python python r 1 shapes/Other#",
                  "scip-python python r 1 shapes/Square#");
    end_document(&index, "shapes.py", &d);
    import(s, &index, "main", "");
    const gaz_json *heirs = op_ask(&s->a, "implementations", "name", "Square", NULL);
    assert_int_equal(1, gaz_json_size(op_at(heirs, "implementations")));
    assert_string_equal("Other", op_text(heirs, "implementations|0|name"));
    assert_string_equal("scip", op_text(heirs, "implementations|0|method"));
}

static void a_cursor_of_before_an_import_has_expired(void **state)
{
    scene *s = *state;
    char cursor[100];
    gaz_strbuf index = make_index();
    const gaz_json *page =
        op_ask(&s->a, "references", "at", "shapes.py:2:9", "ambiguous", "true", "limit", "1", NULL);
    snprintf(cursor, sizeof cursor, "%s", op_text(page, "cursor"));
    import(s, &index, "main", "");
    assert_int_equal(GAZ_E_INVALID, op_refused(&s->a, "references", "at", "shapes.py:2:9", "cursor",
                                               cursor, NULL));
    assert_non_null(strstr(s->a.error.message, "expired"));
}

static void of_other_commits_what_is_the_same_counts(void **state)
{
    scene *s = *state;
    char second[41], third[41];
    gaz_strbuf index = make_index();
    import(s, &index, s->first, "");
    write_tree(s, "README", "more\n");
    commit(s, second);
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
    assert_int_equal(100, number(s->a.answer, "confidence")); /* no file of the index changed */
    write_tree(s, "measure.py",
               "# a line more\nimport shapes\ndef measure(thing):\n"
               "    return thing.area()\n");
    commit(s, third);
    assert_string_equal("ambiguous", definition(s, "measure.py:4:18", "main"));
    assert_string_equal("scip", definition(s, "measure.py:3:18", s->first));
    write_tree(s, "measure.py", measure);
    write_tree(s, "shapes.py",
               "# moved\nclass Square:\n    def area(self):\n        return 1\n"
               "class Other:\n    def area(self):\n        return 2\n");
    commit(s, third);
    assert_string_equal("ambiguous", definition(s, "measure.py:3:18", "main"));
    write_tree(s, "shapes.py", shapes);
    write_tree(s, "web/app/page.py", "def page():\n    return 2\n");
    commit(s, third);
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
}

static void changed_files_lower_the_confidence_of_what_stays(void **state)
{
    scene *s = *state;
    char second[41];
    gaz_strbuf index = make_index(), page = GAZ_STRBUF_INIT;
    scip_occurrence_add(&page, 0, 4, 8, "scip-python python r 1 page/page().", 1);
    end_document(&index, "web/app/page.py", &page);
    import(s, &index, s->first, "");
    write_tree(s, "web/app/page.py", "def page():\n    return 2\n");
    commit(s, second);
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
    assert_int_equal(95, number(s->a.answer, "confidence"));
}

static void the_index_of_the_commit_goes_before_later_ones(void **state)
{
    scene *s = *state;
    char second[41];
    gaz_strbuf index = make_index(), wrong = begin_index("scip-python"), m = GAZ_STRBUF_INIT,
               t = GAZ_STRBUF_INIT;
    import(s, &index, s->first, "");
    write_tree(s, "README", "more\n");
    commit(s, second);
    scip_occurrence_add(&m, 2, 17, 21, OTHER_AREA, 8); /* another opinion */
    end_document(&wrong, "measure.py", &m);
    scip_occurrence_add(&t, 4, 8, 12, OTHER_AREA, 1);
    end_document(&wrong, "shapes.py", &t);
    import(s, &wrong, second, "");
    definition(s, "measure.py:3:18", s->first);
    assert_int_equal(2, number(s->a.answer, "targets|0|line"));
    definition(s, "measure.py:3:18", "main");
    assert_int_equal(5, number(s->a.answer, "targets|0|line"));
}

static void several_indexes_of_a_commit_are_listed_replaced_and_removed(void **state)
{
    scene *s = *state;
    gaz_strbuf index = make_index(), again = make_index(), page = begin_index("scip-python"),
               d = GAZ_STRBUF_INIT, late = make_index();
    char second[41];
    import(s, &index, s->first, "");
    scip_occurrence_add(&d, 0, 4, 8, "scip-python python r 1 page/page().", 1);
    end_document(&page, "page.py", &d);
    import(s, &page, s->first, "web/app/");
    import(s, &again, s->first, ".");
    const gaz_json *list = op_ask(&s->a, "scip.list", "repo", "r", NULL);
    assert_int_equal(2, gaz_json_size(op_at(list, "indexes")));
    assert_string_equal("", op_text(list, "indexes|0|below"));
    assert_string_equal("web/app", op_text(list, "indexes|1|below"));
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
    write_tree(s, "README", "more\n");
    commit(s, second);
    import(s, &late, second, "");
    char part[8];
    snprintf(part, sizeof part, "%.7s", s->first);
    assert_int_equal(GAZ_E_NOT_FOUND, op_refused(&s->a, "scip.remove", "commit", "0123456", NULL));
    assert_int_equal(GAZ_E_NOT_FOUND,
                     op_refused(&s->a, "scip.remove", "commit", part, "tool", "scip-go", NULL));
    assert_int_equal(GAZ_E_NOT_FOUND,
                     op_refused(&s->a, "scip.remove", "commit", part, "repo", "rr", NULL));
    assert_int_equal(
        1,
        number(op_ask(&s->a, "scip.remove", "commit", part, "below", "web/app", NULL), "removed"));
    assert_int_equal(2, number(op_ask(&s->a, "scip.remove", "commit", "all", NULL), "removed"));
    assert_int_equal(0, number(op_ask(&s->a, "scip.remove", "commit", "all", NULL), "removed"));
    assert_string_equal("ambiguous", definition(s, "measure.py:3:18", "main"));
}

static void more_than_are_kept_drop_the_oldest(void **state)
{
    scene *s = *state;
    char at[4][41];
    s->f.settings.scip_kept = 2;
    for (int i = 0; i < 3; i++) {
        char text[20];
        snprintf(text, sizeof text, "%d\n", i);
        write_tree(s, "README", text);
        commit(s, at[i]);
        gaz_strbuf index = make_index();
        assert_int_equal(i == 2, number(import(s, &index, at[i], ""), "dropped"));
    }
    const gaz_json *list = op_ask(&s->a, "scip.list", NULL);
    assert_int_equal(2, gaz_json_size(op_at(list, "indexes")));
    assert_string_equal(at[2], op_text(list, "indexes|0|commit"));
}

static void files_that_are_not_searched_are_passed_over(void **state)
{
    scene *s = *state;
    gaz_strbuf index = make_index(), d = GAZ_STRBUF_INIT, alone = begin_index("scip-x"),
               e = GAZ_STRBUF_INIT;
    char second[41], path[700];
    FILE *f;
    snprintf(path, sizeof path, "%s/image.bin", s->tree);
    f = fopen(path, "w");
    assert_int_equal(4, fwrite("\0\1\0\2", 1, 4, f));
    fclose(f);
    commit(s, second);
    scip_occurrence_add(&d, 0, 0, 1, "s p 1 x.", 1);
    end_document(&index, "image.bin", &d);
    const gaz_json *done = import(s, &index, second, "");
    assert_int_equal(2, number(done, "documents"));
    assert_int_equal(1, number(done, "without_text"));
    op_ask(&s->a, "scip.remove", "commit", "all", NULL);
    scip_occurrence_add(&e, 0, 0, 1, "s p 1 x.", 1);
    end_document(&alone, "image.bin", &e);
    refuse(s, &alone, GAZ_E_INVALID, "r", second, "", "none of its files is searched");
}

static void what_does_not_match_is_refused_with_the_reason(void **state)
{
    scene *s = *state;
    gaz_strbuf index = GAZ_STRBUF_INIT, d = GAZ_STRBUF_INIT;
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "no SCIP index");
    gaz_strbuf_puts(&index, "{\"metadata\": {}}");
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "no SCIP index");
    index = begin_index("scip-x");
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "it has no documents");
    index = make_index();
    refuse(s, &index, GAZ_E_NOT_FOUND, "rr", "main", "", "did you mean r?");
    index = make_index();
    refuse(s, &index, GAZ_E_NOT_FOUND, "r", "mian", "", "did you mean 'main'?");
    index = make_index();
    refuse(s, &index, GAZ_E_NOT_FOUND, "r", "main", "web/ap", "did you mean web/app?");
    index = make_index();
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "../x", "no directory of a tree");
    index = make_index();
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "web/app", "web/app/measure.py is not in it");
    index = begin_index("scip-python");
    scip_occurrence_add(&d, 0, 4, 8, "scip-python python r 1 page/page().", 1);
    end_document(&index, "page.py", &d);
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "say below=web/app");
    index = begin_index("scip-python");
    scip_occurrence_add(&d, 3, 4, 8, "scip-python python r 1 page/page().", 1);
    end_document(&index, "shapes.py", &d);
    scip_occurrence_add(&d, 30, 4, 8, "scip-python python r 1 page/page().", 1);
    end_document(&index, "measure.py", &d);
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "measure.py has a range beyond its text");
    index = begin_index("scip-python"); /* ranges that fit, of another version of the file */
    scip_occurrence_add(&d, 2, 8, 12, SQUARE_AREA, 1);
    scip_occurrence_add(&d, 5, 8, 12, OTHER_AREA, 1);
    end_document(&index, "shapes.py", &d);
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "shapes.py does not define 'area' in line 3");
    index = make_index();
    end_document(&index, "shapes.py", &d);
    refuse(s, &index, GAZ_E_INVALID, "r", "main", "", "shapes.py has two documents");
}

static void sizes_beyond_the_settings_are_refused(void **state)
{
    scene *s = *state;
    gaz_strbuf index = make_index();
    s->f.settings.scip_upload_max = (int64_t)index.len - 1;
    refuse(s, &index, GAZ_E_LIMIT, "r", "main", "", "scip.upload_max");
    s->f.settings.scip_upload_max = 1 << 20;
    s->f.settings.scip_memory = 200;
    index = make_index();
    refuse(s, &index, GAZ_E_LIMIT, "r", "main", "", "memory");
}

static void a_work_tree_has_the_answers_of_its_unchanged_files_and_takes_no_index(void **state)
{
    scene *s = *state;
    gaz_run_result result;
    gaz_strbuf index = make_index(), other = make_index();
    write_tree(s, "measure.py", "import shapes\n\ndef measure(thing):\n    return thing.area()\n");
    assert_ok(fixture_try_index(&s->f, "r", "worktree", &result, &err));
    refuse(s, &other, GAZ_E_INVALID, "r", "worktree", "", "of a commit, not of a work tree");
    import(s, &index, "main", "");
    assert_string_equal("ambiguous", definition(s, "measure.py:4:18", "worktree"));
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
}

static void an_index_that_is_damaged_is_told_and_repaired(void **state)
{
    scene *s = *state;
    gaz_snapshot *snapshot = NULL;
    gaz_strbuf path = GAZ_STRBUF_INIT, bytes = GAZ_STRBUF_INIT, index = make_index();
    import(s, &index, "main", "");
    assert_ok(gaz_store_snapshot(s->f.store, &snapshot, &err));
    assert_ok(
        gaz_store_path(s->f.store, GAZ_FILE_SEGMENT, snapshot->repos[0].scip[0].name, &path, &err));
    gaz_snapshot_free(snapshot);
    assert_ok(gaz_file_read(path.data, 1 << 20, &bytes, &err));
    bytes.data[60] = (char)(bytes.data[60] ^ 1);
    assert_ok(gaz_file_write(path.data, bytes.data, bytes.len, 0600, &err));
    assert_int_equal(GAZ_E_CORRUPT, op_refused(&s->a, "definition", "at", "measure.py:3:18", NULL));
    assert_int_equal(0, remove(path.data));
    assert_int_equal(GAZ_E_CORRUPT, op_refused(&s->a, "definition", "at", "measure.py:3:18", NULL));
    assert_non_null(strstr(s->a.error.hint, "gaz repair"));
    assert_ok(gaz_file_write(path.data, bytes.data, bytes.len, 0600, &err));
    const gaz_json *check = op_ask(&s->a, "check", NULL);
    assert_string_equal("SCIP index", op_text(check, "findings|0|what"));
    const gaz_json *repair = op_ask(&s->a, "repair", NULL);
    assert_string_equal("SCIP index", op_text(repair, "findings|0|what"));
    assert_string_equal("ambiguous", definition(s, "measure.py:3:18", "main"));
    index = make_index();
    import(s, &index, "main", "");
    assert_string_equal("scip", definition(s, "measure.py:3:18", "main"));
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    static const struct CMUnitTest tests[] = {
        TEST(a_compilers_answers_outrank_ours_and_are_labelled),
        TEST(heirs_that_an_index_tells_are_implementations),
        TEST(a_cursor_of_before_an_import_has_expired),
        TEST(of_other_commits_what_is_the_same_counts),
        TEST(changed_files_lower_the_confidence_of_what_stays),
        TEST(the_index_of_the_commit_goes_before_later_ones),
        TEST(several_indexes_of_a_commit_are_listed_replaced_and_removed),
        TEST(more_than_are_kept_drop_the_oldest),
        TEST(files_that_are_not_searched_are_passed_over),
        TEST(what_does_not_match_is_refused_with_the_reason),
        TEST(sizes_beyond_the_settings_are_refused),
        TEST(a_work_tree_has_the_answers_of_its_unchanged_files_and_takes_no_index),
        TEST(an_index_that_is_damaged_is_told_and_repaired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
