/* The canonical text of a query: literals quoted, regexes between slashes, long field names,
 * operators as `-` and `or`, parentheses only where they are needed, then the settings that differ
 * from the defaults in a fixed order. */
#include "gaz/query/parse.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "gaz/text/language.h"
#include "parse_internal.h"

static void put_quoted(gaz_strbuf *out, const char *text, size_t len)
{
    gaz_strbuf_putc(out, '"');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"' || text[i] == '\\')
            gaz_strbuf_putc(out, '\\');
        gaz_strbuf_putc(out, text[i]);
    }
    gaz_strbuf_putc(out, '"');
}

static void put_regex(gaz_strbuf *out, const char *text, size_t len)
{
    gaz_strbuf_putc(out, '/');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '/')
            gaz_strbuf_putc(out, '\\');
        gaz_strbuf_putc(out, text[i]);
        if (text[i] == '\\' && i + 1 < len)
            gaz_strbuf_putc(out, text[++i]);
    }
    gaz_strbuf_putc(out, '/');
}

static void put_atom(gaz_strbuf *out, const gaz_atom *atom)
{
    static const char *const names[] = {
        [GAZ_FIELD_TEXT] = "",
        [GAZ_FIELD_CONTENT] = "content:",
        [GAZ_FIELD_FILE] = "file:",
        [GAZ_FIELD_REPO] = "repo:",
        [GAZ_FIELD_LANG] = "lang:",
        [GAZ_FIELD_BRANCH] = "branch:",
        [GAZ_FIELD_GENERATED] = "generated:",
        [GAZ_FIELD_TEST] = "test:",
        [GAZ_FIELD_SYM] = "sym:",
        [GAZ_FIELD_TS] = "ts:",
        [GAZ_FIELD_AUTHOR] = "author:",
        [GAZ_FIELD_MESSAGE] = "message:",
        [GAZ_FIELD_BEFORE] = "before:",
        [GAZ_FIELD_AFTER] = "after:",
    };
    gaz_strbuf_puts(out, atom->exact ? "repo=" : names[atom->field]);
    if (atom->field == GAZ_FIELD_GENERATED || atom->field == GAZ_FIELD_TEST) {
        gaz_strbuf_puts(out, atom->flag ? "yes" : "no");
    } else if (atom->field == GAZ_FIELD_LANG) {
        const char *name = gaz_language_name(atom->language);
        gaz_strbuf_printf(out, "\"%s\"", name ? name : atom->text);
    } else if (atom->literal) {
        put_quoted(out, atom->text, atom->len);
    } else {
        put_regex(out, atom->text, atom->len);
    }
}

static void put_node(gaz_strbuf *out, const gaz_node *node, bool inside_and);

static void put_kids(gaz_strbuf *out, const gaz_node *node)
{
    bool and = node->kind == GAZ_NODE_AND;
    for (size_t i = 0; i < node->count; i++) {
        if (i)
            gaz_strbuf_puts(out, and? " " : " or ");
        put_node(out, node->kids[i], and);
    }
}

static void put_node(gaz_strbuf *out, const gaz_node *node, bool inside_and)
{
    bool group = node->kind == GAZ_NODE_OR && inside_and;
    switch (node->kind) {
    case GAZ_NODE_ALL:
        break;
    case GAZ_NODE_ATOM:
        put_atom(out, node->atom);
        break;
    case GAZ_NODE_NOT:
        group = node->kids[0]->kind != GAZ_NODE_ATOM;
        gaz_strbuf_puts(out, group ? "-(" : "-");
        put_node(out, node->kids[0], false);
        gaz_strbuf_puts(out, group ? ")" : "");
        break;
    case GAZ_NODE_AND:
    case GAZ_NODE_OR:
        gaz_strbuf_puts(out, group ? "(" : "");
        put_kids(out, node);
        gaz_strbuf_puts(out, group ? ")" : "");
        break;
    }
}

/** Where the text of this query begins in `out`, so that what comes first has no space before it.
 */
typedef struct text_start {
    gaz_strbuf *out;
    size_t start;
} text_start;

static void put_setting(const text_start *at, const char *field, const char *value)
{
    gaz_strbuf_printf(at->out, "%s%s:%s", at->out->len > at->start ? " " : "", field, value);
}

static void put_settings(const text_start *at, const gaz_query *q)
{
    char number[32];
    if (q->fold != GAZ_CASE_AUTO)
        put_setting(at, "case", q->fold == GAZ_CASE_SENSITIVE ? "yes" : "no");
    if (q->type != GAZ_TYPE_MATCH)
        put_setting(at, "type", gaz_query_type_name(q->type));
    if (q->select != q->type)
        put_setting(at, "select", gaz_query_type_name(q->select));
    if (q->rev) {
        put_setting(at, "rev", "");
        put_quoted(at->out, q->rev, strlen(q->rev));
    }
    snprintf(number, sizeof number, "%" PRId64, q->count);
    if (q->count_all || q->count)
        put_setting(at, "count", q->count_all ? "all" : number);
    snprintf(number, sizeof number, "%" PRId64 "ms", q->timeout_ms);
    if (q->timeout_ms)
        put_setting(at, "timeout", number);
}

static bool any_setting(const gaz_query *q)
{
    return q->fold != GAZ_CASE_AUTO || q->type != GAZ_TYPE_MATCH || q->select != q->type ||
           q->rev || q->count_all || q->count || q->timeout_ms;
}

void gaz_query_format(const gaz_query *query, gaz_strbuf *out)
{
    text_start at = {out, out->len};
    put_node(out, query->root, any_setting(query));
    put_settings(&at, query);
}
