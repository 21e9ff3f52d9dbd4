/* Starting the servers and asking them for faults. */
#include "git_servers.h"
#include "gaz_test.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/fs.h"

static char *next_buffer(void)
{
    static char buffers[8][900];
    static unsigned at;
    return buffers[at++ % 8];
}

const char *servers_file(const git_servers *s, const char *name)
{
    char *text = next_buffer();
    snprintf(text, 900, "%s/%s", s->dir, name);
    return text;
}

const char *servers_url(const git_servers *s, git_door door, const char *name)
{
    static const char *const schemes[] = {
        [DOOR_HTTP] = "http", [DOOR_HTTPS] = "https",     [DOOR_SELF] = "https",
        [DOOR_SSH] = "ssh",   [DOOR_HTTP_PROXY] = "http", [DOOR_SSH_PROXY] = "ssh"};
    char *text = next_buffer();
    bool ssh = door == DOOR_SSH || door == DOOR_SSH_PROXY;
    snprintf(text, 900, "%s://127.0.0.1:%u%s%s/%s", schemes[door], s->ports[door],
             ssh ? s->dir : "", ssh ? "/remote" : "", name);
    return text;
}

static void launch(git_servers *s, int out)
{
    char script[700];
    const char *source = getenv("GAZ_SOURCE_DIR");
    snprintf(script, sizeof script, "%s/tests/support/git_servers.py", source ? source : ".");
    fflush(NULL);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid > 0)
        return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out, STDOUT_FILENO);
    execlp("python3", "python3", script, s->dir, (char *)NULL);
    _exit(127);
}

void servers_start(git_servers *s, const char *dir)
{
    static const char *const names[] = {
        " http=", " https=", " self=", " ssh=", " http_proxy=", " ssh_proxy="};
    char line[400] = "";
    size_t len = 0;
    int fds[2];
    snprintf(s->dir, sizeof s->dir, "%s", dir);
    assert_int_equal(0, pipe2(fds, O_CLOEXEC));
    launch(s, fds[1]);
    close(fds[1]);
    for (ssize_t n; len + 1 < sizeof line && !strchr(line, '\n') &&
                    (n = read(fds[0], line + len, sizeof line - 1 - len)) > 0;)
        len += (size_t)n;
    close(fds[0]);
    if (strncmp(line, "ready", 5) != 0) {
        servers_stop(s);
        fail_msg("the git servers do not start: are python3, openssl, git, openssh-client and "
                 "openssh-server installed?");
    }
    for (size_t i = 0; i < DOOR_COUNT; i++) {
        const char *at = strstr(line, names[i]);
        assert_non_null(at);
        s->ports[i] = (unsigned)strtoul(at + strlen(names[i]), NULL, 10);
    }
}

void servers_stop(git_servers *s)
{
    int ended;
    if (s->pid <= 0)
        return;
    kill(s->pid, SIGKILL);
    waitpid(s->pid, &ended, 0);
    s->pid = 0;
}

void servers_fault(const git_servers *s, const char *kind, unsigned long bytes)
{
    char text[60];
    int n = snprintf(text, sizeof text, "%s %lu\n", kind ? kind : "", bytes);
    unlink(servers_file(s, "held"));
    if (kind)
        assert_int_equal(GAZ_OK,
                         gaz_file_write(servers_file(s, "fault"), text, (size_t)n, 0600, NULL));
    else
        unlink(servers_file(s, "fault"));
}

unsigned servers_requests(const git_servers *s, const char *words)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    unsigned count = 0;
    if (gaz_file_read(servers_file(s, "requests"), (size_t)1 << 24, &text, NULL) == GAZ_OK)
        for (const char *at = text.data; (at = strstr(at, words)) != NULL; at++)
            count++;
    gaz_strbuf_release(&text);
    return count;
}
