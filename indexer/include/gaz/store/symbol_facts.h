/* Symbol segments: write-once files that hold what documents define, refer to and import. Bytes:
 * docs/FORMAT.md; why they are so: docs/internals/symbol-segments.md.
 *
 * Facts are per document, which here is a blob read in one language by one version of its
 * extractor. This module stores and finds them and does not know what kinds, roles, flags and
 * outcomes mean: their numbers are those of gaz/symbols/symbols.h, which says what each field is.
 *
 * Most texts of facts stand in the document's own text and are kept as places in it: whoever wants
 * to show one needs the document's text (gaz/text/segment.h). */
#ifndef GAZ_STORE_SYMBOL_FACTS_H
#define GAZ_STORE_SYMBOL_FACTS_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/arena.h"
#include "gaz/base/hash.h"
#include "gaz/base/sealed.h"
#include "gaz/base/strbuf.h"

#define GAZ_SYMBOL_SEGMENT_KIND "SYMB"
#define GAZ_SYMBOL_SEGMENT_VERSION 1
#define GAZ_SYMBOL_NAME_MAX 1024u        /**< bytes of a name; longer ones are cut */
#define GAZ_SYMBOL_TEXT_MAX 4096u        /**< bytes of a text kept as itself; longer ones are cut */
#define GAZ_SYMBOL_FACTS_MAX (4u << 20)  /**< of one document, of each sort */
#define GAZ_SYMBOL_DOCS_MAX (1u << 24)   /**< of one segment */
#define GAZ_SYMBOL_NONE UINT32_MAX       /**< no definition, no file */
#define GAZ_SYMBOL_NOWHERE UINT32_MAX    /**< the text does not stand in the document */
#define GAZ_SYMBOL_OUTCOME_BROKEN 0xFEu  /**< its facts broke the rules below */
#define GAZ_SYMBOL_OUTCOME_CRASHED 0xFFu /**< reading it ended the process; not an extractor's */

/** A text of a fact. */
typedef struct gaz_symbol_text {
    uint32_t start;   /**< byte of the document's text where it stands, or GAZ_SYMBOL_NOWHERE */
    uint32_t len;     /**< bytes; 0: there is none */
    bool folded;      /**< it is that place as gaz_symbol_fold() gives it */
    const char *data; /**< the bytes when it stands nowhere; else NULL */
} gaz_symbol_text;

/** Appends a text with each run of blanks as one, and none at its ends. A blank is a space, a tab,
 * a line end, a form feed, a vertical tab, or a backslash before a line end. */
void gaz_symbol_fold(const char *text, size_t len, gaz_strbuf *out);

/** Not NUL-terminated. */
typedef struct gaz_symbol_name {
    const char *data;
    uint32_t len;
} gaz_symbol_name;

typedef struct gaz_symbol_definition {
    uint8_t kind, visibility, flags;
    uint8_t depth;      /**< containers above it; on writing it is not looked at */
    uint32_t container; /**< index of the enclosing definition, below its own; or none */
    gaz_symbol_name name, container_name;
    gaz_symbol_text signature, type, doc;
    uint32_t start, end; /**< bytes */
    uint32_t start_line, end_line;
    uint32_t name_start, name_end, name_line;
    uint32_t body_start, body_end; /**< equal: it has none */
} gaz_symbol_definition;

typedef struct gaz_symbol_reference {
    uint8_t role, flags, arity;
    uint32_t start, line;
    uint32_t enclosing; /**< index of a definition, or none */
    gaz_symbol_name name, receiver_type;
    gaz_symbol_text qualifier;
} gaz_symbol_reference;

typedef struct gaz_symbol_import {
    uint8_t kind, flags, level;
    uint32_t start, line;
    uint32_t enclosing;
    gaz_symbol_name path, name, alias;
} gaz_symbol_import;

/** What identifies facts. */
typedef struct gaz_symbol_key {
    gaz_oid oid;
    uint32_t language;
} gaz_symbol_key;

/** All facts of a document. On writing the caller's; on reading in an arena. */
typedef struct gaz_symbol_facts {
    gaz_symbol_key key;
    uint64_t fingerprint;                     /**< of the extractor */
    uint8_t outcome;                          /**< 0: all of it; else why there may be more */
    bool has_errors;                          /**< the text does not fit the grammar everywhere */
    const gaz_symbol_definition *definitions; /**< by start, containers before their contents */
    const gaz_symbol_reference *references;   /**< by start */
    const gaz_symbol_import *imports;         /**< by start */
    uint32_t definition_count, reference_count, import_count;
} gaz_symbol_facts;

