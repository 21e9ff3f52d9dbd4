/* What a commit changed: its tree compared with that of its first parent, directory by directory,
 * equal ids not looked into. Unlike gaz_repo_diff(), which serves the index of text, this tells
 * both blobs of a change and stops, saying so, where a commit changes more than is wanted: history
 * is full of commits that bring in whole trees. */
#include <string.h>

#include "history_private.h"

typedef struct level {
    gaz_tree *side[2]; /* before, after; NULL: none */
    size_t next[2];
    size_t path_len;
} level;

typedef struct compare {
    gaz_repo *repo;
    const gaz_history_limits *limits;
    gaz_arena *arena;
    GAZ_VEC(level) stack;
    gaz_change_list list;
    size_t nodes;
    bool cut, unreadable;
    gaz_descent at;
} compare;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to compare a commit with its parent");
}

static gaz_status push(compare *c, gaz_tree *before, gaz_tree *after, gaz_error *err)
{
    if (gaz_vec_push(&c->stack, ((level){.side = {before, after}, .path_len = c->at.len})))
        return GAZ_OK;
    gaz_tree_unref(before);
    gaz_tree_unref(after);
    return no_memory(err);
}

/* ---- changes ---- */

static gaz_status tell(compare *c, const gaz_node *before, const gaz_node *after, gaz_error *err)
{
    gaz_entry entry;
    if (c->list.len >= c->limits->changes) {
        c->cut = true;
        return GAZ_OK;
    }
    gaz_descent_entry(&c->at, after ? after : before, &entry);
    gaz_history_change change = {.kind = !before  ? GAZ_HISTORY_ADD
                                         : !after ? GAZ_HISTORY_DELETE
                                                  : GAZ_HISTORY_MODIFY,
                                 .entry = entry.kind,
                                 .path = gaz_arena_strndup(c->arena, entry.path, entry.path_len),
                                 .path_len = entry.path_len};
    if (before)
        change.before = before->oid;
    if (after)
        change.after = after->oid;
    if (!change.path || !gaz_vec_push(&c->list, change))
        return no_memory(err);
    return GAZ_OK;
}

/* A directory that cannot be read counts as empty, which is said. */
static gaz_status look_into(compare *c, const gaz_node *node, gaz_tree **out, gaz_error *err)
{
    gaz_dir dir = {.tree = NULL};
    gaz_status st = node ? gaz_descent_read(c->repo, &c->at, node, &dir, err) : GAZ_OK;
    c->unreadable |= st == GAZ_OK && dir.why != NULL;
    if (st == GAZ_OK)
        *out = dir.tree;
    return st;
}

static gaz_status compare_dirs(compare *c, const gaz_node *before, const gaz_node *after,
                               gaz_error *err)
{
    gaz_tree *old_tree = NULL, *new_tree = NULL;
    gaz_status st = look_into(c, before, &old_tree, err);
    if (st == GAZ_OK)
        st = look_into(c, after, &new_tree, err);
    if (st == GAZ_OK && (old_tree || new_tree)) {
        gaz_descent_enter(&c->at, after ? after : before);
        return push(c, old_tree, new_tree, err);
    }
    gaz_tree_unref(old_tree);
    gaz_tree_unref(new_tree);
    return st;
}

static gaz_status compare_nodes(compare *c, const gaz_node *before, const gaz_node *after,
                                gaz_error *err)
{
    const gaz_node *node = after ? after : before;
    if (before && after && before->kind == after->kind &&
        gaz_oid_compare(&before->oid, &after->oid) == 0)
        return GAZ_OK;
    if (gaz_descent_too_long(&c->at, node)) {
        c->unreadable = true;
        return GAZ_OK;
    }
    if (node->kind == GAZ_NODE_DIR)
        return compare_dirs(c, before, after, err);
    if (node->kind == GAZ_NODE_UNREADABLE) {
        c->unreadable = true;
        return GAZ_OK;
    }
    return tell(c, before, after, err);
}

/* ---- levels ---- */

static bool next_pair(level *l, const gaz_node **before, const gaz_node **after)
{
    const gaz_node *node[2];
    for (int i = 0; i < 2; i++)
        node[i] =
            l->side[i] && l->next[i] < l->side[i]->len ? &l->side[i]->items[l->next[i]] : NULL;
    if (node[0] && node[1]) {
        int order = gaz_node_compare(node[0], node[1]);
        if (order < 0)
            node[1] = NULL;
        else if (order > 0)
            node[0] = NULL;
    }
    for (int i = 0; i < 2; i++)
        l->next[i] += node[i] != NULL;
    *before = node[0];
    *after = node[1];
    return node[0] || node[1];
}

static void drop_top(compare *c)
{
    level *top = &c->stack.items[--c->stack.len];
    gaz_tree_unref(top->side[0]);
    gaz_tree_unref(top->side[1]);
}

