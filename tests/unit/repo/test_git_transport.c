/* Bringing repositories here: which sources are refused and why, what git is started with, clones
 * and fetches over file and over http from a server in this process, and that nothing is left
 * behind when they fail. */
#include "gaz_test.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clone_source.h"
#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "gaz/repo/git.h"
#include "net_address.h"
#include "run_program.h"

static gaz_error err;
static char *dir;
static char dest[600];

static void sh(const char *commands)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(
        &text,
        "cd '%s' && export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=/nonexistent "
        "GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org GIT_COMMITTER_NAME=A "
        "GIT_COMMITTER_EMAIL=a@example.org; set -e; %s",
        dir, commands);
    if (system(text.data) != 0)
        fail_msg("failed: %s", commands);
    gaz_strbuf_release(&text);
}

static int setup(void **state)
{
    (void)state;
    gaz_error_clear(&err);
    dir = make_temp_dir();
    snprintf(dest, sizeof dest, "%s/clone.git", dir);
    sh("git init -q -b main w; cd w; echo one >a; git add a; git commit -qm one; git branch topic; "
       "git tag -a -m v1 v1");
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    assert_int_equal(GAZ_OK, gaz_remove_all(dir, NULL));
    free(dir);
    return 0;
}

typedef struct source_row {
    const char *source;
    gaz_status status; /* with private addresses and local paths refused */
    const char *words;
} source_row;

