/* The newest commit two have in common: both sides are walked together, newest first, and marked;
 * the first commit with both marks is it. Where clocks went backwards it may be an older one than
 * git finds, never one that is not common. */
#include <stdlib.h>

#include "gaz/base/map.h"
#include "history_private.h"

#define COMMITS_MAX 2000000 /* looked at */
#define SIDE_A 1u
#define SIDE_B 2u

typedef struct waiting {
    gaz_oid id;
    int64_t when;
} waiting;

typedef struct meeting {
    gaz_repo *repo;
    GAZ_VEC(waiting) heap; /* newest on top */
    gaz_map marks;         /* id → sides that reach it */
    gaz_arena scratch;
} meeting;

static gaz_status no_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "no memory to find what two commits have in common");
}

static bool newer(const waiting *a, const waiting *b)
{
    return a->when != b->when ? a->when > b->when : gaz_oid_compare(&a->id, &b->id) < 0;
}

static bool push(meeting *m, waiting item)
{
    if (!gaz_vec_push(&m->heap, item))
        return false;
    size_t at = m->heap.len - 1;
    for (size_t up; at && newer(&item, &m->heap.items[up = (at - 1) / 2]); at = up)
        m->heap.items[at] = m->heap.items[up];
    m->heap.items[at] = item;
    return true;
}

static waiting pop(meeting *m)
{
    waiting *heap = m->heap.items, top = heap[0], last = heap[--m->heap.len];
    size_t at = 0, len = m->heap.len;
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

/* Marks a commit; one that gets a new mark waits to be looked at. What cannot be read ends there.
 */
static gaz_status mark(meeting *m, const gaz_oid *id, uint64_t sides, gaz_error *err)
{
    gaz_error why = {0};
    waiting item = {.id = *id};
    bool added = false;
    uint64_t *slot = gaz_map_put(&m->marks, id->id, GAZ_OID_SIZE, &added);
    if (!slot)
        return no_memory(err);
    if (!added && (*slot | sides) == *slot)
        return GAZ_OK;
    *slot = added ? sides : *slot | sides;
    gaz_status st = gaz_repo_commit_time(m->repo, id, &item.when, &why);
    if (st == GAZ_E_NOMEM || (st == GAZ_OK && !push(m, item)))
        return no_memory(err);
    return GAZ_OK;
}

static gaz_status go_up(meeting *m, const gaz_oid *id, uint64_t sides, gaz_error *err)
{
    gaz_commit_info info;
    gaz_error why = {0};
    gaz_arena_reset(&m->scratch);
    gaz_status st = gaz_history_commit(m->repo, id, &m->scratch, &info, &why);
    if (st == GAZ_E_NOMEM)
        return no_memory(err);
    for (uint32_t i = 0; st == GAZ_OK && i < info.parent_count; i++) {
        gaz_status marked = mark(m, &info.parents[i], sides, err);
        if (marked != GAZ_OK)
            return marked;
    }
    return GAZ_OK;
}

static gaz_status meet(meeting *m, gaz_oid *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t looked = 0; st == GAZ_OK && m->heap.len; looked++) {
        waiting at = pop(m);
        uint64_t sides = *gaz_map_get(&m->marks, at.id.id, GAZ_OID_SIZE);
        if (sides == (SIDE_A | SIDE_B)) {
            *out = at.id;
            return GAZ_OK;
        }
        if (looked >= COMMITS_MAX)
            return gaz_error_set(err, GAZ_E_LIMIT,
                                 "%d commits were looked at, and none is common to both",
                                 COMMITS_MAX);
        st = go_up(m, &at.id, sides, err);
    }
    return st == GAZ_OK
               ? gaz_error_set(err, GAZ_E_NOT_FOUND, "the two revisions have no commit in common")
               : st;
}

gaz_status gaz_history_merge_base(gaz_repo *repo, const gaz_oid *a, const gaz_oid *b, gaz_oid *out,
                                  gaz_error *err)
{
    meeting m = {.repo = repo};
    gaz_map_init(&m.marks);
    gaz_arena_init(&m.scratch, (size_t)256 << 20);
    gaz_status st = mark(&m, a, SIDE_A, err);
    if (st == GAZ_OK)
        st = mark(&m, b, SIDE_B, err);
    if (st == GAZ_OK)
        st = meet(&m, out, err);
    gaz_vec_free(&m.heap);
    gaz_map_release(&m.marks);
    gaz_arena_release(&m.scratch);
    return st;
}
