/* Definitions are sorted by where they begin and stacked: what begins before another's end is
 * inside it. Being inside decides much that queries then need not say: a function in a class is a
 * method, a variable in a function is a local name, a field assigned in a method belongs to the
 * class. */
#include <stdlib.h>
#include <string.h>
#include "gaz/base/map.h"
#include "assemble.h"
#include "collect.h"
#include "declarator.h"
#include "query_program.h"

/* Definitions inside each other beyond this are not nested further. */
enum { NESTING_MAX = 200, WORDS_MAX = 600 };

typedef struct open_definition {
    uint32_t index;
    uint8_t label; /* visibility of what follows, or VISIBILITY_UNSET */
} open_definition;

typedef struct nesting {
    assembly *a;
    open_definition open[NESTING_MAX];
    uint32_t depth;
    uint32_t next_label;
    uint32_t next_scope;
} nesting;

bool gaz_kind_is_class(unsigned kind)
{
    return kind == GAZ_SYMBOL_CLASS || kind == GAZ_SYMBOL_STRUCT || kind == GAZ_SYMBOL_UNION ||
           kind == GAZ_SYMBOL_ENUM || kind == GAZ_SYMBOL_INTERFACE || kind == GAZ_SYMBOL_TRAIT ||
           kind == GAZ_SYMBOL_OBJECT || kind == GAZ_SYMBOL_EXTENSION ||
           kind == GAZ_SYMBOL_ANNOTATION;
}

bool gaz_kind_is_function(unsigned kind)
{
    return kind == GAZ_SYMBOL_FUNCTION || kind == GAZ_SYMBOL_METHOD ||
           kind == GAZ_SYMBOL_CONSTRUCTOR;
}

static bool is_value(unsigned kind)
{
    return kind == GAZ_SYMBOL_VARIABLE || kind == GAZ_SYMBOL_CONSTANT || kind == GAZ_SYMBOL_FIELD ||
           kind == GAZ_SYMBOL_PROPERTY;
}

static bool is_container(unsigned kind)
{
    static const uint8_t others[] = {GAZ_SYMBOL_NAMESPACE, GAZ_SYMBOL_MODULE, GAZ_SYMBOL_SECTION,
                                     GAZ_SYMBOL_RULE,      GAZ_SYMBOL_KEY,    GAZ_SYMBOL_ELEMENT,
                                     GAZ_SYMBOL_TABLE,     GAZ_SYMBOL_VIEW,   GAZ_SYMBOL_BLOCK};
    return gaz_kind_is_class(kind) || gaz_kind_is_function(kind) ||
           memchr(others, (int)kind, sizeof others) != NULL;
}

static bool can_contain(const assembly *a, const raw_definition *outer, const raw_definition *inner)
{
    if (inner->span.end > outer->span.end ||
        (inner->kind == GAZ_SYMBOL_MACRO && !a->style->macros_nest))
        return false;
    if (outer->kind == GAZ_SYMBOL_RULE) /* selectors and targets share a span, and hold nothing */
        return inner->span.start >= outer->body.start && inner->span.end <= outer->body.end;
    if (is_container(outer->kind))
        return true;
    bool holds = is_value(outer->kind) || outer->kind == GAZ_SYMBOL_TYPE;
    if (!holds)
        return false;
    if (inner->flags & GAZ_DEFINITION_ANONYMOUS)
        return true;
    /* Members of an object literal, or of a type that is one. */
    return a->style->objects_hold && inner->span.start >= outer->name_span.end &&
           inner->kind != GAZ_SYMBOL_VARIABLE && inner->kind != GAZ_SYMBOL_CONSTANT;
}

static int by_span(const void *left, const void *right)
{
    const raw_definition *a = left, *b = right;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    if (a->span.end != b->span.end)
        return a->span.end > b->span.end ? -1 : 1;
    if (a->name_span.start != b->name_span.start)
        return a->name_span.start < b->name_span.start ? -1 : 1;
    return a->pattern < b->pattern ? -1 : a->pattern > b->pattern;
}

