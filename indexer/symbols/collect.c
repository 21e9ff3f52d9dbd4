/* One pass over the matches of a language's combined query. Each match is sorted into its parts
 * (@name, @body, @receiver, …) and the facts they belong to. Nothing is decided here that needs
 * more than one match. */
#include <ctype.h>
#include <string.h>
#include "collect.h"
#include "declarator.h"

enum { NAME_MAX_BYTES = 400, QUALIFIER_MAX_BYTES = 160 };

typedef struct collector {
    raw_facts *raw;
    const query_program *program;
    const TSQueryMatch *match;
    const pattern_info *info;
    TSNode parts[JOB_PART_COUNT];
    uint32_t present; /* bits: which parts there are */
    bool no_memory;
} collector;

static bool has(const collector *c, capture_job part)
{
    return c->present >> part & 1;
}

static gaz_span span_of(TSNode node)
{
    return (gaz_span){ts_node_start_byte(node), ts_node_end_byte(node),
                      ts_node_start_point(node).row + 1, ts_node_end_point(node).row + 1};
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_name_char(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

static raw_range trimmed(const raw_facts *raw, raw_range range)
{
    while (range.end > range.start && is_blank(raw->text[range.end - 1]))
        range.end--;
    while (range.end > range.start && is_blank(raw->text[range.start]))
        range.start++;
    return range;
}

/* Without line ends at its end, which some nodes of the preprocessor count in. */
static gaz_span definition_span(const raw_facts *raw, TSNode node)
{
    gaz_span span = span_of(node);
    while (span.end > span.start && is_blank(raw->text[span.end - 1])) {
        span.end--;
        if (raw->text[span.end] == '\n' && span.end_line > span.start_line)
            span.end_line--;
    }
    return span;
}

/* A type that is defined where it is used is told without its body. */
static raw_range type_without_body(const raw_facts *raw, raw_range type)
{
    const char *brace = memchr(raw->text + type.start, '{', range_len(type));
    if (brace)
        type.end = (uint32_t)(brace - raw->text);
    type = trimmed(raw, type);
    bool nameless = !memchr(raw->text + type.start, ' ', range_len(type));
    return brace && nameless ? (raw_range){0, 0} : type;
}

static raw_range part_range(const collector *c, capture_job part)
{
    return has(c, part) ? range_of(c->parts[part]) : (raw_range){0, 0};
}

/* Without the quotes or brackets around it. */
static raw_range unquoted(const raw_facts *raw, raw_range range)
{
    while (range_len(range) >= 2) {
        char first = raw->text[range.start], last = raw->text[range.end - 1];
        bool quoted = (first == last && (first == '"' || first == '\'' || first == '`')) ||
                      (first == '<' && last == '>' &&
                       strchr("+-*=<>|&~", raw->text[range.start + 1]) == NULL);
        if (!quoted)
            break;
        range.start++;
        range.end--;
    }
    return range;
}

/* A name without its quotes, or without the sign that some languages write names with: `:name` is a
 * symbol of Ruby and an atom of Elixir, `name:` a key of Elixir, `$name` a variable of PowerShell.
 */
static raw_range name_range(const raw_facts *raw, TSNode node)
{
    const char *type = ts_node_type(node);
    raw_range range = trimmed(raw, range_of(node));
    if (range_len(range) < 2)
        return range;
    char first = raw->text[range.start], last = raw->text[range.end - 1];
    if (first == ':' && (strstr(type, "symbol") || strcmp(type, "atom") == 0))
        range.start++;
    else if (first == '$' &&
             (strcmp(type, "variable") == 0 || strcmp(type, "left_assignment_expression") == 0))
        range.start++;
    else if (last == ':' && strcmp(type, "keyword") == 0)
        range.end--;
    return unquoted(raw, range);
}

/* What a C declarator declares decides what the whole is. @return false when it is nothing */
static bool apply_declarator(raw_definition *d, const declared_name *declared)
{
    /* `for_each(x) { … }` looks like a function without parameters. */
    if (d->kind == GAZ_SYMBOL_FUNCTION && declared->is_declarator && !declared->is_function)
        return false;
    if (d->kind != KIND_DECLARATOR)
        return true;
    d->kind = declared->is_function ? GAZ_SYMBOL_FUNCTION : GAZ_SYMBOL_VARIABLE;
    if (declared->is_function)
        d->flags |= GAZ_DEFINITION_DECLARATION;
    return true;
}

/* The end of what is said before the body. */
static void set_ends(const collector *c, raw_definition *d)
{
    if (has(c, JOB_SPAN)) {
        gaz_span wider = span_of(c->parts[JOB_SPAN]);
        if (wider.start <= d->span.start && wider.end >= d->span.end)
            d->span = wider;
        /* `export`, `template <…>` and `type` are shown, decorators are not. */
        if (d->span.start < d->signature_start && !strchr("@[#", c->raw->text[d->span.start]))
            d->signature_start = d->span.start;
    }
    if (has(c, JOB_NAME) && d->name_span.end > d->span.end) { /* a keyword before its name */
        d->span.end = d->name_span.end;
        d->span.end_line = d->name_span.end_line;
    }
    d->body = trimmed(c->raw, part_range(c, JOB_BODY));
    if (d->body.end > d->span.end) { /* a body beside its head: the C++ `try` of a function */
        d->span.end = d->body.end;
        d->span.end_line = ts_node_end_point(c->parts[JOB_BODY]).row + 1;
    }
}

static void add_definition(collector *c, const capture_meaning *meaning, TSNode node)
{
    raw_definition d = {.span = definition_span(c->raw, node),
                        .signature_start = ts_node_start_byte(node),
                        .pattern = c->match->pattern_index,
                        .kind = meaning->kind,
                        .flags = c->info->definition_flags,
                        .visibility = c->info->visibility,
                        .level = c->info->level,
                        .stop = c->info->headline ? STOP_LINE : STOP_VALUE};
    if (d.kind == GAZ_SYMBOL_KEY && !gaz_key_admit(c->raw, &d))
        return;
    if (meaning->declaration)
        d.flags |= GAZ_DEFINITION_DECLARATION;
    if (has(c, JOB_NAME)) {
        declared_name declared = gaz_declarator_name(c->parts[JOB_NAME]);
        if (!declared.found || !apply_declarator(&d, &declared))
            return;
        d.name_span = span_of(declared.node);
        d.name = trimmed(c->raw, name_range(c->raw, declared.node));
        if (kind_is_data(d.kind))
            d.name = gaz_data_name(c->raw, &d, NAME_MAX_BYTES);
        else
            gaz_declarator_split(c->raw->text, &d.name, &d.container);
        if (range_len(d.name) == 0 || range_len(d.name) > NAME_MAX_BYTES)
            return;
    } else {
        d.flags |= GAZ_DEFINITION_ANONYMOUS;
        d.name_span = (gaz_span){d.span.start, d.span.start, d.span.start_line, d.span.start_line};
        d.name = d.container = (raw_range){d.span.start, d.span.start};
    }
    set_ends(c, &d);
    d.type = type_without_body(c->raw, part_range(c, JOB_TYPE));
    if (has(c, JOB_SIGNATURE))
        d.signature_end = part_range(c, JOB_SIGNATURE).end;
    if (has(c, JOB_CONTAINER))
        d.container = unquoted(c->raw, part_range(c, JOB_CONTAINER));
    if (!gaz_vec_push(&c->raw->definitions, d))
        c->no_memory = true;
}

/* Arguments between brackets; a spread makes their number unknown. */
static uint8_t count_arguments(const raw_facts *raw, TSNode arguments)
{
    uint32_t named = ts_node_named_child_count(arguments), comments = 0;
    raw_range range = range_of(arguments);
    const char *text = raw->text + range.start;
    uint32_t len = range_len(range);
    if (named == 0)
        return 0;
    bool odd = memchr(text, '*', len) || memchr(text, '#', len) || memchr(text, '/', len) ||
               memchr(text, '.', len);
    for (uint32_t i = 0; odd && i < named && i < GAZ_ARITY_UNKNOWN; i++) {
        const char *type = ts_node_type(ts_node_named_child(arguments, i));
        if (strstr(type, "splat") || strstr(type, "spread") || strstr(type, "variadic"))
            return GAZ_ARITY_UNKNOWN;
        comments += strstr(type, "comment") != NULL;
    }
    named -= comments;
    return named < GAZ_ARITY_UNKNOWN ? (uint8_t)named : GAZ_ARITY_UNKNOWN;
}

/* `A\B` of the receiver `A\B\f`, which holds the name too; a single `\` stays. */
static raw_range before_name(const raw_facts *raw, raw_range receiver, raw_range name)
{
    if (receiver.start >= name.start || receiver.end < name.end)
        return receiver;
    receiver.end = name.start;
    while (range_len(receiver) > 1 && raw->text[receiver.end - 1] == '\\')
        receiver.end--;
    return receiver;
}

/* `a::b` for the receiver b of `a::b::f`: some grammars nest such paths from the left, and among
 * the tokens of a macro there are no paths at all. */
static raw_range whole_path(const raw_facts *raw, raw_range range)
{
    const char *text = raw->text;
    for (;;) {
        uint32_t at = range.start;
        if (at > 2 && text[at - 1] == ':' && text[at - 2] == ':')
            at -= 2;
        else if (at > 1 && text[at - 1] == '.')
            at--;
        if (at == range.start || !is_name_char(text[at - 1]))
            return range;
        range.start = at;
        while (range.start > 0 && is_name_char(text[range.start - 1]))
            range.start--;
    }
}

static void add_reference(collector *c, const capture_meaning *meaning, TSNode node)
{
    raw_range name = range_of(node);
    if (range_len(name) == 0 || range_len(name) > NAME_MAX_BYTES)
        return;
    if (c->info->called && (name.end >= c->raw->len || c->raw->text[name.end] != '('))
        return;
    raw_reference r = {.line = ts_node_start_point(node).row + 1,
                       .pattern = c->match->pattern_index,
                       .role = meaning->kind,
                       .flags = c->info->reference_flags,
                       .arity = GAZ_ARITY_UNKNOWN};
    name = name_range(c->raw, node);
    r.start = name.start;
    r.end = name.end;
    if (has(c, JOB_RECEIVER)) {
        r.flags |= GAZ_REFERENCE_MEMBER;
        r.qualifier = whole_path(c->raw, trimmed(c->raw, part_range(c, JOB_RECEIVER)));
        r.qualifier = before_name(c->raw, r.qualifier, name);
        if (range_len(r.qualifier) > QUALIFIER_MAX_BYTES)
            r.qualifier = (raw_range){0, 0};
    }
    if (has(c, JOB_RECEIVER_TYPE)) {
        r.flags |= GAZ_REFERENCE_MEMBER;
        r.receiver_type = part_range(c, JOB_RECEIVER_TYPE);
    }
    if (has(c, JOB_ARGUMENTS))
        r.arity = count_arguments(c->raw, c->parts[JOB_ARGUMENTS]);
    if (!gaz_vec_push(&c->raw->references, r))
        c->no_memory = true;
}

/* The name of an import statement is a use of that name too. */
static void add_imported_name(collector *c, const raw_import *import)
{
    if (range_len(import->name) == 0)
        return;
    raw_reference r = {.start = import->name.start,
                       .end = import->name.end,
                       .line = ts_node_start_point(c->parts[JOB_IMPORT_NAME]).row + 1,
                       .qualifier = import->path,
                       .pattern = c->match->pattern_index,
                       .role = GAZ_REFERENCE_IMPORT,
                       .arity = GAZ_ARITY_UNKNOWN};
    if (!gaz_vec_push(&c->raw->references, r))
        c->no_memory = true;
}

/* Leading dots of a Python path are its level. */
static void strip_level(const raw_facts *raw, raw_import *import)
{
    while (import->path.start < import->path.end && import->level < UINT8_MAX &&
           (raw->text[import->path.start] == '.' || is_blank(raw->text[import->path.start]))) {
        if (raw->text[import->path.start] == '.')
            import->level++;
        import->path.start++;
    }
}

static void add_import(collector *c, const capture_meaning *meaning, TSNode node)
{
    raw_range path = trimmed(c->raw, part_range(c, JOB_IMPORT_PATH));
    raw_import import = {.start = ts_node_start_byte(node),
                         .line = ts_node_start_point(node).row + 1,
                         .pattern = c->match->pattern_index,
                         .path = unquoted(c->raw, path),
                         .alias = part_range(c, JOB_IMPORT_ALIAS),
                         .kind = meaning->kind,
                         .flags = c->info->import_flags};
    if (has(c, JOB_IMPORT_NAME))
        import.name = name_range(c->raw, c->parts[JOB_IMPORT_NAME]);
    c->raw->is_module = true;
    /* `#include MACRO` names a macro, an expression whatever it names. */
    if (meaning->kind != IMPORT_INCLUDE && !(import.flags & GAZ_IMPORT_COMPUTED))
        c->no_memory |= !gaz_vec_push(&c->raw->paths, import.path);
    if (meaning->kind == IMPORT_TREE || meaning->kind == IMPORT_TREE_REEXPORT) {
        import.kind = meaning->kind == IMPORT_TREE ? GAZ_IMPORT_FROM : GAZ_IMPORT_REEXPORT;
        c->no_memory |= !gaz_collect_import_tree(c->raw, import);
        return;
    }
    if (meaning->kind == IMPORT_INCLUDE) {
        char first = range_len(path) ? c->raw->text[path.start] : '\0';
        import.kind = first == '<' ? GAZ_IMPORT_ANGLED : GAZ_IMPORT_QUOTED;
        if (first != '<' && first != '"')
            import.flags |= GAZ_IMPORT_COMPUTED;
    }
    if (has(c, JOB_IMPORT_WILDCARD))
        import.flags |= GAZ_IMPORT_WILDCARD;
    if (has(c, JOB_IMPORT_LEVEL)) /* a node that holds the dots and maybe the path */
        strip_level(c->raw, &import);
    add_imported_name(c, &import);
    if (!gaz_vec_push(&c->raw->imports, import))
        c->no_memory = true;
}

static void add_local(collector *c, const capture_meaning *meaning, TSNode node)
{
    declared_name declared = gaz_declarator_name(node);
    raw_local local = {.name = range_of(declared.node),
                       .type = part_range(c, JOB_LOCAL_TYPE),
                       .value = part_range(c, JOB_LOCAL_VALUE),
                       .kind = meaning->kind};
    if (declared.found && !gaz_vec_push(&c->raw->locals, local))
        c->no_memory = true;
}

static uint8_t label_visibility(const raw_facts *raw, raw_range range)
{
    for (unsigned i = 0; i <= GAZ_VISIBILITY_FILE; i++) {
        const char *name = gaz_visibility_name(i);
        size_t len = strlen(name);
        if (range_len(range) >= len && memcmp(raw->text + range.start, name, len) == 0)
            return (uint8_t)i;
    }
    return VISIBILITY_UNSET;
}

static bool add_other(collector *c, const capture_meaning *meaning, TSNode node)
{
    raw_facts *raw = c->raw;
    raw_range range = range_of(node);
    switch (meaning->job) {
    case JOB_SCOPE:
        return gaz_vec_push(
            &raw->scopes,
            ((raw_scope){range.start, range.end,
                         has(c, JOB_BODY) ? part_range(c, JOB_BODY).start : range.start,
                         meaning->kind}));
    case JOB_COMMENT:
    case JOB_ATTRIBUTE: {
        gaz_span span = span_of(node);
        raw_comment found = {span.start, span.end, span.start_line, span.end_line};
        return meaning->job == JOB_COMMENT ? gaz_vec_push(&raw->comments, found)
                                           : gaz_vec_push(&raw->attributes, found);
    }
    case JOB_DOC:
        return gaz_vec_push(&raw->docs, range);
    case JOB_VISIBILITY_LABEL:
        return gaz_vec_push(&raw->labels, ((raw_label){range.start, label_visibility(raw, range)}));
    case JOB_EXPORT:
        raw->is_module = true;
        return gaz_vec_push(&raw->exports, range);
    case JOB_TOKENS:
        return gaz_collect_tokens(raw, range, ts_node_start_point(node).row + 1,
                                  c->match->pattern_index);
    default:
        return true;
    }
}

static void collect_match(collector *c)
{
    const TSQueryMatch *match = c->match;
    c->present = 0;
    for (uint16_t i = 0; i < match->capture_count; i++) {
        unsigned job = c->program->captures[match->captures[i].index].job;
        if (job < JOB_PART_COUNT && !has(c, job)) {
            c->parts[job] = match->captures[i].node;
            c->present |= 1u << job;
        }
    }
    for (uint16_t i = 0; i < match->capture_count; i++) {
        const capture_meaning *meaning = &c->program->captures[match->captures[i].index];
        TSNode node = match->captures[i].node;
        switch (meaning->job) {
        case JOB_DEFINITION:
            add_definition(c, meaning, node);
            break;
        case JOB_REFERENCE:
            add_reference(c, meaning, node);
            break;
        case JOB_IMPORT:
            add_import(c, meaning, node);
            break;
        case JOB_LOCAL:
            add_local(c, meaning, node);
            break;
        default:
            c->no_memory |= !add_other(c, meaning, node);
            break;
        }
    }
}

static size_t fact_count(const raw_facts *raw)
{
    return raw->definitions.len + raw->references.len + raw->imports.len + raw->locals.len +
           raw->scopes.len + raw->comments.len + raw->attributes.len;
}

gaz_status gaz_collect(raw_facts *raw, const query_program *program, TSQueryCursor *cursor,
                       TSNode root, parse_guard *guard, gaz_error *err)
{
    TSQueryMatch match;
    collector c = {.raw = raw, .program = program, .match = &match};
    gaz_query_guarded(cursor, program->query, root, guard);
    while (ts_query_cursor_next_match(cursor, &match)) {
        c.info = &program->patterns[match.pattern_index];
        if (c.info->predicate_count > 0 && !gaz_predicates_hold(program, &match, raw->text))
            continue;
        collect_match(&c);
        if (c.no_memory)
            return gaz_error_set(err, GAZ_E_NOMEM,
                                 "cannot gather the symbols of a text: out of memory");
        if (fact_count(raw) > guard->limits.facts) {
            guard->outcome = GAZ_EXTRACT_TOO_MANY;
            break;
        }
    }
    return GAZ_OK;
}
