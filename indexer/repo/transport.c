/* Bringing repositories here with the `git` program. libgit2 could do it, but its ssh is too old
 * for today's servers and it has no shallow or filtered transfer. The program is started without a
 * shell and with nothing inherited: no system or user configuration, no hooks, no helpers for
 * passwords, no prompts, no protocols but those allowed. Host names are looked up once, judged, and
 * pinned, so that a name cannot change its address between the check and the connection. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "git_config.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "run_program.h"
#include "repo.h"
#include "clone_source.h"

#define ARGS_MAX 64
#define SIZE_CHECK_US 2000000

/* Objects are not checked by fsck on arrival: half of all old repositories fail it, and what is
 * read here is checked here. */
static const char *const settings[] = {
    "core.hooksPath=/dev/null",   "core.fsmonitor=false",         "core.askPass=/bin/false",
    "credential.helper=",         "credential.interactive=never", "protocol.ext.allow=never",
    "protocol.fd.allow=never",    "transfer.fsckObjects=false",   "transfer.bundleURI=false",
    "fetch.recurseSubmodules=no", "submodule.recurse=false",      "http.followRedirects=false",
    "http.lowSpeedLimit=100",     "http.lowSpeedTime=60",         "http.sslVerify=true",
    "gc.autoDetach=false",        "advice.detachedHead=false",    "init.defaultBranch=main",
};

typedef struct job {
    const gaz_transport *transport;
    const char *dir; /* whose size is limited */
    int64_t next_size_us;
    int64_t deadline_us;
    gaz_source source;
    gaz_strbuf addresses; /* pinned; empty when they are not checked */
    gaz_strbuf ssh, pin;
    gaz_strbuf env; /* "NAME=value\0" after each other */
    const char *argv[ARGS_MAX];
    size_t args;
    const char *envp[ARGS_MAX];
} job;

static void job_release(job *j)
{
    gaz_strbuf_release(&j->addresses);
    gaz_strbuf_release(&j->ssh);
    gaz_strbuf_release(&j->pin);
    gaz_strbuf_release(&j->env);
}

static void pass_on(gaz_strbuf *env, const char *name)
{
    const char *value = getenv(name);
    if (value)
        gaz_strbuf_printf(env, "%s=%s%c", name, value, 0);
}

/* ssh looks names up itself and would read the operator's configuration for them: told the address,
 * it does neither. Host and addresses hold only letters, digits and ".:_-", so they are safe in the
 * command line that git hands to a shell. */
static void form_ssh(job *j)
{
    gaz_strbuf_puts(
        &j->ssh,
        "ssh -oBatchMode=yes -oConnectTimeout=20 -oServerAliveInterval=20 -oForwardAgent=no "
        "-oClearAllForwardings=yes -oPermitLocalCommand=no");
    if (!j->addresses.len || j->source.scheme != GAZ_SCHEME_SSH)
        return;
    size_t n = strcspn(j->addresses.data, ",");
    bool bracket = j->addresses.data[0] == '[';
    gaz_strbuf_printf(&j->ssh, " -oHostName=%.*s -oProxyCommand=none -oProxyJump=none",
                      (int)(bracket ? n - 2 : n), j->addresses.data + (bracket ? 1 : 0));
    if (j->source.port == 22)
        gaz_strbuf_printf(&j->ssh, " -oHostKeyAlias=%s", j->source.host);
    else
        gaz_strbuf_printf(&j->ssh, " '-oHostKeyAlias=[%s]:%u'", j->source.host, j->source.port);
}

