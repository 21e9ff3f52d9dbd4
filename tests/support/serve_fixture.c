/* See the header. A killed server leaves server.json behind: whose it is says the process number in
 * it. */
#include "gaz_test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "run_tool.h"
#include "serve_fixture.h"

/* ---- HTTP, as little as is needed ---- */

static int connect_to(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = SERVE_PATIENCE_MS / 1000};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
                    connect(fd, (struct sockaddr *)&to, sizeof to) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

int serve_ask(const serve *s, const char *target, const char *body, gaz_strbuf *out)
{
    char head[1024];
    gaz_strbuf_reset(out);
    int fd = connect_to(s->port), status = 0,
        n = snprintf(head, sizeof head,
                     "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Type: "
                     "application/json\r\nContent-Length: %zu\r\n\r\n%s",
                     body ? "POST" : "GET", target, s->address, body ? strlen(body) : 0,
                     body ? body : "");
    if (fd < 0)
        return 0;
    ssize_t got = send(fd, head, (size_t)n, MSG_NOSIGNAL);
    while (got > 0) {
        char buffer[4096];
        got = recv(fd, buffer, sizeof buffer, 0);
        if (got > 0)
            gaz_strbuf_add(out, buffer, (size_t)got);
    }
    close(fd);
    if (got != 0 || !out->len || gaz_strbuf_check(out, NULL) != GAZ_OK)
        return 0;
    const char *end = strstr(out->data, "\r\n\r\n"),
               *length = strcasestr(out->data, "\ncontent-length:");
    bool whole = end && length && length < end &&
                 strlen(end + 4) == strtoul(length + strlen("\ncontent-length:"), NULL, 10);
    return whole && sscanf(out->data, "HTTP/1.1 %d", &status) == 1 ? status : 0;
}

int64_t serve_number(const char *text, const char *key)
{
    const char *at = strstr(text, key);
    return at ? strtoll(at + strlen(key), NULL, 10) : -1;
}

/* ---- the server ---- */

void serve_show_log(const serve *s)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    if (gaz_file_read(s->log, 1 << 20, &text, NULL) == GAZ_OK && text.len)
        fprintf(stderr, "%s", text.data);
    gaz_strbuf_release(&text);
}

static void launch(serve *s)
{
    fflush(NULL);
    s->pid = fork();
    assert_true(s->pid >= 0);
    if (s->pid > 0)
        return;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
    int log = open(s->log, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(log, STDOUT_FILENO);
    dup2(log, STDERR_FILENO);
    execl(s->program, "gaz", "serve", "--listen", "127.0.0.1:0", (char *)NULL);
    _exit(127);
}

/* Waits until the server that was launched says where it listens: a killed one left its word. */
void serve_start(serve *s)
{
    char path[700];
    gaz_strbuf text = GAZ_STRBUF_INIT;
    snprintf(path, sizeof path, "%s/server.json", s->home);
    launch(s);
    for (int64_t deadline = gaz_deadline(SERVE_PATIENCE_MS);;) {
        int ended;
        gaz_strbuf_reset(&text);
        if (gaz_file_read(path, 4096, &text, NULL) == GAZ_OK && text.len &&
            serve_number(text.data, "\"pid\":") == s->pid)
            break;
        if (waitpid(s->pid, &ended, WNOHANG) == s->pid || gaz_now_us() > deadline) {
            serve_show_log(s);
            fail_msg("the server does not come up");
        }
        usleep(5000);
    }
    const char *at = strstr(text.data, "\"address\":\"");
    assert_non_null(at);
    assert_int_equal(sscanf(at, "\"address\":\"%63[^\"]", s->address), 1);
    s->port = (unsigned)serve_number(s->address, "127.0.0.1:");
    gaz_strbuf_release(&text);
}

/* Whether a process has the home among its words. */
static bool somebody_is_left(const serve *s)
{
    DIR *d = opendir("/proc");
    bool found = false;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) && !found;) {
        char path[300], words[2000];
        snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
        int fd = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        ssize_t n = fd >= 0 ? read(fd, words, sizeof words) : -1;
        found = n > 0 && memmem(words, (size_t)n, s->home, strlen(s->home));
        if (fd >= 0)
            close(fd);
    }
    closedir(d);
    return found;
}

void serve_kill(serve *s)
{
    int ended = 0;
    assert_int_equal(0, kill(s->pid, SIGKILL));
    assert_int_equal(s->pid, waitpid(s->pid, &ended, 0));
    if (!WIFSIGNALED(ended) || WTERMSIG(ended) != SIGKILL) {
        serve_show_log(s);
        fail_msg("the server had ended by itself, wait status %d", ended);
    }
    for (int64_t deadline = gaz_deadline(SERVE_PATIENCE_MS); somebody_is_left(s); usleep(2000))
        if (gaz_now_us() > deadline)
            fail_msg("a worker outlives its server");
}

void serve_stop(serve *s)
{
    int ended = 0;
    assert_int_equal(0, kill(s->pid, SIGTERM));
    assert_int_equal(s->pid, waitpid(s->pid, &ended, 0));
    if (!WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
        serve_show_log(s);
        fail_msg("the server ends with wait status %d", ended);
    }
}

void serve_init(serve *s, const char *dir)
{
    const char *build = getenv("GAZ_BUILD_DIR");
    *s = (serve){.pid = -1};
    snprintf(s->home, sizeof s->home, "%s/home", dir);
    snprintf(s->log, sizeof s->log, "%s/log", dir);
    snprintf(s->program, sizeof s->program, "%s/gaz", build ? build : ".");
    assert_int_equal(0, access(s->program, X_OK));
    setenv("GAZ_HOME", s->home, 1);
}

int serve_run(const serve *s, const char *first, const char *second, gaz_strbuf *out)
{
    const char *const argv[] = {s->program, first, second, NULL};
    return run_tool(&(tool){.argv = argv, .loud = true}, out);
}
