/* Opening a repository without git_repository_open(): libgit2 would follow include.path in the
 * repository's own configuration and refuse directories owned by somebody else. All that is needed
 * is its packs, and a look at the few settings that say which format the repository has. */
#include "repo.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc_cap.h"
#include "gaz/base/fs.h"
#include "git_tree.h"

#define PACKS_OPEN_MAX 256 /* files libgit2 keeps open, over all repositories */
#define GIT_FILE_MAX 8192  /* bytes of a `.git` or `commondir` file */

/* libgit2 is process-wide, and so is whether it was started. */
static struct {
    pthread_mutex_t lock;
    unsigned users;
    bool started;
} library = {.lock = PTHREAD_MUTEX_INITIALIZER};

static gaz_status start(gaz_error *err)
{
    gaz_alloc_cap_install();
    if (git_libgit2_init() < 0)
        return gaz_error_set(err, GAZ_E_INTERNAL, "libgit2 does not start");
    static const int levels[] = {GIT_CONFIG_LEVEL_SYSTEM, GIT_CONFIG_LEVEL_GLOBAL,
                                 GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_PROGRAMDATA};
    int bad = 0;
    for (size_t i = 0; i < sizeof levels / sizeof levels[0]; i++)
        bad |= git_libgit2_opts(GIT_OPT_SET_SEARCH_PATH, levels[i], "");
    bad |= git_libgit2_opts(GIT_OPT_SET_OWNER_VALIDATION, 0);
    bad |= git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0);
    bad |= git_libgit2_opts(GIT_OPT_SET_MWINDOW_FILE_LIMIT, (size_t)PACKS_OPEN_MAX);
    bad |= git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION,
                            0); /* gaz_object_read() does it, faster */
    if (bad) {
        git_libgit2_shutdown();
        return gaz_error_set(err, GAZ_E_INTERNAL, "libgit2 refuses its settings");
    }
    return GAZ_OK;
}

/* Starting takes 4 to 15 ms, nearly all of it for reading certificates that are never used: left to
 * the first repository that is opened, as most commands open none. */
static gaz_status start_once(gaz_error *err)
{
    pthread_mutex_lock(&library.lock);
    gaz_status st = library.started ? GAZ_OK : start(err);
    library.started = st == GAZ_OK;
    pthread_mutex_unlock(&library.lock);
    return st;
}

gaz_status gaz_git_init(gaz_error *err)
{
    pthread_mutex_lock(&library.lock);
    bool ok = library.users < UINT_MAX;
    library.users += ok;
    pthread_mutex_unlock(&library.lock);
    return ok ? GAZ_OK : gaz_error_set(err, GAZ_E_INTERNAL, "gaz_git_init() is called for ever");
}

void gaz_git_shutdown(void)
{
    pthread_mutex_lock(&library.lock);
    if (library.users && --library.users == 0 && library.started) {
        git_libgit2_shutdown();
        library.started = false;
    }
    pthread_mutex_unlock(&library.lock);
}

gaz_status gaz_repo_read_small(const char *path, size_t max, gaz_strbuf *out, gaz_error *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0 && (errno == ENOTDIR || errno == ELOOP || errno == ENAMETOOLONG))
        errno = ENOENT;
    if (fd < 0)
        return gaz_error_errno(err, "cannot open '%s'", path);
    struct stat info;
    gaz_status st = GAZ_OK;
    if (fstat(fd, &info) != 0)
        st = gaz_error_errno(err, "cannot look at '%s'", path);
    else if (!S_ISREG(info.st_mode))
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "'%s' is not a file", path);
    size_t room = max;
    while (st == GAZ_OK) {
        char buffer[16384];
        ssize_t n = read(fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            st = gaz_error_errno(err, "cannot read '%s'", path);
        if (n <= 0)
            break;
        if ((size_t)n > room)
            st = gaz_error_set(err, GAZ_E_LIMIT, "'%s' has more than %zu bytes", path, max);
        else
            gaz_strbuf_add(out, buffer, (size_t)n);
        room -= (size_t)n;
    }
    close(fd);
    return st == GAZ_OK ? gaz_strbuf_check(out, err) : st;
}

/* Without an allocation, whose failure would look like an answer. What is too long does not exist.
 */
static bool look(const char *dir, const char *name, struct stat *info, bool follow_link)
{
    char path[PATH_MAX];
    int n = snprintf(path, sizeof path, "%s/%s", dir, name);
    return n > 0 && (size_t)n < sizeof path &&
           (follow_link ? stat(path, info) : lstat(path, info)) == 0;
}

static bool is_dir(const char *dir, const char *name)
{
    struct stat info;
    return look(dir, name, &info, true) && S_ISDIR(info.st_mode);
}

static bool is_there(const char *dir, const char *name)
{
    struct stat info;
    return look(dir, name, &info, false) && !S_ISDIR(info.st_mode);
}

/* Reads the one path a pointer file holds, after `prefix`, and makes it absolute. NULL with *st
 * set. */
