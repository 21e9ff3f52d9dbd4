/* Text segments: the write-once files that hold documents (one per unique blob), their text in
 * compressed blocks, and the n-gram postings that say which parts of which documents may hold a
 * literal. Bytes: docs/FORMAT.md.
 *
 * A document's text is cut at line ends into chunks of about 16 KiB; postings name chunks; a chunk
 * lies whole in one block. So a huge file is searched in parts, and a candidate is scanned without
 * being put together first. */
#ifndef GAZ_TEXT_SEGMENT_H
#define GAZ_TEXT_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>
#include "gaz/base/hash.h"
#include "gaz/base/sealed.h"
#include "gaz/base/skip.h"
#include "gaz/base/strbuf.h"
#include "gaz/text/language.h"

#define GAZ_SEGMENT_KIND "TEXT"
#define GAZ_SEGMENT_VERSION 2
#define GAZ_SEGMENT_DOCS_MAX (1u << 24)
#define GAZ_SEGMENT_CHUNKS_MAX (1u << 24)
#define GAZ_CHUNK_BYTES 16384                   /**< a chunk ends at the first line end beyond it */
#define GAZ_TEXT_BYTES_MAX UINT32_C(0xFFF00000) /**< of one document, and packed of one block */

typedef enum gaz_encoding {
    GAZ_ENC_BINARY,
    GAZ_ENC_ASCII,
    GAZ_ENC_UTF8,
    GAZ_ENC_UTF16LE,
    GAZ_ENC_UTF16BE,
    GAZ_ENC_LATIN1
} gaz_encoding;
/** "binary", "ascii", "utf-8", "utf-16le", "utf-16be", "latin1". Static. */
const char *gaz_encoding_name(gaz_encoding encoding);

/* What is known of a document's text. The first three are those of gaz/regex/pattern.h. */
enum {
    GAZ_DOC_ASCII = 1,
    GAZ_DOC_VALID = 2, /**< valid UTF-8 */
    GAZ_DOC_CR = 4,
    GAZ_DOC_BOM = 8 /**< the blob began with a byte-order mark, which is not part of the text */
};

typedef struct gaz_doc {
    gaz_oid oid;
    gaz_skip skip; /**< NONE: it has text */
    gaz_encoding encoding;
    unsigned flags; /**< GAZ_DOC_* */
    uint32_t first_chunk, chunk_count;
    uint32_t lines;     /**< a last line without "\n" counts */
    uint32_t text_len;  /**< bytes of UTF-8 text (invalid bytes kept as they are) */
    uint32_t blob_size; /**< bytes in git, at most UINT32_MAX */
    gaz_lang_hint hint;
} gaz_doc;

/* ---- classification ---- */

/** A blob read as text. `text` points into the blob or into the buffer given to gaz_text_decode().
 */
typedef struct gaz_text {
    gaz_skip skip; /**< NONE, BINARY or LFS */
    gaz_encoding encoding;
    unsigned flags;
    const char *text;
    size_t len;
} gaz_text;
/**
 * Tells text from binary and turns UTF-16 (with a byte-order mark) and Latin-1 into UTF-8.
 *
 * Latin-1 is what is not UTF-8, holds no valid multi-byte sequence at all, no byte in 0x80–0x9F and
 * no 0xFF, and in which at least half of the bytes above 0x9F are letters next to an ASCII letter.
 * Everything else stays as it is, bad bytes included.
 * @param buffer  holds converted text; reset first
 */
GAZ_CHECKED gaz_status gaz_text_decode(const char *blob, size_t len, gaz_strbuf *buffer,
                                       gaz_text *out, gaz_error *err);

/* ---- writing ---- */

/** Builds one segment. Not shared between threads. Holds postings in memory and streams text to its
 * file. */
typedef struct gaz_segment_writer gaz_segment_writer;
/** @param path  temporary name of the file @param level  zstd level, 1–19 */
GAZ_CHECKED gaz_status gaz_segment_writer_open(const char *path, int level,
                                               gaz_segment_writer **out, gaz_error *err);