/** What is known of a document without decoding its facts. */
typedef struct gaz_symbol_document {
    gaz_symbol_key key;
    uint64_t fingerprint;
    uint8_t outcome;
    bool has_errors;
    uint32_t definitions, references, imports;
} gaz_symbol_document;

/* ---- writing ---- */

/** Builds one segment: facts are spilled to a file beside it, names are held in memory. Not shared
 * between threads. */
typedef struct gaz_symbol_writer gaz_symbol_writer;
/** @param path  temporary name of the file; others are made beside it and removed again */
GAZ_CHECKED gaz_status gaz_symbol_writer_open(const char *path, gaz_symbol_writer **out,
                                              gaz_error *err);
void gaz_symbol_writer_close(gaz_symbol_writer *w);
/**
 * Adds a document. Facts that break the rules above (a container that is not above, positions
 * beyond the text, more than GAZ_SYMBOL_FACTS_MAX) are GAZ_E_INVALID.
 * @param local  a flag of references that bind within their own function: they are kept with the
 * document, but it is not found by them
 * @param text  the document's text, for the words of signatures and comments; may be NULL when len
 * is 0
 */
GAZ_CHECKED gaz_status gaz_symbol_writer_add(gaz_symbol_writer *w, const gaz_symbol_facts *facts,
                                             uint8_t local, const char *text, size_t len,
                                             gaz_error *err);
/** Bytes of memory held, with what finishing will take. */
size_t gaz_symbol_writer_memory(const gaz_symbol_writer *w);
uint32_t gaz_symbol_writer_docs(const gaz_symbol_writer *w);

/** A symbol segment as the catalogue lists it. */
typedef struct gaz_symbol_row {
    char name[GAZ_SEALED_NAME];
    uint32_t docs;
    uint64_t definitions, references, file_bytes;
} gaz_symbol_row;
/** Writes the segment and syncs it. A writer without documents is GAZ_E_INVALID. */
GAZ_CHECKED gaz_status gaz_symbol_writer_finish(gaz_symbol_writer *w, gaz_symbol_row *row,
                                                gaz_error *err);

/* ---- one segment ---- */

/** An open segment, shared by reference. Threading: any number of readers. */
typedef struct gaz_symbol_segment gaz_symbol_segment;
GAZ_CHECKED gaz_status gaz_symbol_segment_open(const char *path, gaz_symbol_segment **out,
                                               gaz_error *err);
gaz_symbol_segment *gaz_symbol_segment_ref(gaz_symbol_segment *seg);
void gaz_symbol_segment_unref(gaz_symbol_segment *seg);
uint32_t gaz_symbol_segment_docs(const gaz_symbol_segment *seg);
uint64_t gaz_symbol_segment_definitions(const gaz_symbol_segment *seg);
uint64_t gaz_symbol_segment_references(const gaz_symbol_segment *seg);
uint64_t gaz_symbol_segment_file_bytes(const gaz_symbol_segment *seg);
/** GAZ_E_NOT_FOUND, without a message, when it does not hold the document. */
GAZ_CHECKED gaz_status gaz_symbol_segment_find(gaz_symbol_segment *seg, const gaz_symbol_key *key,
                                               uint32_t *doc, gaz_error *err);
GAZ_CHECKED gaz_status gaz_symbol_segment_document(gaz_symbol_segment *seg, uint32_t doc,
                                                   gaz_symbol_document *out, gaz_error *err);

/* What of a document is decoded. */
#define GAZ_SYMBOL_DEFINITIONS 0x1u
#define GAZ_SYMBOL_REFERENCES 0x2u
#define GAZ_SYMBOL_IMPORTS 0x4u
#define GAZ_SYMBOL_ALL 0x7u
/** Decodes a document's facts into an arena. */
GAZ_CHECKED gaz_status gaz_symbol_segment_facts(gaz_symbol_segment *seg, uint32_t doc,
                                                unsigned wanted, gaz_arena *arena,
                                                gaz_symbol_facts *out, gaz_error *err);
/** Decodes everything and checks all invariants: `gaz check`. @param name  what the content must
 * hash to, nullable @param report  called for each finding */