static char *follow(const char *dir, const char *name, const char *prefix, gaz_status *st,
                    gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    char *real = NULL;
    *st = gaz_path_join(&path, dir, name, err);
    if (*st == GAZ_OK)
        *st = gaz_repo_read_small(path.data, GIT_FILE_MAX, &text, err);
    if (*st != GAZ_OK)
        goto done;
    while (text.len && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
        gaz_strbuf_truncate(&text, text.len - 1);
    size_t skip = strlen(prefix);
    if (text.len <= skip || memcmp(text.data, prefix, skip) != 0 || strlen(text.data) != text.len) {
        *st = gaz_error_set(err, GAZ_E_INVALID, "'%s' does not say where the repository is",
                            path.data);
        goto done;
    }
    const char *target = text.data + skip;
    if (target[0] != '/') {
        *st = gaz_path_join(&path, dir, target, err);
        target = path.data;
    }
    if (*st == GAZ_OK && !(real = realpath(target, NULL)))
        *st = gaz_error_errno(err, "'%s' points to a directory that cannot be opened", path.data);
done:
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    return real;
}

static bool looks_bare(const char *dir)
{
    return is_there(dir, "HEAD") &&
           (is_there(dir, "commondir") || (is_dir(dir, "objects") && is_dir(dir, "refs")));
}

/* The git directory of `path`, absolute and without symlinks; the caller frees it. */
static gaz_status find_git_dir(const char *path, char **out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    char *root = realpath(path, NULL), *git = NULL;
    if (!root) {
        st = gaz_error_errno(err, "cannot open '%s'", path);
        gaz_error_hint(err, "name a directory that holds a git repository");
        return st;
    }
    if (is_dir(root, ".git")) {
        gaz_strbuf dot = GAZ_STRBUF_INIT;
        st = gaz_path_join(&dot, root, ".git", err);
        if (st == GAZ_OK && !(git = realpath(dot.data, NULL)))
            st = gaz_error_errno(err, "cannot open '%s'", dot.data);
        gaz_strbuf_release(&dot);
    } else if (is_there(root, ".git")) {
        git = follow(root, ".git", "gitdir: ", &st, err);
    } else {
        git = root;
        root = NULL;
    }
    free(root);
    if (st == GAZ_OK && !looks_bare(git)) {
        st = gaz_error_set(err, GAZ_E_INVALID, "'%s' is not a git repository", path);
        gaz_error_hint(
            err,
            "name the directory that holds .git, or a bare repository; parents are not searched");
    }
    if (st == GAZ_OK)
        *out = git;
    else
        free(git);
    return st;
}

static gaz_status find_common_dir(gaz_repo *repo, gaz_error *err)
{
    if (!is_there(repo->git_dir, "commondir")) {
        repo->common_dir = strdup(repo->git_dir);
        return repo->common_dir
                   ? GAZ_OK
                   : gaz_error_set(err, GAZ_E_NOMEM, "out of memory opening a repository");
    }
    gaz_status st = GAZ_OK;
    repo->common_dir = follow(repo->git_dir, "commondir", "", &st, err);
    if (st == GAZ_OK && !is_dir(repo->common_dir, "objects"))
        return gaz_error_set(err, GAZ_E_INVALID, "the work tree's repository '%s' has no objects",
                             repo->common_dir);
    return st;
}

static gaz_status check_format(const gaz_repo *repo, const char *path, gaz_error *err)
{
    gaz_repo_format format;
    gaz_status st = gaz_repo_format_read(repo->common_dir, &format, err);
    if (st != GAZ_OK)
        return st;
    if (strcmp(format.object_format, "sha1") != 0) {
        st = gaz_error_set(
            err, GAZ_E_UNSUPPORTED, "'%s' has %s object ids; only SHA-1 repositories can be read",
            path, strcmp(format.object_format, "sha256") == 0 ? "SHA-256" : format.object_format);
        gaz_error_hint(err, "index a SHA-1 clone: export the history with git fast-export and "
                            "import it into a new repository");
        return st;
    }
    if (strcmp(format.ref_storage, "files") != 0) {
        st = gaz_error_set(err, GAZ_E_UNSUPPORTED,
                           "'%s' keeps its references as '%s'; only files can be read", path,
                           format.ref_storage);
        gaz_error_hint(err, "run: git refs migrate --ref-format=files");
        return st;
    }
    if (format.unknown[0] || format.version > 1)
        return gaz_error_set(err, GAZ_E_UNSUPPORTED,
                             "'%s' has a repository format that is not known here (version %d%s%s)",
                             path, format.version, format.unknown[0] ? ", extension " : "",
                             format.unknown);
    return GAZ_OK;
}

static gaz_status open_objects(gaz_repo *repo, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&path, repo->common_dir, "objects", err);
    if (st == GAZ_OK)
        st = gaz_object_dirs_find(path.data, &repo->dirs, err);
    if (st == GAZ_OK)
        st = gaz_object_dirs_open_packs(&repo->dirs, &repo->packs, err);
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_repo_open(const char *path, gaz_repo **out, gaz_error *err)
{
    gaz_repo *repo = calloc(1, sizeof *repo);
    if (!repo)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory opening '%s'", path);
    gaz_status st = find_git_dir(path, &repo->git_dir, err);
    if (st == GAZ_OK)
        st = find_common_dir(repo, err);
    if (st == GAZ_OK)
        st = check_format(repo, path, err);
    if (st == GAZ_OK)
        st = start_once(err);
    if (st == GAZ_OK)
        st = open_objects(repo, err);
    if (st == GAZ_OK)
        st = gaz_tree_cache_new(&repo->trees, err);
    if (st == GAZ_OK)
        *out = repo;
    else
        gaz_repo_close(repo);
    return st;
}

void gaz_repo_close(gaz_repo *repo)
{
    if (!repo)
        return;
    gaz_tree_cache_free(repo->trees);
    git_odb_free(repo->packs);
    gaz_object_dirs_release(&repo->dirs);
    free(repo->git_dir);
    free(repo->common_dir);
    free(repo);
}

const char *gaz_repo_git_dir(const gaz_repo *repo)
{
    return repo->git_dir;
}
