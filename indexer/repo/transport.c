/* Bringing repositories here with the `git` program. libgit2 could do it, but its ssh is too old
 * for today's servers and it has no shallow or filtered transfer. A clone is made beside its place
 * and moved there; a fetch first asks what the remote has, which is also all that a poll costs when
 * nothing is new, and leaves nothing behind however it ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clone_sweep.h"
#include "gaz/base/fs.h"
#include "git_command.h"
#include "git_config.h"
#include "remote_refs.h"
#include "repo.h"

/* ---- clones ---- */

static gaz_status clone_into(gaz_git_command *c, const char *url, const char *dir, gaz_error *err)
{
    static const char *const words[] = {
        "clone",      "--bare", "--template=", "--no-hardlinks", "--no-recurse-submodules",
        "--progress", "--",     NULL};
    gaz_repo *repo = NULL;
    gaz_git_command_begin(c, NULL, words);
    gaz_git_command_add(c, url);
    gaz_git_command_add(c, dir);
    gaz_status st = gaz_git_command_run(c, "cloning", NULL, err);
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
    gaz_git_command c;
    gaz_status st = gaz_git_command_init(&c, url, transport, err);
    if (st == GAZ_OK && lstat(dest, &info) == 0)
        st = gaz_error_set(err, GAZ_E_EXISTS, "cannot clone to '%s': it exists", dest);
    if (st == GAZ_OK)
        st = gaz_git_command_check_version(&c, err);
    if (st == GAZ_OK)
        st = open_partial(dest, &partial, &repo, &lock, err);
    c.dir = repo.data;
    if (st == GAZ_OK)
        st = clone_into(&c, url, repo.data, err);
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
    gaz_git_command_release(&c);
    return st;
}

gaz_status gaz_git_tidy(const char *git_dir, gaz_error *err)
{
    gaz_strbuf partial = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&partial, "%s.partial", git_dir);
    gaz_status st = gaz_strbuf_check(&partial, err);
    if (st == GAZ_OK)
        st = gaz_remove_all(partial.data, err);
    if (st == GAZ_OK)
        st = gaz_clone_sweep(git_dir, err);
    gaz_strbuf_release(&partial);
    return st;
}

/* ---- fetches ---- */

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

struct gaz_remote {
    gaz_strbuf url;
    gaz_git_command command; /* not moved: its command lines point into it */
    gaz_remote_refs refs;
};

void gaz_remote_free(gaz_remote *remote)
{
    if (!remote)
        return;
    gaz_remote_refs_release(&remote->refs);
    gaz_git_command_release(&remote->command);
    gaz_strbuf_release(&remote->url);
    free(remote);
}

static gaz_status ask(gaz_remote *r, const char *git_dir, const gaz_transport *transport,
                      gaz_error *err)
{
    gaz_status st = gaz_config_each(git_dir, take_url, &r->url, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&r->url, err);
    if (st == GAZ_OK && !r->url.len) {
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "'%s' is no clone: it does not say where it came from", git_dir);
        gaz_error_hint(err, "remove the repository and add it again by its URL");
    }
    gaz_status ready =
        gaz_git_command_init(&r->command, r->url.data, transport, st == GAZ_OK ? err : NULL);
    if (st == GAZ_OK)
        st = ready;
    r->command.dir = git_dir;
    if (st == GAZ_OK)
        st = gaz_git_command_check_version(&r->command, err);
    return st == GAZ_OK ? gaz_remote_refs_read(&r->command, r->url.data, &r->refs, err) : st;
}

gaz_status gaz_remote_ask(const char *git_dir, const gaz_transport *transport, gaz_remote **out,
                          gaz_error *err)
{
    gaz_remote *r = calloc(1, sizeof *r);
    if (!r)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory asking a remote");
    r->url = GAZ_STRBUF_INIT;
    r->refs.text = GAZ_STRBUF_INIT;
    gaz_status st = ask(r, git_dir, transport, err);
    r->command.dir = NULL; /* the caller's */
    if (st == GAZ_OK)
        *out = r;
    else
        gaz_remote_free(r);
    return st;
}

gaz_status gaz_remote_differs(const gaz_remote *remote, const char *git_dir, bool *differ,
                              gaz_error *err)
{
    gaz_repo *repo = NULL;
    gaz_status st = gaz_repo_open(git_dir, &repo, err);
    if (st == GAZ_OK)
        st = gaz_remote_refs_differ(&remote->refs, repo, differ, err);
    gaz_repo_close(repo);
    return st;
}

/* HEAD of the clone follows the remote's. */
static gaz_status follow_head(const gaz_remote *remote, const char *git_dir, gaz_error *err)
{
    gaz_strbuf head = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    gaz_repo *repo = NULL;
    gaz_status st = gaz_repo_open(git_dir, &repo, err); /* with what has come */
    if (st == GAZ_OK)
        st = gaz_remote_refs_head(&remote->refs, repo, &head, err);
    if (st == GAZ_OK && head.len) {
        gaz_strbuf_putc(&head, '\n');
        st = gaz_path_join(&path, git_dir, "HEAD", err);
        if (st == GAZ_OK)
            st = gaz_strbuf_check(&head, err);
        if (st == GAZ_OK)
            st = gaz_file_write(path.data, head.data, head.len, 0600, err);
    }
    gaz_repo_close(repo);
    gaz_strbuf_release(&head);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status fetch(gaz_remote *remote, const char *git_dir, gaz_error *err)
{
    static const char *const words[] = {"fetch",
                                        "--prune",
                                        "--force",
                                        "--no-tags",
                                        "--no-recurse-submodules",
                                        "--no-write-fetch-head",
                                        "--progress",
                                        "--",
                                        NULL};
    gaz_git_command *c = &remote->command;
    c->dir = git_dir;
    gaz_git_command_begin(c, git_dir, words);
    gaz_git_command_add(c, remote->url.data);
    gaz_git_command_add(c, "+refs/heads/*:refs/heads/*");
    gaz_git_command_add(c, "+refs/tags/*:refs/tags/*");
    gaz_status st = gaz_git_command_run(c, "fetching", NULL, err);
    gaz_status swept = gaz_clone_sweep(git_dir, st == GAZ_OK ? err : NULL);
    return st == GAZ_OK ? swept : st;
}

gaz_status gaz_git_fetch(const char *git_dir, const gaz_transport *transport, gaz_error *err)
{
    gaz_remote *remote = NULL;
    bool differ = false;
    gaz_status st = gaz_remote_ask(git_dir, transport, &remote, err);
    if (st == GAZ_OK)
        st = gaz_remote_differs(remote, git_dir, &differ, err);
    if (st == GAZ_OK)
        st = gaz_clone_sweep(git_dir, err);
    if (st == GAZ_OK && differ)
        st = fetch(remote, git_dir, err);
    if (st == GAZ_OK && differ)
        st = follow_head(remote, git_dir, err);
    gaz_remote_free(remote);
    return st;
}
