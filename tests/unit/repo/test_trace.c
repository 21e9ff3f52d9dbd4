/* Lines followed through history, held against `git log -L`. */
#include "gaz_test.h"

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/repo/history.h"
#include "proof.h"

static gaz_error err;
static char *dir;
static gaz_repo *repo;

static void sh(const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "mkdir -p '%s/w' && cd '%s/w' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null "
        "HOME=/nonexistent GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org "
        "GIT_COMMITTER_NAME=Carl GIT_COMMITTER_EMAIL=carl@example.org; "
        "commit() { T=$(($(cat ../clock 2>/dev/null || echo 1700000000)+60)); echo $T >../clock; "
        "git add -A; GIT_AUTHOR_DATE=\"$T +0000\" GIT_COMMITTER_DATE=\"$T +0000\" "
        "git ${VERB:-commit -q --allow-empty} \"$@\"; }; set -e; %s",
        dir, dir, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

static char *ask(const char *command)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
    char buffer[4096];
    gaz_strbuf_printf(&text, "cd '%s/w' && %s", dir, command);
    FILE *p = popen(text.data, "r");
    assert_non_null(p);
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, p)) > 0;)
        gaz_strbuf_add(&out, buffer, n);
    assert_int_equal(0, pclose(p));
    gaz_strbuf_release(&text);
    return out.len ? gaz_strbuf_detach(&out, NULL) : strdup("");
}

static int setup(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    dir = make_temp_dir();
    sh("git init -q -b main .");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_repo_close(repo);
    repo = NULL;
    assert_int_equal(GAZ_OK, gaz_remove_all(dir, NULL));
    free(dir);
    return 0;
}

static gaz_trace_request request_of(const char *file, uint32_t first, uint32_t last)
{
    char path[600];
    gaz_trace_request r = {
        .path = file, .first = first, .last = last, .limit = 1000, .deadline_us = GAZ_NEVER};
    snprintf(path, sizeof path, "%s/w", dir);
    if (!repo)
        assert_ok(gaz_repo_open(path, &repo, &err));
    assert_ok(gaz_repo_resolve(repo, "HEAD", &r.commit, &err));
    return r;
}

static char *hits_of(const gaz_trace_request *r)
{
    gaz_trace *trace = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_trace_run(repo, r, &trace, &err));
    assert_true(trace->complete);
    for (size_t i = 0; i < trace->count; i++) {
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&trace->hits[i].commit, hex);
        gaz_strbuf_printf(&out, "%s\n", hex);
    }
    gaz_trace_free(trace);
    return out.len ? gaz_strbuf_detach(&out, NULL) : strdup("");
}

static void assert_as_git(const char *file, uint32_t first, uint32_t last)
{
    char command[300];
    gaz_trace_request r = request_of(file, first, last);
    snprintf(command, sizeof command, "git log -s --format=%%H -L%u,%u:%s", first, last, file);
    char *expected = ask(command), *got = hits_of(&r);
    if (strcmp(expected, got) != 0)
        fail_msg("%s:%u-%u: git says\n%swe say\n%s", file, first, last, expected, got);
    free(expected);
    free(got);
}

static void lines_are_followed_as_git_does(void **state)
{
    (void)state;
    uint64_t random = proof_say_seed();
    for (int round = 0; round < 4; round++) {
        gaz_strbuf script = GAZ_STRBUF_INIT;
        gaz_strbuf_puts(&script, "git rm -rq --cached . 2>/dev/null || true; rm -f f.txt; "
                                 "for i in $(seq 30); do echo \"line $i\"; done >f.txt; "
                                 "commit -m begin; ");
        for (int i = 0; i < 14; i++) {
            unsigned at = 1 + proof_random(&random, 20), n = 1 + proof_random(&random, 3);
            switch (proof_random(&random, 3)) {
            case 0:
                gaz_strbuf_printf(&script, "sed -i '%u,%us/$/ %d%d/' f.txt; ", at, at + n, round,
                                  i);
                break;
            case 1:
                gaz_strbuf_printf(&script, "sed -i '%ua new %d%d' f.txt; ", at, round, i);
                break;
            default:
                gaz_strbuf_printf(&script,
                                  "sed -i '%u,%ud' f.txt; echo more %d >>f.txt; echo and "
                                  "%d >>f.txt; echo %d >>f.txt; ",
                                  at, at + n - 1, i, i, i);
            }
            gaz_strbuf_puts(&script, "commit -m c; ");
        }
        sh(script.data);
        gaz_strbuf_release(&script);
        for (uint32_t first = 1; first < 24; first += 3)
            assert_as_git("f.txt", first, first + proof_random(&random, 4));
    }
}

