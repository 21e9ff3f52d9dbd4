/* Opening a work tree and reading its files. Whatever is opened is opened below the root by
 * openat2(RESOLVE_BENEATH, RESOLVE_NO_SYMLINKS), so that a component that becomes a symbolic link
 * between two steps leads nowhere; on kernels without it, component by component. Files are opened
 * without waiting and looked at before they are read: a pipe in a file's place would hang whoever
 * reads it. */
#include "worktree_private.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "gaz/base/fs.h"

#define READ_TRIES 3
#define RESOLVE_TRIES 100 /* the kernel says EAGAIN while something on the way is being renamed */

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading a work tree");
}

/* ---- opening ---- */

/* Component by component: what openat2() does at once. */
static int open_by_parts(int root, const char *path, int flags)
{
    char part[NAME_MAX + 1];
    int dir = dup(root);
    while (dir >= 0) {
        size_t n = strcspn(path, "/");
        bool last = !path[n];
        if (n == 0 || n > NAME_MAX || (n == 2 && memcmp(path, "..", 2) == 0)) {
            close(dir);
            errno = n > NAME_MAX ? ENAMETOOLONG : ENOENT;
            return -1;
        }
        memcpy(part, path, n);
        part[n] = '\0';
        int next =
            openat(dir, part, (last ? flags : O_PATH | O_DIRECTORY) | O_NOFOLLOW | O_CLOEXEC);
        int why = errno;
        close(dir);
        errno = why;
        if (last || next < 0)
            return next;
        dir = next;
        path += n + 1;
    }
    return -1;
}

int gaz_worktree_open_at(const gaz_worktree *wt, const char *path, int flags)
{
    const char *at = *path ? path : ".";
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_NOFOLLOW | O_CLOEXEC),
                           .resolve =
                               RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    for (int tries = 0; tries < RESOLVE_TRIES; tries++) {
        long fd = syscall(SYS_openat2, wt->root, at, &how, sizeof how);
        if (fd >= 0 || (errno != EAGAIN && errno != EINTR && errno != ENOSYS && errno != EPERM))
            return (int)fd;
        if (errno == ENOSYS || errno == EPERM)
            return open_by_parts(wt->root, at, flags);
    }
    return -1;
}

static gaz_status open_root(gaz_worktree *wt, const char *root, gaz_error *err)
{
    struct stat info;
    wt->root_path = strdup(root);
    if (!wt->root_path)
        return no_memory(err);
    wt->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (wt->root < 0 || fstat(wt->root, &info) != 0)
        return gaz_error_errno(err, "cannot open the work tree '%s'", root);
    wt->device = info.st_dev;
    wt->inode = info.st_ino;
    return GAZ_OK;
}

gaz_status gaz_worktree_open(const gaz_repo *repo, const char *root, gaz_worktree **out,
                             gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_worktree *wt = calloc(1, sizeof *wt);
    if (!wt)
        return no_memory(err);
    wt->root = -1;
    gaz_map_init(&wt->rules_at);
    gaz_arena_init(&wt->index.paths, GAZ_INDEX_BYTES_MAX);
    gaz_status st = open_root(wt, root, err);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, repo->git_dir, "index", err);
    if (st == GAZ_OK && !(wt->index_path = gaz_strbuf_detach(&path, NULL)))
        st = no_memory(err);
    if (st == GAZ_OK)
        st = gaz_path_join(&path, repo->common_dir, "info/exclude", err);
    if (st == GAZ_OK && !(wt->exclude_path = gaz_strbuf_detach(&path, NULL)))
        st = no_memory(err);
    if (st == GAZ_OK)
        st = gaz_index_read(wt->index_path, &wt->index, err);
    gaz_strbuf_release(&path);
    if (st == GAZ_OK)
        *out = wt;
    else
        gaz_worktree_close(wt);
    return st;
}

void gaz_worktree_close(gaz_worktree *wt)
{
    if (!wt)
        return;
    if (wt->root >= 0)
        close(wt->root);
    gaz_index_release(&wt->index);
    gaz_ignore_free(wt->ignore);
    for (size_t i = 0; i < wt->rule_dirs.len; i++)
        free(wt->rule_dirs.items[i]);
    gaz_vec_free(&wt->rule_dirs);
    gaz_map_release(&wt->rules_at);
    free(wt->root_path);
    free(wt->index_path);
    free(wt->exclude_path);
    free(wt);
}