static void sort_definitions(raw_facts *raw)
{
    if (raw->definitions.len > 1)
        qsort(raw->definitions.items, raw->definitions.len, sizeof *raw->definitions.items,
              by_span);
}

/* Macros that a grammar cannot know make it take `int` for a name. */
static bool is_keyword(const assembly *a, const raw_definition *d)
{
    return a->facts->has_errors && a->style->c_keywords && range_len(d->name) > 0 &&
           gaz_is_c_keyword(a->raw.text + d->name.start, range_len(d->name), a->raw.cpp);
}

/* Of several definitions of one name, or of one function, the first pattern's stays. */
static gaz_status drop_repeated(assembly *a, gaz_error *err)
{
    raw_facts *raw = &a->raw;
    for (size_t i = 0; i < raw->definitions.len; i++) {
        raw_definition *d = &raw->definitions.items[i];
        uint32_t *best = gaz_position_map_put(&a->claims, d->name_span.start);
        if (!best)
            return gaz_error_set(err, GAZ_E_NOMEM, "cannot nest definitions: out of memory");
        if (*best == LOOKUP_NONE || d->pattern < *best)
            *best = d->pattern;
    }
    size_t kept = 0;
    for (size_t i = 0; i < raw->definitions.len; i++) {
        const raw_definition *d = &raw->definitions.items[i];
        const raw_definition *last = kept ? &raw->definitions.items[kept - 1] : NULL;
        bool same_span = last && last->span.start == d->span.start && last->span.end == d->span.end;
        bool again = same_span && last->name_span.start == d->name_span.start;
        if (gaz_position_map_get(&a->claims, d->name_span.start) != d->pattern || again ||
            is_keyword(a, d))
            continue;
        /* One thing that two patterns name differently: `TEST(Suite, name) { … }`. */
        bool functions =
            same_span && gaz_kind_is_function(d->kind) && gaz_kind_is_function(last->kind);
        bool classes = same_span && gaz_kind_is_class(d->kind) && gaz_kind_is_class(last->kind);
        if (functions || classes) {
            if (d->pattern < last->pattern)
                raw->definitions.items[kept - 1] = *d;
            continue;
        }
        raw->definitions.items[kept++] = *d;
    }
    raw->definitions.len = kept;
    gaz_position_map_reset(&a->claims);
    return GAZ_OK;
}

/* Whether two equations define one thing: what stands between them defines nothing. */
static bool is_equation_of(const raw_facts *raw, const raw_definition *d, const raw_definition *of)
{
    return range_len(d->name) == range_len(of->name) &&
           memcmp(raw->text + d->name.start, raw->text + of->name.start, range_len(d->name)) == 0 &&
           (gaz_kind_is_function(d->kind) || d->kind == GAZ_SYMBOL_CONSTANT) &&
           (gaz_kind_is_function(of->kind) || of->kind == GAZ_SYMBOL_CONSTANT);
}

/* Joins equations to the first of them, which may be a type signature. Definitions are sorted; what
 * stands inside them stays. */
static void join_equations(raw_facts *raw)
{
    size_t kept = 0, last[NESTING_MAX], depth = 0; /* the last definition of each depth */
    for (size_t i = 0; i < raw->definitions.len; i++) {
        raw_definition d = raw->definitions.items[i];
        size_t level = 0;
        while (level < depth && raw->definitions.items[last[level]].span.end > d.span.start)
            level++;
        raw_definition *before = level < depth ? &raw->definitions.items[last[level]] : NULL;
        if (before && is_equation_of(raw, &d, before)) {
            if (range_len(before->body) == 0)
                before->body = (raw_range){d.span.start, d.body.end};
            before->body.end = d.span.end;
            before->stop = STOP_BODY;
            before->span.end = d.span.end;
            before->span.end_line = d.span.end_line;
            depth = level + 1;
            continue;
        }
        raw->definitions.items[kept] = d;
        level = level < NESTING_MAX ? level : NESTING_MAX - 1;
        last[level] = kept++;
        depth = level + 1;
    }
    raw->definitions.len = kept;
}

