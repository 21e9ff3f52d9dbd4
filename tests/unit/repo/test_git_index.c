/* Git's index as git writes it, in every version, and as somebody may have damaged it: what makes
 * no sense is not used, and nothing is read beyond its end. */
#include "gaz_test.h"

#include <fcntl.h>
#include <unistd.h>

#include "gaz/base/fs.h"
#include "git_index.h"
#include "proof.h"

static gaz_error err;

typedef struct bench {
    char *dir, path[600];
    gaz_strbuf bytes; /* of the index */
} bench;

static void shell(const bench *b, const char *command)
{
    char full[2000];
    snprintf(full, sizeof full, "cd '%s' && { %s; } >/dev/null 2>&1", b->dir, command);
    if (system(full) != 0) /* the test's own words */
        fail_msg("failed: %s", command);
}

static void setup(bench *b, const char *version)
{
    char command[300];
    gaz_error_clear(&err);
    *b = (bench){.dir = make_temp_dir(), .bytes = GAZ_STRBUF_INIT};
    shell(b,
          "git init -q tree && cd tree && mkdir -p a/b && for i in 1 2 3 4 5 6 7 8 9; do echo $i > "
          "a/b/file$i; done; echo x > a-b; echo y > a.c; ln -s a l; git add -A; echo z > later; "
          "git add -N later");
    snprintf(
        command, sizeof command,
        "cd tree && git update-index --index-version %s && git update-index --skip-worktree a.c",
        version);
    shell(b, command);
    snprintf(b->path, sizeof b->path, "%s/tree/.git/index", b->dir);
    assert_ok(gaz_file_read(b->path, GAZ_STRBUF_MAX, &b->bytes, &err));
}

static void teardown(bench *b)
{
    gaz_strbuf_release(&b->bytes);
    assert_ok(gaz_remove_all(b->dir, &err));
    free(b->dir);
}

static void every_version_is_read(void **state)
{
    static const char *const versions[] = {"2", "3", "4"};
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench b;
        gaz_index index;
        setup(&b, versions[i]);
        assert_ok(gaz_index_read(b.path, &index, &err));
        assert_string_equal(index.note, "");
        assert_int_equal(index.entries.len, 13);
        assert_string_equal(index.entries.items[0].path, "a-b");
        assert_string_equal(index.entries.items[1].path, "a.c");
        assert_true(index.entries.items[1].skipped);
        assert_string_equal(index.entries.items[10].path, "a/b/file9");
        assert_int_equal(index.entries.items[10].size, 2);
        assert_int_equal(gaz_index_at(&index, "l", 1)->mode & GAZ_MODE_KIND, GAZ_MODE_LINK);
        assert_false(gaz_index_at(&index, "later", 5)->stat);
        assert_null(gaz_index_at(&index, "a", 1));
        assert_true(gaz_index_below(&index, "a", 1));
        assert_true(gaz_index_below(&index, "a/b", 3));
        assert_false(gaz_index_below(&index, "a-", 2));
        gaz_index_release(&index);
        teardown(&b);
    }
}

/* Whatever is in the file: an index in order, or none with a note. */
static void reads_soundly(bench *b, const char *data, size_t len)
{
    gaz_index index;
    int fd = open(b->path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    assert_ok(gaz_write_all(fd, data, len, &err));
    close(fd);
    assert_ok(gaz_index_read(b->path, &index, &err));
    assert_true(!index.note[0] || !index.entries.len);
    for (size_t i = 0; i < index.entries.len; i++) {
        const gaz_index_entry *e = &index.entries.items[i];
        assert_true(e->len && e->len <= GAZ_PATH_BYTES_MAX && strlen(e->path) == e->len);
        if (i)
            assert_true(strcmp(e[-1].path, e->path) <= 0);
    }
    gaz_index_release(&index);
}

static void a_damaged_index_is_not_used(void **state)
{
    static const char *const versions[] = {"2", "3", "4"};
    uint64_t random = proof_say_seed();
    unsigned flips = proof_rounds(20000), done = 0;
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        bench b;
        setup(&b, versions[i]);
        for (size_t len = 0; len < b.bytes.len; len++, done++)
            reads_soundly(&b, b.bytes.data, len);
        for (unsigned k = 0; k < flips / 3; k++, done++) {
            gaz_strbuf copy = GAZ_STRBUF_INIT;
            gaz_strbuf_add(&copy, b.bytes.data, b.bytes.len);
            for (unsigned n = 1 + proof_random(&random, 4); n--;)
                copy.data[proof_random(&random, (uint32_t)copy.len)] =
                    (char)proof_random(&random, 256);
            reads_soundly(&b, copy.data, copy.len);
            gaz_strbuf_release(&copy);
        }
        teardown(&b);
    }
    proof_report("git's index cut off at every byte and with bytes changed", done);
}

static void what_git_splits_or_is_no_file_is_not_used(void **state)
{
    (void)state;
    bench b;
    gaz_index index;
    setup(&b, "2");
    shell(&b, "cd tree && git update-index --split-index");
    assert_ok(gaz_index_read(b.path, &index, &err));
    assert_string_not_equal(index.note, ""); /* entries without names, or the extension */
    gaz_index_release(&index);
    assert_int_equal(unlink(b.path), 0);
    assert_ok(gaz_index_read(b.path, &index, &err)); /* nothing is tracked yet */
    assert_string_equal(index.note, "");
    gaz_index_release(&index);
    shell(&b, "mkfifo tree/.git/index");
    assert_ok(gaz_index_read(b.path, &index, &err));
    assert_non_null(strstr(index.note, "cannot be read"));
    gaz_index_release(&index);
    teardown(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_is_read),
        cmocka_unit_test(a_damaged_index_is_not_used),
        cmocka_unit_test(what_git_splits_or_is_no_file_is_not_used),
    };
    return cmocka_run_group_tests_name("git_index", tests, NULL, NULL);
}
