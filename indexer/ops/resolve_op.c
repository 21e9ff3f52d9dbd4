/* definition, references, callers, callees, implementations: what names mean, and who uses them.
 * Edges that are sure are listed; uses that may mean something else are counted, and listed when
 * they are asked for. */
#include <string.h>

#include "code_answer.h"
#include "gaz/symbols/symbols.h"

static void put_method(gaz_json_writer *w, unsigned method, unsigned confidence)
{
    gaz_json_put_cstring(w, "method", gaz_resolve_method_name(method));
    gaz_json_put_int(w, "confidence", confidence);
}

/* One definition is asked about, or all that have a name: then each item says of which it is. */
typedef struct listing {
    code_targets targets;
    gaz_resolver *resolver;
    uint32_t which; /* of the targets */
    uint32_t left;  /* items that may still be shown */
    gaz_uses_query query;
    bool complete; /* the list of this target */
    gaz_resolve_cursor next;
    uint64_t resolved, ambiguous, by_name, unresolved;
} listing;

/* A name that more definitions have is answered with these alone. */
#define NAMESAKES_MAX 20

/* Finds what is asked about and tells it. @return GAZ_DONE when nothing says which definition is
 * meant: the answer is the candidates then, and the caller ends it */
static gaz_status begin(code_answer *a, gaz_call *call, listing *l, gaz_error *err)
{
    gaz_status st = code_begin(a, call, err);
    if (st == GAZ_OK)
        st = code_find_targets(a, &l->targets, err);
    if (st == GAZ_OK)
        st = gaz_code_resolver(a->code, &l->resolver, err);
    if (st != GAZ_OK)
        return st;
    const code_targets *t = &l->targets;
    bool unsure = t->ambiguous && (call_text(call, "at") || t->count > NAMESAKES_MAX);
    gaz_json_put_bool(&a->json, "ambiguous", t->ambiguous);
    st = code_put_targets(a, t->items, t->count, err);
    if (st == GAZ_OK && (unsure || t->count == 0)) {
        a->reason = unsure ? "ambiguous" : "unresolved";
        return GAZ_DONE;
    }
    if (!call_text(call, "name"))
        l->targets.count = 1; /* what follows are its variants */
    return st;
}

/* ---- definition ---- */

gaz_status op_definition(gaz_call *call, gaz_error *err)
{
    code_answer a;
    code_targets targets = {0};
    gaz_status st = code_begin(&a, call, err);
    if (st == GAZ_OK)
        st = code_find_targets(&a, &targets, err);
    if (st == GAZ_OK) {
        gaz_json_put_bool(&a.json, "ambiguous", targets.ambiguous);
        if (call_text(call, "at"))
            put_method(&a.json, targets.method, targets.confidence);
        else
            put_method(&a.json, targets.ambiguous ? GAZ_RESOLVE_AMBIGUOUS : GAZ_RESOLVE_UNIQUE,
                       targets.ambiguous ? 0 : 100);
        st = code_put_targets(&a, targets.items, targets.count, err);
    }
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}

/* ---- uses ---- */

static gaz_status read_roles(const gaz_call *call, uint32_t *roles, gaz_error *err)
{
    const gaz_value *given = gaz_call_value(call, "role");
    *roles = 0;
    for (size_t i = 0; i < given->count; i++) {
        unsigned role = 1;
        while (role < GAZ_REFERENCE_ROLE_COUNT &&
               strcmp(given->items[i], gaz_reference_role_name(role)) != 0)
            role++;
        if (role == GAZ_REFERENCE_ROLE_COUNT) {
            gaz_error_set(err, GAZ_E_INVALID, "'%.60s' is no role of a reference", given->items[i]);
            gaz_error_hint(err, "roles are call, type, read, write, import, inherit and macro");
            return GAZ_E_INVALID;
        }
        *roles |= 1u << role;
    }
    return GAZ_OK;
}

