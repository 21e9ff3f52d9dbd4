/* Work trees as overlays, looked at on demand: after every one of many random steps the overlay
 * holds what git says the directory holds; what is not committed is found, and only where it is
 * asked for; hostile trees are read without following, waiting or writing anything. */
#include "gaz_test.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "engine_fixture.h"
#include "gaz/base/fs.h"
#include "proof.h"
#include "run_tool.h"
#include "tree_steps.h"

static gaz_error err;

typedef struct bench {
    char *dir, tree[600];
    fixture f;
} bench;

static void setup(bench *b)
{
    gaz_error_clear(&err);
    *b = (bench){.dir = make_temp_dir()};
    snprintf(b->tree, sizeof b->tree, "%s/tree", b->dir);
    fixture_open(&b->f, b->dir, "home");
}

static void teardown(bench *b)
{
    fixture_check(&b->f);
    fixture_close(&b->f);
    gaz_error_clear(&err);
    assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
}

static void write_file(const bench *b, const char *path, const char *text)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", b->tree, path);
    int fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_ok(gaz_write_all(fd, text, strlen(text), &err));
    close(fd);
}

static void make_dir(const bench *b, const char *path)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", b->tree, path);
    assert_ok(gaz_mkdir_all(full, 0755, &err));
}

static void remove_path(const bench *b, const char *path)
{
    char full[800];
    snprintf(full, sizeof full, "%s/%s", b->tree, path);
    assert_ok(gaz_remove_all(full, &err));
}

static void start_repo(bench *b)
{
    free(run_git(b->dir, "init", "-q", "-b", "main", b->tree, NULL));
    write_file(b, "kept.txt", "kept word\n");
    write_file(b, "changed.txt", "before\n");
    write_file(b, "gone.txt", "gone word\n");
    free(run_git(b->tree, "add", "-A", NULL));
    free(run_git(b->tree, "commit", "-qm", "c", NULL));
    fixture_add(&b->f, b->tree, "r", NULL);
    (void)fixture_index(&b->f, "r");
}

/* The paths a query finds, each followed by a blank. */
static void finds(bench *b, const char *query, const char *expected)
{
    answer_text a;
    char found[800] = "";
    fixture_search(b->f.engine, query, 50, NULL, &a);
    if (a.status != GAZ_OK)
        fail_msg("%s: %s", query, a.error.message);
    for (const char *at = a.text.data; at && (at = strstr(at, "file r ")) != NULL; at++)
        snprintf(found + strlen(found), sizeof found - strlen(found), "%.*s ",
                 (int)strcspn(at + 7, " \n"), at + 7);
    if (!a.result.complete)
        fail_msg("%s: not complete: %s", query, a.result.reason);
    if (strcmp(found, expected) != 0)
        fail_msg("%s: found '%s', not '%s'\n%s", query, found, expected, a.text.data);
    answer_text_release(&a);
}

static void look(bench *b)
{
    gaz_run_result result;
    gaz_error_clear(&err);
    assert_ok(fixture_try_index(&b->f, "r", "worktree", &result, &err));
}

static void same_as_git(bench *b, const char *after)
{
    look(b);
    char *expected = tree_expected(b->tree), *actual = tree_published(b->f.store, "r");
    tree_assert_same(expected, actual, after);
    free(expected);
    free(actual);
}

/* ---- what is found ---- */

static void what_is_not_committed_is_found_where_it_is_asked_for(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    start_repo(&b);
    write_file(&b, "changed.txt", "after\n");
    write_file(&b, "new.txt", "fresh\n");
    remove_path(&b, "gone.txt");
    finds(&b, "after rev:worktree", "changed.txt ");
    finds(&b, "before rev:worktree", "");
    finds(&b, "gone rev:worktree", "");
    finds(&b, "fresh rev:worktree", "new.txt ");
    finds(&b, "kept rev:worktree", "kept.txt ");
    finds(&b, "after", "");
    finds(&b, "fresh", "");
    finds(&b, "before", "changed.txt ");
    finds(&b, "gone", "gone.txt ");
    write_file(&b, "new.txt", "fresher\n"); /* asked again, looked at again */
    finds(&b, "fresher rev:worktree", "new.txt ");
    teardown(&b);
}

