/* Hostile repositories, read through the public interface: nothing is run, nothing outside is
 * reached, nothing crashes or takes for ever, and what cannot be used is told with its reason. */
#include "gaz_test.h"

#include <sys/resource.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/map.h"
#include "gaz/repo/git.h"
#include "hostile_repo.h"

typedef struct fixture {
    char *dir;
    char path[600], marker[600];
    hostile_repo *hostile;
    gaz_repo *repo;
    gaz_oid head;
} fixture;

static gaz_error err;

static void setup(fixture *f)
{
    gaz_error_clear(&err);
    memset(f, 0, sizeof *f);
    f->dir = make_temp_dir();
    snprintf(f->path, sizeof f->path, "%s/hostile.git", f->dir);
    snprintf(f->marker, sizeof f->marker, "%s/marker", f->dir);
    f->hostile = hostile_new(f->path);
}

static void open_repo(fixture *f)
{
    assert_ok(gaz_repo_open(f->path, &f->repo, &err));
    assert_ok(gaz_repo_resolve(f->repo, "main", &f->head, &err));
}

static void teardown(fixture *f)
{
    gaz_repo_close(f->repo);
    hostile_free(f->hostile);
    assert_int_equal(0, access(f->marker, F_OK) == 0);
    assert_ok(gaz_remove_all(f->dir, &err));
    free(f->dir);
}

/* What a walk gave: paths in order, and for each kind and reason. */
typedef struct listing {
    gaz_map paths; /* path → index + 1 */
    char *last;
    size_t last_len, count;
    gaz_entry *entries;
    size_t cap;
} listing;

static void listing_init(listing *l)
{
    memset(l, 0, sizeof *l);
    gaz_map_init(&l->paths);
}

static void listing_release(listing *l)
{
    gaz_map_release(&l->paths);
    free(l->last);
    free(l->entries);
}

static gaz_status list_entry(void *ctx, const gaz_entry *e, gaz_error *unused)
{
    listing *l = ctx;
    bool added = false;
    (void)unused;
    assert_int_equal(e->path_len, strlen(e->path));
    assert_in_range(e->path_len, 1, GAZ_PATH_BYTES_MAX);
    assert_true(e->path[0] != '/');
    assert_true((e->kind == GAZ_ENTRY_UNREADABLE) == (e->why != NULL));
    if (l->last)
        assert_true(strcmp(l->last, e->path) < 0); /* in order, each once */
    free(l->last);
    l->last = strdup(e->path);
    uint64_t *at = gaz_map_put(&l->paths, e->path, e->path_len, &added);
    assert_non_null(at);
    assert_true(added);
    if (l->count == l->cap) {
        l->cap = l->cap ? l->cap * 2 : 64;
        l->entries = realloc(l->entries, l->cap * sizeof *l->entries);
        assert_non_null(l->entries);
    }
    l->entries[l->count++] = *e;
    *at = l->count;
    return GAZ_OK;
}

static const gaz_entry *find(const listing *l, const char *path)
{
    const uint64_t *at = gaz_map_get(&l->paths, path, strlen(path));
    if (!at)
        fail_msg("'%s' is not listed", path);
    return &l->entries[*at - 1];
}

static void assert_unreadable(const listing *l, const char *path, const char *why)
{
    const gaz_entry *e = find(l, path);
    assert_int_equal(GAZ_ENTRY_UNREADABLE, e->kind);
    assert_string_equal(why, e->why);
}

/* Every file's content is asked for; each answer is the content or a reason. */
static void read_everything(gaz_repo *repo, const listing *l)
{
    gaz_strbuf out = GAZ_STRBUF_INIT;
    for (size_t i = 0; i < l->count && i < 1000; i++) {
        gaz_error why = {.status = GAZ_OK};
        if (l->entries[i].kind != GAZ_ENTRY_FILE && l->entries[i].kind != GAZ_ENTRY_SYMLINK)
            continue;
        gaz_status st =
            gaz_repo_blob(repo, &l->entries[i].oid, (uint64_t)1 << 24, true, &out, &why);
        assert_true(st == GAZ_OK || st == GAZ_E_CORRUPT || st == GAZ_E_NOT_FOUND ||
                    st == GAZ_E_LIMIT);
        assert_true(st == GAZ_OK || why.message[0]);
    }
    gaz_strbuf_release(&out);
}

static void walk(fixture *f, listing *l)
{
    listing_init(l);
    assert_ok(gaz_repo_walk(f->repo, &f->head, list_entry, l, &err));
}

