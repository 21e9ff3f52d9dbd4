/* Starting the `git` program for a transfer: without a shell and with nothing inherited: no system
 * or user configuration, no hooks, no prompts, no protocols but those allowed, no helper for
 * passwords but the one the operator names. Host names are looked up once, judged, and pinned, so
 * that a name cannot change its address between the check and the connection. */
#include "git_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "remote_failure.h"
#include "run_program.h"

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

void gaz_git_command_release(gaz_git_command *c)
{
    gaz_strbuf_release(&c->addresses);
    gaz_strbuf_release(&c->ssh);
    gaz_strbuf_release(&c->pin);
    gaz_strbuf_release(&c->helper);
    gaz_strbuf_release(&c->ca);
    gaz_strbuf_release(&c->env);
}

/* ---- what the operator names ---- */

/* Paths reach ssh through a shell and its own parser, which knows quotes, %h and ${HOME}: a path
 * with one of those is refused instead of escaped twice. */
static gaz_status check_file(const char *setting, const char *path, gaz_error *err)
{
    if (!path)
        return GAZ_OK;
    if (path[0] != '/' || strpbrk(path, "'\"\\%$`\n\r\t")) {
        gaz_error_set(err, GAZ_E_INVALID, "the setting %s cannot be used: '%.200s'", setting, path);
        gaz_error_hint(err, "it takes an absolute path without quotes, '%%', '$' and '\\'");
        return GAZ_E_INVALID;
    }
    if (access(path, R_OK) == 0)
        return GAZ_OK;
    gaz_status st =
        gaz_error_errno(err, "cannot read the file of the setting %s, '%.200s'", setting, path);
    gaz_error_hint(err, "name a file that this user can read");
    return st;
}

/* Hosts, addresses and the paths checked above hold nothing that is special between single quotes.
 */
static void form_ssh(gaz_git_command *c)
{
    const gaz_transport *t = c->transport;
    gaz_strbuf_puts(&c->ssh,
                    "ssh -oBatchMode=yes -oStrictHostKeyChecking=yes -oUpdateHostKeys=no "
                    "-oConnectTimeout=20 -oServerAliveInterval=20 -oForwardAgent=no "
                    "-oForwardX11=no -oClearAllForwardings=yes -oPermitLocalCommand=no "
                    "-oControlMaster=no -oControlPath=none -oEscapeChar=none -oRequestTTY=no");
    if (t->ssh_key)
        gaz_strbuf_printf(&c->ssh, " '-oIdentityFile=\"%s\"' -oIdentitiesOnly=yes", t->ssh_key);
    if (t->known_hosts)
        gaz_strbuf_printf(&c->ssh,
                          " '-oUserKnownHostsFile=\"%s\"' -oGlobalKnownHostsFile=/dev/null",
                          t->known_hosts);
    if (!c->addresses.len || c->source.scheme != GAZ_SCHEME_SSH)
        return;
    /* ssh looks names up itself and would read the operator's configuration for them: told the
     * address, it does neither. */
    size_t n = strcspn(c->addresses.data, ",");
    bool bracket = c->addresses.data[0] == '[';
    gaz_strbuf_printf(&c->ssh, " -oHostName=%.*s -oProxyCommand=none -oProxyJump=none",
                      (int)(bracket ? n - 2 : n), c->addresses.data + (bracket ? 1 : 0));
    if (c->source.port == 22)
        gaz_strbuf_printf(&c->ssh, " -oHostKeyAlias=%s", c->source.host);
    else
        gaz_strbuf_printf(&c->ssh, " '-oHostKeyAlias=[%s]:%u'", c->source.host, c->source.port);
}

/* A helper is only ever asked. Told of a refusal, the usual ones forget the password, and one bad
 * day of a server would cost the operator all of them. The three forms are git's own: "!command",
 * "/path/to/program" and the rest of a program's name after "git-credential-". Never over http: the
 * password would be readable on the way. */
static void form_helper(gaz_git_command *c)
{
    const char *h = c->transport->credential_helper;
    if (!h || c->source.scheme != GAZ_SCHEME_HTTPS)
        return;
    gaz_strbuf_printf(&c->helper,
                      "credential.helper=!ask() { test \"$1\" = get || exit 0; %s%s \"$@\"; }; ask",
                      h[0] == '!' || h[0] == '/' ? "" : "git credential-", h + (h[0] == '!'));
}

