/* References are put in order and walked once, beside three stacks: the definitions around a
 * position, the local names that can be seen there, and, through these, what is known of a
 * receiver's type.
 *
 * A local name is seen from where it is written to the end of its scope; a hoisted one in all of
 * the function around it; a foreign one (Python's `global`) hides local ones of its function. From
 * inside a closed scope (a function of PHP, a `def` of Ruby) only its own are seen. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "assemble.h"
#include "collect.h"
#include "query_program.h"

/* Fields in a chain like a->b->c whose types are followed; fields of one name looked at. */
enum { CHAIN_MAX = 4, FIELDS_MAX = 32, VALUE_MAX = 160 };

typedef struct binder {
    assembly *a;
    enclosing_walk around;
    size_t next_binding;  /* in order of where they are seen from */
    size_t next_type;     /* hoisted ones in order of where they are written */
    uint32_t next_closed; /* scopes that are not open yet */
    uint32_t enclosing;
} binder;

static gaz_status out_of_memory(gaz_error *err)
{
    return gaz_error_set(err, GAZ_E_NOMEM, "cannot place the references of a text: out of memory");
}

static int local_order(const void *left, const void *right)
{
    const raw_local *a = left, *b = right;
    if (a->name.start != b->name.start)
        return a->name.start < b->name.start ? -1 : 1;
    if ((a->type.end == 0) != (b->type.end == 0)) /* what says more comes first */
        return a->type.end == 0 ? 1 : -1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static int binding_order(const void *left, const void *right)
{
    const binding *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    bool a_foreign = a->kind == LOCAL_FOREIGN, b_foreign = b->kind == LOCAL_FOREIGN;
    if (a_foreign != b_foreign)
        return a_foreign ? 1 : -1;
    return a->at < b->at ? -1 : a->at > b->at;
}

static bool in_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '#' || c == '@' || (unsigned char)c >= 0x80;
}

static gaz_status claim(assembly *a, uint32_t position, gaz_error *err)
{
    uint32_t *place = gaz_position_map_put(&a->claims, position);
    if (!place)
        return out_of_memory(err);
    *place = 0;
    return GAZ_OK;
}

/* Every name of `a.b.c`. */
static gaz_status claim_names(assembly *a, uint32_t start, uint32_t end, gaz_error *err)
{
    const char *text = a->raw.text;
    gaz_status st = GAZ_OK;
    for (uint32_t at = start; at < end && st == GAZ_OK; at++)
        if (in_name(text[at]) && (at == start || !in_name(text[at - 1])))
            st = claim(a, at, err);
    return st;
}

/* The scope a local name belongs to; `stack` holds those open where it is written. */
static const raw_scope *scope_of(const assembly *a, const raw_local *local)
{
    for (size_t depth = a->stack.len; depth > 0; depth--) {
        const raw_scope *scope = &a->raw.scopes.items[a->stack.items[depth - 1]];
        if (local->kind == LOCAL_HERE || local->kind == LOCAL_TYPE_NAME ||
            scope->kind != SCOPE_BLOCK)
            return scope;
    }
    return NULL;
}

static bool bind_local(assembly *a, const raw_local *local)
{
    const raw_scope *scope = scope_of(a, local);
    if (local->kind == LOCAL_NOTHING)
        return claim_names(a, local->name.start, local->name.end, NULL) == GAZ_OK;
    if (claim(a, local->name.start, NULL) != GAZ_OK)
        return false;
    if (!scope)
        return true;
    name_info *name =
        gaz_name_table_put(&a->names, a->raw.text + local->name.start, range_len(local->name));
    if (!name)
        return false;
    binding b = {.name = (uint32_t)(name - a->names.items),
                 .start = local->kind == LOCAL_HERE        ? local->name.end
                          : local->kind == LOCAL_TYPE_NAME ? scope->start
                                                           : scope->body,
                 .end = scope->end,
                 .at = local->name.start,
                 .below = LOOKUP_NONE,
                 .type = local->type,
                 .value = local->value,
                 .made = {"", 0},
                 .made_before = {"", 0},
                 .kind = local->kind};
    return gaz_vec_push(&a->bindings, b);
}