static void odd_sources_are_refused_with_the_reason(void **state)
{
    (void)state;
    static const source_row rows[] = {
        {"", GAZ_E_INVALID, "empty"},
        {"--upload-pack=touch x", GAZ_E_INVALID, "begins with '-'"},
        {"ext::sh -c touch% x", GAZ_E_INVALID, "blanks"},
        {"ext::sh", GAZ_E_INVALID, "transport helper"},
        {"fd::7", GAZ_E_INVALID, "transport helper"},
        {"git://example.org/x", GAZ_E_INVALID, "scheme"},
        {"ftp://example.org/x", GAZ_E_INVALID, "scheme"},
        {"javascript://x/y", GAZ_E_INVALID, "scheme"},
        {"https://user:secret@example.org/x", GAZ_E_INVALID, "user name or password"},
        {"https://token@example.org/x", GAZ_E_INVALID, "user name or password"},
        {"ssh://git:secret@example.org/x", GAZ_E_INVALID, "user name or password"},
        {"ssh://-oProxyCommand=x/y", GAZ_E_INVALID, "host name"},
        {"ssh://a@-oProxyCommand=x/y", GAZ_E_INVALID, "host name"},
        {"-oProxyCommand=x:y", GAZ_E_INVALID, "begins with '-'"},
        {"a@-oProxyCommand=x:y", GAZ_E_INVALID, "host name"},
        {"-u@host:y", GAZ_E_INVALID, "begins with '-'"},
        {"host:-y", GAZ_E_INVALID, "path begins"},
        {"ssh://host/-y", GAZ_E_INVALID, "path begins"},
        {"host:", GAZ_E_INVALID, "no repository"},
        {"https://example.org", GAZ_E_INVALID, "no repository"},
        {"https://example.org/", GAZ_E_INVALID, "no repository"},
        {"https:///x", GAZ_E_INVALID, "no host"},
        {"https://exa%6dple.org/x", GAZ_E_INVALID, "host name"},
        {"https://a;b/x", GAZ_E_INVALID, "host name"},
        {"https://a$(id)/x", GAZ_E_INVALID, "host name"},
        {"https://good.example\\@evil.example/x", GAZ_E_INVALID, ""},
        {"https://good.example?@evil.example/x", GAZ_E_INVALID, ""},
        {"https://good.example#@evil.example/x", GAZ_E_INVALID, ""},
        {"https://example.org:0/x", GAZ_E_INVALID, "port"},
        {"https://example.org:65536/x", GAZ_E_INVALID, "port"},
        {"https://example.org:4x/x", GAZ_E_INVALID, "port"},
        {"https://example.org/x\nHost: y", GAZ_E_INVALID, "control"},
        {"file://host/x", GAZ_E_INVALID, "three slashes"},
        {"file:///x", GAZ_E_DENIED, "this machine"},
        {"/srv/git/x", GAZ_E_DENIED, "this machine"},
        {"./a:b", GAZ_E_DENIED, "this machine"},
        {"https://127.0.0.1/x", GAZ_E_DENIED, "private address"},
        {"http://127.0.0.1:7007/x", GAZ_E_DENIED, "private address"},
        {"https://localhost/x", GAZ_E_DENIED, "private address"},
        {"https://10.1.2.3/x", GAZ_E_DENIED, "private address"},
        {"https://172.31.255.255/x", GAZ_E_DENIED, "private address"},
        {"https://192.168.0.1/x", GAZ_E_DENIED, "private address"},
        {"https://100.64.0.1/x", GAZ_E_DENIED, "private address"},
        {"http://169.254.169.254/latest/meta-data", GAZ_E_DENIED, "private address"},
        {"http://0.0.0.0/x", GAZ_E_DENIED, "private address"},
        {"http://255.255.255.255/x", GAZ_E_DENIED, "private address"},
        {"http://[::1]/x", GAZ_E_DENIED, "private address"},
        {"http://[::]/x", GAZ_E_DENIED, "private address"},
        {"http://[::ffff:127.0.0.1]/x", GAZ_E_DENIED, "private address"},
        {"http://[::ffff:a9fe:a9fe]/x", GAZ_E_DENIED, "private address"},
        {"http://[64:ff9b::7f00:1]/x", GAZ_E_DENIED, "private address"},
        {"http://[2002:7f00:1::]/x", GAZ_E_DENIED, "private address"},
        {"http://[fd00::1]/x", GAZ_E_DENIED, "private address"},
        {"http://[fe80::1]/x", GAZ_E_DENIED, "private address"},
        {"http://[ff02::1]/x", GAZ_E_DENIED, "private address"},
        {"http://2130706433/x", GAZ_E_INVALID, "usual form"},
        {"http://0x7f000001/x", GAZ_E_INVALID, "usual form"},
        {"http://0x7f.1/x", GAZ_E_INVALID, "usual form"},
        {"http://0177.0.0.1/x", GAZ_E_INVALID, "usual form"},
        {"http://127.1/x", GAZ_E_INVALID, "usual form"},
        {"http://127.0.0.1./x", GAZ_E_INVALID, "usual form"},
        {"git@127.0.0.1:x", GAZ_E_DENIED, "private address"},
        {"git@localhost:x", GAZ_E_DENIED, "private address"},
        {"ssh://git@[::1]:22/x", GAZ_E_DENIED, "private address"},
        {"[::1]:x", GAZ_E_DENIED, "private address"},
        {"https://8.8.8.8/x", GAZ_OK, ""},
        {"git@8.8.8.8:team/x.git", GAZ_OK, ""},
        {"git+ssh://git@8.8.8.8:2222/x", GAZ_OK, ""},
        {"https://[2606:4700:4700::1111]/x", GAZ_OK, ""},
    };
    const gaz_transport strict = {.timeout_ms = 1000};
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        gaz_error_clear(&err);
        gaz_status st = gaz_source_check(rows[i].source, &strict, &err);
        if (st != rows[i].status || !strstr(err.message, rows[i].words))
            fail_msg("'%s': %s: %s", rows[i].source, gaz_status_name(st), err.message);
        if (strstr(err.message, "secret") || strstr(err.message, "token") ||
            strstr(err.hint, "secret"))
            fail_msg("'%s' echoes a credential: %s", rows[i].source, err.message);
    }
}

static void allowed_private_and_local_sources_pass(void **state)
{
    (void)state;
    static const char *const sources[] = {"file:///x", "/srv/x", "https://127.0.0.1:8080/x",
                                          "git@localhost:x", "https://unknown.invalid/x"};
    const gaz_transport open = {.allow_private = true, .allow_local = true};
    for (size_t i = 0; i < sizeof sources / sizeof sources[0]; i++)
        assert_ok(gaz_source_check(sources[i], &open, &err));
    char *long_one = malloc(4000);
    assert_non_null(long_one);
    memset(long_one, 'x', 3999);
    long_one[3999] = '\0';
    assert_status(GAZ_E_LIMIT, gaz_source_check(long_one, &open, &err));
    free(long_one);
}

