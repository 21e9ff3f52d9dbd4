/* Durable files: a name appears only with its whole, synced content, and its directory is synced
 * after it. */
#include "gaz/base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gaz/base/clock.h"
#include "gaz/base/vec.h"

#define DEPTH_MAX 256 /* of a directory tree walked here */

gaz_status gaz_path_join(gaz_strbuf *out, const char *dir, const char *name, gaz_error *err)
{
    gaz_strbuf_reset(out);
    gaz_strbuf_puts(out, dir);
    if (out->len && out->data[out->len - 1] != '/')
        gaz_strbuf_putc(out, '/');
    gaz_strbuf_puts(out, name);
    return gaz_strbuf_check(out, err);
}

gaz_status gaz_mkdir_all(const char *path, unsigned mode, gaz_error *err)
{
    char part[4096];
    size_t len = strlen(path);
    if (len == 0 || len >= sizeof part)
        return gaz_error_set(err, GAZ_E_INVALID, "cannot make a directory with a name of %zu bytes",
                             len);
    for (size_t i = 1; i <= len; i++) {
        if (i < len && path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, (mode_t)mode) != 0 && errno != EEXIST)
            return gaz_error_errno(err, "cannot make the directory %s", part);
    }
    struct stat st;
    if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode)) {
        errno = ENOTDIR;
        return gaz_error_errno(err, "cannot use %s", path);
    }
    return GAZ_OK;
}

static gaz_status remove_at(int dir, const char *name, const char *path, unsigned depth,
                            gaz_error *err)
{
    if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
        return GAZ_OK;
    if (errno != EISDIR && errno != EPERM)
        return gaz_error_errno(err, "cannot remove %s in %s", name, path);
    if (depth == 0)
        return gaz_error_set(err, GAZ_E_LIMIT, "%s is nested over %d levels", path, DEPTH_MAX);
    int fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    if (!d) {
        gaz_status st = gaz_error_errno(err, "cannot open %s in %s", name, path);
        if (fd >= 0)
            close(fd);
        return st;
    }
    gaz_status st = GAZ_OK;
    for (struct dirent *e; st == GAZ_OK && (e = readdir(d));)
        if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
            st = remove_at(fd, e->d_name, path, depth - 1, err);
    closedir(d);
    if (st == GAZ_OK && unlinkat(dir, name, AT_REMOVEDIR) != 0 && errno != ENOENT)
        st = gaz_error_errno(err, "cannot remove the directory %s in %s", name, path);
    return st;
}

gaz_status gaz_remove_all(const char *path, gaz_error *err)
{
    return remove_at(AT_FDCWD, path, path, DEPTH_MAX, err);
}

gaz_status gaz_file_read(const char *path, size_t max, gaz_strbuf *out, gaz_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gaz_error_errno(err, "cannot open %s", path);
    gaz_status st = GAZ_OK;
    size_t total = 0;
    for (;;) {
        char spare = 0; /* a full buffer is enough when the file ends here */
        size_t room = out->max - out->len, want = room < 65536 ? room : 65536;
        char *at = want ? gaz_strbuf_reserve(out, want) : &spare;
        if (!at) {
            st = gaz_strbuf_check(out, err);
            break;
        }
        ssize_t n = read(fd, at, want ? want : 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = gaz_error_errno(err, "cannot read %s", path);
        if (n <= 0)
            break;
        if (!want) {
            st = gaz_error_set(err, GAZ_E_LIMIT, "%s is larger than the buffer's %zu bytes", path,
                               out->max);
            break;
        }
        gaz_strbuf_commit(out, (size_t)n);
        total += (size_t)n;
        if (total > max) {
            st = gaz_error_set(err, GAZ_E_LIMIT, "%s is larger than the %zu bytes allowed", path,
                               max);
            break;
        }
    }
    close(fd);
    return st;
}

gaz_status gaz_write_all(int fd, const void *data, size_t len, gaz_error *err)
{
    const char *p = data;
    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return gaz_error_errno(err, "cannot write %zu bytes", len);
        p += n;
        len -= (size_t)n;
    }
    return GAZ_OK;
}

gaz_status gaz_dir_sync(const char *path, gaz_error *err)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gaz_error_errno(err, "cannot open the directory %s", path);
    gaz_status st =
        fsync(fd) == 0 ? GAZ_OK : gaz_error_errno(err, "cannot sync the directory %s", path);
    close(fd);
    return st;
}

static gaz_status sync_parent(const char *path, gaz_error *err)
{
    const char *slash = strrchr(path, '/');
    if (!slash)
        return gaz_dir_sync(".", err);
    gaz_strbuf dir = GAZ_STRBUF_INIT;
    gaz_strbuf_add(&dir, path, slash == path ? 1 : (size_t)(slash - path));
    gaz_status st = gaz_strbuf_check(&dir, err);
    if (st == GAZ_OK)
        st = gaz_dir_sync(dir.data, err);
    gaz_strbuf_release(&dir);
    return st;
}

