/* Reading repositories that git made: what is opened, which branches and revisions there are, and
 * that trees and blobs are what git says they are. */
#include "gaz_test.h"
#include "proof.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "gaz/repo/git.h"
#include "repo.h"

static gaz_error err;
static char *dir;      /* of this test */
static char path[600]; /* dir/w, a work tree */

/* Runs shell commands in `dir`, with a git that knows no configuration but its own. */
static void sh(const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "cd '%s' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent "
        "GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A "
        "GIT_COMMITTER_EMAIL=a@example.org "
        "GIT_AUTHOR_DATE='1700000000 +0100' GIT_COMMITTER_DATE='1700000000 +0100'; set -e; %s",
        dir, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

/* The output of a command, without its last newline. */
static char *ask(const char *command)
{
    static char line[4096];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&text, "cd '%s/w' && %s", dir, command);
    FILE *p = popen(text.data, "r");
    assert_non_null(p);
    size_t n = fread(line, 1, sizeof line - 1, p);
    pclose(p);
    while (n && line[n - 1] == '\n')
        n--;
    line[n] = '\0';
    gaz_strbuf_release(&text);
    return line;
}

static int setup(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    dir = make_temp_dir();
    snprintf(path, sizeof path, "%s/w", dir);
    sh("git init -q -b main w; cd w; echo one >a; git add a; git commit -qm one; mkdir d; echo two "
       ">d/b; git add d; git commit -qm two;"
       "git tag light; git tag -a -m heavy heavy; git checkout -qb topic/x HEAD~1; echo three >c; "
       "git add c; git commit -qm three;"
       "git checkout -q main; git merge -q --no-ff -m four topic/x");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(GAZ_OK, gaz_remove_all(dir, NULL));
    free(dir);
    return 0;
}

static gaz_repo *must_open(const char *where)
{
    gaz_repo *repo = NULL;
    assert_ok(gaz_repo_open(where, &repo, &err));
    return repo;
}

static void assert_refused(const char *where, gaz_status status, const char *words)
{
    gaz_repo *repo = NULL;
    gaz_error_clear(&err);
    assert_status(status, gaz_repo_open(where, &repo, &err));
    assert_null(repo);
    if (!strstr(err.message, words))
        fail_msg("'%s' does not say '%s'", err.message, words);
    gaz_error_clear(&err);
}

static void assert_head(const char *where, const char *branch)
{
    gaz_repo *repo = must_open(where);
    gaz_strbuf name = GAZ_STRBUF_INIT;
    gaz_oid commit;
    assert_ok(gaz_repo_head(repo, &name, &commit, &err));
    assert_string_equal(branch, name.data);
    gaz_strbuf_release(&name);
    gaz_repo_close(repo);
}

static void work_trees_bare_repositories_and_their_like_are_opened(void **state)
{
    (void)state;
    char other[700];
    sh("git clone -q --bare w bare.git; git -C w worktree add -q ../linked topic/x; git clone -q "
       "--separate-git-dir apart.git w apart;"
       "git clone -q --depth 1 \"file://$PWD/w\" shallow; git -C w sparse-checkout set d; ln -s w "
       "symlinked");
    static const struct {
        const char *name, *head;
    } rows[] = {{"w", "main"},     {"w/.git", "main"},  {"bare.git", "main"}, {"linked", "topic/x"},
                {"apart", "main"}, {"shallow", "main"}, {"symlinked", "main"}};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        snprintf(other, sizeof other, "%s/%s", dir, rows[i].name);
        assert_head(other, rows[i].head);
    }
    gaz_repo *repo = must_open(path);
    snprintf(other, sizeof other, "%s/.git", path);
    assert_string_equal(other, gaz_repo_git_dir(repo));
    gaz_repo_close(repo);
}

static void what_is_no_repository_is_refused_and_parents_are_not_searched(void **state)
{
    (void)state;
    char other[700];
    snprintf(other, sizeof other, "%s/w/d", dir);
    assert_refused(other, GAZ_E_INVALID, "not a git repository");
    assert_refused(dir, GAZ_E_INVALID, "not a git repository");
    snprintf(other, sizeof other, "%s/nowhere", dir);
    assert_refused(other, GAZ_E_NOT_FOUND, "nowhere");
    sh("mkdir odd; echo 'gitdir: ../elsewhere' >odd/.git; mkdir junk; echo nonsense >junk/.git");
    snprintf(other, sizeof other, "%s/odd", dir);
    assert_refused(other, GAZ_E_NOT_FOUND, "points to");
    snprintf(other, sizeof other, "%s/junk", dir);
    assert_refused(other, GAZ_E_INVALID, "does not say");
}

