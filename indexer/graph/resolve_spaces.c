/* Names that are told apart by their full names: constants of Ruby, which are looked for from the
 * modules around outwards, and names of PHP, which belong to a namespace. Full names are put
 * together from the definitions around; "::" and "\" become dots. */
#include <ctype.h>

#include "resolve_private.h"

#define OPENINGS_MAX                                                                               \
    32u /* of one class that are told; a module is opened in every file of a gem                   \
         */

static bool add_part(full_name *out, gaz_symbol_name part)
{
    for (uint32_t i = 0, n = 0; i < part.len; i++) {
        bool joint = part.data[i] == ':' || part.data[i] == '\\';
        if (joint)
            n = 0;
        else {
            bool dot = n++ == 0 && out->len;
            if (out->len + 2u > sizeof out->text)
                return false;
            if (dot)
                out->text[out->len++] = '.';
            out->text[out->len++] = part.data[i];
        }
    }
    return true;
}

static bool opens(uint8_t kind)
{
    return kind == KIND_CLASS || kind == KIND_STRUCT || kind == KIND_MODULE ||
           kind == KIND_NAMESPACE || kind == KIND_INTERFACE || kind == KIND_TRAIT ||
           kind == KIND_ENUM;
}

/* `namespace A;` of PHP holds for what follows it in the file. */
static gaz_status unbraced(gaz_resolver *r, uint32_t file, uint32_t before, full_name *out,
                           gaz_error *err)
{
    file_entry *e;
    gaz_status st = resolve_file(r, file, GAZ_SYMBOL_DEFINITIONS, &e, err);
    if (st != GAZ_OK || e->absent)
        return st;
    for (uint32_t i = 0; i < e->facts.definition_count && i <= before; i++) {
        const gaz_symbol_definition *d = &e->facts.definitions[i];
        if (d->kind != KIND_NAMESPACE || d->body_start != d->body_end)
            continue;
        out->len = 0;
        if (!add_part(out, d->name))
            out->len = 0;
    }
    return GAZ_OK;
}

gaz_status resolve_nesting(gaz_resolver *r, uint32_t file, uint32_t enclosing, full_name *out,
                           gaz_error *err)
{
    const gaz_symbol_definition *chain[UINT8_MAX];
    unsigned depth = 0;
    bool php = resolve_language_of(r, file)->family == FAMILY_PHP;
    out->len = 0;
    for (uint32_t at = enclosing; at != GAZ_SYMBOL_NONE && depth < UINT8_MAX;) {
        gaz_status st = resolve_definition(r, file, at, &chain[depth], err);
        if (st != GAZ_OK)
            return st;
        at = chain[depth]->container;
        bool space = php ? chain[depth]->kind == KIND_NAMESPACE : opens(chain[depth]->kind);
        depth += space && !(chain[depth]->flags & DEF_IS_ANONYMOUS);
    }
    if (php && !depth)
        return unbraced(r, file, enclosing, out, err);
    while (depth-- > 0)
        if (!add_part(out, chain[depth]->container_name) || !add_part(out, chain[depth]->name))
            out->len = 0;
    return GAZ_OK;
}

gaz_status resolve_full_name(gaz_resolver *r, candidate *c, full_name *out, gaz_error *err)
{
    gaz_status st = resolve_detail(r, c, err);
    if (st != GAZ_OK || !c->def)
        return st;
    uint32_t around = c->def->container;
    if (around == GAZ_SYMBOL_NONE && resolve_language_of(r, c->file)->family == FAMILY_PHP)
        st = unbraced(r, c->file, c->index, out, err);
    else
        st = resolve_nesting(r, c->file, around, out, err);
    if (st == GAZ_OK && (!add_part(out, c->def->container_name) || !add_part(out, c->def->name)))
        out->len = 0;
    return st;
}

bool resolve_full_join(full_name *out, gaz_symbol_name part)
{
    return add_part(out, part);
}

