/* The walk over one tree, with a stack of its own: depth costs no C stack. */
#include <stdlib.h>
#include <string.h>

#include "gaz/base/vec.h"
#include "git_tree.h"

typedef struct frame {
    gaz_tree *tree;
    size_t next;     /* node */
    size_t path_len; /* of the directory */
} frame;

typedef struct walk {
    gaz_repo *repo;
    GAZ_VEC(frame) stack;
    gaz_descent at;
    gaz_entry_visit visit;
    void *ctx;
} walk;

static gaz_status push(walk *w, gaz_tree *tree, gaz_error *err)
{
    if (gaz_vec_push(&w->stack, ((frame){.tree = tree, .path_len = w->at.len})))
        return GAZ_OK;
    gaz_tree_unref(tree);
    return gaz_error_set(err, GAZ_E_NOMEM, "out of memory walking a tree");
}

static gaz_status enter(walk *w, const gaz_node *node, gaz_error *err)
{
    gaz_dir dir;
    gaz_entry entry;
    gaz_status st = gaz_descent_read(w->repo, &w->at, node, &dir, err);
    if (st == GAZ_OK && dir.why) {
        gaz_descent_dir_entry(&w->at, node, &dir, &entry);
        st = w->visit(w->ctx, &entry, err);
    }
    if (st == GAZ_OK && dir.tree) {
        gaz_descent_enter(&w->at, node);
        return push(w, dir.tree, err);
    }
    gaz_tree_unref(dir.tree);
    return st;
}

static gaz_status tell(walk *w, const gaz_node *node, gaz_error *err)
{
    gaz_entry entry;
    gaz_descent_entry(&w->at, node, &entry);
    return w->visit(w->ctx, &entry, err);
}

static gaz_status run(walk *w, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && w->stack.len) {
        frame *top = &w->stack.items[w->stack.len - 1];
        w->at.len = top->path_len;
        w->at.depth = (unsigned)w->stack.len - 1;
        if (top->next == top->tree->len) {
            gaz_tree_unref(top->tree);
            w->stack.len--;
            continue;
        }
        const gaz_node *node = &top->tree->items[top->next++];
        st = gaz_descent_count(&w->at, err);
        if (st == GAZ_OK && !gaz_descent_too_long(&w->at, node))
            st = node->kind == GAZ_NODE_DIR ? enter(w, node, err) : tell(w, node, err);
    }
    return st;
}

gaz_status gaz_repo_walk(gaz_repo *repo, const gaz_oid *commit, gaz_entry_visit visit, void *ctx,
                         gaz_error *err)
{
    gaz_commit head;
    gaz_tree *root = NULL;
    walk *w = calloc(1, sizeof *w);
    if (!w)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory walking a tree");
    w->repo = repo;
    w->visit = visit;
    w->ctx = ctx;
    gaz_status st = gaz_commit_read(repo, commit, &head, 0, NULL, err);
    if (st == GAZ_OK)
        st = gaz_tree_read(repo, &head.tree, &root, err);
    if (st == GAZ_OK)
        st = push(w, root, err);
    if (st == GAZ_OK)
        st = run(w, err);
    while (w->stack.len)
        gaz_tree_unref(w->stack.items[--w->stack.len].tree);
    gaz_vec_free(&w->stack);
    free(w);
    return st;
}