static void sources_that_name_a_remote_are_told_from_paths(void **state)
{
    (void)state;
    static const char *const urls[] = {"https://h/x", "ssh://h/x", "git@h:x", "h:x",
                                       "[::1]:x",     "file:///x", "ext::x",  "weird://x"};
    static const char *const paths[] = {"/a/b", "a", "./a:b", "../x", "dir/a:b",
                                        ":x",   "~", "a b",   "//x"};
    for (size_t i = 0; i < sizeof urls / sizeof urls[0]; i++)
        assert_true(gaz_source_is_url(urls[i]));
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_false(gaz_source_is_url(paths[i]));
}

static void hosts_that_are_not_there_are_an_error_of_the_remote(void **state)
{
    (void)state;
    const gaz_transport strict = {.timeout_ms = 1000};
    assert_status(GAZ_E_REMOTE, gaz_source_check("https://no-such-host.invalid/x", &strict, &err));
    assert_non_null(strstr(err.message, "no-such-host.invalid"));
}

static void assert_no_rest(size_t expected)
{
    DIR *d = opendir(dir);
    size_t count = 0;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));)
        count += strncmp(e->d_name, "clone", 5) == 0;
    closedir(d);
    assert_int_equal(expected, count);
}

static const gaz_transport local = {
    .allow_local = true, .allow_private = true, .timeout_ms = 60000};

static char *url_of(const char *name)
{
    static char url[700];
    snprintf(url, sizeof url, "file://%s/%s", dir, name);
    return url;
}

static gaz_oid tip(const char *rev)
{
    gaz_repo *repo = NULL;
    gaz_oid oid = {{0}};
    assert_ok(gaz_repo_open(dest, &repo, &err));
    gaz_status st = gaz_repo_resolve(repo, rev, &oid, NULL);
    assert_true(st == GAZ_OK || st == GAZ_E_NOT_FOUND);
    gaz_repo_close(repo);
    return oid;
}

static gaz_strbuf head_of(void)
{
    gaz_repo *repo = NULL;
    gaz_strbuf name = GAZ_STRBUF_INIT;
    gaz_oid oid;
    assert_ok(gaz_repo_open(dest, &repo, &err));
    assert_ok(gaz_repo_head(repo, &name, &oid, &err));
    gaz_repo_close(repo);
    return name;
}

static void a_clone_has_all_branches_and_a_fetch_follows_the_remote(void **state)
{
    (void)state;
    assert_ok(gaz_git_clone(url_of("w"), dest, &local, &err));
    assert_no_rest(1);
    gaz_oid first = tip("refs/heads/main");
    assert_false(gaz_oid_is_zero(&first));
    assert_false(gaz_oid_is_zero((gaz_oid[]){tip("refs/heads/topic")}));
    assert_false(gaz_oid_is_zero((gaz_oid[]){tip("v1")}));
    assert_status(GAZ_E_EXISTS, gaz_git_clone(url_of("w"), dest, &local, &err));
    gaz_error_clear(&err);
    sh("cd w; git commit -q --amend --allow-empty -m rewritten; git branch -qD topic; git checkout "
       "-q -b trunk; git branch other/new;"
       "git tag -d v1 >/dev/null; git tag light");
    assert_ok(gaz_git_fetch(dest, &local, &err));
    gaz_oid second = tip("main"), gone = tip("topic"), made = tip("other/new");
    assert_int_not_equal(0, gaz_oid_compare(&first, &second));
    assert_true(gaz_oid_is_zero(&gone));
    assert_false(gaz_oid_is_zero(&made));
    assert_true(gaz_oid_is_zero((gaz_oid[]){tip("v1")}));
    gaz_strbuf head = head_of();
    assert_string_equal("trunk", head.data);
    gaz_strbuf_release(&head);
    sh("cd w; git checkout -q main; git branch -qD other/new; git branch other"); /* a file where a
                                                                                     directory was
                                                                                   */
    assert_ok(gaz_git_fetch(dest, &local, &err));
    assert_false(gaz_oid_is_zero((gaz_oid[]){tip("other")}));
    assert_no_rest(1);
}

