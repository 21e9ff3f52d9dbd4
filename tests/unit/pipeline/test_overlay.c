/* Looks at a work tree that fail, and what is remembered of files between looks. */
#include "run_support.h"

#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "overlay.h"

#define NAMED 40 /* files of a commit, which an ignore file would keep out */

static gaz_error err;

static void put_file(const bench *b, const char *path, const char *text)
{
    bench_write(b, path, text, strlen(text));
}

/* Paths of the published overlay, each followed by a line end; NULL: there is none. free() it. */
static char *published(const bench *b)
{
    gaz_snapshot *s = NULL;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    bool there = false;
    assert_ok(gaz_store_snapshot(b->store, &s, &err));
    for (size_t i = 0; i < s->repos[0].ref_count; i++) {
        gaz_manifest *m = NULL;
        if (s->repos[0].refs[i].kind != GAZ_REF_TREE)
            continue;
        there = true;
        assert_ok(gaz_manifest_load(b->store, s->repos[0].refs[i].manifest, &m, &err));
        for (size_t k = 0; k < gaz_manifest_count(m); k++) {
            const gaz_manifest_entry *e = gaz_manifest_at(m, k);
            gaz_strbuf_add(&out, e->path, e->path_len);
            gaz_strbuf_putc(&out, '\n');
        }
        gaz_manifest_unref(m);
    }
    gaz_snapshot_free(s);
    return there ? gaz_strbuf_detach(&out, NULL) : NULL;
}

static const index_request request = {.repo = "app"};

/* ---- looks that fail ---- */

static gaz_status fail_once(void *ctx, const char *path, gaz_error *why)
{
    bool *failed = ctx;
    (void)path;
    return *failed ? GAZ_OK
                   : (*failed = true, gaz_error_set(why, GAZ_E_IO, "as if the disk failed"));
}

/* Without git's index the paths of HEAD are named to the tree, in byte order: those of a look that
 * failed must not stay among them. */
static void paths_named_by_a_look_that_failed_are_not_named_twice(void **state)
{
    bench *b = *state;
    bool failed = false;
    overlay o;
    overlay_result result;
    gaz_strbuf expected = GAZ_STRBUF_INIT;
    const overlay_scope all = {.enter = fail_once, .ctx = &failed};
    for (unsigned i = 0; i < 2 * NAMED; i++) {
        char path[40];
        snprintf(path, sizeof path, "%c%02u.txt", i < NAMED ? 'a' : 'z', i % NAMED);
        put_file(b, path, path);
        gaz_strbuf_printf(&expected, "%s\n", path);
    }
    free(run_git(b->work, "add", "z*", NULL));
    free(run_git(b->work, "commit", "-qm", "one", NULL));
    (void)bench_index(b, NULL);
    bench_commit(b);
    char *second = run_git(b->work, "rev-parse", "HEAD", NULL);
    free(run_git(b->work, "update-ref", "refs/heads/main", "HEAD^", NULL));
    put_file(b, ".git/info/exclude", "*.txt\n");
    put_file(b, "new.txt", "kept out\n");
    put_file(b, ".git/index", "no index at all");
    assert_ok(overlay_open(b->store, &b->settings, &request, &o, &err));
    assert_int_equal(overlay_update(&o, &all, &result, &err), GAZ_E_IO);
    gaz_error_clear(&err);
    free(run_git(b->work, "update-ref", "refs/heads/main", second, NULL));
    (void)bench_index(b, NULL);
    assert_ok(overlay_update(&o, &all, &result, &err));
    free(result.example);
    char *actual = published(b);
    assert_string_equal(actual, expected.data);
    free(actual);
    free(second);
    gaz_strbuf_release(&expected);
    overlay_close(&o);
}

static void move(const bench *b, const char *from, const char *to)
{
    char a[700], c[700];
    snprintf(a, sizeof a, "%s/%s", b->dir, from);
    snprintf(c, sizeof c, "%s/%s", b->dir, to);
    assert_int_equal(rename(a, c), 0);
}

static gaz_status look(bench *b)
{
    gaz_run_result result;
    gaz_error_clear(&err);
    return overlay_index(b->store, &b->settings, &request, &result, &err);
}

static void only_a_tree_that_is_gone_takes_its_overlay_along(void **state)
{
    bench *b = *state;
    char segment[120], *text;
    gaz_snapshot *s = NULL;
    put_file(b, "a.txt", "one\n");
    bench_commit(b);
    (void)bench_index(b, NULL);
    put_file(b, "b.txt", "two\n");
    assert_ok(look(b));
    move(b, "work/.git", "aside"); /* git's directory is missing: perhaps it is being moved */
    assert_int_equal(look(b), GAZ_E_NOT_FOUND);
    assert_non_null(text = published(b));
    free(text);
    move(b, "aside", "work/.git");
    assert_ok(gaz_store_snapshot(b->store, &s, &err));
    snprintf(segment, sizeof segment, "home/segments/%.2s/%s.seg", s->pools[0].segments[0].name,
             s->pools[0].segments[0].name);
    gaz_snapshot_free(s);
    move(b, segment, "aside"); /* a file of the index is missing */
    put_file(b, "c.txt", "three\n");
    assert_int_not_equal(look(b), GAZ_OK);
    assert_non_null(text = published(b));
    free(text);
    move(b, "aside", segment);
    assert_ok(look(b));
    text = published(b);
    assert_string_equal(text, "a.txt\nb.txt\nc.txt\n");
    free(text);
    move(b, "work", "aside");
    assert_int_equal(look(b), GAZ_E_NOT_FOUND);
    assert_null(published(b));
    move(b, "aside", "work");
}

