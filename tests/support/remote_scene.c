/* Remotes are made with git itself: it is the judge of what a clone should look like, too. */
#include "remote_scene.h"
#include "gaz_test.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/fs.h"
#include "proof.h"
#include "run_tool.h"

#define PATIENCE_MS 20000

void scene_open(remote_scene *s)
{
    static const char *const gone[] = {"http_proxy", "https_proxy", "HTTPS_PROXY",  "all_proxy",
                                       "ALL_PROXY",  "no_proxy",    "SSH_AUTH_SOCK"};
    for (size_t i = 0; i < sizeof gone / sizeof gone[0]; i++)
        unsetenv(gone[i]);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    *s = (remote_scene){.dir = make_temp_dir()};
    snprintf(s->remote, sizeof s->remote, "%s/remote/app.git", s->dir);
    snprintf(s->clone, sizeof s->clone, "%s/clone.git", s->dir);
    snprintf(s->helper, sizeof s->helper, "store '--file=%s/passwords'", s->dir);
    servers_start(&s->servers, s->dir);
}

void scene_close(remote_scene *s)
{
    servers_stop(&s->servers);
    assert_int_equal(GAZ_OK, gaz_remove_all(s->dir, NULL));
    free(s->dir);
}

char *scene_sh(const remote_scene *s, const char *script)
{
    gaz_strbuf all = GAZ_STRBUF_INIT, out = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&all,
                      "set -e; export GIT_AUTHOR_NAME=A GIT_AUTHOR_EMAIL=a@example.org "
                      "GIT_COMMITTER_NAME=A GIT_COMMITTER_EMAIL=a@example.org; R='%s'; C='%s'; %s",
                      s->remote, s->clone, script);
    const char *const argv[] = {"sh", "-c", all.data, NULL};
    int code = run_tool(&(tool){.argv = argv, .dir = s->dir, .loud = true}, &out);
    if (code != 0)
        fail_msg("exit code %d: %s", code, script);
    gaz_strbuf_release(&all);
    char *text = gaz_strbuf_detach(&out, NULL);
    return text ? text : strdup("");
}

static void put_commit(gaz_strbuf *out, const char *branch, const char *file, const char *text,
                       size_t len, bool goes_on)
{
    static unsigned when = 1700000000;
    gaz_strbuf_printf(out,
                      "commit refs/heads/%s\ncommitter T <t@example.org> %u +0000\ndata 2\nc\n",
                      branch, when++);
    if (goes_on)
        gaz_strbuf_printf(out, "from refs/heads/%s^0\n", branch);
    gaz_strbuf_printf(out, "M 644 inline %s\ndata %zu\n", file, len);
    gaz_strbuf_add(out, text, len);
    gaz_strbuf_puts(out, "\n");
}

static void import(const remote_scene *s, gaz_strbuf *stream)
{
    gaz_error err = {0};
    const char *const argv[] = {"git", "-C", s->remote, "fast-import", "--quiet", NULL};
    char *input = strdup(servers_file(&s->servers, "stream"));
    assert_ok(gaz_strbuf_check(stream, &err));
    assert_ok(gaz_file_write(input, stream->data, stream->len, 0600, &err));
    assert_int_equal(0, run_tool(&(tool){.argv = argv, .input = input, .loud = true}, NULL));
    unlink(input);
    free(input);
    gaz_strbuf_release(stream);
}

void scene_commit(const remote_scene *s, const char *branch, const char *file, const char *text)
{
    gaz_strbuf stream = GAZ_STRBUF_INIT;
    put_commit(&stream, branch, file, text, strlen(text), true);
    import(s, &stream);
}

