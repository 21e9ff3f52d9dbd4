/* History read from repositories that git made, held against what git says of them. */
#include "gaz_test.h"

#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/base/vec.h"
#include "gaz/repo/history.h"

static gaz_error err;
static char *dir; /* of this test */
static gaz_repo *repo;
static gaz_arena arena;

static void sh(const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "mkdir -p '%s/w' && cd '%s/w' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null "
        "HOME=/nonexistent GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.org "
        "GIT_COMMITTER_NAME=Carl GIT_COMMITTER_EMAIL=carl@example.org; T=1700000000; "
        "commit() { T=$((T+60)); git add -A; GIT_AUTHOR_DATE=\"$T +0130\" "
        "GIT_COMMITTER_DATE=\"$T -0700\" git commit -q --allow-empty \"$@\"; }; set -e; %s",
        dir, dir, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

/* The output of a command in the work tree; free() it. */
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
    gaz_arena_init(&arena, (size_t)256 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_repo_close(repo);
    repo = NULL;
    gaz_arena_release(&arena);
    assert_int_equal(GAZ_OK, gaz_remove_all(dir, NULL));
    free(dir);
    return 0;
}

static gaz_oid rev(const char *name)
{
    gaz_oid oid;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&path, "%s/w", dir);
    if (!repo)
        assert_ok(gaz_repo_open(path.data, &repo, &err));
    gaz_strbuf_release(&path);
    assert_ok(gaz_repo_resolve(repo, name, &oid, &err));
    return oid;
}

static gaz_commit_info commit_of(const char *name)
{
    gaz_commit_info info;
    gaz_oid id = rev(name);
    assert_ok(gaz_history_commit(repo, &id, &arena, &info, &err));
    return info;
}

/* ---- commits ---- */

static void a_commit_is_read_whole(void **state)
{
    (void)state;
    sh("git init -q -b main; echo a >a; commit -m one; git checkout -qb x; echo b >b; commit -m "
       "two;"
       "git checkout -q main; echo c >c; commit -m three; T=$((T+60)); "
       "GIT_AUTHOR_DATE=\"$T +0130\" GIT_COMMITTER_DATE=\"$T -0700\" "
       "git merge -q --no-ff -m 'subject\n\nbody' x");
    gaz_commit_info info = commit_of("main");
    gaz_oid first = rev("main^1"), second = rev("main^2");
    assert_int_equal(2, info.parent_count);
    assert_int_equal(0, gaz_oid_compare(&first, &info.parents[0]));
    assert_int_equal(0, gaz_oid_compare(&second, &info.parents[1]));
    assert_string_equal("Ann", info.author.name);
    assert_string_equal("ann@example.org", info.author.email);
    assert_int_equal(1700000240, info.author.when);
    assert_int_equal(90, info.author.offset);
    assert_string_equal("Carl", info.committer.name);
    assert_int_equal(-420, info.committer.offset);
    assert_true(strncmp(info.message, "subject", 7) == 0);
    assert_int_equal(strlen(info.message), info.message_len);
    assert_false(info.message_cut);
}

static void text_that_is_not_utf8_is_read_as_latin1(void **state)
{
    (void)state;
    sh("git init -q -b main; printf 'caf\\351\\n' >m; export GIT_AUTHOR_NAME=\"$(printf "
       "'Jos\\351')\"; git -c i18n.commitEncoding=ISO-8859-1 commit -q --allow-empty -F m");
    gaz_commit_info info = commit_of("main");
    assert_string_equal("caf\xC3\xA9\n", info.message);
    assert_string_equal("Jos\xC3\xA9", info.author.name);
}

static void a_signed_commit_keeps_its_message(void **state)
{
    (void)state;
    sh("git init -q -b main; commit -m plain; t=$(git write-tree); "
       "printf 'tree %s\\nauthor A <a@b> 5 +0000\\ncommitter A <a@b> 6 +0000\\ngpgsig "
       "-----BEGIN\\n "
       "\\n author X <x@y> 9 +0000\\n -----END\\nencoding UTF-8\\n\\nthe message\\n' $t >o; "
       "git update-ref refs/heads/main $(git hash-object -t commit -w --literally o)");
    gaz_commit_info info = commit_of("main");
    assert_string_equal("the message\n", info.message);
    assert_string_equal("A", info.author.name);
    assert_int_equal(6, info.committer.when);
}

