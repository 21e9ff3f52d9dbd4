/* The regex syntax tree, and the two parsers that make it. */
#ifndef GAZ_REGEX_SYNTAX_H
#define GAZ_REGEX_SYNTAX_H

#include "charset.h"
#include "gaz/base/arena.h"

#define GAZ_SYNTAX_NEST_MAX 250 /**< as ripgrep's */
#define GAZ_SYNTAX_REPEAT_MAX                                                                      \
    100000u /**< the largest count in {n,m}; beyond it the compiled form is too large anyway */
#define GAZ_SYNTAX_NODES_MAX 20000
#define GAZ_REPEAT_INFINITE UINT32_MAX

typedef enum gaz_node_kind {
    GAZ_NODE_EMPTY,
    GAZ_NODE_SCALAR, /**< one scalar value */
    GAZ_NODE_SET,    /**< one scalar value of a set */
    GAZ_NODE_BYTES,  /**< one byte of a set that holds bytes from 0x80 up: (?-u) */
    GAZ_NODE_CONCAT,
    GAZ_NODE_ALTERNATE,
    GAZ_NODE_REPEAT,
    GAZ_NODE_LINE_START, /**< ^ */
    GAZ_NODE_LINE_END,   /**< $: before "\n" or "\r\n", or at the end */
    GAZ_NODE_TEXT_START, /**< \A, or ^ under (?-m) */
    GAZ_NODE_TEXT_END,   /**< \z, or $ under (?-m) */
    GAZ_NODE_WORD,       /**< \b */
    GAZ_NODE_NOT_WORD,   /**< \B */
    GAZ_NODE_WORD_ASCII, /**< (?-u:\b) */
    GAZ_NODE_NOT_WORD_ASCII
} gaz_node_kind;

typedef struct gaz_node {
    gaz_node_kind kind;
    bool lazy; /**< REPEAT */
    uint16_t depth;
    uint32_t min, max;       /**< REPEAT; max may be GAZ_REPEAT_INFINITE */
    uint32_t scalar;         /**< SCALAR */
    const gaz_span32 *spans; /**< SET, BYTES */
    size_t span_count;
    struct gaz_node **kids; /**< CONCAT, ALTERNATE: any number; REPEAT: one */
    size_t count;
} gaz_node;

typedef struct gaz_syntax_options {
    bool fold;      /**< the initial state of (?i) */
    bool lines;     /**< ^ and $ match at lines; false: at the subject's ends */
    bool multiline; /**< "\n" may be matched; otherwise CR and LF leave every class, and as literals
                       are errors */
} gaz_syntax_options;

/** What ripgrep's smart case asks of a pattern. */
typedef struct gaz_syntax_facts {
    bool any_literal, any_uppercase;
    bool newline_literal; /**< a literal "\n", written out or escaped */
    bool dot_all;         /**< (?s) was set somewhere */
} gaz_syntax_facts;

/**
 * Parses the syntax of regex-syntax 0.6.27 as ripgrep 13 uses it.
 *
 * @param arena  holds the tree
 * @return GAZ_E_INVALID with err->column, GAZ_E_LIMIT when it is too deep or too large
 */
GAZ_CHECKED gaz_status gaz_syntax_parse(const char *source, size_t len,
                                        const gaz_syntax_options *options, gaz_arena *arena,
                                        gaz_node **out, gaz_syntax_facts *facts, gaz_error *err);
/**
 * What must hold of a text for a Perl pattern to match it: look-around dropped, back-references
 * widened, classes enlarged to be sure. GAZ_NODE_EMPTY when it uses something this parser does not
 * know; never a syntax error, PCRE2 reports those.
 */
GAZ_CHECKED gaz_status gaz_syntax_parse_perl(const char *source, size_t len,
                                             const gaz_syntax_options *options, gaz_arena *arena,
                                             gaz_node **out, gaz_error *err);
/** Whether the pattern has look-around or back-references, so that ripgrep would need -P. */
bool gaz_syntax_wants_perl(const char *source, size_t len);
/** The tree of a literal: its scalars, and its bad bytes as bytes. */
GAZ_CHECKED gaz_status gaz_syntax_literal(const char *text, size_t len, bool fold, gaz_arena *arena,
                                          gaz_node **out, gaz_syntax_facts *facts, gaz_error *err);

/* Building nodes; NULL when the arena is at its end. */
gaz_node *gaz_node_new(gaz_arena *arena, gaz_node_kind kind);
gaz_node *gaz_node_scalar(gaz_arena *arena, uint32_t scalar);
/** Copies the set; one scalar becomes a SCALAR. */
gaz_node *gaz_node_set(gaz_arena *arena, const gaz_charset *set);
gaz_node *gaz_node_bytes(gaz_arena *arena, const gaz_charset *set);
/** Takes `kids` (in the arena); one kid stands for itself. */
gaz_node *gaz_node_list(gaz_arena *arena, gaz_node_kind kind, gaz_node **kids, size_t count);
gaz_node *gaz_node_repeat(gaz_arena *arena, gaz_node *kid, uint32_t min, uint32_t max, bool lazy);
/** Whether the tree can match the empty string wherever it stands (assertions do not count as
 * empty). */
bool gaz_node_nullable(const gaz_node *n);
/** Whether the scalar is upper-case (property Uppercase). */
bool gaz_scalar_upper(uint32_t scalar);

#endif
