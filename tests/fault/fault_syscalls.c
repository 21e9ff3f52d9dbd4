/* Interposed system calls: see the header. Each finds the real one behind it with dlsym(RTLD_NEXT),
 * so that a sanitizer's own interceptors are still called. */
#include "fault_syscalls.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_bool active, struck, shadowing;
static atomic_uint_fast64_t seen;
static fault_plan plan;
static char shadow_dir[512], shadow_root[512];
static atomic_uint kept_names;

static void find(void *function, const char *name)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    if (!symbol)
        abort();
    memcpy(function, &symbol, sizeof symbol);
}

#define REAL(name)                                                                                 \
    static __typeof__(&name) real;                                                                 \
    if (!real)                                                                                     \
    find(&real, #name)

void fault_syscalls_begin(fault_plan p)
{
    plan = p;
    atomic_store(&seen, 0);
    atomic_store(&struck, false);
    atomic_store(&active, true);
}

uint64_t fault_syscalls_end(void)
{
    atomic_store(&active, false);
    return atomic_load(&seen);
}

bool fault_syscalls_struck(void)
{
    return atomic_load(&struck);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
    for (;;)
        pause();
}

typedef enum verdict { GO, GO_AND_DIE, HALF_AND_DIE, HALF_AND_FAIL, FAIL } verdict;

/* @param room  whether the call needs room on the disk @param write  whether half of it can be done
 */
static verdict judge(bool room, bool write)
{
    if (!atomic_load(&active))
        return GO;
    uint64_t number = atomic_fetch_add(&seen, 1) + 1;
    bool now = number == plan.at, later = number > plan.at && atomic_load(&struck);
    if (now && (room || plan.action < FAULT_FULL_ONCE))
        atomic_store(&struck, plan.action != FAULT_COUNT);
    else if (!later && !(now || (number > plan.at && plan.action == FAULT_FULL)))
        return GO;
    switch (plan.action) {
    case FAULT_KILL_BEFORE:
        if (now)
            die();
        return GO;
    case FAULT_KILL_AFTER:
        return now ? GO_AND_DIE : GO;
    case FAULT_KILL_TORN:
        return now && write ? HALF_AND_DIE : now ? GO_AND_DIE : GO;
    case FAULT_FULL_ONCE:
        return !now || !room ? GO : write ? HALF_AND_FAIL : FAIL;
    case FAULT_FULL:
        if (!room)
            return GO;
        atomic_store(&struck, true);
        return now && write ? HALF_AND_FAIL : FAIL;
    default:
        return GO;
    }
}

/* For calls that are done whole or not at all. */
#define WHOLE(room, call)                                                                          \
    do {                                                                                           \
        verdict v_ = judge(room, false);                                                           \
        if (v_ == FAIL) {                                                                          \
            errno = ENOSPC;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        int result_ = (call), kept_ = errno;                                                       \
        if (v_ == GO_AND_DIE)                                                                      \
            die();                                                                                 \
        errno = kept_;                                                                             \
        return result_;                                                                            \
    } while (0)

/* A short write that succeeds is followed by the failure at the next call of the plan; here the
 * half is written and the call fails, as a disk that fills up in the middle of a large write may
 * also do. */
#define HALVES(length, whole, half)                                                                \
    do {                                                                                           \
        verdict v_ = judge(true, true);                                                            \
        if (v_ == FAIL) {                                                                          \
            errno = ENOSPC;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        bool halved_ = v_ == HALF_AND_DIE || v_ == HALF_AND_FAIL;                                  \
        ssize_t result_ = halved_ ? ((length) > 1 ? (half) : 0) : (whole);                         \
        int kept_ = errno;                                                                         \
        if (v_ == GO_AND_DIE || v_ == HALF_AND_DIE)                                                \
            die();                                                                                 \
        if (v_ == HALF_AND_FAIL) {                                                                 \
            errno = ENOSPC;                                                                        \
            return -1;                                                                             \
        }                                                                                          \
        errno = kept_;                                                                             \
        return result_;                                                                            \
    } while (0)

/* ---- the shadow ---- */

static int raw_open(const char *path, int flags, mode_t mode)
{
    REAL(open);
    return real(path, flags, mode);
}

static ssize_t raw_write(int fd, const void *data, size_t len)
{
    REAL(write);
    return real(fd, data, len);
}

static void raw_link(int dir, const char *name, const char *to)
{
    REAL(linkat);
    (void)!real(dir, name, AT_FDCWD, to, 0);
}

static void must(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "the shadow of synced files: %s: %s\n", what, strerror(errno));
        abort();
    }
}

static void copy_content(int from, const char *to)
{
    char buffer[65536];
    off_t at = 0;
    int fd = raw_open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0, to);
    for (ssize_t n; (n = pread(from, buffer, sizeof buffer, at)) > 0; at += n)
        must(raw_write(fd, buffer, (size_t)n) == n, to);
    close(fd);
}