static gaz_status visit_ref(void *ctx, const char *name, const gaz_oid *commit, gaz_error *unused)
{
    (void)name, (void)commit, (void)unused;
    ++*(size_t *)ctx;
    return GAZ_OK;
}

static void one_kind(const hostile_kind *kind)
{
    fixture f;
    listing l;
    setup(&f);
    kind->write(f.hostile, f.marker);
    open_repo(&f);
    walk(&f, &l);
    gaz_strbuf text = GAZ_STRBUF_INIT;
    const gaz_entry *ok = find(&l, "ok.txt");
    assert_int_equal(GAZ_ENTRY_FILE, ok->kind);
    assert_ok(gaz_repo_blob(f.repo, &ok->oid, 100, true, &text, &err));
    assert_string_equal("honest\n", text.data);
    read_everything(f.repo, &l);
    size_t branches = 0;
    assert_ok(gaz_repo_branches(f.repo, (const char *const[]){"*"}, 1, visit_ref, &branches, &err));
    assert_int_equal(1, branches);
    gaz_strbuf_release(&text);
    listing_release(&l);
    teardown(&f);
}

static void the_honest_file_is_found_in_every_kind_of_hostile_repository(void **state)
{
    (void)state;
    size_t seen = 0;
    for (size_t i = 0; i < hostile_kind_count; i++) {
        if (!hostile_kinds[i].refused) {
            one_kind(&hostile_kinds[i]);
            seen++;
        }
    }
    assert_in_range(seen, 8, hostile_kind_count);
}

static const hostile_kind *kind_named(const char *name)
{
    for (size_t i = 0; i < hostile_kind_count; i++)
        if (strcmp(hostile_kinds[i].name, name) == 0)
            return &hostile_kinds[i];
    fail_msg("there is no kind '%s'", name);
    return NULL;
}

static void start(fixture *f, const char *kind, listing *l)
{
    setup(f);
    kind_named(kind)->write(f->hostile, f->marker);
    open_repo(f);
    walk(f, l);
}

static void stop(fixture *f, listing *l)
{
    listing_release(l);
    teardown(f);
}

static void names_that_lead_elsewhere_are_unreadable_and_control_bytes_are_not(void **state)
{
    (void)state;
    fixture f;
    listing l;
    start(&f, "names", &l);
    assert_unreadable(&l, "..", "name occurs more than once"); /* as a file and as a directory */
    assert_unreadable(&l, ".", "path has a component .");
    assert_unreadable(&l, ".git", "path has a component .git");
    assert_unreadable(&l, ".GIT", "path has a component .git");
    assert_unreadable(&l, ".Git", "path has a component .git");
    assert_unreadable(&l, "\xEF\xBF\xBD", "name is empty");
    assert_unreadable(&l,
                      "\xEF\xBF\xBD"
                      "etc\xEF\xBF\xBDpasswd",
                      "name has a '/' in it");
    assert_unreadable(&l,
                      "a\xEF\xBF\xBD"
                      "b",
                      "name has a '/' in it");
    assert_unreadable(&l, "twice", "name occurs more than once");
    assert_unreadable(&l, "both", "name occurs more than once");
    assert_unreadable(&l, "device", "mode is not that of a file, link, directory or submodule");
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, "both.c")->kind);
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, "tab\there")->kind);
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, "new\nline")->kind);
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, "\xff\xfe")->kind);
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, "group")->kind);
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, "zz../passwd")->kind);
    assert_int_equal(GAZ_ENTRY_SYMLINK, find(&l, "up")->kind);
    stop(&f, &l);
}

static void a_tree_of_4096_levels_ends_at_the_limit(void **state)
{
    (void)state;
    fixture f;
    listing l;
    start(&f, "deep", &l);
    assert_int_equal(2, l.count); /* where it stops, and ok.txt */
    assert_int_equal(2 * (GAZ_TREE_DEPTH_MAX + 1), l.entries[0].path_len);
    assert_string_equal("nested too deep", l.entries[0].why);
    stop(&f, &l);
}

static void a_file_at_the_depth_limit_is_read_and_one_below_it_is_not(void **state)
{
    (void)state;
    for (unsigned levels = GAZ_TREE_DEPTH_MAX; levels <= GAZ_TREE_DEPTH_MAX + 1; levels++) {
        fixture f;
        listing l;
        char path[2 * (GAZ_TREE_DEPTH_MAX + 1) + 16] = "";
        setup(&f);
        hostile_write_deep(f.hostile, levels);
        open_repo(&f);
        walk(&f, &l);
        for (unsigned i = 0; i < levels; i++)
            memcpy(path + 2 * (size_t)i, "d/", 3);
        if (levels == GAZ_TREE_DEPTH_MAX) {
            strcat(path, "bottom.txt");
            assert_int_equal(GAZ_ENTRY_FILE, find(&l, path)->kind);
        } else {
            assert_unreadable(&l, path, "nested too deep");
        }
        stop(&f, &l);
    }
}

