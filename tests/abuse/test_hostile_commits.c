/* Histories no git would write: the sizes, numbers, dates, links and bytes a commit may claim, each
 * against the limit it meets. */
#include "gaz_test.h"
#include "hostile_repo.h"

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/base/utf8.h"
#include "gaz/repo/history.h"

static gaz_error err;
static char *dir;
static hostile_repo *h;
static gaz_repo *repo;
static gaz_arena arena;

static int setup(void **state)
{
    (void)state;
    char path[600];
    gaz_error_clear(&err);
    dir = make_temp_dir();
    snprintf(path, sizeof path, "%s/r.git", dir);
    h = hostile_new(path);
    gaz_arena_init(&arena, (size_t)512 << 20);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    gaz_repo_close(repo);
    repo = NULL;
    hostile_free(h);
    gaz_arena_release(&arena);
    assert_int_equal(GAZ_OK, gaz_remove_all(dir, NULL));
    free(dir);
    return 0;
}

static void open_repo(void)
{
    if (!repo)
        assert_ok(gaz_repo_open(hostile_dir(h), &repo, &err));
}

static gaz_oid empty_tree(void)
{
    return hostile_tree(h, NULL, 0);
}

/* A commit object of any bytes after its tree line. */
static gaz_oid raw_commit(const char *rest, size_t len)
{
    gaz_oid tree = empty_tree();
    char hex[GAZ_OID_HEX];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_oid_format(&tree, hex);
    gaz_strbuf_printf(&text, "tree %s\n", hex);
    gaz_strbuf_add(&text, rest, len);
    assert_int_equal(GAZ_OK, gaz_strbuf_check(&text, NULL));
    gaz_oid id = hostile_object(h, "commit", text.data, text.len);
    gaz_strbuf_release(&text);
    return id;
}

static gaz_commit_info read_commit(const gaz_oid *id)
{
    gaz_commit_info info;
    open_repo();
    assert_ok(gaz_history_commit(repo, id, &arena, &info, &err));
    return info;
}

typedef struct walked {
    size_t count;
    uint32_t missing;
    gaz_oid last;
} walked;

static gaz_status count_commit(void *ctx, const gaz_oid *id, const gaz_history_node *node,
                               uint32_t missing, gaz_error *e)
{
    walked *w = ctx;
    (void)node;
    (void)e;
    w->count++;
    w->missing += missing;
    w->last = *id;
    return GAZ_OK;
}

static gaz_history_end walk(const gaz_oid *tip, size_t max, walked *w)
{
    gaz_history_end end;
    gaz_history_walk request = {
        .tips = tip, .tip_count = 1, .max = max, .visit = count_commit, .ctx = w};
    *w = (walked){0};
    open_repo();
    assert_ok(gaz_history_walk_run(repo, &request, &end, &err));
    return end;
}

/* ---- messages and people ---- */

static void a_long_message_is_cut_at_a_character(void **state)
{
    (void)state;
    size_t len = (size_t)40 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    int head = snprintf(text, 200, "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nx");
    for (size_t i = (size_t)head; i < len; i++) /* characters of two bytes at odd places */
        text[i] = (i - (size_t)head) % 2 ? (char)0xA9 : (char)0xC3;
    gaz_oid id = raw_commit(text, len);
    free(text);
    gaz_commit_info info = read_commit(&id);
    assert_true(info.message_cut);
    assert_int_equal(GAZ_HISTORY_MESSAGE_MAX - 1, info.message_len);
    assert_true(gaz_utf8_valid(info.message, info.message_len));
}

static void a_commit_of_a_hundred_megabytes_is_passed_over(void **state)
{
    (void)state;
    size_t len = (size_t)100 << 20;
    char *text = malloc(len);
    assert_non_null(text);
    memset(text, 'm', len);
    int head = snprintf(text, 200, "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n");
    text[head] = '\n';
    gaz_oid big = raw_commit(text, len), tree = empty_tree();
    free(text);
    gaz_oid tip = hostile_commit(h, &tree, &big, 1, 5, "tip");
    gaz_commit_info info;
    open_repo();
    assert_status(GAZ_E_LIMIT, gaz_history_commit(repo, &big, &arena, &info, &err));
    gaz_error_clear(&err);
    walked w;
    gaz_history_end end = walk(&tip, 100, &w);
    assert_int_equal(1, end.visited);
    assert_int_equal(1, end.missing);
    assert_int_equal(0, gaz_oid_compare(&big, &end.missing_one));
}