void gaz_segment_writer_close(gaz_segment_writer *w);
/** Adds a blob: classifies, converts, compresses, indexes. Adding a blob twice is the caller's
 * mistake. @param skip nullable, why it has no text */
GAZ_CHECKED gaz_status gaz_segment_writer_add(gaz_segment_writer *w, const gaz_oid *oid,
                                              const char *blob, size_t len, gaz_skip *skip,
                                              gaz_error *err);
/** Records a blob without text. */
GAZ_CHECKED gaz_status gaz_segment_writer_skip(gaz_segment_writer *w, const gaz_oid *oid,
                                               gaz_skip skip, uint64_t blob_size, gaz_error *err);
/** Bytes of memory held, and of text and documents taken. */
size_t gaz_segment_writer_memory(const gaz_segment_writer *w);
uint64_t gaz_segment_writer_text(const gaz_segment_writer *w);
uint32_t gaz_segment_writer_docs(const gaz_segment_writer *w);
/** Whether it is so full that the caller should finish it and open another. */
bool gaz_segment_writer_full(const gaz_segment_writer *w);
/** Writes the postings and tables and syncs. A writer without documents is GAZ_E_INVALID. */
GAZ_CHECKED gaz_status gaz_segment_writer_finish(gaz_segment_writer *w, char name[GAZ_SEALED_NAME],
                                                 uint64_t *file_bytes, gaz_error *err);

/* ---- reading ---- */

/** A bounded cache of decompressed blocks, shared by all segments. Threading: any thread. */
typedef struct gaz_block_cache gaz_block_cache;
GAZ_CHECKED gaz_status gaz_block_cache_new(size_t max_bytes, gaz_block_cache **out, gaz_error *err);
void gaz_block_cache_free(gaz_block_cache *cache);
typedef struct gaz_block_cache_stats {
    uint64_t used, max, hits, misses, evictions;
} gaz_block_cache_stats;
void gaz_block_cache_stats_get(gaz_block_cache *cache, gaz_block_cache_stats *out);

/** An open segment, shared by reference. Threading: any number of readers. */
typedef struct gaz_segment gaz_segment;
GAZ_CHECKED gaz_status gaz_segment_open(const char *path, gaz_segment **out, gaz_error *err);
gaz_segment *gaz_segment_ref(gaz_segment *seg);
void gaz_segment_unref(gaz_segment *seg);
uint32_t gaz_segment_docs(const gaz_segment *seg);
uint32_t gaz_segment_chunks(const gaz_segment *seg);
uint64_t gaz_segment_text_bytes(const gaz_segment *seg);
uint64_t gaz_segment_file_bytes(const gaz_segment *seg);
/** The document of a blob. GAZ_E_NOT_FOUND (without a message) when the segment does not hold it.
 */
GAZ_CHECKED gaz_status gaz_segment_find(gaz_segment *seg, const gaz_oid *oid, uint32_t *doc,
                                        gaz_error *err);
GAZ_CHECKED gaz_status gaz_segment_doc(gaz_segment *seg, uint32_t doc, gaz_doc *out,
                                       gaz_error *err);

typedef struct gaz_chunk {
    uint32_t doc, block;
    uint32_t offset, len; /**< within the block */
    uint32_t first_line;  /**< 0-based, of the document */
} gaz_chunk;
GAZ_CHECKED gaz_status gaz_segment_chunk(gaz_segment *seg, uint32_t chunk, gaz_chunk *out,
                                         gaz_error *err);

/** Hints that a record will be read soon: they are asked for many at a time, so that one does not
 * wait for the other. Any number will do. */
void gaz_segment_prefetch_doc(const gaz_segment *seg, uint32_t doc);
void gaz_segment_prefetch_chunk(const gaz_segment *seg, uint32_t chunk);

/** Adds the documents of a set of chunks to a set of documents: a bit each.
 * @param chunks  gaz_segment_set_words() words */