static raw_definition *at(nesting *n, uint32_t depth)
{
    return &n->a->raw.definitions.items[n->open[depth].index];
}

static void close_before(nesting *n, uint32_t position)
{
    while (n->depth > 0 && at(n, n->depth - 1)->span.end <= position)
        n->depth--;
}

/* Labels up to a position belong to the class that is open where they stand. */
static void take_labels(nesting *n, uint32_t position)
{
    const raw_facts *raw = &n->a->raw;
    for (; n->next_label < raw->labels.len; n->next_label++) {
        const raw_label *label = &raw->labels.items[n->next_label];
        if (label->start >= position)
            return;
        close_before(n, label->start);
        if (n->depth > 0)
            n->open[n->depth - 1].label = label->visibility;
    }
}

static bool same_name(const raw_facts *raw, raw_range a, raw_range b)
{
    return range_len(a) == range_len(b) &&
           memcmp(raw->text + a.start, raw->text + b.start, range_len(a)) == 0;
}

/* What being inside `outer` (nullable) makes of a definition. */
static void adapt_kind(const assembly *a, const raw_definition *outer, raw_definition *d)
{
    const raw_facts *raw = &a->raw;
    bool holds_members = outer && (gaz_style_is_class(a->style, outer->kind) ||
                                   (a->style->objects_hold && !is_container(outer->kind)));
    if (holds_members && d->kind == GAZ_SYMBOL_FUNCTION)
        d->kind = GAZ_SYMBOL_METHOD;
    if (holds_members && d->kind == GAZ_SYMBOL_VARIABLE)
        d->kind = GAZ_SYMBOL_FIELD;
    bool cpp = a->style == gaz_language_style(STYLE_CPP);
    if (cpp && d->kind == GAZ_SYMBOL_FUNCTION && range_len(d->container) > 0)
        d->kind = GAZ_SYMBOL_METHOD;
    if (cpp && d->kind == GAZ_SYMBOL_METHOD) {
        raw_range own = d->container, rest;
        if (range_len(own) > 0)
            gaz_declarator_split(raw->text, &own, &rest);
        else if (outer)
            own = outer->name;
        /* Template arguments are no part of the name. */
        const char *angle = memchr(raw->text + own.start, '<', range_len(own));
        if (angle)
            own.end = (uint32_t)(angle - raw->text);
        if (same_name(raw, own, d->name))
            d->kind = GAZ_SYMBOL_CONSTRUCTOR;
    }
    if (outer && (outer->kind == GAZ_SYMBOL_INTERFACE || outer->kind == GAZ_SYMBOL_TRAIT) &&
        gaz_kind_is_function(d->kind) && range_len(d->body) == 0)
        d->flags |= GAZ_DEFINITION_ABSTRACT | GAZ_DEFINITION_DECLARATION;
    bool in_function = outer && gaz_kind_is_function(outer->kind) && !a->style->gives_sets;
    bool local = in_function || (outer && outer->flags & GAZ_DEFINITION_LOCAL);
    if (local && !(d->flags & GAZ_DEFINITION_TEST)) /* tests are run from anywhere */
        d->flags |= GAZ_DEFINITION_LOCAL;
}

