/* Names with something before them: `x.f`, `p->f`, `A::f`, `pkg.f`, `this.f`. What stands before is
 * a module, a type or a value; of a value its declared type is needed. Where nobody says it, the
 * members of that name are candidates, and there is no edge. */
#include <ctype.h>
#include <stdlib.h>

#include "resolve_private.h"

/* ---- what a candidate is for what is behind it ---- */

/* Names of a C++ namespace, or of a module that is nested in a file. */
static gaz_status in_space(gaz_resolver *r, candidate *space, gaz_symbol_name name, uint64_t kinds,
                           candidate_list *out, gaz_error *err)
{
    name_set *set;
    gaz_status st = resolve_names(r, name, &set, err);
    uint8_t family = resolve_language_of(r, space->file)->family;
    for (uint32_t i = 0, looked = 0; st == GAZ_OK && i < set->count && looked < RESOLVE_OWNERS_MAX;
         i++) {
        candidate *c = &set->items[i];
        gaz_symbol_name owner;
        uint32_t index;
        if (!kind_in(kinds, c->kind) || resolve_language_of(r, c->file)->family != family)
            continue;
        looked++;
        st = resolve_tick(r, err);
        if (st == GAZ_OK)
            st = resolve_owner(r, c, &owner, &index, err);
        bool here = c->file == space->file && index == space->index;
        bool again = family == FAMILY_C || family == FAMILY_CSHARP;
        bool ours = here || (again && same_name(owner, space->def->name));
        if (st == GAZ_OK && family == FAMILY_RUBY && !ours && same_name(owner, space->def->name))
            st = resolve_is_of(r, space, c, &ours, err);
        if (st == GAZ_OK && ours)
            st = resolve_add(out, c, err);
    }
    return st;
}

/* Rust's modules are files: names of a file that is the module called so. */
static gaz_status in_rust_module(gaz_resolver *r, uint32_t file, gaz_symbol_name module,
                                 candidate_list *out, gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, file, GAZ_SYMBOL_IMPORTS, &e, err);
    uint32_t count = st == GAZ_OK && r->source.graph && file < r->file_count
                         ? gaz_graph_import_count(r->source.graph, file)
                         : 0;
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        gaz_graph_import m;
        gaz_graph_import_at(r->source.graph, file, i, &m);
        for (uint32_t k = 0; st == GAZ_OK && k < m.targets; k++) {
            candidate c = {.file = gaz_graph_target(r->source.graph, &m, k),
                           .index = GAZ_SYMBOL_NONE,
                           .kind = KIND_MODULE};
            if (m.kind == IMPORT_SOURCE && resolve_is_module(r, c.file, module))
                st = resolve_add(out, &c, err);
        }
    }
    return st;
}

/* The names `name` inside of what `c` is. */
gaz_status resolve_step_into(gaz_resolver *r, candidate *c, gaz_symbol_name name, uint64_t kinds,
                             candidate_list *out, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    candidate_list types = {0};
    if (c->index == GAZ_SYMBOL_NONE)
        return resolve_exported(r, c->file, name, kinds, out, err);
    st = resolve_detail(r, c, err);
    if (st != GAZ_OK)
        return st;
    if (c->kind == KIND_MODULE && c->def->body_start == c->def->body_end) { /* `mod a;` */
        st = in_rust_module(r, c->file, c->def->name, &types, err);
        for (size_t i = 0; st == GAZ_OK && i < types.len; i++)
            st = resolve_exported(r, types.items[i].file, name, kinds, out, err);
        gaz_vec_free(&types);
        return st;
    }
    if (kind_in(KINDS_SPACE, c->kind))
        return in_space(r, c, name, kinds, out, err);
    bool table = resolve_language_of(r, c->file)->family == FAMILY_LUA && !c->def->type.len;
    if (kind_in(KINDS_TYPE, c->kind) ||
        (table && kind_in(kinds_with_members(resolve_language_of(r, c->file)), c->kind)))
        st = resolve_add(&types, c, err);
    else if (c->kind == KIND_ENUM_MEMBER)
        st = resolve_container_of(r, c, &types, err);
    else if (!kind_in(KINDS_FUNCTION, c->kind) || c->kind == KIND_METHOD)
        st = resolve_type_of(r, c, false, &types, err);
    for (size_t i = 0; st == GAZ_OK && i < types.len; i++) {
        member_query q = {.type = types.items[i], .name = name, .kinds = kinds};
        st = resolve_members(r, &q, out, err);
        if (st == GAZ_OK && !out->len && types.items[i].kind == KIND_TYPE) {
            candidate_list others = {0};
            st = resolve_detail(r, &types.items[i], err);
            if (st == GAZ_OK)
                st = resolve_type_of(r, &types.items[i], false, &others, err);
            for (size_t k = 0; st == GAZ_OK && k < others.len; k++)
                if (others.items[k].kind != KIND_TYPE) {
                    q.type = others.items[k];
                    st = resolve_members(r, &q, out, err);
                }
            gaz_vec_free(&others);
        }
    }
    gaz_vec_free(&types);
    return st;
}

