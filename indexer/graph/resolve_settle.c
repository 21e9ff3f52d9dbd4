/* From candidates that a rule found to an answer. A declaration stands back behind the definition;
 * what is left makes an edge when it is one definition or its variants (overloads, branches of
 * #ifdef, files of a package that are built for different systems), else it is ambiguous. */
#include "resolve_private.h"

#include <stdlib.h>

uint8_t resolve_confidence(uint8_t method, const gaz_resolution *res)
{
    /* Measured: bench/precision. */
    static const uint8_t sure[GAZ_RESOLVE_METHOD_COUNT] = {0, 100, 97, 97, 97, 95, 85, 0, 0};
    if (method == GAZ_RESOLVE_AMBIGUOUS)
        return (uint8_t)(res->total > 1 ? 50 / (res->total > 50 ? 50 : res->total) : 40);
    uint8_t c = sure[method];
    return (uint8_t)(res->count > 1 && c > 5 ? c - 5 : c);
}

static gaz_status give(gaz_resolver *r, uint8_t method, const candidate *items, size_t count,
                       gaz_resolution *out, gaz_error *err)
{
    gaz_resolve_target *targets = resolve_alloc(r, count, sizeof *targets);
    if (!targets)
        return resolve_no_memory(err);
    for (size_t i = 0; i < count; i++)
        targets[i] = (gaz_resolve_target){items[i].file, items[i].index};
    out->method = method;
    out->targets = targets;
    out->count = (uint32_t)count;
    out->total = count;
    out->confidence = resolve_confidence(method, out);
    return GAZ_OK;
}

gaz_status resolve_append(gaz_resolver *r, const candidate_list *more, gaz_resolution *out,
                          gaz_error *err)
{
    if (!out->count)
        return GAZ_OK;
    gaz_resolve_target *targets = resolve_alloc(r, out->count + more->len, sizeof *targets);
    if (!targets)
        return resolve_no_memory(err);
    memcpy(targets, out->targets, out->count * sizeof *targets);
    for (size_t i = 0; i < more->len; i++)
        targets[out->count + i] = (gaz_resolve_target){more->items[i].file, more->items[i].index};
    out->targets = targets;
    out->count += (uint32_t)more->len;
    out->total += more->len;
    out->confidence = resolve_confidence(out->method, out);
    return GAZ_OK;
}

gaz_status resolve_ambiguous(gaz_resolver *r, const candidate *items, uint32_t count,
                             gaz_resolution *out, gaz_error *err)
{
    uint32_t kept = count > GAZ_RESOLVE_CANDIDATES_MAX ? GAZ_RESOLVE_CANDIDATES_MAX : count;
    if (!count)
        return GAZ_OK;
    gaz_status st = give(r, GAZ_RESOLVE_AMBIGUOUS, items, kept, out, err);
    if (st == GAZ_OK) {
        out->total = count;
        out->confidence = resolve_confidence(GAZ_RESOLVE_AMBIGUOUS, out);
    }
    return st;
}

static int by_place(const void *left, const void *right)
{
    const candidate *a = left, *b = right;
    if (a->file != b->file)
        return a->file < b->file ? -1 : 1;
    return a->index < b->index ? -1 : a->index > b->index;
}

/* A declaration stands for a definition elsewhere; a member of an interface stands for itself. */
static bool stands_back(const candidate *c)
{
    return c->flags & DEF_IS_DECLARATION && !(c->flags & DEF_IS_ABSTRACT);
}

/* Declarations go when there is a definition. */
static void drop_declarations(candidate_list *list, gaz_resolution *out)
{
    size_t n = 0;
    bool some = false;
    for (size_t i = 0; i < list->len; i++)
        some |= !stands_back(&list->items[i]);
    if (!some)
        return;
    for (size_t i = 0; i < list->len; i++) {
        if (!stands_back(&list->items[i]))
            list->items[n++] = list->items[i];
        else if (out->via.file == GAZ_SYMBOL_NONE)
            out->via = (gaz_resolve_target){list->items[i].file, list->items[i].index};
    }
    list->len = n;
}

/* Where a definition's name stands before its parameters: annotations have brackets too. */
static uint32_t name_in(const char *text, uint32_t len, gaz_symbol_name name)
{
    for (uint32_t at = 0; name.len && at + name.len < len; at++)
        if (text[at + name.len] == '(' && memcmp(text + at, name.data, name.len) == 0)
            return at;
    return 0;
}

