/* The rows of grammars/languages.def, and their compiled queries. */
#ifndef GAZ_SYMBOLS_LANGUAGE_TABLE_H
#define GAZ_SYMBOLS_LANGUAGE_TABLE_H

#include "gaz/symbols/symbols.h"
#include "language_style.h"
#include "query_program.h"

typedef struct language_row {
    uint32_t id; /**< linguist's */
    const char *name;
    const TSLanguage *(*grammar)(void);
    const char *folder; /**< below grammars/queries */
    gaz_symbols_support support;
    style_id style;
} language_row;

/** The row of a language, or NULL. Static. */
const language_row *gaz_language_row(uint32_t id);
/**
 * A language's queries, compiled at the first call and kept as long as the process.
 * Safe from any thread.
 */
GAZ_CHECKED gaz_status gaz_language_program(const language_row *row, query_part part,
                                            const query_program **out, gaz_error *err);

#endif
