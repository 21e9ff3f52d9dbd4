/* Where a walk or a diff is, how the path of what it meets is formed, and what is to be said of a
 * directory. Entries whose paths would be over GAZ_PATH_BYTES_MAX have no path to be reported
 * under: their directory says so for all of them, under its own path with a '/' at the end, which
 * no other entry has and which sorts just before what is in the directory. */
#include "git_tree.h"

#include <string.h>

gaz_status gaz_descent_count(gaz_descent *at, gaz_error *err)
{
    if (at->seen++ < GAZ_TREE_ENTRIES_MAX)
        return GAZ_OK;
    gaz_error_set(err, GAZ_E_LIMIT, "a commit's tree has more than %d files and directories",
                  GAZ_TREE_ENTRIES_MAX);
    gaz_error_hint(err, "it may be a tree bomb; index another branch of this repository");
    return GAZ_E_LIMIT;
}

bool gaz_descent_too_long(const gaz_descent *at, const gaz_node *node)
{
    return at->len + node->len + (node->kind == GAZ_NODE_DIR ? GAZ_DIR_NEEDS : 0) >
           GAZ_PATH_BYTES_MAX;
}

/* Writes a name at the end of the directory's path, which stays what `at->len` says. */
static size_t write_name(gaz_descent *at, const gaz_node *node)
{
    memcpy(at->path + at->len, node->name, node->len);
    size_t len = at->len + node->len;
    if (node->kind == GAZ_NODE_DIR)
        at->path[len++] = '/';
    at->path[len] = '\0';
    return len;
}

void gaz_descent_entry(gaz_descent *at, const gaz_node *node, gaz_entry *out)
{
    static const gaz_entry_kind kinds[] = {
        [GAZ_NODE_FILE] = GAZ_ENTRY_FILE,
        [GAZ_NODE_SYMLINK] = GAZ_ENTRY_SYMLINK,
        [GAZ_NODE_SUBMODULE] = GAZ_ENTRY_SUBMODULE,
        [GAZ_NODE_DIR] = GAZ_ENTRY_UNREADABLE,
        [GAZ_NODE_UNREADABLE] = GAZ_ENTRY_UNREADABLE,
    };
    size_t len = write_name(at, node);
    *out = (gaz_entry){.path = at->path,
                       .path_len = len,
                       .kind = kinds[node->kind],
                       .oid = node->oid,
                       .why = node->why};
}

void gaz_descent_dir_entry(gaz_descent *at, const gaz_node *node, const gaz_dir *dir,
                           gaz_entry *out)
{
    gaz_descent_entry(at, node, out);
    out->oid = dir->oid;
    out->why = dir->why;
}

void gaz_descent_enter(gaz_descent *at, const gaz_node *node)
{
    at->len = write_name(at, node);
    at->depth++;
}

/* The reason that goes with a failure; NULL when the failure is not the directory's own. */
static const char *reason(gaz_status st)
{
    switch (st) {
    case GAZ_E_NOT_FOUND:
        return "directory is not in the repository";
    case GAZ_E_CORRUPT:
        return "directory cannot be read";
    case GAZ_E_LIMIT:
        return "directory is too large";
    default:
        return NULL;
    }
}

gaz_status gaz_descent_read(gaz_repo *repo, const gaz_descent *at, const gaz_node *node,
                            gaz_dir *out, gaz_error *err)
{
    gaz_error problem = {.status = GAZ_OK};
    *out = (gaz_dir){.oid = node->oid};
    if (at->depth >= GAZ_TREE_DEPTH_MAX) {
        out->why = "nested too deep";
        return GAZ_OK;
    }
    gaz_status st = gaz_tree_read(repo, &node->oid, &out->tree, &problem);
    if (st != GAZ_OK) {
        out->why = reason(st);
        return out->why ? GAZ_OK : gaz_error_set(err, st, "%s", problem.message);
    }
    if (at->len + node->len + 1 + out->tree->longest > GAZ_PATH_BYTES_MAX) {
        out->why = "paths in it are too long";
        memset(&out->oid, 0, sizeof out->oid);
    }
    return GAZ_OK;
}
