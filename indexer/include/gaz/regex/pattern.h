/* Text patterns: what to find in a text, compiled for scanning and for asking the index.
 *
 * A literal means its bytes. A regular expression means what ripgrep 13 means by it with `--crlf
 * -a`; with `-U` when it contains \n or (?s); with `-P` when it has lookaround or back-references.
 * See docs/internals/regex.md. */
#ifndef GAZ_REGEX_PATTERN_H
#define GAZ_REGEX_PATTERN_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/arena.h"
#include "gaz/base/status.h"

#define GAZ_PATTERN_MAX 4096 /**< bytes of a pattern's source */

typedef enum gaz_case { GAZ_CASE_SENSITIVE, GAZ_CASE_INSENSITIVE, GAZ_CASE_AUTO } gaz_case;

typedef struct gaz_pattern_options {
    bool literal;  /**< the source is the text itself */
    gaz_case fold; /**< AUTO: insensitive unless the source holds an upper-case letter (ripgrep's
                      smart case) */
    bool path; /**< the subject is a path or a name: no line semantics, `^` and `$` are its ends, no
                  n-grams */
    size_t memory_max; /**< bytes the compiled form may take; 0: 64 MiB */
} gaz_pattern_options;

/** Immutable once compiled. Threading: shared by any number of threads, each with a matcher of its
 * own. */
typedef struct gaz_pattern gaz_pattern;
/** A thread's scratch for one pattern. */
typedef struct gaz_matcher gaz_matcher;

/**
 * @param source  borrowed for the call; at most GAZ_PATTERN_MAX bytes
 * @return GAZ_E_INVALID with err->column (1-based byte in source) for bad syntax; GAZ_E_LIMIT when
 * it is too large
 */
GAZ_CHECKED gaz_status gaz_pattern_compile(const char *source, size_t len,
                                           const gaz_pattern_options *options, gaz_pattern **out,
                                           gaz_error *err);
void gaz_pattern_free(gaz_pattern *p);
/** Bytes the compiled form takes: scanners, programs, syntax tree. */
size_t gaz_pattern_bytes(const gaz_pattern *p);
GAZ_CHECKED gaz_status gaz_matcher_new(const gaz_pattern *p, gaz_matcher **out, gaz_error *err);
void gaz_matcher_free(gaz_matcher *m);

/** Whether a match may span lines: the text must then be given whole (a document, not a chunk of
 * it). */
bool gaz_pattern_multiline(const gaz_pattern *p);
/** Whether the pattern folds case after AUTO was decided. */
bool gaz_pattern_folds(const gaz_pattern *p);
/** "literal", "literal+pcre2", "hyperscan", "hyperscan+pcre2" or "pcre2": which machine scans, and
 * whether lines are looked at again; for explain. Static.
 */
const char *gaz_pattern_engine(const gaz_pattern *p);

/* In a gram's literal: here a word begins or ends, or both sides are no part of one; no character
 * of the text. The byte is in no UTF-8. */
#define GAZ_GRAM_EDGE '\xFF'

/* What a matching text must hold: a tree over folded literals (gaz_fold_text), for the index. */
typedef enum gaz_gram_kind {
    GAZ_GRAM_ANY,     /**< no requirement */
    GAZ_GRAM_LITERAL, /**< the folded text holds `text`; where that has a GAZ_GRAM_EDGE, not both
                         neighbours are ASCII letters, digits or '_' */
    GAZ_GRAM_AND,
    GAZ_GRAM_OR
} gaz_gram_kind;

typedef struct gaz_gram {
    gaz_gram_kind kind;
    const char *text;             /**< LITERAL: folded bytes, never holding '\n' */
    size_t len;                   /**< LITERAL: at least 1, not counting edges */
    const struct gaz_gram **kids; /**< AND, OR */
    size_t count;
} gaz_gram;

/** The requirement, allocated in `arena`; never NULL on success. Over-approximates: a text without
 * it cannot match. At most 256 nodes. */
GAZ_CHECKED gaz_status gaz_pattern_grams(const gaz_pattern *p, gaz_arena *arena,
                                         const gaz_gram **out, gaz_error *err);

/* What is known of a text, so that the exact machine can be chosen. */
enum {
    GAZ_TEXT_ASCII = 1, /**< all bytes below 0x80 */
    GAZ_TEXT_VALID = 2, /**< valid UTF-8 */
    GAZ_TEXT_CR = 4     /**< holds a CR somewhere */
};

/** A matching line: [start, end) excludes the line's "\n". */
typedef struct gaz_line {
    size_t start, end;
    size_t match;    /**< where a match in it begins, for patterns whose engine is "literal";
                        SIZE_MAX where that is not known */
    uint32_t number; /**< 0-based within the text given; 0 when `unnumbered` */
} gaz_line;
/** @return false to stop */
typedef bool (*gaz_line_visit)(void *ctx, const gaz_line *line);

typedef struct gaz_scan {
    const char *text; /**< need not be NUL-terminated; may hold NULs; whole lines unless the pattern
                         is multi-line */
    size_t len;
    unsigned flags;      /**< GAZ_TEXT_* */
    bool unnumbered;     /**< nobody wants to know the numbers of lines: counting them takes time */
    int64_t deadline_us; /**< gaz_now_us() clock; GAZ_NEVER */
} gaz_scan;

/**
 * Visits each line that holds a part of a match, ascending, once. (A multi-line match touches
 * several.) A final line without "\n" counts; after a final "\n" there is no further line.
 *
 * @return GAZ_OK (also when the visitor stopped it), GAZ_E_TIMEOUT, or GAZ_E_LIMIT when a match
 * limit was met
 */
GAZ_CHECKED gaz_status gaz_matcher_lines(gaz_matcher *m, const gaz_scan *scan, gaz_line_visit visit,
                                         void *ctx, gaz_error *err);
/** Whether anything matches. The same as gaz_matcher_lines() that stops at the first, but faster.
 */
GAZ_CHECKED gaz_status gaz_matcher_test(gaz_matcher *m, const gaz_scan *scan, bool *found,
                                        gaz_error *err);

typedef struct gaz_range {
    size_t start, end; /**< bytes in the text given */
} gaz_range;
/**
 * The exact, leftmost, non-overlapping matches in one matching line (for a multi-line pattern: in
 * the whole text, cut to [from, to)). Empty matches are left out when there are others. The matches
 * of a multi-line pattern are kept from call to call: a text whose bytes changed in place must be
 * given to gaz_matcher_lines() first.
 * @param from, to  the line within scan->text
 * @param max       room in `out`
 */
GAZ_CHECKED gaz_status gaz_matcher_spans(gaz_matcher *m, const gaz_scan *scan, size_t from,
                                         size_t to, gaz_range *out, size_t max, size_t *count,
                                         gaz_error *err);

#endif
