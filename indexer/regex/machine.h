/* The scanning form of a pattern: the fastest machine that finds every place where it may match.
 * The only header that names Hyperscan. */
#ifndef GAZ_REGEX_MACHINE_H
#define GAZ_REGEX_MACHINE_H

#include <hs/hs.h>

#include "bytes.h"
#include "needle.h"

typedef enum gaz_machine_kind {
    GAZ_MACHINE_NEVER,  /**< nothing can match in such texts */
    GAZ_MACHINE_ALWAYS, /**< every line matches */
    GAZ_MACHINE_LITERAL,
    GAZ_MACHINE_BYTESET, /**< one byte of a set */
    GAZ_MACHINE_SCANNER, /**< Hyperscan */
    GAZ_MACHINE_NONE     /**< no scanner takes it: PCRE2 looks at everything */
} gaz_machine_kind;

/** Immutable, shared. Zero-initialised is NEVER. */
typedef struct gaz_machine {
    gaz_machine_kind kind;
    bool exact[3];  /**< by gaz_text_class: what it finds in such a line is a match */
    bool unordered; /**< SCANNER: may report ends out of order */
    bool whole;     /**< LITERAL: where it is exact, what it finds is all of the match */
    gaz_needle *needle;
    gaz_byteset set;
    hs_database_t *db;
    size_t size; /**< bytes of the database */
} gaz_machine;

typedef struct gaz_machine_options {
    bool ascii, multiline, path;
    bool weakened; /**< the tree over-approximates the pattern: nothing is exact */
    size_t memory_max;
} gaz_machine_options;

GAZ_CHECKED gaz_status gaz_machine_build(const gaz_node *root, const gaz_machine_options *options,
                                         gaz_machine *out, gaz_error *err);
void gaz_machine_release(gaz_machine *m);
#endif
