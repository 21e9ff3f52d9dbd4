/* Compiling a pattern: choose the dialect, parse, decide about lines and case, build the machines.
 */
#include "pattern_internal.h"

#include <string.h>

#include "gaz/base/utf8.h"
#include "grams.h"

#define TREE_MAX ((size_t)32 << 20)
#define MEMORY_DEFAULT ((size_t)64 << 20)

/* A pattern with "\n" in it, or (?s), is searched across lines, as with ripgrep's -U. */
static gaz_status parse_rust(gaz_pattern *p, const char *source, size_t len, gaz_case fold,
                             gaz_error *err)
{
    gaz_syntax_facts facts;
    gaz_node *root = NULL;
    /* The first pass only learns what the second has to know. */
    gaz_syntax_options options = {.lines = !p->path, .multiline = true};
    gaz_status st = gaz_syntax_parse(source, len, &options, &p->arena, &root, &facts, err);
    if (st != GAZ_OK)
        return st;
    gaz_arena_reset(&p->arena);
    p->multiline =
        !p->path && (facts.newline_literal || facts.dot_all || memchr(source, '\n', len));
    p->folds = fold == GAZ_CASE_INSENSITIVE ||
               (fold == GAZ_CASE_AUTO && facts.any_literal && !facts.any_uppercase);
    options.multiline = p->multiline || p->path;
    options.fold = p->folds;
    st = gaz_syntax_parse(source, len, &options, &p->arena, &root, &facts, err);
    p->root = root;
    return st;
}

static bool upper_outside_escapes(const char *source, size_t len)
{
    const char *at = source, *end = source + len;
    while (at < end) {
        uint32_t c = gaz_utf8_next(&at, end);
        if (c == '\\' && at < end)
            (void)gaz_utf8_next(&at, end);
        else if (c != GAZ_UTF8_BAD && gaz_scalar_upper(c))
            return true;
    }
    return false;
}

/* Whether the source has "\n", a newline, or a group of flags that turns s on. */
static bool perl_multiline(const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n')
            return true;
        if (s[i] == '\\') {
            if (++i < len && s[i] == 'n')
                return true;
        } else if (s[i] == '(' && i + 1 < len && s[i + 1] == '?') {
            for (size_t k = i + 2; k < len && strchr("imsxnUJ", s[k]) && s[k]; k++)
                if (s[k] == 's')
                    return true;
        }
    }
    return false;
}

static gaz_status parse_perl(gaz_pattern *p, const char *source, size_t len, gaz_case fold,
                             gaz_error *err)
{
    gaz_node *root = NULL;
    p->perl = true;
    p->multiline = !p->path && perl_multiline(source, len);
    p->folds = fold == GAZ_CASE_INSENSITIVE ||
               (fold == GAZ_CASE_AUTO && !upper_outside_escapes(source, len));
    gaz_syntax_options options = {.fold = p->folds, .multiline = p->multiline || p->path};
    gaz_status st = gaz_syntax_parse_perl(source, len, &options, &p->arena, &root, err);
    p->root = root;
    return st;
}

static gaz_status parse_literal(gaz_pattern *p, const char *source, size_t len, gaz_case fold,
                                gaz_error *err)
{
    gaz_syntax_facts facts;
    gaz_node *root = NULL;
    gaz_status st = gaz_syntax_literal(source, len, fold == GAZ_CASE_INSENSITIVE, &p->arena, &root,
                                       &facts, err);
    p->folds = fold == GAZ_CASE_INSENSITIVE;
    if (st == GAZ_OK && fold == GAZ_CASE_AUTO && facts.any_literal && !facts.any_uppercase) {
        p->folds = true;
        gaz_arena_reset(&p->arena);
        st = gaz_syntax_literal(source, len, true, &p->arena, &root, &facts, err);
    }
    p->multiline = !p->path && facts.newline_literal;
    p->root = root;
    return st;
}

static bool has_kind(const gaz_node *n, gaz_node_kind kind)
{
    if (n->kind == kind)
        return true;
    for (size_t i = 0; i < n->count; i++)
        if (has_kind(n->kids[i], kind))
            return true;
    return false;
}