static uint8_t visibility_by_name(const assembly *a, const raw_definition *d)
{
    const char *name = a->raw.text + d->name.start;
    uint32_t len = range_len(d->name);
    if (len == 0)
        return VISIBILITY_UNSET;
    if (a->style->by_case)
        return name[0] >= 'a' && name[0] <= 'z' ? GAZ_VISIBILITY_PACKAGE
               : name[0] == '_'                 ? GAZ_VISIBILITY_PACKAGE
                                                : GAZ_VISIBILITY_PUBLIC;
    bool dunder = len > 4 && name[1] == '_' && name[len - 1] == '_' && name[len - 2] == '_';
    if (a->style->by_underscore && name[0] == '_' && !dunder)
        return GAZ_VISIBILITY_PRIVATE;
    if (a->style->by_export && name[0] == '#')
        return GAZ_VISIBILITY_PRIVATE;
    return VISIBILITY_UNSET;
}

static uint8_t default_visibility(const assembly *a, const raw_definition *outer,
                                  const raw_definition *d)
{
    const language_style *style = a->style;
    if (outer && outer->kind == GAZ_SYMBOL_NAMESPACE && outer->flags & GAZ_DEFINITION_ANONYMOUS)
        return GAZ_VISIBILITY_FILE;
    if (!outer || !gaz_style_is_class(style, outer->kind)) {
        if (!style->by_export || !a->raw.is_module || outer)
            return style->at_top;
        const name_info *name =
            gaz_name_table_get(&a->names, a->raw.text + d->name.start, range_len(d->name));
        return name && name->exported ? GAZ_VISIBILITY_PUBLIC : GAZ_VISIBILITY_FILE;
    }
    if (d->kind == GAZ_SYMBOL_ENUM_MEMBER)
        return GAZ_VISIBILITY_PUBLIC;
    if (outer->kind == GAZ_SYMBOL_INTERFACE || outer->kind == GAZ_SYMBOL_TRAIT ||
        outer->kind == GAZ_SYMBOL_ANNOTATION)
        return style->in_interface;
    if (style == gaz_language_style(STYLE_CPP) && outer->kind != GAZ_SYMBOL_CLASS)
        return GAZ_VISIBILITY_PUBLIC;
    return style->in_class;
}

static void set_visibility(const nesting *n, const raw_definition *outer, uint8_t label,
                           raw_definition *d)
{
    const assembly *a = n->a;
    uint8_t said = VISIBILITY_UNSET;
    uint32_t from = d->span.start, to = d->name_span.start;
    if (to > from && to - from > WORDS_MAX)
        from = to - WORDS_MAX;
    if (to > from)
        gaz_style_read_words(a->style, a->raw.text + from, to - from, &said, &d->flags);
    if (a->style->words_follow) {
        uint32_t end = range_len(d->body) > 0 ? d->body.start : d->span.end;
        from = d->name_span.end;
        if (end > from)
            gaz_style_read_words(a->style, a->raw.text + from,
                                 end - from > WORDS_MAX ? WORDS_MAX : end - from, &said, &d->flags);
    }
    bool in_class = outer && gaz_style_is_class(a->style, outer->kind);
    if (in_class && a->style == gaz_language_style(STYLE_CPP) && said == GAZ_VISIBILITY_FILE)
        said = VISIBILITY_UNSET; /* `static` of a member */
    if (range_len(d->body) > 0)
        d->flags &= (uint8_t)~GAZ_DEFINITION_DECLARATION;
    if (d->visibility != VISIBILITY_UNSET)
        return;
    if (said == VISIBILITY_UNSET)
        said = in_class ? label : (uint8_t)VISIBILITY_UNSET;
    if (said == VISIBILITY_UNSET)
        said = visibility_by_name(a, d);
    d->visibility = said != VISIBILITY_UNSET ? said : default_visibility(a, outer, d);
}

/* Steps to the scopes of functions around a position; assembly.stack holds those that are open.
 * @return false when out of memory */
static bool open_scopes(nesting *n, uint32_t position)
{
    assembly *a = n->a;
    const raw_scope *scopes = a->raw.scopes.items;
    for (; n->next_scope < a->raw.scopes.len && scopes[n->next_scope].start < position;
         n->next_scope++) {
        if (scopes[n->next_scope].kind != SCOPE_FUNCTION)
            continue;
        while (a->stack.len > 0 &&
               scopes[a->stack.items[a->stack.len - 1]].end <= scopes[n->next_scope].start)
            a->stack.len--;
        if (!gaz_vec_push(&a->stack, n->next_scope))
            return false;
    }
    while (a->stack.len > 0 && scopes[a->stack.items[a->stack.len - 1]].end <= position)
        a->stack.len--;
    return true;
}