/* Of several patterns that found one name, what says its type stays; its value comes from any. */
static void drop_repeated_locals(raw_facts *raw)
{
    size_t kept = 0;
    raw_local *items = raw->locals.items;
    for (size_t i = 0; i < raw->locals.len;) {
        size_t begin = i, best = i;
        raw_range value = {0, 0};
        for (; i < raw->locals.len && items[i].name.start == items[begin].name.start; i++) {
            if (items[best].kind == LOCAL_VALUED)
                best = i;
            if (items[i].value.end)
                value = items[i].value;
        }
        if (items[best].kind == LOCAL_VALUED)
            continue;
        items[kept] = items[best];
        items[kept++].value = value;
    }
    raw->locals.len = kept;
}

static gaz_status bind_locals(assembly *a, gaz_error *err)
{
    raw_facts *raw = &a->raw;
    a->bindings.len = a->stack.len = 0;
    if (raw->locals.len > 1)
        qsort(raw->locals.items, raw->locals.len, sizeof *raw->locals.items, local_order);
    drop_repeated_locals(raw);
    uint32_t next = 0;
    for (size_t i = 0; i < raw->locals.len; i++) {
        const raw_local *local = &raw->locals.items[i];
        for (; next < raw->scopes.len && raw->scopes.items[next].start <= local->name.start;
             next++) {
            uint32_t start = raw->scopes.items[next].start;
            while (a->stack.len && raw->scopes.items[a->stack.items[a->stack.len - 1]].end <= start)
                a->stack.len--;
            if (!gaz_vec_push(&a->stack, next))
                return out_of_memory(err);
        }
        while (a->stack.len &&
               raw->scopes.items[a->stack.items[a->stack.len - 1]].end <= local->name.start)
            a->stack.len--;
        if (!bind_local(a, local))
            return out_of_memory(err);
    }
    if (a->bindings.len > 1)
        qsort(a->bindings.items, a->bindings.len, sizeof *a->bindings.items, binding_order);
    return GAZ_OK;
}

/* Names a receiver may have besides local ones: variables and fields with a type, and imports. */
static gaz_status name_typed_definitions(assembly *a, gaz_error *err)
{
    const gaz_facts *facts = a->facts;
    a->next_field.len = 0;
    if (!gaz_vec_reserve(&a->next_field, (size_t)facts->definition_count + 1))
        return out_of_memory(err);
    for (uint32_t i = 0; i < facts->definition_count; i++) {
        const gaz_definition *d = &facts->definitions[i];
        a->next_field.items[i] = LOOKUP_NONE;
        bool field = d->kind == GAZ_SYMBOL_FIELD || d->kind == GAZ_SYMBOL_PROPERTY;
        bool variable = d->kind == GAZ_SYMBOL_VARIABLE || d->kind == GAZ_SYMBOL_CONSTANT;
        if (d->type.len == 0 || !(field || variable || d->kind == GAZ_SYMBOL_TYPE))
            continue;
        name_info *name = gaz_name_table_put(&a->names, d->name.data, d->name.len);
        if (!name)
            return out_of_memory(err);
        if (field) {
            a->next_field.items[i] = name->field;
            name->field = i;
        } else if (d->kind == GAZ_SYMBOL_TYPE) {
            name->alias = i;
        } else if (name->variable == LOOKUP_NONE) {
            name->variable = i;
        }
    }
    return GAZ_OK;
}

static raw_range last_part(const raw_facts *raw, raw_range path)
{
    uint32_t at = path.end;
    while (at > path.start && !strchr("./:\\", raw->text[at - 1]))
        at--;
    return (raw_range){at, path.end};
}

/* The names in an import's path name files and modules. */
static gaz_status claim_paths(assembly *a, gaz_error *err)
{
    gaz_status st = GAZ_OK;
    for (size_t i = 0; i < a->raw.paths.len && st == GAZ_OK; i++)
        st = claim_names(a, a->raw.paths.items[i].start, a->raw.paths.items[i].end, err);
    return st;
}

