/* The difference of two trees: a merge of two sorted directories at each level. Equal ids are not
 * looked into. What the walk would report as unreadable is reported as that here too, so that
 * applying a diff to the outcome of one walk gives the outcome of the other. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "gaz/base/vec.h"
#include "git_tree.h"

/* A directory of either side; NULL where there is none to read. */
typedef struct frame {
    gaz_tree *side[2]; /* old, new */
    size_t next[2];
    size_t path_len;
} frame;

typedef struct diff {
    gaz_repo *repo;
    GAZ_VEC(frame) stack;
    gaz_descent at;
    gaz_change_visit visit;
    void *ctx;
} diff;

static gaz_status push(diff *d, gaz_tree *before, gaz_tree *after, gaz_error *err)
{
    if (gaz_vec_push(&d->stack, ((frame){.side = {before, after}, .path_len = d->at.len})))
        return GAZ_OK;
    gaz_tree_unref(before);
    gaz_tree_unref(after);
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory comparing trees");
}

static gaz_status tell(diff *d, gaz_change_kind kind, const gaz_node *node, gaz_error *err)
{
    gaz_entry entry;
    gaz_descent_entry(&d->at, node, &entry);
    return d->visit(d->ctx, kind, &entry, err);
}

static bool equal(const gaz_oid *a, const char *a_why, const gaz_oid *b, const char *b_why)
{
    return gaz_oid_compare(a, b) == 0 &&
           (a_why == b_why || (a_why && b_why && strcmp(a_why, b_why) == 0));
}

/* The entries that tell of the directories themselves. */
static gaz_status tell_dirs(diff *d, const gaz_node *node, const gaz_dir *before,
                            const gaz_dir *after, gaz_error *err)
{
    gaz_entry entry;
    if ((!before->why && !after->why) ||
        (before->why && after->why && equal(&before->oid, before->why, &after->oid, after->why)))
        return GAZ_OK;
    gaz_descent_dir_entry(&d->at, node, after->why ? after : before, &entry);
    gaz_change_kind kind = !before->why  ? GAZ_CHANGE_ADD
                           : !after->why ? GAZ_CHANGE_DELETE
                                         : GAZ_CHANGE_MODIFY;
    return d->visit(d->ctx, kind, &entry, err);
}

/* `before` or `after` may be NULL; both are directories of the same name. */
static gaz_status compare_dirs(diff *d, const gaz_node *before, const gaz_node *after,
                               gaz_error *err)
{
    gaz_dir old_dir = {.tree = NULL}, new_dir = {.tree = NULL};
    const gaz_node *node = after ? after : before;
    gaz_status st = before ? gaz_descent_read(d->repo, &d->at, before, &old_dir, err) : GAZ_OK;
    if (st == GAZ_OK && after)
        st = gaz_descent_read(d->repo, &d->at, after, &new_dir, err);
    if (st == GAZ_OK)
        st = tell_dirs(d, node, &old_dir, &new_dir, err);
    if (st == GAZ_OK && (old_dir.tree || new_dir.tree)) {
        gaz_descent_enter(&d->at, node);
        return push(d, old_dir.tree, new_dir.tree, err);
    }
    gaz_tree_unref(old_dir.tree);
    gaz_tree_unref(new_dir.tree);
    return st;
}

/* One node of either side or, when both are given, two that sort the same: both directories or
 * neither. */
static gaz_status compare_nodes(diff *d, const gaz_node *before, const gaz_node *after,
                                gaz_error *err)
{
    const gaz_node *node = after ? after : before;
    assert(node);
    if (before && after && before->kind == after->kind &&
        equal(&before->oid, before->why, &after->oid, after->why))
        return GAZ_OK;
    if (gaz_descent_too_long(&d->at, node))
        return GAZ_OK;
    if (node->kind == GAZ_NODE_DIR)
        return compare_dirs(d, before, after, err);
    return tell(d,
                before && after ? GAZ_CHANGE_MODIFY
                : before        ? GAZ_CHANGE_DELETE
                                : GAZ_CHANGE_ADD,
                node, err);
}

/* Takes the next node, or pair of nodes, of a frame; false when it is finished. */
static bool next_pair(frame *f, const gaz_node **before, const gaz_node **after)
{
    const gaz_node *node[2];
    for (int i = 0; i < 2; i++)
        node[i] =
            f->side[i] && f->next[i] < f->side[i]->len ? &f->side[i]->items[f->next[i]] : NULL;
    if (node[0] && node[1]) {
        int order = gaz_node_compare(node[0], node[1]);
        if (order < 0)
            node[1] = NULL;
        else if (order > 0)
            node[0] = NULL;
    }
    for (int i = 0; i < 2; i++)
        f->next[i] += node[i] != NULL;
    *before = node[0];
    *after = node[1];
    return node[0] || node[1];
}

static void drop_top(diff *d)
{
    frame *top = &d->stack.items[--d->stack.len];
    gaz_tree_unref(top->side[0]);
    gaz_tree_unref(top->side[1]);
}

static gaz_status run(diff *d, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && d->stack.len) {
        frame *top = &d->stack.items[d->stack.len - 1];
        const gaz_node *before, *after;
        d->at.len = top->path_len;
        d->at.depth = (unsigned)d->stack.len - 1;
        if (!next_pair(top, &before, &after)) {
            drop_top(d);
            continue;
        }
        st = gaz_descent_count(&d->at, err);
        if (st == GAZ_OK)
            st = compare_nodes(d, before, after, err);
    }
    return st;
}

static gaz_status read_root(gaz_repo *repo, const gaz_oid *commit, gaz_tree **root, gaz_error *err)
{
    gaz_commit read;
    gaz_status st = gaz_commit_read(repo, commit, &read, 0, NULL, err);
    return st == GAZ_OK ? gaz_tree_read(repo, &read.tree, root, err) : st;
}

gaz_status gaz_repo_diff(gaz_repo *repo, const gaz_oid *from, const gaz_oid *to,
                         gaz_change_visit visit, void *ctx, gaz_error *err)
{
    gaz_tree *before = NULL, *after = NULL;
    diff *d = calloc(1, sizeof *d);
    if (!d)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory comparing trees");
    d->repo = repo;
    d->visit = visit;
    d->ctx = ctx;
    gaz_status st = read_root(repo, from, &before, err);
    if (st == GAZ_OK)
        st = read_root(repo, to, &after, err);
    if (st == GAZ_OK && gaz_oid_compare(&before->oid, &after->oid) != 0) {
        st = push(d, before, after, err);
        before = after = NULL;
    }
    if (st == GAZ_OK)
        st = run(d, err);
    while (d->stack.len)
        drop_top(d);
    gaz_tree_unref(before);
    gaz_tree_unref(after);
    gaz_vec_free(&d->stack);
    free(d);
    return st;
}