const char *gaz_worktree_note(const gaz_worktree *wt)
{
    return wt->index.note[0] ? wt->index.note : NULL;
}

bool gaz_worktree_is_there(const gaz_worktree *wt)
{
    struct stat info;
    if (stat(wt->root_path, &info) != 0)
        return errno != ENOENT && errno != ENOTDIR;
    return info.st_dev == wt->device && info.st_ino == wt->inode;
}

gaz_status gaz_worktree_track(gaz_worktree *wt, const char *path, size_t len, gaz_error *err)
{
    gaz_index_entry e = {.len = (uint32_t)len, .mode = GAZ_MODE_FILE};
    if (!len || path[len - 1] == '/')
        return GAZ_OK;
    e.path = gaz_arena_strndup(&wt->index.paths, path, len);
    return e.path && gaz_vec_push(&wt->index.entries, e) ? GAZ_OK : no_memory(err);
}

/* ---- git's index, again ---- */

static int compare_entries(const gaz_index_entry *a, const gaz_index_entry *b)
{
    uint32_t n = a->len < b->len ? a->len : b->len;
    int c = memcmp(a->path, b->path, n);
    return c ? c : (a->len > b->len) - (a->len < b->len);
}

/* Whether the difference between two entries of a path matters to what the tree holds: the files
 * themselves are what counts, but for those that are not there. */
static bool means_other(const gaz_index_entry *a, const gaz_index_entry *b)
{
    bool absent = a->skipped || b->skipped || (a->mode & GAZ_MODE_KIND) == GAZ_MODE_GITLINK ||
                  (b->mode & GAZ_MODE_KIND) == GAZ_MODE_GITLINK;
    return absent && (a->skipped != b->skipped || a->mode != b->mode ||
                      gaz_oid_compare(&a->oid, &b->oid) != 0);
}

/* Steps behind all stages of the entry at `*at`. */
static void step(const gaz_index *index, size_t *at)
{
    const gaz_index_entry *e = &index->entries.items[*at];
    do
        ++*at;
    while (*at < index->entries.len && compare_entries(&index->entries.items[*at], e) == 0);
}

gaz_status gaz_worktree_reload(gaz_worktree *wt, gaz_path_visit visit, void *ctx, bool *usable,
                               gaz_error *err)
{
    gaz_index now;
    size_t i = 0, k = 0;
    bool was = !wt->index.note[0];
    gaz_status st = gaz_index_read(wt->index_path, &now, err);
    if (st != GAZ_OK) {
        gaz_index_release(&now);
        return st;
    }
    *usable = was && !now.note[0];
    while (st == GAZ_OK && visit && *usable && (i < wt->index.entries.len || k < now.entries.len)) {
        const gaz_index_entry *a = i < wt->index.entries.len ? &wt->index.entries.items[i] : NULL;
        const gaz_index_entry *b = k < now.entries.len ? &now.entries.items[k] : NULL;
        if (!a && !b)
            break;
        int c = !a ? 1 : !b ? -1 : compare_entries(a, b);
        if (c != 0 || means_other(a, b))
            st = visit(ctx, c <= 0 ? a->path : b->path, err);
        if (c <= 0)
            step(&wt->index, &i);
        if (c >= 0)
            step(&now, &k);
    }
    gaz_index_release(&wt->index);
    wt->index = now;
    return st;
}

/* ---- reading ---- */

gaz_file_stamp gaz_worktree_stamp(const struct stat *info)
{
    return (gaz_file_stamp){
        .mtime_ns = info->st_mtim.tv_sec * (int64_t)1000000000 + info->st_mtim.tv_nsec,
        .ctime_ns = info->st_ctim.tv_sec * (int64_t)1000000000 + info->st_ctim.tv_nsec,
        .size = (uint64_t)info->st_size,
        .inode = (uint64_t)info->st_ino};
}

static bool same_stamp(const gaz_file_stamp *a, const gaz_file_stamp *b)
{
    return a->mtime_ns == b->mtime_ns && a->ctime_ns == b->ctime_ns && a->size == b->size &&
           a->inode == b->inode;
}

