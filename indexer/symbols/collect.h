/* From the matches of a query to raw facts. */
#ifndef GAZ_SYMBOLS_COLLECT_H
#define GAZ_SYMBOLS_COLLECT_H

#include "guarded_parse.h"
#include "raw_facts.h"

/**
 * Runs a program over a tree.
 * @return GAZ_E_NOMEM; limits met are told by guard->outcome, and what was found until then is kept
 */
GAZ_CHECKED gaz_status gaz_collect(raw_facts *raw, const query_program *program,
                                   TSQueryCursor *cursor, TSNode root, parse_guard *guard,
                                   gaz_error *err);

/** Whether a key is to be collected, and sets its level. Keys must be given outer ones first. */
bool gaz_key_admit(raw_facts *raw, raw_definition *d);
/** The name of what is data: never split, cut where it is longer than `max` bytes. */
raw_range gaz_data_name(const raw_facts *raw, const raw_definition *d, uint32_t max);

/** Adds what `a::b::{c, d as e, *}` imports, one for each leaf. @return false when out of memory */
GAZ_CHECKED bool gaz_collect_import_tree(raw_facts *raw, raw_import whole);
/** Whether a word of at least one byte is a keyword of C, or of C++. */
bool gaz_is_c_keyword(const char *word, size_t len, bool cpp);
/** Adds the identifiers of a macro's body as references. @return false when out of memory */
GAZ_CHECKED bool gaz_collect_tokens(raw_facts *raw, raw_range body, uint32_t line,
                                    uint16_t pattern);

#endif