static void people_and_messages_are_text_whatever_their_bytes(void **state)
{
    (void)state;
    static const char rest[] = "author \xff\xfe\x01Mallory\x7f <\x80@x>y> 12 +0000\n"
                               "committer  <> nonsense\n\nsub\0ject\x00\xff\n";
    gaz_oid id = raw_commit(rest, sizeof rest - 1);
    gaz_commit_info info = read_commit(&id);
    assert_string_equal("\xC3\xBF\xC3\xBEMallory", info.author.name);
    assert_string_equal("\xC2\x80@x", info.author.email);
    assert_int_equal(12, info.author.when);
    assert_string_equal("", info.committer.name);
    assert_int_equal(0, info.committer.when);
    assert_string_equal("sub ject \xC3\xBF\n", info.message);
    char longest[4000] = "author ";
    memset(longest + 7, 'n', 3000);
    strcpy(longest + 3007, " <a@b> 1 +0000\n\n");
    id = raw_commit(longest, strlen(longest));
    info = read_commit(&id);
    assert_int_equal(GAZ_HISTORY_PERSON_MAX, strlen(info.author.name));
    assert_string_equal("", info.committer.email);
    static const char *const bare[] = {"",           "\n",         "author\n", "author \n\n",
                                       "author <\n", "author >\n", "parent x"};
    for (size_t i = 0; i + 1 < sizeof bare / sizeof bare[0]; i++) {
        id = raw_commit(bare[i], strlen(bare[i]));
        info = read_commit(&id);
        assert_string_equal("", info.author.email);
        assert_int_equal(0, info.message_len);
    }
    id = raw_commit(bare[6], strlen(bare[6]));
    assert_status(GAZ_E_CORRUPT, gaz_history_commit(repo, &id, &arena, &info, &err));
}

static void times_are_clamped_to_what_can_be_shown(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        int64_t when;
        int offset;
    } cases[] = {
        {"-86400 -0500", -86400, -300},
        {"16725225600 +0000", INT64_C(16725225600), 0}, /* the year 2500 */
        {"99999999999999999999999999 +1400", GAZ_HISTORY_TIME_MAX, 840},
        {"-99999999999999999999999999 +0000", GAZ_HISTORY_TIME_MIN, 0},
        {"9223372036854775808 +9999", GAZ_HISTORY_TIME_MAX, 0},
        {"7 +", 7, 0},
        {"7", 7, 0},
        {"x +0100", 0, 0},
        {"7 +01x0", 7, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[300];
        int len = snprintf(text, sizeof text, "author A <a@b> %s\ncommitter A <a@b> %s\n\nm",
                           cases[i].text, cases[i].text);
        gaz_oid id = raw_commit(text, (size_t)len);
        gaz_commit_info info = read_commit(&id);
        assert_true(info.author.when == cases[i].when);
        assert_true(info.committer.when == cases[i].when);
        assert_int_equal(cases[i].offset, info.committer.offset);
    }
}

/* ---- links ---- */

static void an_octopus_has_as_many_arms_as_count(void **state)
{
    (void)state;
    enum { ARMS = GAZ_HISTORY_PARENTS_MAX + 500 };
    gaz_oid tree = empty_tree(), *arms = calloc(ARMS, sizeof *arms);
    assert_non_null(arms);
    for (int i = 0; i < ARMS; i++)
        arms[i] = hostile_commit(h, &tree, NULL, 0, 1000 + i, "arm");
    gaz_oid tip = hostile_commit(h, &tree, arms, ARMS, 9000, "octopus");
    gaz_commit_info info = read_commit(&tip);
    assert_int_equal(GAZ_HISTORY_PARENTS_MAX, info.parent_count);
    assert_true(info.parents_cut);
    walked w;
    gaz_history_end end = walk(&tip, 100000, &w);
    assert_int_equal(1 + GAZ_HISTORY_PARENTS_MAX, end.visited);
    free(arms);
}

static void a_cycle_is_no_history(void **state)
{
    (void)state;
    gaz_oid tree = empty_tree(), self;
    char hex[GAZ_OID_HEX];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    memset(&self, 0x5a, sizeof self);
    gaz_oid_format(&tree, hex);
    gaz_strbuf_printf(&text, "tree %s\n", hex);
    gaz_oid_format(&self, hex);
    gaz_strbuf_printf(&text, "parent %s\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nm",
                      hex);
    hostile_object_as(h, &self, "commit", text.data, text.len);
    gaz_strbuf_release(&text);
    gaz_oid tip = hostile_commit(h, &tree, &self, 1, 10, "tip");
    walked w;
    gaz_history_end end = walk(&tip, 100, &w);
    assert_int_equal(1, end.visited);
    assert_int_equal(1, end.missing);
}