GAZ_CHECKED gaz_status gaz_segment_chunk_documents(gaz_segment *seg, const uint64_t *chunks,
                                                   uint64_t *documents, gaz_error *err);

/** The chunk of a document that holds a line. @param line 0-based, less than doc->lines */
GAZ_CHECKED gaz_status gaz_segment_line_chunk(gaz_segment *seg, const gaz_doc *doc, uint32_t line,
                                              uint32_t *chunk, gaz_error *err);
/** Appends the beginning of a chunk, at most `max` bytes, and unpacks no more than that: all lines
 * of a chunk but the last end within GAZ_CHUNK_BYTES, the last may be very long. */
GAZ_CHECKED gaz_status gaz_segment_chunk_start(gaz_segment *seg, uint32_t chunk, size_t max,
                                               gaz_strbuf *out, gaz_error *err);

/** A decompressed block, held in memory until released. */
typedef struct gaz_block gaz_block;
/** @param hit nullable, whether it came from the cache */
GAZ_CHECKED gaz_status gaz_segment_block(gaz_segment *seg, gaz_block_cache *cache, uint32_t block,
                                         gaz_block **out, bool *hit, gaz_error *err);
/** Hints that a block will be asked for soon: first that its place in the cache will be looked at,
 * then, some blocks later, that what lies there will. */
void gaz_segment_prefetch_block(const gaz_segment *seg, const gaz_block_cache *cache,
                                uint32_t block);
void gaz_segment_prefetch_block_head(const gaz_segment *seg, const gaz_block_cache *cache,
                                     uint32_t block);
void gaz_block_release(gaz_block *block);
const char *gaz_block_data(const gaz_block *block);
size_t gaz_block_len(const gaz_block *block);
/** Appends a document's whole text. @param max bytes; GAZ_E_LIMIT beyond */
GAZ_CHECKED gaz_status gaz_segment_text(gaz_segment *seg, gaz_block_cache *cache, uint32_t doc,
                                        size_t max, gaz_strbuf *out, gaz_error *err);
/** Copies a document, as it is, into a segment being written. */
GAZ_CHECKED gaz_status gaz_segment_writer_copy(gaz_segment_writer *w, gaz_segment *from,
                                               gaz_block_cache *cache, uint32_t doc,
                                               gaz_error *err);

/* ---- asking the index ---- */

/** Words of a set of the segment's chunks: a bit per chunk. */
size_t gaz_segment_set_words(const gaz_segment *seg);
/**
 * The chunks that may hold a literal: all that do, and some more.
 * @param folded  gaz_fold_text() of the literal, without "\n"; at least 1 byte; a byte 0xFF says
 * that there not both neighbours are ASCII letters, digits or '_' (GAZ_GRAM_EDGE), and no more
 * @param set     gaz_segment_set_words() words; overwritten
 */
GAZ_CHECKED gaz_status gaz_segment_literal(gaz_segment *seg, const char *folded, size_t len,
                                           uint64_t *set, gaz_error *err);
/** Upper bound of the chunks gaz_segment_literal() would give, from the counts alone: for planning.
 */
GAZ_CHECKED gaz_status gaz_segment_literal_count(gaz_segment *seg, const char *folded, size_t len,
                                                 uint32_t *count, gaz_error *err);
/** Decodes everything and checks all invariants (order, bounds, counts): `gaz check`. @param report
 * called for each finding */
GAZ_CHECKED gaz_status gaz_segment_check(gaz_segment *seg, const char *name,
                                         void (*report)(void *ctx, const char *message), void *ctx,
                                         gaz_error *err);
/** For each document a digest of its grams, independent of where it lies: for comparing an
 * incremental index with a rebuilt one. @param digests gaz_segment_docs() of them, overwritten */
GAZ_CHECKED gaz_status gaz_segment_gram_digests(gaz_segment *seg, uint64_t *digests,
                                                gaz_error *err);
/** GAZ_E_CORRUPT when the file was cut short while in use. */
GAZ_CHECKED gaz_status gaz_segment_intact(const gaz_segment *seg, gaz_error *err);

#endif