static gaz_status put_use(code_answer *a, const gaz_resolve_use *u, uint32_t which, gaz_error *err)
{
    gaz_json_object_begin(&a->json);
    gaz_json_put_int(&a->json, "target", which);
    code_put_path(a, u->file);
    gaz_json_put_int(&a->json, "line", u->line);
    gaz_json_put_cstring(&a->json, "role", gaz_reference_role_name(u->role));
    put_method(&a->json, u->method, u->confidence);
    if (u->method == GAZ_RESOLVE_AMBIGUOUS)
        gaz_json_put_int(&a->json, "candidates", u->candidates);
    gaz_status st = code_put_enclosing(a, u->file, u->enclosing, err);
    if (st == GAZ_OK)
        st = code_put_line(a, u->file, u->line, err);
    gaz_json_object_end(&a->json);
    return st;
}

static gaz_status list_uses(code_answer *a, listing *l, gaz_error *err)
{
    gaz_uses uses = {0};
    gaz_status st = read_roles(a->call, &l->query.roles, err);
    if (st == GAZ_OK)
        st = gaz_resolve_uses(l->resolver, l->targets.items[l->which], &l->query, &uses, err);
    for (uint32_t i = 0; st == GAZ_OK && i < uses.count; i++)
        st = put_use(a, &uses.items[i], l->which, err);
    l->left -= uses.count;
    l->complete = uses.complete;
    l->next = uses.next;
    l->resolved += uses.resolved;
    l->ambiguous += uses.ambiguous;
    l->by_name = l->by_name > uses.by_name ? l->by_name : uses.by_name; /* it is one name */
    return st;
}

static void end_uses(code_answer *a, const listing *l)
{
    gaz_json_put_int(&a->json, "resolved", (int64_t)l->resolved);
    gaz_json_put_int(&a->json, "may_mean_it", (int64_t)l->ambiguous);
    gaz_json_put_int(&a->json, "by_name", (int64_t)l->by_name);
}

/* ---- callers ---- */

static gaz_status put_caller(code_answer *a, const gaz_caller *c, uint32_t which, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_json_object_begin(&a->json);
    gaz_json_put_int(&a->json, "target", which);
    if (c->target.index == GAZ_SYMBOL_NONE)
        code_put_path(a, c->target.file);
    else
        st = code_put_definition(a, c->target.file, c->target.index, false, err);
    gaz_json_put_int(&a->json, "call_line", c->line);
    gaz_json_put_int(&a->json, "calls", c->calls);
    put_method(&a->json, c->method, c->confidence);
    gaz_json_object_end(&a->json);
    return st;
}

static gaz_status list_callers(code_answer *a, listing *l, gaz_error *err)
{
    gaz_callers callers = {0};
    gaz_status st =
        gaz_resolve_callers(l->resolver, l->targets.items[l->which], &l->query, &callers, err);
    for (uint32_t i = 0; st == GAZ_OK && i < callers.count; i++)
        st = put_caller(a, &callers.items[i], l->which, err);
    l->left -= callers.count;
    l->complete = callers.complete;
    l->next = callers.next;
    l->ambiguous += callers.ambiguous;
    return st;
}

static void end_callers(code_answer *a, const listing *l)
{
    gaz_json_put_int(&a->json, "may_mean_it", (int64_t)l->ambiguous);
}

/* ---- callees ---- */

static gaz_status put_callee(code_answer *a, const gaz_callee *c, uint32_t which, gaz_error *err)
{
    gaz_json_object_begin(&a->json);
    gaz_json_put_int(&a->json, "target", which);
    gaz_json_put_string(&a->json, "name", c->name.data, c->name.len);
    gaz_json_put_int(&a->json, "call_line", c->line);
    gaz_json_put_int(&a->json, "calls", c->calls);
    put_method(&a->json, c->resolution.method, c->resolution.confidence);
    gaz_json_put_int(&a->json, "candidates", (int64_t)c->resolution.total);
    gaz_status st =
        code_put_targets(a, c->resolution.targets,
                         gaz_resolve_is_edge(c->resolution.method) ? c->resolution.count : 0, err);
    gaz_json_object_end(&a->json);
    return st;
}

static gaz_status list_callees(code_answer *a, listing *l, gaz_error *err)
{
    gaz_callees callees = {0};
    gaz_status st = gaz_resolve_callees(l->resolver, l->targets.items[l->which], l->query.ambiguous,
                                        l->query.limit, l->query.after, &callees, err);
    for (uint32_t i = 0; st == GAZ_OK && i < callees.count; i++)
        st = put_callee(a, &callees.items[i], l->which, err);
    l->left -= callees.count;
    l->complete = callees.complete;
    l->next = callees.next;
    l->ambiguous += callees.ambiguous;
    l->unresolved += callees.unresolved;
    return st;
}

