/* What the files of the query parser share: the reader (parse_read.c), the fields (parse_fields.c),
 * the grammar (parse_query.c). */
#ifndef GAZ_QUERY_PARSE_INTERNAL_H
#define GAZ_QUERY_PARSE_INTERNAL_H

#include <stdbool.h>
#include "gaz/query/parse.h"

#define GAZ_QUERY_COUNT_MAX 100000
#define GAZ_QUERY_TIMEOUT_MAX_MS (60 * 60 * 1000)

/** How a value was written. */
typedef enum gaz_value_form { GAZ_FORM_BARE, GAZ_FORM_QUOTED, GAZ_FORM_REGEX } gaz_value_form;

/** A value read from the query, escapes undone. */
typedef struct gaz_query_value {
    gaz_value_form form;
    const char *text; /**< NUL-terminated, in the arena */
    size_t len;
    size_t column;           /**< of its first byte, inside quotes and slashes */
    const uint16_t *columns; /**< len+1 */
} gaz_query_value;

/** One parse. Lives on the stack of gaz_query_parse(). */
typedef struct gaz_query_parser {
    const char *text;
    size_t len, at; /**< `at`: 0-based, next byte to read */
    gaz_arena *arena;
    gaz_query *query;     /**< settings go here */
    unsigned depth;       /**< groups and negations open */
    bool alternatives;    /**< the whole query is an `or` */
    size_t first_setting; /**< column of the first setting; 0 none */
    const char *first_setting_name;
    size_t select_column;           /**< of the value of select:; 0 not given */
    unsigned settings_given;        /**< bits, in order of the field table */
    bool bare_regex;                /**< patterntype:regexp */
    bool bare[GAZ_QUERY_ATOMS_MAX]; /**< the atom is a bare word, so patterntype: decides */
    gaz_atom *atoms[GAZ_QUERY_ATOMS_MAX];
    gaz_error *err;
} gaz_query_parser;

/** Records GAZ_E_INVALID (or another status) at a 1-based column. */
gaz_status gaz_query_fail(gaz_query_parser *p, gaz_status status, size_t column, const char *format,
                          ...) GAZ_PRINTF(4, 5);

/* ---- reading ---- */

bool gaz_query_space(char c);
/** Steps over white space: space, tab, CR, LF. */
void gaz_query_skip(gaz_query_parser *p);
/** Reads a value in any of its three forms. An empty one is an error. */
GAZ_CHECKED gaz_status gaz_query_read(gaz_query_parser *p, gaz_query_value *out);
/** A regular expression written bare gets what /…/ gets: `\/` undone, a lone final backslash
 * refused. Works in place. */
GAZ_CHECKED gaz_status gaz_query_tidy_regex(gaz_query_parser *p, gaz_atom *atom);

/* ---- fields ---- */

/** What stands before the colon at `p->at`, or NULL when this is no field (`a::b`, `http://`,
 * `x:=1`, `10:30`). Unknown fields fail. */
typedef struct gaz_query_field gaz_query_field;
GAZ_CHECKED gaz_status gaz_query_field_at(gaz_query_parser *p, const gaz_query_field **out);
/** Refuses a setting that is negated, nested, or beside `or`. */
gaz_status gaz_query_setting_misplaced(gaz_query_parser *p, const char *name, size_t column,
                                       const char *where);
/** Reads field, colon and value. A setting changes p->query and gives *out NULL; an atom is added
 * to p->atoms. @param negated  `-` or `not` stands right before */
GAZ_CHECKED gaz_status gaz_query_field_parse(gaz_query_parser *p, const gaz_query_field *field,
                                             bool negated, gaz_atom **out);
/** Reads a bare, quoted or regex text. */
GAZ_CHECKED gaz_status gaz_query_text_parse(gaz_query_parser *p, gaz_atom **out);
/** The long name of an atom's field. Static. */
const char *gaz_query_field_name(gaz_field kind);
/** The word behind `generated:`, `type:` and so on, for the canonical text. */
const char *gaz_query_type_name(gaz_result_type type);

#endif
