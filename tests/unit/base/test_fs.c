/* Files: atomic writing, limits, mapping a file that is cut short, locks, directory walks, and
 * clean failures. */
#include "gaz_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/fs.h"

typedef struct fixture {
    char *dir;
    gaz_strbuf path;
} fixture;

static int set_up(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    f->dir = make_temp_dir();
    f->path = GAZ_STRBUF_INIT;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_status st = gaz_remove_all(f->dir, &err);
    gaz_strbuf_release(&f->path);
    free(f->dir);
    free(f);
    return st == GAZ_OK ? 0 : -1;
}

/* The path of a name in the fixture's folder; valid until the next call. */
static const char *in(fixture *f, const char *name)
{
    gaz_error err = {0};
    assert_ok(gaz_path_join(&f->path, f->dir, name, &err));
    return f->path.data;
}

static void write_text(fixture *f, const char *name, const char *text)
{
    gaz_error err = {0};
    assert_ok(gaz_file_write(in(f, name), text, strlen(text), 0600, &err));
}

static gaz_status count_entry(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    (void)name, (void)is_dir, (void)err;
    ++*(unsigned *)ctx;
    return GAZ_OK;
}

static unsigned entries(const char *dir)
{
    gaz_error err = {0};
    unsigned n = 0;
    assert_ok(gaz_dir_each(dir, count_entry, &n, &err));
    return n;
}

static void paths_are_joined_with_one_slash(void **state)
{
    (void)state;
    gaz_error err = {0};
    gaz_strbuf path = GAZ_STRBUF_INIT;
    assert_ok(gaz_path_join(&path, "a", "b", &err));
    assert_string_equal(path.data, "a/b");
    assert_ok(gaz_path_join(&path, "/", "b", &err));
    assert_string_equal(path.data, "/b");
    assert_ok(gaz_path_join(&path, "a/", "b/c", &err));
    assert_string_equal(path.data, "a/b/c");
    assert_ok(gaz_path_join(&path, "", "b", &err));
    assert_string_equal(path.data, "b");
    gaz_strbuf_release(&path);
}

static void a_written_file_is_read_back_and_leaves_no_temporary(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_file_write(in(f, "a"), "one\0two", 7, 0640, &err));
    assert_ok(gaz_file_write(in(f, "a"), "three", 5, 0640, &err));
    assert_ok(gaz_file_read(in(f, "a"), 5, &out, &err));
    assert_string_equal(out.data, "three");
    assert_int_equal(entries(f->dir), 1);
    struct stat info;
    assert_int_equal(stat(in(f, "a"), &info), 0);
    assert_int_equal(info.st_mode & 0137, 0);
    gaz_strbuf_release(&out);
}

static void an_empty_file_is_written_and_read(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_ok(gaz_file_write(in(f, "empty"), "", 0, 0600, &err));
    assert_ok(gaz_file_read(in(f, "empty"), 0, &out, &err));
    assert_int_equal(out.len, 0);
    gaz_strbuf_release(&out);
}

static void a_write_that_fails_leaves_the_old_content_and_no_temporary(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    assert_ok(gaz_mkdir_all(in(f, "target"), 0700, &err));
    assert_int_not_equal(gaz_file_write(in(f, "target"), "x", 1, 0600, &err), GAZ_OK);
    assert_non_null(strstr(err.message, "rename"));
    assert_int_equal(entries(f->dir), 1);
    gaz_error_clear(&err);
    assert_status(GAZ_E_NOT_FOUND, gaz_file_write(in(f, "no/such/dir"), "x", 1, 0600, &err));
}

static void a_file_over_the_limit_is_refused(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    write_text(f, "a", "12345");
    assert_status(GAZ_E_LIMIT, gaz_file_read(in(f, "a"), 4, &out, &err));
    assert_non_null(strstr(err.message, "4 bytes"));
    gaz_strbuf_release(&out);
}

/* The caller's own buffer may be as small as the file: a full buffer is no reason to refuse the
 * last bytes. */