static void end_callees(code_answer *a, const listing *l)
{
    gaz_json_put_int(&a->json, "ambiguous_calls", (int64_t)l->ambiguous);
    gaz_json_put_int(&a->json, "unresolved_calls", (int64_t)l->unresolved);
}

/* ---- implementations ---- */

static gaz_status put_heir(code_answer *a, const gaz_heir *h, uint32_t which, gaz_error *err)
{
    gaz_json_object_begin(&a->json);
    gaz_json_put_int(&a->json, "target", which);
    gaz_status st = code_put_definition(a, h->target.file, h->target.index, false, err);
    gaz_json_put_int(&a->json, "depth", h->depth);
    put_method(&a->json, h->method, h->confidence);
    gaz_json_object_end(&a->json);
    return st;
}

/* These lists have no pages: all that is asked for is shown at once, or cut. */
static gaz_status list_heirs(code_answer *a, listing *l, gaz_error *err)
{
    gaz_heirs heirs = {0};
    gaz_status st =
        gaz_resolve_heirs(l->resolver, l->targets.items[l->which],
                          (uint32_t)call_number(a->call, "depth"), l->query.limit, &heirs, err);
    for (uint32_t i = 0; st == GAZ_OK && i < heirs.count; i++)
        st = put_heir(a, &heirs.items[i], l->which, err);
    l->left -= heirs.count;
    l->complete = heirs.complete;
    l->ambiguous += heirs.ambiguous;
    return st;
}

/* ---- all of them ---- */

typedef struct listing_kind {
    const char *key;
    gaz_status (*list)(code_answer *a, listing *l, gaz_error *err);
    void (*end)(code_answer *a, const listing *l); /* totals */
    bool pages;
} listing_kind;

static const listing_kind uses_kind = {"references", list_uses, end_uses, true};
static const listing_kind callers_kind = {"callers", list_callers, end_callers, true};
static const listing_kind callees_kind = {"callees", list_callees, end_callees, true};
static const listing_kind heirs_kind = {"implementations", list_heirs, end_callers, false};

static gaz_status put_lists(code_answer *a, const listing_kind *kind, listing *l, gaz_error *err)
{
    code_place_in_list place = {0};
    gaz_status st = kind->pages ? code_list_cursor(a, &place, err) : GAZ_OK;
    l->left = (uint32_t)call_number(a->call, "limit");
    l->complete = true;
    l->query.ambiguous = kind->pages && call_number(a->call, "ambiguous") != 0;
    l->query.after = (gaz_resolve_cursor){place.step, place.at};
    gaz_json_key(&a->json, kind->key);
    gaz_json_array_begin(&a->json);
    for (l->which = place.which; st == GAZ_OK && l->which < l->targets.count && l->left;
         l->which += l->complete) {
        l->query.limit = l->left;
        l->query.without = l->targets.items;
        l->query.without_count = l->which;
        st = kind->list(a, l, err);
        l->query.after = l->next = l->complete ? (gaz_resolve_cursor){0} : l->next;
        if (!l->complete)
            break;
    }
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK)
        return st;
    bool more = l->which < l->targets.count;
    place = (code_place_in_list){l->which, l->next.step, l->next.at};
    kind->end(a, l);
    if (kind->pages)
        code_put_list_cursor(a, more, &place);
    a->reason = more ? "limit" : NULL;
    return GAZ_OK;
}

static gaz_status answer(gaz_call *call, const listing_kind *kind, gaz_error *err)
{
    code_answer a;
    listing l = {0};
    gaz_status st = begin(&a, call, &l, err);
    if (st == GAZ_OK)
        st = put_lists(&a, kind, &l, err);
    else if (st == GAZ_DONE)
        st = GAZ_OK;
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}

gaz_status op_references(gaz_call *call, gaz_error *err)
{
    return answer(call, &uses_kind, err);
}

gaz_status op_callers(gaz_call *call, gaz_error *err)
{
    return answer(call, &callers_kind, err);
}

gaz_status op_callees(gaz_call *call, gaz_error *err)
{
    return answer(call, &callees_kind, err);
}

gaz_status op_implementations(gaz_call *call, gaz_error *err)
{
    return answer(call, &heirs_kind, err);
}
