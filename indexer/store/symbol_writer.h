/* A symbol segment being written. Private to symbol_writer.c and symbol_finish.c. */
#ifndef GAZ_STORE_SYMBOL_WRITER_H
#define GAZ_STORE_SYMBOL_WRITER_H

#include "symbol_format.h"
#include "symbol_intern.h"
#include "symbol_words.h"

typedef struct spilled_doc {
    gaz_symbol_document document;
    uint64_t at, len; /* of what was spilled */
    uint32_t first_definition;
} spilled_doc;

/* What is spilled of a document: three u32 (names, definitions, bytes of the rest), per name u32
 * number and u32 uses, in byte order of the names, per definition u32 place of its name, u8 kind,
 * u8 flags; then the parts of its record behind the names. */
#define SPILL_HEAD 12
#define SPILL_NAME 8
#define SPILL_DEFINITION 6

struct gaz_symbol_writer {
    char *path, *spill_path;
    int spill;
    gaz_strbuf buffer; /* of the spill */
    uint64_t spilled;  /* bytes, the buffer's included */
    symbol_intern names;
    GAZ_VEC(spilled_doc) docs;
    uint64_t uses; /* names of documents */
    uint64_t definitions, references, imports, text_bytes;
    symbol_word_writer *words;
    /* of the document being added */
    GAZ_VEC(uint32_t) met;   /* numbers of its strings as they come, then places */
    GAZ_VEC(uint32_t) local; /* numbers, each once */
    GAZ_VEC(uint32_t) stamp; /* per number: document + 1 that met it last */
    GAZ_VEC(uint32_t) place; /* per number: its place in that document */
    GAZ_VEC(uint32_t) counts;
    gaz_strbuf record, words_of;
};

#endif
