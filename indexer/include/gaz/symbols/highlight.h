/* Colours for code: spans of a text with their class, from a language's highlights.scm. */
#ifndef GAZ_SYMBOLS_HIGHLIGHT_H
#define GAZ_SYMBOLS_HIGHLIGHT_H

#include "gaz/symbols/symbols.h"

/** What a span is. Names are those tree-sitter's themes use. */
typedef enum gaz_highlight_class {
    GAZ_HIGHLIGHT_ATTRIBUTE,
    GAZ_HIGHLIGHT_BOOLEAN,
    GAZ_HIGHLIGHT_COMMENT,
    GAZ_HIGHLIGHT_CONSTANT,
    GAZ_HIGHLIGHT_CONSTRUCTOR,
    GAZ_HIGHLIGHT_ESCAPE,
    GAZ_HIGHLIGHT_FUNCTION,
    GAZ_HIGHLIGHT_FUNCTION_BUILTIN,
    GAZ_HIGHLIGHT_KEYWORD,
    GAZ_HIGHLIGHT_LABEL,
    GAZ_HIGHLIGHT_MACRO,
    GAZ_HIGHLIGHT_MARKUP_HEADING,
    GAZ_HIGHLIGHT_MARKUP_LINK,
    GAZ_HIGHLIGHT_MARKUP_RAW,
    GAZ_HIGHLIGHT_MODULE,
    GAZ_HIGHLIGHT_NUMBER,
    GAZ_HIGHLIGHT_OPERATOR,
    GAZ_HIGHLIGHT_PARAMETER,
    GAZ_HIGHLIGHT_PROPERTY,
    GAZ_HIGHLIGHT_PUNCTUATION,
    GAZ_HIGHLIGHT_STRING,
    GAZ_HIGHLIGHT_STRING_SPECIAL,
    GAZ_HIGHLIGHT_TAG,
    GAZ_HIGHLIGHT_TYPE,
    GAZ_HIGHLIGHT_TYPE_BUILTIN,
    GAZ_HIGHLIGHT_VARIABLE_BUILTIN,
    GAZ_HIGHLIGHT_COUNT
} gaz_highlight_class;

/** "function.builtin", "keyword", … Static; NULL beyond the last. */
const char *gaz_highlight_class_name(unsigned class_id);

typedef struct gaz_highlight_span {
    uint32_t start, end; /**< bytes */
    uint8_t class_id;    /**< gaz_highlight_class */
} gaz_highlight_span;

typedef struct gaz_highlights {
    gaz_arena arena;                 /**< private */
    uint8_t outcome;                 /**< gaz_extract_outcome */
    const gaz_highlight_span *spans; /**< ascending, none overlaps another */
    uint32_t count;
} gaz_highlights;

void gaz_highlights_init(gaz_highlights *highlights);
void gaz_highlights_release(gaz_highlights *highlights);

/**
 * Colours part of a text. All of the text is parsed, whatever the part.
 *
 * @param language    linguist id; one without grammar gives no spans and GAZ_EXTRACT_NO_GRAMMAR
 * @param start, end  bytes of the part; spans that meet it are given whole
 * @param out         from gaz_highlights_init(); what it held before is forgotten
 * @return as gaz_extract()
 */
GAZ_CHECKED gaz_status gaz_highlight(gaz_extractor *extractor, uint32_t language, const char *text,
                                     size_t len, uint32_t start, uint32_t end, gaz_highlights *out,
                                     gaz_error *err);

#endif