static void formats_that_cannot_be_read_are_named(void **state)
{
    (void)state;
    char other[700];
    sh("git init -q --object-format=sha256 s; mkdir u r x v;"
       "for n in u r x v; do git init -q $n; done;"
       "printf '[core]\\n\\trepositoryformatversion = 1\\n[extensions]\\n\\tfuture = true\\n' "
       ">u/.git/config;"
       "printf '[Core]\\nRepositoryFormatVersion=\"1\" ; c\\n[EXTENSIONS]\\n refStorage = reftable "
       "# c\\n' >r/.git/config;"
       "printf '[core]\\n\\trepositoryformatversion = 1\\n[extensions]\\n\\tpartialClone = "
       "origin\\n\\tobjectFormat = sha1\\n[extensions \"sub\"]\\n\\tx = y\\n' >x/.git/config;"
       "printf '[core]\\n\\trepositoryformatversion = 7\\n' >v/.git/config");
    snprintf(other, sizeof other, "%s/s", dir);
    assert_refused(other, GAZ_E_UNSUPPORTED, "SHA-256");
    snprintf(other, sizeof other, "%s/u", dir);
    assert_refused(other, GAZ_E_UNSUPPORTED, "future");
    snprintf(other, sizeof other, "%s/r", dir);
    assert_refused(other, GAZ_E_UNSUPPORTED, "reftable");
    snprintf(other, sizeof other, "%s/v", dir);
    assert_refused(other, GAZ_E_UNSUPPORTED, "version 7");
    snprintf(other, sizeof other, "%s/x", dir);
    gaz_repo_close(must_open(other));
}

static void configuration_leads_nowhere(void **state)
{
    (void)state;
    /* A pipe that nobody writes to would stop a reader that follows it; a format from an include
     * would refuse the repository. */
    sh("mkfifo pipe; printf '[include]\\n\\tpath = %s/pipe\\n[includeIf \"gitdir:**\"]\\n\\tpath = "
       "inc\\n' \"$PWD\" >>w/.git/config;"
       "printf '[core]\\n\\trepositoryformatversion = 9\\n' >w/.git/inc");
    assert_head(path, "main");
}

static void pipes_in_the_place_of_files_do_not_stop_a_reader(void **state)
{
    (void)state;
    gaz_repo *repo = NULL;
    gaz_oid oid;
    sh("git -C w pack-refs --all; rm w/.git/packed-refs; mkfifo w/.git/packed-refs "
       "w/.git/refs/heads/pipe; mkfifo w/.git/objects/info/alternates");
    assert_ok(gaz_repo_open(path, &repo, &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_resolve(repo, "nothing-here", &oid, &err));
    gaz_repo_close(repo);
    gaz_error_clear(&err);
    char other[700];
    snprintf(other, sizeof other, "%s/p", dir);
    sh("git init -q p; cd p/.git/objects; mkfifo pack/pack-1.idx; touch pack/pack-1.pack "
       "pack/pack-2.idx; mkfifo pack/pack-2.pack;"
       "mkdir 01; mkfifo 01/02030000000000000000000000000000000000");
    repo = must_open(other);
    const gaz_oid pipe = {{1, 2, 3}};
    uint64_t size = 0;
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_blob_size(repo, &pipe, &size, &err));
    gaz_repo_close(repo);
}

typedef struct names {
    char text[4096];
} names;

static gaz_status add_name(void *ctx, const char *name, const gaz_oid *commit, gaz_error *unused)
{
    names *n = ctx;
    (void)unused;
    assert_false(gaz_oid_is_zero(commit));
    strcat(n->text, name);
    strcat(n->text, " ");
    return GAZ_OK;
}

static void assert_branches(const char *where, const char *const *patterns, size_t count,
                            const char *expected)
{
    gaz_repo *repo = must_open(where);
    names n = {""};
    assert_ok(gaz_repo_branches(repo, patterns, count, add_name, &n, &err));
    assert_string_equal(expected, n.text);
    gaz_repo_close(repo);
}

