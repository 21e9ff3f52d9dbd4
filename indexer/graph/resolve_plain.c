/* A name with nothing before it: the scopes around it from the inside out, then what the file
 * imports, its package, and at last the one definition that could be meant. The first scope that
 * knows the name decides. */
#include "resolve_private.h"

typedef struct looking {
    gaz_resolver *r;
    const plain_name *name;
    const resolve_language *language;
    name_set *set;
    gaz_resolution *out;
    bool decided; /* a scope knows the name, whatever came of it */
} looking;

static gaz_status settle(looking *l, candidate_list *found, uint8_t method, gaz_error *err)
{
    settling s = {l->name->file, method, l->name->arity, l->set, false};
    l->decided |= found->len > 0;
    return resolve_settle(l->r, &s, found, l->out, err);
}

/* ---- the scopes around ---- */

static bool shows_members(const looking *l, const gaz_symbol_definition *scope, bool innermost)
{
    if (kind_in(KINDS_FUNCTION, scope->kind))
        return true;
    if (kind_in(KINDS_SPACE, scope->kind))
        return true;
    /* A class shows its members to its body; to their bodies only where `this` may be left out. */
    return innermost || l->language->traits & TRAIT_THIS;
}

#define KINDS_OF_OBJECTS (KIND_BIT(KIND_METHOD) | KIND_BIT(KIND_FIELD) | KIND_BIT(KIND_PROPERTY))

/* Definitions of the file whose container is this scope. */
static gaz_status in_scope(looking *l, uint32_t scope, bool members, candidate_list *out,
                           gaz_error *err)
{
    candidate *items = NULL;
    uint32_t count = 0;
    uint64_t kinds = members ? l->name->kinds : l->name->kinds & ~KINDS_OF_OBJECTS;
    gaz_status st = resolve_names_in(l->r, l->set, l->name->file, &items, &count, err);
    for (uint32_t i = 0; st == GAZ_OK && i < count; i++) {
        if (!kind_in(kinds, items[i].kind))
            continue;
        st = resolve_detail(l->r, &items[i], err);
        if (st == GAZ_OK && items[i].def->container == scope && !items[i].def->container_name.len)
            st = resolve_add(out, &items[i], err);
    }
    return st;
}

static gaz_status inherited(looking *l, uint32_t scope, candidate_list *out, gaz_error *err)
{
    member_query q = {.name = l->name->name,
                      .kinds = l->name->kinds & (KINDS_FUNCTION | KINDS_VALUE | KINDS_TYPE)};
    bool found = false;
    gaz_status st = resolve_class_around(l->r, l->name->file, scope, &q.type, &found, err);
    return st == GAZ_OK && found ? resolve_members(l->r, &q, out, err) : st;
}

static gaz_status look_around(looking *l, gaz_error *err)
{
    uint32_t at = l->name->enclosing;
    candidate_list found = {0};
    gaz_status st = GAZ_OK;
    for (unsigned i = 0; st == GAZ_OK && !l->decided && at != GAZ_SYMBOL_NONE && i < UINT8_MAX;
         i++) {
        const gaz_symbol_definition *scope;
        uint8_t method = GAZ_RESOLVE_FILE;
        st = resolve_definition(l->r, l->name->file, at, &scope, err);
        if (st != GAZ_OK)
            break;
        bool members = l->language->traits & (TRAIT_THIS | TRAIT_INCLUDES) ||
                       l->language->family == FAMILY_PYTHON;
        if (shows_members(l, scope, i == 0))
            st = in_scope(l, at, members, &found, err);
        bool is_class = kind_in(KINDS_CLASS | KIND_BIT(KIND_EXTENSION), scope->kind) ||
                        scope->container_name.len;
        if (st == GAZ_OK && !found.len && is_class && l->language->traits & TRAIT_THIS) {
            method = GAZ_RESOLVE_RECEIVER;
            st = inherited(l, at, &found, err);
        }
        if (st == GAZ_OK && found.len)
            st = settle(l, &found, method, err);
        at = scope->container;
    }
    gaz_vec_free(&found);
    return st;
}