static void note_file(int fd, const struct stat *info)
{
    char to[600], self[64];
    snprintf(to, sizeof to, "%s/inode-%lu", shadow_dir, (unsigned long)info->st_ino);
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    int readable =
        raw_open(self, O_RDONLY | O_CLOEXEC, 0); /* the file may be open for writing only */
    must(readable >= 0, self);
    copy_content(readable, to);
    close(readable);
}

static void note_directory(const char *path)
{
    char to[600], line[400], each[1400];
    struct stat info, entry;
    DIR *d = opendir(path);
    must(d && fstat(dirfd(d), &info) == 0, path);
    snprintf(to, sizeof to, "%s/names-%lu", shadow_dir, (unsigned long)info.st_ino);
    int fd = raw_open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0, to);
    for (struct dirent *e; (e = readdir(d));) {
        snprintf(each, sizeof each, "%s/%s", path, e->d_name);
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 || lstat(each, &entry) != 0)
            continue;
        int n = snprintf(line, sizeof line, "%c %lu %s\n", S_ISDIR(entry.st_mode) ? 'd' : 'f',
                         (unsigned long)entry.st_ino, e->d_name);
        must(raw_write(fd, line, (size_t)n) == n, to);
    }
    close(fd);
    closedir(d);
}

static void note_all(const char *path)
{
    char each[1400];
    struct stat info;
    note_directory(path);
    DIR *d = opendir(path);
    must(d, path);
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0)
            continue;
        snprintf(each, sizeof each, "%s/%s", path, e->d_name);
        if (lstat(each, &info) != 0)
            continue;
        if (S_ISDIR(info.st_mode)) {
            note_all(each);
        } else if (S_ISREG(info.st_mode)) {
            int fd = raw_open(each, O_RDONLY | O_CLOEXEC, 0);
            must(fd >= 0, each);
            note_file(fd, &info);
            close(fd);
        }
    }
    closedir(d);
}

void fault_shadow_begin(const char *root, const char *shadow)
{
    snprintf(shadow_root, sizeof shadow_root, "%s", root);
    snprintf(shadow_dir, sizeof shadow_dir, "%s", shadow);
    must(mkdir(shadow, 0700) == 0, shadow);
    note_all(root);
    atomic_store(&shadowing, true);
}

void fault_shadow_end(void)
{
    atomic_store(&shadowing, false);
}

/* After a successful fsync. */
static void note_synced(int fd)
{
    char self[64], path[1200];
    struct stat info;
    if (!atomic_load(&shadowing) || fstat(fd, &info) != 0)
        return;
    snprintf(self, sizeof self, "/proc/self/fd/%d", fd);
    ssize_t n = readlink(self, path, sizeof path - 1);
    path[n > 0 ? n : 0] = '\0';
    size_t root = strlen(shadow_root);
    if (strncmp(path, shadow_root, root) != 0 || (path[root] && path[root] != '/'))
        return;
    if (S_ISDIR(info.st_mode))
        note_directory(path);
    else
        note_file(fd, &info);
}

/* A name is about to go, but not durably: the inode is kept, so that its number is not given to
 * another file. */
static void keep_inode(int dir, const char *name)
{
    char to[600];
    struct stat info;
    if (!atomic_load(&shadowing) || fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) != 0 ||
        !S_ISREG(info.st_mode))
        return;
    snprintf(to, sizeof to, "%s/kept-%u", shadow_dir, atomic_fetch_add(&kept_names, 1));
    raw_link(dir, name, to);
}