static void branches_are_chosen_by_patterns_and_head_is_the_default(void **state)
{
    (void)state;
    sh("cd w; git branch topic/y; git branch zeta; git branch release-1.0; git pack-refs --all; "
       "git branch after; git branch -qD zeta");
    assert_branches(path, NULL, 0, "main ");
    assert_branches(path, (const char *const[]){"*"}, 1, "after main release-1.0 topic/x topic/y ");
    assert_branches(path, (const char *const[]){"topic/*", "HEAD"}, 2, "main topic/x topic/y ");
    assert_branches(path, (const char *const[]){"release-[0-9].?"}, 1, "release-1.0 ");
    assert_branches(path, (const char *const[]){"t*"}, 1, "topic/x topic/y ");
    assert_branches(path, (const char *const[]){"nothing"}, 1, "");
}

static void branches_of_the_origin_count_unless_a_local_one_has_the_name(void **state)
{
    (void)state;
    char other[700];
    sh("git clone -q w c; git -C c commit -q --allow-empty -m ahead");
    snprintf(other, sizeof other, "%s/c", dir);
    assert_branches(other, (const char *const[]){"*"}, 1, "main topic/x ");
    gaz_repo *repo = must_open(other);
    gaz_oid remote, local;
    assert_ok(gaz_repo_resolve(repo, "topic/x", &remote, &err));
    assert_ok(gaz_repo_resolve(repo, "origin/main", &remote, &err));
    assert_ok(gaz_repo_resolve(repo, "main", &local, &err));
    assert_int_not_equal(0, gaz_oid_compare(&remote, &local));
    gaz_repo_close(repo);
}

static void a_detached_head_is_a_branch_called_head(void **state)
{
    (void)state;
    sh("git -C w checkout -q HEAD~1");
    assert_branches(path, NULL, 0, "HEAD ");
    assert_branches(path, (const char *const[]){"HEAD", "main"}, 2, "HEAD main ");
    assert_branches(path, (const char *const[]){"main"}, 1, "main ");
    assert_head(path, "HEAD");
}

static void a_repository_without_a_commit_says_so(void **state)
{
    (void)state;
    char other[700];
    names n = {""};
    gaz_oid oid;
    gaz_strbuf name = GAZ_STRBUF_INIT;
    sh("git init -q -b main empty; cp -r w lost; git -C lost symbolic-ref HEAD refs/heads/gone");
    snprintf(other, sizeof other, "%s/empty", dir);
    gaz_repo *repo = must_open(other);
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_branches(repo, NULL, 0, add_name, &n, &err));
    assert_non_null(strstr(err.message, "no commit"));
    assert_true(err.hint[0]);
    gaz_error_clear(&err);
    assert_ok(gaz_repo_branches(repo, (const char *const[]){"*"}, 1, add_name, &n, &err));
    assert_string_equal("", n.text);
    gaz_repo_close(repo);
    snprintf(other, sizeof other, "%s/lost", dir);
    repo = must_open(other);
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_head(repo, &name, &oid, &err));
    assert_non_null(strstr(err.hint, "main"));
    gaz_strbuf_release(&name);
    gaz_repo_close(repo);
}

static void revisions_are_what_git_says(void **state)
{
    (void)state;
    static const char *const revs[] = {"main",
                                       "HEAD",
                                       "@",
                                       "light",
                                       "heavy",
                                       "topic/x",
                                       "heads/main",
                                       "refs/heads/main",
                                       "tags/heavy",
                                       "main~1",
                                       "main~2",
                                       "main^",
                                       "main^2",
                                       "main^2~1",
                                       "main^0",
                                       "heavy^{}",
                                       "heavy^{commit}",
                                       "heavy~1",
                                       "main~",
                                       "@~1",
                                       "main^^",
                                       "main~1^{commit}~1"};
    for (int packed = 0; packed < 2; packed++) {
        gaz_repo *repo = must_open(path);
        for (size_t i = 0; i < sizeof revs / sizeof revs[0]; i++) {
            char command[200], hex[GAZ_OID_HEX];
            gaz_oid oid;
            snprintf(command, sizeof command, "git rev-parse --verify '%s^{commit}'", revs[i]);
            assert_ok(gaz_repo_resolve(repo, revs[i], &oid, &err));
            gaz_oid_format(&oid, hex);
            assert_string_equal(ask(command), hex);
        }
        gaz_repo_close(repo);
        sh("git -C w gc -q; git -C w pack-refs --all");
    }
}