static void a_commit_of_what_was_seen_adds_no_document(void **state)
{
    (void)state;
    bench b;
    size_t segments;
    uint64_t before, after;
    setup(&b);
    start_repo(&b);
    write_file(&b, "new.txt", "fresh\n");
    write_file(&b, "changed.txt", "after\n");
    finds(&b, "fresh rev:worktree", "new.txt ");
    fixture_count(&b.f, &segments, &before);
    free(run_git(b.tree, "add", "-A", NULL));
    free(run_git(b.tree, "commit", "-qm", "c2", NULL));
    gaz_run_result run = fixture_index(&b.f, "r");
    assert_int_equal(run.files, 0);
    fixture_count(&b.f, &segments, &after);
    assert_int_equal(after, before);
    finds(&b, "fresh", "new.txt ");
    finds(&b, "fresh rev:worktree", "new.txt ");
    teardown(&b);
}

static void answers_say_which_commit_they_lie_over(void **state)
{
    (void)state;
    bench b;
    gaz_file_view view = {0};
    setup(&b);
    start_repo(&b);
    write_file(&b, "changed.txt", "after\n");
    assert_ok(gaz_engine_file(b.f.engine, "r", "worktree", "changed.txt", 0, 0, &view, &err));
    char hex[GAZ_OID_HEX], *head = run_git(b.tree, "rev-parse", "HEAD", NULL);
    gaz_oid_format(&view.commit, hex);
    assert_string_equal(hex, head);
    assert_string_equal(view.branch, "worktree");
    assert_string_equal(view.text.data, "after\n");
    free(head);
    gaz_file_view_release(&view);
    teardown(&b);
}

static void an_unchanged_tree_publishes_nothing(void **state)
{
    (void)state;
    bench b;
    gaz_run_result result;
    uint64_t first = 0, again = 0;
    setup(&b);
    start_repo(&b);
    look(&b);
    assert_ok(gaz_store_generation(b.f.store, &first, &err));
    assert_ok(fixture_try_index(&b.f, "r", "worktree", &result, &err));
    assert_false(result.changed);
    assert_ok(gaz_store_generation(b.f.store, &again, &err));
    assert_int_equal(first, again);
    teardown(&b);
}

static void without_a_work_tree_there_is_a_clear_error(void **state)
{
    (void)state;
    bench b;
    answer_text a;
    char bare[700];
    setup(&b);
    start_repo(&b);
    snprintf(bare, sizeof bare, "%s/bare.git", b.dir);
    free(run_git(b.dir, "clone", "-q", "--bare", b.tree, bare, NULL));
    fixture_add(&b.f, bare, "bare", NULL);
    (void)fixture_index(&b.f, "bare");
    fixture_search(b.f.engine, "kept rev:worktree repo=bare", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_E_NOT_FOUND);
    assert_non_null(strstr(a.error.message, "has no work tree"));
    answer_text_release(&a);
    /* there, a branch of that name is what is meant */
    free(run_git(bare, "branch", "worktree", "main", NULL));
    fixture_search(b.f.engine, "kept rev:worktree repo=bare", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_OK);
    assert_int_equal(a.files, 1);
    answer_text_release(&a);
    teardown(&b);
}

static void a_branch_named_worktree_keeps_its_full_name(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    start_repo(&b);
    free(run_git(b.tree, "branch", "worktree", NULL));
    write_file(&b, "changed.txt", "after\n");
    finds(&b, "after rev:worktree", "changed.txt ");
    finds(&b, "before rev:refs/heads/worktree", "changed.txt ");
    teardown(&b);
}

