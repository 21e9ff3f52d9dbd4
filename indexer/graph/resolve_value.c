/* Values: what a name's declared type, the result of a call, or an expression written as a path
 * comes to. `store.open()?.rows` is walked from its first name: members, results of calls, what is
 * in a Result or a Promise. */
#include <ctype.h>

#include "resolve_private.h"

#define STEPS_MAX 16u

/* ---- types as they are written ---- */

static gaz_symbol_name trimmed(const char *text, uint32_t start, uint32_t end)
{
    while (start < end && isspace((unsigned char)text[start]))
        start++;
    while (end > start && isspace((unsigned char)text[end - 1]))
        end--;
    return (gaz_symbol_name){text + start, end - start};
}

/* The first of several in brackets: `(*Store, error)`, `<Foo, Error>`. */
static gaz_symbol_name first_part(gaz_symbol_name type, uint32_t open)
{
    uint32_t depth = 0, at = open + 1;
    for (; at < type.len; at++) {
        char c = type.data[at];
        bool arrow = c == '>' && (type.data[at - 1] == '-' || type.data[at - 1] == '=');
        if (!depth && (c == ',' || c == ')' || c == ']' || (c == '>' && !arrow)))
            break;
        depth += c == '(' || c == '[' || c == '<' || c == '{';
        depth -= (c == ')' || c == ']' || c == '}' || (c == '>' && !arrow)) && depth;
    }
    return trimmed(type.data, open + 1, at);
}

/* Go: the first of several results, without its name. */
static gaz_symbol_name first_result(gaz_symbol_name type)
{
    static const char *const words[] = {"func", "chan", "map[", "<-ch", "stru", "inte"};
    gaz_symbol_name first = first_part(type, 0);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (first.len > 4 && memcmp(first.data, words[i], 4) == 0)
            return first;
    const char *blank = first.len ? memchr(first.data, ' ', first.len) : NULL;
    return blank ? trimmed(blank, 0, (uint32_t)(first.data + first.len - blank)) : first;
}

static uint32_t find_bracket(gaz_symbol_name type)
{
    uint32_t at = 0;
    while (at < type.len && type.data[at] != '<' && type.data[at] != '[' && type.data[at] != '(')
        at++;
    return at;
}

static bool is_one_of(gaz_symbol_name name, const char *const *words)
{
    for (; *words; words++)
        if (name_is(name, *words))
            return true;
    return false;
}

/* `Result<Foo, Error>` opened is Foo; Rust's pointers always are what they point to. */
static gaz_symbol_name inner_type(gaz_symbol_name type, bool opened, uint8_t family)
{
    static const char *const boxes[] = {"Result",    "Option",    "Promise", "PromiseLike",
                                        "Awaitable", "Coroutine", NULL};
    static const char *const pointers[] = {"Box", "Rc", "Arc", "Ref", "RefMut", "MutexGuard", NULL};
    for (unsigned i = 0; i < 4; i++) {
        uint32_t open = find_bracket(type), start = 0;
        while (start < open && strchr("&*' ", type.data[start]))
            start++;
        gaz_symbol_name outer = resolve_last_name(trimmed(type.data, start, open));
        bool pointer = family == FAMILY_RUST && is_one_of(outer, pointers);
        bool box = opened && is_one_of(outer, boxes);
        if (open == type.len || !(pointer || box))
            break;
        opened &= !box;
        type = first_part(type, open);
    }
    return type;
}

static bool is_own_type(gaz_symbol_name name)
{
    static const char *const words[] = {"Self", "this", "$this", "self", "static", NULL};
    return is_one_of(name, words);
}