static void ids_may_be_abbreviated_in_any_case_and_as_git_describe_prints_them(void **state)
{
    (void)state;
    for (int packed = 0; packed < 2; packed++) {
        gaz_repo *repo = must_open(path);
        gaz_oid oid, expected;
        char full[64], text[100];
        strcpy(full, ask("git rev-parse main"));
        assert_ok(gaz_oid_parse(full, &expected, &err));
        for (int digits = 8; digits <= 40; digits += 8) {
            snprintf(text, sizeof text, "%.*s", digits, full);
            for (char *p = text; *p && digits == 16; p++)
                *p = (char)(*p >= 'a' ? *p - 32 : *p);
            assert_ok(gaz_repo_resolve(repo, text, &oid, &err));
            assert_int_equal(0, gaz_oid_compare(&expected, &oid));
        }
        snprintf(text, sizeof text, "light-2-g%.10s~1", full);
        assert_ok(gaz_repo_resolve(repo, text, &oid, &err));
        gaz_repo_close(repo);
        sh("git -C w gc -q");
    }
}

static void assert_rev(gaz_repo *repo, const char *rev, gaz_status status, const char *hint)
{
    gaz_oid oid;
    gaz_error_clear(&err);
    assert_status(status, gaz_repo_resolve(repo, rev, &oid, &err));
    if (!strstr(err.hint, hint))
        fail_msg("%s: hint '%s' does not say '%s'", rev, err.hint, hint);
    gaz_error_clear(&err);
}

static void revisions_that_are_not_there_name_what_is_near(void **state)
{
    (void)state;
    gaz_repo *repo = must_open(path);
    char tree[64], ancestor[32];
    assert_rev(repo, "mian", GAZ_E_NOT_FOUND, "'main'");
    assert_rev(repo, "Main", GAZ_E_NOT_FOUND, "'main'");
    assert_rev(repo, "x", GAZ_E_NOT_FOUND, "'topic/x'");
    assert_rev(repo, "hevy", GAZ_E_NOT_FOUND, "'heavy'");
    assert_rev(repo, "quite-another", GAZ_E_NOT_FOUND, "give a branch");
    assert_rev(repo, "main~7", GAZ_E_NOT_FOUND, "0 parents");
    assert_rev(repo, "main^3", GAZ_E_NOT_FOUND, "2 parents");
    assert_rev(repo, "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", GAZ_E_NOT_FOUND, "");
    assert_rev(repo, "", GAZ_E_INVALID, "");
    assert_rev(repo, "~1", GAZ_E_INVALID, "");
    assert_rev(repo, "main:a", GAZ_E_INVALID, "");
    assert_rev(repo, ":/one", GAZ_E_INVALID, "");
    assert_rev(repo, "main^{/one}", GAZ_E_INVALID, "");
    assert_rev(repo, "main@{1}", GAZ_E_INVALID, "");
    assert_rev(repo, "main~99999999999999999999", GAZ_E_INVALID, "");
    assert_rev(repo, "config", GAZ_E_NOT_FOUND,
               ""); /* a file of the git directory is no reference */
    assert_rev(repo, "../../etc/passwd", GAZ_E_NOT_FOUND, "");
    strcpy(tree, ask("git rev-parse 'main^{tree}'"));
    assert_rev(repo, tree, GAZ_E_INVALID, "");
    snprintf(ancestor, sizeof ancestor, "main~%d", 1000000);
    assert_rev(repo, ancestor, GAZ_E_NOT_FOUND, "");
    gaz_repo_close(repo);
}

static void a_digit_prefix_of_several_objects_is_ambiguous(void **state)
{
    (void)state;
    /* Of 5,000 blobs many share four digits. */
    sh("cd w; i=0; while [ $i -lt 5000 ]; do echo blob; echo data 9; printf 'n%08d' $i; echo; "
       "i=$((i+1)); done | git fast-import --quiet --force");
    char prefix[64];
    strcpy(prefix, ask("git cat-file --batch-all-objects --batch-check='%(objectname)' | cut -c1-4 "
                       "| uniq -d | head -n 1"));
    assert_int_equal(4, strlen(prefix));
    gaz_repo *repo = must_open(path);
    assert_rev(repo, prefix, GAZ_E_INVALID, "more digits");
    gaz_repo_close(repo);
}