static void a_repository_without_commits_has_a_work_tree(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    free(run_git(b.dir, "init", "-q", "-b", "main", b.tree, NULL));
    write_file(&b, "first.txt", "beginning\n");
    fixture_add(&b.f, b.tree, "r", NULL);
    finds(&b, "beginning rev:worktree", "first.txt ");
    free(run_git(b.tree, "add", "-A", NULL));
    free(run_git(b.tree, "commit", "-qm", "c", NULL));
    (void)fixture_index(&b.f, "r");
    finds(&b, "beginning", "first.txt ");
    finds(&b, "beginning rev:worktree", "first.txt ");
    teardown(&b);
}

static void a_work_tree_that_is_gone_leaves_the_index(void **state)
{
    (void)state;
    bench b;
    char moved[700];
    answer_text a;
    setup(&b);
    start_repo(&b);
    write_file(&b, "new.txt", "fresh\n");
    look(&b);
    snprintf(moved, sizeof moved, "%s/moved", b.dir);
    /* a linked work tree's files go, its repository stays */
    char linked[700];
    snprintf(linked, sizeof linked, "%s/linked", b.dir);
    free(run_git(b.tree, "worktree", "add", "-q", linked, "-b", "side", NULL));
    fixture_add(&b.f, linked, "linked", NULL);
    (void)fixture_index(&b.f, "linked");
    fixture_search(b.f.engine, "kept rev:worktree repo=linked", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_OK);
    assert_int_equal(a.files, 1);
    answer_text_release(&a);
    assert_int_equal(rename(linked, moved), 0);
    fixture_search(b.f.engine, "kept rev:worktree repo=linked", 10, NULL, &a);
    assert_int_equal(a.status, GAZ_E_NOT_FOUND);
    answer_text_release(&a);
    assert_null(tree_published(b.f.store, "linked"));
    finds(&b, "fresh rev:worktree repo=r", "new.txt ");
    teardown(&b);
}

/* ---- by git's rules ---- */

static void after_every_step_the_overlay_is_what_the_directory_holds(void **state)
{
    (void)state;
    bench b;
    tree_steps t;
    uint64_t seed = proof_say_seed();
    unsigned rounds = proof_rounds(600);
    setup(&b);
    tree_steps_init(&t, b.dir, seed);
    fixture_add(&b.f, b.tree, "r", NULL);
    for (unsigned i = 0; i < rounds; i++) {
        char after[900];
        tree_steps_do(&t);
        snprintf(after, sizeof after, "step %u, %s", t.step, t.last);
        same_as_git(&b, after);
        if (i % 7 == 6)
            (void)fixture_index(&b.f, "r");
        if (i % 20 == 19) {
            fixture_merge_all(&b.f);
            fixture_check(&b.f);
        }
    }
    teardown(&b);
    proof_report("random steps in a work tree, looked at on demand, against git ls-files", rounds);
}

static void a_sparse_checkout_is_no_deletion(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    free(run_git(b.dir, "init", "-q", "-b", "main", b.tree, NULL));
    make_dir(&b, "in/deep");
    make_dir(&b, "out/deep");
    write_file(&b, "in/a.txt", "inside word\n");
    write_file(&b, "out/deep/b.txt", "outside word\n");
    write_file(&b, "top.txt", "top word\n");
    free(run_git(b.tree, "add", "-A", NULL));
    free(run_git(b.tree, "commit", "-qm", "c", NULL));
    free(run_git(b.tree, "sparse-checkout", "set", "--cone", "in", NULL));
    fixture_add(&b.f, b.tree, "r", NULL);
    (void)fixture_index(&b.f, "r");
    finds(&b, "word rev:worktree", "top.txt in/a.txt out/deep/b.txt ");
    /* the index may leave out whole directories */
    free(run_git(b.tree, "sparse-checkout", "reapply", "--sparse-index", NULL));
    write_file(&b, "in/c.txt", "new word\n");
    finds(&b, "word rev:worktree", "top.txt in/a.txt in/c.txt out/deep/b.txt ");
    /* ... and one of them may be there for what git does not track */
    make_dir(&b, "out");
    write_file(&b, "out/new.txt", "stray word\n");
    finds(&b, "word rev:worktree", "top.txt in/a.txt in/c.txt out/new.txt out/deep/b.txt ");
    teardown(&b);
}

