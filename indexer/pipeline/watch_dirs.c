/* inotify knows directories by number; a list says which path each number stands for. Numbers only
 * grow. A directory is watched before it is read, so that nothing falls between; one that is moved
 * away loses the watches below it, and where it arrives it is read like a new one. Descriptors are
 * opened below the root without following links and handed over as /proc/self/fd/N, so that what is
 * watched is what was looked at. */
#include "watch_dirs.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "gaz/base/fs.h"

#define NUMBER_MAX 100000000
#define EVENTS                                                                                     \
    (IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO |            \
     IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to watch a work tree");
}

/* ---- what has changed ---- */

void watch_changes_init(watch_changes *c)
{
    *c = (watch_changes){0};
    gaz_map_init(&c->seen);
}

void watch_changes_reset(watch_changes *c)
{
    watch_changes_release(c);
    watch_changes_init(c);
}

void watch_changes_release(watch_changes *c)
{
    for (size_t i = 0; i < c->paths.len; i++)
        free(c->paths.items[i]);
    gaz_vec_free(&c->paths);
    gaz_map_release(&c->seen);
}

bool watch_changes_any(const watch_changes *c)
{
    return c->paths.len || c->all || c->head || c->index || c->gone;
}

gaz_status watch_changes_add(watch_changes *c, const char *path, gaz_error *err)
{
    bool added = false;
    if (c->all)
        return GAZ_OK;
    if (!path[0] || c->paths.len >= WATCH_PATHS_MAX) {
        c->all = true;
        return GAZ_OK;
    }
    if (!gaz_vec_reserve(&c->paths, 1) || !gaz_map_put(&c->seen, path, strlen(path), &added))
        return no_memory(err);
    if (!added)
        return GAZ_OK;
    char *copy = strdup(path);
    if (!copy)
        return no_memory(err);
    c->paths.items[c->paths.len++] = copy;
    return GAZ_OK;
}