/* ---- paths of names ---- */

static bool is_self(gaz_symbol_name name, bool *above)
{
    static const char *const selves[] = {"this", "self", "cls", "Self", "$this", "static"};
    static const char *const parents[] = {"super", "base", "parent"};
    *above = false;
    for (size_t i = 0; i < sizeof selves / sizeof *selves; i++)
        if (name_is(name, selves[i]))
            return true;
    for (size_t i = 0; i < sizeof parents / sizeof *parents; i++)
        *above |= name_is(name, parents[i]);
    return *above;
}

/* `import a.b.c` without another name: the longest imported beginning of the path. */
static gaz_status dotted_import(gaz_resolver *r, uint32_t file, gaz_symbol_name *path,
                                candidate_list *out, gaz_error *err)
{
    file_entry *e;
    gaz_symbol_name first, rest = *path;
    uint32_t best = 0, import = 0;
    if (resolve_language_of(r, file)->family != FAMILY_PYTHON || !resolve_next_name(&rest, &first))
        return GAZ_OK;
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st == GAZ_OK)
        st = resolve_bind(r, e, err);
    uint64_t *slot = st == GAZ_OK ? gaz_map_get(&e->by_local, first.data, first.len) : NULL;
    for (uint64_t at = slot ? *slot : 0; at; at = e->bindings[at - 1].next) {
        const binding *b = &e->bindings[at - 1];
        gaz_symbol_name whole = b->fact->path;
        if (b->wanted.len || b->fact->alias.len || b->fact->level || whole.len <= best ||
            whole.len > path->len || memcmp(whole.data, path->data, whole.len) != 0 ||
            (whole.len < path->len && path->data[whole.len] != '.'))
            continue;
        best = whole.len;
        import = b->import;
    }
    if (st != GAZ_OK || !best || !memchr(path->data, '.', best))
        return st;
    file_list files = {0};
    st = resolve_import_files(r, file, import, &files, NULL, err);
    for (size_t i = 0; st == GAZ_OK && i < files.len; i++) {
        candidate module = {.file = files.items[i], .index = GAZ_SYMBOL_NONE, .kind = KIND_MODULE};
        st = resolve_add(out, &module, err);
    }
    gaz_vec_free(&files);
    *path = (gaz_symbol_name){path->data + best, path->len - best};
    return st;
}

/* What the first name of a path is. */
gaz_status resolve_path_head(gaz_resolver *r, uint32_t file, uint32_t enclosing,
                             gaz_symbol_name first, bool path_goes_on, candidate_list *out,
                             gaz_error *err)
{
    const plain_name plain = {file, enclosing, first, KINDS_ANY & ~KIND_BIT(KIND_CONSTRUCTOR),
                              UINT8_MAX};
    gaz_resolution res = {.via = {GAZ_SYMBOL_NONE, GAZ_SYMBOL_NONE}};
    bool above, found = false, rust = resolve_language_of(r, file)->family == FAMILY_RUST;
    candidate c = {.file = rust ? resolve_rust_module(r, file, first) : GAZ_GRAPH_NO_FILE,
                   .index = GAZ_SYMBOL_NONE,
                   .kind = KIND_MODULE};
    gaz_status st = GAZ_OK;
    if (c.file != GAZ_GRAPH_NO_FILE && !(name_is(first, "self") && !path_goes_on))
        return resolve_add(out, &c, err);
    if (rust && !name_is(first, "self"))
        st = in_rust_module(r, file, first, out, err);
    if (st != GAZ_OK || out->len)
        return st;
    if (is_self(first, &above)) {
        st = resolve_class_around(r, file, enclosing, &c, &found, err);
        if (st == GAZ_OK && found)
            st = above ? resolve_bases(r, &c, out, err) : resolve_add(out, &c, err);
        return st;
    }
    st = resolve_plain(r, &plain, &res, err);
    for (uint32_t i = 0; st == GAZ_OK && gaz_resolve_is_edge(res.method) && i < res.count; i++) {
        st = resolve_candidate(r, res.targets[i].file, res.targets[i].index, &c, err);
        c.kind = c.index == GAZ_SYMBOL_NONE ? KIND_MODULE : c.kind;
        if (st == GAZ_OK)
            st = resolve_add(out, &c, err);
    }
    /* A namespace is opened in many places; any of them stands for it. */
    for (uint32_t i = 0; st == GAZ_OK && res.method == GAZ_RESOLVE_AMBIGUOUS && i < res.count;
         i++) {
        st = resolve_candidate(r, res.targets[i].file, res.targets[i].index, &c, err);
        if (st == GAZ_OK && kind_in(KINDS_SPACE, c.kind)) {
            st = resolve_add(out, &c, err);
            break;
        }
    }
    return st;
}