GAZ_CHECKED gaz_status gaz_symbol_segment_check(gaz_symbol_segment *seg, const char *name,
                                                void (*report)(void *ctx, const char *message),
                                                void *ctx, gaz_error *err);
/** Appends a canonical text of a document's facts, the same from whatever segment it comes. */
GAZ_CHECKED gaz_status gaz_symbol_segment_dump(gaz_symbol_segment *seg, uint32_t doc,
                                               gaz_strbuf *out, gaz_error *err);

/* ---- names of one segment ---- */

/** A definition under a name, as the dictionary has it. */
typedef struct gaz_symbol_named {
    uint32_t doc, index;
    uint8_t kind, flags;
} gaz_symbol_named;
/** @return false to stop */
typedef bool (*gaz_symbol_named_visit)(void *ctx, const gaz_symbol_named *found);

/** Visits the definitions of a name. @param fold  in any ASCII case; else byte for byte */
GAZ_CHECKED gaz_status gaz_symbol_segment_named(gaz_symbol_segment *seg, const char *name,
                                                size_t len, bool fold, gaz_symbol_named_visit visit,
                                                void *ctx, gaz_error *err);

/** Words of a set of bands, a bit each: 64 neighbouring names of the dictionary are a band. */
size_t gaz_symbol_segment_bands(const gaz_symbol_segment *seg);
/**
 * The bands that may define a name which holds a text in any ASCII case: all that do, and some
 * more. A text of less than three ASCII bytes in a row says nothing.
 * @param set  gaz_symbol_segment_bands() words; overwritten
 */
GAZ_CHECKED gaz_status gaz_symbol_segment_literal(gaz_symbol_segment *seg, const char *text,
                                                  size_t len, uint64_t *set, gaz_error *err);

/** Which names are wanted. */
typedef struct gaz_symbol_names {
    const uint64_t *bands;                                  /**< NULL: all */
    bool (*wants)(void *ctx, const char *name, size_t len); /**< of names that are defined */
    gaz_symbol_named_visit visit;
    void *ctx;
    int64_t deadline_us;
} gaz_symbol_names;
/** Visits the definitions of the wanted names, in byte order of names. GAZ_E_TIMEOUT. */
GAZ_CHECKED gaz_status gaz_symbol_segment_names(gaz_symbol_segment *seg,
                                                const gaz_symbol_names *names, gaz_error *err);

/* ---- definitions of one document ---- */

/** A document whose definitions are asked for one by one. Lives in the arena it was opened with.
 * Not shared between threads. */
typedef struct gaz_symbol_outline gaz_symbol_outline;
GAZ_CHECKED gaz_status gaz_symbol_outline_open(gaz_symbol_segment *seg, uint32_t doc,
                                               gaz_arena *arena, gaz_symbol_outline **out,
                                               gaz_error *err);
/** The innermost definition around a byte of the text: GAZ_SYMBOL_NONE outside all. */
GAZ_CHECKED gaz_status gaz_symbol_outline_around(gaz_symbol_outline *outline, uint32_t offset,
                                                 uint32_t *index, gaz_error *err);
/** A definition by its index: its names and where it is; texts, body and depth are left out. */
GAZ_CHECKED gaz_status gaz_symbol_outline_definition(gaz_symbol_outline *outline, uint32_t index,
                                                     gaz_symbol_definition *out, gaz_error *err);
/** Only where it is: name, container's name and texts are left out. Costs less. */
GAZ_CHECKED gaz_status gaz_symbol_outline_place(gaz_symbol_outline *outline, uint32_t index,
                                                gaz_symbol_definition *out, gaz_error *err);

/* ---- the files of a ref ---- */

/** Which files of a ref have facts, and where; made once for a generation. Immutable. Threading:
 * any number of readers. */
typedef struct gaz_symbol_view gaz_symbol_view;

/** A file of a ref. A language of 0 says that it has no facts. */
typedef struct gaz_symbol_file {
    gaz_oid oid;
    uint32_t language;
} gaz_symbol_file;

/**
 * Finds the facts of files. Where several segments hold a document the last one counts.
 * @param segments  oldest first, as in the snapshot; NULLs are passed over; each is referenced
 * @param files     numbered from 0; not kept
 * @param rank      per file its place in the order answers are wanted in, copied; NULL: the files'
 * own
 */
GAZ_CHECKED gaz_status gaz_symbol_view_new(gaz_symbol_segment *const *segments, size_t count,
                                           const gaz_symbol_file *files, uint32_t file_count,
                                           const uint32_t *rank, gaz_symbol_view **out,
                                           gaz_error *err);
