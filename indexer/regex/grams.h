/* From a syntax tree to the literals that a matching text must hold. */
#ifndef GAZ_REGEX_GRAMS_H
#define GAZ_REGEX_GRAMS_H

#include "gaz/regex/pattern.h"
#include "syntax.h"

#define GAZ_GRAMS_NODES_MAX 256

/** As gaz_pattern_grams(), from the tree. */
GAZ_CHECKED gaz_status gaz_grams_build(const gaz_node *root, gaz_arena *arena, const gaz_gram **out,
                                       gaz_error *err);

#endif
