/* A killed git leaves what it was writing: index-pack its temporary pack, fetch the ".keep" of a
 * pack whose references it had not written, everybody their locks, and a lock stops the next run.
 * Nobody but us works in a clone of ours, one at a time (the lock of the repository), so whatever
 * is found is nobody's. A name that ends in ".lock" is never a reference's. */
#include "clone_sweep.h"

#include <string.h>

#include "gaz/base/fs.h"

#define DEPTH_MAX 64 /* of directories; names of references have at most 1,024 bytes */

typedef struct sweep {
    const char *path;
    unsigned depth;
    bool objects; /* whether it is objects/ or below */
} sweep;

static bool begins(const char *name, const char *with)
{
    return strncmp(name, with, strlen(with)) == 0;
}

static bool ends(const char *name, const char *with)
{
    size_t len = strlen(name), n = strlen(with);
    return len >= n && strcmp(name + len - n, with) == 0;
}

static bool is_rest(const sweep *s, const char *name, bool is_dir)
{
    if (s->objects && (begins(name, "tmp_") || begins(name, ".tmp-") || begins(name, "incoming-")))
        return true;
    if (is_dir)
        return false;
    return ends(name, ".lock") || (s->objects && ends(name, ".keep")) ||
           (s->depth == 0 && (strcmp(name, "gc.pid") == 0 || strstr(name, ".tmp.")));
}

static gaz_status visit(void *ctx, const char *name, bool is_dir, gaz_error *err)
{
    const sweep *s = ctx;
    gaz_strbuf path = GAZ_STRBUF_INIT;
    bool rest = is_rest(s, name, is_dir);
    if (!rest && (!is_dir || s->depth >= DEPTH_MAX))
        return GAZ_OK;
    gaz_status st = gaz_path_join(&path, s->path, name, err);
    sweep below = {.path = path.data,
                   .depth = s->depth + 1,
                   .objects = s->objects || (s->depth == 0 && strcmp(name, "objects") == 0)};
    if (st == GAZ_OK)
        st = rest ? gaz_remove_all(path.data, err) : gaz_dir_each(path.data, visit, &below, err);
    gaz_strbuf_release(&path);
    return st;
}

gaz_status gaz_clone_sweep(const char *git_dir, gaz_error *err)
{
    gaz_error why = {.status = GAZ_OK};
    sweep s = {.path = git_dir};
    gaz_status st = gaz_dir_each(git_dir, visit, &s, &why);
    if (st == GAZ_E_NOT_FOUND)
        return GAZ_OK;
    if (st != GAZ_OK && err && err->status == GAZ_OK)
        *err = why;
    return st;
}