static void form_env(job *j)
{
    static const char *const fixed[] = {"GIT_CONFIG_NOSYSTEM=1",
                                        "GIT_CONFIG_SYSTEM=/dev/null",
                                        "GIT_CONFIG_GLOBAL=/dev/null",
                                        "GIT_TERMINAL_PROMPT=0",
                                        "GIT_ASKPASS=/bin/false",
                                        "SSH_ASKPASS=/bin/false",
                                        "SSH_ASKPASS_REQUIRE=never",
                                        "GIT_SSH_VARIANT=ssh",
                                        "GIT_ATTR_NOSYSTEM=1",
                                        "GIT_NO_REPLACE_OBJECTS=1",
                                        "GIT_OPTIONAL_LOCKS=0",
                                        "HOME=/nonexistent",
                                        "LC_ALL=C"};
    static const char *const inherited[] = {"PATH",          "TMPDIR",       "SSH_AUTH_SOCK",
                                            "SSL_CERT_FILE", "SSL_CERT_DIR", "GIT_SSL_CAINFO"};
    static const char *const proxies[] = {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy",
                                          "ALL_PROXY",  "no_proxy",    "NO_PROXY"};
    for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
        gaz_strbuf_add(&j->env, fixed[i], strlen(fixed[i]) + 1);
    for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++)
        pass_on(&j->env, inherited[i]);
    /* A proxy looks names up itself, which no pin reaches. */
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0] && j->transport->allow_private; i++)
        pass_on(&j->env, proxies[i]);
    gaz_strbuf_printf(&j->env, "GIT_ALLOW_PROTOCOL=https:http:ssh%s%c",
                      j->transport->allow_local ? ":file" : "", 0);
    gaz_strbuf_printf(&j->env, "GIT_SSH_COMMAND=%s%c", j->ssh.data, 0);
}

static gaz_status finish_env(job *j, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&j->env, err);
    size_t n = 0;
    for (size_t at = 0; st == GAZ_OK && at < j->env.len; at += strlen(j->env.data + at) + 1) {
        if (n + 1 >= ARGS_MAX)
            return gaz_error_set(err, GAZ_E_INTERNAL, "too many variables for git");
        j->envp[n++] = j->env.data + at;
    }
    j->envp[n] = NULL;
    return st;
}

/* Checks the source and prepares what all runs of git share. */
static gaz_status job_init(job *j, const char *url, const gaz_transport *transport, gaz_error *err)
{
    *j = (job){.transport = transport,
               .deadline_us =
                   transport->timeout_ms > 0 ? gaz_deadline(transport->timeout_ms) : GAZ_NEVER,
               .addresses = GAZ_STRBUF_INIT,
               .ssh = GAZ_STRBUF_INIT,
               .pin = GAZ_STRBUF_INIT,
               .env = GAZ_STRBUF_INIT};
    gaz_status st = gaz_source_admit(url, transport, &j->source, &j->addresses, err);
    if (st != GAZ_OK)
        return st;
    if (j->source.scheme == GAZ_SCHEME_PATH) {
        gaz_error_set(err, GAZ_E_INVALID, "'%s' is a path, not a URL", url);
        gaz_error_hint(err, "a repository on this machine is read in place");
        return GAZ_E_INVALID;
    }
    form_ssh(j);
    form_env(j);
    bool http = j->source.scheme == GAZ_SCHEME_HTTP || j->source.scheme == GAZ_SCHEME_HTTPS;
    if (http && j->addresses.len)
        gaz_strbuf_printf(&j->pin, "http.curloptResolve=%s:%u:%s", j->source.host, j->source.port,
                          j->addresses.data);
    st = gaz_strbuf_check(&j->ssh, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&j->pin, err);
    return st == GAZ_OK ? finish_env(j, err) : st;
}

static void arg(job *j, const char *text)
{
    if (j->args + 1 < ARGS_MAX)
        j->argv[j->args++] = text;
    j->argv[j->args] = NULL;
}

/* Begins a command line: git, its settings, and the repository when one is given. */
static void begin(job *j, const char *git_dir)
{
    j->args = 0;
    arg(j, "git");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++) {
        arg(j, "-c");
        arg(j, settings[i]);
    }
    if (j->pin.len) {
        arg(j, "-c");
        arg(j, j->pin.data);
    }
    if (git_dir) {
        arg(j, "--git-dir");
        arg(j, git_dir);
    }
}