static gaz_status read_bytes(int fd, const char *path, uint64_t size, uint64_t max, gaz_strbuf *out,
                             gaz_error *err)
{
    size_t step = size < 65536 ? 65536 : size < (1 << 22) ? (size_t)size + 1 : (size_t)1 << 22;
    gaz_strbuf_reset(out);
    for (;;) {
        char *at = gaz_strbuf_reserve(out, step);
        if (!at)
            return gaz_strbuf_check(out, err);
        ssize_t n = pread(fd, at, step, (off_t)out->len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gaz_error_errno(err, "cannot read '%s'", path);
        if (n == 0)
            return GAZ_OK;
        gaz_strbuf_commit(out, (size_t)n);
        if (out->len > max)
            return gaz_error_set(err, GAZ_E_LIMIT, "'%s' has more than %llu bytes", path,
                                 (unsigned long long)max);
    }
}

gaz_status gaz_worktree_read_fd(int fd, const char *path, uint64_t max, gaz_strbuf *out,
                                gaz_file_stamp *stamp, gaz_error *err)
{
    struct stat before, after;
    for (int tries = 0;; tries++) {
        if (fstat(fd, &before) != 0)
            return gaz_error_errno(err, "cannot look at '%s'", path);
        if (!S_ISREG(before.st_mode))
            return gaz_error_set(err, GAZ_E_NOT_FOUND, "'%s' is not a file", path);
        *stamp = gaz_worktree_stamp(&before);
        if ((uint64_t)before.st_size > max)
            return gaz_error_set(err, GAZ_E_LIMIT, "'%s' has more than %llu bytes", path,
                                 (unsigned long long)max);
        gaz_status st = read_bytes(fd, path, (uint64_t)before.st_size, max, out, err);
        if (st != GAZ_OK)
            return st;
        if (fstat(fd, &after) != 0)
            return gaz_error_errno(err, "cannot look at '%s'", path);
        gaz_file_stamp now = gaz_worktree_stamp(&after);
        if (same_stamp(stamp, &now) || tries + 1 == READ_TRIES)
            return GAZ_OK;
    }
}

/* What is not there any more, or something else now, counts as gone. */
static gaz_status not_opened(const char *path, gaz_error *err)
{
    if (errno == ENOTDIR || errno == ELOOP || errno == EXDEV || errno == ENXIO ||
        errno == ENAMETOOLONG || errno == EAGAIN)
        errno = ENOENT;
    gaz_status known = errno == EACCES || errno == EPERM    ? GAZ_E_DENIED
                       : errno == EMFILE || errno == ENFILE ? GAZ_E_BUSY
                                                            : GAZ_OK;
    gaz_status st = gaz_error_errno(err, "cannot open '%s'", path);
    if (known == GAZ_E_BUSY)
        gaz_error_hint(err, "allow more open files: ulimit -n, or sysctl fs.file-max");
    return known ? known : st;
}

gaz_status gaz_worktree_read(gaz_worktree *wt, const char *path, uint64_t max, gaz_strbuf *out,
                             gaz_file_stamp *stamp, gaz_error *err)
{
    int fd = gaz_worktree_open_at(wt, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return not_opened(path, err);
    gaz_status st = gaz_worktree_read_fd(fd, path, max, out, stamp, err);
    close(fd);
    return st;
}

gaz_status gaz_worktree_read_link(gaz_worktree *wt, const char *path, gaz_strbuf *out,
                                  gaz_error *err)
{
    char target[PATH_MAX];
    int fd = gaz_worktree_open_at(wt, path, O_PATH);
    if (fd < 0)
        return not_opened(path, err);
    ssize_t n = readlinkat(fd, "", target, sizeof target);
    gaz_status st = GAZ_OK;
    if (n < 0) { /* EINVAL, ENOENT: it is no link */
        errno = ENOENT;
        st = gaz_error_errno(err, "cannot read the link '%s'", path);
    } else {
        gaz_strbuf_reset(out);
        gaz_strbuf_add(out, target, (size_t)n);
        st = gaz_strbuf_check(out, err);
    }
    close(fd);
    return st;
}

gaz_status gaz_worktree_open_dir(const gaz_worktree *wt, const char *path, int *fd, gaz_error *err)
{
    *fd = gaz_worktree_open_at(wt, path, O_PATH | O_DIRECTORY);
    return *fd >= 0 ? GAZ_OK : not_opened(path, err);
}

const char *gaz_repo_common_dir(const gaz_repo *repo)
{
    return repo->common_dir;
}