static bool same_full(const full_name *a, const full_name *b)
{
    return a->len && a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

gaz_status resolve_same_full(gaz_resolver *r, candidate *a, candidate *b, bool *same,
                             gaz_error *err)
{
    full_name left = {0}, right = {0};
    gaz_status st = resolve_full_name(r, a, &left, err);
    if (st == GAZ_OK)
        st = resolve_full_name(r, b, &right, err);
    *same = st == GAZ_OK && same_full(&left, &right);
    return st;
}

gaz_status resolve_is_of(gaz_resolver *r, const candidate *space, candidate *member, bool *out,
                         gaz_error *err)
{
    full_name wanted = {0}, full = {0};
    candidate c = *space;
    gaz_status st = resolve_full_name(r, &c, &wanted, err);
    if (st == GAZ_OK)
        st = resolve_full_name(r, member, &full, err);
    *out =
        st == GAZ_OK && resolve_full_join(&wanted, member->def->name) && same_full(&wanted, &full);
    return st;
}

gaz_status resolve_by_full_name(gaz_resolver *r, uint8_t family, const full_name *wanted,
                                uint64_t kinds, candidate_list *out, gaz_error *err)
{
    name_set *set;
    const char *dot = memrchr(wanted->text, '.', wanted->len);
    const char *last = dot ? dot + 1 : wanted->text;
    gaz_symbol_name name = {last, (uint32_t)(wanted->text + wanted->len - last)};
    if (!name.len)
        return GAZ_OK;
    gaz_status st = resolve_names(r, name, &set, err);
    for (uint32_t i = 0; st == GAZ_OK && i < set->count; i++) {
        candidate *c = &set->items[i];
        full_name full = {0};
        if (!kind_in(kinds, c->kind) || c->flags & DEF_IS_LOCAL ||
            resolve_language_of(r, c->file)->family != family)
            continue;
        st = resolve_tick(r, err);
        if (st == GAZ_OK)
            st = resolve_full_name(r, c, &full, err);
        if (st == GAZ_OK && same_full(&full, wanted))
            st = resolve_add(out, c, err);
    }
    return st;
}

gaz_status resolve_openings(gaz_resolver *r, candidate *type, candidate_list *out, gaz_error *err)
{
    full_name full = {0};
    candidate_list found = {0};
    if (resolve_language_of(r, type->file)->family != FAMILY_RUBY ||
        !(type->kind == KIND_CLASS || type->kind == KIND_MODULE || type->kind == KIND_STRUCT))
        return GAZ_OK;
    gaz_status st = resolve_full_name(r, type, &full, err);
    if (st == GAZ_OK)
        st = resolve_by_full_name(r, FAMILY_RUBY, &full, KINDS_TYPE | KINDS_SPACE, &found, err);
    for (size_t i = 0; st == GAZ_OK && i < found.len && i < OPENINGS_MAX; i++)
        st = resolve_add(out, &found.items[i], err);
    gaz_vec_free(&found);
    return st;
}

/* ---- settling ---- */

/* Whether a file is called after a constant: FooBar in foo_bar.rb. */
static bool named_after(gaz_resolver *r, uint32_t file, gaz_symbol_name name)
{
    uint32_t end = 0, at = 0;
    if (!r->source.graph || file >= r->file_count)
        return false;
    const char *path = gaz_graph_path(r->source.graph, file, &end);
    for (at = end; at > 0 && path[at - 1] != '/'; at--)
        ;
    for (uint32_t i = 0; i < name.len; at++) {
        char c = at < end ? path[at] : '\0';
        if (c == '_')
            continue;
        if (c != tolower((unsigned char)name.data[i++]))
            return false;
    }
    return at < end && path[at] == '.';
}

/* Of the places a class is opened at, the one in the file called after it comes first. */
static void order_openings(gaz_resolver *r, gaz_symbol_name name, candidate_list *found)
{
    for (size_t i = 1; i < found->len; i++)
        if (named_after(r, found->items[i].file, name)) {
            candidate c = found->items[i];
            memmove(found->items + 1, found->items, i * sizeof c);
            found->items[0] = c;
            break;
        }
    if (found->len > OPENINGS_MAX)
        found->len = OPENINGS_MAX;
}

static gaz_status settle_full(gaz_resolver *r, const plain_name *name, uint8_t inside,
                              candidate_list *found, gaz_resolution *out, gaz_error *err)
{
    settling s = {.file = name->file, .method = inside, .arity = name->arity, .ordered = true};
    bool here = false, sees = false;
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < found->len; i++)
        here |= found->items[i].file == name->file;
    for (size_t i = 0; st == GAZ_OK && !here && !sees && i < found->len; i++)
        st = resolve_sees(r, name->file, found->items[i].file, &sees, err);
    if (inside == GAZ_RESOLVE_UNIQUE && sees)
        s.method = GAZ_RESOLVE_IMPORT;
    if (here)
        s.method = GAZ_RESOLVE_FILE;
    order_openings(r, name->name, found);
    return st == GAZ_OK ? resolve_settle(r, &s, found, out, err) : st;
}

/* ---- Ruby ---- */

static gaz_status in_ancestors(gaz_resolver *r, const plain_name *name, candidate_list *out,
                               gaz_error *err)
{
    member_query q = {.name = name->name, .kinds = name->kinds & ~KINDS_FUNCTION, .above = true};
    bool found = false;
    gaz_status st = resolve_class_around(r, name->file, name->enclosing, &q.type, &found, err);
    return st == GAZ_OK && found ? resolve_members(r, &q, out, err) : st;
}

gaz_status resolve_plain_ruby(gaz_resolver *r, const plain_name *name, gaz_resolution *out,
                              bool *decided, gaz_error *err)
{
    full_name around = {0};
    candidate_list found = {0};
    uint64_t kinds = name->kinds & ~(KIND_BIT(KIND_METHOD) | KIND_BIT(KIND_CONSTRUCTOR));
    *decided = name->name.len && isupper((unsigned char)name->name.data[0]);
    if (!*decided)
        return GAZ_OK;
    gaz_status st = resolve_nesting(r, name->file, name->enclosing, &around, err);
    for (bool more = true; st == GAZ_OK && more && !found.len;) {
        full_name wanted = around;
        more = around.len > 0;
        if (!more)
            st = in_ancestors(r, name, &found, err);
        if (st == GAZ_OK && !found.len && resolve_full_join(&wanted, name->name))
            st = resolve_by_full_name(r, FAMILY_RUBY, &wanted, kinds, &found, err);
        while (around.len > 0 && around.text[--around.len] != '.')
            ;
    }
    if (st == GAZ_OK)
        st = settle_full(r, name, GAZ_RESOLVE_UNIQUE, &found, out, err);
    gaz_vec_free(&found);
    return st;
}