/* ---- walking ---- */

typedef struct walked {
    gaz_strbuf text;
    size_t count;
    uint32_t missing;
    size_t stop_after;
} walked;

static gaz_status note_commit(void *ctx, const gaz_oid *id, const gaz_history_node *node,
                              uint32_t missing, gaz_error *e)
{
    walked *w = ctx;
    char hex[GAZ_OID_HEX];
    (void)node;
    gaz_oid_format(id, hex);
    gaz_strbuf_printf(&w->text, "%s\n", hex);
    w->missing += missing;
    if (++w->count == w->stop_after)
        return gaz_error_set(e, GAZ_E_CANCELLED, "enough");
    return GAZ_OK;
}

static const char branchy[] =
    "git init -q -b main; commit -m 1; for i in 2 3 4; do echo $i >f$i; commit -m $i; done; "
    "git checkout -qb side HEAD~2; for i in 5 6 7; do echo $i >g$i; commit -m $i; done; "
    "git checkout -q main; echo 8 >h; commit -m 8; git merge -q --no-ff -m 9 side; "
    "echo 10 >i; commit -m 10";

static void a_walk_meets_what_git_log_lists_in_its_order(void **state)
{
    (void)state;
    sh(branchy);
    gaz_oid tips[2] = {rev("main"), rev("side")};
    walked w = {.text = GAZ_STRBUF_INIT};
    gaz_history_walk walk = {
        .tips = tips, .tip_count = 2, .max = 1000, .visit = note_commit, .ctx = &w};
    gaz_history_end end;
    assert_ok(gaz_history_walk_run(repo, &walk, &end, &err));
    char *expected = ask("git rev-list main side | head -c -0");
    /* the same commits; git leaves the order of equal times open */
    char *sorted = ask("git log --format=%H main side");
    assert_int_equal(strlen(expected), w.text.len);
    assert_string_equal(sorted, w.text.data);
    assert_int_equal(10, end.visited);
    assert_int_equal(0, end.missing);
    assert_false(end.goes_on);
    free(expected);
    free(sorted);
    gaz_strbuf_release(&w.text);
}

static void a_walk_ends_at_its_limit_and_says_that_history_goes_on(void **state)
{
    (void)state;
    sh(branchy);
    gaz_oid tip = rev("main");
    walked w = {.text = GAZ_STRBUF_INIT};
    gaz_history_walk walk = {
        .tips = &tip, .tip_count = 1, .max = 4, .visit = note_commit, .ctx = &w};
    gaz_history_end end;
    assert_ok(gaz_history_walk_run(repo, &walk, &end, &err));
    char *expected = ask("git log -4 --format=%H main");
    assert_string_equal(expected, w.text.data);
    assert_true(end.goes_on);
    walk.max = 10;
    w.count = 0;
    assert_ok(gaz_history_walk_run(repo, &walk, &end, &err));
    assert_int_equal(10, end.visited);
    assert_false(end.goes_on);
    w.stop_after = 2;
    w.count = 0;
    assert_status(GAZ_E_CANCELLED, gaz_history_walk_run(repo, &walk, &end, &err));
    assert_int_equal(2, w.count);
    free(expected);
    gaz_strbuf_release(&w.text);
}

typedef struct memory {
    walked w;
    gaz_oid ids[64], parents[64][4];
    gaz_history_node nodes[64];
    size_t count, asked, hits;
} memory;

static gaz_status remember(void *ctx, const gaz_oid *id, const gaz_history_node *node,
                           uint32_t missing, gaz_error *e)
{
    memory *m = ctx;
    size_t i = m->count++;
    m->ids[i] = *id;
    memcpy(m->parents[i], node->parents, node->parent_count * sizeof *id);
    m->nodes[i] = *node;
    m->nodes[i].parents = m->parents[i];
    return note_commit(&m->w, id, node, missing, e);
}

