/* Parsing under limits: size, nesting, nodes, memory and time. */
#ifndef GAZ_SYMBOLS_GUARDED_PARSE_H
#define GAZ_SYMBOLS_GUARDED_PARSE_H

#include "gaz/symbols/symbols.h"
#include "hidden_text.h"
#include "language_table.h"

/** Limits with nothing left out, and the clock of one extraction. */
typedef struct parse_guard {
    gaz_extract_limits limits;
    int64_t until;                      /**< monotonic instant this extraction must end by */
    size_t memory_at;                   /**< what the thread's parser held when it began */
    uint8_t outcome;                    /**< gaz_extract_outcome; why it was stopped */
    bool cancelled;                     /**< limits.deadline has passed */
    TSQueryCursorOptions query_options; /**< private: the cursor keeps a pointer to it */
} parse_guard;

/** Takes over the allocation of tree-sitter, once per process. */
void gaz_parse_allocator_install(void);
/** Fills in defaults. @param limits  nullable */
gaz_extract_limits gaz_extract_limits_or_default(const gaz_extract_limits *limits);
/** Starts the clock. */
void gaz_parse_guard_begin(parse_guard *guard, const gaz_extract_limits *limits);
/** Whether to stop; sets guard->outcome or guard->cancelled then. Cheap enough to be called often.
 */
bool gaz_parse_guard_stops(parse_guard *guard);

/**
 * Parses a text.
 * @param hidden  nullable: gets what the parser was not shown
 * @return the tree, to be deleted by the caller; NULL when guard->outcome or guard->cancelled says
 *         why there is none
 */
TSTree *gaz_parse_guarded(TSParser *parser, const language_row *row, const char *text, size_t len,
                          parse_guard *guard, hidden_text *hidden);
/** Begins matching under the same guard. */
void gaz_query_guarded(TSQueryCursor *cursor, const TSQuery *query, TSNode root,
                       parse_guard *guard);

#endif