static gaz_status takes(gaz_resolver *r, candidate *c, uint32_t arity, bool *fits, gaz_error *err)
{
    const char *text;
    uint32_t len, least, most;
    *fits = true;
    if (!kind_in(KINDS_FUNCTION, c->kind))
        return GAZ_OK;
    gaz_status st = resolve_detail(r, c, err);
    if (st == GAZ_OK)
        st = resolve_text(r, c->file, &c->def->signature, &text, &len, err);
    uint32_t skip = st == GAZ_OK ? name_in(text, len, c->def->name) : 0;
    if (st == GAZ_OK && resolve_arity(text + skip, len - skip, &least, &most))
        *fits = arity >= least && arity <= most;
    return st;
}

/* Of several, those that take as many arguments, if any do. */
static gaz_status fit_arity(gaz_resolver *r, candidate_list *list, uint32_t arity, gaz_error *err)
{
    candidate_list fit = {0};
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < list->len; i++) {
        bool fits = true;
        st = takes(r, &list->items[i], arity, &fits, err);
        if (st == GAZ_OK && fits && !gaz_vec_push(&fit, list->items[i]))
            st = resolve_no_memory(err);
    }
    if (st == GAZ_OK && fit.len && fit.len < list->len) {
        memcpy(list->items, fit.items, fit.len * sizeof *fit.items);
        list->len = fit.len;
    }
    gaz_vec_free(&fit);
    return st;
}

/* Whether two definitions of one name may be variants of each other. */
static gaz_status variants(gaz_resolver *r, candidate *a, candidate *b, bool *same, gaz_error *err)
{
    gaz_status st = resolve_detail(r, a, err);
    if (st == GAZ_OK)
        st = resolve_detail(r, b, err);
    if (st != GAZ_OK)
        return st;
    if (!a->def || !b->def) {
        *same = !a->def && !b->def; /* the files of one package */
        return GAZ_OK;
    }
    uint8_t family = resolve_language_of(r, a->file)->family;
    bool split = a->file != b->file, together = !split;
    if (family == FAMILY_RUBY && (split || a->kind == KIND_CLASS || a->kind == KIND_MODULE)) {
        *same = false; /* a class is opened again and again */
        bool loose = a->kind == KIND_FUNCTION && a->def->container == GAZ_SYMBOL_NONE;
        return loose ? GAZ_OK : resolve_same_full(r, a, b, same, err);
    }
    if (split && (family == FAMILY_GO || family == FAMILY_CSHARP))
        st = resolve_same_package(r, a->file, b->file, &together, err);
    *same =
        together && same_name(a->def->container_name, b->def->container_name) &&
        (split ? (a->def->container == GAZ_SYMBOL_NONE) == (b->def->container == GAZ_SYMBOL_NONE)
               : a->def->container == b->def->container ||
                     (a->def->flags & b->def->flags & DEF_IS_DECLARATION));
    return st;
}

/* In a scripting language the last of several takes effect. */
static void put_last_first(candidate_list *list)
{
    candidate last = list->items[list->len - 1];
    memmove(list->items + 1, list->items, (list->len - 1) * sizeof last);
    list->items[0] = last;
}

gaz_status resolve_settle(gaz_resolver *r, const settling *s, candidate_list *found,
                          gaz_resolution *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    bool same = true;
    if (!found->len)
        return GAZ_OK;
    drop_declarations(found, out);
    if (!s->ordered)
        qsort(found->items, found->len, sizeof *found->items, by_place);
    if (found->len > 1 && s->arity != UINT8_MAX)
        st = fit_arity(r, found, s->arity, err);
    for (size_t i = 1; st == GAZ_OK && same && i < found->len; i++)
        st = variants(r, &found->items[0], &found->items[i], &same, err);
    if (st != GAZ_OK)
        return st;
    if (!same)
        return resolve_ambiguous(r, found->items, (uint32_t)found->len, out, err);
    uint8_t family = resolve_language_of(r, found->items[0].file)->family;
    bool opened = family == FAMILY_RUBY &&
                  kind_in(KINDS_TYPE | KINDS_SPACE | KIND_BIT(KIND_CONSTANT), found->items[0].kind);
    if (found->len > 1 && !opened &&
        (family == FAMILY_PYTHON || family == FAMILY_SCRIPT || family == FAMILY_RUBY ||
         family == FAMILY_PHP))
        put_last_first(found);
    return give(r, s->method, found->items, found->len, out, err);
}