gaz_symbol_view *gaz_symbol_view_ref(gaz_symbol_view *view);
void gaz_symbol_view_unref(gaz_symbol_view *view);
/** Files that have a language, and those of them whose facts were found. */
void gaz_symbol_view_counts(const gaz_symbol_view *view, uint32_t *wanted, uint32_t *found);

/** GAZ_E_NOT_FOUND, without a message, when the file has no facts (yet). */
GAZ_CHECKED gaz_status gaz_symbol_view_document(gaz_symbol_view *view, uint32_t file,
                                                gaz_symbol_document *out, gaz_error *err);
/** The facts of a file; as gaz_symbol_view_document(). */
GAZ_CHECKED gaz_status gaz_symbol_view_facts(gaz_symbol_view *view, uint32_t file, unsigned wanted,
                                             gaz_arena *arena, gaz_symbol_facts *out,
                                             gaz_error *err);
/** One definition of a file by its index: costs little even in a document of a million. */
GAZ_CHECKED gaz_status gaz_symbol_view_definition(gaz_symbol_view *view, uint32_t file,
                                                  uint32_t index, gaz_arena *arena,
                                                  gaz_symbol_definition *out, gaz_error *err);

typedef enum gaz_symbol_match {
    GAZ_SYMBOL_EXACT,  /**< the name, byte for byte */
    GAZ_SYMBOL_PREFIX, /**< names that begin with it, byte for byte */
    GAZ_SYMBOL_FUZZY,  /**< in any case: holds it, or is within a few edits of it */
    GAZ_SYMBOL_WORDS   /**< whose names, signatures or comments hold all its words; the last word
                            may be a beginning */
} gaz_symbol_match;

typedef struct gaz_symbol_query {
    gaz_symbol_match match;
    const char *text;
    size_t len;      /**< 1 to GAZ_SYMBOL_NAME_MAX */
    uint64_t kinds;  /**< a bit per kind; 0: all */
    uint8_t without; /**< flags a definition must have none of */
    uint8_t last;    /**< flags whose bearers come behind the others of the same distance */
    bool (*accepts)(void *ctx, uint32_t file); /**< nullable: whether a file may be answered */
    void *ctx;
    uint32_t limit;      /**< at most so many, the best */
    int64_t deadline_us; /**< monotonic; GAZ_NEVER */
} gaz_symbol_query;

/** A definition that was found: gaz_symbol_view_definition() tells the rest. */
typedef struct gaz_symbol_hit {
    uint32_t file, index;
    uint8_t kind, flags;
    uint8_t distance; /**< EXACT 0; PREFIX 0 for the name itself, else 1; FUZZY 0 the same but for
                           case, 1 begins with it, 2 holds it, 2 + edits; WORDS 0 all words in the
                           name, 1 elsewhere */
    gaz_symbol_name name; /**< in the arena */
} gaz_symbol_hit;

typedef struct gaz_symbol_hits {
    gaz_symbol_hit *items; /**< by distance, query.last, rank of the file, index */
    uint32_t count;
    uint64_t total; /**< that match, as far as was looked */
    bool complete;  /**< false: there may be better ones; it was too much to look at, or time was
                       out */
} gaz_symbol_hits;
GAZ_CHECKED gaz_status gaz_symbol_view_find(gaz_symbol_view *view, const gaz_symbol_query *query,
                                            gaz_arena *arena, gaz_symbol_hits *out, gaz_error *err);

/** A file that uses a name. */
typedef struct gaz_symbol_use {
    uint32_t file;
    uint32_t count; /**< references by that name that are not local, and imports of that path */
} gaz_symbol_use;
/** The files that refer to a name, by rank; nothing is decoded. @param total  of the counts */
GAZ_CHECKED gaz_status gaz_symbol_view_uses(gaz_symbol_view *view, const char *name, size_t len,
                                            gaz_arena *arena, gaz_symbol_use **out, uint32_t *count,
                                            uint64_t *total, gaz_error *err);
/** The references of a file by a name, local ones too. */
GAZ_CHECKED gaz_status gaz_symbol_view_references(gaz_symbol_view *view, uint32_t file,
                                                  const char *name, size_t len, gaz_arena *arena,
                                                  gaz_symbol_reference **out, uint32_t *count,
                                                  gaz_error *err);

#endif