static int by_path(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool is_below(const char *path, const char *dir)
{
    size_t len = strlen(dir);
    return strncmp(path, dir, len) == 0 && path[len] == '/';
}

/* A path is below another when one of its parents is in the set. */
static bool has_parent(const watch_changes *c, const char *path)
{
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/'))
        if (gaz_map_get(&c->seen, path, (size_t)(slash - path)))
            return true;
    return false;
}

void watch_changes_settle(watch_changes *c)
{
    size_t kept = 0;
    if (!c->paths.len)
        return;
    qsort(c->paths.items, c->paths.len, sizeof *c->paths.items, by_path);
    for (size_t i = 0; i < c->paths.len; i++) {
        if (has_parent(c, c->paths.items[i]))
            free(c->paths.items[i]);
        else
            c->paths.items[kept++] = c->paths.items[i];
    }
    c->paths.len = kept;
}

/* ---- watching ---- */

static long read_limit(const char *path)
{
    char text[32] = "";
    FILE *f = fopen(path, "re");
    long value = f && fgets(text, sizeof text, f) ? strtol(text, NULL, 10) : -1;
    if (f)
        fclose(f);
    return value;
}

void watch_dirs_open(watch_dirs *w, size_t limit)
{
    *w = (watch_dirs){.limit = limit};
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    w->full = w->fd < 0;
    if (w->fd < 0)
        snprintf(w->limit_note, sizeof w->limit_note,
                 "inotify gives no further instance (%s; fs.inotify.max_user_instances is %ld): "
                 "raise it with sysctl -w fs.inotify.max_user_instances=1024",
                 strerror(errno), read_limit("/proc/sys/fs/inotify/max_user_instances"));
}

void watch_dirs_close(watch_dirs *w)
{
    if (w->fd >= 0)
        close(w->fd);
    for (size_t i = 0; i < w->dirs.len; i++)
        free(w->dirs.items[i].path);
    gaz_vec_free(&w->dirs);
    w->fd = -1;
}

static void forget(watch_dirs *w, int number)
{
    watched_dir *d = &w->dirs.items[number];
    w->count -= d->place != WATCH_NOWHERE;
    free(d->path);
    *d = (watched_dir){0};
}

static gaz_status keep(watch_dirs *w, int number, watch_place place, const char *path,
                       gaz_error *err)
{
    size_t need = (size_t)number + 1;
    if (number > NUMBER_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "inotify has counted %d directories", number);
    if (need > w->dirs.len) {
        if (!gaz_vec_reserve(&w->dirs, need - w->dirs.len))
            return no_memory(err);
        memset(w->dirs.items + w->dirs.len, 0, (need - w->dirs.len) * sizeof *w->dirs.items);
        w->dirs.len = need;
    }
    watched_dir *d = &w->dirs.items[number];
    if (d->place == place && d->path && strcmp(d->path, path) == 0)
        return GAZ_OK;
    char *copy = strdup(path);
    if (!copy)
        return no_memory(err);
    forget(w, number);
    *d = (watched_dir){.path = copy, .place = place};
    w->count++;
    return GAZ_OK;
}

/* Not all is watched from now on. The first reason is told. */
GAZ_PRINTF(2, 3) static void meet_limit(watch_dirs *w, const char *format, ...)
{
    va_list args;
    if (w->full)
        return;
    va_start(args, format);
    vsnprintf(w->limit_note, sizeof w->limit_note, format, args);
    va_end(args);
    w->full = true;
}

/* All watchers of a user share the limit; a container's own may be below the system's. */
static void meet_system_limit(watch_dirs *w)
{
    long system = read_limit("/proc/sys/fs/inotify/max_user_watches");
    long own = read_limit("/proc/sys/user/max_inotify_watches");
    bool below = own >= 0 && own < system;
    const char *name = below ? "user.max_inotify_watches" : "fs.inotify.max_user_watches";
    meet_limit(
        w,
        "the system allows no more watches after %zu directories (%s is %ld for all programs "
        "of this user): raise it with sysctl -w %s=1048576",
        w->count, name, below ? own : system, name);
}

/* What has gone, or may not be read, is no loss: its parent tells. */
static bool is_harmless(int number)
{
    return number == ENOENT || number == ENOTDIR || number == ELOOP || number == ENAMETOOLONG ||
           number == EACCES || number == EPERM;
}

static gaz_status add(watch_dirs *w, const char *name, watch_place place, const char *path,
                      gaz_error *err)
{
    int number = inotify_add_watch(w->fd, name, EVENTS);
    bool known =
        number >= 0 && (size_t)number < w->dirs.len && w->dirs.items[number].place != WATCH_NOWHERE;
    if (number >= 0 && (known || w->count < w->limit))
        return keep(w, number, place, path, err);
    if (number >= 0) {
        (void)inotify_rm_watch(w->fd, number);
        meet_limit(w,
                   "%zu directories are watched, as many as the setting watch.directories allows: "
                   "raise it",
                   w->count);
    } else if (errno == ENOSPC) {
        meet_system_limit(w);
    } else if (!is_harmless(errno)) {
        meet_limit(w,
                   "cannot watch the directory '%.100s': %s; all of the tree is compared instead",
                   path, strerror(errno));
    }
    return GAZ_OK;
}

gaz_status watch_dirs_add(watch_dirs *w, const gaz_worktree *wt, const char *path, gaz_error *err)
{
    char name[64];
    int fd = -1;
    if (w->fd < 0)
        return GAZ_OK;
    gaz_error why = {0};
    gaz_status opened = gaz_worktree_open_dir(wt, path, &fd, &why);
    if (opened != GAZ_OK && opened != GAZ_E_NOT_FOUND && opened != GAZ_E_DENIED)
        meet_limit(w, "%.200s; all of the tree is compared instead", why.message);
    if (opened != GAZ_OK)
        return GAZ_OK;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    gaz_status st = add(w, name, WATCH_TREE, path, err);
    close(fd);
    return st;
}

gaz_status watch_dirs_add_git(watch_dirs *w, const char *path, gaz_error *err)
{
    return w->fd < 0 ? GAZ_OK : add(w, path, WATCH_GIT, path, err);
}

static void drop_below(watch_dirs *w, const char *path)
{
    for (size_t i = 0; i < w->dirs.len; i++) {
        const watched_dir *d = &w->dirs.items[i];
        if ((d->place != WATCH_TREE && d->place != WATCH_INNER) ||
            (strcmp(d->path, path) != 0 && !is_below(d->path, path)))
            continue;
        (void)inotify_rm_watch(w->fd, (int)i);
        forget(w, (int)i);
    }
}

/* ---- events ---- */

/* A `.git` has come or gone below the root. Git makes a repository of a directory bit by bit, and
 * it is one when the last of them is there: so what comes into a new `.git` is watched for. */
static gaz_status take_inner(watch_dirs *w, const gaz_worktree *wt, const watched_dir *d,
                             const struct inotify_event *e, watch_changes *out, gaz_error *err)
{
    char name[64];
    int fd = -1;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = GAZ_OK;
    if ((e->mask & IN_ISDIR) && (e->mask & (IN_CREATE | IN_MOVED_TO))) {
        st = gaz_path_join(&path, d->path, ".git", err);
        if (st == GAZ_OK && gaz_worktree_open_dir(wt, path.data, &fd, NULL) == GAZ_OK) {
            snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
            st = add(w, name, WATCH_INNER, d->path, err);
            close(fd);
        }
        gaz_strbuf_release(&path);
    }
    return st == GAZ_OK ? watch_changes_add(out, d->path, err) : st;
}

static gaz_status take_tree(watch_dirs *w, const gaz_worktree *wt, const watched_dir *d,
                            const struct inotify_event *e, watch_changes *out, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    bool dir = e->mask & IN_ISDIR;
    if (!e->len) {
        out->gone |= !d->path[0] && (e->mask & (IN_DELETE_SELF | IN_MOVE_SELF));
        return GAZ_OK;
    }
    if (strcmp(e->name, ".git") == 0) /* of the root: watched by itself */
        return d->path[0] ? take_inner(w, wt, d, e, out, err) : GAZ_OK;
    gaz_status st = GAZ_OK;
    if (d->path[0])
        st = gaz_path_join(&path, d->path, e->name, err);
    else
        gaz_strbuf_puts(&path, e->name);
    if (st == GAZ_OK)
        st = gaz_strbuf_check(&path, err);
    if (st == GAZ_OK && dir && (e->mask & (IN_DELETE | IN_MOVED_FROM)))
        drop_below(w, path.data);
    if (st == GAZ_OK &&
        (gaz_worktree_lists(wt, path.data, dir) || gaz_worktree_has_rules(wt, path.data)))
        st = watch_changes_add(out, path.data, err);
    gaz_strbuf_release(&path);
    return st;
}

/* References are replaced by renaming a lock file over them, most of the time. */
static void take_git(const struct inotify_event *e, watch_changes *out)
{
    size_t len = e->len ? strlen(e->name) : 0;
    if (!len || (len > 5 && strcmp(e->name + len - 5, ".lock") == 0) || (e->mask & IN_ISDIR))
        return;
    if (strcmp(e->name, "index") == 0)
        out->index = true;
    else if (strcmp(e->name, "exclude") == 0)
        out->all = true;
    else
        out->head = true;
}

static gaz_status take(watch_dirs *w, const gaz_worktree *wt, const struct inotify_event *e,
                       watch_changes *out, gaz_error *err)
{
    if (e->mask & IN_Q_OVERFLOW) {
        out->all = out->head = out->index = true;
        return GAZ_OK;
    }
    if (e->wd < 0 || (size_t)e->wd >= w->dirs.len || w->dirs.items[e->wd].place == WATCH_NOWHERE)
        return GAZ_OK;
    if (e->mask & IN_IGNORED) {
        forget(w, e->wd);
        return GAZ_OK;
    }
    watched_dir d = w->dirs.items[e->wd];
    if (d.place == WATCH_GIT) {
        take_git(e, out);
        return GAZ_OK;
    }
    if (d.place == WATCH_INNER)
        return watch_changes_add(out, d.path, err);
    char *path = strdup(d.path); /* the list may lose it on the way */
    if (!path)
        return no_memory(err);
    d.path = path;
    gaz_status st = take_tree(w, wt, &d, e, out, err);
    free(path);
    return st;
}

gaz_status watch_dirs_read(watch_dirs *w, const gaz_worktree *wt, watch_changes *out, bool *seen,
                           gaz_error *err)
{
    _Alignas(struct inotify_event) char buffer[65536];
    gaz_status st = GAZ_OK;
    size_t before = out->paths.len;
    bool flags = out->all || out->head || out->index || out->gone;
    while (st == GAZ_OK && w->fd >= 0) {
        ssize_t n = read(w->fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        for (ssize_t at = 0; st == GAZ_OK && at < n;) {
            const struct inotify_event *e = (const struct inotify_event *)(buffer + at);
            st = take(w, wt, e, out, err);
            at += (ssize_t)(sizeof *e + e->len);
        }
    }
    *seen = out->paths.len != before || flags != (out->all || out->head || out->index || out->gone);
    return st;
}