/* ---- what is remembered ---- */

static overlay_seen seen_at(int64_t mtime_ns)
{
    return (overlay_seen){.stamp = {.mtime_ns = mtime_ns, .ctime_ns = mtime_ns, .size = 1}};
}

static const gaz_oid *find(const overlay_cache *c, const char *path, int64_t mtime_ns)
{
    overlay_seen seen = seen_at(mtime_ns);
    return overlay_cache_find(c, path, strlen(path), &seen.stamp);
}

static void fill(overlay_cache *c, unsigned from, unsigned to)
{
    for (unsigned i = from; i < to; i++) {
        char path[40];
        overlay_seen seen = seen_at(1000 + i);
        int len = snprintf(path, sizeof path, "d/%08u.c", i);
        assert_ok(overlay_cache_put(c, path, (size_t)len, &seen, INT64_C(1) << 60, &err));
    }
}

static void files_that_come_and_go_take_no_memory(void **state)
{
    (void)state;
    overlay_cache c;
    overlay_cache_init(&c);
    fill(&c, 0, 100);
    for (unsigned i = 100; i < 20000; i++) { /* as names that editors write to */
        char path[40];
        fill(&c, i, i + 1);
        snprintf(path, sizeof path, "d/%08u.c", i);
        overlay_cache_forget(&c, path, strlen(path));
        assert_null(find(&c, path, 1000 + i));
    }
    assert_in_range(c.items.len, 100, 2500);
    assert_in_range(c.places.len, 100, 2500);
    for (unsigned i = 0; i < 100; i++) {
        char path[40];
        snprintf(path, sizeof path, "d/%08u.c", i);
        assert_non_null(find(&c, path, 1000 + i));
    }
    fill(&c, 150, 151); /* what comes back is known again */
    assert_non_null(find(&c, "d/00000150.c", 1150));
    overlay_cache_release(&c);
}

static void only_files_of_the_tree_are_kept(void **state)
{
    (void)state;
    static const gaz_manifest_entry list[] = {{.path = "a", .path_len = 1},
                                              {.path = "d/00000007.c", .path_len = 12},
                                              {.path = "d/00000008.c", .path_len = 12}};
    overlay_cache c;
    overlay_cache_init(&c);
    fill(&c, 0, 4000);
    overlay_cache_keep(&c, list, 3);
    assert_int_equal(c.places.len, 2);
    assert_non_null(find(&c, "d/00000007.c", 1007));
    assert_non_null(find(&c, "d/00000008.c", 1008));
    assert_null(find(&c, "d/00000009.c", 1009));
    overlay_cache_keep(&c, list, 0);
    assert_null(find(&c, "d/00000007.c", 1007));
    overlay_cache_release(&c);
}

/* The files the saved cache knows. */
static size_t saved(bench *b, overlay *o)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    overlay_cache c;
    assert_ok(overlay_save(o, &err));
    gaz_strbuf_printf(&path, "%s/repos/%s.tree", gaz_store_home(b->store), o->uid);
    overlay_cache_init(&c);
    assert_ok(overlay_cache_load(&c, path.data, &err));
    size_t n = c.places.len;
    overlay_cache_release(&c);
    gaz_strbuf_release(&path);
    return n;
}

static void update(overlay *o, const overlay_scope *scope)
{
    overlay_result result;
    assert_ok(overlay_update(o, scope, &result, &err));
    free(result.example);
}

static void drop_file(const bench *b, const char *path)
{
    char full[700];
    snprintf(full, sizeof full, "%s/%s", b->work, path);
    assert_int_equal(unlink(full), 0);
}

static void files_that_are_gone_are_not_remembered(void **state)
{
    bench *b = *state;
    static const overlay_scope all;
    static const char *const two[] = {"two.txt"};
    static const overlay_scope part = {.paths = two, .count = 1};
    overlay o;
    put_file(b, "a.txt", "one\n");
    bench_commit(b);
    (void)bench_index(b, NULL);
    put_file(b, "one.txt", "1\n");
    put_file(b, "two.txt", "22\n");
    put_file(b, "three.txt", "333\n");
    usleep(250000); /* what was just written is not remembered */
    assert_ok(overlay_open(b->store, &b->settings, &request, &o, &err));
    update(&o, &all);
    size_t all_of_them = saved(b, &o); /* a.txt may be one: git had just read it */
    assert_in_range(all_of_them, 3, 4);
    drop_file(b, "one.txt");
    update(&o, &all);
    assert_int_equal(saved(b, &o), all_of_them - 1);
    drop_file(b, "two.txt");
    update(&o, &part);
    assert_int_equal(saved(b, &o), all_of_them - 2);
    overlay_close(&o);
}

int main(void)
{
#define IN_BENCH(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        IN_BENCH(paths_named_by_a_look_that_failed_are_not_named_twice),
        IN_BENCH(only_a_tree_that_is_gone_takes_its_overlay_along),
        cmocka_unit_test(files_that_come_and_go_take_no_memory),
        cmocka_unit_test(only_files_of_the_tree_are_kept),
        IN_BENCH(files_that_are_gone_are_not_remembered),
    };
    return cmocka_run_group_tests_name("overlay", tests, NULL, NULL);
}
