/* Which files git would list. Every directory is read in order of names, so that paths come in byte
 * order; ignore files are taken up as their directories are entered, which is when they begin to
 * matter. A directory that is kept out is entered only for tracked files below it. What git's index
 * says of a file is believed when nothing about the file has changed since; otherwise it is to be
 * read. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "worktree_private.h"

#define ENTRIES_MAX 10000000u /* as of a tree: see gaz_repo_walk() */
#define DEPTH_MAX 512         /* each holds a descriptor; 1,024 are usual */
#define IGNORE_NAME ".gitignore"
#define IGNORE_BYTES_MAX ((uint64_t)GAZ_IGNORE_FILE_MAX * 4)
#define PREFIX_GITDIR "gitdir: "

typedef struct name {
    size_t at; /* in the directory's text */
    uint32_t len;
    uint8_t type; /* DT_… */
} name;

/* A directory being read. */
typedef struct listing {
    gaz_strbuf text;
    GAZ_VEC(name) names;
} listing;

typedef struct walk {
    gaz_worktree *wt;
    const gaz_worktree_scan *scan;
    char path[GAZ_PATH_BYTES_MAX + 2];
    uint64_t entries;
    unsigned depth;
} walk;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory reading a work tree");
}

static gaz_status walk_dir(walk *w, size_t len, bool only_tracked, gaz_error *err);

static gaz_status emit(walk *w, const gaz_worktree_entry *entry, gaz_error *err)
{
    if (++w->entries > ENTRIES_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT, "the work tree has more than %u entries",
                             ENTRIES_MAX);
    return w->scan->visit(w->scan->ctx, entry, err);
}

/* ---- ignore files ---- */

static gaz_status note_rules(gaz_worktree *wt, const char *dir, size_t len, gaz_error *err)
{
    bool added = false;
    if (!gaz_vec_reserve(&wt->rule_dirs, 1) || !gaz_map_put(&wt->rules_at, dir, len, &added))
        return no_memory(err);
    if (!added)
        return GAZ_DONE;
    char *copy = strndup(dir, len);
    if (!copy)
        return no_memory(err);
    wt->rule_dirs.items[wt->rule_dirs.len++] = copy;
    return GAZ_OK;
}

/* A file over the limits keeps out what it could say so far; one that cannot be read, nothing: as
 * in git. */
static gaz_status add_rules(gaz_worktree *wt, int fd, const char *dir, gaz_error *err)
{
    gaz_strbuf text = GAZ_STRBUF_INIT;
    gaz_file_stamp stamp;
    gaz_error why = {0};
    gaz_status st = gaz_worktree_read_fd(fd, dir, IGNORE_BYTES_MAX, &text, &stamp, &why);
    if (st == GAZ_OK)
        st = gaz_ignore_add(wt->ignore, dir, text.data, text.len, &why);
    gaz_strbuf_release(&text);
    return st == GAZ_E_NOMEM ? no_memory(err) : GAZ_OK;
}