/* ---- the file and what it imports ---- */

/* `const a = require("b")` is a variable that stands for an import. */
static gaz_status drop_imported(looking *l, candidate_list *found, gaz_error *err)
{
    candidate_list imported = {0};
    bool bound = false;
    if (l->language->family != FAMILY_SCRIPT && l->language->family != FAMILY_LUA)
        return GAZ_OK;
    for (size_t i = 0; i < found->len; i++)
        if (!kind_in(KIND_BIT(KIND_VARIABLE) | KIND_BIT(KIND_CONSTANT), found->items[i].kind))
            return GAZ_OK;
    gaz_status st = resolve_imported(l->r, l->name->file, l->name->name, l->name->enclosing,
                                     l->name->kinds, &imported, &bound, err);
    if (imported.len)
        found->len = 0;
    gaz_vec_free(&imported);
    return st;
}

static gaz_status look_in_file(looking *l, gaz_error *err)
{
    candidate_list found = {0};
    gaz_status st = resolve_open_in(l->r, l->set, l->name->file, l->name->kinds, &found, err);
    if (st == GAZ_OK && found.len)
        st = drop_imported(l, &found, err);
    if (st == GAZ_OK)
        st = settle(l, &found, GAZ_RESOLVE_FILE, err);
    gaz_vec_free(&found);
    return st;
}

static gaz_status look_in_imports(looking *l, gaz_error *err)
{
    candidate_list found = {0};
    bool bound = false;
    gaz_status st = resolve_imported(l->r, l->name->file, l->name->name, l->name->enclosing,
                                     l->name->kinds, &found, &bound, err);
    if (st == GAZ_OK)
        st = settle(l, &found, GAZ_RESOLVE_IMPORT, err);
    l->decided |= bound;
    gaz_vec_free(&found);
    return st;
}

static gaz_status look_in_package(looking *l, gaz_error *err)
{
    candidate_list found = {0};
    const resolve_files *package = NULL;
    if (!(l->language->traits & TRAIT_PACKAGE))
        return GAZ_OK;
    gaz_status st = resolve_package(l->r, l->name->file, &package, err);
    for (uint32_t i = 0; st == GAZ_OK && l->set->count && i < package->count; i++) {
        st = resolve_tick(l->r, err);
        if (st == GAZ_OK)
            st = resolve_open_in(l->r, l->set, package->files[i], l->name->kinds, &found, err);
    }
    if (st == GAZ_OK)
        st = settle(l, &found, GAZ_RESOLVE_PACKAGE, err);
    gaz_vec_free(&found);
    return st;
}

/* ---- the only one ---- */

static bool looks_everywhere(const looking *l)
{
    return l->language->traits & TRAIT_GLOBAL;
}

/* Rust's macros without a path are seen in the modules that follow theirs: beside or below their
 * file. */
static bool macro_above(const looking *l, const candidate *c)
{
    if (l->language->family != FAMILY_RUST || l->name->kinds != KIND_BIT(KIND_MACRO) ||
        !l->r->source.graph)
        return false;
    const char *from = gaz_graph_path(l->r->source.graph, l->name->file, NULL);
    const char *at = gaz_graph_path(l->r->source.graph, c->file, NULL);
    const char *slash = strrchr(at, '/');
    return strncmp(from, at, slash ? (size_t)(slash + 1 - at) : 0) == 0;
}

