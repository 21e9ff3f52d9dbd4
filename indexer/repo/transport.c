/* Bringing repositories here with the `git` program. libgit2 could do it, but its ssh is too old
 * for today's servers and it has no shallow or filtered transfer. A clone is made beside its place
 * and moved there; a fetch first asks what the remote has, which is also all that a poll costs when
 * nothing is new, and leaves nothing behind however it ends. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
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

/* A clone with its remote. */
typedef struct fetching {
    const char *git_dir;
    gaz_strbuf url;
    gaz_git_command command; /* not moved: its command lines point into it */
    gaz_remote_refs remote;
    gaz_repo *repo;
    bool differ;
} fetching;

static void release(fetching *f)
{
    gaz_repo_close(f->repo);
    gaz_remote_refs_release(&f->remote);
    gaz_git_command_release(&f->command);
    gaz_strbuf_release(&f->url);
}

/* Asks the remote what it has, and compares. */
static gaz_status compare(fetching *f, const char *git_dir, const gaz_transport *transport,
                          gaz_error *err)
{
    *f = (fetching){.git_dir = git_dir, .url = GAZ_STRBUF_INIT};
    f->remote.text = GAZ_STRBUF_INIT;
    gaz_status st = gaz_config_each(git_dir, take_url, &f->url, err);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&f->url, err);
    if (st == GAZ_OK && !f->url.len) {
        st = gaz_error_set(err, GAZ_E_INVALID,
                           "'%s' is no clone: it does not say where it came from", git_dir);
        gaz_error_hint(err, "remove the repository and add it again by its URL");
    }
    gaz_status ready =
        gaz_git_command_init(&f->command, f->url.data, transport, st == GAZ_OK ? err : NULL);
    if (st == GAZ_OK)
        st = ready;
    f->command.dir = git_dir;
    if (st == GAZ_OK)
        st = gaz_git_command_check_version(&f->command, err);
    if (st == GAZ_OK)
        st = gaz_remote_refs_read(&f->command, f->url.data, &f->remote, err);
    if (st == GAZ_OK)
        st = gaz_repo_open(git_dir, &f->repo, err);
    return st == GAZ_OK ? gaz_remote_refs_differ(&f->remote, f->repo, &f->differ, err) : st;
}

/* HEAD of the clone follows the remote's. */
static gaz_status follow_head(fetching *f, gaz_error *err)
{
    gaz_strbuf head = GAZ_STRBUF_INIT, path = GAZ_STRBUF_INIT;
    gaz_repo *repo = NULL;
    gaz_status st = gaz_repo_open(f->git_dir, &repo, err); /* with what has come */
    if (st == GAZ_OK)
        st = gaz_remote_refs_head(&f->remote, repo, &head, err);
    if (st == GAZ_OK && head.len) {
        gaz_strbuf_putc(&head, '\n');
        st = gaz_path_join(&path, f->git_dir, "HEAD", err);
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

static gaz_status fetch(fetching *f, gaz_error *err)
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
    gaz_git_command_begin(&f->command, f->git_dir, words);
    gaz_git_command_add(&f->command, f->url.data);
    gaz_git_command_add(&f->command, "+refs/heads/*:refs/heads/*");
    gaz_git_command_add(&f->command, "+refs/tags/*:refs/tags/*");
    gaz_status st = gaz_git_command_run(&f->command, "fetching", NULL, err);
    gaz_status swept = gaz_clone_sweep(f->git_dir, st == GAZ_OK ? err : NULL);
    return st == GAZ_OK ? swept : st;
}

gaz_status gaz_git_fetch(const char *git_dir, const gaz_transport *transport, gaz_error *err)
{
    fetching f;
    gaz_status st = compare(&f, git_dir, transport, err);
    if (st == GAZ_OK)
        st = gaz_clone_sweep(git_dir, err);
    if (st == GAZ_OK && f.differ)
        st = fetch(&f, err);
    if (st == GAZ_OK && f.differ)
        st = follow_head(&f, err);
    release(&f);
    return st;
}

gaz_status gaz_git_compare(const char *git_dir, const gaz_transport *transport, bool *differ,
                           gaz_error *err)
{
    fetching f;
    gaz_status st = compare(&f, git_dir, transport, err);
    if (st == GAZ_OK)
        *differ = f.differ;
    release(&f);
    return st;
}
