/* Blame held against git's own, and owners against what GitHub and GitLab say of their files. */
#include "gaz_test.h"

#include <unistd.h>

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
        "GIT_COMMITTER_NAME=Carl GIT_COMMITTER_EMAIL=carl@example.org; T=1700000000; "
        "commit() { T=$((T+60)); git add -A; GIT_AUTHOR_DATE=\"$T +0000\" "
        "GIT_COMMITTER_DATE=\"$T +0000\" git commit -q --allow-empty \"$@\"; }; set -e; %s",
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
    return gaz_strbuf_detach(&out, NULL);
}

static int setup(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    dir = make_temp_dir();
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

static gaz_blame_request request_of(const char *rev, const char *file)
{
    char path[600];
    gaz_blame_request r = {.path = file, .deadline_us = GAZ_NEVER, .renames = true};
    snprintf(path, sizeof path, "%s/w", dir);
    if (!repo)
        assert_ok(gaz_repo_open(path, &repo, &err));
    assert_ok(gaz_repo_resolve(repo, rev, &r.commit, &err));
    return r;
}

/* "COMMIT ORIGIN-LINE FINAL-LINE PATH", one per line of the file. */
static char *as_lines(const gaz_blame *blame)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < blame->count; i++) {
        const gaz_blame_range *r = &blame->ranges[i];
        char hex[GAZ_OID_HEX];
        gaz_oid_format(&r->commit, hex);
        for (uint32_t k = 0; k < r->count; k++)
            gaz_strbuf_printf(&out, "%s %u %u %s\n", hex, r->origin_line + k, r->first + k,
                              r->path);
    }
    return gaz_strbuf_detach(&out, NULL);
}

static void assert_as_git_blames(const char *rev, const char *file)
{
    char command[700];
    gaz_blame_request r = request_of(rev, file);
    gaz_blame *blame = NULL;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    snprintf(command, sizeof command,
             "git blame --line-porcelain %s -- %s | awk 'length($1)==40 && $1 !~ /[^0-9a-f]/ "
             "{h=$1\" \"$2\" \"$3} "
             "/^filename /{print h\" \"substr($0,10)}'",
             rev, file);
    char *expected = ask(command), *actual = as_lines(blame);
    assert_string_equal(expected, actual);
    assert_true(blame->complete);
    free(expected);
    free(actual);
    gaz_blame_free(blame);
}

static void blame_is_gits_own(void **state)
{
    (void)state;
    sh("git init -q -b main; seq 1 30 >f; commit -m 1; sed -i '5s/.*/five/; 20,22d' f; commit -m "
       "2; "
       "sed -i '1i top' f; commit -m 3; git checkout -qb side HEAD~1; sed -i '15s/.*/side/' f; "
       "echo tail >>f; commit -m 4; git checkout -q main; sed -i '8s/.*/main/' f; commit -m 5; "
       "T=$((T+60)); GIT_AUTHOR_DATE=$T GIT_COMMITTER_DATE=$T git merge -q --no-ff -m 6 side; "
       "echo other >g; commit -m 7");
    assert_as_git_blames("main", "f");
    assert_as_git_blames("main~3", "f");
    assert_as_git_blames("side", "f");
    assert_as_git_blames("main", "g");
}

static void blame_follows_a_file_to_its_earlier_names(void **state)
{
    (void)state;
    sh("git init -q -b main; seq 1 30 >old; commit -m 1; mkdir d; git mv old d/new; "
       "sed -i '3s/.*/three/' d/new; commit -m 2; sed -i '9d' d/new; commit -m 3");
    assert_as_git_blames("main", "d/new");
    gaz_blame_request r = request_of("main", "d/new");
    gaz_blame *blame = NULL;
    r.renames = false;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    for (size_t i = 0; i < blame->count; i++)
        assert_string_equal("d/new", blame->ranges[i].path);
    gaz_blame_free(blame);
}

/* Edits at random, with merges: of equal histories both must say the same. */
static void blame_of_random_histories_is_gits_own(void **state)
{
    (void)state;
    uint64_t seed = proof_say_seed();
    gaz_strbuf script = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&script, "git init -q -b main; for i in $(seq 1 60); do echo line $i; done >f; "
                             "commit -m first; git branch side; ");
    unsigned unique = 0;
    for (unsigned i = 0; i < 40; i++) {
        unsigned line = 1 + proof_random(&seed, 50), what = proof_random(&seed, 10);
        if (what == 0)
            gaz_strbuf_puts(&script, "T=$((T+60)); GIT_AUTHOR_DATE=$T GIT_COMMITTER_DATE=$T git "
                                     "merge -q -X ours -m merge side || git reset -q --hard; ");
        else if (what == 1)
            gaz_strbuf_puts(&script, "git checkout -q side; ");
        else if (what == 2)
            gaz_strbuf_puts(&script, "git checkout -q main; ");
        else if (what == 3)
            gaz_strbuf_printf(&script, "sed -i '%u,%ud' f; commit -m cut; ", line, line + 1);
        else if (what < 6)
            gaz_strbuf_printf(&script, "sed -i '%ui new %u' f; commit -m put; ", line, ++unique);
        else
            gaz_strbuf_printf(&script, "sed -i '%us/.*/edit %u/' f; commit -m edit; ", line,
                              ++unique);
    }
    gaz_strbuf_puts(&script, "git checkout -q main");
    sh(script.data);
    gaz_strbuf_release(&script);
    assert_as_git_blames("main", "f");
    assert_as_git_blames("side", "f");
}