static void paths_that_are_too_long_are_told_by_their_directory(void **state)
{
    (void)state;
    fixture f;
    listing l;
    char dir[4000] = "long/", name[902];
    start(&f, "long paths", &l);
    memset(name, 'l', 900);
    strcpy(name + 900, "/");
    for (int i = 0; i < 4; i++)
        strcat(dir, name);
    assert_unreadable(&l, dir, "paths in it are too long");
    strcat(dir, "near");
    assert_int_equal(GAZ_ENTRY_FILE, find(&l, dir)->kind);
    assert_int_equal(4 + 1 + 1 + 1, l.count); /* near ×5, the directory, ok.txt */
    stop(&f, &l);
}

static void submodules_are_told_and_not_entered(void **state)
{
    (void)state;
    fixture f;
    listing l;
    start(&f, "submodules", &l);
    assert_int_equal(GAZ_ENTRY_SUBMODULE, find(&l, "self")->kind);
    assert_int_equal(GAZ_ENTRY_SUBMODULE, find(&l, "up")->kind);
    assert_int_equal(5, l.count);
    stop(&f, &l);
}

static void damaged_objects_are_reported_one_by_one(void **state)
{
    (void)state;
    static const struct {
        const char *path;
        gaz_status status;
    } expected[] = {
        {"boasting", GAZ_E_LIMIT},  {"bomb", GAZ_E_CORRUPT},        {"cut", GAZ_E_CORRUPT},
        {"delta", GAZ_E_LIMIT},     {"dir-as-file", GAZ_E_CORRUPT}, {"empty", GAZ_E_CORRUPT},
        {"flipped", GAZ_E_CORRUPT}, {"gone", GAZ_E_NOT_FOUND},      {"other", GAZ_E_CORRUPT}};
    fixture f;
    listing l;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_strbuf_puts(&out, "kept");
    start(&f, "corrupt objects", &l);
    assert_unreadable(&l, "gone-dir/", "directory is not in the repository");
    assert_unreadable(&l, "loop/", "directory cannot be read");
    assert_unreadable(&l, "malformed/", "directory cannot be read");
    assert_unreadable(&l, "file-as-dir/", "directory cannot be read");
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        gaz_error_clear(&err);
        gaz_status st = gaz_repo_blob(f.repo, &find(&l, expected[i].path)->oid, (uint64_t)1 << 26,
                                      true, &out, &err);
        if (st != expected[i].status)
            fail_msg("%s: %s: %s", expected[i].path, gaz_status_name(st), err.message);
        assert_string_equal("kept", out.data);
    }
    gaz_error_clear(&err);
    assert_ok(gaz_repo_blob(f.repo, &find(&l, "other")->oid, 100, false, &out,
                            &err)); /* unverified: what is there */
    gaz_strbuf_release(&out);
    stop(&f, &l);
}

static void a_promise_of_ten_gigabytes_allocates_nothing(void **state)
{
    (void)state;
    fixture f;
    listing l;
    struct rusage before, after;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    uint64_t size = 0;
    start(&f, "corrupt objects", &l);
    getrusage(RUSAGE_SELF, &before);
    assert_ok(gaz_repo_blob_size(f.repo, &find(&l, "boasting")->oid, &size, &err));
    assert_int_equal((uint64_t)10 << 30, size);
    assert_ok(gaz_repo_blob_size(f.repo, &find(&l, "delta")->oid, &size, &err));
    assert_int_equal(4, size); /* small itself; its base is not */
    assert_status(GAZ_E_LIMIT, gaz_repo_blob(f.repo, &find(&l, "delta")->oid, (uint64_t)1 << 30,
                                             true, &out, &err));
    getrusage(RUSAGE_SELF, &after);
    assert_in_range(after.ru_maxrss - before.ru_maxrss, 0, 65536); /* KiB */
    gaz_error_clear(&err);
    gaz_strbuf_release(&out);
    stop(&f, &l);
}

static gaz_status count_entry(void *ctx, const gaz_entry *e, gaz_error *unused)
{
    (void)e, (void)unused;
    ++*(size_t *)ctx;
    return GAZ_OK;
}