static void a_file_as_large_as_its_buffer_is_read(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_strbuf out;
    gaz_strbuf_init(&out, 5);
    write_text(f, "a", "12345");
    assert_ok(gaz_file_read(in(f, "a"), 5, &out, &err));
    assert_string_equal(out.data, "12345");
    gaz_strbuf_reset(&out);
    write_text(f, "b", "123456");
    assert_status(GAZ_E_LIMIT, gaz_file_read(in(f, "b"), 100, &out, &err));
    gaz_strbuf_release(&out);
}

static void a_missing_file_and_a_directory_cannot_be_read(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    assert_status(GAZ_E_NOT_FOUND, gaz_file_read(in(f, "none"), 100, &out, &err));
    gaz_error_clear(&err);
    assert_status(GAZ_E_IO, gaz_file_read(f->dir, 100, &out, &err));
    gaz_strbuf_release(&out);
}

static void directories_are_made_with_their_parents(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    struct stat info;
    assert_ok(gaz_mkdir_all(in(f, "a/b/c"), 0700, &err));
    assert_ok(gaz_mkdir_all(in(f, "a/b/c"), 0700, &err));
    assert_ok(gaz_mkdir_all(in(f, "a/b/d/"), 0700, &err));
    assert_int_equal(stat(in(f, "a/b/d"), &info), 0);
    assert_true(S_ISDIR(info.st_mode));
    write_text(f, "file", "x");
    assert_int_not_equal(gaz_mkdir_all(in(f, "file"), 0700, &err), GAZ_OK);
    gaz_error_clear(&err);
    assert_int_not_equal(gaz_mkdir_all(in(f, "file/below"), 0700, &err), GAZ_OK);
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID, gaz_mkdir_all("", 0700, &err));
    gaz_error_clear(&err);
    char longest[5000];
    memset(longest, 'a', sizeof longest - 1);
    longest[sizeof longest - 1] = '\0';
    assert_status(GAZ_E_INVALID, gaz_mkdir_all(longest, 0700, &err));
}

static void removing_takes_the_tree_but_not_what_links_lead_to(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    assert_ok(gaz_mkdir_all(in(f, "keep"), 0700, &err));
    write_text(f, "keep/file", "x");
    assert_ok(gaz_mkdir_all(in(f, "tree/deep/er"), 0700, &err));
    write_text(f, "tree/deep/file", "x");
    char *target = strdup(in(f, "keep"));
    assert_int_equal(symlink(target, in(f, "tree/link")), 0);
    free(target);
    assert_ok(gaz_remove_all(in(f, "tree"), &err));
    assert_int_equal(access(in(f, "tree"), F_OK), -1);
    assert_int_equal(access(in(f, "keep/file"), F_OK), 0);
    assert_ok(gaz_remove_all(in(f, "tree"), &err));
    assert_ok(gaz_remove_all(in(f, "no/such/path"), &err));
    assert_ok(gaz_remove_all(in(f, "keep/file"), &err));
}

static gaz_status collect(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    (void)err;
    gaz_strbuf_printf(ctx, "%s%s ", name, is_dir ? "/" : "");
    return GAZ_OK;
}

static gaz_status refuse(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    (void)is_dir;
    ++*(unsigned *)ctx;
    return gaz_error_set(err, GAZ_E_CANCELLED, "stopped at %s", name);
}

static void entries_come_in_byte_order_and_a_failing_visit_ends_the_walk(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_strbuf names = GAZ_STRBUF_INIT;
    write_text(f, "b", "");
    write_text(f, "B", "");
    write_text(f, "a10", "");
    write_text(f, ".hidden", "");
    assert_ok(gaz_mkdir_all(in(f, "a"), 0700, &err));
    assert_ok(gaz_dir_each(f->dir, collect, &names, &err));
    assert_string_equal(names.data, ".hidden B a/ a10 b ");
    unsigned calls = 0;
    assert_status(GAZ_E_CANCELLED, gaz_dir_each(f->dir, refuse, &calls, &err));
    assert_int_equal(calls, 1);
    gaz_error_clear(&err);
    assert_status(GAZ_E_NOT_FOUND, gaz_dir_each(in(f, "none"), collect, &names, &err));
    gaz_strbuf_release(&names);
}