static void blame_stops_at_its_limits_and_says_what_is_unfinished(void **state)
{
    (void)state;
    sh("git init -q -b main; seq 1 10 >f; commit -m 1; for i in 1 2 3 4 5; do sed -i "
       "\"${i}s/.*/x/\" "
       "f; commit -m e$i; done");
    gaz_blame_request r = request_of("main", "f");
    gaz_blame *blame = NULL;
    r.commits = 2;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    assert_false(blame->complete);
    uint32_t lines = 0, unfinished = 0;
    for (size_t i = 0; i < blame->count; i++) {
        assert_int_equal(lines + 1, blame->ranges[i].first);
        lines += blame->ranges[i].count;
        unfinished += blame->ranges[i].unfinished ? blame->ranges[i].count : 0;
    }
    assert_int_equal(10, lines);
    assert_int_equal(8, unfinished);
    gaz_blame_free(blame);
    r.commits = 0;
    r.deadline_us = gaz_now_us() - 1;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    assert_false(blame->complete);
    assert_int_equal(1, blame->count);
    assert_true(blame->ranges[0].unfinished);
    gaz_blame_free(blame);
}

static void blame_of_a_shallow_clone_ends_at_a_boundary(void **state)
{
    (void)state;
    sh("mkdir o; cd o; git init -q -b main; seq 1 5 >f; commit -m 1; echo six >>f; commit -m 2; "
       "echo seven >>f; commit -m 3; cd ..; git clone -q --depth 2 \"file://$PWD/o\" s; "
       "mv s/.git .git");
    gaz_blame_request r = request_of("main", "f");
    gaz_blame *blame = NULL;
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    assert_int_equal(2, blame->count);
    assert_int_equal(6, blame->ranges[0].count);
    assert_true(blame->ranges[0].boundary);
    assert_false(blame->ranges[1].boundary);
    gaz_blame_free(blame);
}

static void blame_refuses_what_is_no_text(void **state)
{
    (void)state;
    sh("git init -q -b main; mkdir d; printf 'a\\0b' >d/bin; ln -s d l; : >empty; seq 1 100 >big; "
       "commit -m 1");
    gaz_blame *blame = NULL;
    gaz_blame_request r = request_of("main", "d/bin");
    assert_status(GAZ_E_UNSUPPORTED, gaz_blame_run(repo, &r, &blame, &err));
    static const char *const none[] = {"d", "l", "nothing", "d/", "", "/", "d//bin", "big/x"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        gaz_error_clear(&err);
        r.path = none[i];
        assert_status(GAZ_E_NOT_FOUND, gaz_blame_run(repo, &r, &blame, &err));
    }
    char *longest = calloc(1, 2 * GAZ_PATH_BYTES_MAX);
    memset(longest, 'a', GAZ_PATH_BYTES_MAX + 1);
    gaz_error_clear(&err);
    r.path = longest;
    assert_status(GAZ_E_NOT_FOUND, gaz_blame_run(repo, &r, &blame, &err));
    free(longest);
    gaz_error_clear(&err);
    r.path = "big";
    r.blob_max = 10;
    assert_status(GAZ_E_LIMIT, gaz_blame_run(repo, &r, &blame, &err));
    gaz_error_clear(&err);
    r.path = "empty";
    assert_ok(gaz_blame_run(repo, &r, &blame, &err));
    assert_int_equal(0, blame->lines);
    assert_int_equal(0, blame->count);
    gaz_blame_free(blame);
}

/* ---- owners ---- */

static bool note_owner(void *ctx, const gaz_owner_match *m)
{
    gaz_strbuf *out = ctx;
    if (out->len)
        gaz_strbuf_puts(out, "; ");
    if (m->section[0])
        gaz_strbuf_printf(out, "%s[%s] ", m->optional ? "^" : "", m->section);
    gaz_strbuf_printf(out, "%u:", m->line);
    for (size_t i = 0; i < m->owner_count; i++)
        gaz_strbuf_printf(out, "%s%s", i ? " " : "", m->owners[i]);
    return true;
}

static void assert_owner(const gaz_owners *owners, const char *path, const char *expected)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_owners_of(owners, path, strlen(path), note_owner, &out);
    if (strcmp(expected, out.data) != 0)
        fail_msg("%s: got '%s', expected '%s'", path, out.data, expected);
    gaz_strbuf_release(&out);
}

static gaz_owners *parse(const char *text)
{
    gaz_owners *owners = NULL;
    assert_ok(gaz_owners_parse(text, strlen(text), &owners, &err));
    return owners;
}