gaz_status resolve_path(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                        candidate_list *out, gaz_error *err)
{
    gaz_symbol_name name;
    candidate_list at = {0};
    if (memchr(path.data, '\\', path.len) && resolve_language_of(r, file)->family == FAMILY_PHP)
        return resolve_php_path(r, file, enclosing, path, KINDS_TYPE, out, err);
    gaz_status st = dotted_import(r, file, &path, &at, err);
    if (st == GAZ_OK && !at.len && resolve_next_name(&path, &name))
        st = resolve_path_head(r, file, enclosing, name, path.len > 0, &at, err);
    for (unsigned i = 0; st == GAZ_OK && at.len && path.len && i < GAZ_RESOLVE_DEPTH_MAX; i++) {
        candidate_list next = {0};
        if (!resolve_next_name(&path, &name)) {
            at.len = 0;
            break;
        }
        for (size_t k = 0; st == GAZ_OK && k < at.len; k++)
            st = resolve_step_into(r, &at.items[k], name, KINDS_ANY, &next, err);
        gaz_vec_free(&at);
        at = next;
    }
    for (size_t i = 0; st == GAZ_OK && i < at.len; i++)
        st = resolve_add(out, &at.items[i], err);
    gaz_vec_free(&at);
    return st;
}

/* ---- what stands before a member ---- */

typedef struct member_use {
    gaz_resolver *r;
    uint32_t file;
    const gaz_symbol_reference *ref;
    uint64_t kinds;
    gaz_symbol_name qualifier;
    gaz_resolution *out;
    bool decided; /* what stands before is known, whatever came of it */
} member_use;

static gaz_status settle(member_use *m, candidate_list *found, uint8_t method, gaz_error *err)
{
    settling s = {m->file, method, m->ref->arity, NULL, false};
    return resolve_settle(m->r, &s, found, m->out, err);
}

static gaz_status into_all(member_use *m, candidate_list *scopes, gaz_error *err)
{
    candidate_list found = {0};
    uint8_t method = GAZ_RESOLVE_RECEIVER;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; st == GAZ_OK && i < scopes->len; i++) {
        if (scopes->items[i].index == GAZ_SYMBOL_NONE ||
            kind_in(KINDS_SPACE, scopes->items[i].kind))
            method = GAZ_RESOLVE_IMPORT;
        st = resolve_step_into(m->r, &scopes->items[i], m->ref->name, m->kinds, &found, err);
    }
    if (st == GAZ_OK)
        st = settle(m, &found, method, err);
    gaz_vec_free(&found);
    return st;
}

static gaz_status of_self(member_use *m, gaz_error *err)
{
    member_query q = {.name = m->ref->name, .kinds = m->kinds};
    candidate_list found = {0};
    gaz_symbol_name path = m->qualifier, first = {"", 0};
    gaz_status st =
        resolve_class_around(m->r, m->file, m->ref->enclosing, &q.type, &m->decided, err);
    if (resolve_next_name(&path, &first) || first.len)
        is_self(first, &q.above);
    if (st == GAZ_OK && m->decided)
        st = resolve_members(m->r, &q, &found, err);
    if (st == GAZ_OK)
        st = settle(m, &found, GAZ_RESOLVE_RECEIVER, err);
    gaz_vec_free(&found);
    return st;
}

