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

/* Finds what is asked about and tells it. @return GAZ_DONE when it is not one definition: the
 * answer is the candidates then, and the caller ends it */
static gaz_status begin(code_answer *a, gaz_call *call, gaz_resolve_target *target,
                        gaz_resolver **r, gaz_error *err)
{
    code_targets targets = {0};
    gaz_status st = code_begin(a, call, err);
    if (st == GAZ_OK)
        st = code_find_targets(a, &targets, err);
    if (st == GAZ_OK)
        st = gaz_code_resolver(a->code, r, err);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_bool(&a->json, "ambiguous", targets.ambiguous);
    st = code_put_targets(a, targets.items, targets.count, err);
    if (st != GAZ_OK)
        return st;
    if (targets.ambiguous || targets.count == 0) {
        a->reason = targets.ambiguous ? "ambiguous" : "unresolved";
        return GAZ_DONE;
    }
    *target = targets.items[0];
    return GAZ_OK;
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

static gaz_status uses_query(code_answer *a, gaz_uses_query *query, gaz_error *err)
{
    *query = (gaz_uses_query){.ambiguous = call_number(a->call, "ambiguous") != 0,
                              .limit = (uint32_t)call_number(a->call, "limit")};
    return code_cursor(a, &query->after.step, &query->after.at, err);
}

static gaz_status put_use(code_answer *a, const gaz_resolve_use *u, gaz_error *err)
{
    gaz_json_object_begin(&a->json);
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

static gaz_status put_uses(code_answer *a, gaz_resolver *r, gaz_resolve_target target,
                           gaz_error *err)
{
    gaz_uses_query query;
    gaz_uses uses = {0};
    gaz_status st = uses_query(a, &query, err);
    if (st == GAZ_OK)
        st = read_roles(a->call, &query.roles, err);
    if (st == GAZ_OK)
        st = gaz_resolve_uses(r, target, &query, &uses, err);
    gaz_json_key(&a->json, "references");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < uses.count; i++)
        st = put_use(a, &uses.items[i], err);
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_int(&a->json, "resolved", (int64_t)uses.resolved);
    gaz_json_put_int(&a->json, "may_mean_it", (int64_t)uses.ambiguous);
    gaz_json_put_int(&a->json, "by_name", (int64_t)uses.by_name);
    code_put_cursor(a, !uses.complete, uses.next.step, uses.next.at);
    a->reason = uses.complete ? NULL : "limit";
    return GAZ_OK;
}

/* ---- callers ---- */

static gaz_status put_caller(code_answer *a, const gaz_caller *c, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    gaz_json_object_begin(&a->json);
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

static gaz_status put_callers(code_answer *a, gaz_resolver *r, gaz_resolve_target target,
                              gaz_error *err)
{
    gaz_uses_query query;
    gaz_callers callers = {0};
    gaz_status st = uses_query(a, &query, err);
    if (st == GAZ_OK)
        st = gaz_resolve_callers(r, target, &query, &callers, err);
    gaz_json_key(&a->json, "callers");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < callers.count; i++)
        st = put_caller(a, &callers.items[i], err);
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_int(&a->json, "may_mean_it", (int64_t)callers.ambiguous);
    code_put_cursor(a, !callers.complete, callers.next.step, callers.next.at);
    a->reason = callers.complete ? NULL : "limit";
    return GAZ_OK;
}

/* ---- callees ---- */

static gaz_status put_callee(code_answer *a, const gaz_callee *c, gaz_error *err)
{
    gaz_json_object_begin(&a->json);
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

static gaz_status put_callees(code_answer *a, gaz_resolver *r, gaz_resolve_target target,
                              gaz_error *err)
{
    gaz_resolve_cursor after = {0};
    gaz_callees callees = {0};
    gaz_status st = code_cursor(a, &after.step, &after.at, err);
    if (st == GAZ_OK)
        st = gaz_resolve_callees(r, target, call_number(a->call, "ambiguous") != 0,
                                 (uint32_t)call_number(a->call, "limit"), after, &callees, err);
    gaz_json_key(&a->json, "callees");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < callees.count; i++)
        st = put_callee(a, &callees.items[i], err);
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_int(&a->json, "ambiguous_calls", (int64_t)callees.ambiguous);
    gaz_json_put_int(&a->json, "unresolved_calls", (int64_t)callees.unresolved);
    code_put_cursor(a, !callees.complete, callees.next.step, callees.next.at);
    a->reason = callees.complete ? NULL : "limit";
    return GAZ_OK;
}

/* ---- implementations ---- */

static gaz_status put_heirs(code_answer *a, gaz_resolver *r, gaz_resolve_target target,
                            gaz_error *err)
{
    gaz_heirs heirs = {0};
    gaz_status st = gaz_resolve_heirs(r, target, (uint32_t)call_number(a->call, "depth"),
                                      (uint32_t)call_number(a->call, "limit"), &heirs, err);
    gaz_json_key(&a->json, "implementations");
    gaz_json_array_begin(&a->json);
    for (uint32_t i = 0; st == GAZ_OK && i < heirs.count; i++) {
        gaz_json_object_begin(&a->json);
        st = code_put_definition(a, heirs.items[i].target.file, heirs.items[i].target.index, false,
                                 err);
        gaz_json_put_int(&a->json, "depth", heirs.items[i].depth);
        put_method(&a->json, heirs.items[i].method, heirs.items[i].confidence);
        gaz_json_object_end(&a->json);
    }
    gaz_json_array_end(&a->json);
    if (st != GAZ_OK)
        return st;
    gaz_json_put_int(&a->json, "may_mean_it", (int64_t)heirs.ambiguous);
    a->reason = heirs.complete ? NULL : "limit";
    return GAZ_OK;
}

typedef gaz_status (*put_list)(code_answer *a, gaz_resolver *r, gaz_resolve_target target,
                               gaz_error *err);

static gaz_status answer(gaz_call *call, put_list put, gaz_error *err)
{
    code_answer a;
    gaz_resolver *r = NULL;
    gaz_resolve_target target;
    gaz_status st = begin(&a, call, &target, &r, err);
    if (st == GAZ_OK)
        st = put(&a, r, target, err);
    else if (st == GAZ_DONE)
        st = GAZ_OK;
    if (st == GAZ_OK)
        st = code_end(&a, err);
    code_release(&a);
    return st;
}

gaz_status op_references(gaz_call *call, gaz_error *err)
{
    return answer(call, put_uses, err);
}

gaz_status op_callers(gaz_call *call, gaz_error *err)
{
    return answer(call, put_callers, err);
}

gaz_status op_callees(gaz_call *call, gaz_error *err)
{
    return answer(call, put_callees, err);
}

gaz_status op_implementations(gaz_call *call, gaz_error *err)
{
    return answer(call, put_heirs, err);
}