gaz_status resolve_type_of(gaz_resolver *r, candidate *c, bool opened, candidate_list *out,
                           gaz_error *err)
{
    const char *text;
    uint32_t len, count = 0;
    const candidate *types = NULL;
    bool found = false;
    gaz_status st = resolve_detail(r, c, err);
    if (st != GAZ_OK || !c->def)
        return st;
    uint8_t family = resolve_language_of(r, c->file)->family;
    st = resolve_text(r, c->file, &c->def->type, &text, &len, err);
    if (st != GAZ_OK || !len)
        return st;
    gaz_symbol_name type = {text, len};
    if (family == FAMILY_GO && text[0] == '(')
        type = first_result(type);
    type = inner_type(type, opened, family);
    gaz_symbol_name bare = resolve_bare_type(type.data, type.len);
    if (is_own_type(bare)) {
        candidate owner;
        st = resolve_class_around(r, c->file, c->def->container, &owner, &found, err);
        return st == GAZ_OK && found ? resolve_add(out, &owner, err) : st;
    }
    st = resolve_type(r, c->file, c->def->container, bare, &types, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        st = resolve_add(out, &types[i], err);
    return st;
}

gaz_status resolve_container_of(gaz_resolver *r, candidate *c, candidate_list *out, gaz_error *err)
{
    candidate owner;
    gaz_status st = resolve_detail(r, c, err);
    if (st != GAZ_OK || c->def->container == GAZ_SYMBOL_NONE)
        return st;
    st = resolve_candidate(r, c->file, c->def->container, &owner, err);
    return st == GAZ_OK ? resolve_add(out, &owner, err) : st;
}

/* ---- expressions ---- */

typedef struct value_step {
    gaz_symbol_name name;
    bool called, opened;
} value_step;

/* Cuts a name off a path, with what is done to it. */
static bool next_step(gaz_symbol_name *path, value_step *out)
{
    uint32_t at = 0, start;
    static const char ends[] = "()?.";
    while (at < path->len && (path->data[at] == '.' || path->data[at] == ':'))
        at++;
    start = at;
    while (at < path->len && !strchr(ends, path->data[at]) && path->data[at] != ':')
        at++;
    *out = (value_step){.name = {path->data + start, at - start}};
    for (; at < path->len && strchr("()?", path->data[at]); at++) {
        if (path->data[at] == '(' && (out->called || out->opened))
            return false; /* the result of a call is called */
        out->called |= path->data[at] == '(';
        out->opened |= path->data[at] == '?';
    }
    *path = (gaz_symbol_name){path->data + at, path->len - at};
    return out->name.len > 0;
}

/* What a name is when it has been called or opened. */
static gaz_status take(gaz_resolver *r, candidate *c, const value_step *step, candidate_list *out,
                       gaz_error *err)
{
    if (c->index == GAZ_SYMBOL_NONE)
        return step->called || step->opened ? GAZ_OK : resolve_add(out, c, err);
    if (c->kind == KIND_CONSTRUCTOR || c->kind == KIND_ENUM_MEMBER)
        return resolve_container_of(r, c, out, err);
    if (kind_in(KINDS_TYPE | KINDS_SPACE, c->kind))
        return resolve_add(out, c, err);
    if (kind_in(KINDS_FUNCTION, c->kind))
        return step->called || c->kind == KIND_METHOD
                   ? resolve_type_of(r, c, step->opened, out, err)
                   : GAZ_OK;
    if (step->called)
        return GAZ_OK;
    return step->opened ? resolve_type_of(r, c, true, out, err) : resolve_add(out, c, err);
}

/* Several definitions of a step say nothing, unless they are of one file: overloads, `#ifdef`. */
static bool together(const candidate_list *list)
{
    for (size_t i = 1; i < list->len; i++)
        if (list->items[i].file != list->items[0].file)
            return false;
    return true;
}

gaz_status resolve_value(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                         candidate_list *out, gaz_error *err)
{
    candidate_list at = {0};
    value_step step;
    gaz_status st = GAZ_OK;
    if (r->nested >= RESOLVE_NESTED_MAX)
        return GAZ_OK;
    r->nested++;
    for (unsigned i = 0; st == GAZ_OK && i < STEPS_MAX && path.len; i++) {
        candidate_list named = {0}, taken = {0};
        if (!next_step(&path, &step)) {
            at.len = 0;
            break;
        }
        if (!i)
            st = resolve_path_head(r, file, enclosing, step.name, path.len > 0, &named, err);
        for (size_t k = 0; st == GAZ_OK && k < at.len; k++)
            st = resolve_step_into(r, &at.items[k], step.name, KINDS_ANY, &named, err);
        bool modules = named.len && named.items[0].index == GAZ_SYMBOL_NONE;
        for (size_t k = 0; st == GAZ_OK && (modules || together(&named)) && k < named.len; k++)
            st = take(r, &named.items[k], &step, &taken, err);
        gaz_vec_free(&named);
        gaz_vec_free(&at);
        at = taken;
        if (!at.len)
            break;
    }
    r->nested--;
    for (size_t i = 0; st == GAZ_OK && !path.len && i < at.len; i++)
        st = resolve_add(out, &at.items[i], err);
    gaz_vec_free(&at);
    return st;
}
