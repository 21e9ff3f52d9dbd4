/* Paths that code puts together: __DIR__ . '/a.php', File.expand_path("../a", __FILE__). */
#ifndef GAZ_GRAPH_PATH_EXPRESSION_H
#define GAZ_GRAPH_PATH_EXPRESSION_H

#include "graph_private.h"

typedef enum path_syntax { PATH_SYNTAX_PHP, PATH_SYNTAX_RUBY } path_syntax;

typedef enum path_base {
    PATH_LITERAL, /**< nothing but text */
    PATH_OF_TREE, /**< from the root of the tree, with a leading '/' */
    PATH_UNKNOWN  /**< below some directory that nobody here knows; begins with '/' or is empty */
} path_base;

typedef struct path_value {
    path_base base;
    bool constant;   /**< unknown, and a constant: by custom the directory ends in '/' */
    graph_path path; /**< parts "." and ".." are not worked out */
} path_value;

/**
 * Works an expression out. Interpolations are as they stand between the quotes, which are gone.
 * @param file  path of the file it stands in
 * @return false when it is no path that can be told
 */
bool graph_path_evaluate(path_syntax syntax, const char *text, size_t len, const char *file,
                         size_t file_len, path_value *out);

#endif
