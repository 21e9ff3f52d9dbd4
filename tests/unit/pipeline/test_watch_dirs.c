/* Directories that cannot be watched: what is no loss, what is, and what is said about it. The
 * system call is stood in for, so that each of its refusals can be had. */
#include "run_support.h"

#include <errno.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "watch_dirs.h"

static gaz_error err;
static unsigned allowed; /* watches */
static int refusal;      /* errno of the next ones */

int inotify_add_watch(int fd, const char *name, uint32_t mask)
{
    if (allowed) {
        allowed--;
        return (int)syscall(SYS_inotify_add_watch, fd, name, mask);
    }
    errno = refusal;
    return -1;
}

typedef struct scene {
    gaz_repo *repo;
    gaz_worktree *wt;
    watch_dirs w;
} scene;

static void begin(const bench *b, scene *s, size_t limit)
{
    for (int i = 0; i < 9; i++) {
        char path[20];
        snprintf(path, sizeof path, "d%d/f", i);
        bench_write(b, path, "x", 1);
    }
    assert_ok(gaz_repo_open(b->work, &s->repo, &err));
    assert_ok(gaz_worktree_open(s->repo, b->work, &s->wt, &err));
    watch_dirs_open(&s->w, limit);
    assert_true(s->w.fd >= 0);
    allowed = 1000;
}

static void end(scene *s)
{
    watch_dirs_close(&s->w);
    gaz_worktree_close(s->wt);
    gaz_repo_close(s->repo);
}

static void add(scene *s, int from, int to)
{
    for (int i = from; i < to; i++) {
        char path[20];
        snprintf(path, sizeof path, "d%d", i);
        assert_ok(watch_dirs_add(&s->w, s->wt, path, &err));
    }
}

static void assert_says(const scene *s, const char *words)
{
    assert_true(s->w.full);
    if (!strstr(s->w.limit_note, words))
        fail_msg("'%s' is not in: %s", words, s->w.limit_note);
}

static void the_limit_of_the_system_is_named_with_its_value_and_the_way_out(void **state)
{
    const bench *b = *state;
    scene s;
    char value[40] = "", words[100];
    FILE *f = fopen("/proc/sys/fs/inotify/max_user_watches", "re");
    assert_non_null(f);
    assert_non_null(fgets(value, sizeof value, f));
    fclose(f);
    value[strcspn(value, "\n")] = '\0';
    begin(b, &s, 1000);
    allowed = 3;
    refusal = ENOSPC;
    add(&s, 0, 9);
    assert_int_equal(s.w.count, 3);
    assert_says(&s, "no more watches after 3 directories");
    assert_says(&s, "sysctl -w ");
    assert_says(&s, ".max_");
    snprintf(words, sizeof words, "is %s for all programs of this user", value);
    if (!strstr(s.w.limit_note, "user.max_inotify_watches")) /* a container with a lower one */
        assert_says(&s, words);
    assert_true(strlen(s.w.limit_note) + 1 < sizeof s.w.limit_note);
    allowed = 1000; /* raised meanwhile */
    s.w.full = false;
    add(&s, 0, 9);
    assert_false(s.w.full);
    assert_int_equal(s.w.count, 9);
    end(&s);
}

static void the_limit_of_the_setting_is_named(void **state)
{
    scene s;
    begin(*state, &s, 4);
    add(&s, 0, 9);
    assert_int_equal(s.w.count, 4);
    assert_says(&s, "4 directories are watched");
    assert_says(&s, "watch.directories");
    end(&s);
}

static void a_directory_that_cannot_be_opened_for_want_of_descriptors_is_a_limit(void **state)
{
    scene s;
    struct rlimit was, none = {0};
    begin(*state, &s, 1000);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    none.rlim_max = was.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_file_stamp stamp;
    add(&s, 0, 2);
    gaz_status read = gaz_worktree_read(s.wt, "d1/f", 100, &text, &stamp, &err);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(s.w.count, 0);
    assert_says(&s, "cannot open 'd0': Too many open files");
    assert_says(&s, "all of the tree is compared");
    assert_int_equal(read, GAZ_E_BUSY); /* and the file is not taken for unreadable */
    assert_non_null(strstr(err.hint, "ulimit -n"));
    gaz_error_clear(&err);
    gaz_strbuf_release(&text);
    end(&s);
}

static void other_refusals_are_told_and_what_has_gone_is_none(void **state)
{
    scene s;
    static const int harmless[] = {ENOENT, ENOTDIR, EACCES};
    begin(*state, &s, 1000);
    assert_ok(watch_dirs_add(&s.w, s.wt, "not/there", &err));
    assert_ok(watch_dirs_add(&s.w, s.wt, "d1/f", &err)); /* no directory any more */
    for (size_t i = 0; i < 3; i++) {
        allowed = 0;
        refusal = harmless[i];
        add(&s, 0, 2);
    }
    assert_false(s.w.full);
    refusal = EIO;
    add(&s, 2, 4);
    assert_says(&s, "cannot watch the directory 'd2': Input/output error");
    end(&s);
}

int main(void)
{
#define IN_BENCH(name) cmocka_unit_test_setup_teardown(name, bench_setup, bench_teardown)
    const struct CMUnitTest tests[] = {
        IN_BENCH(the_limit_of_the_system_is_named_with_its_value_and_the_way_out),
        IN_BENCH(the_limit_of_the_setting_is_named),
        IN_BENCH(a_directory_that_cannot_be_opened_for_want_of_descriptors_is_a_limit),
        IN_BENCH(other_refusals_are_told_and_what_has_gone_is_none),
    };
    return cmocka_run_group_tests_name("watch_dirs", tests, NULL, NULL);
}