void scene_reset(remote_scene *s, unsigned bulk)
{
    gaz_strbuf stream = GAZ_STRBUF_INIT, file = GAZ_STRBUF_INIT;
    uint64_t state = proof_seed();
    servers_fault(&s->servers, NULL, 0);
    free(scene_sh(s, "rm -rf \"$R\" \"$C\" \"$C.partial\"; git init -q --bare -b main \"$R\""));
    put_commit(&stream, "main", "hello.txt", "hello remote world\n", 19, false);
    for (unsigned i = 0; i * 64 < bulk; i++) {
        for (unsigned k = 0; k < 8; k++)
            gaz_strbuf_printf(&file, "%08x", proof_random(&state, UINT32_MAX));
        gaz_strbuf_puts(&file, i % 16 == 15 ? "\n" : " ");
        if (i % 8192 == 8191 || (i + 1) * 64 >= bulk) {
            char name[40];
            snprintf(name, sizeof name, "bulk/%u.txt", i);
            put_commit(&stream, "main", name, file.data, file.len, false);
            gaz_strbuf_reset(&file);
        }
    }
    gaz_strbuf_release(&file);
    import(s, &stream);
    free(scene_sh(s, "cd \"$R\"; git branch topic main; git tag -a -m v1 v1 main"));
}

gaz_transport scene_transport(const remote_scene *s)
{
    static char files[3][700];
    static const char *const names[] = {"client_key", "known_hosts", "ca.pem"};
    for (size_t i = 0; i < 3; i++)
        snprintf(files[i], sizeof files[i], "%s/%s", s->dir, names[i]);
    return (gaz_transport){.allow_private = true,
                           .allow_local = true,
                           .timeout_ms = 60000,
                           .ssh_key = files[0],
                           .known_hosts = files[1],
                           .ca_file = files[2],
                           .credential_helper = s->helper};
}

void scene_assert_same(const remote_scene *s)
{
    free(scene_sh(
        s,
        "for r in \"$R\" \"$C\"; do { git -C \"$r\" for-each-ref; git -C \"$r\" symbolic-ref HEAD "
        "|| git -C \"$r\" rev-parse HEAD; } 2>&1 >\"$r.refs\"; done; diff \"$R.refs\" \"$C.refs\" "
        ">&2; rm \"$R.refs\" \"$C.refs\"; git -C \"$C\" fsck --no-dangling --no-progress >&2"));
}

void scene_assert_clean(const remote_scene *s, const char *below)
{
    char script[900];
    snprintf(
        script, sizeof script,
        "[ ! -e '%s' ] || find '%s' -name 'tmp_*' -o -name '.tmp-*' -o -name '*.lock' -o -name "
        "'*.keep' -o -name '*.partial' -o -name 'incoming-*' -o -name 'gc.pid'",
        below, below);
    char *found = scene_sh(s, script);
    if (found[0])
        fail_msg("left behind: %s", found);
    free(found);
}

pid_t scene_find_process(const char *word, const char *other)
{
    DIR *d = opendir("/proc");
    pid_t found = 0;
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d)) && !found;) {
        char path[300], words[8000];
        snprintf(path, sizeof path, "/proc/%s/cmdline", e->d_name);
        int fd = e->d_name[0] >= '1' && e->d_name[0] <= '9' ? open(path, O_RDONLY | O_CLOEXEC) : -1;
        ssize_t n = fd >= 0 ? read(fd, words, sizeof words) : -1;
        if (n > 0 && memmem(words, (size_t)n, word, strlen(word)) &&
            memmem(words, (size_t)n, other, strlen(other)))
            found = (pid_t)strtol(e->d_name, NULL, 10);
        if (fd >= 0)
            close(fd);
    }
    closedir(d);
    return found;
}

void scene_assert_alone(const remote_scene *s, const char *words)
{
    char path[800];
    snprintf(path, sizeof path, "%s/%s", s->dir, words);
    for (int64_t deadline = gaz_deadline(PATIENCE_MS); scene_find_process(path, ""); usleep(5000))
        if (gaz_now_us() > deadline)
            fail_msg("a process that works on %s is left", path);
}
