/* Tree-sitter patterns a person wrote, run over a text: the search field `ts:`. */
#ifndef GAZ_SYMBOLS_TREE_PATTERN_H
#define GAZ_SYMBOLS_TREE_PATTERN_H

#include "gaz/symbols/symbols.h"

/** Bytes a pattern may have. */
#define GAZ_TREE_PATTERN_MAX 8192u

/** A compiled pattern of one language. Immutable: any number of threads may run it. */
typedef struct gaz_tree_pattern gaz_tree_pattern;

/**
 * Compiles a pattern in tree-sitter's query language, as
 * `(call_expression function: (identifier) @f (#eq? @f "memcpy"))`.
 * Predicates: #eq? #not-eq? #any-of? #not-any-of? #match? #not-match?.
 *
 * @param language  linguist id
 * @return GAZ_E_INVALID, with err->column at the fault (1-based, bytes), for a pattern that does
 *         not fit the grammar; GAZ_E_UNSUPPORTED for a language without grammar; GAZ_E_LIMIT for a
 *         pattern beyond GAZ_TREE_PATTERN_MAX
 */
GAZ_CHECKED gaz_status gaz_tree_pattern_compile(uint32_t language, const char *pattern, size_t len,
                                                gaz_tree_pattern **out, gaz_error *err);
void gaz_tree_pattern_free(gaz_tree_pattern *pattern);
uint32_t gaz_tree_pattern_language(const gaz_tree_pattern *pattern);

/**
 * Words every matching text holds: what #eq? asks of captures that are never absent, where the
 * pattern is one alone. A text search may leave out texts without them.
 * @param words  set to an array the pattern owns
 * @return how many; 0 says nothing
 */
size_t gaz_tree_pattern_words(const gaz_tree_pattern *pattern, const gaz_slice **words);

/** A part of a match. */
typedef struct gaz_tree_capture {
    gaz_slice name; /**< without '@'; owned by the pattern */
    gaz_span span;
} gaz_tree_capture;

typedef struct gaz_tree_match {
    gaz_span span; /**< the outermost node of the pattern */
    uint32_t first_capture, capture_count;
} gaz_tree_match;

typedef struct gaz_tree_matches {
    gaz_arena arena; /**< private */
    uint8_t outcome; /**< gaz_extract_outcome; TOO_MANY when there are more matches than asked */
    const gaz_tree_match *items; /**< by span.start, the longer first */
    uint32_t count;
    const gaz_tree_capture *captures;
    uint32_t capture_count;
} gaz_tree_matches;

void gaz_tree_matches_init(gaz_tree_matches *matches);
void gaz_tree_matches_release(gaz_tree_matches *matches);

/**
 * Runs a pattern over a text, within the extractor's limits.
 *
 * @param max  matches to give; 0 for as many as limits.facts
 * @param out  from gaz_tree_matches_init(); what it held before is forgotten
 * @return as gaz_extract()
 */
GAZ_CHECKED gaz_status gaz_tree_pattern_run(gaz_extractor *extractor,
                                            const gaz_tree_pattern *pattern, const char *text,
                                            size_t len, uint32_t max, gaz_tree_matches *out,
                                            gaz_error *err);

#endif