static gaz_status take_rules(walk *w, int dir, size_t len, gaz_error *err)
{
    gaz_status st = note_rules(w->wt, w->path, len, err);
    if (st != GAZ_OK)
        return st == GAZ_DONE ? GAZ_OK : st;
    int fd = openat(dir, IGNORE_NAME, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return GAZ_OK;
    char *path = strndup(w->path, len);
    st = path ? add_rules(w->wt, fd, path, err) : no_memory(err);
    free(path);
    close(fd);
    return st;
}

static gaz_status begin_rules(gaz_worktree *wt, gaz_error *err)
{
    gaz_ignore_free(wt->ignore);
    wt->ignore = NULL;
    for (size_t i = 0; i < wt->rule_dirs.len; i++)
        free(wt->rule_dirs.items[i]);
    wt->rule_dirs.len = 0;
    gaz_map_release(&wt->rules_at);
    gaz_map_init(&wt->rules_at);
    gaz_status st = gaz_ignore_new(&wt->ignore, err);
    int fd =
        st == GAZ_OK ? open(wt->exclude_path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        st = add_rules(wt, fd, "", err);
        close(fd);
    }
    return st;
}

bool gaz_worktree_has_rules(const gaz_worktree *wt, const char *path)
{
    size_t len = strlen(path);
    const char *slash = strrchr(path, '/');
    if (strcmp(slash ? slash + 1 : path, IGNORE_NAME) == 0)
        return true;
    for (size_t i = 0; i < wt->rule_dirs.len; i++) {
        const char *dir = wt->rule_dirs.items[i];
        if (strncmp(dir, path, len) == 0 && (!dir[len] || dir[len] == '/' || !len))
            return true;
    }
    return false;
}

bool gaz_worktree_lists(const gaz_worktree *wt, const char *path, bool directory)
{
    size_t len = strlen(path);
    if (!wt->ignore || gaz_index_at(&wt->index, path, len) ||
        gaz_index_below(&wt->index, path, len))
        return true;
    return directory ? !gaz_ignore_match_dir(wt->ignore, path, len)
                     : !gaz_ignore_match(wt->ignore, path, len);
}

/* ---- files ---- */

static bool same_as_index(const gaz_index_entry *e, const struct stat *info)
{
    uint32_t kind = S_ISLNK(info->st_mode) ? GAZ_MODE_LINK : GAZ_MODE_FILE;
    return e->stat && !e->stage && (e->mode & GAZ_MODE_KIND) == kind &&
           e->mtime_s == (uint32_t)info->st_mtim.tv_sec &&
           e->mtime_ns == (uint32_t)info->st_mtim.tv_nsec &&
           e->ctime_s == (uint32_t)info->st_ctim.tv_sec &&
           e->ctime_ns == (uint32_t)info->st_ctim.tv_nsec && e->inode == (uint32_t)info->st_ino &&
           e->size == (uint32_t)info->st_size && info->st_size <= UINT32_MAX;
}

static gaz_status visit_file(walk *w, size_t len, bool only_tracked, const struct stat *info,
                             gaz_error *err)
{
    gaz_index_entry *known = gaz_index_at(&w->wt->index, w->path, len);
    if (!known && (only_tracked || gaz_ignore_match(w->wt->ignore, w->path, len)))
        return GAZ_OK;
    gaz_worktree_entry e = {.path = w->path,
                            .path_len = len,
                            .kind = S_ISLNK(info->st_mode) ? GAZ_ENTRY_SYMLINK : GAZ_ENTRY_FILE,
                            .content = GAZ_CONTENT_READ,
                            .stamp = gaz_worktree_stamp(info)};
    if (known)
        known->seen = true;
    if (known && same_as_index(known, info)) {
        e.content = GAZ_CONTENT_KNOWN;
        e.oid = known->oid;
    }
    return emit(w, &e, err);
}

/* ---- directories ---- */

static bool is_dir_at(int dir, const char *path)
{
    struct stat info;
    return fstatat(dir, path, &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISDIR(info.st_mode);
}

/* Whether git would take the directory for a repository of its own. */
static bool is_repository(const walk *w, size_t len)
{
    char text[sizeof PREFIX_GITDIR] = "";
    struct stat info;
    char path[GAZ_PATH_BYTES_MAX + 2];
    memcpy(path, w->path, len);
    path[len] = '\0';
    int dir = gaz_worktree_open_at(w->wt, path, O_PATH | O_DIRECTORY);
    if (dir < 0)
        return false;
    bool is = false;
    if (fstatat(dir, ".git", &info, AT_SYMLINK_NOFOLLOW) == 0) {
        if (S_ISDIR(info.st_mode)) {
            is = fstatat(dir, ".git/HEAD", &info, AT_SYMLINK_NOFOLLOW) == 0 &&
                 is_dir_at(dir, ".git/objects") && is_dir_at(dir, ".git/refs");
        } else if (S_ISREG(info.st_mode)) {
            int fd = openat(dir, ".git", O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
            is = fd >= 0 && read(fd, text, strlen(PREFIX_GITDIR)) > 0 &&
                 strcmp(text, PREFIX_GITDIR) == 0;
            if (fd >= 0)
                close(fd);
        }
    }
    close(dir);
    return is;
}

static gaz_status visit_submodule(walk *w, size_t len, gaz_index_entry *known, gaz_error *err)
{
    gaz_worktree_entry e = {.path = w->path, .path_len = len, .kind = GAZ_ENTRY_SUBMODULE};
    if (known) {
        known->seen = true;
        e.oid = known->oid;
    }
    return emit(w, &e, err);
}

/* w->path holds the directory, of `len` bytes. */
static gaz_status visit_dir(walk *w, size_t len, bool only_tracked, gaz_error *err)
{
    gaz_index_entry *known = gaz_index_at(&w->wt->index, w->path, len);
    bool tracked = gaz_index_below(&w->wt->index, w->path, len);
    if (known && !tracked && (known->mode & GAZ_MODE_KIND) == GAZ_MODE_GITLINK)
        return visit_submodule(w, len, known, err);
    bool out = only_tracked || gaz_ignore_match_dir(w->wt->ignore, w->path, len);
    if (out && !tracked)
        return GAZ_OK;
    if (!tracked && is_repository(w, len))
        return visit_submodule(w, len, NULL, err);
    return walk_dir(w, len, out, err);
}

static gaz_status unreadable(walk *w, size_t len, gaz_error *err)
{
    w->path[len] = '/';
    w->path[len + 1] = '\0';
    gaz_worktree_entry e = {
        .path = w->path, .path_len = len + (len > 0), .kind = GAZ_ENTRY_UNREADABLE};
    gaz_status st = len ? emit(w, &e, err) : GAZ_OK;
    w->path[len] = '\0';
    return st;
}

static gaz_status visit_name(walk *w, int dir, size_t base, const char *text, const name *n,
                             bool only_tracked, gaz_error *err)
{
    struct stat info;
    size_t at = base ? base + 1 : 0, len = at + n->len;
    if (len > GAZ_PATH_BYTES_MAX - 1)
        return unreadable(w, base, err);
    if (base)
        w->path[base] = '/';
    memcpy(w->path + at, text + n->at, n->len);
    w->path[len] = '\0';
    gaz_status st = GAZ_OK;
    if (n->type == DT_DIR)
        st = visit_dir(w, len, only_tracked, err);
    else if (fstatat(dir, w->path + at, &info, AT_SYMLINK_NOFOLLOW) != 0)
        st = GAZ_OK; /* it has just gone */
    else if (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode))
        st = visit_file(w, len, only_tracked, &info, err);
    else if (S_ISDIR(info.st_mode))
        st = visit_dir(w, len, only_tracked, err);
    w->path[base] = '\0';
    return st;
}

/* By name, directories as name and '/'. */
static int by_name(const void *a, const void *b, void *text)
{
    const name *x = a, *y = b;
    uint32_t n = x->len < y->len ? x->len : y->len;
    int c = memcmp((const char *)text + x->at, (const char *)text + y->at, n);
    if (c)
        return c;
    unsigned char cx = n < x->len          ? (unsigned char)((const char *)text)[x->at + n]
                       : x->type == DT_DIR ? '/'
                                           : 0;
    unsigned char cy = n < y->len          ? (unsigned char)((const char *)text)[y->at + n]
                       : y->type == DT_DIR ? '/'
                                           : 0;
    return (cx > cy) - (cx < cy);
}

static gaz_status list(DIR *d, listing *out, bool *rules, gaz_error *err)
{
    *rules = false;
    for (struct dirent *e; (e = readdir(d));) {
        if (strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0 ||
            strcmp(e->d_name, ".git") == 0)
            continue;
        name n = {out->text.len, (uint32_t)strlen(e->d_name), e->d_type};
        *rules |= strcmp(e->d_name, IGNORE_NAME) == 0;
        gaz_strbuf_add(&out->text, e->d_name, n.len);
        if (gaz_strbuf_check(&out->text, NULL) != GAZ_OK || !gaz_vec_push(&out->names, n) ||
            out->names.len > ENTRIES_MAX)
            return out->names.len > ENTRIES_MAX
                       ? gaz_error_set(err, GAZ_E_LIMIT, "a directory has more than %u entries",
                                       ENTRIES_MAX)
                       : no_memory(err);
    }
    if (out->names.len)
        qsort_r(out->names.items, out->names.len, sizeof *out->names.items, by_name,
                out->text.data);
    return GAZ_OK;
}

static gaz_status read_dir(walk *w, int fd, size_t len, bool only_tracked, gaz_error *err)
{
    listing l = {.text = GAZ_STRBUF_INIT};
    bool rules = false;
    int copy = dup(fd); /* closedir() closes its own */
    DIR *d = copy >= 0 ? fdopendir(copy) : NULL;
    if (!d) {
        if (copy >= 0)
            close(copy);
        return no_memory(err);
    }
    gaz_status st = list(d, &l, &rules, err);
    closedir(d);
    if (st == GAZ_OK && rules && !only_tracked)
        st = take_rules(w, fd, len, err);
    for (size_t i = 0; st == GAZ_OK && i < l.names.len; i++)
        st = visit_name(w, fd, len, l.text.data, &l.names.items[i], only_tracked, err);
    gaz_vec_free(&l.names);
    gaz_strbuf_release(&l.text);
    return st;
}

static gaz_status walk_dir(walk *w, size_t len, bool only_tracked, gaz_error *err)
{
    if (w->depth >= DEPTH_MAX)
        return unreadable(w, len, err);
    gaz_status st = w->scan->enter ? w->scan->enter(w->scan->ctx, w->path, err) : GAZ_OK;
    if (st != GAZ_OK)
        return st;
    int fd = gaz_worktree_open_at(w->wt, w->path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        return gaz_error_errno(err, "cannot open the directory '%s'", w->path);
    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == ELOOP || errno == EAGAIN
                   ? GAZ_OK
                   : unreadable(w, len, err);
    w->depth++;
    st = read_dir(w, fd, len, only_tracked, err);
    w->depth--;
    close(fd);
    return st;
}

/* ---- what is not checked out ---- */

/* A directory of a sparse index may be there for what git does not track. */
static bool is_absent(const walk *w, const char *path, size_t len)
{
    struct stat info;
    int fd = gaz_worktree_open_at(w->wt, path, O_PATH);
    if (fd < 0)
        return errno == ENOENT;
    bool there = fstat(fd, &info) == 0;
    close(fd);
    return !there || path[len - 1] == '/';
}

/* Files that a sparse checkout leaves out are no deletions. */
static gaz_status visit_skipped(walk *w, const char *path, gaz_error *err)
{
    gaz_index *index = &w->wt->index;
    size_t len = strlen(path);
    gaz_status st = GAZ_OK;
    for (size_t i = gaz_index_find(index, path, len); st == GAZ_OK && i < index->entries.len; i++) {
        gaz_index_entry *e = &index->entries.items[i];
        if (len && (e->len < len || memcmp(e->path, path, len) != 0))
            break;
        if (len && e->len > len && e->path[len] != '/')
            continue;
        if (!e->skipped || e->seen || e->stage || !is_absent(w, e->path, e->len))
            continue;
        uint32_t kind = e->mode & GAZ_MODE_KIND;
        gaz_worktree_entry out = {.path = e->path,
                                  .path_len = e->len,
                                  .content = GAZ_CONTENT_KNOWN,
                                  .oid = e->oid,
                                  .kind = kind == GAZ_MODE_LINK      ? GAZ_ENTRY_SYMLINK
                                          : kind == GAZ_MODE_GITLINK ? GAZ_ENTRY_SUBMODULE
                                                                     : GAZ_ENTRY_FILE};
        if (kind == GAZ_MODE_DIRECTORY)
            out.content = GAZ_CONTENT_HEAD;
        else if (e->path[e->len - 1] == '/')
            continue;
        st = emit(w, &out, err);
    }
    return st;
}

/* ---- all of it ---- */

static void forget_seen(gaz_index *index, const char *path)
{
    size_t len = strlen(path);
    for (size_t i = gaz_index_find(index, path, len); i < index->entries.len; i++) {
        if (len && strncmp(index->entries.items[i].path, path, len) != 0)
            break;
        index->entries.items[i].seen = false;
    }
}

/* A part: what lies there may be a file, a directory or nothing. A parent that is kept out leaves
 * only tracked files; the ignore rules look at parents by themselves. */
static gaz_status walk_part(walk *w, gaz_error *err)
{
    struct stat info;
    size_t len = strlen(w->scan->path);
    if (len > GAZ_PATH_BYTES_MAX - 1)
        return GAZ_OK;
    memcpy(w->path, w->scan->path, len + 1);
    int fd = gaz_worktree_open_at(w->wt, w->path, O_PATH);
    if (fd < 0 && (errno == EMFILE || errno == ENFILE || errno == ENOMEM))
        return gaz_error_errno(err, "cannot look at '%s'", w->path);
    if (fd < 0)
        return GAZ_OK;
    int rc = fstat(fd, &info);
    close(fd);
    if (rc == 0 && S_ISDIR(info.st_mode))
        return visit_dir(w, len, false, err);
    if (rc == 0 && (S_ISREG(info.st_mode) || S_ISLNK(info.st_mode)))
        return visit_file(w, len, false, &info, err);
    return GAZ_OK;
}

gaz_status gaz_worktree_walk(gaz_worktree *wt, const gaz_worktree_scan *scan, gaz_error *err)
{
    bool whole = !scan->path[0];
    if (!gaz_worktree_is_there(wt))
        return gaz_error_set(err, GAZ_E_NOT_FOUND, "the work tree '%s' is gone", wt->root_path);
    walk *w = calloc(1, sizeof *w);
    if (!w)
        return no_memory(err);
    w->wt = wt;
    w->scan = scan;
    gaz_status st = whole || !wt->ignore ? begin_rules(wt, err) : GAZ_OK;
    forget_seen(&wt->index, scan->path);
    if (st == GAZ_OK)
        st = whole ? walk_dir(w, 0, false, err) : walk_part(w, err);
    if (st == GAZ_OK)
        st = visit_skipped(w, scan->path, err);
    free(w);
    if (st == GAZ_OK && !gaz_worktree_is_there(wt)) /* half of it was read */
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "the work tree '%s' is gone", wt->root_path);
    return st;
}