static gaz_status count_change(void *ctx, gaz_change_kind kind, const gaz_entry *e,
                               gaz_error *unused)
{
    (void)kind, (void)e, (void)unused;
    ++*(size_t *)ctx;
    return GAZ_OK;
}

static void bombs_end_at_the_limit(const char *kind)
{
    fixture f;
    size_t walked = 0, changed = 0;
    setup(&f);
    kind_named(kind)->write(f.hostile, f.marker);
    open_repo(&f);
    assert_status(GAZ_E_LIMIT, gaz_repo_walk(f.repo, &f.head, count_entry, &walked, &err));
    assert_in_range(walked, 0, 10000000);
    assert_non_null(strstr(err.message, "more than 10000000"));
    assert_true(err.hint[0]);
    gaz_error_clear(&err);
    gaz_oid tree = hostile_tree(f.hostile, NULL, 0),
            from = hostile_commit(f.hostile, &tree, NULL, 0, 1, "nothing");
    assert_status(GAZ_E_LIMIT, gaz_repo_diff(f.repo, &from, &f.head, count_change, &changed, &err));
    assert_in_range(changed, 0, 10000000);
    gaz_error_clear(&err);
    teardown(&f);
}

static void a_tree_bomb_meets_the_limit(void **state)
{
    (void)state;
    bombs_end_at_the_limit("tree bomb");
}

static void a_bomb_of_directories_alone_meets_the_limit(void **state)
{
    (void)state;
    bombs_end_at_the_limit("directory bomb");
}

static void a_directory_of_200000_files_is_walked(void **state)
{
    (void)state;
    fixture f;
    size_t count = 0;
    setup(&f);
    hostile_write_flat(f.hostile, 200000);
    open_repo(&f);
    assert_ok(gaz_repo_walk(f.repo, &f.head, count_entry, &count, &err));
    assert_int_equal(200001, count);
    teardown(&f);
}

static void sha256_repositories_are_refused_with_a_hint(void **state)
{
    (void)state;
    fixture f;
    setup(&f);
    kind_named("SHA-256")->write(f.hostile, f.marker);
    assert_status(GAZ_E_UNSUPPORTED, gaz_repo_open(f.path, &f.repo, &err));
    assert_non_null(strstr(err.message, "SHA-256"));
    assert_true(err.hint[0]);
    gaz_error_clear(&err);
    teardown(&f);
}

static void a_commit_without_its_tree_is_an_error_and_not_an_empty_list(void **state)
{
    (void)state;
    fixture f;
    size_t count = 0;
    setup(&f);
    kind_named("no root tree")->write(f.hostile, f.marker);
    open_repo(&f);
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_walk(f.repo, &f.head, count_entry, &count, &err));
    assert_int_equal(0, count);
    gaz_error_clear(&err);
    teardown(&f);
}

static gaz_status keep_tip(void *ctx, const char *name, const gaz_oid *commit, gaz_error *unused)
{
    gaz_oid *tips = ctx;
    (void)unused;
    if (strcmp(name, "broken") == 0)
        tips[0] = *commit;
    if (strcmp(name, "gone") == 0)
        tips[1] = *commit;
    if (strcmp(name, "tree") == 0)
        tips[2] = *commit;
    return GAZ_OK;
}