gaz_status gaz_file_write(const char *path, const void *data, size_t len, unsigned mode,
                          gaz_error *err)
{
    gaz_strbuf tmp = GAZ_STRBUF_INIT;
    gaz_strbuf_printf(&tmp, "%s.tmp.%d.%llx", path, (int)getpid(),
                      (unsigned long long)gaz_now_us());
    gaz_status st = gaz_strbuf_check(&tmp, err);
    if (st != GAZ_OK)
        return st;
    int fd = open(tmp.data, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (fd < 0) {
        st = gaz_error_errno(err, "cannot make %s", tmp.data);
        goto done;
    }
    st = gaz_write_all(fd, data, len, err);
    if (st == GAZ_OK && fsync(fd) != 0)
        st = gaz_error_errno(err, "cannot sync %s", tmp.data);
    if (close(fd) != 0 && st == GAZ_OK)
        st = gaz_error_errno(err, "cannot close %s", tmp.data);
    if (st == GAZ_OK && rename(tmp.data, path) != 0)
        st = gaz_error_errno(err, "cannot rename %s to %s", tmp.data, path);
    if (st == GAZ_OK)
        st = sync_parent(path, err);
    else
        unlink(tmp.data);
done:
    gaz_strbuf_release(&tmp);
    return st;
}

typedef struct name_entry {
    char *name;
    bool is_dir;
} name_entry;

static int by_name(const void *a, const void *b)
{
    return strcmp(((const name_entry *)a)->name, ((const name_entry *)b)->name);
}

static bool is_directory(int dir, const struct dirent *e)
{
    if (e->d_type != DT_UNKNOWN)
        return e->d_type == DT_DIR;
    struct stat st;
    return fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(st.st_mode);
}

gaz_status gaz_dir_each(const char *path, gaz_dir_visit visit, void *ctx, gaz_error *err)
{
    DIR *d = opendir(path);
    if (!d)
        return gaz_error_errno(err, "cannot open the directory %s", path);
    GAZ_VEC(name_entry) names = {0};
    gaz_status st = GAZ_OK;
    for (struct dirent *e; st == GAZ_OK && (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        name_entry n = {strdup(e->d_name), is_directory(dirfd(d), e)};
        if (!n.name || !gaz_vec_push(&names, n)) {
            free(n.name);
            st = gaz_error_set(err, GAZ_E_NOMEM, "no memory to list %s", path);
        }
    }
    closedir(d);
    if (names.len)
        qsort(names.items, names.len, sizeof names.items[0], by_name);
    for (size_t i = 0; i < names.len; i++) {
        if (st == GAZ_OK)
            st = visit(ctx, names.items[i].name, names.items[i].is_dir, err);
        free(names.items[i].name);
    }
    gaz_vec_free(&names);
    return st;
}

typedef struct size_walk {
    const char *dir;
    uint64_t *bytes;
    unsigned depth;
} size_walk;

static gaz_status add_size(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    size_walk *w = ctx;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&path, w->dir, name, err);
    struct stat info;
    if (st == GAZ_OK && is_dir && w->depth) {
        size_walk below = {path.data, w->bytes, w->depth - 1};
        gaz_error ignored = {0};
        gaz_status sub = gaz_dir_each(path.data, add_size, &below, &ignored);
        st = sub == GAZ_E_NOT_FOUND ? GAZ_OK : sub;
    } else if (st == GAZ_OK && lstat(path.data, &info) == 0 && S_ISREG(info.st_mode)) {
        *w->bytes += (uint64_t)info.st_size;
    }
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_dir_size(const char *path, uint64_t *bytes, gaz_error *err)
{
    uint64_t total = 0;
    size_walk w = {path, &total, DEPTH_MAX};
    gaz_status st = gaz_dir_each(path, add_size, &w, err);
    if (st == GAZ_OK)
        *bytes = total;
    return st;
}

struct gaz_lock {
    int fd;
};

gaz_status gaz_lock_open(const char *path, bool exclusive, int64_t wait_ms, gaz_lock **out,
                         gaz_error *err)
{
    gaz_lock *lock = calloc(1, sizeof *lock);
    if (!lock)
        return gaz_error_set(err, GAZ_E_NOMEM, "no memory for a lock");
    lock->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (lock->fd < 0) {
        free(lock);
        return gaz_error_errno(err, "cannot open the lock %s", path);
    }
    int how = exclusive ? LOCK_EX : LOCK_SH;
    int64_t deadline = gaz_deadline(wait_ms);
    while (flock(lock->fd, wait_ms < 0 ? how : how | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) {
            gaz_status st = gaz_error_errno(err, "cannot lock %s", path);
            gaz_lock_close(lock);
            return st;
        }
        if (gaz_expired(deadline)) {
            gaz_lock_close(lock);
            return gaz_error_set(err, GAZ_E_BUSY, "another process holds %s", path);
        }
        usleep(2000);
    }
    *out = lock;
    return GAZ_OK;
}

void gaz_lock_close(gaz_lock *lock)
{
    if (!lock)
        return;
    close(lock->fd);
    free(lock);
}
