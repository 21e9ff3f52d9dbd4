/* posix_spawn() and a pipe; input comes from a file, so that neither side can wait for the other.
 */
#include "gaz_test.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "run_tool.h"

extern char **environ;

static void add_actions(const tool *t, posix_spawn_file_actions_t *actions, int out)
{
    assert_int_equal(posix_spawn_file_actions_init(actions), 0);
    assert_int_equal(posix_spawn_file_actions_addopen(actions, 0, t->input ? t->input : "/dev/null",
                                                      O_RDONLY, 0),
                     0);
    assert_int_equal(posix_spawn_file_actions_adddup2(actions, out, 1), 0);
    if (!t->loud)
        assert_int_equal(posix_spawn_file_actions_addopen(actions, 2, "/dev/null", O_WRONLY, 0), 0);
    if (t->dir)
        assert_int_equal(posix_spawn_file_actions_addchdir_np(actions, t->dir), 0);
}

int run_tool(const tool *t, gaz_strbuf *out)
{
    int fd[2], status = 0;
    pid_t pid = 0;
    posix_spawn_file_actions_t actions;
    char buffer[65536];
    ssize_t n;
    assert_int_equal(pipe2(fd, O_CLOEXEC), 0);
    add_actions(t, &actions, fd[1]);
    int rc =
        posix_spawnp(&pid, t->argv[0], &actions, NULL, (char *const *)(uintptr_t)t->argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(fd[1]);
    if (rc != 0)
        fail_msg("cannot run %s: %s", t->argv[0], strerror(rc));
    while ((n = read(fd[0], buffer, sizeof buffer)) > 0)
        if (out)
            gaz_strbuf_add(out, buffer, (size_t)n);
    close(fd[0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (!WIFEXITED(status))
        fail_msg("%s was ended by signal %d", t->argv[0], WTERMSIG(status));
    if (out)
        assert_int_equal(gaz_strbuf_check(out, NULL), GAZ_OK);
    return WEXITSTATUS(status);
}

char *run_git(const char *dir, ...)
{
    const char *argv[20] = {
        "git", "-C", dir, "-c", "user.name=T", "-c", "user.email=t@example.org"};
    size_t n = 7;
    va_list args;
    gaz_strbuf out = GAZ_STRBUF_INIT;
    va_start(args, dir);
    for (const char *word; (word = va_arg(args, const char *)) != NULL;) {
        assert_true(n < 19);
        argv[n++] = word;
    }
    va_end(args);
    if (run_tool(&(tool){.argv = argv, .loud = true}, &out) != 0)
        fail_msg("git %s failed in %s", argv[7], dir);
    while (out.len && out.data[out.len - 1] == '\n')
        gaz_strbuf_truncate(&out, out.len - 1);
    char *text = gaz_strbuf_detach(&out, NULL);
    assert_non_null(text);
    return text;
}