static gaz_status of_type(member_use *m, gaz_symbol_name type, gaz_error *err)
{
    const candidate *types = NULL;
    candidate_list scopes = {0};
    uint32_t count = 0;
    if (type.data[0] == '=') { /* what a local name is made by */
        gaz_symbol_name value = {type.data + 1, type.len - 1};
        gaz_status made = resolve_value(m->r, m->file, m->ref->enclosing, value, &scopes, err);
        m->decided = scopes.len > 0;
        if (made == GAZ_OK)
            made = into_all(m, &scopes, err);
        gaz_vec_free(&scopes);
        return made;
    }
    gaz_status st = resolve_type(m->r, m->file, m->ref->enclosing, type, &types, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++)
        st = resolve_add(&scopes, &types[i], err);
    /* A type nobody here defines: its members are not here either. */
    m->decided = true;
    if (st == GAZ_OK)
        st = into_all(m, &scopes, err);
    gaz_vec_free(&scopes);
    return st;
}

static bool in_name(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

/* Where the last name of an expression begins: of `a->b` and of `a.b(c)` that is b. */
static bool last_name(gaz_symbol_name q, uint32_t *start, bool *called)
{
    uint32_t end = q.len, depth = 0;
    while (end > 0 && isspace((unsigned char)q.data[end - 1]))
        end--;
    *called = end > 0 && q.data[end - 1] == ')';
    while (*called && end > 0) {
        char c = q.data[--end];
        depth += c == ')';
        depth -= c == '(' && depth;
        if (!depth)
            break;
    }
    *start = end;
    while (*start > 0 && in_name(q.data[*start - 1]))
        --*start;
    return *start < end && !isdigit((unsigned char)q.data[*start]);
}

static void drop_methods(candidate_list *list)
{
    size_t n = 0;
    for (size_t i = 0; i < list->len; i++)
        if (!kind_in(KINDS_FUNCTION | KIND_BIT(KIND_PROPERTY), list->items[i].kind))
            list->items[n++] = list->items[i];
    list->len = n;
}

/* The value before is what another reference means: its type is where that one is declared. */
static gaz_status of_value(member_use *m, gaz_error *err)
{
    const gaz_symbol_reference *before = NULL;
    uint32_t start;
    bool called;
    gaz_resolution res;
    candidate_list scopes = {0};
    if (m->ref->qualifier.start == GAZ_SYMBOL_NOWHERE || !last_name(m->qualifier, &start, &called))
        return GAZ_OK;
    gaz_status st =
        resolve_reference_at(m->r, m->file, m->ref->qualifier.start + start, &before, err);
    if (st != GAZ_OK || !before || before->start >= m->ref->start)
        return st;
    m->decided = false;
    st = gaz_resolve(m->r, m->file, before, &res, err);
    if (st != GAZ_OK || !gaz_resolve_is_edge(res.method))
        return st;
    for (uint32_t i = 0; st == GAZ_OK && i < res.count; i++) {
        candidate c;
        st = resolve_candidate(m->r, res.targets[i].file, res.targets[i].index, &c, err);
        if (c.index == GAZ_SYMBOL_NONE)
            c.kind = KIND_MODULE;
        if (st == GAZ_OK && called && kind_in(KINDS_FUNCTION, c.kind) && c.kind != KIND_CONSTRUCTOR)
            st = resolve_type_of(m->r, &c, false, &scopes, err);
        else if (st == GAZ_OK && called == kind_in(KINDS_TYPE, c.kind))
            st = resolve_add(&scopes, &c, err);
        else if (st == GAZ_OK && !called)
            st = resolve_add(&scopes, &c, err);
    }
    if (resolve_language_of(m->r, m->file)->family == FAMILY_RUBY)
        drop_methods(&scopes);
    m->decided = scopes.len > 0;
    if (st == GAZ_OK)
        st = into_all(m, &scopes, err);
    gaz_vec_free(&scopes);
    return st;
}

static bool is_path(gaz_symbol_name q)
{
    gaz_symbol_name name;
    while (q.len)
        if (!resolve_next_name(&q, &name))
            return false;
    return true;
}

/* `import a.b` makes `a.b` a module, though nothing in a is called b. */
static gaz_status of_dotted(member_use *m, gaz_error *err)
{
    candidate_list found = {0};
    gaz_symbol_name path = {m->qualifier.data,
                            m->ref->start - m->ref->qualifier.start + m->ref->name.len};
    gaz_symbol_text whole = {.start = m->ref->qualifier.start, .len = path.len};
    const char *text;
    uint32_t len;
    if (m->ref->qualifier.start == GAZ_SYMBOL_NOWHERE || m->ref->start < m->ref->qualifier.start)
        return GAZ_OK;
    gaz_status st = resolve_text(m->r, m->file, &whole, &text, &len, err);
    path = (gaz_symbol_name){text, len};
    if (st == GAZ_OK && len)
        st = dotted_import(m->r, m->file, &path, &found, err);
    if (st == GAZ_OK && !path.len)
        st = settle(m, &found, GAZ_RESOLVE_IMPORT, err);
    gaz_vec_free(&found);
    return st;
}

/* `A\\f` of PHP: a name of a namespace, and no member of anything. */
static gaz_status of_namespace(member_use *m, gaz_error *err)
{
    const gaz_symbol_reference *ref = m->ref;
    candidate_list found = {0};
    const char *text;
    uint32_t len, from = ref->qualifier.start;
    if (resolve_language_of(m->r, m->file)->family != FAMILY_PHP || from == GAZ_SYMBOL_NOWHERE ||
        ref->start < from || ref->start - from > m->qualifier.len + 1)
        return GAZ_OK;
    gaz_symbol_text whole = {.start = from, .len = ref->start - from + ref->name.len};
    gaz_status st = resolve_text(m->r, m->file, &whole, &text, &len, err);
    m->decided = true;
    if (st == GAZ_OK)
        st = resolve_php_path(m->r, m->file, ref->enclosing, (gaz_symbol_name){text, len}, m->kinds,
                              &found, err);
    if (st == GAZ_OK)
        st = settle(m, &found, GAZ_RESOLVE_IMPORT, err);
    gaz_vec_free(&found);
    return st;
}

/* A path of names before the member: `a.b` in `a.b.f`. */
static gaz_status of_path(member_use *m, gaz_error *err)
{
    gaz_symbol_name path = m->qualifier, first, rest = path;
    candidate_list scopes = {0};
    const gaz_symbol_reference *head = NULL;
    gaz_status st = GAZ_OK;
    if (!is_path(path) || !resolve_next_name(&rest, &first))
        return GAZ_OK;
    bool above, self = is_self(first, &above);
    if (!self && m->ref->qualifier.start != GAZ_SYMBOL_NOWHERE && m->ref->qualifier.len) {
        st = resolve_reference_at(m->r, m->file,
                                  m->ref->qualifier.start + (uint32_t)(first.data - path.data),
                                  &head, err);
        if (st != GAZ_OK || (head && head->flags & REF_IS_LOCAL))
            return st;
    }
    st = resolve_path(m->r, m->file, m->ref->enclosing, path, &scopes, err);
    if (resolve_language_of(m->r, m->file)->family == FAMILY_RUBY)
        drop_methods(&scopes); /* what they return nobody says */
    m->decided = scopes.len > 0 || m->ref->flags & REF_IS_QUALIFIED;
    if (st == GAZ_OK)
        st = into_all(m, &scopes, err);
    if (st == GAZ_OK && m->out->method == GAZ_RESOLVE_NONE)
        st = of_dotted(m, err);
    gaz_vec_free(&scopes);
    return st;
}

/* ---- nobody says what it is ---- */

static gaz_status candidates_of(member_use *m, const name_set *set, candidate_list *out,
                                gaz_error *err)
{
    const resolve_language *l = resolve_language_of(m->r, m->file);
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < set->count && out->len < GAZ_RESOLVE_CANDIDATES_MAX;
         i++) {
        candidate *c = &set->items[i];
        bool open = true;
        if (!kind_in(m->kinds & (KINDS_FUNCTION | KINDS_VALUE), c->kind) ||
            resolve_language_of(m->r, c->file)->family != l->family)
            continue;
        st = resolve_tick(m->r, err);
        if (st == GAZ_OK)
            st = resolve_is_open(m->r, c, &open, err);
        if (st == GAZ_OK && !open && !(c->flags & DEF_IS_LOCAL))
            st = resolve_add(out, c, err);
    }
    return st;
}

