/* The queries of grammars/queries, built into the program. */
#ifndef GAZ_SYMBOLS_QUERY_TABLE_H
#define GAZ_SYMBOLS_QUERY_TABLE_H

#include <stddef.h>

/** One file. Static. */
typedef struct query_file {
    const char *name; /**< "c/symbols" */
    const char *text; /**< NUL-terminated */
    size_t len;
} query_file;

/** In byte order of names. */
extern const query_file gaz_query_files[];
extern const size_t gaz_query_file_count;

#endif
