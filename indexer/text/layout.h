/* Sections and records of a text segment, as docs/FORMAT.md specifies them. Private to the text
 * module. */
#ifndef GAZ_TEXT_LAYOUT_H
#define GAZ_TEXT_LAYOUT_H

enum {
    SECTION_META = 0,
    SECTION_DOCS = 1,
    SECTION_ORDER = 2,
    SECTION_CHUNKS = 3,
    SECTION_BLOCK_TABLE = 4,
    SECTION_BLOCKS = 5,
    SECTION_GRAMS = 6,
    SECTION_POSTINGS = 7
};

/* META: docs, chunks, blocks, grams (u32 each), text bytes (u64), hint version (u32), 0 (u32) */
#define META_BYTES 32
/* DOCS: oid[20], skip u8, encoding u8, flags u16, first chunk, chunks, lines, text bytes, blob
 * bytes (u32 each), language hint */
#define DOC_BYTES (44 + GAZ_LANG_HINT_SIZE)
/* ORDER: document numbers (u32) in ascending order of object ids */
#define ORDER_BYTES 4
/* CHUNKS: document, block, offset in block, length, first line (u32 each) */
#define CHUNK_BYTES 20
/* BLOCK_TABLE: offset in BLOCKS (u64), compressed length, raw length (u32 each) */
#define BLOCK_ENTRY_BYTES 16
/* GRAMS: gram, count, offset in POSTINGS (u32 each), ascending by gram; lengths are differences of
 * offsets */
#define GRAM_BYTES 12

#endif