/* ---- the environment ---- */

static void pass_on(gaz_strbuf *env, const char *name)
{
    const char *value = getenv(name);
    if (value)
        gaz_strbuf_printf(env, "%s=%s%c", name, value, 0);
}

static void form_env(gaz_git_command *c)
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
        gaz_strbuf_add(&c->env, fixed[i], strlen(fixed[i]) + 1);
    for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++)
        if (!c->transport->ca_file || strcmp(inherited[i], "GIT_SSL_CAINFO") != 0)
            pass_on(&c->env, inherited[i]);
    /* A proxy looks names up itself, which no pin reaches. */
    for (size_t i = 0; i < sizeof proxies / sizeof proxies[0] && c->transport->allow_private; i++)
        pass_on(&c->env, proxies[i]);
    gaz_strbuf_printf(&c->env, "GIT_ALLOW_PROTOCOL=https:http:ssh%s%c",
                      c->transport->allow_local ? ":file" : "", 0);
    gaz_strbuf_printf(&c->env, "GIT_SSH_COMMAND=%s%c", c->ssh.data, 0);
}

static gaz_status finish_env(gaz_git_command *c, gaz_error *err)
{
    gaz_status st = gaz_strbuf_check(&c->env, err);
    size_t n = 0;
    for (size_t at = 0; st == GAZ_OK && at < c->env.len; at += strlen(c->env.data + at) + 1) {
        if (n + 1 >= GAZ_GIT_ARGS_MAX)
            return gaz_error_set(err, GAZ_E_INTERNAL, "too many variables for git");
        c->envp[n++] = c->env.data + at;
    }
    c->envp[n] = NULL;
    return st;
}

static gaz_status check_source(gaz_git_command *c, const char *url, gaz_error *err)
{
    const gaz_transport *t = c->transport;
    gaz_status st = gaz_source_admit(url, t, &c->source, &c->addresses, err);
    if (st == GAZ_OK && c->source.scheme == GAZ_SCHEME_PATH) {
        gaz_error_set(err, GAZ_E_INVALID, "'%s' is a path, not a URL", url);
        gaz_error_hint(err, "a repository on this machine is read in place");
        return GAZ_E_INVALID;
    }
    if (st == GAZ_OK && c->source.scheme == GAZ_SCHEME_SSH)
        st = check_file("repos.ssh_key", t->ssh_key, err);
    if (st == GAZ_OK && c->source.scheme == GAZ_SCHEME_SSH)
        st = check_file("repos.known_hosts", t->known_hosts, err);
    if (st == GAZ_OK && c->source.scheme == GAZ_SCHEME_HTTPS)
        st = check_file("repos.ca_file", t->ca_file, err);
    return st;
}

gaz_status gaz_git_command_init(gaz_git_command *c, const char *url, const gaz_transport *transport,
                                gaz_error *err)
{
    *c = (gaz_git_command){
        .transport = transport,
        .deadline_us = transport->timeout_ms > 0 ? gaz_deadline(transport->timeout_ms) : GAZ_NEVER,
        .addresses = GAZ_STRBUF_INIT,
        .ssh = GAZ_STRBUF_INIT,
        .pin = GAZ_STRBUF_INIT,
        .helper = GAZ_STRBUF_INIT,
        .ca = GAZ_STRBUF_INIT,
        .env = GAZ_STRBUF_INIT};
    gaz_status st = check_source(c, url, err);
    if (st != GAZ_OK)
        return st;
    form_ssh(c);
    form_env(c);
    form_helper(c);
    bool http = c->source.scheme == GAZ_SCHEME_HTTP || c->source.scheme == GAZ_SCHEME_HTTPS;
    if (http && c->addresses.len && !strchr(c->source.host, ':')) /* IPv6 is pinned as it is */
        gaz_strbuf_printf(&c->pin, "http.curloptResolve=%s:%u:%s", c->source.host, c->source.port,
                          c->addresses.data);
    if (transport->ca_file && c->source.scheme == GAZ_SCHEME_HTTPS)
        gaz_strbuf_printf(&c->ca, "http.sslCAInfo=%s", transport->ca_file);
    const gaz_strbuf *const parts[] = {&c->ssh, &c->pin, &c->helper, &c->ca};
    for (size_t i = 0; st == GAZ_OK && i < sizeof parts / sizeof parts[0]; i++)
        st = gaz_strbuf_check(parts[i], err);
    return st == GAZ_OK ? finish_env(c, err) : st;
}

