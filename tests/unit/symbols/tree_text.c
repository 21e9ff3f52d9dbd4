/* Nodes are indented by their depth; those without a name, such as "(", stand in quotes. */
#include "tree_text.h"

static void add_node(gaz_strbuf *out, const TSTreeCursor *cursor, int depth, const char *text)
{
    TSNode node = ts_tree_cursor_current_node(cursor);
    const char *field = ts_tree_cursor_current_field_name(cursor);
    const char *quote = ts_node_is_named(node) ? "" : "\"";
    uint32_t start = ts_node_start_byte(node), len = ts_node_end_byte(node) - start;
    gaz_strbuf_printf(out, "%*s%s%s%s%s%s", 2 * depth, "", field ? field : "", field ? ": " : "",
                      quote, ts_node_type(node), quote);
    if (ts_node_child_count(node) == 0 && ts_node_is_named(node))
        gaz_strbuf_printf(out, " `%.*s`", (int)(len > 40 ? 40 : len), text + start);
    gaz_strbuf_printf(out, "  %u\n", ts_node_start_point(node).row + 1);
}

void tree_text(gaz_strbuf *out, const TSLanguage *grammar, const char *text, size_t len)
{
    TSParser *parser = ts_parser_new();
    TSTree *tree = ts_parser_set_language(parser, grammar)
                       ? ts_parser_parse_string(parser, NULL, text, (uint32_t)len)
                       : NULL;
    if (tree) {
        TSTreeCursor cursor = ts_tree_cursor_new(ts_tree_root_node(tree));
        int depth = 0;
        add_node(out, &cursor, depth, text);
        for (bool more = true; more;) {
            if (ts_tree_cursor_goto_first_child(&cursor)) {
                depth++;
            } else {
                while (more && !ts_tree_cursor_goto_next_sibling(&cursor)) {
                    more = ts_tree_cursor_goto_parent(&cursor);
                    depth--;
                }
            }
            if (more)
                add_node(out, &cursor, depth, text);
        }
        ts_tree_cursor_delete(&cursor);
    }
    ts_tree_delete(tree);
    ts_parser_delete(parser);
}