static void a_file_is_followed_to_its_earlier_name(void **state)
{
    (void)state;
    sh("for i in $(seq 30); do echo \"line $i\"; done >old.txt; commit -m begin; "
       "sed -i 's/line 7$/line seven/' old.txt; commit -m change; git mv old.txt new.txt; "
       "commit -m move; sed -i '3a more' new.txt; commit -m more; "
       "sed -i 's/line seven/line VII/' new.txt; commit -m again");
    assert_as_git("new.txt", 8, 8);
    gaz_trace *trace = NULL;
    gaz_trace_request r = request_of("new.txt", 8, 8);
    assert_ok(gaz_trace_run(repo, &r, &trace, &err));
    assert_int_equal(trace->count, 3);
    assert_int_equal(trace->hits[0].first, 8);
    assert_string_equal(trace->hits[0].path, "new.txt");
    assert_int_equal(trace->hits[1].first, 7);
    assert_string_equal(trace->hits[1].path, "old.txt");
    gaz_trace_free(trace);
}

static void a_merge_hands_lines_to_the_side_they_came_from(void **state)
{
    (void)state;
    sh("for i in $(seq 30); do echo \"line $i\"; done >f.txt; commit -m begin; "
       "git checkout -q -b side; sed -i 's/line 20$/line twenty/' f.txt; commit -m side; "
       "git checkout -q main; sed -i '2a more' f.txt; commit -m main; "
       "VERB='merge -q --no-ff' commit -m merged side; sed -i 's/^line 1$/line one/' f.txt; "
       "commit -m last");
    assert_as_git("f.txt", 21, 21);
    assert_as_git("f.txt", 1, 4);
    gaz_trace_request r = request_of("f.txt", 21, 21);
    gaz_trace *trace = NULL;
    assert_ok(gaz_trace_run(repo, &r, &trace, &err));
    assert_int_equal(trace->count, 2); /* the side and the beginning, not the merge */
    assert_int_equal(trace->hits[0].first, 20);
    gaz_trace_free(trace);
}

static void pages_and_bounds_of_a_trace(void **state)
{
    (void)state;
    sh("for i in 1 2 3 4 5; do echo \"line $i\" >f.txt; commit -m $i; done; printf 'a\\0b' >b.bin; "
       "commit -m binary");
    gaz_trace_request r = request_of("f.txt", 1, 1);
    gaz_trace *trace = NULL;
    r.limit = 2;
    assert_ok(gaz_trace_run(repo, &r, &trace, &err));
    assert_int_equal(trace->count, 2);
    assert_true(trace->more);
    gaz_oid second = trace->hits[1].commit;
    gaz_trace_free(trace);
    r.skip = 1;
    assert_ok(gaz_trace_run(repo, &r, &trace, &err));
    assert_int_equal(gaz_oid_compare(&trace->hits[0].commit, &second), 0);
    gaz_trace_free(trace);
    r.skip = 4;
    assert_ok(gaz_trace_run(repo, &r, &trace, &err));
    assert_int_equal(trace->count, 1);
    assert_false(trace->more);
    gaz_trace_free(trace);
    r.skip = 0;
    r.limit = 100;
    r.commits = 2;
    assert_ok(gaz_trace_run(repo, &r, &trace, &err));
    assert_false(trace->complete);
    gaz_trace_free(trace);
    r.first = r.last = 2;
    assert_status(GAZ_E_INVALID, gaz_trace_run(repo, &r, &trace, &err));
    gaz_error_clear(&err);
    r = request_of("nowhere.txt", 1, 1);
    assert_status(GAZ_E_NOT_FOUND, gaz_trace_run(repo, &r, &trace, &err));
    gaz_error_clear(&err);
    r = request_of("b.bin", 1, 1);
    assert_status(GAZ_E_UNSUPPORTED, gaz_trace_run(repo, &r, &trace, &err));
}

static void blame_of_some_lines_looks_at_no_others(void **state)
{
    (void)state;
    sh("for i in $(seq 9); do echo \"line $i\"; done >f.txt; commit -m begin; "
       "sed -i '5s/$/ x/' f.txt; commit -m x; sed -i '2s/$/ y/' f.txt; commit -m y");
    gaz_trace_request at = request_of("f.txt", 1, 1);
    gaz_blame_request r = {
        .commit = at.commit, .path = "f.txt", .first = 4, .last = 6, .deadline_us = GAZ_NEVER};
    gaz_blame *blame = NULL;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    assert_int_equal(blame->lines, 9);
    assert_int_equal(blame->count, 3);
    assert_int_equal(blame->ranges[0].first, 4);
    assert_int_equal(blame->ranges[2].first, 6);
    gaz_blame_free(blame);
    r.first = 9;
    r.last = 400;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    assert_int_equal(blame->count, 1);
    assert_int_equal(blame->ranges[0].count, 1);
    gaz_blame_free(blame);
    r.first = r.last = 10;
    assert_status(GAZ_E_INVALID, gaz_blame_run(repo, &r, &blame, &err));
    assert_non_null(strstr(err.message, "9 lines"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lines_are_followed_as_git_does, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_is_followed_to_its_earlier_name, setup, teardown),
        cmocka_unit_test_setup_teardown(a_merge_hands_lines_to_the_side_they_came_from, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(pages_and_bounds_of_a_trace, setup, teardown),
        cmocka_unit_test_setup_teardown(blame_of_some_lines_looks_at_no_others, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