static bool only_asserts(const gaz_node *n)
{
    if (n->kind == GAZ_NODE_SCALAR || n->kind == GAZ_NODE_SET || n->kind == GAZ_NODE_BYTES)
        return false;
    for (size_t i = 0; i < n->count; i++)
        if (!only_asserts(n->kids[i]))
            return false;
    return true;
}

/* regex-syntax's is_line_anchored_end: ripgrep then searches on from before the "\r" that $ took.
 */
static bool ends_line(const gaz_node *n)
{
    switch (n->kind) {
    case GAZ_NODE_LINE_END:
    case GAZ_NODE_TEXT_END:
        return true;
    case GAZ_NODE_CONCAT:
        for (size_t i = n->count; i > 0; i--)
            if (ends_line(n->kids[i - 1]))
                return true;
            else if (!only_asserts(n->kids[i - 1]))
                return false;
        return false;
    case GAZ_NODE_ALTERNATE:
        for (size_t i = 0; i < n->count; i++)
            if (!ends_line(n->kids[i]))
                return false;
        return true;
    case GAZ_NODE_REPEAT:
        return n->min > 0 && ends_line(n->kids[0]);
    default:
        return false;
    }
}

static bool beyond_ascii(const gaz_node *n)
{
    switch (n->kind) {
    case GAZ_NODE_SCALAR:
        return n->scalar > 0x7F;
    case GAZ_NODE_SET:
    case GAZ_NODE_BYTES:
        return n->span_count > 0 && n->spans[n->span_count - 1].hi > 0x7F;
    case GAZ_NODE_WORD:
    case GAZ_NODE_NOT_WORD:
        return true;
    default:
        break;
    }
    for (size_t i = 0; i < n->count; i++)
        if (beyond_ascii(n->kids[i]))
            return true;
    return false;
}

static gaz_status build_machines(gaz_pattern *p, size_t memory_max, gaz_error *err)
{
    gaz_machine_options o = {
        .multiline = p->multiline, .path = p->path, .weakened = p->perl, .memory_max = memory_max};
    gaz_status st = gaz_machine_build(p->root, &o, &p->machines[1], err);
    p->same = p->path || !beyond_ascii(p->root);
    if (st != GAZ_OK || p->same)
        return st;
    o.ascii = true;
    return gaz_machine_build(p->root, &o, &p->machines[0], err);
}

/* A literal machine knows its spans without PCRE2. */
static bool self_sufficient(const gaz_machine *m)
{
    return (m->kind == GAZ_MACHINE_LITERAL && m->exact[GAZ_CLASS_ANY]) ||
           m->kind == GAZ_MACHINE_NEVER;
}

static gaz_status build_programs(gaz_pattern *p, const char *source, size_t len, size_t memory_max,
                                 gaz_error *err)
{
    gaz_exact_options o = {
        .multiline = p->multiline, .path = p->path, .fold = p->folds, .memory_max = memory_max};
    if (p->perl)
        return gaz_exact_compile_perl(source, len, &o, &p->programs[1], err);
    /* What was trimmed off may belong to a span, so only an untrimmed literal goes without. */
    bool plain = p->root->kind != GAZ_NODE_ALTERNATE && p->root->kind != GAZ_NODE_REPEAT;
    for (size_t i = 0; i < p->root->count; i++) {
        gaz_node_kind kind = p->root->kids[i]->kind;
        bool bound = p->path && ((kind == GAZ_NODE_TEXT_START && i == 0) ||
                                 (kind == GAZ_NODE_TEXT_END && i + 1 == p->root->count));
        plain = plain && (kind == GAZ_NODE_SCALAR || kind == GAZ_NODE_SET ||
                          kind == GAZ_NODE_BYTES || bound);
    }
    if (plain && !p->multiline && self_sufficient(&p->machines[1]) &&
        (p->same || self_sufficient(&p->machines[0])))
        return GAZ_OK;
    gaz_status st = gaz_exact_compile(p->root, &o, &p->programs[1], err);
    if (st != GAZ_OK || !beyond_ascii(p->root))
        return st;
    o.ascii = true;
    return gaz_exact_compile(p->root, &o, &p->programs[0], err);
}

