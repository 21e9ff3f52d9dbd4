/* Alternates are followed, as git does: local clones and forks on one machine keep their objects in each other. They can
 * only lead to object directories, whose objects answer to their ids alone. Files that are read without libgit2 knowing
 * better are looked at first: a pipe in their place would make it wait for ever. */
#include "object_dirs.h"

#include <git2/odb_backend.h>
#include <git2/sys/odb_backend.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gaz/base/fs.h"
#include "repo.h"

#define ALTERNATES_BYTES_MAX ((size_t)1 << 20)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory opening a repository's objects");
}

static gaz_status add_dir(gaz_object_dirs *dirs, const char *path, unsigned depth, gaz_error *err);

/* Reads the alternates of one directory. A file that is missing or odd has none. */
static gaz_status add_alternates(gaz_object_dirs *dirs, const char *objects, unsigned depth, gaz_error *err)
{
    gaz_strbuf path = GAZ_STRBUF_INIT, text = GAZ_STRBUF_INIT;
    gaz_status st = gaz_path_join(&path, objects, "info/alternates", err);
    if (st == GAZ_OK && gaz_repo_read_small(path.data, ALTERNATES_BYTES_MAX, &text, NULL) != GAZ_OK)
        gaz_strbuf_reset(&text);
    for (char *line = text.data, *next; st == GAZ_OK && line && *line; line = next) {
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        if (!line[0] || line[0] == '#')
            continue;
        if (line[0] != '/')
            st = gaz_path_join(&path, objects, line, err);
        if (st == GAZ_OK)
            st = add_dir(dirs, line[0] == '/' ? line : path.data, depth + 1, err);
    }
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&text);
    return st;
}

static gaz_status add_dir(gaz_object_dirs *dirs, const char *path, unsigned depth, gaz_error *err)
{
    struct stat info;
    char *real = realpath(path, NULL);
    bool known = !real || stat(real, &info) != 0 || !S_ISDIR(info.st_mode);
    for (size_t i = 0; i < dirs->count && !known; i++)
        known = strcmp(dirs->paths[i], real) == 0;
    if (known || depth > GAZ_ALTERNATES_DEPTH) {
        free(real);
        return GAZ_OK;
    }
    if (dirs->count == sizeof dirs->paths / sizeof dirs->paths[0]) {
        free(real);
        return gaz_error_set(err, GAZ_E_LIMIT, "the repository has more than %d alternates", GAZ_ALTERNATES_MAX);
    }
    dirs->paths[dirs->count++] = real;
    return add_alternates(dirs, real, depth, err);
}

gaz_status gaz_object_dirs_find(const char *objects, gaz_object_dirs *out, gaz_error *err)
{
    *out = (gaz_object_dirs){.count = 0};
    gaz_status st = add_dir(out, objects, 0, err);
    if (st == GAZ_OK && !out->count)
        st = gaz_error_set(err, GAZ_E_NOT_FOUND, "cannot open '%s'", objects);
    return st;
}

void gaz_object_dirs_release(gaz_object_dirs *dirs)
{
    for (size_t i = 0; i < dirs->count; i++)
        free(dirs->paths[i]);
    dirs->count = 0;
}

typedef struct pack_check {
    const char *dir;
} pack_check;

static gaz_status check_pack(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const pack_check *check = ctx;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    struct stat info;
    gaz_status st = gaz_path_join(&path, check->dir, name, err);
    /* A file that goes away meanwhile is a repack, and no matter. */
    if (st == GAZ_OK && !is_dir && stat(path.data, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
        st = gaz_error_set(err, GAZ_E_CORRUPT, "'%s' is not a file", path.data);
    gaz_strbuf_release(&path);
    return st;
}

static gaz_status add_packs(git_odb *odb, const char *objects, int priority, gaz_error *err)
{
    gaz_strbuf dir = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    git_odb_backend *backend = NULL;
    gaz_status st = gaz_path_join(&dir, objects, "pack", err);
    pack_check check = {.dir = dir.data};
    if (st == GAZ_OK && (st = gaz_dir_each(dir.data, check_pack, &check, &why)) != GAZ_OK) {
        if (st == GAZ_E_NOT_FOUND) /* no packs at all */
            st = GAZ_OK;
        else
            gaz_error_set(err, st, "%s", why.message);
    }
    gaz_strbuf_release(&dir);
    if (st != GAZ_OK)
        return st;
    if (git_odb_backend_pack(&backend, objects) != 0 || git_odb_add_backend(odb, backend, priority) != 0) {
        const git_error *problem = git_error_last();
        if (backend && backend->free)
            backend->free(backend);
        return gaz_error_set(err, GAZ_E_IO, "cannot open the packs of '%s': %s", objects,
                             problem && problem->message ? problem->message : "unknown reason");
    }
    return GAZ_OK;
}

gaz_status gaz_object_dirs_open_packs(const gaz_object_dirs *dirs, git_odb **out, gaz_error *err)
{
    git_odb *odb = NULL;
    if (git_odb_new(&odb) != 0)
        return no_memory(err);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < dirs->count && st == GAZ_OK; i++)
        st = add_packs(odb, dirs->paths[i], (int)(dirs->count - i), err);
    if (st == GAZ_OK)
        *out = odb;
    else
        git_odb_free(odb);
    return st;
}