static void what_cannot_be_read_ends_only_its_own_line_of_history(void **state)
{
    (void)state;
    static const hostile_damage damages[] = {HOSTILE_GONE,  HOSTILE_CUT,   HOSTILE_FLIPPED,
                                             HOSTILE_EMPTY, HOSTILE_OTHER, HOSTILE_BOASTING,
                                             HOSTILE_BOMB};
    gaz_oid tree = empty_tree(), root = hostile_commit(h, &tree, NULL, 0, 1, "root");
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        char name[32];
        snprintf(name, sizeof name, "damaged %zu", i);
        gaz_oid bad = hostile_commit(h, &tree, &root, 1, 100, name);
        gaz_oid good = hostile_commit(h, &tree, &root, 1, 50, "good");
        gaz_oid parents[3] = {bad, good, tree}; /* the last is no commit */
        gaz_oid tip = hostile_commit(h, &tree, parents, 3, 200, name);
        hostile_damage_object(h, &bad, damages[i]);
        walked w;
        gaz_history_end end = walk(&tip, 100, &w);
        assert_int_equal(3, end.visited);
        assert_int_equal(2, end.missing);
        assert_int_equal(2, w.missing);
        assert_int_equal(0, gaz_oid_compare(&root, &w.last));
    }
}

static void replacements_and_grafts_are_not_followed(void **state)
{
    (void)state;
    gaz_oid tree = empty_tree(), a = hostile_commit(h, &tree, NULL, 0, 1, "a"),
            b = hostile_commit(h, &tree, &a, 1, 2, "b"),
            other = hostile_commit(h, &tree, NULL, 0, 3, "other");
    char line[200], hex_b[GAZ_OID_HEX], hex_other[GAZ_OID_HEX];
    gaz_oid_format(&b, hex_b);
    gaz_oid_format(&other, hex_other);
    snprintf(line, sizeof line, "refs/replace/%s", hex_b);
    hostile_ref(h, line, &other);
    snprintf(line, sizeof line, "%s %s\n", hex_b, hex_other);
    hostile_file(h, "info/grafts", line, 0644);
    walked w;
    gaz_history_end end = walk(&b, 100, &w);
    assert_int_equal(2, end.visited);
    assert_int_equal(0, gaz_oid_compare(&a, &w.last));
}

/* Every commit is reached over a hundred ways, and dates run the wrong way round. */
static void a_dense_graph_is_walked_once(void **state)
{
    (void)state;
    enum { LAYERS = 60, WIDTH = 10 };
    gaz_oid tree = empty_tree(), layer[WIDTH], next[WIDTH];
    for (int i = 0; i < LAYERS; i++) {
        for (int k = 0; k < WIDTH; k++) {
            char name[32];
            snprintf(name, sizeof name, "%d.%d", i, k);
            next[k] = hostile_commit(h, &tree, layer, i ? WIDTH : 0, 100000 - i, name);
        }
        memcpy(layer, next, sizeof layer);
    }
    gaz_oid tip = hostile_commit(h, &tree, layer, WIDTH, 0, "tip");
    walked w;
    gaz_history_end end = walk(&tip, 1000000, &w);
    assert_int_equal(1 + LAYERS * WIDTH, end.visited);
    end = walk(&tip, 100, &w);
    assert_int_equal(100, end.visited);
    assert_true(end.goes_on);
}

/* ---- changes ---- */

static void a_commit_of_a_million_files_is_cut(void **state)
{
    (void)state;
    enum { FILES = 1000, DIRS = 1000 };
    gaz_oid blob = hostile_text(h, "x\n");
    hostile_entry *entries = calloc(FILES, sizeof *entries);
    char(*names)[16] = calloc(FILES, sizeof *names);
    assert_non_null(entries);
    assert_non_null(names);
    for (int i = 0; i < FILES; i++) {
        snprintf(names[i], sizeof names[i], "f%04d", i);
        entries[i] = (hostile_entry){"100644", names[i], blob};
    }
    gaz_oid leaf = hostile_tree(h, entries, FILES);
    for (int i = 0; i < DIRS; i++)
        entries[i] = (hostile_entry){"40000", names[i], leaf};
    gaz_oid root = hostile_tree(h, entries, DIRS), none = empty_tree();
    free(entries);
    free(names);
    gaz_oid first = hostile_commit(h, &none, NULL, 0, 1, "none");
    gaz_oid all = hostile_commit(h, &root, &first, 1, 2, "a million");
    gaz_oid gone = hostile_commit(h, &none, &all, 1, 3, "none again");
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    gaz_history_changes changes;
    const gaz_oid *commits[] = {&all, &gone};
    for (size_t i = 0; i < 2; i++) {
        gaz_commit_info info = read_commit(commits[i]);
        assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
        assert_int_equal(limits.changes, changes.count);
        assert_true(changes.cut);
    }
}

