/* posix_spawn() starts the program: safe with threads, no shell in between. Its two outputs are
 * pipes read without blocking; the loop looks at the deadline and the watcher four times a second.
 * The program and the helpers it starts (ssh, index-pack, remote-https) are a process group of
 * their own, led by a guard: a child of ours that waits on a pipe whose other end only we hold.
 * When we are killed the pipe ends, and the guard ends the group. The guard also keeps the group's
 * number from being given to anybody else, and, since it has our open files, our locks until the
 * last helper is gone: the next to take the lock works alone. */
#include "run_program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "gaz/base/clock.h"

#define TICK_MS 250
#define END_TICK_MS 5      /* the same once its outputs are closed, where its end wakes nobody */
#define GRACE_US 2000000   /* between SIGTERM and SIGKILL */
#define GUARD_GRACE_MS 300 /* the same, when we are gone */
#define LINE_MAX_BYTES 1024
#define DRAIN_READS 16 /* at once, more than a pipe holds: a flood must not hide the deadline */

typedef struct run {
    const gaz_program *program;
    pid_t pid;
    int pidfd;    /* is readable when it has ended; -1: the system has none */
    pid_t guard;  /* leads the group */
    int lifeline; /* the guard waits for its end */
    int out, err_fd;
    char line[LINE_MAX_BYTES];
    size_t line_len;
    bool returned;             /* the last byte was a carriage return that ended a line */
    char last[LINE_MAX_BYTES]; /* the last whole line */
    bool ended;
    int wait_status;
} run;

static gaz_status setup_actions(posix_spawn_file_actions_t *actions, int out, int errors)
{
    int bad = posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDONLY, 0);
    bad |= posix_spawn_file_actions_adddup2(actions, out, 1);
    bad |= posix_spawn_file_actions_adddup2(actions, errors, 2);
    bad |= posix_spawn_file_actions_addclosefrom_np(actions, 3);
    return bad ? GAZ_E_NOMEM : GAZ_OK;
}

/* Only what is safe after fork() in a program with threads. Whoever reads our standard output must
 * see its end when we die, not when the guard does. */
static _Noreturn void guard_main(int in)
{
    static const struct timespec grace = {.tv_nsec = GUARD_GRACE_MS * 1000000L};
    char byte;
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_BLOCK, &all, NULL);
    setpgid(0, 0);
    for (int fd = 0; fd <= 2; fd++)
        close(fd);
    while (read(in, &byte, 1) < 0 && errno == EINTR)
        ;
    kill(0, SIGTERM); /* git removes its locks then */
    nanosleep(&grace, NULL);
    kill(0, SIGKILL);
    _exit(0);
}

static gaz_status start_guard(run *r, gaz_error *err)
{
    int fds[2];
    if (pipe2(fds, O_CLOEXEC) != 0)
        return gaz_error_errno(err, "cannot make a pipe for '%s'", r->program->argv[0]);
    r->guard = fork();
    if (r->guard == 0) {
        close(fds[1]);
        guard_main(fds[0]);
    }
    close(fds[0]);
    if (r->guard < 0) {
        close(fds[1]);
        return gaz_error_errno(err, "cannot start a process to guard '%s'", r->program->argv[0]);
    }
    setpgid(r->guard, r->guard); /* whichever of the two comes first */
    r->lifeline = fds[1];
    return GAZ_OK;
}

/* Ends whatever is left of the group, the guard included. */
static void end_group(run *r)
{
    if (r->guard <= 0)
        return;
    kill(-r->guard, SIGKILL);
    while (waitpid(r->guard, NULL, 0) < 0 && errno == EINTR)
        ;
    close(r->lifeline);
}

static gaz_status setup_attributes(posix_spawnattr_t *attributes, pid_t group)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    int bad = posix_spawnattr_setpgroup(attributes, group);
    bad |= posix_spawnattr_setsigmask(attributes, &none);
    bad |= posix_spawnattr_setsigdefault(attributes, &all);
    bad |= posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                                    POSIX_SPAWN_SETSIGDEF);
    return bad ? GAZ_E_NOMEM : GAZ_OK;
}