static gaz_status compare(bool *differ)
{
    gaz_remote *remote = NULL;
    gaz_status st = gaz_remote_ask(dest, &local, &remote, &err);
    if (st == GAZ_OK)
        st = gaz_remote_differs(remote, dest, differ, &err);
    gaz_remote_free(remote);
    return st;
}

/* git reads the configuration of the repository it is started in: not ours, and not that of
 * whoever's directory we are started in. */
static void configuration_where_we_are_started_is_not_read(void **state)
{
    (void)state;
    char back[600], evil[700], command[2000];
    bool differ = true;
    assert_non_null(getcwd(back, sizeof back));
    snprintf(command, sizeof command,
             "git init -q evil; cd evil; git config 'remote.%s.uploadpack' 'touch ../made; "
             "git-upload-pack'; git config 'url.file://%s/nowhere.insteadOf' '%s'; "
             "git config core.sshCommand 'touch ../made;'",
             url_of("w"), dir, url_of("w"));
    sh(command);
    snprintf(evil, sizeof evil, "%s/evil", dir);
    assert_int_equal(chdir(evil), 0);
    gaz_status cloned = gaz_git_clone(url_of("w"), dest, &local, &err);
    gaz_status compared = compare(&differ);
    gaz_status fetched = gaz_git_fetch(dest, &local, &err);
    assert_int_equal(chdir(back), 0);
    assert_ok(cloned);
    assert_ok(compared);
    assert_false(differ);
    assert_ok(fetched);
    sh("test ! -e made");
}

static void a_clone_that_fails_leaves_nothing(void **state)
{
    (void)state;
    assert_status(GAZ_E_REMOTE, gaz_git_clone(url_of("nothing"), dest, &local, &err));
    assert_true(err.hint[0]);
    assert_no_rest(0);
    gaz_error_clear(&err);
    sh("git init -q --object-format=sha256 s; cd s; git commit -q --allow-empty -m x");
    assert_status(GAZ_E_UNSUPPORTED, gaz_git_clone(url_of("s"), dest, &local, &err));
    assert_non_null(strstr(err.message, "SHA-256"));
    assert_no_rest(0);
    gaz_error_clear(&err);
    assert_status(GAZ_E_INVALID,
                  gaz_git_clone(dir, dest, &local, &err)); /* a path is read in place */
    assert_no_rest(0);
}

static void what_a_killed_clone_left_is_cleared(void **state)
{
    (void)state;
    sh("mkdir -p clone.git.partial/repo/objects; touch clone.git.partial/repo/junk");
    assert_ok(gaz_git_clone(url_of("w"), dest, &local, &err));
    assert_no_rest(1);
}

static bool cancel(void *ctx, const char *line)
{
    (void)line;
    ++*(int *)ctx;
    return false;
}

static void a_transfer_is_cancelled_by_its_progress(void **state)
{
    (void)state;
    int calls = 0;
    gaz_transport t = local;
    t.progress = cancel;
    t.ctx = &calls;
    assert_status(GAZ_E_CANCELLED, gaz_git_clone(url_of("w"), dest, &t, &err));
    assert_int_equal(1, calls);
    assert_no_rest(0);
}

/* Puts a script in the place of git. */
static void fake_git(const char *script)
{
    char name[600], text[4000], path[700];
    snprintf(name, sizeof name, "%s/bin/git", dir);
    snprintf(path, sizeof path, "%s/bin:/usr/bin:/bin", dir);
    snprintf(text, sizeof text,
             "#!/bin/sh\nif [ \"$1\" = version ]; then echo git version 2.39.5; exit 0; fi\n%s\n",
             script);
    sh("mkdir -p bin");
    assert_ok(gaz_file_write(name, text, strlen(text), 0755, &err));
    assert_int_equal(0, setenv("PATH", path, 1));
}

static void real_git(void)
{
    assert_int_equal(0, setenv("PATH", "/usr/local/bin:/usr/bin:/bin", 1));
}

static void assert_holds(const char *text, const char *words)
{
    if (!strstr(text, words))
        fail_msg("'%s' is not in: %s", words, text);
}