static void owners_are_those_of_the_last_rule_that_matches(void **state)
{
    (void)state;
    gaz_owners *o = parse("# comment\n"
                          "*       @global-owner1 @global-owner2\r\n" /* 2 */
                          "*.js    @js-owner # inline\n"              /* 3 */
                          "/build/logs/ @doctocat\n"                  /* 4 */
                          "docs/*  docs@example.com\n"                /* 5 */
                          "apps/ @octocat\n"                          /* 6 */
                          "/docs/guide/ @guide\n"                     /* 7 */
                          "**/logs @logs\n"                           /* 8 */
                          "/apps/github\n"                            /* 9 */
                          "a\\ b/c\\#d @spaced\n"                     /* 10 */
                          "   \n"
                          "exact/path @file\n"); /* 12 */
    assert_owner(o, "README", "2:@global-owner1 @global-owner2");
    assert_owner(o, "src/x.js", "3:@js-owner");
    assert_owner(o, "build/logs/a/b", "8:@logs");
    assert_owner(o, "build/other", "2:@global-owner1 @global-owner2");
    assert_owner(o, "docs/start.md", "5:docs@example.com");
    assert_owner(o, "docs/deep/start.md", "2:@global-owner1 @global-owner2");
    assert_owner(o, "x/docs/start.md", "2:@global-owner1 @global-owner2");
    assert_owner(o, "docs/guide/a/b", "7:@guide");
    assert_owner(o, "x/apps/y", "6:@octocat");
    assert_owner(o, "apps/github/x", "9:");
    assert_owner(o, "deep/down/logs/x", "8:@logs");
    assert_owner(o, "a b/c#d", "10:@spaced");
    assert_owner(o, "exact/path", "12:@file");
    assert_owner(o, "exact/path/below", "12:@file");
    assert_owner(o, "x/exact/path", "2:@global-owner1 @global-owner2");
    assert_int_equal(0, gaz_owners_ignored(o));
    gaz_owners_free(o);
}

static void sections_give_owners_each_by_itself(void **state)
{
    (void)state;
    gaz_owners *o = parse("* @all\n"
                          "[Docs][2] @docs-team\n"
                          "docs/\n"
                          "*.md @writers\n"
                          "^[Database] @dba\n"
                          "model/db/\n"
                          "!model/db/readme.md\n"
                          "config/db/database.yml @ops\n"
                          "[docs]\n"
                          "README.md @late\n"
                          "[not a section @x\n");
    assert_owner(o, "docs/x.txt", "1:@all; [Docs] 3:@docs-team");
    assert_owner(o, "docs/x.md", "1:@all; [Docs] 4:@writers");
    assert_owner(o, "model/db/a.sql", "1:@all; ^[Database] 6:@dba");
    assert_owner(o, "model/db/readme.md", "1:@all; [Docs] 4:@writers");
    assert_owner(o, "README.md", "1:@all; [Docs] 10:@late");
    gaz_owners_free(o);
}

static void owners_files_have_limits(void **state)
{
    (void)state;
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_owners *o = NULL;
    gaz_strbuf_puts(&text, "/first @first\n");
    for (int i = 0; i < 3000; i++) /* a pattern and owners beyond their limits */
        gaz_strbuf_puts(&text, "a");
    gaz_strbuf_puts(&text, " @x\n/many ");
    for (int i = 0; i < 600; i++)
        gaz_strbuf_puts(&text, "@o ");
    gaz_strbuf_puts(&text, "\n");
    for (int i = 0; i < 1500; i++)
        gaz_strbuf_printf(&text, "[s%d]\n", i);
    while (text.len <= GAZ_OWNERS_FILE_MAX)
        gaz_strbuf_puts(&text, "x @y\n");
    assert_ok(gaz_owners_parse(text.data, text.len, &o, &err));
    assert_true(gaz_owners_ignored(o) >= 1 + 1 + 1 + 500);
    assert_owner(o, "first", "1:@first");
    gaz_owners_free(o);
    gaz_strbuf_release(&text);
    assert_ok(gaz_owners_parse("", 0, &o, &err));
    assert_owner(o, "x", "");
    gaz_owners_free(o);
    static const char odd[] = "\0\xff[\n[]\n[a\n!\n\\\n/ @root\n** @deep\n";
    assert_ok(gaz_owners_parse(odd, sizeof odd - 1, &o, &err));
    assert_owner(o, "a/b", "7:@deep");
    gaz_owners_free(o);
}

int main(void)
{
#define IN_DIR(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_DIR(blame_is_gits_own),
        IN_DIR(blame_follows_a_file_to_its_earlier_names),
        IN_DIR(blame_of_random_histories_is_gits_own),
        IN_DIR(blame_stops_at_its_limits_and_says_what_is_unfinished),
        IN_DIR(blame_of_a_shallow_clone_ends_at_a_boundary),
        IN_DIR(blame_refuses_what_is_no_text),
        cmocka_unit_test(owners_are_those_of_the_last_rule_that_matches),
        cmocka_unit_test(sections_give_owners_each_by_itself),
        cmocka_unit_test(owners_files_have_limits),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
