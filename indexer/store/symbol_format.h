/* The bytes of symbol segments, as docs/FORMAT.md has them. Private to the store. */
#ifndef GAZ_STORE_SYMBOL_FORMAT_H
#define GAZ_STORE_SYMBOL_FORMAT_H

#include "gaz/base/varint.h"
#include "gaz/base/vec.h"
#include "gaz/store/symbol_facts.h"

enum {
    SYMBOL_META,
    SYMBOL_DOCS,
    SYMBOL_ORDER,
    SYMBOL_RECORDS,
    SYMBOL_NAMES,
    SYMBOL_NAME_BLOCKS,
    SYMBOL_POSTINGS,
    SYMBOL_GRAMS,
    SYMBOL_GRAM_POSTINGS,
    SYMBOL_DATABASE
};

#define SYMBOL_META_BYTES 40 /* before the pairs of kind and flags */
#define SYMBOL_PAIRS_MAX 255 /* codes of pairs; 255 itself says that the pair follows */
#define SYMBOL_DOC_BYTES 64
#define SYMBOL_BLOCK_NAMES 16 /* names of one block of the dictionary */
#define SYMBOL_NAME_BLOCK_BYTES 16
#define SYMBOL_BAND_BLOCKS 4 /* blocks under one entry of a gram's list */
#define SYMBOL_GRAM_BYTES 12
#define SYMBOL_DEFS_RESTART 64 /* definitions of a document that are decoded together */

#define SYMBOL_FLAG_ERRORS 1u

/* What a definition of a record has beside what all have. */
enum {
    DEF_LINES = 1 << 0,     /* ends on another line than it begins */
    DEF_NAME_LEN = 1 << 1,  /* its name's place is not as long as its name */
    DEF_NAME_LINE = 1 << 2, /* its name stands on another line than it begins */
    DEF_BODY = 1 << 3,
    DEF_CONTAINER = 1 << 4,
    DEF_CONTAINER_NAME = 1 << 5,
    DEF_SIGNATURE = 6, /* shifts of the forms of texts, three bits each */
    DEF_TYPE = 9,
    DEF_DOC = 12,
    DEF_FORM = 7
};

/* Forms of texts: a place; bytes of its own; a place whose blanks are folded; all that the
 * definition covers, and that with its blanks folded. A reference's qualifier has the first three.
 */
enum { TEXT_NONE, TEXT_PLACE, TEXT_OWN, TEXT_FOLDED, TEXT_SPAN, TEXT_FOLDED_SPAN };

/* Bits of a reference beside its role and flags. */
enum {
    REF_LINE = 0x03, /* lines beyond the one before; 3: it follows */
    REF_ENCLOSING = 0x04,
    REF_ARITY = 0x08,
    REF_RECEIVER = 0x10,
    REF_QUALIFIER = 5 /* shift of the qualifier's form */
};

static inline uint64_t symbol_zigzag(int64_t v)
{
    return ((uint64_t)v << 1) ^ (uint64_t)(v >> 63);
}
static inline int64_t symbol_unzigzag(uint64_t v)
{
    return (int64_t)(v >> 1) ^ -(int64_t)(v & 1);
}

/* Words of one string, for the word index: at non-letters and at changes of case, in lower case,
 * each with a blank behind it; ASCII folding only. Appended. */
void symbol_split_words(const char *text, size_t len, gaz_strbuf *out);

/* Whether facts keep the rules of the header. */
GAZ_CHECKED gaz_status symbol_facts_check(const gaz_symbol_facts *facts, size_t text_len,
                                          gaz_error *err);
/* Calls with each string of facts that is kept by name, in the order records hold them. */
typedef GAZ_CHECKED gaz_status (*symbol_string_visit)(void *ctx, const gaz_symbol_name *name,
                                                      gaz_error *err);
GAZ_CHECKED gaz_status symbol_strings_each(const gaz_symbol_facts *facts, symbol_string_visit visit,
                                           void *ctx, gaz_error *err);
/* Appends the parts of a record behind its names. */
GAZ_CHECKED gaz_status symbol_record_encode(const gaz_symbol_facts *facts, const uint32_t *local,
                                            gaz_strbuf *out, gaz_error *err);

/* A record to be decoded. */
typedef struct symbol_record {
    const uint8_t *names, *names_end; /* ranks: the first, then differences */
    uint32_t name_count;
    const uint8_t *defs, *defs_end, *refs, *refs_end, *imports, *imports_end;
    gaz_symbol_document document;
} symbol_record;

/* Finds the parts of a record. */
GAZ_CHECKED gaz_status symbol_record_open(const uint8_t *at, size_t len, symbol_record *out,
                                          gaz_error *err);
/* Gives the name of a place among a record's names; the bytes live in the caller's arena. */
typedef GAZ_CHECKED gaz_status (*symbol_name_of)(void *ctx, uint32_t local, gaz_symbol_name *out,
                                                 gaz_error *err);
typedef struct symbol_decoding {
    const symbol_record *record;
    symbol_name_of name_of;
    void *ctx;
    gaz_arena *arena;
    /* Definitions before this one are only passed over: they come without texts, for the lengths of
     * their names stand the names' places in the record (the container's and 1; 0: none), and the
     * name's end is 0 where only its name tells it. */
    uint32_t named;
} symbol_decoding;
/* Definitions [first, first + count), of which the first begins a run of SYMBOL_DEFS_RESTART. The
 * depth of each is left 0. */
GAZ_CHECKED gaz_status symbol_decode_definitions(const symbol_decoding *d, uint32_t first,
                                                 uint32_t count, gaz_symbol_definition *out,
                                                 gaz_error *err);
/* @param only  a place among the names: others are passed over; GAZ_SYMBOL_NONE: all
 * @param count  gets how many there are */
GAZ_CHECKED gaz_status symbol_decode_references(const symbol_decoding *d, uint32_t only,
                                                gaz_symbol_reference *out, uint32_t *count,
                                                gaz_error *err);
GAZ_CHECKED gaz_status symbol_decode_imports(const symbol_decoding *d, gaz_symbol_import *out,
                                             gaz_error *err);

#endif