static char *record(const char *url, const gaz_transport *t)
{
    static char text[32768];
    gaz_strbuf out = GAZ_STRBUF_INIT;
    char script[1400], name[600];
    snprintf(name, sizeof name, "%s/record", dir);
    snprintf(script, sizeof script,
             "{ env; for a in \"$@\"; do echo \"arg <$a>\"; done; ls -l /proc/self/fd; } >'%s' "
             "2>&1; exit 3",
             name);
    fake_git(script);
    setenv("GIT_DIR", "/evil", 1);
    setenv("GIT_CONFIG_COUNT", "1", 1);
    setenv("LD_PRELOAD_NOT", "x", 1);
    setenv("https_proxy", "http://proxy.invalid", 1);
    gaz_error_clear(&err);
    assert_status(GAZ_E_REMOTE, gaz_git_clone(url, dest, t, &err));
    unsetenv("GIT_DIR");
    unsetenv("GIT_CONFIG_COUNT");
    unsetenv("LD_PRELOAD_NOT");
    unsetenv("https_proxy");
    real_git();
    assert_ok((gaz_error_clear(&err), gaz_file_read(name, sizeof text - 1, &out, &err)));
    strcpy(text, out.data);
    gaz_strbuf_release(&out);
    return text;
}

static void git_is_started_with_nothing_inherited_and_the_address_pinned(void **state)
{
    (void)state;
    static const char *const expected[] = {"GIT_CONFIG_NOSYSTEM=1\n",
                                           "GIT_CONFIG_GLOBAL=/dev/null\n",
                                           "GIT_TERMINAL_PROMPT=0\n",
                                           "GIT_ASKPASS=/bin/false\n",
                                           "GIT_ALLOW_PROTOCOL=https:http:ssh\n",
                                           "HOME=/nonexistent\n",
                                           "arg <core.hooksPath=/dev/null>",
                                           "arg <protocol.ext.allow=never>",
                                           "arg <core.fsmonitor=false>",
                                           "arg <credential.helper=>",
                                           "arg <http.followRedirects=false>",
                                           "arg <transfer.fsckObjects=false>",
                                           "arg <http.curloptResolve=8.8.8.8:8443:8.8.8.8>",
                                           "arg <-->\narg <https://8.8.8.8:8443/x>"};
    static const char *const absent[] = {"GIT_DIR=", "GIT_CONFIG_COUNT", "LD_PRELOAD_NOT", "proxy",
                                         ":file"};
    const gaz_transport strict = {.timeout_ms = 10000};
    const char *text = record("https://8.8.8.8:8443/x", &strict);
    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++)
        assert_holds(text, expected[i]);
    for (size_t i = 0; i < sizeof absent / sizeof absent[0]; i++)
        assert_null(strstr(text, absent[i]));
    text = record("ssh://git@8.8.8.8:2222/x", &strict);
    assert_holds(text, "-oBatchMode=yes");
    assert_holds(text, "-oHostName=8.8.8.8 ");
    assert_holds(text, "'-oHostKeyAlias=[8.8.8.8]:2222'");
    text = record("https://127.0.0.1/x", &local);
    assert_holds(text, "https_proxy=");
    assert_holds(text, "GIT_ALLOW_PROTOCOL=https:http:ssh:file\n");
    assert_null(strstr(text, "curloptResolve"));
}

static void an_old_git_is_refused(void **state)
{
    (void)state;
    char name[600];
    fake_git("");
    snprintf(name, sizeof name, "%s/bin/git", dir);
    static const char old[] = "#!/bin/sh\necho git version 2.30.2\n";
    assert_ok(gaz_file_write(name, old, strlen(old), 0755, &err));
    gaz_status st = gaz_git_clone(url_of("w"), dest, &local, &err);
    real_git();
    assert_int_equal(GAZ_E_UNSUPPORTED, st);
    assert_int_equal(0, setenv("PATH", "/nonexistent", 1));
    gaz_error_clear(&err);
    st = gaz_git_clone(url_of("w"), dest, &local, &err);
    real_git();
    assert_int_equal(GAZ_E_NOT_FOUND, st);
    assert_holds(err.hint, "install");
    assert_no_rest(0);
}