static bool recall(void *ctx, const gaz_oid *id, gaz_history_node *out)
{
    memory *m = ctx;
    m->asked++;
    for (size_t i = 0; i < m->count; i++) {
        if (gaz_oid_compare(id, &m->ids[i]) == 0) {
            *out = m->nodes[i];
            m->hits++;
            return true;
        }
    }
    return false;
}

static gaz_status just_note(void *ctx, const gaz_oid *id, const gaz_history_node *node,
                            uint32_t missing, gaz_error *e)
{
    return note_commit(&((memory *)ctx)->w, id, node, missing, e);
}

static void known_commits_are_not_read_and_change_nothing(void **state)
{
    (void)state;
    sh(branchy);
    gaz_oid tip = rev("main");
    memory *m = calloc(1, sizeof *m);
    assert_non_null(m);
    m->w.text = GAZ_STRBUF_INIT;
    gaz_history_walk walk = {.tips = &tip, .tip_count = 1, .max = 100, .visit = remember, .ctx = m};
    gaz_history_end end;
    assert_ok(gaz_history_walk_run(repo, &walk, &end, &err));
    char *first = gaz_strbuf_detach(&m->w.text, NULL);
    /* with the objects gone, only what is known can be walked */
    sh("find .git/objects -type f -delete");
    gaz_repo_close(repo);
    repo = NULL;
    char path[600];
    snprintf(path, sizeof path, "%s/w", dir);
    assert_ok(gaz_repo_open(path, &repo, &err));
    walk.known = recall;
    walk.visit = just_note;
    assert_ok(gaz_history_walk_run(repo, &walk, &end, &err));
    assert_string_equal(first, m->w.text.data);
    assert_int_equal(10, m->hits);
    assert_int_equal(0, end.missing);
    free(first);
    gaz_strbuf_release(&m->w.text);
    free(m);
}

static void a_shallow_clone_tells_that_parents_are_missing(void **state)
{
    (void)state;
    sh("mkdir o; cd o; git init -q -b main; for i in 1 2 3 4 5; do echo $i >f; commit -m $i; done; "
       "cd ..; git clone -q --depth 2 \"file://$PWD/o\" s; mv s/.git .git");
    gaz_oid tip = rev("main");
    walked w = {.text = GAZ_STRBUF_INIT};
    gaz_history_walk walk = {
        .tips = &tip, .tip_count = 1, .max = 100, .visit = note_commit, .ctx = &w};
    gaz_history_end end;
    assert_ok(gaz_history_walk_run(repo, &walk, &end, &err));
    assert_int_equal(2, end.visited);
    assert_int_equal(1, end.missing);
    assert_int_equal(1, w.missing);
    assert_false(gaz_oid_is_zero(&end.missing_one));
    assert_false(end.goes_on);
    gaz_commit_info info = commit_of("main~1");
    gaz_history_changes changes;
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    assert_status(GAZ_E_NOT_FOUND,
                  gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    gaz_strbuf_release(&w.text);
}

/* ---- changes ---- */

static gaz_history_changes changes_of(const char *name)
{
    gaz_commit_info info = commit_of(name);
    gaz_history_changes changes;
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    return changes;
}

/* In the form of git diff-tree --raw -r, without modes and likeness. */
static char *as_raw(const gaz_history_changes *changes)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < changes->count; i++) {
        const gaz_history_change *c = &changes->items[i];
        char before[GAZ_OID_HEX], after[GAZ_OID_HEX];
        gaz_oid_format(&c->before, before);
        gaz_oid_format(&c->after, after);
        gaz_strbuf_printf(&out, "%s %s %c\t", before, after, "?ADMR"[c->kind]);
        if (c->from)
            gaz_strbuf_printf(&out, "%s\t", c->from);
        gaz_strbuf_printf(&out, "%s\n", c->path);
    }
    return gaz_strbuf_detach(&out, NULL);
}

static void assert_as_git_says(const char *name, const char *options)
{
    char command[400];
    snprintf(command, sizeof command,
             "git diff-tree --root --no-commit-id --raw -r --no-abbrev %s %s^! | cut -d' ' -f3- | "
             "sed 's/ R[0-9]*\\t/ R\\t/' ",
             options, name);
    char *expected = ask(command);
    gaz_history_changes changes = changes_of(name);
    char *actual = as_raw(&changes);
    assert_string_equal(expected, actual);
    assert_false(changes.cut);
    assert_false(changes.unreadable);
    free(expected);
    free(actual);
}