static gaz_status add_entry(void *ctx, const gaz_entry *e, gaz_error *unused)
{
    static const char *const modes[] = {[GAZ_ENTRY_FILE] = "100644 blob",
                                        [GAZ_ENTRY_SYMLINK] = "120000 blob",
                                        [GAZ_ENTRY_SUBMODULE] = "160000 commit",
                                        [GAZ_ENTRY_UNREADABLE] = "unreadable"};
    char hex[GAZ_OID_HEX];
    (void)unused;
    gaz_oid_format(&e->oid, hex);
    gaz_strbuf_printf(ctx, "%s %s\t", modes[e->kind], hex);
    gaz_strbuf_add(ctx, e->path, e->path_len);
    gaz_strbuf_puts(ctx, "\n");
    return GAZ_OK;
}

static void a_walk_lists_what_git_ls_tree_lists(void **state)
{
    (void)state;
    sh("cd w; mkdir -p a.d a-b x/y/z 'sp ace'; touch a.d/f a-b/f a0 x/y/z/q x.c x0 'sp ace/t'; ln "
       "-s /etc/passwd link;"
       "printf 'n\\nl' >nl; git add -A; git update-index --add --cacheinfo 160000,$(git rev-parse "
       "HEAD),sub; git commit -qm many");
    gaz_repo *repo = must_open(path);
    gaz_strbuf ours = GAZ_STRBUF_INIT, theirs = GAZ_STRBUF_INIT;
    gaz_oid head;
    char file[700];
    assert_ok(gaz_repo_resolve(repo, "main", &head, &err));
    assert_ok(gaz_repo_walk(repo, &head, add_entry, &ours, &err));
    sh("git -C w ls-tree -r -z main | tr '\\0' '\\n' >listed");
    snprintf(file, sizeof file, "%s/listed", dir);
    assert_ok(gaz_file_read(file, (size_t)1 << 20, &theirs, &err));
    assert_string_equal(theirs.data, ours.data);
    gaz_strbuf_release(&ours);
    gaz_strbuf_release(&theirs);
    gaz_repo_close(repo);
}

static gaz_status stop_at_second(void *ctx, const gaz_entry *e, gaz_error *unused)
{
    (void)e, (void)unused;
    return ++*(int *)ctx == 2 ? GAZ_E_CANCELLED : GAZ_OK;
}

static void a_visitor_ends_a_walk(void **state)
{
    (void)state;
    gaz_repo *repo = must_open(path);
    gaz_oid head;
    int seen = 0;
    assert_ok(gaz_repo_resolve(repo, "main", &head, &err));
    assert_status(GAZ_E_CANCELLED, gaz_repo_walk(repo, &head, stop_at_second, &seen, &err));
    assert_int_equal(2, seen);
    gaz_repo_close(repo);
}

static gaz_status add_change(void *ctx, gaz_change_kind kind, const gaz_entry *now,
                             gaz_error *unused)
{
    (void)unused;
    gaz_strbuf_printf(ctx, "%c %s\n", "ADM"[kind], now -> path);
    return GAZ_OK;
}

static void a_diff_tells_what_git_diff_tree_tells(void **state)
{
    (void)state;
    gaz_strbuf changes = GAZ_STRBUF_INIT;
    gaz_oid from, to;
    sh("cd w; git tag before; rm a; mkdir a; echo in >a/file; git rm -q --cached d/b; rm -r d; "
       "echo now a file >d; chmod +x c;"
       "echo more >e; git add -A; git commit -qm changes; git tag after");
    gaz_repo *repo = must_open(path);
    assert_ok(gaz_repo_resolve(repo, "before", &from, &err));
    assert_ok(gaz_repo_resolve(repo, "after", &to, &err));
    assert_ok(gaz_repo_diff(repo, &from, &to, add_change, &changes, &err));
    assert_string_equal("D a\nA a/file\nA d\nD d/b\nA e\n",
                        changes.data); /* c's mode is no change */
    gaz_strbuf_reset(&changes);
    assert_ok(gaz_repo_diff(repo, &to, &from, add_change, &changes, &err));
    assert_string_equal("A a\nD a/file\nD d\nA d/b\nD e\n", changes.data);
    gaz_strbuf_reset(&changes);
    assert_ok(gaz_repo_diff(repo, &to, &to, add_change, &changes, &err));
    assert_string_equal("", changes.data);
    gaz_strbuf_release(&changes);
    gaz_repo_close(repo);
}

static gaz_oid id_of(const char *rev)
{
    char command[200];
    gaz_oid oid;
    snprintf(command, sizeof command, "git rev-parse '%s'", rev);
    assert_ok(gaz_oid_parse(ask(command), &oid, &err));
    return oid;
}