static gaz_status look_everywhere(looking *l, bool open, gaz_error *err)
{
    candidate_list found = {0};
    gaz_status st = GAZ_OK;
    bool macro = l->language->family == FAMILY_RUST && l->name->kinds == KIND_BIT(KIND_MACRO);
    bool edge = l->set->complete && (looks_everywhere(l) || macro);
    for (uint32_t i = 0; st == GAZ_OK && (edge || open) && i < l->set->count; i++) {
        candidate *c = &l->set->items[i];
        bool seen = false;
        if (!kind_in(l->name->kinds, c->kind) ||
            resolve_language_of(l->r, c->file)->family != l->language->family ||
            (macro && !macro_above(l, c)))
            continue;
        st = resolve_tick(l->r, err);
        if (st == GAZ_OK && !macro)
            st = resolve_is_open(l->r, c, &seen, err);
        if (st == GAZ_OK && (macro || (seen && c->def->visibility != VIS_FILE)))
            st = resolve_add(&found, c, err);
    }
    if (st == GAZ_OK && edge && found.len == 1)
        st = settle(l, &found, GAZ_RESOLVE_UNIQUE, err);
    else if (st == GAZ_OK)
        st = resolve_ambiguous(l->r, found.items, (uint32_t)found.len, l->out, err);
    gaz_vec_free(&found);
    return st;
}

/* Ruby calls a method of its object by its name alone; a module that has it may be mixed in where
 * nobody here sees it. */
static gaz_status mixed_in(looking *l, uint64_t kinds, gaz_error *err)
{
    candidate_list found = {0};
    gaz_status st = GAZ_OK;
    for (uint32_t i = 0; st == GAZ_OK && i < l->set->count; i++) {
        candidate *c = &l->set->items[i];
        if (!kind_in(kinds & (KIND_BIT(KIND_METHOD) | KIND_BIT(KIND_PROPERTY)), c->kind) ||
            resolve_language_of(l->r, c->file)->family != FAMILY_RUBY)
            continue;
        st = resolve_tick(l->r, err);
        if (st == GAZ_OK)
            st = resolve_add(&found, c, err);
    }
    if (st == GAZ_OK)
        st = resolve_ambiguous(l->r, found.items, (uint32_t)found.len, l->out, err);
    gaz_vec_free(&found);
    return st;
}

gaz_status resolve_plain(gaz_resolver *r, const plain_name *name, gaz_resolution *out,
                         gaz_error *err)
{
    looking l = {.r = r, .name = name, .language = resolve_language_of(r, name->file), .out = out};
    candidate_list wild = {0};
    bool open = false;
    if (!l.language->family)
        return GAZ_OK;
    gaz_status st = resolve_names(r, name->name, &l.set, err);
    if (st == GAZ_OK && l.language->family == FAMILY_RUBY)
        st = resolve_plain_ruby(r, name, out, &l.decided, err);
    if (st == GAZ_OK && l.language->family == FAMILY_PHP)
        st = resolve_plain_php(r, name, out, &l.decided, err);
    if (st != GAZ_OK || l.decided)
        return st;
    st = look_around(&l, err);
    if (st != GAZ_OK || l.decided)
        return st;
    if (l.language->traits & TRAIT_INCLUDES)
        return resolve_plain_c(r, name, l.set, out, err);
    plain_name outside = *name; /* what is a member needs something before it */
    bool ruby = l.language->family == FAMILY_RUBY;
    if (!(l.language->traits & TRAIT_THIS) || ruby)
        outside.kinds &= ~KINDS_OF_OBJECTS;
    l.name = &outside;
    st = look_in_file(&l, err);
    if (st == GAZ_OK && !l.decided)
        st = look_in_imports(&l, err);
    if (st == GAZ_OK && !l.decided)
        st = look_in_package(&l, err);
    if (st == GAZ_OK && !l.decided) {
        st = resolve_wildcards(r, name->file, name->name, outside.kinds, &wild, &open, err);
        if (st == GAZ_OK)
            st = settle(&l, &wild, GAZ_RESOLVE_IMPORT, err);
    }
    bool variable = l.language->family == FAMILY_PHP; /* other names of PHP are decided */
    if (st == GAZ_OK && !l.decided && !variable)
        st = look_everywhere(&l, open, err);
    if (st == GAZ_OK && ruby && out->method == GAZ_RESOLVE_NONE)
        st = mixed_in(&l, name->kinds, err);
    gaz_vec_free(&wild);
    return st;
}