/* Whether a function without a name stands between a definition and what holds it. */
static bool in_nameless_function(const nesting *n, const raw_definition *outer)
{
    const assembly *a = n->a;
    if (a->stack.len == 0)
        return false;
    const raw_scope *scope = &a->raw.scopes.items[a->stack.items[a->stack.len - 1]];
    return !outer || scope->start > outer->span.start;
}

/* A variable in a function is a local name. @return false when out of memory */
static bool make_local(assembly *a, raw_definition *d)
{
    static const char outside[] = "extern ";
    d->kept = GAZ_NO_DEFINITION;
    if (d->flags & GAZ_DEFINITION_DECLARATION ||
        (range_len((raw_range){d->span.start, d->span.end}) > sizeof outside &&
         memcmp(a->raw.text + d->span.start, outside, sizeof outside - 1) == 0))
        return true; /* it names the one outside */
    return gaz_vec_push(&a->raw.locals,
                        ((raw_local){.name = d->name, .type = d->type, .kind = LOCAL_HERE}));
}

static bool same_body(const raw_definition *a, const raw_definition *b)
{
    return a->body.start == b->body.start && a->body.end == b->body.end;
}

/* The innermost open definition that may hold `d`; of the selectors of one rule the first one.
 * @return NESTING_MAX when none may */
static uint32_t find_container(nesting *n, const raw_definition *d)
{
    for (uint32_t depth = n->depth; depth > 0; depth--) {
        if (!can_contain(n->a, at(n, depth - 1), d))
            continue;
        while (at(n, depth - 1)->kind == GAZ_SYMBOL_RULE && depth > 1 &&
               at(n, depth - 2)->kind == GAZ_SYMBOL_RULE &&
               same_body(at(n, depth - 1), at(n, depth - 2)))
            depth--;
        return depth - 1;
    }
    return NESTING_MAX;
}

static uint32_t find_class(nesting *n, uint32_t from)
{
    for (uint32_t depth = from + 1; depth > 0; depth--)
        if (gaz_style_is_class(n->a->style, at(n, depth - 1)->kind))
            return depth - 1;
    return NESTING_MAX;
}

static gaz_status nest_one(nesting *n, uint32_t index, gaz_error *err)
{
    assembly *a = n->a;
    raw_definition *d = &a->raw.definitions.items[index];
    take_labels(n, d->span.start);
    close_before(n, d->span.start);
    uint32_t container = find_container(n, d);
    raw_definition *outer = container < NESTING_MAX ? at(n, container) : NULL;
    bool in_function = outer && gaz_kind_is_function(outer->kind);
    if (!open_scopes(n, d->span.start))
        return gaz_error_set(err, GAZ_E_NOMEM, "cannot nest definitions: out of memory");
    bool nameless = in_nameless_function(n, outer) && !in_function;
    if ((in_function || nameless) &&
        (d->kind == GAZ_SYMBOL_VARIABLE || d->kind == GAZ_SYMBOL_CONSTANT))
        return make_local(a, d)
                   ? GAZ_OK
                   : gaz_error_set(err, GAZ_E_NOMEM, "cannot nest definitions: out of memory");
    if (in_function && (d->kind == GAZ_SYMBOL_FIELD || d->kind == GAZ_SYMBOL_PROPERTY)) {
        raw_range owner = {0, 0}; /* of Lua's `function M:f` */
        if (a->style == gaz_language_style(STYLE_LUA))
            owner = outer->container;
        container = find_class(n, container);
        outer = container < NESTING_MAX ? at(n, container) : NULL;
        if (!outer && range_len(owner) == 0) {
            d->kept = GAZ_NO_DEFINITION;
            return GAZ_OK;
        }
        if (!outer)
            d->container = owner;
    }
    adapt_kind(a, outer, d);
    if (nameless)
        d->flags |= GAZ_DEFINITION_LOCAL;
    set_visibility(n, outer,
                   container < NESTING_MAX ? n->open[container].label : (uint8_t)VISIBILITY_UNSET,
                   d);
    d->parent = outer ? n->open[container].index : GAZ_NO_DEFINITION;
    d->depth = outer && outer->depth < UINT8_MAX ? (uint8_t)(outer->depth + 1) : 0;
    if (n->depth == NESTING_MAX)
        a->facts->outcome = GAZ_EXTRACT_TOO_DEEP;
    else
        n->open[n->depth++] = (open_definition){index, VISIBILITY_UNSET};
    return GAZ_OK;
}