static void changes_are_what_git_diff_tree_tells(void **state)
{
    (void)state;
    sh("git init -q -b main; mkdir -p d/e; echo 1 >a; echo 2 >d/b; echo 3 >d/e/c; commit -m one; "
       "echo 11 >a; rm d/b; echo n >d/new; commit -m two; "
       "rm -r d/e; echo file >d/e; commit -m three; rm a; ln -s d a; commit -m four");
    assert_as_git_says("main~2", "-M");
    assert_as_git_says("main~1", "--no-renames");
    gaz_history_changes last = changes_of("main");
    assert_int_equal(1, last.count);
    assert_int_equal(GAZ_ENTRY_SYMLINK, last.items[0].entry);
}

static void a_first_commit_adds_all_its_files(void **state)
{
    (void)state;
    sh("git init -q -b main; mkdir d; echo 1 >a; echo 2 >d/b; commit -m one");
    gaz_history_changes changes = changes_of("main");
    assert_int_equal(2, changes.count);
    assert_int_equal(GAZ_HISTORY_ADD, changes.items[1].kind);
    assert_string_equal("d/b", changes.items[1].path);
    assert_true(gaz_oid_is_zero(&changes.items[1].before));
}

static void renames_are_paired_by_content_and_by_likeness(void **state)
{
    (void)state;
    sh("git init -q -b main; seq 1 40 >long; echo same >one; cp one two; mkdir d; echo x >gone; "
       "commit -m one; "
       "git mv one d/one; git mv two d/two; sed 's/^7$/seven/' long >longer; rm long gone; "
       "seq 100 150 >unlike; commit -m two");
    assert_as_git_says("main", "-M50%");
    gaz_history_changes changes = changes_of("main");
    size_t renames = 0;
    for (size_t i = 0; i < changes.count; i++) {
        const gaz_history_change *c = &changes.items[i];
        if (c->kind != GAZ_HISTORY_RENAME)
            continue;
        renames++;
        if (strcmp(c->path, "longer") == 0)
            assert_in_range(c->likeness, 80, 99);
        else
            assert_int_equal(100, c->likeness);
    }
    assert_int_equal(3, renames);
}

static void limits_cut_changes_and_say_so(void **state)
{
    (void)state;
    sh("git init -q -b main; mkdir d; for i in $(seq 1 50); do echo $i >d/f$i; done; commit -m "
       "one");
    gaz_commit_info info = commit_of("main");
    gaz_history_changes changes;
    gaz_history_limits limits = {.changes = 10, .nodes = 1000};
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    assert_int_equal(10, changes.count);
    assert_true(changes.cut);
    limits = (gaz_history_limits){.changes = 50, .nodes = 51};
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    assert_int_equal(50, changes.count);
    assert_false(changes.cut);
    limits.nodes = 20;
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    assert_int_equal(19, changes.count);
    assert_true(changes.cut);
}

/* ---- lines ---- */

static gaz_status note_line(void *ctx, const gaz_history_line *line, gaz_error *e)
{
    (void)e;
    gaz_strbuf_printf(ctx, "%c%u %.*s\n", line->sign, line->line, (int)line->len, line->text);
    return GAZ_OK;
}

static gaz_lines_end lines_of(const char *name, const char *path, uint64_t max, gaz_strbuf *out)
{
    gaz_history_changes changes = changes_of(name);
    gaz_lines_end end = GAZ_LINES_UNREADABLE;
    for (size_t i = 0; i < changes.count; i++)
        if (strcmp(changes.items[i].path, path) == 0)
            assert_ok(gaz_history_lines(repo, &changes.items[i], max, note_line, out, &end, &err));
    return end;
}