/* C has no other members than those of structs a file sees: the only visible one is meant. */
static gaz_status only_visible(member_use *m, candidate_list *found, bool *sure, gaz_error *err)
{
    size_t n = 0;
    gaz_status st = GAZ_OK;
    *sure = false;
    if (!(resolve_language_of(m->r, m->file)->traits & TRAIT_TAGS))
        return GAZ_OK;
    candidate_list seen = {0};
    for (size_t i = 0; st == GAZ_OK && i < found->len; i++) {
        bool sees = false;
        st = resolve_sees(m->r, m->file, found->items[i].file, &sees, err);
        if (st == GAZ_OK && sees && !gaz_vec_push(&seen, found->items[i]))
            st = resolve_no_memory(err);
    }
    n = seen.len;
    if (st == GAZ_OK && n) {
        memcpy(found->items, seen.items, n * sizeof *seen.items);
        found->len = n;
        *sure = n == 1;
    }
    gaz_vec_free(&seen);
    return st;
}

static gaz_status of_unknown(member_use *m, gaz_error *err)
{
    name_set *set;
    candidate_list found = {0};
    bool sure = false;
    gaz_status st = resolve_names(m->r, m->ref->name, &set, err);
    if (st == GAZ_OK)
        st = candidates_of(m, set, &found, err);
    if (st == GAZ_OK)
        st = only_visible(m, &found, &sure, err);
    if (st == GAZ_OK && sure && set->complete)
        st = settle(m, &found, GAZ_RESOLVE_UNIQUE, err);
    else if (st == GAZ_OK)
        st = resolve_ambiguous(m->r, found.items, (uint32_t)found.len, m->out, err);
    gaz_vec_free(&found);
    return st;
}

