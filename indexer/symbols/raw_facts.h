/* What the matches of a query say, before names are given to scopes and definitions to containers.
 * Positions are bytes of the text; lines are 1-based. Kept from one text to the next. */
#ifndef GAZ_SYMBOLS_RAW_FACTS_H
#define GAZ_SYMBOLS_RAW_FACTS_H

#include <tree_sitter/api.h>
#include "gaz/base/strbuf.h"
#include "gaz/base/vec.h"
#include "gaz/symbols/symbols.h"

/** A part of the text. */
typedef struct raw_range {
    uint32_t start, end;
} raw_range;

/** Where a signature stops: before the body, but for a short value; at the end of the first line;
 * before any body. */
enum { STOP_VALUE, STOP_LINE, STOP_BODY };

typedef struct raw_definition {
    gaz_span span;
    gaz_span name_span;
    raw_range name;      /**< narrower than name_span for `A::f` */
    raw_range container; /**< empty: none is said */
    raw_range type;
    raw_range body;
    raw_range doc;
    uint32_t signature_start;
    uint32_t signature_end; /**< 0: before the body, see STOP_… */
    uint32_t pattern;       /**< lower ones win */
    uint32_t parent;        /**< index into the sorted list, or GAZ_NO_DEFINITION */
    uint32_t kept;          /**< index among facts, or GAZ_NO_DEFINITION when it is none */
    uint8_t kind, flags, visibility, depth;
    uint8_t level; /**< of a heading or a key, 1 for the highest; 0 for what has none */
    uint8_t stop;  /**< STOP_…: where its signature does */
} raw_definition;

typedef struct raw_reference {
    uint32_t start, end, line;
    raw_range qualifier;
    raw_range receiver_type; /**< when the pattern names it */
    uint16_t pattern;
    uint8_t role, flags, arity;
} raw_reference;

typedef struct raw_import {
    uint32_t start, line, pattern;
    raw_range path, name, alias;
    uint8_t kind, flags, level;
    bool joined; /**< `path` is a range of raw_facts.joined */
} raw_import;

/** A local name. */
typedef struct raw_local {
    raw_range name;
    raw_range type;
    raw_range value; /**< the expression it is given */
    uint8_t kind;    /**< LOCAL_HERE, … */
} raw_local;

typedef struct raw_scope {
    uint32_t start, end;
    uint32_t body; /**< where hoisted names begin to be seen: default values do not see them */
    uint8_t kind;  /**< SCOPE_BLOCK, … */
} raw_scope;

typedef struct raw_comment {
    uint32_t start, end, start_line, end_line;
} raw_comment;

/** `public:` in C++: what follows it in its class is public. */
typedef struct raw_label {
    uint32_t start;
    uint8_t visibility;
} raw_label;

/** Levels of keys an outline shows, and how many keys it shows at most. */
enum { KEY_LEVELS = 3, KEYS_MAX = 1000 };

/** The keys of JSON, YAML and the like that were met: see data_outline.c. */
typedef struct raw_keys {
    uint32_t ends[KEY_LEVELS]; /**< of the keys that are open, outer ones first */
    uint32_t open;
    uint32_t last;            /**< where the last of them begins */
    uint32_t met[KEY_LEVELS]; /**< keys of each level, also beyond the limit */
} raw_keys;

typedef struct raw_facts {
    const char *text;
    uint32_t len;
    raw_keys keys;
    GAZ_VEC(raw_definition) definitions;
    GAZ_VEC(raw_reference) references;
    GAZ_VEC(raw_import) imports;
    GAZ_VEC(raw_local) locals;
    GAZ_VEC(raw_scope) scopes;
    GAZ_VEC(raw_comment) comments;
    GAZ_VEC(raw_comment) attributes; /**< that stand before what they belong to */
    GAZ_VEC(raw_range) docs;
    GAZ_VEC(raw_label) labels;
    GAZ_VEC(raw_range) exports;
    GAZ_VEC(raw_range) paths; /**< of imports: names in them are no references */
    gaz_strbuf joined;        /**< paths that are not written in one piece */
    bool cpp;                 /**< the text is C++ */
    bool is_module;           /**< it imports or exports something */
} raw_facts;

void gaz_raw_facts_init(raw_facts *raw);
void gaz_raw_facts_release(raw_facts *raw);
/** Empties all lists, keeps their memory unless it is much. */
void gaz_raw_facts_reset(raw_facts *raw, const char *text, uint32_t len);

/** Puts scopes in order of where they begin, outer ones first. */
void gaz_raw_facts_sort_scopes(raw_facts *raw);

/** Whether a kind is part of a text that is no program: sections, keys, rules, tables, … */
static inline bool kind_is_data(unsigned kind)
{
    return kind >= GAZ_SYMBOL_SECTION && kind <= GAZ_SYMBOL_BLOCK;
}

static inline raw_range range_of(TSNode node)
{
    return (raw_range){ts_node_start_byte(node), ts_node_end_byte(node)};
}

static inline uint32_t range_len(raw_range range)
{
    return range.end - range.start;
}

#endif