static void lines_tell_what_was_removed_and_added_and_where(void **state)
{
    (void)state;
    sh("git init -q -b main; printf 'a\\nb\\nc\\nd\\ne' >f; printf 'x\\0y\\n' >bin; commit -m one; "
       "printf 'a\\nB\\nB2\\nd\\ne\\nf\\n' >f; printf 'x\\0z\\n' >bin; commit -m two; rm f; commit "
       "-m "
       "three");
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_int_equal(GAZ_LINES_WHOLE, lines_of("main~1", "f", 1000, &out));
    assert_string_equal("-2 b\n-3 c\n+2 B\n+3 B2\n-5 e\n+5 e\n+6 f\n", out.data);
    gaz_strbuf_reset(&out);
    assert_int_equal(GAZ_LINES_WHOLE, lines_of("main~2", "f", 1000, &out));
    assert_string_equal("+1 a\n+2 b\n+3 c\n+4 d\n+5 e\n", out.data);
    gaz_strbuf_reset(&out);
    assert_int_equal(GAZ_LINES_WHOLE, lines_of("main", "f", 1000, &out));
    assert_string_equal("-1 a\n-2 B\n-3 B2\n-4 d\n-5 e\n-6 f\n", out.data);
    gaz_strbuf_reset(&out);
    assert_int_equal(GAZ_LINES_BINARY, lines_of("main~1", "bin", 1000, &out));
    assert_int_equal(GAZ_LINES_TOO_LARGE, lines_of("main~1", "f", 5, &out));
    assert_int_equal(0, out.len);
    gaz_strbuf_release(&out);
}

/* ---- trailers ---- */

static void trailers_stand_in_the_last_paragraph_alone(void **state)
{
    (void)state;
    static const char message[] = "fix: it\n\nNote: this is prose\nand goes on\n\n"
                                  "Agent-Task: 41\nReviewed-by: A <a@b>\n  and B\n"
                                  "(cherry picked from commit 0123)\nAGENT-TASK:  42 \n\n";
    const char *value;
    size_t len;
    assert_true(gaz_trailer_find(message, strlen(message), "agent-task", &value, &len));
    assert_int_equal(2, len);
    assert_memory_equal("42", value, 2);
    assert_true(gaz_trailer_find(message, strlen(message), "Reviewed-by", &value, &len));
    assert_memory_equal("A <a@b>\n  and B", value, len);
    assert_false(gaz_trailer_find(message, strlen(message), "Note", &value, &len));
    gaz_trailer t;
    size_t at = 0, count = 0;
    while (gaz_trailer_next(message, strlen(message), &at, &t))
        count++;
    assert_int_equal(3, count);
}

static void prose_with_colons_is_no_trailer(void **state)
{
    (void)state;
    const char *value;
    size_t len;
    static const char *const none[] = {"",
                                       "\n\n",
                                       "Agent-Task: 1",
                                       "subject\nAgent-Task: 1",
                                       "subject\n\nAgent-Task: 1\nis done by this change",
                                       "subject\n\nAgent Task: 1",
                                       "Agent-Task: 1\n\nlast words"};
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        assert_false(gaz_trailer_find(none[i], strlen(none[i]), "Agent-Task", &value, &len));
    assert_true(gaz_trailer_find("s\n\nAgent-Task:1", 15, "Agent-Task", &value, &len));
    assert_int_equal(1, len);
}

int main(void)
{
#define IN_DIR(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        IN_DIR(a_commit_is_read_whole),
        IN_DIR(text_that_is_not_utf8_is_read_as_latin1),
        IN_DIR(a_signed_commit_keeps_its_message),
        IN_DIR(a_walk_meets_what_git_log_lists_in_its_order),
        IN_DIR(a_walk_ends_at_its_limit_and_says_that_history_goes_on),
        IN_DIR(known_commits_are_not_read_and_change_nothing),
        IN_DIR(a_shallow_clone_tells_that_parents_are_missing),
        IN_DIR(changes_are_what_git_diff_tree_tells),
        IN_DIR(a_first_commit_adds_all_its_files),
        IN_DIR(renames_are_paired_by_content_and_by_likeness),
        IN_DIR(limits_cut_changes_and_say_so),
        IN_DIR(lines_tell_what_was_removed_and_added_and_where),
        cmocka_unit_test(trailers_stand_in_the_last_paragraph_alone),
        cmocka_unit_test(prose_with_colons_is_no_trailer),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