static void blobs_are_read_with_their_limits(void **state)
{
    (void)state;
    sh("cd w; head -c 300000 /dev/zero >zeros; git add zeros; git commit -qm zeros");
    for (int packed = 0; packed < 2; packed++) {
        gaz_repo *repo = must_open(path);
        gaz_strbuf out = GAZ_STRBUF_INIT;
        uint64_t size = 0;
        gaz_oid zeros = id_of("main:zeros"), one = id_of("main:a"), tree = id_of("main^{tree}");
        gaz_oid none = {{1, 2, 3}};
        assert_ok(gaz_repo_blob(repo, &one, 4, true, &out, &err));
        assert_string_equal("one\n", out.data);
        assert_ok(gaz_repo_blob_size(repo, &zeros, &size, &err));
        assert_int_equal(300000, size);
        assert_status(GAZ_E_LIMIT, gaz_repo_blob(repo, &zeros, 299999, true, &out, &err));
        assert_string_equal("one\n", out.data); /* untouched on failure */
        gaz_error_clear(&err);
        assert_ok(gaz_repo_blob(repo, &zeros, 300000, true, &out, &err));
        assert_int_equal(300000, out.len);
        assert_status(GAZ_E_CORRUPT, gaz_repo_blob(repo, &tree, 1000, true, &out, &err));
        gaz_error_clear(&err);
        assert_status(GAZ_E_NOT_FOUND, gaz_repo_blob(repo, &none, 1000, true, &out, &err));
        gaz_error_clear(&err);
        assert_status(GAZ_E_NOT_FOUND, gaz_repo_blob_size(repo, &none, &size, &err));
        gaz_error_clear(&err);
        gaz_strbuf_release(&out);
        gaz_repo_close(repo);
        sh("git -C w gc -q");
    }
}

static void the_time_of_a_commit_is_its_committers(void **state)
{
    (void)state;
    gaz_repo *repo = must_open(path);
    gaz_oid head = id_of("main"), blob = id_of("main:a");
    int64_t seconds = 0;
    assert_ok(gaz_repo_commit_time(repo, &head, &seconds, &err));
    assert_int_equal(1700000000, seconds);
    assert_status(GAZ_E_INVALID, gaz_repo_commit_time(repo, &blob, &seconds, &err));
    gaz_repo_close(repo);
}

static void alternates_lend_their_objects(void **state)
{
    (void)state;
    char other[700];
    gaz_oid oid;
    sh("git clone -q --bare --shared w lent.git; git clone -q --bare --shared lent.git again.git; "
       "cp -r again.git loop.git;"
       "echo \"$PWD/loop.git/objects\" >>loop.git/objects/info/alternates; echo "
       "relative/../../objects >>loop.git/objects/info/alternates;"
       "echo /nonexistent >>loop.git/objects/info/alternates");
    static const char *const repos[] = {"lent.git", "again.git", "loop.git"};
    for (int packed = 0; packed < 2; packed++) {
        gaz_oid one = id_of("main:a");
        for (size_t i = 0; i < 3; i++) {
            gaz_strbuf out = GAZ_STRBUF_INIT;
            snprintf(other, sizeof other, "%s/%s", dir, repos[i]);
            gaz_repo *repo = must_open(other);
            assert_ok(gaz_repo_resolve(repo, "main~1", &oid, &err));
            assert_ok(gaz_repo_blob(repo, &one, 100, true, &out, &err));
            assert_string_equal("one\n", out.data);
            gaz_strbuf_release(&out);
            gaz_repo_close(repo);
        }
        sh("git -C w gc -q");
    }
}

static void an_open_repository_sees_what_is_packed_and_added_later(void **state)
{
    (void)state;
    gaz_repo *repo = must_open(path);
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_oid oid, old = id_of("main:a");
    assert_ok(gaz_repo_blob(repo, &old, 100, true, &out, &err));
    sh("cd w; echo late >late; git add late; git commit -qm late; git gc -q --prune=now");
    assert_ok(gaz_repo_blob(repo, &old, 100, true, &out, &err));
    oid = id_of("main:late");
    assert_ok(gaz_repo_blob(repo, &oid, 100, true, &out, &err));
    assert_string_equal("late\n", out.data);
    sh("cd w; echo later >later; git add later; git commit -qm later; git repack -adfq");
    oid = id_of("main:later");
    assert_ok(gaz_repo_blob(repo, &oid, 100, true, &out, &err));
    assert_ok(gaz_repo_blob(repo, &old, 100, true, &out, &err)); /* its pack was replaced */
    gaz_strbuf_release(&out);
    gaz_repo_close(repo);
}

