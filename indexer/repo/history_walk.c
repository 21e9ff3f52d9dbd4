/* Walking history: a heap of what is reached and not yet visited, the newest committer's time on
 * top, as `git log` does. Equal times are ordered by id, so that the order, and with it which
 * commits are the newest N, is decided by the graph and the tips alone and not by how they were
 * come by. Commits are read when they are reached (their time orders them), those that the caller
 * knows are not read at all. */
#include "gaz/repo/history.h"

#include <string.h>

#include "gaz/base/map.h"
#include "gaz/base/vec.h"

#define SEEN_SLACK 2000000 /* commits reached beyond those to be visited: wide, hostile graphs */
#define READ_ARENA ((size_t)512 << 20)

typedef struct reached {
    gaz_oid id;
    gaz_history_node node; /* parents: the caller's, or in the walk's arena */
} reached;

typedef struct walk_state {
    gaz_repo *repo;
    const gaz_history_walk *walk;
    GAZ_VEC(reached) heap;
    gaz_map seen;      /* id → 1: queued or visited, 2: cannot be read */
    gaz_arena parents; /* of commits that were read */
    gaz_arena scratch; /* of one commit */
    gaz_history_end end;
} walk_state;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to walk history");
}

static bool newer(const reached *a, const reached *b)
{
    return a->node.when != b->node.when ? a->node.when > b->node.when
                                        : gaz_oid_compare(&a->id, &b->id) < 0;
}

static gaz_status push(walk_state *w, const reached *item, gaz_error *err)
{
    if (!gaz_vec_push(&w->heap, *item))
        return no_memory(err);
    size_t at = w->heap.len - 1;
    for (size_t up; at && newer(item, &w->heap.items[up = (at - 1) / 2]); at = up)
        w->heap.items[at] = w->heap.items[up];
    w->heap.items[at] = *item;
    return GAZ_OK;
}

static reached pop(walk_state *w)
{
    reached *heap = w->heap.items, top = heap[0], last = heap[--w->heap.len];
    size_t at = 0, len = w->heap.len;
    for (size_t down; (down = 2 * at + 1) < len; at = down) {
        down += down + 1 < len && newer(&heap[down + 1], &heap[down]);
        if (!newer(&heap[down], &last))
            break;
        heap[at] = heap[down];
    }
    if (len)
        heap[at] = last;
    return top;
}

/* Reads a commit for its links. */
static gaz_status read_node(walk_state *w, const gaz_oid *id, gaz_history_node *out, gaz_error *err)
{
    gaz_commit_info info;
    gaz_arena_reset(&w->scratch);
    gaz_status st = gaz_history_commit(w->repo, id, &w->scratch, &info, err);
    if (st != GAZ_OK)
        return st;
    gaz_oid *parents = gaz_arena_array(&w->parents, info.parent_count + 1u, sizeof *parents);
    if (!parents)
        return no_memory(err);
    memcpy(parents, info.parents, info.parent_count * sizeof *parents);
    *out = (gaz_history_node){info.committer.when, parents, info.parent_count, info.parents_cut};
    return GAZ_OK;
}

static bool cannot_be_read(gaz_status st)
{
    return st == GAZ_E_NOT_FOUND || st == GAZ_E_CORRUPT || st == GAZ_E_INVALID || st == GAZ_E_LIMIT;
}

/* Queues a commit that is met for the first time. @param missing  set when it cannot be read */
static gaz_status reach(walk_state *w, const gaz_oid *id, bool *missing, gaz_error *err)
{
    bool added = false;
    reached item = {.id = *id};
    *missing = false;
    if (w->seen.len > w->walk->max + SEEN_SLACK && !gaz_map_get(&w->seen, id->id, GAZ_OID_SIZE)) {
        w->end.goes_on = true;
        return GAZ_OK;
    }
    uint64_t *state = gaz_map_put(&w->seen, id->id, GAZ_OID_SIZE, &added);
    if (!state)
        return no_memory(err);
    *missing = *state == 2;
    if (!added)
        return GAZ_OK;
    *state = 1;
    gaz_error why = {0};
    gaz_status st = GAZ_OK;
    if (!w->walk->known || !w->walk->known(w->walk->ctx, id, &item.node))
        st = read_node(w, id, &item.node, &why);
    if (cannot_be_read(st)) {
        *state = 2;
        *missing = true;
        if (!w->end.missing++)
            w->end.missing_one = *id;
        return GAZ_OK;
    }
    if (st != GAZ_OK)
        return gaz_error_set(err, st, "%s", why.message);
    return push(w, &item, err);
}

static gaz_status visit(walk_state *w, const reached *item, gaz_error *err)
{
    uint32_t missing = 0;
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < item->node.parent_count; i++) {
        bool gone = false;
        st = reach(w, &item->node.parents[i], &gone, err);
        missing += gone;
    }
    return st == GAZ_OK ? w->walk->visit(w->walk->ctx, &item->id, &item->node, missing, err) : st;
}

gaz_status gaz_history_walk_run(gaz_repo *repo, const gaz_history_walk *walk, gaz_history_end *end,
                                gaz_error *err)
{
    walk_state w = {.repo = repo, .walk = walk};
    gaz_status st = GAZ_OK;
    bool gone;
    gaz_map_init(&w.seen);
    gaz_arena_init(&w.parents, READ_ARENA);
    gaz_arena_init(&w.scratch, READ_ARENA);
    for (size_t i = 0; st == GAZ_OK && i < walk->tip_count; i++)
        st = reach(&w, &walk->tips[i], &gone, err);
    while (st == GAZ_OK && w.heap.len && w.end.visited < walk->max) {
        reached item = pop(&w);
        w.end.visited++;
        st = visit(&w, &item, err);
    }
    w.end.goes_on |= w.heap.len > 0;
    if (st == GAZ_OK)
        *end = w.end;
    gaz_vec_free(&w.heap);
    gaz_map_release(&w.seen);
    gaz_arena_release(&w.parents);
    gaz_arena_release(&w.scratch);
    return st;
}
