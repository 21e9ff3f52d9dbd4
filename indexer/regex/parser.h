/* What the two halves of the parser share: the cursor, the flags, and how errors are told. */
#ifndef GAZ_REGEX_PARSER_H
#define GAZ_REGEX_PARSER_H

#include "syntax.h"

typedef struct gaz_flags {
    bool fold, lines, dot_all, swap_greed, unicode, spaces;
} gaz_flags;

typedef struct gaz_parser {
    const char *text, *at, *end;
    gaz_flags flags;
    gaz_syntax_options options;
    gaz_arena *arena;
    gaz_syntax_facts *facts;
    size_t nodes;
    unsigned depth;
    gaz_error *err;
} gaz_parser;

/** A scalar as written: `\xHH` may mean a byte. */
typedef struct gaz_written {
    uint32_t scalar;
    bool byte; /**< written as \xHH */
    const char *from;
} gaz_written;

typedef enum gaz_primitive_kind {
    GAZ_PRIM_SCALAR,
    GAZ_PRIM_PERL,
    GAZ_PRIM_PROPERTY,
    GAZ_PRIM_ASSERT
} gaz_primitive_kind;
typedef struct gaz_primitive {
    gaz_primitive_kind kind;
    gaz_written lit;
    char perl; /**< PERL: one of dswDSW */
    gaz_node_kind assertion;
    const char *name, *value; /**< PROPERTY */
    size_t name_len, value_len;
    bool negated;
} gaz_primitive;

/** Records a syntax error at `at` and returns false. */
bool gaz_parser_fail(gaz_parser *p, const char *at, gaz_status status, const char *format, ...)
    GAZ_PRINTF(4, 5);
bool gaz_parser_done(const gaz_parser *p);
/** The scalar at the cursor; 0 at the end (ask gaz_parser_done() first). */
uint32_t gaz_parser_peek(const gaz_parser *p);
void gaz_parser_bump(gaz_parser *p);
/** In (?x), steps over white space and comments. */
void gaz_parser_bump_space(gaz_parser *p);
/** Steps over one scalar and then white space; false at the end. */
bool gaz_parser_step(gaz_parser *p);
bool gaz_parser_space(uint32_t scalar);

/** At a backslash: reads the escape. */
bool gaz_parser_escape(gaz_parser *p, gaz_primitive *out);
/** At '[': reads a class into `out` (scalars, or bytes when Unicode is off). */
bool gaz_parser_class(gaz_parser *p, gaz_charset *out);
/** Adds the set of \d, \w, \pL … to `out`. */
bool gaz_parser_add_perl(gaz_parser *p, char name, gaz_charset *out);
bool gaz_parser_add_property(gaz_parser *p, const gaz_primitive *prim, gaz_charset *out);
/** Notes a literal for smart case. */
void gaz_parser_note(gaz_parser *p, uint32_t scalar);

#endif
