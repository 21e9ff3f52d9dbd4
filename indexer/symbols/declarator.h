/* C declarators: which name `*(*f[3])(int)` declares, and what it is. */
#ifndef GAZ_SYMBOLS_DECLARATOR_H
#define GAZ_SYMBOLS_DECLARATOR_H

#include "raw_facts.h"

typedef struct declared_name {
    TSNode node;
    bool found;         /**< false when there is no name */
    bool is_function;   /**< the name is followed by parameters: `f(int)`, not `(*f)(int)` */
    bool is_declarator; /**< the node was a declarator, not a plain name */
} declared_name;

/** Descends from a declarator to its name. A node that is none is its own name. */
declared_name gaz_declarator_name(TSNode node);
/** Splits `A::B::f` at its last "::". @param container  set to "A::B", else empty */
void gaz_declarator_split(const char *text, raw_range *name, raw_range *container);

#endif
