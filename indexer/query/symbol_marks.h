/* Definitions that a query is about: those whose names an atom over symbols matches, and those of
 * the words it looks for, which rank above mere uses. Private to the query module. */
#ifndef GAZ_QUERY_SYMBOL_MARKS_H
#define GAZ_QUERY_SYMBOL_MARKS_H

#include "plan.h"

#define MARK_POINTS_MAX 8 /* in halves of a point, as names_points() */

/* Finds the marks of a plan's segments. Symbols that cannot be read are noted as damage; too many
 * for the memory of a query are said in p->symbols_cut.
 * @return GAZ_E_TIMEOUT */
GAZ_CHECKED gaz_status marks_find(plan *p, world *w, size_t memory_max, int64_t deadline_us,
                                  gaz_error *err);
/* The marks of one file among those of its segment. */
const symbol_mark *marks_of(const plan *p, const symbol_mark_list *list, const scope_file *f,
                            size_t *count);
/* The facts of a file. GAZ_E_NOT_FOUND (without a message) when it has none. Threading: any thread.
 */
GAZ_CHECKED gaz_status marks_document(const plan *p, const scope_file *f,
                                      gaz_symbol_segment **segment, uint32_t *document);
/* Whether text alone may tell of definitions in a file: it is a program, and its symbols are not
 * known. Threading: any thread. */
bool marks_text_knows(const plan *p, const scope_file *f);
/* Files of the scope whose language has symbols and which lack theirs. */
GAZ_CHECKED gaz_status marks_count_pending(const plan *p, world *w, uint64_t *count,
                                           gaz_error *err);
void marks_release(plan *p);

#endif