static gaz_status watch(void *ctx, const char *line, gaz_error *err)
{
    job *j = ctx;
    if (j->transport->progress && !j->transport->progress(j->transport->ctx, line))
        return gaz_error_set(err, GAZ_E_CANCELLED, "the transfer was cancelled");
    uint64_t bytes = 0;
    if (!j->transport->max_bytes || !j->dir || gaz_now_us() < j->next_size_us)
        return GAZ_OK;
    j->next_size_us = gaz_now_us() + SIZE_CHECK_US;
    if (gaz_dir_size(j->dir, &bytes, NULL) == GAZ_OK && bytes > j->transport->max_bytes) {
        gaz_error_set(err, GAZ_E_LIMIT, "the repository is larger than %llu bytes",
                      (unsigned long long)j->transport->max_bytes);
        gaz_error_hint(err,
                       "raise the limit in the settings when a repository of this size is meant");
        return GAZ_E_LIMIT;
    }
    return GAZ_OK;
}

typedef struct advice {
    const char *contains, *hint;
} advice;

static const advice known_failures[] = {
    {"could not read Username",
     "the repository is private or does not exist; use an ssh URL whose key the server knows"},
    {"Authentication failed",
     "the repository is private; use an ssh URL whose key the server knows"},
    {"Host key verification failed",
     "add the server's key to ~/.ssh/known_hosts, for example with ssh-keyscan, after checking it"},
    {"Permission denied (publickey", "give the server the public half of this machine's ssh key"},
    {"returned error: 30",
     "the repository has moved, and redirects are not followed; use its new URL"},
    {"not found", "check the URL; a private repository also looks as if it were not there"},
    {"does not appear to be a git repository",
     "check the URL; a private repository also looks as if it were not there"},
    {"Could not resolve host", "check the spelling, and that this machine can look up names"},
    {"SSL certificate problem", "name the authority's certificate in SSL_CERT_FILE"},
    {"No space left on device", "free some disk space and run it again"},
};

/* Hides what stands between "://" and '@'. */
static void hide_user(char *text)
{
    for (char *p = strstr(text, "://"); p; p = strstr(p + 3, "://")) {
        size_t n = strcspn(p + 3, "/ '\"");
        char *at = memrchr(p + 3, '@', n);
        if (at)
            memset(p + 3, '*', (size_t)(at - (p + 3)));
    }
}

/* The line of git's complaint that says most: the first "fatal:" or "ERROR", else the last line. */
static gaz_status complain(const char *doing, const gaz_strbuf *errors, int code, gaz_error *err)
{
    static const char *const starts[] = {"ERROR: ", "fatal: ", "error: "};
    const char *best = NULL, *last = "";
    for (size_t i = 0; i < sizeof starts / sizeof starts[0] && !best; i++) {
        best = strstr(errors->data, starts[i]);
        if (best && best > errors->data && best[-1] != '\n')
            best = NULL;
        if (best)
            best += strlen(starts[i]);
    }
    for (const char *p = errors->data; *p; p += strcspn(p, "\n") + (strchr(p, '\n') ? 1 : 0))
        last = p;
    char line[256];
    snprintf(line, sizeof line, "%.*s", (int)strcspn(best ? best : last, "\n"), best ? best : last);
    hide_user(line);
    gaz_error_set(err, GAZ_E_REMOTE, "%s failed: %s%s", doing, line,
                  line[0] ? "" : "git gave no reason");
    for (size_t i = 0; i < sizeof known_failures / sizeof known_failures[0]; i++)
        if (strstr(errors->data, known_failures[i].contains))
            gaz_error_hint(err, "%s", known_failures[i].hint);
    gaz_error_hint(err, "git's exit code was %d", code);
    return GAZ_E_REMOTE;
}