size_t gaz_pattern_bytes(const gaz_pattern *p)
{
    size_t bytes = sizeof *p + p->arena.used;
    for (int i = 0; i < 2; i++)
        bytes += p->machines[i].size + gaz_exact_size(&p->programs[i]);
    return bytes;
}

static gaz_status check_memory(const gaz_pattern *p, size_t memory_max, gaz_error *err)
{
    size_t size = gaz_pattern_bytes(p);
    if (size <= memory_max)
        return GAZ_OK;
    return gaz_error_set(
        err, GAZ_E_LIMIT,
        "the pattern compiles to %zu bytes, more than the limit of %zu; make it simpler", size,
        memory_max);
}

gaz_status gaz_pattern_compile(const char *source, size_t len, const gaz_pattern_options *options,
                               gaz_pattern **out, gaz_error *err)
{
    static const gaz_pattern_options none;
    options = options ? options : &none;
    size_t memory_max = options->memory_max ? options->memory_max : MEMORY_DEFAULT;
    if (len > GAZ_PATTERN_MAX)
        return gaz_error_set(err, GAZ_E_LIMIT,
                             "a pattern of %zu bytes is longer than the limit of %d", len,
                             GAZ_PATTERN_MAX);
    gaz_pattern *p = calloc(1, sizeof *p);
    if (!p)
        return gaz_error_set(err, GAZ_E_NOMEM, "out of memory compiling a pattern");
    gaz_arena_init(&p->arena, TREE_MAX);
    p->path = options->path;
    gaz_status st;
    if (options->literal)
        st = parse_literal(p, source, len, options->fold, err);
    else if (gaz_syntax_wants_perl(source, len))
        st = parse_perl(p, source, len, options->fold, err);
    else
        st = parse_rust(p, source, len, options->fold, err);
    if (st == GAZ_OK) {
        p->line_end = !p->perl && has_kind(p->root, GAZ_NODE_LINE_END);
        p->ends_line = !p->perl && ends_line(p->root);
        p->text_end = !p->perl && has_kind(p->root, GAZ_NODE_TEXT_END);
        st = build_machines(p, memory_max, err);
    }
    if (st == GAZ_OK)
        st = build_programs(p, source, len, memory_max, err);
    if (st == GAZ_OK)
        st = check_memory(p, memory_max, err);
    if (st == GAZ_OK)
        *out = p;
    else
        gaz_pattern_free(p);
    return st;
}

void gaz_pattern_free(gaz_pattern *p)
{
    if (!p)
        return;
    for (int i = 0; i < 2; i++) {
        gaz_machine_release(&p->machines[i]);
        gaz_exact_release(&p->programs[i]);
    }
    gaz_arena_release(&p->arena);
    free(p);
}

bool gaz_pattern_multiline(const gaz_pattern *p)
{
    return p->multiline || (p->text_end && !p->path);
}

bool gaz_pattern_folds(const gaz_pattern *p)
{
    return p->folds;
}

const char *gaz_pattern_engine(const gaz_pattern *p)
{
    const gaz_machine *m = &p->machines[1];
    switch (m->kind) {
    case GAZ_MACHINE_NEVER:
    case GAZ_MACHINE_ALWAYS:
    case GAZ_MACHINE_LITERAL:
    case GAZ_MACHINE_BYTESET:
        return m->exact[GAZ_CLASS_VALID] && !p->multiline ? "literal" : "literal+pcre2";
    case GAZ_MACHINE_SCANNER:
        return m->exact[GAZ_CLASS_VALID] && !p->multiline ? "hyperscan" : "hyperscan+pcre2";
    case GAZ_MACHINE_NONE:
        break;
    }
    return "pcre2";
}

gaz_status gaz_pattern_grams(const gaz_pattern *p, gaz_arena *arena, const gaz_gram **out,
                             gaz_error *err)
{
    static const gaz_node nothing = {.kind = GAZ_NODE_EMPTY};
    return gaz_grams_build(p->path ? &nothing : p->root, arena, out, err);
}