static void restore_directory(const char *shadow, unsigned long inode, const char *to)
{
    char list[600], line[400], from[600], each[1400];
    must(mkdir(to, 0700) == 0, to);
    snprintf(list, sizeof list, "%s/names-%lu", shadow, inode);
    FILE *f = fopen(list, "r");
    while (f && fgets(line, sizeof line, f)) {
        char kind, name[300];
        unsigned long number;
        if (sscanf(line, "%c %lu %299s", &kind, &number, name) != 3)
            continue;
        snprintf(each, sizeof each, "%s/%s", to, name);
        if (kind == 'd') {
            restore_directory(shadow, number, each);
            continue;
        }
        snprintf(from, sizeof from, "%s/inode-%lu", shadow, number);
        int fd = raw_open(from, O_RDONLY | O_CLOEXEC, 0);
        if (fd >= 0) {
            copy_content(fd, each);
            close(fd);
        } else { /* the name is durable, the content never was */
            fd = raw_open(each, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
            must(fd >= 0, each);
            close(fd);
        }
    }
    if (f)
        fclose(f);
}

void fault_shadow_restore(const char *root, const char *shadow, const char *to)
{
    struct stat info;
    must(stat(root, &info) == 0, root);
    restore_directory(shadow, (unsigned long)info.st_ino, to);
}

/* ---- the calls ---- */

#define MODE_OF(flags)                                                                             \
    mode_t mode = 0;                                                                               \
    if ((flags) & (O_CREAT | O_TMPFILE)) {                                                         \
        va_list args;                                                                              \
        va_start(args, flags);                                                                     \
        mode = (mode_t)va_arg(args, unsigned);                                                     \
        va_end(args);                                                                              \
    }

/* Opening a file that is there changes nothing, whatever the flags. */
static bool makes(int dir, const char *path, int flags)
{
    return (flags & O_CREAT) && atomic_load(&active) &&
           faccessat(dir, path, F_OK, AT_SYMLINK_NOFOLLOW) != 0;
}

int open(const char *path, int flags, ...)
{
    REAL(open);
    MODE_OF(flags)
    if (!makes(AT_FDCWD, path, flags))
        return real(path, flags, mode);
    WHOLE(true, real(path, flags, mode));
}

int open64(const char *path, int flags, ...)
{
    REAL(open64);
    MODE_OF(flags)
    if (!makes(AT_FDCWD, path, flags))
        return real(path, flags, mode);
    WHOLE(true, real(path, flags, mode));
}

int openat(int dir, const char *path, int flags, ...)
{
    REAL(openat);
    MODE_OF(flags)
    if (!makes(dir, path, flags))
        return real(dir, path, flags, mode);
    WHOLE(true, real(dir, path, flags, mode));
}

ssize_t write(int fd, const void *data, size_t len)
{
    REAL(write);
    if (fd <= 2)
        return real(fd, data, len);
    HALVES(len, real(fd, data, len), real(fd, data, len / 2));
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
    REAL(pwrite);
    HALVES(len, real(fd, data, len, at), real(fd, data, len / 2, at));
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
    REAL(pwrite64);
    HALVES(len, real(fd, data, len, at), real(fd, data, len / 2, at));
}

/* Nothing is sent to the disk: what a killed process wrote outlives it in the page cache, and what
 * a power cut leaves is what the shadow holds. It would only make every trial several times slower.
 */
static int sync_and_note(int fd)
{
    if (fcntl(fd, F_GETFD) < 0)
        return -1;
    note_synced(fd);
    return 0;
}

int fsync(int fd)
{
    WHOLE(true, sync_and_note(fd));
}

int fdatasync(int fd)
{
    WHOLE(true, sync_and_note(fd));
}

int rename(const char *from, const char *to)
{
    REAL(rename);
    keep_inode(AT_FDCWD, to);
    WHOLE(true, real(from, to));
}

int renameat(int from_dir, const char *from, int to_dir, const char *to)
{
    REAL(renameat);
    keep_inode(to_dir, to);
    WHOLE(true, real(from_dir, from, to_dir, to));
}

int link(const char *from, const char *to)
{
    REAL(link);
    WHOLE(true, real(from, to));
}

int linkat(int from_dir, const char *from, int to_dir, const char *to, int flags)
{
    REAL(linkat);
    WHOLE(true, real(from_dir, from, to_dir, to, flags));
}

int unlink(const char *path)
{
    REAL(unlink);
    keep_inode(AT_FDCWD, path);
    WHOLE(false, real(path));
}

int unlinkat(int dir, const char *path, int flags)
{
    REAL(unlinkat);
    keep_inode(dir, path);
    WHOLE(false, real(dir, path, flags));
}

int rmdir(const char *path)
{
    REAL(rmdir);
    WHOLE(false, real(path));
}

/* A new directory may have the number of one that is gone, but not its names. */
static int made_directory(int result, int dir, const char *path)
{
    char list[600];
    struct stat info;
    if (result == 0 && atomic_load(&shadowing) &&
        fstatat(dir, path, &info, AT_SYMLINK_NOFOLLOW) == 0) {
        REAL(unlink);
        snprintf(list, sizeof list, "%s/names-%lu", shadow_dir, (unsigned long)info.st_ino);
        (void)real(list);
    }
    return result;
}

int mkdir(const char *path, mode_t mode)
{
    REAL(mkdir);
    struct stat info;
    if (lstat(path, &info) == 0)
        return real(path, mode);
    WHOLE(true, made_directory(real(path, mode), AT_FDCWD, path));
}

int mkdirat(int dir, const char *path, mode_t mode)
{
    REAL(mkdirat);
    WHOLE(true, made_directory(real(dir, path, mode), dir, path));
}

/* Cutting a file needs no room, growing it does: told apart only where it matters. */
static bool grows(int fd, off64_t len)
{
    struct stat info;
    return fstat(fd, &info) == 0 && len > info.st_size;
}

int ftruncate(int fd, off_t len)
{
    REAL(ftruncate);
    WHOLE(grows(fd, len), real(fd, len));
}

int ftruncate64(int fd, off64_t len)
{
    REAL(ftruncate64);
    WHOLE(grows(fd, len), real(fd, len));
}