static gaz_status run(job *j, const char *doing, gaz_strbuf *output, gaz_error *err)
{
    gaz_strbuf errors = GAZ_STRBUF_INIT;
    int code = 0;
    if (j->args + 1 >= ARGS_MAX)
        return gaz_error_set(err, GAZ_E_INTERNAL, "too many arguments for git");
    gaz_program program = {.argv = j->argv,
                           .envp = j->envp,
                           .deadline_us = j->deadline_us,
                           .watch = watch,
                           .ctx = j,
                           .output = output,
                           .errors = &errors};
    gaz_status st = gaz_program_run(&program, &code, err);
    if (st == GAZ_E_TIMEOUT)
        gaz_error_hint(
            err, "allow more time in the settings, or try again when the server is less busy");
    if (st == GAZ_OK && code != 0)
        st = complain(doing, &errors, code, err);
    gaz_strbuf_release(&errors);
    return st;
}

/* Pins work from git 2.37 on; before, the setting is passed over without a word. */
static gaz_status check_version(job *j, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    unsigned major = 0, minor = 0;
    j->args = 0;
    arg(j, "git");
    arg(j, "version");
    gaz_status st = run(j, "asking git for its version", &text, err);
    if (st == GAZ_OK && (sscanf(text.data, "git version %u.%u", &major, &minor) != 2 || major < 2 ||
                         (major == 2 && minor < 37))) {
        st = gaz_error_set(err, GAZ_E_UNSUPPORTED, "git 2.37 or later is needed");
        gaz_error_hint(err, "install a newer git");
    }
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status clone_into(job *j, const char *url, const char *dir, gaz_error *err)
{
    gaz_repo *repo = NULL;
    begin(j, NULL);
    static const char *const args[] = {
        "clone",      "--bare", "--template=", "--no-hardlinks", "--no-recurse-submodules",
        "--progress", "--"};
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++)
        arg(j, args[i]);
    arg(j, url);
    arg(j, dir);
    gaz_status st = run(j, "cloning", NULL, err);
    if (st == GAZ_OK)
        st = gaz_repo_open(dir, &repo, err);
    gaz_repo_close(repo);
    return st;
}

/* The work directory beside `dest`, locked so that two clones cannot share it and emptied of what a
 * killed one left. */