static gaz_status run(compare *c, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    while (st == GAZ_OK && c->stack.len && !c->cut) {
        level *top = &c->stack.items[c->stack.len - 1];
        const gaz_node *before, *after;
        c->at.len = top->path_len;
        c->at.depth = (unsigned)c->stack.len - 1;
        if (!next_pair(top, &before, &after)) {
            drop_top(c);
            continue;
        }
        c->cut = ++c->nodes > c->limits->nodes;
        if (!c->cut)
            st = compare_nodes(c, before, after, err);
    }
    return st;
}

static gaz_status begin(compare *c, const gaz_commit_info *commit, gaz_error *err)
{
    gaz_tree *before = NULL, *after = NULL;
    gaz_status st = GAZ_OK;
    if (commit->parent_count) {
        gaz_commit parent;
        st = gaz_commit_read(c->repo, &commit->parents[0], &parent, 0, NULL, err);
        if (st == GAZ_OK && gaz_oid_compare(&parent.tree, &commit->tree) == 0)
            return GAZ_OK;
        if (st == GAZ_OK)
            st = gaz_tree_read(c->repo, &parent.tree, &before, err);
    }
    if (st == GAZ_OK)
        st = gaz_tree_read(c->repo, &commit->tree, &after, err);
    if (st == GAZ_OK)
        return push(c, before, after, err);
    gaz_tree_unref(before);
    return st;
}

gaz_status gaz_history_changes_read(gaz_repo *repo, const gaz_commit_info *commit,
                                    const gaz_history_limits *limits, gaz_arena *arena,
                                    gaz_history_changes *out, gaz_error *err)
{
    compare *c = calloc(1, sizeof *c);
    if (!c)
        return no_memory(err);
    c->repo = repo;
    c->limits = limits;
    c->arena = arena;
    gaz_status st = begin(c, commit, err);
    if (st == GAZ_OK)
        st = run(c, err);
    while (c->stack.len)
        drop_top(c);
    gaz_vec_free(&c->stack);
    if (st == GAZ_OK && limits->renames && commit->parent_count)
        st = gaz_history_pair(repo, &c->list, err);
    gaz_history_change *items = gaz_arena_array(arena, c->list.len + 1, sizeof *items);
    if (st == GAZ_OK && !items)
        st = no_memory(err);
    if (st == GAZ_OK) {
        if (c->list.len)
            memcpy(items, c->list.items, c->list.len * sizeof *items);
        *out = (gaz_history_changes){items, c->list.len, c->cut, c->unreadable};
    }
    gaz_vec_free(&c->list);
    free(c);
    return st;
}

gaz_status gaz_history_changes_between(gaz_repo *repo, const gaz_oid *before, const gaz_oid *after,
                                       const gaz_history_limits *limits, gaz_arena *arena,
                                       gaz_history_changes *out, gaz_error *err)
{
    gaz_commit commit;
    gaz_status st = gaz_commit_read(repo, after, &commit, 0, NULL, err);
    gaz_commit_info info = {
        .id = *after, .tree = commit.tree, .parents = before, .parent_count = 1};
    return st == GAZ_OK ? gaz_history_changes_read(repo, &info, limits, arena, out, err) : st;
}

/* ---- one path ---- */

gaz_status gaz_history_find(gaz_repo *repo, const gaz_oid *tree, const char *path,
                            gaz_node_kind *kind, gaz_oid *blob, gaz_error *err)
{
    gaz_oid at = *tree;
    unsigned depth = 0;
    for (const char *name = path;; depth++) {
        const char *slash = strchr(name, '/');
        gaz_node key = {.name = name,
                        .len = (uint32_t)(slash ? (size_t)(slash - name) : strlen(name)),
                        .kind = slash ? GAZ_NODE_DIR : GAZ_NODE_FILE};
        gaz_tree *dir = NULL;
        gaz_status st =
            depth < GAZ_TREE_DEPTH_MAX ? gaz_tree_read(repo, &at, &dir, err) : GAZ_E_NOT_FOUND;
        if (st != GAZ_OK)
            return st;
        size_t lo = 0, hi = dir->len;
        while (lo < hi) {
            size_t mid = lo + (hi - lo) / 2;
            if (gaz_node_compare(&dir->items[mid], &key) < 0)
                lo = mid + 1;
            else
                hi = mid;
        }
        bool found = lo < dir->len && gaz_node_compare(&dir->items[lo], &key) == 0;
        if (found) {
            at = dir->items[lo].oid;
            *kind = dir->items[lo].kind;
        }
        gaz_tree_unref(dir);
        if (!found)
            return GAZ_E_NOT_FOUND;
        if (!slash) {
            *blob = at;
            return GAZ_OK;
        }
        name = slash + 1;
    }
}