/* `self.x = …` again and again is one field: the first in its class. */
static gaz_status drop_repeated_fields(assembly *a, gaz_error *err)
{
    raw_facts *raw = &a->raw;
    gaz_strbuf key = GAZ_STRBUF_INIT;
    gaz_map seen;
    bool failed = false;
    gaz_map_init(&seen);
    for (size_t i = 0; i < raw->definitions.len && !failed; i++) {
        raw_definition *d = &raw->definitions.items[i];
        if (d->kind != GAZ_SYMBOL_FIELD || d->kept == GAZ_NO_DEFINITION ||
            (d->parent == GAZ_NO_DEFINITION && range_len(d->container) == 0) ||
            !a->style->selves[0])
            continue;
        bool added = false;
        gaz_strbuf_reset(&key);
        gaz_strbuf_add(&key, &d->parent, sizeof d->parent);
        gaz_strbuf_add(&key, raw->text + d->container.start, range_len(d->container));
        gaz_strbuf_putc(&key, '.');
        gaz_strbuf_add(&key, raw->text + d->name.start, range_len(d->name));
        failed = !gaz_map_put(&seen, key.data, key.len, &added);
        if (!added)
            d->kept = GAZ_NO_DEFINITION;
    }
    gaz_map_release(&seen);
    gaz_strbuf_release(&key);
    return failed ? gaz_error_set(err, GAZ_E_NOMEM, "cannot nest definitions: out of memory")
                  : GAZ_OK;
}

static gaz_status mark_exports(assembly *a, gaz_error *err)
{
    for (size_t i = 0; i < a->raw.exports.len; i++) {
        raw_range name = a->raw.exports.items[i];
        name_info *info = gaz_name_table_put(&a->names, a->raw.text + name.start, range_len(name));
        if (!info)
            return gaz_error_set(err, GAZ_E_NOMEM, "cannot nest definitions: out of memory");
        info->exported = true;
    }
    return GAZ_OK;
}

gaz_slice gaz_text_slice(const raw_facts *raw, raw_range range)
{
    return range.end > range.start ? (gaz_slice){raw->text + range.start, range_len(range)}
                                   : (gaz_slice){"", 0};
}

static gaz_status keep_definition(assembly *a, const raw_definition *d, gaz_definition *out,
                                  gaz_error *err)
{
    static const char anonymous[] = "(anonymous)";
    const raw_facts *raw = &a->raw;
    *out = (gaz_definition){.kind = d->kind,
                            .visibility = d->visibility,
                            .flags = d->flags,
                            .depth = d->depth,
                            .container = GAZ_NO_DEFINITION,
                            .name = gaz_text_slice(raw, d->name),
                            .container_name = gaz_text_slice(raw, d->container),
                            .type = gaz_text_slice(raw, d->type),
                            .doc = gaz_text_slice(raw, d->doc),
                            .span = d->span,
                            .name_span = d->name_span,
                            .body_start = d->body.start,
                            .body_end = d->body.end};
    if (d->parent != GAZ_NO_DEFINITION)
        out->container = raw->definitions.items[d->parent].kept;
    if (d->flags & GAZ_DEFINITION_ANONYMOUS)
        out->name = (gaz_slice){anonymous, sizeof anonymous - 1};
    if (memchr(out->name.data, '\n', out->name.len) && !gaz_fold_name(a, &out->name))
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "cannot keep the definitions of a text: out of memory");
    return gaz_signature(a, d, &out->signature, err);
}