static gaz_status open_partial(const char *dest, gaz_strbuf *partial, gaz_strbuf *repo, int *lock,
                               gaz_error *err)
{
    struct stat here, locked;
    gaz_strbuf_printf(partial, "%s.partial", dest);
    gaz_strbuf_printf(repo, "%s.partial/repo", dest);
    gaz_status st = gaz_strbuf_check(partial, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(repo, err);
    if (st == GAZ_OK)
        st = gaz_mkdir_all(partial->data, 0700, err);
    if (st != GAZ_OK)
        return st;
    *lock = open(partial->data, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (*lock < 0)
        return gaz_error_errno(err, "cannot open '%s'", partial->data);
    if (flock(*lock, LOCK_EX | LOCK_NB) != 0 || fstat(*lock, &locked) != 0 ||
        lstat(partial->data, &here) != 0 || here.st_ino != locked.st_ino) {
        close(*lock);
        *lock = -1;
        return gaz_error_set(err, GAZ_E_BUSY, "another clone to '%s' is running", dest);
    }
    return gaz_remove_all(repo->data, err);
}

gaz_status gaz_git_clone(const char *url, const char *dest, const gaz_transport *transport,
                         gaz_error *err)
{
    gaz_strbuf partial = GAZ_STRBUF_INIT, repo = GAZ_STRBUF_INIT;
    struct stat info;
    int lock = -1;
    job j;
    gaz_status st = job_init(&j, url, transport, err);
    if (st == GAZ_OK && lstat(dest, &info) == 0)
        st = gaz_error_set(err, GAZ_E_EXISTS, "cannot clone to '%s': it exists", dest);
    if (st == GAZ_OK)
        st = check_version(&j, err);
    if (st == GAZ_OK)
        st = open_partial(dest, &partial, &repo, &lock, err);
    j.dir = repo.data;
    if (st == GAZ_OK)
        st = clone_into(&j, url, repo.data, err);
    if (st == GAZ_OK && rename(repo.data, dest) != 0)
        st = gaz_error_errno(err, "cannot put the clone at '%s'", dest);
    if (lock >= 0) {
        /* A failure of the clean-up must not hide that of the clone. */
        gaz_status swept = gaz_remove_all(partial.data, st == GAZ_OK ? err : NULL);
        if (st == GAZ_OK)
            st = swept;
        close(lock);
    }
    gaz_strbuf_release(&partial);
    gaz_strbuf_release(&repo);
    job_release(&j);
    return st;
}

static gaz_status take_url(void *ctx, const char *section, const char *subsection, const char *key,
                           const char *value, gaz_error *err)
{
    gaz_strbuf *url = ctx;
    (void)err;
    if (strcmp(section, "remote") == 0 && strcmp(subsection, "origin") == 0 &&
        strcmp(key, "url") == 0) {
        gaz_strbuf_reset(url);
        gaz_strbuf_puts(url, value);
    }
    return GAZ_OK;
}

/* HEAD of the clone follows the remote's, when that names a branch that has come along. */
static gaz_status follow_head(job *j, const char *url, const char *git_dir, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    gaz_repo *repo = NULL;
    gaz_oid oid;
    begin(j, NULL);
    arg(j, "ls-remote");
    arg(j, "--symref");
    arg(j, "--");
    arg(j, url);
    arg(j, "HEAD");
    gaz_status st = run(j, "asking for the default branch", &text, err);
    char *tab =
        st == GAZ_OK && strncmp(text.data, "ref: ", 5) == 0 ? strstr(text.data, "\tHEAD\n") : NULL;
    if (!tab)
        goto done;
    *tab = '\0';
    const char *name = text.data + 5;
    st = gaz_repo_open(git_dir, &repo, err);
    if (st != GAZ_OK || strncmp(name, "refs/heads/", 11) != 0 ||
        gaz_ref_lookup(repo, name, &oid, NULL, NULL) != GAZ_OK)
        goto done;
    st = gaz_path_join(&path, git_dir, "HEAD", err);
    gaz_strbuf line = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&line, "ref: %s\n", name);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&line, err);
    if (st == GAZ_OK)
        st = gaz_file_write(path.data, line.data, line.len, 0600, err);
    gaz_strbuf_release(&line);
done:
    gaz_repo_close(repo);
    gaz_strbuf_release(&text);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status fetch_from(job *j, const char *url, const char *git_dir, gaz_error *err)
{
    static const char *const args[] = {"fetch",
                                       "--prune",
                                       "--force",
                                       "--no-tags",
                                       "--no-recurse-submodules",
                                       "--no-write-fetch-head",
                                       "--progress",
                                       "--"};
    begin(j, git_dir);
    for (size_t i = 0; i < sizeof args / sizeof args[0]; i++)
        arg(j, args[i]);
    arg(j, url);
    arg(j, "+refs/heads/*:refs/heads/*");
    arg(j, "+refs/tags/*:refs/tags/*");
    gaz_status st = run(j, "fetching", NULL, err);
    return st == GAZ_OK ? follow_head(j, url, git_dir, err) : st;
}

gaz_status gaz_git_fetch(const char *git_dir, const gaz_transport *transport, gaz_error *err)
{
    gaz_strbuf url = GAZ_STRBUF_INIT;
    job j;
    gaz_status st = gaz_config_each(git_dir, take_url, &url, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&url, err);
    if (st == GAZ_OK && !url.len) {
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "'%s' is no clone: it does not say where it came from", git_dir);
        gaz_error_hint(err, "remove the repository and add it again by its URL");
    }
    if (st != GAZ_OK) {
        gaz_strbuf_release(&url);
        return st;
    }
    st = job_init(&j, url.data, transport, err);
    j.dir = git_dir;
    if (st == GAZ_OK)
        st = check_version(&j, err);
    if (st == GAZ_OK)
        st = fetch_from(&j, url.data, git_dir, err);
    job_release(&j);
    gaz_strbuf_release(&url);
    return st;
}