/* Each level that is entered holds a descriptor. */
static void a_deep_directory_hides_only_itself(void **state)
{
    (void)state;
    bench b;
    char *command = NULL;
    setup(&b);
    start_repo(&b);
    write_file(&b, "beside.txt", "shallow\n");
    assert_true(asprintf(&command,
                         "cd '%s'; for i in $(seq 1500); do mkdir d; cd -P d || exit 1; done; "
                         "echo shallow >f.txt",
                         b.tree) > 0);
    assert_int_equal(system(command), 0);
    free(command);
    finds(&b, "shallow rev:worktree", "beside.txt ");
    assert_true(asprintf(&command, "rm -rf '%s/d'", b.tree) > 0);
    assert_int_equal(system(command), 0); /* deeper than we ourselves remove */
    free(command);
    teardown(&b);
}

static void flags_of_the_index_do_not_hide_what_lies_there(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    start_repo(&b);
    free(run_git(b.tree, "update-index", "--assume-unchanged", "changed.txt", NULL));
    write_file(&b, "changed.txt", "after all\n");
    write_file(&b, "later.txt", "later\n");
    free(run_git(b.tree, "add", "-N", "later.txt", NULL));
    finds(&b, "after rev:worktree", "changed.txt ");
    finds(&b, "later rev:worktree", "later.txt ");
    teardown(&b);
}

static void an_index_that_cannot_be_used_is_done_without(void **state)
{
    (void)state;
    bench b;
    char index[700];
    setup(&b);
    start_repo(&b);
    write_file(&b, ".gitignore", "kept.txt\nnew.txt\n");
    write_file(&b, "new.txt", "kept out\n");
    snprintf(index, sizeof index, "%s/.git/index", b.tree);
    free(run_git(b.tree, "update-index", "--split-index", NULL));
    finds(&b, "\"kept word\" rev:worktree", "kept.txt ");
    assert_ok(gaz_file_write(index, "DIRC\0\0\0\2\377\377\377\377 and so on, for a while", 35, 0644,
                             &err));
    finds(&b, "\"kept word\" rev:worktree", "kept.txt ");
    assert_int_equal(unlink(index), 0);
    assert_int_equal(mkfifo(index, 0644), 0);
    finds(&b, "\"kept word\" rev:worktree", "kept.txt ");
    teardown(&b);
}

static void exclusions_hold_as_the_files_lie_there(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    start_repo(&b);
    make_dir(&b, "sub");
    write_file(&b, "sub/a.txt", "kept word\n");
    write_file(&b, ".gazignore", "sub/\n");
    finds(&b, "\"kept word\" rev:worktree", "kept.txt ");
    finds(&b, "\"kept word\"", "kept.txt ");
    write_file(&b, ".gazignore", "kept.txt\n");
    finds(&b, "\"kept word\" rev:worktree", "sub/a.txt ");
    finds(&b, "\"kept word\"", "kept.txt ");
    remove_path(&b, ".gazignore");
    finds(&b, "\"kept word\" rev:worktree", "kept.txt sub/a.txt ");
    teardown(&b);
}

static void no_filter_runs(void **state)
{
    (void)state;
    bench b;
    char ran[700];
    struct stat info;
    setup(&b);
    start_repo(&b);
    snprintf(ran, sizeof ran, "touch %s/ran; cat", b.dir);
    free(run_git(b.tree, "config", "filter.evil.clean", ran, NULL));
    free(run_git(b.tree, "config", "filter.evil.smudge", ran, NULL));
    free(run_git(b.tree, "config", "core.fsmonitor", ran, NULL));
    free(run_git(b.tree, "config", "core.autocrlf", "true", NULL));
    write_file(&b, ".gitattributes", "*.txt filter=evil\n");
    write_file(&b, "changed.txt", "after\r\nlines\r\n");
    finds(&b, "lines rev:worktree", "changed.txt ");
    snprintf(ran, sizeof ran, "%s/ran", b.dir);
    assert_int_not_equal(stat(ran, &info), 0);
    teardown(&b);
}

/* ---- hostile trees ---- */