static void branches_that_cannot_be_read_are_listed_and_the_others_still_work(void **state)
{
    (void)state;
    fixture f;
    gaz_oid tips[3] = {{{0}}, {{0}}, {{0}}}, gone = {{9, 9, 9}};
    size_t count = 0;
    setup(&f);
    kind_named("case clashes")->write(f.hostile, f.marker);
    gaz_oid tree = hostile_tree(f.hostile, NULL, 0);
    hostile_file(f.hostile, "refs/heads/broken", "nonsense\n", 0644);
    hostile_ref(f.hostile, "refs/heads/gone", &gone);
    hostile_ref(f.hostile, "refs/heads/tree", &tree);
    hostile_file(f.hostile, "refs/heads/loop", "ref: refs/heads/loop\n", 0644);
    hostile_file(f.hostile, "refs/heads/../../../outside", "ref: refs/heads/main\n", 0644);
    hostile_file(f.hostile, "refs/heads/bad name", "ref: refs/heads/main\n", 0644);
    open_repo(&f);
    const char *const all[] = {"*"};
    assert_ok(gaz_repo_branches(f.repo, all, 1, visit_ref, &count, &err));
    assert_int_equal(5, count); /* broken, gone, loop, main, tree */
    tips[0].id[0] = 1;
    assert_ok(gaz_repo_branches(f.repo, all, 1, keep_tip, tips, &err));
    assert_true(gaz_oid_is_zero(&tips[0]));
    assert_int_equal(0, gaz_oid_compare(&gone, &tips[1]));
    assert_int_equal(0, gaz_oid_compare(&tree, &tips[2]));
    count = 0;
    assert_status(GAZ_E_NOT_FOUND, gaz_repo_walk(f.repo, &tips[1], count_entry, &count, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, gaz_repo_walk(f.repo, &tips[2], count_entry, &count, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_CORRUPT, gaz_repo_resolve(f.repo, "loop", &f.head, &err));
    gaz_error_clear(&err);
    teardown(&f);
}

static void a_chain_of_tags_and_a_tag_of_a_tree_are_refused(void **state)
{
    (void)state;
    fixture f;
    setup(&f);
    kind_named("case clashes")->write(f.hostile, f.marker);
    gaz_oid tree = hostile_tree(f.hostile, NULL, 0),
            commit = hostile_commit(f.hostile, &tree, NULL, 0, 5, "c");
    gaz_oid tag = hostile_tag(f.hostile, &commit, "commit", "t"),
            of_tree = hostile_tag(f.hostile, &tree, "tree", "t");
    hostile_ref(f.hostile, "refs/tags/good", &tag);
    hostile_ref(f.hostile, "refs/tags/tree", &of_tree);
    for (int i = 0; i < 20; i++)
        tag = hostile_tag(f.hostile, &tag, "tag", "t");
    hostile_ref(f.hostile, "refs/tags/chain", &tag);
    open_repo(&f);
    assert_ok(gaz_repo_resolve(f.repo, "good", &f.head, &err));
    assert_int_equal(0, gaz_oid_compare(&commit, &f.head));
    assert_status(GAZ_E_LIMIT, gaz_repo_resolve(f.repo, "chain", &f.head, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, gaz_repo_resolve(f.repo, "tree", &f.head, &err));
    gaz_error_clear(&err);
    teardown(&f);
}

static void nothing_of_a_repository_is_run_when_it_is_read_cloned_and_fetched(void **state)
{
    (void)state;
    fixture f;
    listing l;
    char url[700], dest[700];
    const gaz_transport local = {.allow_local = true, .timeout_ms = 60000};
    start(&f, "traps", &l);
    read_everything(f.repo, &l);
    snprintf(url, sizeof url, "file://%s", f.path);
    snprintf(dest, sizeof dest, "%s/clone.git", f.dir);
    assert_ok(gaz_git_clone(url, dest, &local, &err));
    assert_ok(gaz_git_fetch(dest, &local, &err));
    stop(&f, &l); /* looks for the marker */
}

static void the_traps_are_live(void **state)
{
    (void)state;
    fixture f;
    char command[2000];
    setup(&f);
    kind_named("traps")->write(f.hostile, f.marker);
    snprintf(command, sizeof command, "%s/trap.sh", f.path);
    assert_int_equal(0, system(command));
    assert_int_equal(0, access(f.marker, F_OK));
    assert_int_equal(0, unlink(f.marker));
    teardown(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_honest_file_is_found_in_every_kind_of_hostile_repository),
        cmocka_unit_test(names_that_lead_elsewhere_are_unreadable_and_control_bytes_are_not),
        cmocka_unit_test(a_tree_of_4096_levels_ends_at_the_limit),
        cmocka_unit_test(a_file_at_the_depth_limit_is_read_and_one_below_it_is_not),
        cmocka_unit_test(paths_that_are_too_long_are_told_by_their_directory),
        cmocka_unit_test(submodules_are_told_and_not_entered),
        cmocka_unit_test(damaged_objects_are_reported_one_by_one),
        cmocka_unit_test(a_promise_of_ten_gigabytes_allocates_nothing),
        cmocka_unit_test(a_tree_bomb_meets_the_limit),
        cmocka_unit_test(a_bomb_of_directories_alone_meets_the_limit),
        cmocka_unit_test(a_directory_of_200000_files_is_walked),
        cmocka_unit_test(sha256_repositories_are_refused_with_a_hint),
        cmocka_unit_test(a_commit_without_its_tree_is_an_error_and_not_an_empty_list),
        cmocka_unit_test(branches_that_cannot_be_read_are_listed_and_the_others_still_work),
        cmocka_unit_test(a_chain_of_tags_and_a_tag_of_a_tree_are_refused),
        cmocka_unit_test(nothing_of_a_repository_is_run_when_it_is_read_cloned_and_fetched),
        cmocka_unit_test(the_traps_are_live),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