static void a_transfer_that_takes_too_long_dies_with_all_its_helpers(void **state)
{
    (void)state;
    char script[1400], name[600];
    gaz_strbuf out = GAZ_STRBUF_INIT;
    gaz_transport t = local;
    t.timeout_ms = 700;
    snprintf(name, sizeof name, "%s/helper", dir);
    snprintf(script, sizeof script,
             "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >\"%s\"; exec sleep 300' & echo working "
             ">&2; wait; sleep 300",
             name);
    fake_git(script);
    gaz_status st = gaz_git_clone(url_of("w"), dest, &t, &err);
    real_git();
    assert_int_equal(GAZ_E_TIMEOUT, st);
    assert_true(err.hint[0]);
    assert_no_rest(0);
    assert_ok((gaz_error_clear(&err), gaz_file_read(name, 100, &out, &err)));
    pid_t helper = (pid_t)atoi(out.data);
    assert_in_range(helper, 2, INT32_MAX);
    for (int i = 0; i < 500 && kill(helper, 0) == 0;
         i++) { /* a zombie until its new parent looks */
        char stat_name[64];
        gaz_strbuf stat_text = GAZ_STRBUF_INIT;
        snprintf(stat_name, sizeof stat_name, "/proc/%d/stat", (int)helper);
        bool zombie = gaz_file_read(stat_name, 4096, &stat_text, NULL) != GAZ_OK ||
                      strstr(stat_text.data, ") Z ");
        gaz_strbuf_release(&stat_text);
        if (zombie)
            break;
        usleep(10000);
        assert_int_not_equal(499, i);
    }
    gaz_strbuf_release(&out);
}

static void a_clone_that_grows_too_large_is_stopped(void **state)
{
    (void)state;
    gaz_transport t = local;
    t.max_bytes = 100000;
    fake_git("for last; do :; done; mkdir -p \"$last\"; head -c 1000000 /dev/zero >\"$last/pack\"; "
             "sleep 300");
    gaz_status st = gaz_git_clone(url_of("w"), dest, &t, &err);
    real_git();
    assert_int_equal(GAZ_E_LIMIT, st);
    assert_no_rest(0);
}

static bool keep_lines(void *ctx, const char *line)
{
    gaz_strbuf *all = ctx;
    gaz_strbuf_puts(all, line);
    gaz_strbuf_puts(all, "|");
    return true;
}

static void progress_comes_line_by_line_and_complaints_are_cleaned(void **state)
{
    (void)state;
    gaz_strbuf all = GAZ_STRBUF_INIT;
    gaz_transport t = local;
    t.progress = keep_lines;
    t.ctx = &all;
    fake_git("printf 'Receiving objects:  10%%\\rReceiving objects: 100%%, done.\\n' >&2; "
             "printf 'fatal: unable to access https://user:hunter2@host/x: \\033[31mno\\n' >&2; "
             "exit 128");
    gaz_strbuf_puts(&all, "|");
    gaz_status st = gaz_git_clone(url_of("w"), dest, &t, &err);
    real_git();
    assert_int_equal(GAZ_E_REMOTE, st);
    assert_holds(all.data, "|Receiving objects:  10%|");
    assert_holds(all.data, "|Receiving objects: 100%, done.|");
    assert_holds(err.message, "unable to access");
    assert_null(strstr(err.message, "hunter2"));
    assert_null(strchr(err.message, '\033'));
    gaz_strbuf_release(&all);
}

/* ---- a web server with the files of a directory: what git calls the dumb protocol ---- */

typedef struct server {
    int fd;
    unsigned port;
    char root[600];
    const char *redirect; /* when set, everything moves there */
    bool silent;          /* accepts and never answers */
    atomic_bool stop;
    atomic_uint requests;
    pthread_t thread;
} server;