static gaz_status start(run *r, int out, int errors, gaz_error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    const char *name = r->program->argv[0];
    if (posix_spawn_file_actions_init(&actions) != 0)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory starting '%s'", name);
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory starting '%s'", name);
    }
    gaz_status st = setup_actions(&actions, out, errors);
    if (st == GAZ_OK)
        st = setup_attributes(&attributes, r->guard);
    if (st != GAZ_OK)
        gaz_error_set(err, st, "out of memory starting '%s'", name);
    /* posix_spawnp() promises not to change what these point to. */
    union {
        const char *const *in;
        char *const *out;
    } argv = {.in = r->program->argv}, envp = {.in = r->program->envp};
    if (st == GAZ_OK &&
        (errno = posix_spawnp(&r->pid, name, &actions, &attributes, argv.out, envp.out)) != 0) {
        st = gaz_error_errno(err, "cannot start the program '%s'", name);
        if (st == GAZ_E_NOT_FOUND)
            gaz_error_hint(err, "install it; on Debian: apt-get install %s", name);
    }
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return st;
}

static gaz_status watch(run *r, const char *line, gaz_error *err)
{
    return r->program->watch ? r->program->watch(r->program->ctx, line, err) : GAZ_OK;
}

/* A line for the message of a failure. */
static void keep_line(run *r)
{
    gaz_strbuf *errors = r->program->errors;
    if (!errors)
        return;
    if (errors->len + strlen(r->last) + 1 > GAZ_PROGRAM_ERRORS_MAX)
        gaz_strbuf_reset(errors);
    gaz_strbuf_puts(errors, r->last);
    gaz_strbuf_putc(errors, '\n');
}

/* Ends a line: those ended by a carriage return are progress and only shown, others are kept. */
static gaz_status end_line(run *r, char how, gaz_error *err)
{
    if (!r->line_len)
        return GAZ_OK;
    r->line[r->line_len] = '\0';
    memcpy(r->last, r->line, r->line_len + 1);
    r->line_len = 0;
    if (how == '\n')
        keep_line(r);
    return watch(r, r->last, err);
}

/* ssh ends its lines with both. */
static gaz_status take_errors(run *r, const char *data, size_t len, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < len && st == GAZ_OK; i++) {
        unsigned char c = (unsigned char)data[i];
        if (c == '\n' && r->returned)
            keep_line(r);
        else if (c != '\n' && c != '\r' && r->line_len + 1 < sizeof r->line)
            r->line[r->line_len++] = c < 0x20 || c == 0x7f ? ' ' : (char)c;
        r->returned = c == '\r' && r->line_len;
        if (c == '\n' || c == '\r')
            st = end_line(r, (char)c, err);
    }
    return st;
}

/* Reads what is there. *open turns false at the end of the pipe. */
static gaz_status drain(run *r, int fd, bool is_error, bool *open, gaz_error *err)
{
    char buffer[16384];
    gaz_status st = GAZ_OK;
    for (unsigned reads = 0; st == GAZ_OK && reads < DRAIN_READS; reads++) {
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return GAZ_OK;
        if (n <= 0) {
            *open = false;
            return is_error ? end_line(r, '\n', err) : GAZ_OK;
        }
        if (is_error)
            st = take_errors(r, buffer, (size_t)n, err);
        else if (r->program->output) {
            if (r->program->output->len + (size_t)n > GAZ_PROGRAM_OUTPUT_MAX)
                return gaz_error_set(err, GAZ_E_LIMIT, "'%s' printed more than %zu bytes",
                                     r->program->argv[0], GAZ_PROGRAM_OUTPUT_MAX);
            gaz_strbuf_add(r->program->output, buffer, (size_t)n);
            st = gaz_strbuf_check(r->program->output, err);
        }
    }
    return st;
}

/* Looks whether the program has ended, without collecting it: while it is there its group keeps its
 * number. */