static void a_directorys_size_is_that_of_its_files(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    uint64_t bytes = 99;
    assert_ok(gaz_mkdir_all(in(f, "a/b"), 0700, &err));
    write_text(f, "one", "1");
    write_text(f, "a/two", "22");
    write_text(f, "a/b/three", "333");
    assert_int_equal(symlink("one", in(f, "link")), 0);
    assert_ok(gaz_dir_size(f->dir, &bytes, &err));
    assert_int_equal(bytes, 6);
    assert_status(GAZ_E_NOT_FOUND, gaz_dir_size(in(f, "none"), &bytes, &err));
    assert_int_equal(bytes, 6);
    assert_ok(gaz_dir_sync(f->dir, &err));
}

static void a_mapping_shows_the_files_bytes(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_mapping *map = NULL;
    write_text(f, "a", "hello");
    assert_ok(gaz_mapping_open(in(f, "a"), &map, &err));
    assert_int_equal(gaz_mapping_len(map), 5);
    assert_memory_equal(gaz_mapping_data(map), "hello", 5);
    assert_false(gaz_mapping_damaged(map));
    gaz_mapping_close(map);
    gaz_mapping_close(NULL);
}

static void an_empty_file_is_mapped_and_a_missing_one_is_not(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_mapping *map = NULL;
    write_text(f, "empty", "");
    assert_ok(gaz_mapping_open(in(f, "empty"), &map, &err));
    assert_int_equal(gaz_mapping_len(map), 0);
    gaz_mapping_close(map);
    map = NULL;
    assert_status(GAZ_E_NOT_FOUND, gaz_mapping_open(in(f, "none"), &map, &err));
    assert_null(map);
}

static void a_directory_is_not_mapped(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_mapping *map = NULL;
    assert_status(GAZ_E_IO, gaz_mapping_open(f->dir, &map, &err));
    assert_null(map);
}

static uint64_t sum(const gaz_mapping *map)
{
    const volatile uint8_t *p = gaz_mapping_data(map);
    uint64_t total = 0;
    for (size_t i = 0; i < gaz_mapping_len(map); i++)
        total += p[i];
    return total;
}

static void a_file_cut_short_while_mapped_reads_as_zeros_and_is_damaged(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    size_t page = (size_t)sysconf(_SC_PAGESIZE), len = 8 * page;
    char *bytes = malloc(len);
    assert_non_null(bytes);
    memset(bytes, 1, len);
    gaz_mapping *map = NULL, *other = NULL;
    assert_ok(gaz_file_write(in(f, "a"), bytes, len, 0600, &err));
    assert_ok(gaz_file_write(in(f, "b"), bytes, len, 0600, &err));
    assert_ok(gaz_mapping_open(in(f, "a"), &map, &err));
    assert_ok(gaz_mapping_open(in(f, "b"), &other, &err));
    assert_int_equal(sum(map), len);
    assert_int_equal(truncate(in(f, "a"), (off_t)(3 * page)), 0);
    assert_int_equal(sum(map), 3 * page);
    assert_true(gaz_mapping_damaged(map));
    assert_int_equal(sum(other), len);
    assert_false(gaz_mapping_damaged(other));
    gaz_mapping_close(map);
    gaz_mapping_close(other);
    free(bytes);
}

/* The program started again with a file's name: maps it, meets a bus error that no mapping of ours
 * explains. */
static int die_of_bus_error(const char *path)
{
    gaz_error err = {0};
    gaz_mapping *map = NULL;
    if (gaz_mapping_open(path, &map, &err) != GAZ_OK)
        return 0;
    close(STDERR_FILENO);
    raise(SIGBUS);
    raise(SIGBUS);
    gaz_mapping_close(map);
    return 0;
}