static void a_partial_clone_lists_everything_and_lacks_blobs_one_by_one(void **state)
{
    (void)state;
    char other[700];
    gaz_strbuf out = GAZ_STRBUF_INIT, listed = GAZ_STRBUF_INIT;
    gaz_oid head, blob = id_of("main:a");
    sh("git -C w config uploadpack.allowFilter true; git clone -q --bare --filter=blob:none "
       "\"file://$PWD/w\" partial.git");
    snprintf(other, sizeof other, "%s/partial.git", dir);
    gaz_repo *repo = must_open(other);
    assert_ok(gaz_repo_resolve(repo, "main", &head, &err));
    assert_ok(gaz_repo_walk(repo, &head, add_entry, &listed, &err));
    assert_non_null(strstr(listed.data, "\ta\n"));
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_blob(repo, &blob, 100, true, &out, &err));
    gaz_strbuf_release(&listed);
    gaz_strbuf_release(&out);
    gaz_repo_close(repo);
}

static void a_shallow_clone_ends_where_it_was_cut(void **state)
{
    (void)state;
    char other[700];
    gaz_oid oid;
    sh("git clone -q --bare --depth 1 \"file://$PWD/w\" shallow.git");
    snprintf(other, sizeof other, "%s/shallow.git", dir);
    gaz_repo *repo = must_open(other);
    assert_ok(gaz_repo_resolve(repo, "main", &oid, &err));
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_resolve(repo, "main~2", &oid, &err));
    gaz_repo_close(repo);
}

/* Flips bits in a pack and its index one after the other. Whatever is read verified is right. */
static void damaged_packs_give_the_right_bytes_or_an_error(void **state)
{
    (void)state;
    sh("cd w; for i in 1 2 3 4 5 6 7 8; do seq $i 400 >file; git add file; git commit -qm $i; "
       "done; git gc -q --aggressive --prune=now;"
       "cp .git/objects/pack/*.pack ../pack; cp .git/objects/pack/*.idx ../idx; chmod u+w "
       ".git/objects/pack/*");
    gaz_strbuf originals[2] = {GAZ_STRBUF_INIT, GAZ_STRBUF_INIT}, expected = GAZ_STRBUF_INIT,
               got = GAZ_STRBUF_INIT;
    char name[700], target[2][800];
    static const char *const kinds[] = {"pack", "idx"};
    gaz_oid blobs[3] = {id_of("main:file"), id_of("main~3:file"), id_of("main:a")},
            head = id_of("main");
    uint64_t random = proof_say_seed();
    unsigned rounds = proof_rounds(2000);
    for (int k = 0; k < 2; k++) {
        snprintf(name, sizeof name, "%s/%s", dir, kinds[k]);
        assert_ok(gaz_file_read(name, (size_t)1 << 24, &originals[k], &err));
        char command[100];
        snprintf(command, sizeof command, "ls $PWD/.git/objects/pack/*.%s", kinds[k]);
        strcpy(target[k], ask(command));
    }
    gaz_repo *repo = must_open(path);
    assert_ok(gaz_repo_blob(repo, &blobs[1], 1 << 20, true, &expected, &err));
    gaz_repo_close(repo);
    for (unsigned round = 0; round < rounds; round++) {
        gaz_strbuf *bytes = &originals[round % 2];
        size_t at = proof_random(&random, (uint32_t)bytes->len);
        char flip = (char)(1 << proof_random(&random, 8));
        bytes->data[at] = (char)(bytes->data[at] ^ flip);
        assert_ok(gaz_file_write(target[round % 2], bytes->data, bytes->len, 0644, &err));
        gaz_error why = {.status = GAZ_OK};
        if (gaz_repo_open(path, &repo, &why) == GAZ_OK) {
            gaz_strbuf listed = GAZ_STRBUF_INIT;
            for (size_t i = 0; i < 3; i++) {
                gaz_error_clear(&why);
                gaz_status st = gaz_repo_blob(repo, &blobs[i], 1 << 20, true, &got, &why);
                assert_true(st == GAZ_OK || st == GAZ_E_CORRUPT || st == GAZ_E_NOT_FOUND ||
                            st == GAZ_E_LIMIT);
                if (st == GAZ_OK && i == 1)
                    assert_string_equal(expected.data, got.data);
            }
            gaz_error_clear(&why);
            gaz_status st = gaz_repo_walk(repo, &head, add_entry, &listed, &why);
            assert_true(st == GAZ_OK || why.message[0]);
            gaz_strbuf_release(&listed);
            gaz_repo_close(repo);
        }
        bytes->data[at] = (char)(bytes->data[at] ^ flip);
        assert_ok(gaz_file_write(target[round % 2], bytes->data, bytes->len, 0644, &err));
    }
    repo = must_open(path);
    assert_ok(gaz_repo_blob(repo, &blobs[1], 1 << 20, true, &got, &err));
    assert_string_equal(expected.data, got.data);
    gaz_repo_close(repo);
    for (int k = 0; k < 2; k++)
        gaz_strbuf_release(&originals[k]);
    gaz_strbuf_release(&expected);
    gaz_strbuf_release(&got);
    proof_report("bits of packs and their indexes flipped under a reader", rounds);
}

