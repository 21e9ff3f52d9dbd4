/* What an extractor holds: shared by extraction, highlighting and patterns. */
#ifndef GAZ_SYMBOLS_EXTRACTOR_PRIVATE_H
#define GAZ_SYMBOLS_EXTRACTOR_PRIVATE_H

#include "assemble.h"
#include "guarded_parse.h"

struct gaz_extractor {
    gaz_extract_limits limits;
    TSParser *parser;
    TSQueryCursor *cursor;
    assembly assembly;
    hidden_text hidden; /**< of the last text */
};

/** The failure of a request whose deadline has passed. */
gaz_status gaz_extractor_cancelled(gaz_error *err);

#endif
