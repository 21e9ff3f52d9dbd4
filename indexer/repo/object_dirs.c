/* Alternates are followed, as git does: local clones and forks on one machine keep their objects in
 * each other. They can only lead to object directories, whose objects answer to their ids alone.
 * Files that are read without libgit2 knowing better are looked at first: a pipe in their place
 * would make it wait for ever. */
#include "object_dirs.h"

#include <git2/odb_backend.h>
#include <git2/sys/odb_backend.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "gaz/base/fs.h"
#include "pack_index.h"
#include "repo.h"

#define ALTERNATES_BYTES_MAX ((size_t)1 << 20)

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory opening a repository's objects");
}

static gaz_status add_dir(gaz_object_dirs *dirs, const char *path, unsigned depth, gaz_error *err);

/* Reads the alternates of one directory. A file that is missing or odd has none. */
static gaz_status add_alternates(gaz_object_dirs *dirs, const char *objects, unsigned depth,
                                 gaz_error *err)
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
        return gaz_error_set(err, GAZ_E_LIMIT, "the repository has more than %d alternates",
                             GAZ_ALTERNATES_MAX);
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

typedef struct packs {
    const char *dir; /* objects/pack */
    git_odb *odb;
    int priority;
} packs;

/* Bytes of a regular file; 0 when it is none. */
static uint64_t file_size(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? (uint64_t)info.st_size : 0;
}

static gaz_status add_backend(const packs *p, const char *index, gaz_error *err)
{
    git_odb_backend *backend = NULL;
    int code = git_odb_backend_one_pack(&backend, index);
    if (code == 0 && git_odb_add_backend(p->odb, backend, p->priority) == 0)
        return GAZ_OK;
    if (backend && backend->free)
        backend->free(backend);
    const git_error *why = git_error_last();
    return gaz_error_set(err, GAZ_E_CORRUPT, "cannot open the pack of '%s': %s", index,
                         why && why->message ? why->message : "unknown reason");
}

/* Adds the pack that an index belongs to. One that goes away meanwhile has been repacked, and is no
 * matter. */
static gaz_status add_pack(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const packs *p = ctx;
    size_t len = strlen(name);
    gaz_strbuf path = GAZ_STRBUF_INIT, pack = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    if (is_dir || len < 5 || strcmp(name + len - 4, ".idx") != 0)
        return GAZ_OK;
    gaz_status st = gaz_path_join(&path, p->dir, name, err);
    if (st != GAZ_OK)
        goto done;
    gaz_strbuf_add(&pack, path.data, path.len - 4);
    gaz_strbuf_puts(&pack, ".pack");
    st = gaz_strbuf_check(&pack, err);
    if (st != GAZ_OK || !file_size(path.data) || !file_size(pack.data))
        goto done;
    st = gaz_pack_index_check(path.data, file_size(pack.data), &why);
    if (st == GAZ_OK)
        st = add_backend(p, path.data, &why);
    if (st != GAZ_OK && !file_size(pack.data))
        st = GAZ_OK;
    if (st != GAZ_OK) {
        gaz_error_set(err, st, "%s", why.message);
        gaz_error_hint(err, "%s", why.hint);
    }
done:
    gaz_strbuf_release(&path);
    gaz_strbuf_release(&pack);
    return st;
}

static struct timespec changed_at(const char *dir)
{
    struct stat info;
    return stat(dir, &info) == 0 ? info.st_mtim : (struct timespec){.tv_sec = 0};
}

static gaz_status pack_dir(const char *objects, gaz_strbuf *out, gaz_error *err)
{
    return gaz_path_join(out, objects, "pack", err);
}

static gaz_status add_packs(gaz_object_dirs *dirs, size_t which, git_odb *odb, gaz_error *err)
{
    gaz_strbuf dir = GAZ_STRBUF_INIT;
    gaz_error why = {.status = GAZ_OK};
    gaz_status st = pack_dir(dirs->paths[which], &dir, err);
    if (st == GAZ_OK) {
        dirs->packed[which] = changed_at(dir.data);
        packs p = {.dir = dir.data, .odb = odb, .priority = (int)(dirs->count - which)};
        st = gaz_dir_each(dir.data, add_pack, &p, &why);
        if (st == GAZ_E_NOT_FOUND) /* no packs at all */
            st = GAZ_OK;
        if (st != GAZ_OK) {
            gaz_error_set(err, st, "%s", why.message);
            gaz_error_hint(err, "%s", why.hint);
        }
    }
    gaz_strbuf_release(&dir);
    return st;
}

gaz_status gaz_object_dirs_open_packs(gaz_object_dirs *dirs, git_odb **out, gaz_error *err)
{
    git_odb *odb = NULL;
    if (git_odb_new(&odb) != 0)
        return no_memory(err);
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < dirs->count && st == GAZ_OK; i++)
        st = add_packs(dirs, i, odb, err);
    if (st == GAZ_OK)
        *out = odb;
    else
        git_odb_free(odb);
    return st;
}

bool gaz_object_dirs_changed(const gaz_object_dirs *dirs)
{
    bool changed = false;
    for (size_t i = 0; i < dirs->count && !changed; i++) {
        gaz_strbuf dir = GAZ_STRBUF_INIT;
        if (pack_dir(dirs->paths[i], &dir, NULL) == GAZ_OK) {
            struct timespec now = changed_at(dir.data);
            changed =
                now.tv_sec != dirs->packed[i].tv_sec || now.tv_nsec != dirs->packed[i].tv_nsec;
        }
        gaz_strbuf_release(&dir);
    }
    return changed;
}