/* ---- command lines ---- */

void gaz_git_command_add(gaz_git_command *c, const char *word)
{
    if (c->args + 1 < GAZ_GIT_ARGS_MAX)
        c->argv[c->args++] = word;
    c->argv[c->args] = NULL;
}

static void add_setting(gaz_git_command *c, const char *setting)
{
    gaz_git_command_add(c, "-c");
    gaz_git_command_add(c, setting);
}

void gaz_git_command_begin(gaz_git_command *c, const char *git_dir, const char *const *words)
{
    const gaz_strbuf *const parts[] = {&c->pin, &c->helper, &c->ca};
    c->args = 0;
    gaz_git_command_add(c, "git");
    for (size_t i = 0; i < sizeof settings / sizeof settings[0]; i++)
        add_setting(c, settings[i]);
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        if (parts[i]->len)
            add_setting(c, parts[i]->data);
    if (git_dir) {
        gaz_git_command_add(c, "--git-dir");
        gaz_git_command_add(c, git_dir);
    }
    for (; *words; words++)
        gaz_git_command_add(c, *words);
}

static gaz_status watch(void *ctx, const char *line, gaz_error *err)
{
    gaz_git_command *c = ctx;
    if (c->transport->progress && !c->transport->progress(c->transport->ctx, line))
        return gaz_error_set(err, GAZ_E_CANCELLED, "the transfer was cancelled");
    uint64_t bytes = 0;
    if (!c->transport->max_bytes || !c->dir || gaz_now_us() < c->next_size_us)
        return GAZ_OK;
    c->next_size_us = gaz_now_us() + SIZE_CHECK_US;
    if (gaz_dir_size(c->dir, &bytes, NULL) == GAZ_OK && bytes > c->transport->max_bytes) {
        gaz_error_set(err, GAZ_E_LIMIT, "the repository is larger than %llu bytes",
                      (unsigned long long)c->transport->max_bytes);
        gaz_error_hint(err, "raise repos.clone_max when a repository of this size is meant");
        return GAZ_E_LIMIT;
    }
    return GAZ_OK;
}

gaz_status gaz_git_command_run(gaz_git_command *c, const char *doing, gaz_strbuf *output,
                               gaz_error *err)
{
    gaz_strbuf errors = GAZ_STRBUF_INIT;
    int code = 0;
    if (c->args + 1 >= GAZ_GIT_ARGS_MAX)
        return gaz_error_set(err, GAZ_E_INTERNAL, "too many arguments for git");
    gaz_program program = {.argv = c->argv,
                           .envp = c->envp,
                           .deadline_us = c->deadline_us,
                           .watch = watch,
                           .ctx = c,
                           .output = output,
                           .errors = &errors};
    gaz_status st = gaz_program_run(&program, &code, err);
    if (st == GAZ_E_TIMEOUT)
        gaz_error_hint(err, "allow more time in %s, or try again when the server is less busy",
                       c->transport->timeout_key ? c->transport->timeout_key
                                                 : "repos.clone_timeout");
    if (st == GAZ_OK && code != 0)
        st = gaz_remote_failure(doing, &c->source, errors.data, code, err);
    gaz_strbuf_release(&errors);
    return st;
}

gaz_status gaz_git_command_check_version(gaz_git_command *c, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    unsigned major = 0, minor = 0;
    c->args = 0;
    gaz_git_command_add(c, "git");
    gaz_git_command_add(c, "version");
    gaz_status st = gaz_git_command_run(c, "asking git for its version", &text, err);
    if (st == GAZ_OK && (sscanf(text.data, "git version %u.%u", &major, &minor) != 2 || major < 2 ||
                         (major == 2 && minor < 37))) {
        st = gaz_error_set(err, GAZ_E_UNSUPPORTED, "git 2.37 or later is needed");
        gaz_error_hint(err, "install a newer git");
    }
    gaz_strbuf_release(&text);
    return st;
}