/* Rust keeps methods and fields of one name apart: only one of them is called. */
static uint64_t other_space(const member_use *m)
{
    bool path = m->ref->flags & REF_IS_QUALIFIED && is_path(m->qualifier);
    if (resolve_language_of(m->r, m->file)->family != FAMILY_RUST || path)
        return 0;
    if (m->ref->role == ROLE_CALL)
        return KINDS_VALUE;
    return m->ref->role == ROLE_READ || m->ref->role == ROLE_WRITE ? KINDS_FUNCTION : 0;
}

static gaz_status any_member(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                             gaz_resolution *out, gaz_error *err)
{
    member_use m = {.r = r, .file = file, .ref = ref, .out = out};
    const char *text;
    uint32_t len;
    m.kinds = resolve_kinds(resolve_language_of(r, file), ref);
    if (resolve_language_of(r, file)->traits & TRAIT_TAGS)
        m.kinds = KIND_BIT(KIND_FIELD); /* structs of C have nothing else */
    if (ref->role == ROLE_WRITE && resolve_language_of(r, file)->family == FAMILY_RUBY)
        m.kinds &= ~KINDS_FUNCTION;
    gaz_status st = resolve_text(r, file, &ref->qualifier, &text, &len, err);
    m.qualifier = (gaz_symbol_name){text, len};
    m.kinds &= ~other_space(&m);
    if (st == GAZ_OK)
        st = of_namespace(&m, err);
    if (st == GAZ_OK && !m.decided && ref->flags & REF_IS_SELF)
        st = of_self(&m, err);
    if (st == GAZ_OK && !m.decided && ref->receiver_type.len)
        st = of_type(&m, ref->receiver_type, err);
    if (st == GAZ_OK && !m.decided && m.qualifier.len)
        st = of_path(&m, err);
    if (st == GAZ_OK && !m.decided && m.qualifier.len)
        st = of_value(&m, err);
    return st == GAZ_OK && !m.decided ? of_unknown(&m, err) : st;
}

/* `a.b = 1` of Ruby calls `b=`. */
static gaz_status setter(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                         gaz_resolution *out, gaz_error *err)
{
    gaz_symbol_reference call = *ref;
    char *name = resolve_alloc(r, (size_t)ref->name.len + 1, 1);
    if (!name)
        return resolve_no_memory(err);
    memcpy(name, ref->name.data, ref->name.len);
    name[ref->name.len] = '=';
    call.name = (gaz_symbol_name){name, ref->name.len + 1};
    call.role = ROLE_CALL;
    call.arity = UINT8_MAX;
    return any_member(r, file, &call, out, err);
}

gaz_status resolve_member(gaz_resolver *r, uint32_t file, const gaz_symbol_reference *ref,
                          gaz_resolution *out, gaz_error *err)
{
    gaz_resolution by_setter = *out;
    gaz_status st = GAZ_OK;
    if (ref->role == ROLE_WRITE && ref->name.len && ref->name.data[0] != '@' &&
        resolve_language_of(r, file)->family == FAMILY_RUBY)
        st = setter(r, file, ref, &by_setter, err);
    if (st == GAZ_OK && gaz_resolve_is_edge(by_setter.method))
        *out = by_setter;
    else if (st == GAZ_OK)
        st = any_member(r, file, ref, out, err);
    return st;
}