static void answer(server *s, int fd)
{
    char request[4096] = "", path[2000] = "", name[3000], head[400];
    size_t len = 0;
    ssize_t n;
    while (len + 1 < sizeof request && !strstr(request, "\r\n\r\n") &&
           (n = read(fd, request + len, sizeof request - 1 - len)) > 0)
        len += (size_t)n;
    atomic_fetch_add(&s->requests, 1);
    if (s->silent) {
        for (int i = 0; i < 1000 && !atomic_load(&s->stop); i++)
            usleep(10000);
        return;
    }
    gaz_strbuf body = GAZ_STRBUF_INIT;
    bool parsed = sscanf(request, "GET %1999[^ ?]", path) == 1 && !strstr(path, "..");
    snprintf(name, sizeof name, "%s%s", s->root, path);
    if (s->redirect)
        snprintf(head, sizeof head,
                 "HTTP/1.1 301 Moved\r\nLocation: %s%.200s\r\nContent-Length: 0\r\nConnection: "
                 "close\r\n\r\n",
                 s->redirect, path);
    else if (parsed && gaz_file_read(name, (size_t)1 << 24, &body, NULL) == GAZ_OK)
        snprintf(head, sizeof head,
                 "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: close\r\n\r\n", body.len);
    else
        snprintf(head, sizeof head,
                 "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    if (gaz_write_all(fd, head, strlen(head), NULL) == GAZ_OK)
        (void)!gaz_write_all(fd, body.data, body.len, NULL);
    gaz_strbuf_release(&body);
}

static void *serve(void *arg)
{
    server *s = arg;
    while (!atomic_load(&s->stop)) {
        int fd = accept(s->fd, NULL, NULL);
        if (fd < 0)
            break;
        answer(s, fd);
        close(fd);
    }
    return NULL;
}

static void server_start(server *s)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    s->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(s->fd >= 0);
    assert_int_equal(0, bind(s->fd, (struct sockaddr *)&address, sizeof address));
    assert_int_equal(0, listen(s->fd, 16));
    assert_int_equal(0, getsockname(s->fd, (struct sockaddr *)&address, &len));
    s->port = ntohs(address.sin_port);
    atomic_store(&s->stop, false);
    atomic_store(&s->requests, 0);
    snprintf(s->root, sizeof s->root, "%s", dir);
    assert_int_equal(0, pthread_create(&s->thread, NULL, serve, s));
}

static void server_stop(server *s)
{
    atomic_store(&s->stop, true);
    shutdown(s->fd, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->fd);
}

static void a_repository_is_cloned_and_fetched_over_http(void **state)
{
    (void)state;
    server s = {.fd = -1};
    char url[100];
    sh("git clone -q --bare w web.git; git -C web.git update-server-info");
    server_start(&s);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/web.git", s.port);
    gaz_status st = gaz_git_clone(url, dest, &local, &err);
    sh("cd w; git commit -q --allow-empty -m next; git push -q ../web.git main; git -C ../web.git "
       "update-server-info");
    gaz_oid before = st == GAZ_OK ? tip("main") : (gaz_oid){{0}};
    if (st == GAZ_OK)
        st = gaz_git_fetch(dest, &local, &err);
    const gaz_transport strict = {.timeout_ms = 10000};
    gaz_status refused = gaz_git_fetch(dest, &strict, NULL); /* the source is checked again */
    server_stop(&s);
    assert_ok(st);
    gaz_oid after = tip("main");
    assert_int_not_equal(0, gaz_oid_compare(&before, &after));
    assert_int_equal(GAZ_E_DENIED, refused);
}

static void a_redirect_is_not_followed(void **state)
{
    (void)state;
    server target = {.fd = -1}, first = {.fd = -1};
    char url[100], to[100];
    sh("git clone -q --bare w web.git; git -C web.git update-server-info");
    server_start(&target);
    snprintf(to, sizeof to, "http://127.0.0.1:%u", target.port);
    first.redirect = to;
    server_start(&first);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/web.git", first.port);
    gaz_status st = gaz_git_clone(url, dest, &local, &err);
    unsigned asked = atomic_load(&target.requests);
    server_stop(&first);
    server_stop(&target);
    assert_int_equal(GAZ_E_REMOTE, st);
    assert_int_equal(0, asked);
    assert_holds(err.hint, "moved");
    assert_no_rest(0);
}

static void a_server_that_never_answers_meets_the_time_limit(void **state)
{
    (void)state;
    server s = {.fd = -1, .silent = true};
    char url[100];
    gaz_transport t = local;
    t.timeout_ms = 800;
    server_start(&s);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/web.git", s.port);
    gaz_status st = gaz_git_clone(url, dest, &t, &err);
    server_stop(&s);
    assert_int_equal(GAZ_E_TIMEOUT, st);
    assert_no_rest(0);
}