static void lfs_pointers_are_told_from_other_text(void **state)
{
    (void)state;
    static const char hash[] = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393";
    char sha[65], text[2000];
    uint64_t size = 0;
    int n = snprintf(text, sizeof text,
                     "version https://git-lfs.github.com/spec/v1\next-0-x sha256:00\noid "
                     "sha256:%s\nsize 12345\n",
                     hash);
    assert_true(gaz_lfs_pointer(text, (size_t)n, sha, &size));
    assert_string_equal(hash, sha);
    assert_int_equal(12345, size);
    size = 7;
    assert_false(gaz_lfs_pointer(text, (size_t)n - 1, sha, &size)); /* last line not ended */
    assert_false(gaz_lfs_pointer("", 0, sha, &size));
    assert_false(gaz_lfs_pointer("version 1\n", 10, sha, &size));
    n = snprintf(text, sizeof text,
                 "version https://git-lfs.github.com/spec/v1\noid sha256:%.63s\nsize 1\n", hash);
    assert_false(gaz_lfs_pointer(text, (size_t)n, sha, &size));
    n = snprintf(text, sizeof text,
                 "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize -1\n", hash);
    assert_false(gaz_lfs_pointer(text, (size_t)n, sha, &size));
    n = snprintf(
        text, sizeof text,
        "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize 1\nlong %01100d\n", hash,
        0);
    assert_false(gaz_lfs_pointer(text, (size_t)n, sha, &size));
    assert_int_equal(7, size);
}

int main(void)
{
#define WITH_REPOSITORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        WITH_REPOSITORY(work_trees_bare_repositories_and_their_like_are_opened),
        WITH_REPOSITORY(what_is_no_repository_is_refused_and_parents_are_not_searched),
        WITH_REPOSITORY(formats_that_cannot_be_read_are_named),
        WITH_REPOSITORY(configuration_leads_nowhere),
        WITH_REPOSITORY(pipes_in_the_place_of_files_do_not_stop_a_reader),
        WITH_REPOSITORY(branches_are_chosen_by_patterns_and_head_is_the_default),
        WITH_REPOSITORY(branches_of_the_origin_count_unless_a_local_one_has_the_name),
        WITH_REPOSITORY(a_detached_head_is_a_branch_called_head),
        WITH_REPOSITORY(a_repository_without_a_commit_says_so),
        WITH_REPOSITORY(revisions_are_what_git_says),
        WITH_REPOSITORY(ids_may_be_abbreviated_in_any_case_and_as_git_describe_prints_them),
        WITH_REPOSITORY(revisions_that_are_not_there_name_what_is_near),
        WITH_REPOSITORY(a_digit_prefix_of_several_objects_is_ambiguous),
        WITH_REPOSITORY(a_walk_lists_what_git_ls_tree_lists),
        WITH_REPOSITORY(a_visitor_ends_a_walk),
        WITH_REPOSITORY(a_diff_tells_what_git_diff_tree_tells),
        WITH_REPOSITORY(blobs_are_read_with_their_limits),
        WITH_REPOSITORY(the_time_of_a_commit_is_its_committers),
        WITH_REPOSITORY(alternates_lend_their_objects),
        WITH_REPOSITORY(an_open_repository_sees_what_is_packed_and_added_later),
        WITH_REPOSITORY(a_partial_clone_lists_everything_and_lacks_blobs_one_by_one),
        WITH_REPOSITORY(a_shallow_clone_ends_where_it_was_cut),
        WITH_REPOSITORY(damaged_packs_give_the_right_bytes_or_an_error),
        cmocka_unit_test(lfs_pointers_are_told_from_other_text),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
