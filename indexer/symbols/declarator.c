/* Grammars of the C family nest declarators inside out: the name is the innermost node. Queries
 * name the outermost one, and this walks down, since a pattern per shape would never end. */
#include <string.h>
#include "declarator.h"

enum { NESTING_MAX = 64 };

static bool ends_with(const char *type, const char *ending)
{
    size_t len = strlen(type), n = strlen(ending);
    return len >= n && strcmp(type + len - n, ending) == 0;
}

static bool is_declarator(const char *type)
{
    return ends_with(type, "declarator");
}

/* The declarator or name inside: a field where the grammar has one, else the first that fits. */
static TSNode inner_node(TSNode node)
{
    TSNode inner = ts_node_child_by_field_name(node, "declarator", 10);
    if (!ts_node_is_null(inner))
        return inner;
    uint32_t count = ts_node_named_child_count(node);
    for (uint32_t i = 0; i < count && i < 8; i++) {
        TSNode child = ts_node_named_child(node, i);
        const char *type = ts_node_type(child);
        if (is_declarator(type) || ends_with(type, "identifier") || ends_with(type, "_name") ||
            strcmp(type, "operator_cast") == 0)
            return child;
    }
    return (TSNode){0};
}

declared_name gaz_declarator_name(TSNode node)
{
    declared_name found = {.node = node};
    for (int i = 0; i < NESTING_MAX; i++) {
        const char *type = ts_node_type(node);
        if (!is_declarator(type)) {
            found.node = node;
            found.found = true;
            return found;
        }
        if (strcmp(type, "parenthesized_declarator") != 0) /* `int (f)(void)` is a function too */
            found.is_function = strcmp(type, "function_declarator") == 0;
        found.is_declarator = true;
        node = inner_node(node);
        if (ts_node_is_null(node))
            return found;
    }
    return found;
}

void gaz_declarator_split(const char *text, raw_range *name, raw_range *container)
{
    uint32_t depth = 0;
    *container = (raw_range){name->start, name->start};
    /* From the end, past template arguments, which may hold "::" of their own. */
    for (uint32_t at = name->end; at > name->start + 1; at--) {
        char c = text[at - 1];
        if (c == '>' && text[at - 2] != '-')
            depth++;
        else if (c == '<' && depth > 0)
            depth--;
        else if (depth == 0 && c == ':' && text[at - 2] == ':') {
            container->end = at - 2;
            name->start = at;
            while (name->start < name->end && strchr(" \t\r\n", text[name->start]))
                name->start++;
            return;
        }
    }
}