static gaz_status keep_definitions(assembly *a, gaz_error *err)
{
    raw_facts *raw = &a->raw;
    uint32_t count = 0;
    for (size_t i = 0; i < raw->definitions.len; i++) {
        raw_definition *d = &raw->definitions.items[i];
        if (d->kept != GAZ_NO_DEFINITION)
            d->kept = count++;
    }
    gaz_definition *kept = gaz_arena_array(&a->facts->arena, count ? count : 1, sizeof *kept);
    if (!kept)
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "cannot keep the definitions of a text: out of memory");
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < raw->definitions.len && st == GAZ_OK; i++) {
        const raw_definition *d = &raw->definitions.items[i];
        if (d->kept != GAZ_NO_DEFINITION)
            st = keep_definition(a, d, &kept[d->kept], err);
    }
    a->facts->definitions = kept;
    a->facts->definition_count = st == GAZ_OK ? count : 0;
    return st;
}

gaz_status gaz_assemble_definitions(assembly *a, gaz_error *err)
{
    raw_facts *raw = &a->raw;
    nesting n = {.a = a};
    gaz_position_map_reset(&a->claims);
    gaz_name_table_reset(&a->names);
    gaz_attach_attributes(a);
    if (!gaz_drop_deep_keys(raw))
        a->facts->outcome = GAZ_EXTRACT_TOO_MANY;
    sort_definitions(raw);
    if (gaz_stretch_sections(raw))
        sort_definitions(raw);
    gaz_status st = drop_repeated(a, err);
    if (st == GAZ_OK && a->style->equations)
        join_equations(raw);
    if (st == GAZ_OK)
        st = mark_exports(a, err);
    for (uint32_t i = 0; i < raw->definitions.len; i++) {
        raw->definitions.items[i].parent = GAZ_NO_DEFINITION;
        raw->definitions.items[i].kept = 0;
    }
    for (uint32_t i = 0; i < raw->definitions.len && st == GAZ_OK; i++)
        st = nest_one(&n, i, err);
    if (st == GAZ_OK)
        st = drop_repeated_fields(a, err);
    if (st == GAZ_OK)
        gaz_attach_docs(a);
    return st == GAZ_OK ? keep_definitions(a, err) : st;
}

gaz_status gaz_enclosing_begin(assembly *a, enclosing_walk *walk, gaz_error *err)
{
    *walk = (enclosing_walk){0, 0};
    a->stack.len = 0;
    if (!gaz_vec_reserve(&a->stack, (size_t)a->facts->definition_count + 1))
        return gaz_error_set(err, GAZ_E_NOMEM,
                             "cannot place the references of a text: out of memory");
    return GAZ_OK;
}

uint32_t gaz_enclosing_at(assembly *a, enclosing_walk *walk, uint32_t position)
{
    const gaz_definition *all = a->facts->definitions;
    uint32_t *stack = a->stack.items;
    for (; walk->next < a->facts->definition_count && all[walk->next].span.start <= position;
         walk->next++) {
        while (walk->depth > 0 &&
               all[stack[walk->depth - 1]].span.end <= all[walk->next].span.start)
            walk->depth--;
        stack[walk->depth++] = walk->next;
    }
    while (walk->depth > 0 && all[stack[walk->depth - 1]].span.end <= position)
        walk->depth--;
    return walk->depth > 0 ? stack[walk->depth - 1] : GAZ_NO_DEFINITION;
}