static void a_tree_bomb_ends_at_the_number_of_entries(void **state)
{
    (void)state;
    hostile_write_tree_bomb(h, 10, 20, false);
    gaz_oid tip;
    open_repo();
    assert_ok(gaz_repo_resolve(repo, "main", &tip, &err));
    gaz_commit_info info = read_commit(&tip);
    gaz_history_limits limits = {.changes = 1000, .nodes = 50000, .renames = true};
    gaz_history_changes changes;
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    assert_true(changes.cut);
    assert_true(changes.count <= 1000);
}

static void a_directory_that_cannot_be_read_is_told(void **state)
{
    (void)state;
    gaz_oid blob = hostile_text(h, "x\n");
    gaz_oid leaf = hostile_tree(h, &(hostile_entry){"100644", "f", blob}, 1);
    hostile_entry entries[] = {{"40000", "..", leaf},
                               {"100644", "a/b", blob},
                               {"40000", "d", leaf},
                               {"100644", "ok", blob}};
    gaz_oid root = hostile_tree(h, entries, 4), none = empty_tree();
    gaz_oid first = hostile_commit(h, &none, NULL, 0, 1, "none");
    gaz_oid tip = hostile_commit(h, &root, &first, 1, 2, "odd");
    hostile_damage_object(h, &leaf, HOSTILE_GONE);
    gaz_commit_info info = read_commit(&tip);
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    gaz_history_changes changes;
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    assert_true(changes.unreadable);
    assert_int_equal(1, changes.count);
    assert_string_equal("ok", changes.items[0].path);
}

/* Ten thousand files deleted and as many added, all alike: pairing by content must not try each
 * with each. */
static void many_equal_files_are_paired_in_bounded_time(void **state)
{
    (void)state;
    enum { FILES = 10000 };
    gaz_oid blob = hostile_text(h, "same\n");
    hostile_entry *entries = calloc(FILES, sizeof *entries);
    char(*names)[16] = calloc(FILES, sizeof *names);
    gaz_oid roots[2];
    for (int side = 0; side < 2; side++) {
        for (int i = 0; i < FILES; i++) {
            snprintf(names[i], sizeof names[i], "%c%05d", "ab"[side], i);
            entries[i] = (hostile_entry){"100644", names[i], blob};
        }
        roots[side] = hostile_tree(h, entries, FILES);
    }
    free(entries);
    free(names);
    gaz_oid first = hostile_commit(h, &roots[0], NULL, 0, 1, "a");
    gaz_oid tip = hostile_commit(h, &roots[1], &first, 1, 2, "b");
    gaz_commit_info info = read_commit(&tip);
    gaz_history_limits limits = GAZ_HISTORY_LIMITS;
    gaz_history_changes changes;
    int64_t began = gaz_now_us();
    assert_ok(gaz_history_changes_read(repo, &info, &limits, &arena, &changes, &err));
    assert_true(gaz_now_us() - began < 60 * INT64_C(1000000));
    size_t renames = 0;
    for (size_t i = 0; i < changes.count; i++)
        renames += changes.items[i].kind == GAZ_HISTORY_RENAME;
    assert_int_equal(FILES, changes.count);
    assert_int_equal(FILES, renames);
}

int main(void)
{
#define HOSTILE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        HOSTILE(a_long_message_is_cut_at_a_character),
        HOSTILE(a_commit_of_a_hundred_megabytes_is_passed_over),
        HOSTILE(people_and_messages_are_text_whatever_their_bytes),
        HOSTILE(times_are_clamped_to_what_can_be_shown),
        HOSTILE(an_octopus_has_as_many_arms_as_count),
        HOSTILE(a_cycle_is_no_history),
        HOSTILE(what_cannot_be_read_ends_only_its_own_line_of_history),
        HOSTILE(replacements_and_grafts_are_not_followed),
        HOSTILE(a_dense_graph_is_walked_once),
        HOSTILE(a_commit_of_a_million_files_is_cut),
        HOSTILE(a_tree_bomb_ends_at_the_number_of_entries),
        HOSTILE(a_directory_that_cannot_be_read_is_told),
        HOSTILE(many_equal_files_are_paired_in_bounded_time),
    };
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
