/* Parsing what people ask about now: colours of a file, tree-sitter patterns over the candidates of
 * a search. Grammars are other people's code and texts are hostile, so it happens in processes of
 * its own (gaz-parse): one that crashes or hangs costs the text it was given, and is started again.
 */
#ifndef GAZ_PIPELINE_PARSE_POOL_H
#define GAZ_PIPELINE_PARSE_POOL_H

#include "gaz/symbols/highlight.h"
#include "gaz/symbols/tree_pattern.h"

/** Bytes of a text that is parsed on request. */
#define GAZ_PARSE_TEXT_MAX (8u << 20)

/** A pool of parsing processes, started when they are needed. Threading: any thread. */
typedef struct gaz_parse_pool gaz_parse_pool;

/** @param program  path of gaz-parse; NULL: beside this program @param max  processes, 1 to 64 */
GAZ_CHECKED gaz_status gaz_parse_pool_new(const char *program, unsigned max, gaz_parse_pool **out,
                                          gaz_error *err);
/** Ends its processes. No other call may be under way. */
void gaz_parse_pool_free(gaz_parse_pool *pool);

/**
 * Colours part of a text: gaz_highlight() in another process.
 * @param out  from gaz_highlights_init(); what it held before is forgotten
 * @return GAZ_E_LIMIT over GAZ_PARSE_TEXT_MAX; GAZ_E_TIMEOUT; GAZ_E_REMOTE when the process died of
 *         it; GAZ_E_IO, GAZ_E_NOMEM
 */
GAZ_CHECKED gaz_status gaz_parse_highlight(gaz_parse_pool *pool, uint32_t language,
                                           const char *text, size_t len, uint32_t start,
                                           uint32_t end, int64_t deadline_us, gaz_highlights *out,
                                           gaz_error *err);

/** A pattern and the language of the texts it is run over. */
typedef struct gaz_parse_pattern {
    uint32_t language;
    const char *pattern;
    size_t len; /**< at most GAZ_TREE_PATTERN_MAX */
} gaz_parse_pattern;

/**
 * Runs a pattern over a text: gaz_tree_pattern_run() in another process. A process keeps the
 * pattern it compiled last.
 * @param max  matches to give; 0 for as many as the limits allow
 * @param out  from gaz_tree_matches_init(); names of captures are in its arena
 * @return as gaz_parse_highlight(), and GAZ_E_INVALID with err->column, GAZ_E_UNSUPPORTED for a
 *         pattern that does not compile
 */
GAZ_CHECKED gaz_status gaz_parse_match(gaz_parse_pool *pool, const gaz_parse_pattern *pattern,
                                       const char *text, size_t len, uint32_t max,
                                       int64_t deadline_us, gaz_tree_matches *out, gaz_error *err);

#endif