/* Whether an import without a name or alias is called by the last part of its path. */
static bool named_by_path(const assembly *a, const raw_import *import)
{
    bool file = import->kind == GAZ_IMPORT_QUOTED || import->kind == GAZ_IMPORT_ANGLED ||
                import->kind == GAZ_IMPORT_SOURCE || import->kind == GAZ_IMPORT_REEXPORT;
    return !file && !import->joined && !a->style->by_export && range_len(import->name) == 0 &&
           range_len(import->alias) == 0;
}

static gaz_status name_imports(assembly *a, gaz_error *err)
{
    const raw_facts *raw = &a->raw;
    for (size_t i = 0; i < raw->imports.len; i++) {
        const raw_import *import = &raw->imports.items[i];
        raw_range name = import->alias;
        if (range_len(name) == 0)
            name = import->name;
        bool by_path = named_by_path(a, import);
        if (by_path)
            name = last_part(raw, import->path);
        if (range_len(name) == 0)
            continue;
        name_info *info = gaz_name_table_put(&a->names, raw->text + name.start, range_len(name));
        if (info)
            info->imported = true;
        if (by_path && info) {
            /* `import a.b` brings in a. */
            const char *dot = memchr(raw->text + import->path.start, '.', range_len(import->path));
            uint32_t first = dot ? (uint32_t)(dot - raw->text) : import->path.end;
            info = gaz_name_table_put(&a->names, raw->text + import->path.start,
                                      first - import->path.start);
            if (info)
                info->imported = true;
        }
        if (!info)
            return out_of_memory(err);
        gaz_status st = range_len(import->alias) > 0 ? claim(a, import->alias.start, err) : GAZ_OK;
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

static gaz_status claim_definitions(assembly *a, gaz_error *err)
{
    for (size_t i = 0; i < a->raw.definitions.len; i++) {
        const raw_definition *d = &a->raw.definitions.items[i];
        /* `describe A::B` names a section after something else. */
        if (d->kept == GAZ_NO_DEFINITION || d->flags & GAZ_DEFINITION_ANONYMOUS ||
            d->kind == GAZ_SYMBOL_SECTION)
            continue;
        bool path = d->kind == GAZ_SYMBOL_PACKAGE || d->kind == GAZ_SYMBOL_NAMESPACE ||
                    d->kind == GAZ_SYMBOL_MODULE;
        gaz_status st = path ? claim_names(a, d->name_span.start, d->name_span.end, err)
                             : claim(a, d->name.start, err);
        if (st != GAZ_OK)
            return st;
    }
    return GAZ_OK;
}

/* Puts a->order into order of references' positions: least significant digit first. */
static gaz_status order_references(assembly *a, gaz_error *err)
{
    const raw_facts *raw = &a->raw;
    size_t count = raw->references.len;
    uint32_t highest = 0;
    bool ordered = true;
    a->order.len = a->spare.len = 0;
    if (!gaz_vec_reserve(&a->order, count + 1) || !gaz_vec_reserve(&a->spare, count + 1))
        return out_of_memory(err);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = raw->references.items[i].start;
        ordered &= start >= highest;
        highest = start > highest ? start : highest;
        a->order.items[i] = i;
    }
    a->order.len = count;
    for (unsigned shift = 0; !ordered && shift < 32 && highest >> shift > 0; shift += 11) {
        uint32_t places[2049] = {0};
        for (size_t i = 0; i < count; i++)
            places[(raw->references.items[a->order.items[i]].start >> shift & 2047) + 1]++;
        for (size_t d = 1; d <= 2048; d++)
            places[d] += places[d - 1];
        for (size_t i = 0; i < count; i++) {
            uint32_t start = raw->references.items[a->order.items[i]].start;
            a->spare.items[places[start >> shift & 2047]++] = a->order.items[i];
        }
        uint32_t *swap = a->order.items;
        a->order.items = a->spare.items;
        a->spare.items = swap;
        size_t cap = a->order.cap;
        a->order.cap = a->spare.cap;
        a->spare.cap = cap;
    }
    return GAZ_OK;
}

static binding *seen_binding(assembly *a, name_info *name, uint32_t position)
{
    while (name->binding != LOOKUP_NONE) {
        binding *b = &a->bindings.items[name->binding];
        if (b->end > position)
            return b;
        name->binding = b->below;
    }
    return NULL;
}

/* Where the innermost closed scope around a position begins; assembly.spare holds those open. */
static uint32_t closed_from(binder *b, uint32_t position)
{
    assembly *a = b->a;
    const raw_scope *scopes = a->raw.scopes.items;
    for (; b->next_closed < a->raw.scopes.len && scopes[b->next_closed].start <= position;
         b->next_closed++) {
        if (scopes[b->next_closed].kind != SCOPE_CLOSED)
            continue;
        while (a->spare.len &&
               scopes[a->spare.items[a->spare.len - 1]].end <= scopes[b->next_closed].start)
            a->spare.len--;
        a->spare.items[a->spare.len++] = b->next_closed;
    }
    while (a->spare.len && scopes[a->spare.items[a->spare.len - 1]].end <= position)
        a->spare.len--;
    return a->spare.len ? scopes[a->spare.items[a->spare.len - 1]].start : 0;
}

static gaz_slice value_path(binder *b, raw_range value);

/* Makes local names seen, and hoisted ones typed, up to a position. */
static void advance(binder *b, uint32_t position)
{
    assembly *a = b->a;
    for (; b->next_binding < a->bindings.len; b->next_binding++) {
        binding *next = &a->bindings.items[b->next_binding];
        if (next->start > position)
            break;
        name_info *name = &a->names.items[next->name];
        (void)seen_binding(a, name, next->start); /* what has ended goes first */
        if (next->kind == LOCAL_HERE && range_len(next->value) > 0 && range_len(next->type) == 0) {
            b->enclosing = gaz_enclosing_at(a, &b->around, next->at);
            next->made = value_path(b, next->value);
        }
        next->below = name->binding;
        name->binding = (uint32_t)b->next_binding;
    }
}

static binding *local_of(assembly *a, raw_range name, uint32_t position, bool type)
{
    name_info *info = gaz_name_table_get(&a->names, a->raw.text + name.start, range_len(name));
    binding *b = info ? seen_binding(a, info, position) : NULL;
    while (b && type && b->kind != LOCAL_TYPE_NAME)
        b = b->below == LOOKUP_NONE ? NULL : &a->bindings.items[b->below];
    bool seen = b && b->at >= a->closed_from;
    return seen && b->kind != LOCAL_FOREIGN && b->end > position ? b : NULL;
}

/* Of a definition's `type`, which points into the text. */
static gaz_slice bare_slice(gaz_slice type)
{
    raw_range range = gaz_bare_type(type.data, (raw_range){0, type.len});
    return range.end > range.start ? (gaz_slice){type.data + range.start, range_len(range)}
                                   : (gaz_slice){"", 0};
}

static bool is_self(const assembly *a, raw_range name)
{
    return gaz_style_is_self(a->style, a->raw.text + name.start, range_len(name));
}

/* The name of the class a definition belongs to. */
static gaz_slice class_around(const assembly *a, uint32_t index)
{
    const gaz_definition *all = a->facts->definitions;
    for (; index != GAZ_NO_DEFINITION; index = all[index].container) {
        bool nameless = a->style->modules_hold && all[index].flags & GAZ_DEFINITION_ANONYMOUS;
        if (gaz_style_is_class(a->style, all[index].kind) && !nameless) /* `class << self` */
            return all[index].name;
        if (all[index].container_name.len > 0 && !gaz_style_is_class(a->style, all[index].kind))
            return all[index].container_name;
    }
    return (gaz_slice){"", 0};
}

static bool same_slice(gaz_slice a, gaz_slice b)
{
    return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

static gaz_slice alias_of(const assembly *a, gaz_slice type)
{
    const name_info *info = gaz_name_table_get(&a->names, type.data, type.len);
    return info && info->alias != LOOKUP_NONE ? bare_slice(a->facts->definitions[info->alias].type)
                                              : (gaz_slice){"", 0};
}

/* The type of `owner`'s field. The field of an anonymous struct belongs to what names the struct.
 */
static gaz_slice field_type(const assembly *a, gaz_slice owner, raw_range field)
{
    while (owner.len > 0 && memchr(owner.data, ':', owner.len)) { /* `A::B` is told as B */
        owner.data++;
        owner.len--;
    }
    const gaz_definition *all = a->facts->definitions;
    const name_info *info =
        gaz_name_table_get(&a->names, a->raw.text + field.start, range_len(field));
    uint32_t at = info ? info->field : LOOKUP_NONE;
    for (int i = 0; at != LOOKUP_NONE && i < FIELDS_MAX; at = a->next_field.items[at], i++) {
        uint32_t container = all[at].container;
        while (container != GAZ_NO_DEFINITION && all[container].flags & GAZ_DEFINITION_ANONYMOUS)
            container = all[container].container;
        if (container != GAZ_NO_DEFINITION && same_slice(all[container].name, owner))
            return bare_slice(all[at].type);
    }
    return (gaz_slice){"", 0};
}

/* The type of a field that is named without `this.`: one of the classes around has it. */
static gaz_slice bare_member_type(const assembly *a, uint32_t enclosing, raw_range name)
{
    const gaz_definition *all = a->facts->definitions;
    gaz_slice type = {"", 0};
    for (uint32_t i = enclosing; i != GAZ_NO_DEFINITION && type.len == 0; i = all[i].container)
        if (gaz_kind_is_class(all[i].kind))
            type = field_type(a, all[i].name, name);
        else if (all[i].container_name.len > 0)
            type = field_type(a, all[i].container_name, name);
    return type;
}

/* The type of the first name of a receiver. */
static gaz_slice value_type(binder *b, raw_range name, uint32_t position, gaz_reference *out)
{
    assembly *a = b->a;
    const binding *local = local_of(a, name, position, false);
    bool inside = local && position < local->value.end && position >= local->value.start;
    if (inside && local->kind == LOCAL_HERE) /* `let a = a.f()`: the one before */
        local = local->below != LOOKUP_NONE ? &a->bindings.items[local->below] : local;
    bool before = inside && local->kind == LOCAL_HOISTED;
    raw_range declared = !local ? (raw_range){0, 0} : before ? local->type_before : local->type;
    gaz_slice made = !local ? (gaz_slice){"", 0} : before ? local->made_before : local->made;
    if (local && range_len(declared) == 0 && made.len > 0)
        return made;
    if (local && range_len(declared) > 0) {
        raw_range type = gaz_bare_type(a->raw.text, declared);
        /* `T x` says nothing of x. */
        bool parameter = range_len(type) > 0 && local_of(a, type, position, true);
        if (range_len(type) > 0 && is_self(a, type)) /* Rust's Self */
            return class_around(a, b->enclosing);
        return parameter ? (gaz_slice){"", 0} : gaz_text_slice(&a->raw, type);
    }
    if (is_self(a, name))
        return class_around(a, b->enclosing);
    const name_info *info =
        gaz_name_table_get(&a->names, a->raw.text + name.start, range_len(name));
    if (!info || local)
        return (gaz_slice){"", 0};
    if (info->imported)
        out->flags |= GAZ_REFERENCE_QUALIFIED;
    gaz_slice type = {"", 0};
    if (a->style->implicit_self)
        type = bare_member_type(a, b->enclosing, name);
    if (type.len == 0 && info->variable != LOOKUP_NONE)
        type = bare_slice(a->facts->definitions[info->variable].type);
    return type;
}

static raw_range name_from(const char *text, uint32_t at, uint32_t end)
{
    raw_range name = {at, at};
    while (name.end < end && in_name(text[name.end]))
        name.end++;
    return name;
}

/* What a value is as the path its type is found by: "=store.open()". The first name is a type where
 * the file says that of it. */
static gaz_slice value_path(binder *b, raw_range value)
{
    static const char *const before[] = {"await ", "&mut ", "&", "*", "new "};
    const gaz_slice none = {"", 0};
    const char *text = b->a->raw.text;
    char path[VALUE_MAX];
    uint32_t len = 1;
    bool awaits = false;
    path[0] = '=';
    for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
        uint32_t n = (uint32_t)strlen(before[i]);
        if (range_len(value) > n && memcmp(text + value.start, before[i], n) == 0) {
            value.start += n;
            awaits |= i == 0;
        }
    }
    raw_range name = name_from(text, value.start, value.end);
    if (range_len(name) == 0 || range_len(name) > VALUE_MAX / 2 ||
        isdigit((unsigned char)text[name.start]))
        return none;
    gaz_reference ignored = {0};
    gaz_slice type = value_type(b, name, value.start, &ignored);
    if (type.len == 0 && local_of(b->a, name, value.start, false))
        return none;
    gaz_slice head = type.len > 0 ? type : gaz_text_slice(&b->a->raw, name);
    if (head.data[0] == '=') {
        head.data++;
        head.len--;
    }
    if (head.len + 1 > VALUE_MAX / 2)
        return none;
    memcpy(path + len, head.data, head.len);
    len += head.len;
    raw_range rest = {name.end, value.end};
    if (!gaz_value_path(text, rest, path, &len, VALUE_MAX - 1))
        return none;
    if (awaits)
        path[len++] = '?';
    char *kept = gaz_arena_strndup(&b->a->facts->arena, path, len);
    return kept ? (gaz_slice){kept, len} : none;
}

/* `new Foo(…)` and `Foo(…)`: an object whose class is named. */
static gaz_slice made_type(const raw_facts *raw, raw_range q)
{
    const char *text = raw->text;
    bool made = range_len(q) > 4 && memcmp(text + q.start, "new ", 4) == 0;
    raw_range name = name_from(text, q.start + (made ? 4 : 0), q.end);
    bool upper = range_len(name) > 0 && text[name.start] >= 'A' && text[name.start] <= 'Z';
    bool whole = text[q.end - 1] == ')' && name.end < q.end && text[name.end] == '(' &&
                 !memchr(text + name.end, '.', q.end - name.end);
    return whole && (made || upper) ? gaz_text_slice(raw, name) : (gaz_slice){"", 0};
}

/* `A::B.new`, `A::B.new(…)` of Ruby: the path of the class. */
static raw_range made_by_new(const raw_facts *raw, raw_range q)
{
    const char *text = raw->text;
    raw_range path = {q.start, q.start};
    while (path.end < q.end && (in_name(text[path.end]) || text[path.end] == ':'))
        path.end++;
    uint32_t rest = q.end - path.end;
    bool made = range_len(path) > 0 && rest >= 4 && memcmp(text + path.end, ".new", 4) == 0 &&
                (rest == 4 || (text[path.end + 4] == '(' && text[q.end - 1] == ')' &&
                               !memchr(text + path.end + 4, '.', rest - 4)));
    return made && text[path.start] >= 'A' && text[path.start] <= 'Z' ? path : (raw_range){0, 0};
}

/* Walks `a->b.c`: the type of a, of its field b, of that one's field c. */
static gaz_slice chain_type(binder *b, raw_range q, uint32_t position, gaz_reference *out)
{
    const raw_facts *raw = &b->a->raw;
    const char *text = raw->text;
    while (q.start < q.end && strchr("(*& ", text[q.start]))
        q.start++;
    while (q.end > q.start && strchr(") ", text[q.end - 1]) && text[q.start] != '(' &&
           !memchr(text + q.start, '(', range_len(q)))
        q.end--;
    raw_range name = name_from(text, q.start, q.end);
    if (range_len(name) == 0)
        return (gaz_slice){"", 0};
    if (name.end < q.end && text[name.end] == '(')
        return made_type(raw, q);
    gaz_slice type = value_type(b, name, position, out);
    for (int i = 0; name.end < q.end && i <= CHAIN_MAX; i++) {
        uint32_t at = name.end;
        while (at < q.end && strchr("?!&", text[at])) /* Kotlin, Swift, C#, Ruby, … */
            at++;
        if (at == q.end)
            return type;
        if (at + 1 < q.end && text[at] == '-' && text[at + 1] == '>')
            at += 2;
        else if (at < q.end && text[at] == '.')
            at++;
        else
            return (gaz_slice){"", 0};
        name = name_from(text, at, q.end);
        if (range_len(name) == 0 || i == CHAIN_MAX)
            return (gaz_slice){"", 0};
        if (type.len > 0 && type.data[0] == '=') /* the resolver follows its members */
            return (gaz_slice){"", 0};
        if (type.len == 0)
            continue;
        gaz_slice found = field_type(b->a, type, name);
        if (found.len == 0) {
            gaz_slice other = alias_of(b->a, type);
            if (other.len > 0)
                found = field_type(b->a, other, name);
        }
        type = found;
    }
    return type;
}

static void describe_receiver(binder *b, const raw_reference *r, gaz_reference *out)
{
    const raw_facts *raw = &b->a->raw;
    raw_range q = r->qualifier;
    if (range_len(r->receiver_type) > 0) {
        raw_range type = gaz_bare_type(raw->text, r->receiver_type);
        out->receiver_type = gaz_text_slice(raw, type);
        return;
    }
    if (range_len(q) == 0) {
        /* `.open = f` in the value of a variable with a type. */
        const gaz_definition *all = b->a->facts->definitions;
        if (b->enclosing != GAZ_NO_DEFINITION && (all[b->enclosing].kind == GAZ_SYMBOL_VARIABLE ||
                                                  all[b->enclosing].kind == GAZ_SYMBOL_CONSTANT))
            out->receiver_type = bare_slice(all[b->enclosing].type);
        return;
    }
    if (is_self(b->a, q))
        out->flags |= GAZ_REFERENCE_SELF;
    bool colons = q.end + 1 < raw->len && raw->text[q.end] == ':' && raw->text[q.end + 1] == ':';
    if (colons || raw->text[q.end - 1] == '\\' || (q.end < raw->len && raw->text[q.end] == '\\'))
        out->flags |= GAZ_REFERENCE_QUALIFIED;
    raw_range made = b->a->style->made_by_new ? made_by_new(raw, q) : (raw_range){0, 0};
    if (range_len(made) > 0)
        out->receiver_type = gaz_text_slice(raw, made);
    else if (memcmp(raw->text + q.start, "new ", range_len(q) < 4 ? range_len(q) : 4) == 0 &&
             range_len(q) > 4)
        out->receiver_type = made_type(raw, q);
    else
        out->receiver_type = chain_type(b, q, r->start, out);
}

static void write_reference(binder *b, const raw_reference *r, gaz_reference *out)
{
    const raw_facts *raw = &b->a->raw;
    *out = (gaz_reference){.role = r->role,
                           .flags = r->flags,
                           .arity = r->arity,
                           .start = r->start,
                           .line = r->line,
                           .enclosing = b->enclosing,
                           .name = {raw->text + r->start, r->end - r->start},
                           .qualifier = gaz_text_slice(raw, r->qualifier),
                           .receiver_type = {"", 0}};
    if (r->role == GAZ_REFERENCE_IMPORT)
        return;
    if (r->flags & GAZ_REFERENCE_MEMBER) {
        describe_receiver(b, r, out);
        return;
    }
    bool type = r->role == GAZ_REFERENCE_TYPE || r->role == GAZ_REFERENCE_INHERIT;
    if (local_of(b->a, (raw_range){r->start, r->end}, r->start, type))
        out->flags |= GAZ_REFERENCE_LOCAL;
    else if (b->a->style->bare_calls && r->role == GAZ_REFERENCE_READ &&
             (raw->text[r->start] == '_' || islower((unsigned char)raw->text[r->start])))
        out->role = GAZ_REFERENCE_CALL;
}

/* The first pattern's among references to one place; moves `i` past them. */
static const raw_reference *best_of_place(const assembly *a, size_t *i)
{
    const raw_reference *best = &a->raw.references.items[a->order.items[*i]];
    for ((*i)++; *i < a->order.len; (*i)++) {
        const raw_reference *other = &a->raw.references.items[a->order.items[*i]];
        if (other->start != best->start)
            break;
        if (other->pattern < best->pattern)
            best = other;
    }
    return best;
}

/* Hoisted names get the type of the last assignment before. Locals are in order of their place, so
 * one walk beside the references is enough. */
static void retype(binder *b, uint32_t position)
{
    assembly *a = b->a;
    const raw_facts *raw = &a->raw;
    for (; b->next_type < raw->locals.len; b->next_type++) {
        const raw_local *local = &raw->locals.items[b->next_type];
        if (local->name.start >= position)
            return;
        if (local->kind != LOCAL_HOISTED)
            continue;
        advance(b, local->name.start);
        name_info *info =
            gaz_name_table_get(&a->names, raw->text + local->name.start, range_len(local->name));
        binding *seen = info ? seen_binding(a, info, local->name.start) : NULL;
        if (!seen || seen->kind != LOCAL_HOISTED)
            continue;
        seen->type_before = seen->type;
        seen->made_before = seen->made;
        b->enclosing = gaz_enclosing_at(a, &b->around, local->name.start);
        gaz_slice made = {"", 0};
        if (range_len(local->value) > 0 && range_len(local->type) == 0)
            made = value_path(b, local->value);
        seen->made = made;
        seen->type = local->type;
        seen->value = local->value;
    }
}

static gaz_status walk_references(assembly *a, gaz_error *err)
{
    binder b = {.a = a};
    uint32_t count = 0;
    gaz_reference *kept =
        gaz_arena_array(&a->facts->arena, a->order.len ? a->order.len : 1, sizeof *kept);
    gaz_status st = gaz_enclosing_begin(a, &b.around, err);
    a->spare.len = 0;
    if (!gaz_vec_reserve(&a->spare, a->raw.scopes.len + 1))
        return out_of_memory(err);
    bool keywords = a->facts->has_errors && a->style->c_keywords;
    if (!kept)
        return out_of_memory(err);
    for (size_t i = 0; i < a->order.len && st == GAZ_OK;) {
        const raw_reference *r = best_of_place(a, &i);
        if (r->role != GAZ_REFERENCE_IMPORT &&
            gaz_position_map_get(&a->claims, r->start) != LOOKUP_NONE)
            continue;
        if (keywords && gaz_is_c_keyword(a->raw.text + r->start, r->end - r->start, a->raw.cpp))
            continue;
        retype(&b, r->start);
        advance(&b, r->start);
        a->closed_from = closed_from(&b, r->start);
        b.enclosing = gaz_enclosing_at(a, &b.around, r->start);
        write_reference(&b, r, &kept[count++]);
    }
    a->facts->references = kept;
    a->facts->reference_count = st == GAZ_OK ? count : 0;
    return st;
}

gaz_status gaz_assemble_references(assembly *a, gaz_error *err)
{
    gaz_position_map_reset(&a->claims);
    gaz_name_table_reset(&a->names);
    gaz_status st = name_typed_definitions(a, err);
    if (st == GAZ_OK)
        st = name_imports(a, err);
    if (st == GAZ_OK)
        st = claim_paths(a, err);
    if (st == GAZ_OK)
        st = claim_definitions(a, err);
    if (st == GAZ_OK)
        st = bind_locals(a, err);
    if (st == GAZ_OK)
        st = order_references(a, err);
    return st == GAZ_OK ? walk_references(a, err) : st;
}