/* ---- PHP ---- */

/* `self`, `static` and `parent` where a class is named: `new static`. */
static gaz_status own_class(gaz_resolver *r, const plain_name *name, candidate_list *out,
                            gaz_error *err)
{
    candidate c;
    bool found = false, parent = name_is(name->name, "parent");
    if (!parent && !name_is(name->name, "self") && !name_is(name->name, "static"))
        return GAZ_OK;
    gaz_status st = resolve_class_around(r, name->file, name->enclosing, &c, &found, err);
    if (st != GAZ_OK || !found)
        return st;
    return parent ? resolve_bases(r, &c, out, err) : resolve_add(out, &c, err);
}

gaz_status resolve_plain_php(gaz_resolver *r, const plain_name *name, gaz_resolution *out,
                             bool *decided, gaz_error *err)
{
    full_name wanted = {0}, outside = {0};
    candidate_list found = {0};
    settling s = {.file = name->file, .method = GAZ_RESOLVE_IMPORT, .arity = name->arity};
    *decided = name->name.len && name->name.data[0] != '$';
    if (!*decided)
        return GAZ_OK;
    bool bound = false, fits;
    uint64_t kinds = name->kinds & ~(KIND_BIT(KIND_METHOD) | KIND_BIT(KIND_FIELD) |
                                     KIND_BIT(KIND_PROPERTY) | KIND_BIT(KIND_VARIABLE));
    gaz_status st = own_class(r, name, &found, err);
    if (st == GAZ_OK && found.len)
        s.method = GAZ_RESOLVE_RECEIVER;
    else if (st == GAZ_OK)
        st = resolve_imported(r, name->file, name->name, name->enclosing, kinds, &found, &bound,
                              err);
    if (st == GAZ_OK && (found.len || bound)) {
        st = resolve_settle(r, &s, &found, out, err);
        gaz_vec_free(&found);
        return st;
    }
    if (st == GAZ_OK)
        st = resolve_nesting(r, name->file, name->enclosing, &wanted, err);
    bool global = wanted.len == 0;
    fits = resolve_full_join(&wanted, name->name) && resolve_full_join(&outside, name->name);
    if (st == GAZ_OK && fits && !global)
        st = resolve_by_full_name(r, FAMILY_PHP, &wanted, kinds, &found, err);
    if (st == GAZ_OK && found.len) {
        st = settle_full(r, name, GAZ_RESOLVE_PACKAGE, &found, out, err);
    } else if (st == GAZ_OK && fits) { /* functions and constants may be of no namespace */
        st = resolve_by_full_name(r, FAMILY_PHP, &outside, global ? kinds : kinds & ~KINDS_TYPE,
                                  &found, err);
        if (st == GAZ_OK)
            st = settle_full(r, name, GAZ_RESOLVE_UNIQUE, &found, out, err);
    }
    gaz_vec_free(&found);
    return st;
}

/* The full name a path means: \A\B, namespace\B, or one whose first name an import gives. */
static gaz_status expand(gaz_resolver *r, uint32_t file, uint32_t enclosing, gaz_symbol_name path,
                         full_name *out, gaz_error *err)
{
    file_entry *e;
    gaz_symbol_name rest = path, first;
    bool fits = true;
    out->len = 0;
    if ((path.len && path.data[0] == '\\') || !resolve_next_name(&rest, &first))
        return resolve_full_join(out, path) ? GAZ_OK : resolve_tick(r, err);
    gaz_status st = resolve_file(r, file, 0, &e, err);
    if (st == GAZ_OK && !e->absent)
        st = resolve_bind(r, e, err);
    const uint64_t *slot = st == GAZ_OK ? gaz_map_get(&e->by_local, first.data, first.len) : NULL;
    if (st != GAZ_OK)
        return st;
    if (slot && *slot) {
        const gaz_symbol_import *m = e->bindings[*slot - 1].fact;
        fits = resolve_full_join(out, m->path) && resolve_full_join(out, m->name);
    } else {
        st = resolve_nesting(r, file, enclosing, out, err);
        if (!name_is(first, "namespace"))
            fits = resolve_full_join(out, first);
    }
    if (!fits || !resolve_full_join(out, rest))
        out->len = 0;
    return st;
}

gaz_status resolve_php_path(gaz_resolver *r, uint32_t file, uint32_t enclosing,
                            gaz_symbol_name path, uint64_t kinds, candidate_list *out,
                            gaz_error *err)
{
    full_name wanted = {0};
    gaz_status st = expand(r, file, enclosing, path, &wanted, err);
    return st == GAZ_OK && wanted.len
               ? resolve_by_full_name(r, FAMILY_PHP, &wanted, kinds, out, err)
               : st;
}