/* In a program of its own, as cmocka catches the signal in this one. */
static void a_bus_error_elsewhere_still_kills(void **state)
{
    fixture *f = *state;
    write_text(f, "a", "x");
    pid_t child = fork();
    if (child == 0) {
        execl("/proc/self/exe", "test_fs", in(f, "a"), (char *)NULL);
        _exit(0);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_false(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void a_held_lock_is_busy_for_others(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_lock *held = NULL, *wanted = NULL;
    assert_ok(gaz_lock_open(in(f, "lock"), true, 0, &held, &err));
    assert_status(GAZ_E_BUSY, gaz_lock_open(in(f, "lock"), true, 0, &wanted, &err));
    assert_null(wanted);
    assert_non_null(strstr(err.message, "lock"));
    gaz_error_clear(&err);
    assert_status(GAZ_E_BUSY, gaz_lock_open(in(f, "lock"), false, 20, &wanted, &err));
    gaz_lock_close(held);
    gaz_error_clear(&err);
    assert_ok(gaz_lock_open(in(f, "lock"), true, 0, &wanted, &err));
    gaz_lock_close(wanted);
    gaz_lock_close(NULL);
}

static void shared_locks_share_and_keep_exclusive_ones_out(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_lock *a = NULL, *b = NULL, *c = NULL;
    assert_ok(gaz_lock_open(in(f, "lock"), false, 0, &a, &err));
    assert_ok(gaz_lock_open(in(f, "lock"), false, 0, &b, &err));
    assert_status(GAZ_E_BUSY, gaz_lock_open(in(f, "lock"), true, 0, &c, &err));
    gaz_lock_close(a);
    gaz_lock_close(b);
}

static void a_lock_ends_with_its_process(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_lock *lock = NULL;
    int ready[2];
    char byte;
    assert_int_equal(pipe(ready), 0);
    pid_t child = fork();
    if (child == 0) {
        gaz_status st = gaz_lock_open(in(f, "lock"), true, 0, &lock, &err);
        if (st != GAZ_OK || write(ready[1], "x", 1) != 1)
            _exit(1);
        pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_status(GAZ_E_BUSY, gaz_lock_open(in(f, "lock"), true, 0, &lock, &err));
    kill(child, SIGKILL);
    gaz_error_clear(&err);
    assert_ok(gaz_lock_open(in(f, "lock"), true, -1, &lock, &err));
    assert_int_equal(waitpid(child, NULL, 0), child);
    gaz_lock_close(lock);
    close(ready[0]);
    close(ready[1]);
}

static void a_lock_in_a_missing_folder_fails(void **state)
{
    fixture *f = *state;
    gaz_error err = {0};
    gaz_lock *lock = NULL;
    assert_status(GAZ_E_NOT_FOUND, gaz_lock_open(in(f, "none/lock"), true, 0, &lock, &err));
    assert_null(lock);
}

static void writing_to_a_closed_descriptor_and_a_full_device_fails(void **state)
{
    (void)state;
    gaz_error err = {0};
    assert_status(GAZ_E_IO, gaz_write_all(-1, "x", 1, &err));
    gaz_error_clear(&err);
    int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    assert_true(full >= 0);
    assert_status(GAZ_E_IO, gaz_write_all(full, "x", 1, &err));
    assert_non_null(strstr(err.hint, "free some disk space"));
    close(full);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
    if (argc == 2)
        return die_of_bus_error(argv[1]);
    const struct CMUnitTest tests[] = {
        TEST(paths_are_joined_with_one_slash),
        TEST(a_written_file_is_read_back_and_leaves_no_temporary),
        TEST(an_empty_file_is_written_and_read),
        TEST(a_write_that_fails_leaves_the_old_content_and_no_temporary),
        TEST(a_file_over_the_limit_is_refused),
        TEST(a_file_as_large_as_its_buffer_is_read),
        TEST(a_missing_file_and_a_directory_cannot_be_read),
        TEST(directories_are_made_with_their_parents),
        TEST(removing_takes_the_tree_but_not_what_links_lead_to),
        TEST(entries_come_in_byte_order_and_a_failing_visit_ends_the_walk),
        TEST(a_directorys_size_is_that_of_its_files),
        TEST(a_mapping_shows_the_files_bytes),
        TEST(an_empty_file_is_mapped_and_a_missing_one_is_not),
        TEST(a_directory_is_not_mapped),
        TEST(a_file_cut_short_while_mapped_reads_as_zeros_and_is_damaged),
        TEST(a_bus_error_elsewhere_still_kills),
        TEST(a_held_lock_is_busy_for_others),
        TEST(shared_locks_share_and_keep_exclusive_ones_out),
        TEST(a_lock_ends_with_its_process),
        TEST(a_lock_in_a_missing_folder_fails),
        TEST(writing_to_a_closed_descriptor_and_a_full_device_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