static void look(run *r)
{
    siginfo_t info = {.si_pid = 0};
    if (!r->ended &&
        (waitid(P_PID, (id_t)r->pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 ? errno != EINTR
                                                                              : info.si_pid != 0))
        r->ended = true;
}

/* Ends the group: politely, so that git removes its locks, then for certain, with helpers that
 * outlived their leader. */
static void stop(run *r)
{
    int64_t limit = gaz_now_us() + GRACE_US;
    look(r);
    if (!r->ended)
        kill(-r->guard, SIGTERM);
    for (look(r); !r->ended && gaz_now_us() < limit; look(r))
        poll(NULL, 0, 10);
    kill(-r->guard, SIGKILL);
    while (waitpid(r->pid, &r->wait_status, 0) < 0)
        if (errno != EINTR) {
            r->wait_status = 127 << 8; /* somebody else has collected it */
            break;
        }
}

/* Until the program has ended and what it wrote is read. One that closes its outputs and lives on
 * is watched like any other. */
static gaz_status loop(run *r, gaz_error *err)
{
    bool out_open = true, err_open = true;
    int64_t next_tick = 0;
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK) {
        struct pollfd fds[3] = {{.fd = out_open ? r->out : -1, .events = POLLIN},
                                {.fd = err_open ? r->err_fd : -1, .events = POLLIN},
                                {.fd = r->pidfd, .events = POLLIN}};
        bool woken = out_open || err_open || r->pidfd >= 0;
        if (poll(fds, 3, woken ? TICK_MS : END_TICK_MS) < 0 && errno != EINTR)
            return gaz_error_errno(err, "cannot wait for '%s'", r->program->argv[0]);
        bool ended = r->ended;
        if (out_open)
            st = drain(r, r->out, false, &out_open, err);
        if (st == GAZ_OK && err_open)
            st = drain(r, r->err_fd, true, &err_open, err);
        if (ended) /* all it wrote has been read; what else holds the pipes is not waited for */
            break;
        look(r);
        if (r->ended && !out_open && !err_open)
            break;
        if (st == GAZ_OK && gaz_expired(r->program->deadline_us))
            st = gaz_error_set(err, GAZ_E_TIMEOUT, "'%s' took longer than it may",
                               r->program->argv[0]);
        if (st == GAZ_OK && gaz_now_us() >= next_tick) {
            st = watch(r, r->last, err);
            next_tick = gaz_now_us() + TICK_MS * 1000;
        }
    }
    return st;
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

gaz_status gaz_program_run(const gaz_program *program, int *exit_code, gaz_error *err)
{
    run r = {.program = program, .pidfd = -1, .guard = -1, .lifeline = -1, .out = -1, .err_fd = -1};
    int out[2] = {-1, -1}, errors[2] = {-1, -1};
    gaz_status st = start_guard(&r, err); /* before the pipes, whose ends it would keep open */
    if (st != GAZ_OK)
        return st;
    if (pipe2(out, O_CLOEXEC) != 0 || pipe2(errors, O_CLOEXEC) != 0) {
        st = gaz_error_errno(err, "cannot make a pipe for '%s'", program->argv[0]);
        goto done;
    }
    st = start(&r, out[1], errors[1], err);
    if (st != GAZ_OK)
        goto done;
    close_fd(&out[1]);
    close_fd(&errors[1]);
    r.out = out[0];
    r.err_fd = errors[0];
    fcntl(r.out, F_SETFL, O_NONBLOCK);
    fcntl(r.err_fd, F_SETFL, O_NONBLOCK);
    r.pidfd = pidfd_open(r.pid, 0);
    st = loop(&r, err);
    stop(&r);
    close_fd(&r.pidfd);
    if (st == GAZ_OK)
        *exit_code =
            WIFEXITED(r.wait_status) ? WEXITSTATUS(r.wait_status) : 128 + WTERMSIG(r.wait_status);
done:
    end_group(&r);
    close_fd(&out[0]);
    close_fd(&out[1]);
    close_fd(&errors[0]);
    close_fd(&errors[1]);
    return st;
}