static void what_is_no_clone_is_not_fetched(void **state)
{
    (void)state;
    char name[600];
    snprintf(name, sizeof name, "%s/w/.git", dir);
    assert_status(GAZ_E_INVALID, gaz_git_fetch(name, &local, &err));
    gaz_error_clear(&err);
    sh("git -C w remote add origin 'ext::sh -c touch% marker'");
    assert_status(GAZ_E_INVALID, gaz_git_fetch(name, &local, &err));
}

static void a_program_that_prints_too_much_is_stopped(void **state)
{
    (void)state;
    const char *const argv[] = {"sh", "-c", "yes", NULL}, *const envp[] = {"PATH=/usr/bin:/bin",
                                                                           NULL};
    gaz_strbuf out = GAZ_STRBUF_INIT;
    int code = 0;
    const gaz_program program = {
        .argv = argv, .envp = envp, .deadline_us = gaz_deadline(60000), .output = &out};
    assert_status(GAZ_E_LIMIT, gaz_program_run(&program, &code, &err));
    assert_in_range(out.len, 1, GAZ_PROGRAM_OUTPUT_MAX);
    gaz_strbuf_release(&out);
}

static void exit_codes_and_signals_are_told_apart(void **state)
{
    (void)state;
    const char *const seven[] = {"sh", "-c", "echo out; echo err >&2; exit 7", NULL},
                      *const killed[] = {"sh", "-c", "kill -9 $$", NULL};
    const char *const envp[] = {"PATH=/usr/bin:/bin", NULL};
    gaz_strbuf out = GAZ_STRBUF_INIT, errors = GAZ_STRBUF_INIT;
    int code = 0;
    gaz_program program = {
        .argv = seven, .envp = envp, .deadline_us = GAZ_NEVER, .output = &out, .errors = &errors};
    assert_ok(gaz_program_run(&program, &code, &err));
    assert_int_equal(7, code);
    assert_string_equal("out\n", out.data);
    assert_string_equal("err\n", errors.data);
    program.argv = killed;
    assert_ok(gaz_program_run(&program, &code, &err));
    assert_int_equal(128 + 9, code);
    gaz_strbuf_release(&out);
    gaz_strbuf_release(&errors);
}

int main(void)
{
#define IN_DIRECTORY(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(odd_sources_are_refused_with_the_reason),
        IN_DIRECTORY(allowed_private_and_local_sources_pass),
        cmocka_unit_test(sources_that_name_a_remote_are_told_from_paths),
        IN_DIRECTORY(hosts_that_are_not_there_are_an_error_of_the_remote),
        IN_DIRECTORY(a_clone_has_all_branches_and_a_fetch_follows_the_remote),
        IN_DIRECTORY(configuration_where_we_are_started_is_not_read),
        IN_DIRECTORY(a_clone_that_fails_leaves_nothing),
        IN_DIRECTORY(what_a_killed_clone_left_is_cleared),
        IN_DIRECTORY(a_transfer_is_cancelled_by_its_progress),
        IN_DIRECTORY(git_is_started_with_nothing_inherited_and_the_address_pinned),
        IN_DIRECTORY(an_old_git_is_refused),
        IN_DIRECTORY(a_transfer_that_takes_too_long_dies_with_all_its_helpers),
        IN_DIRECTORY(a_clone_that_grows_too_large_is_stopped),
        IN_DIRECTORY(progress_comes_line_by_line_and_complaints_are_cleaned),
        IN_DIRECTORY(a_repository_is_cloned_and_fetched_over_http),
        IN_DIRECTORY(a_redirect_is_not_followed),
        IN_DIRECTORY(a_server_that_never_answers_meets_the_time_limit),
        IN_DIRECTORY(what_is_no_clone_is_not_fetched),
        IN_DIRECTORY(a_program_that_prints_too_much_is_stopped),
        IN_DIRECTORY(exit_codes_and_signals_are_told_apart),
    };
    signal(SIGPIPE, SIG_IGN);
    if (gaz_git_init(&err) != GAZ_OK)
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    gaz_git_shutdown();
    return failed;
}