static char *bytes_of_git(const bench *b)
{
    const char *const argv[] = {
        "sh", "-c", "find .git -type f -exec md5sum {} + | sort; find .git | sort", NULL};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_int_equal(run_tool(&(tool){.argv = argv, .dir = b->tree}, &out), 0);
    return gaz_strbuf_detach(&out, NULL);
}

static void what_is_no_file_is_never_opened_and_nothing_is_written(void **state)
{
    (void)state;
    bench b;
    char full[700];
    setup(&b);
    start_repo(&b);
    snprintf(full, sizeof full, "%s/pipe", b.tree);
    assert_int_equal(mkfifo(full, 0644), 0);
    remove_path(&b, "kept.txt");
    snprintf(full, sizeof full, "%s/kept.txt", b.tree);
    assert_int_equal(mkfifo(full, 0644), 0);
    snprintf(full, sizeof full, "%s/.gitignore", b.tree);
    assert_int_equal(mkfifo(full, 0644), 0);
    snprintf(full, sizeof full, "%s/.gazignore", b.tree);
    assert_int_equal(symlink("/dev/zero", full), 0);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    char *here = getcwd(NULL, 0);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    strcpy(address.sun_path, "socket");
    assert_int_equal(chdir(b.tree), 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(chdir(here), 0);
    free(here);
    char *before = bytes_of_git(&b);
    look(&b); /* git itself would wait for the pipe */
    remove_path(&b, ".gitignore");
    same_as_git(&b, "pipes and sockets");
    finds(&b, "kept rev:worktree", "");
    char *after = bytes_of_git(&b);
    assert_string_equal(before, after);
    free(before);
    free(after);
    close(fd);
    teardown(&b);
}

static void links_are_recorded_and_not_followed(void **state)
{
    (void)state;
    bench b;
    char full[800], outside[700];
    setup(&b);
    start_repo(&b);
    snprintf(outside, sizeof outside, "%s/outside", b.dir);
    assert_ok(gaz_mkdir_all(outside, 0755, &err));
    snprintf(full, sizeof full, "%s/secret.txt", outside);
    assert_ok(gaz_file_write(full, "secret word\n", 12, 0644, &err));
    make_dir(&b, "dir");
    write_file(&b, "dir/secret.txt", "own word\n");
    free(run_git(b.tree, "add", "-A", NULL));
    free(run_git(b.tree, "commit", "-qm", "c2", NULL));
    remove_path(&b, "dir"); /* a tracked directory becomes a way out */
    snprintf(full, sizeof full, "%s/dir", b.tree);
    assert_int_equal(symlink(outside, full), 0);
    snprintf(full, sizeof full, "%s/link.txt", b.tree);
    assert_int_equal(symlink("../outside/secret.txt", full), 0);
    same_as_git(&b, "links out of the tree");
    finds(&b, "secret rev:worktree", "");
    finds(&b, "own rev:worktree", "");
    teardown(&b);
}

static void odd_names_and_sizes_are_taken_as_they_are(void **state)
{
    (void)state;
    bench b;
    setup(&b);
    start_repo(&b);
    write_file(&b, "new\nline.txt", "odd word\n");
    write_file(&b, "\x01\x1b[31m.txt", "odd word\n");
    write_file(&b, "\xff\xfe.txt", "odd word\n");
    write_file(&b, "Case.txt", "odd word\n");
    write_file(&b, "case.txt", "odd word\n");
    /* deeper than a path may be long */
    const char *const argv[] = {
        "sh", "-c",
        "n=$(printf d%.0s $(seq 74)); for i in $(seq 60); do mkdir -p $n && "
        "cd $n; done; echo too deep > f",
        NULL};
    assert_int_equal(run_tool(&(tool){.argv = argv, .dir = b.tree}, NULL), 0);
    look(&b);
    char *text = tree_published(b.f.store, "r");
    assert_non_null(strstr(text, "new\\0aline.txt"));
    assert_non_null(strstr(text, "\\01\\1b[31m.txt"));
    assert_non_null(strstr(text, "\xff\xfe.txt"));
    assert_non_null(strstr(text, "unreadable"));
    assert_null(strstr(text, "\ntoo deep"));
    free(text);
    answer_text a;
    fixture_search(b.f.engine, "odd rev:worktree", 50, NULL, &a);
    assert_int_equal(a.status, GAZ_OK);
    assert_int_equal(a.files, 5);
    answer_text_release(&a);
    teardown(&b);
}

static void what_cannot_be_read_and_what_is_too_large_is_listed(void **state)
{
    (void)state;
    bench b;
    char full[700];
    setup(&b);
    assert_int_equal(setenv("GAZ_INDEX_BLOB_MAX", "64KiB", 1), 0);
    start_repo(&b);
    snprintf(full, sizeof full, "%s/huge.bin", b.tree);
    int fd = open(full, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0); /* a hole of a terabyte */
    close(fd);
    look(&b);
    char *text = tree_published(b.f.store, "r");
    assert_non_null(strstr(text, "too_large"));
    free(text);
    unsetenv("GAZ_INDEX_BLOB_MAX");
    teardown(&b);
}

static void a_tree_that_changes_all_the_time_is_read_to_an_end(void **state)
{
    (void)state;
    bench b;
    char script[] = "i=0; while [ ! -e ../stop ]; do i=$((i+1)); echo \"word $i\" >> log.txt; "
                    "rm -rf swap; if [ $((i % 2)) = 0 ]; then mkdir swap; echo s > swap/x; "
                    "else ln -s / swap; fi; done; touch ../stopped";
    setup(&b);
    start_repo(&b);
    char command[700], stop[700], stopped[700];
    snprintf(command, sizeof command, "(%s) >/dev/null 2>&1 &", script);
    snprintf(stop, sizeof stop, "%s/stop", b.dir);
    snprintf(stopped, sizeof stopped, "%s/stopped", b.dir);
    const char *const argv[] = {"sh", "-c", command, NULL};
    assert_int_equal(run_tool(&(tool){.argv = argv, .dir = b.tree}, NULL), 0);
    for (int i = 0; i < 10; i++)
        look(&b);
    assert_ok(gaz_file_write(stop, "", 0, 0644, &err));
    for (int i = 0; i < 1000 && access(stopped, F_OK) != 0; i++)
        usleep(10000);
    assert_int_equal(access(stopped, F_OK), 0);
    same_as_git(&b, "it has come to rest");
    teardown(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_committed_is_found_where_it_is_asked_for),
        cmocka_unit_test(a_commit_of_what_was_seen_adds_no_document),
        cmocka_unit_test(answers_say_which_commit_they_lie_over),
        cmocka_unit_test(an_unchanged_tree_publishes_nothing),
        cmocka_unit_test(without_a_work_tree_there_is_a_clear_error),
        cmocka_unit_test(a_branch_named_worktree_keeps_its_full_name),
        cmocka_unit_test(a_repository_without_commits_has_a_work_tree),
        cmocka_unit_test(a_work_tree_that_is_gone_leaves_the_index),
        cmocka_unit_test(after_every_step_the_overlay_is_what_the_directory_holds),
        cmocka_unit_test(a_sparse_checkout_is_no_deletion),
        cmocka_unit_test(a_deep_directory_hides_only_itself),
        cmocka_unit_test(flags_of_the_index_do_not_hide_what_lies_there),
        cmocka_unit_test(an_index_that_cannot_be_used_is_done_without),
        cmocka_unit_test(exclusions_hold_as_the_files_lie_there),
        cmocka_unit_test(no_filter_runs),
        cmocka_unit_test(what_is_no_file_is_never_opened_and_nothing_is_written),
        cmocka_unit_test(links_are_recorded_and_not_followed),
        cmocka_unit_test(odd_names_and_sizes_are_taken_as_they_are),
        cmocka_unit_test(what_cannot_be_read_and_what_is_too_large_is_listed),
        cmocka_unit_test(a_tree_that_changes_all_the_time_is_read_to_an_end),
    };
    return cmocka_run_group_tests_name("work_tree", tests, NULL, NULL);
}
