/* Lists of uses and of callers: both walk the files that use a name, in the order of the view, and
 * go on at a cursor that is a file's place in that order and a byte. */
#include "resolve_private.h"

typedef struct use_listing {
    const gaz_uses_query *query;
    gaz_uses *out;
    GAZ_VEC(gaz_resolve_use) items;
    uint32_t file, step;
    bool full; /* what was asked for is there; only counting goes on */
} use_listing;

static gaz_status check_query(const gaz_uses_query *query, gaz_error *err)
{
    if (!query->limit || query->limit > GAZ_RESOLVE_LIMIT_MAX)
        return gaz_error_set(err, GAZ_E_INVALID, "the limit of a list is 1 to %u, not %u",
                             GAZ_RESOLVE_LIMIT_MAX, query->limit);
    return GAZ_OK;
}

/* Variants of one thing are used together: whoever lists each of them has seen these uses. */
static bool seen_before(const gaz_uses_query *query, const gaz_resolution *res)
{
    for (uint32_t i = 0; i < query->without_count; i++)
        for (uint32_t k = 0; k < res->count; k++)
            if (res->targets[k].file == query->without[i].file &&
                res->targets[k].index == query->without[i].index)
                return true;
    return false;
}

static gaz_status see_use(void *ctx, const gaz_symbol_reference *ref, const gaz_resolution *res,
                          bool sure, gaz_error *err)
{
    use_listing *l = ctx;
    if (seen_before(l->query, res))
        return GAZ_OK;
    if (l->items.len >= l->query->limit && !l->full) {
        /* There is one more: the next page begins with it, or with what is before it in doubt. */
        l->full = true;
        l->out->next = (gaz_resolve_cursor){l->step, ref->start};
        l->out->complete = false;
        if (!l->query->count)
            return GAZ_DONE;
    }
    l->out->resolved += sure;
    l->out->ambiguous += !sure;
    if (sure == l->query->ambiguous || l->full)
        return GAZ_OK;
    gaz_resolve_use use = {.file = l->file,
                           .start = ref->start,
                           .line = ref->line,
                           .enclosing = ref->enclosing,
                           .role = ref->role,
                           .flags = ref->flags,
                           .method = res->method,
                           .confidence = res->confidence,
                           .candidates = sure ? 0 : (uint32_t)res->total};
    return gaz_vec_push(&l->items, use) ? GAZ_OK : resolve_no_memory(err);
}

static bool accepts(const gaz_uses_query *query, uint32_t file)
{
    return !query->accepts || query->accepts(query->ctx, file);
}

/* Walks the files from the cursor on. */
static gaz_status walk(gaz_resolver *r, use_search *s, const gaz_uses_query *query,
                       void (*enter)(void *ctx, uint32_t file, uint32_t step), void *ctx,
                       gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (uint32_t i = query->after.step; st == GAZ_OK && i < s->file_count; i++) {
        if (!accepts(query, s->files[i].file))
            continue;
        enter(ctx, s->files[i].file, i);
        st = use_search_file(r, s, s->files[i].file, i == query->after.step ? query->after.at : 0,
                             err);
    }
    return st == GAZ_DONE ? GAZ_OK : st;
}

static void enter_file(void *ctx, uint32_t file, uint32_t step)
{
    use_listing *l = ctx;
    l->file = file;
    l->step = step;
}

gaz_status gaz_resolve_uses(gaz_resolver *r, gaz_resolve_target target, const gaz_uses_query *query,
                            gaz_uses *out, gaz_error *err)
{
    gaz_uses found = {.complete = true};
    use_listing l = {.query = query, .out = &found};
    use_search s;
    gaz_status st = check_query(query, err);
    if (st == GAZ_OK)
        st = use_search_begin(r, target, query->roles, &s, err);
    if (st != GAZ_OK)
        return st;
    s.see = see_use;
    s.ctx = &l;
    found.by_name = s.by_name;
    st = walk(r, &s, query, enter_file, &l, err);
    if (st == GAZ_OK) {
        found.items = resolve_alloc(r, l.items.len, sizeof *found.items);
        found.count = (uint32_t)l.items.len;
        if (!found.items)
            st = resolve_no_memory(err);
        else if (l.items.len)
            memcpy(found.items, l.items.items, l.items.len * sizeof *found.items);
    }
    if (st == GAZ_OK)
        *out = found;
    gaz_vec_free(&l.items);
    use_search_end(&s);
    return st;
}

/* ---- callers ---- */

typedef struct caller_listing {
    const gaz_uses_query *query;
    gaz_callers *out;
    GAZ_VEC(gaz_caller) items;
    size_t first; /* of the file */
    uint32_t file, step;
} caller_listing;

static void enter_calling(void *ctx, uint32_t file, uint32_t step)
{
    caller_listing *l = ctx;
    l->file = file;
    l->step = step;
    l->first = l->items.len;
}

static gaz_status see_call(void *ctx, const gaz_symbol_reference *ref, const gaz_resolution *res,
                           bool sure, gaz_error *err)
{
    caller_listing *l = ctx;
    if (seen_before(l->query, res))
        return GAZ_OK;
    if (!sure) {
        l->out->ambiguous++;
        return GAZ_OK;
    }
    for (size_t i = l->first; i < l->items.len; i++)
        if (l->items.items[i].target.index == ref->enclosing) {
            l->items.items[i].calls++;
            return GAZ_OK;
        }
    if (l->items.len >= l->query->limit) {
        l->out->complete = false;
        l->out->next = (gaz_resolve_cursor){l->step, ref->start};
        return GAZ_DONE;
    }
    gaz_caller caller = {.target = {l->file, ref->enclosing},
                         .line = ref->line,
                         .start = ref->start,
                         .calls = 1,
                         .method = res->method,
                         .confidence = res->confidence};
    return gaz_vec_push(&l->items, caller) ? GAZ_OK : resolve_no_memory(err);
}

gaz_status gaz_resolve_callers(gaz_resolver *r, gaz_resolve_target target,
                               const gaz_uses_query *query, gaz_callers *out, gaz_error *err)
{
    gaz_callers found = {.complete = true};
    caller_listing l = {.query = query, .out = &found};
    use_search s;
    gaz_status st = check_query(query, err);
    if (st == GAZ_OK)
        st = use_search_begin(r, target, GAZ_CALL_ROLES, &s, err);
    if (st != GAZ_OK)
        return st;
    s.see = see_call;
    s.ctx = &l;
    st = walk(r, &s, query, enter_calling, &l, err);
    if (st == GAZ_OK) {
        found.items = resolve_alloc(r, l.items.len, sizeof *found.items);
        found.count = (uint32_t)l.items.len;
        if (!found.items)
            st = resolve_no_memory(err);
        else if (l.items.len)
            memcpy(found.items, l.items.items, l.items.len * sizeof *found.items);
    }
    if (st == GAZ_OK)
        *out = found;
    gaz_vec_free(&l.items);
    use_search_end(&s);
    return st;
}
