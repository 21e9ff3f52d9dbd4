/* The syntax tree of a text, for whoever writes queries. */
#ifndef GAZ_TEST_TREE_TEXT_H
#define GAZ_TEST_TREE_TEXT_H

#include <tree_sitter/api.h>
#include "gaz/base/strbuf.h"

/** One line per node: `field: type`, the text of leaves, the line it begins on. */
void tree_text(gaz_strbuf *out, const TSLanguage *grammar, const char *text, size_t len);

#endif
